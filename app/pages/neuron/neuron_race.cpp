// Optimizers racing on the network's own loss: their paths over the plane through their ends, and the losses over the
// steps, each at its own best rate.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/words/words.h"

namespace striate {

void NeuronPage::draw_race(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (race_of_ != problem_ || race_.paths.empty()) {
    ui.next(Rect{area.x, area.y + 20, std::min(area.w, 460.0f), 60});
    ui.progress("Four optimizers, each at ten rates", racer_.progress(), "neuron.race off");
    return;
  }
  const Color colors[] = {theme.input, theme.kernel, theme.bias, theme.gradient};
  ui.begin_panel("race words", area.cut_top(46), 0, false);
  const std::string across = fmt::format("{:.1f}", race_.u1 - race_.u0);
  ui.note(area.w > 600
              ? format_tr("{} steps from one start on the loss of all training samples. The plane is the one that fits "
                          "the start and the four ends best, {} across; its loss is the network's own, dark where it "
                          "is small.",
                          race_.steps, across)
              : format_tr("{} steps from one start, on the loss of all training samples. The plane is {} across, dark "
                          "where the loss is small.",
                          race_.steps, across));
  ui.end_panel();
  Rect table = area.cut_bottom(std::min(25.0f * 5 + 8, area.h * 0.55f));
  const float side = std::min(area.h - 8, area.w * 0.56f);
  Rect plane = Rect{area.x, area.y, side, side};
  Rect curves = area;
  curves.cut_left(side + 22);
  // Losses of a plane span decades: the color is of their logarithm.
  const int n = race_.side;
  const Sheet sheet(1, n, n);
  const double lowest = std::max(1e-9, race_.lowest), highest = std::max(lowest * 1.0001, race_.highest);
  const PictureSource source = sheet_source(
      "neuron.race", race_of_ * 2 + (theme.dark ? 1 : 0), sheet, [this, n, lowest, highest](int64_t, Color* out) {
        for (int i = 0; i < n * n; ++i) {
          const double loss = std::max(lowest, static_cast<double>(race_.losses[static_cast<size_t>(i)]));
          out[i] =
              map_color(ColorMap::cividis, static_cast<float>(std::log(loss / lowest) / std::log(highest / lowest)));
        }
      });
  ui.parts(source, std::vector<PicturePart>{{sheet.place(0), plane}}, false);
  const auto at = [&](double u, double v) {
    return Vec{plane.x + static_cast<float>((u - race_.u0) / (race_.u1 - race_.u0)) * plane.w,
               plane.bottom() - static_cast<float>((v - race_.v0) / (race_.v1 - race_.v0)) * plane.h};
  };
  ui.push_clip(plane);
  for (size_t i = 0; i < race_.paths.size(); ++i) {
    std::vector<ImVec2> points;
    for (const auto& [u, v] : race_.paths[i].places) {
      const Vec p = at(u, v);
      points.emplace_back(p.x, p.y);
    }
    // Stroke by stroke: paths turn back, and a joint would shoot out.
    for (const bool outline : {true, false}) {
      for (size_t k = 1; k < points.size(); ++k) {
        ui.draw().AddLine(points[k - 1], points[k], outline ? rgb(0x000000, 0.8f) : colors[i], outline ? 4.0f : 2.0f);
      }
    }
    ui.draw().AddCircleFilled(points.back(), 7, rgb(0x000000, 0.8f), 20);
    ui.draw().AddCircleFilled(points.back(), 5, colors[i], 20);
  }
  const Vec start = at(race_.paths[0].places[0].first, race_.paths[0].places[0].second);
  ui.draw().AddCircleFilled({start.x, start.y}, 6, rgb(0x000000), 20);
  ui.draw().AddCircleFilled({start.x, start.y}, 4, rgb(0xFFFFFF), 20);
  ui.pop_clip();
  ui.stroke(plane, theme.line);
  if (plane.contains(ui.input().mouse)) {
    const auto column = static_cast<int>((ui.input().mouse.x - plane.x) / plane.w * static_cast<float>(n));
    const auto row = static_cast<int>((ui.input().mouse.y - plane.y) / plane.h * static_cast<float>(n));
    note.title = tr("a place of the plane");
    note.lines.push_back(
        {tr("loss there"),
         loss_text(static_cast<double>(
             race_.losses[static_cast<size_t>(std::clamp(row, 0, n - 1) * n + std::clamp(column, 0, n - 1))])),
         0});
  }

  if (curves.w > 120) {
    ui.label(curves.cut_top(22), tr("loss over the steps"), Font::caption, theme.secondary);
    std::vector<std::vector<std::pair<double, double>>> points(race_.paths.size());
    CurvePlot plot;
    plot.last = race_.steps;
    plot.log = true;
    for (size_t i = 0; i < race_.paths.size(); ++i) {
      for (size_t s = 0; s < race_.paths[i].losses.size(); ++s) {
        points[i].emplace_back(static_cast<double>(s), race_.paths[i].losses[s]);
      }
      plot.series.push_back({.name = title_of(race_.paths[i].optimizer), .color = colors[i], .points = &points[i]});
    }
    const CurveAnswer answer = draw_curve_plot(ui, "losses of the race", curves, plot);
    if (answer.hovered) note = answer.note;
  }

  table.cut_top(8);
  ui.begin_panel("race table", table, 0);
  const float name = std::min(130.0f, table.w * 0.24f), cell = std::min(170.0f, (table.w - name) / 4);
  Rect head = ui.take(24);
  head.cut_left(name);
  static constexpr std::pair<const char*, const char*> kHeads[] = {{N_("best rate"), N_("rate")},
                                                                   {N_("loss at the end"), N_("loss")},
                                                                   {N_("from start to end"), N_("moved")},
                                                                   {N_("most off the plane"), N_("off plane")}};
  for (const auto& [words, fewer] : kHeads) {
    std::string text(tr(std::string_view(words)));
    if (ui.measure(Font::caption, text).x > cell - 8) text = std::string(tr(std::string_view(fewer)));
    ui.label(head.cut_left(cell), ui.fitted(text, Font::caption, cell - 8), Font::caption, theme.secondary,
             Align::right);
  }
  for (size_t i = 0; i < race_.paths.size(); ++i) {
    const RacePath& path = race_.paths[i];
    ui.space(-8);
    Rect line = ui.take(25);
    const Rect whole{line.x, line.y, name + 4 * cell, line.h};
    const std::string command = fmt::format("neuron.optimizer {}", name_of(path.optimizer));
    const Response r = ui.interact(whole, {.label = fmt::format("racer {}", name_of(path.optimizer)),
                                           .command = command,
                                           .kind = "row",
                                           .tooltip = N_("Learns with this optimizer")});
    if (r.clicked) ui.send(command);
    if (r.hovered) {
      ui.fill(whole, theme.raised, 4);
      note.title = format_tr("{}: loss after {} steps, by rate", title_of(path.optimizer), race_.steps);
      for (const auto& [rate, loss] : path.sweep) {
        note.lines.push_back({fmt::format("{}", rate), loss_text(loss), rate == path.rate ? colors[i] : 0});
      }
    }
    if (r.keyboard) ui.draw_focus(whole, 4);
    Rect first = line.cut_left(name);
    ui.fill(first.cut_left(22).centered(14, 4), colors[i], 2);
    ui.label(first, title_of(path.optimizer), Font::control, theme.text);
    ui.label(line.cut_left(cell), fmt::format("{}", path.rate), Font::number, theme.text, Align::right);
    ui.label(line.cut_left(cell), loss_text(path.losses.back()), Font::number, theme.text, Align::right);
    ui.label(line.cut_left(cell), fmt::format("{:.2f}", path.moved), Font::number, theme.text, Align::right);
    ui.label(line.cut_left(cell), fmt::format("{:.2f}", path.farthest()), Font::number, theme.text, Align::right);
  }
  ui.end_panel();
}

}  // namespace striate
