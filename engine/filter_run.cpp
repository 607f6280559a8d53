#include "engine/filter_run.h"

#include <algorithm>
#include <chrono>

#include "engine/halve.h"

namespace striate {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Pieces of the picture that are filtered at once, top to bottom, even in size and place so that 2 x 2 pixels of a
// smaller level lie in one of them. A chain that reaches far gets large squares: less is computed twice.
std::vector<Region> pieces_of(const FilterChain& chain, const Image& image) {
  const Reach reach = reach_of(chain);
  if (reach.whole) return {{0, 0, image.width, image.height}};  // any part of it needs all of it
  const int far = std::max(reach.x, reach.y);
  const bool squares = far > 24;
  const int width = squares ? std::max(512, 2 * far / 2 * 2) : image.width;
  // About two megapixels at once: enough for every core, few enough to stop soon.
  const int rows = std::clamp((1 << 20) / std::max(1, image.width), 32, 512) / 2 * 2;
  const int height = squares ? width : std::max(rows, 4 * far);
  std::vector<Region> pieces;
  for (int y = 0; y < image.height; y += height) {
    for (int x = 0; x < image.width; x += width) {
      pieces.push_back({x, y, std::min(width, image.width - x), std::min(height, image.height - y)});
      if (image.width <= width) break;
    }
  }
  return pieces;
}

// The range of the whole picture's raw values. False when canceled.
bool measure(Stream& stream, const FilterChain& chain, const Image& image, const std::vector<Region>& pieces,
             const std::atomic<bool>& canceled, std::atomic<float>& share, float share_end, Range* range) {
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (canceled) return false;
    const Range part = filter_chain_range(stream, chain, picture_of(image), pieces[i], &canceled);
    range->low = i == 0 ? part.low : std::min(range->low, part.low);
    range->high = i == 0 ? part.high : std::max(range->high, part.high);
    share = share_end * static_cast<float>(i + 1) / static_cast<float>(pieces.size());
  }
  return true;
}

}  // namespace

std::shared_ptr<FilteredPicture> run_filter_chain(Stream& stream, const FilterChain& chain, const Image& image,
                                                  int finest, const std::atomic<bool>& canceled,
                                                  std::atomic<float>& share) {
  auto made = std::make_shared<FilteredPicture>();
  made->channels = image.channels;
  made->device = stream.device().name();
  const std::vector<Region> pieces = pieces_of(chain, image);
  float start = 0;
  if (chain.show == Show::minmax) {
    const Clock::time_point begin = Clock::now();
    start = 0.5f;
    if (!measure(stream, chain, image, pieces, canceled, share, start, &made->range)) return nullptr;
    made->has_range = true;
    made->milliseconds += milliseconds_since(begin);
  }

  const size_t channels = static_cast<size_t>(image.channels);
  made->levels.push_back({image.width, image.height, {}});
  while (made->levels.back().width > 1 || made->levels.back().height > 1) {
    const FilteredPicture::Level& last = made->levels.back();
    made->levels.push_back({(last.width + 1) / 2, (last.height + 1) / 2, {}});
  }
  if (finest == 0 || made->levels.size() == 1) made->levels[0].bytes.resize(image.value_count());
  if (made->levels.size() > 1)
    made->levels[1].bytes.resize(static_cast<size_t>(made->levels[1].width) * made->levels[1].height * channels);

  std::vector<uint8_t> piece_bytes;
  double done = 0;
  for (const Region& piece : pieces) {
    if (canceled) return nullptr;
    uint8_t* to = nullptr;
    int64_t stride = 0;
    if (made->levels[0].bytes.empty()) {
      piece_bytes.resize(static_cast<size_t>(piece.width) * piece.height * channels);
      to = piece_bytes.data();
      stride = static_cast<int64_t>(piece.width) * channels;
    } else {
      stride = static_cast<int64_t>(image.width) * channels;
      to = made->levels[0].bytes.data() + piece.y * stride + piece.x * channels;
    }
    const Clock::time_point begin = Clock::now();
    filter_chain(stream, chain, made->range, picture_of(image), piece, to, stride, &canceled);
    made->milliseconds += milliseconds_since(begin);
    if (made->levels.size() > 1) {
      FilteredPicture::Level& half = made->levels[1];
      const int64_t half_stride = static_cast<int64_t>(half.width) * channels;
      halve(to, stride, piece.width, piece.height, image.channels,
            half.bytes.data() + piece.y / 2 * half_stride + piece.x / 2 * channels, half_stride);
    }
    done += static_cast<double>(piece.width) * piece.height / image.width / image.height;
    share = start + (1 - start) * static_cast<float>(done);
  }
  if (canceled) return nullptr;
  for (size_t i = 2; i < made->levels.size(); ++i) {
    if (canceled) return nullptr;
    const FilteredPicture::Level& from = made->levels[i - 1];
    FilteredPicture::Level& half = made->levels[i];
    half.bytes.resize(static_cast<size_t>(half.width) * half.height * channels);
    halve(from.bytes.data(), from.width * channels, from.width, from.height, image.channels, half.bytes.data(),
          half.width * channels);
    if (static_cast<int>(i) - 1 < finest) std::vector<uint8_t>().swap(made->levels[i - 1].bytes);
  }
  return made;
}

ImagePtr filtered_image(Stream& stream, const FilterChain& chain, const Image& image, const std::atomic<bool>& canceled,
                        std::atomic<float>& share) {
  auto made = std::make_shared<Image>();
  made->width = image.width;
  made->height = image.height;
  made->channels = image.channels;
  made->name = image.name;
  made->format = "made here";
  const std::vector<Region> pieces = pieces_of(chain, image);
  Range range;
  float start = 0;
  if (chain.show == Show::minmax) {
    start = 0.5f;
    if (!measure(stream, chain, image, pieces, canceled, share, start, &range)) return nullptr;
  }
  made->bytes.resize(image.value_count());
  const int64_t stride = static_cast<int64_t>(image.width) * image.channels;
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (canceled) return nullptr;
    const Region& piece = pieces[i];
    filter_chain(stream, chain, range, picture_of(image), piece,
                 made->bytes.data() + piece.y * stride + static_cast<int64_t>(piece.x) * image.channels, stride,
                 &canceled);
    share = start + (1 - start) * static_cast<float>(i + 1) / static_cast<float>(pieces.size());
  }
  if (canceled) return nullptr;
  return made;
}

}  // namespace striate
