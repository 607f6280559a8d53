// Every kernel and padding mode of the reference data, to the last 8-bit value.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/files/safetensors.h"
#include "engine/filter.h"
#include "kernels/memory.h"
#include "tests/reference.h"

namespace striate {

TEST(FilterGolden, every_kernel_and_padding_equals_the_reference) {
  STRIATE_NEEDS_REFERENCE("golden/filters.safetensors");
  const SafeTensors file = SafeTensors::read(reference_path("golden/filters.safetensors"));
  const SafeTensor& image = file.at("image");
  const int height = static_cast<int>(image.shape[0]), width = static_cast<int>(image.shape[1]);
  const int channels = static_cast<int>(image.shape[2]);
  const std::vector<uint8_t> pixels = file.bytes("image");
  const int64_t count = static_cast<int64_t>(pixels.size()), row = static_cast<int64_t>(width) * channels;

  std::set<std::string> names;
  for (const SafeTensor& tensor : file.tensors()) {
    const size_t end = tensor.name.find(".kernel");
    if (end != std::string::npos) names.insert(tensor.name.substr(0, end));
  }
  ASSERT_FALSE(names.empty());
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    Buffer<uint8_t> input(device, count, "the picture"), bytes(device, count, "the result");
    Buffer<float> values(device, count, "the sums");
    upload(stream, input, pixels.data(), count);
    const Picture<const uint8_t> picture{input.data(), row, width, height, channels, false};
    for (const std::string& name : names) {
      FilterKernel kernel;
      const SafeTensor& taps = file.at(name + ".kernel");
      kernel.height = static_cast<int>(taps.shape[0]);
      kernel.width = static_cast<int>(taps.shape[1]);
      kernel.taps = file.doubles(name + ".kernel");
      for (const Border border : all_borders()) {
        const std::string which = name + "." + border_name(border);
        SCOPED_TRACE(which + " on " + device.id());
        FilterOptions options;
        options.border = border;
        filter(stream, kernel, options, picture, {0, 0, width, height}, bytes.data(), row);
        filter_values(stream, kernel, options, picture, {0, 0, width, height}, values.data(), row);
        std::vector<uint8_t> got(pixels.size());
        std::vector<float> sums(pixels.size());
        download(stream, got.data(), bytes, count);
        download(stream, sums.data(), values, count);
        EXPECT_EQ(got, file.bytes(which + ".u8"));
        const std::vector<float> expected = file.floats(which + ".sum");
        float largest = 0;
        for (const float e : expected) largest = std::max(largest, std::fabs(e));
        for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(sums[i], expected[i], 1e-5 * largest);
      }
    }
  }
}

TEST(FilterGolden, through_whole_images_and_text_as_well) {
  STRIATE_NEEDS_REFERENCE("golden/filters.safetensors");
  const SafeTensors file = SafeTensors::read(reference_path("golden/filters.safetensors"));
  const SafeTensor& shape = file.at("image");
  Image image;
  image.height = static_cast<int>(shape.shape[0]);
  image.width = static_cast<int>(shape.shape[1]);
  image.channels = static_cast<int>(shape.shape[2]);
  const std::vector<uint8_t> pixels = file.bytes("image");
  image.bytes.assign(pixels.begin(), pixels.end());
  Stream stream(Device::best());
  for (const std::string name : {"edge", "blur", "sharpen", "emboss"}) {
    for (const Border border : all_borders()) {
      FilterSettings settings;
      settings.kernel = parse_kernel(kernel_text(parse_kernel(name)));
      settings.border = border;
      const ImagePtr result = apply_filter(stream, settings, image);
      const std::vector<uint8_t> expected = file.bytes(name + "." + border_name(border) + ".u8");
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), result->bytes.begin(), result->bytes.end()))
          << name << " " << border_name(border);
    }
  }
}

}  // namespace striate
