#include "app/widgets/curve_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/widgets/curve_lines.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr double kLeast = 4;           // steps that are shown at most zoom
constexpr double kDoubleClick = 0.35;  // seconds that a click waits for a second one

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

void draw_axes(Ui& ui, const CurvePlot& plot, const CurveFrame& frame, const Rect& area) {
  const Theme& theme = ui.theme();
  const float size = 13.0f;
  const int rows = std::max(3, static_cast<int>(frame.rect.h / 30.0f));
  const std::vector<Tick> across =
      plot.log ? log_ticks(frame.low, frame.high, rows)
               : ticks(frame.low * (plot.percent ? 100 : 1), frame.high * (plot.percent ? 100 : 1), rows);
  for (const Tick& tick : across) {
    const float y = std::round(frame.y(plot.percent && !plot.log ? tick.value / 100 : tick.value));
    if (y < frame.rect.y - 1 || y > frame.rect.bottom() + 1) continue;
    ui.fill({frame.rect.x, y, frame.rect.w, 1}, theme.line);
    ui.label(Rect{area.x, y - 10.0f, frame.rect.x - area.x - 8, 20.0f}, plot.percent ? tick.text + " %" : tick.text,
             Font::number, theme.secondary, Align::right, size);
  }
  const int columns = std::max(1, static_cast<int>(frame.rect.w / 90.0f));
  const std::vector<Tick> along = ticks(frame.window.from, frame.window.to, columns, true);
  const float top = frame.rect.bottom() + 7.0f;
  for (size_t i = 0; i < along.size(); ++i) {
    // The first one begins with the name of the axis, in the face of words.
    const float wide = ui.measure(Font::number, along[i].text, size).x;
    const float name = i == 0 ? ui.measure(Font::caption, tr(std::string_view(plot.x_name)), size).x + 5.0f : 0;
    float x = frame.x(along[i].value) - wide / 2;
    x = std::clamp(x, area.x + name, std::max(area.x + name, area.right() - wide));
    if (i == 0) ui.label(Vec{x - name, top}, tr(std::string_view(plot.x_name)), Font::caption, theme.secondary, size);
    ui.fill({std::round(frame.x(along[i].value)), frame.rect.bottom(), 1, 4}, theme.line);
    ui.label(Vec{x, top}, along[i].text, Font::number, theme.secondary, size);
  }
}

CurveAnswer hover(Ui& ui, const CurvePlot& plot, const CurveFrame& frame) {
  CurveAnswer answer;
  answer.hovered = true;
  const double at = frame.window.from + (frame.window.to - frame.window.from) *
                                            static_cast<double>((ui.input().mouse.x - frame.rect.x) / frame.rect.w);
  answer.at = std::clamp(std::round(at), plot.begin, std::max(plot.begin, plot.last));
  answer.note.title = fmt::format("{} {}", tr(std::string_view(plot.x_name)), grouped(std::llround(answer.at)));
  for (const CurveSeries& series : plot.series) {
    HoverNote::Line line;
    line.color = series.color;
    line.name = series.name;
    if (series.points) {
      const int64_t i = at_or_before(*series.points, answer.at);
      if (i < 0) continue;
      const auto& [x, y] = (*series.points)[static_cast<size_t>(i)];
      if (x != answer.at) line.name += " " + format_tr("(at {})", grouped(std::llround(x)));
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
      line.name = format_tr("mean of {}", plot.smoothing);
      line.value = curve_text(plot, series.dense->mean(i + 1 - plot.smoothing, i + 1));
      answer.note.lines.push_back(std::move(line));
    }
  }
  if (!plot.pick_command.empty()) {
    answer.note.hint = plot.pick_hint;
    answer.note.command = fmt::format("{} {:.0f}", plot.pick_command, answer.at);
    if (!plot.pick_keys.empty()) answer.note.command += "   " + plot.pick_keys;
  }
  return answer;
}

// A click asks for its step; the clicks of a double-click ask for none. Screenshots and tests don't wait.
void pick(Ui& ui, std::string_view label, const CurvePlot& plot, const CurveFrame& frame, const Response& r) {
  if (plot.pick_command.empty()) return;
  const auto send = [&](double step) { ui.send(fmt::format("{} {:.0f}", plot.pick_command, step)); };
  const bool waits = plot.pending != nullptr && !ui.frame().patient && !plot.window_command.empty();
  bool second = r.double_clicked;
  const auto leave = [&](const PendingPick& pending) {
    if (pending.step < 0 && !pending.second) return;
    std::map<std::string, double, std::less<>>& numbers = ui.found().numbers;
    numbers[fmt::format("{}.step", label)] = pending.step;
    numbers[fmt::format("{}.since", label)] = pending.since;
    numbers[fmt::format("{}.second", label)] = pending.second ? 1 : 0;
  };
  if (plot.pending != nullptr) {
    PendingPick pending = *plot.pending;
    if (r.pressed) pending = {-1, 0, r.double_clicked};
    if (r.wheel != 0) pending.step = -1;
    second = pending.second;
    if (pending.step >= 0) {
      if (ui.frame().now - pending.since >= kDoubleClick) {
        send(std::exchange(pending.step, -1));
      } else {
        ui.request_frame();
      }
    }
    leave(pending);
  }
  if (!r.clicked || std::abs(r.dragged.x) > 3 || (second && !r.keyboard)) return;
  const double step = r.keyboard ? plot.shown : hover(ui, plot, frame).at;
  if (step < 0) return;
  if (r.keyboard || !waits) return send(step);
  leave({step, ui.frame().now, false});
  ui.request_frame();
}

std::string window_line(const CurvePlot& plot, const CurveWindow& window) {
  if (window.all()) return plot.window_command + " all";
  return fmt::format("{} {:.6g} {:.6g}", plot.window_command, window.from, window.to);
}

}  // namespace

PendingPick pick_of(const Drawn& frame, std::string_view label) {
  return {frame.number(fmt::format("{}.step", label), -1), frame.number(fmt::format("{}.since", label), 0),
          frame.number(fmt::format("{}.second", label), 0) > 0};
}

float end_column(float widest, float width) { return widest + 12 < width * 0.34f ? widest + 12 : 0; }

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
  if (!std::isfinite(value)) return tr("not a number");
  if (plot.percent) return fmt::format("{:.1f} %", value * 100);
  const double size = std::abs(value);
  if (size >= 1e-4 && size < 1e-3) return number_text(value, 5);
  if (size != 0 && (size < 1e-3 || size >= 1e5)) return fmt::format("{:.2e}", value);
  return number_text(value, size < 0.1 ? 4 : size < 10 ? 3 : size < 1000 ? 1 : 0);
}

CurveAnswer draw_curve_plot(Ui& ui, std::string_view label, const Rect& area, const CurvePlot& plot) {
  const Theme& theme = ui.theme();
  CurveAnswer answer;
  CurveFrame frame;
  frame.window = window_of(plot.window, plot.begin, plot.last, kLeast);
  std::tie(frame.low, frame.high) = curve_range(plot, frame.window);
  frame.log = plot.log;

  // The names at the right end decide how much room is left of the curves.
  struct End {
    std::string name, value;  // words in the face of words, numbers in theirs
    Color color;
    float y;
  };
  std::vector<End> ends;
  const float small = 13.0f;
  float room = 0;
  for (const CurveSeries& series : plot.series) {
    const double value = end_value(plot, series, frame.window);
    if (!std::isfinite(value)) continue;
    if (series.unnamed) continue;
    ends.push_back({series.name, curve_text(plot, value), series.color, 0});
    room = std::max(room, ui.measure(Font::caption, series.name, small).x + 6.0f +
                              ui.measure(Font::number, ends.back().value, small).x);
  }
  const float column = end_column(room, area.w);
  const bool beside = column > 0;
  frame.rect = area;
  // Room for the numbers at the left: "0.0003" is wider than most.
  const bool long_numbers = plot.log ? frame.low < 0.0005 : frame.high - frame.low < 0.01;
  frame.rect.cut_left(long_numbers ? 64.0f : 52.0f);
  frame.rect.cut_bottom(26);
  frame.rect.cut_top(6);
  const float height = 17.0f, space = 6.0f, between = 14.0f;
  // Where they have no room beside the curves they stand over them, as many to a line as fit.
  std::vector<Rect> over;
  if (beside) {
    frame.rect.cut_right(column);
  } else {
    Rect line = frame.rect.cut_top(height);
    for (const End& end : ends) {
      const float wide =
          ui.measure(Font::caption, end.name, small).x + space + ui.measure(Font::number, end.value, small).x;
      if (line.w < wide && line.x > frame.rect.x) line = frame.rect.cut_top(height);
      over.push_back(line.cut_left(std::min(wide, line.w)));
      line.cut_left(between);
    }
    frame.rect.cut_top(4);
  }
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
    draw_dense_curve(ui, frame, series, smooth ? faded(series.color, 0.3f) : series.color, smooth ? 1.0f : 1.6f);
    if (smooth) draw_smoothed_curve(ui, frame, series, plot.smoothing);
  }
  for (const CurveSeries& series : plot.series) {
    if (series.points && !series.points->empty()) draw_curve_points(ui, frame, series);
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
    if (std::isfinite(value) && !series.unnamed)
      ends[used++].y = std::clamp(frame.y(value), frame.rect.y, frame.rect.bottom());
  }
  std::vector<float> wanted;
  for (const End& end : ends) wanted.push_back(end.y - height / 2);
  const std::vector<float> places = spread_labels(wanted, height, area.y, frame.rect.bottom());
  for (size_t i = 0; i < ends.size(); ++i) {
    const float name = ui.measure(Font::caption, ends[i].name, small).x;
    Rect words = beside ? Rect{frame.rect.right() + 10, places[i], column - 10, height} : over[i];
    ui.label(words.cut_left(std::min(name + 1, words.w)), ends[i].name, Font::caption, ends[i].color, Align::left,
             small);
    words.cut_left(space - 1);
    ui.label(Rect{words.x, words.y, words.w + 2, words.h}, ends[i].value, Font::number, ends[i].color, Align::left,
             small);
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
  pick(ui, label, plot, frame, r);
  if (r.keyboard) {
    const double now = plot.shown >= 0 ? plot.shown : plot.last;
    double next = now;
    if (ui.take_key("Left")) next = now - 1;
    if (ui.take_key("Right")) next = now + 1;
    next = std::clamp(next, plot.begin, plot.last);
    if (next != now && !plot.pick_command.empty()) ui.send(fmt::format("{} {:.0f}", plot.pick_command, next));
    ui.draw_focus(area.inset(1), 3);
  }
  return answer;
}

}  // namespace striate
