// libFuzzer over scripts and lessons: whatever the text, it is read, checked and played against a small registry, or
// refused with an Error of both lines that names the file. What was read is written and read again, and must be the
// same. The first byte chooses: an odd one means a lesson. Seeds: assets/lessons. Run: script_fuzz -timeout=5 CORPUS
// SEEDS
#include <cstdlib>
#include <string>

#include "app/command/player.h"
#include "app/command/registry.h"
#include "app/command/script.h"
#include "engine/error.h"

namespace {

using namespace striate;  // NOLINT: a program of one file

// The commands and readouts that the lessons of assets/lessons begin with, one of every kind of parameter.
Registry small_registry(double* value) {
  Registry registry;
  const auto keep = [value](const Arguments& arguments) { *value += static_cast<double>(arguments.size()); };
  registry.add(Command{"open", "", {Parameter::text("file", "a path")}, keep});
  registry.add(Command{"page", "", {Parameter::choice("id", "which", {"pixels", "channels", "filters"})}, keep});
  registry.add(Command{"pixels.fit", "", {}, keep});
  registry.add(Command{"pixels.zoom", "", {Parameter::number("z", "points", 0.01, 256)}, keep});
  registry.add(Command{"pixels.cursor",
                       "",
                       {Parameter::integer("x", "column", 0, 1e9), Parameter::integer("y", "row", 0, 1e9).or_none()},
                       keep});
  registry.add(Command{"channels.tint", "", {Parameter::on_off("on", "tinted")}, keep});
  registry.add(Readout{"pixels.width", "", [value] { return ReadoutValue(*value); }});
  registry.add(Readout{"page", "", [] { return ReadoutValue(std::string("pixels")); }});
  registry.add(Readout{"pixels.gray", "", []() -> ReadoutValue { throw Error("nothing", "open something"); }});
  Readout one_of_many{"grid.at", "", {}};
  one_of_many.parameters = {Parameter::integer("x", "column", 0, 9), Parameter::integer("y", "row", 0, 9)};
  one_of_many.value_of = [](const Arguments& arguments) {
    return ReadoutValue(static_cast<double>(arguments.integer(0) * 10 + arguments.integer(1)));
  };
  registry.add(std::move(one_of_many));
  return registry;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void read_again(const Script& script) {
  for (const Action& action : script.actions) {
    require(!action.text.empty() && action.text.find('\n') == std::string::npos && action.line > 0);
    if (action.kind == ActionKind::screenshot) continue;  // the rest of its line is a file's name, quotes and all
    const std::vector<std::string> words = split_words(action.text);
    std::string line;
    for (const std::string& word : words) line += quoted(word) + ' ';
    require(split_words(line) == words);
    if (action.kind != ActionKind::expect) continue;
    const Expectation& first = action.expectation;
    const Script again = parse_script("expect " + first.text(), "again");
    const Expectation& second = again.actions.at(0).expectation;
    require(first.text() == second.text() && first.value == second.value && first.other == second.other &&
            first.tolerance == second.tolerance);
  }
}

void play(Script script, const Registry& registry) {
  double now = 0;
  PlayerHost host;
  host.registry = &registry;
  host.run = [&](const std::string& line) { registry.run(line); };
  host.loading = [] { return false; };
  host.busy = [] { return false; };
  host.take_failure = [] { return std::optional<Error>(); };
  host.screenshot = [](const std::string&) {};
  host.now = [&] { return now += 30; };
  ScriptPlayer player(std::move(script));
  while (player.advance(host)) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static double value = 12;
  static const Registry registry = small_registry(&value);
  const bool is_lesson = size > 0 && data[0] % 2 == 1;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const std::string name = is_lesson ? "fuzz.md" : "fuzz.striate";
    Script script = parse_script(text, name);
    require(!script.actions.empty() || is_lesson);
    read_again(script);
    if (is_lesson) check_lesson(parse_lesson(text, name), registry);
    check_script(script, registry);
    play(std::move(script), registry);
  } catch (const Error& error) {
    require(std::string(error.what()).rfind("fuzz.", 0) == 0 && !error.hint().empty());
    require(std::string(error.what()).find('\n') == std::string::npos);
    require(error.hint().find('\n') == std::string::npos);
  }
  return 0;
}
