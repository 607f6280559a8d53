// Pictures of any size on the stage. Only the tiles that are visible are made, at the level that the zoom needs, by a
// function of the page; they are kept as textures within a budget. So 33 megapixels cost as much per frame as 12 x 16,
// and a page can run its kernel on exactly what is seen: picture and printed number come from the same function.
//
//   PictureSource source;
//   source.key = "filters.after";
//   source.version = hash of whatever changes the pixels;
//   source.width = image->width, source.height = image->height, source.levels = pyramid->ready_levels();
//   source.pixels = [&](int level, CellRect rect) { TilePixels t; t.bytes = ...; return t; };
//   PictureResponse hit = ui.picture("picture", area, source, view);
//   if (hit.view_changed) ui.send(fmt::format("pixels.view {} {} {}", hit.view.center.x, hit.view.center.y,
//   hit.view.zoom));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/widgets/geometry.h"
#include "app/widgets/view.h"
#include "engine/pyramid.h"

namespace striate {

// Pixels of one tile: rect.w * rect.h, top row first. One of the two is filled.
struct TilePixels {
  std::vector<uint8_t> bytes;  // RGBA, alpha not premultiplied
  std::vector<float> values;   // one float each; shown through PictureSource::map
};

// The signed maps have their zero in the middle: white, and black for dark grounds.
enum class ColorMap { gray, viridis, cividis, signed_blue_orange, red, green, blue, signed_dark };

struct PictureSource {
  std::string key;       // which picture this is; two pictures with one key share their tiles
  uint64_t version = 0;  // counts up when the pixels change: old tiles stay on screen until the new ones are there
  int width = 0;         // of level 0
  int height = 0;
  int levels = 1;  // levels that pixels() can make now; level l has ceil(size / 2^l) columns and rows
  // Makes a tile of a level: called on the window's thread for what is visible, a few milliseconds' worth per frame.
  // `rect` lies within the level. Must not throw.
  std::function<TilePixels(int level, CellRect rect)> pixels;

  ColorMap map = ColorMap::gray;  // for float tiles
  float low = 0;                  // what the map's ends stand for; -m and m for signed data
  float high = 1;
  float opacity = 1;
  Rect only;  // show only this part of the screen (a split); empty: all of it
};

struct PictureResponse {
  View view;                  // what is shown, after this frame's wheel and drag
  bool view_changed = false;  // by hand in this frame: the page sends its view command
  bool fit = false;           // double-clicked: the page sends its fit command
  bool hovered = false;       // the cursor is over the area
  PixelAt pixel;              // the pixel under the cursor
  bool clicked = false;       // pressed and released without a move
  bool settled = true;        // every visible tile is there, in its newest version
};

// Tiles of a pyramid as they are: gray, RGB; alpha kept. Levels that aren't made yet are sampled from the image,
// so that a picture is on screen at once. the source's version changes once more when all are there: use this function.
PictureSource pyramid_source(std::string key, std::shared_ptr<const Pyramid> pyramid, uint64_t version);

// A tile of bytes: gray, gray and alpha, RGB or RGBA by `channels`; `stride` bytes from row to row.
TilePixels rgba_tile(const uint8_t* from, int64_t stride, int channels, int width, int height);

// The numbers that stand in one cell: one line for gray, three for RGB. `background` decides black or white ink.
struct CellText {
  std::string lines[3];
  int count = 0;
  uint8_t red = 0, green = 0, blue = 0;  // the cell's color
};

}  // namespace striate
