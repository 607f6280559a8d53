// Points and the small networks over them: data sets against their formulas, gradients against finite differences,
// a thousand steps against the formulas of the optimizers and against PyTorch, scrubbing, surfaces, the race.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <set>
#include <sstream>

#include "engine/error.h"
#include "engine/network/network.h"
#include "engine/points/point_keras.h"
#include "engine/points/point_race.h"
#include "engine/points/point_surface.h"
#include "engine/points/point_training.h"
#include "engine/training/data/digits.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "kernels/loss.h"
#include "kernels/random.h"
#include "tests/engine/golden.h"
#include "tests/python_with.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

PointDataPtr points(PointKind kind, double noise = 0, uint64_t seed = 0, int classes = 2) {
  PointSource source;
  source.kind = kind, source.noise = noise, source.seed = seed, source.classes = classes;
  return make_points(source);
}

struct Row {
  double x, y, target;
};
// What the head of point_data.h says, written down once more.
std::vector<Row> by_formula(PointKind kind, double noise, uint64_t seed) {
  Random random(seed, 100);
  const auto u = [&](double size) { return (2.0 * random.unit() - 1) * size; };
  const double n = noise / 100, turn = 2 * std::numbers::pi;
  std::vector<Row> rows;
  const int count = is_regression(kind) ? 1200 : 500;
  for (int i = 0; i < count; ++i) {
    double x = 0, y = 0, target = 0;
    const bool first = i < 250;
    if (kind == PointKind::circle) {
      const double r = first ? 2.5 * random.unit() : 3.5 + 1.5 * random.unit(), t = turn * random.unit();
      x = r * std::sin(t), y = r * std::cos(t);
      const double mx = x + u(5) * n, my = y + u(5) * n;
      target = std::sqrt(mx * mx + my * my) < 2.5;
    } else if (kind == PointKind::xor_) {
      x = u(5), y = u(5);
      x += x > 0 ? 0.3 : -0.3, y += y > 0 ? 0.3 : -0.3;
      const double mx = x + u(5) * n, my = y + u(5) * n;
      target = mx * my >= 0;
    } else if (kind == PointKind::gauss) {
      const double spread = std::sqrt(0.5 + 7 * n);
      x = (first ? 2 : -2) + spread * random.normal();
      y = (first ? 2 : -2) + spread * random.normal();
      target = first;
    } else if (kind == PointKind::spiral) {
      const int k = i % 250;
      const double r = 5.0 * k / 250, t = 1.75 * turn * k / 250 + (first ? 0 : std::numbers::pi);
      x = r * std::sin(t) + u(1) * n, y = r * std::cos(t) + u(1) * n;
      target = first;
    } else {
      x = u(6), y = u(6);
      const double mx = x + u(6) * n, my = y + u(6) * n;
      target = (mx + my) / 10;
      if (kind == PointKind::hills) {
        target = 0;
        for (const auto& [cx, cy, sign] :
             std::vector<Row>{{-4, 2.5, 1}, {0, 2.5, -1}, {4, 2.5, 1}, {-4, -2.5, -1}, {0, -2.5, 1}, {4, -2.5, -1}}) {
          const double d = std::sqrt((mx - cx) * (mx - cx) + (my - cy) * (my - cy));
          const double label = sign * std::min(1.0, std::max(0.0, 1 - d / 2));
          if (std::abs(label) > std::abs(target)) target = label;
        }
      }
    }
    rows.push_back({x, y, target});
  }
  return rows;
}

PointModel model_of(std::vector<int> hidden, PointActivation inner, PointActivation outer, PointLoss loss) {
  PointModel model;
  model.activations.assign(hidden.size(), inner);
  model.activations.push_back(outer);
  model.hidden = std::move(hidden);
  model.loss = loss;
  return model;
}

const std::vector<PointActivation> kActivations{
    PointActivation::linear, PointActivation::relu,     PointActivation::tanh, PointActivation::sigmoid,
    PointActivation::elu,    PointActivation::softplus, PointActivation::silu};
const std::vector<PointLoss> kLosses{PointLoss::mse, PointLoss::mae, PointLoss::huber, PointLoss::cross_entropy};

// Text of a Python list.
template <typename Values>
std::string list(const Values& values) {
  std::string text = "[";
  for (const auto value : values) text += fmt::format("{},", value);
  return text + "]";
}

// What a script prints, as numbers.
std::vector<double> run_python(const std::string& python, const std::string& arguments, const TestFolder& folder) {
  const std::string out = folder / "out", err = folder / "err";
  const std::string line = "'" + python + "' " + arguments + " >'" + out + "' 2>'" + err + "'";
  if (std::system(line.c_str()) != 0) {
    std::stringstream said;
    said << std::ifstream(err).rdbuf();
    ADD_FAILURE() << said.str();
    return {};
  }
  std::ifstream in(out);
  std::vector<double> values;
  for (double value = 0; in >> value;) values.push_back(value);
  return values;
}

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

TEST(Points, equal_their_formulas_at_given_seeds) {
  for (const PointKind kind :
       {PointKind::circle, PointKind::xor_, PointKind::gauss, PointKind::spiral, PointKind::plane, PointKind::hills}) {
    for (const double noise : {0.0, 20.0, 50.0}) {
      for (const uint64_t seed : {0u, 1u, 7u}) {
        const PointDataPtr data = points(kind, noise, seed);
        const std::vector<Row> rows = by_formula(kind, noise, seed);
        ASSERT_EQ(data->count(), static_cast<int>(rows.size())) << name_of(kind);
        for (int i = 0; i < data->count(); ++i) {
          const Row& row = rows[static_cast<size_t>(i)];
          ASSERT_NEAR(data->sample(i)[0], row.x, 1e-12) << name_of(kind) << " noise " << noise << " point " << i;
          ASSERT_NEAR(data->sample(i)[1], row.y, 1e-12) << name_of(kind) << " noise " << noise << " point " << i;
          ASSERT_NEAR(data->targets[static_cast<size_t>(i)], row.target, 1e-12) << name_of(kind) << " point " << i;
        }
      }
    }
  }
}

TEST(Points, noise_flips_labels_or_moves_points_as_it_says) {
  for (const PointKind kind : {PointKind::circle, PointKind::xor_}) {
    const PointDataPtr still = points(kind), noisy = points(kind, 40);
    EXPECT_EQ(still->samples, noisy->samples) << name_of(kind);
    int flipped = 0;
    for (int i = 0; i < still->count(); ++i) flipped += still->label(i) != noisy->label(i) ? 1 : 0;
    EXPECT_GT(flipped, 20) << name_of(kind);
    EXPECT_NE(std::string(noise_words(kind)).find("flips labels"), std::string::npos);
  }
  for (const PointKind kind : {PointKind::gauss, PointKind::spiral}) {
    const PointDataPtr still = points(kind), noisy = points(kind, 40);
    EXPECT_EQ(still->targets, noisy->targets) << name_of(kind);
    EXPECT_NE(still->samples, noisy->samples) << name_of(kind);
  }
  for (const PointKind kind : {PointKind::plane, PointKind::hills}) {
    const PointDataPtr still = points(kind), noisy = points(kind, 40);
    EXPECT_EQ(still->samples, noisy->samples) << name_of(kind);
    EXPECT_NE(still->targets, noisy->targets) << name_of(kind);
  }
}

TEST(Points, digits_are_the_programs_own_at_half_their_size) {
  const PointDataPtr data = points(PointKind::digits, 0, 3);
  float pixels[28 * 28];
  draw_digit(7, 3, 17, DigitStyle{}, pixels);
  EXPECT_EQ(data->label(17), 7);
  EXPECT_EQ(data->classes, 10);
  for (int row = 0; row < kDigitSide; ++row) {
    for (int column = 0; column < kDigitSide; ++column) {
      const float* four = pixels + 2 * row * 28 + 2 * column;
      ASSERT_NEAR(data->sample(17)[row * kDigitSide + column], (four[0] + four[1] + four[28] + four[29]) / 4, 1e-6);
    }
  }
}

TEST(Points, more_classes_stand_around_the_middle_and_every_sample_is_in_one_part) {
  for (const PointKind kind : {PointKind::gauss, PointKind::spiral}) {
    const PointDataPtr data = points(kind, 10, 1, 5);
    std::vector<int> counts(5);
    for (int i = 0; i < data->count(); ++i) ++counts.at(static_cast<size_t>(data->label(i)));
    for (const int count : counts) EXPECT_EQ(count, 100);
  }
  PointSource source;
  source.training = 0.8;
  const PointDataPtr data = make_points(source);
  EXPECT_EQ(data->train.size(), 400u);
  std::set<int> all(data->train.begin(), data->train.end());
  all.insert(data->test.begin(), data->test.end());
  EXPECT_EQ(all.size(), 500u);
}

TEST(PointNetwork, gradients_equal_finite_differences) {
  for (const int classes : {0, 2, 4}) {
    for (const PointActivation inner : kActivations) {
      for (const PointActivation outer : kActivations) {
        for (const PointLoss loss : kLosses) {
          if (classes == 0 && loss == PointLoss::cross_entropy) continue;
          if (classes == 4 && outer != PointActivation::linear) continue;  // softmax, whatever was chosen
          const PointDataPtr data =
              classes == 0 ? points(PointKind::hills, 0, 3) : points(PointKind::gauss, 0, 3, classes);
          PointModel model = model_of({3, 2}, inner, outer, loss);
          model.features = {PointFeature::x, PointFeature::xy, PointFeature::siny};
          const PointNetwork network(model, *data);
          std::vector<double> w = network.initial(5);
          const std::vector<int> samples{3, 260, 400};
          PointPass pass;
          std::vector<double> gradient, unused;
          batch_gradient(network, w, *data, samples, pass, gradient);
          for (size_t i = 0; i < w.size(); ++i) {
            const double old = w[i], h = 1e-6;
            w[i] = old + h;
            const double up = batch_gradient(network, w, *data, samples, pass, unused);
            w[i] = old - h;
            const double down = batch_gradient(network, w, *data, samples, pass, unused);
            w[i] = old;
            const double slope = (up - down) / (2 * h);
            ASSERT_NEAR(gradient[i], slope, 1e-4 * std::max(1.0, std::abs(slope)))
                << classes << " classes, " << name_of(inner) << ", " << name_of(outer) << ", " << name_of(loss)
                << ", parameter " << i;
          }
        }
      }
    }
  }
}

TEST(PointNetwork, a_loss_at_another_output_is_that_of_a_network_that_gives_it) {
  for (const int classes : {2, 4}) {
    const PointDataPtr data = points(PointKind::gauss, 0, 3, classes);
    const PointNetwork network(model_of({3}, PointActivation::tanh, PointActivation::sigmoid, PointLoss::mse), *data);
    PointPass pass;
    network.forward(network.initial(5).data(), data->sample(3), pass);
    const std::vector<double> out(network.output_of(pass).begin(), network.output_of(pass).end());
    for (const PointLoss loss : kLosses) {
      EXPECT_NEAR(network.loss_at(loss, pass, 1, out[classes > 2 ? 1 : 0]), network.loss(loss, pass, 1), 1e-12);
    }
    EXPECT_NEAR(network.loss_at(PointLoss::cross_entropy, pass, 1, 0.01), -std::log(0.01), 1e-12);
    if (classes == 2) {
      EXPECT_NEAR(network.loss_at(PointLoss::mse, pass, 1, 0.3), 0.49, 1e-12);
      continue;
    }
    double sum = 0.49;
    for (const size_t other : {0u, 2u, 3u}) sum += std::pow(0.7 * out[other] / (1 - out[1]), 2);
    EXPECT_NEAR(network.loss_at(PointLoss::mse, pass, 1, 0.3), sum / 4, 1e-12);
  }
}

// The whole training written down once more, without a line of the engine's but its samples and their order.
TEST(PointTraining, a_thousand_steps_equal_the_formulas) {
  const PointDataPtr data = points(PointKind::circle, 10, 2);
  for (const PointOptimizer optimizer : {PointOptimizer::sgd, PointOptimizer::momentum, PointOptimizer::nesterov,
                                         PointOptimizer::rmsprop, PointOptimizer::adagrad, PointOptimizer::adam}) {
    // With larger rates and momentum the path is chaotic: another order of additions ends elsewhere.
    const bool swings = optimizer == PointOptimizer::momentum || optimizer == PointOptimizer::nesterov;
    const double rate = swings ? 0.003 : 0.02;
    PointTraining training(data, PointModel{}, {optimizer, rate, 10}, 4);
    const std::vector<double> start = training.parameters();
    const int sizes[] = {2, 4, 2, 1};
    std::vector<double> w = start, one(w.size()), two(w.size());
    int64_t step = 0;
    for (int64_t epoch = 0; step < 1000; ++epoch) {
      const std::vector<int> order = epoch_order(*data, 4, epoch);
      for (size_t begin = 0; begin < order.size() && step < 1000; begin += 10) {
        const size_t end = std::min(order.size(), begin + 10);
        std::vector<double> g(w.size());
        for (size_t s = begin; s < end; ++s) {
          std::vector<std::vector<double>> a{{data->sample(order[s])[0], data->sample(order[s])[1]}};
          std::vector<size_t> at{0};
          for (int l = 0; l < 3; ++l) {
            std::vector<double> next(static_cast<size_t>(sizes[l + 1]));
            const size_t bias = at.back() + static_cast<size_t>(sizes[l] * sizes[l + 1]);
            for (size_t j = 0; j < next.size(); ++j) {
              double z = w[bias + j];
              for (size_t i = 0; i < a.back().size(); ++i) z += a.back()[i] * w[at.back() + i * next.size() + j];
              next[j] = std::tanh(z);
            }
            at.push_back(bias + next.size());
            a.push_back(next);
          }
          const double target = data->label(order[s]) == 1 ? 1 : -1;
          std::vector<double> dz{2 * (a[3][0] - target) * (1 - a[3][0] * a[3][0])};
          for (size_t l = 3; l-- > 0;) {
            std::vector<double> before(a[l].size());
            for (size_t j = 0; j < dz.size(); ++j) {
              for (size_t i = 0; i < a[l].size(); ++i) {
                const size_t k = at[l] + i * dz.size() + j;
                g[k] += a[l][i] * dz[j] / static_cast<double>(end - begin);
                before[i] += w[k] * dz[j] * (1 - a[l][i] * a[l][i]);
              }
              g[at[l] + a[l].size() * dz.size() + j] += dz[j] / static_cast<double>(end - begin);
            }
            dz = before;
          }
        }
        ++step;
        for (size_t i = 0; i < w.size(); ++i) {
          double by = g[i];
          if (optimizer == PointOptimizer::momentum) by = one[i] = 0.9 * one[i] + g[i];
          if (optimizer == PointOptimizer::nesterov) {
            one[i] = 0.9 * one[i] + g[i];
            by = g[i] + 0.9 * one[i];
          }
          if (optimizer == PointOptimizer::rmsprop) {
            one[i] = 0.99 * one[i] + 0.01 * g[i] * g[i];
            by = g[i] / (std::sqrt(one[i]) + 1e-8);
          }
          if (optimizer == PointOptimizer::adagrad) {
            one[i] += g[i] * g[i];
            by = g[i] / (std::sqrt(one[i]) + 1e-10);
          }
          if (optimizer == PointOptimizer::adam) {
            one[i] = 0.9 * one[i] + 0.1 * g[i];
            two[i] = 0.999 * two[i] + 0.001 * g[i] * g[i];
            const auto t = static_cast<double>(step);
            by = one[i] / (1 - std::pow(0.9, t)) / (std::sqrt(two[i] / (1 - std::pow(0.999, t))) + 1e-8);
          }
          w[i] -= rate * by;
        }
      }
    }
    training.advance(1000);
    for (size_t i = 0; i < w.size(); ++i) {
      EXPECT_NEAR(training.parameters()[i], w[i], 1e-7) << name_of(optimizer) << ", parameter " << i;
    }
    EXPECT_GT(std::abs(w[0] - start[0]), 1e-3);
  }
}

TEST(PointTraining, a_thousand_steps_equal_PyTorchs) {
  const std::string python = python_with("torch");
  if (python.empty()) GTEST_SKIP() << "no Python with PyTorch: STRIATE_PYTHON may name one";
  struct Case {
    PointOptimizer optimizer;
    const char* torch;
    PointKind kind;
    int classes;
    PointActivation outer;
    PointLoss loss;
  };
  const std::vector<Case> cases{
      {PointOptimizer::sgd, "SGD(w, lr=0.03)", PointKind::circle, 2, PointActivation::tanh, PointLoss::mse},
      {PointOptimizer::momentum, "SGD(w, lr=0.03, momentum=0.9)", PointKind::circle, 2, PointActivation::sigmoid,
       PointLoss::cross_entropy},
      {PointOptimizer::adam, "Adam(w, lr=0.03)", PointKind::spiral, 2, PointActivation::sigmoid,
       PointLoss::cross_entropy},
      {PointOptimizer::sgd, "SGD(w, lr=0.03)", PointKind::gauss, 3, PointActivation::linear, PointLoss::cross_entropy},
      {PointOptimizer::adam, "Adam(w, lr=0.03)", PointKind::hills, 2, PointActivation::tanh, PointLoss::huber},
      {PointOptimizer::nesterov, "SGD(w, lr=0.03, momentum=0.9, nesterov=True)", PointKind::xor_, 2,
       PointActivation::tanh, PointLoss::mse},
      {PointOptimizer::rmsprop, "RMSprop(w, lr=0.03)", PointKind::xor_, 2, PointActivation::tanh, PointLoss::mse},
      {PointOptimizer::adagrad, "Adagrad(w, lr=0.03)", PointKind::xor_, 2, PointActivation::tanh, PointLoss::mse},
  };
  TestFolder folder;
  std::string script = "import torch\ntorch.set_default_dtype(torch.float64)\ntorch.set_num_threads(1)\n";
  std::vector<PointTraining> trainings;
  for (const Case& each : cases) {
    const PointDataPtr data = points(each.kind, 10, 1, each.classes);
    PointTraining training(data, model_of({4, 2}, PointActivation::tanh, each.outer, each.loss),
                           {each.optimizer, 0.03, 10}, 3);
    script += "w = []\n";
    size_t at = 0;
    for (const PointLayer& layer : training.network().layers()) {
      const std::vector<double>& p = training.parameters();
      const auto from = p.begin();
      script +=
          fmt::format("w += [torch.tensor({}).reshape({}, {}).requires_grad_(), torch.tensor({}).requires_grad_()]\n",
                      list(std::vector<double>(from + static_cast<long>(at), from + static_cast<long>(layer.biases))),
                      layer.inputs, layer.units,
                      list(std::vector<double>(from + static_cast<long>(layer.biases),
                                               from + static_cast<long>(layer.biases) + layer.units)));
      at = layer.biases + static_cast<size_t>(layer.units);
    }
    script += "x = torch.tensor(" + list(data->samples) + ").reshape(-1, 2)\n";
    script += "t = torch.tensor(" + list(data->targets) + ", dtype=torch.float64)\n";
    script += "batches = [";
    int64_t steps = 0;
    for (int64_t epoch = 0; steps < 1000; ++epoch) {
      const std::vector<int> order = epoch_order(*data, 3, epoch);
      for (size_t b = 0; b < order.size() && steps < 1000; b += 10, ++steps) {
        script += list(std::vector<int>(order.begin() + static_cast<long>(b),
                                        order.begin() + static_cast<long>(std::min(order.size(), b + 10)))) +
                  ",";
      }
    }
    script += "]\n";
    script += fmt::format("opt = torch.optim.{}\n", each.torch);
    const char* output = each.classes > 2                         ? "z"
                         : each.outer == PointActivation::sigmoid ? "torch.sigmoid(z)"
                                                                  : "torch.tanh(z)";
    const char* loss = each.classes > 2 ? "torch.nn.functional.cross_entropy(o, t[b].long())"
                       : each.loss == PointLoss::cross_entropy
                           ? "torch.nn.functional.binary_cross_entropy(o[:, 0], t[b])"
                       : each.loss == PointLoss::huber ? "torch.nn.functional.huber_loss(o[:, 0], t[b])"
                                                       : "torch.nn.functional.mse_loss(o[:, 0], 2 * t[b] - 1)";
    script += fmt::format(
        "for b in batches:\n    a = torch.tanh(x[b] @ w[0] + w[1])\n    a = torch.tanh(a @ w[2] + w[3])\n"
        "    z = a @ w[4] + w[5]\n    o = {}\n    loss = {}\n    opt.zero_grad()\n    loss.backward()\n    "
        "opt.step()\n",
        output, loss);
    script += "for p in w:\n    for v in p.detach().flatten().tolist():\n        print(repr(v))\n";
    training.advance(1000);
    trainings.push_back(training);
  }
  write(folder / "train.py", script);
  const std::vector<double> theirs = run_python(python, "'" + (folder / "train.py") + "'", folder);
  size_t at = 0;
  for (size_t c = 0; c < cases.size(); ++c) {
    for (const double parameter : trainings[c].parameters()) {
      ASSERT_LT(at, theirs.size());
      EXPECT_NEAR(parameter, theirs[at++], 1e-5) << cases[c].torch << ", " << name_of(cases[c].kind);
    }
  }
  EXPECT_EQ(at, theirs.size());
}

// The same network on the engine's own kernels, in single precision: layers, loss, gradients, optimizers.
TEST(PointNetwork, equals_the_engines_network_with_the_same_weights) {
  struct Case {
    PointKind kind;
    int classes;
    PointActivation inner, outer;
    PointLoss loss;
  };
  const std::vector<Case> cases{
      {PointKind::circle, 2, PointActivation::tanh, PointActivation::tanh, PointLoss::mse},
      {PointKind::circle, 2, PointActivation::relu, PointActivation::sigmoid, PointLoss::cross_entropy},
      {PointKind::hills, 2, PointActivation::sigmoid, PointActivation::linear, PointLoss::mse},
      {PointKind::gauss, 2, PointActivation::silu, PointActivation::linear, PointLoss::cross_entropy},
      {PointKind::spiral, 4, PointActivation::elu, PointActivation::linear, PointLoss::cross_entropy},
      {PointKind::gauss, 2, PointActivation::softplus, PointActivation::sigmoid, PointLoss::mse},
  };
  constexpr int kBatch = 7, kSteps = 5;
  for (const Case& each : cases) {
    SCOPED_TRACE(fmt::format("{}, {}, {}, {}", name_of(each.kind), name_of(each.inner), name_of(each.outer),
                             name_of(each.loss)));
    const PointDataPtr data = points(each.kind, 10, 1, each.classes);
    PointModel model = model_of({5, 3}, each.inner, each.outer, each.loss);
    model.features = parse_point_features("x y xy");
    const PointNetwork ours(model, *data);
    const std::vector<double> start = ours.initial(6);
    const std::vector<int> samples(data->train.begin(), data->train.begin() + kBatch);
    const int outputs = ours.outputs();

    std::string text = "input 3";
    for (const PointLayer& layer : ours.layers()) {
      text += fmt::format(" | dense {}", layer.units);
      // A softmax is part of the kernel of its loss.
      if (layer.activation == PointActivation::linear || layer.activation == PointActivation::softmax) continue;
      text += fmt::format(" | {}", name_of(layer.activation));
    }
    std::vector<float> inputs, targets;
    std::vector<int32_t> labels;
    for (const int sample : samples) {
      double numbers[3];
      ours.inputs_of(data->sample(sample), numbers);
      inputs.insert(inputs.end(), numbers, numbers + 3);
      labels.push_back(data->label(sample));
      const bool signs = each.outer == PointActivation::tanh && each.loss == PointLoss::mse;
      targets.push_back(signs ? 2.0f * static_cast<float>(labels.back()) - 1
                              : static_cast<float>(data->targets[static_cast<size_t>(sample)]));
    }
    for (const std::string& name : point_optimizer_names()) {
      SCOPED_TRACE(name);
      const PointOptimizer optimizer = parse_point_optimizer(name);
      const OptimizerSettings settings = settings_of(optimizer);
      on_all_devices([&](Stream& stream) {
        Network theirs(stream, Architecture::parse(text), Plan{kBatch, true, false, 0});
        theirs.set_optimizer_states(stream, settings.states());
        // Their weights of a dense layer are (units, inputs), ours (inputs, units).
        std::vector<std::pair<const NamedTensor*, const PointLayer*>> kernels, biases;
        for (const NamedTensor& tensor : theirs.tensors()) {
          if (tensor.kind != TensorKind::weight) continue;
          auto& list = tensor.name.ends_with(".weight") ? kernels : biases;
          list.emplace_back(&tensor, &ours.layers()[list.size()]);
        }
        ASSERT_EQ(kernels.size(), ours.layers().size());
        ASSERT_EQ(biases.size(), ours.layers().size());
        for (const auto& [tensor, layer] : kernels) {
          std::vector<float> values;
          for (int to = 0; to < layer->units; ++to) {
            for (int from = 0; from < layer->inputs; ++from) {
              values.push_back(
                  static_cast<float>(start[layer->weights + static_cast<size_t>(from * layer->units + to)]));
            }
          }
          theirs.write_tensor(stream, *tensor, values);
        }
        for (const auto& [tensor, layer] : biases) {
          const auto from = start.begin() + static_cast<long>(layer->biases);
          theirs.write_tensor(stream, *tensor, std::vector<float>(from, from + layer->units));
        }
        const auto in_our_order = [&](TensorKind kind) {
          std::vector<double> all(ours.parameters());
          for (const auto& [tensor, layer] : kernels) {
            const std::vector<float> values = theirs.read_tensor(stream, *theirs.find(kind, tensor->name));
            for (int to = 0; to < layer->units; ++to) {
              for (int from = 0; from < layer->inputs; ++from) {
                all[layer->weights + static_cast<size_t>(from * layer->units + to)] =
                    values[static_cast<size_t>(to * layer->inputs + from)];
              }
            }
          }
          for (const auto& [tensor, layer] : biases) {
            const std::vector<float> values = theirs.read_tensor(stream, *theirs.find(kind, tensor->name));
            std::copy(values.begin(), values.end(), all.begin() + static_cast<long>(layer->biases));
          }
          return all;
        };
        const auto near = [](double a, double b, const char* what, int step, size_t at) {
          EXPECT_NEAR(a, b, 1e-5 * std::max(1.0, std::abs(a))) << what << ", step " << step << ", number " << at;
        };

        DeviceArray target(stream, targets), loss(stream, 1), by_value(stream, kBatch * outputs);
        Buffer<int32_t> classes(stream.device(), kBatch, "a test's targets");
        upload(stream, classes, labels.data(), kBatch);
        Buffer<StepState> state(stream.device(), 1, "a test's step");
        const double rate = 0.02;
        StepState begin;
        begin.rate = static_cast<float>(rate);
        upload(stream, state, &begin, 1);
        std::vector<double> w = start, first(w.size()), second(w.size()), gradient;
        PointPass pass;
        for (int step = 1; step <= kSteps; ++step) {
          theirs.write_tensor(stream, theirs.activation(0), inputs);
          theirs.forward(stream, Mode::training);
          const float* const x = theirs.view(theirs.output()).data;
          float* const dx = theirs.view(*theirs.output_gradient()).data;
          if (each.classes > 2) {
            softmax_cross_entropy(stream, kBatch, outputs, x, classes.data(), loss.data(), by_value.data(), nullptr,
                                  dx);
          } else {
            const auto run = each.loss == PointLoss::mse             ? mean_squared_error
                             : each.outer == PointActivation::linear ? binary_cross_entropy_with_logits
                                                                     : binary_cross_entropy;
            run(stream, kBatch, x, target.data(), loss.data(), by_value.data(), dx);
          }
          theirs.backward(stream);
          const double mean = batch_gradient(ours, w, *data, samples, pass, gradient);
          near(mean, static_cast<double>(loss.read()[0]), "loss", step, 0);
          const std::vector<float> out = theirs.read_tensor(stream, theirs.output());
          for (size_t i = 0; i < samples.size(); ++i) {
            ours.forward(w.data(), data->sample(samples[i]), pass);
            for (size_t j = 0; j < static_cast<size_t>(outputs); ++j) {
              const size_t at = ours.output().values + j;
              near(each.classes > 2 ? pass.sums[at] : pass.values[at],
                   static_cast<double>(out[i * static_cast<size_t>(outputs) + j]), "output", step, i);
            }
          }
          const std::vector<double> slopes = in_our_order(TensorKind::weight_gradient);
          for (size_t i = 0; i < w.size(); ++i) near(gradient[i], slopes[i], "gradient", step, i);

          step_weights(optimizer, rate, step, gradient, w, first, second);
          begin_update(stream, settings, state.data());
          std::vector<float*> own;
          for (size_t i = 0; i < settings.states().size(); ++i) {
            own.push_back(theirs.optimizer_state(static_cast<int>(i)));
          }
          settings.kind->update(stream, settings, theirs.arena_size(TensorKind::weight), state.data(),
                                theirs.arena(TensorKind::weight_gradient), theirs.arena(TensorKind::weight),
                                own.data());
          const std::vector<double> after = in_our_order(TensorKind::weight);
          for (size_t i = 0; i < w.size(); ++i) near(w[i], after[i], "weight", step, i);
          if (testing::Test::HasFailure()) return;
        }
        double most = 0;
        for (size_t i = 0; i < w.size(); ++i) most = std::max(most, std::abs(w[i] - start[i]));
        EXPECT_GT(most, 1e-3);
      });
    }
  }
}

// The phase "update" prints the engine's own lines: their last value is the weight that the training has.
TEST(PointTraining, steps_as_the_lines_of_its_optimizer_say) {
  for (const std::string& name : point_optimizer_names()) {
    const PointOptimizer optimizer = parse_point_optimizer(name);
    const OptimizerSettings settings = settings_of(optimizer);
    std::vector<double> w{0.5}, first{0.2}, second{0.04};
    UpdateNumbers numbers;
    numbers.weight = 0.5, numbers.gradient = -0.3, numbers.rate = 0.1, numbers.step = 3;
    numbers.before = {0.2, 0.04};
    step_weights(optimizer, 0.1, 3, {-0.3}, w, first, second);
    numbers.after = {first[0], second[0]};
    numbers.weight_after = w[0];
    numbers.text = [](double value) { return fmt::format("{}", value); };
    settings.kind->lines(settings, numbers);
    ASSERT_FALSE(numbers.lines.empty()) << name;
    double by = 0;
    for (const UpdateLine& line : numbers.lines) {
      if (line.name == "step") by = line.value;
    }
    if (by != 0) {
      EXPECT_NEAR(0.5 - by, w[0], 1e-9) << name;
    }
  }
}

TEST(PointTraining, comes_back_to_any_step_bit_for_bit) {
  const PointDataPtr data = points(PointKind::xor_);
  PointTraining training(data, PointModel{}, {PointOptimizer::adam, 0.01, 16}, 1);
  std::vector<std::vector<double>> at;
  const auto go = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      at.push_back(training.parameters());
      training.advance(1);
    }
  };
  go(300);
  at.push_back(training.parameters());
  training.advance_sample();
  go(40);
  training.set_parameter(3, 2.5);
  training.set_learning({PointOptimizer::sgd, 0.1, 7});
  go(1500);
  at.push_back(training.parameters());
  const int64_t last = training.step();
  ASSERT_EQ(at.size(), static_cast<size_t>(last) + 1);
  for (const int64_t step : {int64_t{0}, int64_t{1}, int64_t{299}, int64_t{300}, int64_t{301}, int64_t{341},
                             int64_t{342}, int64_t{777}, last}) {
    training.scrub(step);
    EXPECT_EQ(training.step(), step);
    EXPECT_EQ(training.parameters(), at[static_cast<size_t>(step)]) << "step " << step;
    EXPECT_EQ(training.last(), last);
  }
  // From the past it goes the same way again, and what came after is gone.
  training.scrub(310);
  EXPECT_EQ(training.learning().optimizer, PointOptimizer::adam);
  training.advance(5);
  EXPECT_EQ(training.last(), 315);
  EXPECT_EQ(training.parameters(), at[315]);
  EXPECT_EQ(training.events().size(), 1u);
  // On to a step that is not there yet.
  training.scrub(330);
  EXPECT_EQ(training.parameters(), at[330]);
}

TEST(PointTraining, forgets_what_was_done_by_hand_and_all_after_it) {
  const PointDataPtr data = points(PointKind::circle);
  PointTraining training(data, PointModel{}, {}, 1);
  training.advance(100);
  const std::vector<double> before = training.parameters();
  training.set_parameter(0, 1);
  training.advance(50);
  training.set_parameter(1, 2);
  training.keep_events(1);
  EXPECT_EQ(training.step(), 150);
  EXPECT_EQ(training.events().size(), 1u);
  training.keep_events(0);
  EXPECT_EQ(training.step(), 100);
  EXPECT_EQ(training.last(), 100);
  EXPECT_EQ(training.parameters(), before);
  EXPECT_EQ(training.point().training.loss, training.curve().back().training.loss);
}

TEST(PointTraining, an_epoch_sees_every_training_sample_once) {
  const PointDataPtr data = points(PointKind::circle);
  PointTraining training(data, PointModel{}, {PointOptimizer::sgd, 0.03, 32}, 1);
  std::multiset<int> seen;
  const int64_t steps = training.steps_to_epoch_end();
  EXPECT_EQ(steps, 8);
  for (int64_t i = 0; i < steps; ++i) {
    for (const int sample : training.next_samples(false)) seen.insert(sample);
    training.advance(1);
  }
  EXPECT_EQ(seen, std::multiset<int>(data->train.begin(), data->train.end()));
  EXPECT_EQ(training.state().epoch, 1);
  EXPECT_NE(epoch_order(*data, 1, 0), epoch_order(*data, 1, 1));
}

TEST(PointSurface, is_what_the_network_gives_there) {
  for (const PointActivation activation : kActivations) {
    for (const int classes : {2, 3}) {
      const PointDataPtr data = points(PointKind::gauss, 0, 0, classes);
      PointModel model = model_of({5, 3}, activation, activation, PointLoss::mse);
      model.features = parse_point_features("x y xx yy xy sinx siny");
      const PointNetwork network(model, *data);
      const std::vector<double> w = network.initial(9);
      const int side = 17;
      const PointSurface surface = make_surface(network, w, side);
      PointPass pass;
      for (int row = 0; row < side; ++row) {
        for (int column = 0; column < side; ++column) {
          const double place[] = {surface_x(column, side), surface_y(row, side)};
          network.forward(w.data(), place, pass);
          for (int neuron = 0; neuron < network.neurons(); ++neuron) {
            const double value = pass.values[static_cast<size_t>(neuron)];
            ASSERT_NEAR(surface.map(neuron)[row * side + column], value, 2e-5 * std::max(1.0, std::abs(value)))
                << name_of(activation) << ", neuron " << neuron;
          }
        }
      }
    }
  }
}

TEST(PointRace, runs_on_the_true_loss_each_at_its_best_rate) {
  const PointDataPtr data = points(PointKind::circle);
  const PointTraining training(data, PointModel{}, {}, 2);
  const PointRace result = race(training.network(), *data, training.start(), 60, [](double) { return true; });
  ASSERT_EQ(result.paths.size(), 4u);
  for (const RacePath& path : result.paths) {
    ASSERT_EQ(path.losses.size(), 61u);
    EXPECT_EQ(path.losses.front(), training.point().training.loss);
    double best = 1e300;
    for (const auto& [rate, loss] : path.sweep) best = std::min(best, loss);
    EXPECT_EQ(path.losses.back(), best) << name_of(path.optimizer);
    for (const auto& [rate, loss] : path.sweep) {
      if (rate == path.rate) {
        EXPECT_EQ(loss, best);
      }
    }
    // The same run by hand.
    std::vector<double> w = training.start(), first(w.size()), second(w.size()), gradient;
    PointPass pass;
    for (int step = 1; step <= 60; ++step) {
      batch_gradient(training.network(), w, *data, data->train, pass, gradient);
      step_weights(path.optimizer, path.rate, step, gradient, w, first, second);
    }
    EXPECT_EQ(score(training.network(), w.data(), *data, data->train).loss, path.losses.back());
    EXPECT_GT(path.farthest(), 0);
    for (const auto& [u, v] : path.places) {
      EXPECT_TRUE(u > result.u0 && u < result.u1 && v > result.v0 && v < result.v1);
    }
  }
  // Straight distances in the space of all weights are those in the plane and from it.
  const RacePath &a = result.paths[0], &b = result.paths[3];
  EXPECT_NEAR(a.places[0].first, b.places[0].first, 1e-12);
  EXPECT_NEAR(a.distances[0], b.distances[0], 1e-12);
  int calls = 0;
  EXPECT_TRUE(race(training.network(), *data, training.start(), 60, [&](double) { return ++calls < 5; }).paths.empty());
}

// A stand-in for Keras with the parts that the file uses, so that it runs everywhere where NumPy is.
const char* const kStandIn = R"(
import numpy as np
class Model:
    def __init__(self, parts): self.parts = parts[1:]
    def compile(self, **more): assert "loss" in more and "optimizer" in more
    def set_weights(self, weights): self.weights = weights
    def evaluate(self, x, y, verbose=0): return 0.0
    def predict(self, x, verbose=0):
        for part, kernel, bias in zip(self.parts, self.weights[::2], self.weights[1::2]):
            assert kernel.shape == (x.shape[1], part.units) and bias.shape == (part.units,)
            x = part.activation(x @ kernel + bias)
        return x
def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
curves = dict(linear=lambda z: z, relu=lambda z: np.maximum(z, 0), tanh=np.tanh, sigmoid=lambda z: 1 / (1 + np.exp(-z)),
              elu=lambda z: np.where(z > 0, z, np.expm1(z)), softplus=lambda z: np.log1p(np.exp(z)),
              silu=lambda z: z / (1 + np.exp(-z)), softmax=softmax)
class layers:
    class Dense:
        def __init__(self, units, activation): self.units, self.activation = units, curves[activation]
def Input(shape): return shape
Sequential = Model
class Anything:
    def __getattr__(self, name): return lambda *a, **k: Anything()
optimizers = losses = ops = Anything()
)";

TEST(PointKeras, the_file_gives_the_same_outputs) {
  const std::string python = python_with("numpy");
  if (python.empty()) GTEST_SKIP() << "no Python with NumPy: STRIATE_PYTHON may name one";
  // Keras itself where it is.
  const std::string keras = python_with("keras");
  TestFolder folder;
  if (keras.empty()) write(folder / "keras.py", kStandIn);
  for (const PointKind kind : {PointKind::circle, PointKind::gauss, PointKind::hills, PointKind::digits}) {
    for (const PointActivation activation : {PointActivation::tanh, PointActivation::sigmoid, PointActivation::silu}) {
      // Keras itself takes seconds to begin.
      if (!keras.empty() && activation != PointActivation::tanh) continue;
      const PointDataPtr data = points(kind, 0, 0, kind == PointKind::gauss ? 3 : 2);
      const PointLoss loss = data->regression() ? PointLoss::mse : PointLoss::cross_entropy;
      PointModel model = model_of({5, 3}, activation, activation, loss);
      model.features = parse_point_features("x y xx sinx");
      PointTraining training(data, model, {PointOptimizer::adam, 0.01, 10}, 1);
      training.advance(30);
      write(folder / "net.py", keras_file(training));
      const std::vector<double> theirs =
          run_python(keras.empty() ? python : keras, "'" + (folder / "net.py") + "' --check", folder);
      const int outputs = training.network().outputs();
      ASSERT_EQ(theirs.size(), static_cast<size_t>(data->count() * outputs)) << name_of(kind);
      PointPass pass;
      for (int i = 0; i < data->count(); ++i) {
        training.network().forward(training.parameters().data(), data->sample(i), pass);
        for (int j = 0; j < outputs; ++j) {
          ASSERT_NEAR(training.network().output_of(pass)[static_cast<size_t>(j)],
                      theirs[static_cast<size_t>(i * outputs + j)], 2e-5)
              << name_of(kind) << ", " << name_of(activation) << ", sample " << i;
        }
      }
    }
  }
}

TEST(PointKeras, the_file_says_where_its_cross_entropy_ends) {
  const PointDataPtr data = points(PointKind::gauss);
  const auto file = [&](PointActivation activation, PointLoss loss) {
    return keras_file(PointTraining(data, model_of({2}, PointActivation::tanh, activation, loss), {}, 1));
  };
  EXPECT_NE(file(PointActivation::sigmoid, PointLoss::cross_entropy).find("16.1"), std::string::npos);
  EXPECT_NE(file(PointActivation::sigmoid, PointLoss::cross_entropy).find("before the sigmoid"), std::string::npos);
  EXPECT_NE(file(PointActivation::linear, PointLoss::cross_entropy).find("ends at 100"), std::string::npos);
  EXPECT_EQ(file(PointActivation::sigmoid, PointLoss::mse).find("16.1"), std::string::npos);
  const PointTraining training(data, model_of({2}, PointActivation::tanh, PointActivation::tanh, PointLoss::mse), {},
                               1);
  EXPECT_NE(
      keras_file(training).find(fmt::format("Striate's test loss at that step: {:.9g}", training.point().test.loss)),
      std::string::npos);
  // What it says of ours.
  EXPECT_EQ(loss_value(PointLoss::cross_entropy, PointActivation::sigmoid, 0, 1), 100);
  EXPECT_NEAR(loss_value(PointLoss::cross_entropy, PointActivation::relu, 0, 1), 16.1, 0.05);
}

TEST(PointKeras, lines_say_what_they_mean_on_the_stage) {
  PointModel model;
  model.features = parse_point_features("x xy");
  const PointTraining training(points(PointKind::circle), model, {PointOptimizer::adam, 0.01, 25}, 1);
  const std::vector<KerasLine> lines = keras_lines(training);
  const auto of = [&](const std::string& topic) {
    std::string text;
    for (const KerasLine& line : lines) {
      if (line.topic == topic) text += line.text;
    }
    return text;
  };
  EXPECT_EQ(of("layer 0"), "    layers.Dense(4, activation=\"tanh\"),");
  EXPECT_EQ(of("layer 2"), "    layers.Dense(1, activation=\"tanh\"),");
  EXPECT_EQ(of("features"), "    keras.Input((2,)),  # x, xy");
  EXPECT_EQ(of("optimizer"), "    optimizer=keras.optimizers.Adam(0.01),");
  EXPECT_NE(of("batch").find("batch_size=25"), std::string::npos);
  EXPECT_NE(of("split").find("train_size=0.5"), std::string::npos);
}

TEST(Points, unknown_words_are_told_with_the_nearest) {
  const auto hint = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.hint();
    }
    return "";
  };
  EXPECT_NE(hint([] { parse_point_kind("spirl"); }).find("spiral"), std::string::npos);
  EXPECT_NE(hint([] { parse_point_features("x sinn"); }).find("sinx"), std::string::npos);
  EXPECT_NE(hint([] { parse_point_features(" "); }).find("neuron.features x y"), std::string::npos);
  EXPECT_NE(hint([] { parse_point_activation("sigmod"); }).find("sigmoid"), std::string::npos);
  EXPECT_NE(hint([] { parse_point_loss("cross-entrpy"); }).find("cross-entropy"), std::string::npos);
  EXPECT_NE(hint([] { parse_point_optimizer("adm"); }).find("adam"), std::string::npos);
}

}  // namespace striate
