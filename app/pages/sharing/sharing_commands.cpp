// Commands and readouts of the page sharing.
#include <algorithm>
#include <cmath>

#include "app/command/not_ready.h"
#include "app/pages/sharing/neocognitron_memory.h"
#include "app/pages/sharing/sharing_page.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

constexpr const char* kLayers[] = {"S1", "C1", "S2", "C2", "S3", "C3"};

// The folder in "mnist:FOLDER"; empty: it names none.
std::string_view folder_in(std::string_view value) {
  const size_t colon = value.find(':');
  return value.starts_with("mnist:") ? value.substr(colon + 1) : std::string_view();
}

}  // namespace

int SharingPage::layer_of(const std::string& words) const {
  int64_t n = 0;
  if (parse_integer(words, &n) && n >= 0 && n < 6) return static_cast<int>(n);
  for (int i = 0; i < 6; ++i) {
    if (words == kLayers[i]) return i;
  }
  throw Error(fmt::format("the Neocognitron has no layer {}", striate::shown(words)),
              "one of S1, C1, S2, C2, S3, C3, or 0 to 5");
}

const NeocognitronMaps::Map& SharingPage::cells(const NeocognitronMoment& moment, int layer) const {
  const NeocognitronMaps::Stage& stage = moment.maps.stages[static_cast<size_t>(layer / 2)];
  return layer % 2 == 0 ? stage.s : stage.c;
}

void SharingPage::declare_settings() {
  Setting& view = settings_.choice("view", "view", "Shows the three layers, the map of shifts, or the Neocognitron",
                                   Parameter::choice("VIEW", "what the stage shows", {"layers", "map", "neocognitron"}),
                                   &State::view);
  view.undo = Undo::none;
  view.labels = {N_("Layers"), N_("Map of shifts"), N_("Neocognitron")};
  Setting& data = settings_.text(
      "data", "data", "Takes the digits from here: those that the program draws, or MNIST; all learning begins anew",
      Parameter::file_to_read("DATA", "digits, or mnist:FOLDER", folder_in), [](const State& s) { return s.data; },
      [](State& s, const std::string& text) {
        if (source_word(text) != "digits" && source_word(text) != "mnist") {
          throw Error(fmt::format("{} holds no digits for this page", striate::shown(text)),
                      "take digits, or mnist:FOLDER");
        }
        s.data = text;
      });
  data.undo = Undo::none;
  Setting& digit = settings_.integer("digit", "digit", "Chooses one of the digits that nobody learns from",
                                     {"N", "its number, from 0", 0, 999}, &State::digit);
  digit.undo = Undo::none;
  settings_.also([this] { return std::vector{fmt::format("sharing.shift {} {}", state_.move.dx, state_.move.dy)}; });
  Setting& scale = settings_.number(
      "scale", "scale", "Makes the digit smaller or larger", {"S", "a factor", 0.3, 2},
      [](auto& s) -> auto& { return s.move.scale; });
  scale.decimals = 2, scale.step = 0.05;
  Setting& turn = settings_.number(
      "turn", "turn", "Turns the digit clockwise", {"DEGREES", "degrees", -180, 180},
      [](auto& s) -> auto& { return s.move.degrees; });
  turn.decimals = 0, turn.step = 5;
  Setting& tie = settings_.choice(
      "tie", "weights of the middle layer",
      "Ties the weights of the locally connected layer: one set for all places, one for each quadrant, or one for each "
      "place; untied places begin with what they shared, tied ones with the weights of the one in their middle, and "
      "who goes "
      "back before anything is learned has the weights of before",
      Parameter::choice("TIE", "which places share their weights", {"shared", "quadrants", "free"}), &State::tie);
  tie.labels = {N_("Shared"), N_("Quadrants"), N_("Free")};
  Setting& filter = settings_.integer("filter", "map", "Chooses the map whose gradients are shown",
                                      {"N", "its number, from 0", 0, kSharingMaps - 1}, &State::filter);
  filter.undo = Undo::none;
  Setting& strongest = settings_.on_off("strongest", "where it is largest",
                                        "Chooses the weight and the place of the map with the largest gradients, for "
                                        "each digit anew; choosing one by hand "
                                        "ends that",
                                        "whether weight and place are chosen by themselves", &State::strongest);
  strongest.undo = Undo::none;
  settings_.also([this] {
    if (state_.strongest) return std::vector<std::string>();
    return std::vector{fmt::format("sharing.tap {} {}", state_.tap_row, state_.tap_column),
                       fmt::format("sharing.place {} {}", state_.row, state_.column)};
  });
  Setting& drawing = settings_.on_off("neocognitron.drawing", "the drawing",
                                      "Shows the drawing to the Neocognitron instead of the digit",
                                      "whether it sees the drawing", &State::use_drawing);
  drawing.undo = Undo::none;
  Setting& formula = settings_.choice(
      "neocognitron.formula", "formula of the S-cells",
      "Makes a mistake that programs which rebuild the Neocognitron make: it learns again with that formula, and one "
      "sees what it reads then",
      "which formula, or which mistake",
      std::vector{NeocognitronFormula::right, NeocognitronFormula::squares, NeocognitronFormula::parentheses,
                  NeocognitronFormula::quotient, NeocognitronFormula::first},
      [](NeocognitronFormula of) { return name_of(of); }, &State::formula);
  formula.labels = {N_("as in 1980"), N_("the window squared"), N_("r/r + 1"), N_("1 + e/h"),
                    N_("the first plane's weights")};
  settings_.also([this] {
    std::vector<std::string> lines{"sharing.neocognitron.memory " + quoted(memory_text(acts_))};
    for (size_t i = 0; i < 3; ++i) {
      lines.push_back(fmt::format("sharing.neocognitron.selectivity S{} {}", i + 1, to_text(state_.selectivity[i])));
    }
    lines.push_back(fmt::format("sharing.cell {} {} {} {}", kLayers[state_.layer], state_.plane, state_.cell_row,
                                state_.cell_column));
    const bool shown = state_.use_drawing;
    for (std::string& line : pad_.state()) lines.push_back(std::move(line));
    lines.push_back(fmt::format("sharing.neocognitron.drawing {}", shown ? "on" : "off"));
    return lines;
  });
}

void SharingPage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_commands(registry);
  declare_readouts(registry);
}

void SharingPage::declare_commands(Registry& registry) {
  registry.add(Command{"sharing.shift",
                       N_("Moves the digit: pixels to the right and down"),
                       {Parameter::integer("DX", "pixels to the right", -kMostShift, kMostShift),
                        Parameter::integer("DY", "pixels down", -kMostShift, kMostShift)},
                       [this](const Arguments& arguments) {
                         state_.move.dx = static_cast<int>(arguments.integer(0));
                         state_.move.dy = static_cast<int>(arguments.integer(1));
                       },
                       Undo::edit});
  registry.add(Command{"sharing.still",
                       N_("Puts the digit back as it was: not moved, scaled or turned"),
                       {},
                       [this](const Arguments&) { state_.move = {}; },
                       Undo::edit});
  registry.add(Command{"sharing.tap",
                       N_("Chooses the weight of the window whose gradients are shown"),
                       {Parameter::integer("ROW", "of the window, from 0", 0, kSharingWindow - 1),
                        Parameter::integer("COLUMN", "of the window, from 0", 0, kSharingWindow - 1)},
                       [this](const Arguments& arguments) {
                         state_.tap_row = static_cast<int>(arguments.integer(0));
                         state_.tap_column = static_cast<int>(arguments.integer(1));
                         state_.strongest = false;
                       }});
  registry.add(Command{"sharing.place",
                       N_("Chooses a place of the maps: its own gradient is shown, and the sum of those tied to it"),
                       {Parameter::integer("ROW", "of a map, from 0", 0, kSharingPlaces - 1),
                        Parameter::integer("COLUMN", "of a map, from 0", 0, kSharingPlaces - 1)},
                       [this](const Arguments& arguments) {
                         state_.row = static_cast<int>(arguments.integer(0));
                         state_.column = static_cast<int>(arguments.integer(1));
                         state_.strongest = false;
                       }});
  Parameter steps = Parameter::integer("STEPS", "batches to learn; 300 if left out", 1, 100000);
  steps.optional = true;
  registry.add(Command{"sharing.start",
                       N_("Trains the three networks side by side on the same batches"),
                       {steps},
                       [this](const Arguments& arguments) {
                         start();
                         waited_for_ = false;
                         if (arguments.has(0)) until_ += arguments.integer(0) - kUsualSteps;
                       }});
  registry.add(Command{"sharing.until",
                       N_("Trains the three networks until they have learned so many batches; nothing if they have"),
                       {Parameter::integer("STEP", "batches", 1, 100000)},
                       [this](const Arguments& arguments) {
                         until_ = std::max(until_, arguments.integer(0));
                         waited_for_ = true;
                       }});
  registry.add(Command{"sharing.pause", N_("Pauses the training of the three networks"), {}, [this](const Arguments&) {
                         waited_for_ = false;
                         until_ = moment_ && moment_->of.start == start_ ? std::min(until_, moment_->step) : 0;
                       }});
  registry.add(Command{"sharing.restart",
                       N_("Draws new weights for the three networks: they have learned nothing"),
                       {},
                       [this](const Arguments&) { ++start_, until_ = 0; }});
  registry.add(Command{"sharing.neocognitron.learn",
                       N_("The Neocognitron learns so many more digits, one after the other"),
                       {Parameter::integer("N", "how many digits", 1, 3000)},
                       [this](const Arguments& arguments) {
                         learn({.digits = static_cast<int>(arguments.integer(0)), .drawing = {}, .label = -1});
                       },
                       Undo::edit});
  registry.add(Command{"sharing.neocognitron.until",
                       N_("The Neocognitron learns until it has seen so many digits; nothing if it has"),
                       {Parameter::integer("N", "digits", 1, 3000)},
                       [this](const Arguments& arguments) {
                         int left = static_cast<int>(arguments.integer(0));
                         for (const NeocognitronAct& act : acts_) left -= act.label < 0 ? act.digits : 1;
                         if (left > 0) learn({.digits = left, .drawing = {}, .label = -1});
                       },
                       Undo::edit});
  registry.add(Command{"sharing.neocognitron.teach",
                       N_("The Neocognitron learns the drawing, and that it is this digit"),
                       {Parameter::integer("LABEL", "the digit", 0, 9)},
                       [this](const Arguments& arguments) {
                         if (pad_.empty()) throw Error("nothing is drawn", "draw a digit on the pad first");
                         learn(
                             {.digits = 0, .drawing = pad_.drawing(), .label = static_cast<int>(arguments.integer(0))});
                       },
                       Undo::edit});
  registry.add(Command{"sharing.neocognitron.stop",
                       N_("Ends its learning; what it has learned from digits that are finished stays"),
                       {},
                       [this](const Arguments&) {
                         if (!neocognitron_ || !neocognitron_->learning) return;
                         acts_ = neocognitron_->of.acts;
                         neocognitron_job_.stop();
                         if (!acts_.empty()) acts_.pop_back();
                       }});
  registry.add(Command{"sharing.neocognitron.forget",
                       N_("The Neocognitron forgets everything: it has no planes"),
                       {},
                       [this](const Arguments&) { acts_.clear(); },
                       Undo::edit});
  registry.add(Command{"sharing.neocognitron.memory",
                       N_("Lets the Neocognitron have learned just this, one after the other"),
                       {Parameter::text("WHAT",
                                        "numbers of digits, and drawings with their digit: "
                                        "200; X Y X Y / X Y is 7; or nothing")},
                       [this](const Arguments& arguments) { acts_ = parse_memory(arguments.text(0)); },
                       Undo::edit});
  registry.add(Command{"sharing.neocognitron.draw",
                       N_("Draws a digit for the Neocognitron"),
                       {Parameter::text("STROKE", DigitPad::syntax())},
                       [this](const Arguments& arguments) {
                         pad_.draw(arguments.text(0));
                         state_.use_drawing = !pad_.empty();
                       }});
  registry.add(Command{
      "sharing.neocognitron.selectivity",
      N_("Sets how alike a window must be to what an S-cell has learned: it answers where the weighted cosine is above "
         "r / (1 + r)"),
      {Parameter::word("LAYER", "S1, S2 or S3"), Parameter::number("R", "the selectivity r", 0.05, 20)},
      [this](const Arguments& arguments) {
        const int layer = layer_of(arguments.text(0));
        if (layer % 2 != 0) {
          throw Error(fmt::format("the C-cells of {} have no selectivity", kLayers[layer]), "take S1, S2 or S3");
        }
        state_.selectivity[static_cast<size_t>(layer / 2)] = arguments.number(1);
      },
      Undo::edit});
  registry.add(Command{
      "sharing.cell",
      N_("Chooses a cell of the Neocognitron: its window, its formula and its numbers are shown"),
      {Parameter::word("LAYER", "S1, C1, S2, C2, S3 or C3"), Parameter::integer("PLANE", "from 0", 0, 9999),
       Parameter::integer("ROW", "from 0", 0, 15), Parameter::integer("COLUMN", "from 0", 0, 15)},
      [this](const Arguments& arguments) {
        const int layer = layer_of(arguments.text(0));
        static constexpr int sides[] = {16, 10, 8, 6, 2, 1};
        for (size_t i = 2; i < 4; ++i) {
          if (arguments.integer(i) < sides[layer]) continue;
          throw Error(fmt::format("{} has {} x {} cells in a plane", kLayers[layer], sides[layer], sides[layer]),
                      fmt::format("rows and columns from 0 to {}", sides[layer] - 1));
        }
        const NeocognitronSettings settings = neocognitron_settings();
        const int most = settings.stages[static_cast<size_t>(layer / 2)].most_planes;
        if (arguments.integer(1) >= most) {
          throw Error(fmt::format("{} has {} planes at most", kLayers[layer], most),
                      fmt::format("planes from 0 to {}; it makes them while it learns", most - 1));
        }
        state_.layer = layer;
        state_.plane = static_cast<int>(arguments.integer(1));
        state_.cell_row = static_cast<int>(arguments.integer(2));
        state_.cell_column = static_cast<int>(arguments.integer(3));
      }});
}

void SharingPage::declare_readouts(Registry& registry) {
  const auto number = [&](std::string name, std::string help, const std::function<double()>& value) {
    registry.add(Readout{std::move(name), std::move(help), [value] { return ReadoutValue(value()); }});
  };
  for (int i = 0; i < kSharingLayers; ++i) {
    const auto layer = static_cast<SharingLayer>(i);
    const std::string name = fmt::format("sharing.{}", name_of(layer));
    number(name + ".parameters", fmt::format("numbers to learn in the {} layer", name_of(layer)),
           [this, layer] { return static_cast<double>(sharing_parameters(layer, state_.tie).value); });
    number(name + ".class", fmt::format("what the network with the {} layer reads", name_of(layer)),
           [this, i] { return static_cast<double>(need().answers[static_cast<size_t>(i)].label); });
    number(name + ".probability", fmt::format("how sure the network with the {} layer is, 0 to 1", name_of(layer)),
           [this, i] {
             const SharingAnswer& answer = need().answers[static_cast<size_t>(i)];
             return static_cast<double>(answer.probabilities[static_cast<size_t>(answer.label)]);
           });
    number(name + ".accuracy",
           fmt::format("share of {} unseen digits, moved as this one, that the network with the {} layer reads right",
                       SharingLab::kTestDigits, name_of(layer)),
           [this, i] { return need_accuracy().accuracy[static_cast<size_t>(i)]; });
    number(name + ".loss", fmt::format("cross-entropy of the last batch with the {} layer", name_of(layer)), [this, i] {
      const float loss = need().loss[static_cast<size_t>(i)];
      if (std::isnan(loss)) throw Error("nothing has been learned yet", "sharing.start begins it");
      return static_cast<double>(loss);
    });
    number(name + ".known",
           fmt::format("shifts, of {}, at which the network with the {} layer reads the digit", kShifts * kShifts,
                       name_of(layer)),
           [this, layer] {
             const SharingMoment& moment = need();
             if (state_.view != 1) throw Error("the map of shifts is not shown", "sharing.view map");
             if (moment.map_rows < kShifts) throw NotReady("the map fills in");
             return static_cast<double>(moment.known(layer));
           });
  }
  const auto text = [&](std::string name, std::string help, const std::function<std::string()>& value) {
    registry.add(Readout{std::move(name), std::move(help), [value] { return ReadoutValue(value()); }});
  };
  text("sharing.shift", "pixels that the digit is moved to the right and down",
       [this] { return fmt::format("{} {}", state_.move.dx, state_.move.dy); });
  text("sharing.tap", "row and column of the weight whose gradients are shown", [this] {
    if (state_.strongest) need_place();
    return fmt::format("{} {}", state_.tap_row, state_.tap_column);
  });
  text("sharing.place", "row and column of the chosen place of the maps", [this] {
    if (state_.strongest) need_place();
    return fmt::format("{} {}", state_.row, state_.column);
  });
  text("sharing.cell", "layer, plane, row and column of the chosen cell of the Neocognitron", [this] {
    return fmt::format("{} {} {} {}", kLayers[state_.layer], state_.plane, state_.cell_row, state_.cell_column);
  });
  number("sharing.label", "the digit's true class", [this] { return static_cast<double>(need().label); });
  number("sharing.shift.x", "pixels that the digit is moved to the right", [this] { return state_.move.dx; });
  number("sharing.shift.y", "pixels that the digit is moved down", [this] { return state_.move.dy; });
  number("sharing.step", "batches that the three networks have learned",
         [this] { return static_cast<double>(moment_ && moment_->of.start == start_ ? moment_->step : 0); });
  number("sharing.gradient.local", "gradient of the chosen weight at the chosen place alone", [this] {
    return static_cast<double>(
        need_place().gradient.at(state_.filter, state_.row, state_.column, state_.tap_row, state_.tap_column));
  });
  number("sharing.gradient.sum", "the same added up over all places whose weights are tied to it", [this] {
    const SharingGradient& gradient = need_place().gradient;
    return gradient.sum(gradient.tile_of(state_.row, state_.column), state_.filter, state_.tap_row, state_.tap_column);
  });
  number("sharing.gradient.shared", "gradient of the weight that these places share, as the layer computes it", [this] {
    const SharingGradient& gradient = need_place().gradient;
    return static_cast<double>(
        gradient.shared(gradient.tile_of(state_.row, state_.column), state_.filter, state_.tap_row, state_.tap_column));
  });
  number("sharing.neocognitron.class", "what the Neocognitron reads; -1 where all its last cells are silent",
         [this] { return static_cast<double>(need_neocognitron().answer.label); });
  number("sharing.neocognitron.accuracy",
         fmt::format("share of {} unseen digits, moved as this one, that the Neocognitron reads right",
                     NeocognitronWork::kTestDigits),
         [this] {
           score_wanted_ = true;
           const NeocognitronMoment& moment = need_neocognitron();
           if (acts_.empty()) throw Error("the Neocognitron has learned nothing", "sharing.neocognitron.learn 200");
           if (!moment.measured) throw NotReady("unseen digits are read");
           return static_cast<double>(moment.right) / moment.tested;
         });
  number("sharing.neocognitron.known",
         fmt::format("shifts, of {}, at which the Neocognitron reads the digit", kShifts * kShifts), [this] {
           if (state_.view != 1) throw Error("the map of shifts is not shown", "sharing.view map");
           const NeocognitronMoment& moment = need_neocognitron();
           if (acts_.empty()) {
             throw Error("the Neocognitron has learned nothing", "sharing.neocognitron.learn 200");
           }
           if (moment.label < 0) throw Error("a drawing has no right answer", "sharing.neocognitron.drawing off");
           if (moment.map_rows < kShifts) throw NotReady("the map fills in");
           return static_cast<double>(std::count(moment.map.begin(), moment.map.end(), moment.label));
         });
  number("sharing.neocognitron.learned", "digits that the Neocognitron has learned, drawn ones, too",
         [this] { return static_cast<double>(need_neocognitron().learned); });
  number("sharing.neocognitron.drawn", "drawn digits that the Neocognitron has learned",
         [this] { return static_cast<double>(need_neocognitron().drawn); });
  registry.add(Readout{"sharing.neocognitron.planes",
                       "planes of a layer of the Neocognitron",
                       {},
                       {Parameter::word("LAYER", "S1, C1, S2, C2, S3 or C3")},
                       [this](const Arguments& arguments) -> ReadoutValue {
                         const int layer = layer_of(arguments.text(0));
                         return static_cast<double>(need_neocognitron().planes[static_cast<size_t>(layer / 2)]);
                       }});
  registry.add(Readout{"sharing.neocognitron.winners",
                       "S-cells of a layer that would win, and change their planes' weights, if it learned this digit",
                       {},
                       {Parameter::word("LAYER", "S1, S2 or S3")},
                       [this](const Arguments& arguments) -> ReadoutValue {
                         const int layer = layer_of(arguments.text(0));
                         return static_cast<double>(need_neocognitron().winners[static_cast<size_t>(layer / 2)].size());
                       }});
  registry.add(Readout{"sharing.neocognitron.selectivity",
                       "r of the S-cells of a layer",
                       {},
                       {Parameter::word("LAYER", "S1, S2 or S3")},
                       [this](const Arguments& arguments) -> ReadoutValue {
                         const int layer = layer_of(arguments.text(0));
                         if (layer % 2 != 0) throw Error("C-cells have no selectivity", "take S1, S2 or S3");
                         return state_.selectivity[static_cast<size_t>(layer / 2)];
                       }});
  number("sharing.cell.value", "what the chosen cell of the Neocognitron holds", [this] {
    const NeocognitronMoment& moment = need_neocognitron();
    const NeocognitronMaps::Map& map = cells(moment, state_.layer);
    if (state_.plane >= map.planes) {
      throw Error(fmt::format("{} has {} planes", kLayers[state_.layer], map.planes),
                  map.planes == 0 ? "let it learn: sharing.neocognitron.learn 200" : "planes count from 0");
    }
    return static_cast<double>(map.at(state_.plane, state_.cell_row, state_.cell_column));
  });
}

}  // namespace striate
