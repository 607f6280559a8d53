// RMSprop (Tieleman and Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012): torch.optim.RMSprop.
#include <cmath>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

std::vector<std::string> states(const OptimizerSettings&) { return {"square"}; }

float usual_rate(const OptimizerSettings&) { return 1e-3f; }

void update(Stream& stream, const OptimizerSettings& o, int64_t count, const StepState* state, const float* gradient,
            float* weight, float* const* own) {
  rmsprop(stream, RmsProp{o["rho"], o["epsilon"], o["decay"]}, count, state, gradient, weight, own[0]);
}

void lines(const OptimizerSettings& o, UpdateNumbers& n) {
  const auto [slope, d] = n.decayed(o.meant("decay"));
  const double square = n.after[0], rho = o.meant("rho");
  const double by = n.rate * d / (std::sqrt(square) + static_cast<double>(o["epsilon"]));
  n.line("square", "rho \u00b7 square + (1 \u2212 rho) \u00b7 " + slope + "\u00b2",
         fmt::format("{} \u00b7 {} + {} \u00b7 {}\u00b2", n.text(rho), n.text(n.before[0]), n.text(1 - rho), n.text(d)),
         square, true);
  n.line("step", "rate \u00b7 " + slope + " / (\u221asquare + epsilon)",
         fmt::format("{} \u00b7 {} / (\u221a{} + {})", n.text(n.rate), n.text(d), n.text(square),
                     fmt::format("{}", o["epsilon"])),
         by);
  n.line_of_weight(by);
}

}  // namespace

extern const OptimizerKind kRmsProp{
    "rmsprop",
    "RMSprop",
    {{"rho", 0.99, 0, 0.99999, OptimizerField::Widget::slider, N_("rho"), 0.999, 0.99, 0.01, 3},
     epsilon_field(),
     weight_decay_field(0)},
    states,
    usual_rate,
    update,
    lines,
};

}  // namespace striate
