#include "app/pages/sharing/neocognitron_memory.h"

#include <fmt/format.h>

#include <string_view>

#include "app/command/registry.h"
#include "app/drawing/digit_pad.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr const char* kCommand = "sharing.neocognitron.memory";
constexpr std::string_view kTaught = " is ", kStroke = " / ";

std::vector<std::string> parted(const std::string& text, std::string_view by) {
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t end = 0; end != std::string::npos; begin = end + by.size()) {
    end = text.find(by, begin);
    parts.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
  }
  return parts;
}

}  // namespace

std::string memory_text(const std::vector<NeocognitronAct>& acts) {
  const DigitPad pad(kCommand);
  std::string text;
  for (const NeocognitronAct& act : acts) {
    if (!text.empty()) text += "; ";
    if (act.label < 0) {
      text += std::to_string(act.digits);
      continue;
    }
    const std::vector<std::string> lines = pad.lines_of(act.drawing);  // the first one clears the pad
    for (size_t i = 1; i < lines.size(); ++i) {
      if (i > 1) text += kStroke;
      text += lines[i].substr(lines[i].find(' ') + 1);
    }
    text += fmt::format("{}{}", kTaught, act.label);
  }
  return text.empty() ? "nothing" : text;
}

std::vector<NeocognitronAct> parse_memory(const std::string& text) {
  std::vector<NeocognitronAct> acts;
  if (text == "nothing") return acts;
  int64_t digits = 0;
  for (const std::string& part : parted(text, "; ")) {
    const auto wrong = [&] {
      return Error(fmt::format("{} is nothing that the Neocognitron can learn", striate::shown(part)),
                   "a number of digits up to 3000, or the strokes of a drawing with a digit, X Y X Y / X Y is 7");
    };
    int64_t number = 0;
    const size_t is = part.find(kTaught);
    if (!parse_integer(is == std::string::npos ? part : part.substr(is + kTaught.size()), &number)) throw wrong();
    const bool set = is == std::string::npos;
    if (number < (set ? 1 : 0) || number > (set ? 3000 : 9)) throw wrong();
    if (set) {
      digits += number;
      acts.push_back({.digits = static_cast<int>(number), .drawing = {}, .label = -1});
      continue;
    }
    DigitPad pad(kCommand);
    for (const std::string& stroke : parted(part.substr(0, is), kStroke)) pad.draw(stroke);
    if (pad.empty()) throw wrong();
    acts.push_back({.digits = 0, .drawing = pad.drawing(), .label = static_cast<int>(number)});
  }
  if (digits > 3000) throw Error("that is more than 3000 digits", "3000 at most");
  return acts;
}

}  // namespace striate
