// Which languages there are, and which one is shown. To add one: a folder assets/locale/LANGUAGE (its code, "de" or
// "pt_BR") with .po files made from the templates, msginit -i assets/locale/pixels.pot; CONTRIBUTING.md has the steps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// Made from the templates by a rule: longer words with accents, each whole text in brackets, so that a text that is
// missing from a template, is put together from pieces, or has no room is seen at once. Nobody speaks it: lists don't
// offer it, `language qps` shows it.
inline constexpr const char* kMadeUpLanguage = "qps";
inline constexpr const char* kSystemLanguage = "system";

// "en" first, then those that have translations, by code.
std::vector<std::string> languages();
// What a language calls itself: "Deutsch".
std::string language_name(const std::string& code);
// The first of the languages that the environment asks for (LANGUAGE, LC_ALL, LC_MESSAGES, LANG) that there is.
std::string system_language();

// From now on, for every thread: one of languages(), kMadeUpLanguage, or kSystemLanguage. Another one is English.
void use_language(std::string_view code);
const std::string& language();  // the one that is shown; never "system"

// The embedded file of a whole text, a lesson or the glossary: FOLDER/LANGUAGE/NAME where the shown language has it,
// else FOLDER/NAME.
std::string file_in_language(const std::string& folder, const std::string& name);

// An English text in the made-up language: marks, placeholders, code and targets of links stay.
std::string made_up(std::string_view text);
// What stands around each whole text of it.
inline constexpr std::string_view kMadeUpBegin = "\u00ab", kMadeUpEnd = "\u00bb";

}  // namespace striate
