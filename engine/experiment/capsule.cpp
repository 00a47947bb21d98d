#include "experiment/capsule.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/sha256.hpp"
#include "base/strings.hpp"
#include "experiment/archive.hpp"
#include "store/chain.hpp"
#include "sys/files.hpp"

namespace ck::experiment {
namespace {

constexpr std::string_view kSchema = "ck.capsule/1";
constexpr std::string_view kSchemaName = "ck.capsule/";
constexpr const char* kIndex = "capsule.json";
constexpr std::uint64_t kMostBytes = 1u << 30;  ///< of one file that is read whole
const JsonLimits kLimits{.max_bytes = kMostBytes};

fs::path point_file(const fs::path& folder, const std::string& uid) {
  return folder / "points" / (uid + ".json");
}
fs::path blob_file(const fs::path& folder, const std::string& sha256) {
  return folder / "blobs" / sha256;
}

// --- writing

/// JSON has neither infinities nor NaN, which stands for what was not measured.
Json number_json(double value) {
  if (std::isnan(value)) return nullptr;
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

Json to_json(const store::Repetition& repetition) {
  Json json = {{"number", repetition.number},
               {"started_ns", repetition.started_ns},
               {"wall_ns", repetition.wall_ns},
               {"user_ns", repetition.user_ns},
               {"system_ns", repetition.system_ns},
               {"max_rss_bytes", repetition.max_rss_bytes},
               {"ok", repetition.ok},
               {"ending", repetition.ending},
               {"detail", repetition.detail},
               {"out_sha256", repetition.out_sha256},
               {"err_sha256", repetition.err_sha256},
               {"metrics", Json::array()},
               {"outputs", Json::array()}};
  for (const double value : repetition.metrics) json["metrics"].push_back(number_json(value));
  for (const auto& output : repetition.outputs) {
    json["outputs"].push_back({{"name", output.name},
                               {"path", output.path},
                               {"sha256", output.sha256},
                               {"size_bytes", output.size_bytes},
                               {"kept", output.kept}});
  }
  return json;
}

/// The document stays a text: its hash is that of its bytes.
Json to_json(const store::Point& point) {
  Json json = {{"schema", "ck.capsule-point/1"}, {"uid", point.uid},
               {"subject", point.subject},       {"state", store::name_of(point.state)},
               {"created_ns", point.created_ns}, {"ended_ns", point.ended_ns},
               {"document", point.document},     {"error", point.error},
               {"replay_of", point.replay_of},   {"keys", Json::array()},
               {"repetitions", Json::array()}};
  for (const auto& key : point.keys) {
    json["keys"].push_back(
        {{"name", key.name}, {"unit", key.unit}, {"direction", key.direction}, {"role", key.role}});
  }
  for (const auto& repetition : point.repetitions)
    json["repetitions"].push_back(to_json(repetition));
  return json;
}

Json index_of(const ExperimentRecords& records) {
  Json json = {{"schema", kSchema},
               {"ck_version", CK_VERSION},
               {"experiment",
                {{"uid", records.experiment.uid},
                 {"name", records.experiment.name},
                 {"tags", std::vector<std::string>(records.experiment.tags.begin(),
                                                   records.experiment.tags.end())},
                 {"created_ns", records.experiment.created_ns}}},
               {"points", Json::array()},
               {"annotations", Json::array()}};
  for (const auto& point : records.points) {
    json["points"].push_back(
        {{"uid", point.uid}, {"content", store::recorded_hash(point, records.experiment.uid)}});
  }
  for (const auto& annotation : records.annotations) {
    json["annotations"].push_back({{"point", annotation.point},
                                   {"created_ns", annotation.created_ns},
                                   {"author", annotation.author},
                                   {"kind", store::name_of(annotation.kind)},
                                   {"text", annotation.text}});
  }
  for (const auto& signature : records.signatures) {
    json["signatures"].push_back({{"created_ns", signature.created_ns},
                                  {"signer", signature.signer},
                                  {"statement", signature.statement},
                                  {"signature", signature.signature}});
  }
  return json;
}

/// Names of the blobs of a point.
std::set<std::string> blobs_of(const store::Point& point) {
  std::set<std::string> names;
  for (const auto& repetition : point.repetitions) {
    names.insert({repetition.out_sha256, repetition.err_sha256});
    for (const auto& output : repetition.outputs) {
      if (output.kept) names.insert(output.sha256);
    }
  }
  names.erase("");
  return names;
}

// --- reading

/// Names from a capsule become paths: only hexadecimal digits may.
std::string digits(ObjectReader& reader, const char* key) {
  const std::string text = reader.optional_string(key).value_or("");
  if (text.find_first_not_of("0123456789abcdef") != std::string::npos)
    reader.problem(key, "must be hexadecimal digits");
  return text;
}

std::string text(ObjectReader& reader, const char* key) {
  return reader.optional_string(key).value_or("");
}
std::int64_t integer(ObjectReader& reader, const char* key, std::int64_t least = INT64_MIN) {
  return reader.optional_integer(key, least).value_or(0);
}

double number_of(const Json& value, const std::string& path, JsonProblems& problems) {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  if (!value.is_null()) problems.add(path, "must be a number, null, \"inf\" or \"-inf\"");
  return std::numeric_limits<double>::quiet_NaN();
}

store::StoredOutput output_of(const Json& value, const std::string& path, JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  store::StoredOutput output;
  output.name = text(reader, "name");
  output.path = text(reader, "path");
  output.sha256 = digits(reader, "sha256");
  output.size_bytes = static_cast<std::uint64_t>(integer(reader, "size_bytes", 0));
  output.kept = reader.optional_bool("kept").value_or(false);
  reader.finish();
  return output;
}

store::Repetition repetition_of(const Json& value, const std::string& path,
                                JsonProblems& problems) {
  ObjectReader reader(value, path, problems);
  store::Repetition repetition;
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  repetition.number = static_cast<int>(reader.optional_integer("number", 1, kMost).value_or(1));
  repetition.started_ns = integer(reader, "started_ns");
  repetition.wall_ns = integer(reader, "wall_ns");
  repetition.user_ns = integer(reader, "user_ns");
  repetition.system_ns = integer(reader, "system_ns");
  repetition.max_rss_bytes = static_cast<std::uint64_t>(integer(reader, "max_rss_bytes", 0));
  repetition.ok = reader.optional_bool("ok").value_or(false);
  repetition.ending = text(reader, "ending");
  repetition.detail = text(reader, "detail");
  repetition.out_sha256 = digits(reader, "out_sha256");
  repetition.err_sha256 = digits(reader, "err_sha256");
  reader.each("metrics", [&](const Json& item, const std::string& place) {
    repetition.metrics.push_back(number_of(item, place, problems));
  });
  reader.each("outputs", [&](const Json& item, const std::string& place) {
    repetition.outputs.push_back(output_of(item, place, problems));
  });
  reader.finish();
  return repetition;
}

Result<store::Point> read_point(const fs::path& file) {
  CK_TRY(bytes, sys::read_file(file, kMostBytes));
  CK_TRY(json, parse_json(bytes, file.filename().string(), kLimits));
  JsonProblems problems(file.filename().string());
  ObjectReader reader(json, "", problems);
  const std::string schemas[] = {"ck.capsule-point/1"};
  const std::string states[] = {"ok", "failed", "interrupted"};
  reader.choice("schema", schemas);
  store::Point point;
  point.uid = digits(reader, "uid");
  point.subject = text(reader, "subject");
  point.state = store::state_named(reader.choice("state", states));
  point.created_ns = integer(reader, "created_ns");
  point.ended_ns = integer(reader, "ended_ns");
  point.document = text(reader, "document");
  point.error = text(reader, "error");
  point.replay_of = digits(reader, "replay_of");
  reader.each("keys", [&](const Json& item, const std::string& path) {
    ObjectReader key(item, path, problems);
    point.keys.push_back(
        {text(key, "name"), text(key, "unit"), text(key, "direction"), text(key, "role")});
    key.finish();
  });
  reader.each("repetitions", [&](const Json& item, const std::string& path) {
    point.repetitions.push_back(repetition_of(item, path, problems));
    if (point.repetitions.back().metrics.size() > point.keys.size())
      problems.add(path + "/metrics", "has more numbers than there are keys");
  });
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return point;
}

store::Annotation annotation_of(const Json& value, const std::string& path,
                                JsonProblems& problems) {
  using Kind = store::Annotation::Kind;
  ObjectReader reader(value, path, problems);
  const std::string kinds[] = {"note", "tag", "untag"};
  const std::string kind = reader.choice("kind", kinds);
  store::Annotation annotation;
  annotation.point = digits(reader, "point");
  annotation.created_ns = integer(reader, "created_ns");
  annotation.author = text(reader, "author");
  annotation.kind = kind == "note" ? Kind::note : kind == "tag" ? Kind::tag : Kind::untag;
  annotation.text = reader.string("text");
  reader.finish();
  return annotation;
}

/// A point of the index with the hash of all it holds.
using Listed = std::vector<std::pair<std::string, std::string>>;

Result<ExperimentRecords> read_index(const fs::path& folder, Listed& points) {
  const auto bytes = sys::read_file(folder / kIndex, kMostBytes);
  if (!bytes) return fail(ErrorCode::invalid, "this is no capsule: it has no capsule.json");
  CK_TRY(json, parse_json(*bytes, kIndex, kLimits));
  JsonProblems problems(kIndex);
  ObjectReader reader(json, "", problems);
  const std::string schema = reader.string("schema");
  if (schema != kSchema && schema.starts_with(kSchemaName))
    return fail(Error(ErrorCode::unsupported, "the capsule has the schema " + printable(schema) +
                                                  ", which this ck does not know")
                    .hint("a newer ck reads it"));
  if (schema != kSchema) reader.problem("schema", "must be \"" + std::string(kSchema) + "\"");
  reader.optional_string("ck_version");
  ExperimentRecords records;
  if (const Json* experiment = reader.required("experiment")) {
    ObjectReader one(*experiment, "/experiment", problems);
    records.experiment.uid = digits(one, "uid");
    records.experiment.name = one.string("name");
    records.experiment.tags = model::Tags(one.strings("tags"));
    records.experiment.created_ns = integer(one, "created_ns");
    one.finish();
    if (records.experiment.uid.empty()) problems.add("/experiment/uid", "is missing");
  }
  reader.each("points", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    std::string uid = digits(one, "uid");
    if (uid.empty()) problems.add(path + "/uid", "is missing");
    points.emplace_back(std::move(uid), one.string("content"));
    one.finish();
  });
  reader.each("annotations", [&](const Json& item, const std::string& path) {
    records.annotations.push_back(annotation_of(item, path, problems));
  });
  reader.each("signatures", [&](const Json& item, const std::string& path) {
    ObjectReader one(item, path, problems);
    store::Signature signature;
    signature.created_ns = integer(one, "created_ns");
    signature.signer = one.string("signer");
    signature.statement = one.string("statement");
    signature.signature = one.string("signature");
    one.finish();
    records.signatures.push_back(std::move(signature));
  });
  reader.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return records;
}

}  // namespace

Status write_records(const ExperimentRecords& records, const store::Blobs& blobs,
                     const fs::path& folder, const sys::Cancel& cancel) {
  CK_CHECK(sys::make_directories(folder / "points"));
  CK_CHECK(sys::make_directories(folder / "blobs"));
  std::set<std::string> written;
  for (const auto& point : records.points) {
    CK_CHECK(sys::write_new_file(point_file(folder, point.uid), to_pretty_text(to_json(point))));
    for (const auto& sha256 : blobs_of(point)) {
      CK_CHECK(cancel.check());
      if (!written.insert(sha256).second) continue;
      auto bytes = blobs.get(sha256);
      if (!bytes) return fail(std::move(bytes.error()).in("point " + point.uid));
      CK_CHECK(sys::write_new_file(blob_file(folder, sha256), *bytes));
    }
  }
  return sys::write_new_file(folder / kIndex, to_pretty_text(index_of(records)));
}

Result<ExperimentRecords> read_records(const fs::path& folder, const sys::Cancel& cancel) {
  Listed listed;
  CK_TRY(records, read_index(folder, listed));
  for (const auto& [uid, content] : listed) {
    CK_CHECK(cancel.check());
    CK_TRY(point, read_point(point_file(folder, uid)));
    if (point.uid != uid || !store::has_content(point, records.experiment.uid, content)) {
      return fail(Error(ErrorCode::verification, "point " + uid + " is not what was recorded")
                      .hint("get the capsule again"));
    }
    point.content = content;
    records.points.push_back(std::move(point));
  }
  return std::move(records);
}

Status take_blobs(const ExperimentRecords& records, const fs::path& folder, store::Blobs& blobs,
                  const sys::Cancel& cancel) {
  for (const auto& point : records.points) {
    for (const auto& sha256 : blobs_of(point)) {
      CK_CHECK(cancel.check());
      if (blobs.contains(sha256)) continue;
      CK_TRY(bytes, sys::read_file(blob_file(folder, sha256), kMostBytes));
      if (sha256_hex(bytes) != sha256)
        return fail(ErrorCode::verification, "the content " + sha256 + " of point " + point.uid +
                                                 " is not what was recorded");
      CK_CHECK(blobs.put(bytes));
    }
  }
  return {};
}

Result<std::vector<std::string>> points_with_locks(const std::vector<store::Point>& points) {
  std::set<std::string> known;
  std::vector<std::string> uids;
  for (const auto& point : points) {
    CK_TRY(document, document_of(point));
    const auto lock = document.find("lock");
    if (lock != document.end() && known.insert(to_text(*lock)).second) uids.push_back(point.uid);
  }
  return uids;
}

}  // namespace ck::experiment
