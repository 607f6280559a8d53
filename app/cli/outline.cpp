#include "app/cli/outline.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/embedded.h"
#include "app/pages/page.h"
#include "app/shell/lesson_session.h"
#include "engine/files/carried_weights.h"
#include "engine/filter.h"
#include "engine/network/models.h"
#include "engine/nonlinear_filter.h"

namespace striate {
namespace {

using Words = std::vector<std::string>;

Words pages() {
  Words words;
  for (const PageKind& kind : page_kinds()) words.push_back(kind.info.id);
  return words;
}

Words kernels() {
  Words words;
  for (const NamedKernel& kernel : named_kernels()) words.push_back(kernel.name);
  for (const NonlinearFilter& filter : nonlinear_filters()) words.push_back(filter.name);
  return words;
}

Words lessons() {
  Words words;
  for (const LessonEntry& lesson : LessonSession::entries()) words.push_back(lesson.name);
  return words;
}

Words architectures() {
  Words words;
  for (const Model& model : models()) words.emplace_back(model.name);
  for (const Model& model : large_models()) words.emplace_back(model.name);
  return words;
}

// With trained weights that are part of the program.
Words trained_models() { return carried_models(); }

Words sources() { return {"digits", "letters", "shapes", "satellite", "world", "mnist:", "cifar10:", "folder:"}; }

Words notices() {
  Words words;
  for (const std::string& file : embedded_files("notices/")) words.push_back(file.substr(file.rfind('/') + 1));
  return words;
}

// What a value by its place, or an option, of this name takes besides what its placeholder says.
struct Offer {
  const char* name;
  Words (*words)();
  bool files;
};
constexpr Offer kOffers[] = {
    {"PAGE", pages, false},     {"--page", pages, false},         {"KERNEL", kernels, false},
    {"LESSON", lessons, true},  {"MODEL", trained_models, true},  {"--base", trained_models, true},
    {"--data", sources, false}, {"--model", architectures, true}, {"NAME", notices, false},
};

bool is_lower(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// "auto|cpu", "FILE.csv", "samples|DIR|DATA": words are offered, the others say what they stand for.
Suggestions from_placeholder(const std::string& placeholder) {
  Suggestions suggestions;
  for (size_t begin = 0; begin <= placeholder.size();) {
    const size_t end = std::min(placeholder.find('|', begin), placeholder.size());
    const std::string part = placeholder.substr(begin, end - begin);
    if (is_lower(part)) suggestions.words.push_back(part);
    if (part.starts_with("FILE") || part.starts_with("OUT")) suggestions.files = true;
    if (part == "DIR") suggestions.folders = true;
    begin = end + 1;
  }
  return suggestions;
}

void add_offers(const std::string& name, Suggestions* suggestions) {
  for (const Offer& offer : kOffers) {
    if (offer.name != name) continue;
    suggestions->words = offer.words();
    suggestions->files = suggestions->files || offer.files;
  }
}

OutlineValue value_of(const CLI::Option& option) {
  OutlineValue value;
  value.name = option.get_name(true);
  value.help = option.get_description();
  value.required = option.get_required();
  value.many = option.get_expected_max() > 1;
  value.suggestions = from_placeholder(option.get_type_name());
  add_offers(value.name, &value.suggestions);
  if (value.name == "DIR") {
    value.suggestions.folders = true;
  } else if (value.suggestions.words.empty()) {
    value.suggestions.files = true;
  }
  return value;
}

OutlineOption option_of(const CLI::Option& option) {
  OutlineOption result;
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  result.help = option.get_description();
  result.group = option.get_group();
  result.required = option.get_required();
  if (option.get_items_expected_min() > 0) {
    result.value = option.get_type_name();
    result.suggestions = from_placeholder(result.value);
    for (const std::string& name : result.names) add_offers(name, &result.suggestions);
  }
  return result;
}

Outline outline_of(const CLI::App& app, const std::string& path) {
  Outline outline;
  outline.path = path;
  outline.about = app.get_description();
  outline.more = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      outline.values.push_back(value_of(*option));
    } else {
      outline.options.push_back(option_of(*option));
    }
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    outline.commands.push_back(outline_of(*sub, path + ' ' + sub->get_name()));
  return outline;
}

void collect(const Outline& outline, std::vector<const Outline*>* all) {
  all->push_back(&outline);
  for (const Outline& command : outline.commands) collect(command, all);
}

}  // namespace

Outline outline_of(const CLI::App& root) { return outline_of(root, root.get_name()); }

std::vector<const Outline*> all_commands(const Outline& outline) {
  std::vector<const Outline*> all;
  collect(outline, &all);
  return all;
}

std::string words_behind_program(const Outline& outline) {
  const size_t blank = outline.path.find(' ');
  return blank == std::string::npos ? std::string() : outline.path.substr(blank + 1);
}

}  // namespace striate
