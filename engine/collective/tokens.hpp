#pragma once
/// Tokens in texts of Collective Knowledge: "$#name#$" and "$<<NAME>>$".

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace ck::collective {

struct TokenSyntax {
  std::string_view open;
  std::string_view close;
};
inline constexpr TokenSyntax kHashToken{"$#", "#$"};
inline constexpr TokenSyntax kVariableToken{"$<<", ">>$"};

/// A token, and the text that stands before it (as written, its own tokens not replaced).
struct Token {
  std::string_view name;
  std::string_view before;
};

/// What stands for a token; nothing leaves it as it is.
using TokenValue = std::function<Result<std::optional<std::string>>(const Token&)>;

/// `text` with its tokens replaced from left to right; what is put in is not looked at again.
/// Fails only as `value` does.
Result<std::string> replace_tokens(std::string_view text, TokenSyntax syntax,
                                   const TokenValue& value);

/// Every "$<<NAME>>$" of a shell text as "${NAME}"; `invalid` when NAME cannot name a variable.
Result<std::string> variables_as_references(std::string_view text);

}  // namespace ck::collective
