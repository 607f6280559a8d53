// The commands of the settings, and NETWORK. LEARNING is in train_learning.cpp.
#include "app/pages/train/train_settings.h"

#include <algorithm>

#include "app/pages/train/fields.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/layer_words.h"
#include "engine/network/models.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/data/sources.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "engine/training/schedule.h"

namespace striate {
namespace {

std::vector<std::string> source_words() {
  std::vector<std::string> words;
  for (const DataSource& source : data_sources()) words.emplace_back(source.word);
  return words;
}

const std::vector<std::string> kSchedules = {"usual", "constant", "step", "cosine", "inverse"};  // Schedule::Kind + 1

// Which of them a config has; what is wrong with a text that is none is said beside its field.
std::string schedule_word(const TrainingConfig& config) {
  try {
    if (!config.schedule.empty()) return kSchedules[static_cast<size_t>(Schedule::parse(config.schedule).kind) + 1];
  } catch (const Error&) {
  }
  return kSchedules[0];
}

// The optimizer's text with one setting changed; its parser says what is wrong with the value.
std::string with_optimizer_setting(const std::string& text, const std::string& name, const std::string& value) {
  const OptimizerSettings now = OptimizerSettings::parse(text);
  if (!now.has(name)) {
    throw Error(fmt::format("{} has no setting \"{}\"", now.kind->name, name),
                "write train.optimizer with the settings that it has");
  }
  std::string result = now.kind->name;
  double changed = 1;
  if (!read_number(value, changed)) changed = 1;  // the parser will say what it is
  for (const OptimizerField& field : now.kind->fields) {
    const bool this_one = name == field.word;
    if (field.widget == OptimizerField::Widget::toggle) {
      // It goes with what it needs: without momentum there is nothing to look ahead with.
      const bool on = this_one ? value == "on" : now[field.word] != 0;
      const bool lost = field.needs != nullptr && name == field.needs && changed == 0;
      if (on && !lost) result += fmt::format(" {}", field.word);
    } else {
      result += fmt::format(" {} {}", field.word, this_one ? value : number_text(static_cast<double>(now[field.word])));
    }
  }
  return OptimizerSettings::parse(result).text();
}

}  // namespace

TrainSettings::TrainSettings(const TrainScene& scene)
    : scene_(scene), peek_(scene), parts_("train", scene.config(), [this](const TrainingConfig& next) {
        if (next.data != scene_.config().data) registry_->run("train.data " + next.data);
        if (next.schedule != scene_.config().schedule) registry_->run("train.schedule " + quoted(next.schedule));
      }) {}

bool TrainSettings::update(double) {
  const bool moves = peek_.update();
  lines_ = lines();
  return moves;
}

void TrainSettings::declare(Registry& registry) {
  registry_ = &registry;
  declare_parts();
  parts_.declare(registry);
  registry.add(Command{
      "train.optimizer.set",
      N_("Changes one setting of the optimizer"),
      {Parameter::choice("SETTING", "its name", optimizer_words()),
       Parameter::word("VALUE", "a number; on or off for nesterov")},
      [this](const Arguments& arguments) {
        registry_->run("train.optimizer " +
                       with_optimizer_setting(scene_.config().optimizer, arguments.text(0), arguments.text(1)));
      },
      Undo::edit,
  });
  registry.add(Command{
      "train.schedule.set",
      N_("Changes one number of the schedule"),
      {Parameter::choice("SETTING", "which number", {"warm-up", "every", "factor", "steps", "least"}),
       Parameter::number("VALUE", "steps; factor and least: a share of the rate", 0, 1e9)},
      [this](const Arguments& arguments) {
        const std::string& name = arguments.text(0);
        const double value = arguments.number(1);
        const auto steps = std::max<int64_t>(1, static_cast<int64_t>(value));
        const TrainSnapshotPtr now = scene_.snapshot();
        const std::string& text = scene_.config().schedule;
        const TrainingConfig& config = scene_.config();
        int64_t samples = 0;
        if (!text.empty()) {
          samples = 1;  // it says all itself
        } else if (now->split && now->config && same_data(*now->config, config) && now->config->split == config.split) {
          samples = static_cast<int64_t>(now->split->training.size());
        } else if (peek_.data()) {
          samples = static_cast<int64_t>(config_split(config, *peek_.data()).training.size());
        }
        Schedule schedule = schedule_of(config, samples);
        using Kind = Schedule::Kind;
        if (name == "warm-up") {
          schedule.warm_up = static_cast<int64_t>(value);
        } else if (name == "every" && schedule.kind == Kind::step) {
          schedule.every = steps;
        } else if (name == "factor" && schedule.kind == Kind::step) {
          schedule.factor = value;
        } else if (name == "steps" && schedule.kind == Kind::cosine) {
          schedule.length = steps;
        } else if (name == "steps" && schedule.kind == Kind::inverse) {
          schedule.half = steps;
        } else if (name == "least" && schedule.kind == Kind::cosine) {
          schedule.least = value;
        } else {
          throw Error(fmt::format("this schedule has no \"{}\"", name), "choose another with train.schedule.choose");
        }
        registry_->run("train.schedule " + schedule.text());
      },
      Undo::edit,
  });
  registry.add(Command{
      "train.augment.set",
      N_("Changes one way of augmentation"),
      {Parameter::choice("WAY", "which one", {"shift", "rotate", "scale", "flip", "brightness", "contrast"}),
       Parameter::word("VALUE", "how much, at most; on or off for flip")},
      [this](const Arguments& arguments) {
        const std::string &way = arguments.text(0), &value = arguments.text(1);
        Augmentation now = Augmentation::parse(scene_.config().augment);
        if (way == "flip") {
          if (value != "on" && value != "off") throw Error("flip is on or off", "write train.augment.set flip on");
          now.flip = value == "on";
        } else {
          const Augmentation one = Augmentation::parse(way + ' ' + value);  // says what is wrong with the value
          for (float Augmentation::*field : {&Augmentation::shift, &Augmentation::rotate, &Augmentation::scale,
                                             &Augmentation::brightness, &Augmentation::contrast}) {
            Augmentation marked;
            marked.*field = 0.25f;  // which field it is that this way writes
            if (marked.text().rfind(way + ' ', 0) == 0) now.*field = one.*field;
          }
        }
        registry_->run("train.augment " + quoted(now.text()));
      },
      Undo::edit,
  });
}

void TrainSettings::declare_parts() {
  Setting& source = parts_.choice(
      "data.choose", "data", "Chooses a data set; one that lies in a folder asks for the folder",
      Parameter::choice("WHICH", "which data set", source_words()),
      [](const TrainingConfig& c) { return source_word(c.data); },
      [this](TrainingConfig& c, const std::string& word) {
        const DataSource* chosen = find_source(word);
        if (!chosen->takes_folder) {
          c.data = word;
        } else if (registry_->find_command("browse.folder") == nullptr) {
          throw Error(fmt::format("{} lies in a folder", word), fmt::format("write train.data {}", chosen->syntax));
        } else {
          registry_->run(fmt::format("browse.folder train.data {}:", word));
        }
      });
  source.labels = {N_("digits, drawn here"),
                   N_("letters, drawn here"),
                   N_("shapes, drawn here"),
                   N_("satellite, drawn here"),
                   N_("world, from space"),
                   "MNIST",
                   "CIFAR-10",
                   N_("own folder")};
  Setting& folder = parts_.text(
      "data.folder", "folder", "The folder that the data set lies in", Parameter::file_to_read("FOLDER", "its path"),
      [](const TrainingConfig& c) { return std::string(folder_of_source(c.data)); },
      [](TrainingConfig& c, const std::string& path) {
        const DataSource* now = find_source(c.data);
        if (now != nullptr && !now->takes_folder) {
          throw Error(fmt::format("{} {} and needs no folder", now->word,
                                  is_drawn(*now) ? "is drawn by the program" : "is part of the program"),
                      "choose mnist, cifar10 or folder first");
        }
        c.data = source_word(c.data) + ':' + path;
      });
  const auto drawn = [](const std::string& data) {
    if (const int64_t pictures = drawn_size(data); pictures != 0) return pictures;
    throw Error(fmt::format("{} has the pictures that it has", source_word(data)),
                "digits, letters, shapes and satellite can be drawn in any number");
  };
  Setting& size = parts_.integer(
      "data.size", "pictures", "How many pictures the program draws",
      {"N", "pictures, training, validation and test together", 10, 1'000'000},
      [drawn](const TrainingConfig& c) { return drawn(c.data); },
      [drawn](TrainingConfig& c, int64_t n) {
        drawn(source_word(c.data));
        c.data = fmt::format("{}:{}", source_word(c.data), n);
      });
  size.step = 1000;
  Setting& schedule = parts_.choice(
      "schedule.choose", "schedule", "How the learning rate falls; with lengths that suit this data set",
      Parameter::choice("KIND", "which way", kSchedules), schedule_word,
      [this](TrainingConfig& c, const std::string& kind) {
        if (kind == kSchedules[0]) return c.schedule.clear();
        const int64_t per_epoch = scene_.snapshot()->steps_per_epoch, epoch = per_epoch > 1 ? per_epoch : 250;
        Schedule chosen;
        const auto at = std::find(kSchedules.begin(), kSchedules.end(), kind);
        chosen.kind = static_cast<Schedule::Kind>(at - kSchedules.begin() - 1);
        chosen.every = 2 * epoch;
        chosen.length = 5 * epoch;
        chosen.half = epoch;
        c.schedule = chosen.text();
      });
  schedule.labels = {N_("usual"), N_("constant"), N_("in steps"), N_("cosine"), N_("inverse")};
  for (Setting* part : {&source, &folder, &size, &schedule}) part->kept = false;  // the whole says it
}

// --------------------------------------------------------------------------------------------------------------
// NETWORK

TrainSettings::Lines TrainSettings::lines() const {
  const TrainingConfig& config = scene_.config();
  if (lines_.model == config.model && lines_.shape == peek_.shape() && lines_.classes == peek_.classes() &&
      !lines_.lines.empty()) {
    return lines_;
  }
  Lines made{config.model, peek_.shape(), peek_.classes(), {}, 0, {}};
  const LayerList list = LayerList::parse(model_text(config.model, made.shape, made.classes));
  const LayerList::Checked checked = list.check(made.shape, made.classes);
  if (checked.good) made.architecture = checked.good->text();
  bool joined = false;  // the line before holds layers without weights
  for (int i = 0; i < list.size(); ++i) {
    const LayerList::Row& row = checked.rows[static_cast<size_t>(i)];
    const std::string& words = list.lines()[static_cast<size_t>(i)].words;
    made.parameters += row.parameters.value;
    const bool weights = row.parameters.value > 0;
    if (!weights && joined) {
      made.lines.back().words += ", " + words;
    } else {
      made.lines.push_back({words, row.output ? grouped(row.parameters.value) : "\u2013"});
    }
    joined = !weights;
  }
  return made;
}

void TrainSettings::draw_network(Ui& ui, const TrainSnapshot& now) const {
  constexpr size_t kMaxLines = 14;
  const Lines network = lines();
  ui.push_id("network");
  ui.section(network.parameters > 0 ? format_tr("NETWORK \u00b7 {} parameters", grouped(network.parameters))
                                    : N_("NETWORK"));
  std::vector<Choice> choices;
  for (const Model& m : models()) choices.push_back({m.name, m.name});
  const bool named = std::any_of(choices.begin(), choices.end(),
                                 [&](const Choice& choice) { return choice.value == scene_.config().model; });
  ui.dropdown("model", choices, named ? scene_.config().model : "own", "train.model");
  ui.error_beside("train.model");
  const Theme& theme = ui.theme();
  for (size_t i = 0; i < std::min(kMaxLines, network.lines.size()); ++i) {
    const Line& line = network.lines[i];
    Rect rect = ui.take(22);
    const float digits = ui.measure(Font::number, line.parameters).x;
    ui.label(rect.cut_right(digits), line.parameters, Font::number,
             line.parameters == "0" ? theme.secondary : theme.kernel, Align::right);
    rect.cut_right(10);
    ui.label(rect, line.words, Font::control, theme.text);
  }
  if (network.lines.size() > kMaxLines) {
    ui.note(format_tr("and {} more", network.lines.size() - kMaxLines));
  }
  if (now.architecture && !network.architecture.empty() && network.architecture != now.architecture->text()) {
    ui.note("Takes effect at the next start.");
  }
  if (ui.registry().find_command("train.view") != nullptr) {
    ui.begin_flow(6);
    ui.button("Edit", "train.view build",
              {.tooltip = N_("Build the network by hand: add, remove, move and change its layers")});
    ui.end_flow();
  }
  ui.hairline();
  ui.pop_id();
}

}  // namespace striate
