// LEARNING: what is learned from, and how.
#include <algorithm>
#include <cmath>

#include "app/pages/train/fields.h"
#include "app/pages/train/train_settings.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/data/sources.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "engine/training/schedule.h"

namespace striate {
namespace {

NumberSpec spec(double low, double high, double reset, double step, int decimals, const char* unit = "") {
  NumberSpec s;
  s.minimum = low, s.maximum = high, s.reset = reset, s.step = step, s.decimals = decimals, s.unit = unit;
  return s;
}

}  // namespace

void TrainSettings::draw_learning(Ui& ui, const TrainSnapshot& now) const {
  ui.push_id("learning");
  ui.section("LEARNING");
  draw_data(ui, now);
  draw_optimizer(ui);
  draw_rate(ui);
  draw_batches(ui, now);
  ui.pop_id();
  ui.push_id("augmentation");
  draw_augmentation(ui, scene_.config());
  ui.pop_id();
}

void TrainSettings::draw_data(Ui& ui, const TrainSnapshot& now) const {
  const TrainingConfig& config = scene_.config();
  const DataSource* source = find_source(config.data);
  ui.setting("train.data.choose", {.list = true});
  if (source != nullptr && source->takes_folder) {
    named_text(ui, N_("folder"), folder_of_source(config.data), "train.data.folder", N_("where it lies"));
    ui.error_beside("train.data.folder");
    ui.begin_flow(6);
    ui.button("Choose folder", fmt::format("browse.folder train.data {}:", source->word),
              {.icon = Icon::folder, .enabled = ui.registry().find_command("browse.folder") != nullptr});
    ui.end_flow();
  } else if (source != nullptr && is_drawn(*source) && peek_.data()) {
    ui.setting("train.data.size");
  }
  ui.error_beside("train.data");
  if (peek_.error()) {
    ui.error_note(peek_.error()->what(), peek_.error()->hint());
  } else if (peek_.busy()) {
    ui.progress("Reading the data set", peek_.progress() > 0 ? peek_.progress() : -1.0f, {});
  } else if (peek_.data()) {
    const Shape shape = peek_.shape();
    std::string words = format_tr("{} pictures of {} classes", grouped(peek_.data()->size()), peek_.classes());
    if (shape.rank() == 3) {
      words += fmt::format(", {} \u00d7 {}, {}", shape[1], shape[2], shape[0] == 1 ? tr("gray") : tr("in color"));
    }
    ui.note(words);
  }
  if (now.config && now.config->data != config.data) ui.note("Takes effect at the next start.");
}

void TrainSettings::draw_optimizer(Ui& ui) const {
  const TrainingConfig& config = scene_.config();
  OptimizerSettings now;
  try {
    now = OptimizerSettings::parse(config.optimizer);
  } catch (const Error& error) {
    named_text(ui, N_("optimizer"), config.optimizer, "train.optimizer");
    ui.error_note(error.what(), error.hint());
    return;
  }
  std::vector<Choice> kinds;
  for (const OptimizerKind* kind : optimizer_kinds()) kinds.push_back({kind->title, kind->name});
  ui.dropdown("optimizer", kinds, now.kind->name, "train.optimizer");
  ui.error_beside("train.optimizer");
  for (const OptimizerField& field : now.kind->fields) {
    const std::string command = fmt::format("train.optimizer.set {}", field.word);
    const double value = static_cast<double>(now[field.word]);
    const NumberSpec numbers = spec(field.minimum, field.most, field.reset, field.step, field.decimals);
    switch (field.widget) {
      case OptimizerField::Widget::none:
        break;
      case OptimizerField::Widget::slider:
        ui.slider(field.label, value, numbers, command);
        break;
      case OptimizerField::Widget::field:
        ui.number_field(field.label, value, numbers, command);
        break;
      case OptimizerField::Widget::toggle:
        if (field.needs == nullptr || now[field.needs] != 0) ui.toggle(field.label, value != 0, command);
        break;
    }
  }
  ui.error_beside("train.optimizer.set");
  ui.setting("train.l1");
  ui.setting("train.clip_norm");
}

void TrainSettings::draw_rate(Ui& ui) const {
  const TrainingConfig& config = scene_.config();
  double usual = 1e-3;
  try {
    usual = static_cast<double>(OptimizerSettings::parse(config.optimizer).usual_rate());
  } catch (const Error&) {
    usual = 1e-3;  // the optimizer's control says what is wrong with it
  }
  const double rate = config.rate > 0 ? config.rate : usual;
  power_slider(ui, "learning rate", rate, 1e-5, 10, usual, "train.rate");
  ui.error_beside("train.rate");
  if (config.rate == 0) ui.note("What usually suits this optimizer. It can be changed while the training runs.");
  Schedule schedule;
  std::string kind = "usual";
  try {
    if (!config.schedule.empty()) {
      schedule = Schedule::parse(config.schedule);
      kind = std::get<std::string>(ui.registry().read("train.schedule.choose"));
    }
  } catch (const Error& error) {
    ui.error_note(error.what(), error.hint());
  }
  ui.setting("train.schedule.choose", {.list = true});
  const auto steps = [&](const char* name, int64_t value, const char* setting) {
    ui.number_field(name, static_cast<double>(value), spec(1, 1e9, 250, 50, 0), setting);
  };
  if (kind == "usual") {
    ui.note("Half the rate after one epoch, a third after two, and so on: it needs no end.");
  } else if (kind == "step") {
    steps(N_("every so many steps"), schedule.every, "train.schedule.set every");
    ui.slider("times", schedule.factor, spec(0, 1, 0.1, 0.05, 2), "train.schedule.set factor");
  } else if (kind == "cosine") {
    steps(N_("down over steps"), schedule.length, "train.schedule.set steps");
    ui.slider("to this share", schedule.least, spec(0, 1, 0, 0.05, 2), "train.schedule.set least");
  } else if (kind == "inverse") {
    steps(N_("half after steps"), schedule.half, "train.schedule.set steps");
  }
  if (kind != "usual") {
    ui.number_field("warm-up steps", static_cast<double>(schedule.warm_up), spec(0, 1e6, 0, 10, 0),
                    "train.schedule.set warm-up");
  }
  ui.error_beside("train.schedule");
  ui.error_beside("train.schedule.set");
}

// Settings that only commands and files say: given weights, a new head, frozen layers, whole regions.
std::string base_words(const TrainingConfig& config) {
  std::string words;
  const auto add = [&](const std::string& more) { words += (words.empty() ? "" : " ") + more; };
  if (!config.weights.empty()) {
    add(config.partial ? format_tr("Begins with what fits of {}.", config.weights)
                       : format_tr("Begins with {}.", config.weights));
  }
  if (config.head > 0) add(format_tr("A new head with {} outputs.", config.head));
  if (!config.freeze.empty()) add(format_tr("Frozen: {}.", config.freeze));
  if (!config.normalization.empty()) add(format_tr("Pictures: {}.", config.normalization));
  if (!config.split_by.empty()) add(tr("Split by region."));
  return words;
}

void TrainSettings::draw_batches(Ui& ui, const TrainSnapshot& now) const {
  const TrainingConfig& config = scene_.config();
  ui.setting("train.batch");
  ui.setting("train.loss", {.list = true});
  if (config.loss == loss_name(Loss::cross_entropy)) ui.setting("train.label_smoothing");
  ui.setting("train.split");
  named_text(ui, N_("shares"), config.split, "train.split", N_("training,validation,test"));
  ui.setting("train.wrong_labels");
  ui.setting("train.seed");
  ui.setting("train.initializer", {.list = true});
  if (const std::string base = base_words(config); !base.empty()) ui.note(base);
  if (!now.config) return;
  const TrainingConfig& run = *now.config;
  if (run.batch != config.batch || run.split != config.split || run.seed != config.seed || run.loss != config.loss ||
      run.initializer != config.initializer || run.optimizer != config.optimizer || run.l1 != config.l1 ||
      run.label_smoothing != config.label_smoothing || run.clip_norm != config.clip_norm ||
      run.wrong_labels != config.wrong_labels || base_words(run) != base_words(config)) {
    ui.note("What was changed here takes effect at the next start.");
  }
}

void draw_augmentation(Ui& ui, const TrainingConfig& config) {
  Augmentation now;
  ui.section("AUGMENTATION");
  try {
    now = Augmentation::parse(config.augment);
  } catch (const Error& error) {
    named_text(ui, N_("augmentation"), config.augment, "train.augment");
    ui.error_note(error.what(), error.hint());
    return;
  }
  const auto slider = [&](const char* name, const char* way, float value, double most, double step, int decimals,
                          const char* unit) {
    ui.slider(name, static_cast<double>(value), spec(0, most, 0, step, decimals, unit),
              fmt::format("train.augment.set {}", way));
  };
  slider(N_("shift up to"), "shift", now.shift, 8, 1, 0, "px");
  slider(N_("turn up to"), "rotate", now.rotate, 45, 1, 0, "\u00b0");
  slider(N_("larger, smaller up to"), "scale", now.scale, 0.5, 0.05, 2, "");
  slider(N_("brighter, darker up to"), "brightness", now.brightness, 0.5, 0.05, 2, "");
  slider(N_("contrast up to"), "contrast", now.contrast, 0.9, 0.05, 2, "");
  ui.toggle("mirrored, every second time", now.flip, "train.augment.set flip");
  ui.error_beside("train.augment");
  ui.error_beside("train.augment.set");
  if (now.empty()) ui.note("None: every picture is learned as it is.");
}

}  // namespace striate
