#include "app/shell/browser_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "app/shell/samples.h"
#include "app/widgets/textures.h"
#include "app/words/messages.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

std::string home_folder() {
  const char* home = std::getenv("HOME");
  return home && *home ? home : "/";
}

// What is proposed takes no file's place: "net.onnx", "net-2.onnx" ... Of a script, its weights beside it count, too.
std::string free_name(const std::string& folder, const std::string& name) {
  const fs::path path(name);
  const auto taken = [&](const std::string& candidate) {
    std::error_code failure;
    const fs::path file = fs::path(folder) / candidate;
    return fs::exists(file, failure) ||
           (path.extension() == ".py" && fs::exists(fs::path(file).replace_extension(".safetensors"), failure));
  };
  std::string candidate = name;
  for (int i = 2; taken(candidate) && i < 1000; ++i) {
    candidate =
        (path.parent_path() / fmt::format("{}-{}{}", path.stem().string(), i, path.extension().string())).string();
  }
  return candidate;
}

std::string short_path(const std::string& path) {
  std::string home = home_folder();
  return home.size() > 1 && path.starts_with(home) ? "~" + path.substr(home.size()) : path;
}

// A thumbnail's pixels as a picture source: one tile.
PictureSource thumbnail_source(const std::string& path, const ImagePtr& image) {
  PictureSource source;
  source.key = "thumbnail " + path;
  source.width = image->width;
  source.height = image->height;
  source.levels = 1;
  source.pixels = [image](int, CellRect rect) {
    TilePixels tile;
    tile.bytes.reserve(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h) * 4);
    for (int y = 0; y < rect.h; ++y) {
      for (int x = 0; x < rect.w; ++x) {
        const uint8_t* p = image->at(rect.x + x, rect.y + y);
        bool color = image->channels >= 3;
        uint8_t alpha = image->has_alpha() ? p[image->channels - 1] : 255;
        tile.bytes.insert(tile.bytes.end(), {p[0], color ? p[1] : p[0], color ? p[2] : p[0], alpha});
      }
    }
    return tile;
  };
  return source;
}

}  // namespace

Browser::Browser(App& app)
    : app_(app),
      thumbnails_([&app] { app.wake(); }),
      lister_([&app] { app.wake(); }),
      completer_([&app] { app.wake(); }) {}

void Browser::open() {
  mode_ = Mode::open;
  command_.clear();
  prefix_.clear();
  endings_.clear();
  typed_.clear();
  overwrite_.clear();
  take_focus_ = true;
  const ImagePtr& image = app_.document().image;
  if (folder_.empty()) {
    std::error_code failure;
    fs::path here = image && !image->path.empty() ? fs::path(image->path).parent_path() : fs::current_path(failure);
    folder_ = here.empty() ? home_folder() : here.string();
  }
  show(Place::folder);
}

void Browser::open_at(const std::string& folder) {
  open();
  go(folder);
}

void Browser::save(const std::string& command, const std::string& name) {
  open();
  mode_ = Mode::save;
  command_ = command;
  ending_ = fs::path(name).extension().string();
  // Of files that are no pictures, those of their kind are listed.
  if (command == "film.record") {
    endings_ = {".gif", ".mp4"};
  } else if (!is_picture_name(name) && !ending_.empty()) {
    endings_ = {ending_};
  }
  typed_ = free_name(folder_, name);
  refresh();
}

void Browser::choose_file(const std::string& command, const std::vector<std::string>& endings) {
  open();
  command_ = command;
  endings_ = endings;
  refresh();
}

void Browser::choose_folder(const std::string& command, const std::string& prefix) {
  open();
  mode_ = Mode::folder;
  command_ = command;
  prefix_ = prefix;
  refresh();
}

void Browser::send(Ui* ui, const std::string& path) {
  const std::string line = (command_.empty() ? "open" : command_) + " " + striate::quoted(prefix_ + path);
  if (ui != nullptr) {
    ui->send(line);
  } else {
    app_.send(line);
  }
  close();
}

const char* Browser::title() const {
  if (mode_ == Mode::folder) return N_("Choose a folder");
  if (mode_ == Mode::save) return endings_.empty() ? N_("Save the picture") : N_("Save");
  return command_.empty() ? N_("Open a picture") : N_("Open a file");
}

void Browser::go(const std::string& folder) {
  folder_ = fs::path(folder).lexically_normal().string();
  if (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
  place_ = Place::folder;
  if (mode_ != Mode::save) typed_.clear();
  selected_ = 0;
  thumbnails_.forget_waiting();
  refresh();
}

void Browser::show(Place place) {
  place_ = place;
  selected_ = 0;
  thumbnails_.forget_waiting();
  refresh();
}

void Browser::refresh() {
  error_.clear();
  hint_.clear();
  all_.clear();
  lister_.cancel();
  if (place_ == Place::folder) {
    lister_.request([folder = folder_, hidden = hidden_, endings = endings_](Progress&) -> Listing {
      try {
        return {folder, list_folder(folder, hidden, endings), std::nullopt};
      } catch (const Error& error) {
        return {folder, {}, error};
      }
    });
  } else if (place_ == Place::recent) {
    for (const std::string& path : app_.settings().recent_files) {
      std::error_code failure;
      FileEntry entry;
      entry.name = fs::path(path).filename().string();
      entry.path = path;
      entry.bytes = fs::file_size(path, failure);
      if (!failure) all_.push_back(std::move(entry));
    }
  } else {
    FileEntry portrait_entry;
    portrait_entry.name = "portrait";
    portrait_entry.path = "portrait";
    portrait_entry.sample = true;
    all_.push_back(portrait_entry);
    for (const SamplePicture& sample : samples()) {
      FileEntry entry;
      entry.name = sample.name;
      entry.path = "sample:" + sample.name;
      entry.sample = true;
      all_.push_back(std::move(entry));
    }
  }
  filter();
}

void Browser::take_listing() {
  std::optional<Listing> listing;
  try {
    // Who typed on meanwhile does not want it any more.
    if (const auto completed = completer_.take(); completed && completed->first == typed_) typed_ = completed->second;
    listing = lister_.take();
  } catch (const Error& error) {
    error_ = error.what();
    hint_ = error.hint();
  }
  if (!listing) return;
  if (listing->error) {
    // One stays where there is something to see.
    if (!listed_.empty() && listed_ != folder_) {
      folder_ = listed_;
      refresh();
    }
    error_ = listing->error->what();
    hint_ = listing->error->hint();
    return;
  }
  listed_ = listing->folder;
  all_ = std::move(listing->entries);
  filter();
}

void Browser::filter() {
  bool is_path = typed_.find('/') != std::string::npos;
  shown_ = mode_ == Mode::save || is_path || typed_.starts_with("~") ? all_ : filtered(all_, typed_);
  selected_ = std::min(selected_, shown_.empty() ? 0 : shown_.size() - 1);
}

void Browser::choose(const FileEntry& entry) {
  if (entry.folder) {
    go(entry.path);
    return;
  }
  if (mode_ == Mode::save) {
    typed_ = entry.name;
    take_focus_ = true;
    return;
  }
  if (mode_ == Mode::folder) return;  // only folders are chosen
  send(nullptr, entry.path);
}

// Enter in the text field.
void Browser::accept(Ui& ui, const std::string& path) {
  std::error_code failure;
  if (mode_ == Mode::save) {
    std::string target = expanded_path(path, folder_);
    if (fs::is_directory(target, failure)) {
      go(target);
      return;
    }
    if (fs::path(target).extension().empty()) target += ending_.empty() ? ".png" : ending_;
    if (fs::exists(target, failure) && overwrite_ != target) {
      overwrite_ = target;  // asked below; the second time is the answer
      return;
    }
    send(&ui, target);
    return;
  }
  if (mode_ == Mode::folder) {
    const std::string target = expanded_path(path, folder_);
    if (fs::is_directory(target, failure)) return send(&ui, target);
    error_ = format_tr("there is no folder {}", target);
    hint_ = tr("Tab completes a path; a double-click opens a folder");
    return;
  }
  bool is_path = path.find('/') != std::string::npos || path.starts_with("~");
  if (!is_path && !shown_.empty()) {
    choose(shown_[selected_]);
    return;
  }
  std::string target = expanded_path(path, folder_);
  if (fs::is_directory(target, failure)) {
    go(target);
  } else if (fs::exists(target, failure)) {
    send(nullptr, target);
  } else {
    error_ = format_tr("there is no file {}", target);
    hint_ = tr("Tab completes a path; part of a name filters the list");
  }
}

void Browser::draw_places(Ui& ui, const Rect& area) {
  const Theme& t = ui.theme();
  ui.begin_panel("places", area, 12, true);
  ui.section("Places");
  struct Target {
    const char* label;
    Icon icon;
    std::string folder;
    Place place;
  };
  std::vector<Target> targets = {{N_("Samples"), Icon::picture, "", Place::samples},
                                 {N_("Recent"), Icon::file, "", Place::recent},
                                 {N_("Home"), Icon::folder, home_folder(), Place::folder}};
  std::error_code failure;
  for (const char* name : {N_("Pictures"), N_("Desktop"), N_("Downloads"), N_("Documents")}) {
    std::string folder = home_folder() + "/" + name;
    if (fs::is_directory(folder, failure)) targets.push_back({name, Icon::folder, folder, Place::folder});
  }
  targets.push_back({N_("This computer"), Icon::folder, "/", Place::folder});
  if (mode_ != Mode::open || !command_.empty()) targets.erase(targets.begin(), targets.begin() + 2);
  for (const Target& target : targets) {
    Rect rect = ui.take(30);
    bool current = target.place == place_ && (place_ != Place::folder || folder_ == target.folder);
    Response r = ui.interact(rect, {.label = target.label, .kind = "place"});
    if (current || r.hovered) ui.fill(rect, t.raised, 6);
    Rect inside = rect.inset(8, 0);
    ui.icon(target.icon, inside.cut_left(18).inset(0, 7), t.secondary);
    inside.cut_left(6);
    ui.label(inside, tr(target.label), Font::control, current ? t.text : t.secondary);
    if (r.keyboard) ui.draw_focus(rect.inset(3), 3);
    if (r.clicked) target.place == Place::folder ? go(target.folder) : show(target.place);
  }
  ui.space(8);
  const float words = ui.width() - 32, high = ui.paragraph_height("hidden files", words, Font::control);
  const bool whole = ui.measure(Font::control, tr("hidden files")).x <= words;
  Rect rect = ui.take(whole ? 30.0f : high + 10.0f);
  Response r = ui.interact(rect, {.label = "hidden files", .kind = "toggle"});
  ui.stroke({rect.x + 8, rect.center().y - 7, 14, 14}, t.secondary, 3);
  if (hidden_) ui.icon(Icon::tick, {rect.x + 9, rect.center().y - 6, 12, 12}, t.accent);
  if (whole) {
    ui.label(Rect{rect.x + 32, rect.y, words, rect.h}, tr("hidden files"), Font::control,
             r.hovered ? t.text : t.secondary);
  } else {
    ui.next({rect.x + 32, rect.y + 5.0f, words, high});
    ui.paragraph("hidden files", Font::control);
  }
  if (r.keyboard) ui.draw_focus(rect.inset(3), 3);
  if (r.clicked) {
    hidden_ = !hidden_;
    refresh();
  }
  ui.end_panel();
}

bool Browser::draw_entry(Ui& ui, const Rect& rect, const FileEntry& entry, size_t index) {
  const Theme& t = ui.theme();
  Response r = ui.interact(rect, {.label = entry.name, .kind = entry.folder ? "folder" : "file", .tooltip = " "});
  bool selected = index == selected_;
  if (selected) ui.fill(rect, t.raised, 6);
  if (selected) ui.stroke(rect, r.keyboard || ui.editing() ? t.accent : t.line, 6, 1.5f);
  if (r.hovered && !selected) ui.fill(rect, faded(t.raised, 0.6f), 6);
  if (r.keyboard) ui.draw_focus(rect.inset(3), 3);
  Rect inside = rect.inset(8);
  Rect words = inside.cut_bottom(38);
  std::string caption = entry.folder ? std::string(tr("folder")) : size_text(entry.bytes);
  if (!entry.folder && !entry.sample && !is_picture_name(entry.name)) {
    ui.icon(Icon::file, inside.centered(36.0f, 36.0f), t.secondary);
  } else if (!entry.folder && intersection(rect, ui.clip()).h > 0) {
    Thumbnails::Thumbnail thumbnail = thumbnails_.get(entry.path);
    if (thumbnail.image) {
      const Image& image = *thumbnail.image;
      float zoom = std::min(inside.w / static_cast<float>(image.width), inside.h / static_cast<float>(image.height));
      Rect place = inside.centered(std::round(static_cast<float>(image.width) * zoom),
                                   std::round(static_cast<float>(image.height) * zoom));
      ui.thumbnail(place, thumbnail_source(entry.path, thumbnail.image), zoom < 1);
      caption = thumbnail.caption + (entry.sample ? "" : ", " + size_text(entry.bytes));
    } else {
      ui.icon(Icon::picture, inside.centered(32.0f, 32.0f), faded(t.secondary, 0.6f));
      if (thumbnail.done) caption = tr_message(thumbnail.caption);
    }
  } else {
    ui.icon(Icon::folder, inside.centered(40.0f, 40.0f), t.secondary);
  }
  ui.label(words.cut_top(20), entry.name, Font::control, t.text, Align::center);
  ui.label(words, caption, Font::caption, t.secondary, Align::center, 12.0f);
  if (r.pressed) selected_ = index;
  // One click selects, two open; from the keyboard Enter opens.
  return r.double_clicked || (r.keyboard && r.clicked) || (r.clicked && mode_ == Mode::save && !entry.folder);
}

void Browser::draw_entries(Ui& ui, const Rect& area) {
  if (shown_.empty()) {
    if (lister_.busy()) return ui.empty_state(area, Icon::folder, "Reading the folder", short_path(folder_));
    std::string what = place_ == Place::recent ? tr("No recent pictures")
                       : !typed_.empty()       ? tr("Nothing fits")
                       : mode_ == Mode::folder ? tr("No folders in here")
                       : endings_.empty()      ? tr("No pictures in here")
                                               : format_tr("No {} files in here", fmt::join(endings_, ", "));
    std::string todo = place_ == Place::recent ? tr("Pictures that you open will be listed here.")
                       : typed_.empty()
                           ? tr("Choose a folder at the left, or type a path below.")
                           : tr("No name contains what you typed. Type less, or a path that begins with / or ~.");
    ui.empty_state(area, Icon::folder, what, todo);
    return;
  }
  ui.begin_panel("files", area, 12, true);
  float width = ui.width();
  float gap = 8;
  columns_ = std::max(1, static_cast<int>((width + gap) / (148.0f + gap)));
  float cell = (width - gap * static_cast<float>(columns_ - 1)) / static_cast<float>(columns_);
  float height = 150.0f;
  std::optional<FileEntry> chosen;  // which changes the list
  for (size_t row = 0; row * static_cast<size_t>(columns_) < shown_.size(); ++row) {
    Rect line = ui.take(height);
    // The next line is there, too: Tab goes on to it.
    if (!line.overlaps(ui.clip().inset(0, -40)) && row != selected_ / static_cast<size_t>(columns_)) continue;
    for (int column = 0; column < columns_; ++column) {
      size_t index = row * static_cast<size_t>(columns_) + static_cast<size_t>(column);
      if (index >= shown_.size()) break;
      Rect rect{line.x + static_cast<float>(column) * (cell + gap), line.y, cell, height};
      if (index == selected_ && bring_into_view_) {
        ui.reveal(rect);
        bring_into_view_ = false;
      }
      if (draw_entry(ui, rect, shown_[index], index)) chosen = shown_[index];
    }
  }
  ui.end_panel();
  if (chosen) choose(*chosen);
}

void Browser::draw(Ui& ui, Vec size) {
  if (!is_open()) return;
  take_listing();
  const Theme& t = ui.theme();
  Rect window{0, 0, size.x, size.y};
  ui.begin_layer(Ui::kOverlayLayer, window);
  ui.push_id("browser");
  ui.fill(window, rgb(0x000000, t.dark ? 0.55f : 0.35f));
  Rect box = window.centered(std::min(size.x - 48, 960.0f), std::min(size.y - 48, 640.0f));
  box = {std::round(box.x), std::round(box.y), std::round(box.w), std::round(box.h)};
  ui.fill(box.moved({0, 6}).inset(-4), t.shadow, 12);
  ui.fill(box, t.surface, 8);
  ui.stroke(box, t.line, 8);
  ui.interact(box, {.label = "browser", .kind = "surface", .focusable = false, .tooltip = " "});

  Rect rest = box;
  Rect top = rest.cut_top(52).inset(20, 0);
  ui.begin_row(top);
  const float title_wide = std::max(160.0f, ui.measure(Font::strong, tr(title())).x + 12);
  ui.label(Rect{top.x, top.y, title_wide, top.h}, tr(title()), Font::strong, t.text);
  ui.pack_right();
  if (ui.button("Close", "",
                {.style = ButtonStyle::quiet,
                 .icon = Icon::cross,
                 .tooltip = N_("Closes the browser (Escape)"),
                 .icon_only = true}))
    close();
  if (place_ == Place::folder) {
    if (ui.button("Folder above", "",
                  {.style = ButtonStyle::quiet,
                   .icon = Icon::up,
                   .tooltip = N_("The folder above this one"),
                   .icon_only = true})) {
      go(fs::path(folder_).parent_path().string());
    }
  }
  ui.end_row();
  Rect where{top.x + title_wide - 10.0f, top.y, std::max(0.0f, top.w - title_wide + 10.0f - 84.0f), top.h};
  ui.label(where,
           place_ == Place::recent    ? tr("opened before")
           : place_ == Place::samples ? tr("made for this program")
                                      : short_path(folder_),
           Font::caption, t.secondary, Align::right);
  ui.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);

  Rect bottom = rest.cut_bottom(64);
  if (!error_.empty() || !overwrite_.empty()) {
    Rect strip = rest.cut_bottom(64).inset(20, 4);
    ui.next(strip);
    if (!overwrite_.empty()) {
      ui.error_note(format_tr("{} exists already.", short_path(overwrite_)),
                    "Save once more to replace it, or type another name.");
    } else {
      ui.error_note(error_, hint_);
    }
  }
  Rect places = rest.cut_left(std::max(176.0f, ui.measure(Font::control, tr("This computer")).x + 70.0f));
  ui.fill({places.right(), places.y, 1, places.h}, t.line);
  rest.cut_left(1);
  draw_places(ui, places);
  if (!is_open()) {
    ui.pop_id();
    ui.end_layer();
    return;
  }

  // Keys that belong to the list while a name is typed.
  bool escape = ui.take_key("Escape");
  auto move = [&](int by) {
    if (shown_.empty()) return;
    auto target = static_cast<std::ptrdiff_t>(selected_) + by;
    selected_ =
        static_cast<size_t>(std::clamp<std::ptrdiff_t>(target, 0, static_cast<std::ptrdiff_t>(shown_.size()) - 1));
    bring_into_view_ = true;
  };
  if (ui.take_key("Down")) move(columns_);
  if (ui.take_key("Up")) move(-columns_);
  if (ui.take_key("PageDown")) move(columns_ * 3);
  if (ui.take_key("PageUp")) move(-columns_ * 3);
  if (typed_.empty() && mode_ == Mode::open) {
    if (ui.take_key("Right")) move(1);
    if (ui.take_key("Left")) move(-1);
    if (ui.take_key("Backspace") && place_ == Place::folder) go(fs::path(folder_).parent_path().string());
  }
  bool complete = (typed_.find('/') != std::string::npos || typed_ == "~") && ui.editing() && ui.take_key("Tab");
  if (complete) {
    completer_.request([typed = typed_, hidden = hidden_](Progress&) {
      return std::pair(typed, completed_path(typed == "~" ? "~/" : typed, hidden));
    });
  }

  ui.fill({bottom.x, bottom.y, bottom.w, 1}, t.line);
  ui.begin_row(bottom.inset(20, 0));
  ui.pack_right();
  bool go_on =
      ui.button(mode_ == Mode::save     ? N_("Save")
                : mode_ == Mode::folder ? N_("Choose this folder")
                                        : N_("Open"),
                "",
                {.style = ButtonStyle::primary,
                 .enabled = mode_ == Mode::folder || !typed_.empty() || (mode_ == Mode::open && !shown_.empty()),
                 .tooltip = " "});
  if (ui.button("Cancel", "", {.tooltip = " "})) escape = true;
  ui.next(ui.remaining().inset(0, (bottom.h - 34.0f) / 2));
  std::string before = typed_;
  bool entered = ui.live_text(mode_ == Mode::save ? "file name" : "filter", typed_,
                              mode_ == Mode::folder ? N_("a folder's path; empty: the one that is shown")
                              : mode_ == Mode::open ? N_("type to filter, or a path beginning with / or ~")
                              : endings_.empty()    ? N_("name of the file, .png or .jpg")
                                                    : N_("name of the file"),
                              take_focus_ || (!ui.editing() && !ui.input().text.empty()));
  take_focus_ = false;
  ui.end_row();
  if (typed_ != before) {
    overwrite_.clear();
    error_.clear();
    selected_ = 0;
    filter();
  }
  draw_entries(ui, rest);
  if (is_open() && (entered || go_on)) accept(ui, typed_);
  if (escape) close();
  ui.pop_id();
  ui.end_layer();
}

}  // namespace striate
