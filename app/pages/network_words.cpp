#include "app/pages/network_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

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

std::string signed_text(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 100 ? 1 : size >= 1 ? 3 : 4;
  const std::string text = number_text(value, decimals);
  return value > 0 ? "+" + text : text;
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
