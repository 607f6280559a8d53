// What an operator does to each value of its output before it writes it, so that the layers behind it have nothing left
// to do and their values need not pass through memory once more: the operations of normalize.h (evaluation),
// elementwise.h (add), activation.h (ReLU) and activations.h (clip), one after the other, on the same values. So the
// bits are those of the layers alone.
#pragma once

namespace striate {

enum class Bend { none, relu, clip };

struct Epilogue {
  // First: batch normalization with running values, each (channels). `mean` null: none; gamma, beta null: 1 and 0.
  const float *mean = nullptr, *variance = nullptr, *gamma = nullptr, *beta = nullptr;
  float epsilon = 0;
  const float* addend = nullptr;  // then: laid out as the output, which it does not overlap; null: none
  Bend bend = Bend::none;         // then
  float low = 0, high = 0;        // of a clip

  bool nothing() const { return mean == nullptr && addend == nullptr && bend == Bend::none; }
};

}  // namespace striate
