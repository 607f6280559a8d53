// To add a model: a function that writes its text, in a file of models/, and a line in one of the two lists.
#include "engine/network/models.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/marked.h"
#include "engine/nearest_word.h"
#include "engine/network/models/families.h"
#include "engine/network/per_picture.h"

namespace striate {

const std::vector<Model>& models() {
  static const std::vector<Model> list = {
      {"lenet5", N_("LeNet-5 with ReLU and max pooling"),
       N_("The network that read digits, with today's activation and pooling: small enough to see every value of it."),
       1, 28, 28, 10, models_by_family::lenet5},
      {"lenet5-tanh", N_("LeNet-5 with tanh and average pooling"),
       N_("What tutorials show as LeNet-5: 28x28 digits padded to 32x32, tanh, averages, every map read by every "
          "filter."),
       1, 28, 28, 10, models_by_family::lenet5_tanh},
      {"lenet5-1998", N_("LeNet-5 as it was in 1998"),
       N_("The network of LeCun, Bottou, Bengio and Haffner: trainable subsampling, a connection table, scaled tanh, "
          "and "
          "outputs that are distances from pictures of the digits. It learns with the loss map."),
       1, 28, 28, 10, models_by_family::lenet5_1998},
      {"lenet1989", N_("The network of 1989"),
       N_("The first that read zip codes by convolutions: 16x16 digits from -1 to 1, twelve maps of units with biases "
          "of "
          "their own, 9760 weights. It learns with the loss mse."),
       1, 28, 28, 10, models_by_family::lenet1989},
      {"tiny", N_("Two 3x3 layers"),
       N_("Two layers of 3x3 kernels, 8 and 16 of them: the smallest that is worth watching while it learns."), 1, 28,
       28, 10, models_by_family::tiny},
      {"mlp", N_("Dense layers only"), N_("No convolution: every neuron sees every pixel. For comparison."), 1, 28, 28,
       10, models_by_family::mlp},
      {"tinyvgg", N_("A tiny VGG"),
       N_("Four 3x3 convolutions of 10 filters and two poolings on 64x64 color pictures, as CNN Explainer shows it."),
       3, 64, 64, 10, models_by_family::tinyvgg},
      {"resnet20", N_("ResNet-20 for 32x32 color pictures"),
       N_("The residual network of He, Zhang, Ren and Sun for CIFAR-10: nine blocks, shortcuts without weights."), 3,
       32, 32, 10, models_by_family::resnet20},
  };
  return list;
}

const std::vector<Model>& large_models() {
  static const std::vector<Model> list = {
      {"alexnet", N_("AlexNet"),
       N_("The network whose victory of 2012 made everyone change over: five convolutions, three dense layers, in the "
          "form of one column that torchvision has."),
       3, 224, 224, 1000, models_by_family::alexnet},
      {"vgg16", N_("VGG-16"),
       N_("Thirteen convolutions of 3x3 and nothing else but poolings: simple and large. Most of its weights are in "
          "the first dense layer."),
       3, 224, 224, 1000, models_by_family::vgg16},
      {"resnet18", N_("ResNet-18"),
       N_("Residual blocks of two 3x3 convolutions: what a block computes is added to its input."), 3, 224, 224, 1000,
       models_by_family::resnet18},
      {"resnet50", N_("ResNet-50"),
       N_("Residual blocks of three convolutions, 1x1 3x3 1x1: the usual measure of everything else."), 3, 224, 224,
       1000, models_by_family::resnet50},
      {"squeezenet1_1", N_("SqueezeNet 1.1"),
       N_("As good as AlexNet with a fiftieth of its weights: layers squeeze to few channels before they expand."), 3,
       224, 224, 1000, models_by_family::squeezenet1_1},
  };
  return list;
}

const Model* find_model(const std::string& name) {
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& m : *list) {
      if (name == m.name) return &m;
    }
  }
  return nullptr;
}

const Model& model(const std::string& name) {
  if (const Model* found = find_model(name)) return *found;
  std::vector<std::string> names;
  for (const Model& m : models()) names.emplace_back(m.name);
  for (const Model& m : large_models()) names.emplace_back(m.name);
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
  if (find_model(what) != nullptr) return build_model(what, input, classes);
  std::string text = what;
  if (what.find_first_of(" |\n") == std::string::npos) {
    std::error_code ignored;
    if (!std::filesystem::exists(what, ignored)) model(what);  // neither: the error with the nearest name
    const InputFile file(what);
    constexpr uint64_t kMax = 1 << 20;
    if (file.size() > kMax) {
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
    check_pictures(architecture);
    const Shape out = architecture.shapes(1).back();
    if (classes > 0 && out.rank() != 2) {
      throw Error(
          fmt::format("the network's last layer gives {}, which is not a row of {} values for each picture",
                      out.rank() == 0 ? "one value" : out.text(), classes),
          out.rank() < 2
              ? "keep the first axis for the pictures of a batch: write batch for its size in a reshape"
              : fmt::format("end it with {}",
                            out.count() == classes * out[0] ? "flatten" : fmt::format("flatten | dense {}", classes)));
    }
    if (classes > 0 && out[1] != classes && !(out[1] == 1 && classes == 2)) {
      throw Error(fmt::format("the network's last layer gives {} values for each picture, the data set has {} classes",
                              out[1], classes),
                  fmt::format("end it with dense {}", classes));
    }
  }
  return architecture;
}

}  // namespace striate
