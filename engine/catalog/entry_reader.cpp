#include "catalog/entry_reader.hpp"

#include "base/strings.hpp"
#include "model/ck_reader.hpp"
#include "model/native_reader.hpp"

namespace ck::catalog {
namespace {

/// What a CK entry is called besides its folder's name: the first line of its alias file.
Result<std::string> read_uid(const fs::path& repository, const KindFolder& kind_folder,
                             const std::string& name) {
  if (model::is_uid(name)) return name;
  constexpr std::uint64_t kMaxBytes = 4096;
  const std::string file = kind_folder.kind + "/.cm/alias-a-" + name;
  auto text = read_inside(repository, file, kMaxBytes);
  if (!text && text.error().code == ErrorCode::not_found) {
    return fail(
        Error(ErrorCode::invalid, "the entry has no UID: " + printable(file) + " is missing")
            .hint("write the entry's 16 hex digits into that file"));
  }
  if (!text) return fail(std::move(text.error()));
  std::string uid(trim(std::string_view(*text).substr(0, text->find('\n'))));
  if (model::is_uid(uid)) return uid;
  return fail(Error(ErrorCode::invalid, printable(file) + " holds '" +
                                            printable(shortened(uid, 40)) + "', which is no UID")
                  .hint("a UID has 16 lower-case hex digits"));
}

Result<IndexedComponent> read_native(const std::string& text, const KindFolder& kind_folder,
                                     const std::string& name, const std::string& source) {
  CK_TRY(summary, model::read_summary(text, name, source));
  if (summary.kind != kind_folder.kind) {
    return fail(
        Error(ErrorCode::invalid, printable(source) + " describes a " + summary.kind +
                                      ", but lies where every component is a " + kind_folder.kind)
            .hint("move the folder, or correct \"schema\" to \"ck." + kind_folder.kind + "/1\""));
  }
  return IndexedComponent{name, summary.uid, summary.version, summary.tags, summary.variation_tags};
}

Result<IndexedComponent> read_ck(const std::string& text, const fs::path& repository,
                                 const KindFolder& kind_folder, const std::string& name,
                                 const std::string& source) {
  CK_TRY(uid, read_uid(repository, kind_folder, name));
  CK_TRY(component, model::read_ck_component(text, kind_folder.kind, name, uid, source));
  return IndexedComponent{name, component.uid, component.version.text(), component.tags, {}};
}

/// Where entries are spread over folders by the beginnings of their names, CK finds them nowhere
/// else.
Status check_place(const KindFolder& kind_folder, const std::string& name, Format format,
                   const std::string& source) {
  const bool split = layout_of(format, kind_folder.path) == Layout::ck_split;
  if (!split && !holds_split_folders(format, kind_folder.path)) return {};
  const std::string beginning = kind_folder.path.substr(kind_folder.path.find('/') + 1);
  if (split && (beginning == "_" || name.starts_with(beginning))) return {};
  return fail(Error(ErrorCode::invalid,
                    printable(source) + " does not lie in the folder of the beginning of its name")
                  .in("the repository's .ckr.json, which spreads entries of '" +
                      printable(kind_folder.kind) + "' over folders (split_dirs, split_all_dirs)")
                  .hint("move the entry there, for example " + printable(kind_folder.kind) +
                        "/ab/abc for the entry 'abc' and 2 characters"));
}

}  // namespace

Result<std::string> read_descriptor_text(const fs::path& repository, const std::string& folder,
                                         Format format) {
  if (format == Format::native) {
    return read_inside(repository, folder + "/ck.json", kMaxDescriptorBytes);
  }
  auto text = read_inside(repository, folder + "/.cm/meta.json", kMaxDescriptorBytes);
  if (text || text.error().code != ErrorCode::not_found) return text;
  return read_inside(repository, folder + "/.cm/data.json", kMaxDescriptorBytes);
}

Result<IndexedComponent> read_entry(const fs::path& repository, const KindFolder& kind_folder,
                                    const Entry& entry, Format format) {
  const std::string folder = kind_folder.path + "/" + entry.name;
  const std::string source =
      (repository / kind_folder.path / descriptor_path(entry, format)).string();
  if (!entry.descriptor.exists()) {
    return fail(
        system_error("read " + printable(source), static_cast<int>(-entry.descriptor.size)));
  }
  CK_CHECK(check_place(kind_folder, entry.name, format, source));
  CK_TRY(text, read_descriptor_text(repository, folder, format));
  return format == Format::native ? read_native(text, kind_folder, entry.name, source)
                                  : read_ck(text, repository, kind_folder, entry.name, source);
}

}  // namespace ck::catalog
