// The glossary over the window: a list of terms, or of those on the screen, and the one that was asked for, with its
// figure and what belongs to it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/glossary/figure.h"
#include "app/glossary/glossary.h"
#include "app/shell/app.h"

namespace striate {

class Ui;

class GlossaryView {
 public:
  GlossaryView(App& app, Ui& ui);

  void declare(Registry& registry);
  bool is_open() const { return open_; }
  void close();
  // Before a frame is drawn: whether its texts are to be looked through; after it, what stood in them.
  std::vector<std::string>* wanted_texts() { return collecting_ ? &texts_ : nullptr; }
  void collected();
  void draw(Vec size);

 private:
  void show(const GlossaryEntry& entry);
  void open_list();
  const GlossaryFigure& need_figure() const;
  std::vector<const GlossaryEntry*> listed() const;
  void draw_list(const Rect& area);
  void draw_entry(const Rect& area);
  void draw_figure();

  App& app_;
  Ui& ui_;
  bool open_ = false, fresh_ = false, collecting_ = false;
  std::string search_;
  const GlossaryEntry* entry_ = nullptr;
  std::unique_ptr<GlossaryFigure> figure_;
  std::vector<std::string> texts_;               // of one frame
  std::vector<const GlossaryEntry*> on_screen_;  // terms in them
};

}  // namespace striate
