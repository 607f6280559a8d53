// The inspector of the filters page: the filter's settings, the arithmetic of the pixel under the cursor, and what the
// program's source is about.
#include <algorithm>
#include <cmath>

#include "app/pages/filters.h"
#include "app/widgets/sum_row.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr const char* kColors[] = {N_("red"), N_("green"), N_("blue")};

// As many decimals as a value needs, at most this many, with a mark where that rounds it.
std::string value_text(double value, int most = 4) {
  const std::string text = rounded_text(value, most, true);
  double back = 0;
  return parse_number(text, &back) && back == value ? text : "\u2248 " + text;
}

std::string minus_sign(const std::string& text) {
  return text.rfind('-', 0) == 0 ? fmt::format("\u2212{}", text.substr(1)) : text;
}

std::string size_text(const FilterKernel& kernel) { return fmt::format("{} \u00d7 {}", kernel.width, kernel.height); }

// The same column and row in whole numbers where a factor does that: 0.5 1 0.5 and 2 4 2 become 1 2 1 and 1 2 1.
void use_whole_factors(std::vector<double>& column, std::vector<double>& row) {
  const auto whole = [](const std::vector<double>& values, double factor) {
    return std::all_of(values.begin(), values.end(),
                       [&](double value) { return std::abs(value * factor - std::round(value * factor)) < 1e-9; });
  };
  for (int factor = 1; factor <= 64; ++factor) {
    if (!whole(column, factor) || !whole(row, 1.0 / factor)) continue;
    for (double& value : column) value = std::round(value * factor);
    for (double& value : row) value = std::round(value / factor);
    return;
  }
}

std::string list_text(const std::vector<double>& values) {
  std::string text;
  for (double value : values) text += fmt::format(" {}", significant_text(value, 3));
  return text.substr(1);
}

}  // namespace

std::string FiltersPage::stage_name(size_t index) const {
  const FilterStage& stage = state_.chain.stages[index];
  return state_.names[index].empty() ? format_tr("own {}", size_text(stage.kernel))
                                     : std::string(tr(std::string_view(state_.names[index])));
}

void FiltersPage::draw_inspector(Ui& ui) const {
  ui.setting("filters.tab", {.tabs = true});
  if (state_.tab == "pixel") return draw_pixel_tab(ui);
  if (state_.tab == "layers") return draw_layers_tab(ui);
  if (state_.tab == "code") return draw_code_tab(ui);
  draw_filter_tab(ui);
}

// ------------------------------------------------------------------------------------------------------- the settings

void FiltersPage::draw_filter_tab(Ui& ui) const {
  if (failure_) ui.error_note(failure_->what(), failure_->hint());
  const bool several = state_.chain.stages.size() > 1;
  ui.section(several ? format_tr("KERNEL OF STAGE {}", state_.selected + 1) : N_("KERNEL"));
  const auto choices = [&](const auto& filters) {
    ui.begin_flow(6);
    for (const auto& filter : filters) {
      ButtonOptions options;
      options.selected = filter.name == state_.names[static_cast<size_t>(state_.selected)];
      options.tone = Concept::kernel;
      options.tooltip = filter.about;
      ui.button(filter.name, "filters.kernel " + filter.name, options);
    }
    ui.end_flow();
  };
  choices(named_kernels());
  ui.note("No sum of products:");
  choices(nonlinear_filters());
  if (stage().is_linear()) {
    draw_kernel(ui);
    draw_kernel_numbers(ui);
  } else {
    draw_nonlinear_settings(ui);
  }
  ui.hairline();
  ui.section("RESULT");
  ui.setting("filters.show");
  if (state_.chain.show == Show::minmax && range()) {
    const Range& r = *range();
    ui.note(format_tr("The smallest value of the whole picture, {}, is black; the largest, {}, is white.",
                      value_text(r.low, 2), value_text(r.high, 2)));
  } else {
    static constexpr const char* about[] = {
        N_("Below 0 is black, above 255 is white."),
        N_("A number's sign is dropped: falling edges are as bright as rising ones."),
        N_("128 is added: gray is 0, darker is negative, brighter is positive."),
        N_("Waiting for the smallest and the largest value.")};
    ui.note(about[static_cast<int>(state_.chain.show)]);
  }
  ui.note("Outside the picture:");
  ui.setting("filters.mode");
  ui.hairline();
  draw_chain(ui);
  ui.hairline();
  ui.section("LAST RUN");
  if (shown_.result) {
    const FilteredPicture& result = *shown_.result;
    ui.row("time", format_tr("{} ms", number_text(result.milliseconds, result.milliseconds < 10 ? 2 : 0)));
    ui.row("on", result.device);
    const double megapixels = static_cast<double>(result.levels[0].width) * result.levels[0].height / 1e6;
    if (megapixels >= 0.1) ui.row("picture", format_tr("{:.1f} megapixels", megapixels));
  } else {
    ui.note("The first run is under way.");
  }
  ui.note(
      "A photo filter works on each channel alone: red is made of red, green of green, blue of blue. A layer of a "
      "network adds all channels up.");
  if (has_camera_ || camera_on_) {
    ui.hairline();
    ui.section("CAMERA");
    ui.toggle("filter what the camera sees", camera_on_, "filters.camera");
    ui.error_beside("filters.camera");
  }
  ui.hairline();
  ui.section("SAVE THE RESULT");
  if (saver_.busy()) {
    ui.progress("Writing the file", saver_.progress(), "filters.stop");
  } else {
    ui.text_field("file", suggested_path(), "filters.save", "a name ending in .png or .jpg");
    ui.button("Save", "filters.save " + suggested_path(), {.enabled = looked().image != nullptr});
    if (!saved_.empty()) ui.note(format_tr("Written: {}", saved_));
  }
}

// A small kernel with its numbers beside it, a large one with them below.
void FiltersPage::draw_kernel(Ui& ui) const {
  const FilterStage& now = stage();
  const FilterKernel& kernel = now.kernel;
  const std::vector<float> values(kernel.taps.begin(), kernel.taps.end());
  NumberSpec size;
  size.minimum = 1;
  size.maximum = kMaxFilterSize;
  size.reset = 3;
  size.step = 1;
  size.decimals = 0;
  const float cell = 38.0f;
  const bool beside = kernel.width <= 3 && kernel.height <= 3 && ui.width() >= 280.0f;
  const float line = 36.0f;
  const Vec edge = ui.kernel_edge(kernel.height, kernel.width);
  const float high = edge.y + cell * static_cast<float>(kernel.height);
  const Rect whole = beside ? ui.take(std::max(high, 3 * line)) : Rect{};
  Rect right = whole;
  if (beside) {
    Rect grid = right.cut_left(edge.x + cell * 3);
    grid.h = high;
    right.cut_left(16);
    right.y += (right.h - 3 * line) / 2;
    ui.next(grid);
  }
  ui.kernel_editor("kernel", kernel.height, kernel.width, values, "filters.taps");
  const auto place = [&] {
    if (beside) ui.next(right.cut_top(line).inset(0, 2));
  };
  place();
  ui.number_field("size", kernel.width, size, "filters.size");
  place();
  ui.setting("filters.divisor");
  place();
  ui.setting("filters.offset");
  if (kernel.width != kernel.height) ui.row("columns \u00d7 rows", size_text(kernel), Concept::kernel);
}

void FiltersPage::draw_kernel_numbers(Ui& ui) const {
  const FilterStage& now = stage();
  const double sum = kernel_sum(now.kernel);
  const double gain = sum / now.divisor;
  ui.row("sum of the kernel",
         now.divisor == 1 ? value_text(sum)
                          : fmt::format("{} / {} = {}", value_text(sum), value_text(now.divisor), value_text(gain)),
         Concept::kernel);
  const std::string then = now.offset == 0 ? "" : " " + format_tr("Then {} is added.", value_text(now.offset));
  if (std::abs(gain) < 1e-9) {
    ui.note(format_tr("Flat areas become {}: only changes are left.", value_text(now.offset)));
  } else if (gain > 1 + 1e-9) {
    ui.note(
        format_tr("Flat areas become {} times as bright. A blur that isn't divided brightens.", value_text(gain, 2)) +
        then);
  } else if (gain < 1 - 1e-9) {
    ui.note((gain > 0          ? tr("Less than 1: flat areas become darker.")
             : now.offset <= 0 ? tr("Less than 0: flat areas become negative.")
                               : tr("Less than 0: dark and bright change places.")) +
            then);
  } else {
    ui.note(tr("Flat areas keep their brightness.") + then);
  }
  ui.begin_columns(2);
  ui.button("Sum to 1", "filters.sum 1", {.enabled = std::abs(sum) > 1e-12});
  ui.button("Sum to 0", "filters.sum 0");
  ui.end_columns();
  ui.setting("filters.strength");
  if (now.strength != 1)
    ui.note(format_tr("{} of the filter and {} of the picture as it is.", value_text(now.strength),
                      value_text(1 - now.strength)));
  std::vector<double> column, row;
  if (now.kernel.width > 1 && now.kernel.height > 1 && separate(now.kernel, &column, &row)) {
    ui.note(format_tr("Separable: a column times a row. {} + {} multiplications a pixel do what {} would.",
                      now.kernel.height, now.kernel.width, now.kernel.taps.size()));
    use_whole_factors(column, row);
    ui.row("column", list_text(column), Concept::kernel);
    ui.row("row", list_text(row), Concept::kernel);
  }
}

void FiltersPage::draw_chain(Ui& ui) const {
  ui.section("CHAIN");
  ui.push_id("chain");
  for (size_t i = 0; i < state_.chain.stages.size(); ++i) {
    const bool selected = static_cast<int>(i) == state_.selected;
    ButtonOptions options;
    options.selected = selected && state_.chain.stages.size() > 1;
    options.tone = Concept::kernel;
    options.style = selected ? ButtonStyle::normal : ButtonStyle::quiet;
    const std::string words = fmt::format("{}  {}", i + 1, stage_name(i));
    options.words = words;
    const std::string& named = state_.names[i];
    ui.button(fmt::format("{}  {}", i + 1, named.empty() ? "own " + size_text(state_.chain.stages[i].kernel) : named),
              fmt::format("filters.stage {}", i + 1), options);
  }
  ui.begin_flow(6);
  const int stages = static_cast<int>(state_.chain.stages.size());
  ui.button("Add", "filters.add", {.icon = Icon::plus});
  ui.button("Earlier", fmt::format("filters.place {}", std::max(1, state_.selected)), {.enabled = state_.selected > 0});
  ui.button("Later", fmt::format("filters.place {}", std::min(stages, state_.selected + 2)),
            {.enabled = state_.selected + 1 < stages});
  ui.button("Remove", "filters.remove", {.enabled = stages > 1});
  ui.end_flow();
  const bool several = stages > 1;
  ui.setting("filters.repeat");
  if (several) ui.setting("filters.upto", {.field = true});
  if (state_.chain.application_count() > 1)
    ui.note(
        "Between two filters the numbers stay as they are, negative ones too. Only the last result is shown: "
        "rounded and brought to 0..255.");
  ui.button("Start over", "filters.reset", {.style = ButtonStyle::quiet, .icon = Icon::reset});
  ui.pop_id();
}

// ------------------------------------------------------------------------------------------------------ the arithmetic

void FiltersPage::draw_pixel_tab(Ui& ui) const {
  const ImagePtr& image = looked().image;
  if (!image) {
    ui.section("PIXEL");
    ui.note("Open a picture to follow its pixels here.");
    return;
  }
  if (failure_) return ui.error_note(failure_->what(), failure_->hint());
  const WalkPtr found = walk();
  ui.section(stage_view_.pinned() ? format_tr("PIXEL AT COLUMN {}, ROW {}, PINNED", stage_view_.x(), stage_view_.y())
                                  : format_tr("PIXEL AT COLUMN {}, ROW {}", stage_view_.x(), stage_view_.y()));
  if (!found) {
    ui.progress("Following this pixel back", -1, {});
    return;
  }
  const FilterWalk& walk = *found;
  int channel = 0;
  if (walk.channels.size() == 3) {
    channel = state_.channel;
    ui.setting("filters.channel");
  }
  if (walk.later)
    ui.note(format_tr("The last of {} filters in a row. The [window](input) holds what the one before it made.",
                      taken_apart(seen_).application_count()));
  if (seen_.stages.back().kind == FilterKind::opening || seen_.stages.back().kind == FilterKind::closing)
    ui.note(seen_.stages.back().kind == FilterKind::opening
                ? N_("An opening is an erosion, then a dilation. This is the dilation.")
                : N_("A closing is a dilation, then an erosion. This is the erosion."));
  if (walk.stage.is_linear())
    draw_terms(ui, walk, channel);
  else
    draw_nonlinear_terms(ui, walk, channel);
  const FilterWalk::Channel& c = walk.channels[static_cast<size_t>(channel)];
  if (walk.stage.kind == FilterKind::bilateral)
    ui.row(format_tr("\u00f7 weights {}", short_weight(walk.weights)), value_text(c.value));
  if (walk.stage.divisor != 1)
    ui.row(format_tr("\u00f7 divisor {}", value_text(walk.stage.divisor)), value_text(c.sum / walk.stage.divisor));
  if (walk.stage.offset != 0) ui.row(format_tr("+ offset {}", value_text(walk.stage.offset)), value_text(c.value));
  ui.row("raw value", value_text(c.value));
  if (!walk.has_range) {
    ui.note("Min-max waits for the smallest and the largest value of the picture.");
    return;
  }
  switch (state_.chain.show) {
    case Show::clip:
      break;
    case Show::absolute:
      ui.row("without its sign", value_text(c.shown));
      break;
    case Show::offset128:
      ui.row("+ 128", value_text(c.shown));
      break;
    case Show::minmax:
      ui.row(format_tr("{} to {} becomes 0 to 255", value_text(range()->low, 1), value_text(range()->high, 1)), "");
      ui.row("stretched", value_text(c.shown));
      break;
  }
  if (c.shown < 0) {
    ui.row("below 0", fmt::format("max(0, {}) = 0", minus_sign(significant_text(c.shown, 5))));
  } else if (c.shown > 255) {
    ui.row("above 255", fmt::format("min(255, {}) = 255", significant_text(c.shown, 5)));
  } else if (c.shown != std::round(c.shown)) {
    ui.row("rounded", fmt::format("{}", c.result));
  }
  ui.big_row("result", std::to_string(c.result), Concept::activation);
  ui.hairline();
  ui.section(walk.channels.size() == 3 ? N_("ALL CHANNELS, EACH ALONE") : N_("BEFORE AND AFTER"));
  const Color marks[] = {ui.theme().red, ui.theme().green, ui.theme().blue};
  for (size_t i = 0; i < walk.channels.size(); ++i) {
    const Rect line = ui.take(24);
    const bool gray = walk.channels.size() == 1;
    ui.fill({line.x, line.y + 4, 4, line.h - 8}, gray ? ui.theme().gray : marks[i], 2);
    ui.label({line.x + 12, line.y, line.w - 12, line.h}, gray ? tr("gray") : tr(kColors[i]), Font::body,
             ui.theme().secondary);
    ui.label(line, fmt::format("{:>3} \u2192 {:>3}", walk.channels[i].before, walk.channels[i].result), Font::number,
             ui.theme().text, Align::right);
  }
  if (walk.alpha >= 0) ui.row("alpha, carried through", std::to_string(walk.alpha));
}

void FiltersPage::draw_terms(Ui& ui, const FilterWalk& walk, int channel) const {
  const Theme& theme = ui.theme();
  const FilterKernel& kernel = walk.stage.kernel;
  const FilterWalk::Channel& c = walk.channels[static_cast<size_t>(channel)];
  std::vector<Term> terms;
  double largest = 0;
  for (size_t i = 0; i < walk.taps.size(); ++i) {
    terms.push_back({c.window[i], walk.weight(i)});
    largest = std::max(largest, std::abs(c.window[i] * walk.weight(i)));
  }
  const PrintedSum printed = print_sum(terms, nullptr, c.sum);

  SumRow row;
  row.columns = kernel.width;
  row.prefix = "filters.walk";
  row.walked = state_.walked;
  for (size_t i = 0; i < walk.taps.size(); ++i) {
    const FilterWalk::Tap& tap = walk.taps[i];
    const PrintedTerm& term = printed.terms[i];
    const double product = c.window[i] * walk.weight(i);
    const float share = largest > 0 ? static_cast<float>(std::abs(product) / largest) : 0;
    SumChip chip;
    chip.term = &term;
    chip.color = mixed(theme.raised, product < 0 ? theme.input : theme.kernel, 0.62f * share);
    chip.dashed = tap.outside;
    const std::string sum = fmt::format("{} \u00d7 {} = {}", term.x, minus_sign(term.w), minus_sign(term.product));
    chip.about = tap.zero      ? format_tr("{}; outside the picture stands a 0", sum)
                 : tap.outside ? format_tr("{}; outside the picture, taken from x {}, y {}", sum, tap.x, tap.y)
                               : fmt::format("{}; x {}, y {}", sum, tap.x, tap.y);
    if (!walk.alike.empty())
      chip.about += "\n" + format_tr("weight: near {} \u00d7 alike {} = {}", short_weight(kernel.taps[i]),
                                     short_weight(walk.alike[i]), short_weight(walk.weight(i)));
    row.chips.push_back(std::move(chip));
  }
  const int under = sum_row(ui, "products", row);
  if (under >= 0) {
    ui.found().numbers["filters.tap"] = under;
    ui.light(Concept::kernel);
  }
  if (state_.walked >= 0) {
    const size_t counted = std::min(static_cast<size_t>(state_.walked), walk.taps.size());
    double running = 0;
    for (size_t i = 0; i < counted; ++i) running += c.window[i] * walk.weight(i);
    ui.row(format_tr("after {} of {}", counted, walk.taps.size()), minus_sign(significant_text(running, 6)),
           Concept::kernel);
  }

  // What does not fit on chips is added up row by row.
  if (kernel.width > 5) {
    std::vector<double> sums;
    for (int r = 0; r < kernel.height; ++r) {
      double sum = 0;
      for (int s = 0; s < kernel.width; ++s) {
        const size_t i = static_cast<size_t>(r) * kernel.width + s;
        sum += c.window[i] * walk.weight(i);
      }
      sums.push_back(sum);
    }
    std::vector<Term> rows;
    for (double sum : sums) rows.push_back({sum, 1});
    const PrintedSum added = print_sum(rows, nullptr, c.sum, 8);
    for (int r = 0; r < kernel.height; ++r)
      ui.row(format_tr("row {}", r), minus_sign(added.terms[static_cast<size_t>(r)].product));
    ui.big_row("sum of the rows", minus_sign(added.result), Concept::kernel);
    if (!added.reproduces) ui.note(format_tr("Rounded; exactly {}", added.exact_value));
    return;
  }
  ui.big_row("sum", minus_sign(printed.result), Concept::kernel);
  if (!printed.reproduces)
    ui.note(format_tr("Rounded; exactly {}", printed.exact_value));
  else if (!printed.exact)
    ui.note("Factors and products are rounded so that they still add up.");
  if (seen_.stages.back().strength != 1)
    ui.note(format_tr("The numbers are the kernel's at strength {}, mixed with the picture as it is.",
                      value_text(seen_.stages.back().strength)));
}

// ---------------------------------------------------------------------------------------------------------- the source

void FiltersPage::draw_code_tab(Ui& ui) const {
  ui.section("THE CODE");
  const bool python = state_.source == "numpy" || state_.source == "pytorch";
  ui.paragraph(python ? N_("These lines do the same with the present settings, as you would write them yourself. Any "
                           "Python that has the library runs them: they give the bytes of the picture beside them.")
                      : N_("This is the program that computed the picture beside it, as it stands. The same lines are "
                           "compiled for the processor and for a graphics card."));
  ui.setting("filters.source");
  if (python) {
    ui.note(
        "The kernel, its divisor and offset, the border, what is shown, the chain: all are those that are set "
        "now.");
    return;
  }
  ui.row("file", source_file());
  if (shown_.result) {
    ui.row("time",
           format_tr("{} ms", number_text(shown_.result->milliseconds, shown_.result->milliseconds < 10 ? 2 : 0)));
    ui.row("on", shown_.result->device);
  }
  if (!seen_.stages.back().is_linear()) return;
  ui.note(
      "On a processor some kernels take a shorter way (separable ones, small whole numbers). Tests hold every way to "
      "the same values, bit for bit.");
}

}  // namespace striate
