#include "kernels/matmul.h"

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

// A product of two arrays as matrices: a (batch a, M, K), b (batch b, K, N), y (batch, M, N). A list of values is one
// row, as a, or one column, as b, and its axis is left out of the result.
struct Product {
  Shape a_batch, b_batch, batch;
  int64_t m = 1, n = 1, k = 1;
};

Shape batch_of(const Shape& shape) {
  std::vector<int64_t> sizes = shape.sizes();
  sizes.resize(sizes.size() > 2 ? sizes.size() - 2 : 0);
  return Shape(sizes);
}

Product product_of(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) {
    throw Error(fmt::format("got {} and {}, needs lists or matrices", a.text(), b.text()),
                "multiply by single values with mul");
  }
  Product p;
  p.k = a[a.rank() - 1];
  if (a.rank() > 1) p.m = a[a.rank() - 2];
  if (b.rank() > 1) p.n = b[b.rank() - 1];
  const int64_t rows = b[b.rank() > 1 ? b.rank() - 2 : 0];
  if (rows != p.k) {
    throw Error(fmt::format("got {} and {}, needs as many columns on the left as rows on the right: {} and {}",
                            a.text(), b.text(), p.k, rows),
                "transpose one of them, or exchange the two");
  }
  p.a_batch = batch_of(a), p.b_batch = batch_of(b);
  p.batch = layers::broadcast(p.a_batch, p.b_batch);
  return p;
}

Strides matrices(const Shape& of, const Shape& to, int64_t values) {
  Strides strides = layers::repeated(of, to);
  for (int64_t& stride : strides) stride *= values;
  return strides;
}

class Matmul : public Layer {
 public:
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs.size() != 2) throw Error(fmt::format("got {} inputs, needs two", inputs.size()), "write matmul NAME");
    const Product p = product_of(inputs[0], inputs[1]);
    std::vector<int64_t> sizes = p.batch.sizes();
    if (inputs[0].rank() > 1) sizes.push_back(p.m);
    if (inputs[1].rank() > 1) sizes.push_back(p.n);
    return Shape(sizes);
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Product p = product_of(inputs[0], inputs[1]);
    return {p.batch.count() * p.m * p.n * p.k, fmt::format("{}*{}*{}*{}", p.batch.count(), p.m, p.k, p.n)};
  }
  // The right matrices turned round, for the gradient by the left ones.
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    const Product p = product_of(inputs[0], inputs[1]);
    std::vector<int64_t> sizes = p.b_batch.sizes();
    sizes.push_back(p.n);
    sizes.push_back(p.k);
    return {{"turned", Shape(sizes), false}};
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const Product p = product_of(call.x[0].shape, call.x[1].shape);
    MatmulShape s;
    s.batch = layers::box_of(p.batch);
    s.m = p.m, s.n = p.n, s.k = p.k;
    s.a_batch = matrices(p.a_batch, p.batch, p.m * p.k), s.b_batch = matrices(p.b_batch, p.batch, p.k * p.n);
    s.a_row = p.k, s.b_row = p.n;
    matmul(stream, s, call.x[0].data, call.x[1].data, call.y.data);
    if (call.saved[0] == nullptr) return;
    Box box = layers::box_of(p.b_batch);
    Strides from = dense_strides(box);
    for (int64_t& stride : from) stride *= p.k * p.n;
    const auto rank = static_cast<size_t>(p.b_batch.rank());
    box.rank += 2;
    box.sizes[rank] = p.n, box.sizes[rank + 1] = p.k;
    from[rank] = 1, from[rank + 1] = p.n;
    strided_copy(stream, box, call.x[1].data, from, call.saved[0], dense_strides(box));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Product p = product_of(call.x[0].shape, call.x[1].shape);
    if (call.dx[0] != nullptr) {  // da = dy * b^T
      MatmulShape s;
      s.m = p.m, s.n = p.k, s.k = p.n;
      s.a_row = p.n, s.b_row = p.k;
      split(p.a_batch, p.batch, matrices(p.batch, p.batch, p.m * p.n), matrices(p.b_batch, p.batch, p.k * p.n), s);
      matmul(stream, s, call.dy, call.saved[0], call.dx[0], call.dx_result[0]);
    }
    if (call.dx[1] != nullptr) {  // db = a^T * dy
      MatmulShape s;
      s.m = p.k, s.n = p.n, s.k = p.m;
      s.a_row = 1, s.a_column = p.k, s.b_row = p.n;
      split(p.b_batch, p.batch, matrices(p.a_batch, p.batch, p.m * p.k), matrices(p.batch, p.batch, p.m * p.n), s);
      matmul(stream, s, call.x[0].data, call.dy, call.dx[1], call.dx_result[1]);
    }
  }

 private:
  // The axes of `all` that an operand has go into the batch, those along which it was repeated are summed.
  static void split(const Shape& of, const Shape& all, const Strides& a, const Strides& b, MatmulShape& s) {
    for (int axis = 0; axis < all.rank(); ++axis) {
      const int own = axis - all.rank() + of.rank();
      const bool stays = own >= 0 && of[own] == all[axis];
      Box& box = stays ? s.batch : s.again;
      const auto place = static_cast<size_t>(box.rank++), at = static_cast<size_t>(axis);
      box.sizes[place] = all[axis];
      (stays ? s.a_batch : s.a_again)[place] = a[at];
      (stays ? s.b_batch : s.b_again)[place] = b[at];
    }
  }
};

void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string a = to.x(n, KerasPage::Order::first, 0), b = to.x(n, KerasPage::Order::first, 1);
  to.line(n, KerasPage::Order::first, fmt::format("ops.matmul({}, {})", a, b));
}

}  // namespace

extern const LayerKind kMatmul{
    .word = "matmul",
    .title = N_("Matrix product"),
    .explanation = N_(
        "The layer before times the named one, as matrices: each result is a row of the first times a column of the "
        "second, multiplied value by value and added up. A dense layer is such a product with learned numbers; here "
        "both sides may come from the picture. Axes in front of the last two are a stack of matrices, and a stack of "
        "one is repeated."),
    .make = layers::made<Matmul>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"@", layers::torch_operator},
    .keras = {"ops.matmul", to_keras},
    .onnx = {"MatMul"},
};

}  // namespace striate
