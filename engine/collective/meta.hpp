#pragma once
/// Reading Collective Knowledge's loosely typed documents: flags are "yes", numbers may be strings,
/// lists may be "a,b,c", anything may be missing. Nothing here fails: what is not there is empty.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace ck::collective {

/// The member as text: strings trimmed as they are, numbers and booleans as JSON writes them
/// (true: "yes"); empty when it is missing, null or no scalar.
std::string text_at(const Json& object, std::string_view key);
/// The same, but a string as it stands: it may begin or end with blanks that count.
std::string raw_text_at(const Json& object, std::string_view key);
bool yes_at(const Json& object, std::string_view key);
/// The member if it is an object (array), else an empty one.
const Json& object_at(const Json& object, std::string_view key);
const Json& array_at(const Json& object, std::string_view key);
/// A list of texts: an array of scalars, or "a,b,c" (parts trimmed, empty ones dropped).
std::vector<std::string> texts_at(const Json& object, std::string_view key);
/// A number written as number or as text.
double number_at(const Json& object, std::string_view key, double otherwise);
/// "a,b , c" as its parts, trimmed, without empty ones.
std::vector<std::string> comma_list(std::string_view text);

/// CK's merge: objects key by key, everything else replaces.
void merge(Json& target, const Json& source);

}  // namespace ck::collective
