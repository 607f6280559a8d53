// The inspector of the view `step`: what the shown phase does, in words, and the sums behind its numbers.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "app/pages/train/step_view.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/tap_colors.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

const char* const kTitles[] = {N_("BATCH"), N_("FORWARD"), N_("LOSS"), N_("BACKWARD"), N_("UPDATE")};
const char* const kWords[] = {
    N_("Pictures are taken from the shuffled training part. One **step** learns from all of them at once; an **epoch** "
       "is over when every picture was seen once."),
    N_("Every picture goes through the network, layer by layer, with the weights as they are. Nothing is learned yet."),
    N_("The outputs become shares by softmax. A picture's **loss** is \u2212log of the share of its own class: 0 when "
       "the network is sure and right. The batch's loss is the mean."),
    N_("From the loss back to every weight: by how much would the loss change if this number were a little larger? "
       "That is its [gradient](gradient)."),
    N_("Every [weight](kernel) moves a little against its [gradient](gradient). How far, the optimizer says; the "
       "learning rate scales it.")};

constexpr int kMaxChips = 49;
const char* const kUnknown = "\u2026";

const char* words_of(int phase, bool softmax) {
  return phase == 2 && !softmax ? N_("How far each output is from its target. The batch's loss is the mean.")
                                : kWords[phase];
}

}  // namespace

void StepView::draw_inspector(Ui& ui, const TrainSnapshot& now) const {
  if (!has_network(now)) return;
  const int shown = shown_phase(now);
  ui.section(format_tr("PHASE {}: {}", shown + 1, tr(kTitles[shown])));
  const bool softmax = now.config->loss == "cross-entropy";
  // Every phase has the same place for its words and for its numbers, those of the largest: what is below stays where
  // it is while the phases go by.
  float words = 0, numbers = 0;
  for (int phase = 0; phase < 5; ++phase)
    words = std::max(words, ui.height_of([&] { ui.note(words_of(phase, softmax)); }));
  ui.begin_reserved("words");
  ui.note(words_of(shown, softmax));
  ui.end_reserved(words);
  for (const int phase : {2, 4}) {
    const auto rows = [&] { draw_numbers(ui, now, phase, false); };
    numbers = std::max(numbers, ui.height_of(rows));
  }
  ui.begin_reserved("numbers", std::hash<std::string>()(fmt::format("{} {}", state_.way, place(now).node)));
  if (!fast(now) || shown == 0 || shown == 2) draw_numbers(ui, now, shown, true);
  ui.end_reserved(numbers);
  ui.hairline();
}

// The numbers of a phase; where they are not available, `known` or not, all of its rows.
void StepView::draw_numbers(Ui& ui, const TrainSnapshot& now, int phase, bool known) const {
  // An update is of no sample; what follows in other phases, too, keeps its place.
  const auto followed = [&] { ui.setting("train.step.sample"); };
  if (phase != 4 && (!known || done_phase(now) >= 0)) {
    followed();
  } else {
    ui.space(ui.height_of(followed));
  }
  try {
    if (phase == 2 && (!known || now.batch)) draw_loss_rows(ui, now, known);
    if ((phase == 3 && state_.way != "layers") || phase == 4) draw_weight_choice(ui, now);
    if (phase == 3 && state_.way == "weights") draw_weight_sum(ui, now);
    if (phase == 3 && state_.way == "input") draw_input_sum(ui, now);
    if (phase == 4) draw_update_rows(ui, now, known);
  } catch (const Error&) {
    ui.note(phase == 4
                ? N_("Its numbers come when you go through a step phase by phase: press **Phase**, up to its update.")
                : N_("Its numbers come with the next step: press **Step**."));
  }
}

void StepView::draw_loss_rows(Ui& ui, const TrainSnapshot& now, bool known) const {
  const bool softmax = now.config->loss == "cross-entropy";
  std::string its_class = kUnknown, share = kUnknown, loss = kUnknown, mean = kUnknown, held;
  if (known) {
    const LossNumbers numbers = loss_numbers(now);
    const auto i = static_cast<size_t>(sample(now));
    const auto label = static_cast<size_t>(now.batch->labels[i]);
    its_class = now.data->classes()[label];
    if (softmax) share = full_value(numbers.probabilities[i * static_cast<size_t>(numbers.classes) + label]);
    loss = full_value(numbers.per_sample[i]);
    mean = full_value(numbers.mean);
    const bool same_batch = done_phase(now) >= 2;
    if (same_batch && std::isfinite(now.loss) && now.loss != numbers.mean) held = full_value(now.loss);
  }
  ui.row("its class", its_class);
  if (softmax) ui.row("share of its class", share, Concept::activation);
  const bool smoothed = now.config->label_smoothing > 0;
  ui.row(softmax && !smoothed ? N_("loss: \u2212log of it") : N_("loss"), loss, Concept::gradient);
  ui.big_row("mean of the batch", mean, Concept::gradient);
  if (!held.empty()) ui.row("the trainer holds", held);
  if (softmax) {
    ui.note(
        format_tr("The gradient of an output is (share \u2212 target) / {}: the network is pulled towards the "
                  "target, by as much as it is off.",
                  now.config->batch));
    draw_softmax_rows(ui, now, known);
  }
}

void StepView::draw_update_rows(Ui& ui, const TrainSnapshot& now, bool known) const {
  std::string before = kUnknown, change = kUnknown, after = kUnknown, norm = kUnknown, share = kUnknown, stored;
  const double limit = now.config->clip_norm;
  bool done = false;
  if (known) {
    const Update update = update_numbers(now);
    before = full_value(update.walk.before);
    change = short_value(static_cast<double>(update.walk.after) - static_cast<double>(update.walk.before), 4);
    after = full_value(update.walk.after);
    if (limit > 0) {
      norm = full_value(now.gradient_norm);
      share = short_value(std::min(1.0, limit / (static_cast<double>(now.gradient_norm) + 1e-6)), 4);
    }
    done = update.done;
    if (done && update.stored != update.walk.after) stored = full_value(update.stored);
  }
  ui.row("optimizer", now.config->optimizer);
  if (limit > 0) {
    ui.row("norm of all gradients", norm, Concept::gradient);
    ui.row(format_tr("times, for a norm of at most {}", full_value(static_cast<float>(limit))), share);
  }
  ui.row("before", before, Concept::kernel);
  ui.row("change", change, Concept::gradient);
  ui.big_row(done ? N_("after") : N_("will be"), after, Concept::kernel);
  if (stored.empty()) return;
  ui.row("the network holds", stored, Concept::gradient);
  ui.note("The weight was changed by hand since, or its update was computed on another device.");
}

void StepView::draw_weight_choice(Ui& ui, const TrainSnapshot& now) const {
  const Place at = place(now);
  if (at.node < 1) return;
  ui.setting("train.step.layer");
  if (at.g.k > 1) ui.setting("train.step.filter", {.label = at.conv ? N_("filter") : N_("neuron")});
  if (at.per_group > 1) ui.setting("train.step.slice", {.label = at.conv ? N_("slice") : N_("input")});
  ui.row("weight", fmt::format("{} {}", at.weight_name, at.index), Concept::kernel);
}

// The products of a sum as chips or, where they are too many, the largest of them in words.
void StepView::draw_chips(Ui& ui, const std::string& label, const PrintedSum& printed, size_t first, int columns,
                          std::vector<SumChip> chips, int lit, const char* kind, int row) const {
  const auto count = static_cast<int>(chips.size());
  if (count > kMaxChips) {
    std::vector<int> order(chips.size());
    for (int i = 0; i < count; ++i) order[static_cast<size_t>(i)] = i;
    const auto size = [&](int i) {
      double value = 0;
      parse_number(printed.terms[first + static_cast<size_t>(i)].product, &value);
      return std::abs(value);
    };
    const int shown = std::min(count, 8);
    std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                      [&](int a, int b) { return size(a) > size(b); });
    ui.note(format_tr("{} products; the {} largest:", count, shown));
    for (int i = 0; i < shown; ++i) {
      const auto at = static_cast<size_t>(order[static_cast<size_t>(i)]);
      ui.row(format_tr("product {}", at), printed.terms[first + at].product);
    }
    return;
  }
  SumRow sum;
  sum.columns = columns;
  sum.prefix = "train.step.walk";
  sum.walked = std::min(state_.walked, count);
  sum.lit = lit;
  for (size_t i = 0; i < chips.size(); ++i) chips[i].term = &printed.terms[first + i];
  sum.chips = std::move(chips);
  const int under = sum_row(ui, label, sum);
  if (under >= 0) ui.found().cell = {kind, 0, row, under};
}

void StepView::draw_weight_sum(Ui& ui, const TrainSnapshot& now) const {
  const Place at = place(now);
  const NetworkValues values = batch_values(now);
  const WeightGradient walk = walk_weight_gradient(values, {at.node, 0, at.index});
  // One row of a sample's products as chips, then its rows, then the samples; a dense layer's samples at once.
  std::vector<WeightGradientTerm> terms;
  const int q_count = at.g.q(), p_count = at.g.p();
  int p = state_.row < 0 ? p_count / 2 : std::min(state_.row, p_count - 1);
  if (at.conv) {
    if (hover_.in("product") || hover_.in("dy")) p = std::min(hover_.row, p_count - 1);
    terms = weight_gradient_terms(values, {at.node, 0, at.index}, at.sample);
    const auto begin = terms.begin() + int64_t{1} * p * q_count;
    terms = std::vector<WeightGradientTerm>(begin, begin + q_count);
    ui.section(format_tr("PRODUCTS, ROW {} OF {}", p, p_count));
  } else {
    for (int n = 0; n < at.g.n; ++n) terms.push_back(weight_gradient_terms(values, {at.node, 0, at.index}, n)[0]);
    ui.section("PRODUCTS OF THE SAMPLES");
    p = 0;
  }
  const auto count = static_cast<int>(terms.size());
  std::vector<Term> factors;
  double total = 0;
  std::vector<SumChip> chips;
  for (int i = 0; i < count; ++i) {
    const WeightGradientTerm& t = terms[static_cast<size_t>(i)];
    factors.push_back({static_cast<double>(t.x), static_cast<double>(t.dy)});
    total += t.product();
    SumChip chip;
    chip.color = tap_color(i, count, ui.theme().dark);
    chip.dashed = t.padding;
    const std::string where =
        at.conv ? format_tr("row {}, column {} of the input", t.row, t.column) : format_tr("sample {}", i);
    chip.about = fmt::format("x {} \u00d7 dL/dy {}; {}", full_value(t.x), full_value(t.dy),
                             t.padding ? std::string(tr("the padding holds a 0")) : where);
    chips.push_back(std::move(chip));
  }
  const PrintedSum printed = print_short(factors, nullptr, total);
  const bool same_row = hover_.in("product") || hover_.in("dy");
  draw_chips(ui, "gradient terms", printed, 0, count <= 3 ? count : 4, std::move(chips), same_row ? hover_.column : -1,
             "product", p);
  if (state_.walked >= 0) {
    const int counted = std::min(state_.walked, count);
    ui.row(format_tr("after {} of {} products", counted, count), printed.running(counted), Concept::kernel);
  }
  if (at.conv && p_count > 1) {
    ui.row(format_tr("sum of row {}", p), printed.result);
    if (!printed.reproduces) ui.note(format_tr("Rounded; exactly {}", exact_text(total)));
  }
  ui.row(format_tr("sum of sample {}", at.sample), short_value(walk.samples[static_cast<size_t>(at.sample)], 6),
         Concept::gradient);
  ui.row(format_tr("sum of all {} samples", walk.samples.size()), short_value(walk.sum, 9), Concept::gradient);
  ui.big_row("dL/dw", full_value(walk.stored ? *walk.stored : walk.value), Concept::gradient);
  if (!walk.agrees()) {
    ui.note(format_tr("What the network holds is of another moment than these inputs: {} is their sum.",
                      full_value(walk.value)));
  } else if (static_cast<double>(walk.value) != walk.sum) {
    ui.note(
        format_tr("The last digits differ: the trainer adds {} products in single precision; the sum above it is "
                  "added in double precision.",
                  static_cast<int64_t>(walk.samples.size()) * p_count * q_count));
  }
}

void StepView::draw_input_sum(Ui& ui, const TrainSnapshot& now) const {
  const Place at = place(now);
  const Conv2dShape& g = at.g;
  int row = state_.row < 0 ? g.h / 2 : state_.row, column = state_.column < 0 ? g.w / 2 : state_.column;
  if (at.conv && hover_.in("x")) row = hover_.row, column = hover_.column;
  row = std::min(row, g.h - 1), column = std::min(column, g.w - 1);
  const InputGradient walk = input_gradient(now, at, row, column);
  ui.section(at.conv ? format_tr("INPUT VALUE, ROW {}, COLUMN {}", row, column)
                     : format_tr("INPUT VALUE {}", at.slice));
  // A convolution's filters one at a time; a dense layer's neurons at once.
  const int runs = at.conv ? walk.filters : 1;
  const size_t each = runs > 0 ? walk.terms.size() / static_cast<size_t>(runs) : 0;
  if (each == 0) {
    ui.note("No output read this value: the stride steps over it. Its gradient is 0.");
    return;
  }
  std::vector<Term> factors;
  for (const InputGradientTerm& t : walk.terms)
    factors.push_back({static_cast<double>(t.w), static_cast<double>(t.dy)});
  const PrintedSum printed = print_short(factors, nullptr, static_cast<double>(walk.value), runs);
  const int in_group = at.conv ? at.filter % (g.k / g.groups) : 0;
  const size_t first = each * static_cast<size_t>(in_group);
  ui.note(at.conv ? format_tr("Filter {}: its weights, turned by half a turn, times the gradients of the outputs that "
                              "they made.",
                              at.filter)
                  : tr("Every neuron's weight for this input, times the gradient of the neuron's output."));
  std::vector<SumChip> chips;
  int lit = -1, columns = 1;
  for (size_t i = 0; i < each; ++i) {
    const InputGradientTerm& t = walk.terms[first + i];
    SumChip chip;
    chip.color = at.conv ? tap_color(t.kernel_row * g.s + t.kernel_column, g.r * g.s, ui.theme().dark)
                         : tap_color(static_cast<int>(i), static_cast<int>(each), ui.theme().dark);
    chip.dashed = t.outside;
    const std::string where =
        at.conv ? format_tr("of output row {}, column {}", t.p, t.q) : format_tr("of neuron {}", t.filter);
    chip.about = format_tr("weight {} \u00d7 dL/dy {}; {}", full_value(t.w), full_value(t.dy),
                           t.outside ? std::string(tr("there is no such output")) : where);
    chips.push_back(std::move(chip));
    if (at.conv && hover_.in("dy") && !t.outside && t.p == hover_.row && t.q == hover_.column) {
      lit = static_cast<int>(i);
    }
    if (at.conv && hover_.in("kernel") && t.kernel_row == g.r - 1 - hover_.row &&
        t.kernel_column == g.s - 1 - hover_.column) {
      lit = static_cast<int>(i);
    }
    if (i == static_cast<size_t>(columns) && t.kernel_row == walk.terms[first].kernel_row) ++columns;
  }
  if (!at.conv) columns = static_cast<int>(std::min<size_t>(each, 4));
  if (!at.conv && hover_.in("kernel")) lit = hover_.column;
  draw_chips(ui, "flipped products", printed, first, columns, std::move(chips), lit, "chip", 0);
  if (state_.walked >= 0 && runs == 1) {
    const int counted = std::min(state_.walked, static_cast<int>(each));
    ui.row(format_tr("after {} of {} products", counted, each), printed.running(counted), Concept::kernel);
  }
  const int from = runs <= 8 ? 0 : std::clamp(in_group - 2, 0, runs - 5);
  const int end = runs <= 8 ? runs : from + 5;
  const int group_first = at.filter - in_group;
  for (int k = from; k < end && runs > 1; ++k) {
    const Rect line = ui.take(26);
    const std::string name = fmt::format("sum of filter {}", group_first + k);
    const std::string command = fmt::format("train.step.filter {}", group_first + k);
    const Response r =
        ui.interact(line, {.label = name, .command = command, .kind = "row", .tooltip = N_("Show its products")});
    if (r.hovered || k == in_group) ui.fill(line, ui.theme().raised, 6);
    ui.label(line.inset(8, 0), format_tr("sum of filter {}", group_first + k), Font::control, ui.theme().secondary);
    ui.label(line.inset(8, 0), printed.channel_sums[static_cast<size_t>(k)], Font::number, ui.theme().text,
             Align::right);
    if (r.clicked) ui.send(command);
  }
  if (end - from < runs) ui.note(format_tr("and {} filters more", runs - (end - from)));
  ui.big_row("dL/dx", printed.result, Concept::gradient);
  if (!printed.reproduces) {
    ui.note(format_tr("Rounded; exactly {}", full_value(walk.value)));
  } else if (printed.result != full_value(walk.value)) {
    ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", full_value(walk.value)));
  }
  if (walk.shared) {
    ui.note("Other layers read this value too and add their shares; this is the share of this layer.");
  } else if (!walk.stored) {
    ui.note("Nobody needs this gradient, so the trainer does not compute it; this is what it would be.");
  } else if (!walk.agrees()) {
    ui.row("the network holds", full_value(*walk.stored), Concept::gradient);
    ui.note("It was computed with the weights before the last update, the sum above with those after it.");
  }
}

}  // namespace striate
