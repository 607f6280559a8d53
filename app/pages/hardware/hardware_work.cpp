#include "app/pages/hardware/hardware_work.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "app/words/words.h"
#include "kernels/memory.h"
#include "kernels/resize.h"
#include "kernels/stream.h"

namespace striate {
namespace {

// What a value of the result stands on in the n x n picture: of a reduction, all the pixels that were added up.
size_t place_in_result(const HardwareRequest& of, size_t pixel, int channel) {
  const auto pixels = static_cast<size_t>(of.settings.n) * static_cast<size_t>(of.settings.n);
  if (of.task == TeachTask::reduce) return pixel / static_cast<size_t>(of.settings.width * of.settings.height);
  return pixel + static_cast<size_t>(channel) * pixels;
}

void show_result(HardwareMoment& moment) {
  const std::vector<float>& result = moment.seen.result;
  const std::vector<float>& right = moment.right.empty() ? result : moment.right;
  const auto pixels = static_cast<size_t>(moment.of.settings.n) * static_cast<size_t>(moment.of.settings.n);
  const auto at = [&](size_t pixel) { return place_in_result(moment.of, pixel, moment.channel); };
  moment.low = moment.high = right.empty() ? 0 : static_cast<double>(right[at(0)]);
  for (size_t i = 0; i < pixels; ++i) {
    const auto value = static_cast<double>(right[at(i)]);
    moment.low = std::min(moment.low, value), moment.high = std::max(moment.high, value);
  }
  const double scale = moment.high > moment.low ? 255 / (moment.high - moment.low) : 0;
  moment.shown.resize(pixels);
  for (size_t i = 0; i < pixels; ++i) {
    const auto value = static_cast<double>(result[at(i)]);
    moment.shown[i] = std::isfinite(value)
                          ? static_cast<uint8_t>(std::clamp((value - moment.low) * scale, 0.0, 255.0) + 0.5)
                          : uint8_t{0};
  }
  if (moment.right.empty()) return;
  for (size_t i = 0; i < result.size(); ++i) moment.wrong_values += !(result[i] == right[i]);
  if (moment.wrong_values == 0) return;
  moment.wrong.resize(pixels);
  for (size_t i = 0; i < pixels; ++i) moment.wrong[i] = !(result[at(i)] == right[at(i)]);
}

}  // namespace

const std::vector<std::string>& hardware_tasks() {
  static const std::vector<std::string> words(std::begin(kTeachWords), std::end(kTeachWords));
  return words;
}

const char* title_of(TeachTask task) {
  constexpr const char* kTitles[] = {N_("copy"),
                                     N_("transpose"),
                                     N_("3 x 3 filter"),
                                     N_("matrix product"),
                                     N_("sum (reduction)"),
                                     N_("convolution, 4 to 8 channels"),
                                     N_("convolution, 4 to 32 channels")};
  return kTitles[static_cast<size_t>(task)];
}

std::vector<float> hardware_a(const Image& image, TeachTask task, int n) {
  Stream stream(Device::cpu());
  const auto pixels = static_cast<size_t>(n) * static_cast<size_t>(n);
  const int side = std::min(image.width, image.height);
  std::vector<uint8_t> small(pixels * static_cast<size_t>(image.channels));
  const Crop middle{(image.width - side) / 2.0, (image.height - side) / 2.0, static_cast<double>(side),
                    static_cast<double>(side)};
  resize(stream, side >= n ? Resample::area : Resample::bilinear, image.bytes.data(), image.height, image.width,
         image.channels, middle, small.data(), n, n);
  stream.synchronize();
  std::vector<float> a(pixels * (is_convolution(task) ? kTeachInputs : 1));
  const bool color = image.color_channels() == 3;
  for (size_t i = 0; i < pixels; ++i) {
    const uint8_t* pixel = small.data() + i * static_cast<size_t>(image.channels);
    const double gray = color ? 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2] : pixel[0];
    a[i] = static_cast<float>(std::lround(gray));
    if (!is_convolution(task)) continue;
    for (size_t c = 0; c < 3; ++c) a[(c + 1) * pixels + i] = pixel[color ? c : 0];
  }
  return a;
}

std::vector<float> hardware_b(TeachTask task, int n) {
  TeachSettings settings;
  settings.n = n;
  std::vector<float> b(static_cast<size_t>(teach_b(task, settings)));
  if (task == TeachTask::filter) {
    const float weights[] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    for (size_t i = 0; i < b.size(); ++i) b[i] = weights[i] / 16;
  } else if (task == TeachTask::matmul) {
    for (size_t i = 0; i < b.size(); ++i) {
      const int row = static_cast<int>(i) / n, column = static_cast<int>(i) % n;
      b[i] = static_cast<float>(std::max(0, 4 - std::abs(row - column)));
    }
  } else {
    for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(static_cast<int>(i * 37 % 11) - 5);
  }
  return b;
}

std::string divergence_words(const HardwareMoment& moment) {
  const Observation& seen = moment.seen;
  if (seen.divergent == 0) return std::string(tr("Threads of a warp agree at every branch."));
  std::string phases;  // "1 to 3, 9"
  const auto divides = [&](size_t i) { return i < seen.phases.size() && seen.phases[i].divergent > 0; };
  for (size_t i = 0; i < seen.phases.size(); ++i) {
    if (!divides(i)) continue;
    const size_t first = i;
    while (divides(i + 1)) ++i;
    if (!phases.empty()) phases += ", ";
    phases += first == i ? fmt::format("{}", i) : format_tr("{} to {}", first, i);
  }
  const std::string where = seen.phases.size() == 1 ? std::string()
                            : phases.find_first_not_of("0123456789") == std::string::npos
                                ? format_tr("Threads of a warp disagree in phase {}.", phases) + " "
                                : format_tr("Threads of a warp disagree in phases {}.", phases) + " ";
  const std::string& version = moment.of.version;
  if (moment.of.task != TeachTask::reduce)
    return where + std::string(tr("Some lanes have nothing to do: at an edge of the picture or of a tile, or where the "
                                  "work ends."));
  if (version == "divergent")
    return where +
           std::string(tr("Every second thread adds, then every fourth: lanes that rest stand between lanes that "
                          "work, in every warp."));
  if (version == "shipped")
    return where + std::string(tr(
                       "Half of the threads add, then a quarter: down to 32 whole warps work or rest. From 16 sums on "
                       "a part of one warp is left, and in the end one thread writes."));
  if (version == "strided" || version == "sequential")
    return where +
           std::string(tr("While 32 threads and more add, whole warps work or rest. From 16 sums on a part of one "
                          "warp is left, and in the end one thread writes."));
  if (version == "unrolled")
    return where +
           std::string(tr("Only one thread writes the result. Below 32 sums the warp adds by shuffles, all lanes "
                          "together: no branch is left."));
  if (version == "vectorized")
    return where + std::string(tr("Adding has no branch: lanes shuffle. But one lane of each warp writes its result."));
  return where +
         std::string(tr("Adding has no branch: lanes shuffle. But one lane of each warp hands its sum on, and one "
                        "thread writes."));
}

HardwareMomentPtr HardwareWork::observe(const HardwareRequest& request, const ImagePtr& image, Progress& progress) {
  const int n = request.settings.n;
  if (!a_ || image_ != request.image || n_ != n || task_ != request.task) {
    a_ = std::make_shared<const std::vector<float>>(hardware_a(*image, request.task, n));
    image_ = request.image, n_ = n, task_ = request.task;
  }
  auto moment = std::make_shared<HardwareMoment>();
  moment->of = request;
  moment->a = a_;
  moment->b = hardware_b(request.task, n);
  ObserveSettings how;
  how.warp = request.warp, how.barrier = request.barrier;
  how.goes_on = [&progress](double share) {
    progress.share = static_cast<float>(share);
    return !progress.canceled.load();
  };
  moment->seen = striate::observe(request.task, request.version, request.settings, *a_, moment->b, how);
  if (!request.barrier && moment->seen.races > 0) {
    Stream stream(Device::cpu());
    moment->right.resize(moment->seen.result.size());
    Buffer<float> scratch(Device::cpu(), teach_scratch(request.task, request.version, request.settings) + 1,
                          "a kernel's right result");
    teach(stream, request.task, request.version, request.settings, a_->data(), moment->b.data(), moment->right.data(),
          scratch.data(), moment->b.data());
    stream.synchronize();
  }
  const Observation& seen = moment->seen;
  moment->channel =
      is_convolution(request.task) ? request.warp / (seen.threads / kWarp) / (seen.grid[0] * seen.grid[1]) : 0;
  for (size_t i = 0; i < seen.steps.size(); ++i) {
    if (seen.steps[i].kind == WarpStep::Kind::branch || seen.steps[i].array == Array::shared) continue;
    moment->first_step = static_cast<int>(i);
    break;
  }
  show_result(*moment);
  moment->serial = ++serial_;
  return moment;
}

}  // namespace striate
