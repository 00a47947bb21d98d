#include "cli/report_json.hpp"

#include <nlohmann/json.hpp>

#include "cli/json_parts.hpp"

namespace ck::cli {
namespace {

/// Key by key: lists in braces would copy every value, and there may be many components.
Json component_json(const catalog::Component& component) {
  Json json;
  json["repo"] = component.id.repo;
  json["kind"] = component.id.kind;
  json["name"] = component.id.name;
  json["uid"] = component.id.uid;
  json["version"] = component.version;
  json["tags"] = std::vector<std::string>(component.tags.begin(), component.tags.end());
  json["path"] = component.path.native();
  return json;
}

Json broken_json(const catalog::BrokenComponent& broken) {
  return {{"file", broken.file.string()}, {"message", broken.error.message}};
}

Json repository_json(const catalog::Repository& repository) {
  constexpr const char* kOrigins[] = {"shipped", "cloned", "imported"};
  return {{"name", repository.name},
          {"uid", repository.uid},
          {"path", repository.path.string()},
          {"origin", kOrigins[static_cast<std::size_t>(repository.origin)]},
          {"url", repository.url},
          {"commit", repository.commit},
          {"pulled_ns", repository.pulled_ns}};
}

Json environment_json(const install::Environment& environment) {
  Json json = store::to_json(environment.record);
  json["path"] = environment.path.string();
  return json;
}

Json document_of(const app::PullReport& report) {
  Json json = titled("ck.pull/1");
  json["repositories"] = list(report.repositories, [](const catalog::PulledRepository& pulled) {
    return Json{{"name", pulled.name},
                {"url", pulled.url},
                {"old_commit", pulled.old_commit},
                {"commit", pulled.commit},
                {"needed_by", pulled.needed_by},
                {"path", pulled.path.string()}};
  });
  return json;
}

Json document_of(const app::RepositoriesReport& report) {
  Json json = titled("ck.repositories/1");
  json["repositories"] = list(report.repositories, repository_json);
  return json;
}

Json document_of(const app::RepositoryDetail& report) {
  Json json = titled("ck.repository/1");
  json["repository"] = repository_json(report.repository);
  if (report.git) {
    json["git"] = {{"commit", report.git->commit},
                   {"tree", report.git->tree},
                   {"branch", report.git->branch.value_or("")},
                   {"url", report.git->url},
                   {"local_changes", report.git->local_changes}};
  }
  json["kinds"] = list(report.kinds, [](const auto& kind) {
    return Json{{"kind", kind.first}, {"components", kind.second}};
  });
  json["broken"] = list(report.broken, broken_json);
  return json;
}

Json document_of(const app::SearchReport& report) {
  Json json = titled("ck.search/1");
  json["components"] = list(report.components, component_json);
  if (!report.broken.empty()) json["broken"] = list(report.broken, broken_json);
  if (report.timed_out) json["timed_out"] = true;
  return json;
}

Json document_of(const app::FindReport& report) {
  Json json = titled("ck.find/1");
  json["component"] = component_json(report.component);
  json["shadowed"] = list(report.shadowed, component_json);
  return json;
}

Json document_of(const app::DetectReport& report) {
  Json json = titled("ck.detect/1");
  json["software"] = list(report.software, [](const app::DetectedSoftware& software) {
    Json one = {{"component", component_json(software.component)}};
    one["environments"] = list(software.detection.found, environment_json);
    one["missed"] = list(software.detection.missed, [](const install::DetectionMiss& miss) {
      return Json{{"file", miss.file}, {"reason", miss.reason}};
    });
    return one;
  });
  return json;
}

Json document_of(const app::InstallReport& report) {
  Json json = titled("ck.install/1");
  json["plan"] = install::to_json(report.plan);
  json["installed"] = report.installed ? Json(*report.installed) : Json(nullptr);
  json["path"] = report.path.string();
  if (!report.observed.empty())
    json["observed"] = list(report.observed, [](const auto& one) { return install::to_json(one); });
  return json;
}

Json document_of(const app::EnvironmentsReport& report) {
  Json json = titled("ck.environments/1");
  json["environments"] = list(report.environments, environment_json);
  return json;
}

Json conflict_json(const solve::ConflictNode& node) {
  Json json = {{"statement", node.statement}};
  if (!node.because.empty()) json["because"] = list(node.because, conflict_json);
  return json;
}

Json document_of(const app::ExplainReport& report) {
  Json json = titled("ck.explain/1");
  json["subject"] = report.subject;
  json["choices"] = list(report.resolution.choices, [](const solve::Choice& choice) {
    Json one = {{"key", choice.key},
                {"scope", choice.scope},
                {"candidate", choice.candidate},
                {"reason", choice.reason}};
    one["demands"] = list(choice.demands, [](const solve::Demand& demand) {
      return Json{{"by", demand.by}, {"needs", demand.dependency.text()}};
    });
    one["rejected"] = list(choice.rejected, [](const solve::Rejection& rejection) {
      return Json{{"candidate", rejection.candidate}, {"reason", rejection.reason}};
    });
    return one;
  });
  if (!report.objections.empty()) {
    json["why_not"] = list(report.objections, [](const solve::Objection& objection) {
      Json one = {{"candidate", objection.candidate},
                  {"key", objection.key},
                  {"scope", objection.scope},
                  {"chosen", objection.chosen},
                  {"reason", objection.reason}};
      if (objection.proof) one["proof"] = conflict_json(*objection.proof);
      if (!objection.option.empty()) one["option"] = objection.option;
      return one;
    });
  }
  json["plan"] = install::to_json(report.plan);
  return json;
}

}  // namespace

std::string json_text(const app::PullReport& report) { return to_pretty_text(document_of(report)); }
std::string json_text(const app::RepositoriesReport& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::RepositoryDetail& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::SearchReport& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::FindReport& report) { return to_pretty_text(document_of(report)); }
std::string json_text(const app::DetectReport& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::InstallReport& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::EnvironmentsReport& report) {
  return to_pretty_text(document_of(report));
}
std::string json_text(const app::LogReport& report) {
  Json json = titled("ck.log/1");
  json["id"] = report.id;
  json["file"] = report.file.string();
  json["text"] = report.text;
  return to_pretty_text(json);
}
std::string json_text(const app::DoctorReport& report) {
  constexpr const char* kWeights[] = {"good", "odd", "broken"};
  Json json = titled("ck.doctor/1");
  json["components"] = report.components;
  json["findings"] = list(report.findings, [&](const app::Finding& finding) {
    return Json{{"weight", kWeights[static_cast<std::size_t>(finding.weight)]},
                {"where", finding.where},
                {"message", finding.message}};
  });
  return to_pretty_text(json);
}

std::string json_text(const app::LintReport& report, const std::vector<app::LintFix>& fixes) {
  Json json = titled("ck.lint/1");
  for (const auto& one : fixes)
    json["fixes"].push_back({{"file", one.file.string()}, {"changes", one.changes}});
  json["files"] = report.files;
  json["findings"] = list(report.findings, [](const app::LintFinding& one) {
    const bool error = one.severity == app::LintFinding::Severity::error;
    return Json{{"severity", error ? "error" : "warning"},
                {"file", one.file.string()},
                {"line", one.line},
                {"key", one.key},
                {"message", one.message},
                {"hint", one.hint},
                {"rule", one.rule}};
  });
  return to_pretty_text(json);
}

std::string json_text(const app::ComponentTestReport& report) {
  Json json = titled("ck.test/1");
  json["component"] = report.component.id.full_text();
  json["cases"] = list(report.cases, [](const app::ComponentCase& one) {
    Json item{{"case", one.what},
              {"passed", one.outcome == app::ComponentCase::Outcome::passed},
              {"testable", one.outcome != app::ComponentCase::Outcome::not_testable},
              {"detail", one.detail}};
    if (one.failure) {
      item["error"] = {{"code", name_of(one.failure->code)},
                       {"message", one.failure->message},
                       {"context", one.failure->context},
                       {"hints", one.failure->hints}};
    }
    if (one.reproducible) item["reproducible"] = *one.reproducible;
    if (!one.differing.empty()) {
      item["differing"] = list(one.differing, [](const std::string& file) {
        return Json{{"file", file}};
      });
    }
    return item;
  });
  return to_pretty_text(json);
}

std::string json_text(const app::CompileReport& report) {
  Json json = titled("ck.compile/1");
  const bool known = !report.environment.record.id.empty();
  json["environment"] = known ? environment_json(report.environment) : Json(nullptr);
  json["built"] = report.built;
  if (!report.characteristics.empty()) {
    json["characteristics"] = Json::parse(report.characteristics, nullptr, false);
  }
  if (report.plan) json["plan"] = install::to_json(*report.plan);
  if (!report.observed.empty())
    json["observed"] = list(report.observed, [](const auto& one) { return install::to_json(one); });
  return to_pretty_text(json);
}

std::string json_text(const install::HostFacts& facts) {
  return to_pretty_text(install::host_facts_to_json(facts));
}
std::string json_text(const app::ExplainReport& report) {
  return to_pretty_text(document_of(report));
}

}  // namespace ck::cli
