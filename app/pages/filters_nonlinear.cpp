// The filters page's part about filters that are no sum of products (engine/nonlinear_filter.h): their settings, and
// what one of them does to the pixel under the cursor. Values under a window stand on chips, as products do.
#include <algorithm>
#include <cmath>
#include <functional>

#include "app/pages/filters.h"
#include "app/widgets/mini_grid.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

std::string short_text(double value) { return rounded_text(value, 2, true); }

// Changes one setting of a stage; its window follows.
void change_own(FilterStage& stage, const std::string& field, const std::function<void(NonlinearSettings&)>& change) {
  const NonlinearFilter* filter = find_nonlinear_filter(stage.kind);
  if (filter == nullptr || !filter->has(field)) {
    std::string having;
    for (const NonlinearFilter& each : nonlinear_filters()) {
      if (each.has(field)) having += (having.empty() ? "" : ", ") + each.name;
    }
    throw Error(fmt::format("filters.{}: {} has no such setting", field, filter ? filter->name : "a kernel"),
                fmt::format("choose a filter that has it: filters.kernel with {}", having));
  }
  NonlinearSettings own = stage.own;
  change(own);
  stage = nonlinear_stage(stage.kind, own);
}

// Chips with one value each, `columns` to a line. Returns the one under the mouse, -1 for none.
struct ValueChip {
  std::string text;
  Color color = 0;
  bool left_out = false;
  bool dashed = false;
  bool taken = false;
  std::string about;
};
int value_chips(Ui& ui, std::string_view name, int columns, const std::vector<ValueChip>& chips) {
  const int count = static_cast<int>(chips.size()), lines = (count + columns - 1) / columns;
  const float gap = columns > 7 ? 2 : 4;
  const float wide = std::floor((ui.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns));
  const float chip_w = std::min(wide, 54.0f), chip_h = std::min(chip_w, 26.0f);
  const Rect grid = ui.take(static_cast<float>(lines) * (chip_h + gap) - gap);
  const auto place_of = [&](int i) {
    return Rect{grid.x + static_cast<float>(i % columns) * (chip_w + gap),
                grid.y + static_cast<float>(i / columns) * (chip_h + gap), chip_w, chip_h};
  };
  int under = -1;
  for (int i = 0; i < count; ++i) {
    if (place_of(i).contains(ui.input().mouse)) under = i;
  }
  const std::string tip = under >= 0 ? chips[static_cast<size_t>(under)].about : std::string();
  const Response r = ui.interact(
      grid, {.label = name,
             .kind = "values",
             .focusable = false,
             .tooltip = tip.empty() ? std::string_view("The values under the window") : std::string_view(tip)});
  if (!r.hovered) under = -1;
  const Theme& theme = ui.theme();
  for (int i = 0; i < count; ++i) {
    const ValueChip& chip = chips[static_cast<size_t>(i)];
    const Rect place = place_of(i);
    if (chip.left_out) {
      ui.stroke(place, theme.line, 3);
      ui.hatch(place, theme.line, 5);
      continue;
    }
    ui.fill(place, chip.color, 3);
    if (chip.dashed) ui.dashed(place, theme.secondary);
    if (chip.taken) ui.stroke(place.inset(-1), theme.activation, 4, 2.5f);
    if (i == under) ui.stroke(place, theme.text, 3, 2);
    float size = ui.text_size(Font::caption);
    const float text_w = ui.measure(Font::caption, chip.text, size).x;
    if (text_w > place.w - 3) size *= (place.w - 3) / text_w;
    if (size >= 7) ui.label(place, chip.text, Font::caption, ink_on(chip.color), Align::center, size);
  }
  return under;
}

const char* direction_words(const FilterWalk::Canny& canny) {
  if (!canny.across.diagonal) return canny.across.dx != 0 ? N_("left and right") : N_("above and below");
  return canny.across.dx > 0 ? N_("upper left and lower right") : N_("upper right and lower left");
}

}  // namespace

void FiltersPage::declare_nonlinear_settings() {
  Setting& element = settings_.choice(
      "element", "element", "Which pixels around count: all of the square, the middle row and column, or a disk",
      Parameter::choice("SHAPE", "the structuring element", {"square", "cross", "disk"}),
      [](const State& s) { return element_name(s.stage().own.element); },
      [](State& s, const std::string& word) {
        change_own(s.stage(), "element", [&](NonlinearSettings& own) {
          for (const Element each : all_elements()) {
            if (element_name(each) == word) own.element = each;
          }
        });
      });
  element.labels = {N_("square"), N_("cross"), N_("disk")};
  element.kept = false;
  const auto number = [this](const char* name, const char* label, const char* help, const char* what) -> Setting& {
    const auto& fields = nonlinear_fields();
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& each) { return each.name == name; });
    double NonlinearSettings::*member = field->number;
    Setting& setting = settings_.number(
        name, label, help, {"V", what, field->minimum, field->maximum},
        [member](const State& s) { return s.stage().own.*member; },
        [member, name](State& s, double value) {
          change_own(s.stage(), name, [&](NonlinearSettings& own) {
            own.*member = value;
            // The other threshold makes room.
            if (member == &NonlinearSettings::low) own.high = std::max(own.high, value);
            if (member == &NonlinearSettings::high) own.low = std::min(own.low, value);
          });
        });
    setting.kept = false;
    setting.decimals = 1;
    return setting;
  };
  number("sigma", N_("sigma"), N_("How fast a pixel's weight falls with its distance"),
         N_("the bell's width, in pixels"))
      .hands = {0.5, 10};
  number("range", N_("range"), N_("How unlike two pixels may be until they count little for each other"),
         N_("the bell's width, in gray values"))
      .hands = {1, 255};
  number("amount", N_("amount"), N_("How much of the difference from the blurred picture is added"),
         N_("1 adds it once"))
      .hands = {0, 5};
  Setting& threshold =
      number("threshold", N_("threshold"), N_("Leaves smaller differences from the blurred picture alone"),
             N_("the difference, in gray values"));
  threshold.hands = {0, 50};
  threshold.step = 1;
  Setting& low = number("low", N_("low threshold"), N_("Where an edge ends that hangs together with a clear one"),
                        N_("the gradient's magnitude"));
  low.hands = {0, 800};
  low.step = 5;
  Setting& high =
      number("high", N_("high threshold"), N_("From where on an edge is a clear one"), N_("the gradient's magnitude"));
  high.hands = {0, 800};
  high.step = 5;
}

void FiltersPage::declare_nonlinear_readouts(Registry& registry) {
  const auto canny = [this] {
    const WalkPtr walk = need_walk();
    if (!walk->canny) throw Error("the last filter that runs is not canny", "choose it: filters.kernel canny");
    return *walk->canny;
  };
  const auto number = [&](const std::string& name, const std::string& help, const std::function<double()>& value) {
    registry.add(Readout{"filters." + name, help, [value] { return ReadoutValue(value()); }});
  };
  number("gradient.x", "canny at the cursor: the gradient from left to right", [canny] { return canny().dx; });
  number("gradient.y", "canny at the cursor: the gradient from top to bottom", [canny] { return canny().dy; });
  number("magnitude", "canny at the cursor: the gradient's length", [canny] { return canny().magnitude; });
  number("direction", "canny at the cursor: the gradient's angle in degrees, 0 to the right, 90 down",
         [canny] { return canny().degrees; });
  registry.add(Readout{"filters.edge",
                       "canny at the cursor: none, weak (between the thresholds, left out), held (weak, hangs together "
                       "with a strong one) or strong",
                       [canny] {
                         const FilterWalk::Canny at = canny();
                         return ReadoutValue(std::string(at.state == CannyState::none     ? "none"
                                                         : at.state == CannyState::strong ? "strong"
                                                         : at.edge                        ? "held"
                                                                                          : "weak"));
                       }});
  number("weights", "bilateral at the cursor: the sum of all weights", [this] {
    const WalkPtr walk = need_walk();
    if (walk->stage.kind != FilterKind::bilateral)
      throw Error("the last filter that runs is not bilateral", "choose it: filters.kernel bilateral");
    return walk->weights;
  });
  registry.add(Readout{"filters.ordered",
                       "median, erosion, dilation at the cursor: the values of the channel that is shown in ascending "
                       "order, in brackets the one that is taken",
                       [this] {
                         const WalkPtr walk = need_walk();
                         const FilterWalk::Channel& c = walk->channels[channel_of(*walk)];
                         if (c.order.empty())
                           throw Error("the last filter that runs takes no value out of an order",
                                       "choose one: filters.kernel median");
                         std::string text;
                         for (size_t i = 0; i < c.order.size(); ++i) {
                           const std::string value = short_text(c.window[static_cast<size_t>(c.order[i])]);
                           text += (i == 0 ? "" : " ") + (static_cast<int>(i) == c.taken ? "[" + value + "]" : value);
                         }
                         return ReadoutValue(text);
                       }});
}

void FiltersPage::draw_nonlinear_settings(Ui& ui) const {
  const FilterStage& now = stage();
  const NonlinearFilter& filter = *find_nonlinear_filter(now.kind);
  ui.note(filter.about);
  const Theme& theme = ui.theme();
  NumberSpec size;
  size.minimum = 1;
  size.maximum = kMaxFilterSize;
  size.reset = filter.settings.size;
  size.step = 2;
  size.decimals = 0;
  for (const NonlinearField& field : nonlinear_fields()) {
    if (!filter.has(field.name)) continue;
    if (field.name == "size")
      ui.number_field("size", now.own.size, size, "filters.size");
    else
      ui.setting("filters." + field.name);
  }
  if (now.kind == FilterKind::canny) return;
  // The window: what counts, or how much.
  const FilterKernel& window = now.kernel;
  const double most = *std::max_element(window.taps.begin(), window.taps.end());
  const bool weights = now.kind == FilterKind::bilateral || now.kind == FilterKind::unsharp;
  ui.note(weights ? N_("Weights by place, before they are divided by their sum:")
                  : N_("What counts under the window:"));
  const float cell = std::min(24.0f, std::floor(ui.width() / static_cast<float>(window.width)));
  const Rect place = ui.take(cell * static_cast<float>(window.height) + (cell >= Ui::kIndexed ? ui.index_height() : 0));
  const auto tap = [&](int row, int column) {
    return window.taps[static_cast<size_t>(row) * window.width + static_cast<size_t>(column)];
  };
  MiniGrid grid;
  grid.rows = window.height, grid.columns = window.width;
  grid.index_rows = grid.index_columns = 0;
  grid.fill = [&](int row, int column) {
    return mixed(theme.raised, theme.kernel, static_cast<float>(tap(row, column) / most));
  };
  mini_grid(ui, {place.x, place.y, std::min(place.w, place.h), place.h}, grid);
}

size_t FiltersPage::channel_of(const FilterWalk& walk) const {
  return std::min(static_cast<size_t>(state_.channel), walk.channels.size() - 1);
}

// What stands between the window's values and the raw value.
void FiltersPage::draw_nonlinear_terms(Ui& ui, const FilterWalk& walk, int channel) const {
  switch (walk.stage.kind) {
    case FilterKind::bilateral:
      draw_terms(ui, walk, channel);
      ui.row("sum of the weights", short_weight(walk.weights), Concept::kernel);
      ui.note("A weight is nearness times likeness: how near a pixel is, and how alike in all channels together.");
      return;
    case FilterKind::unsharp:
      return draw_unsharp(ui, walk, channel);
    case FilterKind::canny:
      return draw_canny(ui, walk);
    default:
      return draw_order(ui, walk, channel);
  }
}

std::string FiltersPage::short_weight(double value) { return significant_text(value, 4); }

void FiltersPage::draw_order(Ui& ui, const FilterWalk& walk, int channel) const {
  const FilterKernel& window = walk.stage.kernel;
  const FilterWalk::Channel& c = walk.channels[static_cast<size_t>(channel)];
  const int taken = c.order[static_cast<size_t>(c.taken)];
  const auto chip_of = [&](size_t i) {
    const FilterWalk::Tap& tap = walk.taps[i];
    ValueChip chip;
    chip.text = short_text(c.window[i]);
    chip.color = byte_gray(std::clamp(c.window[i], 0.0, 255.0));
    chip.left_out = window.taps[i] == 0;
    chip.dashed = tap.outside;
    chip.taken = static_cast<int>(i) == taken;
    chip.about = tap.zero      ? format_tr("{}; outside the picture stands a 0", chip.text)
                 : tap.outside ? format_tr("{}; outside the picture, taken from x {}, y {}", chip.text, tap.x, tap.y)
                               : fmt::format("{}; x {}, y {}", chip.text, tap.x, tap.y);
    return chip;
  };
  ui.note("The values under the window:");
  std::vector<ValueChip> chips, ordered;
  for (size_t i = 0; i < walk.taps.size(); ++i) chips.push_back(chip_of(i));
  int under = value_chips(ui, "window's values", window.width, chips);
  if (under >= 0 && window.taps[static_cast<size_t>(under)] == 0) under = -1;
  ui.note("In order of size:");
  for (const int i : c.order) ordered.push_back(chip_of(static_cast<size_t>(i)));
  if (const int at = value_chips(ui, "ordered values", window.width, ordered); at >= 0)
    under = c.order[static_cast<size_t>(at)];
  if (under >= 0) {
    ui.found().numbers["filters.tap"] = under;
    ui.light(Concept::input);
  }
  const size_t count = c.order.size();
  if (walk.stage.kind == FilterKind::median) {
    ui.big_row("the middle one", short_text(c.value), Concept::kernel);
    ui.note(format_tr("{} of {} values are before it in the order, {} after it.", c.taken, count,
                      static_cast<int>(count) - 1 - c.taken));
  } else {
    const bool least = walk.stage.kind == FilterKind::erosion;
    ui.big_row(least ? "the smallest" : "the largest", short_text(c.value), Concept::kernel);
    const FilterWalk::Tap& tap = walk.taps[static_cast<size_t>(taken)];
    if (!tap.zero) ui.row("it stands at", fmt::format("x {}, y {}", tap.x, tap.y));
  }
}

void FiltersPage::draw_unsharp(Ui& ui, const FilterWalk& walk, int channel) const {
  draw_terms(ui, walk, channel);
  const FilterWalk::Channel& c = walk.channels[static_cast<size_t>(channel)];
  const FilterKernel& window = walk.stage.kernel;
  const NonlinearSettings& own = walk.stage.own;
  const double original = c.window[static_cast<size_t>(window.anchor_row()) * static_cast<size_t>(window.width) +
                                   static_cast<size_t>(window.anchor_column())];
  const double difference = original - c.blurred;
  ui.row("original", short_text(original), Concept::input);
  ui.row("blurred", significant_text(c.blurred, 6), Concept::kernel);
  ui.row("original \u2212 blurred", significant_text(difference, 5));
  if (std::fabs(difference) < own.threshold) {
    ui.note(format_tr("Less than the threshold, {}: the pixel stays as it is.", short_text(own.threshold)));
  } else {
    ui.row(format_tr("original + {} \u00d7 difference", short_text(own.amount)), significant_text(c.value, 6));
  }
}

void FiltersPage::draw_canny(Ui& ui, const FilterWalk& walk) const {
  static constexpr int kAcross[] = {-1, 0, 1, -2, 0, 2, -1, 0, 1}, kDown[] = {-1, -2, -1, 0, 0, 0, 1, 2, 1};
  const Theme& theme = ui.theme();
  const FilterWalk::Canny& canny = *walk.canny;
  const FilterWalk::Channel& c = walk.channels[static_cast<size_t>(canny.channel)];
  if (walk.channels.size() == 3) {
    static constexpr const char* colors[] = {N_("red"), N_("green"), N_("blue")};
    ui.note(format_tr("Of the three channels the steepest one counts: here {}.", tr(colors[canny.channel])));
  }
  const auto sobel = [&](std::string_view name, const int(&taps)[9], double sum) {
    std::vector<Term> terms;
    std::vector<size_t> places;
    double largest = 0;
    for (int i = 0; i < 9; ++i) {
      places.push_back(static_cast<size_t>((i / 3 + 1) * 5 + i % 3 + 1));
      terms.push_back({c.window[places.back()], static_cast<double>(taps[i])});
      largest = std::max(largest, std::abs(terms.back().x * terms.back().w));
    }
    const PrintedSum printed = print_sum(terms, nullptr, sum);
    SumRow row;
    for (int i = 0; i < 9; ++i) {
      const FilterWalk::Tap& tap = walk.taps[places[static_cast<size_t>(i)]];
      const Term& term = terms[static_cast<size_t>(i)];
      SumChip chip;
      chip.term = &printed.terms[static_cast<size_t>(i)];
      const float share = largest > 0 ? static_cast<float>(std::abs(term.x * term.w) / largest) : 0;
      chip.color = mixed(theme.raised, term.w < 0 ? theme.input : theme.kernel, 0.62f * share);
      chip.dashed = tap.outside;
      chip.about =
          tap.zero ? std::string(tr("outside the picture stands a 0")) : fmt::format("x {}, y {}", tap.x, tap.y);
      row.chips.push_back(std::move(chip));
    }
    const int under = sum_row(ui, name, row);
    if (under >= 0) ui.found().numbers["filters.tap"] = static_cast<double>(places[static_cast<size_t>(under)]);
    ui.big_row(name, printed.result, Concept::kernel);
  };
  ui.section("1  GRADIENT");
  sobel("from left to right", kAcross, canny.dx);
  sobel("from top to bottom", kDown, canny.dy);
  const std::string length = rounded_text(canny.magnitude, 2, true);
  ui.row("magnitude",
         fmt::format("\u221a({}\u00b2 + {}\u00b2) {} {}", short_text(std::fabs(canny.dx)),
                     short_text(std::fabs(canny.dy)), length == exact_text(canny.magnitude) ? "=" : "\u2248", length),
         Concept::kernel);
  if (canny.magnitude > 0) ui.row("direction", fmt::format("{}\u00b0", rounded_text(canny.degrees, 1, true)));
  ui.section("2  THINNING");
  ui.note(format_tr("The neighbors across the edge are {}.", tr(direction_words(canny))));
  ui.row("their magnitudes",
         fmt::format("{}, {}", rounded_text(canny.first, 2, true), rounded_text(canny.second, 2, true)));
  const bool thick = !(canny.magnitude > canny.first) ||
                     !(canny.across.diagonal ? canny.magnitude > canny.second : canny.magnitude >= canny.second);
  ui.note(canny.magnitude <= 0 ? N_("Nothing changes here: no edge.")
          : thick              ? N_("One of them is as steep or steeper: this pixel is not the crest, and goes.")
                               : N_("Neither is steeper: this pixel is the crest, and stays."));
  ui.section("3  TWO THRESHOLDS");
  const NonlinearSettings& own = walk.stage.own;
  ui.row("low, high", fmt::format("{}, {}", short_text(own.low), short_text(own.high)), Concept::bias);
  ui.note(canny.state == CannyState::strong ? N_("Above the high one: a clear edge.")
          : canny.state == CannyState::weak ? N_("Between them: a weak edge.")
          : thick || canny.magnitude <= 0   ? N_("The pixel went before.")
                                            : N_("Not above the low one: no edge."));
  ui.section("4  HYSTERESIS");
  if (canny.state != CannyState::weak) {
    ui.note(canny.edge ? N_("A clear edge stays.") : N_("There is nothing to hold."));
  } else if (canny.edge) {
    ui.note(format_tr("Held: over {} weak neighbors it hangs together with the clear edge at x {}, y {}.",
                      canny.steps - 1, canny.strong_x, canny.strong_y));
  } else {
    ui.note("No clear edge hangs together with it: it goes.");
  }
}

}  // namespace striate
