#include "experiment/versus.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "collective/surroundings.hpp"

namespace ck::experiment {
namespace {

/// The signed-rank test looks at pairs of blocks; more than this is no better and takes long.
constexpr std::size_t kMostBlocks = 2000;
constexpr double kNanoseconds = 1e9;

/// A number for JSON, which has no infinity.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string_view name_of(measure::Judgement judgement) {
  switch (judgement) {
    case measure::Judgement::lower:
      return "lower";
    case measure::Judgement::higher:
      return "higher";
    case measure::Judgement::same:
      return "same";
    case measure::Judgement::disturbed:
      return "disturbed";
    case measure::Judgement::inconclusive:
      break;
  }
  return "inconclusive";
}

/// One variant while it is measured; the guard is the first variant once more.
struct Stream {
  const Variant* variant = nullptr;
  std::string label;
  store::Point point;
  Json document;
  run::Phases phases;
  int runs = 0;
  std::vector<double> blocks;  ///< mean logarithm of the metric, the first block left out
};

class Versus {
 public:
  Versus(const VersusRequest& request, const run::PassThrough& output, install::Context& context)
      : request_(request),
        output_(output),
        context_(context),
        rule_(request.rule),
        random_(request.point.sampling.seed),
        metric_(request.metric) {
    rule_.fewest_blocks =
        measure::fewest_blocks(request.variants.size() - 1, request.rule.fewest_blocks);
  }

  Result<VersusOutcome> execute() {
    CK_CHECK(begin());
    auto measured = measure_blocks();
    if (!measured) outcome_.failure = measured.error();
    const bool ours = outcome_.failure && outcome_.failure->code != ErrorCode::program_failed &&
                      outcome_.failure->code != ErrorCode::interrupted;
    if (!outcome_.failure) compare();
    CK_CHECK(finish());
    if (ours) return fail(std::move(*outcome_.failure));
    return std::move(outcome_);
  }

 private:
  install::Context& context_of(const Stream& stream) const {
    return stream.variant->context != nullptr ? *stream.variant->context : context_;
  }

  Status begin() {
    for (const auto& variant : request_.variants)
      streams_.push_back({&variant, variant.label, {}, {}, {}, 0, {}});
    streams_.push_back({&request_.variants.front(),
                        request_.variants.front().label + " (guard)",
                        {},
                        {},
                        {},
                        0,
                        {}});
    for (auto& stream : streams_) {
      const auto& plan = stream.variant->plan;
      auto& context = context_of(stream);
      CK_TRY(phases, collective::phases_of(plan, output_, context));
      stream.phases = std::move(phases);
      PointRequest point = request_.point;
      if (!stream.variant->sweep.id.empty()) point.sweep = stream.variant->sweep;
      stream.document = make_document(point, plan, stream.variant->lock, context);
      stream.document.erase("repetitions");
      CK_CHECK(add_hooks(stream.variant->hooks, stream.document));
      store::NewPoint wanted;
      const auto& experiment = stream.variant->experiment;
      wanted.experiment = experiment.empty() ? request_.point.experiment : experiment;
      wanted.replay_of = stream.variant->replay_of;
      wanted.tags = request_.point.tags;
      wanted.subject = plan.subject;
      wanted.document = record_text(stream.document, plan);
      wanted.created_ns = context_.clock.unix_ns();
      CK_TRY(begun, context_.store.begin_point(wanted));
      stream.point = std::move(begun);
    }
    return {};
  }

  Status measure_blocks() {
    const double ends = static_cast<double>(context_.clock.monotonic_ns()) +
                        request_.point.sampling.budget_seconds * kNanoseconds;
    std::size_t next_look = rule_.fewest_blocks;
    for (std::size_t block = 0; block <= kMostBlocks; ++block) {
      CK_CHECK(run_block(block > 0));
      context_.events.on(
          Progress{request_.variants.front().plan.subject, block + 1, std::nullopt, "blocks"});
      if (static_cast<double>(context_.clock.monotonic_ns()) >= ends) break;
      if (block < next_look) continue;
      if (all_decided()) break;
      next_look += std::max<std::size_t>(2, next_look / 4);
    }
    return {};
  }

  /// Every stream twice; counted unless it is the warm-up.
  Status run_block(bool counted) {
    std::vector<double> sums(streams_.size(), 0.0);
    for (const std::size_t index : measure::block_order(streams_.size(), random_)) {
      CK_CHECK(context_.cancel.check());
      CK_TRY(logarithm, run_stream(streams_[index]));
      sums[index] += logarithm;
    }
    for (std::size_t i = 0; counted && i < streams_.size(); ++i)
      streams_[i].blocks.push_back(sums[i] / 2);
    return {};
  }

  /// The metric's logarithm of one more run.
  Result<double> run_stream(Stream& stream) {
    const int number = ++stream.runs;
    // Another size of the environment for each run of each stream.
    const auto offset = static_cast<int>(&stream - streams_.data()) * 1'000'003;
    CK_TRY(outcome,
           run::run_once(stream.variant->plan, number, output_, context_of(stream), stream.phases,
                         conditions_of(request_.point.sampling, number + offset)));
    CK_CHECK(context_.store.add_repetition(stream.point, outcome.keys, outcome.repetition));
    if (outcome.failure) return fail(std::move(*outcome.failure).in("variant " + stream.label));
    if (metric_.empty()) metric_ = primary_metric(outcome.keys);
    const auto key = std::ranges::find(outcome.keys, metric_, &store::MetricKey::name);
    if (key == outcome.keys.end()) {
      return fail(ErrorCode::invalid,
                  "variant " + stream.label + " has no metric '" + metric_ + "' to be compared");
    }
    direction_ = key->direction;
    const double value =
        outcome.repetition.metrics[static_cast<std::size_t>(key - outcome.keys.begin())];
    if (!(value > 0)) {
      return fail(Error(ErrorCode::invalid,
                        fmt::format("metric '{}' of variant {} is {}: ratios need numbers above 0",
                                    metric_, stream.label, value))
                      .hint(metric_ == "user_time" || metric_ == "system_time"
                                ? "the kernel divides the two by sampling; --metric=cpu_time is "
                                  "their sum"
                                : "--metric=NAME compares another one"));
    }
    return std::log(value);
  }

  static std::vector<double> ratios(const Stream& stream, const Stream& first) {
    std::vector<double> result;
    for (std::size_t i = 0; i < stream.blocks.size(); ++i)
      result.push_back(stream.blocks[i] - first.blocks[i]);
    return result;
  }

  bool all_decided() const {
    const auto guard = ratios(streams_.back(), streams_.front());
    for (std::size_t i = 1; i + 1 < streams_.size(); ++i) {
      const auto own = ratios(streams_[i], streams_.front());
      if (!measure::decided(own, measure::judge(own, guard, rule_), rule_)) return false;
    }
    return true;
  }

  void compare() {
    const auto guard = ratios(streams_.back(), streams_.front());
    std::vector<measure::Comparison> comparisons;
    for (std::size_t i = 1; i + 1 < streams_.size(); ++i)
      comparisons.push_back(measure::judge(ratios(streams_[i], streams_.front()), guard, rule_));
    const auto adjusted = measure::control_false_discoveries(comparisons);
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      outcome_.results.push_back({streams_[i + 1].label, streams_.front().label, metric_,
                                  direction_, comparisons[i], adjusted[i], comparisons.size()});
    }
  }

  Json json_of(const VersusResult& result) const {
    const auto& c = result.comparison;
    return {{"against", result.against},
            {"metric", result.metric},
            {"direction", result.direction},
            {"margin", rule_.margin},
            {"judgement", name_of(c.judgement)},
            {"verdict", result.verdict()},
            {"text", text_of(result)},
            {"ratio", c.ratio},
            {"ratio_95_low", finite(c.interval_95.low)},
            {"ratio_95_high", finite(c.interval_95.high)},
            {"p_value", c.p_value},
            {"adjusted_p_value", result.adjusted_p},
            {"comparisons", result.comparisons},
            {"called_different", result.called_different()},
            {"first_half", c.first_half},
            {"second_half", c.second_half},
            {"guard_ratio", c.guard},
            {"guard_99_low", finite(c.guard_99.low)},
            {"guard_99_high", finite(c.guard_99.high)},
            {"blocks", c.blocks},
            {"needed_blocks", c.needed}};
  }

  Status finish() {
    const auto state = !outcome_.failure ? store::PointState::ok
                       : outcome_.failure->code == ErrorCode::interrupted
                           ? store::PointState::interrupted
                           : store::PointState::failed;
    SamplingResult sampling;
    sampling.metric = metric_;
    sampling.warm_up = 2;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      auto& stream = streams_[i];
      Json& comparison = stream.document["comparison"] = Json::object();
      comparison["id"] = streams_.front().point.uid;
      comparison["label"] = stream.label;
      comparison["role"] = i == 0 ? "first" : i + 1 == streams_.size() ? "guard" : "variant";
      if (i > 0 && i <= outcome_.results.size())
        comparison["result"] = json_of(outcome_.results[i - 1]);
      stream.document["sampling"] = to_json(request_.point.sampling, sampling);
      if (stream.phases.hooks) CK_CHECK(add_hooks(stream.phases.hooks(), stream.document));
      const std::string error =
          outcome_.failure
              ? run::scrubber_of(stream.variant->plan).scrub(error_text(*outcome_.failure))
              : "";
      CK_CHECK(context_.store.finish_point(stream.point, state, context_.clock.unix_ns(),
                                           record_text(stream.document, stream.variant->plan),
                                           error));
      CK_TRY(archived, context_.store.point(stream.point.uid));
      outcome_.points.push_back(std::move(archived));
    }
    return {};
  }

  const VersusRequest& request_;
  const run::PassThrough& output_;
  install::Context& context_;
  measure::ComparisonRule rule_;
  measure::Random random_;
  std::string metric_;
  std::string direction_;
  std::vector<Stream> streams_;
  VersusOutcome outcome_;
};

}  // namespace

bool VersusResult::called_different() const {
  return comparison.judgement == measure::Judgement::lower ||
         comparison.judgement == measure::Judgement::higher;
}

std::string VersusResult::verdict() const {
  const bool less_is_better = direction != "higher";
  switch (comparison.judgement) {
    case measure::Judgement::lower:
      return less_is_better ? "faster" : "slower";
    case measure::Judgement::higher:
      return less_is_better ? "slower" : "faster";
    case measure::Judgement::same:
      return "no difference shown";
    case measure::Judgement::disturbed:
      return "inconclusive: the machine makes differences of its own (guard)";
    case measure::Judgement::inconclusive:
      break;
  }
  return fmt::format("inconclusive: need about {} more blocks", comparison.needed);
}

std::string text_of(const VersusResult& result) {
  const auto& c = result.comparison;
  const std::string chance = result.comparisons > 1 ? fmt::format(", p {:.2g} (adjusted {:.2g})",
                                                                  c.p_value, result.adjusted_p)
                                                    : "";
  return fmt::format("{} against {}: {} x {:.4f} [{:.4f}, {:.4f}] in {} blocks{}: {}", result.label,
                     result.against, result.metric, c.ratio, c.interval_95.low, c.interval_95.high,
                     c.blocks, chance, result.verdict());
}

Result<VersusOutcome> execute_versus(const VersusRequest& request, const run::PassThrough& output,
                                     install::Context& context) {
  if (request.variants.size() < 2)
    return fail(ErrorCode::usage, "a comparison needs two variants at least");
  return Versus(request, output, context).execute();
}

std::string versus_text(const store::Point& point) {
  if (point.document.find("\"comparison\"") == std::string::npos) return {};
  const Json document = Json::parse(point.document, nullptr, false);
  const Json comparison = document.is_object() ? document.value("comparison", Json()) : Json();
  if (!comparison.is_object() || !comparison.value("label", Json()).is_string() ||
      !comparison.value("role", Json()).is_string())
    return {};
  const Json result = comparison.value("result", Json());
  if (result.is_object() && result.value("text", Json()).is_string())
    return result["text"].get<std::string>();
  return comparison["label"].get<std::string>() + ": " + comparison["role"].get<std::string>() +
         " of a comparison";
}

}  // namespace ck::experiment
