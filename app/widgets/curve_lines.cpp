#include "app/widgets/curve_lines.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/widgets/ui.h"

namespace striate {
namespace {

class Line {
 public:
  Line(Ui& ui, Color color, float thickness, bool dashed)
      : ui_(ui), color_(color), thickness_(thickness), dashed_(dashed) {}
  ~Line() { end(); }
  void to(Vec at) { points_.push_back(ImVec2(at.x, at.y)); }
  void end() {
    if (points_.size() == 1) ui_.fill({points_[0].x - 1, points_[0].y - 1, 2, 2}, color_, 1);
    if (points_.size() > 1 && !dashed_) {
      ui_.draw().AddPolyline(points_.data(), static_cast<int>(points_.size()), color_, ImDrawFlags_None, thickness_);
    }
    if (dashed_) dashes();
    points_.clear();
  }

 private:
  // By length along the line, so that every dash is as long as the next.
  void dashes() {
    constexpr float kDash = 5;
    float along = 0;
    for (size_t i = 0; i + 1 < points_.size(); ++i) {
      const Vec a{points_[i].x, points_[i].y}, b{points_[i + 1].x, points_[i + 1].y};
      const float length = std::hypot(b.x - a.x, b.y - a.y);
      for (float at = 0; at < length;) {
        const float phase = std::fmod(along + at, 2 * kDash);
        const float run = std::min(length - at, phase < kDash ? kDash - phase : 2 * kDash - phase);
        if (phase < kDash) {
          const Vec p = a + (b - a) * (at / length), q = a + (b - a) * ((at + run) / length);
          ui_.draw().AddLine(ImVec2(p.x, p.y), ImVec2(q.x, q.y), color_, thickness_);
        }
        at += std::max(run, 0.01f);
      }
      along += length;
    }
  }
  Ui& ui_;
  Color color_;
  float thickness_;
  bool dashed_;
  std::vector<ImVec2> points_;
};

}  // namespace

float CurveFrame::x(double at) const {
  return rect.x + rect.w * static_cast<float>((at - window.from) / (window.to - window.from));
}

float CurveFrame::y(double value) const {
  const double share =
      log ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low)) : (value - low) / (high - low);
  return rect.bottom() - rect.h * static_cast<float>(std::clamp(share, -0.2, 1.2));
}

bool CurveFrame::drawable(double value) const { return std::isfinite(value) && (!log || value > 0); }

void draw_dense_curve(Ui& ui, const CurveFrame& frame, const CurveSeries& series, Color color, float thickness) {
  const CurveValues& values = *series.dense;
  const double from = frame.window.from - series.first, to = frame.window.to - series.first;
  const int columns = std::max(1, static_cast<int>(frame.rect.w));
  Line line(ui, color, thickness, series.dashed);
  if (to - from < columns * 1.0) {
    const auto a = std::max<int64_t>(0, static_cast<int64_t>(std::floor(from)));
    const int64_t b = std::min(values.size(), static_cast<int64_t>(std::ceil(to)) + 1);
    for (int64_t i = a; i < b; ++i) {
      const auto value = static_cast<double>(values.at(i));
      if (frame.drawable(value)) {
        line.to({frame.x(series.first + static_cast<double>(i)), frame.y(value)});
      } else {
        line.end();
      }
    }
    return;
  }
  const std::vector<CurveColumn> list = columns_of(values, from, to, columns);
  for (size_t c = 0; c < list.size(); ++c) {
    CurveColumn column = list[c];
    if (!column.any || (frame.log && !(column.high > 0))) {
      line.end();
      continue;
    }
    const float x = frame.rect.x + frame.rect.w * (static_cast<float>(c) + 0.5f) / static_cast<float>(columns);
    const auto y = [&](float value) { return frame.y(frame.log ? std::max<double>(value, frame.low) : value); };
    line.to({x, y(column.first)});
    if (column.high > column.low) {
      line.to({x, y(column.low)});
      line.to({x, y(column.high)});
      line.to({x, y(column.last)});
    }
  }
}

void draw_smoothed_curve(Ui& ui, const CurveFrame& frame, const CurveSeries& series, int smoothing) {
  const CurveValues& values = *series.dense;
  const double from = frame.window.from - series.first, to = frame.window.to - series.first;
  const double step = std::max(1.0, (to - from) / std::max(1.0f, frame.rect.w));
  Line line(ui, series.color, 2, series.dashed);
  for (double at = std::max(0.0, std::floor(from)); at < std::min(to + step, static_cast<double>(values.size()));
       at += step) {
    const auto i = static_cast<int64_t>(at);
    const double mean = values.mean(i + 1 - smoothing, i + 1);
    if (frame.drawable(mean)) {
      line.to({frame.x(series.first + static_cast<double>(i)), frame.y(mean)});
    } else {
      line.end();
    }
  }
}

void draw_curve_points(Ui& ui, const CurveFrame& frame, const CurveSeries& series) {
  const auto& points = *series.points;
  const int64_t a = std::max<int64_t>(0, at_or_before(points, frame.window.from));
  const int64_t b = std::min(static_cast<int64_t>(points.size()), at_or_before(points, frame.window.to) + 2);
  {
    Line line(ui, series.color, 2, series.dashed);
    for (int64_t i = a; i < b; ++i) {
      const auto& [x, y] = points[static_cast<size_t>(i)];
      if (frame.drawable(y)) {
        line.to({frame.x(x), frame.y(y)});
      } else {
        line.end();
      }
    }
  }
  // Dots where there is room for them.
  if (static_cast<float>(b - a) * 8 > frame.rect.w) return;
  for (int64_t i = a; i < b; ++i) {
    const auto& [x, y] = points[static_cast<size_t>(i)];
    if (!frame.drawable(y)) continue;
    ui.draw().AddCircleFilled(ImVec2(frame.x(x), frame.y(y)), 3, series.color, 12);
  }
}

}  // namespace striate
