#include "cli/trace.hpp"

#include <algorithm>

#include "base/counted.hpp"
#include "base/strings.hpp"

namespace ck::cli {
namespace {

constexpr std::size_t kShownFiles = 3;

std::string group_text(const install::ObservedGroup& group) {
  std::string text = "  " + printable(group.source);
  // A file that nobody knows is its own source.
  if (group.origin != install::ObservedGroup::Origin::file || group.files.size() > 1) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(kShownFiles, group.files.size()); ++i)
      names.push_back(printable(group.files[i].native()));
    if (group.files.size() > names.size())
      names.push_back(std::to_string(group.files.size() - names.size()) + " more");
    text += ": " + join(names, ", ");
  }
  text += "\n";
  if (!group.advice.empty()) text += "      to declare it: " + printable(group.advice) + "\n";
  return text;
}

}  // namespace

Option trace_option() {
  return {"trace", "", "tell which files the commands open, and which of them are not declared"};
}

std::string observed_text(const std::vector<install::ObservedInputs>& observed) {
  if (observed.empty())
    return "nothing was run, so nothing was opened; --rebuild builds again what is there\n";
  std::string text;
  for (const auto& step : observed) {
    std::size_t all = 0;
    std::size_t undeclared = 0;
    std::string groups;
    for (const auto& group : step.groups) {
      all += group.files.size();
      if (group.declared) continue;
      undeclared += group.files.size();
      groups += group_text(group);
    }
    text += printable(step.what) + " opened " + counted(all, "file") + ", ";
    text += undeclared == 0 ? "all declared" : std::to_string(undeclared) + " not declared:";
    text += "\n" + groups;
    if (!step.complete)
      text += "  not all could be seen: 32-bit programs, or processes that let nobody look\n";
  }
  return text;
}

}  // namespace ck::cli
