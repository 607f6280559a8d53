// The lower part of the pixels page's inspector: the pixel in other color spaces, the weights of gray, number types.
#include <algorithm>
#include <cmath>

#include "app/pages/pixels.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

void PixelsPage::draw_other_spaces(Ui& ui) const {
  const Image& image = *context_.document.image;
  const uint8_t* pixel = image.at(stage_.x(), stage_.y());
  ui.section("THE SAME PIXEL");
  ColorView view;
  view.space = ColorSpace::hsv;
  const PixelNumbers hsv = numbers_of(view, pixel, image.channels);
  ui.row("hue", fmt::format("{:.1f}\u00b0", hsv.value[0]));
  ui.row("saturation", fmt::format("{:.3f}", hsv.value[1]));
  ui.row("value", fmt::format("{:.0f}", hsv.value[2]));
  view.space = ColorSpace::ycbcr;
  const PixelNumbers ycbcr = numbers_of(view, pixel, image.channels);
  ui.row("Y", fmt::format("{:.1f}", ycbcr.value[0]));
  ui.row("Cb, Cr", fmt::format("{:.1f}, {:.1f}", ycbcr.value[1], ycbcr.value[2]));
}

void PixelsPage::draw_weights(Ui& ui) const {
  const Image& image = *context_.document.image;
  const uint8_t* pixel = image.at(stage_.x(), stage_.y());
  const bool color = image.color_channels() == 3;
  const int rgb[] = {pixel[0], pixel[color ? 1 : 0], pixel[color ? 2 : 0]};
  const GrayWeights& w = state_.view.weights;
  ui.section("WEIGHTS OF GRAY");
  const float weights[] = {w.red, w.green, w.blue};
  static constexpr const char* names[] = {"red", "green", "blue"};
  static constexpr const char* sliders[] = {N_("red weight"), N_("green weight"), N_("blue weight")};
  static constexpr const char* terms[] = {N_("red"), N_("+ green"), N_("+ blue")};
  NumberSpec spec;
  spec.maximum = 2;
  spec.decimals = 3;
  const double resets[] = {0.299, 0.587, 0.114};
  for (int c = 0; c < 3; ++c) {
    spec.reset = resets[c];
    ui.slider(sliders[c], std::round(weights[c] * 1e6) / 1e6, spec, fmt::format("pixels.weight {}", names[c]));
  }
  ColorView view;
  view.space = ColorSpace::gray;
  view.weights = w;
  const double gray = numbers_of(view, pixel, image.channels).value[0];
  // A whole number times a weight has as many decimals as the weight: printed so, the three add up to the gray.
  int decimals = 3;
  for (const float weight : weights) {
    const std::string text = shortest_text(weight);
    const size_t point = text.find('.');
    if (point != std::string::npos) decimals = std::clamp(static_cast<int>(text.size() - point) - 1, decimals, 5);
  }
  for (int c = 0; c < 3; ++c) {
    ui.row(terms[c], fmt::format("{} \u00b7 {:>3} = {:>8}", shortest_text(weights[c]), rgb[c],
                                 number_text(static_cast<double>(weights[c]) * rgb[c], decimals)));
  }
  ui.row("gray", number_text(gray, decimals), Concept::input);
  const double sum = static_cast<double>(w.red) + w.green + w.blue;
  if (std::abs(sum - 1) > 1e-6) {
    ui.note(sum > 1 ? format_tr("The weights add up to {:.3f}: grays become brighter than the picture.", sum)
                    : format_tr("The weights add up to {:.3f}: grays become darker than the picture.", sum));
  }
  ui.button("Usual weights", "pixels.reset");
}

void PixelsPage::draw_number_types(Ui& ui) const {
  ui.section("NUMBER TYPES");
  const ByteOperation operation = state_.view.change.operation;
  if (context_.document.image) {
    ui.note(
        format_tr("The same to every value of the picture: {} {}", symbol_of(operation), state_.view.change.operand));
    ui.setting("pixels.dtype");
  }
  ui.setting("pixels.dtype.a");
  ui.setting("pixels.dtype.operation");
  ui.setting("pixels.dtype.b");
  const int sum = exact(operation, state_.a, state_.view.change.operand);
  const int wraps = wrapped(operation, state_.a, state_.view.change.operand);
  const int saturates = saturated(operation, state_.a, state_.view.change.operand);
  ui.row("uint8, wraps", fmt::format("{} mod 256 = {}", sum, wraps), wraps == sum ? Concept::none : Concept::gradient);
  ui.row("uint8, saturates",
         sum < 0 ? fmt::format("max({}, 0) = {}", sum, saturates) : fmt::format("min({}, 255) = {}", sum, saturates),
         saturates == sum ? Concept::none : Concept::bias);
  ui.row("float32", fmt::format("{:.1f}", in_float(operation, state_.a, state_.view.change.operand)),
         Concept::activation);
}

}  // namespace striate
