// Commands and readouts of page `lenet`.
#include <algorithm>
#include <cmath>

#include "app/command/not_ready.h"
#include "app/drawing/stroke_text.h"
#include "app/pages/lenet/lenet.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

constexpr size_t kMostDigits = 24;  // of one `lenet.write`

Stroke stroke_of(const std::string& text) { return parse_stroke("lenet.draw", text, "undo, clear, pen X Y"); }

Error nothing_written() { return {"nothing is written", "write a number: lenet.write 1993"}; }
Error left_the_picture() {
  return {"the digit has left the picture", "bring it back: lenet.move 0 0, or lenet.upright"};
}

int model_of(const std::string& word) {
  for (int i = 0; i < kLenetModels; ++i) {
    if (word == lenet_models()[static_cast<size_t>(i)].word) return i;
  }
  return 2;
}

}  // namespace

void LenetPage::declare_settings() {
  settings_
      .choice(
          "chosen", "network", "Chooses the network whose answers count, without opening it",
          Parameter::choice("WHICH", "the network of 1989, LeNet-5 of 1998 or today's version",
                            {"1989", "1998", "modern"}),
          [](const State& s) { return std::string(lenet_models()[static_cast<size_t>(s.model)].word); },
          [](State& s, const std::string& word) {
            s.model = model_of(word);
            if (s.model == 0) s.slide = false;
          })
      .labels = {"1989", "1998", N_("today")};
  settings_
      .choice("view", "below the drawing",
              "Shows every layer of the open network, the glyphs that LeNet-5 of 1998 compares with, or how far the "
              "drawing can be "
              "turned and scaled",
              Parameter::choice("VIEW", "what stands below the drawing", {"layers", "glyphs", "ring"}), &State::view)
      .labels = {N_("Layers"), N_("Glyphs"), N_("Turn and scale")};
  settings_.on_off(
      "center", "centered",
      "Fits what was drawn into 20 x 20 pixels and puts its center of mass at the center, as MNIST's makers did, "
      "before it is moved, turned and scaled",
      "whether the drawing is centered first", [](auto& s) -> auto& { return s.placement.center; });
  const auto number = [this](const char* name, const char* label, const char* help, SettingRange range,
                             float Placement::*field, int decimals) {
    Setting& setting = settings_.number(
        name, label, help, range,
        [field](const State& s) { return std::round(static_cast<double>(s.placement.*field) * 1e5) / 1e5; },
        [field](State& s, double value) { s.placement.*field = static_cast<float>(value); });
    setting.decimals = decimals;
  };
  number("rotate", "turned", "Turns the digit clockwise around the middle",
         {"DEGREES", "degrees, clockwise", -180, 180}, &Placement::degrees, 0);
  number("scale", "scaled", "Makes the digit larger or smaller", {"S", "factor", 0.2, 2}, &Placement::scale, 2);
  number("thickness", "thickness", "Makes the lines thicker or thinner", {"T", "factor of the pen", 0.2, 4},
         &Placement::thickness, 2);
  number("noise", "noise", "Gives this share of the pixels a random gray", {"SHARE", "share of the pixels", 0, 1},
         &Placement::noise, 2);
  Setting& pen = settings_.number("pen", "pen", "The pen's width, for the strokes to come",
                                  {"WIDTH", "units of the pad, which is 280 wide", static_cast<double>(kThinnestPen),
                                   static_cast<double>(kThickestPen)},
                                  &State::pen);
  pen.decimals = 0;
  pen.undo = Undo::none;
}

void LenetPage::draw_words(const std::string& text) {
  const std::vector<std::string> words = split_words(text);
  const std::string word = words.empty() ? "" : words[0];
  if (words.size() == 1 && word == "clear") {
    drawing_ = {};
    text_.clear();
  } else if (words.size() == 1 && word == "undo") {
    drawing_.undo();
  } else if (words.size() == 3 && word == "pen") {
    pen_ = stroke_of(text.substr(text.find("pen") + 3))[0];
    return;
  } else {
    const Stroke stroke = stroke_of(text);
    drawing_.add(stroke, static_cast<float>(state_.pen));
    text_.clear();
    pen_ = drawing_.pen();
  }
  changed();
}

void LenetPage::write(const std::string& line) {
  const std::vector<std::string> words = split_words(line);
  const std::string text = words.empty() ? "" : words[0];
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  int64_t seed = 1;
  if (!digits || text.size() > kMostDigits || words.size() > 2 ||
      (words.size() == 2 && (!parse_integer(words[1], &seed) || seed < 1))) {
    throw Error(
        fmt::format("lenet.write: \"{}\" is not a number of digits", striate::shown(line)),
        fmt::format("1 to {} digits, and a number from 1 on for another hand: lenet.write 1993 2", kMostDigits));
  }
  text_ = text;
  text_seed_ = static_cast<uint64_t>(seed);
  column_ = 0;
  state_.slide = true;
  if (state_.model == 0) state_.model = 2;
  ++revision_;
}

// Page train learns the same network from the beginning: on the program's digits, which every machine has.
void LenetPage::train() {
  if (!context_.send) throw Error("there is no page train here", "train.model and train.start do it there");
  for (const std::string& line : {std::string("page train"), std::string("train.data digits"),
                                  fmt::format("train.model {}", model().untrained), std::string("train.start")}) {
    context_.send(line);
  }
}

void LenetPage::declare(Registry& registry) {
  registry.add(Command{"lenet.model",
                       N_("Chooses the network, and opens it: its layers are looked at on every page"),
                       {Parameter::choice("WHICH", "the network of 1989, LeNet-5 of 1998 or today's version",
                                          {"1989", "1998", "modern"})},
                       [this](const Arguments& arguments) {
                         state_.model = model_of(arguments.text(0));
                         if (state_.model == 0) state_.slide = false;
                         keep_layer();
                         network().open(model().file);
                         changed();
                       },
                       Undo::edit});
  registry.add(
      Readout{"lenet.model", "the chosen network", [this] { return ReadoutValue(std::string(model().word)); }});
  registry.add(Command{
      "lenet.draw",
      N_("Draws on the pad: a stroke through these points; one that begins where the last ended goes on "
         "with it"),
      {Parameter::text("STROKE", fmt::format("X Y X Y ... from 0 to {}, x to the right and y down; undo, clear; "
                                             "pen X Y (moves the keyboard's pen)",
                                             kPadSide))},
      [this](const Arguments& arguments) { draw_words(arguments.text(0)); },
      Undo::edit});
  registry.add(
      Command{"lenet.clear", N_("Empties the pad"), {}, [this](const Arguments&) { draw_words("clear"); }, Undo::edit});
  Parameter another = Parameter::integer("SEED", "which hand writes it", 1, 1e9);
  another.optional = true;
  registry.add(Command{"lenet.digit",
                       N_("Draws a digit in the program's hand"),
                       {Parameter::integer("N", "the digit", 0, 9), another},
                       [this](const Arguments& arguments) {
                         drawing_ =
                             drawing_of_digit(static_cast<int>(arguments.integer(0)),
                                              static_cast<uint64_t>(arguments.has(1) ? arguments.integer(1) : 1));
                         digit_ = static_cast<int>(arguments.integer(0));
                         hand_ = arguments.has(1) ? arguments.integer(1) : 1;
                         text_.clear();
                         pen_ = drawing_.pen();
                         changed();
                       },
                       Undo::edit});
  registry.add(Command{
      "lenet.move",
      N_("Moves the digit away from where it stands"),
      {Parameter::number("DX", "pixels to the right", -28, 28), Parameter::number("DY", "pixels down", -28, 28)},
      [this](const Arguments& arguments) {
        state_.placement.dx = static_cast<float>(arguments.number(0));
        state_.placement.dy = static_cast<float>(arguments.number(1));
        changed();
      },
      Undo::edit});
  Parameter beside = Parameter::number("DX", "pixels to the right of the middle", -28, 28);
  beside.optional = true;
  registry.add(
      Command{"lenet.second",
              N_("Puts a second digit beside the drawing"),
              {Parameter::choice("N", "the digit", {"none", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}), beside},
              [this](const Arguments& arguments) {
                const std::string& digit = arguments.text(0);
                state_.placement.second = digit == "none" ? -1 : digit[0] - '0';
                if (arguments.has(1)) state_.placement.second_dx = static_cast<float>(arguments.number(1));
                changed();
              },
              Undo::edit});
  registry.add(Readout{"lenet.second", "the digit beside the drawing", [this] {
                         const int second = state_.placement.second;
                         return ReadoutValue(second < 0 ? std::string("none") : std::to_string(second));
                       }});
  registry.add(Command{"lenet.upright",
                       N_("Takes all changes back: not moved, turned, scaled, no noise, no second digit"),
                       {},
                       [this](const Arguments&) {
                         const bool center = state_.placement.center;
                         state_.placement = {};
                         state_.placement.center = center;
                         changed();
                       },
                       Undo::edit});
  registry.add(Command{"lenet.write",
                       N_("Writes a number of several digits, and the network slides over it"),
                       {Parameter::text("TEXT", "the digits, and behind them a number for another hand")},
                       [this](const Arguments& arguments) { write(arguments.text(0)); },
                       Undo::edit});
  registry.add(Readout{"lenet.write", "the number that was written", [this] { return ReadoutValue(text_); }});
  registry.add(Command{"lenet.slide",
                       N_("Lets the network slide over all that is drawn or written, or read one digit"),
                       {Parameter::on_off("ON", "whether it slides")},
                       [this](const Arguments& arguments) {
                         const bool on = arguments.text(0) == "on";
                         if (on && state_.model == 0) {
                           throw Error("the network of 1989 can't slide: its maps have borders of their own",
                                       "choose LeNet-5: lenet.model 1998, or lenet.model modern");
                         }
                         state_.slide = on;
                       },
                       Undo::edit});
  registry.add(Readout{"lenet.slide", "whether the network slides",
                       [this] { return ReadoutValue(std::string(state_.slide ? "on" : "off")); }});
  registry.add(Command{"lenet.column",
                       N_("Looks at one answer of the network that slides"),
                       {Parameter::integer("N", "which answer, from 0", 0, 1000)},
                       [this](const Arguments& arguments) {
                         const auto column = static_cast<int>(arguments.integer(0));
                         const int count = columns();
                         if (count == 0) throw nothing_written();
                         if (column >= count) {
                           throw Error(fmt::format("lenet.column: {} is not one of the {} answers", column, count),
                                       fmt::format("from 0 to {}: lenet.column {}", count - 1, count / 2));
                         }
                         column_ = column;
                       }});
  registry.add(Readout{"lenet.column", "the answer that is looked at",
                       [this] { return ReadoutValue(static_cast<double>(column_)); }});
  registry.add(Command{"lenet.layer",
                       N_("Shows the maps of a layer of the open network"),
                       {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one")},
                       [this](const Arguments& arguments) {
                         need_layer(architecture(), arguments.text(0));
                         layer_ = arguments.text(0);
                       }});
  registry.add(Readout{"lenet.layer", "the layer whose maps are shown", [this] { return ReadoutValue(layer_); }});
  registry.add(Command{"lenet.train",
                       N_("Goes to page train and lets the chosen network learn from the beginning"),
                       {},
                       [this](const Arguments&) { train(); }});
  settings_.declare(registry);
  declare_readouts(registry);
}

const LenetAnswers& LenetPage::need_answers() {
  if (drawing_.empty() && state_.placement.second < 0) {
    throw Error("nothing is drawn", "draw on the pad: lenet.draw 100 60 180 60 130 220, or lenet.digit 7");
  }
  if (answers_ && answers_->revision == revision_) {
    if (answers_->blank) throw left_the_picture();
    return *answers_;
  }
  ask_answers();
  throw NotReady("the networks have not read it yet");
}
const LenetRow& LenetPage::need_row() {
  if (state_.model == 0) {
    throw Error("the network of 1989 can't slide: its maps have borders of their own",
                "choose LeNet-5: lenet.model 1998, or lenet.model modern");
  }
  if (text_.empty() && drawing_.empty()) {
    throw nothing_written();
  }
  if (row_ && row_->revision == revision_) return *row_;
  ask_row();
  throw NotReady("the network has not read the row yet");
}
const LenetRing& LenetPage::need_ring() {
  if (drawing_.empty()) throw Error("nothing is drawn", "draw on the pad, or lenet.digit 7");
  if (ring_ && ring_->revision == revision_) {
    if (ring_->blank) throw left_the_picture();
    return *ring_;
  }
  ask_ring();
  throw NotReady("the ring is not computed yet");
}

void LenetPage::declare_readouts(Registry& registry) {
  const auto number = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(
        Readout{std::string("lenet.") + name, help, [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  const auto chosen = [this]() -> const DigitReader::Answer& {
    return need_answers().of[static_cast<size_t>(state_.model)];
  };
  registry.add(Readout{"lenet.class", "the digit that the chosen network reads",
                       [chosen] { return ReadoutValue(std::to_string(chosen().digit)); }});
  for (int i = 0; i < kLenetModels; ++i) {
    registry.add(Readout{fmt::format("lenet.class.{}", lenet_models()[static_cast<size_t>(i)].word),
                         fmt::format("the digit that this network reads"), [this, i] {
                           return ReadoutValue(std::to_string(need_answers().of[static_cast<size_t>(i)].digit));
                         }});
  }
  number("probability", "of the digit that the chosen network reads; what all of them leave of 1 is no digit",
         [chosen] { return static_cast<double>(chosen().probability); });
  number("distance", "of layer F6 from the nearest glyph, in LeNet-5 of 1998", [this] {
    const std::vector<float>& scores = need_answers().of[1].scores;
    return -static_cast<double>(*std::max_element(scores.begin(), scores.end()));
  });
  registry.add(Readout{"lenet.string", "what the network that slides reads",
                       [this] { return ReadoutValue(need_row().read.text); }});
  registry.add(Readout{"lenet.answer", "what the answer that is looked at was taken for: a digit, or none", [this] {
                         const std::vector<DigitReader::Column>& all = need_row().read.columns;
                         const auto at = std::min(static_cast<size_t>(column_), all.size() - 1);
                         return ReadoutValue(all[at].digit < 0 ? std::string("none") : std::to_string(all[at].digit));
                       }});
  number("columns", "answers of the network that slides",
         [this] { return static_cast<double>(need_row().read.columns.size()); });
  number("saved", "share of the multiply-adds that sliding saves, beside single windows", [this] {
    const DigitReader::Row& row = need_row().read;
    return 1 - static_cast<double>(row.work) / static_cast<double>(row.work_of_windows);
  });
  number("milliseconds", "that one pass over the row took, measured", [this] { return need_row().milliseconds; });
  number("milliseconds.windows", "that its windows took one after the other, measured",
         [this] { return need_row().milliseconds_of_windows; });
  number("parameters", "learned numbers of the chosen network",
         [this] { return static_cast<double>(counts().parameters); });
  number("connections", "sums and products of the chosen network, shared weights counted at every place",
         [this] { return static_cast<double>(counts().connections); });
  number("multiply_adds", "of the chosen network for one picture of the size that it was made for",
         [this] { return static_cast<double>(counts().multiply_adds); });
  number("turned", "degrees to either side up to which the drawing is read the same",
         [this] { return static_cast<double>(need_ring().turned); });
  number("smallest", "scale down to which the drawing is read the same",
         [this] { return std::round(static_cast<double>(need_ring().least) * 100) / 100; });
  number("largest", "scale up to which the drawing is read the same",
         [this] { return std::round(static_cast<double>(need_ring().most) * 100) / 100; });
  number("strokes", "strokes on the pad", [this] { return static_cast<double>(drawing_.strokes.size()); });
  number("move.x", "pixels to the right", [this] { return static_cast<double>(state_.placement.dx); });
  number("move.y", "pixels down", [this] { return static_cast<double>(state_.placement.dy); });
}

}  // namespace striate
