// Films: the pictures of `striate render` and of a recorded window, one after another, into a file or a folder.
//
// A format of films is one file beside this one with a FilmFormat in it: copy png_film.cpp, the shortest. Declare it
// below and put it into the list in film.cpp; both commands, their checks and their errors have it then.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

struct FilmSpec {
  std::string path;
  int width = 0, height = 0;             // of every picture
  int rate = 25;                         // pictures a second
  std::vector<std::string> inputs = {};  // what is read for it: it is not written over
  bool force = false;                    // written over whatever is there
  bool has_force = false;                // there is an option --force to say it with
};

// Takes pictures of one size. Whatever fails or ends early leaves nothing behind: the film has its name once finish()
// has returned, and what was there before stays until then. Both throw Error.
class FilmSink {
 public:
  virtual ~FilmSink() = default;
  // `frame` (RGB) is seen for `times` pictures, 1 or more.
  virtual void add(const Image& frame, int64_t times) = 0;
  virtual void finish() = 0;
};

struct FilmFormat {
  const char* ending;  // ".gif"; empty: a folder
  const char* name;    // for messages: "a GIF"
  int highest_rate;
  // Throws Error where the film could not be made or would replace what it must not.
  void (*check)(const FilmSpec& spec);
  std::unique_ptr<FilmSink> (*make)(const FilmSpec& spec);
};
extern const FilmFormat kPngFilm, kGifFilm, kMp4Film;

inline constexpr int kHighestFilmRate = 60;

// By the name's ending; a name without one, or a folder that is there, is a folder of pictures. Throws Error.
const FilmFormat& film_format(const std::string& path);
// All that can be said before there is a picture. Throws Error.
void check_film(const FilmSpec& spec);
// Checks it and begins it. Throws Error.
std::unique_ptr<FilmSink> make_film(const FilmSpec& spec);

}  // namespace striate
