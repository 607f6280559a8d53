// The view "unroll" of the page `pretrained`: a logit as the sum of what the channels of a layer contributed at their
// places, printed down to the logit itself; then the same question one layer earlier.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kBar = 24;

}  // namespace

void PretrainedPage::draw_unroll(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  if (!unrolled_ || (unrolled_->why && unrolled_->key != fmt::format("{} none", moment.version) &&
                     !unrolled_->key.starts_with(fmt::format("{} ", moment.version)))) {
    ui.begin_panel("unrolling", area.cut_top(64), 0, false);
    ui.progress("Unrolling the logit", unroll_work_.progress(), "");
    ui.end_panel();
    return;
  }
  if (unrolled_->why) {
    ui.begin_panel("why not", area, 0, false);
    ui.error_note(unrolled_->why->what(), unrolled_->why->hint());
    ui.begin_flow();
    ui.button("The last layer before the pooling", "pretrained.unroll best", {.style = ButtonStyle::primary});
    ui.end_flow();
    ui.end_panel();
    return;
  }
  const Unrolled& made = *unrolled_;
  const Contributions& parts = made.parts;
  if (parts.node >= static_cast<int>(info.layers.size()) || parts.of >= static_cast<int>(info.classes.size())) return;
  Rect head = area.cut_top(34);
  const std::optional<int> earlier = one_layer_up(info, parts.node);
  if (earlier) {
    const std::string words = tr("One layer earlier");
    const float wide = ui.measure(Font::control, words).x + 44;
    ui.begin_panel("one layer earlier", head.cut_right(wide), 0, false);
    ui.button(
        "One layer earlier", fmt::format("pretrained.unroll {} {}", parts.of, layer_word(*earlier)),
        {.icon = Icon::back, .tooltip = format_tr("The same question about layer {}", layer_words(info, *earlier))});
    ui.end_panel();
    head.cut_right(12);
  }
  const std::string title = format_tr("{}: its logit {} from layer {}", info.classes[static_cast<size_t>(parts.of)],
                                      number_text(parts.logit, 4), layer_words(info, parts.node));
  ui.label(head, ui.fitted(title, Font::strong, head.w), Font::strong, theme.text);
  area.cut_top(8);
  // The sum, printed down to the logit.
  const Rect sum = area.cut_bottom(22);
  area.cut_bottom(8);
  std::string terms = fmt::format("{} {}", number_text(parts.sum(), 4), tr("channels"));
  terms += fmt::format("  {} {} {}", parts.bias() < 0 ? "\u2212" : "+", number_text(std::abs(parts.bias()), 4),
                       tr("biases"));
  if (!parts.around.empty()) {
    terms += fmt::format("  {} {} {}", parts.past() < 0 ? "\u2212" : "+", number_text(std::abs(parts.past()), 4),
                         tr("past the layer"));
  }
  terms += fmt::format("  =  {}", number_text(parts.total(), 4));
  const float width = ui.measure(Font::number, terms).x;
  ui.label(sum, terms, Font::number, theme.activation, Align::left,
           width > sum.w ? ui.text_size(Font::number) * sum.w / width : 0);
  const bool places = made.rows * made.columns > 1 && area.w > 420;
  if (places) {
    const Rect right = area.cut_right(std::min(area.w * 0.45f, area.h + 30));
    area.cut_right(20);
    draw_places(ui, right, moment, made, note);
  }
  draw_channels(ui, area, moment, made);
}

void PretrainedPage::draw_channels(Ui& ui, Rect area, const NetworkMoment& moment, const Unrolled& made) const {
  const Theme& theme = ui.theme();
  const Contributions& parts = made.parts;
  struct Line {
    std::string name, command;
    double value;
    Color tone;
  };
  const auto fit = static_cast<size_t>(std::max(3.0f, area.h / kBar));
  const size_t extra = parts.around.empty() ? 2 : 3;  // the others, the biases, what comes past
  const size_t shown = std::min(made.order.size(), fit > extra ? fit - extra : 1);
  std::vector<Line> lines;
  double rest = parts.sum();
  for (size_t i = 0; i < shown; ++i) {
    const int c = made.order[i];
    const double value = made.channels[static_cast<size_t>(c)];
    rest -= value;
    lines.push_back({format_tr("channel {}", c), fmt::format("pretrained.channel {}", c == state_.channel ? -1 : c),
                     value, theme.activation});
  }
  if (made.order.size() > shown) {
    lines.push_back({format_tr("{} other channels", made.order.size() - shown), "", rest, theme.activation});
  }
  lines.push_back({tr("biases"), "", parts.bias(), theme.bias});
  if (!parts.around.empty()) lines.push_back({tr("past the layer"), "", parts.past(), theme.secondary});
  double most = 0;
  float names = 0;
  for (const Line& line : lines) {
    most = std::max(most, std::abs(line.value));
    names = std::max(names, ui.measure(Font::control, line.name).x);
  }
  names = std::min(names + 10, area.w * 0.42f);
  const int decimals = signed_decimals(most);
  const float number = ui.measure(Font::number, signed_text(-std::max(most, 10.0), decimals)).x + 8;
  // A running total: each bar begins where the one above it ended.
  double low = 0, high = 0, total = 0;
  for (const Line& line : lines) {
    total += line.value;
    low = std::min(low, total), high = std::max(high, total);
  }
  const double span = std::max(high - low, 1e-12);
  total = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    Rect row = area.cut_top(kBar);
    if (row.h < kBar - 1) break;
    const int c = i < shown ? made.order[i] : -1;
    const bool chosen = c >= 0 && c == state_.channel;
    if (!line.command.empty()) {
      const std::string label = fmt::format("contribution {}", i);
      const Response r = ui.interact(row, {.label = label,
                                           .command = line.command,
                                           .kind = "row",
                                           .tooltip = N_("Shows at which places this channel contributed")});
      if (r.clicked) ui.send(line.command);
      if (r.hovered || chosen) ui.fill(row, chosen ? theme.raised : faded(theme.raised, 0.6f), 4);
      if (r.keyboard) ui.draw_focus(row.inset(2), 3);
    }
    row.cut_left(4);
    ui.label(row.cut_left(names), ui.fitted(line.name, Font::control, names - 6), Font::control,
             chosen ? theme.text : theme.secondary);
    ui.label(row.cut_right(number), signed_text(line.value, decimals), Font::number, theme.text, Align::right);
    row.cut_right(10);
    const auto at = [&](double value) { return row.x + static_cast<float>((value - low) / span) * row.w; };
    const float from = at(total), to = at(total + line.value);
    total += line.value;
    ui.line({at(0), row.y}, {at(0), row.bottom()}, theme.line, 1);
    const Color tone = c < 0 ? line.tone : line.value < 0 ? theme.gradient : line.tone;
    ui.fill({std::min(from, to), row.y + 5, std::max(1.5f, std::abs(to - from)), row.h - 10}, tone, 2);
  }
  (void)moment;
}

void PretrainedPage::draw_places(Ui& ui, Rect area, const NetworkMoment& moment, const Unrolled& made,
                                 HoverNote& note) const {
  const Theme& theme = ui.theme();
  const int64_t plane = made.rows * made.columns;
  const auto channels = static_cast<int64_t>(made.channels.size());
  const bool one =
      state_.channel >= 0 && state_.channel < channels && !(made.parts.node == 0 && moment.info->channels_last);
  std::vector<float> values = made.places;
  if (one) {
    const auto begin = made.parts.values.begin() + static_cast<std::ptrdiff_t>(state_.channel * plane);
    values.assign(begin, begin + static_cast<std::ptrdiff_t>(plane));
  }
  Rect head = area.cut_top(22);
  TensorGrid grid;
  grid.maps.values = values;
  grid.maps.count = 1;
  grid.maps.height = static_cast<int>(made.rows);
  grid.maps.width = static_cast<int>(made.columns);
  grid.key = "pretrained.places";
  grid.version = made.serial * 65536 + static_cast<uint64_t>(one ? 1 + state_.channel : 0);
  grid.scale = scale_of(grid.maps, ScaleScope::layer, true);
  grid.layout = fit_maps(1, grid.maps.height, grid.maps.width, area.w, area.h, 24, 420, 0);
  grid.tone = Concept::activation;
  const std::string name = one ? format_tr("channel {}", state_.channel) : std::string(tr("all channels"));
  grid.name = [words = std::string(name)](int64_t) { return words; };
  ui.label(head, ui.fitted(format_tr("where: {}", name), Font::caption, head.w), Font::caption, theme.secondary);
  const TensorAnswer hit = draw_tensor_grid(ui, "places", area, grid);
  if (hit.hovered) note = hit.note;
}

}  // namespace striate
