// A film as a GIF: every browser, mail and slide shows it. Of each picture only the rectangle that has changed is
// written, with a palette of its own; what has not changed within it stays transparent, so that it keeps the colors
// that it has and nothing flickers. A picture that is like the one before lengthens that one's delay.
#include <gif_lib.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>
#include <vector>

#include "app/film/film.h"
#include "app/film/palette.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

constexpr int kLongestDelay = 65535;  // hundredths of a second
constexpr size_t kBuffer = size_t{1} << 16;
// Programs that show GIFs take a delay of a hundredth of a second for a mistake and make ten of it.
constexpr int kHighestRate = 50;

struct Area {
  int x = 0, y = 0, w = 0, h = 0;
};

uint32_t color_at(const uint8_t* rgb) {
  return static_cast<uint32_t>(rgb[0]) << 16 | static_cast<uint32_t>(rgb[1]) << 8 | rgb[2];
}

class GifFilm : public FilmSink {
 public:
  explicit GifFilm(const FilmSpec& spec)
      : path_(spec.path), width_(spec.width), height_(spec.height), rate_(spec.rate), file_(spec.path) {
    int error = 0;
    gif_.reset(EGifOpen(this, &GifFilm::take, &error));
    if (!gif_) fail();
    EGifSetGifVersion(gif_.get(), true);
    need(EGifPutScreenDesc(gif_.get(), width_, height_, 8, 0, nullptr));
    // It begins again at its end.
    constexpr unsigned char kAgain[] = {1, 0, 0};
    need(EGifPutExtensionLeader(gif_.get(), APPLICATION_EXT_FUNC_CODE));
    need(EGifPutExtensionBlock(gif_.get(), 11, "NETSCAPE2.0"));
    need(EGifPutExtensionBlock(gif_.get(), sizeof kAgain, kAgain));
    need(EGifPutExtensionTrailer(gif_.get()));
  }

  void add(const Image& frame, int64_t times) override {
    const size_t bytes = frame.value_count();
    if (waiting_.empty() || !std::equal(waiting_.begin(), waiting_.end(), frame.bytes.data())) {
      if (!waiting_.empty()) write_waiting();
      waiting_.assign(frame.bytes.data(), frame.bytes.data() + bytes);
    }
    count_ += times;
  }

  void finish() override {
    if (!waiting_.empty()) write_waiting();
    int error = 0;
    if (EGifCloseFile(gif_.release(), &error) != GIF_OK || problem_) fail();
    flush();
    file_.commit();
  }

 private:
  // Nothing may be thrown through giflib.
  static int take(GifFileType* gif, const GifByteType* data, int count) {
    auto* const film = static_cast<GifFilm*>(gif->UserData);
    try {
      film->buffer_.insert(film->buffer_.end(), data, data + count);
      if (film->buffer_.size() >= kBuffer) film->flush();
      return count;
    } catch (...) {
      film->problem_ = std::current_exception();
      return 0;
    }
  }
  void flush() {
    file_.write(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  [[noreturn]] void fail() {
    if (problem_) std::rethrow_exception(problem_);
    throw Error(fmt::format("{}: the GIF cannot be written", path_), "choose a smaller film, or another folder");
  }
  void need(int status) {
    if (status != GIF_OK || problem_) fail();
  }

  // Of a time in pictures: each is rounded by itself, so that a long film does not drift.
  int64_t hundredths(int64_t pictures) const {
    return std::llround(static_cast<double>(pictures) * 100 / static_cast<double>(rate_));
  }

  // The picture that waits, from where the one before it ended until now.
  void write_waiting() {
    int64_t delay = hundredths(count_) - hundredths(written_);
    const Area area = changed();
    write(area, std::min<int64_t>(delay, kLongestDelay));
    shown_ = waiting_;
    for (delay -= kLongestDelay; delay > 0; delay -= kLongestDelay)
      write({0, 0, 1, 1}, std::min<int64_t>(delay, kLongestDelay));
    written_ = count_;
  }

  Area changed() const {
    if (shown_.empty()) return {0, 0, width_, height_};
    int left = width_, right = 0, top = height_, bottom = 0;
    for (int y = 0; y < height_; ++y) {
      const size_t row = static_cast<size_t>(y) * static_cast<size_t>(width_) * 3;
      const auto begin = waiting_.begin() + static_cast<std::ptrdiff_t>(row), end = begin + width_ * 3;
      const auto [first, other] = std::mismatch(begin, end, shown_.begin() + static_cast<std::ptrdiff_t>(row));
      if (first == end) continue;
      top = std::min(top, y);
      bottom = y + 1;
      left = std::min(left, static_cast<int>(first - begin) / 3);
      int last = width_ * 3 - 1;
      while (begin[last] == shown_[row + static_cast<size_t>(last)]) --last;
      right = std::max(right, last / 3 + 1);
    }
    return {left, top, right - left, bottom - top};
  }

  void write(const Area& area, int64_t delay) {
    const auto same = [&](size_t at) {
      return !shown_.empty() && std::equal(&waiting_[at], &waiting_[at] + 3, &shown_[at]);
    };
    const auto place = [&](int x, int y) {
      return (static_cast<size_t>(area.y + y) * static_cast<size_t>(width_) + static_cast<size_t>(area.x + x)) * 3;
    };
    std::vector<uint32_t> pixels;
    for (int y = 0; y < area.h; ++y)
      for (int x = 0; x < area.w; ++x)
        if (const size_t at = place(x, y); !same(at)) pixels.push_back(color_at(&waiting_[at]));
    const ColorPalette palette(std::move(pixels), 255);
    const auto transparent = static_cast<GifByteType>(palette.colors().size());

    GraphicsControlBlock control{};
    control.DisposalMode = DISPOSE_DO_NOT;
    control.DelayTime = static_cast<int>(delay);
    control.TransparentColor = shown_.empty() ? NO_TRANSPARENT_COLOR : transparent;
    GifByteType extension[4];
    EGifGCBToExtension(&control, extension);
    need(EGifPutExtension(gif_.get(), GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension));

    int size = 2;
    while (size < transparent + 1) size *= 2;
    std::vector<GifColorType> colors(static_cast<size_t>(size));
    for (size_t i = 0; i < palette.colors().size(); ++i) {
      const uint32_t color = palette.colors()[i];
      colors[i] = {static_cast<GifByteType>(color >> 16), static_cast<GifByteType>(color >> 8 & 0xFF),
                   static_cast<GifByteType>(color & 0xFF)};
    }
    ColorMapObject* const map = GifMakeMapObject(size, colors.data());
    if (!map) throw std::bad_alloc();
    const int described = EGifPutImageDesc(gif_.get(), area.x, area.y, area.w, area.h, false, map);
    GifFreeMapObject(map);
    need(described);
    std::vector<GifByteType> row(static_cast<size_t>(area.w));
    for (int y = 0; y < area.h; ++y) {
      for (int x = 0; x < area.w; ++x) {
        const size_t at = place(x, y);
        row[static_cast<size_t>(x)] = same(at) ? transparent : palette.index_of(color_at(&waiting_[at]));
      }
      need(EGifPutLine(gif_.get(), row.data(), area.w));
    }
  }

  std::string path_;
  int width_, height_, rate_;
  AtomicFile file_;
  std::vector<uint8_t> buffer_;
  std::exception_ptr problem_;
  std::vector<uint8_t> shown_;    // what the film shows so far
  std::vector<uint8_t> waiting_;  // the picture after it, until it is known how long it stays
  int64_t written_ = 0, count_ = 0;
  struct Close {
    void operator()(GifFileType* gif) const {
      int ignored = 0;
      EGifCloseFile(gif, &ignored);
    }
  };
  std::unique_ptr<GifFileType, Close> gif_;  // last: closing it writes
};

}  // namespace

const FilmFormat kGifFilm = {
    ".gif", "a GIF", kHighestRate,
    [](const FilmSpec& spec) {
      check_overwrite({spec.path, FileKind::film, spec.inputs, spec.force, spec.has_force});
    },
    [](const FilmSpec& spec) -> std::unique_ptr<FilmSink> { return std::make_unique<GifFilm>(spec); }};

}  // namespace striate
