#pragma once
/// Facts about a machine that components may need, as if they were packages: `host.glibc` in
/// version 2.36, `host.cpu.avx2`. A table of them can be written, changed and read again, to
/// resolve for another machine.

#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "solve/universe.hpp"
#include "sys/host.hpp"

namespace ck::install {

/// Facts by name. A value has words and at most one version: "debian 12", "2.36", "x86_64"; "yes"
/// is a fact without either.
using HostFacts = std::map<std::string, std::string>;

/// host.os, host.arch, host.kernel, host.glibc, host.cpus (number), host.memory (GiB, rounded
/// down), host.cpu.FLAG for each flag of the processor, host.cpu.avx512 for avx512f,
/// host.cpu.x86-64-v2 … v4 for the levels of the architecture; gpu.cuda and gpu.rocm (version of
/// the driver) where there is such a device.
HostFacts host_facts(const sys::HostFacts& host);

/// "ck.host/1".
Json host_facts_to_json(const HostFacts& facts);
/// `invalid` with the JSON path of what is wrong.
Result<HostFacts> host_facts_from_json(const Json& value, const std::string& source);

/// Sets a fact, or with "no" takes it away, and with it those whose names begin so: without
/// host.cpu.avx512 there is no host.cpu.avx512f either. `usage` for what is neither fact nor value.
Status change_fact(HostFacts& facts, const std::string& name, const std::string& value);

/// The facts as candidates, detected, without tags: they answer only who names them. Each word of a
/// value is a fact too: host.os is "debian 12", so host.os.debian is there in version 12.
std::vector<solve::Candidate> host_candidates(const HostFacts& facts);

}  // namespace ck::install
