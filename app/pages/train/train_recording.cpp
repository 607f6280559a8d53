// What recordings and lessons hold of a training: at which step something was done. A script that is played trains to
// that step and does it there, so that the same weights come out, however fast either machine is.
#include <algorithm>
#include <array>

#include "app/pages/train/train_page.h"

namespace striate {
namespace {

// Commands after which training moves, and those that change what it does from their step on.
constexpr std::array<std::string_view, 3> kMoves = {"train.start", "train.step", "train.until"};
constexpr std::array<std::string_view, 22> kActs = {"train.pause",
                                                    "train.rate",
                                                    "train.schedule",
                                                    "train.edit",
                                                    "train.edits",
                                                    "train.restore",
                                                    "train.scrub",
                                                    "train.branch",
                                                    "train.save",
                                                    "train.compare",
                                                    "train.reset",
                                                    "train.open",
                                                    "train.discard",
                                                    "train.branch.open",
                                                    "train.back",
                                                    "train.export.onnx",
                                                    "train.export.pytorch",
                                                    "train.export.keras",
                                                    "train.export.training",
                                                    "train.labels",
                                                    "train.relabel",
                                                    "train.mislabeled.all"};

template <size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string until(const TrainPlace& place) {
  std::string line = fmt::format("train.until {}", place.step);
  if (place.phase != Phase::batch) line += std::string(" ") + phase_name(place.phase);
  return line;
}

}  // namespace

std::vector<std::string> TrainPage::recorded(std::string_view line) {
  const std::string_view name = command_name(line);
  const bool ends = name == "record.stop", moves = one_of(name, kMoves);
  if (!ends && !moves && !one_of(name, kActs)) return {std::string(line)};
  const TrainerThread::Effect effect = !ends ? effect_ : thread_ ? thread_->effect() : TrainerThread::Effect();
  std::vector<std::string> lines;
  if (begun_ && (moves || recorded_moving_ || effect.moving)) lines.push_back(until(effect.place));
  const bool stands = name == "train.pause" || name == "train.scrub" || name == "train.branch" ||
                      name == "train.branch.open" || name == "train.back" || name == "train.reset" ||
                      name == "train.open";
  if (!ends && !moves && name != "train.pause") lines.emplace_back(line);
  recorded_moving_ = !ends && !stands && (moves || name == "train.discard" || recorded_moving_ || effect.moving);
  return lines;
}

std::vector<std::string> TrainPage::replay() const {
  const TrainSnapshot& s = *snapshot_;
  if (!has_run() || !s.start || !begun_) return state();
  std::vector<std::string> lines;
  if (s.file.empty()) {
    lines = config_lines(*s.start);
    lines.push_back("train.until 0");
  } else {
    lines.push_back("train.open " + quoted(s.file));
  }
  int64_t step = s.first_step;
  for (const RunChange& change : *s.changes) {
    if (change.step > step) lines.push_back(until({step = change.step, Phase::batch}));
    switch (change.kind) {
      case RunChange::Kind::rate:
        lines.push_back("train.rate " + to_text(change.rate));
        break;
      case RunChange::Kind::schedule:
        lines.push_back("train.schedule " + quoted(change.text));
        break;
      case RunChange::Kind::labels:
        lines.push_back("train.labels " + quoted(change.text));
        break;
      case RunChange::Kind::edit:
        lines.push_back(fmt::format("train.edit {} {} {}", quoted(change.text), change.index, change.value));
        break;
      case RunChange::Kind::restore:
        lines.push_back(fmt::format("train.restore {} {}", quoted(change.text), change.index));
        break;
    }
  }
  if (s.step < s.newest_step) {
    lines.push_back(until({s.newest_step, Phase::batch}));
    lines.push_back(fmt::format("train.scrub {}", s.step));
  }
  lines.push_back(until({s.step, s.next_phase}));
  if (needs_new_run()) {
    for (std::string& line : config_lines(config_)) lines.push_back(std::move(line));
  }
  for (std::string& line : look()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace striate
