#include "app/pages/features/field_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "app/command/not_ready.h"
#include "app/network/network_worker.h"
#include "app/pages/features/unit_grid.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/explain/receptive_field.h"

namespace striate {
namespace {

using Asked = std::tuple<uint64_t, int, int64_t, int64_t, int64_t>;  // moment, node, unit
Asked asked_by(const FeatureLook& look) {
  return {look.moment->version, look.node, look.channel, look.row, look.column};
}

struct Reached {
  Asked of;
  FieldGradient gradient;
};

class FieldMethod : public FeatureMethod {
 public:
  explicit FieldMethod(const PageContext& context)
      : worker_(std::make_shared<NetworkWorker>(context.document.stream.device())), work_(context.wake) {}

  std::vector<Word> words() const override {
    return {
        {"field", N_("Field"),
         N_("The receptive field: which part of the picture the unit can see, and which part its gradient reaches")}};
  }

  bool update(const FeatureLook& look) override {
    bool changed = false;
    if (auto made = work_.take(); made && *made) {
      reached_ = std::move(*made);
      ++version_;
      changed = true;
    }
    const Asked now = asked_by(look);
    if ((reached_ && reached_->of == now) || asked_ == now || look.moment->why) return changed;
    asked_ = now;
    work_.request([worker = worker_, look](Progress& progress) -> std::shared_ptr<const Reached> {
      OpenNetwork& network = worker->network_of(look.moment->of);
      std::optional<FieldGradient> found =
          field_gradient(network, look.node, look.channel, look.row, look.column, look.moment->input.values,
                         [&](int, int) { return !progress.canceled; });
      if (!found) return nullptr;
      return std::make_shared<Reached>(Reached{asked_by(look), std::move(*found)});
    });
    return changed;
  }
  bool busy() const override { return work_.busy(); }
  void hidden() override {
    if (!work_.busy()) return;
    work_.cancel();
    asked_.reset();
  }

  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const OpenNetworkInfo& info = look.info();
    if (info.picture.rank() != 3 || look.moment->why) return;
    const Theme& theme = ui.theme();
    const FieldBox box = receptive_field(info.architecture, look.node, look.channel, look.row, look.column);
    const Reached* reached = reached_ && reached_->of == asked_by(look) ? reached_.get() : nullptr;
    Rect head = area.cut_top(24);
    const std::string caption = box.whole ? format_tr("channel {}: sees the whole picture", look.channel)
                                          : format_tr("channel {}, row {}, column {}: sees {} \u00d7 {} pixels",
                                                      look.channel, look.row, look.column, box.width, box.height);
    ui.label(head, ui.fitted(caption, Font::caption, head.w), Font::caption, theme.secondary);
    Rect foot = area.cut_bottom(22);
    const auto rows = static_cast<float>(info.picture[1]), columns = static_cast<float>(info.picture[2]);
    // Both, the picture and the box, have room.
    const float top = std::min(0.0f, static_cast<float>(box.row)),
                left = std::min(0.0f, static_cast<float>(box.column)),
                bottom = std::max(rows, static_cast<float>(box.row + box.height)),
                right = std::max(columns, static_cast<float>(box.column + box.width));
    const bool two = area.w > area.h * 1.5f;
    Rect first = two ? area.cut_left((area.w - 16) / 2) : area;
    if (two) area.cut_left(16);
    first = first.inset(3);
    const float pixel = std::max(0.01f, std::min(first.w / (right - left), first.h / (bottom - top)));
    const Vec origin{first.x - left * pixel, first.y - top * pixel};
    const auto place = [&](float row, float column, float height, float width) {
      return Rect{origin.x + column * pixel, origin.y + row * pixel, width * pixel, height * pixel};
    };
    const Rect picture = place(0, 0, rows, columns);
    draw_sample_picture(ui, picture, "features.field", look.moment->version, info.picture, [&](float* to) {
      std::copy(look.moment->input.pixels.begin(), look.moment->input.pixels.end(), to);
    });
    const Rect frame = place(static_cast<float>(box.row), static_cast<float>(box.column),
                             static_cast<float>(box.height), static_cast<float>(box.width));
    // What it cannot see steps back.
    const Rect seen = intersection(frame, picture);
    const Color veil = faded(theme.background, 0.62f);
    ui.fill({picture.x, picture.y, picture.w, seen.y - picture.y}, veil);
    ui.fill({picture.x, seen.bottom(), picture.w, picture.bottom() - seen.bottom()}, veil);
    ui.fill({picture.x, seen.y, seen.x - picture.x, seen.h}, veil);
    ui.fill({seen.right(), seen.y, picture.right() - seen.right(), seen.h}, veil);
    ui.stroke(frame.inset(-1), theme.kernel, 1, 2);
    if (reached != nullptr && reached->gradient.box) {
      const FieldBox& r = *reached->gradient.box;
      ui.dashed(place(static_cast<float>(r.row), static_cast<float>(r.column), static_cast<float>(r.height),
                      static_cast<float>(r.width)),
                theme.gradient, 5);
    }
    const Response hover =
        ui.interact(picture, {.label = "what the network receives",
                              .kind = "picture",
                              .focusable = false,
                              .tooltip = tr("The box is computed from the layers; the dashed one is where "
                                            "the gradient is not 0 for this picture")});
    if (hover.hovered) ui.light(Concept::kernel);
    std::string words;
    if (reached == nullptr) {
      words = tr("the gradient is on its way");
    } else if (!reached->gradient.box) {
      words = tr("no pixel changes this unit now: its gradient is 0 everywhere");
    } else {
      words = format_tr("the gradient reaches {} \u00d7 {} pixels", reached->gradient.box->width,
                        reached->gradient.box->height);
    }
    ui.label(foot, ui.fitted(words, Font::caption, foot.w), Font::caption, theme.gradient);
    if (two && reached != nullptr && reached->gradient.box) draw_gradient(ui, area, *reached, note);
  }

  void draw_inspector(Ui& ui, const FeatureLook& look) const override {
    const OpenNetworkInfo& info = look.info();
    if (info.picture.rank() != 3) return;
    const FieldBox box = receptive_field(info.architecture, look.node, look.channel, look.row, look.column);
    ui.section("RECEPTIVE FIELD");
    ui.row("upper left corner", format_tr("row {}, column {}", box.row, box.column), Concept::kernel);
    ui.row("size", fmt::format("{} \u00d7 {}", box.width, box.height), Concept::kernel);
    const FieldOfLayer layer = layer_field(info.architecture, look.node);
    if (!layer.first.whole) {
      ui.row("next unit", trn("one pixel further", "{} pixels further", layer.jump_columns));
    }
    if (box.row < 0 || box.column < 0 || box.row + box.height > info.picture[1] ||
        box.column + box.width > info.picture[2]) {
      ui.note("It reaches beyond the picture: there the unit sees padding.");
    }
    ui.hairline();
  }

  double map(const FeatureLook& look, int64_t row, int64_t column) override {
    const FieldGradient& gradient = need(look).gradient;
    if (row >= gradient.height || column >= gradient.width) {
      throw Error(fmt::format("the picture has no row {}, column {}", row, column),
                  fmt::format("it has {} rows and {} columns, from 0", gradient.height, gradient.width));
    }
    return static_cast<double>(gradient.magnitude[static_cast<size_t>(row * gradient.width + column)]);
  }
  double sum(const FeatureLook& look) override {
    double sum = 0;
    for (const float each : need(look).gradient.magnitude) sum += static_cast<double>(each);
    return sum;
  }
  ImagePtr picture(const FeatureLook& look) const override {
    if (!reached_ || !(reached_->of == asked_by(look)))
      throw Error("the gradient is not there yet", "ask a moment later");
    const TensorMaps maps = gradient_maps(*reached_);
    return image_of_map(maps, 0, scale_of(maps, ScaleScope::layer, false), "field");
  }

 private:
  const Reached& need(const FeatureLook& look) {
    if (look.moment->why) throw Error(*look.moment->why);
    update(look);
    if (!reached_ || !(reached_->of == asked_by(look))) throw NotReady("the gradient is not there yet");
    return *reached_;
  }
  static TensorMaps gradient_maps(const Reached& reached) {
    return {reached.gradient.magnitude, 1, static_cast<int>(reached.gradient.height),
            static_cast<int>(reached.gradient.width), 1};
  }
  void draw_gradient(Ui& ui, const Rect& area, const Reached& reached, HoverNote& note) const {
    TensorGrid grid;
    grid.maps = gradient_maps(reached);
    grid.key = "features.field.gradient";
    grid.version = version_;
    grid.scale = scale_of(grid.maps, ScaleScope::layer, false);
    const Rect inner = area.inset(3);
    grid.layout = fit_maps(1, grid.maps.height, grid.maps.width, inner.w, inner.h, 8, 600, 0);
    grid.tone = Concept::gradient;
    grid.name = [](int64_t) { return std::string(tr("magnitude of the gradient")); };
    const TensorAnswer hit = draw_tensor_grid(ui, "the gradient of the unit", inner, grid);
    if (hit.hovered) note = hit.note;
  }

  std::shared_ptr<const Reached> reached_;
  uint64_t version_ = 0;
  std::optional<Asked> asked_;
  std::shared_ptr<NetworkWorker> worker_;
  Latest<std::shared_ptr<const Reached>> work_;  // last: it uses the above
};

}  // namespace

std::unique_ptr<FeatureMethod> make_field_method(const PageContext& context) {
  return std::make_unique<FieldMethod>(context);
}

}  // namespace striate
