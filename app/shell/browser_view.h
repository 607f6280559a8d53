// The file browser on the screen: opening (Ctrl+O) and saving (Ctrl+S). An overlay of the shell, no window of the
// system: it looks the same everywhere, shows thumbnails, and every bit of it works from the keyboard.
#pragma once

#include <string>
#include <vector>

#include "app/shell/app.h"
#include "app/shell/browser.h"
#include "app/widgets/ui.h"

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
  bool busy() const { return is_open() && thumbnails_.waiting(); }  // thumbnails are on their way

  void draw(Ui& ui, Vec size);

 private:
  enum class Mode { closed, open, save, folder };
  enum class Place { folder, recent, samples };

  void go(const std::string& folder);
  void show(Place place);
  void choose(const FileEntry& entry);
  void accept(Ui& ui, const std::string& path);
  void refresh();
  void send(Ui* ui, const std::string& path);
  const char* title() const;
  void draw_places(Ui& ui, const Rect& area);
  void draw_entries(Ui& ui, const Rect& area);
  void draw_entry(Ui& ui, const Rect& rect, const FileEntry& entry, size_t index);

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
};

}  // namespace striate
