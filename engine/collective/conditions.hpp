#pragma once
/// Collective Knowledge's own tag language, version order and conditions (CK 2.6.4). Versions here
/// are CK's, letters counting as 0; ours are model::Version.

#include <compare>
#include <optional>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/tags.hpp"

namespace ck::collective {

using VersionParts = std::vector<long long>;

/// Split at ".", "-" and "_"; a part that is no integer counts as 0: "1.2rc1" is [1, 0].
VersionParts version_parts(std::string_view text);
/// Missing parts are 0.
std::strong_ordering compare(const VersionParts& a, const VersionParts& b);
/// `version_from`, `version_to`: a list of numbers (or of texts), or a text; nothing if empty.
std::optional<VersionParts> version_bound(const Json& value);

/// "a,b;c,~d": ';' is OR, ',' AND, '~' NOT. An empty text holds.
bool or_tags_hold(std::string_view or_tags, const model::Tags& tags);

/// `enable_if_env` and the like: [{"VAR": ["a", "b"], "W": "x"}, …] is OR of (AND of "the value of
/// VAR, "" if unset, is among them"). Compares types too: 1 is not "1". `environment` is an object.
/// An empty or missing condition does not hold.
bool environment_condition_holds(const Json& condition, const Json& environment);

}  // namespace ck::collective
