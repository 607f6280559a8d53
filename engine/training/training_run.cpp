#include "engine/training/training_run.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/sources.h"
#include "engine/training/recipe_file.h"

namespace striate {
namespace {

Architecture architecture_of(const RunRecipe& recipe, const Dataset& data) {
  return architecture_from(recipe.model, data.shape(), static_cast<int>(data.classes().size()));
}

TrainerSettings settings_of(const RunRecipe& recipe, const Split& split, int64_t history_budget) {
  TrainerSettings settings;
  settings.batch = recipe.batch;
  settings.loss = parse_loss(recipe.loss);
  settings.optimizer = OptimizerSettings::parse(recipe.optimizer);
  settings.rate = recipe.rate > 0 ? recipe.rate : static_cast<double>(settings.optimizer.usual_rate());
  settings.schedule = recipe.schedule.empty()
                          ? Schedule::usual(static_cast<int64_t>(split.training.size()) / recipe.batch)
                          : Schedule::parse(recipe.schedule);
  settings.seed = recipe.seed;
  settings.initializer = parse_initializer(recipe.initializer);
  settings.augment = Augmentation::parse(recipe.augment).function();
  settings.history_budget = history_budget;
  return settings;
}

}  // namespace

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
}

TrainingRun::TrainingRun(Stream& stream, const RunRecipe& recipe, std::shared_ptr<const Dataset> data,
                         int64_t history_budget)
    : TrainingRun(stream, recipe, std::move(data), history_budget, "") {}

TrainingRun::TrainingRun(Stream& stream, const RunRecipe& recipe, std::shared_ptr<const Dataset> data,
                         int64_t history_budget, const std::string& file)
    : stream_(&stream),
      recipe_(recipe),
      file_(file),
      data_(std::move(data)),
      split_(std::make_shared<Split>(striate::split(*data_, SplitShares::parse(recipe.split), recipe.seed))),
      network_(stream, architecture_of(recipe, *data_)) {
  const Normalisation normalisation = Normalisation::measure(*data_, split_->training);
  const TrainerSettings settings = settings_of(recipe_, *split_, history_budget);
  first_rate_ = settings.rate;
  first_schedule_ = settings.schedule;
  if (file.empty()) {
    trainer_ = std::make_unique<Trainer>(stream, network_, *data_, split_->training, normalisation, settings);
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
  first_ = newest_ = trainer_->steps();
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

void TrainingRun::save(const std::string& path) {
  ModelInfo info;
  for (const Model& each : models()) {
    if (recipe_.model == each.name) info.model = each.name;
  }
  info.data = source_word(recipe_.data);
  info.architecture = architecture();
  info.classes = data_->classes();
  const Phase phase = next_phase();
  if (phase != Phase::batch) begin_again();
  save_training(path, info, *trainer_, recipe_keys(recipe_now()));
  while (next_phase() != phase) advance();
}

const Architecture& TrainingRun::architecture() const { return network_.architecture(); }

RunRecipe TrainingRun::recipe_now() {
  RunRecipe now = recipe_;
  now.rate = trainer_->settings().rate;
  if (trainer_->settings().schedule != first_schedule_) now.schedule = trainer_->settings().schedule.text();
  if (now.rate == first_rate_) now.rate = recipe_.rate;
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
  const std::vector<StepRecord>& records = trainer_->history().steps();
  const int64_t place = step() - first_ - 1;
  if (place < 0 || place >= static_cast<int64_t>(records.size())) return {kNotMeasured, kNotMeasured, trainer_->rate()};
  const StepRecord& record = records[static_cast<size_t>(place)];
  return {record.loss, record.accuracy, record.rate};
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

// After an error the random counters are not those of the step's beginning, on CUDA the optimizer's arrays neither.
void TrainingRun::recover() {
  newest_ = std::max(std::min(newest_, step()), first_);
  trainer_->history().cut(newest_);
  do_again(newest_, nullptr);
}

void TrainingRun::step_is_done() {
  newest_ = std::max(newest_, step());
  apply_changes_at(step());
}

bool TrainingRun::go_to(int64_t step, const std::function<bool()>& keep_going) {
  if (step < first_ || step > newest_) {
    throw Error(fmt::format("there is no step {} yet", step), fmt::format("choose one from {} to {}", first_, newest_));
  }
  if (step == this->step() && next_phase() == Phase::batch && !trainer_->batch_indices().empty()) return true;
  return do_again(step, keep_going);
}

bool TrainingRun::do_again(int64_t step, const std::function<bool()>& keep_going) {
  const bool on_the_way = this->step() < step && next_phase() == Phase::batch;
  // One step before the wanted one: doing that step fills activations and gradients.
  const Keyframe* keyframe = trainer_->history().at_or_before(std::max(first_, step - 1));
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

void TrainingRun::branch() {
  newest_ = step();
  trainer_->history().cut(newest_);
  std::erase_if(changes_, [&](const RunChange& change) { return change.step > newest_; });
}

// ------------------------------------------------------------------------------------------------------- changes

void TrainingRun::need_newest() const {
  if (step() < newest_) {
    throw Error(fmt::format("step {} is over: {} more were done since", step(), newest_ - step()),
                "branch here first, or go to the newest step");
  }
}

void TrainingRun::settings_at(int64_t step) {
  trainer_->set_rate(first_rate_);
  trainer_->set_schedule(first_schedule_);
  for (const RunChange& change : changes_) {
    if (change.step < step && (change.kind == RunChange::Kind::rate || change.kind == RunChange::Kind::schedule)) {
      apply(change);
    }
  }
}

void TrainingRun::apply(const RunChange& change) {
  switch (change.kind) {
    case RunChange::Kind::rate:
      trainer_->set_rate(change.rate);
      break;
    case RunChange::Kind::schedule:
      trainer_->set_schedule(Schedule::parse(change.text));
      break;
    case RunChange::Kind::edit:
    case RunChange::Kind::restore:
      write_weight(change.text, change.index, change.value);
      break;
  }
}

void TrainingRun::apply_changes_at(int64_t step) {
  const auto first = std::lower_bound(changes_.begin(), changes_.end(), step,
                                      [](const RunChange& change, int64_t s) { return change.step < s; });
  for (auto it = first; it != changes_.end() && it->step == step; ++it) apply(*it);
}

void TrainingRun::set_rate(double rate) {
  need_newest();
  if (!(rate > 0) || !std::isfinite(rate)) {
    throw Error(fmt::format("a learning rate of {}", rate), "use a small number above 0, such as 0.001");
  }
  if (rate == trainer_->settings().rate) return;
  RunChange change{step(), RunChange::Kind::rate, rate};
  apply(change);
  changes_.push_back(std::move(change));
}

void TrainingRun::set_schedule(const std::string& text) {
  need_newest();
  const Schedule schedule = text.empty() ? first_schedule_ : Schedule::parse(text);
  if (schedule == trainer_->settings().schedule) return;
  RunChange change{step(), RunChange::Kind::schedule, 0, schedule.text()};
  apply(change);
  changes_.push_back(std::move(change));
}

const Slot& TrainingRun::weight_slot(const std::string& slot, int64_t index) const {
  const Slot* found = network_.find(Role::weight, slot);
  if (found == nullptr) {
    std::string names;
    for (const Slot& each : network_.slots()) {
      if (each.role == Role::weight) names += (names.empty() ? "" : ", ") + each.name;
    }
    throw Error(fmt::format("the network has no weights \"{}\"", slot), "it has " + names);
  }
  if (index < 0 || index >= found->shape.count()) {
    throw Error(fmt::format("{} has no weight {}", slot, index),
                fmt::format("it is {}: 0 to {}", found->shape.text(), found->shape.count() - 1));
  }
  return *found;
}

float TrainingRun::weight(const std::string& slot, int64_t index) {
  const Slot& place = weight_slot(slot, index);
  float value = 0;
  copy_bytes(*stream_, &value, Device::cpu(), network_.arena(Role::weight) + place.offset + index, stream_->device(),
             sizeof value);
  return value;
}

void TrainingRun::write_weight(const std::string& slot, int64_t index, float value) {
  const Slot& place = weight_slot(slot, index);
  copy_bytes(*stream_, network_.arena(Role::weight) + place.offset + index, stream_->device(), &value, Device::cpu(),
             sizeof value);
}

// A step that was begun is as if it had not been.
void TrainingRun::begin_again() {
  trainer_->go_back(begin_);
  apply_changes_at(step());
}

void TrainingRun::edit(const std::string& slot, int64_t index, float value) {
  need_newest();
  weight_slot(slot, index);
  if (!std::isfinite(value)) throw Error("a weight that is no number", "type a number");
  if (next_phase() != Phase::batch) begin_again();
  RunChange change{step(), RunChange::Kind::edit, 0, slot, index, value, weight(slot, index)};
  apply(change);
  changes_.push_back(std::move(change));
}

void TrainingRun::restore(const std::string& slot, int64_t index) {
  need_newest();
  weight_slot(slot, index);
  const Edited now = edited();
  const auto found = now.find({slot, index});
  if (found == now.end()) throw Error(fmt::format("{}[{}] was not edited", slot, index), "it has its trained value");
  if (next_phase() != Phase::batch) begin_again();
  RunChange change{step(), RunChange::Kind::restore, 0, slot, index, found->second};
  apply(change);
  changes_.push_back(std::move(change));
}

TrainingRun::Edited TrainingRun::edited() const {
  Edited result;
  for (const RunChange& change : changes_) {
    if (change.step > step()) break;
    if (change.kind == RunChange::Kind::edit) result.try_emplace({change.text, change.index}, change.before);
    if (change.kind == RunChange::Kind::restore) result.erase({change.text, change.index});
  }
  return result;
}

TrainingRun::Edited TrainingRun::edited_values() const {
  Edited result;
  for (const RunChange& change : changes_) {
    if (change.step > step()) break;
    if (change.kind == RunChange::Kind::edit) result[{change.text, change.index}] = change.value;
    if (change.kind == RunChange::Kind::restore) result.erase({change.text, change.index});
  }
  return result;
}

}  // namespace striate
