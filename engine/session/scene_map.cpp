#include "engine/session/scene_map.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/preprocess/prepare_picture.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr int kMostClasses = 32767, kMostBatch = 64;
constexpr int64_t kBatchPixels = int64_t{1} << 18;

// A part alone, as a picture.
Image cut(const Image& scene, int x, int y, int width, int height) {
  Image tile;
  tile.width = width, tile.height = height;
  tile.channels = scene.channels;
  tile.name = scene.name;
  tile.bytes.resize(tile.value_count());
  const auto row = static_cast<size_t>(width) * static_cast<size_t>(scene.channels);
  for (int i = 0; i < height; ++i)
    std::copy_n(scene.at(x, y + i), row, tile.bytes.data() + static_cast<size_t>(i) * row);
  return tile;
}

}  // namespace

SceneMap::SceneMap(Stream& stream, ModelFile file, ImagePtr scene, const SceneMapSettings& settings)
    : scene_(std::move(scene)) {
  const Shape picture = file.picture();
  if (picture.rank() != 3)
    throw Error(fmt::format("{} takes {}, not pictures", file.path, file.info.architecture.input().text()),
                "choose a network that learned from tiles");
  const int64_t classes = class_count(file);
  if (classes > kMostClasses)
    throw Error(fmt::format("{} tells {} classes apart", file.path, classes), "a map shows up to 32767");
  const int tile = settings.tile > 0 ? settings.tile : static_cast<int>(std::max(picture[1], picture[2]));
  blend_.emplace(scene_->name, scene_->width, scene_->height, static_cast<int>(classes), tile, settings.overlap);
  channels_ = static_cast<int>(picture[0]);
  const auto wanted = static_cast<int>(std::max(picture[1], picture[2]));
  side_ = std::min(wanted, 2 * tile);
  if (side_ < wanted) {
    const std::string cannot = fmt::format("tiles of {} pixels would have to be enlarged {:.2g} times for {}", tile,
                                           static_cast<double>(wanted) / tile, file.path);
    const std::string larger = fmt::format("take tiles of {} or more", (wanted + 1) / 2);
    if (file.info.architecture.whole() || file.channels_last()) throw Error(cannot, larger);
    try {
      file.info.architecture.set_input(Shape{channels_, side_, side_});
      if (class_count(file) != classes) throw Error(cannot, larger);
      session_ = std::make_unique<Session>(stream, file);
    } catch (const Error&) {
      throw Error(cannot, larger);
    }
  } else {
    session_ = std::make_unique<Session>(stream, std::move(file));
  }
  if (session_->file().info.classes.size() != static_cast<size_t>(classes)) {
    session_->file().info.classes.clear();
    for (int64_t c = 0; c < classes; ++c) session_->file().info.classes.push_back(fmt::format("{}", c));
  }
  batch_ = session_->architecture().whole()
               ? 1
               : static_cast<int>(std::clamp<int64_t>(kBatchPixels / (int64_t{side_} * side_), 1, kMostBatch));
  choose_way(settings);
}

void SceneMap::choose_way(const SceneMapSettings& settings) {
  const Architecture& architecture = session_->architecture();
  const Shape picture = session_->file().picture();
  if (settings.by_tiles) {
    why_by_tiles_ = "it was asked for";
  } else if (session_->file().channels_last()) {
    why_by_tiles_ = "its pictures have their channels last";
  } else if (picture[1] != blend_->tile() || picture[2] != blend_->tile()) {
    why_by_tiles_ =
        fmt::format("tiles of {} pixels are scaled to the network's {} x {}", blend_->tile(), picture[2], picture[1]);
  } else {
    why_by_tiles_ = ConvolutionalRun::why_not(architecture);
  }
  if (!why_by_tiles_.empty()) return;
  run_.emplace(session_->stream(), session_->network());
  why_by_tiles_ = TileBlocks::why_not(*blend_, *run_);
  if (why_by_tiles_.empty()) {
    blocks_.emplace(*blend_, *run_);
  } else {
    run_.reset();
  }
}

// As the network takes it.
std::vector<float> SceneMap::prepared(int x, int y, int width, int height) const {
  Preprocessing preprocessing = session_->file().preprocessing;
  preprocessing.fit = Preprocessing::Fit::stretch;
  preprocessing.asked = true;
  const Shape shape = blocks_ ? Shape{channels_, height, width} : session_->file().picture();
  return in_network_order(session_->file(),
                          prepare_picture(cut(*scene_, x, y, width, height), preprocessing, shape).values);
}

void SceneMap::add(const TileBlend::Place& place, const std::vector<float>& output) {
  blend_->add(place, session_->probabilities(output).data());
  ++done_;
}

void SceneMap::run_block() {
  const TileBlock block = blocks_->block(*blend_, block_++, [this](const auto& place) { return blend_->asked(place); });
  if (block.places.empty()) return;
  const std::vector<float> values =
      run_->values(session_->stream(), prepared(block.left, block.top, block.width, block.height), block.width,
                   block.height, block.corners);
  for (size_t i = 0; i < block.places.size(); ++i) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(i) * run_->count();
    add(block.places[i], {from, from + run_->count()});
  }
}

bool SceneMap::step() {
  // A coarse map of everything comes first, and tiles that are in no block last.
  if (blocks_ && next_ >= blend_->levels().front() && block_ < blocks_->size()) {
    run_block();
    return true;
  }
  std::vector<TileBlend::Place> places;
  const int64_t end = blocks_ && block_ < blocks_->size() ? blend_->levels().front() : all();
  for (; next_ < end && places.size() < static_cast<size_t>(batch_); ++next_) {
    if (!blend_->asked(blend_->place(next_))) places.push_back(blend_->place(next_));
  }
  if (places.empty()) return false;
  const auto count = static_cast<int64_t>(places.size());
  SessionRequest request;
  request.batch = static_cast<int>(count);
  const auto values = static_cast<size_t>(session_->file().picture().count());
  request.input.resize(static_cast<size_t>(count) * values);
  parallel_for(count, [&](int64_t begin, int64_t end_of_part) {
    for (int64_t i = begin; i < end_of_part; ++i) {
      const TileBlend::Place& place = places[static_cast<size_t>(i)];
      const std::vector<float> tile =
          prepared(blend_->left(place.column), blend_->top(place.row), blend_->tile(), blend_->tile());
      std::copy_n(tile.data(), values, request.input.data() + static_cast<size_t>(i) * values);
    }
  });
  const SessionResult result = *session_->run(request);
  const auto each = static_cast<std::ptrdiff_t>(result.output.values.size()) / count;
  for (int64_t i = 0; i < count; ++i) {
    const auto from = result.output.values.begin() + each * i;
    add(places[static_cast<size_t>(i)], {from, from + each});
  }
  return true;
}

}  // namespace striate
