// The inspector of the view `compare`: the numbers of both runs with the better one marked, and what may be changed.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "app/pages/train/compare_view.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

std::string number_of(const ComparedNumber& number, double value) {
  if (!std::isfinite(value)) return tr("not a number");
  if (number.percent) return fmt::format("{:.1f} %", 100 * value);
  return value < 1e6 ? number_text(value, 4) : fmt::format("{:.3e}", value);
}

// The network with a dropout layer in front of its last dense one; empty where there is no such place, or one already.
std::string with_dropout(const Architecture& network) {
  std::vector<std::string> layers;
  size_t last = 0;
  for (int i = 1; i < network.size(); ++i) {
    const Node& node = network.nodes()[static_cast<size_t>(i)];
    if (node.layer->info().follow == Follow::dropped || node.inputs != std::vector<int>{i - 1}) return "";
    if (node.layer->info().follow == Follow::dense) last = layers.size();
    layers.push_back(node.layer->text());
  }
  if (last == 0) return "";
  layers.insert(layers.begin() + static_cast<std::ptrdiff_t>(last), "dropout 0.5");
  return fmt::format("{}", fmt::join(layers, " | "));
}

}  // namespace

void CompareView::draw_choice(Ui& ui, const TrainSnapshot& now) const {
  ui.section("CHANGE ONE THING");
  ui.setting("train.compare.what", {.list = true});
  for (const ConfigSetting& each : config_settings()) {
    if (look_.what != each.name) continue;
    ui.text_field("its value in the second run", "", "train.compare " + look_.what,
                  format_tr("its value: {}", each.example));
  }
  // Of the start, whatever the schedule has made of it since.
  const TrainingConfig& config = now.config ? *now.config : scene_.config();
  const double rate =
      config.rate > 0 ? config.rate : static_cast<double>(OptimizerSettings::parse(config.optimizer).usual_rate());
  const auto text = [](double value) { return fmt::format("{:.2g}", value); };
  ui.begin_flow(6);
  ui.button("Ten times the rate", "train.compare rate " + text(rate * 10));
  ui.button("A tenth of the rate", "train.compare rate " + text(rate / 10));
  ui.button("Another seed", fmt::format("train.compare seed {}", config.seed + 1));
  if (config.optimizer.rfind("sgd", 0) == 0) {
    ui.button("Adam", "train.compare optimizer adam");
  } else {
    ui.button("Plain SGD", "train.compare optimizer sgd");
  }
  if (config.initializer != "glorot-uniform") {
    ui.button("Glorot's start", "train.compare initializer glorot-uniform",
              {.tooltip = N_("Starting weights drawn from another range: Glorot's, uniform")});
  }
  if (config.augment.empty()) {
    ui.button("Augmentation", "train.compare augment shift 2 rotate 10 scale 0.1",
              {.tooltip = N_("Every picture a little shifted, turned and scaled, differently each time")});
  }
  if (config.label_smoothing == 0 && config.loss == "cross-entropy") {
    ui.button("Label smoothing", "train.compare label_smoothing 0.1",
              {.tooltip = N_("A tenth of every label is shared among all classes")});
  }
  if (config.wrong_labels > 0) {
    ui.button("Right labels", "train.compare wrong_labels 0",
              {.tooltip = N_("The second run learns from the labels as the data set has them")});
  }
  if (now.start && !now.start->labels.empty()) {
    ui.button("Without changed labels", "train.compare labels \"\"",
              {.tooltip = N_("The second run learns from the labels as they were before you changed some")});
  }
  if (const std::string layers = with_dropout(*now.architecture); !layers.empty()) {
    ui.button("Dropout", "train.compare layers " + layers,
              {.tooltip = N_("Half of the values in front of the last dense layer switched off in every step")});
  }
  if (constexpr const char* kMore = "0.9,0,0.1"; config.split != kMore) {
    ui.button("More to learn from", std::string("train.compare split ") + kMore,
              {.tooltip = N_("Nine of ten pictures are learned from, the tenth is the test part")});
  }
  ui.end_flow();
}

void CompareView::draw_inspector(Ui& ui, const TrainSnapshot& now) const {
  if (!now.architecture) return;
  if (now.other) {
    ui.section(format_tr("BOTH RUNS, STEP {}", grouped(now.step)));
    const Theme& theme = ui.theme();
    const auto line = [&](const std::string& name, const std::string& a, const std::string& b, int better, bool head) {
      if (!head) ui.label(ui.take(20), tr(std::string_view(name)), Font::caption, theme.secondary);
      Rect rect = ui.take(24);
      Rect right = rect.cut_right(rect.w / 2);
      const auto cell = [&](Rect place, const std::string& value, Color tone, bool best) {
        if (best) ui.icon(Icon::tick, place.cut_left(18).centered(14.0f, 14.0f), theme.activation);
        ui.label(place, value, head ? Font::caption : Font::number, tone);
      };
      cell(rect, a, head ? tone_of(theme, false) : theme.text, better < 0);
      cell(right, b, head ? tone_of(theme, true) : theme.text, better > 0);
    };
    line("", tr(kThisRun), now.other_change, 0, true);
    for (const ComparedNumber& number : compare_numbers(now)) {
      line(number.name, number_of(number, number.a), number_of(number, number.b), number.better(), false);
    }
    // Also where both are the same, or not known yet, and as high as for large numbers: nothing below moves.
    const auto measured = [](const auto& test) { return test ? grouped(test->step) : std::string("\u2026"); };
    const auto words = [&](const std::string& a, const std::string& b) {
      ui.note(format_tr("test part: measured after steps {} and {}", a, b));
    };
    ui.begin_reserved("measured");
    words(measured(now.test), measured(now.other->test));
    ui.end_reserved(ui.height_of([&] { words("1 000 000", "1 000 000"); }));
    if (now.other->error) {
      ui.error_note(format_tr("The second run stopped: {}", tr(now.other->error->what())),
                    N_("This run goes on; the other is shown where it stopped. Begin another comparison below."));
    }
    ui.note("A tick stands beside the better one. A batch is small: its numbers jump.");
    ui.begin_flow();
    ui.button("End the comparison", "train.compare off");
    ui.end_flow();
    ui.hairline();
  }
  draw_choice(ui, now);
  ui.hairline();
}

}  // namespace striate
