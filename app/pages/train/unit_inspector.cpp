// The inspector of the view `unit`: what is opened, its sum product by product, what becomes of it, and the card of one
// weight, which can be changed while the network trains.
#include <algorithm>
#include <cmath>

#include "app/pages/train/unit_view.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/tap_colors.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kMaxChips = 49;
const char* const kNowWeights = N_("The sum above was computed with the weights as they are now.");
const char* const kNewBatch =
    N_("The batch is new; forward, the next phase, computes its values. The sum above shows what they become.");
const char* const kOlderWeights =
    N_("These values were computed with the weights before the last update, the sum above with those after it. "
       "**Phase**, until forward, computes them anew.");

const char* sign_of_form(UnitForm form) {
  switch (form) {
    case UnitForm::maximum:
      return N_("{}: the largest of");
    case UnitForm::average:
      return N_("{}: the mean of");
    case UnitForm::sum:
      return N_("{}: the sum of");
    case UnitForm::softmax:
      return N_("{}: its share of exp() among");
    case UnitForm::copied:
      return N_("{}: taken from");
    default:
      return N_("{}: made of");
  }
}

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

void UnitView::draw_products(Ui& ui, const TrainSnapshot& now, const Opened& o) const {
  const int taps = o.terms_shown(), first = o.first_term();
  if (taps > kMaxChips) {
    // Too many for chips: the largest of the slice.
    std::vector<int> order(static_cast<size_t>(taps));
    for (int i = 0; i < taps; ++i) order[static_cast<size_t>(i)] = first + i;
    const auto size = [&](int i) { return std::abs(o.walk.terms[static_cast<size_t>(i)].product()); };
    const int shown = std::min(taps, 8);
    const bool list = o.dense && gives_list(o.values, o.input);
    std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                      [&](int a, int b) { return size(a) > size(b); });
    ui.note(format_tr("{} products in this slice; the {} largest:", taps, shown));
    for (int i = 0; i < shown; ++i) {
      const int at = order[static_cast<size_t>(i)];
      const int local = at - first;
      ui.row(list                ? format_tr("value {}", local)
             : o.conv || o.dense ? row_column(local / o.kernel_columns, local % o.kernel_columns)
                                 : term_name(now, o, o.walk.terms[static_cast<size_t>(at)]),
             o.printed.terms[static_cast<size_t>(at)].product);
    }
    return;
  }
  SumRow row;
  row.columns = o.conv || o.dense ? o.kernel_columns : 1;
  row.prefix = "train.unit.walk";
  row.first = first;
  row.total = static_cast<int>(o.walk.terms.size());
  if (state_.walked >= 0) row.walked = std::clamp(state_.walked - first, 0, taps);
  if (hover_.in("kernel")) row.lit = hover_.row * o.kernel_columns + hover_.column;
  for (int i = 0; i < taps; ++i) {
    const UnitTerm& t = o.walk.terms[static_cast<size_t>(first + i)];
    int at_row = 0, at_column = 0;
    if (hover_.in("input") && o.place_of(t, &at_row, &at_column) && at_row == hover_.row &&
        at_column == hover_.column) {
      row.lit = i;
    }
    SumChip chip;
    chip.term = &o.printed.terms[static_cast<size_t>(first + i)];
    chip.color = tap_color(i, taps, ui.theme().dark);
    chip.dashed = t.padding;
    chip.about = fmt::format(
        "{} \u00d7 {}; {}", full_value(t.x), full_value(t.w),
        t.padding ? std::string(tr("the padding holds a 0")) : format_tr("{} of the input", term_name(now, o, t)));
    row.chips.push_back(std::move(chip));
  }
  const int under = sum_row(ui, "products", row);
  if (under >= 0) ui.found().cell = {"chip", 0, 0, under};
}

void UnitView::draw_sum(Ui& ui, const TrainSnapshot& now, const Opened& o) const {
  const UnitWalk& walk = o.walk;
  ui.section(o.listed ? o.dense ? format_tr("NEURON {}", o.filter) : format_tr("VALUE {}", o.filter)
             : o.conv ? format_tr("FILTER {}, ROW {}, COLUMN {}", o.filter, o.row, o.column)
                      : format_tr("CHANNEL {}, ROW {}, COLUMN {}", o.filter, o.row, o.column));
  if (walk.form == UnitForm::products) {
    const bool kernel = o.conv || o.dense;
    if (kernel && o.slices > 1) {
      ui.note(format_tr("Each of the {} slices is multiplied with its own weights; the sums are added.", o.slices));
    }
    draw_products(ui, now, o);
    if (state_.walked >= 0) {
      const int counted = std::min(state_.walked, static_cast<int>(walk.terms.size()));
      ui.row(format_tr("after {} of {} products", counted, walk.terms.size()), o.printed.running(counted),
             Concept::kernel);
    }
    // Each slice's sum; of many only those beside the shown one.
    const int from = o.slices <= 8 ? 0 : std::clamp(o.slice - 2, 0, o.slices - 5);
    const int end = o.slices <= 8 ? o.slices : from + 5;
    for (int c = from; kernel && c < end && o.slices > 1; ++c) {
      const Rect line = ui.take(26);
      const std::string name = fmt::format("sum of slice {}", c);
      const Response r = ui.interact(line, {.label = name,
                                            .command = fmt::format("train.unit.slice {}", c),
                                            .kind = "row",
                                            .tooltip = N_("Show the products of this slice")});
      if (r.hovered || c == o.slice) ui.fill(line, ui.theme().raised, 6);
      ui.label(line.inset(8, 0), format_tr("sum of slice {}", c), Font::control, ui.theme().secondary);
      ui.label(line.inset(8, 0), o.printed.channel_sums[static_cast<size_t>(c)], Font::number, ui.theme().text,
               Align::right);
      if (r.clicked) ui.send(fmt::format("train.unit.slice {}", c));
    }
    if (kernel && end - from < o.slices) ui.note(format_tr("and {} slices more", o.slices - (end - from)));
    if (walk.has_bias) ui.row("+ bias", o.printed.bias, Concept::bias);
    ui.big_row("sum", o.printed.result, Concept::activation);
    // Another number may be rounded or not; what is below stays.
    ui.begin_reserved("rounded");
    if (!o.printed.reproduces) {
      ui.note(format_tr("Rounded; exactly {}", full_value(walk.value)));
    } else if (o.printed.result != full_value(walk.value)) {
      ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", full_value(walk.value)));
    }
    ui.end_reserved(ui.height_of(
        [&] { ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", "-0.0000000000")); }));
  } else if (walk.form == UnitForm::normalized) {
    ui.row("value that comes in", full_value(walk.terms[0].x), Concept::input);
    ui.row(o.batch ? N_("\u2212 mean of the batch") : N_("\u2212 running mean"), full_value(walk.mean));
    ui.row("\u00d7 1 / std", full_value(walk.rstd));
    ui.row("\u00d7 learned scale", full_value(walk.scale), Concept::kernel);
    ui.row("+ learned shift", full_value(walk.shift), Concept::bias);
    ui.big_row("value", full_value(walk.value), Concept::activation);
  } else {
    ui.note(walk.terms.empty() ? format_tr("{}: a number that no input changes", walk.kind)
                               : format_marked(sign_of_form(walk.form), walk.kind));
    const int shown = std::min(static_cast<int>(walk.terms.size()), 10);
    for (int i = 0; i < shown; ++i) {
      const UnitTerm& t = walk.terms[static_cast<size_t>(i)];
      std::string name = walk.form == UnitForm::softmax ? format_tr("class {}", i) : term_name(now, o, t);
      if (walk.form == UnitForm::function) name = tr("the value that comes in");
      ui.row(name, t.padding ? std::string(tr("padding")) : full_value(t.x),
             i == walk.winner ? Concept::activation : Concept::input);
    }
    if (static_cast<int>(walk.terms.size()) > shown) ui.note(format_tr("and {} more", walk.terms.size() - shown));
    if (walk.form == UnitForm::average) ui.row("\u00f7", std::to_string(walk.divisor));
    ui.big_row("value", full_value(walk.value), Concept::activation);
  }
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
