// A film as an MP4: H.264, which every player and browser shows. The ffmpeg that is installed makes it, without a
// shell: the pictures go to its standard input as they are, its file is renamed once it is whole. Sides are even
// numbers of pixels, as H.264 with 4:2:0 wants them: the last column or row of others is left out.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "app/film/film.h"
#include "app/worker/child_process.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

// Where PATH has it; empty: nowhere.
std::string find_ffmpeg() {
  const char* const path = std::getenv("PATH");
  std::string rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  for (rest += ':'; !rest.empty();) {
    const size_t end = rest.find(':');
    std::string program = rest.substr(0, end) + "/ffmpeg";
    rest.erase(0, end + 1);
    if (program.front() == '/' && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

constexpr const char* kAgain = "install ffmpeg again, or make a GIF or a folder of PNGs";

std::string last_line(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

class Mp4Film : public FilmSink {
 public:
  explicit Mp4Film(const FilmSpec& spec)
      : path_(spec.path), width_(spec.width / 2 * 2), height_(spec.height / 2 * 2), file_(spec.path) {
    const std::string program = find_ffmpeg();
    ChildProcess asked({program, "-hide_banner", "-encoders"}, kAgain);
    asked.wait();
    const bool x264 = asked.printed().find(" libx264 ") != std::string::npos;

    std::vector<std::string> words = {program,
                                      "-hide_banner",
                                      "-loglevel",
                                      "error",
                                      "-nostdin",
                                      "-y",
                                      "-f",
                                      "rawvideo",
                                      "-pixel_format",
                                      "rgb24",
                                      "-video_size",
                                      fmt::format("{}x{}", width_, height_),
                                      "-framerate",
                                      fmt::format("{}", spec.rate),
                                      "-i",
                                      "pipe:0",
                                      "-an"};
    const auto add = [&](std::initializer_list<const char*> more) {
      words.insert(words.end(), more.begin(), more.end());
    };
    if (x264) add({"-c:v", "libx264", "-preset", "medium", "-crf", "18"});
    // The matrix and its range are said, so that no player guesses them.
    add({"-vf", "scale=out_color_matrix=bt709:out_range=tv", "-colorspace", "bt709", "-color_primaries", "bt709",
         "-color_trc", "bt709", "-color_range", "tv"});
    // The same pictures give the same file.
    add({"-pix_fmt", "yuv420p", "-movflags", "+faststart", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v",
         "+bitexact", "-f", "mp4"});
    words.push_back("file:" + file_.temporary());
    // Not a pipe: writing to a socket whose reader is gone can be told not to raise a signal.
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw Error(fmt::format("{}: cannot be written: {}", path_, std::strerror(errno)), "close other programs");
    input_.number = ends[0];
    const OpenFile other(ends[1]);
    ffmpeg_ = std::make_unique<ChildProcess>(words, kAgain, other.number);
  }

  void add(const Image& frame, int64_t times) override {
    const size_t row = static_cast<size_t>(width_) * 3;
    rows_.resize(row * static_cast<size_t>(height_));
    for (int y = 0; y < height_; ++y) std::memcpy(rows_.data() + row * static_cast<size_t>(y), frame.at(0, y), row);
    for (int64_t i = 0; i < times; ++i) send();
  }

  void finish() override {
    input_.close();
    if (!ffmpeg_->wait()) fail();
    file_.commit();
  }

 private:
  void send() {
    const uint8_t* from = rows_.data();
    for (size_t left = rows_.size(); left > 0;) {
      const ssize_t done = ::send(input_.number, from, left, MSG_NOSIGNAL);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) {
        ffmpeg_->wait();
        fail();
      }
      from += done;
      left -= static_cast<size_t>(done);
    }
  }
  [[noreturn]] void fail() {
    const std::string said = last_line(ffmpeg_->printed());
    throw Error(fmt::format("{}: ffmpeg has failed{}{}", path_, said.empty() ? "" : ": ", said),
                "free some space, or make a GIF or a folder of PNGs: OUT.gif, OUT");
  }

  std::string path_;
  int width_, height_;
  AtomicFile file_;
  OpenFile input_;
  std::unique_ptr<ChildProcess> ffmpeg_;
  std::vector<uint8_t> rows_;
};

void check_mp4(const FilmSpec& spec) {
  check_overwrite({spec.path, FileKind::film, spec.inputs, spec.force, spec.has_force});
  if (spec.width < 2 || spec.height < 2) throw Error("an MP4 has two pixels a side at least", "choose a larger size");
  if (find_ffmpeg().empty())
    throw Error("an MP4 is made by ffmpeg, which is not installed",
                "install it (apt install ffmpeg), or make a GIF or a folder of PNGs: OUT.gif, OUT");
}

}  // namespace

const FilmFormat kMp4Film = {
    ".mp4", "an MP4", kHighestFilmRate, check_mp4,
    [](const FilmSpec& spec) -> std::unique_ptr<FilmSink> { return std::make_unique<Mp4Film>(spec); }};

}  // namespace striate
