// A folder of PNGs, frame-000000.png and so on: for every other program, and without any loss. It is filled under
// another name beside its place; a folder that is there already may hold the pictures of an older film, which the new
// ones replace.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/film/film.h"
#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

std::string frame_name(int64_t number) { return fmt::format("frame-{:06}.png", number); }

bool is_frame_name(const std::string& name) {
  if (!name.starts_with("frame-") || !name.ends_with(".png")) return false;
  const std::string digits = name.substr(6, name.size() - 10);
  return digits.size() >= 6 && digits.find_first_not_of("0123456789") == std::string::npos;
}

// Without a slash at its end.
fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

[[noreturn]] void fail(const fs::path& folder, const std::error_code& problem) {
  throw Error(fmt::format("{}: the folder cannot be written: {}", folder.string(), problem.message()),
              "choose another one, or free some space");
}

class PngFilm : public FilmSink {
 public:
  explicit PngFilm(const FilmSpec& spec) : folder_(folder_of(spec.path)) {
    part_ = folder_;
    part_ += fmt::format(".{}.part", ::getpid());
    std::error_code problem;
    fs::remove_all(part_, problem);
    if (!fs::create_directory(part_, problem)) fail(folder_, problem);
  }
  ~PngFilm() override {
    std::error_code ignored;
    if (!part_.empty()) fs::remove_all(part_, ignored);
  }
  PngFilm(const PngFilm&) = delete;
  PngFilm& operator=(const PngFilm&) = delete;

  void add(const Image& frame, int64_t times) override {
    const fs::path first = part_ / frame_name(count_);
    write_image(first.string(), frame);
    for (int64_t i = 1; i < times; ++i) {
      std::error_code problem;
      if (!fs::copy_file(first, part_ / frame_name(count_ + i), problem)) fail(folder_, problem);
    }
    count_ += times;
  }

  void finish() override {
    std::error_code problem;
    if (!fs::exists(folder_, problem)) {
      fs::rename(part_, folder_, problem);
      if (problem) fail(folder_, problem);
    } else {
      replace_frames();
    }
    part_.clear();
  }

 private:
  void replace_frames() {
    std::error_code problem;
    std::vector<fs::path> old;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, problem))
      if (is_frame_name(entry.path().filename().string())) old.push_back(entry.path());
    if (problem) fail(folder_, problem);
    for (int64_t i = 0; i < count_; ++i) {
      fs::rename(part_ / frame_name(i), folder_ / frame_name(i), problem);
      if (problem) fail(folder_, problem);
    }
    for (const fs::path& each : old)
      if (each.filename().string() >= frame_name(count_)) fs::remove(each, problem);
    fs::remove(part_, problem);
  }

  fs::path folder_, part_;
  int64_t count_ = 0;
};

void check_folder(const FilmSpec& spec) {
  const fs::path folder = folder_of(spec.path);
  std::error_code problem;
  if (fs::exists(folder, problem) && !fs::is_directory(folder, problem))
    throw Error(fmt::format("{} is there already and is a file, not a folder", spec.path), "give another name");
  const fs::path parent = folder.parent_path();
  if (!parent.empty() && !fs::is_directory(parent, problem))
    throw Error(fmt::format("{}: cannot be written: its folder does not exist", spec.path),
                "make the folder first or choose another one");
  if (spec.force || !fs::is_directory(folder, problem)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename().string();
    if (!is_frame_name(name))
      throw Error(
          fmt::format("{} is there already and holds other files, such as {}", spec.path, name),
          fmt::format("give another name{}", spec.has_force ? ", or put the pictures beside them with --force" : ""));
  }
  if (problem) fail(folder, problem);
}

}  // namespace

const FilmFormat kPngFilm = {
    "", "a folder of PNGs", kHighestFilmRate, check_folder,
    [](const FilmSpec& spec) -> std::unique_ptr<FilmSink> { return std::make_unique<PngFilm>(spec); }};

}  // namespace striate
