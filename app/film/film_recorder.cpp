#include "app/film/film_recorder.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>
#include <utility>

#include "app/worker/jobs.h"

namespace striate {
namespace {

Image fitted(Image picture, int width, int height) {
  if (picture.width == width && picture.height == height) return picture;
  Image image = picture;
  image.width = width;
  image.height = height;
  image.bytes = std::vector<uint8_t>(image.value_count());
  const size_t row = static_cast<size_t>(std::min(width, picture.width)) * 3;
  for (int y = 0; y < std::min(height, picture.height); ++y)
    std::memcpy(image.bytes.data() + static_cast<size_t>(y) * static_cast<size_t>(width) * 3, picture.at(0, y), row);
  return image;
}

}  // namespace

// Lives as long as there is a job for it, one at a time, on the pool.
struct FilmRecorder::Encoder : std::enable_shared_from_this<Encoder> {
  struct Picture {
    Image image;
    int64_t first = 0;  // frame of the film
  };

  Encoder(FilmSpec what, std::function<void()> call) : spec(std::move(what)), wake(std::move(call)) {}

  // ---- any thread, `mutex` held ----
  void begin_job() {
    if (works || over) return;
    works = true;
    Jobs::shared().post([self = shared_from_this()] { self->work(); }, JobPriority::behind);
  }

  // ---- the job ----
  void work() {
    std::unique_lock lock(mutex);
    try {
      while (!queue.empty() && !given_up) {
        Picture picture = std::move(queue.front());
        queue.pop_front();
        lock.unlock();
        encode(std::move(picture));
        lock.lock();
      }
      if (end >= 0 && !given_up) {
        lock.unlock();
        finish();
        lock.lock();
        over = true;
      }
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      error = as_error(std::current_exception());
      over = true;
    }
    if (over || given_up) {
      over = true;
      queue.clear();
      sink.reset();
      last = {};
    }
    works = false;
    if (over && wake) wake();  // not without the lock: who waits would be gone
    changed.notify_all();
  }
  void encode(Picture picture) {
    if (!sink) {
      spec.width = picture.image.width;
      spec.height = picture.image.height;
      sink = make_film(spec);
    } else {
      sink->add(last.image, picture.first - last.first);
    }
    last.first = picture.first;
    last.image = fitted(std::move(picture.image), spec.width, spec.height);
  }
  void finish() {
    if (!sink)
      throw Error(fmt::format("{}: the film has no picture", spec.path),
                  "let the window draw before the film is stopped");
    sink->add(last.image, std::max<int64_t>(1, end - last.first));
    sink->finish();
  }

  FilmSpec spec;
  std::function<void()> wake;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Picture> queue;
  int64_t end = -1;  // frames of the whole film, once it is stopped
  bool works = false, over = false, given_up = false;
  std::optional<Error> error;
  std::unique_ptr<FilmSink> sink;  // the job's alone, with `last`
  Picture last;
};

FilmRecorder::FilmRecorder(FilmSpec spec, double now, std::function<void()> wake)
    : path_(spec.path), rate_(spec.rate), start_(now) {
  FilmSpec checked = spec;
  checked.width = checked.height = 2;  // as large as the pictures will be
  check_film(checked);
  encoder_ = std::make_shared<Encoder>(std::move(spec), std::move(wake));
}

FilmRecorder::~FilmRecorder() {
  {
    std::lock_guard lock(encoder_->mutex);
    encoder_->wake = nullptr;
    if (!stopped_) encoder_->given_up = true;
    if (!stopped_ && !encoder_->works) encoder_->begin_job();  // what is half done goes
  }
  wait();
}

int64_t FilmRecorder::frame_at(double now) const {
  return static_cast<int64_t>(std::floor((now - start_) * rate_ + 1e-6));
}

bool FilmRecorder::wants(double now) {
  if (stopped_) return false;
  stale_ = true;
  return frame_at(now) >= next_;
}

void FilmRecorder::add(Image picture, double now) {
  const int64_t first = frame_at(now);
  std::lock_guard lock(encoder_->mutex);
  if (encoder_->over) return;
  if (encoder_->queue.size() >= kQueue) {
    dropped_ += 1;
  } else {
    encoder_->queue.push_back({std::move(picture), first});
    stale_ = false;
    encoder_->begin_job();
  }
  next_ = first + 1;
}

double FilmRecorder::due() const {
  return stale_ && !stopped_ ? start_ + static_cast<double>(next_) / rate_ : std::numeric_limits<double>::infinity();
}

void FilmRecorder::stop(double now) {
  if (stopped_) return;
  stopped_ = true;
  next_ = std::max(next_, frame_at(now));
  std::lock_guard lock(encoder_->mutex);
  encoder_->end = next_;
  encoder_->begin_job();
}

bool FilmRecorder::ended() const {
  std::lock_guard lock(encoder_->mutex);
  return encoder_->over;
}

void FilmRecorder::wait() {
  std::unique_lock lock(encoder_->mutex);
  encoder_->changed.wait(lock, [this] { return encoder_->over; });
}

std::optional<Error> FilmRecorder::error() const {
  std::lock_guard lock(encoder_->mutex);
  return encoder_->error;
}

}  // namespace striate
