// A locally connected layer ("local"): a convolution whose weights may differ from place to place. `sets` says how many
// tiles of the map have weights of their own: 1 is a convolution, 2x2 its quadrants; as many as there are places where
// nothing is said.
#include <algorithm>
#include <numeric>
#include <optional>

#include "engine/network/layers/windows.h"
#include "engine/network/layers/windows_rows.h"
#include "kernels/local2d.h"

namespace striate {
namespace {

class Local : public Layer {
 public:
  int k = 1;
  layers::Windows windows;
  std::optional<RowsColumns> sets;  // none: each place its own
  bool bias = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    const auto needs = [&](size_t a) {
      return std::max(1, windows.dilation[a] * (windows.window[a] - 1) + 1 - windows.before[a] - windows.after[a]);
    };
    if (x.h < needs(1) || x.w < needs(2)) {
      throw Error(
          fmt::format("got pictures of {} x {}, needs {} x {} or more with this padding", x.h, x.w, needs(1), needs(2)),
          "use a smaller kernel, more padding, or less pooling before");
    }
    const Conv2dShape plane = plane_of(inputs[0]);
    if (sets && (sets->rows > plane.p() || sets->columns > plane.q())) {
      throw Error(fmt::format("got maps of {} x {}, needs {} x {} or more for its sets of weights", plane.p(),
                              plane.q(), sets->rows, sets->columns),
                  "use fewer sets");
    }
    const Local2dShape s = shape(inputs[0]);
    if (layers::product({s.sets(), plane.k, plane.c, plane.r, plane.s}) > int64_t{1} << 40) {
      throw Error(fmt::format("got {}, which needs more than a trillion weights", inputs[0].text()),
                  "use fewer sets, a larger stride or a smaller input");
    }
    check(s);
    return layers::pictures_shape(x.n, k, plane.p(), plane.q());
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Local2dShape s = shape(inputs[0]);
    const int64_t in = windows.volume() * s.plane.c, out = windows.volume() * k;
    std::vector<WeightSpec> list{
        {"weight", Shape{s.sets(), k, s.plane.c, s.plane.r, s.plane.s}, WeightSpec::Kind::weight, in, out}};
    if (bias) list.push_back({"bias", Shape{s.sets(), k}, WeightSpec::Kind::bias, in, out});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const Local2dShape s = shape(inputs[0]);
    const int64_t each = windows.volume() * s.plane.c;
    const std::string tiles = fmt::format("{}*{}", s.sets_y, s.sets_x);
    if (!bias) return {layers::product({each, k, s.sets()}), fmt::format("{}*{}*{}", tiles, terms(inputs[0]), k)};
    return {layers::product({each + 1, k, s.sets()}), fmt::format("{}*({} + 1)*{}", tiles, terms(inputs[0]), k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Conv2dShape s = plane_of(inputs[0]);
    return {layers::product({windows.volume(), s.c, k, s.p(), s.q()}),
            fmt::format("{}*{}*{}*{}", terms(inputs[0]), k, s.p(), s.q())};
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const Conv2dShape s = plane_of(inputs[0]);
    const auto spread = [](const CellRange& range, int stride, int pad, int reach, int64_t count) {
      return CellRange{std::max<int64_t>(range.first * stride - pad, 0),
                       std::min<int64_t>(range.last * stride - pad + reach, count - 1)};
    };
    return CellBox{{0, s.c - 1},
                   spread(of.rows, s.stride_y, s.pad_top, s.dilation_y * (s.r - 1), s.h),
                   spread(of.columns, s.stride_x, s.pad_left, s.dilation_x * (s.s - 1), s.w)};
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    local2d_forward(stream, shape(call.x[0].shape), call.x[0].data, call.weights[0], bias ? call.weights[1] : nullptr,
                    call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Local2dShape s = shape(call.x[0].shape);
    if (!call.dw.empty()) {
      local2d_backward_weights(stream, s, call.x[0].data, call.dy, call.dw[0], bias ? call.dw[1] : nullptr,
                               Result::overwrite);
    }
    if (call.dx[0] != nullptr) {
      local2d_backward_input(stream, s, call.dy, call.weights[0], call.dx[0], call.dx_result[0]);
    }
  }

  Local2dShape shape(const Shape& in) const {
    Local2dShape s;
    s.plane = plane_of(in);
    s.sets_y = sets ? sets->rows : s.plane.p();
    s.sets_x = sets ? sets->columns : s.plane.q();
    return s;
  }

 private:
  Conv2dShape plane_of(const Shape& in) const {
    Conv2dShape s;
    layers::set_plane(s, windows, layers::extent(in, 2, kind()));
    s.k = k;
    return s;
  }
  std::string terms(const Shape& in) const {
    return fmt::format("{}*{}", layers::product_of(windows.window, 2), in[1]);
  }
};

// How many tiles: "2" or "4x3".
struct SetsForm {
  static constexpr auto kType = LayerField::Type::rows_columns;
  static void read(LayerWords& words, const LayerField& f, std::optional<RowsColumns>& sets) {
    sets = words.rows_columns(layers::spoken(f), 1, 1 << 20);
  }
  static std::string text(const std::optional<RowsColumns>& sets) { return sets ? short_text(*sets) : ""; }
  static bool same(const std::optional<RowsColumns>& one, const std::optional<RowsColumns>& other) {
    return text(one) == text(other);
  }
};

constexpr LayerField kFields[] = {
    layers::place<&Local::k>("filters", "FILTERS")
        .must()
        .said_as("number of filters")
        .between(1, 65536)
        .called("out_channels", kNoName, "W")
        .explained("How many kernels each place has: each gives one channel of the output"),
    layers::kernel_field<2, &Local::windows>("Height and width of each kernel, as in 5 or 5x3"),
    layers::stride_field<2, &Local::windows>(),
    layers::padding_field<2, &Local::windows>(),
    layers::dilation_field<2, &Local::windows>().explained(
        "Distance between the kernel's weights on the picture; 2 leaves out every second pixel"),
    layers::after_as<SetsForm, &Local::sets>("sets", "sets", "S")
        .said_as("sets of weights")
        .between(1, 1 << 20)
        .usually(1, 8)
        .called(kNoName, kNoName, kNoName)
        .explained("How many tiles of the map have weights of their own: 1 is a convolution, 2 has one set for each "
                   "quadrant; as many as there are places if empty"),
    layers::bias_field<&Local::bias>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  const Local& local = n.as<Local>();
  const layers::WindowFacts w = layers::window_facts(local.windows, n.in[0]);
  const Local2dShape s = local.shape(n.in[0]);
  to.helper("Values");
  to.helper("locally_connected");
  const std::vector<int64_t> weight{s.sets(), local.k, s.plane.c, s.plane.r, s.plane.s}, bias{s.sets(), local.k};
  to.module(n, fmt::format("Values(weight={}{})", python_list(weight),
                           local.bias ? fmt::format(", bias={}", python_list(bias)) : ""));
  to.line(n, fmt::format("locally_connected({0}, {1}.weight, {2}, {3}, {4}, {5}, {6})", to.x(n), to.layer(n),
                         local.bias ? to.layer(n) + ".bias" : "None",
                         python_list(std::vector<int64_t>{s.sets_y, s.sets_x}), python_list(w.stride),
                         python_list(layers::torch_pads(w.before, w.after)), python_list(w.dilation)));
}
void to_keras(KerasPage&, const ExportNode& n) {
  throw Error(
      fmt::format("layer {} (local): Keras 3 has no locally connected layer, it removed LocallyConnected2D", n.name),
      "export to ONNX or PyTorch");
}
// Every window becomes a list of values, by a convolution whose kernels hold a single 1; each place's list is then
// multiplied with its own matrix.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Local& local = n.as<Local>();
  const layers::WindowFacts w = layers::window_facts(local.windows, n.in[0]);
  const Local2dShape s = local.shape(n.in[0]);
  const int64_t c = s.plane.c, taps = local.windows.volume(), p = s.plane.p(), q = s.plane.q();
  if (s.sets() == 1) {
    std::vector<std::string> inputs{to.input(n), to.array(n, "weight", layers::onnx_kernel_dims(local.k, c, w))};
    if (local.bias) inputs.push_back(to.array(n, "bias", {local.k}));
    layers::onnx_window(to.op("Conv", n, inputs), w);
    return;
  }
  std::vector<float> ones(static_cast<size_t>(c * taps * taps), 0.0f);
  for (int64_t i = 0; i < c * taps; ++i) ones[static_cast<size_t>(i * taps + i % taps)] = 1.0f;
  std::string windows, listed, lists, products, sums;
  const std::string one = to.reals_of_shape(n, "one", layers::onnx_kernel_dims(c * taps, 1, w), ones);
  WrittenNode& conv = to.step("Conv", n, "windows", {to.input(n), one}, windows);
  layers::onnx_window(conv, w);
  conv.with("group", c);
  to.step("Transpose", n, "listed", {windows}, listed).with("perm", std::vector<int64_t>{0, 2, 3, 1});
  to.step("Reshape", n, "lists", {listed, to.integers(n, "columns", {0, p * q, c * taps, 1})}, lists);
  // Tiles of several places: the same matrix for each.
  std::vector<int64_t> tile;
  for (int64_t i = 0; i < p * q; ++i) tile.push_back(i / q * s.sets_y / p * s.sets_x + i % q * s.sets_x / q);
  const bool free = s.sets() == p * q;
  const std::string places = free ? "" : to.integers(n, "tile", tile);
  const auto of_places = [&](const std::string& part, const std::vector<int64_t>& dims) {
    std::string array = to.array(n, part, dims);
    if (free) return array;
    std::string gathered;
    to.step("Gather", n, part + "s", {array, places}, gathered).with("axis", int64_t{0});
    return gathered;
  };
  to.step("MatMul", n, "products", {of_places("weight", {s.sets(), local.k, c * taps}), lists}, products);
  if (local.bias) {
    std::string biased;
    to.step("Add", n, "biased", {products, of_places("bias", {s.sets(), local.k, 1})}, biased);
    products = biased;
  }
  to.step("Reshape", n, "sums", {products, to.integers(n, "sizes", {0, p, q, local.k})}, sums);
  to.op("Transpose", n, {sums}).with("perm", std::vector<int64_t>{0, 3, 1, 2});
}

}  // namespace

extern const LayerKind kLocal{
    .word = "local",
    .title = N_("Locally connected layer"),
    .explanation = N_(
        "Windows as in a convolution, but each place of the picture has weights of its own, so that what one place "
        "learns no other place knows. The weights are as many times more as there are places. With 1 set of weights it "
        "is a convolution, with 2x2 each quadrant shares one set. It pays only where every place has a look of its "
        "own, as in a face that always stands in the same place."),
    .make = layers::made<Local>,
    .fields = kFields,
    .first = "local 4 3x3",
    .follow = Follow::linear,
    .torch = {"F.unfold + torch.einsum", to_torch},
    .keras = {"none since Keras 3 (LocallyConnected2D)", to_keras},
    .onnx = {.name = "Conv + MatMul", .write = to_onnx},
};

}  // namespace striate
