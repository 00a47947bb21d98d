#pragma once
/// Two things about directed graphs that the solver needs, without recursion: a hostile universe
/// may hold chains far longer than the stack is deep.

#include <cstdint>
#include <vector>

namespace ck::solve {

/// Successors by vertex.
using Graph = std::vector<std::vector<std::uint32_t>>;

/// For each vertex the number of its strongly connected component; an edge
/// never leads from a lower to a higher number.
std::vector<std::uint32_t> strong_components(const Graph& graph);

/// Vertices of a shortest closed walk through `start`, which comes first; empty if there is none.
std::vector<std::uint32_t> shortest_cycle(const Graph& graph, std::uint32_t start);

}  // namespace ck::solve
