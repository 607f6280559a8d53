// The text of an architecture: what is written is read back, and every mistake has its place and its hint.
#include "engine/network/architecture.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"

namespace striate {
namespace {

const char* kLenet =
    "input 1x28x28 | conv 6 5x5 pad 2 | relu | maxpool 2 | conv 16 5x5 | relu | maxpool 2 | flatten | dense 120 | relu "
    "| "
    "dense 84 | relu | dense 10";

std::string error_of(const std::string& text) {
  try {
    const Architecture a = Architecture::parse(text);
    if (a.input().rank() > 0) a.shapes(2);
    return "no error";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

std::string hint_of(const std::string& text) {
  try {
    Architecture::parse(text).shapes(2);
    return "no error";
  } catch (const Error& error) {
    return error.hint();
  }
}

}  // namespace

TEST(Architecture, canonical_texts_are_printed_as_they_were_read) {
  for (const std::string& text : {
           std::string(kLenet),
           std::string("conv 6 5x3 stride 2x1 pad 0,1,2,3 dilation 2 groups 3 no bias | maxpool 3 stride 2 pad 1 ceil"),
           std::string("conv 6 5x5 pad 1x2 | avgpool 3x2 stride 2 without padding | leakyrelu 0.2 | leakyrelu"),
           std::string("input 12 | dense 3 no bias | dropout 0.25 | sigmoid | tanh | softmax"),
           std::string("a: relu | conv 16 3x3 pad 1 | batchnorm epsilon 0.001 momentum 0.2 | add a | relu"),
           std::string("x: identity | left: conv 2 1x1 | from x | conv 3 1x1 | concat left x | globalavgpool"),
           std::string("from input | relu | add input 0 | subsample 2 channels 8 | logsoftmax"),
       }) {
    std::string expected = text;
    if (text.rfind("from input | ", 0) == 0) expected = text.substr(13);  // the first layer reads the input anyway
    EXPECT_EQ(Architecture::parse(text).text(), expected);
    EXPECT_EQ(Architecture::parse(Architecture::parse(text).text("\n")).text(), expected);
  }
}

TEST(Architecture, blanks_comments_and_line_breaks_separate) {
  const Architecture a = Architecture::parse(
      "# a comment\ninput 1x8x8\n\nfirst:conv 2 3   pad 1x1   # same size\n | relu |\n|\tflatten|dense 10\r\n");
  EXPECT_EQ(a.text(), "input 1x8x8 | first: conv 2 3x3 pad 1 | relu | flatten | dense 10");
  EXPECT_EQ(a.nodes()[1].name, "first");
  EXPECT_EQ(a.nodes()[2].name, "1");  // PyTorch's number
}

TEST(Architecture, every_model_reads_back_and_computes_shapes) {
  for (const Model& m : models()) {
    SCOPED_TRACE(m.name);
    const Architecture a = build_model(m.name);
    EXPECT_EQ(Architecture::parse(a.text()).text(), a.text());
    EXPECT_EQ(Architecture::parse(a.text("\n")).text(), a.text());
    EXPECT_EQ(a.shapes(3).back(), (Shape{3, m.classes}));
    EXPECT_EQ(build_model(m.name, {}, 4).shapes(1).back(), (Shape{1, 4}));
  }
  EXPECT_EQ(build_model("lenet5").text(), kLenet);
}

TEST(Architecture, parameters_and_multiply_adds_are_counted) {
  EXPECT_EQ(build_model("lenet5").totals().parameters, 61706);
  EXPECT_EQ(build_model("tinyvgg").totals().parameters, 280 + 3 * 910 + 16910);
  EXPECT_EQ(build_model("resnet20").totals().parameters, 269722);
  const Architecture a = build_model("lenet5");
  const std::vector<Shape> shapes = a.shapes(7);
  const auto counted = [&](int node) { return a.nodes()[node].layer->parameter_count(a.input_shapes(node, shapes)); };
  EXPECT_EQ(counted(1).formula, "(5*5*1 + 1)*6");
  EXPECT_EQ(counted(1).value, 156);
  EXPECT_EQ(counted(4).formula, "(5*5*6 + 1)*16");
  EXPECT_EQ(counted(8).formula, "(400 + 1)*120");
  EXPECT_EQ(counted(2).value, 0);
  const Counted madds = a.nodes()[1].layer->multiply_adds(a.input_shapes(1, shapes));
  EXPECT_EQ(madds.formula, "5*5*1*6*28*28");
  EXPECT_EQ(madds.value, 117600);
}

TEST(Architecture, formulas_give_the_numbers_of_the_weights) {
  for (const Model& m : models()) {
    const Architecture a = build_model(m.name);
    const std::vector<Shape> shapes = a.shapes(2);
    for (int i = 1; i < a.size(); ++i) {
      int64_t sum = 0;
      for (const WeightSpec& p : a.nodes()[i].layer->parameters(a.input_shapes(i, shapes))) sum += p.shape.count();
      EXPECT_EQ(a.nodes()[i].layer->parameter_count(a.input_shapes(i, shapes)).value, sum) << a.describe(i);
    }
  }
}

TEST(Architecture, mistakes_have_a_place_and_the_nearest_word) {
  EXPECT_EQ(error_of("conv 6 5x5 | mxpool 2"), "line 1, column 14: unknown layer \"mxpool\"");
  EXPECT_EQ(hint_of("conv 6 5x5 | mxpool 2"), "did you mean \"maxpool\"?");
  EXPECT_EQ(error_of("relu\nconv 6"), "line 2, column 7: conv needs its kernel size");
  EXPECT_EQ(error_of("conv six 5x5"), "line 1, column 6: invalid number of filters \"six\" for conv");
  EXPECT_EQ(error_of("conv 0 5x5"), "line 1, column 6: invalid number of filters \"0\" for conv");
  EXPECT_EQ(error_of("conv 6 5x5x5"), "line 1, column 8: invalid kernel size \"5x5x5\" for conv");
  EXPECT_EQ(error_of("conv 6 5x5 strde 2"), "line 1, column 12: \"strde\" is not understood after conv");
  EXPECT_NE(hint_of("conv 6 5x5 strde 2").find("did you mean \"stride\"?"), std::string::npos);
  EXPECT_EQ(error_of("conv 6 5x5 pad 1,2"), "line 1, column 16: invalid padding \"1,2\" for conv");
  EXPECT_EQ(error_of("conv 6 5x5 pad"), "line 1, column 15: conv needs its padding");
  EXPECT_EQ(error_of("relu 3"), "line 1, column 6: \"3\" is not understood after relu");
  EXPECT_EQ(error_of("dropout 1.5"), "line 1, column 9: invalid rate \"1.5\" for dropout");
  EXPECT_EQ(error_of("block: relu | relu | add blok"),
            "line 1, column 26: no layer before this one is called \"blok\"");
  EXPECT_EQ(hint_of("block: relu | relu | add blok"), "did you mean \"block\"?");
  EXPECT_EQ(error_of("relu | add"), "line 1, column 8: add needs the name of another layer");
  EXPECT_EQ(error_of("a: relu | a: relu"), "line 1, column 11: two layers are called \"a\"");
  EXPECT_EQ(error_of("7: relu"), "line 1, column 1: \"7\" can't be a layer's name");
  EXPECT_EQ(error_of("a: input 3"), "line 1, column 1: input can't have a name");
  EXPECT_EQ(error_of("a:"), "line 1, column 1: a name without a layer");
  EXPECT_EQ(error_of("relu | input 3"), "line 1, column 8: the input is not the first");
  EXPECT_EQ(error_of("input 3x | relu"), "line 1, column 7: invalid size \"3x\" for the input");
  EXPECT_EQ(error_of("input 1x2x3x4x5 | relu"), "line 1, column 7: an input of 5 sizes");
  EXPECT_EQ(error_of("relu | from input"), "line 1, column 8: a branch without a layer");
  EXPECT_EQ(error_of("from x | relu"), "line 1, column 6: no layer before this one is called \"x\"");
  EXPECT_EQ(error_of(" | \n#x"), "an architecture without layers");
}

TEST(Architecture, shape_errors_name_the_layer_what_it_got_and_what_it_needs) {
  EXPECT_EQ(error_of("input 1x4x4 | relu | big: conv 6 5x5"),
            "layer big (conv 6 5x5): got pictures of 4 x 4, needs 5 x 5 or more with this padding");
  EXPECT_EQ(error_of("input 1x4x4 | dense 3"),
            "layer 0 (dense 3): got 1 x 4 x 4 for each picture, needs a plain list of values");
  EXPECT_EQ(error_of("input 9 | conv 3 1x1"),
            "layer 0 (conv 3 1x1): got 9 values for each picture, needs channels x height x width");
  EXPECT_EQ(error_of("input 3x4x4 | conv 4 1x1 groups 2"),
            "layer 0 (conv 4 1x1 groups 2): got 3 channels, needs channels in and out that 2 groups divide");
  EXPECT_EQ(error_of("input 3x4x4 | a: relu | conv 4 1x1 | add a"),
            "layer 2 (add): got 2 x 4 x 4 x 4 and 2 x 3 x 4 x 4, needs equal sizes, or 1 where one repeats");
  EXPECT_EQ(error_of("input 3x4x4 | a: relu | maxpool 2 | concat a"),
            "layer 2 (concat): got 2 x 3 x 2 x 2 and 2 x 3 x 4 x 4, needs inputs of one height and width");
  EXPECT_EQ(error_of("input 3x4x4 | maxpool 5"),
            "layer 0 (maxpool 5): got pictures of 4 x 4, needs at least the window of 5x5");
  EXPECT_EQ(error_of("input 3x4x4 | subsample 2 channels 2"),
            "layer 0 (subsample 2 channels 2): got 3 channels, needs 2 or fewer");
  EXPECT_EQ(error_of("input 65536x65536x65536 | conv 65536 1x1"),
            "layer 0 (conv 65536 1x1): gives 2 x 65536 x 65536 x 65536 values, more than 2 billion for each picture");
  EXPECT_THROW(Architecture::parse("relu").shapes(1), Error);
  EXPECT_THROW(build_model("lenet5", Shape{1, 5, 5}), Error);
  EXPECT_THROW(build_model("lenet6"), Error);
}

TEST(Architecture, a_name_a_text_or_a_file_makes_one) {
  EXPECT_EQ(architecture_from("tiny", Shape{3, 32, 32}, 6).shapes(1).back(), (Shape{1, 6}));
  EXPECT_EQ(architecture_from("flatten | dense 6", Shape{3, 32, 32}, 6).input(), (Shape{3, 32, 32}));
  EXPECT_THROW(architecture_from("flatten | dense 5", Shape{3, 32, 32}, 6), Error);
  EXPECT_THROW(architecture_from("input 1x2x2 | flatten | dense 6", Shape{3, 32, 32}, 6), Error);
  EXPECT_THROW(architecture_from("lenet", Shape{3, 32, 32}, 6), Error);
}

TEST(Architecture, an_input_may_be_whole_and_of_any_rank) {
  for (const std::string& text :
       {std::string("input whole 2x3x4 | relu"), std::string("input whole scalar | relu"),
        std::string("input whole 0x3 | relu"), std::string("input 6x20 | relu"), std::string("input 2x3x4x5 | relu"),
        std::string("input whole 1x2x3x4x5x6x7x8 | relu")}) {
    EXPECT_EQ(Architecture::parse(text).text(), text);
  }
  EXPECT_EQ(Architecture::parse("input whole 2x3x4 | relu").shapes(1).back(), (Shape{2, 3, 4}));
  EXPECT_EQ(Architecture::parse("input whole scalar | relu").shapes(1).back(), Shape());
  EXPECT_EQ(Architecture::parse("input 2x3x4x5 | relu").shapes(7).back(), (Shape{7, 2, 3, 4, 5}));
  EXPECT_TRUE(Architecture::parse("input whole scalar | relu").has_input());
  EXPECT_FALSE(Architecture::parse("relu").has_input());
  EXPECT_EQ(error_of("input whole 2x3 | relu"), "a batch of 2 for a network whose input is whole");
  EXPECT_EQ(error_of("input scalar | relu"), "line 1, column 7: invalid size \"scalar\" for the input");
  EXPECT_EQ(error_of("input whole 2147483647x2 | relu"), "line 1, column 13: an input of 4294967294 values");
  EXPECT_EQ(error_of("input whole | relu"), "line 1, column 1: input needs one size");
}

TEST(Architecture, layers_without_inputs_and_names_before_settings) {
  for (const std::string& text :
       {std::string("input 3x4 | relu | c: constant 2x3x4 | add 0"),
        std::string("input 3 | a: relu | constant scalar | from a | tanh"), std::string("constant 3 | relu")}) {
    EXPECT_EQ(Architecture::parse(text).text(), text);
  }
  EXPECT_TRUE(Architecture::parse("input 3 | constant 3 | relu").nodes()[1].inputs.empty());
  EXPECT_EQ(error_of("a: relu | from a | constant 3"), "line 1, column 11: constant reads no layer");
  EXPECT_EQ(error_of("axis: relu"), "line 1, column 1: \"axis\" can't be a layer's name");
  EXPECT_EQ(error_of("constant 3x"), "line 1, column 10: invalid size \"3x\" for constant");
  Architecture built;
  EXPECT_THROW(built.add(parse_layer("constant 3"), "", {0}), Error);
  EXPECT_THROW(built.add(parse_layer("add"), "", {0}), Error);
  EXPECT_EQ(built.add(parse_layer("constant 3")), 1);
}

TEST(Architecture, one_layer_is_read_from_its_text) {
  EXPECT_EQ(parse_layer("conv 6 5x5   pad 2x2 # six")->text(), "conv 6 5x5 pad 2");
  EXPECT_EQ(parse_layer("add")->kind(), "add");
  for (const char* wrong : {"", "relu | relu", "rellu", "conv 6", "a: relu"}) EXPECT_THROW(parse_layer(wrong), Error);
}

TEST(Layers, every_kind_explains_itself) {
  for (const LayerKind& kind : layer_kinds()) {
    EXPECT_GT(std::string(kind.explanation).size(), 100u) << kind.word;
    EXPECT_EQ(&layer_kind(kind.word), &kind);
  }
}

}  // namespace striate
