#include "engine/drawing/prepare_input.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/marked.h"
#include "engine/training/data/fit_image.h"
#include "kernels/resize.h"

namespace striate {
namespace {

constexpr int kLargestShown = 280;  // pixels of the longer side of a picture's first stage
constexpr int kDigitSide = 28;
constexpr int kDigitBox = 20;

std::vector<float> floats_of(const std::vector<uint8_t>& bytes) {
  std::vector<float> values(bytes.size());
  std::transform(bytes.begin(), bytes.end(), values.begin(),
                 [](uint8_t value) { return static_cast<float>(value) / 255.0f; });
  return values;
}

std::string size_text(int width, int height) { return fmt::format("{} \u00d7 {}", width, height); }

bool any_ink(const std::vector<float>& pixels) {
  return std::any_of(pixels.begin(), pixels.end(), [](float value) { return value > 0; });
}

// The stages of a digit from its ink on. `ink` (height, width) gives the numbers; `shown` is the same ink, at most
// kLargestShown large, for the screen.
void add_digit_stages(PreparedInput& out, const std::vector<float>& ink, int width, int height, InputStage shown) {
  const DigitFit fit = fit_digit(ink.data(), width, height);
  out.blank = fit.width == 0;
  out.pixels = fit.pixels;
  const float scale = static_cast<float>(shown.shape[2]) / static_cast<float>(width);
  if (!out.blank) {
    shown.box = InputStage::Box{static_cast<float>(fit.left) * scale, static_cast<float>(fit.top) * scale,
                                static_cast<float>(fit.width) * scale, static_cast<float>(fit.height) * scale};
  }
  InputStage box = shown;
  shown.box.reset();
  out.stages.push_back(std::move(shown));
  box.id = "box";
  box.title = N_("box");
  box.words = out.blank ? N_("The smallest box around the ink.")
                        : fmt::format("The smallest box around the ink: {} of {}.", size_text(fit.width, fit.height),
                                      size_text(width, height));
  out.stages.push_back(std::move(box));
  // Shown within the whole 20 x 20, the digit in its corner until it finds its place.
  InputStage fitted{"fitted",
                    size_text(kDigitBox, kDigitBox),
                    N_("The box, made smaller until its longer side is 20 pixels. A pixel that ink covers in part gets "
                       "gray."),
                    Shape{1, kDigitBox, kDigitBox},
                    std::vector<float>(kDigitBox * kDigitBox, 0.0f),
                    {},
                    {}};
  const int left = (kDigitBox - fit.fitted_width) / 2, top = (kDigitBox - fit.fitted_height) / 2;
  for (int y = 0; y < fit.fitted_height; ++y) {
    std::copy_n(fit.fitted.data() + y * fit.fitted_width, fit.fitted_width,
                fitted.pixels.data() + (y + top) * kDigitBox + left);
  }
  InputStage mass = fitted;
  mass.id = "mass";
  mass.title = N_("center");
  mass.words =
      N_("The center of mass, where the ink would balance on a needle: the mean of all pixels' places, weighted by "
         "their ink.");
  InputStage input{"input",
                   size_text(kDigitSide, kDigitSide),
                   N_("Moved by whole pixels so that the center of mass comes as near to the middle as it can. This is "
                      "what the network receives."),
                   Shape{1, kDigitSide, kDigitSide},
                   fit.pixels,
                   {},
                   {}};
  if (!out.blank) {
    fitted.box = InputStage::Box{static_cast<float>(left), static_cast<float>(top),
                                 static_cast<float>(fit.fitted_width), static_cast<float>(fit.fitted_height)};
    mass.mass = Point{fit.mass_x + static_cast<float>(left), fit.mass_y + static_cast<float>(top)};
    input.box = InputStage::Box{static_cast<float>(fit.x), static_cast<float>(fit.y),
                                static_cast<float>(fit.fitted_width), static_cast<float>(fit.fitted_height)};
    input.mass = Point{fit.mass_x + static_cast<float>(fit.x), fit.mass_y + static_cast<float>(fit.y)};
  }
  out.stages.push_back(std::move(fitted));
  out.stages.push_back(std::move(mass));
  out.stages.push_back(std::move(input));
}

InputStage input_stage(const Shape& input, const std::vector<float>& pixels, const std::string& how) {
  const std::string size = size_text(static_cast<int>(input[2]), static_cast<int>(input[1]));
  const bool color = input[0] == 3;
  return {"input", color ? size + " \u00d7 3" : size, how + " This is what the network receives.", input, pixels, {},
          {}};
}

// The size at which a picture is shown: its own, or smaller with the same proportions.
std::pair<int, int> shown_size(int width, int height) {
  const int longer = std::max(width, height);
  if (longer <= kLargestShown) return {width, height};
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * kLargestShown / longer)));
  };
  return {scaled(width), scaled(height)};
}

}  // namespace

bool reads_writing(const Shape& input, const std::vector<std::string>& classes) {
  if (input != Shape{1, kDigitSide, kDigitSide} || (classes.size() != 10 && classes.size() != 26)) return false;
  const char first = classes.size() == 10 ? '0' : 'A';
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] != std::string(1, static_cast<char>(first + static_cast<int>(i)))) return false;
  }
  return true;
}

bool takes_pictures(const Shape& input) { return input.rank() == 3 && (input[0] == 1 || input[0] == 3); }

PreparedInput prepare_drawing(const Drawing& drawing, const Shape& input, bool as_digit) {
  check(takes_pictures(input), "a drawing cannot fit {}", input.text());
  check(!as_digit || input == Shape{1, kDigitSide, kDigitSide}, "a digit cannot fit {}", input.text());
  PreparedInput out;
  out.shape = input;
  out.as_digit = as_digit;
  if (input == Shape{1, kDigitSide, kDigitSide} && static_cast<int64_t>(drawing.placed.size()) == input.count()) {
    out.pixels = drawing.placed;
    out.blank = !any_ink(out.pixels);
    out.stages.push_back({"input",
                          size_text(kDigitSide, kDigitSide),
                          N_("Where it was placed on page lenet. This is what the network receives."),
                          input,
                          out.pixels,
                          {},
                          {}});
    return out;
  }
  const std::vector<float> ink = ink_of(drawing);
  InputStage drawn{"ink", N_("ink"), N_("What you drew. The pen's edge is soft."), Shape{1, kPadSide, kPadSide}, ink,
                   {},    {}};
  if (as_digit) {
    add_digit_stages(out, ink, kPadSide, kPadSide, std::move(drawn));
    return out;
  }
  // White on black, in the network's proportions: as a picture of the pad would be.
  Image pad;
  pad.width = pad.height = kPadSide;
  pad.channels = 1;
  pad.bytes.resize(ink.size());
  std::transform(ink.begin(), ink.end(), pad.bytes.begin(),
                 [](float value) { return static_cast<uint8_t>(std::lround(value * 255)); });
  PreparedInput picture = prepare_image(pad, input, false);
  out.pixels = std::move(picture.pixels);
  out.blank = !any_ink(ink);
  drawn.box = picture.stages.front().box;
  out.stages.push_back(std::move(drawn));
  out.stages.push_back(std::move(picture.stages.back()));
  return out;
}

PreparedInput prepare_image(const Image& image, const Shape& input, bool as_digit) {
  check(takes_pictures(input), "a picture cannot fit {}", input.text());
  check(!as_digit || input == Shape{1, kDigitSide, kDigitSide}, "a digit cannot fit {}", input.text());
  PreparedInput out;
  out.shape = input;
  out.as_digit = as_digit;
  const auto [width, height] = shown_size(image.width, image.height);
  const int64_t channels = image.color_channels();
  InputStage picture{"picture",
                     size_text(image.width, image.height),
                     N_("The picture as it is."),
                     Shape{channels, height, width},
                     floats_of(fit_image(image, Shape{channels, height, width})),
                     {},
                     {}};
  if (as_digit) {
    const InkOfImage ink = find_ink(image);
    out.inverted = ink.inverted;
    InputStage found{"ink",
                     N_("ink"),
                     ink.inverted ? N_("Gray, then inverted because the border is bright: the paper becomes 0, the "
                                       "strongest ink 1.")
                                  : N_("Gray; the border's brightness becomes 0, the strongest ink 1."),
                     Shape{1, height, width},
                     std::vector<float>(static_cast<size_t>(width) * static_cast<size_t>(height)),
                     {},
                     {}};
    Stream stream(Device::cpu());
    resize(stream, Resample::area, ink.values.data(), image.height, image.width, 1, found.pixels.data(), height, width);
    out.stages.push_back(std::move(picture));
    add_digit_stages(out, ink.values, image.width, image.height, std::move(found));
    return out;
  }
  const Crop part = middle_part(image.width, image.height, input);
  const auto scale = static_cast<double>(width) / image.width;
  picture.box = InputStage::Box{static_cast<float>(part.x * scale), static_cast<float>(part.y * scale),
                                static_cast<float>(part.width * scale), static_cast<float>(part.height * scale)};
  out.pixels = floats_of(fit_image(image, input));
  out.blank = false;
  out.stages.push_back(std::move(picture));
  std::string how = "The middle part in the network's proportions, resized";
  if (input[0] == 1 && channels == 3) how += ", as gray: 0.299 R + 0.587 G + 0.114 B";
  if (input[0] == 3 && channels == 1) how += ", gray repeated for red, green and blue";
  out.stages.push_back(input_stage(input, out.pixels, how + "."));
  return out;
}

}  // namespace striate
