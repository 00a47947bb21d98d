#include "catalog/state_packing.hpp"

namespace ck::catalog {
namespace {

constexpr std::uint8_t kLinked = 1;
constexpr std::uint8_t kSettled = 2;
constexpr std::uint8_t kHasAlias = 4;
constexpr std::uint8_t kLink = 8;
constexpr std::uint8_t kBroken = 16;

std::uint8_t flags_of(const Entry& entry) {
  return static_cast<std::uint8_t>((entry.linked ? kLinked : 0) | (entry.settled ? kSettled : 0) |
                                   (entry.link ? kLink : 0) | (entry.broken ? kBroken : 0) |
                                   (entry.alias != Stamp{} ? kHasAlias : 0));
}

}  // namespace

FolderStamps unpack_stamps(Unpacker& unpacker) {
  FolderStamps stamps;
  stamps.folder = unpacker.get<Stamp>();
  stamps.aliases = unpacker.get<Stamp>();
  stamps.linked = unpacker.get<std::uint8_t>() != 0;
  stamps.settled = unpacker.get<std::uint8_t>() != 0;
  return stamps;
}

EntryView unpack_entry(Unpacker& unpacker) {
  EntryView entry;
  entry.name = unpacker.get_text();
  const auto flags = unpacker.get<std::uint8_t>();
  entry.linked = (flags & kLinked) != 0;
  entry.settled = (flags & kSettled) != 0;
  entry.link = (flags & kLink) != 0;
  entry.broken = (flags & kBroken) != 0;
  entry.descriptor = unpacker.get<Stamp>();
  if ((flags & kHasAlias) != 0) entry.alias = unpacker.get<Stamp>();
  return entry;
}

std::string pack(const FolderState& state) {
  Packer packer;
  packer.put(state.stamps.folder);
  packer.put(state.stamps.aliases);
  packer.put(static_cast<std::uint8_t>(state.stamps.linked));
  packer.put(static_cast<std::uint8_t>(state.stamps.settled));
  for (const Entry& entry : state.entries) {
    packer.put_text(entry.name);
    packer.put(flags_of(entry));
    packer.put(entry.descriptor);
    if (entry.alias != Stamp{}) packer.put(entry.alias);
  }
  return packer.bytes();
}

std::optional<FolderState> unpack_folder(std::string_view bytes) {
  Unpacker unpacker(bytes);
  FolderState state;
  state.stamps = unpack_stamps(unpacker);
  while (unpacker.ok() && !unpacker.at_end()) {
    const EntryView entry = unpack_entry(unpacker);
    state.entries.push_back({std::string(entry.name), entry.descriptor, entry.alias, entry.link,
                             entry.linked, entry.settled, entry.broken});
  }
  if (!unpacker.ok()) return std::nullopt;
  return state;
}

}  // namespace ck::catalog
