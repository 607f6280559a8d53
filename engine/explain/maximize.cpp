#include "engine/explain/maximize.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "engine/error.h"
#include "engine/explain/input_scale.h"
#include "engine/explain/part_network.h"
#include "engine/explain/picture_waves.h"
#include "engine/explain/receptive_field.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr int kFreedSteps = 16;
constexpr float kBeyond = 0.5f;  // gray, around the picture
constexpr int kLeast = 64, kUsual = 128;

// Where the network looks at the picture: place (row, column) of its input reads the picture at a turned, scaled and
// shifted place.
struct Look {
  double a = 1, b = 0;  // columns and rows of the picture per column of the input
  double row = 0, column = 0;
};

Look drawn_look(Random& random, const MaximizeOptions& options, const Shape& shape) {
  const double share = static_cast<double>(std::max(shape[1], shape[2])) / kUsual;
  const auto shifted = [&](int most) {
    const int reach = std::max(1, static_cast<int>(std::lround(most * share)));
    return static_cast<double>(random.below(static_cast<uint32_t>(2 * reach + 1))) - reach;
  };
  // The draws of all parts are made, so that a part that is off changes no other.
  const double row = shifted(8), column = shifted(8);
  const double scale = 0.9 + 0.02 * random.below(11);
  const int turn = static_cast<int>(random.below(26));  // -10 to 10 degrees, and five times none
  const double row2 = shifted(4), column2 = shifted(4);
  Look look;
  const double angle = options.rotation && turn < 21 ? (turn - 10) * std::numbers::pi / 180 : 0;
  const double by = options.scale ? 1 / scale : 1;
  look.a = by * std::cos(angle);
  look.b = by * std::sin(angle);
  if (options.jitter) look.row = row + row2, look.column = column + column2;
  return look;
}

// The four pixels that a place reads, and their weights.
struct Reading {
  int64_t row, column;
  float down, right;  // shares of the next row and column
};
Reading reading(const Look& look, const Shape& shape, int64_t row, int64_t column) {
  const double y = static_cast<double>(row) - static_cast<double>(shape[1] - 1) / 2,
               x = static_cast<double>(column) - static_cast<double>(shape[2] - 1) / 2;
  const double from_y = look.b * x + look.a * y + static_cast<double>(shape[1] - 1) / 2 + look.row,
               from_x = look.a * x - look.b * y + static_cast<double>(shape[2] - 1) / 2 + look.column;
  const double top = std::floor(from_y), left = std::floor(from_x);
  return {static_cast<int64_t>(top), static_cast<int64_t>(left), static_cast<float>(from_y - top),
          static_cast<float>(from_x - left)};
}

template <typename Each>
void four(const Reading& r, const Shape& shape, const Each& each) {
  const float weights[4] = {(1 - r.down) * (1 - r.right), (1 - r.down) * r.right, r.down * (1 - r.right),
                            r.down * r.right};
  for (int k = 0; k < 4; ++k) {
    const int64_t row = r.row + k / 2, column = r.column + k % 2;
    const bool inside = row >= 0 && column >= 0 && row < shape[1] && column < shape[2];
    each(inside ? row * shape[2] + column : -1, weights[k]);
  }
}

std::vector<float> looked_at(const std::vector<float>& picture, const Shape& shape, const Look& look) {
  std::vector<float> seen(picture.size());
  const int64_t plane = shape[1] * shape[2];
  for (int64_t i = 0; i < plane; ++i) {
    const Reading r = reading(look, shape, i / shape[2], i % shape[2]);
    four(r, shape, [&](int64_t at, float weight) {
      for (int64_t c = 0; c < shape[0]; ++c) {
        seen[static_cast<size_t>(c * plane + i)] +=
            weight * (at < 0 ? kBeyond : picture[static_cast<size_t>(c * plane + at)]);
      }
    });
  }
  return seen;
}

std::vector<float> looked_back(const std::vector<float>& gradient, const Shape& shape, const Look& look) {
  std::vector<float> by(gradient.size());
  const int64_t plane = shape[1] * shape[2];
  for (int64_t i = 0; i < plane; ++i) {
    const Reading r = reading(look, shape, i / shape[2], i % shape[2]);
    four(r, shape, [&](int64_t at, float weight) {
      if (at < 0) return;
      for (int64_t c = 0; c < shape[0]; ++c) {
        by[static_cast<size_t>(c * plane + at)] += weight * gradient[static_cast<size_t>(c * plane + i)];
      }
    });
  }
  return by;
}

bool all_zero(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float v) { return v == 0; });
}

}  // namespace

Objective channel_objective(const OpenNetworkInfo& info, int node, int64_t channel, Objective::Over over) {
  index_of(info, node, channel, 0, 0);
  return {node, {{channel, 1.0f}}, over};
}

Objective class_objective(const OpenNetworkInfo& info, int of, std::optional<int> against) {
  const Target target = class_target(info, of, against);
  const Shape cells = cells_of(info.layers[static_cast<size_t>(target.node)].shape);
  Objective objective{target.node, {}, Objective::Over::map};
  for (const Target::Term& term : target.terms)
    objective.channels.emplace_back(term.at / (cells[1] * cells[2]), term.weight);
  if (objective.channels.empty()) {
    throw Error("the logit of class 0 of a network with one output is 0 whatever it sees", "ask about class 1");
  }
  return objective;
}

int usual_size(const OpenNetworkInfo& info, int node) {
  need_pictures(info);
  const int own = static_cast<int>(std::max(info.picture[1], info.picture[2]));
  const FieldBox field = layer_field(info.architecture, node).first;
  const int64_t wanted =
      field.whole ? kUsual : std::clamp<int64_t>(4 * std::max(field.height, field.width), kLeast, kUsual);
  int size = static_cast<int>(std::min<int64_t>(wanted, own));
  // Sides that poolings divide.
  if (size < own) size = std::min(own, (size + 15) / 16 * 16);
  for (; size < own; size += 16) {
    if (PartNetwork::fits(info, node, Shape{info.picture[0], size, size})) return size;
  }
  return 0;  // its own
}

struct Maximizer::State {
  State(OpenNetwork& of, const Shape& picture, const Objective& what, const MaximizeOptions& how)
      : network(of, what.node, picture, Plan{1, false, true}),
        shape(picture),
        scale(of.session().file(), picture),
        options(how) {}

  double score_of(const std::vector<float>& values) const {
    double sum = 0;
    each_weight(
        [&](int64_t at, double weight) { sum += weight * static_cast<double>(values[static_cast<size_t>(at)]); });
    return sum;
  }
  std::vector<float> gradient() const {
    std::vector<float> by(static_cast<size_t>(network.values()));
    each_weight([&](int64_t at, double weight) { by[static_cast<size_t>(at)] += static_cast<float>(weight); });
    return by;
  }
  template <typename Each>
  void each_weight(const Each& each) const {
    const Shape& cells = network.cells();
    const int64_t plane = cells[1] * cells[2];
    for (const auto& [channel, weight] : objective.channels) {
      if (objective.over == Objective::Over::middle) {
        each(channel * plane + cells[1] / 2 * cells[2] + cells[2] / 2, static_cast<double>(weight));
        continue;
      }
      for (int64_t i = 0; i < plane; ++i)
        each(channel * plane + i, static_cast<double>(weight) / static_cast<double>(plane));
    }
  }

  PartNetwork network;
  Shape shape;
  InputScale scale;
  MaximizeOptions options;
  Objective objective;
  std::optional<PictureWaves> waves;
  std::optional<Random> random;
  std::vector<double> scores;
};

Maximizer::Maximizer(OpenNetwork& network, const Objective& objective, const MaximizeOptions& options) {
  const OpenNetworkInfo& info = *network.info();
  need_pictures(info);
  const int size = options.size > 0 ? options.size : usual_size(info, objective.node);
  const Shape picture = size > 0 ? Shape{info.picture[0], size, size} : info.picture;
  state_ = std::make_unique<State>(network, picture, objective, options);
  begin(objective, options.seed);
}
Maximizer::~Maximizer() = default;

void Maximizer::begin(const Objective& objective, uint64_t seed) {
  State& s = *state_;
  s.objective = objective;
  s.options.seed = seed;
  s.waves.emplace(s.shape, s.options.waves, s.options.colors, seed);
  s.random.emplace(seed, 1);
  s.scores.clear();
}

int Maximizer::done() const { return static_cast<int>(state_->scores.size()); }

void Maximizer::step() {
  State& s = *state_;
  const Look look = drawn_look(*s.random, s.options, s.shape);
  const std::vector<float> values = s.network.forward(s.scale.input(looked_at(s.waves->picture(), s.shape, look)));
  const double score = s.score_of(values);
  if (!std::isfinite(score)) {
    throw Error("the network's values are no finite numbers", "choose other weights, or look where they became so");
  }
  using Freed = PartNetwork::Freed;
  std::vector<float> by = s.network.backward(s.gradient(), s.options.freed ? Freed::ends : Freed::nothing);
  if (s.options.freed && done() < kFreedSteps && all_zero(by)) by = s.network.backward(s.gradient(), Freed::all);
  s.waves->climb(looked_back(s.scale.back(by), s.shape, look), s.options.rate);
  s.scores.push_back(score);
}

MaximizedPicture Maximizer::glimpse() const {
  const State& s = *state_;
  MaximizedPicture made;
  made.shape = s.shape;
  made.pixels = s.waves->picture();
  made.scores = s.scores;
  made.score = s.scores.empty() ? 0 : s.scores.back();
  made.steps = done();
  return made;
}

MaximizedPicture Maximizer::picture() {
  State& s = *state_;
  MaximizedPicture made = glimpse();
  made.score = s.score_of(s.network.forward(s.scale.input(made.pixels)));
  made.finished = made.steps >= s.options.steps;
  return made;
}

MaximizedPicture maximize(OpenNetwork& network, const Objective& objective, const MaximizeOptions& options,
                          const MaximizeProgress& progress) {
  Maximizer maximizer(network, objective, options);
  bool go_on = !progress || progress(maximizer);
  while (go_on && maximizer.done() < options.steps) {
    maximizer.step();
    go_on = !progress || progress(maximizer);
  }
  return maximizer.picture();
}

std::optional<Ascent> gradient_ascent(OpenNetwork& network, const Target& target, std::vector<float> input, int steps,
                                      double rate, const Session::Progress& progress) {
  PartNetwork part(network, target.node, {}, Plan{1, false, true});
  const std::vector<float> from = target.gradient(*network.info());
  Ascent ascent;
  ascent.input = std::move(input);
  for (int i = 0; i < steps; ++i) {
    if (progress && !progress(i, steps)) return std::nullopt;
    ascent.scores.push_back(target.value(part.forward(ascent.input)));
    const std::vector<float> by = part.backward(from);
    double squares = 0;
    for (const float each : by) squares += static_cast<double>(each) * each;
    const double rms = std::sqrt(squares / static_cast<double>(by.size()));
    if (rms == 0) continue;  // nothing changes it: it stays where it is
    for (size_t k = 0; k < by.size(); ++k) ascent.input[k] += static_cast<float>(rate * by[k] / rms);
  }
  if (progress) progress(steps, steps);
  return ascent;
}

}  // namespace striate
