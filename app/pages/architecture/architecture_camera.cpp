// The camera of the page `architecture`: named views, short moves between them, hands.
#include <algorithm>
#include <cmath>

#include "app/network/same_network.h"
#include "app/pages/architecture/architecture.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr double kMove = 0.5;  // seconds
constexpr float kYaw = 56, kPitch = 13;

}  // namespace

SceneCamera ArchitecturePage::usual_camera() const {
  SceneCamera camera;
  camera.yaw = kYaw, camera.pitch = kPitch;
  if (!shown_) return camera;
  // Names of classes stand beside the last vector, those of layers below their blocks.
  const bool named = !shown_->scene.blocks.empty() && shown_->info->class_count > 0 &&
                     shown_->scene.blocks.back().channels == shown_->info->class_count;
  return fit_camera(camera, shown_->scene.bounds(), stage_size(),
                    {.left = 28, .top = 28, .right = named ? 96.0f : 28.0f, .bottom = 64});
}

SceneCamera ArchitecturePage::camera_to(const glm::vec3& target, float extent) const {
  SceneCamera camera = camera_to_;
  camera.target = target;
  camera.distance = std::max(extent, 0.2f) * 2.6f;
  return clamped(camera);
}

void ArchitecturePage::move_to(const SceneCamera& camera) {
  camera_from_ = camera_;
  camera_to_ = clamped(camera);
  camera_begun_ = motion_ ? now_ : -1e9;
  if (!motion_) camera_ = camera_to_;
}

bool ArchitecturePage::update_camera(double now) {
  if (camera_ == camera_to_) return false;
  camera_ = mix_cameras(camera_from_, camera_to_, eased((now - camera_begun_) / kMove));
  return true;
}

void ArchitecturePage::fly_to(int block) {
  if (!shown_ || block < 0 || static_cast<size_t>(block) >= shown_->scene.blocks.size()) return;
  const SceneBlock& to = shown_->scene.blocks[static_cast<size_t>(block)];
  const glm::vec3 size = to.size();
  leave_fit();
  move_to(camera_to(to.center, std::max(size.y, size.z)));
}

bool ArchitecturePage::scene_is_there() const {
  const NetworkMomentPtr moment = known();
  return shown_ && moment && !network().opening() && shown_->network == network_key(moment->of);
}

void ArchitecturePage::set_view(const std::string& view) {
  leave_fit();
  camera_fits_ = view == "fit";
  SceneCamera camera = usual_camera();
  const WorldBounds bounds = shown_ ? shown_->scene.bounds() : WorldBounds{};
  if (view == "front") camera.yaw = 0, camera.pitch = 4;
  if (view == "side") camera.yaw = 90, camera.pitch = 4;
  if (view == "front" || view == "side") camera = fit_camera(camera, bounds, stage_size(), {});
  if (view == "along" && shown_ && !shown_->scene.blocks.empty()) {
    const SceneBlock& first = shown_->scene.blocks.front();
    const float side = std::max(first.size().y, first.size().z);
    camera.yaw = 38, camera.pitch = 10;
    camera.target = first.center + glm::vec3(side * 0.8f, 0, 0);
    camera.distance = side * 3;
  }
  move_to(camera);
}

void ArchitecturePage::declare_camera(Registry& registry) {
  registry.add(Command{"architecture.view",
                       N_("Moves the camera to a view"),
                       {Parameter::choice("VIEW", "front: along the flow; side; along: near the input; fit: all of it",
                                          {"front", "side", "along", "fit"})},
                       [this](const Arguments& arguments) {
                         // Of a network that is on its way: when it is there.
                         if (scene_is_there()) {
                           set_view(arguments.text(0));
                         } else {
                           view_to_ = arguments.text(0);
                         }
                       }});
  registry.add(Command{"architecture.camera",
                       N_("Puts the camera somewhere around what it looks at"),
                       {Parameter::number("YAW", "degrees: 0 along the flow, 90 from the side", -360, 360),
                        Parameter::number("PITCH", "degrees above", kLeastPitch, kMostPitch),
                        Parameter::number("DISTANCE", "the input's height is 1", kLeastDistance, kMostDistance)},
                       [this](const Arguments& arguments) {
                         SceneCamera camera = camera_to_;
                         camera.yaw = static_cast<float>(arguments.number(0));
                         camera.pitch = static_cast<float>(arguments.number(1));
                         camera.distance = static_cast<float>(arguments.number(2));
                         leave_fit();
                         move_to(camera);
                       }});
  registry.add(Command{"architecture.target",
                       N_("What the camera looks at, and turns around"),
                       {Parameter::number("X", "along the flow; the input's height is 1", -1e4, 1e4),
                        Parameter::number("Y", "upwards", -1e4, 1e4), Parameter::number("Z", "across", -1e4, 1e4)},
                       [this](const Arguments& arguments) {
                         SceneCamera camera = camera_to_;
                         camera.target = {static_cast<float>(arguments.number(0)),
                                          static_cast<float>(arguments.number(1)),
                                          static_cast<float>(arguments.number(2))};
                         leave_fit();
                         move_to(camera);
                       }});
  // Hands: at once.
  const auto by_hand = [this](const SceneCamera& camera) {
    camera_ = camera_to_ = clamped(camera);
    leave_fit();
    moved_at_ = now_;
  };
  registry.add(Command{"architecture.turn",
                       N_("Turns the camera around what it looks at"),
                       {Parameter::number("YAW", "degrees to the right", -360, 360),
                        Parameter::number("PITCH", "degrees upwards", -180, 180)},
                       [this, by_hand](const Arguments& arguments) {
                         SceneCamera camera = camera_;
                         camera.yaw += static_cast<float>(arguments.number(0));
                         camera.pitch += static_cast<float>(arguments.number(1));
                         by_hand(camera);
                       }});
  registry.add(Command{
      "architecture.pan",
      N_("Moves the scene on the screen"),
      {Parameter::number("X", "pixels to the right", -1e4, 1e4), Parameter::number("Y", "pixels down", -1e4, 1e4)},
      [this, by_hand](const Arguments& arguments) {
        const CameraView view = view_now();
        const Vec middle = stage_size() * 0.5f;
        const Vec by{static_cast<float>(arguments.number(0)), static_cast<float>(arguments.number(1))};
        SceneCamera camera = camera_;
        camera.target += (view.ray(middle - by) - view.ray(middle)) * camera.distance;
        by_hand(camera);
      }});
  registry.add(Command{"architecture.zoom",
                       N_("Brings the scene nearer, about a point of the stage"),
                       {Parameter::number("FACTOR", "1.2: larger by a fifth", 0.01, 100),
                        Parameter::number("X", "of the stage, in pixels; its middle unless said", -1e4, 1e5).or_none(),
                        Parameter::number("Y", "", -1e4, 1e5).or_none()},
                       [this, by_hand](const Arguments& arguments) {
                         SceneCamera camera = camera_;
                         const CameraView view = view_now();
                         const Vec middle = stage_size() * 0.5f;
                         const Vec at = arguments.has(2) ? Vec{static_cast<float>(arguments.number(1)),
                                                               static_cast<float>(arguments.number(2))}
                                                         : middle;
                         // What lies under the point, at the target's depth, stays there.
                         const glm::vec3 toward = view.ray(at) - view.ray(middle);
                         const float before = camera.distance;
                         camera.distance /= static_cast<float>(arguments.number(0));
                         camera = clamped(camera);
                         camera.target += toward * (before - camera.distance);
                         by_hand(camera);
                       }});
  registry.add(Command{"architecture.show",
                       N_("Flies to a layer; on the plan, frames it"),
                       {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one")},
                       [this](const Arguments& arguments) {
                         check_layer(arguments.text(0));
                         plan_layer_ = arguments.text(0);
                         if (state_.plan) return;
                         // Of a network that is on its way: when it is there.
                         if (!scene_is_there()) {
                           fly_to_ = arguments.text(0);
                           return;
                         }
                         const int node = network().need_node(arguments.text(0));
                         if (static_cast<size_t>(node) < shown_->scene.block_of.size()) {
                           fly_to(shown_->scene.block_of[static_cast<size_t>(node)]);
                         }
                       }});
  const auto angle = [&](const char* name, const char* help, auto value) {
    registry.add(Readout{name, help, [this, value] { return ReadoutValue(static_cast<double>(value(camera_to_))); }});
  };
  angle("architecture.camera.yaw", "degrees: 0 along the flow, 90 from the side",
        [](const SceneCamera& c) { return c.yaw; });
  angle("architecture.camera.pitch", "degrees above", [](const SceneCamera& c) { return c.pitch; });
  angle("architecture.camera.distance", "from what it looks at; the input's height is 1",
        [](const SceneCamera& c) { return c.distance; });
}

}  // namespace striate
