#include "catalog/split_folders.hpp"

#include "base/strings.hpp"
#include "catalog/scan.hpp"
#include "model/ck_reader.hpp"

namespace ck::catalog {

Result<model::SplitFolders> split_folders_of(const fs::path& repository) {
  constexpr std::uint64_t kMaxBytes = 16u << 20;
  const auto text = read_inside(repository, ".ckr.json", kMaxBytes);
  if (!text && text.error().code == ErrorCode::not_found) return model::SplitFolders{};
  if (!text) return fail(text.error());
  CK_TRY(descriptor, model::read_ck_repository(*text, (repository / ".ckr.json").string()));
  return descriptor.split;
}

std::size_t split_characters(const fs::path& repository, const model::SplitFolders& split,
                             const std::string& module) {
  if (split.empty()) return 0;
  constexpr std::uint64_t kMaxBytes = 4096;
  const auto text = read_inside(repository, ".cm/alias-a-" + module, kMaxBytes);
  const std::string uid =
      text ? std::string(trim(std::string_view(*text).substr(0, text->find('\n')))) : module;
  return split.characters(module, uid);
}

}  // namespace ck::catalog
