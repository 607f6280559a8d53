#include "engine/network/weight_names.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace striate {
namespace {

// "features.3.squeeze.weight" -> {"features.3.squeeze", "weight"}
std::pair<std::string, std::string> split_name(const std::string& own) {
  const size_t dot = own.rfind('.');
  return dot == std::string::npos ? std::make_pair(own, std::string())
                                  : std::make_pair(own.substr(0, dot), own.substr(dot + 1));
}

std::string same(const std::string& own) { return own; }

// SqueezeNet as its authors published it for Caffe: conv1, fire2 to fire9, conv10.
std::string caffe_squeezenet(const std::string& own) {
  static const std::map<std::string, std::string> layers = [] {
    std::map<std::string, std::string> map = {{"features.0", "conv1"}, {"classifier.1", "conv10"}};
    int fire = 2;
    for (const int index : {3, 4, 6, 7, 9, 10, 11, 12}) {
      map[fmt::format("features.{}.squeeze", index)] = fmt::format("fire{}.squeeze1x1", fire);
      map[fmt::format("features.{}.expand1x1", index)] = fmt::format("fire{}.expand1x1", fire);
      map[fmt::format("features.{}.expand3x3", index)] = fmt::format("fire{}.expand3x3", fire);
      ++fire;
    }
    return map;
  }();
  const auto [layer, array] = split_name(own);
  const auto found = layers.find(layer);
  return found == layers.end() ? std::string() : found->second + "." + array;
}

// The same with Caffe's own slashes, as converters write them: "fire2/squeeze1x1.weight".
std::string caffe_squeezenet_slashes(const std::string& own) {
  std::string name = caffe_squeezenet(own);
  if (name.rfind("fire", 0) == 0) name[name.find('.')] = '/';
  return name;
}

// timm's VGG keeps its dense layers as convolutions.
std::string timm_vgg(const std::string& own) {
  const auto [layer, array] = split_name(own);
  if (layer.rfind("features.", 0) == 0) return own;
  if (layer == "classifier.0") return "pre_logits.fc1." + array;
  if (layer == "classifier.3") return "pre_logits.fc2." + array;
  if (layer == "classifier.6") return "head.fc." + array;
  return "";
}

// ResNet in the library "transformers".
std::string transformers_resnet(const std::string& own) {
  const auto [layer, array] = split_name(own);
  if (layer == "conv1") return "resnet.embedder.embedder.convolution." + array;
  if (layer == "bn1") return "resnet.embedder.embedder.normalization." + array;
  if (layer == "fc") return "classifier.1." + array;
  // layerG.B.PART
  if (layer.size() < 10 || layer.rfind("layer", 0) != 0 || layer[6] != '.') return "";
  const size_t dot = layer.find('.', 7);
  if (dot == std::string::npos) return "";
  const std::string part = layer.substr(dot + 1);
  const std::string block =
      fmt::format("resnet.encoder.stages.{}.layers.{}.", layer[5] - '1', layer.substr(7, dot - 7));
  if (part == "downsample.0") return block + "shortcut.convolution." + array;
  if (part == "downsample.1") return block + "shortcut.normalization." + array;
  if (part.size() == 5 && part.rfind("conv", 0) == 0)
    return block + fmt::format("layer.{}.convolution.{}", part[4] - '1', array);
  if (part.size() == 3 && part.rfind("bn", 0) == 0)
    return block + fmt::format("layer.{}.normalization.{}", part[2] - '1', array);
  return "";
}

}  // namespace

const std::vector<NameStyle>& name_styles() {
  static constexpr const char* kCaffe = "shorter 256 | order bgr | scale 1 | mean 104,117,123";
  static const std::vector<NameStyle> styles = {
      {"torchvision", same},
      {"Caffe", caffe_squeezenet, false, kCaffe},
      {"Caffe with slashes", caffe_squeezenet_slashes, false, kCaffe},
      {"timm", timm_vgg, true},
      {"transformers", transformers_resnet},
  };
  return styles;
}

}  // namespace striate
