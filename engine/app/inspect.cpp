#include "app/inspect.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "app/archive.hpp"
#include "base/strings.hpp"
#include "sys/files.hpp"
#include "sys/host.hpp"

namespace ck::app {
namespace {

Result<store::Point> find_point(Session& session, const PointName& name) {
  if (!name.point.empty()) return point_of(session, name.experiment, name.point);
  CK_TRY(store, session.store());
  CK_TRY(points, store->points(name.experiment));
  const auto found = std::find_if(points.rbegin(), points.rend(), [](const store::Point& point) {
    return point.state == store::PointState::ok && point.replay_of.empty();
  });
  if (found == points.rend()) {
    return fail(Error(ErrorCode::not_found,
                      "experiment '" + name.experiment + "' has no point that ended well")
                    .hint("name one: experiment:" + name.experiment + ":POINT"));
  }
  return std::move(*found);
}

Result<experiment::PlotFormat> format_of(const fs::path& out) {
  if (out.empty()) return experiment::PlotFormat::terminal;
  if (out.extension() == ".svg") return experiment::PlotFormat::svg;
  if (out.extension() == ".png") return experiment::PlotFormat::png;
  return fail(ErrorCode::usage,
              "'" + out.string() + "' must end in .svg or .png, which says what is drawn");
}

/// What gnuplot needs of the surroundings, fonts included.
std::vector<std::pair<std::string, std::string>> plot_variables(
    const std::vector<std::pair<std::string, std::string>>& all) {
  std::vector<std::pair<std::string, std::string>> variables = {{"LC_ALL", "C.UTF-8"},
                                                                {"TZ", "UTC"}};
  for (const auto& [name, value] : all) {
    if (name == "PATH" || name == "HOME" || name == "XDG_CACHE_HOME")
      variables.emplace_back(name, value);
  }
  return variables;
}

Result<std::string> run_gnuplot(Session& session, const std::string& script) {
  sys::ProcessSpec spec;
  spec.argv = {"gnuplot", "-d", "-"};
  spec.variables = plot_variables(sys::process_variables());
  spec.directory = "/";
  spec.stdin_text = script;
  spec.limits.wall_time = std::chrono::minutes(2);
  sys::SystemProcesses processes;
  auto result = processes.run(spec, session.cancel());
  if (!result) {
    Error error = std::move(result.error());
    if (error.code == ErrorCode::not_found)
      error.hint("pictures are drawn by gnuplot: apt install gnuplot-nox");
    return fail(std::move(error));
  }
  if (!result->ok() || result->out.empty()) {
    return fail(ErrorCode::internal,
                "gnuplot " + result->ending_text() + ": " + std::string(trim(result->err)));
  }
  return std::move(result->out);
}

/// gnuplot fills the whole terminal with spaces.
std::string without_margins(const std::string& drawn) {
  std::vector<std::string> lines;
  for (std::string line : split(drawn, '\n')) {
    line.erase(line.find_last_not_of(" \f\r") + 1);
    if (!lines.empty() || !line.empty()) lines.push_back(std::move(line));
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return join(lines, "\n") + "\n";
}

/// Kept outputs and logs of the points whose content is gone or changed.
Result<std::vector<std::string>> damaged_blobs(Session& session, const std::string& experiment) {
  CK_TRY(store, session.store());
  CK_TRY(points, store->points(experiment));
  std::vector<std::string> damaged;
  std::set<std::string> seen;
  const auto check = [&](const std::string& sha256, const std::string& what) {
    if (sha256.empty() || !seen.insert(sha256).second) return;
    const auto bytes = store->blobs().get(sha256);
    if (!bytes) damaged.push_back(what + ": " + bytes.error().message);
  };
  for (const auto& point : points) {
    for (const auto& repetition : point.repetitions) {
      CK_CHECK(session.cancel().check());
      check(repetition.out_sha256, "stdout of point " + point.uid);
      check(repetition.err_sha256, "stderr of point " + point.uid);
      for (const auto& output : repetition.outputs) {
        if (output.kept) check(output.sha256, "output " + output.name + " of point " + point.uid);
      }
    }
  }
  return damaged;
}

constexpr std::uint64_t kLargestTemplate = 1 << 20;

Result<fs::path> template_file(Session& session, const std::string& name) {
  std::error_code missing;
  if (name.find('/') != std::string::npos || name.ends_with(".md")) return fs::path(name);
  const fs::path folder = session.settings().shipped / "components" / "report";
  const fs::path file = folder / (name + ".md");
  if (fs::is_regular_file(file, missing)) return file;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder, missing))
    names.push_back(entry.path().stem().string());
  Error error(ErrorCode::not_found, "there is no template '" + name + "'");
  if (const auto hint = did_you_mean(near_misses(name, names))) error.hint(*hint);
  return fail(std::move(error)
                  .hint("templates there are: " + join(names, ", "))
                  .hint("or give a file: --template=./mine.md"));
}

fs::path allowed_signers(Session& session, const fs::path& given) {
  if (!given.empty()) return given;
  const fs::path usual = session.settings().home / "allowed_signers";
  std::error_code missing;
  return fs::is_regular_file(usual, missing) ? usual : fs::path();
}

/// Calls `work` with what ssh-keygen needs.
template <typename Work>
auto with_signing(Session& session, Work work)
    -> decltype(work(std::declval<const experiment::Signing&>())) {
  CK_TRY(home, session.home());
  sys::SystemProcesses processes;
  const auto variables = sys::process_variables();
  return work(experiment::Signing{processes, session.cancel(), variables, home->work()});
}

}  // namespace

Result<experiment::DiffReport> diff(Session& session, const PointName& a, const PointName& b) {
  CK_TRY(point_a, find_point(session, a));
  CK_TRY(point_b, find_point(session, b));
  return experiment::diff(point_a, point_b);
}

Result<PlotReport> plot(Session& session, const experiment::PlotRequest& request,
                        const PlotTarget& target) {
  CK_TRY(format, format_of(target.out));
  CK_TRY(archive, open_archive(session));
  CK_TRY(picture, experiment::make_picture(request, archive));
  const std::string script =
      experiment::gnuplot_script(picture, format, target.columns, target.lines);
  CK_TRY(drawn, run_gnuplot(session, script));
  PlotReport report;
  for (const auto& series : picture.series) report.marks += series.marks.size();
  if (format == experiment::PlotFormat::terminal) {
    report.text = without_margins(drawn);
    return report;
  }
  report.file = fs::absolute(target.out);
  CK_CHECK(sys::write_file(report.file, drawn));
  return report;
}

bool RecordsReport::good() const {
  return !chain.broken && chain.columns.good() && !notes.broken && damaged_outputs.empty() &&
         std::ranges::none_of(signatures, [](const SignatureReport& signature) {
           return signature.state == experiment::SignatureState::wrong ||
                  signature.state == experiment::SignatureState::outdated ||
                  signature.state == experiment::SignatureState::untrusted;
         });
}

Result<RecordsReport> verify_records(Session& session, const std::string& experiment,
                                     const fs::path& allowed) {
  CK_TRY(archive, open_archive(session));
  RecordsReport report;
  if (experiment.empty()) {
    CK_TRY(chain, store::verify_chain(archive));
    report.chain = std::move(chain);
    CK_TRY(notes, store::verify_notes(archive));
    report.notes = std::move(notes);
    return report;
  }
  CK_TRY(head, archive.head(experiment));
  report.experiment = head.name;
  CK_TRY(chain, store::verify_chain(archive, head));
  report.chain = std::move(chain);
  CK_TRY(notes, store::verify_notes(archive, head));
  report.notes = std::move(notes);
  CK_TRY(damaged, damaged_blobs(session, head.name));
  report.damaged_outputs = std::move(damaged);
  CK_TRY(signatures, store::signatures(archive, head));
  const fs::path signers = allowed_signers(session, allowed);
  for (auto& signature : signatures) {
    CK_TRY(state, with_signing(session, [&](const experiment::Signing& signing) {
             return experiment::check_signature(archive, head, signature, signers, signing);
           }));
    report.signatures.push_back({std::move(signature), state});
  }
  return report;
}

bool ColumnRepairReport::ok() const {
  return std::ranges::all_of(experiments, [](const One& one) {
    return one.outcome == One::Outcome::sound || one.outcome == One::Outcome::repaired;
  });
}

namespace {

Result<ColumnRepairReport::One> repair_columns_of(store::Archive& archive,
                                                  const store::ExperimentHead& head, bool force) {
  using Outcome = ColumnRepairReport::One::Outcome;
  CK_TRY(chain, store::verify_chain(archive, head));
  ColumnRepairReport::One one{head.name, Outcome::sound, 0, chain.columns.reason};
  if (chain.broken) {
    one.outcome = Outcome::broken;
    one.reason = "point " + chain.broken->point + ": " + chain.broken->reason;
  } else if (force || !chain.columns.good()) {
    CK_TRY(points, store::rebuild_columns(archive, head));
    one.outcome = Outcome::repaired;
    one.points = points;
  }
  return one;
}

}  // namespace

Result<ColumnRepairReport> repair_columns(Session& session, const std::string& experiment,
                                          bool force) {
  CK_TRY(archive, open_archive(session));
  std::vector<store::ExperimentHead> heads;
  if (experiment.empty()) {
    CK_TRY(all, archive.heads("", {}));
    heads = std::move(all);
  } else {
    CK_TRY(head, archive.head(experiment));
    heads.push_back(std::move(head));
  }
  ColumnRepairReport report;
  for (const auto& head : heads) {
    CK_CHECK(session.cancel().check());
    auto one = repair_columns_of(archive, head, force);
    if (one) {
      report.experiments.push_back(std::move(*one));
    } else {
      report.experiments.push_back({head.name, ColumnRepairReport::One::Outcome::failed, 0,
                                    one.error().message, one.error()});
    }
  }
  return report;
}

Result<experiment::SignatureState> check_signature(Session& session,
                                                   const experiment::ExperimentRecords& records,
                                                   const store::Signature& signature,
                                                   const fs::path& allowed) {
  const auto about = experiment::signed_by(signature.statement);
  const auto now =
      store::statement_of(records.points, records.experiment.uid, about.last, about.points);
  return with_signing(session, [&](const experiment::Signing& signing) {
    return experiment::check_signature(now.text, signature, allowed_signers(session, allowed),
                                       signing);
  });
}

Result<store::Signature> sign(Session& session, const std::string& experiment, const fs::path& key,
                              const std::string& signer) {
  CK_TRY(archive, open_archive(session));
  CK_TRY(head, archive.head(experiment));
  return with_signing(session, [&](const experiment::Signing& signing) {
    return experiment::sign(archive, head, key, signer, session.clock(), signing);
  });
}

Result<experiment::Report> report(Session& session, const std::string& experiment,
                                  const std::string& name) {
  CK_TRY(file, template_file(session, name));
  CK_TRY(text, sys::read_file(file, kLargestTemplate));
  CK_TRY(records, records_of(session, experiment));
  CK_TRY(facts, experiment::report_facts(records));
  return experiment::fill_template(text, facts, file.string());
}

Status write_text(const fs::path& file, const std::string& text) {
  return sys::write_file(fs::absolute(file), text);
}

Result<experiment::ImportReport> import_benchmarks(Session& session, const fs::path& file,
                                                   const std::string& experiment) {
  CK_TRY(store, session.store());
  return experiment::import_benchmarks({file, experiment}, *store, session.clock());
}

}  // namespace ck::app
