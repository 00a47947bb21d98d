#pragma once
/// What was chosen, as a graph.

#include <vector>

#include "solve/attempt.hpp"

namespace ck::solve {

class Closure {
 public:
  /// `solved` must outlive the closure.
  explicit Closure(const Attempt& solved);

  bool contains(NodeNo node) const { return in_[node]; }
  /// The request and all chosen nodes; each after those it needs, except within a circle.
  const std::vector<NodeNo>& dependencies_first() const { return order_; }
  /// Demands of askers in the closure, in breadth-first order of the asker's discovery.
  std::vector<DemandNo> demands_on(VariableNo variable) const;
  /// Values of a variable that all of these demands accept, most preferred first.
  std::vector<NodeNo> acceptable(VariableNo variable) const;

 private:
  void visit_all();

  const Attempt& solved_;
  std::vector<bool> in_;
  std::vector<NodeNo> order_;
};

}  // namespace ck::solve
