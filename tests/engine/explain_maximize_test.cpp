// Activation maximization: the waves are a linear map with its adjoint, the picture grows what it is to grow, every
// part can be left out, and it can be stopped at any step.
#include "engine/explain/maximize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "engine/explain/part_network.h"
#include "engine/explain/picture_waves.h"
#include "kernels/random.h"
#include "tests/engine/open_text.h"

namespace striate {
namespace {

const char* kNet = "input 3x48x48 | conv 8 3x3 pad 1 | relu | maxpool 2 | conv 6 3x3 pad 1 | relu | flatten | dense 3";

std::vector<float> noise(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& each : values) each = static_cast<float>(random.normal());
  return values;
}

TEST(RealFourier2d, gives_the_waves_that_its_formula_says) {
  const RealFourier2d fourier(8, 4);
  const std::vector<float> z = noise(2 * 8 * 3, 1);
  std::vector<std::complex<float>> spectrum;
  for (size_t i = 0; i < z.size(); i += 2) spectrum.emplace_back(z[i], z[i + 1]);
  std::vector<float> pixels(32);
  fourier.picture(spectrum.data(), pixels.data());
  for (int p = 0; p < 8; ++p) {
    for (int q = 0; q < 4; ++q) {
      double sum = 0;
      for (int u = 0; u < 8; ++u) {
        for (int v = 0; v < 3; ++v) {
          const double angle = 2 * M_PI * (u * p / 8.0 + v * q / 4.0);
          const std::complex<float> at = spectrum[static_cast<size_t>(u * 3 + v)];
          sum += (v == 1 ? 2 : 1) * (at.real() * std::cos(angle) - at.imag() * std::sin(angle)) / 32;
        }
      }
      EXPECT_NEAR(pixels[static_cast<size_t>(p * 4 + q)], sum, 1e-6);
    }
  }
}

TEST(RealFourier2d, the_gradient_is_the_adjoint) {
  const RealFourier2d fourier(16, 32);
  const std::vector<float> z = noise(2 * 16 * 17, 2), by = noise(16 * 32, 3);
  std::vector<std::complex<float>> spectrum, back(16 * 17);
  for (size_t i = 0; i < z.size(); i += 2) spectrum.emplace_back(z[i], z[i + 1]);
  std::vector<float> pixels(16 * 32);
  fourier.picture(spectrum.data(), pixels.data());
  fourier.gradient(by.data(), back.data());
  double one = 0, other = 0;
  for (size_t i = 0; i < pixels.size(); ++i) one += static_cast<double>(pixels[i]) * by[i];
  for (size_t i = 0; i < spectrum.size(); ++i) {
    other += static_cast<double>(spectrum[i].real()) * back[i].real() +
             static_cast<double>(spectrum[i].imag()) * back[i].imag();
  }
  EXPECT_NEAR(one, other, 1e-5 * std::max(1.0, std::fabs(one)));
}

// Uphill on a sum of pixels times numbers is uphill for every one of the ways to write a picture.
TEST(PictureWaves, climb_uphill) {
  for (const bool waves : {true, false}) {
    for (const bool colors : {true, false}) {
      PictureWaves picture(Shape{3, 20, 28}, waves, colors, 5);
      const std::vector<float> by = noise(3 * 20 * 28, 7);
      const auto value = [&] {
        double sum = 0;
        for (size_t i = 0; i < by.size(); ++i) sum += static_cast<double>(by[i]) * picture.picture()[i];
        return sum;
      };
      double before = value();
      for (int i = 0; i < 5; ++i) {
        picture.climb(by, 0.05);
        EXPECT_GT(value(), before);
        before = value();
      }
      for (const float each : picture.picture()) EXPECT_TRUE(each > 0 && each < 1);
    }
  }
}

TEST(Maximize, grows_a_channel_a_unit_and_a_class) {
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
    const OpenNetworkInfo& info = *network.info();
    MaximizeOptions options;
    options.steps = 24;
    for (const Objective& objective : {channel_objective(info, 4, 2), channel_objective(info, 2, 1),
                                       channel_objective(info, 4, 5, Objective::Over::middle), class_objective(info, 1),
                                       class_objective(info, 1, 2)}) {
      Maximizer at_first(network, objective, options);
      const double before = at_first.picture().score;
      int asked = 0;
      const MaximizedPicture made = maximize(network, objective, options, [&](Maximizer& now) {
        EXPECT_EQ(now.done(), asked++);
        return true;
      });
      EXPECT_TRUE(made.finished);
      EXPECT_EQ(made.steps, 24);
      EXPECT_EQ(made.scores.size(), 24u);
      EXPECT_GT(made.score, before) << "layer " << objective.node;
      // The same once more gives the same, another seed another.
      EXPECT_EQ(maximize(network, objective, options).pixels, made.pixels);
      MaximizeOptions other = options;
      other.seed = 9;
      EXPECT_NE(maximize(network, objective, other).pixels, made.pixels);
    }
  }
}

TEST(Maximize, every_part_can_be_left_out) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3);
  const Objective objective = channel_objective(*network.info(), 4, 2);
  MaximizeOptions whole;
  whole.steps = 6;
  const std::vector<float> pixels = maximize(network, objective, whole).pixels;
  for (bool MaximizeOptions::*part : {&MaximizeOptions::waves, &MaximizeOptions::colors, &MaximizeOptions::jitter,
                                      &MaximizeOptions::scale, &MaximizeOptions::rotation}) {
    MaximizeOptions without = whole;
    without.*part = false;
    EXPECT_NE(maximize(network, objective, without).pixels, pixels);
  }
}

TEST(Maximize, stops_at_every_step_and_says_so) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3);
  MaximizeOptions options;
  options.steps = 5;
  for (int stop = 0; stop < 5; ++stop) {
    const MaximizedPicture made = maximize(network, channel_objective(*network.info(), 4, 2), options,
                                           [stop](Maximizer& now) { return now.done() < stop; });
    EXPECT_FALSE(made.finished);
    EXPECT_EQ(made.steps, stop);
  }
}

// A unit that a ReLU keeps at 0 for gray still gets its picture.
TEST(Maximize, wakes_a_unit_that_is_off) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, "input 3x32x32 | conv 4 3x3 pad 1 | relu", 3);
  Network& weights = network.session().network();
  const NamedTensor& bias = *weights.find(TensorKind::weight, "0.bias");
  weights.write_tensor(stream, bias, {-0.7f, -0.7f, -0.7f, -0.7f});
  MaximizeOptions options;
  options.steps = 60;
  options.waves = options.jitter = options.scale = options.rotation = false;
  options.rate = 0.3;
  const Objective objective = channel_objective(*network.info(), 2, 1, Objective::Over::middle);
  EXPECT_EQ(Maximizer(network, objective, options).picture().score, 0);
  options.freed = false;
  EXPECT_EQ(maximize(network, objective, options).score, 0);
  options.freed = true;
  EXPECT_GT(maximize(network, objective, options).score, 0);
}

TEST(Maximize, sizes_fit_the_layers) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3);
  const OpenNetworkInfo& info = *network.info();
  EXPECT_TRUE(PartNetwork::fits(info, 5, Shape{3, 96, 80}));
  EXPECT_FALSE(PartNetwork::fits(info, 7, Shape{3, 96, 80})) << "a dense layer takes one size";
  EXPECT_FALSE(PartNetwork::fits(info, 5, Shape{1, 48, 48}));
  EXPECT_EQ(usual_size(info, 1), 0) << "its own, which is less";
  EXPECT_EQ(usual_size(*open_text(stream, "input 3x96x96 | conv 4 3x3", 3).info(), 1), 64);
  EXPECT_EQ(usual_size(info, 7), 0) << "its own";
  MaximizeOptions options;
  options.steps = 1;
  options.size = 80;
  EXPECT_EQ(maximize(network, channel_objective(info, 5, 0), options).shape, (Shape{3, 80, 80}));
  EXPECT_THROW(maximize(network, channel_objective(info, 7, 0), options), Error);
  options.size = 0;
  EXPECT_EQ(maximize(network, channel_objective(info, 7, 0), options).shape, (Shape{3, 48, 48}));
  EXPECT_THROW(channel_objective(info, 1, 8), Error);
  EXPECT_THROW(class_objective(info, 3), Error);
  OpenNetwork rows = open_text(stream, "input 20 | dense 4");
  EXPECT_THROW(maximize(rows, channel_objective(*rows.info(), 1, 0), options), Error);
}

// The network sees the same picture whatever scale and order its input has.
TEST(Maximize, works_in_the_network_s_own_scale) {
  Stream stream(Device::cpu());
  OpenNetwork plain = open_text(stream, "input 3x32x32 | conv 4 3x3 pad 1", 3);
  OpenNetwork scaled =
      open_text(stream, "input 3x32x32 | conv 4 3x3 pad 1", 3, {}, {{0.4f, 0.45f, 0.5f}, {0.2f, 0.25f, 0.3f}});
  MaximizeOptions options;
  options.steps = 2;
  const Objective objective = channel_objective(*plain.info(), 1, 1);
  const MaximizedPicture one = maximize(plain, objective, options), other = maximize(scaled, objective, options);
  EXPECT_NE(one.score, other.score);
  // By hand: the score of the picture, prepared as the network wants it.
  std::vector<float> input = other.pixels;
  Normalization{{0.4f, 0.45f, 0.5f}, {0.2f, 0.25f, 0.3f}}.apply(Shape{3, 32, 32}, input.data());
  const NetworkAnswer answer = *scaled.run(input);
  double mean = 0;
  for (size_t i = 0; i < 1024; ++i) mean += static_cast<double>(answer.activations[1].values[1024 + i]) / 1024;
  EXPECT_NEAR(other.score, mean, 1e-5);
}

}  // namespace
}  // namespace striate
