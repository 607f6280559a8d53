// A convolution whose filters read some of the channels only: a connection table, as in the networks of 1989 and 1998.
#include <algorithm>
#include <bit>

#include "engine/network/layers/windows.h"
#include "engine/network/layers/windows_rows.h"
#include "kernels/conv2d.h"
#include "kernels/early_layers.h"

namespace striate {
namespace {

class TableConv : public Layer {
 public:
  layers::Windows windows;
  std::vector<uint64_t> table;  // per filter: bit c where it reads channel c
  bool bias = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    if (x.c > LinkTable::kMaxChannels || x.c < channels()) {
      throw Error(fmt::format("got {} channels, needs {} to {}: its table names channel {}", x.c, channels(),
                              LinkTable::kMaxChannels, channels() - 1),
                  "change the table, or the filters of the layer before");
    }
    const Conv2dShape s = plane(inputs[0]);
    if (s.h + s.pad_top + s.pad_bottom < s.dilation_y * (s.r - 1) + 1 ||
        s.w + s.pad_left + s.pad_right < s.dilation_x * (s.s - 1) + 1) {
      throw Error(fmt::format("got pictures of {} x {}, smaller than its kernel of {} x {}", x.h, x.w, s.r, s.s),
                  "use a smaller kernel, more padding, or less pooling before");
    }
    return layers::pictures_shape(x.n, s.k, s.p(), s.q());
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const int64_t k = filters(), in = std::max<int64_t>(1, links() / k * windows.volume());
    const int64_t outputs = std::max<int64_t>(1, links() / inputs[0][1] * windows.volume());
    std::vector<WeightSpec> list{
        {"weight", Shape{links(), windows.window[1], windows.window[2]}, WeightSpec::Kind::weight, in, outputs}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, in, outputs});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>&) const override {
    const std::string weights = fmt::format("{}*{}", layers::product_of(windows.window, 2), links());
    return {windows.volume() * links() + (bias ? filters() : 0),
            bias ? fmt::format("{} + {}", weights, filters()) : weights};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Conv2dShape s = plane(inputs[0]);
    return {layers::product({windows.volume(), links(), s.p(), s.q()}),
            fmt::format("{}*{}*{}", layers::product_of(windows.window, 2), links(), layers::product({s.p(), s.q()}))};
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const Conv2dShape s = plane(inputs[0]);
    const auto spread = [](const CellRange& range, int stride, int before, int covers) {
      return CellRange{range.first * stride - before, range.last * stride - before + covers - 1};
    };
    uint64_t read = 0;
    for (int64_t k = std::max<int64_t>(0, of.channels.first); k <= of.channels.last && k < filters(); ++k) {
      read |= table[static_cast<size_t>(k)];
    }
    const CellRange channels{read == 0 ? 0 : std::countr_zero(read), 63 - std::countl_zero(read)};
    return CellBox{channels, spread(of.rows, s.stride_y, s.pad_top, s.dilation_y * (s.r - 1) + 1),
                   spread(of.columns, s.stride_x, s.pad_left, s.dilation_x * (s.s - 1) + 1)};
  }
  // The weights with zeros where nothing is linked, and room for the convolution.
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    return whole(inputs[0]) + conv2d_scratch(plane(inputs[0]));
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    unpack_links(stream, links_of(in), taps(), call.weights[0], call.scratch);
    conv2d_forward(stream, plane(in), call.x[0].data, call.scratch, bias ? call.weights[1] : nullptr, call.y.data,
                   call.scratch + whole(in));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    float *const weights = call.scratch, *const room = call.scratch + whole(in);
    if (!call.dw.empty()) {
      conv2d_backward_weights(stream, plane(in), call.x[0].data, call.dy, weights, bias ? call.dw[1] : nullptr,
                              Result::overwrite, room);
      pack_links(stream, links_of(in), taps(), weights, call.dw[0]);
    }
    if (call.dx[0] == nullptr) return;
    unpack_links(stream, links_of(in), taps(), call.weights[0], weights);
    conv2d_backward_input(stream, plane(in), call.dy, weights, call.dx[0], call.dx_result[0], room);
  }

  int filters() const { return static_cast<int>(table.size()); }
  int64_t links() const {
    int64_t count = 0;
    for (const uint64_t mask : table) count += std::popcount(mask);
    return count;
  }

 private:
  int channels() const {  // as many as the table names
    uint64_t all = 0;
    for (const uint64_t mask : table) all |= mask;
    return 64 - std::countl_zero(all);
  }
  int taps() const { return static_cast<int>(windows.volume()); }
  // A multiple of 16, so that what follows begins where a vector may.
  int64_t whole(const Shape& in) const { return (filters() * in[1] * windows.volume() + 15) / 16 * 16; }
  Conv2dShape plane(const Shape& in) const {
    Conv2dShape s;
    layers::set_plane(s, windows, layers::extent(in, 2, kind()));
    s.k = filters();
    return s;
  }
  LinkTable links_of(const Shape& in) const {
    LinkTable links;
    links.filters = filters(), links.channels = static_cast<int>(in[1]);
    int before = 0;
    for (size_t k = 0; k < table.size(); ++k) {
      links.mask[k] = table[k], links.first[k] = before;
      before += std::popcount(table[k]);
    }
    return links;
  }
};

// "0+1+2,1+2+3": a filter's channels with + between them, filters with commas.
struct TableForm {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, std::vector<uint64_t>& table) {
    const size_t place = words.place();
    const std::string text = words.word(layers::spoken(f));
    const auto wrong = [&](const std::string& what) {
      words.fail_at(place, fmt::format("the table \"{}\" {}", text, what),
                    "write the channels of each filter, as in 0+1+2,1+2+3");
    };
    table.assign(1, 0);
    for (size_t at = 0; at < text.size();) {
      int channel = 0;
      const size_t begin = at;
      while (at < text.size() && at - begin < 3 && text[at] >= '0' && text[at] <= '9') {
        channel = channel * 10 + (text[at++] - '0');
      }
      if (at == begin) wrong("has no channel where one should stand");
      if (channel >= LinkTable::kMaxChannels) {
        wrong(fmt::format("names channel {}, the last possible is {}", channel, LinkTable::kMaxChannels - 1));
      }
      if ((table.back() >> channel & 1U) != 0) wrong(fmt::format("names channel {} twice for one filter", channel));
      table.back() |= uint64_t{1} << channel;
      if (at == text.size()) break;
      const char sign = text[at++];
      if ((sign != '+' && sign != ',') || at == text.size()) wrong("is cut off or has a sign that is none of its own");
      if (sign == ',') table.push_back(0);
    }
    if (table.size() > LinkTable::kMaxFilters) wrong(fmt::format("has more than {} filters", LinkTable::kMaxFilters));
  }
  static std::string text(const std::vector<uint64_t>& table) {
    std::string text;
    for (const uint64_t mask : table) {
      std::string filter;
      for (int c = 0; c < 64; ++c) {
        if ((mask >> c & 1U) != 0) filter += fmt::format("{}{}", filter.empty() ? "" : "+", c);
      }
      text += (text.empty() ? "" : ",") + filter;
    }
    return text;
  }
};

constexpr LayerField kFields[] = {
    layers::place_as<TableForm, &TableConv::table>("table", "TABLE")
        .must()
        .said_as("connection table")
        .called(kNoName, kNoName, kNoName)
        .explained("Which channels each filter reads: 0+1+2,1+2+3 are two filters of three channels each"),
    layers::kernel_field<2, &TableConv::windows>("Height and width of each kernel, as in 5 or 5x3"),
    layers::stride_field<2, &TableConv::windows>(),
    layers::padding_field<2, &TableConv::windows>(),
    layers::dilation_field<2, &TableConv::windows>().explained(
        "Distance between the kernel's weights on the picture; 2 leaves out every second pixel"),
    layers::bias_field<&TableConv::bias>()};

std::string python_table(const TableConv& conv) {
  std::string text;
  for (const uint64_t mask : conv.table) {
    std::string filter;
    for (int c = 0; c < 64; ++c) {
      if ((mask >> c & 1U) != 0) filter += fmt::format("{}{}", filter.empty() ? "" : ", ", c);
    }
    text += fmt::format("{}[{}]", text.empty() ? "" : ", ", filter);
  }
  return "[" + text + "]";
}
void to_torch(TorchPage& to, const ExportNode& n) {
  const TableConv& conv = n.as<TableConv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  to.helper("Values");
  to.helper("linked");
  to.module(n, fmt::format("Values(weight=[{}, {}, {}]{})", conv.links(), w.size[0], w.size[1],
                           conv.bias ? fmt::format(", bias=[{}]", conv.filters()) : ""));
  const std::string layer = to.layer(n);
  std::string x = to.x(n);
  if (w.padded()) x = fmt::format("F.pad({}, {})", x, python_list(layers::torch_pads(w.before, w.after)));
  to.line(n, fmt::format("F.conv2d({}, linked({}.weight, {}, {}), {}, stride={}, dilation={})", x, layer,
                         python_table(conv), n.in[0][1], conv.bias ? layer + ".bias" : "None", python_brief(w.stride),
                         python_brief(w.dilation)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const TableConv& conv = n.as<TableConv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::string x = to.x(n, KerasPage::Order::last);
  if (w.padded()) x = layers::keras_sides("ZeroPadding", 2, w.before, w.after, x);
  const bool widened = w.dilated() && w.strided();  // Keras has one of the two
  layers::Ints size = w.size;
  for (size_t a = 0; a < 2 && widened; ++a) size[a] = w.covers(a);
  std::string code = fmt::format("layers.Conv2D({}, {}", conv.filters(), python_brief(size));
  if (w.strided()) code += ", strides=" + python_brief(w.stride);
  if (w.dilated() && !widened) code += ", dilation_rate=" + python_brief(w.dilation);
  if (!conv.bias) code += ", use_bias=False";
  to.line(n, KerasPage::Order::last, fmt::format("{}, {})({})", code, to.name(n), x));
  to.helper("kernel");
  to.helper("linked");
  to.weights(n, fmt::format("kernel(linked({}, {}, {}), 2{}){}", to.array(n, "weight"), python_table(conv), n.in[0][1],
                            widened ? ", dilation=" + python_list(w.dilation) : "",
                            conv.bias ? ", " + to.array(n, "bias") : ""));
}
// Each link's channel, a convolution of each on its own, and a sum over the links of each filter.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const TableConv& conv = n.as<TableConv>();
  const layers::WindowFacts w = layers::window_facts(conv.windows, n.in[0]);
  std::vector<int64_t> channels;
  std::vector<float> sums(static_cast<size_t>(conv.filters() * conv.links()), 0.0f);
  for (size_t k = 0; k < conv.table.size(); ++k) {
    for (int c = 0; c < 64; ++c) {
      if ((conv.table[k] >> c & 1U) == 0) continue;
      sums[k * static_cast<size_t>(conv.links()) + channels.size()] = 1.0f;
      channels.push_back(c);
    }
  }
  std::string read, each;
  to.step("Gather", n, "read", {to.input(n), to.integers(n, "channels", channels)}, read).with("axis", int64_t{1});
  WrittenNode& node =
      to.step("Conv", n, "each", {read, to.array(n, "weight", {conv.links(), 1, w.size[0], w.size[1]})}, each);
  layers::onnx_window(node, w);
  node.with("group", conv.links());
  std::vector<std::string> inputs{each, to.reals_of_shape(n, "sums", {conv.filters(), conv.links(), 1, 1}, sums)};
  if (conv.bias) inputs.push_back(to.array(n, "bias"));
  to.op("Conv", n, inputs).with("kernel_shape", std::vector<int64_t>{1, 1});
}

}  // namespace

extern const LayerKind kTableConv{
    .word = "tableconv",
    .title = N_("Convolution with a connection table"),
    .explanation = N_(
        "A convolution whose filters don't read all channels: a table says which ones each reads. LeNet-5 of 1998 has "
        "one, because 1516 weights instead of 2416 mattered then, and because filters that see different channels "
        "can't all learn the same. Its weights are kept packed, one small kernel for each link. Today a dropout does "
        "the second, and nobody counts the first."),
    .make = layers::made<TableConv>,
    .fields = kFields,
    .example = "tableconv 0+1,1+2,0+2 3x3",
    .follow = Follow::linear,
    .torch = {"F.conv2d", to_torch},
    .keras = {"layers.Conv2D", to_keras},
    .onnx = {.name = "Conv", .write = to_onnx},
};

}  // namespace striate
