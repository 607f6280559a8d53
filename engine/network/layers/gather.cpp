#include "kernels/gather.h"

#include <limits>
#include <optional>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

constexpr int kMaxIndices = 65536;

class Gather : public Layer {
 public:
  int axis = 0;
  std::optional<std::vector<int64_t>> shape;  // of the indices; none: they form a list
  std::vector<int64_t> indices;

  Shape output(const std::vector<Shape>& inputs) const override {
    layers::need_axis(axis, inputs[0]);
    for (const int64_t index : indices) {
      if (index < -inputs[0][axis] || index >= inputs[0][axis]) {
        throw Error(fmt::format("got {}, which has no place {} along axis {}", inputs[0].text(), index, axis),
                    fmt::format("places go from 0 to {}", inputs[0][axis] - 1));
      }
    }
    std::vector<int64_t> sizes = inputs[0].sizes();
    const auto at = sizes.begin() + axis;
    if (!shape) {
      *at = static_cast<int64_t>(indices.size());
    } else {
      sizes.insert(sizes.erase(at), shape->begin(), shape->end());
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return axis == 0 ? "it takes some of them, by their numbers" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& x = call.x[0].shape;
    const auto [outer, inner] = layers::around(x, axis);
    gather_forward(stream, outer, x[axis], inner, places(x), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& x = call.x[0].shape;
    const auto [outer, inner] = layers::around(x, axis);
    gather_backward(stream, outer, x[axis], inner, places(x), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  std::vector<int32_t> places(const Shape& x) const {
    std::vector<int32_t> result;
    for (const int64_t i : indices) result.push_back(static_cast<int32_t>(i < 0 ? i + x[axis] : i));
    return result;
  }
};

constexpr int64_t kMax = std::numeric_limits<int32_t>::max();

// How many places the shape asks for; kMax stands for all that are more.
int64_t count_of(const Gather& layer) {
  int64_t count = 1;
  for (const int64_t size : layer.shape.value_or(std::vector<int64_t>{})) {
    if (__builtin_mul_overflow(count, size, &count)) count = kMax;
  }
  return count;
}

constexpr LayerField kFields[] = {
    layers::after<&Gather::axis>("axis", "axis", "A")
        .must()
        .between(0, Shape::kMaxRank - 1)
        .called("dim", "axis", "axis")
        .explained("Along which axis; 0 is the batch"),
    layers::after_as<layers::Maybe<layers::SizesForm>, &Gather::shape>("shape", "shape", "SIZES")
        .between(0, kMax)
        .called(kNoName, kNoName, kNoName)
        .explained("The shape of the places, where they are no plain list"),
    layers::place_as<layers::ListForm<kMaxIndices>, &Gather::indices>("places", "PLACES")
        .must()
        .between(-kMax, kMax)
        .only_where([](const Layer& layer) { return count_of(static_cast<const Gather&>(layer)) > 0; })
        .called("index", "indices", "indices")
        .explained("The numbers of what is taken, in the order in which it comes; negative: from the end")};

void settle(Layer& layer, const SettingsSaid& said) {
  const Gather& gather = static_cast<const Gather&>(layer);
  if (gather.shape && count_of(gather) != static_cast<int64_t>(gather.indices.size())) {
    said.fail("places", fmt::format("{} places for a shape of {}", gather.indices.size(), sizes_text(*gather.shape)),
              "give as many as the shape has values");
  }
}

void to_torch(TorchPage& to, const ExportNode& n) {
  const Gather& gather = n.as<Gather>();
  std::string places = python_list(gather.indices, false);
  if (gather.shape) {
    places =
        fmt::format("torch.tensor({}).reshape({})", places, gather.shape->empty() ? "()" : python_list(*gather.shape));
  }
  std::string before = to.x(n) + "[";
  for (int i = 0; i < gather.axis; ++i) before += ":, ";
  to.line(n, before + places + "]");
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Gather& gather = n.as<Gather>();
  std::vector<int64_t> places = gather.indices;
  for (int64_t& place : places) place += place < 0 ? n.in[0][gather.axis] : 0;
  const std::string list = python_list(places, false);
  if (!gather.shape) {
    return layers::keras_pointwise(
        to, n, fmt::format("ops.take({}, {}, axis={})", to.x(n), list, layers::keras_axis(to, n, gather.axis)));
  }
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(
      n, KerasPage::Order::first,
      fmt::format("ops.take({}, np.array({}).reshape({}), axis={})", x, list, python_list(*gather.shape), gather.axis));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Gather& gather = n.as<Gather>();
  const std::vector<int64_t> row{static_cast<int64_t>(gather.indices.size())};
  const std::string list = to.integers_of_shape(n, "places", gather.shape.value_or(row), gather.indices);
  to.op("Gather", n, {to.input(n), list}).with("axis", int64_t{gather.axis});
}

}  // namespace

extern const LayerKind kGather{
    .word = "gather",
    .title = N_("Gather"),
    .explanation = N_(
        "Chooses places along one axis by their numbers, in any order, some perhaps several times: channels 2, 1, 0 "
        "turn blue, green, red into red, green, blue. Nothing is computed; going back, a place that was chosen several "
        "times gets the sum of their gradients."),
    .make = layers::made<Gather>,
    .fields = kFields,
    .settle = settle,
    .example = "gather axis 1 0,2,1",
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .torch = {"x[:, [0, 2]]", to_torch},
    .keras = {"ops.take", to_keras},
    .onnx = {.name = "Gather", .write = to_onnx},
};

}  // namespace striate
