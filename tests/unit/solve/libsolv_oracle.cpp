#include "libsolv_oracle.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "solve/graph.hpp"

// Otherwise a field would be called `requires`, which C++20 has made a keyword.
#define LIBSOLV_SOLVABLE_PREPEND_DEP
#include <solv/pool.h>
#include <solv/repo.h>
#include <solv/solver.h>

namespace ck::test {
namespace {

using namespace solve;

/// Whether what must be built could come to need itself: libsolv knows no order of building.
bool may_have_circles(const Problem& problem) {
  Graph graph(problem.nodes.size());
  for (const auto& demand : problem.demands)
    graph[demand.asker].insert(graph[demand.asker].end(), demand.accepted.begin(),
                               demand.accepted.end());
  const auto component = strong_components(graph);
  std::vector<std::size_t> size(graph.size(), 0);
  for (const auto own : component) ++size[own];
  for (NodeNo node = 0; node < graph.size(); ++node) {
    if (size[component[node]] > 1) return true;
    if (std::ranges::find(graph[node], node) != graph[node].end()) return true;
  }
  return false;
}

/// One solvable for each value of each variable: its name is the variable (of which libsolv takes
/// one version), its version the position; it requires what the candidate needs.
class Encoder {
 public:
  explicit Encoder(const Problem& problem)
      : problem_(problem), pool_(pool_create(), pool_free), repo_(repo_create(pool_.get(), "r")) {
    pool_setdisttype(pool_.get(), DISTTYPE_RPM);
    pool_setarch(pool_.get(), "x86_64");
  }

  std::optional<bool> solve() {
    add_solvables();
    for (DemandNo d = 0; d < problem_.demands.size(); ++d) {
      const auto& demand = problem_.demands[d];
      if (demand.never) continue;
      const auto dependency = dependency_of(demand);
      if (!dependency) return std::nullopt;
      for (const auto solvable : solvables_of(demand.asker)) require(solvable, *dependency);
    }
    exclude_other_candidates_of_a_component();
    exclude_rivals();
    return run();
  }

 private:
  struct Value {
    Id solvable;
    VariableNo variable;
    NodeNo node;
  };

  Id add(const std::string& name, const std::string& version) {
    const Id id = repo_add_solvable(repo_);
    auto* solvable = pool_id2solvable(pool_.get(), id);
    solvable->name = pool_str2id(pool_.get(), name.c_str(), 1);
    solvable->evr = pool_str2id(pool_.get(), version.c_str(), 1);
    solvable->arch = ARCH_NOARCH;
    solvable->dep_provides =
        repo_addid_dep(repo_, solvable->dep_provides, relation(name, version), 0);
    return id;
  }

  Id relation(const std::string& name, const std::string& version) {
    return pool_rel2id(pool_.get(), pool_str2id(pool_.get(), name.c_str(), 1),
                       pool_str2id(pool_.get(), version.c_str(), 1), REL_EQ, 1);
  }
  Id value(VariableNo variable, std::size_t position) {
    return relation("v" + std::to_string(variable), std::to_string(position));
  }
  void require(Id solvable, Id dependency) {
    auto* one = pool_id2solvable(pool_.get(), solvable);
    one->dep_requires = repo_addid_dep(repo_, one->dep_requires, dependency, 0);
  }
  void exclude(Id solvable, Id other) {
    auto* one = pool_id2solvable(pool_.get(), solvable);
    const auto* rival = pool_id2solvable(pool_.get(), other);
    const Id same = pool_rel2id(pool_.get(), rival->name, rival->evr, REL_EQ, 1);
    one->dep_conflicts = repo_addid_dep(repo_, one->dep_conflicts, same, 0);
  }

  void add_solvables() {
    request_ = add("request", "1");
    for (VariableNo v = 0; v < problem_.variables.size(); ++v) {
      const auto& values = problem_.variables[v].values;
      for (std::size_t i = 0; i < values.size(); ++i)
        values_.push_back({add("v" + std::to_string(v), std::to_string(i)), v, values[i]});
    }
  }

  std::vector<Id> solvables_of(NodeNo node) const {
    if (node == kRequestNode) return {request_};
    std::vector<Id> result;
    for (const auto& one : values_)
      if (one.node == node) result.push_back(one.solvable);
    return result;
  }

  bool needed_by(NodeNo asker, VariableNo variable) const {
    return std::ranges::any_of(problem_.nodes[asker].demands, [&](DemandNo d) {
      const auto& demand = problem_.demands[d];
      return demand.variable == variable && !demand.conditional();
    });
  }

  /// One of the accepted values, or one with which the condition does not hold.
  std::optional<Id> dependency_of(const GroundDemand& demand) {
    Id result = 0;
    const auto add = [&](VariableNo variable, std::size_t position) {
      const Id one = value(variable, position);
      result = result == 0 ? one : pool_rel2id(pool_.get(), one, result, REL_OR, 1);
    };
    for (const auto& [variable, passes] : demand.conditions) {
      if (!needed_by(demand.asker, variable)) return std::nullopt;
      for (std::size_t i = 0; i < passes.size(); ++i)
        if (!passes[i]) add(variable, i);
    }
    for (std::size_t i = 0; i < demand.accepts.size(); ++i)
      if (demand.accepts[i]) add(demand.variable, i);
    return result == 0 ? relation("nothing", "1") : result;
  }

  void exclude_other_candidates_of_a_component() {
    const auto component = [&](const Value& one) {
      return problem_.index->component(problem_.nodes[one.node].candidate);
    };
    const auto shared = [&](const Value& one) { return problem_.variables[one.variable].shared(); };
    for (const auto& a : values_)
      for (const auto& b : values_)
        if (a.variable < b.variable && shared(a) && shared(b) && a.node != b.node &&
            component(a) == component(b))
          exclude(a.solvable, b.solvable);
  }

  void exclude_rivals() {
    for (NodeNo node = 0; node < problem_.nodes.size(); ++node)
      for (const auto& [rival, exclusion] : problem_.nodes[node].rivals)
        for (const auto a : solvables_of(node))
          for (const auto b : solvables_of(rival)) exclude(a, b);
  }

  bool run() {
    repo_internalize(repo_);
    pool_createwhatprovides(pool_.get());
    const std::unique_ptr<Solver, void (*)(Solver*)> solver(solver_create(pool_.get()),
                                                            solver_free);
    Queue job;
    queue_init(&job);
    queue_push2(&job, SOLVER_INSTALL | SOLVER_SOLVABLE, request_);
    const int problems = solver_solve(solver.get(), &job);
    queue_free(&job);
    return problems == 0;
  }

  const Problem& problem_;
  std::unique_ptr<Pool, void (*)(Pool*)> pool_;
  Repo* repo_;  ///< the pool's
  Id request_ = 0;
  std::vector<Value> values_;
};

}  // namespace

std::optional<bool> libsolv_finds_a_solution(const Problem& problem) {
  if (may_have_circles(problem)) return std::nullopt;
  return Encoder(problem).solve();
}

}  // namespace ck::test
