// The view "block" of the page `pretrained`: a block as a graph; its maps stand below (pretrained_block_maps.cpp). A
// residual block can lose either side.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/pages/network_words.h"
#include "app/pages/pretrained/block_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kSmallest = 9.5f;  // text in a box

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
  const BlockCut cut = cut_of(moment, block);
  Rect head = area.cut_top(24);
  std::string words = format_tr("block {}", block.name);
  const ResidualWords sides = block.is_residual() ? residual_words(info, block, cut) : ResidualWords();
  if (block.is_residual()) {
    words += ": " + sides.title;
    const bool fresh = norms_.version == moment.version && norms_.join == block.join;
    if (fresh && norms_.x > 0) {
      const std::string ratio =
          fmt::format("{} / {} = {:.4f}", norm_of("F(x)"), norm_of("x"), norms_.residual / norms_.x);
      const float wide = ui.measure(Font::number, ratio).x + 8;
      if (wide < head.w * 0.6f) ui.label(head.cut_right(wide), ratio, Font::number, theme.text, Align::right);
    }
  } else {
    words += ": " + std::string(tr("branches side by side"));
  }
  const float needed = ui.measure(Font::strong, words).x;
  const float title_size =
      std::max(13.0f, ui.text_size(Font::strong) * std::min(1.0f, head.w / std::max(needed, 1.0f)));
  ui.label(head, words, Font::strong, theme.text, Align::left, title_size);

  // Columns: what goes in, the stem, the longest branch, the join, what follows it.
  size_t longest = 1;
  for (const NetworkBlock::Branch& branch : block.branches) longest = std::max(longest, branch.nodes.size());
  const size_t columns = 1 + block.stem.size() + longest + (block.after >= 0 ? 2 : 1);
  const float gap = columns > 8 ? 10.0f : 14.0f, pad = columns > 8 ? 4.0f : 5.0f;
  const float row = area.h / static_cast<float>(block.branches.size());
  const float high = std::min(40.0f, row - 8);
  const float middle = area.center().y;
  const bool two = high >= 36;
  const int first = block.stem.empty() ? block.start : info.layers[static_cast<size_t>(block.stem[0])].inputs[0];
  const std::string in = block.is_residual() ? "x" : tr("in"),
                    joined = block.is_residual() ? sides.result : tr("joined");
  // What stands in each column: as much room as its texts need, without their last settings where that is too much.
  struct Column {
    float wanted = 0, needed = 0, sizes = 0, x = 0, wide = 0;
  };
  std::vector<Column> places(columns);
  const auto sizes_of = [&](int node) {
    const Shape& shape = info.layers[static_cast<size_t>(node)].shape;
    std::string text;
    for (int i = 0; i < shape.rank(); ++i) text += (i > 0 ? "\u00d7" : "") + std::to_string(shape[i]);
    return text;
  };
  const auto changes = [&](int node) {  // whether its sizes are others than those that go in
    const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
    return layer.inputs.empty() || !(info.layers[static_cast<size_t>(layer.inputs[0])].shape == layer.shape);
  };
  const auto take = [&](size_t at, int node, const std::string& said) {
    const std::string& text = info.layers[static_cast<size_t>(node)].text;
    const std::string least = said.empty() ? shorter_layer_text(text, [](const std::string&) { return false; }) : said;
    const float sizes = two ? ui.measure(Font::caption, sizes_of(node)).x : 0;
    const float words_wide = ui.measure(Font::caption, least).x;
    Column& column = places[at];
    column.needed = std::max(column.needed, words_wide);
    if (changes(node)) column.sizes = std::max(column.sizes, sizes);
    column.wanted = std::max({column.wanted, ui.measure(Font::caption, said.empty() ? text : said).x, sizes});
  };
  take(0, first, in);
  for (size_t i = 0; i < block.stem.size(); ++i) take(1 + i, block.stem[i], "");
  for (const NetworkBlock::Branch& branch : block.branches) {
    for (size_t k = 0; k < branch.nodes.size(); ++k) take(1 + block.stem.size() + k, branch.nodes[k], "");
  }
  const size_t join_at = 1 + block.stem.size() + longest;
  take(join_at, block.join, joined);
  if (block.after >= 0) take(join_at + 1, block.after, "");
  const auto count = static_cast<float>(columns);
  const float room = area.w - gap * (count - 1) - 2 * pad * count;
  float wanted = 0, needed_wide = 0, with_sizes = 0;
  for (const Column& column : places) {
    wanted += column.wanted, needed_wide += column.needed;
    with_sizes += std::max(column.needed, column.sizes);
  }
  if (with_sizes <= room) {
    for (Column& column : places) column.needed = std::max(column.needed, column.sizes);
    needed_wide = with_sizes;
  }
  const float shrink = std::min(1.0f, room / std::max(needed_wide, 1.0f));
  const float spare = std::max(0.0f, room - needed_wide);
  float x = area.x;
  for (Column& column : places) {
    const float more = wanted > needed_wide ? (column.wanted - column.needed) / (wanted - needed_wide) : 0;
    const float given = std::min(spare, wanted - needed_wide);
    column.x = x;
    column.wide = column.needed * shrink + more * given + (spare - given) / count + 2 * pad;
    x += column.wide + gap;
  }
  const auto box = [&](int node, size_t at, float y, const std::string& said, Concept tone, bool off) {
    const Rect place{places[at].x, y - high / 2, places[at].wide, high};
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
    const Rect inside = place.inset(pad - 1, 3);
    // Smaller rather than cut, as long as it can be read.
    const auto size_for = [&](const std::string& text) {
      const float usual = ui.text_size(Font::caption), wide = ui.measure(Font::caption, text).x;
      return wide <= inside.w ? usual : usual * 0.98f * inside.w / wide;
    };
    const std::string wording = !said.empty() ? said : shorter_layer_text(layer.text, [&](const std::string& text) {
      return ui.measure(Font::caption, text).x <= inside.w;
    });
    const std::string sizes = two ? sizes_of(node) : "";
    const bool has_sizes = two && size_for(sizes) >= kSmallest;
    Rect lines = inside;
    const Rect first_line = has_sizes ? lines.cut_top(inside.h / 2) : inside;
    const float size = std::max(kSmallest, size_for(wording));
    ui.label(first_line, wording, Font::caption, off ? theme.secondary : theme.text, Align::center, size);
    if (has_sizes) {
      ui.label(lines, sizes, Font::caption, theme.secondary, Align::center, std::min(size, size_for(sizes)));
    }
    if (r.keyboard) ui.draw_focus(place.inset(1), 5);
    return place;
  };
  size_t at = 0;
  Rect before = box(first, at++, middle, in, Concept::input, false);
  for (const int node : block.stem) {
    const Rect next = box(node, at++, middle, "", Concept::kernel, false);
    draw_wire(ui, {before.right(), middle}, {next.x, middle}, theme.secondary, 1.5f);
    before = next;
  }
  const Rect join{places[join_at].x, middle - high / 2, places[join_at].wide, high};
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
      const Rect next = box(node, at + k, y, "", straight ? Concept::input : Concept::kernel, off);
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
      const Rect name{places[at].x, y - 20, places[join_at].x - places[at].x, 18};
      ui.label(name, off ? tr("the shortcut is cut") : tr("the shortcut: x as it is"), Font::caption,
               off ? theme.warning : theme.input, Align::center);
    }
    draw_wire(ui, from, {join.x, middle}, color, thick);
  }
  box(block.join, join_at, middle, joined, Concept::activation, false);
  if (block.after >= 0) {
    const Rect next = box(block.after, join_at + 1, middle, "", Concept::activation, false);
    ui.line({join.right(), middle}, {next.x, middle}, theme.secondary, 1.5f);
  }
}

}  // namespace striate
