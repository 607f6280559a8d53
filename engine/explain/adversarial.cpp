#include "engine/explain/adversarial.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"
#include "engine/explain/input_scale.h"
#include "engine/explain/part_network.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr int kMostEpsilon = 255;
constexpr double kUnit = 255;  // steps from 0 to 1

enum Sequence : uint64_t { kStart = 1, kNoise = 2 };  // of the random numbers

void check_settings(const OpenNetworkInfo& info, const AttackSettings& settings) {
  const auto within = [](double value, double least, double most, const char* what) {
    if (value >= least && value <= most) return;
    throw Error(fmt::format("{} of {:g} for an attack", what, value), fmt::format("{:g} to {:g}", least, most));
  };
  within(settings.epsilon, 1, kMostEpsilon, "an epsilon");
  within(settings.steps, 1, 1000, "a number of steps");
  within(settings.step, 0.001, kUnit, "a step size");
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "open a network with classes: an attack changes which one it gives");
  }
  if (settings.target && (*settings.target < 0 || *settings.target >= info.class_count)) {
    throw Error(fmt::format("{} has no class {}", info.name, *settings.target),
                fmt::format("classes count from 0 to {}", info.class_count - 1));
  }
}

// One picture under attack: the passes through its network, and their number.
class Attacked {
 public:
  Attacked(OpenNetwork& network, const std::vector<float>& pixels)
      : network_(network),
        info_(*need(network)),
        picture_(pixels),
        scale_(network.session().file(), info_.picture),
        part_(network, info_.logits, {}, Plan{1, false, true}) {
    if (static_cast<int64_t>(pixels.size()) != info_.picture.count()) {
      throw Error(fmt::format("{} values for a picture", pixels.size()), fmt::format("give {}", info_.picture.count()));
    }
  }

  const std::vector<float>& picture() const { return picture_; }

  PictureGradient gradient(const std::vector<float>& pixels, int of) {
    std::vector<float> logits = part_.forward(scale_.input(pixels));
    ++forwards;
    const bool one_output = logits.size() == 1;
    if (one_output) logits.insert(logits.begin(), 0.0f);
    const auto wanted = static_cast<size_t>(of);
    const double most = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
    double sum = 0, others = 0;
    std::vector<double> by(logits.size());
    for (size_t c = 0; c < by.size(); ++c) {
      by[c] = std::exp(static_cast<double>(logits[c]) - most);
      sum += by[c];
      if (c != wanted) others += by[c];
    }
    PictureGradient made;
    made.loss = most - static_cast<double>(logits[wanted]) + std::log(sum);
    if (!std::isfinite(made.loss)) {
      throw Error("the network's answer is no finite number", "choose other weights, or another picture");
    }
    // p - 1 of the class itself, from the others: near 1 the difference would be lost.
    for (double& each : by) each /= sum;
    by[wanted] = -others / sum;
    // On its way back the largest is 1: what a sure network gives would be 0 in float.
    double largest = 0;
    for (const double each : by) largest = std::max(largest, std::fabs(each));
    made.values.assign(pixels.size(), 0.0);
    if (largest == 0) return made;
    std::vector<float> back;
    for (size_t c = one_output ? 1 : 0; c < by.size(); ++c) back.push_back(static_cast<float>(by[c] / largest));
    const std::vector<float> reached = scale_.back(part_.backward(back));
    ++backwards;
    for (size_t i = 0; i < reached.size(); ++i) made.values[i] = largest * static_cast<double>(reached[i]);
    return made;
  }

  NetworkAnswer answer(const std::vector<float>& pixels) {
    ++forwards;
    NetworkAnswer made = *network_.classify(scale_.input(pixels));
    made.activations.clear();
    return made;
  }

  ChangedPicture changed(std::vector<float> pixels) {
    ChangedPicture made;
    made.answer = answer(pixels);
    double squares = 0;
    for (size_t i = 0; i < pixels.size(); ++i) {
      const double by = static_cast<double>(pixels[i]) - static_cast<double>(picture_[i]);
      made.largest = std::max(made.largest, std::fabs(by));
      squares += by * by;
    }
    made.length = std::sqrt(squares);
    made.pixels = std::move(pixels);
    return made;
  }

  // What `pixels` are within epsilon of the picture, and within 0..1.
  void put_back(std::vector<float>& pixels, float epsilon) const {
    for (size_t i = 0; i < pixels.size(); ++i) {
      const float low = std::max(0.0f, picture_[i] - epsilon), high = std::min(1.0f, picture_[i] + epsilon);
      pixels[i] = std::clamp(pixels[i], low, high);
    }
  }

  std::vector<float> with_noise(int epsilon, uint64_t seed) const {
    Random random(seed, kNoise);
    const auto size = static_cast<float>(epsilon / kUnit);
    std::vector<float> pixels = picture_;
    for (float& each : pixels) each += (random.bits() & 1) != 0 ? size : -size;
    put_back(pixels, size);
    return pixels;
  }

  int forwards = 0, backwards = 0;

 private:
  static const OpenNetworkInfo* need(const OpenNetwork& network) {
    need_pictures(*network.info());
    return network.info().get();
  }
  OpenNetwork& network_;
  const OpenNetworkInfo& info_;
  const std::vector<float>& picture_;
  InputScale scale_;
  PartNetwork part_;
};

void step_along(std::vector<float>& pixels, const PictureGradient& gradient, float size) {
  for (size_t i = 0; i < pixels.size(); ++i) {
    if (gradient.values[i] != 0) pixels[i] += gradient.values[i] > 0 ? size : -size;
  }
}

// The changed picture without what is said of it. `first`: the gradient at the picture, once it is known. Nothing where
// `go_on` said false.
template <typename GoOn>
std::optional<std::vector<float>> attacked_pixels(Attacked& on, const AttackSettings& settings, int of,
                                                  std::optional<PictureGradient>& first, std::vector<double>& losses,
                                                  const GoOn& go_on) {
  const int pulled = settings.target.value_or(of);
  const float sign = settings.target ? -1.0f : 1.0f;
  const auto epsilon = static_cast<float>(settings.epsilon / kUnit);
  std::vector<float> pixels = on.picture();
  if (settings.method == AttackMethod::fgsm) {
    if (!go_on(0)) return std::nullopt;
    if (!first) first = on.gradient(pixels, pulled);
    losses = {first->loss};
    step_along(pixels, *first, sign * epsilon);
    on.put_back(pixels, epsilon);
    return pixels;
  }
  Random random(settings.seed, kStart);
  for (float& each : pixels) each += random.between(-epsilon, epsilon);
  on.put_back(pixels, epsilon);
  for (int i = 0; i < settings.steps; ++i) {
    if (!go_on(i)) return std::nullopt;
    const PictureGradient gradient = on.gradient(pixels, pulled);
    losses.push_back(gradient.loss);
    step_along(pixels, gradient, sign * static_cast<float>(settings.step / kUnit));
    on.put_back(pixels, epsilon);
  }
  return pixels;
}

// The class of a picture that is about to be attacked.
int class_before(const OpenNetworkInfo& info, const NetworkAnswer& before, const AttackSettings& settings) {
  const int of = before.order[0];
  if (settings.target == of) {
    throw Error(fmt::format("{} is what {} says already", info.classes[static_cast<size_t>(of)], info.name),
                "choose another class as the target, or none");
  }
  return of;
}

bool does_it(const NetworkAnswer& answer, int of, std::optional<int> target) {
  return target ? answer.order[0] == *target : answer.order[0] != of;
}

// From 1 on twice as much until `works`, then between the last two.
template <typename Works>
std::optional<int> smallest(const Works& works) {
  int fails = 0, most = 1;
  while (!works(most)) {
    if (most == kMostEpsilon) return std::nullopt;
    fails = most;
    most = std::min(2 * most, kMostEpsilon);
  }
  while (most - fails > 1) {
    const int middle = (fails + most) / 2;
    (works(middle) ? most : fails) = middle;
  }
  return most;
}

}  // namespace

std::optional<Attack> attack(OpenNetwork& network, const std::vector<float>& pixels, const AttackSettings& settings,
                             const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  check_settings(*info, settings);
  Attacked on(network, pixels);
  const int steps = settings.method == AttackMethod::pgd ? settings.steps : 1, all = steps + 3;
  const auto go_on = [&](int done) { return !progress || progress(done, all); };
  if (!go_on(0)) return std::nullopt;
  Attack made;
  made.shape = info->picture;
  made.picture = pixels;
  made.before = on.answer(pixels);
  made.of = class_before(*info, made.before, settings);
  std::optional<PictureGradient> first;
  std::optional<std::vector<float>> changed =
      attacked_pixels(on, settings, made.of, first, made.losses, [&](int step) { return go_on(1 + step); });
  if (!changed || !go_on(1 + steps)) return std::nullopt;
  made.attacked = on.changed(std::move(*changed));
  made.works = does_it(made.attacked.answer, made.of, settings.target);
  made.forwards = on.forwards, made.backwards = on.backwards;
  if (!go_on(2 + steps)) return std::nullopt;
  made.noise = on.changed(on.with_noise(settings.epsilon, settings.seed));
  go_on(all);
  return made;
}

std::optional<SmallestAttack> smallest_attack(OpenNetwork& network, const std::vector<float>& pixels,
                                              const AttackSettings& settings, const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  check_settings(*info, settings);
  Attacked on(network, pixels);
  constexpr int kMostTries = 16;  // doubling to 255 and back, of the attack and of the noise
  int tries = 0;
  bool canceled = false;
  const auto go_on = [&] {
    canceled = canceled || (progress && !progress(std::min(tries, 2 * kMostTries), 2 * kMostTries));
    return !canceled;
  };
  if (!go_on()) return std::nullopt;
  const int of = class_before(*info, on.answer(pixels), settings);
  std::optional<PictureGradient> first;
  SmallestAttack made;
  made.epsilon = smallest([&](int epsilon) {
    AttackSettings how = settings;
    how.epsilon = epsilon;
    how.step = settings.step * epsilon / settings.epsilon;
    std::vector<double> losses;
    const std::optional<std::vector<float>> changed =
        attacked_pixels(on, how, of, first, losses, [&](int) { return go_on(); });
    ++tries;
    if (!changed) return true;  // the search ends, and nothing comes of it
    const NetworkAnswer answer = on.answer(*changed);
    const bool works = does_it(answer, of, settings.target);
    if (works) made.answer = answer.order[0];
    return works;
  });
  if (canceled) return std::nullopt;
  made.forwards = on.forwards, made.backwards = on.backwards;
  tries = kMostTries;
  made.noise = smallest([&](int epsilon) {
    if (!go_on()) return true;
    ++tries;
    return does_it(on.answer(on.with_noise(epsilon, settings.seed)), of, std::nullopt);
  });
  if (canceled) return std::nullopt;
  return made;
}

PictureGradient picture_gradient(OpenNetwork& network, const std::vector<float>& pixels, int of) {
  AttackSettings settings;
  settings.target = of;
  check_settings(*network.info(), settings);
  return Attacked(network, pixels).gradient(pixels, of);
}

}  // namespace striate
