#include <algorithm>

#include "engine/network/layers/pooling.h"
#include "engine/network/layers/pooling_rows.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

// Windows of three sizes are those of volumes: they are always written out.
class MaxPoolIndices : public layers::Pooling {
 public:
  using Pooling::Pooling;
  bool columns_first = false;

  Shape output(const std::vector<Shape>& inputs) const override {
    Shape out = Pooling::output(inputs);
    check_argmax(volume(inputs[0]));
    return out;
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    max_pool3d_argmax(stream, volume(call.x[0].shape), columns_first, call.x[0].data, call.y.data);
  }
  std::shared_ptr<const Layer> winners_of() const override {
    std::shared_ptr<Layer> pool = make_layer(windows.axes == 3 ? kMaxPool3d : kMaxPool);
    Pooling& same = static_cast<Pooling&>(*pool);
    same.windows = windows, same.ceil = ceil;
    return pool;
  }
  // A place does not change with the values, or jumps.
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr || call.dx_result[0] == Result::accumulate) return;
    fill(stream, call.x[0].count(), 0, call.dx[0]);
  }
};

// Three sizes make it one of volumes.
struct AnyWindow {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, layers::Windows& w) {
    const size_t place = words.place();
    const std::vector<int64_t> sizes = words.sizes(layers::spoken(f), 1, 1024, 3);
    if (sizes.empty()) {
      words.fail_at(place, "the window of maxpoolindices has no size", "write maxpoolindices 2, 2x3 or 2x2x3");
    }
    w.axes = sizes.size() == 3 ? 3 : 2;
    w.window = {1, static_cast<int>(sizes[sizes.size() - std::min<size_t>(2, sizes.size())]),
                static_cast<int>(sizes.back())};
    if (w.axes == 3) w.window[0] = static_cast<int>(sizes.front());
  }
  static std::string text(const layers::Windows& w) {
    return w.axes == 2 ? layers::brief(w.window, 2) : layers::sizes_of(w.window, 3);
  }
  static bool same(const layers::Windows& one, const layers::Windows& other) { return one.window == other.window; }
};

constexpr LayerField kFields[] = {
    layers::place_as<AnyWindow, &layers::Pooling::windows>("window", "SIZE")
        .must()
        .said_as("window size")
        .between(1, 1024)
        .called("kernel_size", "pool_size", "kernel_shape")
        .explained("Height and width of the part of which the largest is found, or depth, height and width"),
    layers::pool_stride_field<2>(),
    layers::padding_field<2, &layers::Pooling::windows>(),
    layers::pool_dilation_field<2>(),
    layers::ceil_field(),
    layers::turned_on<&MaxPoolIndices::columns_first>("columns-first", "columns first")
        .called(kNoName, kNoName, "storage_order")
        .explained("Whether the places are counted down the columns instead of along the rows")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const MaxPoolIndices& pool = n.as<MaxPoolIndices>();
  const layers::WindowFacts w = layers::window_facts(pool.windows, n.in[0]);
  to.helper("max_places");
  to.line(n, fmt::format("max_places({}, {}, {}, {}, {}, {}, {})", to.x(n), python_list(w.size), python_list(w.stride),
                         python_list(w.before), python_list(layers::pooling_after(w, n)), python_list(w.dilation),
                         layers::yes(pool.columns_first)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  if (!to.whole()) {
    throw Error(fmt::format("layer {} (maxpoolindices): its places count through the whole batch, whose size a Keras "
                            "model does not know",
                            n.name),
                "export to ONNX or PyTorch");
  }
  const MaxPoolIndices& pool = n.as<MaxPoolIndices>();
  const layers::WindowFacts w = layers::window_facts(pool.windows, n.in[0]);
  to.helper("max_places");
  const std::string x = to.x(n, KerasPage::Order::last);
  const layers::Ints after = layers::at_least_0(layers::pooling_after(w, n));
  to.line(n, KerasPage::Order::last,
          fmt::format("max_places({}, {}, {})", x, layers::keras_pool_arguments(w, after, n),
                      layers::yes(pool.columns_first)));
}
// The second output of a maximum, as numbers with a point like all others here.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const MaxPoolIndices& pool = n.as<MaxPoolIndices>();
  bool ceil = false;
  const layers::WindowFacts w = layers::onnx_pooling(pool, n, false, ceil);
  std::string pooled;
  WrittenNode& node = to.step("MaxPool", n, "pooled", {to.input(n)}, pooled);
  layers::onnx_window(node, w);
  if (ceil) node.with("ceil_mode", int64_t{1});
  if (pool.columns_first) node.with("storage_order", int64_t{1});
  const std::string places = to.unique(n.name + ".places");
  node.outputs.push_back(places);
  to.op("Cast", n, {places}).with("to", int64_t{1});
}

}  // namespace

extern const LayerKind kMaxPoolIndices{
    .word = "maxpoolindices",
    .title = N_("Places of max pooling"),
    .explanation = N_(
        "Where each largest value of a max pooling stood, as a number: the values of the whole batch are counted "
        "through, row by row, from 0. Networks that shrink a picture and later draw it large again note these places, "
        "so that every value can go back to where it came from. A place is no quantity that could be a little larger, "
        "so no gradient flows through it. It has no weights."),
    .make = layers::made<MaxPoolIndices, 2>,
    .fields = kFields,
    .settle = layers::settle_stride,
    .follow = Follow::places,
    .sign = Sign::never_negative,
    .torch = {"F.max_pool2d(return_indices=True)", to_torch},
    .keras = {"max_places", to_keras},
    .onnx = {.name = "MaxPool", .write = to_onnx},
};

}  // namespace striate
