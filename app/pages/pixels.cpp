// What the pixels page can do and what can be read from it; pixels_draw.cpp has what it looks like.
#include "app/pages/pixels.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

// To three decimals: float arithmetic leaves 134.00001 of a gray 134.
double to_thousandths(double value) {
  const double rounded = std::round(value * 1000) / 1000;
  return rounded == 0 ? 0 : rounded;
}

}  // namespace

PixelsPage::PixelsPage(const PageContext& context)
    : info_(pixels_page().info),
      context_(context),
      stage_("pixels", context.document),
      settings_("pixels", state_, [this](State next) { take(std::move(next)); }),
      count_(context.document, context.wake) {
  state_.view.change.operand = 100;
  declare_settings();
}

void PixelsPage::take(State next) {
  const bool other = next.view.space != state_.view.space;
  state_ = std::move(next);
  if (other) count_.recount();
}

const uint8_t* PixelsPage::cursor_pixel() const { return stage_.need_image().at(stage_.x(), stage_.y()); }

// In the order in which state() writes them.
void PixelsPage::declare_settings() {
  const auto look = [](Setting& setting, std::vector<std::string> labels = {}) {
    setting.undo = Undo::none;
    setting.labels = std::move(labels);
  };
  look(settings_.choice(
           "space", "space", "Shows the picture and its cells in the numbers of a color space",
           Parameter::choice("SPACE", "the color space", {"rgb", "gray", "hsv", "ycbcr"}),
           [](const State& s) { return std::string(name_of(s.view.space)); },
           [](State& s, const std::string& word) {
             s.view.space = color_space_of(word);
             s.view.component = 0;
           }),
       {"RGB", N_("Gray"), "HSV", "YCbCr"});
  look(settings_.choice(
      "component", "component", "Shows one of the color space's three numbers alone",
      Parameter::choice("WHICH", "all together, or the first, second or third number", {"all", "1", "2", "3"}),
      [](const State& s) { return s.view.component == 0 ? std::string("all") : std::to_string(s.view.component); },
      [](State& s, const std::string& word) { s.view.component = word == "all" ? 0 : word[0] - '0'; }));
  look(settings_.choice(
           "format", "numbers", "Prints the cells' numbers as decimals, hexadecimals, or from 0 to 1",
           Parameter::choice("FORMAT", "how numbers are printed", {"decimal", "hex", "unit"}),
           [](const State& s) { return std::string(name_of(s.format)); },
           [](State& s, const std::string& word) { s.format = number_format_of(word); }),
       {N_("Decimal"), N_("Hex"), N_("0 to 1")});
  look(settings_.choice(
           "panel", "panel",
           "Shows the picture's facts, the pixel in other color spaces, the weights of gray, or number types",
           Parameter::choice("PANEL", "what the inspector shows below the pixel",
                             {"picture", "spaces", "weights", "types"}),
           [](auto& s) -> auto& { return s.panel; }),
       {N_("Picture"), N_("Spaces"), N_("Weights"), N_("Types")});
  settings_
      .choice(
          "dtype", "picture",
          "Does the card's sum to every value of the picture on the stage, in eight bits that wrap or saturate",
          Parameter::choice("RULE", "what happens beyond 0 and 255; none leaves the picture as it is",
                            {"none", "wrap", "saturate"}),
          [](const State& s) { return std::string(name_of(s.view.change.rule)); },
          [](State& s, const std::string& word) { s.view.change.rule = overflow_of(word); })
      .labels = {N_("As it is"), N_("Wrap"), N_("Saturate")};
  settings_
      .choice(
          "dtype.operation", "operation", "Sets what the number types card computes",
          Parameter::choice("OPERATION", "the operation", {"add", "subtract", "multiply"}),
          [](const State& s) { return std::string(name_of(s.view.change.operation)); },
          [](State& s, const std::string& word) { s.view.change.operation = byte_operation_of(word); })
      .labels = {"+", "\u2212", "\u00d7"};
  settings_.integer(
      "dtype.a", "a", "Sets the first number of the number types card", {"A", "a value of a pixel", 0, 255},
      [](auto& s) -> auto& { return s.a; });
  settings_.integer(
      "dtype.b", "b", "Sets the second number of the number types card, which the picture gets too",
      {"B", "a value of a pixel", 0, 255}, [](auto& s) -> auto& { return s.view.change.operand; });
}

void PixelsPage::declare(Registry& registry) {
  stage_.declare(registry);
  settings_.declare(registry);
  const auto weight = [](const char* name, const char* help) { return Parameter::number(name, help, 0, 2); };
  registry.add(Command{
      "pixels.weights",
      N_("Sets how much red, green and blue count in a gray"),
      {weight("R", "weight of red"), weight("G", "weight of green"), weight("B", "weight of blue")},
      [this](const Arguments& arguments) {
        state_.view.weights = {static_cast<float>(arguments.number(0)), static_cast<float>(arguments.number(1)),
                               static_cast<float>(arguments.number(2))};
        if (state_.view.space == ColorSpace::gray) count_.recount();
      },
      Undo::edit,
  });
  registry.add(Command{
      "pixels.weight",
      N_("Sets how much one color counts in a gray"),
      {Parameter::choice("COLOR", "which color", {"red", "green", "blue"}), weight("W", "its weight")},
      [this](const Arguments& arguments) {
        const auto value = static_cast<float>(arguments.number(1));
        const std::string& color = arguments.text(0);
        (color == "red"     ? state_.view.weights.red
         : color == "green" ? state_.view.weights.green
                            : state_.view.weights.blue) = value;
        if (state_.view.space == ColorSpace::gray) count_.recount();
      },
      Undo::edit,
  });
  registry.add(Command{"pixels.reset",
                       N_("Sets the weights of gray back to 0.299, 0.587 and 0.114"),
                       {},
                       [this](const Arguments&) {
                         state_.view.weights = {};
                         if (state_.view.space == ColorSpace::gray) count_.recount();
                       },
                       Undo::edit});
  declare_number_types(registry);
  declare_readouts(registry);
}

void PixelsPage::declare_number_types(Registry& registry) {
  const auto operand = [](const char* name) { return Parameter::integer(name, "a value of a pixel", 0, 255); };
  registry.add(Command{
      "pixels.dtype.operands",
      N_("Sets both numbers of the number types card"),
      {operand("A"), operand("B")},
      [this](const Arguments& arguments) {
        state_.a = static_cast<uint8_t>(arguments.integer(0));
        state_.view.change.operand = static_cast<uint8_t>(arguments.integer(1));
      },
      Undo::edit,
  });
  const auto readout = [&](const char* name, const char* help, auto compute) {
    registry.add(Readout{name, help, [this, compute] {
                           return ReadoutValue(static_cast<double>(
                               compute(state_.view.change.operation, state_.a, state_.view.change.operand)));
                         }});
  };
  readout("pixels.dtype.exact", "the card's sum as whole numbers have it", exact);
  readout("pixels.dtype.wraps", "the card's sum in eight bits that wrap", wrapped);
  readout("pixels.dtype.saturates", "the card's sum in eight bits that saturate", saturated);
  readout("pixels.dtype.float", "the card's sum in float32", in_float);
}

void PixelsPage::declare_readouts(Registry& registry) {
  const auto number = [&](std::string name, std::string help, const std::function<double()>& value) {
    registry.add(Readout{std::move(name), std::move(help), [value] { return ReadoutValue(value()); }});
  };
  number("pixels.width", "columns of the picture", [this] { return stage_.need_image().width; });
  number("pixels.height", "rows of the picture", [this] { return stage_.need_image().height; });
  number("pixels.channels", "values per pixel as stored", [this] { return stage_.need_image().channels; });
  number("pixels.bits", "bits per value as stored", [this] { return stage_.need_image().bits; });
  static constexpr const char* colors[] = {"red", "green", "blue"};
  for (int c = 0; c < 3; ++c) {
    number(fmt::format("pixels.{}", colors[c]), fmt::format("{} of the cursor's pixel, 0 to 255", colors[c]),
           [this, c] { return cursor_pixel()[stage_.need_image().color_channels() == 3 ? c : 0]; });
    number(fmt::format("pixels.{}16", colors[c]), fmt::format("{} of the cursor's pixel, 0 to 65535", colors[c]),
           [this, c]() -> double {
             const Image& image = stage_.need_image();
             if (image.wide.empty()) {
               throw Error("the picture has 8 bits per value, not 16", fmt::format("read pixels.{}", colors[c]));
             }
             const size_t pixel =
                 static_cast<size_t>(stage_.y()) * static_cast<size_t>(image.width) + static_cast<size_t>(stage_.x());
             return image.wide[pixel * static_cast<size_t>(image.channels) +
                               static_cast<size_t>(image.color_channels() == 3 ? c : 0)];
           });
  }
  number("pixels.alpha", "alpha of the cursor's pixel, 0 (clear) to 255 (opaque); 255 where none is stored",
         [this]() -> double {
           const Image& image = stage_.need_image();
           return image.has_alpha() ? cursor_pixel()[image.channels - 1] : 255;
         });
  const auto in_space = [&](std::string name, std::string help, ColorSpace space, int component) {
    number(std::move(name), std::move(help), [this, space, component] {
      ColorView view;
      view.space = space;
      view.weights = state_.view.weights;
      return to_thousandths(numbers_of(view, cursor_pixel(), stage_.need_image().channels).value[component]);
    });
  };
  in_space("pixels.gray", "gray of the cursor's pixel by the weights, to three decimals", ColorSpace::gray, 0);
  in_space("pixels.hue", "hue of the cursor's pixel in degrees, 0 to 360", ColorSpace::hsv, 0);
  in_space("pixels.saturation", "saturation of the cursor's pixel, 0 to 1", ColorSpace::hsv, 1);
  in_space("pixels.value", "value (the largest of red, green, blue) of the cursor's pixel", ColorSpace::hsv, 2);
  in_space("pixels.luma", "Y of the cursor's pixel, 0 to 255", ColorSpace::ycbcr, 0);
  in_space("pixels.cb", "Cb of the cursor's pixel, 128 for a gray", ColorSpace::ycbcr, 1);
  in_space("pixels.cr", "Cr of the cursor's pixel, 128 for a gray", ColorSpace::ycbcr, 2);
  registry.add(Readout{"pixels.cell", "what the cursor's cell shows, numbers with spaces between", [this] {
                         const PixelNumbers numbers =
                             numbers_of(state_.view, cursor_pixel(), stage_.need_image().channels);
                         std::string text;
                         for (int i = 0; i < numbers.count; ++i) {
                           if (i > 0) text += ' ';
                           text += cell_number(state_.view.space, numbers.first + i, numbers.value[i], state_.format);
                         }
                         return ReadoutValue(text);
                       }});
  const auto of_plane = [&](const char* name, const char* help, double ChannelStatistics::*member) {
    number(name, help, [this, member] { return need_statistics().*member; });
  };
  of_plane("pixels.minimum", "least of the first number of the space that is shown", &ChannelStatistics::minimum);
  of_plane("pixels.maximum", "greatest of the first number of the space that is shown", &ChannelStatistics::maximum);
  of_plane("pixels.mean", "mean of the first number of the space that is shown", &ChannelStatistics::mean);
}

std::vector<std::string> PixelsPage::state() const {
  const GrayWeights& w = state_.view.weights;
  std::vector<std::string> lines = settings_.state();
  lines.push_back(
      fmt::format("pixels.weights {} {} {}", shortest_text(w.red), shortest_text(w.green), shortest_text(w.blue)));
  for (std::string& line : stage_.state()) lines.push_back(std::move(line));
  return lines;
}

std::vector<Page::Key> PixelsPage::keys() const {
  std::vector<Key> keys = stage_.keys();
  keys.push_back({"R", "pixels.space rgb", N_("red, green and blue")});
  keys.push_back({"G", "pixels.space gray", N_("gray by the weights")});
  keys.push_back({"H", "pixels.space hsv", N_("hue, saturation and value")});
  keys.push_back({"Y", "pixels.space ycbcr", N_("Y, Cb and Cr")});
  keys.push_back({"D", "pixels.format decimal", N_("numbers from 0 to 255")});
  keys.push_back({"X", "pixels.format hex", N_("numbers in hexadecimal")});
  keys.push_back({"U", "pixels.format unit", N_("numbers from 0 to 1")});
  return keys;
}

void PixelsPage::image_changed() {
  stage_.image_changed();
  count_.image_changed();
}

const ChannelStatistics& PixelsPage::need_statistics() {
  stage_.need_image();
  return count_.need(state_.view).components[0];
}

PageKind pixels_page() {
  return {{"pixels", N_("Pixels"), N_("Pictures"),
           N_("The open picture and its numbers. Turn the wheel over the picture: when pixels are large enough, "
              "each shows the numbers it is made of. Move the mouse over a pixel to read it at the right, click to "
              "pin it. Show the picture in another color space, print its numbers as decimals, hexadecimals or from "
              "0 to 1, change the weights that make a gray, and see what number types make of 200 + 100.")},
          [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<PixelsPage>(context); }};
}

}  // namespace striate
