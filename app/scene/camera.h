// The camera of the scene in three dimensions: it turns around a point (orbit) and keeps the horizon. Pure.
//
// The world: x along the network's flow, y up, z along the columns of a map as they are read from the input's side.
// Angles in degrees: yaw 0 looks along the flow onto the maps' faces, 90 from the side, where the flow goes from left
// to right; pitch is how far above it stands. Perspective of 35 degrees in height.
#pragma once

#include <glm/glm.hpp>
#include <optional>

#include "app/widgets/geometry.h"

namespace striate {

struct SceneCamera {
  float yaw = 52, pitch = 14, distance = 10;
  glm::vec3 target{0, 0, 0};
  friend bool operator==(const SceneCamera& a, const SceneCamera& b) {
    return a.yaw == b.yaw && a.pitch == b.pitch && a.distance == b.distance && a.target == b.target;
  }
};

constexpr float kCameraAngle = 35;                             // degrees, of the view's height
constexpr float kLeastPitch = -80, kMostPitch = 80;            // the horizon stays where it is
constexpr float kLeastDistance = 0.05f, kMostDistance = 5000;  // units of the world

struct WorldBounds {
  glm::vec3 low{0, 0, 0}, high{0, 0, 0};
  bool empty = true;
  void add(const glm::vec3& point);
  void add(const WorldBounds& other);
  glm::vec3 center() const { return (low + high) * 0.5f; }
};

// A camera in front of a picture of this size, in logical pixels.
class CameraView {
 public:
  CameraView() = default;
  CameraView(const SceneCamera& camera, Vec size);

  const glm::mat4& matrix() const { return matrix_; }  // from the world to clip space
  const glm::vec3& eye() const { return eye_; }
  const Vec& size() const { return size_; }
  struct Projected {
    Vec at;           // from the picture's upper left corner
    float depth = 0;  // along the line of sight, in units of the world
  };
  // Nothing: behind the eye.
  std::optional<Projected> project(const glm::vec3& point) const;
  // Where the ray through a point of the picture goes; its length is that of one unit of depth.
  glm::vec3 ray(Vec at) const;
  float pixels_per_unit(float depth) const;

 private:
  glm::mat4 matrix_{1};
  glm::vec3 eye_{0}, forward_{0, 0, -1}, right_{1, 0, 0}, up_{0, 1, 0};
  Vec size_{1, 1};
};

// The same angles, at the distance and with the target that show all of the bounds within the picture, but for a margin
// in pixels at each side (left, top, right, bottom).
struct ViewMargin {
  float left = 24, top = 24, right = 24, bottom = 24;
};
SceneCamera fit_camera(SceneCamera camera, const WorldBounds& bounds, Vec size, const ViewMargin& margin);
// Within what a camera may be.
SceneCamera clamped(SceneCamera camera);
// How far a move has come when a share of its time has passed: fast at first, then slower. Both 0 to 1.
float eased(double share);
// On the way from one to another, t from 0 to 1; the shorter way round, distances by ratio.
SceneCamera mix_cameras(const SceneCamera& from, const SceneCamera& to, float t);

}  // namespace striate
