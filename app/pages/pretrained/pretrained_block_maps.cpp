// What goes into a block, what its branches compute and what comes out, as maps on one scale: the lower part of the
// view "block" of the page `pretrained`.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/pages/network_words.h"
#include "app/pages/pretrained/block_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr size_t kBranches = 3;  // whose maps stand beside each other
constexpr float kBetween = 9;    // the channels of one branch and those of the next

// The norm with its symbol says what a column is, too: where both have no room, it stands alone.
void draw_side_title(Ui& ui, Rect place, const std::string& title, const std::string& norm, Color tone) {
  if (norm.empty()) return ui.label(place, ui.fitted(title, Font::strong, place.w), Font::strong, tone);
  const float wide = ui.measure(Font::number, norm).x;
  if (ui.measure(Font::strong, title).x + wide + 14 <= place.w) {
    ui.label(place.cut_right(wide + 2), norm, Font::number, ui.theme().secondary, Align::right);
    ui.label(place, title, Font::strong, tone);
  } else {
    const float usual = ui.text_size(Font::number);
    ui.label(place, norm, Font::number, tone, Align::left, wide > place.w ? usual * place.w / wide : usual);
  }
}

}  // namespace

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
  std::vector<Side> sides;
  if (block.is_residual()) {
    const ResidualWords names = residual_words(*moment.info, block, cut_of(moment, block));
    const auto add = [&](int node, const std::string& title, const std::string& symbol, double norm, Concept tone) {
      sides.push_back({node, title, norm_of(symbol) + " " + norm_text(norm), tone});
    };
    add(block.start, "x", "x", norms_.x, Concept::input);
    if (!block.is_identity())
      add(block.straight().end, names.straight, names.straight, norms_.straight, Concept::input);
    add(block.residual().end, "F(x)", "F(x)", norms_.residual, Concept::kernel);
    add(block.join, names.result, names.sum, norms_.sum, Concept::activation);
  } else {
    const std::vector<std::string> names = names_of_branches(*moment.info, block);
    sides.push_back({block.start, block.stem.empty() ? tr("in") : tr("squeezed"), "", Concept::input});
    for (size_t i = 0; i < block.branches.size() && i < kBranches; ++i) {
      sides.push_back({block.branches[i].end, format_tr("branch {}", names[i]), "", Concept::kernel});
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
    draw_side_title(ui, place.cut_top(22), side.title, side.norm, theme.of(side.tone));
    // What was joined: the channels of one branch below those of another, from each as many as there is room for.
    const bool parted = !block.is_residual() && i + 1 == sides.size();
    const TensorMaps all = maps_of_node(moment, side.node);
    if (all.count == 0) continue;
    const int64_t channels = cells_of(moment.info->layers[static_cast<size_t>(side.node)].shape)[0];
    struct Part {
      int64_t first, count;
    };
    std::vector<Part> parts;
    if (parted) {
      int64_t from = 0;
      for (const NetworkBlock::Branch& branch : block.branches) {
        const int64_t more = cells_of(moment.info->layers[static_cast<size_t>(branch.end)].shape)[0];
        if (from < all.count) parts.push_back({from, std::min(more, all.count - from)});
        from += more;
      }
    } else {
      parts.push_back({0, all.count});
    }
    const auto number = static_cast<float>(parts.size());
    const auto layout = [&](const Part& part, float height) {
      return fit_maps(part.count, all.height, all.width, place.w, (height - kBetween * (number - 1)) / number, 16.0f,
                      120.0f, 3);
    };
    const auto shown_in = [&](float height) {
      int64_t shown = 0;
      for (const Part& part : parts) shown += layout(part, height).shown;
      return shown;
    };
    Rect foot;
    if (shown_in(place.h) < channels) foot = place.cut_bottom(18);
    const int64_t shown = shown_in(place.h);
    float y = place.y;
    for (size_t p = 0; p < parts.size(); ++p) {
      const Part& part = parts[p];
      TensorGrid grid;
      grid.maps = all;
      grid.maps.count = part.count;
      grid.maps.values = all.values.subspan(static_cast<size_t>(part.first * all.plane()),
                                            static_cast<size_t>(part.count * all.plane()));
      grid.key = fmt::format("pretrained.block.{}.{}", i, p);
      grid.version = moment.version * 8192 + static_cast<uint64_t>(side.node);
      grid.scale = scale;
      grid.layout = layout(part, place.h);
      grid.tone = side.tone;
      grid.name = [title = side.title, first = part.first](int64_t map) {
        return fmt::format("{}, {}", title, format_tr("channel {}", first + map));
      };
      if (grid.layout.shown == 0) continue;
      if (p > 0) {
        ui.line({place.x, y - kBetween / 2}, {place.x + grid.layout.total_width(), y - kBetween / 2}, theme.line, 1);
      }
      const Rect part_place{place.x, y, place.w, grid.layout.total_height()};
      const std::string label =
          parts.size() > 1 ? fmt::format("maps of side {} part {}", i, p) : fmt::format("maps of side {}", i);
      const TensorAnswer hit = draw_tensor_grid(ui, label, part_place, grid);
      if (hit.hovered) note = hit.note;
      y += grid.layout.total_height() + kBetween;
    }
    if (foot.h > 0) {
      ui.label(Rect{foot.x, std::min(foot.y, y - kBetween + 2), foot.w, foot.h},
               format_tr("{} of {} channels", shown, channels), Font::caption, theme.secondary);
    }
  }
}

}  // namespace striate
