// The strongest places: the same as looking at every picture by itself, in the right order, cut to what a unit sees;
// folders of all kinds; what was found is kept, and stopping leaves what was seen.
#include "engine/explain/patches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/explain/patch_cache.h"
#include "engine/files/image_file.h"
#include "kernels/random.h"
#include "tests/engine/open_text.h"

namespace striate {
namespace {

const char* kNet = "input 3x20x24 | conv 5 3x3 pad 1 | relu | maxpool 2 | conv 4 3x3 pad 1 | flatten | dense 3";

ImagePtr picture(uint64_t seed, int width = 24, int height = 20) {
  auto image = std::make_shared<Image>();
  image->width = width, image->height = height, image->channels = 3;
  image->name = "made " + std::to_string(seed);
  image->bytes.resize(image->value_count());
  Random random(seed);
  for (uint8_t& each : image->bytes) each = static_cast<uint8_t>(random.below(256));
  return image;
}

std::vector<ImagePtr> pictures(int count) {
  std::vector<ImagePtr> made;
  for (int i = 0; i < count; ++i) made.push_back(picture(static_cast<uint64_t>(i)));
  return made;
}

TEST(Patches, are_the_strongest_places_of_every_channel) {
  const std::vector<ImagePtr> images = pictures(13);
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
    for (const int node : {2, 4, 6}) {
      PatchOptions options;
      options.batch = 4;
      const Patches found = find_patches(network, node, *patches_of(images), options);
      EXPECT_TRUE(found.finished);
      EXPECT_EQ(found.seen, 13);
      const Shape cells = cells_of(network.info()->layers[static_cast<size_t>(node)].shape);
      ASSERT_EQ(found.best.size(), static_cast<size_t>(cells[0]));
      // One picture after the other.
      for (int64_t c = 0; c < cells[0]; ++c) {
        struct One {
          float value;
          int64_t picture, place;
        };
        std::vector<One> all;
        for (size_t i = 0; i < images.size(); ++i) {
          NetworkPicture one;
          one.image = images[i];
          const NetworkAnswer answer = *network.run(network.look_at(one).values);
          const float* map = answer.activations[static_cast<size_t>(node)].values.data() + c * cells[1] * cells[2];
          const float* most = std::max_element(map, map + cells[1] * cells[2]);
          all.push_back({*most, static_cast<int64_t>(i), most - map});
        }
        std::stable_sort(all.begin(), all.end(), [](const One& a, const One& b) { return a.value > b.value; });
        const std::vector<Patch>& best = found.best[static_cast<size_t>(c)];
        ASSERT_EQ(best.size(), 10u);
        for (size_t n = 0; n < best.size(); ++n) {
          EXPECT_NEAR(best[n].value, all[n].value, 1e-5f * std::abs(all[n].value) + 1e-6f);
          EXPECT_EQ(best[n].picture, all[n].picture);
          EXPECT_EQ(best[n].row * cells[2] + best[n].column, all[n].place);
          EXPECT_EQ(best[n].name, images[static_cast<size_t>(all[n].picture)]->name);
        }
      }
    }
  }
}

TEST(Patches, are_cut_to_what_the_unit_sees_and_0_outside) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
  const std::vector<ImagePtr> images = pictures(6);
  const auto source = patches_of(images);
  const Patches found = find_patches(network, 2, *source, {});
  EXPECT_EQ(found.small, (Shape{3, 3, 3}));
  bool outside = false;
  for (int64_t c = 0; c < 5; ++c) {
    for (size_t n = 0; n < found.best[static_cast<size_t>(c)].size(); ++n) {
      const Patch& patch = found.best[static_cast<size_t>(c)][n];
      const CutPatch cut = cut_patch(network, 2, c, patch, *source);
      EXPECT_EQ(cut.shape, (Shape{3, 3, 3}));
      EXPECT_EQ(cut.box, (FieldBox{patch.row - 1, patch.column - 1, 3, 3}));
      const Image& image = *images[static_cast<size_t>(patch.picture)];
      const std::vector<float> small = found.thumbnail(c, static_cast<int64_t>(n));
      for (int64_t i = 0; i < 27; ++i) {
        const int64_t row = patch.row - 1 + i / 3 % 3, column = patch.column - 1 + i % 3;
        const bool inside = row >= 0 && column >= 0 && row < 20 && column < 24;
        outside |= !inside;
        const float want =
            inside ? static_cast<float>(image.bytes[static_cast<size_t>((row * 24 + column) * 3 + i / 9)]) / 255 : 0;
        EXPECT_NEAR(cut.pixels[static_cast<size_t>(i)], want, 1e-5f);
        EXPECT_NEAR(small[static_cast<size_t>(i)], want, 1e-5f);
      }
    }
  }
  EXPECT_TRUE(outside) << "no patch lies at a border: other pictures";
}

TEST(Patches, lesions_and_channels_that_are_not_asked_for_are_left_alone) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
  const auto source = patches_of(pictures(3));
  network.set_lesions({{2, 1}});
  const Patches found = find_patches(network, 2, *source, {});
  for (const Patch& each : found.best[1]) EXPECT_EQ(each.value, 0);
  EXPECT_GT(found.best[0][0].value, 0);
}

TEST(Patches, of_a_folder_pass_over_what_is_no_picture) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "more/.hidden");
  write_image(folder / "b.png", *picture(1));
  write_image(folder / "more/a.png", *picture(2, 50, 30));
  write_image(folder / "more/.hidden/c.png", *picture(3));
  std::ofstream(folder / "broken.jpg") << "no picture";
  std::ofstream(folder / "empty.png").close();
  std::ofstream(folder / "notes.txt") << "a text";
  std::filesystem::create_directories(folder / "folder.png");
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
  const auto source = patches_in(folder.path());
  EXPECT_EQ(source->size(), 4);
  const Patches found = find_patches(network, 2, *source, {});
  EXPECT_TRUE(found.finished);
  EXPECT_EQ(found.seen, 4);
  EXPECT_EQ(found.unreadable, 2);
  EXPECT_EQ(found.problems.size(), 2u);
  EXPECT_EQ(found.best[0].size(), 2u);
  EXPECT_THROW(patches_in(folder / "more/.hidden/c.png"), Error);
  EXPECT_THROW(patches_in(folder / "nowhere"), Error);
  EXPECT_THROW(patches_in(folder / "folder.png"), Error) << "no picture in it";
  const TestFolder bad;
  std::ofstream(bad / "a.png") << "no";
  EXPECT_THROW(find_patches(network, 2, *patches_in(bad.path()), {}), Error);
}

TEST(Patches, stop_between_batches_and_say_that_they_are_not_finished) {
  Stream stream(Device::cpu());
  OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
  const TestFolder cache;
  PatchOptions options;
  options.batch = 2;
  options.cache_folder = cache.path();
  const auto source = patches_of(pictures(9));
  for (const int64_t stop : {0, 2, 6}) {
    const Patches found =
        find_patches(network, 2, *source, options, [stop](const Patches& now) { return now.seen < stop; });
    EXPECT_FALSE(found.finished);
    EXPECT_EQ(found.seen, stop);
    EXPECT_EQ(found.best[0].size(), static_cast<size_t>(stop));
  }
  EXPECT_TRUE(cache.names().empty()) << "what is not finished is not kept";
}

TEST(Patches, are_kept_until_anything_is_another) {
  Stream stream(Device::cpu());
  const TestFolder cache, folder;
  for (int i = 0; i < 5; ++i) write_image(folder / (std::to_string(i) + ".png"), *picture(static_cast<uint64_t>(i)));
  OpenNetwork network = open_text(stream, kNet, 3, {"a", "b", "c"});
  PatchOptions options;
  options.cache_folder = cache / "deep/er";
  const Patches found = find_patches(network, 2, *patches_in(folder.path()), options);
  EXPECT_FALSE(found.from_cache);
  const Patches again = find_patches(network, 2, *patches_in(folder.path()), options);
  EXPECT_TRUE(again.from_cache && again.finished);
  EXPECT_EQ(again.thumbnails, found.thumbnails);
  for (size_t c = 0; c < found.best.size(); ++c) {
    ASSERT_EQ(again.best[c].size(), found.best[c].size());
    for (size_t n = 0; n < found.best[c].size(); ++n) {
      EXPECT_EQ(again.best[c][n].value, found.best[c][n].value);
      EXPECT_EQ(again.best[c][n].name, found.best[c][n].name);
      EXPECT_EQ(again.best[c][n].row, found.best[c][n].row);
    }
  }
  const auto anew = [&](OpenNetwork& of, int node) {
    return !find_patches(of, node, *patches_in(folder.path()), options).from_cache;
  };
  EXPECT_TRUE(anew(network, 4)) << "another layer";
  OpenNetwork other = open_text(stream, kNet, 4, {"a", "b", "c"});
  EXPECT_TRUE(anew(other, 2)) << "other weights";
  network.set_lesions({{1, 0}});
  EXPECT_TRUE(anew(network, 2)) << "a lesion";
  network.set_lesions({});
  EXPECT_FALSE(anew(network, 2));
  write_image(folder / "5.png", *picture(5));
  EXPECT_TRUE(anew(network, 2)) << "a picture more";
  // A file of the cache that is broken is as good as none.
  const PatchCache at(network, 2, *patches_in(folder.path()), options);
  ASSERT_TRUE(std::filesystem::exists(at.path()));
  std::ofstream(at.path()) << "nonsense";
  EXPECT_TRUE(anew(network, 2));
  EXPECT_FALSE(anew(network, 2));
}

TEST(Patches, need_a_network_for_pictures) {
  Stream stream(Device::cpu());
  OpenNetwork rows = open_text(stream, "input 20 | dense 4");
  EXPECT_THROW(find_patches(rows, 1, *patches_of(pictures(1)), {}), Error);
}

}  // namespace
}  // namespace striate
