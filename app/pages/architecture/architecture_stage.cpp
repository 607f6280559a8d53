// The stage of the page `architecture`: the scene, and over it what says what it is.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/architecture/architecture.h"
#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/widgets/curves.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/player_bar.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"
#include "engine/network/find_layer.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

Vec on_stage(const Rect& area, const CameraView::Projected& at) { return area.min() + at.at; }

}  // namespace

const std::vector<int>& ArchitecturePage::nodes_of(const SceneBlock& block) const {
  return shown_->nodes[static_cast<size_t>(shown_->scene.block_of[static_cast<size_t>(block.node)])];
}

// What computes a block's values, as much of it as fits: all layers that it stands for, else the first one alone.
std::string ArchitecturePage::block_words(const SceneBlock& block,
                                          const std::function<bool(const std::string&)>& fits) const {
  const OpenNetworkInfo& info = *shown_->info;
  if (block.node == 0) return std::string(tr("input"));
  if (block.kernel) return format_tr("weights of {}", layer_words(info, block.node));
  const std::vector<int>& nodes = nodes_of(block);
  std::string all;
  for (const int n : nodes) {
    if (!all.empty()) all += ", ";
    all += info.layers[static_cast<size_t>(n)].text;
  }
  if (fits(all)) return all;
  return shorter_layer_text(info.layers[static_cast<size_t>(nodes.front())].text, fits);
}

// What stands below: the shape, or the cost that its height stands for.
std::string ArchitecturePage::block_facts(const SceneBlock& block) const {
  const OpenNetworkInfo& info = *shown_->info;
  if (block.kernel) {
    const KernelSizes& sizes = block.sizes;
    const std::string matrix = fmt::format("{} \u00d7 {}", sizes.filters, sizes.slices);
    return sizes.rows * sizes.columns > 1 ? fmt::format("{} \u00d7 {} \u00d7 {}", matrix, sizes.rows, sizes.columns)
                                          : matrix;
  }
  const SceneChoice& choice = shown_->choice;
  if (choice.size == BlockSize::shape || choice.costs.empty()) {
    return sizes_text(info.layers[static_cast<size_t>(block.node)].shape);
  }
  double cost = 0;
  for (const int n : nodes_of(block)) cost += choice.costs[static_cast<size_t>(n)];
  switch (choice.size) {
    case BlockSize::milliseconds:
      return format_tr("{} ms", milliseconds_text(cost));
    case BlockSize::memory:
      return bytes_text(cost);
    default:
      return grouped(static_cast<int64_t>(cost));
  }
}

void ArchitecturePage::draw_quad(Ui& ui, const CameraView& view, const Rect& area, const CellQuad& quad, Color color,
                                 float thickness) const {
  ImVec2 points[4];
  for (int i = 0; i < 4; ++i) {
    const auto at = view.project(quad.corners[i]);
    if (!at) return;
    const Vec place = on_stage(area, *at);
    points[i] = ImVec2(place.x, place.y);
  }
  ui.draw().AddPolyline(points, 4, color, ImDrawFlags_Closed, thickness);
}

void ArchitecturePage::draw_links(Ui& ui, const CameraView& view, const Rect& area) const {
  // Ways that leave the row of blocks: shortcuts, branches, from line to line.
  const Color color = faded(ui.theme().secondary, 0.35f);
  for (const SceneLine& line : now_scene_.lines) {
    if (!line.jump && !line.between_lines && line.points.size() <= 2) continue;
    std::vector<ImVec2> points;
    for (const glm::vec3& point : line.points) {
      const auto at = view.project(point);
      if (!at) break;
      const Vec place = on_stage(area, *at);
      points.emplace_back(place.x, place.y);
    }
    if (points.size() == line.points.size()) {
      ui.draw().AddPolyline(points.data(), static_cast<int>(points.size()), color, 0, 1.25f);
    }
  }
}

// The ways back to the picture: as wide as what they carry, in the color of its sign.
void ArchitecturePage::draw_inputs(Ui& ui, const CameraView& view, const Rect& area, const CellPanel& panel) const {
  const Theme& theme = ui.theme();
  const StrongestInputs& inputs = panel.inputs;
  const auto quad_at = [&](int cell) {
    const CellPlace& place = inputs.cells[static_cast<size_t>(cell)].place;
    return quad_of(now_scene_, {place.node, false, place.channel, place.row, place.column});
  };
  const Color above = tensor_color(0.8f, 1, true, theme.dark), below = tensor_color(-0.8f, 1, true, theme.dark);
  for (auto link = inputs.links.rbegin(); link != inputs.links.rend(); ++link) {
    const int from_block =
                  now_scene_.block_of[static_cast<size_t>(inputs.cells[static_cast<size_t>(link->from)].place.node)],
              to_block =
                  now_scene_.block_of[static_cast<size_t>(inputs.cells[static_cast<size_t>(link->to)].place.node)];
    if (from_block == to_block || link->product == 0) continue;  // within one block: a function of the same cell
    const auto from = quad_at(link->from), to = quad_at(link->to);
    if (!from || !to) continue;
    const glm::vec3 a = from->center(), b = to->center();
    const float bow = std::max(0.05f, (b.x - a.x) * 0.45f);
    const auto p0 = view.project(a), p1 = view.project(a + glm::vec3(bow, 0, 0)),
               p2 = view.project(b - glm::vec3(bow, 0, 0)), p3 = view.project(b);
    if (!p0 || !p1 || !p2 || !p3) continue;
    const auto at = [&](const CameraView::Projected& p) {
      const Vec place = on_stage(area, p);
      return ImVec2(place.x, place.y);
    };
    const auto share = static_cast<float>(std::sqrt(std::clamp(link->share, 0.0, 1.0)));
    ui.draw().AddBezierCubic(at(*p0), at(*p1), at(*p2), at(*p3),
                             faded(link->product < 0 ? below : above, 0.35f + 0.6f * share), 1.0f + 5.0f * share);
  }
  for (size_t c = 0; c < inputs.cells.size(); ++c) {
    const auto quad = quad_at(static_cast<int>(c));
    if (quad && c > 0) draw_quad(ui, view, area, *quad, faded(theme.text, 0.75f), 1.2f);
  }
}

// What a cell sees of the picture.
void ArchitecturePage::draw_field(Ui& ui, const CameraView& view, const Rect& area, const FieldBox& field) const {
  const SceneBlock& input = now_scene_.blocks.front();
  if (input.vector || input.rows < 1) return;
  const auto first = quad_of(now_scene_, {0, false, 0, 0, 0});
  if (!first) return;
  const glm::vec3 across = first->corners[1] - first->corners[0], down = first->corners[3] - first->corners[0];
  const auto corner = [&](int64_t row, int64_t column) {
    return first->corners[0] + across * static_cast<float>(std::clamp<int64_t>(column, 0, input.columns)) +
           down * static_cast<float>(std::clamp<int64_t>(row, 0, input.rows)) - glm::vec3(0.004f, 0, 0);
  };
  const int64_t bottom = field.row + field.height, right = field.column + field.width;
  const CellQuad quad{
      {corner(field.row, field.column), corner(field.row, right), corner(bottom, right), corner(bottom, field.column)}};
  draw_quad(ui, view, area, quad, ui.theme().input, 2.5f);
}

// In which order flattening reads the cells: along rows, from map to map.
void ArchitecturePage::draw_order(Ui& ui, const CameraView& view, const Rect& area, int node) const {
  const std::vector<int>& inputs = shown_->info->layers[static_cast<size_t>(node)].inputs;
  const SceneBlock& to = now_scene_.blocks[static_cast<size_t>(now_scene_.block_of[static_cast<size_t>(node)])];
  if (inputs.size() != 1 || !to.vector) return;
  const SceneBlock& from = now_scene_.blocks[static_cast<size_t>(now_scene_.block_of[static_cast<size_t>(inputs[0])])];
  const int64_t plane = from.rows * from.columns, count = std::min(plane * from.channels, to.channels);
  if (from.vector || from.open < 1 || plane < 2) return;
  constexpr int64_t kWhole = 2, kMostMaps = 64;  // maps whose cells are all gone through, and whose beginning is shown
  const Theme& theme = ui.theme();
  const auto place = [&](const SceneCell& cell) -> std::optional<Vec> {
    const auto quad = quad_of(now_scene_, cell);
    const auto at = quad ? view.project(quad->center()) : std::nullopt;
    return at ? std::optional(on_stage(area, *at)) : std::nullopt;
  };
  const Color strong = faded(theme.accent, 0.9f), quiet = faded(theme.accent, 0.4f);
  std::vector<ImVec2> read, written;
  const auto draw_paths = [&] {
    ui.draw().AddPolyline(read.data(), static_cast<int>(read.size()), strong, 0, 1.5f);
    ui.draw().AddPolyline(written.data(), static_cast<int>(written.size()), strong, 0, 1.5f);
    read.clear(), written.clear();
  };
  for (int64_t map = 0; map < std::min(count / plane, kMostMaps); ++map) {
    for (int64_t i = 0; i < (map < kWhole ? plane : 1); ++i) {
      const auto a = place({from.node, false, map, i / from.columns, i % from.columns});
      const auto b = place({node, false, map * plane + i, 0, 0});
      if (!a || !b) return;
      if (i == 0) {
        ui.line(*a, *b, map < kWhole ? strong : quiet, map < kWhole ? 2.0f : 1.0f);
        ui.draw().AddCircleFilled(ImVec2(a->x, a->y), 3, strong);
      }
      read.emplace_back(a->x, a->y);
      written.emplace_back(b->x, b->y);
    }
    if (map < kWhole) draw_paths();
  }
}

// The classes beside the last vector: all where there is room, else the best.
void ArchitecturePage::draw_classes(Ui& ui, const CameraView& view, const Rect& area) const {
  const NetworkMoment& moment = *shown_->values.moment;
  const OpenNetworkInfo& info = *shown_->info;
  if (flow_on_ || moment.why || info.class_count == 0 || moment.answer.order.empty() || now_scene_.blocks.empty())
    return;
  const int block = static_cast<int>(now_scene_.blocks.size()) - 1;
  const SceneBlock& last = now_scene_.blocks[static_cast<size_t>(block)];
  if (!last.vector || last.channels != info.class_count) return;
  const Theme& theme = ui.theme();
  const float high = ui.text_size(Font::caption) + 3;
  float lowest = -1e9f;
  std::vector<int> order = moment.answer.order;
  const bool all = last.per_line == 1 && last.channels <= 24;
  if (all) {
    std::sort(order.begin(), order.end());
  } else {
    order.resize(1);
  }
  for (const int of : order) {
    const auto quad = quad_of(now_scene_, {last.node, false, of, 0, 0});
    if (!quad) continue;
    const auto at = view.project((quad->corners[1] + quad->corners[2]) * 0.5f);
    if (!at) continue;
    const bool best = of == moment.answer.order.front();
    const Vec place = on_stage(area, *at);
    if (!best && place.y - high / 2 < lowest) continue;
    const float p = moment.answer.probabilities[static_cast<size_t>(of)];
    const Font font = best ? Font::control : Font::caption;
    const std::string share = best || p >= 0.01f ? "  " + share_text(p) : std::string();
    const float room = std::max(40.0f, area.right() - place.x - 16 - ui.measure(font, share).x);
    const std::string name = ui.fitted(info.classes[static_cast<size_t>(of)], font, room);
    ui.label(Vec{place.x + 8, place.y - high / 2}, name + share, font, best ? theme.activation : theme.secondary);
    lowest = place.y + high / 2;
  }
}

void ArchitecturePage::draw_labels(Ui& ui, const CameraView& view, const Rect& area,
                                   const std::optional<ScenePick>& hovered) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *shown_->info;
  const std::optional<SceneCell> selected = selected_cell(info);
  struct Label {
    int block = 0;
    float priority = 0;
    Vec at;
    float wide = 0;
  };
  const bool few = now_scene_.blocks.size() <= 16;
  std::vector<Label> labels;
  for (size_t b = 0; b < now_scene_.blocks.size(); ++b) {
    const SceneBlock& block = now_scene_.blocks[b];
    const glm::vec3 size = block.size();
    const auto foot = view.project(block.center + glm::vec3(0, -size.y / 2, size.z / 2));
    if (!foot) continue;
    // Where heights are costs, the high ones are named first.
    const float wide = view.pixels_per_unit(foot->depth) *
                       (shown_->choice.size == BlockSize::shape ? std::max(size.x, size.z) : 2 * size.y);
    const Vec at = on_stage(area, *foot);
    if (!area.contains(at)) continue;
    Label label{static_cast<int>(b), wide, at, wide};
    const bool is_hovered = hovered && hovered->block == static_cast<int>(b);
    const bool is_selected =
        selected && now_scene_.block_of[static_cast<size_t>(selected->node)] == static_cast<int>(b);
    if (is_hovered) label.priority += 1e6f;
    if (is_selected) label.priority += 5e5f;
    if (block.node == 0 || b + 1 == now_scene_.blocks.size()) label.priority += 1e4f;
    if (wide < (few ? 14.0f : 34.0f) && label.priority < 1e4f) continue;
    labels.push_back(label);
  }
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.priority > b.priority; });
  std::vector<Rect> taken;
  const float line = ui.text_size(Font::caption) + 4;
  for (const Label& label : labels) {
    const SceneBlock& block = now_scene_.blocks[static_cast<size_t>(label.block)];
    const std::string shape = block_facts(block);
    const float room = label.priority >= 1e4f ? 260.0f
                       : few                  ? std::max(label.wide * 1.5f, 130.0f)
                                              : label.wide * 1.7f + 24;
    if (!few && label.priority < 1e4f && ui.measure(Font::caption, shape).x > room) continue;
    const std::string words =
        block_words(block, [&](const std::string& text) { return ui.measure(Font::caption, text).x <= room; });
    const std::string name = ui.fitted(words, Font::caption, room);
    const float width = std::max(ui.measure(Font::caption, name).x, ui.measure(Font::caption, shape).x);
    // Below its block, or a line or two lower where others stand.
    for (int level = 0; level < (few || label.priority >= 1e4f ? 5 : 1); ++level) {
      Rect place{label.at.x - width / 2, label.at.y + 8 + static_cast<float>(level) * (2 * line + 4), width, 2 * line};
      place.x = std::clamp(place.x, area.x + 4, std::max(area.x + 4, area.right() - width - 4));
      if (place.bottom() > area.bottom() - 4) break;
      const Rect around = place.inset(-8, -2);
      if (std::any_of(taken.begin(), taken.end(), [&](const Rect& other) { return other.overlaps(around); })) continue;
      taken.push_back(place);
      if (level > 0) ui.line({label.at.x, label.at.y + 4}, {label.at.x, place.y - 1}, faded(theme.secondary, 0.4f));
      ui.fill(place.inset(-4, -1), faded(theme.background, 0.72f), 3);
      const Color tone = block.kernel ? theme.kernel : block.node == 0 ? theme.input : theme.activation;
      ui.label(Rect{place.x, place.y, place.w, line}, name, Font::caption, tone, Align::center);
      ui.label(Rect{place.x, place.y + line, place.w, line}, shape, Font::caption, theme.secondary, Align::center);
      break;
    }
  }
}

// The color scale of a block with its scope.
void ArchitecturePage::draw_scale_note(Ui& ui, const Rect& area, const std::optional<ScenePick>& hovered) const {
  const std::optional<SceneCell> selected = selected_cell(*shown_->info);
  int block = hovered ? hovered->block : selected ? now_scene_.block_of[static_cast<size_t>(selected->node)] : -1;
  const bool network = shown_->values.scope == ScaleScope::network;
  if (block < 0 && network) block = static_cast<int>(now_scene_.blocks.size()) - 1;
  const std::vector<BlockImages>& images = shown_->values.images;
  const Rect place{area.x + 16, area.bottom() - 30, area.w - 32, 20};
  if (block < 0 || static_cast<size_t>(block) >= images.size() || !images[static_cast<size_t>(block)].there) {
    if (shown_->values.moment->why) return;
    const bool map = shown_->values.scope == ScaleScope::map;
    const std::string words =
        state_.strongest
            ? tr(map ? "each map has its own color scale; cells smaller than a pixel show the strongest of them"
                     : N_("each layer has its own color scale; cells smaller than a pixel show the strongest of them"))
            : tr(map ? "each map has its own color scale; cells smaller than a pixel show their mean"
                     : N_("each layer has its own color scale; cells smaller than a pixel show their mean"));
    // Where that has no room, what matters more.
    const std::string shown =
        ui.measure(Font::caption, words).x <= place.w
            ? words
            : std::string(tr(map ? "each map has its own scale" : N_("each layer has its own scale")));
    const float wide = std::min(ui.measure(Font::caption, shown).x, place.w);
    ui.fill({place.right() - wide - 6, place.y - 1, wide + 12, place.h + 2}, faded(ui.theme().background, 0.8f), 3);
    ui.label(place, shown, Font::caption, ui.theme().secondary, Align::right);
    return;
  }
  const BlockImages& of = images[static_cast<size_t>(block)];
  TensorScale scale;
  scale.is_signed = of.is_signed;
  scale.scope = now_scene_.blocks[static_cast<size_t>(block)].kernel ? ScaleScope::layer : shown_->values.scope;
  const int64_t channel = hovered ? hovered->cell.channel : selected ? selected->channel : 0;
  scale.limits = {of.limit(hovered && hovered->cell.kernel ? 0 : channel)};
  if (scale.scope == ScaleScope::map) {
    const std::string end = limit_text(double{scale.limits[0]});
    scale.words = scale.is_signed ? format_tr("\u00b1{}, this map", end) : format_tr("0 to {}, this map", end);
  }
  if (of.picture) {
    ui.label(place, tr("the picture in its own colors"), Font::caption, ui.theme().secondary, Align::right);
  } else {
    draw_scale(ui, place, scale);
  }
}

void ArchitecturePage::hands(Ui& ui, const Rect& area, const Response& r,
                             const std::optional<ScenePick>& hovered) const {
  const Input& input = ui.input();
  if (demo_) {
    if (input.left || input.right || input.middle || input.wheel.y != 0 || !input.keys.empty())
      ui.send("architecture.demo off");
    if (ui.frame().motion && !ui.frame().patient && !ui.frame().film) ui.request_frame();
    return;
  }
  const Vec mouse = input.mouse - area.min();
  if (r.held && (r.drag.x != 0 || r.drag.y != 0)) {
    if (input.shift || input.ctrl) {
      ui.send(fmt::format("architecture.pan {} {}", to_text(r.drag.x), to_text(r.drag.y)));
    } else {
      ui.send(fmt::format("architecture.turn {} {}", to_text(-r.drag.x * 0.35f), to_text(r.drag.y * 0.35f)));
    }
  }
  // The other buttons move it, too.
  if (r.hovered && (input.right || input.middle)) {
    Drawn& found = ui.found();
    found.numbers["architecture.mouse.x"] = mouse.x;
    found.numbers["architecture.mouse.y"] = mouse.y;
    if (dragged_ && !(*dragged_ == mouse)) {
      ui.send(fmt::format("architecture.pan {} {}", to_text(mouse.x - dragged_->x), to_text(mouse.y - dragged_->y)));
    }
    ui.request_frame();
  }
  if (r.wheel != 0) {
    ui.send(fmt::format("architecture.zoom {} {} {}", to_text(std::pow(1.15, r.wheel)),
                        to_text(std::max(0.0f, mouse.x)), to_text(std::max(0.0f, mouse.y))));
  }
  const bool still = std::abs(r.dragged.x) + std::abs(r.dragged.y) < 4;
  if (r.double_clicked && hovered && !hovered->cell.kernel) {
    const SceneBlock& block = now_scene_.blocks[static_cast<size_t>(hovered->block)];
    const std::string layer = layer_word(block.node);
    if (!block.vector && block.channels > 1) {
      ui.send((block.open > 0 ? "architecture.close " : "architecture.open ") + layer);
    }
  } else if (r.double_clicked) {
    ui.send("architecture.view fit");
  } else if (r.clicked && still && !r.keyboard) {
    if (!hovered) {
      ui.send("architecture.deselect");
    } else if (!hovered->cell.kernel) {
      const SceneCell& cell = hovered->cell;
      ui.send(
          fmt::format("architecture.select {} {} {} {}", layer_word(cell.node), cell.channel, cell.row, cell.column));
    }
  }
}

void ArchitecturePage::draw_stage(Ui& ui, const Rect& area) const {
  Rect rest = area.inset(20, 12);
  if (!draw_network_state(ui, area, rest, network())) return;
  // The scene goes to the edges; only words keep their distance.
  const float top = rest.y > area.y + 13 ? rest.y : area.y;
  const Rect place{area.x, top, area.w, area.bottom() - top};
  Drawn& found = ui.found();
  found.numbers["architecture.width"] = place.w;
  found.numbers["architecture.height"] = place.h;
  found.numbers["architecture.dark"] = ui.theme().dark ? 1 : 0;
  found.numbers["architecture.film"] = ui.frame().film ? 1 : 0;
  found.numbers["architecture.motion"] = ui.frame().motion && !ui.frame().patient ? 1 : 0;
  if (state_.plan) {
    if (!plan_) return ui.request_frame();
    const NetworkMomentPtr moment = known();
    const int chosen = moment && !plan_layer_.empty() ? find_layer(moment->info->architecture, plan_layer_) : -1;
    // All of it where its words can be read; else it begins at its upper left corner.
    constexpr float kReadable = 0.62f;
    View shown = plan_view_;
    if (shown.zoom == 0 &&
        fit_view(static_cast<int>(plan_->width), static_cast<int>(plan_->height), place).zoom < kReadable) {
      shown = {{place.w / 2 / kReadable - 16, place.h / 2 / kReadable - 16}, kReadable};
    }
    const PlanResponse hit = draw_network_plan(ui, place, *plan_, {shown, chosen});
    if (hit.fit) {
      ui.send("architecture.plan.view");
    } else if (hit.view_changed) {
      ui.send(fmt::format("architecture.plan.view {} {} {}", to_text(hit.view.center.x), to_text(hit.view.center.y),
                          to_text(hit.view.zoom)));
    }
    return draw_hover_note(ui, hit.note);
  }
  if (!shown_ || !frame_) {
    ui.request_frame();
    return;
  }
  const std::optional<Error>& why = shown_->values.moment->why;
  if (why) {
    const float high = 92;
    ui.begin_panel("why", {area.x + 20, place.y + 8, area.w - 40, high}, 0, false);
    ui.error_note(why->what(), why->hint());
    ui.end_panel();
  }
  ui.push_clip(place);
  ui.scene(place, frame_);
  const CameraView view(camera_, {place.w, place.h});
  const Response r = ui.interact(place, {.label = "scene",
                                         .command = "architecture.select",
                                         .kind = "scene",
                                         .tooltip = " ",
                                         .takes_wheel = true,
                                         .takes_press = false});
  std::optional<ScenePick> hovered;
  if (r.hovered && !(r.held && (r.dragged.x != 0 || r.dragged.y != 0)))
    hovered = pick(now_scene_, view, ui.input().mouse - place.min());
  draw_links(ui, view, place);
  const Theme& theme = ui.theme();
  const std::optional<SceneCell> selected = selected_cell(*shown_->info);
  if (selected) {
    if (const auto quad = quad_of(now_scene_, *selected)) draw_quad(ui, view, place, *quad, theme.accent, 2.5f);
  }
  if (const CellPanel* panel = cell_panel()) {
    if (!flow_on_ && state_.edges > 0) draw_inputs(ui, view, place, *panel);
    if (panel->field) draw_field(ui, view, place, *panel->field);
    const Node& node = shown_->info->architecture.nodes()[static_cast<size_t>(panel->place.node)];
    if (node.layer && node.layer->info().follow == Follow::flattened) draw_order(ui, view, place, panel->place.node);
  }
  draw_classes(ui, view, place);
  draw_labels(ui, view, place, hovered);
  const bool seen = std::any_of(now_scene_.blocks.begin(), now_scene_.blocks.end(), [&](const SceneBlock& block) {
    const auto at = view.project(block.center);
    if (!at) return false;
    const float reach = view.pixels_per_unit(at->depth) * glm::length(block.size());
    return at->at.x > -reach && at->at.y > -reach && at->at.x < place.w + reach && at->at.y < place.h + reach;
  });
  if (!seen) {
    ui.label(place.centered(place.w - 40, 24),
             tr("The network lies outside of the stage: the key Home shows all of it"), Font::body, theme.secondary,
             Align::center);
  }
  draw_scale_note(ui, place, hovered);
  HoverNote note;
  if (hovered) {
    draw_quad(ui, view, place, hovered->quad, theme.text, 2);
    const SceneCell& cell = hovered->cell;
    const OpenNetworkInfo& info = *shown_->info;
    const float value = scene_value(shown_->values, cell);
    if (cell.kernel) {
      const SceneBlock& block = now_scene_.blocks[static_cast<size_t>(hovered->block)];
      const KernelSizes::At at = block.sizes.at(cell.row, cell.column);
      note.title =
          format_tr("weight: filter {}, channel {}, row {}, column {}", at.filter, at.slice, at.row, at.column);
      note.lines.push_back({layer_words(info, cell.node), shortest_text(value), theme.kernel});
    } else {
      const SceneBlock& block = now_scene_.blocks[static_cast<size_t>(hovered->block)];
      note.title = block.vector ? format_tr("layer {}, unit {}", layer_words(info, cell.node), cell.channel)
                                : format_tr("layer {}, channel {}, row {}, column {}", layer_words(info, cell.node),
                                            cell.channel, cell.row, cell.column);
      if (std::isfinite(value)) {
        note.lines.push_back({tr("value"), shortest_text(value), cell.node == 0 ? theme.input : theme.activation});
      }
      note.lines.push_back({tr("shape"), sizes_text(info.layers[static_cast<size_t>(cell.node)].shape), 0});
      if (cell.node > 0) {
        const std::string formula = size_text(size_formulas(info.architecture, cell.node));
        if (!formula.empty()) note.lines.push_back({"", formula, 0});
      }
      note.hint = tr(block.vector || block.channels < 2
                         ? "click: what it was made of"
                         : N_("click: what it was made of; double-click: opens or closes the tensor"));
    }
  }
  hands(ui, place, r, hovered);
  if (r.keyboard) ui.draw_focus(place.inset(3));
  ui.pop_clip();
  draw_hover_note(ui, note);
}

bool ArchitecturePage::has_transport() const { return known() != nullptr && !state_.plan; }

void ArchitecturePage::draw_transport(Ui& ui, const Rect& area) const {
  if (!shown_) return;
  Rect rest = area;
  // Of a training: its timeline, which the whole scene follows.
  const TrainedNetworkPtr& training = context_.document.training;
  const NetworkMomentPtr moment = known();
  if (moment && !moment->of.state.opened && training && area.w > 620) {
    Rect time = rest.cut_right(area.w * 0.4f);
    const double newest = std::max(newest_, static_cast<double>(training->step));
    ui.begin_row(time);
    const bool moving = training->moving;
    ui.button(moving ? "Stop training" : "Train", moving ? "train.pause" : "train.start",
              {.icon = moving ? Icon::pause : Icon::play, .icon_only = true});
    ui.pack_right();
    const std::string words = format_tr("step {}", training->step);
    const float wide = ui.measure(Font::number, format_tr("step {}", static_cast<int64_t>(newest))).x + 8;
    Rect right = ui.remaining();
    ui.label(right.cut_right(wide), words, Font::number, ui.theme().secondary, Align::right);
    right.cut_right(10);
    NumberSpec track;
    track.maximum = newest;
    track.step = 1;
    track.decimals = 0;
    track.reset = newest;
    ui.next(right);
    ui.bare_slider("step of the training", static_cast<double>(training->step), track, "train.scrub");
    ui.end_row();
    rest.cut_right(16);
  }
  const auto count = static_cast<int>(shown_->scene.blocks.size());
  const int at = flow_on_ ? std::clamp(static_cast<int>(flow_) - 1, 0, count - 1) : count - 1;
  player_bar(ui, rest,
             {.prefix = "architecture",
              .playing = flowing_,
              .position = at,
              .count = count,
              .unit = N_("tensor {} of {}"),
              .speed = state_.speed,
              .compact = rest.w < 500});
}

}  // namespace striate
