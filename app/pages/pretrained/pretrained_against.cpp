// The view "against" of the page `pretrained`: two networks on the same picture, side by side: what they answer, how
// large they are, and where their time goes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/pages/best_classes.h"
#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// Milliseconds per kind of layer, the most first.
std::vector<std::pair<std::string, double>> by_kind(const OpenNetworkInfo& info, const LayerTimes& times) {
  std::map<std::string, double> sums;
  for (size_t n = 1; n < info.layers.size() && n < times.milliseconds.size(); ++n) {
    sums[info.layers[n].title] += times.milliseconds[n];
  }
  std::vector<std::pair<std::string, double>> list(sums.begin(), sums.end());
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return list;
}

double largest(const OpenNetworkInfo& info, const LayerTimes* times) {
  if (times == nullptr) return 0;
  const auto list = by_kind(info, *times);
  return list.empty() ? 0 : list.front().second;
}

constexpr float kScroll = 10;  // what the bar of a panel that scrolls takes

void draw_side(Ui& ui, const Rect& area, const std::string& key, const NetworkMoment& moment, const LayerTimes* times,
               double most) {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  ui.begin_panel(key, area, 0);
  ui.push_id(key);
  ui.label(ui.take(24),
           ui.fitted(info.title.empty() ? info.name : tr(std::string_view(info.title)), Font::strong, ui.width()),
           Font::strong, theme.text);
  if (info.weights == WeightsFrom::random) ui.note("**Random weights**: its answer means nothing.");
  Rect best = ui.take(22 + 5 * 26);
  best.cut_right(kScroll);
  draw_best_classes(ui, best, {.key = key + ".best", .moment = &moment, .share = N_("softmax")});
  const auto row = [&](const char* name, const std::string& value, Color tone) {
    Rect line = ui.take(24);
    line.cut_right(kScroll);
    ui.label(line.cut_right(ui.measure(Font::number, value).x + 4), value, Font::number, tone, Align::right);
    ui.label(line, ui.fitted(name, Font::control, line.w - 6), Font::control, theme.secondary);
    ui.space(-6);
  };
  row(tr("parameters"), grouped(info.parameters), theme.text);
  row(tr("multiply-adds"), grouped(info.multiply_adds), theme.text);
  int64_t bytes = 0;
  for (size_t n = 0; n < info.layers.size(); ++n) bytes += output_bytes(info, static_cast<int>(n));
  row(tr("memory of all activations"), bytes_text(static_cast<double>(bytes)), theme.text);
  if (times == nullptr) {
    row(tr("milliseconds"), "\u2026", theme.secondary);
  } else {
    row(tr("milliseconds"), milliseconds_text(times->total()), theme.activation);
    size_t rows = 0;
    for (const auto& [kind, sum] : by_kind(info, *times)) {
      if (rows++ == 6) break;
      Rect line = ui.take(22);
      line.cut_right(kScroll);
      ui.space(-6);
      const float number = ui.measure(Font::number, "000.00").x + 8;
      ui.label(line.cut_right(number), milliseconds_text(sum), Font::number, theme.text, Align::right);
      const std::string title(tr(std::string_view(kind)));
      ui.label(line.cut_left(line.w * 0.5f), ui.fitted(title, Font::caption, line.w * 0.5f - 6), Font::caption,
               theme.secondary);
      if (most > 0) {
        ui.fill({line.x, line.y + 6, std::max(1.5f, (line.w - 6) * static_cast<float>(sum / most)), line.h - 12},
                theme.activation, 2);
      }
    }
  }
  ui.pop_id();
  ui.end_panel();
}

}  // namespace

void PretrainedPage::draw_against(Ui& ui, Rect area, const NetworkMoment& moment) const {
  if (state_.against.empty()) {
    ui.empty_state(area, Icon::file, "No second network",
                   format_tr("Choose one {}: it is put beside the open one, on the same picture.", ui.at_the_right()));
    return;
  }
  const Rect left = area.cut_left((area.w - 32) / 2);
  area.cut_left(15);
  ui.fill({area.x, area.y, 1, area.h}, ui.theme().line);
  area.cut_left(17);
  const bool there = other_ && !other_->why && other_->moment;
  const LayerTimes* times = times_of(moment);
  const double most =
      std::max(largest(*moment.info, times), there ? largest(*other_->moment->info, &other_->times) : 0);
  draw_side(ui, left, "this network", moment, times, most);
  if (other_ && other_->why) {
    ui.begin_panel("other why", area, 0, false);
    ui.error_note(other_->why->what(), other_->why->hint());
    ui.end_panel();
  } else if (!there) {
    ui.begin_panel("other opening", area, 0, false);
    ui.progress("Opening the second network", -1, "pretrained.against none");
    ui.end_panel();
  } else {
    draw_side(ui, area, "other network", *other_->moment, &other_->times, most);
  }
}

}  // namespace striate
