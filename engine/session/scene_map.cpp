#include "engine/session/scene_map.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/preprocess/prepare_picture.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr int kMostClasses = 32767, kMostBatch = 64;
constexpr int64_t kBatchPixels = int64_t{1} << 18;

// The tile alone, as a picture.
Image cut(const Image& scene, int x, int y, int size) {
  Image tile;
  tile.width = tile.height = size;
  tile.channels = scene.channels;
  tile.name = scene.name;
  tile.bytes.resize(tile.value_count());
  const auto row = static_cast<size_t>(size) * static_cast<size_t>(scene.channels);
  for (int i = 0; i < size; ++i) std::copy_n(scene.at(x, y + i), row, tile.bytes.data() + static_cast<size_t>(i) * row);
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
}

bool SceneMap::step() {
  if (next_ == all()) return false;
  const auto count = static_cast<int>(std::min<int64_t>(batch_, all() - next_));
  Preprocessing preprocessing = session_->file().preprocessing;
  preprocessing.fit = Preprocessing::Fit::stretch;
  preprocessing.asked = true;
  const Shape shape = session_->file().picture();
  SessionRequest request;
  request.batch = count;
  const auto values = static_cast<size_t>(shape.count());
  request.input.resize(static_cast<size_t>(count) * values);
  parallel_for(count, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const TileBlend::Place& place = blend_->place(next_ + i);
      const Image tile = cut(*scene_, blend_->left(place.column), blend_->top(place.row), blend_->tile());
      const std::vector<float> prepared =
          in_network_order(session_->file(), prepare_picture(tile, preprocessing, shape).values);
      std::copy_n(prepared.data(), values, request.input.data() + static_cast<size_t>(i) * values);
    }
  });
  const SessionResult result = *session_->run(request);
  const size_t each = result.output.values.size() / static_cast<size_t>(count);
  for (int i = 0; i < count; ++i) {
    const auto from = result.output.values.begin() + static_cast<std::ptrdiff_t>(each) * i;
    const std::vector<float> probabilities = session_->probabilities({from, from + static_cast<std::ptrdiff_t>(each)});
    blend_->add(blend_->place(next_ + i), probabilities.data());
  }
  next_ += count;
  return true;
}

}  // namespace striate
