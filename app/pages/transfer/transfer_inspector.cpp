// What stands beside the stage of page `transfer`.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/pages/transfer/transfer.h"
#include "app/pages/transfer/transfer_draw.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/files/carried_weights.h"

namespace striate {
namespace {

// What becomes of a picture before the base sees it: engine/preprocess/prepared_dataset.h.
void draw_fitting(Ui& ui, const Shape& tile, const Shape& picture) {
  const auto size = [](const Shape& shape) { return fmt::format("{} \u00d7 {}", shape[2], shape[1]); };
  const bool resized = tile[1] != picture[1] || tile[2] != picture[2];
  if (resized) {
    ui.note(format_tr("Pictures of {} are resized to the {} of the base: the middle, in its proportions.", size(tile),
                      size(picture)));
  }
  if (tile[0] == 1 && picture[0] == 3) ui.note("The base reads colors: gray goes into all three channels.");
  if (tile[0] == 3 && picture[0] == 1) ui.note("The base reads gray: colors become their brightness.");
}

}  // namespace

void TransferPage::draw_inspector(Ui& ui) const {
  ui.section("LEARNING");
  ui.begin_flow();
  if (learning()) {
    ui.button("Pause", "transfer.pause",
              {.style = ButtonStyle::primary, .icon = Icon::pause, .tooltip = N_("What has been learned stays")});
  } else {
    ui.button("Learn", "transfer.start",
              {.style = ButtonStyle::primary, .icon = Icon::play, .tooltip = N_("Both sides, one after the other")});
  }
  ui.button("Curve", "transfer.curve", {.enabled = !(learning() && curve_)});
  ui.end_flow();
  ui.error_beside("transfer.start");
  ui.begin_reserved("what runs");
  if (moment_ && learning() && moment_->running) {
    const StudyRun& run = *moment_->running;
    ui.row("learns now",
           std::string(tr(run.side == StudySide::scratch ? "from random weights" : N_("from a trained base"))));
    ui.row("examples, seed", fmt::format("{}, {}", run.examples, run.seed));
    const int epochs = kStudyEpochs + (run.side == StudySide::transfer && moment_->facts.tuned ? kTunedEpochs : 0);
    ui.row("epoch", format_tr("{} of {}", run.epochs.size(), epochs));
  } else if (moment_ && learning() && moment_->features_done >= 0) {
    ui.row("learns now", std::string(tr("features are being computed")));
    ui.row("pictures", format_tr("{} of {}", moment_->features_done, moment_->facts.samples));
  }
  ui.end_reserved(3 * ui.text_size(Font::body) * 1.6f);
  ui.setting("transfer.examples");
  ui.setting("transfer.seeds", {.field = true});
  ui.hairline();

  ui.section("PICTURES");
  std::vector<Choice> sources{
      {N_("satellite, drawn here"), "satellite:240"}, {N_("shapes, drawn here"), "shapes:240"},
      {N_("digits, drawn here"), "digits:300"},       {N_("letters, drawn here"), "letters:780"},
      {N_("the world, from space"), "world:16:60"},   {N_("own classes"), "own"}};
  ui.dropdown("pictures", sources, state_.data, "transfer.data");
  ui.error_beside("transfer.data");
  ui.begin_flow();
  ui.button("Own folder\u2026", "browse.folder transfer.data folder:",
            {.icon = Icon::folder,
             .enabled = ui.registry().find_command("browse.folder") != nullptr,
             .tooltip = N_("A folder with a folder of pictures for each class")});
  ui.end_flow();
  if (moment_ && moment_->of.data == state_.data) {
    ui.row("classes", grouped(static_cast<int64_t>(moment_->facts.classes.size())));
    ui.row("pictures", grouped(moment_->facts.samples));
    if (moment_->of.base == state_.base) draw_fitting(ui, moment_->facts.tile, moment_->facts.picture);
  }
  ui.hairline();

  ui.section("BASE");
  std::vector<Choice> bases;
  for (const std::string& name : carried_models()) bases.push_back({name, name});
  ui.dropdown("by name", bases, state_.base, "transfer.base");
  ui.error_beside("transfer.base");
  ui.begin_flow();
  draw_open_model(ui, N_("Open a model\u2026"), "transfer.base", ButtonStyle::normal);
  ui.end_flow();
  ui.note("Its head, as layers with | between them; usual: one dense layer");
  ui.setting("transfer.head");
  ui.begin_flow();
  ui.button("Freeze all", "transfer.freeze all", {.tooltip = N_("The head alone is trained")});
  ui.button("Unfreeze all", "transfer.unfreeze all", {.tooltip = N_("The whole base goes on learning, slowly")});
  ui.end_flow();
  ui.error_beside("transfer.freeze");
  ui.error_beside("transfer.unfreeze");
  ui.note(
      "Unfrozen layers learn in a second phase, behind the head, at a hundredth of its rate. Batch normalizations of "
      "the base always stay.");
  if (moment_ && moment_->cached > 0) {
    ui.row("features kept of", format_tr("{} pictures", moment_->cached));
    ui.row("computed in", fmt::format("{:.2f} s", moment_->cached_seconds));
    ui.row("multiply-adds saved",
           fmt::format("{:.3g}", static_cast<double>(moment_->saved_passes) *
                                     static_cast<double>(moment_->facts.cached_multiply_adds)),
           Concept::activation);
  }
  ui.hairline();

  ui.section("SAVE");
  const bool ready = moment_ && moment_->after && present() != nullptr;
  ui.begin_flow();
  ui.button("Save the network", "browse.save transfer.save transfer.safetensors",
            {.enabled = ready && ui.registry().find_command("browse.save") != nullptr,
             .tooltip = N_("The base with its trained head, of the first seed")});
  ui.end_flow();
  ui.error_beside("transfer.save");
  if (moment_ && moment_->not_saved) {
    ui.error_note(moment_->not_saved->what(), moment_->not_saved->hint());
  } else if (moment_ && !moment_->saved.empty()) {
    ui.note(format_tr("Written: {}", moment_->saved));
  }
  draw_exported(ui);
}

}  // namespace striate
