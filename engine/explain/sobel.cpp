#include "engine/explain/sobel.h"

#include <cmath>

#include "engine/error.h"
#include "engine/filter.h"
#include "kernels/image_filter.h"
#include "kernels/memory.h"

namespace striate {

HeatMap sobel(Stream& stream, const Shape& picture, const std::vector<float>& pixels) {
  check(picture.rank() == 3 && static_cast<int64_t>(pixels.size()) == picture.count(), "{} pixels of {}", pixels.size(),
        picture.text());
  const auto plane = static_cast<size_t>(picture[1] * picture[2]);
  std::vector<float> brightness(plane);
  for (size_t i = 0; i < plane; ++i) {
    if (picture[0] == 3) {
      brightness[i] = 0.299f * pixels[i] + 0.587f * pixels[plane + i] + 0.114f * pixels[2 * plane + i];
    } else {
      for (size_t c = 0; c < static_cast<size_t>(picture[0]); ++c) brightness[i] += pixels[c * plane + i];
      brightness[i] /= static_cast<float>(picture[0]);
    }
  }
  Buffer<float> from(stream.device(), static_cast<int64_t>(plane), "a picture"),
      to(stream.device(), static_cast<int64_t>(plane), "its edges");
  upload(stream, from, brightness.data(), static_cast<int64_t>(plane));
  const int width = static_cast<int>(picture[2]), height = static_cast<int>(picture[1]);
  const Picture<const float> input{from.data(), width, width, height, 1, false};
  FilterOptions options;
  options.border = Border::replicate;
  HeatMap map = even_grid(picture, picture[1], picture[2]);
  map.values.resize(plane);
  std::vector<double> squares(plane);
  for (const char* name : {"sobel-x", "sobel-y"}) {
    filter_values(stream, find_named_kernel(name)->kernel, options, input, {0, 0, width, height}, to.data(), width);
    download(stream, map.values.data(), to, static_cast<int64_t>(plane));
    for (size_t i = 0; i < plane; ++i) {
      squares[i] += static_cast<double>(map.values[i]) * static_cast<double>(map.values[i]);
    }
  }
  for (size_t i = 0; i < plane; ++i) map.values[i] = static_cast<float>(std::sqrt(squares[i]));
  return map;
}

}  // namespace striate
