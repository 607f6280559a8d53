// Buttons, switches, choices, sliders, numbers.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

double snapped(double value, const NumberSpec& spec) {
  double scale = std::pow(10.0, spec.decimals);
  return std::clamp(std::round(value * scale) / scale, spec.minimum, spec.maximum);
}

double share_of(double value, const NumberSpec& spec) {
  if (spec.logarithmic && spec.minimum > 0) {
    return std::log(std::clamp(value, spec.minimum, spec.maximum) / spec.minimum) /
           std::log(spec.maximum / spec.minimum);
  }
  return spec.maximum > spec.minimum ? std::clamp((value - spec.minimum) / (spec.maximum - spec.minimum), 0.0, 1.0) : 0;
}

double value_at(double share, const NumberSpec& spec) {
  share = std::clamp(share, 0.0, 1.0);
  if (spec.logarithmic && spec.minimum > 0) return spec.minimum * std::pow(spec.maximum / spec.minimum, share);
  return spec.minimum + share * (spec.maximum - spec.minimum);
}

double step_of(double value, const NumberSpec& spec, bool fine) {
  double step = spec.step > 0 ? spec.step : (spec.maximum - spec.minimum) / 100;
  if (spec.logarithmic) step = std::abs(value) * 0.05;
  step = std::max(step, std::pow(10.0, -spec.decimals));
  return fine ? std::max(step / 10, std::pow(10.0, -spec.decimals)) : step;
}

std::string with_unit(double value, const NumberSpec& spec) {
  std::string text = number_text(value, spec.decimals);
  if (spec.unit.empty()) return text;
  return text + (spec.unit == "×" || spec.unit == "%" || spec.unit == "°" ? "" : " ") + spec.unit;
}

}  // namespace

bool Ui::button(std::string_view name, std::string_view command, const ButtonOptions& options) {
  if (skipped(command)) return false;
  float height = 32.0f;
  bool words = !options.icon_only;
  const std::string_view written = options.words.empty() ? tr(name) : options.words;
  float icon_width = options.icon == Icon::none ? 0 : 16.0f;
  float wide = words ? measure(Font::control, written).x + icon_width + (icon_width > 0 ? 6.0f : 0) + 24.0f : height;
  Rect rect = take(std::round(wide), height);
  Response r = interact(
      rect, {.label = name,
             .command = command,
             .kind = "button",
             .enabled = options.enabled,
             .tooltip = options.icon_only && options.tooltip.empty() && command.empty() ? name : options.tooltip});
  const Theme& t = theme();
  Color face_color, ink;
  if (options.style == ButtonStyle::primary) {
    face_color = hover_color(r, t.accent, mixed(t.accent, t.text, 0.18f));
    ink = t.on_accent;
  } else if (options.style == ButtonStyle::quiet) {
    face_color = hover_color(r, faded(t.raised, 0), t.raised);
    ink = hover_color(r, t.secondary, t.text);
  } else {
    face_color = hover_color(r, t.raised, t.hovered);
    ink = t.text;
  }
  if (options.selected) ink = options.tone == Concept::none ? t.accent : t.of(options.tone);
  if (!options.enabled) {
    ink = faded(ink, 0.4f);
    if (options.style == ButtonStyle::primary) face_color = faded(face_color, 0.4f);
  }
  Rect face_rect = r.held ? rect.moved({0, 1}) : rect;
  fill(face_rect, face_color, 6);
  if (options.selected) {
    stroke(face_rect, ink, 6, 1.5f);
  } else if (options.style == ButtonStyle::normal) {
    stroke(face_rect, t.line, 6);
  }
  Rect inside = face_rect;
  if (icon_width > 0) {
    if (words) inside.cut_left(12);
    Rect place = words ? inside.cut_left(icon_width) : inside.centered(16.0f, 16.0f);
    icon(options.icon, {place.x, place.center().y - icon_width / 2, icon_width, icon_width}, ink);
    if (words) inside.cut_left(6);
  }
  if (words) label(inside, written, Font::control, ink, icon_width > 0 ? Align::left : Align::center);
  if (r.keyboard) draw_focus(rect);
  if (r.clicked && !command.empty()) send(std::string(command));
  return r.clicked;
}

bool Ui::toggle(std::string_view name, bool value, std::string_view prefix) {
  if (skipped(prefix)) return false;
  Rect rect = take_wide(measure(Font::control, tr(name)).x + 46.0f, 30.0f);
  std::string command = std::string(prefix) + (value ? " off" : " on");
  Response r = interact(rect, {.label = name, .command = command, .kind = "toggle"});
  const Theme& t = theme();
  label(rect, tr(name), Font::control, hover_color(r, t.secondary, t.text));
  float w = 34.0f, h = 20.0f;
  Rect pill{rect.right() - w, rect.center().y - h / 2, w, h};
  ids_.push_back(r.id);
  float on = ease("on", value ? 1.0f : 0.0f, 0.2f);
  ids_.pop_back();
  fill(pill, mixed(t.hovered, t.accent, on), h / 2);
  stroke(pill, mixed(t.secondary, t.accent, on), h / 2);
  float knob = h - 6;
  float x = pill.x + 3 + on * (w - knob - 6);
  draw_->AddCircleFilled(ImVec2(x + knob / 2, pill.center().y), knob / 2, mixed(t.text, t.on_accent, on), 24);
  if (r.keyboard) draw_focus(pill, h / 2);
  if (r.clicked) send(command);
  return r.clicked;
}

bool Ui::segmented(std::string_view name, std::span<const Choice> offered, std::string_view current,
                   std::string_view prefix) {
  if (skipped(prefix)) return false;
  std::vector<Choice> kept;
  const std::span<const Choice> choices = seen_choices(offered, prefix, &kept);
  // A heading of its own only where it says something: an empty label is for choices that explain themselves.
  float total = 0;
  for (const Choice& choice : choices) total += measure(Font::control, tr(choice.label)).x + 16.0f;
  Rect whole = take_wide(total + 8.0f * static_cast<float>(choices.size()), 34.0f);
  push_id(name);
  const Theme& t = theme();
  fill(whole, t.raised, 6);
  stroke(whole, t.line, 6);
  bool sent = false;
  float x = whole.x;
  size_t selected = choices.size();
  for (size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].value == current) selected = i;
  }
  // Each as wide as its words need, the rest shared.
  std::vector<Rect> places;
  for (const Choice& choice : choices) {
    float w =
        measure(Font::control, tr(choice.label)).x + 16.0f + (whole.w - total) / static_cast<float>(choices.size());
    places.push_back({x, whole.y, w, whole.h});
    x += w;
  }
  if (selected < choices.size()) {
    float left = ease("left", places[selected].x - whole.x, 0.2f), w = ease("width", places[selected].w, 0.2f);
    Rect mark{whole.x + left + 2, whole.y + 2, w - 4, whole.h - 4};
    fill(mark, t.accent, 5);
  }
  for (size_t i = 0; i < choices.size(); ++i) {
    std::string command = std::string(prefix) + " " + choices[i].value;
    Response r = interact(places[i], {.label = choices[i].label, .command = command, .kind = "choice"});
    Color ink = i == selected ? t.on_accent : hover_color(r, t.secondary, t.text);
    label(places[i].inset(2, 0), tr(choices[i].label), Font::control, ink, Align::center);
    if (r.keyboard) {
      draw_focus(places[i]);
      if (i > 0 && take_key("Left"))
        focus_ = id_of(choices[i - 1].label), send(std::string(prefix) + " " + choices[i - 1].value), sent = true;
      if (i + 1 < choices.size() && take_key("Right"))
        focus_ = id_of(choices[i + 1].label), send(std::string(prefix) + " " + choices[i + 1].value), sent = true;
    }
    if (r.clicked && i != selected) send(command), sent = true;
  }
  pop_id();
  return sent;
}

bool Ui::tabs(std::string_view name, std::span<const Choice> offered, std::string_view current,
              std::string_view prefix) {
  if (skipped(prefix)) return false;
  std::vector<Choice> kept;
  const std::span<const Choice> choices = seen_choices(offered, prefix, &kept);
  Rect whole = take(36);
  push_id(name);
  const Theme& t = theme();
  fill({whole.x, whole.bottom() - 1, whole.w, 1}, t.line);
  bool sent = false;
  float x = whole.x;
  float words = 0;
  for (const Choice& choice : choices) words += measure(Font::control, tr(choice.label)).x;
  // Those that have no room stand in a drop-down list at the end, which names the one that is shown.
  size_t shown = choices.size();
  Rect rest;
  const auto width_of = [&](const Choice& choice) { return measure(Font::control, tr(choice.label)).x; };
  for (bool fits = words + 8.0f * static_cast<float>(shown) <= whole.w; !fits && shown > 1;) {
    words -= width_of(choices[--shown]);
    float named = 0;
    for (const Choice& choice : choices.subspan(shown)) {
      if (choice.value == current) named = width_of(choice) + 8;
    }
    rest = whole.centered(whole.w, 32.0f).cut_right(measure(Font::control, tr("more")).x + named + 46.0f);
    fits = words + 8.0f * static_cast<float>(shown) <= rest.x - whole.x;
  }
  const float room = shown < choices.size() ? rest.x - whole.x : whole.w;
  float air = choices.empty() ? 0 : std::clamp((room - words) / static_cast<float>(shown), 4.0f, 20.0f);
  for (const Choice& choice : choices.first(shown)) {
    float w = measure(Font::control, tr(choice.label)).x;
    Rect place{x, whole.y, w + air, whole.h};
    std::string command = std::string(prefix) + " " + choice.value;
    Response r = interact(place, {.label = choice.label, .command = command, .kind = "tab"});
    bool selected = choice.value == current;
    label(place, tr(choice.label), Font::control, selected ? t.text : hover_color(r, t.secondary, t.text),
          Align::center);
    if (selected) {
      float left = ease("left", place.x - whole.x + air / 2), wide = ease("width", w);
      fill({whole.x + left, whole.bottom() - 2, wide, 2}, t.accent, 1);
    }
    if (r.keyboard) draw_focus(place.inset(2, 4));
    if (r.clicked && !selected) send(command), sent = true;
    x += place.w;
  }
  if (shown < choices.size()) {
    const std::span<const Choice> others = choices.subspan(shown);
    const bool among =
        std::any_of(others.begin(), others.end(), [&](const Choice& choice) { return choice.value == current; });
    next(rest);
    sent = dropdown("more", others, among ? current : std::string_view(""), prefix) || sent;
  }
  pop_id();
  return sent;
}

bool Ui::dropdown(std::string_view name, std::span<const Choice> offered, std::string_view current,
                  std::string_view prefix) {
  if (skipped(prefix)) return false;
  std::vector<Choice> kept;
  const std::span<const Choice> choices = seen_choices(offered, prefix, &kept);
  float longest = 0;
  for (const Choice& choice : choices) longest = std::max(longest, measure(Font::control, tr(choice.label)).x);
  const Theme& t = theme();
  std::string_view shown = tr(current);
  for (const Choice& choice : choices) {
    if (choice.value == current) shown = tr(choice.label);
  }
  // In a column the name stands above where it has no room beside the value.
  const bool above = !has_next_ && !layouts_.empty() && layouts_.back().kind == Layout::Kind::column && !name.empty() &&
                     measure(Font::control, tr(name)).x + measure(Font::control, shown).x + 16.0f + 36 > width();
  Rect rect = take_wide(measure(Font::control, tr(name)).x + longest + 56.0f, 32.0f + (above ? 22.0f : 0));
  if (above) label(rect.cut_top(22), tr(name), Font::control, t.secondary);
  Response r = interact(rect, {.label = name, .command = prefix, .kind = "drop-down"});
  fill(rect, hover_color(r, t.raised, t.hovered), 6);
  stroke(rect, popup_ == r.id ? t.accent : t.line, 6);
  Rect inside = rect.inset(10, 0);
  Rect arrow = inside.cut_right(16);
  icon(Icon::down, {arrow.x, arrow.center().y - 7.0f, 14.0f, 14.0f}, t.secondary);
  // A short value is shown whole; a long one leaves its name the room that it needs, up to half.
  const float value_width = measure(Font::control, shown).x + 8;
  const float name_width = above ? 0 : std::min(measure(Font::control, tr(name)).x + 8, inside.w / 2);
  const float least_value = std::min(value_width, 120.0f);
  const float value_room = std::max(std::min(value_width, inside.w - name_width), least_value);
  label(inside.cut_right(std::min(value_room, inside.w)).inset(4, 0), shown, Font::control, t.text, Align::right);
  if (!above && inside.w >= std::min(measure(Font::control, tr(name)).x, 72.0f))
    label(inside, tr(name), Font::control, t.secondary);
  if (r.keyboard) draw_focus(rect);
  bool sent = false;
  if (r.clicked) popup_ = popup_ == r.id ? 0 : r.id;
  const bool opened_by_key = r.clicked && !r.released && popup_ == r.id;
  if (r.keyboard && popup_ != r.id) {
    for (size_t i = 0; i < choices.size(); ++i) {
      if (choices[i].value != current) continue;
      if (i > 0 && take_key("Up")) send(std::string(prefix) + " " + choices[i - 1].value), sent = true;
      if (i + 1 < choices.size() && take_key("Down"))
        send(std::string(prefix) + " " + choices[i + 1].value), sent = true;
      break;
    }
  }
  if (popup_ != r.id) return sent;

  float line_height = 30.0f, height = line_height * static_cast<float>(choices.size()) + 8;
  Rect list{rect.x, rect.bottom() + 4, rect.w, height};
  for (const Choice& choice : choices) list.w = std::max(list.w, measure(Font::control, tr(choice.label)).x + 44.0f);
  list.w = std::min(list.w, frame_.size.x - 16);
  if (list.right() > frame_.size.x - 8) list.x = std::max(8.0f, frame_.size.x - 8 - list.w);
  if (list.bottom() > frame_.size.y - 8) list.y = std::max(8.0f, rect.y - 4 - list.h);
  int layer = kPopupLayer;
  push_id(name);
  begin_layer(layer, list);
  fill(list.moved({0, 3}).inset(-2), t.shadow, 8);
  fill(list, t.surface, 6);
  stroke(list, t.line, 6);
  // The arrows walk the list from what is chosen: at once where a key opened it, else from the first arrow on.
  const bool walked = keyboard_ && std::any_of(choices.begin(), choices.end(),
                                               [&](const Choice& choice) { return focus_ == id_of(choice.label); });
  if (!choices.empty() && (opened_by_key || (!walked && (take_key("Down") || take_key("Up"))))) {
    keyboard_ = true;
    const auto chosen =
        std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.value == current; });
    focus_ = id_of((chosen == choices.end() ? choices.front() : *chosen).label);
  }
  bool close = take_key("Escape") ||
               (input_.left && !before_.left && !list.contains(input_.mouse) && !rect.contains(input_.mouse));
  for (size_t i = 0; i < choices.size(); ++i) {
    Rect line_rect{list.x + 4, list.y + 4 + line_height * static_cast<float>(i), list.w - 8, line_height};
    std::string command = std::string(prefix) + " " + choices[i].value;
    Response c = interact(line_rect, {.label = choices[i].label, .command = command, .kind = "choice"});
    if (c.hovered || c.keyboard) fill(line_rect, t.raised, 4);
    bool selected = choices[i].value == current;
    if (selected) icon(Icon::tick, {line_rect.x + 6, line_rect.center().y - 6.0f, 12.0f, 12.0f}, t.accent);
    label({line_rect.x + 26.0f, line_rect.y, line_rect.w - 30.0f, line_rect.h}, tr(choices[i].label), Font::control,
          t.text);
    if (c.keyboard) {
      draw_focus(line_rect.inset(3));
      if (i > 0 && take_key("Up")) focus_ = id_of(choices[i - 1].label);
      if (i + 1 < choices.size() && take_key("Down")) focus_ = id_of(choices[i + 1].label);
    }
    if (c.clicked) {
      if (!selected) send(command), sent = true;
      close = true;
    }
  }
  for (const char* key : {"Up", "Down"}) take_key(key);  // at the ends of the list they are not the page's either
  end_layer();
  pop_id();
  if (close) {
    popup_ = 0, wants_frame_ = true;
    if (keyboard_) focus_ = r.id;
  }
  return sent;
}

// The line with its knob. True when the hands changed the value.
bool Ui::track(const Rect& rect, const Response& r, double value, const NumberSpec& spec, double* changed) {
  const Theme& t = theme();
  float knob = 8.0f;
  Rect bar{rect.x + knob, rect.center().y - 2, std::max(1.0f, rect.w - 2 * knob), 4};
  double before_change = value;
  if (r.double_clicked) {
    value = spec.reset;
    press_.value = spec.reset;
    press_.count = 3;  // the rest of this press doesn't drag
  } else if (r.held && press_.count != 3) {
    if (r.pressed) {
      double at_press = value_at((input_.mouse.x - bar.x) / bar.w, spec);
      // On the knob itself: keep the grip; beside it: jump there.
      bool on_knob = std::abs(bar.x + bar.w * static_cast<float>(share_of(value, spec)) - input_.mouse.x) < knob + 2;
      press_.value = share_of(on_knob ? value : at_press, spec);
      if (!on_knob) value = snapped(at_press, spec);
    } else if (r.drag.x != 0) {
      press_.value += r.drag.x / bar.w * (input_.shift ? 0.1 : 1.0);
      value = snapped(value_at(press_.value, spec), spec);
    }
  }
  if (r.keyboard) {
    for (auto [key, sign, fine] : {std::tuple{"Left", -1, false},
                                   {"Right", 1, false},
                                   {"Down", -1, false},
                                   {"Up", 1, false},
                                   {"Shift+Left", -1, true},
                                   {"Shift+Right", 1, true}}) {
      while (take_key(key)) value = snapped(value + sign * step_of(value, spec, fine), spec);
    }
    if (take_key("Home")) value = spec.minimum;
    if (take_key("End")) value = spec.maximum;
    if (take_key("Backspace") || take_key("Delete")) value = spec.reset;
  }
  auto share = static_cast<float>(share_of(std::isfinite(value) ? value : spec.reset, spec));
  fill(bar, t.hovered, 2);
  // Signed ranges fill from zero.
  float zero = spec.minimum < 0 && spec.maximum > 0 ? static_cast<float>(share_of(0, spec)) : 0.0f;
  fill({bar.x + bar.w * std::min(zero, share), bar.y, bar.w * std::abs(share - zero), 4}, t.accent, 2);
  ids_.push_back(r.id);
  float grown = ease("knob", r.hovered || r.held ? 1.0f : 0.0f, 0.15f);
  ids_.pop_back();
  ImVec2 at(bar.x + bar.w * share, bar.center().y);
  if (grown > 0) draw_->AddCircleFilled(at, knob + 4 * grown, faded(t.accent, 0.25f * grown), 32);
  draw_->AddCircleFilled(at, knob, t.text, 32);
  if (r.keyboard) draw_focus({at.x - knob, at.y - knob, 2 * knob, 2 * knob}, knob);
  *changed = value;
  return value != before_change && std::isfinite(value);  // NaN is not even itself
}

namespace {
// "pretrained.crop {} 30 420": the value stands where the braces are, else behind all of it.
std::string line_with(std::string_view prefix, std::string_view value) {
  std::string line(prefix);
  const size_t at = line.find("{}");
  return at == std::string::npos ? line + " " + std::string(value) : line.replace(at, 2, value);
}
}  // namespace

bool Ui::number_box(const Rect& rect, std::string_view name, double value, const NumberSpec& spec,
                    std::string_view prefix, bool frame) {
  uint64_t id = id_of(name);
  const std::string_view command = prefix.substr(0, prefix.find(" {}"));
  Response r = interact(rect, {.label = name, .command = command, .kind = "number", .takes_wheel = focus_ == id});
  const Theme& t = theme();
  bool editing_this = edit_.id == id;
  bool sent = false;
  auto give = [&](double next_value) {
    next_value = snapped(next_value, spec);
    if (next_value == value) return;
    send(line_with(prefix, number_text(next_value, spec.decimals)));
    sent = true;
  };
  if (!editing_this &&
      (r.double_clicked || (r.clicked && !press_.moved) ||
       (r.keyboard && !input_.text.empty() && std::string("-.0123456789").find(input_.text[0]) != std::string::npos))) {
    start_edit(id, number_text(value, spec.decimals), true);
    editing_this = true;
  }
  if (frame || editing_this) {
    fill(rect, t.raised, 6);
    stroke(rect, editing_this ? t.accent : hover_color(r, t.line, t.secondary), 6);
  } else {
    float over = 0;
    ids_.push_back(r.id);
    over = ease("over", r.hovered || r.held ? 1.0f : 0.0f, 0.15f);
    ids_.pop_back();
    fill(rect, faded(t.raised, over), 6);
  }
  if (editing_this) {
    bool canceled = false;
    bool done = edit_text(rect, id, Font::number, {8, 2}, &canceled);
    bool left = focus_ != id;
    if ((done || left) && !canceled) {
      std::string text = edit_.line.text();
      for (char& c : text) {
        if (c == ',') c = '.';
      }
      size_t start = text.find_first_not_of(' ');
      if (start == std::string::npos) start = 0;
      double typed = 0;
      auto [end, problem] = std::from_chars(text.data() + start, text.data() + text.size(), typed);
      if (problem == std::errc() && std::isfinite(typed)) {
        // What was typed is not corrected in silence: the command says what it expects.
        if (typed != value) send(line_with(prefix, shortest_double(typed))), sent = true;
      } else if (!text.empty()) {
        send(line_with(prefix, striate::quoted(text))), sent = true;
      }
    }
    if (done || left || canceled) {
      edit_ = {};
      // Enter gives the keys back to the page: Space plays again. Tab goes on from here.
      if (!left) keyboard_ = canceled;
    }
    return sent;
  }
  label(rect.inset(8, 0), with_unit(value, spec), Font::number, t.text, Align::right);
  if (r.held && press_.moved && r.drag.x != 0) {
    if (press_.value != press_.value || r.dragged.x == r.drag.x) press_.value = value;
    press_.value += r.drag.x * step_of(value, spec, input_.shift) * 0.5;
    give(press_.value);
  }
  if (r.pressed) press_.value = value;
  if (r.wheel != 0) give(value + r.wheel * step_of(value, spec, input_.shift));
  if (r.keyboard) {
    draw_focus(rect);
    if (take_key("Up")) give(value + step_of(value, spec, false));
    if (take_key("Down")) give(value - step_of(value, spec, false));
    if (take_key("Shift+Up")) give(value + step_of(value, spec, true));
    if (take_key("Shift+Down")) give(value - step_of(value, spec, true));
  }
  return sent;
}

bool Ui::slider(std::string_view name, double value, const NumberSpec& spec, std::string_view prefix) {
  if (skipped(prefix)) return false;
  Rect rect = take(50);
  Rect top = rect.cut_top(26);
  float box = measure(Font::number, with_unit(std::max(std::abs(spec.minimum), spec.maximum), spec)).x + 28.0f;
  Rect number = top.cut_right(std::min(box, top.w * 0.6f));
  label(top, spec.label.empty() ? tr(name) : std::string_view(spec.label), Font::control, theme().secondary);
  number.x += 8;  // the digits end at the column's edge
  bool sent = number_box(number, std::string(name) + " value", value, spec, prefix, false);
  next(rect);
  return bare_slider(name, value, spec, prefix) || sent;
}

bool Ui::bare_slider(std::string_view name, double value, const NumberSpec& spec, std::string_view prefix) {
  if (skipped(prefix)) return false;
  Rect rect = take(24);
  Response r = interact(rect, {.label = name, .command = prefix, .kind = "slider"});
  double changed = value;
  if (!track(rect, r, value, spec, &changed)) return false;
  send(std::string(prefix) + " " + number_text(changed, spec.decimals));
  return true;
}

bool Ui::number_field(std::string_view name, double value, const NumberSpec& spec, std::string_view prefix) {
  if (skipped(prefix)) return false;
  float natural = measure(Font::control, tr(name)).x + 130.0f;
  Rect rect = take_wide(natural, 34.0f);
  float digits = measure(Font::number, with_unit(value, spec)).x + 20;
  float words = measure(Font::control, tr(name)).x + 8;
  // Minus and plus only where the name and the number leave room for them.
  bool ends = rect.w >= words + digits + 50.0f;
  float wide = ends ? std::max(std::min(110.0f, rect.w - words), digits + 50.0f) : std::max(56.0f, digits);
  Rect box = rect.cut_right(std::min(wide, rect.w));
  label(rect, tr(name), Font::control, theme().secondary);
  if (!ends) return number_box(box.inset(0, 2), name, value, spec, prefix, true);
  // Minus and plus at its ends, for hands that have no keyboard.
  const float end = std::min(26.0f, (box.w - digits) / 2);
  Rect minus = box.cut_left(end), plus = box.cut_right(end);
  bool sent = number_box(box.inset(2, 2), name, value, spec, prefix, true);
  for (int sign : {-1, 1}) {
    Rect place = (sign < 0 ? minus : plus).inset(0, 4);
    std::string what = std::string(name) + (sign < 0 ? " less" : " more");
    double stepped = snapped(value + sign * step_of(value, spec, input_.shift), spec);
    std::string command = line_with(prefix, number_text(stepped, spec.decimals));
    Response r = interact(
        place, {.label = what, .command = command, .kind = "button", .enabled = stepped != value, .focusable = false});
    fill(place, hover_color(r, faded(theme().raised, 0), theme().raised), 6);
    icon(sign < 0 ? Icon::minus : Icon::plus, place.centered(12.0f, 12.0f),
         faded(theme().secondary, stepped != value ? 1.0f : 0.35f));
    if (r.clicked) send(command), sent = true;
  }
  return sent;
}

std::string shortest_double(double value) { return fmt::format("{}", value == 0 ? 0.0 : value); }

}  // namespace striate
