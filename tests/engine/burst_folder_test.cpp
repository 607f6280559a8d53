// Classes of one's own: bursts come, go and come back, and no split divides one.
#include "engine/training/data/burst_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/training/data/sources.h"
#include "engine/training/split.h"
#include "tests/failure.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

void picture(const std::string& file, int gray) { std::ofstream(file) << "P2 2 2 255 " << gray << " 0 0 9"; }

void take(BurstFolder& folder, const std::string& name, int pictures) {
  const int burst = folder.begin_burst(name);
  for (int i = 0; i < pictures; ++i) {
    const std::string file = folder.file_name(name, burst, i);
    picture(file, i);
    EXPECT_TRUE(folder.took(name, burst, file));
  }
  folder.changed();
}

// Classes of bursts with these many pictures each.
void fill(BurstFolder& folder, const std::map<std::string, std::vector<int>>& classes) {
  for (const auto& [name, bursts] : classes) {
    folder.add_class(name);
    for (const int pictures : bursts) take(folder, name, pictures);
  }
}

std::set<int> bursts_of(const Dataset& data, const std::vector<int64_t>& part) {
  std::set<int> bursts;
  for (const int64_t i : part) bursts.insert(data.burst(i));
  return bursts;
}

bool apart(const std::set<int>& a, const std::set<int>& b) {
  return std::none_of(a.begin(), a.end(), [&](int each) { return b.contains(each); });
}

}  // namespace

TEST(BurstFolder, a_files_name_says_its_burst) {
  EXPECT_EQ(burst_of_file("own/cup/burst-003-012.png"), 3);
  EXPECT_EQ(burst_of_file("burst-1200-0.jpeg"), 1200);
  for (const char* other : {"cup/012.png", "burst-3.png", "burst--1-2.png", "burst-3-x.png", "burst-x-3.png",
                            "burst-003-012.png/other.png", "my burst-003-012.png", ""}) {
    EXPECT_EQ(burst_of_file(other), std::nullopt) << other;
  }
}

TEST(BurstFolder, is_read_again_as_it_was_written) {
  const TestFolder at;
  {
    BurstFolder folder(at.path());
    fill(folder, {{"cup", {3, 2}}, {"a pen", {1}}});
    EXPECT_EQ(folder.text(), "a pen:0|cup:0,1");
    EXPECT_EQ(folder.pictures(), 6);
    EXPECT_EQ(folder.bursts(), 3);
    folder.remove_burst("cup", 0);
  }
  EXPECT_FALSE(fs::exists(at / ".removed"));  // for good once nobody can undo it
  picture(at / "cup/holiday.pgm", 7);
  const BurstFolder again(at.path());
  EXPECT_EQ(again.text(), "a pen:0|cup:1");
  EXPECT_EQ(again.need("cup").others, 1);
  EXPECT_EQ(again.need("cup").pictures(), 3);
}

TEST(BurstFolder, what_was_taken_away_comes_back_with_its_pictures) {
  BurstFolder folder;
  fill(folder, {{"cup", {2, 3}}, {"pen", {1}}});
  const std::string whole = folder.text(), first = folder.need("cup").bursts[0].files[1];
  folder.remove_burst("cup", 0);
  EXPECT_FALSE(fs::exists(first));
  folder.remove_class("pen");
  EXPECT_EQ(folder.text(), "cup:1");
  take(folder, "cup", 1);  // no number comes twice, though none of the present ones has it
  EXPECT_EQ(folder.text(), "cup:1,2");
  const std::string with_new = folder.text();
  const uint64_t revision = folder.revision();
  folder.keep(whole);
  EXPECT_GT(folder.revision(), revision);
  EXPECT_EQ(folder.text(), whole);
  EXPECT_EQ(folder.pictures(), 6);
  EXPECT_TRUE(fs::exists(first));
  folder.keep(with_new);  // redo
  EXPECT_EQ(folder.text(), with_new);
  folder.keep("none");
  EXPECT_EQ(folder.pictures(), 0);
  folder.keep(whole);
  EXPECT_EQ(folder.pictures(), 6);
  EXPECT_NE(failure([&] { folder.keep("cup:0,9|pen:0"); }).find("burst 9 of class 'cup' is nowhere"),
            std::string::npos);
  EXPECT_NE(failure([&] { folder.keep("cup"); }), "no error");
  EXPECT_NE(failure([&] { folder.keep("cup:one"); }), "no error");
}

TEST(BurstFolder, a_temporary_one_goes_with_the_object_and_can_be_kept_before) {
  const TestFolder at;
  picture(at / "unrelated.pgm", 1);
  std::string path;
  {
    BurstFolder folder;
    path = folder.path();
    fill(folder, {{"cup", {2}}, {"pen", {1}}});
    BurstFolder kept(at.path());
    fill(kept, {{"cup", {4}}});
    kept.take_over(folder);
    EXPECT_EQ(kept.text(), "cup:0,1|pen:0");
    EXPECT_EQ(kept.pictures(), 7);
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::exists(at / "cup/burst-001-001.png"));
}

TEST(BurstFolder, folders_from_elsewhere_are_linked_and_never_written_to) {
  const TestFolder from;
  for (const char* name : {"all/spoons", "all/forks", "all/empty"}) fs::create_directories(from / name);
  picture(from / "all/spoons/burst-000-000.png", 3);
  picture(from / "all/forks/1.pgm", 4);
  BurstFolder folder;
  folder.link(from / "all");
  EXPECT_EQ(folder.text(), "forks=|spoons=");
  EXPECT_EQ(folder.pictures(), 2);
  EXPECT_NE(failure([&] { folder.begin_burst("forks"); }).find("nothing is written"), std::string::npos);
  EXPECT_NE(failure([&] { folder.remove_burst("spoons", 0); }).find("nothing is taken"), std::string::npos);
  EXPECT_NE(failure([&] { folder.link(from / "all/forks"); }).find("already"), std::string::npos);
  EXPECT_NE(failure([&] { folder.link(from / "all/empty"); }).find("no picture"), std::string::npos);
  EXPECT_NE(failure([&] { folder.link(from / "nowhere"); }).find("no such folder"), std::string::npos);
  const std::string both = folder.text();
  folder.remove_class("spoons");
  EXPECT_EQ(folder.text(), "forks=");
  folder.keep(both);
  EXPECT_EQ(folder.text(), both);
  EXPECT_TRUE(fs::exists(from / "all/spoons/burst-000-000.png"));
  const auto data = open_dataset("folder:" + folder.path());
  EXPECT_EQ(data->size(), 2);
}

TEST(BurstFolder, names_that_are_no_folders_and_what_is_missing_are_told) {
  BurstFolder folder;
  EXPECT_NE(failure([&] { folder.check_whole(); }).find("no own classes"), std::string::npos);
  for (const std::string name : {"", "a/b", ".hidden", "a|b", "a:b", "train", "test", "a\nb"}) {
    EXPECT_NE(failure([&] { folder.add_class(name); }), "no error") << name;
  }
  folder.add_class("cup");
  EXPECT_NE(failure([&] { folder.add_class("cup"); }).find("already"), std::string::npos);
  EXPECT_NE(failure([&] { folder.check_whole(); }).find("one own class only"), std::string::npos);
  folder.add_class("pen");
  EXPECT_NE(failure([&] { folder.check_whole(); }).find("'cup' has no pictures"), std::string::npos);
  EXPECT_NE(failure([&] { folder.begin_burst("cap"); }).find("no own class 'cap'"), std::string::npos);
  EXPECT_NE(failure([&] { folder.remove_burst("cup", 3); }).find("no burst 3"), std::string::npos);
  EXPECT_NE(failure([] { BurstFolder("/nowhere/at/all"); }).find("no such folder"), std::string::npos);
  take(folder, "cup", 1);
  take(folder, "pen", 1);
  folder.check_whole();
  picture(folder.path() + "/pen/mine.pgm", 3);
  const BurstFolder same(folder.path());
  EXPECT_EQ(same.need("pen").others, 1);
}

TEST(Bursts, stand_on_one_side_of_every_split) {
  BurstFolder folder;
  fill(folder, {{"cup", {4, 9, 3, 6, 5}}, {"pen", {7, 7, 2}}, {"box", {20, 1}}});
  const auto data = open_dataset("folder:" + folder.path());
  ASSERT_EQ(data->size(), 64);
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Split parts = split(*data, {0.6, 0.2, 0.2}, seed);
    const std::set<int> training = bursts_of(*data, parts.training), test = bursts_of(*data, parts.test);
    EXPECT_TRUE(apart(training, test)) << seed;
    EXPECT_TRUE(apart(training, bursts_of(*data, parts.validation))) << seed;
    EXPECT_TRUE(apart(test, bursts_of(*data, parts.validation))) << seed;
    EXPECT_EQ(parts.training.size() + parts.validation.size() + parts.test.size(), 64u);
    // Of every class something is learned.
    std::set<int> classes;
    for (const int64_t i : parts.training) classes.insert(data->label(i));
    EXPECT_EQ(classes.size(), 3u) << seed;
  }
}

TEST(Bursts, few_examples_leave_whole_bursts_to_test_for_every_seed) {
  BurstFolder folder;
  fill(folder, {{"cup", {4, 9, 3, 6, 5}}, {"pen", {7, 7, 9}}});
  const auto data = open_dataset("folder:" + folder.path());
  const int64_t most = most_examples(*data);
  EXPECT_GE(most, 5);
  EXPECT_LT(most, 16);
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const Split all = split_few(*data, most, {}, seed), few = split_few(*data, 2, {}, seed);
    EXPECT_TRUE(apart(bursts_of(*data, all.training), bursts_of(*data, all.test))) << seed;
    std::map<int, int64_t> learned, tested;
    for (const int64_t i : all.training) ++learned[data->label(i)];
    for (const int64_t i : all.test) ++tested[data->label(i)];
    for (const int label : {0, 1}) {
      EXPECT_EQ(learned[label], most) << seed;
      EXPECT_GE(tested[label], 3) << seed;
    }
    // More examples begin with the fewer ones, and are tested by the same pictures.
    EXPECT_EQ(few.test, all.test);
    EXPECT_TRUE(std::includes(all.training.begin(), all.training.end(), few.training.begin(), few.training.end()));
  }
  EXPECT_NE(failure([&] { split_few(*data, most + 1, {}, 1); }).find("too many to learn from"), std::string::npos);
  folder.remove_burst("pen", 0);
  folder.remove_burst("pen", 1);
  const auto one = open_dataset("folder:" + folder.path());
  EXPECT_EQ(most_examples(*one), 0);
  EXPECT_NE(failure([&] { split_few(*one, 1, {}, 1); }).find("single burst"), std::string::npos);
}

// Pictures without bursts are split as ever: the same draw, each picture by itself.
TEST(Bursts, sets_without_them_are_split_picture_by_picture) {
  const auto data = open_dataset("shapes:60");
  EXPECT_EQ(most_examples(*data), 9);
  const Split few = split_few(*data, 9, {}, 3);
  EXPECT_EQ(few.training.size(), 54u);
  EXPECT_EQ(few.test.size(), 6u);
  EXPECT_NE(failure([&] { split_few(*data, 10, {}, 3); }), "no error");
}

}  // namespace striate
