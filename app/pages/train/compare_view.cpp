// The view `compare`: its command, its readouts, what is compared.
#include "app/pages/train/compare_view.h"

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/training_run.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

const std::vector<std::string> kShown = {N_("curves"), N_("weights"), N_("pictures")};  // in the order of Show

double positive_number(const std::string& name, const std::string& value, bool whole) {
  double number = 0;
  int64_t integer = 0;
  const bool good = whole ? parse_integer(value, &integer) : parse_number(value, &number);
  if (!good || number < 0 || integer < 0) {
    throw Error(fmt::format("train.compare {}: \"{}\" is not possible", name, shown(value)),
                whole ? "a whole number, 0 or more" : "a number, 0 or more: 0.01");
  }
  return whole ? static_cast<double>(integer) : number;
}

// Of "data folder:DIR", as train.compare reads it.
std::string_view folder_of_change(std::string_view value) {
  value = trimmed(value);
  const size_t space = std::min(value.find(' '), value.size());
  if (value.substr(0, space) != "data") return {};
  std::string_view source = trimmed(value.substr(space));
  if (!source.starts_with('"')) return folder_of_source(source);
  source = source.substr(1, source.find('"', 1) - 1);
  if (source.find('\\') != std::string_view::npos)
    throw Error("train.compare data: a lesson names a folder without quotes", "train.compare data folder:DIR");
  return folder_of_source(source);
}

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const ConfigSetting& each : config_settings()) names.emplace_back(each.name);
  return names;
}

double measured(float value) { return static_cast<double>(value); }

}  // namespace

const std::vector<ConfigSetting>& config_settings() {
  using Config = TrainingConfig;
  static const std::vector<ConfigSetting> settings = {{"rate", "0.1"},
                                                      {"optimizer", "sgd momentum 0.9", &Config::optimizer},
                                                      {"schedule", "constant", &Config::schedule},
                                                      {"batch", "8"},
                                                      {"model", "mlp"},
                                                      {"layers", "conv 4 3x3 | relu | flatten | dense 10"},
                                                      {"augment", "shift 2", &Config::augment},
                                                      {"data", "digits:1000", &Config::data},
                                                      {"initializer", "he-normal", &Config::initializer},
                                                      {"loss", "mse", &Config::loss},
                                                      {"l1", "0.001"},
                                                      {"label_smoothing", "0.1"},
                                                      {"clip_norm", "1"},
                                                      {"wrong_labels", "0.1"},
                                                      {"labels", "\"\"", &Config::labels},
                                                      {"seed", "2"},
                                                      {"split", "0.5,0.25,0.25", &Config::split}};
  return settings;
}

TrainingConfig config_with(const TrainingConfig& config, const std::string& name, const std::string& value) {
  TrainingConfig next = config;
  const auto& all = config_settings();
  const auto text =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.text && name == each.name; });
  if (text != all.end()) {
    next.*text->text = value;
  } else if (name == "rate") {
    next.rate = positive_number(name, value, false);
  } else if (name == "l1") {
    next.l1 = positive_number(name, value, false);
  } else if (name == "label_smoothing") {
    next.label_smoothing = positive_number(name, value, false);
  } else if (name == "wrong_labels") {
    next.wrong_labels = positive_number(name, value, false);
  } else if (name == "clip_norm") {
    next.clip_norm = positive_number(name, value, false);
  } else if (name == "batch") {
    const double batch = positive_number(name, value, true);
    if (batch < 1 || batch > 4096) {
      throw Error(fmt::format("train.compare batch: {} is not possible", value), "from 1 to 4096 pictures");
    }
    next.batch = static_cast<int>(batch);
  } else if (name == "seed") {
    next.seed = static_cast<uint64_t>(positive_number(name, value, true));
  } else if (name == "model") {
    next.model = model(value).name;
  } else if (name == "layers") {
    next.model = Architecture::parse(value).text();
  } else {
    const std::string near = nearest_word(name, setting_names());
    throw Error(fmt::format("\"{}\" is nothing that a run begins with", shown(name)),
                near.empty() ? fmt::format("one of {}", fmt::join(setting_names(), ", "))
                             : fmt::format("did you mean \"{}\"?", near));
  }
  check_config(next);
  if (next == config) {
    throw Error(fmt::format("{} is {} already: nothing would be different", name, value), "another value");
  }
  return next;
}

int ComparedNumber::better() const {
  if (!std::isfinite(a) || !std::isfinite(b) || a == b) return 0;
  return (b > a) == larger_is_better ? 1 : -1;
}

std::vector<ComparedNumber> compare_numbers(const TrainSnapshot& now) {
  std::vector<ComparedNumber> out;
  if (!now.other) return out;
  const TrainSnapshot& other = *now.other;
  if (now.test && other.test) {
    const std::string& part = now.test->split;
    out.push_back(
        {of_part(part, N_("accuracy, test part"), N_("accuracy, validation part"), N_("accuracy, training part")),
         now.test->evaluation.accuracy(), other.test->evaluation.accuracy(), true, true, now.test->step,
         other.test->step});
    out.push_back({of_part(part, N_("loss, test part"), N_("loss, validation part"), N_("loss, training part")),
                   now.test->evaluation.loss, other.test->evaluation.loss, false, false, now.test->step,
                   other.test->step});
  }
  out.push_back({N_("accuracy, training batch"), measured(now.accuracy), measured(other.accuracy), true, true, now.step,
                 other.step});
  out.push_back(
      {N_("loss, training batch"), measured(now.loss), measured(other.loss), false, false, now.step, other.step});
  return out;
}

const TensorValues* first_weights(const TrainSnapshot& now) {
  if (!now.architecture) return nullptr;
  for (const Node& node : now.architecture->nodes()) {
    const TensorValues* values = node.layer ? now.tensor(TensorKind::weight, node.name + ".weight") : nullptr;
    if (values && values->tensor.shape.rank() >= 2) return values;
  }
  return nullptr;
}

void CompareView::declare(Registry& registry) {
  // No setting: it begins a run, or ends one.
  registry.add(Command{
      "train.compare",
      N_("Trains a second run from the same start with one thing changed, beside this one"),
      {Parameter::file_to_read(
          "NAME VALUE",
          fmt::format("what is different in it, {}, and its value: rate 0.1, data folder:DIR; off ends it",
                      fmt::join(setting_names(), "|")),
          folder_of_change)},
      [this](const Arguments& arguments) {
        const std::string text(trimmed(arguments.text(0)));
        if (text == "off") {
          scene_.end_comparison();
          return;
        }
        const TrainSnapshotPtr now = scene_.snapshot();
        const size_t space = std::min(text.find(' '), text.size());
        const std::string name = text.substr(0, space);
        std::string value(trimmed(std::string_view(text).substr(space)));
        if (value.size() >= 2 && value.front() == '"') value = split_words(value).front();
        const bool may_be_empty = name == "augment" || name == "schedule" || name == "labels";
        if (value.empty() && !may_be_empty) {
          throw Error(fmt::format("train.compare {}: the value is missing", shown(name)), "train.compare rate 0.1");
        }
        config_with(now->config ? *now->config : scene_.config(), name, value);  // says at once what is wrong
        scene_.compare([name, value](const TrainingConfig& config) { return config_with(config, name, value); },
                       name + " " + (value.empty() ? "\"\"" : value));
      },
  });
  settings_
      .choice(
          "show", "what is compared", "What is shown of both runs",
          Parameter::choice("WHAT",
                            "their curves, how far their weights are apart, or the test pictures on "
                            "which their answers differ",
                            kShown),
          [](const State& s) { return kShown[static_cast<size_t>(s.show)]; },
          [](State& s, const std::string& what) {
            s.show = static_cast<Show>(std::find(kShown.begin(), kShown.end(), what) - kShown.begin());
          })
      .labels = kShown;
  settings_.choice("what", "setting", "What the fields of the inspector would change in the second run",
                   Parameter::choice("NAME", "a setting", setting_names()), &State::what);
  settings_.text(
      "window", "steps that both curves show", "The steps that the curves of both runs show",
      Parameter::text("FROM TO", "two steps, or all"), [](const State& s) { return window_text(s.window); },
      [](State& s, const std::string& text) {
        const std::optional<CurveWindow> window = parse_window(text);
        if (!window) {
          throw Error(fmt::format("\"{}\" is no range of steps", shown(text)),
                      "two numbers, the smaller first: 0 200; or all");
        }
        s.window = *window;
      });
  settings_.declare(registry);
  const auto number = [&](std::string name, std::string help, std::function<double()> value) {
    registry.add(Readout{"train.compare." + std::move(name), std::move(help), [value = std::move(value)] {
                           const double it = value();
                           if (std::isnan(it)) throw Error("it is not measured yet", "do a step: train.step batch");
                           return ReadoutValue(it);
                         }});
  };
  registry.add(Readout{"train.compare.change", "what is different in the second run; empty: there is none",
                       [this] { return ReadoutValue(scene_.snapshot()->other_change); }});
  registry.add(Readout{"train.compare.error", "why the second run stopped; empty: it goes on", [this] {
                         const std::optional<Error>& error = other().error;
                         return ReadoutValue(error ? std::string(error->what()) : std::string());
                       }});
  number("step", "finished steps of the second run", [this] { return static_cast<double>(other().step); });
  number("loss", "of the second run's batch", [this] { return measured(other().loss); });
  number("accuracy", "of the second run's batch, 0 to 1", [this] { return measured(other().accuracy); });
  const auto test = [this]() -> const TrainTest& {
    if (!other().test) throw Error("the second run's test part is not measured yet", "wait a moment");
    return *other().test;
  };
  number("test_accuracy", "of the second run on the test part, 0 to 1",
         [test] { return test().evaluation.accuracy(); });
  number("test_loss", "of the second run on the test part", [test] { return test().evaluation.loss; });
  // What the change gained, of tests after the same step alone.
  const auto gain = [this, &number](const std::string& name, std::string help, double (*of)(const TrainTest&)) {
    number(name + ".gain", std::move(help), [this, of] {
      const TrainSnapshotPtr now = scene_.snapshot();
      if (!now->test || !other().test || now->test->step != other().test->step) {
        throw Error("the two runs are not measured after the same step yet", "wait a moment");
      }
      return of(*other().test) - of(*now->test);
    });
  };
  gain("test_accuracy", "how much larger the second run's test accuracy is than this run's",
       [](const TrainTest& it) { return static_cast<double>(it.evaluation.accuracy()); });
  gain("test_loss", "how much larger the second run's test loss is than this run's",
       [](const TrainTest& it) { return static_cast<double>(it.evaluation.loss); });
  number("test_step", "the step after which the second run's test part was measured",
         [test] { return static_cast<double>(test().step); });
  declare_difference(registry);
}

const TrainSnapshot& CompareView::other() const {
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!now->other) throw Error("there is no second run", "train.compare rate 0.1");
  return *now->other;
}

bool CompareView::update(double) {
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!now->architecture) return false;
  mine_.sync(*now);
  update_difference(*now);
  if (!now->other) return false;
  if (others_run_ != now->run) others_ = {};
  others_run_ = now->run;
  others_.sync(*now->other);
  return false;
}

void CompareView::subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const {
  wanted.test = true;
  if (look_.show == Show::weights && now.other) wanted.weights = true;
  for (const TrainSnapshot* each : {&now, now.other.get()}) {
    if (!each || !each->architecture) continue;
    for (const Node& node : each->architecture->nodes()) {
      if (!node.layer || !multiplies(*node.layer)) continue;
      wanted.tensors.insert({TensorKind::weight, node.name + ".weight"});
      break;  // the first layer that has filters
    }
  }
}

std::unique_ptr<TrainView> make_compare_view(const TrainScene& scene) { return std::make_unique<CompareView>(scene); }

}  // namespace striate
