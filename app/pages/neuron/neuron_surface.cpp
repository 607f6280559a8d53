// The decision surface with the points on it; for digits, the picture that is looked at and what the network says.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/words/words.h"

namespace striate {

Color NeuronPage::class_color(const Theme& theme, int label) const {
  if (network().classes() <= 2) return neuron_color(theme, label == 1 ? 0.92 : -0.92);
  const Color all[] = {theme.input, theme.kernel, theme.activation, theme.gradient, theme.bias, theme.secondary};
  return all[static_cast<size_t>(label) % std::size(all)];
}

void NeuronPage::draw_surface(Ui& ui, const Rect& area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const bool step = state_.view == "step";
  const Response r =
      ui.interact(area, {.label = "decision surface",
                         .command = step ? "neuron.sample" : "neuron.point",
                         .kind = "surface",
                         .tooltip = step ? N_("What the output gives at every place; the step's samples have rings. "
                                              "Click: follow the nearest of them")
                                         : N_("What the output gives at every place. Click: look at a place, and "
                                              "see every neuron's value there")});
  const int large = NeuronMoment::kLarge;
  if (moment_ && moment_->neurons == network().neurons()) {
    const Sheet sheet(1, large, large);
    const bool many = !moment_->winner.empty();
    const PictureSource source = sheet_source(
        "neuron.surface", moment_->version * 2 + (theme.dark ? 1 : 0), sheet,
        [moment = moment_, many, large, colors = neuron_palette(theme, 0.6f), &theme, this](int64_t, Color* out) {
          for (size_t i = 0; i < static_cast<size_t>(large * large); ++i) {
            out[i] = many ? mixed(theme.background, class_color(theme, moment->winner[i]),
                                  0.08f + 0.5f * static_cast<float>(moment->share[i]) / 255)
                          : colors[moment->large[i]];
          }
        });
    ui.parts(source, std::vector<PicturePart>{{sheet.place(0), area}}, false);
  } else {
    ui.fill(area, theme.surface);
  }
  draw_points(ui, area, note);

  // The place that is looked at.
  const auto at = [&](double x, double y) {
    return Vec{area.x + static_cast<float>((x + kPointRange) / (2 * kPointRange)) * area.w,
               area.bottom() - static_cast<float>((y + kPointRange) / (2 * kPointRange)) * area.h};
  };
  if (step) draw_ring(ui, area);
  draw_line(ui, area);
  if (!step) {
    const Vec here = at(state_.x, state_.y);
    for (const bool halo : {true, false}) {  // among points it would be lost without one
      for (const Vec along : {Vec{1, 0}, Vec{-1, 0}, Vec{0, 1}, Vec{0, -1}}) {
        ui.line(here + along * (halo ? 3.0f : 4.0f), here + along * (halo ? 12.0f : 11.0f),
                halo ? theme.background : theme.text, halo ? 5.0f : 2.0f);
      }
    }
  }
  ui.stroke(area, theme.line, 0, 1);
  for (const int tick : {-6, 0, 6}) {
    const Vec place = at(tick, -6);
    const float left = std::clamp(place.x - 14, area.x, area.right() - 28);
    ui.label(Rect{left, area.bottom() + 1, 28, 16}, std::to_string(tick), Font::number, theme.secondary,
             tick < 0   ? Align::left
             : tick > 0 ? Align::right
                        : Align::center,
             12);
    if (tick == 6) continue;
    ui.label(Rect{area.x - 20, std::min(at(-6, tick).y - 8, area.bottom() - 16), 17, 16}, std::to_string(tick),
             Font::number, theme.secondary, Align::right, 12);
  }
  mark_topic(ui, area, kTopicData, lit_ == kTopicSplit ? kTopicData : lit_);
  std::string caption;
  float size = 0;
  if (step) {
    const int row = training_row();
    for (const std::string& form : {format_tr("sample {} of the batch, number {} of the training set", followed(), row),
                                    format_tr("sample {}: number {} of the training set", followed(), row),
                                    format_tr("sample {} of the batch", followed())}) {
      caption = form;
      size = ui.measure(Font::caption, form).x <= area.w ? 0 : ui.text_size(Font::caption) * 0.9f;
      if (ui.measure(Font::caption, form, size).x <= area.w) break;
    }
  } else {
    caption = data().regression() ? tr("the output, and the numbers to be learned")
                                  : tr("decision surface: the output everywhere");
    if (ui.measure(Font::caption, caption).x > area.w) caption = tr("decision surface");
  }
  ui.label(Rect{area.x, area.y - 22, area.w, 20}, ui.fitted(caption, Font::caption, area.w, size), Font::caption,
           theme.secondary, Align::left, size);
  if (r.keyboard) {
    ui.draw_focus(area.inset(-2), 3);
    const auto move = [&](const char* key, double dx, double dy) {
      if (!ui.take_key(key)) return;
      if (step) {
        const auto count = static_cast<int>(step_samples().size());
        return ui.send(fmt::format("neuron.sample {}", (followed() + (dx + dy > 0 ? 1 : count - 1)) % count));
      }
      ui.send(fmt::format("neuron.point {} {}", std::clamp(state_.x + dx, -kPointRange, kPointRange),
                          std::clamp(state_.y + dy, -kPointRange, kPointRange)));
    };
    move("Left", -0.25, 0), move("Right", 0.25, 0), move("Up", 0, 0.25), move("Down", 0, -0.25);
  }

  if (!r.hovered || !area.contains(ui.input().mouse)) return;
  const Vec mouse = ui.input().mouse;
  const double x = (static_cast<double>((mouse.x - area.x) / area.w) * 2 - 1) * kPointRange;
  const double y = (1 - static_cast<double>((mouse.y - area.y) / area.h) * 2) * kPointRange;
  std::string command = fmt::format("neuron.point {:.2f} {:.2f}", x, y);
  if (step) {
    const std::vector<int> samples = step_samples();
    const auto distance = [&](int sample) {
      return std::hypot(data().sample(sample)[0] - x, data().sample(sample)[1] - y);
    };
    const auto nearest =
        std::min_element(samples.begin(), samples.end(), [&](int a, int b) { return distance(a) < distance(b); });
    command = fmt::format("neuron.sample {}", nearest - samples.begin());
  }
  if (r.clicked) ui.send(command);
  if (!note.shown()) {
    const PointPass pass = pass_at(x, y);
    note.title = format_tr("x {:.2f}, y {:.2f}", x, y);
    for (int j = 0; j < network().outputs(); ++j) {
      const double value = network().output_of(pass)[static_cast<size_t>(j)];
      note.lines.push_back(
          {network().outputs() > 1 ? format_tr("class {}", j) : std::string(tr("output")), fmt::format("{:.6g}", value),
           network().outputs() > 1 ? class_color(theme, j) : neuron_color(theme, surface_share(network(), value))});
    }
    note.hint = step ? tr("click: follow the nearest of the step's samples") : tr("click: look at this place");
    note.command = command;
  }
}

// The samples of the next step have rings, and the one whose numbers stand below a bold one with its number.
void NeuronPage::draw_ring(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  const auto at = [&](int sample) {
    const double* const p = data().sample(sample);
    return ImVec2(area.x + static_cast<float>((p[0] + kPointRange) / (2 * kPointRange)) * area.w,
                  area.bottom() - static_cast<float>((p[1] + kPointRange) / (2 * kPointRange)) * area.h);
  };
  for (const int sample : step_samples()) ui.draw().AddCircle(at(sample), 6.5f, faded(theme.text, 0.75f), 20, 1.2f);
  const ImVec2 here = at(shown_sample());
  ui.draw().AddCircle(here, 9, theme.background, 24, 5);
  ui.draw().AddCircle(here, 9, theme.text, 24, 2.5f);
  const std::string name = format_tr("sample {}", followed());
  const float wide = ui.measure(Font::caption, name).x + 10;
  Rect tag{here.x + 13, here.y - 10, wide, 20};
  if (tag.right() > area.right()) tag.x = here.x - 13 - wide;
  tag.y = std::clamp(tag.y, area.y, area.bottom() - tag.h);
  ui.fill(tag, faded(theme.background, 0.88f), 4);
  ui.label(tag, name, Font::caption, theme.text, Align::center);
}

// One neuron over x and y draws a straight line: where its sum is 0. The arrow of its weights stands on it. Hands move
// both: the foot moves the line, the tip turns it and makes it steeper.
void NeuronPage::draw_line(Ui& ui, const Rect& area) const {
  const auto& features = state_.model.features;
  if (!state_.model.hidden.empty() || network().outputs() != 1 || features.size() != 2 ||
      features[0] != PointFeature::x || features[1] != PointFeature::y) {
    return;
  }
  const Theme& theme = ui.theme();
  const auto at = [&](double x, double y) {
    return Vec{area.x + static_cast<float>((x + kPointRange) / (2 * kPointRange)) * area.w,
               area.bottom() - static_cast<float>((y + kPointRange) / (2 * kPointRange)) * area.h};
  };
  const std::vector<double>& p = training_.parameters();
  const double w = p[0], v = p[1], b = p[2], size = std::hypot(w, v);
  if (!(size > 1e-6)) return;
  const double nx = w / size, ny = v / size, off = -b / size;
  const double unit = 2 * kPointRange / static_cast<double>(area.w);  // of the plane, per unit of the screen
  // An arrow too short for hands is drawn longer.
  const double length = std::max(size, 28 * unit);
  const Vec foot = at(nx * off, ny * off), tip = at(nx * (off + length), ny * (off + length));
  ui.push_clip(area);
  ui.line(at(nx * off - ny * 20, ny * off + nx * 20), at(nx * off + ny * 20, ny * off - nx * 20), theme.text, 2);
  ui.line(foot, tip, theme.kernel, 3);
  ui.pop_clip();
  const auto handle = [&](const Vec& place, std::string_view label, std::string_view tooltip, Color color) {
    const Rect grip{place.x - 9, place.y - 9, 18, 18};
    if (!area.inset(1).contains(grip)) return Response{};
    const Response r = ui.interact(grip, {.label = label, .kind = "handle", .focusable = false, .tooltip = tooltip});
    const float radius = r.hovered || r.held ? 7.0f : 5.5f;
    ui.draw().AddCircleFilled({place.x, place.y}, radius + 1.5f, theme.background, 20);
    ui.draw().AddCircleFilled({place.x, place.y}, radius, color, 20);
    return r;
  };
  const Response moved = handle(foot, "place of the line", N_("Drag: moves the line, by the bias"), theme.bias);
  if (moved.held && (moved.drag.x != 0 || moved.drag.y != 0)) {
    const double along = (static_cast<double>(moved.drag.x) * nx - static_cast<double>(moved.drag.y) * ny) * unit;
    ui.send(fmt::format("neuron.line {} {} {:.4f}", w, v, b - along * size));
  }
  const Response turned =
      handle(tip, "weights of the line", N_("Drag: turns the line, by the two weights; farther out it is steeper"),
             theme.kernel);
  if (turned.held && (turned.drag.x != 0 || turned.drag.y != 0)) {
    const double to_w = w + static_cast<double>(turned.drag.x) * unit;
    const double to_v = v - static_cast<double>(turned.drag.y) * unit;
    // The foot's distance from the middle stays.
    ui.send(fmt::format("neuron.line {:.4f} {:.4f} {:.4f}", to_w, to_v, -off * std::hypot(to_w, to_v)));
  }
}

void NeuronPage::draw_points(Ui& ui, const Rect& area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const float radius = std::clamp(area.w / 110, 2.0f, 4.5f);
  const int sides = radius < 3.2f ? 8 : 10;
  const bool split = lit_ == kTopicSplit || lit_ == kTopicTest;
  int nearest = -1;
  float distance = radius + 3;
  bool of_test = false;
  ui.push_clip(area);
  const auto draw = [&](const std::vector<int>& which, bool test) {
    for (const int i : which) {
      const double* p = data().sample(i);
      const Vec c{area.x + static_cast<float>((p[0] + kPointRange) / (2 * kPointRange)) * area.w,
                  area.bottom() - static_cast<float>((p[1] + kPointRange) / (2 * kPointRange)) * area.h};
      const double target = data().targets[static_cast<size_t>(i)];
      const Color color =
          data().regression() ? neuron_color(theme, target) : class_color(theme, static_cast<int>(target));
      const ImVec2 at(c.x, c.y);
      // Discs on discs: fewer triangles than rings, and hollow points read on any ground.
      ui.draw().AddCircleFilled(at, radius + 1.1f, split && !test ? theme.text : theme.background, sides);
      ui.draw().AddCircleFilled(at, radius, color, sides);
      if (test) ui.draw().AddCircleFilled(at, radius - (split ? 2.0f : 1.5f), theme.background, sides);
      const Vec off = c - ui.input().mouse;
      if (const float d = std::hypot(off.x, off.y); d < distance) distance = d, nearest = i, of_test = test;
    }
  };
  if (state_.tests) draw(data().test, true);
  draw(data().train, false);
  ui.pop_clip();
  if (nearest < 0 || !area.contains(ui.input().mouse)) return;
  PointPass pass;
  network().forward(training_.parameters().data(), data().sample(nearest), pass);
  const double target = data().targets[static_cast<size_t>(nearest)];
  note = {};
  note.title = of_test ? tr("a test point") : tr("a training point");
  note.lines.push_back(
      {tr("place"), fmt::format("{:.3f}, {:.3f}", data().sample(nearest)[0], data().sample(nearest)[1]), 0});
  note.lines.push_back(
      {data().regression() ? tr("its number") : tr("its class"), short_number(target),
       data().regression() ? neuron_color(theme, target) : class_color(theme, static_cast<int>(target))});
  if (network().outputs() == 1) {
    note.lines.push_back({tr("output"), fmt::format("{:.6g}", network().output_of(pass)[0]), theme.activation});
  } else {
    note.lines.push_back({tr("the network says"), std::to_string(network().predicted(pass)),
                          class_color(theme, network().predicted(pass))});
  }
  note.lines.push_back({tr("loss"), fmt::format("{:.6g}", network().loss(pass, target)), theme.gradient});
}

void NeuronPage::draw_picture(Ui& ui, int sample, const Rect& place) const {
  const Sheet one(1, kDigitSide, kDigitSide);
  const PictureSource picture = sheet_source(
      "neuron.picture", problem_ * 4096 + static_cast<uint64_t>(sample), one, [this, sample](int64_t, Color* out) {
        for (int i = 0; i < data().width; ++i) {
          out[i] = map_color(ColorMap::gray, static_cast<float>(data().sample(sample)[i]));
        }
      });
  ui.parts(picture, std::vector<PicturePart>{{one.place(0), place}});
}

// Hands on the picture choose the weight of a pixel.
void NeuronPage::draw_pixels(Ui& ui, const Rect& place, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const Response r =
      ui.interact(place, {.label = "pixels of the picture",
                          .command = "neuron.select",
                          .kind = "pixels",
                          .tooltip = N_("What the network is given. Click a pixel: the weight that leads "
                                        "from it to the chosen neuron of layer 0")});
  const int unit = state_.layer == 0 ? state_.unit : 0;
  const auto choose = [&](int pixel) { return fmt::format("neuron.select 0 {} {}", unit, pixel); };
  const float cell = place.w / static_cast<float>(kDigitSide);
  const auto rect_of = [&](int pixel) {
    return Rect{place.x + static_cast<float>(pixel % kDigitSide) * cell,
                place.y + static_cast<float>(pixel / kDigitSide) * cell, cell, cell};
  };
  if (state_.layer == 0) ui.stroke(rect_of(state_.from).inset(-1.5f), theme.accent, 1, 2);
  if (r.keyboard) {
    ui.draw_focus(place.inset(-3), 3);
    const int all = kDigitSide * kDigitSide, at = state_.layer == 0 ? state_.from : 0;
    const auto move = [&](const char* key, int by) {
      if (ui.take_key(key)) ui.send(choose((at + by + all) % all));
    };
    move("Left", -1), move("Right", 1), move("Up", -kDigitSide), move("Down", kDigitSide);
  }
  const Vec mouse = ui.input().mouse;
  if (!r.hovered || !place.contains(mouse)) return;
  const int column = std::clamp(static_cast<int>((mouse.x - place.x) / cell), 0, kDigitSide - 1);
  const int row = std::clamp(static_cast<int>((mouse.y - place.y) / cell), 0, kDigitSide - 1);
  const int pixel = row * kDigitSide + column;
  if (r.clicked) ui.send(choose(pixel));
  note = {};
  note.title = format_tr("pixel {}: row {}, column {}", pixel, row, column);
  note.lines.push_back({tr("brightness"), short_number(data().sample(picture_looked_at())[pixel]), theme.input});
  note.lines.push_back({format_tr("weight to neuron {}", unit),
                        short_number(training_.parameters()[weight_at(0, pixel, unit)]), theme.kernel});
  note.hint = tr("click: choose this weight");
  note.command = choose(pixel);
}

void NeuronPage::draw_pictures(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const bool step = state_.view == "step";
  const int index = picture_looked_at();
  PointPass pass;
  network().forward(training_.parameters().data(), data().sample(index), pass);
  const float whole = area.w;
  std::string caption =
      step ? format_tr("sample {} of the batch, a {}: what the output says", followed(), data().label(index))
           : format_tr("picture {}, a {}: what the output says", index, data().label(index));
  if (ui.measure(Font::caption, caption).x > whole) {
    caption = step ? format_tr("sample {} of the batch, a {}", followed(), data().label(index))
                   : format_tr("picture {}, a {}", index, data().label(index));
  }
  ui.label(area.cut_top(22), ui.fitted(caption, Font::caption, whole), Font::caption, theme.secondary);
  Rect bars = area.cut_top(std::min(area.h * 0.5f, 240.0f));
  const float high = bars.h / 10, size = std::min(13.0f, high * 0.92f);
  for (int j = 0; j < 10; ++j) {
    Rect line = bars.cut_top(high);
    const double share = network().probability(pass, j);
    ui.label(line.cut_left(22), std::to_string(j), Font::number,
             j == data().label(index) ? theme.text : theme.secondary, Align::left, size);
    ui.label(line.cut_right(62), fmt::format("{:.1f} %", 100 * share), Font::number, theme.text, Align::right, size);
    line = line.inset(4, high * 0.2f);
    ui.fill(line, theme.surface, 3);
    ui.fill({line.x, line.y, line.w * static_cast<float>(share), line.h},
            j == data().label(index) ? theme.activation : theme.gradient, 3);
  }
  area.cut_top(8);
  const std::vector<int> shown = step ? step_samples() : data().test;
  std::string what = step ? tr("the step's samples; framed: read wrong") : tr("test pictures; framed: read wrong");
  if (ui.measure(Font::caption, what).x > whole) what = tr("framed: read wrong");
  ui.label(area.cut_top(20), ui.fitted(what, Font::caption, whole), Font::caption, theme.secondary);
  const float side = 34;
  const int across = std::max(1, static_cast<int>(area.w / side)), down = std::max(0, static_cast<int>(area.h / side));
  const int count = std::min({across * down, static_cast<int>(shown.size()), 64});
  if (count <= 0) return;
  const Sheet sheet(count, kDigitSide, kDigitSide);
  // A step's samples are others after every step.
  const uint64_t version = (step ? (uint64_t{1} << 40) + version_ * 2 + (state_.step_single ? 1 : 0) : problem_) * 128;
  const PictureSource source = sheet_source("neuron.tests", version + static_cast<uint64_t>(count), sheet,
                                            [this, shown](int64_t map, Color* out) {
                                              const double* from = data().sample(shown[static_cast<size_t>(map)]);
                                              for (int i = 0; i < data().width; ++i)
                                                out[i] = map_color(ColorMap::gray, static_cast<float>(from[i]));
                                            });
  std::vector<PicturePart> parts;
  for (int i = 0; i < count; ++i) {
    parts.push_back({sheet.place(i), Rect{area.x + static_cast<float>(i % across) * side,
                                          area.y + static_cast<float>(i / across) * side, side - 4, side - 4}});
  }
  ui.parts(source, parts);
  for (int i = 0; i < count; ++i) {
    const int sample = shown[static_cast<size_t>(i)];
    const Rect& place = parts[static_cast<size_t>(i)].to;
    network().forward(training_.parameters().data(), data().sample(sample), pass);
    const int said = network().predicted(pass);
    const std::string command = fmt::format("neuron.sample {}", step ? i : sample);
    const Response r = ui.interact(place, {.label = fmt::format("picture {}", sample),
                                           .command = command,
                                           .kind = "picture",
                                           .tooltip = N_("Looks at this picture")});
    if (r.clicked) ui.send(command);
    if (said != data().label(sample)) ui.stroke(place, theme.gradient, 2, 2);
    if (sample == index) ui.stroke(place.inset(-2), theme.accent, 3, 2);
    if (r.keyboard) ui.draw_focus(place, 2);
    if (!r.hovered) continue;
    note.title = step ? format_tr("sample {} of the batch, a {}", i, data().label(sample))
                      : format_tr("test picture {}, a {}", sample, data().label(sample));
    note.lines.push_back({tr("the network says"), std::to_string(said), theme.activation});
    note.hint = tr("click: look at it");
    note.command = command;
  }
}

}  // namespace striate
