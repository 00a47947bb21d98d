#include "onnx_lite/io.hpp"

#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

namespace onnx_lite {

namespace {

namespace fs = std::filesystem;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

[[noreturn]] void fail(const char* action, const fs::path& path, const std::string& reason) {
  throw Error(std::string(action) + " " + path.string() + ": " + reason);
}

std::string load(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) fail("cannot read", path, error.message());
  if (size > kMaxFileBytes)
    fail("cannot read", path, "more than " + std::to_string(kMaxFileBytes) + " bytes");
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) fail("cannot read", path, std::strerror(errno));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get()) != 0) fail("cannot read", path, std::strerror(errno));
  return bytes;
}

void save(const std::string& bytes, const fs::path& path) {
  const File file(std::fopen(path.c_str(), "wbx"));
  if (!file) fail("cannot write", path, std::strerror(errno));
  if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
      std::fflush(file.get()) != 0 || fsync(fileno(file.get())) != 0)
    fail("cannot write", path, std::strerror(errno));
}

}  // namespace

Model read_file(const fs::path& path) {
  const std::string bytes = load(path);
  try {
    return parse(bytes);
  } catch (const Error& error) {
    throw Error(path.string() + ": " + error.what());
  }
}

void write_file(const Model& model, const fs::path& path) {
  const std::string bytes = serialize(model);
  const fs::path temporary = path.string() + ".tmp" + std::to_string(getpid());
  std::error_code error;
  try {
    save(bytes, temporary);
    fs::rename(temporary, path, error);
    if (error) fail("cannot write", path, error.message());
  } catch (const Error&) {
    fs::remove(temporary, error);
    throw;
  }
}

}  // namespace onnx_lite
