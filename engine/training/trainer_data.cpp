// The batch phase of training: the order of the samples, reading and normalizing them, keeping them on a GPU.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/error.h"
#include "engine/shuffle.h"
#include "engine/training/trainer_memory.h"
#include "kernels/elementwise.h"
#include "kernels/random.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr uint64_t kOrderSequence = uint64_t{1} << 60;    // + the epoch
constexpr uint64_t kInsteadSequence = uint64_t{2} << 60;  // + the position: who takes the place of one left out
constexpr int64_t kMaxResident = int64_t{2} << 30;        // bytes of samples that are kept on a GPU

}  // namespace

void Trainer::read_samples(const Dataset& data, const std::vector<int64_t>& indices, const Normalization& normalization,
                           const Augment& augment, uint64_t seed, uint64_t first_draw, float* pixels) {
  const Shape shape = data.shape();
  const int64_t each = shape.count();
  // A few thousand values per piece: a small batch is read by one thread.
  const int64_t together = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, each));
  const int64_t count = static_cast<int64_t>(indices.size());
  parallel_for((count + together - 1) / together, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * together; i < std::min(count, end * together); ++i) {
      float* sample = pixels + i * each;
      data.read(indices[static_cast<size_t>(i)], sample);
      if (augment) augment(sample, shape, seed, first_draw + static_cast<uint64_t>(i));
      normalization.apply(shape, sample);
    }
  });
}

int64_t Trainer::sample_at(int64_t position) {
  const int64_t n = static_cast<int64_t>(training_.size()), epoch = position / n;
  if (epoch != order_epoch_) {
    order_.resize(training_.size());
    std::iota(order_.begin(), order_.end(), 0);
    Random random(settings_.seed, kOrderSequence + static_cast<uint64_t>(epoch));
    shuffle(std::span(order_), random);
    order_epoch_ = epoch;
  }
  const int64_t place = order_[static_cast<size_t>(position % n)];
  const Memory& m = *memory_;
  if (m.left_out.empty() || !m.left_out[static_cast<size_t>(place)]) return place;
  Random instead(settings_.seed, kInsteadSequence + static_cast<uint64_t>(position));
  return m.kept_samples[instead.below(static_cast<uint32_t>(m.kept_samples.size()))];
}

void Trainer::labels_were_changed(const std::set<int64_t>& left_out) {
  std::vector<int32_t> kept;
  std::vector<bool> out(training_.size());
  for (size_t place = 0; place < training_.size(); ++place) {
    out[place] = left_out.contains(training_[place]);
    if (!out[place]) kept.push_back(static_cast<int32_t>(place));
  }
  if (kept.empty()) throw Error("no samples to learn from", "leave fewer pictures out");
  history();  // steps whose results nobody has read yet were done with the labels of before
  const bool all = kept.size() == training_.size();
  Memory& m = *memory_;
  m.kept_samples = all ? std::vector<int32_t>() : std::move(kept);
  m.left_out = all ? std::vector<bool>() : std::move(out);
  if (m.samples.size() > 0) send_labels();
  m.window_begin = m.window_end = 0;
  if (phase_ == Phase::batch) remember();
}

void Trainer::make_resident() {
  const int64_t n = static_cast<int64_t>(training_.size()), each = data_->shape().count();
  const Device device = stream_->device();
  if (!device.is_gpu()) return;
  Memory& m = *memory_;
  if (settings_.augment || n * each * 4 > kMaxResident) {
    m.pictures = Staging(device, settings_.batch * each * static_cast<int64_t>(sizeof(float)), "a batch of pictures");
    m.labels = Staging(device, settings_.batch * static_cast<int64_t>(sizeof(int32_t)), "a batch of labels");
    return;
  }
  m.samples = Buffer<float>(stream_->device(), n * each, "the training pictures");
  m.sample_labels = Buffer<float>(stream_->device(), n, "labels");
  constexpr int64_t kChunk = 1024;
  std::vector<float> pixels;
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t end = std::min(n, begin + kChunk);
    pixels.resize(static_cast<size_t>((end - begin) * each));
    const std::vector<int64_t> some(training_.begin() + begin, training_.begin() + end);
    read_samples(*data_, some, normalization_, nullptr, 0, 0, pixels.data());
    copy_bytes(*stream_, m.samples.data() + begin * each, stream_->device(), pixels.data(), Device::cpu(),
               pixels.size() * sizeof(float));
  }
  send_labels();
  m.window = Buffer<int32_t>(stream_->device(), std::max<int64_t>(n, 64 * settings_.batch), "an epoch's order");
}

void Trainer::send_labels() {
  std::vector<int32_t> labels;
  labels.reserve(training_.size());
  for (const int64_t index : training_) labels.push_back(data_->label(index));
  copy_bytes(*stream_, memory_->sample_labels.data(), stream_->device(), labels.data(), Device::cpu(),
             labels.size() * sizeof(int32_t));
}

void Trainer::do_batch() {
  Memory& m = *memory_;
  const int n = settings_.batch;
  indices_.resize(static_cast<size_t>(n));
  labels_.resize(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) {
    const int64_t index = training_[static_cast<size_t>(sample_at(samples_ + i))];
    indices_[static_cast<size_t>(i)] = index;
    labels_[static_cast<size_t>(i)] = data_->label(index);
  }
  const TensorView x = network_->view(network_->input());
  if (m.samples.size() > 0) {
    if (samples_ < m.window_begin || samples_ + n > m.window_end) {
      std::vector<int32_t> window(static_cast<size_t>(m.window.size()));
      for (size_t i = 0; i < window.size(); ++i) {
        window[i] = static_cast<int32_t>(sample_at(samples_ + static_cast<int64_t>(i)));
      }
      upload(*stream_, m.window, window.data(), m.window.size());
      m.window_begin = samples_;
      m.window_end = samples_ + m.window.size();
    }
    const int32_t* places = m.window.data() + (samples_ - m.window_begin);
    gather_rows(*stream_, n, x.count() / n, m.samples.data(), places, x.data);
    gather_rows(*stream_, n, 1, m.sample_labels.data(), places, reinterpret_cast<float*>(m.head.labels()));
    return;
  }
  const uint64_t draw = static_cast<uint64_t>(samples_);
  if (stream_->device().is_cpu()) {
    read_samples(*data_, indices_, normalization_, settings_.augment, settings_.seed, draw, x.data);
    std::copy(labels_.begin(), labels_.end(), m.head.labels());
    return;
  }
  // While this batch is read, copied and moved to its place, the GPU goes on with the steps before.
  read_samples(*data_, indices_, normalization_, settings_.augment, settings_.seed, draw,
               static_cast<float*>(m.pictures.next()));
  m.pictures.send(*stream_, x.data, x.count() * static_cast<int64_t>(sizeof(float)));
  const auto bytes = static_cast<int64_t>(labels_.size() * sizeof(int32_t));
  std::memcpy(m.labels.next(), labels_.data(), static_cast<size_t>(bytes));
  m.labels.send(*stream_, m.head.labels(), bytes);
}

}  // namespace striate
