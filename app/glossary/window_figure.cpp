// A window over a grid of numbers: convolution with its kernel, flip, stride, padding and dilation; pooling.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/mini_grid.h"
#include "app/words/words.h"
#include "engine/walk/convolution_walk.h"
#include "engine/walk/pooling_walk.h"

namespace striate {
namespace {

// Small numbers, no two rows alike.
const std::vector<double> kInput = {1, 0, 4, 2, 7, 3, 8, 2, 5, 4, 1, 6, 2, 9, 3, 5, 0, 2,
                                    7, 1, 6, 8, 4, 1, 3, 6, 2, 0, 9, 5, 4, 8, 1, 7, 3, 2};
constexpr int kSide = 6;

// An input at the left, its window, the output at the right; a click on an output cell brings the window there.
class GridFigure : public GlossaryFigure {
 public:
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    Rect rest = area;
    const float right_width = area.w * 0.34f;
    const Rect right = rest.cut_right(right_width).inset(6, 4);
    const Rect middle = rest.cut_right(has_kernel() ? area.w * 0.22f : 28.0f).inset(4, 4);
    const int pad = padding(), side = kSide + 2 * pad;
    MiniGrid grid;
    grid.rows = grid.columns = side;
    grid.row_index = grid.column_index = {-pad};
    grid.index_rows = grid.index_columns = kSide;
    const auto inside = [&](int row, int column) {
      return row >= pad && column >= pad && row < kSide + pad && column < kSide + pad;
    };
    grid.dashed = [&](int row, int column) { return !inside(row, column); };
    grid.fill = [&](int row, int column) {
      const double value = inside(row, column) ? input_[static_cast<size_t>((row - pad) * kSide + column - pad)] : 0;
      return mixed(t.raised, t.input, static_cast<float>(value) / 14);
    };
    grid.text = [&](int row, int column) {
      return fmt::format("{:g}",
                         inside(row, column) ? input_[static_cast<size_t>((row - pad) * kSide + column - pad)] : 0.0);
    };
    const Rect place = mini_grid(ui, rest.inset(6, 4), grid);
    for (const auto& [row, column] : window_) {
      ui.stroke(mini_cell(place, side, side, row + pad, column + pad).inset(1), t.kernel, 2, 2);
    }
    draw_middle(ui, middle);
    grid.rows = rows_, grid.columns = columns_;
    grid.row_index = grid.column_index = {};
    grid.dashed = {};
    grid.fill = [&](int, int) { return mixed(t.surface, t.activation, 0.25f); };
    grid.text = [&](int row, int column) {
      return fmt::format("{:g}", out_[static_cast<size_t>(row * columns_ + column)]);
    };
    const Rect output = mini_grid(ui, right, grid);
    const int at = whole("place");
    ui.stroke(mini_cell(output, rows_, columns_, at / columns_, at % columns_).inset(-1), t.activation, 2, 2);
    const Response r = ui.interact(output, {.label = "figure output",
                                            .command = "glossary.set place",
                                            .kind = "figure",
                                            .focusable = false,
                                            .tooltip = N_("Click a cell: the window goes there")});
    if (r.held || r.clicked) {
      if (const auto cell = mini_cell_at(output, rows_, columns_, ui.input().mouse)) {
        const int wanted = cell->first * columns_ + cell->second;
        if (wanted != at) ui.send(fmt::format("glossary.set place {}", wanted));
      }
    }
  }

 protected:
  virtual int padding() const { return 0; }
  virtual bool has_kernel() const { return false; }
  virtual void draw_middle(Ui& ui, const Rect& area) const {
    ui.label(area, "\u2192", Font::heading, ui.theme().secondary, Align::center);
  }
  // The output has a new size: the place stays in it.
  void place_within(int rows, int columns) {
    rows_ = rows, columns_ = columns;
    FigureNumber& place = edit("place");
    place.maximum = rows * columns - 1;
    place.value = std::min(place.value, place.maximum);
  }

  std::vector<double> input_ = kInput, out_;
  std::vector<std::pair<int, int>> window_;  // the cells that are read, the padding's too
  int rows_ = 1, columns_ = 1;
};

class ConvolutionFigure : public GridFigure {
 public:
  explicit ConvolutionFigure(const std::string& name) {
    numbers_.push_back({"place", N_("output cell"), 5, 0, 15, 0});
    if (name == "stride") numbers_.push_back({"stride", N_("stride"), 2, 1, 3, 0});
    if (name == "padding") numbers_.push_back({"padding", N_("padding"), 1, 0, 2, 0});
    if (name == "dilation") numbers_.push_back({"dilation", N_("dilation"), 2, 1, 2, 0});
    if (name == "flip") numbers_.push_back({"flip", N_("kernel"), 0, 0, 1, 0, {N_("as it is"), N_("flipped")}});
    if (name == "convolution") numbers_.push_back({"center", N_("middle of the kernel"), 4, -9, 9, 0});
    convolution_.x = input_;
    convolution_.w = name == "flip" ? std::vector<double>{1, 2, 1, 0, 0, 0, -1, -2, -1}
                                    : std::vector<double>{1, 2, 1, 2, 4, 2, 1, 2, 1};
    ConvolutionGeometry& g = convolution_.geometry;
    g.height = g.width = kSide;
    g.kernel_height = g.kernel_width = 3;
  }

  void compute() override {
    ConvolutionGeometry& g = convolution_.geometry;
    g.top = g.bottom = g.left = g.right = padding();
    if (has("stride")) g.stride = whole("stride");
    if (has("dilation")) g.dilation = whole("dilation");
    g.flip = whole("flip") != 0;
    if (has("center")) convolution_.w[4] = number("center");
    Stream stream;
    const ConvolutionPicture picture = convolve(stream, convolution_);
    out_ = picture.value;
    place_within(picture.height, picture.width);
    const ConvolutionWalk walk =
        walk_convolution(convolution_, 0, whole("place") / columns_, whole("place") % columns_);
    window_.clear();
    for (const ConvolutionTap& tap : walk.taps) window_.emplace_back(tap.row, tap.column);
    results_.clear();
    result("sum", N_("sum of the products"), walk.sum);
    result("rows", N_("rows of the output"), rows_);
    result("columns", "", columns_);
  }

 protected:
  int padding() const override { return has("padding") ? whole("padding") : 0; }
  bool has_kernel() const override { return true; }
  void draw_middle(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    MiniGrid grid;
    grid.rows = grid.columns = 3;
    const bool flip = convolution_.geometry.flip;
    if (flip) grid.row_index = grid.column_index = {2, -1};
    const auto tap = [&](int row, int column) {
      const int i = row * 3 + column;
      return convolution_.w[static_cast<size_t>(flip ? 8 - i : i)];
    };
    grid.fill = [&](int row, int column) { return signed_color(t, tap(row, column), 9); };
    grid.text = [&](int row, int column) { return fmt::format("{:g}", tap(row, column)); };
    const Rect place = mini_grid(ui, area, grid);
    ui.stroke(place.inset(-2), t.kernel, 2, 2);
  }

 private:
  bool has(std::string_view name) const {
    return std::any_of(numbers_.begin(), numbers_.end(), [&](const auto& number) { return number.name == name; });
  }
  Convolution convolution_;
};

class PoolingFigure : public GridFigure {
 public:
  PoolingFigure() {
    numbers_.push_back({"place", N_("output cell"), 1, 0, 8, 0});
    numbers_.push_back({"kind", N_("keeps"), 0, 0, 1, 0, {N_("the largest"), N_("the mean")}});
    numbers_.push_back({"size", N_("window"), 2, 2, 3, 0});
    pooling_.x = input_;
  }
  void compute() override {
    PoolGeometry& g = pooling_.geometry;
    g.channels = 1;
    g.height = g.width = kSide;
    g.kind = whole("kind") == 0 ? PoolKind::max : PoolKind::average;
    g.window_height = g.window_width = whole("size");
    g.stride = whole("size");
    Stream stream;
    const PoolingPicture picture = pool(stream, pooling_);
    out_ = picture.value;
    for (double& value : out_) value = std::round(value * 100) / 100;
    place_within(picture.height, picture.width);
    const PoolingWalk walk = walk_pooling(pooling_, 0, whole("place") / columns_, whole("place") % columns_);
    window_.clear();
    for (const PoolCell& cell : walk.cells) window_.emplace_back(cell.row, cell.column);
    results_.clear();
    result("value", N_("is kept"), picture.value_at(0, walk.row, walk.column));
    result("rows", N_("rows of the output"), rows_);
  }

 private:
  Pooling pooling_;
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_window_figure(const std::string& name) {
  return std::make_unique<ConvolutionFigure>(name);
}
std::unique_ptr<GlossaryFigure> make_pooling_figure(const std::string&) { return std::make_unique<PoolingFigure>(); }

}  // namespace striate
