// A figure beside a term: a few numbers that a hand changes, what an engine kernel makes of them, and a picture of
// both.
//
// To add one: derive, give its numbers and results, and add a line to the list in figures.cpp; the glossary's file
// names it. compute() is called after numbers have changed; draw() only draws.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/widgets/geometry.h"

namespace striate {

class Ui;

// What can be set: by a slider, or, where there are words, as one of them (0, 1, ...).
struct FigureNumber {
  std::string name;   // of `glossary.set NAME VALUE`: one word
  std::string label;  // beside the slider
  double value = 0, minimum = 0, maximum = 1;
  int decimals = 0;  // 0: whole numbers
  std::vector<std::string> words = {};
  double start = 0;  // what it goes back to: make_figure() sets it to the first value
};

struct FigureResult {
  std::string name;   // of the readout `glossary.number NAME`
  std::string label;  // empty: it is in the picture, or for tests
  double value = 0;
};

class GlossaryFigure {
 public:
  virtual ~GlossaryFigure() = default;
  virtual void compute() = 0;
  virtual void draw(Ui& ui, const Rect& area) const = 0;
  virtual float height() const { return 170; }

  const std::vector<FigureNumber>& numbers() const { return numbers_; }
  const std::vector<FigureResult>& results() const { return results_; }
  // Throws Error: a name that it has not, a value out of range. Computes.
  void set(std::string_view name, double value);
  void begin();  // Its numbers as they are now are what they go back to. Computes.
  // A number or a result. Throws Error.
  double read(std::string_view name) const;

 protected:
  double number(std::string_view name) const;  // the value of one that it has
  int whole(std::string_view name) const;
  FigureNumber& edit(std::string_view name);
  std::vector<std::string> names() const;                          // of its numbers
  void result(std::string name, std::string label, double value);  // in compute(), after results_.clear()

  std::vector<FigureNumber> numbers_;
  std::vector<FigureResult> results_;
};

// Null for a name that none has. Its results are there.
std::unique_ptr<GlossaryFigure> make_figure(const std::string& name);
std::vector<std::string> figure_names();

// The families; figures.cpp has the list.
std::unique_ptr<GlossaryFigure> make_window_figure(const std::string& name);   // window_figure.cpp
std::unique_ptr<GlossaryFigure> make_pooling_figure(const std::string& name);  // window_figure.cpp
std::unique_ptr<GlossaryFigure> make_field_figure(const std::string& name);    // field_figure.cpp
std::unique_ptr<GlossaryFigure> make_curve_figure(const std::string& name);    // curve_figure.cpp
std::unique_ptr<GlossaryFigure> make_descent_figure(const std::string& name);  // descent_figure.cpp
std::unique_ptr<GlossaryFigure> make_class_figure(const std::string& name);    // class_figure.cpp
std::unique_ptr<GlossaryFigure> make_picture_figure(const std::string& name);  // picture_figure.cpp
std::unique_ptr<GlossaryFigure> make_value_figure(const std::string& name);    // value_figure.cpp

// What they draw with.
class Plot {  // axes around a curve
 public:
  Plot(Ui& ui, const Rect& area, double x0, double x1, double y0, double y1);
  Vec at(double x, double y) const;
  void curve(const std::vector<double>& x, const std::vector<double>& y, uint32_t color, float thickness = 2) const;
  void point(double x, double y, uint32_t color) const;
  const Rect& place() const { return place_; }

 private:
  Ui& ui_;
  Rect place_;
  double x0_, x1_, y0_, y1_;
};
// Bars side by side with a value over each.
struct Bar {
  std::string name;
  double value = 0;
  uint32_t color = 0;
};
void draw_bars(Ui& ui, const Rect& area, const std::vector<Bar>& bars, double most, int decimals);

}  // namespace striate
