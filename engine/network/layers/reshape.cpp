#include <algorithm>
#include <limits>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

constexpr int64_t kRest = -1;  // among the sizes: what is left

class Reshape : public Layer {
 public:
  std::vector<int64_t> sizes;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    std::vector<int64_t> result = sizes;
    int64_t known = 1;
    for (int64_t& size : result) {
      if (size == layers::kBatch) {
        layers::need_axis(0, x);
        size = x[0];
      }
      if (size != kRest && __builtin_mul_overflow(known, size, &known)) known = -1;
    }
    bool fits = known == x.count();
    for (int64_t& size : result) {
      if (size != kRest) continue;
      fits = known > 0 && x.count() % known == 0;
      size = fits ? x.count() / known : 0;
    }
    if (!fits) {
      throw Error(
          fmt::format("got {}, {} values, which don't fill {}", x.text(), x.count(), layers::sizes_with_batch(sizes)),
          "its sizes must multiply to as many values; write -1 for one of them to have it computed");
    }
    return Shape(result);
  }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.y.data != call.x[0].data) copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {
    layers::place_as<layers::BatchSizes<true>, &Reshape::sizes>("sizes", "SIZES")
        .must()
        .called("shape", "newshape", "shape")
        .explained("The new size along each axis: batch for the first one's own, one -1 for what is left")};

void to_torch(TorchPage& to, const ExportNode& n) {
  std::string sizes;
  for (const int64_t size : n.as<Reshape>().sizes) {
    sizes += (sizes.empty() ? "" : ", ") + (size == layers::kBatch ? to.x(n) + ".shape[0]" : std::to_string(size));
  }
  to.line(n, fmt::format("{}.reshape({})", to.x(n), sizes.empty() ? "()" : sizes));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  std::vector<int64_t> sizes = n.as<Reshape>().sizes;
  const bool zeros = std::find(sizes.begin(), sizes.end(), 0) != sizes.end();
  // In ONNX a 0 is what the input has at that place: the batch, where it comes first.
  if (!zeros && !sizes.empty() && sizes[0] == layers::kBatch) sizes[0] = 0;
  const std::string list = to.sizes(n, "sizes", sizes);
  WrittenNode& node = to.op("Reshape", n, {to.input(n), list});
  if (!zeros) return;
  to.need(14, "Reshape with sizes of 0");
  node.with("allowzero", int64_t{1});
}

}  // namespace

namespace layers {

std::vector<int64_t> parse_sizes_with_batch(LayerWords& words, bool rest) {
  const char* hint = rest ? "sizes with commas between them, batch for the first axis' own, one -1 for what is left"
                          : "sizes with commas between them, batch for the first axis' own";
  if (words.take("scalar")) return {};
  const LayerWords before = words;
  const std::string& word = words.word("sizes");
  std::string_view text = word;
  std::vector<int64_t> sizes;
  int rests = 0;
  for (bool more = true; more;) {
    const size_t end = text.find(',');
    const std::string_view part = text.substr(0, end);
    int64_t size = kBatch;
    const bool fits = part == "batch" || (read_whole(part, size) && size >= (rest ? -1 : 0) &&
                                          size <= std::numeric_limits<int32_t>::max());
    rests += size == kRest;
    if (!fits || rests > 1 || sizes.size() == Shape::kMaxRank) {
      before.fail(fmt::format("invalid list of sizes \"{0}\" for {1}", word, words.kind()), hint);
    }
    sizes.push_back(size);
    more = end != std::string_view::npos;
    if (more) text.remove_prefix(end + 1);
  }
  return sizes;
}

std::string sizes_with_batch(const std::vector<int64_t>& sizes) {
  std::string list;
  for (const int64_t size : sizes) {
    list += (list.empty() ? "" : ",") + (size == kBatch ? std::string("batch") : std::to_string(size));
  }
  return list.empty() ? "scalar" : list;
}

}  // namespace layers

extern const LayerKind kReshape{
    .word = "reshape",
    .title = N_("Reshape"),
    .explanation = N_(
        "The same values in the same order, cut into axes of other sizes. Nothing is computed and nothing moves in "
        "memory; what changes is which values count as neighbors. -1 stands for whatever size is left, batch for the "
        "number of pictures."),
    .make = layers::made<Reshape>,
    .fields = kFields,
    .example = "reshape batch,3,-1",
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .passes_on = true,
    .torch = {"torch.reshape", to_torch},
    .keras = {"ops.reshape", layers::keras_reshape},
    .onnx = {.name = "Reshape", .write = to_onnx},
};

}  // namespace striate
