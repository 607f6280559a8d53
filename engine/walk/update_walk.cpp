#include "engine/walk/update_walk.h"

#include "engine/error.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

// By the trainer's own operators, on this one value.
float change_gradient(Stream& stream, const GradientChange& change, float weight, float gradient) {
  if (change.l1 == 0 && change.clip_norm == 0) return gradient;
  float taken = 0;
  l1_gradient(stream, static_cast<float>(change.l1), 1, &gradient, &weight, &taken);
  if (change.clip_norm > 0) {
    clip_by_norm(stream, static_cast<float>(change.clip_norm), &change.norm, 1, &taken);
  }
  return taken;
}

void add_lines(const GradientChange& change, float taken, UpdateNumbers& numbers) {
  const bool clips = change.clip_norm > 0;
  const auto norm = static_cast<double>(change.norm);
  std::string name = "gradient";
  double value = numbers.gradient;
  if (change.l1 > 0) {
    const double sign = numbers.weight > 0 ? 1 : numbers.weight < 0 ? -1 : 0;
    value += change.l1 * sign;
    numbers.line(
        "with L1", "gradient + L1 \u00b7 sign(weight)",
        fmt::format("{} + {} \u00b7 {}", numbers.text(numbers.gradient), numbers.text(change.l1), numbers.text(sign)),
        clips ? value : static_cast<double>(taken), !clips);
    name = "with L1";
  }
  if (clips) {
    numbers.line("clipped", name + " \u00b7 min(1, limit / (norm + 1e-6))",
                 fmt::format("{} \u00b7 min(1, {} / ({} + 1e-6))", numbers.text(value), numbers.text(change.clip_norm),
                             numbers.text(norm)),
                 static_cast<double>(taken), true);
    name = "clipped";
  }
  numbers.gradient = static_cast<double>(taken);
  numbers.gradient_name = name;
}

}  // namespace

UpdateWalk walk_update(const OptimizerSettings& o, float rate, int64_t step, float weight, float gradient,
                       const std::vector<float>& state, const GradientChange& change) {
  UpdateWalk walk;
  walk.states = o.states();
  check(state.size() == walk.states.size(), "{} values of state for {}", state.size(), o.text());
  walk.before = walk.after = weight;
  walk.gradient = gradient;
  walk.rate = rate;
  walk.step = step;
  walk.state_before = walk.state_after = state;

  Stream stream(Device::cpu());
  walk.taken = change_gradient(stream, change, weight, gradient);
  StepState now;
  now.rate = rate;
  now.step = static_cast<int32_t>(step - 1);
  begin_update(stream, o, &now);
  std::vector<float*> own;
  for (float& value : walk.state_after) own.push_back(&value);
  o.kind->update(stream, o, 1, &now, &walk.taken, &walk.after, own.data());

  UpdateNumbers numbers;
  numbers.weight = weight;
  numbers.gradient = gradient;
  numbers.rate = rate;
  numbers.step = step;
  numbers.before.assign(walk.state_before.begin(), walk.state_before.end());
  numbers.after.assign(walk.state_after.begin(), walk.state_after.end());
  numbers.weight_after = walk.after;
  numbers.text = [](double v) {
    const std::string t = significant_text(v, 5);
    return t[0] == '-' ? "(\u2212" + t.substr(1) + ")" : t;
  };
  add_lines(change, walk.taken, numbers);
  o.kind->lines(o, numbers);
  walk.lines = std::move(numbers.lines);
  check(!walk.lines.empty() && walk.lines.back().name == "weight", "{}: its lines do not end with the weight",
        o.text());
  return walk;
}

}  // namespace striate
