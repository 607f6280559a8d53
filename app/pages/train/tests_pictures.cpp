// The view `tests`: the pictures of a cell, of all mistakes, of the batch.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/tests_view.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr size_t kMaxPictures = 240;  // of a list: what somebody looks at

uint64_t hash_of(const std::vector<int64_t>& indices, uint64_t run) {
  uint64_t hash = 14695981039346656037ull ^ run;  // FNV-1a
  for (const int64_t index : indices) hash = (hash ^ static_cast<uint64_t>(index)) * 1099511628211ull;
  return hash;
}

std::string percent(float share) { return fmt::format("{:.0f} %", 100 * static_cast<double>(share)); }

}  // namespace

void TestsView::draw_pictures(Ui& ui, const TrainSnapshot& now, HoverNote& note) const {
  Rect line = ui.take(32);
  float words = 0;
  for (const char* each : {N_("cell"), N_("mistakes"), N_("batch"), N_("labels")})
    words += ui.measure(Font::control, tr(each)).x + 16;
  line.w = std::min(line.w, std::max(words, look_.true_class >= 0 ? 368.0f : 276.0f));
  ui.next(line);
  ui.setting("train.tests.show");
  if (look_.show == Show::batch) return draw_batch(ui, now, note);
  if (look_.show == Show::labels) return draw_labels(ui, now, note);
  if (!now.test) {
    ui.note(now.step > 0
                ? N_("The test pictures are being looked at: what the network gets wrong then stands here, what it "
                     "was most certain of first.")
                : N_("Press **Start**: what the network gets wrong then stands here, what it was most certain of "
                     "first."));
    return;
  }
  const std::vector<int32_t> none;
  const std::vector<int32_t>& list = look_.show == Show::mistakes ? now.test->mistakes
                                     : now.test == pictures_of_   ? pictures_
                                                                  : none;
  if (look_.show == Show::mistakes) {
    ui.note(list.empty()
                ? std::string(tr("No mistake in the part that is tested."))
                : format_tr("The {} mistakes, the most certain ones first: what it is, what the network says, and "
                            "how sure it is. A click makes a picture the probe.",
                            grouped(static_cast<int64_t>(list.size()))));
  } else {
    ui.note(format_tr("{} of class **{}** taken for **{}**. A click makes a picture the probe.",
                      grouped(static_cast<int64_t>(list.size())), class_name(now, look_.true_class),
                      class_name(now, look_.predicted)));
  }
  draw_list(ui, now, list, note);
}

void TestsView::draw_list(Ui& ui, const TrainSnapshot& now, const std::vector<int32_t>& positions, HoverNote& note) {
  const TrainTest& test = *now.test;
  const size_t count = std::min(positions.size(), kMaxPictures);
  if (count == 0 || !now.data) return;
  std::vector<int64_t> indices;
  indices.reserve(count);
  for (size_t i = 0; i < count; ++i) indices.push_back(test.indices[static_cast<size_t>(positions[i])]);
  SampleGrid grid;
  grid.key = "tests.pictures";
  grid.version = hash_of(indices, now.run);
  grid.shape = now.data->shape();
  grid.count = static_cast<int64_t>(count);
  grid.size = 64.0f;
  grid.hint = tr("click: make it the probe");
  grid.tooltip = " ";
  grid.pixels = [&](int64_t i, int, float* pixels) { now.data->read(indices[static_cast<size_t>(i)], pixels); };
  float words = 0;
  for (size_t i = 0; i < now.data->classes().size(); ++i) {
    words = std::max(words, ui.measure(Font::caption, class_name(now, static_cast<int64_t>(i)), 12.5f).x);
  }
  const float room = std::min(2 * words + 26.0f, 130.0f);
  grid.sample = [&](int64_t i) {
    const auto position = static_cast<size_t>(positions[static_cast<size_t>(i)]);
    const int said = test.evaluation.predicted[position], truth = test.labels[position];
    const std::string answer = said < 0 ? std::string(tr("NaN or infinite")) : class_name(now, said);
    Sample sample;
    sample.right = said == truth;
    sample.words = fmt::format("{} \u2192 {}", class_name(now, truth), answer);
    sample.more = percent(test.evaluation.probability[position]);
    sample.title = format_marked(
        of_part(test.split, N_("test picture {}"), N_("validation picture {}"), N_("training picture {}")), position);
    sample.lines = {{N_("is"), class_name(now, truth), 0},
                    {N_("is taken for"), answer, 0},
                    {N_("probability"), shortest_text(test.evaluation.probability[position]), 0}};
    const std::string about = now.data->describe(test.indices[position]);
    if (!about.empty()) sample.lines.push_back({about, "", 0});
    const bool by_position =
        now.split && position < now.split->test.size() && now.split->test[position] == test.indices[position];
    sample.command = by_position ? fmt::format("train.probe {}", position)
                                 : fmt::format("train.probe sample:{}", test.indices[position]);
    sample.marked = by_position && now.probe && now.probe->name == fmt::format("test picture {}", position);
    return sample;
  };
  const SampleLayout layout = sample_layout(grid, ui.width(), kSampleLine, room);
  const Rect area = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "test pictures", area, grid, layout);
  if (answer.hovered) note = answer.note;
  if (count < positions.size())
    ui.note(format_tr("and {} more", grouped(static_cast<int64_t>(positions.size() - count))));
}

void TestsView::draw_batch(Ui& ui, const TrainSnapshot& now, HoverNote& note) {
  if (!now.batch) {
    ui.note(now.step == 0 ? N_("The first batch is drawn with the first step.")
                          : N_("The batch comes with the next step."));
    return;
  }
  const TrainBatch& batch = *now.batch;
  const bool augmented = batch.augmented != batch.original && !batch.augmented.empty();
  const auto count = static_cast<int64_t>(batch.indices.size());
  const std::string step = grouped(now.next_phase == Phase::batch ? now.step : now.step + 1);
  ui.note(augmented
              ? format_tr("The {} pictures of step {}. Left as the data set has it, right as the network sees it, "
                          "changed by augmentation. Under each: its class, and what the network said when it "
                          "learned from it.",
                          count, step)
              : format_tr("The {} pictures of step {}. Under each: its class, and what the network said when it "
                          "learned from it.",
                          count, step));
  const auto each = static_cast<size_t>(batch.shape.count());
  const size_t classes = now.data ? now.data->classes().size() : 0;
  const bool judged = classes > 0 && batch.probabilities.size() == batch.indices.size() * classes;
  SampleGrid grid;
  grid.key = "tests.batch";
  grid.version = hash_of(batch.indices, now.run * 1000003 + static_cast<uint64_t>(now.step));
  grid.shape = batch.shape;
  grid.count = count;
  grid.per_sample = augmented ? 2 : 1;
  grid.size = augmented ? 48 : 56;
  grid.hint = tr("click: make it the probe");
  grid.pixels = [&](int64_t i, int part, float* pixels) {
    const std::vector<float>& from = part == 1 ? batch.augmented : batch.original;
    std::copy_n(from.begin() + static_cast<int64_t>(each) * i, each, pixels);
  };
  grid.sample = [&](int64_t i) {
    const auto at = static_cast<size_t>(i);
    Sample sample;
    const int truth = batch.labels[at];
    sample.words = class_name(now, truth);
    sample.title = format_tr("sample {} of the data", batch.indices[at]);
    sample.lines.push_back({N_("is"), class_name(now, truth), 0});
    if (judged) {
      const std::vector<float> p(batch.probabilities.begin() + static_cast<int64_t>(at * classes),
                                 batch.probabilities.begin() + static_cast<int64_t>((at + 1) * classes));
      const int said = most_likely(p);
      sample.right = said == truth;
      if (!sample.right) sample.words = fmt::format("{} \u2192 {}", class_name(now, truth), class_name(now, said));
      sample.more = percent(p[static_cast<size_t>(truth)]);
      sample.lines.push_back({N_("is taken for"), class_name(now, said), 0});
      sample.lines.push_back({N_("probability of its class"), shortest_text(p[static_cast<size_t>(truth)]), 0});
    }
    sample.command = fmt::format("train.probe sample:{}", batch.indices[at]);
    return sample;
  };
  const SampleLayout layout = sample_layout(grid, ui.width(), kSampleLine, 52.0f);
  const Rect area = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "batch pictures", area, grid, layout);
  if (answer.hovered) note = answer.note;
}

}  // namespace striate
