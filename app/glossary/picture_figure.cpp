// The portrait and what a filter makes of it; its histogram; a color and its gray.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/mini_grid.h"
#include "app/words/words.h"
#include "engine/filter.h"
#include "engine/image.h"
#include "engine/image_statistics.h"
#include "kernels/color.h"

namespace striate {
namespace {

// One of a few kernels of the list in engine/filter.h.
class FilterFigure : public GlossaryFigure {
 public:
  explicit FilterFigure(std::vector<const char*> kernels) : kernels_(std::move(kernels)) {
    FigureNumber kernel{"kernel", N_("kernel"), 0, 0, static_cast<double>(kernels_.size() - 1), 0};
    for (const char* name : kernels_) kernel.words.emplace_back(name);
    numbers_.push_back(std::move(kernel));
  }
  void compute() override {
    const NamedKernel* named = find_named_kernel(kernels_[static_cast<size_t>(whole("kernel"))]);
    stage_.kernel = named->kernel;
    run(named->show);
  }
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    Rect rest = area;
    const Rect left = rest.cut_left(area.w * 0.36f), right = rest.cut_right(area.w * 0.36f);
    MiniGrid grid;
    grid.rows = image_->height, grid.columns = image_->width;
    grid.fill = [&](int row, int column) { return byte_gray(*image_->at(column, row)); };
    mini_grid(ui, left.inset(4), grid);
    grid.fill = [&](int row, int column) {
      return byte_gray(shown_[static_cast<size_t>(row * image_->width + column)]);
    };
    mini_grid(ui, right.inset(4), grid);
    MiniGrid kernel;
    kernel.rows = stage_.kernel.height, kernel.columns = stage_.kernel.width;
    const double most = std::abs(*std::max_element(stage_.kernel.taps.begin(), stage_.kernel.taps.end(),
                                                   [](double a, double b) { return std::abs(a) < std::abs(b); }));
    const auto tap = [&](int row, int column) {
      return stage_.kernel.taps[static_cast<size_t>(row * kernel.columns + column)];
    };
    kernel.fill = [&](int row, int column) { return signed_color(t, tap(row, column), most); };
    kernel.text = [&](int row, int column) { return kernel_number_text(tap(row, column)); };
    const Rect cells = mini_grid(ui, rest.inset(6, rest.h * 0.12f), kernel);
    ui.stroke(cells.inset(-2), t.kernel, 2, 2);
  }

 protected:
  void run(Show show) {
    FilterChain chain;
    chain.stages = {stage_};
    chain.show = show;
    Stream stream;
    const Region whole_picture{0, 0, image_->width, image_->height};
    shown_.resize(image_->value_count());
    filter_chain(stream, chain, {}, picture_of(*image_), whole_picture, shown_.data(), image_->width);
    results_.clear();
    result("ksum", N_("sum of the kernel's numbers"), kernel_sum(stage_.kernel) / stage_.divisor);
    result("pixel", "", shown_[static_cast<size_t>(7 * image_->width + 4)]);  // column 4, row 7: an eye
  }

  ImagePtr image_ = portrait();
  FilterStage stage_;
  std::vector<uint8_t> shown_;

 private:
  std::vector<const char*> kernels_;
};

// A bell of any width.
class GaussianFigure : public FilterFigure {
 public:
  GaussianFigure() : FilterFigure({"gaussian"}) {
    numbers_.clear();
    numbers_.push_back({"sigma", N_("sigma"), 1, 0.3, 3, 1});
  }
  void compute() override {
    constexpr int kReach = 3;
    const double sigma = number("sigma");
    stage_.kernel.width = stage_.kernel.height = 2 * kReach + 1;
    stage_.kernel.taps.clear();
    double sum = 0;
    for (int y = -kReach; y <= kReach; ++y) {
      for (int x = -kReach; x <= kReach; ++x) {
        stage_.kernel.taps.push_back(std::exp(-(x * x + y * y) / (2 * sigma * sigma)));
        sum += stage_.kernel.taps.back();
      }
    }
    for (double& tap : stage_.kernel.taps) tap /= sum;
    run(Show::clip);
    result("middle", N_("share of the pixel itself"), stage_.kernel.taps[24]);
  }
};

class HistogramFigure : public GlossaryFigure {
 public:
  HistogramFigure() {
    numbers_.push_back({"bars", N_("bars"), 5, 3, 7, 0});
    numbers_.push_back({"add", N_("added to every pixel"), 0, -100, 100, 0});
  }
  void compute() override {
    const ImagePtr image = portrait();
    std::vector<uint8_t> pixels;
    for (size_t i = 0; i < image->value_count(); ++i) {
      pixels.push_back(static_cast<uint8_t>(std::clamp(image->bytes.data()[i] + whole("add"), 0, 255)));
    }
    Stream stream;
    const ChannelStatistics counted = statistics(stream, pixels.data(), 1, static_cast<int64_t>(pixels.size()))[0];
    bars_.assign(size_t{1} << whole("bars"), 0);
    for (size_t value = 0; value < 256; ++value) {
      bars_[value * bars_.size() / 256] += static_cast<double>(counted.histogram[value]);
    }
    results_.clear();
    result("mean", N_("mean"), counted.mean);
    result("tallest", N_("pixels in the tallest bar"), *std::max_element(bars_.begin(), bars_.end()));
    result("count", N_("pixels"), static_cast<double>(counted.count));
    result("white", N_("pixels of 255"), static_cast<double>(counted.histogram[255]));
  }
  void draw(Ui& ui, const Rect& area) const override {
    Rect rest = area;
    const Rect axis = rest.cut_bottom(20);
    const double most = *std::max_element(bars_.begin(), bars_.end());
    const float width = rest.w / static_cast<float>(bars_.size());
    ui.fill(rest, ui.theme().background, 4);
    for (size_t i = 0; i < bars_.size(); ++i) {
      const float h = rest.h * static_cast<float>(bars_[i] / most);
      ui.fill({rest.x + width * static_cast<float>(i), rest.bottom() - h, std::max(1.0f, width - 1), h},
              ui.theme().input);
    }
    ui.label(axis, "0", Font::caption, ui.theme().secondary);
    ui.label(axis, "255", Font::caption, ui.theme().secondary, Align::right);
  }

 private:
  std::vector<double> bars_;
};

class LuminanceFigure : public GlossaryFigure {
 public:
  LuminanceFigure() {
    numbers_.push_back({"red", N_("red"), 40, 0, 255, 0});
    numbers_.push_back({"green", N_("green"), 160, 0, 255, 0});
    numbers_.push_back({"blue", N_("blue"), 220, 0, 255, 0});
  }
  void compute() override {
    gray_ = gray_of({}, static_cast<float>(number("red")), static_cast<float>(number("green")),
                    static_cast<float>(number("blue")));
    results_.clear();
    result("gray", "0.299 R + 0.587 G + 0.114 B", gray_);
  }
  void draw(Ui& ui, const Rect& area) const override {
    Rect rest = area;
    const Rect left = rest.cut_left(area.w / 2).inset(4);
    const auto part = [&](const char* name) { return static_cast<uint32_t>(whole(name)); };
    ui.fill(left, rgb(part("red") << 16 | part("green") << 8 | part("blue")), 6);
    ui.fill(rest.inset(4), byte_gray(gray_), 6);
    ui.label(rest.inset(4), fmt::format("{:.1f}", gray_), Font::number, ink_on(byte_gray(gray_)), Align::center);
  }
  float height() const override { return 100; }

 private:
  float gray_ = 0;
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_picture_figure(const std::string& name) {
  if (name == "gaussian") return std::make_unique<GaussianFigure>();
  if (name == "histogram") return std::make_unique<HistogramFigure>();
  if (name == "luminance") return std::make_unique<LuminanceFigure>();
  if (name == "sobel") return std::make_unique<FilterFigure>(std::vector<const char*>{"sobel-x", "sobel-y"});
  if (name == "maps") {
    return std::make_unique<FilterFigure>(std::vector<const char*>{"sobel-x", "sobel-y", "laplacian", "blur"});
  }
  return std::make_unique<FilterFigure>(std::vector<const char*>{"blur", "sharpen", "edge", "emboss", "identity"});
}

}  // namespace striate
