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
  const float width = std::max(40.0f, size.x - margin.left - margin.right),
              height = std::max(40.0f, size.y - margin.top - margin.bottom);
  const glm::vec3 back = back_of(camera), forward = -back;
  const glm::vec3 right = glm::normalize(glm::cross(forward, glm::vec3(0, 1, 0))), up = glm::cross(right, forward);
  // For every corner the eye must stand behind two planes at each side of the picture: with the eye at (a, b) across
  // the line of sight and `d` back, |x - a| <= (d - depth) * slope. The least d and the place between both sides
  // follow.
  const float slope_x = tangent() * width / std::max(1.0f, size.y),
              slope_y = tangent() * height / std::max(1.0f, size.y);
  const glm::vec3 middle = bounds.center();
  float left = -1e30f, rightmost = -1e30f, top = -1e30f, bottom = -1e30f;
  for (int corner = 0; corner < 8; ++corner) {
    const glm::vec3 at = glm::vec3(corner & 1 ? bounds.high.x : bounds.low.x, corner & 2 ? bounds.high.y : bounds.low.y,
                                   corner & 4 ? bounds.high.z : bounds.low.z) -
                         middle;
    const float toward = glm::dot(at, back);  // how much nearer to the eye it is
    left = std::max(left, -glm::dot(at, right) / slope_x + toward);
    rightmost = std::max(rightmost, glm::dot(at, right) / slope_x + toward);
    bottom = std::max(bottom, -glm::dot(at, up) / slope_y + toward);
    top = std::max(top, glm::dot(at, up) / slope_y + toward);
  }
  camera.distance = std::clamp(std::max((left + rightmost) / 2, (top + bottom) / 2), kLeastDistance, kMostDistance);
  camera.target = middle + right * ((rightmost - left) / 2 * slope_x) + up * ((top - bottom) / 2 * slope_y);
  // The middle of what the margins leave.
  const float unit = 2 * tangent() * camera.distance / std::max(1.0f, size.y);  // of a pixel there
  camera.target += right * ((margin.right - margin.left) / 2 * unit) + up * ((margin.top - margin.bottom) / 2 * unit);
  return camera;
}

SceneCamera clamped(SceneCamera camera) {
  const auto number = [](float value, float otherwise) { return std::isfinite(value) ? value : otherwise; };
  camera.yaw = std::remainder(number(camera.yaw, 52), 360.0f);
  camera.pitch = std::clamp(number(camera.pitch, 14), kLeastPitch, kMostPitch);
  camera.distance = std::clamp(number(camera.distance, 10), kLeastDistance, kMostDistance);
  return camera;
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
