#pragma once
/// Pictures of points, drawn by gnuplot from numbers that stand in its script; no text of a record
/// reaches it but through a filter.

#include <string>
#include <utility>
#include <vector>

#include "experiment/select.hpp"

namespace ck::experiment {

enum class PlotKind {
  scatter,  ///< y against x, with the middle 80 % of the samples as error bars
  box,      ///< samples of y, a box a point
  violin,   ///< the same with their density
  trace,    ///< samples of y in the order of time
  heat,     ///< z over two parameters
  history,  ///< y of each point over the time it was recorded
};
std::string_view name_of(PlotKind kind);
/// `usage` error with the kinds there are.
Result<PlotKind> plot_kind_named(const std::string& name);

struct PlotRequest {
  SelectRequest points;  ///< which; `show` is set here
  PlotKind kind = PlotKind::scatter;
  std::string x;
  std::string y;
  std::string z;
  bool frontier = false;  ///< scatter: the line of points that no other one beats
  std::string title;      ///< empty: made from the names
};

/// One mark, with how far it reaches; equal to it without samples.
struct Mark {
  double x = 0;
  double y = 0;
  double x_low = 0, x_high = 0;
  double y_low = 0, y_high = 0;
  double z = 0;
};
struct MarkSeries {
  std::string name;
  std::vector<Mark> marks;
};

/// Everything that is drawn, in the units that are shown.
struct Picture {
  PlotKind kind = PlotKind::scatter;
  std::string title;
  std::string x_label;
  std::string y_label;
  std::string z_label;
  std::vector<MarkSeries> series;
  std::vector<std::pair<double, double>> frontier;  ///< by x
  bool frontier_rises = true;                       ///< the better y lies to the right
  std::vector<std::string> x_names;                 ///< of 0, 1, …; empty: x is a number
  std::vector<std::string> y_names;
};

/// `usage` when names are missing, unknown, or no numbers; `not_found` when no point has values of
/// all. Box, violin and trace show at most 12 points: the last ones.
Result<Picture> make_picture(const PlotRequest& request, store::Archive& archive);

enum class PlotFormat { svg, png, terminal };

/// The script for `gnuplot -d -`, which writes the picture to stdout. `columns` and `lines` are the
/// terminal's.
std::string gnuplot_script(const Picture& picture, PlotFormat format, int columns = 100,
                           int lines = 28);

}  // namespace ck::experiment
