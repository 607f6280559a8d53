#include "app/widgets/sample_grid.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/sheet.h"
#include "app/widgets/ui.h"
#include "engine/error.h"

namespace striate {
namespace {

struct Planes {
  int channels, height, width;
};

Planes planes_of(const Shape& shape) {
  if (shape.rank() == 3) return {static_cast<int>(shape[0]), static_cast<int>(shape[1]), static_cast<int>(shape[2])};
  return {1, 1, static_cast<int>(std::max<int64_t>(1, shape.count()))};
}

void colors_of(const Planes& p, int reduce, const float* values, Color* out) {
  const auto byte = [](float v) {
    return std::isfinite(v) ? static_cast<uint32_t>(std::clamp(v, 0.0f, 1.0f) * 255 + 0.5f) : 0u;
  };
  const int64_t plane = int64_t{p.height} * p.width;
  for (int y = 0; y < p.height; y += reduce) {
    for (int x = 0; x < p.width; x += reduce) {
      const float* at = values + static_cast<int64_t>(y) * p.width + x;
      const uint32_t r = byte(at[0]);
      const uint32_t g = p.channels >= 3 ? byte(at[plane]) : r, b = p.channels >= 3 ? byte(at[2 * plane]) : r;
      *out++ = rgb(r << 16 | g << 8 | b);
    }
  }
}

}  // namespace

SampleLayout sample_layout(const SampleGrid& grid, float width, float line, float words) {
  SampleLayout layout;
  const Planes p = planes_of(grid.shape);
  const auto longer = static_cast<float>(std::max(p.width, p.height));
  float unit = grid.size / longer;
  if (unit >= 1) unit = std::floor(unit);
  layout.picture_w = std::max(1.0f, unit * static_cast<float>(p.width));
  layout.picture_h = std::max(4.0f, unit * static_cast<float>(p.height));
  const auto parts = static_cast<float>(std::max(1, grid.per_sample));
  layout.width = std::max(parts * layout.picture_w + (parts - 1) * 2, words);
  layout.height = layout.picture_h + 2 * line + 2;
  layout.per_line = std::max(1, static_cast<int>((width + layout.gap) / (layout.width + layout.gap)));
  layout.lines = (grid.count + layout.per_line - 1) / layout.per_line;
  return layout;
}

namespace {

// The arrows go from the picture that is marked to the next, and do what a click on that does.
void choose_by_keys(Ui& ui, const Response& r, const Rect& area, const SampleGrid& grid, const SampleLayout& layout) {
  int64_t marked = 0;
  while (marked < grid.count && !grid.sample(marked).marked) ++marked;
  const bool none = marked == grid.count;
  const int64_t now = none ? 0 : marked;
  int64_t next = now;
  if (ui.take_key("Left")) next = now - 1;
  if (ui.take_key("Right")) next = now + 1;
  if (ui.take_key("Up")) next = now - layout.per_line;
  if (ui.take_key("Down")) next = now + layout.per_line;
  if (ui.take_key("Home")) next = 0;
  if (ui.take_key("End")) next = grid.count - 1;
  if (next < 0 || next >= grid.count) next = now;
  const Vec at = area.min() + layout.at(next);
  const Rect place{at.x, at.y, layout.width, layout.height};
  ui.draw_focus(place.inset(1), 4);
  if (next == now && !(r.clicked && !r.released)) return;
  ui.reveal(place);
  ui.send(grid.sample(next).command);
}

}  // namespace

SampleAnswer draw_samples(Ui& ui, std::string_view label, const Rect& area, const SampleGrid& grid,
                          const SampleLayout& layout) {
  SampleAnswer answer;
  if (grid.count <= 0) return answer;
  const Theme& theme = ui.theme();
  const Planes p = planes_of(grid.shape);
  const int parts = std::max(1, grid.per_sample);
  const Sheet sheet(grid.count * parts, p.width, p.height);
  std::vector<float> values(static_cast<size_t>(grid.shape.count()));
  const PictureSource source = sheet_source(grid.key, grid.version * 2 + 1, sheet, [&](int64_t map, Color* out) {
    std::fill(values.begin(), values.end(), 0.0f);
    try {
      grid.pixels(map / parts, static_cast<int>(map % parts), values.data());
    } catch (const Error&) {
      // A file that went away: the picture stays black; training itself says so where it needs it.
    }
    colors_of(p, sheet.reduce(), values.data(), out);
  });
  const Rect all{
      area.x, area.y,
      static_cast<float>(std::min<int64_t>(layout.per_line, grid.count)) * (layout.width + layout.gap) - layout.gap,
      layout.total_height()};
  const bool takes_keys = !grid.sample(0).command.empty();
  const Response r =
      ui.interact(all, {.label = label, .kind = "samples", .focusable = takes_keys, .tooltip = grid.tooltip});
  if (r.keyboard) choose_by_keys(ui, r, area, grid, layout);
  const Rect seen = intersection(all, ui.clip());
  if (seen.empty()) return answer;
  const float pitch = layout.height + layout.gap;
  const auto first = std::max<int64_t>(0, static_cast<int64_t>((seen.y - all.y) / pitch)) * layout.per_line;
  const auto last = std::min(grid.count, (static_cast<int64_t>((seen.bottom() - all.y) / pitch) + 1) * layout.per_line);
  const float line = kSampleLine, size = 12.5f;
  std::vector<PicturePart> pictures;
  for (int64_t i = first; i < last; ++i) {
    const Vec at = area.min() + layout.at(i);
    for (int part = 0; part < parts; ++part) {
      pictures.push_back(
          {sheet.place(i * parts + part),
           {at.x + static_cast<float>(part) * (layout.picture_w + 2), at.y, layout.picture_w, layout.picture_h}});
    }
  }
  ui.parts(source, pictures);
  for (int64_t i = first; i < last; ++i) {
    const Vec at = area.min() + layout.at(i);
    const Sample sample = grid.sample(i);
    const Rect picture{at.x, at.y, static_cast<float>(parts) * (layout.picture_w + 2) - 2, layout.picture_h};
    if (!sample.right) ui.fill({picture.x, picture.bottom() + 1, picture.w, 2}, theme.kernel, 1);
    if (sample.marked) ui.stroke(picture.inset(-2), theme.activation, 3, 2);
    ui.label(Rect{at.x, picture.bottom() + 3, layout.width, line}, sample.words, Font::caption,
             sample.right ? theme.text : theme.kernel, Align::left, size);
    ui.label(Rect{at.x, picture.bottom() + 2 + line, layout.width, line}, sample.more, Font::number, theme.secondary,
             Align::left, size);
    if (r.hovered && Rect{at.x, at.y, layout.width, layout.height}.contains(ui.input().mouse)) {
      answer.hovered = true;
      answer.sample = i;
      answer.note.title = sample.title;
      answer.note.lines = sample.lines;
      if (!sample.command.empty()) answer.note.hint = grid.hint, answer.note.command = sample.command;
      ui.stroke(picture.inset(-1), theme.text, 2, 1.5f);
      if (r.clicked && !sample.command.empty()) ui.send(sample.command);
    }
  }
  return answer;
}

void draw_sample_picture(Ui& ui, const Rect& area, std::string_view key, uint64_t version, const Shape& shape,
                         const std::function<void(float* pixels)>& pixels) {
  const Planes p = planes_of(shape);
  const Sheet sheet(1, p.width, p.height);
  const PictureSource source = sheet_source(std::string(key), version, sheet, [&](int64_t, Color* out) {
    std::vector<float> values(static_cast<size_t>(shape.count()));
    pixels(values.data());
    colors_of(p, sheet.reduce(), values.data(), out);
  });
  const PicturePart part{sheet.place(0), area};
  ui.parts(source, {&part, 1});
}

}  // namespace striate
