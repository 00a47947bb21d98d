#include "experiment/archive.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "collective/surroundings.hpp"
#include "sys/host.hpp"

namespace ck::experiment {
namespace {

constexpr std::string_view kSchema = "ck.record/1";
constexpr std::size_t kMaxDocument = 256u << 20;

Json to_json(const sys::HostFacts& host) {
  Json json = {{"architecture", host.architecture},
               {"cpu_model", host.cpu_model},
               {"logical_cpus", host.logical_cpus},
               {"memory_bytes", host.memory_bytes},
               {"kernel", host.kernel},
               {"os_id", host.os_id},
               {"libc", host.libc},
               {"cpu_flags", host.cpu_flags},
               {"gpus", host.gpus}};
  if (host.microcode) json["microcode"] = *host.microcode;
  if (host.governor) json["governor"] = *host.governor;
  if (host.turbo) json["turbo"] = *host.turbo;
  return json;
}

Result<Json> part_of(const store::Point& point, const char* key) {
  CK_TRY(document, document_of(point));
  if (document.contains("imported")) {
    return fail(
        Error(ErrorCode::unsupported, "point " + point.uid +
                                          " was recorded with Collective Knowledge, and that "
                                          "keeps no plan which could be run again")
            .hint("'ck benchmark " + point.subject + " --record_uoa=NAME' measures it anew"));
  }
  if (!document.contains(key)) {
    return fail(ErrorCode::invalid, "the document of point " + point.uid + " has no '" + key + "'");
  }
  return document[key];
}

/// Whether more is to be said about how it was measured than how often.
bool is_benchmark(const Sampling& sampling) {
  return sampling.precision || sampling.preflight || sampling.repetitions > 1;
}

store::PointState state_after(const std::optional<Error>& failure) {
  if (!failure) return store::PointState::ok;
  return failure->code == ErrorCode::interrupted ? store::PointState::interrupted
                                                 : store::PointState::failed;
}

}  // namespace

std::string error_text(const Error& error) {
  const Json json = {{"code", name_of(error.code)},
                     {"message", error.message},
                     {"context", error.context},
                     {"hints", error.hints}};
  return to_text(json);
}

Status add_hooks(const std::string& hooks, Json& document) {
  if (hooks.empty()) return {};
  CK_TRY(more, parse_json(hooks, "the list of hooks"));
  for (auto& hook : more) document["hooks"].push_back(std::move(hook));
  return {};
}

Json make_document(const PointRequest& request, const run::RunPlan& plan, const install::Lock& lock,
                   const install::Context& context) {
  Json document = Json::object();
  document["schema"] = kSchema;
  document["ck_version"] = CK_VERSION;
  document["started"] = iso_time(context.clock.unix_ns());
  document["request"] = run::scrubber_of(plan).scrub(request.request);
  if (!request.sampling.precision) document["repetitions"] = request.sampling.repetitions;
  if (!request.sweep.id.empty()) {
    Json values = Json::object();
    for (const auto& [name, value] : request.sweep.values) values[name] = value;
    document["sweep"] = {{"id", request.sweep.id}, {"values", std::move(values)}};
  }
  document["lock"] = install::to_json(lock);
  document["plan"] = run::to_json(plan);
  document["host"] = to_json(sys::read_host_facts());
  return document;
}

std::string record_text(const Json& document, const run::RunPlan& plan) {
  return run::scrubber_of(plan).scrub(to_text(document));
}

Result<PointOutcome> execute_point(const PointRequest& request, const run::RunPlan& plan,
                                   const install::Lock& lock, const run::PassThrough& output,
                                   install::Context& context) {
  store::NewPoint wanted;
  wanted.experiment = request.experiment;
  wanted.tags = request.tags;
  wanted.subject = plan.subject;
  Json document = make_document(request, plan, lock, context);
  CK_CHECK(add_hooks(request.hooks, document));
  wanted.document = record_text(document, plan);
  wanted.replay_of = request.replay_of;
  wanted.created_ns = context.clock.unix_ns();
  CK_TRY(point, context.store.begin_point(wanted));

  const Keep keep = [&](const run::RunOutcome& outcome) {
    return context.store.add_repetition(point, outcome.keys, outcome.repetition);
  };
  auto phases = collective::phases_of(plan, output, context);
  auto ran = phases ? sample(request.sampling, plan, *phases, output, keep, context)
                    : fail(std::move(phases.error()));
  const std::optional<Error> failure = ran ? std::move(ran->failure) : std::optional(ran.error());
  const bool called_hooks = phases && phases->hooks;
  if (called_hooks) CK_CHECK(add_hooks(phases->hooks(), document));
  const bool benchmark = ran && is_benchmark(request.sampling);
  if (benchmark) document["sampling"] = to_json(request.sampling, ran->result);
  CK_CHECK(context.store.finish_point(
      point, state_after(failure), context.clock.unix_ns(),
      called_hooks || benchmark ? record_text(document, plan) : "",
      failure ? run::scrubber_of(plan).scrub(error_text(*failure)) : ""));
  if (!ran)
    return fail(
        std::move(ran.error()).in("point " + point.uid + " of experiment " + request.experiment));
  PointOutcome outcome;
  outcome.failure = failure;
  if (outcome.failure)
    outcome.failure->in("archived as point " + point.uid + " of experiment:" + request.experiment);
  CK_TRY(archived, context.store.point(point.uid));
  outcome.point = std::move(archived);
  return outcome;
}

SweepPlace sweep_place_of(const store::Point& point) {
  if (point.document.find("\"sweep\"") == std::string::npos) return {};
  const Json document = Json::parse(point.document, nullptr, false);
  const Json sweep = document.is_object() ? document.value("sweep", Json()) : Json();
  if (!sweep.is_object() || !sweep.value("id", Json()).is_string()) return {};
  SweepPlace place{sweep["id"].get<std::string>(), {}};
  const Json values = sweep.value("values", Json());
  if (!values.is_object()) return place;
  for (const auto& [name, value] : values.items())
    place.values.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  return place;
}

std::vector<MetricSummary> summarize(const store::Point& point) {
  std::vector<MetricSummary> summaries;
  const auto sampling = sampling_of(point);
  const std::size_t warm_up = sampling ? sampling->result.warm_up : 0;
  for (std::size_t i = 0; i < point.keys.size(); ++i) {
    std::vector<double> samples;
    for (const auto& repetition : point.repetitions) samples.push_back(repetition.metrics[i]);
    MetricSummary summary{point.keys[i], run::summarize(samples),
                          measure::describe(samples, warm_up)};
    // The dictionary belongs to the experiment: other points may have measured other things.
    if (summary.summary.count > 0) summaries.push_back(std::move(summary));
  }
  return summaries;
}

Result<Json> document_of(const store::Point& point) {
  const std::string source = "document of point " + point.uid;
  CK_TRY(document, parse_json(point.document, source, {.max_bytes = kMaxDocument}));
  if (!document.is_object()) return fail(ErrorCode::invalid, "the " + source + " is no object");
  return std::move(document);
}

Result<install::Lock> lock_of(const store::Point& point) {
  CK_TRY(json, part_of(point, "lock"));
  return install::lock_from_json(json, "lock of point " + point.uid);
}

Result<run::RunPlan> plan_of(const store::Point& point) {
  CK_TRY(json, part_of(point, "plan"));
  return run::run_plan_from_json(json, "plan of point " + point.uid);
}

}  // namespace ck::experiment
