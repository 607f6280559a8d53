// Fails when an operator in kernels/ or a device of this machine was not exercised. A launch is known by its name,
// which is read from the sources; a new source file needs its line in the table.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "kernels/device.h"
#include "kernels/limits.h"
#include "tests/kernels/network_reference.h"
#include "tests/kernels/on_every_device.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

struct Family {
  const char* source;
  void (*exercise)(Stream&);
};
void exercise_limits(Stream& stream) {
  const std::vector<float> numbers(100, 2.5f);
  const Buffer<float> from = on_device(stream, numbers);
  Guarded<float> to(stream, 100);
  copy_floats(stream, from.data(), to.data(), 100);
  EXPECT_EQ(to.read(stream), numbers);
  EXPECT_GT(multiply_add_chains(stream, 2, 8, to.data()), 0);
}

constexpr Family kFamilies[] = {
    {"image_filter.cu", exercise_filters}, {"color.cu", exercise_colour},
    {"resize.cu", exercise_resize},        {"statistics.cu", exercise_statistics},
    {"conv2d.cu", exercise_convolution},   {"dot_products.cu", exercise_convolution},
    {"dense.cu", exercise_dense},          {"pool.cu", exercise_pool},
    {"activation.cu", exercise_layers},    {"softmax.cu", exercise_layers},
    {"normalize.cu", exercise_layers},     {"elementwise.cu", exercise_layers},
    {"dropout.cu", exercise_layers},       {"loss.cu", exercise_losses},
    {"optimizer.cu", exercise_optimizers}, {"initialize.cu", exercise_initialize},
    {"metrics.cu", exercise_metrics},      {"limits.cu", exercise_limits},
    {"curve.cu", exercise_curves},         {"prelu.cu", exercise_curves},
    {"group_norm.cu", exercise_norms},     {"lrn.cu", exercise_norms},
    {"subsample.cu", exercise_residual},   {"guard.cu", exercise_residual},
    {"strided.cu", exercise_tensors},      {"matmul.cu", exercise_tensors},
    {"gather.cu", exercise_tensors},       {"pad.cu", exercise_tensors},
    {"resample.cu", exercise_resample},    {"conv3d.cu", exercise_volumes},
    {"pool3d.cu", exercise_volumes},       {"global_max_pool.cu", exercise_volumes},
};

std::set<std::string> launches_in(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string source = text.str();
  std::set<std::string> names;
  for (size_t at = source.find("for_each"); at != std::string::npos; at = source.find("for_each", at + 1)) {
    const size_t open = source.find('"', at), end = source.find(';', at);  // the name stands before the statement's end
    if (open == std::string::npos || open > end) continue;
    names.insert(source.substr(open + 1, source.find('"', open + 1) - open - 1));
  }
  return names;
}

}  // namespace

TEST(Coverage, every_operator_runs_on_every_device) {
  for (const Device& device : Device::all()) {
    for (const Family& family : kFamilies) {
      const std::string path = source_dir() + "/kernels/" + family.source;
      const std::set<std::string> expected = launches_in(path);
      ASSERT_FALSE(expected.empty()) << "no launch found in " << path;
      Stream stream(device);
      LaunchLog log;
      stream.set_log(&log);
      family.exercise(stream);
      std::set<std::string> ran;
      for (const LaunchLog::Row& row : log.rows()) ran.insert(row.name);
      for (const std::string& name : expected) {
        EXPECT_TRUE(ran.count(name)) << name << " of " << family.source << " was not run on " << device.id();
      }
    }
  }
}

TEST(Coverage, a_gpu_is_among_the_devices) {
  if (Device::all().size() == 1) GTEST_SKIP() << "CUDA is not tested here: " << why_no_cuda();
}

}  // namespace striate
