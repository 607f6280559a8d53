// The scene without a window: the camera, where blocks stand, and the texels of their values.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "app/network/network_worker.h"
#include "app/scene/camera.h"
#include "app/scene/network_scene.h"
#include "app/scene/scene_values.h"
#include "engine/error.h"
#include "engine/network/models.h"
#include "tests/app/page_driver.h"
#include "tests/app/saved_network.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

OpenNetworkInfoPtr info_of(const std::string& text) {
  return std::make_shared<const OpenNetworkInfo>(describe_layers(Architecture::parse(text)));
}

NetworkMomentPtr moment_of(const std::string& file) {
  NetworkWorker worker(Device::cpu());
  NetworkRequest request;
  request.state.opened = true;
  request.state.file = file;
  request.image = made_picture(64, 48, 3);
  Progress progress;
  return worker.make(request, progress);
}

void expect_apart(const NetworkScene& scene, const std::string& name) {
  for (size_t a = 0; a < scene.blocks.size(); ++a) {
    const WorldBounds one = scene.blocks[a].bounds();
    for (size_t b = a + 1; b < scene.blocks.size(); ++b) {
      const WorldBounds other = scene.blocks[b].bounds();
      bool apart = false;
      for (int axis = 0; axis < 2; ++axis) {
        apart = apart || one.high[axis] <= other.low[axis] + 1e-4f || other.high[axis] <= one.low[axis] + 1e-4f;
      }
      ASSERT_TRUE(apart) << name << ": blocks " << a << " and " << b;
    }
  }
}

}  // namespace

TEST(SceneCamera, rays_go_through_what_is_projected) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> any(-1, 1);
  for (int i = 0; i < 500; ++i) {
    SceneCamera camera;
    camera.yaw = 180 * any(random), camera.pitch = 80 * any(random), camera.distance = 5 + 4 * any(random);
    camera.target = {any(random), any(random), any(random)};
    const CameraView view(camera, {800 + 300 * any(random), 600 + 200 * any(random)});
    const glm::vec3 point = camera.target + glm::vec3(any(random), any(random), any(random)) * 0.5f;
    const auto seen = view.project(point);
    ASSERT_TRUE(seen);
    const glm::vec3 again = view.eye() + view.ray(seen->at) * seen->depth;
    EXPECT_LT(glm::distance(again, point), 1e-4f);
    // As OpenGL projects it.
    const glm::vec4 clip = view.matrix() * glm::vec4(point, 1);
    EXPECT_NEAR((clip.x / clip.w * 0.5f + 0.5f) * view.size().x, seen->at.x, 0.02f);
    EXPECT_NEAR((0.5f - clip.y / clip.w * 0.5f) * view.size().y, seen->at.y, 0.02f);
  }
}

TEST(SceneCamera, fitting_shows_all_and_touches_the_margin) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> any(0, 1);
  for (int i = 0; i < 300; ++i) {
    WorldBounds bounds;
    bounds.add({-any(random) * 9, -any(random) * 3, -any(random)});
    bounds.add({any(random) * 9, any(random) * 3, any(random)});
    SceneCamera camera;
    camera.yaw = 360 * any(random), camera.pitch = 140 * any(random) - 70;
    const Vec size{400 + 1500 * any(random), 300 + 900 * any(random)};
    const ViewMargin margin{.left = 20, .top = 30, .right = 10, .bottom = 40};
    const SceneCamera fit = fit_camera(camera, bounds, size, margin);
    const CameraView view(fit, size);
    float least_x = 1e9f, most_x = -1e9f, least_y = 1e9f, most_y = -1e9f;
    for (int corner = 0; corner < 8; ++corner) {
      const auto at =
          view.project({corner & 1 ? bounds.high.x : bounds.low.x, corner & 2 ? bounds.high.y : bounds.low.y,
                        corner & 4 ? bounds.high.z : bounds.low.z});
      ASSERT_TRUE(at);
      least_x = std::min(least_x, at->at.x), most_x = std::max(most_x, at->at.x);
      least_y = std::min(least_y, at->at.y), most_y = std::max(most_y, at->at.y);
    }
    EXPECT_GE(least_x, 20 - 0.1f);
    EXPECT_LE(most_x, size.x - 10 + 0.1f);
    EXPECT_GE(least_y, 30 - 0.1f);
    EXPECT_LE(most_y, size.y - 40 + 0.1f);
    const float used = std::max((most_x - least_x) / (size.x - 30), (most_y - least_y) / (size.y - 70));
    EXPECT_NEAR(used, 1, 1e-3f);
  }
}

TEST(SceneCamera, moves_end_where_they_should_and_go_the_shorter_way) {
  SceneCamera from, to;
  from.yaw = 170, to.yaw = -170, from.distance = 1, to.distance = 100;
  EXPECT_EQ(mix_cameras(from, to, 0), from);
  EXPECT_EQ(mix_cameras(from, to, 1), to);
  EXPECT_NEAR(mix_cameras(from, to, 0.5f).yaw, 180, 1e-3);
  EXPECT_NEAR(mix_cameras(from, to, 0.5f).distance, 10, 1e-3);
}

TEST(NetworkScene, blocks_of_every_model_stand_apart) {
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) {
      const auto info = info_of(build_model(model.name).text());
      for (const bool every : {false, true}) {
        for (const BlockSize size : {BlockSize::shape, BlockSize::parameters}) {
          SceneChoice choice;
          choice.every_tensor = every;
          choice.size = size;
          choice.opened = {1, 3};
          choice.kernels = {1};
          for (const OpenLayer& layer : info->layers) choice.costs.push_back(static_cast<double>(layer.parameters));
          const NetworkScene scene = arrange(*info, choice);
          expect_apart(scene, model.name);
          EXPECT_EQ(scene.block_of.size(), info->layers.size());
        }
      }
    }
  }
}

TEST(NetworkScene, sizes_from_one_neuron_to_two_thousand_layers) {
  std::string deep = "input 3x8x8";
  for (int i = 0; i < 1000; ++i) deep += " | conv 4 3x3 pad 1 | relu";
  for (const std::string& text : {std::string("input 1 | dense 1"), std::string("input 1x1x1 | conv 1 1x1"),
                                  std::string("input 3x1x500 | conv 2 1x3"), deep}) {
    const auto info = info_of(text);
    SceneChoice choice;
    choice.every_tensor = true;
    const NetworkScene scene = arrange(*info, choice);
    EXPECT_EQ(scene.blocks.size(), info->layers.size());
    for (const SceneBlock& block : scene.blocks) {
      const glm::vec3 size = block.size();
      EXPECT_TRUE(size.x > 0 && size.y > 0 && size.z > 0 && std::isfinite(size.x + size.y + size.z));
    }
    if (scene.blocks.size() < 100) expect_apart(scene, text.substr(0, 40));
  }
}

TEST(NetworkScene, a_layer_and_what_takes_its_values_further_are_one_block_unless_asked) {
  const auto info = info_of("input 3x8x8 | conv 4 3x3 | batchnorm | relu | maxpool 2 | flatten | dense 2");
  const NetworkScene merged = arrange(*info, {});
  EXPECT_EQ(merged.blocks.size(), 5u);  // input, conv with its two, pooling, flatten, dense
  EXPECT_EQ(merged.block_of[1], merged.block_of[3]);
  EXPECT_EQ(merged.blocks[1].hidden, 2);
  SceneChoice choice;
  choice.opened = {1};
  const NetworkScene opened = arrange(*info, choice);
  EXPECT_EQ(opened.blocks.size(), 6u);
  EXPECT_EQ(opened.blocks[static_cast<size_t>(opened.block_of[1])].node, 1);
}

TEST(SceneValues, every_value_of_a_cell_is_the_network_s_bit_for_bit) {
  TestFolder folder;
  const auto moment = moment_of(save_network(
      folder / "net.safetensors",
      "input 3x16x16 | a: conv 4 3x3 pad 1 | relu | conv 4 3x3 pad 1 | add a | maxpool 2 | flatten | dense 5", {}));
  SceneChoice choice;
  choice.every_tensor = true;
  const NetworkScene scene = arrange(*moment->info, choice);
  const SceneValues values = make_scene_values(moment, scene, ScaleScope::layer, {});
  for (size_t n = 0; n < moment->info->layers.size(); ++n) {
    const Shape cells = cells_of(moment->info->layers[n].shape);
    for (int64_t c = 0; c < cells[0]; ++c) {
      for (int64_t i = 0; i < cells[1] * cells[2]; ++i) {
        const int64_t row = i / cells[2], column = i % cells[2];
        const float wanted = value_at(*moment->info, moment->answer, static_cast<int>(n), c, row, column);
        EXPECT_EQ(scene_value(values, {static_cast<int>(n), false, c, row, column}), wanted);
      }
    }
  }
  EXPECT_TRUE(std::isnan(scene_value(values, {1, false, 4, 0, 0})));
}

TEST(SceneAtlas, merged_cells_keep_the_mean_and_the_strongest) {
  std::mt19937 random(5);
  for (const bool is_signed : {false, true}) {
    const int width = 13, height = 9;
    std::vector<int> steps(static_cast<size_t>(width) * height);
    for (int& step : steps) step = static_cast<int>(random() % kScaleSteps);
    SceneAtlas atlas;
    const SceneImage image = atlas.add(width, height, is_signed, [&](int row, int column) {
      return steps[static_cast<size_t>(row * width + column)];
    });
    const int zero = is_signed ? 127 : 0;
    for (int level = 0; level < image.levels; ++level) {
      const int side = 1 << level;
      for (int row = 0; row < height; row += side) {
        for (int column = 0; column < width; column += side) {
          double sum = 0;
          int count = 0, strongest = zero;
          for (int r = row; r < std::min(height, row + side); ++r) {
            for (int c = column; c < std::min(width, column + side); ++c) {
              const int step = steps[static_cast<size_t>(r * width + c)];
              sum += step, ++count;
              if (std::abs(step - zero) > std::abs(strongest - zero)) strongest = step;
            }
          }
          const uint16_t texel = atlas.texel(image, level, row, column);
          EXPECT_NEAR(texel & 255, sum / count, 0.51);
          EXPECT_EQ(std::abs((texel >> 8) - zero), std::abs(strongest - zero));
        }
      }
    }
  }
}

TEST(SceneAtlas, what_is_no_number_stays_seen_and_empty_places_count_for_nothing) {
  SceneAtlas atlas;
  const SceneImage image = atlas.add(4, 2, false, [](int row, int column) {
    return row == 1 && column > 0 ? -1 : column == 3 ? 255 : 100;
  });
  EXPECT_EQ(atlas.texel(image, 0, 1, 1), kNoCell);
  EXPECT_EQ(atlas.texel(image, 1, 0, 0), 100 | 100 << 8);
  EXPECT_EQ(atlas.texel(image, 1, 0, 3), 0xFFFF);  // one of them is no number
}

TEST(SceneScale, steps_are_symmetric_about_zero_and_say_what_is_no_number) {
  EXPECT_EQ(scale_step(0, 2, true), 127);
  EXPECT_EQ(scale_step(2, 2, true), 254);
  EXPECT_EQ(scale_step(-2, 2, true), 0);
  EXPECT_EQ(scale_step(5, 2, false), 254);
  EXPECT_EQ(scale_step(-1, 2, false), 0);
  EXPECT_EQ(scale_step(std::nanf(""), 2, false), kNotANumber);
  for (int step = 0; step <= 127; ++step) EXPECT_EQ(scale_step(static_cast<float>(step - 127) / 127, 1, true), step);
}

}  // namespace striate
