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

SharingJob::SharingJob(std::function<void()> wake)
    : wake_(wake), live_(std::make_shared<Live>()), work_(std::move(wake)) {}

void SharingJob::begin(const SharingRequest& request) {
  work_.request([live = live_, request, wake = wake_](Progress& progress) {
    run(*live, request, progress, wake);
    return true;
  });
}

SharingMomentPtr SharingJob::take() {
  work_.take();
  const std::lock_guard lock(live_->mutex);
  if (!live_->moment || live_->moment->version == taken_) return nullptr;
  taken_ = live_->moment->version;
  return live_->moment;
}

void SharingJob::run(Live& live, const SharingRequest& request, const Progress& progress,
                     const std::function<void()>& wake) {
  const std::lock_guard whole(live.lab_mutex);
  if (!live.lab || live.data != request.data || live.start != request.start) {
    live.lab = nullptr;
    live.lab = std::make_unique<SharingLab>(Device::cpu(), open_sharing_data(request.data), request.tie, request.start);
    live.data = request.data, live.start = request.start;
  }
  SharingLab& lab = *live.lab;
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
  const auto publish = [&] {
    now.version = ++live.version;
    {
      const std::lock_guard lock(live.mutex);
      live.moment = std::make_shared<const SharingMoment>(now);
    }
    wake();
  };
  const auto look = [&] {
    now.step = lab.steps();
    now.learning = lab.steps() < request.steps;
    for (int i = 0; i < kSharingLayers; ++i) {
      now.answers[static_cast<size_t>(i)] = lab.answer(layer_of(i), now.picture);
      now.loss[static_cast<size_t>(i)] = lab.loss(layer_of(i));
    }
    now.gradient = lab.gradient(now.picture, now.label);
    publish();
  };
  const auto map_of = [&] {
    return fmt::format("{} {} {} {} {} {} {}", request.data, request.start, lab.steps(), name_of(request.tie), digit,
                       request.move.scale, request.move.degrees);
  };
  const auto take_map = [&] {
    if (request.map && live.map_of == map_of()) now.map = live.map, now.map_rows = kShifts;
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
    publish();
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
    publish();
  }
  live.map = now.map;
  live.map_of = map_of();
}

}  // namespace striate
