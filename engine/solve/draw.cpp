#include "solve/solver.hpp"

namespace ck::solve {
namespace {

void draw(const std::vector<ConflictNode>& nodes, const std::string& margin, std::string& text) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool last = i + 1 == nodes.size();
    text += "\n" + margin + (last ? "└─ " : "├─ ") + nodes[i].statement;
    draw(nodes[i].because, margin + (last ? "   " : "│  "), text);
  }
}

}  // namespace

std::string ConflictNode::drawn() const {
  std::string text = statement;
  draw(because, "", text);
  return text;
}

Error Conflict::to_error() const {
  Error error(code, tree.drawn());
  error.hints = hints;
  return error;
}

}  // namespace ck::solve
