#include "app/shell/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <fstream>
#include <utility>

#include "app/film/film_recorder.h"
#include "app/shell/banner.h"
#include "app/shell/browser_view.h"
#include "app/shell/glossary_view.h"
#include "app/shell/handout_maker.h"
#include "app/words/languages.h"
#include "app/words/messages.h"
#include "app/words/words.h"
#include "app/worker/jobs.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {

Shell::Shell(App& app, Textures& textures)
    : app_(app),
      settings_("", app.settings(), [this](Settings next) { app_.settings() = std::move(next); }),
      ui_(app.registry(), textures),
      browser_(std::make_unique<Browser>(app)),
      glossary_(std::make_unique<GlossaryView>(app, ui_)),
      handouts_(std::make_unique<HandoutMaker>(app, [this] { app_.wake(); })) {
  declare_commands();
  ui_.set_controls(&app_.controls());
  handouts_->declare();
  glossary_->declare(app.registry());
}

Shell::~Shell() = default;

const Theme& Shell::theme() const { return app_.settings().dark ? dark_theme() : light_theme(); }

bool Shell::frame(const Moment& moment) {
  use_language(app_.settings().language);
  app_moves_ = false;
  look_at_film();
  if (handouts_->look()) app_moves_ = true;
  play_a_line();
  app_moves_ |= app_.update(moment.now);  // last: what is drawn was made of what is there now
  draw(moment);
  sent_ = ui_.take_commands();
  app_.page().drawn(ui_.drawn());
  for (const std::string& line : sent_) app_.send(line, ui_.gesture());
  close_picked();
  bool moves = app_moves_ || ui_.wants_frame() || !sent_.empty();
  moving_ = moves;
  settled_ = !moves && !app_.busy() && !browser_->busy();
  // Who has waited for a readout finds things where they are by then.
  if (settled_ && !items_file_.empty()) write_items();
  if (settled_ && !readouts_file_.empty()) write_readouts();
  return moves || playing();
}

// ---- hiding and locking with the mouse ----------------------------------------------------------------------------

// What was clicked while controls are picked: closed, or open again.
void Shell::close_picked() {
  const Controls& controls = app_.controls();
  for (const std::string& what : ui_.take_picked()) {
    const bool open = controls.of(what) == Controls::Access::open;
    const char* how = controls.picking() == Controls::Access::hidden ? "control.hide " : "control.lock ";
    app_.send((open ? how : "control.show ") + what);
  }
}

std::optional<PageBanner> Shell::picking_banner() const {
  const Controls::Access how = app_.controls().picking();
  if (how == Controls::Access::open) return std::nullopt;
  const bool hides = how == Controls::Access::hidden;
  PageBanner banner;
  banner.words =
      tr(hides ? N_("Click what is to be hidden, and again to have it back. A lesson that is made now keeps it.")
               : N_("Click what is to be locked, and again to have it back. A lesson that is made now keeps it."));
  if (hides)
    banner.buttons.push_back({N_("Lock instead"), "control.pick lock", "", false});
  else
    banner.buttons.push_back({N_("Hide instead"), "control.pick hide", "", false});
  banner.buttons.push_back({N_("Done"), "control.pick off", "", true});
  return banner;
}

// ---- for scripts that drive the window from outside ---------------------------------------------------------------

namespace {

// In one move, so that nobody reads half of it. Nobody waits for these files to be on the disk, and nothing depends on
// them: a folder that is gone is no error.
void replace_file(const std::string& file, const std::string& text) {
  std::error_code failure;
  std::filesystem::remove(file + ".new", failure);  // a link there may lead anywhere
  std::ofstream(file + ".new", std::ios::trunc | std::ios::binary) << text;
  std::filesystem::rename(file + ".new", file, failure);
}

}  // namespace

void Shell::write_items() {
  std::string text;
  for (const Item& item : ui_.items()) {
    if (item.visible.empty()) continue;
    const Rect r = in_window(item.visible);
    text += fmt::format("{}\t{}\t{}\t{:.0f}\t{:.0f}\t{:.0f}\t{:.0f}\t{}\n", item.label, item.command, item.kind, r.x,
                        r.y, r.w, r.h, item.enabled ? "on" : "off");
  }
  replace_file(items_file_, text);
}

void Shell::write_readouts() {
  std::string text;
  for (const auto& [name, readout] : app_.registry().declared_readouts()) {
    if (!readout.parameters.empty()) continue;
    std::string value;
    try {
      value = to_text(readout.value());
    } catch (const Error&) {
      continue;  // there is nothing to read at this moment
    }
    for (char& c : value) {
      if (c == '\n' || c == '\t') c = ' ';
    }
    text += fmt::format("{}\t{}\n", name, value);
  }
  if (text == readouts_written_) return;
  replace_file(readouts_file_, text);
  readouts_written_ = std::move(text);
}

// ---- scripts and pictures -----------------------------------------------------------------------------------------

void Shell::play(Script script, bool skip_expectations) {
  check_script(script, app_.registry());
  if (!asks_) app_.files().nobody_to_ask(script.file.empty() ? std::nullopt : std::optional(output_folder_));
  script_files_ = app_.files().played(script.file);
  check_files(script, script_files_, app_.registry());
  app_.files().forget_question();
  player_ = std::make_unique<ScriptPlayer>(std::move(script));
  player_->skip_expectations(skip_expectations);
  counts_ = {};
  script_error_.reset();
}

PlayerHost Shell::player_host() {
  PlayerHost host;
  host.registry = &app_.registry();
  host.run = [this](const std::string& line) { app_.run_of_script(line, script_files_); };
  host.loading = [this] { return app_.loading() >= 0 || capture_.has_value(); };
  host.held = [this] { return app_.holds_scripts(); };
  host.busy = [this] { return app_.busy() || !settled_ || capture_.has_value() || (film_ && !filming()); };
  host.take_failure = [this]() -> std::optional<Error> {
    if (capture_error_) return std::exchange(capture_error_, std::nullopt);
    return app_.take_failure();
  };
  host.screenshot = [this](const std::string& file) {
    request_capture(app_.files().permitted_picture(file, script_files_), false, "screenshot");
  };
  host.now = [this] { return app_.now(); };
  host.watched = app_.document().pace.watched;
  host.rest = [this](const Action& done) { return app_.rest_behind(done); };
  host.print = [this](const std::string& line) { app_.print(line); };
  return host;
}

void Shell::play_a_line() {
  if (!player_) return;
  try {
    if (app_.files().holds(*player_, script_files_, app_.registry(), true)) return;
    const Action* before = player_->current();
    bool more = player_->advance(player_host());
    counts_ = player_->counts();
    if (player_->current() != before) app_moves_ = true;  // while it waits for a settled frame, frames may settle
    if (!more) player_.reset();
  } catch (...) {
    const Error error = as_error(std::current_exception());
    counts_ = player_->counts();
    player_.reset();
    script_error_ = error;
    app_.notify({error.what(), error.hint(), "play", true, app_.now()});
  }
}

void Shell::drop(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  std::error_code failure;
  std::vector<std::string> folders;
  for (const std::string& path : paths) {
    if (std::filesystem::is_directory(path, failure)) folders.push_back(path);
  }
  if (!folders.empty()) {
    if (std::vector<std::string> lines = app_.page().dropped(folders); !lines.empty()) {
      browser_->close();
      for (std::string& line : lines) app_.send(std::move(line));
      return;
    }
  }
  if (std::filesystem::is_directory(paths[0], failure)) {
    if (!app_.permits("browse open")) return;
    browser_->open_at(paths[0]);
    app_.wake();
    return;
  }
  browser_->close();
  app_.send("open " + striate::quoted(paths[0]));
  if (paths.size() > 1) {
    app_.notify({format_tr("{} files were dropped; the first one is opened", paths.size()),
                 N_("drop one file at a time"), "open", false, app_.now()});
  }
}

void Shell::request_capture(const std::string& file, bool stage_only, const std::string& command) {
  namespace fs = std::filesystem;
  fs::path path(file);
  std::string ending = path.extension().string();
  if (ending != ".png" && ending != ".jpg" && ending != ".jpeg") {
    throw Error(fmt::format("'{}' is no name for a picture", file), "end it in .png or .jpg");
  }
  std::error_code failure;
  fs::path folder = path.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, failure)) {
    if (stage_only || output_folder_.empty() || !fs::create_directories(folder, failure)) {
      throw Error(fmt::format("there is no folder {}", folder.string()), "make it, or choose another");
    }
  }
  const ImagePtr& shown_image = app_.document().image;
  check_overwrite(
      {path.string(), FileKind::picture, {shown_image ? shown_image->path : std::string()}, app_.document().force});
  Rect part = stage_only ? in_window(layout_.stage) : Rect{0, 0, drawn_size_.x, drawn_size_.y};
  capture_ = Capture{path.string(), part, command};
  settled_ = false;
}

void Shell::captured(std::optional<Error> failure) {
  if (!capture_) return;
  Capture done = std::move(*capture_);
  capture_.reset();
  if (failure) {
    app_.notify({failure->what(), failure->hint(), done.command, true, app_.now()});
    capture_error_ = failure;
  } else if (done.command == "save.stage") {
    app_.notify({format_tr("The picture is in {}", done.file), "", done.command, false, app_.now()});
  }
}

// ---- drawing ------------------------------------------------------------------------------------------------------

void Shell::draw(const Moment& moment) {
  const Settings& s = app_.settings();
  Ui::Frame frame;
  // A presentation is the same window with larger units: whatever is drawn, and every distance, grows alike.
  unit_ = presentation_unit(s.presentation, moment.size);
  const Vec size = moment.size * (1 / unit_);
  frame.input = moment.input;
  frame.input.mouse = moment.input.mouse * (1 / unit_);
  frame.size = size;
  frame.scale = moment.scale * unit_;
  frame.dark = s.dark;
  frame.presentation = s.presentation;
  frame.inspector = s.shows_inspector() || task_unfolds_;
  frame.motion = s.motion;
  frame.now = moment.now;
  frame.patient = moment.patient;
  frame.film = moment.film;
  drawn_size_ = moment.size;
  ui_.set_keys(keys_.keys_by_command(app_));
  std::vector<Ui::CommandError> errors;
  for (const Notice& notice : app_.notices()) {
    if (notice.error) errors.push_back({std::string(command_name(notice.command)), notice.what, notice.hint});
  }
  std::reverse(errors.begin(), errors.end());  // the newest first
  ui_.set_errors(std::move(errors));
  bool look_again = find_task();
  ui_.ring(ring_line(&look_again));
  ui_.set_glossary(&Glossary::built_in(), app_.page().info().id);
  if (std::exchange(releases_, app_.releases()) != app_.releases()) ui_.release_tiles();
  ui_.begin_frame(frame);
  ui_.record_seen(glossary_->wanted_texts());
  if (look_again) ui_.request_frame();

  LayoutRequest request;
  request.size = size;
  request.navigation = s.shows_navigation();
  request.has_inspector = app_.page().has_inspector();
  request.inspector = request.has_inspector && (s.shows_inspector() || task_unfolds_);
  request.presentation = s.presentation;
  request.transport = app_.page().has_transport();
  if (app_.lessons().is_open()) request.narration = narration_height(narration_width(request));
  layout_ = layout_shell(request);

  std::optional<PageBanner> banner = picking_banner();
  for (const Page* page : app_.shelf().made()) {
    if (!banner) banner = page->banner();
  }
  Rect band;
  if (banner && !layout_.stage.empty()) band = layout_.stage.cut_top(banner_height(ui_, *banner, layout_.stage.w));

  const Theme& t = ui_.theme();
  // The stage first: what lies over its edges covers what it draws too far.
  draw_part(N_("The stage cannot be drawn"), layout_.stage, [&] {
    ui_.push_id(app_.page().info().id);
    ui_.push_clip(layout_.stage);
    app_.page().draw_stage(ui_, layout_.stage);
    ui_.pop_clip();
    ui_.pop_id();
  });
  if (!band.empty()) draw_banner(ui_, *banner, band);
  draw_part(N_("The narration cannot be drawn"), layout_.narration, [&] { draw_narration(layout_.narration); });
  if (!layout_.bar.empty()) draw_bar(layout_.bar);
  draw_part(N_("The inspector cannot be drawn"), layout_.inspector, [&] { draw_inspector(layout_.inspector); });
  if (!layout_.transport.empty()) {
    ui_.fill(layout_.transport, t.surface);
    ui_.fill({layout_.transport.x, layout_.transport.y, layout_.transport.w, 1}, t.line);
    draw_part(N_("The transport cannot be drawn"), layout_.transport, [&] {
      ui_.push_id(app_.page().info().id + " transport");
      ui_.push_clip(layout_.transport);
      app_.page().draw_transport(ui_, layout_.controls);
      ui_.pop_clip();
      ui_.pop_id();
    });
    draw_unfold_buttons();
  }
  if (!layout_.navigation.empty()) draw_navigation(layout_.navigation);
  draw_loading(layout_.stage);
  draw_notices(layout_.stage);
  draw_file_question(layout_.stage);
  browser_->draw(ui_, size);
  ui_.record_seen(nullptr);
  glossary_->collected();
  if (glossary_->is_open()) glossary_->draw(size);
  if (help_open_) draw_help(size);
  if (palette_open_) draw_palette(size);
  draw_countdown(size);
  apply_keys();
  ui_.end_frame();
}

void Shell::draw_part(const char* what, const Rect& area, const std::function<void()>& part) {
  if (area.empty()) return;
  const Ui::Opened outside = ui_.opened();
  try {
    part();
  } catch (...) {
    const Error error = as_error(std::current_exception());
    ui_.unwind(outside);
    app_.notify_once(error, app_.page().info().id);
    ui_.fill(area, ui_.theme().background);
    ui_.empty_state(area, Icon::help, what, fmt::format("{}: {}", tr_message(error.what()), tr_message(error.hint())));
  }
}

void Shell::draw_inspector(const Rect& area) {
  const Theme& t = ui_.theme();
  ui_.fill(area, t.surface);
  ui_.fill({area.x, area.y, 1, area.h}, t.line);
  ui_.push_id(app_.page().info().id);
  Rect inner = area;
  inner.cut_left(1);
  ui_.begin_panel("inspector", inner, 18, true);
  app_.page().draw_inspector(ui_);
  ui_.end_panel();
  ui_.pop_id();
}

// What no widget took: page and shell keys. Dialogs take Escape and keep the rest away.
void Shell::apply_keys() {
  bool covered = browser_->is_open() || help_open_ || palette_open_ || glossary_->is_open();
  if (ui_.take_key("Escape")) {
    if (!covered && app_.files().question()) {
      ui_.send("lesson.allow no");
    } else if (covered) {
      browser_->close();
      glossary_->close();
      help_open_ = palette_open_ = false;
      ui_.request_frame();
    } else if (!ui_.leave_focus()) {
      const std::string own = keys_.command_for("Escape", app_);
      if (filming()) {
        ui_.send("film.stop");
      } else if (app_.controls().picking() != Controls::Access::open) {
        ui_.send("control.pick off");
      } else if (!own.empty()) {
        ui_.send(own);
      } else if (!app_.notices().empty()) {
        ui_.send("notice.dismiss");
      }
    }
  }
  std::vector<std::string> names;
  for (const KeyPress& key : ui_.remaining_keys()) {
    if (key.name != "Tab" && key.name != "Shift+Tab" && key.name != "Escape") names.push_back(key.name);
  }
  for (const std::string& name : names) {
    if (covered && name != "F1" && name != "?" && name != "Ctrl+Q" && name != "Ctrl+K") continue;
    if (help_open_ && (name == "?" || name == "F1")) {
      ui_.send("help off");
      continue;
    }
    std::string line = keys_.command_for(name, app_);
    if (line.empty()) continue;
    ui_.take_key(name);
    ui_.send(line);
  }
}

}  // namespace striate
