#include "engine/session/digit_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/training/loss_head.h"

namespace striate {
namespace {

constexpr int kNone = 0;         // states: none, then digit d in its k-th column
constexpr int kMostColumns = 4;  // of one digit
constexpr float kLeast = 1e-4f;  // no probability is below
// Each digit more has its price; one that is seen in a single column, or begins where another ends, a higher one.
constexpr double kBegin = -0.7, kSingle = -3, kTouching = -5;

constexpr double kNoDigit = 7;  // a distance from every glyph: farther away is no digit

int state_of(int digit, int column) { return 1 + digit * kMostColumns + column; }

}  // namespace

std::string read_columns(const std::vector<DigitReader::Column>& columns, std::vector<int>& taken) {
  constexpr double kImpossible = -1e30;
  const int states = 1 + 10 * kMostColumns;
  const size_t n = columns.size();
  std::vector<std::vector<double>> best(n + 1, std::vector<double>(static_cast<size_t>(states), kImpossible));
  std::vector<std::vector<int>> from(n + 1, std::vector<int>(static_cast<size_t>(states), 0));
  best[0][kNone] = 0;
  for (size_t i = 0; i < n; ++i) {
    const std::vector<float>& p = columns[i].probabilities;
    double rest = 1;
    for (const float v : p) rest -= static_cast<double>(v);
    const auto log_of = [](double v) { return std::log(std::max<double>(v, kLeast)); };
    const auto go = [&](int a, int b, double more) {
      const double value = best[i][static_cast<size_t>(a)] + more;
      if (value <= best[i + 1][static_cast<size_t>(b)]) return;
      best[i + 1][static_cast<size_t>(b)] = value;
      from[i + 1][static_cast<size_t>(b)] = a;
    };
    for (int a = 0; a < states; ++a) {
      if (best[i][static_cast<size_t>(a)] <= kImpossible / 2) continue;
      const int of = a == kNone ? -1 : (a - 1) / kMostColumns, column = a == kNone ? 0 : (a - 1) % kMostColumns;
      const double single = a != kNone && column == 0 ? kSingle : 0;
      go(a, kNone, log_of(rest) + single);
      for (int digit = 0; digit < 10; ++digit) {
        const double seen = log_of(static_cast<double>(p[static_cast<size_t>(digit)]));
        if (digit != of) go(a, state_of(digit, 0), seen + kBegin + single + (a == kNone ? 0 : kTouching));
        if (digit == of && column + 1 < kMostColumns) go(a, state_of(digit, column + 1), seen);
      }
    }
  }
  for (int digit = 0; digit < 10; ++digit) best[n][static_cast<size_t>(state_of(digit, 0))] += kSingle;
  taken.assign(n, -1);
  int state = static_cast<int>(std::max_element(best[n].begin(), best[n].end()) - best[n].begin());
  std::string text;
  for (size_t i = n; i > 0; --i) {
    if (state != kNone) {
      taken[i - 1] = (state - 1) / kMostColumns;
      if ((state - 1) % kMostColumns == 0) text.insert(text.begin(), static_cast<char>('0' + taken[i - 1]));
    }
    state = from[i][static_cast<size_t>(state)];
  }
  return text;
}

DigitReader::DigitReader(Stream& stream, const std::string& model) : stream_(stream) {
  OpenedModelFile opened = open_model_file(stream, model);
  file_ = std::move(opened.file);
  network_.emplace(std::move(opened.network));
  if (!file_.loss.empty()) loss_ = parse_loss(file_.loss);
  const std::shared_ptr<const Layer>& last = file_.info.architecture.nodes().back().layer;
  distances_ = last->info().find("negative") != nullptr;  // which only outputs that are distances have
  try {
    sliding_.emplace(stream, *network_);
  } catch (const Error& error) {
    why_not_ = error.what();
  }
}

std::vector<float> DigitReader::normalized(std::vector<float> pixels, int height, int width) const {
  file_.info.normalization.apply(Shape{1, height, width}, pixels.data());
  return pixels;
}

std::vector<float> DigitReader::probabilities_of(const float* scores) const {
  // A tanh that is to be 1 or -1, or 0: shares of what is above its least.
  if (!gives_probabilities(loss_)) {
    std::vector<float> p(scores, scores + 10);
    float sum = 0;
    for (float& v : p) v = std::max(0.0f, v), sum += v;
    for (float& v : p) v /= std::max(sum, 1.0f);
    return p;
  }
  // Distances never come to 0: what the loss calls as far as no class would win against most digits.
  if (distances_) {
    std::vector<float> p(scores, scores + 10);
    double sum = std::exp(-kNoDigit);
    for (const float v : p) sum += std::exp(static_cast<double>(v));
    for (float& v : p) v = static_cast<float>(std::exp(static_cast<double>(v)) / sum);
    return p;
  }
  return LossHead::class_probabilities(loss_, scores, 10);
}

DigitReader::Answer DigitReader::read(const std::vector<float>& pixels) {
  network_->write_tensor(stream_, network_->activation(0), normalized(pixels, 28, 28));
  network_->forward(stream_, Mode::evaluation);
  Answer answer;
  answer.scores = network_->read_tensor(stream_, network_->output());
  answer.hidden = network_->read_tensor(stream_, network_->activation(network_->architecture().size() - 2));
  answer.probabilities = probabilities_of(answer.scores.data());
  answer.digit = static_cast<int>(std::max_element(answer.scores.begin(), answer.scores.end()) - answer.scores.begin());
  answer.probability = answer.probabilities[static_cast<size_t>(answer.digit)];
  return answer;
}

DigitReader::Row DigitReader::row_of(const SlidingNetwork::Answers& answers, int width) const {
  Row row;
  row.width = width;
  row.step = sliding_->step();
  const size_t hidden = answers.columns == 0 ? 0 : answers.hidden.size() / static_cast<size_t>(answers.columns);
  for (int i = 0; i < answers.columns; ++i) {
    const auto begin = answers.hidden.begin() + static_cast<int64_t>(i) * static_cast<int64_t>(hidden);
    row.columns.push_back({probabilities_of(answers.values.data() + static_cast<int64_t>(i) * 10),
                           {begin, begin + static_cast<int64_t>(hidden)},
                           -1});
  }
  std::vector<int> taken;
  row.text = read_columns(row.columns, taken);
  for (size_t i = 0; i < taken.size(); ++i) row.columns[i].digit = taken[i];
  row.work = sliding_->work_of_sliding(width);
  row.work_of_windows = sliding_->work_of_windows(width);
  return row;
}

DigitReader::Row DigitReader::read_row(const std::vector<float>& pixels, int width) {
  if (!sliding_) throw Error(why_not_, "choose LeNet-5: lenet.model modern");
  return row_of(sliding_->slide(stream_, normalized(pixels, SlidingNetwork::kSide, width), width), width);
}
DigitReader::Row DigitReader::read_windows(const std::vector<float>& pixels, int width) {
  if (!sliding_) throw Error(why_not_, "choose LeNet-5: lenet.model modern");
  return row_of(sliding_->one_by_one(stream_, normalized(pixels, SlidingNetwork::kSide, width), width), width);
}

}  // namespace striate
