// The settings, commands and readouts "features.*".
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "app/command/not_ready.h"
#include "app/pages/features/class_choices.h"
#include "app/pages/features/features.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/explain/randomize.h"
#include "engine/explain/receptive_field.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

// Empty: data and samples name no folder.
std::string_view folder_of_source(std::string_view value) {
  return value == "data" || value == "samples" ? std::string_view() : value;
}

}  // namespace

void FeaturesPage::declare_settings() {
  Setting& layer = settings_.choice(
      "layer", "layer", "The layer whose units are shown",
      Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one"),
      [](const State& s) { return s.layer; },
      [this](State& s, const std::string& said) {
        if (const NetworkMoment* moment = known()) {
          need_layer(moment->info->architecture, said);
        } else if (said.empty()) {
          throw Error("a layer has a name or a number", "the first one: features.layer 0");
        }
        if (s.layer != said) s.row = s.column = -1;
        s.layer = said;
      });
  layer.undo = Undo::none;
  settings_.also([this] {
    const std::string place = state_.row >= 0 ? fmt::format(" {} {}", state_.row, state_.column) : std::string();
    return std::vector<std::string>{fmt::format("features.unit {}{}", state_.channel, place)};
  });
  std::vector<std::string> words, titles;
  for (const auto& each : methods_) {
    for (const FeatureMethod::Word& word : each->words()) {
      words.emplace_back(word.word);
      titles.emplace_back(word.title);
    }
  }
  Setting& method = settings_.choice("method", "method", "How the page asks what a unit responds to",
                                     Parameter::choice("NAME", "what is shown", std::move(words)), &State::method);
  method.labels = std::move(titles);
  method.undo = Undo::none;
  const auto of_class = [this](std::string State::*field) {
    return [this, field](State& s, const std::string& said) {
      const NetworkMoment* moment = known();
      if (moment != nullptr && said != "none") check_class(*moment, said);
      s.*field = said;
      s.of_class = true;
    };
  };
  const auto name_of = [this](std::string State::*field) {
    return [this, field]() -> ReadoutValue {
      if (state_.*field == "none") return std::string("none");
      const NetworkMoment& moment = network().need_answer();
      const std::optional<int> found = class_said(moment, state_.*field);
      if (!found) check_class(moment, state_.*field);
      return found ? moment.info->classes[static_cast<size_t>(*found)] : state_.*field;
    };
  };
  Setting& of = settings_.choice(
      "class", "class", "The class that a heat map explains",
      Parameter::word("N", "the N-th best, 0 the best, or a class by its name"),
      [](const State& s) { return s.the_class; }, of_class(&State::the_class));
  of.shown = name_of(&State::the_class);
  of.readout_help = "the name of the class that a heat map explains";
  Setting& against = settings_.choice(
      "against", "against", "A second class: why the first and not this one",
      Parameter::word("N|none", "the N-th best, 0 the best, or a class by its name; none"),
      [](const State& s) { return s.against; }, of_class(&State::against));
  against.shown = name_of(&State::against);
  against.readout_help = "the name of the second class, or none";
  settings_
      .choice(
          "of", "explains", "What a heat map explains: a class, or the unit that is chosen",
          Parameter::choice("WHAT", "a class, or the unit", {"class", "unit"}),
          [](const State& s) { return std::string(s.of_class ? "class" : "unit"); },
          [](State& s, const std::string& said) { s.of_class = said == "class"; })
      .labels = {N_("a class"), N_("the unit")};
  settings_.choice(
      "randomize", "randomized",
      "The control: the same with random weights, in all layers or from the logits "
      "down to one",
      Parameter::word("none|all|LAYER", "none, all, or the last layer on the way down that is drawn anew"),
      [](const State& s) { return s.randomize; },
      [this](State& s, const std::string& said) {
        const NetworkMoment* moment = known();
        if (moment != nullptr && said != "none" && said != "all") {
          need_layer(moment->info->architecture, said);
        }
        s.randomize = said;
      });
  settings_.choice(
      "source", "pictures", "Where patches are looked for",
      Parameter::file_to_read("data|samples|DIR",
                              "data, the training's pictures; samples, those of this program; or a folder",
                              folder_of_source),
      [](const State& s) { return s.source; },
      [](State& s, const std::string& said) {
        if (folder_of_source(said).empty()) {
          s.source = said;
          return;
        }
        std::error_code ignored;
        if (!std::filesystem::is_directory(said, ignored)) {
          throw Error(fmt::format("{}: there is no such folder", said),
                      "data, samples, or a folder with pictures in it");
        }
        s.source = std::filesystem::absolute(said).lexically_normal().string();
      });
  settings_.also([this] {
    return std::vector<std::string>{fmt::format("features.occlude {} {}", state_.occlude_size, state_.occlude_stride)};
  });
  settings_
      .integer("occlude.size", "square", "The sides of the square that covers the picture", {"N", "pixels", 1, 1024},
               &State::occlude_size)
      .kept = false;
  settings_
      .integer("occlude.stride", "every", "How far the square moves from one place to the next",
               {"N", "pixels", 1, 1024}, &State::occlude_stride)
      .kept = false;
  settings_.integer("steps", "steps", "How many steps a method takes; 0: as many as it usually does",
                    {"N", "steps; 0: as many as usual", 0, 4096}, &State::steps);
  if (std::any_of(methods_.begin(), methods_.end(), [](const auto& each) { return each->has_film(); })) {
    settings_.on_off("film", "film of learning",
                     "Whether Start computes the unit's picture at every kept step of the training, to be played",
                     "on: at every step that is kept", &State::film);
  }
  // Last: what was said of a class and of a unit has set it, too.
  settings_.also(
      [this] { return std::vector<std::string>{std::string("features.of ") + (state_.of_class ? "class" : "unit")}; });
}

void FeaturesPage::set_unit(const Arguments& arguments) {
  State next = state_;
  next.channel = arguments.integer(0);
  if (arguments.has(1) && !arguments.has(2)) {
    throw Error("a place has a row and a column",
                fmt::format("say both: features.unit {} {} 0", next.channel, arguments.integer(1)));
  }
  next.row = arguments.has(1) ? arguments.integer(1) : -1;
  next.column = arguments.has(2) ? arguments.integer(2) : -1;
  next.of_class = false;
  if (const NetworkMoment* moment = known()) {
    const int node = find_layer(moment->info->architecture, next.layer);
    if (node >= 0) {
      index_of(*moment->info, node, next.channel, std::max<int64_t>(next.row, 0), std::max<int64_t>(next.column, 0));
    }
  }
  commit(std::move(next));
}

void FeaturesPage::save(const std::string& path) {
  const std::string ending = lower_case(std::filesystem::path(path).extension().string());
  if (ending != ".png") {
    throw Error(fmt::format("features.save: '{}' is no name of a PNG file", path),
                "let it end in .png: features.save unit.png");
  }
  const ImagePtr picture = method().picture(need_look());
  check_overwrite({path, FileKind::picture, {}, context_.document.force});
  if (writer_.busy()) throw Error("a file is being written", "wait until it is there");
  saved_.clear();
  writer_.request([picture, path](Progress&) {
    write_image(path, *picture);
    return path;
  });
}

void FeaturesPage::declare(Registry& registry) {
  declare_settings();
  settings_.declare(registry);
  for (const auto& each : methods_) {
    each->declare(registry);
    each->declare_readouts(registry, [this]() -> const FeatureLook& { return need_look(); });
  }
  film_.declare(registry);
  registry.add(
      Command{"features.unit",
              N_("The unit that is looked at"),
              {Parameter::integer("CHANNEL", "from 0", 0, 1e9),
               Parameter::integer("ROW", "of its map, from 0; where it is largest now unless said", 0, 1e6).or_none(),
               Parameter::integer("COLUMN", "from 0", 0, 1e6).or_none()},
              [this](const Arguments& arguments) { set_unit(arguments); }});
  registry.add(Command{"features.occlude",
                       N_("The gray square that covers the picture, and how far it moves"),
                       {Parameter::integer("SIZE", "of its sides, in pixels", 1, 1024),
                        Parameter::integer("STRIDE", "pixels from one place to the next", 1, 1024)},
                       [this](const Arguments& arguments) {
                         State next = state_;
                         next.occlude_size = static_cast<int>(arguments.integer(0));
                         next.occlude_stride = static_cast<int>(arguments.integer(1));
                         commit(std::move(next));
                       },
                       Undo::edit});
  registry.add(Command{"features.cascade",
                       N_("How many layers of the control have random weights, from the logits down"),
                       {Parameter::integer("N", "layers with weights; 0: there is no control", 0, 1e6)},
                       [this](const Arguments& arguments) {
                         const std::vector<int> layers = layers_with_weights(*network().need_network().info);
                         const int64_t n = arguments.integer(0), count = static_cast<int64_t>(layers.size());
                         State next = state_;
                         next.randomize = n == 0       ? std::string("none")
                                          : n >= count ? std::string("all")
                                                       : std::to_string(layers[static_cast<size_t>(n - 1)] - 1);
                         commit(std::move(next));
                       },
                       Undo::edit});
  registry.add(Command{"features.start",
                       N_("Begins what takes long: of the unit that is chosen, or of all of the layer"),
                       {Parameter::choice("WHICH", "unit, or all", {"unit", "all"}).or_none()},
                       [this](const Arguments& arguments) {
                         method().start(need_look(), arguments.has(0) && arguments.text(0) == "all");
                       }});
  registry.add(Command{"features.stop",
                       N_("Ends what takes long; what there is stays, marked as not finished"),
                       {},
                       [this](const Arguments&) { method().stop(); }});
  registry.add(Command{"features.save",
                       N_("Writes the large picture as a PNG file"),
                       {Parameter::file_to_write("FILE", "path of the file, ending in .png")},
                       [this](const Arguments& arguments) { save(arguments.text(0)); }});
  declare_readouts(registry);
}

void FeaturesPage::declare_readouts(Registry& registry) {
  registry.add(Readout{"features.unit", "the unit that is looked at: its channel, row and column", [this] {
                         const FeatureLook& look = need_look();
                         return ReadoutValue(fmt::format("{} {} {}", look.channel, look.row, look.column));
                       }});
  registry.add(Readout{"features.occlude", "size and stride of what covers the picture", [this] {
                         return ReadoutValue(fmt::format("{} {}", state_.occlude_size, state_.occlude_stride));
                       }});
  registry.add(Readout{
      "features.cascade", "how many layers of the control have random weights", [this] {
        const std::vector<int> layers = layers_with_weights(*network().need_network().info);
        if (state_.randomize == "none") return ReadoutValue(0.0);
        const int down =
            state_.randomize == "all" ? 0 : need_layer(network().need_network().info->architecture, state_.randomize);
        const auto drawn = std::count_if(layers.begin(), layers.end(), [down](int node) { return node >= down; });
        return ReadoutValue(static_cast<double>(drawn));
      }});
  const auto of_method = [&](const char* name, const char* help, double (FeatureMethod::*value)(const FeatureLook&)) {
    registry.add(Readout{name, help, [this, value] { return finite((method().*value)(need_look())); }});
  };
  of_method("features.score", "of the class or the unit that is looked at", &FeatureMethod::score);
  of_method("features.sum", "of the map's values", &FeatureMethod::sum);
  of_method("features.correlation", "Spearman's, of absolute values, of the map with its control",
            &FeatureMethod::correlation);
  of_method("features.edges", "Spearman's, of absolute values, of the map with the picture's plain edges (Sobel)",
            &FeatureMethod::edges);
  Readout map{"features.map", "a value of the map, on the method's own grid", nullptr};
  map.parameters = {Parameter::integer("ROW", "from 0", 0, 1e6), Parameter::integer("COLUMN", "from 0", 0, 1e6)};
  map.value_of = [this](const Arguments& a) { return finite(method().map(need_look(), a.integer(0), a.integer(1))); };
  registry.add(std::move(map));
  Readout patch{"features.patch", "the value of the N-th strongest patch", nullptr};
  patch.parameters = {Parameter::integer("N", "from 0, the strongest", 0, 1e6)};
  patch.value_of = [this](const Arguments& a) { return finite(method().patch(need_look(), a.integer(0))); };
  registry.add(std::move(patch));
  const auto field = [&](const char* name, const char* help, int64_t (*value)(const FieldBox&)) {
    registry.add(Readout{name, help, [this, value] {
                           const FeatureLook& look = need_look();
                           if (look.info().picture.rank() != 3) {
                             throw Error(fmt::format("{} takes no pictures", look.info().name),
                                         "choose a model for pictures of 1 or 3 channels");
                           }
                           const FieldBox box = receptive_field(look.info().architecture, look.node, look.channel,
                                                                look.row, look.column);
                           return ReadoutValue(static_cast<double>(value(box)));
                         }});
  };
  field("features.field.x", "the first column of the picture that the unit can see; may lie outside",
        [](const FieldBox& box) { return box.column; });
  field("features.field.y", "the first row of the picture that the unit can see; may lie outside",
        [](const FieldBox& box) { return box.row; });
  field("features.field.width", "how many columns of the picture the unit can see",
        [](const FieldBox& box) { return box.width; });
  field("features.field.height", "how many rows of the picture the unit can see",
        [](const FieldBox& box) { return box.height; });
}

}  // namespace striate
