#include "onnx_lite/graph.hpp"

#include <functional>
#include <optional>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace onnx_lite {

namespace {

/// Who provides a value: a node, or (nullopt) the caller or the file.
using Producers = std::unordered_map<std::string, std::optional<std::size_t>>;

Producers find_producers(const Graph& graph) {
  Producers producers;
  for (const auto& tensor : graph.initializers)
    if (!producers.emplace(tensor.name, std::nullopt).second)
      throw Error("two initializers are called " + quote(tensor.name));
  std::unordered_set<std::string> inputs;
  for (const auto& input : graph.inputs) {
    if (!inputs.insert(input.name).second)
      throw Error("two inputs are called " + quote(input.name));
    // Not a clash: an initializer is the default value of the input of its name.
    producers.emplace(input.name, std::nullopt);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const auto& output : graph.nodes[i].outputs)
      if (!output.empty() && !producers.emplace(output, i).second)
        throw Error(describe(graph.nodes[i]) + " writes " + quote(output) +
                    ", which something else provides already");
  return producers;
}

[[noreturn]] void fail_cycle(const Graph& graph, const std::vector<std::size_t>& waiting) {
  std::string names;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    if (waiting[i] == 0) continue;
    if (++shown > 5) {
      names += ", ...";
      break;
    }
    names += (names.empty() ? "" : ", ") + describe(graph.nodes[i]);
  }
  throw Error("nodes wait for each other in a cycle: " + names);
}

}  // namespace

std::vector<std::size_t> execution_order(const Graph& graph) {
  const Producers producers = find_producers(graph);
  std::vector<std::size_t> waiting(graph.nodes.size());
  std::vector<std::vector<std::size_t>> readers(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto& input : graph.nodes[i].inputs) {
      if (input.empty()) continue;
      const auto found = producers.find(input);
      if (found == producers.end())
        throw Error(describe(graph.nodes[i]) + " reads " + quote(input) +
                    ", which no input, initializer or node provides");
      if (!found->second) continue;
      readers[*found->second].push_back(i);
      ++waiting[i];
    }
  }
  for (const auto& output : graph.outputs)
    if (!producers.contains(output.name))
      throw Error("nothing provides the graph's output " + quote(output.name));

  // Among the nodes that are ready, the one that comes first in the file.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < waiting.size(); ++i)
    if (waiting[i] == 0) ready.push(i);
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t node = ready.top();
    ready.pop();
    order.push_back(node);
    for (const std::size_t reader : readers[node])
      if (--waiting[reader] == 0) ready.push(reader);
  }
  if (order.size() != graph.nodes.size()) fail_cycle(graph, waiting);
  return order;
}

}  // namespace onnx_lite
