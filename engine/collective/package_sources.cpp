#include "collective/package_sources.hpp"

#include <algorithm>
#include <optional>

#include "base/strings.hpp"
#include "collective/fetch_tools.hpp"
#include "collective/first_seen.hpp"
#include "collective/meta.hpp"
#include "sys/files.hpp"

namespace ck::collective {
namespace {

constexpr std::string_view kYes = "YES";

class Fetcher {
 public:
  Fetcher(const DownloadRules& rules, Json& environment, const install::Variables& values,
          const fs::path& folder, Workbench& bench)
      : rules_(rules),
        environment_(environment),
        values_(values),
        folder_(folder),
        context_(bench.context()) {}

  Result<std::vector<PackageSource>> run() {
    detect_names();
    if (value("PACKAGE_WGET") == kYes) {
      CK_CHECK(fetch_file());
      environment_["PACKAGE_WGET"] = "NO";
    }
    if (value("PACKAGE_GIT") == kYes) {
      CK_CHECK(fetch_repository());
      environment_["PACKAGE_GIT"] = "NO";
    }
    return std::move(sources_);
  }

 private:
  std::string value(const std::string& name) const {
    if (const auto chosen = chosen_.find(name); chosen != chosen_.end()) return chosen->second;
    const auto found =
        std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
    return found == values_.end() ? std::string() : found->second;
  }

  /// PACKAGE_DETECT_VARS=YES: NAME_LINUX goes before NAME.
  void detect_names() {
    if (value("PACKAGE_DETECT_VARS") != kYes) return;
    for (const auto* name : {"PACKAGE_URL", "PACKAGE_NAME", "PACKAGE_NAME1"}) {
      if (auto special = value(std::string(name) + "_LINUX"); !special.empty())
        chosen_[name] = std::move(special);
    }
  }

  const PackageSource* required_of(const std::string& url) const {
    const auto found = std::ranges::find(rules_.required, url, &PackageSource::url);
    return found == rules_.required.end() ? nullptr : &*found;
  }

  // Files.

  /// The command line that the script would give wget.
  Result<FetchOrder> wget_order(const std::string& url) const {
    std::vector<std::string> arguments;
    for (const auto& word : split(value("PACKAGE_WGET_EXTRA"), ' ')) {
      if (!word.empty()) arguments.push_back(word);
    }
    if (const auto header = value("PACKAGE_WGET_HEADER"); !header.empty())
      arguments.push_back("--header=" + header);
    arguments.push_back(url);
    auto order = read_wget(arguments);
    if (!order) return fail(std::move(order.error()).in(rules_.package + ", PACKAGE_WGET_EXTRA"));
    return order;
  }

  /// With the folders that it lies in; links that a script made may lead out.
  Result<fs::path> place_of(const std::string& file) const {
    fs::path below;
    for (const auto& part : fs::path(file).parent_path()) {
      below /= part;
      CK_TRY(folder, sys::contained_path(folder_, below.string()));
      CK_CHECK(sys::make_directories(folder));
    }
    return sys::contained_path(folder_, file);
  }

  Status fetch_file() {
    const std::string name = value("PACKAGE_NAME");
    if (name.empty()) {
      return fail(Error(ErrorCode::invalid, "PACKAGE_NAME is not set: which file of " +
                                                printable(value("PACKAGE_URL")) +
                                                " to download is not known")
                      .hint("a hook of the package may set it for other systems only; "
                            "--env.PACKAGE_NAME=FILE names it"));
    }
    const std::string url = value("PACKAGE_URL") + "/" + name;
    CK_TRY(order, wget_order(url));
    const auto& item = order.items.back();
    const std::string file = order.names_file ? item.file : fs::path(name).filename().string();
    if (!sys::is_plain_relative_path(file))
      return fail(ErrorCode::invalid, "'" + printable(file) + "' is no name of a file");
    CK_TRY(target, place_of(file));
    CK_TRY(download, fetch_first_seen(url, rules_, context_, order.headers));
    std::error_code error;
    fs::copy_file(download.file, target, fs::copy_options::overwrite_existing, error);
    if (error) return fail(system_error("copy the download to " + file, error.value()));
    sources_.push_back({url, download.sha256, {}});
    return {};
  }

  // Git.

  static std::string option_after(const std::vector<std::string>& words, const std::string& name) {
    const auto place = std::ranges::find(words, name);
    return place == words.end() || place + 1 == words.end() ? std::string() : *(place + 1);
  }

  static bool is_commit(const std::string& text) {
    return text.size() >= 7 && text.size() <= 40 &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  Status fetch_repository() {
    const std::string url = value("PACKAGE_URL");
    CK_TRY(target, sys::contained_path(folder_, value("PACKAGE_SUB_DIR")));
    const auto flags = split(value("PACKAGE_GIT_CLONE_FLAGS"), ' ');
    std::string wanted = value("PACKAGE_GIT_CHECKOUT");
    for (const auto* option : {"-b", "--branch"}) {
      if (wanted.empty()) wanted = option_after(flags, option);
    }
    if (const auto* source = required_of(url)) wanted = source->commit;
    auto given = rules_.sources.file_for(url);
    if (!given) return fail(std::move(given.error()).in(rules_.package));
    if (*given) return clone((*given)->string(), url, wanted, target);
    if (context_.offline) {
      return fail(Error(ErrorCode::network, "the git repository " + printable(url) +
                                                " is needed, and nothing may be fetched")
                      .in(rules_.package));
    }
    return clone(url, url, wanted, target);
  }

  /// A name may be a branch, a tag or a commit; git alone knows.
  Status clone(const std::string& from, const std::string& url, const std::string& wanted,
               const fs::path& target) {
    CK_TRY(git, context_.transfer.git());
    std::vector<sys::GitRevision> revisions;
    if (is_commit(wanted)) revisions.push_back({{}, {}, wanted});
    if (!wanted.empty()) {
      revisions.push_back({{}, wanted, {}});
      revisions.push_back({wanted, {}, {}});
    } else {
      revisions.emplace_back();
    }
    for (std::size_t i = 0; i < revisions.size(); ++i) {
      auto state = git->clone(from, revisions[i], target, context_.events, context_.cancel);
      if (state) {
        sources_.push_back({url, {}, state->commit});
        return {};
      }
      const bool other_name =
          state.error().code == ErrorCode::not_found && i + 1 < revisions.size();
      if (!other_name) return fail(with_advice(std::move(state.error()), rules_.package, url));
    }
    return {};
  }

  const DownloadRules& rules_;
  Json& environment_;
  const install::Variables& values_;
  const fs::path& folder_;
  install::Context& context_;
  std::map<std::string, std::string> chosen_;
  std::vector<PackageSource> sources_;
};

}  // namespace

Json to_json(const std::vector<PackageSource>& sources) {
  Json list = Json::array();
  for (const auto& source : sources) {
    Json one = {{"url", source.url}};
    if (!source.sha256.empty()) one["sha256"] = source.sha256;
    if (!source.commit.empty()) one["commit"] = source.commit;
    list.push_back(std::move(one));
  }
  return list;
}

std::vector<PackageSource> sources_from_json(const Json& value) {
  std::vector<PackageSource> sources;
  if (!value.is_array()) return sources;
  for (const auto& one : value)
    sources.push_back({text_at(one, "url"), text_at(one, "sha256"), text_at(one, "commit")});
  return sources;
}

Result<std::vector<PackageSource>> fetch_package_sources(const DownloadRules& rules,
                                                         Json& environment,
                                                         const install::Variables& values,
                                                         const fs::path& folder, Workbench& bench) {
  return Fetcher(rules, environment, values, folder, bench).run();
}

}  // namespace ck::collective
