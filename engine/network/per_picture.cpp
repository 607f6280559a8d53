#include "engine/network/per_picture.h"

#include <string>
#include <utility>
#include <vector>

namespace striate {
namespace {

const char* const kHint = "a network for pictures keeps the first axis for them, as in reshape batch,-1";

// The same but for axis 0.
bool same_behind(const Shape& a, const Shape& b) {
  bool same = a.rank() == b.rank();
  for (int i = 1; same && i < a.rank(); ++i) same = a[i] == b[i];
  return same;
}

template <typename Arrays>
bool same_shapes(const Arrays& a, const Arrays& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = a[i].shape == b[i].shape;
  return same;
}

// Every node's shapes for some sizes of a batch, the first of them 1, and which nodes the pictures reach.
struct Batches {
  std::vector<int> sizes;
  std::vector<std::vector<Shape>> shapes;
  std::vector<char> depends;
};

std::optional<Error> mistake_at(const Architecture& architecture, int i, const Batches& batches) {
  const size_t at = static_cast<size_t>(i);
  const Layer& layer = *architecture.nodes()[at].layer;
  const bool last = i + 1 == architecture.size(), depends = batches.depends[at] != 0;
  if (!depends && !last) return {};
  const Shape& one = batches.shapes[0][at];
  const std::vector<Shape> first = architecture.input_shapes(i, batches.shapes[0]);
  for (size_t b = 1; b < batches.sizes.size(); ++b) {
    const std::vector<Shape> inputs = architecture.input_shapes(i, batches.shapes[b]);
    const std::string said = depends ? layer.across_pictures(inputs) : std::string();
    if (!said.empty()) {
      return Error(fmt::format("mixes the pictures of a batch: {}", said),
                   "leave axis 0 out of it, which is the pictures");
    }
    const Shape& shape = batches.shapes[b][at];
    const int batch = batches.sizes[b];
    if (shape.rank() == 0 || shape[0] != batch) {
      return Error(fmt::format("gives {} for a batch of {} pictures, not something for each", shape.text(), batch),
                   kHint);
    }
    if (!same_behind(one, shape)) {
      return Error(
          fmt::format("gives {} for one picture and {} for {}: other sizes for each", one.text(), shape.text(), batch),
          kHint);
    }
    if (!same_shapes(layer.parameters(first), layer.parameters(inputs)) ||
        !same_shapes(layer.buffers(first), layer.buffers(inputs))) {
      return Error("has weights of other sizes for each size of a batch", kHint);
    }
  }
  return {};
}

}  // namespace

std::optional<PictureMistake> picture_mistake(const Architecture& architecture, int batch) {
  Batches batches;
  batches.sizes = {1, 2, 3};  // a size that is 2 by chance is not 3
  if (batch > 3) batches.sizes.push_back(batch);
  batches.shapes.push_back(architecture.shapes(1));
  for (int i = 0; i < architecture.size(); ++i) {
    const Shape& shape = batches.shapes[0][static_cast<size_t>(i)];
    if (shape.count() > 0) continue;
    return PictureMistake{i, Error(fmt::format("gives {}: no values at all", shape.text()),
                                   "a network for pictures has sizes of 1 or more everywhere")};
  }
  if (architecture.whole()) return {};
  for (size_t b = 1; b < batches.sizes.size(); ++b) {
    try {
      batches.shapes.push_back(architecture.shapes(batches.sizes[b]));
    } catch (const Error& error) {
      return PictureMistake{-1, Error(fmt::format("{} pictures at once: {}", batches.sizes[b], error.what()),
                                      "write batch where a size is that of the batch, as in reshape batch,-1")};
    }
  }
  batches.depends.assign(static_cast<size_t>(architecture.size()), 0);
  batches.depends[0] = 1;
  for (int i = 1; i < architecture.size(); ++i) {
    for (const int input : architecture.nodes()[static_cast<size_t>(i)].inputs) {
      if (batches.depends[static_cast<size_t>(input)]) batches.depends[static_cast<size_t>(i)] = 1;
    }
    if (std::optional<Error> error = mistake_at(architecture, i, batches)) return PictureMistake{i, std::move(*error)};
  }
  return {};
}

void check_pictures(const Architecture& architecture, int batch) {
  const std::optional<PictureMistake> mistake = picture_mistake(architecture, batch);
  if (!mistake) return;
  if (mistake->node < 0) throw mistake->error;
  throw Error(fmt::format("{} {}", architecture.describe(mistake->node), mistake->error.what()), mistake->error.hint());
}

}  // namespace striate
