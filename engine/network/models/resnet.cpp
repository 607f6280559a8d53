// Residual networks: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2015.
#include <fmt/format.h>

#include "engine/network/models/families.h"

namespace striate::models_by_family {
namespace {

// Weights as in torchvision.models.resnet. A block's output is called after the block ("layer1.0"); torchvision calls
// the relu inside it several times, here they are relu1 and relu2.
struct ResNet {
  bool bottleneck = false;  // three convolutions in a block, 1x1 3x3 1x1, instead of two of 3x3
  int blocks[4] = {};
};

std::string block_text(const ResNet& net, const std::string& name, const std::string& before, int inner, int stride,
                       bool projects) {
  const int outer = net.bottleneck ? 4 * inner : inner;
  const std::string step = stride > 1 ? fmt::format(" stride {}", stride) : "";
  std::string text;
  if (net.bottleneck) {
    text += fmt::format("{0}.conv1: conv {1} 1x1 no bias\n{0}.bn1: batchnorm\n{0}.relu1: relu\n", name, inner);
    text += fmt::format("{0}.conv2: conv {1} 3x3{2} pad 1 no bias\n{0}.bn2: batchnorm\n{0}.relu2: relu\n", name, inner,
                        step);
    text += fmt::format("{0}.conv3: conv {1} 1x1 no bias\n{0}.bn3: batchnorm\n", name, outer);
  } else {
    text += fmt::format("{0}.conv1: conv {1} 3x3{2} pad 1 no bias\n{0}.bn1: batchnorm\n{0}.relu1: relu\n", name, inner,
                        step);
    text += fmt::format("{0}.conv2: conv {1} 3x3 pad 1 no bias\n{0}.bn2: batchnorm\n", name, outer);
  }
  if (projects) {
    text += fmt::format("from {1}\n{0}.downsample.0: conv {2} 1x1{3} no bias\n{0}.downsample.1: batchnorm\n", name,
                        before, outer, step);
    text += fmt::format("from {0}.bn{1}\n{0}.add: add {0}.downsample.1\n", name, net.bottleneck ? 3 : 2);
  } else {
    text += fmt::format("{}.add: add {}\n", name, before);
  }
  return text + fmt::format("{}: relu\n", name);
}

std::string resnet(const ResNet& net, int classes) {
  std::string text = "conv1: conv 64 7x7 stride 2 pad 3 no bias\nbn1: batchnorm\nrelu: relu\n";
  text += "maxpool: maxpool 3 stride 2 pad 1\n";
  std::string before = "maxpool";
  int channels = 64;
  for (int group = 0; group < 4; ++group) {
    const int inner = 64 << group, outer = net.bottleneck ? 4 * inner : inner;
    for (int block = 0; block < net.blocks[group]; ++block) {
      const int stride = group > 0 && block == 0 ? 2 : 1;
      const std::string name = fmt::format("layer{}.{}", group + 1, block);
      text += block_text(net, name, before, inner, stride, stride > 1 || channels != outer);
      before = name;
      channels = outer;
    }
  }
  return text + fmt::format("avgpool: globalavgpool\nfc: dense {}\n", classes);
}

}  // namespace

std::string resnet18(const Shape&, int classes) { return resnet({false, {2, 2, 2, 2}}, classes); }

std::string resnet50(const Shape&, int classes) { return resnet({true, {3, 4, 6, 3}}, classes); }

// Section 4.2: three groups of three blocks; names as in the widely used PyTorch version.
std::string resnet20(const Shape&, int classes) {
  std::string text = "conv1: conv 16 3x3 pad 1 no bias\nbn1: batchnorm\nstem: relu\n";
  std::string before = "stem";
  int channels = 16;
  for (int group = 1; group <= 3; ++group) {
    for (int block = 0; block < 3; ++block) {
      const bool shrinks = group > 1 && block == 0;
      if (shrinks) channels *= 2;
      const std::string name = fmt::format("layer{}.{}", group, block);
      text += fmt::format("{}.conv1: conv {} 3x3{} pad 1 no bias\n", name, channels, shrinks ? " stride 2" : "");
      text += fmt::format("{0}.bn1: batchnorm\n{0}.relu1: relu\n", name);
      text += fmt::format("{}.conv2: conv {} 3x3 pad 1 no bias\n", name, channels);
      text += fmt::format("{}.bn2: batchnorm\n", name);
      if (shrinks) {
        text += fmt::format("from {0}\n{1}.shortcut: subsample 2 channels {2}\n", before, name, channels);
        text += fmt::format("from {0}.bn2\n{0}.add: add {0}.shortcut\n", name);
      } else {
        text += fmt::format("{}.add: add {}\n", name, before);
      }
      before = name + ".relu2";
      text += before + ": relu\n";
    }
  }
  return text + fmt::format("pool: globalavgpool\nlinear: dense {}\n", classes);
}

}  // namespace striate::models_by_family
