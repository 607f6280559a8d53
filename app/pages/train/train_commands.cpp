// The commands of the page `train`: settings and weights. What moves the run is in train_run_commands.cpp.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "app/pages/train/train_page.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

std::string_view file_of_weights(std::string_view text) { return text == "none" ? "" : text; }

}  // namespace

void TrainPage::declare(Registry& registry) {
  registry_ = &registry;
  config_settings_.declare(registry);
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
  std::vector<std::string> ids;
  for (const auto& view : views_) ids.push_back(view->id());
  if (!ids.empty())
    registry.add(Command{"train.view",
                         N_("What the stage shows of the training"),
                         {Parameter::choice("ID", "which view", ids)},
                         [this](const Arguments& arguments) {
                           MapOpening& opening = *scene_.opening;
                           if (views_[view_]->id() == "unit" && arguments.text(0) == opening.view) {
                             opening.back = true;
                             opening.since = now_;
                             opening.view.clear();
                           }
                           for (size_t i = 0; i < views_.size(); ++i) {
                             if (views_[i]->id() == arguments.text(0)) view_ = i;
                           }
                         }});
  for (const auto& view : views_) view->declare(registry);
  settings_.declare(registry);
  files_.declare(registry);
}

void TrainPage::need_run() const {
  if (!begun_) throw Error("nothing is being trained", "start: train.start");
}

// ------------------------------------------------------------------------------------------------- settings

// Of a new training, in the order in which state() writes them; rate and schedule also of the one that runs.
void TrainPage::declare_settings() {
  using Config = TrainingConfig;
  const auto checked = [](auto Config::*field, auto parse) {  // a text that becomes what `parse` makes of it
    return [field, parse](Config& c, const std::string& text) { c.*field = parse(text); };
  };
  const auto as_it_is = [](const std::string& text) { return text; };
  // A word that stands for an empty text.
  const auto unless = [](const char* usual) {
    return [usual](const std::string& text) { return text == usual ? std::string() : text; };
  };
  const auto of = [](std::string Config::*field, const char* usual = "") {
    return [field, usual](const Config& c) { return (c.*field).empty() ? std::string(usual) : c.*field; };
  };
  std::string sources, names;
  for (const DataSource& source : data_sources()) sources += std::string(sources.empty() ? "" : ", ") + source.syntax;
  for (const Model& each : models()) names += std::string(names.empty() ? "" : ", ") + each.name;
  SettingsOf<Config>& s = config_settings_;
  s.text("data", "data", "What the network learns from; a new training then",
         Parameter::file_to_read("SOURCE", sources, folder_of_source), of(&Config::data),
         [](Config& c, const std::string& text) {
           const std::string word = source_word(text);
           for (const DataSource& source : data_sources()) {
             if (word == source.word) {
               c.data = text;
               return;
             }
           }
           open_dataset(text);  // says what is wrong with it
         });
  s.text("model", "model", "Which network learns, by its name; a new training then", Parameter::word("NAME", names),
         of(&Config::model), checked(&Config::model, [](const std::string& text) { return model(text).name; }))
      .kept = false;
  s.text("layers", "layers", "The network that learns, layer by layer; a new training then",
         Parameter::text("TEXT", "layers with | between: conv 6 5x5 | relu | maxpool 2 | flatten | dense 10"),
         of(&Config::model),
         checked(&Config::model, [](const std::string& text) { return Architecture::parse(text).text(); }))
      .kept = false;
  s.text("optimizer", "optimizer", "How gradients change the weights; a new training then",
         Parameter::text("TEXT",
                         fmt::format("{}, with their settings: sgd momentum 0.9", fmt::join(optimizer_names(), ", "))),
         of(&Config::optimizer),
         checked(&Config::optimizer, [](const std::string& text) { return OptimizerSettings::parse(text).text(); }));
  s.number(
       "rate", "rate", "Learning rate, also while it trains",
       {"R", "the rate, or 0 for the optimizer's usual one", 0, 1e6}, [](auto& c) -> auto& { return c.rate; })
      .set = [this](const ReadoutValue& value) {
    const double rate = std::get<double>(value);
    if (rate == config_.rate) return;
    const double usual = static_cast<double>(OptimizerSettings::parse(config_.optimizer).usual_rate());
    change_live([&](Config& next) { next.rate = rate; },
                [rate, usual](TrainWorker& worker) { worker.set_rate(rate > 0 ? rate : usual); });
  };
  s.text("schedule", "schedule", "How the learning rate changes over the steps, also while it trains",
         Parameter::text("TEXT",
                         "constant, step 1000 0.5, cosine 5000, inverse 800, warm-up 100 and one of them; empty: the "
                         "usual one"),
         of(&Config::schedule), checked(&Config::schedule, as_it_is))
      .set = [this](const ReadoutValue& value) {
    std::string text = std::get<std::string>(value);
    if (!text.empty()) text = Schedule::parse(text).text();
    if (text == config_.schedule) return;
    change_live([&](Config& next) { next.schedule = text; },
                [text](TrainWorker& worker) { worker.set_schedule(text); });
  };
  s.text("loss", "loss", "What is made small; a new training then", Parameter::choice("NAME", "which", loss_names()),
         of(&Config::loss), checked(&Config::loss, as_it_is))
      .readout = "train.loss.function";  // train.loss is its value
  s.integer(
      "batch", "batch", "Pictures of one step; a new training then", {"N", "pictures", 1, 4096},
      [](auto& c) -> auto& { return c.batch; });
  s.integer(
      "seed", "seed", "Where all random numbers begin; a new training then", {"N", "any number", 0, 1e15},
      [](auto& c) -> auto& { return c.seed; });
  s.text("split", "split", "Shares of the pictures for training, validation and test; a new training then",
         Parameter::text("T,V,T", "three shares that add up to 1: 0.8,0.1,0.1"), of(&Config::split),
         checked(&Config::split, as_it_is));
  s.text("split.by", "split by", "What is divided among the parts: pictures, or whole regions; a new training then",
         Parameter::choice("WHAT", "sample, or region where the data set knows them", {"sample", "region"}),
         of(&Config::split_by, "sample"), checked(&Config::split_by, unless("sample")));
  s.text("augment", "augmentation", "Random changes of the pictures that are learned from; a new training then",
         Parameter::text("TEXT", "shift 2, rotate 10, scale 0.1, flip, brightness 0.2, contrast 0.2, or nothing"),
         of(&Config::augment),
         checked(&Config::augment, [](const std::string& text) { return Augmentation::parse(text).text(); }));
  s.text("initializer", "starting weights", "How the starting weights are drawn; a new training then",
         Parameter::choice("NAME", "which", {"pytorch", "he-normal", "he-uniform", "glorot-normal", "glorot-uniform"}),
         of(&Config::initializer), checked(&Config::initializer, as_it_is));
  s.text("weights", "weights", "Trained weights to begin with, instead of drawn ones; a new training then",
         Parameter::file_to_read("FILE", "safetensors, PyTorch's .pt or ONNX, of the same network; none: drawn ones",
                                 file_of_weights),
         of(&Config::weights, "none"), checked(&Config::weights, unless("none")));
  s.on_off(
      "weights.partial", "only what fits", "Whether of these weights only some need fit; a new training then",
      "off: all of them; on: what fits", [](auto& c) -> auto& { return c.partial; });
  s.integer(
      "head", "new last layer", "A new last layer, freshly initialized; a new training then",
      {"N", "its outputs, one for each class; 0: the network's own", 0, 1 << 20},
      [](auto& c) -> auto& { return c.head; });
  s.text("freeze", "frozen layers", "Layers that keep their weights; a new training then",
         Parameter::text("LAYERS", "names, numbers, ranges: 0-3,conv5; backbone: all before the head; or nothing"),
         of(&Config::freeze), checked(&Config::freeze, as_it_is));
  s.text("normalization", "normalization",
         "What is taken from each channel and what it is divided by; a new training then",
         Parameter::text("TEXT", "mean A,B,C std A,B,C; measured: those of the training part"),
         of(&Config::normalization, "measured"), checked(&Config::normalization, unless("measured")));
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
