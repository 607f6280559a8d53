// The commands of the page `train`: settings (those of a run: train_config.cpp) and weights. What moves the run is in
// train_run_commands.cpp.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "app/pages/train/train_page.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/schedule.h"

namespace striate {
void TrainPage::declare(Registry& registry) {
  registry_ = &registry;
  config_settings_.declare(registry);
  look_settings_.declare(registry);
  declare_run(registry);
  declare_lines(registry);
  declare_files(registry);
  declare_weights(registry);
  declare_readouts(registry);
  registry.add(Command{"train.usual",
                       N_("All settings as they are at first; a new training then"),
                       {},
                       [this](const Arguments&) { change([](TrainingConfig& next) { next = TrainingConfig(); }); },
                       Undo::edit});
  for (const auto& view : views_) view->declare(registry);
  settings_.declare(registry);
  files_.declare(registry);
}

void TrainPage::need_run() const {
  if (!begun_) throw Error("nothing is being trained", "start: train.start");
}

// ------------------------------------------------------------------------------------------------- settings

void TrainPage::declare_settings() {
  const LiveSettings live = declare_config(config_settings_);
  live.rate.set = [this](const ReadoutValue& value) {
    const double rate = std::get<double>(value);
    if (rate == config_.rate) return;
    const double usual = static_cast<double>(OptimizerSettings::parse(config_.optimizer).usual_rate());
    change_live([&](TrainingConfig& next) { next.rate = rate; },
                [rate, usual](TrainWorker& worker) { worker.set_rate(rate > 0 ? rate : usual); });
  };
  live.schedule.set = [this](const ReadoutValue& value) {
    std::string text = std::get<std::string>(value);
    if (!text.empty()) text = Schedule::parse(text).text();
    if (text == config_.schedule) return;
    change_live([&](TrainingConfig& next) { next.schedule = text; },
                [text](TrainWorker& worker) { worker.set_schedule(text); });
  };
  live.labels.set = [this](const ReadoutValue& value) {
    const std::string text = label_changes_text(parse_label_changes(std::get<std::string>(value)));
    if (text == config_.labels) return;
    change_live([&](TrainingConfig& next) { next.labels = text; },
                [text](TrainWorker& worker) { worker.set_labels(text); });
  };
  look_settings_.also([this] { return std::vector{"train.speed " + pace_text()}; });
  std::vector<std::string> ids, titles;
  for (const auto& view : views_) ids.push_back(view->id()), titles.push_back(view->title());
  look_settings_
      .choice(
          "view", "views", "What the stage shows of the training", Parameter::choice("ID", "which view", ids),
          [this](size_t view) { return views_[view]->id(); },
          [this, ids](size_t& view, const std::string& id) {
            MapOpening& opening = *scene_.opening;
            if (views_[view]->id() == "unit" && id == opening.view) {  // back to where the map was
              opening.back = true;
              opening.since = now_;
              opening.view.clear();
            }
            view = static_cast<size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin());
          })
      .labels = titles;
}

// ------------------------------------------------------------------------------------------------- weights

std::string TrainPage::edits_text(const Edits& edits) {
  std::string text;
  for (const auto& [place, value] : edits) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : "; ", place.first, place.second, value);
  }
  return text;
}

TrainPage::Edits TrainPage::parse_edits(const std::string& text) {
  Edits edits;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::vector<std::string> words = split_words(text.substr(begin, end - begin));
    int64_t index = 0;
    double value = 0;
    if (words.size() != 3 || !parse_integer(words[1], &index) || !parse_number(words[2], &value)) {
      throw Error(fmt::format("\"{}\" is no edited weight", striate::shown(text.substr(begin, end - begin))),
                  "write the tensor, the index and the value: 0.weight 3 0.5; 0.bias 0 1");
    }
    edits[{words[0], index}] = static_cast<float>(value);
    begin = end + 1;
  }
  return edits;
}

// No settings: they write into the network of the run, and without a run there is nothing to say.
void TrainPage::declare_weights(Registry& registry) {
  const Parameter tensor = Parameter::word("TENSOR", "name of the weights, as in 0.weight");
  const Parameter index = Parameter::integer("INDEX", "which of them, from 0", 0, 1e12);
  constexpr double kMaxWeight = std::numeric_limits<float>::max();
  registry.add(Command{"train.edit",
                       N_("Writes a weight of the network, also while it trains"),
                       {tensor, index, Parameter::number("VALUE", "the new value", -kMaxWeight, kMaxWeight)},
                       [this](const Arguments& arguments) {
                         need_run();
                         own_ = own_ || !context_.document.guided;
                         const std::string& name = arguments.text(0);
                         const int64_t at = arguments.integer(1);
                         const float value = static_cast<float>(arguments.number(2));
                         edits_[{name, at}] = value;
                         post([=](TrainWorker& worker) { worker.edit(name, at, value); });
                       },
                       Undo::edit});
  registry.add(Command{"train.restore",
                       N_("A weight that was edited gets back its trained value"),
                       {tensor, index},
                       [this](const Arguments& arguments) {
                         need_run();
                         const std::string& name = arguments.text(0);
                         const int64_t at = arguments.integer(1);
                         edits_.erase({name, at});
                         post([=](TrainWorker& worker) { worker.restore(name, at); });
                       },
                       Undo::edit});
  registry.add(Command{"train.edits",
                       N_("All edited weights; every other one gets back its trained value"),
                       {Parameter::text("LIST", "tensor, index and value of each, with ; between: 0.weight 3 0.5")},
                       [this](const Arguments& arguments) {
                         const Edits edits = parse_edits(arguments.text(0));
                         if (edits == edits_) return;
                         need_run();
                         edits_ = edits;
                         post([list = std::vector<std::pair<std::pair<std::string, int64_t>, float>>(
                                   edits.begin(), edits.end())](TrainWorker& worker) { worker.set_edits(list); });
                       },
                       Undo::edit});
}

}  // namespace striate
