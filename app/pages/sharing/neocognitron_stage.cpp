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

void SharingPage::draw_neocognitron(Ui& ui, HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (!neocognitron_) {
    ui.note("The Neocognitron is being made.");
    return;
  }
  const NeocognitronMoment& now = *neocognitron_;
  Rect head = ui.take(ui.frame().presentation ? 130.0f : 168.0f);
  const Rect pad = head.cut_left(head.h);
  pad_.draw_pad(ui, "pad", pad, tr("Draw a digit"));
  head.cut_left(12);
  const Rect seen = head.cut_left(std::min(head.h, head.w * 0.35f));
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
  if (now.planes[2] == 1) {
    ui.note(
        "With a single plane C3 is always silent: what holds it back is the mean over all planes, which is itself. "
        "Teach it a second digit.");
  }
  ui.note(format_tr("{} digits learned; planes: {}, {}, {}", now.learned, now.planes[0], now.planes[1], now.planes[2]));
  if (now.learning) {
    ui.progress("Learning", -1, "sharing.neocognitron.stop");
  } else if (now.measured) {
    ui.note(format_tr("**{:.1f} %** of {} unseen digits read right, {} unanswered",
                      100.0 * now.right / std::max(1, now.tested), now.tested, now.silent));
  } else if (now.planes[2] > 0) {
    ui.note(format_tr("unseen digits: {} of {} tried", now.tested, NeocognitronJob::kTestDigits));
  }
  ui.end_panel();
  draw_cell(ui);
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
                            layer < 2   ? 46
                            : layer < 4 ? 40
                                        : 26,
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

// The chosen cell: its window, what it has learned, its formula with its numbers.
void SharingPage::draw_cell(Ui& ui) const {
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
      s_cell ? explain_s_cell(before, maps.v, now.stage, now.a, now.b, state_.cell_row, state_.cell_column)
             : explain_c_cell(maps.s, now.stage, now.d, state_.plane, state_.cell_row, state_.cell_column);
  const double r = std::round(static_cast<double>(now.stage.selectivity) * 1e4) / 1e4;
  if (s_cell) {
    ui.paragraph("`u_S = r \u00b7 \u03c6[(1 + \u03a3 a\u00b7u) / (1 + 2r/(1 + r) \u00b7 b \u00b7 v) \u2212 1]`",
                 Font::caption);
    ui.paragraph(format_tr("`= {} \u00b7 \u03c6[(1 + {}) / (1 + {} \u00b7 {} \u00b7 {}) \u2212 1] = {}`", number_of(r),
                           number_of(cell.sum), number_of(2 * r / (1 + r)), number_of(static_cast<double>(now.b)),
                           number_of(cell.inhibits), number_of(cell.value)),
                 Font::caption);
    ui.paragraph(format_tr("Weighted cosine of window and memory: **{:.3f}**. It answers above r/(1 + r) = **{:.3f}**.",
                           cell.cosine, cell.threshold),
                 Font::caption);
  } else {
    ui.paragraph(
        "`u_C = \u03c8[(1 + \u03a3 d\u00b7u_S) / (1 + v_S) \u2212 1]`, `\u03c8(x) = \u03c6(x) / (\u03b1 + \u03c6(x))`",
        Font::caption);
    ui.paragraph(
        format_tr("`= \u03c8[(1 + {}) / (1 + {}) \u2212 1] = {}` with \u03b1 = {}", number_of(cell.sum),
                  number_of(cell.inhibits), number_of(cell.value), number_of(static_cast<double>(now.stage.alpha))),
        Font::caption);
  }
  // Its window and what its plane has learned, plane by plane: those with most in them first.
  const auto draw = [&](std::string_view label, std::string_view words, std::span<const float> values, int count,
                        bool is_signed) {
    ui.label(ui.take(kLine), words, Font::caption, ui.theme().secondary);
    TensorGrid grid;
    grid.maps = {.values = values, .count = count, .height = cell.window, .width = cell.window};
    grid.key = fmt::format("sharing.cell.{}", label);
    grid.version = now.version * 64 + static_cast<uint64_t>(state_.layer) * 8 + static_cast<uint64_t>(is_signed) +
                   static_cast<uint64_t>(state_.cell_row * 16 + state_.cell_column) * 4096;
    grid.scale = scale_of(grid.maps, ScaleScope::layer, false);
    grid.layout = flow_maps(count, cell.window, cell.window, ui.width() - 4, count > 12 ? 30 : 70, 4);
    grid.name = [](int64_t i) { return format_tr("of plane {}", i); };
    draw_tensor_grid(ui, label, ui.take(grid.layout.total_height()), grid);
  };
  const int shown = std::min<int>(cell.planes, kMostShown);
  const auto part = static_cast<size_t>(shown * cell.window * cell.window);
  draw("window of the cell",
       cell.planes > shown ? format_tr("Its window, the first {} of {} planes", shown, cell.planes)
                           : std::string(tr("Its window")),
       std::span<const float>(cell.seen).first(part), shown, false);
  const std::vector<float>& weights = s_cell ? now.a : now.d;
  draw("weights of the cell", s_cell ? tr("Its weights a, the same for the whole plane") : tr("Its weights d, fixed"),
       std::span<const float>(weights).first(std::min(part, weights.size())), shown, true);
}

}  // namespace striate
