// One curve with a point on it: activation functions, gamma, a learning rate over the steps.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/training/schedule.h"
#include "kernels/activation.h"
#include "kernels/activations.h"

namespace striate {
namespace {

constexpr int kPoints = 121;

class CurveFigure : public GlossaryFigure {
 public:
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    const Plot plot(ui, area, xs_.front(), xs_.back(), low_, high_);
    plot.curve(xs_, ys_, t.activation);
    ui.line(plot.at(x_, low_), plot.at(x_, y_), faded(t.input, 0.7f));
    ui.line(plot.at(xs_.front(), y_), plot.at(x_, y_), faded(t.activation, 0.5f));
    plot.point(x_, y_, t.activation);
  }

 protected:
  void span(double from, double to) {
    xs_.clear();
    for (int i = 0; i < kPoints; ++i) xs_.push_back(from + (to - from) * i / (kPoints - 1));
  }
  std::vector<double> xs_, ys_;
  double low_ = 0, high_ = 1, x_ = 0, y_ = 0;
};

// By the kernels that networks run.
class ActivationFigure : public CurveFigure {
 public:
  explicit ActivationFigure(const std::string& name) {
    numbers_.push_back({"x", "x", name == "relu" ? 1.5 : -1.0, -4, 4, 1});
    if (name == "activation")
      numbers_.push_back({"kind", N_("function"), 0, 0, 4, 0, {"ReLU", N_("Leaky"), N_("Sigmoid"), "Tanh", "GELU"}});
    fixed_ = name == "sigmoid" ? 2 : 0;
    span(-4, 4);
  }
  void compute() override {
    const int kind = numbers_.size() > 1 ? whole("kind") : fixed_;
    std::vector<float> x(xs_.begin(), xs_.end()), y(x.size() + 1), dx(y.size());
    x.push_back(static_cast<float>(number("x")));
    const auto count = static_cast<int64_t>(x.size());
    const std::vector<float> ones(x.size(), 1.0f);
    Stream stream;
    if (kind == 0) {
      relu_forward(stream, count, x.data(), y.data());
      relu_backward(stream, count, y.data(), ones.data(), dx.data(), Result::overwrite);
    } else if (kind == 1) {
      leaky_relu_forward(stream, count, 0.1f, x.data(), y.data());
      leaky_relu_backward(stream, count, 0.1f, x.data(), ones.data(), dx.data(), Result::overwrite);
    } else if (kind == 2) {
      sigmoid_forward(stream, count, x.data(), y.data());
      sigmoid_backward(stream, count, y.data(), ones.data(), dx.data(), Result::overwrite);
    } else if (kind == 3) {
      tanh_forward(stream, count, x.data(), y.data());
      tanh_backward(stream, count, y.data(), ones.data(), dx.data(), Result::overwrite);
    } else {
      activation_forward(stream, {ActivationKind::gelu}, count, x.data(), y.data());
      activation_backward(stream, {ActivationKind::gelu}, count, x.data(), ones.data(), dx.data(), Result::overwrite);
    }
    stream.synchronize();
    ys_.assign(y.begin(), y.end() - 1);
    x_ = number("x"), y_ = y.back();
    low_ = kind == 2 ? -0.25 : kind == 3 ? -1.25 : -1, high_ = kind == 2 ? 1.25 : kind == 3 ? 1.25 : 4;
    results_.clear();
    result("y", "y", y_);
    result("slope", N_("slope there"), dx.back());
  }

 private:
  int fixed_ = 0;
};

class GammaFigure : public CurveFigure {
 public:
  GammaFigure() {
    numbers_.push_back({"value", N_("stored value"), 128, 0, 255, 0});
    numbers_.push_back({"gamma", N_("gamma"), 2.2, 1, 3, 1});
    span(0, 255);
  }
  void compute() override {
    const double gamma = number("gamma");
    ys_.clear();
    for (const double x : xs_) ys_.push_back(std::pow(x / 255, gamma));
    x_ = number("value"), y_ = std::pow(x_ / 255, gamma);
    results_.clear();
    result("light", N_("share of the light of 255"), y_);
  }
};

class ScheduleFigure : public CurveFigure {
 public:
  ScheduleFigure() {
    numbers_.push_back({"step", N_("step"), 400, 0, 1000, 0});
    numbers_.push_back({"kind", N_("decay"), 0, 0, 2, 0, {N_("inverse"), N_("steps"), N_("cosine")}});
    numbers_.push_back({"warmup", N_("warm-up"), 0, 0, 200, 0});
    span(0, 1000);
  }
  void compute() override {
    Schedule schedule;
    static constexpr Schedule::Kind kKinds[] = {Schedule::Kind::inverse, Schedule::Kind::step, Schedule::Kind::cosine};
    schedule.kind = kKinds[whole("kind")];
    schedule.half = 250;
    schedule.every = 250, schedule.factor = 0.5;
    schedule.length = 1000;
    schedule.warm_up = whole("warmup");
    ys_.clear();
    for (const double x : xs_) ys_.push_back(schedule.at(std::lround(x)));
    high_ = 1.1;
    x_ = number("step"), y_ = schedule.at(std::lround(x_));
    results_.clear();
    result("factor", N_("times the learning rate"), y_);
  }
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_curve_figure(const std::string& name) {
  if (name == "gamma") return std::make_unique<GammaFigure>();
  if (name == "schedule") return std::make_unique<ScheduleFigure>();
  return std::make_unique<ActivationFigure>(name);
}

}  // namespace striate
