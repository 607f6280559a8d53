// Kernels to learn from: seven small tasks, each in several versions that give the same result and read and write
// memory in different ways. They run like every other kernel, on the CPU, the emulated GPU and CUDA, and can be
// observed (observed.h): then they read and write through Observed instead of Plain, and nothing else about them
// changes.
//
// All work on an n x n picture of floats. teach_*.h hold the kernels, teach.cu launches them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/conv2d.h"
#include "kernels/image_filter.h"
#include "kernels/matmul.h"
#include "kernels/stream.h"
#include "kernels/strided.h"
#include "kernels/tiled_product.h"

namespace striate {

enum class TeachTask { copy, transpose, filter, matmul, reduce, convolution, layer };
constexpr TeachTask kTeachTasks[] = {TeachTask::copy,   TeachTask::transpose,   TeachTask::filter, TeachTask::matmul,
                                     TeachTask::reduce, TeachTask::convolution, TeachTask::layer};
// Their words, in the same order: teach_WORD.h has the task's versions, those of
// layer teach_convolution.h.
constexpr const char* kTeachWords[] = {"copy", "transpose", "filter", "matmul", "reduce", "convolution", "layer"};

// What a version works on. Threads of a block: width * height, one of kTeachThreads.
struct TeachSettings {
  int n = 256;                 // side of the picture
  int width = 32, height = 8;  // of a block, in threads
  int stride = 8;              // copy, strided: elements from one lane's to the next one's
};
constexpr int kTeachThreads[] = {64, 128, 256, 512, 1024};
// Side of the tiles that a block holds in shared memory.
constexpr int kTeachTile = 32;
// Channels that tasks convolution and layer read, and that they make: for the second the program has a kernel with
// tiles.
constexpr int kTeachInputs = 4, kTeachOutputs = 8, kTeachLayerOutputs = 32;
inline bool is_convolution(TeachTask task) { return task == TeachTask::convolution || task == TeachTask::layer; }
constexpr int teach_outputs(TeachTask task) { return task == TeachTask::layer ? kTeachLayerOutputs : kTeachOutputs; }

// Version "shipped", which every task has: what the program itself runs, with blocks of its own. The copy that its
// benchmarks measure memory with (limits.h); the walk with strides by which its networks transpose (strided.h); the
// filter of its pictures (image_filter.h); the product of matrices of its networks (matmul.h), the sums by which they
// learn a bias (channel_sums.h), and their convolutions (conv2d.h), a small one and one that fills tiles.
bool teach_is_shipped(const std::string& version);
struct TeachTranspose {
  Box box;
  Strides from, to;
};
TeachTranspose teach_transpose(const TeachSettings& settings);
FilterKernel teach_filter(const float* weights);
FilterOptions teach_filter_options();
MatmulShape teach_matmul(const TeachSettings& settings);
TiledProductArguments teach_product(const TeachSettings& settings, const float* a, const float* b, float* c);
// The sums of task reduce and the values of each. The last one may have fewer: `padded`, zeros stand for those.
struct TeachSums {
  int count;
  int64_t values;
  bool padded;
};
TeachSums teach_sums(const TeachSettings& settings);
Conv2dShape teach_convolution(TeachTask task, const TeachSettings& settings);

// The names of a task's versions: those made to learn from, slowest first, then "shipped".
const std::vector<std::string>& teach_versions(TeachTask task);
// Where a version's kernel stands: "teach_copy.h".
std::string teach_source(TeachTask task, const std::string& version);
// Floats of the picture, of the second input (0: there is none) and of the result.
int64_t teach_a(TeachTask task, const TeachSettings& settings);
int64_t teach_b(TeachTask task, const TeachSettings& settings);
int64_t teach_c(TeachTask task, const TeachSettings& settings);
// And of the memory that a version works in.
int64_t teach_scratch(TeachTask task, const std::string& version, const TeachSettings& settings);

// Runs one launch of a version on the stream's device. All three arrays begin at multiples of 16 bytes. False: there is
// no such version, or blocks cannot be of that size.
//   copy         c = a
//   transpose    c[x][y] = a[y][x]
//   filter       c = a correlated with the 3 x 3 weights b; beyond the edge the edge goes on
//   matmul       c = a * b
//   reduce       c[block] = sum of the block's values of a, one for each thread
//   convolution  c (8, n, n) = a (4, n, n) correlated with b (8, 4, 3, 3); beyond the edge is 0
//   layer        the same with 32 channels of c
// scratch: teach_scratch() floats on the stream's device, aligned to 64 bytes; may be null where they are 0.
// weights: b once more, in the host's memory, which version "shipped" of task filter takes: there they travel as
// arguments of the launch. May be null for all others.
bool teach(Stream& stream, TeachTask task, const std::string& version, const TeachSettings& settings, const float* a,
           const float* b, float* c, float* scratch, const float* weights);

}  // namespace striate
