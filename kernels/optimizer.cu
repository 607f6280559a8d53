#include "kernels/optimizer.h"

#include <cmath>

#include "kernels/error.h"
#include "kernels/launch.h"
#include "kernels/pack_math.h"

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

// W weights per index.
template <int W>
struct AdagradStep {
  static constexpr int64_t work = 24;
  Adagrad options;
  const StepState* state;
  const float* g;
  float* w;
  float* sum;
  int64_t count;
  HD void operator()(int64_t index) const {
    using P = Pack<float, W>;
    const int64_t at = index * W, left = count - at;
    const int lanes = static_cast<int>(left < W ? left : W);
    const P old = load_part<W>(w + at, left);
    const P d = load_part<W>(g + at, left) + P::all(options.weight_decay) * old;
    const P s = load_part<W>(sum + at, left) + d * d;
    store_part(s, sum + at, 0, lanes);
    const P root = square_root(P::all(options.initial) + s);
    store_part(old - P::all(state->rate) * d / (root + P::all(options.epsilon)), w + at, 0, lanes);
  }
};

template <int W>
struct RmsPropStep {
  static constexpr int64_t work = 24;
  RmsProp options;
  const StepState* state;
  const float* g;
  float* w;
  float* square;
  float rest;  // 1 - rho
  int64_t count;
  HD void operator()(int64_t index) const {
    using P = Pack<float, W>;
    const int64_t at = index * W, left = count - at;
    const int lanes = static_cast<int>(left < W ? left : W);
    const P old = load_part<W>(w + at, left);
    const P d = load_part<W>(g + at, left) + P::all(options.weight_decay) * old;
    const P s = P::all(options.rho) * load_part<W>(square + at, left) + P::all(rest) * d * d;
    store_part(s, square + at, 0, lanes);
    store_part(old - P::all(state->rate) * d / (square_root(s) + P::all(options.epsilon)), w + at, 0, lanes);
  }
};

template <int W>
struct AdamStep {
  static constexpr int64_t work = 32;
  Adam options;
  const StepState* state;
  const float* g;
  float* w;
  float* mean;
  float* square;
  float rest1, rest2;  // 1 - beta1, 1 - beta2
  int64_t count;
  HD void operator()(int64_t index) const {
    using P = Pack<float, W>;
    const int64_t at = index * W, left = count - at;
    const int lanes = static_cast<int>(left < W ? left : W);
    const float rate = state->rate;
    P old = load_part<W>(w + at, left), d = load_part<W>(g + at, left);
    if (options.decoupled) {
      old -= P::all(rate * options.weight_decay) * old;
    } else {
      d += P::all(options.weight_decay) * old;
    }
    const P m = P::all(options.beta1) * load_part<W>(mean + at, left) + P::all(rest1) * d;
    const P s = P::all(options.beta2) * load_part<W>(square + at, left) + P::all(rest2) * d * d;
    store_part(m, mean + at, 0, lanes);
    store_part(s, square + at, 0, lanes);
    const P deviation = square_root(s) * P::all(state->square_correction) + P::all(options.epsilon);
    store_part(old - P::all(rate * state->mean_correction) * m / deviation, w + at, 0, lanes);
  }
};

#ifdef __CUDACC__

template struct CudaFlat<NextStep>;
template struct CudaFlat<SgdStep<false>>;
template struct CudaFlat<SgdStep<true>>;
template struct CudaFlat<AdagradStep<1>>;
template struct CudaFlat<RmsPropStep<1>>;
template struct CudaFlat<AdamStep<1>>;

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
void adagrad(Stream& stream, const Adagrad& options, int64_t count, const StepState* state, const float* g, float* w,
             float* sum) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    for_each(target, stream, "adagrad", (count + W - 1) / W, AdagradStep<W>{options, state, g, w, sum, count});
  });
}
void rmsprop(Stream& stream, const RmsProp& options, int64_t count, const StepState* state, const float* g, float* w,
             float* square) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    for_each(target, stream, "rmsprop", (count + W - 1) / W,
             RmsPropStep<W>{options, state, g, w, square, rest(options.rho), count});
  });
}
void adam(Stream& stream, const Adam& options, int64_t count, const StepState* state, const float* g, float* w,
          float* mean, float* square) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    for_each(target, stream, "adam", (count + W - 1) / W,
             AdamStep<W>{options, state, g, w, mean, square, rest(options.beta1), rest(options.beta2), count});
  });
}

#endif

}  // namespace striate
