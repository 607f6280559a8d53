#include "kernels/optimizer.h"

#include <cmath>

#include "kernels/error.h"
#include "kernels/launch.h"

namespace striate {

struct NextStep {
  StepState* state;
  double beta1, beta2;
  HD void operator()(int64_t) const {
    const int32_t step = state->step + 1;
    state->step = step;
    state->mean_correction = static_cast<float>(1.0 / (1.0 - std::pow(beta1, static_cast<double>(step))));
    state->square_correction = static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(beta2, static_cast<double>(step))));
  }
};

template <bool with_momentum>
struct SgdStep {
  static constexpr int64_t work = 2;
  Sgd options;
  const StepState* state;
  const float* g;
  float* w;
  float* velocity;
  HD void operator()(int64_t i) const {
    const float rate = state->rate, old = w[i];
    float d = g[i] + options.weight_decay * old;
    if (with_momentum) {
      const float v = state->step <= 1 ? d : options.momentum * velocity[i] + d;
      velocity[i] = v;
      d = options.nesterov ? d + options.momentum * v : v;
    }
    w[i] = old - rate * d;
  }
};

struct RmsPropStep {
  static constexpr int64_t work = 4;
  RmsProp options;
  const StepState* state;
  const float* g;
  float* w;
  float* square;
  float rest;  // 1 - rho
  HD void operator()(int64_t i) const {
    const float old = w[i];
    const float d = g[i] + options.weight_decay * old;
    const float s = options.rho * square[i] + rest * d * d;
    square[i] = s;
    w[i] = old - state->rate * d / (std::sqrt(s) + options.epsilon);
  }
};

struct AdamStep {
  static constexpr int64_t work = 4;
  Adam options;
  const StepState* state;
  const float* g;
  float* w;
  float* mean;
  float* square;
  float rest1, rest2;  // 1 - beta1, 1 - beta2
  HD void operator()(int64_t i) const {
    const float rate = state->rate, old = w[i];
    const float d = options.decoupled ? g[i] : g[i] + options.weight_decay * old;
    const float shrunk = options.decoupled ? old - rate * options.weight_decay * old : old;
    const float m = options.beta1 * mean[i] + rest1 * d;
    const float s = options.beta2 * square[i] + rest2 * d * d;
    mean[i] = m;
    square[i] = s;
    w[i] = shrunk - rate * state->mean_correction * m / (std::sqrt(s) * state->square_correction + options.epsilon);
  }
};

#ifdef __CUDACC__

template struct CudaFlat<NextStep>;
template struct CudaFlat<SgdStep<false>>;
template struct CudaFlat<SgdStep<true>>;
template struct CudaFlat<RmsPropStep>;
template struct CudaFlat<AdamStep>;

#else

namespace {

// 0.999f is not 0.999, and 1 - 0.999f is off by 4e-5: the decimal that was meant is the one of seven digits.
double meant(float beta) { return std::round(static_cast<double>(beta) * 1e7) / 1e7; }
float rest(float beta) { return static_cast<float>(1 - meant(beta)); }

}  // namespace

void next_step(Stream& stream, StepState* state, float beta1, float beta2) {
  for_each(stream, "next_step", 1, NextStep{state, meant(beta1), meant(beta2)});
}
void sgd(Stream& stream, const Sgd& options, int64_t count, const StepState* state, const float* g, float* w,
         float* velocity) {
  if (options.momentum == 0) {
    if (options.nesterov) throw Error("Nesterov without momentum", "give a momentum above 0, 0.9 for example");
    return for_each(stream, "sgd", count, SgdStep<false>{options, state, g, w, velocity});
  }
  for_each(stream, "sgd", count, SgdStep<true>{options, state, g, w, velocity});
}
void rmsprop(Stream& stream, const RmsProp& options, int64_t count, const StepState* state, const float* g, float* w,
             float* square) {
  for_each(stream, "rmsprop", count, RmsPropStep{options, state, g, w, square, rest(options.rho)});
}
void adam(Stream& stream, const Adam& options, int64_t count, const StepState* state, const float* g, float* w,
          float* mean, float* square) {
  for_each(stream, "adam", count,
           AdamStep{options, state, g, w, mean, square, rest(options.beta1), rest(options.beta2)});
}

#endif

}  // namespace striate
