// The stage of the view `data`: one picture as it is and as augmentation changes it, and pictures of every class.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/pages/train/data_view.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/training/data/augment.h"

namespace striate {
namespace {

constexpr int kDraws = 24;  // of augmentation, at most on the screen

// Planes of 0..1 as colors.
void to_colors(const float* pixels, const Shape& shape, Color* out) {
  const auto plane = static_cast<size_t>(shape[1] * shape[2]);
  const auto byte = [](float v) { return static_cast<uint32_t>(std::lround(std::clamp(v, 0.0f, 1.0f) * 255)); };
  for (size_t i = 0; i < plane; ++i) {
    const uint32_t r = byte(pixels[i]);
    const uint32_t g = shape[0] >= 3 ? byte(pixels[plane + i]) : r, b = shape[0] >= 3 ? byte(pixels[2 * plane + i]) : r;
    out[i] = rgb(r << 16 | g << 8 | b);
  }
}

// The same onto a sheet, which may hold every `reduce`-th pixel only.
void paint(const Sheet& sheet, const std::vector<float>& pixels, const Shape& shape, Color* out) {
  std::vector<Color> colors(static_cast<size_t>(shape[1] * shape[2]));
  to_colors(pixels.data(), shape, colors.data());
  const auto columns = static_cast<size_t>(shape[2]), reduce = static_cast<size_t>(sheet.reduce());
  for (size_t y = 0; y < static_cast<size_t>(sheet.height()); ++y) {
    for (size_t x = 0; x < static_cast<size_t>(sheet.width()); ++x) *out++ = colors[y * reduce * columns + x * reduce];
  }
}

// A picture that can't be read any more is drawn as nothing: reading it again says why.
std::vector<float> pixels_of(const Dataset& data, int64_t index) {
  std::vector<float> pixels(static_cast<size_t>(data.shape().count()), 0.0f);
  try {
    data.read(index, pixels.data());
  } catch (const Error&) {
    std::fill(pixels.begin(), pixels.end(), 0.0f);
  }
  return pixels;
}

}  // namespace

// The picture as it is, and as it will be learned from: a row, as many draws as there is room for.
void DataView::draw_augmented(Ui& ui, const Rect& area) const {
  const Dataset& data = *table_->data;
  const Theme& theme = ui.theme();
  const Shape shape = data.shape();
  const int64_t index = sample();
  Augmentation augmentation;
  try {
    augmentation = Augmentation::parse(scene_.config().augment);
  } catch (const Error&) {
    augmentation = {};  // its control says what is wrong with it
  }
  Rect room = area;
  Rect head = room.cut_top(34);
  ui.begin_row(head);
  const std::string& name = data.classes()[static_cast<size_t>(data.label(index))];
  // Clear of the two buttons at the right.
  const float buttons = ui.measure(Font::control, std::string(tr("Next picture")) + tr("Other draws")).x + 68.0f;
  const std::string which = format_tr("picture {}, {}", index, name),
                    all = format_tr("{}: as it is, and as it is learned from", which);
  const Rect title{head.x, head.y, head.w - buttons, head.h};
  ui.label(title, ui.measure(Font::caption, all).x <= title.w ? all : which, Font::caption, theme.secondary);
  ui.pack_right();
  ui.button("Other draws", fmt::format("train.data.draw {}", look_.draw + kDraws),
            {.enabled = !augmentation.empty(), .tooltip = N_("Further draws of the same picture")});
  ui.button("Next picture", fmt::format("train.data.sample {}", (index + 1) % data.size()));
  ui.end_row();
  room.cut_top(6);
  const float aspect = static_cast<float>(shape[2]) / static_cast<float>(shape[1]);
  const float high = std::min(room.h - 20.0f, 96.0f), wide = high * aspect;
  const int fitting = std::clamp(static_cast<int>((room.w - wide - 24) / (wide + 8)), 1, kDraws);
  const Sheet sheet(1 + kDraws, static_cast<int>(shape[2]), static_cast<int>(shape[1]));
  const uint64_t seed = scene_.config().seed;
  // The sheet's version is what it is made of.
  const size_t version =
      std::hash<std::string>()(fmt::format("{} {} {} {} {}", version_, index, look_.draw, seed, augmentation.text()));
  const PictureSource source =
      sheet_source("data.augmented", version, sheet,
                   [&data, index, augmentation, seed, draw = look_.draw, shape, &sheet](int64_t map, Color* out) {
                     std::vector<float> pixels = pixels_of(data, index);
                     if (map > 0) augmentation.apply(pixels.data(), shape, seed, static_cast<uint64_t>(draw + map - 1));
                     paint(sheet, pixels, shape, out);
                   });
  std::vector<PicturePart> parts{{sheet.place(0), {room.x, room.y, wide, high}}};
  ui.label(Rect{room.x, room.y + high + 2, wide, 18.0f}, tr("as it is"), Font::caption, theme.input, Align::center);
  const int draws = augmentation.empty() ? 0 : fitting;
  for (int i = 0; i < draws; ++i) {
    const float x = room.x + wide + 24 + static_cast<float>(i) * (wide + 8);
    parts.push_back({sheet.place(1 + i), {x, room.y, wide, high}});
    ui.label(Rect{x, room.y + high + 2, wide, 18.0f}, format_tr("draw {}", look_.draw + i), Font::caption,
             theme.secondary, Align::center);
  }
  ui.parts(source, parts);
  if (draws == 0) {
    const std::string words = format_tr(
        "No augmentation: the network sees this picture the same way every time. Move a slider under AUGMENTATION, "
        "{}, and see here what it will be learned from.",
        ui.at_the_right());
    const Rect beside{room.x + wide + 24, room.y, std::max(0.0f, room.w - wide - 24), high};
    const float h = ui.paragraph_height(words, beside.w, Font::caption);
    ui.next({beside.x, beside.y + std::max(0.0f, (high - h) / 2), beside.w, h});
    ui.paragraph(words, Font::caption);
  }
}

void DataView::draw_classes(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  const DataTable& table = *table_;
  const Dataset& data = *table.data;
  const Shape shape = data.shape();
  Rect room = area;
  Rect head = room.cut_top(22);
  const float name_width = std::min(110.0f, area.w * 0.24f),
              counts = std::max(170.0f, ui.measure(Font::caption, tr("training, validation, test")).x + 4);
  head.cut_right(12);
  ui.label(head.cut_right(counts), tr("training, validation, test"), Font::caption, theme.secondary, Align::right);
  ui.label(head, tr("class"), Font::caption, theme.secondary);
  const float frame = 3;  // around the chosen picture, also where it stands at the panel's edge
  ui.begin_panel("classes", {room.x - frame, room.y, room.w + 2 * frame, room.h}, frame, true);
  const float side = 40.0f, aspect = static_cast<float>(shape[2]) / static_cast<float>(shape[1]);
  const float wide = side * aspect;
  const int64_t shown = sample();
  std::vector<int64_t> all;  // what stands on the sheet, in the order of the classes
  for (const std::vector<int64_t>& samples : table.samples) all.insert(all.end(), samples.begin(), samples.end());
  if (all.empty()) {
    ui.end_panel();
    return;
  }
  const Sheet sheet(static_cast<int64_t>(all.size()), static_cast<int>(shape[2]), static_cast<int>(shape[1]));
  const PictureSource source = sheet_source("data.classes", version_, sheet, [&](int64_t map, Color* out) {
    const std::vector<float> pixels = pixels_of(data, all[static_cast<size_t>(map)]);
    paint(sheet, pixels, shape, out);
  });
  std::vector<PicturePart> parts;
  int64_t most = 1;
  for (const std::array<int64_t, 3>& c : table.counts) most = std::max(most, c[0] + c[1] + c[2]);
  int64_t map = 0;
  for (size_t k = 0; k < table.samples.size(); ++k) {
    Rect line = ui.take(side);
    const auto first = map;
    map += static_cast<int64_t>(table.samples[k].size());
    if (!line.overlaps(ui.clip().inset(0, -40))) continue;  // the next one is there: Tab goes on to it
    line.cut_right(12);
    ui.label(line.cut_left(name_width).inset(0, 0), data.classes()[k], Font::control, theme.text);
    Rect numbers = line.cut_right(counts);
    const std::array<int64_t, 3>& c = table.counts[k];
    ui.label(numbers.cut_top(side * 0.55f), fmt::format("{}, {}, {}", grouped(c[0]), grouped(c[1]), grouped(c[2])),
             Font::number, theme.text, Align::right);
    // The three parts as a bar: how the classes compare.
    const float unit = (numbers.w - 24) / static_cast<float>(most);
    float x = numbers.right();
    const Color tones[] = {theme.input, theme.bias, theme.kernel};
    for (size_t part = 3; part-- > 0;) {
      const float w = static_cast<float>(c[part]) * unit;
      x -= w;
      ui.fill({x, numbers.y + 4, std::max(0.0f, w - 1), 5}, tones[part], 1.5f);
    }
    line.cut_right(12);
    const int fitting = std::max(1, static_cast<int>((line.w + 4) / (wide + 4)));
    const int count = std::min(fitting, static_cast<int>(table.samples[k].size()));
    int marked = -1;
    for (int i = 0; i < count; ++i) {
      if (table.samples[k][static_cast<size_t>(i)] == shown) marked = i;
    }
    for (int i = 0; i < count; ++i) {
      const int64_t index = table.samples[k][static_cast<size_t>(i)];
      const Rect place{line.x + static_cast<float>(i) * (wide + 4), line.y, wide, side};
      parts.push_back({sheet.place(first + i), place});
      const Response r = ui.interact(place, {.label = fmt::format("picture {}", index),
                                             .command = fmt::format("train.data.sample {}", index),
                                             .kind = "picture",
                                             .focusable = i == 0});
      if (r.clicked) ui.send(fmt::format("train.data.sample {}", index));
      if (!r.keyboard) continue;
      // One stop a row: the arrows go on from the picture that is shown.
      const int now = std::max(marked, 0);
      const int next = ui.take_key("Right") ? std::min(now + 1, count - 1) : ui.take_key("Left") ? now - 1 : now;
      if (next >= 0 && next != now) {
        ui.send(fmt::format("train.data.sample {}", table.samples[k][static_cast<size_t>(next)]));
      }
      ui.draw_focus({line.x + static_cast<float>(now) * (wide + 4), line.y, wide, side}, 1);
    }
  }
  ui.parts(source, parts);
  map = 0;
  for (size_t k = 0; k < table.samples.size(); ++k) {
    for (size_t i = 0; i < table.samples[k].size(); ++i, ++map) {
      if (table.samples[k][i] != shown) continue;
      for (const PicturePart& part : parts) {
        if (part.from == sheet.place(map)) ui.stroke(part.to.inset(-2), theme.accent, 3, 2);
      }
    }
  }
  ui.end_panel();
}

}  // namespace striate
