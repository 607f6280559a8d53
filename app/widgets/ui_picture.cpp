// Pictures by tiles, the grid of cells with their numbers, and marks over them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/shell/fonts.h"
#include "app/widgets/picture_callback.h"
#include "app/widgets/tile_cache.h"
#include "app/widgets/ui.h"

namespace striate {
namespace {

constexpr float kGridZoom = 6;  // cells of this size and more get lines

// Marks a command of a draw list: the renderer reads the style from its data and never calls this.
void picture_style(const ImDrawList*, const ImDrawCmd*) {}
void scene_mark(const ImDrawList*, const ImDrawCmd*) {}

}  // namespace

ImDrawCallback picture_style_callback() { return picture_style; }
ImDrawCallback scene_callback() { return scene_mark; }

void Ui::scene(const Rect& area, const std::shared_ptr<const SceneFrame>& frame) {
  if (!frame || measuring_) return;
  scenes_.push_back({frame, area});
  draw_->AddCallback(scene_callback(), &scenes_.back());
  draw_->AddCallback(picture_style_callback(), nullptr);
}

TilePixels rgba_tile(const uint8_t* from, int64_t stride, int channels, int width, int height) {
  TilePixels tile;
  tile.bytes.resize(static_cast<size_t>(width) * static_cast<size_t>(height) * 4);
  uint8_t* out = tile.bytes.data();
  for (int y = 0; y < height; ++y) {
    const uint8_t* in = from + y * stride;
    for (int x = 0; x < width; ++x, in += channels, out += 4) {
      const bool color = channels >= 3;
      out[0] = in[0], out[1] = in[color ? 1 : 0], out[2] = in[color ? 2 : 0];
      out[3] = channels == 4 ? in[3] : channels == 2 ? in[1] : 255;
    }
  }
  return tile;
}

PictureSource pyramid_source(std::string key, std::shared_ptr<const Pyramid> pyramid, uint64_t version) {
  const Image& image = *pyramid->image();
  PictureSource source;
  source.key = std::move(key);
  // Two versions: what is sampled while the smaller levels are made, and what is there in the end.
  source.version = version * 2 + (pyramid->ready_levels() == pyramid->level_count() ? 1 : 0);
  source.width = image.width;
  source.height = image.height;
  source.levels = pyramid->level_count();
  source.pixels = [pyramid = std::move(pyramid)](int level, CellRect rect) {
    const Image& picture = *pyramid->image();
    const int channels = picture.channels;
    if (level < pyramid->ready_levels()) {
      const std::vector<uint8_t> pixels = pyramid->read(level, {rect.x, rect.y, rect.w, rect.h});
      return rgba_tile(pixels.data(), static_cast<int64_t>(rect.w) * channels, channels, rect.w, rect.h);
    }
    // A level that is not there yet: every 2^level-th pixel.
    std::vector<uint8_t> pixels;
    pixels.reserve(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h) * static_cast<size_t>(channels));
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      for (int x = rect.x; x < rect.x + rect.w; ++x) {
        const uint8_t* pixel =
            picture.at(std::min(x << level, picture.width - 1), std::min(y << level, picture.height - 1));
        pixels.insert(pixels.end(), pixel, pixel + channels);
      }
    }
    return rgba_tile(pixels.data(), static_cast<int64_t>(rect.w) * channels, channels, rect.w, rect.h);
  };
  return source;
}

void Ui::draw_tiles(const Rect& area, const PictureSource& source, const View& view, bool nearest, bool* settled) {
  *settled = true;
  if (source.width <= 0 || source.height <= 0 || !source.pixels) return;
  Rect shown = source.only.empty() ? area : intersection(area, source.only);
  Rect on_screen = intersection(shown, picture_rect(view, source.width, source.height, area));
  if (on_screen.w <= 0 || on_screen.h <= 0) return;
  push_clip(shown);
  PictureStyle style;
  style.nearest = nearest;
  style.map = source.map;
  style.low = source.low;
  style.high = source.high;

  constexpr int tile_size = TileCache::kTile;
  auto columns = [&](int level) { return (source.width + (1 << level) - 1) >> level; };
  auto rows = [&](int level) { return (source.height + (1 << level) - 1) >> level; };
  // The coarsest level that is asked for at all: the first that is one tile. It is there before anything else, so that
  // a whole picture is never missing.
  int base = 0;
  while (base + 1 < source.levels && (columns(base) > tile_size || rows(base) > tile_size)) ++base;
  int level = std::min(level_for(view.zoom, frame_.scale, source.levels), base);

  const Rect whole = picture_rect(view, source.width, source.height, area);
  const float pixel = 1 / frame_.scale;  // of the screen
  // From 1:1 until cells get lines, a picture begins on a screen pixel, so that at 1:1 each is exactly one.
  Vec snap;
  if (nearest && view.zoom < kGridZoom) {
    snap = {std::round(whole.x / pixel) * pixel - whole.x, std::round(whole.y / pixel) * pixel - whole.y};
  }

  bool drawing = false;
  auto draw_part = [&](const TileCache::Tile& tile, int tile_level, const CellRect& part_of_level) {
    // part_of_level: the pixels of tile_level to draw; within tile.inner.
    double sx = static_cast<double>(source.width) / columns(tile_level),
           sy = static_cast<double>(source.height) / rows(tile_level);
    auto screen = [&](int x, int y) {
      return to_screen(view, area, {static_cast<float>(x * sx), static_cast<float>(y * sy)}) + snap;
    };
    Vec a = screen(part_of_level.x, part_of_level.y);
    Vec b = screen(part_of_level.x + part_of_level.w, part_of_level.y + part_of_level.h);
    // A picture of 3 x 9000, fitted, is narrower than a screen pixel: it gets a whole one.
    if (whole.w < pixel) a.x = std::floor(whole.center().x / pixel) * pixel, b.x = a.x + pixel;
    if (whole.h < pixel) a.y = std::floor(whole.center().y / pixel) * pixel, b.y = a.y + pixel;
    auto u = [&](int x) { return static_cast<float>(x - tile.outer.x) / static_cast<float>(tile.outer.w); };
    auto v = [&](int y) { return static_cast<float>(y - tile.outer.y) / static_cast<float>(tile.outer.h); };
    style.values = tile.values;
    if (!drawing) draw_->AddCallback(picture_style, const_cast<PictureStyle*>(tiles_->keep(style)));
    drawing = true;
    draw_->AddImage(reinterpret_cast<ImTextureID>(tile.texture), ImVec2(a.x, a.y), ImVec2(b.x, b.y),
                    ImVec2(u(part_of_level.x), v(part_of_level.y)),
                    ImVec2(u(part_of_level.x + part_of_level.w), v(part_of_level.y + part_of_level.h)),
                    rgb(0xFFFFFF, source.opacity));
  };

  const TileCache::Tile* ground = tiles_->find(source, base, 0, 0);
  if (!ground || (level == base && ground->version != source.version)) {
    if (auto made = tiles_->make(source, base, 0, 0, textures_)) ground = made;
  }

  Vec first = to_image(view, area, on_screen.min()), last = to_image(view, area, on_screen.max());
  double scale_x = static_cast<double>(columns(level)) / source.width,
         scale_y = static_cast<double>(rows(level)) / source.height;
  auto tile_of = [&](double at, double scale, int size) {
    return std::clamp(static_cast<int>(std::floor(at * scale)), 0, size - 1) / tile_size;
  };
  int tx0 = tile_of(first.x, scale_x, columns(level)), tx1 = tile_of(last.x, scale_x, columns(level));
  int ty0 = tile_of(first.y, scale_y, rows(level)), ty1 = tile_of(last.y, scale_y, rows(level));

  struct Want {
    int x, y;
    float distance;
  };
  std::vector<Want> wants;
  for (int ty = ty0; ty <= ty1; ++ty) {
    for (int tx = tx0; tx <= tx1; ++tx) {
      const TileCache::Tile* tile = tiles_->find(source, level, tx, ty);
      if (tile && tile->version == source.version) continue;
      Vec middle{(static_cast<float>(tx) + 0.5f) * tile_size / static_cast<float>(scale_x),
                 (static_cast<float>(ty) + 0.5f) * tile_size / static_cast<float>(scale_y)};
      wants.push_back({tx, ty, std::hypot(middle.x - view.center.x, middle.y - view.center.y)});
    }
  }
  std::sort(wants.begin(), wants.end(), [](const Want& a, const Want& b) { return a.distance < b.distance; });
  for (const Want& want : wants) {
    if (!tiles_->make(source, level, want.x, want.y, textures_)) {
      *settled = false;
      break;
    }
  }

  for (int ty = ty0; ty <= ty1; ++ty) {
    for (int tx = tx0; tx <= tx1; ++tx) {
      if (const TileCache::Tile* tile = tiles_->find(source, level, tx, ty)) {
        draw_part(*tile, level, tile->inner);
        continue;
      }
      // Not there yet: the nearest coarser tile that covers this place.
      CellRect part{tx * tile_size, ty * tile_size, std::min(tile_size, columns(level) - tx * tile_size),
                    std::min(tile_size, rows(level) - ty * tile_size)};
      for (int up = level + 1; up <= base; ++up) {
        int shift = up - level;
        const TileCache::Tile* tile = tiles_->find(source, up, tx >> shift, ty >> shift);
        if (!tile) continue;
        int x0 = part.x >> shift, y0 = part.y >> shift;
        int x1 = std::min(tile->inner.x + tile->inner.w, ((part.x + part.w - 1) >> shift) + 1);
        int y1 = std::min(tile->inner.y + tile->inner.h, ((part.y + part.h - 1) >> shift) + 1);
        draw_part(*tile, up, {x0, y0, std::max(1, x1 - x0), std::max(1, y1 - y0)});
        break;
      }
    }
  }
  if (drawing) draw_->AddCallback(picture_style, nullptr);
  if (!*settled) tiles_->note_missing();
  pop_clip();
}

PictureResponse Ui::picture(std::string_view name, const Rect& area, const PictureSource& source, const View& given) {
  PictureResponse out;
  Response r = interact(area, {.label = name, .kind = "picture", .tooltip = " ", .takes_wheel = true});
  View view = clamp_view(view_of(given, source.width, source.height, area), source.width, source.height, area);
  if (r.wheel != 0) {
    // Ctrl is what a pinch on a trackpad sends; a notch is a fifth.
    view = zoom_about(view, std::pow(1.2f, r.wheel), input_.mouse, source.width, source.height, area);
    out.view_changed = true;
  }
  if (wheel_item_ == r.id && input_.wheel.x != 0) {
    view = pan_by(view, {input_.wheel.x * 40, 0}, source.width, source.height, area);
    out.view_changed = true;
  }
  if (r.held && press_.moved && (r.drag.x != 0 || r.drag.y != 0)) {
    view = pan_by(view, r.drag, source.width, source.height, area);
    out.view_changed = true;
  }
  if (r.double_clicked) out.fit = true;
  out.clicked = r.clicked && !press_.moved;
  out.view = view;
  out.hovered = r.hovered;
  if (r.hovered && !blocked(input_.mouse, layer_))
    out.pixel = pixel_at(view, source.width, source.height, area, input_.mouse);
  draw_tiles(area, source, view, view.zoom * frame_.scale >= 1, &out.settled);
  if (r.keyboard) draw_focus(area.inset(5), 1);
  return out;
}

void Ui::thumbnail(const Rect& place, const PictureSource& source, bool smooth) {
  bool settled = true;
  Rect area = place;
  const float pixel = 1 / frame_.scale;  // of the screen: less of a place would be none
  if (area.w < pixel) area.x = std::floor(area.center().x / pixel) * pixel, area.w = pixel;
  if (area.h < pixel) area.y = std::floor(area.center().y / pixel) * pixel, area.h = pixel;
  View view = fit_view(source.width, source.height, area, 0);
  draw_tiles(area, source, view, !smooth || view.zoom >= 1, &settled);
}

bool Ui::numbers_fit(float cell, int characters, int lines) const {
  float smallest = std::max(kCellSizes.front(), least_number());
  return cell * 0.9f >= smallest * 0.6f * static_cast<float>(characters) &&
         cell * 0.92f >= smallest * 1.2f * static_cast<float>(lines);
}

void Ui::cells(const Rect& area, const View& view, int width, int height,
               const std::function<CellText(int x, int y)>& text) {
  if (view.zoom < kGridZoom) return;
  push_clip(area);
  CellRect seen = visible_pixels(view, width, height, area);
  Rect shown = intersection(area, picture_rect(view, width, height, area));
  drew_grid({kPixels, shown, {view.zoom, view.zoom}, seen.h, seen.w, seen.y, seen.x});
  // Lines come in softly as cells grow.
  Color grid = faded(theme().background, std::clamp((view.zoom - kGridZoom) / 10, 0.0f, 0.8f));
  for (int x = seen.x; x <= seen.x + seen.w; ++x) {
    float at = to_screen(view, area, {static_cast<float>(x), 0}).x;
    line({at, shown.y}, {at, shown.bottom()}, grid);
  }
  for (int y = seen.y; y <= seen.y + seen.h; ++y) {
    float at = to_screen(view, area, {0, static_cast<float>(y)}).y;
    line({shown.x, at}, {shown.right(), at}, grid);
  }
  // Fewer than one character in the smallest face: nothing to ask for.
  if (text && numbers_fit(view.zoom, 1, 1)) {
    std::vector<CellText> texts;
    texts.reserve(static_cast<size_t>(seen.w) * static_cast<size_t>(seen.h));
    size_t longest = 1;
    int lines = 1;
    for (int y = seen.y; y < seen.y + seen.h; ++y) {
      for (int x = seen.x; x < seen.x + seen.w; ++x) {
        CellText cell = text(x, y);
        for (int i = 0; i < cell.count; ++i) longest = std::max(longest, cell.lines[i].size());
        lines = std::max(lines, cell.count);
        texts.push_back(std::move(cell));
      }
      if (!numbers_fit(view.zoom, static_cast<int>(longest), lines)) break;
    }
    if (numbers_fit(view.zoom, static_cast<int>(longest), lines)) {
      // One size for all: the largest crisp one at which the longest number fits.
      // On a projector they take more of their cells, so that they are never smaller than on the desk.
      const float wide = frame_.presentation ? 0.92f : 0.82f, high = frame_.presentation ? 0.96f : 0.88f;
      float size = std::max(kCellSizes.front(), least_number());
      for (float candidate : kCellSizes) {
        if (candidate * 0.6f * static_cast<float>(longest) <= view.zoom * wide &&
            candidate * 1.2f * static_cast<float>(lines) <= view.zoom * high) {
          size = std::max(size, candidate);
        }
      }
      if (frame_.presentation) {
        const float fits = std::min(view.zoom * wide / (0.6f * static_cast<float>(longest)),
                                    view.zoom * high / (1.2f * static_cast<float>(lines)));
        size = std::max(size, std::min(std::floor(fits * frame_.scale) / frame_.scale, kCellSizes.back()));
      }
      building_grids_.back().numbers = true;
      for (auto item = building_.rbegin(); item != building_.rend(); ++item) {
        if (item->kind != "picture" || !(item->rect == area)) continue;
        item->number = size;
        break;
      }
      Fonts::Choice type = fonts_->face(Font::number, size, "0");
      float advance = type.face->CalcTextSizeA(type.height, 1e9f, 0, "0").x;
      float step = std::round(size * 1.2f);
      size_t index = 0;
      for (int y = seen.y; y < seen.y + seen.h; ++y) {
        for (int x = seen.x; x < seen.x + seen.w; ++x, ++index) {
          const CellText& cell = texts[index];
          Color ink = ink_on(rgb(static_cast<uint32_t>(cell.red << 16 | cell.green << 8 | cell.blue)));
          Vec middle = pixel_rect(view, area, x, y).center();
          float top = middle.y - (step * static_cast<float>(cell.count - 1) + type.height) / 2;
          for (int i = 0; i < cell.count; ++i) {
            const std::string& words = cell.lines[i];
            ImVec2 at(std::round(middle.x - advance * static_cast<float>(words.size()) / 2),
                      std::round(top + step * static_cast<float>(i)));
            draw_->AddText(type.face, type.height, at, ink, words.data(), words.data() + words.size());
          }
        }
      }
    }
  }
  pop_clip();
}

void Ui::mark_cell(const Rect& area, const View& view, int x, int y, Color color, float thickness) {
  mark_cells(area, view, {x, y, 1, 1}, color, thickness);
}

void Ui::mark_cells(const Rect& area, const View& view, const CellRect& cells, Color color, float thickness) {
  Vec a = to_screen(view, area, {static_cast<float>(cells.x), static_cast<float>(cells.y)});
  Vec b = to_screen(view, area, {static_cast<float>(cells.x + cells.w), static_cast<float>(cells.y + cells.h)});
  Rect rect{std::round(a.x), std::round(a.y), std::round(b.x - a.x), std::round(b.y - a.y)};
  // A pixel smaller than the frame still gets one that can be seen.
  float least = 7;
  if (rect.w < least) rect = {rect.center().x - least / 2, rect.y, least, rect.h};
  if (rect.h < least) rect = {rect.x, rect.center().y - least / 2, rect.w, least};
  push_clip(area);
  stroke(rect.inset(-thickness), faded(theme().background, 0.75f), 4, thickness + 2);
  stroke(rect.inset(-thickness / 2), color, 3, thickness);
  pop_clip();
}

}  // namespace striate
