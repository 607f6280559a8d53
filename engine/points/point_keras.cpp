#include "engine/points/point_keras.h"

#include <algorithm>
#include <bit>

#include "engine/error.h"

namespace striate {
namespace {

const char* const kFeatureCode[] = {"x", "y", "x * x", "y * y", "x * y", "np.sin(x)", "np.sin(y)"};

std::string loss_code(const PointNetwork& network) {
  switch (network.model().loss) {
    case PointLoss::mse:
      return "\"mse\"";
    case PointLoss::mae:
      return "\"mae\"";
    case PointLoss::huber:
      return "\"huber\"";
    default:
      break;
  }
  if (network.classes() > 2) return "\"categorical_crossentropy\"";
  switch (network.output().activation) {
    case PointActivation::sigmoid:
      return "\"binary_crossentropy\"";
    case PointActivation::linear:
      return "keras.losses.BinaryCrossentropy(from_logits=True)";
    case PointActivation::tanh:
      return "tanh_crossentropy";
    default:
      return "\"binary_crossentropy\"";
  }
}

std::string optimizer_code(const PointLearning& learning) {
  const double rate = learning.rate;
  switch (learning.optimizer) {
    case PointOptimizer::sgd:
      return fmt::format("SGD({})", rate);
    case PointOptimizer::momentum:
      return fmt::format("SGD({}, momentum=0.9)", rate);
    case PointOptimizer::nesterov:
      return fmt::format("SGD({}, momentum=0.9, nesterov=True)", rate);
    case PointOptimizer::rmsprop:
      return fmt::format("RMSprop({}, rho=0.99)", rate);
    case PointOptimizer::adagrad:
      return fmt::format("Adagrad({}, initial_accumulator_value=0)", rate);
    default:
      return fmt::format("Adam({})", rate);
  }
}

// Keras' own accuracy knows targets of 0 and 1 alone.
const char* metric_code(const PointNetwork& network) { return network.low() < 0 ? "same_sign" : "\"accuracy\""; }

std::string number_list(const double* values, size_t count) {
  std::string list = "[";
  for (size_t i = 0; i < count; ++i) {
    list += (i > 0 ? i % 6 == 0 ? ",\n     " : ", " : "") + fmt::format("{}", values[i]);
  }
  return list + "]";
}

std::string base64(const std::vector<float>& values) {
  static const char* const kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  for (const float value : values) {
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(bits >> (8 * i) & 255);
  }
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k)
      three = three << 8 | (i + k < bytes.size() ? static_cast<uint8_t>(bytes[i + k]) : 0u);
    for (size_t k = 0; k < 4; ++k) {
      text += i + k <= bytes.size() ? kSigns[three >> (18 - 6 * k) & 63] : '=';
    }
    if (text.size() % 121 == 120) text += '\n';
  }
  return text;
}

std::string indices(const std::vector<int>& list) { return fmt::format("[{}]", fmt::join(list, ", ")); }

// Where Keras's own loss and Striate's part: only where an output is as good as sure of the wrong class.
std::string cross_entropy_words(const PointNetwork& network) {
  const PointActivation output = network.output().activation;
  if (output == PointActivation::linear) {
    return "# Striate's loss of a single sample ends at 100; this one, of the sum, has no end.\n";
  }
  if (output != PointActivation::sigmoid && output != PointActivation::softmax && output != PointActivation::tanh) {
    return "# Keras and Striate keep this output within 1e-7 and 1 - 1e-7: a sample's loss is 16.1 at most.\n";
  }
  std::string text =
      "# Both losses are -log of the probability of the right class, and equal where it is above 1e-7. Below,\n"
      "# Striate goes on to a loss of 100, as PyTorch does; Keras keeps probabilities within 1e-7 and 1 - 1e-7, so\n"
      "# that a sample's loss ends at 16.1 and gives no gradient there.";
  if (output != PointActivation::tanh) {
    text += " With TensorFlow Keras takes the sum\n# before the " + std::string(name_of(output)) +
            " instead, and has no end.";
  }
  return text + "\n";
}

// How a class becomes the target that the output is compared with.
std::string targets_code(const PointNetwork& network) {
  if (network.classes() == 0) return "labels[:, None]";
  if (network.classes() > 2) return fmt::format("np.eye({})[labels.astype(int)]", network.classes());
  const bool signs = network.low() < 0;
  // Keras' own cross-entropy wants 0 and 1, whatever the output is.
  const bool zero_one = network.model().loss == PointLoss::cross_entropy;
  return signs && !zero_one ? "2 * labels[:, None] - 1" : "labels[:, None]";
}

}  // namespace

std::vector<KerasLine> keras_lines(const PointTraining& training) {
  const PointNetwork& network = training.network();
  const PointData& data = training.data();
  const PointLearning& learning = training.learning();
  std::vector<KerasLine> lines;
  const auto line = [&](std::string text, std::string topic) { lines.push_back({std::move(text), std::move(topic)}); };
  line(fmt::format("samples, labels = read_data()  # {}", name_of(data.source.kind)), "data");
  line("x_train, x_test, y_train, y_test = train_test_split(", "split");
  line(fmt::format("    samples, labels, train_size={})", data.source.training), "split");
  line("model = keras.Sequential([", "");
  std::string inputs;
  if (!data.pictures()) {
    for (const PointFeature feature : network.model().features) {
      inputs += (inputs.empty() ? "  # " : ", ") + std::string(name_of(feature));
    }
  } else {
    inputs = fmt::format("  # {} x {} pixels", kDigitSide, kDigitSide);
  }
  line(fmt::format("    keras.Input(({},)),{}", network.inputs(), inputs), "features");
  for (size_t l = 0; l < network.layers().size(); ++l) {
    const PointLayer& layer = network.layers()[l];
    line(fmt::format("    layers.Dense({}, activation=\"{}\"),", layer.units, name_of(layer.activation)),
         fmt::format("layer {}", l));
  }
  line("])", "");
  line(fmt::format("model.compile(loss={},", loss_code(network)), "loss");
  line(fmt::format("    optimizer=keras.optimizers.{}{}", optimizer_code(learning), data.regression() ? ")" : ","),
       "optimizer");
  if (!data.regression()) line(fmt::format("    metrics=[{}])", metric_code(network)), "test");
  const int64_t epochs = std::max<int64_t>(1, training.state().epoch);
  line(fmt::format("model.fit(x_train, y_train, batch_size={}, epochs={})", learning.batch, epochs), "batch");
  line("model.evaluate(x_test, y_test)", "test");
  return lines;
}

std::string keras_text(const std::vector<KerasLine>& lines) {
  std::string text;
  for (const KerasLine& line : lines) text += line.text + "\n";
  return text;
}

std::string keras_file(const PointTraining& training) {
  const PointNetwork& network = training.network();
  const PointData& data = training.data();
  std::string text = fmt::format(
      "\"\"\"A network over the points {}, for Keras, written by Striate at step {}.\n\n"
      "    python FILE.py          loss and accuracy of the test samples, with the weights of that step\n"
      "    python FILE.py --check  the outputs for every sample, one line each\n"
      "    python FILE.py --train  learns from new random weights\n\n"
      "It needs keras (3.0 or later) and numpy.\n\"\"\"\n",
      name_of(data.source.kind), training.step());
  text += data.pictures() ? "import base64\nimport sys\n\n" : "import sys\n\n";
  text += "import keras\nimport numpy as np\nfrom keras import layers\n\n";
  if (data.pictures()) {
    std::vector<float> values(data.samples.begin(), data.samples.end());
    text += fmt::format(
        "# {} pictures of {} x {} pixels, float32.\n"
        "samples = np.frombuffer(base64.b64decode(\"\"\"\n{}\"\"\"), \"<f4\").reshape(-1, {})\n",
        data.count(), kDigitSide, kDigitSide, base64(values), data.width);
  } else {
    text += "# x and y of each point.\nsamples = np.array(\n    " +
            number_list(data.samples.data(), data.samples.size()) + ").reshape(-1, 2)\n";
  }
  text += "labels = np.array(\n    " + number_list(data.targets.data(), data.targets.size()) + ")\n";
  text += "train = " + indices(data.train) + "\ntest = " + indices(data.test) + "\n\n\n";
  text += "def features(samples):\n    \"\"\"What the network is given of each sample.\"\"\"\n";
  if (data.pictures()) {
    text += "    return samples\n\n\n";
  } else {
    std::string list;
    for (const PointFeature feature : network.model().features) {
      list += (list.empty() ? "" : ", ") + std::string(kFeatureCode[static_cast<size_t>(feature)]);
    }
    text += "    x, y = samples[:, 0], samples[:, 1]\n    return np.stack([" + list + "], axis=1)\n\n\n";
  }
  text += fmt::format("inputs, targets = features(samples), {}\n", targets_code(network));
  text += "x_train, y_train = inputs[train], targets[train]\nx_test, y_test = inputs[test], targets[test]\n\n\n";
  if (network.classes() == 2 && network.model().loss == PointLoss::cross_entropy && network.low() < 0 &&
      network.output().activation == PointActivation::tanh) {
    text +=
        "def tanh_crossentropy(target, output):\n"
        "    \"\"\"tanh reaches from -1 to 1: moved to 0 to 1, it is read as a probability.\"\"\"\n"
        "    return keras.losses.binary_crossentropy(target, (output + 1) / 2)\n\n\n";
  }
  if (!data.regression()) {
    if (network.low() < 0) {
      text +=
          "def same_sign(target, output):\n"
          "    \"\"\"The share of outputs on the right side of 0.\"\"\"\n"
          "    return keras.ops.cast(keras.ops.equal(output > 0, target > 0), \"float32\")\n\n\n";
    }
    text += "def accuracy(outputs, labels):\n";
    text += network.classes() > 2 ? "    return np.mean(outputs.argmax(axis=1) == labels)\n\n\n"
                                  : fmt::format("    return np.mean((outputs[:, 0] > {}) == (labels > 0.5))\n\n\n",
                                                (network.low() + network.high()) / 2);
  }
  if (network.model().loss == PointLoss::cross_entropy) text += cross_entropy_words(network);
  text += fmt::format("model = keras.Sequential([\n    keras.Input(({},)),\n", network.inputs());
  for (const PointLayer& layer : network.layers()) {
    text += fmt::format("    layers.Dense({}, activation=\"{}\"),\n", layer.units, name_of(layer.activation));
  }
  text += fmt::format("])\nmodel.compile(loss={},\n              optimizer=keras.optimizers.{}{})\n\n",
                      loss_code(network), optimizer_code(training.learning()),
                      data.regression() ? "" : fmt::format(",\n              metrics=[{}]", metric_code(network)));
  text += "# Kernel and bias of each layer, as they were at that step.\nweights = [\n";
  for (const PointLayer& layer : network.layers()) {
    const double* const parameters = training.parameters().data();
    text += "    np.array(\n    " + number_list(parameters + layer.weights, layer.biases - layer.weights) +
            fmt::format(").reshape({}, {}),\n", layer.inputs, layer.units);
    text += "    np.array(" + number_list(parameters + layer.biases, static_cast<size_t>(layer.units)) + "),\n";
  }
  text += "]\n\n\nif __name__ == \"__main__\":\n";
  text += fmt::format(
      "    if \"--train\" in sys.argv:\n        model.fit(x_train, y_train, batch_size={}, epochs={})\n    else:\n"
      "        model.set_weights(weights)\n",
      training.learning().batch, std::max<int64_t>(1, training.state().epoch));
  text +=
      "    outputs = np.asarray(model.predict(inputs, verbose=0))\n"
      "    if \"--check\" in sys.argv:\n"
      "        for row in outputs:\n"
      "            print(*(f\"{value:.9g}\" for value in row))\n"
      "    else:\n"
      "        print(\"test loss\", model.evaluate(x_test, y_test, verbose=0))\n";
  if (!data.regression()) text += "        print(\"test accuracy\", accuracy(outputs[test], labels[test]))\n";
  // To compare with.
  text += fmt::format(
      "        if \"--train\" not in sys.argv:\n            print(\"Striate's test loss at that step: {:.9g}\")\n",
      score(network, training.parameters().data(), data, data.test).loss);
  return text;
}

}  // namespace striate
