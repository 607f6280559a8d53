// How a study's runs are made, in small pieces; and the features of samples as points.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "engine/error.h"
#include "engine/steady_seconds.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "engine/transfer/transfer_study.h"

namespace striate {
namespace {

constexpr int kMeasureEvery = 5;  // epochs, where a picture goes through more than a head
constexpr int64_t kShown = 320;   // points
constexpr int64_t kLookedAt = 8;  // pictures at a time

// How far values of a sample that are maps go into a point: their means.
int64_t values_of(const Shape& shape) { return shape.rank() == 4 ? shape[1] : shape.count() / shape[0]; }

void append_values(const std::vector<float>& values, const Shape& shape, int64_t samples, std::vector<float>& to) {
  const int64_t each = shape.count() / shape[0], kept = values_of(shape), cells = each / kept;
  for (int64_t i = 0; i < samples * kept; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < cells; ++k) sum += static_cast<double>(values[static_cast<size_t>(i * cells + k)]);
    to.push_back(static_cast<float>(sum / static_cast<double>(cells)));
  }
}

}  // namespace

bool TransferStudy::need_features(int node, const Progress& progress) {
  if (node == 0 || material_->features.contains(node) || !fits_memory(node)) return false;
  Network network(*stream_, whole_);
  material_->base.load(*stream_, network);
  std::vector<int64_t> all(static_cast<size_t>(material_->fitted->size()));
  std::iota(all.begin(), all.end(), 0);
  const double begin = steady_seconds();
  std::shared_ptr<const FeatureSet> made =
      FeatureSet::compute(*stream_, network, node, material_->fitted, material_->base.normalization(), all, progress);
  if (!made) return true;
  material_->features[node] = {std::move(made), steady_seconds() - begin};
  make_before();
  return true;
}

bool TransferStudy::advance(const Progress& progress) {
  check(set_, "a study without settings");
  if (!current_) {
    const std::optional<StudyRun> next = next_run();
    if (!next) return false;
    if (next->side == StudySide::transfer && (need_features(head_node_, progress) || need_features(node_, progress))) {
      return true;
    }
    begin(*next);
    return true;
  }
  StudyRun& run = runs_[current_->run];
  const double begin = steady_seconds();
  Current& now = *current_;
  if (now.to_measure) {
    measure(progress);
  } else {
    now.trainer->step();
    now.loss += static_cast<double>(now.trainer->loss());
    now.accuracy += static_cast<double>(now.trainer->accuracy());
    ++now.steps, ++run.steps;
    const int done = static_cast<int>(run.epochs.size()) - (now.second ? kStudyEpochs : 0);
    if (now.trainer->steps() >= now.trainer->steps_per_epochs(done + 1)) end_epoch();
  }
  run.seconds += steady_seconds() - begin;
  return true;
}

void TransferStudy::begin(const StudyRun& run) {
  auto now = std::make_unique<Current>();
  now->split = split_few(*material_->tiles, run.examples, {}, run.seed);
  std::erase_if(runs_, [](const StudyRun& each) { return !each.done; });
  now->run = runs_.size();
  runs_.push_back(run);
  current_ = std::move(now);
  begin_phase(false);
}

// The head alone, or all that is unfrozen; or the network that begins with random weights.
void TransferStudy::begin_phase(bool second) {
  Current& now = *current_;
  const StudyRun& run = runs_[now.run];
  TrainerSettings settings;
  settings.batch = static_cast<int>(std::min<int64_t>(kStudyBatch, static_cast<int64_t>(now.split.training.size())));
  settings.seed = run.seed;
  settings.rate = second ? kTunedRate : run.rate;
  settings.keyframes = false;
  now.second = second;
  now.evaluator = nullptr, now.trainer = nullptr;
  if (run.side == StudySide::scratch) {
    const Dataset& tiles = *material_->tiles;
    now.data = material_->tiles;
    now.normalization = Normalization::measure(tiles, now.split.training);
    now.network = std::make_unique<Network>(*stream_, material_->scratch);
    now.network->initialize(*stream_, settings.initializer, settings.seed);
  } else {
    settings.frozen = second ? frozen_ : all_;
    const int wanted = second ? node_ : head_node_;
    const auto kept = material_->features.find(wanted);
    const int from = kept == material_->features.end() ? 0 : wanted;
    now.data = from > 0 ? std::shared_ptr<const Dataset>(kept->second.set) : material_->fitted;
    now.normalization = from > 0 ? Normalization() : material_->base.normalization();
    const Plan plan{.batch = 1, .frozen = settings.frozen, .from = from};
    if (second) {
      material_->base.load(*stream_, *now.network);
      now.network->replan(*stream_, plan);
    } else {
      now.network = std::make_unique<Network>(*stream_, whole_, plan);
      now.network->initialize(*stream_, settings.initializer, settings.seed);
      if (from == 0) material_->base.load(*stream_, *now.network);
    }
  }
  now.trainer = std::make_unique<Trainer>(*stream_, *now.network, *now.data, now.split.training, now.normalization,
                                          settings, true);
  now.evaluator = std::make_unique<Evaluator>(*stream_, *now.network);
}

void TransferStudy::end_epoch() {
  Current& now = *current_;
  StudyRun& run = runs_[now.run];
  const auto steps = static_cast<double>(now.steps);
  run.epochs.push_back({static_cast<float>(now.loss / steps), static_cast<float>(now.accuracy / steps), kNotMeasured});
  now.loss = now.accuracy = 0, now.steps = 0;
  if (run.side == StudySide::transfer) run.passes += static_cast<int64_t>(now.split.training.size());
  const auto epochs = static_cast<int>(run.epochs.size());
  const bool quick = run.side == StudySide::transfer && !now.second && now.data != material_->fitted;
  now.to_measure = quick || epochs % kMeasureEvery == 0;
}

void TransferStudy::measure(const Progress& progress) {
  Current& now = *current_;
  StudyRun& run = runs_[now.run];
  bool stopped = false;
  const auto all = static_cast<int64_t>(now.split.test.size());
  const Evaluation result =
      now.evaluator->evaluate(*stream_, *now.network, *now.data, now.split.test, now.normalization, [&](int64_t done) {
        stopped = progress && !progress(done, all) && done < all;
        return !stopped;
      });
  if (stopped) return;
  now.to_measure = false;
  run.accuracy = result.accuracy();
  run.tested = result.samples;
  run.epochs.back().test = static_cast<float>(run.accuracy);
  if (run.side == StudySide::transfer) run.passes += all;
  const auto epochs = static_cast<int>(run.epochs.size());
  if (now.second) {
    if (epochs == kStudyEpochs + kTunedEpochs) finish();
  } else if (epochs == kStudyEpochs) {
    if (run.side == StudySide::transfer && facts_.tuned) {
      begin_phase(true);
    } else {
      finish();
    }
  }
}

void TransferStudy::finish() {
  StudyRun& run = runs_[current_->run];
  run.done = true;
  if (run.side == StudySide::transfer && run.seed == 1 && run.examples == settings_.examples) {
    Current& now = *current_;
    now.evaluator = nullptr, now.trainer = nullptr;
    const int node = facts_.tuned ? material_->base.layers() : whole_.size() - 1;
    after_ = space_of(*now.network, now.network->plan().from, *now.data, now.normalization, node);
    if (!facts_.tuned) after_->layer.clear();
    if (!facts_.tuned) material_->base.load(*stream_, *now.network);
    kept_ = std::move(now.network);
  }
  current_ = nullptr;
}

// All that the first seed learns from, as far as there is room, and of the others as many from everywhere.
std::vector<int64_t> TransferStudy::shown_samples(std::vector<char>* learned) const {
  const Split split = split_few(*material_->tiles, settings_.examples, {}, 1);
  std::vector<std::pair<int64_t, char>> chosen;
  const auto take = [&](const std::vector<int64_t>& from, int64_t most, char is) {
    const auto all = static_cast<int64_t>(from.size()), count = std::min(most, all);
    for (int64_t i = 0; i < count; ++i) chosen.emplace_back(from[static_cast<size_t>(i * all / count)], is);
  };
  take(split.training, kShown / 2, 1);
  take(split.test, kShown - static_cast<int64_t>(chosen.size()), 0);
  std::sort(chosen.begin(), chosen.end());
  std::vector<int64_t> samples;
  learned->clear();
  for (const auto& [sample, is] : chosen) samples.push_back(sample), learned->push_back(is);
  return samples;
}

void TransferStudy::make_before() {
  const auto kept = material_->features.find(head_node_);
  if (before_ || kept == material_->features.end()) return;
  const FeatureSet& features = *kept->second.set;
  FeatureSpace space;
  space.samples = shown_samples(&space.learned);
  std::vector<int64_t> sizes = features.shape().sizes();
  sizes.insert(sizes.begin(), 1);
  const Shape one(sizes);
  std::vector<float> values, each(static_cast<size_t>(features.shape().count()));
  for (const int64_t sample : space.samples) {
    features.read(sample, each.data());
    append_values(each, one, 1, values);
  }
  space.values = values_of(one);
  space.layer = whole_.nodes()[static_cast<size_t>(head_node_)].name;
  space.plane = principal_plane(values, static_cast<int64_t>(space.samples.size()));
  before_ = std::move(space);
}

FeatureSpace TransferStudy::space_of(Network& weights, int from, const Dataset& data,
                                     const Normalization& normalization, int node) {
  FeatureSpace space;
  space.samples = shown_samples(&space.learned);
  space.layer = whole_.nodes()[static_cast<size_t>(node)].name;
  Network runs(*stream_, whole_, {.batch = static_cast<int>(kLookedAt), .from = from});
  runs.copy_weights(*stream_, weights);
  const NamedTensor output = runs.activation(node);
  std::vector<float> values, pixels(static_cast<size_t>(kLookedAt * data.shape().count()));
  const auto all = static_cast<int64_t>(space.samples.size());
  for (int64_t begin = 0; begin < all; begin += kLookedAt) {
    const int64_t used = std::min(kLookedAt, all - begin);
    std::vector<int64_t> batch(space.samples.begin() + begin, space.samples.begin() + begin + used);
    batch.resize(static_cast<size_t>(kLookedAt), batch.front());
    Trainer::read_samples(data, batch, normalization, nullptr, 0, 0, pixels.data());
    runs.write_tensor(*stream_, runs.input(), pixels);
    runs.forward(*stream_, Mode::evaluation);
    append_values(runs.read_tensor(*stream_, output), output.shape, used, values);
  }
  space.values = values_of(output.shape);
  space.plane = principal_plane(values, all);
  return space;
}

void TransferStudy::save(const std::string& path) {
  if (!kept_) {
    throw Error("nothing has been learned that could be saved", "let the head learn first, to its end");
  }
  ModelInfo info;
  info.architecture = whole_;
  info.data = source_word(material_->data);
  info.classes = material_->tiles->classes();
  info.normalization = material_->base.normalization();
  info.seed = 1;
  if (const StudyRun* run = find(StudySide::transfer, settings_.examples, 1, kHeadRate)) info.step = run->steps;
  save_model(path, *stream_, info, *kept_,
             {{"preprocessing", material_->base.preprocessing().text(material_->base.picture()[0])}});
}

}  // namespace striate
