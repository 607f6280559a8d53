// The heart of Ui: frames, the mouse and the keyboard's focus, layers, motion, layout. Text, drawing, controls and
// pictures are in the ui_*.cpp files beside this one.
#include "app/widgets/ui.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/shell/fonts.h"
#include "app/widgets/picture_callback.h"
#include "app/widgets/textures.h"
#include "app/widgets/tile_cache.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kLayers = 3;       // the window, an overlay, a menu that opens in either
constexpr int kRingChannel = 1;  // between the window and overlays
constexpr int kTipChannel = kLayers + 1;
constexpr double kGestureSeconds = 0.5;  // turns of the wheel and key presses within it are one gesture
constexpr double kDoubleClick = 0.35;
constexpr double kTipDelay = 0.6;

// What a click picks for hiding or locking: all but what picking itself needs.
bool picks(const ItemSpec& spec) {
  return !spec.command.empty() && spec.kind != "chapter" && !spec.command.starts_with("control.");
}

int channel_of(int layer) { return layer == 0 ? 0 : layer + 1; }

}  // namespace

Ui::Ui(const Registry& registry, Textures& textures)
    : registry_(registry),
      textures_(textures),
      fonts_(std::make_unique<Fonts>()),
      tiles_(std::make_unique<TileCache>()) {
  // An atlas of its own, so that a test may have several Uis.
  ImGuiContext* outer = ImGui::GetCurrentContext();
  context_ = ImGui::CreateContext();
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  if (outer) ImGui::SetCurrentContext(outer);
  theme_ = &dark_theme();
}

void Ui::release_tiles() { tiles_->release_unseen(textures_); }

Ui::~Ui() {
  tiles_->clear(textures_);
  splitter_.ClearFreeMemory();
  ImGuiContext* outer = ImGui::GetCurrentContext();
  ImGui::SetCurrentContext(context_);
  fonts_.reset();
  ImGui::DestroyContext(context_);
  ImGui::SetCurrentContext(outer == context_ ? nullptr : outer);
}

void Ui::begin_frame(const Frame& frame) {
  ImGui::SetCurrentContext(context_);
  double passed = frame.now - frame_.now;
  frame_ = frame;
  before_ = input_;
  input_ = frame.input;
  drawn_before_ = std::exchange(drawn_, {});
  wants_frame_ = false;
  ++frame_count_;
  theme_ = frame.dark ? &dark_theme() : &light_theme();

  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = ImVec2(std::max(1.0f, frame.size.x), std::max(1.0f, frame.size.y));
  io.DisplayFramebufferScale = ImVec2(frame.scale, frame.scale);
  io.DeltaTime = static_cast<float>(std::clamp(passed, frame.film ? 1e-7 : 1e-4, 0.5));
  fonts_->prepare(frame.scale, textures_);
  ImGui::NewFrame();
  draw_ = ImGui::GetBackgroundDrawList();
  draw_->_FringeScale = 1 / frame.scale;
  splitter_.Split(draw_, kLayers + 2);
  tiles_->begin_frame(frame.patient || frame.film);
  scenes_.clear();

  building_.clear();
  building_grids_.clear();
  building_conflicts_.clear();
  building_panels_.clear();
  building_blockers_.clear();
  building_errors_.clear();
  building_tips_.clear();
  seen_.clear();
  layouts_.clear();
  panels_.clear();
  ids_.assign(1, 14695981039346656037ull);
  clips_.assign(1, Rect{0, 0, frame.size.x, frame.size.y});
  has_next_ = false;
  layer_ = 0;
  focus_ring_ = {};
  for (int i = 0; i < 6; ++i) {
    lights_[i] = building_lights_[i], building_lights_[i] = 0;
    words_lit_[i] = building_words_[i], building_words_[i] = 0;
  }

  find_hot();
  bool pressed = input_.left && !before_.left;
  if (pressed) {
    const double at = input_.pressed_at < 0 ? frame.now : input_.pressed_at;
    bool again = hot_ == press_.id && at - press_.time < kDoubleClick &&
                 std::hypot(input_.mouse.x - press_.at.x, input_.mouse.y - press_.at.y) < 6;
    press_.count = again ? press_.count + 1 : 1;
    ++gesture_;
    press_.id = hot_;
    press_.at = input_.mouse;
    press_.time = at;
    press_.moved = false;
    active_ = hot_;
    focus_ = hot_;
    keyboard_ = false;
    tip_ = {};
  }
  if (input_.left && std::hypot(input_.mouse.x - press_.at.x, input_.mouse.y - press_.at.y) > 3) press_.moved = true;
}

void Ui::end_frame() {
  check(layouts_.empty() && panels_.empty(), "a panel or row was begun and not ended");
  check(ids_.size() == 1, "push_id without pop_id");
  check(clips_.size() == 1, "push_clip without pop_clip");
  check(layer_ == 0, "begin_layer without end_layer");
  items_.swap(building_);
  drawn_grids_.swap(building_grids_);
  conflicts_.swap(building_conflicts_);
  panel_regions_.swap(building_panels_);
  blockers_.swap(building_blockers_);
  error_places_.swap(building_errors_);
  move_focus();
  splitter_.SetCurrentChannel(draw_, kRingChannel);
  draw_ring();
  draw_closed();
  splitter_.SetCurrentChannel(draw_, kTipChannel);
  end_terms();
  draw_tooltip();
  end_gesture();
  tips_.swap(building_tips_);
  splitter_.Merge(draw_);
  if (!input_.left) active_ = 0;
  if (edit_.id && !seen_.contains(edit_.id)) edit_ = {};
  if (popup_ && !seen_.contains(popup_)) popup_ = 0;
  for (int i = 0; i < 6; ++i) {
    if (building_lights_[i] != lights_[i] || building_words_[i] != words_lit_[i]) wants_frame_ = true;
  }
  if (frame_count_ % 512 == 0) {
    std::erase_if(eases_, [&](const auto& entry) { return entry.second.frame + 512 < frame_count_; });
  }
  if (fonts_->wants_more()) wants_frame_ = true;
  if (tiles_->end_frame(textures_) || !(drawn_ == drawn_before_)) wants_frame_ = true;
  ImGui::Render();
}

// A press begins a gesture. Wheel and keys have no press: they go on with one while the same control moves on.
void Ui::end_gesture() {
  if (commands_.empty() || input_.left || before_.left) return;
  const bool wheel = input_.wheel.x != 0 || input_.wheel.y != 0;
  const uint64_t control = wheel ? hot_ : focus_;
  if (control == 0 || control != moved_by_hand_ || frame_.now - moved_at_ > kGestureSeconds) ++gesture_;
  moved_by_hand_ = control;
  moved_at_ = frame_.now;
}

std::vector<std::string> Ui::take_commands() { return std::exchange(commands_, {}); }

void Ui::send(std::string line) { commands_.push_back(std::move(line)); }

const Item* Ui::find_item(std::string_view label) const {
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (item->label == label) return &*item;
  }
  // The field that sends "filters.divisor" itself, before its buttons that send "filters.divisor 8".
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (!label.empty() && item->command == label) return &*item;
  }
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    // Whole words: "pixels.dtype" is not the beginning of "pixels.dtype.b".
    const std::string& command = item->command;
    if (!label.empty() && command.starts_with(label) &&
        (command.size() == label.size() || command[label.size()] == ' ')) {
      return &*item;
    }
  }
  return nullptr;
}

bool Ui::take_key(std::string_view name) {
  for (size_t i = 0; i < input_.keys.size(); ++i) {
    if (input_.keys[i].name == name) {
      input_.keys.erase(input_.keys.begin() + static_cast<long>(i));
      return true;
    }
  }
  return false;
}

// ---- ids, layers, the mouse -------------------------------------------------------------------------------------

uint64_t Ui::id_of(std::string_view label) const {
  uint64_t hash = ids_.back();  // FNV-1a
  for (char c : label) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ull;
  return hash ? hash : 1;
}

void Ui::push_id(std::string_view scope) { ids_.push_back(id_of(scope) * 31 + 7); }
void Ui::pop_id() { ids_.pop_back(); }

bool Ui::blocked(Vec at, int layer) const {
  for (const Region& region : blockers_) {
    if (region.layer > layer && region.rect.contains(at)) return true;
  }
  return false;
}

// What lies under the cursor, by the rectangles of the last frame.
void Ui::find_hot() {
  hot_ = wheel_item_ = wheel_panel_ = 0;
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (!item->visible.contains(input_.mouse) || blocked(input_.mouse, item->layer)) continue;
    if (!hot_) hot_ = item->id;
    if (!wheel_item_ && item->takes_wheel) wheel_item_ = item->id;
  }
  for (const Region& panel : panel_regions_) {
    if (panel.rect.contains(input_.mouse) && !blocked(input_.mouse, panel.layer)) wheel_panel_ = panel.id;
  }
  if (wheel_item_) wheel_panel_ = 0;
}

void Ui::begin_layer(int layer, const Rect& blocks) {
  check(layer > layer_ && layer < kLayers, "layer {} inside layer {}", layer, layer_);
  ids_.push_back(static_cast<uint64_t>(layer_));  // remembers the outer layer
  ids_.push_back(ids_[ids_.size() - 2]);
  layer_ = layer;
  splitter_.SetCurrentChannel(draw_, channel_of(layer));
  building_blockers_.push_back({0, blocks, layer});
  Rect window{0, 0, frame_.size.x, frame_.size.y};
  draw_->PushClipRect(ImVec2(0, 0), ImVec2(window.w, window.h), false);
  clips_.push_back(window);
}

void Ui::end_layer() {
  draw_->PopClipRect();
  clips_.pop_back();
  ids_.pop_back();
  layer_ = static_cast<int>(ids_.back());
  ids_.pop_back();
  splitter_.SetCurrentChannel(draw_, channel_of(layer_));
}

Ui::Opened Ui::opened() const {
  return {layouts_.size(),
          panels_.size(),
          ids_.size(),
          clips_.size(),
          cards_.size(),
          reserving_.size(),
          layer_,
          draw_->_ClipRectStack.Size,
          measuring_,
          texts_,
          draw_};
}

void Ui::unwind(const Opened& to) {
  while (layouts_.size() > to.layouts) layouts_.pop_back();
  while (panels_.size() > to.panels) panels_.pop_back();
  ids_.resize(to.ids);
  clips_.resize(to.clips);
  cards_.resize(to.cards);
  reserving_.resize(to.reserving);
  has_next_ = false;
  measuring_ = to.measuring;
  texts_ = to.texts;
  draw_ = to.draw;
  while (draw_->_ClipRectStack.Size > to.draw_clips) draw_->PopClipRect();
  draw_->AddCallback(picture_style_callback(), nullptr);
  layer_ = to.layer;
  splitter_.SetCurrentChannel(draw_, channel_of(layer_));
}

Response Ui::interact(const Rect& rect, const ItemSpec& spec) {
  Response r;
  r.id = id_of(spec.label);
  if (measuring_) return r;
  auto [seen, fresh] = seen_.emplace(r.id, std::string(spec.label));
  if (!fresh) building_conflicts_.push_back(std::string(spec.label));

  Item item;
  item.id = r.id;
  item.label = spec.label;
  item.command = spec.command;
  item.kind = spec.kind;
  item.rect = rect;
  item.visible = intersection(rect, clips_.back());
  item.access = controls_ ? controls_->of(spec.command) : Controls::Access::open;
  const bool picked = picking() && picks(spec);
  const bool enabled = picked || (spec.enabled && item.access == Controls::Access::open);
  item.enabled = enabled;
  item.focusable = spec.focusable && enabled;
  item.takes_wheel = spec.takes_wheel;
  item.layer = layer_;
  item.scrolls = std::any_of(panels_.begin(), panels_.end(), [](const Panel& panel) { return panel.scrolls; });
  if (auto key = keys_.find(item.command); key != keys_.end()) item.key = key->second;

  bool hot = hot_ == r.id && (active_ == 0 || active_ == r.id);
  if (hot) {
    const std::string_view words =
        item.access == Controls::Access::open || picking() ? tr(spec.tooltip) : tr("Your teacher has locked this");
    if (tip_.id != r.id) tip_ = {r.id, frame_.now, std::string(words)};
    if (tip_.words != words) tip_.words = words;  // a grid's words follow the cell under the mouse
    if (frame_.now - tip_.since < kTipDelay && !input_.left) wants_frame_ = true;
  }
  r.focused = focus_ == r.id;
  if (r.focused && focus_moved_) {
    scroll_into_view(rect);
    focus_moved_ = false;
  }
  if (reveal_ == r.id) {
    scroll_into_view(rect);
    reveal_ = 0;
  }
  if (enabled) {
    bool left_before = before_.left;
    r.hovered = hot;
    r.pressed = input_.left && !left_before && active_ == r.id;
    r.held = input_.left && active_ == r.id;
    r.released = !input_.left && left_before && active_ == r.id;
    r.clicked = r.released && item.visible.contains(input_.mouse) && hot_ == r.id;
    r.double_clicked = r.pressed && press_.count == 2;
    r.right_clicked = hot && input_.right && !before_.right;
    r.keyboard = r.focused && keyboard_;
    if (r.held || r.released) {
      r.drag = r.pressed ? Vec{} : input_.mouse - before_.mouse;
      r.dragged = input_.mouse - press_.at;
    }
    if (spec.takes_wheel && wheel_item_ == r.id) r.wheel = input_.wheel.y;
    if (spec.takes_press && r.keyboard && edit_.id != r.id && (take_key("Enter") || take_key("Space")))
      r.clicked = true;
  }
  if (picked) {
    if (r.clicked) pick(spec);
    Response quiet;
    quiet.id = r.id;
    quiet.hovered = r.hovered;
    r = quiet;
  }
  building_.push_back(std::move(item));
  return r;
}

void Ui::focus_on(std::string_view name) {
  const Item* item = find_item(name);
  if (!item || !item->focusable) return;
  focus_ = item->id;
  keyboard_ = focus_moved_ = wants_frame_ = true;
}

bool Ui::leave_focus() {
  if (!keyboard_ || !focus_) return false;
  keyboard_ = false;
  focus_ = 0;
  wants_frame_ = true;
  return true;
}

// Tab and Shift+Tab walk the items in drawing order, those of the top overlay only while one covers the window.
void Ui::move_focus() {
  bool back = take_key("Shift+Tab");
  if (!back && !take_key("Tab")) {
    if (keyboard_ && take_key("Escape")) leave_focus();
    return;
  }
  int modal = 0;
  for (const Region& region : blockers_) {
    if (region.rect.w >= frame_.size.x && region.rect.h >= frame_.size.y) modal = std::max(modal, region.layer);
  }
  std::vector<const Item*> stops;
  for (const Item& item : items_) {
    if (item.focusable && item.layer >= modal && !item.rect.empty()) stops.push_back(&item);
  }
  if (stops.empty()) return;
  auto at = std::find_if(stops.begin(), stops.end(), [&](const Item* item) { return item->id == focus_; });
  size_t count = stops.size(), next = back ? count - 1 : 0;
  if (at != stops.end()) {
    auto index = static_cast<size_t>(at - stops.begin());
    next = back ? (index + count - 1) % count : (index + 1) % count;
  }
  focus_ = stops[next]->id;
  keyboard_ = focus_moved_ = wants_frame_ = true;
}

void Ui::scroll_into_view(const Rect& rect) {
  if (panels_.empty() || !panels_.back().scrolls) return;
  const Panel& panel = panels_.back();
  Scroll& scroll = scrolls_[panel.id];
  float before = scroll.target;
  if (rect.y < panel.area.y + 16) scroll.target -= panel.area.y + 16 - rect.y;
  if (rect.bottom() > panel.area.bottom() - 16) scroll.target += rect.bottom() - panel.area.bottom() + 16;
  if (scroll.target != before) wants_frame_ = true;
}

// ---- motion -----------------------------------------------------------------------------------------------------

float Ui::ease(std::string_view what, float target, float seconds) {
  auto [entry, fresh] = eases_.try_emplace(id_of(what) ^ 0x9E3779B97F4A7C15ull);
  Ease& e = entry->second;
  if (fresh || !frame_.motion || frame_.patient) {
    e.from = e.to = e.value = target;
    e.start = -1e9;
  } else if (e.to != target) {
    e.from = e.value, e.to = target, e.start = frame_.now;
  }
  e.frame = frame_count_;
  auto t = static_cast<float>((frame_.now - e.start) / seconds);
  if (t >= 1) {
    e.value = e.to;
  } else {
    float left = 1 - std::max(0.0f, t);
    e.value = e.from + (e.to - e.from) * (1 - left * left * left);
    wants_frame_ = true;
  }
  return e.value;
}

float Ui::lit(Concept what) const { return words_lit_[static_cast<int>(what)]; }
void Ui::light(Concept what) { building_lights_[static_cast<int>(what)] = 1; }

Color Ui::hover_color(const Response& r, Color rest, Color over) {
  ids_.push_back(r.id);
  float t = ease("hover", r.hovered || r.held ? 1.0f : 0.0f, 0.15f);
  ids_.pop_back();
  return mixed(rest, over, t);
}

}  // namespace striate
