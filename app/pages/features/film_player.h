// The film of learning, played: which of its frames is shown, by itself or by hand. Commands features.film.play,
// .pause, .toggle, .step, .scrub N, .speed S; readouts .frame, .frames.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/page.h"

namespace striate {

class FilmPlayer {
 public:
  FilmPlayer();
  void declare(Registry& registry);
  void set_count(int count);  // of the frames; 0: there is no film
  int count() const { return count_; }
  int frame() const { return frame_; }
  bool update(double now);  // as Page::update
  std::vector<std::string> state() const { return settings_.state(); }
  std::vector<Page::Key> keys() const;
  void draw(Ui& ui, const Rect& area) const;

 private:
  void go(int frame);
  struct Pace {
    double speed = 4;  // frames a second
  };
  Pace pace_;
  SettingsOf<Pace> settings_;
  int count_ = 0, frame_ = 0;
  bool playing_ = false;
  double moved_ = 0, now_ = 0;
};

}  // namespace striate
