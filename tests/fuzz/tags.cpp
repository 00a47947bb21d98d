// Tag queries, patterns for components, substitutions and regular expressions, from one text each.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.hpp"
#include "model/component.hpp"
#include "model/pattern.hpp"
#include "model/substitution.hpp"
#include "model/tags.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ck::model;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = text.find('\n');
  const std::string_view first = text.substr(0, middle);
  const std::string_view second =
      middle == std::string_view::npos ? std::string_view() : text.substr(middle + 1);

  const TagQuery query = TagQuery::parse(first, second);
  if (!query.matches(Tags(query.all)) && query.none.empty()) {
    if (query.all.front() != "") std::abort();  // only an empty element matches nothing
  }
  if (const auto pattern = ComponentPattern::parse(first)) {
    const auto again = ComponentPattern::parse(pattern->text());
    if (!again || again->text() != pattern->text()) std::abort();
  }
  const Lookup nothing = [](std::string_view) { return std::string("$"); };
  if (const auto result = substitute(first, nothing); result && substitution_names(first).empty()) {
    if (result->size() > first.size()) std::abort();
  }
  if (const auto pattern = Pattern::parse(first)) pattern->find(second);
  return 0;
}
