#include "app/command/player.h"

#include <cmath>
#include <utility>

#include "app/command/not_ready.h"

namespace striate {
namespace {

constexpr double kLongestWork = 60;  // seconds that `expect` and `screenshot` wait for the program to become still

std::string as_shown(const ReadoutValue& value) {
  const std::string* text = std::get_if<std::string>(&value);
  return text ? fmt::format("\"{}\"", shown(*text)) : to_text(value);
}

// "it is 3", or of two readouts "it is 3 and train.loss is 4".
std::string what_it_is(const Expectation& expectation, const ReadoutValue& value) {
  const std::string other =
      expectation.other.empty() ? "" : fmt::format(" and {} is {}", expectation.other, as_shown(expectation.value));
  return "it is " + as_shown(value) + other;
}

// A line of `print`: whatever a text holds, it stays one line.
std::string printed(const std::string& readout, const ReadoutValue& value) {
  std::string line = readout + ' ';
  for (const char c : to_text(value)) {
    if (c == '\n')
      line += "\\n";
    else
      line += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return line;
}

// `expectation` as `resolved` gives it.
Error not_as_expected(const Expectation& expectation, const ReadoutValue& value) {
  const bool is_text = std::holds_alternative<std::string>(value);
  const double* wanted = std::get_if<double>(&expectation.value);
  const double* got = std::get_if<double>(&value);
  std::string hint = "correct the expectation, or what stands above it";
  const bool exact = expectation.comparison == Comparison::equal || expectation.comparison == Comparison::unequal;
  if (!expectation.other.empty() && !wanted != !got) {
    hint = "one is a number and the other a text: compare two of a kind";
  } else if (!expectation.other.empty() && is_text && (!exact || expectation.tolerance > 0)) {
    hint = "texts are compared with == or !=, without '+-'";
  } else if (!wanted != !got) {
    hint = is_text ? "it is a text: put the value in quotes" : "it is a number: write it without quotes";
  } else if (wanted && expectation.comparison == Comparison::equal && expectation.tolerance == 0 &&
             std::fabs(*wanted - *got) <= 1e-5 * std::fabs(*wanted)) {
    hint = fmt::format("a sum of rounded numbers needs a tolerance: {} +- 1e-6", expectation.text());
  }
  return Error(fmt::format("expected {}, but {}", expectation.text(), what_it_is(expectation, value)), hint);
}

}  // namespace

const Action* ScriptPlayer::current() const {
  return !over_ && next_ < script_.actions.size() ? &script_.actions[next_] : nullptr;
}

bool ScriptPlayer::advance(const PlayerHost& host) {
  if (over_) return false;
  // What fails behind belongs to the line that began it: the one before.
  int line = next_ > 0 ? script_.actions[next_ - 1].line : 0;
  try {
    if (std::optional<Error> error = host.take_failure()) throw *error;
    // Where somebody watches, drawing the same moment again does no more lines.
    if (done_ && (host.now() < rests_until_ || (host.watched && host.now() <= *done_))) return true;
    if (!since_) since_ = host.now();
    const bool waits = next_ < script_.actions.size() && script_.actions[next_].kind == ActionKind::wait;
    if (!waits && host.held && host.held()) {
      since_ = host.now();
      return true;
    }
    if (next_ >= script_.actions.size()) {
      if (still_busy(host)) return true;  // the last line's work may still fail
      if (std::optional<Error> error = host.take_failure()) throw *error;
      over_ = true;
      return false;
    }
    const Action& action = script_.actions[next_];
    if (action.kind != ActionKind::wait && host.loading()) {
      still_busy(host);
      return true;
    }
    line = action.line;
    try {
      if (perform(action, host)) {
        ++next_;
        since_.reset();
        done_ = host.now();
        rests_until_ = *done_ + (host.rest ? host.rest(action) : 0);
      }
    } catch (const NotReady&) {  // what it reads is being made: again at the next frame
      if (host.now() - *since_ > kLongestWork) throw;
    }
    return true;
  } catch (const Error& error) {
    over_ = true;
    throw line > 0 ? at_line(script_.file, line, error) : error;
  }
}

bool ScriptPlayer::still_busy(const PlayerHost& host) const {
  if (!host.busy() && !host.loading()) return false;
  if (host.now() - *since_ > kLongestWork)
    throw Error(fmt::format("the program is still busy after {} s", to_text(kLongestWork)),
                "a smaller picture, or 'wait until' with a longer timeout");
  return true;
}

bool ScriptPlayer::perform(const Action& action, const PlayerHost& host) {
  switch (action.kind) {
    case ActionKind::command:
      host.run(action.text);
      ++counts_.commands;
      return true;
    case ActionKind::expect: {
      if (skip_expectations_) return true;
      if (still_busy(host)) return false;
      const ReadoutValue value = host.registry->read(action.expectation.readout);
      const Expectation expectation = resolved(action.expectation, *host.registry);
      if (!holds(expectation, value)) throw not_as_expected(expectation, value);
      ++counts_.expectations;
      return true;
    }
    case ActionKind::wait: {
      std::string now;
      try {
        const ReadoutValue value = host.registry->read(action.expectation.readout);
        const Expectation expectation = resolved(action.expectation, *host.registry);
        if (holds(expectation, value)) {
          ++counts_.expectations;
          return true;
        }
        now = what_it_is(expectation, value);
      } catch (const Error& error) {  // nothing to read yet
        now = error.what();
      }
      if (host.now() - *since_ >= action.timeout)
        throw Error(fmt::format("waited {} s for {}; {}", to_text(action.timeout), action.expectation.text(), now),
                    "a longer timeout, or a condition that comes true");
      return false;
    }
    case ActionKind::answer:
      // Which choice or number it is says the file itself; a cell is chosen where the student would choose it.
      if (command_name(action.text) != kAnswer) host.run(action.text);
      ++counts_.answers;
      return true;
    case ActionKind::print:
      if (!host.print) return true;
      if (still_busy(host)) return false;
      host.print(printed(action.readout, host.registry->read(action.readout)));
      return true;
    case ActionKind::pause:
      return !host.watched || host.now() - *since_ >= action.timeout;
    case ActionKind::screenshot:
      if (still_busy(host)) return false;
      if (!picture_asked_) {
        host.screenshot(action.file);
        picture_asked_ = true;
        return false;
      }
      picture_asked_ = false;
      ++counts_.screenshots;
      return true;
  }
  return true;
}

}  // namespace striate
