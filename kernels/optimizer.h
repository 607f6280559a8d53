// Optimizers: one pass over one arena of `count` weights w and their gradients g, as PyTorch defines them.
//
//   sgd      d = g + weight_decay * w
//            velocity = momentum * velocity + d            (the first step: velocity = d)
//            d = nesterov ? d + momentum * velocity : velocity      (only with momentum)
//            w -= rate * d
//   adagrad  d = g + weight_decay * w
//            sum = sum + d*d
//            w -= rate * d / (sqrt(initial + sum) + epsilon)
//   rmsprop  d = g + weight_decay * w
//            square = rho * square + (1 - rho) * d*d
//            w -= rate * d / (sqrt(square) + epsilon)
//   adam     d = g + weight_decay * w
//            mean = beta1 * mean + (1 - beta1) * d;  square = beta2 * square + (1 - beta2) * d*d
//            w -= rate * (mean / (1 - beta1^t)) / (sqrt(square / (1 - beta2^t)) + epsilon)        t = 1, 2, ...
//   adamw    as adam with d = g, after w -= rate * weight_decay * w
//
// Before that the gradients may be changed, into an array of their own:
//
//   l1_gradient    to = g + l1 * sign(w), with sign(0) = 0: the slope of a penalty l1 * (sum of |w|)
//   clip_by_norm   g *= min(1, limit / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_; norm: of all gradients, as
//                  array_statistics() (kernels/metrics.h) gives it on the device
//
// Learning rate and step number stand in device memory (StepState), so that a captured step can be replayed: write
// `rate` whenever it changes, call next_step() once per step, then one optimizer for each arena. The state arrays
// (velocity, sum, square, mean) hold `count` floats each, zero before the first step. Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

struct StepState {
  float rate = 1e-3f;
  int32_t step = 0;  // steps begun; 1 during the first
  // 1 / (1 - beta1^step) and 1 / sqrt(1 - beta2^step), written by next_step().
  float mean_correction = 1;
  float square_correction = 1;
};

struct Sgd {
  float momentum = 0, weight_decay = 0;
  bool nesterov = false;
};
struct Adagrad {
  float epsilon = 1e-10f, initial = 0, weight_decay = 0;
};
struct RmsProp {
  float rho = 0.99f, epsilon = 1e-8f, weight_decay = 0;
};
struct Adam {
  float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weight_decay = 0;
  bool decoupled = false;  // true: AdamW
};

// state->step += 1 and the corrections for these betas. `state` is one StepState on the stream's device.
void next_step(Stream& stream, StepState* state, float beta1 = 0.9f, float beta2 = 0.999f);

void l1_gradient(Stream& stream, float l1, int64_t count, const float* g, const float* w, float* to);
// norm: one float on the stream's device. limit > 0.
void clip_by_norm(Stream& stream, float limit, const float* norm, int64_t count, float* g);

// velocity may be null where momentum is 0.
void sgd(Stream& stream, const Sgd& options, int64_t count, const StepState* state, const float* g, float* w,
         float* velocity);
void adagrad(Stream& stream, const Adagrad& options, int64_t count, const StepState* state, const float* g, float* w,
             float* sum);
void rmsprop(Stream& stream, const RmsProp& options, int64_t count, const StepState* state, const float* g, float* w,
             float* square);
void adam(Stream& stream, const Adam& options, int64_t count, const StepState* state, const float* g, float* w,
          float* mean, float* square);

}  // namespace striate
