#include "engine/explain/patches.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/error.h"
#include "engine/explain/part_network.h"
#include "engine/explain/patch_cache.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr size_t kMostProblems = 8;

// A picture as the network receives it, and its smaller copies, each half as large as the one before.
struct Ready {
  std::vector<float> values;
  struct Level {
    Shape shape;
    std::vector<float> pixels;
  };
  std::vector<Level> levels;
  std::string problem;  // it can't be read
};

Ready::Level halved(const Ready::Level& from) {
  const int64_t rows = std::max<int64_t>(from.shape[1] / 2, 1), columns = std::max<int64_t>(from.shape[2] / 2, 1);
  Ready::Level to{Shape{from.shape[0], rows, columns}, {}};
  to.pixels.resize(static_cast<size_t>(to.shape.count()));
  for (int64_t c = 0; c < to.shape[0]; ++c) {
    const float* plane = from.pixels.data() + c * from.shape[1] * from.shape[2];
    for (int64_t y = 0; y < rows; ++y) {
      for (int64_t x = 0; x < columns; ++x) {
        float sum = 0;
        for (int64_t k = 0; k < 4; ++k) {
          sum += plane[std::min(2 * y + k / 2, from.shape[1] - 1) * from.shape[2] +
                       std::min(2 * x + k % 2, from.shape[2] - 1)];
        }
        to.pixels[static_cast<size_t>((c * rows + y) * columns + x)] = sum / 4;
      }
    }
  }
  return to;
}

Ready prepared(const OpenNetwork& network, const PatchSource& source, int64_t picture, int small) {
  Ready ready;
  try {
    LookedAt looked = network.look_at(source.read(picture));
    ready.values = std::move(looked.values);
    ready.levels.push_back({network.info()->picture, std::move(looked.pixels)});
    while (std::min(ready.levels.back().shape[1], ready.levels.back().shape[2]) >= 2 * small) {
      ready.levels.push_back(halved(ready.levels.back()));
    }
  } catch (const Error& error) {
    ready.problem = fmt::format("{}: {}", source.name(picture), error.what());
  } catch (const std::exception&) {
    ready.problem = fmt::format("{}: there is not enough memory for it", source.name(picture));
  }
  return ready;
}

// Reads ahead on threads of its own and hands the pictures over in their order.
class Reader {
 public:
  Reader(const OpenNetwork& network, const PatchSource& source, int small, int64_t ahead)
      : network_(network), source_(source), small_(small), ahead_(ahead) {
    const int count = std::clamp(thread_count(), 1, 4);
    for (int i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
  }
  ~Reader() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& each : threads_) each.join();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Ready take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_.contains(taken_); });
    Ready next = std::move(ready_.at(taken_));
    ready_.erase(taken_++);
    lock.unlock();
    changed_.notify_all();
    return next;
  }

 private:
  void run() {
    while (true) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || begun_ >= source_.size() || begun_ < taken_ + ahead_; });
      if (stop_ || begun_ >= source_.size()) return;
      const int64_t mine = begun_++;
      lock.unlock();
      Ready made = prepared(network_, source_, mine, small_);
      lock.lock();
      ready_.emplace(mine, std::move(made));
      lock.unlock();
      changed_.notify_all();
    }
  }

  const OpenNetwork& network_;
  const PatchSource& source_;
  const int small_;
  const int64_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int64_t, Ready> ready_;
  int64_t begun_ = 0, taken_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

// The box of a picture, at the size of the small copies.
void shrink_box(const Ready& ready, const FieldBox& box, const Shape& small, uint8_t* to) {
  size_t level = 0;
  int64_t factor = 1;
  while (level + 1 < ready.levels.size() && box.height / (2 * factor) >= small[1] &&
         box.width / (2 * factor) >= small[2]) {
    ++level, factor *= 2;
  }
  const Ready::Level& from = ready.levels[level];
  for (int64_t c = 0; c < small[0]; ++c) {
    const float* plane = from.pixels.data() + c * from.shape[1] * from.shape[2];
    for (int64_t y = 0; y < small[1]; ++y) {
      const double row = static_cast<double>(box.row) + (static_cast<double>(y) + 0.5) *
                                                            static_cast<double>(box.height) /
                                                            static_cast<double>(small[1]);
      for (int64_t x = 0; x < small[2]; ++x, ++to) {
        const double column = static_cast<double>(box.column) + (static_cast<double>(x) + 0.5) *
                                                                    static_cast<double>(box.width) /
                                                                    static_cast<double>(small[2]);
        const auto r = static_cast<int64_t>(std::floor(row / static_cast<double>(factor))),
                   s = static_cast<int64_t>(std::floor(column / static_cast<double>(factor)));
        const bool inside = row >= 0 && column >= 0 && r < from.shape[1] && s < from.shape[2];
        *to =
            inside ? static_cast<uint8_t>(std::lround(std::clamp(plane[r * from.shape[2] + s], 0.0f, 1.0f) * 255)) : 0;
      }
    }
  }
}

class Sweep {
 public:
  Sweep(OpenNetwork& network, int node, const PatchOptions& options, int64_t all)
      : info_(*network.info()),
        keep_(options.keep),
        part_(network, node, {}, Plan::inference(batch_of(info_, options, all))) {
    found_.node = node;
    found_.keep = keep_;
    found_.all = all;
    const Shape& cells = part_.cells();
    found_.best.resize(static_cast<size_t>(cells[0]));
    const LayerFieldSize field = largest_field(node);
    const auto side = [&](int64_t size) { return std::clamp<int64_t>(size, 1, options.small); };
    found_.small = Shape{info_.picture[0], side(field.height), side(field.width)};
    found_.thumbnails.resize(static_cast<size_t>(cells[0] * keep_ * found_.small.count()));
  }

  static int batch_of(const OpenNetworkInfo& info, const PatchOptions& options, int64_t all) {
    if (info.architecture.whole()) return 1;
    return static_cast<int>(std::clamp<int64_t>(all, 1, options.batch));
  }

  void look(const std::vector<Ready>& batch, const std::vector<int64_t>& numbers, const PatchSource& source, int size) {
    std::vector<float> input;
    input.reserve(static_cast<size_t>(part_.inputs() * size));
    for (const Ready& each : batch) input.insert(input.end(), each.values.begin(), each.values.end());
    input.resize(static_cast<size_t>(part_.inputs() * size));
    const std::vector<float> values = part_.forward(input);
    for (size_t n = 0; n < batch.size(); ++n) {
      take(batch[n], values.data() + static_cast<int64_t>(n) * part_.values(), numbers[n], source);
    }
  }

  Patches& found() { return found_; }

 private:
  struct LayerFieldSize {
    int64_t height, width;
  };
  LayerFieldSize largest_field(int node) const {
    const FieldBox box = layer_field(info_.architecture, node).first;
    return {box.height, box.width};
  }

  void take(const Ready& ready, const float* values, int64_t number, const PatchSource& source) {
    const Shape& cells = part_.cells();
    const int64_t plane = cells[1] * cells[2];
    for (int64_t c = 0; c < cells[0]; ++c) {
      const float* map = values + c * plane;
      int64_t at = -1;
      for (int64_t i = 0; i < plane; ++i) {
        if (std::isfinite(map[i]) && (at < 0 || map[i] > map[at])) at = i;
      }
      std::vector<Patch>& best = found_.best[static_cast<size_t>(c)];
      if (at < 0 || (best.size() == static_cast<size_t>(keep_) && !(map[at] > best.back().value))) continue;
      const auto place =
          std::find_if(best.begin(), best.end(), [&](const Patch& each) { return map[at] > each.value; });
      const auto rank = place - best.begin();
      best.insert(place, Patch{map[at], number, at / cells[2], at % cells[2], source.name(number)});
      if (best.size() > static_cast<size_t>(keep_)) best.pop_back();
      const auto one = static_cast<std::ptrdiff_t>(found_.small.count());
      const auto first = found_.thumbnails.begin() + c * keep_ * one;
      std::copy_backward(first + rank * one, first + (keep_ - 1) * one, first + keep_ * one);
      const FieldBox box = receptive_field_of(c, at / cells[2], at % cells[2]);
      shrink_box(ready, box, found_.small, &*(first + rank * one));
    }
  }

  // Fields of a channel lie a fixed distance apart: followed once, at the map's corner and beside it.
  FieldBox receptive_field_of(int64_t channel, int64_t row, int64_t column) {
    auto [known, fresh] = fields_.try_emplace(channel);
    if (fresh) {
      const FieldBox first = receptive_field(info_.architecture, found_.node, channel, 0, 0),
                     next = receptive_field(info_.architecture, found_.node, channel, 1, 1);
      known->second = {first, next.row - first.row, next.column - first.column};
    }
    FieldBox box = known->second.first;
    box.row += row * known->second.rows, box.column += column * known->second.columns;
    return box;
  }

  const OpenNetworkInfo& info_;
  const int keep_;
  PartNetwork part_;
  Patches found_;
  struct Field {
    FieldBox first;
    int64_t rows = 0, columns = 0;
  };
  std::map<int64_t, Field> fields_;
};

}  // namespace

std::vector<float> Patches::thumbnail(int64_t channel, int64_t n) const {
  const auto one = static_cast<size_t>(small.count());
  const size_t first = static_cast<size_t>(channel * keep + n) * one;
  std::vector<float> pixels(one);
  for (size_t i = 0; i < one; ++i) pixels[i] = static_cast<float>(thumbnails[first + i]) / 255;
  return pixels;
}

Patches find_patches(OpenNetwork& network, int node, const PatchSource& source, const PatchOptions& options,
                     const PatchProgress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  if (info->picture.rank() != 3) {
    throw Error(fmt::format("{} takes {}, not pictures", info->name, info->architecture.input().text()),
                "choose a model for pictures of 1 or 3 channels");
  }
  const PatchCache cache(network, node, source, options);
  if (std::optional<Patches> kept = cache.read()) {
    for (std::vector<Patch>& best : kept->best)
      for (Patch& each : best) each.name = source.name(each.picture);
    if (progress) progress(*kept);
    return std::move(*kept);
  }
  const int64_t all = source.size();
  Sweep sweep(network, node, options, all);
  Patches& found = sweep.found();
  const int size = Sweep::batch_of(*info, options, all);
  Reader reader(network, source, options.small, 3 * size);
  bool go_on = !progress || progress(found);
  while (go_on && found.seen < all) {
    std::vector<Ready> batch;
    std::vector<int64_t> numbers;
    while (found.seen < all && batch.size() < static_cast<size_t>(size)) {
      Ready next = reader.take();
      const int64_t number = found.seen++;
      if (!next.problem.empty()) {
        ++found.unreadable;
        if (found.problems.size() < kMostProblems) found.problems.push_back(std::move(next.problem));
        continue;
      }
      batch.push_back(std::move(next));
      numbers.push_back(number);
    }
    if (!batch.empty()) sweep.look(batch, numbers, source, size);
    go_on = !progress || progress(found);
  }
  found.finished = found.seen == all;
  if (found.finished && found.unreadable == all) {
    throw Error(fmt::format("none of the {} pictures can be read", all),
                found.problems.empty() ? "choose other pictures" : found.problems.front());
  }
  if (found.finished) cache.write(found);
  return std::move(found);
}

std::vector<float> cut_box(const Shape& picture, const std::vector<float>& pixels, const FieldBox& box) {
  std::vector<float> cut(static_cast<size_t>(picture[0] * box.height * box.width));
  for (int64_t c = 0; c < picture[0]; ++c) {
    for (int64_t y = 0; y < box.height; ++y) {
      const int64_t row = box.row + y;
      if (row < 0 || row >= picture[1]) continue;
      for (int64_t x = 0; x < box.width; ++x) {
        const int64_t column = box.column + x;
        if (column < 0 || column >= picture[2]) continue;
        cut[static_cast<size_t>((c * box.height + y) * box.width + x)] =
            pixels[static_cast<size_t>((c * picture[1] + row) * picture[2] + column)];
      }
    }
  }
  return cut;
}

CutPatch cut_patch(const OpenNetwork& network, int node, int64_t channel, const Patch& patch,
                   const PatchSource& source) {
  const OpenNetworkInfo& info = *network.info();
  const LookedAt looked = network.look_at(source.read(patch.picture));
  CutPatch made;
  made.box = receptive_field(info.architecture, node, channel, patch.row, patch.column);
  made.shape = Shape{info.picture[0], made.box.height, made.box.width};
  made.pixels = cut_box(info.picture, looked.pixels, made.box);
  return made;
}

}  // namespace striate
