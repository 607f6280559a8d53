// Filters by name and by text.
#include "engine/filter.h"

#include <gtest/gtest.h>

#include <atomic>

#include "engine/error.h"

namespace striate {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_kernel(text);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

Image gray_image(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 1;
  image.bytes.resize(static_cast<size_t>(width) * height);
  for (size_t i = 0; i < image.bytes.size(); ++i) image.bytes[i] = static_cast<uint8_t>(i * 37 + i / 11);
  return image;
}

}  // namespace

TEST(KernelText, rows_of_numbers_are_read) {
  const FilterKernel kernel = parse_kernel(" 0 -1 0; -1 5,-1 ;0 -1 0; ");
  EXPECT_EQ(kernel.width, 3);
  EXPECT_EQ(kernel.height, 3);
  EXPECT_EQ(kernel.taps, (std::vector<double>{0, -1, 0, -1, 5, -1, 0, -1, 0}));
  EXPECT_EQ(parse_kernel("1/9 -2/4 +.5 1e-2").taps, (std::vector<double>{1.0 / 9, -0.5, 0.5, 0.01}));
  EXPECT_EQ(parse_kernel("1\n2\n3").height, 3);
  EXPECT_EQ(parse_kernel("7").taps, std::vector<double>{7});
  EXPECT_EQ(parse_kernel("sobel-x").taps, (std::vector<double>{-1, 0, 1, -2, 0, 2, -1, 0, 1}));
}

TEST(KernelText, mistakes_are_named_with_their_place) {
  EXPECT_EQ(message_of(""), "the kernel is empty");
  EXPECT_EQ(message_of("  \n "), "the kernel is empty");
  EXPECT_EQ(message_of("1 2; ; 3 4"), "row 1 of the kernel is empty");
  EXPECT_EQ(message_of("; 1"), "row 0 of the kernel is empty");
  EXPECT_EQ(message_of(";"), "row 0 of the kernel is empty");
  EXPECT_EQ(message_of("1 2 3; 4 5"), "row 1 of the kernel has 2 numbers, row 0 has 3");
  EXPECT_EQ(message_of("1 2; 3 x4"), "\"x4\" in row 1, column 1 of the kernel is not a number");
  EXPECT_EQ(message_of("1 2x"), "\"2x\" in row 0, column 1 of the kernel is not a number");
  EXPECT_EQ(message_of("1 --2"), "\"--2\" in row 0, column 1 of the kernel is not a number");
  EXPECT_EQ(message_of("1/0"), "\"1/0\" in row 0, column 0 of the kernel divides by 0");
  EXPECT_EQ(message_of("1/"), "\"1/\" in row 0, column 0 of the kernel is not a number");
  EXPECT_EQ(message_of("1/2/3"), "\"1/2/3\" in row 0, column 0 of the kernel is not a number");
  EXPECT_EQ(message_of("nan"), "\"nan\" in row 0, column 0 of the kernel is not finite");
  EXPECT_EQ(message_of("1 inf"), "\"inf\" in row 0, column 1 of the kernel is not finite");
  EXPECT_EQ(message_of("1e999"), "\"1e999\" in row 0, column 0 of the kernel is out of range");
  EXPECT_EQ(message_of("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"), "row 0 of the kernel has 16 columns");
  EXPECT_EQ(message_of("1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1"), "the kernel has more than 15 rows");
  EXPECT_EQ(message_of("sharpn"), "no kernel is called \"sharpn\"");
  try {
    parse_kernel("sharpn");
  } catch (const Error& error) {
    EXPECT_EQ(error.hint().rfind("did you mean sharpen?", 0), 0u) << error.hint();
  }
}

TEST(KernelText, printed_kernels_read_back_as_the_same_numbers) {
  for (const NamedKernel& named : named_kernels()) {
    EXPECT_EQ(parse_kernel(kernel_text(named.kernel)).taps, named.kernel.taps) << named.name;
    EXPECT_EQ(name_of_kernel(named.kernel), named.name);
    EXPECT_FALSE(named.about.empty());
  }
  EXPECT_EQ(kernel_text(parse_kernel("blur")), "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9");
  FilterKernel odd = parse_kernel("0.1 0.2 0.30000000000000004 -0.0 123456.789 1e-17");
  EXPECT_EQ(parse_kernel(kernel_text(odd)).taps, odd.taps);
  EXPECT_EQ(kernel_number_text(-0.0), "0");
}

TEST(FilterWords, names_and_values_go_both_ways) {
  for (const Border border : all_borders()) EXPECT_EQ(parse_border(border_name(border)), border);
  for (const Show show : all_shows()) EXPECT_EQ(parse_show(show_name(show)), show);
  EXPECT_THROW(parse_border("mirror"), Error);
  EXPECT_THROW(parse_show("Clip"), Error);
}

TEST(ApplyFilter, identity_changes_nothing_and_strength_0_neither) {
  Stream stream(Device::best());
  const Image image = gray_image(37, 23);
  FilterSettings settings;
  settings.kernel = parse_kernel("identity");
  EXPECT_EQ(apply_filter(stream, settings, image)->bytes, image.bytes);
  settings.kernel = parse_kernel("edge");
  settings.strength = 0;
  EXPECT_EQ(apply_filter(stream, settings, image)->bytes, image.bytes);
}

TEST(ApplyFilter, a_set_flag_stops_it) {
  Stream stream(Device::best());
  const std::atomic<bool> canceled{true};
  FilterSettings settings;
  settings.kernel = parse_kernel("blur");
  EXPECT_EQ(apply_filter(stream, settings, gray_image(9, 9), &canceled), nullptr);
}

TEST(ApplyFilter, settings_out_of_range_are_errors) {
  Stream stream(Device::best());
  const Image image = gray_image(3, 3);
  FilterSettings settings;
  settings.divisor = 0;
  EXPECT_THROW(apply_filter(stream, settings, image), Error);
  settings.divisor = 1;
  settings.repeat = 0;
  EXPECT_THROW(apply_filter(stream, settings, image), Error);
}

}  // namespace striate
