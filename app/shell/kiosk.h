// The program where nobody watches over it, in a museum or a hall: `striate FILE --kiosk 120`. After so many seconds
// without a hand on mouse or keys everything is to begin anew, as it was opened; the last ten are counted on the
// screen. What would leave the program or change the machine is refused:
//
//   quit, and leaving the full screen          the window is closed from outside, or by a signal
//   whatever writes a file                      also lessons and scripts write none
//   opening files                               but those that it was started with: FILE, the lessons of a course
//
// Settings are neither read nor kept, so none of a visitor's stays. Beginning anew is done by whoever owns the App and
// the Shell (window.cpp): they are made anew, so that nothing of a visitor's can be left.
#pragma once

#include <string>
#include <string_view>

#include "app/widgets/input.h"

namespace striate {

class App;

struct KioskOptions {
  double seconds = 0;  // without a hand until it begins anew, at least kLeastKiosk; 0: no kiosk
  std::string file;    // that it was started with; empty: none
};
inline constexpr double kUsualKiosk = 120, kLeastKiosk = 20, kLongestKiosk = 86400;  // seconds
inline constexpr int kKioskCounts = 10;                                              // the last seconds are counted

class Kiosk {
 public:
  // From now on the App refuses what is refused there; it has the Shell's commands already.
  Kiosk(App& app, const KioskOptions& options);
  ~Kiosk();
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;

  // Once a frame, with what hands did in it. `now` in seconds, never falling. True: it is to begin anew. Where no hand
  // was there since it began, it stands at its start already, and goes on: a film, a training.
  bool look(const Input& input, double now);
  int counts() const { return counts_; }  // the seconds that are left, while they are counted; else 0
  double due() const;                     // when look() finds something new though no hand moves; else infinite

 private:
  void permit(std::string_view line) const;
  bool may_read(const std::string& path) const;

  App& app_;
  KioskOptions options_;
  Input before_;
  bool first_ = true, touched_ = false;
  double touched_at_ = 0, now_ = 0;
  int counts_ = 0;
};

}  // namespace striate
