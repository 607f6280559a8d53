// What the window shows, as a film, while it goes on. The window gives a picture where it has drawn one and the film
// has room for it; what does not change is not drawn again, the picture before is seen for longer. Encoding happens
// behind.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/film/film.h"
#include "engine/error.h"

namespace striate {

class FilmRecorder {
 public:
  static constexpr size_t kQueue = 8;  // pictures that wait to be encoded; what comes beyond them is dropped

  // Begins at `now`, in seconds. The size is that of the first picture; one of another size is cut, or stands on black.
  // `wake` is called, from another thread, when the film is whole or has failed. Throws what check_film() throws.
  FilmRecorder(FilmSpec spec, double now, std::function<void()> wake);
  ~FilmRecorder();  // waits for a film that was stopped; one that was not leaves nothing behind
  FilmRecorder(const FilmRecorder&) = delete;
  FilmRecorder& operator=(const FilmRecorder&) = delete;

  // Whether what is being drawn at `now` is to be given to add().
  bool wants(double now);
  void add(Image picture, double now);
  // When the film wants what was drawn last, because it came too early for it; infinite where it has it.
  double due() const;

  void stop(double now);  // the film ends now; ended() once it is whole
  bool stopped() const { return stopped_; }
  bool ended() const;  // it is whole, or it has failed
  void wait();         // until it has ended
  const std::string& path() const { return path_; }
  int64_t frames() const { return next_; }      // of the film so far
  int64_t dropped() const { return dropped_; }  // of these, because encoding was too slow
  std::optional<Error> error() const;           // once it has ended

 private:
  struct Encoder;
  int64_t frame_at(double now) const;

  std::string path_;
  int rate_;
  double start_;
  int64_t next_ = 0, dropped_ = 0;
  bool stale_ = false, stopped_ = false;
  std::shared_ptr<Encoder> encoder_;
};

}  // namespace striate
