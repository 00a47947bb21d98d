#include "support/component_writer.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "support/temporary_home.hpp"

namespace ck::test {
namespace {

/// `, body` or nothing.
std::string further(const std::string& body) { return body.empty() ? "" : ", " + body; }

}  // namespace

std::string uid_of(std::string_view text) { return sha256_hex(text).substr(0, 16); }

std::string quoted_json(std::string_view text) { return to_text(Json(std::string(text))); }

ComponentWriter::ComponentWriter(fs::path folder, const std::string& name, const std::string& needs)
    : folder_(std::move(folder)) {
  write_text(folder_ / "ck-repo.json", R"({"schema": "ck.repo/1", "name": ")" + name +
                                           R"(", "uid": ")" + uid_of("repo:" + name) +
                                           R"(", "needs": )" + needs + "}\n");
}

fs::path ComponentWriter::folder_of(const std::string& kind, const std::string& name) const {
  if (kind == "package" || kind == "program") return folder_ / (kind + "s") / name;
  if (kind == "profile") return folder_ / "environments" / name;
  return folder_ / "components" / kind / name;
}

void ComponentWriter::raw(const std::string& kind, const std::string& name,
                          std::string_view text) const {
  write_text(folder_of(kind, name) / "ck.json", text);
}

void ComponentWriter::file(const std::string& kind, const std::string& name,
                           const fs::path& relative, std::string_view text) const {
  write_text(folder_of(kind, name) / relative, text);
}

void ComponentWriter::component(const std::string& kind, const std::string& name,
                                const std::string& body, const std::string& version) const {
  raw(kind, name,
      R"({"schema": "ck.)" + kind + R"(/1", "name": ")" + name + R"(", "uid": ")" +
          uid_of(kind + ":" + name) + R"(", "version": ")" + version + "\"" + further(body) +
          "}\n");
}

void ComponentWriter::program(const std::string& name, const std::string& script,
                              const std::string& body) const {
  file("program", name, "run.sh", script);
  component("program", name,
            R"("build": {"system": "none"},)"
            R"("commands": {"run": {"run": ["/bin/sh", "${program.path}/run.sh"]}})" +
                further(body));
}

void ComponentWriter::package(const std::string& name, const std::string& script,
                              const std::string& body) const {
  component("package", name,
            R"("build": {"system": "commands", "commands": [{"run": ["/bin/sh", "-c", )" +
                quoted_json(script) + R"(, "sh", "${prefix}"]}]})" + further(body));
}

}  // namespace ck::test
