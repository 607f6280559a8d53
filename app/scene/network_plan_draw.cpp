// The plan of a network as it is drawn: in the window, and into a picture for a file.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "app/scene/network_plan.h"
#include "app/widgets/soft_renderer.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kHead = 7;            // of an arrow
constexpr float kLargestFit = 1.75f;  // a small plan does not fill a large screen

// Where the plan lies: its origin on the screen, and how large its unit is there.
struct Placing {
  Vec origin;
  float zoom = 1;
  float least = 0;  // smaller text is not drawn
  Vec at(Vec p) const { return origin + p * zoom; }
  Rect at(const Rect& r) const { return {origin.x + r.x * zoom, origin.y + r.y * zoom, r.w * zoom, r.h * zoom}; }
};

Font font_of(PlanType type) {
  return plan_text_is_mono(type) ? Font::number : plan_text_is_strong(type) ? Font::strong : Font::caption;
}

void draw_text(Ui& ui, const PlanText& text, const Placing& to) {
  const float size = plan_text_size(text.type) * to.zoom;
  if (size < to.least) return;
  const Theme& theme = ui.theme();
  const bool quiet = text.type != PlanType::title && text.type != PlanType::words && text.type != PlanType::more_words;
  ui.label(to.at(text.place), text.text, font_of(text.type), quiet ? theme.secondary : theme.text,
           text.right ? Align::right : Align::left, size);
}

void draw_arrow_head(Ui& ui, Vec tip, float zoom, Color color) {
  const float size = kHead * zoom;
  ui.draw().AddTriangleFilled({tip.x, tip.y}, {tip.x - size, tip.y - size * 0.5f}, {tip.x - size, tip.y + size * 0.5f},
                              color);
}

void draw_arrow(Ui& ui, const PlanArrow& arrow, const Placing& to, const Rect& seen) {
  if (arrow.corners.size() < 2) return;
  Vec low = arrow.corners[0], high = low;
  for (const Vec corner : arrow.corners) {
    low = {std::min(low.x, corner.x), std::min(low.y, corner.y)};
    high = {std::max(high.x, corner.x), std::max(high.y, corner.y)};
  }
  if (!to.at(Rect{low.x - 1, low.y - 1, high.x - low.x + 2, high.y - low.y + 2}).overlaps(seen)) return;
  const Color color = arrow.jump ? ui.theme().input : ui.theme().secondary;
  const float thick = std::max(1.0f, 1.6f * to.zoom);
  ImDrawList& draw = ui.draw();
  const auto im = [&](Vec p) { return ImVec2(to.at(p).x, to.at(p).y); };
  const Vec tip = arrow.corners.back();
  const float head = std::min(kHead, tip.x - arrow.corners[arrow.corners.size() - 2].x);
  draw.PathClear();
  draw.PathLineTo(im(arrow.corners.front()));
  for (const PlanBend& bend : bends_of(arrow)) {
    draw.PathLineTo(im(bend.before));
    draw.PathBezierQuadraticCurveTo(im(bend.corner), im(bend.after), 6);
  }
  draw.PathLineTo(im({tip.x - head * 0.8f, tip.y}));
  draw.PathStroke(color, ImDrawFlags_None, thick);
  draw_arrow_head(ui, to.at(tip), to.zoom, color);
}

void draw_card(Ui& ui, const NetworkPlan& plan, const PlanCard& card, const Placing& to, int chosen, int hovered) {
  const Theme& theme = ui.theme();
  const Rect place = to.at(card.place);
  const float radius = std::min(6 * to.zoom, place.h / 4);
  const Color tone = plan_tone(theme, card.rows.front().tone);
  const bool far = plan_text_size(PlanType::words) * to.zoom < to.least;  // no words: colors say what it is
  ui.fill(place, mixed(theme.surface, tone, theme.dark ? 0.14f : 0.09f), radius);
  for (const PlanRow& row : card.rows) {
    const Rect line = to.at(row.place);
    const Color color = plan_tone(theme, row.tone);
    if (far) ui.fill(line, faded(color, 0.5f), card.rows.size() == 1 ? radius : 0);
    if (row.node == hovered) ui.fill(line, faded(theme.hovered, 0.6f), radius);
    if (row.node == chosen && card.rows.size() > 1) ui.fill(line, faded(theme.accent, 0.22f), radius);
    if (far) continue;
    const Rect mark = to.at(plan_mark(card, row));
    ui.fill({mark.x, mark.y, std::max(mark.w, 2.0f), mark.h}, color, mark.w / 2);
  }
  ui.stroke(place, mixed(theme.line, tone, 0.35f), radius);
  for (size_t i = card.texts; i < card.texts_end; ++i) draw_text(ui, plan.texts[i], to);
  const bool has =
      std::any_of(card.rows.begin(), card.rows.end(), [chosen](const PlanRow& row) { return row.node == chosen; });
  if (has) ui.stroke(place.inset(-2), theme.accent, radius + 2, 2.5f);
}

void draw_plan(Ui& ui, const NetworkPlan& plan, const Placing& to, const Rect& seen, int chosen, int hovered) {
  for (const bool jumps : {true, false}) {
    for (const PlanArrow& arrow : plan.arrows)
      if (arrow.jump == jumps) draw_arrow(ui, arrow, to, seen);
  }
  for (const PlanCard& card : plan.cards)
    if (to.at(card.place).inset(-4).overlaps(seen)) draw_card(ui, plan, card, to, chosen, hovered);
}

void draw_header(Ui& ui, const PlanHeader& header, const Placing& to) {
  for (const PlanText& text : header.texts) draw_text(ui, text, to);
  for (const PlanSwatch& swatch : header.swatches) {
    const Rect place = to.at(swatch.place);
    const Color color = plan_tone(ui.theme(), swatch.tone);
    if (!swatch.arrow) {
      ui.fill(place, color, 2 * to.zoom);
      continue;
    }
    ui.line({place.x, place.center().y}, {place.right() - kHead * to.zoom, place.center().y}, color, 1.6f * to.zoom);
    draw_arrow_head(ui, {place.right(), place.center().y}, to.zoom, color);
  }
}

}  // namespace

PlanResponse draw_network_plan(Ui& ui, const Rect& area, const NetworkPlan& plan, const PlanLook& look) {
  PlanResponse out;
  const int width = std::max(1, static_cast<int>(std::ceil(plan.width)));
  const int height = std::max(1, static_cast<int>(std::ceil(plan.height)));
  const Response hand = ui.interact(
      area, {.label = "plan", .command = "architecture.show", .kind = "plan", .tooltip = " ", .takes_wheel = true});
  View view = look.view;
  if (!(view.zoom > 0)) {
    view = fit_view(width, height, area);
    view.zoom = std::min(view.zoom, kLargestFit);
  }
  view = clamp_view(view, width, height, area);
  const Vec mouse = ui.input().mouse;
  if (hand.wheel != 0) {
    view = zoom_about(view, std::pow(1.2f, hand.wheel), mouse, width, height, area);
    out.view_changed = true;
  }
  const bool moved = std::hypot(hand.dragged.x, hand.dragged.y) > 3;
  if (hand.held && moved && (hand.drag.x != 0 || hand.drag.y != 0)) {
    view = pan_by(view, hand.drag, width, height, area);
    out.view_changed = true;
  }
  out.fit = hand.double_clicked;
  out.view = view;
  if (hand.hovered) out.hovered = layer_at(plan, to_image(view, area, mouse));
  if (out.hovered >= 0) out.note = plan.notes[static_cast<size_t>(out.hovered)];

  const auto show = [&](int node) {
    ui.send(node == 0 ? std::string("architecture.show input") : "architecture.show " + std::to_string(node - 1));
  };
  if (hand.clicked && !moved && out.hovered >= 0) show(out.hovered);
  const int last = static_cast<int>(plan.card_of.size()) - 1;
  if (hand.keyboard && last >= 0) {
    if (ui.take_key("Right")) show(std::min(look.chosen + 1, last));
    if (ui.take_key("Left")) show(std::max(look.chosen - 1, 0));
  }

  ui.push_clip(area);
  const Placing to{to_screen(view, area, {0, 0}), view.zoom, ui.least_number()};
  draw_plan(ui, plan, to, intersection(area, ui.clip()), look.chosen, out.hovered);
  ui.pop_clip();
  if (hand.keyboard) ui.draw_focus(area.inset(5), 1);
  return out;
}

Image plan_picture(const NetworkPlan& plan, const PlanPictureOptions& options) {
  constexpr float kHighest = 16384, kCrisp = 3, kLeast = 5.5f;  // pixels; letters are drawn up to this scale
  const float wide = std::max(plan.width, plan.header.width), high = plan.height + plan.header.height;
  const float scale = std::min(static_cast<float>(options.width) / wide, kHighest / high);
  ImGuiContext* outer = ImGui::GetCurrentContext();
  const Registry none;
  SoftTextures textures;
  Image picture;
  {
    Ui ui(none, textures);
    Ui::Frame frame;
    frame.scale = std::clamp(scale, 0.5f, kCrisp);
    frame.size = {std::round(wide * scale) / frame.scale, std::ceil(high * scale) / frame.scale};
    frame.dark = options.dark;
    frame.motion = false;
    frame.patient = true;
    frame.input.mouse = {-1000, -1000};
    // What the fonts lack is baked for the second frame.
    for (int i = 0; i < 2; ++i) {
      ui.begin_frame(frame);
      const float zoom = scale / frame.scale;
      Placing to{{}, zoom, kLeast / frame.scale};
      draw_header(ui, plan.header, to);
      to.origin.y = plan.header.height * zoom;
      draw_plan(ui, plan, to, Rect{0, 0, frame.size.x, frame.size.y}, -1, -1);
      ui.end_frame();
    }
    picture = soft_picture(*ImGui::GetDrawData(), textures, ui.theme().surface);
  }
  ImGui::SetCurrentContext(outer);
  return picture;
}

}  // namespace striate
