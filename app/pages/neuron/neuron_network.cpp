// The network as neurons with their maps in them, and its weights as lines between them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int kAllFeatures = 7;
constexpr const char* kFeatureTitles[kAllFeatures] = {"x", "y", "x\u00b2", "y\u00b2", "x y", "sin x", "sin y"};

// Columns of squares, and the curves between them.
struct Columns {
  float side = 40;
  std::vector<Rect> places;
};

struct Curve {
  Vec a, b, c, d;
  Vec at(float t) const {
    const float s = 1 - t;
    return a * (s * s * s) + b * (3 * s * s * t) + c * (3 * s * t * t) + d * (t * t * t);
  }
  float distance(Vec p) const {
    float least = 1e9f;
    Vec before = a;
    for (int i = 1; i <= 16; ++i) {
      const Vec next = at(static_cast<float>(i) / 16), along = next - before, to = p - before;
      const float length = along.x * along.x + along.y * along.y;
      const float share = length > 0 ? std::clamp((along.x * to.x + along.y * to.y) / length, 0.0f, 1.0f) : 0;
      const Vec off = to - along * share;
      least = std::min(least, std::hypot(off.x, off.y));
      before = next;
    }
    return least;
  }
};

Curve between(const Rect& from, const Rect& to) {
  const Vec a{from.right(), from.center().y}, d{to.x, to.center().y};
  const float bend = (d.x - a.x) * 0.45f;
  return {a, {a.x + bend, a.y}, {d.x - bend, d.y}, d};
}

std::vector<Rect> column(const Rect& area, int count, float side) {
  std::vector<Rect> places;
  const float each = area.h / static_cast<float>(count);
  const float step = std::min(each, side * 1.9f), top = area.center().y - step * static_cast<float>(count) / 2;
  for (int i = 0; i < count; ++i) {
    places.push_back(Rect{area.x, top + step * static_cast<float>(i), area.w, step}.centered(side, side));
  }
  return places;
}

// For words of this size beside a curve, between its ends: where the fewest of these points lie under them.
Rect free_place(const Curve& curve, Vec size, const std::vector<Vec>& inked, const Rect& within) {
  Rect best;
  size_t least = inked.size() + 1;
  for (const float t : {0.5f, 0.4f, 0.6f, 0.3f, 0.7f}) {
    const Vec at = curve.at(t);
    for (const Vec by : {Vec{-size.x / 2, -size.y - 4}, Vec{-size.x / 2, 4}, Vec{4, -size.y / 2},
                         Vec{-size.x - 4, -size.y / 2}, Vec{4, -size.y}, Vec{4, 0}}) {
      Rect place{at.x + by.x, at.y + by.y, size.x, size.y};
      place.x = std::clamp(place.x, curve.a.x + 2, std::max(curve.a.x + 2, curve.d.x - size.x - 2));
      if (place.y < within.y || place.bottom() > within.bottom()) continue;
      const Rect tight = place.inset(-1, -1);
      const auto under = static_cast<size_t>(
          std::count_if(inked.begin(), inked.end(), [&](const Vec& point) { return tight.contains(point); }));
      if (under >= least) continue;
      least = under, best = place;
    }
  }
  return best;
}

}  // namespace

void NeuronPage::draw_network(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const std::vector<PointLayer>& layers = network().layers();
  const bool pictures = data().pictures();
  // The surface is a square at the right; the neurons have the rest.
  const float captions = 22;
  const float side = std::floor(std::max(80.0f, std::min(area.h - captions - 18, area.w * 0.5f)));
  Rect right = area.cut_right(side + 22);
  right.cut_left(22);
  Rect surface{right.x, right.y + captions, side, side};
  if (pictures) {
    draw_pictures(ui, {right.x, right.y, side, area.h}, note);
  } else {
    draw_surface(ui, surface, note);
  }

  Rect heads = area.cut_top(captions);
  // Below them the layers' numbers.
  Rect axis = area.h > 150 ? area.cut_bottom(17) : Rect();
  const auto columns = static_cast<float>(layers.size() + 1);
  int most = pictures ? 1 : kAllFeatures;
  for (const PointLayer& layer : layers) most = std::max(most, layer.units);
  constexpr float kFill = 0.62f;  // of a column, by its squares
  // The first column has room for the features' names.
  float names = 0;
  if (!pictures) {
    for (const char* title : kFeatureTitles) names = std::max(names, ui.measure(Font::caption, title).x + 9);
  }
  const float extra = std::max(0.0f, names - (1 - kFill) * area.w / columns);
  const float wide = (area.w - extra) / columns;
  const float node =
      std::floor(std::clamp(std::min(wide * kFill, area.h / static_cast<float>(most) * 0.82f), 10.0f, 54.0f));

  // Where everything stands.
  std::vector<std::vector<Rect>> places;
  Rect rest = area;
  const Rect first = rest.cut_left(wide + extra);
  if (pictures) {
    places.push_back({first.centered(std::min(wide - 12, 110.0f), std::min(wide - 12, 110.0f))});
  } else {
    // At the right of their column: their names stand before them.
    Rect own = first;
    own.cut_left(std::min(first.w - node - 2, names));
    places.push_back(column(own, kAllFeatures, node));
  }
  for (const PointLayer& layer : layers) places.push_back(column(rest.cut_left(wide), layer.units, node));

  // Captions: what a column is, with buttons for its number of neurons where there is room.
  const auto caption = [&](const Rect& head, std::initializer_list<std::string> forms) {
    for (const std::string& words : forms) {
      if (ui.measure(Font::caption, words).x > head.w) continue;
      return ui.label(head, words, Font::caption, theme.secondary, Align::center);
    }
  };
  Rect line = heads, below = axis;
  caption(line.cut_left(first.w), {pictures ? tr("the picture") : tr("features")});
  if (!axis.empty()) caption(below.cut_left(first.w), {tr("layer")});
  for (size_t l = 0; l < layers.size(); ++l) {
    Rect head = line.cut_left(wide);
    if (!axis.empty()) caption(below.cut_left(wide), {std::to_string(l)});
    if (l + 1 == layers.size()) {
      caption(head.inset(-8, 0), {tr("output"), tr("out")});
      continue;
    }
    const int units = layers[l].units;
    if (wide < 62) {
      caption(head, {std::to_string(units)});
      continue;
    }
    const auto changed = [&](int by) {
      std::string list;
      for (size_t k = 0; k < state_.model.hidden.size(); ++k) {
        list += (k > 0 ? " " : "") + std::to_string(state_.model.hidden[k] + (k == l ? by : 0));
      }
      return "neuron.layers " + list;
    };
    const Rect minus = head.cut_left(22), plus = head.cut_right(22);
    ui.push_id(fmt::format("layer{}", l));
    ui.next(minus);
    ui.button("One neuron less", changed(-1),
              {.style = ButtonStyle::quiet,
               .icon = Icon::minus,
               .enabled = layers[l].units > 1,
               .tooltip = N_("One neuron less in this layer"),
               .icon_only = true});
    ui.next(plus);
    ui.button("One neuron more", changed(1),
              {.style = ButtonStyle::quiet,
               .icon = Icon::plus,
               .enabled = layers[l].units < 12,
               .tooltip = N_("One neuron more in this layer"),
               .icon_only = true});
    ui.pop_id();
    caption(head, {trn("one neuron", "{} neurons", units), std::to_string(units)});
  }

  // Lines: one for each weight, as wide as it is large, in the color of its sign. All of them are one thing for hands.
  const Response hands =
      ui.interact(area, {.label = "weights",
                         .command = "neuron.select",
                         .kind = "weights",
                         .tooltip = N_("Each line is a weight: its width is its size, its color its sign. "
                                       "Click one to type it.")});
  if (hands.keyboard) {
    ui.draw_focus(area.inset(1), 3);
    const int inputs = layers[static_cast<size_t>(state_.layer)].inputs;
    const int by = ui.take_key("Right") || ui.take_key("Down") ? 1 : ui.take_key("Left") || ui.take_key("Up") ? -1 : 0;
    if (by != 0) {
      ui.send(fmt::format("neuron.select {} {} {}", state_.layer, state_.unit, (state_.from + by + inputs) % inputs));
    }
  }
  double largest = 0.5;
  for (const PointLayer& layer : layers) {
    if (pictures && &layer == &layers[0]) continue;
    for (size_t i = layer.weights; i < layer.biases; ++i) {
      if (std::isfinite(training_.parameters()[i])) largest = std::max(largest, std::abs(training_.parameters()[i]));
    }
  }
  const auto share_of = [&](double weight) { return static_cast<float>(std::min(1.0, std::abs(weight) / largest)); };
  const auto width_of = [&](double weight) { return 0.7f + (node > 24 ? 4.5f : 3.0f) * share_of(weight); };
  struct Hit {
    float distance = 7;
    int layer = -1, from = 0, to = 0;
  } hit;
  for (size_t l = 0; l < layers.size(); ++l) {
    const PointLayer& layer = layers[l];
    if (l == 0 && pictures) {
      for (const Rect& to : places[1]) {
        const Curve c = between(places[0][0], to);
        ui.draw().AddBezierCubic({c.a.x, c.a.y}, {c.b.x, c.b.y}, {c.c.x, c.c.y}, {c.d.x, c.d.y},
                                 faded(theme.secondary, 0.5f), 1, 16);
      }
      continue;
    }
    for (int f = 0; f < layer.inputs; ++f) {
      const Rect& from = l == 0 ? places[0][static_cast<size_t>(state_.model.features[static_cast<size_t>(f)])]
                                : places[l][static_cast<size_t>(f)];
      for (int t = 0; t < layer.units; ++t) {
        const double weight = training_.parameters()[weight_at(static_cast<int>(l), f, t)];
        const float share = share_of(weight);
        const Curve c = between(from, places[l + 1][static_cast<size_t>(t)]);
        const float width = width_of(weight);
        const Color color = faded(sign_color(theme, weight), 0.25f + 0.7f * share);
        if (hands.hovered) {
          const float distance = c.distance(ui.input().mouse);
          if (distance < hit.distance) hit = {distance, static_cast<int>(l), f, t};
        }
        ui.draw().AddBezierCubic({c.a.x, c.a.y}, {c.b.x, c.b.y}, {c.c.x, c.c.y}, {c.d.x, c.d.y}, color, width,
                                 node > 30 ? 18 : 9);
      }
    }
  }
  const auto stroke_curve = [&](const Curve& c, Color color, float width) {
    ui.draw().AddBezierCubic({c.a.x, c.a.y}, {c.b.x, c.b.y}, {c.c.x, c.c.y}, {c.d.x, c.d.y}, color, width, 24);
  };
  const auto place_from = [&](int l, int f) -> const Rect& {
    if (l > 0) return places[static_cast<size_t>(l)][static_cast<size_t>(f)];
    return pictures ? places[0][0] : places[0][static_cast<size_t>(state_.model.features[static_cast<size_t>(f)])];
  };
  if (!(pictures && state_.layer == 0)) {
    const Curve chosen = between(place_from(state_.layer, state_.from),
                                 places[static_cast<size_t>(state_.layer) + 1][static_cast<size_t>(state_.unit)]);
    const double weight = training_.parameters()[weight_at(state_.layer, state_.from, state_.unit)];
    // Its width and its color stay those of the weight: the frame around it says that it is chosen.
    const float width = width_of(weight);
    stroke_curve(chosen, theme.background, width + 7);
    stroke_curve(chosen, theme.accent, width + 5);
    stroke_curve(chosen, theme.background, width + 2.5f);
    stroke_curve(chosen, sign_color(theme, weight), width);
    // With fewer digits where the neurons stand close.
    const float room = chosen.d.x - chosen.a.x - 12;
    std::string text = short_number(weight);
    if (ui.measure(Font::number, text, 13).x > room) text = fmt::format("{:.2f}", weight);
    const float half = ui.measure(Font::number, text, 13).x / 2 + 5;
    if (2 * half < room + 10) {
      // Where the fewest lines run; a thin halo, so that it reads on those and cuts none of them.
      std::vector<Vec> inked;
      const PointLayer& layer = layers[static_cast<size_t>(state_.layer)];
      for (int f = 0; f < layer.inputs; ++f) {
        for (const Rect& to : places[static_cast<size_t>(state_.layer) + 1]) {
          const Curve c = between(place_from(state_.layer, f), to);
          for (int i = 0; i <= 24; ++i) inked.push_back(c.at(static_cast<float>(i) / 24));
        }
      }
      const Rect tag = free_place(chosen, {2 * half, 18}, inked, area);
      for (const Vec by :
           {Vec{-1.5f, 0}, Vec{1.5f, 0}, Vec{0, -1.5f}, Vec{0, 1.5f}, Vec{-1, -1}, Vec{1, -1}, Vec{-1, 1}, Vec{1, 1}}) {
        ui.label(tag.moved(by), text, Font::number, theme.background, Align::center, 13);
      }
      ui.label(tag, text, Font::number, theme.text, Align::center, 13);
    }
  }
  if (hit.layer >= 0) {
    const Curve c = between(place_from(hit.layer, hit.from),
                            places[static_cast<size_t>(hit.layer) + 1][static_cast<size_t>(hit.to)]);
    stroke_curve(c, theme.text, 2);
    const double weight = training_.parameters()[weight_at(hit.layer, hit.from, hit.to)];
    note.title =
        format_tr("weight of layer {}, from {} to neuron {}", hit.layer, input_name(hit.layer, hit.from), hit.to);
    note.lines.push_back({"", fmt::format("{:.9g}", weight), sign_color(theme, weight)});
    note.hint = tr("click: choose it, and type a number in the inspector");
    note.command = fmt::format("neuron.select {} {} {}", hit.layer, hit.to, hit.from);
    if (hands.clicked) ui.send(note.command);
  }

  // Maps.
  const uint64_t dark = theme.dark ? 1 : 0;
  const int small = NeuronMoment::kSmall;
  if (!pictures) {
    const Sheet sheet(kAllFeatures, small, small);
    const PictureSource source =
        sheet_source("neuron.features", 1 + dark, sheet, [&theme, small](int64_t map, Color* out) {
          const auto feature = static_cast<PointFeature>(map);
          double limit = 0;
          for (int pass = 0; pass < 2; ++pass) {
            for (int i = 0; i < small * small; ++i) {
              const double value = point_feature(feature, surface_x(i % small, small), surface_y(i / small, small));
              if (pass == 0) limit = std::max(limit, std::abs(value));
              if (pass == 1) out[i] = neuron_color(theme, value / limit);
            }
          }
        });
    std::vector<PicturePart> parts;
    for (int i = 0; i < kAllFeatures; ++i) parts.push_back({sheet.place(i), places[0][static_cast<size_t>(i)]});
    ui.parts(source, parts, false);
    if (moment_ && moment_->neurons == network().neurons() && !moment_->small.empty()) {
      const Sheet maps(moment_->neurons, small, small);
      const PictureSource each =
          sheet_source("neuron.maps", moment_->version * 2 + dark, maps,
                       [moment = moment_, colors = neuron_palette(theme), small](int64_t map, Color* out) {
                         const uint8_t* from = moment->small.data() + map * small * small;
                         for (int i = 0; i < small * small; ++i) out[i] = colors[from[i]];
                       });
      parts.clear();
      int index = 0;
      for (size_t l = 0; l < layers.size(); ++l) {
        for (const Rect& place : places[l + 1]) parts.push_back({maps.place(index++), place});
      }
      ui.parts(each, parts, false);
    }
  } else {
    draw_picture(ui, picture_looked_at(), places[0][0]);
    // The first layer's weights are pictures themselves.
    const Sheet maps(layers[0].units, kDigitSide, kDigitSide);
    const PictureSource weights =
        sheet_source("neuron.weights", version_ * 2 + dark, maps, [this, &layers, &theme](int64_t unit, Color* out) {
          double limit = 1e-9;
          for (int i = 0; i < data().width; ++i) {
            limit = std::max(limit, std::abs(training_.parameters()[weight_at(0, i, static_cast<int>(unit))]));
          }
          for (int i = 0; i < data().width; ++i) {
            out[i] = neuron_color(theme, training_.parameters()[weight_at(0, i, static_cast<int>(unit))] / limit);
          }
          static_cast<void>(layers);
        });
    std::vector<PicturePart> parts;
    for (int i = 0; i < layers[0].units; ++i) parts.push_back({maps.place(i), places[1][static_cast<size_t>(i)]});
    ui.parts(weights, parts);
  }

  // What the point or picture makes of every neuron: for the notes, and where there are no maps.
  double place[2];
  PointPass pass;
  network().forward(training_.parameters().data(), sample_looked_at(place), pass);

  if (!pictures) {
    for (int i = 0; i < kAllFeatures; ++i) {
      const Rect& at = places[0][static_cast<size_t>(i)];
      const auto feature = static_cast<PointFeature>(i);
      const auto& features = state_.model.features;
      const bool on = std::find(features.begin(), features.end(), feature) != features.end();
      std::string list;
      for (int k = 0; k < kAllFeatures; ++k) {
        const auto other = static_cast<PointFeature>(k);
        const bool has = std::find(features.begin(), features.end(), other) != features.end();
        if (k == i ? !on : has) list += (list.empty() ? "" : " ") + std::string(name_of(other));
      }
      if (list.empty()) list = name_of(feature);
      const Response r = ui.interact(at, {.label = fmt::format("feature {}", name_of(feature)),
                                          .command = "neuron.features " + list,
                                          .kind = "feature",
                                          .tooltip = on ? N_("The network is given this feature. Click: without it")
                                                        : N_("Click: the network is given this feature, too")});
      if (r.clicked) ui.send("neuron.features " + list);
      if (!on) ui.fill(at, faded(theme.background, r.hovered ? 0.45f : 0.72f), 3);
      ui.stroke(at, on ? theme.input : theme.line, 3, on ? 2.0f : 1.0f);
      const float room = at.x - first.x;
      const float name_wide = ui.measure(Font::caption, kFeatureTitles[i]).x;
      if (room > name_wide + 7) {
        ui.label(Rect{first.x, at.y, room - 6, at.h}, kFeatureTitles[i], Font::caption,
                 on ? theme.text : theme.secondary, Align::right);
      }
      if (r.hovered) {
        note = {};
        note.title = format_tr("feature {}", kFeatureTitles[i]);
        const double* const looked_at = sample_looked_at(place);
        note.lines.push_back(
            {tr("at the point"), short_number(point_feature(feature, looked_at[0], looked_at[1])), theme.input});
        note.hint = on ? tr("click: without it") : tr("click: with it");
        note.command = "neuron.features " + list;
      }
      if (r.keyboard) ui.draw_focus(at.inset(-3), 4);
    }
    mark_topic(
        ui,
        Rect{first.x + 2, places[0].front().y - 4, first.w - 4, places[0].back().bottom() - places[0].front().y + 8},
        kTopicFeatures, lit_);
  } else {
    ui.stroke(places[0][0], theme.input, 3, 2);
    draw_pixels(ui, places[0][0], note);
    mark_topic(ui, places[0][0], kTopicFeatures, lit_);
  }
  for (size_t l = 0; l < layers.size(); ++l) {
    const PointLayer& layer = layers[l];
    for (int t = 0; t < layer.units; ++t) {
      const Rect& at = places[l + 1][static_cast<size_t>(t)];
      const size_t index = layer.values + static_cast<size_t>(t);
      const bool chosen = state_.layer == static_cast<int>(l) && state_.unit == t;
      const std::string command = fmt::format("neuron.select {} {}", l, t);
      const Response r =
          ui.interact(at, {.label = fmt::format("neuron {} of layer {}", t, l),
                           .command = command,
                           .kind = "neuron",
                           .tooltip = l + 1 == layers.size() && network().classes() == 2
                                          ? N_("What the output gives at every place, orange where that is class 1 and "
                                               "blue where it is class 0. Click: its numbers in the inspector")
                                          : N_("What this neuron gives at every place, blue below 0 and orange "
                                               "above. Click: its numbers in the inspector")});
      if (r.clicked) ui.send(command);
      if (pictures && l > 0) {
        const double share =
            layer.activation == PointActivation::softmax ? pass.values[index] : std::tanh(pass.values[index]);
        ui.fill(at, neuron_color(theme, share), 3);
        if (l + 1 == layers.size() && at.h > 12) {
          ui.label(at, std::to_string(t), Font::caption, ink_on(neuron_color(theme, share)), Align::center);
        }
      }
      ui.stroke(at, chosen ? theme.accent : theme.activation, 3, chosen ? 3.0f : 1.5f);
      // The bias: a small square at the lower left corner.
      if (at.w >= 18) {
        const double bias = training_.parameters()[bias_at(static_cast<int>(l), t)];
        const Rect mark{at.x - 3, at.bottom() - 5, 8, 8};
        ui.fill(mark, sign_color(theme, bias), 2);
        ui.stroke(mark, theme.background, 2);
      }
      if (r.keyboard) ui.draw_focus(at.inset(-4), 4);
      if (r.hovered || r.keyboard) ui.found().numbers["neuron.topic"] = kTopicLayer + static_cast<int>(l);
      if (!r.hovered) continue;
      note = {};
      note.title = l + 1 == layers.size() && layer.units == 1 ? std::string(tr("the output"))
                                                              : format_tr("layer {}, neuron {}", l, t);
      note.lines.push_back(
          {tr("bias"), fmt::format("{:.6g}", training_.parameters()[bias_at(static_cast<int>(l), t)]), theme.bias});
      note.lines.push_back({tr("sum at the point"), fmt::format("{:.6g}", pass.sums[index]), theme.kernel});
      note.lines.push_back({name_of(layer.activation), fmt::format("{:.6g}", pass.values[index]), theme.activation});
      note.hint = tr("click: its numbers");
      note.command = command;
    }
    const std::vector<Rect>& all = places[l + 1];
    if (lit_ == kTopicLayer + static_cast<int>(l)) {
      const Rect frame{all.front().x - 6, all.front().y - 6, all.front().w + 12,
                       all.back().bottom() - all.front().y + 12};
      ui.stroke(frame, theme.accent, 8, 2);
    }
  }
}

}  // namespace striate
