#include "app/scene/camera.h"

#include <algorithm>
#include <cmath>
#include <glm/gtc/matrix_transform.hpp>

namespace striate {
namespace {

glm::vec3 back_of(const SceneCamera& camera) {
  const float yaw = glm::radians(camera.yaw), pitch = glm::radians(camera.pitch);
  return {-std::cos(yaw) * std::cos(pitch), std::sin(pitch), std::sin(yaw) * std::cos(pitch)};
}

float tangent() { return std::tan(glm::radians(kCameraAngle) / 2); }

}  // namespace

void WorldBounds::add(const glm::vec3& point) {
  low = empty ? point : glm::min(low, point);
  high = empty ? point : glm::max(high, point);
  empty = false;
}

void WorldBounds::add(const WorldBounds& other) {
  if (other.empty) return;
  add(other.low);
  add(other.high);
}

CameraView::CameraView(const SceneCamera& camera, Vec size) : size_{std::max(1.0f, size.x), std::max(1.0f, size.y)} {
  const glm::vec3 back = back_of(camera);
  eye_ = camera.target + back * camera.distance;
  forward_ = -back;
  right_ = glm::normalize(glm::cross(forward_, glm::vec3(0, 1, 0)));
  up_ = glm::cross(right_, forward_);
  const float near = std::max(camera.distance * 0.01f, 0.002f), far = camera.distance * 4 + 400;
  matrix_ = glm::perspective(glm::radians(kCameraAngle), size_.x / size_.y, near, far) *
            glm::lookAt(eye_, camera.target, glm::vec3(0, 1, 0));
}

std::optional<CameraView::Projected> CameraView::project(const glm::vec3& point) const {
  const glm::vec3 from = point - eye_;
  const float depth = glm::dot(from, forward_);
  if (!(depth > 1e-4f)) return std::nullopt;
  const float scale = pixels_per_unit(depth);
  return Projected{{size_.x / 2 + glm::dot(from, right_) * scale, size_.y / 2 - glm::dot(from, up_) * scale}, depth};
}

glm::vec3 CameraView::ray(Vec at) const {
  const float scale = pixels_per_unit(1);
  return forward_ + right_ * ((at.x - size_.x / 2) / scale) - up_ * ((at.y - size_.y / 2) / scale);
}

float CameraView::pixels_per_unit(float depth) const { return size_.y / 2 / (tangent() * depth); }

SceneCamera fit_camera(SceneCamera camera, const WorldBounds& bounds, Vec size, const ViewMargin& margin) {
  if (bounds.empty) return camera;
  const glm::vec3 back = back_of(camera), forward = -back;
  const glm::vec3 right = glm::normalize(glm::cross(forward, glm::vec3(0, 1, 0))), up = glm::cross(right, forward);
  // How far to each side the picture may reach, per unit of depth.
  const float slope = tangent() / (std::max(1.0f, size.y) / 2);
  const auto reach = [&](float half, float edge) { return slope * std::max(half - edge, 20.0f); };
  const float to_left = reach(size.x / 2, margin.left), to_right = reach(size.x / 2, margin.right),
              to_top = reach(size.y / 2, margin.top), to_bottom = reach(size.y / 2, margin.bottom);
  // With the eye at `a` across the line of sight and `d` back, a corner at x, nearer to the eye by `toward`, is seen
  // where
  // -(d - toward) * to_left <= x - a <= (d - toward) * to_right: a lies between (R - d) * to_right and (d - L) *
  // to_left.
  const glm::vec3 middle = bounds.center();
  float l = -1e30f, r = -1e30f, t = -1e30f, b = -1e30f;
  for (int corner = 0; corner < 8; ++corner) {
    const glm::vec3 at = glm::vec3(corner & 1 ? bounds.high.x : bounds.low.x, corner & 2 ? bounds.high.y : bounds.low.y,
                                   corner & 4 ? bounds.high.z : bounds.low.z) -
                         middle;
    const float toward = glm::dot(at, back), x = glm::dot(at, right), y = glm::dot(at, up);
    l = std::max(l, -x / to_left + toward), r = std::max(r, x / to_right + toward);
    b = std::max(b, -y / to_bottom + toward), t = std::max(t, y / to_top + toward);
  }
  const auto least = [](float low, float high, float to_low, float to_high) {
    return (low * to_low + high * to_high) / (to_low + to_high);
  };
  const float d = std::max(least(l, r, to_left, to_right), least(b, t, to_bottom, to_top));
  camera.distance = std::clamp(d, kLeastDistance, kMostDistance);
  camera.target = middle + right * (((r - d) * to_right + (d - l) * to_left) / 2) +
                  up * (((t - d) * to_top + (d - b) * to_bottom) / 2);
  return camera;
}

SceneCamera clamped(SceneCamera camera) {
  const auto number = [](float value, float otherwise) { return std::isfinite(value) ? value : otherwise; };
  camera.yaw = std::remainder(number(camera.yaw, 52), 360.0f);
  camera.pitch = std::clamp(number(camera.pitch, 14), kLeastPitch, kMostPitch);
  camera.distance = std::clamp(number(camera.distance, 10), kLeastDistance, kMostDistance);
  return camera;
}

float eased(double share) {
  const auto left = static_cast<float>(1 - std::clamp(share, 0.0, 1.0));
  return 1 - left * left * left;
}

SceneCamera mix_cameras(const SceneCamera& from, const SceneCamera& to, float t) {
  if (t <= 0) return from;
  if (t >= 1) return to;
  SceneCamera mixed;
  mixed.yaw = from.yaw + std::remainder(to.yaw - from.yaw, 360.0f) * t;
  mixed.pitch = from.pitch + (to.pitch - from.pitch) * t;
  mixed.distance = from.distance * std::pow(to.distance / from.distance, t);
  mixed.target = from.target + (to.target - from.target) * t;
  return mixed;
}

}  // namespace striate
