#include "app/pages/sharing/sharing_page.h"

#include <algorithm>
#include <utility>

#include "app/command/not_ready.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

SharingPage::SharingPage(const PageContext& context)
    : info_(sharing_page().info),
      context_(context),
      settings_("sharing", state_, [this](State next) { commit(std::move(next)); }),
      job_(context.wake),
      neocognitron_job_(context.wake) {
  const NeocognitronSettings settings = neocognitron_settings();
  for (size_t i = 0; i < 3; ++i) {
    state_.selectivity[i] = std::round(static_cast<double>(settings.stages[i].selectivity) * 1e4) / 1e4;
  }
  declare_settings();
}

void SharingPage::commit(State next) {
  if (next.data != state_.data) {
    ++start_, until_ = 0;
    acts_.clear();
    failed_.reset(), neocognitron_failed_.reset();
  }
  state_ = std::move(next);
}

SharingRequest SharingPage::request() const {
  SharingRequest request;
  request.data = state_.data, request.start = start_, request.tie = state_.tie;
  request.digit = state_.digit, request.move = state_.move, request.steps = until_;
  request.map = state_.view == 1;
  return request;
}

NeocognitronRequest SharingPage::neocognitron_request() const {
  NeocognitronRequest request;
  request.data = state_.data, request.formula = state_.formula, request.acts = acts_;
  request.selectivity = state_.selectivity;
  request.use_drawing = state_.use_drawing;
  if (state_.use_drawing) request.drawing = pad_.drawing();
  request.digit = state_.digit, request.move = state_.move;
  request.stage = state_.layer / 2, request.plane = state_.plane;
  request.measure = !acts_.empty() && (of_neocognitron() || score_wanted_);
  request.map = !acts_.empty() && state_.view == 1;
  return request;
}

bool SharingPage::ask() {
  const SharingRequest wanted = request();
  if (asked_ && *asked_ == wanted) return false;
  failed_.reset();
  job_.begin(wanted);
  asked_ = wanted;
  return true;
}
bool SharingPage::ask_neocognitron() {
  const NeocognitronRequest wanted = neocognitron_request();
  if (neocognitron_asked_ && *neocognitron_asked_ == wanted) return false;
  neocognitron_failed_.reset();
  neocognitron_job_.begin(wanted);
  neocognitron_asked_ = wanted;
  return true;
}

bool SharingPage::update(double) {
  bool changed = false;
  if (is_shown() || learning()) changed |= ask();
  if (is_shown()) changed |= ask_neocognitron();
  try {
    if (SharingMomentPtr moment = job_.take()) moment_ = std::move(moment), find_strongest(), changed = true;
  } catch (const Error& error) {
    failed_ = error, until_ = 0, changed = true;
  }
  try {
    if (NeocognitronMomentPtr moment = neocognitron_job_.take()) neocognitron_ = std::move(moment), changed = true;
  } catch (const Error& error) {
    neocognitron_failed_ = error, changed = true;
  }
  return changed;
}

bool SharingPage::busy() const {
  if (neocognitron_job_.busy()) return true;
  if (!job_.busy()) return false;
  // Learning goes on beside whatever is read, unless it was asked for up to a step: else only what the present digit
  // lacks is waited for.
  return waited_for_ || !(learning() && moment_ && asked_ && moment_->of == *asked_);
}

void SharingPage::hidden() {
  if (neocognitron_job_.busy()) neocognitron_job_.stop(), neocognitron_asked_.reset();
  if (learning() || !job_.busy()) return;
  job_.stop();
  asked_.reset();
}

void SharingPage::start() {
  failed_.reset();
  const int64_t step = moment_ && moment_->of.start == start_ ? moment_->step : 0;
  until_ = step + kUsualSteps;
}

void SharingPage::learn(NeocognitronAct act) {
  int64_t digits = act.digits;
  for (const NeocognitronAct& each : acts_) digits += each.digits;
  if (digits > 3000) {
    throw Error("the Neocognitron would have learned more than 3000 digits", "begin anew: sharing.neocognitron.forget");
  }
  acts_.push_back(std::move(act));
}

const SharingMoment& SharingPage::need() {
  ask();
  if (failed_) throw *failed_;
  if (!moment_ || !(moment_->of == *asked_)) throw NotReady("the three layers are asked");
  return *moment_;
}
const SharingMoment& SharingPage::need_accuracy() {
  const SharingMoment& moment = need();
  if (!moment.has_accuracy) throw NotReady(moment.learning ? "they still learn" : "unseen digits are read");
  return moment;
}
const SharingMoment& SharingPage::need_place() {
  const SharingMoment& moment = need();
  find_strongest();
  return moment;
}
// While it learns the place stays: nothing runs away under a hand.
void SharingPage::find_strongest() {
  if (!state_.strongest || !moment_ || moment_->learning || !(moment_->of == request())) return;
  const std::optional<SharingPlace> at = strongest_place(moment_->gradient, state_.filter);
  if (!at) return;
  state_.tap_row = at->tap_row, state_.tap_column = at->tap_column;
  state_.row = at->row, state_.column = at->column;
}
const NeocognitronMoment& SharingPage::need_neocognitron() {
  ask_neocognitron();
  if (neocognitron_failed_) throw *neocognitron_failed_;
  if (!neocognitron_ || !(neocognitron_->of == *neocognitron_asked_) || neocognitron_->learning) {
    throw NotReady("the Neocognitron is at work");
  }
  return *neocognitron_;
}

// What was learned comes first: state() then leaves the digit, the drawing and the cell as they are now.
std::vector<std::string> SharingPage::replay() const {
  std::vector<std::string> lines{"sharing.data " + quoted(state_.data)};
  const int64_t step = moment_ && moment_->of.start == start_ ? moment_->step : 0;
  if (step > 0) lines.push_back(fmt::format("sharing.until {}", step));
  for (const NeocognitronAct& act : acts_) {
    if (act.label >= 0) {
      for (std::string& line : pad_.lines_of(act.drawing)) lines.push_back(std::move(line));
      lines.push_back(fmt::format("sharing.neocognitron.teach {}", act.label));
    } else {
      lines.push_back(fmt::format("sharing.neocognitron.learn {}", act.digits));
    }
  }
  for (std::string& line : state()) {
    if (!line.starts_with("sharing.neocognitron.memory ")) lines.push_back(std::move(line));
  }
  return lines;
}

void SharingPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  ui.begin_panel("stage of sharing", area, 20);
  ui.setting("sharing.view", {.tabs = true});
  const float height = area.h - 88;  // below the tabs
  const std::optional<Error>& failed = of_neocognitron() ? neocognitron_failed_ : failed_;
  if (failed) {
    ui.error_note(failed->what(), failed->hint());
  } else if (of_neocognitron()) {
    draw_neocognitron(ui, height, note);
  } else if (!moment_) {
    ui.note("The three networks are being made.");
  } else if (state_.view == 1) {
    draw_map(ui, height);
  } else {
    draw_layers(ui, height);
  }
  ui.end_panel();
  draw_hover_note(ui, note);
}

std::vector<Page::Key> SharingPage::keys() const {
  const auto shift = [&](int dx, int dy) {
    return fmt::format("sharing.shift {} {}", std::clamp(state_.move.dx + dx, -kMostShift, kMostShift),
                       std::clamp(state_.move.dy + dy, -kMostShift, kMostShift));
  };
  return {{"Left", shift(-1, 0), N_("the digit moves to the left")},
          {"Right", shift(1, 0), N_("the digit moves to the right")},
          {"Up", shift(0, -1), N_("the digit moves up")},
          {"Down", shift(0, 1), N_("the digit moves down")},
          {"Space", learning() ? "sharing.pause" : "sharing.start", N_("learn, or pause")}};
}

PageKind sharing_page() {
  return {
      {"sharing", N_("Shared weights"), N_("Networks"),
       N_("One task, three layers: a dense layer, where every value sees every pixel; a locally connected one, where "
          "every place has a small window and weights of its own; and a convolution, where all places share one set. "
          "Train them side by side, move the digit, and see who still knows it. Tie the weights of the middle one step "
          "by step. Then teach a Neocognitron, the machine of 1980 that shared weights first. Each of its formulas "
          "stands "
          "beside its numbers, and four mistakes that public programs make in them can be tried: it learns again with "
          "the mistake, and its score is measured.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<SharingPage>(context); }};
}

}  // namespace striate
