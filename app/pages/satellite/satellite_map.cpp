// What page `satellite` draws on the world, or on another scene: where tiles lie, the map of classes, where it errs.
#include <algorithm>
#include <cmath>

#include "app/pages/satellite/satellite.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kCaption = 22;

Rect fitted_to(const Rect& area, int width, int height) {
  const float zoom = std::min(area.w / static_cast<float>(width), area.h / static_cast<float>(height));
  return {area.x, area.y, std::floor(static_cast<float>(width) * zoom), std::floor(static_cast<float>(height) * zoom)};
}

struct MapPlaces {
  Rect map, legend;
};

// The legend stands below the map; where that leaves a wide part of the stage empty, beside it, and the map is larger.
MapPlaces places_in(const Rect& area, int width, int height, float below, float column, size_t classes) {
  Rect above = area;
  above.h -= below;
  const Rect small = fitted_to(above, width, height), large = fitted_to(area, width, height);
  const Rect right{large.right() + 16, area.y, area.right() - large.right() - 16, area.h};
  const int columns = static_cast<int>(right.w / column);
  const int rows = columns < 1 ? 0 : (static_cast<int>(classes) + columns - 1) / columns;
  if (rows > 0 && 8 + static_cast<float>(rows) * kCaption <= area.h) return {large, right};
  return {small, Rect{area.x, small.bottom(), area.w, below}};
}

int levels_of(int width) {
  int levels = 1;
  while ((width >> levels) > 700) ++levels;
  return levels;
}

void put(std::vector<uint8_t>& bytes, const uint8_t* rgb, Color over, double share) {
  for (int c = 0; c < 3; ++c) {
    const double color = static_cast<double>((over >> (8 * c)) & 255u);
    bytes.push_back(static_cast<uint8_t>(std::lround(share * rgb[c] + (1 - share) * color)));
  }
  bytes.push_back(255);
}

}  // namespace

uint32_t satellite_color(const SatelliteTiles& tiles, int label) {
  static constexpr std::array<uint32_t, 10> colors = {0xD9B36C, 0xF0E442, 0x0B6B3A, 0x8FD14F, 0xB5651D,
                                                      0xB678A8, 0xF2F6FA, 0x1F5FB4, 0x6B6F76, 0xD55E00};
  // Of the tiles that the program draws: snow is white there, too, and the sea blue.
  static constexpr std::array<int, 8> drawn = {0, 1, 2, 8, 9, 5, 7, 6};
  if (label < 0) return rgb(0x30343C);
  if (tiles.of.data == "drawn" && label < static_cast<int>(drawn.size())) label = drawn[static_cast<size_t>(label)];
  return rgb(colors[static_cast<size_t>(label) % colors.size()]);
}

// Half as bright, so that what lies on it is seen.
PictureSource SatellitePage::world_source() const {
  PictureSource source;
  source.key = "satellite.world";
  source.version = 1;
  const ImagePtr picture = tiles_->world->picture();
  source.width = picture->width, source.height = picture->height;
  source.levels = levels_of(picture->width);
  source.pixels = [picture](int level, CellRect rect) {
    TilePixels tile;
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      for (int x = rect.x; x < rect.x + rect.w; ++x) {
        put(tile.bytes,
            picture->at(std::min(x << level, picture->width - 1), std::min(y << level, picture->height - 1)),
            rgb(0x30343C), 0.5);
      }
    }
    return tile;
  };
  return source;
}

PictureSource SatellitePage::map_source(const SatelliteMap& of) const {
  PictureSource source;
  source.key = "satellite.map";
  source.version =
      of.serial * 256 + static_cast<uint64_t>(std::lround(state_.photo * 100)) * 2 + (state_.blend ? 1 : 0);
  source.width = of.columns, source.height = of.rows;
  source.levels = levels_of(of.columns);
  const SatelliteMapPtr map = this->map();
  source.pixels = [map, tiles = tiles_, blend = state_.blend, photo = state_.photo](int level, CellRect rect) {
    TilePixels tile;
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      for (int x = rect.x; x < rect.x + rect.w; ++x) {
        const int column = std::min(x << level, map->columns - 1), row = std::min(y << level, map->rows - 1);
        const size_t at = static_cast<size_t>(row) * static_cast<size_t>(map->columns) + static_cast<size_t>(column);
        const int label = (blend ? map->blended : map->single)[at];
        put(tile.bytes, map->photo->data() + 3 * at, satellite_color(*tiles, label), label < 0 ? 1 : photo);
      }
    }
    return tile;
  };
  return source;
}

void SatellitePage::draw_places(Ui& ui, const Rect& world, bool errors, HoverNote& note) const {
  const SatelliteParts* parts = nullptr;
  SatelliteParts own;
  const auto now = moment();
  if (learning()) {
    parts = &learning()->parts();
  } else {
    own = parts_of(*tiles_, state_.split == "random" ? SatelliteSplit::random : SatelliteSplit::geographic);
    parts = &own;
  }
  const float zoom = world.w / static_cast<float>(tiles_->world->picture()->width);
  const float side = std::max(5.0f, static_cast<float>(state_.setup.tile) * zoom);
  const Vec mouse = ui.input().mouse;
  const auto draw = [&](int64_t tile, bool tested, int said) {
    const WorldTile& place = tiles_->places[static_cast<size_t>(tile)];
    const Vec middle{world.x + (static_cast<float>(place.x) + static_cast<float>(place.size) / 2) * zoom,
                     world.y + (static_cast<float>(place.y) + static_cast<float>(place.size) / 2) * zoom};
    if (errors) return draw_said_tile(ui, middle, side, tile, said, note);
    const Rect at = Rect{middle.x, middle.y, 0, 0}.centered(side, side);
    ui.fill(at.inset(-1), ui.theme().background, 2);
    ui.fill(at, tested ? ui.theme().gradient : ui.theme().input, 1);
    if (!at.inset(-2).contains(mouse)) return;
    note.title = std::string(tiles_->classes()[static_cast<size_t>(place.label)]);
    note.lines = {{place.place(), "", 0}};
    note.lines.push_back({tested ? tr("a test tile") : tr("a training tile"), "", 0});
  };
  if (!errors) {
    for (const int64_t tile : parts->training) draw(tile, false, -1);
    for (const int64_t tile : parts->test) draw(tile, true, -1);
    return;
  }
  for (const bool wrong : {false, true}) {
    for (size_t i = 0; i < parts->test.size() && i < now->said.size(); ++i) {
      const int truth = tiles_->data->label(parts->test[i]);
      if ((now->said[i] != truth) == wrong) draw(parts->test[i], true, now->said[i]);
    }
  }
}

void SatellitePage::draw_split(Ui& ui, Rect area, HoverNote& note) const {
  const auto words = [&](Rect line) {
    const auto key = [&](Color color, std::string_view text) {
      ui.fill(line.cut_left(12).centered(10, 10), color, 1);
      line.cut_left(6);
      ui.label(line.cut_left(ui.measure(Font::caption, text).x + 20), text, Font::caption, ui.theme().text);
    };
    key(ui.theme().input, tr("learned from"));
    key(ui.theme().gradient, tr("tested on"));
  };
  if (!tiles_->world) {
    if (state_.split != "random" && tiles_->data->regions().size() < 2) {
      ui.empty_state(area, Icon::eye, "Nobody knows where these tiles were taken",
                     tr("A geographic split needs places: take the tiles of the world, or a folder with regions.csv."));
      return;
    }
    ui.begin_panel("split words", area, 0, false);
    ui.note(
        "These tiles have no places on the world: half of the tiles of each class are learned from, the other half "
        "is tested on.");
    ui.end_panel();
    return;
  }
  const float below = std::min(area.h * 0.3f, ui.frame().presentation ? 76.0f : 64.0f);
  area.h -= below;
  words(area.cut_top(kCaption));
  const ImagePtr picture = tiles_->world->picture();
  const Rect world = fitted_to(area, picture->width, picture->height);
  ui.thumbnail(world, world_source());
  if (state_.split == "geographic") {
    const float x = world.x + world.w * static_cast<float>((kSatelliteBoundary + 180) / 360);
    ui.line({x, world.y}, {x, world.bottom()}, rgb(0xFFFFFF), 1.5f);
  }
  draw_places(ui, world, false, note);
  ui.begin_panel("split words", Rect{area.x, world.bottom() + 8, area.w, below - 8}, 0, false);
  const TileNearness& near = tiles_->nearness[split_index(state_.split)];
  if (state_.split == "random") {
    ui.note(
        format_tr("{} of {} test tiles share ground with one that was learned from, and half of all have one within "
                  "{} km, in the same light: the network is asked about what it has all but seen.",
                  grouped(near.sharing), grouped(near.tested), grouped(std::llround(near.median))));
  } else {
    ui.note(format_tr(
        "The Americas learn, the rest of the world tests: half of the test tiles lie more than {} km from all "
        "that was learned, and the nearest {} km.",
        grouped(std::llround(near.median)), grouped(std::llround(near.least))));
  }
  ui.end_panel();
}

void SatellitePage::draw_errors(Ui& ui, Rect area, HoverNote& note) const {
  if (!tiles_->world) {
    ui.empty_state(area, Icon::eye, "Nobody knows where these tiles were taken",
                   tr("Take the tiles of the world to see where the network errs."));
    return;
  }
  const auto now = moment();
  Rect words = area.cut_top(kCaption);
  int64_t wrong = 0;
  std::vector<int64_t> counts(tiles_->classes().size());
  for (size_t i = 0; i < now->said.size(); ++i) {
    const int truth = tiles_->data->label(learning()->parts().test[i]);
    if (now->said[i] == truth) continue;
    ++wrong;
    ++counts[static_cast<size_t>(now->said[i])];
  }
  ui.label(words,
           format_tr("{} of {} test tiles are taken for something else: bright frames, in the color of the answer",
                     wrong, now->said.size()),
           Font::caption, ui.theme().text);
  const float below = std::min(area.h * 0.3f, ui.frame().presentation ? 76.0f : 64.0f);
  const ImagePtr picture = tiles_->world->picture();
  const auto [world, legend] =
      places_in(area, picture->width, picture->height, below, legend_column(ui, counts), counts.size());
  ui.thumbnail(world, world_source());
  draw_places(ui, world, true, note);
  draw_legend(ui, legend, counts);
}

void SatellitePage::draw_map(Ui& ui, Rect area, HoverNote& note) const {
  const SatelliteMapPtr is = map();
  if (!is) {
    if (scene_why_) {
      ui.begin_panel("why there is no map", area, 0, false);
      ui.error_note(scene_why_->what(), scene_why_->hint());
      ui.end_panel();
      return;
    }
    ui.begin_panel("map", area.centered(std::min(area.w, 420.0f), std::min(area.h, 90.0f)), 0, false);
    ui.progress(tr("The scene is classified tile by tile"), scene_work_.progress(), "");
    ui.end_panel();
    return;
  }
  // A projector has no room for the panel at the right, where the cell stands otherwise.
  if (ui.frame().presentation && chosen_ && state_.view == "map" && area.w >= 640) {
    ui.begin_panel("cell", area.cut_right(std::clamp(area.w * 0.28f, 250.0f, 380.0f)), 8, true);
    draw_cell(ui);
    ui.end_panel();
    area.cut_right(16);
  }
  const float below = std::min(area.h * 0.3f, ui.frame().presentation ? 76.0f : 64.0f);
  Rect words = area.cut_top(kCaption);
  const bool whole = is->done == is->tiles;
  const std::string way = is->why_by_tiles.empty() ? tr("one convolutional run") : tr("tile by tile");
  const std::string caption =
      whole ? format_tr("{} \u00d7 {} cells of {} pixels, from {} tiles: {}", is->columns, is->rows, is->stride,
                        grouped(is->tiles), way)
            : format_tr("{} of {} tiles, from coarse to fine: {}", grouped(is->done), grouped(is->tiles), way);
  ui.label(words, ui.fitted(caption, Font::caption, words.w), Font::caption, ui.theme().text);
  std::vector<int64_t> counts(tiles_->classes().size());
  for (const int16_t label : state_.blend ? is->blended : is->single) {
    if (label >= 0) ++counts[static_cast<size_t>(label)];
  }
  const auto [place, legend] = places_in(area, is->columns, is->rows, below, legend_column(ui, counts), counts.size());
  // Below the picture, which has the mouse: what tells that clicking it gives this command.
  ui.interact(place, {.label = "cells of the map", .command = "satellite.cell", .kind = "map", .focusable = false});
  const View view = state_.look.zoom > 0 ? state_.look : fit_view(is->columns, is->rows, place, 0);
  const PictureResponse hit = ui.picture("map", place, map_source(*is), view);
  if (hit.fit) {
    ui.send("satellite.fit");
  } else if (hit.view_changed) {
    ui.send(fmt::format("satellite.look {} {} {}", shortest_text(hit.view.center.x), shortest_text(hit.view.center.y),
                        shortest_text(hit.view.zoom)));
  }
  if (hit.hovered && hit.pixel.inside) {
    const auto [x, y] = std::pair{hit.pixel.x, hit.pixel.y};
    const size_t i = static_cast<size_t>(y) * static_cast<size_t>(is->columns) + static_cast<size_t>(x);
    const int label = (state_.blend ? is->blended : is->single)[i];
    note.title = format_tr("cell {}, {}", x, y);
    if (label >= 0)
      note.lines = {{std::string(tiles_->classes()[static_cast<size_t>(label)]), "", satellite_color(*tiles_, label)}};
    note.hint = tr("click: its tile and the nearest training tiles");
    note.command = fmt::format("satellite.cell {} {}", x, y);
    if (hit.clicked) ui.send(note.command);
  }
  if (chosen_) {
    const Vec middle = pixel_rect(hit.view, place, chosen_->first, chosen_->second).center();
    const float side = std::max(15.0f, hit.view.zoom);
    const Rect ring = Rect{middle.x, middle.y, 0, 0}.centered(side, side);
    ui.push_clip(place);
    ui.stroke(ring.inset(-1), ui.theme().background, 3, 1);
    ui.stroke(ring, ui.theme().text, 2, 2);
    ui.pop_clip();
  }
  draw_legend(ui, legend, counts);
}

float SatellitePage::legend_column(const Ui& ui, const std::vector<int64_t>& counts) const {
  const std::vector<std::string>& classes = tiles_->classes();
  float wide = 60;
  for (size_t i = 0; i < classes.size(); ++i) {
    wide = std::max(wide, ui.measure(Font::caption, classes[i] + " " + grouped(counts[i])).x + 34);
  }
  return wide;
}

// Colors, names and how many of each, in as many columns as fit.
void SatellitePage::draw_legend(Ui& ui, Rect area, const std::vector<int64_t>& counts) const {
  area.cut_top(8);
  const std::vector<std::string>& classes = tiles_->classes();
  const float wide = legend_column(ui, counts);
  const int columns = std::max(1, static_cast<int>(area.w / wide));
  for (size_t i = 0; i < classes.size(); ++i) {
    Rect line{area.x + static_cast<float>(static_cast<int>(i) % columns) * wide,
              area.y + static_cast<float>(static_cast<int>(i) / columns) * kCaption, wide, kCaption};
    if (line.bottom() > area.bottom() + 1) return;
    const Rect swatch = line.cut_left(12).centered(12, 12);
    ui.fill(swatch, satellite_color(*tiles_, static_cast<int>(i)), 2);
    ui.stroke(swatch, ui.theme().secondary, 2);
    line.cut_left(6);
    ui.label(line, classes[i] + " " + grouped(counts[i]), Font::caption, ui.theme().text);
  }
}

}  // namespace striate
