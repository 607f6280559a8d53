// Commands and readouts by name: declaring, checking and running them. How a line is read is in words.cpp.
#include "app/command/registry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "app/command/setting.h"
#include "engine/error.h"
#include "engine/old_names.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

// The rest of a line as one text: what stands in quotes, or everything as it is.
std::string take_text(std::string_view& rest, const Command& command) {
  if (rest.front() != '"') return std::string(trimmed(std::exchange(rest, {})));
  std::string text = take_word(rest);
  rest = skip_spaces(rest);
  if (!rest.empty())
    throw Error(fmt::format("{}: '{}' stands after the closing quote", command.name, shown(rest)),
                "put the whole text in quotes, or none of it: " + command.usage());
  return text;
}

Error wrong_value(const Command& command, const Parameter& parameter, std::string_view value) {
  std::string hint = fmt::format("{} is {}: {}", upper(parameter.name), parameter.help, parameter.expected());
  if (parameter.kind == ParameterKind::choice) {
    std::string near = nearest_name(value, parameter.choices);
    if (!near.empty()) hint = fmt::format("did you mean '{}'? {}", near, hint);
  }
  return Error(fmt::format("{}: '{}' is no value for {}", command.name, shown(value), upper(parameter.name)), hint);
}

template <typename Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  for (const auto& entry : map) names.push_back(entry.first);
  return names;
}

// "did you mean 'pixels.zoom'?", else what the same page has, else where all are listed.
std::string unknown_hint(std::string_view name, const std::vector<std::string>& names, std::string_view what) {
  std::string near = nearest_name(name, names);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  const size_t dot = name.find('.');
  std::vector<std::string> same_page;
  for (const std::string& other : names)
    if (dot != std::string_view::npos && other.compare(0, dot + 1, name.substr(0, dot + 1)) == 0)
      same_page.push_back(other);
  if (!same_page.empty()) return fmt::format("{} of this page: {}", what, joined(same_page, ", "));
  std::vector<std::string> single;
  std::string example = "pixels.zoom";
  for (const std::string& other : names)
    if (other.find('.') == std::string::npos) single.push_back(other);
  for (auto other = names.rbegin(); other != names.rend(); ++other)
    if (other->find('.') != std::string::npos) example = *other;  // the first
  return fmt::format("{} are named page.noun, as in '{}'{}", what, example,
                     single.empty() ? "" : "; without a page: " + joined(single, ", "));
}

}  // namespace

Parameter Parameter::integer(std::string name, std::string help, double minimum, double maximum) {
  return {std::move(name), ParameterKind::integer, std::move(help), minimum, maximum, {}, false};
}
Parameter Parameter::number(std::string name, std::string help, double minimum, double maximum) {
  return {std::move(name), ParameterKind::number, std::move(help), minimum, maximum, {}, false};
}
Parameter Parameter::choice(std::string name, std::string help, std::vector<std::string> choices) {
  return {std::move(name), ParameterKind::choice, std::move(help), 0, 0, std::move(choices), false};
}
Parameter Parameter::on_off(std::string name, std::string help) {
  return choice(std::move(name), std::move(help), {"on", "off"});
}
Parameter Parameter::word(std::string name, std::string help) {
  return {std::move(name), ParameterKind::word, std::move(help), 0, 0, {}, false};
}
Parameter Parameter::text(std::string name, std::string help) {
  return {std::move(name), ParameterKind::text, std::move(help), 0, 0, {}, false};
}
Parameter Parameter::file_to_read(std::string name, std::string help,
                                  std::string_view (*path_in)(std::string_view value)) {
  Parameter parameter = text(std::move(name), std::move(help));
  parameter.file = FileUse::read;
  parameter.path_in = path_in;
  return parameter;
}
Parameter Parameter::file_to_write(std::string name, std::string help,
                                   std::string_view (*path_in)(std::string_view value)) {
  Parameter parameter = file_to_read(std::move(name), std::move(help), path_in);
  parameter.file = FileUse::write;
  return parameter;
}
Parameter&& Parameter::or_none() && {
  optional = true;
  return std::move(*this);
}

std::string Parameter::expected() const {
  switch (kind) {
    case ParameterKind::integer:
      return fmt::format("a whole number from {} to {}", to_text(minimum), to_text(maximum));
    case ParameterKind::number:
      return fmt::format("a number from {} to {}", to_text(minimum), to_text(maximum));
    case ParameterKind::choice:
      return joined(choices, "|");
    case ParameterKind::word:
      return "one word, or any text in quotes";
    case ParameterKind::text:
      break;
  }
  return "any text";
}

int64_t Arguments::integer(size_t i) const {
  striate::check(i < values_.size() && values_[i].index() == 0, "argument {} of {} is no integer", i, values_.size());
  return std::get<int64_t>(values_[i]);
}
double Arguments::number(size_t i) const {
  striate::check(i < values_.size() && values_[i].index() == 1, "argument {} of {} is no number", i, values_.size());
  return std::get<double>(values_[i]);
}
bool Arguments::on(size_t i) const { return text(i) == "on"; }
const std::string& Arguments::text(size_t i) const {
  striate::check(i < values_.size() && values_[i].index() == 2, "argument {} of {} is no text", i, values_.size());
  return std::get<std::string>(values_[i]);
}

std::string Command::usage() const {
  std::string text = name;
  for (const Parameter& parameter : parameters) {
    const bool spell_out = parameter.kind == ParameterKind::choice && parameter.choices.size() <= 6;
    const std::string value = spell_out ? joined(parameter.choices, "|") : upper(parameter.name);
    text += parameter.optional ? " [" + value + "]" : " " + value;
  }
  return text;
}

std::string Readout::usage() const {
  Command form;  // a readout's values are written as a command's
  form.name = name;
  form.parameters = parameters;
  return form.usage();
}

void Registry::check_parameters(const std::string& name, const std::vector<Parameter>& parameters) {
  bool optional = false;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const bool last = i + 1 == parameters.size();
    striate::check(parameter.kind != ParameterKind::text || last, "{}: the text parameter '{}' must be the last", name,
                   parameter.name);
    // The rule about files looks at the last one alone (script_files.h).
    striate::check(parameter.file == FileUse::none || last, "{}: the file '{}' must be the last parameter", name,
                   parameter.name);
    striate::check(parameter.optional || !optional, "{}: '{}' stands after an optional parameter", name,
                   parameter.name);
    striate::check(parameter.kind != ParameterKind::choice || !parameter.choices.empty(), "{}: '{}' has no choices",
                   name, parameter.name);
    optional = parameter.optional;
  }
}

void Registry::add(Command command) {
  striate::check(is_name(command.name), "'{}' is no name for a command", command.name);
  striate::check(!commands_.contains(command.name), "the command '{}' is there already", command.name);
  check_parameters(command.name, command.parameters);
  std::string name = command.name;
  commands_.emplace(std::move(name), std::move(command));
}

void Registry::add(Readout readout) {
  striate::check(is_name(readout.name), "'{}' is no name for a readout", readout.name);
  striate::check(!readouts_.contains(readout.name), "the readout '{}' is there already", readout.name);
  check_parameters(readout.name, readout.parameters);
  std::string name = readout.name;
  readouts_.emplace(std::move(name), std::move(readout));
}

void Registry::add(const Setting& setting) {
  add(Command{
      setting.name,
      setting.help,
      {setting.parameter},
      [&setting](const Arguments& arguments) {
        const ParameterKind kind = setting.parameter.kind;
        if (!arguments.has(0)) return setting.set(*setting.none);
        setting.set(kind == ParameterKind::integer  ? ReadoutValue(static_cast<double>(arguments.integer(0)))
                    : kind == ParameterKind::number ? ReadoutValue(arguments.number(0))
                                                    : ReadoutValue(arguments.text(0)));
      },
      setting.undo,
  });
  add(Readout{setting.readout.empty() ? setting.name : setting.readout,
              setting.readout_help.empty() ? setting.help : setting.readout_help,
              setting.shown ? setting.shown : setting.value});
  settings_.emplace(setting.name, &setting);
}

void Registry::add_later(std::string prefix, std::function<void()> declare) {
  later_.emplace(std::move(prefix), std::move(declare));
}

// What is declared is added to this registry by whoever was called: who only looks for a name does not see it happen.
void Registry::call_for(std::string_view name) const {
  const auto found = later_.find(name.substr(0, name.find('.')));
  if (found != later_.end()) found->second();
}

void Registry::call_for_all() const {
  for (const auto& [prefix, declare] : later_) declare();
}

const std::map<std::string, Command, std::less<>>& Registry::commands() const {
  call_for_all();
  return commands_;
}

const std::map<std::string, Readout, std::less<>>& Registry::readouts() const {
  call_for_all();
  return readouts_;
}

const Setting* Registry::find_setting(std::string_view name) const {
  if (commands_.find(name) == commands_.end()) call_for(name);
  const auto found = settings_.find(name);
  return found == settings_.end() ? nullptr : found->second;
}

const Command* Registry::find_command(std::string_view name) const {
  auto found = commands_.find(name);
  if (found != commands_.end()) return &found->second;
  const auto current = current_name(NameOf::command, name);
  call_for(current);
  found = commands_.find(current);
  return found == commands_.end() ? nullptr : &found->second;
}

const Readout* Registry::find_readout(std::string_view name) const {
  auto found = readouts_.find(name);
  if (found != readouts_.end()) return &found->second;
  const auto current = current_name(NameOf::command, name);
  call_for(current);
  found = readouts_.find(current);
  return found == readouts_.end() ? nullptr : &found->second;
}

const Command& Registry::command(std::string_view name) const {
  const Command* found = find_command(name);
  if (!found)
    throw Error(fmt::format("there is no command '{}'", shown(name)),
                unknown_hint(name, names_of(commands()), "commands"));
  return *found;
}

const Readout& Registry::readout(std::string_view name) const {
  const Readout* found = find_readout(name);
  if (!found)
    throw Error(fmt::format("there is no readout '{}'", shown(name)),
                unknown_hint(name, names_of(readouts()), "readouts"));
  return *found;
}

ReadoutValue Registry::read(std::string_view line) const {
  Arguments arguments;
  const Readout& found = parse_readout(line, &arguments);
  ReadoutValue value = found.value_of ? found.value_of(arguments) : found.value();
  double* number = std::get_if<double>(&value);
  if (number && *number == 0) *number = 0;  // never -0
  return value;
}

const Readout& Registry::parse_readout(std::string_view line, Arguments* arguments) const {
  std::string_view rest = skip_spaces(line);
  const Readout& found = readout(take_word(rest));
  Command form;  // a readout's values are written as a command's
  form.name = found.name;
  form.parameters = found.parameters;
  parse_values(form, rest, arguments);
  return found;
}

void Registry::check_readout(std::string_view line) const {
  Arguments arguments;
  parse_readout(line, &arguments);
}

const Command& Registry::parse(std::string_view line, Arguments* arguments) const {
  std::string_view rest = skip_spaces(line);
  if (rest.empty()) throw Error("the line holds no command", "write a command's name, as in 'pixels.zoom 8'");
  const Command& command = this->command(take_word(rest));
  parse_values(command, rest, arguments);
  return command;
}

void Registry::parse_values(const Command& command, std::string_view rest, Arguments* arguments) {
  for (const Parameter& parameter : command.parameters) {
    rest = skip_spaces(rest);
    if (rest.empty()) {
      if (parameter.optional) break;
      throw Error(fmt::format("{}: {} is missing", command.name, upper(parameter.name)),
                  fmt::format("usage: {}; {} is {}: {}", command.usage(), upper(parameter.name), parameter.help,
                              parameter.expected()));
    }
    if (parameter.kind == ParameterKind::text) {
      arguments->values_.emplace_back(take_text(rest, command));
      continue;
    }
    std::string word = take_word(rest);
    if (parameter.kind == ParameterKind::integer) {
      int64_t value = 0;
      if (!parse_integer(word, &value) || static_cast<double>(value) < parameter.minimum ||
          static_cast<double>(value) > parameter.maximum)
        throw wrong_value(command, parameter, word);
      arguments->values_.emplace_back(value);
    } else if (parameter.kind == ParameterKind::number) {
      double value = 0;
      if (!parse_number(word, &value) || value < parameter.minimum || value > parameter.maximum)
        throw wrong_value(command, parameter, word);
      arguments->values_.emplace_back(value);
    } else if (parameter.kind == ParameterKind::word) {
      arguments->values_.emplace_back(std::move(word));
    } else {
      if (std::find(parameter.choices.begin(), parameter.choices.end(), word) == parameter.choices.end())
        throw wrong_value(command, parameter, word);
      arguments->values_.emplace_back(std::move(word));
    }
  }
  rest = skip_spaces(rest);
  if (!rest.empty())
    throw Error(fmt::format("{}: '{}' is one value too many", command.name, shown(rest)), "usage: " + command.usage());
}

void Registry::run(std::string_view line) const {
  Arguments arguments;
  const Command& command = parse(line, &arguments);
  command.apply(arguments);
}

const Command& Registry::check(std::string_view line) const {
  Arguments arguments;
  return parse(line, &arguments);
}

const Command& Registry::check(std::string_view line, Arguments* values) const { return parse(line, values); }

}  // namespace striate
