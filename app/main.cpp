// The window and the command line are one program; app/cli/ has it all.
#include <string>
#include <vector>

#include "app/cli/cli.h"

int main(int argc, char** argv) {
  return striate::run_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
