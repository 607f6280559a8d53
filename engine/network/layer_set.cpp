#include "engine/network/layer_set.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/find_layer.h"
#include "engine/network/head.h"

namespace striate {
namespace {

constexpr int kMaxLayers = 1 << 24;

std::optional<int> number_of(const std::string& text) {
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size() || number < 0 || number > kMaxLayers)
    return std::nullopt;
  return number;
}

// Its node; none: there is no such layer. The input is none.
std::optional<int> node_of(const std::string& layer, const Architecture& architecture) {
  const int node = find_layer(architecture, layer);
  return node > 0 ? std::optional<int>(node) : std::nullopt;
}

std::vector<std::string> items_of(const std::string& text) {
  std::vector<std::string> items;
  std::string item;
  for (const char c : text + ',') {
    if (c == ',' || c == ' ') {
      if (!item.empty()) items.push_back(std::move(item));
      item.clear();
    } else {
      item += c;
    }
  }
  return items;
}

}  // namespace

void LayerSet::add(int first, int last) {
  if (last >= static_cast<int>(in_.size())) in_.resize(static_cast<size_t>(last) + 1, false);
  std::fill(in_.begin() + first, in_.begin() + last + 1, true);
}

LayerSet LayerSet::of(const std::vector<int>& nodes) {
  LayerSet set;
  for (const int node : nodes) {
    check(node >= 1, "node {} is no layer", node);
    set.add(node, node);
  }
  return set;
}

LayerSet LayerSet::parse(const std::string& text, const Architecture& architecture) {
  LayerSet set;
  for (const std::string& item : items_of(text)) {
    if (const std::optional<int> node = node_of(item, architecture)) {
      set.add(*node, *node);
      continue;
    }
    if (item == "all" || item == "backbone") {
      const int last = item == "all" ? architecture.size() - 1 : head_node(architecture) - 1;
      if (last >= 1) set.add(1, last);
      continue;
    }
    if (item.back() == '*') {
      const std::string begin = item.substr(0, item.size() - 1);
      bool any = false;
      for (int node = 1; node < architecture.size(); ++node) {
        if (architecture.nodes()[static_cast<size_t>(node)].name.rfind(begin, 0) != 0) continue;
        set.add(node, node);
        any = true;
      }
      if (!any) throw_unknown_layer(architecture, item);
      continue;
    }
    // Names may have a - in them: the first one that has a layer on both sides parts a range.
    std::optional<int> first, last;
    for (size_t dash = item.find('-'); dash != std::string::npos && !(first && last); dash = item.find('-', dash + 1)) {
      first = node_of(item.substr(0, dash), architecture);
      last = node_of(item.substr(dash + 1), architecture);
    }
    if (!first || !last) {
      const size_t dash = item.find('-');
      if (dash == std::string::npos) throw_unknown_layer(architecture, item);
      const bool begins = node_of(item.substr(0, dash), architecture).has_value();
      const std::string begin = item.substr(0, dash);
      throw_unknown_layer(architecture, begins ? item.substr(dash + 1) : number_of(begin) ? begin : item);
    }
    if (*first > *last) {
      throw Error(fmt::format("layers {}: the range goes backwards", item), "name the earlier layer first");
    }
    set.add(*first, *last);
  }
  return set;
}

LayerSet LayerSet::from_numbers(const std::string& text) {
  LayerSet set;
  for (const std::string& item : items_of(text)) {
    const size_t dash = item.find('-');
    const std::optional<int> first = number_of(item.substr(0, dash));
    const std::optional<int> last = dash == std::string::npos ? first : number_of(item.substr(dash + 1));
    if (!first || !last || *first > *last) {
      throw Error(fmt::format("invalid list of layers \"{}\"", text), "numbers and ranges of them: 0-3,7");
    }
    set.add(*first + 1, *last + 1);
  }
  return set;
}

std::vector<LayerSet::Range> LayerSet::ranges() const {
  std::vector<Range> ranges;
  const int end = std::max(first_ + 1, static_cast<int>(in_.size()));
  for (int node = 1; node < end; ++node) {
    if (!contains(node)) continue;
    if (!ranges.empty() && ranges.back().last == node - 1) {
      ranges.back().last = node;
    } else {
      ranges.push_back({node, node});
    }
  }
  return ranges;
}

std::string LayerSet::numbers() const {
  std::string text;
  for (const Range& range : ranges()) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", range.first - 1);
    if (range.last > range.first) text += fmt::format("-{}", range.last - 1);
  }
  return text;
}

std::string LayerSet::names(const Architecture& architecture) const {
  std::string text;
  for (const Range& range : ranges()) {
    if (range.first >= architecture.size()) break;
    const auto name = [&](int node) {
      return architecture.nodes()[static_cast<size_t>(std::min(node, architecture.size() - 1))].name;
    };
    text += (text.empty() ? "" : ", ") + name(range.first);
    if (range.last > range.first) text += " to " + name(range.last);
  }
  return text;
}

}  // namespace striate
