// striate classify: what a trained network sees in pictures.
#include <algorithm>
#include <memory>
#include <numeric>

#include "app/cli/training.h"
#include "engine/files/image_file.h"
#include "engine/training/data/fit_image.h"
#include "engine/training/metrics.h"

namespace striate {
namespace {

struct ClassifyOptions {
  ModelOptions model;
  std::vector<std::string> images;
  std::string as = "auto", loss;  // empty: that of the model's training
  int64_t best = 5;
};

// What the network receives, 0..1.
std::vector<float> prepare(const Image& image, const Shape& input, bool digit) {
  if (digit) return fit_digit(ink_of(image).data(), image.width, image.height).pixels;
  const std::vector<uint8_t> bytes = fit_image(image, input);
  std::vector<float> pixels;
  for (const uint8_t value : bytes) pixels.push_back(static_cast<float>(value) / 255.0f);
  return pixels;
}

void classify(const ClassifyOptions& options, const CommandLine& line) {
  if (!options.loss.empty()) as_usage("--loss", [&] { return parse_loss(options.loss); });
  Stream stream(line.device());
  OpenedModel model = open_model(stream, options.model);
  const Loss loss = parse_loss(given_or(options.loss, model.loss, "cross-entropy"));
  const ModelInfo& info = model.info;
  const Shape input = info.architecture.input();
  if (input.rank() != 3 || (input[0] != 1 && input[0] != 3))
    throw Error(fmt::format("{} takes {}, not pictures", options.model.file, input.text()),
                "choose a model for pictures of 1 or 3 channels");
  const bool digit_input = input == Shape{1, 28, 28};
  if (options.as == "digit" && !digit_input)
    throw Error(fmt::format("--as digit: {} takes {}, digits are 1 x 28 x 28", options.model.file, input.text()),
                "use --as picture");
  Evaluator evaluator(stream, info.architecture, 1, loss);
  print_out("image,rank,class,probability\n");
  for (const std::string& path : options.images) {
    const ImagePtr image = read_image(path);
    print_notes(*image);
    const bool learned_digits = info.data == "digits" || info.data == "mnist";
    const bool ready = image->width == input[2] && image->height == input[1];
    const bool digit = options.as == "digit" || (options.as == "auto" && digit_input && learned_digits && !ready);
    std::vector<float> pixels = prepare(*image, input, digit);
    info.normalisation.apply(input, pixels.data());
    const std::vector<float> probabilities = evaluator.probabilities(stream, model.network, pixels);
    std::vector<int> order(probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return probabilities[static_cast<size_t>(a)] > probabilities[static_cast<size_t>(b)];
    });
    const size_t shown = std::min(order.size(), static_cast<size_t>(options.best));
    for (size_t i = 0; i < shown; ++i) {
      const size_t c = static_cast<size_t>(order[i]);
      print_out(fmt::format("{},{},{},{:.6f}\n", csv_field(path), i + 1, csv_field(info.classes[c]), probabilities[c]));
    }
  }
}

}  // namespace

void add_classify(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ClassifyOptions>();
  CLI::App* command = add_command(
      parent, line, "classify", "What a trained network sees in pictures",
      "Prints image,rank,class,probability, the five best classes of each picture. Pictures are fitted as for train:\n"
      "the middle part in the network's proportions, resized. For a network that has learned digits, a picture of\n"
      "another size is taken for a drawing (--as digit): bright paper is turned dark, the ink fitted into 20x20 and\n"
      "centred by its mass in 28x28, as MNIST's makers did. The probability is what softmax makes of the outputs; it\n"
      "is not how likely the answer is to be right.\n\n"
      "Examples:\n"
      "  striate classify digits.safetensors my-seven.png\n"
      "  striate classify tiles.safetensors tiles/*.jpg --best 1");
  add_model_options(*command, options->model);
  command->add_option("IMAGE", options->images, "The pictures")->required()->type_name("");
  add_choice(*command, "--as", options->as, "What the pictures are (auto)", {"auto", "picture", "digit"});
  add_integer(*command, "--best", options->best, "Classes for each picture (5)", 1, 100000);
  add_text(*command, "--loss", options->loss, "The loss (that of its training)")->type_name("NAME");
  command->callback([options, &line] { line.run = [options, &line] { classify(*options, line); }; });
}

}  // namespace striate
