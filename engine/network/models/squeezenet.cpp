// SqueezeNet 1.1: Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer, "SqueezeNet: AlexNet-level accuracy with 50x
// fewer parameters", 2016, in the authors' later and cheaper version. Names as in torchvision.models.squeezenet1_1.
#include <fmt/format.h>

#include "engine/network/models/families.h"

namespace striate::models_by_family {
namespace {

// Squeeze to few channels, expand with 1x1 and with 3x3 kernels side by side. The block's output is called after it.
std::string fire(int index, int squeeze, int expand) {
  const std::string name = fmt::format("features.{}", index);
  return fmt::format(
      "{0}.squeeze: conv {1} 1x1\n{0}.squeeze_activation: relu\n"
      "{0}.expand1x1: conv {2} 1x1\n{0}.expand1x1_activation: relu\n"
      "from {0}.squeeze_activation\n"
      "{0}.expand3x3: conv {2} 3x3 pad 1\n{0}.expand3x3_activation: relu\n"
      "from {0}.expand1x1_activation\n"
      "{0}: concat {0}.expand3x3_activation\n",
      name, squeeze, expand);
}

}  // namespace

std::string squeezenet1_1(const Shape&, int classes) {
  const auto pool = [](int index) { return fmt::format("features.{}: maxpool 3 stride 2 ceil\n", index); };
  return "features.0: conv 64 3x3 stride 2\nfeatures.1: relu\n" + pool(2) + fire(3, 16, 64) + fire(4, 16, 64) +
         pool(5) + fire(6, 32, 128) + fire(7, 32, 128) + pool(8) + fire(9, 48, 192) + fire(10, 48, 192) +
         fire(11, 64, 256) + fire(12, 64, 256) +
         fmt::format(
             "classifier.0: dropout 0.5\nclassifier.1: conv {} 1x1\nclassifier.2: relu\nclassifier.3: globalavgpool\n",
             classes);
}

}  // namespace striate::models_by_family
