// Below the pictures of page `hardware`: what a request of the warp touches, as sectors of memory or banks of shared
// memory.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kLane = 10;  // height of the row of lanes
constexpr int kWordsOfSector = kSectorBytes / 4;

bool takes_part(const WarpStep& step, int lane) { return ((step.lanes >> lane) & 1u) != 0; }

Vec lane_at(const Rect& row, int lane) {
  return {row.x + row.w * (static_cast<float>(lane) + 0.5f) / kWarp, row.center().y};
}

void draw_lanes(Ui& ui, const Rect& row, const WarpStep& step, Color tone) {
  for (int lane = 0; lane < kWarp; ++lane) {
    const Vec at = lane_at(row, lane);
    ui.draw().AddCircleFilled({at.x, at.y}, 3.5f, takes_part(step, lane) ? tone : ui.theme().line, 12);
  }
}

}  // namespace

void HardwarePage::draw_memory(Ui& ui, Rect area, const HardwareMoment& moment) const {
  if (moment.seen.steps.empty()) {
    ui.label(area, tr("This warp reads and writes nothing."), Font::caption, ui.theme().secondary);
    return;
  }
  const WarpStep& step = moment.seen.steps[static_cast<size_t>(step_of(moment))];
  if (step.kind == WarpStep::Kind::branch) {
    draw_branch(ui, area, step);
  } else if (step.array == Array::shared) {
    draw_banks(ui, area, step);
  } else {
    draw_sectors(ui, area, step);
  }
}

void HardwarePage::draw_sectors(Ui& ui, Rect area, const WarpStep& step) const {
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  const Color tone = step.kind == WarpStep::Kind::load ? theme.input : theme.activation;
  // Touched sectors, and where there is room those around them.
  std::vector<int> touched;
  std::vector<int> words;
  for (int lane = 0; lane < kWarp; ++lane) {
    if (!takes_part(step, lane)) continue;
    for (int byte = 0; byte < step.bytes; byte += 4) {
      words.push_back((step.at[lane] + byte) / 4);
      touched.push_back((step.at[lane] + byte) / kSectorBytes);
    }
  }
  const auto once = [](std::vector<int>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  once(touched), once(words);
  std::vector<int> shown = touched;
  if (touched.size() <= 16) {
    for (const int sector : touched) shown.insert(shown.end(), {sector > 0 ? sector - 1 : sector, sector + 1});
    if (touched.back() - touched.front() < 32) {
      for (int sector = touched.front(); sector <= touched.back(); ++sector) shown.push_back(sector);
    }
    once(shown);
  }
  const int sectors = static_cast<int>(touched.size()), used = static_cast<int>(words.size()) * 4;
  Rect title = area.cut_top(line);
  ui.label(title,
           ui.fitted(format_tr("memory of {}, in sectors of 32 bytes; the first byte is {}", name_of(step.array),
                               grouped(int64_t{touched.front()} * kSectorBytes)),
                     Font::caption, title.w),
           Font::caption, theme.secondary);
  Rect row = area.cut_top(kLane + 4);
  draw_lanes(ui, row, step, tone);
  Rect bottom = area.cut_bottom(std::min(line * 1.3f, area.h));
  // The strip.
  const float strip_height = std::clamp(area.h * 0.42f, 12.0f, 40.0f);
  Rect strip = area.cut_bottom(strip_height);
  float gaps = 0;
  for (size_t i = 1; i < shown.size(); ++i) gaps += shown[i] != shown[i - 1] + 1;
  const float gap = shown.size() > 40 ? 3.0f : 8.0f;
  const float wide = std::min((strip.w - gaps * gap) / static_cast<float>(shown.size()), 64.0f);
  float x = strip.x + (strip.w - wide * static_cast<float>(shown.size()) - gaps * gap) / 2;
  std::vector<float> begins;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (i > 0 && shown[i] != shown[i - 1] + 1) {
      for (int dot = 0; dot < 3 && gap > 6; ++dot)
        ui.draw().AddCircleFilled({x + gap * (static_cast<float>(dot) + 0.5f) / 3, strip.center().y}, 0.8f,
                                  theme.secondary, 6);
      x += gap;
    }
    begins.push_back(x);
    const bool lit = std::binary_search(touched.begin(), touched.end(), shown[i]);
    const Rect cell{x, strip.y, std::max(wide - (wide > 6 ? 2.0f : 1.0f), 1.0f), strip.h};
    ui.fill(cell, lit ? faded(tone, 0.35f) : theme.raised, 2);
    if (lit) {
      const float word = cell.w / kWordsOfSector;
      for (int w = 0; w < kWordsOfSector; ++w) {
        if (!std::binary_search(words.begin(), words.end(), shown[i] * kWordsOfSector + w)) continue;
        ui.fill(
            {cell.x + word * static_cast<float>(w), cell.y, std::max(word - (word > 3 ? 1.0f : 0.0f), 1.0f), cell.h},
            tone, 1);
      }
    }
    x += wide;
  }
  for (int lane = 0; lane < kWarp; ++lane) {
    if (!takes_part(step, lane)) continue;
    const auto at = std::lower_bound(shown.begin(), shown.end(), step.at[lane] / kSectorBytes) - shown.begin();
    const float word = wide / kWordsOfSector;
    const float to =
        begins[static_cast<size_t>(at)] + word * (static_cast<float>(step.at[lane] % kSectorBytes) / 4 + 0.5f);
    const Vec from = lane_at(row, lane);
    ui.line({from.x, from.y + 4}, {to, strip.y - 1}, faded(tone, 0.55f));
  }
  const std::string moved = trn("{} sector of 32 bytes", "{} sectors of 32 bytes", sectors);
  ui.label(bottom, moved, Font::strong, theme.text);
  const float width = ui.measure(Font::strong, moved).x + 16;
  if (width < bottom.w) {
    bottom.cut_left(width);
    ui.label(
        bottom,
        ui.fitted(format_tr("{} bytes moved, {} of them used", sectors * kSectorBytes, used), Font::caption, bottom.w),
        Font::caption, used < sectors * kSectorBytes ? theme.gradient : theme.activation);
  }
}

// A column for each bank; the words that are wanted of it stand on each other: so many turns it takes.
void HardwarePage::draw_banks(Ui& ui, Rect area, const WarpStep& step) const {
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  const Color tone = step.kind == WarpStep::Kind::load ? theme.input : theme.activation;
  // Wide requests are served in parts: the worst one is shown.
  const int parts = std::max(step.bytes / 4, 1), lanes = kWarp / parts;
  std::vector<std::vector<int>> banks(kBanks);
  int first = 0, worst = 0;
  for (int part = 0; part < parts; ++part) {
    std::vector<std::vector<int>> these(kBanks);
    int ways = 0;
    for (int lane = part * lanes; lane < (part + 1) * lanes; ++lane) {
      if (!takes_part(step, lane)) continue;
      for (int byte = 0; byte < step.bytes; byte += 4) {
        const int word = (step.at[lane] + byte) / 4;
        std::vector<int>& bank = these[static_cast<size_t>(word % kBanks)];
        if (std::find(bank.begin(), bank.end(), word) == bank.end()) bank.push_back(word);
        ways = std::max(ways, static_cast<int>(bank.size()));
      }
    }
    if (ways > worst) worst = ways, banks = these, first = part * lanes;
  }
  Rect title = area.cut_top(line);
  ui.label(title,
           ui.fitted(parts > 1 ? format_tr("shared memory: 32 banks; lanes {} to {} are served together", first,
                                           first + lanes - 1)
                               : std::string(tr("shared memory: 32 banks, each gives one word at a time")),
                     Font::caption, title.w),
           Font::caption, theme.secondary);
  Rect row = area.cut_top(kLane + 4);
  draw_lanes(ui, row, step, tone);
  Rect bottom = area.cut_bottom(std::min(line * 1.3f, area.h));
  Rect numbers = area.h > 60 ? area.cut_bottom(line) : Rect{};
  area.cut_top(std::min(12.0f, area.h * 0.15f));
  const float column = area.w / kBanks;
  const float cell = std::min(area.h / static_cast<float>(std::max(worst, 4)), 18.0f);
  const float size = std::min(11.0f, column * 0.6f);
  for (int bank = 0; bank < kBanks; ++bank) {
    const float x = area.x + column * static_cast<float>(bank);
    const std::vector<int>& words = banks[static_cast<size_t>(bank)];
    ui.fill({x + 1, area.bottom() - 2, column - 2, 2}, theme.line);
    for (size_t i = 0; i < words.size(); ++i) {
      ui.fill({x + 1, area.bottom() - cell * static_cast<float>(i + 1), column - 2, std::max(cell - 1, 1.0f)},
              i == 0 ? tone : theme.gradient, 1);
    }
    if (!numbers.empty() && size >= ui.least_number()) {
      ui.label(Rect{x, numbers.y, column, numbers.h}, fmt::format("{}", bank), Font::number, theme.secondary,
               Align::center, size);
    }
  }
  const std::string ways = worst == 1 ? std::string(tr("1 way: no conflict")) : format_tr("{} ways", worst);
  ui.label(bottom, ways, Font::strong, theme.text);
  const float width = ui.measure(Font::strong, ways).x + 16;
  if (width < bottom.w) {
    bottom.cut_left(width);
    ui.label(bottom,
             ui.fitted(worst > 1 ? tr("a bank gives one word at a time: its words come one after the other")
                                 : tr("each bank is asked for one word at most; all lanes are served at once"),
                       Font::caption, bottom.w),
             Font::caption, theme.secondary);
  }
}

void HardwarePage::draw_branch(Ui& ui, Rect area, const WarpStep& step) const {
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  Rect title = area.cut_top(line);
  ui.label(title, ui.fitted(tr("a branch: each lane has its own answer"), Font::caption, title.w), Font::caption,
           theme.secondary);
  Rect row = area.cut_top(kLane + 4);
  draw_lanes(ui, row, step, theme.kernel);
  Rect bottom = area.cut_bottom(std::min(line * 1.3f, area.h));
  const float half = std::min(area.h * 0.4f, 40.0f);
  area.cut_top(area.h * 0.3f);
  const float column = area.w / kWarp;
  const float size = std::min(12.0f, column * 0.6f);
  for (int lane = 0; lane < kWarp; ++lane) {
    if (!takes_part(step, lane)) continue;
    const bool goes = ((step.taken >> lane) & 1u) != 0;
    const Rect cell{area.x + column * static_cast<float>(lane) + 1, area.y + (goes ? 0 : half * 0.4f), column - 2,
                    half * 0.6f};
    ui.fill(cell, goes ? theme.kernel : theme.raised, 2);
    if (size >= ui.least_number()) {
      ui.label(cell, fmt::format("{}", lane), Font::number, goes ? ink_on(theme.kernel) : theme.secondary,
               Align::center, size);
    }
  }
  const int all = __builtin_popcount(step.lanes), taken = __builtin_popcount(step.taken);
  const std::string words = step.cost > 0  ? format_tr("divergent: {} of {} lanes go on", taken, all)
                            : taken == all ? format_tr("all {} lanes go on", all)
                                           : std::string(tr("no lane goes on"));
  ui.label(bottom, words, Font::strong, step.cost > 0 ? theme.gradient : theme.text);
  const float width = ui.measure(Font::strong, words).x + 16;
  if (step.cost > 0 && width < bottom.w) {
    bottom.cut_left(width);
    ui.label(bottom, ui.fitted(tr("the warp goes both ways, one after the other"), Font::caption, bottom.w),
             Font::caption, theme.secondary);
  }
}

}  // namespace striate
