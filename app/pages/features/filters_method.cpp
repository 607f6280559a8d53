#include "app/pages/features/filters_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/network/network_worker.h"
#include "app/network/same_network.h"
#include "app/pages/features/unit_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/explain/filter_pictures.h"

namespace striate {
namespace {

constexpr int64_t kMostSlices = 1024;

// The filters of a moment's layer.
struct Filters : FilterPictures {
  NetworkRequest of;
  int asked = 0;
};

class FiltersMethod : public FeatureMethod {
 public:
  explicit FiltersMethod(const PageContext& context)
      : worker_(std::make_shared<NetworkWorker>(context.document.stream.device())), work_(context.wake) {}

  std::vector<Word> words() const override {
    return {{"filters", N_("Filters"),
             N_("The weights themselves: of layer 0 in color, deeper per input channel, and composed with the layer "
                "before")}};
  }

  bool update(const FeatureLook& look) override {
    bool changed = false;
    if (auto made = work_.take()) {
      filters_ = std::move(*made);
      failed_ = false;
      ++version_;
      changed = true;
    }
    const NetworkRequest& now = look.moment->of;
    const bool there = filters_ && filters_->asked == look.node && same_weights(filters_->of, now);
    const bool coming = work_.busy() && asked_node_ == look.node && same_weights(asked_, now);
    if (there || coming || failed_for(now, look.node)) return changed;
    asked_ = now, asked_node_ = look.node;
    failed_ = true;  // unless it comes
    work_.request([worker = worker_, now, node = look.node](Progress&) {
      auto made = std::make_shared<Filters>();
      static_cast<FilterPictures&>(*made) = filter_pictures(worker->network_of(now), node);
      made->of = now, made->asked = node;
      return std::shared_ptr<const Filters>(made);
    });
    return changed;
  }
  bool busy() const override { return work_.busy(); }
  size_t held() const override { return filters_ ? filters_->values.size() * sizeof(float) : 0; }
  void release() override {
    work_.cancel();
    filters_ = nullptr, failed_ = false;
  }

  void draw_units(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const Filters* f = here(look);
    if (f == nullptr || f->node < 0) {
      ui.begin_panel("no filters", area, 0, false);
      ui.note(f == nullptr ? tr("Reading the weights.")
                           : tr("This layer has no filters of its own: choose a convolution or a dense layer."));
      ui.end_panel();
      return;
    }
    const bool composed = !f->color && f->in_color();
    UnitGrid units;
    units.grid.key = "features.filters";
    units.grid.version = version_;
    units.grid.maps.count = std::min(f->shape[0], kMostUnits);
    units.grid.maps.channels = f->in_color() ? 3 : 1;
    units.grid.maps.height = static_cast<int>(f->unit[1]);
    units.grid.maps.width = static_cast<int>(f->unit[2]);
    units.grid.maps.values = f->units;
    units.grid.scale = scale_of(units.grid.maps, ScaleScope::map, true);
    const std::string number = std::to_string(f->node - 1);
    if (composed) {
      units.caption = format_tr("the filters of layer {}, composed with the layer before", number);
    } else if (f->color) {
      units.caption = format_tr("the filters of layer {} in color", number);
    } else if (f->shape[1] == 1) {
      units.caption = format_tr("the filters of layer {}", number);
    } else {
      units.caption = format_tr("the strongest slice of each filter of layer {}", number);
      units.more = [f](int64_t unit, HoverNote& at) {
        at.title += ", " + format_tr("input channel {}", f->strongest[static_cast<size_t>(unit)]);
      };
    }
    units.grid.name = [](int64_t map) { return format_tr("filter {}", map); };
    draw_unit_grid(ui, area, look, std::move(units), note);
  }

  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const Filters* f = here(look);
    if (f == nullptr || f->node < 0 || look.channel >= f->shape[0]) return;
    const bool composed = !f->composed.values.empty();
    Rect head = area.cut_top(24);
    std::string caption = format_tr("filter {}: {} \u00d7 {}", look.channel, f->shape[2], f->shape[3]);
    if (f->color && f->shape[1] == 3) {
      caption = format_tr("filter {}: what it weighs red, green and blue with", look.channel);
    }
    if (!f->color && f->shape[1] > 1) {
      caption = format_tr("filter {}: {} slices of {} \u00d7 {}, one for each input channel", look.channel, f->shape[1],
                          f->shape[2], f->shape[3]);
    }
    const int64_t plane = f->shape[2] * f->shape[3], slices = std::min(f->shape[1], kMostSlices);
    TensorGrid grid;
    grid.maps = {std::span<const float>(f->values).subspan(static_cast<size_t>(look.channel * f->shape[1] * plane),
                                                           static_cast<size_t>(slices * plane)),
                 slices, static_cast<int>(f->shape[2]), static_cast<int>(f->shape[3]), 1};
    grid.key = "features.slices";
    grid.version = version_ * 65536 + static_cast<uint64_t>(look.channel);
    grid.scale = scale_of(grid.maps, ScaleScope::layer, true);
    const float scale = draw_scale(ui, head, grid.scale);
    ui.label(head, ui.fitted(caption, Font::caption, std::max(0.0f, scale - head.x - 12)), Font::caption,
             ui.theme().secondary);
    area.cut_top(4);
    if (f->color || composed) {
      Rect left = area.cut_left(std::min(area.h, area.w * 0.45f));
      area.cut_left(16);
      draw_color(ui, left, look, *f, note);
    }
    const bool row = plane > 1 && f->shape[2] == 1;
    const Rect inner = area.inset(2);
    grid.layout =
        fit_maps(slices, grid.maps.height, grid.maps.width, inner.w, inner.h, row ? 60 : 10, row ? 4000 : 220, 4);
    grid.tone = Concept::kernel;
    const bool color = f->color;
    grid.name = [color](int64_t map) {
      static const char* const names[] = {N_("red"), N_("green"), N_("blue")};
      return color ? std::string(tr(names[map % 3])) : format_tr("input channel {}", map);
    };
    const TensorAnswer hit = draw_tensor_grid(ui, "slices of the filter", inner, grid);
    if (hit.hovered) note = hit.note;
  }

  void draw_inspector(Ui& ui, const FeatureLook& look) const override {
    const Filters* f = here(look);
    if (f == nullptr || f->node < 0) return;
    if (f->node != look.node) {
      ui.note(
          format_tr("Layer {} passes on what layer {} computes: these are its filters.", look.node - 1, f->node - 1));
    }
    if (!f->composed.values.empty()) {
      ui.note(
          f->pair.activation
              ? tr("Composed: the filters of the layer before, laid down where this filter asks for them and added. "
                   "The activation between is left out, so it is a hint, not what the unit computes.")
              : tr("Composed: the filters of the layer before, laid down where this filter asks for them and added."));
    } else if (!f->color && f->shape[1] > 1) {
      ui.note(
          "Deeper filters read other units, not colors: no single picture shows them. Maximize, or look at patches.");
    }
  }

  ImagePtr picture(const FeatureLook& look) const override {
    const Filters* f = here(look);
    if (f == nullptr || f->node < 0 || look.channel >= f->shape[0]) {
      throw Error("this layer has no filters", "choose a convolution or a dense layer: features.layer 0");
    }
    const TensorMaps maps = f->color || !f->composed.values.empty() ? color_maps(*f) : slice_maps(*f);
    return image_of_map(maps, look.channel, scale_of(maps, ScaleScope::map, true), "filter");
  }

 private:
  const Filters* here(const FeatureLook& look) const {
    return filters_ && filters_->asked == look.node ? filters_.get() : nullptr;
  }
  bool failed_for(const NetworkRequest& now, int node) const {
    return failed_ && asked_node_ == node && same_weights(asked_, now);
  }
  static TensorMaps color_maps(const Filters& f) {
    const Shape& shape = f.color ? f.shape : f.composed.shape;
    return {f.color ? f.values : f.composed.values, shape[0], static_cast<int>(shape[2]), static_cast<int>(shape[3]),
            shape[1] == 3 ? 3 : 1};
  }
  static TensorMaps slice_maps(const Filters& f) {
    return {f.units, static_cast<int64_t>(f.units.size()) / (f.shape[2] * f.shape[3]), static_cast<int>(f.shape[2]),
            static_cast<int>(f.shape[3]), 1};
  }

  void draw_color(Ui& ui, const Rect& area, const FeatureLook& look, const Filters& f, HoverNote& note) const {
    const TensorMaps all = color_maps(f);
    TensorGrid grid;
    grid.maps = all;
    grid.maps.count = 1;
    const auto one = static_cast<size_t>(all.channels * all.plane());
    grid.maps.values = all.values.subspan(static_cast<size_t>(look.channel) * one, one);
    grid.key = "features.filter";
    grid.version = version_ * 65536 + static_cast<uint64_t>(look.channel);
    grid.scale = scale_of(grid.maps, ScaleScope::layer, true);
    const Rect inner = area.inset(2);
    grid.layout = fit_maps(1, all.height, all.width, inner.w, inner.h, 8, 480, 0);
    grid.tone = Concept::kernel;
    grid.name = [&look](int64_t) { return format_tr("filter {}", look.channel); };
    const TensorAnswer hit = draw_tensor_grid(ui, "the filter in color", inner, grid);
    if (hit.hovered) note = hit.note;
  }

  std::shared_ptr<const Filters> filters_;
  uint64_t version_ = 0;
  NetworkRequest asked_;
  int asked_node_ = -1;
  bool failed_ = false;
  std::shared_ptr<NetworkWorker> worker_;
  Latest<std::shared_ptr<const Filters>> work_;  // last: it uses the above
};

}  // namespace

std::unique_ptr<FeatureMethod> make_filters_method(const PageContext& context) {
  return std::make_unique<FiltersMethod>(context);
}

}  // namespace striate
