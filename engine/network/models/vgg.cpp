// VGG-16, configuration D of Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", 2014. Names as in torchvision.models.vgg16.
#include <fmt/format.h>

#include "engine/network/models/families.h"

namespace striate::models_by_family {

std::string vgg16(const Shape& input, int classes) {
  constexpr int kPool = 0;
  constexpr int kLayers[] = {64,    64,  kPool, 128, 128,   kPool, 256, 256, 256,
                             kPool, 512, 512,   512, kPool, 512,   512, 512, kPool};
  std::string text;
  int index = 0;
  for (const int channels : kLayers) {
    if (channels == kPool) {
      text += fmt::format("features.{}: maxpool 2\n", index++);
    } else {
      text += fmt::format("features.{}: conv {} 3x3 pad 1\nfeatures.{}: relu\n", index, channels, index + 1);
      index += 2;
    }
  }
  text += adaptive_average("vgg16", text, input, 7);
  return text + fmt::format(
                    "flatten: flatten\n"
                    "classifier.0: dense 4096\nclassifier.1: relu\nclassifier.2: dropout 0.5\n"
                    "classifier.3: dense 4096\nclassifier.4: relu\nclassifier.5: dropout 0.5\n"
                    "classifier.6: dense {}\n",
                    classes);
}

}  // namespace striate::models_by_family
