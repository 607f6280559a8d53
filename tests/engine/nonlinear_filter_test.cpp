// Filters that are no sum of products: as texts, in chains, and followed down to one pixel.
#include "engine/nonlinear_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/error.h"
#include "engine/filter.h"
#include "engine/filter_run.h"
#include "engine/walk/filter_walk.h"

namespace striate {
namespace {

std::string message_of(const std::string& text) {
  try {
    parse_filter(text);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

// Waves, steps and noise.
Image drawn(int width, int height, int channels) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.bytes.resize(image.value_count());
  std::mt19937 random(7);
  for (size_t i = 0; i < image.bytes.size(); ++i) {
    const int pixel = static_cast<int>(i) / channels, x = pixel % width, y = pixel / width;
    const double wave = 70 * std::sin(0.4 * x + 0.3 * static_cast<double>(i % static_cast<size_t>(channels)));
    const double value = 100 + wave + ((x / 7 + y / 5) % 2 == 0 ? 60 : 0) + static_cast<double>(random() % 24);
    image.bytes[i] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
  }
  return image;
}

FilterChain chain_of_texts(const std::vector<std::string>& texts, Border border = Border::replicate) {
  FilterChain chain;
  chain.border = border;
  chain.stages.clear();
  for (const std::string& text : texts) chain.stages.push_back(parse_filter(text));
  return chain;
}

std::vector<float> values_of(const FilterChain& chain, const Image& image, Region region,
                             Device device = Device::cpu()) {
  Stream stream(device);
  std::vector<float> values(static_cast<size_t>(region.width) * region.height * image.channels);
  filter_chain_values(stream, chain, picture_of(image), region, values.data());
  return values;
}
Region all_of(const Image& image) { return {0, 0, image.width, image.height}; }

// Every kind alone, and some one after the other.
std::vector<std::vector<std::string>> chains() {
  return {{"median"},
          {"bilateral size 5 range 20"},
          {"erosion size 5 element cross"},
          {"dilation size 5 element disk"},
          {"opening"},
          {"closing size 5"},
          {"canny low 60 high 320"},
          {"unsharp"},
          {"gaussian", "median size 5", "sobel-x"},
          {"sobel-y", "dilation", "bilateral size 3"},
          {"gaussian", "canny low 30 high 90", "dilation"},
          {"opening", "edge", "unsharp amount 2", "closing element cross"}};
}

}  // namespace

TEST(NonlinearText, what_is_written_is_read_back) {
  for (const NonlinearFilter& filter : nonlinear_filters()) {
    const FilterStage stage = parse_filter(filter.name);
    EXPECT_EQ(stage.kind, filter.kind);
    EXPECT_EQ(stage.own, filter.settings) << filter.name;
    EXPECT_EQ(parse_filter(filter_text(stage)), stage) << filter_text(stage);
  }
  const FilterStage stage = parse_filter("  bilateral   range 12.25 size 7 ");
  EXPECT_EQ(stage.own.size, 7);
  EXPECT_EQ(stage.own.range, 12.25);
  EXPECT_EQ(filter_text(stage), "bilateral size 7 sigma 3 range 12.25");
  EXPECT_EQ(filter_text(parse_filter("erosion size 5 element cross")), "erosion size 5 element cross");
  EXPECT_EQ(parse_filter(filter_text(parse_filter("0 -1 0; 1 2 3"))).kernel, parse_kernel("0 -1 0; 1 2 3"));
}

TEST(NonlinearText, what_is_wrong_is_told) {
  EXPECT_EQ(message_of("median size 4"), "median: a window of 4 x 4 is not possible");
  EXPECT_EQ(message_of("median size 17"), "median: a window of 17 x 17 is not possible");
  EXPECT_EQ(message_of("median size 3.5"), "median: a window of 0 x 0 is not possible");
  EXPECT_EQ(message_of("median sigma 2"), "median has no setting \"sigma\"");
  EXPECT_EQ(message_of("median large"), "median has no setting \"large\"");
  EXPECT_EQ(message_of("median size"), "median: size has no value");
  EXPECT_EQ(message_of("erosion element star"), "erosion: no structuring element is called \"star\"");
  EXPECT_EQ(message_of("bilateral range 0"), "bilateral: range 0 is out of range");
  EXPECT_EQ(message_of("canny low 50 high 20"), "canny: the low threshold 50 is above the high one, 20");
  EXPECT_EQ(message_of("medain"), "no filter is called \"medain\"");
  EXPECT_NE(message_of("unsharp amount x"), "no error");
}

TEST(NonlinearWindow, elements_are_squares_crosses_and_disks) {
  const auto rows = [](const FilterKernel& window) { return kernel_text(window); };
  NonlinearSettings settings;
  settings.size = 5;
  settings.element = Element::cross;
  EXPECT_EQ(rows(window_of(FilterKind::erosion, settings)), "0 0 1 0 0; 0 0 1 0 0; 1 1 1 1 1; 0 0 1 0 0; 0 0 1 0 0");
  settings.element = Element::disk;
  EXPECT_EQ(rows(window_of(FilterKind::opening, settings)), "0 0 1 0 0; 1 1 1 1 1; 1 1 1 1 1; 1 1 1 1 1; 0 0 1 0 0");
  settings.element = Element::square;
  EXPECT_EQ(window_of(FilterKind::dilation, settings).taps, std::vector<double>(25, 1));
  settings.element = Element::cross;  // of no meaning here
  EXPECT_EQ(window_of(FilterKind::median, settings).taps, std::vector<double>(25, 1));
  const FilterKernel bell = window_of(FilterKind::unsharp, settings);
  EXPECT_NEAR(kernel_sum(bell), 1, 1e-12);
  EXPECT_NEAR(bell.taps[12] / bell.taps[13], std::exp(0.5 / (settings.sigma * settings.sigma)), 1e-12);
  EXPECT_EQ(window_of(FilterKind::bilateral, settings).taps[0], 0);  // farther than 2 pixels
}

TEST(NonlinearChain, any_region_is_a_part_of_the_whole) {
  const Image image = drawn(53, 37, 3);
  for (const Border border : all_borders()) {
    for (const std::vector<std::string>& texts : chains()) {
      FilterChain chain = chain_of_texts(texts, border);
      for (const int repeat : {1, 2}) {
        chain.repeat = repeat;
        const std::vector<float> whole = values_of(chain, image, all_of(image));
        for (const Region region : {Region{0, 0, 9, 37}, Region{20, 11, 17, 9}, Region{52, 36, 1, 1}}) {
          const std::vector<float> part = values_of(chain, image, region);
          for (int y = 0; y < region.height; ++y) {
            const float* expected = whole.data() + ((region.y + y) * 53 + region.x) * 3;
            ASSERT_TRUE(std::equal(expected, expected + region.width * 3, part.data() + y * region.width * 3))
                << texts[0] << " " << border_name(border) << " repeat " << repeat << " row " << y;
          }
        }
      }
    }
  }
}

TEST(NonlinearChain, opening_and_closing_are_their_two_halves) {
  const Image image = drawn(40, 31, 3);
  for (const Border border : all_borders()) {
    EXPECT_EQ(values_of(chain_of_texts({"opening size 5 element disk"}, border), image, all_of(image)),
              values_of(chain_of_texts({"erosion size 5 element disk", "dilation size 5 element disk"}, border), image,
                        all_of(image)));
    EXPECT_EQ(values_of(chain_of_texts({"closing"}, border), image, all_of(image)),
              values_of(chain_of_texts({"dilation", "erosion"}, border), image, all_of(image)));
  }
}

TEST(NonlinearChain, the_emulated_gpu_has_the_values_of_the_processor) {
  const Image image = drawn(45, 33, 4);
  for (const std::vector<std::string>& texts : chains()) {
    const FilterChain chain = chain_of_texts(texts, Border::reflect);
    EXPECT_EQ(values_of(chain, image, {3, 2, 40, 30}), values_of(chain, image, {3, 2, 40, 30}, Device::emulated()))
        << texts[0];
  }
}

TEST(NonlinearChain, bytes_are_the_shown_values_rounded) {
  const Image image = drawn(29, 23, 4);
  Stream stream(Device::cpu());
  for (const std::vector<std::string>& texts : chains()) {
    FilterChain chain = chain_of_texts(texts);
    const std::vector<float> values = values_of(chain, image, all_of(image));
    for (const Show show : all_shows()) {
      chain.show = show;
      const Range range = filter_chain_range(stream, chain, picture_of(image), all_of(image));
      std::vector<uint8_t> bytes(values.size());
      filter_chain(stream, chain, range, picture_of(image), all_of(image), bytes.data(), 29 * 4);
      double low = INFINITY, high = -INFINITY;
      for (size_t i = 0; i < values.size(); ++i) {
        if (i % 4 == 3) {
          ASSERT_EQ(bytes[i], image.bytes[i]);
          continue;
        }
        low = std::min(low, double{values[i]});
        high = std::max(high, double{values[i]});
        double shown = values[i];
        if (show == Show::absolute) shown = std::fabs(shown);
        if (show == Show::offset128) shown += 128;
        if (show == Show::minmax) shown = (shown - range.low) * 255 / (range.high - range.low);
        ASSERT_NEAR(bytes[i], std::clamp(shown, 0.0, 255.0), 0.5001) << texts[0] << " " << show_name(show);
      }
      EXPECT_NEAR(range.low, low, 1e-4 * (1 + std::fabs(low)));
      EXPECT_NEAR(range.high, high, 1e-4 * (1 + std::fabs(high)));
    }
  }
}

TEST(NonlinearChain, a_whole_picture_has_the_bytes_of_its_chain) {
  Stream stream(Device::cpu());
  const Image image = drawn(301, 199, 3);
  const std::atomic<bool> never{false};
  std::atomic<float> share{0};
  for (const std::vector<std::string>& texts : chains()) {
    const FilterChain chain = chain_of_texts(texts);
    std::vector<uint8_t> bytes(image.value_count());
    filter_chain(stream, chain, {}, picture_of(image), all_of(image), bytes.data(), 301 * 3);
    const auto run = run_filter_chain(stream, chain, image, 0, never, share);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(run->levels[0].bytes, bytes) << texts[0];
  }
}

TEST(NonlinearChain, a_part_ends_with_its_stage) {
  const FilterChain chain = chain_of_texts({"blur", "median", "edge"});
  EXPECT_EQ(up_to_stage(chain, 2), chain_of_texts({"blur", "median"}));
  EXPECT_EQ(up_to_stage(chain, 0), chain);
  EXPECT_EQ(up_to_stage(chain, 9), chain);
}

// What the inspector prints leads to the picture's values.
TEST(NonlinearWalk, every_step_leads_to_the_picture) {
  const Image image = drawn(31, 27, 3);
  Stream stream(Device::cpu());
  int held = 0, alone = 0, strong = 0;
  for (const Border border : all_borders()) {
    for (const std::vector<std::string>& texts : chains()) {
      const FilterChain chain = chain_of_texts(texts, border);
      const std::vector<float> values = values_of(chain, image, all_of(image));
      for (int y = 0; y < image.height; y += 2) {
        for (int x = y % 3; x < image.width; x += 3) {
          const FilterWalk walk = walk_filter(stream, chain, nullptr, picture_of(image), x, y);
          for (int c = 0; c < 3; ++c) {
            const FilterWalk::Channel& channel = walk.channels[static_cast<size_t>(c)];
            const double value = values[static_cast<size_t>((y * image.width + x) * 3 + c)];
            const bool exact = !channel.order.empty() || walk.canny;
            ASSERT_NEAR(channel.value, value, exact ? 0 : 2e-5 * (255 + std::fabs(value)))
                << texts[0] << " " << border_name(border) << " at " << x << "," << y;
            ASSERT_NEAR(channel.result, std::clamp(channel.shown, 0.0, 255.0), 0.5001);
            for (size_t i = 1; i < channel.order.size(); ++i)
              ASSERT_LE(channel.window[static_cast<size_t>(channel.order[i - 1])],
                        channel.window[static_cast<size_t>(channel.order[i])]);
          }
          if (!walk.canny) continue;
          strong += walk.canny->state == CannyState::strong;
          if (walk.canny->state != CannyState::weak) continue;
          (walk.canny->edge ? held : alone) += 1;
          if (!walk.canny->edge) continue;
          // The pixel that holds it is no farther away than the steps.
          ASSERT_GE(walk.canny->strong_x, 0);
          ASSERT_LE(std::max(std::abs(walk.canny->strong_x - x), std::abs(walk.canny->strong_y - y)),
                    walk.canny->steps);
        }
      }
    }
  }
  EXPECT_GT(strong, 20);
  EXPECT_GT(held, 5);
  EXPECT_GT(alone, 0);
}

TEST(NonlinearWalk, a_step_from_dark_to_bright_has_its_gradient) {
  Image image;
  image.width = image.height = 9;
  image.channels = 1;
  image.bytes.assign(81, 10);
  for (size_t i = 0; i < 81; ++i) {
    if (i % 9 >= 5) image.bytes[i] = 60;
  }
  Stream stream(Device::cpu());
  const FilterWalk walk =
      walk_filter(stream, chain_of_texts({"canny low 100 high 150"}), nullptr, picture_of(image), 4, 4);
  ASSERT_TRUE(walk.canny);
  EXPECT_EQ(walk.canny->dx, 200);  // 1 + 2 + 1 times 50
  EXPECT_EQ(walk.canny->dy, 0);
  EXPECT_EQ(walk.canny->magnitude, 200);
  EXPECT_EQ(walk.canny->degrees, 0);
  EXPECT_EQ(walk.canny->first, 0);
  EXPECT_EQ(walk.canny->second, 200);  // as steep: the first of two stays
  EXPECT_EQ(walk.canny->state, CannyState::strong);
  EXPECT_EQ(walk.channels[0].result, 255);
}

TEST(NonlinearSettings, the_command_line_takes_them_as_one_filter) {
  FilterSettings settings;
  settings.kind = FilterKind::median;
  settings.own.size = 5;
  EXPECT_EQ(chain_of(settings).stages, chain_of_texts({"median size 5"}).stages);
  settings.own.size = 2;
  EXPECT_THROW(chain_of(settings), Error);
}

}  // namespace striate
