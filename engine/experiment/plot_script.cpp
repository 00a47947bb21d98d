/// Pictures as scripts for gnuplot.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/strings.hpp"
#include "experiment/plot.hpp"
#include "measure/sample.hpp"
#include "run/statistics.hpp"

namespace ck::experiment {
namespace {

/// Okabe and Ito: told apart with any kind of colour vision.
constexpr std::array kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                 "#E69F00", "#56B4E9", "#666666"};
constexpr std::array kShapes = {7, 5, 9, 13, 11, 15, 3};
/// viridis: even in grey.
constexpr const char* kPalette =
    "set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 "
    "'#fde725')\n";

constexpr const char* kStyle = R"(set encoding utf8
set border 3 lc rgb '#4d4d4d' lw 1
set tics nomirror out scale 0.6 textcolor rgb '#333333'
set xtics noenhanced
set ytics noenhanced
set grid back lc rgb '#e4e4e4' lw 1 lt 1
set lmargin 11
set rmargin 5
set bmargin 4.5
set style fill solid 0.25 border
)";
constexpr const char* kTerminalStyle = R"(set encoding utf8
set border 3
set tics nomirror
)";
constexpr const char* kKey =
    "set key tmargin center horizontal reverse Left samplen 1.5 noenhanced\n";
/// A picture of such values has most of them in one corner, unless its axis is logarithmic.
constexpr double kManyTimes = 50;

/// A text in gnuplot's single quotes, where only the quotation mark means anything. Records may
/// hold anything, so all but harmless characters go.
std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : shortened(printable(text), 120)) {
    constexpr std::string_view kHarmless = " _.:,;/%()+-=<>[]#*&!?";
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
    const bool harmless = letter || beyond_ascii || kHarmless.find(c) != std::string_view::npos;
    safe += harmless ? c : '_';
  }
  return "'" + safe + "'";
}

std::string colour(std::size_t series) { return kColours[series % kColours.size()]; }

class Script {
 public:
  Script(const Picture& picture, PlotFormat format, int columns, int lines)
      : picture_(picture), format_(format) {
    terminal(columns, lines);
    line("set title {} noenhanced", quoted(picture.title));
    if (!picture.x_label.empty()) line("set xlabel {} noenhanced", quoted(picture.x_label));
    if (!picture.y_label.empty()) line("set ylabel {} noenhanced", quoted(picture.y_label));
  }

  std::string write() {
    for (std::size_t i = 0; i < picture_.series.size(); ++i) data(i);
    switch (picture_.kind) {
      case PlotKind::scatter:
        scatter();
        break;
      case PlotKind::box:
        box();
        break;
      case PlotKind::violin:
        violin();
        break;
      case PlotKind::trace:
        trace();
        break;
      case PlotKind::heat:
        heat();
        break;
      case PlotKind::history:
        history();
        break;
    }
    text_ += "plot " + join(parts_, ", \\\n  ") + "\n";
    return std::move(text_);
  }

 private:
  bool drawn() const { return format_ != PlotFormat::terminal; }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format(format, std::forward<Args>(args)...) + "\n";
  }
  template <typename... Args>
  void part(fmt::format_string<Args...> format, Args&&... args) {
    parts_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void terminal(int columns, int lines) {
    if (format_ == PlotFormat::svg)
      text_ +=
          "set terminal svg size 900,560 noenhanced font 'DejaVu Sans,14' background "
          "'#ffffff' dynamic\n";
    if (format_ == PlotFormat::png)
      text_ +=
          "set terminal pngcairo size 1800,1120 noenhanced font 'DejaVu Sans,26' linewidth 2 "
          "background '#ffffff'\n";
    if (!drawn()) line("set terminal dumb {},{} noenhanced", columns, lines);
    text_ += drawn() ? kStyle : kTerminalStyle;
  }

  void data(std::size_t number) {
    line("$s{} << EOD", number);
    for (const auto& mark : picture_.series[number].marks) {
      line("{} {} {} {} {} {} {}", mark.x, mark.y, mark.x_low, mark.x_high, mark.y_low, mark.y_high,
           mark.z);
    }
    text_ += "EOD\n";
  }

  /// Names at 0, 1, … of an axis.
  void names(char axis, const std::vector<std::string>& all) {
    std::vector<std::string> tics;
    for (std::size_t i = 0; i < all.size(); ++i)
      tics.push_back(quoted(shortened(all[i], 24)) + " " + std::to_string(i));
    line("set {}tics ({})", axis, join(tics, ", "));
    line("set {}range [-0.6:{}]", axis, static_cast<double>(all.size()) - 0.4);
    std::size_t longest = 0;
    for (const auto& name : all) longest = std::max(longest, name.size());
    constexpr std::size_t kFits = 70;
    if (axis == 'x' && drawn() && longest * all.size() > kFits) {
      text_ += "set xtics rotate by 20 right\nset bmargin 6.5\n";
    }
  }

  void scatter() {
    key(picture_.series.size() > 1 || !picture_.frontier.empty());
    text_ += "set offsets graph 0.02, graph 0.02, graph 0.04, graph 0.04\n";
    logarithmic('x', &Mark::x_low);
    logarithmic('y', &Mark::y_low);
    const bool frontier = !picture_.frontier.empty();
    if (frontier) {
      text_ += "$frontier << EOD\n";
      for (const auto& [x, y] : picture_.frontier) line("{} {}", x, y);
      text_ += "EOD\n";
    }
    if (frontier && drawn())
      part("$frontier using 1:2 with {} lc rgb '#333333' lw 1.6 dt 2 title 'frontier'",
           picture_.frontier_rises ? "steps" : "fsteps");
    if (drawn()) error_bars("$s{0} using 1:2:3:4:5:6 with xyerrorbars");
    for (std::size_t i = 0; i < picture_.series.size(); ++i) points(i);
    if (frontier && !drawn()) part("$frontier using 1:2 with points pt 'F' title 'frontier'");
  }

  void error_bars(fmt::format_string<std::size_t&> what) {
    for (std::size_t i = 0; i < picture_.series.size(); ++i)
      parts_.push_back(fmt::format(what, i) + " pt 7 ps 0.01 lw 1 lc rgb '#99" +
                       colour(i).substr(1) + "' notitle");
  }

  void points(std::size_t i) {
    constexpr std::string_view kLetters = "ox*#%&@";
    const std::string shape = drawn() ? std::to_string(kShapes[i % kShapes.size()]) + " ps 1.2"
                                      : std::string("'") + kLetters[i % kLetters.size()] + "'";
    part("$s{} using 1:2 with points pt {} lc rgb '{}' title {}", i, shape, colour(i),
         quoted(picture_.series[i].name));
  }

  /// A single series is what the title says.
  void key(bool needed) { text_ += needed ? kKey : "set key off\n"; }

  void logarithmic(char axis, double Mark::*value) {
    double low = picture_.series.front().marks.front().*value;
    double high = low;
    for (const auto& series : picture_.series) {
      for (const auto& mark : series.marks) {
        low = std::min(low, mark.*value);
        high = std::max(high, mark.*value);
      }
    }
    if (low > 0 && high > kManyTimes * low) line("set logscale {0}\nset format {0} '%g'", axis);
  }

  void box() {
    text_ += "set key off\nset boxwidth 0.45\nset style boxplot outliers pointtype 6\n";
    names('x', picture_.x_names);
    for (std::size_t i = 0; i < picture_.series.size(); ++i) {
      if (drawn()) {
        part("$s{} using 1:2 with boxplot lc rgb '{}' lw 1.4 notitle", i, colour_of_name(i));
      } else {
        part("$s{} using 1:2 with points pt 'o' notitle", i);
      }
    }
  }

  std::vector<double> sorted_samples(std::size_t series) const {
    std::vector<double> values;
    for (const auto& mark : picture_.series[series].marks) values.push_back(mark.y);
    std::ranges::sort(values);
    return values;
  }

  /// A Gaussian kernel as wide as Silverman's rule says.
  void density(std::size_t series) {
    const auto values = sorted_samples(series);
    const auto summary = run::summarize(values);
    constexpr int kSteps = 80;
    const double count = static_cast<double>(values.size());
    const double width = std::max(1.06 * summary.deviation * std::pow(count, -0.2),
                                  1e-9 + 1e-3 * std::abs(summary.median));
    // Where nothing can be, nothing is drawn: times are not negative.
    const double reached = values.front() - 2 * width;
    const double low = values.front() >= 0 ? std::max(reached, 0.0) : reached;
    const double step = (values.back() + 2 * width - low) / kSteps;
    std::vector<double> heights;
    for (int i = 0; i <= kSteps; ++i) {
      double sum = 0;
      for (const double value : values)
        sum += std::exp(-0.5 * std::pow((low + i * step - value) / width, 2));
      heights.push_back(sum);
    }
    const double highest = std::ranges::max(heights);
    constexpr double kHalf = 0.4;
    line("$k{} << EOD", series);
    const auto edge = [&](int i, double side) {
      const double reach = kHalf * heights[static_cast<std::size_t>(i)] / highest;
      line("{} {}", static_cast<double>(series) + side * reach, low + i * step);
    };
    for (int i = 0; i <= kSteps; ++i) edge(i, 1);
    for (int i = kSteps; i >= 0; --i) edge(i, -1);
    edge(0, 1);
    text_ += "EOD\n";
    line("$q{} << EOD\n{} {} {} {}\nEOD", series, series, summary.median,
         measure::quantile(values, 0.25), measure::quantile(values, 0.75));
  }

  void violin() {
    if (!drawn()) return box();
    text_ += "set key off\nset jitter spread 0.3\n";
    names('x', picture_.x_names);
    for (std::size_t i = 0; i < picture_.series.size(); ++i) {
      density(i);
      const std::string own = colour_of_name(i);
      part("$k{} using 1:2 with filledcurves closed lc rgb '{}' lw 1.3 notitle", i, own);
      part("$s{} using 1:2 with points pt 7 ps 0.35 lc rgb '{}' notitle", i, own);
      part("$q{} using 1:2:3:4 with yerrorbars pt 7 ps 0.9 lw 2 lc rgb '#222222' notitle", i);
    }
  }

  /// The first series of that name.
  std::size_t first_of_name(std::size_t number) const {
    const auto first =
        std::ranges::find(picture_.series, picture_.series[number].name, &MarkSeries::name);
    return static_cast<std::size_t>(first - picture_.series.begin());
  }

  /// Points with the same name have one colour.
  std::string colour_of_name(std::size_t number) const {
    std::size_t names = 0;
    for (std::size_t i = 0; i < first_of_name(number); ++i)
      names += first_of_name(i) == i ? 1U : 0U;
    return colour(names);
  }

  void trace() {
    key(true);
    for (std::size_t i = 0; i < picture_.series.size(); ++i) {
      part("$s{} using 1:2 with {} lc rgb '{}' {}", i,
           drawn() ? "linespoints pt 7 ps 0.5 lw 1.2" : "points", colour_of_name(i),
           first_of_name(i) == i ? "title " + quoted(picture_.series[i].name) : "notitle");
    }
  }

  void heat() {
    names('x', picture_.x_names);
    names('y', picture_.y_names);
    text_ += "unset key\n";
    if (!drawn()) {
      part("$s0 using 1:2:(sprintf('%.4g', $7)) with labels notitle");
      line("set title {} noenhanced", quoted(picture_.title + " - " + picture_.z_label));
      return;
    }
    line("unset grid\n{}set cblabel {} noenhanced offset 2,0\nset rmargin 14", kPalette,
         quoted(picture_.z_label));
    text_ += "set style fill solid 1.0 noborder\n";
    double low = picture_.series.front().marks.front().z;
    double high = low;
    for (const auto& mark : picture_.series.front().marks) {
      low = std::min(low, mark.z);
      high = std::max(high, mark.z);
    }
    part(
        "$s0 using 1:2:(0.5):(0.5):7 with boxxyerror fillstyle solid 1.0 noborder lc palette "
        "notitle");
    // Light cells get dark numbers.
    const double dark_above = low + 0.6 * (high - low);
    part(
        "$s0 using 1:2:($7 <= {0} ? sprintf('%.4g', $7) : '') with labels textcolor rgb '#ffffff' "
        "notitle",
        dark_above);
    part(
        "$s0 using 1:2:($7 > {0} ? sprintf('%.4g', $7) : '') with labels textcolor rgb '#111111' "
        "notitle",
        dark_above);
  }

  void history() {
    key(picture_.series.size() > 1);
    text_ += "set xdata time\nset timefmt '%s'\n";
    double first = 1e300;
    double last = -1e300;
    for (const auto& series : picture_.series) {
      for (const auto& mark : series.marks) {
        first = std::min(first, mark.x);
        last = std::max(last, mark.x);
      }
    }
    constexpr double kDay = 86400;
    const double span = last - first;
    line("set format x \"{}\"", span < kDay        ? "%H:%M:%S"
                                : span < 10 * kDay ? "%m-%d\\n%H:%M"
                                                   : "%Y-%m-%d");
    text_ += "set offsets graph 0.02, graph 0.02, graph 0.04, graph 0.04\n";
    if (drawn()) {
      error_bars("$s{0} using 1:2:5:6 with yerrorbars");
      for (std::size_t i = 0; i < picture_.series.size(); ++i)
        part("$s{} using 1:2 with steps lc rgb '{}' lw 1.2 notitle", i, colour(i));
    }
    for (std::size_t i = 0; i < picture_.series.size(); ++i) points(i);
  }

  const Picture& picture_;
  PlotFormat format_;
  std::string text_;
  std::vector<std::string> parts_;
};

}  // namespace

std::string gnuplot_script(const Picture& picture, PlotFormat format, int columns, int lines) {
  return Script(picture, format, columns, lines).write();
}

}  // namespace ck::experiment
