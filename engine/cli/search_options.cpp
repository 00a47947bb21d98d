#include "cli/search_options.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace ck::cli {
namespace {

constexpr int kMost = 1'000'000'000;

/// The value of an option that is a JSON object, with the members that were typed one by one.
Result<Json> object_of(const Call& call, const std::string& option) {
  Json object = Json::object();
  if (const auto text = call.line.given(option)) {
    CK_TRY(value, parse_json(*text, "--" + option, {.duplicate_keys = true}));
    if (!value.is_object())
      return fail(Error(ErrorCode::usage, "--" + option + " must be a JSON object")
                      .hint("--" + option + ".KEY=value gives one member"));
    object = std::move(value);
  }
  const auto members = call.line.prefixed.find(option);
  if (members == call.line.prefixed.end()) return object;
  for (const auto& [name, value] : members->second) object[name] = value;
  return object;
}

/// As in CK a limit below 1 is none.
Result<std::optional<std::size_t>> limit_of(const Call& call) {
  if (call.line.has("limit") && call.line.has("limit_size"))
    return fail(ErrorCode::usage, "--limit and --limit_size say the same; give one of them");
  CK_TRY(limit, call.line.integer("limit", 1, kMost));
  CK_TRY(size, call.line.integer("limit_size", std::numeric_limits<int>::min(), kMost));
  const int most = limit ? *limit : size.value_or(0);
  if (most < 1) return std::optional<std::size_t>();
  return std::optional(static_cast<std::size_t>(most));
}

bool chooses_a_part(const std::string& option) {
  return option == "limit_size" || option == "start_from";
}

}  // namespace

Result<Part> part_of(const Call& call) {
  CK_TRY(limit, limit_of(call));
  CK_TRY(first, call.line.integer("start_from", 0, kMost));
  return Part{static_cast<std::size_t>(first.value_or(0)), limit};
}

std::vector<Option> search_options() {
  return {
      {"search_string", "TEXT", "a value in the description; * and ? stand for others"},
      {"search_dict", "JSON", "the description holds all of this object"},
      {"search_flat_dict", "JSON", "the same by flat keys, such as ##deps#compiler#local"},
      {"search_by_name", "TEXT", "the name in menus (data_name); * and ? stand for others"},
      {"ignore_case", "", "small and capital letters are the same there"},
      {"limit_size", "N", "at most so many; 0: all"},
      {"start_from", "N", "without the first N"},
      {"time_out", "SECONDS", "read descriptions for at most so long; -1: as long as it takes"},
  };
}

std::vector<std::string> search_documents() { return {"search_dict", "search_flat_dict"}; }

Result<app::SearchRequest> search_request(const Call& call, model::ComponentPattern pattern) {
  app::SearchRequest request;
  request.pattern = std::move(pattern);
  request.tags = model::TagQuery::parse(call.line.get("tags"), call.line.get("no_tags"));
  CK_TRY(part, part_of(call));
  request.limit = part.limit;
  request.skip = part.skip;
  CK_TRY(time_out, call.line.number("time_out", -1));
  if (time_out && *time_out >= 0) request.time_out_s = time_out;
  Json wanted = Json::object();
  for (const auto& option : search_documents()) {
    CK_TRY(object, object_of(call, option));
    wanted[option] = std::move(object);
  }
  for (const auto* option : {"search_string", "search_by_name", "ignore_case"})
    wanted[option] = call.line.get(option);
  request.wanted = to_text(wanted);
  return request;
}

Status check_searchable(const Call& call, const std::string& kind) {
  for (const auto& option : search_options()) {
    if (chooses_a_part(option.name)) continue;
    if (!call.line.has(option.name) && !call.line.prefixed.contains(option.name)) continue;
    return fail(Error(ErrorCode::usage, "--" + option.name +
                                            " looks at descriptions of components,"
                                            " not at " +
                                            kind)
                    .hint("'ck ls --help' tells how to choose them"));
  }
  return {};
}

}  // namespace ck::cli
