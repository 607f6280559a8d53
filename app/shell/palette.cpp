// The palette: type part of the name of a page, a lesson, a setting, a command or a term of the glossary, or of what it
// does; choose, give its values, Enter.
#include <algorithm>

#include "app/command/setting.h"
#include "app/glossary/glossary.h"
#include "app/shell/frame.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

// What can be chosen.
struct Entry {
  std::string title, help;
  std::string line;                  // what choosing it does; or the beginning of it,
  const Command* command = nullptr;  // where this one still needs values
  const char* kind = N_("command");
};

bool needs_values(const Command& command) {
  return std::any_of(command.parameters.begin(), command.parameters.end(),
                     [](const Parameter& parameter) { return !parameter.optional; });
}

// What a setting is now; empty where that can't be said.
std::string value_of(const Setting& setting) {
  try {
    return to_text(setting.value());
  } catch (const Error&) {
    return {};
  }
}

Entry entry_of(const Registry& registry, const Command& command) {
  Entry entry{command.usage(), std::string(tr(std::string_view(command.help))), command.name,
              needs_values(command) ? &command : nullptr};
  const Setting* setting = registry.find_setting(command.name);
  if (setting == nullptr) return entry;
  entry.kind = N_("setting");
  if (const std::string now = value_of(*setting); !now.empty())
    entry.help = format_tr("Now {}", now) + ". " + entry.help;
  return entry;
}

// Pages, lessons, settings and commands, terms.
std::vector<Entry> all_entries(const App& app) {
  std::vector<Entry> entries;
  for (const auto& page : app.pages()) {
    const PageInfo& info = page->info();
    entries.push_back({std::string(tr(std::string_view(info.title))),
                       info.chapter.empty() ? std::string(tr("All chapters, and where you left off"))
                                            : format_tr("Page of {}", tr(std::string_view(info.chapter))),
                       "page " + info.id, nullptr, N_("page")});
  }
  for (const LessonEntry& lesson : LessonSession::entries()) {
    entries.push_back({lesson.title, format_tr("Lesson of {}", tr(std::string_view(lesson.chapter))),
                       "lesson " + lesson.name, nullptr, N_("lesson")});
  }
  for (const auto& [name, command] : app.registry().commands()) entries.push_back(entry_of(app.registry(), command));
  for (const GlossaryEntry& term : Glossary::built_in().entries()) {
    entries.push_back({term.term, term.first_sentence(), "glossary " + term.term, nullptr, N_("term")});
  }
  return entries;
}

// The words that a command's value may be, those with what was typed in them; of a setting, what it is now comes last.
std::vector<Entry> choices_of(const App& app, const Command& command, std::string_view typed) {
  std::vector<Entry> entries;
  const bool one = !command.parameters.empty() && command.parameters.front().kind == ParameterKind::choice &&
                   (command.parameters.size() == 1 || command.parameters[1].optional);
  if (!one) return entries;
  const Setting* setting = app.registry().find_setting(command.name);
  const std::string now = setting ? value_of(*setting) : std::string();
  const std::string help(tr(std::string_view(command.help)));
  const std::vector<std::string>& words = command.parameters.front().choices;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (lower_case(word).find(typed) == std::string::npos) continue;
    if (setting && !setting->lists(i) && typed != word) continue;
    entries.push_back({command.name + " " + quoted(word), word == now ? tr("As it is now") + (". " + help) : help,
                       command.name + " " + quoted(word), nullptr, setting ? N_("setting") : N_("command")});
  }
  std::stable_partition(entries.begin(), entries.end(),
                        [&](const Entry& entry) { return entry.line != command.name + " " + quoted(now); });
  return entries;
}

// Every typed word stands in the title, the help or the line; titles that begin with what was typed come first.
std::vector<Entry> matches(const App& app, const std::string& typed) {
  const std::string text = lower_case(trimmed(typed));
  const Command* named = app.registry().find_command(text.substr(0, text.find(' ')));
  if (const size_t space = typed.find(' '); named != nullptr && space != std::string::npos) {  // its values are typed
    std::vector<Entry> choices = choices_of(app, *named, lower_case(trimmed(std::string_view(typed).substr(space))));
    if (!choices.empty()) return choices;
    return {entry_of(app.registry(), *named)};
  }
  std::vector<Entry> entries = all_entries(app);
  std::erase_if(entries, [&](const Entry& entry) {
    if (app.controls().hides(entry.line)) return true;
    const std::string place = lower_case(entry.title + " " + entry.help + " " + entry.line);
    std::string_view rest = text;
    while (!(rest = skip_spaces(rest)).empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      if (place.find(word) == std::string::npos) return true;
      rest.remove_prefix(word.size());
    }
    return false;
  });
  std::stable_partition(entries.begin(), entries.end(), [&](const Entry& entry) {
    return lower_case(entry.title).starts_with(text) || entry.line.starts_with(text);
  });
  return entries;
}

}  // namespace

void Shell::draw_palette(Vec size) {
  const Theme& t = ui_.theme();
  Rect window{0, 0, size.x, size.y};
  ui_.begin_layer(Ui::kOverlayLayer, window);
  ui_.push_id("palette");
  ui_.fill(window, rgb(0x000000, t.dark ? 0.45f : 0.25f));
  Response outside =
      ui_.interact(window, {.label = "palette background", .kind = "surface", .focusable = false, .tooltip = " "});
  Rect box{std::round(size.x / 2 - std::min(size.x - 48, 640.0f) / 2), std::round(size.y * 0.12f),
           std::min(size.x - 48, 640.0f), std::min(size.y * 0.7f, 440.0f)};
  bool close = outside.clicked && !box.contains(ui_.input().mouse);
  ui_.fill(box.moved({0, 6}).inset(-4), t.shadow, 12);
  ui_.fill(box, t.surface, 8);
  ui_.stroke(box, t.line, 8);
  const std::vector<Entry> list = matches(app_, palette_text_);
  bool walked = false;
  if (ui_.take_key("Down")) ++palette_line_, walked = true;
  if (ui_.take_key("Up")) --palette_line_, walked = true;
  palette_line_ = std::clamp(palette_line_, 0, std::max(0, static_cast<int>(list.size()) - 1));
  // Into the field, where its values are typed; or done.
  auto complete = [&](const Entry& entry) {
    palette_text_ = entry.line + (entry.command != nullptr ? " " : "");
    palette_line_ = 0;
  };
  auto choose = [&](const Entry& entry) {
    complete(entry);
    if (entry.command != nullptr) return;
    ui_.send(entry.line);
    close = true;
  };
  if (ui_.editing() && ui_.take_key("Tab") && !list.empty()) complete(list[static_cast<size_t>(palette_line_)]);

  Rect rest = box;
  Rect field = rest.cut_top(58).inset(12);
  ui_.next(field);
  std::string before = palette_text_;
  bool entered =
      ui_.live_text("command", palette_text_, "what do you want to do?", std::exchange(palette_fresh_, false));
  if (palette_text_ != before) palette_line_ = 0;
  if (ui_.take_key("Escape")) close = true;

  std::string problem, hint;
  std::string first = palette_text_.substr(0, palette_text_.find(' '));
  bool named = app_.registry().find_command(first) != nullptr;
  if (entered) {
    if ((!named || palette_text_ == first) && !list.empty()) {
      choose(list[static_cast<size_t>(palette_line_)]);
      named = true;
    } else {
      try {
        app_.registry().check(palette_text_);
        ui_.send(palette_text_);
        close = true;
      } catch (const Error& error) {
        // What is wrong stands below the field, unless the list has what is meant.
        if (!list.empty() && list[static_cast<size_t>(palette_line_)].command == nullptr &&
            list.front().line != first) {
          choose(list[static_cast<size_t>(palette_line_)]);
        }
      }
    }
  }
  if (named && palette_text_.size() > first.size()) {
    try {
      if (list.empty() || list.front().line == first) app_.registry().check(palette_text_);
    } catch (const Error& error) {
      problem = error.what();
      hint = error.hint();
    }
  }
  if (!problem.empty()) {
    const float high = ui_.error_note_height(problem, hint, rest.w - 2 * 12) + 12;
    ui_.next(rest.cut_bottom(std::clamp(high, 72.0f, rest.h * 0.7f)).inset(12, 6));
    ui_.error_note(problem, hint);
  }
  ui_.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);
  ui_.begin_panel("list", rest, 8, true);
  if (list.empty()) ui_.note("No page, lesson, setting, command or term has all these words. Type less.");
  for (size_t i = 0; i < list.size(); ++i) {
    const Entry& entry = list[i];
    Rect rect = ui_.take(44);
    ui_.space(-6);
    Response r = ui_.interact(rect, {.label = entry.line, .kind = "command", .tooltip = " "});
    bool current = static_cast<int>(i) == palette_line_;
    if (current || r.hovered) ui_.fill(rect, current ? t.raised : faded(t.raised, 0.6f), 6);
    if (current && walked) ui_.reveal(rect);
    Rect inside = rect.inset(10, 4);
    Rect top = inside.cut_top(inside.h / 2);
    ui_.label(top.cut_right(ui_.measure(Font::caption, tr(entry.kind)).x + 8), tr(entry.kind), Font::caption,
              t.secondary, Align::right);
    ui_.label(top, entry.title, Font::number, t.text, Align::left, 14.0f);
    ui_.label(inside, entry.help, Font::caption, t.secondary);
    if (r.keyboard) ui_.draw_focus(rect.inset(3), 3);
    if (r.clicked) {
      choose(entry);
      palette_fresh_ = true;
    }
  }
  ui_.end_panel();
  if (close) palette_open_ = false, ui_.request_frame();
  ui_.pop_id();
  ui_.end_layer();
}

}  // namespace striate
