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

// Every node's shapes for batches of 1, 2 and 3, and which nodes the pictures reach.
struct Batches {
  std::vector<Shape> one, two, three;
  std::vector<char> depends;
};

std::optional<Error> mistake_at(const Architecture& architecture, int i, const Batches& of) {
  const size_t at = static_cast<size_t>(i);
  const Layer& layer = *architecture.nodes()[at].layer;
  const bool last = i + 1 == architecture.size();
  if (!of.depends[at] && !last) return {};
  for (const std::vector<Shape>* shapes : {&of.two, &of.three}) {
    const std::string across =
        of.depends[at] ? layer.across_pictures(architecture.input_shapes(i, *shapes)) : std::string();
    if (!across.empty()) {
      return Error(fmt::format("mixes the pictures of a batch: {}", across),
                   "leave axis 0 out of it, which is the pictures");
    }
  }
  for (const auto& [batch, shape] : {std::pair{2, of.two[at]}, std::pair{3, of.three[at]}}) {
    if (shape.rank() > 0 && shape[0] == batch) continue;
    return Error(fmt::format("gives {} for a batch of {} pictures, not something for each", shape.text(), batch),
                 kHint);
  }
  if (!same_behind(of.two[at], of.three[at]) || !same_behind(of.one[at], of.two[at])) {
    return Error(fmt::format("gives {} for a batch of 2 pictures and {} for 3: other sizes for each picture",
                             of.two[at].text(), of.three[at].text()),
                 kHint);
  }
  const std::vector<Shape> two = architecture.input_shapes(i, of.two), three = architecture.input_shapes(i, of.three);
  if (!same_shapes(layer.parameters(two), layer.parameters(three)) ||
      !same_shapes(layer.running(two), layer.running(three))) {
    return Error("has weights of other sizes for each size of a batch", kHint);
  }
  return {};
}

}  // namespace

std::optional<PictureMistake> picture_mistake(const Architecture& architecture) {
  Batches of;
  of.one = architecture.shapes(1);
  for (int i = 0; i < architecture.size(); ++i) {
    const Shape& shape = of.one[static_cast<size_t>(i)];
    if (shape.count() > 0) continue;
    return PictureMistake{i, Error(fmt::format("gives {}: no values at all", shape.text()),
                                   "a network for pictures has sizes of 1 or more everywhere")};
  }
  if (architecture.whole()) return {};
  try {
    of.two = architecture.shapes(2);
    of.three = architecture.shapes(3);
  } catch (const Error& error) {
    return PictureMistake{-1, Error(fmt::format("{} pictures at once: {}", of.two.empty() ? 2 : 3, error.what()),
                                    "write batch where a size is that of the batch, as in reshape batch,-1")};
  }
  of.depends.assign(of.one.size(), 0);
  of.depends[0] = 1;
  for (int i = 1; i < architecture.size(); ++i) {
    for (const int input : architecture.nodes()[static_cast<size_t>(i)].inputs) {
      if (of.depends[static_cast<size_t>(input)]) of.depends[static_cast<size_t>(i)] = 1;
    }
    if (std::optional<Error> error = mistake_at(architecture, i, of)) return PictureMistake{i, std::move(*error)};
  }
  return {};
}

void check_pictures(const Architecture& architecture) {
  const std::optional<PictureMistake> mistake = picture_mistake(architecture);
  if (!mistake) return;
  if (mistake->node < 0) throw mistake->error;
  throw Error(fmt::format("{} {}", architecture.describe(mistake->node), mistake->error.what()), mistake->error.hint());
}

}  // namespace striate
