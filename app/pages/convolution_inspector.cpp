// The inspector of the convolution page: the sum of the cell that is looked at, then everything that can be set.
#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/pages/region_picker.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

const char* about(Border border) {
  switch (border) {
    case Border::zero:
      return N_("Zeros stand around the input. They pull the output's edge towards 0.");
    case Border::replicate:
      return N_("The nearest cell of the edge is repeated outwards.");
    case Border::reflect:
      return N_("The input is mirrored; the edge cell itself is not repeated.");
    case Border::wrap:
      return N_("What leaves at one side comes in at the other.");
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
  ui.slider("size", std::max(g.kernel_width, g.kernel_height), size, "convolution.size");
  ui.error_beside("convolution.size");
  if (g.kernel_width != g.kernel_height) {
    ui.row("columns \u00d7 rows", fmt::format("{} \u00d7 {}", g.kernel_width, g.kernel_height));
  }
  ui.text_field("kernel rows", number_planes_text(kernel_rows(), kernel_number_text), "convolution.kernel",
                "0 -1 0; -1 5 -1; 0 -1 0");
  ui.error_beside("convolution.kernel");
  const double sum = kernel_sum();
  ui.row("sum of the kernel", significant_text(sum, 6), Concept::kernel);
  ui.begin_flow();
  ui.button("Sum to 1", "convolution.sum_to 1", {.enabled = sum != 0});
  ui.button("Sum to 0", "convolution.sum_to 0");
  ui.end_flow();
  ui.error_beside("convolution.sum_to");
  ui.row("to learn", parameters(), Concept::kernel);
  ui.note(
      "A layer of this kind learns (rows\u00b7columns\u00b7channels + 1 bias)\u00b7outputs numbers, whatever the "
      "size of the picture.");
}

void ConvolutionPage::draw_sliding(Ui& ui) const {
  const ConvolutionGeometry& g = geometry();
  ui.section("HOW IT SLIDES");
  NumberSpec spec;
  spec.step = 1;
  spec.decimals = 0;
  spec.minimum = 0;
  spec.maximum = 7;
  spec.reset = 1;
  ui.slider("padding", g.top, spec, "convolution.padding");
  ui.error_beside("convolution.padding");
  ui.begin_columns(2);
  for (const char* side : {"top", "bottom", "left", "right"}) {
    ui.setting(std::string("convolution.padding.") + side, {.field = true});
  }
  ui.end_columns();
  ui.setting("convolution.mode");
  ui.note(about(g.border));
  ui.setting("convolution.stride");
  ui.setting("convolution.dilation");
  const int columns = dropped_cells(g, g.width, g.left + g.right, g.kernel_width);
  const int rows = dropped_cells(g, g.height, g.top + g.bottom, g.kernel_height);
  if (columns > 0 || rows > 0) {
    ui.note(format_tr("The stride does not come out even: {} and {} at the end are never read (hatched).",
                      trn("1 column", "{} columns", columns), trn("1 row", "{} rows", rows)));
  }
  ui.setting("convolution.flip");
  ui.note(g.flip
              ? N_("The kernel is turned by half a turn before it slides: convolution as mathematics defines it.")
              : N_("The kernel slides as it stands. That is cross-correlation; every framework calls it convolution."));
}

void ConvolutionPage::draw_result_settings(Ui& ui) const {
  ui.section("FROM SUM TO OUTPUT");
  for (const char* name : {"bias", "divisor", "offset", "clamp"}) ui.setting(std::string("convolution.") + name);
  ui.row("shown as gray", "");
  ui.setting("convolution.show");
  const char* black = "0";
  const char* white = "255";
  if (state_.show == Show::absolute) white = "\u00b1255";
  if (state_.show == Show::offset128) black = "\u2212128", white = "127";
  ui.row("black and white are", state_.show == Show::minmax ? format_tr("{} and {}", significant_text(output_low_, 5),
                                                                        significant_text(output_high_, 5))
                                                            : format_tr("{} and {}", black, white));
  ui.note(state_.show == Show::minmax
              ? N_("The least and the largest value of this output. The numbers are the values themselves; this "
                   "only chooses their grays.")
              : N_("The numbers in the output are the values themselves; this only chooses their grays."));
  ui.setting("convolution.fill");
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
  preset(N_("deck 6\u00d76"), "deck", N_("The course's worked example"), true);
  preset(N_("slide 3\u00d73"), "slide", N_("The nine cells of the slide's single step"), true);
  preset(N_("portrait"), "portrait", N_("The 12 x 16 portrait"), true);
  preset(N_("region"), "image", N_("A piece of the open picture"), has_image);
  ui.end_flow();
  ui.text_field("input rows", state_.input == "numbers" ? number_planes_text(input_rows(), kernel_number_text) : "",
                "convolution.input", "own numbers: 1 2; 3 4");
  ui.error_beside("convolution.input");
  if (has_image && state_.input == "image") {
    region_picker(ui, context_.document, state_.x, state_.y, g.width, g.height, "convolution.input");
    ui.setting("convolution.color");
  }
  if (g.channels > 1) {
    const std::string all = std::to_string(g.channels);
    const Choice sums[] = {{N_("one sum of all"), "1"}, {N_("each channel alone"), all}};
    ui.segmented("channels", sums, std::to_string(g.groups), "convolution.groups");
  }
  ui.setting("convolution.columns");
  ui.setting("convolution.rows");
  ui.setting("convolution.tool");
  if (state_.tool == "paint") ui.setting("convolution.paint");
  ui.row("black and white are", format_tr("{} and {}", significant_text(low_, 5), significant_text(high_, 5)));
  ui.button("Start again", "convolution.reset", {.icon = Icon::reset});
}

}  // namespace striate
