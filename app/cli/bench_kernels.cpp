// striate bench kernels: every operator, beside what the device can do.
#include <memory>

#include "app/cli/cli.h"
#include "engine/bench/kernel_bench.h"

namespace striate {
namespace {

struct KernelBenchOptions {
  int64_t runs = 15;
  bool csv = false;
};

void bench(const KernelBenchOptions& options, const CommandLine& line) {
  const int runs = static_cast<int>(options.runs);
  const std::vector<KernelBenchRow> rows = bench_kernels(line.device(), runs, static_cast<uint64_t>(line.seed));
  if (options.csv) {
    print_out(kernel_bench_header() + "\n");
    for (const KernelBenchRow& row : rows) print_out(kernel_bench_line(row) + "\n");
    return;
  }
  const DeviceLimits limits = measure_limits(line.device(), runs);
  print_out(fmt::format("device {}\n", line.device().name()));
  print_out(fmt::format("measured limits: {:.1f} GB/s copying, {:.1f} GFLOP/s in multiply-adds\n",
                        limits.gbytes_per_second, limits.gflops));
  print_out(fmt::format("{:<24} {:<16} {:>12} {:>9} {:>8} {:>9}\n", "operator", "shape", "median us", "GFLOP/s", "GB/s",
                        "of limit"));
  for (const KernelBenchRow& row : rows)
    print_out(fmt::format("{:<24} {:<16} {:>12.1f} {:>9.2f} {:>8.2f} {:>8.0f}%\n", row.op, row.shape, row.median_us,
                          row.gflops, row.gbytes_per_second, 100 * row.limit_share));
  print_out("each result was checked before it was timed\n");
}

}  // namespace

void add_bench_kernels(CLI::App& bench_command, CommandLine& line) {
  auto options = std::make_shared<KernelBenchOptions>();
  CLI::App* command = add_command(
      bench_command, line, "kernels", "Every operator, beside what the device can do",
      "Times each operator on a picture of ordinary size and says which share of the device's measured memory\n"
      "bandwidth or arithmetic it reaches, whichever is nearer to its limit.\n\n"
      "Example:\n"
      "  striate bench kernels --csv");
  add_integer(*command, "--runs", options->runs, "Runs, of which the median counts (15)", 1, 10000);
  command->add_flag("--csv", options->csv,
                    "Print operator,shape,device,median_us,gflops,gbytes_per_second,limit_share");
  command->callback([options, &line] { line.run = [options, &line] { bench(*options, line); }; });
}

}  // namespace striate
