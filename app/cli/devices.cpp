// striate devices: what can compute here.
#include "app/cli/cli.h"
#include "app/cli/isa.h"
#include "kernels/isa.h"
#include "kernels/threads.h"

namespace striate {

void add_devices(CLI::App& parent, CommandLine& line) {
  CLI::App* command =
      add_command(parent, line, "devices", "What can compute here",
                  "Prints one device a line, its name for --device and what it is, then the one that\n"
                  "'auto' takes and the number of threads on the CPU. Not listed: emulated, for tests, on\n"
                  "which the CPU does what a GPU would, in a GPU's shapes and order, slowly.\n"
                  "isa: the instructions that the CPU's kernels were compiled for, native (those of the machine\n"
                  "that built the program) or x86-64-v2, v3, v4; isas: what --isa takes here. STRIATE_ISA in the\n"
                  "environment says the same as --isa.\n\n"
                  "Example:\n"
                  "  striate devices");
  command->callback([&line] {
    line.run = [&line] {
      const Device chosen = line.device();
      for (const Device& device : Device::all()) print_out(fmt::format("{} {}\n", device.id(), device.name()));
      const std::string reason = why_no_cuda();
      if (!reason.empty()) print_out(fmt::format("cuda none: {}\n", reason));
      print_out(fmt::format("chosen {}\n", chosen.id()));
      print_out(fmt::format("threads {}\n", thread_count()));
      print_out(fmt::format("isa {} {}\n", kernel_isa(), kernel_isa_instructions()));
      print_out(fmt::format("isas {}\n", fmt::join(isas_here(), " ")));
    };
  });
}

}  // namespace striate
