// The view "block" of the page `pretrained`: a block as a graph, and what goes in, what its branches compute and what
// comes out, as maps on one scale. A residual block can lose either side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

struct Cut {
  bool skip = false, unshortcut = false;
};

Cut cut_of(const NetworkMoment& moment, const NetworkBlock& block) {
  for (const BlockCut& each : moment.block_cuts) {
    if (each.join == block.join) return {each.skip, each.unshortcut};
  }
  return {};
}

// An elbow from one box to the next.
void draw_wire(Ui& ui, Vec from, Vec to, Color color, float thickness) {
  const float middle = to.x - 9;
  ui.line(from, {middle, from.y}, color, thickness);
  ui.line({middle, from.y}, {middle, to.y}, color, thickness);
  ui.line({middle, to.y}, to, color, thickness);
}

}  // namespace

void PretrainedPage::draw_block(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const {
  const NetworkBlock* block = chosen_block(moment);
  if (block == nullptr) {
    ui.empty_state(area, Icon::file, "This network has no blocks",
                   tr("Its layers stand in one line. ResNets add what some layers compute to what went into them, "
                      "SqueezeNet puts two branches side by side: open resnet20 or squeezenet1_1."));
    return;
  }
  const auto rows = static_cast<float>(block->branches.size());
  const float graph = std::min(26 + rows * 50.0f, area.h * 0.5f);
  draw_block_graph(ui, area.cut_top(graph), moment, *block);
  area.cut_top(8);
  if (area.h > 60) draw_block_maps(ui, area, moment, *block, note);
}

void PretrainedPage::draw_block_graph(Ui& ui, Rect area, const NetworkMoment& moment, const NetworkBlock& block) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const Cut cut = cut_of(moment, block);
  Rect head = area.cut_top(24);
  std::string words = format_tr("block {}", block.name);
  if (block.is_residual()) {
    words += block.is_identity() ? std::string(": x + F(x)") : ": " + std::string(tr("a projection of x, plus F(x)"));
    const bool fresh = norms_.version == moment.version && norms_.join == block.join;
    if (fresh && norms_.x > 0) {
      const std::string ratio =
          format_tr("norm of F(x) / norm of x = {}", fmt::format("{:.4f}", norms_.residual / norms_.x));
      const float wide = ui.measure(Font::number, ratio).x + 8;
      if (wide < head.w * 0.6f) ui.label(head.cut_right(wide), ratio, Font::number, theme.text, Align::right);
    }
  } else {
    words += ": " + std::string(tr("branches side by side"));
  }
  ui.label(head, ui.fitted(words, Font::strong, head.w), Font::strong, theme.text);

  // Columns: what goes in, the stem, the longest branch, the join, what follows it.
  size_t longest = 1;
  for (const NetworkBlock::Branch& branch : block.branches) longest = std::max(longest, branch.nodes.size());
  const size_t columns = 1 + block.stem.size() + longest + (block.after >= 0 ? 2 : 1);
  const float gap = 14, wide = (area.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const float row = area.h / static_cast<float>(block.branches.size());
  const float high = std::min(40.0f, row - 8);
  const auto column = [&](size_t i) { return area.x + static_cast<float>(i) * (wide + gap); };
  const float middle = area.center().y;
  const auto box = [&](int node, size_t at, float y, const std::string& said, Concept tone, bool off) {
    const Rect place{column(at), y - high / 2, wide, high};
    const std::string command =
        node == 0 ? std::string("pretrained.layer input") : fmt::format("pretrained.layer {}", node - 1);
    const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
    const Response r = ui.interact(
        place, {.label = fmt::format("block {} {}", at, layer.name),
                .command = command,
                .kind = "node",
                .tooltip = fmt::format("{}: {}, {}", layer_words(info, node), layer.text, sizes_text(layer.shape))});
    if (r.clicked) ui.send(command);
    const Color color = theme.of(tone);
    ui.fill(place, r.hovered ? theme.hovered : theme.raised, 6);
    if (off) ui.hatch(place, faded(theme.warning, 0.5f));
    ui.stroke(place, off ? theme.warning : faded(color, 0.8f), 6, 1.5f);
    const Rect inside = place.inset(5, 3);
    const bool two = high >= 36 && !said.empty();
    const std::string first = two ? said : (said.empty() ? layer.text : said);
    Rect lines = inside;
    // Smaller rather than cut, as long as it can be read.
    const auto line = [&](const Rect& room, const std::string& text, Color ink) {
      const float usual = ui.text_size(Font::caption), needed = ui.measure(Font::caption, text).x;
      const float size = needed <= room.w ? usual : usual * room.w / needed;
      if (size >= 10.5f) return ui.label(room, text, Font::caption, ink, Align::center, size);
      ui.label(room, ui.fitted(text, Font::caption, room.w, 10.5f), Font::caption, ink, Align::center, 10.5f);
    };
    line(two ? lines.cut_top(inside.h / 2) : inside, first, off ? theme.secondary : theme.text);
    std::string sizes;
    for (int i = 0; i < layer.shape.rank(); ++i) sizes += (i > 0 ? "\u00d7" : "") + std::to_string(layer.shape[i]);
    if (two) line(lines, sizes, theme.secondary);
    if (r.keyboard) ui.draw_focus(place.inset(1), 5);
    return place;
  };
  const auto word = [&](int node) {
    const std::string& text = info.layers[static_cast<size_t>(node)].text;
    return ui.measure(Font::caption, text).x <= wide - 10 ? text : text.substr(0, text.find(' ', text.find(' ') + 1));
  };
  size_t at = 0;
  const int first = block.stem.empty() ? block.start : info.layers[static_cast<size_t>(block.stem[0])].inputs[0];
  Rect before = box(first, at++, middle, block.is_residual() ? "x" : tr("in"), Concept::input, false);
  for (const int node : block.stem) {
    const Rect next = box(node, at++, middle, word(node), Concept::kernel, false);
    draw_wire(ui, {before.right(), middle}, {next.x, middle}, theme.secondary, 1.5f);
    before = next;
  }
  const size_t join_at = at + longest;
  const Rect join{column(join_at), middle - high / 2, wide, high};
  for (size_t i = 0; i < block.branches.size(); ++i) {
    const NetworkBlock::Branch& branch = block.branches[i];
    const float y = area.y + row * (static_cast<float>(i) + 0.5f);
    const bool straight = block.is_residual() && static_cast<int>(i) == block.shortcut;
    const bool off = block.is_residual() && (straight ? cut.unshortcut : cut.skip);
    const Color color = off ? faded(theme.warning, 0.6f) : straight ? theme.input : theme.secondary;
    const float thick = straight ? 2.5f : 1.5f;
    Vec from{before.right(), middle};
    for (size_t k = 0; k < branch.nodes.size(); ++k) {
      const int node = branch.nodes[k];
      const Rect next = box(node, at + k, y, word(node), straight ? Concept::input : Concept::kernel, off);
      if (k == 0) {
        ui.line(from, {from.x + 7, from.y}, color, thick);
        ui.line({from.x + 7, from.y}, {from.x + 7, y}, color, thick);
        ui.line({from.x + 7, y}, {next.x, y}, color, thick);
      } else {
        ui.line(from, {next.x, y}, color, thick);
      }
      from = {next.right(), y};
    }
    if (branch.nodes.empty()) {
      ui.line(from, {from.x + 7, from.y}, color, thick);
      ui.line({from.x + 7, from.y}, {from.x + 7, y}, color, thick);
      from = {from.x + 7, y};
      const Rect name{column(at), y - 20, column(join_at) - column(at), 18};
      ui.label(name, off ? tr("the shortcut is cut") : tr("the shortcut: x as it is"), Font::caption,
               off ? theme.warning : theme.input, Align::center);
    }
    draw_wire(ui, from, {join.x, middle}, color, thick);
  }
  box(block.join, join_at, middle, block.is_residual() ? "x + F(x)" : tr("joined"), Concept::activation, false);
  if (block.after >= 0) {
    const Rect next = box(block.after, join_at + 1, middle, word(block.after), Concept::activation, false);
    ui.line({join.right(), middle}, {next.x, middle}, theme.secondary, 1.5f);
  }
}

void PretrainedPage::draw_block_maps(Ui& ui, Rect area, const NetworkMoment& moment, const NetworkBlock& block,
                                     HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (block_scale_.version != moment.version || block_scale_.join != block.join) {
    ui.request_frame();
    return;
  }
  struct Side {
    int node;
    std::string title, norm;
    Concept tone;
  };
  const auto said = [](double norm) { return fmt::format("\u2016\u2026\u2016 {:.2f}", norm); };
  std::vector<Side> sides;
  if (block.is_residual()) {
    sides.push_back({block.start, "x", said(norms_.x), Concept::input});
    if (!block.is_identity()) {
      sides.push_back({block.straight().end, tr("x projected"), said(norms_.straight), Concept::input});
    }
    sides.push_back({block.residual().end, "F(x)", said(norms_.residual), Concept::kernel});
    sides.push_back(
        {block.join, block.is_identity() ? "x + F(x)" : tr("their sum"), said(norms_.sum), Concept::activation});
  } else {
    sides.push_back({block.start, block.stem.empty() ? tr("in") : tr("squeezed"), "", Concept::input});
    for (size_t i = 0; i < block.branches.size() && i < 3; ++i) {
      sides.push_back({block.branches[i].end, format_tr("branch {}", i), "", Concept::kernel});
    }
    sides.push_back({block.join, tr("joined"), "", Concept::activation});
  }
  Rect scale_line = area.cut_bottom(22);
  const float gap = 16;
  const float wide = (area.w - gap * static_cast<float>(sides.size() - 1)) / static_cast<float>(sides.size());
  TensorScale scale;
  scale.scope = ScaleScope::fixed;
  scale.limits = {block_scale_.limit};
  draw_scale(ui, scale_line, scale);
  ui.label(scale_line, tr("one scale for all of them"), Font::caption, theme.secondary);
  for (size_t i = 0; i < sides.size(); ++i) {
    const Side& side = sides[i];
    Rect place{area.x + static_cast<float>(i) * (wide + gap), area.y, wide, area.h};
    Rect title = place.cut_top(22);
    const float norm_width = side.norm.empty() ? 0 : ui.measure(Font::number, side.norm).x + 6;
    if (norm_width > 0 && norm_width + ui.measure(Font::strong, side.title).x + 8 < wide) {
      ui.label(title.cut_right(norm_width), side.norm, Font::number, theme.secondary, Align::right);
    }
    ui.label(title, ui.fitted(side.title, Font::strong, title.w), Font::strong, theme.of(side.tone));
    TensorGrid grid;
    grid.maps = maps_of_node(moment, side.node);
    if (grid.maps.count == 0) continue;
    grid.key = fmt::format("pretrained.block.{}", i);
    grid.version = moment.version * 8192 + static_cast<uint64_t>(side.node);
    grid.scale = scale;
    grid.layout = fit_maps(grid.maps.count, grid.maps.height, grid.maps.width, place.w, place.h, 16.0f, 120.0f, 3);
    grid.tone = side.tone;
    grid.name = [title = side.title](int64_t map) {
      return fmt::format("{}, {}", title, format_tr("channel {}", map));
    };
    const TensorAnswer hit = draw_tensor_grid(ui, fmt::format("maps of side {}", i), place, grid);
    if (hit.hovered) note = hit.note;
  }
}

}  // namespace striate
