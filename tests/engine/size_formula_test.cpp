// The formulas of output sizes: what they say is the layer's own size, and adds up as it is written, for every kind.
#include "engine/explain/size_formula.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

// What a formula comes to, read as anybody would.
class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text) {}
  double value() {
    const double made = sum();
    EXPECT_EQ(at_, text_.size()) << text_;
    return made;
  }

 private:
  bool take(const std::string& word) {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  double sum() {
    double made = product();
    for (;;) {
      if (take("+")) {
        made += product();
      } else if (take("-")) {
        made -= product();
      } else {
        return made;
      }
    }
  }
  double product() {
    double made = factor();
    for (;;) {
      if (take("*")) {
        made *= factor();
      } else if (take("/")) {
        made /= factor();
      } else {
        return made;
      }
    }
  }
  double factor() {
    const bool floor = take("floor"), ceil = !floor && take("ceil");
    if (take("(")) {
      const double made = sum();
      EXPECT_TRUE(take(")")) << text_;
      return floor ? std::floor(made) : ceil ? std::ceil(made) : made;
    }
    take(" ");
    size_t end = at_;
    while (end < text_.size() && std::isdigit(static_cast<unsigned char>(text_[end])) != 0) ++end;
    EXPECT_GT(end, at_) << text_;
    const double made = std::stod("0" + text_.substr(at_, end - at_));
    at_ = end;
    return made;
  }

  std::string text_;
  size_t at_ = 0;
};

void check_formulas(const std::vector<SizeFormula>& formulas, const Shape& out, int first) {
  ASSERT_EQ(static_cast<int>(formulas.size()), out.rank() - first);
  for (size_t i = 0; i < formulas.size(); ++i) {
    const SizeFormula& each = formulas[i];
    SCOPED_TRACE(each.axis + ": " + each.text);
    EXPECT_EQ(each.size, out[static_cast<int>(i) + first]);
    EXPECT_FALSE(each.axis.empty());
    const size_t equals = each.text.find(" = ");
    if (equals == std::string::npos) {
      EXPECT_EQ(std::stoll(each.text), each.size);
      continue;
    }
    EXPECT_EQ(each.text.substr(equals + 3), std::to_string(each.size));
    EXPECT_EQ(Reader(each.text.substr(0, equals)).value(), static_cast<double>(each.size));
  }
}

TEST(SizeFormula, of_every_layer_gives_its_size) {
  const std::vector<Shape> shapes = {{2, 4, 12, 13},
                                     {2, 12, 28, 28},
                                     {2, 4, 9},
                                     {2, 4, 7, 12, 13},
                                     {2, 24},
                                     {2, 1, 5, 5},
                                     {2, 6, 16, 16},
                                     {3, 1025, 3, 3},
                                     {2, 4, 40, 41},
                                     {4},
                                     {1},
                                     {2, 3},
                                     {2, 3, 8, 8, 8},
                                     {2, 2, 1, 33},
                                     {2, 6},
                                     {3, 4, 5},
                                     {1, 1}};
  std::ifstream file(source_dir() + "/tests/engine/layer_texts.txt");
  std::set<std::string> said, arithmetic;
  std::string line;
  while (std::getline(file, line)) {
    const std::string words = line.substr(line.find(" => ") + 4);
    SCOPED_TRACE(words);
    const std::shared_ptr<const Layer> layer = parse_layer(words);
    std::vector<std::vector<Shape>> lists;
    if (layer->takes() == Takes::none) lists.push_back({});
    for (const Shape& shape : shapes) {
      if (layer->takes() == Takes::one) lists.push_back({shape});
      if (layer->takes() != Takes::many) continue;
      for (int i = 2; i < 4; ++i) lists.emplace_back(i, shape);
      for (const Shape& other : shapes) lists.push_back({shape, other});
    }
    for (const std::vector<Shape>& inputs : lists) {
      Shape out;
      try {
        out = layer->output(inputs);
      } catch (const Error&) {
        continue;
      }
      said.insert(layer->kind());
      for (const bool batched : {true, false}) {
        if (batched && (inputs.empty() || out.rank() == 0)) continue;
        const std::vector<SizeFormula> formulas = size_formulas(*layer, inputs, batched);
        check_formulas(formulas, out, batched ? 1 : 0);
        for (const SizeFormula& each : formulas) {
          if (each.text.find(" = ") != std::string::npos) arithmetic.insert(layer->kind());
        }
      }
    }
  }
  for (const LayerKind& kind : layer_kinds()) EXPECT_TRUE(said.contains(kind.word)) << kind.word;
  for (const LayerKind& kind : layer_kinds()) {
    const bool window = kind.find("stride") != nullptr;
    if (window) {
      EXPECT_TRUE(arithmetic.contains(kind.word)) << kind.word << " has a window: it has a formula";
    }
  }
  for (const char* kind : {"flatten", "concat", "pad"}) EXPECT_TRUE(arithmetic.contains(kind)) << kind;
}

TEST(SizeFormula, of_the_models_is_that_of_their_layers) {
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) {
      const Architecture architecture = build_model(model.name);
      const std::vector<Shape> all = architecture.shapes(1);
      for (int node = 0; node < architecture.size(); ++node) {
        SCOPED_TRACE(std::string(model.name) + " " + std::to_string(node));
        check_formulas(size_formulas(architecture, node), all[static_cast<size_t>(node)], 1);
      }
    }
  }
}

std::string said(const char* layer, const std::vector<Shape>& inputs) {
  return size_text(size_formulas(*parse_layer(layer), inputs));
}

TEST(SizeFormula, is_written_as_the_field_writes_it) {
  EXPECT_EQ(said("conv 6 5x5 pad 2", {{1, 1, 28, 28}}), "6 filters x (floor((28 + 2*2 - 5) / 1) + 1 = 28) x 28");
  EXPECT_EQ(said("conv 6 3x5 stride 2 dilation 2", {{1, 1, 28, 30}}),
            "6 filters x (floor((28 - (2*(3 - 1) + 1)) / 2) + 1 = 12) x (floor((30 - (2*(5 - 1) + 1)) / 2) + 1 = 11)");
  EXPECT_EQ(said("maxpool 3 stride 2 pad 0,1,0,1", {{1, 8, 12, 12}}), "8 x (floor((12 + 0 + 1 - 3) / 2) + 1 = 6) x 6");
  EXPECT_EQ(said("maxpool 3 stride 2 ceil", {{1, 8, 12, 12}}), "8 x (ceil((12 - 3) / 2) + 1 = 6) x 6");
  EXPECT_EQ(said("maxpool 2 stride 3 pad 1 ceil", {{1, 8, 5, 5}}), "8 x (ceil((5 + 2*1 - 2) / 3) + 1 - 1 = 2) x 2");
  EXPECT_EQ(said("convtranspose 4 3x3 stride 2 pad 1 output padding 1", {{1, 8, 7, 7}}),
            "4 filters x ((7 - 1)*2 + 3 - 2*1 + 1 = 14) x 14");
  EXPECT_EQ(said("flatten", {{1, 6, 5, 5}}), "6*5*5 = 150");
  EXPECT_EQ(said("dense 10", {{1, 150}}), "10 neurons");
  EXPECT_EQ(said("concat", {{1, 64, 7, 7}, {1, 32, 7, 7}, {1, 8, 7, 7}}), "(64 + 32 + 8 = 104) x 7 x 7");
  EXPECT_EQ(said("subsample 2 channels 16", {{1, 8, 7, 8}}), "(8 + 8 = 16) x (ceil(7 / 2) = 4) x (ceil(8 / 2) = 4)");
  EXPECT_EQ(said("pad reflect 0,0,1,1,0,0,1,-2", {{1, 3, 8, 9}}), "3 x (8 + 1 + 1 = 10) x (9 + 1 - 2 = 8)");
  EXPECT_EQ(said("globalavgpool", {{1, 6, 5, 5}}), "6");
  EXPECT_EQ(said("relu", {{1, 6, 5, 5}}), "");
  EXPECT_EQ(said("batchnorm", {{1, 6, 5, 5}}), "");
}

TEST(SizeFormula, names_the_axes) {
  const auto names = [](const char* layer, const Shape& shape) {
    std::string text;
    for (const SizeFormula& each : size_formulas(*parse_layer(layer), {shape})) text += each.axis + ' ';
    return text;
  };
  EXPECT_EQ(names("relu", {1, 3, 5, 6}), "channels rows columns ");
  EXPECT_EQ(names("relu", {1, 3, 5}), "channels columns ");
  EXPECT_EQ(names("relu", {1, 3}), "values ");
  EXPECT_EQ(names("relu", {1, 3, 4, 5, 6}), "channels depth rows columns ");
  EXPECT_EQ(names("relu", {1, 2, 3, 4, 5, 6}), "axis 1 axis 2 axis 3 axis 4 axis 5 ");
}

}  // namespace
}  // namespace striate
