// The receptive field in one dimension: which cells of the input one cell of the last layer depends on, followed back
// through each layer's own windows.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/glossary/figure.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/convolution_walk.h"

namespace striate {
namespace {

constexpr int kCells = 33;

class FieldFigure : public GlossaryFigure {
 public:
  FieldFigure() {
    numbers_.push_back({"layers", N_("layers"), 2, 1, 4, 0});
    numbers_.push_back({"kernel", N_("kernel"), 3, 2, 5, 0});
    numbers_.push_back({"stride", N_("stride"), 1, 1, 2, 0});
    numbers_.push_back({"dilation", N_("dilation"), 1, 1, 2, 0});
  }

  void compute() override {
    const int layers = whole("layers");
    sizes_.assign(1, kCells);
    std::vector<Convolution> stack;
    for (int i = 0; i < layers; ++i) {
      Convolution layer;
      ConvolutionGeometry& g = layer.geometry;
      g.width = sizes_.back();
      g.kernel_width = whole("kernel");
      g.stride = whole("stride");
      g.dilation = whole("dilation");
      // As wide as the layer before, if the stride is 1.
      const int around = g.span(g.kernel_width) - 1;
      g.left = around / 2, g.right = around - g.left;
      layer.x.assign(static_cast<size_t>(g.width), 1);
      layer.w.assign(static_cast<size_t>(g.kernel_width), 1);
      sizes_.push_back(g.output_width());
      stack.push_back(std::move(layer));
    }
    lit_.assign(static_cast<size_t>(layers) + 1, {});
    lit_.back().insert(sizes_.back() / 2);
    for (int i = layers - 1; i >= 0; --i) {
      for (const int cell : lit_[static_cast<size_t>(i) + 1]) {
        if (cell < 0 || cell >= sizes_[static_cast<size_t>(i) + 1]) continue;
        for (const ConvolutionTap& tap : walk_convolution(stack[static_cast<size_t>(i)], 0, 0, cell).taps) {
          lit_[static_cast<size_t>(i)].insert(tap.column);
        }
      }
    }
    results_.clear();
    const std::set<int>& seen = lit_.front();
    result("field", N_("cells from the first to the last"), seen.empty() ? 0 : *seen.rbegin() - *seen.begin() + 1);
    result("read", N_("cells that are read"), static_cast<double>(seen.size()));
  }

  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    const auto rows = static_cast<float>(sizes_.size());
    const float line = area.h / rows, names = std::max({54.0f, ui.measure(Font::caption, tr("input")).x + 6,
                                                        ui.measure(Font::caption, format_tr("layer {}", 0)).x + 6});
    const float cell = (area.w - names) / static_cast<float>(kCells);
    const auto center = [&](size_t layer, int column) {
      const float span = cell * static_cast<float>(kCells) / static_cast<float>(sizes_[layer]);
      return Vec{area.x + names + span * (static_cast<float>(column) + 0.5f),
                 area.bottom() - line * (static_cast<float>(layer) + 0.5f)};
    };
    for (size_t layer = 0; layer < sizes_.size(); ++layer) {
      const Rect name{area.x, area.bottom() - line * static_cast<float>(layer + 1), names, line};
      ui.label(name, layer == 0 ? tr("input") : format_tr("layer {}", layer - 1), Font::caption, t.secondary);
      const float side = std::min(cell - 1, line * 0.42f);
      for (int column = 0; column < sizes_[layer]; ++column) {
        const Vec at = center(layer, column);
        const bool lit = lit_[layer].contains(column);
        const Color tone = layer == 0 ? t.input : t.activation;
        ui.fill({at.x - side / 2, at.y - side / 2, side, side}, lit ? tone : t.raised, 2);
      }
    }
    for (size_t layer = 1; layer < sizes_.size(); ++layer) {  // the outermost lines of each step back
      const auto [low, high] = ends(layer - 1);
      const auto [above_low, above_high] = ends(layer);
      const float half = line * 0.22f;
      const auto join = [&](int from, int to) {
        const Vec a = center(layer, from), b = center(layer - 1, to);
        ui.line({a.x, a.y + half}, {b.x, b.y - half}, faded(t.kernel, 0.8f));
      };
      join(above_low, low), join(above_high, high);
    }
  }
  float height() const override { return 150; }

 private:
  std::pair<int, int> ends(size_t layer) const {
    const int last = sizes_[layer] - 1;
    return {std::clamp(*lit_[layer].begin(), 0, last), std::clamp(*lit_[layer].rbegin(), 0, last)};
  }
  std::vector<int> sizes_;          // of the input and each layer
  std::vector<std::set<int>> lit_;  // of the same; also in the padding
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_field_figure(const std::string&) { return std::make_unique<FieldFigure>(); }

}  // namespace striate
