#include "app/pages/train/tests_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr size_t kMostPictures = 240;  // of a list: what somebody looks at

uint64_t hash_of(const std::vector<int64_t>& indices, uint64_t run) {
  uint64_t hash = 14695981039346656037ull ^ run;  // FNV-1a
  for (const int64_t index : indices) hash = (hash ^ static_cast<uint64_t>(index)) * 1099511628211ull;
  return hash;
}

std::string percent(float share) { return fmt::format("{:.0f} %", 100 * static_cast<double>(share)); }

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
    true_class_ = predicted_ = -1;
    if (show_ == Show::cell) show_ = Show::mistakes;
    return;
  }
  true_class_ = true_class, predicted_ = predicted;
  show_ = Show::cell;
}

void TestsView::declare(Registry& registry) {
  const auto whole = [](const Arguments& arguments, size_t i) { return static_cast<int>(arguments.integer(i)); };
  registry.add(Command{
      "train.tests.cell",
      "Shows the test pictures of a class that are taken for another, or for what they are",
      {Parameter::integer("TRUE", "the class they are of, from 0; -1: no cell", -1, 9999),
       Parameter::integer("PREDICTED", "what they are taken for, from 0", -1, 9999)},
      [this, whole](const Arguments& arguments) { show_cell(whole(arguments, 0), whole(arguments, 1)); },
  });
  registry.add(Command{
      "train.tests.open",
      "Opens the test pictures of a cell of the confusion matrix",
      {Parameter::integer("TRUE", "the class they are of, from 0", 0, 9999),
       Parameter::integer("PREDICTED", "what they are taken for, from 0", 0, 9999)},
      [this, whole, &registry](const Arguments& arguments) {
        show_cell(whole(arguments, 0), whole(arguments, 1));
        if (registry.find_command("train.view")) registry.run("train.view tests");
      },
  });
  registry.add(Command{
      "train.tests.show",
      "Which pictures stand beside the confusion matrix",
      {Parameter::choice("WHAT", "those of the chosen cell, the most certain mistakes, or the batch that is learned",
                         {"cell", "mistakes", "batch"})},
      [this](const Arguments& arguments) {
        const std::string& what = arguments.text(0);
        if (what == "cell" && true_class_ < 0) {
          throw Error("no cell is chosen", "click one, or: train.tests.cell 4 9");
        }
        show_ = what == "cell" ? Show::cell : what == "batch" ? Show::batch : Show::mistakes;
      },
  });
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

std::vector<std::string> TestsView::state() const {
  const char* const show = show_ == Show::cell ? "cell" : show_ == Show::batch ? "batch" : "mistakes";
  std::vector<std::string> lines = {fmt::format("train.tests.cell {} {}", true_class_, predicted_)};
  lines.push_back(std::string("train.tests.show ") + show);
  return lines;
}

std::vector<Page::Key> TestsView::keys() const {
  return {{"M", "train.tests.show mistakes", "the most certain mistakes"},
          {"B", "train.tests.show batch", "the batch that is learned"}};
}

void TestsView::subscribe(const TrainSnapshot&, TrainSubscription& wanted) const {
  wanted.test = true;
  wanted.probe = true;
  if (show_ == Show::batch) wanted.batch = true;
}

const std::vector<int32_t>& TestsView::pictures(const TrainTest& test) const {
  if (show_ == Show::mistakes) return test.mistakes;
  if (pictures_of_.get() != &test || pictures_true_ != true_class_ || pictures_predicted_ != predicted_) {
    pictures_ = pictures_of_cell(test, true_class_, predicted_);
    pictures_true_ = true_class_, pictures_predicted_ = predicted_;
  }
  return pictures_;
}

void TestsView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (draw_without_run(ui, area, now)) return;
  note_ = {};
  if (now.test != pictures_of_) pictures_true_ = -1;
  const bool two = area.w >= ui.em(700);
  if (two) {
    Rect rest = area;
    Rect left = rest.cut_left(std::round(std::min(area.w * 0.56f, area.h + ui.em(40)))).inset(20, 16);
    left.w += 8;
    const float most = left.w - ui.em(98) + ui.em(70);
    draw_matrix(ui, left.cut_top(std::min(left.h - probe_height(ui) - ui.em(44), most)), now);
    // Whatever was clicked last, and what the network says of it.
    left.cut_top(ui.em(16));
    draw_caption(ui, left.cut_top(ui.em(24)), {"probe:", probe_words(now), "", ui.theme().input});
    draw_probe(ui, left.cut_top(std::clamp(left.h, probe_height(ui), ui.em(112))), now, "tests.probe");
    ui.begin_panel("pictures", rest, 16);
    draw_pictures(ui, now);
    ui.end_panel();
  } else {
    ui.begin_panel("tests", area, 20);
    draw_matrix(ui, ui.take(std::min(ui.width() - ui.em(70), ui.em(400)) + ui.em(66)), now);
    draw_pictures(ui, now);
    ui.end_panel();
  }
  pictures_of_ = now.test;
  draw_hover_note(ui, note_);
}

void TestsView::draw_matrix(Ui& ui, Rect area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(ui.em(26));
  if (!now.test) {
    draw_caption(ui, head, {"", "what is taken for what", "", theme.text});
    return draw_waiting(ui, {area.x, area.y, area.w, ui.em(60)}, "comes with the first measurement");
  }
  const TrainTest& test = *now.test;
  const Evaluation& e = test.evaluation;
  draw_caption(ui, head,
               {"", fmt::format("{} of {} right", grouped(e.correct), grouped(e.samples)),
                fmt::format("{} part, after step {}", test.split, grouped(test.step)), theme.activation});
  draw_caption(ui, area.cut_top(ui.em(22)),
               {"", "", "rows: what it is; columns: what it is taken for; colour: root of its share", 0});
  ConfusionGrid grid;
  grid.classes = e.classes;
  grid.counts = e.confusion;
  if (now.data) grid.names = now.data->classes();
  grid.totals = area.w >= ui.em(300);
  grid.command = "train.tests.cell";
  grid.hint = "click: see these pictures";
  if (show_ == Show::cell) grid.true_class = true_class_, grid.predicted = predicted_;
  const ConfusionAnswer answer = draw_confusion(ui, "confusion", area, grid);
  if (answer.hovered) note_ = answer.note;
}

void TestsView::draw_pictures(Ui& ui, const TrainSnapshot& now) const {
  std::vector<Choice> choices = {{"mistakes", "mistakes"}, {"batch", "batch"}};
  if (true_class_ >= 0) choices.insert(choices.begin(), {"cell", "cell"});
  Rect line = ui.take(ui.em(32));
  line.w = std::min(line.w, ui.em(92) * static_cast<float>(choices.size()));
  ui.next(line);
  ui.segmented("pictures", choices,
               show_ == Show::cell    ? "cell"
               : show_ == Show::batch ? "batch"
                                      : "mistakes",
               "train.tests.show");
  if (show_ == Show::batch) return draw_batch(ui, now);
  if (!now.test) {
    ui.note("Pictures stand here once the network was tested.");
    return;
  }
  const std::vector<int32_t>& list = pictures(*now.test);
  if (show_ == Show::mistakes) {
    ui.note(list.empty()
                ? std::string("No mistake in the part that is tested.")
                : fmt::format("The {} mistakes, the most certain ones first: what it is, what the network says, and "
                              "how sure it is. A click makes a picture the probe.",
                              grouped(static_cast<int64_t>(list.size()))));
  } else {
    ui.note(fmt::format("{} of class **{}** taken for **{}**. A click makes a picture the probe.",
                        grouped(static_cast<int64_t>(list.size())), class_name(now, true_class_),
                        class_name(now, predicted_)));
  }
  draw_list(ui, now, list);
}

void TestsView::draw_list(Ui& ui, const TrainSnapshot& now, const std::vector<int32_t>& positions) const {
  const TrainTest& test = *now.test;
  const size_t count = std::min(positions.size(), kMostPictures);
  if (count == 0 || !now.data) return;
  std::vector<int64_t> indices;
  indices.reserve(count);
  for (size_t i = 0; i < count; ++i) indices.push_back(test.indices[static_cast<size_t>(positions[i])]);
  SampleGrid grid;
  grid.key = "tests.pictures";
  grid.version = hash_of(indices, now.run);
  grid.shape = now.data->shape();
  grid.count = static_cast<int64_t>(count);
  grid.size = ui.em(64);
  grid.hint = "click: make it the probe";
  grid.tooltip = " ";
  grid.pixels = [&](int64_t i, int, float* pixels) { now.data->read(indices[static_cast<size_t>(i)], pixels); };
  float words = 0;
  for (size_t i = 0; i < now.data->classes().size(); ++i) {
    words = std::max(words, ui.measure(Font::caption, class_name(now, static_cast<int64_t>(i)), ui.em(12.5f)).x);
  }
  const float room = std::min(2 * words + ui.em(26), ui.em(130));
  grid.sample = [&](int64_t i) {
    const auto position = static_cast<size_t>(positions[static_cast<size_t>(i)]);
    const int said = test.evaluation.predicted[position], truth = test.labels[position];
    Sample sample;
    sample.right = said == truth;
    sample.words = fmt::format("{} \u2192 {}", class_name(now, truth), class_name(now, said));
    sample.more = percent(test.evaluation.probability[position]);
    sample.title = fmt::format("{} picture {}", test.split, position);
    sample.lines = {{"is", class_name(now, truth), 0},
                    {"is taken for", class_name(now, said), 0},
                    {"probability", shortest_text(test.evaluation.probability[position]), 0}};
    const std::string about = now.data->describe(test.indices[position]);
    if (!about.empty()) sample.lines.push_back({about, "", 0});
    const bool by_position =
        now.split && position < now.split->test.size() && now.split->test[position] == test.indices[position];
    sample.command = by_position ? fmt::format("train.probe {}", position)
                                 : fmt::format("train.probe sample:{}", test.indices[position]);
    sample.marked = by_position && now.probe && now.probe->name == fmt::format("test picture {}", position);
    return sample;
  };
  const SampleLayout layout = sample_layout(grid, ui.width(), sample_line(ui), room);
  const Rect area = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "test pictures", area, grid, layout);
  if (answer.hovered) note_ = answer.note;
  if (count < positions.size())
    ui.note(fmt::format("and {} more", grouped(static_cast<int64_t>(positions.size() - count))));
}

void TestsView::draw_batch(Ui& ui, const TrainSnapshot& now) const {
  if (!now.batch) {
    ui.note(now.step == 0 ? "The first batch is drawn with the first step." : "The batch comes with the next step.");
    return;
  }
  const TrainBatch& batch = *now.batch;
  const bool augmented = batch.augmented != batch.original && !batch.augmented.empty();
  const auto count = static_cast<int64_t>(batch.indices.size());
  ui.note(fmt::format(
      "The {} pictures of step {}. {}Under each: its class, and what the network said when it learned from it.", count,
      grouped(now.next_phase == Phase::batch ? now.step : now.step + 1),
      augmented ? "Left as the data set has it, right as the network sees it, changed by augmentation. " : ""));
  const auto each = static_cast<size_t>(batch.shape.count());
  const size_t classes = now.data ? now.data->classes().size() : 0;
  const bool judged = classes > 0 && batch.probabilities.size() == batch.indices.size() * classes;
  SampleGrid grid;
  grid.key = "tests.batch";
  grid.version = hash_of(batch.indices, now.run * 1000003 + static_cast<uint64_t>(now.step));
  grid.shape = batch.shape;
  grid.count = count;
  grid.per_sample = augmented ? 2 : 1;
  grid.size = ui.em(augmented ? 48 : 56);
  grid.hint = "click: make it the probe";
  grid.pixels = [&](int64_t i, int part, float* pixels) {
    const std::vector<float>& from = part == 1 ? batch.augmented : batch.original;
    std::copy_n(from.begin() + static_cast<int64_t>(each) * i, each, pixels);
  };
  grid.sample = [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    Sample sample;
    const int truth = batch.labels[at];
    sample.words = class_name(now, truth);
    sample.title = fmt::format("sample {} of the data", batch.indices[at]);
    sample.lines.push_back({"is", class_name(now, truth), 0});
    if (judged) {
      const std::vector<float> p(batch.probabilities.begin() + static_cast<int64_t>(at * classes),
                                 batch.probabilities.begin() + static_cast<int64_t>((at + 1) * classes));
      const int said = most_likely(p);
      sample.right = said == truth;
      if (!sample.right) sample.words = fmt::format("{} \u2192 {}", class_name(now, truth), class_name(now, said));
      sample.more = percent(p[static_cast<size_t>(truth)]);
      sample.lines.push_back({"is taken for", class_name(now, said), 0});
      sample.lines.push_back({"probability of its class", shortest_text(p[static_cast<size_t>(truth)]), 0});
    }
    sample.command = fmt::format("train.probe sample:{}", batch.indices[at]);
    return sample;
  };
  const SampleLayout layout = sample_layout(grid, ui.width(), sample_line(ui), ui.em(52));
  const Rect area = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "batch pictures", area, grid, layout);
  if (answer.hovered) note_ = answer.note;
}

std::unique_ptr<TrainView> make_tests_view(const TrainScene& scene) { return std::make_unique<TestsView>(scene); }

}  // namespace striate
