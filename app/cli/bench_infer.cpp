// striate bench infer: one batch through a network.
#include <algorithm>
#include <memory>

#include "app/cli/training.h"
#include "engine/bench/infer_bench.h"
#include "engine/bench/launch_table.h"
#include "engine/files/read_file.h"
#include "engine/files/torch_file.h"
#include "engine/session/model_file.h"

namespace striate {
namespace {

struct InferBenchOptions {
  std::string model = "resnet50";
  int64_t batch = 1, runs = 15;
  bool csv = false, layers = false, launches = false, direct = false;
};

std::string profile_table(const Architecture& architecture, const std::vector<InferLayerTime>& profile) {
  double all = 0;
  size_t width = 5;
  for (const InferLayerTime& each : profile) {
    all += each.median_ms;
    width = std::max(width, architecture.describe(each.node).size());
  }
  std::string text = fmt::format("{:<{}}  {:>9}  {:>6}  {:>8}\n", "layer", width, "ms", "share", "GFLOP/s");
  for (const InferLayerTime& each : profile) {
    text += fmt::format("{:<{}}  {:>9.3f}  {:>5.1f}%", architecture.describe(each.node), width, each.median_ms,
                        100 * each.median_ms / all);
    if (each.multiply_adds > 0)
      text += fmt::format("  {:>8.1f}", 2e-6 * static_cast<double>(each.multiply_adds) / each.median_ms);
    text += "\n";
  }
  return text + fmt::format("{:<{}}  {:>9.3f}\n", "all, one by one", width, all);
}

void bench(const InferBenchOptions& options, const CommandLine& line) {
  Architecture architecture;
  std::function<void(Stream&, Network&)> load;
  const bool weights = is_tensors_file(options.model);
  if (options.model.ends_with(".onnx") || weights) {
    if (weights && !says_its_network(open_tensors(options.model)))
      throw UsageError(fmt::format("{} does not say which network its weights belong to", options.model),
                       "give the network's name, --model resnet50: what the weights are changes no time");
    const ModelFile file = read_model_file(options.model);
    architecture = file.info.architecture;
    load = file.load;
  } else {
    architecture = architecture_of(options.model, Shape(), 0);
  }
  if (!architecture.has_input())
    throw UsageError(fmt::format("\"{}\" does not say what it takes", options.model),
                     "begin it with a line like: input 3x224x224");
  std::vector<InferLayerTime> profile;
  LaunchLog launches;
  const InferBenchRow row = bench_infer(line.device(), options.model, architecture, static_cast<int>(options.batch),
                                        static_cast<int>(options.runs), static_cast<uint64_t>(line.seed),
                                        options.layers && !options.csv ? &profile : nullptr, load,
                                        options.launches && !options.csv ? &launches : nullptr, !options.direct);
  if (options.csv) {
    InferBenchRow named = row;
    named.model = csv_field(row.model);
    return print_out(infer_bench_header() + "\n" + infer_bench_line(named) + "\n");
  }
  const Architecture::Totals totals = architecture.totals();
  print_out(fmt::format("device {}, {} threads\nmodel {}, batches of {}; median of {} runs\n", line.device().name(),
                        row.threads, row.model, row.batch, options.runs));
  print_out(fmt::format("{:.3f} ms a batch, {:.1f} GFLOP/s\n", row.median_ms,
                        2e-6 * static_cast<double>(totals.multiply_adds) * row.batch / row.median_ms));
  print_out(fmt::format("memory {}; {} with every activation kept\n", bytes_in_words(static_cast<uint64_t>(row.bytes)),
                        bytes_in_words(static_cast<uint64_t>(row.bytes_keeping))));
  print_out(
      fmt::format("checked before timing: {} values of {} of {} layers against their terms in double precision;\n"
                  "no difference is larger than {:.1e} of the sum of the terms' sizes\n",
                  row.checked_values, row.checked_layers, row.layers, row.largest_difference));
  if (!options.direct)
    print_out(
        fmt::format("Winograd's transforms of 3 x 3 kernels, where they are faster, change the output by {:.1e} of its "
                    "largest value; GFLOP/s count the sums without them\n",
                    row.transform_difference));
  if (!row.unchecked_kinds.empty())
    print_out(fmt::format("not checked here, but by the tests: {}\n", fmt::join(row.unchecked_kinds, ", ")));
  if (options.layers) print_out(profile_table(architecture, profile));
  if (options.launches) print_out(launch_table(launches));
}

}  // namespace

void add_bench_infer(CLI::App& bench_command, CommandLine& line) {
  auto options = std::make_shared<InferBenchOptions>();
  CLI::App* command = add_command(
      bench_command, line, "infer", "A network's forward pass",
      "One batch from the input to the last layer, in memory that is used again as soon as nobody needs its values\n"
      "(the output is the same, bit for bit, with every activation kept). On the CPU, 3 x 3 convolutions are timed "
      "with\n"
      "Winograd's transforms where these are faster; they round in other places (--direct: without them).\n"
      "Weights and input are a formula of their names, or the weights those of a file (.onnx, .safetensors, .pt). "
      "Values of every layer are "
      "compared with the sums of their terms in double precision\n"
      "before anything is timed.\n\n"
      "Examples:\n"
      "  striate bench infer --model resnet50 --csv\n"
      "  striate bench infer --model lenet5 --batch 64 --layers\n"
      "  striate bench infer --model SqueezeNet.onnx");
  add_text(*command, "--model", options->model, "The network: a name, a text or a file of any kind (resnet50)")
      ->type_name("NAME|FILE");
  add_integer(*command, "--batch", options->batch, "Pictures at a time (1)", 1, 65536);
  add_integer(*command, "--runs", options->runs, "Runs, of which the median counts (15)", 1, 1'000'000);
  command->add_flag("--layers", options->layers, "Also print what each layer takes");
  command->add_flag("--launches", options->launches, "Also print every kernel's launches: grid, block, time");
  command->add_flag("--direct", options->direct, "Every sum term by term, as the pages compute and explain it");
  command->add_flag("--csv", options->csv, "Print " + infer_bench_header());
  command->callback([options, &line] { line.run = [options, &line] { bench(*options, line); }; });
}

}  // namespace striate
