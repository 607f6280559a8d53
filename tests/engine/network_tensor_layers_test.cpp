// Layers of tensors of any rank: their texts, shapes, values against a walk over all indices or numbers worked out by
// hand, and what is said when something doesn't fit. Their gradients are in network_layers_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/error.h"
#include "engine/network/layer_list.h"
#include "engine/network/layer_settings.h"
#include "engine/network/network.h"

namespace striate {
namespace {

std::string error_of(const std::string& text, int64_t n = 1) {
  try {
    Architecture::parse(text).shapes(n);
    return "no error";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

std::vector<float> counting(int64_t count, float first = 0) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = first + static_cast<float>(i);
  return values;
}

// The output for an input of 0, 1, 2, ...; constants begin with 1, 2, 3, ...
struct Computed {
  Shape shape;
  std::vector<float> values;
};
Computed computed(const std::string& text, int batch = 1, std::vector<float> input = {}) {
  Stream stream;
  Network network(stream, Architecture::parse(text), Plan{batch, false, false, 0});
  const NamedTensor& in = network.activation(0);
  network.write_tensor(stream, in, input.empty() ? counting(in.shape.count()) : std::move(input));
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == TensorKind::weight) network.write_tensor(stream, tensor, counting(tensor.shape.count(), 1));
  }
  network.forward(stream, Mode::evaluation);
  return {network.output().shape, network.read_tensor(stream, network.output())};
}

using Floats = std::vector<float>;

// The value of a broadcast operand at `index` of `to`.
float repeated_at(const Computed& of, const Shape& to, const std::vector<int64_t>& index) {
  int64_t at = 0;
  for (int i = 0; i < of.shape.rank(); ++i) {
    const int64_t here = index[static_cast<size_t>(i + to.rank() - of.shape.rank())];
    at = at * of.shape[i] + (of.shape[i] == 1 ? 0 : here);
  }
  return of.values[static_cast<size_t>(at)];
}

void for_each_index(const Shape& shape, const std::function<void(const std::vector<int64_t>&, size_t)>& f) {
  std::vector<int64_t> index(static_cast<size_t>(shape.rank()));
  for (int64_t number = 0; number < shape.count(); ++number) {
    int64_t rest = number;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      index[static_cast<size_t>(i)] = rest % shape[i];
      rest /= shape[i];
    }
    f(index, static_cast<size_t>(number));
  }
}

}  // namespace

TEST(TensorLayers, their_texts_are_printed_as_they_were_read) {
  for (const char* text : {"constant 3x4",
                           "constant scalar",
                           "constant 0x3",
                           "add",
                           "sub",
                           "mul",
                           "div",
                           "matmul",
                           "concat",
                           "concat axis 3",
                           "reshape batch,3,-1",
                           "reshape 2,3,4",
                           "reshape scalar",
                           "reshape 0,2",
                           "transpose 0,2,1",
                           "slice axis 2 from 1 to -1",
                           "slice axis 0 from -1 to -9223372036854775807 step -2",
                           "gather axis 1 0,2,1",
                           "gather axis 1 shape 1x4 0,-1,2,1",
                           "gather axis 0 shape scalar 2",
                           "gather axis 0 shape 0x2",
                           "pad constant 0,0,1,2,0,0,3,-4",
                           "pad constant 1,1 value -0.5",
                           "pad constant 0,1 value -inf",
                           "pad reflect 0,0,1,1,0,0,1,1",
                           "pad edge 2,0",
                           "pad wrap 1,2",
                           "reducemean 2,3",
                           "reducemean 0 keep",
                           "reducesum 1,2",
                           "reducemax 2 keep",
                           "reducel2 1",
                           "pow",
                           "max",
                           "min",
                           "repeat",
                           "flatten",
                           "flatten axis 0",
                           "resize nearest batch,3,8,8",
                           "resize linear 1,1,4,4 scales 1,1,0.6,0.6",
                           "resize nearest 1,1,2 coordinates asymmetric rounding floor",
                           "resize linear 2,3 scales 1,0.6000000238418579 antialias exclude outside",
                           "resize linear 3,3 coordinates tf_crop_and_resize roi 0,0.2,1,0.7 outside 10"}) {
    EXPECT_EQ(parse_layer(text)->text(), text);
  }
  for (const char* text :
       {"input 3x4 | a: relu | tanh | concat a input axis 2 | div 1", "constant 4 | sub input | mul 0 | matmul 0"}) {
    EXPECT_EQ(Architecture::parse(text).text(), text);
    EXPECT_EQ(LayerList::parse(text).text(), text);
  }
}

TEST(TensorLayers, mistakes_in_their_words_have_a_place) {
  const auto wrong = [](const char* text) {
    try {
      parse_layer(text);
      return std::string("no error");
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return std::string(error.what());
    }
  };
  EXPECT_EQ(wrong("reshape 2,-1,-1"), "line 1, column 9: invalid list of sizes \"2,-1,-1\" for reshape");
  EXPECT_EQ(wrong("reshape"), "line 1, column 8: reshape needs its sizes");
  EXPECT_EQ(wrong("transpose 0,2"), "line 1, column 11: \"0,2\" does not name every axis once");
  EXPECT_EQ(wrong("transpose 1,1"), "line 1, column 11: \"1,1\" does not name every axis once");
  EXPECT_EQ(wrong("slice from 1"), "line 1, column 7: \"from\" is not understood after slice");
  EXPECT_EQ(wrong("slice axis 1 from 2"), "line 1, column 20: slice needs its \"to\"");
  EXPECT_EQ(wrong("slice axis 1 from 2 to 3 step 0"), "line 1, column 31: a step of 0");
  EXPECT_EQ(wrong("gather 0,1"), "line 1, column 8: \"0,1\" is not understood after gather");
  EXPECT_EQ(wrong("gather axis 0 shape 2x2 1,2,3"), "line 1, column 25: 3 places for a shape of 2x2");
  EXPECT_EQ(wrong("pad mirror 1,1"), "line 1, column 5: \"mirror\" is not understood after pad");
  EXPECT_EQ(wrong("pad edge 1,1,1"), "line 1, column 10: 3 numbers of padding");
  EXPECT_EQ(wrong("reducemean 1,1"), "line 1, column 12: an axis twice");
  EXPECT_EQ(wrong("resize cubic 2,2"), "line 1, column 8: \"cubic\" is not understood after resize");
  EXPECT_EQ(wrong("resize linear 2,2 scales 1"), "line 1, column 26: 1 scales for 2 axes");
  EXPECT_EQ(wrong("resize linear 2,2 scales 1,0"), "line 1, column 26: a scale of 0");
  EXPECT_EQ(wrong("resize linear 2,-1"), "line 1, column 15: invalid list of sizes \"2,-1\" for resize");
  EXPECT_EQ(wrong("constant 99999999999x9"), "line 1, column 10: invalid size \"99999999999x9\" for constant");
  EXPECT_EQ(wrong("concat axis 9"), "line 1, column 13: invalid axis \"9\" for concat");
}

TEST(TensorLayers, shapes_that_do_not_fit_are_named) {
  EXPECT_EQ(error_of("input whole 2x3 | constant 4 | from input | add 0"),
            "layer 1 (add): got 2 x 3 and 4, needs equal sizes, or 1 where one repeats");
  EXPECT_EQ(error_of("input whole 2x3 | relu | tanh | sub input 0"), "layer 2 (sub): got 3 inputs, needs two");
  EXPECT_EQ(error_of("input whole 2x3 | constant 4x2 | from input | matmul 0"),
            "layer 1 (matmul): got 2 x 3 and 4 x 2, needs as many columns on the left as rows on the right: 3 and 4");
  EXPECT_EQ(error_of("input whole scalar | constant 4 | from input | matmul 0"),
            "layer 1 (matmul): got one value and 4, needs lists or matrices");
  EXPECT_EQ(error_of("input whole 3 | relu | concat input axis 1"), "layer 1 (concat): got 3, which has no axis 1");
  EXPECT_EQ(error_of("input whole 2x3 | reshape 4,-1"),
            "layer 0 (reshape 4,-1): got 2 x 3, 6 values, which don't fill 4,-1");
  EXPECT_EQ(error_of("input whole 2x3 | reshape 0,-1"),
            "layer 0 (reshape 0,-1): got 2 x 3, 6 values, which don't fill 0,-1");
  EXPECT_EQ(error_of("input whole 2x3 | reshape 2147483647,2147483647,2147483647"),
            "layer 0 (reshape 2147483647,2147483647,2147483647): got 2 x 3, 6 values, which don't fill "
            "2147483647,2147483647,2147483647");
  EXPECT_EQ(error_of("input whole 2x3 | transpose 0,2,1"),
            "layer 0 (transpose 0,2,1): got 2 x 3, which has 2 axes, needs 3");
  EXPECT_EQ(error_of("input whole 2x3 | slice axis 2 from 0 to 1"),
            "layer 0 (slice axis 2 from 0 to 1): got 2 x 3, which has no axis 2");
  EXPECT_EQ(error_of("input whole 2x3 | gather axis 1 3"),
            "layer 0 (gather axis 1 3): got 2 x 3, which has no place 3 along axis 1");
  EXPECT_EQ(error_of("input whole 2x3 | pad edge 1,1"),
            "layer 0 (pad edge 1,1): got 2 x 3, needs 1 axes: one for each pair of the padding");
  EXPECT_EQ(error_of("input whole 3 | pad constant -2,-2"),
            "layer 0 (pad constant -2,-2): got 3, 4 of axis 0 cut off 3");
  EXPECT_EQ(error_of("input whole 0 | pad wrap 1,0"), "layer 0 (pad wrap 1,0): got 0, nothing to repeat along axis 0");
  EXPECT_EQ(error_of("input whole 3 | reducemean 1"), "layer 0 (reducemean 1): got 3, which has no axis 1");
  EXPECT_EQ(error_of("input 3 | constant 2x3 | repeat input"),
            "layer 1 (repeat): got 2 x 3, needs size 1 along axis 0, the batch");
  EXPECT_EQ(error_of("input whole 3 | resize linear 2,2"),
            "layer 0 (resize linear 2,2): got 3, which has 1 axes, needs 2");
  EXPECT_EQ(error_of("input whole 0x2 | resize linear 2,2"),
            "layer 0 (resize linear 2,2): got 0 x 2, nothing along axis 0");
  EXPECT_EQ(
      error_of("input whole 9 | resize linear 1 scales 1e-06 antialias"),
      "layer 0 (resize linear 1 scales 1e-06 antialias): got 9, each value of axis 0 would be a mean of more than "
      "65536");
}

TEST(TensorLayers, arithmetic_repeats_values_as_numpy_does) {
  struct Case {
    const char* word;
    double (*of)(double, double);
  };
  const auto plus = [](double a, double b) { return a + b; };
  const auto minus = [](double a, double b) { return a - b; };
  const auto times = [](double a, double b) { return a * b; };
  const auto over = [](double a, double b) { return a / b; };
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{{"2x3x4", "2x3x4"},
                                                        {"2x3x4", "3x1"},
                                                        {"4", "2x3x4"},
                                                        {"2x1x4", "3x1"},
                                                        {"scalar", "2x2"},
                                                        {"1x1x1", "5"},
                                                        {"3", "scalar"},
                                                        {"0x3", "1x3"},
                                                        {"2x1x2x1x2x1x2x1", "2x1x2x1x3"}}) {
    for (const Case& c : {Case{"add", plus}, Case{"sub", minus}, Case{"mul", times}, Case{"div", over}}) {
      SCOPED_TRACE(fmt::format("{} of {} and {}", c.word, first, second));
      const Computed y =
          computed(fmt::format("input whole {} | b: constant {} | from input | {} b", first, second, c.word));
      const Computed a = computed("input whole " + first + " | identity");
      const Computed b = computed("input whole scalar | constant " + second);
      ASSERT_EQ(y.shape.count(), static_cast<int64_t>(y.values.size()));
      for_each_index(y.shape, [&](const std::vector<int64_t>& index, size_t i) {
        const double want = c.of(repeated_at(a, y.shape, index), repeated_at(b, y.shape, index));
        ASSERT_NEAR(y.values[i], want, 1e-6 * std::fabs(want)) << i;
      });
    }
  }
  EXPECT_EQ(computed("input 2 | a: constant 2 | b: constant scalar | from input | add a b input", 2).values,
            (Floats{2, 5, 6, 9}));
}

TEST(TensorLayers, products_of_lists_matrices_and_stacks) {
  // 0 1 2; 3 4 5 times 1 2; 3 4; 5 6
  EXPECT_EQ(computed("input whole 2x3 | c: constant 3x2 | from input | matmul c").values, (Floats{13, 16, 40, 52}));
  EXPECT_EQ(computed("input whole 3x2 | constant 2x3 | matmul input").values, (Floats{16, 22, 34, 49}));
  const Computed dot = computed("input whole 3 | c: constant 3 | from input | matmul c");
  EXPECT_EQ(dot.shape, Shape());
  EXPECT_EQ(dot.values, Floats{8});
  const Computed row = computed("input whole 3 | c: constant 2x3x2 | from input | matmul c");
  EXPECT_EQ(row.shape, (Shape{2, 2}));
  EXPECT_EQ(row.values, (Floats{13, 16, 31, 34}));
  const Computed column = computed("input whole 2x3 | c: constant 3 | from input | matmul c");
  EXPECT_EQ(column.shape, Shape{2});
  EXPECT_EQ(column.values, (Floats{8, 26}));
  const Computed stack = computed("input whole 2x1x1x2 | c: constant 2x2x1 | from input | matmul c");
  EXPECT_EQ(stack.shape, (Shape{2, 2, 1, 1}));
  EXPECT_EQ(stack.values, (Floats{2, 4, 8, 18}));
  const Architecture counted = Architecture::parse("input whole 2x1x3x4 | c: constant 5x4x2 | from input | matmul c");
  EXPECT_EQ(counted.totals().multiply_adds, 2 * 5 * 3 * 4 * 2);
  EXPECT_EQ(counted.totals().parameters, 40);
}

TEST(TensorLayers, axes_are_turned_cut_and_joined) {
  const Computed turned = computed("input whole 2x3x2 | transpose 2,0,1");
  EXPECT_EQ(turned.shape, (Shape{2, 2, 3}));
  EXPECT_EQ(turned.values, (Floats{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11}));
  EXPECT_EQ(computed("input whole 2x2 | a: relu | tanh | from input | concat a axis 0").shape, (Shape{4, 2}));
  EXPECT_EQ(computed("input whole 2x2 | concat input axis 1").values, (Floats{0, 1, 0, 1, 2, 3, 2, 3}));
  EXPECT_EQ(computed("input whole 2x2 | concat input axis 0").values, (Floats{0, 1, 2, 3, 0, 1, 2, 3}));
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from 1 to 4 step 2").values, (Floats{1, 3}));
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from -1 to -6 step -2").values, (Floats{4, 2, 0}));
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from 3 to 1000").values, (Floats{3, 4}));
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from 3 to 2").shape, Shape{0});
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from 100 to -9223372036854775808 step -9223372036854775807").values,
            Floats{4});
  EXPECT_EQ(computed("input whole 2x4 | slice axis 1 from -2 to 4").values, (Floats{2, 3, 6, 7}));
  const Computed chosen = computed("input whole 2x3 | gather axis 1 shape 2x2 2,0,-1,1");
  EXPECT_EQ(chosen.shape, (Shape{2, 2, 2}));
  EXPECT_EQ(chosen.values, (Floats{2, 0, 2, 1, 5, 3, 5, 4}));
  EXPECT_EQ(computed("input whole 2x3 | gather axis 0 shape scalar 1").shape, Shape{3});
  EXPECT_EQ(computed("input whole 2x3 | gather axis 1 shape 0x2").shape, (Shape{2, 0, 2}));
  EXPECT_EQ(computed("input 2x3 | reshape batch,3,-1", 4).shape, (Shape{4, 3, 2}));
  EXPECT_EQ(computed("input whole 1x1 | reshape scalar").shape, Shape());
  EXPECT_EQ(computed("input whole 2x3x4 | flatten axis 2").shape, (Shape{6, 4}));
  EXPECT_EQ(computed("input whole 2x3x4 | flatten axis 0").shape, (Shape{1, 24}));
  EXPECT_EQ(computed("input whole 2x3x4 | flatten axis 3").shape, (Shape{24, 1}));
}

TEST(TensorLayers, borders_means_and_sizes) {
  EXPECT_EQ(computed("input whole 1x3 | pad constant 1,0,0,2 value 9").values, (Floats{9, 9, 9, 9, 9, 0, 1, 2, 9, 9}));
  EXPECT_EQ(computed("input whole 3 | pad edge 2,1").values, (Floats{0, 0, 0, 1, 2, 2}));
  EXPECT_EQ(computed("input whole 3 | pad reflect 2,1").values, (Floats{2, 1, 0, 1, 2, 1}));
  EXPECT_EQ(computed("input whole 3 | pad wrap 2,1").values, (Floats{1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(computed("input whole 3 | pad constant -1,1").values, (Floats{1, 2, 0}));
  EXPECT_EQ(computed("input whole 2x3 | reducemean 0").values, (Floats{1.5, 2.5, 3.5}));
  EXPECT_EQ(computed("input whole 2x3 | reducemean 1 keep").shape, (Shape{2, 1}));
  EXPECT_EQ(computed("input whole 2x3 | reducemean 0,1").values, Floats{2.5});
  EXPECT_TRUE(std::isnan(computed("input whole 0 | reducemean 0").values[0])) << "the mean of nothing";
  EXPECT_EQ(computed("input whole 2x3 | reducesum 0").values, (Floats{3, 5, 7}));
  EXPECT_EQ(computed("input whole 2x3 | reducemax 1").values, (Floats{2, 5}));
  EXPECT_EQ(computed("input whole 2x3 | reducemax 0,1 keep").shape, (Shape{1, 1}));
  EXPECT_EQ(computed("input whole 5 | slice axis 0 from 3 to 5 | reducel2 0").values, Floats{5});
  EXPECT_EQ(computed("input 2 | c: constant 1x3 | repeat input", 4).shape, (Shape{4, 3}));
  const Computed larger = computed("input whole 1x1x2x2 | resize nearest 1,1,4,6 scales 1,1,2,3");
  EXPECT_EQ(larger.values, (Floats{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3}));
  // The specification's own example: 4 x 4 of 1 to 16, scales 0.6, linear with antialias.
  const Computed smaller =
      computed("input whole 1x1x4x4 | resize linear 1,1,2,2 scales 1,1,0.6,0.6 antialias", 1, counting(16, 1));
  const Floats stated = {2.875f, 4.5f, 9.375f, 11.0f};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(smaller.values[i], stated[i], 1e-5);
  EXPECT_EQ(computed("input whole 2x2 | resize linear 2,2").values, (Floats{0, 1, 2, 3})) << "nothing to do";
  const Architecture counted = Architecture::parse("input 1x2x3 | resize linear batch,1,4,6");
  EXPECT_EQ(counted.totals().multiply_adds, 2 * (4 * 3) + 2 * (4 * 6));
}

TEST(TensorLayers, are_written_by_hand_but_offered_only_where_that_helps) {
  std::vector<std::string> offered;
  for (const LayerKind* kind : kinds_to_add()) offered.emplace_back(kind->word);
  const auto has = [&](const char* word) { return std::find(offered.begin(), offered.end(), word) != offered.end(); };
  for (const char* word : {"conv", "add", "concat", "mul", "relu"}) EXPECT_TRUE(has(word)) << word;
  for (const char* word : {"constant", "reshape", "gather", "slice", "matmul", "resize"})
    EXPECT_FALSE(has(word)) << word;
  const Shape input{2, 6, 6};
  EXPECT_TRUE(LayerList::parse("reshape batch,-1 | dense 3").check(input, 3).good);
  const LayerList::Checked fixed = LayerList::parse("reshape 1,72 | dense 3").check(input, 3);
  ASSERT_TRUE(fixed.error);
  EXPECT_EQ(std::string(fixed.error->what()),
            "2 pictures at once: layer 0 (reshape 1,72): got 2 x 2 x 6 x 6, 144 values, which don't fill 1,72");
  // A constant is the same for all pictures: nothing is mixed.
  EXPECT_TRUE(LayerList::parse("c: constant 2x1x1 | from input | mul c | flatten | dense 3").check(input, 3).good);
  EXPECT_TRUE(LayerList::parse("input whole 2x6x6 | relu").check({}).error);
}

}  // namespace striate
