#include "install/resolver.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "install/universe.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kTags = "tags:";
constexpr std::string_view kEnvironment = "env:";

Error bad_pin(const std::string& key, const std::string& text) {
  return Error(ErrorCode::usage, "--dep." + key + "=" + text + " cannot be understood")
      .hint("it takes tags:a,b or KIND:NAME or KIND:NAME@RANGE or env:ID or a version range");
}

Result<model::VersionRange> pin_range(const std::string& key, const std::string& text,
                                      std::string_view range) {
  auto parsed = model::VersionRange::parse(range);
  if (!parsed) return fail(bad_pin(key, text).in(parsed.error().message));
  return parsed;
}

/// "env:3fa1" -> the one environment whose id starts so.
Status complete_environment_pins(std::vector<solve::Pin>& pins,
                                 const std::vector<store::EnvironmentRecord>& records) {
  for (auto& pin : pins) {
    if (!pin.candidate.starts_with(kEnvironment)) continue;
    const std::string start = pin.candidate.substr(kEnvironment.size());
    std::vector<const store::EnvironmentRecord*> matches;
    for (const auto& record : records) {
      if (record.id.starts_with(start)) matches.push_back(&record);
    }
    if (matches.size() != 1) {
      return fail(Error(matches.empty() ? ErrorCode::not_found : ErrorCode::conflict,
                        matches.empty() ? "there is no environment " + start
                                        : "several environments start with " + start)
                      .in("--dep." + pin.key + "=" + pin.candidate)
                      .hint("'ck show env' lists them"));
    }
    pin.candidate = candidate_id(*matches.front());
  }
  return {};
}

}  // namespace

Result<solve::Pin> parse_pin(const std::string& key, const std::string& text) {
  solve::Pin pin;
  pin.key = key;
  if (text.starts_with(kTags)) {
    pin.tags = model::TagQuery::parse(std::string_view(text).substr(kTags.size()));
    return pin;
  }
  if (text.starts_with(kEnvironment)) {
    if (text.size() < kEnvironment.size() + 4)
      return fail(bad_pin(key, text).hint("an ID has at least 4 digits"));
    pin.candidate = text;
    return pin;
  }
  const auto colon = text.find(':');
  if (colon == std::string::npos) {
    CK_TRY(range, pin_range(key, text, text));
    pin.version = range;
    return pin;
  }
  const auto at = text.find('@', colon);
  pin.kind = text.substr(0, colon);
  pin.component = text.substr(colon + 1, at == std::string::npos ? at : at - colon - 1);
  if (pin.kind == "soft") pin.kind = "software";
  if (pin.kind.empty() || pin.component.empty()) return fail(bad_pin(key, text));
  if (at != std::string::npos) {
    CK_TRY(range, pin_range(key, text, std::string_view(text).substr(at + 1)));
    pin.version = range;
  }
  return pin;
}

Result<Resolved> resolve(const ResolveRequest& request, Context& context) {
  CK_CHECK(refresh_environments(context.store, context.home));
  CK_TRY(records, context.store.environments());
  solve::Request wanted{request.subject, request.dependencies, request.conflicts, request.pins,
                        request.reuse};
  CK_CHECK(complete_environment_pins(wanted.pins, records));
  const auto facts = request.host ? *request.host : host_facts(sys::read_host_facts());
  CK_TRY(offered, collect_offers(wanted, {records, facts, request.why_not}, context));
  CK_TRY(answer, solve::solve(offered.universe, wanted));
  if (const auto* conflict = std::get_if<solve::Conflict>(&answer)) {
    Error error = conflict->to_error();
    for (auto& hint : offered.hints) error.hint(std::move(hint));
    return fail(std::move(error));
  }
  auto& resolution = std::get<solve::Resolution>(answer);
  // What a lock says of keys that are no longer asked for does not matter.
  std::erase_if(resolution.unused_pins, [&](const std::string& key) {
    return std::ranges::none_of(wanted.pins, [&](const solve::Pin& pin) {
      return pin.key == key && pin.source == solve::Pin::Source::command_line;
    });
  });
  if (!resolution.unused_pins.empty()) {
    std::vector<std::string> keys;
    for (const auto& choice : resolution.choices) keys.push_back(choice.key);
    const auto& key = resolution.unused_pins.front();
    Error error(ErrorCode::usage,
                "nothing that " + request.subject + " needs has the key '" + key + "'");
    if (const auto hint = did_you_mean(near_misses(key, keys))) error.hint(*hint);
    error.hint("keys: " + join(keys, ", "));
    return fail(std::move(error));
  }
  Resolved resolved{std::move(resolution), std::move(offered.offers), {}, request.host};
  if (request.why_not) {
    CK_TRY(objections, solve::why_not(offered.universe, wanted, *request.why_not));
    resolved.objections = std::move(objections);
  }
  return resolved;
}

const model::Recipe* recipe_of(const model::Descriptor& descriptor) {
  if (const auto* package = std::get_if<model::Package>(&descriptor)) return &package->recipe;
  if (const auto* program = std::get_if<model::Program>(&descriptor)) return &program->recipe;
  return nullptr;
}

const model::Common* common_of(const model::Descriptor& descriptor) {
  return std::visit(
      [](const auto& one) -> const model::Common* {
        if constexpr (requires { one.common; }) {
          return &one.common;
        } else {
          return nullptr;
        }
      },
      descriptor);
}

}  // namespace ck::install
