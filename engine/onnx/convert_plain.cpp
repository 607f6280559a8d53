// Operators that are one layer: those whose kind says in its row for ONNX (engine/network/elsewhere.h) that it is
// written as a plain operator, with numbers as attributes if any. They are read back as they are written, so that a new
// layer of this sort needs nothing here. Where an operator says no number, it means the layer's own.
#include <algorithm>
#include <string>
#include <variant>

#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

bool is_plain(const LayerKind& kind) {
  return kind.onnx.name != nullptr && kind.onnx.write == nullptr && kind.takes == Takes::one &&
         std::all_of(kind.fields.begin(), kind.fields.end(),
                     [](const LayerField& field) { return field.type == LayerField::Type::number; });
}

void plain(Converter& c) {
  for (const LayerKind& kind : layer_kinds()) {
    if (!is_plain(kind) || c.op().op() != kind.onnx.name) continue;
    const std::shared_ptr<const Layer> usual = make_layer(kind);
    std::string words = kind.word;
    for (const LayerField& field : kind.fields) {
      const double value = c.op().real(field.names.onnx, std::get<double>(field.value(*usual)));
      words += (field.keyword == nullptr ? " " : ' ' + std::string(field.keyword) + ' ') + number_text(value);
    }
    return c.give(0, c.emit(words, {c.any(0)}));
  }
}

}  // namespace

const OnnxOperators& plain_operators() {
  static const OnnxOperators list = [] {
    OnnxOperators plain_ones;
    for (const LayerKind& kind : layer_kinds()) {
      if (is_plain(kind)) plain_ones.push_back({kind.onnx.name, plain});
    }
    return plain_ones;
  }();
  return list;
}

}  // namespace striate
