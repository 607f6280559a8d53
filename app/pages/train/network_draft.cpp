#include "app/pages/train/network_draft.h"

#include <algorithm>
#include <utility>

#include "app/words/words.h"
#include "engine/network/layer_settings.h"
#include "engine/network/models.h"
#include "engine/training/optimizer_settings.h"

namespace striate {
namespace {

Parameter layer_number(const char* help) { return Parameter::integer("N", help, 0, 20000); }

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const LayerKind* kind : kinds_to_add()) words.emplace_back(kind->word);
  return words;
}

}  // namespace

std::string model_text(const std::string& model, const Shape& input, int classes) {
  for (const Model& m : models()) {
    if (model != m.name) continue;
    const Shape shape = input.rank() > 0 ? input : Shape{m.channels, m.height, m.width};
    return m.text(shape, classes > 0 ? classes : m.classes);
  }
  if (model.find_first_of(" |\n") != std::string::npos) return model;
  try {
    return architecture_from(model, input, classes).text();  // a file
  } catch (const Error&) {
    return model;  // its one word is then what is wrong
  }
}

bool NetworkDraft::is_draft() const { return has_draft_ && beside_ == scene_.config().model; }

NetworkDraft::Key NetworkDraft::key() const {
  const TrainingConfig& config = scene_.config();
  return {
      config.model,   is_draft() ? draft_ : std::string(), config.optimizer, is_draft(), config.batch, peek_.shape(),
      peek_.classes()};
}

bool NetworkDraft::update() {
  const bool moves = peek_.update();
  look_ = look();
  key_ = key();
  return moves;
}

NetworkDraft::LookPtr NetworkDraft::look() const {
  const TrainingConfig& config = scene_.config();
  const Key key = this->key();
  if (look_ && key == key_) return look_;
  Look look;
  look.list = LayerList::parse(is_draft() ? draft_ : model_text(config.model, key.shape, key.classes));
  look.checked = look.list.check(key.shape, key.classes);
  for (const LayerList::Row& row : look.checked.rows) {
    look.parameters += row.parameters.value;
    look.multiply_adds += row.multiply_adds.value;
  }
  if (look.checked.good && look.checked.good->input().rank() > 0) {
    std::vector<std::string> states;
    try {
      states = OptimizerSettings::parse(config.optimizer).states();
    } catch (const Error&) {
      states.clear();  // the optimizer's own control says what is wrong with it
    }
    look.bytes = plan_tensors(*look.checked.good, Plan{config.batch, true, false, 0}, states).bytes();
  }
  return std::make_shared<const Look>(std::move(look));
}

int NetworkDraft::selected() const {
  return state_.selected >= 0 && state_.selected < look()->list.size() ? state_.selected : -1;
}

int NetworkDraft::place_to_add() const {
  if (selected() >= 0) return selected() + 1;
  return std::max(0, look()->list.size() - 1);  // the last one gives the classes
}

void NetworkDraft::give(const LayerList& list) {
  const std::string text = list.text();
  if (list.check(peek_.shape(), peek_.classes()).good) {
    registry_->run("train.layers " + quoted(text));
    has_draft_ = false;
    draft_.clear();
  } else {
    draft_ = text;
    beside_ = scene_.config().model;
    has_draft_ = true;
  }
}

// The kind's first words; a layer that joins gets the nearest earlier one that fits.
std::string NetworkDraft::words_to_add(const std::string& kind, int at) const {
  std::string words = layer_kind(kind).first;
  if (layer_kind(kind).takes != Takes::many) return words;
  const LookPtr kept = look();
  const Look& now = *kept;
  const auto shape_of = [&](int line) -> std::optional<Shape> {
    if (line >= 0) return now.checked.rows[static_cast<size_t>(line)].output;
    return std::nullopt;
  };
  const std::optional<Shape> before = shape_of(at - 1);
  for (int line = at - 2; line >= 0; --line) {
    const std::optional<Shape> shape = shape_of(line);
    if (!before || !shape || shape->rank() != before->rank()) continue;
    bool fits = layer_kind(kind).follow == Follow::joined || *shape == *before;
    for (int i = 2; i < shape->rank(); ++i) fits = fits && (*shape)[i] == (*before)[i];
    if (fits) return words + ' ' + now.list.name_of(line);
  }
  return words + ' ' + (at >= 2 ? now.list.name_of(at - 2) : "input");
}

void NetworkDraft::declare(Registry& registry) {
  registry_ = &registry;
  const auto edit = [&](const char* name, const char* help, std::vector<Parameter> parameters,
                        std::function<int(LayerList&, const Arguments&)> change) {
    registry.add(Command{name, help, std::move(parameters),
                         [this, change = std::move(change)](const Arguments& arguments) {
                           peek_.update();
                           LayerList changed = list();
                           const int selected = change(changed, arguments);
                           give(changed);
                           state_.selected = std::min(selected, changed.size() - 1);
                           state_.menu = false;
                         },
                         Undo::edit});
  };
  const auto line_of = [](const Arguments& arguments) { return static_cast<int>(arguments.integer(0)); };

  edit("train.build.add", N_("Adds a layer: behind the selected one, or where AT says"),
       {Parameter::choice("KIND", "which kind of layer", kind_words()),
        Parameter::integer("AT", "number that it gets", 0, 20000).or_none()},
       [this](LayerList& list, const Arguments& arguments) {
         const int at = arguments.has(1) ? static_cast<int>(arguments.integer(1)) : place_to_add();
         return list.insert(at, words_to_add(arguments.text(0), std::min(at, list.size())));
       });
  edit("train.build.insert", N_("Writes a layer before number AT: conv 6 5x5, a: relu, add a"),
       {Parameter::integer("AT", "number that it gets", 0, 20000), Parameter::text("TEXT", "one layer")},
       [line_of](LayerList& list, const Arguments& arguments) {
         return list.insert(line_of(arguments), arguments.text(1));
       });
  edit("train.build.remove", N_("Takes a layer out; what read it reads what it read"),
       {layer_number("which layer, from 0")}, [this, line_of](LayerList& list, const Arguments& arguments) {
         list.remove(line_of(arguments));
         return state_.selected > line_of(arguments) ? state_.selected - 1 : state_.selected;
       });
  edit("train.build.move", N_("Moves a layer to another place"),
       {layer_number("which layer, from 0"), Parameter::integer("TO", "number that it gets", 0, 20000)},
       [line_of](LayerList& list, const Arguments& arguments) {
         const int to = static_cast<int>(arguments.integer(1));
         list.move(line_of(arguments), to);
         return to;
       });
  edit("train.build.set", N_("Writes a layer anew: conv 6 5x5 pad 2"),
       {layer_number("which layer, from 0"), Parameter::text("TEXT", "one layer, with or without a name")},
       [line_of](LayerList& list, const Arguments& arguments) {
         list.replace(line_of(arguments), arguments.text(1));
         return line_of(arguments);
       });
  edit("train.build.setting", N_("Changes one setting of a layer: filters, kernel, stride, padding, ..."),
       {layer_number("which layer, from 0"), Parameter::choice("SETTING", "its name", layer_setting_names()),
        Parameter::text("VALUE", "as the layer's text has it; on or off for switches").or_none()},
       [line_of](LayerList& list, const Arguments& arguments) {
         const int line = line_of(arguments);
         list.replace(line, line < list.size()
                                ? with_layer_setting(list.lines()[static_cast<size_t>(line)].words, arguments.text(1),
                                                     arguments.has(2) ? arguments.text(2) : "")
                                : "relu");  // throws: there is no such layer
         return line;
       });
  edit("train.build.name", N_("Gives a layer a name, or none: it is then called by its number"),
       {layer_number("which layer, from 0"), Parameter::word("NAME", "letters, digits, _ . - and /").or_none()},
       [line_of](LayerList& list, const Arguments& arguments) {
         list.rename(line_of(arguments), arguments.has(1) ? arguments.text(1) : "");
         return line_of(arguments);
       });
  edit("train.build.from", N_("What a layer reads: another one by its name, or the one before it"),
       {layer_number("which layer, from 0"), Parameter::word("NAME", "of an earlier layer, or input").or_none()},
       [line_of](LayerList& list, const Arguments& arguments) {
         list.set_source(line_of(arguments), arguments.has(1) ? arguments.text(1) : "");
         return line_of(arguments);
       });

  // No settings: the network itself, which `train.layers` is where it is right, and the draft, which may be empty.
  registry.add(Command{"train.build.text",
                       N_("Writes the whole network anew, right or not yet"),
                       {Parameter::text("TEXT", "layers with | between them")},
                       [this](const Arguments& arguments) {
                         peek_.update();
                         give(LayerList::parse(arguments.text(0)));
                       },
                       Undo::edit});
  registry.add(Command{"train.build.draft",
                       N_("A network that is not right yet, beside the one that is; or none"),
                       {Parameter::text("TEXT", "layers with | between them").or_none()},
                       [this](const Arguments& arguments) {
                         has_draft_ = arguments.has(0);
                         draft_ = has_draft_ ? arguments.text(0) : "";
                         beside_ = scene_.config().model;
                       },
                       Undo::edit});
  settings_.also([this] {
    return std::vector{is_draft() ? "train.build.draft " + quoted(draft_) : std::string("train.build.draft")};
  });
  settings_
      .integer(
          "select", "selected layer", "Selects a layer, to see and edit it; without a number none",
          {"N", "which layer, from 0", 0, 20000}, [this](const State&) { return selected(); },
          [this](State& s, int64_t line) {
            const int size = look()->list.size();
            if (line >= size) {
              throw Error(fmt::format("there is no layer number {}", line),
                          fmt::format("they go from 0 to {}", size - 1));
            }
            s.selected = static_cast<int>(line);
          })
      .or_none(-1.0);
  settings_.on_off("menu", "layers to add", "All kinds of layers, to add one", "whether they are shown", &State::menu)
      .kept = false;  // it closes with the layer that is added
  settings_.declare(registry);

  registry.add(Readout{"train.build.layers", "how many layers the network has that is built",
                       [this] { return ReadoutValue(static_cast<double>(look()->list.size())); }});
  registry.add(Readout{"train.build.text", "its text", [this] { return ReadoutValue(look()->list.text()); }});
  registry.add(Readout{"train.build.parameters", "how many numbers it learns",
                       [this] { return ReadoutValue(static_cast<double>(look()->parameters)); }});
  registry.add(Readout{"train.build.multiply_adds", "multiplications with an addition, for one picture",
                       [this] { return ReadoutValue(static_cast<double>(look()->multiply_adds)); }});
  registry.add(Readout{"train.build.memory", "bytes that training takes with the batch and the optimizer that are set",
                       [this] { return ReadoutValue(static_cast<double>(look()->bytes)); }});
  registry.add(Readout{"train.build.error", "what is wrong with it: LAYER: WHAT; empty where nothing is", [this] {
                         const LookPtr kept = look();
                         const LayerList::Checked& checked = kept->checked;
                         const int line = checked.wrong();
                         if (line >= 0) {
                           const Error& error = *checked.rows[static_cast<size_t>(line)].error;
                           return ReadoutValue(fmt::format("{}: {}", look()->list.name_of(line), error.what()));
                         }
                         return ReadoutValue(checked.error ? std::string(checked.error->what()) : std::string());
                       }});
  Readout shape;
  shape.name = "train.build.shape";
  shape.help = "what a layer gives for one picture: 6 x 28 x 28";
  shape.parameters = {layer_number("which layer, from 0")};
  shape.value_of = [this](const Arguments& arguments) {
    const auto line = static_cast<size_t>(arguments.integer(0));
    const LookPtr kept = look();
    const auto& rows = kept->checked.rows;
    if (line >= rows.size() || !rows[line].output) {
      throw Error(fmt::format("layer {} has no output", line), "mend what is wrong before it");
    }
    std::string text;
    for (int i = 1; i < rows[line].output->rank(); ++i) {
      text += (i > 1 ? " x " : "") + std::to_string((*rows[line].output)[i]);
    }
    return ReadoutValue(text);
  };
  registry.add(shape);
}

}  // namespace striate
