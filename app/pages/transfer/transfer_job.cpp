#include "app/pages/transfer/transfer_job.h"

#include <algorithm>
#include <utility>

#include "engine/steady_seconds.h"

namespace striate {
namespace {

constexpr double kBetween = 0.15;  // seconds between two moments while it learns

TransferMoment::Side side_of(const TransferStudy& study, StudySide side) {
  const int64_t examples = study.settings().examples;
  TransferMoment::Side made;
  made.result = study.result(side, examples);
  made.complete = study.complete(side, examples);
  for (const StudyRun* run : study.runs_of(side, examples)) made.runs.push_back(*run);
  const StudyRun* running = study.running();
  if (running != nullptr && running->side == side && running->examples == examples) made.runs.push_back(*running);
  return made;
}

TransferMoment moment_of(const TransferStudy& study) {
  TransferMoment now;
  now.facts = study.facts();
  now.tiles = study.material().tiles;
  now.scratch = side_of(study, StudySide::scratch);
  now.transfer = side_of(study, StudySide::transfer);
  now.sizes = study.sizes();
  std::vector<int64_t> sizes = now.sizes;
  sizes.push_back(study.settings().examples);
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  for (const int64_t size : sizes) {
    TransferMoment::Point point{size, study.result(StudySide::scratch, size), study.result(StudySide::transfer, size)};
    if (point.scratch.seeds > 0 || point.transfer.seeds > 0) now.curve.push_back(point);
  }
  now.cached = study.cached();
  now.cached_seconds = study.cached_seconds();
  now.saved_passes = study.saved_passes();
  now.before = study.before(), now.after = study.after();
  if (study.running() != nullptr) now.running = *study.running();
  now.whole = study.done();
  return now;
}

}  // namespace

TransferJob::TransferJob(std::function<void()> wake)
    : wake_(wake), live_(std::make_shared<Live>()), work_(std::move(wake)) {}

void TransferJob::begin(const TransferRequest& request) {
  work_.request([live = live_, request, wake = wake_](Progress& progress) {
    run(*live, request, progress, wake);
    return true;
  });
}

TransferMomentPtr TransferJob::take() {
  work_.take();
  const std::lock_guard lock(live_->mutex);
  if (!live_->moment || live_->moment->version == taken_) return nullptr;
  taken_ = live_->moment->version;
  return live_->moment;
}

void TransferJob::run(Live& live, const TransferRequest& request, const Progress& progress,
                      const std::function<void()>& wake) {
  const std::lock_guard whole(live.study_mutex);
  if (!live.stream) live.stream.emplace(Device::cpu());
  if (!live.study || live.base != request.base || live.data != request.data || live.folder != request.folder ||
      live.revision != request.revision) {
    live.study = nullptr;
    const std::string data = request.folder.empty() ? request.data : "folder:" + request.folder;
    live.study = std::make_unique<TransferStudy>(
        *live.stream,
        StudyMaterial::open(request.base, data, [&](int64_t, int64_t) { return !progress.canceled.load(); }));
    live.base = request.base, live.data = request.data;
    live.folder = request.folder, live.revision = request.revision;
    live.architecture = std::make_shared<const Architecture>(live.study->material().base.architecture());
    live.saved.clear(), live.not_saved.reset();
    ++live.material;
  }
  TransferStudy& study = *live.study;
  if (progress.canceled) return;
  study.set(request.settings);
  const auto publish = [&](int64_t features_done = -1) {
    TransferMoment now = moment_of(study);
    now.of = request, now.base = live.architecture;
    now.features_done = features_done;
    now.saved = live.saved, now.not_saved = live.not_saved;
    now.material = live.material;
    now.version = ++live.version;
    {
      const std::lock_guard lock(live.mutex);
      live.moment = std::make_shared<const TransferMoment>(std::move(now));
    }
    wake();
  };
  if (request.saves != live.saves) {
    live.saves = request.saves;
    live.not_saved.reset();
    try {
      study.save(request.file);
      live.saved = request.file;
    } catch (const Error& error) {
      live.not_saved = error;
    }
  }
  publish();
  if (!request.learn) return;
  double looked = steady_seconds();
  const auto due = [&] {
    if (steady_seconds() - looked < kBetween) return false;
    looked = steady_seconds();
    return true;
  };
  const bool first = study.cached() == 0;
  while (!progress.canceled && study.advance([&](int64_t done, int64_t) {
    if (first && study.cached() == 0 && due()) publish(done);
    return !progress.canceled;
  })) {
    if (due()) publish();
  }
  publish();
}

}  // namespace striate
