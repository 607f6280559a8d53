// The inspector of the convolution page: the sum of the cell that is looked at, then everything that can be set.
#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/tap_colours.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

const char* const kSlices[] = {"red", "green", "blue"};

std::string slice_name(int channel, int channels) {
  return channels == 3 ? kSlices[channel] : fmt::format("channel {}", channel + 1);
}

const char* about(Border border) {
  switch (border) {
    case Border::zero:
      return "Zeros stand around the input. They pull the output's edge towards 0.";
    case Border::replicate:
      return "The nearest cell of the edge is repeated outwards.";
    case Border::reflect:
      return "The input is mirrored; the edge cell itself is not repeated.";
    case Border::wrap:
      return "What leaves at one side comes in at the other.";
  }
  return "";
}

}  // namespace

void ConvolutionPage::draw_inspector(Ui& ui) const {
  draw_cell_sum(ui);
  draw_pins(ui);
  ui.hairline();
  draw_kernel_settings(ui);
  ui.hairline();
  draw_sliding(ui);
  ui.hairline();
  draw_result_settings(ui);
  ui.hairline();
  draw_input_settings(ui);
}

void ConvolutionPage::draw_cell_sum(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  active_ = shown_walk();
  const ConvolutionWalk& walk = active_;
  ui.section(fmt::format("OUTPUT CELL, ROW {}, COLUMN {}", walk.row + 1, walk.column + 1));
  const PrintedSum all = printed(walk, g.kernel_width <= 3 ? 4 : 3);
  const int taps = g.kernel_height * g.kernel_width;
  if (g.channels > 1) {
    // One slice at a time; clicking a channel's sum below shows its products.
    ui.note(
        fmt::format("Each channel is multiplied with its own slice. The {} sums are added, and one bias.", g.channels));
  }
  const bool at_cursor = walk.row == player_.row() && walk.column == player_.column();
  int hovered = -1;
  for (int c = 0; c < g.channels; ++c) {
    const bool shown = g.channels == 1 || c == shown_channel_;
    if (g.channels > 1) {
      const double sum = walk.channels[static_cast<size_t>(c)].sum;
      const Response r = [&] {
        const Rect line = ui.take(ui.em(28));
        const Response response = ui.interact(line, {.label = "sum of " + slice_name(c, g.channels),
                                                     .kind = "row",
                                                     .tooltip = "Show the products of this channel"});
        if (response.hovered || shown) ui.fill(line, ui.theme().raised, 6);
        ui.label(line.inset(8, 0), slice_name(c, g.channels), Font::body, ui.theme().secondary);
        ui.label(line.inset(8, 0), significant_text(sum, 6), Font::number, ui.theme().text, Align::right);
        return response;
      }();
      if (r.clicked) shown_channel_ = c;
    }
    if (!shown) continue;
    SumRow row;
    row.columns = g.kernel_width;
    row.prefix = "convolution.walk";
    row.walked = at_cursor && g.channels == 1 ? state_.walked : -1;
    const int first = c * taps;
    if (hover_.kind == Hover::Kind::input) {
      const int tap = tap_at(hover_.channel, hover_.row, hover_.column);
      if (tap >= first && tap < first + taps) row.lit = tap - first;
    } else if (hover_.kind == Hover::Kind::kernel && hover_.channel == c) {
      row.lit = hover_.row * g.kernel_width + hover_.column;
    }
    for (int i = 0; i < taps; ++i) {
      const ConvolutionTap& tap = walk.taps[static_cast<size_t>(first + i)];
      SumChip chip;
      chip.term = &all.terms[static_cast<size_t>(first + i)];
      chip.colour = tap_colour(i, taps, ui.theme().dark);
      chip.dashed = tap.row < 0 || tap.column < 0 || tap.row >= g.height || tap.column >= g.width;
      chip.about =
          fmt::format("{} \u00d7 {} = {}", exact_text(tap.x), kernel_number_text(tap.w), exact_text(tap.product()));
      if (chip.dashed) {
        chip.about += tap.from_row < 0 ? "; the padding holds a 0"
                                       : fmt::format("; padding, taken from row {}, column {}", tap.from_row + 1,
                                                     tap.from_column + 1);
      } else {
        chip.about += fmt::format("; row {}, column {} of the input", tap.row + 1, tap.column + 1);
      }
      row.chips.push_back(std::move(chip));
    }
    const int under = sum_row(ui, "products", row);
    if (under >= 0) hovered = first + under;
  }
  if (hovered >= 0) hover_next_ = {Hover::Kind::chip, 0, 0, hovered};
  if (at_cursor && state_.walked >= 0 && g.channels == 1) {
    double running = 0;
    const int counted = std::min(state_.walked, taps);
    for (int i = 0; i < counted; ++i) running += walk.taps[static_cast<size_t>(i)].product();
    ui.row(fmt::format("after {} of {}", counted, taps), significant_text(running, 6), Concept::kernel);
  } else if (taps <= 25 && g.channels == 1) {
    ui.note("`" + all.products() + "`");
  }
  if (g.has_bias) ui.row("+ bias", exact_text(walk.bias), Concept::bias);
  ui.big_row("sum", all.result, Concept::activation);
  if (!all.reproduces) {
    ui.note("Rounded; exactly " + all.exact_value);
  } else if (!all.exact) {
    ui.note("Factors and products are rounded so that they still add up. Exactly " + all.exact_value);
  }
  const double divided = walk.total / g.divisor;
  if (g.divisor != 1) ui.row("\u00f7 divisor " + significant_text(g.divisor, 6), significant_text(divided, 7));
  if (g.offset != 0) ui.row("+ offset " + significant_text(g.offset, 6), significant_text(divided + g.offset, 7));
  if (g.clamp) {
    const double before = divided + g.offset;
    const std::string value = significant_text(walk.value, 7);
    ui.row(before > 255 ? fmt::format("clamp: min(255, {})", significant_text(before, 6))
           : before < 0 ? fmt::format("clamp: max(0, {})", significant_text(before, 6))
                        : std::string("clamp to 0..255"),
           value);
  }
  if (g.divisor != 1 || g.offset != 0 || g.clamp) {
    ui.row("value", significant_text(walk.value, 7), Concept::activation);
  }
}

// The cards that were pinned: they stay and follow every change.
void ConvolutionPage::draw_pins(Ui& ui) const {
  for (const auto& [x, y] : state_.pins) {
    const ConvolutionWalk walk = walk_at(y, x);
    const PrintedSum sum = printed(walk, 4);
    const std::string name = fmt::format("row {}, column {}", y + 1, x + 1);
    ui.begin_card(name);
    ui.row(name, significant_text(walk.value, 7), Concept::activation);
    if (walk.taps.size() <= 25) ui.note("`" + sum.products() + " = " + sum.result + "`");
    ui.button("Unpin " + name, fmt::format("convolution.unpin {} {}", x, y),
              {.style = ButtonStyle::quiet, .icon = Icon::cross});
    ui.end_card();
  }
}

void ConvolutionPage::draw_kernel_settings(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section("KERNEL");
  ui.begin_flow(6);
  for (const NamedKernel& preset : named_kernels()) {
    ButtonOptions options;
    options.selected = state_.kernel == preset.name;
    options.tone = Concept::kernel;
    options.tooltip = preset.about;
    ui.button(preset.name, "convolution.kernel " + preset.name, options);
  }
  ui.end_flow();
  if (const NamedKernel* preset = find_named_kernel(state_.kernel)) ui.note(preset->about);
  NumberSpec size;
  size.minimum = 1;
  size.maximum = 7;
  size.reset = 3;
  size.step = 1;
  size.decimals = 0;
  if (g.kernel_width == g.kernel_height) {
    ui.slider("size", g.kernel_width, size, "convolution.size");
  } else {
    ui.row("size", fmt::format("{} \u00d7 {}", g.kernel_width, g.kernel_height));
  }
  ui.text_field("kernel rows", number_planes_text(kernel_rows(), kernel_number_text), "convolution.kernel",
                "0 -1 0; -1 5 -1; 0 -1 0");
  double sum = 0;
  for (const double w : state_.convolution.w) sum += w;
  if (std::abs(sum) < 1e-12) sum = 0;
  ui.row("sum of the kernel", significant_text(sum, 6), Concept::kernel);
  ui.begin_flow();
  ui.button("Sum to 1", "convolution.sum_to 1", {.enabled = sum != 0});
  ui.button("Sum to 0", "convolution.sum_to 0");
  ui.end_flow();
}

void ConvolutionPage::draw_sliding(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section("HOW IT SLIDES");
  NumberSpec spec;
  spec.step = 1;
  spec.decimals = 0;
  spec.minimum = 0;
  spec.maximum = 7;
  ui.slider("padding", g.top, spec, "convolution.padding");
  std::vector<Choice> borders;
  for (const Border border : all_borders()) borders.push_back({border_name(border), border_name(border)});
  ui.segmented("padding mode", borders, border_name(g.border), "convolution.mode");
  ui.note(about(g.border));
  spec.minimum = 1;
  spec.maximum = 5;
  spec.reset = 1;
  ui.slider("stride", g.stride, spec, "convolution.stride");
  spec.maximum = 4;
  ui.slider("dilation", g.dilation, spec, "convolution.dilation");
  const int columns = dropped_cells(g, g.width, g.left + g.right, g.kernel_width);
  const int rows = dropped_cells(g, g.height, g.top + g.bottom, g.kernel_height);
  if (columns > 0 || rows > 0) {
    ui.note(
        fmt::format("The stride does not come out even: {} column{} and {} row{} at the end are never read (hatched).",
                    columns, columns == 1 ? "" : "s", rows, rows == 1 ? "" : "s"));
  }
  ui.toggle("flip (true convolution)", g.flip, "convolution.flip");
  ui.note(g.flip ? "The kernel is turned by half a turn before it slides: convolution as mathematics defines it."
                 : "The kernel slides as it stands. That is cross-correlation; every framework calls it convolution.");
}

void ConvolutionPage::draw_result_settings(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section("FROM SUM TO OUTPUT");
  NumberSpec spec;
  spec.minimum = -1000;
  spec.maximum = 1000;
  spec.step = 1;
  spec.decimals = 3;
  ui.number_field("bias", g.has_bias ? state_.convolution.bias[0] : 0, spec, "convolution.bias");
  spec.reset = 1;
  ui.number_field("divisor", g.divisor, spec, "convolution.divisor");
  spec.reset = 0;
  ui.number_field("offset", g.offset, spec, "convolution.offset");
  ui.toggle("clamp to 0..255", g.clamp, "convolution.clamp");
  static const Choice shows[] = {{"clip", "clip"}, {"|v|", "abs"}, {"+128", "offset"}, {"min-max", "minmax"}};
  ui.row("shown as grey", "");
  ui.segmented("show", shows, show_name(state_.show), "convolution.show");
  ui.note("The numbers in the output are the values themselves; this only chooses their greys.");
  ui.toggle("fill as it slides", player_.fill(), "convolution.fill");
}

void ConvolutionPage::draw_input_settings(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section("INPUT");
  ui.begin_flow(6);
  const auto preset = [&](const char* label, const char* value, std::string_view tip, bool enabled) {
    ButtonOptions options;
    options.selected = state_.input == value;
    options.tone = Concept::input;
    options.tooltip = tip;
    options.enabled = enabled;
    ui.button(label, std::string("convolution.input ") + value, options);
  };
  const bool has_image = context_.document.image != nullptr;
  preset("deck 6\u00d76", "deck", "The course's worked example", true);
  preset("slide 3\u00d73", "slide", "The nine cells of the slide's single step", true);
  preset("portrait", "portrait", "The 12 x 16 portrait", true);
  preset("region", "image", "A piece of the open picture", has_image);
  ui.end_flow();
  ui.text_field("input rows", state_.input == "numbers" ? number_planes_text(input_rows(), kernel_number_text) : "",
                "convolution.input", "own numbers: 1 2; 3 4");
  if (has_image && state_.input == "image") {
    draw_region_picker(ui);
    ui.toggle("red, green and blue", state_.colour, "convolution.colour");
    if (state_.colour) {
      ui.note(
          "Three slices, one kernel slice for each, one sum: so a layer of a network sees colour. A photo filter would "
          "work on each channel alone.");
    }
  }
  static const Choice tools[] = {{"drag a value", "drag"}, {"paint", "paint"}};
  ui.segmented("tool", tools, state_.tool, "convolution.tool");
  if (state_.tool == "paint") {
    NumberSpec spec;
    spec.minimum = -1000;
    spec.maximum = 1000;
    spec.reset = 255;
    spec.step = 1;
    ui.number_field("paint value", state_.paint, spec, "convolution.paint");
  }
  std::string size = fmt::format("{} \u00d7 {}", g.width, g.height);
  if (g.channels > 1) size += fmt::format(" \u00d7 {}", g.channels);
  ui.row("size", size);
}

// The open picture, small, with the region on it; a click or drag moves the region there.
void ConvolutionPage::draw_region_picker(Ui& ui) const {
  const ImagePtr& image = context_.document.image;
  if (!image || !context_.document.pyramid) return;
  const ConvolutionGeometry& g = geometry();
  const Rect room = ui.take(std::min(ui.width() * 0.66f, ui.em(190)));
  const float scale = std::min(room.w / static_cast<float>(image->width), room.h / static_cast<float>(image->height));
  const Rect place = room.centred(static_cast<float>(image->width) * scale, static_cast<float>(image->height) * scale);
  ui.thumbnail(place, pyramid_source("convolution.region", context_.document.pyramid, context_.document.image_version));
  const Response r = ui.interact(
      place, {.label = "region of the picture",
              .command = "convolution.input image",
              .kind = "picker",
              .tooltip = "Click or drag: the region that the kernel slides over. Arrow keys move it by a cell."});
  const auto send = [&](int x, int y) {
    x = std::clamp(x, 0, image->width - g.width);
    y = std::clamp(y, 0, image->height - g.height);
    if (x != state_.x || y != state_.y)
      ui.send(fmt::format("convolution.input image {} {} {} {}", x, y, g.width, g.height));
  };
  if (r.pressed || r.held) {
    const Vec at = ui.input().mouse - place.min();
    send(static_cast<int>(at.x / scale) - g.width / 2, static_cast<int>(at.y / scale) - g.height / 2);
  }
  if (r.focused) {
    if (ui.take_key("Left")) send(state_.x - 1, state_.y);
    if (ui.take_key("Right")) send(state_.x + 1, state_.y);
    if (ui.take_key("Up")) send(state_.x, state_.y - 1);
    if (ui.take_key("Down")) send(state_.x, state_.y + 1);
  }
  const Rect frame{place.x + static_cast<float>(state_.x) * scale, place.y + static_cast<float>(state_.y) * scale,
                   std::max(6.0f, static_cast<float>(g.width) * scale),
                   std::max(6.0f, static_cast<float>(g.height) * scale)};
  ui.stroke(frame.inset(-1), ui.theme().background, 1, 1);
  ui.stroke(frame, ui.theme().input, 1, 2);
  if (r.keyboard) ui.stroke(place.inset(-3), ui.theme().accent, 4, 2);
  ui.row("region", fmt::format("{}, {}", state_.x, state_.y));
}

}  // namespace striate
