#include "app/pages/architecture/cell_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/network_words.h"
#include "app/pages/unit_sum.h"
#include "app/pages/value_words.h"
#include "app/widgets/curves.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

// More products than anybody adds up by hand: printed one by one, and not so that they give the total.
constexpr size_t kMostToAddUp = 5000;

// Where it stands in its layer.
std::string place_words(const OpenNetworkInfo& info, const CellPlace& place) {
  const Shape cells = cells_of(info, place.node);
  if (cells[1] == 1 && cells[2] == 1) return format_tr("value {}", place.channel);
  if (cells[0] == 1) return format_tr("row {}, column {}", place.row, place.column);
  return format_tr("channel {}, row {}, column {}", place.channel, place.row, place.column);
}

std::string input_name(const CellPanel& panel, const CellPlace& place) {
  const OpenNetworkInfo& info = *panel.info;
  std::string words = place_words(info, place);
  if (info.layers[static_cast<size_t>(panel.place.node)].inputs.size() < 2) return words;
  return fmt::format("{}: {}", info.layers[static_cast<size_t>(place.node)].name, words);
}

std::string axis_words(const std::string& axis) {
  static const std::string numbered = "axis ";
  return axis.starts_with(numbered) ? format_tr("axis {}", axis.substr(numbered.size())) : tr(axis.c_str());
}

PrintedSum printed_of(const UnitWalk& walk, int slices) {
  std::vector<Term> terms;
  for (const UnitTerm& t : walk.terms) terms.push_back({static_cast<double>(t.x), static_cast<double>(t.w)});
  const auto bias = static_cast<double>(walk.bias), value = static_cast<double>(walk.value);
  if (terms.size() <= kMostToAddUp) return print_short(terms, walk.has_bias ? &bias : nullptr, value, slices);
  PrintedSum printed;
  const size_t each = terms.size() / static_cast<size_t>(slices);
  double sum = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    const double product = terms[i].x * terms[i].w;
    printed.terms.push_back({short_value(terms[i].x, 3), short_value(terms[i].w, 3), short_value(product, 3)});
    sum += product;
    if ((i + 1) % each != 0) continue;
    printed.channel_sums.push_back(short_value(sum, 4));
    sum = 0;
  }
  if (walk.has_bias) printed.bias = short_value(bias, 3);
  printed.result = short_value(value, 4);
  printed.exact_value = full_value(walk.value);
  return printed;
}

void arrange(CellPanel& panel) {
  const Architecture& architecture = panel.info->architecture;
  const Node& node = architecture.nodes()[static_cast<size_t>(panel.place.node)];
  if (!node.layer) return;
  panel.kernel = multiplies(*node.layer);
  if (panel.kernel && node.layer->info().follow == Follow::convolution) {
    panel.slices = panel.walk().channels;
    panel.columns =
        node.layer->geometry(architecture.input_shapes(panel.place.node, architecture.shapes(1))).convolution.s;
  }
  if (panel.walk().form == UnitForm::products) panel.printed = printed_of(panel.walk(), panel.slices);
}

}  // namespace

CellPanelPtr make_cell_panel(OpenNetwork& network, const NetworkMoment& moment, const CellPlace& place, int k,
                             Progress& progress) {
  if (moment.why) throw *moment.why;
  auto made = std::make_shared<CellPanel>();
  CellPanel& panel = *made;
  panel.version = moment.version;
  panel.info = moment.info;
  panel.place = place;
  panel.k = k;
  const OpenNetworkInfo& info = *panel.info;
  const Architecture& architecture = info.architecture;
  CellWalks walks(network, moment.answer);
  panel.value = walks.value(place);
  panel.cut = walks.is_cut(place);
  panel.size = size_formulas(architecture, place.node);
  const Node& node = architecture.nodes()[static_cast<size_t>(place.node)];
  if (node.layer) {
    panel.parameters = node.layer->parameter_count(architecture.input_shapes(place.node, architecture.shapes(1)));
  }
  if (info.picture.rank() == 3) {
    panel.field = receptive_field(architecture, place.node, place.channel, place.row, place.column);
  }
  try {
    std::optional<StrongestInputs> inputs = strongest_inputs(network, moment.answer, place, k, [&](int done, int all) {
      progress.share = static_cast<float>(done) / static_cast<float>(std::max(1, all));
      return !progress.canceled;
    });
    if (!inputs) return nullptr;
    panel.inputs = std::move(*inputs);
  } catch (const Error& error) {
    panel.why = error;
    return made;
  }
  for (const UnitTerm& term : panel.walk().terms) {
    panel.places.push_back(term.padding ? CellPlace{-1, 0, 0, 0} : walks.place_of(panel.walk(), term));
  }
  arrange(panel);
  for (const int next : pointwise_after(architecture, place.node)) {
    const Shape here = cells_of(info, place.node), there = cells_of(info, next);
    if (!(here == there)) break;
    panel.after.push_back({next, walks.value({next, place.channel, place.row, place.column})});
  }
  return made;
}

std::string cell_title(const OpenNetworkInfo& info, const CellPlace& place) {
  const Shape cells = cells_of(info, place.node);
  const bool vector = cells[1] == 1 && cells[2] == 1;
  if (place.node == 0) {
    return vector ? format_tr("input, value {}", place.channel)
                  : format_tr("input, channel {}, row {}, column {}", place.channel, place.row, place.column);
  }
  const std::string& name = info.layers[static_cast<size_t>(place.node)].name;
  const int number = place.node - 1;
  // Layers of no name of their own are called by their number.
  if (name == std::to_string(number)) {
    return vector
               ? format_tr("layer {}, channel {}", number, place.channel)
               : format_tr("layer {}, channel {}, row {}, column {}", number, place.channel, place.row, place.column);
  }
  return vector ? format_tr("layer {} ({}), channel {}", name, number, place.channel)
                : format_tr("layer {} ({}), channel {}, row {}, column {}", name, number, place.channel, place.row,
                            place.column);
}

std::string cell_arguments(const CellPlace& place) {
  return fmt::format("{} {} {} {}", layer_word(place.node), place.channel, place.row, place.column);
}

std::string field_words(const FieldBox& box) {
  if (box.whole) return tr("the whole picture");
  if (box.height == 1 && box.width == 1) return format_tr("row {}, column {}", box.row, box.column);
  return format_tr("rows {} to {}, columns {} to {}", box.row, box.row + box.height - 1, box.column,
                   box.column + box.width - 1);
}

namespace {

// What is counted as a row; arithmetic, which is long, below its axes' names, for rows and columns once.
void draw_sizes(Ui& ui, const std::vector<SizeFormula>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    const SizeFormula& each = sizes[i];
    if (each.same) continue;
    const std::string axis = axis_words(each.axis);
    if (each.counted == "filters") {
      ui.row(axis, trn("one filter", "{} filters", each.size));
    } else if (each.counted == "neurons") {
      ui.row(axis, trn("one neuron", "{} neurons", each.size));
    } else if (each.text.find('=') == std::string::npos) {
      ui.row(axis, each.text);
    } else if (i + 1 < sizes.size() && sizes[i + 1].text == each.text) {
      ui.note(format_tr("{} and {}: {}", axis, axis_words(sizes[i + 1].axis), each.text));
      ++i;
    } else {
      ui.note(fmt::format("{}: {}", axis, each.text));
    }
  }
}

}  // namespace

void draw_cell(Ui& ui, const CellPanel& panel) {
  const OpenNetworkInfo& info = *panel.info;
  const OpenLayer& layer = info.layers[static_cast<size_t>(panel.place.node)];
  ui.section("SELECTED CELL");
  ui.paragraph(cell_title(info, panel.place), Font::strong);
  if (!layer.text.empty() && layer.text != layer.name) ui.note(layer.text);
  ui.big_row("value", short_value(static_cast<double>(panel.value), 4), Concept::activation);
  ui.row("exactly", full_value(panel.value));
  if (panel.cut) ui.note("It was cut out: the network holds 0 here, whatever its sum gives.");
  ui.row("shape", layer.shape.text());
  const bool same =
      panel.place.node > 0 && std::all_of(panel.size.begin(), panel.size.end(), [](const auto& s) { return s.same; });
  if (same) ui.note("The same as that of its input.");
  if (panel.place.node > 0) draw_sizes(ui, panel.size);
  if (panel.field) {
    const FieldBox& box = *panel.field;
    ui.row("receptive field", fmt::format("{} \u00d7 {}", box.height, box.width), Concept::input);
    const bool outside = box.row < 0 || box.column < 0 || box.row + box.height > info.picture[1] ||
                         box.column + box.width > info.picture[2];
    ui.note(outside ? format_tr("It sees {}: a part of it is padding.", field_words(box))
                    : format_tr("It sees {}.", field_words(box)));
  }
  if (panel.parameters.value > 0) {
    ui.row("parameters", grouped(panel.parameters.value), Concept::kernel);
    ui.row("counted as", panel.parameters.formula, Concept::kernel);
  }
  ui.hairline();
}

int draw_cell_sum(Ui& ui, const CellPanel& panel, const CellPanelLook& look) {
  if (panel.place.node == 0) return -1;
  const UnitWalk& walk = panel.walk();
  ui.section(walk.form == UnitForm::products ? N_("ITS SUM") : N_("HOW IT IS COMPUTED"));
  if (panel.why) {
    ui.error_note(panel.why->what(), panel.why->hint());
    ui.hairline();
    return -1;
  }
  UnitSum sum;
  sum.walk = &walk;
  sum.printed = &panel.printed;
  sum.kernel = panel.kernel;
  sum.list = panel.kernel && panel.slices == 1 && panel.columns == 1 && walk.terms.size() > 1;
  sum.slices = panel.slices;
  sum.slice = std::clamp(look.slice, 0, panel.slices - 1);
  sum.columns = panel.columns;
  sum.name = [&](const UnitTerm& term) {
    const CellPlace& place = panel.places[static_cast<size_t>(&term - walk.terms.data())];
    return place.node < 0 ? std::string(tr("padding")) : input_name(panel, place);
  };
  sum.slice_command = "architecture.slice";
  if (look.can_walk) sum.walk_command = "architecture.walk";
  sum.walked = look.walked;
  if (look.lit >= sum.first() && look.lit < sum.first() + sum.shown()) sum.lit = look.lit - sum.first();
  if (panel.slices > 1) {
    ui.begin_flow();
    ui.button(
        "Channel before", fmt::format("architecture.slice {}", sum.slice - 1),
        {.icon = Icon::back, .enabled = sum.slice > 0, .tooltip = N_("The products of the input channel before")});
    ui.button("Next channel", fmt::format("architecture.slice {}", sum.slice + 1),
              {.icon = Icon::forward,
               .enabled = sum.slice + 1 < panel.slices,
               .tooltip = N_("The products of the next input channel")});
    ui.end_flow();
    ui.row("input channel", std::to_string(walk.first_channel + sum.slice), Concept::input);
  }
  const int under = draw_unit_sum(ui, sum);
  if (!panel.cut && !walk.agrees()) ui.row("the network holds", full_value(*walk.stored), Concept::gradient);
  for (const CellPanel::After& next : panel.after) {
    ui.row(fmt::format("\u2192 {}", panel.info->layers[static_cast<size_t>(next.node)].text), full_value(next.value),
           Concept::activation);
  }
  ui.hairline();
  return under < 0 ? -1 : sum.first() + under;
}

int draw_strongest_inputs(Ui& ui, const CellPanel& panel) {
  if (panel.why || panel.place.node == 0) return -1;
  const StrongestInputs& made = panel.inputs;
  const int64_t all = made.cells.empty() ? 0 : made.cells[0].inputs;
  ui.section(format_tr("STRONGEST INPUTS, {} OF {}", made.inputs.size(), all));
  int under = -1;
  if (panel.cut) {
    ui.note("Nothing goes on from a cell that was cut out.");
  } else if (all == 0) {
    ui.note("All that comes in counts for nothing here.");
  }
  const bool softmax = panel.walk().form == UnitForm::softmax;
  if (softmax)
    ui.note("By how much each logit moves the logarithm of this share: 1 \u2212 p its own, \u2212p the others.");
  double most = 0;
  for (const StrongestInputs::Input& each : made.inputs) {
    if (std::isfinite(each.product)) most = std::max(most, std::abs(each.product));
  }
  const Theme& theme = ui.theme();
  for (size_t i = 0; i < made.inputs.size(); ++i) {
    const StrongestInputs::Input& each = made.inputs[i];
    Rect line = ui.take(36);
    const std::string label = fmt::format("strongest input {}", i);
    const std::string command = "architecture.select " + cell_arguments(each.place);
    const std::string share = share_text(each.share), x = full_value(each.x);
    const std::string tip =
        softmax ? format_tr("A logit of {}: {} of all that moves this share. Select it.", x, share)
                : format_tr("{} \u00d7 {}: {} of all that comes in. Select it.", x, short_value(each.weight, 4), share);
    const Response r = ui.interact(line, {.label = label, .command = command, .kind = "row", .tooltip = tip});
    if (r.clicked) ui.send(command);
    if (r.hovered || r.keyboard) {
      under = static_cast<int>(i);
      ui.fill(line, theme.raised, 6);
    }
    if (r.keyboard) ui.draw_focus(line.inset(1), 6);
    line = line.inset(8, 2);
    Rect bar = line.cut_bottom(9);
    const std::string number = short_value(each.product, 4);
    const float wide = ui.measure(Font::number, number).x + 8;
    ui.label(line.cut_right(wide), number, Font::number, theme.text, Align::right);
    ui.label(line, ui.fitted(input_name(panel, each.place), Font::control, line.w), Font::control, theme.secondary);
    const double part = !std::isfinite(each.product) ? 1 : most > 0 ? std::abs(each.product) / most : 0;
    bar = bar.inset(0, 2);
    ui.fill(bar, faded(theme.line, 0.4f), 2);
    bar.w = std::max(2.0f, bar.w * static_cast<float>(part));
    ui.fill(bar, tensor_color(each.product < 0 ? -1.0f : 1.0f, 1, true, theme.dark), 2);
  }
  const int64_t hidden = all - static_cast<int64_t>(made.inputs.size());
  if (hidden > 0) ui.note(trn("One more input is hidden.", "{} more inputs are hidden.", hidden));
  ui.hairline();
  return under;
}

}  // namespace striate
