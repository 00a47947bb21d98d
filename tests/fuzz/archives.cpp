// Archives of any format: whatever they hold is written into the folder or refused, and nothing
// beside it changes.
#include <sys/stat.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sys/files.hpp"
#include "sys/transfer.hpp"

namespace {

using namespace ck;

/// A folder to unpack into, with a neighbour that has to stay as it is.
struct Place {
  Place() : folder(*sys::TemporaryDirectory::create(fs::temp_directory_path(), "ck-fuzz-")) {
    fs::create_directories(folder.path() / "beside");
    if (!sys::write_file(folder.path() / "beside/file", "untouched")) std::abort();
  }
  fs::path target() const { return folder.path() / "target"; }
  void check() const {
    struct stat status {};
    const fs::path file = folder.path() / "beside/file";
    if (::lstat(file.c_str(), &status) != 0 || (status.st_mode & 07777u) != 0644u) std::abort();
    if (sys::read_file(file).value_or("") != "untouched") std::abort();
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder.path()))
      count += entry.path().empty() ? 0u : 1u;
    if (count > 3) std::abort();
  }
  sys::TemporaryDirectory folder;
};

/// No link that leads out, nothing but files, folders and links, no set-id bits.
void check_content(const fs::path& target) {
  const auto entries = sys::list_tree(target, {.skip_names = {}, .hash = false});
  if (!entries) {
    if (entries.error().code == ErrorCode::denied) std::abort();  // a device or a FIFO
    return;
  }
  for (const auto& entry : *entries) {
    struct stat status {};
    if (::lstat((target / entry.path).c_str(), &status) != 0) std::abort();
    if ((status.st_mode & 07000u) != 0) std::abort();
    if (entry.kind == sys::TreeEntry::Kind::symlink && entry.target.starts_with('/')) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto transfer = sys::make_transfer(CK_TRANSFER_MODULE);
  static const Place place;
  const auto archives = transfer->archives();
  if (!archives) std::abort();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const fs::path file = place.folder.path() / "archive";
  fs::remove(file);
  if (!sys::write_new_file(file, bytes)) std::abort();
  for (const bool debian : {false, true}) {
    if (!sys::make_directories(place.target())) std::abort();
    sys::UnpackOptions options;
    options.max_bytes = 1u << 20;
    options.max_entries = 200;
    options.strip = size % 7 == 0 ? 1 : 0;
    static_cast<void>(debian ? (*archives)->unpack_debian(file, place.target(), options, {})
                             : (*archives)->unpack(file, place.target(), options, {}));
    check_content(place.target());
    if (!sys::remove_tree(place.target())) std::abort();
  }
  place.check();
  return 0;
}
