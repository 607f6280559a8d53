#include "kernels/canny.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/error.h"
#include "kernels/image_filter_parts.h"
#include "kernels/launch.h"
#include "kernels/memory.h"

namespace striate {
namespace canny_kernels {

template <typename In>
struct CannyGradient {
  static constexpr int64_t work = 60;
  Picture<const In> input;  // (H, W, C)
  Gradient* gradients;      // (H, W)
  Border border;

  HD float at(int x, int y, int c) const {
    const int column = border_index(x, input.width, border), row = border_index(y, input.height, border);
    if (column < 0 || row < 0) return 0;
    return input.data[row * input.row_stride + static_cast<int64_t>(column) * input.channels + c];
  }
  HD void operator()(int64_t i) const {
    const int x = static_cast<int>(i % input.width), y = static_cast<int>(i / input.width);
    Gradient best;
    for (int c = 0; c < input.filtered_channels(); ++c) {
      const float a = at(x - 1, y - 1, c), b = at(x, y - 1, c), d = at(x + 1, y - 1, c);
      const float e = at(x - 1, y, c), f = at(x + 1, y, c);
      const float g = at(x - 1, y + 1, c), h = at(x, y + 1, c), k = at(x + 1, y + 1, c);
      const Gradient own{(d - a) + 2 * (f - e) + (k - g), (g - a) + 2 * (h - b) + (k - d)};
      if (c == 0 || own.squared() > best.squared()) best = own;
    }
    gradients[i] = best;
  }
};

struct CannyThin {
  static constexpr int64_t work = 20;
  const Gradient* gradients;  // (H, W)
  CannyState* states;         // (H, W)
  int width, height;
  float low2, high2;

  HD float squared(int x, int y) const {
    if (x < 0 || y < 0 || x >= width || y >= height) return 0;
    return gradients[static_cast<int64_t>(y) * width + x].squared();
  }
  HD void operator()(int64_t i) const {
    const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
    const AcrossEdge across = across_edge(gradients[i]);
    states[i] = canny_state(gradients[i].squared(), squared(x - across.dx, y - across.dy),
                            squared(x + across.dx, y + across.dy), across.diagonal, low2, high2);
  }
};

// A block's tile takes 16 steps: in each, weak pixels beside strong ones become strong. What crosses into another tile
// goes on in the next launch.
struct CannyFollow {
  static constexpr int threads = 128;
  static constexpr int64_t work = 1 << 15;
  static constexpr int kWidth = 32, kHeight = 16, kSteps = 16;
  static constexpr int kRow = kWidth + 2, kCells = kRow * (kHeight + 2);
  struct Shared {
    CannyState states[2][kCells];
  };

  const CannyState* from;  // (H, W)
  CannyState* to;          // (H, W)
  int* changed;            // (blocks): 1 where the tile is another one now
  int width, height, grid_width;

  HD void operator()(Block<threads> block, Shared& shared) const {
    const int left = block.x * kWidth - 1, top = block.y * kHeight - 1;
    block.phase([&](int thread) {
      for (int i = thread; i < kCells; i += threads) {
        const int x = left + i % kRow, y = top + i / kRow;
        const bool inside = x >= 0 && y >= 0 && x < width && y < height;
        shared.states[0][i] = inside ? from[static_cast<int64_t>(y) * width + x] : CannyState::none;
      }
      if (thread == 0) changed[block.y * grid_width + block.x] = 0;
    });
    for (int step = 0; step < kSteps; ++step) {
      block.phase([&](int thread) {
        const CannyState* now = shared.states[step % 2];
        CannyState* next = shared.states[(step + 1) % 2];
        for (int i = thread; i < kCells; i += threads) {
          const int x = i % kRow, y = i / kRow;
          next[i] = now[i];
          if (now[i] != CannyState::weak || x == 0 || y == 0 || x == kRow - 1 || y == kHeight + 1) continue;
          for (int r = -1; r <= 1; ++r) {
            for (int s = -1; s <= 1; ++s) {
              if (now[i + r * kRow + s] == CannyState::strong) next[i] = CannyState::strong;
            }
          }
        }
      });
    }
    block.phase([&](int thread) {
      for (int i = thread; i < kWidth * kHeight; i += threads) {
        const int x = left + 1 + i % kWidth, y = top + 1 + i / kWidth;
        if (x >= width || y >= height) continue;
        const int64_t at = static_cast<int64_t>(y) * width + x;
        const CannyState state = shared.states[kSteps % 2][(i / kWidth + 1) * kRow + i % kWidth + 1];
        if (state != from[at]) changed[block.y * grid_width + block.x] = 1;
        to[at] = state;
      }
    });
  }
};

template <typename In>
struct CannyWrite {
  static constexpr int64_t work = 8;
  const CannyState* states;  // (H, W)
  Picture<const In> input;
  Region region;
  float* output;
  int64_t output_row_stride;
  HD void operator()(int64_t i) const {
    const int x = static_cast<int>(i % region.width), y = static_cast<int>(i / region.width);
    const int64_t column = region.x + x, row = region.y + y;
    float* to = output + y * output_row_stride + static_cast<int64_t>(x) * input.channels;
    const int filtered = input.filtered_channels();
    const float value = states[row * input.width + column] == CannyState::strong ? 255.0f : 0.0f;
    for (int c = 0; c < filtered; ++c) to[c] = value;
    if (input.alpha) to[filtered] = input.data[row * input.row_stride + column * input.channels + filtered];
  }
};

}  // namespace canny_kernels

using namespace canny_kernels;

#ifdef __CUDACC__

template struct CudaFlat<CannyGradient<uint8_t>>;
template struct CudaFlat<CannyGradient<float>>;
template struct CudaFlat<CannyThin>;
template struct CudaBlocks<CannyFollow>;
template struct CudaFlat<CannyWrite<uint8_t>>;
template struct CudaFlat<CannyWrite<float>>;

#else

namespace {

template <typename In>
void states_of(Stream& stream, const CannyOptions& options, const Picture<const In>& input, CannyState* states) {
  if (!(options.low >= 0 && options.low <= options.high && options.high <= 1e6))
    throw Error("the thresholds of Canny's edges are out of order",
                "give a low one from 0 and a high one not below it");
  filtering::check_picture(input.width, input.height, input.channels, {0, 0, 1, 1});
  const int64_t pixels = static_cast<int64_t>(input.width) * input.height;
  Buffer<Gradient> gradients(stream.device(), pixels, "the gradients of a picture");
  for_each(stream, "canny_gradient", pixels, CannyGradient<In>{input, gradients.data(), options.border});
  for_each(stream, "canny_thin", pixels,
           CannyThin{gradients.data(), states, input.width, input.height, static_cast<float>(options.low * options.low),
                     static_cast<float>(options.high * options.high)});
  stream.synchronize();  // the gradients are about to be released
}

// On the CPU each edge is followed from its strong pixels at once.
void follow_on_cpu(int width, int height, CannyState* states) {
  std::vector<int64_t> open;
  const int64_t pixels = static_cast<int64_t>(width) * height;
  for (int64_t i = 0; i < pixels; ++i) {
    if (states[i] != CannyState::strong) continue;
    open.push_back(i);
    while (!open.empty()) {
      const int64_t at = open.back();
      open.pop_back();
      const int x = static_cast<int>(at % width), y = static_cast<int>(at / width);
      for (int r = std::max(y - 1, 0); r <= std::min(y + 1, height - 1); ++r) {
        for (int s = std::max(x - 1, 0); s <= std::min(x + 1, width - 1); ++s) {
          CannyState& state = states[static_cast<int64_t>(r) * width + s];
          if (state != CannyState::weak) continue;
          state = CannyState::strong;
          open.push_back(static_cast<int64_t>(r) * width + s);
        }
      }
    }
  }
}

template <typename In>
void write(Stream& stream, const CannyState* states, const Picture<const In>& input, Region region, float* output,
           int64_t stride) {
  filtering::check_picture(input.width, input.height, input.channels, region);
  for_each(stream, "canny_write", static_cast<int64_t>(region.width) * region.height,
           CannyWrite<In>{states, input, region, output, stride});
}

}  // namespace

void canny_states(Stream& stream, const CannyOptions& options, Picture<const uint8_t> input, CannyState* states) {
  states_of(stream, options, input, states);
}
void canny_states(Stream& stream, const CannyOptions& options, Picture<const float> input, CannyState* states) {
  states_of(stream, options, input, states);
}

void canny_follow(Stream& stream, int width, int height, CannyState* states) {
  stream.synchronize();
  if (stream.device().is_cpu()) {
    const detail::LaunchTimer timer(stream, "canny_follow");
    return follow_on_cpu(width, height, states);
  }
  // Wider or taller than a grid can be are pictures of 2 million columns or a million rows.
  const Grid grid{(width + CannyFollow::kWidth - 1) / CannyFollow::kWidth,
                  (height + CannyFollow::kHeight - 1) / CannyFollow::kHeight, 1};
  if (grid.y > 65535) throw Error("a picture of so many rows has no Canny edges on a GPU", "use --device cpu");
  Buffer<CannyState> other(stream.device(), static_cast<int64_t>(width) * height, "the edges of a picture");
  Buffer<int> changed(stream.device(), grid.count(), "the edges of a picture");
  std::vector<int> tiles(static_cast<size_t>(grid.count()));
  CannyState* from = states;
  CannyState* to = other.data();
  do {
    for_each_block(stream, "canny_follow", grid, CannyFollow{from, to, changed.data(), width, height, grid.x});
    download(stream, tiles.data(), changed, grid.count());
    std::swap(from, to);
  } while (std::any_of(tiles.begin(), tiles.end(), [](int tile) { return tile != 0; }));
  // Nothing changed in the last turn: both hold the same.
}

void canny_write(Stream& stream, const CannyState* states, Picture<const uint8_t> input, Region region, float* output,
                 int64_t stride) {
  write(stream, states, input, region, output, stride);
}
void canny_write(Stream& stream, const CannyState* states, Picture<const float> input, Region region, float* output,
                 int64_t stride) {
  write(stream, states, input, region, output, stride);
}

#endif

}  // namespace striate
