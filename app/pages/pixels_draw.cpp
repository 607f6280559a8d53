// What the pixels page looks like; pixels.cpp has what it can do, pixels_panels.cpp the lower part of its inspector.
#include <algorithm>
#include <cmath>

#include "app/pages/pixels.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kSmallPicture = 64;  // up to this side the whole picture is shown beside its numbers

// Changes with every bit of what decides the picture's colors.
uint64_t hash_of(uint64_t seed, const ColorView& view) {
  const auto mix = [&seed](uint64_t value) { seed = (seed ^ value) * 0x9E3779B97F4A7C15ull, seed ^= seed >> 29; };
  const auto bits = [](float value) { return static_cast<uint64_t>(std::lround(value * 1e6f)); };
  mix(static_cast<uint64_t>(view.space) * 8 + static_cast<uint64_t>(view.component));
  if (view.space == ColorSpace::gray)
    mix(bits(view.weights.red)), mix(bits(view.weights.green)), mix(bits(view.weights.blue));
  if (view.change.rule != Overflow::none) {
    mix(1 + static_cast<uint64_t>(view.change.rule) + 8 * static_cast<uint64_t>(view.change.operation));
    mix(view.change.operand);
  }
  return seed;
}

// 8 bits as the inspector prints them: "134  0x86  0.525".
std::string three_ways(int value) { return fmt::format("{:>3}   0x{:02X}   {:.3f}", value, value, value / 255.0); }

std::string bytes_text(double bytes) {
  if (bytes < 10000) return trn("one byte", "{} bytes", std::llround(bytes));
  if (bytes < 1e6) return format_tr("{:.1f} kB", bytes / 1e3);
  return format_tr("{:.1f} MB", bytes / 1e6);
}

std::string channels_text(const Image& image) {
  static constexpr const char* words[] = {"", N_("1 (gray) \u00b7 {} bit"), N_("2 (gray, alpha) \u00b7 {} bit"),
                                          N_("3 (RGB) \u00b7 {} bit"), N_("4 (RGB, alpha) \u00b7 {} bit")};
  return format_marked(words[image.channels], image.bits);
}

}  // namespace

PictureSource PixelsPage::source() const {
  const Document& document = context_.document;
  PictureSource source =
      pyramid_source("pixels.picture", document.pyramid, hash_of(document.image_version, state_.view));
  if (shows_as_stored(state_.view)) return source;
  source.pixels = [view = state_.view, stored = std::move(source.pixels)](int level, CellRect rect) {
    TilePixels tile = stored(level, rect);
    show_in_space(view, tile.bytes.data(), static_cast<int64_t>(tile.bytes.size() / 4));
    return tile;
  };
  return source;
}

void PixelsPage::draw_stage(Ui& ui, const Rect& area) const {
  if (stage_.draw_missing(ui, area)) return;
  const ImagePtr& image = context_.document.image;
  Rect rest = area;
  const PictureSource shown = source();
  const bool small = image->width <= kSmallPicture && image->height <= kSmallPicture;
  if (small && area.w > 560) {
    const Rect beside = rest.cut_right(184).inset(16, 0);
    const float zoom = std::clamp(
        std::floor(std::min(120.0f / static_cast<float>(image->width), 200.0f / static_cast<float>(image->height))),
        1.0f, 60.0f);
    const float w = static_cast<float>(image->width) * zoom, h = static_cast<float>(image->height) * zoom;
    const Rect place = beside.centered(w, h);
    ui.label(Rect{beside.x, place.y - 28.0f, beside.w, 20.0f}, tr("as you see it"), Font::caption, ui.theme().secondary,
             Align::center);
    ui.thumbnail(place, shown, false);
  }
  const PictureResponse hit = stage_.draw(ui, "picture", rest, shown);
  ui.cells(rest, hit.view, image->width, image->height, [&](int x, int y) {
    CellText text;
    const PixelNumbers numbers = numbers_of(state_.view, image->at(x, y), image->channels);
    text.count = numbers.count;
    for (int i = 0; i < numbers.count; ++i) {
      text.lines[i] = cell_number(state_.view.space, numbers.first + i, numbers.value[i], state_.format);
    }
    text.red = numbers.color[0], text.green = numbers.color[1], text.blue = numbers.color[2];
    return text;
  });
  ui.pixel_indices(rest, hit.view, image->width, image->height, stage_.x(), stage_.y());
  stage_.mark_cursor(ui, rest, hit.view);
  if (hit.hovered && hit.pixel.inside) ui.light(Concept::input);
}

void PixelsPage::draw_inspector(Ui& ui) const {
  if (!context_.document.image) {
    ui.section("PIXEL");
    ui.note("Open a picture to read its pixels here.");
    ui.hairline();
    draw_number_types(ui);
    return;
  }
  draw_pixel(ui);
  ui.hairline();
  draw_look(ui);
  ui.space(8);
  ui.setting("pixels.panel", {.tabs = true});
  if (state_.panel == "picture") {
    draw_histogram(ui);
    draw_facts(ui);
  } else if (state_.panel == "spaces") {
    draw_other_spaces(ui);
  } else if (state_.panel == "weights") {
    draw_weights(ui);
  } else {
    draw_number_types(ui);
  }
}

void PixelsPage::draw_pixel(Ui& ui) const {
  const Image& image = *context_.document.image;
  const uint8_t* pixel = image.at(stage_.x(), stage_.y());
  ui.section(stage_.pinned() ? N_("PIXEL, PINNED") : N_("PIXEL"));
  ui.row("column, row, from 0", fmt::format("{}, {}", stage_.x(), stage_.y()));
  if (image.color_channels() == 1) {
    ui.big_row("value", fmt::format("{}", pixel[0]), Concept::input);
    ui.row("hex", fmt::format("0x{:02X}", pixel[0]));
    ui.row("0 to 1", fmt::format("{} / 255 = {:.4f}", pixel[0], pixel[0] / 255.0));
  } else {
    const Color marks[] = {ui.theme().red, ui.theme().green, ui.theme().blue};
    static constexpr const char* names[] = {N_("red"), N_("green"), N_("blue")};
    for (int c = 0; c < 3; ++c) {
      const Rect line = ui.take(24);
      ui.fill({line.x, line.y + 4, 4, line.h - 8}, marks[c], 2);
      ui.label({line.x + 12, line.y, line.w - 12, line.h}, tr(names[c]), Font::control, ui.theme().secondary);
      ui.label(line, three_ways(pixel[c]), Font::number, ui.theme().text, Align::right);
    }
  }
  if (image.has_alpha()) ui.row("alpha", three_ways(pixel[image.channels - 1]));
  if (!image.wide.empty()) {
    const size_t at =
        (static_cast<size_t>(stage_.y()) * static_cast<size_t>(image.width) + static_cast<size_t>(stage_.x())) *
        static_cast<size_t>(image.channels);
    std::string stored;
    for (int c = 0; c < image.channels; ++c) {
      if (c > 0) stored += ' ';
      stored += fmt::format("{}", image.wide[at + static_cast<size_t>(c)]);
    }
    ui.row("16 bit", stored);
  }
}

void PixelsPage::draw_look(Ui& ui) const {
  ui.section("SHOW");
  ui.setting("pixels.space");
  const Image& image = *context_.document.image;
  if (component_count(state_.view.space) == 3 &&
      (state_.view.space != ColorSpace::rgb || image.color_channels() == 3)) {
    std::vector<Choice> components = {{N_("All"), "all"}};
    for (int c = 0; c < 3; ++c) {
      const bool saturation = state_.view.space == ColorSpace::hsv && c == 1;  // the word is too long for its place
      components.push_back(
          {saturation ? N_("Sat.") : std::string(component_name(state_.view.space, c)), std::to_string(c + 1)});
    }
    ui.segmented("component", components, state_.view.component == 0 ? "all" : std::to_string(state_.view.component),
                 "pixels.component");
  }
  ui.setting("pixels.format");
  if (state_.view.change.rule != Overflow::none) {
    const bool wraps = state_.view.change.rule == Overflow::wrap;
    ui.note(format_marked(wraps ? N_("Shown: every value {} {}, in eight bits that wrap.")
                                : N_("Shown: every value {} {}, in eight bits that saturate."),
                          symbol_of(state_.view.change.operation), state_.view.change.operand));
  }
}

void PixelsPage::draw_histogram(Ui& ui) const {
  ui.section("HISTOGRAM");
  const ImageStatistics& counted = count_.counted();
  if (counted.components.empty()) {
    ui.progress("Counting", count_.progress(), {});
    return;
  }
  const Theme& theme = ui.theme();
  const Color rgb[] = {theme.red, theme.green, theme.blue};
  const bool alone = counted.components.size() == 1;
  const size_t shown = state_.view.component > 0 && !alone ? static_cast<size_t>(state_.view.component - 1) : 0;
  const bool overlay = count_.space() == ColorSpace::rgb && !alone && state_.view.component == 0;
  const ChannelStatistics& first = counted.components[shown];
  std::vector<std::vector<double>> bars;
  for (const ChannelStatistics& component : counted.components) bars.push_back(histogram_bars(component));
  HistogramSpec spec;
  if (overlay) {
    for (size_t c = 0; c < bars.size(); ++c) spec.series.push_back({bars[c], rgb[c]});
  } else {
    const bool single_color = count_.space() == ColorSpace::rgb && !alone;
    spec.series.push_back({bars[shown], single_color ? rgb[shown] : theme.input});
  }
  spec.high = component_high(count_.space(), static_cast<int>(shown));
  const Image& image = *context_.document.image;
  if (!overlay) {
    ColorView view = state_.view;
    view.change = {};
    view.component = 0;
    const PixelNumbers here = numbers_of(view, image.at(stage_.x(), stage_.y()), image.channels);
    spec.marker = here.value[std::min<size_t>(shown, static_cast<size_t>(here.count - 1))];
  }
  ui.histogram("histogram", spec);
  const bool hue = count_.space() == ColorSpace::hsv && shown == 0;
  const auto summary = [&](std::string_view name, const ChannelStatistics& of, int decimals) {
    const std::string least = number_text(of.minimum, decimals), most = number_text(of.maximum, decimals);
    // Hues go round: the mean of two reds, 1 and 359 degrees, would be a green-blue.
    ui.row(name, hue ? format_tr("{} to {}", least, most)
                     : format_tr("{} to {}, mean {}", least, most, number_text(of.mean, decimals + 2)));
  };
  const bool fraction = count_.space() == ColorSpace::hsv;
  if (overlay) {
    static constexpr const char* names[] = {N_("red"), N_("green"), N_("blue")};
    for (size_t c = 0; c < 3; ++c) summary(names[c], counted.components[c], 0);
  } else {
    summary(alone ? std::string_view(N_("values")) : component_name(count_.space(), static_cast<int>(shown)), first,
            fraction && shown == 1 ? 2 : 0);
  }
}

void PixelsPage::draw_facts(Ui& ui) const {
  const Image& image = *context_.document.image;
  ui.section("IMAGE");
  ui.row("name", image.name);
  ui.row("size", fmt::format("{} \u00d7 {}", image.width, image.height));
  ui.row("channels", channels_text(image));
  const double stored = static_cast<double>(image.value_count()) * (image.bits / 8);
  ui.row("memory", fmt::format("{}", bytes_text(stored)));
  if (!image.format.empty()) ui.row("format", image.format);
  for (const std::string& note : image.notes) ui.note(note);
}

}  // namespace striate
