#include "app/pages/lenet/lenet.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/drawing/stroke_text.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/connections.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"

namespace striate {
namespace {

constexpr int kStep = 4;  // columns from one answer of a LeNet-5 that slides to the next: two strides of 2

}  // namespace

LenetPage::LenetPage(const PageContext& context)
    : info_(lenet_page().info),
      context_(context),
      settings_("lenet", state_, [this](State next) { commit(std::move(next)); }),
      ink_(ink_of(drawing_)),
      worker_(std::make_shared<LenetWorker>()),
      answers_work_(context.wake),
      row_work_(context.wake),
      ring_work_(context.wake) {
  declare_settings();
  for (const LenetModel& each : lenet_models()) {
    const Architecture architecture = build_model(each.untrained, Shape{1, each.side, each.side});
    counts_.push_back(
        {architecture.totals().parameters, connections(architecture), architecture.totals().multiply_adds});
  }
}

void LenetPage::commit(State next) {
  const bool placed = !(next.placement == state_.placement) || next.model != state_.model;
  state_ = std::move(next);
  keep_layer();
  if (placed) changed();
}

// Another network has other layers.
void LenetPage::keep_layer() {
  if (find_layer(architecture(), layer_) < 0) layer_ = "0";
}

Architecture LenetPage::architecture() const { return build_model(model().untrained); }

// What the networks look at, here and on the other pages, is the drawing as it is placed.
void LenetPage::changed() {
  ++revision_;
  if (column_ >= columns()) column_ = 0;
  ink_ = ink_of(drawing_);
  const bool empty = drawing_.empty() && state_.placement.second < 0 && state_.placement.noise <= 0;
  if (empty) {
    context_.document.drawing = nullptr;
    if (network().asked().image == "drawing") network().set_image("picture");
    return;
  }
  auto placed = std::make_shared<Drawing>(drawing_);
  placed->placed = place_drawing(drawing_, state_.placement);
  context_.document.drawing = std::move(placed);
  if (network().asked().image != "drawing") network().set_image("drawing");
}

RowPicture LenetPage::row_picture() const {
  return text_.empty() ? row_of_drawing(drawing_, state_.placement) : row_of_text(text_, text_seed_, state_.placement);
}

int LenetPage::columns() const {
  if (text_.empty() && drawing_.empty()) return 0;
  return (row_picture().width - SlidingNetwork::kSide) / kStep + 1;
}

std::vector<std::string> LenetPage::state() const {
  std::vector<std::string> lines{"lenet.clear"};
  for (const PenStroke& stroke : drawing_.strokes) {
    lines.push_back(fmt::format("lenet.pen {}", stroke.width));
    lines.push_back("lenet.draw " + stroke_text(stroke.points));
  }
  if (!text_.empty()) lines.push_back(fmt::format("lenet.write {} {}", text_, text_seed_));
  lines.push_back(state_.slide ? "lenet.slide on" : "lenet.slide off");
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  const Placement& p = state_.placement;
  lines.push_back(fmt::format("lenet.move {} {}", shortest_text(p.dx), shortest_text(p.dy)));
  lines.push_back(p.second < 0 ? std::string("lenet.second none")
                               : fmt::format("lenet.second {} {}", p.second, shortest_text(p.second_dx)));
  lines.push_back("lenet.layer " + quoted(layer_));
  if (column_ > 0) lines.push_back(fmt::format("lenet.column {}", column_));
  for (std::string& line : network().state()) lines.push_back(std::move(line));
  return lines;
}

bool LenetPage::model_is_asked_for() const {
  const NetworkState& asked = network().asked();
  return asked.opened && asked.file == model().file;
}

const NetworkMoment* LenetPage::open_model() const {
  if (!model_is_asked_for()) return nullptr;
  const NetworkMomentPtr& moment = network().moment();
  return moment && moment->info && !network().opening() ? moment.get() : nullptr;
}

std::optional<int> LenetPage::node(const NetworkMoment& moment) const {
  const int found = find_layer(moment.info->architecture, layer_);
  return found >= 0 ? found : std::min(1, moment.info->architecture.size() - 1);
}

void LenetPage::ask_answers() {
  if (asked_answers_ == revision_) return;
  asked_answers_ = revision_;
  answers_work_.request(
      [worker = worker_, drawing = drawing_, placement = state_.placement, revision = revision_](Progress& progress) {
        LenetAnswers made = worker->answers(drawing, placement, progress);
        made.revision = revision;
        return made;
      });
}

void LenetPage::ask_row() {
  if (asked_row_ == revision_) return;
  asked_row_ = revision_;
  row_work_.request(
      [worker = worker_, model = state_.model, picture = row_picture(), revision = revision_](Progress& progress) {
        LenetRow made = worker->row(model, picture, progress);
        made.revision = revision;
        return made;
      });
}

void LenetPage::ask_ring() {
  if (asked_ring_ == revision_) return;
  asked_ring_ = revision_;
  ring_work_.request([worker = worker_, model = state_.model, drawing = drawing_, placement = state_.placement,
                      revision = revision_](Progress& progress) {
    LenetRing made = worker->ring(model, drawing, placement, progress);
    made.revision = revision;
    return made;
  });
}

bool LenetPage::update(double /*now*/) {
  bool changed = false;
  if (is_shown()) {
    ask_answers();
    if (state_.slide && state_.model != 0) ask_row();
    if (!state_.slide && state_.view == "ring" && !drawing_.empty()) ask_ring();
  }
  if (std::optional<LenetAnswers> made = answers_work_.take()) answers_ = std::move(made), changed = true;
  if (std::optional<LenetRow> made = row_work_.take()) {
    row_ = std::move(made);
    changed = true;
  }
  if (std::optional<LenetRing> made = ring_work_.take()) ring_ = made, changed = true;
  if (const NetworkMoment* moment = open_model()) changed |= shown_.update(*moment, *node(*moment));
  return changed;
}

void LenetPage::drawn(const Drawn& frame) { revealed_ = static_cast<int>(frame.number("lenet.revealed", revealed_)); }

std::vector<Page::Key> LenetPage::keys() const {
  std::vector<Key> keys;
  if (!drawing_.empty()) {
    keys.push_back({"Delete", "lenet.clear", N_("an empty pad")});
    keys.push_back({"Backspace", "lenet.draw undo", N_("takes the last stroke away")});
  }
  keys.push_back({"S", state_.slide ? "lenet.slide off" : "lenet.slide on", N_("one digit or a whole number")});
  return keys;
}

PageKind lenet_page() {
  return {
      {"lenet", N_("LeNet"), N_("Networks"),
       N_("Draw a digit, and three networks read it: that of 1989, LeNet-5 of 1998 and today's version. Move it, turn "
          "it, make it smaller, thicker or noisy, and see how far each of them follows. Let the network slide over a "
          "number of several digits, as it read checks.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<LenetPage>(context); }};
}

}  // namespace striate
