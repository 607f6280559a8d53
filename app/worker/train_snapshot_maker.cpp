#include "app/worker/train_snapshot_maker.h"

#include <algorithm>

#include "engine/network/weights_file.h"
#include "engine/training/data/augment.h"
#include "engine/training/loss_head.h"

namespace striate {

int TrainProbe::predicted() const {
  if (probabilities.empty()) return -1;
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
}

void TrainSnapshotMaker::cut(int64_t step) {
  changes_ = nullptr;
  const int64_t size = curves_.size > 0 ? std::max<int64_t>(0, step - curves_.at(0).step + 1) : 0;
  if (size >= curves_.size) return;
  curves_.pieces.resize(static_cast<size_t>(size / TrainCurves::kPiece));
  curves_.size = static_cast<int64_t>(curves_.pieces.size()) * TrainCurves::kPiece;
  curves_.evaluations = nullptr;
}

void TrainSnapshotMaker::set_probe(std::shared_ptr<const ProbePicture> probe) {
  probe_picture_ = std::move(probe);
  probe_ = nullptr;
}

std::shared_ptr<TrainSnapshot> TrainSnapshotMaker::make(const TrainSubscription& subscription) {
  auto made = std::make_shared<TrainSnapshot>();
  TrainSnapshot& s = *made;
  TrainingConfig config = run_.config_now();
  if (!config_ || !(*config_ == config)) config_ = std::make_shared<TrainingConfig>(std::move(config));
  if (!architecture_) architecture_ = std::make_shared<Architecture>(run_.architecture());
  s.config = config_;
  s.architecture = architecture_;
  s.data = run_.data();
  s.split = run_.split();
  s.normalization = run_.normalization();
  s.first_step = run_.first_step();
  s.step = run_.step();
  s.newest_step = run_.newest();
  s.next_phase = run_.next_phase();
  s.epoch = run_.trainer().epoch();
  s.steps_per_epoch = run_.steps_per_epoch();
  const TrainingRun::Scalars scalars = run_.scalars();
  s.loss = scalars.loss;
  s.accuracy = scalars.accuracy;
  s.rate = scalars.rate;
  s.gradient_norm = scalars.gradient_norm;
  s.test = test_;
  if (!subscription.labels) labels_ = nullptr;
  s.labels = labels_;
  s.edits = run_.edited_values();
  for (const auto& [place, value] : s.edits) s.edited.insert({TensorKind::weight, place.first});
  if (!start_) start_ = std::make_shared<TrainingConfig>(run_.config());
  s.start = start_;
  s.file = run_.file();
  if (!changes_ || changes_->size() != run_.changes().size()) {
    changes_ = std::make_shared<std::vector<RunChange>>(run_.changes());
  }
  s.changes = changes_;
  s.line = run_.line().number;
  for (const Branch& line : run_.other_branches())
    s.lines.push_back({line.number, line.parent, line.from, line.newest});
  add_curves(s);
  add_tensors(s, subscription);
  if (subscription.batch) add_batch(s);
  if (subscription.probe || subscription.probe_gradients) add_probe(s, subscription.probe_gradients);
  if (subscription.norms) {
    if (norms_stamp_ != stamp_) norms_ = norms(run_.stream(), run_.network());
    norms_stamp_ = stamp_;
    s.norms = norms_;
  }
  if (subscription.weights) {
    if (weights_stamp_ != stamp_) {
      weights_ = std::make_shared<const AllWeights>(read_all_weights(run_.stream(), run_.network()));
    }
    weights_stamp_ = stamp_;
    s.weights = weights_;
  } else {
    weights_ = nullptr;
    weights_stamp_ = 0;
  }
  if (subscription.kept) {
    add_kept(s);
  } else {
    kept_of_.clear();
    kept_ = nullptr;
  }
  if (subscription.dead_units) {
    // Of a batch that went through the network: not of the zeros that it begins with, nor of what an earlier moment
    // left.
    const bool loaded = !run_.trainer().batch_indices().empty();
    if (!loaded) dead_units_.clear();
    if (loaded && run_.next_phase() != Phase::forward && dead_stamp_ != stamp_) {
      dead_units_ = dead_units(run_.stream(), run_.network());
      dead_stamp_ = stamp_;
    }
    s.dead_units = dead_units_;
  }
  return made;
}

// Of very many keyframes some, evenly chosen, with the first and the newest.
void TrainSnapshotMaker::add_kept(TrainSnapshot& s) {
  constexpr size_t kMost = 64;
  const History::Keyframes& all = run_.trainer().history().keyframes();
  if (!kept_ || kept_of_ != all) {
    auto made = std::make_shared<std::vector<KeptMoment>>();
    const std::vector<const NamedTensor*> tensors = weight_tensors(run_.network().tensors());
    size_t i = 0;
    for (const auto& [step, keyframe] : all) {
      const size_t at = i++, shown = std::min(kMost, all.size());
      if (at * shown / all.size() == (at + 1) * shown / all.size() && at + 1 < all.size()) continue;
      auto weights = std::make_shared<AllWeights>();
      for (const NamedTensor* tensor : tensors) {
        const std::vector<float>& arena = tensor->kind == TensorKind::weight ? keyframe->weights : keyframe->running;
        const auto first = arena.begin() + static_cast<std::ptrdiff_t>(tensor->offset);
        weights->push_back({*tensor, {first, first + static_cast<std::ptrdiff_t>(tensor->shape.count())}});
      }
      made->push_back({step, std::move(weights)});
    }
    kept_ = std::move(made);
    kept_of_ = all;
  }
  s.kept = kept_;
}

void TrainSnapshotMaker::add_curves(TrainSnapshot& s) {
  const History& history = run_.trainer().history();
  const std::vector<StepRecord>& records = history.steps();
  const auto size = static_cast<int64_t>(records.size());
  if (size != curves_.size) {
    int64_t whole = curves_.size / TrainCurves::kPiece;
    curves_.pieces.resize(static_cast<size_t>(whole));
    for (int64_t begin = whole * TrainCurves::kPiece; begin < size; begin += TrainCurves::kPiece) {
      const int64_t end = std::min(size, begin + TrainCurves::kPiece);
      curves_.pieces.push_back(
          std::make_shared<const std::vector<StepRecord>>(records.begin() + begin, records.begin() + end));
    }
    curves_.size = size;
  }
  const std::vector<EvaluationRecord>& evaluations = history.evaluations();
  if (!curves_.evaluations || evaluations_seen_ != evaluations.size()) {
    std::vector<EvaluationRecord> shown = evaluations;
    // What stands there of a step that is to be measured again was measured with other weights.
    if (!test_) std::erase_if(shown, [&](const EvaluationRecord& record) { return record.step == run_.step(); });
    curves_.evaluations = std::make_shared<const std::vector<EvaluationRecord>>(std::move(shown));
    evaluations_seen_ = evaluations.size();
  }
  s.curves = curves_;
}

void TrainSnapshotMaker::add_tensors(TrainSnapshot& s, const TrainSubscription& subscription) {
  if (tensors_stamp_ != stamp_) tensors_.clear();
  tensors_stamp_ = stamp_;
  for (const TensorKey& key : subscription.tensors) {
    TensorValuesPtr& place = tensors_[key];
    if (!place) {
      const NamedTensor* tensor = run_.network().find(key.first, key.second);
      if (tensor == nullptr) continue;  // of a network that was before
      place = std::make_shared<const TensorValues>(
          TensorValues{*tensor, run_.network().read_tensor(run_.stream(), *tensor)});
    }
    s.tensors[key] = place;
  }
  std::erase_if(tensors_, [&](const auto& each) { return !each.second || !subscription.tensors.contains(each.first); });
}

void TrainSnapshotMaker::add_batch(TrainSnapshot& s) {
  Trainer& trainer = run_.trainer();
  if (trainer.batch_indices().empty()) return;
  if (batch_stamp_ == stamp_ && batch_) {
    s.batch = batch_;
    return;
  }
  auto batch = std::make_shared<TrainBatch>();
  batch->shape = run_.data()->shape();
  batch->indices = trainer.batch_indices();
  batch->labels = trainer.batch_labels();
  const size_t values = batch->indices.size() * static_cast<size_t>(batch->shape.count());
  if (batch_ && batch_->indices == batch->indices) {
    batch->original = batch_->original;
    batch->augmented = batch_->augmented;
  } else {
    batch->original.resize(values);
    Trainer::read_samples(*run_.data(), batch->indices, {}, nullptr, 0, 0, batch->original.data());
    if (const Augment& augment = trainer.settings().augment) {
      batch->augmented.resize(values);
      Trainer::read_samples(*run_.data(), batch->indices, {}, augment, trainer.settings().seed, run_.batch_draw(),
                            batch->augmented.data());
    } else {
      batch->augmented = batch->original;
    }
  }
  const Phase next = run_.next_phase();
  const TensorView p = trainer.probabilities();
  if ((next == Phase::backward || next == Phase::update || next == Phase::batch) && p.count() > 0) {
    batch->probabilities.resize(static_cast<size_t>(p.count()));
    copy_bytes(run_.stream(), batch->probabilities.data(), Device::cpu(), p.data, p.device,
               batch->probabilities.size() * sizeof(float));
  }
  batch_ = batch;
  batch_stamp_ = stamp_;
  s.batch = batch_;
}

void TrainSnapshotMaker::add_probe(TrainSnapshot& s, bool gradients) {
  if (!probe_picture_) return;
  if (probe_ && probe_stamp_ == stamp_ && (probe_has_gradients_ || !gradients)) {
    s.probe = probe_;
    return;
  }
  Stream& stream = run_.stream();
  const Shape shape = run_.data()->shape();
  auto probe = std::make_shared<TrainProbe>();
  probe->name = probe_picture_->name;
  probe->label = probe_picture_->label;
  probe->shape = shape;
  probe->pixels = probe_picture_->pixels;
  probe->stages = probe_picture_->stages;
  if (probe_picture_->shape != shape) return;  // made for a run that was before
  if (!probe_session_) probe_session_ = std::make_unique<Session>(stream, run_.architecture());
  Session& session = *probe_session_;
  session.copy_weights(run_.network());
  SessionRequest request;
  request.input = probe->pixels;
  run_.normalization().apply(shape, request.input.data());
  request.all_activations = request.all_gradients = true;
  const Loss loss = run_.trainer().settings().loss;
  if (gradients && probe->label >= 0) {
    request.loss = loss;
    request.labels = {probe->label};
  }
  SessionResult result = *session.run(request);
  const std::vector<Node>& nodes = run_.architecture().nodes();
  probe->gradients.resize(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const int node = static_cast<int>(i);
    const auto taken = [&](const NamedTensor& tensor, std::map<std::string, SessionTensor>& from) {
      return std::make_shared<const TensorValues>(TensorValues{tensor, std::move(from.at(nodes[i].name).values)});
    };
    probe->activations.push_back(taken(session.network().activation(node), result.activations));
    const NamedTensor* tensor = session.network().gradient(node);
    if (tensor != nullptr && request.loss) probe->gradients[i] = taken(*tensor, result.gradients);
  }
  probe->probabilities =
      LossHead::class_probabilities(loss, result.output.values.data(), static_cast<int>(result.output.values.size()));
  probe_ = probe;
  probe_stamp_ = stamp_;
  probe_has_gradients_ = gradients;
  s.probe = probe_;
}

}  // namespace striate
