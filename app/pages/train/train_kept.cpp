// Training that is in no file: the question before it is thrown away, what a lesson put aside, and the lines that
// branches left.
#include <algorithm>
#include <utility>
#include <variant>

#include "app/pages/train/train_page.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

// ------------------------------------------------------------------------------------------------- life

// What a lesson trained itself, and what it asked to be trained, is the lesson's. Training that goes on by an epoch is
// the student's own.
void TrainPage::note_lesson() {
  const auto number = [this](const char* readout) {
    const bool there = registry_ && registry_->find_readout(readout);
    return there ? std::get<double>(registry_->read(readout)) : 0.0;
  };
  const double tasks = number("lesson.tasks");
  const bool plays = number("lesson.plays") != 0;
  if (plays && !lesson_plays_ && own()) own_ = true;  // what comes now is the lesson's; what was before stays theirs
  lesson_plays_ = plays;
  if (!plays && tasks == tasks_done_ && snapshot_->run == lesson_run_) return;
  tasks_done_ = tasks;
  lesson_run_ = snapshot_->run;
  lesson_steps_ = snapshot_->newest_step;
}

bool TrainPage::own() const {
  if (own_) return true;
  return has_run() && snapshot_->run == lesson_run_ && snapshot_->steps_per_epoch > 0 &&
         snapshot_->newest_step - lesson_steps_ >= snapshot_->steps_per_epoch;
}

void TrainPage::ask_or(const std::string& what, std::function<void()> go_on) {
  if (unsaved() && own() && context_.document.guided) set_aside();
  if (!unsaved()) {
    question_.reset();
    go_on();
    return;
  }
  question_ = Question{what, std::move(go_on), "", context_.document.guided_steps};
}

bool TrainPage::may_quit() {
  const auto quit = [this] {
    if (context_.send) context_.send("quit");
  };
  const uint64_t steps = context_.document.guided_steps;
  if (unsaved()) {
    question_ = Question{N_("The program is about to close."),
                         [this, quit] {
                           forget();
                           quit();
                         },
                         "", steps};
    return false;
  }
  if (!asides_.empty()) {
    question_ = Question{N_("The program is about to close, and your own training is still put aside."),
                         [this, quit] {
                           asides_.clear();
                           post([](TrainWorker& worker) { worker.forget_asides(); });
                           quit();
                         },
                         "train.back", steps};
    return false;
  }
  return true;
}

// A training that is in a person's file, whole, is in no other; without a place for a user's state nothing is kept.
void TrainPage::keep_work(const std::function<void(const std::string& words)>& tell) {
  if (thread_) thread_->keep_at_end(tell);
}

void TrainPage::forget() {
  begun_.reset();
  edits_.clear();
  post([](TrainWorker& worker) { worker.reset(); }, TrainerThread::Effect(), true);
}

void TrainPage::set_aside() {
  asides_.push_back({*begun_, edits_, snapshot_->newest_step});
  begun_.reset();
  edits_.clear();
  own_ = false;
  post([](TrainWorker& worker) { worker.set_aside(); }, TrainerThread::Effect(), true);
}

void TrainPage::take_back() {
  if (asides_.empty())
    throw Error("no training was put aside", "a lesson puts your own training aside, and nothing else");
  const size_t which = asides_.size() - 1;
  ask_or(N_("Your own training would take its place."), [this, which] {
    const Aside aside = asides_[which];
    asides_.erase(asides_.begin() + static_cast<std::ptrdiff_t>(which));
    config_ = aside.config;
    begun_ = aside.config;
    edits_ = aside.edits;
    own_ = true;
    post([which](TrainWorker& worker) { worker.take_back(which); }, TrainerThread::Effect(), true);
  });
}

void TrainPage::declare_lines(Registry& registry) {
  registry.add(Command{"train.branch",
                       N_("Goes another way from the step that is shown; what came after it is kept as a branch"),
                       {},
                       [this](const Arguments&) {
                         need_run();
                         adopt_live_ = true;
                         own_ = own_ || !context_.document.guided;
                         post([](TrainWorker& worker) { worker.branch(); });
                       }});
  registry.add(Command{"train.branch.open",
                       N_("Goes back to a branch that was left, at its newest step; the present one is kept"),
                       {Parameter::integer("N", "its number", 1, 1e6)},
                       [this](const Arguments& arguments) {
                         need_run();
                         const int number = static_cast<int>(arguments.integer(0));
                         TrainerThread::Effect then;
                         for (const TrainLine& line : snapshot_->lines) {
                           if (line.number == number) then.place.step = line.newest;
                         }
                         adopt_live_ = true;
                         post([number](TrainWorker& worker) { worker.take_line(number); }, then);
                       }});
  registry.add(
      Command{"train.back", N_("Goes back to the own training that a lesson put aside"), {}, [this](const Arguments&) {
                take_back();
              }});
}

// ------------------------------------------------------------------------------------------------- drawn

namespace {

// A band over the stage: words, and buttons at its right.
template <typename Buttons>
void draw_band(Ui& ui, Rect& area, const std::string& words, const Buttons& buttons) {
  Rect band = area.cut_top(64).inset(20, 6);
  ui.fill(band, ui.theme().surface, 6);
  ui.stroke(band, ui.theme().line, 6);
  const Rect inside = band.inset(14, 0);
  ui.label(inside, words, Font::control, ui.theme().text);
  ui.begin_row(inside);
  ui.pack_right();
  buttons();
  ui.end_row();
}

}  // namespace

void TrainPage::draw_aside(Ui& ui, Rect& area) const {
  draw_band(ui, area,
            format_tr("Your own training, {} steps, is put aside for the lesson.", grouped(asides_.back().newest)),
            [&] { ui.button("Go back to it", "train.back"); });
}

void TrainPage::draw_question(Ui& ui, const Rect& area) const {
  const bool save = question_->instead.empty();
  const Rect card = area.centered(std::min(area.w - 40, 500.0f), 150.0f);
  ui.begin_layer(Ui::kOverlayLayer, area);
  ui.fill(area, faded(ui.theme().background, 0.6f));
  ui.fill(card, ui.theme().raised, 8);
  ui.stroke(card, ui.theme().line, 8);
  ui.begin_panel("question", card, 18, false);
  ui.paragraph(fmt::format("**{}**", tr(std::string_view(question_->what))));
  ui.paragraph(
      save ? format_tr("The present one learned for {} steps and is in no file.", grouped(snapshot_->newest_step))
           : format_tr("It learned for {} steps and is in no file.",
                       grouped(asides_.empty() ? 0 : asides_.back().newest)));
  ui.space(4);
  ui.begin_flow();
  if (save) {
    ui.button("Save...", "browse.save train.save training.safetensors", {.style = ButtonStyle::primary});
  } else {
    ui.button("Go back", question_->instead, {.style = ButtonStyle::primary});
  }
  ui.button("Throw away", "train.discard yes");
  ui.button("Keep", "train.discard no");
  ui.end_flow();
  ui.end_panel();
  ui.end_layer();
}

// The ways that were left, in the inspector.
void TrainPage::draw_lines(Ui& ui) const {
  const TrainSnapshot& s = *snapshot_;
  if (s.lines.empty()) return;
  ui.section("BRANCHES");
  ui.note(format_tr("This is branch {}. Others are kept as they were left:", s.line));
  ui.begin_flow(6);
  for (const TrainLine& line : s.lines) {
    const std::string words = format_tr("Branch {}, step {}", line.number, grouped(line.newest));
    const std::string tip = line.parent > 0 ? format_tr("It left branch {} after step {}. Goes back to it.",
                                                        line.parent, grouped(line.from))
                                            : std::string(tr("It began with the starting weights. Goes back to it."));
    ui.button(fmt::format("Branch {}, step {}", line.number, grouped(line.newest)),
              fmt::format("train.branch.open {}", line.number), {.tooltip = tip, .words = words});
  }
  ui.end_flow();
  ui.error_beside("train.branch.open");
  ui.hairline();
}

}  // namespace striate
