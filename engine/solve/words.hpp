#pragma once
/// How the solver names things to people.

#include <string>
#include <vector>

#include "solve/problem.hpp"

namespace ck::solve {

/// "package:foo 1.0", "software:gcc", "package:foo 1.0 [blas=openblas] (installed)".
std::string label(const Candidate& candidate);

/// Most preferred first, versions of one component together: "package:foo 2.0, 1.0, software:bar";
/// at most eight, then "and 3 more".
std::string labels(const Index& index, const std::vector<CandidateNo>& candidates);

/// "'compiler' (compiler,gcc version >=12)", "'omp' (openmp) when 'compiler' is clang".
std::string need_words(const GroundDemand& demand);

/// The request's subject or the label of the candidate.
std::string asker_words(const Problem& problem, NodeNo asker);

/// "package:a 1.0 conflicts with package:b 2.0: both define the same symbols".
std::string exclusion_words(const Problem& problem, const GroundExclusion& exclusion,
                            const std::string& other);

/// "'compiler' to compiler,gcc version <11".
std::string pin_words(const Pin& pin);
std::string source_words(const Pin& pin);  ///< "the lock", "the command line"

/// "a", "a and b", "a, b and c".
std::string and_list(const std::vector<std::string>& words);

}  // namespace ck::solve
