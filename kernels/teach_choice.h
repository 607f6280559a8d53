// Every version of every task with its kernel, once.
#pragma once

#include "kernels/image_filter_kernel.h"
#include "kernels/implicit_gemm_kernel.h"
#include "kernels/launch.h"
#include "kernels/limits_kernel.h"
#include "kernels/row_sums_kernel.h"
#include "kernels/strided_kernel.h"
#include "kernels/teach.h"
#include "kernels/teach_convolution.h"
#include "kernels/teach_copy.h"
#include "kernels/teach_filter.h"
#include "kernels/teach_matmul.h"
#include "kernels/teach_reduce.h"
#include "kernels/teach_transpose.h"
#include "kernels/tiled_gemm_kernel.h"
#include "kernels/tiled_product_kernel.h"

namespace striate {

// What version "shipped" launches on a GPU: the filter, the sums, the matrix product and the layer blocks, the others
// flat (launch.h). Of the small convolution, threads take 4 positions each.
template <class M>
using ShippedCopy = limits::CopyOneFloat<M>;
template <class M>
using ShippedTranspose = StridedMap<M, TakeFirst, false, 1>;
template <class M>
using ShippedFilter = filtering::FilterTile<M, float, float, FilterResult::value>;
template <class M>
using ShippedSums = RowSums<M, 1, 128>;
template <class M>
using ShippedProduct = TiledProduct<M, true, false>;
template <class M>
using ShippedConvolution = ImplicitGemm<M, 1, 32, kTeachOutputs, 4>;
template <class M>
using ShippedLayer = TiledGemm<M, 4>;

// Calls f(task, version, kernel) for each, with blocks of `Threads` threads and accesses through M; within a task the
// slowest first.
template <class M, int Threads, class F>
void for_each_version(const F& f) {
  f(TeachTask::copy, "strided", CopyStrided<M, Threads>{});
  f(TeachTask::copy, "misaligned", CopyMisaligned<M, Threads>{});
  f(TeachTask::copy, "coalesced", CopyCoalesced<M, Threads>{});
  f(TeachTask::copy, "unrolled", CopyUnrolled<M, Threads>{});
  f(TeachTask::copy, "vectorized", CopyVectorized<M, Threads>{});
  f(TeachTask::transpose, "naive", TransposeNaive<M, Threads>{});
  f(TeachTask::transpose, "tiled", TransposeTiled<M, Threads, kTeachTile>{});
  f(TeachTask::transpose, "padded", TransposeTiled<M, Threads, kTeachTile + 1>{});
  f(TeachTask::transpose, "swizzled", TransposeSwizzled<M, Threads>{});
  f(TeachTask::transpose, "registers", TransposeRegisters<M, Threads>{});
  f(TeachTask::filter, "naive", FilterNaive<M, Threads>{});
  f(TeachTask::filter, "tiled", FilterTiled<M, Threads>{});
  f(TeachTask::filter, "registers", FilterRegisters<M, Threads>{});
  f(TeachTask::filter, "vectorized", FilterVectorized<M, Threads>{});
  f(TeachTask::matmul, "naive", MatmulNaive<M, Threads>{});
  f(TeachTask::matmul, "coalesced", MatmulCoalesced<M, Threads>{});
  f(TeachTask::matmul, "tiled", MatmulTiled<M, Threads>{});
  f(TeachTask::matmul, "registers", MatmulRegisters<M, Threads, false>{});
  f(TeachTask::matmul, "vectorized", MatmulRegisters<M, Threads, true>{});
  f(TeachTask::reduce, "divergent", ReduceInTree<M, Threads, ReduceTree::divergent>{});
  f(TeachTask::reduce, "strided", ReduceInTree<M, Threads, ReduceTree::strided>{});
  f(TeachTask::reduce, "sequential", ReduceInTree<M, Threads, ReduceTree::sequential>{});
  f(TeachTask::reduce, "unrolled", ReduceUnrolled<M, Threads>{});
  f(TeachTask::reduce, "warp", ReduceWarp<M, Threads>{});
  f(TeachTask::reduce, "vectorized", ReduceVectorized<M, Threads>{});
  f(TeachTask::convolution, "naive", ConvolutionNaive<M, Threads>{});
  f(TeachTask::convolution, "registers", ConvolutionRegisters<M, Threads>{});
  f(TeachTask::convolution, "tiled", ConvolutionTiled<M, Threads>{});
  f(TeachTask::convolution, "vectorized", ConvolutionVectorized<M, Threads>{});
  f(TeachTask::layer, "naive", ConvolutionNaive<M, Threads, kTeachLayerOutputs>{});
}

// Calls f(kernel) with the one that is named; its arguments are not set yet. False: there is none of that name, or
// blocks cannot have so many threads.
template <class M, class F>
bool with_version(TeachTask task, const std::string& version, int threads, const F& f) {
  bool found = false;
  const auto choose = [&](TeachTask of, const char* name, auto kernel) {
    if (of != task || version != name) return;
    found = true;
    f(kernel);
  };
  switch (threads) {
    case 64:
      for_each_version<M, 64>(choose);
      break;
    case 128:
      for_each_version<M, 128>(choose);
      break;
    case 256:
      for_each_version<M, 256>(choose);
      break;
    case 512:
      for_each_version<M, 512>(choose);
      break;
    case 1024:
      for_each_version<M, 1024>(choose);
      break;
    default:
      break;
  }
  return found;
}

}  // namespace striate
