// Adversarial pictures: the gradient is the one that differences of the loss give, one step on a linear network is its
// closed form, many steps stay in their ball, the same seed gives the same bytes, and a class that is asked for comes
// out.
#include "engine/explain/adversarial.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "engine/drawing/placed_drawing.h"
#include "engine/network/weights_file.h"
#include "engine/training/checkpoint.h"
#include "tests/engine/golden.h"
#include "tests/engine/onnx_builder.h"
#include "tests/failure.h"
#include "tests/python_with.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x8x6 | c1: conv 4 3x3 pad 1 | bn: batchnorm | tanh | avgpool 2 | c2: conv 5 3x3 pad 1 | tanh | "
    "globalavgpool | flatten | fc: dense 3";
const char* kLinear = "input 1x5x4 | flatten | fc: dense 2";

// Pixels, all well within 0..1 where `margin` is large.
std::vector<float> pixels(int64_t count, float margin = 0.2f) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(0.5f + (0.5f - margin) * std::sin(0.37f * static_cast<float>(i + 1)));
  }
  return values;
}

OpenNetwork opened(Stream& stream, const TestFolder& folder, const std::string& text,
                   const Normalization& normal = {}) {
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  info.normalization = normal;
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  const std::string file = folder / "net.safetensors";
  save_model(file, stream, info, network);
  return OpenNetwork::open(stream, file);
}

// Of one class, in double from the logits that the network gives.
double loss_of(OpenNetwork& network, const std::vector<float>& of, int label) {
  NetworkPicture picture;
  picture.shape = network.info()->picture;
  picture.pixels = of;
  const std::vector<float> logits = network.classify(network.look_at(picture).values)->logits;
  double sum = 0;
  for (const float each : logits) sum += std::exp(static_cast<double>(each));
  return std::log(sum) - static_cast<double>(logits[static_cast<size_t>(label)]);
}

void check_gradient(OpenNetwork& network, int label) {
  const std::vector<float> at = pixels(network.info()->picture.count());
  const PictureGradient got = picture_gradient(network, at, label);
  EXPECT_NEAR(got.loss, loss_of(network, at, label), 1e-5);
  ASSERT_EQ(got.values.size(), at.size());
  double largest = 0;
  for (const double each : got.values) largest = std::max(largest, std::fabs(each));
  EXPECT_GT(largest, 1e-4);
  constexpr float kStep = 4e-3f;
  for (size_t i = 0; i < at.size(); i += 3) {
    std::vector<float> up = at, down = at;
    up[i] += kStep, down[i] -= kStep;
    const double slope = (loss_of(network, up, label) - loss_of(network, down, label)) / (2 * double{kStep});
    EXPECT_NEAR(got.values[i], slope, 0.02 * largest + 1e-4) << i;
  }
}

double largest_change(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::fabs(double{a[i]} - double{b[i]}));
  return most;
}

// What one step does to a linear network of two classes, by its weights alone: every pixel goes the way of the sign of
// w(other) - w(label), as far as epsilon and 0..1 let it.
std::vector<float> closed_form(OpenNetwork& network, const std::vector<float>& from, int label, int epsilon) {
  Network& inside = network.session().network();
  const std::vector<float> w =
      inside.read_tensor(network.session().stream(), *inside.find(TensorKind::weight, "fc.weight"));
  const size_t n = from.size();
  std::vector<float> made = from;
  for (size_t i = 0; i < n; ++i) {
    const float slope = w[(label == 0 ? n : 0) + i] - w[(label == 0 ? 0 : n) + i];
    const float by = static_cast<float>(epsilon / 255.0) * (slope > 0 ? 1.0f : -1.0f);
    made[i] = std::clamp(made[i] + by, 0.0f, 1.0f);
  }
  return made;
}

}  // namespace

TEST(Adversarial, gradients_are_differences_of_the_loss_in_the_picture_s_own_values) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork plain = opened(stream, folder, kNet);
    check_gradient(plain, 0);
    OpenNetwork scaled = opened(stream, folder, kNet, {{0.5f, 0.4f, 0.3f}, {0.2f, 0.25f, 0.5f}});
    check_gradient(scaled, 2);
    OpenNetwork gray = opened(stream, folder, "input 1x6x6 | flatten | dense 8 | tanh | dense 4 | softmax");
    check_gradient(gray, 3);
  });
  Stream stream;
  OpenNetwork one = opened(stream, folder, "input 1x6x6 | flatten | dense 8 | tanh | dense 1 | sigmoid");
  ASSERT_EQ(one.info()->class_count, 2);
  check_gradient(one, 0);
  check_gradient(one, 1);
}

TEST(Adversarial, blue_first_and_channels_last_are_taken_back_to_the_picture) {
  const TestFolder folder;
  Stream stream;
  ModelInfo info;
  info.architecture = Architecture::parse(kNet);
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  save_model(folder / "net.safetensors", stream, info, network);
  ModelFile file = read_model_file(folder / "net.safetensors");
  file.preprocessing = Preprocessing::parse("order bgr | scale 1 | mean 104,117,123");
  file.info.normalization = file.preprocessing.normalization(3);
  OpenNetwork bgr = OpenNetwork::open(stream, std::move(file), {});
  const std::vector<float> at = pixels(144);
  const PictureGradient got = picture_gradient(bgr, at, 1);
  // The network sees 0..255 here and its gradient is steep: small steps, and the two ends of the channels.
  for (const size_t i : {size_t{3}, size_t{50}, size_t{99}, size_t{140}}) {
    std::vector<float> up = at, down = at;
    up[i] += 1e-4f, down[i] -= 1e-4f;
    const double slope = (loss_of(bgr, up, 1) - loss_of(bgr, down, 1)) / 2e-4;
    EXPECT_NEAR(got.values[i], slope, 0.05 * std::fabs(slope) + 0.02) << i;
  }

  OnnxBuilder b;
  b.input("x", {1, 6, 5, 3}).output("y");
  std::vector<float> w;
  for (int i = 0; i < 54; ++i) w.push_back(std::sin(0.7f * static_cast<float>(i)));
  b.floats("w", {2, 3, 3, 3}, w).floats("d", {2, 2}, {1, -2, 0.5f, 1});
  with(b.node("Transpose", {"x"}, {"t"}), "perm", OnnxDims{0, 3, 1, 2});
  b.node("Conv", {"t", "w"}, {"c"});
  b.node("Tanh", {"c"}, {"r"});
  b.node("GlobalAveragePool", {"r"}, {"p"});
  b.node("Flatten", {"p"}, {"f"});
  b.node("Gemm", {"f", "d"}, {"y"});
  std::ofstream(folder / "last.onnx", std::ios::binary) << b.model.SerializeAsString();
  OpenNetwork last = OpenNetwork::open(stream, folder / "last.onnx");
  ASSERT_TRUE(last.info()->channels_last);
  check_gradient(last, 1);
}

TEST(Adversarial, one_step_on_a_linear_network_is_its_closed_form) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder, kLinear);
    // A margin of 0: some pixels are at the ends of 0..1 and cannot go farther.
    const std::vector<float> from = pixels(20, 0);
    for (const int epsilon : {1, 20, 100}) {
      AttackSettings how;
      how.epsilon = epsilon;
      const Attack made = *attack(network, from, how);
      EXPECT_EQ(made.attacked.pixels, closed_form(network, from, made.of, epsilon)) << epsilon;
      EXPECT_NEAR(made.losses.at(0), loss_of(network, from, made.of), 1e-5);
      EXPECT_GT(loss_of(network, made.attacked.pixels, made.of), made.losses[0]);
      EXPECT_EQ(made.forwards, 3);  // the answer before, the gradient's, the answer after
      EXPECT_EQ(made.backwards, 1);
      // Towards the other class of two is away from this one.
      how.target = 1 - made.of;
      EXPECT_EQ(attack(network, from, how)->attacked.pixels, made.attacked.pixels);
      // There the loss has no other hill: steps that reach far enough end at the same corner.
      how.target.reset();
      how.method = AttackMethod::pgd;
      how.steps = 10, how.step = 0.3 * epsilon;
      const Attack steps = *attack(network, from, how);
      EXPECT_LT(largest_change(steps.attacked.pixels, made.attacked.pixels), 1e-6);
      EXPECT_EQ(steps.forwards, 12);
      EXPECT_EQ(steps.backwards, 10);
      EXPECT_TRUE(std::is_sorted(steps.losses.begin(), steps.losses.end()));
    }
  });
}

TEST(Adversarial, steps_and_noise_stay_within_epsilon_and_within_the_picture) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder, kNet);
    const std::vector<float> from = pixels(144, 0);
    for (const AttackMethod method : {AttackMethod::fgsm, AttackMethod::pgd}) {
      for (const int epsilon : {1, 8, 255}) {
        AttackSettings how;
        how.method = method;
        how.epsilon = epsilon, how.steps = 7, how.step = 2.5;
        const Attack made = *attack(network, from, how);
        for (const ChangedPicture* each : {&made.attacked, &made.noise}) {
          EXPECT_GT(each->largest, 0);
          EXPECT_LE(each->largest, epsilon / 255.0 + 1e-7);
          EXPECT_NEAR(each->largest, largest_change(each->pixels, from), 1e-12);
          double squares = 0;
          for (size_t i = 0; i < from.size(); ++i) {
            squares += std::pow(double{each->pixels[i]} - double{from[i]}, 2);
            EXPECT_GE(each->pixels[i], 0);
            EXPECT_LE(each->pixels[i], 1);
          }
          EXPECT_NEAR(each->length, std::sqrt(squares), 1e-9);
        }
        // Noise has the whole size wherever 0..1 has room for it, and both signs.
        int up = 0, down = 0;
        for (size_t i = 0; i < from.size(); ++i) {
          const double by = double{made.noise.pixels[i]} - double{from[i]},
                       room = by > 0 ? 1 - double{from[i]} : from[i];
          if (room > epsilon / 255.0) {
            EXPECT_NEAR(std::fabs(by), epsilon / 255.0, 1e-6);
          }
          (by > 0 ? up : down) += 1;
        }
        EXPECT_GT(up, 40);
        EXPECT_GT(down, 40);
      }
    }
  });
}

TEST(Adversarial, the_same_seed_gives_the_same_bytes_and_another_one_others) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder, kNet);
  const std::vector<float> from = pixels(144);
  AttackSettings how;
  how.method = AttackMethod::pgd;
  how.epsilon = 8, how.steps = 3;
  const Attack a = *attack(network, from, how), b = *attack(network, from, how);
  EXPECT_EQ(a.attacked.pixels, b.attacked.pixels);
  EXPECT_EQ(a.noise.pixels, b.noise.pixels);
  EXPECT_EQ(a.attacked.answer.logits, b.attacked.answer.logits);
  how.seed = 2;
  const Attack c = *attack(network, from, how);
  EXPECT_NE(a.attacked.pixels, c.attacked.pixels);
  EXPECT_NE(a.noise.pixels, c.noise.pixels);
  // One step of the sign has no seed.
  how.method = AttackMethod::fgsm;
  const Attack one = *attack(network, from, how);
  how.seed = 1;
  EXPECT_EQ(one.attacked.pixels, attack(network, from, how)->attacked.pixels);
}

TEST(Adversarial, a_network_that_reads_digits_gives_the_digit_that_is_asked_for) {
  Stream stream;
  OpenNetwork network = OpenNetwork::open(stream, "lenet5-digits");
  const std::vector<float> seven = place_drawing(drawing_of_digit(7, 1), {});
  AttackSettings how;
  how.method = AttackMethod::pgd;
  how.epsilon = 76, how.steps = 40, how.step = 5;
  const Attack away = *attack(network, seven, how);
  EXPECT_EQ(away.of, 7);
  EXPECT_TRUE(away.works);
  EXPECT_NE(away.attacked.answer.order[0], 7);
  EXPECT_GT(away.losses.back(), away.losses.front());
  // Noise of the same size is no attack.
  EXPECT_EQ(away.noise.answer.order[0], 7);
  EXPECT_NEAR(away.noise.largest, away.attacked.largest, 1e-6);
  for (const int target : {2, 3, 9}) {
    how.target = target;
    const Attack made = *attack(network, seven, how);
    EXPECT_TRUE(made.works) << target;
    EXPECT_EQ(made.attacked.answer.order[0], target);
    EXPECT_LT(made.losses.back(), made.losses.front());
  }
}

TEST(Adversarial, the_smallest_epsilon_works_and_one_less_does_not) {
  Stream stream;
  OpenNetwork network = OpenNetwork::open(stream, "lenet5-digits");
  const std::vector<float> seven = place_drawing(drawing_of_digit(7, 1), {});
  for (const AttackMethod method : {AttackMethod::fgsm, AttackMethod::pgd}) {
    AttackSettings how;
    how.method = method;
    how.epsilon = 32, how.steps = 10, how.step = 8;
    const SmallestAttack found = *smallest_attack(network, seven, how);
    ASSERT_TRUE(found.epsilon);
    const auto at = [&](int epsilon) {
      AttackSettings there = how;
      there.epsilon = epsilon, there.step = how.step * epsilon / how.epsilon;
      return *attack(network, seven, there);
    };
    const Attack there = at(*found.epsilon);
    EXPECT_TRUE(there.works);
    EXPECT_EQ(there.attacked.answer.order[0], found.answer);
    if (*found.epsilon > 1) {
      EXPECT_FALSE(at(*found.epsilon - 1).works);
    }
    // The gradient of one step is the same for every epsilon: it is computed once.
    if (method == AttackMethod::fgsm) {
      EXPECT_EQ(found.backwards, 1);
    }
    if (method == AttackMethod::pgd) {
      EXPECT_EQ(found.backwards % 10, 0);
    }
    const auto noise_answer = [&](int epsilon) { return at(epsilon).noise.answer.order[0]; };
    if (found.noise) {
      EXPECT_GT(*found.noise, *found.epsilon);
      EXPECT_NE(noise_answer(*found.noise), 7);
      EXPECT_EQ(noise_answer(*found.noise - 1), 7);
    } else {
      EXPECT_EQ(noise_answer(255), 7);
    }
  }
}

TEST(Adversarial, one_step_equals_PyTorch_s) {
  const std::string python = python_with("torch");
  if (python.empty()) GTEST_SKIP() << "no Python with PyTorch: STRIATE_PYTHON may name one";
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder, kNet, {{0.5f, 0.4f, 0.3f}, {0.2f, 0.25f, 0.5f}});
  const std::vector<float> from = pixels(144, 0.05f);
  AttackSettings how;
  how.epsilon = 12;
  const Attack made = *attack(network, from, how);
  const PictureGradient gradient = picture_gradient(network, from, made.of);
  const auto list = [](const std::vector<float>& values) {
    std::string text = "[";
    for (const float each : values) text += fmt::format("{:.9g},", each);
    return text + "]";
  };
  Network& inside = network.session().network();
  std::string script = "import torch, torch.nn.functional as F\ntorch.set_num_threads(1)\nw = {}\n";
  for (const NamedTensor& each : inside.tensors()) {
    if (each.kind != TensorKind::weight && each.kind != TensorKind::buffer) continue;
    script += fmt::format("w['{}'] = torch.tensor({}, dtype=torch.float32).reshape({})\n", each.name,
                          list(inside.read_tensor(stream, each)), fmt::join(each.shape.sizes(), ", "));
  }
  script += "x = torch.tensor(" + list(from) + ").reshape(1, 3, 8, 6).requires_grad_()\n";
  script += fmt::format(R"(
mean = torch.tensor([0.5, 0.4, 0.3]).reshape(1, 3, 1, 1)
std = torch.tensor([0.2, 0.25, 0.5]).reshape(1, 3, 1, 1)
h = F.conv2d((x - mean) / std, w['c1.weight'], w['c1.bias'], padding=1)
h = F.batch_norm(h, w['bn.running_mean'], w['bn.running_var'], w['bn.weight'], w['bn.bias'], eps=1e-5)
h = F.avg_pool2d(torch.tanh(h), 2)
h = torch.tanh(F.conv2d(h, w['c2.weight'], w['c2.bias'], padding=1)).mean((2, 3))
loss = F.cross_entropy(F.linear(h, w['fc.weight'], w['fc.bias']), torch.tensor([{}]))
loss.backward()
y = (x + 12 / 255 * x.grad.sign()).clamp(0, 1)
with open('{}', 'w') as out:
    print(loss.item(), *x.grad.flatten().tolist(), *y.flatten().tolist(), file=out)
)",
                        made.of, folder / "got.txt");
  std::ofstream(folder / "step.py") << script;
  ASSERT_EQ(std::system(fmt::format("'{}' '{}'", python, folder / "step.py").c_str()), 0);
  std::ifstream got(folder / "got.txt");
  double value = 0, largest = 0;
  got >> value;
  EXPECT_NEAR(value, gradient.loss, 1e-5);
  for (const double each : gradient.values) largest = std::max(largest, std::fabs(each));
  for (size_t i = 0; i < from.size(); ++i) {
    ASSERT_TRUE(got >> value);
    EXPECT_NEAR(gradient.values[i], value, 1e-5 * largest + 1e-9) << i;
  }
  for (size_t i = 0; i < from.size(); ++i) {
    ASSERT_TRUE(got >> value);
    // Where the gradient is far enough from 0 that the order of sums does not decide its sign.
    if (std::fabs(gradient.values[i]) > 1e-4 * largest) {
      EXPECT_NEAR(double{made.attacked.pixels[i]}, value, 1e-6) << i;
    }
  }
}

TEST(Adversarial, what_cannot_be_attacked_says_why_and_who_cancels_loses_nothing) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder, kLinear);
  const std::vector<float> from = pixels(20);
  const int of = attack(network, from, {})->of;
  const auto why = [&](const AttackSettings& how) { return failure([&] { attack(network, from, how); }); };
  EXPECT_EQ(why({.epsilon = 0}), "an epsilon of 0 for an attack");
  EXPECT_EQ(why({.epsilon = 256}), "an epsilon of 256 for an attack");
  EXPECT_EQ(why({.steps = 0}), "a number of steps of 0 for an attack");
  EXPECT_EQ(why({.step = 0}), "a step size of 0 for an attack");
  EXPECT_EQ(why({.target = 2}), "net.safetensors has no class 2");
  EXPECT_EQ(why({.target = of}), fmt::format("{} is what net.safetensors says already", of));
  EXPECT_EQ(failure([&] { attack(network, pixels(19), {}); }), "19 values for a picture");
  OpenNetwork maps = opened(stream, folder, "input 3x8x8 | conv 4 3x3 | relu");
  EXPECT_EQ(failure([&] { attack(maps, pixels(192), {}); }), "net.safetensors does not name what a picture shows");
  OpenNetwork vectors = opened(stream, folder, "input 6 | dense 3");
  EXPECT_NE(failure([&] { attack(vectors, pixels(6), {}); }).find("not pictures"), std::string::npos);

  const AttackSettings how{.method = AttackMethod::pgd, .epsilon = 30, .steps = 4};
  const Attack whole = *attack(network, from, how);
  const SmallestAttack least = *smallest_attack(network, from, how);
  for (int stop = 0;; ++stop) {
    int asked = 0;
    if (attack(network, from, how, [&](int, int) { return asked++ < stop; })) break;
    ASSERT_LT(stop, 20);
  }
  int asked = 0;
  EXPECT_FALSE(smallest_attack(network, from, how, [&](int, int) { return asked++ < 9; }));
  EXPECT_EQ(attack(network, from, how)->attacked.pixels, whole.attacked.pixels);
  EXPECT_EQ(smallest_attack(network, from, how)->epsilon, least.epsilon);
  // The share that is told grows, and ends at all of it.
  int last = -1, of_all = 0;
  attack(network, from, how, [&](int done, int all) {
    EXPECT_GE(done, last);
    last = done, of_all = all;
    return true;
  });
  EXPECT_EQ(last, of_all);
}

TEST(Adversarial, nothing_passes_back_through_a_network_that_is_cut) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder, kNet);
  network.set_lesions({{1, -1}});  // all of its first convolution
  const std::vector<float> from = pixels(144);
  const Attack made = *attack(network, from, {});
  EXPECT_EQ(made.attacked.pixels, from);
  EXPECT_EQ(made.attacked.largest, 0);
  EXPECT_FALSE(made.works);
  EXPECT_FALSE(smallest_attack(network, from, {})->epsilon);
}

}  // namespace striate
