// Films as files: what is read back is what was given, and what fails leaves nothing behind.
#include <gif_lib.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "app/film/film.h"
#include "app/film/palette.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

Image painted(int width, int height, const std::function<uint32_t(int x, int y)>& color) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  std::vector<uint8_t> bytes;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const uint32_t c = color(x, y);
      for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<uint8_t>(c >> shift));
    }
  }
  image.bytes = bytes;
  return image;
}
// A square of 6 x 6 at `at` on a ground of its own.
Image square(int at) {
  return painted(40, 24, [at](int x, int y) -> uint32_t {
    return x >= at && x < at + 6 && y >= 5 && y < 11 ? 0xE0A020 : 0x102030;
  });
}
Image noise(int width, int height, uint32_t seed) {
  return painted(width, height, [&](int, int) {
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
  });
}
Image gradient(int shift) {
  return painted(64, 48, [shift](int x, int y) {
    return static_cast<uint32_t>((4 * x + shift) & 255) << 16 | static_cast<uint32_t>(5 * y) << 8 |
           static_cast<uint32_t>(2 * (x + y));
  });
}

FilmSpec spec_of(const std::string& path, const Image& picture, int rate = 10) {
  FilmSpec spec;
  spec.path = path;
  spec.width = picture.width;
  spec.height = picture.height;
  spec.rate = rate;
  return spec;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

// The GIF as somebody sees it who knows nothing of how it was made.
struct Seen {
  std::vector<std::vector<uint8_t>> pictures;  // RGB
  std::vector<int> delays;                     // hundredths of a second
  std::vector<int> areas;                      // pixels that were written
};
Seen read_gif(const std::string& path) {
  Seen seen;
  int error = 0;
  GifFileType* gif = DGifOpenFileName(path.c_str(), &error);
  EXPECT_NE(gif, nullptr);
  if (!gif) return seen;
  EXPECT_EQ(DGifSlurp(gif), GIF_OK);
  std::vector<uint8_t> screen(static_cast<size_t>(gif->SWidth) * static_cast<size_t>(gif->SHeight) * 3);
  for (int i = 0; i < gif->ImageCount; ++i) {
    const SavedImage& image = gif->SavedImages[i];
    GraphicsControlBlock control{};
    EXPECT_EQ(DGifSavedExtensionToGCB(gif, i, &control), GIF_OK);
    EXPECT_EQ(control.DisposalMode, DISPOSE_DO_NOT);
    const GifImageDesc& place = image.ImageDesc;
    for (int y = 0; y < place.Height; ++y) {
      for (int x = 0; x < place.Width; ++x) {
        const int index = image.RasterBits[y * place.Width + x];
        if (index == control.TransparentColor) continue;
        const GifColorType color = place.ColorMap->Colors[index];
        uint8_t* to = &screen[static_cast<size_t>(((place.Top + y) * gif->SWidth + place.Left + x) * 3)];
        to[0] = color.Red, to[1] = color.Green, to[2] = color.Blue;
      }
    }
    seen.pictures.push_back(screen);
    seen.delays.push_back(control.DelayTime);
    seen.areas.push_back(place.Width * place.Height);
  }
  DGifCloseFile(gif, &error);
  return seen;
}

std::vector<uint8_t> pixels_of(const Image& image) {
  return {image.bytes.data(), image.bytes.data() + image.value_count()};
}

TEST(GifFilm, shows_the_pictures_that_it_was_given) {
  const TestFolder folder;
  const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", square(0)));
  for (const int at : {0, 3, 3, 20}) film->add(square(at), 1);
  film->add(square(20), 4);
  film->finish();
  const Seen seen = read_gif(folder / "a.gif");
  ASSERT_EQ(seen.pictures.size(), 3U);
  EXPECT_EQ(seen.pictures[0], pixels_of(square(0)));
  EXPECT_EQ(seen.pictures[1], pixels_of(square(3)));
  EXPECT_EQ(seen.pictures[2], pixels_of(square(20)));
  EXPECT_EQ(seen.delays, (std::vector<int>{10, 20, 50}));
  // Only what has changed: from the old square's left to the new one's right, its six rows.
  EXPECT_EQ(seen.areas, (std::vector<int>{40 * 24, 9 * 6, 23 * 6}));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.gif"});
}

TEST(GifFilm, keeps_the_time_at_rates_that_are_no_whole_hundredths) {
  const TestFolder folder;
  const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", square(0), 12));
  for (int i = 0; i < 24; ++i) film->add(square(i), 1);
  film->finish();
  const Seen seen = read_gif(folder / "a.gif");
  ASSERT_EQ(seen.delays.size(), 24U);
  int all = 0;
  for (const int delay : seen.delays) {
    EXPECT_GE(delay, 8);
    EXPECT_LE(delay, 9);
    all += delay;
  }
  EXPECT_EQ(all, 200);
}

TEST(GifFilm, holds_a_picture_longer_than_one_delay_lasts) {
  const TestFolder folder;
  const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", square(0), 1));
  film->add(square(0), 1000);
  film->add(square(9), 1);
  film->finish();
  const Seen seen = read_gif(folder / "a.gif");
  ASSERT_EQ(seen.delays, (std::vector<int>{65535, 100000 - 65535, 100}));
  EXPECT_EQ(seen.pictures[1], seen.pictures[0]);
  EXPECT_EQ(seen.pictures[2], pixels_of(square(9)));
}

TEST(GifFilm, is_close_to_pictures_of_many_colors) {
  const TestFolder folder;
  const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", gradient(0)));
  for (const int shift : {0, 1, 64}) film->add(gradient(shift), 1);
  film->finish();
  const Seen seen = read_gif(folder / "a.gif");
  ASSERT_EQ(seen.pictures.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    const std::vector<uint8_t> wanted = pixels_of(gradient(std::vector<int>{0, 1, 64}[i]));
    int largest = 0, sum = 0;
    for (size_t k = 0; k < wanted.size(); ++k) {
      const int off = std::abs(wanted[k] - seen.pictures[i][k]);
      largest = std::max(largest, off);
      sum += off;
    }
    EXPECT_LT(largest, 26) << i;
    EXPECT_LT(sum / static_cast<double>(wanted.size()), 5) << i;
  }
}

TEST(GifFilm, is_the_same_file_each_time) {
  const TestFolder folder;
  for (const char* name : {"a.gif", "b.gif"}) {
    const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / name, gradient(0)));
    for (int i = 0; i < 5; ++i) film->add(gradient(3 * i), 1 + i % 2);
    film->finish();
  }
  EXPECT_EQ(bytes_of(folder / "a.gif"), bytes_of(folder / "b.gif"));
}

TEST(ColorPalette, keeps_few_colors_and_divides_many) {
  const ColorPalette few({0xFF0000, 0x00FF00, 0xFF0000, 0x010203}, 3);
  for (const uint32_t color : {0xFF0000u, 0x00FF00u, 0x010203u}) EXPECT_EQ(few.colors()[few.index_of(color)], color);
  // Two clouds of colors and a single pixel far from both.
  std::vector<uint32_t> pixels{0x00FF00};
  for (uint32_t i = 0; i < 4000; ++i) pixels.push_back(i % 2 ? 0x100000 + i % 11 : 0xF000F0 + i % 13);
  const ColorPalette three(pixels, 3);
  ASSERT_EQ(three.colors().size(), 3U);
  EXPECT_EQ(three.colors()[three.index_of(0x00FF00)], 0x00FF00u);
  EXPECT_NE(three.index_of(0x100003), three.index_of(0xF000F5));
}

TEST(PngFilm, is_a_folder_of_all_pictures) {
  const TestFolder folder;
  const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "film/", square(0)));
  film->add(square(0), 2);
  film->add(square(8), 1);
  EXPECT_FALSE(fs::exists(folder / "film"));
  film->finish();
  EXPECT_EQ(folder.names(), std::vector<std::string>{"film"});
  for (int i = 0; i < 3; ++i) {
    const ImagePtr picture = read_image(folder / ("film/frame-00000" + std::to_string(i) + ".png"));
    EXPECT_EQ(pixels_of(*picture), pixels_of(square(i == 2 ? 8 : 0)));
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "film"), fs::directory_iterator()), 3);
}

TEST(PngFilm, replaces_an_older_film_and_nothing_else) {
  const TestFolder folder;
  const std::string path = folder / "film";
  const auto make = [&](int64_t frames, bool force) {
    FilmSpec spec = spec_of(path, square(0));
    spec.force = force;
    const std::unique_ptr<FilmSink> film = make_film(spec);
    film->add(square(static_cast<int>(frames)), frames);
    film->finish();
  };
  const auto count = [&] { return std::distance(fs::directory_iterator(path), fs::directory_iterator()); };
  make(5, false);
  make(3, false);
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(pixels_of(*read_image(path + "/frame-000002.png")), pixels_of(square(3)));
  std::ofstream(path + "/diary.txt") << "Dear diary\n";
  EXPECT_THROW(make(2, false), Error);
  EXPECT_EQ(count(), 4);
  make(2, true);
  EXPECT_EQ(count(), 3);
  EXPECT_EQ(bytes_of(path + "/diary.txt"), "Dear diary\n");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"film"});
}

TEST(Film, that_is_not_finished_leaves_what_was_there) {
  const TestFolder folder;
  for (const char* name : {"a.gif", "frames"}) {
    const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / name, square(0)));
    film->add(square(0), 3);
    film->add(square(1), 3);
  }
  EXPECT_TRUE(folder.names().empty());
  {
    const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", square(0)));
    film->add(square(0), 3);
    film->finish();
  }
  const std::string before = bytes_of(folder / "a.gif");
  {
    const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / "a.gif", square(0)));
    film->add(square(7), 3);
  }
  EXPECT_EQ(bytes_of(folder / "a.gif"), before);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.gif"});
}

// A disk that is full: no file may grow beyond a few kilobytes.
TEST(Film, that_cannot_be_written_leaves_nothing) {
  const TestFolder folder;
  struct rlimit before {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 20000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  std::vector<std::string> failures;
  for (const char* name : {"a.gif", "frames"}) {
    try {
      const std::unique_ptr<FilmSink> film = make_film(spec_of(folder / name, noise(200, 200, 0)));
      for (uint32_t i = 0; i < 4; ++i) film->add(noise(200, 200, i), 1);
      film->finish();
      failures.emplace_back("none");
    } catch (const Error& error) {
      failures.emplace_back(error.what());
    }
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  for (const std::string& failure : failures)
    EXPECT_NE(failure.find("larger than this disk"), std::string::npos) << failure;
  EXPECT_TRUE(folder.names().empty());
}

TEST(Film, is_refused_where_it_would_replace_something_else) {
  const TestFolder folder;
  std::ofstream(folder / "a.gif") << "Dear diary\n";
  std::ofstream(folder / "b.mp4") << "Dear diary\n";
  EXPECT_THROW(make_film(spec_of(folder / "a.gif", square(0))), Error);
  EXPECT_THROW(make_film(spec_of(folder / "b.mp4", square(0))), Error);
  EXPECT_THROW(make_film(spec_of(folder / "a.avi", square(0))), Error);
  EXPECT_THROW(make_film(spec_of(folder / "no/film", square(0))), Error);
  EXPECT_THROW(make_film(spec_of(folder / "c.gif", square(0), 60)), Error);
  EXPECT_EQ(bytes_of(folder / "a.gif"), "Dear diary\n");
  EXPECT_EQ(folder.names().size(), 2U);
}

// A program of the name of ffmpeg that says what it was asked for, in place of the real one.
class FakeFfmpeg {
 public:
  FakeFfmpeg(const TestFolder& folder, const std::string& encoders, const std::string& works)
      : before_(getenv("PATH")) {
    const std::string bin = folder / "bin";
    fs::create_directory(bin);
    std::ofstream(bin + "/ffmpeg") << "#!/bin/sh\nfor last; do :; done\n"
                                   << "if [ \"$last\" = -encoders ]; then echo '" << encoders << "'; exit 0; fi\n"
                                   << works << "\n";
    fs::permissions(bin + "/ffmpeg", fs::perms::owner_all);
    setenv("PATH", (bin + ":" + before_).c_str(), 1);
  }
  ~FakeFfmpeg() { setenv("PATH", before_.c_str(), 1); }
  FakeFfmpeg(const FakeFfmpeg&) = delete;
  FakeFfmpeg& operator=(const FakeFfmpeg&) = delete;

 private:
  std::string before_;
};

TEST(Mp4Film, gives_ffmpeg_the_pictures_as_they_are) {
  const TestFolder folder, made;
  const FakeFfmpeg ffmpeg(folder, " V....D libx264 ", "{ echo \"$*\"; cat; } >\"${last#file:}\"");
  const Image odd = noise(7, 5, 3);
  const std::unique_ptr<FilmSink> film = make_film(spec_of(made / "a.mp4", odd, 24));
  film->add(odd, 2);
  film->add(noise(7, 5, 4), 1);
  film->finish();
  const std::string all = bytes_of(made / "a.mp4");
  const std::string words = all.substr(0, all.find('\n'));
  for (const char* word : {"-video_size 6x4", "-framerate 24", "-c:v libx264", "-pix_fmt yuv420p"})
    EXPECT_NE(words.find(word), std::string::npos) << words;
  std::string wanted;
  for (const uint32_t seed : {3U, 3U, 4U}) {
    const Image image = noise(7, 5, seed);
    for (int y = 0; y < 4; ++y) wanted.append(reinterpret_cast<const char*>(image.at(0, y)), 18);
  }
  EXPECT_EQ(all.substr(words.size() + 1), wanted);
  EXPECT_EQ(made.names(), std::vector<std::string>{"a.mp4"});
}

TEST(Mp4Film, takes_the_encoder_that_there_is) {
  const TestFolder folder, made;
  const FakeFfmpeg ffmpeg(folder, " V....D mpeg4 ", "{ echo \"$*\"; cat >/dev/null; } >\"${last#file:}\"");
  const std::unique_ptr<FilmSink> film = make_film(spec_of(made / "a.mp4", square(0)));
  film->add(square(0), 1);
  film->finish();
  EXPECT_EQ(bytes_of(made / "a.mp4").find("-c:v"), std::string::npos);
}

TEST(Mp4Film, that_fails_says_why_and_leaves_nothing) {
  const TestFolder folder, made;
  const FakeFfmpeg ffmpeg(folder, " V....D libx264 ", "echo part >\"${last#file:}\"; echo No space left >&2; exit 1");
  std::string failure;
  try {
    const std::unique_ptr<FilmSink> film = make_film(spec_of(made / "a.mp4", noise(200, 200, 0)));
    film->add(noise(200, 200, 0), 100);
    film->finish();
  } catch (const Error& error) {
    failure = error.what();
  }
  EXPECT_NE(failure.find("No space left"), std::string::npos) << failure;
  EXPECT_TRUE(made.names().empty());
}

TEST(Mp4Film, names_what_is_missing) {
  const TestFolder made;
  const std::string before = getenv("PATH");
  setenv("PATH", made.path().c_str(), 1);
  std::string hint;
  try {
    make_film(spec_of(made / "a.mp4", square(0)));
  } catch (const Error& error) {
    hint = error.hint();
  }
  setenv("PATH", before.c_str(), 1);
  EXPECT_NE(hint.find("apt install ffmpeg"), std::string::npos) << hint;
  EXPECT_NE(hint.find("OUT.gif"), std::string::npos) << hint;
}

}  // namespace
}  // namespace striate
