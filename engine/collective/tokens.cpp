#include "collective/tokens.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "collective/shell.hpp"

namespace ck::collective {

Result<std::string> replace_tokens(std::string_view text, TokenSyntax syntax,
                                   const TokenValue& value) {
  std::string replaced;
  std::size_t done = 0;
  while (true) {
    const auto begin = text.find(syntax.open, done);
    if (begin == std::string_view::npos) break;
    const auto name_begin = begin + syntax.open.size();
    const auto name_end = text.find(syntax.close, name_begin);
    if (name_end == std::string_view::npos) break;
    const auto end = name_end + syntax.close.size();
    CK_TRY(by, value({text.substr(name_begin, name_end - name_begin), text.substr(0, begin)}));
    replaced += text.substr(done, begin - done);
    replaced += by ? std::string_view(*by) : text.substr(begin, end - begin);
    done = end;
  }
  replaced += text.substr(done);
  return replaced;
}

Result<std::string> variables_as_references(std::string_view text) {
  return replace_tokens(
      text, kVariableToken, [&](const Token& token) -> Result<std::optional<std::string>> {
        if (is_variable_name(token.name)) return fmt::format("${{{}}}", token.name);
        return fail(ErrorCode::invalid,
                    fmt::format("'{}' asks for the variable '{}', which is no name of a variable",
                                printable(text), printable(token.name)));
      });
}

}  // namespace ck::collective
