#include "app/pages/features/film_player.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/player_bar.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

FilmPlayer::FilmPlayer() : settings_("features.film", pace_, Undo::none) {}

void FilmPlayer::set_count(int count) {
  if (count == count_) return;
  const bool at_end = frame_ + 1 >= count_;
  count_ = count;
  frame_ = at_end ? std::max(0, count_ - 1) : std::clamp(frame_, 0, std::max(0, count_ - 1));
  if (count_ < 2) playing_ = false;
}

void FilmPlayer::go(int frame) {
  if (count_ == 0) {
    throw Error("there is no film yet", "turn it on and begin: features.film on, then features.start");
  }
  frame_ = std::clamp(frame, 0, count_ - 1);
}

void FilmPlayer::declare(Registry& registry) {
  const auto play = [this](const Arguments&) {
    go(frame_ + 1 >= count_ ? 0 : frame_);
    playing_ = true;
    moved_ = now_;
  };
  registry.add(Command{"features.film.play", N_("Plays the film of learning from where it stands"), {}, play});
  registry.add(
      Command{"features.film.pause", N_("Stops the film"), {}, [this](const Arguments&) { playing_ = false; }});
  registry.add(Command{"features.film.toggle", N_("Plays the film or stops it"), {}, [this, play](const Arguments& a) {
                         if (playing_) {
                           playing_ = false;
                         } else {
                           play(a);
                         }
                       }});
  registry.add(
      Command{"features.film.step", N_("The next frame; after the last one the first"), {}, [this](const Arguments&) {
                playing_ = false;
                go(frame_ + 1 >= count_ ? 0 : frame_ + 1);
              }});
  registry.add(Command{"features.film.scrub",
                       N_("Goes to a frame of the film"),
                       {Parameter::integer("N", "from 0", 0, 9999)},
                       [this](const Arguments& arguments) {
                         if (count_ > 0 && arguments.integer(0) >= count_) {
                           throw Error(fmt::format("the film has no frame {}", arguments.integer(0)),
                                       fmt::format("it has frames 0 to {}", count_ - 1));
                         }
                         playing_ = false;
                         go(static_cast<int>(arguments.integer(0)));
                       }});
  registry.add(Readout{"features.film.frame", "which frame of the film is shown, from 0",
                       [this] { return ReadoutValue(static_cast<double>(frame_)); }});
  registry.add(Readout{"features.film.frames", "how many frames the film has so far",
                       [this] { return ReadoutValue(static_cast<double>(count_)); }});
  settings_.number("speed", "speed", "How fast the film plays", {"S", "frames a second", 0.1, 1000}, &Pace::speed);
  settings_.declare(registry);
}

bool FilmPlayer::update(double now) {
  now_ = now;
  if (!playing_) return false;
  const double frames = std::floor((now - moved_) * pace_.speed);
  if (frames >= 1) {
    moved_ += frames / pace_.speed;
    frame_ = static_cast<int>(std::min<double>(frame_ + frames, count_ - 1));
    if (frame_ + 1 >= count_) playing_ = false;
  }
  return true;
}

std::vector<Page::Key> FilmPlayer::keys() const {
  if (count_ == 0) return {};
  return {{"Space", "features.film.toggle", N_("play or pause the film")},
          {"Home", "features.film.scrub 0", N_("the film's first frame")}};
}

void FilmPlayer::draw(Ui& ui, const Rect& area) const {
  PlayerBar bar;
  bar.prefix = "features.film";
  bar.playing = playing_;
  bar.position = frame_;
  bar.count = std::max(count_, 1);
  bar.unit = N_("frame {} of {}");
  bar.speed = pace_.speed;
  player_bar(ui, area, bar);
}

}  // namespace striate
