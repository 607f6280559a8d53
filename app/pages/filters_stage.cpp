// The stage of the filters page: before and after, the handle between them, the numbers of large pixels, what is under
// way, and the program's source beside the picture.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "app/embedded.h"
#include "app/pages/filters.h"
#include "app/shell/fonts.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/export/filter_lines.h"
#include "engine/files/read_file.h"
#include "engine/halve.h"

namespace striate {
namespace {

constexpr float kHandle = 26;  // width of what can be grabbed

TilePixels empty_tile(CellRect rect) {
  TilePixels tile;
  tile.bytes.assign(static_cast<size_t>(rect.w) * rect.h * 4, 0);
  return tile;
}

// A tile of a level of the result; where that was not kept, pixels of the next that was, so many times as large.
TilePixels stored_tile(const FilteredPicture& result, int level, CellRect rect) {
  auto from = static_cast<size_t>(level);
  while (from + 1 < result.levels.size() && result.levels[from].bytes.empty()) ++from;
  const FilteredPicture::Level& kept = result.levels[from];
  if (kept.bytes.empty()) return empty_tile(rect);
  const int shift = static_cast<int>(from) - level;
  const int64_t channels = result.channels, stride = kept.width * channels;
  std::vector<uint8_t> pixels;
  pixels.reserve(static_cast<size_t>(rect.w) * rect.h * result.channels);
  for (int y = rect.y; y < rect.y + rect.h; ++y) {
    for (int x = rect.x; x < rect.x + rect.w; ++x) {
      const uint8_t* pixel = kept.bytes.data() + (y >> shift) * stride + (x >> shift) * channels;
      pixels.insert(pixels.end(), pixel, pixel + channels);
    }
  }
  return rgba_tile(pixels.data(), rect.w * channels, result.channels, rect.w, rect.h);
}

// A tile of a level, computed now.
TilePixels computed_tile(Stream& stream, const FilterChain& chain, const Range& range, const Image& image, int level,
                         CellRect rect) {
  const int64_t channels = image.channels;
  const int x = rect.x << level, y = rect.y << level;
  const Region region{x, y, std::min(rect.w << level, image.width - x), std::min(rect.h << level, image.height - y)};
  std::vector<uint8_t> bytes(static_cast<size_t>(region.width) * region.height * image.channels);
  try {
    filter_chain(stream, chain, range, picture_of(image), region, bytes.data(), region.width * channels);
  } catch (const Error&) {
    return empty_tile(rect);  // the run behind meets the same error and reports it
  }
  int width = region.width, height = region.height;
  for (int i = 0; i < level; ++i) bytes = halved(bytes, &width, &height, image.channels);
  return rgba_tile(bytes.data(), rect.w * channels, image.channels, rect.w, rect.h);
}

CellText cell_of(const uint8_t* pixel, int channels) {
  CellText text;
  const bool color = channels >= 3;
  text.count = color ? 3 : 1;
  for (int c = 0; c < text.count; ++c) text.lines[c] = std::to_string(pixel[c]);
  text.red = pixel[0];
  text.green = pixel[color ? 1 : 0];
  text.blue = pixel[color ? 2 : 0];
  return text;
}

}  // namespace

// What stands on the right of the split. At full size, cheap tiles are computed for the present chain when they are
// seen; smaller sizes come from the newest result.
PictureSource FiltersPage::after_source(float zoom, float scale) const {
  const Image& image = *looked().image;
  PictureSource source;
  source.key = "filters.after";
  source.width = image.width;
  source.height = image.height;
  source.levels = 1;
  for (int w = image.width, h = image.height; w > 1 || h > 1; w = (w + 1) / 2, h = (h + 1) / 2) ++source.levels;
  const bool at_once = tiles_are_cheap() && range() != nullptr;
  const bool one_tile = image.width <= 256 && image.height <= 256;
  const bool full_size = one_tile || level_for(zoom, scale, source.levels) == 0;
  const Result result = shown_.result;
  if (at_once && full_size) {
    source.version = revision_ * 2;
    source.pixels = [&stream = context_.document.stream, chain = seen_, range = *range(), image = looked().image,
                     result, finest = finest_kept()](int level, CellRect rect) {
      if (level < finest) return computed_tile(stream, chain, range, *image, level, rect);
      return result ? stored_tile(*result, level, rect) : empty_tile(rect);
    };
    return source;
  }
  if (!result) return source;  // nothing to show yet
  source.version = shown_.revision * 2 + 1;
  source.pixels = [result, chain = shown_.chain, finest = finest_kept(), &stream = context_.document.stream,
                   image = looked().image](int level, CellRect rect) {
    if (level < finest && result->levels[static_cast<size_t>(level)].bytes.empty())
      return computed_tile(stream, chain, result->range, *image, level, rect);
    return stored_tile(*result, level, rect);
  };
  return source;
}

void FiltersPage::draw_stage(Ui& ui, const Rect& area) const {
  if (stage_view_.draw_missing(
          ui, area,
          N_("Drop a picture onto this window, or press Ctrl+O to choose one. Then see what a filter makes of it.")))
    return;
  if (state_.tab == "layers") return draw_layers_stage(ui, area);
  const Document& document = looked();
  Rect rest = area;
  if (state_.tab == "code") {
    const bool beside = area.w > 1000;
    draw_source(ui, beside ? rest.cut_right(std::floor(area.w * 0.5f)) : rest.cut_bottom(std::floor(area.h * 0.55f)));
  }
  const int width = document.image->width, height = document.image->height;
  if (state_.chain.stages.size() > 1 && rest.h > 300)
    draw_strip(ui, rest.cut_bottom(ui.frame().presentation ? 92.0f : 124.0f));

  // The split stands on the part of the picture that is seen. It is placed by the view before this frame's hand.
  const float scale = ui.frame().scale;
  const auto split_at = [&](const View& view) {
    const Rect seen = intersection(picture_rect(view, width, height, rest), rest);
    return std::round(seen.x + static_cast<float>(state_.split) * seen.w);
  };
  const View before_hand = last_view_.zoom > 0 ? last_view_ : fit_view(width, height, rest);
  PictureSource after = after_source(before_hand.zoom, scale);
  const float x = split_at(before_hand);
  after.only = {x, rest.y, std::max(rest.right() - x, 0.5f), rest.h};
  const PictureResponse hit = stage_view_.draw(ui, "picture", rest, after);
  const View& view = hit.view;
  ui.found().numbers["filters.view.x"] = view.center.x;
  ui.found().numbers["filters.view.y"] = view.center.y;
  ui.found().numbers["filters.view.zoom"] = view.zoom;
  const Rect whole = picture_rect(view, width, height, rest);
  const Rect seen = intersection(whole, rest);

  PictureSource before = pyramid_source("filters.before", document.pyramid, document.image_version);
  before.only = {rest.x, rest.y, std::max(x - rest.x, 0.5f), rest.h};
  ui.push_clip(rest);
  if (x > rest.x) ui.thumbnail(whole, before, view.zoom * scale < 1);
  ui.pop_clip();

  draw_cells(ui, rest, view, x);
  const FilterKernel& kernel = seen_.stages.back().kernel;
  if (view.zoom >= 4 && kernel.taps.size() > 1) {
    const CellRect window{stage_view_.x() - kernel.anchor_column(), stage_view_.y() - kernel.anchor_row(), kernel.width,
                          kernel.height};
    ui.mark_cells(rest, view, window, faded(ui.theme().kernel, 0.9f), 2);
  }
  if (hot_tap_ >= 0) {
    if (const WalkPtr found = walk(); found && hot_tap_ < static_cast<int>(found->taps.size())) {
      const FilterWalk::Tap& tap = found->taps[static_cast<size_t>(hot_tap_)];
      if (!tap.zero) ui.mark_cell(rest, view, tap.x, tap.y, ui.theme().bias, 3);
    }
  }
  ui.pixel_indices(rest, view, width, height, stage_view_.x(), stage_view_.y());
  stage_view_.mark_cursor(ui, rest, view);
  if (!seen.empty()) draw_split(ui, rest, seen, x, view.zoom);
  draw_progress(ui, rest);
  if (hit.hovered && hit.pixel.inside)
    ui.light(hit.pixel.x + 0.5f < to_image(view, rest, {x, 0}).x ? Concept::input : Concept::activation);
}

void FiltersPage::draw_cells(Ui& ui, const Rect& area, const View& view, float split_x) const {
  if (view.zoom < 6) return;
  const Image& image = *looked().image;
  const CellRect seen = visible_pixels(view, image.width, image.height, area);
  if (seen.w <= 0 || seen.h <= 0) return;
  const Rect left{area.x, area.y, std::max(0.0f, split_x - area.x), area.h};
  const Rect right{split_x, area.y, std::max(0.0f, area.right() - split_x), area.h};
  if (!left.empty()) {
    ui.push_clip(left);
    ui.cells(area, view, image.width, image.height,
             [&](int x, int y) { return cell_of(image.at(x, y), image.channels); });
    ui.pop_clip();
  }
  if (right.empty()) return;
  ui.push_clip(right);
  const Range* known = range();
  const bool kept = shown_.result && shown_.revision == revision_ && !shown_.result->levels[0].bytes.empty();
  if (!ui.numbers_fit(view.zoom, 1, 1) || (!kept && (!tiles_are_cheap() || !known))) {
    ui.cells(area, view, image.width, image.height, nullptr);
  } else if (kept) {
    const std::vector<uint8_t>& bytes = shown_.result->levels[0].bytes;
    ui.cells(area, view, image.width, image.height, [&](int x, int y) {
      return cell_of(bytes.data() + (static_cast<size_t>(y) * image.width + x) * image.channels, image.channels);
    });
  } else {
    // Of those that come into sight the numbers stand there in the next frame.
    std::map<std::string, double, std::less<>>& found = ui.found().numbers;
    found["filters.cells.x"] = seen.x, found["filters.cells.y"] = seen.y;
    found["filters.cells.w"] = seen.w, found["filters.cells.h"] = seen.h;
    const CellRect& have = after_cells_rect_;
    const bool known_cells = after_cells_key_ == cells_key() && !after_cells_.empty();
    ui.cells(area, view, image.width, image.height, [&](int x, int y) {
      if (!known_cells || x < have.x || y < have.y || x >= have.x + have.w || y >= have.y + have.h) return CellText();
      const size_t at = (static_cast<size_t>(y - have.y) * have.w + (x - have.x)) * image.channels;
      return cell_of(after_cells_.data() + at, image.channels);
    });
  }
  ui.pop_clip();
}

void FiltersPage::draw_split(Ui& ui, const Rect& area, const Rect& seen, float x, float cell) const {
  const Theme& theme = ui.theme();
  const Rect grip = intersection({x - kHandle / 2, seen.y, kHandle, seen.h}, area);
  if (grip.empty()) return;
  const Response r = ui.interact(grip, {.label = "divider", .command = "filters.split", .kind = "slider"});
  const auto send = [&](double to) {
    to = std::clamp(std::round(to * 1000) / 1000, 0.0, 1.0);
    if (to != state_.split) ui.send("filters.split " + to_text(to));
  };
  if (r.held && (r.drag.x != 0 || r.drag.y != 0)) send((ui.input().mouse.x - seen.x) / seen.w);
  if (r.double_clicked) send(0.5);
  if (r.keyboard) {
    if (ui.take_key("Left")) send(state_.split - 0.01);
    if (ui.take_key("Right")) send(state_.split + 0.01);
    if (ui.take_key("Home")) send(0);
    if (ui.take_key("End")) send(1);
  }
  const float lit = r.hovered || r.held || r.keyboard ? 1.0f : 0.0f;
  const float glow = ui.ease("filters.handle", lit);
  ui.fill({x - 2, seen.y, 4, seen.h}, faded(theme.shadow, 0.6f));
  ui.fill({x - 1, seen.y, 2, seen.h}, mixed(rgb(0xFFFFFF), theme.accent, glow));
  const float size = 30 + 4 * glow;
  // Low, so that it doesn't cover the pixel in the middle, where the cursor begins.
  const Rect knob = Rect{x, seen.y + 0.8f * seen.h, 0, 0}.centered(size, size);
  ui.fill(knob.inset(-1.5f), faded(theme.shadow, 0.7f), size);
  ui.fill(knob, mixed(rgb(0xFFFFFF), theme.accent, glow), size / 2);
  if (r.keyboard) ui.draw_focus(knob, size / 2);
  const Color ink = mixed(rgb(0x1C1F26), theme.on_accent, glow);
  const Vec c = knob.center();
  for (float side : {-1.0f, 1.0f}) {
    ui.line({c.x + side * 8, c.y}, {c.x + side * 4, c.y - 4.5f}, ink, 2);
    ui.line({c.x + side * 8, c.y}, {c.x + side * 4, c.y + 4.5f}, ink, 2);
  }
  // What is on which side: beside the picture where there is room, else on it, where the words cover no numbers and
  // don't reach the handle.
  const auto chip = [&](std::string_view words, bool left, Concept tone) {
    const float w = ui.measure(Font::caption, words).x + 20.0f, h = 24.0f;
    Rect place{left ? seen.x - 10 - w : seen.right() + 10, seen.y + 10, w, h};
    if (!area.contains(place)) {
      place.x = left ? seen.x + 10 : seen.right() - 10 - w;
      if (cell > 14 || (left ? place.right() > x - 4 : place.x < x + 4)) return;
    }
    ui.fill(place, faded(theme.background, 0.82f), h / 2);
    ui.label(place, words, Font::caption, theme.of(tone), Align::center);
  };
  chip(tr("before"), true, Concept::input);
  chip(tr("after"), false, Concept::activation);
}

// What each stage of the chain makes, from the picture itself on; a click shows it in large.
void FiltersPage::draw_strip(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  ui.fill(area, theme.surface);
  ui.line({area.x, area.y}, {area.right(), area.y}, theme.line);
  const int stages = static_cast<int>(state_.chain.stages.size()), count = stages + 1;
  const Rect inner = area.inset(12, 8);
  const float gap = 10, words = 20;
  const float wide = std::min(150.0f, (inner.w - gap * static_cast<float>(count - 1)) / static_cast<float>(count));
  const Image& image = *looked().image;
  const int seen = state_.upto == 0 ? stages : state_.upto;
  for (int i = 0; i < count; ++i) {
    Rect card{inner.x + static_cast<float>(i) * (wide + gap), inner.y, wide, inner.h};
    const std::string name =
        i == 0 ? std::string(tr("before")) : fmt::format("{}  {}", i, stage_name(static_cast<size_t>(i - 1)));
    const std::string label = i == 0 ? "picture before the chain" : fmt::format("result of stage {}", i);
    const std::string command = i == 0 ? "filters.split 1" : fmt::format("filters.upto {}", i == stages ? 0 : i);
    const Response r = ui.interact(card, {.label = label, .command = command, .kind = "button"});
    if (r.clicked) ui.send(command);
    const bool on = i > 0 && i == seen;
    Rect picture = card;
    const Rect below = picture.cut_bottom(words);
    PictureSource source;
    if (i == 0) {
      source = pyramid_source("filters.strip.before", looked().pyramid, looked().image_version);
    } else {
      const auto at = static_cast<size_t>(i - 1);
      const bool there = at < strip_.size();
      source.key = fmt::format("filters.strip.{}", i);
      source.width = image.width;
      source.height = image.height;
      source.levels = 1;
      for (int w = image.width, h = image.height; w > 1 || h > 1; w = (w + 1) / 2, h = (h + 1) / 2) ++source.levels;
      source.version = there ? strip_of_ : 0;
      if (there)
        source.pixels = [result = strip_[at]](int level, CellRect rect) { return stored_tile(*result, level, rect); };
    }
    const View fit = fit_view(image.width, image.height, picture);
    const Rect place = picture_rect(fit, image.width, image.height, picture);
    ui.push_clip(picture);
    if (i == 0 || source.pixels) ui.thumbnail(place, source, fit.zoom * ui.frame().scale < 1);
    ui.pop_clip();
    if (on) ui.stroke(place.inset(-2), theme.activation, 3, 2);
    if (r.hovered) ui.stroke(place.inset(-1), theme.text, 3, 1);
    if (r.keyboard) ui.draw_focus(card, 5);
    ui.label(below, name, Font::caption, on ? theme.activation : i == 0 ? theme.input : theme.secondary, Align::center);
  }
}

void FiltersPage::draw_progress(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  const auto bar = [&](float y, std::string_view words, float share, Concept tone) {
    const float w = std::min(260.0f, area.w - 32), h = 40.0f;
    const Rect card{area.center().x - w / 2, y, w, h};
    ui.fill(card, faded(theme.surface, 0.94f), 6);
    ui.stroke(card, theme.line, 6);
    Rect inside = card.inset(12, 6);
    const Rect track = inside.cut_bottom(4);
    ui.label(inside, words, Font::caption, theme.secondary);
    ui.label(inside, fmt::format("{:.0f} %", share * 100), Font::caption, theme.secondary, Align::right);
    ui.fill(track, theme.raised, 2);
    ui.fill({track.x, track.y, track.w * share, track.h}, theme.of(tone), 2);
  };
  float y = area.bottom() - 52.0f;
  if (saver_.busy()) {
    bar(y, tr("Writing the file"), saver_.progress(), Concept::input);
    y -= 48.0f;
  }
  // Short work ends before anybody could read a word about it.
  if (runner_.busy() && ui.now() - asked_at_ > 0.15) bar(y, tr("Filtering"), runner_.progress(), Concept::activation);
}

// A kernel and its contract are other files for filters that are no sum.
std::string FiltersPage::source_file() const {
  const FilterKind kind = seen_.stages.back().kind;
  if (kind == FilterKind::linear) return state_.source;
  const std::string name = kind == FilterKind::canny ? "kernels/canny" : "kernels/window_filter";
  return name + (state_.source == "kernels/image_filter.h" ? ".h" : ".cu");
}

std::string FiltersPage::source_text() const {
  if (state_.source != "numpy" && state_.source != "pytorch") return std::string(embedded_file(source_file()));
  const Image* image = looked().image.get();
  const std::string name = image != nullptr && !image->path.empty() ? file_name(image->path) : "picture.png";
  const bool gray = image != nullptr && image->color_channels() == 1;
  return (state_.source == "numpy" ? numpy_lines(seen_, name, gray) : torch_lines(seen_, name, gray)).text();
}

void FiltersPage::draw_source(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  ui.fill(area, theme.surface);
  ui.stroke(area, theme.line);
  ui.begin_panel("source", area, 16);
  const std::string whole = source_text();
  const std::string_view text = whole;
  const std::string_view comments = state_.source.find('/') == std::string::npos ? "# " : "//";
  const float size = ui.frame().presentation ? ui.text_size(Font::number) : kCodeSize,
              line_height = std::round(size * 1.5f);
  const float advance = std::max(1.0f, ui.measure(Font::number, "0", size).x);
  const float gutter = advance * 5;
  const auto columns = static_cast<size_t>(std::max(20.0f, (ui.width() - gutter - 12) / advance));
  size_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) end = text.size();
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const size_t comment = line.find(comments);
    // Lines that are too long go on below, indented.
    size_t from = 0;
    do {
      const size_t room = from == 0 ? columns : columns > indent + 8 ? columns - indent - 4 : columns;
      size_t to = std::min(line.size(), from + room);
      if (to < line.size()) {
        const size_t blank = line.rfind(' ', to);
        if (blank != std::string_view::npos && blank > from + indent + 8) to = blank;
      }
      const Rect place = ui.take(line_height - 8);  // a panel's column leaves 8 between things
      if (place.overlaps(ui.clip().inset(0, -40))) {
        if (from == 0) {
          ui.label({place.x, place.y, gutter - advance, line_height}, std::to_string(number), Font::number,
                   faded(theme.secondary, 0.6f), Align::right, size);
        }
        const float x = place.x + gutter + (from == 0 ? 0 : static_cast<float>(indent + 4) * advance);
        const size_t split = std::clamp(comment == std::string_view::npos ? to : comment, from, to);
        if (split > from) ui.label({x, place.y}, line.substr(from, split - from), Font::number, theme.text, size);
        if (to > split) {
          ui.label({x + static_cast<float>(split - from) * advance, place.y}, line.substr(split, to - split),
                   Font::number, theme.activation, size);
        }
      }
      from = to < line.size() && line[to] == ' ' ? to + 1 : to;
    } while (from < line.size());
  }
  ui.end_panel();
}

void FiltersPage::draw_transport(Ui& ui, const Rect& area) const {
  ui.begin_row(area);
  if (!looked().image) {
    ui.button("Open\u2026", "browse open");
    ui.end_row();
    return;
  }
  const Theme& theme = ui.theme();
  const Image& image = *looked().image;
  const WalkPtr found = walk();
  const auto numbers = [&](bool after) {
    std::string text;
    for (const FilterWalk::Channel& channel : found->channels)
      text += fmt::format(" {:>3}", after ? channel.result : channel.before);
    return text.substr(1);
  };
  const auto words = [&](std::string_view text, Font font, Color color) {
    ui.label(ui.take(ui.measure(font, text).x + 2, 24.0f), text, font, color);
  };
  words(fmt::format("{}, {}", stage_view_.x(), stage_view_.y()), Font::number, theme.secondary);
  if (found && image.color_channels() == static_cast<int>(found->channels.size())) {
    words(numbers(false), Font::number, theme.input);
    words("\u2192", Font::body, theme.secondary);
    words(found->has_range ? numbers(true) : "\u2026", Font::number, theme.activation);
  }
  ui.pack_right();
  stage_view_.draw_zoom(ui);
  if (shown_.result && ui.remaining().w > 150.0f) {
    const std::string time =
        format_tr("{} ms on {}", number_text(shown_.result->milliseconds, shown_.result->milliseconds < 10 ? 2 : 0),
                  shown_.result->device.substr(0, shown_.result->device.find(',')));
    const float w = ui.measure(Font::caption, time).x + 2;
    ui.label(ui.take(std::min(w, ui.remaining().w), 24.0f), time, Font::caption, theme.secondary, Align::right);
  }
  ui.end_row();
}

}  // namespace striate
