// The inspector of the view `unit`: what is opened, its sum product by product, what becomes of it, and the card of one
// weight, which can be changed while the network trains.
#include <algorithm>
#include <cmath>

#include "app/pages/train/unit_view.h"
#include "app/pages/unit_sum.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

const char* const kNowWeights = N_("The sum above was computed with the weights as they are now.");
const char* const kNewBatch =
    N_("The batch is new; forward, the next phase, computes its values. The sum above shows what they become.");
const char* const kOlderWeights =
    N_("These values were computed with the weights before the last update, the sum above with those after it. "
       "**Phase**, until forward, computes them anew.");

}  // namespace

// Where a value that comes in stands, as short as it is clear.
std::string UnitView::term_name(const TrainSnapshot& now, const Opened& o, const UnitTerm& t) {
  const std::vector<int>& inputs = now.architecture->nodes()[static_cast<size_t>(o.node)].inputs;
  const UnitSizes s = unit_sizes(o.values, inputs[static_cast<size_t>(t.input)]);
  std::string name;
  if (inputs.size() > 1) name = node_name(now, inputs[static_cast<size_t>(t.input)]) + ": ";
  if (s.rows == 1 && s.columns == 1) return name + format_tr("value {}", t.channel);
  return name + (s.channels > 1 ? format_tr("slice {}, row {}, column {}", t.channel, t.row, t.column)
                                : row_column(t.row, t.column));
}

void UnitView::draw_inspector(Ui& ui, const TrainSnapshot& now) const {
  if (!has_network(now)) return;
  const Opened* o = shown(now);
  if (o == nullptr) {
    ui.section("UNIT");
    ui.note(why_);
    ui.hairline();
    return;
  }
  draw_choice(ui, *o);
  ui.hairline();
  draw_sum(ui, now, *o);
  ui.hairline();
  if (!o->weight_name.empty()) {
    draw_weight(ui, now, *o);
    ui.hairline();
  }
}

void UnitView::draw_choice(Ui& ui, const Opened& o) {
  ui.section("OPENED");
  ui.setting("train.unit.layer");
  if (o.conv) ui.setting("train.unit.show");
  if (o.out.channels > 1) {
    ui.setting("train.unit.filter", {.label = o.dense ? N_("neuron") : o.listed ? N_("value") : N_("filter")});
  }
  if (o.slices > 1) ui.setting("train.unit.slice");
  ui.setting("train.unit.source");
  if (o.batch) ui.setting("train.unit.sample");
}

// The term of the shown slice whose cell is hovered in one of the grids; -1: none.
int UnitView::lit_term(const Opened& o) const {
  if (hover_.in("input")) {
    for (int i = o.terms_shown() - 1; i >= 0; --i) {
      const size_t at = static_cast<size_t>(o.first_term()) + static_cast<size_t>(i);
      int row = 0, column = 0;
      if (o.place_of(o.walk.terms[at], &row, &column) && row == hover_.row && column == hover_.column) return i;
    }
  }
  return hover_.in("kernel") ? hover_.row * o.kernel_columns + hover_.column : -1;
}

void UnitView::draw_sum(Ui& ui, const TrainSnapshot& now, const Opened& o) const {
  const UnitWalk& walk = o.walk;
  ui.section(o.listed ? o.dense ? format_tr("NEURON {}", o.filter) : format_tr("VALUE {}", o.filter)
             : o.conv ? format_tr("FILTER {}, ROW {}, COLUMN {}", o.filter, o.row, o.column)
                      : format_tr("CHANNEL {}, ROW {}, COLUMN {}", o.filter, o.row, o.column));
  UnitSum sum;
  sum.walk = &walk;
  sum.printed = &o.printed;
  sum.kernel = o.conv || o.dense;
  sum.list = o.dense && gives_list(o.values, o.input);
  sum.slices = o.slices, sum.slice = o.slice, sum.columns = o.kernel_columns;
  sum.name = [&](const UnitTerm& t) { return term_name(now, o, t); };
  sum.slice_command = "train.unit.slice";
  sum.walk_command = "train.unit.walk";
  sum.walked = state_.walked;
  sum.lit = lit_term(o);
  sum.of_batch = o.batch;
  const int under = draw_unit_sum(ui, sum);
  if (under >= 0) ui.found().cell = {"chip", 0, 0, under};
  const auto held = [&](const std::string& value, const char* why) {
    ui.row("the network holds", value, Concept::gradient);
    ui.note(why);
  };
  // A batch's values are of before an update in some phases and not in others: their words have a place in all.
  ui.begin_reserved("held");
  if (!walk.agrees()) {
    held(full_value(*walk.stored), !o.batch || batch_is_current(now)  ? kNowWeights
                                   : now.next_phase == Phase::forward ? kNewBatch
                                                                      : kOlderWeights);
  }
  float most = 0;
  for (const char* why : {kNewBatch, kOlderWeights})
    most = std::max(most, ui.height_of([&] { held("-0.0000000000", why); }));
  ui.end_reserved(o.batch ? most : 0);
  for (const auto& [node, next] : chain(o)) {
    ui.row(fmt::format("\u2192 {}", now.architecture->nodes()[static_cast<size_t>(node)].layer->text()),
           full_value(next.value), Concept::activation);
  }
}

void UnitView::draw_weight(Ui& ui, const TrainSnapshot& now, const Opened& o) const {
  const int64_t index = o.weight_index(o.weight_row, o.weight_column);
  const UnitTerm* t = o.term(o.weight_row, o.weight_column);
  if (t == nullptr) return;
  const auto at = static_cast<size_t>(index);
  ui.section("WEIGHT");
  ui.begin_card("weight card");
  ui.row("name", fmt::format("{} {}", o.weight_name, index), Concept::kernel);
  const bool list = o.dense && gives_list(o.values, o.input);
  ui.note(list ? format_tr("neuron {}, input {}", o.filter, o.weight_row * o.kernel_columns + o.weight_column)
          : o.dense
              ? format_tr("neuron {}, slice {}, row {}, column {}", o.filter, o.slice, o.weight_row, o.weight_column)
              : format_tr("filter {}, slice {}, row {}, column {}", o.filter, o.slice, o.weight_row, o.weight_column));
  ui.row("value", full_value(t->w), Concept::kernel);
  const TensorValues* gradient = now.tensor(TensorKind::weight_gradient, o.weight_name);
  ui.row("gradient", gradient != nullptr ? full_value(gradient->values[at]) : "-", Concept::gradient);
  const TensorValues* before =
      previous_ && previous_->run == now.run ? previous_->tensor(TensorKind::weight, o.weight_name) : nullptr;
  const bool changed = before != nullptr && at < before->values.size();
  // Two short rows: one long one would take a second line with some numbers, and what is below would move.
  ui.row("change", changed ? short_value(static_cast<double>(t->w) - static_cast<double>(before->values[at]), 4) : "-");
  ui.row("since step", changed ? std::to_string(previous_->step) : "-");
  NumberSpec spec;
  spec.minimum = -100;
  spec.maximum = 100;
  spec.step = 0.01;
  spec.decimals = 6;
  ui.number_field("new value", static_cast<double>(t->w), spec, fmt::format("train.edit {} {}", o.weight_name, index));
  ui.error_beside("train.edit");
  const bool edited = now.edited.contains({TensorKind::weight, o.weight_name});
  ui.button("Back to the trained value", fmt::format("train.restore {} {}", o.weight_name, index), {.enabled = edited});
  ui.error_beside("train.restore");
  const size_t end = o.weight_name.rfind(".weight");
  if (o.walk.has_bias && end != std::string::npos) {
    ui.number_field("new bias", static_cast<double>(o.walk.bias), spec,
                    fmt::format("train.edit {}.bias {}", o.weight_name.substr(0, end), o.filter));
  }
  ui.end_card();
}

}  // namespace striate
