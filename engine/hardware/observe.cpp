#include <limits>

#include "engine/hardware/observe_kernel.h"
#include "engine/hardware/teach_grid.h"
#include "kernels/channel_sums.h"
#include "kernels/conv2d.h"
#include "kernels/memory.h"
#include "kernels/teach_choice.h"

namespace striate {
namespace {

// A flat launch (launch.h) as blocks of one phase.
template <typename K>
struct FlatAsBlocks {
  static constexpr int threads = kFlatThreads;
  struct Shared {};
  K kernel;
  int64_t n;
  template <class B>
  void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      for (int64_t i = int64_t{block.x} * threads + thread; i < n; i += int64_t{flat_blocks(n)} * threads) kernel(i);
    });
  }
};

ArrayMemory memory(const std::vector<float>& of, Array array) {
  return {of.data(), static_cast<int64_t>(of.size() * sizeof(float)), array};
}

template <typename K>
Observation observe_flat(const K& kernel, int64_t n, const std::vector<ArrayMemory>& arrays,
                         const ObserveSettings& how) {
  return observe_kernel(FlatAsBlocks<K>{kernel, n}, {flat_blocks(n)}, arrays, how);
}

// The program's own convolution, as it runs on a GPU: what it prepares is prepared by the emulated one, the sum itself
// is observed.
Observation observe_convolution(TeachTask task, const TeachSettings& settings, const std::vector<float>& a,
                                const std::vector<float>& b, std::vector<float>& c, const ObserveSettings& how) {
  const Conv2dShape shape = teach_convolution(task, settings);
  Stream stream(Device::parse("emulated"));
  Buffer<float> scratch(stream.device(), conv2d_scratch(shape), "a convolution's scratch");
  const ImplicitGemmArguments sum = conv2d_forward_sum(stream, shape, a.data(), b.data(), c.data(), scratch.data());
  stream.synchronize();
  const int64_t weights = int64_t{teach_outputs(task)} * sum.j;
  const std::vector<ArrayMemory> arrays = {{sum.x, sum.x_image * 4, Array::a},
                                           {sum.weights, weights * 4, Array::b},
                                           memory(c, Array::c),
                                           {sum.offsets, int64_t{sum.j} * 4, Array::offsets}};
  if (task == TeachTask::layer) {
    const auto kernel = ShippedLayer<Observed>::of(sum);
    return observe_kernel(kernel, kernel.grid(), arrays, how);
  }
  const auto kernel = ShippedConvolution<Observed>::of(sum);
  return observe_flat(kernel, kernel.tiles, arrays, how);
}

// The program's own sums of equal length; of a last one that is shorter, the rest is zeros.
Observation observe_sums(const TeachSettings& settings, std::vector<float> a, std::vector<float>& c,
                         const ObserveSettings& how) {
  const TeachSums sums = teach_sums(settings);
  a.resize(static_cast<size_t>(sums.count * sums.values));
  const ShippedSums<Observed> kernel{channel_sum_rows(1, sums.count, sums.values, a.data(), c.data())};
  return observe_kernel(kernel, {sums.count}, {memory(a, Array::a), memory(c, Array::c)}, how);
}

Observation observe_shipped(TeachTask task, const TeachSettings& settings, const std::vector<float>& a,
                            const std::vector<float>& b, std::vector<float>& c, const ObserveSettings& how) {
  const std::vector<ArrayMemory> arrays = {memory(a, Array::a), memory(b, Array::b), memory(c, Array::c)};
  switch (task) {
    case TeachTask::copy:
      return observe_flat(ShippedCopy<Observed>{a.data(), c.data()}, teach_c(task, settings), arrays, how);
    case TeachTask::transpose: {
      const TeachTranspose t = teach_transpose(settings);
      const auto map = ShippedTranspose<Observed>::of(t.box, a.data(), t.from, a.data(), t.from, c.data(), t.to);
      return observe_flat(map, map.indices(), arrays, how);
    }
    case TeachTask::filter: {
      const int n = settings.n;
      const Region all{0, 0, n, n};
      const ShippedFilter<Observed> kernel{filtering::make_arguments(teach_filter(b.data()), teach_filter_options()),
                                           Picture<const float>{a.data(), n, n, n, 1}, all, c.data(), n};
      return observe_kernel(kernel, filtering::grid_of(all), arrays, how);
    }
    case TeachTask::matmul: {
      const auto product = ShippedProduct<Observed>::of(teach_product(settings, a.data(), b.data(), c.data()));
      return observe_kernel(product, product.grid(), arrays, how);
    }
    case TeachTask::reduce:
      return observe_sums(settings, a, c, how);
    case TeachTask::convolution:
    case TeachTask::layer:
      return observe_convolution(task, settings, a, b, c, how);
  }
  return {};
}

}  // namespace

Observation observe(TeachTask task, const std::string& version, const TeachSettings& settings,
                    const std::vector<float>& a, const std::vector<float>& b, const ObserveSettings& how) {
  teach_grid(task, version, settings).check_warp(how.warp);
  std::vector<float> c(static_cast<size_t>(teach_c(task, settings)), std::numeric_limits<float>::quiet_NaN());
  Observation sum;
  if (teach_is_shipped(version)) {
    sum = observe_shipped(task, settings, a, b, c, how);
  } else {
    const std::vector<ArrayMemory> arrays = {memory(a, Array::a), memory(b, Array::b), memory(c, Array::c)};
    with_version<Observed>(task, version, settings.width * settings.height, [&](auto kernel) {
      kernel.t = {settings.n, settings.width, settings.height, settings.stride, a.data(), b.data(), c.data()};
      sum = observe_kernel(kernel, kernel.grid(), arrays, how);
    });
  }
  sum.result = std::move(c);
  return sum;
}

}  // namespace striate
