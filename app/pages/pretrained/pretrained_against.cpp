// The view "against" of the page `pretrained`: two networks on the same picture, side by side: what they answer
// (above the views), how large they are, and where their time goes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "app/pages/best_classes.h"
#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// Milliseconds per kind of layer.
std::map<std::string, double> by_kind(const OpenNetworkInfo& info, const LayerTimes* times) {
  std::map<std::string, double> sums;
  for (size_t n = 1; times != nullptr && n < info.layers.size() && n < times->milliseconds.size(); ++n) {
    sums[info.layers[n].title] += times->milliseconds[n];
  }
  return sums;
}

// "ResNet-50", or "resnet50" where that has no room.
std::string title_of(const Ui& ui, const OpenNetworkInfo& info, float width) {
  const std::string title(info.title.empty() ? std::string_view(info.name) : tr(std::string_view(info.title)));
  return ui.measure(Font::strong, title).x <= width ? title : info.name;
}

std::string memory_text(const OpenNetworkInfo& info) {
  int64_t bytes = 0;
  for (size_t n = 0; n < info.layers.size(); ++n) bytes += output_bytes(info, static_cast<int>(n));
  return bytes_text(static_cast<double>(bytes));
}

constexpr float kRow = 22;
constexpr float kScroll = 10;  // what the bar of a panel that scrolls takes

}  // namespace

// Above the views, beside the picture: what both answer.
void PretrainedPage::draw_both_answers(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const bool there = other_ && !other_->why && other_->moment;
  Rect left = area.cut_left((area.w - 28) / 2);
  area.cut_left(28);
  draw_best_classes(ui, left,
                    {.key = "this network.best",
                     .moment = &moment,
                     .share = N_("softmax"),
                     .title = title_of(ui, *moment.info, best_title_width(left.w))});
  if (!there) return;
  draw_best_classes(ui, area,
                    {.key = "other network.best",
                     .moment = other_->moment.get(),
                     .share = N_("softmax"),
                     .title = title_of(ui, *other_->moment->info, best_title_width(area.w))});
}

void PretrainedPage::draw_against(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  if (state_.against.empty()) {
    ui.empty_state(area, Icon::file, "No second network",
                   format_tr("Choose one {}: it is put beside the open one, on the same picture.", ui.at_the_right()));
    return;
  }
  if (!other_ || other_->why || !other_->moment) {
    ui.begin_panel("other network", area.cut_top(other_ && other_->why ? 90.0f : 64.0f), 0, false);
    if (other_ && other_->why) {
      ui.error_note(other_->why->what(), other_->why->hint());
    } else {
      ui.progress("Opening the second network", -1, "pretrained.against none");
    }
    ui.end_panel();
    area.cut_top(8);
  }
  const bool there = other_ && !other_->why && other_->moment;
  const OpenNetworkInfo* infos[] = {moment.info.get(), there ? other_->moment->info.get() : nullptr};
  const LayerTimes* times[] = {times_.of(moment), there ? &other_->times : nullptr};
  // Kinds of layers, by what the slower network spends on them.
  std::map<std::string, double> sums[2];
  std::map<std::string, double> largest;
  for (int side = 0; side < 2; ++side) {
    if (infos[side] == nullptr) continue;
    sums[side] = by_kind(*infos[side], times[side]);
    for (const auto& [kind, sum] : sums[side]) largest[kind] = std::max(largest[kind], sum);
  }
  std::vector<std::pair<std::string, double>> kinds(largest.begin(), largest.end());
  std::stable_sort(kinds.begin(), kinds.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const double most = kinds.empty() ? 0 : kinds.front().second;

  const double slowest =
      std::max(times[0] != nullptr ? times[0]->total() : 0, times[1] != nullptr ? times[1]->total() : 0);
  const int decimals = milliseconds_decimals(slowest);
  const float number = ui.measure(Font::number, milliseconds_text(std::max(slowest, 10.0), decimals)).x + 8;
  float names = 0;
  for (const char* name :
       {tr("weights"), tr("parameters"), tr("multiply-adds"), tr("memory of all activations"), tr("milliseconds")}) {
    names = std::max(names, ui.measure(Font::control, name).x);
  }
  for (const auto& [kind, sum] : kinds)
    names = std::max(names, ui.measure(Font::control, tr(std::string_view(kind))).x);
  names = std::min(names + 16, area.w * 0.34f);
  const float wide = (area.w - kScroll - names - 24) / 2;
  const auto cut = [&](Rect& line) {
    const Rect name = line.cut_left(names);
    const Rect left = line.cut_left(wide);
    line.cut_left(24);
    return std::array<Rect, 3>{name, left, line.cut_left(wide)};
  };
  Rect head = area.cut_top(24);
  const std::array<Rect, 3> heads = cut(head);
  for (int side = 0; side < 2; ++side) {
    if (infos[side] == nullptr) continue;
    const Rect& place = heads[static_cast<size_t>(side) + 1];
    ui.label(place, ui.fitted(title_of(ui, *infos[side], place.w), Font::strong, place.w), Font::strong, theme.text,
             Align::right);
  }
  ui.fill({area.x, area.y, area.w, 1}, theme.line);
  area.cut_top(2);
  ui.begin_panel("both networks", area, 0);
  const auto row = [&](const char* name, const auto& text_of, bool figure, Color tone) {
    Rect line = ui.take(kRow);
    ui.space(-8);  // no gap between rows
    const std::array<Rect, 3> places = cut(line);
    ui.label(places[0], ui.fitted(name, Font::control, names - 8), Font::control, theme.secondary);
    for (size_t side = 0; side < 2; ++side) {
      if (infos[side] == nullptr) continue;
      const std::string text = text_of(side);
      const bool random = !figure && infos[side]->weights == WeightsFrom::random;
      const Font font = figure ? Font::number : Font::control;
      ui.label(places[side + 1], ui.fitted(text, font, wide), font, random ? theme.warning : tone, Align::right);
    }
  };
  row(
      tr("weights"), [&](size_t side) { return weights_words(*infos[side]); }, false, theme.text);
  row(
      tr("parameters"), [&](size_t side) { return grouped(infos[side]->parameters); }, true, theme.text);
  row(
      tr("multiply-adds"), [&](size_t side) { return grouped(infos[side]->multiply_adds); }, true, theme.text);
  row(
      tr("memory of all activations"), [&](size_t side) { return memory_text(*infos[side]); }, true, theme.text);
  row(
      tr("milliseconds"),
      [&](size_t side) {
        return times[side] != nullptr ? milliseconds_text(times[side]->total(), decimals) : std::string("\u2026");
      },
      true, theme.activation);
  for (const auto& [kind, unused] : kinds) {
    Rect line = ui.take(kRow);
    ui.space(-8);
    const std::array<Rect, 3> places = cut(line);
    const std::string title(tr(std::string_view(kind)));
    ui.label(places[0], ui.fitted(title, Font::control, names - 8), Font::control, theme.secondary);
    for (size_t side = 0; side < 2; ++side) {
      const auto found = sums[side].find(kind);
      if (found == sums[side].end()) continue;
      Rect place = places[side + 1];
      ui.label(place.cut_right(number), milliseconds_text(found->second, decimals), Font::number, theme.text,
               Align::right);
      const float bar = std::max(1.5f, (place.w - 6) * static_cast<float>(most > 0 ? found->second / most : 0));
      ui.fill({place.right() - bar, place.y + 6, bar, place.h - 12}, theme.activation, 2);
    }
  }
  ui.end_panel();
}

}  // namespace striate
