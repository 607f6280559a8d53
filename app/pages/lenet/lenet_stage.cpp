// The stage of page `lenet`: the pad, what the networks receive, what the three of them read, and below that the layers
// of the open network, the glyphs of 1998, or how far the digit can be turned and scaled.
#include <algorithm>
#include <cmath>

#include "app/pages/lenet/lenet.h"
#include "app/pages/network_words.h"
#include "app/pages/value_words.h"
#include "app/widgets/ink_pad.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/digit_glyphs.h"

namespace striate {
namespace {

constexpr float kCaption = 22;

void caption(Ui& ui, Rect& area, const std::string& text) {
  ui.label(area.cut_top(kCaption), text, Font::caption, ui.theme().secondary);
}

}  // namespace

void LenetPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(20, 12);
  // Where the stage is low the layers give way, and what was asked for below the drawing comes before it.
  const bool low = rest.h <= 330, lower = !low || state_.slide || state_.view != "layers";
  constexpr float kTabs = 34;
  const float tabs = state_.slide || rest.h < 150 ? 0 : kTabs + 8;
  const float top = !lower ? rest.h - tabs
                    : low  ? std::floor((rest.h - tabs) * 0.4f)
                           : std::clamp(rest.h * (state_.slide ? 0.3f : 0.4f), 170.0f, 330.0f);
  Rect upper = rest.cut_top(top);
  const float side = std::floor(std::min(upper.h - kCaption - 42, upper.w * 0.34f));
  if (side > 40) {
    draw_pad(ui, upper.cut_left(side));
    upper.cut_left(20);
  }
  if (state_.slide) {
    draw_string(ui, upper);
  } else {
    const float received = std::floor(std::min(side, std::max(112.0f, upper.w - 380)));
    if (side > 40 && upper.w > received + 240) {
      draw_received(ui, upper.cut_left(received));
      upper.cut_left(20);
    }
    draw_answers(ui, upper);
  }
  if (tabs > 0) {
    rest.cut_top(lower && !low ? 8.0f : 0.0f);
    static const Choice views[] = {{N_("Layers"), "layers"}, {N_("Glyphs"), "glyphs"}, {N_("Turn and scale"), "ring"}};
    ui.begin_row(rest.cut_top(kTabs), 8);
    ui.tabs("below the drawing", views, state_.view, "lenet.view");
    ui.end_row();
    rest.cut_top(8);
  }
  if (!lower) return;
  if (state_.slide) {
    draw_row(ui, rest, note);
  } else if (state_.view == "glyphs") {
    draw_glyphs(ui, rest, note);
  } else if (state_.view == "ring") {
    draw_ring(ui, rest);
  } else {
    draw_layers(ui, rest, note);
  }
  draw_hover_note(ui, note);
}

void LenetPage::draw_pad(Ui& ui, Rect area) const {
  caption(ui, area, std::string(tr("your drawing")));
  const Rect square{area.x, area.y, area.w, area.w};
  draw_ink_pad(
      ui, "pad", square,
      {drawing_, ink_, revision_, static_cast<float>(state_.pen), pen_, "lenet.draw", tr("Draw a digit"), true});
  ui.begin_row({area.x, square.bottom() + 6, area.w, 34}, 8);
  ui.button("Undo stroke", "lenet.draw undo",
            {.icon = Icon::back,
             .enabled = !drawing_.empty(),
             .tooltip = N_("Takes the last stroke away (Backspace)"),
             .icon_only = area.w < 216.0f});
  ui.button("Clear", "lenet.clear",
            {.icon = area.w < 216.0f ? Icon::cross : Icon::none,
             .enabled = !drawing_.empty(),
             .tooltip = N_("An empty pad (Delete)"),
             .icon_only = area.w < 216.0f});
  ui.end_row();
}

void LenetPage::draw_received(Ui& ui, Rect area) const {
  caption(ui, area, std::string(tr("received")));
  const Rect square{area.x, area.y, area.w, area.w};
  const bool known = answers_ && !answers_->pixels.empty();
  if (known) {
    draw_sample_picture(ui, square, "lenet.received", answers_->revision, Shape{1, 28, 28},
                        [&](float* pixels) { std::copy(answers_->pixels.begin(), answers_->pixels.end(), pixels); });
  } else {
    ui.fill(square, rgb(0x000000), 2);
  }
  ui.stroke(square.inset(-1), faded(ui.theme().input, 0.7f), 2, 1.5f);
  const Response hover =
      ui.interact(square, {.label = "what the networks receive",
                           .kind = "picture",
                           .focusable = false,
                           .tooltip = N_("28 x 28 pixels: the drawing centered, then moved, turned and scaled")});
  if (hover.hovered) ui.light(Concept::input);
  ui.label(Rect{area.x, square.bottom() + 4, area.w, kCaption}, "28 \u00d7 28", Font::caption, ui.theme().secondary);
}

// What each of the three reads, with its probabilities as bars.
void LenetPage::draw_answers(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  const bool known = answers_ && !answers_->blank && !(drawing_.empty() && state_.placement.second < 0);
  const float wide = std::floor((area.w - 24) / kLenetModels);
  for (int i = 0; i < kLenetModels; ++i) {
    const LenetModel& each = lenet_models()[static_cast<size_t>(i)];
    Rect column{area.x + static_cast<float>(i) * (wide + 12), area.y, wide, area.h};
    const bool chosen = i == state_.model;
    ui.fill(column, chosen ? mixed(theme.surface, theme.activation, 0.08f) : theme.surface, 6);
    if (chosen) ui.stroke(column, theme.activation, 6, 1.5f);
    const Response r =
        ui.interact(column, {.label = each.title,
                             .command = fmt::format("lenet.model {}", each.word),
                             .kind = "choice",
                             .tooltip = N_("Chooses this network and opens it, so that its layers can be looked at")});
    if (r.clicked) ui.send(fmt::format("lenet.model {}", each.word));
    if (r.keyboard) ui.draw_focus(column);
    Rect inside = column.inset(6, 6);
    // A low card has its bars beside the digit.
    Rect bars;
    if (inside.w > 140 && inside.h >= 90 && inside.h < 180) bars = inside.cut_right(inside.w * 0.4f);
    ui.label(inside.cut_top(kCaption), tr(each.brief), Font::caption, theme.secondary, Align::center);
    if (!known) continue;
    const DigitReader::Answer& answer = answers_->of[static_cast<size_t>(i)];
    const float big = std::clamp(inside.h * 0.3f, 20.0f, 64.0f);
    const Rect digit = inside.cut_top(big);
    ui.label(digit, std::to_string(answer.digit), Font::heading, theme.activation, Align::center, big * 0.8f);
    const std::string distance = cell_value(-answer.scores[static_cast<size_t>(answer.digit)]);
    // A distance never stands alone: beside two probabilities it would look like one.
    if (i == 1) {
      const std::string words = format_tr("distance {}", distance);
      if (ui.measure(Font::caption, words).x <= inside.w) {
        ui.label(inside.cut_top(kCaption), words, Font::caption, theme.text, Align::center);
      } else {
        ui.label(inside.cut_top(16), tr("distance"), Font::caption, theme.secondary, Align::center);
        ui.label(inside.cut_top(16), distance, Font::caption, theme.text, Align::center);
      }
    } else {
      ui.label(inside.cut_top(kCaption), share_text(static_cast<double>(answer.probability)), Font::caption, theme.text,
               Align::center);
    }
    inside.cut_top(4);
    if (!bars.empty()) inside = bars;
    const float line = std::min(inside.h / 10, 18.0f);
    if (line < 8) continue;
    for (int k = 0; k < 10; ++k) {
      Rect row = inside.cut_top(line);
      ui.label(row.cut_left(14), std::to_string(k), Font::number, theme.secondary, Align::left, std::min(12.0f, line));
      const float share = std::clamp(answer.probabilities[static_cast<size_t>(k)], 0.0f, 1.0f);
      ui.fill({row.x, row.y + line * 0.3f, row.w, std::max(2.0f, line * 0.4f)}, faded(theme.line, 0.6f), 1);
      ui.fill({row.x, row.y + line * 0.3f, row.w * share, std::max(2.0f, line * 0.4f)},
              k == answer.digit ? theme.activation : theme.secondary, 1);
    }
  }
}

void LenetPage::draw_layers(Ui& ui, Rect area, HoverNote& note) const {
  const NetworkMoment* moment = open_model();
  if (moment == nullptr) {
    if (model_is_asked_for() && network().opening()) {
      ui.begin_panel("opening", area.centered(std::min(area.w, 420.0f), 90.0f), 0, false);
      ui.progress(tr("The network is being opened"), -1, "open.cancel");
      ui.end_panel();
      return;
    }
    Rect words = area, buttons = words.cut_bottom(std::min(90.0f, area.h * 0.4f));
    ui.empty_state(
        words, Icon::eye, "Every layer, open to look at",
        tr("Open the chosen network: its layers are shown here, and every page about networks looks at it."));
    const Rect button = buttons.cut_top(40);
    ui.begin_panel(
        "open the network",
        button.centered(std::min(button.w, ui.measure(Font::control, tr("Open this network")).x + 24), button.h), 0,
        false);
    ui.button("Open this network", fmt::format("lenet.model {}", model().word),
              {.style = ButtonStyle::primary, .tooltip = N_("Makes it the open network")});
    ui.end_panel();
    ui.begin_panel("why it was not opened", buttons, 0, false);
    ui.error_beside("lenet.model");
    ui.end_panel();
    return;
  }
  const int shown_node = *node(*moment);
  if (area.w > 620) {
    Rect list = area.cut_left(std::floor(area.w * 0.46f));
    area.cut_left(16);
    draw_layer_table(ui, list, *moment,
                     {.page = "lenet", .command = "lenet.layer", .chosen = shown_node, .revealed = revealed_});
  } else if (area.h > 300) {
    Rect list = area.cut_top(area.h * 0.5f);
    area.cut_top(12);
    draw_layer_table(ui, list, *moment,
                     {.page = "lenet", .command = "lenet.layer", .chosen = shown_node, .revealed = revealed_});
  }
  if (moment->why || moment->answer.activations.empty()) {
    ui.begin_panel("nothing drawn", area, 0, false);
    ui.note("Draw a digit: then every layer has its maps.");
    ui.end_panel();
    return;
  }
  draw_layer_maps(ui, area, *moment, shown_, shown_node, "lenet", note);
}

// Layer F6 as the picture that it is meant to be, and the ten that it is compared with.
void LenetPage::draw_glyphs(Ui& ui, Rect area, HoverNote& note) const {
  const bool known = answers_ && !answers_->blank && answers_->of[1].hidden.size() == static_cast<size_t>(kGlyphCells);
  if (!known) {
    ui.empty_state(area, Icon::eye, "What LeNet-5 of 1998 believes",
                   tr("Draw a digit: the 84 values of layer F6 are a picture of it, compared with ten others."));
    return;
  }
  caption(ui, area,
          std::string(tr("layer F6 of LeNet-5 (1998) as 7 \u00d7 12 cells, and its distance from each digit")));
  const DigitReader::Answer& answer = answers_->of[1];
  const float room = std::min(area.h - kCaption, 260.0f);
  const float wide = std::floor(std::min((area.w - 40) / 8.0f, room * 7 / 12));
  TensorScale scale;
  scale.scope = ScaleScope::fixed;
  scale.limits = {1.7159f};
  const Rect believed{area.x, area.y, wide * 2, room};
  TensorGrid grid;
  grid.maps = {.values = answer.hidden, .count = 1, .height = kGlyphHeight, .width = kGlyphWidth};
  grid.key = "lenet.f6", grid.version = answers_->revision, grid.scale = scale;
  grid.layout = fit_maps(1, kGlyphHeight, kGlyphWidth, believed.w, believed.h, 40, 400, 4);
  grid.tone = Concept::activation;
  grid.name = [](int64_t) { return std::string("F6"); };
  if (TensorAnswer hit = draw_tensor_grid(ui, "layer F6", believed, grid); hit.hovered) note = hit.note;
  std::vector<float> centers;
  for (int digit = 0; digit < 10; ++digit) {
    for (int i = 0; i < kGlyphCells; ++i) {
      centers.push_back(digit_glyphs()[static_cast<size_t>(digit)][static_cast<size_t>(i)] == '#' ? 1.0f : -1.0f);
    }
  }
  Rect all{believed.right() + 24, area.y, area.right() - believed.right() - 24, area.h};
  const int per_line = all.w > 10 * 52 ? 10 : 5;
  const int lines = 10 / per_line;
  const float cell_w = std::floor((all.w - 8.0f * static_cast<float>(per_line - 1)) / static_cast<float>(per_line));
  const float cell_h = std::min(cell_w * 12 / 7, (all.h / static_cast<float>(lines)) - 2 * kCaption);
  if (cell_h < 12) return;
  for (int digit = 0; digit < 10; ++digit) {
    Rect place{all.x + static_cast<float>(digit % per_line) * (cell_w + 8),
               all.y + static_cast<float>(digit / per_line) * (cell_h + 2 * kCaption), cell_w, cell_h};
    TensorGrid glyph;
    glyph.maps = {.values = std::span(centers).subspan(static_cast<size_t>(digit * kGlyphCells), kGlyphCells),
                  .count = 1,
                  .height = kGlyphHeight,
                  .width = kGlyphWidth};
    glyph.key = fmt::format("lenet.glyph.{}", digit), glyph.version = 1, glyph.scale = scale;
    glyph.layout = fit_maps(1, kGlyphHeight, kGlyphWidth, place.w, place.h, 12, 200, 4);
    glyph.layout.edge = {};
    glyph.numbers = false;
    glyph.selected = digit == answer.digit ? 0 : -1;
    glyph.name = [digit](int64_t) { return format_tr("the digit {}", digit); };
    if (TensorAnswer hit = draw_tensor_grid(ui, fmt::format("glyph {}", digit), place, glyph); hit.hovered) {
      note = hit.note;
    }
    const float distance = -answer.scores[static_cast<size_t>(digit)];
    ui.label(Rect{place.x, place.bottom() + 2, place.w, kCaption}, cell_value(distance), Font::number,
             digit == answer.digit ? ui.theme().activation : ui.theme().secondary, Align::left, 12);
  }
}

// A disc: the angle is the turn, the radius the scale; green where the digit is read as it is upright.
void LenetPage::draw_ring(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  if (drawing_.empty()) {
    ui.empty_state(area, Icon::eye, "How far it can be turned and scaled",
                   tr("Draw a digit: it is then read at every angle and in every size."));
    return;
  }
  if (!ring_ || (ring_->revision != revision_ && ring_work_.busy())) {
    if (!ring_) {
      ui.begin_panel("ring", area.centered(std::min(area.w, 420.0f), 90.0f), 0, false);
      ui.progress(tr("Read at every angle and in every size"), ring_work_.progress(), "");
      ui.end_panel();
      return;
    }
  }
  if (ring_->blank) {
    ui.empty_state(area, Icon::eye, "The digit has left the picture",
                   format_tr("Move it back, or press \u201cAs it was drawn\u201d {}.", ui.at_the_right()));
    return;
  }
  caption(ui, area,
          format_tr("read as {}: the angle is its turn, the radius its scale from {} to {}; click to turn it there",
                    ring_->upright, LenetRing::kSmallest, LenetRing::kLargest));
  const float radius = std::floor(std::min(area.h, area.w * 0.6f) / 2) - 4, hole = radius * 0.25f;
  const Vec middle{area.x + radius + 4, area.y + area.h / 2};
  const auto at = [&](float degrees, float r) {
    const float angle = (degrees - 90) * 3.14159265f / 180;
    return ImVec2(middle.x + r * std::cos(angle), middle.y + r * std::sin(angle));
  };
  constexpr float kInner = LenetRing::kSmallest - LenetRing::kStep / 2;
  constexpr float kScales = LenetRing::kStep * LenetRing::kScales;  // from the hole to the edge
  const auto radius_of = [&](float scale) { return hole + (radius - hole) * (scale - kInner) / kScales; };
  for (int angle = 0; angle < LenetRing::kAngles; ++angle) {
    for (int step = 0; step < LenetRing::kScales; ++step) {
      const bool same = ring_->digits[static_cast<size_t>(angle)][static_cast<size_t>(step)] == ring_->upright;
      const float from = LenetRing::degrees(angle) - 5, to = LenetRing::degrees(angle) + 5;
      const float near = radius_of(LenetRing::scale(step) - LenetRing::kStep / 2);
      const float far = radius_of(LenetRing::scale(step) + LenetRing::kStep / 2);
      ui.draw().AddQuadFilled(at(from, near), at(from, far), at(to, far), at(to, near),
                              same ? faded(theme.activation, 0.75f) : mixed(theme.surface, theme.line, 0.5f));
    }
  }
  const Rect disc{middle.x - radius, middle.y - radius, 2 * radius, 2 * radius};
  const Response r = ui.interact(
      disc,
      {.label = "ring", .kind = "ring", .tooltip = N_("Turns and scales the digit to the place that is clicked")});
  if (r.clicked && r.hovered) {
    const Vec away = ui.input().mouse - middle;
    const float distance = std::hypot(away.x, away.y);
    if (distance > hole && distance < radius) {
      float degrees = std::atan2(away.y, away.x) * 180 / 3.14159265f + 90;
      if (degrees > 180) degrees -= 360;
      const float scale =
          std::clamp(kInner + kScales * (distance - hole) / (radius - hole), LenetRing::kSmallest, LenetRing::kLargest);
      ui.send(fmt::format("lenet.rotate {}", std::lround(degrees)));
      ui.send(fmt::format("lenet.scale {:.2f}", scale));
    }
  }
  if (r.keyboard) ui.draw_focus(disc);
  const ImVec2 here = at(state_.placement.degrees, radius_of(state_.placement.scale));
  ui.draw().AddCircle(here, 6, theme.text, 0, 2);
  ui.draw().AddCircle(ImVec2(middle.x, middle.y), radius_of(1), faded(theme.text, 0.5f), 0, 1);
  Rect words{disc.right() + 24, area.y + 8, area.right() - disc.right() - 24, area.h - 16};
  if (words.w < 120) return;
  ui.begin_panel("ring words", words, 0, false);
  ui.row("turned to either side", format_tr("{} degrees", ring_->turned));
  ui.row("scaled", fmt::format("{:.2f} to {:.2f}", ring_->least, ring_->most));
  ui.note(
      "Green: the chosen network reads it as it does upright. A convolution still finds what was moved; nothing in "
      "these networks is built for turning.");
  ui.end_panel();
}

}  // namespace striate
