#include "app/pages/sharing/sharing_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/steady_seconds.h"

namespace striate {
namespace {

constexpr double kBetween = 0.15;  // seconds between two moments while it learns

SharingLayer layer_of(int i) { return static_cast<SharingLayer>(i); }

}  // namespace

int SharingMoment::known(SharingLayer layer) const {
  const std::vector<int>& classes = map[static_cast<size_t>(layer)];
  return static_cast<int>(std::count(classes.begin(), classes.end(), label));
}

void SharingWork::run(const SharingRequest& request, const Progress& progress,
                      const std::function<void(SharingMoment)>& publish) {
  if (!lab_ || data_ != request.data || start_ != request.start) {
    lab_ = nullptr;
    lab_ = std::make_unique<SharingLab>(Device::cpu(), open_sharing_data(request.data), request.tie, request.start);
    data_ = request.data, start_ = request.start;
  }
  SharingLab& lab = *lab_;
  if (progress.canceled) return;
  lab.set_tie(request.tie);
  SharingMoment now;
  now.of = request;
  now.digits = static_cast<int64_t>(lab.data().test.size());
  const int64_t digit = std::min(request.digit, now.digits - 1);
  now.label = lab.data().test_label(digit);
  now.source = lab.data().digits->describe(lab.data().test[static_cast<size_t>(digit)]);
  const std::vector<float> still = lab.data().test_digit(digit);
  now.picture = moved_digit(still, request.move);
  const auto look = [&] {
    now.step = lab.steps();
    now.learning = lab.steps() < request.steps;
    for (int i = 0; i < kSharingLayers; ++i) {
      now.answers[static_cast<size_t>(i)] = lab.answer(layer_of(i), now.picture);
      now.loss[static_cast<size_t>(i)] = lab.loss(layer_of(i));
    }
    now.gradient = lab.gradient(now.picture, now.label);
    publish(now);
  };
  const auto map_of = [&] {
    return fmt::format("{} {} {} {} {} {} {}", request.data, request.start, lab.steps(), name_of(request.tie), digit,
                       request.move.scale, request.move.degrees);
  };
  const auto take_map = [&] {
    if (request.map && map_of_ == map_of()) now.map = map_, now.map_rows = kShifts;
  };
  take_map();
  look();
  double looked = steady_seconds();
  while (lab.steps() < request.steps) {
    if (progress.canceled) return;
    now.map = {}, now.map_rows = 0;
    lab.step();
    if (steady_seconds() - looked < kBetween && lab.steps() < request.steps) continue;
    look();
    looked = steady_seconds();
  }
  if (request.measure) {
    std::vector<std::vector<float>> pictures;
    std::vector<int> labels;
    for (int64_t i = 0; i < SharingLab::kTestDigits; ++i) {
      pictures.push_back(moved_digit(lab.data().test_digit(i), request.move));
      labels.push_back(lab.data().test_label(i));
    }
    for (int i = 0; i < kSharingLayers; ++i) {
      if (progress.canceled) return;
      const std::vector<int> said = lab.classes(layer_of(i), pictures);
      int right = 0;
      for (size_t n = 0; n < said.size(); ++n) right += said[n] == labels[n] ? 1 : 0;
      now.accuracy[static_cast<size_t>(i)] = static_cast<double>(right) / static_cast<double>(said.size());
    }
    now.has_accuracy = true;
    publish(now);
  }
  if (!request.map || now.map_rows == kShifts) return;
  for (auto& each : now.map) each.assign(static_cast<size_t>(kShifts) * kShifts, -1);
  for (int row = 0; row < kShifts; ++row) {
    std::vector<std::vector<float>> pictures;
    for (int column = 0; column < kShifts; ++column) {
      SharingMove move = request.move;
      move.dx = column - kMostShift, move.dy = row - kMostShift;
      pictures.push_back(moved_digit(still, move));
    }
    for (int i = 0; i < kSharingLayers; ++i) {
      if (progress.canceled) return;
      const std::vector<int> said = lab.classes(layer_of(i), pictures);
      std::copy(said.begin(), said.end(), now.map[static_cast<size_t>(i)].begin() + row * kShifts);
    }
    now.map_rows = row + 1;
    publish(now);
  }
  map_ = now.map;
  map_of_ = map_of();
}

}  // namespace striate
