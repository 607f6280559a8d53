// Histograms, with a range that can be brushed: by dragging, or by the arrow keys.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr double kKeySteps = 128;  // presses of an arrow from one end to the other

struct Brush {
  double fixed, moving;  // its two ends; Shift moves one of them
};

// The brush after a key; nothing where the key is not its own.
std::optional<Brush> moved_by(const std::string& key, Brush brush, double low, double high) {
  const double step = std::max(1.0, std::round((high - low) / kKeySteps));
  const bool extend = key.starts_with("Shift+");
  const std::string way = extend ? key.substr(6) : key;
  double by = 0;
  if (way == "Left") {
    by = -step;
  } else if (way == "Right") {
    by = step;
  } else if (way == "Home") {
    by = low - high;
  } else if (way == "End") {
    by = high - low;
  } else {
    return std::nullopt;
  }
  if (!extend) {
    by = std::clamp(by, low - std::min(brush.fixed, brush.moving), high - std::max(brush.fixed, brush.moving));
    brush.fixed += by;
    brush.moving += by;
  } else {
    brush.moving = std::clamp(brush.moving + by, low, high);
  }
  return brush;
}

}  // namespace

// What the keyboard does to the range while the histogram has it. True when something was sent.
bool Ui::brush_by_keys(uint64_t id, const HistogramSpec& spec, std::string_view prefix, bool pressed) {
  const auto give = [&](const Brush& brush) {
    grids_[id] = {static_cast<int>(brush.fixed), static_cast<int>(brush.moving)};
    send(fmt::format("{} {} {}", prefix, number_text(std::min(brush.fixed, brush.moving), 0),
                     number_text(std::max(brush.fixed, brush.moving), 0)));
    return true;
  };
  if (!spec.has_brush) {
    // It begins in the middle, a quarter wide.
    bool begins = pressed;
    for (const char* key : {"Left", "Right", "Home", "End"}) begins = take_key(key) || begins;
    const double quarter = (spec.high - spec.low) / 4, middle = (spec.high + spec.low) / 2;
    return begins && give({std::round(middle - quarter / 2), std::round(middle + quarter / 2)});
  }
  if (pressed || take_key("Delete") || take_key("Backspace")) {
    if (!spec.clear_command.empty()) send(spec.clear_command);
    return !spec.clear_command.empty();
  }
  const GridFocus& known = grids_[id];
  Brush brush{static_cast<double>(known.row), static_cast<double>(known.column)};
  if (std::minmax(brush.fixed, brush.moving) != std::minmax(spec.brush_low, spec.brush_high)) {
    brush = {spec.brush_low, spec.brush_high};  // hands or a command made it
  }
  for (const char* key : {"Left", "Right", "Home", "End", "Shift+Left", "Shift+Right", "Shift+Home", "Shift+End"}) {
    if (!take_key(key)) continue;
    return give(*moved_by(key, brush, spec.low, spec.high));
  }
  return false;
}

bool Ui::histogram(std::string_view name, const HistogramSpec& spec, std::string_view prefix) {
  Rect rect = take(spec.height + 20);
  Rect axis = rect.cut_bottom(20);
  const Theme& t = theme();
  double highest = 0;
  for (const HistogramSeries& series : spec.series) {
    // The ends of the range collect everything that is clipped; they don't set the scale where they tower.
    for (size_t i = 0; i < series.bins.size(); ++i) {
      bool end = series.bins.size() > 8 && (i == 0 || i + 1 == series.bins.size());
      highest = std::max(highest, series.bins[i] * (end ? 0.35 : 1.0));
    }
  }
  const bool brushes = !prefix.empty();
  std::string help = " ";
  if (brushes) {
    const Command* command = registry_.find_command(prefix.substr(0, prefix.find(' ')));
    help = command ? std::string(tr(command->help)) + ". " : std::string();
    help += tr("Drag, or by keys: arrows move it, with Shift its end, Enter begins it or takes it away");
  }
  Response r = interact(rect, {.label = name,
                               .command = prefix,
                               .kind = "histogram",
                               .enabled = true,
                               .focusable = brushes,
                               .tooltip = help,
                               .takes_press = brushes});
  auto x_of = [&](double value) {
    return rect.x + rect.w * static_cast<float>((value - spec.low) / (spec.high - spec.low));
  };
  if (spec.has_brush) {
    fill({x_of(spec.brush_low), rect.y, std::max(1.0f, x_of(spec.brush_high) - x_of(spec.brush_low)), rect.h},
         faded(t.accent, 0.18f), 2);
  }
  for (const HistogramSeries& series : spec.series) {
    if (series.bins.empty() || highest <= 0) continue;
    auto count = static_cast<float>(series.bins.size());
    float each = rect.w / count;
    float alpha = spec.series.size() > 1 ? 0.55f : 0.85f;
    // A bar per bin where bins are wide enough, else one per column of the screen: its highest bin.
    int bars = each >= 3 ? static_cast<int>(count) : static_cast<int>(std::min(rect.w, count));
    float wide = rect.w / static_cast<float>(bars);
    for (int i = 0; i < bars; ++i) {
      auto from = static_cast<size_t>(static_cast<float>(i) * count / static_cast<float>(bars));
      auto to = std::max(from + 1, static_cast<size_t>(static_cast<float>(i + 1) * count / static_cast<float>(bars)));
      double top = 0;
      for (size_t b = from; b < to && b < series.bins.size(); ++b) top = std::max(top, series.bins[b]);
      if (top <= 0) continue;
      auto h = static_cast<float>(std::min(1.0, top / highest)) * rect.h;
      h = std::max(h, 1.0f);  // a bin that isn't empty is seen
      float x0 = rect.x + static_cast<float>(i) * wide;
      float gap = wide >= 4 ? 1.0f : 0.0f;
      fill({x0, rect.bottom() - h, wide - gap, h}, faded(series.color, alpha));
    }
  }
  fill({rect.x, rect.bottom(), rect.w, 1}, t.line);
  if (spec.marker >= 0) fill({std::round(x_of(spec.marker)), rect.y, 1, rect.h}, t.text);
  axis.cut_top(2);
  label(axis, number_text(spec.low, 0), Font::caption, t.secondary, Align::left, 12.0f);
  label(axis, number_text(spec.high, 0), Font::caption, t.secondary, Align::right, 12.0f);
  if (spec.has_brush) {
    label(axis, format_tr("{} to {}", number_text(spec.brush_low, 0), number_text(spec.brush_high, 0)), Font::caption,
          t.accent, Align::center, 12.0f);
  } else if (r.hovered) {
    double at = spec.low + (spec.high - spec.low) * (input_.mouse.x - rect.x) / rect.w;
    label(axis, number_text(at, 0), Font::caption, t.text, Align::center, 12.0f);
    fill({std::round(input_.mouse.x), rect.y, 1, rect.h}, faded(t.secondary, 0.6f));
  }
  if (!brushes) return false;
  if (r.keyboard) {
    draw_focus(rect);
    if (brush_by_keys(r.id, spec, prefix, r.clicked && !r.released)) return true;
  }
  if (r.double_clicked && !spec.clear_command.empty()) {
    send(spec.clear_command);
    return true;
  }
  if (!r.held || !press_.moved || (r.drag.x == 0 && r.drag.y == 0)) return false;
  auto value_at = [&](float x) {
    double share = std::clamp((x - rect.x) / rect.w, 0.0f, 1.0f);
    return std::round(spec.low + (spec.high - spec.low) * share);
  };
  double a = value_at(press_.at.x), b = value_at(input_.mouse.x);
  send(fmt::format("{} {} {}", prefix, number_text(std::min(a, b), 0), number_text(std::max(a, b), 0)));
  return true;
}

}  // namespace striate
