#include "app/pages/train/layers_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int kBins = 48;
constexpr int64_t kMaxMaps = 2048;

float largest_of(const std::vector<TensorValuesPtr>& tensors) {
  float most = 0;
  for (const TensorValuesPtr& tensor : tensors) {
    if (!tensor) continue;
    most = std::max(most, largest_magnitude(tensor->values));
  }
  return most;
}

}  // namespace

void LayersView::declare(Registry& registry) {
  gradients_ =
      &settings_.on_off("gradients", "gradients", "Beside every value, how much the loss of the probe changes with it",
                        "on: shown", &State::gradients);
  settings_
      .choice("scale", "scale",
              "What the colors of activations are scaled to: each map, its layer, or all layers alike",
              Parameter::choice("SCOPE", "whose largest value is the end of the scale", {"map", "layer", "network"}),
              &State::scope)
      .labels = {N_("each map"), N_("its layer"), N_("the network")};
  all_ =
      &settings_.on_off("all", "all layers",
                        "Shows every layer, or only those that compute something of their own: not flatten or dropout",
                        "on: every layer", &State::all);
  settings_.declare(registry);
}

std::vector<Page::Key> LayersView::keys() const {
  return {{"G", gradients_->next_line(), N_("gradients beside the values")}};
}

void LayersView::subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const {
  wanted.probe = wanted.norms = wanted.dead_units = true;
  if (look_.gradients) wanted.probe_gradients = true;
  if (!now.architecture) return;
  const FiguresOf::Ptr kept = figures_.of(now.architecture);
  const NetworkFigures& figures = *kept;
  for (const int node : visible_) {
    if (node >= static_cast<int>(figures.layers.size())) continue;
    const LayerFacts& layer = figures.layer(node);
    if (layer.weight.empty()) continue;
    wanted.tensors.insert({TensorKind::weight, layer.weight});
    wanted.tensors.insert({TensorKind::weight_gradient, layer.weight});
  }
}

LayersView::Row LayersView::row_of(const LayerFacts& layer, float width) const {
  Row row;
  row.node = layer.node;
  row.maps = activation_maps(layer.out);
  row.histograms = layer.weight.empty() ? 1 : 3;
  const float histogram = 132.0f;
  const bool beside =
      width - (histogram + 16) * static_cast<float>(row.histograms) >= (look_.gradients ? 400.0f : 240.0f);
  row.histograms_below = !beside;
  const float right = beside ? (histogram + 16) * static_cast<float>(row.histograms) : 0;
  const float room = width - right;
  row.maps_width = look_.gradients ? (room - 20) / 2 : room;
  const bool units = row.maps.height == 1 && row.maps.width == 1;
  const float most_height = units ? 60.0f : 132.0f;
  row.layout = fit_maps(std::min(row.maps.count, kMaxMaps), row.maps.height, row.maps.width, row.maps_width,
                        most_height, units ? 8 : 22.0f, units ? 16 : 64.0f, units ? 2 : 4);
  const float head = 26.0f, caption = 22.0f, below = 78.0f + caption;
  const float maps = caption + row.layout.total_height();
  row.height = head + (beside ? std::max(maps, below) : maps + 8 + below) + 18.0f;
  return row;
}

void LayersView::drawn(const Drawn& frame) {
  visible_ = frame.visible;
  take_opening(frame, id(), now_, scene_.opening.get());
}

bool LayersView::update(double seconds) {
  now_ = seconds;
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!now->architecture) return false;
  figures_.keep(now->architecture);
  if (spreads_of_ != now->version) {
    // Those of values that are gone go, too; what is shared with the snapshot before stays.
    std::erase_if(spreads_, [](const auto& entry) { return entry.first.use_count() == 1; });
    spreads_of_ = now->version;
    network_limit_[0] = now->probe ? largest_of(now->probe->activations) : 0;
    network_limit_[1] = now->probe ? largest_of(now->probe->gradients) : 0;
  }
  const FiguresOf::Ptr figures = figures_.of(now->architecture);
  const auto spread = [this](const TensorValuesPtr& values, bool is_signed) {
    if (!values) return;
    const auto [entry, fresh] = spreads_.try_emplace(values);
    if (fresh) entry->second = spread_of(values->values, kBins, is_signed);
  };
  for (const int node : visible_) {
    if (node >= static_cast<int>(figures->layers.size())) continue;
    const SpreadValues values = spread_values(figures->layer(node), *now);
    spread(values.weights, true);
    spread(values.gradients, true);
    spread(values.answers, values.answers_signed);
  }
  return false;
}

LayersView::SpreadValues LayersView::spread_values(const LayerFacts& layer, const TrainSnapshot& now) {
  SpreadValues values;
  values.answers = activation_of(now, layer.node);
  values.answers_signed = !layer.never_negative;
  if (layer.weight.empty()) return values;
  values.weights = tensor_of(now, TensorKind::weight, layer.weight);
  if (now.step > 0) values.gradients = tensor_of(now, TensorKind::weight_gradient, layer.weight);
  return values;
}

void LayersView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (draw_without_run(ui, area, now)) return;
  const FiguresOf::Ptr kept = figures_.of(now.architecture);
  const NetworkFigures& figures = *kept;
  HoverNote note;
  ui.begin_panel("layers", area, 20);
  {
    const std::vector<Choice> choices = {
        {N_("each map"), "map"}, {N_("its layer"), "layer"}, {N_("the network"), "network"}};
    const std::string words = tr("colors scaled to");
    float segments = 0;
    for (const Choice& choice : choices) segments += ui.measure(Font::control, tr(std::string_view(choice.label))).x;
    const float named = ui.measure(Font::caption, words).x + 10, scopes_wide = std::max(278.0f, segments + 64.0f);
    const float gradients_wide = std::max(104.0f, ui.measure(Font::control, tr("gradients")).x + 16.0f),
                all_wide = std::max(92.0f, ui.measure(Font::control, tr("all layers")).x + 16.0f);
    Rect line = ui.take(30);
    const bool two_lines = line.w < named + scopes_wide + gradients_wide + all_wide + 22;
    if (line.w >= named + scopes_wide) {
      ui.label(line.cut_left(named), words, Font::caption, ui.theme().secondary);
    }
    ui.next(line.cut_left(std::min(scopes_wide, line.w)));
    ui.setting("train.layers.scale");
    line.cut_left(14);
    if (two_lines) line = ui.take(30);
    ui.next(line.cut_left(gradients_wide));
    ui.button("gradients", gradients_->next_line(), {.selected = look_.gradients, .tone = Concept::gradient});
    line.cut_left(8);
    ui.next(line.cut_left(all_wide));
    ui.button(
        "all layers", all_->next_line(),
        {.selected = look_.all, .tooltip = N_("Also the input and layers that only pass values on: flatten, dropout")});
  }
  const Rect probe = ui.take(kProbeHeight + 24.0f);
  Rect picture = probe;
  draw_caption(ui, picture.cut_top(24), {tr("probe:"), probe_words(now), "", ui.theme().input});
  picture.w = std::min(picture.w, 420.0f);
  draw_probe(ui, picture, now, "layers.probe");
  const Rect seen = ui.clip();
  for (const LayerFacts& layer : figures.layers) {
    if (layer.node == 0 && !look_.all) continue;
    if (!look_.all && layer.passes_on) continue;
    const Row row = row_of(layer, ui.width());
    const Rect place = ui.take(row.height);
    // A little more than what is seen: it is there when it scrolls in, and Tab goes on to it.
    if (!place.overlaps(seen.inset(0, -200))) continue;
    ui.found().visible.push_back(layer.node);
    draw_row(ui, place, row, layer, now, note);
  }
  ui.end_panel();
  draw_hover_note(ui, note);
}

void LayersView::draw_inspector(Ui& ui, const TrainSnapshot& now) const {
  if (!now.architecture) return;
  ui.section("THE PROBE");
  ui.note(
      "Every layer shows what it answers to **one picture**, the probe, with the weights that are shown. "
      "[Gradients](gradient) say how much the loss of this picture changes with each value.");
  if (now.probe) {
    ui.row("probe", probe_name(*now.probe));
    const int said = most_likely(now.probe->probabilities);
    if (now.probe->label >= 0) ui.row("is", class_name(now, now.probe->label));
    if (said >= 0) {
      ui.row("is taken for",
             fmt::format("{} ({:.1f} %)", class_name(now, said),
                         100 * static_cast<double>(now.probe->probabilities[static_cast<size_t>(said)])));
    }
  }
  ui.hairline();
}

std::unique_ptr<TrainView> make_layers_view(const TrainScene& scene) { return std::make_unique<LayersView>(scene); }

}  // namespace striate
