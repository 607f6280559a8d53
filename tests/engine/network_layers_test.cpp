// Gradients of every layer, and of whole networks with joins, against finite differences; on every device and in all
// three thread orders. A new layer needs a row in the table: the last test fails without it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/network.h"
#include "engine/walk/network_walk.h"
#include "kernels/random.h"
#include "tests/engine/golden.h"
#include "tests/engine/layer_alone.h"

namespace striate {
namespace {

struct Case {
  const char* text;
  int batch = 2;
  bool check_evaluation = true;
};

// Inputs are evenly spaced and shuffled, no two within the step of the differences, none near 0: so no relu bends and
// no maximum changes its place between the two sides of a difference.
const Case kLayers[] = {
    {"input 2x5x6 | conv 3 3x2"},
    {"input 4x6x5 | conv 6 3x3 stride 2x1 pad 0,1,2,0 dilation 1x2 groups 2"},
    {"input 3x4x4 | conv 5 1x1 no bias"},
    {"input 1x3x3 | conv 2 3x3 pad 2 stride 4"},
    {"input 2x5x5 | maxpool 2"},
    {"input 2x6x5 | maxpool 3 stride 2 pad 1 ceil"},
    {"input 2x5x5 | avgpool 2"},
    {"input 2x5x5 | avgpool 3 stride 2 pad 1 without padding"},
    {"input 3x4x5 | globalavgpool"},
    {"input 3x4x5 | globalavgpool keep"},
    {"input 3x7 | globalavgpool keep"},
    {"input 3x4x5 | globalmaxpool"},
    {"input 2x3x2x3 | globalmaxpool keep"},
    {"input 3x9 | conv 4 1x3 stride 2 pad 0,0,1,0"},
    {"input 2x5x6 | local 3 3x2"},
    {"input 3x6x7 | local 2 3x3 stride 2x1 pad 0,1,2,0 dilation 1x2 sets 2x3"},
    {"input 1x4x4 | local 2 3x3 pad 2 stride 4 no bias"},
    {"input 2x5x5 | local 3 2 sets 1"},
    {"input 2x3x4x5 | conv3d 3 2x3x2 stride 1x1x2 pad 1,0,1,1,0,1"},
    {"input 4x4x3x4 | conv3d 2 2 dilation 2x1x1 groups 2 no bias"},
    {"input 2x4x3 | convtranspose 3 3x2 stride 2 pad 1,0,0,1 output padding 1x0"},
    {"input 4x3x3 | convtranspose 6 2x3 stride 1x3 dilation 2x1 groups 2 no bias"},
    {"input 3x5 | convtranspose 2 1x4 stride 1x2 output padding 0x3"},
    {"input 2x2x3x2 | convtranspose3d 3 2x2x3 stride 2x1x2 pad 0,1,1,0,1,1 output padding 1x0x0"},
    {"input 2x7x6 | maxpool 3x2 stride 2 pad 2,1,0,1 dilation 2x1"},
    {"input 2x9 | maxpool 1x3 stride 1x2 pad 0,0,1,1 ceil"},
    {"input 2x7x6 | avgpool 2 stride 1 pad 1 dilation 2 ceil"},
    {"input 2x9 | avgpool 1x3 stride 1x2 pad 0,0,2,1 without padding"},
    {"input 2x4x5x3 | maxpool3d 2 stride 1x2x1 pad 1"},
    {"input 2x4x5x3 | avgpool3d 2x3x2 stride 2 pad 0,1,1,1,0,0 dilation 2x1x1 ceil without padding"},
    {"input 2x5x5 | maxpoolindices 3 stride 2 pad 1"},
    {"input 2x3x4x2 | maxpoolindices 2x2x2 stride 1x1x1 columns first"},
    {"input 7 | dense 5"},
    {"input 17 | dense 3 no bias", 5},
    {"input 3x3x3 | relu"},
    {"input 9 | leakyrelu 0.3"},
    {"input 3x3x3 | sigmoid"},
    {"input 3x3x3 | tanh"},
    {"input 6 | softmax"},
    {"input 3x2x2 | softmax"},
    {"input 6 | logsoftmax"},
    {"input 3x4x2 | batchnorm", 4},
    {"input 5 | batchnorm epsilon 0.01 momentum 0.5", 6},
    {"input 3x3x3 | dropout 0.4"},
    {"input 3x2x4 | flatten"},
    {"input 3x2x4 | a: identity | tanh | add a"},
    {"input 2x3x4 | a: sigmoid | from input | b: tanh | from input | add a b a"},
    {"input 2x3x4 | a: sigmoid | from input | conv 3 1x1 | concat a input a"},
    {"input 5 | a: sigmoid | from input | concat a"},
    {"input 3x5x4 | subsample 2 channels 8"},
    {"input 3x4x4 | subsample 3"},
    {"input 2x3x3 | identity"},
    {"input 4 | constant 3x4 | tanh"},
    // Joins that repeat values: each operand once the smaller one.
    {"input 3x2x4 | a: tanh | constant 3x1x1 | add a"},
    {"input 3x2x4 | a: tanh | c: constant 2x1x1x4 | from a | add c a c"},
    {"input 3x4 | a: tanh | constant scalar | sub a"},
    {"input 3x4 | a: tanh | c: constant 4 | from a | sub c"},
    {"input 3x4 | a: tanh | b: sigmoid | sub a"},
    {"input 3x2x2 | a: tanh | constant 3x1x2 | mul a"},
    {"input 3x4 | a: tanh | from input | mul a"},
    {"input 3x5 | a: sigmoid | c: constant 3x1 | from a | mul c"},
    {"input 3x5 | s: sigmoid | b: softplus | from input | div b"},
    {"input 3x5 | b: softplus | c: constant 1x5 | tanh | div b"},
    {"input 3x5 | a: tanh | c: constant 2x3x1 | d: softplus | from a | div d"},
    {"input 40x3 | a: tanh | c: constant 3 | from a | mul c", 4},  // sums long enough for blocks
    {"input whole 4 | c: constant 4 | from input | matmul c", 1},
    {"input whole 4 | c: constant 2x4x3 | from input | matmul c", 1},
    {"input whole 3x4 | c: constant 4 | from input | matmul c", 1},
    {"input whole 2x1x3x4 | c: constant 5x4x2 | from input | matmul c", 1},
    {"input 3x4 | c: constant 4x35 | from input | matmul c", 2},
    {"input 4x3 | c: constant 7x4 | matmul input", 2},
    {"input 3x2x2 | a: tanh | from input | concat a axis 0"},
    {"input 3x2x2 | a: tanh | from input | concat a input axis 3"},
    {"input 3x2x4 | reshape batch,4,-1 | tanh"},
    {"input whole 2x3 | reshape 3,1,2 | tanh", 1},
    {"input 3x2x4 | flatten axis 2"},
    {"input 3x2x4 | transpose 0,3,1,2"},
    {"input 3x2x4 | transpose 2,0,3,1"},
    {"input 3x7 | slice axis 2 from 1 to 6 step 2"},
    {"input 3x7 | slice axis 2 from -1 to -100 step -3"},
    {"input 4x3 | slice axis 1 from 1 to 3 | a: tanh | from input | slice axis 1 from 0 to 2 | add a"},
    {"input 4x3 | gather axis 1 3,0,3,-1"},
    {"input 4x3 | gather axis 2 shape 2x2 0,2,2,1"},
    {"input 4x3 | gather axis 1 shape scalar 2"},
    {"input 2x3x4 | pad constant 0,0,1,2,0,1,0,-1 value 0.5"},
    {"input 2x3x4 | pad edge 1,0,2,0,0,0,1,3"},
    {"input 2x3x4 | pad reflect 0,0,3,1,0,0,5,2"},
    {"input 2x3x4 | pad wrap 0,0,4,-1,0,0,1,6"},
    {"input 3x2x4 | reducemean 1,3 keep"},
    {"input 3x2x4 | reducemean 2"},
    {"input 5x5x3 | reducemean 0,1,2,3", 3},
    {"input 2x3x4 | resize nearest batch,2,5,7"},
    {"input 2x3x4 | resize linear batch,2,5,7 coordinates align_corners"},
    {"input 2x5x6 | resize linear batch,2,3,4 antialias"},
    {"input 2x5x6 | resize linear batch,2,3,4 antialias exclude outside"},
    {"input 2x3x4 | resize linear batch,2,4,5 coordinates tf_crop_and_resize roi 0,0,0.3,-0.2,1,1,0.7,0.9 outside 2"},
    {"input 3x7 | resize linear batch,3,9 scales 1,1,1.3 coordinates half_pixel_symmetric"},
    {"input 3x3x3 | elu"},
    {"input 3x3x3 | elu 0.4"},
    {"input 3x3x3 | selu"},
    {"input 3x3x3 | celu 0.6"},
    {"input 3x3x3 | hardsigmoid 0.6 0.5"},
    {"input 3x3x3 | hardswish"},
    {"input 3x3x3 | gelu"},
    {"input 3x3x3 | gelu tanh"},
    {"input 3x3x3 | silu"},
    {"input 3x3x3 | mish"},
    {"input 3x3x3 | softplus"},
    {"input 3x3x3 | clip -0.7 0.9"},
    {"input 3x3x3 | clip none 0.9"},
    {"input 3x2x4 | prelu"},
    {"input 7 | prelu"},
    {"input 3x2x4 | prelu shared"},
    {"input 3x2x4 | prelu shape 3x1x4"},
    {"input 3x2x4 | prelu shape 4"},
    {"input 3x4 | softmax axis 2"},
    {"input 3x2x4 | softmax axis 0", 3},
    {"input 3x2x2 | softmax from 2"},
    {"input 3x2x2 | logsoftmax axis 3"},
    {"input 5 | logsoftmax from 0"},
    {"input 3x5 | batchnorm", 4},
    {"input 2x2x3x2 | batchnorm", 3},
    {"input 4x3x3 | groupnorm 2"},
    {"input 6 | groupnorm 2 epsilon 0.1", 3},
    {"input 3x3x4 | instancenorm epsilon 0.01"},
    {"input 3x5 | instancenorm"},
    {"input 3x2x4 | layernorm from 1"},
    {"input 3x2x4 | layernorm from 3 epsilon 0.01 no bias"},
    {"input 9 | layernorm from 1 no scale"},
    {"input 9 | layernorm from 0 no scale no bias"},
    {"input 3x7 | layernormmean from 2"},
    {"input 3x7 | layernormrstd from 1 epsilon 0.1"},
    {"input 7x2x2 | lrn 5 alpha 0.5 k 2"},
    {"input 5x3 | lrn 2 alpha 1 beta 0.5"},
    {"input 3x3x3 | erf"},
    {"input 3x3x3 | exp"},
    {"input 3x3x3 | softplus | log"},
    {"input 3x3x3 | softplus | sqrt"},
    {"input 3x3x3 | abs"},
    {"input 3x4 | a: softplus | b: tanh | from a | pow b"},
    {"input 3x4 | a: softplus | constant 4 | from a | pow 1"},
    {"input 3x4 | a: tanh | from input | max a"},
    {"input 3x4 | a: tanh | c: constant 3x1 | from a | max c"},
    {"input 3x4 | a: tanh | from input | min a"},
    {"input 3x4 | a: tanh | constant scalar | min a"},
    {"input 3x2x4 | reducesum 1,3 keep"},
    {"input 3x2x4 | reducesum 2"},
    {"input 3x2x4 | reducemax 1,3 keep"},
    {"input 3x2x4 | reducemax 2"},
    {"input 5x5x3 | reducemax 0,1,2,3", 3},
    {"input 3x2x4 | reducel2 1,3 keep"},
    {"input 5x5x3 | reducel2 3", 3},
    {"input 3x4 | c: constant 1x3x2 | repeat input | concat input axis 2"},
    {"input 3x3x3 | scaledtanh"},
    {"input 9 | scaledtanh 0.7 1.3"},
    {"input 3x5x6 | sumpool 2", 3},
    {"input 2x6x7 | sumpool 3"},
    {"input 3x2x4 | unitbias", 3},
    {"input 5 | unitbias"},
    {"input 3x5x6 | tableconv 0+1,1+2,0+1+2,1 3x2"},
    {"input 4x6x5 | tableconv 0+3,2 2x3 stride 2x1 pad 0,1,1,0 dilation 2x1 no bias"},
    {"input 7 | rbf 4"},
    {"input 5 | rbf 3 negative", 3},
    // Whole networks: smooth, so that a change in front bends nothing behind.
    {"input 1x8x8 | conv 3 3x3 pad 1 | tanh | avgpool 2 | conv 4 3x3 | tanh | flatten | dense 6 | tanh | dense 3", 3},
    {"input 2x6x6 | a: conv 4 3x3 pad 1 | batchnorm | tanh | conv 4 3x3 pad 1 | batchnorm | add a | b: tanh | "
     "conv 8 3x3 stride 2 pad 1 | c: batchnorm | from b | subsample 2 channels 8 | add c | sigmoid | globalavgpool | "
     "dense 3",
     4},
    {"input 2x5x5 | s: conv 2 1x1 | tanh | e1: conv 3 1x1 | from s | e3: conv 3 3x3 pad 1 | from e1 | concat e3 s | "
     "dropout 0.3 | flatten | dense 4 | softmax",
     3},
};

std::vector<float> spaced(int64_t count, uint64_t seed, float low, float high) {
  std::vector<float> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    values[i] = low + (high - low) * (static_cast<float>(i) + 0.5f) / static_cast<float>(count);
  }
  Random random(seed, 99);
  for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(static_cast<uint32_t>(i))]);
  return values;
}

struct Run {
  std::vector<std::string> names;
  std::vector<std::vector<float>> gradients;
};

// The network's output times `factors`, summed in double: the function whose gradient is checked.
double value_of(Stream& stream, Network& network, Mode mode, const std::vector<float>& factors) {
  network.set_seed(stream, 5);  // the same dropout every time
  network.forward(stream, mode);
  const std::vector<float> y = network.read_tensor(stream, network.output());
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += static_cast<double>(y[i]) * factors[i];
  return sum;
}

Run analytic(Stream& stream, Network& network, Mode mode, const std::vector<float>& factors) {
  value_of(stream, network, mode, factors);
  network.write_tensor(stream, *network.output_gradient(), factors);
  network.backward(stream);
  Run run;
  run.names.push_back("input");
  run.gradients.push_back(network.read_tensor(stream, *network.gradient(0)));
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::weight_gradient) continue;
    run.names.push_back(tensor.name);
    run.gradients.push_back(network.read_tensor(stream, tensor));
  }
  return run;
}

void check_gradients(const Case& c, Mode mode) {
  SCOPED_TRACE(std::string(c.text) + (mode == Mode::training ? ", training" : ", evaluation"));
  const Architecture architecture = Architecture::parse(c.text);
  std::vector<std::vector<float>> differences;
  on_all_devices([&](Stream& stream) {
    Network network(stream, architecture, Plan{c.batch, true, true, 0});
    network.initialize(stream, Initializer::pytorch, 3);
    const NamedTensor input = network.activation(0);
    const std::vector<float> x = spaced(input.shape.count(), 1, -1.5f, 1.5f);
    const std::vector<float> factors = spaced(network.output().shape.count(), 2, 0.2f, 1.0f);
    network.write_tensor(stream, input, x);
    // Batch normalization begins with ones and zeros: other numbers show more.
    const std::vector<NamedTensor> tensors = network.tensors();
    for (const NamedTensor& tensor : tensors) {
      if (tensor.kind == TensorKind::buffer) {
        network.write_tensor(stream, tensor, spaced(tensor.shape.count(), 7, 0.5f, 1.5f));
      } else if (tensor.kind == TensorKind::weight && tensor.shape.rank() == 1) {
        network.write_tensor(stream, tensor, spaced(tensor.shape.count(), 8, -0.6f, 1.2f));
      }
    }
    const Run run = analytic(stream, network, mode, factors);
    if (differences.empty()) {
      const float h = 2e-3f;
      for (const std::string& name : run.names) {
        const NamedTensor tensor = name == "input" ? input : *network.find(TensorKind::weight, name);
        const std::vector<float> start = network.read_tensor(stream, tensor);
        std::vector<float> slope(start.size());
        for (size_t i = 0; i < start.size(); ++i) {
          std::vector<float> moved = start;
          moved[i] = start[i] + h;
          const float up = moved[i];
          network.write_tensor(stream, tensor, moved);
          const double above = value_of(stream, network, mode, factors);
          moved[i] = start[i] - h;
          const float down = moved[i];
          network.write_tensor(stream, tensor, moved);
          const double below = value_of(stream, network, mode, factors);
          slope[i] = static_cast<float>((above - below) / (static_cast<double>(up) - down));
        }
        network.write_tensor(stream, tensor, start);
        differences.push_back(slope);
      }
    }
    ASSERT_EQ(run.gradients.size(), differences.size());
    double largest = 0;
    for (const auto& list : differences) {
      for (const float v : list) largest = std::max(largest, static_cast<double>(std::fabs(v)));
    }
    for (size_t g = 0; g < run.gradients.size(); ++g) {
      for (size_t i = 0; i < run.gradients[g].size(); ++i) {
        ASSERT_NEAR(run.gradients[g][i], differences[g][i], 2e-3 * std::max(largest, 0.05))
            << run.names[g] << '[' << i << ']';
      }
    }
  });
}

}  // namespace

TEST(NetworkGradients, are_those_of_finite_differences_in_training) {
  for (const Case& c : kLayers) check_gradients(c, Mode::training);
}

TEST(NetworkGradients, are_those_of_finite_differences_in_evaluation) {
  for (const Case& c : kLayers) {
    const std::string text = c.text;
    // Elsewhere there is no difference. Batch normalization's own weights are not learned in evaluation.
    if (text.find("dropout") != std::string::npos) check_gradients(c, Mode::evaluation);
  }
}

TEST(NetworkGradients, batch_normalization_in_evaluation_is_a_fixed_line) {
  Stream stream;
  Network network(stream, Architecture::parse("input 2x3x3 | batchnorm"), Plan{2, true, true, 0});
  network.initialize(stream, Initializer::pytorch, 1);
  network.write_tensor(stream, *network.find(TensorKind::buffer, "0.running_var"), {4, 0.25f});
  network.write_tensor(stream, *network.find(TensorKind::weight, "0.weight"), {3, 5});
  network.forward(stream, Mode::evaluation);
  network.write_tensor(stream, *network.output_gradient(), std::vector<float>(36, 1));
  network.backward(stream);
  const std::vector<float> dx = network.read_tensor(stream, *network.gradient(0));
  for (int i = 0; i < 36; ++i) EXPECT_NEAR(dx[i], i / 9 % 2 == 0 ? 1.5 : 10, 1e-3);
}

// What is shown as the source of a number is what makes it: every value of the inputs is changed in turn, and the units
// that change are those that name it.
TEST(NetworkUnits, are_made_of_exactly_the_values_that_change_them) {
  std::set<std::string> seen;
  for (const Case& c : kLayers) {
    const Architecture architecture = Architecture::parse(c.text);
    if (architecture.whole()) continue;  // no batch: no pictures, no units
    SCOPED_TRACE(c.text);
    const FilledNetwork moment(architecture);
    for (int node = 1; node < architecture.size(); ++node) {
      SCOPED_TRACE(architecture.describe(node));
      const NetworkValues& values = moment.values;
      const bool constant = is_constant(architecture, node);
      const Shape& shape = values.shapes[static_cast<size_t>(node)];
      if (!constant && (shape.rank() == 0 || shape[0] != 1)) {
        EXPECT_THROW(walk_unit(values, {node, 0, 0, 0, 0}), Error);
        continue;
      }
      seen.insert(values.layer(node).kind());
      const std::vector<std::set<Source>> truth = sources_by_changing(moment, node);
      const UnitSizes s = unit_sizes(values, node);
      for (int64_t i = 0; i < s.count(); ++i) {
        const UnitWalk walk =
            walk_unit(values, {node, 0, static_cast<int>(i / s.columns / s.rows),
                               static_cast<int>(i / s.columns % s.rows), static_cast<int>(i % s.columns)});
        ASSERT_TRUE(walk.stored.has_value());
        ASSERT_NEAR(walk.value, *walk.stored, 1e-5) << "unit " << i;
        std::set<Source> lit;
        for (const UnitTerm& t : walk.terms) {
          if (!t.padding) lit.insert({t.input, t.channel, t.row, t.column});
        }
        ASSERT_EQ(lit, truth[static_cast<size_t>(i)]) << "unit " << i;
        double sum = walk.bias;
        for (const UnitTerm& t : walk.terms) sum += t.product();
        if (walk.form == UnitForm::products || walk.form == UnitForm::sum) {
          ASSERT_NEAR(walk.value, sum, 1e-5);
        }
        if (walk.form == UnitForm::copied && !walk.terms.empty()) {
          ASSERT_EQ(walk.value, walk.terms[0].x);
        }
        if (walk.form == UnitForm::maximum && walk.winner >= 0) {
          ASSERT_EQ(walk.value, walk.terms[static_cast<size_t>(walk.winner)].x);
        }
      }
    }
  }
  for (const LayerKind& kind : layer_kinds()) EXPECT_TRUE(seen.count(kind.word)) << kind.word;
}

TEST(NetworkGradients, every_kind_of_layer_is_in_the_table) {
  std::set<std::string> seen;
  for (const Case& c : kLayers) {
    const Architecture architecture = Architecture::parse(c.text);
    for (const Node& node : architecture.nodes()) {
      if (node.layer) seen.insert(node.layer->kind());
    }
  }
  for (const LayerKind& kind : layer_kinds()) EXPECT_TRUE(seen.count(kind.word)) << kind.word;
}

}  // namespace striate
