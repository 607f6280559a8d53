#include "kernels/pad.h"

#include "kernels/launch.h"

namespace striate {

// One axis: which value of x an output shows, and which outputs show a value.
struct PadAxis {
  Border border;
  int64_t from, to, begin;

  HD static int64_t modulo(int64_t a, int64_t n) {
    const int64_t rest = a % n;
    return rest < 0 ? rest + n : rest;
  }
  // -1: none.
  HD int64_t source(int64_t out) const { return border_index(out - begin, from, border); }
  // The first output after `last` that shows value i; `to` where there is none.
  HD int64_t next(int64_t i, int64_t last) const {
    const int64_t after = last + 1, own = i + begin;
    int64_t out = to;
    switch (border) {
      case Border::zero:
        out = own >= after ? own : to;
        break;
      case Border::replicate:
        if (i == 0 && after <= begin) {
          out = after;
        } else if (i == from - 1 && after > own) {
          out = after;
        } else {
          out = own >= after ? own : to;
        }
        break;
      case Border::reflect: {
        if (from == 1) {
          out = after;
          break;
        }
        const int64_t period = 2 * (from - 1);
        const int64_t straight = after + modulo(own - after, period);
        const int64_t mirrored = after + modulo(begin - i - after, period);
        out = straight < mirrored ? straight : mirrored;
        break;
      }
      case Border::wrap:
        out = after + modulo(own - after, from);
        break;
    }
    return out < to ? out : to;
  }
};

// An index is a piece of `chunk` values of one row, the innermost axis: one value on the GPU, a loop on the CPU.
template <int chunk>
struct PadForward {
  static constexpr int64_t work = chunk + 32;
  int rank;
  PadAxis axes[Box::kMaxAxes];
  float value;
  const float* x;
  float* y;
  int64_t pieces;  // of a row
  HD void operator()(int64_t index) const {
    const PadAxis inner = axes[rank - 1];
    const int64_t row = index / pieces, first = (index - row * pieces) * chunk;
    const int64_t last = first + chunk < inner.to ? first + chunk : inner.to;
    float* out = y + row * inner.to;
    int64_t rest = row, at = 0, step = inner.from;
    for (int axis = rank - 2; axis >= 0; --axis) {
      const int64_t next = rest / axes[axis].to;
      const int64_t source = axes[axis].source(rest - next * axes[axis].to);
      if (source < 0) {
        for (int64_t o = first; o < last; ++o) out[o] = value;
        return;
      }
      at += source * step;
      step *= axes[axis].from;
      rest = next;
    }
    for (int64_t o = first; o < last; ++o) {
      const int64_t source = inner.source(o);
      out[o] = source < 0 ? value : x[at + source];
    }
  }
};

struct PadBackward {
  static constexpr int64_t work = 64;
  int rank;
  PadAxis axes[Box::kMaxAxes];
  int64_t strides[Box::kMaxAxes];  // of y
  const float* dy;
  float* dx;
  bool add;
  HD void operator()(int64_t index) const {
    int64_t place[Box::kMaxAxes], out[Box::kMaxAxes];
    int64_t rest = index;
    bool any = true;
    for (int axis = rank - 1; axis >= 0; --axis) {
      const int64_t next = rest / axes[axis].from;
      place[axis] = rest - next * axes[axis].from;
      out[axis] = axes[axis].next(place[axis], -1);
      any = any && out[axis] < axes[axis].to;
      rest = next;
    }
    float sum = 0;
    while (any) {
      int64_t at = 0;
      for (int axis = 0; axis < rank; ++axis) at += out[axis] * strides[axis];
      sum += dy[at];
      // The next combination, the innermost axis first.
      int axis = rank - 1;
      for (; axis >= 0; --axis) {
        out[axis] = axes[axis].next(place[axis], out[axis]);
        if (out[axis] < axes[axis].to) break;
        out[axis] = axes[axis].next(place[axis], -1);
      }
      any = axis >= 0;
    }
    dx[index] = add ? dx[index] + sum : sum;
  }
};

#ifdef __CUDACC__

template struct CudaFlat<PadForward<1>>;
template struct CudaFlat<PadBackward>;

#else

namespace {

// Neighboring axes that are not padded are walked as one. Returns how many are left.
int joined(const PadShape& s, PadAxis* axes) {
  int rank = 0;
  bool plain = false;  // the last one is not padded
  for (size_t i = 0; i < static_cast<size_t>(s.from.rank); ++i) {
    const PadAxis axis{border_of(s.mode), s.from.sizes[i], s.to.sizes[i], s.begin[i]};
    const bool same = axis.begin == 0 && axis.from == axis.to;
    if (same && plain) {
      axes[rank - 1].from *= axis.from;
      axes[rank - 1].to *= axis.to;
    } else {
      axes[rank++] = axis;
    }
    plain = same;
  }
  if (rank == 0) axes[rank++] = {border_of(s.mode), 1, 1, 0};  // a single value
  return rank;
}

}  // namespace

void pad_forward(Stream& stream, const PadShape& s, const float* x, float* y) {
  if (s.to.count() == 0) return;
  with_target(stream, [&](auto target) {
    constexpr int chunk = decltype(target)::is_gpu ? 1 : 256;
    PadForward<chunk> kernel{};
    kernel.rank = joined(s, kernel.axes);
    kernel.value = s.value;
    kernel.x = x, kernel.y = y;
    const int64_t inner = kernel.axes[kernel.rank - 1].to;
    kernel.pieces = (inner + chunk - 1) / chunk;
    for_each(target, stream, "pad", s.to.count() / inner * kernel.pieces, kernel);
  });
}

void pad_backward(Stream& stream, const PadShape& s, const float* dy, float* dx, Result result) {
  PadBackward kernel{};
  kernel.rank = joined(s, kernel.axes);
  int64_t step = 1;
  for (int axis = kernel.rank - 1; axis >= 0; --axis) {
    kernel.strides[axis] = step;
    step *= kernel.axes[axis].to;
  }
  kernel.dy = dy, kernel.dx = dx;
  kernel.add = result == Result::accumulate;
  for_each(stream, "pad_backward", s.from.count(), kernel);
}

#endif

}  // namespace striate
