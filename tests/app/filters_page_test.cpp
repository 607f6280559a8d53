// The filters page without a window: drawn in every state, commands from clicks, readouts against plain loops.
#include "app/pages/filters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "app/command/not_ready.h"
#include "app/shell/app.h"
#include "app/shell/samples.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "engine/explain/filter_pictures.h"
#include "engine/explain/hand_detector.h"
#include "engine/files/image_file.h"
#include "engine/session/open_network.h"
#include "tests/app/watched_picture.h"
#include "tests/source_dir.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// A picture whose every value differs from its neighbors'.
ImagePtr noise(int width, int height, int channels) {
  auto image = std::make_shared<Image>();
  image->width = width;
  image->height = height;
  image->channels = channels;
  image->name = "noise";
  image->bytes.resize(image->value_count());
  uint32_t seed = 12345;
  for (uint8_t& value : image->bytes) {
    seed = seed * 1664525u + 1013904223u;
    value = static_cast<uint8_t>(seed >> 24);
  }
  return image;
}

// One page with everything around it that it needs, and a Ui that draws into nothing.
class FiltersPageTest : public ::testing::Test {
 protected:
  FiltersPageTest() {
    page.declare(registry);
    page.show();
  }

  void show(const ImagePtr& image) {
    document.image = image;
    document.pyramid = nullptr;
    if (image) {
      auto pyramid = std::make_shared<Pyramid>(image);
      pyramid->build(std::atomic<bool>(false));
      document.pyramid = pyramid;
    }
    ++document.image_version;
    page.image_changed();
  }
  void run(const std::string& line) { registry.run(line); }
  // As scripts read: again at the next frame where it is not there yet.
  ReadoutValue value(const std::string& name) {
    while (true) {
      try {
        return registry.read(name);
      } catch (const NotReady&) {
        frame();
      }
    }
  }
  double read(const std::string& name) { return std::get<double>(value(name)); }
  std::string text(const std::string& name) { return std::get<std::string>(value(name)); }

  // One frame; runs what it sent.
  std::vector<std::string> frame(const Input& input = {}) {
    now += 0.02;
    page.update(now);
    Ui::Frame moment;
    moment.input = input;
    moment.size = {1280, 2000};
    moment.now = now;
    ui.begin_frame(moment);
    page.draw_stage(ui, {220, 0, 720, 744});
    page.draw_transport(ui, {220, 744, 720, 56});
    ui.begin_panel("inspector", {940, 0, 340, 2000});  // so tall that nothing has to be scrolled to
    page.draw_inspector(ui);
    ui.end_panel();
    ui.end_frame();
    EXPECT_TRUE(ui.conflicts().empty()) << ui.conflicts().front();
    std::vector<std::string> sent = ui.take_commands();
    page.drawn(ui.drawn());
    for (const std::string& line : sent) registry.run(line);
    return sent;
  }
  void settle() {
    const auto start = std::chrono::steady_clock::now();
    do {
      frame();
      ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
    } while (page.busy());
    for (int i = 0; i < 3; ++i) frame();
  }
  std::vector<std::string> click(std::string_view label) {
    settle();
    const Item* item = ui.find_item(label);
    EXPECT_NE(item, nullptr) << label;
    if (!item) return {};
    return click_at(item->visible.center());
  }
  std::vector<std::string> click_at(Vec at) {
    Input input;
    input.mouse = at;
    std::vector<std::string> sent = frame(input);
    input.left = true;
    for (const std::string& line : frame(input)) sent.push_back(line);
    input.left = false;
    for (const std::string& line : frame(input)) sent.push_back(line);
    frame();
    return sent;
  }
  static bool has(const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }

  Document document{Device::cpu()};
  FiltersPage page{PageContext{document, [] {}}};
  Registry registry;
  CountedTextures textures;
  Ui ui{registry, textures};
  double now = 0;
};

// The value before it is shown, by the definition.
double plain(const Image& image, const FilterKernel& kernel, double divisor, double offset, Border border, int x, int y,
             int c) {
  const auto index = [&](int i, int n) {
    if (i >= 0 && i < n) return i;
    if (border == Border::zero) return -1;
    if (border == Border::replicate) return std::clamp(i, 0, n - 1);
    if (border == Border::wrap) return ((i % n) + n) % n;
    while (i < 0 || i >= n) i = n == 1 ? 0 : i < 0 ? -i : 2 * (n - 1) - i;
    return i;
  };
  double sum = 0;
  for (int r = 0; r < kernel.height; ++r) {
    for (int s = 0; s < kernel.width; ++s) {
      const int yy = index(y + r - kernel.height / 2, image.height), xx = index(x + s - kernel.width / 2, image.width);
      if (xx < 0 || yy < 0) continue;
      sum += kernel.taps[static_cast<size_t>(r) * kernel.width + s] * image.at(xx, yy)[c];
    }
  }
  return sum / divisor + offset;
}

int to_byte(double value) { return static_cast<int>(std::clamp(std::nearbyint(value), 0.0, 255.0)); }

// ---- every state is drawn -------------------------------------------------------------------------------------------

TEST_F(FiltersPageTest, is_drawn_without_a_picture) {
  show(nullptr);
  for (int i = 0; i < 3; ++i) frame();
  EXPECT_FALSE(page.busy());
  EXPECT_THROW(registry.read("filters.red"), Error);
  EXPECT_THROW(registry.read("filters.milliseconds"), Error);
}

TEST_F(FiltersPageTest, is_drawn_with_every_kind_of_picture_in_every_tab) {
  for (const ImagePtr& image :
       {noise(1, 1, 1), noise(1, 1, 4), portrait(), noise(12, 16, 3), noise(301, 203, 2), noise(40, 300, 4)}) {
    show(image);
    for (const char* tab : {"filter", "pixel", "code"}) {
      run(std::string("filters.tab ") + tab);
      for (const char* show_as : {"clip", "abs", "offset", "minmax"}) {
        run(std::string("filters.show ") + show_as);
        settle();
      }
    }
    for (const char* size : {"1", "2", "5", "9", "15 15", "15 1"}) {
      run(std::string("filters.size ") + size);
      for (const char* tab : {"filter", "pixel"}) {
        run(std::string("filters.tab ") + tab);
        settle();
      }
    }
    for (const char* zoom : {"0.5", "3", "20", "90"}) {
      run(std::string("filters.zoom ") + zoom);
      settle();
    }
    run("filters.reset");
    run("filters.fit");
  }
}

TEST_F(FiltersPageTest, what_is_no_sum_is_drawn_with_every_kind_of_picture_in_every_tab) {
  for (const ImagePtr& image : {noise(1, 1, 1), noise(1, 1, 4), portrait(), noise(31, 23, 3), noise(40, 30, 4)}) {
    show(image);
    for (const NonlinearFilter& filter : nonlinear_filters()) {
      run("filters.kernel " + filter.name);
      for (const char* tab : {"filter", "pixel", "code"}) {
        run(std::string("filters.tab ") + tab);
        for (const char* show_as : {"clip", "minmax"}) {
          run(std::string("filters.show ") + show_as);
          settle();
        }
      }
    }
    run("filters.reset");
  }
}

TEST_F(FiltersPageTest, settings_are_those_of_the_filter_that_has_them) {
  show(portrait());
  const auto refused = [&](const std::string& line) {
    try {
      run(line);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty()) << line;
      return true;
    }
    return false;
  };
  run("filters.kernel median size 5");
  EXPECT_EQ(text("filters.kernel"), "median size 5");
  run("filters.size 7");
  EXPECT_EQ(text("filters.kernel"), "median size 7");
  for (const char* line :
       {"filters.size 4", "filters.size 3 5", "filters.sigma 2", "filters.divisor 2", "filters.offset 1",
        "filters.strength 0.5", "filters.taps 1 2 3", "filters.sum 1", "filters.element cross"})
    EXPECT_TRUE(refused(line)) << line;
  EXPECT_EQ(text("filters.kernel"), "median size 7");
  EXPECT_THROW(registry.read("filters.sum"), Error);
  EXPECT_EQ(text("filters.separable"), "no");
  run("filters.kernel erosion");
  run("filters.element disk");
  EXPECT_EQ(text("filters.kernel"), "erosion size 3 element disk");
  run("filters.kernel canny");
  EXPECT_TRUE(refused("filters.size 3"));
  run("filters.low 300");  // the other threshold makes room
  EXPECT_EQ(text("filters.kernel"), "canny low 300 high 300");
  run("filters.high 120.5");
  EXPECT_EQ(text("filters.kernel"), "canny low 120.5 high 120.5");
  run("filters.kernel blur");
  run("filters.divisor 3");
  EXPECT_TRUE(refused("filters.low 3"));
}

TEST_F(FiltersPageTest, readouts_of_what_is_no_sum) {
  // One bright pixel in the dark, and a step.
  auto image = std::make_shared<Image>();
  image->width = 9, image->height = 5, image->channels = 1, image->name = "step";
  image->bytes.resize(45);
  for (size_t i = 0; i < 45; ++i) image->bytes[i] = i % 9 < 5 ? 10 : 60;
  image->bytes[2 * 9 + 1] = 250;
  show(image);
  run("filters.kernel median");
  run("filters.cursor 1 2");
  EXPECT_EQ(text("filters.ordered"), "10 10 10 10 [10] 10 10 10 250");
  EXPECT_EQ(read("filters.red"), 10);
  run("filters.kernel dilation");
  EXPECT_EQ(text("filters.ordered"), "10 10 10 10 10 10 10 10 [250]");
  run("filters.kernel erosion");
  run("filters.cursor 5 2");
  EXPECT_EQ(text("filters.ordered"), "[10] 10 10 60 60 60 60 60 60");
  EXPECT_THROW(registry.read("filters.total.red"), Error);
  EXPECT_THROW(registry.read("filters.terms"), Error);
  EXPECT_THROW(registry.read("filters.magnitude"), Error);
  run("filters.kernel canny low 100 high 150");
  run("filters.cursor 4 2");
  EXPECT_EQ(read("filters.gradient.x"), 200);
  EXPECT_EQ(read("filters.gradient.y"), 0);
  EXPECT_EQ(read("filters.magnitude"), 200);
  EXPECT_EQ(read("filters.direction"), 0);
  EXPECT_EQ(text("filters.edge"), "strong");
  EXPECT_EQ(read("filters.red"), 255);
  EXPECT_THROW(registry.read("filters.ordered"), Error);
  EXPECT_THROW(registry.read("filters.weights"), Error);
  run("filters.kernel bilateral size 3 sigma 1 range 10");
  // Unlike neighbors count nothing: the step stays.
  EXPECT_NEAR(read("filters.raw.red"), 10, 0.01);
  EXPECT_NEAR(read("filters.total.red") / read("filters.weights"), read("filters.raw.red"), 1e-9);
  run("filters.kernel unsharp size 3 sigma 1 amount 2");
  run("filters.cursor 4 0");
  EXPECT_NEAR(read("filters.raw.red"), 10 + 2 * (10 - read("filters.total.red")), 1e-9);
}

TEST_F(FiltersPageTest, two_layers_by_hand_and_what_learned_filters_are_like) {
  run("filters.tab layers");
  show(nullptr);
  for (int i = 0; i < 3; ++i) frame();
  for (const ImagePtr& image : {portrait(), noise(1, 1, 1), noise(700, 300, 4)}) {
    show(image);
    settle();
  }
  // A bright square in the dark: four corners.
  auto image = std::make_shared<Image>();
  image->width = image->height = 12, image->channels = 1, image->name = "square";
  image->bytes.resize(144);
  for (size_t i = 0; i < 144; ++i) image->bytes[i] = i % 12 >= 4 && i % 12 <= 8 && i / 12 >= 4 && i / 12 <= 8 ? 255 : 0;
  show(image);
  settle();
  EXPECT_GE(read("filters.hand.corners"), 4);
  run("filters.cursor 4 6");
  EXPECT_EQ(read("filters.hand.right"), 1);  // the left border: brighter at the right
  EXPECT_EQ(read("filters.hand.left"), 0);
  EXPECT_EQ(read("filters.hand.upper-left"), 0);
  run("filters.cursor 4 4");
  EXPECT_GT(read("filters.hand.upper-left"), 0);
  EXPECT_EQ(read("filters.hand.lower-right"), 0);
  EXPECT_EQ(read("filters.learned.filters"), 6);
  // Weights that were learned, not drawn: those of the file.
  Stream stream(Device::cpu());
  for (const int filter : {0, 5}) {
    run("filters.learned.filter " + std::to_string(filter));
    OpenNetwork network = OpenNetwork::open(stream, source_dir() + "/assets/models/lenet5-digits.safetensors");
    const FilterPictures pictures = filter_pictures(network, 1);
    const std::vector<HandKernel> hand = hand_made_kernels(5, 5);
    const Resemblance alike = most_alike(hand, pictures.values.data() + 25 * filter, 1, 5, 5);
    EXPECT_EQ(read("filters.alike.cosine"), alike.cosine);
    EXPECT_EQ(text("filters.alike"), hand[alike.kernel].name);
  }
  EXPECT_LE(std::abs(read("filters.alike.cosine")), 1);
  EXPECT_TRUE(has(click("learned filter 3"), "filters.learned.filter 3"));
  EXPECT_EQ(read("filters.learned.filter"), 3);
  run("filters.learned squeezenet1_1");
  EXPECT_EQ(read("filters.learned.filters"), 64);
  settle();
  EXPECT_FALSE(text("filters.alike").empty());
}

TEST_F(FiltersPageTest, every_stage_can_be_seen_and_followed) {
  show(noise(40, 30, 3));
  run("filters.kernel blur");
  run("filters.add median size 3");
  run("filters.add canny low 20 high 60");
  run("filters.cursor 20 15");
  settle();
  const double whole = read("filters.red");
  EXPECT_TRUE(whole == 0 || whole == 255);
  run("filters.upto 1");
  const double blurred =
      plain(*document.image, parse_kernel("1 1 1; 1 1 1; 1 1 1"), 9, 0, Border::replicate, 20, 15, 0);
  EXPECT_NEAR(read("filters.raw.red"), blurred, 1e-4);
  run("filters.upto 2");
  EXPECT_NE(text("filters.ordered").find('['), std::string::npos);
  settle();
  // The strip has a picture for each, and a click brings it.
  EXPECT_TRUE(has(click("result of stage 1"), "filters.upto 1"));
  EXPECT_EQ(read("filters.upto"), 1);
  EXPECT_TRUE(has(click("result of stage 3"), "filters.upto 0"));
  EXPECT_EQ(read("filters.red"), whole);
  run("filters.upto 3");
  run("filters.remove 1");
  EXPECT_EQ(read("filters.upto"), 0);
}

// A folder stands for a camera (engine/camera/camera.h).
TEST_F(FiltersPageTest, the_camera_goes_through_any_chain) {
  TestFolder folder;
  for (const int value : {40, 90}) {
    const auto image = std::make_shared<Image>(*noise(32, 24, 3));
    for (uint8_t& byte : image->bytes) byte = static_cast<uint8_t>(value);
    write_image(folder / (std::to_string(value) + ".png"), *image);
  }
  show(portrait());
  ASSERT_EQ(setenv("STRIATE_CAMERA", folder.path().c_str(), 1), 0);
  run("filters.kernel median");
  run("filters.add 2");
  run("filters.camera on");
  EXPECT_EQ(text("filters.camera"), "on");
  std::set<double> seen;
  const auto start = std::chrono::steady_clock::now();
  while (seen.size() < 2 && std::chrono::steady_clock::now() - start < std::chrono::seconds(30)) {
    frame();
    if (read("filters.width") != 32) continue;
    const double before = read("filters.before.red");
    EXPECT_EQ(read("filters.raw.red"), 2 * before);
    seen.insert(before);
  }
  EXPECT_EQ(seen, (std::set<double>{40, 90}));
  run("filters.camera off");
  EXPECT_EQ(read("filters.width"), 12);
  run("filters.camera on");
  settle();
  show(portrait());  // another picture is opened
  EXPECT_EQ(text("filters.camera"), "off");
  EXPECT_EQ(read("filters.width"), 12);
  unsetenv("STRIATE_CAMERA");
}

TEST_F(FiltersPageTest, state_brings_back_what_is_no_sum) {
  show(portrait());
  run("filters.kernel bilateral size 5 sigma 1.5 range 12");
  run("filters.add blur");
  run("filters.strength 0.5");
  run("filters.add canny low 33.5 high 70");
  run("filters.upto 2");
  const std::vector<std::string> lines = page.state();
  run("filters.reset");
  EXPECT_NE(page.state(), lines);
  for (const std::string& line : lines) run(line);
  EXPECT_EQ(page.state(), lines);
}

TEST_F(FiltersPageTest, drawing_begins_no_work) {
  show(portrait());
  page.hide();
  run("filters.tab pixel");
  run("filters.kernel edge");
  Ui::Frame moment;
  moment.size = {1280, 2000};
  ui.begin_frame(moment);
  page.draw_stage(ui, {220, 0, 720, 744});
  ui.begin_panel("inspector", {940, 0, 340, 2000});
  page.draw_inspector(ui);
  ui.end_panel();
  ui.end_frame();
  page.drawn(ui.drawn());
  EXPECT_FALSE(page.busy());
  page.show();  // what a shown page lacks its update asks for
  EXPECT_TRUE(page.busy());
  settle();
  EXPECT_FALSE(page.busy());
}

TEST_F(FiltersPageTest, thirty_three_megapixels_never_hold_up_a_frame) {
  WatchedPicture picture(7680, 4320, 3);
  show(picture.image());
  frame();
  // The kernel and the split change in every frame; the window's thread does no more than ask and draw: it reads what
  // a few tiles hold, whether the whole picture is seen or a few pixels of it.
  const int64_t stage = 720 * 744;
  for (const char* view : {"filters.fit", "filters.zoom 1", "filters.zoom 30"}) {
    run(view);
    for (int i = 0; i < 30; ++i) frame();  // there: on the way it passes levels whose tiles are made of more
    for (int i = 0; i < 10; ++i) {
      run("filters.divisor " + std::to_string(1 + i));
      run("filters.split " + to_text(i / 10.0));
      picture.watch();
      const int64_t before = textures.pixels;
      frame();
      EXPECT_LT(picture.bytes_read(), picture.size() / 20) << view << ", frame " << i;
      EXPECT_LT(textures.pixels - before, 8 * stage) << view << ", frame " << i;
    }
    EXPECT_TRUE(page.busy());
    picture.stop();
  }
  settle();
  EXPECT_FALSE(page.busy());
  EXPECT_GT(read("filters.milliseconds"), 0);
}

// ---- numbers --------------------------------------------------------------------------------------------------------

TEST_F(FiltersPageTest, readouts_at_the_cursor_are_the_plain_sums) {
  for (const ImagePtr& image : {portrait(), noise(23, 19, 3), noise(9, 7, 4), noise(1, 1, 3)}) {
    show(image);
    for (const char* kernel : {"edge", "blur", "sharpen", "gaussian", "sobel-x", "laplacian", "1 2 3 4; 5 6 7 8"}) {
      for (const char* mode : {"zero", "replicate", "reflect", "wrap"}) {
        run(std::string("filters.kernel ") + kernel);
        run(std::string("filters.mode ") + mode);
        run("filters.offset 3");
        const FilterKernel parsed = parse_kernel(kernel);
        for (int x : {0, image->width / 2, image->width - 1}) {
          for (int y : {0, image->height - 1}) {
            run("filters.cursor " + std::to_string(x) + " " + std::to_string(y));
            const int channels = image->color_channels();
            const char* names[] = {"red", "green", "blue"};
            for (int c = 0; c < 3; ++c) {
              const double value = plain(*image, parsed, 1, 3, parse_border(mode), x, y, channels == 1 ? 0 : c);
              EXPECT_NEAR(read(std::string("filters.raw.") + names[c]), value, 1e-9);
              const double shown = read(std::string("filters.") + names[c]);
              if (std::abs(std::abs(value - std::floor(value)) - 0.5) > 1e-6) {
                EXPECT_EQ(shown, to_byte(value)) << kernel << mode << x << "," << y;
              }
            }
          }
        }
      }
    }
  }
}

TEST_F(FiltersPageTest, signed_results_are_shown_as_chosen) {
  show(portrait());
  run("filters.kernel edge");
  run("filters.cursor 4 7");
  EXPECT_EQ(read("filters.raw.red"), -1359);
  EXPECT_EQ(read("filters.red"), 0);
  run("filters.show abs");
  EXPECT_EQ(read("filters.red"), 255);
  run("filters.show offset");
  EXPECT_EQ(read("filters.red"), 0);
  run("filters.show minmax");
  EXPECT_EQ(read("filters.red"), 0);  // the smallest of all
  run("filters.cursor 2 7");
  EXPECT_EQ(read("filters.raw.red"), 111);
  EXPECT_EQ(read("filters.red"), std::nearbyint((111 + 1359) * 255.0 / (905 + 1359)));
}

TEST_F(FiltersPageTest, a_chain_is_its_filters_one_after_the_other) {
  const ImagePtr image = noise(17, 13, 3);
  show(image);
  for (const char* mode : {"zero", "replicate", "reflect", "wrap"}) {
    run("filters.reset");
    run(std::string("filters.mode ") + mode);
    run("filters.kernel blur");
    run("filters.add 1 -2 0; 3 1 4; -1 0 2");
    run("filters.strength 0.5");
    run("filters.repeat 2");
    run("filters.cursor 1 12");
    // Plain loops over whole planes of doubles, twice two filters.
    const Border border = parse_border(mode);
    FilterKernel second = parse_kernel("1 -2 0; 3 1 4; -1 0 2");
    for (int c = 0; c < 3; ++c) {
      std::vector<double> now_plane(17 * 13);
      for (int i = 0; i < 17 * 13; ++i) now_plane[i] = image->bytes[i * 3 + c];
      for (int turn = 0; turn < 4; ++turn) {
        const FilterKernel kernel = turn % 2 == 0 ? parse_kernel("1 1 1; 1 1 1; 1 1 1") : second;
        std::vector<double> next(17 * 13);
        for (int y = 0; y < 13; ++y) {
          for (int x = 0; x < 17; ++x) {
            double sum = 0;
            for (int r = 0; r < 3; ++r) {
              for (int s = 0; s < 3; ++s) {
                const int xx = border_index(x + s - 1, 17, border), yy = border_index(y + r - 1, 13, border);
                if (xx >= 0 && yy >= 0) sum += kernel.taps[r * 3 + s] * now_plane[yy * 17 + xx];
              }
            }
            next[y * 17 + x] = turn % 2 == 0 ? sum / 9 : 0.5 * sum + 0.5 * now_plane[y * 17 + x];
          }
        }
        now_plane = next;
      }
      const char* names[] = {"red", "green", "blue"};
      const double expected = now_plane[12 * 17 + 1];
      EXPECT_NEAR(read(std::string("filters.raw.") + names[c]), expected, 1e-3) << mode;
      EXPECT_NEAR(read(std::string("filters.") + names[c]), to_byte(expected), 1) << mode;
    }
  }
}

TEST_F(FiltersPageTest, the_saved_picture_is_what_the_readouts_say) {
  const ImagePtr image = noise(65, 43, 4);
  show(image);
  run("filters.kernel emboss");
  run("filters.show offset");
  const std::string path = test_path("filtered.png");
  std::filesystem::remove(path);
  run("filters.save " + path);
  settle();
  EXPECT_EQ(text("filters.saved"), path);
  const ImagePtr saved = read_image(path);
  std::filesystem::remove(path);
  ASSERT_EQ(saved->width, 65);
  ASSERT_EQ(saved->channels, 4);
  for (auto [x, y] : {std::pair{0, 0}, {64, 42}, {31, 17}}) {
    run("filters.cursor " + std::to_string(x) + " " + std::to_string(y));
    EXPECT_EQ(read("filters.red"), saved->at(x, y)[0]);
    EXPECT_EQ(read("filters.green"), saved->at(x, y)[1]);
    EXPECT_EQ(read("filters.blue"), saved->at(x, y)[2]);
    EXPECT_EQ(image->at(x, y)[3], saved->at(x, y)[3]) << "alpha is carried through";
  }
  EXPECT_THROW(run("filters.save picture.tiff"), Error);
}

TEST_F(FiltersPageTest, a_newer_request_replaces_an_older_one) {
  show(noise(2000, 1500, 3));
  run("filters.kernel 1 2 3 4 5 6 7; 7 6 5 4 3 2 1; 1 1 2 2 3 3 4; 4 3 3 2 2 1 1; 1 9 2 8 3 7 4; 0 1 0 1 0 1 0; 2 2 2 "
      "1 2 2 2");
  run("filters.repeat 100");  // minutes of work
  frame();
  EXPECT_TRUE(page.busy());
  now += 1;  // old enough to be replaced
  run("filters.reset");
  settle();  // waits for a minute, not for those
  run("filters.cursor 3 4");
  EXPECT_NEAR(read("filters.raw.green"), plain(*document.image, parse_kernel("edge"), 1, 0, Border::replicate, 3, 4, 1),
              1e-9);
  EXPECT_GT(read("filters.milliseconds"), 0);
}

// ---- commands -------------------------------------------------------------------------------------------------------

TEST_F(FiltersPageTest, clicks_send_their_commands) {
  show(portrait());
  settle();
  EXPECT_TRUE(has(click("sharpen"), "filters.kernel sharpen"));
  EXPECT_EQ(text("filters.kernel"), "0 -1 0; -1 5 -1; 0 -1 0");
  EXPECT_TRUE(has(click("min-max"), "filters.show minmax"));
  EXPECT_TRUE(has(click("wrap"), "filters.mode wrap"));
  EXPECT_TRUE(has(click("Pixel"), "filters.tab pixel"));
  EXPECT_TRUE(has(click("The code"), "filters.tab code"));
  EXPECT_TRUE(has(click("Filter"), "filters.tab filter"));
  EXPECT_TRUE(has(click("Sum to 0"), "filters.sum 0"));
  EXPECT_EQ(read("filters.sum"), 0);
}

TEST_F(FiltersPageTest, the_code_stands_there_in_numpy_and_pytorch_with_the_present_settings) {
  show(portrait());
  settle();
  click("The code");
  EXPECT_TRUE(has(click("NumPy"), "filters.source numpy"));
  const auto says = [&](const std::string& words) {
    std::vector<std::string> texts;
    ui.record_texts(&texts);
    settle();
    ui.record_texts(nullptr);
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return text.find(words) != std::string::npos; });
  };
  EXPECT_TRUE(says("import numpy as np"));
  EXPECT_TRUE(says("np.pad(x, around, mode=\"edge\")"));
  run("filters.kernel sharpen");
  run("filters.mode wrap");
  EXPECT_TRUE(says("mode=\"wrap\""));
  EXPECT_TRUE(says("[-1, 5, -1]"));
  EXPECT_TRUE(has(click("PyTorch"), "filters.source pytorch"));
  EXPECT_TRUE(says("F.conv2d(padded, weight)"));
  EXPECT_FALSE(says("np.pad"));
  click("Kernel");
  EXPECT_FALSE(says("F.conv2d"));
}

TEST_F(FiltersPageTest, dragging_the_handle_moves_the_split) {
  show(portrait());
  settle();
  const Item* handle = ui.find_item("divider");
  ASSERT_NE(handle, nullptr);
  Input input;
  input.mouse = handle->visible.center();
  input.mouse.y += 60;
  frame(input);
  input.left = true;
  frame(input);
  input.mouse.x += 40;
  frame(input);
  input.mouse.x += 40;
  frame(input);
  input.left = false;
  frame(input);
  EXPECT_GT(read("filters.split"), 0.55);
  EXPECT_LT(read("filters.split"), 0.8);
}

TEST_F(FiltersPageTest, keys_do_what_hands_do) {
  show(portrait());
  const double before = read("filters.split");
  for (const Page::Key& key : page.keys()) {
    registry.check(key.command);
    if (key.key == "Right") run(key.command);
  }
  EXPECT_GT(read("filters.split"), before);
}

TEST_F(FiltersPageTest, state_brings_another_page_to_the_same_state) {
  show(noise(50, 40, 3));
  for (const char* line : {"filters.kernel blur", "filters.divisor 4", "filters.add 0.1 0.25 -3; 1e-3 5 0",
                           "filters.strength 0.5", "filters.offset -12.5", "filters.stage 1", "filters.mode wrap",
                           "filters.show minmax", "filters.repeat 3", "filters.split 0.2", "filters.cursor 7 9",
                           "filters.pin on", "filters.view 12 13 4.5", "filters.tab pixel", "filters.channel blue"})
    run(line);
  const std::vector<std::string> state = page.state();
  Document other_document{Device::cpu()};
  other_document.image = document.image;
  other_document.pyramid = document.pyramid;
  FiltersPage other(PageContext{other_document, [] {}});
  Registry other_registry;
  other.declare(other_registry);
  other.image_changed();
  for (const char* line : {"filters.kernel sobel-y", "filters.add", "filters.add edge", "filters.repeat 2"})
    other_registry.run(line);
  for (const std::string& line : state) other_registry.run(line);
  EXPECT_EQ(other.state(), state);
  // A hidden page makes what is read, and is updated while it does.
  const auto other_value = [&](const char* name) {
    while (true) {
      try {
        return other_registry.read(name);
      } catch (const NotReady&) {
        EXPECT_TRUE(other.busy());
        other.update(now);
      }
    }
  };
  for (const char* name : {"filters.red", "filters.raw.blue", "filters.sum", "filters.stages"})
    EXPECT_EQ(other_value(name), value(name)) << name;
}

TEST_F(FiltersPageTest, mistakes_are_told_and_change_nothing) {
  show(portrait());
  const std::vector<std::string> before = page.state();
  for (const char* line :
       {"filters.kernel edgy", "filters.kernel 1 2; 3", "filters.kernel 1 2 x", "filters.divisor 0", "filters.size 16",
        "filters.cursor 12 0", "filters.remove", "filters.stage 2", "filters.place 2", "filters.repeat 0",
        "filters.mode mirror", "filters.split 1.5", "filters.save", "filters.sum 2"})
    EXPECT_THROW(run(line), Error) << line;
  run("filters.kernel sobel-x");
  EXPECT_THROW(run("filters.sum 1"), Error);
  run("filters.kernel edge");
  EXPECT_EQ(page.state(), before);
}

TEST_F(FiltersPageTest, sum_to_one_and_sum_to_zero) {
  show(portrait());
  run("filters.kernel 1 2 1; 2 4 2; 1 2 1");
  EXPECT_EQ(read("filters.sum"), 16);
  run("filters.sum 1");
  EXPECT_EQ(read("filters.divisor"), 16);
  EXPECT_EQ(read("filters.sum"), 1);
  run("filters.sum 0");
  EXPECT_EQ(read("filters.sum"), 0);
  EXPECT_EQ(text("filters.kernel"), "1 2 1; 2 -12 2; 1 2 1");
}

TEST(FiltersPage, edits_are_undone) {
  App app(Device::cpu());
  double now = 0;
  app.update(now);
  const auto kernel = [&] { return std::get<std::string>(app.registry().read("filters.kernel")); };
  const std::string edge = kernel();
  for (const char* line : {"filters.kernel blur", "filters.divisor 2", "filters.add sharpen", "filters.show abs"}) {
    app.run(line);
    app.update(now += 2);
  }
  EXPECT_EQ(std::get<double>(app.registry().read("filters.stages")), 2);
  app.run("undo");
  EXPECT_EQ(std::get<std::string>(app.registry().read("filters.show")), "clip");
  app.run("undo");
  EXPECT_EQ(std::get<double>(app.registry().read("filters.stages")), 1);
  EXPECT_EQ(std::get<double>(app.registry().read("filters.divisor")), 2);
  app.run("undo");
  app.run("undo");
  EXPECT_EQ(kernel(), edge);
  app.run("redo");
  EXPECT_EQ(kernel(), "1 1 1; 1 1 1; 1 1 1");
}

}  // namespace
}  // namespace striate
