// The view "Race" of page `hardware`: times of the versions as bars, over the size as curves, and under the roofline.
// All of it is measured here; what has not been measured is not drawn.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "kernels/device.h"
#include "kernels/threads.h"

namespace striate {
namespace {

struct Worker {
  const char* name;
  Color Theme::*tone;
  std::optional<double> (*of)(const VersionTimes& times);
};

const Worker kWorkers[] = {
    {N_("one core"), &Theme::input, [](const VersionTimes& t) { return std::optional(t.cpu1); }},
    {N_("all cores"), &Theme::activation, [](const VersionTimes& t) { return std::optional(t.cpu); }},
    {N_("GPU"), &Theme::kernel, [](const VersionTimes& t) { return t.cuda; }},
    {N_("GPU with copies"), &Theme::bias, [](const VersionTimes& t) { return t.cuda_copies; }}};

constexpr float kTick = 12;

// Both axes logarithmic.
struct LogAxes {
  Rect plot;
  double left, right, low, high;
  Vec at(double x, double y) const {
    const auto share = [](double v, double from, double to) {
      return static_cast<float>(std::log(v / from) / std::log(to / from));
    };
    return {plot.x + share(std::clamp(x, left, right), left, right) * plot.w,
            plot.bottom() - share(std::clamp(y, low, high), low, high) * plot.h};
  }
};

void draw_log_axes(Ui& ui, const LogAxes& axes, double x_step) {
  const Theme& theme = ui.theme();
  const int decades = std::max(1, static_cast<int>(std::log10(axes.high / axes.low)));
  const int every = std::max(1, static_cast<int>(std::ceil(static_cast<float>(decades) * 18 / axes.plot.h)));
  const int first = static_cast<int>(std::ceil(std::log10(axes.low) - 1e-9));
  for (int power = first; std::pow(10.0, power) <= axes.high * 1.0001; power += every) {
    const double y = std::pow(10.0, power);
    const float at = axes.at(axes.left, y).y;
    ui.line({axes.plot.x, at}, {axes.plot.right(), at}, theme.line);
    ui.label(Rect{axes.plot.x - 52, at - 9, 46, 18}, fmt::format("{:g}", y), Font::number, theme.secondary,
             Align::right, kTick);
  }
  float last = -1000;
  for (double x = axes.left; x <= axes.right * 1.0001; x *= x_step) {
    const float at = axes.at(x, axes.low).x;
    if (at - last < 44) continue;
    last = at;
    ui.label(Rect{at - 26, axes.plot.bottom() + 2, 52, 18}, fmt::format("{:g}", x), Font::number, theme.secondary,
             Align::center, kTick);
  }
  ui.line({axes.plot.x, axes.plot.bottom()}, {axes.plot.right(), axes.plot.bottom()}, theme.secondary);
}

// Words of one line, or of as many as they need.
float height_of(Ui& ui, std::string_view text, float width) {
  const float line = ui.text_size(Font::caption) * 1.35f;
  return ui.measure(Font::caption, text).x <= width ? line : ui.paragraph_height(text, width, Font::caption);
}
void draw_words(Ui& ui, std::string_view id, const Rect& area, std::string_view text) {
  if (ui.measure(Font::caption, text).x <= area.w) return ui.label(area, text, Font::caption, ui.theme().secondary);
  ui.begin_panel(id, area, 0, false);
  ui.note(text);
  ui.end_panel();
}

Rect plot_in(Rect area) {
  area.cut_left(56);
  area.cut_right(12);
  area.cut_bottom(22);
  area.cut_top(8);
  return area;
}

}  // namespace

std::string time_text(double milliseconds) {
  return milliseconds < 0.1 ? fmt::format("{:.1f} \u00b5s", 1000 * milliseconds)
                            : fmt::format("{:.{}f} ms", milliseconds, milliseconds < 10 ? 2 : 0);
}

MeasureRequest HardwarePage::measured(const std::string& version, bool sweep) const {
  return {state_.task, version, state_.settings, sweep};
}

void HardwarePage::draw_race_view(Ui& ui, Rect area, HoverNote& note) const {
  const auto words = [&](std::string_view id, const std::string& text) {
    draw_words(ui, id, area.cut_top(height_of(ui, text, area.w)), text);
  };
  words("what is measured", format_tr("{}, {} x {}: the median of repeated runs on this machine",
                                      tr(title_of(state_.task)), state_.settings.n, state_.settings.n));
  if (const std::string why = why_no_cuda(); !why.empty())
    words("why no GPU", format_tr("There is no GPU here that CUDA can use ({}): its bars stay empty.", why));
  area.cut_top(6);
  const float lower = std::clamp(area.h * 0.5f, 0.0f, 420.0f);
  Rect below = area.cut_bottom(lower > 110 ? lower : 0);
  draw_bars(ui, area, note);
  if (below.empty()) return;
  below.cut_top(10);
  Rect left = below.cut_left((below.w - 16) / 2);
  below.cut_left(16);
  draw_sweep(ui, left);
  draw_roofline(ui, below, note);
}

void HardwarePage::draw_bars(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const std::vector<std::string>& versions = teach_versions(state_.task);
  double most = 0;
  bool gpu = false, any = false;
  for (const std::string& version : versions) {
    const VersionTimes* times = measure_.times(measured(version, false));
    if (times == nullptr) continue;
    any = true, gpu = gpu || times->cuda.has_value();
    for (const Worker& worker : kWorkers) most = std::max(most, worker.of(*times).value_or(0));
  }
  if (!any) {
    if (measure_.busy()) {
      ui.begin_panel("measuring", area.centered(std::min(area.w, 420.0f), 80.0f), 0, false);
      ui.progress(tr("Times are being measured"), -1, "hardware.stop");
      ui.end_panel();
    } else {
      ui.empty_state(area, Icon::play, "Nothing has been measured yet",
                     format_tr("Press \u201cMeasure\u201d {}: one core, all cores, and the GPU where there is one.",
                               ui.at_the_right()));
    }
    return;
  }
  const float line = ui.text_size(Font::caption) * 1.35f;
  Rect legend = area.cut_top(line);
  for (const Worker& worker : kWorkers) {
    if (&worker >= kWorkers + 2 && !gpu) break;
    ui.fill(legend.cut_left(12).centered(12, 10), theme.*worker.tone, 2);
    legend.cut_left(6);
    std::string name(tr(worker.name));
    if (&worker == kWorkers + 1) name += fmt::format(" ({})", thread_count());
    const float width = ui.measure(Font::caption, name).x + 18;
    ui.label(legend.cut_left(width), name, Font::caption, theme.secondary);
  }
  area.cut_top(4);
  const size_t bars = gpu ? 4 : 2;
  const float row = std::min(area.h / static_cast<float>(versions.size()), 24.0f * static_cast<float>(bars) + 10);
  float names = 0;
  for (const std::string& version : versions) names = std::max(names, ui.measure(Font::control, version).x);
  for (const std::string& version : versions) {
    Rect place = area.cut_top(row);
    const bool chosen = version == state_.version;
    const Response r = ui.interact(place, {.label = "times of " + version,
                                           .command = "hardware.version " + version,
                                           .kind = "row",
                                           .tooltip = N_("Click: choose this version")});
    if (chosen || r.hovered) ui.fill(place.inset(0, 1), chosen ? theme.surface : faded(theme.surface, 0.5f), 4);
    if (r.clicked) ui.send("hardware.version " + version);
    if (r.keyboard) ui.draw_focus(place.inset(0, 1), 4);
    place.cut_left(8);
    ui.label(place.cut_left(names + 14), version, Font::control, chosen ? theme.text : theme.secondary);
    const MeasureRequest of = measured(version, false);
    const VersionTimes* times = measure_.times(of);
    if (times == nullptr) {
      ui.label(place, tr(measure_.comes(of) ? N_("is being measured") : N_("not measured")), Font::caption,
               theme.secondary);
      continue;
    }
    // Each bar has its time behind it; where bars are too low for that, all of them stand at the end of the row.
    const float bar = (row - 6) / static_cast<float>(bars);
    const bool behind = bar >= 11;
    if (behind) {
      place.cut_right(96);
    } else if (row >= 12) {
      const float size = std::min(13.0f, row);
      place.cut_right(8);
      const float wide = ui.measure(Font::number, "0000.0 \u00b5s", size).x;
      for (size_t i = bars; i-- > 0 && place.w > 2 * wide;) {
        const Rect time = place.cut_right(wide);
        if (const std::optional<double> value = kWorkers[i].of(*times))
          ui.label(time, time_text(*value), Font::number, theme.*kWorkers[i].tone, Align::right, size);
      }
    }
    place.cut_top(3);
    for (size_t i = 0; i < bars; ++i) {
      const Rect whole = place.cut_top(bar);
      const std::optional<double> value = kWorkers[i].of(*times);
      if (!value) continue;
      const Rect filled{whole.x, whole.y + 1, std::max(2.0f, whole.w * static_cast<float>(*value / most)),
                        std::max(bar - 2, 2.0f)};
      ui.fill(filled, theme.*kWorkers[i].tone, 2);
      if (behind) {
        ui.label(Rect{filled.right() + 6, whole.y, 96, bar}, time_text(*value), Font::number, theme.text, Align::left,
                 std::min(13.0f, bar));
      }
    }
    if (!r.hovered) continue;
    note.title = version;
    for (size_t i = 0; i < bars; ++i) {
      if (const std::optional<double> value = kWorkers[i].of(*times))
        note.lines.push_back({std::string(tr(kWorkers[i].name)), time_text(*value), theme.*kWorkers[i].tone});
    }
    if (!chosen) note.hint = tr("click: choose this version"), note.command = "hardware.version " + version;
  }
}

void HardwarePage::draw_sweep(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  const std::string name = format_tr("{}: milliseconds over the side", state_.version);
  draw_words(ui, "of the sweep", area.cut_top(height_of(ui, name, area.w)), name);
  const MeasureRequest of = measured(state_.version, true);
  const std::vector<SweepPoint>* points = measure_.sweep(of);
  if (points == nullptr || points->size() < 2) {
    ui.begin_panel("sweep", area.centered(std::min(area.w, 380.0f), std::min(area.h, 80.0f)), 0, false);
    if (measure_.comes(of)) {
      ui.progress(tr("All sizes are being measured"), measure_.share(), "hardware.stop");
    } else {
      ui.note(format_tr("Press \u201cSweep\u201d {}: sizes from 32 to {}.", ui.at_the_right(),
                        largest_of_sweep(state_.task)));
    }
    ui.end_panel();
    return;
  }
  double low = 1e30, high = 0;
  for (const SweepPoint& point : *points) {
    for (const Worker& worker : kWorkers) {
      if (const std::optional<double> value = worker.of(point.times)) {
        low = std::min(low, std::max(*value, 1e-6)), high = std::max(high, *value);
      }
    }
  }
  const LogAxes axes{plot_in(area), static_cast<double>(points->front().n), static_cast<double>(points->back().n),
                     std::pow(10.0, std::floor(std::log10(low))), std::pow(10.0, std::ceil(std::log10(high)))};
  if (axes.plot.h < 40 || axes.plot.w < 60) return;
  draw_log_axes(ui, axes, 2);
  for (const Worker& worker : kWorkers) {
    std::vector<ImVec2> curve;
    for (const SweepPoint& point : *points) {
      const std::optional<double> value = worker.of(point.times);
      if (!value) continue;
      const Vec p = axes.at(point.n, std::max(*value, 1e-6));
      curve.emplace_back(p.x, p.y);
    }
    ui.draw().AddPolyline(curve.data(), static_cast<int>(curve.size()), theme.*worker.tone, 0, 2.2f);
    for (const ImVec2& p : curve) ui.draw().AddCircleFilled(p, 3.5f, theme.*worker.tone, 12);
  }
  if (const std::optional<double> at = crossover(*points)) {
    const float x = axes.at(*at, axes.low).x;
    ui.line({x, axes.plot.y}, {x, axes.plot.bottom()}, faded(theme.text, 0.5f));
    ui.label(Vec{x + 4, axes.plot.y}, format_tr("the GPU wins from {}", fmt::format("{:.0f}", *at)), Font::caption,
             theme.text);
  }
}

// FLOP per byte against FLOP per second: nobody gets above what memory brings or the cores compute.
void HardwarePage::draw_roofline(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const std::string_view name = tr("roofline of all cores: GFLOP/s over FLOP per byte");
  draw_words(ui, "of the roofline", area.cut_top(height_of(ui, name, area.w)), name);
  const std::optional<DeviceLimits>& limits = measure_.limits();
  if (!limits) {
    ui.begin_panel("roofline", area.centered(std::min(area.w, 380.0f), std::min(area.h, 80.0f)), 0, false);
    ui.note("The first measurement also measures what this machine's memory and cores can do at most.");
    ui.end_panel();
    return;
  }
  const double peak = limits->gflops, bytes = limits->gbytes_per_second;
  const std::string own = measured(state_.version, false).key();
  const std::string_view about = words_of_roofline(own);
  const Rect foot = area.cut_bottom(height_of(ui, about, area.w));
  const LogAxes axes{plot_in(area), 1.0 / 16, 1024, std::pow(10.0, std::floor(std::log10(bytes / 16))),
                     std::pow(10.0, std::ceil(std::log10(peak * 1.2)))};
  if (axes.plot.h < 40 || axes.plot.w < 60) return;
  draw_log_axes(ui, axes, 4);
  const double ridge = peak / bytes;
  ui.push_clip(axes.plot.inset(-4));
  ui.line(axes.at(axes.left, bytes * axes.left), axes.at(ridge, peak), theme.secondary, 2);
  ui.line(axes.at(ridge, peak), axes.at(axes.right, peak), theme.secondary, 2);
  ui.pop_clip();
  const float roof = axes.at(1, peak).y;
  ui.label(Rect{axes.plot.x + 4, roof - (roof > axes.plot.y + 18 ? 20.0f : -2.0f), axes.plot.w - 8, 18},
           format_tr("{} GFLOP/s", fmt::format("{:.3g}", peak)), Font::caption, theme.secondary, Align::right);
  const Vec slope = axes.at(0.25, bytes * 0.25);
  ui.label(Rect{slope.x + 14, slope.y - 2, axes.plot.right() - slope.x - 14, 18},
           format_tr("{} GB/s", fmt::format("{:.3g}", bytes)), Font::caption, theme.secondary);
  const Vec mouse = ui.input().mouse;
  for (const auto& [key, counted] : counted_) {
    const VersionTimes* times = measure_.times(counted.of);
    if (times == nullptr || counted.flops == 0) continue;
    const double intensity = static_cast<double>(counted.flops) / static_cast<double>(counted.bytes);
    const double speed = static_cast<double>(counted.flops) / times->cpu * 1e-6;
    const Vec p = axes.at(intensity, speed);
    const bool chosen = key == own;
    ui.draw().AddCircleFilled({p.x, p.y}, chosen ? 6.0f : 4.0f,
                              chosen ? theme.activation : faded(theme.activation, 0.5f), 16);
    if (chosen) {
      const bool left = p.x > axes.plot.center().x;
      ui.label(Rect{left ? p.x - 150 : p.x + 10, p.y - 9, 140, 18}, state_.version, Font::caption, theme.text,
               left ? Align::right : Align::left);
    }
    if (std::hypot(mouse.x - p.x, mouse.y - p.y) > 10) continue;
    note.title = fmt::format("{}, {}, {} x {}", tr(title_of(counted.of.task)), counted.of.version,
                             counted.of.settings.n, counted.of.settings.n);
    note.lines = {{std::string(tr("GFLOP/s")), fmt::format("{:.3g}", speed), theme.activation},
                  {std::string(tr("FLOP per byte")), fmt::format("{:.3g}", intensity), 0}};
  }
  draw_words(ui, "about the roofline", foot, about);
}

// What is to be said of the version that is chosen.
std::string_view HardwarePage::words_of_roofline(const std::string& own) const {
  const auto mine = counted_.find(own);
  if (mine == counted_.end()) return tr("Both lines were measured on this machine.");
  const auto flops = static_cast<double>(mine->second.flops), bytes = static_cast<double>(mine->second.bytes);
  if (mine->second.flops == 0) return tr("This kernel computes nothing: it has no place here.");
  const VersionTimes* times = measure_.times(mine->second.of);
  const std::optional<DeviceLimits>& limits = measure_.limits();
  const bool above =
      times != nullptr && limits &&
      flops / times->cpu * 1e-6 > 1.1 * std::min(limits->gflops, limits->gbytes_per_second * flops / bytes);
  return above ? tr("Above the line: its data stay in a cache, which is faster than memory.")
               : tr("Both lines were measured on this machine.");
}

}  // namespace striate
