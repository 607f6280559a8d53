#include "engine/training/schedule.h"

#include <cmath>

#include "engine/network/layer_words.h"

namespace striate {
namespace {

constexpr const char* kSyntax =
    "[warm-up STEPS] [constant | step EVERY FACTOR | cosine STEPS [least SHARE] | inverse STEPS]";
constexpr int kMax = 1000000000;

}  // namespace

double Schedule::at(int64_t step) const {
  if (step < warm_up) return static_cast<double>(step + 1) / static_cast<double>(warm_up);
  const int64_t t = step - warm_up;
  switch (kind) {
    case Kind::constant:
      return 1;
    case Kind::step: {
      const int64_t times = t / every;
      return std::pow(factor, static_cast<double>(times));
    }
    case Kind::cosine: {
      if (t >= length) return least;
      const double share = static_cast<double>(t) / static_cast<double>(length);
      return least + (1 - least) * (1 + std::cos(3.14159265358979323846 * share)) / 2;
    }
    case Kind::inverse:
      return 1 / (1 + static_cast<double>(t) / static_cast<double>(half));
  }
  return 1;
}

Schedule Schedule::usual(int64_t steps_per_epoch) {
  Schedule s;
  s.kind = Kind::inverse;
  s.half = steps_per_epoch > 0 ? steps_per_epoch : 1;
  return s;
}

Schedule Schedule::parse(const std::string& text) {
  std::vector<PlacedWord> list = placed_words("schedule " + text);
  for (PlacedWord& word : list) word.column -= 9;
  LayerWords words(std::move(list), kSyntax);
  Schedule s;
  if (words.take("warm-up")) s.warm_up = words.whole("number of steps", 0, kMax);
  if (!words.more()) return s;
  if (words.take("constant")) {
    s.kind = Kind::constant;
  } else if (words.take("step")) {
    s.kind = Kind::step;
    s.every = words.whole("number of steps", 1, kMax);
    s.factor = words.number("factor", 0, 1);
  } else if (words.take("cosine")) {
    s.kind = Kind::cosine;
    s.length = words.whole("number of steps", 1, kMax);
    if (words.take("least")) s.least = words.number("share", 0, 1);
  } else if (words.take("inverse")) {
    s.kind = Kind::inverse;
    s.half = words.whole("number of steps", 1, kMax);
  } else {
    words.unknown({"warm-up", "constant", "step", "cosine", "inverse"});
  }
  if (words.more()) words.unknown({"least"});
  return s;
}

std::string Schedule::text() const {
  std::string text = warm_up > 0 ? fmt::format("warm-up {} ", warm_up) : "";
  switch (kind) {
    case Kind::constant:
      return text + "constant";
    case Kind::step:
      return text + fmt::format("step {} {}", every, factor);
    case Kind::cosine:
      return text + fmt::format("cosine {}{}", length, least > 0 ? fmt::format(" least {}", least) : "");
    case Kind::inverse:
      return text + fmt::format("inverse {}", half);
  }
  return text;
}

}  // namespace striate
