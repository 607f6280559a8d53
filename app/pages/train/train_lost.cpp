// Training that a program kept which then did not close in order: found, offered on every page, gone on with.
#include <algorithm>
#include <ctime>
#include <filesystem>
#include <utility>

#include "app/pages/train/train_page.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/training/training_config.h"

namespace striate {
namespace {

constexpr double kBetweenLooks = 5;  // seconds

std::vector<std::string> folders_of(const Document& document) {
  std::vector<std::string> folders = {document.state_folder};
  if (!document.fallback_folder.empty()) folders.push_back(document.fallback_folder);
  return folders;
}

std::vector<LostTraining> found_in(const std::vector<std::string>& folders) {
  std::vector<LostTraining> found = lost_trainings(folders);
  std::erase_if(found, [](const LostTraining& each) { return !each.opens && !each.model.empty(); });
  return found;
}

}  // namespace

bool lost_work(const Document& document) {
  return !document.state_folder.empty() && !found_in(folders_of(document)).empty();
}

std::vector<std::string> TrainPage::kept_folders() const { return folders_of(context_.document); }

// Again and again: another window may end without a word while this one is open, or take one up.
bool TrainPage::look_for_lost(double now) {
  if (context_.document.state_folder.empty() || now - looked_ < kBetweenLooks) return false;
  looked_ = now;
  std::vector<LostTraining> found = found_in(kept_folders());
  const bool same = std::equal(found.begin(), found.end(), lost_.begin(), lost_.end(),
                               [](const LostTraining& a, const LostTraining& b) { return a.path == b.path; });
  lost_ = std::move(found);
  return !same;
}

const LostTraining* TrainPage::lost() const {
  for (const LostTraining& each : lost_) {
    if (std::find(later_.begin(), later_.end(), each.path) == later_.end()) return &each;
  }
  return lost_.empty() ? nullptr : &lost_.front();
}

void TrainPage::declare_recovery(Registry& registry) {
  registry.add(Command{
      "train.recover",
      N_("Training that a program which did not close in order had kept"),
      {Parameter::choice("ANSWER", "yes: go on with it; no: delete it; later: ask when the program starts again",
                         {"yes", "no", "later"})},
      [this](const Arguments& arguments) {
        const LostTraining* found = lost();
        if (!found) throw Error("there is no training to recover", "every program closed in order");
        const std::string file = found->path;
        const std::string& answer = arguments.text(0);
        if (answer == "later") {
          later_.push_back(file);
          return;
        }
        if (answer == "no") {
          std::error_code problem;
          std::filesystem::remove(file, problem);
          if (problem)
            throw Error(fmt::format("{} cannot be deleted: {}", file, problem.message()), "delete it yourself");
          std::erase_if(lost_, [&](const LostTraining& each) { return each.path == file; });
          return;
        }
        read_config(SafeTensors::open(file), file);  // what is wrong with it is told at once
        if (context_.send) context_.send("page train");
        ask_or(N_("The recovered training would take its place."), [this, file] {
          adopt_ = true;
          recovering_ = file;
          edits_.clear();
          post(
              [file](TrainWorker& worker) {
                worker.open(file);
                worker.adopt_autosave(file);
              },
              TrainerThread::Effect(), true);
        });
      },
      Undo::none,
      true});
  registry.add(Readout{"train.lost", "the training that can be recovered; empty: none", [this] {
                         const LostTraining* found = lost();
                         return ReadoutValue(found ? found->words(std::time(nullptr)) : std::string());
                       }});
}

std::optional<PageBanner> TrainPage::banner() const {
  const LostTraining* found = lost();
  if (!found || !recovering_.empty() || std::find(later_.begin(), later_.end(), found->path) != later_.end())
    return std::nullopt;
  PageBanner banner;
  banner.words = format_tr("**A training was not saved:** {}", found->words(std::time(nullptr)));
  if (lost_.size() > 1) banner.words += "; " + format_tr("{} more", lost_.size() - 1);
  if (!found->model.empty())
    banner.buttons.push_back({N_("Recover"), "train.recover yes", N_("Goes on with it, where it was"), true});
  banner.buttons.push_back({N_("Discard"), "train.recover no", N_("Deletes it")});
  banner.buttons.push_back(
      {N_("Later"), "train.recover later", N_("Keeps it, and asks when the program starts again")});
  return banner;
}

// What was put off stays within reach.
void TrainPage::draw_lost(Ui& ui) const {
  const LostTraining* found = lost();
  if (!found || banner() || !recovering_.empty()) return;
  ui.section("NOT SAVED");
  ui.note(format_tr("Kept of a program that did not close in order: {}.", found->words(std::time(nullptr))));
  ui.begin_flow(6);
  if (!found->model.empty())
    ui.button("Recover", "train.recover yes", {.tooltip = N_("Goes on with it, where it was")});
  ui.button("Discard", "train.recover no", {.tooltip = N_("Deletes it")});
  ui.end_flow();
  ui.error_beside("train.recover");
  ui.hairline();
}

}  // namespace striate
