// The stage of page `hardware`: the picture under the grid of blocks, the block's warps, the warp's lanes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kTabs = 34, kGap = 12;
constexpr float kBeside = 940;  // from this width on the source stands beside the pictures

}  // namespace

const char* name_of(Array array) {
  switch (array) {
    case Array::a:
      return "a";
    case Array::b:
      return "b";
    case Array::c:
      return "c";
    case Array::offsets:
      return "offsets";
    default:
      return "shared";
  }
}

std::string words_of(const WarpStep& step) {
  const int lanes = __builtin_popcount(step.lanes);
  if (step.kind == WarpStep::Kind::branch) {
    return format_tr("branch: {} of {} lanes go on", __builtin_popcount(step.taken), lanes);
  }
  const bool shared = step.array == Array::shared;
  const int floats = step.bytes / 4 * lanes;
  if (step.array == Array::offsets) return format_tr("loads {} integers of {}", floats, name_of(step.array));
  if (step.kind == WarpStep::Kind::load) {
    return shared ? trn("loads one shared float", "loads {} shared floats", floats)
                  : format_tr("loads {} floats of {}", floats, name_of(step.array));
  }
  return shared ? trn("stores one shared float", "stores {} shared floats", floats)
                : format_tr("stores {} floats to {}", floats, name_of(step.array));
}

CellRect area_of_block(const HardwareRequest& of, const TeachGrid& shape, int64_t block, bool result) {
  const int n = of.settings.n;
  const auto bx = static_cast<int>(block % shape.grid[0]);
  const auto by = static_cast<int>(block / shape.grid[0] % shape.grid[1]);
  int w = shape.part.w, h = shape.part.h;
  if (w == 0) return {};  // a block has no place of its own
  if (h == 0) {
    const int floats = w, first = bx * floats;
    const int last = std::min(first + floats, n * n) - 1;
    CellRect rows{0, first / n, n, last / n - first / n + 1};
    if (rows.h == 1) rows.x = first % n, rows.w = last - first + 1;
    // The program's own transposition writes rows, and reads columns.
    if (of.task == TeachTask::transpose && !result) std::swap(rows.x, rows.y), std::swap(rows.w, rows.h);
    return rows;
  }
  int x = bx * w, y = by * h;
  // Neighbors of a naive product have rows below each other; a transposition writes elsewhere.
  const bool turned =
      (of.task == TeachTask::matmul && of.version == "naive") || (of.task == TeachTask::transpose && result);
  if (turned) std::swap(x, y), std::swap(w, h);
  return {x, y, std::min(w, n - x), std::min(h, n - y)};
}

// Which value of an array lies at an address. What the program ships may read a copy with a border of zeros, or with
// zeros behind: -1 there.
int64_t value_at(const HardwareRequest& of, Array array, int32_t address) {
  const int64_t word = address / 4, n = of.settings.n;
  if (array != Array::a || !teach_is_shipped(of.version)) return word;
  if (of.task == TeachTask::reduce) return word < n * n ? word : -1;
  if (!is_convolution(of.task)) return word;
  const int64_t pitch = n + 2, plane = pitch * pitch;
  const int64_t row = word % plane / pitch - 1, column = word % pitch - 1;
  if (row < 0 || row >= n || column < 0 || column >= n) return -1;
  return (word / plane * n + row) * n + column;
}

void HardwarePage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(16, 12);
  ui.push_clip(area);
  ui.next(rest.cut_top(kTabs));
  ui.setting("hardware.view", {.tabs = true});
  rest.cut_top(10);
  if (state_.view == "race") {
    draw_race_view(ui, rest, note);
  } else if (state_.view == "platform") {
    draw_platform_view(ui, rest);
  } else {
    draw_kernel_view(ui, rest, note);
  }
  ui.pop_clip();
  draw_hover_note(ui, note);
}

void HardwarePage::draw_kernel_view(Ui& ui, Rect area, HoverNote& note) const {
  if (!context_.document.image) {
    ui.empty_state(area, Icon::picture, "No picture is open", "Open one: drop a file here, or press Ctrl+O.");
    return;
  }
  if (failed_) {
    ui.begin_panel("why not", area, 0);
    ui.error_note(failed_->what(), failed_->hint());
    ui.end_panel();
    return;
  }
  const HardwareMoment* moment = newest();
  if (moment == nullptr) {
    ui.begin_panel("being observed", area.centered(std::min(area.w, 420.0f), 90.0f), 0, false);
    ui.progress(tr("The kernel is run, and every access is noted"), observing_.progress(), "");
    ui.end_panel();
    return;
  }
  const float line = ui.text_size(Font::caption) * 1.35f;
  if (area.w >= kBeside) {
    Rect right = area.cut_right(std::clamp(area.w * 0.42f, 380.0f, 680.0f));
    area.cut_right(20);
    draw_source(ui, right, *moment);
  } else {
    const float source = std::clamp(area.h * 0.32f, 0.0f, area.h - 12 * line);
    if (source > 3 * line) {
      draw_source(ui, area.cut_bottom(source), *moment);
      area.cut_bottom(kGap);
    }
  }
  const float memory = std::clamp(area.h * 0.36f, 5 * line, 240.0f);
  Rect strip = area.cut_bottom(std::min(memory, area.h * 0.5f));
  area.cut_bottom(kGap);
  draw_pictures(ui, area, *moment, note);
  draw_memory(ui, strip, *moment);
}

void HardwarePage::draw_pictures(Ui& ui, Rect area, const HardwareMoment& moment, HoverNote& note) const {
  const float line = ui.text_size(Font::caption) * 1.35f;
  const bool three = state_.task == TeachTask::matmul;
  const float count = three ? 3 : 2;
  // The warps stand beside the pictures, or below where that leaves these larger.
  const float rows = 4 * line + 11 * static_cast<float>(std::min(moment.seen.threads / kWarp, 16));
  const float least = std::clamp(area.w * 0.3f, 150.0f, 380.0f);
  const float beside = std::min((area.w - least - count * kGap) / count, area.h - line);
  const float above = std::min((area.w - (count - 1) * kGap) / count, area.h - line - rows - kGap);
  const float side = std::max({beside, above, 0.0f});
  Rect pictures = above > beside ? area.cut_top(side + line) : area;
  const auto next = [&](Array which) {
    draw_picture(ui, pictures.cut_left(side), moment, which, note);
    pictures.cut_left(kGap);
  };
  next(Array::a);
  if (three) next(Array::b);
  next(Array::c);
  if (above > beside) area.cut_top(kGap);
  draw_warps(ui, above > beside ? area : pictures, moment, note);
}

void HardwarePage::draw_picture(Ui& ui, Rect area, const HardwareMoment& moment, Array which, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const int n = moment.of.settings.n;
  const auto pixels = static_cast<int64_t>(n) * n;
  const float line = ui.text_size(Font::caption) * 1.35f;
  const bool result = which == Array::c;
  const WarpStep* step = moment.seen.steps.empty() ? nullptr : &moment.seen.steps[static_cast<size_t>(step_of(moment))];
  const bool touched = step != nullptr && step->kind != WarpStep::Kind::branch && step->array == which;
  // Which of several channels: the one that is touched.
  int64_t channel = result ? moment.channel : 0;
  if (touched && !result && step->lanes != 0)
    channel = std::max<int64_t>(value_at(moment.of, which, step->at[__builtin_ctz(step->lanes)]), 0) / pixels;

  Rect title = area.cut_top(line);
  if (result && moment.wrong_values > 0) {
    const std::string count = grouped(moment.wrong_values);
    const std::string whole = moment.wrong_values == 1 ? std::string(tr("c: one value is wrong"))
                                                       : format_tr("c: {} values are wrong", count);
    const bool fits = ui.measure(Font::caption, whole).x <= title.w;
    ui.label(title, fits ? whole : ui.fitted(format_tr("{} wrong", count), Font::caption, title.w), Font::caption,
             theme.gradient);
  } else {
    const std::string words = result && is_convolution(state_.task) ? format_tr("c: the result, channel {}", channel)
                              : result                              ? std::string(tr("c: the result"))
                              : which == Array::b                   ? format_tr("b: {} x {} numbers", n, n)
                              : is_convolution(state_.task)         ? format_tr("a: the picture, channel {}", channel)
                                                                    : format_tr("a: the picture, {} x {}", n, n);
    // Where the words do not fit, the letter is what it is called by everywhere else.
    const bool fits = ui.measure(Font::caption, words).x <= title.w;
    ui.label(title, fits ? words : name_of(which), Font::caption, theme.secondary);
  }
  const float side = std::min(area.w, area.h);
  const Rect place{area.x, area.y, side, side};
  if (side < 16) return;

  PictureSource source;
  source.key = result ? "hardware.c" : which == Array::b ? "hardware.b" : "hardware.a";
  source.width = source.height = n;
  if (result) {
    source.version = moment.serial * 2 + (theme.dark ? 1 : 0);
    source.pixels = [&moment, n, red = theme.gradient](int, CellRect r) {
      TilePixels tile;
      for (int y = r.y; y < r.y + r.h; ++y) {
        for (int x = r.x; x < r.x + r.w; ++x) {
          const auto i = static_cast<size_t>(y) * static_cast<size_t>(n) + static_cast<size_t>(x);
          const bool wrong = !moment.wrong.empty() && moment.wrong[i] != 0;
          for (int c = 0; c < 3; ++c) {
            tile.bytes.push_back(wrong ? static_cast<uint8_t>(red >> (8 * c)) : moment.shown[i]);
          }
          tile.bytes.push_back(255);
        }
      }
      return tile;
    };
  } else {
    const float* values = which == Array::b ? moment.b.data() : moment.a->data() + channel * pixels;
    source.version = moment.serial * 8 + static_cast<uint64_t>(channel);
    source.high = which == Array::b ? 4 : 255;
    source.pixels = [values, n](int, CellRect r) {
      TilePixels tile;
      for (int y = r.y; y < r.y + r.h; ++y) {
        const float* row = values + static_cast<int64_t>(y) * n + r.x;
        tile.values.insert(tile.values.end(), row, row + r.w);
      }
      return tile;
    };
  }
  ui.thumbnail(place, source, false);

  // Blocks.
  const float scale = side / static_cast<float>(n);
  const auto on_screen = [&](const CellRect& cells) {
    return Rect{place.x + scale * static_cast<float>(cells.x), place.y + scale * static_cast<float>(cells.y),
                scale * static_cast<float>(cells.w), scale * static_cast<float>(cells.h)};
  };
  const int per_block = moment.seen.threads / kWarp;
  const int64_t block = state_.warp / per_block;
  const bool has_areas = which != Array::b;
  ui.push_clip(place.inset(-1));
  if (has_areas) {
    const CellRect own = area_of_block(moment.of, shape_, block, result);
    const Rect shown = on_screen(own);
    if (own.w > 0 && shown.w >= 5 && shown.h >= 5) {
      const Color thin = theme.dark ? rgb(0xFFFFFF, 0.22f) : rgb(0x000000, 0.25f);
      for (float x = place.x + std::fmod(shown.x - place.x, shown.w); x < place.right(); x += shown.w)
        ui.line({x, place.y}, {x, place.bottom()}, thin);
      for (float y = place.y + std::fmod(shown.y - place.y, shown.h); y < place.bottom(); y += shown.h)
        ui.line({place.x, y}, {place.right(), y}, thin);
    }
    if (own.w > 0) ui.stroke(shown.inset(-1), theme.kernel, 1, 2);
  }
  // Lanes.
  if (touched) {
    const Color tone = step->kind == WarpStep::Kind::load ? theme.input : theme.activation;
    const float radius = std::clamp(scale * 0.6f, 2.0f, 6.0f);
    for (int lane = 0; lane < kWarp; ++lane) {
      if (((step->lanes >> lane) & 1u) == 0) continue;
      for (int part = 0; part < step->bytes / 4; ++part) {
        int64_t i = value_at(moment.of, which, step->at[lane] + 4 * part);
        if (i < 0) continue;
        i %= pixels;
        if (result && state_.task == TeachTask::reduce)
          i *= teach_sums(moment.of.settings).values;  // where its sum begins
        const Vec at{place.x + scale * (static_cast<float>(i % n) + 0.5f),
                     place.y + scale * (static_cast<float>(i / n) + 0.5f)};
        ui.draw().AddCircleFilled({at.x, at.y}, radius, tone, 8);
      }
    }
  }
  ui.pop_clip();

  if (!has_areas) return;
  const Response r = ui.interact(place, {.label = result ? "result" : "picture",
                                         .command = "hardware.warp",
                                         .kind = "picture",
                                         .tooltip = N_("Click a block: its first warp is followed")});
  if (r.keyboard) ui.draw_focus(place, 2);
  const auto follow = [&](int64_t which_block) {
    if (which_block >= 0 && which_block < shape_.blocks())
      ui.send(fmt::format("hardware.warp {}", which_block * per_block));
  };
  if (r.keyboard && ui.take_key("Left")) follow(block - 1);
  if (r.keyboard && ui.take_key("Right")) follow(block + 1);
  if (r.keyboard && ui.take_key("Up")) follow(block - shape_.grid[0]);
  if (r.keyboard && ui.take_key("Down")) follow(block + shape_.grid[0]);
  if (!r.hovered) return;
  const Vec mouse = ui.input().mouse;
  const auto x = static_cast<int>((mouse.x - place.x) / scale), y = static_cast<int>((mouse.y - place.y) / scale);
  for (int64_t each = 0; each < shape_.grid[0] * static_cast<int64_t>(shape_.grid[1]); ++each) {
    const CellRect cells = area_of_block(moment.of, shape_, each, result);
    if (x < cells.x || y < cells.y || x >= cells.x + cells.w || y >= cells.y + cells.h) continue;
    ui.push_clip(place);
    ui.stroke(on_screen(cells), faded(theme.kernel, 0.6f), 1, 1.5f);
    ui.pop_clip();
    // Of several layers of blocks (one for each channel) the present one.
    const int64_t layer = shape_.grid[0] * static_cast<int64_t>(shape_.grid[1]);
    note.title = format_tr("block {}, {}", each % shape_.grid[0], each / shape_.grid[0]);
    note.lines = {{std::string(tr("column, row")), fmt::format("{}, {}", x, y), 0}};
    note.hint = tr("click: follow its first warp");
    note.command = fmt::format("hardware.warp {}", (each + block / layer * layer) * per_block);
    if (r.clicked) ui.send(note.command);
    break;
  }
}

void HardwarePage::draw_warps(Ui& ui, Rect area, const HardwareMoment& moment, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  const int warps = moment.seen.threads / kWarp;
  const int64_t block = state_.warp / warps;
  const int chosen = state_.warp % warps;
  const auto words = [&](std::string_view text, Color color) {
    if (area.h < line) return;
    ui.label(area.cut_top(line), ui.fitted(text, Font::caption, area.w), Font::caption, color);
  };
  words(shape_.grid[2] > 1 ? format_tr("block {}, {}, {} of {} x {} x {}", block % shape_.grid[0],
                                       block / shape_.grid[0] % shape_.grid[1], block / shape_.grid[0] / shape_.grid[1],
                                       shape_.grid[0], shape_.grid[1], shape_.grid[2])
                           : format_tr("block {}, {} of {} x {}", block % shape_.grid[0], block / shape_.grid[0],
                                       shape_.grid[0], shape_.grid[1]),
        theme.secondary);
  const float words_below = std::min(3 * line, std::max(0.0f, area.h - 40));
  const float row = std::min((area.h - words_below) / static_cast<float>(warps), 26.0f);
  const float numbers = row >= 11 ? 24.0f : 0.0f;
  const Rect all{area.x, area.y, area.w, row * static_cast<float>(warps)};
  if (all.h < 8 || all.w < 60) return;
  const Response r = ui.interact(all, {.label = "warps of the block",
                                       .command = "hardware.warp",
                                       .kind = "warps",
                                       .tooltip = N_("Click a warp: it is followed")});
  const WarpStep* step = moment.seen.steps.empty() ? nullptr : &moment.seen.steps[static_cast<size_t>(step_of(moment))];
  const float cell = (all.w - numbers) / kWarp;
  for (int warp = 0; warp < warps; ++warp) {
    Rect cells{all.x, all.y + row * static_cast<float>(warp), all.w, row};
    const bool own = warp == chosen;
    if (numbers > 0) {
      ui.label(cells.cut_left(numbers), fmt::format("{}", warp), Font::number, own ? theme.kernel : theme.secondary,
               Align::left, std::min(13.0f, row));
    }
    for (int lane = 0; lane < kWarp; ++lane) {
      Color color = theme.raised;
      if (own && step != nullptr) {
        const bool acts = ((step->lanes >> lane) & 1u) != 0;
        const bool goes = step->kind != WarpStep::Kind::branch || ((step->taken >> lane) & 1u) != 0;
        if (acts) {
          color = step->kind == WarpStep::Kind::branch ? (goes ? theme.kernel : faded(theme.kernel, 0.35f))
                  : step->kind == WarpStep::Kind::load ? theme.input
                                                       : theme.activation;
        }
      }
      ui.fill(
          {cells.x + cell * static_cast<float>(lane), cells.y + 1, std::max(cell - 1, 1.0f), std::max(row - 2, 1.0f)},
          color, 1);
    }
    if (own) ui.stroke(Rect{cells.x - 2, cells.y - 1, cells.w + 3, row + 1}, theme.kernel, 2, 1.5f);
  }
  if (r.keyboard) ui.draw_focus(all, 2);
  const auto follow = [&](int warp) {
    if (warp >= 0 && warp < warps) ui.send(fmt::format("hardware.warp {}", block * warps + warp));
  };
  if (r.keyboard && ui.take_key("Up")) follow(chosen - 1);
  if (r.keyboard && ui.take_key("Down")) follow(chosen + 1);
  if (r.hovered) {
    const int warp = std::clamp(static_cast<int>((ui.input().mouse.y - all.y) / row), 0, warps - 1);
    note.title = format_tr("warp {} of its block", warp);
    note.lines = {{std::string(tr("threads")), fmt::format("{} \u2013 {}", warp * kWarp, warp * kWarp + kWarp - 1), 0}};
    note.hint = tr("click: follow this warp");
    note.command = fmt::format("hardware.warp {}", block * warps + warp);
    if (r.clicked) follow(warp);
  }
  area.cut_top(all.h + (area.h - all.h > words_below + 6 ? 6 : 0));
  const std::string long_name = format_tr("warp {}: 32 threads, one instruction", chosen);
  const bool fits = ui.measure(Font::caption, long_name).x <= area.w;
  words(fits ? long_name : format_tr("warp {}: 32 threads", chosen), theme.kernel);
  if (step != nullptr) words(words_of(*step), theme.text);
  if (!state_.barrier && moment.seen.races > 0) words(trn("one race", "{} races", moment.seen.races), theme.gradient);
}

void HardwarePage::draw_transport(Ui& ui, const Rect& area) const {
  const HardwareMoment* moment = newest();
  const int count = moment ? static_cast<int>(moment->seen.steps.size()) : 1;
  const int position = moment ? step_of(*moment) : 0;
  ui.begin_row(area);
  if (playing_) {
    ui.button("Pause", "hardware.pause", {.style = ButtonStyle::primary, .icon = Icon::pause});
  } else {
    ui.button("Play", "hardware.play", {.style = ButtonStyle::primary, .icon = Icon::play});
  }
  ui.button("Step", "hardware.step", {.icon = Icon::step});
  static const Choice speeds[] = {
      {N_("1 step/s"), "1"}, {N_("4 steps/s"), "4"}, {N_("16 steps/s"), "16"}, {N_("60 steps/s"), "60"}};
  float longest = 0;
  for (const Choice& choice : speeds)
    longest = std::max(longest, ui.measure(Font::control, tr(std::string_view(choice.label))).x);
  const float speed_name = ui.measure(Font::control, tr("speed")).x + 12;
  const std::string words =
      moment && !moment->seen.steps.empty()
          ? format_tr("step {} of {}, phase {} of {}", position, count,
                      moment->seen.steps[static_cast<size_t>(position)].phase, moment->seen.phases.size())
          : std::string();
  Rect rest = ui.remaining();
  const float width = ui.measure(Font::number, words).x + 8;
  // The slider keeps a hand's width: what it needs, the words around it give up.
  const bool named = longest + speed_name + 44 + width + 150 < rest.w;
  const float speed_wide = longest + 44 + (named ? speed_name : 0);
  const Rect speed = rest.w > speed_wide + 130 ? rest.cut_left(speed_wide).centered(speed_wide, 34) : Rect{};
  rest.cut_left(speed.empty() ? 0 : 12);
  if (width + 120 < rest.w) {
    ui.label(rest.cut_right(width), words, Font::number, ui.theme().secondary, Align::right);
    rest.cut_right(12);
  }
  if (!speed.empty()) {
    ui.next(speed);
    ui.dropdown("speed", speeds, fmt::format("{:g}", state_.speed), "hardware.speed");
  }
  ui.next(rest);
  ui.bare_slider("step of the warp", position,
                 {.minimum = 0, .maximum = static_cast<double>(std::max(count - 1, 1)), .step = 1, .decimals = 0},
                 "hardware.scrub");
  ui.end_row();
}

}  // namespace striate
