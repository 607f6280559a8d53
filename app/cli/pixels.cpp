// striate pixels: a picture as the grid of numbers that it is.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "app/cli/cli.h"
#include "app/command/registry.h"
#include "engine/files/image_file.h"
#include "engine/trimmed.h"
#include "kernels/color.h"

namespace striate {
namespace {

constexpr int kMaxUnasked = 64;  // columns and rows that are printed of a large picture without --region

struct PixelsOptions {
  std::string file;
  std::string channel;
  std::array<int64_t, 4> region{};  // x, y, width, height
  bool has_region = false;
};

std::array<int64_t, 4> parse_region(const std::string& text) {
  std::array<int64_t, 4> region{};
  std::string_view rest = text;
  bool right = true;
  for (size_t i = 0; i < 4 && right; ++i) {
    const size_t comma = rest.find(',');
    right = (comma == std::string_view::npos) == (i == 3) && parse_integer(trimmed(rest.substr(0, comma)), &region[i]);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  if (!right || region[0] < 0 || region[1] < 0 || region[2] < 1 || region[3] < 1)
    throw UsageError(fmt::format("--region: '{}' is no region", text),
                     "X,Y,W,H: the left column and the top row, from 0, then the number of columns and rows, from 1");
  return region;
}

// The number, or the three, of one pixel as they are printed.
std::string cell_text(const Image& image, int x, int y, const std::string& channel) {
  const uint8_t* p = image.at(x, y);
  const bool color = image.color_channels() == 3;
  if (!color) return std::to_string(p[0]);
  if (channel == "r") return std::to_string(p[0]);
  if (channel == "g") return std::to_string(p[1]);
  if (channel == "b") return std::to_string(p[2]);
  if (channel == "gray") return to_text(std::nearbyint(gray_of(GrayWeights{}, p[0], p[1], p[2])));
  return fmt::format("{},{},{}", p[0], p[1], p[2]);
}

void print_grid(const Image& image, const std::array<int64_t, 4>& region, const std::string& channel) {
  const int left = static_cast<int>(region[0]), right = static_cast<int>(region[0] + region[2]);
  const int top = static_cast<int>(region[1]), bottom = static_cast<int>(region[1] + region[3]);
  size_t width = 1;
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x) width = std::max(width, cell_text(image, x, y, channel).size());
  std::string row;
  for (int y = top; y < bottom; ++y) {
    row.clear();
    for (int x = left; x < right; ++x) {
      const std::string cell = cell_text(image, x, y, channel);
      if (x > left) row += ' ';
      row.append(width - cell.size(), ' ');
      row += cell;
    }
    row += '\n';
    print_out(row);
  }
}

void print_pixels(PixelsOptions options) {
  const ImagePtr image = read_image(options.file);
  print_notes(*image);
  if (!options.has_region) {
    options.region = {0, 0, std::min(image->width, kMaxUnasked), std::min(image->height, kMaxUnasked)};
    if (image->width > kMaxUnasked || image->height > kMaxUnasked)
      print_note(fmt::format("{} has {} x {} pixels; these are the first {} x {}. Others: --region X,Y,W,H",
                             image->name, image->width, image->height, options.region[2], options.region[3]));
  }
  const auto& [x, y, width, height] = options.region;
  // Without the sums, which could overflow.
  if (x >= image->width || y >= image->height || width > image->width - x || height > image->height - y)
    throw Error(fmt::format("the region {},{},{},{} is not inside {}", x, y, width, height, image->name),
                fmt::format("the picture has columns 0 to {} and rows 0 to {}", image->width - 1, image->height - 1));
  print_grid(*image, options.region, options.channel);
}

}  // namespace

void add_pixels(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<PixelsOptions>();
  CLI::App* command = add_command(
      parent, line, "pixels", "The grid of numbers that a picture is",
      "One line a row, values 0 to 255. A color picture without --channel is printed as R,G,B triples; gray is\n"
      "0.299 R + 0.587 G + 0.114 B, rounded to nearest, half to even. Alpha is not printed.\n"
      "A picture larger than 64 x 64 is cut to that unless --region says what to print.\n\n"
      "Examples:\n"
      "  striate pixels photo.jpg --region 100,80,12,16 --channel gray\n"
      "  striate pixels icon.png --channel r");
  add_text(*command, "IMAGE", options->file, "The picture")->required()->type_name("");
  command
      ->add_option_function<std::string>(
          "--region",
          [options](const std::string& text) {
            options->region = parse_region(text.substr(!text.empty() && text[0] < ' ' ? 1 : 0));
            options->has_region = true;
          },
          "Left column, top row (from 0), columns, rows")
      ->type_name("X,Y,W,H");
  add_choice(*command, "--channel", options->channel, "One number a pixel", {"r", "g", "b", "gray"});
  command->callback([options, &line] { line.run = [options] { print_pixels(*options); }; });
}

}  // namespace striate
