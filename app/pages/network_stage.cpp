// The stage of the page `network`: what the network receives and its best classes, its layers as a list that scrolls,
// and the maps of the layer that is chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/pages/network.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr size_t kBest = 5;         // classes
constexpr int64_t kMostMaps = 512;  // of a layer

std::string sizes(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank(); ++i) text += (i > 0 ? " \u00d7 " : "") + std::to_string(shape[i]);
  return text.empty() ? "1" : text;
}

// "12.3 %", and of small shares enough digits to be told from 0.
std::string percent(double share) {
  const double p = 100 * share;
  return p >= 0.1 || p == 0 ? fmt::format("{:.1f} %", p) : p >= 0.001 ? fmt::format("{:.3f} %", p) : "< 0.001 %";
}

}  // namespace

void NetworkPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  const NetworkMomentPtr& moment = network().moment();
  Rect rest = area.inset(20, 12);
  if (!network().has_network()) {
    ui.empty_state(area, Icon::file, "No network is open",
                   format_tr("Drop a model file here: ONNX, safetensors or PyTorch. Or open one {}, or train one on "
                             "page `train`.",
                             ui.at_the_right()));
    return;
  }
  if (network().opening()) {
    const std::string& file = network().asked().file;
    const std::string name = file.substr(file.rfind('/') + 1);
    const bool alone = !moment || !moment->info;
    const Rect band = alone ? area.centered(std::min(area.w - 40, 420.0f), 90.0f) : rest.cut_top(64);
    ui.begin_panel("opening", band, 0, false);
    ui.progress(
        network().asked().opened ? format_tr("Opening {}", name) : std::string(tr("Opening the network in training")),
        -1, "open.cancel");
    ui.end_panel();
    if (alone) return;
  }
  if (!moment || !moment->info) {
    if (moment && moment->why) {
      ui.begin_panel("why", rest, 0, false);
      ui.error_note(moment->why->what(), moment->why->hint());
      ui.end_panel();
    }
    return;
  }
  const OpenNetworkInfo& info = *moment->info;
  if (info.weights == WeightsFrom::random) {
    const std::string words =
        info.weights_lack ? format_tr(
                                "**Random weights.** {} was opened by its name, without weights: what it answers "
                                "means nothing. Open a file with its weights to see what was learned.",
                                info.name)
                          : tr("**Random weights.** All weights were drawn anew: what it answers means nothing.");
    const float high = ui.paragraph_height(words, rest.w - 24, Font::caption) + 16;
    Rect band = rest.cut_top(high);
    ui.fill(band, mixed(ui.theme().background, ui.theme().warning, 0.16f), 6);
    ui.fill({band.x, band.y, 3, band.h}, ui.theme().warning, 1.5f);
    ui.next({band.x + 14, band.y + 8, band.w - 24, band.h - 16});
    ui.paragraph(words, Font::caption);
    rest.cut_top(12);
  }
  // Where the stage is low the list keeps three rows, and what stands above it gives way.
  const float three = 23 + 3 * 26;
  const float top = std::min(std::clamp(rest.h * 0.3f, 132.0f, 280.0f), rest.h - 12 - three);
  if (top >= 64.0f) {
    draw_top(ui, rest.cut_top(top), *moment);
    rest.cut_top(12);
  }
  if (rest.h > 330.0f) {
    // What a short list leaves is for the maps.
    const float list = 32.0f + static_cast<float>(info.layers.size()) * 26.0f;
    const float least = std::clamp(rest.h * 0.4f, 132.0f, 360.0f);
    Rect maps = rest.cut_bottom(std::max(least, rest.h - 12 - list));
    rest.cut_bottom(12);
    draw_maps(ui, maps, *moment, note);
  }
  draw_layers(ui, rest, *moment);
  draw_hover_note(ui, note);
}

// ------------------------------------------------------------------------------------------------- picture, answer

void NetworkPage::draw_top(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  if (moment.why) {
    ui.begin_panel("why", area, 0, false);
    ui.error_note(moment.why->what(), moment.why->hint());
    ui.end_panel();
    return;
  }
  const Rect words = area.cut_bottom(20);
  const float aspect = static_cast<float>(info.picture[2]) / static_cast<float>(info.picture[1]);
  const float wide = std::min(area.h * aspect, area.w * 0.4f);
  const Rect picture{area.x, area.y, std::round(wide), std::round(wide / aspect)};
  draw_sample_picture(ui, picture, "network.input", moment.version, info.picture, [&](float* pixels) {
    std::copy(moment.input.pixels.begin(), moment.input.pixels.end(), pixels);
  });
  ui.stroke(picture.inset(-1), faded(theme.input, 0.7f), 2, 1.5f);
  const std::string received = format_tr("What the network receives: {}", moment.input.words);
  const Response hover = ui.interact(
      picture, {.label = "what the network receives", .kind = "picture", .focusable = false, .tooltip = received});
  if (hover.hovered) ui.light(Concept::input);
  ui.label(Rect{words.x, picture.bottom() + 2, area.w, words.h},
           format_tr("{}: {} as the network receives it", moment.picture.name, sizes(info.picture)), Font::caption,
           theme.secondary);
  area.cut_left(picture.w + 24);
  draw_answer(ui, area, moment);
}

void NetworkPage::draw_answer(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const NetworkAnswer& answer = moment.answer;
  if (answer.order.empty()) {
    ui.begin_panel("no classes", area, 0, false);
    ui.note(format_tr("It gives {}, not one value for each class. Its layers and their maps are below.",
                      sizes(info.layers.back().shape)));
    ui.end_panel();
    return;
  }
  const float logit = std::max(ui.measure(Font::number, "-000.00").x + 4,
                               ui.measure(Font::caption, tr("logit")).x - 18.0f + 6),
              share = std::max(ui.measure(Font::number, "100.0 %").x + 14,
                               ui.measure(Font::caption, tr("probability")).x + 2);
  Rect head = area.cut_top(22);
  ui.label(head.cut_right(share), tr("probability"), Font::caption, theme.secondary, Align::right);
  ui.label(head.cut_right(logit + 18.0f), tr("logit"), Font::caption, theme.secondary, Align::right);
  const char* best = info.named ? tr("best classes") : tr("best classes, which have no names");
  ui.label(head, ui.measure(Font::caption, best).x <= head.w ? best : tr("best classes"), Font::caption,
           theme.secondary);
  // Fewer where they would not be legible.
  const auto fit = static_cast<size_t>(std::clamp(area.h / 26.0f, 1.0f, static_cast<float>(kBest)));
  const size_t shown = std::min(fit, answer.order.size());
  const float row = std::min(area.h / static_cast<float>(fit), 42.0f);
  for (size_t i = 0; i < shown; ++i) {
    const auto c = static_cast<size_t>(answer.order[i]);
    Rect line = area.cut_top(row);
    const float p = std::clamp(answer.probabilities[c], 0.0f, 1.0f);
    const bool right = static_cast<int>(c) == moment.picture.label;
    const Color tone = i == 0 ? theme.activation : theme.text;
    Rect track = line.cut_bottom(std::min(6.0f, row * 0.2f));
    ui.label(line.cut_right(share), percent(static_cast<double>(answer.probabilities[c])), Font::number, tone,
             Align::right);
    ui.label(line.cut_right(logit + 18.0f), number_text(static_cast<double>(answer.logits[c]), 2), Font::number,
             theme.secondary, Align::right);
    const Font font = i == 0 ? Font::strong : Font::control;
    const std::string name = ui.fitted(info.classes[c], font, line.w - 22.0f);
    ui.label(line, name, font, tone);
    if (right) {
      const float x = line.x + ui.measure(font, name).x + 6, side = 14.0f;
      ui.icon(Icon::tick, {x, line.center().y - side / 2, side, side}, theme.activation);
    }
    ui.fill(track, theme.raised, 2);
    ui.fill({track.x, track.y, track.w * ui.ease(fmt::format("network.bar.{}", i), p), track.h},
            i == 0 ? theme.activation : theme.secondary, 2);
  }
}

// ------------------------------------------------------------------------------------------------- layers

void NetworkPage::draw_layers(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const float number = 38.0f, output = 118.0f;
  const float counted = std::max({86.0f, ui.measure(Font::caption, tr("parameters")).x + 4,
                                  ui.measure(Font::caption, tr("multiply-adds")).x + 4 - 14.0f});
  // What gives way where the stage is narrow.
  const bool work = area.w >= 560.0f, parameters = area.w >= 420.0f;
  const auto cells = [&](Rect line, Font font, Color tone, Color quiet, const std::string& no, const std::string& name,
                         const std::string& text, const std::string& gives, const std::string& learned,
                         const std::string& multiplied) {
    ui.label(line.cut_left(number), no, font == Font::caption ? font : Font::number, quiet);
    if (work) ui.label(line.cut_right(counted + 14.0f), multiplied, font, quiet, Align::right);
    if (parameters) ui.label(line.cut_right(counted), learned, font, quiet, Align::right);
    ui.label(line.cut_right(output), gives, font, quiet, Align::right);
    line.cut_right(8);
    const bool own = !name.empty() && name != no;
    Rect first = line.cut_left(own ? line.w * 0.54f : 0);
    if (own) ui.label(first.inset(0, 0), ui.fitted(name, font, first.w - 8), font, tone);
    ui.label(line, ui.fitted(text, font, line.w), font, own ? quiet : tone);
  };
  Rect head = area.cut_top(22);
  head.cut_left(10);
  head.cut_right(10);
  cells(head, Font::caption, theme.secondary, theme.secondary, "", "", tr("layer"), tr("output"), tr("parameters"),
        tr("multiply-adds"));
  ui.fill({area.x, area.y, area.w, 1}, theme.line);
  area.cut_top(1);
  const int chosen = chosen_node(moment);
  ui.begin_panel("layers", area, 0);
  const Rect seen = ui.clip();
  for (size_t n = 0; n < info.layers.size(); ++n) {
    const OpenLayer& layer = info.layers[n];
    if (n > 0) ui.space(-8);  // no gap between rows
    const Rect line = ui.take(26);
    const std::string no = n == 0 ? "" : std::to_string(n - 1);
    const std::string tip = n == 0 ? std::string(tr("Shows what the network receives"))
                                   : format_tr("{}: shows its maps", tr(std::string_view(layer.title)));
    const Response r =
        ui.interact(line, {.label = n == 0 ? std::string("input of the network") : "layer " + no,
                           .command = n == 0 ? std::string("network.select input") : "network.select " + no,
                           .kind = "row",
                           .tooltip = tip});
    if (r.clicked) ui.send(n == 0 ? "network.select input" : "network.select " + no);
    const bool is_chosen = static_cast<int>(n) == chosen;
    if (is_chosen) {
      if (revealed_ != chosen) ui.reveal(line);
      ui.found().numbers["network.revealed"] = chosen;
    }
    if (!line.overlaps(seen)) continue;
    if (is_chosen) {
      ui.fill(line, theme.raised, 4);
      ui.fill({line.x, line.y + 5, 3, line.h - 10}, theme.accent, 1.5f);
    } else if (r.hovered) {
      ui.fill(line, faded(theme.raised, 0.6f), 4);
    }
    const bool cut = std::any_of(moment.lesions.begin(), moment.lesions.end(),
                                 [&](const Lesion& each) { return each.node == static_cast<int>(n); });
    cells(line.inset(10, 0), Font::control, cut ? theme.warning : theme.text, theme.secondary, no,
          n == 0 ? "" : layer.name, n == 0 ? std::string(tr("input")) : layer.text, sizes(layer.shape),
          layer.parameters > 0 ? grouped(layer.parameters) : "",
          layer.multiply_adds > 0 ? grouped(layer.multiply_adds) : "");
    if (r.keyboard) ui.draw_focus(line.inset(3), 1);
  }
  ui.end_panel();
}

TensorMaps NetworkPage::maps_of(const NetworkMoment& moment, int node) {
  const auto n = static_cast<size_t>(node);
  TensorMaps maps;
  if (n >= moment.answer.activations.size() || (node == 0 && moment.info->channels_last)) return maps;
  const Shape cells = cells_of(moment.info->layers[n].shape);
  const std::vector<float>& values = moment.answer.activations[n].values;
  if (values.empty()) return maps;
  maps.count = std::min(cells[0], kMostMaps);
  maps.height = static_cast<int>(cells[1]);
  maps.width = static_cast<int>(cells[2]);
  maps.values = std::span<const float>(values).first(static_cast<size_t>(maps.count * maps.plane()));
  return maps;
}

void NetworkPage::draw_maps(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  const int node = chosen_node(moment);
  const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
  const Shape cells = node == 0 && info.channels_last ? info.picture : cells_of(layer.shape);
  Rect head = area.cut_top(24);
  const std::string which = node == 0 ? std::string(tr("the input")) : format_tr("layer {}", node - 1);
  const bool vector = cells[1] == 1 && cells[2] == 1;
  const std::string what = vector ? format_tr("{} values", grouped(cells[0]))
                                  : format_tr("{} maps of {} \u00d7 {}", grouped(cells[0]), cells[1], cells[2]);
  TensorGrid grid;
  grid.maps = maps_of(moment, node);
  if (shown_.version != moment.version || shown_.node != node) ui.request_frame();  // its scale comes with that
  if (grid.maps.count == 0 || shown_.version != moment.version || shown_.node != node) {
    ui.label(head, fmt::format("{}: {}", which, what), Font::caption, theme.secondary);
    return;
  }
  grid.key = "network.maps";
  grid.version = moment.version * 8192 + static_cast<uint64_t>(node);
  grid.scale = shown_.scale;
  grid.layout = fit_maps(grid.maps.count, grid.maps.height, grid.maps.width, area.w, area.h, vector ? 8 : 20.0f,
                         vector ? 20.0f : 220.0f, vector ? 2 : 4);
  grid.tone = Concept::activation;
  grid.name = [](int64_t map) { return format_tr("channel {}", map); };
  const auto is_cut = [&moment, node](int64_t map) {
    return std::any_of(moment.lesions.begin(), moment.lesions.end(), [&](const Lesion& each) {
      return each.node == node && (each.channel < 0 || each.channel == map);
    });
  };
  grid.dimmed = is_cut;
  grid.command = [&layer, is_cut](int64_t map) {
    return is_cut(map) ? std::string("network.restore") : fmt::format("network.lesion {} {}", quoted(layer.name), map);
  };
  grid.hint = tr("click: cut this channel out, or take all lesions back");
  const float scale = draw_scale(ui, head, grid.scale);
  head.w = std::max(0.0f, scale - head.x - 12);
  const std::string shown = grid.layout.shown < cells[0] ? ", " + format_tr("{} of them here", grid.layout.shown) : "";
  const std::string name = node > 0 && layer.name != std::to_string(node - 1) ? ", " + layer.name : "";
  ui.label(head, ui.fitted(fmt::format("{}{}: {}{}", which, name, what, shown), Font::caption, head.w), Font::caption,
           theme.secondary);
  const TensorAnswer hit = draw_tensor_grid(ui, "maps of the layer", area, grid);
  if (hit.hovered) note = hit.note;
}

}  // namespace striate
