#include "app/network/network_worker.h"

#include <utility>

#include "app/command/registry.h"
#include "app/imagenet_classes.h"
#include "app/shell/samples.h"
#include "engine/files/image_file.h"
#include "engine/network/find_layer.h"

namespace striate {

std::optional<int64_t> test_number(std::string_view image) {
  int64_t n = 0;
  if (!image.starts_with("test ") || !parse_integer(image.substr(5), &n)) return std::nullopt;
  return n;
}

int64_t test_picture_index(const Split* split, int64_t n) {
  if (!split)
    throw Error("there are no test pictures: nothing is being trained", "begin a training: train.start, or train.step");
  const std::vector<int64_t>& part = judged_part(*split);
  if (n < 0 || n >= static_cast<int64_t>(part.size()))
    throw Error(fmt::format("there is no test picture {}", n), fmt::format("they count from 0 to {}", part.size() - 1));
  return part[static_cast<size_t>(n)];
}

Error said_in_window(const Error& error) {
  if (error.hint().find("--model") == std::string::npos) return error;
  return {error.what(), "name the network that they belong to as well: network.open NAME FILE"};
}

void NetworkWorker::open(const NetworkRequest& request) {
  const NetworkState& state = request.state;
  if (!state.opened) {
    if (network_ && opened_.empty() && network_->follow(request.training)) return;
    network_ = OpenNetwork(*stream_, request.training);
    opened_.clear();
  } else if (!network_ || opened_ != state.opened_text() || stamp_ != state.stamp) {
    try {
      network_ = OpenNetwork::open(*stream_, state.file, {state.model, imagenet_classes, state.seed});
    } catch (const Error& error) {
      throw said_in_window(error);
    }
    opened_ = state.opened_text();
    stamp_ = state.stamp;
  }
}

void NetworkWorker::set_weights(const NetworkState& state) {
  const OpenNetworkInfo& info = *network_->info();
  if (!state.random) {
    if (info.weights == WeightsFrom::random && !info.weights_lack) network_->give_weights();
  } else if (info.weights != WeightsFrom::random || info.seed != state.seed) {
    network_->draw_weights(state.seed);
  }
}

std::vector<Lesion> NetworkWorker::lesions_of(const NetworkState& state) const {
  std::vector<Lesion> lesions;
  for (const NetworkState::Cut& cut : state.lesions) {
    lesions.push_back({need_layer(network_->info()->architecture, cut.layer), cut.channel});
  }
  return lesions;
}

std::vector<BlockCut> NetworkWorker::block_cuts_of(const NetworkState& state) const {
  if (state.blocks.empty()) return {};
  const Architecture& architecture = network_->info()->architecture;
  const std::vector<NetworkBlock> blocks = find_blocks(architecture);
  std::vector<BlockCut> cuts;
  for (const NetworkState::Block& block : state.blocks) {
    const int join = need_residual(architecture, blocks, need_layer(architecture, block.layer)).join;
    cuts.push_back({join, block.skip, block.unshortcut});
  }
  return cuts;
}

NetworkPicture NetworkWorker::picture_of(const NetworkRequest& request) {
  const std::string& name = request.state.image;
  NetworkPicture picture;
  if (name == "picture") {
    if (!request.image) throw Error("no picture is open", "open one: open FILE, or open portrait");
    picture.image = request.image;
    picture.name = request.image->name;
    return picture;
  }
  if (name == "camera") {
    picture.image = request.image;
    picture.name = request.image->name;
    return picture;
  }
  if (name == "drawing") {
    if (!request.drawing) {
      throw Error("nothing is drawn", "draw on the pad of page train: train.draw 70 60 210 60 120 230");
    }
    picture.drawing = request.drawing;
    picture.name = "drawing";
    return picture;
  }
  if (const std::optional<int64_t> n = test_number(name)) {
    const int64_t index = test_picture_index(request.split.get(), *n);
    picture.name = fmt::format("test picture {}", *n);
    picture.label = request.pictures->label(index);
    picture.shape = request.pictures->shape();
    picture.pixels.resize(static_cast<size_t>(picture.shape.count()));
    request.pictures->read(index, picture.pixels.data());
    return picture;
  }
  if (name != image_name_ || !image_) {
    image_ = name == "portrait"            ? portrait()
             : name.starts_with("sample:") ? sample_image(name.substr(7))
                                           : read_image(name);
    image_name_ = name;
  }
  picture.image = image_;
  picture.name = image_->name;
  return picture;
}

OpenNetwork& NetworkWorker::network_of(const NetworkRequest& request) {
  if (!stream_) stream_.emplace(device_);
  open(request);
  set_weights(request.state);
  network_->set_lesions(lesions_of(request.state));
  network_->set_block_cuts(block_cuts_of(request.state));
  return *network_;
}

NetworkMomentPtr NetworkWorker::make(const NetworkRequest& request, Progress& progress) {
  const std::lock_guard lock(mutex_);
  return make_now(request, progress);
}

bool NetworkWorker::has_network_of(const NetworkMoment& moment) const {
  if (!network_) return false;
  const OpenNetworkInfo &now = *network_->info(), &was = *moment.info;
  if (&now == &was) return true;
  const NetworkState& state = moment.of.state;
  return state.opened && opened_ == state.opened_text() && stamp_ == state.stamp && now.weights == was.weights &&
         now.seed == was.seed;
}

bool NetworkWorker::with(const NetworkMoment& moment, Progress& progress,
                         const std::function<void(OpenNetwork& network)>& work, bool again) {
  const std::lock_guard lock(mutex_);
  if (progress.canceled) return false;
  if (!has_network_of(moment)) {
    if (!again) return false;
    if (!stream_) stream_.emplace(device_);
    open(moment.of);
    set_weights(moment.of.state);
  }
  network_->set_lesions(moment.lesions);
  network_->set_block_cuts(moment.block_cuts);
  work(*network_);
  return true;
}

NetworkMomentPtr NetworkWorker::make_now(const NetworkRequest& request, Progress& progress) {
  if (!stream_) stream_.emplace(device_);
  open(request);
  if (progress.canceled) return nullptr;
  set_weights(request.state);
  auto moment = std::make_shared<NetworkMoment>();
  moment->version = ++version_;
  moment->of = request;
  moment->info = network_->info();
  moment->lesions = lesions_of(request.state);
  moment->block_cuts = block_cuts_of(request.state);
  network_->set_lesions(moment->lesions);
  network_->set_block_cuts(moment->block_cuts);
  try {
    moment->picture = picture_of(request);
    if (moment->picture.image) moment->picture.crop = request.state.crop;
    moment->input = network_->look_at(moment->picture);
    std::optional<NetworkAnswer> answer = network_->run(moment->input.values, [&](int done, int all) {
      progress.share = static_cast<float>(done) / static_cast<float>(all);
      return !progress.canceled;
    });
    if (!answer) return nullptr;
    moment->answer = std::move(*answer);
  } catch (const Error& error) {
    // A picture that somebody named and that isn't there is their mistake; that none is open is not.
    if (request.state.image != "picture" && moment->input.values.empty() && moment->info->picture.rank() == 3) throw;
    moment->why = error;
    moment->answer = {};
  }
  moment->picture.pixels.clear();
  return moment;
}

}  // namespace striate
