#include "app/pages/input_region.h"

#include <algorithm>
#include <cmath>

#include "app/command/registry.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kOffered = 12;  // cells along an axis of a region that is not told

InputRegion region_from(const std::vector<std::string>& words, const ImagePtr& image, int most, bool color) {
  if (!image) throw Error("no picture is open", "open one with: open FILE, or use an example or own numbers");
  if (words.size() != 1 && words.size() != 5) {
    throw Error("'image' takes four numbers, or none", "write: image X Y WIDTH HEIGHT");
  }
  const int width = std::min(kOffered, image->width), height = std::min(kOffered, image->height);
  int64_t numbers[4] = {(image->width - width) / 2, (image->height - height) / 2, width, height};
  for (size_t i = 1; i < words.size(); ++i) {
    int64_t& number = numbers[i - 1];
    const bool is_size = i > 2;
    if (!parse_integer(words[i], &number) || number < (is_size ? 1 : 0) || number > (is_size ? most : 1 << 20)) {
      throw Error(fmt::format("invalid region {1} '{0}'", words[i], is_size ? "size" : "place"),
                  is_size ? fmt::format("use 1 to {} cells", most) : "use columns and rows from 0");
    }
  }
  if (numbers[0] + numbers[2] > image->width || numbers[1] + numbers[3] > image->height) {
    throw Error(fmt::format("the region {},{} of {} x {} does not lie in the picture", numbers[0], numbers[1],
                            numbers[2], numbers[3]),
                fmt::format("the picture has {} columns and {} rows", image->width, image->height));
  }
  InputRegion region{"image", static_cast<int>(numbers[0]), static_cast<int>(numbers[1]), {}};
  region.cells =
      region_of(*image, region.x, region.y, static_cast<int>(numbers[2]), static_cast<int>(numbers[3]), color);
  return region;
}

}  // namespace

NumberRows region_of(const Image& image, int x, int y, int width, int height, bool color) {
  NumberRows rows;
  rows.planes = color ? 3 : 1;
  rows.rows = height;
  rows.columns = width;
  const bool gray = image.color_channels() == 1;
  for (int c = 0; c < rows.planes; ++c) {
    for (int row = y; row < y + height; ++row) {
      for (int column = x; column < x + width; ++column) {
        const uint8_t* pixel = image.at(column, row);
        rows.values.push_back(gray    ? pixel[0]
                              : color ? pixel[c]
                                      : std::nearbyint(0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]));
      }
    }
  }
  return rows;
}

InputRegion read_input(const std::string& text, const std::vector<std::pair<std::string, std::string>>& examples,
                       const ImagePtr& image, int most, bool color) {
  const std::vector<std::string> words = split_words(text);
  const std::string first = words.empty() ? "" : words[0];
  if (first == "image") return region_from(words, image, most, color);
  std::vector<std::string> names;
  for (const auto& [name, rows] : examples) {
    if (first == name && words.size() == 1) return {name, 0, 0, parse_number_planes(rows, "input", most)};
    names.push_back(name);
  }
  if (first == "portrait" && words.size() == 1) {
    const ImagePtr picture = portrait();
    return {first, 0, 0, region_of(*picture, 0, 0, picture->width, picture->height, false)};
  }
  const bool a_word = !first.empty() && ((first[0] >= 'a' && first[0] <= 'z') || (first[0] >= 'A' && first[0] <= 'Z'));
  if (!a_word) return {"numbers", 0, 0, parse_number_planes(text, "input", most)};
  names.insert(names.end(), {"portrait", "image"});
  std::string all;
  for (const std::string& name : names) all += name + ", ";
  const std::string nearest = nearest_name(first, names);
  throw Error(fmt::format("there is no input '{}'", text.substr(0, 60)),
              (nearest.empty() ? "" : fmt::format("did you mean '{}'? ", nearest)) + "use " + all +
                  "or rows of numbers: 1 2; 3 4");
}

}  // namespace striate
