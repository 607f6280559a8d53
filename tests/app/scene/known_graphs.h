// Texts of networks whose graphs are shaped otherwise than those of the models by name.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

namespace striate {

inline std::string inception_text() {
  std::string text = "input 3x64x64\nstem: conv 16 3x3 pad 1 | relu\nm0.join: maxpool 2\n";
  for (const int m : {1, 2}) {
    const std::string before = fmt::format("m{}.join", m - 1);
    text += fmt::format("m{}.a: conv 8 1x1 | m{}.a.out: relu\n", m, m);
    text +=
        fmt::format("from {0}\nm{1}.b: conv 6 1x1 | relu | m{1}.b2: conv 8 3x3 pad 1 | m{1}.b.out: relu\n", before, m);
    text +=
        fmt::format("from {0}\nm{1}.c: conv 4 1x1 | relu | m{1}.c2: conv 4 5x5 pad 2 | m{1}.c.out: relu\n", before, m);
    text +=
        fmt::format("from {0}\nm{1}.d: maxpool 3 stride 1 pad 1 | m{1}.d2: conv 4 1x1 | m{1}.d.out: relu\n", before, m);
    text += fmt::format("from m{0}.a.out\nm{0}.join: concat m{0}.b.out m{0}.c.out m{0}.d.out\n", m);
  }
  return text + "aux: globalavgpool | aux.out: dense 10\nfrom m2.join\nglobalavgpool | dense 10\n";
}

inline std::string unet_text() {
  std::string text = "input 1x64x64\n";
  int channels = 8;
  for (const int level : {0, 1, 2}) {
    text +=
        fmt::format("conv {0} 3x3 pad 1 | relu | conv {0} 3x3 pad 1 | down{1}: relu | maxpool 2\n", channels, level);
    channels *= 2;
  }
  text += fmt::format("conv {0} 3x3 pad 1 | relu\n", channels);
  for (const int level : {2, 1, 0}) {
    channels /= 2;
    text +=
        fmt::format("convtranspose {0} 2x2 stride 2 | concat down{1} | conv {0} 3x3 pad 1 | relu\n", channels, level);
  }
  return text + "conv 2 1x1\n";
}

inline std::string densenet_text() {
  std::string text = "input 3x32x32\nx0: conv 8 3x3 pad 1\n", all;
  for (const int layer : {1, 2, 3, 4, 5, 6}) {
    text += fmt::format("batchnorm | relu | conv 4 3x3 pad 1 | y{}: dropout 0.1\n", layer);
    text += fmt::format("x{0}: concat x{1}\n", layer, layer - 1);
  }
  text += "conv 16 1x1 | avgpool 2\nz0: relu\n";
  for (const int layer : {1, 2, 3, 4, 5}) {
    text += fmt::format("conv 4 3x3 pad 1 | z{}: relu\n", layer);
    all.insert(0, fmt::format(" z{}", layer - 1));
    text += fmt::format("concat{}\n", all);
  }
  return text + "globalavgpool | dense 10\n";
}

// ResNets of bottlenecks: so many blocks in each of four groups; 3, 8, 36, 3 are ResNet-152.
inline std::string resnet_text(const std::vector<int>& blocks) {
  std::string text =
      "input 3x64x64\nconv 16 7x7 stride 2 pad 3 no bias | batchnorm | relu\nb0: maxpool 3 stride 2 pad 1\n";
  int made = 0, inner = 8;
  for (size_t group = 0; group < blocks.size(); ++group, inner *= 2) {
    for (int block = 0; block < blocks[group]; ++block, ++made) {
      const std::string step = block == 0 && group > 0 ? " stride 2" : "";
      text += fmt::format(
          "conv {0} 1x1 no bias | batchnorm | relu | conv {0} 3x3{1} pad 1 no bias | batchnorm | relu\n", inner, step);
      text += fmt::format("conv {} 1x1 no bias | b{}.f: batchnorm\n", 4 * inner, made);
      if (block == 0) {
        text += fmt::format("from b{0}\nconv {1} 1x1{2} no bias | b{0}.x: batchnorm\nfrom b{0}.f\nadd b{0}.x\n", made,
                            4 * inner, step);
      } else {
        text += fmt::format("add b{}\n", made);
      }
      text += fmt::format("b{}: relu\n", made + 1);
    }
  }
  return text + "globalavgpool | dense 10\n";
}

// Names of networks with their texts.
inline std::map<std::string, std::string> known_graphs() {
  return {{"inception", inception_text()}, {"unet", unet_text()}, {"densenet", densenet_text()}};
}

}  // namespace striate
