#include "sys/transfer/archive_read.hpp"

#include <cerrno>

#include "base/strings.hpp"

namespace ck::sys {
namespace {

constexpr std::size_t kBlockBytes = 128u << 10;

Error bad_archive(const fs::path& file, const std::string& reason) {
  return Error(ErrorCode::invalid, "cannot read the archive " + file.string() + ": " + reason)
      .hint("the file may be damaged or cut off: download it again");
}

void support_compressions(archive* reader) {
  archive_read_support_filter_gzip(reader);
  archive_read_support_filter_bzip2(reader);
  archive_read_support_filter_xz(reader);
  archive_read_support_filter_lzma(reader);
  archive_read_support_filter_zstd(reader);
}

Reader new_tar_reader() {
  Reader reader(archive_read_new());
  support_compressions(reader.get());
  archive_read_support_format_tar(reader.get());
  return reader;
}

Status open_file(archive* reader, const fs::path& file) {
  std::error_code failed;
  const auto status = fs::status(file, failed);
  if (status.type() == fs::file_type::not_found) {
    return fail(system_error("open " + file.string(), ENOENT));
  }
  if (status.type() != fs::file_type::regular) {
    return fail(ErrorCode::invalid, file.string() + " is not a file");
  }
  if (archive_read_open_filename(reader, file.c_str(), kBlockBytes) == ARCHIVE_OK) return {};
  const int number = archive_errno(reader);
  if (number == EACCES || number == EIO) return fail(system_error("read " + file.string(), number));
  return fail(bad_archive(file, reason_of(reader)));
}

}  // namespace

Utf8Names::Utf8Names() : ours_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
  if (ours_ != nullptr) before_ = uselocale(ours_);
}

Utf8Names::~Utf8Names() {
  if (ours_ == nullptr) return;
  uselocale(before_);
  freelocale(ours_);
}

std::string reason_of(archive* archive) {
  const char* text = archive_error_string(archive);
  return text == nullptr ? "unknown reason" : printable(text);
}

Result<Reader> open_archive(const fs::path& file) {
  Reader reader = new_tar_reader();
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_cpio(reader.get());
  archive_read_support_format_7zip(reader.get());
  CK_CHECK(open_file(reader.get(), file));
  return reader;
}

Result<std::unique_ptr<DebianData>> DebianData::open(const fs::path& package) {
  auto data = std::make_unique<DebianData>();
  data->package_.reset(archive_read_new());
  archive_read_support_format_ar(data->package_.get());
  CK_CHECK(open_file(data->package_.get(), package));
  archive_entry* entry = nullptr;
  while (true) {
    const int code = archive_read_next_header(data->package_.get(), &entry);
    if (code == ARCHIVE_EOF) {
      return fail(bad_archive(package, "a Debian package holds data.tar, this one does not"));
    }
    if (code < ARCHIVE_WARN) return fail(bad_archive(package, reason_of(data->package_.get())));
    const char* name = archive_entry_pathname(entry);
    if (name != nullptr && std::string_view(name).starts_with("data.tar")) break;
  }
  data->buffer_.resize(kBlockBytes);
  data->tar_ = new_tar_reader();
  if (archive_read_open(data->tar_.get(), data.get(), nullptr, read, nullptr) != ARCHIVE_OK) {
    return fail(bad_archive(package, reason_of(data->tar_.get())));
  }
  return data;
}

la_ssize_t DebianData::read(archive* tar, void* self, const void** data) {
  auto& debian = *static_cast<DebianData*>(self);
  const la_ssize_t count =
      archive_read_data(debian.package_.get(), debian.buffer_.data(), debian.buffer_.size());
  if (count < 0) {
    archive_set_error(tar, archive_errno(debian.package_.get()), "%s",
                      reason_of(debian.package_.get()).c_str());
    return ARCHIVE_FATAL;
  }
  *data = debian.buffer_.data();
  return count;
}

}  // namespace ck::sys
