#include "collective/fetch_tools.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "base/strings.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kRules = "rules.json";
constexpr std::string_view kLog = "log.jsonl";
constexpr std::string_view kTools = "fetch-tools";

std::string name_in(const std::string& url) {
  std::string path = url.substr(0, url.find_first_of("?#"));
  while (path.ends_with('/')) path.pop_back();
  const auto name = path.substr(path.rfind('/') + 1);
  return name.empty() || path.find("://") == std::string::npos ? "index.html" : name;
}

/// Walks the words of a command line: options that take a value, in both spellings, and words.
class Words {
 public:
  Words(const std::vector<std::string>& words, std::set<std::string> with_value)
      : words_(words), with_value_(std::move(with_value)) {}

  struct Word {
    std::string option;  ///< "-O", "--output"; empty for a plain word
    std::string value;
  };

  std::optional<Word> next() {
    if (place_ >= words_.size()) return std::nullopt;
    const std::string word = words_[place_++];
    if (!word.starts_with('-') || word == "-") return Word{{}, word};
    const auto equals = word.find('=');
    if (word.starts_with("--") && equals != std::string::npos)
      return Word{word.substr(0, equals), word.substr(equals + 1)};
    if (with_value_.contains(word)) return Word{word, take()};
    // -Ofile
    if (!word.starts_with("--") && word.size() > 2 && with_value_.contains(word.substr(0, 2)))
      return Word{word.substr(0, 2), word.substr(2)};
    return Word{word, {}};
  }

 private:
  std::string take() { return place_ < words_.size() ? words_[place_++] : std::string(); }

  const std::vector<std::string>& words_;
  std::set<std::string> with_value_;
  std::size_t place_ = 0;
};

Error no_meaning(const std::string& tool, const std::string& option) {
  return Error(ErrorCode::usage, tool + " " + printable(option) +
                                     ": inside installation scripts this option has no meaning")
      .hint("downloads of packages go through ck's verified cache");
}

Status check_urls(const FetchOrder& order, const std::string& tool) {
  if (!order.items.empty()) return {};
  return fail(ErrorCode::usage, tool + " is given no URL");
}

Status check_header(const std::string& header) {
  const auto colon = header.find(':');
  const bool whole =
      colon != 0 && colon != std::string::npos && header.find_first_of("\r\n") == std::string::npos;
  if (!whole) {
    return fail(ErrorCode::usage,
                "wget --header=" + printable(header) + ": a header looks like 'Name: value'");
  }
  const std::string name = to_lower(trim(header.substr(0, colon)));
  const bool ours = name == "host" || name == "range" || name == "transfer-encoding" ||
                    name.starts_with("if-") || name.starts_with("content-") ||
                    name.starts_with("proxy-");
  if (!ours) return {};
  return fail(ErrorCode::denied, "wget --header=" + printable(header) +
                                     ": this header is not a package's to set; it would make "
                                     "another thing of the URL");
}

Json rules_json(const DownloadRules& rules, bool offline) {
  Json sources = Json::object();
  for (const auto& [url, file] : rules.sources.of_urls) sources[url] = file;
  return {{"package", rules.package},
          {"required", to_json(rules.required)},
          {"sources", std::move(sources)},
          {"source", {{"file", rules.sources.any}, {"url", rules.sources.use->url}}},
          {"offline", offline}};
}

/// What a line of the log tells of the file that was given for any URL.
void take_use(const Json& line, GivenFiles& given) {
  if (yes_at(line, "any")) given.use->url = text_at(line, "url");
  if (yes_at(line, "refused")) given.use->refused = true;
}

Result<std::vector<Json>> log_of(const fs::path& channel) {
  std::vector<Json> lines;
  std::error_code missing;
  if (!fs::exists(channel / kLog, missing)) return lines;
  CK_TRY(text, sys::read_file(channel / kLog));
  for (const auto& line : split(text, '\n')) {
    if (line.empty()) continue;
    CK_TRY(entry, parse_json(line, (channel / kLog).string()));
    lines.push_back(std::move(entry));
  }
  return lines;
}

Result<DownloadRules> rules_in(const fs::path& channel, bool& offline) {
  DownloadRules rules;
  rules.package = "the download";
  if (channel.empty()) return rules;
  CK_TRY(text, sys::read_file(channel / kRules));
  CK_TRY(json, parse_json(text, (channel / kRules).string()));
  rules.package = text_at(json, "package");
  rules.required = sources_from_json(array_at(json, "required"));
  for (const auto& [url, file] : object_at(json, "sources").items())
    rules.sources.of_urls[url] = file.get<std::string>();
  rules.sources.any = text_at(object_at(json, "source"), "file");
  rules.sources.use->url = text_at(object_at(json, "source"), "url");
  CK_TRY(lines, log_of(channel));
  for (const auto& line : lines) take_use(line, rules.sources);
  offline = offline || yes_at(json, "offline");
  return rules;
}

Status note(const fs::path& channel, const Json& line) {
  if (channel.empty()) return {};
  std::ofstream log(channel / kLog, std::ios::app | std::ios::binary);
  log << to_text(line) + "\n";
  log.close();
  if (!log) return fail(ErrorCode::io, "cannot write " + (channel / kLog).string());
  return {};
}

Status deliver(const SeenDownload& download, const FetchOrder::Item& item,
               const fs::path& directory, std::string& to_stdout) {
  if (item.file == "-") {
    CK_TRY(text, sys::read_file(download.file));
    to_stdout += text;
    return {};
  }
  std::error_code error;
  fs::copy_file(download.file, directory / item.file, fs::copy_options::overwrite_existing, error);
  if (error) return fail(system_error("write " + item.file, error.value()));
  return {};
}

}  // namespace

Result<FetchOrder> read_wget(const std::vector<std::string>& arguments) {
  Words words(arguments,
              {"-O", "--output-document", "-P", "--directory-prefix", "-t", "--tries", "-T",
               "--timeout", "-U", "--user-agent", "-o", "--output-file", "-e", "--header"});
  static const std::set<std::string> dropped{"-q",
                                             "--quiet",
                                             "-c",
                                             "--continue",
                                             "-N",
                                             "--no-check-certificate",
                                             "-nc",
                                             "--no-clobber",
                                             "-nv",
                                             "--no-verbose",
                                             "-v",
                                             "--show-progress",
                                             "-t",
                                             "--tries",
                                             "-T",
                                             "--timeout",
                                             "-U",
                                             "--user-agent",
                                             "--progress",
                                             "--secure-protocol",
                                             "-o",
                                             "--output-file",
                                             "--no-proxy",
                                             "--no-cookies",
                                             "-4",
                                             "--inet4-only",
                                             "--content-disposition",
                                             "--max-redirect",
                                             "--retry-connrefused"};
  FetchOrder order;
  std::string output, prefix;
  std::vector<std::string> urls;
  while (const auto word = words.next()) {
    if (word->option.empty()) {
      urls.push_back(word->value);
    } else if (word->option == "-O" || word->option == "--output-document") {
      output = word->value;
    } else if (word->option == "-P" || word->option == "--directory-prefix") {
      prefix = word->value;
    } else if (word->option == "--header") {
      CK_CHECK(check_header(word->value));
      order.headers.push_back(word->value);
    } else if (!dropped.contains(word->option)) {
      return fail(no_meaning("wget", word->option));
    }
  }
  for (const auto& url : urls) {
    const std::string file = output.empty() ? (fs::path(prefix) / name_in(url)).string() : output;
    order.items.push_back({url, file});
  }
  order.names_file = !output.empty() || !prefix.empty();
  CK_CHECK(check_urls(order, "wget"));
  return order;
}

Result<FetchOrder> read_curl(const std::vector<std::string>& arguments) {
  Words words(arguments, {"-o", "--output", "--retry", "--connect-timeout", "-m", "--max-time",
                          "-C", "--continue-at", "-A", "--user-agent", "--retry-delay"});
  static const std::set<std::string> dropped{"-L",
                                             "--location",
                                             "-f",
                                             "--fail",
                                             "-s",
                                             "--silent",
                                             "-S",
                                             "--show-error",
                                             "-k",
                                             "--insecure",
                                             "-sS",
                                             "-sL",
                                             "-fsSL",
                                             "-sSL",
                                             "-fL",
                                             "-SL",
                                             "-Ls",
                                             "-#",
                                             "--progress-bar",
                                             "--retry",
                                             "--connect-timeout",
                                             "-m",
                                             "--max-time",
                                             "-C",
                                             "--continue-at",
                                             "-A",
                                             "--user-agent",
                                             "--retry-delay",
                                             "-v",
                                             "--verbose",
                                             "--compressed"};
  static const std::set<std::string> remote_names{"-O",   "--remote-name", "-LO",  "-OL", "-fLO",
                                                  "-sLO", "-sSLO",         "-LsO", "-kLO"};
  FetchOrder order;
  std::vector<std::string> urls, outputs;
  bool remote_name = false;
  while (const auto word = words.next()) {
    if (word->option.empty()) {
      urls.push_back(word->value);
    } else if (word->option == "-o" || word->option == "--output") {
      outputs.push_back(word->value);
    } else if (remote_names.contains(word->option)) {
      remote_name = true;
    } else if (!dropped.contains(word->option)) {
      return fail(no_meaning("curl", word->option));
    }
  }
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const std::string file = i < outputs.size() ? outputs[i] : remote_name ? name_in(urls[i]) : "-";
    order.items.push_back({urls[i], file});
  }
  CK_CHECK(check_urls(order, "curl"));
  return order;
}

Result<FetchChannel> FetchChannel::create(const fs::path& folder, const DownloadRules& rules,
                                          bool offline) {
  CK_CHECK(sys::make_directories(folder));
  CK_CHECK(sys::write_file(folder / kRules, to_pretty_text(rules_json(rules, offline))));
  return FetchChannel(folder, rules.sources);
}

Result<install::Variables> FetchChannel::variables(install::Variables base,
                                                   Workbench& bench) const {
  CK_TRY(tools, bench.find("script", std::string(kTools)));
  const auto path = std::ranges::find(base, "PATH", &std::pair<std::string, std::string>::first);
  const std::string rest = path == base.end() ? "" : ":" + path->second;
  install::set_variable(base, "PATH", (tools.path / "bin").string() + rest);
  install::set_variable(base, "CK_FETCH_CHANNEL", folder_.string());
  return base;
}

Result<std::vector<PackageSource>> FetchChannel::fetched() {
  std::vector<PackageSource> sources;
  CK_TRY(lines, log_of(folder_));
  std::vector<std::pair<std::string, std::string>> failures;
  for (const auto& entry : lines) {
    take_use(entry, given_);
    const auto url = text_at(entry, "url");
    std::erase_if(failures, [&](const auto& failure) { return failure.first == url; });
    if (const auto error = text_at(entry, "error"); !error.empty()) {
      failures.emplace_back(url, error);
    } else if (std::ranges::find(sources, url, &PackageSource::url) == sources.end()) {
      sources.push_back({url, text_at(entry, "sha256"), {}});
    }
  }
  if (failures.empty()) return sources;
  const bool refused = given_.use->refused;
  Error error(refused ? ErrorCode::usage : ErrorCode::network, failures.front().second);
  error.in(printable(failures.front().first));
  if (refused) {
    error.hint("--source=URL=PATH says which of them it is");
  } else {
    advise_another_place(error);
  }
  return fail(std::move(error));
}

Status execute_fetch(const FetchOrder& order, const fs::path& channel, const fs::path& directory,
                     install::Context& context, std::string& to_stdout) {
  bool offline = context.offline;
  CK_TRY(rules, rules_in(channel, offline));
  context.offline = offline;
  for (const auto& item : order.items) {
    const auto download = fetch_first_seen(item.url, rules, context, order.headers);
    if (!download) {
      CK_CHECK(note(channel, {{"url", item.url},
                              {"error", download.error().message},
                              {"refused", rules.sources.use->refused}}));
      return fail(download.error());
    }
    const bool any = !rules.sources.any.empty() && rules.sources.use->url == item.url;
    CK_CHECK(note(channel, {{"url", item.url}, {"sha256", download->sha256}, {"any", any}}));
    CK_CHECK(deliver(*download, item, directory, to_stdout));
  }
  return {};
}

}  // namespace ck::collective
