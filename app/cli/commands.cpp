// striate commands: what a script can say, and what it can read.
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/cli.h"
#include "app/cli/script_run.h"
#include "app/shell/app.h"
#include "app/shell/frame.h"
#include "app/widgets/textures.h"

namespace striate {
namespace {

const char* word_of(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::integer:
      return "integer";
    case ParameterKind::number:
      return "number";
    case ParameterKind::choice:
      return "choice";
    case ParameterKind::word:
      return "word";
    case ParameterKind::text:
      break;
  }
  return "text";
}

// Whole numbers are written without a point.
nlohmann::ordered_json json_of(double bound) {
  constexpr double kWhole = 9007199254740992.0;  // up to here every whole number is a double of its own
  if (bound == std::floor(bound) && std::fabs(bound) <= kWhole) return static_cast<int64_t>(bound);
  return bound;
}

nlohmann::ordered_json json_of(const std::vector<Parameter>& parameters) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Parameter& parameter : parameters) {
    const bool has_range = parameter.kind == ParameterKind::integer || parameter.kind == ParameterKind::number;
    list.push_back({{"name", parameter.name},
                    {"kind", word_of(parameter.kind)},
                    {"minimum", has_range ? json_of(parameter.minimum) : nullptr},
                    {"maximum", has_range ? json_of(parameter.maximum) : nullptr},
                    {"choices", parameter.choices},
                    {"optional", parameter.optional}});
  }
  return list;
}

// One command or readout a line, so that it can also be searched by the line.
template <typename Entry>
void print_json(const Entry& entry, const char* kind, bool first) {
  const nlohmann::ordered_json json = {
      {"name", entry.name}, {"kind", kind}, {"help", entry.help}, {"parameters", json_of(entry.parameters)}};
  print_out((first ? "[\n" : ",\n") + json.dump());
}

void print_registry(const Registry& registry, bool json) {
  bool first = true;
  for (const auto& [name, command] : registry.commands()) {
    if (json)
      print_json(command, "command", std::exchange(first, false));
    else
      print_out(fmt::format("command  {}: {}\n", command.usage(), command.help));
  }
  for (const auto& [name, readout] : registry.readouts()) {
    if (json)
      print_json(readout, "readout", std::exchange(first, false));
    else
      print_out(fmt::format("readout  {}: {}\n", readout.usage(), readout.help));
  }
  if (json) print_out("\n]\n");
}

}  // namespace

void add_commands(CLI::App& parent, CommandLine& line) {
  CLI::App* command =
      add_command(parent, line, "commands", "Every command and readout that scripts and lessons have",
                  "Prints one a line, commands first: how it is written, and what it does or is. [VALUES] may be\n"
                  "left out. As JSON: one array of {name, kind, help, parameters}, whose kind is command or\n"
                  "readout; a parameter is {name, kind, minimum, maximum, choices, optional}, whose kind is\n"
                  "integer, number, choice, word (one word, or in quotes) or text (the rest of the line).\n\n"
                  "Examples:\n"
                  "  striate commands | grep pooling\n"
                  "  striate commands --json");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "As JSON");
  command->callback([&line, json] {
    line.run = [&line, json] {
      App app(line.device(), settings_for_scripts());
      NoTextures textures;
      const Shell shell(app, textures);  // has commands of its own
      print_registry(app.registry(), *json);
    };
  });
}

}  // namespace striate
