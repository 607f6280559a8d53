// The numbers behind a plot of curves: values that are only ever appended, with what a plot needs of a million of them
// in the time of a few hundred: the least and the largest of any stretch, and its mean. And the arithmetic of the plot
// itself: axes, ticks, zooming, labels that don't overlap. Pure; no ImGui.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace striate {

// Value number i, from 0. NaN: not measured, left out everywhere.
class CurveValues {
 public:
  void clear();
  void push(float value);
  int64_t size() const { return static_cast<int64_t>(values_.size()); }
  float at(int64_t i) const { return values_[static_cast<size_t>(i)]; }

  struct Range {
    float low = 0, high = 0;
    bool any = false;  // false: nothing finite in it
  };
  Range range(int64_t from, int64_t to) const;           // of the finite ones in [from, to); O(log n)
  Range positive_range(int64_t from, int64_t to) const;  // of those above 0: for a log scale; linear in the ends only
  double mean(int64_t from, int64_t to) const;           // of the finite ones; NaN without any

 private:
  static constexpr int64_t kBlock = 32;
  struct Block {
    float low, high, least_positive;
    bool any;
    void add(float value);
    void add(const Block& other);
  };
  static const Block kNothing;
  Block block(int64_t from, int64_t to) const;
  std::vector<float> values_;
  std::vector<std::vector<Block>> levels_;  // level l: blocks of kBlock^(l+1) values
  std::vector<double> sums_;                // before each block of kBlock values
  std::vector<int64_t> counts_;             // finite ones before each
};

// A column of the screen: what is drawn for the values that fall into it.
struct CurveColumn {
  float low = 0, high = 0;
  float first = 0, last = 0;  // so that the line goes on into the next column where it should
  bool any = false;
};
// [from, to) in value numbers over `columns` columns.
std::vector<CurveColumn> columns_of(const CurveValues& values, double from, double to, int columns);

// What part of x is shown. from >= to: all of it.
struct CurveWindow {
  double from = 0, to = 0;
  bool all() const { return !(from < to); }
  friend bool operator==(const CurveWindow&, const CurveWindow&) = default;
};
// The window itself, or [first, last] where it is all; never narrower than `least`, and within [first, last].
CurveWindow window_of(const CurveWindow& window, double first, double last, double least = 4);
// About `at`, which stays where it is; factor > 1 zooms in. Zooming out over everything gives "all".
CurveWindow zoom_window(const CurveWindow& window, double factor, double at, double first, double last);
CurveWindow pan_window(const CurveWindow& window, double by, double first, double last);

struct Tick {
  double value = 0;
  std::string text;
};
// 1, 2 or 5 times a power of ten apart, at most `most` of them within [low, high]; whole numbers only where `whole`.
std::vector<Tick> ticks(double low, double high, int most, bool whole = false);
// Powers of ten, with 2 and 5 between them where there is room; low > 0.
std::vector<Tick> log_ticks(double low, double high, int most);
// "12 400": groups of three with gaps, for axes and captions.
std::string grouped(int64_t value);

// Labels of this height at these places, moved apart so that they neither overlap nor leave [top, bottom], as near as
// possible to where they want to be. Order is kept.
std::vector<float> spread_labels(std::vector<float> wanted, float height, float top, float bottom);

// The index of the last of the ascending `xs` that is at or before `x`; -1: none.
int64_t at_or_before(const std::vector<std::pair<double, double>>& points, double x);

}  // namespace striate
