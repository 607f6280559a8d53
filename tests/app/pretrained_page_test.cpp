// The page `pretrained`: what its commands set and its readouts say, every view drawn and clicked, blocks without a
// side, logits unrolled, a second network, a folder swept, the crop moved by hand.
#include "app/pages/pretrained/pretrained.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "engine/files/image_file.h"
#include "engine/session/session.h"
#include "tests/app/page_driver.h"
#include "tests/app/saved_network.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x16x16 | conv 4 3x3 pad 1 | a: relu | conv 4 3x3 pad 1 | f: batchnorm | sum: add a | out: relu | maxpool 2 "
    "| "
    "last: conv 6 3x3 | relu | globalavgpool | flatten | dense 3";

class PretrainedPageTest : public testing::Test {
 protected:
  PretrainedPageTest() : driver("pretrained") {
    driver.show(made_picture(40, 30, 3));
    driver.size = {1280, 1400};  // the whole inspector
  }
  std::string saved(const std::string& name = "net.safetensors", const std::string& text = kNet, uint64_t seed = 5) {
    return save_network(folder / name, text, {"ant", "bee", "cat, house cat"}, seed);
  }
  bool says(const std::string& part) {
    std::vector<Ui::WholeText> list;
    driver.ui.record_whole(&list);
    driver.frame();
    driver.ui.record_whole(nullptr);
    return std::any_of(list.begin(), list.end(),
                       [&](const auto& each) { return each.text.find(part) != std::string::npos; });
  }
  TestFolder folder;
  PageDriver driver;
};

}  // namespace

TEST_F(PretrainedPageTest, without_a_network_everything_says_what_to_do) {
  driver.frames(2);
  int asked = 0;
  for (const auto& [name, readout] : driver.app.registry().readouts()) {
    if (!name.starts_with("pretrained.") || (!readout.parameters.empty() && !readout.parameters[0].optional)) continue;
    try {
      driver.app.registry().read(name);
    } catch (const Error& error) {
      ++asked;
      EXPECT_STREQ(error.what(), "no network is open") << name;
    }
  }
  EXPECT_GT(asked, 8);
  EXPECT_NE(driver.failure("pretrained.open resnet5").find("did you mean"), std::string::npos);
  EXPECT_NE(driver.failure("pretrained.folder nowhere").find("nowhere is no folder / choose a folder"),
            std::string::npos);
  EXPECT_NE(driver.failure("pretrained.skip 3 on").find("no network is open"), std::string::npos);
  EXPECT_NE(driver.failure("pretrained.against resnet5").find("did you mean"), std::string::npos);
  EXPECT_FALSE(driver.app.busy());
}

TEST_F(PretrainedPageTest, says_what_the_open_network_answers_and_what_it_costs) {
  driver.run("pretrained.open " + saved());
  for (const char* name : {"class", "probability 1", "logit 2"}) {
    EXPECT_EQ(to_text(driver.value(std::string("pretrained.") + name)),
              to_text(driver.value(std::string("network.") + name)));
  }
  EXPECT_EQ(driver.text("network.open"), folder / "net.safetensors");
  double sum = 0;
  for (int layer = 0; layer < 12; ++layer) {
    const double one = driver.number(fmt::format("pretrained.milliseconds {}", layer));
    EXPECT_GT(one, 0) << layer;
    sum += one;
  }
  EXPECT_DOUBLE_EQ(driver.number("pretrained.milliseconds"), sum) << "measured once, not at every reading";
  EXPECT_TRUE(says("conv 4 3x3 pad 1"));
  EXPECT_TRUE(says("4.1 kB")) << "memory of 4 x 16 x 16 values";
  driver.run("pretrained.image portrait");
  EXPECT_EQ(driver.text("network.image"), "portrait");
  EXPECT_EQ(driver.text("pretrained.image"), "portrait");
}

TEST_F(PretrainedPageTest, shows_every_step_from_the_picture_to_the_input_with_its_numbers) {
  driver.run("pretrained.open " + saved());
  driver.run("pretrained.view input");
  for (const char* wanted : {"picture", "resize", "scale", "smallest", "40 \u00d7 30", "16 \u00d7 16"}) {
    EXPECT_TRUE(says(wanted)) << wanted;
  }
  driver.run("pretrained.crop 10 5 20");
  EXPECT_EQ(driver.text("network.crop"), "10 5 20");
  EXPECT_TRUE(says("20 x 20 from column 10 and row 5"));
}

TEST_F(PretrainedPageTest, a_crop_is_what_the_network_receives_by_command_and_by_hand) {
  const std::string file = saved();
  driver.run("pretrained.open " + file);
  const double usual = driver.number("pretrained.logit");
  driver.run("pretrained.crop 24 0 16");
  // The 16 x 16 pixels themselves: nothing is resized.
  const Image& image = *driver.app.document().image;
  for (const int x : {0, 15}) {
    EXPECT_NEAR(driver.number(fmt::format("network.value input 1 3 {}", x)),
                static_cast<double>(image.at(24 + x, 3)[1]) / 255, 1e-6);
  }
  driver.run("undo");
  EXPECT_EQ(driver.number("pretrained.logit"), usual);
  EXPECT_EQ(driver.text("network.crop"), "");
  const Item* item = driver.ui.find_item("the part that the network looks at");
  ASSERT_NE(item, nullptr);
  const Rect place = item->rect;
  driver.click_at({place.x + place.w * 0.25f, place.y + place.h * 0.5f});
  EXPECT_EQ(driver.text("network.crop"), "0 0 30") << "as far to the left as the part goes";
  driver.hands.move(place.center());
  driver.hands.scroll({0, 2});
  driver.settle();
  EXPECT_EQ(driver.text("network.crop").substr(driver.text("network.crop").rfind(' ')), " 24");
  driver.click("The usual part");
  EXPECT_EQ(driver.text("network.crop"), "");
  EXPECT_EQ(driver.failure("pretrained.crop 3"),
            "a part of a picture is X, Y and SIZE / give all three, as in network.crop 40 20 224, or none of them");
  driver.run("pretrained.crop 500 500 9000");  // beyond the picture: moved inside
  EXPECT_FALSE(says("from column 500"));
}

TEST_F(PretrainedPageTest, the_crop_is_typed_and_its_corners_are_dragged) {
  driver.run("pretrained.open " + saved());
  EXPECT_EQ(driver.text("pretrained.crop"), "5 0 30") << "the usual part, which network.crop has no words for";
  EXPECT_EQ(driver.text("network.crop"), "");
  driver.run("pretrained.crop 10 5 20");
  EXPECT_EQ(driver.text("pretrained.crop"), "10 5 20");
  for (const auto& [field, typed, wanted] :
       {std::tuple{"x", "12", "12 5 20"}, {"y", "7", "12 7 20"}, {"size", "16", "12 7 16"}}) {
    driver.click(field);
    driver.hands.type(typed);
    driver.hands.key({"Enter", false});
    driver.settle();
    EXPECT_EQ(driver.text("pretrained.crop"), wanted) << field;
  }
  driver.click("size more");
  EXPECT_EQ(driver.text("pretrained.crop"), "12 7 17");
  driver.run("pretrained.crop 500 500 9000");
  EXPECT_EQ(driver.text("pretrained.crop"), "10 0 30") << "what is seen, not what was asked for";

  driver.run("pretrained.crop 10 5 20");
  const auto drag = [&](const char* corner, Vec by) {
    const Item* item = driver.ui.find_item(corner);
    ASSERT_NE(item, nullptr) << corner;
    const Vec from = item->rect.center();
    const float scale = driver.ui.find_item("the part that the network looks at")->rect.w / 40;
    driver.hands.move(from);
    driver.hands.button(0, true);
    driver.hands.move(from + by * scale);
    driver.hands.button(0, false);
    driver.settle();
  };
  drag("lower right corner", {-4, -4});
  EXPECT_EQ(driver.text("pretrained.crop"), "10 5 16") << "the corner across stays";
  drag("upper left corner", {-2, -2});
  EXPECT_EQ(driver.text("pretrained.crop"), "8 3 18");
  drag("upper right corner", {100, -100});
  EXPECT_EQ(driver.text("pretrained.crop"), "8 0 21") << "as far as the picture goes";
  drag("lower left corner", {30, -30});
  EXPECT_EQ(driver.text("pretrained.crop"), "21 0 8") << "no smaller than 8 pixels";
}

TEST_F(PretrainedPageTest, a_logit_is_the_sum_of_its_contributions_layer_after_layer) {
  driver.run("pretrained.open " + saved());
  EXPECT_EQ(driver.text("pretrained.unroll").substr(driver.text("pretrained.unroll").rfind(' ')), " 8");
  for (const char* of : {"best", "ant", "1", "\"house cat\""}) {
    driver.run(fmt::format("pretrained.unroll {}", of));
    EXPECT_NEAR(driver.number("pretrained.contributions"), driver.number("pretrained.contributions.logit"), 1e-5) << of;
  }
  EXPECT_EQ(driver.text("pretrained.view"), "unroll");
  driver.run("pretrained.unroll best last");
  const double logit = driver.number("pretrained.logit");
  double sum = driver.number("pretrained.contributions.bias");
  for (int c = 0; c < 6; ++c) {
    double channel = 0;
    for (int at = 0; at < 36; ++at)
      channel += driver.number(fmt::format("pretrained.contribution {} {} {}", c, at / 6, at % 6));
    EXPECT_NEAR(channel, driver.number(fmt::format("pretrained.contributions.channel {}", c)), 1e-9);
    sum += channel;
  }
  EXPECT_NEAR(sum, logit, 1e-5);
  for (int step = 0; step < 6; ++step) {
    driver.click("One layer earlier");
    EXPECT_NEAR(driver.number("pretrained.contributions"), logit, 1e-5) << driver.text("pretrained.unroll");
  }
  driver.click("contribution 0");
  EXPECT_EQ(driver.number("pretrained.channel"), driver.number("pretrained.contributions.strongest"));
  EXPECT_NE(driver.failure("pretrained.unroll dog").find("net.safetensors has no class dog"), std::string::npos);
  EXPECT_NE(driver.failure("pretrained.contribution 6 0 0"), "");
  driver.run("pretrained.open " +
             saved("bent.safetensors", "input 3x16x16 | conv 4 3x3 | sigmoid | flatten | dense 3"));
  driver.run("pretrained.unroll best 0");
  EXPECT_THROW(driver.number("pretrained.contributions"), Error);
  EXPECT_TRUE(says("is no straight line"));
}

TEST_F(PretrainedPageTest, a_residual_block_loses_either_side_and_comes_back) {
  driver.run("pretrained.open " + saved());
  driver.run("pretrained.block f");
  EXPECT_EQ(driver.text("pretrained.view"), "block");
  EXPECT_NEAR(driver.number("pretrained.block.ratio"),
              driver.number("pretrained.block.f") / driver.number("pretrained.block.x"), 1e-12);
  const double logit = driver.number("pretrained.logit"), x = driver.number("network.value a 0 3 3"),
               both = driver.number("network.value sum 0 3 3");
  driver.click("F(x) is 0");
  EXPECT_EQ(driver.text("network.skip"), "sum") << "the block has one name, whichever of its layers was meant";
  EXPECT_EQ(driver.number("network.value sum 0 3 3"), x);
  EXPECT_EQ(driver.number("pretrained.block.ratio"), 0);
  EXPECT_NE(driver.number("pretrained.logit"), logit);
  driver.run("pretrained.skip 2 off");
  EXPECT_EQ(driver.number("pretrained.logit"), logit);
  driver.click("the shortcut");
  EXPECT_EQ(driver.text("network.shortcut"), "sum");
  EXPECT_EQ(driver.number("network.value sum 0 3 3"), driver.number("network.value f 0 3 3"));
  EXPECT_EQ(driver.number("network.value a 0 3 3"), x);
  driver.run("pretrained.unroll best a");
  EXPECT_NEAR(driver.number("pretrained.contributions"), driver.number("pretrained.logit"), 1e-5);
  driver.run("undo");
  EXPECT_EQ(driver.number("pretrained.logit"), logit);
  EXPECT_EQ(driver.number("network.value sum 0 3 3"), both);
  driver.run("pretrained.skip sum on");
  driver.run("network.restore");
  EXPECT_EQ(driver.number("pretrained.logit"), logit);
  EXPECT_NE(driver.failure("pretrained.skip last on").find("is in no block / choose a layer of one"),
            std::string::npos);
  driver.run("pretrained.open squeezenet1_1");
  EXPECT_NE(driver.failure("pretrained.skip features.3 on").find("features.3 has no shortcut"), std::string::npos);
  driver.run("pretrained.block features.3.squeeze");
  EXPECT_EQ(driver.text("pretrained.block"), "features.3");
  EXPECT_THROW(driver.number("pretrained.block.ratio"), Error);
}

TEST_F(PretrainedPageTest, a_block_says_what_is_added_as_it_is_at_the_moment) {
  driver.run("pretrained.open " + saved());
  driver.run("pretrained.block f");
  EXPECT_TRUE(says(": x + F(x)"));
  EXPECT_TRUE(says("\u2016x + F(x)\u2016"));
  driver.run("pretrained.shortcut f off");
  EXPECT_TRUE(says("F(x) alone"));
  EXPECT_FALSE(says("x + F(x)")) << "neither above, nor in the graph, nor over the maps";
  driver.run("pretrained.skip f on");
  EXPECT_TRUE(says("nothing is left"));
  driver.run("pretrained.shortcut f on");
  EXPECT_TRUE(says("x alone"));
  EXPECT_FALSE(says("x + F(x)"));
  driver.run("pretrained.open resnet20");
  driver.run("pretrained.block layer2.0.add");
  EXPECT_TRUE(says("x\u2032 + F(x); x\u2032 is x subsampled, zero channels added"));
  EXPECT_TRUE(says("\u2016x\u2032\u2016"));
  EXPECT_FALSE(says("projection"));
  EXPECT_TRUE(says("conv 32 3x3"));
  EXPECT_NEAR(driver.number("pretrained.block.ratio"),
              driver.number("pretrained.block.f") / driver.number("pretrained.block.x"), 1e-12);
  driver.run("pretrained.open " + saved("wide.safetensors",
                                        "input 3x16x16 | a: relu | conv 4 3x3 pad 1 | conv 4 3x3 pad 1 | f: batchnorm "
                                        "| from a | w: conv 4 1x1 | from f | add w | "
                                        "globalavgpool | flatten | dense 3"));
  driver.run("pretrained.block f");
  EXPECT_TRUE(says("Wx + F(x); Wx is a projection of x"));
  EXPECT_TRUE(says("\u2016Wx + F(x)\u2016"));
  driver.run("pretrained.shortcut f off");
  EXPECT_TRUE(says("F(x) alone"));
}

TEST_F(PretrainedPageTest, branches_are_called_by_their_kernels_and_cut_maps_are_counted) {
  driver.run("pretrained.open squeezenet1_1");
  driver.run("pretrained.block features.3");
  for (const char* wanted : {"conv 64 1x1", "conv 64 3x3", "branch 1x1", "branch 3x3"})
    EXPECT_TRUE(says(wanted)) << wanted;
  EXPECT_FALSE(says("of 128 channels")) << "all have room";
  driver.size = {1140, 556};
  EXPECT_TRUE(says("conv 64 3x3")) << "the kernel is never what gives way";
  EXPECT_TRUE(says(" of 128 channels"));
  EXPECT_NE(driver.ui.find_item("maps of side 3 part 0"), nullptr);
  EXPECT_NE(driver.ui.find_item("maps of side 3 part 1"), nullptr) << "the second branch is part of what is joined";
}

TEST_F(PretrainedPageTest, the_class_whose_logit_is_unrolled_is_listed_by_its_name) {
  driver.run("pretrained.open squeezenet1_1");
  driver.run("pretrained.unroll 0");
  std::string first = driver.text("pretrained.unroll");
  first = first.substr(0, first.find(' '));
  EXPECT_EQ(first, "tench");
  for (int n = 0; n < 5; ++n) EXPECT_NE(driver.text(fmt::format("network.class {}", n)), first);
  driver.click("logit of");
  EXPECT_NE(driver.ui.find_item(first), nullptr);
}

TEST_F(PretrainedPageTest, a_click_on_a_map_cuts_its_channel_out) {
  driver.run("pretrained.open " + saved());
  const double before = driver.number("pretrained.logit");
  driver.click("layer 1");
  EXPECT_EQ(driver.text("pretrained.layer"), "1");
  const Item* maps = driver.ui.find_item("maps of the layer");
  ASSERT_NE(maps, nullptr);
  driver.click_at({maps->rect.x + 8, maps->rect.y + 8});
  EXPECT_EQ(driver.text("network.lesion"), "a 0");
  EXPECT_NE(driver.number("pretrained.logit"), before);
  driver.click("Restore all");
  EXPECT_EQ(driver.number("pretrained.logit"), before);
}

TEST_F(PretrainedPageTest, a_second_network_looks_at_the_same_picture) {
  const std::string one = saved(), two = saved("other.safetensors", kNet, 9);
  driver.run("pretrained.open " + two);
  const std::string best = driver.text("network.class");
  const double share = driver.number("network.probability");
  driver.run("pretrained.open " + one);
  EXPECT_THROW(driver.text("pretrained.against.class"), Error);
  driver.run("pretrained.against " + two);
  EXPECT_EQ(driver.text("pretrained.against.class"), best);
  EXPECT_EQ(driver.number("pretrained.against.probability"), share);
  EXPECT_TRUE(says("other.safetensors"));
  EXPECT_TRUE(says("Convolution")) << "where the time goes";
  driver.run("pretrained.crop 2 3 12");
  EXPECT_NE(driver.number("pretrained.against.probability"), share) << "it follows the picture";
  driver.run("pretrained.against none");
  EXPECT_EQ(driver.text("pretrained.against"), "");
}

TEST_F(PretrainedPageTest, a_folder_is_swept_and_wrong_labels_stand_above) {
  driver.run("pretrained.open " + saved());
  std::vector<std::string> said;
  for (int i = 0; i < 3; ++i) {
    const ImagePtr picture = made_picture(20 + 3 * i, 17, 3);
    const std::string file = folder / fmt::format("{}.png", i);
    write_image(file, *picture);
    driver.run("pretrained.image " + file);
    said.push_back(driver.text("pretrained.class"));
  }
  namespace fs = std::filesystem;
  const auto put = [&](int i, const std::string& label) {
    fs::create_directories(folder / ("set/" + label));
    fs::copy_file(folder / fmt::format("{}.png", i), folder / fmt::format("set/{}/{}.png", label, i));
  };
  put(0, said[0].substr(0, 3));
  put(1, said[1] == "ant" ? "bee" : "ant");
  put(2, said[2].substr(0, 3));
  fs::create_directories(folder / "set/odd");
  fs::copy_file(folder / "net.safetensors", folder / "set/odd/no.png");
  driver.run("pretrained.folder " + (folder / "set"));
  EXPECT_EQ(driver.number("pretrained.folder.done"), 4);
  EXPECT_EQ(driver.number("pretrained.folder.wrong"), 1);
  EXPECT_TRUE(says("1 of 3 not as their folder says, 1 could not be read"));
  EXPECT_TRUE(says("odd is no class of this network: not compared"));
  driver.click("picture 0");
  EXPECT_TRUE(driver.text("network.image").ends_with("1.png")) << "the wrong one stands above";
  EXPECT_EQ(driver.text("pretrained.class"), said[1]);
  fs::create_directories(folder / "empty");
  driver.run("pretrained.folder " + (folder / "empty"));
  EXPECT_TRUE(says("has no pictures in it"));
  driver.run("pretrained.folder none");
  EXPECT_EQ(driver.number("pretrained.folder.done"), 0);
  EXPECT_TRUE(FolderSweep::means("House_Cat", {"ant", "cat, house cat"}, 1));
  EXPECT_TRUE(FolderSweep::means("1", {"ant", "bee"}, 1));
  EXPECT_FALSE(FolderSweep::means("ant", {"ant", "bee"}, 1));
}

TEST_F(PretrainedPageTest, folders_that_are_no_classes_are_not_compared) {
  driver.run("pretrained.open " + saved());
  namespace fs = std::filesystem;
  const auto put = [&](const std::string& path) {
    fs::create_directories(fs::path(folder / path).parent_path());
    write_image(folder / path, *made_picture(20, 17, 3));
  };
  put("none/cats/a.png"), put("none/dogs/b.png");
  driver.run("pretrained.folder " + (folder / "none"));
  EXPECT_EQ(driver.number("pretrained.folder.done"), 2);
  EXPECT_EQ(driver.number("pretrained.folder.wrong"), 0);
  EXPECT_TRUE(says("cats, dogs are no classes of this network: not compared"));
  EXPECT_FALSE(says("as their folder says"));
  EXPECT_FALSE(says("Wrong first")) << "there are none";
  EXPECT_TRUE(says("Confident first"));
  for (const char* more : {"e", "f", "g"}) put(std::string("none/") + more + "/c.png");
  driver.run("pretrained.folder none");
  driver.run("pretrained.folder " + (folder / "none"));
  EXPECT_TRUE(says("cats, dogs, e, f and 1 more are no classes"));
  put("none/ant/d.png");
  driver.run("pretrained.folder none");
  driver.run("pretrained.folder " + (folder / "none"));
  EXPECT_TRUE(says("Wrong first"));
  const bool right = driver.number("pretrained.folder.wrong") == 0;
  EXPECT_TRUE(says(right ? "0 of 1 not as their folder says" : "1 of 1 not as their folder says"));
  fs::copy_file(folder / "net.safetensors", folder / "none/ant/no.png");
  driver.run("pretrained.folder none");
  driver.run("pretrained.folder " + (folder / "none"));
  EXPECT_TRUE(says("1 could not be read"));
  EXPECT_FALSE(says((folder / "none/ant/no.png") + ":")) << "the reason begins behind the file's name";
}

TEST_F(PretrainedPageTest, every_view_is_drawn_in_every_size) {
  for (const char* open : {"pretrained.open resnet20", "pretrained.open lenet5", "pretrained.open mlp"}) {
    driver.run(open);
    for (const char* view : {"input", "layers", "block", "unroll", "against", "folder", "history"}) {
      driver.run(std::string("pretrained.view ") + view);
      for (const Vec size : {Vec{800, 500}, Vec{1280, 800}, Vec{1920, 1080}}) {
        driver.size = size;
        driver.frames(2);
      }
    }
  }
  driver.show(nullptr);
  driver.frames(2);
}

TEST_F(PretrainedPageTest, its_state_brings_another_session_here) {
  driver.run("pretrained.open " + saved());
  for (const char* line : {"pretrained.block f", "pretrained.skip f on", "pretrained.crop 1 2 20", "pretrained.layer 3",
                           "pretrained.unroll ant a", "pretrained.view block"}) {
    driver.run(line);
  }
  const std::vector<std::string> state = driver.app.page().state();
  PageDriver other("pretrained");
  other.show(driver.app.document().image);
  for (const std::string& line : state) other.run(line);
  EXPECT_EQ(other.app.page().state(), state);
  EXPECT_EQ(other.number("pretrained.logit"), driver.number("pretrained.logit"));
  EXPECT_EQ(other.text("pretrained.unroll"), driver.text("pretrained.unroll"));
}

TEST_F(PretrainedPageTest, a_sweep_that_was_stopped_says_so_and_begins_again) {
  driver.run("pretrained.open " + saved());
  const std::string pictures = folder / "many";
  std::filesystem::create_directory(pictures);
  EXPECT_NE(driver.failure("pretrained.folder " + pictures + "/none").find("is no folder"), std::string::npos);
  driver.run("pretrained.folder " + pictures);
  EXPECT_THROW(driver.number("pretrained.folder.done"), Error) << "there are no pictures in it";
  for (int i = 0; i < 400; ++i) write_image(pictures + fmt::format("/{}.png", i), *made_picture(40, 30, 3));
  driver.app.run("pretrained.folder " + pictures);
  while (driver.number("pretrained.folder.done") == 0) driver.frame();
  driver.app.run("pretrained.cancel");
  driver.settle();
  const double stopped = driver.number("pretrained.folder.done");
  if (stopped < 400) {
    EXPECT_TRUE(says("Stopped: "));
    driver.click("Begin again");
  }
  EXPECT_EQ(driver.number("pretrained.folder.done"), 400);
  EXPECT_FALSE(says("Stopped: "));
}

}  // namespace striate
