#include "install/host_facts.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace ck::install {
namespace {

constexpr std::string_view kSchema = "ck.host/1";
constexpr std::string_view kYes = "yes";
constexpr std::string_view kNo = "no";

/// Flags that the levels of x86-64 add, lowest level first.
const std::array<std::vector<std::string>, 3> kLevels = {
    {{"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"},
     {"abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"},
     {"avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"}}};

struct Value {
  std::vector<std::string> words;
  std::string version;
};

/// Words start with letters, the version with a digit.
Value parsed(const std::string& text) {
  Value value;
  for (const auto& word : split(text, ' ')) {
    if (word.empty() || word == kYes) continue;
    const bool number = word.front() >= '0' && word.front() <= '9';
    if (number && value.version.empty()) {
      value.version = word;
    } else {
      value.words.push_back(word);
    }
  }
  return value;
}

Status check_fact(const std::string& name, const std::string& value) {
  if (!model::names_host_fact(name) || !model::is_valid_name(name)) {
    return fail(Error(ErrorCode::usage, "'" + printable(shortened(name, 60)) + "' is no fact")
                    .hint("facts are called host.NAME or gpu.NAME; 'ck explain --host-facts' lists "
                          "those of this machine"));
  }
  const auto [words, version] = parsed(value);
  const bool names = std::ranges::all_of(words, model::is_valid_name);
  if (value.empty() || !names || (!version.empty() && !model::Version::parse(version))) {
    return fail(
        Error(ErrorCode::usage, name + " cannot be '" + printable(shortened(value, 60)) + "'")
            .hint("it takes yes, no, a version such as 2.36, or words such as 'debian 12'"));
  }
  return {};
}

/// "6.1.0" of "6.1.0-18-amd64": what follows is the distribution's.
std::string plain_version(const std::string& text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789."), text.size()));
}

void add_cpu(const sys::HostFacts& host, HostFacts& facts) {
  const auto& flags = host.cpu_flags;
  const auto has = [&flags](const std::string& flag) {
    return std::ranges::binary_search(flags, flag);
  };
  for (const auto& flag : flags) {
    if (model::is_valid_name(flag)) facts["host.cpu." + flag] = kYes;
  }
  if (has("avx512f")) facts["host.cpu.avx512"] = kYes;
  if (host.architecture != "x86_64") return;
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    if (!std::ranges::all_of(kLevels[level], has)) return;
    facts["host.cpu.x86-64-v" + std::to_string(level + 2)] = kYes;
  }
}

/// "NVIDIA … (driver 535.54.03)", "AMD 0x744c (driver amdgpu)".
void add_gpu(const std::string& gpu, HostFacts& facts) {
  constexpr std::string_view kDriver = "(driver ";
  const auto at = gpu.find(kDriver);
  if (at == std::string::npos) return;
  const auto driver = gpu.substr(at + kDriver.size(), gpu.size() - at - kDriver.size() - 1);
  const auto version = plain_version(driver);
  const bool nvidia = gpu.find("NVIDIA") != std::string::npos;
  if (nvidia && driver != "nouveau") facts["gpu.cuda"] = version.empty() ? kYes : version;
  if (!nvidia && driver == "amdgpu") facts["gpu.rocm"] = kYes;
}

}  // namespace

HostFacts host_facts(const sys::HostFacts& host) {
  constexpr std::uint64_t kGibibyte = 1u << 30;
  HostFacts facts;
  std::string os = host.os_id;
  std::ranges::replace(os, '-', ' ');
  facts["host.os"] = os;
  facts["host.arch"] = host.architecture;
  facts["host.kernel"] = "linux " + plain_version(host.kernel);
  facts["host.glibc"] = host.libc.substr(host.libc.find(' ') + 1);
  facts["host.cpus"] = std::to_string(host.logical_cpus);
  facts["host.memory"] = std::to_string(host.memory_bytes / kGibibyte);
  add_cpu(host, facts);
  for (const auto& gpu : host.gpus) add_gpu(gpu, facts);
  // What the machine tells in an unexpected way is left out: nobody could name it.
  std::erase_if(facts, [](const auto& fact) { return !check_fact(fact.first, fact.second); });
  return facts;
}

Json host_facts_to_json(const HostFacts& facts) {
  Json json = Json::object();
  json["schema"] = kSchema;
  Json& values = json["facts"] = Json::object();
  for (const auto& [name, value] : facts) values[name] = value;
  return json;
}

Result<HostFacts> host_facts_from_json(const Json& value, const std::string& source) {
  JsonProblems problems(source);
  ObjectReader object(value, "", problems);
  if (object.string("schema") != kSchema)
    object.problem("schema", "must be '" + std::string(kSchema) + "'");
  HostFacts facts;
  for (const auto& [name, text] : object.string_map("facts")) {
    if (text == kNo) continue;
    if (auto good = check_fact(name, text); !good) {
      problems.add("/facts/" + name, good.error().message);
    } else {
      facts[name] = text;
    }
  }
  object.finish();
  if (!problems.empty()) return fail(problems.to_error());
  return facts;
}

Status change_fact(HostFacts& facts, const std::string& name, const std::string& value) {
  CK_CHECK(check_fact(name, value));
  if (value == kNo) {
    std::erase_if(facts, [&](const auto& fact) { return fact.first.starts_with(name); });
  } else {
    facts[name] = value;
  }
  return {};
}

std::vector<solve::Candidate> host_candidates(const HostFacts& facts) {
  std::vector<solve::Candidate> candidates;
  const auto add = [&](const std::string& name, const std::string& version) {
    solve::Candidate candidate;
    candidate.origin = solve::Origin::detected;
    candidate.id = version.empty() ? name : name + "@" + version;
    candidate.component = {"", "", name, ""};
    if (const auto parsed_version = model::Version::parse(version))
      candidate.version = *parsed_version;
    candidates.push_back(std::move(candidate));
  };
  for (const auto& [name, text] : facts) {
    const auto [words, version] = parsed(text);
    add(name, version);
    for (const auto& word : words) {
      if (!facts.contains(name + "." + word)) add(name + "." + word, version);
    }
  }
  return candidates;
}

}  // namespace ck::install
