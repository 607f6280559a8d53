// Which pictures of a training part may have a wrong label: those that a network is sure to be of another class than
// their label says, those with the largest loss first. A network that has not yet learned a wrong label by heart
// disagrees with it; one that has, does not: so the list is longest early in a training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/training/metrics.h"
#include "engine/training/training_labels.h"

namespace striate {

struct Mislabeled {
  int64_t sample = 0;             // in the data set
  int32_t label = 0, answer = 0;  // classes
  float probability = 0;          // of the answer
  float loss = 0;                 // for the label
  bool made_wrong = false;        // on purpose, and not what the data set says
};

// `judged`: these samples with these labels, in this order (Evaluator); samples beyond what it covers are not looked
// at. `sure`: the least probability of the answer, from 0 to 1. Samples that are left out are not in it; of equal
// losses the sample that comes first in the data set.
std::vector<Mislabeled> find_mislabeled(const TrainingLabels& labels, const std::vector<int64_t>& samples,
                                        const Evaluation& judged, double sure);
// Of a list: how many were made wrong on purpose.
int64_t count_made_wrong(const std::vector<Mislabeled>& found);

// picture,about,label,answer,probability,loss,now, the last one to be edited by a person before it is read as a file of
// changed labels (training_labels.h): at first it is the answer.
std::string mislabeled_csv(const TrainingLabels& labels, const std::vector<Mislabeled>& found);

}  // namespace striate
