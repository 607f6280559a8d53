#include "engine/prepare/preparation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "engine/error.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

bool parse_number(const std::string& text, double& value) {
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  return problem == std::errc() && stop == end && std::isfinite(value);
}

std::vector<std::string> split(const std::string& text, const char* separators) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find_first_of(separators, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::vector<float> parse_numbers(const std::string& word, const std::string& text, bool positive) {
  std::vector<float> values;
  for (const std::string& part : split(text, ",")) {
    double value = 0;
    if (!parse_number(part, value) || (positive && !(value > 0)))
      throw Error(fmt::format("preparation: \"{}\" is no {}", text, word),
                  positive ? "numbers above 0, one for each channel, with commas between: 0.229,0.224,0.225"
                           : "one number for each channel, with commas between: 0.485,0.456,0.406");
    values.push_back(static_cast<float>(value));
  }
  return values;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text;
}

// The numbers behind a word of a sentence, up to the next letter.
std::vector<float> numbers_after(const std::string& text, size_t from) {
  std::vector<float> values;
  from = std::min(from, text.size());
  const size_t end = std::min(text.find_first_of("abcdefghijklmnopqrstuvwxyz", from), text.size());
  for (const std::string& part : split(text.substr(from, end - from), " ,()[]=:;")) {
    double value = 0;
    if (!parse_number(part[0] == '.' ? "0" + part : part, value)) return {};
    values.push_back(static_cast<float>(value));
  }
  return values;
}

}  // namespace

bool parse_scale(const std::string& text, double& scale) {
  const size_t slash = text.find('/');
  double above = 0, below = 1;
  if (!parse_number(text.substr(0, slash), above)) return false;
  if (slash != std::string::npos && !parse_number(text.substr(slash + 1), below)) return false;
  if (!(above > 0) || !(below > 0)) return false;
  scale = above / below;
  return true;
}

Preparation imagenet_preparation() {
  return Preparation::parse("shorter 256 | mean 0.485,0.456,0.406 | deviation 0.229,0.224,0.225");
}

Preparation Preparation::parse(const std::string& text) {
  Preparation result;
  for (const std::string& step : split(text, "|\n")) {
    const std::vector<std::string> words = split(step, " \t\r");
    if (words.empty()) continue;
    const std::string& word = words[0];
    const auto value = [&]() -> const std::string& {
      if (words.size() != 2)
        throw Error(fmt::format("preparation: \"{}\" needs one value", word), "for example: scale 1/255");
      return words[1];
    };
    double number = 0;
    if (word == "middle" || word == "stretch" || word == "digit") {
      result.fit = word == "middle" ? Fit::middle : word == "stretch" ? Fit::stretch : Fit::digit;
    } else if (word == "shorter") {
      if (!parse_number(value(), number) || number < 1 || number > 65536 || number != std::floor(number))
        throw Error(fmt::format("preparation: \"{}\" is no length of the shorter side", value()),
                    "pixels: shorter 256");
      result.fit = Fit::shorter;
      result.shorter = static_cast<int>(number);
    } else if (word == "order") {
      if (value() != "rgb" && value() != "bgr")
        throw Error(fmt::format("preparation: \"{}\" is no order of channels", value()), "use rgb or bgr");
      result.order = value() == "rgb" ? Order::rgb : Order::bgr;
    } else if (word == "scale") {
      if (!parse_scale(value(), result.scale))
        throw Error(fmt::format("preparation: \"{}\" is no scale", value()),
                    "1/255 turns the stored 0..255 into 0..1; 1 leaves them");
    } else if (word == "mean") {
      result.mean = parse_numbers("mean", value(), false);
    } else if (word == "deviation") {
      result.deviation = parse_numbers("deviation", value(), true);
    } else {
      throw Error(fmt::format("preparation: \"{}\" is no step", word),
                  nearest_hint(word, {"middle", "shorter", "stretch", "digit", "order", "scale", "mean", "deviation"}));
    }
  }
  return result;
}

std::string Preparation::text(int64_t channels) const {
  std::string result = fit == Fit::middle    ? "middle"
                       : fit == Fit::stretch ? "stretch"
                       : fit == Fit::digit   ? "digit"
                                             : fmt::format("shorter {}", shorter);
  if (channels == 3) result += order == Order::rgb ? " | order rgb" : " | order bgr";
  result += scale == 1.0 / 255 ? " | scale 1/255" : fmt::format(" | scale {}", scale);
  if (!mean.empty()) result += fmt::format(" | mean {}", fmt::join(mean, ","));
  if (!deviation.empty()) result += fmt::format(" | deviation {}", fmt::join(deviation, ","));
  return result;
}

void Preparation::check_fits(const Shape& input) const {
  if (input.rank() != 3 || (input[0] != 1 && input[0] != 3))
    throw Error(fmt::format("the network takes {}, not pictures", input.text()),
                "choose a network for pictures of 1 or 3 channels");
  for (const auto* values : {&mean, &deviation}) {
    if (!values->empty() && static_cast<int64_t>(values->size()) != input[0])
      throw Error(fmt::format("{} {} for {} channel{}", values->size(), values == &mean ? "means" : "deviations",
                              input[0], input[0] == 1 ? "" : "s"),
                  "give one number for each channel");
  }
  if (order == Order::bgr && input[0] != 3)
    throw Error("the network takes gray pictures, which have no order of channels", "leave out the order");
  if (fit == Fit::digit && input != Shape{1, 28, 28})
    throw Error(fmt::format("the network takes {}, digits are 1 x 28 x 28", input.text()), "prepare it as a picture");
  if (fit == Fit::shorter && shorter < std::min(input[1], input[2]))
    throw Error(fmt::format("pictures with a shorter side of {} are smaller than the {} x {} that the network takes",
                            shorter, input[2], input[1]),
                fmt::format("resize to {} or more", std::min(input[1], input[2])));
}

Normalisation Preparation::normalisation(int channels) const {
  Normalisation result;
  if (mean.empty() && deviation.empty() && scale == 1.0 / 255) return result;
  const double range = scale * 255;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const double m = mean.empty() ? 0 : double{mean[c]}, d = deviation.empty() ? 1 : double{deviation[c]};
    const bool plain = scale == 1.0 / 255;  // the very numbers that were given
    result.mean.push_back(plain ? static_cast<float>(m) : static_cast<float>(m / range));
    result.deviation.push_back(plain ? static_cast<float>(d) : static_cast<float>(d / range));
  }
  return result;
}

bool read_preparation_words(const std::string& words, Preparation& preparation) {
  const std::string text = lower(words);
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  const bool rgb = has("rgb"), bgr = has("bgr");
  if (rgb == bgr) return false;
  Preparation result = imagenet_preparation();
  result.fit = preparation.fit;
  result.shorter = preparation.shorter;
  result.mean.clear();
  result.deviation.clear();
  result.order = bgr ? Preparation::Order::bgr : Preparation::Order::rgb;
  result.scale = has("/255") || has("/ 255") || has("0..1") || has("[0,1]") ? 1.0 / 255 : 1.0;
  for (const char* word : {"minus", "mean", "subtract"}) {
    const size_t at = text.find(word);
    if (at != std::string::npos && result.mean.empty())
      result.mean = numbers_after(text, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at));
  }
  for (const char* word : {"std", "deviation"}) {
    const size_t at = text.find(word);
    if (at != std::string::npos && result.deviation.empty())
      result.deviation = numbers_after(text, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at));
  }
  const auto usable = [](const std::vector<float>& values) { return values.empty() || values.size() == 3; };
  const bool positive =
      std::all_of(result.deviation.begin(), result.deviation.end(), [](float value) { return value > 0; });
  if (!usable(result.mean) || !usable(result.deviation) || !positive) return false;
  if (result.mean.empty() && (has("mean") || has("minus") || has("subtract"))) return false;
  preparation = result;
  return true;
}

}  // namespace striate
