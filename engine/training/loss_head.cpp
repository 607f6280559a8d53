#include "engine/training/loss_head.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"
#include "kernels/elementwise.h"
#include "kernels/loss.h"
#include "kernels/metrics.h"

namespace striate {

void check_loss_fits(const Architecture& architecture, Loss loss, int classes) {
  const Shape out = architecture.shapes(1).back();
  const std::shared_ptr<const Layer>& layer = architecture.nodes().back().layer;
  const Ending last = layer ? layer->info().ending : Ending::values;
  const bool binary = loss == Loss::mean_squared_error || loss == Loss::binary_cross_entropy ||
                      loss == Loss::binary_cross_entropy_logits;
  if (out.rank() != 2) {
    throw Error(fmt::format("the network's output is {}, a loss needs one value for each class", out.text()),
                fmt::format("end it with flatten | dense {}", classes));
  }
  if (out[1] != classes && !(binary && out[1] == 1 && classes == 2)) {
    throw Error(fmt::format("the network gives {} values, the data set has {} classes", out[1], classes),
                fmt::format("end it with dense {}", classes));
  }
  if (gives_probabilities(loss) && (last == Ending::shares || last == Ending::logarithms_of_shares)) {
    throw Error(fmt::format("the network ends with {}, and {} applies softmax itself", layer->kind(),
                            loss == Loss::cross_entropy ? "cross-entropy" : loss_name(loss)),
                "leave that layer out, or end with logsoftmax and use the loss nll");
  }
  if (loss == Loss::negative_log_likelihood && last != Ending::logarithms_of_shares) {
    throw Error("the loss nll needs log-probabilities, the network does not end with logsoftmax",
                "add logsoftmax at the end, or use the loss cross-entropy");
  }
  if (loss == Loss::binary_cross_entropy && last != Ending::probabilities && last != Ending::shares) {
    throw Error("the loss bce needs values from 0 to 1, the network does not end with sigmoid",
                "add sigmoid at the end, or use the loss bce-logits");
  }
}

void check_numbers(const float* row, int k, const std::string& of) {
  for (int i = 0; i < k; ++i) {
    if (std::isfinite(row[i])) continue;
    throw Error(fmt::format("the network's output{} is not a number: value {} of {} is {}",
                            of.empty() ? "" : " for " + of, i, k, number_text(double{row[i]})),
                "its weights or the preprocessing of its pictures are wrong: it names no class");
  }
}

LossHead::LossHead(Stream& stream, Loss loss, int n, int k, double smoothing)
    : loss_(loss), n_(n), k_(k), smoothing_(static_cast<float>(smoothing)) {
  check(smoothing == 0 || loss == Loss::cross_entropy, "label smoothing with {}", loss_name(loss));
  const Device device = stream.device();
  const int64_t values = static_cast<int64_t>(n) * k;
  labels_ = Buffer<int32_t>(device, n, "labels");
  predicted_ = Buffer<int32_t>(device, n, "predictions");
  results_ = Buffer<float>(device, 16, "a loss");
  per_sample_ = Buffer<float>(device, by_class() ? n : values, "losses");
  fill(stream, 16, 0, results_.data());
  if (gives_probabilities(loss)) probabilities_ = Buffer<float>(device, values, "probabilities");
  if (!by_class()) {
    const int classes = std::max(k, 2);
    std::vector<float> rows(static_cast<size_t>(classes) * static_cast<size_t>(k));
    for (int c = 0; c < classes; ++c) {
      if (k == 1) {
        rows[static_cast<size_t>(c)] = static_cast<float>(c);
      } else {
        rows[static_cast<size_t>(c) * static_cast<size_t>(k) + static_cast<size_t>(c)] = 1;
      }
    }
    targets_ = Buffer<float>(device, values, "targets");
    rows_ = Buffer<float>(device, static_cast<int64_t>(rows.size()), "targets");
    upload(stream, rows_, rows.data(), rows_.size());
  }
  if (k == 1) {
    pairs_ = Buffer<float>(device, 2 * int64_t{n}, "predictions");
    fill(stream, 2 * int64_t{n}, loss == Loss::binary_cross_entropy_logits ? 0.0f : 0.5f, pairs_.data());
  }
}

void LossHead::queue(Stream& stream, const float* output, float* dx) {
  const int64_t values = static_cast<int64_t>(n_) * k_;
  float* loss = results_.data();
  if (!by_class()) gather_rows(stream, n_, k_, rows_.data(), labels_.data(), targets_.data());
  switch (loss_) {
    case Loss::cross_entropy:
      softmax_cross_entropy(stream, n_, k_, output, labels_.data(), loss, per_sample_.data(), probabilities_.data(), dx,
                            smoothing_);
      break;
    case Loss::negative_log_likelihood:
      negative_log_likelihood(stream, n_, k_, output, labels_.data(), loss, per_sample_.data(), dx);
      break;
    case Loss::maximum_a_posteriori:
      maximum_a_posteriori(stream, n_, k_, kNoClassDistance, output, labels_.data(), loss, per_sample_.data(),
                           probabilities_.data(), dx);
      break;
    case Loss::mean_squared_error:
      mean_squared_error(stream, values, output, targets_.data(), loss, per_sample_.data(), dx);
      break;
    case Loss::binary_cross_entropy:
      binary_cross_entropy(stream, values, output, targets_.data(), loss, per_sample_.data(), dx);
      break;
    case Loss::binary_cross_entropy_logits:
      binary_cross_entropy_with_logits(stream, values, output, targets_.data(), loss, per_sample_.data(), dx);
      break;
  }
  if (k_ == 1) {  // the larger of threshold and output: class 0 or 1
    copy_rows(stream, n_, 1, output, 1, pairs_.data() + 1, 2);
    argmax_rows(stream, n_, 2, pairs_.data(), predicted_.data());
  } else {
    argmax_rows(stream, n_, k_, output, predicted_.data());
  }
  count_correct(stream, n_, predicted_.data(), labels_.data(), reinterpret_cast<int32_t*>(results_.data() + 1));
}

std::vector<float> LossHead::class_probabilities(Loss loss, const float* row, int k) {
  std::vector<float> p(row, row + k);
  if (gives_probabilities(loss)) {
    const bool none = loss == Loss::maximum_a_posteriori;
    const double row_most = *std::max_element(p.begin(), p.end());
    const double most = none ? std::max<double>(row_most, -kNoClassDistance) : row_most;
    double sum = none ? std::exp(-kNoClassDistance - most) : 0;
    for (const float v : p) sum += std::exp(v - most);
    for (float& v : p) v = static_cast<float>(std::exp(v - most) / sum);
  } else if (loss == Loss::negative_log_likelihood) {
    for (float& v : p) v = std::exp(v);
  } else if (loss == Loss::binary_cross_entropy_logits) {
    for (float& v : p) v = 1 / (1 + std::exp(-v));
  }
  if (k == 1) p = {1 - p[0], p[0]};
  return p;
}

}  // namespace striate
