#include "engine/training/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/per_picture.h"
#include "engine/training/trainer.h"
#include "kernels/metrics.h"

namespace striate {
namespace {

const Architecture& for_pictures(const Architecture& architecture, int batch) {
  check_pictures(architecture, batch);
  return architecture;
}

}  // namespace

int64_t Evaluation::samples_of(int truth) const {
  int64_t sum = 0;
  for (int p = 0; p < classes; ++p) sum += count(truth, p);
  return sum;
}
double Evaluation::recall(int truth) const {
  const int64_t all = samples_of(truth);
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(count(truth, truth)) / static_cast<double>(all);
}
double Evaluation::precision(int predicted_class) const {
  int64_t all = 0;
  for (int t = 0; t < classes; ++t) all += count(t, predicted_class);
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(count(predicted_class, predicted_class)) / static_cast<double>(all);
}

Evaluator::Evaluator(Stream& stream, const Architecture& architecture, int batch, Loss loss)
    : own_(std::make_unique<Network>(stream, for_pictures(architecture, batch), Plan::inference(batch))),
      network_(own_.get()),
      loss_(loss),
      head_(stream, loss, batch, static_cast<int>(network_->output().shape.count() / batch)) {}

Evaluator::Evaluator(Stream& stream, Network& network, Loss loss)
    : network_(&network),
      loss_(loss),
      head_(stream, loss, network.batch(), static_cast<int>(network.output().shape.count() / network.batch())) {}

Evaluation Evaluator::evaluate(Stream& stream, const Network& weights, const Dataset& data,
                               const std::vector<int64_t>& indices, const Normalization& normalization,
                               const std::function<bool(int64_t)>& progress) {
  take_weights(stream, weights);
  Evaluation result;
  add(stream, result, data, indices.data(), static_cast<int64_t>(indices.size()), normalization, progress);
  return result;
}

void Evaluator::add(Stream& stream, Evaluation& result, const Dataset& data, const int64_t* indices, int64_t count,
                    const Normalization& normalization, const std::function<bool(int64_t)>& progress) {
  const int classes = static_cast<int>(data.classes().size());
  check_loss_fits(network_->architecture(), loss_, classes);
  const int64_t n = network_->batch();
  const NamedTensor input = network_->input(), output = network_->output();
  if (data.shape().count() * n != input.shape.count()) {
    throw Error(fmt::format("the network takes {}, {} has {}", network_->architecture().input().text(), data.name(),
                            data.shape().text()),
                "choose a data set of that size");
  }
  const size_t k = static_cast<size_t>(output.shape[1]);
  const size_t each = static_cast<size_t>(head_.values_per_sample());
  const bool on_host = stream.device().is_cpu();  // then the pictures are read to where the network takes them
  std::vector<float> pixels(on_host ? 0 : static_cast<size_t>(input.shape.count())), rows(static_cast<size_t>(n) * k);
  std::vector<float> losses(static_cast<size_t>(n) * each);
  std::vector<int32_t> labels(static_cast<size_t>(n)), predicted(static_cast<size_t>(n));
  result.classes = classes;
  result.confusion.resize(static_cast<size_t>(classes) * static_cast<size_t>(classes));
  for (int64_t begin = 0; begin < count; begin += n) {
    const int64_t used = std::min(n, count - begin);
    // The last batch may be short: its other rows are its first sample again, and are not counted.
    std::vector<int64_t> batch(indices + begin, indices + begin + used);
    batch.resize(static_cast<size_t>(n), batch.front());
    for (int64_t i = 0; i < n; ++i) labels[static_cast<size_t>(i)] = data.label(batch[static_cast<size_t>(i)]);
    if (on_host) stream.synchronize();
    Trainer::read_samples(data, batch, normalization, nullptr, 0, 0,
                          on_host ? network_->view(input).data : pixels.data());
    if (!on_host) network_->write_tensor(stream, input, pixels);
    copy_bytes(stream, head_.labels(), stream.device(), labels.data(), Device::cpu(), labels.size() * sizeof(int32_t));
    network_->forward(stream, Mode::evaluation);
    const float* out = network_->view(output).data;
    head_.queue(stream, out, nullptr);
    copy_bytes(stream, rows.data(), Device::cpu(), out, stream.device(), rows.size() * sizeof(float));
    download(stream, losses.data(), head_.per_sample(), static_cast<int64_t>(losses.size()));
    download(stream, predicted.data(), head_.predicted(), n);
    for (size_t i = 0; i < static_cast<size_t>(used); ++i) {
      const float* row = rows.data() + i * k;
      const bool numbers = std::all_of(row, row + k, [](float value) { return std::isfinite(value); });
      if (!numbers && strict_) check_numbers(row, static_cast<int>(k), data.describe(batch[i]));
      double loss = 0;
      for (size_t j = 0; j < each; ++j) loss += losses[i * each + j];
      result.loss_sum += loss / static_cast<double>(each);
      result.losses.push_back(static_cast<float>(loss / static_cast<double>(each)));
      if (!numbers) {
        result.predicted.push_back(-1);
        result.probability.push_back(0);
        continue;
      }
      const int truth = labels[i], said = predicted[i];
      result.confusion[static_cast<size_t>(truth) * static_cast<size_t>(classes) + static_cast<size_t>(said)] += 1;
      result.correct += truth == said ? 1 : 0;
      result.predicted.push_back(said);
      const std::vector<float> p = LossHead::class_probabilities(loss_, row, static_cast<int>(k));
      result.probability.push_back(p[static_cast<size_t>(said)]);
    }
    result.samples += used;
    if (progress && !progress(result.samples)) break;
  }
  result.loss = result.samples > 0 ? result.loss_sum / static_cast<double>(result.samples) : 0;
}

std::vector<float> Evaluator::probabilities(Stream& stream, const Network& weights, const std::vector<float>& pixels) {
  network_->copy_weights(stream, weights);
  const NamedTensor input = network_->input(), output = network_->output();
  const size_t each = static_cast<size_t>(input.shape.count() / network_->batch());
  check(pixels.size() == each, "a picture of {} values for a network that takes {}", pixels.size(), each);
  std::vector<float> batch;
  for (int i = 0; i < network_->batch(); ++i) batch.insert(batch.end(), pixels.begin(), pixels.end());
  network_->write_tensor(stream, input, batch);
  network_->forward(stream, Mode::evaluation);
  const std::vector<float> rows = network_->read_tensor(stream, output);
  const int k = static_cast<int>(output.shape.count() / network_->batch());
  check_numbers(rows.data(), k, "");
  return LossHead::class_probabilities(loss_, rows.data(), k);
}

std::vector<DeadUnits> dead_units(Stream& stream, Network& network) {
  std::vector<DeadUnits> result;
  for (int i = 1; i < network.architecture().size(); ++i) {
    if (!network.architecture().nodes()[static_cast<size_t>(i)].layer->info().may_die) continue;
    const TensorView y = network.view(network.activation(i));
    const int units = y.shape.rank() > 1 ? static_cast<int>(y.shape[1]) : 1;
    const int n = y.shape.rank() > 0 ? static_cast<int>(y.shape[0]) : 1;
    const int64_t pixels = y.count() / n / units;
    Buffer<int32_t> active(stream.device(), units, "counts of active units");
    count_active(stream, n, units, pixels, y.data, active.data());
    std::vector<int32_t> counts(static_cast<size_t>(units));
    download(stream, counts.data(), active, units);
    result.push_back({i, units, std::count(counts.begin(), counts.end(), 0)});
  }
  return result;
}

namespace {

ArrayStatistics statistics_of(Stream& stream, const TensorView& view) {
  Buffer<ArrayStatistics> result(stream.device(), 1, "statistics");
  Buffer<uint8_t> scratch(stream.device(), array_statistics_scratch(view.count()), "statistics");
  array_statistics(stream, view.count(), view.data, result.data(), scratch.data());
  ArrayStatistics statistics;
  download(stream, &statistics, result, 1);
  return statistics;
}

}  // namespace

std::vector<Norm> norms(Stream& stream, Network& network) {
  std::vector<Norm> result;
  const std::vector<NamedTensor> tensors = network.tensors();
  for (const NamedTensor& tensor : tensors) {
    if (tensor.kind != TensorKind::weight) continue;
    Norm norm{tensor.name, statistics_of(stream, network.view(tensor)).norm, 0};
    if (const NamedTensor* gradient = network.find(TensorKind::weight_gradient, tensor.name)) {
      norm.gradient = statistics_of(stream, network.view(*gradient)).norm;
    }
    result.push_back(norm);
  }
  return result;
}

NotFinite find_not_finite(Stream& stream, Network& network) {
  const auto name_of = [&](const NamedTensor& tensor) {
    return network.architecture().nodes()[static_cast<size_t>(tensor.node)].name;
  };
  // In running order: an activation that is wrong may come from the layer's own weights, which stand before it.
  for (const TensorKind kind : {TensorKind::activation, TensorKind::weight_gradient, TensorKind::activation_gradient}) {
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind != kind || tensor.integers) continue;
      if (kind == TensorKind::activation) {
        for (const NamedTensor& weight : network.tensors()) {
          if (weight.kind == TensorKind::weight && weight.node == tensor.node &&
              statistics_of(stream, network.view(weight)).not_finite > 0) {
            return {name_of(tensor), "weight " + weight.name};
          }
        }
      }
      if (statistics_of(stream, network.view(tensor)).not_finite == 0) continue;
      return {name_of(tensor), kind == TensorKind::activation        ? "activation"
                               : kind == TensorKind::weight_gradient ? "gradient of " + tensor.name
                                                                     : "gradient of the activation"};
    }
  }
  return {};
}

}  // namespace striate
