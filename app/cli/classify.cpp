// striate classify: what a trained network sees in pictures.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "app/cli/training.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"
#include "engine/files/safetensors.h"
#include "engine/nearest_word.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/session/preparation_of.h"

namespace striate {
namespace {

struct ClassifyOptions {
  ModelOptions model;
  std::vector<std::string> images, activations;
  std::string as = "auto", loss, save;  // loss empty: that of the model's training
  int64_t best = 5;
  bool explain = false, force = false;
};

void print_steps(const std::string& path, const PreparedPicture& prepared) {
  for (const PreprocessingStep& step : prepared.steps) {
    for (size_t c = 0; c < step.channels.size(); ++c) {
      std::string first;
      for (const float value : step.first[c]) first += fmt::format("{}{:.7g}", first.empty() ? "" : " ", value);
      print_out(fmt::format("{},{},{},{},{},{},{:.7g},{:.7g},{:.7g},{}\n", csv_field(path), step.name,
                            csv_field(step.words), step.width, step.height, step.channels[c], step.minimum[c],
                            step.maximum[c], step.mean[c], first));
    }
  }
}

// The layer that is called so, or that gives the output that is.
std::string layer_named(const Session& session, const std::string& name) {
  const std::vector<Node>& nodes = session.architecture().nodes();
  const auto output = session.file().outputs.find(name);
  if (output != session.file().outputs.end()) return nodes[static_cast<size_t>(output->second)].name;
  if (session.architecture().find(name) >= 0) return name;
  std::vector<std::string> names;
  for (const Node& each : nodes) names.push_back(each.name);
  throw Error(fmt::format("{}: no layer is called \"{}\"", session.file().path, name), nearest_hint(name, names));
}

void print_activations(const ClassifyOptions& options, const std::string& path, const Session& session,
                       const SessionResult& result) {
  for (const std::string& name : options.activations) {
    const SessionTensor& tensor = result.activations.at(layer_named(session, name));
    double least = INFINITY, most = -INFINITY, sum = 0;
    int64_t zeros = 0;
    for (const float value : tensor.values) {
      least = std::min(least, double{value});
      most = std::max(most, double{value});
      sum += double{value};
      zeros += value == 0 ? 1 : 0;
    }
    std::string first;
    for (size_t i = 0; i < std::min<size_t>(4, tensor.values.size()); ++i)
      first += fmt::format("{}{:.7g}", first.empty() ? "" : " ", tensor.values[i]);
    print_out(fmt::format("{},{},{},{:.7g},{:.7g},{:.7g},{},{}\n", csv_field(path), csv_field(name),
                          shape_words(tensor.shape), least, most, sum / static_cast<double>(tensor.values.size()),
                          zeros, first));
  }
}

void save_activations(const ClassifyOptions& options, const Session& session, const SessionResult& result) {
  SafeTensorsWriter writer;
  const auto add = [&](const std::string& name, const SessionTensor& tensor) {
    writer.add(name, tensor.shape.sizes(), tensor.values.data(), tensor.values.size());
  };
  for (const std::string& name : options.activations) add(name, result.activations.at(layer_named(session, name)));
  if (options.activations.empty())
    for (const Node& node : session.architecture().nodes()) add(node.name, result.activations.at(node.name));
  writer.metadata["picture"] = options.images.front();
  writer.write(options.save);
  print_note(fmt::format("activations saved to {}", options.save));
}

// Where the network is unsure, and with red and blue swapped it would be sure: the commonest wrong guess.
void point_out_order(Session& session, Loss loss, const Image& image, const std::vector<float>& probabilities) {
  constexpr float kUnsure = 0.6f, kMore = 0.35f;
  const ModelFile& file = session.file();
  const bool somebody_guessed = file.prepared_as.empty() || file.prepared_as == "the options" ||
                                (file.kind == ModelFile::Kind::weights && file.prepared_as.rfind("the name ", 0) == 0);
  if (file.picture()[0] != 3 || !somebody_guessed) return;
  const float best = *std::max_element(probabilities.begin(), probabilities.end());
  if (best >= kUnsure) return;
  Preprocessing other = file.preprocessing;
  const bool rgb = other.order == Preprocessing::Order::rgb;
  other.order = rgb ? Preprocessing::Order::bgr : Preprocessing::Order::rgb;
  SessionRequest request;
  request.input = in_network_order(file, prepare_picture(image, other, file.picture()).values);
  const std::vector<float> swapped = session.probabilities(session.run(request)->output.values, loss);
  const auto at = std::max_element(swapped.begin(), swapped.end());
  if (*at < best + kMore) return;
  print_note(fmt::format("{}: with the channels as {} it would be {} ({:.2f} instead of {:.2f}): try --order {}",
                         image.name, rgb ? "BGR" : "RGB", file.info.classes[static_cast<size_t>(at - swapped.begin())],
                         *at, best, rgb ? "bgr" : "rgb"));
}

// Of the first picture's preprocessing: what nobody has said.
void point_out_guess(const ModelFile& file) {
  if (!file.prepared_as.empty() || file.kind == ModelFile::Kind::weights) return;
  print_note(fmt::format("{} does not say how pictures are prepared; assumed is: {}", file.path,
                         file.preprocessing.text(file.picture()[0])));
}

Preprocessing preprocessing_for(const ClassifyOptions& options, const ModelFile& file, const Image& image) {
  if (options.as == "auto") return preprocessing_for(file, image);
  Preprocessing preprocessing = file.preprocessing;
  if (options.as == "digit") preprocessing.fit = Preprocessing::Fit::digit;
  return preprocessing;
}

void classify(const ClassifyOptions& options, const CommandLine& line) {
  if (!options.loss.empty()) as_usage("--loss", [&] { return parse_loss(options.loss); });
  if (!options.save.empty() && options.images.size() != 1)
    throw UsageError("--save-activations is for one picture", "give one IMAGE");
  if (!options.save.empty()) {
    std::vector<std::string> inputs = options.images;
    inputs.insert(inputs.end(), {options.model.file, options.model.model, options.model.labels});
    check_overwrite({options.save, FileKind::weights, std::move(inputs), options.force, true});
  }
  Stream stream(line.device());
  OpenedModel model = open_model(stream, options.model);
  Session& session = model.session;
  const ModelFile& file = session.file();
  const Loss loss = parse_loss(given_or(options.loss, file.loss, "cross-entropy"));
  const Shape input = file.picture();
  if (input.rank() != 3)
    throw Error(fmt::format("{} takes {}, not pictures", options.model.file, file.info.architecture.input().text()),
                "choose a model for pictures of 1 or 3 channels");
  if (options.as == "digit" && input != Shape{1, 28, 28})
    throw Error(fmt::format("--as digit: {} takes {}, digits are 1 x 28 x 28", options.model.file, input.text()),
                "use --as picture");
  file.preprocessing.check_fits(input);
  SessionRequest request;
  for (const std::string& name : options.activations) request.activations.push_back(layer_named(session, name));
  request.all_activations = !options.save.empty() && options.activations.empty();
  point_out_guess(file);
  if (options.explain) {
    print_out(fmt::format("preprocessing {}\nfrom {}\n\n", file.preprocessing.text(input[0]),
                          file.prepared_as.empty() ? "a guess" : file.prepared_as));
    print_out("image,step,what,width,height,channel,minimum,maximum,mean,first values\n");
    for (const std::string& path : options.images) {
      const ImagePtr image = read_image(path);
      print_steps(path, prepare_picture(*image, preprocessing_for(options, file, *image), input));
    }
    print_out("\n");
  }
  if (!options.activations.empty()) print_out("image,activation,shape,minimum,maximum,mean,zeros,first values\n");
  std::string answers = "image,rank,class,probability\n";
  for (const std::string& path : options.images) {
    const ImagePtr image = read_image(path);
    print_notes(*image);
    const PreparedPicture prepared = prepare_picture(*image, preprocessing_for(options, file, *image), input);
    request.input = in_network_order(file, prepared.values);
    const SessionResult result = *session.run(request);
    const std::vector<float> probabilities = session.probabilities(result.output.values, loss);
    print_activations(options, path, session, result);
    if (!options.save.empty()) save_activations(options, session, result);
    std::vector<int> order(probabilities.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
      return probabilities[static_cast<size_t>(a)] > probabilities[static_cast<size_t>(b)];
    });
    const size_t shown = std::min(order.size(), static_cast<size_t>(options.best));
    for (size_t i = 0; i < shown; ++i) {
      const size_t c = static_cast<size_t>(order[i]);
      answers +=
          fmt::format("{},{},{},{:.6f}\n", csv_field(path), i + 1, csv_field(file.info.classes[c]), probabilities[c]);
    }
    if (options.activations.empty()) {
      print_out(answers);
      answers.clear();
    }
    point_out_order(session, loss, *image, probabilities);
  }
  if (!options.activations.empty()) print_out("\n" + answers);
}

}  // namespace

void add_classify(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ClassifyOptions>();
  CLI::App* command = add_command(
      parent, line, "classify", "What a trained network sees in pictures",
      "Prints image,rank,class,probability, the five best classes of each picture. How pictures are prepared is what\n"
      "the options say, else the file, else the model's name; --explain shows it step by step. Models of this program\n"
      "get the middle part in their proportions; those of ImageNet the middle of a picture whose shorter\n"
      "side was made 256. For a network that has learned digits, a picture of another size is taken for a drawing\n"
      "(--as digit): bright paper is turned dark, the ink fitted into 20x20 and centered by its mass in 28x28, as\n"
      "MNIST's makers did. The probability is what softmax makes of the outputs; it is not how likely the answer is\n"
      "to be right.\n\n"
      "Examples:\n"
      "  striate classify digits.safetensors my-seven.png\n"
      "  striate classify tiles.safetensors tiles/*.jpg --best 1\n"
      "  striate classify resnet50.safetensors --model resnet50 photo.jpg --explain\n"
      "  striate classify squeezenet.onnx photo.jpg --order bgr --scale 1 --mean 104,117,123\n"
      "  striate classify model.onnx photo.jpg --activation conv1 --save-activations all.safetensors");
  add_model_options(*command, options->model);
  command->add_option("IMAGE", options->images, "The pictures")->required()->type_name("");
  add_choice(*command, "--as", options->as, "What the pictures are (auto)", {"auto", "picture", "digit"});
  add_integer(*command, "--best", options->best, "Classes for each picture (5)", 1, 100000);
  command->add_flag("--explain", options->explain, "Print each step of the preprocessing as numbers");
  command->add_option("--activation", options->activations, "Print what a layer gave, by its name; as often as wanted")
      ->type_name("NAME")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_text(*command, "--save-activations", options->save, "Write these, or those of all layers, as tensors")
      ->type_name("FILE");
  add_text(*command, "--loss", options->loss, "The loss (that of its training)")->type_name("NAME");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { classify(*options, line); }; });
}

}  // namespace striate
