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
#include "engine/training/recipe_file.h"
#include "engine/training/starting_weights.h"

namespace striate {
Schedule schedule_of(const RunRecipe& recipe, int64_t training_samples) {
  return recipe.schedule.empty() ? Schedule::usual(training_samples / recipe.batch) : Schedule::parse(recipe.schedule);
}

Architecture recipe_architecture(const RunRecipe& recipe, const Dataset& data) {
  const int classes = static_cast<int>(data.classes().size());
  if (recipe.head < 1) return architecture_from(recipe.model, data.shape(), classes);
  const Architecture architecture = with_head(architecture_from(recipe.model, data.shape(), 0), recipe.head);
  architecture_from(architecture.text(), data.shape(), classes);  // another number of classes is told
  return architecture;
}

TrainerSettings recipe_settings(const RunRecipe& recipe, const Architecture& architecture, int64_t training_samples) {
  TrainerSettings settings;
  settings.batch = recipe.batch;
  settings.loss = parse_loss(recipe.loss);
  settings.optimizer = OptimizerSettings::parse(recipe.optimizer);
  settings.rate = recipe.rate > 0 ? recipe.rate : static_cast<double>(settings.optimizer.usual_rate());
  settings.schedule = schedule_of(recipe, training_samples);
  settings.seed = recipe.seed;
  settings.initializer = parse_initializer(recipe.initializer);
  settings.frozen = LayerSet::parse(recipe.freeze, architecture);
  settings.augment = Augmentation::parse(recipe.augment).function();
  return settings;
}

Normalisation recipe_normalization(const RunRecipe& recipe, const Dataset& data, const Split& split) {
  return recipe.normalization.empty() ? Normalisation::measure(data, split.training)
                                      : Normalisation::parse(recipe.normalization);
}

Split recipe_split(const RunRecipe& recipe, const Dataset& data) {
  return split(data, SplitShares::parse(recipe.split), recipe.seed, parse_split_by(recipe.split_by));
}

std::shared_ptr<const Dataset> open_run_data(const RunRecipe& recipe,
                                             const std::function<bool(int64_t, int64_t)>& progress) {
  SourceOptions options;
  options.seed = recipe.seed;
  options.progress = progress;
  return open_dataset(recipe.data, options);
}

bool same_data(const RunRecipe& a, const RunRecipe& b) {
  if (a.data != b.data) return false;
  const std::string word = source_word(a.data);
  for (const DataSource& source : data_sources()) {
    if (word == source.word) return source.takes_folder || a.seed == b.seed;  // drawn ones depend on the seed
  }
  return false;
}

void check_recipe(const RunRecipe& recipe) {
  OptimizerSettings::parse(recipe.optimizer);
  if (!recipe.schedule.empty()) Schedule::parse(recipe.schedule);
  parse_loss(recipe.loss);
  SplitShares::parse(recipe.split);
  Augmentation::parse(recipe.augment);
  parse_initializer(recipe.initializer);
  parse_split_by(recipe.split_by);
  if (!recipe.normalization.empty()) Normalisation::parse(recipe.normalization);
}

TrainingRun::TrainingRun(Stream& stream, const RunRecipe& recipe, std::shared_ptr<const Dataset> data,
                         int64_t history_budget)
    : TrainingRun(stream, recipe, std::move(data), history_budget, "") {}

TrainingRun::TrainingRun(Stream& stream, const RunRecipe& recipe, std::shared_ptr<const Dataset> data,
                         int64_t history_budget, const std::string& file)
    : stream_(&stream),
      recipe_(recipe),
      file_(file),
      history_budget_(history_budget),
      data_(std::move(data)),
      split_(std::make_shared<Split>(recipe_split(recipe, *data_))),
      network_(stream, recipe_architecture(recipe, *data_)) {
  const Normalisation normalisation = recipe_normalization(recipe_, *data_, *split_);
  TrainerSettings settings =
      recipe_settings(recipe_, network_.architecture(), static_cast<int64_t>(split_->training.size()));
  settings.history_budget = history_budget;
  line_.first_rate = recipe_rate_ = settings.rate;
  line_.first_schedule = recipe_schedule_ = settings.schedule;
  if (file.empty()) {
    const bool given = !recipe.weights.empty();
    if (given) load_starting_weights(stream, network_, {recipe.weights, recipe.partial, recipe.head > 0}, settings);
    trainer_ = std::make_unique<Trainer>(stream, network_, *data_, split_->training, normalisation, settings, given);
    return;
  }
  const SafeTensors saved = SafeTensors::read(file);
  const ModelInfo info = read_model_info(saved, file);
  if (info.classes != data_->classes() || info.normalisation.mean != normalisation.mean ||
      info.normalisation.deviation != normalisation.deviation) {
    throw Error(fmt::format("{}: it was trained with other pictures than {} has now", file, data_->name()),
                "put the pictures back where they were, or begin a new training");
  }
  load_weights(stream, saved, file, network_);
  trainer_ = std::make_unique<Trainer>(stream, network_, *data_, split_->training, normalisation, settings, true);
  resume_training(saved, file, *trainer_);
  line_.first = line_.newest = trainer_->steps();
  read_lines(saved, file);
}

TrainingRun::~TrainingRun() = default;

std::unique_ptr<TrainingRun> TrainingRun::open(
    Stream& stream, const std::string& path,
    const std::function<std::shared_ptr<const Dataset>(const RunRecipe&)>& data, int64_t history_budget) {
  const SafeTensors saved = SafeTensors::read(path);
  const ModelInfo info = read_model_info(saved, path);
  RunRecipe recipe = read_recipe(saved, path);
  recipe.model = info.architecture.text();
  if (!info.model.empty() &&
      architecture_from(info.model, info.architecture.input(), static_cast<int>(info.classes.size())).text() ==
          recipe.model) {
    recipe.model = info.model;
  }
  const TrainerSettings settings = read_training_settings(saved, path);
  recipe.rate = settings.rate;
  recipe.schedule = settings.schedule.text();
  return std::unique_ptr<TrainingRun>(new TrainingRun(stream, recipe, data(recipe), history_budget, path));
}

const Architecture& TrainingRun::architecture() const { return network_.architecture(); }

RunRecipe TrainingRun::recipe_now() {
  RunRecipe now = recipe_;
  now.rate = trainer_->settings().rate;
  if (trainer_->settings().schedule != recipe_schedule_) now.schedule = trainer_->settings().schedule.text();
  if (now.rate == recipe_rate_) now.rate = recipe_.rate;
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
    return {trainer_->loss(), trainer_->accuracy(), trainer_->rate()};
  }
  const StepRecord* record = trainer_->history().find(step());
  if (record == nullptr) return {kNotMeasured, kNotMeasured, trainer_->rate()};
  return {record->loss, record->accuracy, record->rate};
}

uint64_t TrainingRun::batch_draw() const {
  const int64_t seen = trainer_->samples_seen();
  return static_cast<uint64_t>(next_phase() == Phase::batch ? std::max<int64_t>(0, seen - recipe_.batch) : seen);
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
