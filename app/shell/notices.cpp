// Messages over the lower edge of the stage, newest at the bottom; and the mark of a file that is being read.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/shell/frame.h"
#include "app/words/messages.h"
#include "app/words/words.h"

namespace striate {

void Shell::draw_notices(const Rect& stage) {
  const auto& notices = app_.notices();
  if (notices.empty() || stage.empty()) return;
  const Theme& t = ui_.theme();
  float width = std::min(stage.w - 32, 520.0f);
  float text_width = width - 32.0f - 36.0f;
  float y = stage.bottom() - 16;
  // The newest three; older ones come up as these are dismissed.
  size_t shown = 0;
  for (size_t k = 0; k < notices.size() && shown < 3; ++k) {
    size_t index = notices.size() - 1 - k;
    const Notice& notice = notices[index];
    // What stands beside its control need not be said twice.
    if (notice.error && ui_.shown_beside(command_name(notice.command))) continue;
    ++shown;
    const std::string what = notice.error ? tr_message(notice.what) : notice.what,
                      hint = notice.error ? tr_message(notice.hint) : notice.hint;
    float h1 = ui_.paragraph_height(what, text_width, Font::control);
    float h2 = hint.empty() ? 0 : ui_.paragraph_height(hint, text_width, Font::caption) + 2;
    const float height = std::min(h1 + h2 + 22, stage.h - 32);  // what is longer than the stage scrolls
    ui_.push_id(fmt::format("notice {} {}", notice.time, index));
    float rise = ui_.ease("rise", 1, 0.25f);
    Rect box{stage.x + 16, y - height + (1 - rise) * 12, width, height};
    app_.hold_notice(index, box.contains(ui_.input().mouse));
    ui_.begin_layer(Ui::kOverlayLayer, box);
    ui_.fill(box.moved({0, 3}).inset(-2), t.shadow, 8);
    ui_.fill(box, t.surface, 6);
    ui_.stroke(box, t.line, 6);
    ui_.fill({box.x, box.y + 8, 3, box.h - 16}, notice.error ? t.warning : t.activation, 1.5f);
    Rect mark{box.x + 10, box.y + 10, 20.0f, 20.0f};
    if (notice.error) {
      ui_.label(mark, "!", Font::strong, t.warning, Align::center);
    } else {
      ui_.icon(Icon::tick, mark.inset(2), t.activation);
    }
    const Rect words{box.x + 36.0f, box.y + 11, text_width, height - 20};
    ui_.begin_panel("words", words, 0, height < h1 + h2 + 22);
    ui_.paragraph(what, Font::control);
    ui_.space(-6);
    if (h2 > 0) ui_.paragraph(hint, Font::caption);
    ui_.end_panel();
    ui_.next({box.right() - 32.0f, box.y + 8, 24.0f, 24.0f});
    ui_.button("Dismiss", fmt::format("notice.dismiss {}", index + 1),
               {.style = ButtonStyle::quiet,
                .icon = Icon::cross,
                .tooltip = N_("Takes this message away (Escape)"),
                .icon_only = true});
    ui_.end_layer();
    ui_.pop_id();
    y -= height + 8;
    if (y < stage.y + 80) break;
  }
}

void Shell::draw_loading(const Rect& stage) {
  float share = app_.loading();
  if (share < 0) {
    loading_since_ = -1;
    return;
  }
  if (loading_since_ < 0) loading_since_ = ui_.now();
  ui_.request_frame();
  if (ui_.now() - loading_since_ < 0.15 || stage.empty()) return;  // what is quick needs no mark
  const Theme& t = ui_.theme();
  Rect box{stage.center().x - 150.0f, stage.y + 12, 300.0f, 64.0f};
  ui_.fill(box.moved({0, 3}).inset(-2), t.shadow, 8);
  ui_.fill(box, t.surface, 6);
  ui_.stroke(box, t.line, 6);
  ui_.next(box.inset(14, 10));
  bool can_cancel = app_.registry().find_command("open.cancel") != nullptr;
  ui_.progress("Reading the picture", share > 0 ? share : -1.0f, can_cancel ? "open.cancel" : "");
}

}  // namespace striate
