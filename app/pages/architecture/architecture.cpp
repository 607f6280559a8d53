#include "app/pages/architecture/architecture.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "app/network/same_network.h"
#include "app/pages/network_words.h"
#include "app/words/words.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

constexpr double kChange = 0.45;  // seconds in which tensors go to new places
constexpr double kHandsRest = 0.15;

ScaleScope scope_of(const std::string& word) {
  return word == "map" ? ScaleScope::map : word == "network" ? ScaleScope::network : ScaleScope::layer;
}

BlockSize size_of(const std::string& word) {
  if (word == "milliseconds") return BlockSize::milliseconds;
  if (word == "parameters") return BlockSize::parameters;
  if (word == "multiply_adds") return BlockSize::multiply_adds;
  return word == "memory" ? BlockSize::memory : BlockSize::shape;
}

uint64_t next_frame() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

std::vector<KernelValues> read_kernels(NetworkWorker& worker, const NetworkMoment& moment, const std::set<int>& nodes,
                                       Progress& progress) {
  std::vector<KernelValues> kernels;
  if (nodes.empty()) return kernels;
  worker.with(moment, progress, [&](OpenNetwork& open) {
    Network& layers = open.session().network();
    Stream& stream = open.session().stream();
    for (const int node : nodes) {
      const std::optional<KernelSizes> sizes = kernel_sizes(*moment.info, node);
      if (!sizes || sizes->count() > kMostOpenCells) continue;
      KernelValues kernel{node, *sizes, {}};
      if (const NamedTensor* weight = layers.find(TensorKind::weight, sizes->tensor))
        kernel.values = layers.read_tensor(stream, *weight);
      kernels.push_back(std::move(kernel));
    }
  });
  return kernels;
}

}  // namespace

ArchitecturePage::ArchitecturePage(const PageContext& context)
    : info_(architecture_page().info),
      context_(context),
      settings_("architecture", state_, Undo::none),
      times_(context.wake),
      shown_work_([wake = context.wake, trains = trains_] {
        if (!*trains) wake();
      }),
      cell_work_(context.wake) {
  declare_settings();
}

NetworkMomentPtr ArchitecturePage::known() const {
  const NetworkMomentPtr& moment = network().moment();
  return moment && moment->info && network().has_network() ? moment : nullptr;
}

std::string ArchitecturePage::asked_network() const {
  const NetworkState& asked = network().asked();
  return asked.opened ? asked.opened_text() : std::string();
}

std::vector<std::string> ArchitecturePage::state() const {
  std::vector<std::string> lines = network().state();
  const NetworkMomentPtr moment = known();
  const auto there = [&](const std::string& layer) {
    return !moment || network().opening() || find_layer(moment->info->architecture, layer) >= 0;
  };
  lines.emplace_back("architecture.close none");
  const auto all = [&](const char* command, const std::vector<std::string>& layers) {
    for (const std::string& layer : layers) {
      if (there(layer)) lines.push_back(fmt::format("{} {}", command, quoted(layer)));
    }
  };
  all("architecture.open", opened_);
  all("architecture.close", closed_);
  for (const std::string& layer : kernels_) {
    if (there(layer)) lines.push_back(fmt::format("architecture.kernels {} on", quoted(layer)));
  }
  if (selected_ && there(selected_->layer)) {
    lines.push_back(fmt::format("architecture.select {} {} {} {}", quoted(selected_->layer), selected_->channel,
                                selected_->row, selected_->column));
  } else {
    lines.emplace_back("architecture.deselect");
  }
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  if (camera_fits_) {
    lines.emplace_back("architecture.view fit");
  } else {
    lines.push_back(fmt::format("architecture.target {} {} {}", to_text(camera_to_.target.x),
                                to_text(camera_to_.target.y), to_text(camera_to_.target.z)));
    lines.push_back(fmt::format("architecture.camera {} {} {}", to_text(camera_to_.yaw), to_text(camera_to_.pitch),
                                to_text(camera_to_.distance)));
  }
  return lines;
}

void ArchitecturePage::image_changed() {
  if (context_.document.image && is_shown()) network().look_at_open_picture();
}

size_t ArchitecturePage::held() const { return shown_ ? shown_->values.atlas->texels().size() * sizeof(uint16_t) : 0; }

void ArchitecturePage::release() {
  shown_.reset();
  frame_.reset();
  frame_key_ = {};
  asked_.reset();
  cell_ = {};
  cell_asked_.clear();
}

void ArchitecturePage::hidden() { flowing_ = demo_ = false; }

bool ArchitecturePage::busy() const {
  return shown_work_.busy() || times_.busy() || cell_work_.busy() || cell_wanted_ || (known() && !shown_ && is_shown());
}

// ------------------------------------------------------------------------------------------------- what is shown

SceneChoice ArchitecturePage::choice_for(const NetworkMoment& moment) const {
  const OpenNetworkInfo& info = *moment.info;
  const LayerTimes* times = times_.of(moment);
  SceneChoice choice;
  choice.every_tensor = state_.every;
  const auto nodes = [&](const std::vector<std::string>& layers) {
    std::set<int> all;
    for (const std::string& layer : layers) {
      if (const int node = find_layer(info.architecture, layer); node >= 0) all.insert(node);
    }
    return all;
  };
  choice.opened = nodes(opened_);
  choice.closed = nodes(closed_);
  choice.kernels = nodes(kernels_);
  choice.size = size_of(state_.size);
  for (const OpenLayer& layer : info.layers) {
    const auto n = choice.costs.size();
    switch (choice.size) {
      case BlockSize::shape:
        break;
      case BlockSize::milliseconds:
        if (times != nullptr) choice.costs.push_back(n < times->milliseconds.size() ? times->milliseconds[n] : 0);
        break;
      case BlockSize::parameters:
        choice.costs.push_back(static_cast<double>(layer.parameters));
        break;
      case BlockSize::multiply_adds:
        choice.costs.push_back(static_cast<double>(layer.multiply_adds));
        break;
      case BlockSize::memory:
        choice.costs.push_back(static_cast<double>(layer.shape.count()) * 4);
        break;
    }
  }
  // Rounded: a stage that is a little wider is no reason to fold the network anew.
  const Vec size = stage_size();
  choice.aspect = std::round(std::clamp(size.x / std::max(size.y, 1.0f), 0.5f, 4.0f) * 4) / 4;
  return choice;
}

std::optional<SceneCell> ArchitecturePage::selected_cell(const OpenNetworkInfo& info) const {
  if (!selected_) return std::nullopt;
  const int node = find_layer(info.architecture, selected_->layer);
  if (node < 0) return std::nullopt;
  const Shape cells = cells_of(info, node);
  if (selected_->channel >= cells[0] || selected_->row >= cells[1] || selected_->column >= cells[2])
    return std::nullopt;
  return SceneCell{node, false, selected_->channel, selected_->row, selected_->column};
}

bool ArchitecturePage::update_scene(const NetworkMomentPtr& moment, double now) {
  bool changed = false;
  if (auto made = shown_work_.take(); made && *made) {
    const bool same = shown_ && shown_->network == (*made)->network;
    const bool arranged = same && shown_->choice == (*made)->choice;
    if (!arranged) {
      from_ = same ? now_scene_ : (*made)->scene;
      changed_at_ = same && motion_ ? now : -1e9;
      ++revision_;
    }
    shown_ = std::move(*made);
    if (!arranged) now_scene_ = mix_scenes(from_, shown_->scene, changed_at_ < 0 ? 1.0f : 0.0f);
    // Another network is shown as a whole, unless the camera was put somewhere for it.
    if (!same && camera_for_ != asked_network()) camera_fits_ = true;
    if (!camera_fits_ && !same) camera_ = camera_to_;
    const std::string fly = std::exchange(fly_to_, {});
    if (camera_fits_ && !arranged) {
      const SceneCamera fit = usual_camera();
      if (same) {
        move_to(fit);
      } else {
        camera_ = camera_to_ = fit;
      }
    }
    if (const std::string view = std::exchange(view_to_, {}); !view.empty()) set_view(view);
    if (const int node = fly.empty() ? -1 : find_layer(shown_->info->architecture, fly); node >= 0) {
      fly_to(shown_->scene.block_of[static_cast<size_t>(node)]);
    }
  }
  // Where it waits for the times of its layers, the costs are empty: the blocks are as large as their shapes.
  const Asked asked{moment->version, state_.scale, choice_for(*moment)};
  if (asked != asked_ && !(shown_work_.busy() && moment->of.training && moment->of.training->moving)) {
    asked_ = asked;
    const SceneChoice& choice = asked.choice;
    *trains_ = moment->of.training && moment->of.training->moving;
    // Where the same network only has other values, its blocks stay where they are.
    const ShownPtr before =
        shown_ && shown_->network == network_key(moment->of) && shown_->choice == choice ? shown_ : nullptr;
    shown_work_.request(
        [worker = network().worker(), moment, choice, before, scope = scope_of(state_.scale)](Progress& progress) {
          auto made = std::make_shared<Shown>();
          made->network = network_key(moment->of);
          made->choice = choice;
          made->info = moment->info;
          made->scene = before ? before->scene : arrange(*moment->info, choice);
          made->nodes.resize(made->scene.blocks.size());
          for (size_t n = 0; n < made->scene.block_of.size(); ++n) {
            made->nodes[static_cast<size_t>(made->scene.block_of[n])].push_back(static_cast<int>(n));
          }
          made->values =
              make_scene_values(moment, made->scene, scope, read_kernels(*worker, *moment, choice.kernels, progress));
          return ShownPtr(std::move(made));
        });
  }
  if (shown_ && changed_at_ > 0) {
    const double share = (now - changed_at_) / kChange;
    now_scene_ = mix_scenes(from_, shown_->scene, eased(share));
    ++revision_;
    if (share >= 1) changed_at_ = -1e9;
    changed = true;
  }
  return changed;
}

const CellPanel* ArchitecturePage::cell_panel() const {
  if (!cell_.own || !shown_ || cell_.network != shown_->network) return nullptr;
  const std::optional<SceneCell> cell = selected_cell(*shown_->info);
  const CellPlace& place = cell_.own->place;
  if (!cell || cell->node != place.node || cell->channel != place.channel || cell->row != place.row ||
      cell->column != place.column) {
    return nullptr;
  }
  return cell_.own.get();
}

bool ArchitecturePage::update_cell(const NetworkMoment& moment) {
  bool changed = false;
  if (auto made = cell_work_.take()) {
    if (made->own) cell_ = std::move(*made);
    cell_wanted_ = false;
    changed = true;
  }
  const std::optional<SceneCell> cell = moment.why ? std::nullopt : selected_cell(*moment.info);
  if (!cell) {
    cell_ = {};
    cell_asked_.clear();
    cell_wanted_ = false;
    return changed;
  }
  const std::string key = fmt::format("{} {} {} {} {} {}", moment.version, cell->node, cell->channel, cell->row,
                                      cell->column, state_.edges);
  if (key == cell_asked_ || (cell_work_.busy() && moment.of.training && moment.of.training->moving)) return changed;
  cell_asked_ = key;
  const CellPlace place{cell->node, cell->channel, cell->row, cell->column};
  const bool every = state_.every;
  cell_work_.request(
      [worker = network().worker(), of = network().moment(), place, k = state_.edges, every](Progress& progress) {
        Cell made;
        made.network = network_key(of->of);
        worker->with(*of, progress, [&](OpenNetwork& open) {
          made.own = make_cell_panel(open, *of, place, k, progress);
          // What only goes on in a function has its sum in the layer before it.
          CellPanelPtr before = made.own;
          while (before && !every && !before->why && before->inputs.inputs.size() == 1 &&
                 goes_on_in_next(*of->info, before->inputs.inputs[0].place.node)) {
            before = make_cell_panel(open, *of, before->inputs.inputs[0].place, k, progress);
          }
          if (before != made.own) made.sum = before;
        });
        return made;
      });
  return changed;
}

// Flies past all of it, lets the picture flow, rests with a cell and its inputs; then again.
bool ArchitecturePage::update_demo(double now) {
  if (!demo_ || !shown_ || shown_->scene.blocks.empty()) return false;
  if (now < demo_until_) return false;
  const auto send = [&](const std::string& line) {
    if (context_.send) context_.send(line);
  };
  const std::vector<SceneBlock>& blocks = shown_->scene.blocks;
  const auto count = static_cast<int>(blocks.size());
  constexpr int kStops = 6;
  const int scene = demo_scene_++ % (kStops + 4);
  demo_until_ = now + 3.2;
  if (scene == 0) {
    send("architecture.deselect");
    send("architecture.view fit");
  } else if (scene == 1) {
    send("architecture.play");
    demo_until_ = now + std::max(3.0, count / state_.speed + 0.8);
  } else if (scene < 2 + kStops) {
    const int block = (scene - 2) * (count - 1) / (kStops - 1);
    const int node = blocks[static_cast<size_t>(block)].node;
    send("architecture.show " + layer_word(node));
  } else if (scene == 2 + kStops) {
    // The strongest cell of a tensor in the middle.
    const SceneBlock& block = blocks[static_cast<size_t>(count / 2)];
    const NetworkMomentPtr moment = known();
    if (moment && !moment->why && block.node > 0 && !moment->answer.activations.empty()) {
      const std::vector<float>& values = moment->answer.activations[static_cast<size_t>(block.node)].values;
      const auto at = std::max_element(values.begin(), values.end()) - values.begin();
      const int64_t plane = block.rows * block.columns;
      send(fmt::format("architecture.select {} {} {} {}", block.node - 1, at / plane, at % plane / block.columns,
                       at % block.columns));
    }
    send("architecture.view fit");
    demo_until_ = now + 6;
  } else {
    send("architecture.deselect");
    send("architecture.view side");
  }
  return true;
}

void ArchitecturePage::update_plan(const NetworkMoment& moment) {
  if (!state_.plan) return;
  const float aspect = std::round(std::clamp(stage_.w / std::max(stage_.h, 1.0f), 0.5f, 4.0f) * 4) / 4;
  const std::string key = fmt::format("{} {} {}", network_key(moment.of), moment.info->layers.size(), aspect);
  if (plan_ && plan_of_ == key) return;
  plan_ = std::make_shared<const NetworkPlan>(plan_network(*moment.info, {.aspect = aspect}));
  plan_of_ = key;
}

bool ArchitecturePage::update_flow(double now) {
  const double passed = std::clamp(now - flow_moved_, 0.0, 0.25);
  flow_moved_ = now;
  if (!flowing_ || !shown_) return false;
  flow_ += passed * state_.speed;
  const auto end = static_cast<double>(shown_->scene.blocks.size());
  if (flow_ >= end) {
    flow_ = end;
    flowing_ = flow_on_ = false;  // all of it is there
  }
  return true;
}

std::vector<BlockLook> ArchitecturePage::looks() const {
  std::vector<BlockLook> looks(now_scene_.blocks.size());
  const CellPanel* panel = cell_panel();
  for (size_t b = 0; b < looks.size(); ++b) {
    // What is selected is bright with all that made it, the rest steps back.
    if (panel != nullptr && !flow_on_) looks[b].bright = now_scene_.blocks[b].node == 0 ? 1.0f : 1.0f / 3;
    if (flow_on_) looks[b].reveal = static_cast<float>(std::clamp(flow_ - static_cast<double>(b), 0.0, 1.0));
  }
  if (panel != nullptr) {
    for (const StrongestInputs::Cell& cell : panel->inputs.cells) {
      const auto block = static_cast<size_t>(now_scene_.block_of[static_cast<size_t>(cell.place.node)]);
      if (now_scene_.blocks[block].vector) {
        looks[block].bright = std::max(looks[block].bright, 0.7f);
      } else {
        looks[block].bright_channels.push_back(cell.place.channel);
      }
    }
    for (BlockLook& look : looks) std::sort(look.bright_channels.begin(), look.bright_channels.end());
  }
  return looks;
}

bool ArchitecturePage::update_frame(double now) {
  if (!shown_) return false;
  FrameKey key;
  key.atlas = shown_->values.atlas->serial;
  key.revision = revision_;
  key.camera = camera_;
  key.size = stage_size();
  key.dark = dark_;
  key.strongest = state_.strongest;
  key.moving = !(camera_ == camera_to_) || changed_at_ > 0 || now - moved_at_ < kHandsRest || flowing_;
  const TrainedNetworkPtr& training = shown_->values.moment->of.training;
  key.changing = training && training->moving && !shown_->values.moment->of.state.opened;
  key.flow = flow_on_ ? flow_ : -1;
  if (const CellPanel* panel = cell_panel()) key.looks = fmt::format("{} {}", panel->version, cell_asked_);
  if (!frame_ || !(key == frame_key_)) {
    auto frame = std::make_shared<SceneFrame>();
    frame->serial = next_frame();
    frame->view = view_now();
    frame->atlas = shown_->values.atlas;
    const Theme& theme = dark_ ? dark_theme() : light_theme();
    frame->faces = faces_of(now_scene_, shown_->values.images, looks(), frame->view.eye(), theme.line);
    frame->ground = theme.background;
    frame->edge = theme.secondary;
    frame->dark = dark_;
    frame->strongest = state_.strongest;
    frame->moving = key.moving && !film_;
    frame->changing = key.changing && !film_;
    frame_ = std::move(frame);
    frame_key_ = key;
  }
  return key.moving;
}

// What the training has come to, which it does not say while it is on its way to a step.
void ArchitecturePage::update_timeline() {
  if (!context_.document.training || network().asked().opened) return;
  try {
    newest_ = std::get<double>(registry_->read("train.newest"));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): then the last one stands
  }
}

bool ArchitecturePage::update(double now) {
  now_ = now;
  const NetworkMomentPtr moment = known();
  if (!moment) return false;
  if (!moment->why) times_.update(network(), state_.size == "milliseconds");
  bool more = update_scene(moment, now);
  more |= update_cell(*moment);
  update_plan(*moment);
  update_timeline();
  more |= update_demo(now);
  more |= update_camera(now);
  more |= update_flow(now);
  more |= update_frame(now);
  return more;
}

void ArchitecturePage::drawn(const Drawn& frame) {
  const double width = frame.number("architecture.width", -1);
  if (width < 0) return;
  const Rect stage{0, 0, static_cast<float>(width), static_cast<float>(frame.number("architecture.height", 620))};
  dragged_.reset();
  if (frame.numbers.contains("architecture.mouse.x")) {
    dragged_ = Vec{static_cast<float>(frame.number("architecture.mouse.x", 0)),
                   static_cast<float>(frame.number("architecture.mouse.y", 0))};
  }
  dark_ = frame.number("architecture.dark", 1) > 0;
  motion_ = frame.number("architecture.motion", 0) > 0;
  film_ = frame.number("architecture.film", 0) > 0;
  if (stage == stage_) return;
  stage_ = stage;
  if (camera_fits_ && shown_) camera_ = camera_to_ = usual_camera();
}

PageKind architecture_page() {
  return {
      {"architecture", N_("A network as a place"), N_("Networks"),
       N_("The open network in three dimensions: each tensor a block whose cells are its values now, in the order in "
          "which it computes. Drag to turn it, hold Shift to move it, turn the wheel to come nearer. Click a cell to "
          "see "
          "what it was made of and what it sees of the picture; double-click a tensor to open it into its maps.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<ArchitecturePage>(context); }};
}

}  // namespace striate
