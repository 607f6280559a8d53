// A page: one chapter's stage with its commands, readouts, inspector and help. pages.cpp lists them all, in order;
// to add one, write one file and add one line there (CONTRIBUTING.md). Pages don't include each other: what two pages
// share lives in the Document.
//
// The draw functions are const: a page changes only through its commands, which widgets send as text. So a click, a
// key, a lesson and a test do the same thing. What drawing finds out (the cell under the mouse, what can be seen of a
// list) it leaves in Ui::found(), and the page is told by drawn() before the next frame; what drawing needs is made in
// update().
#pragma once

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
  std::string chapter;  // "Pictures": the navigation's group
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
  virtual void declare(Registry& registry) = 0;  // called once; adds the page's commands and readouts

  // Commands that bring a page, in whatever state it is, to the state this one is in now: undo runs them, and
  // "make this a lesson" writes them.
  virtual std::vector<std::string> state() const = 0;

  // Called once a frame before drawing, also while another page is shown: takes finished work in, moves what moves.
  // `now` in seconds. Returns true while another frame should follow by itself.
  virtual bool update(double now) = 0;
  // True while work for the present state is still under way: `expect` and `screenshot` wait for it.
  virtual bool busy() const { return false; }
  // True while something that a command asked for moves on to its end, such as training up to a step: the next command
  // of a script waits, however long it takes. A person's command doesn't.
  virtual bool holds_scripts() const { return false; }
  virtual void image_changed() {}  // the document has another image

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
};

// All pages, in the order of the navigation.
std::vector<std::unique_ptr<Page>> make_pages(const PageContext& context);

}  // namespace striate
