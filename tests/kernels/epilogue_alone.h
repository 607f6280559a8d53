// The operators that an epilogue stands for, one after the other.
#pragma once

#include "kernels/activation.h"
#include "kernels/activations.h"
#include "kernels/elementwise.h"
#include "kernels/epilogue.h"
#include "kernels/normalize.h"

namespace striate {

// y (norm.n, norm.c, norm.pixels), in its place; the epilogue's pointers are on the stream's device.
inline void apply_alone(Stream& stream, const BatchNormShape& norm, int64_t count, const Epilogue& epilogue, float* y) {
  if (epilogue.mean != nullptr) {
    batch_norm_forward_evaluation(stream, norm, y, epilogue.gamma, epilogue.beta, epilogue.mean, epilogue.variance, y);
  }
  if (epilogue.addend != nullptr) add(stream, count, y, epilogue.addend, y);
  if (epilogue.bend == Bend::relu) relu_forward(stream, count, y, y);
  if (epilogue.bend == Bend::clip) {
    activation_forward(stream, {ActivationKind::clip, epilogue.low, epilogue.high}, count, y, y);
  }
}

}  // namespace striate
