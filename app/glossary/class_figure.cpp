// What a network says about classes: softmax, cross-entropy, one-hot, and how its answers are counted.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/glossary/figure.h"
#include "app/widgets/mini_grid.h"
#include "app/words/words.h"
#include "engine/training/metrics.h"
#include "kernels/loss.h"
#include "kernels/softmax.h"

namespace striate {
namespace {

constexpr const char* kLogits[] = {N_("logit of cat"), N_("logit of dog"), N_("logit of owl")};
constexpr const char* kClasses[] = {"cat", "dog", "owl"};

class SoftmaxFigure : public GlossaryFigure {
 public:
  explicit SoftmaxFigure(bool loss) : loss_(loss) {
    const double start[] = {2, 1, -1};
    for (int i = 0; i < 3; ++i) {
      numbers_.push_back({kClasses[i], kLogits[i], start[i], -6, 6, 1});
    }
  }
  void compute() override {
    float logits[3], loss = 0, per_sample = 0;
    for (int i = 0; i < 3; ++i) logits[i] = static_cast<float>(number(kClasses[i]));
    const int32_t target = 0;
    Stream stream;
    softmax_forward(stream, 1, 3, 1, logits, shares_);
    softmax_cross_entropy(stream, 1, 3, logits, &target, &loss, &per_sample, nullptr, nullptr);
    stream.synchronize();
    results_.clear();
    for (int i = 0; i < 3; ++i) result(std::string("share-") + kClasses[i], "", shares_[i]);
    result("sum", loss_ ? "" : N_("sum of the probabilities"),
           static_cast<double>(shares_[0]) + shares_[1] + shares_[2]);
    if (loss_) result("loss", N_("loss, if it is a cat: -ln of its share"), loss);
  }
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    Rect rest = area;
    if (loss_) {
      const Rect left = rest.cut_left(area.w * 0.55f);
      const Plot plot(ui, left.inset(0, 4), 0, 1, 0, 5);
      std::vector<double> x, y;
      for (int i = 1; i <= 120; ++i) x.push_back(i / 120.0), y.push_back(-std::log(i / 120.0));
      plot.curve(x, y, t.secondary);
      plot.point(shares_[0], -std::log(std::max(1e-6f, shares_[0])), t.gradient);
      rest.cut_left(12);
    }
    std::vector<Bar> bars;
    for (int i = 0; i < 3; ++i) bars.push_back({kClasses[i], shares_[i], loss_ && i > 0 ? t.secondary : t.activation});
    draw_bars(ui, rest, bars, 1, 3);
  }

 private:
  bool loss_;
  float shares_[3] = {};
};

class OneHotFigure : public GlossaryFigure {
 public:
  OneHotFigure() { numbers_.push_back({"class", N_("class"), 3, 0, 9, 0}); }
  void compute() override {
    results_.clear();
    for (int i = 0; i < 10; ++i) result(fmt::format("value-{}", i), "", i == whole("class") ? 1 : 0);
  }
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    MiniGrid grid;
    grid.columns = 10;
    const int chosen = whole("class");
    grid.fill = [&](int, int column) { return column == chosen ? t.activation : t.raised; };
    grid.text = [&](int, int column) { return std::string(column == chosen ? "1" : "0"); };
    mini_grid(ui, area, grid);
  }
  float height() const override { return 90; }
};

// Two classes; what is counted as the test of a disease is.
class ConfusionFigure : public GlossaryFigure {
 public:
  ConfusionFigure() {
    numbers_.push_back({"found", N_("dogs called dog"), 8, 0, 50, 0});
    numbers_.push_back({"missed", N_("dogs called cat"), 2, 0, 50, 0});
    numbers_.push_back({"wrong", N_("cats called dog"), 5, 0, 50, 0});
    numbers_.push_back({"rejected", N_("cats called cat"), 35, 0, 50, 0});
  }
  void compute() override {
    const int64_t cells[] = {whole("rejected"), whole("wrong"), whole("missed"), whole("found")};  // cat, then dog
    counts_.classes = 2;
    counts_.confusion.assign(std::begin(cells), std::end(cells));
    counts_.samples = cells[0] + cells[1] + cells[2] + cells[3];
    counts_.correct = cells[0] + cells[3];
    results_.clear();
    const auto share = [](double value) { return std::isfinite(value) ? value : 0.0; };
    result("accuracy", N_("accuracy"), counts_.accuracy());
    result("precision", N_("precision of dog"), share(counts_.precision(1)));
    result("recall", N_("recall of dog"), share(counts_.recall(1)));
  }
  void draw(Ui& ui, const Rect& area) const override {
    const Theme& t = ui.theme();
    Rect rest = area;
    Rect top = rest.cut_top(22);
    const float wide =
        std::max(ui.measure(Font::caption, tr("is a cat")).x, ui.measure(Font::caption, tr("is a dog")).x);
    Rect names = rest.cut_left(std::max(64.0f, wide + 6));
    top.cut_left(names.w);
    const auto most = static_cast<double>(
        std::max<int64_t>(1, *std::max_element(counts_.confusion.begin(), counts_.confusion.end())));
    for (int i = 0; i < 2; ++i) {
      const char* called = i == 0 ? tr("called cat") : tr("called dog");
      const char* is = i == 0 ? tr("is a cat") : tr("is a dog");
      const Rect column{top.x + top.w / 2 * static_cast<float>(i), top.y, top.w / 2, top.h};
      ui.label(column, called, Font::caption, t.secondary, Align::center);
      const Rect row{names.x, names.y + names.h / 2 * static_cast<float>(i), names.w, names.h / 2};
      ui.label(row, is, Font::caption, t.secondary);
      for (int k = 0; k < 2; ++k) {
        const Rect cell{rest.x + rest.w / 2 * static_cast<float>(k), row.y, rest.w / 2, row.h};
        const int64_t count = counts_.count(i, k);
        const auto strength = 0.12f + 0.7f * static_cast<float>(static_cast<double>(count) / most);
        const Color fill = mixed(t.surface, i == k ? t.activation : t.gradient, strength);
        ui.fill(cell.inset(2), fill, 4);
        ui.label(cell, fmt::format("{}", count), Font::number, ink_on(fill), Align::center);
      }
    }
  }
  float height() const override { return 130; }

 private:
  Evaluation counts_;
};

}  // namespace

std::unique_ptr<GlossaryFigure> make_class_figure(const std::string& name) {
  if (name == "onehot") return std::make_unique<OneHotFigure>();
  if (name == "confusion") return std::make_unique<ConfusionFigure>();
  return std::make_unique<SoftmaxFigure>(name == "crossentropy");
}

}  // namespace striate
