#include "engine/bench/infer_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "engine/bench/timing.h"
#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/walk/network_walk.h"
#include "kernels/random.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr uint64_t kBenchSequence = uint64_t{0xBF} << 56;
constexpr int kPlaces = 12;               // looked at in each layer
constexpr float kChainTolerance = 1e-4f;  // of an answer's largest value, through all layers
constexpr double kTolerance = 2e-5;  // of the sum of the terms' sizes: float sums of some thousand terms stay far below
constexpr int64_t kChunk = 1 << 16;  // values made at a time: what a device needs beside its own memory

uint64_t fnv1a64(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// -1 .. 1 in steps of 2^-23: exact in float32.
double formula(uint64_t at) {
  uint64_t z = at + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) / (1 << 24) * 2 - 1;
}

enum class Kind { plain, scale, variance };

void fill_tensor(Stream& stream, Network& network, const NamedTensor& tensor, Kind kind, double fan, uint64_t seed) {
  const uint64_t start = fnv1a64(tensor.name) + (seed - 1) * 0xd1342543de82ef95u;
  const double factor = std::sqrt(3.0 / fan);
  const TensorView view = network.view(tensor);
  std::vector<float> chunk;
  for (int64_t first = 0; first < view.count(); first += kChunk) {
    chunk.resize(static_cast<size_t>(std::min(kChunk, view.count() - first)));
    for (size_t i = 0; i < chunk.size(); ++i) {
      float value = static_cast<float>(formula(start + static_cast<uint64_t>(first) + i) * factor);
      if (kind == Kind::scale) value = 0.5f + 0.25f * value;
      if (kind == Kind::variance) value = 1.0f + 0.25f * std::abs(value);
      chunk[i] = value;
    }
    copy_bytes(stream, view.data + first, view.device, chunk.data(), Device::cpu(), chunk.size() * sizeof(float));
  }
}

// ------------------------------------------------------------------------------------------------ the check

// What a value should be, from its terms, and how large they are together.
struct Expected {
  double value = 0, size = 0;
  bool known = true;
};

Expected expected_value(const NetworkValues& values, const UnitWalk& walk) {
  Expected e;
  const auto x = [&](size_t i) { return static_cast<double>(walk.terms[i].x); };
  switch (walk.form) {
    case UnitForm::products:
      e.value = static_cast<double>(walk.bias);
      e.size = std::abs(e.value);
      for (const UnitTerm& t : walk.terms) {
        e.value += t.product();
        e.size += std::abs(t.product());
      }
      return e;
    case UnitForm::maximum: {
      bool any = false;
      for (size_t i = 0; i < walk.terms.size(); ++i) {
        if (walk.terms[i].padding) continue;
        e.value = any ? std::max(e.value, x(i)) : x(i);
        any = true;
      }
      e.size = std::abs(e.value);
      return e;
    }
    case UnitForm::average:
    case UnitForm::sum:
      for (size_t i = 0; i < walk.terms.size(); ++i) {
        e.value += x(i);
        e.size += std::abs(x(i));
      }
      if (walk.form == UnitForm::average) e.value /= walk.divisor, e.size /= walk.divisor;
      return e;
    case UnitForm::normalized: {
      const std::string name = values.array_name(walk.place.node, "running_var");
      const double variance = static_cast<double>(values.array(TensorKind::buffer, name)[walk.place.channel]);
      const double factor =
          static_cast<double>(walk.scale) /
          std::sqrt(variance + std::get<double>(setting_of(values.layer(walk.place.node), "epsilon")));
      e.value = (x(0) - static_cast<double>(walk.mean)) * factor + static_cast<double>(walk.shift);
      e.size = (std::abs(x(0)) + std::abs(static_cast<double>(walk.mean))) * std::abs(factor) +
               std::abs(static_cast<double>(walk.shift));
      return e;
    }
    case UnitForm::softmax: {
      double most = x(0), all = 0;
      for (size_t i = 0; i < walk.terms.size(); ++i) most = std::max(most, x(i));
      for (size_t i = 0; i < walk.terms.size(); ++i) all += std::exp(x(i) - most);
      const double mine = x(static_cast<size_t>(walk.place.channel)) - most;
      e.value =
          values.layer(walk.place.node).info().ending == Ending::shares ? std::exp(mine) / all : mine - std::log(all);
      e.size = std::max(1e-3, std::abs(e.value));
      return e;
    }
    case UnitForm::computed:  // by the layer's own operators alone
      e.known = false;
      return e;
    case UnitForm::copied:
    case UnitForm::given:
      e.value = walk.terms.empty() ? 0.0 : x(0);
      e.size = std::abs(e.value);
      return e;
    case UnitForm::function:
      e.size = std::max(1e-3, std::abs(x(0)));
      if (const auto exact = values.layer(walk.place.node).info().exact) {
        e.value = exact(x(0));
      } else {
        e.known = false;
      }
      return e;
  }
  return e;
}

// Whether a unit of the node can be followed to its terms, and its value worked out from them here.
bool has_formula(const NetworkValues& values, int node) {
  const Layer& layer = values.layer(node);
  const Shape& out = values.shapes[static_cast<size_t>(node)];
  if (layer.info().follow == Follow::added) {
    const std::vector<Shape> in = values.input_shapes(node);
    return std::all_of(in.begin(), in.end(), [&](const Shape& shape) { return shape == out; });
  }
  if (out.count() == 0) return false;
  switch (layer.info().follow) {
    case Follow::convolution:
    case Follow::dense:
    case Follow::maximum:
    case Follow::average:
    case Follow::whole_average:
    case Follow::normalized:
    case Follow::subsampled:
    case Follow::copied:
    case Follow::dropped:
      return true;
    case Follow::function:
      return layer.info().exact != nullptr;
    case Follow::joined:
    case Follow::flattened:
    case Follow::shares:
      return layer.text() == layer.kind();  // along the channels
    default:
      return false;
  }
}

// The walk's view of the network. On the CPU it reads the arenas; elsewhere copies of what one layer needs.
class HostValues {
 public:
  HostValues(Stream& stream, Network& network) : stream_(stream), network_(network) {
    values.architecture = &network.architecture();
    values.shapes = network.architecture().shapes(network.batch());
    values.order = summation_order(network.device());
    values.activation = [this](int node) { return pointer(network_.activation(node)); };
    values.array = [this](TensorKind kind, const std::string& name) {
      const NamedTensor* tensor = network_.find(kind, name);
      return tensor == nullptr ? nullptr : pointer(*tensor);
    };
  }
  void forget() { copies_.clear(); }  // before another layer

  NetworkValues values;

 private:
  const float* pointer(const NamedTensor& tensor) {
    if (network_.device().is_cpu()) return network_.view(tensor).data;
    for (const auto& [name, copy] : copies_) {
      if (name == &tensor) return copy.data();
    }
    copies_.emplace_back(&tensor, network_.read_tensor(stream_, tensor));
    return copies_.back().second.data();
  }
  Stream& stream_;
  Network& network_;
  std::vector<std::pair<const NamedTensor*, std::vector<float>>> copies_;
};

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  const size_t middle = times.size() / 2;
  return times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
}

void time_layers(Stream& stream, Network& network, int runs, std::vector<InferLayerTime>& profile) {
  using Clock = std::chrono::steady_clock;
  const Architecture& architecture = network.architecture();
  const std::vector<Shape> shapes = architecture.shapes(1);
  std::vector<std::vector<double>> times(static_cast<size_t>(architecture.size()));
  for (int i = 0; i < runs; ++i) {
    for (int node = 1; node < architecture.size(); ++node) {
      const auto start = Clock::now();
      network.forward(stream, Mode::evaluation, node, node);
      stream.synchronize();
      times[static_cast<size_t>(node)].push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
  }
  profile.clear();
  for (int node = 1; node < architecture.size(); ++node) {
    const Layer& layer = *architecture.nodes()[static_cast<size_t>(node)].layer;
    profile.push_back({node, 1e3 * median(times[static_cast<size_t>(node)]),
                       network.batch() * layer.multiply_adds(architecture.input_shapes(node, shapes)).value});
  }
}

}  // namespace

void fill_by_formula(Stream& stream, Network& network, uint64_t seed) {
  const Architecture& architecture = network.architecture();
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == TensorKind::weight) {
      const Layer& layer = *architecture.nodes()[static_cast<size_t>(tensor.node)].layer;
      const WeightSpec spec =
          layer.parameters(architecture.input_shapes(tensor.node, shapes))[static_cast<size_t>(tensor.part)];
      const bool row = tensor.shape.rank() < 2;
      const double fan = row ? 16.0 : static_cast<double>(tensor.shape.count() / tensor.shape[0]);
      fill_tensor(stream, network, tensor, spec.kind == WeightSpec::Kind::scale ? Kind::scale : Kind::plain, fan, seed);
    } else if (tensor.kind == TensorKind::buffer) {
      const bool variance = tensor.name.size() > 4 && tensor.name.compare(tensor.name.size() - 4, 4, "_var") == 0;
      fill_tensor(stream, network, tensor, variance ? Kind::variance : Kind::plain, 16, seed);
    }
  }
  fill_input_by_formula(stream, network, seed);
}

void fill_input_by_formula(Stream& stream, Network& network, uint64_t seed) {
  const NamedTensor& input = network.activation(0);
  const double channels = input.shape.rank() > 1 ? static_cast<double>(input.shape[1]) : 1.0;
  fill_tensor(stream, network, input, Kind::plain, std::min(channels, 3.0), seed);
}

void check_layers(Stream& stream, Network& network, uint64_t seed, InferBenchRow& row) {
  HostValues host(stream, network);
  const Architecture& architecture = network.architecture();
  Random random(seed, kBenchSequence);
  for (int node = 1; node < architecture.size(); ++node) {
    const std::string kind = architecture.nodes()[static_cast<size_t>(node)].layer->kind();
    ++row.layers;
    if (!has_formula(host.values, node)) {
      if (std::find(row.unchecked_kinds.begin(), row.unchecked_kinds.end(), kind) == row.unchecked_kinds.end())
        row.unchecked_kinds.push_back(kind);
      continue;
    }
    host.forget();
    const UnitSizes sizes = unit_sizes(host.values.shapes[static_cast<size_t>(node)]);
    for (int i = 0; i < kPlaces; ++i) {
      // The first and the last value of a layer are among them: where tiles begin and end.
      const auto pick = [&](int count) {
        return i == 0 ? 0 : i == 1 ? count - 1 : static_cast<int>(random.below(static_cast<uint32_t>(count)));
      };
      UnitPlace place;
      place.node = node;
      place.sample = pick(network.batch());
      place.channel = pick(sizes.channels);
      place.row = pick(sizes.rows);
      place.column = pick(sizes.columns);
      const UnitWalk walk = walk_unit(host.values, place);
      const Expected expected = expected_value(host.values, walk);
      const double got = static_cast<double>(*walk.stored), difference = std::abs(got - expected.value);
      const double share = difference == 0 ? 0 : difference / expected.size;
      if (!expected.known || !(share <= kTolerance)) {
        throw Error(fmt::format("{} on {}: channel {}, row {}, column {} of picture {} is {:.9g}, should be {:.9g}",
                                architecture.describe(node), network.device().id(), place.channel, place.row,
                                place.column, place.sample, got, expected.value),
                    "the numbers are wrong on this device: please report it");
      }
      row.largest_difference = std::max(row.largest_difference, share);
      ++row.checked_values;
    }
    ++row.checked_layers;
  }
}

InferBenchRow bench_infer(Device device, const std::string& model, const Architecture& architecture, int batch,
                          int runs, uint64_t seed, std::vector<InferLayerTime>* profile,
                          const std::function<void(Stream&, Network&)>& load, LaunchLog* launches, bool fastest) {
  Stream stream(device);
  Plan plan;
  plan.batch = batch;
  Network network(stream, architecture, plan);
  if (load) {
    load(stream, network);
    fill_input_by_formula(stream, network, seed);
  } else {
    fill_by_formula(stream, network, seed);
  }

  InferBenchRow row;
  row.model = model;
  row.device = device.id();
  row.threads = thread_count();
  row.batch = batch;
  network.forward(stream, Mode::evaluation);
  check_layers(stream, network, seed, row);

  // Timed as it is used: in little memory. There the answer stays the same, bit for bit, where no transform is used.
  const std::vector<float> answer = network.read_tensor(stream, network.output());
  row.bytes_keeping = network.bytes();
  const auto run = [&] { network.forward(stream, Mode::evaluation); };
  const auto answer_with = [&](const Plan& timed) {
    network.replan(stream, timed);
    fill_input_by_formula(stream, network, seed);
    run();
    return network.read_tensor(stream, network.output());
  };
  const std::vector<float> again = answer_with(Plan::inference(batch));
  check(std::memcmp(answer.data(), again.data(), answer.size() * sizeof(float)) == 0,
        "another answer in memory that is used again");
  if (fastest) {
    const std::vector<float> fast = answer_with(Plan::fastest(batch));
    float largest = 0, difference = 0;
    for (size_t i = 0; i < fast.size(); ++i) {
      largest = std::max(largest, std::abs(answer[i]));
      difference = std::max(difference, std::abs(fast[i] - answer[i]));
    }
    row.transform_difference = largest > 0 ? difference / largest : difference;
    check(row.transform_difference <= kChainTolerance, "Winograd's transforms give another answer");
  }
  row.bytes = network.bytes();
  run();
  row.median_ms = 1e3 * median_seconds(stream, runs, run);
  if (profile != nullptr) time_layers(stream, network, runs, *profile);
  if (launches != nullptr) {
    stream.set_log(launches);
    run();
  }
  return row;
}

std::string infer_bench_header() { return "model,device,threads,batch,median_ms"; }

std::string infer_bench_line(const InferBenchRow& row) {
  return fmt::format("{},{},{},{},{:.3f}", row.model, row.device, row.threads, row.batch, row.median_ms);
}

}  // namespace striate
