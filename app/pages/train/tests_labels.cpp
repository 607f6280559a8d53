// The view `tests`: training pictures whose label is probably wrong, each with two buttons, and what was changed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/tests_view.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr size_t kMostCards = 60;  // of a list: what somebody looks at
constexpr size_t kMostChanged = 240;
constexpr float kPicture = 58.0f, kCard = 66.0f, kGap = 10.0f, kLeast = 268.0f;

std::string percent(float share) { return fmt::format("{:.1f} %", 100 * static_cast<double>(share)); }

}  // namespace

void TestsView::draw_labels(Ui& ui, const TrainSnapshot& now, HoverNote& note) const {
  ui.setting("train.tests.sure");
  if (!now.labels || !now.data) {
    ui.note(now.config ? N_("The training pictures are being looked at: those whose label is probably wrong then stand "
                            "here.")
                       : N_("Press **Start**: training pictures whose label is probably wrong then stand here."));
    draw_changed(ui, now, note);
    return;
  }
  const TrainLabels& looked = *now.labels;
  const std::string count = grouped(static_cast<int64_t>(found_.size()));
  ui.note(found_.empty()
              ? format_tr("After step {} the network is sure of another class than the label of no training picture.",
                          grouped(looked.step))
              : format_tr("{} training pictures that the network is sure to be of another class than their label after "
                          "step {}, the largest loss first. Whether the label or the network is wrong, you decide.",
                          count, grouped(looked.step)));
  if (!looked.labels->wrong().empty()) {
    TrainingLabels labels = *looked.labels;
    labels.set_changes(changes());
    ui.note(
        format_tr("Made wrong on purpose: **{}**. Of these stand in the list: **{}**; set right or left out: **{}**.",
                  grouped(static_cast<int64_t>(labels.wrong().size())), grouped(count_made_wrong(found_)),
                  grouped(labels.corrected())));
  }
  ui.error_beside("train.relabel");
  ui.error_beside("train.mislabeled.all");
  ui.error_beside("train.labels");
  if (!found_.empty()) {
    ui.begin_flow(6);
    ui.button("Relabel all", "train.mislabeled.all relabel",
              {.tooltip = N_("Every listed picture gets the class that the network says")});
    ui.button("Leave all out", "train.mislabeled.all out", {.tooltip = N_("No step learns from any listed picture")});
    ui.end_flow();
    draw_found(ui, now, note);
  }
  draw_changed(ui, now, note);
}

void TestsView::draw_found(Ui& ui, const TrainSnapshot& now, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const size_t shown = std::min(found_.size(), kMostCards);
  const int columns = std::max(1, static_cast<int>((ui.width() + kGap) / (kLeast + kGap)));
  const float wide = (ui.width() - kGap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  Rect row{};
  for (size_t i = 0; i < shown; ++i) {
    const int column = static_cast<int>(i) % columns;
    if (column == 0) row = ui.take(kCard);
    Rect card{row.x + static_cast<float>(column) * (wide + kGap), row.y, wide, kCard};
    if (!card.overlaps(ui.clip().inset(0, -kCard))) continue;
    const Mislabeled& each = found_[i];
    ui.push_id(std::to_string(each.sample));
    Rect picture = card.cut_left(kPicture);
    picture.h = kPicture;
    draw_sample_picture(ui, picture, fmt::format("tests.labels.{}", i),
                        now.run * 1000003 + static_cast<uint64_t>(each.sample), now.data->shape(),
                        [&](float* pixels) { now.data->read(each.sample, pixels); });
    const std::string probe = fmt::format("train.probe sample:{}", each.sample);
    const Response r = ui.interact(
        picture, {.label = format_tr("picture {}", each.sample), .command = probe, .kind = "picture", .tooltip = " "});
    if (r.clicked) ui.send(probe);
    if (r.hovered) {
      note.title = format_tr("picture {} of the data", each.sample);
      note.lines = {{N_("its label"), class_name(now, each.label), 0},
                    {N_("the network says"), class_name(now, each.answer), 0},
                    {N_("probability"), shortest_text(each.probability), 0},
                    {N_("loss"), shortest_text(each.loss), 0}};
      if (const std::string about = now.data->describe(each.sample); !about.empty())
        note.lines.push_back({about, "", 0});
      note.hint = tr("click: make it the probe");
      note.command = probe;
      ui.stroke(picture.inset(-1), theme.text, 2, 1.5f);
    }
    card.cut_left(10);
    Rect words = card.cut_top(26);
    const std::string loss = format_tr("loss {}", number_text(static_cast<double>(each.loss), 3));
    const std::string numbers = percent(each.probability) + ", " + loss;
    const float numbers_wide = ui.measure(Font::caption, numbers, 12.5f).x + 2;
    ui.label(words.cut_right(std::min(numbers_wide, words.w * 0.62f)), numbers, Font::caption, theme.secondary,
             Align::right, 12.5f);
    ui.label(words, fmt::format("{} \u2192 {}", class_name(now, each.label), class_name(now, each.answer)),
             Font::control, theme.text);
    card.cut_top(2);
    Rect buttons = card.cut_top(30);
    const std::string to = format_tr("Label {}", class_name(now, each.answer));
    const float out_wide = std::min(ui.measure(Font::control, tr("Leave out")).x + 24, buttons.w * 0.5f);
    ui.next(buttons.cut_right(out_wide));
    ui.button("Leave out", fmt::format("train.relabel {} out", each.sample),
              {.tooltip = N_("No step learns from it from now on")});
    buttons.cut_right(6);
    ui.next(buttons);
    ui.button("Relabel", fmt::format("train.relabel {} {}", each.sample, each.answer),
              {.tooltip = N_("From now on it is learned as the class that the network says"), .words = to});
    ui.pop_id();
  }
  if (shown < found_.size()) {
    ui.note(format_tr("and {} more", grouped(static_cast<int64_t>(found_.size() - shown))));
  }
}

void TestsView::draw_changed(Ui& ui, const TrainSnapshot& now, HoverNote& note) const {
  const LabelChanges all = changes();
  if (all.empty() || !now.data || !now.config) return;
  std::vector<std::pair<int64_t, int32_t>> list;
  int64_t out = 0;
  for (const auto& each : all) {
    if (each.first >= now.data->size()) continue;  // of another data set: the next start says so
    list.emplace_back(each);
    out += each.second == kLeftOut ? 1 : 0;
  }
  ui.push_id("changed");
  ui.section("CHANGED LABELS");
  ui.note(format_tr("{} given another class, {} left out; kept with the training. A click takes a change back.",
                    grouped(static_cast<int64_t>(list.size()) - out), grouped(out)));
  ui.begin_flow(6);
  ui.button("Take all back", "train.labels \"\"", {.tooltip = N_("Every picture has its first label again")});
  ui.button("Save list", "browse.save train.labels.save labels.csv",
            {.enabled = ui.registry().find_command("browse.save") != nullptr,
             .tooltip = N_("A line for each changed picture, as CSV")});
  ui.end_flow();
  ui.error_beside("train.labels.save");
  const size_t shown = std::min(list.size(), kMostChanged);
  const auto label_of = [&](int64_t sample) {
    return now.labels ? now.labels->labels->given_label(sample) : now.data->label(sample);
  };
  uint64_t version = now.run;
  for (size_t i = 0; i < shown; ++i) version = version * 1000003 + static_cast<uint64_t>(list[i].first);
  SampleGrid grid;
  grid.key = "tests.changed";
  grid.version = version;
  grid.shape = now.data->shape();
  grid.count = static_cast<int64_t>(shown);
  grid.size = 48.0f;
  grid.hint = tr("click: take it back");
  grid.pixels = [&](int64_t i, int, float* pixels) { now.data->read(list[static_cast<size_t>(i)].first, pixels); };
  grid.sample = [&](int64_t i) {
    const auto sample = list[static_cast<size_t>(i)].first;
    const auto to = list[static_cast<size_t>(i)].second;
    const std::string before = class_name(now, label_of(sample));
    const std::string after = to == kLeftOut ? std::string(tr("left out")) : class_name(now, to);
    Sample s;
    s.words = fmt::format("{} \u2192 {}", before, to == kLeftOut ? std::string("\u2715") : after);
    s.title = format_tr("picture {} of the data", sample);
    s.lines = {{N_("its label"), before, 0}, {N_("now"), after, 0}};
    s.command = fmt::format("train.relabel {} back", sample);
    return s;
  };
  const SampleLayout layout = sample_layout(grid, ui.width(), kSampleLine, 56.0f);
  const Rect area = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "changed pictures", area, grid, layout);
  if (answer.hovered) note = answer.note;
  if (shown < list.size()) ui.note(format_tr("and {} more", grouped(static_cast<int64_t>(list.size() - shown))));
  ui.pop_id();
}

}  // namespace striate
