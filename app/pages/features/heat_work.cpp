#include "app/pages/features/heat_work.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/color_map.h"
#include "app/widgets/heat_picture.h"
#include "engine/explain/map_correlation.h"
#include "engine/explain/randomize.h"
#include "engine/explain/sobel.h"

namespace striate {
namespace {

bool same_target(const Target& a, const Target& b) {
  const auto same = [](const Target::Term& s, const Target::Term& t) { return s.at == t.at && s.weight == t.weight; };
  return a.node == b.node && std::equal(a.terms.begin(), a.terms.end(), b.terms.begin(), b.terms.end(), same);
}

bool same_settings(const HeatSettings& a, const HeatSettings& b) {
  return a.method == b.method && a.over == b.over && a.softmax == b.softmax && a.layer == b.layer &&
         a.integrated.steps == b.integrated.steps && a.integrated.baseline == b.integrated.baseline &&
         a.occlusion.size == b.occlusion.size && a.occlusion.stride == b.occlusion.stride &&
         a.occlusion.value == b.occlusion.value;
}

// A camera's next picture is as good as the last.
bool same_picture(const NetworkMoment& a, const NetworkMoment& b) {
  if (a.of.state.image == "camera") return true;
  return a.of.image == b.of.image && a.of.drawing == b.of.drawing;
}

Heat of_rule(const RuleComparison& rules, const HeatSettings& how) {
  const size_t rule = how.method == HeatMethod::deconvnet ? 1 : how.method == HeatMethod::guided ? 2 : 0;
  Heat made;
  made.map = over_channels(rules.maps[rule].shape, rules.maps[rule].values, how.over);
  made.has_sign = how.over == OverChannels::sum;
  made.score = rules.maps[rule].score;
  made.sum = made.map.sum();
  if (rules.relu < 0 && rule > 0) made.note = "no ReLU stands on the way: the three rules give the same";
  return made;
}

// Of a map with a value for each pixel.
HeatMap part_of(const HeatMap& map, const HeatWindow& window) {
  HeatMap part = map;
  part.rows = window.rows, part.columns = window.columns;
  part.values.clear();
  for (int64_t row = 0; row < window.rows; ++row) {
    for (int64_t column = 0; column < window.columns; ++column) {
      part.values.push_back(map.at(window.row + row, window.column + column));
    }
  }
  return part;
}

// Where a unit's maps are not 0, and some pixels around; the whole picture where that is most of it.
HeatWindow window_of(const HeatView& view, const OpenNetworkInfo& info) {
  const HeatWindow whole{0, 0, info.picture[1], info.picture[2]};
  if (!view.rules || view.of.target.node == info.logits) return whole;
  int64_t top = whole.rows, left = whole.columns, bottom = -1, right = -1;
  for (const HeatMap& map : view.rule_maps) {
    for (int64_t row = 0; row < map.rows; ++row) {
      for (int64_t column = 0; column < map.columns; ++column) {
        if (map.at(row, column) == 0) continue;
        top = std::min(top, row), bottom = std::max(bottom, row);
        left = std::min(left, column), right = std::max(right, column);
      }
    }
  }
  const int64_t side = std::max<int64_t>({bottom - top + 1, right - left + 1, 6}) * 5 / 4;
  if (bottom < 0 || 2 * side > std::min(whole.rows, whole.columns)) return whole;
  const int64_t row = std::clamp<int64_t>((top + bottom + 1 - side) / 2, 0, whole.rows - side);
  const int64_t column = std::clamp<int64_t>((left + right + 1 - side) / 2, 0, whole.columns - side);
  return {row, column, side, side};
}

void make_shown(HeatView& view, const OpenNetworkInfo& info) {
  if (info.picture.rank() != 3) return;
  if (view.window.rows == 0) view.window = window_of(view, info);
  const bool part = view.window.rows < info.picture[1];
  const auto shown = [&](const HeatMap& map) {
    HeatView::Shown made{part ? part_of(map, view.window) : map, 1};
    made.limit = heat_limit(made.map);
    return made;
  };
  if (view.map) view.shown = shown(view.map->map);
  if (view.twin) view.shown_twin = shown(view.twin->map);
  if (view.rules && view.shown_rules[0].map.rows == 0) {
    for (size_t i = 0; i < view.rule_maps.size(); ++i) view.shown_rules[i] = shown(view.rule_maps[i]);
  }
  if (view.shown_edges.map.rows == 0 || part) view.shown_edges = shown(view.edges);
}

}  // namespace

bool HeatAsked::same_question(const HeatAsked& other) const {
  return same_target(target, other.target) && same_settings(how, other.how) && drawn == other.drawn &&
         relu == other.relu && seed == other.seed && same_picture(*moment, *other.moment) &&
         moment->of.state == other.moment->of.state;
}

bool HeatAsked::same(const HeatAsked& other) const {
  return moment->version == other.moment->version && same_question(other);
}

bool goes_by_rules(HeatMethod method) {
  return method == HeatMethod::gradient || method == HeatMethod::deconvnet || method == HeatMethod::guided;
}

HeatViewPtr make_heat_view(OpenNetwork& network, const HeatAsked& asked, Progress& progress,
                           const std::function<void(HeatViewPtr)>& show) {
  const LookedAt& input = asked.moment->input;
  const OpenNetworkInfo& info = *network.info();
  HeatView view;
  view.of = asked;
  if (info.picture.rank() == 3) view.edges = sobel(network.session().stream(), info.picture, input.pixels);
  const auto shows = [&] {
    make_shown(view, info);
    show(std::make_shared<HeatView>(view));
  };
  // The map, half of the way where a twin follows.
  const float part = asked.drawn < 0 ? 1.0f : 0.5f;
  const auto goes_on = [&](float from, int64_t done, int64_t all) {
    progress.share = from + part * static_cast<float>(done) / static_cast<float>(std::max<int64_t>(all, 1));
    return !progress.canceled.load();
  };
  int64_t shown = -1;
  const auto fill_in = [&](std::optional<Heat>& into, float from) {
    shown = -1;
    return [&, from](const Heat& so_far, int64_t done, int64_t all) {
      if (so_far.map.rows > 0 && done != shown) {
        into = so_far;
        view.done = shown = done, view.all = all;
        shows();
      }
      return goes_on(from, done, all);
    };
  };
  if (goes_by_rules(asked.how.method)) {
    view.rules = compare_rules(network, input.values, asked.target,
                               asked.relu > 0 ? asked.relu : relu_to_show(info, asked.target.node),
                               [&](int done, int all) { return goes_on(0, done, all); });
    if (!view.rules) return nullptr;
    view.map = of_rule(*view.rules, asked.how);
    for (size_t i = 0; i < kBackwardRules.size(); ++i) {
      view.rule_maps[i] = over_channels(view.rules->maps[i].shape, view.rules->maps[i].values, asked.how.over);
    }
  } else {
    std::optional<Heat> made = heat(network, input.values, asked.target, asked.how, fill_in(view.map, 0));
    if (!made) return nullptr;
    view.map = std::move(made);
  }
  if (!view.edges.values.empty()) {
    view.with_edges = map_correlation(info, asked.target, view.map->map, mean_over_cells(view.edges, view.map->map));
  }
  view.done = view.all = 1;
  if (asked.drawn >= 0) {
    shows();
    RandomizedWeights control(network, cascade(info, asked.drawn), asked.seed);
    control.go_on_while_off(input.values, asked.target);
    view.drawn_seed = control.seed();
    std::optional<Heat> twin =
        heat(network, input.values, asked.target, as_asked(asked.how, *view.map), fill_in(view.twin, part));
    if (!twin) return nullptr;
    view.twin = std::move(twin);
    view.correlation = map_correlation(info, asked.target, view.map->map, view.twin->map);
    view.done = view.all = 1;
  }
  view.finished = true;
  make_shown(view, info);
  return std::make_shared<HeatView>(std::move(view));
}

std::optional<float> heat_value_at(const Heat& heat, double y, double x) {
  return heat_at(heat.large.rows > 0 ? heat.large : heat.map, y, x);
}

std::vector<float> heat_over_picture(const HeatView& view, float opacity) {
  const Shape& shape = view.of.moment->info->picture;
  const std::vector<float>& pixels = view.of.moment->input.pixels;
  const HeatWindow& window = view.window;
  const auto whole = static_cast<size_t>(shape[1] * shape[2]),
             plane = static_cast<size_t>(window.rows * window.columns);
  std::vector<float> made(3 * plane);
  const Heat& heat = *view.map;
  const float limit = heat.large.rows > 0 ? heat_limit(heat.large) : view.shown.limit;
  for (size_t i = 0; i < plane; ++i) {
    const int64_t row = window.row + static_cast<int64_t>(i) / window.columns,
                  column = window.column + static_cast<int64_t>(i) % window.columns;
    const auto at = static_cast<size_t>(row * shape[2] + column);
    const float gray = shape[0] == 3
                           ? 0.299f * pixels[at] + 0.587f * pixels[whole + at] + 0.114f * pixels[2 * whole + at]
                           : pixels[at];
    const std::optional<float> value =
        heat_value_at(heat, static_cast<double>(row) + 0.5, static_cast<double>(column) + 0.5);
    const float mixed = value ? opacity : 0;
    const Color color = value ? map_color(heat_colors(heat.has_sign), heat_share(*value, limit, heat.has_sign)) : 0;
    for (size_t c = 0; c < 3; ++c) {
      const float from = static_cast<float>(color >> (8 * c) & 255) / 255;
      made[c * plane + i] = mixed * from + (1 - mixed) * gray;
    }
  }
  return made;
}

}  // namespace striate
