// The stage of the adversarial pictures, read as two sums below each other: picture + change = attacked picture, with
// the answers before and after, and the same with random noise of the same size. The inspector: settings, what it
// takes, the smallest change.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/pages/best_classes.h"
#include "app/pages/features/adversarial_method.h"
#include "app/pages/features/class_choices.h"
#include "app/pages/features/heat_panel.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kCaption = 22, kGap = 16, kLine = 20;

// "4", "2.5": of 255.
std::string size_text(double of_one) { return fmt::format("{:.4g}", std::round(of_one * 255 * 100) / 100); }

const std::string& best_of(const AttackView& view, const NetworkAnswer& answer) {
  return view.before->info->classes[static_cast<size_t>(answer.order[0])];
}

}  // namespace

struct AdversarialMethod::Cell {
  Rect area;                         // caption, picture and what stands below it
  const char* label = "";            // of the picture, for tests and readers
  const char* key = "";              // of its texture
  std::string title;                 // its caption
  const std::vector<float>* pixels;  // (C, H, W)
  bool is_change = false;
  const ChangedPicture* changed = nullptr;  // of whose change the note tells; null: there is none
  float below = 0;                          // the room for what stands below
};

std::string AdversarialMethod::sentence() const {
  const Attack& attack = view_->attack;
  const std::string before = best_of(*view_, attack.before), after = best_of(*view_, attack.attacked.answer);
  const std::string by = size_text(attack.attacked.largest);
  std::string words;
  if (attack.attacked.largest == 0) {
    words = tr("Nothing passes back to the picture: no gradient, no change.");
  } else if (attack.works) {
    words = format_tr("No value changes by more than {} of 255, and {} becomes {}.", by, before, after);
  } else if (view_->of.how.target) {
    words = format_tr("Changes of up to {} of 255 do not yet give {}: it is {}.", by,
                      view_->before->info->classes[static_cast<size_t>(*view_->of.how.target)], after);
  } else {
    words = format_tr("Changes of up to {} of 255 leave the answer as it was: {}.", by, before);
  }
  words += ' ';
  const std::string noisy = best_of(*view_, attack.noise.answer);
  words += noisy == before ? format_tr("Random noise of that size leaves it {}.", noisy)
                           : format_tr("Random noise of that size makes it {}.", noisy);
  return words;
}

void AdversarialMethod::draw_picture(Ui& ui, const Cell& cell, HoverNote& note) const {
  const Attack& attack = view_->attack;
  const Shape& shape = attack.shape;
  Rect area = cell.area;
  area.cut_bottom(cell.below);
  HeatPanel panel = heat_panel(area, {0, 0}, shape);
  panel.caption.w = cell.area.w;
  draw_panel_caption(ui, panel, cell.title);
  draw_sample_picture(ui, panel.picture, cell.key, version_, shape,
                      [&](float* to) { std::copy(cell.pixels->begin(), cell.pixels->end(), to); });
  const Response hover = ui.interact(panel.picture, {.label = cell.label,
                                                     .kind = "picture",
                                                     .focusable = false,
                                                     .tooltip = cell.is_change ? N_("Gray is no change") : ""});
  if (!hover.hovered) return;
  const auto place = [](float at, float from, float size, int64_t count) {
    return std::clamp(static_cast<int64_t>((at - from) / size * static_cast<float>(count)), int64_t{0}, count - 1);
  };
  const Vec mouse = ui.input().mouse;
  const int64_t row = place(mouse.y, panel.picture.y, panel.picture.h, shape[1]),
                column = place(mouse.x, panel.picture.x, panel.picture.w, shape[2]);
  note.title = fmt::format("{}, {}", cell.title, format_tr("row {}, column {}", row, column));
  static const std::array<const char*, 3> colors = {N_("red"), N_("green"), N_("blue")};
  for (int64_t c = 0; c < shape[0]; ++c) {
    const auto at = static_cast<size_t>((c * shape[1] + row) * shape[2] + column);
    const double before = 255 * static_cast<double>(attack.picture[at]);
    const double after = cell.changed ? 255 * static_cast<double>(cell.changed->pixels[at]) : before;
    note.lines.push_back({shape[0] == 3 ? tr(colors[static_cast<size_t>(c)]) : tr("gray"),
                          cell.changed == nullptr
                              ? fmt::format("{:.1f}", before)
                              : fmt::format("{:.1f} {:+.2f} = {:.1f}", before, after - before, after),
                          0});
  }
}

void AdversarialMethod::draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const {
  const Theme& theme = ui.theme();
  if (why_ && !look.moment->why) {
    ui.begin_panel("no attack", area.cut_top(92), 0, false);
    ui.error_note(why_->what(), why_->hint());
    ui.end_panel();
    return;
  }
  if (!view_) {
    if (work_.busy()) ui.label(area.cut_bottom(24), tr("the attack is on its way"), Font::caption, theme.secondary);
    return;
  }
  const Attack& attack = view_->attack;
  const std::string words = sentence();
  ui.next(area.cut_top(ui.paragraph_height(words, area.w) + 8));
  ui.paragraph(words);
  const float w = std::floor((area.w - 2 * kGap) / 3), h = std::floor((area.h - kGap) / 2);
  // Answers below the pictures get what five classes need, where the pictures stay larger than they.
  const float below = std::clamp(h - kCaption - std::min(w, h * 0.62f), 43.0f, kBestClasses + kLine);
  // No taller than the pictures are: then the lines stand close together.
  const float tall =
      std::min(h, kCaption + below + 4 + w * static_cast<float>(attack.shape[1]) / static_cast<float>(attack.shape[2]));
  const auto at = [&](int row, int column) {
    return Rect{area.x + static_cast<float>(column) * (w + kGap), area.y + static_cast<float>(row) * (tall + kGap), w,
                tall};
  };
  const auto answer_below = [&](const Cell& cell, const char* key, const NetworkMoment& moment) {
    Rect rest = cell.area;
    rest = rest.cut_bottom(cell.below - 4);
    draw_best_classes(ui, rest, {.key = key, .moment = &moment});
  };
  const auto size_below = [&](const Cell& cell, const ChangedPicture& changed) {
    Rect rest = cell.area;
    rest = rest.cut_bottom(cell.below - 4);
    const std::array<std::string, 3> lines = {
        format_tr("largest {} of 255", size_text(changed.largest)),
        format_tr("length (L2) {:.3g}", changed.length),
        tr("gray is no change"),
    };
    for (const std::string& line : lines) {
      if (rest.h < kLine) break;
      ui.label(rest.cut_top(kLine), ui.fitted(line, Font::caption, rest.w), Font::caption, theme.secondary);
    }
  };
  const Cell before{
      at(0, 0), "the picture before", "features.attack.before", tr("picture"), &attack.picture, false, nullptr, below};
  draw_picture(ui, before, note);
  answer_below(before, "attack.before", *view_->before);
  const auto change = [&](int row, const char* label, const char* key, const char* name,
                          const std::vector<float>& pixels, double factor, const ChangedPicture& changed) {
    const Cell cell{at(row, 1), label, key,      format_tr("{} \u00d7 {:.3g}", tr(name), factor),
                    &pixels,    true,  &changed, below};
    draw_picture(ui, cell, note);
    size_below(cell, changed);
  };
  const auto sum = [&](int row, const char* label, const char* key, const char* name, const ChangedPicture& changed,
                       const char* bars, const NetworkMoment& moment) {
    const Cell cell{at(row, 2), label, key, tr(name), &changed.pixels, false, &changed, below};
    draw_picture(ui, cell, note);
    answer_below(cell, bars, moment);
  };
  change(0, "the change", "features.attack.change", N_("its change"), view_->change, view_->factor, attack.attacked);
  sum(0, "the attacked picture", "features.attack.after", N_("attacked picture"), attack.attacked, "attack.after",
      *view_->after);
  change(1, "the noise", "features.attack.noise", N_("random noise"), view_->noise, view_->noise_factor, attack.noise);
  sum(1, "the picture with noise", "features.attack.noisy", N_("picture with noise"), attack.noise, "attack.noise",
      *view_->with_noise);
  Rect numbers = at(1, 0);
  numbers.cut_top(kCaption);
  ui.begin_panel("what the attack takes", numbers, 0);
  draw_takes(ui);
  ui.end_panel();
}

void AdversarialMethod::draw_takes(Ui& ui) const {
  const Attack& attack = view_->attack;
  ui.row("forward passes", std::to_string(attack.forwards));
  ui.row("gradients", std::to_string(attack.backwards));
  ui.row("loss at the start", fmt::format("{:.4g}", attack.losses.front()));
  if (attack.losses.size() > 1) ui.row("last loss", fmt::format("{:.4g}", attack.losses.back()));
  if (!view_->smallest) return;
  const SmallestAttack& found = *view_->smallest;
  const auto size = [](const std::optional<int>& epsilon) {
    return epsilon ? format_tr("{} of 255", *epsilon) : std::string(tr("none"));
  };
  ui.row("smallest change", size(found.epsilon), Concept::gradient);
  ui.row("smallest noise", size(found.noise));
}

void AdversarialMethod::draw_inspector(Ui& ui, const FeatureLook& look) const {
  ui.section("ATTACK");
  ui.row("network", look.info().name);
  ui.setting("features.attack.epsilon");
  if (look.state.method == "pgd") {
    ui.setting("features.attack.steps", {.field = true});
    ui.setting("features.attack.step", {.field = true});
  }
  if (!look.moment->answer.order.empty()) {
    ui.dropdown("target class", class_choices(look, state_.target, true), state_.target, "features.attack.target");
    ui.error_beside("features.attack.target");
  }
  ui.setting("features.attack.seed", {.field = true});
  ui.hairline();
  ui.section("SMALLEST CHANGE");
  if (searching_) {
    ui.progress("looked for", work_.progress(), "features.stop");
  } else {
    ui.begin_flow();
    ui.button("Look for it", "features.start",
              {.enabled = view_ && !view_->smallest,
               .tooltip = N_("Tries larger and smaller changes until one works and 1 of 255 less does not")});
    ui.end_flow();
  }
  ui.error_beside("features.start");
  if (view_ && view_->smallest) {
    const SmallestAttack& found = *view_->smallest;
    if (found.epsilon) {
      ui.note(format_tr("{} of 255 makes it {}; one less does not. Forward passes: {}; gradients: {}.", *found.epsilon,
                        view_->before->info->classes[static_cast<size_t>(found.answer)], found.forwards,
                        found.backwards));
    } else {
      ui.note("Not even changes of 255 of 255 do it.");
    }
    ui.note(found.noise ? format_tr("Random noise needs {} of 255 to change the answer.", *found.noise)
                        : std::string(tr("Random noise of any size leaves the answer as it is.")));
  }
  ui.note("The picture that Save writes is the attacked one, at its own size, rounded to 0..255.");
  ui.hairline();
}

}  // namespace striate
