// Boxes walked with strides, products of stacks of matrices, slices chosen by number, padding of any rank: each against
// a walk over all indices in double precision.
#include "kernels/strided.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/gather.h"
#include "kernels/matmul.h"
#include "kernels/pad.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

using Index = std::array<int64_t, Box::kMaxAxes>;

Box box_of(std::initializer_list<int64_t> sizes) {
  Box box;
  for (const int64_t size : sizes) box.sizes[static_cast<size_t>(box.rank++)] = size;
  return box;
}
Strides strides_of(std::initializer_list<int64_t> each) {
  Strides strides{};
  size_t i = 0;
  for (const int64_t stride : each) strides[i++] = stride;
  return strides;
}

// Calls f(index, its number) for every index of the box, the last axis fastest.
template <typename F>
void for_each_index(const Box& box, const F& f) {
  Index index{};
  for (int64_t number = 0; number < box.count(); ++number) {
    int64_t rest = number;
    for (int axis = box.rank - 1; axis >= 0; --axis) {
      const auto at = static_cast<size_t>(axis);
      index[at] = rest % box.sizes[at];
      rest /= box.sizes[at];
    }
    f(index, number);
  }
}
int64_t place(const Box& box, const Index& index, const Strides& strides) {
  int64_t at = 0;
  for (size_t i = 0; i < static_cast<size_t>(box.rank); ++i) at += index[i] * strides[i];
  return at;
}

struct WalkCase {
  Box box;
  Strides a, b;
  int64_t a_first;  // where index 0 of a stands: behind the first value where a stride is negative
};

std::vector<WalkCase> walks() {
  return {
      {box_of({}), {}, {}, 0},
      {box_of({1}), strides_of({1}), strides_of({0}), 0},
      {box_of({2057}), strides_of({1}), strides_of({1}), 0},                  // two pieces and a bit of one row
      {box_of({3, 5, 7}), strides_of({35, 7, 1}), strides_of({0, 1, 0}), 0},  // one number per channel
      {box_of({3, 5, 7}), strides_of({7, 0, 1}), strides_of({0, 0, 1}), 0},
      {box_of({4, 3, 2, 5}), strides_of({30, 1, 15, 3}), strides_of({30, 10, 5, 1}), 0},  // axes turned
      {box_of({6, 4}), strides_of({-4, -1}), strides_of({1, 6}), 23},                     // backwards
      {box_of({2, 1, 3, 1, 2, 1, 2, 2}), strides_of({24, 9, 8, 9, 4, 9, 2, 1}), strides_of({0, 0, 4, 0, 2, 0, 0, 1}),
       0},
      {box_of({3, 0, 2}), strides_of({0, 2, 1}), strides_of({0, 2, 1}), 0},
  };
}

double taken(Arithmetic operation, double a, double b) {
  switch (operation) {
    case Arithmetic::add:
      return a + b;
    case Arithmetic::subtract:
      return a - b;
    case Arithmetic::multiply:
      return a * b;
    case Arithmetic::divide:
      return a / b;
    case Arithmetic::power:
      return std::pow(a, b);
    case Arithmetic::maximum:
      return std::isnan(a) || a > b ? a : b;
    case Arithmetic::minimum:
      return std::isnan(a) || a < b ? a : b;
  }
  return 0;
}
constexpr Arithmetic kOperations[] = {Arithmetic::add,   Arithmetic::subtract, Arithmetic::multiply, Arithmetic::divide,
                                      Arithmetic::power, Arithmetic::maximum,  Arithmetic::minimum};
constexpr SumTerm kTerms[] = {
    SumTerm::value,         SumTerm::product,           SumTerm::quotient,     SumTerm::slope_by_divisor,
    SumTerm::power_by_base, SumTerm::power_by_exponent, SumTerm::where_larger, SumTerm::where_smaller,
    SumTerm::share_of_norm};

double term_of(SumTerm term, double x, double z, double w) {
  switch (term) {
    case SumTerm::value:
      return x;
    case SumTerm::product:
      return x * z;
    case SumTerm::quotient:
      return x / z;
    case SumTerm::slope_by_divisor:
      return -x * z / (w * w);
    case SumTerm::power_by_base:
      return x * w * std::pow(z, w - 1);
    case SumTerm::power_by_exponent:
      return z == 0 ? 0 : x * std::pow(z, w) * std::log(z);
    case SumTerm::where_larger:
      return z > w ? x : z == w ? x / 2 : 0;
    case SumTerm::where_smaller:
      return z < w ? x : z == w ? x / 2 : 0;
    case SumTerm::share_of_norm:
      return w == 0 ? 0 : x * z / w;
  }
  return 0;
}

struct MatmulCase {
  MatmulShape shape;
  int64_t a_size, b_size;
};
MatmulCase product(int64_t m, int64_t n, int64_t k) {
  MatmulCase c{{}, m * k, k * n};
  c.shape.m = m, c.shape.n = n, c.shape.k = k;
  c.shape.a_row = k, c.shape.b_row = n;
  return c;
}

struct PadCase {
  PadShape shape;
};
PadShape padding(PadMode mode, std::initializer_list<int64_t> from, std::initializer_list<int64_t> begin,
                 std::initializer_list<int64_t> end) {
  PadShape s{mode, box_of(from), box_of(from), strides_of(begin), 0.25f};
  const Strides behind = strides_of(end);
  for (size_t i = 0; i < static_cast<size_t>(s.from.rank); ++i) s.to.sizes[i] += s.begin[i] + behind[i];
  return s;
}

// Where a value of the padded array comes from, counted out step by step; -1: nowhere.
int64_t source(PadMode mode, int64_t i, int64_t size) {
  if (mode == PadMode::constant) return i >= 0 && i < size ? i : -1;
  if (mode == PadMode::edge) return std::clamp<int64_t>(i, 0, size - 1);
  if (mode == PadMode::wrap) {
    while (i < 0) i += size;
    while (i >= size) i -= size;
    return i;
  }
  while (size > 1 && (i < 0 || i >= size)) i = i < 0 ? -i : 2 * (size - 1) - i;
  return size == 1 ? 0 : i;
}

std::vector<PadShape> paddings() {
  std::vector<PadShape> all;
  for (const PadMode mode : {PadMode::constant, PadMode::edge, PadMode::reflect, PadMode::wrap}) {
    all.push_back(padding(mode, {5}, {2}, {3}));
    all.push_back(padding(mode, {2, 3, 4, 5}, {0, 0, 1, 2}, {0, 0, 2, 1}));
    all.push_back(padding(mode, {2, 3, 4}, {1, -1, 3}, {0, 2, -2}));
    all.push_back(padding(mode, {1, 3}, {4, 7}, {5, 9}));  // far more than there is
    all.push_back(padding(mode, {3, 4}, {0, 0}, {0, 0}));
  }
  all.push_back(padding(PadMode::constant, {0, 2}, {1, 1}, {2, 0}));
  return all;
}

}  // namespace

void exercise_tensors(Stream& stream) {
  const auto x = on_device(stream, random_floats(200, 1, 0.5f, 2));
  Guarded<float> y(stream, 400);
  const Box box = box_of({4, 5});
  const Strides dense = dense_strides(box);
  strided_copy(stream, box, x.data(), dense, y.data(), dense);
  for (const Arithmetic operation : kOperations) {
    strided_arithmetic(stream, operation, box, x.data(), dense, x.data(), strides_of({0, 1}), y.data());
  }
  SumOperand operand;
  operand.values = x.data();
  operand.kept = strides_of({1}), operand.summed = strides_of({2});
  strided_sum(stream, SumTerm::value, box_of({2}), box_of({70}), operand, {}, {}, 1, y.data());
  strided_sum(stream, SumTerm::value, box_of({2}), box_of({7}), operand, {}, {}, 1, y.data());
  Guarded<int32_t> argmax(stream, 2);
  strided_max(stream, box_of({2}), box_of({7}), operand, y.data(), argmax.data());
  strided_max_backward(stream, 2, argmax.data(), x.data(), 20, y.data(), Result::overwrite);
  const MatmulCase c = product(5, 9, 4);
  matmul(stream, c.shape, x.data(), x.data(), y.data());
  gather_forward(stream, 2, 3, 4, {2, 0}, x.data(), y.data());
  gather_backward(stream, 2, 3, 4, {2, 0}, x.data(), y.data(), Result::overwrite);
  const PadShape p = padding(PadMode::reflect, {4, 5}, {1, 2}, {1, 2});
  pad_forward(stream, p, x.data(), y.data());
  pad_backward(stream, p, x.data(), y.data(), Result::overwrite);
}

TEST(Strided, arithmetic_and_copies_of_every_walk) {
  for (const WalkCase& c : walks()) {
    // Above 0 for powers.
    const Floats anywhere = random_floats(3000, 1), above = random_floats(3000, 1, 0.25f, 2);
    const Floats b = random_floats(3000, 2, 0.5f, 2), before = random_floats(3000, 3);
    const int64_t count = c.box.count();
    for (const Arithmetic operation : kOperations) {
      const Floats& a = operation == Arithmetic::power ? above : anywhere;
      Doubles want(static_cast<size_t>(count)), added(want);
      for_each_index(c.box, [&](const Index& index, int64_t i) {
        want[i] = taken(operation, a[c.a_first + place(c.box, index, c.a)], b[place(c.box, index, c.b)]);
        added[i] = want[i] + before[i];
      });
      on_every_device([&](Stream& stream) {
        const auto da = on_device(stream, a), db = on_device(stream, b), start = on_device(stream, before);
        Guarded<float> y(stream, count);
        strided_arithmetic(stream, operation, c.box, da.data() + c.a_first, c.a, db.data(), c.b, y.data());
        expect_close(y.read(stream), want, 1e-6, "y");
        strided_copy(stream, c.box, start.data(), dense_strides(c.box), y.data(), dense_strides(c.box));
        strided_arithmetic(stream, operation, c.box, da.data() + c.a_first, c.a, db.data(), c.b, y.data(),
                           Result::accumulate);
        expect_close(y.read(stream), added, 1e-6, "y added");
      });
    }
    const Floats& a = anywhere;
    Doubles copied(static_cast<size_t>(count));
    for_each_index(c.box, [&](const Index& index, int64_t i) { copied[i] = a[c.a_first + place(c.box, index, c.a)]; });
    on_every_device([&](Stream& stream) {
      const auto da = on_device(stream, a);
      Guarded<float> y(stream, count);
      strided_copy(stream, c.box, da.data() + c.a_first, c.a, y.data(), dense_strides(c.box));
      expect_close(y.read(stream), copied, 0, "copy");
      for (double& v : copied) v *= 2;
      strided_copy(stream, c.box, da.data() + c.a_first, c.a, y.data(), dense_strides(c.box), Result::accumulate);
      expect_close(y.read(stream), copied, 0, "copy added");
      for (double& v : copied) v /= 2;
    });
  }
}

TEST(Strided, what_is_written_may_have_strides_and_leaves_the_rest_alone) {
  const Floats x = random_floats(12, 1);
  on_every_device([&](Stream& stream) {
    const auto dx = on_device(stream, x);
    Guarded<float> y(stream, 31);
    // Every second column of every second row, the rows backwards.
    strided_copy(stream, box_of({3, 4}), dx.data(), strides_of({4, 1}), y.data() + 20, strides_of({-10, 2}));
    const Floats got = y.read(stream);
    for (int i = 0; i < 31; ++i) {
      const bool written = i < 27 && i % 10 < 8 && i % 2 == 0;
      if (written) {
        ASSERT_EQ(got[i], x[(2 - i / 10) * 4 + i % 10 / 2]) << i;
      } else {
        ASSERT_TRUE(std::isnan(got[i])) << i;
      }
    }
  });
}

TEST(Strided, the_largest_over_any_axes_and_where_it_stands) {
  struct Case {
    Box kept, summed;
    Strides x_kept, x_summed;
  };
  const Case cases[] = {
      {box_of({3}), box_of({}), strides_of({1}), {}},
      {box_of({}), box_of({1}), {}, strides_of({1})},
      {box_of({}), box_of({257}), {}, strides_of({1})},
      {box_of({5}), box_of({4, 7}), strides_of({7}), strides_of({35, 1})},
      {box_of({3, 2}), box_of({9, 65}), strides_of({2, 1}), strides_of({390, 6})},
      {box_of({2, 3}), box_of({0}), strides_of({1, 2}), strides_of({1})},
  };
  Floats x = random_floats(4000, 1);
  for (size_t i = 0; i < x.size(); i += 3) x[i] = 0.9f;  // equal ones: the first wins
  x[40] = NAN;
  for (const Case& c : cases) {
    const auto outputs = static_cast<size_t>(c.kept.count());
    Floats want(outputs, -std::numeric_limits<float>::infinity());
    std::vector<int32_t> places(outputs, -1);
    for_each_index(c.kept, [&](const Index& kept, int64_t i) {
      for_each_index(c.summed, [&](const Index& summed, int64_t) {
        const int64_t at = place(c.kept, kept, c.x_kept) + place(c.summed, summed, c.x_summed);
        const bool better = places[i] < 0 || x[at] > want[i] || (std::isnan(x[at]) && !std::isnan(want[i]));
        if (better) want[i] = x[at], places[i] = static_cast<int32_t>(at);
      });
    });
    on_every_device([&](Stream& stream) {
      const auto dx = on_device(stream, x);
      const SumOperand operand{dx.data(), c.x_kept, c.x_summed};
      Guarded<float> y(stream, outputs);
      Guarded<int32_t> argmax(stream, outputs);
      strided_max(stream, c.kept, c.summed, operand, y.data(), argmax.data());
      EXPECT_EQ(argmax.read(stream), places);
      const Floats got = y.read(stream);
      for (size_t i = 0; i < outputs; ++i) {
        if (std::isnan(want[i])) {
          EXPECT_TRUE(std::isnan(got[i])) << i;
        } else {
          EXPECT_EQ(got[i], want[i]) << i;
        }
      }
      strided_max(stream, c.kept, c.summed, operand, y.data(), nullptr);
      const Floats dy = random_floats(outputs, 5);
      const auto dev_dy = on_device(stream, dy);
      Guarded<float> back(stream, x.size());
      Doubles gradient(x.size(), 0.0);
      for (const int rounds : {1, 2}) {
        strided_max_backward(stream, static_cast<int64_t>(outputs), argmax.data(), dev_dy.data(),
                             static_cast<int64_t>(x.size()), back.data(),
                             rounds == 1 ? Result::overwrite : Result::accumulate);
        for (size_t i = 0; i < outputs; ++i) {
          if (places[i] >= 0) gradient[places[i]] += static_cast<double>(dy[i]);
        }
        expect_close(back.read(stream), gradient, 1e-7, "dx");
      }
    });
  }
}

TEST(Strided, sums_over_any_axes) {
  struct Case {
    Box kept, summed;
    Strides x_kept, x_summed, z_kept, z_summed;
  };
  const Case cases[] = {
      {box_of({3}), box_of({}), strides_of({1}), {}, strides_of({0}), {}},
      {box_of({}), box_of({1}), {}, strides_of({1}), {}, strides_of({1})},
      {box_of({5}), box_of({4, 7}), strides_of({7}), strides_of({35, 1}), strides_of({1}), strides_of({0, 0})},
      {box_of({5}), box_of({4, 33}), strides_of({33}), strides_of({165, 1}), strides_of({0}), strides_of({5, 1})},
      {box_of({3, 2}), box_of({9, 65}), strides_of({2, 1}), strides_of({390, 6}), strides_of({2, 1}),
       strides_of({65, 1})},
      {box_of({}), box_of({2, 50, 21}), {}, strides_of({1050, 21, 1}), {}, strides_of({0, 21, 1})},
      {box_of({2, 3}), box_of({0}), strides_of({1, 2}), strides_of({1}), strides_of({1, 2}), strides_of({1})},
  };
  const Floats x = random_floats(4000, 1);
  Floats z = random_floats(4000, 2, 0.5f, 2), w = random_floats(4000, 3, 0.5f, 2);
  for (size_t i = 0; i < z.size(); i += 7) w[i] = z[i];  // where neither is larger
  for (const Case& c : cases) {
    for (const SumTerm term : kTerms) {
      Doubles want(static_cast<size_t>(c.kept.count()));
      for_each_index(c.kept, [&](const Index& kept, int64_t i) {
        for_each_index(c.summed, [&](const Index& summed, int64_t) {
          const int64_t at_x = place(c.kept, kept, c.x_kept) + place(c.summed, summed, c.x_summed);
          const int64_t at_z = place(c.kept, kept, c.z_kept) + place(c.summed, summed, c.z_summed);
          want[i] += 0.5 * term_of(term, x[at_x], z[at_z], w[at_z]);
        });
      });
      on_every_device([&](Stream& stream) {
        const auto dx = on_device(stream, x), dz = on_device(stream, z), dw = on_device(stream, w);
        const SumOperand operands[3] = {
            {dx.data(), c.x_kept, c.x_summed}, {dz.data(), c.z_kept, c.z_summed}, {dw.data(), c.z_kept, c.z_summed}};
        Guarded<float> y(stream, c.kept.count());
        strided_sum(stream, term, c.kept, c.summed, operands[0], operands[1], operands[2], 0.5f, y.data());
        expect_close(y.read(stream), want, 5e-6, "sum");
        Doubles twice = want;
        for (double& v : twice) v *= 2;
        strided_sum(stream, term, c.kept, c.summed, operands[0], operands[1], operands[2], 0.5f, y.data(),
                    Result::accumulate);
        expect_close(y.read(stream), twice, 5e-6, "sum added");
      });
    }
  }
}

TEST(Strided, a_sum_of_a_million_keeps_its_digits) {
  const int64_t count = 1 << 20;
  Floats x = random_floats(count, 1, 0.5f, 1.5f);
  double sum = 0;
  for (const float v : x) sum += v;
  on_every_device([&](Stream& stream) {
    const auto values = on_device(stream, x);
    Guarded<float> y(stream, 1);
    SumOperand operand;
    operand.values = values.data(), operand.summed = strides_of({1});
    strided_sum(stream, SumTerm::value, {}, box_of({count}), operand, {}, {}, 1, y.data());
    EXPECT_NEAR(y.read(stream)[0] / sum, 1, 3e-7);
  });
}

TEST(Matmul, stacks_of_matrices_of_every_size) {
  std::vector<MatmulCase> cases;
  for (const auto& [m, n, k] : std::vector<std::array<int64_t, 3>>{{1, 1, 1},
                                                                   {6, 32, 5},
                                                                   {7, 33, 9},
                                                                   {5, 31, 1},
                                                                   {13, 17, 64},
                                                                   {1, 8, 100},
                                                                   {12, 1, 30},
                                                                   {3, 9, 0},
                                                                   {2, 100, 7}}) {
    cases.push_back(product(m, n, k));
  }
  // Turned round on the left.
  MatmulCase turned = product(7, 18, 5);
  turned.shape.a_row = 1, turned.shape.a_column = 7;
  cases.push_back(turned);
  // A stack of 2 x 3, a repeated along the first axis, b along the second.
  MatmulCase stack = product(4, 19, 6);
  stack.shape.batch = box_of({2, 3});
  stack.shape.a_batch = strides_of({0, 24}), stack.shape.b_batch = strides_of({114, 0});
  stack.a_size *= 3, stack.b_size *= 2;
  cases.push_back(stack);
  // The same, summed over the first.
  MatmulCase again = product(4, 19, 6);
  again.shape.batch = box_of({3}), again.shape.again = box_of({2});
  again.shape.a_batch = strides_of({24}), again.shape.b_again = strides_of({114});
  again.a_size *= 3, again.b_size *= 2;
  cases.push_back(again);
  // Large enough for tiles of a GPU, one transposed and summed over two.
  cases.push_back(product(65, 33, 70));
  MatmulCase large = product(33, 36, 40);
  large.shape.a_row = 1, large.shape.a_column = 33;
  large.shape.again = box_of({2});
  large.shape.a_again = strides_of({large.a_size}), large.shape.b_again = strides_of({large.b_size});
  large.a_size *= 2, large.b_size *= 2;
  cases.push_back(large);
  for (const MatmulCase& c : cases) {
    const MatmulShape& s = c.shape;
    SCOPED_TRACE(std::to_string(s.m) + " x " + std::to_string(s.k) + " x " + std::to_string(s.n));
    const Floats a = random_floats(c.a_size, 1), b = random_floats(c.b_size, 2);
    Doubles want(static_cast<size_t>(s.batch.count() * s.m * s.n));
    for_each_index(s.batch, [&](const Index& batch, int64_t number) {
      for_each_index(s.again, [&](const Index& again_index, int64_t) {
        const int64_t at_a = place(s.batch, batch, s.a_batch) + place(s.again, again_index, s.a_again);
        const int64_t at_b = place(s.batch, batch, s.b_batch) + place(s.again, again_index, s.b_again);
        for (int64_t i = 0; i < s.m; ++i) {
          for (int64_t j = 0; j < s.n; ++j) {
            for (int64_t t = 0; t < s.k; ++t) {
              want[(number * s.m + i) * s.n + j] += static_cast<double>(a[at_a + i * s.a_row + t * s.a_column]) *
                                                    static_cast<double>(b[at_b + t * s.b_row + j]);
            }
          }
        }
      });
    });
    on_every_device([&](Stream& stream) {
      const auto da = on_device(stream, a), db = on_device(stream, b);
      Guarded<float> y(stream, static_cast<int64_t>(want.size()));
      matmul(stream, s, da.data(), db.data(), y.data());
      expect_close(y.read(stream), want, 2e-6, "y");
      Doubles twice = want;
      for (double& v : twice) v *= 2;
      matmul(stream, s, da.data(), db.data(), y.data(), Result::accumulate);
      expect_close(y.read(stream), twice, 2e-6, "y added");
    });
  }
}

TEST(Gather, chooses_slices_and_adds_what_comes_back) {
  struct Case {
    int64_t outer, size, inner;
    std::vector<int32_t> indices;
  };
  std::vector<int32_t> many;
  for (int i = 0; i < 131; ++i) many.push_back(i * 5 % 7);  // more than one launch, each index many times
  for (const Case& c : {Case{1, 1, 1, {0}}, Case{2, 5, 3, {4, 0, 4, 2}}, Case{3, 7, 2, many}, Case{2, 3, 4, {}}}) {
    const auto count = static_cast<int64_t>(c.indices.size());
    const Floats x = random_floats(c.outer * c.size * c.inner, 1), dy = random_floats(c.outer * count * c.inner, 2);
    Doubles y(dy.size()), dx(x.size());
    for (int64_t o = 0; o < c.outer; ++o) {
      for (int64_t j = 0; j < count; ++j) {
        for (int64_t i = 0; i < c.inner; ++i) {
          const int64_t from = (o * c.size + c.indices[j]) * c.inner + i, to = (o * count + j) * c.inner + i;
          y[to] = x[from];
          dx[from] += dy[to];
        }
      }
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> got(stream, static_cast<int64_t>(y.size())), gradient(stream, static_cast<int64_t>(x.size()));
      gather_forward(stream, c.outer, c.size, c.inner, c.indices, dev_x.data(), got.data());
      expect_close(got.read(stream), y, 0, "y");
      gather_backward(stream, c.outer, c.size, c.inner, c.indices, dev_dy.data(), gradient.data(), Result::overwrite);
      expect_close(gradient.read(stream), dx, 1e-6, "dx");
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      gather_backward(stream, c.outer, c.size, c.inner, c.indices, dev_dy.data(), gradient.data(), Result::accumulate);
      expect_close(gradient.read(stream), twice, 1e-6, "dx added");
    });
  }
}

TEST(Pad, every_mode_forward_and_backward) {
  for (const PadShape& s : paddings()) {
    SCOPED_TRACE("mode " + std::to_string(static_cast<int>(s.mode)) + ", " + std::to_string(s.from.rank) + " axes");
    const Floats x = random_floats(s.from.count(), 1), dy = random_floats(s.to.count(), 2);
    Doubles y(dy.size()), dx(x.size());
    const Strides dense = dense_strides(s.from);
    for_each_index(s.to, [&](const Index& index, int64_t i) {
      int64_t from = 0;
      for (size_t axis = 0; axis < static_cast<size_t>(s.from.rank); ++axis) {
        const int64_t place = source(s.mode, index[axis] - s.begin[axis], s.from.sizes[axis]);
        from = place < 0 || from < 0 ? -1 : from + place * dense[axis];
      }
      y[i] = from < 0 ? 0.25 : x[from];
      if (from >= 0) dx[from] += dy[i];
    });
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> got(stream, s.to.count()), gradient(stream, s.from.count());
      pad_forward(stream, s, dev_x.data(), got.data());
      expect_close(got.read(stream), y, 0, "y");
      pad_backward(stream, s, dev_dy.data(), gradient.data(), Result::overwrite);
      expect_close(gradient.read(stream), dx, 1e-6, "dx");
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      pad_backward(stream, s, dev_dy.data(), gradient.data(), Result::accumulate);
      expect_close(gradient.read(stream), twice, 1e-6, "dx added");
    });
  }
}

}  // namespace striate
