// What is drawn against what is computed: under 10,000 pixels of each of several scenes the cell that pick() names is
// the one that OpenGL drew there, and its color is that of its value through the scale.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "app/gl/context.h"
#include "app/gl/framebuffer.h"
#include "app/gl/scene_renderer.h"
#include "app/network/network_worker.h"
#include "app/scene/network_scene.h"
#include "app/scene/scene_values.h"
#include "engine/error.h"
#include "engine/network/find_layer.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

constexpr int kWidth = 900, kHeight = 700, kPixels = 10000;

struct Case {
  const char* name;
  const char* network;
  std::vector<int> opened, kernels;
  bool every;
  float yaw, pitch;
  int before = -1;  // a node that the camera stands before; -1: before all of it
};

std::ostream& operator<<(std::ostream& to, const Case& test) { return to << test.name; }

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"lenet5", "lenet5", {}, {1, 4}, false, 56, 13},
      {"lenet5_from_behind", "lenet5", {}, {}, true, 200, -25},
      {"squeezenet", "squeezenet1_1", {}, {}, false, 56, 13},
      {"squeezenet_closed", "squeezenet1_1", {}, {}, false, 40, 25, 61},
      {"squeezenet_opened", "squeezenet1_1", {3, 6}, {}, false, 20, 10, 3},
      {"mlp", "mlp", {}, {2}, false, 40, 5, 2},
  };
  return list;
}

class ScenePixels : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    try {
      context = std::make_unique<OffscreenContext>();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    const Case& test = GetParam();
    NetworkWorker worker(Device::cpu());
    NetworkRequest request;
    request.state.opened = true;
    request.state.file = test.network;
    request.state.random = std::string(test.network) != "squeezenet1_1";
    request.image = made_picture(300, 300, 3);
    Progress progress;
    moment = worker.make(request, progress);
    ASSERT_FALSE(moment->why.has_value()) << moment->why->what();
    SceneChoice choice;
    choice.every_tensor = test.every;
    choice.opened.insert(test.opened.begin(), test.opened.end());
    choice.kernels.insert(test.kernels.begin(), test.kernels.end());
    scene = arrange(*moment->info, choice);
    std::vector<KernelValues> kernels;
    for (const int node : test.kernels) {
      const KernelSizes sizes = kernel_sizes(*moment->info, node).value();
      KernelValues kernel{node, sizes, {}};
      std::mt19937 random(7);
      std::normal_distribution<float> normal;
      for (int64_t i = 0; i < sizes.count(); ++i) kernel.values.push_back(normal(random));
      kernels.push_back(std::move(kernel));
    }
    values = make_scene_values(moment, scene, ScaleScope::layer, std::move(kernels));
    SceneCamera camera;
    camera.yaw = test.yaw, camera.pitch = test.pitch;
    camera = fit_camera(camera, scene.bounds(), {kWidth, kHeight}, {});
    if (test.before >= 0) {
      const SceneBlock& block = scene.blocks[static_cast<size_t>(scene.block_of[static_cast<size_t>(test.before)])];
      camera.target = block.center;
      const glm::vec3 size = block.size();
      camera.distance = std::max({size.x, size.y, size.z}) * (block.open > 0 ? 0.4f : 1.8f);
    }
    frame.view = CameraView(camera, {kWidth, kHeight});
    frame.atlas = values.atlas;
    frame.faces = faces_of(scene, values.images, {}, frame.view.eye(), rgb(0x2C313B));
    frame.ground = rgb(0x14161A);
  }

  Image drawn(SceneFrame::Show show) {
    frame.show = show;
    ++frame.serial;
    Framebuffer target(kWidth, kHeight);
    SceneRenderer renderer;
    renderer.draw(frame, {0, 0, kWidth, kHeight}, {0, 0, kWidth, kHeight});
    target.bind();
    return read_pixels(kWidth, kHeight);
  }
  static int number(const Image& image, int x, int y) {
    const uint8_t* p = image.at(x, y);
    return p[0] | p[1] << 8 | p[2] << 16;
  }

  std::unique_ptr<OffscreenContext> context;
  NetworkMomentPtr moment;
  NetworkScene scene;
  SceneValues values;
  SceneFrame frame;
};

}  // namespace

TEST_P(ScenePixels, what_is_picked_is_what_is_drawn) {
  const Image faces = drawn(SceneFrame::Show::faces), cells = drawn(SceneFrame::Show::cells);
  std::mt19937 random(11);
  int met = 0, at_border = 0;
  for (int i = 0; i < kPixels; ++i) {
    const int x = static_cast<int>(random() % kWidth), y = static_cast<int>(random() % kHeight);
    const auto found = pick(scene, frame.view, {static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f});
    const int face = number(faces, x, y), cell = number(cells, x, y);
    const bool picture = found && values.images[static_cast<size_t>(found->block)].picture;
    const int wanted_face = found ? found->face + 1 : 0;
    const int wanted_cell = found ? static_cast<int>(found->face_row * 4096 + found->face_column) : 0;
    if (found && !picture) ++met;
    if (face == wanted_face && (cell == wanted_cell || face == 0)) continue;
    // On the very line between two of them the last bit of a float decides.
    bool line = false;
    for (const float dx : {-0.02f, 0.02f}) {
      for (const float dy : {-0.02f, 0.02f}) {
        const auto beside =
            pick(scene, frame.view, {static_cast<float>(x) + 0.5f + dx, static_cast<float>(y) + 0.5f + dy});
        const int beside_face = beside ? beside->face + 1 : 0;
        line = line || (face == beside_face && (face == 0 || cell == beside->face_row * 4096 + beside->face_column));
      }
    }
    EXPECT_TRUE(line) << "pixel " << x << " " << y << ": drawn face " << face << " cell " << cell / 4096 << " "
                      << cell % 4096 << ", picked face " << wanted_face << " cell " << wanted_cell / 4096 << " "
                      << wanted_cell % 4096;
    ++at_border;
  }
  EXPECT_GT(met, kPixels / 50);
  EXPECT_LT(at_border, kPixels / 100);
}

TEST_P(ScenePixels, the_color_of_a_cell_is_that_of_its_value) {
  const Image colors = drawn(SceneFrame::Show::colors);
  std::mt19937 random(12);
  int compared = 0;
  for (int i = 0; i < kPixels; ++i) {
    const int x = static_cast<int>(random() % kWidth), y = static_cast<int>(random() % kHeight);
    const Vec at{static_cast<float>(x) + 0.5f, static_cast<float>(y) + 0.5f};
    const auto found = pick(scene, frame.view, at);
    if (!found || values.images[static_cast<size_t>(found->block)].picture) continue;
    // Well within a cell: all samples of the pixel and of its neighbors lie in it, and no seam does.
    bool inside = true;
    for (const float d : {-1.6f, 1.6f}) {
      for (const Vec by : {Vec{d, 0}, Vec{0, d}, Vec{d, d}, Vec{d, -d}}) {
        const auto beside = pick(scene, frame.view, at + by);
        inside = inside && beside && beside->face == found->face && beside->cell == found->cell;
      }
    }
    if (!inside) continue;
    ++compared;
    const BlockImages& images = values.images[static_cast<size_t>(found->block)];
    const int64_t channel = found->cell.kernel ? 0 : found->cell.channel;
    const int step = scale_step(scene_value(values, found->cell), images.limit(channel), images.is_signed);
    const Color wanted = step_color(step, images.is_signed, true);
    const uint8_t* p = colors.at(x, y);
    EXPECT_EQ(p[0] | p[1] << 8 | p[2] << 16, static_cast<int>(wanted & 0xFFFFFF))
        << "pixel " << x << " " << y << " cell " << found->cell.node << " " << found->cell.channel << " "
        << found->cell.row << " " << found->cell.column;
  }
  if (GetParam().before < 0 && scene.blocks.size() > 20) return;  // from afar no cell covers pixels of its own
  EXPECT_GT(compared, 20);
}

INSTANTIATE_TEST_SUITE_P(Scenes, ScenePixels, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace striate
