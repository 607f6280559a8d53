#include "app/pages/unit_sum.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "app/pages/value_words.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/tap_colors.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int kMaxChips = 49;

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

int draw_products(Ui& ui, const UnitSum& s) {
  const std::vector<UnitTerm>& terms = s.walk->terms;
  const int taps = s.shown(), first = s.first();
  if (taps > kMaxChips) {
    // Too many for chips: the largest of the slice.
    std::vector<int> order(static_cast<size_t>(taps));
    std::iota(order.begin(), order.end(), first);
    const auto size = [&](int i) { return std::abs(terms[static_cast<size_t>(i)].product()); };
    const int shown = std::min(taps, 8);
    std::partial_sort(order.begin(), order.begin() + shown, order.end(),
                      [&](int a, int b) { return size(a) > size(b); });
    ui.note(format_tr("{} products in this slice; the {} largest:", taps, shown));
    for (int i = 0; i < shown; ++i) {
      const int at = order[static_cast<size_t>(i)];
      const int local = at - first;
      ui.row(s.list     ? format_tr("value {}", local)
             : s.kernel ? row_column(local / s.columns, local % s.columns)
                        : s.name(terms[static_cast<size_t>(at)]),
             s.printed->terms[static_cast<size_t>(at)].product);
    }
    return -1;
  }
  SumRow row;
  row.columns = s.kernel ? s.columns : 1;
  row.prefix = s.walk_command;
  row.first = first;
  row.total = static_cast<int>(terms.size());
  if (s.walked >= 0) row.walked = std::clamp(s.walked - first, 0, taps);
  row.lit = s.lit;
  for (int i = 0; i < taps; ++i) {
    const UnitTerm& t = terms[static_cast<size_t>(first + i)];
    SumChip chip;
    chip.term = &s.printed->terms[static_cast<size_t>(first + i)];
    chip.color = tap_color(i, taps, ui.theme().dark);
    chip.dashed = t.padding;
    chip.about =
        fmt::format("{} \u00d7 {}; {}", full_value(t.x), full_value(t.w),
                    t.padding ? std::string(tr("the padding holds a 0")) : format_tr("{} of the input", s.name(t)));
    row.chips.push_back(std::move(chip));
  }
  return sum_row(ui, "products", row);
}

int draw_sum_of_products(Ui& ui, const UnitSum& s) {
  const UnitWalk& walk = *s.walk;
  if (s.kernel && s.slices > 1) {
    ui.note(format_tr("Each of the {} slices is multiplied with its own weights; the sums are added.", s.slices));
  }
  const int under = draw_products(ui, s);
  if (s.walked >= 0) {
    const int counted = std::min(s.walked, static_cast<int>(walk.terms.size()));
    ui.row(format_tr("after {} of {} products", counted, walk.terms.size()), s.printed->running(counted),
           Concept::kernel);
  }
  // Each slice's sum; of many only those beside the shown one.
  const int from = s.slices <= 8 ? 0 : std::clamp(s.slice - 2, 0, s.slices - 5);
  const int end = s.slices <= 8 ? s.slices : from + 5;
  for (int c = from; s.kernel && c < end && s.slices > 1; ++c) {
    const Rect line = ui.take(26);
    const std::string name = fmt::format("sum of slice {}", c), command = fmt::format("{} {}", s.slice_command, c);
    const Response r = ui.interact(
        line, {.label = name, .command = command, .kind = "row", .tooltip = N_("Show the products of this slice")});
    if (r.hovered || c == s.slice) ui.fill(line, ui.theme().raised, 6);
    ui.label(line.inset(8, 0), format_tr("sum of slice {}", c), Font::control, ui.theme().secondary);
    ui.label(line.inset(8, 0), s.printed->channel_sums[static_cast<size_t>(c)], Font::number, ui.theme().text,
             Align::right);
    if (r.clicked) ui.send(command);
  }
  if (s.kernel && end - from < s.slices) ui.note(format_tr("and {} slices more", s.slices - (end - from)));
  if (walk.has_bias) ui.row("+ bias", s.printed->bias, Concept::bias);
  ui.big_row("sum", s.printed->result, Concept::activation);
  // Another number may be rounded or not; what is below stays.
  ui.begin_reserved("rounded");
  if (!s.printed->reproduces) {
    ui.note(format_tr("Rounded; exactly {}", full_value(walk.value)));
  } else if (s.printed->result != full_value(walk.value)) {
    ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", full_value(walk.value)));
  }
  ui.end_reserved(ui.height_of(
      [&] { ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", "-0.0000000000")); }));
  return under;
}

}  // namespace

int draw_unit_sum(Ui& ui, const UnitSum& s) {
  const UnitWalk& walk = *s.walk;
  if (walk.form == UnitForm::products) return draw_sum_of_products(ui, s);
  if (walk.form == UnitForm::normalized) {
    ui.row("value that comes in", full_value(walk.terms[0].x), Concept::input);
    ui.row(s.of_batch ? N_("\u2212 mean of the batch") : N_("\u2212 running mean"), full_value(walk.mean));
    ui.row("\u00d7 1 / std", full_value(walk.rstd));
    ui.row("\u00d7 learned scale", full_value(walk.scale), Concept::kernel);
    ui.row("+ learned shift", full_value(walk.shift), Concept::bias);
    ui.big_row("value", full_value(walk.value), Concept::activation);
    return -1;
  }
  ui.note(walk.terms.empty() ? format_tr("{}: a number that no input changes", walk.kind)
                             : format_marked(sign_of_form(walk.form), walk.kind));
  const int shown = std::min(static_cast<int>(walk.terms.size()), 10);
  for (int i = 0; i < shown; ++i) {
    const UnitTerm& t = walk.terms[static_cast<size_t>(i)];
    std::string name = walk.form == UnitForm::softmax ? format_tr("class {}", i) : s.name(t);
    if (walk.form == UnitForm::function) name = tr("the value that comes in");
    ui.row(name, t.padding ? std::string(tr("padding")) : full_value(t.x),
           i == walk.winner ? Concept::activation : Concept::input);
  }
  if (static_cast<int>(walk.terms.size()) > shown) ui.note(format_tr("and {} more", walk.terms.size() - shown));
  if (walk.form == UnitForm::average) ui.row("\u00f7", std::to_string(walk.divisor));
  ui.big_row("value", full_value(walk.value), Concept::activation);
  return -1;
}

}  // namespace striate
