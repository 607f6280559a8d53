#include "app/pages/features/unit_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

namespace {

// Of the pictures in the grid; single values take less.
struct UnitSizes {
  float least, most, gap;
};
UnitSizes sizes_of(int64_t cells) { return cells == 1 ? UnitSizes{9, 20, 2} : UnitSizes{26, 132, 4}; }

}  // namespace

TensorMaps unit_maps(const FeatureLook& look) {
  TensorMaps maps;
  const std::vector<float>& values = look.values();
  if (values.empty() || (look.node == 0 && look.info().channels_last)) return maps;
  maps.count = std::min(look.cells[0], kMostUnits);
  maps.height = static_cast<int>(look.cells[1]);
  maps.width = static_cast<int>(look.cells[2]);
  maps.values = std::span<const float>(values).first(static_cast<size_t>(maps.count * maps.plane()));
  return maps;
}

void draw_unit_maps(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) {
  UnitGrid units;
  units.grid.maps = unit_maps(look);
  units.grid.key = "features.units";
  units.grid.version = look.moment->version * 8192 + static_cast<uint64_t>(look.node);
  const bool vector = look.cells[1] == 1 && look.cells[2] == 1;
  units.caption =
      vector ? format_tr("{}: {} values", layer_words(look), look.cells[0])
             : format_tr("{}: {} maps of {} \u00d7 {}", layer_words(look), look.cells[0], look.cells[1], look.cells[2]);
  if (units.grid.maps.count == 0) {
    ui.label(area.cut_top(24), units.caption, Font::caption, ui.theme().secondary);
    return;
  }
  units.grid.scale = look.scale;
  draw_unit_grid(ui, area, look, std::move(units), note);
}

float unit_grid_height(int64_t count, int rows, int columns, float width, float most) {
  const float head = 28, edges = 6;
  const UnitSizes sizes = sizes_of(rows * columns);
  const MapLayout layout =
      fit_maps(count, rows, columns, width - edges, most - head - edges, sizes.least, sizes.most, sizes.gap);
  return layout.shown < count ? most : std::min(most, layout.total_height() + head + edges + 2);
}

void draw_unit_grid(Ui& ui, Rect area, const FeatureLook& look, UnitGrid units, HoverNote& note) {
  TensorGrid& grid = units.grid;
  Rect head = area.cut_top(24);
  if (!units.pictures && grid.maps.channels == 1) {
    const float scale = draw_scale(ui, head, grid.scale);
    head.w = std::max(0.0f, scale - head.x - 12);
  }
  ui.label(head, ui.fitted(units.caption, Font::caption, head.w), Font::caption, ui.theme().secondary);
  if (grid.maps.count == 0) return;
  const bool value = grid.maps.plane() == 1;
  const UnitSizes sizes = sizes_of(grid.maps.plane());
  area.cut_top(4);
  const Rect inner = area.inset(3);
  grid.layout = fit_maps(grid.maps.count, grid.maps.height, grid.maps.width, inner.w, inner.h, sizes.least, sizes.most,
                         sizes.gap);
  const bool all = grid.layout.shown >= grid.maps.count;
  if (!all) {
    grid.layout =
        flow_maps(grid.maps.count, grid.maps.height, grid.maps.width, inner.w - 10, value ? 11.0f : 36.0f, sizes.gap);
  }
  grid.selected = look.channel;
  grid.tone = Concept::activation;
  if (!grid.name) grid.name = [](int64_t map) { return format_tr("channel {}", map); };
  grid.command = [](int64_t map) { return fmt::format("features.unit {}", map); };
  if (grid.hint.empty()) grid.hint = tr("click: look at this unit");
  ui.begin_panel("units", all ? inner.inset(-3) : area, 3, !all);
  const Rect place = ui.take(grid.layout.total_height());
  TensorAnswer hit = draw_tensor_grid(ui, "units of the layer", place, grid);
  if (hit.hovered) {
    if (units.pictures) hit.note.lines.clear(), hit.note.title = grid.name(hit.map);
    if (units.more) units.more(hit.map, hit.note);
    note = hit.note;
  }
  ui.end_panel();
}

std::vector<float> as_colors(std::span<const float> pictures, const Shape& shape) {
  const auto plane = static_cast<size_t>(shape[1] * shape[2]), channels = static_cast<size_t>(shape[0]);
  const size_t count = pictures.size() / (plane * channels);
  std::vector<float> colors(count * 3 * plane);
  for (size_t n = 0; n < count; ++n) {
    for (size_t c = 0; c < 3; ++c) {
      const float* from = pictures.data() + (n * channels + std::min(c, channels - 1)) * plane;
      float* to = colors.data() + (n * 3 + c) * plane;
      for (size_t i = 0; i < plane; ++i) to[i] = 2 * from[i] - 1;
    }
  }
  return colors;
}

Rect draw_one_picture(Ui& ui, const Rect& area, const std::string& key, uint64_t version, const Shape& shape,
                      const std::vector<float>& pixels) {
  const float aspect = static_cast<float>(shape[2]) / static_cast<float>(shape[1]);
  const float wide = std::floor(std::max(1.0f, std::min(area.w, area.h * aspect)));
  const Rect place{area.x, area.y, wide, std::floor(wide / aspect)};
  draw_sample_picture(ui, place, key, version, shape, [&](float* to) { std::copy(pixels.begin(), pixels.end(), to); });
  return place;
}

ImagePtr image_of_pixels(const Shape& shape, const std::vector<float>& pixels, const std::string& name) {
  auto image = std::make_shared<Image>();
  const auto channels = static_cast<size_t>(shape[0]), plane = static_cast<size_t>(shape[1] * shape[2]);
  image->width = static_cast<int>(shape[2]);
  image->height = static_cast<int>(shape[1]);
  image->channels = static_cast<int>(channels);
  image->name = name;
  image->bytes.resize(channels * plane);
  for (size_t i = 0; i < plane; ++i) {
    for (size_t c = 0; c < channels; ++c) {
      image->bytes[i * channels + c] =
          static_cast<uint8_t>(std::lround(std::clamp(pixels[c * plane + i], 0.0f, 1.0f) * 255));
    }
  }
  return image;
}

ImagePtr image_of_map(const TensorMaps& maps, int64_t map, const TensorScale& scale, const std::string& name) {
  const int zoom = std::clamp(512 / std::max(maps.width, maps.height), 1, 64);
  auto image = std::make_shared<Image>();
  image->width = maps.width * zoom;
  image->height = maps.height * zoom;
  image->channels = 3;
  image->name = name;
  image->bytes.resize(static_cast<size_t>(image->width) * static_cast<size_t>(image->height) * 3);
  size_t at = 0;
  for (int y = 0; y < image->height; ++y) {
    for (int x = 0; x < image->width; ++x) {
      uint32_t bytes[3];
      if (maps.channels == 3) {
        for (int c = 0; c < 3; ++c) {
          const float v = maps.at(map, c, y / zoom, x / zoom) / scale.limit(map);
          bytes[c] = static_cast<uint32_t>(std::lround(std::clamp(127.5f + 127.5f * v, 0.0f, 255.0f)));
        }
      } else {
        const Color color = tensor_color(maps.at(map, 0, y / zoom, x / zoom), scale.limit(map), scale.is_signed, false);
        for (int c = 0; c < 3; ++c) bytes[c] = (color >> (8 * c)) & 255;
      }
      for (const uint32_t byte : bytes) image->bytes[at++] = static_cast<uint8_t>(byte);
    }
  }
  return image;
}

}  // namespace striate
