// The view `neocognitron` of the page sharing: its layers, the planes of each, and one cell with its window.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/pages/sharing/sharing_page.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/neocognitron/neocognitron_cell.h"

namespace striate {
namespace {

constexpr const char* kLayers[] = {"S1", "C1", "S2", "C2", "S3", "C3"};
constexpr float kLine = 22;
constexpr int64_t kMostShown = 24;

std::string number_of(double value) { return fmt::format("{:.4g}", value); }

// The planes that answer most to this picture, strongest first.
std::vector<int> strongest(const NeocognitronMaps::Map& map) {
  std::vector<float> most(static_cast<size_t>(map.planes), 0.0f);
  for (int k = 0; k < map.planes; ++k) {
    for (int i = 0; i < map.rows * map.columns; ++i) {
      float& of = most[static_cast<size_t>(k)];
      of = std::max(of, map.values[static_cast<size_t>(k * map.rows * map.columns + i)]);
    }
  }
  std::vector<int> order(most.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return most[static_cast<size_t>(a)] > most[static_cast<size_t>(b)]; });
  return order;
}

}  // namespace

void SharingPage::draw_neocognitron(Ui& ui, float height, HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (!neocognitron_) {
    ui.note("The Neocognitron is being made.");
    return;
  }
  const NeocognitronMoment& now = *neocognitron_;
  const float pad_side = std::clamp(height * 0.3f, ui.frame().presentation ? 130.0f : 168.0f, 280.0f);
  Rect head = ui.take(std::min(pad_side, ui.width() * 0.3f));
  const Rect pad = head.cut_left(head.h);
  pad_.draw_pad(ui, "pad", pad, tr("Draw a digit"));
  head.cut_left(12);
  const Rect seen = head.cut_left(std::min(head.h, head.w * 0.45f));
  TensorGrid input;
  input.maps = {
      .values = now.maps.input.values, .count = 1, .height = now.maps.input.rows, .width = now.maps.input.columns};
  input.key = "sharing.neocognitron.input";
  input.version = now.version;
  input.scale = scale_of(input.maps, ScaleScope::fixed, false, 1);
  input.layout = fit_maps(1, 16, 16, seen.w, seen.w, 16, 400, 0);
  input.name = [](int64_t) { return std::string(tr("what it sees")); };
  input.numbers = false;
  const TensorAnswer hovered =
      draw_tensor_grid(ui, "input of the Neocognitron", {seen.x, seen.y, seen.w, seen.w}, input);
  if (hovered.hovered) note = hovered.note;
  head.cut_left(16);
  ui.begin_panel("neocognitron words", head, 0, false);
  if (now.planes[0] == 0) {
    ui.paragraph("It has **no planes** yet: nobody answers. Let it learn some digits, or draw one and teach it.");
  } else if (now.answer.label < 0) {
    ui.paragraph("Every cell of its last layer is **silent**: nothing that it knows is like this.");
  } else {
    ui.paragraph(now.label < 0 ? format_tr("It reads **{}**.", now.answer.label)
                 : now.label == now.answer.label
                     ? format_tr("It reads **{}**, and that is right.", now.answer.label)
                     : format_tr("It reads **{}**, but it is a {}.", now.answer.label, now.label));
  }
  const bool beside = head.w >= 400;  // else these lines stand below
  if (beside) draw_score(ui);
  ui.end_panel();
  if (!beside) draw_score(ui);
  if (now.planes[2] == 1) {
    ui.note(
        "With a single plane C3 is always silent: what holds it back is the mean over all planes, which is itself. "
        "Teach it a second digit.");
  }
  draw_cell(ui, height);
  for (int layer = 0; layer < 6; ++layer) {
    const NeocognitronMaps::Map& map = cells(now, layer);
    ui.hairline();
    const std::string of = fmt::format("{} \u00d7 {}", map.columns, map.rows);
    const bool shortened = map.planes > kMostShown;
    ui.label(ui.take(kLine),
             map.planes == 0 ? format_tr("{}: no planes yet", kLayers[layer])
             : shortened
                 ? format_tr("{}: {} planes of {}, the {} that answer most", kLayers[layer], map.planes, of, kMostShown)
                 : format_tr("{}: {} planes of {}", kLayers[layer], map.planes, of),
             Font::caption, layer % 2 == 0 ? theme.activation : theme.secondary);
    if (map.planes == 0) continue;
    std::vector<int> order(static_cast<size_t>(map.planes));
    std::iota(order.begin(), order.end(), 0);
    if (shortened) order = strongest(map), order.resize(kMostShown);
    std::vector<float> values;
    const int cells_of = map.rows * map.columns;
    for (const int k : order) {
      values.insert(values.end(), map.values.begin() + k * cells_of, map.values.begin() + (k + 1) * cells_of);
    }
    TensorGrid grid;
    grid.maps = {
        .values = values, .count = static_cast<int64_t>(order.size()), .height = map.rows, .width = map.columns};
    grid.key = fmt::format("sharing.{}", kLayers[layer]);
    grid.version = now.version;
    grid.scale = scale_of(grid.maps, ScaleScope::layer, false);
    grid.layout = flow_maps(grid.maps.count, map.rows, map.columns, ui.width() - 4,
                            layer < 2   ? std::max(46.0f, ui.width() / 14.5f)
                            : layer < 4 ? std::max(40.0f, ui.width() / 16.7f)
                                        : std::max(26.0f, ui.width() / 25),
                            4);
    for (size_t i = 0; i < order.size(); ++i) {
      if (state_.layer == layer && order[i] == state_.plane) grid.selected = static_cast<int64_t>(i);
    }
    grid.tone = Concept::activation;
    const bool labeled = layer >= 4;
    grid.name = [&](int64_t i) {
      const int plane = order[static_cast<size_t>(i)];
      return labeled ? format_tr("plane {}, made from a {}", plane, now.labels[static_cast<size_t>(plane)])
                     : format_tr("plane {}", plane);
    };
    // Where it answers most.
    grid.command = [&](int64_t i) {
      const int plane = order[static_cast<size_t>(i)];
      const auto from = map.values.begin() + plane * cells_of;
      const int at = static_cast<int>(std::max_element(from, from + cells_of) - from);
      return fmt::format("sharing.cell {} {} {} {}", kLayers[layer], plane, at / map.columns, at % map.columns);
    };
    grid.hint = tr("click: take its strongest cell apart");
    grid.numbers = false;
    const TensorAnswer hit = draw_tensor_grid(ui, kLayers[layer], ui.take(grid.layout.total_height()), grid);
    if (hit.hovered) note = hit.note;
  }
}

// What it has learned and how many unseen digits it reads.
void SharingPage::draw_score(Ui& ui) const {
  const NeocognitronMoment& now = *neocognitron_;
  ui.note(now.drawn > 0 ? format_tr("digits learned: {}, {} of them drawn; planes: {}, {}, {}", now.learned, now.drawn,
                                    now.planes[0], now.planes[1], now.planes[2])
                        : format_tr("digits learned: {}; planes: {}, {}, {}", now.learned, now.planes[0], now.planes[1],
                                    now.planes[2]));
  if (now.learning) {
    ui.progress("Learning", -1, "sharing.neocognitron.stop");
  } else if (now.measured) {
    ui.note(format_tr("**{:.1f} %** of {} unseen digits read right, {} unanswered",
                      100.0 * now.right / std::max(1, now.tested), now.tested, now.silent));
  } else if (now.learned > 0) {
    ui.note(format_tr("unseen digits: {} of {} tried", now.tested, NeocognitronWork::kTestDigits));
  }
}

// The chosen cell: its window, what it has learned, its formula with its numbers.
void SharingPage::draw_cell(Ui& ui, float height) const {
  const NeocognitronMoment& now = *neocognitron_;
  ui.hairline();
  const int stage = state_.layer / 2;
  const NeocognitronMaps::Map& map = cells(now, state_.layer);
  const bool of_this = now.of.stage == stage && now.of.plane == state_.plane;
  ui.label(ui.take(kLine),
           format_tr("Cell ({}, {}) of plane {} of {}", state_.cell_row, state_.cell_column, state_.plane,
                     kLayers[state_.layer]),
           Font::strong, ui.theme().text);
  if (state_.plane >= map.planes) {
    ui.note(map.planes == 0 ? tr("Its layer has no planes yet.") : tr("There is no such plane."));
    return;
  }
  if (!of_this) {
    ui.request_frame();
    return;
  }
  const bool s_cell = state_.layer % 2 == 0;
  const NeocognitronMaps::Stage& maps = now.maps.stages[static_cast<size_t>(stage)];
  const NeocognitronMaps::Map& before = stage == 0 ? now.maps.input : now.maps.stages[static_cast<size_t>(stage) - 1].c;
  const NeocognitronCell cell =
      s_cell
          ? explain_s_cell(before, maps.v, now.stage, now.a, now.b, state_.cell_row, state_.cell_column, now.of.formula)
          : explain_c_cell(maps.s, now.stage, now.d, state_.plane, state_.cell_row, state_.cell_column);
  draw_formula(ui, cell);
  // Its window and what its plane has learned, plane by plane: those with most in them first.
  const int shown = std::min<int>(cell.planes, kMostShown);
  const bool beside = shown == 1;  // a single plane: both in one line
  const float size = beside ? std::clamp(std::min(ui.width() * 0.3f, height * 0.3f), 100.0f, 280.0f)
                            : std::max(30.0f, ui.width() / (shown > 12 ? 22.0f : 13.0f));
  const auto draw = [&](std::string_view label, std::string_view words, std::span<const float> values, bool is_weights,
                        const Rect* place) {
    const float width = place ? place->w : ui.width();
    TensorGrid grid;
    grid.maps = {.values = values, .count = shown, .height = cell.window, .width = cell.window};
    grid.key = fmt::format("sharing.cell.{}", label);
    grid.version = now.version * 64 + static_cast<uint64_t>(state_.layer) * 8 + static_cast<uint64_t>(is_weights) +
                   static_cast<uint64_t>(state_.cell_row * 16 + state_.cell_column) * 4096;
    grid.scale = scale_of(grid.maps, ScaleScope::layer, false);
    grid.layout = flow_maps(shown, cell.window, cell.window, width - 4, size, 4);
    grid.name = [](int64_t i) { return format_tr("of plane {}", i); };
    Rect area = place ? *place : ui.take(kLine);
    ui.label(area.cut_top(kLine), ui.fitted(words, Font::caption, width), Font::caption, ui.theme().secondary);
    draw_tensor_grid(ui, label, place ? area : ui.take(grid.layout.total_height()), grid);
  };
  const auto part = static_cast<size_t>(shown * cell.window * cell.window);
  const std::string window =
      now.of.formula == NeocognitronFormula::squares && s_cell ? std::string(tr("Its window, squared"))
      : cell.planes > shown ? format_tr("Its window, the first {} of {} planes", shown, cell.planes)
                            : std::string(tr("Its window"));
  const std::vector<float>& weights = s_cell ? now.a : now.d;
  const std::string_view learned =
      s_cell ? tr("Its weights a, the same for the whole plane") : tr("Its weights d, fixed");
  Rect left, right;
  if (beside) {
    const MapLayout one = flow_maps(1, cell.window, cell.window, ui.width(), size, 4);
    right = ui.take(kLine + one.total_height());
    left = right.cut_left(right.w / 2);
  }
  draw("window of the cell", window, std::span<const float>(cell.seen).first(part), false, beside ? &left : nullptr);
  draw("weights of the cell", learned, std::span<const float>(weights).first(std::min(part, weights.size())), true,
       beside ? &right : nullptr);
  if (s_cell) draw_winners(ui);
}

// Which cells would learn from this digit: the one of each window that answers most, looked at one after the other.
void SharingPage::draw_winners(Ui& ui) const {
  const NeocognitronMoment& now = *neocognitron_;
  const auto stage = static_cast<size_t>(state_.layer / 2);
  if (!now.stage.reinforce) {
    ui.note(format_tr("The planes of {} keep the weights that they were made from: it learns by new planes alone.",
                      kLayers[state_.layer]));
    return;
  }
  const std::vector<std::array<int, 3>>& winners = now.winners[stage];
  if (now.learning || winners.empty()) return;
  const auto here =
      std::find(winners.begin(), winners.end(), std::array<int, 3>{state_.plane, state_.cell_row, state_.cell_column});
  ui.note(
      format_tr("If it learned this digit: of every {0} \u00d7 {0} places of {1} the cell that answers most wins, "
                "through all planes, and of the winners in one plane the largest. To the weights of its plane what "
                "stands in its window is added.",
                now.stage.s_window, kLayers[state_.layer]));
  const auto next = here == winners.end() || here + 1 == winners.end() ? winners.begin() : here + 1;
  ui.begin_flow();
  ui.button("Next winner",
            fmt::format("sharing.cell {} {} {} {}", kLayers[state_.layer], (*next)[0], (*next)[1], (*next)[2]),
            {.icon = Icon::step, .tooltip = N_("Takes the winner of the next window apart")});
  ui.end_flow();
  ui.note(here == winners.end()
              ? trn("one cell wins; this one does not", "{} cells win; this one does not", winners.size())
              : format_tr("this is winner {} of {}", here - winners.begin() + 1, winners.size()));
}

// With its numbers, and what its letters are.
void SharingPage::draw_formula(Ui& ui, const NeocognitronCell& cell) const {
  const NeocognitronMoment& now = *neocognitron_;
  const double r = std::round(static_cast<double>(now.stage.selectivity) * 1e4) / 1e4;
  const auto line = [&](const std::string& words) { ui.paragraph(words, Font::caption); };
  if (state_.layer % 2 == 1) {
    line(
        "`u_C = \u03c8[(1 + \u03a3 d\u00b7u_S) / (1 + v_S) \u2212 1]`, "
        "`\u03c8(x) = \u03c6(x) / (\u03b1 + \u03c6(x))`");
    line(format_tr("`= \u03c8[(1 + {}) / (1 + {}) \u2212 1] = {}` with \u03b1 = {}", number_of(cell.sum),
                   number_of(cell.inhibits), number_of(cell.value), number_of(static_cast<double>(now.stage.alpha))));
    line(std::string(
        tr("\u03c6(x) = max(x, 0). v_S is the mean of \u03a3 d\u00b7u_S over all planes: only who is louder than "
           "it answers. \u03b1 is the x at which \u03c8 reaches a half.")));
    return;
  }
  const bool quotient = now.of.formula == NeocognitronFormula::quotient;
  const std::string factor = now.of.formula == NeocognitronFormula::parentheses ? "2(r/r + 1)" : "2r/(1 + r)";
  const std::string b = number_of(static_cast<double>(now.b)), of = number_of(cell.factor),
                    v = number_of(cell.inhibits);
  if (quotient) {
    line(fmt::format("`u_S = r \u00b7 \u03c6[(1 + \u03a3 a\u00b7u / ({} \u00b7 b \u00b7 v)) \u2212 1]`", factor));
    line(fmt::format("`= {} \u00b7 \u03c6[(1 + {} / ({} \u00b7 {} \u00b7 {})) \u2212 1] = {}`", number_of(r),
                     number_of(cell.sum), of, b, v, number_of(cell.value)));
  } else {
    line(fmt::format("`u_S = r \u00b7 \u03c6[(1 + \u03a3 a\u00b7u) / (1 + {} \u00b7 b \u00b7 v) \u2212 1]`", factor));
    line(fmt::format("`= {} \u00b7 \u03c6[(1 + {}) / (1 + {} \u00b7 {} \u00b7 {}) \u2212 1] = {}`", number_of(r),
                     number_of(cell.sum), of, b, v, number_of(cell.value)));
  }
  switch (now.of.formula) {
    case NeocognitronFormula::right:
      line(format_tr("Weighted cosine of window and memory: **{:.3f}**. It answers above r/(1 + r) = **{:.3f}**.",
                     cell.cosine, cell.threshold));
      break;
    case NeocognitronFormula::squares:
      line(format_tr(
          "The V-cell squared the window in place: u\u00b2 stands here, and gray becomes fainter. What should be "
          "a cosine is **{:.3f}**, and must be above **{:.3f}**.",
          cell.cosine, cell.threshold));
      break;
    case NeocognitronFormula::parentheses:
      line(format_tr(
          "r/r + 1 is 2 for every r: the weighted cosine, **{:.3f}**, would have to be above **{:.0f}**, and no "
          "cosine is above 1. All cells are silent.",
          cell.cosine, cell.threshold));
      break;
    case NeocognitronFormula::quotient:
      line(format_tr(
          "1 + e/h \u2212 1 is e/h, here (1 + r) times the cosine **{:.3f}**: no threshold is left, and every "
          "cell that is not at a right angle answers.",
          cell.cosine));
      break;
    case NeocognitronFormula::first:
      line(format_tr(
          "Its weights a are those of plane 0, as in all planes, and b is its own: what should be a cosine is "
          "**{:.3f}**. It answers above **{:.3f}**.",
          cell.cosine, cell.threshold));
      break;
  }
  line(std::string(
      tr("\u03c6(x) = max(x, 0). v = \u221a(\u03a3 c\u00b7u\u00b2), from the V-cell beside it, says how much is in the "
         "window; b, learned with a, how strongly that inhibits. Learning adds q\u00b7c\u00b7u to a and only "
         "q/2\u00b7v to b, so \u03a3 a\u00b7u / (b\u00b7v) is twice the cosine: it is above 2r/(1 + r) where "
         "the cosine is above r/(1 + r).")));
}

}  // namespace striate
