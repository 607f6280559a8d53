// Reads gettext's text catalogs, .po and .pot, as translators' programs write them: comments, `msgctxt`, `msgid`,
// `msgid_plural`, `msgstr` and `msgstr[N]` with C strings over any number of lines. Entries marked fuzzy and obsolete
// ones are left out.
//
// Why not a library: glibc's gettext() reads compiled files of folders on a disk, and only while the system has the
// language installed; this program is one file that runs anywhere. Boost.Locale brings ICU along, thirty megabytes for
// a table of texts. The same reader reads the templates that the made-up language is made of, which have no compiled
// form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

struct PoEntry {
  std::string context;               // empty: none
  std::string text;                  // in English, of one
  std::string plural;                // in English, of many; empty: the text has one form
  std::vector<std::string> strings;  // its translation, one for each plural form; empty strings: not translated
};

struct Po {
  std::vector<PoEntry> entries;  // without the header
  std::string plural_rule = "n != 1";
  size_t plural_forms = 2;
};

// Throws Error with the line where `text` is no catalog; `name` is what the error calls it.
Po parse_po(std::string_view text, std::string_view name);

// Which form a number takes by a header's rule, C's expressions of `n`: "n%10==1 && n%100!=11 ? 0 : 1". 0 where the
// rule cannot be understood.
size_t plural_form(std::string_view rule, uint64_t n);

}  // namespace striate
