// Commands and readouts of the page transfer.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/command/not_ready.h"
#include "app/network/network_in_use.h"
#include "app/pages/transfer/transfer.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/lower_case.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

Error not_begun() { return {"nothing has learned yet", "let both sides learn: transfer.start"}; }

std::string count_of_sources() {
  std::string sources;
  for (const DataSource& source : data_sources()) sources += std::string(sources.empty() ? "" : ", ") + source.syntax;
  return sources;
}

}  // namespace

void TransferPage::declare_settings() {
  Setting& view = settings_.choice(
      "view", "below the two sides",
      "Shows how both sides learn, how good they are with how many examples, or the "
      "features as a map, or the classes of your own",
      Parameter::choice("VIEW", "what stands below the two sides", {"curves", "examples", "space", "own"}),
      &State::view);
  view.undo = Undo::none;
  view.labels = {N_("Learning"), N_("How many examples"), N_("Feature space"), N_("Own classes")};
  Setting& base = settings_.text(
      "base", "base", "Takes the base from here: a trained network, without its last layers",
      Parameter::file_to_read("NAME|FILE", "a model whose weights are part of Striate, or a file", file_of_network),
      [](const State& s) { return s.base; }, [](State& s, const std::string& text) { s.base = text; });
  base.undo = Undo::none;
  Setting& data = settings_.text(
      "data", "data", "Takes the pictures from here: classes that the base has never learned",
      Parameter::file_to_read("SOURCE", count_of_sources() + ", own", folder_of_source),
      [](const State& s) { return s.data; },
      [](State& s, const std::string& text) {
        if (text == "own") {
          s.data = text, s.view = "own";
          return;
        }
        if (find_source(text) == nullptr) open_dataset(text);  // says what is wrong with it
        drawn_size(text);
        s.data = text;
      });
  data.undo = Undo::none;
  Setting& examples =
      settings_.integer("examples", "examples of each class", "How many pictures of each class both sides learn from",
                        {"N", "pictures of each class; all others test", 1, 1000}, &State::examples);
  examples.hands = {1, 50};
  examples.logarithmic = true;
  settings_.integer("seeds", "seeds", "How often both sides learn, each time from other pictures and other weights",
                    {"N", "seeds; their mean and spread are shown", 1, 20}, &State::seeds);
  settings_.text(
      "head", "head", "The layers that stand behind the base and are trained in any case",
      Parameter::text("TEXT",
                      "layers with | between them, as in \"flatten | dense 32 | relu | dense 8\"; usual: one "
                      "dense layer on the mean of each map"),
      [](const State& s) { return s.head; },
      [](State& s, const std::string& text) { s.head = text == "usual" ? text : Architecture::parse(text).text(); });
  settings_.also([this] {
    std::vector<std::string> lines{"transfer.freeze all"};
    for (const StudyLock& lock : state_.locks) {
      lines.push_back((lock.frozen ? "transfer.freeze " : "transfer.unfreeze ") + quoted(lock.layers));
    }
    return lines;
  });
  settings_.also([this] { return std::vector<std::string>{"transfer.own.keep " + quoted(own_.text())}; });
  Setting& space = settings_.choice(
      "space", "features", "Shows the features of the base, or what the trained network makes of the tiles",
      Parameter::choice("WHEN", "before the head has learned, or after", {"before", "after"}), &State::space);
  space.undo = Undo::none;
  space.labels = {N_("Before"), N_("After")};
  Setting& tile = settings_.integer("tile", "tile", "Looks at one picture", {"N", "its number, from 0", 0, 10'000'000},
                                    &State::tile);
  tile.undo = Undo::none;
}

void TransferPage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_commands(registry);
  declare_readouts(registry);
  declare_own(registry);
}

void TransferPage::declare_commands(Registry& registry) {
  for (const bool frozen : {true, false}) {
    registry.add(Command{
        frozen ? "transfer.freeze" : "transfer.unfreeze",
        frozen ? N_("Freezes layers of the base: they keep their weights")
               : N_("Unfreezes layers of the base: behind the head they go on learning, at a hundredth of its rate"),
        {Parameter::word("LAYER",
                         "its number, from 0 without the input, or its name; several as \"3-7\" or "
                         "\"features.12*\"; all")},
        [this, frozen](const Arguments& arguments) {
          // Where the layers are known, a wrong one is told at once.
          if (moment_ && moment_->of.base == state_.base) check_layers(arguments.text(0));
          lock({frozen, arguments.text(0)});
        },
        Undo::edit});
    registry.add(
        Readout{frozen ? "transfer.freeze" : "transfer.unfreeze",
                frozen ? N_("layers of the base that keep their weights") : N_("layers of the base that are trained"),
                [this, frozen] { return ReadoutValue(layers_text(frozen)); }});
  }
  registry.add(Command{"transfer.start",
                       N_("Lets both sides learn: first the head on the base, then the network from random weights"),
                       {},
                       [this](const Arguments&) { learn_ = true, waited_for_ = false, failed_.reset(); }});
  registry.add(Command{"transfer.finish",
                       N_("Lets both sides learn to the end: what follows in a script waits for it"),
                       {},
                       [this](const Arguments&) { learn_ = waited_for_ = true, failed_.reset(); }});
  registry.add(Command{"transfer.pause", N_("Pauses; what has been learned stays"), {}, [this](const Arguments&) {
                         learn_ = waited_for_ = false;
                       }});
  registry.add(Command{"transfer.curve",
                       N_("Lets both sides learn with 1, 2, 5, 10, 20 and 50 examples of each class, as far as there "
                          "are enough pictures"),
                       {},
                       [this](const Arguments&) { learn_ = curve_ = true, failed_.reset(); }});
  registry.add(Command{"transfer.save",
                       N_("Saves the base with its trained head: a network like any other, which every page opens"),
                       {Parameter::file_to_write("FILE", "a name ending in .safetensors")},
                       [this](const Arguments& arguments) {
                         const std::string& path = arguments.text(0);
                         if (lower_case(std::filesystem::path(path).extension().string()) != ".safetensors") {
                           throw Error(fmt::format("transfer.save: '{}' is no name of a safetensors file", path),
                                       "let it end in .safetensors: transfer.save tiles.safetensors");
                         }
                         const TransferMoment* now = present();
                         if (now == nullptr || !now->after) {
                           throw Error("nothing has been learned that could be saved",
                                       "let the head learn first: transfer.start");
                         }
                         check_overwrite({path, FileKind::weights, {state_.base}, context_.document.force});
                         file_ = path, ++saves_;
                       }});
  registry.add(Command{"transfer.export",
                       N_("Writes a folder with a PyTorch project: these pictures, the examples of the first seed, the "
                          "head on the same base"),
                       {Parameter::file_to_write("DIR", "a new folder")},
                       [this](const Arguments& arguments) { export_project(arguments.text(0)); }});
}

const TransferMoment& TransferPage::need() {
  ask();
  if (failed_) throw *failed_;
  if (const TransferMoment* now = present()) return *now;
  throw NotReady("base and pictures are being opened");
}

const StudyResult& TransferPage::need_result(bool scratch) {
  const TransferMoment& now = need();
  const TransferMoment::Side& side = scratch ? now.scratch : now.transfer;
  if (side.complete) return side.result;
  if (learning()) throw NotReady("it still learns");
  throw not_begun();
}

const StudyResult& TransferPage::need_point(bool scratch, int64_t examples) {
  const TransferMoment& now = need();
  for (const TransferMoment::Point& point : now.curve) {
    const StudyResult& result = scratch ? point.scratch : point.transfer;
    if (point.examples == examples && result.seeds >= state_.seeds) return result;
  }
  const bool comes = examples == state_.examples ||
                     (curve_ && std::find(now.sizes.begin(), now.sizes.end(), examples) != now.sizes.end());
  if (learning() && comes) throw NotReady("it still learns");
  throw Error(fmt::format("nothing has learned from {} examples of each class", examples),
              "transfer.curve learns from 1, 2, 5, 10, 20 and 50, as far as there are enough pictures");
}

void TransferPage::check_layers(const std::string& text) const {
  if (text != "all") LayerSet::parse(text, *moment_->base);
}

std::string TransferPage::layers_text(bool frozen) {
  std::vector<int> nodes;
  int all = 0;
  for (const StudyLayer& layer : need().facts.layers) {
    if (layer.head || layer.parameters == 0) continue;
    ++all;
    if (layer.frozen == frozen) nodes.push_back(layer.number + 1);
  }
  if (nodes.empty()) return "none";
  return static_cast<int>(nodes.size()) == all ? "all" : LayerSet::of(nodes).numbers();
}

void TransferPage::declare_readouts(Registry& registry) {
  const auto number = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(
        Readout{std::string("transfer.") + name, help, [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  for (const bool scratch : {true, false}) {
    const std::string side = scratch ? "scratch" : "transfer";
    const auto of = [&](const char* what, const char* help, double StudyResult::*field) {
      number((side + what).c_str(), help, [this, scratch, field] { return need_result(scratch).*field; });
    };
    of(".accuracy",
       scratch ? "share of the test pictures that the network from random weights gets right, mean over the seeds"
               : "share of the test pictures that the head on the base gets right, mean over the seeds",
       &StudyResult::mean);
    of(".spread", "standard deviation of that share over the seeds", &StudyResult::spread);
    registry.add(Readout{
        .name = "transfer.curve." + side,
        .help = scratch ? "share that the network from random weights gets right after so many examples of each class"
                        : "share that the head on the base gets right after so many examples of each class",
        .value = {},
        .parameters = {Parameter::integer("N", "examples of each class", 1, 1000)},
        .value_of = [this, scratch](const Arguments& arguments) {
          return ReadoutValue(need_point(scratch, arguments.integer(0)).mean);
        }});
  }
  number("scratch.rate", "the learning rate that was best for the network from random weights",
         [this] { return need_result(true).rate; });
  number("scratch.parameters", "numbers to learn from random weights",
         [this] { return static_cast<double>(need().facts.scratch_parameters); });
  number("frozen.parameters", "numbers of the base that stay",
         [this] { return static_cast<double>(need().facts.frozen_parameters); });
  number("trained.parameters", "numbers that are trained: the head's, and those of unfrozen layers",
         [this] { return static_cast<double>(need().facts.trained_parameters); });
  number("cached", "pictures whose features are kept", [this] { return static_cast<double>(need().cached); });
  number("cached.seconds", "that computing them took, measured", [this] {
    if (need().cached == 0) throw not_begun();
    return need().cached_seconds;
  });
  registry.add(Readout{"transfer.cached.layer", "the last layer that is computed once for each picture; none", [this] {
                         const std::string& layer = need().facts.cached_layer;
                         return ReadoutValue(layer.empty() ? std::string("none") : layer);
                       }});
  number("saved.multiply_adds", "that were not computed, because features are kept", [this] {
    const TransferMoment& now = need();
    return static_cast<double>(now.saved_passes) * static_cast<double>(now.facts.cached_multiply_adds);
  });
  number("saved.seconds", "that they would have taken, as long as they took each once", [this] {
    const TransferMoment& now = need();
    return now.cached == 0
               ? 0.0
               : static_cast<double>(now.saved_passes) * now.cached_seconds / static_cast<double>(now.cached);
  });
  number("classes", "classes of the data", [this] { return static_cast<double>(need().facts.classes.size()); });
  number("pictures", "pictures of the data", [this] { return static_cast<double>(need().facts.samples); });
  number("explained", "share of the features' variance that the map shows", [this] {
    const TransferMoment& now = need();
    const std::optional<FeatureSpace>& shown = state_.space == "after" ? now.after : now.before;
    if (shown) return shown->plane.explained;
    if (learning()) throw NotReady("the features are being computed");
    throw not_begun();
  });
  registry.add(Readout{"transfer.tile.class", "the true class of the picture that is looked at", [this] {
                         const TransferMoment& now = need();
                         if (state_.tile >= now.tiles->size()) {
                           throw Error(fmt::format("there is no picture {}", state_.tile),
                                       fmt::format("from 0 to {}: transfer.tile 0", now.tiles->size() - 1));
                         }
                         return ReadoutValue(now.tiles->classes()[static_cast<size_t>(now.tiles->label(state_.tile))]);
                       }});
  number("learning", "1 while something learns, 0 when all is done or it pauses",
         [this] { return learning() ? 1.0 : 0.0; });
}

}  // namespace striate
