#include "kernels/optimizer.h"

#include <cmath>
#include <type_traits>

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

struct L1Gradient {
  static constexpr int64_t work = 2;
  float l1;
  const float* g;
  const float* w;
  float* to;
  HD void operator()(int64_t i) const { to[i] = g[i] + l1 * (w[i] > 0 ? 1.0f : w[i] < 0 ? -1.0f : 0.0f); }
};

struct ClipByNorm {
  float limit;
  const float* norm;
  float* g;
  HD void operator()(int64_t i) const {
    const float share = limit / (*norm + 1e-6f);
    g[i] *= share < 1.0f ? share : 1.0f;
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

// W weights, and what belongs to them; the last ones may end before W.
template <int W>
struct WeightPack {
  using P = Pack<float, W>;
  int64_t at, left;
  HD WeightPack(int64_t index, int64_t count) : at(index * W), left(count - at) {}
  HD P load(const float* from) const { return load_part<W>(from + at, left); }
  HD void store(P values, float* to) const { store_part(values, to + at, 0, static_cast<int>(left < W ? left : W)); }
};

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
    const WeightPack<W> at(index, count);
    const P old = at.load(w), d = at.load(g) + P::all(options.weight_decay) * old;
    const P s = at.load(sum) + d * d;
    at.store(s, sum);
    const P root = square_root(P::all(options.initial) + s);
    at.store(old - P::all(state->rate) * d / (root + P::all(options.epsilon)), w);
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
    const WeightPack<W> at(index, count);
    const P old = at.load(w), d = at.load(g) + P::all(options.weight_decay) * old;
    const P s = P::all(options.rho) * at.load(square) + P::all(rest) * d * d;
    at.store(s, square);
    at.store(old - P::all(state->rate) * d / (square_root(s) + P::all(options.epsilon)), w);
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
    const WeightPack<W> at(index, count);
    const float rate = state->rate;
    P old = at.load(w), d = at.load(g);
    if (options.decoupled) {
      old -= P::all(rate * options.weight_decay) * old;
    } else {
      d += P::all(options.weight_decay) * old;
    }
    const P m = P::all(options.beta1) * at.load(mean) + P::all(rest1) * d;
    const P s = P::all(options.beta2) * at.load(square) + P::all(rest2) * d * d;
    at.store(m, mean);
    at.store(s, square);
    const P root = square_root(s) * P::all(state->square_correction) + P::all(options.epsilon);
    at.store(old - P::all(rate * state->mean_correction) * m / root, w);
  }
};

#ifdef __CUDACC__

template struct CudaFlat<NextStep>;
template struct CudaFlat<L1Gradient>;
template struct CudaFlat<ClipByNorm>;
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

// `update(width)` makes the kernel for so many weights per index: a GPU's threads take one each.
template <typename Update>
void in_packs(Stream& stream, const char* name, int64_t count, const Update& update) {
  with_target(stream, [&](auto target) {
    constexpr int W = decltype(target)::is_gpu ? 1 : decltype(target)::width;
    for_each(target, stream, name, (count + W - 1) / W, update(std::integral_constant<int, W>()));
  });
}

}  // namespace

void next_step(Stream& stream, StepState* state, float beta1, float beta2) {
  for_each(stream, "next_step", 1, NextStep{state, meant(beta1), meant(beta2)});
}
void l1_gradient(Stream& stream, float l1, int64_t count, const float* g, const float* w, float* to) {
  for_each(stream, "l1_gradient", count, L1Gradient{l1, g, w, to});
}
void clip_by_norm(Stream& stream, float limit, const float* norm, int64_t count, float* g) {
  for_each(stream, "clip_by_norm", count, ClipByNorm{limit, norm, g});
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
  in_packs(stream, "adagrad", count,
           [&](auto width) { return AdagradStep<decltype(width)::value>{options, state, g, w, sum, count}; });
}
void rmsprop(Stream& stream, const RmsProp& options, int64_t count, const StepState* state, const float* g, float* w,
             float* square) {
  in_packs(stream, "rmsprop", count, [&](auto width) {
    return RmsPropStep<decltype(width)::value>{options, state, g, w, square, rest(options.rho), count};
  });
}
void adam(Stream& stream, const Adam& options, int64_t count, const StepState* state, const float* g, float* w,
          float* mean, float* square) {
  in_packs(stream, "adam", count, [&](auto width) {
    return AdamStep<decltype(width)::value>{
        options, state, g, w, mean, square, rest(options.beta1), rest(options.beta2), count};
  });
}

#endif

}  // namespace striate
