// striate notices: what of others is inside the program, and under which terms.
#include <algorithm>
#include <memory>

#include "app/cli/cli.h"
#include "app/command/registry.h"
#include "app/embedded.h"

namespace striate {
namespace {

constexpr std::string_view kFolder = "notices/";

// NAME as it is written in the list, whatever the case; a license's own name too. Empty if there is no such text.
std::string find_notice(const std::string& name) {
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
  };
  for (const std::string& file : embedded_files(kFolder)) {
    if (lower(file.substr(file.rfind('/') + 1)) == lower(name)) return file;
  }
  return {};
}

void print_list() {
  std::string_view table = embedded_file("notices.txt");
  while (!table.empty()) {
    std::string row(table.substr(0, table.find('\n')));
    table.remove_prefix(row.size() + 1);
    std::replace(row.begin(), row.end(), '\t', ' ');
    print_out(row + '\n');
  }
}

}  // namespace

void add_notices(CLI::App& parent, CommandLine& line) {
  CLI::App* command =
      add_command(parent, line, "notices", "What others made of this program, and their terms",
                  "Prints one a line: name, version, license, and whether it is inside the program or a shared\n"
                  "library linked to it. With NAME: its copyright notice and license, in full.\n\n"
                  "Examples:\n"
                  "  striate notices\n"
                  "  striate notices GLFW");
  auto name = std::make_shared<std::string>();
  add_text(*command, "NAME", *name, "Which one; all in a list unless given");
  command->callback([&line, name] {
    line.run = [name] {
      if (name->empty()) return print_list();
      const std::string file = find_notice(*name);
      if (file.empty()) {
        std::vector<std::string> names;
        for (const std::string& known : embedded_files(kFolder)) names.push_back(known.substr(known.rfind('/') + 1));
        const std::string near = nearest_name(*name, names);
        throw Error(fmt::format("there is no notice of '{}' in this program", *name),
                    near.empty() ? "striate notices lists all" : fmt::format("did you mean '{}'?", near));
      }
      print_out(embedded_file(file));
    };
  });
}

}  // namespace striate
