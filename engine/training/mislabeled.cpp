#include "engine/training/mislabeled.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/files/csv.h"

namespace striate {
std::vector<Mislabeled> find_mislabeled(const TrainingLabels& labels, const std::vector<int64_t>& samples,
                                        const Evaluation& judged, double sure) {
  std::vector<Mislabeled> found;
  const size_t count = std::min({samples.size(), judged.predicted.size(), judged.losses.size()});
  for (size_t i = 0; i < count; ++i) {
    const int64_t sample = samples[i];
    const int32_t label = labels.label(sample), answer = judged.predicted[i];
    if (answer < 0 || answer == label || static_cast<double>(judged.probability[i]) < sure ||
        labels.is_left_out(sample)) {
      continue;
    }
    const bool wrong = labels.wrong().contains(sample) && label != labels.data()->label(sample);
    found.push_back({sample, label, answer, judged.probability[i], judged.losses[i], wrong});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Mislabeled& a, const Mislabeled& b) { return a.loss > b.loss; });
  return found;
}

int64_t count_made_wrong(const std::vector<Mislabeled>& found) {
  return std::count_if(found.begin(), found.end(), [](const Mislabeled& each) { return each.made_wrong; });
}

std::string mislabeled_csv(const TrainingLabels& labels, const std::vector<Mislabeled>& found) {
  const auto name = [&](int32_t c) { return quoted_csv(labels.classes()[static_cast<size_t>(c)]); };
  std::string text = "picture,about,label,answer,probability,loss,now\n";
  for (const Mislabeled& each : found) {
    text += fmt::format("{},{},{},{},{:.6f},{:.6f},{}\n", each.sample, quoted_csv(labels.describe(each.sample)),
                        name(each.label), name(each.answer), each.probability, each.loss, name(each.answer));
  }
  return text;
}

}  // namespace striate
