// What stands beside the stage of page `hardware`.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/hardware/occupancy.h"
#include "kernels/device.h"

namespace striate {
namespace {

std::string limit_words(const std::string& limit) {
  for (const char* known : {N_("warps"), N_("blocks"), N_("registers"), N_("shared memory")}) {
    if (limit == known) return std::string(tr(known));
  }
  return limit;
}

}  // namespace

void HardwarePage::draw_inspector(Ui& ui) const {
  ui.section("KERNEL");
  ui.setting("hardware.kernel", {.list = true});
  ui.setting("hardware.version");
  ui.error_beside("hardware.version");
  if (state_.version == "strided" && state_.task == TeachTask::copy) ui.setting("hardware.stride");
  ui.setting("hardware.size");
  const std::string size =
      fmt::format("{} x {} = {}", state_.settings.width, state_.settings.height, teach_sums(state_.settings).values);
  const bool shipped = teach_is_shipped(state_.version), sums = state_.task == TeachTask::reduce;
  ui.row(shipped && sums ? N_("values of a sum") : N_("threads of a block"),
         shipped && !sums ? format_tr("{}, always", shape_.threads) : size);
  static const Choice blocks[] = {{"8 x 8", "8 8"}, {"16 x 16", "16 16"}, {"32 x 8", "32 8"}, {"32 x 32", "32 32"}};
  ui.segmented("threads of a block", blocks, fmt::format("{} {}", state_.settings.width, state_.settings.height),
               "hardware.block");
  ui.error_beside("hardware.block");
  ui.setting("hardware.warp", {.field = true});
  const HardwareMoment* moment = newest();
  const bool none = moment != nullptr && moment->seen.phases.size() <= 1;
  ui.setting("hardware.barrier", {.label = none ? N_("barrier (this version has none)") : ""});
  ui.hairline();
  draw_measure(ui);
  ui.hairline();
  draw_counts(ui);
  ui.hairline();
  draw_occupancy(ui);
}

void HardwarePage::draw_measure(Ui& ui) const {
  ui.section("MEASURED HERE");
  const MeasureRequest run = measured(state_.version, false), sweep = measured(state_.version, true);
  ui.begin_flow();
  ui.button("Measure", "hardware.run",
            {.style = ButtonStyle::primary, .icon = Icon::play, .enabled = !measure_.comes(run)});
  ui.button("Sweep", "hardware.sweep", {.enabled = !measure_.comes(sweep)});
  ui.end_flow();
  if (measure_.failed()) ui.error_note(measure_.failed()->what(), measure_.failed()->hint());
  const VersionTimes* times = measure_.times(run);
  const std::string none = measure_.comes(run) ? "\u2026" : "\u2013";
  ui.row("one core", times ? time_text(times->cpu1) : none, Concept::input);
  ui.row("all cores", times ? time_text(times->cpu) : none, Concept::activation);
  const bool gpu = why_no_cuda().empty();
  ui.row("GPU",
         !gpu                   ? std::string(tr("none here"))
         : times && times->cuda ? time_text(*times->cuda)
                                : none,
         gpu ? Concept::kernel : Concept::none);
  if (gpu) {
    ui.row("GPU with copies", times && times->cuda_copies ? time_text(*times->cuda_copies) : none, Concept::bias);
  }
  if (measure_.limits()) {
    ui.note("Peaks of the roofline: a copy of 128 MiB in memory, and multiply-adds that need no memory, by all cores.");
  }
}

// Calculated from what nvcc recorded and what the architectures have.
void HardwarePage::draw_occupancy(Ui& ui) const {
  const Theme& theme = ui.theme();
  ui.section("OCCUPANCY, CALCULATED");
  const HardwareMoment* moment = newest();
  if (moment == nullptr) return;
  for (const GpuArchitecture& on : gpu_architectures()) {
    Rect place = ui.take(ui.text_size(Font::caption) * 1.5f);
    const std::string name = fmt::format("sm_{}", on.capability);
    ui.label(place.cut_left(62), name, Font::number, theme.secondary, Align::left, 13);
    try {
      const int registers = recorded_registers(state_.task, state_.version, moment->seen.threads, on);
      const Occupancy is = occupancy(on, moment->seen.threads, registers, moment->seen.shared_bytes);
      const std::string limit = limit_words(is.limit);
      ui.label(place.cut_right(118), ui.fitted(limit, Font::caption, 112), Font::caption, theme.secondary,
               Align::right);
      ui.label(place.cut_right(50), fmt::format("{:.0f} %", 100 * is.share), Font::number, theme.text, Align::right,
               13);
      place.cut_right(8);
      const Rect bar = place.inset(0, place.h * 0.3f);
      ui.fill(bar, theme.raised, 2);
      ui.fill({bar.x, bar.y, bar.w * static_cast<float>(is.share), bar.h}, theme.activation, 2);
    } catch (const Error&) {
      ui.label(place, tr("not recorded"), Font::caption, theme.secondary);
    }
  }
  ui.note(
      format_tr("Warps that a multiprocessor holds at once, of the most, and what allows no more. Registers are "
                "those that nvcc {} recorded.",
                recorded_by()));
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
  if (seen.branches > 0) ui.note(divergence_words(*moment));
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
