// The shell's commands: looks, panels, dialogs, pictures of the stage.
#include <fmt/format.h>

#include <filesystem>

#include "app/film/film_recorder.h"
#include "app/shell/browser_view.h"
#include "app/shell/frame.h"
#include "app/shell/progress.h"
#include "app/words/languages.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {
namespace {

// What is chosen to be read must not be written: a person was asked for another thing then.
void check_file_use(const Registry& registry, const std::string& name, FileUse use) {
  const Command& command = registry.command(name);
  if (!command.parameters.empty() && command.parameters.back().file == use) return;
  throw Error(fmt::format("{} takes no file to {}", name, use == FileUse::read ? "read" : "write"),
              use == FileUse::read ? "a file is chosen for a command that reads one, such as train.open"
                                   : "a name is chosen for a command that writes a file, such as train.save");
}

}  // namespace

void Shell::declare_commands() {
  Registry& registry = app_.registry();
  const auto add = [](Setting& setting) -> Setting& {
    setting.undo = Undo::none;
    return setting;
  };
  SettingsOf<Settings>& s = settings_;
  add(s.choice(
      "theme", "theme", "Dark or light colors", Parameter::choice("THEME", "which colors", {"dark", "light"}),
      [](const Settings& now) { return now.dark ? "dark" : "light"; },
      [](Settings& now, const std::string& word) { now.dark = word == "dark"; }));
  const auto add_panel = [&](const char* name, const char* help, bool (Settings::*shown)() const,
                             void (Settings::*show)(bool)) {
    add(s.on_off(
        name, name, help, "whether it is unfolded", [shown](const Settings& now) { return (now.*shown)(); },
        [show](Settings& now, bool on) { (now.*show)(on); }));
  };
  add(s.on_off(
      "presentation", "presentation", "For a projector: large type, the panels fold and the stage takes their room",
      "whether it is for a projector", [](const Settings& now) { return now.presentation; },
      [](Settings& now, bool on) { now.present(on); }));
  add_panel(N_("navigation"), N_("The panel with the pages, at the left"), &Settings::shows_navigation,
            &Settings::show_navigation);
  add_panel(N_("inspector"), N_("The panel with numbers and settings, at the right"), &Settings::shows_inspector,
            &Settings::show_inspector);
  add(s.on_off(
      "fullscreen", "full screen", "The window takes the whole screen, or its place again", "whether it takes it",
      [](auto& now) -> auto& { return now.full_screen; }));
  add(s.on_off(
      "motion", "motion", "Whether things glide to their place, or jump", "whether they glide",
      [](auto& now) -> auto& { return now.motion; }));
  add(s.number(
      "scale", "scale", "Size of the whole interface; 0 is what the monitor says",
      {"S", "pixels per unit, 0.5 to 4, or 0", 0, 4}, [](const Settings& now) { return now.scale; },
      [](Settings& now, double scale) {
        if (scale != 0 && scale < 0.5) throw Error("a scale below 0.5 cannot be read", "use 0.5 to 4, or 0");
        now.scale = scale;
      }));
  add(s.integer(
      "film.rate", N_("pictures a second"), N_("How many pictures a second a film has that is recorded"),
      {"N", "pictures a second", 1, kHighestFilmRate}, [](auto& now) -> auto& { return now.film_rate; }));
  std::vector<std::string> codes = languages(), names = {N_("As the system says")};
  for (const std::string& code : codes) names.push_back(language_name(code));
  names.emplace_back();  // for those who look at the texts: no list offers it
  codes.insert(codes.begin(), kSystemLanguage);
  codes.emplace_back(kMadeUpLanguage);
  add(s.choice(
          "language", N_("language"), N_("The language of the window; scripts and their words stay as they are"),
          Parameter::choice("LANGUAGE", "its code, or system for what the system asks for", std::move(codes)),
          [](auto& now) -> auto& { return now.language; }))
      .labels = std::move(names);
  s.declare(registry);
  std::vector<std::string> chapters;
  for (const ChapterProgress& chapter : chapters_of(app_)) chapters.push_back(chapter.title);
  registry.add(Command{
      "navigation.chapter",
      N_("Unfolds a chapter of the navigation, or folds it"),
      {Parameter::choice("CHAPTER", "which chapter", chapters),
       Parameter::on_off("ON", "whether its pages are listed; the other of the two where it is left out").or_none()},
      [this](const Arguments& arguments) {
        const std::string& chapter = arguments.text(0);
        unfolded_chapters_[chapter] = arguments.has(1) ? arguments.on(1) : !chapter_unfolded(chapter);
      }});
  registry.add(Command{"help",
                       N_("The keys, and what this page does"),
                       {Parameter::on_off("ON", "whether it is shown").or_none()},
                       [this](const Arguments& arguments) { help_open_ = !arguments.has(0) || arguments.on(0); }});
  registry.add(Command{"palette",
                       N_("Every command by name, to be run by typing it"),
                       {Parameter::on_off("ON", "whether it is shown").or_none()},
                       [this](const Arguments& arguments) {
                         palette_open_ = !arguments.has(0) || arguments.on(0);
                         palette_fresh_ = palette_open_;
                         palette_text_.clear();
                         palette_line_ = 0;
                       }});
  registry.add(Command{"browse",
                       N_("The file browser: to open a picture, to save the stage's, or closed"),
                       {Parameter::choice("WHAT", "what for", {"open", "save", "close"})},
                       [this](const Arguments& arguments) {
                         const std::string& what = arguments.text(0);
                         if (what == "close") {
                           browser_->close();
                         } else if (what == "open") {
                           browser_->open();
                         } else {
                           // A page may have a better picture to save than the screen's: its own result, in full size.
                           std::string own = app_.page().info().id + ".save";
                           bool has_own = app_.registry().find_command(own) != nullptr;
                           std::string stem = "stage";
                           if (app_.document().image) {
                             stem = std::filesystem::path(app_.document().image->name).stem().string();
                           }
                           std::string name = stem + "-" + app_.page().info().id + ".png";
                           if (app_.registry().find_readout(own + ".name") != nullptr) {
                             name = to_text(app_.registry().read(own + ".name"));
                           }
                           browser_->save(has_own ? own : "save.stage", name);
                         }
                       }});
  registry.add(Command{"browse.file",
                       N_("The file browser, to choose a file for a command"),
                       {Parameter::word("COMMAND", "what gets its path: train.open"),
                        Parameter::text("ENDINGS", "which files are listed: .safetensors").or_none()},
                       [this](const Arguments& arguments) {
                         const std::string& command = arguments.text(0);
                         check_file_use(app_.registry(), command, FileUse::read);
                         browser_->choose_file(command, split_words(arguments.has(1) ? arguments.text(1) : ""));
                       }});
  registry.add(Command{"browse.folder",
                       N_("The file browser, to choose a folder for a command"),
                       {Parameter::word("COMMAND", "what gets its path: train.data"),
                        Parameter::word("PREFIX", "what stands before the path: mnist:").or_none()},
                       [this](const Arguments& arguments) {
                         check_file_use(app_.registry(), arguments.text(0), FileUse::read);
                         browser_->choose_folder(arguments.text(0), arguments.has(1) ? arguments.text(1) : "");
                       }});
  registry.add(Command{"browse.save",
                       N_("The file browser, to save something under a name"),
                       {Parameter::word("COMMAND", "what gets the path: train.export"),
                        Parameter::text("NAME", "the name to begin with: curves.csv").or_none()},
                       [this](const Arguments& arguments) {
                         check_file_use(app_.registry(), arguments.text(0), FileUse::write);
                         browser_->save(arguments.text(0), arguments.has(1) ? arguments.text(1) : "");
                       }});
  registry.add(Command{"save.stage",
                       N_("Saves the picture of the stage, as it is on the screen"),
                       {Parameter::file_to_write("FILE", "path of a .png or .jpg file")},
                       [this](const Arguments& arguments) { request_capture(arguments.text(0), true, "save.stage"); }});
  registry.add(Command{"film.record",
                       N_("Records what is shown from now on as a film"),
                       {Parameter::file_to_write("FILE", "path of a .mp4 or .gif file, or of a folder for PNGs")},
                       [this](const Arguments& arguments) { record_film(arguments.text(0)); }});
  registry.add(Command{"film.stop", N_("Ends the film that is being recorded"), {}, [this](const Arguments&) {
                         if (!filming()) throw Error("no film is being recorded", "start with: film.record FILE");
                         film_->stop(app_.now());
                       }});
  registry.add(Readout{"film.frames", "pictures of the film that is being recorded, so far; 0: none is",
                       [this] { return ReadoutValue(filming() ? static_cast<double>(film_->frames()) : 0.0); }});
  registry.add(Command{"items",
                       N_("Writes every item on the screen to a file, whenever nothing moves: label, command, kind, x, "
                          "y, width, height"),
                       {Parameter::file_to_write("FILE", "path of a text file")},
                       [this](const Arguments& arguments) {
                         check_overwrite({arguments.text(0), FileKind::table, {}, app_.document().force});
                         items_file_ = arguments.text(0);
                       }});
  registry.add(Command{"readouts",
                       N_("Writes every number that can be read to a file, whenever nothing moves: name, tab, value"),
                       {Parameter::file_to_write("FILE", "path of a text file")},
                       [this](const Arguments& arguments) {
                         check_overwrite({arguments.text(0), FileKind::table, {}, app_.document().force});
                         readouts_file_ = arguments.text(0);
                         readouts_written_.clear();
                       }});
  registry.add(Command{"notice.dismiss",
                       N_("Takes a message away: the newest, or the N-th from the top"),
                       {Parameter::integer("N", "number of the message, from 1", 1, 20).or_none()},
                       [this](const Arguments& arguments) {
                         size_t count = app_.notices().size();
                         if (count == 0) return;
                         size_t index = arguments.has(0) ? static_cast<size_t>(arguments.integer(0)) - 1 : count - 1;
                         app_.dismiss_notice(index);
                       }});
  registry.add(Readout{"notice", "the newest message's first line; empty if there is none", [this] {
                         return ReadoutValue(app_.notices().empty() ? std::string() : app_.notices().back().what);
                       }});
  registry.add(Readout{"window.width", "width of the window, in units of the interface",
                       [this] { return ReadoutValue(static_cast<double>(drawn_size_.x)); }});
  registry.add(Readout{"window.height", "height of the window, in units of the interface",
                       [this] { return ReadoutValue(static_cast<double>(drawn_size_.y)); }});
}

}  // namespace striate
