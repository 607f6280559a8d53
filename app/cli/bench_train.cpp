// striate bench train: whole training steps.
#include <memory>

#include "app/cli/training.h"
#include "engine/bench/launch_table.h"
#include "engine/bench/train_bench.h"

namespace striate {
namespace {

constexpr int kClasses = 10;

struct TrainBenchOptions {
  std::string model = "lenet5", input;
  int64_t batch = 64, steps = 200;
  bool csv = false, launches = false;
};

void bench(const TrainBenchOptions& options, const CommandLine& line) {
  const Architecture architecture = architecture_of(options.model, parse_input(options.input), kClasses);
  if (!architecture.has_input())
    throw UsageError(fmt::format("\"{}\" does not say what it takes", options.model), "say it with --input 3x64x64");
  LaunchLog launches;
  TrainBenchRow row = bench_train(line.device(), options.model, architecture, static_cast<int>(options.batch),
                                  static_cast<int>(options.steps), static_cast<uint64_t>(line.seed),
                                  options.launches && !options.csv ? &launches : nullptr);
  if (options.csv) {
    row.model = csv_field(row.model);
    return print_out(train_bench_header() + "\n" + train_bench_line(row) + "\n");
  }
  print_out(fmt::format("device {}\nmodel {}, batches of {}, cross-entropy, adam; median of {} steps\n",
                        line.device().name(), row.model, row.batch, options.steps));
  print_out(fmt::format("{:.3f} ms a step, {:.0f} images a second\n", row.median_ms, row.images_per_second));
  print_out(fmt::format(
      "checked before timing: along the gradient the loss rises by {:.5f} a unit as the backward pass says, "
      "by {:.5f} as two forward passes say;\n"
      "no weight differs from Adam's formula in double precision by more than {:.1e} of the rate\n",
      row.slope, row.slope_by_differences, row.update_difference));
  if (options.launches) print_out(launch_table(launches));
}

}  // namespace

void add_bench_train(CLI::App& bench_command, CommandLine& line) {
  auto options = std::make_shared<TrainBenchOptions>();
  CLI::App* command = add_command(
      bench_command, line, "train", "Whole training steps",
      "Random pictures, cross-entropy, Adam: batch, forward, loss, backward, update. The gradient is compared with "
      "two\n"
      "forward passes along it, the update with Adam's formula in double precision, before anything is timed.\n\n"
      "Examples:\n"
      "  striate bench train --csv\n"
      "  striate bench train --model tinyvgg --batch 16 --threads 1\n"
      "  striate bench train --model resnet18 --input 3x64x64 --batch 16 --steps 20");
  add_text(*command, "--model", options->model, "The network: a name or a text (lenet5)")->type_name("NAME|TEXT");
  add_text(*command, "--input", options->input, "What it takes, where that is not what it was made for")
      ->type_name("CxHxW");
  add_integer(*command, "--batch", options->batch, "Samples of one step (64)", 1, 65536);
  add_integer(*command, "--steps", options->steps, "Steps, of which the median counts (200)", 1, 1'000'000);
  command->add_flag("--launches", options->launches, "Also print every kernel's launches of a step: grid, block, time");
  command->add_flag("--csv", options->csv, "Print " + train_bench_header());
  command->callback([options, &line] { line.run = [options, &line] { bench(*options, line); }; });
}

}  // namespace striate
