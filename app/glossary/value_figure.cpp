// A few values and what a layer makes of them: batch normalization, dropout, normalization; and counts as products.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/mini_grid.h"
#include "app/words/words.h"
#include "engine/network/architecture.h"
#include "kernels/dropout.h"
#include "kernels/normalize.h"

namespace striate {
namespace {

constexpr int kValues = 6;

// Before at the left, after at the right, on one scale.
class PairsFigure : public GlossaryFigure {
 public:
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    Rect rest = area;
    const Rect left = rest.cut_left(area.w / 2 - 8);
    rest.cut_left(16);
    double most = 1;
    for (const std::vector<float>* values : {&before_, &after_}) {
      for (const float value : *values) most = std::max(most, std::abs(static_cast<double>(value)));
    }
    draw_signed(ui, left, before_, most, t.input);
    draw_signed(ui, rest, after_, most, t.activation);
  }

 protected:
  static void draw_signed(Ui& ui, const Rect& area, const std::vector<float>& values, double most, Color color) {
    const Rect inside = area.inset(0, 16);
    const float zero = inside.center().y, width = inside.w / static_cast<float>(values.size());
    ui.fill(area, ui.theme().background, 4);
    ui.line({area.x, zero}, {area.right(), zero}, ui.theme().line);
    for (size_t i = 0; i < values.size(); ++i) {
      const float h = inside.h / 2 * static_cast<float>(std::abs(values[i]) / most);
      const float x = inside.x + width * static_cast<float>(i);
      ui.fill({x + 3, values[i] >= 0 ? zero - h : zero, width - 6, std::max(1.0f, h)}, color, 2);
      const float y = values[i] >= 0 ? zero - h - 16.0f : zero + h;
      ui.label(Rect{x, y, width, 16.0f}, number_text(values[i], 2), Font::number, ui.theme().text, Align::center,
               11.0f);
    }
  }
  static double mean_of(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  static double deviation_of(const std::vector<float>& values) {
    const double mean = mean_of(values);
    double sum = 0;
    for (const float value : values) sum += (value - mean) * (value - mean);
    return std::sqrt(sum / static_cast<double>(values.size()));
  }
  std::vector<float> before_, after_;
};

class BatchNormFigure : public PairsFigure {
 public:
  BatchNormFigure() {
    numbers_.push_back({"last", N_("the last value"), 5, -6, 6, 1});
    numbers_.push_back({"scale", N_("scale"), 1, 0, 2, 1});
    numbers_.push_back({"shift", N_("shift"), 0, -2, 2, 1});
  }
  void compute() override {
    before_ = {1, 2, 1.5f, 3, 2.5f, static_cast<float>(number("last"))};
    after_.resize(kValues);
    BatchNormShape shape;
    shape.n = kValues;
    const auto gamma = static_cast<float>(number("scale")), beta = static_cast<float>(number("shift"));
    float running_mean = 0, running_variance = 1, mean = 0, rstd = 0;
    std::vector<float> scratch(static_cast<size_t>(batch_norm_scratch(shape)) + 1);
    Stream stream;
    batch_norm_forward_training(stream, shape, before_.data(), &gamma, &beta, &running_mean, &running_variance, &mean,
                                &rstd, after_.data(), scratch.data());
    stream.synchronize();
    results_.clear();
    result("mean", N_("mean before"), mean);
    result("after", N_("mean after"), mean_of(after_));
    result("deviation", N_("standard deviation after"), deviation_of(after_));
  }
};

class NormalizationFigure : public PairsFigure {
 public:
  NormalizationFigure() {
    numbers_.push_back({"mean", N_("mean"), 0.5, 0, 1, 2});
    numbers_.push_back({"deviation", N_("standard deviation"), 0.25, 0.05, 1, 2});
  }
  void compute() override {
    before_ = {0, 0.2f, 0.4f, 0.5f, 0.8f, 1};
    after_.clear();
    for (const float value : before_) {
      after_.push_back((value - static_cast<float>(number("mean"))) / static_cast<float>(number("deviation")));
    }
    results_.clear();
    result("black", N_("what 0 becomes"), after_.front());
    result("white", N_("what 1 becomes"), after_.back());
  }
};

class DropoutFigure : public PairsFigure {
 public:
  DropoutFigure() {
    numbers_.push_back({"p", "p", 0.5, 0, 0.9, 1});
    numbers_.push_back({"step", N_("step"), 0, 0, 20, 0});
  }
  void compute() override {
    before_ = {1, 2, 1.5f, 3, 2.5f, 2};
    after_.resize(kValues);
    std::vector<float> mask(kValues);
    const auto sequence = static_cast<uint64_t>(whole("step"));
    Stream stream;
    dropout_forward(stream, kValues, static_cast<float>(number("p")), 3, &sequence, before_.data(), mask.data(),
                    after_.data());
    stream.synchronize();
    results_.clear();
    result("dropped", N_("set to 0"), static_cast<double>(std::count(mask.begin(), mask.end(), 0.0f)));
    result("factor", N_("the others times"), 1 / (1 - number("p")));
  }
};

// The layer itself counts.
class ParametersFigure : public GlossaryFigure {
 public:
  ParametersFigure() {
    numbers_.push_back({"size", N_("kernel"), 3, 1, 7, 0});
    numbers_.push_back({"channels", N_("input channels"), 3, 1, 64, 0});
    numbers_.push_back({"filters", N_("filters"), 8, 1, 64, 0});
  }
  void compute() override {
    const int size = whole("size");
    const Architecture architecture = Architecture::parse(
        fmt::format("input {}x32x32 | conv {} {}x{}", whole("channels"), whole("filters"), size, size));
    results_.clear();
    result("parameters", "", static_cast<double>(architecture.totals().parameters));
    result("multiply-adds", N_("multiply-adds on 32 x 32"), static_cast<double>(architecture.totals().multiply_adds));
  }
  void draw(Ui& ui, const Rect& area) const override {
    const std::string words = fmt::format("({0} \u00b7 {0} \u00b7 {1} + 1) \u00b7 {2} = {3:g}", whole("size"),
                                          whole("channels"), whole("filters"), read("parameters"));
    ui.label(area, words, Font::number, ui.theme().kernel, Align::center, ui.text_size(Font::body));
  }
  float height() const override { return 50; }
};

class SeparableFigure : public GlossaryFigure {
 public:
  SeparableFigure() { numbers_.push_back({"size", N_("kernel"), 5, 3, 9, 0}); }
  void compute() override {
    const int size = whole("size");
    line_.assign(1, 1.0);
    for (int i = 1; i < size; ++i) {  // a row of Pascal's triangle: nearly a Gaussian
      line_.push_back(0);
      for (size_t k = line_.size() - 1; k > 0; --k) line_[k] += line_[k - 1];
    }
    results_.clear();
    result("whole", N_("products for a pixel, as one kernel"), size * size);
    result("apart", N_("products, row and column apart"), 2 * size);
  }
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    const auto count = static_cast<int>(line_.size());
    const double most = *std::max_element(line_.begin(), line_.end());
    MiniGrid grid;
    grid.rows = grid.columns = count + 1;
    grid.row_index = grid.column_index = {-1};  // the column and the row that it is made of stand before it
    const auto value = [&](int row, int column) {
      return (row == 0 ? 1 : line_[static_cast<size_t>(row - 1)]) *
             (column == 0 ? 1 : line_[static_cast<size_t>(column - 1)]);
    };
    grid.fill = [&](int row, int column) {
      if (row == 0 && column == 0) return t.surface;
      const bool line = row == 0 || column == 0;
      const double share = value(row, column) / (line ? most : most * most);
      return mixed(t.raised, line ? t.input : t.kernel, static_cast<float>(0.2 + 0.6 * share));
    };
    grid.text = [&](int row, int column) {
      return row + column == 0 ? std::string() : fmt::format("{:g}", value(row, column));
    };
    mini_grid(ui, area, grid);
  }
  float height() const override { return 200; }

 private:
  std::vector<double> line_;
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_value_figure(const std::string& name) {
  if (name == "batchnorm") return std::make_unique<BatchNormFigure>();
  if (name == "normalization") return std::make_unique<NormalizationFigure>();
  if (name == "dropout") return std::make_unique<DropoutFigure>();
  if (name == "parameters") return std::make_unique<ParametersFigure>();
  return std::make_unique<SeparableFigure>();
}

}  // namespace striate
