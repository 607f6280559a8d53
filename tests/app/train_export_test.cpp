// Curves as files, the network's text as a file, and the renderer that needs no OpenGL.
#include "app/pages/train/train_export.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/pages/train/train_files.h"
#include "app/widgets/soft_renderer.h"
#include "engine/files/image_file.h"
#include "engine/training/history.h"
#include "tests/app/train_view_host.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(CurvesCsv, has_a_line_for_every_step_with_the_numbers_that_were_measured) {
  const TrainSnapshotPtr now = train_scene();
  const std::vector<std::string> lines = lines_of(curves_csv(*now));
  EXPECT_EQ(lines[0], "step,loss,accuracy,rate,gradient_norm,weight_norm,test_loss,test_accuracy");
  ASSERT_EQ(lines.size(), static_cast<size_t>(now->curves.size) + 2) << "the header, step 0, and each step";
  const EvaluationRecord& start = now->curves.evaluations->front();
  EXPECT_EQ(lines[1], fmt::format("0,,,,,,{},{}", start.loss, start.accuracy));
  for (int64_t i = 0; i < now->curves.size; ++i) {
    const StepRecord& r = now->curves.at(i);
    std::string want =
        fmt::format("{},{},{},{},{},{},", r.step, r.loss, r.accuracy, r.rate, r.gradient_norm, r.weight_norm);
    for (const EvaluationRecord& e : *now->curves.evaluations) {
      if (e.step == r.step) want += fmt::format("{},{}", e.loss, e.accuracy);
    }
    if (want.back() == ',') want += ",";
    EXPECT_EQ(lines[static_cast<size_t>(i) + 2], want);
  }
}

TEST(CurvesCsv, leaves_out_what_was_not_measured) {
  TrainSnapshot now = *empty_scene();
  now.curves.pieces.push_back(std::make_shared<std::vector<StepRecord>>(
      std::vector<StepRecord>{{1, 2.5f, 0.25f, 0.1f, kNotMeasured, kNotMeasured}}));
  now.curves.size = 1;
  EXPECT_EQ(curves_csv(now), "step,loss,accuracy,rate,gradient_norm,weight_norm\n1,2.5,0.25,0.1,,\n");
}

TEST(CurvesPicture, has_the_size_that_was_asked_for_and_curves_in_their_colors) {
  const TrainSnapshotPtr now = train_scene();
  for (const CurvePictureOptions& options :
       {CurvePictureOptions{}, CurvePictureOptions{400, 600, true}, CurvePictureOptions{320, 240, false}}) {
    const Image picture = curves_picture(*now, options);
    EXPECT_EQ(picture.width, options.width);
    EXPECT_EQ(picture.height, options.height);
    const Theme& theme = options.dark ? dark_theme() : light_theme();
    // Thin lines at an angle are blended with the paper: a pixel counts that is about as colored as its curve.
    const auto count = [&](Color wanted) {
      const int w[] = {static_cast<int>(wanted & 255), static_cast<int>(wanted >> 8 & 255),
                       static_cast<int>(wanted >> 16 & 255)};
      int found = 0;
      for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
          const uint8_t* p = picture.at(x, y);
          found += std::abs(p[0] - w[0]) < 40 && std::abs(p[1] - w[1]) < 40 && std::abs(p[2] - w[2]) < 40;
        }
      }
      return found;
    };
    EXPECT_GT(count(theme.background), picture.width * picture.height / 2) << "most of it is paper";
    EXPECT_GT(count(theme.input), 20) << "the training curve";
    EXPECT_GT(count(theme.kernel), 20) << "the test curve";
  }
  EXPECT_EQ(curves_picture(*now).bytes, curves_picture(*now).bytes) << "the same curves, the same picture";
}

// Triangles side by side cover each pixel once, and a half-transparent one is laid over what is there.
TEST(SoftRenderer, covers_each_pixel_once_and_blends) {
  const Registry none;
  SoftTextures textures;
  ImGuiContext* outer = ImGui::GetCurrentContext();
  {
    Ui ui(none, textures);
    Ui::Frame frame;
    frame.size = {64, 48};
    ui.begin_frame(frame);
    const Color half = faded(rgb(0xFF0000), 0.5f);
    ui.fill({8, 8, 16, 16}, rgb(0x00FF00));
    ui.fill({16, 8, 40, 32}, half);
    ui.end_frame();
    const Image image = soft_picture(*ImGui::GetDrawData(), textures, rgb(0x0000FF));
    ASSERT_EQ(image.width, 64);
    ASSERT_EQ(image.height, 48);
    const auto at = [&](int x, int y) {
      const uint8_t* p = image.at(x, y);
      return std::vector<int>{p[0], p[1], p[2]};
    };
    EXPECT_EQ(at(0, 0), (std::vector<int>{0, 0, 255}));
    EXPECT_EQ(at(10, 12), (std::vector<int>{0, 255, 0}));
    for (int y = 9; y < 39; ++y) {
      for (int x = 17; x < 55; ++x) {
        const std::vector<int> pixel = at(x, y);
        const bool green = x < 24 && y < 24;
        EXPECT_NEAR(pixel[0], 128, 2) << x << ", " << y;
        EXPECT_NEAR(pixel[green ? 1 : 2], 127, 2) << x << ", " << y;
      }
    }
    EXPECT_EQ(at(60, 20), (std::vector<int>{0, 0, 255}));
  }
  ImGui::SetCurrentContext(outer);
}

class TrainFilesTest : public testing::Test {
 protected:
  TrainFilesTest() : files(*host.scene) {
    files.declare(host.registry);
    host.update = [this](double) { return files.update(); };
    host.inspector = [this](Ui& ui, const TrainSnapshot& now) { files.draw(ui, now); };
    host.settle();
  }
  TrainViewHost host;
  TrainFiles files;
};

TEST_F(TrainFilesTest, curves_go_into_csv_and_png) {
  host.snapshot = train_scene();
  const std::string csv = test_path("my curves.csv"), png = test_path("curves.png");
  host.run("train.export " + csv);
  host.wait([&] { return !files.busy(); });
  std::ifstream file(csv);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text, curves_csv(*host.snapshot));
  host.run("train.export " + png + " 640x480");
  host.wait([&] { return !files.busy(); });
  const ImagePtr picture = read_image(png);
  EXPECT_EQ(picture->width, 640);
  EXPECT_EQ(picture->height, 480);
  EXPECT_EQ(picture->bytes, curves_picture(*host.snapshot, {640, 480, false}).bytes);
}

TEST_F(TrainFilesTest, says_what_it_cannot_write) {
  EXPECT_EQ(host.failure("train.export a.png"), "there are no curves yet / train a few steps first: train.step batch");
  host.snapshot = train_scene();
  EXPECT_EQ(host.failure("train.export a.txt"),
            "'a.txt' is no name for exported curves / end it in .csv for numbers or in .png for a picture");
  EXPECT_EQ(host.failure("train.export a.png 10x10").substr(0, 31), "a picture of 10 x 10 pixels is ");
  EXPECT_NE(host.failure("train.layers.open /no/such/file"), "");
  EXPECT_NE(host.failure("train.layers.save /no/such/folder/net.txt"), "");
}

TEST_F(TrainFilesTest, the_networks_text_is_written_and_read_again) {
  host.config.model = "resnet20";
  host.config.data = "shapes";
  const std::string path = test_path("net.txt");
  host.run("train.layers.save " + path);
  host.config.model = "tiny";
  host.run("train.layers.open " + path);
  EXPECT_EQ(host.config.model, Architecture::parse(model("resnet20").text({3, 32, 32}, 10)).text());
  std::ofstream(path) << "# a comment\nconv 4 3x3\nrelu # and another\nflatten | dense 10\n";
  host.run("train.layers.open " + path);
  EXPECT_EQ(host.config.model, "conv 4 3x3 | relu | flatten | dense 10");
  std::ofstream(path) << "conv 4 3x3\nrelo\n";
  EXPECT_EQ(host.failure("train.layers.open " + path).substr(0, 39), "line 2, column 1: unknown layer \"relo\" ");
  EXPECT_EQ(host.config.model, "conv 4 3x3 | relu | flatten | dense 10");
  EXPECT_EQ(host.text("train.save.name"), "network-shapes.safetensors");
}

}  // namespace
}  // namespace striate
