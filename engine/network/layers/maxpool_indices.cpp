#include "engine/network/layers/pooling.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

// Windows of three sizes are those of volumes: they are always written out.
class MaxPoolIndices : public layers::Pooling {
 public:
  bool columns_first = false;

  std::string kind() const override { return kMaxPoolIndices.word; }
  std::string text() const override { return Pooling::text() + (columns_first ? " columns first" : ""); }
  Shape output(const std::vector<Shape>& inputs) const override {
    Shape out = Pooling::output(inputs);
    check_argmax(volume(inputs[0]));
    return out;
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    max_pool3d_argmax(stream, volume(call.x[0].shape), columns_first, call.x[0].data, call.y.data);
  }
  // A place does not change with the values, or jumps.
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr || call.dx_result[0] == Result::accumulate) return;
    fill(stream, call.x[0].count(), 0, call.dx[0]);
  }

 protected:
  std::string window_text() const override {
    return flat() ? Pooling::window_text() : layers::sizes_of(windows.window, 3);
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<MaxPoolIndices>();
  layers::Windows& w = layer->windows;
  const std::vector<int64_t> sizes = words.sizes("window size", 1, 1024, 3);
  if (sizes.empty()) words.fail("the window of maxpoolindices has no size", "write maxpoolindices 2, 2x3 or 2x2x3");
  w.axes = sizes.size() == 3 ? 3 : 2;
  w.window = {1, static_cast<int>(sizes[sizes.size() - std::min<size_t>(2, sizes.size())]),
              static_cast<int>(sizes.back())};
  if (w.axes == 3) w.window[0] = static_cast<int>(sizes.front());
  return layers::parse_pooling_settings(words, layer, "columns first", [&] {
    const bool mine = words.take("columns", "first");
    if (mine) layer->columns_first = true;
    return mine;
  });
}

}  // namespace

const LayerKind kMaxPoolIndices{
    "maxpoolindices", "Places of max pooling",
    "maxpoolindices SIZE [stride S] [pad P] [dilation D] [ceil] [columns first]",
    "Where each largest value of a max pooling stood, as a number: the values of the whole batch are counted through, "
    "row by row, from 0. Networks that shrink a picture and later draw it large again note these places, so that "
    "every value can go back to where it came from. A place is no quantity that could be a little larger, so no "
    "gradient flows through it. It has no weights.",
    parse};

}  // namespace striate
