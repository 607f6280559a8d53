#include "engine/training/data/source_folder.h"

#include "engine/training/data/sources.h"

namespace striate {

std::string_view folder_of_source(std::string_view source) {
  const size_t colon = source.find(':');
  if (colon == std::string_view::npos) return {};
  for (const DataSource& each : data_sources()) {
    if (each.takes_folder && source.substr(0, colon) == each.word) return source.substr(colon + 1);
  }
  return {};
}

}  // namespace striate
