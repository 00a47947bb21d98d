/// The manual page, made from the table.

#include "base/strings.hpp"
#include "cli/completion.hpp"

namespace ck::cli {
namespace {

/// Text as roff shows it unchanged.
std::string roff(std::string_view text) {
  std::string escaped = replace_all(std::string(text), "\\", "\\e");
  escaped = replace_all(escaped, "-", "\\-");
  if (escaped.starts_with(".") || escaped.starts_with("'")) escaped.insert(0, "\\&");
  return replace_all(escaped, "\n", "\n\\&");
}

std::string item(const Option& option) {
  return ".TP\n.B " + roff("--" + option.name) +
         (option.value.empty() ? "" : roff("=" + option.value)) + "\n" + roff(option.help) + "\n";
}

std::string section(const Command& command) {
  std::string text = ".SS " + roff("ck " + command.name) + "\n" + roff(command.summary) + "\n.nf\n";
  for (const auto& usage : command.usage) text += ".B " + roff("ck " + usage) + "\n";
  text += ".fi\n";
  if (!command.description.empty()) text += ".PP\n" + roff(command.description) + "\n";
  for (const auto& option : command.grammar.options) text += item(option);
  text += ".PP\nExamples:\n.nf\n.RS\n";
  for (const auto& example : command.examples) text += roff(example) + "\n";
  return text + ".RE\n.fi\n";
}

}  // namespace

std::string manual_page(const std::vector<Command>& table, const std::string& version) {
  std::string text = ".TH CK 1 \"\" \"ck " + version + "\" \"User Commands\"\n";
  text +=
      ".SH NAME\nck \\- reproducible workflows: resolve, install, run, archive, replay\n"
      ".SH SYNOPSIS\n.B ck\n.I COMMAND\n[\\fIKIND\\fR:\\fINAME\\fR] "
      "[\\fB\\-\\-\\fIoption\\fR=\\fIvalue\\fR "
      "...]\n.SH COMMANDS\n";
  for (const auto& command : table) text += section(command);
  text += ".SH OPTIONS OF EVERY COMMAND\n";
  for (const auto& option : common_options()) text += item(option);
  text +=
      ".SH EXIT STATUS\n.nf\n"
      "0    ok\n1    the request cannot be met\n2    wrong command line\n"
      "3    the program under test failed\n4    a replay differs\n5    busy, try again\n"
      "70   a bug of ck\n130  interrupted\n.fi\n"
      ".SH ENVIRONMENT\n.TP\n.B CK_HOME\nwhere state lies; by default $XDG_DATA_HOME/ck or "
      "~/.local/share/ck\n.TP\n.B NO_COLOR\nno colours\n";
  return text;
}

}  // namespace ck::cli
