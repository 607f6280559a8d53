// The view `compare`: how far the weights of both runs are apart, layer by layer, and the test pictures on which their
// answers differ.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/compare_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

constexpr size_t kMostPictures = 240;  // of a list: what somebody looks at

std::string percent(float share) { return fmt::format("{:.0f} %", 100 * static_cast<double>(share)); }
std::string cosine_text(double cosine) { return std::isnan(cosine) ? "-" : fmt::format("{:.3f}", cosine); }

std::string layer_text(const Architecture& of, int node) {
  return node < 0 ? std::string("-") : of.nodes()[static_cast<size_t>(node)].layer->text();
}

}  // namespace

bool CompareView::tests_fit() const {
  return test_a_ && test_b_ && test_a_->indices == test_b_->indices &&
         test_a_->evaluation.classes == test_b_->evaluation.classes;
}

void CompareView::update_difference(const TrainSnapshot& now) {
  const TrainSnapshot* other = now.other.get();
  const auto weights_b = other ? other->weights : nullptr;
  if (now.weights != weights_a_ || weights_b != weights_b_) {
    weights_a_ = now.weights;
    weights_b_ = weights_b;
    difference_ = {};
    if (weights_a_ && weights_b_)
      difference_ = compare_models(*now.architecture, *weights_a_, *other->architecture, *weights_b_);
  }
  const auto test_b = other ? other->test : nullptr;
  if (now.test == test_a_ && test_b == test_b_) return;
  test_a_ = now.test;
  test_b_ = test_b;
  different_.clear();
  counts_ = {};
  if (!tests_fit()) return;
  different_ = different_answers(test_a_->evaluation, test_b_->evaluation);
  counts_ = count_answers(test_a_->evaluation, test_b_->evaluation, test_a_->labels);
}

const TensorDifference& CompareView::difference_of(const std::string& name) const {
  if (!weights_a_ || !weights_b_) {
    throw Error("the weights of both runs are not looked at", "show them: train.compare.show weights");
  }
  std::vector<std::string> names;
  for (const TensorDifference& each : difference_.tensors) {
    if (each.a == name) return each;
    names.push_back(each.a);
  }
  throw Error(fmt::format("no tensor \"{}\" is in both networks", name), nearest_hint(name, names));
}

void CompareView::declare_difference(Registry& registry) {
  const auto of_tensor = [&](const char* name, const char* help, double (*value)(const TensorDifference&)) {
    Readout readout{std::string("train.compare.weights.") + name, help, {}};
    readout.parameters = {Parameter::word("TENSOR", "its name in this run: 0.weight")};
    readout.value_of = [this, value](const Arguments& arguments) {
      const double number = value(difference_of(arguments.text(0)));
      if (std::isnan(number)) throw Error("one of the two has only zeros: there is no angle", "train a step");
      return ReadoutValue(number);
    };
    registry.add(std::move(readout));
  };
  of_tensor("largest", "the largest difference between both runs' weights of a tensor",
            [](const TensorDifference& each) { return each.largest; });
  of_tensor("rms", "root of the mean of the squared differences between both runs' weights of a tensor",
            [](const TensorDifference& each) { return each.rms; });
  of_tensor("cosine", "cosine of the angle between both runs' weights of a tensor, -1 to 1",
            [](const TensorDifference& each) { return each.cosine; });
  const auto answers = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(Readout{std::string("train.compare.") + name, help, [this, value = std::move(value)] {
                           other();
                           if (!tests_fit()) {
                             throw Error("the two runs are not measured on the same pictures yet", "wait a moment");
                           }
                           return ReadoutValue(value());
                         }});
  };
  answers("different", "test pictures on which the answers of both runs differ",
          [this] { return static_cast<double>(different_.size()); });
  answers("both_right", "test pictures that both runs read right",
          [this] { return static_cast<double>(counts_.both_right); });
  answers("this_right", "test pictures that only this run reads right",
          [this] { return static_cast<double>(counts_.only_a); });
  answers("other_right", "test pictures that only the second run reads right",
          [this] { return static_cast<double>(counts_.only_b); });
  answers("both_wrong", "test pictures that neither run reads right",
          [this] { return static_cast<double>(counts_.both_wrong); });
}

void CompareView::draw_weights(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (!weights_a_ || !weights_b_) return draw_waiting(ui, area, N_("the weights are on their way"));
  const Architecture &a = *now.architecture, &b = *now.other->architecture;
  ui.begin_panel("difference", area, 0);
  ui.note(difference_.other_settings + difference_.layers_only_a + difference_.layers_only_b == 0
              ? format_tr("Both networks have the same {} layers. How far their weights are apart:", difference_.same)
              : format_tr("{} layers are the same, {} have other settings; {} has only this run, {} only the other.",
                          difference_.same, difference_.other_settings, difference_.layers_only_a,
                          difference_.layers_only_b));
  // Three numbers at the right, a name and the layers' texts at the left.
  const char* const heads[] = {N_("largest"), N_("RMS"), N_("cosine")};
  float column = 84;
  for (const char* head : heads) column = std::max(column, ui.measure(Font::caption, tr(head)).x + 14);
  const float bar = std::clamp(ui.width() - 3 * column - 330, 0.0f, 200.0f);
  Rect line = ui.take(24);
  for (int i = 3; i-- > 0;)
    ui.label(line.cut_right(column), tr(heads[i]), Font::caption, theme.secondary, Align::right);
  if (bar > 60) ui.label(line.cut_right(bar), tr("RMS, to scale"), Font::caption, theme.secondary, Align::center);
  ui.label(line, tr("layer and tensor"), Font::caption, theme.secondary);
  double most = 0;
  for (const TensorDifference& each : difference_.tensors) most = std::max(most, each.rms);
  for (const LayerPair& pair : difference_.layers) {
    if (pair.a == 0) continue;
    Rect row = ui.take(24);
    const bool one = pair.a < 0 || pair.b < 0;
    if (pair.same) {
      ui.label(row, layer_text(a, pair.a), Font::control, theme.text);
    } else {
      // Each in its run's color; what only one has stands alone.
      const std::string first = pair.a < 0 ? std::string() : layer_text(a, pair.a);
      const float wide = first.empty() ? 0 : ui.measure(Font::control, first).x + (one ? 0 : 10);
      ui.label(row.cut_left(std::min(wide, row.w)), first, Font::control, tone_of(theme, false));
      if (!one) ui.label(row.cut_left(std::min(26.0f, row.w)), "\u2192", Font::control, theme.secondary);
      if (pair.b >= 0) ui.label(row, layer_text(b, pair.b), Font::control, tone_of(theme, true));
    }
    if (pair.a < 0) continue;
    const std::string before = a.nodes()[static_cast<size_t>(pair.a)].name + ".";
    for (const TensorDifference& each : difference_.tensors) {
      if (!each.a.starts_with(before) || each.a.find('.', before.size()) != std::string::npos) continue;
      Rect place = ui.take(22);
      const Rect whole = place;
      const std::string values[] = {fmt::format("{:.3g}", each.largest), fmt::format("{:.3g}", each.rms),
                                    cosine_text(each.cosine)};
      for (int i = 3; i-- > 0;) ui.label(place.cut_right(column), values[i], Font::number, theme.text, Align::right);
      if (bar > 60) {
        const Rect track = place.cut_right(bar).inset(10, 7);
        ui.fill({track.x, track.y, most > 0 ? track.w * static_cast<float>(each.rms / most) : 0.0f, track.h},
                theme.gradient, 2);
      }
      place.cut_left(18);
      ui.label(place, fmt::format("{}  {}", each.a, each.shape.text()), Font::caption, theme.secondary);
      const Response r = ui.interact(whole, {.label = each.a, .kind = "tensor", .focusable = false, .tooltip = " "});
      if (!r.hovered) continue;
      note.title = each.a;
      note.lines = {{N_("in the other run"), each.b, 0},
                    {N_("weights"), grouped(each.shape.count()), 0},
                    {N_("largest difference"), fmt::format("{:.6g}", each.largest), 0},
                    {N_("root of the mean square"), fmt::format("{:.6g}", each.rms), 0},
                    {N_("cosine of the angle"), cosine_text(each.cosine), 0}};
    }
  }
  ui.end_panel();
}

void CompareView::draw_different(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const {
  if (!test_a_ || !test_b_) return draw_waiting(ui, area, N_("the test pictures are being looked at"));
  ui.begin_panel("different", area, 0);
  if (!tests_fit()) {
    ui.note("The two runs are tested on different pictures: their answers cannot be set beside each other.");
    ui.end_panel();
    return;
  }
  if (test_a_->step != test_b_->step) {
    ui.note(
        format_tr("Measured after different steps so far: {} and {}.", grouped(test_a_->step), grouped(test_b_->step)));
  }
  ui.note(format_tr(
      "Of {} pictures both runs read **{}** right, only this run **{}**, only the other **{}**, neither "
      "**{}**. Here are the {} on which their answers differ, those first of which both are surest.",
      grouped(test_a_->evaluation.samples), grouped(counts_.both_right), grouped(counts_.only_a),
      grouped(counts_.only_b), grouped(counts_.both_wrong), grouped(static_cast<int64_t>(different_.size()))));
  const size_t count = std::min(different_.size(), kMostPictures);
  if (count > 0 && now.data) {
    uint64_t version = now.run;
    for (size_t i = 0; i < count; ++i) version = version * 1000003 + static_cast<uint64_t>(different_[i]);
    const TrainTest &a = *test_a_, &b = *test_b_;
    const auto answer = [&](const TrainTest& test, size_t at) {
      const int said = test.evaluation.predicted[at];
      return said < 0 ? std::string(tr("NaN or infinite")) : class_name(now, said);
    };
    float words = 0;
    for (size_t i = 0; i < now.data->classes().size(); ++i)
      words = std::max(words, ui.measure(Font::caption, class_name(now, static_cast<int64_t>(i)), 12.5f).x);
    SampleGrid grid;
    grid.key = "compare.different";
    grid.version = version;
    grid.shape = now.data->shape();
    grid.count = static_cast<int64_t>(count);
    grid.size = 64;
    grid.hint = tr("click: make it the probe");
    grid.pixels = [&](int64_t i, int, float* pixels) {
      now.data->read(a.indices[static_cast<size_t>(different_[static_cast<size_t>(i)])], pixels);
    };
    grid.sample = [&](int64_t i) {
      const auto at = static_cast<size_t>(different_[static_cast<size_t>(i)]);
      const std::string is = class_name(now, a.labels[at]), first = answer(a, at), second = answer(b, at);
      Sample sample;
      sample.words = fmt::format("{}: {} | {}", is, first, second);
      sample.more = percent(a.evaluation.probability[at]) + " | " + percent(b.evaluation.probability[at]);
      sample.title = format_tr("picture {} of the data", a.indices[at]);
      sample.lines = {{N_("is"), is, 0},
                      {N_("this run says"), first + ", " + percent(a.evaluation.probability[at]), 0},
                      {N_("the other says"), second + ", " + percent(b.evaluation.probability[at]), 0}};
      if (const std::string about = now.data->describe(a.indices[at]); !about.empty())
        sample.lines.push_back({about, "", 0});
      sample.command = fmt::format("train.probe sample:{}", a.indices[at]);
      return sample;
    };
    ui.label(ui.take(22), tr("under each: its class: this run's answer | the other's"), Font::caption,
             ui.theme().secondary);
    const SampleLayout layout =
        sample_layout(grid, ui.width(), kSampleLine, std::clamp(3 * words + 24, 108.0f, 170.0f));
    const SampleAnswer found = draw_samples(ui, "different answers", ui.take(layout.total_height()), grid, layout);
    if (found.hovered) note = found.note;
  }
  if (count < different_.size())
    ui.note(format_tr("and {} more", grouped(static_cast<int64_t>(different_.size() - count))));
  ui.end_panel();
}

}  // namespace striate
