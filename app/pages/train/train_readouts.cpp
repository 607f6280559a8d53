// The readouts of the page `train`: numbers of the snapshot that is shown.
#include <algorithm>

#include "app/pages/train/train_page.h"
#include "engine/error.h"

namespace striate {

void TrainPage::declare_readouts(Registry& registry) {
  const auto add = [&](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("train.") + name, help, [this, value = std::move(value)] {
                           // What stands before a command was done is not what a script asks for.
                           if (thread_ && snapshot_->commands < thread_->posted()) {
                             throw Error("training has not come to it yet", "wait until train.step >= 0");
                           }
                           return value();
                         }});
  };
  const auto number = [this](double value) -> ReadoutValue {
    if (!has_run()) throw Error("nothing is being trained", "start: train.start");
    if (value != value) throw Error("there is no such number yet", "do a step: train.step batch");
    return value;
  };
  const auto test = [this]() -> const TrainTest& {
    if (!snapshot_->test) throw Error("the test part is not measured yet", "start: train.start");
    return *snapshot_->test;
  };
  add("step", "finished steps", [=, this] { return number(static_cast<double>(snapshot_->step)); });
  add("newest", "the newest step; more than train.step while an earlier one is shown",
      [=, this] { return number(static_cast<double>(snapshot_->newest_step)); });
  add("epoch", "epochs: how often every training picture was seen", [=, this] { return number(snapshot_->epoch); });
  add("phase", "the phase of the step that comes next",
      [this] { return ReadoutValue(std::string(phase_name(snapshot_->next_phase))); });
  add("batch_size", "pictures of a step",
      [=, this] { return number(has_run() ? static_cast<double>(snapshot_->config->batch) : 0.0); });
  add("loss", "of the step's batch, before its update",
      [=, this] { return number(static_cast<double>(snapshot_->loss)); });
  add("accuracy", "of the step's batch: the share that was right, 0 to 1",
      [=, this] { return number(static_cast<double>(snapshot_->accuracy)); });
  add("rate.now", "learning rate of the step, as the schedule made it",
      [=, this] { return number(static_cast<double>(snapshot_->rate)); });
  add("gradient_norm", "of all gradients of the step together, before they were clipped", [=, this] {
    if (has_run() && snapshot_->config->clip_norm == 0) {
      throw Error("the norm of the gradients is measured where they are clipped", "set a limit: train.clip_norm 1");
    }
    return number(static_cast<double>(snapshot_->gradient_norm));
  });
  add("test_accuracy", "of the test part, 0 to 1", [=] { return ReadoutValue(test().evaluation.accuracy()); });
  add("test_loss", "of the test part, mean over its pictures", [=] { return ReadoutValue(test().evaluation.loss); });
  add("test_step", "the step after which the test part was measured",
      [=] { return ReadoutValue(static_cast<double>(test().step)); });
  add("images_per_second", "how fast it trains", [=, this] { return number(snapshot_->images_per_second); });
  add("device", "where it is computed", [this] { return ReadoutValue(snapshot_->device); });
  add("status", "empty, preparing, paused, running or failed", [this] {
    static const char* const names[] = {"empty", "preparing", "paused", "running", "failed"};
    return ReadoutValue(std::string(names[static_cast<int>(snapshot_->status)]));
  });
  add("error", "what stopped the training; empty: nothing",
      [this] { return ReadoutValue(snapshot_->error ? std::string(snapshot_->error->what()) : std::string()); });
  const auto probe = [this]() -> const TrainProbe& {
    if (!snapshot_->probe || snapshot_->probe->probabilities.empty()) {
      throw Error("no probe is shown", "choose a view that shows one: train.view overview");
    }
    return *snapshot_->probe;
  };
  add("probe.name", "the picture whose activations are shown", [=] { return ReadoutValue(probe().name); });
  add("probe.probability", "the largest softmax output for it, 0 to 1: not the probability of being right", [=] {
    return ReadoutValue(
        static_cast<double>(*std::max_element(probe().probabilities.begin(), probe().probabilities.end())));
  });
  add("branch.number", "the number of the branch that is trained; 1: the first way",
      [=, this] { return number(static_cast<double>(snapshot_->line)); });
  add("branches", "the branches that were left: number and newest step of each, with ; between", [this] {
    std::string text;
    for (const TrainLine& line : snapshot_->lines) {
      text += fmt::format("{}{} {}", text.empty() ? "" : "; ", line.number, line.newest);
    }
    return ReadoutValue(text);
  });
  add("aside", "own trainings that lessons put aside",
      [this] { return ReadoutValue(static_cast<double>(asides_.size())); });
  add("question", "what is asked before training is thrown away; empty: nothing",
      [this] { return ReadoutValue(question_ ? question_->what : std::string()); });
}

}  // namespace striate
