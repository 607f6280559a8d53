// The home page: the program's name, one sentence, one button; below, a card for each chapter with a picture that is
// computed here, its pages, and how much of them is done. It belongs to no chapter and is the one page that knows the
// others, so it stands beside the shell.
#pragma once

#include <string>

#include "app/pages/page.h"
#include "app/shell/home_cards.h"
#include "app/shell/progress.h"

namespace striate {

class HomePage : public Page {
 public:
  HomePage(const App& app, const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return {}; }  // there is nothing to set
  bool update(double now) override;
  bool busy() const override { return cards_.busy(); }
  bool has_inspector() const override { return false; }
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui&) const override {}
  std::vector<Key> keys() const override;

 private:
  // The one button: the tour at first, then where somebody left off, then what comes next.
  struct Offer {
    std::string label, command, tooltip;
    std::string words = {};  // instead of the label, where it holds values
  };
  Offer offer() const;
  bool first_start() const;
  void draw_head(Ui& ui) const;
  void draw_progress(Ui& ui) const;
  void draw_card(Ui& ui, const Rect& area, float picture_height, const ChapterProgress& chapter) const;
  void draw_page_line(Ui& ui, const Rect& area, const PageProgress& page) const;

  PageInfo info_;
  const App& app_;
  HomeCards cards_;
};

PageKind home_page(const App& app);

}  // namespace striate
