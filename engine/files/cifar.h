// CIFAR-10's binary batches.
//
// The format (cs.toronto.edu/~kriz/cifar.html, "binary version"): pictures one after the other, 3073 bytes each:
//   1 byte      the label, 0 to 9
//   1024 bytes  red, row-major, 32 x 32
//   1024 bytes  green
//   1024 bytes  blue
// A published batch has 10,000 of them; any number from 1 is read, so that a part of a batch is a batch.
//
// Rules, each with an error of its own: at least one picture; a whole number of pictures; labels 0 to 9.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/pixel_buffer.h"

namespace striate {

struct CifarBatch {
  static constexpr int kSide = 32, kChannels = 3, kClasses = 10;
  std::vector<int> labels;
  PixelBuffer<uint8_t> pixels;  // (labels, 3, 32, 32)
};

// Throws Error{file: rule broken, hint}.
CifarBatch read_cifar10(const std::string& path);
CifarBatch read_cifar10(const uint8_t* data, size_t size, const std::string& name);

// The ten names, in the order of the labels.
const std::array<const char*, CifarBatch::kClasses>& cifar10_classes();

}  // namespace striate
