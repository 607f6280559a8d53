// A geographic split: no region in two parts, sizes as near to their shares as whole regions allow.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/preprocess/prepared_dataset.h"
#include "engine/training/data/sources.h"
#include "engine/training/split.h"
#include "kernels/random.h"
#include "tests/engine/small_images.h"
#include "tests/engine/training_data.h"
#include "tests/failure.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::unique_ptr<MemoryDataset> placed(const std::vector<int>& sizes, int classes = 2) {
  int samples = 0;
  std::vector<int> region;
  std::vector<std::string> names;
  for (size_t r = 0; r < sizes.size(); ++r) {
    names.push_back("region " + std::to_string(r));
    for (int i = 0; i < sizes[r]; ++i) region.push_back(static_cast<int>(r));
    samples += sizes[r];
  }
  auto data = bars(samples, 4, classes);
  data->set_regions(std::move(names), std::move(region));
  return data;
}

// Sizes of the parts; checks that they are disjoint, whole, and have no region in two of them.
std::array<int64_t, 3> sizes_of(const Dataset& data, const Split& parts) {
  std::array<int64_t, 3> sizes{};
  std::map<int, size_t> part_of;
  std::set<int64_t> seen;
  const std::vector<int64_t>* lists[] = {&parts.training, &parts.validation, &parts.test};
  for (size_t p = 0; p < 3; ++p) {
    sizes[p] = static_cast<int64_t>(lists[p]->size());
    EXPECT_TRUE(std::is_sorted(lists[p]->begin(), lists[p]->end()));
    for (const int64_t index : *lists[p]) {
      EXPECT_TRUE(seen.insert(index).second) << index;
      EXPECT_EQ(part_of.try_emplace(data.region(index), p).first->second, p) << data.region(index);
    }
  }
  EXPECT_EQ(static_cast<int64_t>(seen.size()), data.size());
  return sizes;
}

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

}  // namespace

TEST(Regions, parts_are_as_near_to_their_shares_as_whole_regions_allow) {
  const auto exact = placed({40, 10, 20, 10, 20});
  EXPECT_EQ(sizes_of(*exact, split(*exact, {0.6, 0.2, 0.2}, 1, SplitBy::region)), (std::array<int64_t, 3>{60, 20, 20}));
  EXPECT_EQ(sizes_of(*exact, split(*exact, {0.8, 0.1, 0.1}, 1, SplitBy::region)), (std::array<int64_t, 3>{80, 10, 10}));
  // Two regions, two parts: however unlike.
  const auto two = placed({30, 70});
  EXPECT_EQ(sizes_of(*two, split(*two, {0.5, 0, 0.5}, 1, SplitBy::region))[1], 0);
  // Many regions of any size: a hundredth from what is wanted.
  Random random(4, 4);
  std::vector<int> many;
  int64_t all = 0;
  for (int i = 0; i < 60; ++i) many.push_back(5 + static_cast<int>(random.below(40))), all += many.back();
  const auto data = placed(many);
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    const std::array<int64_t, 3> sizes = sizes_of(*data, split(*data, {0.7, 0.1, 0.2}, seed, SplitBy::region));
    EXPECT_NEAR(static_cast<double>(sizes[0]), 0.7 * static_cast<double>(all), 0.01 * static_cast<double>(all));
    EXPECT_NEAR(static_cast<double>(sizes[2]), 0.2 * static_cast<double>(all), 0.01 * static_cast<double>(all));
  }
}

TEST(Regions, the_seed_chooses_among_divisions_that_are_as_good) {
  const auto data = placed(std::vector<int>(8, 10));
  std::set<std::vector<int64_t>> tests;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Split a = split(*data, {0.75, 0, 0.25}, seed, SplitBy::region);
    EXPECT_EQ(a.test, split(*data, {0.75, 0, 0.25}, seed, SplitBy::region).test);
    EXPECT_EQ(a.test.size(), 20u);
    tests.insert(a.test);
  }
  EXPECT_GT(tests.size(), 5u);
}

TEST(Regions, every_class_can_be_learned) {
  // Class 1 lives in one region alone, the smallest.
  std::vector<int> labels, region;
  for (int r = 0; r < 4; ++r) {
    for (int i = 0; i < (r == 3 ? 4 : 10); ++i) labels.push_back(r == 3 ? 1 : 0), region.push_back(r);
  }
  MemoryDataset data("d", Shape{1}, std::vector<float>(labels.size()), labels, {"a", "b"});
  data.set_regions({"w", "x", "y", "z"}, region);
  const Split parts = split(data, {0.5, 0, 0.5}, 1, SplitBy::region);
  sizes_of(data, parts);
  EXPECT_EQ(data.region(parts.training.back()), 3);
}

TEST(Regions, what_cannot_be_divided_is_told) {
  const auto plain = bars(20, 4, 2);
  EXPECT_NE(failure([&] { split(*plain, {}, 1, SplitBy::region); }).find("does not say which region"),
            std::string::npos);
  const auto two = placed({10, 10});
  EXPECT_EQ(failure([&] { split(*two, {0.8, 0.1, 0.1}, 1, SplitBy::region); }), "bars: 2 regions for 3 parts");
  auto some = bars(4, 4, 2);
  some->set_regions({"a", "b"}, {0, 1, -1, 0});
  EXPECT_EQ(failure([&] { split(*some, {0.5, 0, 0.5}, 1, SplitBy::region); }), "bars: 1 of 4 samples have no region");
  // A class that only the part of another can have.
  MemoryDataset apart("d", Shape{1}, {0, 0}, {0, 1}, {"a", "b"});
  apart.set_regions({"x", "y"}, {0, 1});
  EXPECT_NE(failure([&] {
              split(apart, {0.5, 0, 0.5}, 1, SplitBy::region);
            }).find("no sample to learn from"),
            std::string::npos);
  EXPECT_EQ(parse_split_by("region"), SplitBy::region);
  EXPECT_EQ(failure([&] {
              split(*two, {0.5, 0, 0.5}, 1, SplitBy::region_reversed);
            }),
            "bars does not say which of its regions are learned from");
  EXPECT_EQ(parse_split_by("region-reversed"), SplitBy::region_reversed);
  EXPECT_EQ(parse_split_by(""), SplitBy::sample);
  EXPECT_NE(failure([] { parse_split_by("country"); }), "no error");
}

TEST(Regions, stand_in_a_file_beside_the_folders_of_the_classes) {
  const TestFolder folder;
  for (const char* name : {"sea", "wood"}) {
    std::filesystem::create_directories(folder / name);
    for (const char* file : {"1.pgm", "2.pgm", "a,b.pgm"}) {
      write(folder / (std::string(name) + "/" + file), "P5 2 2 255\n" + std::string(4, 'x'));
    }
  }
  const auto open = [&] { return open_dataset("folder:" + folder.path()); };
  EXPECT_TRUE(open()->regions().empty());
  write(folder / "regions.csv",
        "picture,region\r\n# by hand\r\nsea/1.pgm,west\r\nsea/2.pgm, east\r\n\"sea/a,b.pgm\",\"north, far\"\r\n"
        "wood/1.pgm,west\r\nwood/2.pgm,east\r\nwood/gone.pgm,east\r\n");
  std::unique_ptr<Dataset> data = open();
  EXPECT_EQ(data->regions(), (std::vector<std::string>{"east", "north, far", "west"}));
  std::vector<int> regions;
  for (int64_t i = 0; i < data->size(); ++i) regions.push_back(data->region(i));
  EXPECT_EQ(regions, (std::vector<int>{2, 0, 1, 2, 0, -1}));
  std::string notes;
  for (const std::string& note : dynamic_cast<const ByteDataset&>(*data).notes()) notes += note + "; ";
  EXPECT_EQ(notes, "regions.csv has no line for 1 pictures; regions.csv names 1 pictures that are not there; ");
  // What wraps a data set passes them on.
  const PreparedDataset prepared(std::move(data), Preprocessing(), Shape{1, 2, 2}, false);
  EXPECT_EQ(prepared.region(2), 1);
  EXPECT_EQ(prepared.regions().size(), 3u);
  write(folder / "regions.csv", "sea/1.pgm,west\nsea/1.pgm,east\n");
  EXPECT_NE(failure([&] { open(); }).find("line 2: sea/1.pgm has two regions"), std::string::npos);
  write(folder / "regions.csv", "sea/1.pgm;west\n");
  EXPECT_NE(failure([&] { open(); }).find("line 1: not a picture and its region"), std::string::npos);
}

}  // namespace striate
