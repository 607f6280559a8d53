#include "engine/walk/update_walk.h"

#include "engine/error.h"
#include "engine/walk/printed_sum.h"

namespace striate {

UpdateWalk walk_update(const OptimizerSettings& o, float rate, int64_t step, float weight, float gradient,
                       const std::vector<float>& state) {
  UpdateWalk walk;
  walk.states = o.states();
  check(state.size() == walk.states.size(), "{} values of state for {}", state.size(), o.text());
  walk.before = walk.after = weight;
  walk.gradient = gradient;
  walk.rate = rate;
  walk.step = step;
  walk.state_before = walk.state_after = state;

  Stream stream(Device::cpu());
  StepState now;
  now.rate = rate;
  now.step = static_cast<int32_t>(step - 1);
  begin_update(stream, o, &now);
  std::vector<float*> own;
  for (float& value : walk.state_after) own.push_back(&value);
  o.kind->update(stream, o, 1, &now, &walk.gradient, &walk.after, own.data());

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
  o.kind->lines(o, numbers);
  walk.lines = std::move(numbers.lines);
  check(!walk.lines.empty() && walk.lines.back().name == "weight", "{}: its lines do not end with the weight",
        o.text());
  return walk;
}

}  // namespace striate
