// Convolutions and poolings on rows, pictures and volumes: their texts, shapes, counts and errors. Their gradients are
// in network_layers_test.cpp, their values in tests/kernels.
#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/network.h"

namespace striate {
namespace {

Shape output_of(const std::string& text, int64_t n = 2) { return Architecture::parse(text).shapes(n).back(); }

std::string error_of(const std::string& text) {
  try {
    Architecture::parse(text).shapes(2);
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return "";
}

}  // namespace

TEST(Windows, give_these_shapes_on_rows_pictures_and_volumes) {
  const struct {
    const char* text;
    Shape shape;
  } cases[] = {
      {"input 3x20 | conv 5 1x4 stride 1x2 pad 0,0,1,2", {2, 5, 10}},
      {"input 3x20 | maxpool 1x3", {2, 3, 6}},
      {"input 3x20 | maxpool 1x3 ceil", {2, 3, 7}},
      {"input 3x20 | avgpool 1x3 dilation 1x4", {2, 3, 4}},
      {"input 3x9x7 | maxpool 3 stride 2 dilation 2", {2, 3, 3, 2}},
      {"input 3x4x4 | maxpool 3 stride 1 pad 2", {2, 3, 6, 6}},
      {"input 3x2x2 | maxpool 3 stride 2 ceil", {2, 3, 1, 1}},
      // The last window would begin in the padding behind: it is dropped.
      {"input 1x2x2 | maxpool 1 stride 2 ceil", {2, 1, 1, 1}},
      {"input 1x4x4 | avgpool 3 stride 3 pad 0,1,0,1 ceil", {2, 1, 2, 2}},
      {"input 1x3x3 | avgpool 3 stride 3 pad 1 ceil", {2, 1, 2, 2}},
      {"input 1x4x4 | avgpool 2 stride 4 pad 1 ceil", {2, 1, 2, 2}},
      {"input 2x5x6x7 | conv3d 4 3x1x2 stride 2x1x1 pad 1,0,0,0,0,1", {2, 4, 2, 6, 7}},
      {"input 2x5x6x7 | maxpool3d 2", {2, 2, 2, 3, 3}},
      {"input 2x5x6x7 | avgpool3d 2 ceil", {2, 2, 3, 3, 4}},
      {"input 2x5x6x7 | globalmaxpool", {2, 2}},
      {"input 2x5x6x7 | globalmaxpool keep", {2, 2, 1, 1, 1}},
      {"input 2x9 | globalavgpool keep", {2, 2, 1}},
      {"input 2x5 | convtranspose 3 1x4 stride 1x3", {2, 3, 16}},
      {"input 2x5x4 | convtranspose 3 4x4 stride 2 pad 1", {2, 3, 10, 8}},
      {"input 2x5x4 | convtranspose 3 3x3 stride 2 pad 1 output padding 1x0", {2, 3, 10, 7}},
      {"input 2x2x3x4 | convtranspose3d 3 2 stride 2 pad 0,1,0,0,1,1", {2, 3, 3, 6, 6}},
      {"input 2x5x5 | maxpoolindices 2", {2, 2, 2, 2}},
      {"input 2x5x5x5 | maxpoolindices 2x2x2", {2, 2, 2, 2, 2}},
  };
  for (const auto& c : cases) EXPECT_EQ(output_of(c.text).text(), c.shape.text()) << c.text;
}

TEST(Windows, print_themselves_as_they_are_read) {
  for (const char* text :
       {"conv3d 4 3x1x2 stride 2x1x1 pad 1,0,0,0,0,1 dilation 2 groups 2 no bias", "conv3d 4 3x3x3 pad 1",
        "convtranspose 3 4x4 stride 2 pad 1,0,0,1 output padding 0x1",
        "convtranspose3d 3 2x2x2 stride 2 output padding 1 no bias", "maxpool 3x2 stride 2 pad 1x0 dilation 2x1 ceil",
        "maxpool3d 2x1x2 stride 1x2x1", "avgpool3d 3 pad 0x1x1 without padding", "maxpoolindices 2 stride 1",
        "maxpoolindices 2x2x2 pad 1 ceil columns first", "globalmaxpool", "globalavgpool keep"}) {
    EXPECT_EQ(parse_layer(text)->text(), text);
  }
  EXPECT_EQ(parse_layer("conv3d 4 3")->text(), "conv3d 4 3x3x3");
  EXPECT_EQ(parse_layer("maxpool3d 2x2x2 stride 2x2x2 pad 0 dilation 1x1x1")->text(), "maxpool3d 2");
}

TEST(Windows, count_weights_and_products_with_their_formulas) {
  const struct {
    const char* text;
    std::vector<int64_t> input;
    int64_t weights;
    const char* weights_formula;
    int64_t products;
    const char* products_formula;
  } cases[] = {
      {"conv 5 1x4", {1, 3, 20}, 65, "(1*4*3 + 1)*5", 1020, "1*4*3*5*1*17"},
      {"local 6 5x5", {1, 1, 32, 32}, 122304, "28*28*(5*5*1 + 1)*6", 117600, "5*5*1*6*28*28"},
      {"local 6 5x5 sets 2", {1, 1, 32, 32}, 624, "2*2*(5*5*1 + 1)*6", 117600, "5*5*1*6*28*28"},
      {"local 6 5x5 sets 1", {1, 1, 32, 32}, 156, "1*1*(5*5*1 + 1)*6", 117600, "5*5*1*6*28*28"},
      {"conv3d 4 3x1x2 groups 2", {1, 2, 5, 6, 7}, 28, "(3*1*2*2/2 + 1)*4", 2592, "3*1*2*2/2*4*3*6*6"},
      {"convtranspose 6 4x4 stride 2", {1, 8, 5, 4}, 774, "4*4*8*6 + 6", 15360, "4*4*8*6*5*4"},
      {"convtranspose3d 6 2 groups 2 no bias", {1, 8, 2, 3, 4}, 192, "2*2*2*8*6/2", 4608, "2*2*2*8*6/2*2*3*4"},
      {"maxpool3d 2", {1, 2, 4, 4, 4}, 0, "", 0, ""},
  };
  for (const auto& c : cases) {
    const auto layer = parse_layer(c.text);
    const std::vector<Shape> in{Shape(c.input)};
    EXPECT_EQ(layer->parameter_count(in).value, c.weights) << c.text;
    EXPECT_EQ(layer->parameter_count(in).formula, c.weights_formula) << c.text;
    EXPECT_EQ(layer->multiply_adds(in).value, c.products) << c.text;
    EXPECT_EQ(layer->multiply_adds(in).formula, c.products_formula) << c.text;
    int64_t values = 0;
    for (const WeightSpec& spec : layer->parameters(in)) values += spec.shape.count();
    EXPECT_EQ(values, c.weights) << c.text;
  }
}

TEST(Windows, say_what_they_got_and_what_they_need) {
  EXPECT_EQ(
      error_of("input 3x20 | conv 4 3x3"),
      "layer 0 (conv 4 3x3): got 2 x 3 x 20: rows of values, needs a window of height 1 without padding above and "
      "below / write 1x3, and pad 0,0,LEFT,RIGHT");
  EXPECT_EQ(
      error_of("input 3x4x5x6 | maxpool 2"),
      "layer 0 (maxpool 2): got 2 x 3 x 4 x 5 x 6, needs channels x height x width / volumes have a layer of their "
      "own: maxpool3d");
  EXPECT_EQ(
      error_of("input 3x4x5 | conv3d 2 3"),
      "layer 0 (conv3d 2 3x3x3): got 2 x 3 x 4 x 5, needs channels x depth x height x width / pictures have a layer "
      "of their own: conv");
  EXPECT_EQ(
      error_of("input 3x4x5x6 | conv3d 2 6x3x3 pad 0,1,0,0,0,0"),
      "layer 0 (conv3d 2 6x3x3 pad 0,1,0,0,0,0): got volumes of 4 x 5 x 6, needs 5 x 3 x 3 or more with this padding "
      "/ use a smaller kernel, more padding, or less pooling before");
  EXPECT_EQ(
      error_of("input 3x4x5 | maxpool 2 pad 2"),
      "layer 0 (maxpool 2 pad 2): got a padding of 2, needs less than the window covers, 2x2 / use less padding or a "
      "larger window");
  EXPECT_EQ(error_of("input 3x4x5 | maxpool 3 dilation 2"),
            "layer 0 (maxpool 3 dilation 2): got pictures of 4 x 5, needs at least the window of 5x5 / use a smaller "
            "window, or less pooling before");
  EXPECT_EQ(
      error_of("input 3x2x2x2 | avgpool3d 3"),
      "layer 0 (avgpool3d 3): got volumes of 2 x 2 x 2, needs at least the window of 3x3x3 / use a smaller window, "
      "or less pooling before");
  EXPECT_EQ(
      error_of("input 3x2x2 | convtranspose 2 3x3 pad 2"),
      "layer 0 (convtranspose 2 3x3 pad 2): got 2 x 3 x 2 x 2, which makes 4 values on one axis, and a padding that "
      "cuts off all of them / use less padding");
  EXPECT_EQ(error_of("input 3x2x2 | convtranspose 4 3x3 groups 2"),
            "layer 0 (convtranspose 4 3x3 groups 2): got 3 channels, needs channels in and out that 2 groups divide / "
            "change the groups or the number of channels");
  EXPECT_EQ(
      error_of("input 3x9 | convtranspose 2 1x3 output padding 1"),
      "layer 0 (convtranspose 2 1x3 output padding 1): got 2 x 3 x 9: rows of values, needs an output padding of 0 "
      "rows / write output padding 0x1");
  EXPECT_EQ(error_of("input 64x512x512 | maxpoolindices 2"),
            "layer 0 (maxpoolindices 2): pooling: the places of 33554432 values / floats count exactly up to 2^24 = "
            "16777216: use a smaller batch or smaller pictures");
  EXPECT_NE(
      error_of("input 3x4x5x6 | maxpoolindices 2").find("write a window of three sizes, as in maxpoolindices 2x2x2"),
      std::string::npos);
  EXPECT_NE(
      error_of("input 3x4x5 | maxpoolindices 2x2x2").find("write a window of two sizes, as in maxpoolindices 2x2"),
      std::string::npos);
  EXPECT_EQ(error_of("input 7 | globalmaxpool").substr(0, 61),
            "layer 0 (globalmaxpool): got 7 values for each picture, needs");
  EXPECT_EQ(
      error_of("input 3x4x5x6 | conv3d 2 2x3"),
      "line 1, column 26: invalid kernel size \"2x3\" for conv3d / one number or DEPTHxROWSxCOLUMNS, each from 1 to "
      "1024: conv3d FILTERS DxRxS [stride DxRxS] [pad P] [dilation DxRxS] [groups G] [no bias]");
  EXPECT_EQ(error_of("input 3x4x5x6 | maxpool3d 2 pad 1,1,0"),
            "line 1, column 33: invalid padding \"1,1,0\" for maxpool3d / one number, DEPTHxROWSxCOLUMNS, or "
            "FRONT,BACK,TOP,BOTTOM,LEFT,RIGHT, each from 0 to 1024");
  EXPECT_NE(error_of("input 3x4x5 | maxpoolindices scalar").find("the window of maxpoolindices has no size"),
            std::string::npos);
  EXPECT_NE(error_of("input 3x4x5 | maxpool 2 columns first").find("\"columns\" is not understood after maxpool"),
            std::string::npos);
  // Too large to be counted, let alone to be computed.
  EXPECT_NE(error_of("input 16777216x1 | convtranspose 65536 1x1024 stride 1x1024"), "");
  EXPECT_NE(error_of("input 65536x65536 | conv3d 65536 1024"), "");
}

// A convolution of volumes with a depth of 1 is that of pictures, and a row is a picture of height 1.
TEST(Windows, of_one_axis_two_and_three_agree_where_they_mean_the_same) {
  const struct {
    const char *one, *other;
  } cases[] = {
      {"input 3x7x8 | conv 4 3x2 stride 2x1 pad 1,0,0,1",
       "input 3x1x7x8 | conv3d 4 1x3x2 stride 1x2x1 pad 0,0,1,0,0,1"},
      {"input 3x9 | conv 4 1x3 pad 0,0,2,1", "input 3x1x9 | conv 4 1x3 pad 0,0,2,1"},
      {"input 3x5x4 | convtranspose 4 3x2 stride 2 pad 1,0,0,1",
       "input 3x1x5x4 | convtranspose3d 4 1x3x2 stride 1x2x2 pad 0,0,1,0,0,1"},
      {"input 3x7x8 | maxpool 3x2 stride 2 pad 1 ceil", "input 3x1x7x8 | maxpool3d 1x3x2 stride 1x2x2 pad 0x1x1 ceil"},
      {"input 3x7x8 | avgpool 3x2 stride 2 pad 1 ceil", "input 3x1x7x8 | avgpool3d 1x3x2 stride 1x2x2 pad 0x1x1 ceil"},
  };
  for (const auto& c : cases) {
    Stream stream;
    const auto run = [&](const char* text) {
      Network network(stream, Architecture::parse(text), Plan{2, false, false, 0});
      network.initialize(stream, Initializer::pytorch, 4);
      std::vector<float> x(static_cast<size_t>(network.activation(0).shape.count()));
      for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
      network.write_tensor(stream, network.activation(0), x);
      network.forward(stream, Mode::evaluation);
      return network.read_tensor(stream, network.output());
    };
    const std::vector<float> one = run(c.one), other = run(c.other);
    ASSERT_EQ(one.size(), other.size()) << c.one;
    for (size_t i = 0; i < one.size(); ++i) ASSERT_NEAR(one[i], other[i], 1e-5) << c.one << ", value " << i;
  }
}

}  // namespace striate
