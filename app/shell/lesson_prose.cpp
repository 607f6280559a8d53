// A step's words with the values of its readouts in them: what the narration draws, and what the readout lesson.prose
// says to tests and screen readers.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "app/command/not_ready.h"
#include "app/shell/lesson_prose.h"
#include "app/shell/lesson_session.h"
#include "app/widgets/curves.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr const char* kEllipsis = "\u2026";  // it is being made

// Whole numbers as they are, with spaces where pages have them, others with three decimals at most, small ones with
// three digits; a number that moves keeps its three decimals, so that the words around it stand still.
std::string spoken(const ReadoutValue& value, bool moves) {
  const double* number = std::get_if<double>(&value);
  if (number && *number == std::floor(*number) && std::abs(*number) >= 10000 && std::abs(*number) < 1e15) {
    std::string text;
    for (const char c : grouped(static_cast<int64_t>(*number))) text += c == ' ' ? "\u00a0" : std::string(1, c);
    return text;
  }
  if (!number || !std::isfinite(*number) || *number == std::floor(*number)) return to_text(value);
  if (std::abs(*number) < 0.001) return fmt::format("{:.3g}", *number);
  std::string text = fmt::format("{:.3f}", *number);
  while (!moves && text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string read_aloud(const ProseSpan& span, const Registry& registry) {
  try {
    const ReadoutValue value = registry.read(span.readout);
    const double* number = std::get_if<double>(&value);
    if (span.percent && number && std::isfinite(*number)) return fmt::format("{:.1f}\u00a0%", 100 * *number);
    return spoken(value, span.is_live());
  } catch (const NotReady&) {
    return kEllipsis;
  } catch (const Error&) {
    return "\u2013";  // nothing to read at this moment: no picture is open, no second run has begun
  }
}

// What a frozen value is kept under.
std::string as_written(const ProseSpan& span) { return span.readout + (span.percent ? " %" : ""); }

}  // namespace

void LessonSession::begin(const Registry& registry) {
  begun_ = true;
  freeze(registry);
}

// What is not there yet is read again until it is.
void LessonSession::freeze(const Registry& registry) {
  if (!lesson_ || !begun_) return;
  begun_ = false;
  const auto freeze = [&](const std::vector<ProseSpan>& spans) {
    for (const ProseSpan& span : spans) {
      if (!span.frozen || frozen_.contains(as_written(span))) continue;
      std::string text = read_aloud(span, registry);
      if (text == kEllipsis) {
        begun_ = true;
      } else {
        frozen_[as_written(span)] = std::move(text);
      }
    }
  };
  for (const ProseBlock& block : current().prose) freeze(block.spans);
  if (!question()) return;
  freeze(question()->words);
  for (const Answer& answer : question()->answers) freeze(answer.reason);
}

std::vector<ProseSpan> LessonSession::read(std::vector<ProseSpan> spans, const Registry& registry) const {
  for (ProseSpan& span : spans) {
    if (span.readout.empty()) continue;
    const auto then = frozen_.find(as_written(span));
    span.text = !span.frozen ? read_aloud(span, registry) : then == frozen_.end() ? kEllipsis : then->second;
  }
  return spans;
}

std::vector<ProseBlock> LessonSession::prose(const Registry& registry) const {
  std::vector<ProseBlock> blocks = current().prose;
  for (ProseBlock& block : blocks) block.spans = read(std::move(block.spans), registry);
  return blocks;
}

std::string plain_words(const std::vector<ProseSpan>& spans) {
  std::string text;
  for (const ProseSpan& span : spans) text += span.text;
  return text;
}

std::string plain_words(const std::vector<ProseBlock>& blocks) {
  std::string text;
  for (const ProseBlock& block : blocks) {
    if (!text.empty()) text += "\n";
    if (block.kind == ProseBlock::Kind::bullet) text += "\u2022 ";
    text += plain_words(block.spans);
  }
  return text;
}

}  // namespace striate
