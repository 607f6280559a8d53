// To add a model: a function that writes its text, and a line in the list at the end.
#include "engine/network/models.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

std::string lenet5(const Shape&, int classes) {
  return fmt::format(
      "conv 6 5x5 pad 2 | relu | maxpool 2 | conv 16 5x5 | relu | maxpool 2 | flatten | dense 120 | relu | dense 84 | "
      "relu | dense {}",
      classes);
}

std::string lenet5_1998(const Shape&, int classes) {
  return fmt::format(
      "conv 6 5x5 pad 2 | tanh | avgpool 2 | conv 16 5x5 | tanh | avgpool 2 | flatten | dense 120 | tanh | dense 84 | "
      "tanh | dense {}",
      classes);
}

std::string tiny(const Shape&, int classes) {
  return fmt::format("conv 8 3x3 | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | dense {}", classes);
}

std::string mlp(const Shape& input, int classes) {
  return fmt::format("{}dense 128 | relu | dense 64 | relu | dense {}", input.rank() == 3 ? "flatten | " : "", classes);
}

std::string tinyvgg(const Shape&, int classes) {
  return fmt::format(
      "conv 10 3x3 | relu | conv 10 3x3 | relu | maxpool 2 | conv 10 3x3 | relu | conv 10 3x3 | relu | maxpool 2 | "
      "flatten | dense {}",
      classes);
}

// He et al. 2015, section 4.2: three groups of three blocks; names as in the widely used PyTorch version.
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

}  // namespace

const std::vector<Model>& models() {
  static const std::vector<Model> list = {
      {"lenet5", "LeNet-5 with ReLU and max pooling",
       "The network that read digits, with today's activation and pooling: small enough to see every value of it.", 1,
       28, 28, 10, lenet5},
      {"lenet5-1998", "LeNet-5 as in 1998: tanh and average pooling",
       "Closer to the original of LeCun, Bottou, Bengio and Haffner: 28x28 digits padded to 32x32, tanh, averages.", 1,
       28, 28, 10, lenet5_1998},
      {"tiny", "Two 3x3 layers",
       "Two layers of 3x3 kernels, 8 and 16 of them: the smallest that is worth watching while it learns.", 1, 28, 28,
       10, tiny},
      {"mlp", "Dense layers only", "No convolution: every neuron sees every pixel. For comparison.", 1, 28, 28, 10,
       mlp},
      {"tinyvgg", "A tiny VGG",
       "Four 3x3 convolutions of 10 filters and two poolings on 64x64 colour pictures, as CNN Explainer shows it.", 3,
       64, 64, 10, tinyvgg},
      {"resnet20", "ResNet-20 for 32x32 colour pictures",
       "The residual network of He, Zhang, Ren and Sun for CIFAR-10: nine blocks, shortcuts without weights.", 3, 32,
       32, 10, resnet20},
  };
  return list;
}

const Model& model(const std::string& name) {
  std::vector<std::string> names;
  for (const Model& m : models()) {
    if (name == m.name) return m;
    names.push_back(m.name);
  }
  throw Error(fmt::format("no model is called \"{}\"", name), nearest_hint(name, names));
}

Architecture build_model(const std::string& name, const Shape& input, int classes) {
  const Model& m = model(name);
  const Shape shape = input.rank() > 0 ? input : Shape{m.channels, m.height, m.width};
  Architecture architecture = Architecture::parse(m.text(shape, classes > 0 ? classes : m.classes));
  architecture.set_input(shape);
  try {
    architecture.shapes(1);
  } catch (const Error& error) {
    throw Error(fmt::format("model {} does not fit an input of {}: {}", name, shape.text(), error.what()),
                fmt::format("it was made for {} x {} x {}", m.channels, m.height, m.width));
  }
  return architecture;
}

Architecture architecture_from(const std::string& what, const Shape& input, int classes) {
  for (const Model& m : models()) {
    if (what == m.name) return build_model(what, input, classes);
  }
  std::string text = what;
  if (what.find_first_of(" |\n") == std::string::npos) {
    std::error_code ignored;
    if (!std::filesystem::exists(what, ignored)) model(what);  // neither: the error with the nearest name
    const InputFile file(what);
    constexpr uint64_t kMost = 1 << 20;
    if (file.size() > kMost) {
      throw Error(fmt::format("{} has {} bytes, too many for an architecture", what, file.size()),
                  "give a text file like: conv 6 5x5 | relu | flatten | dense 10");
    }
    text.resize(file.size());
    file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
  }
  Architecture architecture = Architecture::parse(text);
  if (architecture.input().rank() == 0) {
    if (input.rank() > 0) architecture.set_input(input);
  } else if (input.rank() > 0 && architecture.input() != input) {
    throw Error(fmt::format("the network takes {}, the data set has {}", architecture.input().text(), input.text()),
                "change its input line, or leave it out");
  }
  if (architecture.input().rank() > 0) {
    const Shape out = architecture.shapes(1).back();
    if (classes > 0 && !(out.rank() == 2 && (out[1] == classes || (out[1] == 1 && classes == 2)))) {
      throw Error(fmt::format("the network's last layer gives {}, the data set has {} classes", out.text(), classes),
                  fmt::format("end it with dense {}", classes));
    }
  }
  return architecture;
}

}  // namespace striate
