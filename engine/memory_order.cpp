#include "engine/memory_order.h"

#include "engine/error.h"

namespace striate {
namespace {

// BGR turns the three colors around and leaves gray and alpha where they are.
int bgr_place(int channels, int c) { return channels >= 3 && c < 3 ? 2 - c : c; }

}  // namespace

int64_t memory_index(MemoryOrder order, int width, int height, int channels, int x, int y, int c) {
  const int64_t pixel = static_cast<int64_t>(y) * width + x;
  switch (order) {
    case MemoryOrder::hwc:
      return pixel * channels + c;
    case MemoryOrder::chw:
      return static_cast<int64_t>(c) * height * width + pixel;
    case MemoryOrder::bgr:
      return pixel * channels + bgr_place(channels, c);
  }
  return 0;
}

MemoryPlace memory_place(MemoryOrder order, int width, int height, int channels, int64_t index) {
  const int64_t pixels = static_cast<int64_t>(width) * height;
  check(index >= 0 && index < pixels * channels, "index {} of a picture with {} values", index, pixels * channels);
  const bool planes = order == MemoryOrder::chw;
  const int64_t pixel = planes ? index % pixels : index / channels;
  int c = static_cast<int>(planes ? index / pixels : index % channels);
  if (order == MemoryOrder::bgr) c = bgr_place(channels, c);
  return {static_cast<int>(pixel % width), static_cast<int>(pixel / width), c};
}

uint8_t byte_at(const Image& image, MemoryOrder order, int64_t index) {
  const MemoryPlace place = memory_place(order, image.width, image.height, image.channels, index);
  return image.at(place.x, place.y)[place.c];
}

std::string index_formula(MemoryOrder order) {
  switch (order) {
    case MemoryOrder::hwc:
      return "(y * W + x) * C + c";
    case MemoryOrder::chw:
      return "(c * H + y) * W + x";
    case MemoryOrder::bgr:
      return "(y * W + x) * C + 2 - c";
  }
  return {};
}

std::string index_formula(MemoryOrder order, int width, int height, int channels, int x, int y, int c) {
  switch (order) {
    case MemoryOrder::hwc:
      return fmt::format("({} * {} + {}) * {} + {}", y, width, x, channels, c);
    case MemoryOrder::chw:
      return fmt::format("({} * {} + {}) * {} + {}", c, height, y, width, x);
    case MemoryOrder::bgr:
      if (channels >= 3 && c < 3) return fmt::format("({} * {} + {}) * {} + 2 - {}", y, width, x, channels, c);
      return fmt::format("({} * {} + {}) * {} + {}", y, width, x, channels, c);
  }
  return {};
}

std::string_view name_of(MemoryOrder order) {
  static constexpr std::string_view names[] = {"hwc", "chw", "bgr"};
  return names[static_cast<int>(order)];
}

MemoryOrder memory_order_of(std::string_view name) {
  for (MemoryOrder order : {MemoryOrder::hwc, MemoryOrder::chw, MemoryOrder::bgr}) {
    if (name_of(order) == name) return order;
  }
  check(false, "no order in memory is called '{}'", name);
  return MemoryOrder::hwc;
}

}  // namespace striate
