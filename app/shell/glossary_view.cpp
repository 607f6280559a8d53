#include "app/shell/glossary_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

bool says(const GlossaryEntry& entry, const std::string& typed) {
  if (lower_case(entry.term).find(typed) != std::string::npos) return true;
  return std::any_of(entry.forms.begin(), entry.forms.end(),
                     [&](const std::string& form) { return lower_case(form).find(typed) != std::string::npos; });
}

}  // namespace

GlossaryView::GlossaryView(App& app, Ui& ui) : app_(app), ui_(ui) {}

void GlossaryView::declare(Registry& registry) {
  registry.add(Command{"glossary",
                       N_("Explains a term of the field; without one, lists them all"),
                       {Parameter::text("TERM", "such as stride or learning rate").or_none()},
                       [this](const Arguments& arguments) {
                         if (!arguments.has(0) || trimmed(arguments.text(0)).empty()) return open_list();
                         show(Glossary::built_in().entry(arguments.text(0)));
                       }});
  registry.add(
      Command{"glossary.word",
              N_("Explains the word under the mouse or what has the keyboard; else lists the terms on the screen"),
              {},
              [this](const Arguments&) {
                if (open_) return;
                if (const GlossaryEntry* under = ui_.term()) return show(*under);
                const auto in_item = Glossary::built_in().in(ui_.words_of_item(), app_.page().info().id);
                if (!in_item.empty()) return show(*in_item.front());
                open_list();
              }});
  registry.add(Command{"glossary.close", N_("Closes the glossary"), {}, [this](const Arguments&) { close(); }});
  registry.add(Command{
      "glossary.set",
      N_("Sets a number of the figure that the glossary shows"),
      {Parameter::word("NAME", "of the number, such as stride"), Parameter::number("VALUE", "the number", -1e6, 1e6)},
      [this](const Arguments& arguments) {
        need_figure();
        figure_->set(arguments.text(0), arguments.number(1));
      }});
  registry.add(Readout{"glossary.terms", "how many terms the glossary explains",
                       [] { return ReadoutValue(static_cast<double>(Glossary::built_in().entries().size())); }});
  registry.add(Readout{"glossary.term", "the term that the glossary explains now; empty while it is closed",
                       [this] { return ReadoutValue(open_ && entry_ ? entry_->term : std::string()); }});
  registry.add(Readout{"glossary.text", "what the glossary says about it",
                       [this] { return ReadoutValue(open_ && entry_ ? entry_->text : std::string()); }});
  Readout number{"glossary.number", "a number of the figure that the glossary shows, set or computed", {}};
  number.parameters = {Parameter::word("NAME", "of the number, such as sum")};
  number.value_of = [this](const Arguments& arguments) { return ReadoutValue(need_figure().read(arguments.text(0))); };
  registry.add(std::move(number));
}

const GlossaryFigure& GlossaryView::need_figure() const {
  if (!open_ || !figure_) throw Error("the glossary shows no figure", "open a term that has one: glossary stride");
  return *figure_;
}

void GlossaryView::show(const GlossaryEntry& entry) {
  if (entry_ != &entry) figure_ = entry.figure.empty() ? nullptr : make_figure(entry.figure);
  entry_ = &entry;
  if (!open_) collecting_ = true;
  open_ = true;
}

void GlossaryView::open_list() {
  if (!open_) collecting_ = true;
  open_ = fresh_ = true;
  search_.clear();
}

void GlossaryView::close() {
  open_ = collecting_ = false;
  entry_ = nullptr;
  figure_.reset();
  search_.clear();
  on_screen_.clear();
}

void GlossaryView::collected() {
  if (!collecting_) return;
  collecting_ = false;
  std::string all;
  for (const std::string& text : texts_) all += text + " ";
  texts_.clear();
  on_screen_ = Glossary::built_in().in(all, app_.page().info().id);
  ui_.request_frame();
}

std::vector<const GlossaryEntry*> GlossaryView::listed() const {
  std::vector<const GlossaryEntry*> list;
  const std::string typed = lower_case(trimmed(search_));
  for (const GlossaryEntry& entry : Glossary::built_in().entries()) {
    if (typed.empty() || says(entry, typed)) list.push_back(&entry);
  }
  // Those that begin with what was typed come first; without anything typed, those on the screen.
  std::stable_partition(list.begin(), list.end(), [&](const GlossaryEntry* entry) {
    if (!typed.empty()) return lower_case(entry->term).starts_with(typed);
    return std::find(on_screen_.begin(), on_screen_.end(), entry) != on_screen_.end();
  });
  return list;
}

void GlossaryView::draw(Vec size) {
  const Theme& t = ui_.theme();
  const Rect window{0, 0, size.x, size.y};
  ui_.begin_layer(Ui::kOverlayLayer, window);
  ui_.push_id("glossary");
  ui_.fill(window, rgb(0x000000, t.dark ? 0.5f : 0.3f));
  Rect box = window.centered(std::min(size.x - 48, 860.0f), std::min(size.y - 40, 600.0f));
  box = {std::round(box.x), std::round(box.y), std::round(box.w), std::round(box.h)};
  const Response outside =
      ui_.interact(window, {.label = "glossary background", .kind = "surface", .focusable = false, .tooltip = " "});
  if (outside.clicked && !box.contains(ui_.input().mouse)) ui_.send("glossary.close");
  ui_.fill(box.moved({0, 6}).inset(-4), t.shadow, 12);
  ui_.fill(box, t.surface, 8);
  ui_.stroke(box, t.line, 8);
  Rect rest = box;
  const Rect list = rest.cut_left(std::min(230.0f, box.w * 0.34f));
  ui_.fill({rest.x, rest.y, 1, rest.h}, t.line);
  rest.cut_left(1);
  draw_list(list);
  draw_entry(rest);
  if (ui_.take_key("Escape")) ui_.send("glossary.close");
  ui_.pop_id();
  ui_.end_layer();
}

void GlossaryView::draw_list(const Rect& area) {
  const Theme& t = ui_.theme();
  Rect rest = area;
  const Rect field = rest.cut_top(54).inset(12, 10);
  const std::vector<const GlossaryEntry*> list = listed();
  ui_.next(field);
  if (ui_.live_text("term", search_, "find a term", std::exchange(fresh_, false)) && !list.empty()) {
    ui_.send("glossary " + list.front()->term);
  }
  ui_.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);
  ui_.begin_panel("terms", rest, 10, true);
  if (list.empty()) ui_.note("No term has these letters.");
  const bool grouped = trimmed(search_).empty() && !on_screen_.empty();
  for (size_t i = 0; i < list.size(); ++i) {
    if (grouped && i == 0) ui_.section("On the screen");
    if (grouped && i == on_screen_.size()) ui_.section("All others");
    const GlossaryEntry& entry = *list[i];
    ui_.space(-6);
    const Rect rect = ui_.take(28);
    const std::string command = "glossary " + entry.term;
    const Response r =
        ui_.interact(rect, {.label = "term " + entry.term, .command = command, .kind = "term", .tooltip = " "});
    const bool current = &entry == entry_;
    if (current || r.hovered) ui_.fill(rect, current ? t.raised : faded(t.raised, 0.6f), 6);
    ui_.label(rect.inset(8, 0), entry.term, Font::control, current || r.hovered ? t.text : t.secondary);
    if (r.keyboard) ui_.draw_focus(rect.inset(3), 3);
    if (r.clicked) ui_.send(command);
  }
  ui_.end_panel();
}

void GlossaryView::draw_entry(const Rect& area) {
  const Theme& t = ui_.theme();
  Rect rest = area;
  Rect head = rest.cut_top(54).inset(20, 0);
  const Rect close = head.cut_right(32);
  ui_.next(close.centered(32.0f, 32.0f));
  ui_.button("Close", "glossary.close",
             {.style = ButtonStyle::quiet,
              .icon = Icon::cross,
              .tooltip = N_("Closes the glossary (Escape)"),
              .icon_only = true});
  ui_.label(head, entry_ ? std::string_view(entry_->term) : std::string_view(tr("Glossary")), Font::heading, t.text);
  ui_.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);
  ui_.begin_panel("entry", rest, 20, true);
  if (!entry_) {
    ui_.paragraph(
        "Choose a term at the left. On any page, point at a word: where a line of dots comes under it, a right-click "
        "or **Shift+F1** brings it here.");
    ui_.end_panel();
    return;
  }
  ui_.paragraph(entry_->text);
  if (figure_) draw_figure();
  if (!entry_->forms.empty()) {
    ui_.space(2);
    ui_.note(format_tr("Also: {}", fmt::join(entry_->forms, ", ")));
  }
  ui_.space(4);
  ui_.begin_flow(8);
  for (const std::string& other : entry_->see) {
    const GlossaryEntry* entry = Glossary::built_in().find(other);
    ui_.button(other, "glossary " + entry->term, {.tooltip = N_("Explains it")});
  }
  if (!entry_->page.empty() && entry_->page != app_.page().info().id) {
    for (const auto& page : app_.pages()) {
      if (page->info().id != entry_->page) continue;
      if (ui_.button("Page: " + page->info().title, "page " + entry_->page,
                     {.style = ButtonStyle::quiet,
                      .icon = Icon::forward,
                      .tooltip = N_("Where it is seen at work"),
                      .words = format_tr("Page: {}", tr(std::string_view(page->info().title)))})) {
        ui_.send("glossary.close");
      }
    }
  }
  ui_.end_flow();
  ui_.end_panel();
}

// The picture, its numbers as sliders, what came out.
void GlossaryView::draw_figure() {
  ui_.space(4);
  const Rect area = ui_.take(figure_->height());
  ui_.push_clip(intersection(area, ui_.clip()));
  ui_.push_id("figure");
  figure_->draw(ui_, area);
  ui_.pop_clip();
  for (const FigureNumber& number : figure_->numbers()) {
    const std::string prefix = "glossary.set " + number.name;
    if (!number.words.empty()) {
      std::vector<Choice> choices;
      for (size_t i = 0; i < number.words.size(); ++i) choices.push_back({number.words[i], fmt::format("{}", i)});
      ui_.segmented(number.label, choices, fmt::format("{}", std::lround(number.value)), prefix);
      continue;
    }
    NumberSpec spec;
    spec.minimum = number.minimum, spec.maximum = number.maximum, spec.reset = number.start;
    spec.decimals = number.decimals;
    spec.step = number.decimals == 0 ? 1 : number.decimals == 1 ? 0.1 : 0.01;
    ui_.slider(number.label, number.value, spec, prefix);
  }
  for (const FigureResult& result : figure_->results()) {
    if (result.label.empty()) continue;
    const bool whole = result.value == std::floor(result.value);
    ui_.row(result.label, number_text(result.value, whole ? 0 : 4), Concept::activation);
  }
  ui_.pop_id();
}

}  // namespace striate
