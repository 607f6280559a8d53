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

void TransferWork::open(const TransferRequest& request, const Progress& progress) {
  if (!stream_) stream_.emplace(Device::cpu());
  if (study_ && base_ == request.base && data_ == request.data && folder_ == request.folder &&
      revision_ == request.revision) {
    return;
  }
  study_ = nullptr;
  const std::string data = request.folder.empty() ? request.data : "folder:" + request.folder;
  study_ = std::make_unique<TransferStudy>(
      *stream_, StudyMaterial::open(request.base, data, [&](int64_t, int64_t) { return !progress.canceled.load(); }));
  base_ = request.base, data_ = request.data;
  folder_ = request.folder, revision_ = request.revision;
  architecture_ = std::make_shared<const Architecture>(study_->material().base.architecture());
  saved_.clear(), not_saved_.reset();
  ++material_;
}

void TransferWork::run(const TransferRequest& request, const Progress& progress,
                       const std::function<void(TransferMoment)>& publish) {
  open(request, progress);
  TransferStudy& study = *study_;
  if (progress.canceled) return;
  study.set(request.settings);
  const auto show = [&](int64_t features_done = -1) {
    TransferMoment now = moment_of(study);
    now.of = request, now.base = architecture_;
    now.features_done = features_done;
    now.saved = saved_, now.not_saved = not_saved_;
    now.material = material_;
    publish(std::move(now));
  };
  if (request.saves != saves_) {
    saves_ = request.saves;
    not_saved_.reset();
    try {
      study.save(request.file);
      saved_ = request.file;
    } catch (const Error& error) {
      not_saved_ = error;
    }
  }
  show();
  if (!request.learn) return;
  double looked = steady_seconds();
  const auto due = [&] {
    if (steady_seconds() - looked < kBetween) return false;
    looked = steady_seconds();
    return true;
  };
  const bool first = study.cached() == 0;
  while (!progress.canceled && study.advance([&](int64_t done, int64_t) {
    if (first && study.cached() == 0 && due()) show(done);
    return !progress.canceled;
  })) {
    if (due()) show();
  }
  show();
}

}  // namespace striate
