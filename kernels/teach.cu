#include "kernels/teach.h"

#include <iterator>

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
    for (const TeachTask each : {TeachTask::copy, TeachTask::matmul, TeachTask::convolution})
      all[static_cast<size_t>(each)].emplace_back("shipped");
    return all;
  }();
  return names[static_cast<size_t>(task)];
}

bool teach_is_shipped(TeachTask task, const std::string& version) {
  return version == "shipped" &&
         (task == TeachTask::copy || task == TeachTask::matmul || task == TeachTask::convolution);
}

std::string teach_source(TeachTask task, const std::string& version) {
  if (!teach_is_shipped(task, version)) return std::string("teach_") + kTeachWords[static_cast<size_t>(task)] + ".h";
  return task == TeachTask::copy     ? "limits_kernel.h"
         : task == TeachTask::matmul ? "matmul_kernel.h"
                                     : "implicit_gemm_kernel.h";
}

MatmulShape teach_matmul(const TeachSettings& settings) {
  MatmulShape shape;
  shape.m = shape.n = shape.k = settings.n;
  shape.a_row = shape.b_row = settings.n;
  return shape;
}

Conv2dShape teach_convolution(const TeachSettings& settings) {
  Conv2dShape shape;
  shape.c = kTeachInputs, shape.h = shape.w = settings.n;
  shape.k = kTeachOutputs, shape.r = shape.s = 3;
  shape.pad_top = shape.pad_bottom = shape.pad_left = shape.pad_right = 1;
  return shape;
}

int64_t teach_a(TeachTask task, const TeachSettings& settings) {
  return int64_t{settings.n} * settings.n * (task == TeachTask::convolution ? kTeachInputs : 1);
}
int64_t teach_b(TeachTask task, const TeachSettings& settings) {
  switch (task) {
    case TeachTask::filter:
      return 9;
    case TeachTask::matmul:
      return int64_t{settings.n} * settings.n;
    case TeachTask::convolution:
      return int64_t{kTeachOutputs} * kTeachInputs * 9;
    default:
      return 0;
  }
}
int64_t teach_c(TeachTask task, const TeachSettings& settings) {
  const int64_t pixels = int64_t{settings.n} * settings.n, threads = int64_t{settings.width} * settings.height;
  if (task == TeachTask::reduce) return (pixels + threads - 1) / threads;
  return pixels * (task == TeachTask::convolution ? kTeachOutputs : 1);
}

int64_t teach_scratch(TeachTask task, const std::string& version, const TeachSettings& settings) {
  if (task != TeachTask::convolution || !teach_is_shipped(task, version)) return 0;
  return conv2d_scratch(teach_convolution(settings));
}

bool teach(Stream& stream, TeachTask task, const std::string& version, const TeachSettings& settings, const float* a,
           const float* b, float* c, float* scratch) {
  if (teach_is_shipped(task, version)) {
    if (task == TeachTask::copy) {
      copy_floats(stream, a, c, teach_c(task, settings));
    } else if (task == TeachTask::matmul) {
      matmul(stream, teach_matmul(settings), a, b, c);
    } else {
      conv2d_forward(stream, teach_convolution(settings), a, b, nullptr, c, scratch);
    }
    return true;
  }
  return with_version<Plain>(task, version, settings.width * settings.height, [&](auto kernel) {
    kernel.t = {settings.n, settings.width, settings.height, settings.stride, a, b, c};
    for_each_block(stream, "teach", kernel.grid(), kernel);
  });
}

#endif

}  // namespace striate
