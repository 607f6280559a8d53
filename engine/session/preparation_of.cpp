#include "engine/session/preparation_of.h"

#include "engine/drawing/prepare_input.h"

namespace striate {

bool reads_drawn_writing(const ModelFile& file) {
  if (file.picture() != Shape{1, 28, 28}) return false;
  return file.info.data == "digits" || file.info.data == "letters" || file.info.data == "mnist" ||
         (file.kind == ModelFile::Kind::onnx && reads_writing(file.picture(), file.info.classes));
}

Preprocessing preprocessing_for(const ModelFile& file, const Image& image) {
  const Shape input = file.picture();
  Preprocessing preprocessing = file.preprocessing;
  const bool ready = image.width == input[2] && image.height == input[1];
  if (!preprocessing.asked && reads_drawn_writing(file) && !ready) preprocessing.fit = Preprocessing::Fit::digit;
  return preprocessing;
}

}  // namespace striate
