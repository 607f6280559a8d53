#include "app/command/player.h"

#include <cmath>
#include <utility>

namespace striate {
namespace {

constexpr double kLongestWork = 60;  // seconds that `expect` and `screenshot` wait for the program to become still

Error not_as_expected(const Expectation& expectation, const ReadoutValue& value) {
  const bool is_text = std::holds_alternative<std::string>(value);
  const std::string shown = is_text ? '"' + std::get<std::string>(value) + '"' : to_text(value);
  const double* wanted = std::get_if<double>(&expectation.value);
  const double* got = std::get_if<double>(&value);
  std::string hint = "correct the expectation, or what stands above it";
  if (!wanted != !got) {
    hint = is_text ? "it is a text: put the value in quotes" : "it is a number: write it without quotes";
  } else if (wanted && expectation.comparison == Comparison::equal && expectation.tolerance == 0 &&
             std::fabs(*wanted - *got) <= 1e-5 * std::fabs(*wanted)) {
    hint = fmt::format("a sum of rounded numbers needs a tolerance: {} +- 1e-6", expectation.text());
  }
  return Error(fmt::format("expected {}, but it is {}", expectation.text(), shown), hint);
}

}  // namespace

void ScriptPlayer::play(Script script) {
  script_ = std::move(script);
  next_ = 0;
  playing_ = true;
  picture_asked_ = false;
  since_.reset();
  failure_.reset();
  counts_ = {};
}

const Action* ScriptPlayer::current() const {
  return playing_ && next_ < script_.actions.size() ? &script_.actions[next_] : nullptr;
}

bool ScriptPlayer::advance(double now) {
  if (!playing_) return false;
  // What fails behind belongs to the line that began it: the one before.
  int line = next_ > 0 ? script_.actions[next_ - 1].line : 0;
  try {
    if (std::optional<Error> error = host_.take_failure()) throw *error;
    if (host_.wants_to_quit()) {
      playing_ = false;
      return false;
    }
    if (next_ >= script_.actions.size()) {
      // The last line's work may still fail.
      if (!since_) since_ = now;
      if (still_busy(now)) return true;
      if (std::optional<Error> error = host_.take_failure()) throw *error;
      playing_ = false;
      return false;
    }
    const Action& action = script_.actions[next_];
    if (!since_) since_ = now;
    if (action.kind != ActionKind::wait && host_.loading()) {
      still_busy(now);
      return true;
    }
    line = action.line;
    if (perform(action, now) == Outcome::done) {
      ++next_;
      since_.reset();
    }
    return true;
  } catch (const Error& error) {
    failure_ = line > 0 ? at_line(script_.file, line, error) : error;
    playing_ = false;
    return false;
  }
}

bool ScriptPlayer::still_busy(double now) {
  if (!host_.busy() && !host_.loading()) return false;
  if (now - *since_ > kLongestWork)
    throw Error(fmt::format("the program is still busy after {} s", to_text(kLongestWork)),
                "a smaller picture, or 'wait until' with a longer timeout");
  return true;
}

ScriptPlayer::Outcome ScriptPlayer::perform(const Action& action, double now) {
  switch (action.kind) {
    case ActionKind::command:
      host_.run(action.text);
      ++counts_.commands;
      return Outcome::done;
    case ActionKind::expect: {
      if (skip_expectations_) return Outcome::done;
      if (still_busy(now)) return Outcome::again;
      const ReadoutValue value = host_.registry().read(action.expectation.readout);
      if (!holds(action.expectation, value)) throw not_as_expected(action.expectation, value);
      ++counts_.expectations;
      return Outcome::done;
    }
    case ActionKind::wait: {
      std::string shown;
      try {
        const ReadoutValue value = host_.registry().read(action.expectation.readout);
        if (holds(action.expectation, value)) {
          ++counts_.expectations;
          return Outcome::done;
        }
        shown = "it is " + to_text(value);
      } catch (const Error& error) {  // nothing to read yet
        shown = error.what();
      }
      if (now - *since_ >= action.timeout)
        throw Error(fmt::format("waited {} s for {}; {}", to_text(action.timeout), action.expectation.text(), shown),
                    "a longer timeout, or a condition that comes true");
      return Outcome::again;
    }
    case ActionKind::screenshot:
      if (still_busy(now)) return Outcome::again;
      if (!picture_asked_) {
        host_.screenshot(action.file);
        picture_asked_ = true;
        return Outcome::again;
      }
      picture_asked_ = false;
      ++counts_.screenshots;
      return Outcome::done;
  }
  return Outcome::done;
}

}  // namespace striate
