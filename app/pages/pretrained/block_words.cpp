#include "app/pages/pretrained/block_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/pages/network_words.h"
#include "app/words/words.h"

namespace striate {

BlockCut cut_of(const NetworkMoment& moment, const NetworkBlock& block) {
  for (const BlockCut& each : moment.block_cuts) {
    if (each.join == block.join) return each;
  }
  return {};
}

ResidualWords residual_words(const OpenNetworkInfo& info, const NetworkBlock& block, const BlockCut& cut) {
  ResidualWords sides;
  std::string what;  // of a shortcut that is not x itself
  if (block.is_identity()) {
    sides.straight = "x";
  } else {
    int64_t weights = 0;
    for (const int node : block.straight().nodes) weights += info.layers[static_cast<size_t>(node)].parameters;
    if (weights > 0) {
      sides.straight = "Wx";
      what = tr("Wx is a projection of x");
    } else {
      sides.straight = "x\u2032";
      const Shape from = cells_of(info.layers[static_cast<size_t>(block.start)].shape);
      const Shape to = cells_of(info.layers[static_cast<size_t>(block.straight().end)].shape);
      const bool smaller = to[1] < from[1] || to[2]<from[2], more = to[0]> from[0];
      what = smaller && more ? tr("x\u2032 is x subsampled, zero channels added")
             : smaller       ? tr("x\u2032 is x subsampled")
             : more          ? tr("x\u2032 is x with zero channels added")
                             : tr("x\u2032 is x changed without weights");
    }
  }
  const std::string kept = cut.unshortcut ? "F(x)" : sides.straight;
  sides.sum = cut.skip || cut.unshortcut ? kept : sides.straight + " + F(x)";
  if (cut.skip && cut.unshortcut) sides.sum = "0";
  sides.result = cut.skip && cut.unshortcut   ? std::string(tr("nothing is left"))
                 : cut.skip || cut.unshortcut ? format_tr("{} alone", sides.sum)
                                              : sides.sum;
  sides.title = sides.result;
  if (!what.empty() && !cut.unshortcut) sides.title += "; " + what;
  return sides;
}

std::string norm_of(const std::string& symbol) { return "\u2016" + symbol + "\u2016"; }
std::string norm_text(double norm) { return fmt::format("{:.{}f}", norm, norm >= 100 ? 1 : 2); }

std::vector<std::string> names_of_branches(const OpenNetworkInfo& info, const NetworkBlock& block) {
  std::vector<std::string> kernels, layers;
  for (const NetworkBlock::Branch& branch : block.branches) {
    std::string kernel, layer;
    int64_t most = -1;
    for (const int node : branch.nodes) {  // of the layer that works most
      const OpenLayer& each = info.layers[static_cast<size_t>(node)];
      if (each.multiply_adds <= most) continue;
      most = each.multiply_adds;
      kernel = kernel_of(each.text);
      layer = shorter_layer_text(each.text, [](const std::string&) { return false; });
    }
    kernels.push_back(kernel);
    layers.push_back(layer.empty() ? "x" : layer);
  }
  const auto tell_apart = [](std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    return !names.front().empty() && std::adjacent_find(names.begin(), names.end()) == names.end();
  };
  if (tell_apart(kernels)) return kernels;
  if (!tell_apart(layers)) {
    for (size_t i = 0; i < layers.size(); ++i) layers[i] = fmt::format("{}: {}", i, layers[i]);
  }
  return layers;
}

}  // namespace striate
