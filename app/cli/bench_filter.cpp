// striate bench filter: image filters on a large picture.
#include <memory>

#include "app/cli/cli.h"
#include "engine/bench/filter_bench.h"

namespace striate {
namespace {

struct FilterBenchOptions {
  int64_t width = 6000, height = 4000, runs = 15;
  bool csv = false;
};

void bench(const FilterBenchOptions& options, const CommandLine& line) {
  const std::vector<FilterBenchRow> rows =
      bench_filter(line.device(), static_cast<int>(options.width), static_cast<int>(options.height),
                   static_cast<int>(options.runs), static_cast<uint64_t>(line.seed));
  if (options.csv) {
    print_out(filter_bench_header() + "\n");
    for (const FilterBenchRow& row : rows) print_out(filter_bench_line(row) + "\n");
    return;
  }
  print_out(fmt::format("device {}\npicture {} x {} 8-bit RGB, zero padding, median of {} runs\n", line.device().name(),
                        options.width, options.height, options.runs));
  const double megabytes = 2 * 3e-6 * static_cast<double>(options.width) * static_cast<double>(options.height);
  for (const FilterBenchRow& row : rows)
    print_out(fmt::format("{:<9} {:8.2f} ms {:8.2f} GB/s read and written\n", row.filter, row.median_ms,
                          megabytes / row.median_ms));
  print_out("checked against the double-precision reference before timing: every value equal\n");
}

}  // namespace

void add_bench_filter(CLI::App& bench_command, CommandLine& line) {
  auto options = std::make_shared<FilterBenchOptions>();
  CLI::App* command = add_command(
      bench_command, line, "filter", "Image filters on a large picture",
      "8-bit RGB in and out: edge3 sharpen3 blur3 gaussian7. Every value is compared with the double-precision\n"
      "reference on a small picture before anything is timed.\n\n"
      "Examples:\n"
      "  striate bench filter --csv\n"
      "  striate bench filter --width 1920 --height 1080 --threads 1");
  add_integer(*command, "--width", options->width, "Columns (6000)", 1, 32768);
  add_integer(*command, "--height", options->height, "Rows (4000)", 1, 32768);
  add_integer(*command, "--runs", options->runs, "Runs, of which the median counts (15)", 1, 10000);
  command->add_flag("--csv", options->csv, "Print filter,device,threads,width,height,median_ms");
  command->callback([options, &line] { line.run = [options, &line] { bench(*options, line); }; });
}

}  // namespace striate
