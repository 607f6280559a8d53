#include "engine/session/open_network.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <utility>

#include "engine/drawing/prepare_input.h"
#include "engine/files/carried_weights.h"
#include "engine/nearest_word.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "engine/network/published_weights.h"
#include "engine/network/weights_file.h"
#include "engine/session/preparation_of.h"

namespace striate {
namespace {

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const std::vector<Model>* list : {&models(), &large_models()})
    for (const Model& each : *list) names.emplace_back(each.name);
  return names;
}

ModelFile file_of(const std::string& name_or_file, const std::string& model) {
  if (const Model* known = find_model(name_or_file); known != nullptr && carried_weights(known->name).empty()) {
    ModelFile file;
    file.kind = ModelFile::Kind::weights;
    file.info.architecture = build_model(known->name);
    file.info.model = known->name;
    const Shape picture = file.picture();
    if (picture.rank() == 3 && picture[1] >= 96) file.preprocessing = imagenet_preprocessing();
    if (picture.rank() == 3) file.info.normalization = file.preprocessing.normalization(static_cast<int>(picture[0]));
    return file;
  }
  if (carried_weights(name_or_file).empty()) OpenNetwork::check_can_be_opened(name_or_file);
  return read_model_file(name_or_file, {model, {}});
}

// Of a model by name: the first of its published files that PyTorch has in its cache; empty: none.
std::string cached_weights(const std::string& model) {
  const std::string cache = torch_cache_folder();
  std::error_code ignored;
  for (const PublishedWeights& each : published_weights()) {
    std::string path = cache + "/" + each.file;
    if (!cache.empty() && each.model == model && std::filesystem::exists(path, ignored)) return path;
  }
  return "";
}

// The node whose values softmax makes the probabilities of: before a softmax at the end, else the last one.
int logits_node(const Architecture& architecture) {
  const Architecture up = up_to_logits(architecture);
  int node = std::min(up.size(), architecture.size()) - 1;
  // A flatten may stand behind it that the network itself lacks.
  if (up.nodes()[static_cast<size_t>(node)].layer != architecture.nodes()[static_cast<size_t>(node)].layer) --node;
  return node;
}

// Values 0..1 of pictures, in RGB or gray, as the network takes them; and back.
void swap_red_and_blue(const ModelFile& file, std::vector<float>& values) {
  if (file.preprocessing.order != Preprocessing::Order::bgr || file.picture()[0] != 3) return;
  const size_t plane = values.size() / 3;
  std::swap_ranges(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(plane),
                   values.begin() + static_cast<std::ptrdiff_t>(2 * plane));
}

std::vector<float> pixels_of(const ModelFile& file, std::vector<float> values) {
  const Normalization& normal = file.info.normalization;
  const size_t plane = values.size() / static_cast<size_t>(file.picture()[0]);
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t c = i / plane;
    const float mean = c < normal.mean.size() ? normal.mean[c] : 0,
                stddev = c < normal.stddev.size() ? normal.stddev[c] : 1;
    values[i] = std::clamp(values[i] * stddev + mean, 0.0f, 1.0f);
  }
  swap_red_and_blue(file, values);
  return values;
}

ImagePtr image_of(const NetworkPicture& picture) {
  auto image = std::make_shared<Image>();
  const size_t channels = static_cast<size_t>(picture.shape[0]), plane = picture.pixels.size() / channels;
  image->width = static_cast<int>(picture.shape[2]);
  image->height = static_cast<int>(picture.shape[1]);
  image->channels = static_cast<int>(channels);
  image->name = picture.name;
  image->bytes.resize(picture.pixels.size());
  for (size_t i = 0; i < plane; ++i) {
    for (size_t c = 0; c < channels; ++c) {
      image->bytes[i * channels + c] =
          static_cast<uint8_t>(std::lround(std::clamp(picture.pixels[c * plane + i], 0.0f, 1.0f) * 255));
    }
  }
  return image;
}

}  // namespace

const char* weights_from_name(WeightsFrom from) {
  static const char* const names[] = {"given", "random", "training"};
  return names[static_cast<int>(from)];
}

void OpenNetwork::check_can_be_opened(const std::string& name_or_file) {
  if (find_model(name_or_file) != nullptr) return;
  std::error_code ignored;
  const std::filesystem::path path(name_or_file);
  if (!std::filesystem::exists(path, ignored)) {
    const bool is_path = path.has_parent_path() || path.has_extension();
    throw Error(fmt::format("{}: there is no such {}", name_or_file, is_path ? "file" : "model, and no file"),
                is_path ? "check the path; models by name are listed by: striate models"
                        : nearest_hint(name_or_file, model_names()));
  }
  if (std::filesystem::is_directory(path, ignored)) {
    throw Error(fmt::format("{} is a folder", name_or_file), "choose the file with the network in it");
  }
}

OpenNetwork OpenNetwork::open(Stream& stream, const std::string& name_or_file, const Opening& how) {
  return open(stream, file_of(name_or_file, how.model), how);
}

OpenNetwork OpenNetwork::open(Stream& stream, ModelFile file, const Opening& how) {
  if (file.load) {
    OpenNetwork network(std::make_unique<Session>(stream, std::move(file)));
    network.describe(how.usual);
    return network;
  }
  auto session = std::make_unique<Session>(stream, file.info.architecture);
  session->file() = std::move(file);
  OpenNetwork network(std::move(session));
  network.describe({});
  network.draw_weights(how.seed);
  return network;
}

OpenNetwork::OpenNetwork(Stream& stream, const TrainedNetworkPtr& trained) : trained_(trained) {
  ModelFile file;
  file.info.model = trained->name;
  file.info.architecture = *trained->architecture;
  file.info.classes = trained->pictures->classes();
  file.info.normalization = trained->normalization;
  file.info.data = trained->data;
  file.info.step = trained->step;
  file.preprocessing.mean = trained->normalization.mean;
  file.preprocessing.stddev = trained->normalization.stddev;
  file.prepared_as = "the training";
  file.loss = trained->loss;
  file.load = [weights = trained->weights](Stream& to, Network& network) { write_all_weights(to, *weights, network); };
  session_ = std::make_unique<Session>(stream, std::move(file));
  describe({});
}

bool OpenNetwork::follow(const TrainedNetworkPtr& trained) {
  if (!trained_ || trained->run != trained_->run || trained->architecture->text() != trained_->architecture->text()) {
    return false;
  }
  trained_ = trained;
  ModelFile& file = session_->file();
  file.info.step = trained->step;
  file.load = [weights = trained->weights](Stream& to, Network& network) { write_all_weights(to, *weights, network); };
  auto info = std::make_shared<OpenNetworkInfo>(*info_);
  info->step = trained->step;
  info_ = std::move(info);
  if (info_->weights == WeightsFrom::training) session_->restore_weights();
  return true;
}

OpenNetworkInfo describe_layers(const Architecture& architecture) {
  OpenNetworkInfo info;
  info.architecture = architecture;
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (int n = 0; n < architecture.size(); ++n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    const Shape& shape = shapes[static_cast<size_t>(n)];
    OpenLayer layer;
    layer.name = node.name;
    layer.inputs = node.inputs;
    std::vector<int64_t> sizes = shape.sizes();
    if (!architecture.whole() && !sizes.empty()) sizes.erase(sizes.begin());
    layer.shape = Shape(sizes);
    if (node.layer) {
      const std::vector<Shape> inputs = architecture.input_shapes(n, shapes);
      layer.text = node.layer->text();
      layer.title = node.layer->info().title;
      layer.parameters = node.layer->parameter_count(inputs).value;
      layer.multiply_adds = node.layer->multiply_adds(inputs).value;
    }
    info.layers.push_back(std::move(layer));
  }
  const Architecture::Totals totals = architecture.totals();
  info.parameters = totals.parameters;
  info.multiply_adds = totals.multiply_adds;
  return info;
}

void OpenNetwork::describe(const UsualClasses& usual) {
  ModelFile& file = session_->file();
  const Architecture& architecture = file.info.architecture;
  auto made = std::make_shared<OpenNetworkInfo>(describe_layers(architecture));
  OpenNetworkInfo& info = *made;
  const Model* known = find_model(file.info.model);
  info.carried = file.carried;
  if (!file.carried) info.file = file.path;
  info.name = known != nullptr ? known->name : std::filesystem::path(file.path).filename().string();
  if (info.name.empty()) info.name = "own layers";
  if (known != nullptr) info.title = known->title;
  info.weights = trained_ ? WeightsFrom::training : file.load ? WeightsFrom::given : WeightsFrom::random;
  info.weights_lack = !file.load;
  if (info.weights_lack) info.cached = cached_weights(info.name);
  if (trained_ || (file.kind == ModelFile::Kind::striate && file.info.step > 0)) info.step = file.info.step;
  info.notes = file.notes;
  info.picture = file.picture();
  info.channels_last = file.channels_last();
  if (info.picture.rank() == 3) info.preprocessing = file.preprocessing.text(info.picture[0]);
  info.prepared_as = file.prepared_as;
  try {
    info.class_count = class_count(file);
  } catch (const Error&) {
    info.class_count = 0;  // a detector, a map of the picture: its values can be looked at
  }
  if (info.class_count > 0) {
    info.logits = logits_node(architecture);
    info.classes = file.info.classes;
    if (info.classes.empty() && usual) info.classes = usual(info.class_count);
    info.named = !info.classes.empty();
    for (int64_t c = 0; !info.named && c < info.class_count; ++c) info.classes.push_back(std::to_string(c));
  }
  info_ = std::move(made);
}

void OpenNetwork::weights_are(WeightsFrom from, uint64_t seed) {
  if (info_->weights == from && info_->seed == seed) return;
  auto info = std::make_shared<OpenNetworkInfo>(*info_);
  info->weights = from;
  info->seed = seed;
  info_ = std::move(info);
}

void OpenNetwork::give_weights() {
  if (!session_->file().load) {
    throw Error(fmt::format("{} was opened by its name: it has no weights but random ones", info_->name),
                "open a file with its weights: network.open FILE; striate models says where they are published");
  }
  session_->restore_weights();
  weights_are(trained_ ? WeightsFrom::training : WeightsFrom::given, 0);
}

void OpenNetwork::draw_weights(uint64_t seed) {
  session_->draw_weights(LayerSet(session_->architecture().size()), seed);
  weights_are(WeightsFrom::random, seed);
}

void OpenNetwork::set_lesions(std::vector<Lesion> lesions) {
  for (const Lesion& lesion : lesions) {
    const OpenLayer& layer = info_->layers[static_cast<size_t>(lesion.node)];
    const int64_t channels = cells_of(*info_, lesion.node)[0];
    if (lesion.channel < channels) continue;
    throw Error(fmt::format("layer {} has no channel {}", layer.name, lesion.channel),
                fmt::format("channels count from 0 to {}", channels - 1));
  }
  lesions_ = std::move(lesions);
}

void OpenNetwork::set_block_cuts(std::vector<BlockCut> cuts) {
  std::vector<NetworkBlock> of;
  if (!cuts.empty()) {
    const std::vector<NetworkBlock> blocks = find_blocks(session_->architecture());
    for (const BlockCut& cut : cuts) of.push_back(need_residual(session_->architecture(), blocks, cut.join));
  }
  block_cuts_ = std::move(cuts);
  cut_blocks_ = std::move(of);
}

LookedAt OpenNetwork::look_at(const NetworkPicture& picture) const {
  const ModelFile& file = session_->file();
  const Shape wanted = file.picture();
  if (wanted.rank() != 3) {
    throw Error(fmt::format("{} takes {}, not pictures", info_->name, file.info.architecture.input().text()),
                "choose a model for pictures of 1 or 3 channels");
  }
  LookedAt made;
  if (picture.drawing) {
    const bool digit = reads_drawn_writing(file) || reads_writing(wanted, info_->classes);
    made.pixels = prepare_drawing(*picture.drawing, wanted, digit).pixels;
    made.words = !picture.drawing->placed.empty() && wanted == Shape{1, 28, 28} ? "where it was placed on page lenet"
                 : digit ? "as MNIST's makers did: fitted into 20 x 20, centered by its mass"
                         : "the pad, resized";
  } else if (!picture.image && picture.shape == wanted) {
    made.pixels = picture.pixels;
    made.words = "as the data set has it";
  }
  if (!made.pixels.empty()) {
    made.values = made.pixels;
    swap_red_and_blue(file, made.values);
    file.info.normalization.apply(wanted, made.values.data());
  } else {
    if (!picture.image && (picture.shape.rank() != 3 || (picture.shape[0] != 1 && picture.shape[0] != 3))) {
      throw Error(fmt::format("{} is {}, no picture", picture.name, picture.shape.text()),
                  "choose another: network.image FILE");
    }
    const ImagePtr image = picture.image ? picture.image : image_of(picture);
    const Preprocessing preprocessing = preprocessing_for(file, *image);
    const PictureCrop* crop = picture.crop ? &*picture.crop : nullptr;
    PreparedPicture prepared = prepare_picture(*image, preprocessing, wanted, crop);
    made.part = crop != nullptr ? part_of(*crop, image->width, image->height, wanted)
                                : usual_part(preprocessing, image->width, image->height, wanted);
    made.pixels = pixels_of(file, prepared.values);
    made.values = std::move(prepared.values);
    made.steps = std::move(prepared.steps);
    made.words = preprocessing.text(wanted[0]);
  }
  made.values = in_network_order(file, made.values);
  return made;
}

std::vector<Lesion> OpenNetwork::all_lesions() const {
  std::vector<Lesion> lesions = lesions_;
  for (size_t i = 0; i < block_cuts_.size(); ++i) {
    const NetworkBlock& block = cut_blocks_[i];
    if (block_cuts_[i].skip) lesions.push_back({block.residual().end, -1});
    if (block_cuts_[i].unshortcut && !block.is_identity()) lesions.push_back({block.straight().end, -1});
  }
  return lesions;
}

std::map<int, int> OpenNetwork::joins_without_shortcut() const {
  std::map<int, int> joins;
  for (size_t i = 0; i < block_cuts_.size(); ++i) {
    const NetworkBlock& block = cut_blocks_[i];
    if (block_cuts_[i].unshortcut && block.is_identity()) joins[block.join] = block.residual().end;
  }
  return joins;
}

// Of a block whose shortcut has no layers the sum becomes F(x), kept as it passes by.
void OpenNetwork::cut_shortcuts(SessionRequest& request) const {
  const std::vector<Node>& nodes = session_->architecture().nodes();
  for (size_t i = 0; i < block_cuts_.size(); ++i) {
    const NetworkBlock& block = cut_blocks_[i];
    if (!block_cuts_[i].unshortcut || !block.is_identity()) continue;
    const auto name = [&](int node) -> const std::string& { return nodes[static_cast<size_t>(node)].name; };
    auto kept = std::make_shared<std::vector<float>>();
    SessionChange::Function& end = request.changes[name(block.residual().end)].values;
    end = [kept, cut = end](const Shape& shape, std::vector<float>& at) {
      if (cut) cut(shape, at);
      *kept = at;
    };
    SessionChange::Function& sum = request.changes[name(block.join)].values;
    sum = [kept, cut = sum](const Shape& shape, std::vector<float>& at) {
      at = *kept;
      if (cut) cut(shape, at);
    };
    request.no_gradient.emplace_back(name(block.join), name(block.start));
  }
}

SessionRequest OpenNetwork::request_of(std::vector<float> input, int batch) const {
  SessionRequest request;
  request.input = std::move(input);
  request.batch = batch;
  std::map<int, std::vector<int>> channels_of;  // -1 among them: all
  for (const Lesion& lesion : all_lesions()) channels_of[lesion.node].push_back(lesion.channel);
  for (const auto& [node, cut] : channels_of) {
    const OpenLayer& layer = info_->layers[static_cast<size_t>(node)];
    const bool channels_last = node == 0 && info_->channels_last;
    const auto channels = static_cast<size_t>(cells_of(*info_, node)[0]);
    const auto picture = static_cast<size_t>(layer.shape.count());
    request.changes[layer.name] = SessionChange::cut_out([=, cut = cut](const Shape&, std::vector<float>& at) {
      if (std::find(cut.begin(), cut.end(), -1) != cut.end()) return std::fill(at.begin(), at.end(), 0.0f);
      const size_t plane = picture / channels;
      for (size_t i = 0; i < at.size(); ++i) {
        const size_t in = i % picture, channel = channels_last ? in % channels : in / plane;
        if (std::find(cut.begin(), cut.end(), static_cast<int>(channel)) != cut.end()) at[i] = 0;
      }
    });
  }
  cut_shortcuts(request);
  return request;
}

NetworkAnswer OpenNetwork::answer_of(const SessionResult& result) const {
  const std::vector<Node>& nodes = session_->architecture().nodes();
  NetworkAnswer answer;
  answer.activations.resize(nodes.size());
  if (info_->class_count == 0) return answer;
  const int logits = info_->logits;
  answer.logits = logits + 1 < static_cast<int>(nodes.size())
                      ? result.activations.at(nodes[static_cast<size_t>(logits)].name).values
                      : result.output.values;
  // One output for two classes: the logit of the second; the first one's is 0.
  if (answer.logits.size() == 1) answer.logits.insert(answer.logits.begin(), 0.0f);
  answer.probabilities = session_->probabilities(result.output.values);
  answer.order.resize(answer.probabilities.size());
  std::iota(answer.order.begin(), answer.order.end(), 0);
  std::stable_sort(answer.order.begin(), answer.order.end(), [&](int a, int b) {
    return answer.probabilities[static_cast<size_t>(a)] > answer.probabilities[static_cast<size_t>(b)];
  });
  return answer;
}

std::optional<NetworkAnswer> OpenNetwork::run(const std::vector<float>& input, const Session::Progress& progress) {
  const std::vector<Node>& nodes = session_->architecture().nodes();
  int64_t values = 0;
  for (const OpenLayer& layer : info_->layers) values += layer.shape.count();
  if (values > NetworkAnswer::kMostValues) return classify(input, progress);
  SessionRequest request = request_of(input);
  request.all_activations = true;
  std::optional<SessionResult> result = session_->run(request, progress);
  if (!result) return std::nullopt;
  NetworkAnswer answer = answer_of(*result);
  for (size_t n = 0; n < nodes.size(); ++n) answer.activations[n] = std::move(result->activations.at(nodes[n].name));
  return answer;
}

std::optional<NetworkAnswer> OpenNetwork::classify(const std::vector<float>& input, const Session::Progress& progress) {
  SessionRequest request = request_of(input);
  if (info_->logits >= 0) {
    request.activations = {session_->architecture().nodes()[static_cast<size_t>(info_->logits)].name};
  }
  const std::optional<SessionResult> result = session_->run(request, progress);
  if (!result) return std::nullopt;
  return answer_of(*result);
}

Shape cells_of(const Shape& activation) {
  std::vector<int64_t> sizes = activation.sizes();
  if (sizes.size() == 4 && sizes[0] == 1) sizes.erase(sizes.begin());  // a network of one whole input
  while (sizes.size() < 3) sizes.push_back(1);
  while (sizes.size() > 3) {
    sizes[0] *= sizes[1];
    sizes.erase(sizes.begin() + 1);
  }
  return Shape(sizes);
}

Shape cells_of(const OpenNetworkInfo& info, int node) {
  return node == 0 && info.channels_last ? info.picture : cells_of(info.layers[static_cast<size_t>(node)].shape);
}

int64_t index_of(const OpenNetworkInfo& info, int node, int64_t channel, int64_t row, int64_t column) {
  const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
  const bool last = node == 0 && info.channels_last;
  const Shape cells = cells_of(info, node);
  const std::pair<const char*, int64_t> asked[] = {{"channel", channel}, {"row", row}, {"column", column}};
  for (int i = 0; i < 3; ++i) {
    if (asked[i].second >= 0 && asked[i].second < cells[i]) continue;
    throw Error(fmt::format("layer {} has no {} {}", layer.name, asked[i].first, asked[i].second),
                fmt::format("it gives {}: {}s count from 0 to {}", layer.shape.text(), asked[i].first, cells[i] - 1));
  }
  return last ? (row * cells[2] + column) * cells[0] + channel : (channel * cells[1] + row) * cells[2] + column;
}

float value_at(const OpenNetworkInfo& info, const NetworkAnswer& answer, int node, int64_t channel, int64_t row,
               int64_t column) {
  const int64_t at = index_of(info, node, channel, row, column);
  const std::vector<float>& values = answer.activations[static_cast<size_t>(node)].values;
  if (values.empty()) {
    throw Error("the activations of this network are too many to be kept",
                "choose a smaller network, or smaller pictures");
  }
  return values[static_cast<size_t>(at)];
}

}  // namespace striate
