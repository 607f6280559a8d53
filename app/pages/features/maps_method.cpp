#include "app/pages/features/maps_method.h"

#include <algorithm>

#include "app/pages/features/unit_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

class MapsMethod : public FeatureMethod {
 public:
  std::vector<Word> words() const override {
    return {
        {"maps", N_("Maps"), N_("What each unit of the layer gives for the picture that the network looks at now")}};
  }

  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const TensorMaps all = unit_maps(look);
    Rect head = area.cut_top(24);
    const std::string caption =
        look.cells[1] * look.cells[2] == 1
            ? format_tr("channel {}: {}", look.channel,
                        all.count > look.channel ? shortest_text(all.at(look.channel, 0, 0, 0)) : "")
            : format_tr("channel {}: {} \u00d7 {}", look.channel, look.cells[1], look.cells[2]);
    ui.label(head, ui.fitted(caption, Font::caption, head.w), Font::caption, ui.theme().secondary);
    if (look.channel >= all.count) return;
    area.cut_top(4);
    TensorGrid grid;
    grid.maps = one_of(all, look.channel);
    grid.key = "features.large";
    grid.version =
        (look.moment->version * 8192 + static_cast<uint64_t>(look.node)) * 65536 + static_cast<uint64_t>(look.channel);
    grid.scale = look.scale;
    const Rect inner = area.inset(2);
    grid.layout = fit_maps(1, grid.maps.height, grid.maps.width, inner.w, inner.h, 8, 560, 0);
    grid.tone = Concept::activation;
    grid.name = [&look](int64_t) { return format_tr("channel {}", look.channel); };
    const TensorAnswer hit = draw_tensor_grid(ui, "the unit's map", inner, grid);
    if (hit.hovered) note = hit.note;
    // The unit's own cell.
    const Vec at = grid.layout.at(0);
    const float w = grid.layout.width / static_cast<float>(grid.maps.width),
                h = grid.layout.height / static_cast<float>(grid.maps.height);
    if (grid.maps.plane() > 1) {
      const Rect cell{inner.x + at.x + w * static_cast<float>(look.column),
                      inner.y + at.y + h * static_cast<float>(look.row), w, h};
      ui.stroke(cell.inset(-1.5f), ui.theme().accent, 2, 2);
    }
  }

  double map(const FeatureLook& look, int64_t row, int64_t column) override {
    if (look.moment->why) throw Error(*look.moment->why);
    return static_cast<double>(value_at(look.info(), look.moment->answer, look.node, look.channel, row, column));
  }
  double sum(const FeatureLook& look) override {
    double sum = 0;
    for (int64_t row = 0; row < look.cells[1]; ++row)
      for (int64_t column = 0; column < look.cells[2]; ++column) sum += map(look, row, column);
    return sum;
  }
  ImagePtr picture(const FeatureLook& look) const override {
    const TensorMaps all = unit_maps(look);
    if (look.channel >= all.count)
      throw Error("there is no map", "choose what the network looks at: network.image FILE");
    return image_of_map(one_of(all, look.channel), 0, look.scale, "map");
  }

 private:
  static TensorMaps one_of(const TensorMaps& all, int64_t map) {
    TensorMaps one = all;
    one.count = 1;
    one.values = all.values.subspan(static_cast<size_t>(map * all.plane()), static_cast<size_t>(all.plane()));
    return one;
  }
};

}  // namespace

std::unique_ptr<FeatureMethod> make_maps_method() { return std::make_unique<MapsMethod>(); }

}  // namespace striate
