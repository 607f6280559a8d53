// The question before a lesson writes a file, or reads one outside its folder: a card over the stage, as the one before
// unsaved work is lost.
#include <algorithm>
#include <filesystem>

#include "app/shell/frame.h"
#include "app/shell/lesson_files.h"
#include "app/widgets/ui_fit.h"
#include "app/words/words.h"

namespace striate {

void Shell::draw_file_question(const Rect& stage) {
  const LessonFiles& files = app_.files();
  const FileQuestion* question = files.question();
  if (!question || stage.empty()) return;
  const bool read = question->use == FileUse::read;
  const std::string more = !question->named_by.empty()
                               ? format_tr("The training {} says that its pictures are there.",
                                           short_name(std::filesystem::path(question->named_by).filename().string()))
                           : read               ? tr("Its own folder it may read.")
                           : question->replaces ? tr("The file that is there would be lost.")
                                                : tr("There is no file of this name yet.");
  const std::filesystem::path path(question->path);
  // As they are, not as marked text: a name may have marks in it. Whole, however long: it is what one says yes to.
  ProseSpan file, folder;
  file.text = path.filename().string();
  folder.text = format_tr("in {}", path.parent_path().string());
  constexpr float kPadding = 18;
  const float width = std::min(stage.w - 40, 520.0f), inside = width - 2 * kPadding;
  const float names = ui_.paragraph_height({&file, 1}, inside, Font::strong) +
                      ui_.paragraph_height({&folder, 1}, inside, Font::caption);
  const Rect card = stage.centered(width, std::min(stage.h - 20, 144.0f + names));
  ui_.begin_layer(Ui::kOverlayLayer, stage);
  ui_.fill(stage, faded(ui_.theme().background, 0.6f));
  ui_.fill(card, ui_.theme().raised, 8);
  ui_.stroke(card, ui_.theme().line, 8);
  ui_.begin_panel("file question", card, kPadding, true);
  ui_.paragraph(fmt::format("**{}**", tr(std::string_view(files.question_in_words()))));
  ui_.paragraph({&file, 1}, Font::strong);
  ui_.paragraph({&folder, 1}, Font::caption);
  ui_.note(more);
  ui_.space(4);
  ui_.begin_flow();
  ui_.button("Don't", "lesson.allow no",
             {.style = ButtonStyle::primary, .tooltip = N_("The lesson goes on without it")});
  ui_.button(read                 ? N_("Read it")
             : question->replaces ? N_("Replace it")
                                  : N_("Write it"),
             "lesson.allow yes", {.tooltip = N_("This once")});
  ui_.end_flow();
  ui_.end_panel();
  ui_.end_layer();
}

}  // namespace striate
