// The view `draw`: strokes by hand and by command, the stages, the answer, the probe. With a made moment of a training;
// set_probe runs the picture through a network as the thread does.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "app/pages/train/draw_view.h"
#include "app/shell/app.h"
#include "app/widgets/ui.h"
#include "tests/app/page_driver.h"
#include "tests/app/train_scene.h"

namespace striate {
namespace {

class DrawDriver {
 public:
  explicit DrawDriver(TrainSnapshotPtr start) : now(std::move(start)), app(Device::cpu()), ui(registry, textures) {
    TrainScene scene{PageContext{app.document(), [] {}}, [this] { return now; },
                     [this]() -> const TrainingConfig& { return config; },
                     [this](const ProbePicture& picture) { probes.push_back(picture); }};
    view = make_draw_view(scene);
    view->declare(registry);
    frame();
  }

  void frame() {
    clock += 1.0 / 60;
    for (const std::string& line : std::exchange(sent, {})) {
      log.push_back(line);
      registry.run(line);
    }
    view->update(clock);
    Ui::Frame f;
    f.input = hands.next();
    f.size = size;
    f.now = clock;
    f.dark = dark;
    f.motion = false;
    ui.begin_frame(f);
    view->draw_stage(ui, {0, 0, size.x - 340, size.y}, *now);
    ui.begin_panel("inspector", {size.x - 340, 0, 340, size.y});
    view->draw_inspector(ui, *now);
    ui.end_panel();
    ui.end_frame();
    EXPECT_TRUE(ui.conflicts().empty()) << ui.conflicts().front();
    sent = ui.take_commands();
    view->drawn(ui.drawn());
  }
  void settle() {
    for (int i = 0; i < 4 || !hands.empty() || !sent.empty(); ++i) frame();
  }
  void run(const std::string& line) {
    registry.run(line);
    settle();
  }
  // What the thread does with a probe: the newest snapshot holds its answer.
  void answer() {
    auto next = std::make_shared<TrainSnapshot>(*now);
    auto probe = std::make_shared<TrainProbe>();
    probe->name = probes.back().name;
    probe->shape = probes.back().shape;
    probe->pixels = probes.back().pixels;
    Stream stream(Device::cpu());
    Network network(stream, *now->architecture);
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind == TensorKind::weight)
        network.write_tensor(stream, tensor, now->tensor(TensorKind::weight, tensor.name)->values);
    }
    Network keeping(stream, *now->architecture);  // every activation: they are shown
    Evaluator evaluator(stream, keeping);
    std::vector<float> pixels = probe->pixels;
    now->normalization.apply(probe->shape, pixels.data());
    probe->probabilities = evaluator.probabilities(stream, network, pixels);
    for (int node = 0; node < now->architecture->size(); ++node) {
      const NamedTensor& tensor = keeping.activation(node);
      probe->activations.push_back(
          std::make_shared<const TensorValues>(TensorValues{tensor, keeping.read_tensor(stream, tensor)}));
    }
    next->probe = probe;
    ++next->version;
    now = next;
    settle();
  }
  double number(const std::string& name) { return std::get<double>(registry.read(name)); }
  std::string failure(const std::string& line) {
    try {
      registry.run(line);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "";
  }
  std::string no_answer() {
    try {
      registry.read("train.draw.class");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  Rect pad() { return ui.find_item("pad") ? ui.find_item("pad")->rect : Rect{}; }
  Vec on_pad(float x, float y) {
    const Rect area = pad();
    return {area.x + x * area.w / kPadSide, area.y + y * area.w / kPadSide};
  }
  void stroke(const std::vector<Point>& points) {
    hands.move(on_pad(points[0].x, points[0].y));
    hands.button(0, true);
    for (const Point& p : points) {
      hands.move(on_pad(p.x, p.y));
      settle();
    }
    hands.button(0, false);
    settle();
  }

  TrainSnapshotPtr now;
  TrainingConfig config;
  std::vector<ProbePicture> probes;
  NoTextures textures;
  Registry registry;
  App app;
  Ui ui;
  std::unique_ptr<TrainView> view;
  InputQueue hands;
  Vec size{1280, 700};
  bool dark = true;
  double clock = 0;
  std::vector<std::string> sent, log;
};

constexpr const char* kSeven = "train.draw 70 60 210 60 120 230";

TEST(DrawView, a_stroke_becomes_the_probe_and_is_answered) {
  DrawDriver driver(train_scene());
  EXPECT_EQ(driver.no_answer(), "nothing is drawn");
  driver.run(kSeven);
  ASSERT_EQ(driver.probes.size(), 1u);
  EXPECT_EQ(driver.probes[0].name, "drawing");
  EXPECT_EQ(driver.probes[0].shape, (Shape{1, 28, 28}));
  EXPECT_EQ(driver.probes[0].label, -1);
  EXPECT_EQ(driver.no_answer(), "the network has not answered yet");
  driver.answer();
  EXPECT_EQ(driver.no_answer(), "");
  const std::vector<float>& p = driver.now->probe->probabilities;
  EXPECT_EQ(driver.number("train.draw.probability"), static_cast<double>(*std::max_element(p.begin(), p.end())));
  EXPECT_EQ(std::get<std::string>(driver.registry.read("train.draw.class")),
            std::to_string(driver.now->probe->predicted()));
  for (const int at : {0, 14 * 28 + 14, 6 * 28 + 11}) {
    EXPECT_EQ(driver.number("train.draw.pixel " + std::to_string(at % 28) + " " + std::to_string(at / 28)),
              static_cast<double>(driver.probes[0].pixels[static_cast<size_t>(at)]));
  }
  EXPECT_NEAR(driver.number("train.draw.box.width"), 167, 2);
  EXPECT_EQ(driver.number("train.draw.fitted.height"), 20);
  EXPECT_NEAR(driver.number("train.draw.mass.x"), 14, 0.51);
  // A stroke more: the answer of before is not that of now.
  driver.run("train.draw 90 150 180 150");
  EXPECT_EQ(driver.number("train.draw.strokes"), 2);
  EXPECT_EQ(driver.probes.size(), 2u);
  EXPECT_EQ(driver.no_answer(), "the network has not answered yet");
  driver.run("train.draw undo");
  EXPECT_EQ(driver.probes.back().pixels, driver.probes[0].pixels);
  EXPECT_EQ(driver.no_answer(), "");
  driver.run("train.draw clear");
  EXPECT_EQ(driver.no_answer(), "nothing is drawn");
  EXPECT_EQ(driver.probes.size(), 3u);  // an empty pad is no probe
}

TEST(DrawView, clear_clears_the_answer_as_well) {
  DrawDriver driver(train_scene());
  driver.run(kSeven);
  driver.answer();
  const auto says = [&](const std::string& words) {
    std::vector<std::string> texts;
    driver.ui.record_texts(&texts);
    driver.settle();
    driver.ui.record_texts(nullptr);
    std::string all;  // a paragraph is drawn word by word
    for (const std::string& text : texts) all += text + ' ';
    return all.find(words) != std::string::npos;
  };
  EXPECT_TRUE(says("Softmax outputs"));
  driver.run("train.draw clear");
  EXPECT_FALSE(says("Softmax outputs"));
  EXPECT_TRUE(says("Draw on the pad"));
  // Also an answer that was still on its way.
  driver.run(kSeven);
  driver.run("train.draw clear");
  driver.answer();
  EXPECT_FALSE(says("Softmax outputs"));
  // Another picture that was chosen elsewhere is answered again.
  driver.now = train_scene({.probe = 3});
  driver.settle();
  EXPECT_TRUE(says("answer to test picture 3"));
}

TEST(DrawView, the_mouse_draws_one_stroke_in_pieces_and_a_script_replays_them) {
  DrawDriver driver(train_scene());
  driver.stroke({{70, 60}, {140, 60}, {210, 60}, {165, 145}, {120, 230}});
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  EXPECT_GE(driver.probes.size(), 5u);  // the network is asked at every piece
  std::vector<float> drawn = driver.probes.back().pixels;
  // Near to the same line by command.
  DrawDriver by_command(train_scene());
  by_command.run(kSeven);
  for (size_t i = 0; i < drawn.size(); ++i) ASSERT_NEAR(drawn[i], by_command.probes.back().pixels[i], 0.15) << i;
  // And exactly the same from the recorded lines.
  DrawDriver replay(train_scene());
  for (const std::string& line : driver.log) replay.run(line);
  EXPECT_EQ(replay.probes.back().pixels, drawn);
  driver.stroke({{20, 20}});
  EXPECT_EQ(driver.number("train.draw.strokes"), 2);
  driver.hands.move(driver.ui.find_item("Undo stroke")->rect.center());
  driver.hands.button(0, true);
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  EXPECT_EQ(driver.probes.back().pixels, drawn);
  // Back from the state's own lines.
  DrawDriver again(train_scene());
  for (const std::string& line : driver.view->state()) again.run(line);
  EXPECT_EQ(again.probes.back().pixels, drawn);
}

TEST(DrawView, the_keyboard_draws_too) {
  DrawDriver driver(train_scene());
  driver.ui.focus(driver.ui.find_item("pad")->id, true);
  driver.settle();
  for (const char* key : {"Up", "Up", "Left", "Shift+Right", "Shift+Right", "Shift+Down"}) {
    driver.hands.key({key, false});
    driver.settle();
  }
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  EXPECT_EQ(driver.log.back(), "train.draw 154.0 112.0 154.0 126.0");
  driver.hands.key({"Right", false});
  driver.settle();
  driver.hands.key({"Enter", false});
  driver.settle();
  EXPECT_EQ(driver.number("train.draw.strokes"), 2);
  EXPECT_EQ(driver.log.back(), "train.draw 168.0 126.0");
  driver.hands.key({"Backspace", false});
  driver.settle();
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  driver.hands.key({"Delete", false});
  driver.settle();
  EXPECT_EQ(driver.number("train.draw.strokes"), 0);
}

TEST(DrawView, what_is_no_stroke_says_so_and_changes_nothing) {
  DrawDriver driver(train_scene());
  driver.run(kSeven);
  for (const std::string line : {"1", "1 2 3", "10 x", "10 300", "-1 5", "pen 3", "undo 2", "clean", "pen 1 2 3"}) {
    EXPECT_NE(driver.failure("train.draw " + line).find("is not a stroke / pairs of numbers from 0 to 280"),
              std::string::npos)
        << line << ": " << driver.failure("train.draw " + line);
  }
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  EXPECT_NE(driver.failure("train.draw.width 1000"), "");
  driver.app.document().image = nullptr;
  EXPECT_EQ(driver.failure("train.draw.image"),
            "no picture is open / open one (Ctrl+O), or drop a file onto the window");
}

TEST(DrawView, an_opened_picture_goes_the_same_way) {
  DrawDriver driver(train_scene());
  const ImagePtr picture = made_picture(40, 60, 3);
  driver.app.document().image = picture;
  ++driver.app.document().image_version;
  driver.settle();
  ASSERT_EQ(driver.probes.size(), 1u);
  EXPECT_EQ(driver.probes[0].name, "made");
  EXPECT_EQ(driver.probes[0].pixels, prepare_image(*picture, Shape{1, 28, 28}, true).pixels);
  driver.answer();
  EXPECT_EQ(driver.no_answer(), "");
  EXPECT_NE(driver.failure("train.draw undo").find("there is no stroke"), std::string::npos);
  driver.run(kSeven);  // draws anew
  EXPECT_EQ(driver.number("train.draw.strokes"), 1);
  EXPECT_EQ(driver.probes.back().name, "drawing");
}

TEST(DrawView, a_large_picture_is_read_behind_the_window) {
  DrawDriver driver(train_scene());
  const ImagePtr picture = made_picture(1500, 1200, 3);
  driver.app.document().image = picture;
  ++driver.app.document().image_version;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (driver.probes.empty() && std::chrono::steady_clock::now() < deadline) {
    driver.frame();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_EQ(driver.probes.size(), 1u);
  EXPECT_EQ(driver.probes[0].pixels, prepare_image(*picture, Shape{1, 28, 28}, true).pixels);
}

TEST(DrawView, a_network_for_color_gets_the_drawing_in_its_size) {
  DrawDriver driver(train_scene());
  driver.run(kSeven);
  driver.now = train_scene({.data = "shapes:120", .steps = 2, .augment = ""});
  driver.settle();
  EXPECT_EQ(driver.probes.back().shape, (Shape{3, 32, 32}));
  driver.answer();
  EXPECT_EQ(driver.no_answer(), "");
  EXPECT_EQ(std::get<std::string>(driver.registry.read("train.draw.class")),
            driver.now->data->classes()[static_cast<size_t>(driver.now->probe->predicted())]);
}

TEST(DrawView, another_probe_takes_over_and_the_drawing_comes_back) {
  DrawDriver driver(train_scene());
  driver.run(kSeven);
  driver.answer();
  auto other = std::make_shared<TrainSnapshot>(*driver.now);
  other->probe = train_scene()->probe;  // a picture of the test part was clicked
  driver.now = other;
  driver.settle();
  ASSERT_NE(driver.ui.find_item("Use the drawing"), nullptr);
  driver.run("train.draw probe");
  EXPECT_EQ(driver.probes.size(), 2u);
  EXPECT_EQ(driver.ui.find_item("Use the drawing"), nullptr);
}

// Every state at every size: no items outside, none on each other.
TEST(DrawView, is_drawn_in_every_state_and_size) {
  auto nan = std::make_shared<TrainSnapshot>(*train_scene());
  auto broken = std::make_shared<TrainProbe>(*nan->probe);
  std::fill(broken->probabilities.begin(), broken->probabilities.end(), kNotMeasured);
  nan->probe = broken;
  for (const TrainSnapshotPtr& start :
       {train_scene(), empty_scene(), preparing_scene(), failed_scene(), scrubbed_scene(),
        train_scene({.data = "shapes:120", .steps = 2, .augment = ""}), TrainSnapshotPtr(nan)}) {
    for (const Vec size : {Vec{1024, 560}, Vec{800, 330}, Vec{1280, 680}, Vec{1920, 960}}) {
      DrawDriver driver(start);
      driver.size = size;
      for (const bool dark : {true, false}) {
        driver.dark = dark;
        driver.settle();
        driver.run(kSeven);
        for (const char* label : {"pad", "Clear", "stage input"}) {
          const Item* item = driver.ui.find_item(label);
          ASSERT_NE(item, nullptr) << label;
          EXPECT_GE(item->rect.x, 0) << label;
          EXPECT_LE(item->rect.right(), size.x - 340 + 0.5f) << label << " at " << size.x;
          EXPECT_LE(item->rect.bottom(), size.y + 0.5f) << label << " at " << size.y;
          EXPECT_GT(item->rect.w, 20) << label;
        }
        driver.hands.move(driver.ui.find_item("stage input")->rect.center());
        driver.settle();
        if (start->architecture && start->architecture->input()[0] == 1) driver.answer();
      }
    }
  }
}

}  // namespace
}  // namespace striate
