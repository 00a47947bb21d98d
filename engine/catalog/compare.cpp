#include "catalog/compare.hpp"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <utility>

#include "catalog/looking.hpp"
#include "catalog/state_packing.hpp"

namespace ck::catalog {
namespace {

/// Calls `work(begin, end)` for parts of 0 … size, in as many threads as pay. Whoever is free takes
/// the next part, so that a processor that is busy elsewhere holds nothing up.
template <typename Work>
void in_parallel(std::size_t size, const Work& work) {
  constexpr std::size_t kPart = 128;
  constexpr std::size_t kWorthAThread = 300;
  constexpr std::size_t kMostThreads = 8;
  std::atomic<std::size_t> next = 0;
  const auto take_parts = [&] {
    for (std::size_t begin = next.fetch_add(kPart); begin < size; begin = next.fetch_add(kPart)) {
      work(begin, std::min(begin + kPart, size));
    }
  };
  const std::size_t processors = std::thread::hardware_concurrency();
  const std::size_t threads = std::min({processors, size / kWorthAThread, kMostThreads});
  std::vector<std::thread> others;
  try {
    while (others.size() + 1 < threads) others.emplace_back(take_parts);
  } catch (const std::system_error&) {
    // No thread to be had: slower, not wrong.
  }
  take_parts();
  for (std::thread& other : others) other.join();
}

/// Looks at one kind folder and its entries.
class Comparer {
 public:
  explicit Comparer(const Comparison& what)
      : what_(what), handle_(what.folder), looker_(handle_.number(), what.layout) {}

  bool folder_is_same() const {
    const FolderStamps stored = what_.stored->stamps();
    if (!handle_ || !stored.settled) return false;
    const auto now = look_at_folder(handle_, what_.layout);
    return now && now->folder == stored.folder && now->aliases == stored.aliases;
  }

  /// What a look at the folder leaves to be seen, each by its number.
  static std::size_t entries(const Comparison& what) {
    return what.only == nullptr ? what.stored->size() : 1;
  }
  bool entry_is_same(std::size_t position) {
    if (what_.only == nullptr) return is_same(what_.stored->entry(position));
    const auto entry = what_.stored->find(*what_.only);
    return !entry || is_same(*entry);
  }

 private:
  bool is_same(const EntryView& entry) {
    if (!entry.settled || entry.linked) return false;
    const Look descriptor = looker_.descriptor(entry.name);
    if (descriptor.link || descriptor.stamp != entry.descriptor) return false;
    const bool with_alias = what_.aliases || entry.broken;
    if (!with_alias || !looker_.has_alias(entry.name, descriptor)) return true;
    const Look alias = looker_.alias(entry.name);
    return !alias.link && alias.stamp == entry.alias;
  }

  const Comparison& what_;
  FolderHandle handle_;
  EntryLooker looker_;
};

}  // namespace

std::optional<StoredFolder> StoredFolder::from(std::string bytes) {
  auto kept = std::make_shared<const std::string>(std::move(bytes));
  auto stored = view(*kept);
  if (stored) stored->kept_ = std::move(kept);
  return stored;
}

std::optional<StoredFolder> StoredFolder::view(std::string_view bytes) {
  StoredFolder stored;
  Unpacker unpacker(bytes);
  unpack_stamps(unpacker);
  while (unpacker.ok() && !unpacker.at_end()) {
    stored.offsets_.push_back(static_cast<std::uint32_t>(bytes.size() - unpacker.left()));
    unpack_entry(unpacker);
  }
  if (!unpacker.ok()) return std::nullopt;
  stored.bytes_ = bytes;
  return stored;
}

FolderStamps StoredFolder::stamps() const {
  Unpacker unpacker(bytes_);
  return unpack_stamps(unpacker);
}

EntryView StoredFolder::entry(std::size_t position) const {
  Unpacker unpacker(bytes_.substr(offsets_[position]));
  return unpack_entry(unpacker);
}

std::optional<EntryView> StoredFolder::find(std::string_view name) const {
  std::size_t begin = 0;
  std::size_t end = size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    const EntryView found = entry(middle);
    if (found.name == name) return found;
    (found.name < name ? begin : end) = found.name < name ? middle + 1 : middle;
  }
  return std::nullopt;
}

std::vector<bool> unchanged(const std::vector<Comparison>& folders) {
  // Each folder counts as one step, and so does each of its entries.
  std::vector<std::size_t> first_steps{0};
  for (const Comparison& one : folders) {
    first_steps.push_back(first_steps.back() + 1 + Comparer::entries(one));
  }
  std::vector<std::atomic<bool>> differs(folders.size());
  const auto compare = [&](std::size_t begin, std::size_t end) {
    const auto after = std::upper_bound(first_steps.begin(), first_steps.end(), begin);
    for (auto at = static_cast<std::size_t>(after - first_steps.begin()) - 1;
         at < folders.size() && first_steps[at] < end; ++at) {
      Comparer comparer(folders[at]);
      const std::size_t last = std::min(end, first_steps[at + 1]);
      for (std::size_t step = std::max(begin, first_steps[at]); step < last; ++step) {
        if (differs[at].load(std::memory_order_relaxed)) break;
        const std::size_t position = step - first_steps[at];
        const bool same =
            position == 0 ? comparer.folder_is_same() : comparer.entry_is_same(position - 1);
        if (!same) differs[at] = true;
      }
    }
  };
  in_parallel(first_steps.back(), compare);
  std::vector<bool> same(folders.size());
  std::transform(differs.begin(), differs.end(), same.begin(),
                 [](const auto& one) { return !one; });
  return same;
}

bool aliases_hold(const fs::path& folder, Layout layout, const StoredFolder& stored,
                  const std::vector<std::string_view>& names) {
  const FolderHandle handle(folder);
  EntryLooker looker(handle.number(), layout);
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    const auto entry = stored.find(name);
    if (!entry || model::is_uid(name)) return entry.has_value();
    const Look alias = looker.alias(name);
    return !alias.link && alias.stamp == entry->alias;
  });
}

}  // namespace ck::catalog
