#include "app/widgets/curve_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "app/widgets/ui.h"

namespace striate {
namespace {

constexpr double kLeast = 4;  // steps that are shown at most zoom

// Where values stand on the screen.
struct Frame {
  Rect rect;
  CurveWindow window;
  double low = 0, high = 1;
  bool log = false;
  float x(double at) const {
    return rect.x + rect.w * static_cast<float>((at - window.from) / (window.to - window.from));
  }
  float y(double value) const {
    const double share =
        log ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low)) : (value - low) / (high - low);
    return rect.bottom() - rect.h * static_cast<float>(std::clamp(share, -0.2, 1.2));
  }
  bool drawable(double value) const { return std::isfinite(value) && (!log || value > 0); }
};

class Line {
 public:
  Line(Ui& ui, Colour colour, float thickness, bool dashed)
      : ui_(ui), colour_(colour), thickness_(thickness), dashed_(dashed) {}
  ~Line() { end(); }
  void to(Vec at) { points_.push_back(ImVec2(at.x, at.y)); }
  void end() {
    if (points_.size() == 1) ui_.fill({points_[0].x - 1, points_[0].y - 1, 2, 2}, colour_, 1);
    if (points_.size() > 1 && !dashed_) {
      ui_.draw().AddPolyline(points_.data(), static_cast<int>(points_.size()), colour_, ImDrawFlags_None, thickness_);
    }
    if (dashed_) dashes();
    points_.clear();
  }

 private:
  // By length along the line, so that every dash is as long as the next.
  void dashes() {
    constexpr float kDash = 5;
    float along = 0;
    for (size_t i = 0; i + 1 < points_.size(); ++i) {
      const Vec a{points_[i].x, points_[i].y}, b{points_[i + 1].x, points_[i + 1].y};
      const float length = std::hypot(b.x - a.x, b.y - a.y);
      for (float at = 0; at < length;) {
        const float phase = std::fmod(along + at, 2 * kDash);
        const float run = std::min(length - at, phase < kDash ? kDash - phase : 2 * kDash - phase);
        if (phase < kDash) {
          const Vec p = a + (b - a) * (at / length), q = a + (b - a) * ((at + run) / length);
          ui_.draw().AddLine(ImVec2(p.x, p.y), ImVec2(q.x, q.y), colour_, thickness_);
        }
        at += std::max(run, 0.01f);
      }
      along += length;
    }
  }
  Ui& ui_;
  Colour colour_;
  float thickness_;
  bool dashed_;
  std::vector<ImVec2> points_;
};

// Values as they are: a column of the screen that holds several becomes a stroke from the least to the largest.
void draw_dense(Ui& ui, const Frame& frame, const CurveSeries& series, Colour colour, float thickness) {
  const CurveValues& values = *series.dense;
  const double from = frame.window.from - series.first, to = frame.window.to - series.first;
  const int columns = std::max(1, static_cast<int>(frame.rect.w));
  Line line(ui, colour, thickness, series.dashed);
  if (to - from < columns * 1.0) {
    const auto a = std::max<int64_t>(0, static_cast<int64_t>(std::floor(from)));
    const int64_t b = std::min(values.size(), static_cast<int64_t>(std::ceil(to)) + 1);
    for (int64_t i = a; i < b; ++i) {
      const auto value = static_cast<double>(values.at(i));
      if (frame.drawable(value)) {
        line.to({frame.x(series.first + static_cast<double>(i)), frame.y(value)});
      } else {
        line.end();
      }
    }
    return;
  }
  const std::vector<CurveColumn> list = columns_of(values, from, to, columns);
  for (size_t c = 0; c < list.size(); ++c) {
    CurveColumn column = list[c];
    if (!column.any || (frame.log && !(column.high > 0))) {
      line.end();
      continue;
    }
    const float x = frame.rect.x + frame.rect.w * (static_cast<float>(c) + 0.5f) / static_cast<float>(columns);
    const auto y = [&](float value) { return frame.y(frame.log ? std::max<double>(value, frame.low) : value); };
    line.to({x, y(column.first)});
    if (column.high > column.low) {
      line.to({x, y(column.low)});
      line.to({x, y(column.high)});
      line.to({x, y(column.last)});
    }
  }
}

// The mean of the last `smoothing` values at every column.
void draw_smoothed(Ui& ui, const Frame& frame, const CurveSeries& series, int smoothing) {
  const CurveValues& values = *series.dense;
  const double from = frame.window.from - series.first, to = frame.window.to - series.first;
  const double step = std::max(1.0, (to - from) / std::max(1.0f, frame.rect.w));
  Line line(ui, series.colour, 2, series.dashed);
  for (double at = std::max(0.0, std::floor(from)); at < std::min(to + step, static_cast<double>(values.size()));
       at += step) {
    const auto i = static_cast<int64_t>(at);
    const double mean = values.mean(i + 1 - smoothing, i + 1);
    if (frame.drawable(mean)) {
      line.to({frame.x(series.first + static_cast<double>(i)), frame.y(mean)});
    } else {
      line.end();
    }
  }
}

void draw_points(Ui& ui, const Frame& frame, const CurveSeries& series) {
  const auto& points = *series.points;
  const int64_t a = std::max<int64_t>(0, at_or_before(points, frame.window.from));
  const int64_t b = std::min(static_cast<int64_t>(points.size()), at_or_before(points, frame.window.to) + 2);
  {
    Line line(ui, series.colour, 2, series.dashed);
    for (int64_t i = a; i < b; ++i) {
      const auto& [x, y] = points[static_cast<size_t>(i)];
      if (frame.drawable(y)) {
        line.to({frame.x(x), frame.y(y)});
      } else {
        line.end();
      }
    }
  }
  // Dots where there is room for them.
  if (static_cast<float>(b - a) * 8 > frame.rect.w) return;
  for (int64_t i = a; i < b; ++i) {
    const auto& [x, y] = points[static_cast<size_t>(i)];
    if (!frame.drawable(y)) continue;
    ui.draw().AddCircleFilled(ImVec2(frame.x(x), frame.y(y)), 3, series.colour, 12);
  }
}

// The last value that the window shows; NaN: none.
double end_value(const CurvePlot& plot, const CurveSeries& series, const CurveWindow& window) {
  if (series.points) {
    const int64_t i = at_or_before(*series.points, window.to);
    return i >= 0 ? (*series.points)[static_cast<size_t>(i)].second : std::numeric_limits<double>::quiet_NaN();
  }
  auto i = std::min(series.dense->size() - 1, static_cast<int64_t>(std::floor(window.to - series.first)));
  if (i < 0) return std::numeric_limits<double>::quiet_NaN();
  return series.dense->mean(i + 1 - std::max(1, plot.smoothing), i + 1);
}

void draw_axes(Ui& ui, const CurvePlot& plot, const Frame& frame, const Rect& area) {
  const Theme& theme = ui.theme();
  const float size = ui.em(13);
  const int rows = std::max(3, static_cast<int>(frame.rect.h / ui.em(30)));
  const std::vector<Tick> across =
      plot.log ? log_ticks(frame.low, frame.high, rows)
               : ticks(frame.low * (plot.percent ? 100 : 1), frame.high * (plot.percent ? 100 : 1), rows);
  for (const Tick& tick : across) {
    const float y = std::round(frame.y(plot.percent && !plot.log ? tick.value / 100 : tick.value));
    if (y < frame.rect.y - 1 || y > frame.rect.bottom() + 1) continue;
    ui.fill({frame.rect.x, y, frame.rect.w, 1}, theme.line);
    ui.label(Rect{area.x, y - ui.em(10), frame.rect.x - area.x - 8, ui.em(20)},
             plot.percent ? tick.text + " %" : tick.text, Font::number, theme.secondary, Align::right, size);
  }
  const int columns = std::max(1, static_cast<int>(frame.rect.w / ui.em(90)));
  const std::vector<Tick> along = ticks(frame.window.from, frame.window.to, columns, true);
  const float top = frame.rect.bottom() + 4;
  for (size_t i = 0; i < along.size(); ++i) {
    // The first one begins with the name of the axis, in the face of words.
    const float wide = ui.measure(Font::number, along[i].text, size).x;
    const float name = i == 0 ? ui.measure(Font::caption, plot.x_name, size).x + ui.em(5) : 0;
    float x = frame.x(along[i].value) - wide / 2;
    x = std::clamp(x, area.x + name, std::max(area.x + name, area.right() - wide));
    if (i == 0) ui.label(Vec{x - name, top}, plot.x_name, Font::caption, theme.secondary, size);
    ui.fill({std::round(frame.x(along[i].value)), frame.rect.bottom(), 1, 4}, theme.line);
    ui.label(Vec{x, top}, along[i].text, Font::number, theme.secondary, size);
  }
}

CurveAnswer hover(Ui& ui, const CurvePlot& plot, const Frame& frame) {
  CurveAnswer answer;
  answer.hovered = true;
  const double at = frame.window.from + (frame.window.to - frame.window.from) *
                                            static_cast<double>((ui.input().mouse.x - frame.rect.x) / frame.rect.w);
  answer.at = std::clamp(std::round(at), plot.begin, std::max(plot.begin, plot.last));
  answer.note.title = fmt::format("{} {}", plot.x_name, grouped(std::llround(answer.at)));
  for (const CurveSeries& series : plot.series) {
    HoverNote::Line line;
    line.colour = series.colour;
    line.name = series.name;
    if (series.points) {
      const int64_t i = at_or_before(*series.points, answer.at);
      if (i < 0) continue;
      const auto& [x, y] = (*series.points)[static_cast<size_t>(i)];
      if (x != answer.at) line.name += fmt::format(" (at {})", grouped(std::llround(x)));
      line.value = plot.percent ? fmt::format("{:.2f} %", y * 100) : shortest_text(static_cast<float>(y));
      answer.note.lines.push_back(std::move(line));
      continue;
    }
    const auto i = static_cast<int64_t>(std::llround(answer.at - series.first));
    if (i < 0 || i >= series.dense->size()) continue;
    const float value = series.dense->at(i);
    line.value = plot.percent ? fmt::format("{:.2f} %", static_cast<double>(value) * 100) : shortest_text(value);
    answer.note.lines.push_back(line);
    if (plot.smoothing > 1) {
      line.name = fmt::format("mean of {}", plot.smoothing);
      line.value = curve_text(plot, series.dense->mean(i + 1 - plot.smoothing, i + 1));
      answer.note.lines.push_back(std::move(line));
    }
  }
  answer.note.hint = plot.pick_command.empty() ? "" : plot.pick_hint;
  return answer;
}

std::string window_line(const CurvePlot& plot, const CurveWindow& window) {
  if (window.all()) return plot.window_command + " all";
  return fmt::format("{} {:.6g} {:.6g}", plot.window_command, window.from, window.to);
}

}  // namespace

std::pair<double, double> curve_range(const CurvePlot& plot, const CurveWindow& window) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto add = [&](double value) {
    if (!std::isfinite(value) || (plot.log && !(value > 0))) return;
    low = std::min(low, value), high = std::max(high, value);
  };
  for (const CurveSeries& series : plot.series) {
    if (series.points) {
      for (const auto& [x, y] : *series.points) {
        if (x >= window.from && x <= window.to) add(y);
      }
      continue;
    }
    const auto from = static_cast<int64_t>(std::floor(window.from - series.first)),
               to = static_cast<int64_t>(std::ceil(window.to - series.first)) + 1;
    const CurveValues::Range range = plot.log ? series.dense->positive_range(from, to) : series.dense->range(from, to);
    if (range.any) add(static_cast<double>(range.low)), add(static_cast<double>(range.high));
  }
  if (!(low <= high)) return plot.log ? std::pair{0.1, 1.0} : std::pair{0.0, 1.0};
  if (plot.log) {
    if (high < low * 1.2) low /= 1.5, high *= 1.5;
    return {low / 1.08, high * 1.08};
  }
  if (plot.percent && plot.window.all()) return {0.0, 1.0};
  if (plot.from_zero && low >= 0 && low < high * 0.6) low = 0;
  double air = (high - low) * 0.06;
  if (!(air > 0)) air = std::max(std::abs(high) * 0.1, 1e-6);
  const bool at_zero = low == 0 && plot.from_zero;
  double top = high + air;
  if (plot.percent) top = std::min(top, 1.0), low = std::min(low, top - 0.02);
  return {at_zero ? 0 : low - air, top};
}

std::string curve_text(const CurvePlot& plot, double value) {
  if (!std::isfinite(value)) return "not a number";
  if (plot.percent) return fmt::format("{:.1f} %", value * 100);
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-3 || size >= 1e5)) return fmt::format("{:.2e}", value);
  return number_text(value, size < 0.1 ? 4 : size < 10 ? 3 : size < 1000 ? 1 : 0);
}

CurveAnswer draw_curve_plot(Ui& ui, std::string_view label, const Rect& area, const CurvePlot& plot) {
  const Theme& theme = ui.theme();
  CurveAnswer answer;
  Frame frame;
  frame.window = window_of(plot.window, plot.begin, plot.last, kLeast);
  std::tie(frame.low, frame.high) = curve_range(plot, frame.window);
  frame.log = plot.log;

  // The names at the right end decide how much room is left of the curves.
  struct End {
    std::string name, value;  // words in the face of words, numbers in theirs
    Colour colour;
    float y;
  };
  std::vector<End> ends;
  const float small = ui.em(13);
  float room = 0;
  for (const CurveSeries& series : plot.series) {
    const double value = end_value(plot, series, frame.window);
    if (!std::isfinite(value)) continue;
    ends.push_back({series.name, curve_text(plot, value), series.colour, 0});
    room = std::max(room, ui.measure(Font::caption, series.name, small).x + ui.em(6) +
                              ui.measure(Font::number, ends.back().value, small).x);
  }
  const bool beside = room + 12 < area.w * 0.34f;
  frame.rect = area;
  frame.rect.cut_left(ui.em(52));
  frame.rect.cut_bottom(ui.em(24));
  frame.rect.cut_top(6);
  if (beside) frame.rect.cut_right(std::min(room + 12, area.w * 0.34f));
  if (frame.rect.w < 20 || frame.rect.h < 20) return answer;

  const Response r = ui.interact(area, {.label = label,
                                        .command = plot.pick_command,
                                        .kind = "plot",
                                        .tooltip = plot.tooltip,
                                        .takes_wheel = !plot.window_command.empty()});
  draw_axes(ui, plot, frame, area);
  ui.push_clip(frame.rect.inset(-4, -4));
  for (const CurveSeries& series : plot.series) {
    if (!series.dense || series.dense->size() == 0) continue;
    const bool smooth = plot.smoothing > 1;
    draw_dense(ui, frame, series, smooth ? faded(series.colour, 0.3f) : series.colour, smooth ? 1.0f : 1.6f);
    if (smooth) draw_smoothed(ui, frame, series, plot.smoothing);
  }
  for (const CurveSeries& series : plot.series) {
    if (series.points && !series.points->empty()) draw_points(ui, frame, series);
  }
  if (plot.shown >= frame.window.from && plot.shown <= frame.window.to && plot.shown < plot.last) {
    const float x = std::round(frame.x(plot.shown));
    ui.fill({x - 1, frame.rect.y, 2, frame.rect.h}, theme.text);
    ui.fill({x - 4, frame.rect.y - 3, 8, 6}, theme.text, 2);
  }
  if (plot.hovered_at >= frame.window.from && plot.hovered_at <= frame.window.to) {
    ui.fill({std::round(frame.x(plot.hovered_at)), frame.rect.y, 1, frame.rect.h}, faded(theme.secondary, 0.7f));
  }
  ui.pop_clip();

  size_t used = 0;
  for (const CurveSeries& series : plot.series) {
    const double value = end_value(plot, series, frame.window);
    if (std::isfinite(value)) ends[used++].y = std::clamp(frame.y(value), frame.rect.y, frame.rect.bottom());
  }
  std::vector<float> wanted;
  const float height = ui.em(17);
  for (const End& end : ends) wanted.push_back(end.y - height / 2);
  const std::vector<float> places = spread_labels(wanted, height, beside ? area.y : frame.rect.y, frame.rect.bottom());
  for (size_t i = 0; i < ends.size(); ++i) {
    const Rect at =
        beside ? Rect{frame.rect.right() + 10, places[i], area.right() - frame.rect.right() - 10, height}
               : Rect{frame.rect.x, frame.rect.y + 2 + static_cast<float>(i) * height, frame.rect.w - 4, height};
    Rect words = at;
    const float number = ui.measure(Font::number, ends[i].value, small).x,
                name = ui.measure(Font::caption, ends[i].name, small).x;
    words.x = beside ? at.x : at.right() - number - name - ui.em(6);
    ui.label(Rect{words.x, at.y, name + 1, at.h}, ends[i].name, Font::caption, ends[i].colour, Align::left, small);
    ui.label(Rect{words.x + name + ui.em(6), at.y, number + 2, at.h}, ends[i].value, Font::number, ends[i].colour,
             Align::left, small);
  }

  if (r.hovered) {
    answer = hover(ui, plot, frame);
    const float x = std::round(frame.x(answer.at));
    ui.fill({x, frame.rect.y, 1, frame.rect.h}, faded(theme.text, 0.6f));
  }
  if (!plot.window_command.empty()) {
    const auto at = frame.window.from + (frame.window.to - frame.window.from) *
                                            static_cast<double>((ui.input().mouse.x - frame.rect.x) / frame.rect.w);
    CurveWindow next = plot.window;
    if (r.wheel != 0) next = zoom_window(plot.window, std::pow(1.25, r.wheel), at, plot.begin, plot.last);
    if (r.held && r.drag.x != 0 && std::abs(r.dragged.x) > 3) {
      next =
          pan_window(plot.window, -static_cast<double>(r.drag.x / frame.rect.w) * (frame.window.to - frame.window.from),
                     plot.begin, plot.last);
    }
    if (r.double_clicked) next = {};
    if (next != plot.window) ui.send(window_line(plot, next));
  }
  // The second click of a double-click is not one of its own: the plot has moved under it.
  if (r.clicked && std::abs(r.dragged.x) <= 3 && !plot.pick_command.empty() && !r.double_clicked) {
    const double step = r.keyboard ? plot.shown : hover(ui, plot, frame).at;
    if (step >= 0) ui.send(fmt::format("{} {:.0f}", plot.pick_command, step));
  }
  if (r.keyboard) {
    const double now = plot.shown >= 0 ? plot.shown : plot.last;
    double next = now;
    if (ui.take_key("Left")) next = now - 1;
    if (ui.take_key("Right")) next = now + 1;
    next = std::clamp(next, plot.begin, plot.last);
    if (next != now && !plot.pick_command.empty()) ui.send(fmt::format("{} {:.0f}", plot.pick_command, next));
    ui.stroke(area.inset(-2), theme.accent, 6, 2);
  }
  return answer;
}

}  // namespace striate
