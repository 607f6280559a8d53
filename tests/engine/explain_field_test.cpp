// Receptive fields: by hand for each kind of layer, and never smaller than what the gradient reaches.
#include "engine/explain/receptive_field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "engine/files/image_file.h"
#include "engine/network/find_layer.h"
#include "tests/engine/open_text.h"

namespace striate {
namespace {

FieldBox box(const char* text, int64_t channel, int64_t row, int64_t column, int node = -1) {
  const Architecture architecture = Architecture::parse(text);
  return receptive_field(architecture, node < 0 ? architecture.size() - 1 : node, channel, row, column);
}

TEST(ReceptiveField, follows_windows_strides_and_padding) {
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x5", 0, 2, 3), (FieldBox{2, 3, 3, 5}));
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 pad 1", 0, 0, 0), (FieldBox{-1, -1, 3, 3}));
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 stride 2 pad 1 | conv 4 3x3", 0, 1, 2), (FieldBox{1, 3, 7, 7}));
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 dilation 2", 0, 1, 1), (FieldBox{1, 1, 5, 5}));
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 | relu | batchnorm | maxpool 3 stride 2 ceil", 0, 14, 1),
            (FieldBox{28, 2, 5, 5}));
  EXPECT_EQ(box("input 3x32x32 | avgpool 2 | dropout 0.5 | conv 2 2x2", 1, 0, 1), (FieldBox{0, 2, 4, 4}));
  EXPECT_EQ(box("input 3x32x32 | relu", 0, 4, 5, 0), (FieldBox{4, 5, 1, 1}));
}

TEST(ReceptiveField, follows_layers_that_move_and_mix_near_values) {
  EXPECT_EQ(box("input 3x32x32 | conv 8 3x3 | lrn 5 | conv 4 3x3", 0, 4, 5), (FieldBox{4, 5, 5, 5}));
  EXPECT_EQ(box("input 3x32x32 | conv 8 3x3 | prelu", 2, 4, 5), (FieldBox{4, 5, 3, 3}));
  EXPECT_EQ(box("input 3x32x32 | pad constant 0,0,2,1,0,0,2,1 | conv 4 3x3", 0, 0, 0), (FieldBox{-2, -1, 3, 3}));
  EXPECT_EQ(box("input 3x32x32 | pad edge 0,0,2,1,0,0,2,1 | conv 4 3x3", 0, 0, 0), (FieldBox{0, 0, 1, 2}));
  EXPECT_TRUE(box("input 3x32x32 | pad reflect 0,0,2,1,0,0,2,1 | conv 4 3x3", 0, 0, 0).whole);
  // Every second row and column; channels of zeros see nothing.
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 | subsample 2 channels 8", 3, 4, 5), (FieldBox{8, 10, 3, 3}));
  EXPECT_EQ(box("input 3x32x32 | conv 4 3x3 | subsample 2 channels 8", 0, 4, 5).height, 0);
  // Stamps of 4 every 2: each place is reached by two of them, at the border by one.
  EXPECT_EQ(box("input 3x32x32 | convtranspose 4 4x4 stride 2 pad 1", 0, 10, 11), (FieldBox{4, 5, 2, 2}));
  EXPECT_EQ(box("input 3x32x32 | convtranspose 4 4x4 stride 2 pad 1", 0, 0, 63), (FieldBox{0, 31, 1, 1}));
  EXPECT_EQ(box("input 3x32x32 | resize nearest batch,3,64,64 coordinates asymmetric rounding floor", 0, 10, 11),
            (FieldBox{5, 5, 1, 1}));
  EXPECT_EQ(box("input 3x32x32 | resize linear batch,3,64,64", 0, 10, 11), (FieldBox{4, 5, 2, 2}));
  EXPECT_EQ(box("input 3x32x32 | resize linear batch,3,16,16 antialias", 0, 4, 5), (FieldBox{7, 9, 4, 4}));
}

TEST(ReceptiveField, of_a_join_holds_that_of_every_branch) {
  const char* const added = "input 3x32x32 | a: conv 4 1x1 | b: conv 4 5x5 pad 2 | add a";
  EXPECT_EQ(box(added, 0, 10, 10), (FieldBox{8, 8, 5, 5}));
  const char* const fire =
      "input 3x32x32 | s: relu | a: conv 4 1x1\nfrom s\nb: conv 6 3x3 pad 1 | c: concat a | conv 2 1x1";
  // Which branch the unit's channel comes from.
  EXPECT_EQ(box(fire, 2, 10, 10, 4), (FieldBox{9, 9, 3, 3})) << "concat: the layer before comes first";
  EXPECT_EQ(box(fire, 7, 10, 10, 4), (FieldBox{10, 10, 1, 1}));
  EXPECT_EQ(box(fire, -1, 10, 10, 4), (FieldBox{9, 9, 3, 3}));
  EXPECT_EQ(box(fire, 0, 10, 10), (FieldBox{9, 9, 3, 3}));
}

TEST(ReceptiveField, behind_what_looks_far_is_the_whole_picture) {
  const FieldBox whole{0, 0, 20, 30, true};
  EXPECT_EQ(box("input 3x20x30 | conv 4 3x3 pad 1 | globalavgpool", 1, 0, 0), whole);
  EXPECT_EQ(box("input 3x20x30 | conv 4 3x3 pad 1 | flatten | dense 5 | relu", 1, 0, 0), whole);
  EXPECT_EQ(box("input 3x20x30 | conv 4 3x3 | globalmaxpool | flatten | dense 2", 1, 0, 0), whole);
  const FieldOfLayer layer = layer_field(Architecture::parse("input 3x20x30 | globalavgpool | flatten | dense 2"), 3);
  EXPECT_EQ(layer.first, whole);
  EXPECT_EQ(layer.jump_rows, 0);
  // One value of a flatten is one cell: the fourth channel's, row 2, column 5.
  EXPECT_EQ(box("input 3x20x30 | conv 4 3x3 | flatten", 3 * 18 * 28 + 2 * 28 + 5, 0, 0), (FieldBox{2, 5, 3, 3}));
}

// The gradient's own extent: within the box, and, of linear layers with random weights inside the picture, all of it.
TEST(ReceptiveField, is_where_the_gradient_reaches) {
  const char* const linear[] = {
      "input 3x24x20 | conv 4 3x3 stride 2 pad 1 | conv 5 3x3",
      "input 1x24x20 | conv 4 3x5 dilation 2 | avgpool 2 | conv 2 3x3",
      "input 3x24x20 | a: conv 4 1x1 | conv 4 5x5 pad 2 | add a | conv 3 2x2",
      "input 3x24x20 | conv 6 3x3 | lrn 3 | prelu | conv 3 2x2",
      "input 3x24x20 | conv 4 3x3 stride 2 pad 1 | convtranspose 3 4x4 stride 2 pad 1 | conv 3 2x2",
      "input 3x24x20 | pad constant 0,0,2,1,0,0,2,1 | conv 4 3x3 stride 2 | conv 3 3x3",
      "input 3x24x20 | conv 4 3x3 pad 1 | resize linear batch,4,48,40 | conv 3 3x3",
  };
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    for (const char* text : linear) {
      OpenNetwork network = open_text(stream, text);
      const int node = network.info()->architecture.size() - 1;
      const Shape cells = cells_of(network.info()->layers.back().shape);
      std::vector<float> input(static_cast<size_t>(network.info()->picture.count()), 0.3f);
      const int64_t row = cells[1] / 2, column = cells[2] / 2;
      const FieldGradient found = *field_gradient(network, node, 0, row, column, input);
      const FieldBox computed = receptive_field(network.info()->architecture, node, 0, row, column);
      ASSERT_TRUE(found.box) << text;
      EXPECT_EQ(*found.box, computed) << text;
      // At the border the part outside of the picture has no gradient.
      const FieldGradient corner = *field_gradient(network, node, 0, 0, 0, input);
      const FieldBox at = receptive_field(network.info()->architecture, node, 0, 0, 0);
      ASSERT_TRUE(corner.box) << text;
      EXPECT_EQ(corner.box->row, std::max<int64_t>(at.row, 0)) << text;
      EXPECT_EQ(corner.box->height, at.height + std::min<int64_t>(at.row, 0)) << text;
    }
  }
}

TEST(ReceptiveField, a_lesion_takes_the_gradient_away) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, "input 3x16x16 | conv 4 3x3 | conv 2 3x3");
  const std::vector<float> input(3 * 16 * 16, 0.3f);
  ASSERT_TRUE(field_gradient(network, 2, 0, 4, 4, input)->box);
  network.set_lesions({{1, -1}});
  EXPECT_FALSE(field_gradient(network, 2, 0, 4, 4, input)->box);
  network.set_lesions({});
  EXPECT_FALSE(field_gradient(network, 2, 0, 4, 4, input, [](int, int) { return false; }));
  EXPECT_THROW(field_gradient(network, 2, 9, 4, 4, input), Error);
}

}  // namespace
}  // namespace striate
