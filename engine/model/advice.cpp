#include "model/advice.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "base/strings.hpp"
#include "model/native_fields.hpp"
#include "model/substitution.hpp"

namespace ck::model {
namespace {

using native::child;
using native::shown;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_loopback(std::string_view url) {
  return contains(url, "://127.0.0.1") || contains(url, "://localhost") ||
         contains(url, "://[::1]");
}

/// Every text of a document that names ${something}, collected once.
void collect_names(const Json& value, std::set<std::string>& names) {
  if (value.is_string()) {
    for (auto& name : substitution_names(value.get_ref<const std::string&>()))
      names.insert(std::move(name));
  } else if (value.is_structured()) {
    for (const auto& member : value) collect_names(member, names);
  }
}

class Adviser {
 public:
  explicit Adviser(const Json& document) : document_(document) { collect_names(document, names_); }

  std::vector<Advice> take() { return std::move(advice_); }

  void common(const Common& common) {
    if (common.description.empty())
      add("", "has no description", "say in one sentence what it is", "no-description");
    // How software is licensed that somebody else installed is not ours to say.
    if (common.license.empty() && common.kind != Kind::software && common.kind != Kind::profile)
      add("", "has no license", "an SPDX name, such as \"Apache-2.0\"", "no-license");
  }

  void recipe(const Recipe& recipe) {
    sources(recipe);
    parameters(recipe);
    variations(recipe);
    for (std::size_t i = 0; i < recipe.build.commands.size(); ++i)
      command(recipe.build.commands[i].run, child("/build/commands", i) + "/run");
    command(recipe.check.run, "/check/run");
    for (const auto& [name, text] : recipe.build.options)
      place(text, child("/build/options", name));
    exports(recipe.exports);
  }

  void exports(const Exports& exports) {
    for (const auto& [name, text] : exports.values) place(text, child("/exports/values", name));
    for (const auto& [name, text] : exports.variables)
      place(text, child("/exports/variables", name));
    for (const auto& [name, text] : exports.prepend) place(text, child("/exports/prepend", name));
  }

  void program(const Program& program) {
    for (const auto& one : program.commands)
      command(one.run, child("/commands", one.name) + "/run");
    for (const auto& [name, text] : program.variables) place(text, child("/variables", name));
    members("outputs", [this](const Json& output, const std::string& path) {
      if (output.contains("compare")) return;
      add(path, "does not say how a replay compares it",
          "\"compare\": \"exact\", \"text\", {\"numeric\": …}, {\"image\": …} or \"none\"",
          "no-comparison");
    });
  }

  void command(const std::vector<std::string>& run, const std::string& path) {
    if (run.empty()) return;
    const std::string program = run.front().substr(run.front().rfind('/') + 1);
    const bool shell = program == "sh" || program == "bash" || program == "dash";
    if (run.size() == 1 && contains(run.front(), " "))
      add(path, "is one text with blanks", "write each word as a string of its own", "shell-text");
    for (std::size_t i = 0; i < run.size(); ++i) {
      place(run[i], child(path, i));
      if (!shell && run.size() > 1) shell_text(run[i], child(path, i));
    }
  }

 private:
  void add(std::string path, std::string message, std::string hint, std::string rule) {
    advice_.push_back({std::move(path), std::move(message), std::move(hint), std::move(rule)});
  }

  template <typename Look>
  void members(const char* key, Look look) {
    const auto found = document_.find(key);
    if (found == document_.end() || !found->is_object()) return;
    for (const auto& [name, value] : found->items()) {
      if (value.is_object()) look(value, child("/" + std::string(key), name));
    }
  }

  void place(const std::string& text, const std::string& path) {
    constexpr std::array<std::string_view, 8> kOfOneMachine = {
        "/home/", "/root/", "/Users/", "/tmp/", "/mnt/", "/media/", "/scratch/", "~/"};
    for (const auto start : kOfOneMachine) {
      if (!text.starts_with(start)) continue;
      add(path, "is " + shown(text) + ", a place that other machines do not have",
          "use ${prefix}, ${source}, ${work}, a parameter or a dependency", "absolute-path");
    }
  }

  /// No shell reads a command: these would be passed on as they stand.
  void shell_text(const std::string& word, const std::string& path) {
    constexpr std::array<std::string_view, 8> kWords = {"&&", "||", "|",  ">",
                                                        "<",  ";",  ">>", "2>&1"};
    const bool operation = std::ranges::find(kWords, word) != kWords.end();
    const bool expansion = contains(word, "$(") || word.starts_with('`') ||
                           (word.size() > 1 && word[0] == '$' && word[1] != '{' && word[1] != '$');
    if (!operation && !expansion) return;
    add(path, "is " + shown(word) + ", which only a shell understands",
        "run a script with it, or {\"sh\", \"-c\", …}", "shell-text");
  }

  void sources(const Recipe& recipe) {
    bool wheels = false;
    bool node = false;
    for (std::size_t i = 0; i < recipe.sources.size(); ++i) {
      const auto& source = recipe.sources[i];
      const std::string path = child("/sources", i);
      if (const auto* url = std::get_if<UrlSource>(&source)) {
        for (const auto& one : url->urls) plain(one, path + "/url");
      } else if (const auto* git = std::get_if<GitSource>(&source)) {
        plain(git->url, path + "/git");
      } else if (const auto* pip = std::get_if<PipSource>(&source)) {
        plain(pip->from, path + "/from");
        wheels = true;
      } else if (const auto* npm = std::get_if<NpmSource>(&source)) {
        plain(npm->from, path + "/from");
        node = true;
      }
    }
    const bool as_they_are = recipe.build.system == Build::System::none;
    if (wheels && as_they_are) exported(recipe, "PYTHONPATH", "lib/python", "no-python-path");
    if (node && as_they_are) exported(recipe, "NODE_PATH", "lib/node_modules", "no-node-path");
  }

  void exported(const Recipe& recipe, const std::string& variable, const std::string& folder,
                const std::string& rule) {
    const auto sets = [&](const NamedTexts& texts) {
      return std::ranges::any_of(texts, [&](const auto& one) { return one.first == variable; });
    };
    if (sets(recipe.exports.prepend) || sets(recipe.exports.variables)) return;
    add("/sources", "are packages that dependants do not find: nothing exports " + variable,
        "\"exports\": {\"prepend\": {\"" + variable + "\": \"${prefix}/" + folder + "\"}}", rule);
  }

  void plain(const std::string& url, const std::string& path) {
    if (!url.starts_with("http://") || is_loopback(url)) return;
    add(path, "is fetched without encryption: " + shown(url), "https://", "plain-http");
  }

  bool is_read(const std::string& name, const Recipe& recipe) const {
    if (names_.contains(name)) return true;
    const auto asks = [&](const Dependency& one) { return one.when.any_of.contains(name); };
    if (std::ranges::any_of(recipe.dependencies, asks)) return true;
    return std::ranges::any_of(recipe.variations, [&](const VariationGroup& group) {
      return std::ranges::any_of(group.options, [&](const Variation& option) {
        return std::ranges::any_of(option.dependencies, asks);
      });
    });
  }

  void parameters(const Recipe& recipe) {
    for (const auto& parameter : recipe.parameters) {
      if (is_read(parameter.name, recipe)) continue;
      add(child("/parameters", parameter.name), "is read by nothing",
          "use ${" + parameter.name + "} somewhere, or remove it", "idle-parameter");
    }
  }

  void variations(const Recipe& recipe) {
    std::set<std::string> taken;
    for (const auto& group : recipe.variations) {
      const std::string path = child("/variations", group.name) + "/options";
      std::size_t idle = 0;
      for (const auto& option : group.options) {
        const bool changes = !option.tags.empty() || !option.variables.empty() ||
                             !option.dependencies.empty() || !option.excludes.empty() ||
                             !option.conflicts.empty();
        if (!changes && !is_read(group.name, recipe) && ++idle > 1)
          add(child(path, option.name), "changes nothing, like another option of its group",
              "give it variables, tags or dependencies, or use ${" + group.name + "}",
              "idle-variation");
        if (taken.insert(option.name).second) continue;
        add(child(path, option.name), "is never reached by --variation: another group has it too",
            "give it a name of its own", "same-option");
      }
    }
  }

  const Json& document_;
  std::set<std::string> names_;  ///< used in ${…} anywhere
  std::vector<Advice> advice_;
};

}  // namespace

std::vector<Advice> advice_on(const Descriptor& descriptor, const Json& document) {
  Adviser adviser(document);
  if (const auto* program = std::get_if<Program>(&descriptor)) {
    adviser.common(program->common);
    adviser.recipe(program->recipe);
    adviser.program(*program);
  } else if (const auto* package = std::get_if<Package>(&descriptor)) {
    adviser.common(package->common);
    adviser.recipe(package->recipe);
  } else if (const auto* software = std::get_if<Software>(&descriptor)) {
    adviser.common(software->common);
    adviser.exports(software->exports);
  } else if (const auto* script = std::get_if<Script>(&descriptor)) {
    adviser.common(script->common);
    adviser.recipe(script->recipe);
    adviser.command(script->run, "/run");
  } else if (const auto* profile = std::get_if<Profile>(&descriptor)) {
    adviser.common(profile->common);
  }
  return adviser.take();
}

}  // namespace ck::model
