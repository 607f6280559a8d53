// Marks a text of the engine that the window shows for its catalogs (scripts/catalogs.sh): engine/ knows no language,
// who draws it asks for its translation (app/words/words.h).
#pragma once

namespace striate {

constexpr const char* N_(const char* text) { return text; }  // NOLINT(readability-identifier-naming): gettext's

}  // namespace striate
