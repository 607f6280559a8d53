// border_index(): every border, short axes, far away, in both integer types that callers use.
#include "kernels/border.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/pad.h"

namespace striate {
namespace {

template <typename Int>
std::vector<int> row(Border border, Int size, Int first, Int last) {
  std::vector<int> indices;
  for (Int i = first; i <= last; ++i) indices.push_back(static_cast<int>(border_index(i, size, border)));
  return indices;
}

TEST(Border, says_what_stands_beyond_the_ends) {
  EXPECT_EQ(row(Border::zero, 4, -2, 5), (std::vector<int>{-1, -1, 0, 1, 2, 3, -1, -1}));
  EXPECT_EQ(row(Border::replicate, 4, -2, 5), (std::vector<int>{0, 0, 0, 1, 2, 3, 3, 3}));
  EXPECT_EQ(row(Border::reflect, 4, -4, 8), (std::vector<int>{2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2}));
  EXPECT_EQ(row(Border::wrap, 4, -5, 5), (std::vector<int>{3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(row(Border::reflect, 1, -2, 2), (std::vector<int>{0, 0, 0, 0, 0}));
  EXPECT_EQ(row(Border::reflect, 2, -3, 3), (std::vector<int>{1, 0, 1, 0, 1, 0, 1}));
  for (const Border border : {Border::zero, Border::replicate, Border::reflect, Border::wrap}) {
    EXPECT_EQ(row<int64_t>(border, 5, -40, 40), row<int>(border, 5, -40, 40));
  }
}

TEST(Border, modes_of_pad_are_borders) {
  EXPECT_EQ(border_of(PadMode::constant), Border::zero);
  EXPECT_EQ(border_of(PadMode::edge), Border::replicate);
  EXPECT_EQ(border_of(PadMode::reflect), Border::reflect);
  EXPECT_EQ(border_of(PadMode::wrap), Border::wrap);
}

}  // namespace
}  // namespace striate
