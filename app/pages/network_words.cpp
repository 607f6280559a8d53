#include "app/pages/network_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int64_t kMostMaps = 512;  // of a layer

}  // namespace

std::string sizes_text(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank(); ++i) text += (i > 0 ? " \u00d7 " : "") + std::to_string(shape[i]);
  return text.empty() ? "1" : text;
}

std::string share_text(double share) {
  const double p = 100 * share;
  return p >= 0.1 || p == 0 ? fmt::format("{:.1f} %", p) : p >= 0.001 ? fmt::format("{:.3f} %", p) : "< 0.001 %";
}

int share_decimals(std::span<const double> shares) {
  int decimals = 1;
  for (const double share : shares) {
    const double p = 100 * share;
    if (p > 0 && p < 0.1) decimals = std::max(decimals, p >= 0.01 ? 2 : 3);
  }
  return decimals;
}

std::string share_text(double share, int decimals) {
  const double p = 100 * share;
  if (p > 0 && p < 0.001) return "< 0.001 %";
  return fmt::format("{:.{}f} %", p, decimals);
}

std::string bytes_text(double bytes) {
  if (bytes >= 1e9) return fmt::format("{:.1f} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.1f} MB", bytes / 1e6);
  return bytes >= 1e3 ? fmt::format("{:.1f} kB", bytes / 1e3) : fmt::format("{:.0f} B", bytes);
}

std::string milliseconds_text(double value) {
  return value >= 100 ? fmt::format("{:.0f}", value)
         : value >= 1 ? fmt::format("{:.2f}", value)
                      : fmt::format("{:.3f}", value);
}

int milliseconds_decimals(double slowest) { return slowest >= 1000 ? 1 : slowest >= 100 ? 2 : 3; }

std::string milliseconds_text(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

int signed_decimals(double largest) {
  const double size = std::abs(largest);
  return size >= 100 ? 1 : size >= 1 ? 3 : 4;
}

std::string signed_text(double value, int decimals) {
  const std::string text = number_text(value, decimals);
  return value > 0 ? "+" + text : text;
}

std::string kernel_of(const std::string& text) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const size_t by = word.find('x');
    const bool digits = word.find_first_not_of("0123456789x") == std::string::npos;
    if (digits && by != std::string::npos && by > 0 && by + 1 < word.size()) return word;
  }
  return "";
}

std::string shorter_layer_text(const std::string& text, const std::function<bool(const std::string&)>& fits) {
  const auto has_digit = [](const std::string& word) {
    return std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  std::vector<std::string> words;
  std::istringstream all(text);
  for (std::string word; all >> word;) words.push_back(word);
  const std::string kernel = kernel_of(text);
  const auto at = static_cast<size_t>(std::find(words.begin(), words.end(), kernel) - words.begin());
  const size_t least = !kernel.empty() ? at + 1 : words.size() > 1 && has_digit(words[1]) ? 2 : 1;
  std::string shorter = text;
  while (words.size() > least && !fits(shorter)) {
    words.pop_back();
    while (words.size() > least && !has_digit(words.back())) words.pop_back();  // a setting's name
    shorter = words.front();
    for (size_t i = 1; i < words.size(); ++i) shorter += " " + words[i];
  }
  return shorter;
}

TensorMaps maps_of_node(const NetworkMoment& moment, int node) {
  const auto n = static_cast<size_t>(node);
  TensorMaps maps;
  if (n >= moment.answer.activations.size() || (node == 0 && moment.info->channels_last)) return maps;
  const Shape cells = cells_of(moment.info->layers[n].shape);
  const std::vector<float>& values = moment.answer.activations[n].values;
  if (values.empty()) return maps;
  maps.count = std::min(cells[0], kMostMaps);
  maps.height = static_cast<int>(cells[1]);
  maps.width = static_cast<int>(cells[2]);
  maps.values = std::span<const float>(values).first(static_cast<size_t>(maps.count * maps.plane()));
  return maps;
}

std::string picture_key(const NetworkMoment& moment) {
  const NetworkState& state = moment.of.state;
  const PictureCrop crop = state.crop.value_or(PictureCrop{-1, -1, -1});
  return fmt::format("{}|{}|{}|{}|{} {} {}", state.image, fmt::ptr(moment.of.image.get()),
                     fmt::ptr(moment.of.drawing.get()), fmt::ptr(moment.of.pictures.get()), crop.x, crop.y, crop.size);
}

std::string layer_words(const OpenNetworkInfo& info, int node) {
  if (node == 0) return tr("input");
  const std::string number = std::to_string(node - 1);
  const std::string& name = info.layers[static_cast<size_t>(node)].name;
  return name == number ? number : number + ", " + name;
}

int64_t output_bytes(const OpenNetworkInfo& info, int node) {
  return info.layers[static_cast<size_t>(node)].shape.count() * static_cast<int64_t>(sizeof(float));
}

}  // namespace striate
