#include "app/lint.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/components.hpp"
#include "app/lint_files.hpp"
#include "base/json_lines.hpp"
#include "base/strings.hpp"
#include "collective/oddities.hpp"
#include "install/package_index.hpp"
#include "install/resolver.hpp"
#include "install/wheel.hpp"
#include "model/advice.hpp"
#include "model/ck_reader.hpp"
#include "model/native_reader.hpp"
#include "sys/files.hpp"

namespace ck::app {
namespace {

/// The folder of the module of a CK entry, which repositories may spread over folders in it.
fs::path module_of(const fs::path& entry) {
  std::error_code missing;
  const fs::path module = entry.parent_path().parent_path();
  const bool spread = !fs::exists(entry.parent_path() / ".cm", missing) &&
                      fs::exists(module / ".cm", missing) &&
                      !fs::exists(module / ".ckr.json", missing);
  return spread ? module : entry.parent_path();
}

using Form = DescriptorFile::Form;
using Severity = LintFinding::Severity;

/// A tag that so many components have is no slip.
constexpr std::int64_t kCommon = 3;
constexpr std::size_t kShortestSlip = 5;

/// "line 3" of a message of the JSON parser.
std::size_t line_in(const std::string& message) {
  const auto at = message.find("line ");
  if (at == std::string::npos) return 1;
  const auto end = message.find_first_not_of("0123456789", at + 5);
  return static_cast<std::size_t>(
      std::max<std::int64_t>(1, parse_integer(message.substr(at + 5, end - at - 5)).value_or(1)));
}

/// A component of ours that could be read.
struct Native {
  fs::path file;
  JsonLines lines;
  model::Descriptor descriptor;
};

class Linter {
 public:
  explicit Linter(Session& session) : session_(session) {}

  Result<LintReport> run(const fs::path& path) {
    CK_TRY(files, descriptor_files(path));
    for (const auto& file : files) {
      CK_CHECK(session_.cancel().check());
      CK_CHECK(read(file));
      ++report_.files;
    }
    CK_CHECK(look_around());
    std::ranges::stable_sort(report_.findings, {},
                             [](const LintFinding& one) { return std::pair(one.file, one.line); });
    return std::move(report_);
  }

 private:
  void add(Severity severity, const fs::path& file, std::size_t line, std::string key,
           std::string message, std::string hint, std::string rule) {
    report_.findings.push_back({severity, file, line, std::move(key), std::move(message),
                                std::move(hint), std::move(rule)});
  }

  void add_error(const fs::path& file, const Error& error, const std::string& rule) {
    add(Severity::error, file, line_in(error.message), {}, error.message,
        error.hints.empty() ? std::string() : error.hints.front(), rule);
  }

  Status read(const DescriptorFile& one) {
    auto text = sys::read_file(one.file);
    if (!text) {
      add_error(one.file, text.error(), "unreadable");
      return {};
    }
    switch (one.form) {
      case Form::component:
        read_native(one.file, *text);
        return {};
      case Form::repository:
      case Form::collective_repository:
        read_repository(one, *text);
        return {};
      case Form::collective:
        read_collective(one.file, *text);
        return {};
    }
    return {};
  }

  void read_repository(const DescriptorFile& one, const std::string& text) {
    const bool collective = one.form == Form::collective_repository;
    const std::string name = one.file.filename().string();
    const auto repository =
        collective ? model::read_ck_repository(text, name) : model::read_repository(text, name);
    if (!repository) return add_error(one.file, repository.error(), "format");
    if (collective) read_collective_repository(one.file);
  }

  void read_native(const fs::path& file, const std::string& text) {
    const std::string name = file.parent_path().filename().string();
    const auto problems = model::problems_of_descriptor(text, name, file.filename().string());
    if (!problems) return add_error(file, problems.error(), "syntax");
    JsonLines lines(text);
    for (const auto& problem : *problems) {
      const std::string subject = problem.path.empty() ? "the document" : problem.path;
      add(Severity::error, file, lines.of(problem.path), problem.path,
          subject + " " + problem.message, problem.hint, "format");
    }
    if (const auto summary = model::read_summary(text, name, file.filename().string()))
      summaries_.push_back({file, *summary, lines.of("/uid")});
    if (!problems->empty()) return;
    auto descriptor = model::read_descriptor(text, name, file.filename().string());
    const auto document = parse_json(text, file.filename().string());
    if (!descriptor || !document) return;
    for (const auto& advice : model::advice_on(*descriptor, *document)) {
      const std::string subject = advice.path.empty() ? "the component" : advice.path;
      add(Severity::warning, file, lines.of(advice.path), advice.path,
          subject + " " + advice.message, advice.hint, advice.rule);
    }
    natives_.push_back({file, std::move(lines), std::move(*descriptor)});
  }

  void read_collective(const fs::path& file, const std::string& text) {
    const auto document = parse_json(text, file.filename().string(), {.duplicate_keys = true});
    if (!document) return add_error(file, document.error(), "syntax");
    if (!document->is_object()) {
      return add(Severity::error, file, 1, {}, "the document must be an object", {}, "format");
    }
    catalog::Component component;
    component.path = file.parent_path().parent_path();
    component.id.name = component.path.filename().string();
    component.id.kind = module_of(component.path).filename().string();
    component.format = model::RepositoryDescriptor::Format::ck;
    for (auto& oddity : collective::oddities_of(component, *document))
      add(Severity::warning, file, 1, {}, std::move(oddity.message), {}, "oddity");
  }

  void read_collective_repository(const fs::path& file) {
    catalog::Repository repository;
    repository.path = file.parent_path();
    for (auto& oddity : collective::oddities_in(repository))
      add(Severity::warning, oddity.file, 1, {}, std::move(oddity.message), {}, "oddity");
  }

  // What one component alone does not show.

  Status look_around() {
    if (summaries_.empty()) return {};
    CK_TRY(context, session_.context());
    CK_CHECK(check_uids(context->catalog));
    CK_CHECK(count_tags(context->catalog));
    for (const auto& native : natives_) {
      check_tags(native);
      const auto* recipe = install::recipe_of(native.descriptor);
      if (recipe == nullptr) continue;
      CK_CHECK(check_needs(native, *recipe, context->catalog));
      check_wheels(native, *recipe, *context);
    }
    return {};
  }

  bool is_ours(const fs::path& folder) const {
    return std::ranges::any_of(
        summaries_, [&](const Summary& one) { return one.file.parent_path() == folder; });
  }

  Status check_uids(catalog::Catalog& catalog) {
    std::map<std::string, fs::path> owners;
    CK_TRY(known, catalog.search({}));
    for (const auto& component : known) {
      // A repository that is registered and here as another copy is the same thing twice.
      if (!is_ours(component.path)) registered_.push_back(component);
    }
    for (const auto& one : summaries_) {
      const auto [owner, first] = owners.emplace(one.summary.uid, one.file);
      if (!first) {
        add(Severity::error, one.file, one.uid_line, "/uid",
            "/uid is that of " + owner->second.string() + " too: " + one.summary.uid,
            "give it 16 hex digits of its own", "same-uid");
      }
      for (const auto& other : registered_) {
        const bool copy = other.id.kind == one.summary.kind && other.id.name == one.summary.name;
        if (other.id.uid != one.summary.uid || copy) continue;
        add(Severity::error, one.file, one.uid_line, "/uid",
            "/uid is that of " + other.id.full_text() + " too: " + one.summary.uid, {}, "same-uid");
      }
    }
    return {};
  }

  Status count_tags(catalog::Catalog& catalog) {
    CK_TRY(counts, catalog.tag_counts());
    for (const auto& [tag, count] : counts) tags_[tag] += count;
    for (const auto& one : summaries_) {
      if (std::ranges::any_of(registered_,
                              [&](const auto& other) { return other.id.uid == one.summary.uid; })) {
        continue;
      }
      for (const auto& tag : one.summary.tags) ++tags_[tag];
    }
    return {};
  }

  /// Names of components are tags as well as anything; only slips are told.
  void check_tags(const Native& native) {
    const auto* common = install::common_of(native.descriptor);
    if (common == nullptr) return;
    for (const auto& tag : common->tags) {
      if (tag.size() < kShortestSlip || tags_[tag] > 1) continue;
      for (const auto& [other, count] : tags_) {
        if (count < kCommon || edit_distance(tag, other) != 1 || differs_in_a_digit(tag, other))
          continue;
        add(Severity::warning, native.file, native.lines.of("/tags"), "/tags",
            "/tags has '" + printable(tag) + "', which nothing else has",
            "did you mean '" + printable(other) + "'?", "rare-tag");
        break;
      }
    }
  }

  /// "cifar10" and "cifar100" are two things.
  static bool differs_in_a_digit(const std::string& a, const std::string& b) {
    const auto digits = [](const std::string& text) {
      return std::ranges::count_if(text, [](unsigned char c) { return c >= '0' && c <= '9'; });
    };
    return digits(a) != 0 || digits(b) != 0;
  }

  Status check_needs(const Native& native, const model::Recipe& recipe, catalog::Catalog& catalog) {
    for (const auto& need : recipe.dependencies)
      CK_CHECK(check_need(native, need, "/dependencies/" + need.key, catalog));
    for (const auto& group : recipe.variations) {
      for (const auto& option : group.options) {
        const std::string path =
            "/variations/" + group.name + "/options/" + option.name + "/dependencies/";
        for (const auto& need : option.dependencies)
          CK_CHECK(check_need(native, need, path + need.key, catalog));
      }
    }
    return {};
  }

  Status check_need(const Native& native, const model::Dependency& need, const std::string& path,
                    catalog::Catalog& catalog) {
    // What only values or the machine decide.
    const bool open = need.tags.text().find('$') != std::string::npos ||
                      need.name.starts_with("host.") || need.name.starts_with("gpu.");
    if (open) return {};
    CK_TRY(found, catalog.providers({}, need.kind, need.name));
    const auto asked = [&](const std::string& kind, const std::string& name,
                           const std::string& uid) {
      const bool named = need.name.empty() || need.name == name || need.name == uid;
      return named && (need.kind.empty() || need.kind == kind);
    };
    const bool here = std::ranges::any_of(summaries_, [&](const Summary& one) {
      const model::Summary& summary = one.summary;
      return asked(summary.kind, summary.name, summary.uid) &&
             serves(offered(summary.tags, summary.kind, one.file), need);
    });
    const bool elsewhere = std::ranges::any_of(found, [&](const catalog::Component& component) {
      return serves(offered(component, catalog), need);
    });
    if (here || elsewhere) return {};
    std::string hint;
    std::vector<std::string> known;
    for (const auto& [tag, count] : tags_) known.push_back(tag);
    for (const auto& tag : need.tags.all) {
      if (tags_.contains(tag) || model::parse_kind(tag)) continue;
      hint = "no component has the tag '" + printable(tag) + "'";
      if (const auto near = did_you_mean(near_misses(tag, known))) hint += "; " + *near;
    }
    add(Severity::warning, native.file, native.lines.of(path), path,
        path + " is served by nothing in the repositories: " + printable(need.text()), hint,
        "unserved");
    return {};
  }

  static bool serves(const model::Tags& tags, const model::Dependency& need) {
    model::TagQuery wanted = need.tags;
    wanted.none.clear();  // a variation may bring what another one must not have
    return wanted.matches(tags);
  }

  /// A kind is as good as a tag, and so are names and tags of variations: they choose the option.
  static void add_variations(const model::Descriptor& descriptor, model::Tags& tags) {
    const auto* recipe = install::recipe_of(descriptor);
    if (recipe == nullptr) return;
    for (const auto& group : recipe->variations) {
      for (const auto& option : group.options) {
        tags.insert(option.name);
        tags.insert(option.tags);
      }
    }
  }

  model::Tags offered(model::Tags tags, const std::string& kind, const fs::path& file) const {
    tags.insert(kind);
    const auto native = std::ranges::find(natives_, file, &Native::file);
    if (native != natives_.end()) add_variations(native->descriptor, tags);
    return tags;
  }

  static model::Tags offered(const catalog::Component& component, const catalog::Catalog& catalog) {
    model::Tags tags = component.tags;
    tags.insert(component.id.kind);
    if (component.format != model::RepositoryDescriptor::Format::native) return tags;
    if (const auto descriptor = catalog.load(component)) add_variations(*descriptor, tags);
    return tags;
  }

  void check_wheels(const Native& native, const model::Recipe& recipe, install::Context& context) {
    std::set<std::string> given;
    for (const auto& source : recipe.sources) {
      if (const auto* pip = std::get_if<model::PipSource>(&source))
        given.insert(install::normalised_python_name(pip->package));
    }
    for (std::size_t i = 0; i < recipe.sources.size(); ++i) {
      const auto* pip = std::get_if<model::PipSource>(&recipe.sources[i]);
      if (pip == nullptr) continue;
      const fs::path file = context.home.downloads() / pip->sha256.substr(0, 2) / pip->sha256;
      std::error_code missing;
      if (!fs::exists(file, missing)) continue;
      const auto needs = install::read_wheel_needs(file, context);
      if (!needs) continue;
      const std::string path = "/sources/" + std::to_string(i);
      for (const auto& need : *needs) {
        if (given.contains(need.package)) continue;
        add(Severity::warning, native.file, native.lines.of(path), path,
            path + " needs " + printable(need.text) + ", which no source of the component gives",
            "one more source {\"pip\": \"" + need.package + "\", …}, unless a dependency brings it",
            "wheel-needs");
      }
    }
  }

  struct Summary {
    fs::path file;
    model::Summary summary;
    std::size_t uid_line = 1;
  };

  Session& session_;
  LintReport report_;
  std::vector<Summary> summaries_;
  std::vector<Native> natives_;
  std::vector<catalog::Component> registered_;  ///< that are not among what is looked at
  std::map<std::string, std::int64_t> tags_;    ///< in use, with how many components have them
};

}  // namespace

Result<fs::path> lint_path(Session& session, const std::string& what) {
  std::error_code missing;
  if (what.find(':') == std::string::npos || fs::exists(what, missing)) return fs::path(what);
  CK_TRY(pattern, model::ComponentPattern::parse(what));
  if (pattern.kind != "repo") {
    CK_TRY(found, find(session, pattern));
    return found.component.path;
  }
  CK_TRY(repositories, session.repositories());
  CK_TRY(repository, repositories->find(pattern.name));
  return repository.path;
}

Result<LintReport> lint(Session& session, const std::string& what) {
  CK_TRY(path, lint_path(session, what));
  return Linter(session).run(path);
}

}  // namespace ck::app
