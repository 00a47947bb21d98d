#pragma once
/// The one name the engine uses for the file-system library.

#include <filesystem>

namespace ck {
namespace fs = std::filesystem;
}
