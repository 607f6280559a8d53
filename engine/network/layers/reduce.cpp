// Many values become one along some axes: their mean, sum, largest, or the root of the sum of their squares.
#include <algorithm>

#include "engine/network/layers/tensors.h"
#include "kernels/activations.h"

namespace striate {
namespace {

class Reduce : public Layer {
 public:
  std::vector<int64_t> axes;  // rising
  bool keep = false;

  std::string text() const override { return kind() + ' ' + list_text(axes) + (keep ? " keep" : ""); }
  Shape output(const std::vector<Shape>& inputs) const override {
    for (const int64_t axis : axes) layers::need_axis(axis, inputs[0]);
    std::vector<int64_t> sizes;
    for (int i = 0; i < inputs[0].rank(); ++i) {
      if (!summed(i)) {
        sizes.push_back(inputs[0][i]);
      } else if (keep) {
        sizes.push_back(1);
      }
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return summed(0) ? "what it makes one of goes over axis 0" : "";
  }

 protected:
  struct Parts {
    Box kept, sums;
    SumOperand x;
  };
  bool summed(int axis) const { return std::binary_search(axes.begin(), axes.end(), axis); }
  Parts parts(const TensorView& x) const {
    Parts p;
    p.x.values = x.data;
    const Strides own = dense_strides(layers::box_of(x.shape));
    for (int i = 0; i < x.shape.rank(); ++i) {
      Box& box = summed(i) ? p.sums : p.kept;
      const auto place = static_cast<size_t>(box.rank++);
      box.sizes[place] = x.shape[i];
      (summed(i) ? p.x.summed : p.x.kept)[place] = own[static_cast<size_t>(i)];
    }
    return p;
  }
  // Values that belong to an output, repeated for each input: a sum of one term at each place.
  SumOperand spread(const float* values, const Shape& shape) const {
    SumOperand operand;
    operand.values = values;
    int64_t step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      if (summed(i)) continue;
      operand.kept[static_cast<size_t>(i)] = step;
      step *= shape[i];
    }
    return operand;
  }
};

template <bool mean>
class ReduceSum : public Reduce {
 public:
  std::string kind() const override { return mean ? kReduceMean.word : kReduceSum.word; }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_sum(stream, SumTerm::value, p.kept, p.sums, p.x, {}, {}, factor(p), call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& shape = call.x[0].shape;
    strided_sum(stream, SumTerm::value, layers::box_of(shape), {}, spread(call.dy, shape), {}, {},
                factor(parts(call.x[0])), call.dx[0], call.dx_result[0]);
  }

 private:
  static float factor(const Parts& p) { return mean ? 1.0f / static_cast<float>(p.sums.count()) : 1.0f; }
};

class ReduceL2 : public Reduce {
 public:
  std::string kind() const override { return kReduceL2.word; }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_sum(stream, SumTerm::product, p.kept, p.sums, p.x, p.x, {}, 1, call.y.data);
    activation_forward(stream, {ActivationKind::sqrt, 0, 0}, call.y.count(), call.y.data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& shape = call.x[0].shape;
    const Box box = layers::box_of(shape);
    SumOperand x;
    x.values = call.x[0].data, x.kept = dense_strides(box);
    strided_sum(stream, SumTerm::share_of_norm, box, {}, spread(call.dy, shape), x, spread(call.y.data, shape), 1,
                call.dx[0], call.dx_result[0]);
  }
};

class ReduceMax : public Reduce {
 public:
  std::string kind() const override { return kReduceMax.word; }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"argmax", output(inputs), true}};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_max(stream, p.kept, p.sums, p.x, call.y.data, reinterpret_cast<int32_t*>(call.saved[0]));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    strided_max_backward(stream, call.y.count(), reinterpret_cast<const int32_t*>(call.saved[0]), call.dy,
                         call.x[0].count(), call.dx[0], call.dx_result[0]);
  }
};

template <typename R>
std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<R>();
  const LayerWords before = words;
  layer->axes = words.list("axes", 0, Shape::kMaxRank - 1, Shape::kMaxRank);
  std::sort(layer->axes.begin(), layer->axes.end());
  if (std::adjacent_find(layer->axes.begin(), layer->axes.end()) != layer->axes.end()) {
    before.fail("an axis twice", "name each axis once");
  }
  layer->keep = words.take("keep");
  if (words.more()) words.unknown({"keep"});
  return layer;
}

}  // namespace

const LayerKind kReduceMean{
    "reducemean", "Mean over axes", "reducemean AXES [keep], as in reducemean 2,3",
    "The mean of all values along the named axes, which then are gone, or, with keep, have "
    "size 1. Over rows and columns it is global average pooling: one number per channel says "
    "how much of a feature there is, not where. Each value gets an equal share of the gradient.",
    parse<ReduceSum<true>>};

const LayerKind kReduceSum{"reducesum", "Sum over axes", "reducesum AXES [keep], as in reducesum 2,3",
                           "The sum of all values along the named axes, which then are gone, or, with keep, have size "
                           "1. Unlike a mean it grows with how many there are. Each value gets the whole gradient.",
                           parse<ReduceSum<false>>};
const LayerKind kReduceMax{"reducemax", "Largest over axes", "reducemax AXES [keep], as in reducemax 2,3",
                           "The largest of all values along the named axes, which then are gone, or, with keep, have "
                           "size 1. Over rows and columns it says how strong a feature is where it is strongest. Only "
                           "the winner gets a gradient: the others had no say.",
                           parse<ReduceMax>};
const LayerKind kReduceL2{"reducel2", "Length over axes", "reducel2 AXES [keep], as in reducel2 1",
                          "The root of the sum of the squares of all values along the named axes: the length of a list "
                          "of numbers as an arrow. Divided by it a list has length 1 and keeps its direction. Each "
                          "value gets the gradient times its share of the length.",
                          parse<ReduceL2>};

}  // namespace striate
