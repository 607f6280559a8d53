// State and commands of the convolution page.
#include "app/pages/convolution.h"

#include <algorithm>
#include <cmath>

#include "app/pages/input_region.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr int kMostInput = 32;  // cells along an axis
constexpr int kMostKernel = 7;
constexpr int kMostPadding = 7;
constexpr double kMostValue = 1e9;
constexpr size_t kMostPins = 4;

// The worked sum of the course: kernel 1 2 1; 2 4 2; 1 2 1, centred on the 25, gives 198.
constexpr const char* kDeck =
    "1 0 4 2 125 67; 8 2 5 4 34 12; 20 13 25 15 240 2; 76 8 6 6 100 76; 34 66 134 223 201 3; 255 123 89 55 32 2";
// The slide's single step: the edge kernel gives 591.
constexpr const char* kSlide = "45 81 87; 194 203 215; 164 116 131";

}  // namespace

ConvolutionPage::ConvolutionPage(const PageContext& context)
    : info_{"convolution", "Step a kernel", "Convolution",
            "A kernel lies over the padded input: each of its numbers is multiplied with the cell under it, everything "
            "is added up, and that sum is one cell of the output. Then it slides on. Move the mouse over any of the "
            "three grids and the other two show what belongs to it. Click a cell and type, drag it up or down, or "
            "paint; play, step or drag the track to let the kernel slide."},
      context_(context),
      player_("convolution", 4, [this] { state_.walked = -1; }) {
  State start;
  set_input(start, "deck");
  ConvolutionGeometry& g = start.convolution.geometry;
  g.kernel_height = g.kernel_width = 3;
  g.top = g.bottom = g.left = g.right = 1;
  start.convolution.w = {1, 2, 1, 2, 4, 2, 1, 2, 1};
  commit(std::move(start));
  player_.go(2, 2);
}

void ConvolutionPage::commit(State state) {
  // The output is looked at before anything is replaced: an illegal setting leaves the page as it was.
  ConvolutionPicture picture = convolve(context_.document.stream, state.convolution);
  state_ = std::move(state);
  picture_ = std::move(picture);
  player_.set_size(picture_.width, picture_.height);
  std::erase_if(state_.pins,
                [this](const auto& pin) { return pin.first >= picture_.width || pin.second >= picture_.height; });
  state_.walked = std::min(state_.walked, static_cast<int>(state_.convolution.w.size()));
  const auto [least, most] = std::minmax_element(state_.convolution.x.begin(), state_.convolution.x.end());
  const bool picture_range = *least >= 0 && *most <= 255 && (*most > 1 || *most == *least);
  low_ = picture_range ? 0 : *least;
  high_ = picture_range ? 255 : *most;
  const auto [lowest, highest] = std::minmax_element(picture_.total.begin(), picture_.total.end());
  output_low_ = *lowest / geometry().divisor + geometry().offset;
  output_high_ = *highest / geometry().divisor + geometry().offset;
  if (output_low_ > output_high_) std::swap(output_low_, output_high_);
  shown_channel_ = std::min(shown_channel_, geometry().channels - 1);
}

void ConvolutionPage::set_planes(State& state, const NumberRows& planes) {
  ConvolutionGeometry& g = state.convolution.geometry;
  const int slices = g.channels;
  g.height = planes.rows;
  g.width = planes.columns;
  g.channels = planes.planes;
  state.convolution.x = planes.values;
  if (!state.convolution.w.empty()) fit_slices(state, std::vector<double>(state.convolution.w), slices);
}

void ConvolutionPage::fit_slices(State& state, const std::vector<double>& old, int slices) {
  const ConvolutionGeometry& g = state.convolution.geometry;
  const size_t size = static_cast<size_t>(g.kernel_height) * g.kernel_width;
  state.convolution.w.resize(size * g.channels);
  for (int c = 0; c < g.channels; ++c) {
    const size_t from = c < slices ? size * c : 0;
    std::copy_n(old.begin() + static_cast<std::ptrdiff_t>(from), size,
                state.convolution.w.begin() + static_cast<std::ptrdiff_t>(size * c));
  }
}

void ConvolutionPage::set_input(State& state, const std::string& text) const {
  const InputRegion region =
      read_input(text, {{"deck", kDeck}, {"slide", kSlide}}, context_.document.image, kMostInput, state.colour);
  if (region.cells.planes > 4) {
    throw Error(fmt::format("the input has {} channels", region.cells.planes), "use 1 to 4 grids between the | signs");
  }
  state.input = region.name;
  state.x = region.x;
  state.y = region.y;
  set_planes(state, region.cells);
}

void ConvolutionPage::pick_region(State& state, int x, int y) const {
  set_input(state, fmt::format("image {} {} {} {}", x, y, geometry().width, geometry().height));
}

NumberRows ConvolutionPage::kernel_rows() const {
  NumberRows rows;
  rows.planes = geometry().channels;
  rows.rows = geometry().kernel_height;
  rows.columns = geometry().kernel_width;
  rows.values = state_.convolution.w;
  // Slices that are all the same are written once.
  const size_t size = static_cast<size_t>(rows.rows) * rows.columns;
  bool same = true;
  for (size_t i = size; i < rows.values.size(); ++i) same &= rows.values[i] == rows.values[i % size];
  if (same) {
    rows.planes = 1;
    rows.values.resize(size);
  }
  return rows;
}

NumberRows ConvolutionPage::input_rows() const {
  return {geometry().channels, geometry().height, geometry().width, state_.convolution.x};
}

void ConvolutionPage::declare(Registry& registry) {
  declare_input_commands(registry);
  declare_kernel_commands(registry);
  declare_sliding_commands(registry);
  declare_result_commands(registry);
  player_.declare(registry);
  declare_looking_commands(registry);
  declare_readouts(registry);
}

void ConvolutionPage::declare_input_commands(Registry& registry) {
  registry.add(Command{
      "convolution.input",
      "What the kernel slides over",
      {Parameter::text("INPUT",
                       "deck (the course's 6 x 6), slide (its 3 x 3), portrait, image [X Y WIDTH HEIGHT] (a region of "
                       "the open picture), or rows of numbers: 1 2; 3 4, channels separated by |")},
      [this](const Arguments& arguments) {
        State next = state_;
        set_input(next, arguments.text(0));
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.colour",
      "Reads a region of the picture as red, green and blue slices, or as grey",
      {Parameter::on_off("ON", "on: three slices")},
      [this](const Arguments& arguments) {
        State next = state_;
        next.colour = arguments.on(0);
        if (next.input == "image") pick_region(next, next.x, next.y);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.cell",
      "Sets one cell of the input",
      {Parameter::integer("X", "column, from 0", 0, kMostInput - 1),
       Parameter::integer("Y", "row, from 0", 0, kMostInput - 1),
       Parameter::number("VALUE", "its number", -kMostValue, kMostValue),
       Parameter::integer("CHANNEL", "slice, from 0", 0, 3).or_none()},
      [this](const Arguments& arguments) {
        const ConvolutionGeometry& g = geometry();
        const int64_t x = arguments.integer(0), y = arguments.integer(1);
        const int64_t c = arguments.has(3) ? arguments.integer(3) : 0;
        if (x >= g.width || y >= g.height || c >= g.channels) {
          throw Error(fmt::format("the input has no cell {} {} in channel {}", x, y, c),
                      fmt::format("it has columns 0 to {}, rows 0 to {}, channels 0 to {}", g.width - 1, g.height - 1,
                                  g.channels - 1));
        }
        State next = state_;
        next.input = "numbers";
        next.convolution.x[static_cast<size_t>((c * g.height + y) * g.width + x)] = arguments.number(2);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.tool",
      "What a drag over the input does",
      {Parameter::choice("TOOL", "drag moves one cell's value up and down, paint gives every cell the paint's value",
                         {"drag", "paint"})},
      [this](const Arguments& arguments) { state_.tool = arguments.text(0); },
  });
  registry.add(Command{
      "convolution.paint",
      "The value that painting gives to a cell",
      {Parameter::number("VALUE", "any number; 0 is black, 255 white", -kMostValue, kMostValue)},
      [this](const Arguments& arguments) { state_.paint = arguments.number(0); },
  });
}

void ConvolutionPage::declare_kernel_commands(Registry& registry) {
  registry.add(Command{
      "convolution.kernel",
      "The kernel that slides; divisor and offset go back to 1 and 0",
      {Parameter::text("KERNEL",
                       "a name (edge blur sharpen gaussian sobel-x sobel-y emboss laplacian identity) or rows of up to "
                       "7 x 7 numbers: 0 -1 0; -1 5 -1; 0 -1 0, slices separated by |")},
      [this](const Arguments& arguments) {
        const std::string& text = arguments.text(0);
        State next = state_;
        NumberRows rows;
        if (text.find('|') == std::string::npos) {
          const FilterKernel kernel = parse_kernel(text);
          rows.rows = kernel.height;
          rows.columns = kernel.width;
          rows.values = kernel.taps;
          // The course writes the Gaussian in whole numbers and divides afterwards.
          if (name_of_kernel(kernel) == "gaussian") {
            for (double& tap : rows.values) tap *= 16;
          }
          next.kernel = find_named_kernel(text) ? text : "";
        } else {
          rows = parse_number_planes(text, "kernel", kMostKernel);
          next.kernel.clear();
        }
        if (rows.rows > kMostKernel || rows.columns > kMostKernel) {
          throw Error(
              fmt::format("the kernel has {} columns and {} rows", rows.columns, rows.rows),
              fmt::format("on this page a kernel has at most {} x {} numbers; the filters page takes up to 15 x 15",
                          kMostKernel, kMostKernel));
        }
        ConvolutionGeometry& g = next.convolution.geometry;
        if (rows.planes != 1 && rows.planes != g.channels) {
          throw Error(fmt::format("the kernel has {} slices, the input {} channels", rows.planes, g.channels),
                      "give one slice for all channels, or one for each");
        }
        g.kernel_height = rows.rows;
        g.kernel_width = rows.columns;
        g.divisor = 1;
        g.offset = 0;
        fit_slices(next, rows.values, rows.planes);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.weight",
      "Sets one number of the kernel",
      {Parameter::integer("X", "column, from 0", 0, kMostKernel - 1),
       Parameter::integer("Y", "row, from 0", 0, kMostKernel - 1),
       Parameter::number("VALUE", "its number", -kMostValue, kMostValue),
       Parameter::integer("CHANNEL", "slice, from 0; all slices where it is left out", 0, 3).or_none()},
      [this](const Arguments& arguments) {
        const ConvolutionGeometry& g = geometry();
        const int64_t x = arguments.integer(0), y = arguments.integer(1);
        const int64_t c = arguments.has(3) ? arguments.integer(3) : 0;
        if (x >= g.kernel_width || y >= g.kernel_height || c >= g.channels) {
          throw Error(fmt::format("the kernel has no number {} {} in slice {}", x, y, c),
                      fmt::format("it has columns 0 to {}, rows 0 to {}, slices 0 to {}", g.kernel_width - 1,
                                  g.kernel_height - 1, g.channels - 1));
        }
        State next = state_;
        next.kernel.clear();
        for (int64_t slice = 0; slice < g.channels; ++slice) {
          if (arguments.has(3) && slice != c) continue;
          next.convolution.w[static_cast<size_t>((slice * g.kernel_height + y) * g.kernel_width + x)] =
              arguments.number(2);
        }
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.size",
      "Makes the kernel larger by zeros at its right and lower end, or smaller by cutting there",
      {Parameter::integer("COLUMNS", "its width", 1, kMostKernel),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMostKernel).or_none()},
      [this](const Arguments& arguments) {
        State next = state_;
        ConvolutionGeometry& g = next.convolution.geometry;
        const int columns = static_cast<int>(arguments.integer(0));
        const int rows = static_cast<int>(arguments.integer(arguments.has(1) ? 1 : 0));
        std::vector<double> w(static_cast<size_t>(g.channels) * rows * columns, 0);
        for (int c = 0; c < g.channels; ++c) {
          for (int r = 0; r < std::min(rows, g.kernel_height); ++r) {
            for (int s = 0; s < std::min(columns, g.kernel_width); ++s) {
              w[(static_cast<size_t>(c) * rows + r) * columns + s] =
                  state_.convolution.w[(static_cast<size_t>(c) * g.kernel_height + r) * g.kernel_width + s];
            }
          }
        }
        if (rows != g.kernel_height || columns != g.kernel_width) next.kernel.clear();
        g.kernel_height = rows;
        g.kernel_width = columns;
        next.convolution.w = std::move(w);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.sum_to",
      "Makes the kernel sum to 1, by its divisor, or to 0, by its middle number",
      {Parameter::integer("SUM", "1 or 0", 0, 1)},
      [this](const Arguments& arguments) {
        State next = state_;
        ConvolutionGeometry& g = next.convolution.geometry;
        const size_t size = static_cast<size_t>(g.kernel_height) * g.kernel_width;
        double sum = 0;
        for (const double w : next.convolution.w) sum += w;
        if (arguments.integer(0) == 1) {
          if (std::abs(sum) < 1e-12) {
            throw Error("this kernel sums to 0, which no divisor turns into 1",
                        "change a number first: the middle one plus 1 keeps the picture and adds the filter to it");
          }
          g.divisor = sum;
        } else {
          const size_t middle = static_cast<size_t>(g.kernel_height / 2) * g.kernel_width + g.kernel_width / 2;
          for (int c = 0; c < g.channels; ++c) {
            double slice = 0;
            for (size_t i = 0; i < size; ++i) slice += next.convolution.w[size * c + i];
            if (slice != 0) next.kernel.clear();
            next.convolution.w[size * c + middle] -= slice;
          }
        }
        commit(std::move(next));
      },
      Undo::edit,
  });
}

void ConvolutionPage::declare_sliding_commands(Registry& registry) {
  const auto set = [this](auto change) {
    return [this, change](const Arguments& arguments) {
      State next = state_;
      change(next.convolution.geometry, arguments);
      commit(std::move(next));
    };
  };
  registry.add(Command{
      "convolution.padding",
      "Cells added around the input; one number for all sides, or four",
      {Parameter::integer("N", "cells on every side, or at the top", 0, kMostPadding),
       Parameter::integer("BOTTOM", "cells at the bottom", 0, kMostPadding).or_none(),
       Parameter::integer("LEFT", "cells at the left", 0, kMostPadding).or_none(),
       Parameter::integer("RIGHT", "cells at the right", 0, kMostPadding).or_none()},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        if (arguments.size() != 1 && arguments.size() != 4) {
          throw Error("padding takes one number, or four", "write: convolution.padding TOP BOTTOM LEFT RIGHT");
        }
        const auto side = [&](size_t i) { return static_cast<int>(arguments.integer(arguments.size() == 1 ? 0 : i)); };
        g.top = side(0);
        g.bottom = side(1);
        g.left = side(2);
        g.right = side(3);
      }),
      Undo::edit,
  });
  std::vector<std::string> borders;
  for (const Border border : all_borders()) borders.push_back(border_name(border));
  registry.add(Command{
      "convolution.mode",
      "What stands in the padding: zeros, the nearest cell, the input mirrored, or its other side",
      {Parameter::choice("MODE", "how the padding is filled", borders)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) { g.border = parse_border(arguments.text(0)); }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.stride",
      "How many cells the kernel moves at each step",
      {Parameter::integer("N", "cells", 1, 5)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        g.stride = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.dilation",
      "How far apart the kernel's numbers reach into the input",
      {Parameter::integer("N", "cells from one tap to the next", 1, 4)},
      set([](ConvolutionGeometry& g, const Arguments& arguments) {
        g.dilation = static_cast<int>(arguments.integer(0));
      }),
      Undo::edit,
  });
  registry.add(Command{
      "convolution.flip",
      "Turns the kernel by half a turn: on is convolution as mathematics has it, off is correlation, as every "
      "framework "
      "computes",
      {Parameter::on_off("ON", "on: turned")},
      set([](ConvolutionGeometry& g, const Arguments& arguments) { g.flip = arguments.on(0); }),
      Undo::edit,
  });
}

void ConvolutionPage::declare_result_commands(Registry& registry) {
  registry.add(Command{
      "convolution.divisor",
      "Divides every sum",
      {Parameter::number("D", "not 0", -kMostValue, kMostValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.divisor = arguments.number(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.offset",
      "Is added after the division",
      {Parameter::number("O", "any number", -kMostValue, kMostValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.offset = arguments.number(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.clamp",
      "Keeps the result between 0 and 255: below becomes 0, above becomes 255",
      {Parameter::on_off("ON", "on: clamped")},
      [this](const Arguments& arguments) {
        State next = state_;
        next.convolution.geometry.clamp = arguments.on(0);
        commit(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.bias",
      "One number that is added to every sum, once, whatever the number of channels",
      {Parameter::number("B", "any number; 0 for none", -kMostValue, kMostValue)},
      [this](const Arguments& arguments) {
        State next = state_;
        const double bias = arguments.number(0);
        next.convolution.geometry.has_bias = bias != 0;
        next.convolution.bias.clear();
        if (bias != 0) next.convolution.bias.push_back(bias);
        commit(std::move(next));
      },
      Undo::edit,
  });
  std::vector<std::string> shows;
  for (const Show show : all_shows()) shows.push_back(show_name(show));
  registry.add(Command{
      "convolution.show",
      "How output values become greys: cut at 0 and 255, without their sign, moved by 128, or stretched",
      {Parameter::choice("MODE", "how signed results are shown", shows)},
      [this](const Arguments& arguments) { state_.show = parse_show(arguments.text(0)); },
      Undo::edit,
  });
}

void ConvolutionPage::declare_looking_commands(Registry& registry) {
  const std::vector<Parameter> cell = {Parameter::integer("X", "column of the output, from 0", 0, 999),
                                       Parameter::integer("Y", "row of the output, from 0", 0, 999)};
  registry.add(Command{"convolution.pin", "Keeps the card of an output cell: its products, its sum, its value", cell,
                       [this](const Arguments& arguments) {
                         const int x = static_cast<int>(arguments.integer(0)),
                                   y = static_cast<int>(arguments.integer(1));
                         walk_at(y, x);  // tells where there is no such cell
                         std::erase(state_.pins, std::pair(x, y));
                         state_.pins.emplace_back(x, y);
                         if (state_.pins.size() > kMostPins) state_.pins.erase(state_.pins.begin());
                       }});
  registry.add(Command{
      "convolution.unpin",
      "Takes a pinned card away, or all",
      {Parameter::integer("X", "column of the output, from 0", 0, 999).or_none(),
       Parameter::integer("Y", "row of the output, from 0", 0, 999).or_none()},
      [this](const Arguments& arguments) {
        if (arguments.size() == 1)
          throw Error("unpin takes a column and a row, or nothing", "write: convolution.unpin X Y");
        std::erase_if(state_.pins, [&](const auto& pin) {
          return arguments.size() == 0 || (pin.first == arguments.integer(0) && pin.second == arguments.integer(1));
        });
      },
  });
  registry.add(Command{
      "convolution.walk",
      "Counts the products of the sum one by one; a running total fills",
      {Parameter::integer("N", "how many products are counted; -1 for all", -1, kMostKernel * kMostKernel * 4)},
      [this](const Arguments& arguments) {
        state_.walked = static_cast<int>(
            std::min<int64_t>(arguments.integer(0), static_cast<int64_t>(state_.convolution.w.size())));
      },
  });
}

std::vector<std::string> ConvolutionPage::state() const {
  const ConvolutionGeometry& g = geometry();
  // In an order in which every line is legal whatever the page holds: a 1 x 1 kernel fits any input.
  std::vector<std::string> lines = {"convolution.mode zero", "convolution.kernel 1",
                                    std::string("convolution.colour ") + (state_.colour ? "on" : "off")};
  if (state_.input == "image") {
    lines.push_back(fmt::format("convolution.input image {} {} {} {}", state_.x, state_.y, g.width, g.height));
  } else if (state_.input == "numbers") {
    lines.push_back("convolution.input " + number_planes_text(input_rows(), kernel_number_text));
  } else {
    lines.push_back("convolution.input " + state_.input);
  }
  if (g.top == g.bottom && g.top == g.left && g.top == g.right) {
    lines.push_back(fmt::format("convolution.padding {}", g.top));
  } else {
    lines.push_back(fmt::format("convolution.padding {} {} {} {}", g.top, g.bottom, g.left, g.right));
  }
  lines.push_back(fmt::format("convolution.stride {}", g.stride));
  lines.push_back(fmt::format("convolution.dilation {}", g.dilation));
  lines.push_back("convolution.kernel " +
                  (state_.kernel.empty() ? number_planes_text(kernel_rows(), kernel_number_text) : state_.kernel));
  lines.push_back("convolution.mode " + border_name(g.border));
  lines.push_back(std::string("convolution.flip ") + (g.flip ? "on" : "off"));
  lines.push_back("convolution.bias " + exact_text(g.has_bias ? state_.convolution.bias[0] : 0));
  lines.push_back("convolution.divisor " + exact_text(g.divisor));
  lines.push_back("convolution.offset " + exact_text(g.offset));
  lines.push_back(std::string("convolution.clamp ") + (g.clamp ? "on" : "off"));
  lines.push_back("convolution.show " + show_name(state_.show));
  lines.push_back("convolution.tool " + state_.tool);
  lines.push_back("convolution.paint " + exact_text(state_.paint));
  for (std::string& line : player_.state()) lines.push_back(std::move(line));
  lines.push_back(fmt::format("convolution.walk {}", state_.walked));
  lines.push_back("convolution.unpin");
  for (const auto& [x, y] : state_.pins) lines.push_back(fmt::format("convolution.pin {} {}", x, y));
  return lines;
}

void ConvolutionPage::image_changed() {
  if (state_.input != "image") return;
  // Another picture: the same place where it has one, else its middle; without a picture the numbers stay as they are.
  State next = state_;
  try {
    if (!context_.document.image) throw Error("", "");
    const Image& image = *context_.document.image;
    const bool fits = next.x + geometry().width <= image.width && next.y + geometry().height <= image.height;
    if (fits) {
      pick_region(next, next.x, next.y);
    } else {
      set_input(next, "image");
    }
    commit(std::move(next));
  } catch (const Error&) {
    state_.input = "numbers";
  }
}

std::vector<Page::Key> ConvolutionPage::keys() const {
  std::vector<Key> keys = player_.keys();
  keys.push_back({".", fmt::format("convolution.walk {}", std::max(0, state_.walked) + 1), "count the next product"});
  keys.push_back({",", fmt::format("convolution.walk {}", std::max(0, state_.walked - 1)), "count one product less"});
  keys.push_back({"P", fmt::format("convolution.pin {} {}", player_.column(), player_.row()), "pin the cell's card"});
  keys.push_back({"V", std::string("convolution.flip ") + (geometry().flip ? "off" : "on"), "turn the kernel"});
  return keys;
}

std::unique_ptr<Page> make_convolution_page(const PageContext& context) {
  return std::make_unique<ConvolutionPage>(context);
}

}  // namespace striate
