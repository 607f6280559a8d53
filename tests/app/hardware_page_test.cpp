// The page hardware: what it counts, what its commands and clicks do, every state drawn.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/teach.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

class HardwarePageTest : public testing::Test {
 protected:
  HardwarePageTest() : driver("hardware") { driver.show(made_picture(40, 30, 3)); }
  void set(std::initializer_list<const char*> lines) {
    for (const char* line : lines) driver.run(line);
  }
  // Whether the page says this now; where a line ends in it does not matter.
  bool says(const char* words) {
    driver.size = {1280, 1600};
    driver.frames(2);
    std::vector<std::string> texts;
    driver.ui.record_texts(&texts);
    driver.frames(1);
    driver.ui.record_texts(nullptr);
    return fmt::format("{}", fmt::join(texts, " ")).find(words) != std::string::npos;
  }
  PageDriver driver;
};

}  // namespace

TEST_F(HardwarePageTest, opens_with_the_settings_that_are_promised) {
  PageDriver fresh("hardware");
  EXPECT_EQ(fresh.text("hardware.kernel"), "copy");
  EXPECT_EQ(fresh.text("hardware.version"), "strided");
  EXPECT_EQ(fresh.number("hardware.size"), 256);
  EXPECT_EQ(fresh.text("hardware.block"), "32 8");
  EXPECT_EQ(fresh.number("hardware.stride"), 8);
  EXPECT_EQ(fresh.number("hardware.warp"), 0);
  EXPECT_EQ(fresh.text("hardware.barrier"), "on");
}

TEST_F(HardwarePageTest, every_task_begins_with_its_first_version) {
  for (const auto& [task, version] : {std::pair{"copy", "strided"},
                                      {"transpose", "naive"},
                                      {"filter", "naive"},
                                      {"matmul", "naive"},
                                      {"reduce", "divergent"},
                                      {"convolution", "naive"}}) {
    driver.run(std::string("hardware.kernel ") + task);
    EXPECT_EQ(driver.text("hardware.version"), version) << task;
  }
}

TEST_F(HardwarePageTest, sectors_follow_the_stride) {
  for (const auto& [stride, sectors] : {std::pair{1, 4}, {2, 8}, {8, 32}}) {
    driver.run(fmt::format("hardware.stride {}", stride));
    EXPECT_EQ(driver.number("hardware.sectors"), sectors) << stride;
    EXPECT_EQ(driver.number("hardware.store_sectors"), sectors) << stride;
  }
  driver.run("hardware.version coalesced");
  EXPECT_EQ(driver.number("hardware.sectors"), 4);
}

TEST_F(HardwarePageTest, a_column_of_a_tile_lies_in_one_bank_unless_it_is_padded) {
  set({"hardware.kernel transpose"});
  EXPECT_EQ(driver.number("hardware.conflicts"), 0);
  EXPECT_EQ(driver.number("hardware.store_sectors"), 32);
  driver.run("hardware.version tiled");
  EXPECT_EQ(driver.number("hardware.conflicts"), 32);
  EXPECT_EQ(driver.number("hardware.store_sectors"), 4);
  driver.run("hardware.version padded");
  EXPECT_EQ(driver.number("hardware.conflicts"), 1);
}

TEST_F(HardwarePageTest, without_a_barrier_there_are_races_and_wrong_values) {
  set({"hardware.kernel transpose", "hardware.version padded", "hardware.size 64"});
  EXPECT_EQ(driver.number("hardware.races"), 0);
  EXPECT_EQ(driver.number("hardware.wrong"), 0);
  driver.run("hardware.barrier off");
  EXPECT_GT(driver.number("hardware.races"), 0);
  EXPECT_GT(driver.number("hardware.wrong"), 0);
  set({"hardware.kernel matmul", "hardware.version tiled"});
  EXPECT_GT(driver.number("hardware.races"), 0);
  driver.run("hardware.barrier on");
  EXPECT_EQ(driver.number("hardware.races"), 0);
}

TEST_F(HardwarePageTest, steps_go_on_and_name_line_and_lanes) {
  set({"hardware.version coalesced"});
  EXPECT_EQ(driver.number("hardware.steps"), 3);
  EXPECT_EQ(driver.number("hardware.step"), 1) << "the first that touches memory";
  EXPECT_EQ(driver.text("hardware.what"), "load");
  EXPECT_EQ(driver.text("hardware.array"), "a");
  EXPECT_EQ(driver.number("hardware.cost"), 4);
  EXPECT_EQ(driver.number("hardware.lanes"), 32);
  EXPECT_EQ(driver.number("hardware.lane 31"), 124);
  const double line = driver.number("hardware.line");
  driver.run("hardware.step");
  EXPECT_EQ(driver.text("hardware.what"), "store");
  EXPECT_EQ(driver.text("hardware.array"), "c");
  EXPECT_EQ(driver.number("hardware.line"), line);
  driver.run("hardware.step");
  EXPECT_EQ(driver.number("hardware.step"), 2) << "there is none behind the last one";
  driver.run("hardware.step 0");
  EXPECT_EQ(driver.text("hardware.what"), "branch");
  EXPECT_THROW(driver.app.registry().read("hardware.lane 0"), Error);
  driver.run("hardware.warp 9");
  EXPECT_EQ(driver.number("hardware.step"), 0) << "another warp at the same step";
  driver.run("hardware.step 1");
  EXPECT_EQ(driver.number("hardware.lane 0"), 4 * (32 + 256)) << "block 1, row 1";
}

TEST_F(HardwarePageTest, a_readout_that_is_not_there_yet_says_so) {
  driver.app.run("hardware.kernel matmul");
  EXPECT_THROW(driver.app.registry().read("hardware.loads"), NotReady);
  EXPECT_EQ(driver.number("hardware.loads"), 2.0 * 256 * 256 * 256);
}

TEST_F(HardwarePageTest, wrong_values_are_refused_and_change_nothing) {
  const std::vector<std::string> before = driver.app.page().state();
  EXPECT_NE(driver.failure("hardware.version tiled")
                .find("it has strided, misaligned, coalesced, unrolled, vectorized, shipped"),
            std::string::npos);
  EXPECT_NE(driver.failure("hardware.block 31 1").find("31 threads"), std::string::npos);
  EXPECT_NE(driver.failure("hardware.block 1024 1024").find("64, 128, 256, 512, 1024"), std::string::npos);
  EXPECT_NE(driver.failure("hardware.warp 2048").find("warps 0 to 2047"), std::string::npos);
  EXPECT_NE(driver.failure("hardware.size 31"), "");
  EXPECT_NE(driver.failure("hardware.kernel sort"), "");
  EXPECT_NE(driver.failure("hardware.step 10000").find("steps 0 to"), std::string::npos);
  EXPECT_EQ(driver.app.page().state(), before);
}

TEST_F(HardwarePageTest, a_smaller_launch_keeps_its_last_warp) {
  driver.run("hardware.warp 2047");
  driver.run("hardware.size 32");
  EXPECT_EQ(driver.number("hardware.warp"), 31);
  EXPECT_EQ(driver.number("hardware.sectors"), 32);
}

TEST_F(HardwarePageTest, undo_takes_an_edit_back) {
  driver.run("hardware.kernel reduce");
  driver.run("hardware.version warp");
  driver.run("hardware.block 16 16");
  driver.run("undo");
  EXPECT_EQ(driver.text("hardware.block"), "32 8");
  EXPECT_EQ(driver.text("hardware.version"), "warp");
  driver.run("undo");
  EXPECT_EQ(driver.text("hardware.version"), "divergent");
  driver.run("undo");
  EXPECT_EQ(driver.text("hardware.kernel"), "copy");
}

TEST_F(HardwarePageTest, state_brings_another_program_to_the_same_place) {
  set({"hardware.kernel transpose", "hardware.version tiled", "hardware.size 100", "hardware.block 16 16",
       "hardware.warp 40", "hardware.step 7", "hardware.barrier off"});
  PageDriver fresh("hardware");
  fresh.show(made_picture(40, 30, 3));
  for (const std::string& line : driver.app.page().state()) ASSERT_NO_FATAL_FAILURE(fresh.run(line)) << line;
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
  EXPECT_EQ(fresh.number("hardware.races"), driver.number("hardware.races"));
}

TEST_F(HardwarePageTest, a_click_on_a_block_follows_its_first_warp_and_one_on_a_warp_that_warp) {
  set({"hardware.version coalesced"});
  const Rect picture = driver.picture();
  driver.click_at({picture.x + picture.w * 40 / 256, picture.y + picture.h * 12 / 256});
  EXPECT_EQ(driver.number("hardware.warp"), (1 * 8 + 1) * 8) << "column 1, row 1 of 8 x 32 blocks";
  const Rect warps = driver.ui.find_item("warps of the block")->visible;
  driver.click_at({warps.center().x, warps.y + warps.h * 2.5f / 8});
  EXPECT_EQ(driver.number("hardware.warp"), 72 + 2);
}

TEST_F(HardwarePageTest, a_click_on_a_block_of_a_channel_stays_in_that_channel) {
  driver.run("hardware.kernel convolution");
  const auto layer = 8 * 32 * 8;  // warps of a channel
  driver.run(fmt::format("hardware.warp {}", 5 * layer));
  const Rect picture = driver.picture();
  driver.click_at({picture.x + picture.w * 40 / 256, picture.y + picture.h * 12 / 256});
  EXPECT_EQ(driver.number("hardware.warp"), 5 * layer + (1 * 8 + 1) * 8);
}

TEST_F(HardwarePageTest, every_task_has_what_is_shipped_and_says_what_does_nothing_there) {
  set({"hardware.kernel transpose", "hardware.version shipped"});
  EXPECT_EQ(driver.number("hardware.sectors"), 32) << "it reads columns";
  EXPECT_EQ(driver.number("hardware.store_sectors"), 4);
  EXPECT_TRUE(says("256, always"));
  EXPECT_TRUE(says("barrier (this version has none)"));
  driver.run("hardware.barrier off");
  EXPECT_TRUE(says("barrier (this version has none)"));
  set({"hardware.kernel filter", "hardware.version shipped", "hardware.barrier on"});
  EXPECT_EQ(driver.number("hardware.wrong"), 0);
  EXPECT_TRUE(says("128, always"));
  EXPECT_FALSE(says("this version has none"));
  set({"hardware.barrier off"});
  EXPECT_GT(driver.number("hardware.wrong"), 0);
  set({"hardware.kernel reduce", "hardware.version shipped", "hardware.block 16 16"});
  EXPECT_TRUE(says("values of a sum 16 x 16 = 256"));
  EXPECT_TRUE(says("down to 32 whole warps work or rest"));
  set({"hardware.kernel convolution", "hardware.version shipped"});
  EXPECT_EQ(driver.text("hardware.array"), "offsets");
  EXPECT_TRUE(says("loads 32 integers of offsets"));
}

// Where shared memory is, its counters are those that the issue asks for: 4 sectors a float request, at most 2 ways.
TEST_F(HardwarePageTest, shows_the_tiles_of_a_large_convolution_and_of_a_product) {
  set({"hardware.kernel layer", "hardware.version shipped"});
  EXPECT_EQ(driver.number("hardware.threads"), 128);
  EXPECT_TRUE(says("128, always"));
  EXPECT_LE(driver.number("hardware.conflicts"), 2);
  EXPECT_EQ(driver.number("hardware.races"), 0);
  EXPECT_EQ(driver.number("hardware.barriers"), 3);
  EXPECT_GT(driver.number("hardware.shared_bytes"), 16384);
  EXPECT_GT(driver.number("hardware.occupancy sm_86"), 0);
  double sectors = 0, requests = 0;
  const auto steps = static_cast<int>(driver.number("hardware.steps"));
  for (int step = 0; step < steps; ++step) {
    driver.run(fmt::format("hardware.step {}", step));
    if (driver.text("hardware.what") != "load" || driver.text("hardware.array") != "a") continue;
    requests += 1, sectors += driver.number("hardware.cost");
  }
  EXPECT_GT(requests, 0);
  EXPECT_LE(sectors, requests * 4.25);
  set({"hardware.barrier off"});
  EXPECT_GT(driver.number("hardware.races"), 0);
  set({"hardware.barrier on", "hardware.kernel matmul", "hardware.version shipped"});
  EXPECT_EQ(driver.number("hardware.sectors"), 4);
  EXPECT_EQ(driver.number("hardware.conflicts"), 1);
  EXPECT_EQ(driver.number("hardware.races"), 0);
}

TEST_F(HardwarePageTest, a_block_of_the_shipped_transposition_reads_a_column) {
  set({"hardware.kernel transpose", "hardware.version shipped"});
  driver.settle();
  const Rect picture = driver.picture();
  driver.click_at({picture.x + picture.w * 40.5f / 256, picture.y + picture.h * 200 / 256});
  EXPECT_EQ(driver.number("hardware.warp"), 40 * 8);
}

TEST_F(HardwarePageTest, says_where_threads_of_a_warp_disagree_and_why) {
  driver.run("hardware.kernel reduce");
  EXPECT_TRUE(says("disagree in phases 1 to 9."));
  driver.run("hardware.version sequential");
  EXPECT_EQ(driver.number("hardware.phase.divergent 3"), 0);
  EXPECT_EQ(driver.number("hardware.phase.divergent 4"), 256);
  EXPECT_TRUE(says("disagree in phases 4 to 9."));
  driver.run("hardware.version unrolled");
  for (int phase = 0; phase < 5; ++phase)
    EXPECT_EQ(driver.number(fmt::format("hardware.phase.divergent {}", phase)), 0) << phase;
  EXPECT_TRUE(says("disagree in phase 5."));
  EXPECT_THROW(driver.app.registry().read("hardware.phase.divergent 6"), Error);
  driver.run("hardware.kernel copy");
  EXPECT_TRUE(says("Threads of a warp agree at every branch."));
}

TEST_F(HardwarePageTest, the_line_that_acts_is_drawn_whole) {
  set({"hardware.kernel matmul", "hardware.version vectorized", "hardware.size 64"});
  for (const Vec size : {Vec{1280, 800}, Vec{1920, 1080}}) {
    driver.size = size;
    std::vector<std::string> texts;
    driver.frames(2);
    driver.ui.record_texts(&texts);
    driver.frames(1);
    driver.ui.record_texts(nullptr);
    std::string all;
    for (const std::string& text : texts) all += text;
    std::erase(all, ' ');
    EXPECT_NE(all.find("if(block.when(top+row<t.n&&first+k<t.n))four=M::four(t.a,(top+row)*t.n+first+k);"),
              std::string::npos)
        << size.x;
  }
}

TEST_F(HardwarePageTest, how_fast_steps_are_played_is_chosen_beside_them) {
  set({"hardware.kernel matmul", "hardware.size 64"});
  driver.click("speed");
  driver.click("60 steps/s");
  EXPECT_EQ(driver.number("hardware.speed"), 60);
  driver.app.run("hardware.play");
  const double before = driver.number("hardware.step");
  driver.frames(60);  // a second
  EXPECT_NEAR(driver.number("hardware.step"), before + 60, 3);
  driver.run("hardware.pause");
}

TEST_F(HardwarePageTest, the_roofline_has_every_version_that_was_run_and_measured) {
  set({"hardware.kernel filter", "hardware.size 32", "hardware.run", "hardware.version tiled", "hardware.run",
       "hardware.view race"});
  EXPECT_TRUE(says("roofline of all cores"));
  EXPECT_TRUE(says("Above the line") || says("Both lines were measured"));
  EXPECT_TRUE(says("Peaks of the roofline: a copy of 128 MiB")) << "where they come from";
}

TEST_F(HardwarePageTest, times_are_measured_and_kept_for_their_settings) {
  set({"hardware.size 32", "hardware.version coalesced"});
  const auto why = [&](const char* readout) {
    try {
      driver.app.registry().read(readout);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(why("hardware.cpu1").find("has not been measured"), std::string::npos);
  EXPECT_NE(why("hardware.sweep.cpu 32").find("have not been measured"), std::string::npos);
  // One behind the other: none is forgotten.
  set({"hardware.run", "hardware.version vectorized", "hardware.run"});
  const double time = driver.number("hardware.cpu1");
  EXPECT_GT(time, 0);
  EXPECT_GT(driver.number("hardware.cpu"), 0);
  EXPECT_GT(driver.number("hardware.peak.gflops"), 0);
  EXPECT_GT(driver.number("hardware.peak.bytes"), 0);
  driver.run("hardware.version coalesced");
  EXPECT_GT(driver.number("hardware.cpu1"), 0);
  driver.run("hardware.version vectorized");
  EXPECT_EQ(driver.number("hardware.cpu1"), time);
  driver.run("hardware.size 33");
  EXPECT_NE(why("hardware.cpu1"), "");
  if (driver.number("hardware.gpus") == 0) {
    for (const char* readout : {"hardware.cuda", "hardware.cuda.copies", "hardware.crossover"}) {
      EXPECT_NE(why(readout).find("there is no GPU here"), std::string::npos) << readout;
    }
  } else {
    driver.run("hardware.run");
    EXPECT_GT(driver.number("hardware.cuda.copies"), driver.number("hardware.cuda"));
  }
}

TEST_F(HardwarePageTest, occupancy_is_of_an_architecture) {
  set({"hardware.kernel matmul", "hardware.version tiled", "hardware.size 64"});
  for (const char* on : {"sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"}) {
    const double share = driver.number(std::string("hardware.occupancy ") + on);
    EXPECT_GT(share, 0) << on;
    EXPECT_LE(share, 1) << on;
  }
  EXPECT_THROW(driver.app.registry().read("hardware.occupancy sm_10"), Error);
  // Blocks of 1024 threads: of 48 warps there is room for one block.
  driver.run("hardware.block 32 32");
  EXPECT_NEAR(driver.number("hardware.occupancy sm_86"), 32.0 / 48, 1e-9);
}

TEST_F(HardwarePageTest, layers_of_the_platform_open_and_close) {
  set({"hardware.view platform"});
  driver.click("Compiler");
  EXPECT_EQ(driver.text("hardware.layer"), "compiler");
  driver.click("Compiler");
  EXPECT_EQ(driver.text("hardware.layer"), "none");
}

TEST_F(HardwarePageTest, its_lessons_are_true) {
  for (const char* lesson :
       {"one-worker-or-many", "a-warp-reads-together", "shared-memory", "when-the-gpu-loses", "naive-to-fast"}) {
    SCOPED_TRACE(lesson);
    PageDriver fresh("hardware");
    play_lesson(fresh, lesson);
  }
}

TEST_F(HardwarePageTest, every_step_of_every_version_can_be_looked_at) {
  driver.run("hardware.size 32");
  for (const TeachTask task : kTeachTasks) {
    driver.run(fmt::format("hardware.kernel {}", kTeachWords[static_cast<size_t>(task)]));
    for (const std::string& version : teach_versions(task)) {
      SCOPED_TRACE(version);
      driver.run("hardware.version " + version);
      const auto steps = static_cast<int>(driver.number("hardware.steps"));
      ASSERT_GT(steps, 0);
      for (int step = 0; step < std::min(steps, 12); ++step) {
        driver.run(fmt::format("hardware.step {}", step));
        driver.frames(1);
        EXPECT_FALSE(driver.text("hardware.array").empty());
      }
    }
  }
}

TEST_F(HardwarePageTest, without_a_picture_it_says_what_to_do) {
  driver.show(nullptr);
  EXPECT_THROW(driver.app.registry().read("hardware.sectors"), Error);
  driver.frames(2);
}

TEST_F(HardwarePageTest, draws_every_state_in_every_size) {
  driver.draw_states({
      {"hardware.kernel copy"},
      {"hardware.version vectorized"},
      {"hardware.kernel transpose", "hardware.version tiled", "hardware.step 15"},
      {"hardware.barrier off"},
      {"hardware.barrier on", "hardware.kernel filter", "hardware.step 0"},
      {"hardware.kernel matmul", "hardware.size 64"},
      {"hardware.version vectorized", "hardware.step 30"},
      {"hardware.kernel reduce"},
      {"hardware.kernel convolution", "hardware.warp 100"},
      {"hardware.view platform", "hardware.layer compiler"},
      {"hardware.view race"},
      {"hardware.kernel filter", "hardware.size 32", "hardware.run"},
  });
}

}  // namespace striate
