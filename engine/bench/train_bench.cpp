#include "engine/bench/train_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "engine/error.h"
#include "engine/training/trainer.h"
#include "kernels/random.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr uint64_t kBenchSequence = uint64_t{0xBE} << 56;
constexpr double kSlopeTolerance = 0.03, kUpdateTolerance = 0.01;

MemoryDataset random_pictures(const Shape& shape, int classes, int64_t count, uint64_t seed) {
  std::vector<float> pixels(static_cast<size_t>(count * shape.count()));
  std::vector<int> labels(static_cast<size_t>(count));
  Random random(seed, kBenchSequence);
  for (float& value : pixels) value = static_cast<float>(random.normal());
  for (int& label : labels) label = static_cast<int>(random.below(static_cast<uint32_t>(classes)));
  std::vector<std::string> names;
  for (int c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return MemoryDataset("random pictures", shape, std::move(pixels), std::move(labels), std::move(names));
}

// The mean cross-entropy of the logits that stand in the network's output, in double precision.
double loss_of(Stream& stream, Network& network, const std::vector<int32_t>& labels) {
  const std::vector<float> logits = network.read_tensor(stream, network.output());
  const size_t classes = logits.size() / labels.size();
  double sum = 0;
  for (size_t n = 0; n < labels.size(); ++n) {
    const float* row = logits.data() + n * classes;
    const double most = static_cast<double>(*std::max_element(row, row + classes));
    double all = 0;
    for (size_t k = 0; k < classes; ++k) all += std::exp(static_cast<double>(row[k]) - most);
    sum += most + std::log(all) - static_cast<double>(row[labels[n]]);
  }
  return sum / static_cast<double>(labels.size());
}

std::vector<float> read_arena(Stream& stream, Network& network, TensorKind kind) {
  std::vector<float> values(static_cast<size_t>(network.arena_size(kind)));
  copy_bytes(stream, values.data(), Device::cpu(), network.arena(kind), network.device(),
             values.size() * sizeof(float));
  return values;
}

void write_weights(Stream& stream, Network& network, const std::vector<float>& values) {
  copy_bytes(stream, network.arena(TensorKind::weight), network.device(), values.data(), Device::cpu(),
             values.size() * sizeof(float));
}

void check_first_step(Stream& stream, Network& network, Trainer& trainer, TrainBenchRow& row) {
  const std::vector<float> before = read_arena(stream, network, TensorKind::weight);
  const std::vector<uint64_t> counters = network.read_counters(stream);  // the same units are dropped each time
  while (trainer.advance() != Phase::backward) {
  }
  const std::vector<float> gradient = read_arena(stream, network, TensorKind::weight_gradient);
  double square = 0;
  for (const float g : gradient) square += static_cast<double>(g) * static_cast<double>(g);
  row.slope = std::sqrt(square);
  if (!(row.slope > 0)) throw Error(fmt::format("{}: the gradient is {}", row.model, row.slope), "please report it");

  // Steps along the gradient that change the loss by about 0.0003: far above rounding, and short enough that few
  // units pass a kink of relu or of a maximum.
  const double length = 0.0003 / row.slope;
  double losses[2];
  for (const int side : {0, 1}) {
    std::vector<float> moved = before;
    const double factor = (side == 0 ? -length : length) / row.slope;
    for (size_t i = 0; i < moved.size(); ++i) moved[i] += static_cast<float>(factor * static_cast<double>(gradient[i]));
    write_weights(stream, network, moved);
    network.write_counters(stream, counters);
    network.forward(stream, Mode::training);
    losses[side] = loss_of(stream, network, trainer.batch_labels());
  }
  write_weights(stream, network, before);
  row.slope_by_differences = (losses[1] - losses[0]) / (2 * length);
  if (!(std::abs(row.slope_by_differences / row.slope - 1) < kSlopeTolerance))
    throw Error(fmt::format("{}: the loss rises by {:.6g} along the gradient, the backward pass says {:.6g}", row.model,
                            row.slope_by_differences, row.slope),
                "the numbers are wrong on this device: please report it");

  trainer.advance();  // the update, from the gradient that was read
  const std::vector<float> after = read_arena(stream, network, TensorKind::weight);
  const double rate = trainer.settings().rate;
  const double beta1 = static_cast<double>(0.9f), beta2 = static_cast<double>(0.999f),
               epsilon = static_cast<double>(1e-8f);
  for (size_t i = 0; i < after.size(); ++i) {
    const double g = static_cast<double>(gradient[i]);
    const double mean = (1 - beta1) * g / (1 - beta1), spread = (1 - beta2) * g * g / (1 - beta2);
    const double expected = static_cast<double>(before[i]) - rate * mean / (std::sqrt(spread) + epsilon);
    row.update_difference = std::max(row.update_difference, std::abs(static_cast<double>(after[i]) - expected) / rate);
  }
  if (!(row.update_difference < kUpdateTolerance))
    throw Error(
        fmt::format("{}: a weight differs from Adam's formula by {:.3g} of the rate", row.model, row.update_difference),
        "the numbers are wrong on this device: please report it");
}

}  // namespace

TrainBenchRow bench_train(Device device, const std::string& model, const Architecture& architecture, int batch,
                          int steps, uint64_t seed, LaunchLog* launches) {
  const auto classes = static_cast<int>(architecture.shapes(1).back().count());
  const MemoryDataset data = random_pictures(architecture.input(), classes, std::max<int64_t>(batch, 256), seed);
  std::vector<int64_t> all(static_cast<size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);

  Stream stream(device);
  Network network(stream, architecture);
  TrainerSettings settings;
  settings.batch = batch;
  settings.seed = seed;
  settings.keyframes = false;
  Trainer trainer(stream, network, data, all, Normalization(), settings);

  TrainBenchRow row;
  row.model = model;
  row.device = device.id();
  row.threads = thread_count();
  row.batch = batch;
  check_first_step(stream, network, trainer, row);

  for (int i = 0; i < std::min(steps, 20); ++i) trainer.step();
  stream.synchronize();
  std::vector<double> times;
  for (int i = 0; i < steps; ++i) {
    const auto start = std::chrono::steady_clock::now();
    trainer.step();
    stream.synchronize();
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const size_t middle = times.size() / 2;
  const double median = times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
  row.median_ms = 1e3 * median;
  row.images_per_second = batch / median;
  if (launches != nullptr) {
    stream.set_log(launches);
    trainer.step();
  }
  return row;
}

std::string train_bench_header() { return "model,device,threads,batch,median_ms,images_per_second"; }

std::string train_bench_line(const TrainBenchRow& row) {
  return fmt::format("{},{},{},{},{:.3f},{:.0f}", row.model, row.device, row.threads, row.batch, row.median_ms,
                     row.images_per_second);
}

}  // namespace striate
