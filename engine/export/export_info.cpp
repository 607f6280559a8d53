#include "engine/export/export_info.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {

ExportInfo export_info(const ModelFile& file) {
  ExportInfo info;
  info.name = file.info.model;
  info.classes = file.info.classes;
  info.frozen = file.frozen;
  if (!file.prepared_as.empty()) info.preprocessing = file.preprocessing.text();
  for (const auto& [name, node] : file.outputs) info.outputs.push_back(node);
  std::sort(info.outputs.begin(), info.outputs.end());
  if (!file.info.architecture.has_input()) return info;
  try {
    class_count(file);
    file.preprocessing.check_fits(file.picture());
  } catch (const Error&) {
    return info;  // no classifier of pictures
  }
  Preprocessing pictures = file.preprocessing;
  if (reads_drawn_writing(file)) pictures.fit = Preprocessing::Fit::digit;
  info.picture = file.picture();
  info.pictures = pictures.text(info.picture[0]);
  info.channels_last = file.channels_last();
  info.loss = file.loss;
  return info;
}

}  // namespace striate
