#include "app/pages/lenet/lenet_work.h"

#include <algorithm>
#include <chrono>

#include "engine/marked.h"

namespace striate {

const std::array<LenetModel, kLenetModels>& lenet_models() {
  static const std::array<LenetModel, kLenetModels> models = {{
      {"1989", "lenet1989", "lenet1989", N_("LeNet of 1989"), "1989", 16},
      {"1998", "lenet5-1998", "lenet5-1998", N_("LeNet-5 of 1998"), "1998", 32},
      {"modern", "lenet5-digits", "lenet5", N_("LeNet-5 of today"), N_("today"), 28},
  }};
  return models;
}

namespace {

bool is_blank(const std::vector<float>& pixels) {
  return std::all_of(pixels.begin(), pixels.end(), [](float v) { return v == 0; });
}

}  // namespace

DigitReader& LenetWorker::reader(int model) {
  if (!stream_) stream_.emplace(Device::cpu());
  std::unique_ptr<DigitReader>& reader = readers_[static_cast<size_t>(model)];
  if (!reader) reader = std::make_unique<DigitReader>(*stream_, lenet_models()[static_cast<size_t>(model)].file);
  return *reader;
}

LenetAnswers LenetWorker::answers(const Drawing& drawing, const Placement& placement, Progress& progress) {
  const std::lock_guard lock(mutex_);
  LenetAnswers answers;
  answers.pixels = place_drawing(drawing, placement);
  answers.blank = is_blank(answers.pixels);
  for (int model = 0; model < kLenetModels && !progress.canceled; ++model) {
    answers.of[static_cast<size_t>(model)] = reader(model).read(answers.pixels);
  }
  return answers;
}

LenetRow LenetWorker::row(int model, const RowPicture& picture, Progress& progress) {
  const std::lock_guard lock(mutex_);
  LenetRow row;
  row.picture = picture;
  DigitReader& reads = reader(model);
  const auto timed = [](const auto& run) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  };
  reads.read_row(picture.pixels, picture.width);  // memory for this width
  row.milliseconds = timed([&] { row.read = reads.read_row(picture.pixels, picture.width); });
  if (progress.canceled) return row;
  row.milliseconds_of_windows = timed([&] { reads.read_windows(picture.pixels, picture.width); });
  return row;
}

LenetRing LenetWorker::ring(int model, const Drawing& drawing, Placement placement, Progress& progress) {
  const std::lock_guard lock(mutex_);
  LenetRing ring;
  DigitReader& reads = reader(model);
  const auto read_at = [&](float degrees, float scale) {
    placement.degrees = degrees, placement.scale = scale;
    return reads.read(place_drawing(drawing, placement)).digit;
  };
  placement.degrees = 0, placement.scale = 1;
  const std::vector<float> placed = place_drawing(drawing, placement);
  ring.blank = is_blank(placed);
  if (ring.blank) return ring;
  ring.upright = reads.read(placed).digit;
  for (int angle = 0; angle < LenetRing::kAngles; ++angle) {
    for (int step = 0; step < LenetRing::kScales; ++step) {
      if (progress.canceled) return ring;
      ring.digits[static_cast<size_t>(angle)][static_cast<size_t>(step)] =
          read_at(LenetRing::degrees(angle), LenetRing::scale(step));
    }
    progress.share = static_cast<float>(angle + 1) / LenetRing::kAngles;
  }
  while (ring.turned < 180 && read_at(static_cast<float>(ring.turned + 1), 1) == ring.upright &&
         read_at(-static_cast<float>(ring.turned + 1), 1) == ring.upright && !progress.canceled) {
    ++ring.turned;
  }
  while (ring.most < LenetRing::kLargest - 0.02f && read_at(0, ring.most + 0.05f) == ring.upright && !progress.canceled)
    ring.most += 0.05f;
  while (ring.least > LenetRing::kSmallest + 0.02f && read_at(0, ring.least - 0.05f) == ring.upright &&
         !progress.canceled)
    ring.least -= 0.05f;
  return ring;
}

}  // namespace striate
