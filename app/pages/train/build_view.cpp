#include "app/pages/train/build_view.h"

#include <algorithm>

#include "app/pages/train/fields.h"
#include "app/shell/fonts.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/layer_settings.h"
#include "engine/network/models.h"

namespace striate {

bool BuildView::update(double) { return draft_.update(); }

void BuildView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  Rect room = area.inset(20, 14);
  draw_head(ui, room, now);
  Rect text = room.cut_bottom(40);
  draw_state(ui, room, now);
  if (draft_.menu()) {
    draw_kinds(ui, room);
  } else {
    draw_layers(ui, room);
  }
  text.cut_top(6);
  const float words = ui.measure(Font::caption, tr("as text")).x + 12;
  ui.label(text.cut_left(words), tr("as text"), Font::caption, ui.theme().secondary);
  ui.next(text);
  ui.text_field("network as text", draft_.look()->list.text(), "train.build.text",
                "conv 8 3x3 | relu | maxpool 2 | flatten | dense 10");
}

// The model, what it costs, and the way to add a layer.
void BuildView::draw_head(Ui& ui, Rect& area, const TrainSnapshot&) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const Look& look = *kept;
  const std::string& name = scene_.config().model;
  std::vector<Choice> choices;
  std::string current = N_("own"), about = tr("A network of your own.");
  for (const Model& m : models()) {
    choices.push_back({m.name, m.name});
    if (name == m.name && !draft_.is_draft()) current = m.name, about = tr(m.about);
  }
  Rect line = area.cut_top(34);
  const float add = std::max(
      {96.0f, ui.measure(Font::control, tr("Add layer")).x + 20.0f, ui.measure(Font::control, tr("Layers")).x + 20.0f});
  Rect left = line.cut_left(std::min(line.w - add - 4.0f, 230.0f));
  ui.next(left);
  ui.dropdown("model", choices, current, "train.model");
  line.cut_left(8);
  ui.next(line.cut_left(add).inset(0, 1));
  ui.button(draft_.menu() ? N_("Layers") : N_("Add layer"),
            draft_.menu() ? "train.build.menu off" : "train.build.menu on",
            {.style = draft_.menu() ? ButtonStyle::normal : ButtonStyle::primary});
  area.cut_top(6);
  const float h = ui.paragraph_height(about, area.w, Font::caption);
  ui.next(area.cut_top(h));
  ui.paragraph(about, Font::caption);
  std::string totals =
      format_tr("{} parameters, {} multiply-adds for a picture", grouped(look.parameters), grouped(look.multiply_adds));
  if (look.bytes > 0) {
    totals += ", " + format_tr("{} for a batch of {}", memory_words(look.bytes), scene_.config().batch);
  }
  const float th = ui.paragraph_height(totals, area.w, Font::control);
  area.cut_top(2);
  ui.next(area.cut_top(th));
  ui.paragraph(totals, Font::control);
  area.cut_top(8);
}

// What is wrong with the whole, that it is not what runs, or that the data are not there.
void BuildView::draw_state(Ui& ui, Rect& area, const TrainSnapshot& now) const {
  const NetworkDraft::LookPtr kept = draft_.look();
  const Look& look = *kept;
  const auto note = [&](const std::string& what, const std::string& hint) {
    const float h = ui.paragraph_height(what, area.w - 24 - 20.0f, Font::control) +
                    ui.paragraph_height(hint, area.w - 24 - 20.0f, Font::caption) + 20;
    ui.next(area.cut_top(h));
    ui.error_note(what, hint);
    area.cut_top(8);
  };
  if (draft_.data().error()) {
    note(draft_.data().error()->what(), draft_.data().error()->hint());
  } else if (look.checked.error) {
    note(look.checked.error->what(), look.checked.error->hint());
  }
  const auto offer = [&](const std::string& words, const char* label, const std::string& command) {
    const float button = ui.measure(Font::control, tr(label)).x + 28.0f;
    const float room = std::max(80.0f, area.w - button - 12);
    const float h = std::max(34.0f, ui.paragraph_height(words, room, Font::caption));
    Rect line = area.cut_top(h);
    Rect right = line.cut_right(button);
    ui.next({line.x, line.y + (h - ui.paragraph_height(words, room, Font::caption)) / 2, room, h});
    ui.paragraph(words, Font::caption);
    ui.next(right.centered(button, 32.0f));
    ui.button(label, command);
    area.cut_top(8);
  };
  if (draft_.is_draft()) {
    offer(N_("Not right yet. Until it is, the last network that was stays the one that is used."), N_("Back to that"),
          "train.build.draft");
    return;
  }
  if (now.architecture && look.checked.good && look.checked.good->text() != now.architecture->text()) {
    const std::string words =
        format_tr("Takes effect at the next start: what runs now has {} layers and {} parameters.",
                  now.architecture->size() - 1, grouped(now.architecture->totals().parameters));
    offer(words, N_("Start anew"), "train.start");
  }
}

// All kinds of layers, each with the first sentence of what it is; the tooltip has the rest.
void BuildView::draw_kinds(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  ui.begin_panel("kinds of layers", area, 2, true);
  const int columns = std::max(1, static_cast<int>(ui.width() / 290.0f));
  const float gap = 8;
  const float wide = (ui.width() - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const std::vector<const LayerKind*> kinds = kinds_to_add();
  for (size_t first = 0; first < kinds.size(); first += static_cast<size_t>(columns)) {
    const size_t last = std::min(kinds.size(), first + static_cast<size_t>(columns));
    float height = 0;
    for (size_t i = first; i < last; ++i) {
      height = std::max(
          height, 52.0f + ui.paragraph_height(first_sentence(tr(kinds[i]->explanation)), wide - 24, Font::caption));
    }
    const Rect line = ui.take(height);
    for (size_t i = first; i < last; ++i) {
      const LayerKind& kind = *kinds[i];
      const Rect card{line.x + static_cast<float>(i - first) * (wide + gap), line.y, wide, height};
      const std::string label = fmt::format("Add {}", kind.title),
                        command = fmt::format("train.build.add {}", kind.word);
      const Response r =
          ui.interact(card, {.label = label, .command = command, .kind = "button", .tooltip = kind.explanation});
      ui.fill(card, r.hovered ? theme.hovered : theme.raised, 6);
      ui.stroke(card, theme.line, 6);
      if (r.keyboard) ui.draw_focus(card.inset(3), 3);
      Rect inside = card.inset(12, 8);
      Rect title = inside.cut_top(20);
      ui.label(title, tr(kind.title), Font::strong, theme.text, Align::left, 15.0f);
      // The one small size of this face that has letters.
      const float size = ui.frame().presentation ? ui.text_size(Font::number) : kCodeSize;
      ui.label(inside.cut_top(16), syntax_of(kind), Font::number, theme.kernel, Align::left, size);
      inside.cut_top(4);
      ui.next(inside);
      ui.paragraph(first_sentence(tr(kind.explanation)), Font::caption);
      if (r.clicked) ui.send(command);
    }
  }
  ui.end_panel();
}

std::unique_ptr<TrainView> make_build_view(const TrainScene& scene) { return std::make_unique<BuildView>(scene); }

}  // namespace striate
