// Nothing blocks the window: frames go on while a file is read, a picture is counted or filtered, a training is opened.
// The work is held back here, so that no clock is needed: what would wait for it would wait forever.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "app/command/not_ready.h"
#include "app/worker/jobs.h"
#include "engine/files/image_file.h"
#include "tests/app/page_driver.h"
#include "tests/app/shell_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// Every thread of the program's pool waits until it is let go: no job gets its turn.
class HeldPool {
 public:
  HeldPool() {
    const std::shared_future<void> go = go_.get_future().share();
    std::vector<std::future<void>> begun;
    for (int i = 0; i < Jobs::shared().threads(); ++i) {
      auto here = std::make_shared<std::promise<void>>();
      begun.push_back(here->get_future());
      Jobs::shared().post([here, go] {
        here->set_value();
        go.wait();
      });
    }
    for (const auto& each : begun) each.wait();
  }
  ~HeldPool() { go_.set_value(); }
  HeldPool(const HeldPool&) = delete;
  HeldPool& operator=(const HeldPool&) = delete;

 private:
  std::promise<void> go_;
};

TEST(NothingBlocks, frames_go_on_while_a_picture_is_read) {
  TestFolder folder;
  const std::string file = folder / "wide.png";
  write_image(file, *made_picture(700, 500, 3));
  ShellDriver driver;
  {
    HeldPool held;
    driver.app.run("open " + quoted(file));
    for (int i = 0; i < 5; ++i) driver.frame();
    EXPECT_GE(driver.app.loading(), 0);
    EXPECT_TRUE(driver.app.busy());
    EXPECT_EQ(driver.text("document.name"), "portrait");
  }
  driver.settle();
  EXPECT_EQ(driver.text("document.name"), "wide.png");
}

TEST(NothingBlocks, readouts_that_are_not_ready_say_so) {
  PageDriver driver("pixels");
  driver.show(made_picture(640, 480, 3));
  driver.run("filters.kernel gaussian");
  driver.run("filters.show minmax");
  {
    HeldPool held;
    driver.app.run("pixels.space gray");
    driver.frames(2);
    for (const char* readout : {"pixels.mean", "channels.mean.red", "filters.milliseconds", "filters.red"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
    EXPECT_TRUE(driver.app.busy());
    for (const char* page : {"channels", "filters", "pixels"}) {
      driver.app.run(std::string("page ") + page);
      driver.frames(2);  // drawn with what is there
    }
  }
  driver.run("page filters");
  for (const char* readout : {"pixels.mean", "channels.mean.red", "filters.milliseconds", "filters.red"}) {
    EXPECT_NO_THROW(driver.number(readout)) << readout;
  }
}

TEST(NothingBlocks, the_units_of_a_network_come_when_they_are_ready) {
  PageDriver driver("features");
  driver.show(made_picture(30, 30, 3));
  driver.run("network.open lenet5");
  driver.run("features.layer 3");
  {
    HeldPool held;
    for (const char* method : {"filters", "field", "patches", "maximize"}) {
      driver.app.run(std::string("features.method ") + method);
      if (*method == 'p' || *method == 'm') driver.app.run("features.start");
      driver.frames(3);
      EXPECT_TRUE(driver.app.busy()) << method;
    }
    EXPECT_THROW(driver.app.registry().read("features.score"), NotReady);
    driver.app.run("features.method patches");
    EXPECT_THROW(driver.app.registry().read("features.patch 0"), NotReady);
  }
  EXPECT_NO_THROW(driver.number("features.patch 0"));
  driver.run("features.method maximize");
  EXPECT_NO_THROW(driver.number("features.score"));
}

TEST(NothingBlocks, neurons_are_set_by_hand_while_they_learn_and_race) {
  PageDriver driver("neuron");
  driver.settle();
  {
    HeldPool held;
    for (const char* line :
         {"neuron.layers 8 8 8", "neuron.start", "neuron.weight 0 0 0 1", "neuron.noise 20", "neuron.step batch",
          "neuron.scrub 0", "neuron.view step", "neuron.data digits", "neuron.data circle", "neuron.race on"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    EXPECT_THROW(driver.app.registry().read("neuron.race.loss adam"), NotReady);
    EXPECT_NO_THROW(driver.app.registry().read("neuron.loss"));
  }
  driver.run("neuron.layers 2");
  EXPECT_GT(driver.number("neuron.race.loss adam"), 0);
  // Also of a page that nobody looks at.
  driver.run("page pixels");
  driver.run("neuron.layers 1");
  EXPECT_GT(driver.number("neuron.race.loss sgd"), 0);
  driver.run("neuron.scrub 60000");
  EXPECT_EQ(driver.number("neuron.step"), 60000);
}

TEST(NothingBlocks, tiles_a_training_and_a_scene_are_made_behind_the_window) {
  PageDriver driver("satellite");
  driver.settle();
  {
    HeldPool held;
    for (const char* line : {"satellite.seed 2", "satellite.epochs 5", "satellite.train", "satellite.view map",
                             "satellite.view training", "satellite.cell 10 10"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    for (const char* readout : {"satellite.tiles", "satellite.accuracy", "satellite.class 10 10"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
    EXPECT_EQ(std::get<double>(driver.app.registry().read("satellite.trained")), 0);
  }
  EXPECT_NO_THROW(driver.number("satellite.accuracy"));
  EXPECT_NO_THROW(driver.text("satellite.class 10 10"));
}

TEST(NothingBlocks, a_kernel_is_observed_and_measured_behind_the_window) {
  PageDriver driver("hardware");
  driver.settle();
  {
    HeldPool held;
    for (const char* line : {"hardware.kernel matmul", "hardware.warp 3", "hardware.step 2", "hardware.run",
                             "hardware.sweep", "hardware.view race", "hardware.view kernel"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    for (const char* readout : {"hardware.loads", "hardware.cpu1", "hardware.sweep.cpu 32"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
    driver.app.run("hardware.stop");
  }
  EXPECT_GT(driver.number("hardware.loads"), 0);
}

TEST(NothingBlocks, three_layers_and_a_neocognitron_are_asked_behind_the_window) {
  PageDriver driver("sharing");
  driver.settle();
  {
    HeldPool held;
    for (const char* line : {"sharing.shift 3 3", "sharing.start 5", "sharing.tie shared", "sharing.view map",
                             "sharing.view neocognitron", "sharing.neocognitron.learn 5", "sharing.view layers"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    for (const char* readout : {"sharing.dense.class", "sharing.gradient.sum", "sharing.neocognitron.class"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
  }
  EXPECT_NO_THROW(driver.number("sharing.dense.class"));
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 5);
}

TEST(NothingBlocks, digits_are_drawn_and_turned_while_they_are_read) {
  PageDriver driver("lenet");
  {
    HeldPool held;
    for (const char* line : {"lenet.digit 3", "lenet.rotate 20", "lenet.view ring", "lenet.model 1998",
                             "lenet.view glyphs", "lenet.write 1993", "lenet.column 2"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    for (const char* readout : {"lenet.class", "lenet.string", "lenet.turned"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
  }
  EXPECT_NO_THROW(driver.text("lenet.class"));
  EXPECT_NO_THROW(driver.text("lenet.string"));
}

TEST(NothingBlocks, a_network_as_a_place_is_looked_around_in_while_its_cells_are_followed) {
  PageDriver driver("architecture");
  driver.show(made_picture(30, 30, 3));
  driver.run("architecture.model lenet5");
  {
    HeldPool held;
    driver.app.run("architecture.select 3 5 4 6");
    for (const char* line :
         {"architecture.open 0", "architecture.size milliseconds", "architecture.kernels 0 on",
          "architecture.turn 30 10", "architecture.play", "architecture.plan on", "architecture.plan off"}) {
      driver.app.run(line);
      driver.frames(2);
    }
    EXPECT_TRUE(driver.app.busy());
    EXPECT_EQ(driver.text("architecture.selected"), "3 5 4 6");
    EXPECT_NO_THROW(driver.app.registry().read("architecture.value"));
    for (const char* readout : {"architecture.sum", "architecture.field.x", "architecture.upstream 0"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
    // Another network: what is shown is of the one before, and nothing is said of it.
    driver.app.run("architecture.model mlp");
    driver.frames(3);
    EXPECT_TRUE(driver.app.busy());
  }
  EXPECT_EQ(driver.number("architecture.tensors"), 5);
}

// A lesson's frozen value is an ellipsis until it is there, and then the value.
TEST(NothingBlocks, the_words_of_a_lesson_wait_for_their_numbers) {
  TestFolder folder;
  const std::string file = folder / "mean.md";
  std::ofstream(file) << "# Mean\npage: pixels\nchapter: Pictures\n\n## One\n\n"
                         "The mean of red is {=channels.mean.red} here.\n\n```striate\npixels.fit\n```\n";
  ShellDriver driver;
  driver.run("channels.show all");  // the page is there, and was not read
  {
    HeldPool held;
    driver.app.run("lesson " + quoted(file));
    for (int i = 0; i < 5; ++i) driver.frame();
    EXPECT_EQ(driver.text("lesson.prose"), "The mean of red is \u2026 here.");
  }
  driver.settle();
  EXPECT_NE(driver.text("lesson.prose").find("The mean of red is 1"), std::string::npos) << driver.text("lesson.prose");
}

TEST(NothingBlocks, frames_go_on_while_a_training_is_opened) {
  TestFolder folder;
  const std::string file = folder / "tiny.safetensors";
  {
    ShellDriver driver;
    for (const char* line : {"train.data digits:60", "train.layers flatten | dense 10", "train.step batch"}) {
      driver.run(line);
    }
    driver.run("train.save " + quoted(file));
  }
  ShellDriver driver;
  // Whoever trains says that there is something new before anything is read: that is where it is held.
  const std::thread::id window = std::this_thread::get_id();
  std::promise<void> gate;
  const std::shared_future<void> go = gate.get_future().share();
  std::atomic<bool> held{false};
  driver.app.set_wake([&, go] {
    if (std::this_thread::get_id() == window) return;
    held = true;
    go.wait();
  });
  driver.app.run("open " + quoted(file));
  while (!held) driver.app.update(0.1);
  for (int i = 0; i < 5; ++i) driver.app.update(1 + i);
  EXPECT_TRUE(driver.app.busy());
  EXPECT_EQ(driver.app.page().info().id, "train");
  gate.set_value();
  driver.settle();
  EXPECT_EQ(driver.number("train.step"), 1);
  driver.app.set_wake(nullptr);
}

// What throws while it is drawn leaves the rest of the window.
TEST(NothingBlocks, a_page_that_throws_while_it_is_drawn_is_told_and_the_window_stays) {
  struct Failing : NoTextures {
    TextureId create(TextureFormat format, int width, int height, const void* pixels) override {
      if (fails && width > 200) throw std::bad_alloc();
      return NoTextures::create(format, width, height, pixels);
    }
    bool fails = false;
  } textures;
  App app(Device::cpu());
  Shell shell(app, textures);
  Shell::Moment moment;
  moment.size = {1280, 800};
  const auto frames = [&] {
    for (int i = 0; i < 200 && (i < 4 || app.busy()); ++i) {
      moment.now += 1.0 / 60;
      shell.frame(moment);
      std::this_thread::yield();
    }
  };
  frames();
  textures.fails = true;
  app.run("open sample:balloons");
  frames();
  ASSERT_FALSE(app.notices().empty());
  EXPECT_EQ(app.notices().back().what, "there is not enough memory for this");
  EXPECT_FALSE(app.notices().back().hint.empty());
  const size_t told = app.notices().size();
  frames();
  EXPECT_EQ(app.notices().size(), told);
  EXPECT_NE(shell.ui().find_item("Help"), nullptr);
  textures.fails = false;
  frames();
  EXPECT_NE(shell.ui().find_item("picture"), nullptr);
}

TEST(NothingBlocks, what_a_trained_network_is_asked_is_answered_behind_the_window) {
  TestFolder folder;
  write_image(folder / "one.png", *made_picture(30, 20, 3));
  PageDriver driver("pretrained");
  driver.show(made_picture(40, 30, 3));
  driver.run("pretrained.open lenet5");
  {
    HeldPool held;
    for (const std::string& line : {std::string("pretrained.view layers"), std::string("pretrained.unroll 0"),
                                    std::string("pretrained.against tiny"), "pretrained.folder " + folder.path()}) {
      driver.app.run(line);
      driver.frames(2);  // drawn with what is there
    }
    for (const char* readout : {"pretrained.contributions", "pretrained.against.class"}) {
      EXPECT_THROW(driver.app.registry().read(readout), NotReady) << readout;
    }
    EXPECT_TRUE(driver.app.busy());
  }
  driver.settle();
  EXPECT_NEAR(driver.number("pretrained.contributions"), driver.number("pretrained.contributions.logit"), 1e-5);
  EXPECT_EQ(driver.number("pretrained.folder.done"), 1);
}

}  // namespace
}  // namespace striate
