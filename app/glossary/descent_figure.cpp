// Gradient descent on the loss (w - 1)^2: the steps of the optimizer's own kernel, from where a hand puts the weight.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"

namespace striate {
namespace {

constexpr float kTarget = 1;
constexpr double kLow = -3, kHigh = 5;  // of the weight, on the plot

class DescentFigure : public GlossaryFigure {
 public:
  explicit DescentFigure(const std::string& name) : steps_shown_(name != "gradient") {
    numbers_.push_back({"w", N_("weight"), -2, kLow, kHigh, 2});
    if (!steps_shown_) return;
    numbers_.push_back({"rate", N_("learning rate"), name == "momentum" ? 0.05 : 0.1, 0.01, 1.2, 2});
    if (name == "momentum") numbers_.push_back({"momentum", N_("momentum"), 0.8, 0, 0.95, 2});
    numbers_.push_back({"steps", N_("steps"), 6, 0, 30, 0});
  }

  void compute() override {
    Stream stream;
    auto w = static_cast<float>(number("w"));
    float velocity = 0, loss = 0, gradient = 0, per_value = 0;
    StepState state;
    state.rate = static_cast<float>(number("rate"));
    Sgd options;
    options.momentum = static_cast<float>(number("momentum"));
    path_.clear();
    const int steps = steps_shown_ ? whole("steps") : 0;
    for (int i = 0;; ++i) {
      mean_squared_error(stream, 1, &w, &kTarget, &loss, &per_value, &gradient);
      stream.synchronize();
      path_.emplace_back(w, loss);
      if (i == 0) first_gradient_ = gradient;
      if (i >= steps) break;
      next_step(stream, &state);
      sgd(stream, options, 1, &state, &gradient, &w, options.momentum > 0 ? &velocity : nullptr);
      stream.synchronize();
    }
    results_.clear();
    if (steps_shown_) result("weight", N_("weight after the steps"), path_.back().first);
    result("loss", N_("loss"), path_.back().second);
    if (!steps_shown_) result("gradient", N_("gradient"), first_gradient_);
  }

  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    const Plot plot(ui, area, kLow, kHigh, -1, 17);
    std::vector<double> x, y;
    for (int i = 0; i <= 80; ++i) {
      x.push_back(kLow + (kHigh - kLow) * i / 80);
      y.push_back((x.back() - kTarget) * (x.back() - kTarget));
    }
    plot.curve(x, y, t.secondary);
    if (steps_shown_) {
      std::vector<double> px, py;
      for (const auto& [w, loss] : path_) {  // a path that runs away leaves the picture
        px.push_back(std::clamp(w, kLow - 2, kHigh + 2));
        py.push_back(std::min(loss, 30.0));
      }
      plot.curve(px, py, faded(t.kernel, 0.6f), 1.5f);
      for (size_t i = 0; i < path_.size(); ++i) {
        if (path_[i].first < kLow || path_[i].first > kHigh) continue;
        plot.point(path_[i].first, path_[i].second, i + 1 == path_.size() ? t.activation : faded(t.kernel, 0.8f));
      }
      return;
    }
    const auto [w, loss] = path_.front();  // the tangent
    plot.curve({w - 1.5, w + 1.5}, {loss - 1.5 * first_gradient_, loss + 1.5 * first_gradient_}, t.gradient);
    plot.point(w, loss, t.kernel);
  }

 private:
  bool steps_shown_;
  std::vector<std::pair<double, double>> path_;  // weight, loss
  double first_gradient_ = 0;
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_descent_figure(const std::string& name) {
  return std::make_unique<DescentFigure>(name);
}

}  // namespace striate
