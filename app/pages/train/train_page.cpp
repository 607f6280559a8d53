// The page's life: settings, the thread, snapshots, the question before something is thrown away.
#include "app/pages/train/train_page.h"

#include <utility>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/data/sources.h"

namespace striate {
TrainPage::TrainPage(const PageContext& context)
    : info_(train_page().info),
      context_(context),
      snapshot_([] {
        auto empty = std::make_shared<TrainSnapshot>();
        empty->curves.evaluations = std::make_shared<const std::vector<EvaluationRecord>>();
        return empty;
      }()),
      scene_{context,
             [this] { return snapshot_; },
             [this]() -> const TrainingConfig& { return config_; },
             [this](const ProbePicture& picture) {
               if (!has_run()) return;
               post([picture](TrainWorker& worker) { worker.probe_picture(picture); });
             },
             [this](const TrainScene::ChangeConfig& change, const std::string& what) {
               with_run([change, what](TrainWorker& worker) { worker.compare(change(worker.run()->config()), what); });
             },
             [this] {
               if (has_run()) post([](TrainWorker& worker) { worker.end_comparison(); });
             }},
      config_settings_("train", config_,
                       [this](TrainingConfig next) { change([&](TrainingConfig& now) { now = std::move(next); }); }),
      look_settings_("train", view_, Undo::none) {
  views_ = make_train_views(scene_);
  declare_settings();
}

TrainPage::~TrainPage() = default;

TrainerThread& TrainPage::thread() {
  if (!thread_) {
    thread_ = std::make_unique<TrainerThread>(context_.document.stream.device(), context_.wake);
    if (!context_.document.state_folder.empty()) {
      places_ = KeptPlaces(kept_folders());
      thread_->post([files = places_.files()](TrainWorker& worker) { worker.set_autosave(files); });
    }
  }
  return *thread_;
}

void TrainPage::post(TrainerThread::Command command, std::optional<TrainerThread::Effect> then, bool stop_reading) {
  effect_ = thread().post(std::move(command), then, stop_reading);
}

// ------------------------------------------------------------------------------------------------- the run

bool TrainPage::needs_new_run() const { return !begun_ || !(*begun_ == config_); }

bool TrainPage::unsaved() const {
  if (!has_run() || !begun_) return false;
  const bool learned = snapshot_->newest_step > snapshot_->first_step || !edits_.empty() ||
                       (recovered_run_ != 0 && recovered_run_ == snapshot_->run);
  return learned && !(saved_run_ == snapshot_->run && saved_step_ == snapshot_->newest_step);
}

void TrainPage::with_run(const TrainerThread::Command& command) {
  if (!needs_new_run()) {
    own_ = own_ || !context_.document.guided;
    post(command);
    return;
  }
  check_config(config_);
  effect_ = {};
  ask_or(N_("The new settings need a new training."), [this, command] {
    begun_ = config_;
    own_ = !context_.document.guided;
    edits_.clear();
    post(
        [config = config_, command](TrainWorker& worker) {
          worker.begin(config);
          command(worker);
        },
        TrainerThread::Effect(), true);
    effect_ = {};
  });
}

void TrainPage::change(const std::function<void(TrainingConfig&)>& change) {
  TrainingConfig next = config_;
  change(next);
  // Numbers of pictures mean others in another data set.
  if (next.labels == config_.labels && !same_data(next, config_)) next.labels.clear();
  check_config(next);
  config_ = std::move(next);
}

// What can be changed while it is trained.
void TrainPage::change_live(const std::function<void(TrainingConfig&)>& change, const TrainerThread::Command& command) {
  const bool same = !needs_new_run();
  if (same && snapshot_->step < snapshot_->newest_step && !thread().working() &&
      snapshot_->status != TrainSnapshot::Status::running) {
    throw Error(fmt::format("step {} is over: {} more were done since", snapshot_->step,
                            snapshot_->newest_step - snapshot_->step),
                "branch here first, or go to the newest step");
  }
  this->change(change);
  effect_ = thread_ ? thread_->effect() : TrainerThread::Effect();
  if (!same) return;
  begun_ = config_;
  post(command);
}

// ------------------------------------------------------------------------------------------------- each frame

void TrainPage::take_snapshot() {
  TrainSnapshotPtr fresh = thread_->snapshot();
  if (fresh == snapshot_) return;
  snapshot_ = std::move(fresh);
  hand_over();
  if (snapshot_->commands < thread_->posted()) return;  // what the page knows is newer
  edits_ = snapshot_->edits;
  if (adopt_ && has_run()) {
    config_ = *snapshot_->config;
    begun_ = config_;
    own_ = true;
    if (!recovering_.empty()) {
      // It is in no file of a person's: still to be saved.
      std::erase_if(lost_, [this](const LostTraining& each) { return each.path == recovering_; });
      recovered_run_ = snapshot_->run;
    }
  }
  if (adopt_live_ && has_run() && begun_) {
    // A line that was taken may have been trained with others; what a new run needs stays as it is set.
    for (TrainingConfig* each : {&config_, &*begun_}) {
      each->rate = snapshot_->config->rate;
      each->schedule = snapshot_->config->schedule;
      each->labels = snapshot_->config->labels;
    }
  }
  recovering_.clear();
  adopt_ = adopt_live_ = false;
}

void TrainPage::hand_over() {
  const TrainSnapshot& s = *snapshot_;
  if (!has_run()) {
    context_.document.training = nullptr;
    return;
  }
  auto trained = std::make_shared<TrainedNetwork>();
  if (find_model(s.config->model) != nullptr) trained->name = s.config->model;
  trained->architecture = s.architecture;
  trained->weights = s.weights;
  trained->normalization = s.normalization;
  trained->loss = s.config->loss;
  trained->data = source_word(s.config->data);
  trained->run = s.run;
  trained->step = s.step;
  trained->moving = s.status == TrainSnapshot::Status::running;
  trained->pictures = s.data;
  trained->split = s.split;
  trained->kept = s.kept;
  context_.document.training = std::move(trained);
}

bool TrainPage::update(double now) {
  now_ = now;
  bool moving = look_for_lost(now);
  if (is_shown() || settings_.busy()) moving |= settings_.update(now);
  moving |= files_.update();
  moving |= preview();
  if (thread_) {
    if (places_.problem() && !std::exchange(places_told_, true)) throw Error(*places_.problem());
    take_snapshot();
  }
  // Of the snapshot that is drawn.
  if (views_.size() > view_ && (is_shown() || views_[view_]->busy())) moving |= views_[view_]->update(now);
  if (!thread_) return moving;
  note_lesson();
  if (const int64_t saved = saved_now_ ? saved_now_->load() : -1; saved >= 0) {
    saved_run_ = snapshot_->run;
    saved_step_ = saved;
    saved_now_ = nullptr;
    if (question_ && question_->instead.empty()) std::exchange(question_, std::nullopt)->go_on();
  }
  if (question_ && question_->guided_steps != context_.document.guided_steps) {
    question_.reset();  // a lesson was entered: it is asked again when it matters
    moving = true;
  }
  const TrainSubscription wanted = subscription();
  if (!(wanted == subscription_)) {
    subscription_ = wanted;
    thread_->post([wanted](TrainWorker& worker) { worker.subscribe(wanted); });
  }
  if (std::optional<Error> error = thread_->take_error()) {
    // What was not begun is not there; the settings stay for another try.
    if (!thread_->working()) {
      take_snapshot();
      if (!has_run()) begun_.reset();
    }
    throw Error(*error);
  }
  return moving;
}

void TrainPage::drawn(const Drawn& frame) {
  if (views_.size() > view_) views_[view_]->drawn(frame);
}

TrainSubscription TrainPage::subscription() const {
  TrainSubscription wanted;
  if (is_shown() && views_.size() > view_) views_[view_]->subscribe(*snapshot_, wanted);
  wanted.weights |= context_.document.training_wanted;
  wanted.kept = context_.document.kept_wanted;
  return wanted;
}

bool TrainPage::busy() const {
  const bool weights_come = has_run() && !snapshot_->weights && subscription().weights;
  const bool kept_come = context_.document.kept_wanted && has_run() && !snapshot_->kept;
  return weights_come || kept_come || settings_.busy() || files_.busy() ||
         (views_.size() > view_ && views_[view_]->busy()) || (thread_ && thread_->busy(*snapshot_));
}

// Its errors, what it saved and what it put aside are told on any page; so is training that another window lost.
bool TrainPage::goes_on() const { return thread_ != nullptr || !context_.document.state_folder.empty(); }

size_t TrainPage::held() const {
  size_t bytes = settings_.held();
  for (const auto& view : views_) bytes += view->held();
  return bytes;
}

void TrainPage::release() {
  settings_.release();
  for (const auto& view : views_) view->release();
}

bool TrainPage::holds_scripts() const {
  return adopt_ || (thread_ && (thread_->working() || snapshot_->commands < thread_->posted()));
}

// A picture that is opened or dropped while this page is shown becomes the probe. (The view `draw` takes it itself.)
void TrainPage::image_changed() {
  const ImagePtr image = context_.document.image;
  if (!image || !is_shown()) return;
  if (views_.size() > view_ && views_[view_]->id() == "draw") return;
  post([image](TrainWorker& worker) { worker.probe_image(image); });
}

// ------------------------------------------------------------------------------------------------- state

std::vector<std::string> TrainPage::config_lines(const TrainingConfig& config) const {
  std::vector<std::string> lines = config_settings_.lines_of(config);
  const bool text = config.model.find_first_of(" |\n") != std::string::npos;
  lines.insert(lines.begin() + 1, (text ? "train.layers " : "train.model ") + quoted(config.model));
  return lines;
}

std::vector<std::string> TrainPage::state() const {
  std::vector<std::string> lines = config_lines(config_);
  if (has_run()) lines.push_back("train.edits " + quoted(edits_text(edits_)));
  for (std::string& line : look()) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> TrainPage::look() const {
  std::vector<std::string> lines = look_settings_.state();
  for (const auto& view : views_) {
    for (std::string& line : view->state()) lines.push_back(std::move(line));
  }
  return lines;
}

std::string TrainPage::pace_text() const {
  switch (pace_.kind) {
    case TrainPace::Kind::fastest:
      return "fastest";
    case TrainPace::Kind::batches:
      return "batches " + to_text(pace_.per_second);
    case TrainPace::Kind::phases:
      return "phases " + to_text(pace_.per_second);
  }
  return "";
}

std::vector<Page::Key> TrainPage::keys() const {
  const bool runs = snapshot_->status == TrainSnapshot::Status::running;
  std::vector<Key> keys = {{"Space", runs ? "train.pause" : "train.start", N_("trains, or pauses")},
                           {"Right", "train.step batch", N_("one step")},
                           {"Shift+Right", "train.step phase", N_("one phase of a step")}};
  if (has_run() && snapshot_->step > snapshot_->first_step) {
    keys.push_back({"Left", fmt::format("train.scrub {}", snapshot_->step - 1), N_("back by one step")});
  }
  if (question_) keys.push_back({"Escape", "train.discard no", N_("keeps the training")});
  if (views_.size() > view_) {
    for (Key& key : views_[view_]->keys()) keys.push_back(std::move(key));
  }
  return keys;
}

PageKind train_page() {
  return {
      {"train", N_("Train a CNN"), N_("Networks"),
       N_("A small convolutional network learns to tell pictures apart, here and now. Press Start and watch the loss "
          "fall and the filters become edge detectors. Pause it, go through a step phase by phase, go back to any "
          "earlier step and take another way from there. Everything that is shown is the network's own number.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<TrainPage>(context); },
      lost_work};
}

}  // namespace striate
