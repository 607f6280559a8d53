#include "engine/session/model_file.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/files/carried_weights.h"
#include "engine/files/read_file.h"
#include "engine/files/torch_file.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "engine/network/per_picture.h"
#include "engine/network/weights_file.h"
#include "engine/old_names.h"
#include "engine/onnx/onnx_model.h"
#include "engine/training/loss_head.h"

namespace striate {
namespace {

std::string word_of(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const auto found = find_named(NameOf::metadata, metadata, key);
  return found == metadata.end() ? std::string() : found->second;
}

// torchvision's, for pictures of another size in the same proportion of 256 to 224.
Preprocessing imagenet_preprocessing_for(const Shape& picture) {
  Preprocessing preprocessing = imagenet_preprocessing();
  if (picture.rank() == 3)
    preprocessing.shorter =
        static_cast<int>(std::lround(static_cast<double>(std::min(picture[1], picture[2])) * 256 / 224));
  return preprocessing;
}

// What a file says of itself goes before what its names and its maker's habits tell.
void find_preprocessing(ModelFile& file, const std::map<std::string, std::string>& metadata, const NameStyle* style) {
  const Shape picture = file.picture();
  const bool colors = picture.rank() == 3 && picture[0] == 3;
  const bool large = picture.rank() == 3 && picture[0] == 3 && picture[1] >= 96;
  if (const std::string own = word_of(metadata, "preprocessing"); !own.empty()) {
    try {
      file.preprocessing = Preprocessing::parse(own);
    } catch (const Error& error) {
      throw Error(fmt::format("{}: \"preprocessing\" in its metadata: {}", file.path, error.what()), error.hint());
    }
    file.prepared_as = "the file";
    if (picture.rank() == 3) {
      try {
        file.preprocessing.check_fits(picture);
      } catch (const Error& error) {
        throw Error(fmt::format("{}: \"preprocessing\" in its metadata: {}", file.path, error.what()), error.hint());
      }
      file.info.normalization = file.preprocessing.normalization(static_cast<int>(picture[0]));
    }
    return;
  }
  if (file.kind == ModelFile::Kind::striate) {
    file.preprocessing.mean = file.info.normalization.mean;
    file.preprocessing.stddev = file.info.normalization.stddev;
    file.prepared_as = "the file";
    return;
  }
  if (large) file.preprocessing = imagenet_preprocessing_for(picture);
  if (colors && style != nullptr && *style->preprocessing != '\0') {
    file.preprocessing = Preprocessing::parse(style->preprocessing);
    file.prepared_as = fmt::format("the names of its weights, which are {}'s", style->name);
  } else if (large && find_model(file.info.model) != nullptr) {
    file.prepared_as = "the name " + file.info.model;
  } else if (file.producer.find("caffe") != std::string::npos && large) {
    file.preprocessing = Preprocessing::parse("shorter 256 | order bgr | scale 1 | mean 104,117,123");
    file.prepared_as = file.producer + ", which wrote the file";
  } else if (file.producer.rfind("CNTK", 0) == 0) {
    file.preprocessing = Preprocessing::parse("scale 1");
    file.prepared_as = "CNTK, which wrote the file";
  }
  for (const char* key : {"input", "preprocessing", "description"}) {
    if (colors && read_preprocessing_words(word_of(metadata, key), file.preprocessing)) {
      file.prepared_as = "the file";
      break;
    }
  }
  file.info.normalization = file.preprocessing.normalization(picture.rank() == 3 ? static_cast<int>(picture[0]) : 1);
}

void check_sizes(const ModelFile& file) {
  try {
    check_pictures(file.info.architecture);
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", file.path, error.what()), error.hint());
  }
}

void check_named_classes(const ModelFile& file) {
  if (file.info.classes.empty()) return;
  const int64_t classes = class_count(file);
  if (static_cast<int64_t>(file.info.classes.size()) != classes)
    throw Error(
        fmt::format("{}: it names {} classes, its network has {}", file.path, file.info.classes.size(), classes),
        "the file was not written by Striate, or was changed since");
}

// The model by name that weights alone belong to: the one that the file names, or that alone they fit; empty: none.
std::string model_of(const SafeTensors& weights, std::vector<std::string>& fitting) {
  fitting = models_that_fit(weights);
  if (const auto said = weights.metadata().find("arch"); said != weights.metadata().end()) {
    if (std::find(fitting.begin(), fitting.end(), said->second) != fitting.end()) return said->second;
  }
  return fitting.size() == 1 ? fitting[0] : std::string();
}

// Where no model was asked for and the file does not say its network.
std::string find_model_of(const SafeTensors& weights, const std::string& path, std::vector<std::string>& notes) {
  std::vector<std::string> fitting;
  std::string model = model_of(weights, fitting);
  if (!model.empty()) notes.push_back(fmt::format("its weights are those of {}", model));
  if (model.empty() && !fitting.empty())
    throw Error(fmt::format("{} holds weights that fit several networks: {}", path, fmt::join(fitting, ", ")),
                fmt::format("say which: --model {}", fitting[0]));
  return model;
}

ModelFile read_weights(const std::string& path, const ModelFileOptions& options) {
  const auto values = std::make_shared<const SafeTensors>(open_tensors(path));
  ModelFile file;
  file.path = path;
  file.carried = !carried_weights(path).empty();
  file.notes = values->notes();
  const NameStyle* style = nullptr;
  const bool says = values->metadata().contains("architecture");
  const bool alone = options.model.empty() && !file.carried && !says;
  const std::string model = alone                                            ? find_model_of(*values, path, file.notes)
                            : file.carried && !says && options.model.empty() ? path
                                                                             : options.model;
  Shape input = options.input;
  if (const Model* known = find_model(model); known != nullptr && input.rank() == 3 && input[0] == 0)
    input = Shape{known->channels, input[1], input[2]};
  if (model.empty()) {
    file.info = read_model_info(*values, path);
  } else {
    file.kind = ModelFile::Kind::weights;
    file.info.architecture = architecture_from(model, input, 0);
    file.info.model = model;
    file.info.classes = classes_in_metadata(values->metadata());
    if (!file.info.architecture.has_input())
      throw Error(fmt::format("{}: the network does not say what it takes", model),
                  "begin it with a line like: input 3x64x64");
    WeightsFit fit = fit_weights(*values, file.info.architecture);
    if (!fit.mismatched.empty() && find_model(model) != nullptr) {
      // The same network for other classes: as many as its last weights have.
      const int64_t classes = outputs_in(*values, file.info.architecture, fit);
      if (classes > 0 && classes <= 1 << 20) {
        const Architecture other = build_model(model, input, static_cast<int>(classes));
        WeightsFit better = fit_weights(*values, other);
        if (better.fits()) file.info.architecture = other, fit = std::move(better);
      }
    }
    if (fit.missing.empty()) style = fit.style;
    file.style = fit.style->name;
  }
  file.split = word_of(values->metadata(), "run.split");
  file.split_by = word_of(values->metadata(), "run.split_by");
  if (has_training_state(*values)) file.frozen = read_training_settings(*values, path).frozen;
  file.loss = word_of(values->metadata(), "loss");
  check_sizes(file);
  find_preprocessing(file, values->metadata(), style);
  check_named_classes(file);
  file.load = [values, path](Stream& stream, Network& network) { load_weights(stream, *values, path, network); };
  return file;
}

// (C, H, W) of a picture in the layout that the file's input has: channels before or behind rows and columns.
std::vector<int64_t> sizes_of_input(const std::string& path, const Shape& picture) {
  const std::vector<OnnxInput> inputs = read_onnx_inputs(path);
  const auto real =
      std::find_if(inputs.begin(), inputs.end(), [](const OnnxInput& each) { return is_real(each.type); });
  const auto chosen = real != inputs.end() ? real : inputs.begin();
  const std::vector<int64_t> sizes = chosen != inputs.end() ? chosen->sizes : std::vector<int64_t>();
  const auto colors = [](int64_t channels) { return channels == 1 || channels == 3; };
  const bool four = sizes.size() == 4, last = four && !colors(sizes[1]) && colors(sizes[3]);
  const int64_t own = !four ? -1 : sizes[last ? 3 : 1];
  const int64_t channels = picture[0] > 0 ? picture[0] : own > 0 ? own : 3, height = picture[1], width = picture[2];
  const int64_t batch = four && sizes[0] > 0 ? sizes[0] : 1;
  if (last) return {batch, height, width, channels};
  return {batch, channels, height, width};
}

ModelFile read_onnx_file(const std::string& path, const ModelFileOptions& options) {
  if (!options.model.empty())
    throw Error(fmt::format("{}: --model is for weights alone", path), "an ONNX file says itself what the network is");
  OnnxOptions onnx;
  if (options.input.rank() == 3) onnx.input = sizes_of_input(path, options.input);
  const auto model = std::make_shared<const OnnxModel>(read_onnx(path, onnx));
  ModelFile file;
  file.path = path;
  file.kind = ModelFile::Kind::onnx;
  file.info.architecture = model->architecture;
  file.info.model = model->graph_name;
  file.info.classes = classes_in_metadata(model->metadata);
  file.producer = model->producer;
  if (model->input.empty() || model->outputs.front().node < 0)
    throw Error(fmt::format("{}: its output does not depend on a picture", path),
                "choose the model that names what a picture shows");
  file.notes = model->notes;
  for (const OnnxOutput& output : model->outputs) {
    if (output.node >= 0) file.outputs[output.name] = output.node;
  }
  check_sizes(file);
  find_preprocessing(file, model->metadata, nullptr);
  check_named_classes(file);
  file.load = [model](Stream& stream, Network& network) { model->load_weights(stream, network); };
  return file;
}

bool only_reshapes(const Node& node) { return node.inputs.size() == 1 && node.layer->info().passes_on; }

// What the last layer that computes gives: what only changes shapes behind it does not count.
Ending ending_of(const Architecture& architecture) {
  int node = architecture.size() - 1;
  while (node > 0) {
    const Node& at = architecture.nodes()[static_cast<size_t>(node)];
    if (!only_reshapes(at)) return at.layer->info().ending;
    node = at.inputs[0];
  }
  return Ending::values;
}

}  // namespace

Shape ModelFile::picture() const {
  const Architecture& architecture = info.architecture;
  Shape in = architecture.input();
  if (architecture.whole()) {
    if (in.rank() != 4 || in[0] != 1) return {};
    in = Shape{in[1], in[2], in[3]};
  }
  if (in.rank() != 3) return {};
  const auto colors = [](int64_t channels) { return channels == 1 || channels == 3; };
  if (colors(in[0])) return in;
  if (colors(in[2])) return Shape{in[2], in[0], in[1]};
  return {};
}

bool ModelFile::channels_last() const {
  const Shape in = info.architecture.input();
  const Shape seen = picture();
  return seen.rank() == 3 && in[in.rank() - 3] != seen[0];
}

ModelFile read_model_file(const std::string& path, const ModelFileOptions& options) {
  if (path.ends_with(".onnx")) return read_onnx_file(path, options);
  for (const char* end : {".h5", ".keras", ".pb", ".tflite"}) {
    if (path.ends_with(end))
      throw Error(fmt::format("{} is a Keras or TensorFlow file", path), "convert it to ONNX with tf2onnx");
  }
  return read_weights(path, options);
}

bool says_its_network(const SafeTensors& weights) {
  std::vector<std::string> fitting;
  return weights.metadata().contains("architecture") || !model_of(weights, fitting).empty();
}

OpenedModelFile open_model_file(Stream& stream, const std::string& path, const ModelFileOptions& options,
                                const Plan& plan) {
  ModelFile file = read_model_file(path, options);
  Network network(stream, file.info.architecture, plan);
  file.load(stream, network);
  return {std::move(file), std::move(network)};
}

int64_t class_count(const ModelFile& file) {
  const Shape out = file.info.architecture.shapes(1).back();
  int64_t most = 1;
  int larger = 0;
  for (int i = 0; i < out.rank(); ++i) {
    most = std::max(most, out[i]);
    larger += out[i] > 1 ? 1 : 0;
  }
  if (larger > 1 || out.rank() == 0)
    throw Error(fmt::format("{} gives {}, not one value for each class", file.path, out.text()),
                "classify is for networks that name what a whole picture shows; detectors and networks that draw maps "
                "can be looked at with summary and --activation");
  return most == 1 ? 2 : most;
}

std::vector<float> class_probabilities(const Architecture& architecture, Loss loss, const std::vector<float>& output) {
  check_numbers(output.data(), static_cast<int>(output.size()), "");
  const Ending last = ending_of(architecture);
  if (output.size() > 1 && last == Ending::shares) return output;
  if (output.size() > 1 && last == Ending::logarithms_of_shares) loss = Loss::negative_log_likelihood;
  return LossHead::class_probabilities(loss, output.data(), static_cast<int>(output.size()));
}

Architecture up_to_logits(const Architecture& architecture) {
  // What is cut off is a plain chain at the end.
  int last = architecture.size() - 1;
  const auto in_chain = [&](int node) {
    return architecture.nodes()[static_cast<size_t>(node)].inputs == std::vector{node - 1};
  };
  int softmax = last;
  while (softmax > 0 && in_chain(softmax) && only_reshapes(architecture.nodes()[static_cast<size_t>(softmax)]))
    --softmax;
  // A logarithm behind it changes nothing: a softmax of log-probabilities is the probabilities again.
  const Ending ending =
      softmax > 0 ? architecture.nodes()[static_cast<size_t>(softmax)].layer->info().ending : Ending::values;
  const bool shares = ending == Ending::shares || ending == Ending::logarithms_of_shares;
  if (softmax > 0 && in_chain(softmax) && shares) last = softmax - 1;
  Architecture result;
  if (architecture.whole()) {
    result.set_whole_input(architecture.input());
  } else {
    result.set_input(architecture.input());
  }
  for (int n = 1; n <= last; ++n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    result.add(node.layer, node.name == std::to_string(n - 1) ? "" : node.name, node.inputs);
  }
  if (result.shapes(1).back().rank() > 2) result.add(parse_layer("flatten"), result.find("logits") < 0 ? "logits" : "");
  return result;
}

std::vector<float> in_network_order(const ModelFile& file, const std::vector<float>& picture) {
  if (!file.channels_last()) return picture;
  const size_t channels = static_cast<size_t>(file.picture()[0]), count = picture.size() / channels;
  std::vector<float> values(picture.size());
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < channels; ++c) values[i * channels + c] = picture[c * count + i];
  }
  return values;
}

std::vector<std::string> classes_in_metadata(const std::map<std::string, std::string>& metadata) {
  for (const char* key : {"classes", "class_names", "labels", "names"}) {
    std::string text = word_of(metadata, key);
    if (text.empty()) continue;
    const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
    std::vector<std::string> names;
    if (list.is_array()) {
      for (const auto& name : list) {
        if (name.is_string()) names.push_back(name.get<std::string>());
      }
      if (!names.empty() && names.size() == list.size()) return names;
      continue;
    }
    // {0: 'tench', 1: 'goldfish'}: the numbers must come in order.
    size_t at = 0;
    while (true) {
      const std::string number = std::to_string(names.size()) + ":";
      at = text.find(number, at);
      if (at == std::string::npos) break;
      const size_t open = text.find_first_of("'\"", at + number.size());
      if (open == std::string::npos) break;
      const size_t close = text.find(text[open], open + 1);
      if (close == std::string::npos) break;
      names.push_back(text.substr(open + 1, close - open - 1));
      at = close + 1;
    }
    if (!names.empty()) return names;
  }
  return {};
}

}  // namespace striate
