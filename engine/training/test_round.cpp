#include "engine/training/test_round.h"

#include <algorithm>

#include "engine/network/batch_size.h"

namespace striate {
namespace {

constexpr int kPiece = 64;  // samples between two looks at whether something else waits, at most
constexpr int64_t kBudget = int64_t{256} << 20;

}  // namespace

TestRound::TestRound(Stream& stream, const Architecture& architecture, Loss loss)
    : evaluator_(stream, architecture, batch_within(architecture, Plan::inference(1), kBudget, kPiece), loss) {
  evaluator_.accept_no_numbers();  // training itself says what is wrong
}

void TestRound::begin(Stream& stream, const Network& weights, int64_t step) {
  evaluator_.take_weights(stream, weights);
  stream.synchronize();
  step_ = step;
  result_ = Evaluation();
}

bool TestRound::advance(Stream& stream, const Dataset& data, const std::vector<int64_t>& indices,
                        const Normalization& normalization) {
  const int64_t piece = evaluator_.network().batch();
  const int64_t done = result_.samples, rest = static_cast<int64_t>(indices.size()) - done;
  evaluator_.add(stream, result_, data, indices.data() + done, std::min<int64_t>(piece, rest), normalization);
  if (rest > piece) return false;
  step_ = -1;
  return true;
}

std::vector<int32_t> TestRound::mistakes(const Dataset& data, const std::vector<int64_t>& indices) const {
  std::vector<int32_t> wrong;
  for (size_t i = 0; i < result_.predicted.size(); ++i) {
    if (result_.predicted[i] != data.label(indices[i])) wrong.push_back(static_cast<int32_t>(i));
  }
  std::stable_sort(wrong.begin(), wrong.end(), [&](int32_t a, int32_t b) {
    return result_.probability[static_cast<size_t>(a)] > result_.probability[static_cast<size_t>(b)];
  });
  return wrong;
}

}  // namespace striate
