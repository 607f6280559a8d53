// The network before it has learned anything: whoever comes to the page sees it at once, with its starting weights and
// what it makes of the data, instead of an empty stage; and again when the settings name another network. It is a run
// of no steps, read and drawn behind as every run is. Only where somebody looks: scripts, lessons and pictures for
// files begin what they need themselves.
#include <memory>
#include <string>

#include "app/pages/train/train_page.h"
#include "engine/error.h"
#include "engine/training/data/sources.h"
#include "engine/training/training_run.h"

namespace striate {
namespace {

constexpr double kUnchanged = 0.4;                 // seconds: somebody who types or drags is not interrupted
constexpr int64_t kMostParameters = 5'000'000;     // larger ones wait for Start
constexpr int64_t kMostMultiplyAdds = 50'000'000;  // of one picture

// Made by the program, of no file, and a network that is there in a moment.
bool light(const TrainingConfig& config) {
  if (!config.weights.empty()) return false;
  const DataSource* source = find_source(config.data);
  if (source == nullptr || !is_drawn(*source)) return false;
  try {
    const std::string ten = fmt::format("{}:10", source->word);
    const Architecture::Totals totals = config_architecture(config, *open_dataset(ten)).totals();
    return totals.parameters <= kMostParameters && totals.multiply_adds <= kMostMultiplyAdds;
  } catch (const Error&) {
    return false;  // Start says what is wrong
  }
}

}  // namespace

// True while another look is wanted soon.
bool TrainPage::preview() {
  const Document& document = context_.document;
  if (!document.attended || !is_shown() || document.guided || document.guided_steps != 0) return false;
  if (question_ || adopt_ || lost() || !asides_.empty()) return false;
  if (previewed_ && *previewed_ == config_) return false;
  if (thread_ && (thread_->working() || snapshot_->commands < thread_->posted())) return false;
  // Another's run, or one that has learned: Start asks about it.
  if (has_run() && (!previewed_ || snapshot_->newest_step > 0 || !edits_.empty() ||
                    snapshot_->status == TrainSnapshot::Status::running)) {
    return false;
  }
  if (!settled_ || !(*settled_ == config_)) {
    settled_ = config_;
    settled_since_ = now_;
  }
  if (previewed_ && now_ - settled_since_ < kUnchanged) return true;
  previewed_ = config_;
  if (!light(config_)) return false;
  begun_ = config_;
  own_ = true;
  post([config = config_](TrainWorker& worker) { worker.begin(config); }, TrainerThread::Effect(), true);
  effect_ = {};
  return true;
}

}  // namespace striate
