#include "app/pages/train/figure_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/find_layer.h"

namespace striate {

bool draw_without_run(Ui& ui, const Rect& area, const TrainSnapshot& now) {
  if (now.architecture && now.data) return false;
  if (now.status == TrainSnapshot::Status::preparing) {
    const float wide = std::min(area.w - 48, 360.0f);
    ui.next({area.center().x - wide / 2, area.center().y - 20.0f, wide, 40.0f});
    ui.progress("Reading the data", now.progress, {});
    return true;
  }
  if (now.error) {
    const float wide = std::min(area.w - 48, 460.0f);
    const float high = ui.error_note_height(now.error->what(), now.error->hint(), wide);
    ui.next({area.center().x - wide / 2, area.center().y - high / 2, wide, high});
    ui.error_note(now.error->what(), now.error->hint());
    return true;
  }
  ui.empty_state(area, Icon::play, "Nothing is learning yet",
                 format_tr("Press Start, or the space bar: a small network learns to read digits, and everything in "
                           "it is shown here while it does. Data, network and learning rate are chosen {}.",
                           ui.at_the_right()));
  return true;
}

void draw_caption(Ui& ui, const Rect& line, const FigureCaption& caption) {
  const Theme& theme = ui.theme();
  const float space = 5.0f;
  const auto width_of = [&](const std::string& text) {
    return text.empty() ? 0 : ui.measure(Font::caption, text).x + space;
  };
  // What a color means comes before what is only good to know.
  const float needed = width_of(caption.before) + width_of(caption.subject), all = needed + width_of(caption.after);
  const float words_only = caption.scale ? scale_width(ui, *caption.scale, false) + 8 : 0;
  const float with_bar = caption.scale ? scale_width(ui, *caption.scale, caption.bar) + 8 : 0;
  const bool after = all + words_only <= line.w || (needed + words_only > line.w && all <= line.w);
  float x = line.x;
  const auto words = [&](const std::string& text, Color color) {
    if (text.empty() || x >= line.right()) return;
    const float wide = ui.measure(Font::caption, text).x;
    ui.label(Rect{x, line.y, std::min(wide + 1, line.right() - x), line.h}, text, Font::caption, color);
    x += wide + space;
  };
  words(caption.before, theme.secondary);
  words(caption.subject, caption.color ? caption.color : theme.text);
  if (after) words(caption.after, theme.secondary);
  const float rest = line.right() - x;
  if (caption.scale && words_only <= rest) {
    const Rect place{line.right() - std::min(rest, with_bar), line.y, std::min(rest, with_bar), line.h};
    if (!caption.scale_command.empty()) {
      const Response r = ui.interact(place, {.label = "scale: " + caption.id,
                                             .command = caption.scale_command,
                                             .kind = "button",
                                             .tooltip = N_("What the ends of the colors are taken from: each map, this "
                                                           "layer, or the whole network. Click for the next.")});
      if (r.hovered || r.keyboard) ui.fill(place.inset(-4, 1), theme.hovered, 4);
      if (r.keyboard) ui.draw_focus(place.inset(-1, 4), 1);
      if (r.clicked) ui.send(caption.scale_command);
    }
    draw_scale(ui, place, *caption.scale);
  }
}

bool draw_confusion_colors(Ui& ui, Rect line) {
  const Theme& theme = ui.theme();
  // Each word that is a color stands in it: "[blue] is right, [orange] is wrong".
  const std::string whole = tr("[blue] is right, [orange] is wrong");
  std::vector<std::pair<std::string, Color>> parts;
  for (size_t begin = 0; begin < whole.size();) {
    const bool colored = whole[begin] == '[';
    size_t end = whole.find(colored ? ']' : '[', begin);
    if (end == std::string::npos) end = whole.size();
    const Color tone = parts.size() < 2 ? theme.input : theme.kernel;
    parts.emplace_back(whole.substr(begin + colored, end - begin - colored), colored ? tone : theme.secondary);
    begin = end + colored;
  }
  float needed = 0;
  for (const auto& [text, color] : parts) needed += ui.measure(Font::caption, text).x;
  if (needed > line.w + 1) return false;
  for (const auto& [text, color] : parts) {
    // A whole pixel more than measured: a label that is cut ends in dots.
    const float wide = ui.measure(Font::caption, text).x;
    ui.label(Rect{line.x, line.y, wide + 1, line.h}, text, Font::caption, color);
    line.x += wide;
  }
  return true;
}

std::optional<Rect> MapOpening::at(double now) const {
  const auto t = static_cast<float>((now - since) / kSeconds);
  if (since < 0 || !(t < 1) || figure.empty()) return std::nullopt;
  const float on = 1 - (1 - t) * (1 - t) * (1 - t);
  const Rect& a = back ? figure : from;
  const Rect& b = back ? from : figure;
  const auto way = [on](float begin, float end) { return begin + (end - begin) * on; };
  return Rect{way(a.x, b.x), way(a.y, b.y), way(a.w, b.w), way(a.h, b.h)};
}

void leave_place(Ui& ui, const std::string& name, const Rect& place) {
  std::map<std::string, double, std::less<>>& numbers = ui.found().numbers;
  numbers[name + ".x"] = place.x, numbers[name + ".y"] = place.y;
  numbers[name + ".w"] = place.w, numbers[name + ".h"] = place.h;
}

Rect place_of(const Drawn& frame, const std::string& name) {
  const auto number = [&](const char* part) { return static_cast<float>(frame.number(name + part, 0)); };
  return {number(".x"), number(".y"), number(".w"), number(".h")};
}

void leave_opening(Ui& ui, const TensorAnswer& answer, Concept tone) {
  if (answer.opened.empty()) return;
  leave_place(ui, "opening", answer.opened);
  for (size_t i = 0; i < answer.beside.size(); ++i) leave_place(ui, fmt::format("beside{}", i), answer.beside[i]);
  ui.found().numbers["opening.tone"] = static_cast<int>(tone);
}

void take_opening(const Drawn& frame, const std::string& view, double now, MapOpening* opening) {
  const Rect from = place_of(frame, "opening");
  if (from.empty()) return;
  *opening = {from, now, static_cast<Concept>(static_cast<int>(frame.number("opening.tone", 0))), view, {}, false, {}};
  for (size_t i = 0; !place_of(frame, fmt::format("beside{}", i)).empty(); ++i) {
    opening->beside.push_back(place_of(frame, fmt::format("beside{}", i)));
  }
}

void draw_opening(Ui& ui, const MapOpening& opening) {
  if (opening.since < 0 || opening.figure.empty()) return;
  const std::optional<Rect> at = opening.at(ui.frame().now);
  if (!ui.frame().motion || ui.frame().patient || !at) return;
  const float on = static_cast<float>((ui.frame().now - opening.since) / MapOpening::kSeconds);
  const Color color = opening.tone == Concept::none ? ui.theme().accent : ui.theme().of(opening.tone);
  ui.fill(*at, faded(color, 0.25f * (1 - on)), 4);
  ui.stroke(*at, faded(color, 1 - on * on * on), 4, 2);
  // The maps beside it give way, outwards, or come back.
  const float away = opening.back ? (1 - on) * (1 - on) : 1 - (1 - on) * (1 - on);
  for (const Rect& map : opening.beside) {
    const Vec out = (map.center() - opening.from.center()) * away;
    const Rect moved{map.x + out.x, map.y + out.y, map.w, map.h};
    ui.fill(moved, faded(color, 0.12f * (1 - away)), 3);
    ui.stroke(moved, faded(color, 0.7f * (1 - away)), 3, 1);
  }
  ui.request_frame();
}

const char* of_part(const std::string& split, const char* test, const char* validation, const char* training) {
  return split == "test" ? test : split == "validation" ? validation : training;
}

void draw_waiting(Ui& ui, const Rect& area, std::string_view words) {
  const Theme& theme = ui.theme();
  ui.fill(area, faded(theme.raised, 0.45f), 4);
  ui.label(area.inset(10, 0), tr(words), Font::caption, theme.secondary);
}

TensorValuesPtr tensor_of(const TrainSnapshot& now, TensorKind kind, const std::string& name) {
  const auto found = now.tensors.find({kind, name});
  return found == now.tensors.end() ? nullptr : found->second;
}

TensorValuesPtr activation_of(const TrainSnapshot& now, int node) {
  const auto i = static_cast<size_t>(node);
  return now.probe && node >= 0 && i < now.probe->activations.size() ? now.probe->activations[i] : nullptr;
}

TensorValuesPtr gradient_of(const TrainSnapshot& now, int node) {
  const auto i = static_cast<size_t>(node);
  return now.probe && node >= 0 && i < now.probe->gradients.size() ? now.probe->gradients[i] : nullptr;
}

TensorMaps maps_of_weights(const WeightMaps& maps, const std::vector<float>& values, bool colors) {
  TensorMaps result;
  result.values = values;
  result.height = maps.height, result.width = maps.width;
  const bool three = colors && maps.slices == 3;
  result.channels = three ? 3 : 1;
  result.count = three ? maps.count : maps.count * maps.slices;
  return result;
}

TensorMaps maps_of_activation(const Shape& out, const std::vector<float>& values) {
  return maps_of_weights(activation_maps(out), values, false);
}

float largest_magnitude(const std::vector<float>& values) {
  float most = 0;
  for (const float v : values) {
    if (std::isfinite(v)) most = std::max(most, std::abs(v));
  }
  return most;
}

std::string unit_command(const Ui& ui, int node, int64_t unit, int64_t slice) {
  if (!ui.registry().find_command("train.unit.open")) return {};
  return slice < 0 ? fmt::format("train.unit.open {} {}", node - 1, unit)
                   : fmt::format("train.unit.open {} {} {}", node - 1, unit, slice);
}

int node_of_layer(const TrainSnapshot& now, const std::string& layer) {
  if (layer == "-1") return -1;
  if (now.architecture) return need_layer(*now.architecture, layer);
  int64_t number = 0;
  if (parse_integer(layer, &number) && number >= 0 && number < (1 << 20)) return static_cast<int>(number) + 1;
  throw Error(fmt::format("there is no layer {} yet", shown(layer)), "give its number, or begin training first");
}

std::string class_name(const TrainSnapshot& now, int64_t index) {
  const auto i = static_cast<size_t>(index);
  return now.data && index >= 0 && i < now.data->classes().size() ? now.data->classes()[i] : std::string("?");
}

int most_likely(const std::vector<float>& probabilities) {
  if (probabilities.empty()) return -1;
  return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
}

std::string probe_name(const TrainProbe& probe) {
  const std::string_view name = probe.name;
  for (const std::string_view pattern : {N_("test picture {}"), N_("validation picture {}"), N_("training picture {}"),
                                         N_("picture {} of the data"), N_("sample {} of the data")}) {
    const size_t at = pattern.find("{}");
    const std::string_view before = pattern.substr(0, at), after = pattern.substr(at + 2);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) continue;
    const std::string_view number = name.substr(before.size(), name.size() - before.size() - after.size());
    if (number.find_first_not_of("0123456789") == std::string_view::npos) return format_marked(pattern, number);
  }
  return std::string(name == "drawing" ? tr("drawing") : tr(name));
}

std::string probe_words(const TrainSnapshot& now) {
  if (!now.probe) return {};
  return now.probe->label >= 0 ? format_tr("{}, a {}", probe_name(*now.probe), class_name(now, now.probe->label))
                               : probe_name(*now.probe);
}

void draw_probe(Ui& ui, const Rect& area, const TrainSnapshot& now, std::string_view key) {
  const Theme& theme = ui.theme();
  if (!now.probe) return draw_waiting(ui, area, N_("the picture that is looked at comes with the next step"));
  const TrainProbe& probe = *now.probe;
  const Shape& shape = probe.shape;
  const float aspect = shape.rank() == 3 ? static_cast<float>(shape[2]) / static_cast<float>(shape[1]) : 1.0f;
  const float high = area.h, wide = std::min(std::round(high * aspect), area.w * 0.4f);
  const Rect picture{area.x, area.y, wide, std::round(wide / aspect)};
  draw_sample_picture(ui, picture, key, now.version, shape, [&](float* pixels) {
    std::copy_n(probe.pixels.begin(), std::min<size_t>(probe.pixels.size(), static_cast<size_t>(shape.count())),
                pixels);
  });
  const std::vector<float>& p = probe.probabilities;
  Rect rest = area;
  rest.cut_left(wide + 12);
  if (p.empty() || rest.w < 60.0f) return;
  const int said = most_likely(p);
  const float words = 20.0f, names = 16.0f;
  const bool right = probe.label < 0 || said == probe.label;
  const Rect line = rest.cut_top(words);
  const auto share = static_cast<double>(p[static_cast<size_t>(said)]);
  ui.label(line,
           std::isfinite(share) ? format_tr("says {}: {:.1f} %", class_name(now, said), 100 * share)
                                : std::string(tr("its answer is not a number (NaN)")),
           Font::caption, right ? theme.activation : theme.kernel);
  // As many bars as have room for a name; else the most likely ones, in their order.
  std::vector<size_t> shown(p.size());
  std::iota(shown.begin(), shown.end(), size_t{0});
  const auto room = static_cast<size_t>(std::max(1.0f, rest.w / 15.0f));
  if (shown.size() > room) {
    std::stable_sort(shown.begin(), shown.end(), [&](size_t a, size_t b) { return p[a] > p[b]; });
    shown.resize(room);
    std::sort(shown.begin(), shown.end());
  }
  const Rect under = rest.cut_bottom(names);
  const float pitch = std::min(rest.w / static_cast<float>(shown.size()), 30.0f);
  for (size_t i = 0; i < shown.size(); ++i) {
    const auto index = static_cast<int>(shown[i]);
    const float x = rest.x + pitch * static_cast<float>(i), bar = std::max(3.0f, pitch - 4.0f);
    const float value = std::isfinite(p[shown[i]]) ? std::clamp(p[shown[i]], 0.0f, 1.0f) : 0.0f;
    const Color color = index == probe.label ? theme.activation : index == said ? theme.kernel : theme.secondary;
    ui.fill({x, rest.y + 2, bar, rest.h - 2}, faded(theme.raised, 0.6f));
    const float top = std::max(1.0f, value * (rest.h - 2));
    ui.fill({x, rest.bottom() - top, bar, top}, color);
    ui.label(Rect{x - 1, under.y, bar + 2, under.h}, class_name(now, index), Font::caption,
             index == probe.label ? theme.text : theme.secondary, Align::center, 12.0f);
  }
}

}  // namespace striate
