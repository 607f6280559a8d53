#include "engine/training/training_run.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/network/head.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/sources.h"
#include "engine/training/starting_weights.h"
#include "engine/training/training_config.h"

namespace striate {
Schedule schedule_of(const TrainingConfig& config, int64_t training_samples) {
  return config.schedule.empty() ? Schedule::usual(training_samples / config.batch) : Schedule::parse(config.schedule);
}

Architecture config_architecture(const TrainingConfig& config, const Dataset& data) {
  const int classes = static_cast<int>(data.classes().size());
  if (config.head < 1) return architecture_from(config.model, data.shape(), classes);
  Architecture architecture = with_head(architecture_from(config.model, data.shape(), 0), config.head);
  architecture_from(architecture.text(), data.shape(), classes);  // another number of classes is told
  return architecture;
}

TrainerSettings config_settings(const TrainingConfig& config, const Architecture& architecture,
                                int64_t training_samples) {
  TrainerSettings settings;
  settings.batch = config.batch;
  settings.loss = parse_loss(config.loss);
  settings.optimizer = OptimizerSettings::parse(config.optimizer);
  settings.rate = config.rate > 0 ? config.rate : static_cast<double>(settings.optimizer.usual_rate());
  settings.schedule = schedule_of(config, training_samples);
  settings.l1 = config.l1;
  settings.label_smoothing = config.label_smoothing;
  settings.clip_norm = config.clip_norm;
  settings.seed = config.seed;
  settings.initializer = parse_initializer(config.initializer);
  settings.frozen = LayerSet::parse(config.freeze, architecture);
  settings.augment = Augmentation::parse(config.augment).function();
  return settings;
}

Normalization config_normalization(const TrainingConfig& config, const Dataset& data, const Split& split) {
  return config.normalization.empty() ? Normalization::measure(data, split.training)
                                      : Normalization::parse(config.normalization);
}

Split config_split(const TrainingConfig& config, const Dataset& data) {
  const SplitShares shares = SplitShares::parse(config.split);
  const SplitBy by = parse_split_by(config.split_by);
  return config.examples > 0 ? split_few(data, config.examples, shares, config.seed, by)
                             : split(data, shares, config.seed, by);
}

std::shared_ptr<TrainingLabels> config_labels(const TrainingConfig& config, std::shared_ptr<const Dataset> data,
                                              const Split& split) {
  LabelChanges wrong = wrong_labels(*data, split.training, config.wrong_labels, config.seed);
  return std::make_shared<TrainingLabels>(std::move(data), split.training, std::move(wrong),
                                          parse_label_changes(config.labels));
}

std::shared_ptr<const Dataset> open_run_data(const TrainingConfig& config,
                                             const std::function<bool(int64_t, int64_t)>& progress) {
  SourceOptions options;
  options.seed = config.seed;
  options.progress = progress;
  return open_dataset(config.data, options);
}

bool same_data(const TrainingConfig& a, const TrainingConfig& b) {
  if (a.data != b.data) return false;
  const std::string word = source_word(a.data);
  for (const DataSource& source : data_sources()) {
    if (word == source.word) return source.takes_folder || a.seed == b.seed;  // drawn ones depend on the seed
  }
  return false;
}

void check_config(const TrainingConfig& config) {
  OptimizerSettings::parse(config.optimizer);
  if (!config.schedule.empty()) Schedule::parse(config.schedule);
  check_regularization(parse_loss(config.loss), config.l1, config.label_smoothing, config.clip_norm);
  SplitShares::parse(config.split);
  Augmentation::parse(config.augment);
  parse_initializer(config.initializer);
  parse_split_by(config.split_by);
  if (!config.normalization.empty()) Normalization::parse(config.normalization);
  check_wrong_share(config.wrong_labels);
  parse_label_changes(config.labels);
}

TrainingRun::TrainingRun(Stream& stream, const TrainingConfig& config, std::shared_ptr<const Dataset> data,
                         int64_t history_budget)
    : TrainingRun(stream, config, std::move(data), history_budget, "") {}

TrainingRun::TrainingRun(Stream& stream, const TrainingConfig& config, std::shared_ptr<const Dataset> data,
                         int64_t history_budget, const std::string& file)
    : stream_(&stream),
      config_(config),
      file_(file),
      history_budget_(history_budget),
      data_(std::move(data)),
      split_(std::make_shared<Split>(config_split(config, *data_))),
      labels_(config_labels(config, data_, *split_)),
      network_(stream, config_architecture(config, *data_)) {
  const Normalization normalization = config_normalization(config_, *data_, *split_);
  TrainerSettings settings =
      config_settings(config_, network_.architecture(), static_cast<int64_t>(split_->training.size()));
  settings.history_budget = history_budget;
  line_.first_rate = config_rate_ = settings.rate;
  line_.first_schedule = config_schedule_ = settings.schedule;
  line_.first_labels = labels_->text();
  if (file.empty()) {
    const bool given = !config.weights.empty();
    if (given) load_starting_weights(stream, network_, {config.weights, config.partial, config.head > 0}, settings);
    trainer_ = std::make_unique<Trainer>(stream, network_, *labels_, split_->training, normalization, settings, given);
    trainer_->labels_were_changed(labels_->left_out());
    return;
  }
  const SafeTensors saved = SafeTensors::read(file);
  const ModelInfo info = read_model_info(saved, file);
  if (info.classes != data_->classes() || info.normalization.mean != normalization.mean ||
      info.normalization.stddev != normalization.stddev) {
    throw Error(fmt::format("{}: it was trained with other pictures than {} has now", file, data_->name()),
                "put the pictures back where they were, or begin a new training");
  }
  load_weights(stream, saved, file, network_);
  trainer_ = std::make_unique<Trainer>(stream, network_, *labels_, split_->training, normalization, settings, true);
  trainer_->labels_were_changed(labels_->left_out());
  resume_training(saved, file, *trainer_);
  line_.first = line_.newest = trainer_->steps();
  read_lines(saved, file);
}

TrainingRun::~TrainingRun() = default;

std::unique_ptr<TrainingRun> TrainingRun::open(
    Stream& stream, const std::string& path,
    const std::function<std::shared_ptr<const Dataset>(const TrainingConfig&)>& data, int64_t history_budget) {
  const SafeTensors saved = SafeTensors::read(path);
  const ModelInfo info = read_model_info(saved, path);
  TrainingConfig config = read_config(saved, path);
  config.model = info.architecture.text();
  if (!info.model.empty() &&
      architecture_from(info.model, info.architecture.input(), static_cast<int>(info.classes.size())).text() ==
          config.model) {
    config.model = info.model;
  }
  const TrainerSettings settings = read_training_settings(saved, path);
  config.rate = settings.rate;
  config.schedule = settings.schedule.text();
  return std::unique_ptr<TrainingRun>(new TrainingRun(stream, config, data(config), history_budget, path));
}

const Architecture& TrainingRun::architecture() const { return network_.architecture(); }

TrainingConfig TrainingRun::config_now() {
  TrainingConfig now = config_;
  now.rate = trainer_->settings().rate;
  if (trainer_->settings().schedule != config_schedule_) now.schedule = trainer_->settings().schedule.text();
  if (now.rate == config_rate_) now.rate = config_.rate;
  now.labels = labels_->text();
  return now;
}

const std::vector<int64_t>& TrainingRun::test_indices() const {
  return !split_->test.empty() ? split_->test : !split_->validation.empty() ? split_->validation : split_->training;
}

const char* TrainingRun::test_split() const {
  return !split_->test.empty() ? "test" : !split_->validation.empty() ? "validation" : "training";
}

TrainingRun::Scalars TrainingRun::scalars() {
  if (next_phase() == Phase::backward || next_phase() == Phase::update) {
    return {trainer_->loss(), trainer_->accuracy(), trainer_->rate(),
            next_phase() == Phase::update ? trainer_->gradient_norm() : kNotMeasured};
  }
  const StepRecord* record = trainer_->history().find(step());
  if (record == nullptr) return {kNotMeasured, kNotMeasured, trainer_->rate()};
  return {record->loss, record->accuracy, record->rate, record->gradient_norm};
}

uint64_t TrainingRun::batch_draw() const {
  const int64_t seen = trainer_->samples_seen();
  return static_cast<uint64_t>(next_phase() == Phase::batch ? std::max<int64_t>(0, seen - config_.batch) : seen);
}

// ------------------------------------------------------------------------------------------------------- moving on

void TrainingRun::begin_step() {
  if (next_phase() == Phase::batch) begin_ = trainer_->keyframe();
}

Phase TrainingRun::advance() {
  begin_step();
  try {
    const Phase done = trainer_->advance();
    if (done == Phase::update) step_is_done();
    return done;
  } catch (const Error&) {
    recover();
    throw;
  }
}

void TrainingRun::advance_step() {
  try {
    trainer_->step();
    step_is_done();
  } catch (const Error&) {
    recover();
    throw;
  }
}

// The trainer stands before the step that went wrong; this fills what that step left in activations and gradients.
void TrainingRun::recover() {
  line_.newest = std::max(std::min(line_.newest, step()), line_.first);
  trainer_->history().cut(line_.newest);
  do_again(line_.newest, nullptr);
}

void TrainingRun::step_is_done() {
  line_.newest = std::max(line_.newest, step());
  apply_changes_at(step());
}

bool TrainingRun::go_to(int64_t step, const std::function<bool()>& keep_going) {
  if (step < line_.first || step > line_.newest) {
    throw Error(step < line_.first ? fmt::format("step {} was done before this training was saved", step)
                                   : fmt::format("there is no step {} yet", step),
                fmt::format("choose one from {} to {}", line_.first, line_.newest));
  }
  if (step < line_.newest) keep_newest();
  if (step == this->step() && next_phase() == Phase::batch && !trainer_->batch_indices().empty()) return true;
  try {
    return do_again(step, keep_going);
  } catch (const Error&) {
    recover();
    throw;
  }
}

bool TrainingRun::do_again(int64_t step, const std::function<bool()>& keep_going) {
  const bool on_the_way = this->step() < step && next_phase() == Phase::batch;
  // One step before the wanted one: doing that step fills activations and gradients.
  const Keyframe* keyframe = trainer_->history().at_or_before(std::max(line_.first, step - 1));
  check(keyframe != nullptr, "no keyframe before step {}", step);
  if (!on_the_way || keyframe->step > this->step()) {
    settings_at(keyframe->step);
    trainer_->go_back(*keyframe);
    apply_changes_at(keyframe->step);
  }
  while (this->step() < step) {
    trainer_->step();
    apply_changes_at(this->step());
    if (keep_going && this->step() < step && !keep_going()) return false;
  }
  return true;
}

}  // namespace striate
