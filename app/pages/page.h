// A page: one chapter's stage with its commands, readouts, inspector and help. pages.cpp lists them all, in order;
// to add one, write one file and add one line there (CONTRIBUTING.md). Pages don't include each other: what two pages
// share lives in the Document.
//
// The draw functions are const: a page changes only through its commands, which widgets send as text. So a click, a
// key, a lesson and a test do the same thing. What drawing finds out (the cell under the mouse, what can be seen of a
// list) it leaves in Ui::found(), and the page is told by drawn() before the next frame; what drawing needs is made in
// update().
//
// A page lives only while it is needed (shell/page_shelf.h): it is made when it is first opened, commanded or read, is
// told when it is shown and hidden, and gives its memory back when asked. A hidden page computes nothing: commands
// change its settings, and what they make stale is asked for in update(), which only a shown page gets. A readout of a
// page, hidden or not, whose value is not there asks for it and throws NotReady (command/not_ready.h).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/registry.h"
#include "app/shell/document.h"
#include "app/widgets/drawn.h"

namespace striate {

class Ui;
struct Rect;

struct PageInfo {
  std::string id;       // "pixels": prefix of its commands and readouts
  std::string title;    // "Pixels", as the navigation shows it
  std::string chapter;  // "Pictures": the navigation's group; empty: it is reached in another way
  std::string help;     // a few sentences for the help overlay: what the page shows and what can be done
};

// What a page is given. It outlives the page.
struct PageContext {
  Document& document;
  std::function<void()> wake;                       // asks for another frame; may be called from any thread
  std::function<void(std::string line)> send = {};  // a command for the next update; may be called from any thread
};

// What somebody should see whatever they look at: words and buttons in a band over the stage, on every page.
struct PageBanner {
  std::string words;
  struct Button {
    std::string label, command, tooltip;
    bool primary = false;
  };
  std::vector<Button> buttons;
};

class Page {
 public:
  virtual ~Page() = default;

  virtual const PageInfo& info() const = 0;
  virtual void declare(Registry& registry) = 0;  // called once, when it is made; adds its commands and readouts

  // Commands that bring a page, in whatever state it is, to the state this one is in now: undo runs them, and
  // "make this a lesson" writes them.
  virtual std::vector<std::string> state() const = 0;

  // Called once a frame before drawing while the page is shown: asks for the work that the present state lacks, takes
  // finished work in, moves what moves. Also while it is hidden, where it is busy() or goes_on(). `now` in seconds.
  // Returns true while another frame should follow by itself.
  virtual bool update(double now) = 0;
  // True while work for the present state is still under way: `expect` and `screenshot` wait for it. Of a hidden page:
  // while what a readout asked for, or a file that it writes, is.
  virtual bool busy() const { return false; }
  // True where update() is to be called while it is hidden, too: a training goes on.
  virtual bool goes_on() const { return false; }
  // True while something that a command asked for moves on to its end, such as training up to a step: the next command
  // of a script waits, however long it takes. A person's command doesn't.
  virtual bool holds_scripts() const { return false; }
  // The document has another image. Forgets what was of the old one; a hidden page begins nothing.
  virtual void image_changed() {}

  // Bytes that a hidden page holds and can make again, which release() gives back; the settings stay.
  virtual size_t held() const { return 0; }
  virtual void release() {}

  // The shelf says so.
  bool is_shown() const { return shown_; }
  void show() {
    shown_ = true;
    shown();
  }
  void hide() {
    shown_ = false;
    hidden();
  }

  // What a recording holds for a command of this page that was just run; every page is asked for `record.stop`.
  virtual std::vector<std::string> recorded(std::string_view line) {
    return line == "record.stop" ? std::vector<std::string>() : std::vector<std::string>{std::string(line)};
  }
  // Commands that bring a fresh program to the present state: what recordings and lessons begin with. More than state()
  // where a state has a history.
  virtual std::vector<std::string> replay() const { return state(); }
  // The program is about to close. False: there is something to ask first; the page sends `quit` again afterwards.
  virtual bool may_quit() { return true; }
  // The program closes now, whatever there is to ask: what is in no file is to be kept for its next start when the page
  // goes. `tell` is told where; any thread may call it, while the page lives.
  virtual void keep_work(const std::function<void(const std::string& words)>& /*tell*/) {}

  virtual std::optional<PageBanner> banner() const { return std::nullopt; }

  virtual void draw_stage(Ui& ui, const Rect& area) const = 0;
  virtual void draw_inspector(Ui& ui) const = 0;
  virtual bool has_inspector() const { return true; }  // false: the stage has its place, too
  // After each frame in which this page was drawn: what drawing found (Ui::found()).
  virtual void drawn(const Drawn& /*frame*/) {}
  virtual bool has_transport() const { return false; }
  virtual void draw_transport(Ui&, const Rect&) const {}

  // What the keys of this page do: {"Left", "pixels.move -1 0", "one column to the left"}. Shown by the help overlay.
  struct Key {
    std::string key;  // "Left", "Shift+Up", "G"
    std::string command;
    std::string help;
  };
  virtual std::vector<Key> keys() const { return {}; }

  // Commands that take in folders dropped on the window; none: the file browser shows the first one.
  virtual std::vector<std::string> dropped(const std::vector<std::string>& /*folders*/) const { return {}; }

 protected:
  virtual void shown() {}  // it has the stage
  virtual void hidden() {
  }  // another one has it: stops what runs for the eye; what it lacks it asks for when shown again

 private:
  bool shown_ = false;
};

// What is known of a page before there is one.
struct PageKind {
  PageInfo info;
  std::function<std::unique_ptr<Page>(const PageContext& context)> make;
  // True where the page has something to say though nobody asked for it (work that was lost): then it is made.
  bool (*calls)(const Document& document) = nullptr;
};

// All pages, in the order of the navigation.
std::vector<PageKind> page_kinds();

}  // namespace striate
