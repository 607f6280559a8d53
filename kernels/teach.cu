#include "kernels/teach.h"

#include <iterator>

#include "kernels/channel_sums.h"
#include "kernels/elementwise.h"
#include "kernels/limits.h"
#include "kernels/teach_choice.h"

namespace striate {

#ifdef __CUDACC__

// Every version's form for the GPU: that its address is taken makes it.
template <int Threads>
struct CudaVersions {
  static void make() {
    for_each_version<Plain, Threads>([](TeachTask, const char*, auto kernel) {
      using K = decltype(kernel);
      void (*volatile launch)(Stream&, const char*, Grid, const K&) = &CudaBlocks<K>::launch;
      int (*volatile registers)(Stream&) = &CudaBlocks<K>::registers;
      (void)launch, (void)registers;
    });
  }
};
template struct CudaVersions<64>;
template struct CudaVersions<128>;
template struct CudaVersions<256>;
template struct CudaVersions<512>;
template struct CudaVersions<1024>;

#else

const std::vector<std::string>& teach_versions(TeachTask task) {
  static const std::vector<std::vector<std::string>> names = [] {
    std::vector<std::vector<std::string>> all(std::size(kTeachTasks));
    for_each_version<Plain, 256>(
        [&](TeachTask of, const char* name, const auto&) { all[static_cast<size_t>(of)].emplace_back(name); });
    for (std::vector<std::string>& each : all) each.emplace_back("shipped");
    return all;
  }();
  return names[static_cast<size_t>(task)];
}

bool teach_is_shipped(const std::string& version) { return version == "shipped"; }

std::string teach_source(TeachTask task, const std::string& version) {
  const auto of = static_cast<size_t>(task);
  const auto versions = task == TeachTask::layer ? static_cast<size_t>(TeachTask::convolution) : of;
  if (!teach_is_shipped(version)) return std::string("teach_") + kTeachWords[versions] + ".h";
  constexpr const char* kShipped[] = {"limits_kernel.h",        "strided_kernel.h",  "image_filter_kernel.h",
                                      "tiled_product_kernel.h", "row_sums_kernel.h", "implicit_gemm_kernel.h",
                                      "tiled_gemm_kernel.h"};
  return kShipped[of];
}

TeachTranspose teach_transpose(const TeachSettings& settings) {
  TeachTranspose t{};
  t.box.rank = 2;
  t.box.sizes[0] = t.box.sizes[1] = settings.n;
  t.from[0] = 1, t.from[1] = settings.n;
  t.to = dense_strides(t.box);
  return t;
}

FilterKernel teach_filter(const float* weights) {
  FilterKernel kernel;
  kernel.width = kernel.height = 3;
  kernel.taps.assign(weights, weights + 9);
  return kernel;
}
FilterOptions teach_filter_options() {
  FilterOptions options;
  options.border = Border::replicate;
  return options;
}

MatmulShape teach_matmul(const TeachSettings& settings) {
  MatmulShape shape;
  shape.m = shape.n = shape.k = settings.n;
  shape.a_row = shape.b_row = settings.n;
  return shape;
}

TiledProductArguments teach_product(const TeachSettings& settings, const float* a, const float* b, float* c) {
  TiledProductArguments tiles;
  matmul_tiles(teach_matmul(settings), a, b, c, Result::overwrite, tiles);
  return tiles;
}

TeachSums teach_sums(const TeachSettings& settings) {
  const int64_t pixels = int64_t{settings.n} * settings.n, values = int64_t{settings.width} * settings.height;
  return {static_cast<int>((pixels + values - 1) / values), values, pixels % values != 0};
}

Conv2dShape teach_convolution(TeachTask task, const TeachSettings& settings) {
  Conv2dShape shape;
  shape.c = kTeachInputs, shape.h = shape.w = settings.n;
  shape.k = teach_outputs(task), shape.r = shape.s = 3;
  shape.pad_top = shape.pad_bottom = shape.pad_left = shape.pad_right = 1;
  return shape;
}

int64_t teach_a(TeachTask task, const TeachSettings& settings) {
  return int64_t{settings.n} * settings.n * (is_convolution(task) ? kTeachInputs : 1);
}
int64_t teach_b(TeachTask task, const TeachSettings& settings) {
  switch (task) {
    case TeachTask::filter:
      return 9;
    case TeachTask::matmul:
      return int64_t{settings.n} * settings.n;
    case TeachTask::convolution:
    case TeachTask::layer:
      return int64_t{teach_outputs(task)} * kTeachInputs * 9;
    default:
      return 0;
  }
}
int64_t teach_c(TeachTask task, const TeachSettings& settings) {
  const int64_t pixels = int64_t{settings.n} * settings.n;
  if (task == TeachTask::reduce) return teach_sums(settings).count;
  return pixels * (is_convolution(task) ? teach_outputs(task) : 1);
}

int64_t teach_scratch(TeachTask task, const std::string& version, const TeachSettings& settings) {
  if (!teach_is_shipped(version)) return 0;
  if (is_convolution(task)) return conv2d_scratch(teach_convolution(task, settings));
  const TeachSums sums = teach_sums(settings);
  return task == TeachTask::reduce && sums.padded ? sums.count * sums.values : 0;
}

namespace {

void run_shipped(Stream& stream, TeachTask task, const TeachSettings& settings, const float* a, const float* b,
                 float* c, float* scratch, const float* weights) {
  const int n = settings.n;
  switch (task) {
    case TeachTask::copy:
      return copy_floats(stream, a, c, teach_c(task, settings));
    case TeachTask::transpose: {
      const TeachTranspose t = teach_transpose(settings);
      return strided_copy(stream, t.box, a, t.from, c, t.to);
    }
    case TeachTask::filter:
      return filter_values(stream, teach_filter(weights), teach_filter_options(), Picture<const float>{a, n, n, n, 1},
                           Region{0, 0, n, n}, c, n);
    case TeachTask::matmul:
      return matmul(stream, teach_matmul(settings), a, b, c);
    case TeachTask::reduce: {
      const TeachSums sums = teach_sums(settings);
      if (sums.padded) {
        const int64_t pixels = int64_t{n} * n;
        copy(stream, pixels, a, scratch);
        fill(stream, sums.count * sums.values - pixels, 0, scratch + pixels);
      }
      return channel_sums(stream, 1, sums.count, sums.values, sums.padded ? scratch : a, c, Result::overwrite, nullptr);
    }
    case TeachTask::convolution:
    case TeachTask::layer:
      return conv2d_forward(stream, teach_convolution(task, settings), a, b, nullptr, c, scratch);
  }
}

}  // namespace

bool teach(Stream& stream, TeachTask task, const std::string& version, const TeachSettings& settings, const float* a,
           const float* b, float* c, float* scratch, const float* weights) {
  if (teach_is_shipped(version)) {
    run_shipped(stream, task, settings, a, b, c, scratch, weights);
    return true;
  }
  return with_version<Plain>(task, version, settings.width * settings.height, [&](auto kernel) {
    kernel.t = {settings.n, settings.width, settings.height, settings.stride, a, b, c};
    for_each_block(stream, "teach", kernel.grid(), kernel);
  });
}

#endif

}  // namespace striate
