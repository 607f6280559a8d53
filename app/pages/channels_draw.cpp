// What the channels page looks like; channels.cpp has what it can do.
#include <algorithm>
#include <cmath>

#include "app/pages/channels.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr const char* kLetters[] = {"r", "g", "b"};
constexpr const char* kNames[] = {N_("Red"), N_("Green"), N_("Blue")};
constexpr const char* kLower[] = {N_("red"), N_("green"), N_("blue")};
constexpr const char* kGains[] = {N_("red gain"), N_("green gain"), N_("blue gain")};
constexpr int kWindow = 3;  // pixels of a row that the memory panel shows

Color color_of(const Theme& theme, int c, bool gray) {
  if (gray) return theme.gray;
  return c == 0 ? theme.red : c == 1 ? theme.green : c == 2 ? theme.blue : theme.gray;
}

uint64_t hash_of(uint64_t seed, const ChannelView& view) {
  const auto mix = [&seed](uint64_t value) { seed = (seed ^ value) * 0x9E3779B97F4A7C15ull, seed ^= seed >> 29; };
  for (float gain : view.gains.of) mix(static_cast<uint64_t>(std::lround(gain * 1e6f)));
  mix(static_cast<uint64_t>(view.shown + 1) * 2 + (view.tint ? 1 : 0) + (view.misread ? 16 : 0));
  mix(static_cast<uint64_t>(view.brushed + 1));
  if (view.brushed >= 0) mix(static_cast<uint64_t>(view.low) * 256 + view.high);
  return seed;
}

}  // namespace

PictureSource ChannelsPage::source(std::string key, const ChannelView& view) const {
  const Document& document = context_.document;
  PictureSource source = pyramid_source(std::move(key), document.pyramid, hash_of(document.image_version, view));
  source.pixels = [view, tables = tables_, one_plane = gray(), stored = std::move(source.pixels)](int level,
                                                                                                  CellRect rect) {
    TilePixels tile = stored(level, rect);
    show_channels(view, tables, one_plane, tile.bytes.data(), static_cast<int64_t>(tile.bytes.size() / 4));
    return tile;
  };
  return source;
}

void ChannelsPage::draw_stage(Ui& ui, const Rect& area) const {
  if (stage_.draw_missing(ui, area)) return;
  const ImagePtr& image = context_.document.image;
  Rect rest = area;
  // While presenting, the strip takes no more than its cards need: the picture comes first.
  const float strip_height = ui.frame().presentation
                                 ? std::min(std::clamp(area.h * 0.25f, 104.0f, 152.0f), area.h * 0.5f)
                                 : std::min(152.0f, area.h * 0.4f);
  const Rect strip = rest.cut_bottom(strip_height).inset(16, 8);
  ui.line({area.x + 16, rest.bottom()}, {area.right() - 16, rest.bottom()}, ui.theme().line);

  const PictureResponse hit = stage_.draw(ui, "picture", rest, source("channels.picture", state_.view));
  ui.cells(rest, hit.view, image->width, image->height, [&](int x, int y) {
    const uint8_t* stored = image->at(x, y);
    uint8_t rgba[4] = {stored[0], stored[gray() ? 0 : 1], stored[gray() ? 0 : 2], 255};
    CellText text;
    text.count = gray() || state_.view.shown >= 0 ? 1 : 3;
    for (int i = 0; i < text.count; ++i) {
      const int c = gray() ? 0 : state_.view.shown >= 0 ? state_.view.shown : i;
      text.lines[i] = fmt::format("{}", tables_[static_cast<size_t>(c)][rgba[c]]);
    }
    show_channels(state_.view, tables_, gray(), rgba, 1);
    text.red = rgba[0], text.green = rgba[1], text.blue = rgba[2];
    return text;
  });
  ui.pixel_indices(rest, hit.view, image->width, image->height, stage_.x(), stage_.y());
  stage_.mark_cursor(ui, rest, hit.view);

  if (gray()) {
    Rect left = strip;
    const Rect card = left.cut_left(strip.w / 2 - 8);
    draw_plane(ui, card, 0);
    left.cut_left(16);
    ui.begin_panel("one plane", left, 0, false);
    static constexpr const char* kWords =
        N_("This picture has **one plane**: every pixel is a single number, and red, green and blue on the screen "
           "are all that number. A color picture has three.");
    // Where there is no room for both, the button says enough.
    const float words = ui.paragraph_height(kWords, left.w, Font::caption), button = 40.0f;
    if (left.h >= words + button || left.h < 32.0f) ui.note(kWords);
    if (left.h >= 32.0f) ui.button("Open a color sample", "open sample:balloons", {.icon = Icon::picture});
    ui.end_panel();
    return;
  }
  const float gap = 16, width = (strip.w - 2 * gap) / 3;
  for (int c = 0; c < 3; ++c) {
    draw_plane(ui, {strip.x + static_cast<float>(c) * (width + gap), strip.y, width, strip.h}, c);
  }
}

// A plane's card: name and mean, the plane as a thumbnail that can be clicked, its histogram that can be brushed.
void ChannelsPage::draw_plane(Ui& ui, const Rect& area, int c) const {
  const bool one = gray();
  const Color color = color_of(ui.theme(), c, one);
  Rect rest = area;
  const Rect title = rest.cut_top(24);
  const std::string name = one ? N_("Gray") : kNames[c];
  const std::string_view written = tr(std::string_view(name));
  const bool selected = !one && state_.view.shown == c;
  ui.fill({title.x, title.y + 4, 4, title.h - 8}, color, 2);
  ui.label({title.x + 12, title.y, title.w - 12, title.h}, written, selected ? Font::strong : Font::body,
           ui.theme().text);
  if (!planes_.components.empty()) {
    const std::string mean = fmt::format("{:.1f}", planes_.components[static_cast<size_t>(c)].mean);
    const float room = title.w - 12 - ui.measure(Font::strong, written).x - 8;
    for (const std::string& words : {format_tr("mean {}", mean), mean}) {
      if (ui.measure(Font::caption, words).x > room) continue;
      ui.label(title, words, Font::caption, ui.theme().secondary, Align::right);
      break;
    }
  }
  rest.cut_top(4);
  const Image& image = *context_.document.image;
  const float shape = static_cast<float>(image.width) / static_cast<float>(image.height);
  const float most = std::min(rest.w * 0.48f, rest.h * 1.4f);
  const Rect left = rest.cut_left(most);
  rest.cut_left(12);
  const float w = std::min(left.w, left.h * shape), h = w / shape;
  const Rect picture = left.centered(std::max(w, 1.0f), std::max(h, 1.0f));

  ChannelView view = state_.view;
  view.shown = c;
  view.brushed = -1;
  view.misread = false;
  const std::string command = fmt::format("channels.show {}", selected ? "all" : kLetters[c]);
  if (!one) {
    const Response r = ui.interact(left, {.label = name + " plane", .command = command, .kind = "plane"});
    if (r.hovered) ui.fill(left, ui.theme().raised, 6);
    if (r.keyboard) ui.draw_focus(left.inset(3), 3);
    if (r.clicked) ui.send(command);
  }
  ui.thumbnail(picture, source(fmt::format("channels.plane.{}", c), view), image.width > 64 || image.height > 64);
  if (selected) ui.stroke(picture.inset(-2), color, 3, 2);

  if (planes_.components.empty()) {
    ui.next(rest);
    ui.progress("Counting", count_.progress(), {});
    return;
  }
  const std::vector<double> bins = histogram_bars(planes_.components[static_cast<size_t>(c)]);
  HistogramSpec spec;
  spec.series.push_back({bins, color});
  spec.height = rest.h;
  spec.has_brush = state_.view.brushed == c || (one && state_.view.brushed >= 0);
  spec.brush_low = state_.view.low, spec.brush_high = state_.view.high;
  spec.clear_command = "channels.brush.clear";
  spec.marker = tables_[static_cast<size_t>(c)][image.at(stage_.x(), stage_.y())[one ? 0 : c]];
  ui.next(rest);
  ui.histogram(name + " histogram", spec, fmt::format("channels.brush {}", kLetters[c]));
}

void ChannelsPage::draw_inspector(Ui& ui) const {
  if (!context_.document.image) {
    ui.section("CHANNELS");
    ui.note("Open a picture to take its colors apart.");
    return;
  }
  draw_pixel(ui);
  ui.hairline();
  draw_show(ui);
  ui.space(8);
  ui.setting("channels.panel", {.tabs = true});
  if (state_.panel == "memory") return draw_memory(ui);
  draw_gains(ui);
  ui.hairline();
  draw_brush(ui);
}

void ChannelsPage::draw_show(Ui& ui) const {
  ui.section("SHOW");
  if (gray()) {
    ui.note("A gray picture has one plane. It is shown as it is.");
    ui.push_id("show");
    ui.button("A color picture", "open sample:balloons",
              {.tooltip = N_("Opens the balloons, which have three planes")});
    ui.pop_id();
    return;
  }
  ui.setting("channels.show");
  ui.setting("channels.tint");
}

void ChannelsPage::draw_gains(Ui& ui) const {
  ui.section("GAIN");
  NumberSpec spec;
  spec.maximum = 2;
  spec.reset = 1;
  spec.step = 0.05;
  for (int c = 0; c < (gray() ? 1 : 3); ++c) {
    ui.slider(gray() ? N_("gray gain") : kGains[c], std::round(state_.view.gains.of[c] * 1e4) / 1e4, spec,
              fmt::format("channels.gain {}", kLetters[c]));
  }
  const bool changed = state_.view.gains.of[0] != 1 || state_.view.gains.of[1] != 1 || state_.view.gains.of[2] != 1;
  ui.button("All gains 1", "channels.gain.reset", {.enabled = changed});
}

void ChannelsPage::draw_brush(Ui& ui) const {
  ui.section("BRUSH");
  if (state_.view.brushed < 0 || planes_.components.empty()) {
    ui.note("Drag over a histogram: the pixels whose value lies in that range stay lit.");
    return;
  }
  const ChannelStatistics& plane = this->plane(state_.view.brushed);
  const int64_t lit = count_between(plane, state_.view.low, state_.view.high);
  ui.row(gray() ? N_("gray") : kLower[state_.view.brushed], format_tr("{} to {}", state_.view.low, state_.view.high));
  ui.row("pixels lit", format_tr("{} of {}", lit, plane.count));
  ui.row("share", fmt::format("{:.2f} %", 100.0 * static_cast<double>(lit) / static_cast<double>(plane.count)));
  ui.button("Clear the brush", "channels.brush.clear");
}

void ChannelsPage::draw_pixel(Ui& ui) const {
  const Image& image = *context_.document.image;
  const uint8_t* pixel = image.at(stage_.x(), stage_.y());
  ui.section(stage_.pinned() ? N_("PIXEL, PINNED") : N_("PIXEL"));
  ui.row("column, row, from 0", fmt::format("{}, {}", stage_.x(), stage_.y()));
  for (int c = 0; c < image.color_channels(); ++c) {
    const int after = tables_[static_cast<size_t>(c)][pixel[c]];
    const float gain = state_.view.gains.of[c];
    ui.row(gray() ? N_("gray") : kLower[c],
           gain == 1 ? fmt::format("{}", pixel[c])
                     : fmt::format("{} \u00b7 {} \u2192 {}", pixel[c], shortest_text(gain), after));
  }
  if (image.has_alpha()) ui.row("alpha", fmt::format("{}", pixel[image.channels - 1]));
}

void ChannelsPage::draw_memory(Ui& ui) const {
  const Image& image = *context_.document.image;
  ui.section("ORDER IN MEMORY");
  ui.setting("channels.order");
  static constexpr const char* words[] = {
      N_("Pixel after pixel, all channels of one together. Pillow, stb_image and TensorFlow keep pictures so."),
      N_("Plane after plane: all reds, then all greens, then all blues. PyTorch and the networks here keep them so."),
      N_("Pixel after pixel as HWC, but blue first. OpenCV keeps pictures so.")};
  ui.note(words[static_cast<int>(state_.order)]);
  if (!gray()) ui.setting("channels.misread");
  ui.row("index", index_formula(state_.order));
  static constexpr const char* four[] = {N_("red"), N_("green"), N_("blue"), N_("alpha")};
  static constexpr const char* two[] = {N_("gray"), N_("alpha")};
  for (int c = 0; c < image.channels; ++c) {
    const int64_t index =
        memory_index(state_.order, image.width, image.height, image.channels, stage_.x(), stage_.y(), c);
    ui.row(image.channels >= 3 ? four[c] : two[c], format_tr("at {}: {}", index, byte_at(image, state_.order, index)));
    ui.label(ui.take(20),
             index_formula(state_.order, image.width, image.height, image.channels, stage_.x(), stage_.y(), c),
             Font::number, ui.theme().secondary, Align::right);
  }
  // The bytes themselves: the cursor's row and the next one, a few pixels wide.
  const int last = std::min(stage_.y() + 1, image.height - 1);
  for (int y = stage_.y(); y <= last; ++y) {
    ui.note(format_tr("row {}", y));
    if (state_.order == MemoryOrder::chw) {
      for (int c = 0; c < image.channels; ++c) draw_bytes(ui, ui.take(30), y, c);
    } else {
      draw_bytes(ui, ui.take(30), y, -1);
    }
  }
}

// Neighboring bytes, with the index of the first: of plane c, or (-1) of whole pixels.
void ChannelsPage::draw_bytes(Ui& ui, const Rect& area, int y, int c) const {
  const Image& image = *context_.document.image;
  const int columns = std::min(kWindow, image.width);
  const int x0 = std::clamp(stage_.x() - kWindow / 2, 0, image.width - columns);
  const int64_t begin = c < 0 ? (static_cast<int64_t>(y) * image.width + x0) * image.channels
                              : memory_index(state_.order, image.width, image.height, image.channels, x0, y, c);
  const int count = c < 0 ? columns * image.channels : columns;
  Rect rest = area;
  const Theme& theme = ui.theme();
  ui.label(rest.cut_left(count > 9 ? 0 : 64), fmt::format("{}", begin), Font::caption, theme.secondary);
  const float width = std::min(34.0f, rest.w / static_cast<float>(count));
  for (int i = 0; i < count; ++i) {
    const MemoryPlace place = memory_place(state_.order, image.width, image.height, image.channels, begin + i);
    const Rect chip = rest.cut_left(width).inset(1, 2);
    const Color tone = place.c >= 3 || (gray() && place.c == 1) ? theme.secondary : color_of(theme, place.c, gray());
    const bool here = place.x == stage_.x() && place.y == stage_.y();
    ui.fill(chip, mixed(theme.surface, tone, here ? 0.35f : 0.14f), 3);
    ui.fill({chip.x + 2, chip.bottom() - 3, chip.w - 4, 2}, tone, 1);
    if (here) ui.stroke(chip, tone, 3, 1);
    ui.label(chip, fmt::format("{}", byte_at(image, state_.order, begin + i)), Font::number, theme.text, Align::center,
             std::min(ui.text_size(Font::number), chip.w * 0.42f));
  }
}

}  // namespace striate
