// Fails when an operator in kernels/ or a device of this machine was not exercised. A launch is known by its name,
// which is read from the sources, all of them; what exercises a new source belongs into the list.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
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

void exercise_limits(Stream& stream) {
  const std::vector<float> numbers(100, 2.5f);
  const Buffer<float> from = on_device(stream, numbers);
  Guarded<float> to(stream, 100);
  copy_floats(stream, from.data(), to.data(), 100);
  EXPECT_EQ(to.read(stream), numbers);
  EXPECT_GT(multiply_add_chains(stream, 2, 8, to.data()), 0);
}

// All that there is to exercise. Which launches they have to make is read from the sources: nothing to list.
constexpr void (*kExercises[])(Stream&) = {
    exercise_filters,    exercise_color,        exercise_resize,       exercise_statistics, exercise_convolution,
    exercise_dense,      exercise_pool,         exercise_layers,       exercise_losses,     exercise_optimizers,
    exercise_initialize, exercise_metrics,      exercise_limits,       exercise_curves,     exercise_norms,
    exercise_residual,   exercise_tensors,      exercise_resample,     exercise_volumes,    exercise_walk,
    exercise_local,      exercise_neocognitron, exercise_early_layers, exercise_teach,      exercise_nonlinear_filters,
};

struct Launches {
  std::set<std::string> named;  // launches whose name stands in the source
  bool by_callers = false;      // and some whose name is handed in
};

// The launches of one source, and the names that it hands to launches of others (implicit_gemm(stream, "name", ...)).
Launches launches_in(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string source = text.str();
  Launches found;
  static const std::regex launch(
      R"re((for_each|for_each_block|implicit_gemm|reduction_gemm)\(\s*(?:target,\s*)?stream,\s*(?:"([a-z0-9_]+)"|(name)))re");
  for (std::sregex_iterator at(source.begin(), source.end(), launch), end; at != end; ++at) {
    if ((*at)[2].matched) found.named.insert((*at)[2]);
    if ((*at)[3].matched) found.by_callers = true;
  }
  return found;
}

}  // namespace

TEST(Coverage, every_launch_of_every_kernel_source_runs_on_every_device) {
  std::map<std::string, Launches> sources;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() + "/kernels")) {
    if (entry.path().extension() == ".cu")
      sources[entry.path().filename().string()] = launches_in(entry.path().string());
  }
  ASSERT_GT(sources.size(), 30u) << "no kernels found in " << source_dir();
  EXPECT_TRUE(sources["implicit_gemm.cu"].by_callers);
  EXPECT_EQ(sources["walk.cu"].named, (std::set<std::string>{"convolve_cells", "pool_cells", "pool_cells_backward"}));
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    LaunchLog log;
    stream.set_log(&log);
    for (const auto exercise : kExercises) exercise(stream);
    std::set<std::string> ran;
    for (const LaunchLog::Row& row : log.rows()) ran.insert(row.name);
    for (const auto& [source, launches] : sources) {
      for (const std::string& name : launches.named)
        EXPECT_TRUE(ran.count(name)) << name << " of " << source << " was not run on " << device.id();
    }
  }
}

TEST(Coverage, a_gpu_is_among_the_devices) {
  if (Device::all().size() == 1) GTEST_SKIP() << "CUDA is not tested here: " << why_no_cuda();
}

}  // namespace striate
