// The words of the window in the reader's language. English is the source: a text's key is the English text itself, and
// what has no translation stays English. Nothing of what scripts say or compare is translated: names of commands and
// readouts, values, ids. Catalogs are gettext's: a template for each page in assets/locale/PAGE.pot, made from the
// sources by scripts/catalogs.sh, and translations in assets/locale/LANGUAGE/PAGE.po (po.h, languages.h).
//
// For page authors
// ----------------
//  * What is handed to a widget as a plain text (a label, a title, a tooltip, a note, the name of a row) is in English:
//    the widget finds its translation, and its English label stays its id.
//  * What a page draws itself, a text that label() or measure() gets, or the value of a row, is asked for:
//    tr("as you see it").
//  * A sentence with values is one text with placeholders, format_tr("{} of {} lessons done", done, all); never pieces
//    put together. With a number of things: trn("one picture", "{} pictures", count).
//  * A text that is kept, in a table or a declaration, is marked, N_("Shows it"), and asked for where it is drawn
//    with tr(x).
//  * What comes from outside (names of files, classes, layers) is never asked for.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "engine/marked.h"  // N_: only marks a text for the catalogs

namespace striate {

// The translation, valid as long as the program runs; the text itself where there is none. In English a comparison.
const char* tr(const char* text);
std::string_view tr(std::string_view text);

// The form for so many: of "one layer" and "{} layers", the right one in the language that is shown.
std::string_view plural_tr(const char* one, const char* many, int64_t count);

// A translation whose placeholders are wrong does not throw: the English text is used instead.
std::string format_safely(std::string_view translated, std::string_view english, fmt::format_args values);

template <typename... Values>
std::string format_tr(fmt::format_string<Values...> english, Values&&... values) {
  const fmt::string_view text = english;
  const std::string_view view(text.data(), text.size());
  return format_safely(tr(view), view, fmt::make_format_args(values...));
}

// Of a text that was marked with N_: nobody checks its placeholders before it is drawn, so tests draw it.
template <typename... Values>
std::string format_marked(std::string_view english, const Values&... values) {
  return format_safely(tr(english), english, fmt::make_format_args(values...));
}

// The first placeholder is the number itself: trn("one picture of {1}", "{0} pictures of {1}", count, name).
template <typename... Values>
std::string trn(const char* one, const char* many, int64_t count, const Values&... values) {
  return format_safely(plural_tr(one, many, count), count == 1 ? one : many, fmt::make_format_args(count, values...));
}

}  // namespace striate
