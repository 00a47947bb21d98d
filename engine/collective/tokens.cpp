#include "collective/tokens.hpp"

namespace ck::collective {

Result<std::string> replace_tokens(std::string_view text, TokenSyntax syntax,
                                   const TokenValue& value) {
  std::string replaced;
  while (true) {
    const auto begin = text.find(syntax.open);
    if (begin == std::string_view::npos) break;
    const auto name_begin = begin + syntax.open.size();
    const auto name_end = text.find(syntax.close, name_begin);
    if (name_end == std::string_view::npos) break;
    CK_TRY(by, value(text.substr(name_begin, name_end - name_begin)));
    const auto end = name_end + syntax.close.size();
    replaced += text.substr(0, begin);
    replaced += by ? std::string_view(*by) : text.substr(begin, end - begin);
    text.remove_prefix(end);
  }
  replaced += text;
  return replaced;
}

}  // namespace ck::collective
