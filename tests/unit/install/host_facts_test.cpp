#include "install/host_facts.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "solve/index.hpp"

namespace ck::install {
namespace {

sys::HostFacts machine() {
  sys::HostFacts host;
  host.architecture = "x86_64";
  host.logical_cpus = 8;
  host.memory_bytes = (16ULL << 30) + 5;
  host.kernel = "6.1.0-18-amd64";
  host.os_id = "debian-12";
  host.libc = "glibc 2.36";
  host.cpu_flags = {"abm",     "avx",   "avx2",   "bmi1",   "bmi2",   "cx16",  "f16c", "fma",
                    "lahf_lm", "movbe", "popcnt", "sse4_1", "sse4_2", "ssse3", "xsave"};
  host.gpus = {"NVIDIA A100 (driver 535.54.03)"};
  return host;
}

std::string id_of(const HostFacts& facts, const std::string& name) {
  for (const auto& candidate : host_candidates(facts))
    if (candidate.component.name == name) return candidate.id;
  return "";
}

TEST(HostFacts, AreCandidatesWithVersions) {
  const auto facts = host_facts(machine());
  EXPECT_EQ(id_of(facts, "host.glibc"), "host.glibc@2.36");
  EXPECT_EQ(id_of(facts, "host.kernel"), "host.kernel@6.1.0");
  EXPECT_EQ(id_of(facts, "host.os"), "host.os@12");
  EXPECT_EQ(id_of(facts, "host.os.debian"), "host.os.debian@12");
  EXPECT_EQ(id_of(facts, "host.arch.x86_64"), "host.arch.x86_64");
  EXPECT_EQ(id_of(facts, "host.memory"), "host.memory@16");
  EXPECT_EQ(id_of(facts, "host.cpus"), "host.cpus@8");
  EXPECT_EQ(id_of(facts, "gpu.cuda"), "gpu.cuda@535.54.03");
  EXPECT_EQ(id_of(facts, "gpu.rocm"), "");
  EXPECT_EQ(id_of(facts, "host.cpu.avx2"), "host.cpu.avx2");
  EXPECT_EQ(id_of(facts, "host.cpu.x86-64-v3"), "host.cpu.x86-64-v3");
  EXPECT_EQ(id_of(facts, "host.cpu.x86-64-v4"), "");
  EXPECT_EQ(id_of(facts, "host.cpu.avx512"), "");
}

TEST(HostFacts, AnswerOnlyWhoNamesThem) {
  for (const auto& candidate : host_candidates(host_facts(machine()))) {
    EXPECT_TRUE(candidate.tags.empty()) << candidate.id;
    EXPECT_EQ(candidate.origin, solve::Origin::detected);
    EXPECT_EQ(candidate.component.text(), candidate.component.name);
  }
}

TEST(HostFacts, KnowOtherDevicesToo) {
  auto host = machine();
  host.gpus = {"AMD 0x744c (driver amdgpu)", "Intel 0x1 (driver i915)"};
  EXPECT_EQ(id_of(host_facts(host), "gpu.rocm"), "gpu.rocm");
  EXPECT_EQ(id_of(host_facts(host), "gpu.cuda"), "");
  host.gpus = {"NVIDIA GPU (driver unknown)"};
  EXPECT_EQ(id_of(host_facts(host), "gpu.cuda"), "gpu.cuda");
  host.gpus = {"NVIDIA GPU (driver nouveau)"};
  EXPECT_EQ(id_of(host_facts(host), "gpu.cuda"), "");
}

TEST(HostFacts, AreReadAsTheyWereWritten) {
  const auto facts = host_facts(machine());
  const auto again = host_facts_from_json(host_facts_to_json(facts), "file");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, facts);
}

TEST(HostFacts, OfAFileAreChecked) {
  const auto read = [](const char* text) {
    return host_facts_from_json(*parse_json(text, "f"), "f").error().message;
  };
  EXPECT_EQ(read(R"({"schema": "ck.lock/1", "facts": {}})"), "f: /schema must be 'ck.host/1'");
  EXPECT_EQ(read(R"({"schema": "ck.host/1", "facts": {"glibc": "2"}})"),
            "f: /facts/glibc 'glibc' is no fact");
  EXPECT_NE(read(R"({"schema": "ck.host/1", "fakts": {}})").find("not a known key"),
            std::string::npos);
}

TEST(HostFacts, CanBeChanged) {
  auto facts = host_facts(machine());
  ASSERT_TRUE(change_fact(facts, "host.glibc", "2.28"));
  ASSERT_TRUE(change_fact(facts, "gpu.cuda", "no"));
  ASSERT_TRUE(change_fact(facts, "host.cpu.avx", "no"));
  ASSERT_TRUE(change_fact(facts, "host.os", "ubuntu 22.04"));
  EXPECT_EQ(id_of(facts, "host.glibc"), "host.glibc@2.28");
  EXPECT_EQ(id_of(facts, "gpu.cuda"), "");
  EXPECT_EQ(id_of(facts, "host.cpu.avx2"), "") << "there is none without avx";
  EXPECT_EQ(id_of(facts, "host.os.ubuntu"), "host.os.ubuntu@22.04");
  EXPECT_EQ(id_of(facts, "host.os.debian"), "");
  EXPECT_EQ(change_fact(facts, "cpu.avx", "yes").error().message, "'cpu.avx' is no fact");
  EXPECT_EQ(change_fact(facts, "host.x", "").error().message, "host.x cannot be ''");
}

}  // namespace
}  // namespace ck::install
