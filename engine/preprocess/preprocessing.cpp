#include "engine/preprocess/preprocessing.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/nearest_word.h"
#include "engine/old_names.h"

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
      throw Error(fmt::format("preprocessing: invalid {1} \"{0}\"", text, word),
                  positive ? "numbers above 0, one for each channel, with commas between: 0.229,0.224,0.225"
                           : "one number for each channel, with commas between: 0.485,0.456,0.406");
    values.push_back(static_cast<float>(value));
  }
  return values;
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

Preprocessing imagenet_preprocessing() {
  return Preprocessing::parse("shorter 256 | mean 0.485,0.456,0.406 | std 0.229,0.224,0.225");
}

Preprocessing Preprocessing::parse(const std::string& text) {
  Preprocessing result;
  for (const std::string& step : split(text, "|\n")) {
    const std::vector<std::string> words = split(step, " \t\r");
    if (words.empty()) continue;
    const std::string word = current_name(NameOf::preprocessing, words[0]);
    const auto value = [&]() -> const std::string& {
      if (words.size() != 2)
        throw Error(fmt::format("preprocessing: \"{}\" needs one value", word), "for example: scale 1/255");
      return words[1];
    };
    double number = 0;
    if (word == "middle" || word == "stretch" || word == "digit") {
      result.fit = word == "middle" ? Fit::middle : word == "stretch" ? Fit::stretch : Fit::digit;
    } else if (word == "shorter") {
      if (!parse_number(value(), number) || number < 1 || number > 65536 || number != std::floor(number))
        throw Error(fmt::format("preprocessing: invalid length of the shorter side \"{}\"", value()),
                    "pixels: shorter 256");
      result.fit = Fit::shorter;
      result.shorter = static_cast<int>(number);
    } else if (word == "order") {
      if (value() != "rgb" && value() != "bgr")
        throw Error(fmt::format("preprocessing: invalid order of channels \"{}\"", value()), "use rgb or bgr");
      result.order = value() == "rgb" ? Order::rgb : Order::bgr;
    } else if (word == "scale") {
      if (!parse_scale(value(), result.scale))
        throw Error(fmt::format("preprocessing: invalid scale \"{}\"", value()),
                    "1/255 turns the stored 0..255 into 0..1; 1 leaves them");
    } else if (word == "mean") {
      result.mean = parse_numbers("mean", value(), false);
    } else if (word == "std") {
      result.stddev = parse_numbers("std", value(), true);
    } else {
      throw Error(fmt::format("preprocessing: unknown step \"{}\"", word),
                  nearest_hint(word, {"middle", "shorter", "stretch", "digit", "order", "scale", "mean", "std"}));
    }
  }
  return result;
}

std::string Preprocessing::text(int64_t channels) const {
  std::string result = fit == Fit::middle    ? "middle"
                       : fit == Fit::stretch ? "stretch"
                       : fit == Fit::digit   ? "digit"
                                             : fmt::format("shorter {}", shorter);
  if (channels == 3) result += order == Order::rgb ? " | order rgb" : " | order bgr";
  result += scale == 1.0 / 255 ? " | scale 1/255" : fmt::format(" | scale {}", scale);
  if (!mean.empty()) result += fmt::format(" | mean {}", fmt::join(mean, ","));
  if (!stddev.empty()) result += fmt::format(" | std {}", fmt::join(stddev, ","));
  return result;
}

void Preprocessing::check_fits(const Shape& input) const {
  if (input.rank() != 3 || (input[0] != 1 && input[0] != 3))
    throw Error(fmt::format("the network takes {}, not pictures", input.text()),
                "choose a network for pictures of 1 or 3 channels");
  for (const auto* values : {&mean, &stddev}) {
    if (!values->empty() && static_cast<int64_t>(values->size()) != input[0])
      throw Error(fmt::format("{} {} for {} channel{}", values->size(),
                              values == &mean ? "means" : "standard deviations", input[0], input[0] == 1 ? "" : "s"),
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

Normalization Preprocessing::normalization(int channels) const {
  Normalization result;
  if (mean.empty() && stddev.empty() && scale == 1.0 / 255) return result;
  const double range = scale * 255;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const double m = mean.empty() ? 0 : double{mean[c]}, d = stddev.empty() ? 1 : double{stddev[c]};
    const bool plain = scale == 1.0 / 255;  // the very numbers that were given
    result.mean.push_back(plain ? static_cast<float>(m) : static_cast<float>(m / range));
    result.stddev.push_back(plain ? static_cast<float>(d) : static_cast<float>(d / range));
  }
  return result;
}

bool read_preprocessing_words(const std::string& words, Preprocessing& preprocessing) {
  const std::string text = lower_case(words);
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  const bool rgb = has("rgb"), bgr = has("bgr");
  if (rgb == bgr) return false;
  Preprocessing result = imagenet_preprocessing();
  result.fit = preprocessing.fit;
  result.shorter = preprocessing.shorter;
  result.mean.clear();
  result.stddev.clear();
  result.order = bgr ? Preprocessing::Order::bgr : Preprocessing::Order::rgb;
  result.scale = has("/255") || has("/ 255") || has("0..1") || has("[0,1]") ? 1.0 / 255 : 1.0;
  for (const char* word : {"minus", "mean", "subtract"}) {
    const size_t at = text.find(word);
    if (at != std::string::npos && result.mean.empty())
      result.mean = numbers_after(text, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at));
  }
  for (const char* word : {"std", "deviation"}) {
    const size_t at = text.find(word);
    if (at != std::string::npos && result.stddev.empty())
      result.stddev = numbers_after(text, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at));
  }
  const auto usable = [](const std::vector<float>& values) { return values.empty() || values.size() == 3; };
  const bool positive = std::all_of(result.stddev.begin(), result.stddev.end(), [](float value) { return value > 0; });
  if (!usable(result.mean) || !usable(result.stddev) || !positive) return false;
  if (result.mean.empty() && (has("mean") || has("minus") || has("subtract"))) return false;
  preprocessing = result;
  return true;
}

}  // namespace striate
