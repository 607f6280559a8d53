#include "app/network/network_in_use.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "app/command/not_ready.h"
#include "engine/files/carried_weights.h"
#include "engine/files/torch_file.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"
#include "engine/network/weights_file.h"

namespace striate {
namespace {

constexpr uint64_t kFailed = uint64_t{1} << 63;  // versions that no worker gives
constexpr double kCameraSeconds = 2;             // after which it is looked whether there is one
constexpr double kOutOfSight = 1;                // seconds without a look after which nothing is computed

}  // namespace

NetworkInUse::NetworkInUse(Document& document, std::function<void()> wake)
    : document_(document),
      worker_(std::make_shared<NetworkWorker>(document.stream.device())),
      frames_(wake, JobPriority::behind),
      work_([wake = std::move(wake), trains = trains_] {
        if (!*trains) wake();
      }) {}

void NetworkInUse::look() const {
  looked_ = now_;
  if (!state_.opened) document_.training_wanted = true;
}

const NetworkMomentPtr& NetworkInUse::moment() const {
  look();
  return moment_;
}

bool NetworkInUse::has_network() const { return state_.opened || document_.training != nullptr; }
bool NetworkInUse::wanted() const { return asked_ || now_ - looked_ < kOutOfSight; }

NetworkRequest NetworkInUse::present() const {
  NetworkRequest request;
  request.state = state_;
  if (!state_.opened) request.training = document_.training;
  if (test_number(state_.image) && document_.training) {
    request.pictures = document_.training->pictures;
    request.split = document_.training->split;
  }
  if (state_.image == "picture") request.image = document_.image;
  if (state_.image == "drawing") request.drawing = document_.drawing;
  if (state_.image == "camera") request.image = seen_;
  return request;
}

bool NetworkInUse::same_network(const NetworkState& a, const NetworkState& b) const {
  return a.opened == b.opened && (!a.opened || (a.opened_text() == b.opened_text() && a.stamp == b.stamp));
}

// While a training moves by itself its newest moment that was looked at is as good as the next; so is a camera's
// picture.
bool NetworkInUse::settled() const {
  if (!has_network()) return true;
  if (!moment_) return false;
  NetworkRequest wanted = present();
  const TrainedNetworkPtr& shown = moment_->of.training;
  if (wanted.training && shown && wanted.training->moving && wanted.training->run == shown->run) {
    wanted.training = shown;
  }
  if (state_.image == "camera" && moment_->of.state.image == "camera") wanted.image = moment_->of.image;
  return wanted == moment_->of;
}

bool NetworkInUse::busy() const { return wanted() && !settled(); }

bool NetworkInUse::opening() const {
  if (!has_network()) return false;
  return !moment_ || !moment_->info || !same_network(state_, moment_->of.state);
}

bool NetworkInUse::holds_scripts() const { return asked_ && opening(); }

bool NetworkInUse::watch() {
  if (wanted() && now_ - camera_looked_for_ > kCameraSeconds) {
    has_camera_ = striate::has_camera();
    camera_looked_for_ = now_;
  }
  if (state_.image != "camera" || !wanted() || !has_network()) {
    frames_.cancel();
    camera_.reset();
    seen_.reset();
    return false;
  }
  std::optional<ImagePtr> taken;
  try {
    taken = frames_.take();
  } catch (const Error&) {
    camera_.reset();
    seen_.reset();
    if (good_.image == "camera") good_.image = "picture";
    state_ = good_;
    requested_.reset();
    throw;
  }
  if (taken && *taken) seen_ = std::move(*taken);
  if (!frames_.busy()) {
    if (!camera_) camera_ = std::make_shared<CameraWorker>();
    frames_.request([camera = camera_](const Progress& progress) { return camera->next(progress); });
  }
  return taken.has_value();
}

bool NetworkInUse::update(double now) {
  now_ = now;
  bool changed = watch();
  try {
    if (std::optional<NetworkMomentPtr> made = work_.take(); made && *made) {
      moment_ = std::move(*made);
      good_ = moment_->of.state;
      changed = true;
    }
  } catch (const Error& error) {
    if (!(state_ == good_)) {
      state_ = good_;
      requested_.reset();
      asked_ = false;
      throw;
    }
    // What was asked for before is no longer possible: a picture that is gone, data of another size.
    auto none = std::make_shared<NetworkMoment>();
    if (moment_) none->info = moment_->info;
    none->version = kFailed + ++failures_;
    none->of = *requested_;
    none->why = error;
    moment_ = std::move(none);
    changed = true;
  }
  // Another network is trained: what was cut out of the one before is none of its.
  if (!state_.opened && document_.training) {
    if (const std::string text = document_.training->architecture->text(); text != architecture_) {
      if (!architecture_.empty()) state_.lesions.clear(), state_.blocks.clear();
      architecture_ = text;
    }
  }
  if (settled()) asked_ = false;
  document_.training_wanted = wanted() && !state_.opened;
  if (!wanted() || !has_network()) return changed;
  NetworkRequest next = present();
  if (moment_ && next == moment_->of) return changed;
  if (next.training && !next.training->weights) return changed;  // on their way
  if (requested_ && next == *requested_) return changed;
  if (state_.image == "camera" && !seen_) return changed;  // it is being opened
  const bool moves = (next.training && next.training->moving) || state_.image == "camera";
  if (moves && work_.busy() && requested_ && next.state == requested_->state) return changed;
  requested_ = next;
  *trains_ = next.training && next.training->moving;
  work_.request(
      [worker = worker_, next = std::move(next)](Progress& progress) { return worker->make(next, progress); });
  return changed;
}

void NetworkInUse::cancel() {
  if (!opening()) return;
  work_.cancel();
  state_ = good_;
  requested_.reset();
  asked_ = false;
}

// ------------------------------------------------------------------------------------------------- what is asked for

void NetworkInUse::set(NetworkState next) {
  if (next == state_) return;
  state_ = std::move(next);
  asked_ = true;
  look();
}

NetworkState NetworkInUse::other_network() const {
  NetworkState next = state_;
  next.random = false;
  next.seed = 0;
  next.lesions.clear();
  next.blocks.clear();
  return next;
}

void NetworkInUse::open(const std::string& text) {
  namespace fs = std::filesystem;
  NetworkState next = other_network();
  next.opened = true;
  std::tie(next.model, next.file) = model_and_file(text);
  next.stamp.clear();
  std::error_code problem;
  if (find_model(next.file) != nullptr || !carried_weights(next.file).empty()) {
    next.random = only_random(next.file);
  } else {
    const fs::path path = fs::absolute(next.file).lexically_normal();
    const auto bytes = fs::file_size(path, problem);
    if (problem) OpenNetwork::check_can_be_opened(next.file);  // says what is wrong with it
    next.file = path.string();
    next.stamp = fmt::format("{} {}", bytes, fs::last_write_time(path, problem).time_since_epoch().count());
  }
  set(std::move(next));
}

void NetworkInUse::use(bool opened) {
  if (opened == state_.opened) {
    asked_ = true;
    look();
    return;
  }
  if (opened && state_.file.empty()) {
    throw Error("no network was opened", "open one: network.open NAME, or network.open FILE");
  }
  NetworkState next = other_network();
  next.opened = opened;
  if (opened && only_random(next.file)) next.random = true;
  set(std::move(next));
}

void NetworkInUse::lesion(const std::string& layer, int channel) {
  NetworkState next = state_;
  const NetworkState::Cut cut{layer, channel};
  if (!has_network()) need_network();
  if (!opening()) {
    const OpenNetworkInfo& info = *moment_->info;
    const int node = need_layer(info.architecture, layer);
    const int64_t channels = cells_of(info.layers[static_cast<size_t>(node)].shape)[0];
    if (channel >= channels) {
      throw Error(fmt::format("layer {} has no channel {}", layer, channel),
                  fmt::format("channels count from 0 to {}", channels - 1));
    }
  }
  if (std::find(next.lesions.begin(), next.lesions.end(), cut) == next.lesions.end()) next.lesions.push_back(cut);
  set(std::move(next));
}

// A block is one by its join, whichever of its layers was named.
void NetworkInUse::cut_block(const std::string& layer, std::optional<bool> skip, std::optional<bool> unshortcut) {
  NetworkState next = state_;
  if (!has_network()) need_network();
  std::string named = layer;
  if (!opening()) {
    const Architecture& architecture = moment_->info->architecture;
    const std::vector<NetworkBlock> blocks = find_blocks(architecture);
    const NetworkBlock& block = need_residual(architecture, blocks, need_layer(architecture, layer));
    named = architecture.nodes()[static_cast<size_t>(block.join)].name;
  }
  auto found = std::find_if(next.blocks.begin(), next.blocks.end(), [&](const auto& b) { return b.layer == named; });
  if (found == next.blocks.end()) found = next.blocks.insert(next.blocks.end(), {named, false, false});
  if (skip) found->skip = *skip;
  if (unshortcut) found->unshortcut = *unshortcut;
  if (!found->skip && !found->unshortcut) next.blocks.erase(found);
  set(std::move(next));
}

void NetworkInUse::crop(std::optional<PictureCrop> crop) {
  NetworkState next = state_;
  next.crop = crop;
  set(std::move(next));
}

std::vector<std::string> NetworkInUse::state() const {
  std::vector<std::string> lines = {state_.opened ? "network.open " + quoted(state_.opened_text())
                                                  : "network.use training"};
  lines.push_back(state_.random ? fmt::format("network.weights random {}", state_.seed) : "network.weights given");
  lines.emplace_back("network.restore");
  for (const NetworkState::Cut& cut : state_.lesions) {
    lines.push_back("network.lesion " + quoted(cut.layer) +
                    (cut.channel >= 0 ? fmt::format(" {}", cut.channel) : std::string()));
  }
  for (const NetworkState::Block& block : state_.blocks) {
    if (block.skip) lines.push_back("network.skip " + quoted(block.layer) + " on");
    if (block.unshortcut) lines.push_back("network.shortcut " + quoted(block.layer) + " off");
  }
  lines.push_back("network.image " + quoted(state_.image));
  lines.push_back(!state_.crop
                      ? std::string("network.crop")
                      : fmt::format("network.crop {} {} {}", state_.crop->x, state_.crop->y, state_.crop->size));
  return lines;
}

// ------------------------------------------------------------------------------------------------- what is there

const NetworkMoment& NetworkInUse::need_network() const {
  look();
  if (!has_network()) {
    throw Error("no network is open", "open one: network.open NAME, or network.open FILE; or train one: train.start");
  }
  if (!settled()) {
    asked_ = true;
    throw NotReady("the network has not answered yet");
  }
  if (!moment_->info) throw Error(*moment_->why);
  return *moment_;
}

const NetworkMoment& NetworkInUse::need_answer() const {
  const NetworkMoment& moment = need_network();
  if (moment.why) throw Error(*moment.why);
  return moment;
}

int NetworkInUse::need_node(const std::string& layer) const {
  return need_layer(need_network().info->architecture, layer);
}

// ------------------------------------------------------------------------------------------------- files

bool only_random(const std::string& opened) { return find_model(opened) != nullptr && carried_weights(opened).empty(); }

std::pair<std::string, std::string> model_and_file(std::string_view text) {
  const size_t space = text.find(' ');
  const std::string first(text.substr(0, space));
  if (space == std::string_view::npos || find_model(first) == nullptr) return {"", std::string(text)};
  std::string_view rest = text.substr(space);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return {first, std::string(rest)};
}

const std::vector<std::string>& network_endings() {
  static const std::vector<std::string> endings = {".safetensors", ".onnx", ".pt", ".pth", ".ckpt"};
  return endings;
}

ModelKind model_kind(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  for (const char* other : {".onnx", ".h5", ".keras", ".pb", ".tflite"}) {
    if (ending == other) return ModelKind::network;  // what can't be read says so, and what to do
  }
  if (ending != ".safetensors") return has_torch_ending(path) ? ModelKind::network : ModelKind::none;
  try {
    const SafeTensors file = SafeTensors::open(path);
    // One that the command line saved without its data can't go on here, but can be looked at.
    const bool own = file.metadata().contains("run.data") && has_training_state(file);
    return own ? ModelKind::training : ModelKind::network;
  } catch (const Error&) {
    return ModelKind::training;  // which tells what is wrong with it
  }
}

}  // namespace striate
