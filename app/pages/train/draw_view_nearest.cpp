// The view `draw`: the training pictures that are nearest to the drawing, in pixels and in the last hidden layer,
// beside the network's answer. They are looked for behind the window while the training rests: while it moves on, every
// step has other weights, and what was found stays, with its step.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/command/not_ready.h"
#include "app/pages/train/draw_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kNeighbors = 5;
constexpr float kTitle = 20, kGapBetween = 6, kGap = 8;

std::string distance_text(double distance) { return fmt::format("{:.3g}", distance); }

}  // namespace

DrawView::NearestShown DrawNearestWorker::find(const DrawView::NearestAsked& asked, Progress& progress) {
  const std::lock_guard lock(mutex_);
  if (!stream_) stream_.emplace(device_);
  const TrainSnapshot& now = *asked.moment;
  // The features belong to the weights: they are computed anew for others only.
  if (!near_ || near_->of().weights != now.weights || near_->of().data != now.data) {
    near_.reset();
    near_.emplace(*stream_,
                  NearestPictures::Of{now.architecture, now.weights, now.normalization, now.data, now.split->training});
  }
  DrawView::NearestShown made;
  made.of = asked;
  const auto go_on = [&](int64_t done, int64_t all) {
    progress.share = static_cast<float>(done) / static_cast<float>(std::max<int64_t>(all, 1));
    return !progress.canceled.load();
  };
  if (std::optional<NearestFound> found = near_->find(asked.pixels, kNeighbors, go_on)) made.found = std::move(*found);
  made.layer = near_->layer();
  made.kept = near_->bytes();
  return made;
}

bool DrawView::NearestAsked::same(const NearestAsked& other) const {
  return moment->weights == other.moment->weights && moment->run == other.moment->run && pixels == other.pixels;
}

bool DrawView::look_for_nearest(const TrainSnapshotPtr& now) {
  bool changed = false;
  try {
    if (std::optional<NearestShown> made = nearest_work_.take()) {
      nearest_ = std::move(*made);
      ++nearest_version_;
      changed = true;
    }
  } catch (const Error& error) {
    nearest_why_ = error;
    nearest_.reset();
    changed = true;
  }
  if (nearest_ && (nearest_->of.moment->run != now->run || nearest_->of.pixels != input_.pixels)) nearest_.reset();
  const bool wanted = look_.nearest && has_content() && !input_.blank && asked_ && now->architecture && now->data &&
                      now->split && now->status == TrainSnapshot::Status::paused && now->weights &&
                      now->data->shape() == input_.shape;
  if (!wanted) {
    if (!look_.nearest || !has_content()) {
      nearest_work_.cancel();
      nearest_asked_.reset();
      nearest_.reset();
      nearest_why_.reset();
    }
    return changed;
  }
  NearestAsked asked{now, input_.pixels};
  if (nearest_asked_ && nearest_asked_->same(asked)) return changed;
  nearest_asked_ = asked;
  nearest_why_.reset();
  nearest_work_.request([worker = nearest_worker_, asked = std::move(asked)](Progress& progress) {
    return worker->find(asked, progress);
  });
  return true;
}

const DrawView::NearestShown& DrawView::need_nearest() {
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!look_.nearest) throw Error("nearest pictures are not looked for", "train.draw.nearest on");
  if (!has_content()) throw Error("nothing is drawn", "draw on the pad: train.draw 70 60 210 60 120 230");
  if (!now->architecture) throw Error("there is no network yet", "start one: train.start");
  if (nearest_why_) throw Error(*nearest_why_);
  if (nearest_ && nearest_->of.pixels == input_.pixels && nearest_->of.moment->weights == now->weights)
    return *nearest_;
  if (nearest_work_.busy()) throw NotReady("the nearest pictures are not found yet");
  if (now->status == TrainSnapshot::Status::running) {
    throw Error("nearest pictures are looked for while the training rests", "train.pause, then ask again");
  }
  throw Error("the nearest pictures are not found yet", "wait until train.draw.nearest.searched > 0");
}

void DrawView::declare_nearest(Registry& registry) {
  registry.add(Readout{"train.draw.nearest.searched", "training pictures that were compared with the drawing",
                       [this] { return ReadoutValue(static_cast<double>(need_nearest().found.searched)); }});
  registry.add(Readout{"train.draw.nearest.layer", "the last hidden layer, whose values are compared",
                       [this] { return ReadoutValue(need_nearest().layer); }});
  const auto list = [&](const char* name, const char* where, std::vector<Neighbor> NearestFound::*of) {
    const auto readout = [&](const char* what, const std::string& help, auto value) {
      Readout each{fmt::format("train.draw.nearest.{}{}", name, what), help, nullptr};
      each.parameters = {Parameter::integer("N", "from 0, the nearest", 0, kNeighbors - 1)};
      each.value_of = [this, of, value](const Arguments& arguments) {
        const NearestShown& shown = need_nearest();
        const std::vector<Neighbor>& all = shown.found.*of;
        const auto n = static_cast<size_t>(arguments.integer(0));
        if (n >= all.size()) {
          throw Error(fmt::format("there is no nearest picture {}", n), fmt::format("there are {}", all.size()));
        }
        return ReadoutValue(value(shown, all[n]));
      };
      registry.add(std::move(each));
    };
    readout("", fmt::format("the class of the N-th nearest training picture {}", where),
            [](const NearestShown& shown, const Neighbor& each) {
              return shown.of.moment->data->classes()[static_cast<size_t>(each.label)];
            });
    readout(".distance", fmt::format("the Euclidean distance of the N-th nearest training picture {}", where),
            [](const NearestShown&, const Neighbor& each) { return each.distance; });
    readout(".sample", fmt::format("the number in the data set of the N-th nearest training picture {}", where),
            [](const NearestShown&, const Neighbor& each) { return static_cast<double>(each.sample); });
  };
  list("pixels", "in pixels, normalized as the network receives them", &NearestFound::by_pixels);
  list("features", "in the last hidden layer", &NearestFound::by_features);
}

float DrawView::nearest_height(const Rect& area, const TrainSnapshot& now) const {
  constexpr float kLargest = 72, kLeast = 24, kBar = 14, kBesideBars = 24 + 6 + 22;
  const bool there = look_.nearest && has_content() && asked_ && now.architecture && takes_pictures(reader_.input);
  if (!there || area.w < 200) return 0;
  const auto with = [](float picture) { return 2 * (kTitle + picture + kSampleLine) + kGapBetween; };
  // Up to ten bars keep their places above them.
  const size_t classes = now.data ? std::min<size_t>(now.data->classes().size(), 10) : 10;
  const float left = area.h - kGap - kBesideBars - kBar * static_cast<float>(classes);
  const float room = std::clamp(left, with(kLeast), with(kLargest));
  // Where the pictures would be too small to be seen the answer has all the room.
  return room <= area.h * 0.55f ? room : 0;
}

void DrawView::draw_nearest(Ui& ui, Rect area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  if (nearest_why_) {
    ui.begin_panel("no nearest pictures", area, 0, false);
    ui.error_note(nearest_why_->what(), nearest_why_->hint());
    ui.end_panel();
    return;
  }
  if (!nearest_) {
    const bool rests = now.status == TrainSnapshot::Status::paused;
    ui.label(area.cut_top(kTitle),
             ui.fitted(rests ? tr("nearest training pictures: on their way")
                             : tr("nearest training pictures: when the training rests"),
                       Font::caption, area.w),
             Font::caption, theme.secondary);
    return;
  }
  const NearestShown& shown = *nearest_;
  const TrainSnapshot& then = *shown.of.moment;
  HoverNote note;
  const float height = std::floor((area.h - kGapBetween) / 2);
  const auto row = [&](Rect line, const std::string& title, const char* label, const char* key,
                       const std::vector<Neighbor>& list) {
    ui.label(line.cut_top(kTitle), ui.fitted(title, Font::caption, line.w), Font::caption, theme.secondary);
    SampleGrid grid;
    grid.key = key;
    grid.version = nearest_version_;
    grid.shape = then.data->shape();
    grid.count = static_cast<int64_t>(list.size());
    // Five beside each other.
    const float wide = std::min(std::floor((line.w - 8.0f * (kNeighbors - 1)) / kNeighbors), 96.0f);
    grid.size = std::max(16.0f, std::min(wide, line.h - kSampleLine));
    grid.hint = tr("click: make it the probe");
    grid.pixels = [&](int64_t i, int, float* pixels) { then.data->read(list[static_cast<size_t>(i)].sample, pixels); };
    grid.sample = [&](int64_t i) {
      const Neighbor& each = list[static_cast<size_t>(i)];
      const std::string name = then.data->classes()[static_cast<size_t>(each.label)];
      Sample sample;
      // The distance beside the class, where both have room.
      const std::string both = fmt::format("{} \u00b7 {}", name, distance_text(each.distance));
      sample.words = ui.measure(Font::caption, both, 12.5f).x <= wide ? both : name;
      sample.title = format_tr("training picture, sample {}", each.sample);
      sample.lines = {{N_("is"), name, 0}, {N_("distance"), fmt::format("{:.6g}", each.distance), 0}};
      const std::string about = then.data->describe(each.sample);
      if (!about.empty()) sample.lines.push_back({about, "", 0});
      sample.command = fmt::format("train.probe sample:{}", each.sample);
      return sample;
    };
    SampleLayout layout = sample_layout(grid, line.w, kSampleLine, wide);
    // As large as there is room, also where that is no whole number of times their pixels.
    const float scale = grid.size / std::max(layout.picture_w, layout.picture_h);
    layout.picture_w *= scale, layout.picture_h *= scale;
    const SampleAnswer answer = draw_samples(ui, label, line, grid, layout);
    if (answer.hovered) note = answer.note;
  };
  row(area.cut_top(height), tr("nearest training pictures in pixels"), "nearest in pixels", "draw.nearest.pixels",
      shown.found.by_pixels);
  area.cut_top(kGapBetween);
  row(area, format_tr("nearest in layer {}, the last hidden one", shown.layer), "nearest in the last hidden layer",
      "draw.nearest.features", shown.found.by_features);
  draw_hover_note(ui, note);
}

void DrawView::draw_nearest_rows(Ui& ui) const {
  if (!look_.nearest || !nearest_) return;
  const std::vector<std::string>& classes = nearest_->of.moment->data->classes();
  const auto words = [&](const std::vector<Neighbor>& list) {
    std::string all;
    for (const Neighbor& each : list) all += (all.empty() ? "" : " ") + classes[static_cast<size_t>(each.label)];
    return all;
  };
  ui.row("nearest in pixels", words(nearest_->found.by_pixels));
  ui.row(format_tr("nearest in layer {}", nearest_->layer), words(nearest_->found.by_features));
  ui.note(format_tr("Of {} training pictures, by Euclidean distance, with the weights after step {}.",
                    grouped(nearest_->found.searched), grouped(nearest_->of.moment->step)));
}

}  // namespace striate
