#include "app/words/words.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "app/embedded.h"
#include "app/words/languages.h"
#include "app/words/po.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr std::string_view kFolder = "assets/locale/";

struct ByText {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// All texts of one language. Made once and kept: what tr() gave stays valid.
struct Catalog {
  struct Text {
    std::vector<std::string> forms;
    const std::string* plural_rule = nullptr;
  };
  std::unordered_map<std::string, Text, ByText, std::equal_to<>> texts;
  std::vector<std::unique_ptr<std::string>> rules;

  const Text* find(std::string_view key) const {
    const auto found = texts.find(key);
    return found == texts.end() ? nullptr : &found->second;
  }

  void add(Po po) {
    rules.push_back(std::make_unique<std::string>(std::move(po.plural_rule)));
    for (PoEntry& entry : po.entries) {
      // No text of the window has a context: what has one is about the language itself (language_name).
      if (entry.strings.empty() || entry.strings.front().empty() || !entry.context.empty()) continue;
      Text& text = texts[entry.text];
      // One page may use in one form what another one counts.
      if (text.forms.size() < entry.strings.size()) text = {std::move(entry.strings), rules.back().get()};
    }
  }
};

Catalog load_made_up() {
  Catalog catalog;
  for (const std::string& name : embedded_files(kFolder)) {
    if (!name.ends_with(".pot")) continue;
    Po po = parse_po(newest_file(name), name);
    for (PoEntry& entry : po.entries) {
      entry.strings = {made_up(entry.text)};
      if (!entry.plural.empty()) entry.strings.push_back(made_up(entry.plural));
    }
    catalog.add(std::move(po));
  }
  return catalog;
}

// A file that is no catalog is left out and said on standard error: the window goes on in English there.
Catalog load(std::string_view code) {
  if (code == kMadeUpLanguage) return load_made_up();
  Catalog catalog;
  const std::string folder = std::string(kFolder) + std::string(code) + "/";
  for (const std::string& name : embedded_files(folder)) {
    if (!name.ends_with(".po")) continue;
    try {
      catalog.add(parse_po(newest_file(name), name));
    } catch (const Error& error) {
      fmt::print(stderr, "striate: warning: {}\n  hint: {}\n", error.what(), error.hint());
    }
  }
  return catalog;
}

// What gettext itself keeps in one place for the whole process, too: the language that is shown.
struct Shown {
  std::atomic<const Catalog*> catalog{nullptr};  // null: English
  std::mutex loading;
  std::map<std::string, std::unique_ptr<Catalog>, std::less<>> loaded;
  std::string asked = "en", code = "en";
};

Shown& shown() {
  static Shown state;
  return state;
}

const Catalog* catalog() { return shown().catalog.load(std::memory_order_acquire); }

const Catalog::Text* find(std::string_view text) {
  const Catalog* now = catalog();
  return now && !text.empty() ? now->find(text) : nullptr;
}

bool is_there(std::string_view code) {
  const std::vector<std::string> all = languages();
  return code == kMadeUpLanguage || std::find(all.begin(), all.end(), code) != all.end();
}

}  // namespace

const char* tr(const char* text) {
  if (!catalog()) return text;
  const Catalog::Text* found = find(text);
  return found ? found->forms.front().c_str() : text;
}

std::string_view tr(std::string_view text) {
  const Catalog::Text* found = find(text);
  return found ? std::string_view(found->forms.front()) : text;
}

std::string_view plural_tr(const char* one, const char* many, int64_t count) {
  const Catalog::Text* found = find(one);
  if (!found) return count == 1 ? one : many;
  const size_t form =
      plural_form(*found->plural_rule, count < 0 ? 0 - static_cast<uint64_t>(count) : static_cast<uint64_t>(count));
  const std::string& text = found->forms[std::min(form, found->forms.size() - 1)];
  return text.empty() ? std::string_view(count == 1 ? one : many) : std::string_view(text);
}

std::string format_safely(std::string_view translated, std::string_view english, fmt::format_args values) {
  if (translated.data() != english.data()) {
    try {
      return fmt::vformat(fmt::string_view(translated.data(), translated.size()), values);
    } catch (const std::exception&) {  // a placeholder that is not there, or not of this kind
    }
  }
  return fmt::vformat(fmt::string_view(english.data(), english.size()), values);
}

// ---- languages ------------------------------------------------------------------------------------------------------

std::vector<std::string> languages() {
  std::vector<std::string> codes = {"en"};
  for (const std::string& name : embedded_files(kFolder)) {
    const std::string_view rest = std::string_view(name).substr(kFolder.size());
    const size_t slash = rest.find('/');
    if (slash == std::string_view::npos || !rest.ends_with(".po")) continue;
    if (const std::string code(rest.substr(0, slash)); code != codes.back()) codes.push_back(code);
  }
  return codes;
}

std::string language_name(const std::string& code) {
  if (code == "en") return "English";
  for (const std::string& name : embedded_files(std::string(kFolder) + code + "/")) {
    if (!name.ends_with(".po")) continue;
    try {
      for (const PoEntry& entry : parse_po(newest_file(name), name).entries) {
        if (entry.context == "name of this language" && !entry.strings.empty()) return entry.strings.front();
      }
    } catch (const Error&) {
      continue;  // load() says so
    }
  }
  return code;
}

std::string system_language() {
  std::string wanted;
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* said = std::getenv(variable);
    if (said && *said) {
      wanted = said;
      break;
    }
  }
  // As in gettext: "C" asks for no translation, whatever LANGUAGE says.
  if (wanted.empty() || wanted == "C" || wanted == "POSIX" || wanted.starts_with("C.")) return "en";
  if (const char* list = std::getenv("LANGUAGE"); list && *list) wanted = std::string(list) + ":" + wanted;
  std::string_view rest = wanted;
  while (!rest.empty()) {
    const size_t colon = rest.find(':');
    std::string_view one = rest.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    one = one.substr(0, one.find('.'));  // "de_AT.UTF-8@euro"
    one = one.substr(0, one.find('@'));
    const std::string_view plain = one.substr(0, one.find('_'));
    for (const std::string_view code : {one, plain}) {
      if (!code.empty() && code != kMadeUpLanguage && is_there(code)) return std::string(code);
    }
  }
  return "en";
}

void use_language(std::string_view code) {
  Shown& state = shown();
  const std::scoped_lock lock(state.loading);
  if (code == state.asked) return;
  state.asked = code;
  const std::string found = code == kSystemLanguage ? system_language() : std::string(code);
  state.code = is_there(found) ? found : "en";
  if (state.code == "en") return state.catalog.store(nullptr, std::memory_order_release);
  std::unique_ptr<Catalog>& kept = state.loaded[state.code];
  if (!kept) kept = std::make_unique<Catalog>(load(state.code));
  state.catalog.store(kept.get(), std::memory_order_release);
}

const std::string& language() { return shown().code; }

std::string file_in_language(const std::string& folder, const std::string& name) {
  std::string own = folder + "/" + language() + "/" + name;
  return embedded_file(own).empty() ? folder + "/" + name : own;
}

}  // namespace striate
