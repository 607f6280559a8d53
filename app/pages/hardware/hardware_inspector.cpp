// What stands beside the stage of page `hardware`.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void HardwarePage::draw_inspector(Ui& ui) const {
  ui.section("KERNEL");
  ui.setting("hardware.kernel", {.list = true});
  ui.setting("hardware.version");
  ui.error_beside("hardware.version");
  if (state_.version == "strided" && state_.task == TeachTask::copy) ui.setting("hardware.stride");
  ui.setting("hardware.size");
  static const Choice blocks[] = {{"8 x 8", "8 8"}, {"16 x 16", "16 16"}, {"32 x 8", "32 8"}, {"32 x 32", "32 32"}};
  ui.segmented("threads of a block", blocks, fmt::format("{} {}", state_.settings.width, state_.settings.height),
               "hardware.block");
  ui.error_beside("hardware.block");
  ui.setting("hardware.warp", {.field = true});
  ui.setting("hardware.barrier");
  ui.hairline();
  draw_counts(ui);
}

void HardwarePage::draw_counts(Ui& ui) const {
  const HardwareMoment* moment = newest();
  ui.section("COUNTED BY RUNNING IT");
  if (moment == nullptr) {
    ui.note("It is being run.");
    return;
  }
  const Observation& seen = moment->seen;
  const auto per = [](int64_t sectors, int64_t requests) {
    return requests == 0 ? std::string("\u2013")
                         : fmt::format("{:.3g}", static_cast<double>(sectors) / static_cast<double>(requests));
  };
  ui.row("load requests", grouped(seen.load_requests));
  ui.row("sectors per load", per(seen.load_sectors, seen.load_requests), Concept::input);
  ui.row("store requests", grouped(seen.store_requests));
  ui.row("sectors per store", per(seen.store_sectors, seen.store_requests), Concept::activation);
  ui.row("bank conflicts, ways", seen.ways == 0 ? std::string("\u2013") : fmt::format("{}", seen.ways));
  ui.row("divergent branches", format_tr("{} of {}", grouped(seen.divergent), grouped(seen.branches)));
  ui.row("barriers of a block", fmt::format("{}", seen.barriers));
  ui.row("races", grouped(seen.races), seen.races > 0 ? Concept::gradient : Concept::none);
  ui.row("FLOP", grouped(seen.flops));
  ui.row("bytes", grouped(seen.bytes));
  ui.row("FLOP per byte", fmt::format("{:.3g}", static_cast<double>(seen.flops) /
                                                    static_cast<double>(std::max<int64_t>(seen.bytes, 1))));
  if (!state_.barrier && seen.races > 0) {
    ui.hairline();
    ui.section("RACES");
    ui.note("Two threads touch a word, one of them writes, and no barrier lies between.");
    for (size_t i = 0; i < std::min<size_t>(seen.some_races.size(), 6); ++i) {
      const Race& race = seen.some_races[i];
      ui.row(format_tr("block {}: threads {} and {}", race.block, race.first, race.second),
             format_tr("word {}", race.at / 4));
    }
  }
  ui.note("Counts are of the source: where a GPU's compiler merges or leaves out an access, the GPU makes fewer.");
}

}  // namespace striate
