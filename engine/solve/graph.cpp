#include "solve/graph.hpp"

#include <algorithm>
#include <deque>

namespace ck::solve {
namespace {

constexpr std::uint32_t kUnseen = UINT32_MAX;

/// Tarjan's algorithm with its call stack in a vector.
class Tarjan {
 public:
  explicit Tarjan(const Graph& graph)
      : graph_(graph),
        order_(graph.size(), kUnseen),
        low_(graph.size(), 0),
        component_(graph.size(), kUnseen) {}

  std::vector<std::uint32_t> run() {
    for (std::uint32_t vertex = 0; vertex < graph_.size(); ++vertex)
      if (order_[vertex] == kUnseen) walk(vertex);
    return std::move(component_);
  }

 private:
  struct Call {
    std::uint32_t vertex;
    std::size_t next;  ///< successor to look at
  };

  void enter(std::uint32_t vertex) {
    order_[vertex] = low_[vertex] = clock_++;
    open_.push_back(vertex);
    calls_.push_back({vertex, 0});
  }

  void walk(std::uint32_t root) {
    enter(root);
    while (!calls_.empty()) {
      auto& [vertex, next] = calls_.back();
      if (next == graph_[vertex].size()) {
        leave();
        continue;
      }
      const auto successor = graph_[vertex][next++];
      if (order_[successor] == kUnseen) {
        enter(successor);
      } else if (component_[successor] == kUnseen) {
        low_[vertex] = std::min(low_[vertex], order_[successor]);
      }
    }
  }

  void leave() {
    const auto vertex = calls_.back().vertex;
    calls_.pop_back();
    if (!calls_.empty()) {
      auto& caller = low_[calls_.back().vertex];
      caller = std::min(caller, low_[vertex]);
    }
    if (low_[vertex] != order_[vertex]) return;
    for (bool last = false; !last;) {
      const auto member = open_.back();
      open_.pop_back();
      component_[member] = components_;
      last = member == vertex;
    }
    ++components_;
  }

  const Graph& graph_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> low_;
  std::vector<std::uint32_t> component_;
  std::vector<std::uint32_t> open_;
  std::vector<Call> calls_;
  std::uint32_t clock_ = 0;
  std::uint32_t components_ = 0;
};

}  // namespace

std::vector<std::uint32_t> strong_components(const Graph& graph) { return Tarjan(graph).run(); }

std::vector<std::uint32_t> shortest_cycle(const Graph& graph, std::uint32_t start) {
  std::vector<std::uint32_t> from(graph.size(), kUnseen);
  std::deque<std::uint32_t> queue{start};
  while (!queue.empty()) {
    const auto vertex = queue.front();
    queue.pop_front();
    for (const auto successor : graph[vertex]) {
      if (successor == start) {
        std::vector<std::uint32_t> cycle{vertex};
        while (cycle.back() != start) cycle.push_back(from[cycle.back()]);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (from[successor] != kUnseen) continue;
      from[successor] = vertex;
      queue.push_back(successor);
    }
  }
  return {};
}

}  // namespace ck::solve
