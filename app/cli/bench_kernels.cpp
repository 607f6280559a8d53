// striate bench kernels: every operator, beside what the device can do.
#include <memory>

#include "app/cli/cli.h"
#include "engine/bench/kernel_bench.h"
#include "engine/bench/network_bench.h"

namespace striate {
namespace {

struct KernelBenchOptions {
  int64_t runs = 15, batch = 64;
  std::string part = "all";
  bool csv = false;
};

void bench(const KernelBenchOptions& options, const CommandLine& line) {
  const int runs = static_cast<int>(options.runs);
  const uint64_t seed = static_cast<uint64_t>(line.seed);
  const DeviceLimits limits = measure_limits(line.device(), runs);
  std::vector<KernelBenchRow> rows;
  if (options.part != "networks") rows = bench_kernels(line.device(), runs, seed, limits);
  if (options.part != "pictures") {
    const std::vector<KernelBenchRow> more =
        bench_network(line.device(), runs, seed, limits, static_cast<int>(options.batch));
    rows.insert(rows.end(), more.begin(), more.end());
  }
  if (options.csv) {
    print_out(kernel_bench_header() + "\n");
    for (const KernelBenchRow& row : rows) print_out(kernel_bench_line(row) + "\n");
    return;
  }
  print_out(fmt::format("device {}\n", line.device().name()));
  print_out(fmt::format("measured limits: {:.1f} GB/s copying, {:.1f} GFLOP/s in multiply-adds\n",
                        limits.gbytes_per_second, limits.gflops));
  print_out(fmt::format("{:<28} {:<38} {:>12} {:>9} {:>8} {:>9}\n", "operator", "shape", "median us", "GFLOP/s", "GB/s",
                        "of limit"));
  for (const KernelBenchRow& row : rows)
    print_out(fmt::format("{:<28} {:<38} {:>12.1f} {:>9.2f} {:>8.2f} {:>8.0f}%\n", row.op, row.shape, row.median_us,
                          row.gflops, row.gbytes_per_second, 100 * row.limit_share));
  print_out("each result was checked before it was timed\n");
}

}  // namespace

void add_bench_kernels(CLI::App& bench_command, CommandLine& line) {
  auto options = std::make_shared<KernelBenchOptions>();
  CLI::App* command = add_command(
      bench_command, line, "kernels", "Every operator, beside what the device can do",
      "Times each operator of pictures (2000x3000 pixels) and of networks (at the sizes of LeNet-5 and tinyvgg, and\n"
      "convolutions of ResNet-50 with one picture) and says which share of the device's measured memory bandwidth or\n"
      "arithmetic it reaches, whichever is nearer to its limit; above 100 % where all of it stays in a cache, or "
      "where\n"
      "there is a shorter way than the definition. Each result is checked before it is timed.\n\n"
      "Examples:\n"
      "  striate bench kernels --csv\n"
      "  striate bench kernels --part networks --batch 16");
  add_choice(*command, "--part", options->part, "Which operators (all)", {"all", "pictures", "networks"});
  add_integer(*command, "--batch", options->batch, "Pictures in a batch of LeNet-5 and tinyvgg (64)", 1, 4096);
  add_integer(*command, "--runs", options->runs, "Runs, of which the median counts (15)", 1, 10000);
  command->add_flag("--csv", options->csv,
                    "Print operator,shape,device,median_us,gflops,gbytes_per_second,limit_share");
  command->callback([options, &line] { line.run = [options, &line] { bench(*options, line); }; });
}

}  // namespace striate
