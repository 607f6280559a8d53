// Adagrad (Duchi, Hazan and Singer, 2011): torch.optim.Adagrad, whose lr_decay is the schedule "inverse" here, and
// whose initial_accumulator_value is `initial`. It is added where the root is drawn, so that the array begins with 0,
// as all do.
#include <cmath>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

std::vector<std::string> states(const OptimizerSettings&) { return {"sum"}; }

// LeNet-5 on the digits that the program draws, 3 epochs with the usual schedule, seeds 1 to 3, test pictures right:
// 0.01 97.5 to 97.8 %, 0.02 97.6 to 98.4 %, 0.03 97.0 to 98.1 %, 0.05 97.3 to 98.0 %, 0.1 90.4 to 95.3 %.
float usual_rate(const OptimizerSettings&) { return 2e-2f; }

void update(Stream& stream, const OptimizerSettings& o, int64_t count, const StepState* state, const float* gradient,
            float* weight, float* const* own) {
  adagrad(stream, Adagrad{o["epsilon"], o["initial"], o["decay"]}, count, state, gradient, weight, own[0]);
}

void lines(const OptimizerSettings& o, UpdateNumbers& n) {
  const auto [slope, d] = n.decayed(o.meant("decay"));
  const double sum = n.after[0], initial = o["initial"];
  const double by = n.rate * d / (std::sqrt(initial + sum) + static_cast<double>(o["epsilon"]));
  const bool begun = initial > 0;
  n.line("sum", "sum + " + slope + "\u00b2", fmt::format("{} + {}\u00b2", n.text(n.before[0]), n.text(d)), sum, true);
  n.line("step", fmt::format("rate \u00b7 {} / (\u221a{} + epsilon)", slope, begun ? "(initial + sum)" : "sum"),
         fmt::format("{} \u00b7 {} / (\u221a{} + {})", n.text(n.rate), n.text(d),
                     begun ? fmt::format("({} + {})", n.text(initial), n.text(sum)) : n.text(sum),
                     fmt::format("{}", o["epsilon"])),
         by);
  n.line_of_weight(by);
}

}  // namespace

extern const OptimizerKind kAdagrad{
    "adagrad",
    "Adagrad",
    {{"initial", 0, 0, 100, OptimizerField::Widget::field, "initial sum", 1, 0, 0.01, 3},
     epsilon_field(1e-10),
     weight_decay_field(0)},
    states,
    usual_rate,
    update,
    lines,
};

}  // namespace striate
