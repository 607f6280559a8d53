#include "app/pages/train/train_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "app/pages/train/curve_store.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/soft_renderer.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

template <typename Number>
std::string field(Number value) {
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

// One plot with its title, of the training batches and every part that was measured.
void draw_plot(Ui& ui, const Rect& area, const CurveStore& curves, const TrainSnapshot& now, bool accuracy) {
  const Theme& theme = ui.theme();
  Rect room = area;
  ui.label(room.cut_top(24), accuracy ? tr("accuracy") : tr("loss (mean cross-entropy)"), Font::strong, theme.text,
           Align::left, 15.0f);
  CurvePlot plot;
  plot.series.push_back({.name = tr("training"),
                         .color = theme.input,
                         .dense = accuracy ? &curves.accuracy() : &curves.loss(),
                         .first = curves.first()});
  const Color tones[] = {theme.kernel, theme.bias, theme.activation};
  size_t tone = 0;
  for (const auto& [split, points] : curves.splits()) {
    plot.series.push_back({.name = std::string(tr(std::string_view(split))),
                           .color = tones[tone++ % 3],
                           .points = accuracy ? &points.accuracy : &points.loss});
  }
  plot.last = static_cast<double>(std::max<int64_t>(now.newest_step, 1));
  plot.percent = accuracy;
  // Batches are noisy: a mean over a fiftieth of the steps, as the caption says.
  plot.smoothing = static_cast<int>(std::clamp<int64_t>(now.curves.size / 50, 1, 1000));
  draw_curve_plot(ui, accuracy ? "accuracy" : "loss", room, plot);
}

}  // namespace

std::string curves_csv(const TrainSnapshot& now) {
  std::map<std::string, std::map<int64_t, const EvaluationRecord*>> parts;
  if (now.curves.evaluations) {
    for (const EvaluationRecord& record : *now.curves.evaluations) parts[record.split][record.step] = &record;
  }
  std::string text = "step,loss,accuracy,rate,gradient_norm,weight_norm";
  for (const auto& [name, records] : parts) text += fmt::format(",{0}_loss,{0}_accuracy", name);
  text += '\n';
  const auto add_parts = [&](int64_t step) {
    for (const auto& [name, records] : parts) {
      const auto found = records.find(step);
      text += found == records.end()
                  ? ",,"
                  : fmt::format(",{},{}", field(found->second->loss), field(found->second->accuracy));
    }
    text += '\n';
  };
  // What was measured before the first step that is known: of the starting weights.
  const int64_t first = now.curves.size > 0 ? now.curves.at(0).step : std::numeric_limits<int64_t>::max();
  std::vector<int64_t> before;
  for (const auto& [name, records] : parts) {
    for (const auto& [step, record] : records) {
      if (step < first) before.push_back(step);
    }
  }
  std::sort(before.begin(), before.end());
  before.erase(std::unique(before.begin(), before.end()), before.end());
  for (const int64_t step : before) {
    text += fmt::format("{},,,,,", step);
    add_parts(step);
  }
  for (int64_t i = 0; i < now.curves.size; ++i) {
    const StepRecord& r = now.curves.at(i);
    text += fmt::format("{},{},{},{},{},{}", r.step, field(r.loss), field(r.accuracy), field(r.rate),
                        field(r.gradient_norm), field(r.weight_norm));
    add_parts(r.step);
  }
  return text;
}

Image curves_picture(const TrainSnapshot& now, const CurvePictureOptions& options) {
  ImGuiContext* outer = ImGui::GetCurrentContext();
  const Registry none;
  SoftTextures textures;
  Image picture;
  {
    Ui ui(none, textures);
    // Type grows with the picture: as on a screen 900 high.
    const float scale =
        std::max(0.5f, static_cast<float>(std::min(options.width, options.height * 16 / 9)) / 1600 * 1.5f);
    Ui::Frame frame;
    frame.size = {static_cast<float>(options.width) / scale, static_cast<float>(options.height) / scale};
    frame.scale = scale;
    frame.dark = options.dark;
    frame.motion = false;
    frame.patient = true;
    frame.input.mouse = {-1000, -1000};
    CurveStore curves;
    curves.sync(now);
    ui.begin_frame(frame);
    const Theme& theme = ui.theme();
    Rect area = Rect{0, 0, frame.size.x, frame.size.y}.inset(28, 20);
    Rect head = area.cut_top(44);
    std::string title = tr("Training"), words;
    if (now.config) {
      const TrainingConfig& r = *now.config;
      const bool own = r.model.find_first_of(" |\n") != std::string::npos;
      title = own ? format_tr("own network on {}", r.data) : format_tr("{} on {}", r.model, r.data);
      words = r.rate > 0 ? format_tr("{}, rate {}, batches of {}, seed {}", r.optimizer, shortest_double(r.rate),
                                     r.batch, r.seed)
                         : format_tr("{}, rate usual, batches of {}, seed {}", r.optimizer, r.batch, r.seed);
      if (!r.augment.empty()) words += ", " + format_tr("augmented: {}", r.augment);
    }
    const int64_t smoothing = std::clamp<int64_t>(now.curves.size / 50, 1, 1000);
    if (smoothing > 1) words += "; " + format_tr("training: mean of {} batches", smoothing);
    ui.label(head.cut_top(24), title, Font::strong, theme.text);
    ui.label(head, words, Font::caption, theme.secondary);
    area.cut_top(8);
    // Beside each other where it is wide, else one above the other.
    Rect second = area, first = area;
    if (area.w > area.h * 1.2f) {
      first.w = second.w = (area.w - 36) / 2;
      second.x = first.right() + 36;
    } else {
      first.h = second.h = (area.h - 20) / 2;
      second.y = first.bottom() + 20;
    }
    draw_plot(ui, first, curves, now, false);
    draw_plot(ui, second, curves, now, true);
    ui.end_frame();
    picture = soft_picture(*ImGui::GetDrawData(), textures, theme.background);
  }
  ImGui::SetCurrentContext(outer);
  return picture;
}

}  // namespace striate
