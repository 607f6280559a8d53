// striate bench: how fast things are here. Each benchmark first checks its answer, then times it.
#include "app/cli/cli.h"

namespace striate {

void add_bench(CLI::App& parent, CommandLine& line) {
  CLI::App* bench = parent.add_subcommand("bench", "How fast things are on this machine");
  bench->set_help_flag("-h,--help", "Print this help and exit");
  bench->require_subcommand(1);
  bench->footer(
      "Each one first checks its answer, then times it. --csv prints a header line and one line a result.\n\n"
      "Examples:\n"
      "  striate bench filter --csv\n"
      "  striate bench kernels --device cpu\n"
      "  striate bench train --model lenet5 --batch 64\n"
      "  striate bench infer --model resnet50\n"
      "  striate bench frame --page pixels --seconds 5");
  add_bench_filter(*bench, line);
  add_bench_frame(*bench, line);
  add_bench_infer(*bench, line);
  add_bench_kernels(*bench, line);
  add_bench_train(*bench, line);
}

}  // namespace striate
