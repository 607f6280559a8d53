// The commands of the convolution page that change input and kernel.
#include <algorithm>
#include <cmath>

#include "app/pages/convolution.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr int kMaxInput = 32;  // cells along an axis
constexpr int kMaxKernel = 7;
constexpr double kMaxValue = 1e9;

}  // namespace

void ConvolutionPage::declare(Registry& registry) {
  declare_input_commands(registry);
  declare_kernel_commands(registry);
  settings_.declare(registry);
  declare_padding_command(registry);
  player_.declare(registry);
  declare_looking_commands(registry);
  declare_readouts(registry);
}

void ConvolutionPage::declare_input_commands(Registry& registry) {
  registry.add(Command{
      "convolution.reset",
      N_("Everything on this page as it was at the beginning: the course's worked sum"),
      {},
      [this](const Arguments&) { reset(); },
      Undo::edit,
  });
  registry.add(Command{
      "convolution.input",
      N_("What the kernel slides over"),
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
      "convolution.cell",
      N_("Sets one cell of the input"),
      {Parameter::integer("X", "column, from 0", 0, kMaxInput - 1),
       Parameter::integer("Y", "row, from 0", 0, kMaxInput - 1),
       Parameter::number("VALUE", "its number", -kMaxValue, kMaxValue),
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
}

void ConvolutionPage::declare_kernel_commands(Registry& registry) {
  registry.add(Command{
      "convolution.kernel",
      N_("The kernel that slides; divisor and offset go back to 1 and 0"),
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
          rows = parse_number_planes(text, "kernel", kMaxKernel);
          next.kernel.clear();
        }
        if (rows.rows > kMaxKernel || rows.columns > kMaxKernel) {
          throw Error(
              fmt::format("the kernel has {} columns and {} rows", rows.columns, rows.rows),
              fmt::format("on this page a kernel has at most {} x {} numbers; the filters page takes up to 15 x 15",
                          kMaxKernel, kMaxKernel));
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
      N_("Sets one number of the kernel"),
      {Parameter::integer("X", "column, from 0", 0, kMaxKernel - 1),
       Parameter::integer("Y", "row, from 0", 0, kMaxKernel - 1),
       Parameter::number("VALUE", "its number", -kMaxValue, kMaxValue),
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
      N_("Makes the kernel larger by zeros at its right and lower end, or smaller by cutting there"),
      {Parameter::integer("COLUMNS", "its width", 1, kMaxKernel),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMaxKernel).or_none()},
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
      N_("Makes the kernel sum to 1, by its divisor, or to 0, by its middle number"),
      {Parameter::integer("SUM", "1 or 0", 0, 1)},
      [this](const Arguments& arguments) {
        State next = state_;
        ConvolutionGeometry& g = next.convolution.geometry;
        const size_t size = static_cast<size_t>(g.kernel_height) * g.kernel_width;
        const double sum = kernel_sum();
        if (arguments.integer(0) == 1) {
          if (sum == 0) {
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

}  // namespace striate
