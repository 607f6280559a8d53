// Adversarial pictures on the page `features`: they are the engine's own, what is looked for can be stopped, the
// picture that is saved is the attacked one, every state is drawn, and what cannot be attacked says why.
#include <cmath>
#include <string>
#include <vector>

#include "engine/explain/adversarial.h"
#include "engine/files/image_file.h"
#include "engine/training/checkpoint.h"
#include "tests/app/page_driver.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::string saved(const TestFolder& folder, const std::string& text) {
  Stream stream(Device::cpu());
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  if (info.architecture.shapes(1).back()[1] == 3) info.classes = {"ant", "bee", "cat"};
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  save_model(folder / "net.safetensors", stream, info, network);
  return folder / "net.safetensors";
}

class AdversarialPage : public testing::Test {
 protected:
  AdversarialPage() : driver("features") {
    driver.show(made_picture(24, 24, 3));
    driver.run("network.open " + saved(folder,
                                       "input 3x24x24 | conv 4 3x3 pad 1 | relu | maxpool 2 | conv 6 3x3 pad 1 | relu "
                                       "| globalavgpool | flatten | fc: dense 3"));
    driver.run("features.method fgsm");
  }
  Attack by_engine(const AttackSettings& how) {
    Stream stream(Device::cpu());
    OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
    NetworkPicture picture;
    picture.image = driver.app.document().image;
    return *attack(network, network.look_at(picture).pixels, how);
  }
  std::string why_not(const std::string& readout) {
    try {
      driver.value(readout);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
    return {};
  }
  TestFolder folder;
  PageDriver driver;
};

}  // namespace

TEST_F(AdversarialPage, shows_what_the_engine_computes) {
  const auto check = [&](const AttackSettings& how) {
    const Attack made = by_engine(how);
    const std::vector<std::string> classes{"ant", "bee", "cat"};
    const auto best = [](const NetworkAnswer& answer) { return static_cast<size_t>(answer.order[0]); };
    EXPECT_EQ(driver.text("features.attack.before"), classes[best(made.before)]);
    EXPECT_EQ(driver.text("features.attack.after"), classes[best(made.attacked.answer)]);
    EXPECT_EQ(driver.text("features.attack.noise"), classes[best(made.noise.answer)]);
    EXPECT_EQ(driver.number("features.attack.after.probability"),
              static_cast<double>(made.attacked.answer.probabilities[best(made.attacked.answer)]));
    EXPECT_EQ(driver.text("features.attack.works"), made.works ? "yes" : "no");
    EXPECT_EQ(driver.number("features.attack.largest"), 255 * made.attacked.largest);
    EXPECT_EQ(driver.number("features.attack.length"), made.attacked.length);
    EXPECT_EQ(driver.number("features.attack.noise.largest"), 255 * made.noise.largest);
    EXPECT_EQ(driver.number("features.attack.noise.length"), made.noise.length);
    EXPECT_EQ(driver.number("features.attack.forwards"), made.forwards);
    EXPECT_EQ(driver.number("features.attack.backwards"), made.backwards);
    EXPECT_EQ(driver.number("features.attack.loss"), made.losses.back());
    EXPECT_NEAR(driver.number("features.attack.factor"), 0.5 / made.attacked.largest, 1e-9);
  };
  AttackSettings how;
  check(how);
  driver.run("features.attack.epsilon 9");
  how.epsilon = 9;
  check(how);
  driver.run("features.method pgd");
  for (const char* line : {"features.attack.steps 3", "features.attack.step 2.5", "features.attack.seed 7"}) {
    driver.run(line);
  }
  how.method = AttackMethod::pgd, how.steps = 3, how.step = 2.5, how.seed = 7;
  check(how);
  driver.run("features.attack.target 2");
  how.target = by_engine(how).before.order[2];
  check(how);
  driver.run("features.attack.target none");
  // Said again, the lines of its state give the same.
  const std::vector<std::string> lines = driver.app.page().state();
  PageDriver again("features");
  again.show(driver.app.document().image);
  for (const std::string& line : lines) again.run(line);
  for (const char* readout : {"features.attack.length", "features.attack.noise.length", "features.attack.loss"}) {
    EXPECT_EQ(again.number(readout), driver.number(readout)) << readout;
  }
}

TEST_F(AdversarialPage, the_smallest_change_is_looked_for_when_asked_and_can_be_stopped) {
  EXPECT_EQ(why_not("features.attack.smallest"), "the smallest change was not looked for");
  driver.click("Look for it");
  EXPECT_EQ(driver.log, std::vector<std::string>{"features.start"});
  Stream stream(Device::cpu());
  OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
  NetworkPicture picture;
  picture.image = driver.app.document().image;
  const SmallestAttack found = *smallest_attack(network, network.look_at(picture).pixels, {});
  const auto said = [](const std::optional<int>& size) { return size ? std::to_string(*size) : std::string("none"); };
  EXPECT_EQ(to_text(driver.value("features.attack.smallest")), said(found.epsilon));
  EXPECT_EQ(to_text(driver.value("features.attack.smallest.noise")), said(found.noise));
  // Another question has another answer.
  driver.run("features.attack.seed 5");
  EXPECT_EQ(why_not("features.attack.smallest"), "the smallest change was not looked for");
  driver.run("features.method pgd");
  driver.app.run("features.start");
  driver.app.run("features.stop");
  driver.settle();
  EXPECT_EQ(why_not("features.attack.smallest"), "the smallest change was not looked for");
  EXPECT_NO_THROW(driver.number("features.attack.length"));
  driver.run("features.start");
  EXPECT_NO_THROW(driver.value("features.attack.smallest"));
}

TEST_F(AdversarialPage, the_saved_picture_is_the_attacked_one) {
  driver.run("features.attack.epsilon 12");
  const std::string path = folder / "attacked.png", after = driver.text("features.attack.after");
  const Attack made = by_engine({.epsilon = 12});
  driver.run("features.save " + path);
  const ImagePtr image = read_image(path);
  ASSERT_EQ(image->width, 24);
  ASSERT_EQ(image->height, 24);
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 24; ++x) {
      for (int c = 0; c < 3; ++c) {
        const float pixel = made.attacked.pixels[static_cast<size_t>((c * 24 + y) * 24 + x)];
        EXPECT_EQ(image->at(x, y)[c], std::lround(255 * pixel)) << x << " " << y << " " << c;
      }
    }
  }
  // One step of whole 255ths: nothing is lost in the file, and what is opened again is answered the same.
  driver.show(image);
  EXPECT_EQ(driver.text("features.attack.before"), after);
}

TEST_F(AdversarialPage, every_state_is_drawn) {
  driver.draw_states({{},
                      {"features.attack.epsilon 60", "features.start"},
                      {"features.method pgd", "features.attack.target 1"},
                      {"features.attack.target cat"},
                      {"features.attack.target none", "features.attack.seed 3"}});
  driver.run("features.attack.target none");
  driver.run("features.method fgsm");
  for (const char* label :
       {"the picture before", "the change", "the attacked picture", "the noise", "the picture with noise"}) {
    EXPECT_NE(driver.ui.find_item(label), nullptr) << label;
  }
  // Neither layers nor a unit: it asks about the network as a whole.
  EXPECT_EQ(driver.ui.find_item("layer 0"), nullptr);
  driver.run("features.method maps");
  EXPECT_NE(driver.ui.find_item("layer 0"), nullptr);
}

TEST_F(AdversarialPage, what_cannot_be_attacked_says_why) {
  EXPECT_NE(driver.failure("features.attack.target dog").find("no class is called \"dog\""), std::string::npos);
  EXPECT_NE(driver.failure("features.attack.epsilon 0"), "");
  driver.run("features.attack.target 0");
  EXPECT_NE(why_not("features.attack.after").find("says already"), std::string::npos);
  EXPECT_NE(driver.failure("features.start").find("says already"), std::string::npos);
  driver.run("features.attack.target none");
  EXPECT_NO_THROW(driver.text("features.attack.after"));
  driver.run("features.method maps");
  EXPECT_EQ(why_not("features.attack.after"), "maps is no attack");
  driver.run("features.method fgsm");
  driver.run("network.open " + saved(folder, "input 3x24x24 | conv 5 3x3 | relu"));
  EXPECT_EQ(why_not("features.attack.after"), "net.safetensors does not name what a picture shows");
  driver.frames(2);
  driver.run("network.open " + saved(folder, "input 6 | dense 3"));
  EXPECT_NE(why_not("features.attack.after"), "");
  driver.frames(2);
}

}  // namespace striate
