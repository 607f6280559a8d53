// Settings, commands and readouts "architecture.*", but for the camera's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "app/command/not_ready.h"
#include "app/network/same_network.h"
#include "app/pages/architecture/architecture.h"
#include "app/pages/network_words.h"
#include "app/words/words.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

const Parameter& layer_parameter() {
  static const Parameter layer =
      Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one");
  return layer;
}

void forget(std::vector<std::string>& layers, const std::string& layer) {
  layers.erase(std::remove(layers.begin(), layers.end(), layer), layers.end());
}

// "training" and names of models are no files.
std::string_view file_of_model(std::string_view value) {
  if (value == "training") return {};
  return file_of_network(value);
}

constexpr const char* kSizes[] = {"shape", "milliseconds", "parameters", "multiply_adds", "memory"};

std::string next_size(const std::string& size) {
  const auto at = std::find(std::begin(kSizes), std::end(kSizes), size) - std::begin(kSizes);
  return fmt::format("architecture.size {}", kSizes[static_cast<size_t>(at + 1) % std::size(kSizes)]);
}

std::string words_of(const SceneCell& cell) {
  return fmt::format("{}{} {} {} {}", cell.kernel ? "kernel " : "", layer_word(cell.node), cell.channel, cell.row,
                     cell.column);
}

}  // namespace

void ArchitecturePage::declare_settings() {
  settings_
      .choice(
          "size", "blocks sized by", "What the height of a block stands for",
          Parameter::choice("WHAT", "shape: its rows; else a cost of the layers that it stands for",
                            {std::begin(kSizes), std::end(kSizes)}),
          [](auto& s) -> auto& { return s.size; })
      .labels = {N_("Shape"), N_("Time"), N_("Parameters"), N_("Multiply-adds"), N_("Memory")};
  settings_
      .choice(
          "scale", "color scale", "What the ends of the color scale are taken from",
          Parameter::choice("SCOPE", "each map, each layer, or the whole network", {"map", "layer", "network"}),
          [](auto& s) -> auto& { return s.scale; })
      .labels = {N_("Each map"), N_("Each layer"), N_("The network")};
  settings_
      .choice(
          "merged", "small cells show", "What cells show that are smaller than a pixel and are drawn as one",
          Parameter::choice("WHAT", "their mean, or the strongest of them", {"mean", "strongest"}),
          [](auto& s) -> auto& { return s.strongest; })
      .labels = {N_("Their mean"), N_("The strongest")};
  settings_.on_off(
      "every", "every tensor", "Shows batch normalization and activation as tensors of their own",
      "on: each by itself; off: with the layer before them", [](auto& s) -> auto& { return s.every; });
  settings_.integer(
      "edges", "strongest inputs", "How many inputs of a cell are followed back to the picture",
      {"K", "at every layer; 0: none", 0, 50}, [](auto& s) -> auto& { return s.edges; });
  Setting& speed = settings_.number(
      "speed", "speed", "How fast the picture flows through", {"TENSORS", "a second", 0.2, 1000},
      [](auto& s) -> auto& { return s.speed; });
  speed.logarithmic = true;
  settings_.integer(
      "slice", "input channel", "Which of its input channels the selected cell's sum shows", {"N", "from 0", 0, 1e6},
      [](auto& s) -> auto& { return s.slice; });
  settings_.on_off(
      "plan", "plan", "Shows the same graph flat, for the projector and for print", "on: in two dimensions",
      [](auto& s) -> auto& { return s.plan; });
}

void ArchitecturePage::check_layer(const std::string& layer) const {
  const NetworkMomentPtr moment = known();
  if (moment && !network().opening()) {
    need_layer(moment->info->architecture, layer);
  } else if (layer.empty()) {
    throw Error("a layer has a name or a number", "the first one: architecture.open 0");
  }
}

void ArchitecturePage::set_open(const std::string& layer, bool open) {
  check_layer(layer);
  const NetworkMomentPtr moment = known();
  if (open && moment && !network().opening()) {
    const int node = need_layer(moment->info->architecture, layer);
    if (const std::string why = why_not_opened(*moment->info, node); !why.empty()) {
      throw Error(fmt::format("layer {} cannot be opened: {}", layer, why), "open a layer behind it");
    }
  }
  forget(opened_, layer);
  forget(closed_, layer);
  (open ? opened_ : closed_).push_back(layer);
}

void ArchitecturePage::select(std::optional<Place> place) {
  const NetworkMomentPtr moment = known();
  if (place && moment && !network().opening()) {
    const OpenNetworkInfo& info = *moment->info;
    const int node = need_layer(info.architecture, place->layer);
    const Shape cells = cells_of(info, node);
    if (place->channel >= cells[0] || place->row >= cells[1] || place->column >= cells[2]) {
      throw Error(
          fmt::format("layer {} has no cell {} {} {}", place->layer, place->channel, place->row, place->column),
          fmt::format("it has {} channels of {} rows and {} columns, all from 0", cells[0], cells[1], cells[2]));
    }
  }
  if (place != selected_) state_.slice = 0;
  selected_ = std::move(place);
}

void ArchitecturePage::step_selection(int64_t layers, int64_t rows, int64_t columns, int64_t channels) {
  const NetworkMomentPtr moment = known();
  // Another network is on its way: its blocks are not there yet.
  if (!moment || !shown_ || shown_->network != network_key(moment->of)) return;
  const OpenNetworkInfo& info = *shown_->info;
  const std::optional<SceneCell> now = selected_cell(info);
  SceneCell next = now.value_or(SceneCell{});
  if (now && layers != 0) {
    const auto last = static_cast<int64_t>(shown_->scene.blocks.size()) - 1;
    int64_t block = shown_->scene.block_of[static_cast<size_t>(now->node)];
    do {
      block = std::clamp<int64_t>(block + layers, 0, last);
    } while (shown_->scene.blocks[static_cast<size_t>(block)].kernel && block > 0 && block < last);
    next.node = shown_->scene.blocks[static_cast<size_t>(block)].node;
  }
  const Shape cells = cells_of(info, next.node);
  // In a vector rows and columns are those of its plate.
  const SceneBlock& block =
      shown_->scene.blocks[static_cast<size_t>(shown_->scene.block_of[static_cast<size_t>(next.node)])];
  if (block.vector) {
    next.channel += rows * block.per_line + columns;
  } else {
    next.row += rows, next.column += columns;
  }
  next.channel += channels;
  select(Place{layer_word(next.node), std::clamp<int64_t>(next.channel, 0, cells[0] - 1),
               std::clamp<int64_t>(next.row, 0, cells[1] - 1), std::clamp<int64_t>(next.column, 0, cells[2] - 1)});
}

void ArchitecturePage::declare_look(Registry& registry) {
  registry.add(Command{"architecture.model",
                       N_("Opens a network and shows it here; training: that of page train"),
                       {Parameter::file_to_read("NAME|FILE",
                                                "a model's name (lenet5), a file: ONNX, safetensors, a PyTorch "
                                                "checkpoint, a training that was saved; or training",
                                                file_of_model)},
                       [this](const Arguments& arguments) {
                         if (arguments.text(0) == "training") {
                           network().use(false);
                         } else {
                           network().open(arguments.text(0));
                         }
                       },
                       Undo::edit});
  registry.add(
      Command{"architecture.open",
              N_("Opens a tensor into its maps; all: every one that the stage has room for"),
              {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one; all")},
              [this](const Arguments& arguments) {
                if (arguments.text(0) != "all") return set_open(arguments.text(0), true);
                const NetworkMomentPtr moment = known();
                if (!moment) return;
                int64_t cells = 0;
                std::vector<std::string> layers;
                for (size_t n = 0; n < moment->info->layers.size(); ++n) {
                  const Shape& shape = moment->info->layers[n].shape;
                  if (goes_on_in_next(*moment->info, static_cast<int>(n)) || shape.rank() < 2) continue;
                  cells += shape.count();
                  layers.push_back(layer_word(static_cast<int>(n)));
                }
                if (cells > kMostOpenCells) {
                  throw Error(fmt::format("all tensors have {} values", cells),
                              fmt::format("up to {} can be open at once: open them one by one", kMostOpenCells));
                }
                closed_.clear();
                opened_ = std::move(layers);
              },
              Undo::edit});
  registry.add(Command{"architecture.close",
                       N_("Closes a tensor into a block; all: every one; none: as is usual"),
                       {Parameter::word("LAYER", "its number, from 0 without the input, or its name; all; none")},
                       [this](const Arguments& arguments) {
                         const std::string& layer = arguments.text(0);
                         if (layer != "all" && layer != "none") return set_open(layer, false);
                         opened_.clear(), closed_.clear(), kernels_.clear();
                         const NetworkMomentPtr moment = known();
                         if (layer == "none" || !moment) return;
                         for (size_t n = 0; n < moment->info->layers.size(); ++n) {
                           if (open_by_itself(*moment->info, static_cast<int>(n))) {
                             closed_.push_back(layer_word(static_cast<int>(n)));
                           }
                         }
                       },
                       Undo::edit});
  registry.add(Command{"architecture.kernels",
                       N_("Puts a layer's weights before its output"),
                       {layer_parameter(), Parameter::on_off("THERE", "on: they stand there")},
                       [this](const Arguments& arguments) {
                         const std::string& layer = arguments.text(0);
                         check_layer(layer);
                         const NetworkMomentPtr moment = known();
                         if (arguments.on(1) && moment && !network().opening()) {
                           const int node = need_layer(moment->info->architecture, layer);
                           const auto sizes = kernel_sizes(*moment->info, node);
                           if (!sizes) {
                             throw Error(fmt::format("layer {} has no weights to multiply with", layer),
                                         "choose a convolution or a dense layer");
                           }
                           if (sizes->count() > kMostOpenCells) {
                             throw Error(fmt::format("layer {} has {} weights", layer, sizes->count()),
                                         fmt::format("up to {} can be shown", kMostOpenCells));
                           }
                         }
                         forget(kernels_, layer);
                         if (arguments.on(1)) kernels_.push_back(layer);
                       },
                       Undo::edit});
  registry.add(Command{"architecture.select",
                       N_("Selects a cell: what it was made of, and what it sees of the picture"),
                       {layer_parameter(), Parameter::integer("CHANNEL", "from 0", 0, 1e9),
                        Parameter::integer("ROW", "from 0", 0, 1e6), Parameter::integer("COLUMN", "from 0", 0, 1e6)},
                       [this](const Arguments& a) {
                         select(Place{a.text(0), a.integer(1), a.integer(2), a.integer(3)});
                       },
                       Undo::edit});
  registry.add(Command{"architecture.deselect", N_("Selects no cell"), {}, [this](const Arguments&) { select({}); }});
  registry.add(
      Command{"architecture.move",
              N_("Goes on to another cell, or to the same place of another tensor"),
              {Parameter::integer("TENSORS", "along the flow", -1e4, 1e4),
               Parameter::integer("ROWS", "down", -1e4, 1e4), Parameter::integer("COLUMNS", "to the right", -1e4, 1e4),
               Parameter::integer("CHANNELS", "to the same place of another one", -1e4, 1e4).or_none()},
              [this](const Arguments& a) {
                step_selection(a.integer(0), a.integer(1), a.integer(2), a.has(3) ? a.integer(3) : 0);
              }});
}

void ArchitecturePage::declare_flow(Registry& registry) {
  const auto begin = [this] {
    if (!flow_on_) flow_ = 0;
    flow_on_ = true;
    flow_moved_ = now_;
  };
  registry.add(Command{
      "architecture.play", N_("Lets the picture flow through, layer by layer"), {}, [this, begin](const Arguments&) {
        begin();
        flowing_ = true;
      }});
  registry.add(Command{
      "architecture.pause", N_("Stops the flow where it is"), {}, [this](const Arguments&) { flowing_ = false; }});
  registry.add(Command{"architecture.toggle", N_("Plays or stops"), {}, [this, begin](const Arguments&) {
                         if (!flowing_) begin();
                         flowing_ = !flowing_;
                       }});
  registry.add(
      Command{"architecture.step", N_("Lets the next tensor be computed"), {}, [this, begin](const Arguments&) {
                flowing_ = false;
                begin();
                const double end = shown_ ? static_cast<double>(shown_->scene.blocks.size()) : 0;
                flow_ = std::min(std::floor(flow_) + 1, end);
                flow_on_ = flow_ < end;
              }});
  registry.add(Command{"architecture.scrub",
                       N_("Shows the picture on its way through, up to a tensor"),
                       {Parameter::integer("N", "how many tensors stand before it", 0, 1e6)},
                       [this, begin](const Arguments& arguments) {
                         flowing_ = false;
                         begin();
                         const double end = shown_ ? static_cast<double>(shown_->scene.blocks.size()) : 1e6;
                         flow_ = std::min(static_cast<double>(arguments.integer(0)) + 1, end);
                         flow_on_ = flow_ < end;
                       }});
}

const CellPanel& ArchitecturePage::need_cell() {
  const NetworkMoment& moment = network().need_answer();
  if (!selected_cell(*moment.info)) throw Error("no cell is selected", "architecture.select 0 0 0 0 selects one");
  const CellPanel* panel = cell_panel();
  if (panel == nullptr || panel->version != moment.version || panel->k != state_.edges) {
    cell_wanted_ = true;
    throw NotReady("what the cell was made of");
  }
  if (panel->why) throw *panel->why;
  return *panel;
}

const ArchitecturePage::Shown& ArchitecturePage::need_shown() const {
  network().need_network();
  if (!shown_ || shown_->network != network_key(known()->of)) throw NotReady("the scene");
  return *shown_;
}

void ArchitecturePage::declare_readouts(Registry& registry) {
  for (const char* name : {"parameters", "multiply_adds", "layers"}) {
    const Readout& of_network = registry.readout(std::string("network.") + name);
    registry.add(Readout{std::string("architecture.") + name, of_network.help, of_network.value});
  }
  registry.add(Readout{"architecture.tensors", "how many blocks are shown, weights not counted", [this] {
                         const Shown& shown = need_shown();
                         return ReadoutValue(
                             static_cast<double>(std::count_if(shown.scene.blocks.begin(), shown.scene.blocks.end(),
                                                               [](const SceneBlock& block) { return !block.kernel; })));
                       }});
  registry.add(Readout{"architecture.selected", "the selected cell: LAYER CHANNEL ROW COLUMN; none", [this] {
                         const std::optional<SceneCell> cell = selected_cell(*network().need_network().info);
                         return ReadoutValue(cell ? words_of(*cell) : std::string("none"));
                       }});
  registry.add(Readout{"architecture.value", "of the selected cell", [this] {
                         const NetworkMoment& moment = network().need_answer();
                         const std::optional<SceneCell> cell = selected_cell(*moment.info);
                         if (!cell) throw Error("no cell is selected", "architecture.select 0 0 0 0 selects one");
                         return finite(
                             value_at(*moment.info, moment.answer, cell->node, cell->channel, cell->row, cell->column));
                       }});
  Readout at{"architecture.at", "what lies under a pixel of the stage: LAYER CHANNEL ROW COLUMN; none", nullptr};
  at.parameters = {Parameter::number("X", "from the stage's left edge", 0, 1e5),
                   Parameter::number("Y", "from its upper edge", 0, 1e5)};
  at.value_of = [this](const Arguments& a) {
    need_shown();
    const auto found = pick(now_scene_, view_now(), {static_cast<float>(a.number(0)), static_cast<float>(a.number(1))});
    return ReadoutValue(found ? words_of(found->cell) : std::string("none"));
  };
  registry.add(std::move(at));
  Readout upstream{"architecture.upstream", "the N-th strongest input of the selected cell: LAYER CHANNEL ROW COLUMN",
                   nullptr};
  upstream.parameters = {Parameter::integer("N", "from 0", 0, 1e6)};
  const auto nth = [this](const Arguments& a) -> const StrongestInputs::Input& {
    const std::vector<StrongestInputs::Input>& inputs = need_cell().inputs.inputs;
    const auto n = static_cast<size_t>(a.integer(0));
    if (n >= inputs.size()) {
      throw Error(fmt::format("{} inputs of the cell are followed", inputs.size()),
                  "N counts from 0; architecture.edges says how many are followed");
    }
    return inputs[n];
  };
  upstream.value_of = [nth](const Arguments& a) {
    const CellPlace& place = nth(a).place;
    return ReadoutValue(words_of({place.node, false, place.channel, place.row, place.column}));
  };
  Readout product{"architecture.upstream.value", "what the N-th strongest input puts into the selected cell's sum",
                  nullptr};
  product.parameters = upstream.parameters;
  product.value_of = [nth](const Arguments& a) { return finite(nth(a).product); };
  registry.add(std::move(upstream));
  registry.add(std::move(product));
  registry.add(Readout{"architecture.upstream.count", "inputs of the selected cell that count for something", [this] {
                         const StrongestInputs& inputs = need_cell().inputs;
                         return ReadoutValue(inputs.cells.empty() ? 0.0
                                                                  : static_cast<double>(inputs.cells.front().inputs));
                       }});
  registry.add(Readout{"architecture.sum", "the selected cell's value as its sum gives it",
                       [this] { return finite(need_cell().walk().value); }});
  const auto field = [&](const char* name, const char* help, int64_t FieldBox::*member) {
    registry.add(Readout{name, help, [this, member] {
                           const CellPanel& panel = need_cell();
                           if (!panel.field)
                             throw Error("the network takes no pictures", "look at a value: architecture.value");
                           return ReadoutValue(static_cast<double>((*panel.field).*member));
                         }});
  };
  field("architecture.field.x", "left column of what the selected cell sees of the input; may lie outside",
        &FieldBox::column);
  field("architecture.field.y", "upper row of it", &FieldBox::row);
  field("architecture.field.width", "its columns", &FieldBox::width);
  field("architecture.field.height", "its rows", &FieldBox::height);
  registry.add(
      Readout{"architecture.position", "how many tensors the picture has passed; all, where nothing flows", [this] {
                const Shown& shown = need_shown();
                return ReadoutValue(flow_on_ ? std::floor(flow_) : static_cast<double>(shown.scene.blocks.size()));
              }});
  registry.add(
      Readout{"architecture.width", "of the stage, in pixels", [this] { return ReadoutValue(double{stage_.w}); }});
  registry.add(
      Readout{"architecture.height", "of the stage, in pixels", [this] { return ReadoutValue(double{stage_.h}); }});
}

void ArchitecturePage::declare_demo(Registry& registry) {
  registry.add(Command{"architecture.demo",
                       N_("For an exhibition: flies, flows and rests by itself, until somebody touches it"),
                       {Parameter::on_off("ON", "on: it begins")},
                       [this](const Arguments& arguments) {
                         demo_ = arguments.on(0);
                         demo_scene_ = 0;
                         demo_until_ = 0;
                       }});
  registry.add(
      Readout{"architecture.demo", "on or off", [this] { return ReadoutValue(std::string(demo_ ? "on" : "off")); }});
}

void ArchitecturePage::declare_plan(Registry& registry) {
  registry.add(Command{"architecture.plan.view",
                       N_("Which part of the plan is shown, and how large; without values all of it"),
                       {Parameter::number("X", "of the middle, in units of the plan", -1e6, 1e6).or_none(),
                        Parameter::number("Y", "", -1e6, 1e6).or_none(),
                        Parameter::number("ZOOM", "pixels per unit", 1e-4, kZoomMost).or_none()},
                       [this](const Arguments& a) {
                         plan_view_ = a.has(2)
                                          ? View{{static_cast<float>(a.number(0)), static_cast<float>(a.number(1))},
                                                 static_cast<float>(a.number(2))}
                                          : View{};
                       }});
  registry.add(Command{"architecture.plan.save",
                       N_("Writes the plan as a drawing for print"),
                       {Parameter::file_to_write("FILE", "a name ending in .svg or .png")},
                       [this](const Arguments& arguments) {
                         const NetworkMoment& moment = network().need_network();
                         SavePlanOptions options;
                         options.force = context_.document.force;
                         options.picture.dark = false;
                         save_network_plan(arguments.text(0), *moment.info, options);
                         saved_ = arguments.text(0);
                       }});
}

void ArchitecturePage::declare(Registry& registry) {
  registry_ = &registry;
  settings_.declare(registry);
  declare_look(registry);
  declare_camera(registry);
  declare_flow(registry);
  declare_demo(registry);
  declare_plan(registry);
  declare_readouts(registry);
}

std::vector<Page::Key> ArchitecturePage::keys() const {
  std::vector<Key> keys = {
      {"Space", "architecture.toggle", N_("lets the picture flow, or stops it")},
      {"Left", "architecture.move -1 0 0", N_("the tensor before")},
      {"Right", "architecture.move 1 0 0", N_("the next tensor")},
      {"Shift+Up", "architecture.move 0 -1 0", N_("one row up")},
      {"Shift+Down", "architecture.move 0 1 0", N_("one row down")},
      {"Shift+Left", "architecture.move 0 0 -1", N_("one column to the left")},
      {"Shift+Right", "architecture.move 0 0 1", N_("one column to the right")},
      {"A", "architecture.turn -6 0", N_("turns to the left")},
      {"D", "architecture.turn 6 0", N_("turns to the right")},
      {"W", "architecture.turn 0 5", N_("from further above")},
      {"S", "architecture.turn 0 -5", N_("from further below")},
      {"Shift+A", "architecture.pan 60 0", N_("moves the scene to the right")},
      {"Shift+D", "architecture.pan -60 0", N_("moves the scene to the left")},
      {"Shift+W", "architecture.pan 0 60", N_("moves the scene down")},
      {"Shift+S", "architecture.pan 0 -60", N_("moves the scene up")},
      {"B", next_size(state_.size), N_("the next thing that heights stand for")},
      {"Plus", "architecture.zoom 1.2", N_("nearer")},
      {"Minus", "architecture.zoom 0.8333", N_("further away")},
      {"Home", "architecture.view fit", N_("all of it")},
      {"P", state_.plan ? "architecture.plan off" : "architecture.plan on", N_("flat, or in space")}};
  if (selected_) {
    const std::string layer = quoted(selected_->layer);
    keys.push_back({"X", "architecture.deselect", N_("selects no cell")});
    keys.push_back({"G", "architecture.show " + layer, N_("flies to the selected cell's tensor")});
    const NetworkMomentPtr moment = known();
    const auto cell = moment ? selected_cell(*moment->info) : std::nullopt;
    const bool there = cell && shown_ && shown_->network == network_key(moment->of);
    if (there && kernel_sizes(*shown_->info, cell->node)) {
      const bool weights = shown_->scene.kernel_of[static_cast<size_t>(cell->node)] >= 0;
      keys.push_back({"K", fmt::format("architecture.kernels {} {}", layer, weights ? "off" : "on"),
                      N_("its weights, there or not")});
    }
    if (there && cells_of(shown_->info->layers[static_cast<size_t>(cell->node)].shape).count() >
                     shown_->scene.blocks[static_cast<size_t>(shown_->scene.block_of[static_cast<size_t>(cell->node)])]
                         .channels) {
      const bool open =
          shown_->scene.blocks[static_cast<size_t>(shown_->scene.block_of[static_cast<size_t>(cell->node)])].open > 0;
      keys.push_back(
          {"O", (open ? "architecture.close " : "architecture.open ") + layer, N_("opens it, or closes it")});
    }
  }
  return keys;
}

}  // namespace striate
