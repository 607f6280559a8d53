#include "app/film/film.h"

#include <filesystem>

#include "engine/error.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

constexpr const FilmFormat* kFormats[] = {&kMp4Film, &kGifFilm, &kPngFilm};
constexpr const char* kEndings = "end its name in .mp4 or .gif; a name without an ending is a folder of PNGs";

}  // namespace

const FilmFormat& film_format(const std::string& path) {
  std::error_code ignored;
  if (path.empty()) throw Error("the film has no name", kEndings);
  const bool folder = path.back() == '/' || std::filesystem::is_directory(path, ignored);
  const std::string ending = folder ? std::string() : lower_case(std::filesystem::path(path).extension().string());
  for (const FilmFormat* format : kFormats)
    if (ending == format->ending) return *format;
  throw Error(fmt::format("{}: there are no films of the kind '{}'", path, ending), kEndings);
}

void check_film(const FilmSpec& spec) {
  const FilmFormat& format = film_format(spec.path);
  if (spec.rate < 1 || spec.rate > format.highest_rate)
    throw Error(fmt::format("{} has no {} pictures a second", format.name, spec.rate),
                fmt::format("1 to {} are possible", format.highest_rate));
  format.check(spec);
}

std::unique_ptr<FilmSink> make_film(const FilmSpec& spec) {
  check_film(spec);
  return film_format(spec.path).make(spec);
}

}  // namespace striate
