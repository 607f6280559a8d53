// The views `layers` and `map` of the page sharing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "app/pages/sharing/sharing_page.h"
#include "app/widgets/mini_grid.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr const char* kTitles[] = {N_("Dense layer"), N_("Locally connected layer"), N_("Convolution")};
constexpr float kLine = 22;

// "4 821 600", in groups of three with a thin space.
std::string grouped(int64_t value) {
  std::string digits = std::to_string(value), text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += "\u00a0";
    text += digits[i];
  }
  return text;
}
std::string written(std::string formula) {
  for (size_t at = 0; (at = formula.find('*', at)) != std::string::npos;) formula.replace(at, 1, "\u00b7");
  return formula;
}
std::string number_of(double value) { return fmt::format("{:.5g}", value); }
// Arrows, where the keyboard is at a grid: sends the command with the cell beside this one.
void walk(Ui& ui, const Response& r, const char* command, int row, int column, int low, int high) {
  if (!r.keyboard) return;
  int rows = 0, columns = 0;
  for (const auto& [key, down, right] :
       {std::tuple("Up", -1, 0), std::tuple("Down", 1, 0), std::tuple("Left", 0, -1), std::tuple("Right", 0, 1)}) {
    if (ui.take_key(key)) rows += down, columns += right;
  }
  if (rows == 0 && columns == 0) return;
  ui.send(fmt::format("{} {} {}", command, std::clamp(row + rows, low, high), std::clamp(column + columns, low, high)));
}
std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

}  // namespace

void SharingPage::draw_digit(Ui& ui, const Rect& area) const {
  const SharingMoment& now = *moment_;
  draw_sample_picture(ui, area, "sharing.digit", now.version, Shape{1, kSharingSide, kSharingSide},
                      [&](float* to) { std::copy(now.picture.begin(), now.picture.end(), to); });
  ui.stroke(area, ui.theme().line);
}

void SharingPage::draw_digit_words(Ui& ui) const {
  const SharingMoment& now = *moment_;
  const SharingMove& move = now.of.move;
  ui.paragraph(move.dx == 0 && move.dy == 0
                   ? format_tr("Unseen digit no. {}: a **{}**.", now.of.digit, now.label)
                   : format_tr("Unseen digit no. {}: a **{}**, moved by ({}, {}): to the right and down.", now.of.digit,
                               now.label, move.dx, move.dy));
  ui.note(now.step == 0
              ? std::string(tr("The networks have learned nothing yet: press Learn."))
              : format_tr("{} batches of {} digits learned, the same by all three.", now.step, SharingLab::kBatch));
}

void SharingPage::draw_layers(Ui& ui, float height) const {
  HoverNote note;
  constexpr float title = kLine + 40;  // and what is around it
  // All three fill the stage; the gradients follow below. Where they would leave room at the side the digit stands
  // there.
  const float small = ui.frame().presentation ? 84.0f : 112.0f;
  float each = (height - small) / kSharingLayers - title;
  const bool room = ui.width() > 900 && height / kSharingLayers - title > 90;
  if (room && (ui.width() - 300) / kSharingMaps > each * 1.2f) {
    Rect area = ui.take(height);
    Rect side = area.cut_left(std::min(ui.width() * 0.22f, height * 0.6f));
    area.cut_left(24);
    ui.begin_panel("digit", side, 0, false);
    draw_digit(ui, ui.take(side.w));
    draw_digit_words(ui);
    ui.end_panel();
    ui.begin_panel("layers", area, 0, false);
    each = height / kSharingLayers - title;
    for (int i = 0; i < kSharingLayers; ++i) draw_layer(ui, static_cast<SharingLayer>(i), each, note);
    ui.end_panel();
  } else {
    Rect head = ui.take(small);
    draw_digit(ui, head.cut_left(head.h));
    head.cut_left(16);
    ui.begin_panel("digit words", head, 0, false);
    draw_digit_words(ui);
    ui.end_panel();
    for (int i = 0; i < kSharingLayers; ++i) draw_layer(ui, static_cast<SharingLayer>(i), each, note);
  }
  draw_gradient(ui, height, note);
  draw_hover_note(ui, note);
}

void SharingPage::draw_layer(Ui& ui, SharingLayer layer, float height, HoverNote& note) const {
  const SharingMoment& now = *moment_;
  const auto n = static_cast<size_t>(layer);
  const SharingAnswer& answer = now.answers[n];
  const Theme& theme = ui.theme();
  ui.hairline();
  const Counted count = sharing_parameters(layer, state_.tie);
  const std::string formula = layer == SharingLayer::dense ? "(32*32 + 1)*28*28*6" : count.formula;
  Rect title = ui.take(kLine);
  const std::string name(tr(std::string_view(kTitles[n])));
  const float room = ui.measure(Font::strong, name).x + 16;
  ui.label(title.cut_left(std::min(room, title.w)), name, Font::strong, theme.text);
  const std::string parameters = format_tr("{} = {} numbers to learn", written(formula), grouped(count.value));
  if (ui.measure(Font::number, parameters).x <= title.w) {
    ui.label(title, parameters, Font::number, theme.kernel);
  } else {
    ui.label(ui.take(kLine), ui.fitted(parameters, Font::number, ui.width()), Font::number, theme.kernel);
  }
  constexpr float answer_width = 52, gap = 6;
  const std::string measured = now.has_accuracy ? format_tr("reads {} of unseen digits", percent(now.accuracy[n]))
                                                : std::string(tr("unseen digits: not yet"));
  const float needed =
      answer_width + ui.measure(Font::caption, format_tr("reads {} of unseen digits", "100.0 %")).x + 4;
  const float words_width = std::min(ui.width() * 0.42f, needed);
  const int lines = words_width < needed ? 2 : 1;  // of the last words
  const float wide = (ui.width() - words_width - 12 - gap * (kSharingMaps - 1)) / kSharingMaps;
  Rect row = ui.take(std::max(static_cast<float>(2 + lines) * kLine, std::min(wide, height)));
  Rect words = row.cut_right(words_width);
  row.cut_right(12);
  TensorGrid grid;
  grid.maps = {.values = answer.maps, .count = kSharingMaps, .height = kSharingPlaces, .width = kSharingPlaces};
  grid.key = fmt::format("sharing.maps.{}", name_of(layer));
  grid.version = now.version;
  grid.scale = scale_of(grid.maps, ScaleScope::layer);
  grid.layout = fit_maps(kSharingMaps, kSharingPlaces, kSharingPlaces, row.w, row.h, 20, 400, gap, kSharingMaps);
  grid.selected = state_.filter;
  grid.tone = Concept::activation;
  grid.name = [](int64_t map) { return format_tr("map {}", map); };
  grid.command = [](int64_t map) { return fmt::format("sharing.filter {}", map); };
  grid.hint = tr("click: its gradients below");
  grid.numbers = false;
  const TensorAnswer hit = draw_tensor_grid(ui, fmt::format("maps of the {} layer", name_of(layer)), row, grid);
  if (hit.hovered) note = hit.note;
  const bool right = answer.label == now.label;
  Rect big = words.cut_left(answer_width - 8).cut_top(3 * kLine);
  ui.label(big, std::to_string(answer.label), Font::heading, right ? theme.activation : theme.warning, Align::center,
           34);
  words.cut_left(8);
  ui.label(words.cut_top(kLine), right ? tr("read right") : tr("read wrong"), Font::caption,
           right ? theme.activation : theme.warning);
  ui.label(words.cut_top(kLine),
           format_tr("{} sure", percent(static_cast<double>(answer.probabilities[static_cast<size_t>(answer.label)]))),
           Font::caption, theme.secondary);
  if (ui.measure(Font::caption, measured).x > words.w) {
    const size_t at = measured.rfind(' ', measured.rfind(' ') - 1);
    ui.label(words.cut_top(kLine), measured.substr(0, at), Font::caption, theme.secondary);
    ui.label(words.cut_top(kLine), ui.fitted(measured.substr(at + 1), Font::caption, words.w), Font::caption,
             theme.secondary);
  } else {
    ui.label(words.cut_top(kLine), measured, Font::caption, theme.secondary);
  }
}

// What each place would change in one weight, and what tied places change together.
void SharingPage::draw_gradient(Ui& ui, float height, HoverNote& note) const {
  const SharingMoment& now = *moment_;
  const SharingGradient& gradient = now.gradient;
  const Theme& theme = ui.theme();
  ui.hairline();
  const int tile = gradient.tile_of(state_.row, state_.column);
  const int tiles = gradient.sets_y * gradient.sets_x, places = kSharingPlaces * kSharingPlaces / tiles;
  ui.label(ui.take(kLine), tr("Gradients of the middle layer, for this digit"), Font::strong, theme.text);
  const double sum = gradient.sum(tile, state_.filter, state_.tap_row, state_.tap_column);
  const auto shared = static_cast<double>(gradient.shared(tile, state_.filter, state_.tap_row, state_.tap_column));
  ui.paragraph(
      places == 1
          ? format_tr("Weight ({}, {}) of map {}, at place ({}, {}): it is this place's alone, and gets its local "
                      "[gradient](gradient) `{}`.",
                      state_.tap_row, state_.tap_column, state_.filter, state_.row, state_.column, number_of(shared))
          : format_tr("Weight ({}, {}) of map {}: {} local [gradients](gradient) add up to `{}`. The weight that these "
                      "places share gets `{}`.",
                      state_.tap_row, state_.tap_column, state_.filter, places, number_of(sum), number_of(shared)));
  std::vector<float> local;
  for (int row = 0; row < kSharingPlaces; ++row) {
    for (int column = 0; column < kSharingPlaces; ++column) {
      local.push_back(gradient.at(state_.filter, row, column, state_.tap_row, state_.tap_column));
    }
  }
  float most = 1e-12f;
  for (const float value : local) most = std::max(most, std::fabs(value));
  Rect row = ui.take(std::clamp(std::min((ui.width() - 24) / 2, height * 0.6f), 150.0f, 480.0f));
  const Rect map = row.cut_left(std::min(row.h, row.w * 0.5f));
  row.cut_left(24);
  const float side = std::min(map.w, map.h);
  const Rect square{map.x, map.y, side, side};
  const Response r =
      ui.interact(square, {.label = "local gradients",
                           .command = "sharing.place",
                           .kind = "grid",
                           .tooltip = N_("The gradient of this weight at each of 28 x 28 places; a click "
                                         "chooses a place")});
  const Rect cells = mini_grid(
      ui, square, {.rows = kSharingPlaces, .columns = kSharingPlaces, .fill = [&](int y, int x) {
                     const float value = local[static_cast<size_t>(y * kSharingPlaces + x)];
                     return signed_color(
                         theme,
                         std::copysign(std::sqrt(std::fabs(static_cast<double>(value))), static_cast<double>(value)),
                         std::sqrt(static_cast<double>(most)));
                   }});
  // The tile that the chosen place belongs to.
  const int size = kSharingPlaces / gradient.sets_y;
  const Rect first =
      mini_cell(cells, kSharingPlaces, kSharingPlaces, state_.row / size * size, state_.column / size * size);
  ui.stroke({first.x, first.y, first.w * static_cast<float>(size), first.h * static_cast<float>(size)}, theme.kernel, 0,
            2);
  if (r.hovered) {
    if (const auto at = mini_cell_at(cells, kSharingPlaces, kSharingPlaces, ui.input().mouse)) {
      note.title = format_tr("place ({}, {})", at->first, at->second);
      note.lines.push_back(
          {std::string(tr("its own gradient")),
           number_of(static_cast<double>(local[static_cast<size_t>(at->first * kSharingPlaces + at->second)])),
           theme.gradient});
      if (r.clicked) ui.send(fmt::format("sharing.place {} {}", at->first, at->second));
    }
  }
  if (r.keyboard) ui.draw_focus(square.inset(-2), 2);
  walk(ui, r, "sharing.place", state_.row, state_.column, 0, kSharingPlaces - 1);
  // All weights of the window: what the tied ones get.
  MiniGrid window{.rows = kSharingWindow, .columns = kSharingWindow};
  double largest = 1e-12;
  const auto value = [&](int y, int x) { return static_cast<double>(gradient.shared(tile, state_.filter, y, x)); };
  for (int i = 0; i < kSharingWindow * kSharingWindow; ++i) {
    largest = std::max(largest, std::fabs(value(i / kSharingWindow, i % kSharingWindow)));
  }
  window.fill = [&](int y, int x) { return signed_color(theme, value(y, x), largest); };
  // As many decimals as the largest one needs.
  const int decimals = std::clamp(1 + static_cast<int>(std::ceil(-std::log10(largest))), 1, 6);
  const auto text = [&](int y, int x) { return fmt::format("{:.{}f}", value(y, x), decimals); };
  const float part = std::min(row.w, row.h);
  const Rect place{row.x, row.y, part, part};
  // With numbers where these fit together with the indices.
  float widest = 0;
  for (int i = 0; i < kSharingWindow * kSharingWindow; ++i) {
    widest = std::max(widest, ui.measure(Font::number, text(i / kSharingWindow, i % kSharingWindow)).x);
  }
  if (part >= kSharingWindow * (widest + 4) + ui.index_width(kSharingWindow)) window.text = text;
  const Response taps =
      ui.interact(place, {.label = "gradients of the window",
                          .command = "sharing.tap",
                          .kind = "grid",
                          .tooltip = N_("What each weight of the window gets from all places that share "
                                        "it; a click chooses a weight")});
  const Rect grid = mini_grid(ui, place, window);
  ui.stroke(mini_cell(grid, kSharingWindow, kSharingWindow, state_.tap_row, state_.tap_column), theme.kernel, 0, 2);
  if (taps.hovered) {
    if (const auto at = mini_cell_at(grid, kSharingWindow, kSharingWindow, ui.input().mouse)) {
      note.title = format_tr("weight ({}, {})", at->first, at->second);
      note.lines.push_back({std::string(tr("its gradient, of all places that share it")),
                            number_of(value(at->first, at->second)), theme.gradient});
      if (taps.clicked) ui.send(fmt::format("sharing.tap {} {}", at->first, at->second));
    }
  }
  if (taps.keyboard) ui.draw_focus(place.inset(-2), 2);
  walk(ui, taps, "sharing.tap", state_.tap_row, state_.tap_column, 0, kSharingWindow - 1);
  ui.note(
      "At the left the gradient of this one weight at each place; colors go with its square root, so that small ones "
      "can "
      "be seen. At the right all weights of the window.");
}

void SharingPage::draw_map(Ui& ui, float height) const {
  const SharingMoment& now = *moment_;
  HoverNote note;
  ui.paragraph(format_tr(
      "Unseen digit no. {}, a **{}**, at {} \u00d7 {} shifts, from {} to {} pixels to each side. [Filled](activation): "
      "read right. Gray: not. Empty: not tried yet.",
      now.of.digit, now.label, kShifts, kShifts, -kMostShift, kMostShift));
  if (now.learning) ui.note("The maps are made when the networks pause.");
  // As many in a row as make them largest.
  constexpr int maps = kSharingLayers + 1;
  constexpr float gap = 20, least = 180;
  const float room = height - 3 * kLine;
  int columns = 1;
  float side = 0;
  for (const int each : {1, 2, maps}) {
    const int lines = maps / each;
    const float width = (ui.width() - gap * static_cast<float>(each - 1)) / static_cast<float>(each);
    const float high = (room - gap * static_cast<float>(lines - 1)) / static_cast<float>(lines) - 2 * kLine;
    const float fits = std::min(width, std::max(high, least));
    if (fits >= side) columns = each, side = fits;
  }
  const float width = (ui.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  static const std::vector<int> none;
  Rect line;
  for (int i = 0; i < maps; ++i) {
    if (i % columns == 0) line = ui.take(side + 2 * kLine);
    const Rect area{line.x + static_cast<float>(i % columns) * (width + gap), line.y, width, line.h};
    if (i < kSharingLayers) {
      const auto n = static_cast<size_t>(i);
      draw_shifts(
          ui, area,
          {std::string(tr(std::string_view(kTitles[n]))),
           fmt::format("{} layer", name_of(static_cast<SharingLayer>(i))), now.map[n], now.map_rows, now.label, ""},
          note);
      continue;
    }
    const bool there = neocognitron_ && neocognitron_->of.map && !neocognitron_->learning;
    std::string why;
    if (acts_.empty()) {
      why = tr("has learned nothing yet");
    } else if (there && neocognitron_->label < 0) {
      why = tr("a drawing has no right answer");
    }
    draw_shifts(ui, area,
                {std::string(tr("Neocognitron")), "Neocognitron", there ? neocognitron_->map : none,
                 there ? neocognitron_->map_rows : 0, there ? neocognitron_->label : now.label, why},
                note);
  }
  draw_hover_note(ui, note);
}

void SharingPage::draw_shifts(Ui& ui, Rect area, const ShiftMap& map, HoverNote& note) const {
  const Theme& theme = ui.theme();
  constexpr float kTicks = 15, kTickWidth = 26;  // below the map and left of it
  const float side = std::min(area.w - kTickWidth, area.h - 2 * kLine - kTicks);
  ui.label(area.cut_top(kLine), ui.fitted(map.title, Font::strong, area.w), Font::strong, theme.text);
  std::string words = map.why;
  if (words.empty()) {
    words = map.rows == kShifts
                ? format_tr("read at {} of {} shifts", std::count(map.classes.begin(), map.classes.end(), map.label),
                            kShifts * kShifts)
                : format_tr("{} of {} rows tried", map.rows, kShifts);
  }
  ui.label(area.cut_top(kLine), ui.fitted(words, Font::caption, area.w), Font::caption, theme.secondary);
  const Rect square{area.x + kTickWidth, area.y, side, side};
  const auto said = [&](int row, int column) {
    return map.classes.empty() ? -1 : map.classes[static_cast<size_t>(row * kShifts + column)];
  };
  const std::string label = fmt::format("map of the {}", map.name);
  const Response r = ui.interact(square, {.label = label,
                                          .command = "sharing.shift",
                                          .kind = "grid",
                                          .tooltip = N_("Where the digit is still read; a click moves it there")});
  const Rect cells =
      mini_grid(ui, square,
                {.rows = kShifts,
                 .columns = kShifts,
                 .row_index = {-kMostShift, 1},
                 .column_index = {-kMostShift, 1},
                 .fill = [&](int row, int column) {
                   const int digit = said(row, column);
                   return digit == -1 ? theme.background : digit == map.label ? theme.activation : theme.raised;
                 }});
  ui.stroke(cells, theme.line);
  for (const int shift : {-kMostShift, 0, kMostShift}) {
    const Rect across = mini_cell(cells, kShifts, kShifts, 0, shift + kMostShift);
    const Rect down = mini_cell(cells, kShifts, kShifts, shift + kMostShift, 0);
    const std::string number = std::to_string(shift);
    const float left = std::clamp(across.center().x - 14, cells.x - 6, cells.right() - 22);
    ui.label(Rect{left, cells.bottom() + 1, 28, kTicks}, number, Font::number, theme.secondary, Align::center, 12);
    const float top = std::clamp(down.center().y - 8, cells.y, cells.bottom() - 16);
    ui.label(Rect{cells.x - kTickWidth, top, kTickWidth - 4, 16}, number, Font::number, theme.secondary, Align::right,
             12);
  }
  ui.stroke(mini_cell(cells, kShifts, kShifts, state_.move.dy + kMostShift, state_.move.dx + kMostShift), theme.text, 0,
            2);
  if (r.hovered) {
    if (const auto at = mini_cell_at(cells, kShifts, kShifts, ui.input().mouse)) {
      const int dx = at->second - kMostShift, dy = at->first - kMostShift, digit = said(at->first, at->second);
      note.title = format_tr("{} to the right, {} down", dx, dy);
      std::string read = std::to_string(digit);
      if (digit < 0) read = digit == -1 ? tr("not tried yet") : tr("nothing: all silent");
      note.lines.push_back({std::string(tr("read as")), read, digit == map.label ? theme.activation : theme.secondary});
      if (r.clicked) ui.send(fmt::format("sharing.shift {} {}", dx, dy));
    }
  }
  if (r.keyboard) ui.draw_focus(square.inset(-2), 2);
}

}  // namespace striate
