// The list of the glossary's figures, and what all of them share.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/ui.h"
#include "engine/error.h"

namespace striate {
namespace {

struct Maker {
  const char* name;
  std::unique_ptr<GlossaryFigure> (*make)(const std::string& name);
};

constexpr Maker kFigures[] = {
    {"convolution", make_window_figure}, {"flip", make_window_figure},        {"stride", make_window_figure},
    {"padding", make_window_figure},     {"dilation", make_window_figure},    {"pooling", make_pooling_figure},
    {"field", make_field_figure},        {"relu", make_curve_figure},         {"sigmoid", make_curve_figure},
    {"activation", make_curve_figure},   {"gamma", make_curve_figure},        {"schedule", make_curve_figure},
    {"rate", make_descent_figure},       {"momentum", make_descent_figure},   {"gradient", make_descent_figure},
    {"softmax", make_class_figure},      {"crossentropy", make_class_figure}, {"onehot", make_class_figure},
    {"confusion", make_class_figure},    {"kernel", make_picture_figure},     {"maps", make_picture_figure},
    {"sobel", make_picture_figure},      {"gaussian", make_picture_figure},   {"histogram", make_picture_figure},
    {"luminance", make_picture_figure},  {"batchnorm", make_value_figure},    {"normalization", make_value_figure},
    {"dropout", make_value_figure},      {"parameters", make_value_figure},   {"separable", make_value_figure},
};

Error no_number(std::string_view name, const std::vector<std::string>& all) {
  return {fmt::format("this figure has no number '{}'", name),
          all.empty() ? "it has none" : fmt::format("it has {}", fmt::join(all, ", "))};
}

}  // namespace

std::unique_ptr<GlossaryFigure> make_figure(const std::string& name) {
  for (const Maker& maker : kFigures) {
    if (name != maker.name) continue;
    std::unique_ptr<GlossaryFigure> figure = maker.make(name);
    figure->begin();
    return figure;
  }
  return nullptr;
}

std::vector<std::string> figure_names() {
  std::vector<std::string> names;
  for (const Maker& maker : kFigures) names.emplace_back(maker.name);
  return names;
}

std::vector<std::string> GlossaryFigure::names() const {
  std::vector<std::string> all;
  for (const FigureNumber& number : numbers_) all.push_back(number.name);
  return all;
}

void GlossaryFigure::begin() {
  for (FigureNumber& number : numbers_) number.start = number.value;
  compute();
}

FigureNumber& GlossaryFigure::edit(std::string_view name) {
  for (FigureNumber& number : numbers_) {
    if (number.name == name) return number;
  }
  throw no_number(name, names());
}

void GlossaryFigure::set(std::string_view name, double value) {
  FigureNumber& number = edit(name);
  if (!(value >= number.minimum && value <= number.maximum)) {
    throw Error(fmt::format("{} cannot be {}", number.name, value),
                fmt::format("a number from {} to {}", number.minimum, number.maximum));
  }
  number.value = number.decimals == 0 ? std::round(value) : value;
  compute();
}

double GlossaryFigure::read(std::string_view name) const {
  for (const FigureNumber& number : numbers_) {
    if (number.name == name) return number.value;
  }
  std::vector<std::string> all = names();
  for (const FigureResult& result : results_) {
    if (result.name == name) return result.value;
    all.push_back(result.name);
  }
  throw no_number(name, all);
}

double GlossaryFigure::number(std::string_view name) const {
  for (const FigureNumber& number : numbers_) {
    if (number.name == name) return number.value;
  }
  return 0;
}

int GlossaryFigure::whole(std::string_view name) const { return static_cast<int>(std::lround(number(name))); }

void GlossaryFigure::result(std::string name, std::string label, double value) {
  results_.push_back({std::move(name), std::move(label), value});
}

// ---- what they draw with --------------------------------------------------------------------------------------------

Plot::Plot(Ui& ui, const Rect& area, double x0, double x1, double y0, double y1)
    : ui_(ui), place_(area), x0_(x0), x1_(x1), y0_(y0), y1_(y1) {
  const Theme& t = ui.theme();
  ui.fill(area, t.background, 4);
  if (y0 <= 0 && y1 >= 0) ui.line({area.x, at(x0, 0).y}, {area.right(), at(x0, 0).y}, t.line);
  if (x0 <= 0 && x1 >= 0) ui.line({at(0, y0).x, area.y}, {at(0, y0).x, area.bottom()}, t.line);
}

Vec Plot::at(double x, double y) const {
  return {place_.x + place_.w * static_cast<float>((x - x0_) / (x1_ - x0_)),
          place_.bottom() - place_.h * static_cast<float>((y - y0_) / (y1_ - y0_))};
}

void Plot::curve(const std::vector<double>& x, const std::vector<double>& y, uint32_t color, float thickness) const {
  std::vector<ImVec2> points;
  for (size_t i = 0; i < x.size(); ++i) {
    const Vec p = at(x[i], y[i]);
    points.emplace_back(p.x, p.y);
  }
  ui_.push_clip(intersection(place_, ui_.clip()));
  ui_.draw().AddPolyline(points.data(), static_cast<int>(points.size()), color, 0, thickness);
  ui_.pop_clip();
}

void Plot::point(double x, double y, uint32_t color) const {
  const Vec p = at(x, y);
  ui_.push_clip(intersection(place_.inset(-6), ui_.clip()));
  ui_.draw().AddCircleFilled(ImVec2(p.x, p.y), 5, color, 20);
  ui_.pop_clip();
}

void draw_bars(Ui& ui, const Rect& area, const std::vector<Bar>& bars, double most, int decimals) {
  const float width = area.w / static_cast<float>(std::max<size_t>(1, bars.size()));
  for (size_t i = 0; i < bars.size(); ++i) {
    Rect column{area.x + width * static_cast<float>(i), area.y, width, area.h};
    column = column.inset(std::min(6.0f, width * 0.12f), 0);
    const Rect name = column.cut_bottom(20), value = column.cut_top(20);
    const float share = most > 0 ? static_cast<float>(std::clamp(bars[i].value / most, 0.0, 1.0)) : 0.0f;
    ui.fill(column, ui.theme().raised, 3);
    Rect filled = column;
    ui.fill(filled.cut_bottom(std::max(1.0f, column.h * share)), bars[i].color, 3);
    ui.label(name, bars[i].name, Font::caption, ui.theme().secondary, Align::center);
    ui.label(value, number_text(bars[i].value, decimals), Font::number, ui.theme().text, Align::center, 13.0f);
  }
}

}  // namespace striate
