// Data sets: the drawn ones are functions of seed and number, the read ones what their files hold, and every way in
// which a folder can be wrong has its two lines.
#include <algorithm>
#include <filesystem>
#include <limits>
#include <set>

#include "engine/files/idx.h"
#include "engine/files/safetensors.h"
#include "engine/files/utf8_names.h"
#include "engine/training/data/augment.h"
#include "engine/training/data/digits.h"
#include "engine/training/data/fit_image.h"
#include "engine/training/data/sources.h"
#include "engine/training/metrics.h"
#include "engine/training/split.h"
#include "engine/training/trainer.h"
#include "kernels/threads.h"
#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

std::vector<float> sample(const Dataset& data, int64_t index) {
  std::vector<float> pixels(static_cast<size_t>(data.shape().count()), std::numeric_limits<float>::quiet_NaN());
  data.read(index, pixels.data());
  return pixels;
}

std::string error_of_source(const std::string& text, const SourceOptions& options = {}) {
  try {
    split(*open_dataset(text, options), {}, 1);
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

void write_picture(const std::string& path, int width, int height, int channels = 3) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  write_image(path, test_image(width, height, channels));
}

class Drawn : public testing::TestWithParam<const char*> {};

TEST_P(Drawn, samples_are_functions_of_seed_and_number) {
  SourceOptions options;
  options.seed = 7;
  const std::string source = GetParam() + std::string(":200");
  const std::unique_ptr<Dataset> forward = open_dataset(source, options), backward = open_dataset(source, options);
  options.seed = 8;
  const std::unique_ptr<Dataset> other = open_dataset(source, options);
  std::vector<std::vector<float>> all(200);
  for (int64_t i = 199; i >= 0; --i) all[static_cast<size_t>(i)] = sample(*backward, i);
  int different = 0;
  std::set<std::vector<float>> distinct;
  for (int64_t i = 0; i < 200; ++i) {
    const std::vector<float> pixels = sample(*forward, i);
    EXPECT_EQ(pixels, all[static_cast<size_t>(i)]) << i;
    EXPECT_EQ(forward->label(i), backward->label(i));
    different += sample(*other, i) != pixels;
    distinct.insert(pixels);
    for (const float value : pixels) ASSERT_TRUE(value >= 0 && value <= 1) << value;
  }
  EXPECT_GT(different, 195);
  EXPECT_EQ(distinct.size(), 200u);
}

TEST_P(Drawn, classes_are_equally_frequent_and_sizes_checked) {
  const std::unique_ptr<Dataset> data = open_dataset(GetParam());
  const size_t classes = data->classes().size();
  EXPECT_GE(classes, 6u);
  std::vector<int> counts(classes);
  for (size_t i = 0; i < 10 * classes; ++i) ++counts[static_cast<size_t>(data->label(static_cast<int64_t>(i)))];
  EXPECT_EQ(counts, std::vector<int>(classes, 10));
  EXPECT_EQ(data->name(), GetParam());
  EXPECT_FALSE(data->describe(0).empty());
  EXPECT_NE(error_of_source(GetParam() + std::string(":1")).find("1 samples are not possible"), std::string::npos);
  EXPECT_NE(error_of_source(GetParam() + std::string(":x")).find("\"x\" is not a number"), std::string::npos);
}

TEST_P(Drawn, may_be_read_by_several_threads) {
  const std::string source = GetParam() + std::string(":64");
  const std::unique_ptr<Dataset> data = open_dataset(source), alone = open_dataset(source);
  std::vector<std::vector<float>> results(4 * 64);
  parallel_for(4 * 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) results[static_cast<size_t>(i)] = sample(*data, i % 64);
  });
  for (size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i], sample(*alone, static_cast<int64_t>(i % 64)));
}

INSTANTIATE_TEST_SUITE_P(Sources, Drawn, testing::Values("digits", "letters", "shapes", "satellite"),
                         [](const auto& each) { return std::string(each.param); });

TEST(Digits, are_centered_like_mnist) {
  const Digits data(100);
  for (int64_t i = 0; i < 100; ++i) {
    const std::vector<float> pixels = sample(data, i);
    double mass = 0, x = 0, y = 0;
    for (int at = 0; at < 784; ++at) {
      const double value = static_cast<double>(pixels[static_cast<size_t>(at)]);
      mass += value;
      x += value * (at % 28 + 0.5);
      y += value * (at / 28 + 0.5);
    }
    EXPECT_NEAR(x / mass, 14, 2.5) << data.describe(i);
    EXPECT_NEAR(y / mass, 14, 2.5) << data.describe(i);
  }
}

TEST(Letters, are_twenty_six_and_told_apart_after_a_short_training) {
  const std::shared_ptr<const Dataset> data = open_dataset("letters:1300");
  ASSERT_EQ(data->classes().size(), 26u);
  EXPECT_EQ(data->classes().front(), "A");
  EXPECT_EQ(data->classes().back(), "Z");
  EXPECT_EQ(data->shape(), (Shape{1, 28, 28}));
  const Split parts = split(*data, SplitShares::parse("0.8,0,0.2"), 1);
  Stream stream;
  Network network(stream, Architecture::parse("input 1x28x28 | conv 8 5x5 | relu | maxpool 2 | conv 16 5x5 | relu | "
                                              "maxpool 2 | flatten | dense 26"));
  network.initialize(stream, Initializer::pytorch, 1);
  TrainerSettings settings;
  settings.batch = 26;
  settings.rate = 0.003;
  const Normalization normalization = Normalization::measure(*data, parts.training);
  Trainer trainer(stream, network, *data, parts.training, normalization, settings);
  for (int step = 0; step < 200; ++step) trainer.step();
  Evaluator evaluator(stream, network.architecture(), 26);
  const Evaluation told = evaluator.evaluate(stream, network, *data, parts.test, normalization);
  EXPECT_GT(told.accuracy(), 0.6);
}

TEST(FitDigit, a_drawing_is_fitted_and_centered_by_its_mass) {
  // A block of ink 10 wide and 40 high, far from the middle.
  std::vector<float> ink(100 * 80, 0);
  for (int y = 50; y < 90; ++y)
    for (int x = 60; x < 70; ++x) ink[static_cast<size_t>(y * 80 + x)] = 1;
  const DigitFit fit = fit_digit(ink.data(), 80, 100);
  EXPECT_EQ(fit.left, 60);
  EXPECT_EQ(fit.top, 50);
  EXPECT_EQ(fit.width, 10);
  EXPECT_EQ(fit.height, 40);
  EXPECT_EQ(fit.fitted_height, 20);
  EXPECT_EQ(fit.fitted_width, 5);
  EXPECT_FLOAT_EQ(fit.mass_y, 10);
  EXPECT_EQ(fit.y, 4);
  EXPECT_TRUE(fit.x == 11 || fit.x == 12);
  EXPECT_FLOAT_EQ(fit.pixels[14 * 28 + 14], 1);
  EXPECT_FLOAT_EQ(fit.pixels[3 * 28 + 14], 0);
  const DigitFit nothing = fit_digit(std::vector<float>(784, 0).data(), 28, 28);
  EXPECT_EQ(nothing.width, 0);
  EXPECT_EQ(nothing.pixels, std::vector<float>(784, 0));
}

TEST(FitDigit, bright_paper_is_turned_dark) {
  Image image;
  image.width = image.height = 10;
  image.channels = 1;
  image.bytes.assign(100, 240);
  image.bytes[55] = 40;
  image.bytes[56] = 235;  // a shadow on the paper
  const std::vector<float> ink = ink_of(image);
  EXPECT_FLOAT_EQ(ink[55], 1);
  EXPECT_FLOAT_EQ(ink[56], 0);
  EXPECT_FLOAT_EQ(ink[0], 0);
}

TEST(FitImage, the_middle_is_taken_and_gray_repeated) {
  Image image;
  image.width = 6;
  image.height = 2;
  image.channels = 1;
  image.bytes = {0, 0, 100, 200, 255, 255, 0, 0, 100, 200, 255, 255};
  const std::vector<uint8_t> same = fit_image(image, Shape{3, 2, 2});
  EXPECT_EQ(same, (std::vector<uint8_t>{100, 200, 100, 200, 100, 200, 100, 200, 100, 200, 100, 200}));
  EXPECT_EQ(fit_image(image, Shape{1, 1, 1}), std::vector<uint8_t>{150});
}

TEST(Sources, unknown_words_get_the_nearest_one) {
  EXPECT_NE(error_of_source("digit").find("no data set \"digit\""), std::string::npos);
  try {
    open_dataset("minst:x");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.hint().find("did you mean \"mnist\""), std::string::npos) << error.hint();
  }
  EXPECT_NE(error_of_source("mnist").find("the folder is missing"), std::string::npos);
  EXPECT_NE(error_of_source("mnist:/no/such").find("no such folder"), std::string::npos);
  EXPECT_NE(error_of_source("cifar10:/no/such").find("no such folder"), std::string::npos);
  EXPECT_NE(error_of_source("folder:/no/such").find("no such folder"), std::string::npos);
}

TEST(Folder, classes_with_blanks_and_umlauts_are_read_in_order) {
  TestFolder folder;
  write_picture(folder / "data/grüne Wiese/1.png", 20, 10);
  write_picture(folder / "data/grüne Wiese/deep/2.jpg", 30, 30);
  write_picture(folder / "data/Äpfel/a.bmp.png", 8, 8, 4);
  write_picture(folder / "data/Äpfel/b.PNG.png", 8, 8, 1);
  write_file(folder / "data/Äpfel/notes.txt", {'h', 'i'});
  write_file(folder / "data/.hidden", {'h', 'i'});
  SourceOptions options;
  options.width = 12;
  options.height = 9;
  int64_t last = 0, all = 0;
  options.progress = [&](int64_t done, int64_t of) {
    EXPECT_GT(done, last);
    last = done;
    all = of;
    return true;
  };
  const std::unique_ptr<ByteDataset> data = open_folder(folder / "data", options);
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"grüne Wiese", "Äpfel"}));
  EXPECT_EQ(data->size(), 4);
  EXPECT_EQ(data->shape(), (Shape{3, 9, 12}));
  EXPECT_EQ(data->label(0), 0);
  EXPECT_EQ(data->label(3), 1);
  EXPECT_EQ(data->describe(0), "grüne Wiese/1.png");
  EXPECT_EQ(last, all);
  ASSERT_EQ(data->notes().size(), 2u);
  EXPECT_NE(data->notes()[0].find("fitted to 12 x 9"), std::string::npos);
  EXPECT_NE(data->notes()[1].find("1 files that are no pictures"), std::string::npos);
  for (const float value : sample(*data, 1)) ASSERT_TRUE(value >= 0 && value <= 1);
}

TEST(Folder, pictures_of_one_small_size_keep_it) {
  TestFolder folder;
  for (const char* name : {"d/a/1.png", "d/a/2.png", "d/b/1.png"}) write_picture(folder / name, 17, 13, 1);
  EXPECT_EQ(open_folder(folder / "d/", {})->shape(), (Shape{1, 13, 17}));
  write_picture(folder / "d/b/2.png", 170, 130, 3);
  EXPECT_EQ(open_folder(folder / "d", {})->shape(), (Shape{3, 64, 64}));
}

TEST(Folder, train_and_test_are_kept_apart) {
  TestFolder folder;
  for (const char* name : {"d/train/a/1.png", "d/train/a/2.png", "d/train/b/1.png", "d/test/b/1.png"})
    write_picture(folder / name, 8, 8);
  const std::unique_ptr<ByteDataset> data = open_folder(folder / "d", {});
  EXPECT_EQ(data->size(), 4);
  EXPECT_EQ(data->training_size(), 3);
  const Split parts = split(*data, {0.5, 0.5, 0}, 1);
  EXPECT_EQ(parts.test, std::vector<int64_t>{3});
  EXPECT_EQ(parts.training.size() + parts.validation.size(), 3u);
  write_picture(folder / "d/test/c/1.png", 8, 8);
  EXPECT_NE(error_of_source("folder:" + (folder / "d")).find("class \"c\" is not in"), std::string::npos);
}

TEST(Folder, every_way_to_be_wrong_is_told) {
  TestFolder folder;
  namespace fs = std::filesystem;
  fs::create_directories(folder / "nothing");
  EXPECT_NE(error_of_source("folder:" + (folder / "nothing")).find("there are no classes"), std::string::npos);
  write_picture(folder / "one/a/1.png", 8, 8);
  EXPECT_NE(error_of_source("folder:" + (folder / "one")).find("one class only (\"a\")"), std::string::npos);
  fs::create_directories(folder / "one/b c");
  EXPECT_NE(error_of_source("folder:" + (folder / "one")).find("class \"b c\" is empty"), std::string::npos);
  write_file(folder / "one/b c/x.jpg", {1, 2, 3, 4});
  const std::string unreadable = error_of_source("folder:" + (folder / "one"));
  EXPECT_NE(unreadable.find("one/b c/x.jpg"), std::string::npos) << unreadable;
  write_file(folder / "file", {1});
  EXPECT_NE(error_of_source("folder:" + (folder / "file")).find("a file, not a folder"), std::string::npos);
  // A picture whose header is right and whose pixels are not.
  FileBytes cut = file_of(folder / "one/a/1.png");
  cut.resize(cut.size() - 20);
  write_file(folder / "one/b c/x.jpg", cut);
  EXPECT_NE(error_of_source("folder:" + (folder / "one")).find("x.jpg"), std::string::npos);
  EXPECT_NE(error_of_source("folder:" + (folder / "one")).find("no picture of class \"b c\" can be read"),
            std::string::npos);
  SourceOptions stopping;
  stopping.progress = [](int64_t, int64_t) { return false; };
  write_picture(folder / "two/a/1.png", 8, 8);
  write_picture(folder / "two/b/1.png", 8, 8);
  EXPECT_NE(error_of_source("folder:" + (folder / "two"), stopping).find("was stopped"), std::string::npos);
}

TEST(Folder, broken_pictures_are_left_out_and_listed) {
  TestFolder folder;
  for (const char* name : {"d/a/1.png", "d/a/4.png", "d/b/1.png", "d/b/2.png", "d/b/3.png"})
    write_picture(folder / name, 9, 9);
  const std::unique_ptr<ByteDataset> whole = open_folder(folder / "d", {});
  FileBytes cut = file_of(folder / "d/a/1.png");
  cut.resize(cut.size() - 20);
  write_file(folder / "d/a/2.png", cut);           // its pixels are not there
  write_file(folder / "d/a/3.png", {1, 2, 3, 4});  // no picture at all
  const std::unique_ptr<ByteDataset> data = open_folder(folder / "d", {});
  ASSERT_EQ(data->size(), 5);
  ASSERT_EQ(data->notes().size(), 2u);
  EXPECT_NE(data->notes()[0].find("left out: "), std::string::npos);
  EXPECT_NE((data->notes()[0] + data->notes()[1]).find("a/2.png"), std::string::npos);
  EXPECT_NE((data->notes()[0] + data->notes()[1]).find("a/3.png"), std::string::npos);
  for (int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(data->label(i), whole->label(i));
    EXPECT_EQ(data->describe(i), whole->describe(i));
    std::vector<float> got(3 * 81), wanted(3 * 81);
    data->read(i, got.data());
    whole->read(i, wanted.data());
    EXPECT_EQ(got, wanted) << i;
  }
  for (const char* name : {"s/train/a/1.png", "s/train/b/1.png", "s/test/a/1.png"}) write_picture(folder / name, 9, 9);
  write_file(folder / "s/train/a/0.png", {1, 2, 3, 4});
  EXPECT_EQ(open_folder(folder / "s", {})->training_size(), 2);
}

TEST(Folder, names_that_are_not_utf8_are_written_so) {
  TestFolder folder;
  const std::string latin = std::string("caf") + '\xe9';
  write_picture(folder / ("d" + latin + "/" + latin + "/" + latin + ".png"), 9, 9);
  write_picture(folder / ("d" + latin + "/tea/1.png"), 9, 9);
  const std::unique_ptr<ByteDataset> data = open_folder(folder / ("d" + latin), {});
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"caf\\xE9", "tea"}));
  EXPECT_EQ(data->describe(0), "caf\\xE9/caf\\xE9.png");
  EXPECT_EQ(data->name(), "folder:" + (folder / "dcaf\\xE9"));
  // As a saved training has the folder's name.
  EXPECT_EQ(open_folder(folder / "dcaf\\xE9", {})->size(), 2);
  SafeTensorsWriter writer;
  writer.metadata["run.data"] = "folder:" + (folder / ("d" + latin));
  writer.write(folder / "m.safetensors");
  EXPECT_EQ(SafeTensors::read(folder / "m.safetensors").metadata().at("run.data"), data->name());
  for (const char* text : {"grüne Wiese", "\xf0\x9f\x8d\x8e", "plain"}) {
    EXPECT_EQ(utf8_name(text), text);
    EXPECT_EQ(name_bytes(text), text);
  }
  for (const char* bytes : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\x80z"}) {
    EXPECT_NE(utf8_name(bytes), bytes);
    EXPECT_EQ(name_bytes(utf8_name(bytes)), bytes);
  }
}

TEST(Mnist, wrong_folders_are_told) {
  TestFolder folder;
  const FileBytes images = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 102, 255};
  const FileBytes labels = {0, 0, 8, 1, 0, 0, 0, 2, 4, 7};
  const std::string source = "mnist:" + (folder / ".");
  const auto is = [&](const char* reason) {
    const std::string error = error_of_source(source);
    EXPECT_NE(error.find(reason), std::string::npos) << error;
  };
  is("there is no train-images-idx3-ubyte");
  write_file(folder / "train-images-idx3-ubyte", images);
  is("no train-labels-idx1-ubyte");
  write_file(folder / "train-labels-idx1-ubyte", images);
  is("not one unsigned byte for each picture");
  write_file(folder / "train-labels-idx1-ubyte", {0, 0, 8, 1, 0, 0, 0, 3, 4, 7, 1});
  is("2 pictures, but 3 labels");
  write_file(folder / "train-labels-idx1-ubyte", labels);
  const std::unique_ptr<ByteDataset> data = open_mnist(folder / ".");
  EXPECT_EQ(data->shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(data->training_size(), 2);
  EXPECT_EQ(data->label(1), 7);
  EXPECT_EQ(sample(*data, 0), (std::vector<float>{0, 0.2f}));
  is("class \"0\" has no sample");
  write_file(folder / "t10k-images-idx3-ubyte", {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 1, 2});
  write_file(folder / "t10k-labels-idx1-ubyte", {0, 0, 8, 1, 0, 0, 0, 1, 2});
  is("its pictures are 3 x 1, those for training 2 x 1");
}

TEST(Reference, mnist_and_cifar_are_read_as_published) {
  STRIATE_NEEDS_REFERENCE("data/mnist");
  STRIATE_NEEDS_REFERENCE("data/cifar10");
  const std::unique_ptr<Dataset> mnist = open_dataset("mnist:" + reference_path("data/mnist"));
  EXPECT_EQ(mnist->size(), 70000);
  EXPECT_EQ(mnist->training_size(), 60000);
  EXPECT_EQ(mnist->label(0), 5);
  EXPECT_EQ(mnist->label(60000), 7);
  // Known to everybody who has normalized MNIST: mean 0.1307, stddev 0.3081.
  std::vector<int64_t> all(60000);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  const Normalization normalization = Normalization::measure(*mnist, all, 60000);
  EXPECT_NEAR(normalization.mean[0], 0.1307, 5e-5);
  EXPECT_NEAR(normalization.stddev[0], 0.3081, 5e-5);
  const std::unique_ptr<Dataset> cifar = open_dataset("cifar10:" + reference_path("data/cifar10"));
  EXPECT_EQ(cifar->size(), 4000);
  EXPECT_EQ(cifar->training_size(), 3000);
  EXPECT_EQ(cifar->label(0), 6);  // a frog
}

TEST(Split, is_stratified_seeded_and_disjoint) {
  const std::unique_ptr<Dataset> data = open_dataset("digits:1000");
  const Split parts = split(*data, SplitShares::parse("0.7,0.2,0.1"), 5), again = split(*data, {0.7, 0.2, 0.1}, 5);
  EXPECT_EQ(parts.training, again.training);
  EXPECT_EQ(parts.test, again.test);
  EXPECT_NE(split(*data, {0.7, 0.2, 0.1}, 6).test, parts.test);
  std::set<int64_t> seen;
  for (const auto* part : {&parts.training, &parts.validation, &parts.test}) {
    std::vector<size_t> counts(10);
    for (const int64_t index : *part) {
      EXPECT_TRUE(seen.insert(index).second);
      ++counts[static_cast<size_t>(data->label(index))];
    }
    EXPECT_EQ(counts, std::vector<size_t>(10, part->size() / 10));
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
  }
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(parts.training.size(), 700u);
  EXPECT_EQ(parts.validation.size(), 200u);
}

TEST(Split, shares_are_checked) {
  const struct {
    const char *text, *reason;
  } cases[] = {{"", "is not a number"},          {"0.8", "1 shares instead of 2 or 3"}, {"0.8,x", "\"x\" is not"},
               {"0,0.5,0.5", "nothing is left"}, {"0.8,0.3", "add up to 1.1"},          {"1.2,-0.2", "negative"},
               {"nan,0.5", "is not a number"},   {"0.25,0.25,0.25,0.25", "4 shares"}};
  for (const auto& each : cases) {
    try {
      SplitShares::parse(each.text);
      ADD_FAILURE() << each.text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(each.reason), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(SplitShares::parse("0.9,0.1").test, 0);
}

TEST(Augmentation, is_a_function_of_picture_seed_and_draw) {
  const Augmentation augmentation =
      Augmentation::parse("shift 3, rotate 20 flip brightness 0.1 contrast 0.2 scale 0.1");
  EXPECT_EQ(Augmentation::parse(augmentation.text()), augmentation);
  const std::unique_ptr<Dataset> data = open_dataset("shapes:12");
  const std::vector<float> original = sample(*data, 3);
  std::set<std::vector<float>> seen;
  for (uint64_t draw = 0; draw < 20; ++draw) {
    std::vector<float> a = original, b = original;
    augmentation.function()(a.data(), data->shape(), 9, draw);
    augmentation.apply(b.data(), data->shape(), 9, draw);
    EXPECT_EQ(a, b);
    for (const float value : a) ASSERT_TRUE(value >= 0 && value <= 1);
    seen.insert(a);
  }
  EXPECT_EQ(seen.size(), 20u);
  EXPECT_FALSE(Augmentation().function());
}

TEST(Augmentation, moves_pixels_where_it_says) {
  Augmentation flip;
  flip.flip = true;
  uint64_t flipped = 0;
  while (!flip.change(1, flipped).flip) ++flipped;
  std::vector<float> pixels = {0, 0.25f, 0.5f, 0.75f, 1, 0};
  flip.apply(pixels.data(), Shape{1, 2, 3}, 1, flipped);
  EXPECT_EQ(pixels, (std::vector<float>{0.5f, 0.25f, 0, 0, 1, 0.75f}));
  // A quarter of a turn of the middle leaves the middle.
  Augmentation turn = Augmentation::parse("rotate 180");
  std::vector<float> dot(25, 0);
  dot[12] = 1;
  turn.apply(dot.data(), Shape{1, 5, 5}, 3, 4);
  EXPECT_FLOAT_EQ(dot[12], 1);
  for (const char* wrong : {"shift", "shift x", "shift -1", "rotate 999", "spin 3"}) {
    EXPECT_THROW(Augmentation::parse(wrong), Error) << wrong;
  }
}

}  // namespace
}  // namespace striate
