// How a picture becomes what a network receives: texts, steps, numbers by hand.
#include <gtest/gtest.h>

#include <functional>

#include "engine/error.h"
#include "engine/files/labels.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/preprocess/prepared_dataset.h"
#include "engine/training/data/fit_image.h"

namespace striate {
namespace {

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Columns and rows with colors of their own: R = 10 x, G = 10 y, B = 7.
Image picture(int width, int height) {
  Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  image.format = "PNG";
  std::vector<uint8_t> bytes;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {10 * x, 10 * y, 7}) bytes.push_back(static_cast<uint8_t>(value));
    }
  }
  image.bytes.assign(bytes.begin(), bytes.end());
  return image;
}

std::vector<std::string> names(const PreparedPicture& prepared) {
  std::vector<std::string> list;
  for (const PreprocessingStep& step : prepared.steps) list.push_back(step.name);
  return list;
}

TEST(Preprocessing, text_reads_back) {
  for (const char* text : {"middle | order rgb | scale 1/255", "stretch | order bgr | scale 1 | mean 104,117,123",
                           "shorter 256 | order rgb | scale 1/255 | mean 0.485,0.456,0.406 | std 0.229,0.224,0.225",
                           "digit | order rgb | scale 0.0078125 | mean 1"}) {
    EXPECT_EQ(Preprocessing::parse(text).text(), text);
  }
  EXPECT_EQ(Preprocessing::parse("").text(), "middle | order rgb | scale 1/255");
  EXPECT_EQ(Preprocessing::parse("scale 2/4").scale, 0.5);
  EXPECT_EQ(Preprocessing::parse("scale 1").text(1), "middle | scale 1");
  EXPECT_EQ(imagenet_preprocessing().shorter, 256);
}

TEST(Preprocessing, mistakes_are_named) {
  EXPECT_EQ(failure([] { Preprocessing::parse("blur 3"); }), "preprocessing: unknown step \"blur\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("order gbr"); }), "preprocessing: invalid order of channels \"gbr\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("scale 0"); }), "preprocessing: invalid scale \"0\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("scale 1/0"); }), "preprocessing: invalid scale \"1/0\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("scale"); }), "preprocessing: \"scale\" needs one value");
  EXPECT_EQ(failure([] { Preprocessing::parse("std 1,0,1"); }), "preprocessing: invalid std \"1,0,1\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("mean 1,x,1"); }), "preprocessing: invalid mean \"1,x,1\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("shorter 2.5"); }),
            "preprocessing: invalid length of the shorter side \"2.5\"");
  EXPECT_EQ(failure([] { Preprocessing::parse("mean 1,2").check_fits({3, 8, 8}); }), "2 means for 3 channels");
  EXPECT_EQ(failure([] {
              Preprocessing::parse("shorter 200").check_fits({3, 224, 224});
            }),
            "pictures with a shorter side of 200 are smaller than the 224 x 224 that the network takes");
  EXPECT_EQ(failure([] {
              Preprocessing::parse("order bgr").check_fits({1, 28, 28});
            }),
            "the network takes gray pictures, which have no order of channels");
  EXPECT_EQ(failure([] { Preprocessing().check_fits({512}); }), "the network takes 512, not pictures");
}

TEST(Preprocessing, is_understood_in_the_words_of_converters) {
  Preprocessing caffe = Preprocessing::parse("shorter 256");
  ASSERT_TRUE(read_preprocessing_words("1x3x224x224 BGR minus (104,117,123)", caffe));
  EXPECT_EQ(caffe.text(), "shorter 256 | order bgr | scale 1 | mean 104,117,123");
  Preprocessing torch;
  ASSERT_TRUE(read_preprocessing_words("RGB/255, mean .485 .456 .406 std .229 .224 .225", torch));
  EXPECT_EQ(torch.text(), "middle | order rgb | scale 1/255 | mean 0.485,0.456,0.406 | std 0.229,0.224,0.225");
  for (const char* words : {"", "a picture", "RGB or BGR", "BGR minus the mean", "RGB, mean 1 2"}) {
    Preprocessing same = torch;
    EXPECT_FALSE(read_preprocessing_words(words, same)) << words;
    EXPECT_EQ(same.text(), torch.text());
  }
}

// A resize that somebody asked for is not left out where a picture has the network's size by chance.
TEST(Preprocessing, a_resize_that_was_asked_for_is_always_done) {
  Preprocessing preprocessing = Preprocessing::parse("shorter 8 | scale 1");
  const std::vector<float> as_it_is = prepare_picture(picture(4, 4), preprocessing, {3, 4, 4}).values;
  EXPECT_EQ(as_it_is[3], 30);
  preprocessing.asked = true;
  const PreparedPicture asked = prepare_picture(picture(4, 4), preprocessing, {3, 4, 4});
  EXPECT_EQ(names(asked), (std::vector<std::string>{"picture", "resize", "crop", "scale"}));
  EXPECT_EQ(asked.values[3], 22);  // column 5 of 8 lies a quarter behind column 2
  const std::vector<uint8_t> bytes = fitted_bytes(picture(4, 4), preprocessing, {3, 4, 4});
  EXPECT_EQ(std::vector<float>(bytes.begin(), bytes.end()), asked.values);
}

TEST(PreparedDataset, has_the_sizes_the_channels_and_the_layout_of_the_network) {
  const auto gray = [] {
    return std::make_unique<MemoryDataset>("gray", Shape{1, 1, 2}, std::vector<float>{0, 1, 0.2f, 0.4f},
                                           std::vector<int>{0, 1}, std::vector<std::string>{"a", "b"});
  };
  const auto sample = [](const Dataset& data, int64_t i) {
    std::vector<float> values(static_cast<size_t>(data.shape().count()));
    data.read(i, values.data());
    return values;
  };
  using Floats = std::vector<float>;
  const Preprocessing bgr = Preprocessing::parse("order bgr | scale 1 | mean 1,2,3");
  const PreparedDataset last(gray(), bgr, {3, 1, 2}, true);
  EXPECT_EQ(last.shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(sample(last, 1), (Floats{50, 49, 48, 101, 100, 99}));
  const PreparedDataset first(gray(), bgr, {3, 1, 2}, false);
  EXPECT_EQ(sample(first, 1), (Floats{50, 101, 49, 100, 48, 99}));
  EXPECT_EQ(sample(PreparedDataset(gray(), Preprocessing(), {1, 1, 2}, true), 1), (Floats{0.2f, 0.4f}));
  EXPECT_EQ(failure([&] {
              PreparedDataset(gray(), Preprocessing(), {1, 2, 2}, false);
            }),
            "the network takes 1 x 2 x 2, gray has 1 x 1 x 2");
  Preprocessing asked = Preprocessing::parse("stretch | scale 1");
  asked.asked = true;
  EXPECT_EQ(sample(PreparedDataset(gray(), asked, {1, 2, 2}, false), 0), (Floats{0, 255, 0, 255}));
}

TEST(Preprocessing, cuts_the_middle_out_and_orders_scales_and_shifts) {
  // 6 x 4 with a network of 2 x 2: the shorter side stays 4; the middle begins at column 2, row 1.
  const PreparedPicture prepared = prepare_picture(
      picture(6, 4), Preprocessing::parse("shorter 4 | order bgr | scale 1 | mean 1,2,3 | std 2,1,4"), {3, 2, 2});
  EXPECT_EQ(names(prepared), (std::vector<std::string>{"picture", "resize", "crop", "order", "scale", "mean", "std"}));
  const std::vector<float> expected = {3, 3, 3, 3, 8, 8, 18, 18, 4.25f, 6.75f, 4.25f, 6.75f};
  EXPECT_EQ(prepared.values, expected);
  const PreprocessingStep& crop = prepared.steps[2];
  EXPECT_EQ(crop.width, 2);
  EXPECT_EQ(crop.channels, "RGB");
  EXPECT_EQ(crop.minimum, (std::vector<double>{20, 10, 7}));
  EXPECT_EQ(crop.maximum, (std::vector<double>{30, 20, 7}));
  EXPECT_EQ(crop.mean, (std::vector<double>{25, 15, 7}));
  EXPECT_EQ(crop.first[0], (std::vector<float>{20, 30}));
  EXPECT_EQ(prepared.steps[3].channels, "BGR");
  EXPECT_EQ(prepared.steps[3].first[2], (std::vector<float>{20, 30}));
}

TEST(Preprocessing, sizes_are_rounded_and_never_smaller_than_the_network) {
  const auto size_after = [](int width, int height, const char* text, const Shape& input) {
    const PreprocessingStep step = prepare_picture(picture(width, height), Preprocessing::parse(text), input).steps[1];
    return std::pair(step.width, step.height);
  };
  EXPECT_EQ(size_after(11, 7, "shorter 4", {3, 3, 3}), std::pair(6, 4));  // 6.29
  EXPECT_EQ(size_after(7, 12, "shorter 4", {3, 3, 3}), std::pair(4, 7));  // 6.86
  EXPECT_EQ(size_after(5, 4, "shorter 4", {3, 2, 9}), std::pair(9, 4));   // a network of another proportion
  EXPECT_EQ(size_after(3, 3, "shorter 9", {3, 3, 3}), std::pair(3, 3)) << "it has the network's size";
  EXPECT_EQ(size_after(12, 4, "stretch", {3, 2, 2}), std::pair(2, 2));
}

// Only the part around the middle is enlarged: all of this would be 256 x 5,120,000.
TEST(Preprocessing, of_a_picture_as_narrow_as_a_thread_takes_no_more_than_others) {
  const Preprocessing usual = Preprocessing::parse("shorter 256");
  const Shape input{3, 224, 224};
  const PreparedPicture thread = prepare_picture(picture(1, 20000), usual, input);
  EXPECT_EQ(thread.steps[1].width, 256);
  EXPECT_EQ(thread.steps[1].height, 16 * 256);
  EXPECT_EQ(thread.steps[1].words.substr(0, 18), "the middle 1 x 16,");
  // One that is just not cut has the same middle.
  const PreparedPicture all = prepare_picture(picture(1, 16), usual, input);
  Image middle = picture(1, 16);
  for (int y = 0; y < 16; ++y) middle.bytes[static_cast<size_t>(3 * y + 1)] = static_cast<uint8_t>(10 * (9992 + y));
  EXPECT_EQ(thread.values, prepare_picture(middle, usual, input).values);
  EXPECT_NE(thread.values, all.values);
}

TEST(Preprocessing, of_this_programs_networks_is_what_they_were_trained_with) {
  const Image image = picture(13, 9);
  for (const Shape& input : {Shape{3, 4, 4}, Shape{1, 5, 5}, Shape{3, 20, 16}}) {
    const std::vector<uint8_t> bytes = fit_image(image, input);
    std::vector<float> expected;
    for (const uint8_t byte : bytes) expected.push_back(static_cast<float>(byte) / 255.0f);
    EXPECT_EQ(prepare_picture(image, Preprocessing(), input).values, expected) << input.text();
    Preprocessing shifted;
    shifted.mean.assign(static_cast<size_t>(input[0]), 0.3f);
    shifted.stddev.assign(static_cast<size_t>(input[0]), 0.7f);
    Normalization{shifted.mean, shifted.stddev}.apply(input, expected.data());
    EXPECT_EQ(prepare_picture(image, shifted, input).values, expected) << input.text();
    EXPECT_EQ(shifted.normalization(static_cast<int>(input[0])).mean, shifted.mean);
  }
}

TEST(Preprocessing, as_a_normalization_scales) {
  const Normalization plain = Preprocessing::parse("scale 1 | mean 51,102,0 | std 2,1,1").normalization(3);
  EXPECT_FLOAT_EQ(plain.mean[0], 0.2f);
  EXPECT_FLOAT_EQ(plain.mean[1], 0.4f);
  EXPECT_FLOAT_EQ(plain.stddev[0], 2.0f / 255);
  EXPECT_TRUE(Preprocessing().normalization(3).empty());
}

TEST(Labels, are_lines_or_synsets) {
  const Labels labels = parse_labels("# two\nn01440764 tench, Tinca tinca\r\n  great white shark \n\n\n", "file");
  EXPECT_EQ(labels.names, (std::vector<std::string>{"tench", "great white shark"}));
  EXPECT_EQ(labels.lines[0], "tench, Tinca tinca");
  EXPECT_EQ(parse_labels("n1234 x\nn0144076x y", "file").names[1], "n0144076x y");
  EXPECT_EQ(failure([] { parse_labels("a\n\nb\n", "file"); }), "file, line 2: a class without a name");
  EXPECT_EQ(failure([] { parse_labels("\n\n", "file"); }), "file names no class");
  EXPECT_EQ(failure([] { parse_labels("", "file"); }), "file names no class");
  EXPECT_EQ(failure([] { parse_labels(std::string_view("a\n\0b", 4), "file"); }), "file, line 2: no name of a class");
}

}  // namespace
}  // namespace striate
