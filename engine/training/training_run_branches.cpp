// The lines of a training, and the file that holds them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "engine/training/history_file.h"
#include "engine/training/training_config.h"
#include "engine/training/training_run.h"

namespace striate {
namespace {

using Json = nlohmann::json;

}  // namespace

// The newest step has a keyframe before another one is shown: a line that is left, and a file, hold it.
void TrainingRun::keep_newest() {
  History& history = trainer_->history();
  if (step() != line_.newest || history.keyframes().contains(step())) return;
  history.add_keyframe(next_phase() == Phase::batch ? trainer_->keyframe() : begin_);
}

TrainingRun::LeftBranch TrainingRun::leave() {
  keep_newest();
  return {line_, trainer_->history()};
}

void TrainingRun::branch(bool keep_future) {
  if (keep_future && step() < line_.newest) {
    left_.push_back(leave());
    line_.parent = line_.number;
    line_.number = ++last_line_;
    line_.from = step();
  }
  line_.newest = step();
  trainer_->history().cut(line_.newest);
  std::erase_if(line_.changes, [&](const RunChange& change) { return change.step > line_.newest; });
  share_budget();
}

std::vector<Branch> TrainingRun::other_branches() const {
  std::vector<Branch> lines;
  lines.reserve(left_.size());
  for (const LeftBranch& each : left_) lines.push_back(each.line);
  return lines;
}

void TrainingRun::take_line(int number) {
  const auto found =
      std::find_if(left_.begin(), left_.end(), [&](const LeftBranch& l) { return l.line.number == number; });
  if (found == left_.end()) {
    std::string numbers;
    for (const LeftBranch& each : left_) numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", each.line.number);
    throw Error(number == line_.number ? fmt::format("branch {} is the present one", number)
                                       : fmt::format("there is no branch {}", number),
                left_.empty() ? "go back to an earlier step and branch there: train.branch"
                              : fmt::format("one of {}", numbers));
  }
  LeftBranch mine = leave();
  line_ = std::move(found->line);
  trainer_->history() = std::move(found->history);
  *found = std::move(mine);
  std::sort(left_.begin(), left_.end(),
            [](const LeftBranch& a, const LeftBranch& b) { return a.line.number < b.line.number; });
  share_budget();
  const Keyframe* keyframe = trainer_->history().at_or_before(std::max(line_.first, line_.newest - 1));
  check(keyframe != nullptr, "no keyframe in line {}", number);
  settings_at(keyframe->step);
  trainer_->go_back(*keyframe);
  apply_changes_at(keyframe->step);
}

int64_t TrainingRun::history_bytes() {
  int64_t sum = trainer_->history().bytes();
  for (const LeftBranch& each : left_) sum += each.history.bytes();
  return sum;
}

// Lines that were left take half of the budget at most, each counted whole although they share keyframes.
void TrainingRun::share_budget() {
  const auto bytes = [&] {
    int64_t sum = 0;
    for (const LeftBranch& each : left_) sum += each.history.bytes();
    return sum;
  };
  while (bytes() > history_budget_ / 2) {
    LeftBranch* largest = nullptr;
    for (LeftBranch& each : left_) {
      if (each.history.keyframes().size() > 2 &&
          (largest == nullptr || each.history.bytes() > largest->history.bytes())) {
        largest = &each;
      }
    }
    if (largest == nullptr) break;
    largest->history.thin();
  }
  trainer_->history().set_budget(std::max(history_budget_ - bytes(), history_budget_ / 4));
}

// ------------------------------------------------------------------------------------------------------- files

void TrainingRun::save(const std::string& path) {
  ModelInfo info;
  for (const Model& each : models()) {
    if (config_.model == each.name) info.model = each.name;
  }
  info.data = source_word(config_.data);
  info.architecture = architecture();
  info.classes = data_->classes();
  const Phase phase = next_phase();
  if (phase != Phase::batch) begin_again();
  save_training(path, info, *trainer_, config_keys(config_now()),
                [this](SafeTensorsWriter& writer) { add_lines(writer); });
  while (next_phase() != phase) advance();
}

void TrainingRun::add_lines(SafeTensorsWriter& writer) {
  add_history(writer, "history", trainer_->history());
  Json lines = Json::array();
  for (const LeftBranch& each : left_) {
    const Branch& line = each.line;
    const std::string prefix = fmt::format("line.{}", line.number);
    const Keyframe* newest = each.history.at_or_before(line.newest);
    check(newest != nullptr && newest->step == line.newest, "line {} has no keyframe of its newest step", line.number);
    Keyframe keyframe = *newest;
    double rate = line.first_rate;
    Schedule schedule = line.first_schedule;
    std::string labels = line.first_labels;
    for (const RunChange& change : line.changes) {
      if (change.kind == RunChange::Kind::rate) rate = change.rate;
      if (change.kind == RunChange::Kind::schedule) schedule = Schedule::parse(change.text);
      if (change.kind == RunChange::Kind::labels) labels = change.text;
      const bool weight = change.kind == RunChange::Kind::edit || change.kind == RunChange::Kind::restore;
      if (change.step != line.newest || !weight) continue;
      const NamedTensor& tensor = weight_tensor(change.text, change.index);
      keyframe.weights[static_cast<size_t>(tensor.offset + change.index)] = change.value;
    }
    add_keyframe(writer, prefix, keyframe);
    add_history(writer, prefix, each.history);
    lines.push_back({{"number", line.number},
                     {"parent", line.parent},
                     {"from", line.from},
                     {"rate", rate},
                     {"schedule", schedule.text()}});
    if (!labels.empty()) lines.back()["labels"] = labels;
  }
  if (line_.number == 1 && lines.empty()) return;
  writer.metadata["line"] = Json{{"number", line_.number}, {"parent", line_.parent}, {"from", line_.from}}.dump();
  writer.metadata["lines"] = lines.dump();
}

void TrainingRun::read_lines(const SafeTensors& file, const std::string& path) {
  read_history(file, path, "history", line_.newest, &trainer_->history());
  const auto found = file.metadata().find("line"), others = file.metadata().find("lines");
  if (found == file.metadata().end() || others == file.metadata().end()) return;
  const auto broken = [&](const std::string& what) {
    return Error(fmt::format("{}: {}", path, what), "the file was not written by Striate, or was changed since");
  };
  const auto place = [&](const Json& json, Branch* line) {
    line->number = json.at("number").get<int>();
    line->parent = json.at("parent").get<int>();
    line->from = json.at("from").get<int64_t>();
    const bool taken =
        std::any_of(left_.begin(), left_.end(), [&](const LeftBranch& l) { return l.line.number == line->number; });
    if (line->number < 1 || line->parent < 0 || line->from < 0 || taken) throw broken("a branch that cannot be");
    last_line_ = std::max(last_line_, line->number);
  };
  try {
    const Keyframe like = trainer_->keyframe();
    for (const Json& json : Json::parse(others->second)) {
      LeftBranch left{{}, History(history_budget_)};
      Branch& line = left.line;
      place(json, &line);
      line.first_rate = json.at("rate").get<double>();
      line.first_schedule = Schedule::parse(json.at("schedule").get<std::string>());
      line.first_labels = label_changes_text(parse_label_changes(json.value("labels", std::string())));
      check_label_changes(parse_label_changes(line.first_labels), *data_);
      if (!(line.first_rate > 0)) throw broken("a branch without a learning rate");
      const std::string prefix = fmt::format("line.{}", line.number);
      Keyframe keyframe = read_keyframe(file, path, prefix, like);
      line.first = line.newest = keyframe.step;
      read_history(file, path, prefix, line.newest, &left.history);
      left.history.add_keyframe(std::move(keyframe));
      left_.push_back(std::move(left));
    }
    place(Json::parse(found->second), &line_);
  } catch (const Json::exception&) {
    throw broken("its branches cannot be read");
  }
  share_budget();
}

}  // namespace striate
