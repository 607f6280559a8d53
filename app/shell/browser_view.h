// The file browser on the screen: opening (Ctrl+O) and saving (Ctrl+S). An overlay of the shell, no window of the
// system: it looks the same everywhere, shows thumbnails, and every bit of it works from the keyboard.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/shell/app.h"
#include "app/shell/browser.h"
#include "app/widgets/ui.h"
#include "app/worker/latest.h"

namespace striate {

class Browser {
 public:
  explicit Browser(App& app);

  void open();                              // to open a file
  void open_at(const std::string& folder);  // the same, in this folder
  // To choose a file with one of these endings; `command` gets its path: "train.open".
  void choose_file(const std::string& command, const std::vector<std::string>& endings);
  // To choose a folder; `command` gets `prefix` and its path: "train.data", "mnist:".
  void choose_folder(const std::string& command, const std::string& prefix);
  // To save under this name; `command` gets the path: "save.stage". Without an ending it gets the name's.
  void save(const std::string& command, const std::string& name);
  void close() { mode_ = Mode::closed; }
  bool is_open() const { return mode_ != Mode::closed; }
  // The folder is being read, or thumbnails are on their way.
  bool busy() const { return is_open() && (lister_.busy() || completer_.busy() || thumbnails_.waiting()); }

  void draw(Ui& ui, Vec size);

 private:
  enum class Mode { closed, open, save, folder };
  enum class Place { folder, recent, samples };

  void go(const std::string& folder);
  void show(Place place);
  void choose(const FileEntry& entry);
  void accept(Ui& ui, const std::string& path);
  void refresh();       // reads the place anew; a folder behind the window
  void take_listing();  // what came of that
  void filter();        // of what was read, what is shown
  void send(Ui* ui, const std::string& path);
  const char* title() const;
  void draw_places(Ui& ui, const Rect& area);
  void draw_entries(Ui& ui, const Rect& area);
  bool draw_entry(Ui& ui, const Rect& rect, const FileEntry& entry, size_t index);  // true: it is chosen

  App& app_;
  Thumbnails thumbnails_;
  Mode mode_ = Mode::closed;
  Place place_ = Place::folder;
  std::string folder_;
  std::string typed_;    // filter while opening; the file's name while saving
  std::string command_;  // what gets the path; empty: open
  std::string prefix_;   // what stands before the path
  std::vector<std::string> endings_;
  std::string ending_;     // of the file that is saved
  std::string overwrite_;  // asked about
  std::vector<FileEntry> all_, shown_;
  std::string error_, hint_;
  bool hidden_ = false;
  bool take_focus_ = false;
  size_t selected_ = 0;
  int columns_ = 1;
  bool bring_into_view_ = false;
  std::string listed_;  // the folder that could be read last
  struct Listing {
    std::string folder;
    std::vector<FileEntry> entries;
    std::optional<Error> error;
  };
  Latest<Listing> lister_;                                 // last: they use the rest
  Latest<std::pair<std::string, std::string>> completer_;  // what was typed, and the path that it begins
};

}  // namespace striate
