// The orders in which programs keep the values of a picture in memory. The same picture, the same bytes, in three
// orders: HWC (Pillow, stb_image, TensorFlow), CHW (PyTorch and every convolution here), BGR (OpenCV).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/image.h"

namespace striate {

enum class MemoryOrder { hwc, chw, bgr };

// Where the value of column x, row y and channel c (0 is red, alpha the last) stands, counted from 0, in a picture of
// `width` x `height` with `channels` channels.
int64_t memory_index(MemoryOrder order, int width, int height, int channels, int x, int y, int c);
// The way back: which value stands at `index`, which must be one of the picture's.
struct MemoryPlace {
  int x = 0, y = 0, c = 0;
};
MemoryPlace memory_place(MemoryOrder order, int width, int height, int channels, int64_t index);

// The value at an index of a picture kept in this order.
uint8_t byte_at(const Image& image, MemoryOrder order, int64_t index);

// "(row * width + column) * channels + c" and the same with numbers: "(7 * 12 + 6) * 3 + 0".
std::string index_formula(MemoryOrder order);
std::string index_formula(MemoryOrder order, int width, int height, int channels, int x, int y, int c);

std::string_view name_of(MemoryOrder order);  // "hwc", "chw", "bgr"
MemoryOrder memory_order_of(std::string_view name);

}  // namespace striate
