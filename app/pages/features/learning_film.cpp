#include "app/pages/features/learning_film.h"

#include <memory>
#include <utility>

#include "app/network/same_network.h"
#include "engine/error.h"

namespace striate {

void LearningFilm::want(const NetworkRequest& of) {
  if (of.state.opened || !document_.training) {
    throw Error("there is no training behind this network", "look at the one in training: network.use training");
  }
  document_.kept_wanted = true;
  wanted_ = true;
}

std::vector<NetworkRequest> LearningFilm::begin(const NetworkRequest& of) {
  std::vector<NetworkRequest> moments;
  if (!wanted_ || !document_.training || !document_.training->kept) return moments;
  std::vector<int64_t> steps;
  for (const KeptMoment& each : *document_.training->kept) {
    auto then = std::make_shared<TrainedNetwork>(*document_.training);
    then->weights = each.weights;
    then->step = each.step;
    then->kept = nullptr;
    then->moving = false;
    NetworkRequest request = of;
    request.training = std::move(then);
    moments.push_back(std::move(request));
    steps.push_back(each.step);
  }
  document_.kept_wanted = false;
  if (moments.empty()) return moments;
  of_ = of;
  steps_ = std::move(steps);
  wanted_ = false;
  made_ = true;
  return moments;
}

void LearningFilm::stop() {
  wanted_ = false;
  document_.kept_wanted = false;
}

void LearningFilm::leave() {
  stop();
  made_ = false;
}

bool LearningFilm::forget_other(const NetworkRequest& now) {
  if (!of_ || same_training(*of_, now)) return false;
  of_.reset();
  return true;
}

}  // namespace striate
