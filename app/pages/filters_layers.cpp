// The filters page's tab of two layers: a detector of corners whose kernels were made by hand, on the open picture; and
// beside it the first layer of a network that learned, each filter with the hand-made kernel that it is most like.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "app/command/not_ready.h"
#include "app/pages/filters.h"
#include "app/widgets/mini_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/explain/filter_pictures.h"
#include "engine/walk/printed_sum.h"
#include "kernels/color.h"
#include "kernels/resize.h"

namespace striate {
namespace {

constexpr int kMapPixels = 240;  // the longer side of the maps, at most

// The picture in gray from 0 to 1, made smaller by area averaging where it is large.
HandMaps maps_of(Stream& stream, const Image& image) {
  const int longer = std::max(image.width, image.height);
  const int width = longer <= kMapPixels ? image.width : std::max(1, image.width * kMapPixels / longer);
  const int height = longer <= kMapPixels ? image.height : std::max(1, image.height * kMapPixels / longer);
  Stream cpu(Device::cpu());
  std::vector<uint8_t> small(static_cast<size_t>(width) * static_cast<size_t>(height) *
                             static_cast<size_t>(image.channels));
  if (width == image.width && height == image.height)
    std::copy(image.bytes.begin(), image.bytes.end(), small.begin());
  else
    resize(cpu, Resample::area, image.bytes.data(), image.height, image.width, image.channels, small.data(), height,
           width);
  std::vector<float> values(static_cast<size_t>(width) * static_cast<size_t>(height));
  gray(cpu, {}, small.data(), image.channels, static_cast<int64_t>(values.size()), values.data());
  for (float& value : values) value /= 255;
  return detect_by_hand(stream, std::move(values), width, height);
}

// `white`: the value that is shown as white.
PictureSource map_source(const std::shared_ptr<const HandMaps>& maps, const std::vector<float>& values, size_t map,
                         float white, const std::string& key, uint64_t version) {
  PictureSource source;
  source.key = key;
  source.version = version;
  source.width = maps->width, source.height = maps->height;
  const float* from = values.data() + map * static_cast<size_t>(maps->width) * static_cast<size_t>(maps->height);
  source.pixels = [maps, from, white](int, CellRect rect) {
    std::vector<uint8_t> bytes;
    bytes.reserve(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h));
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      for (int x = rect.x; x < rect.x + rect.w; ++x)
        bytes.push_back(static_cast<uint8_t>(std::clamp(from[y * maps->width + x] / white * 255, 0.0f, 255.0f)));
    }
    return rgba_tile(bytes.data(), rect.w, 1, rect.w, rect.h);
  };
  return source;
}

// A kernel of one channel, or the sum over several.
MiniGrid kernel_grid(const Theme& theme, int rows, int columns, std::vector<double> taps) {
  double most = 1e-12;
  for (const double tap : taps) most = std::max(most, std::abs(tap));
  MiniGrid grid;
  grid.rows = rows, grid.columns = columns;
  grid.index_rows = grid.index_columns = 0;
  grid.fill = [&theme, taps = std::move(taps), columns, most](int row, int column) {
    return signed_color(theme, taps[static_cast<size_t>(row * columns + column)], most);
  };
  return grid;
}

}  // namespace

std::vector<double> FiltersPage::Learned::gray(size_t filter) const {
  const size_t size = static_cast<size_t>(rows) * static_cast<size_t>(columns);
  std::vector<double> sum(size);
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    for (size_t i = 0; i < size; ++i) sum[i] += double{taps[(filter * static_cast<size_t>(channels) + c) * size + i]};
  }
  return sum;
}

void FiltersPage::declare_layers(Registry& registry) {
  const auto need_maps = [this]() -> const HandMaps& {
    stage_view_.need_image();
    need_layers();
    if (!maps_ || maps_of_ != looked().image_version) throw NotReady("the two layers are still computed");
    return *maps_;
  };
  const auto at_cursor = [this, need_maps](const std::vector<float> HandMaps::*layer, size_t map) {
    const HandMaps& maps = need_maps();
    const Image& image = *looked().image;
    const size_t x = static_cast<size_t>(stage_view_.x() * maps.width / image.width);
    const size_t y = static_cast<size_t>(stage_view_.y() * maps.height / image.height);
    const size_t width = static_cast<size_t>(maps.width), height = static_cast<size_t>(maps.height);
    return static_cast<double>((maps.*layer)[(map * height + y) * width + x]);
  };
  for (size_t k = 0; k < kHandMaps; ++k) {
    registry.add(Readout{"filters.hand." + hand_edges()[k].name,
                         "layer 1 of the detector made by hand, at the cursor: " + hand_edges()[k].title,
                         [at_cursor, k] { return ReadoutValue(at_cursor(&HandMaps::edges, k)); }});
    registry.add(Readout{"filters.hand." + hand_corners()[k].name,
                         "layer 2 of the detector made by hand, at the cursor: " + hand_corners()[k].title,
                         [at_cursor, k] { return ReadoutValue(at_cursor(&HandMaps::corners, k)); }});
  }
  registry.add(Readout{"filters.hand.corners", "pixels of all four maps of corners that are above 0", [need_maps] {
                         const HandMaps& maps = need_maps();
                         return ReadoutValue(static_cast<double>(
                             std::count_if(maps.corners.begin(), maps.corners.end(), [](float v) { return v > 0; })));
                       }});
  const auto need_learned = [this]() -> const Learned& {
    need_layers();
    if (!learned_ || learned_->name != state_.learned) throw NotReady("the network's weights are still read");
    return *learned_;
  };
  registry.add(Readout{"filters.alike", "the hand-made kernel that the chosen learned filter is most like",
                       [this, need_learned] {
                         const Learned& learned = need_learned();
                         return ReadoutValue(learned.hand[learned.alike[learned_filter()].kernel].name);
                       }});
  registry.add(Readout{"filters.alike.cosine", "how much it is like it: 1 the same but for a factor, 0 not at all",
                       [this, need_learned] {
                         const Learned& learned = need_learned();
                         return ReadoutValue(learned.alike[learned_filter()].cosine);
                       }});
  registry.add(Readout{"filters.learned.filters", "how many filters the first layer of the learned network has",
                       [need_learned] { return ReadoutValue(static_cast<double>(need_learned().alike.size())); }});
}

size_t FiltersPage::learned_filter() const {
  return std::min(static_cast<size_t>(state_.learned_filter), learned_->alike.size() - 1);
}

void FiltersPage::need_layers() {
  if (state_.tab != "layers") throw Error("the two layers are not shown", "show them: filters.tab layers");
  request_layers();
}

// What the tab shows, where it is not there yet.
void FiltersPage::request_layers() {
  const ImagePtr& image = looked().image;
  if (image && maps_asked_ != looked().image_version) {
    maps_asked_ = looked().image_version;
    mapper_.request([stream = layers_stream_, image](Progress&) -> std::shared_ptr<const HandMaps> {
      return std::make_shared<HandMaps>(maps_of(*stream, *image));
    });
  }
  if (learned_asked_ == state_.learned) return;
  learned_asked_ = state_.learned;
  learner_.request([stream = layers_stream_, name = state_.learned](Progress&) -> std::shared_ptr<const Learned> {
    OpenNetwork network = OpenNetwork::open(*stream, name);
    check(network.info()->carried, "the program carries the weights of {}", name);
    const FilterPictures pictures = filter_pictures(network, 1);  // node 0 is the input
    check(pictures.shape.rank() == 4, "{} begins with a convolution", name);
    auto made = std::make_shared<Learned>();
    made->name = name;
    made->channels = static_cast<int>(pictures.shape[1]);
    made->rows = static_cast<int>(pictures.shape[2]);
    made->columns = static_cast<int>(pictures.shape[3]);
    made->taps = pictures.values;
    made->hand = hand_made_kernels(made->rows, made->columns);
    const int64_t size = int64_t{1} * made->channels * made->rows * made->columns;
    for (int64_t k = 0; k < pictures.shape[0]; ++k)
      made->alike.push_back(
          most_alike(made->hand, made->taps.data() + k * size, made->channels, made->rows, made->columns));
    return made;
  });
}

void FiltersPage::take_layers() {
  if (auto maps = mapper_.take()) {
    maps_ = std::move(*maps);
    maps_of_ = maps_asked_;
  }
  if (auto learned = learner_.take()) learned_ = std::move(*learned);
}

void FiltersPage::draw_layers_stage(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  Rect rest = area.inset(16);
  if (!maps_) {
    ui.label(rest, tr("Computing both layers"), Font::body, theme.secondary, Align::center);
    return;
  }
  const float most_h = std::floor(rest.h * 0.58f);
  const float head = 22, gap = 10;
  // Picture, then two rows of maps: each layer a row.
  const float aspect = static_cast<float>(maps_->width) / static_cast<float>(maps_->height);
  const float row_h = (most_h - gap) / 2 - 2 * head;
  const float map_h = std::max(20.0f, std::min(row_h, (rest.w - 5 * gap) / 5 / aspect));
  const float map_w = map_h * aspect;
  const auto place_map = [&](const Rect& place, const std::vector<float>& values, size_t map, float white,
                             const std::string& key, std::string_view words, Concept tone) {
    ui.thumbnail(place, map_source(maps_, values, map, white, key, maps_of_), false);
    ui.stroke(place, theme.line);
    ui.label({place.x, place.bottom() + 2, place.w, head - 4}, words, Font::caption, theme.of(tone), Align::center);
  };
  place_map({rest.x, rest.y + map_h / 2 + 2 * head, map_w, map_h}, maps_->gray, 0, 1, "filters.hand.gray",
            tr("the picture"), Concept::input);
  for (size_t layer = 0; layer < 2; ++layer) {
    const float y = rest.y + static_cast<float>(layer) * (map_h + 2 * head + gap);
    const float left = rest.x + map_w + 2 * gap;
    const std::vector<float>& values = layer == 0 ? maps_->edges : maps_->corners;
    const float most = *std::max_element(values.begin(), values.end());
    const std::string shown = rounded_text(most, 2, true);
    ui.label({left, y, rest.right() - left, head},
             layer == 0 ? format_tr("layer 1: edges; white is {}", shown)
                        : format_tr("layer 2: corners; white is {}", shown),
             Font::caption, theme.secondary);
    for (size_t k = 0; k < kHandMaps; ++k) {
      const Rect place{left + static_cast<float>(k) * (map_w + gap), y + head, map_w, map_h};
      place_map(place, values, k, std::max(most, 1e-6f), fmt::format("filters.hand.{}.{}", layer, k),
                tr(layer == 0 ? std::string_view(hand_edges()[k].title) : std::string_view(hand_corners()[k].title)),
                Concept::activation);
    }
  }
  Rect lower = rest;
  lower.cut_top(2 * (map_h + 2 * head + gap));
  ui.line({lower.x, lower.y}, {lower.right(), lower.y}, theme.line);
  lower.cut_top(8);
  ui.begin_panel("learned filters", lower, 0);
  ui.section("LEARNED, AND WHAT IT IS MOST LIKE");
  if (!learned_ || learned_->name != state_.learned) {
    ui.note("Reading the weights.");
    ui.end_panel();
    return;
  }
  ui.begin_flow(10);
  for (size_t k = 0; k < learned_->alike.size(); ++k) {
    const Resemblance& alike = learned_->alike[k];
    const Rect card = ui.take(112, 78);
    const std::string label = fmt::format("learned filter {}", k);
    const std::string command = fmt::format("filters.learned.filter {}", k);
    const std::string& title = learned_->hand[alike.kernel].title;
    const Response r = ui.interact(card, {.label = label, .command = command, .kind = "button", .tooltip = title});
    if (r.clicked) ui.send(command);
    Rect inner = card.inset(4);
    const Rect words = inner.cut_bottom(16);
    const Rect left = inner.cut_left(inner.w / 2);
    mini_grid(ui, left.inset(1), kernel_grid(theme, learned_->rows, learned_->columns, learned_->gray(k)));
    mini_grid(ui, inner.inset(1),
              kernel_grid(theme, learned_->rows, learned_->columns, learned_->hand[alike.kernel].taps));
    ui.label(words, fmt::format("{}: {}", k, rounded_text(alike.cosine, 2)), Font::caption, theme.text, Align::center);
    if (k == learned_filter()) ui.stroke(card, theme.kernel, 5, 2);
    if (r.hovered) ui.stroke(card, theme.text, 5);
    if (r.keyboard) ui.draw_focus(card, 5);
  }
  ui.end_flow();
  ui.end_panel();
}

void FiltersPage::draw_layers_tab(Ui& ui) const {
  ui.section("MADE BY HAND");
  ui.paragraph(
      "Layer 1 asks for edges with four [kernels](kernel). Layer 2 asks where an upright and a level edge end beside "
      "each "
      "other: on one side an edge counts, on the other it is taken away, and a [bias](bias) of 0.3 leaves out the "
      "faint. "
      "Both layers end with a ReLU: what is below 0 becomes 0.");
  const Theme& theme = ui.theme();
  const auto kernels = [&](const std::function<std::vector<double>(size_t)>& taps, const auto& titles) {
    for (size_t k = 0; k < kHandMaps; ++k) {
      Rect line = ui.take(34);
      const Rect grid = line.cut_left(34);
      mini_grid(ui, grid, kernel_grid(theme, 3, 3, taps(k)));
      ui.label(line.inset(8, 0), tr(std::string_view(titles[k].title)), Font::control, theme.text);
    }
  };
  ui.note("Layer 1, orange above 0, blue below:");
  kernels([](size_t k) { return hand_edges()[k].taps; }, hand_edges());
  ui.note("Layer 2, what it takes of the four maps of edges, laid over each other:");
  kernels(
      [](size_t k) {
        std::vector<double> sum(9);
        for (size_t i = 0; i < hand_corners()[k].taps.size(); ++i) sum[i % 9] += hand_corners()[k].taps[i];
        return sum;
      },
      hand_corners());
  ui.hairline();
  ui.section("LEARNED");
  ui.setting("filters.learned");
  if (!learned_ || learned_->name != state_.learned) return ui.note("Reading the weights.");
  ui.setting("filters.learned.filter", {.field = true});
  const Resemblance& alike = learned_->alike[learned_filter()];
  ui.row("cosine", rounded_text(alike.cosine, 3), Concept::kernel);
  ui.note(format_tr("Of {} kernels made by hand it is most like {}.", learned_->hand.size(),
                    tr(std::string_view(learned_->hand[alike.kernel].title))));
  ui.note(
      "The cosine of two kernels: both multiplied number by number and added up, over the product of their lengths. 1: "
      "the same but for a factor, 0: nothing in common. In several channels the hand-made one stands in each.");
}

}  // namespace striate
