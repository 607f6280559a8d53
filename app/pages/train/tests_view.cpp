#include "app/pages/train/tests_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

const std::vector<std::string> kShown = {N_("cell"), N_("mistakes"), N_("batch"),
                                         N_("labels")};  // in the order of Show

}  // namespace

std::vector<int32_t> pictures_of_cell(const TrainTest& test, int true_class, int predicted) {
  std::vector<int32_t> list;
  const Evaluation& e = test.evaluation;
  const size_t count = std::min(test.labels.size(), e.predicted.size());
  for (size_t i = 0; i < count; ++i) {
    if (test.labels[i] == true_class && e.predicted[i] == predicted) list.push_back(static_cast<int32_t>(i));
  }
  std::stable_sort(list.begin(), list.end(), [&](int32_t a, int32_t b) {
    return e.probability[static_cast<size_t>(a)] > e.probability[static_cast<size_t>(b)];
  });
  return list;
}

void TestsView::show_cell(int true_class, int predicted) {
  const TrainSnapshotPtr now = scene_.snapshot();
  const int classes = now->data ? static_cast<int>(now->data->classes().size()) : 0;
  if (classes > 0 && (true_class >= classes || predicted >= classes)) {
    throw Error(fmt::format("there is no class {}", std::max(true_class, predicted)),
                fmt::format("classes count from 0 to {}", classes - 1));
  }
  if (true_class < 0 || predicted < 0) {
    look_.true_class = look_.predicted = -1;
    if (look_.show == Show::cell) look_.show = Show::mistakes;
    return;
  }
  look_.true_class = true_class, look_.predicted = predicted;
  look_.show = Show::cell;
}

void TestsView::declare(Registry& registry) {
  const auto whole = [](const Arguments& arguments, size_t i) { return static_cast<int>(arguments.integer(i)); };
  registry.add(Command{
      "train.tests.cell",
      N_("Shows the test pictures of a class that are taken for another, or for what they are"),
      {Parameter::integer("TRUE", "the class they are of, from 0; -1: no cell", -1, 9999),
       Parameter::integer("PREDICTED", "what they are taken for, from 0", -1, 9999)},
      [this, whole](const Arguments& arguments) { show_cell(whole(arguments, 0), whole(arguments, 1)); },
  });
  registry.add(Command{
      "train.tests.open",
      N_("Opens the test pictures of a cell of the confusion matrix"),
      {Parameter::integer("TRUE", "the class they are of, from 0", 0, 9999),
       Parameter::integer("PREDICTED", "what they are taken for, from 0", 0, 9999)},
      [this, whole, &registry](const Arguments& arguments) {
        show_cell(whole(arguments, 0), whole(arguments, 1));
        if (registry.find_command("train.view")) registry.run("train.view tests");
      },
  });
  settings_.also(
      [this] { return std::vector{fmt::format("train.tests.cell {} {}", look_.true_class, look_.predicted)}; });
  Setting& show = settings_.choice(
      "show", "pictures", "Which pictures stand beside the confusion matrix",
      Parameter::choice("WHAT",
                        "those of the chosen cell, the most certain mistakes, the batch that is learned, or training "
                        "pictures whose label is probably wrong",
                        kShown),
      [](const State& s) { return kShown[static_cast<size_t>(s.show)]; },
      [](State& s, const std::string& what) {
        if (what == "cell" && s.true_class < 0) throw Error("no cell is chosen", "click one, or: train.tests.cell 4 9");
        s.show = static_cast<Show>(std::find(kShown.begin(), kShown.end(), what) - kShown.begin());
      });
  show.labels = kShown;
  show.now = [this, &show] {
    Setting::Now now;
    for (size_t i = look_.true_class < 0 ? 1 : 0; i < show.labels.size(); ++i) {
      now.offers.emplace_back(show.labels[i], show.parameter.choices[i]);
    }
    return now;
  };
  Setting& sure =
      settings_.number("sure", "sure of another class",
                       "How sure the network is of another class than the label of a picture that is listed",
                       {"P", "the least probability", 0, 1}, &State::sure);
  sure.hands = {0.2, 1};
  sure.decimals = 2;
  settings_.declare(registry);
  declare_labels(registry);
  Readout mistakes{"train.tests.mistakes", "wrong answers in the part that is tested", [this] {
                     const TrainSnapshotPtr now = scene_.snapshot();
                     if (!now->test) throw Error("nothing was tested yet", "start the training: train.start");
                     return ReadoutValue(static_cast<double>(now->test->mistakes.size()));
                   }};
  registry.add(std::move(mistakes));
  Readout count{"train.tests.count", "test pictures of a class that are taken for another", {}};
  count.parameters = {Parameter::integer("TRUE", "the class they are of, from 0", 0, 9999),
                      Parameter::integer("PREDICTED", "what they are taken for, from 0", 0, 9999)};
  count.value_of = [this, whole](const Arguments& arguments) {
    const TrainSnapshotPtr now = scene_.snapshot();
    if (!now->test) throw Error("nothing was tested yet", "start the training: train.start");
    const int t = whole(arguments, 0), p = whole(arguments, 1), classes = now->test->evaluation.classes;
    if (t >= classes || p >= classes) {
      throw Error(fmt::format("there is no class {}", std::max(t, p)),
                  fmt::format("classes count from 0 to {}", classes - 1));
    }
    return ReadoutValue(static_cast<double>(now->test->evaluation.count(t, p)));
  };
  registry.add(std::move(count));
}

std::vector<Page::Key> TestsView::keys() const {
  return {{"M", "train.tests.show mistakes", N_("the most certain mistakes")},
          {"B", "train.tests.show batch", N_("the batch that is learned")},
          {"W", "train.tests.show labels", N_("labels that are probably wrong")}};
}

void TestsView::subscribe(const TrainSnapshot&, TrainSubscription& wanted) const {
  wanted.test = true;
  wanted.probe = true;
  if (look_.show == Show::batch) wanted.batch = true;
  if (look_.show == Show::labels) wanted.labels = true;
}

bool TestsView::update(double) {
  const TrainSnapshotPtr now = scene_.snapshot();
  update_labels(*now);
  if (pictures_of_ == now->test && pictures_true_ == look_.true_class && pictures_predicted_ == look_.predicted)
    return false;
  pictures_of_ = now->test;
  pictures_true_ = look_.true_class, pictures_predicted_ = look_.predicted;
  pictures_.clear();
  if (now->test) pictures_ = pictures_of_cell(*now->test, look_.true_class, look_.predicted);
  return false;
}

void TestsView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (draw_without_run(ui, area, now)) return;
  HoverNote note;
  const bool two = area.w >= 700.0f;
  if (two) {
    Rect rest = area;
    Rect left = rest.cut_left(std::round(std::min(area.w * 0.56f, area.h + 40.0f))).inset(20, 16);
    left.w += 8;
    const float most = left.w - 98.0f + 70.0f;
    draw_matrix(ui, left.cut_top(std::min(left.h - kProbeHeight - 44.0f, most)), now, note);
    // Whatever was clicked last, and what the network says of it.
    left.cut_top(16);
    draw_caption(ui, left.cut_top(24), {tr("probe:"), probe_words(now), "", ui.theme().input});
    draw_probe(ui, left.cut_top(std::clamp(left.h, kProbeHeight, 112.0f)), now, "tests.probe");
    ui.begin_panel("pictures", rest, 16);
    draw_pictures(ui, now, note);
    ui.end_panel();
  } else {
    ui.begin_panel("tests", area, 20);
    draw_matrix(ui, ui.take(std::min(ui.width() - 70.0f, 400.0f) + 66.0f), now, note);
    draw_pictures(ui, now, note);
    ui.end_panel();
  }
  draw_hover_note(ui, note);
}

void TestsView::draw_matrix(Ui& ui, Rect area, const TrainSnapshot& now, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(26);
  if (!now.test) {
    draw_caption(ui, head, {"", tr("what is taken for what"), "", theme.text});
    const float side = std::min(area.w - 90.0f, area.h - 30.0f);
    return draw_waiting(
        ui, {area.x, area.y + 22.0f, side, side},
        now.step > 0 ? N_("the test pictures are being looked at") : N_("comes with the first measurement"));
  }
  const TrainTest& test = *now.test;
  const Evaluation& e = test.evaluation;
  draw_caption(ui, head,
               {"", format_tr("{} of {} right", grouped(e.correct), grouped(e.samples)),
                format_marked(of_part(test.split, N_("test part, after step {}"), N_("validation part, after step {}"),
                                      N_("training part, after step {}")),
                              grouped(test.step)),
                theme.activation});
  Rect line = area.cut_top(22);
  const std::string words = tr("row: is, column: taken for;");
  const float wide = ui.measure(Font::caption, words).x + 5.0f;
  ui.label(line, words, Font::caption, theme.secondary);
  line.cut_left(wide);
  draw_confusion_colors(ui, line);
  ConfusionGrid grid;
  grid.classes = e.classes;
  grid.counts = e.confusion;
  if (now.data) grid.names = now.data->classes();
  grid.totals = area.w >= 300.0f;
  grid.command = "train.tests.cell";
  grid.hint = tr("the color goes by the root of its share; click: see these pictures");
  if (look_.show == Show::cell) grid.true_class = look_.true_class, grid.predicted = look_.predicted;
  const ConfusionAnswer answer = draw_confusion(ui, "confusion", area, grid);
  if (answer.hovered) note = answer.note;
}

std::unique_ptr<TrainView> make_tests_view(const TrainScene& scene) { return std::make_unique<TestsView>(scene); }

}  // namespace striate
