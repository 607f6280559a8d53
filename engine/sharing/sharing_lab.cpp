#include "engine/sharing/sharing_lab.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "engine/error.h"
#include "engine/training/data/sources.h"
#include "kernels/local2d.h"

namespace striate {
namespace {

constexpr int kDigits = 4000;  // of those that the program draws
constexpr int kClasses = 10;
constexpr int64_t kMostTraining = 3000, kMostTest = 1000;
constexpr const char* kEnd = " | relu | maxpool 7 | flatten | dense 10";
constexpr int kMapsNode = 1;  // of the local and the convolutional network: the layer itself

int tiles_of(SharingTie tie) {
  return tie == SharingTie::shared ? 1 : tie == SharingTie::quadrants ? 2 : kSharingPlaces;
}

Local2dShape local_shape(int tiles) {
  Local2dShape s;
  s.plane.h = s.plane.w = kSharingSide;
  s.plane.k = kSharingMaps, s.plane.r = s.plane.s = kSharingWindow;
  s.sets_y = s.sets_x = tiles;
  return s;
}
size_t tile_at(int row, int column, int tiles) {
  return static_cast<size_t>(row * tiles / kSharingPlaces * tiles + column * tiles / kSharingPlaces);
}

}  // namespace

const char* name_of(SharingLayer layer) {
  static constexpr const char* names[] = {"dense", "local", "convolution"};
  return names[static_cast<size_t>(layer)];
}
const char* name_of(SharingTie tie) {
  static constexpr const char* names[] = {"shared", "quadrants", "free"};
  return names[static_cast<size_t>(tie)];
}

std::string sharing_text(SharingLayer layer, SharingTie tie) {
  const std::string input = "input 1x32x32 | ";
  switch (layer) {
    case SharingLayer::dense:
      return input + "flatten | dense 4704 | reshape batch,6,28,28" + kEnd;
    case SharingLayer::local:
      return input + "local 6 5x5" + (tie == SharingTie::free ? "" : fmt::format(" sets {}", tiles_of(tie))) + kEnd;
    default:
      return input + "conv 6 5x5" + kEnd;
  }
}

Counted sharing_parameters(SharingLayer layer, SharingTie tie) {
  const Architecture architecture = Architecture::parse(sharing_text(layer, tie));
  const std::vector<Shape> shapes = architecture.shapes(1);
  const int node = layer == SharingLayer::dense ? 2 : kMapsNode;
  return architecture.nodes()[static_cast<size_t>(node)].layer->parameter_count(
      {shapes[static_cast<size_t>(node - 1)]});
}

float SharingGradient::at(int filter, int row, int column, int tap_row, int tap_column) const {
  return local[static_cast<size_t>(
      (((row * kSharingPlaces + column) * kSharingMaps + filter) * kSharingWindow + tap_row) * kSharingWindow +
      tap_column)];
}
int SharingGradient::tile_of(int row, int column) const { return static_cast<int>(tile_at(row, column, sets_y)); }
double SharingGradient::sum(int tile, int filter, int tap_row, int tap_column) const {
  double sum = 0;
  for (int row = 0; row < kSharingPlaces; ++row) {
    for (int column = 0; column < kSharingPlaces; ++column) {
      if (tile_of(row, column) == tile) sum += static_cast<double>(at(filter, row, column, tap_row, tap_column));
    }
  }
  return sum;
}
float SharingGradient::shared(int tile, int filter, int tap_row, int tap_column) const {
  return tied[static_cast<size_t>(((tile * kSharingMaps + filter) * kSharingWindow + tap_row) * kSharingWindow +
                                  tap_column)];
}

std::optional<SharingPlace> strongest_place(const SharingGradient& gradient, int filter) {
  std::optional<SharingPlace> best;
  double most = 0;
  for (int tap = 0; tap < kSharingWindow * kSharingWindow; ++tap) {
    SharingPlace at{tap / kSharingWindow, tap % kSharingWindow, 0, 0};
    double sum = 0, largest = 0;
    for (int place = 0; place < kSharingPlaces * kSharingPlaces; ++place) {
      const int row = place / kSharingPlaces, column = place % kSharingPlaces;
      const double size = std::fabs(static_cast<double>(gradient.at(filter, row, column, at.tap_row, at.tap_column)));
      sum += size;
      if (size > largest) largest = size, at.row = row, at.column = column;
    }
    if (sum > most) most = sum, best = at;
  }
  return best;
}

std::vector<float> SharingData::test_digit(int64_t n) const {
  std::vector<float> pixels(static_cast<size_t>(kSharingSide) * kSharingSide);
  digits->read(test[static_cast<size_t>(n)], pixels.data());
  return pixels;
}

SharingData open_sharing_data(const std::string& text) {
  const std::string word = source_word(text);
  if (word != "digits" && word != "mnist") {
    throw Error(fmt::format("{} holds no digits for this page", text), "take digits, or mnist:FOLDER");
  }
  SharingData data;
  data.digits = std::make_shared<BorderedDigits>(
      open_dataset(text == "digits" ? fmt::format("digits:{}", kDigits) : text, SourceOptions{}));
  const int64_t size = data.digits->size(), own = data.digits->training_size();
  // A set without a test part of its own keeps a quarter back.
  const int64_t learned = own < size ? own : size - size / 4;
  if (learned < SharingLab::kBatch || size - learned < SharingLab::kTestDigits) {
    throw Error(fmt::format("{} has {} digits", text, size), "take a set of 800 digits or more");
  }
  for (int64_t i = 0; i < std::min(learned, kMostTraining); ++i) data.training.push_back(i);
  for (int64_t i = learned; i < std::min(size, learned + kMostTest); ++i) data.test.push_back(i);
  return data;
}

// What is trained, and the same network for one picture and for a row of them.
struct SharingLab::Net {
  Net(Stream& stream, const std::string& text, bool explains)
      : network(stream, Architecture::parse(text)),
        one(stream, network.architecture(), explains ? Plan{.batch = 1, .explaining = true} : Plan{.batch = 1}),
        row(stream, network.architecture(), Plan::inference(2 * kMostShift + 1)) {}
  Network network, one, row;
  std::unique_ptr<Trainer> trainer;
  int64_t one_at = -1, row_at = -1;  // the step whose weights they have
};

SharingLab::SharingLab(Device device, SharingData data, SharingTie tie, uint64_t seed)
    : stream_(device), data_(std::move(data)), tie_(tie), seed_(seed) {
  for (int i = 0; i < kSharingLayers; ++i) make(static_cast<SharingLayer>(i), nullptr);
}
SharingLab::~SharingLab() = default;

void SharingLab::make(SharingLayer layer, const std::vector<std::vector<float>>* weights) {
  auto fresh = std::make_unique<Net>(stream_, sharing_text(layer, tie_), layer == SharingLayer::local);
  TrainerSettings settings;
  settings.batch = kBatch;
  settings.seed = seed_;
  settings.rate = 3e-3;
  settings.initializer = Initializer::pytorch;
  settings.keyframes = false;
  fresh->trainer =
      std::make_unique<Trainer>(stream_, fresh->network, *data_.digits, data_.training, Normalization{}, settings);
  if (weights != nullptr) {
    size_t i = 0;
    for (const NamedTensor& tensor : fresh->network.tensors()) {
      if (tensor.kind == TensorKind::weight) fresh->network.write_tensor(stream_, tensor, (*weights)[i++]);
    }
    fresh->trainer->weights_were_written();
  }
  nets_[static_cast<size_t>(layer)] = std::move(fresh);
}

void SharingLab::set_tie(SharingTie tie) {
  if (tie == tie_) return;
  Net& before = net(SharingLayer::local);
  std::vector<std::vector<float>> weights;
  for (const NamedTensor& tensor : before.network.tensors()) {
    if (tensor.kind == TensorKind::weight) weights.push_back(before.network.read_tensor(stream_, tensor));
  }
  left_[static_cast<size_t>(tie_)] = {steps_, weights};
  const Untied& there = left_[static_cast<size_t>(tie)];
  if (there.steps == steps_) {
    tie_ = tie;
    make(SharingLayer::local, &there.weights);
    return;
  }
  const int from = tiles_of(tie_), to = tiles_of(tie);
  for (size_t part = 0; part < 2; ++part) {  // weights and biases of the layer itself
    const std::vector<float>& old = weights[part];
    const size_t each = old.size() / static_cast<size_t>(from * from);
    std::vector<float> now;
    for (int tile = 0; tile < to * to; ++tile) {
      const int row = (2 * (tile / to) + 1) * kSharingPlaces / (2 * to);
      const int column = (2 * (tile % to) + 1) * kSharingPlaces / (2 * to);
      const auto begin = old.begin() + static_cast<std::ptrdiff_t>(tile_at(row, column, from) * each);
      now.insert(now.end(), begin, begin + static_cast<std::ptrdiff_t>(each));
    }
    weights[part] = std::move(now);
  }
  tie_ = tie;
  make(SharingLayer::local, &weights);
}

void SharingLab::step() {
  for (const auto& each : nets_) {
    each->trainer->step();
    each->one_at = each->row_at = -1;
  }
  ++steps_;
}

float SharingLab::loss(SharingLayer layer) { return net(layer).trainer->loss(); }

SharingAnswer SharingLab::answer(SharingLayer layer, const std::vector<float>& picture) {
  Net& each = net(layer);
  if (each.one_at != steps_) each.one.copy_weights(stream_, each.network), each.one_at = steps_;
  each.one.write_tensor(stream_, each.one.activation(0), picture);
  each.one.forward(stream_, Mode::evaluation);
  SharingAnswer answer;
  answer.maps = each.one.read_tensor(stream_, each.one.activation(layer == SharingLayer::dense ? 3 : kMapsNode));
  const std::vector<float> logits = each.one.read_tensor(stream_, each.one.output());
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - most));
  for (const float logit : logits) {
    answer.probabilities.push_back(static_cast<float>(std::exp(static_cast<double>(logit - most)) / sum));
  }
  answer.label = static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  return answer;
}

std::vector<int> SharingLab::classes(SharingLayer layer, const std::vector<std::vector<float>>& pictures) {
  Net& each = net(layer);
  if (each.row_at != steps_) each.row.copy_weights(stream_, each.network), each.row_at = steps_;
  const size_t pixels = static_cast<size_t>(kSharingSide) * kSharingSide, lane = static_cast<size_t>(each.row.batch());
  std::vector<int> labels;
  for (size_t first = 0; first < pictures.size(); first += lane) {
    std::vector<float> batch(lane * pixels);
    const size_t count = std::min(lane, pictures.size() - first);
    for (size_t i = 0; i < count; ++i) {
      std::copy(pictures[first + i].begin(), pictures[first + i].end(),
                batch.begin() + static_cast<std::ptrdiff_t>(i * pixels));
    }
    each.row.write_tensor(stream_, each.row.activation(0), batch);
    each.row.forward(stream_, Mode::evaluation);
    const std::vector<float> logits = each.row.read_tensor(stream_, each.row.output());
    for (size_t i = 0; i < count; ++i) {
      const auto begin = logits.begin() + static_cast<std::ptrdiff_t>(i * kClasses);
      labels.push_back(static_cast<int>(std::max_element(begin, begin + kClasses) - begin));
    }
  }
  return labels;
}

SharingGradient SharingLab::gradient(const std::vector<float>& picture, int label) {
  const SharingAnswer now = answer(SharingLayer::local, picture);
  Network& one = net(SharingLayer::local).one;
  std::vector<float> slope = now.probabilities;
  slope[static_cast<size_t>(label)] -= 1.0f;
  one.write_tensor(stream_, *one.output_gradient(), slope);
  one.backward(stream_);
  SharingGradient gradient;
  gradient.sets_y = gradient.sets_x = tiles_of(tie_);
  gradient.dy = one.read_tensor(stream_, *one.gradient(kMapsNode));
  Buffer<float> x(stream_.device(), static_cast<int64_t>(picture.size()), "a digit");
  Buffer<float> dy(stream_.device(), static_cast<int64_t>(gradient.dy.size()), "its gradient");
  upload(stream_, x, picture.data(), x.size());
  upload(stream_, dy, gradient.dy.data(), dy.size());
  const auto weights = [&](int tiles) {
    const Local2dShape shape = local_shape(tiles);
    Buffer<float> dw(stream_.device(), shape.w_size(), "gradients of weights");
    local2d_backward_weights(stream_, shape, x.data(), dy.data(), dw.data(), nullptr, Result::overwrite);
    std::vector<float> values(static_cast<size_t>(dw.size()));
    download(stream_, values.data(), dw, dw.size());
    return values;
  };
  gradient.local = weights(kSharingPlaces);
  gradient.tied = weights(tiles_of(tie_));
  return gradient;
}

}  // namespace striate
