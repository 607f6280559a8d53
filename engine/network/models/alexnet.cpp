// AlexNet in its one-column form: Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014.
// It is what torchvision calls alexnet.
#include <fmt/format.h>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/models/families.h"

namespace striate::models_by_family {

std::string alexnet(const Shape& input, int classes) {
  std::string text =
      "features.0: conv 64 11x11 stride 4 pad 2\nfeatures.1: relu\nfeatures.2: maxpool 3 stride 2\n"
      "features.3: conv 192 5x5 pad 2\nfeatures.4: relu\nfeatures.5: maxpool 3 stride 2\n"
      "features.6: conv 384 3x3 pad 1\nfeatures.7: relu\n"
      "features.8: conv 256 3x3 pad 1\nfeatures.9: relu\n"
      "features.10: conv 256 3x3 pad 1\nfeatures.11: relu\nfeatures.12: maxpool 3 stride 2\n";
  text += adaptive_average("alexnet", text, input, 6);
  return text + fmt::format(
                    "flatten: flatten\n"
                    "classifier.0: dropout 0.5\nclassifier.1: dense 4096\nclassifier.2: relu\n"
                    "classifier.3: dropout 0.5\nclassifier.4: dense 4096\nclassifier.5: relu\n"
                    "classifier.6: dense {}\n",
                    classes);
}

std::string adaptive_average(const std::string& model, const std::string& text, const Shape& input, int side) {
  Architecture before = Architecture::parse(text);
  before.set_input(input);
  Shape out;
  try {
    out = before.shapes(1).back();
  } catch (const Error& error) {
    throw Error(fmt::format("model {} does not fit an input of {}: {}", model, input.text(), error.what()),
                "it was made for 3 x 224 x 224");
  }
  const int64_t h = out[2], w = out[3];
  if (h == side && w == side) return "";
  if (h % side != 0 || w % side != 0) {
    throw Error(fmt::format("model {} does not fit an input of {}: its convolutions give {} x {}, and its dense layers "
                            "need {} x {} or a multiple of it",
                            model, input.text(), h, w, side, side),
                "it was made for 3 x 224 x 224; let pictures be resized to that");
  }
  return fmt::format("avgpool: avgpool {}x{}\n", h / side, w / side);
}

}  // namespace striate::models_by_family
