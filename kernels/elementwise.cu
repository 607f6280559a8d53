#include "kernels/elementwise.h"

#include "kernels/launch.h"

namespace striate {

struct Fill {
  float* y;
  float value;
  HD void operator()(int64_t i) const { y[i] = value; }
};
struct Copy {
  const float* x;
  float* y;
  HD void operator()(int64_t i) const { y[i] = x[i]; }
};
struct Accumulate {
  const float* x;
  float* y;
  HD void operator()(int64_t i) const { y[i] += x[i]; }
};
struct Add {
  const float* a;
  const float* b;
  float* y;
  HD void operator()(int64_t i) const { y[i] = a[i] + b[i]; }
};
struct Scale {
  const float* x;
  float* y;
  float factor;
  HD void operator()(int64_t i) const { y[i] = factor * x[i]; }
};
// `together` values of one row per index.
template <bool add>
struct CopyRows {
  static constexpr int64_t work = 256;
  const float* from;
  float* to;
  int64_t values, from_stride, to_stride;
  int64_t together, parts;  // indices per row
  HD void operator()(int64_t index) const {
    const int64_t row = index / parts, begin = (index - row * parts) * together;
    const int64_t end = begin + together < values ? begin + together : values;
    const float* x = from + row * from_stride;
    float* y = to + row * to_stride;
    for (int64_t i = begin; i < end; ++i) y[i] = add ? y[i] + x[i] : x[i];
  }
};
struct GatherRows {
  static constexpr int64_t work = 4;
  const float* x;
  const int32_t* indices;
  float* y;
  int64_t values;
  HD void operator()(int64_t i) const {
    const int64_t row = i / values;
    y[i] = x[indices[row] * values + (i - row * values)];
  }
};

#ifdef __CUDACC__

template struct CudaFlat<Fill>;
template struct CudaFlat<Copy>;
template struct CudaFlat<Accumulate>;
template struct CudaFlat<Add>;
template struct CudaFlat<Scale>;
template struct CudaFlat<CopyRows<false>>;
template struct CudaFlat<CopyRows<true>>;
template struct CudaFlat<GatherRows>;

#else

void fill(Stream& stream, int64_t count, float value, float* y) { for_each(stream, "fill", count, Fill{y, value}); }
void copy(Stream& stream, int64_t count, const float* x, float* y, Result result) {
  if (result == Result::accumulate) {
    for_each(stream, "accumulate", count, Accumulate{x, y});
  } else {
    for_each(stream, "copy", count, Copy{x, y});
  }
}
void add(Stream& stream, int64_t count, const float* a, const float* b, float* y) {
  for_each(stream, "add", count, Add{a, b, y});
}
void scale(Stream& stream, int64_t count, float factor, const float* x, float* y) {
  for_each(stream, "scale", count, Scale{x, y, factor});
}
void copy_rows(Stream& stream, int64_t rows, int64_t values, const float* from, int64_t from_stride, float* to,
               int64_t to_stride, Result result) {
  // One value for each of a GPU's threads; a stretch for a processor's.
  const int64_t together = stream.device().is_gpu() ? 1 : 1024, parts = (values + together - 1) / together;
  if (result == Result::accumulate) {
    for_each(stream, "accumulate_rows", rows * parts,
             CopyRows<true>{from, to, values, from_stride, to_stride, together, parts});
  } else {
    for_each(stream, "copy_rows", rows * parts,
             CopyRows<false>{from, to, values, from_stride, to_stride, together, parts});
  }
}
void gather_rows(Stream& stream, int64_t rows, int64_t values, const float* x, const int32_t* indices, float* y) {
  for_each(stream, "gather_rows", rows * values, GatherRows{x, indices, y, values});
}

#endif

}  // namespace striate
