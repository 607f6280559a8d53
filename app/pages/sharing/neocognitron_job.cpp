#include "app/pages/sharing/neocognitron_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/drawing/prepare_input.h"
#include "engine/sharing/sharing_lab.h"
#include "engine/steady_seconds.h"

namespace striate {
namespace {

constexpr double kBetween = 0.2;  // seconds between two moments
constexpr int kShiftsEach = 2 * kMostShift + 1;
constexpr int kPasses = 12;  // over a few drawings
constexpr size_t kMostKept = 5;

// A drawing as the digits of a set are: fitted into 20 x 20, its mass in the middle of 28 x 28, with a border.
std::vector<float> drawn_digit(const Drawing& drawing) {
  const PreparedInput input = prepare_drawing(drawing, Shape{1, 28, 28}, true);
  std::vector<float> picture(static_cast<size_t>(kSharingSide) * kSharingSide, 0.0f);
  for (int row = 0; row < 28; ++row) {
    std::copy_n(input.pixels.begin() + row * 28, 28, picture.begin() + (row + 2) * kSharingSide + 2);
  }
  return picture;
}

bool drawn(const NeocognitronAct& act) { return act.label >= 0; }
// The drawings that it begins with: of these each stage learns all, again and again, before the next begins.
std::vector<NeocognitronAct> first_drawings(const std::vector<NeocognitronAct>& acts) {
  return {acts.begin(), std::find_if_not(acts.begin(), acts.end(), drawn)};
}

}  // namespace

NeocognitronSettings neocognitron_settings() {
  NeocognitronSettings settings = NeocognitronSettings::of_1980();
  settings.stages[0].selectivity = settings.stages[0].learning = 2;
  settings.stages[0].reinforce = false;
  settings.stages[1].most_planes = 80;
  settings.stages[1].learning = 2;
  settings.stages[1].delta = 0.5f;
  settings.stages[1].alpha = 0.1f;
  settings.stages[2].selectivity = 1;
  settings.stages[2].most_planes = 2000;
  settings.stages[2].reinforce = false;
  for (NeocognitronStage& stage : settings.stages) stage.rate = 1000, stage.new_planes = 2;
  return settings;
}

std::vector<float> neocognitron_picture(const std::vector<float>& picture) {
  constexpr int side = kSharingSide / 2;
  std::vector<float> halved(static_cast<size_t>(side) * side);
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      float sum = 0;
      for (int i = 0; i < 4; ++i) {
        sum += picture[static_cast<size_t>((2 * row + i / 2) * kSharingSide + 2 * column + i % 2)];
      }
      // What is fainter than a tenth is no ink.
      halved[static_cast<size_t>(row * side + column)] = sum / 4 < 0.1f ? 0.0f : sum / 4;
    }
  }
  return halved;
}

bool NeocognitronWork::Known::begins(const NeocognitronRequest& request) const {
  if (!network || data != request.data || network->settings().formula != request.formula) return false;
  if (done.size() < first_drawings(request.acts).size()) return false;
  if (done.size() > request.acts.size() || !std::equal(done.begin(), done.end(), request.acts.begin())) return false;
  return part == 0 || (done.size() < request.acts.size() && request.acts[done.size()] == doing);
}

void NeocognitronWork::run(const NeocognitronRequest& request, const Progress& progress,
                           const std::function<void(NeocognitronMoment)>& publish) {
  const SharingData data = open_sharing_data(request.data);
  Known& known = known_;
  if (!known.begins(request)) {
    if (known.network && !known.done.empty()) kept_.insert(kept_.begin(), std::move(known));
    known = {};
    const auto better = [&](const Known& a, const Known& b) {
      return (a.begins(request) ? a.done.size() : 0) < (b.begins(request) ? b.done.size() : 0);
    };
    const auto best = std::max_element(kept_.begin(), kept_.end(), better);
    if (best != kept_.end() && best->begins(request)) {
      known = std::move(*best);
      kept_.erase(best);
    } else {
      known.stream = std::make_unique<Stream>(Device::cpu());
      NeocognitronSettings settings = neocognitron_settings();
      settings.formula = request.formula;
      known.network = std::make_unique<Neocognitron>(*known.stream, settings);
      known.data = request.data;
    }
    if (kept_.size() > kMostKept) kept_.resize(kMostKept);
  }
  Neocognitron& network = *known.network;
  for (int i = 0; i < network.stages(); ++i) {
    network.set_selectivity(i, static_cast<float>(request.selectivity[static_cast<size_t>(i)]));
  }
  NeocognitronMoment now;
  now.of = request;
  std::vector<float> picture;
  if (request.use_drawing) {
    picture = drawn_digit(request.drawing);
  } else {
    const int64_t digit = std::min(request.digit, static_cast<int64_t>(data.test.size()) - 1);
    picture = data.test_digit(digit);
    now.label = data.test_label(digit);
  }
  const std::vector<float> still = picture;
  picture = neocognitron_picture(moved_digit(still, request.move));
  const auto look = [&] {
    now.maps = network.maps(picture.data());
    now.answer = network.answer(now.maps);
    now.labels = network.labels();
    now.weights = network.weights();
    now.drawn = std::count_if(known.done.begin(), known.done.end(), drawn);
    now.learned = known.learned + now.drawn;
    now.seconds = known.seconds;
    now.learning = known.done.size() < request.acts.size();
    for (int i = 0; i < network.stages(); ++i) now.planes[static_cast<size_t>(i)] = network.planes(i);
    const int stage = std::clamp(request.stage, 0, network.stages() - 1);
    now.stage = network.settings().stages[static_cast<size_t>(stage)];
    now.c = network.c(stage), now.d = network.d(stage);
    const int plane = std::min(request.plane, network.planes(stage) - 1);
    now.a =
        plane < 0 ? std::vector<float>() : network.a(stage, request.formula == NeocognitronFormula::first ? 0 : plane);
    now.b = plane < 0 ? 0.0f : network.b(stage, plane);
    for (int i = 0; i < network.stages(); ++i) {
      const auto at = static_cast<size_t>(i);
      const NeocognitronStage& of = network.settings().stages[at];
      now.winners[at].clear();
      if (now.learning || !of.reinforce || network.planes(i) == 0) continue;
      const float selectivity = of.selectivity;
      network.set_selectivity(i, of.learning);
      now.winners[at] = neocognitron_winners(network.maps(picture.data()).stages[at].s, of.s_window);
      network.set_selectivity(i, selectivity);
      const auto window = [&](const std::array<int, 3>& cell) {
        return std::pair{cell[1] / of.s_window, cell[2] / of.s_window};
      };
      std::stable_sort(now.winners[at].begin(), now.winners[at].end(),
                       [&](const auto& a, const auto& b) { return window(a) < window(b); });
    }
    publish(now);
  };
  look();
  double looked = steady_seconds();
  if (const std::vector<NeocognitronAct> first = first_drawings(request.acts); known.done.size() < first.size()) {
    const double begin = steady_seconds();
    known.doing = first.front(), known.part = 1;  // until all are learned nothing goes on from here
    for (int stage = 0; stage < network.stages(); ++stage) {
      // Again, as long as somewhere nobody answers.
      for (int made = 1, pass = 0; made > 0 && pass < kPasses; ++pass) {
        made = 0;
        for (const NeocognitronAct& act : first) {
          if (progress.canceled) return;
          made += network.learn(stage, neocognitron_picture(drawn_digit(act.drawing)).data(), act.label);
        }
      }
    }
    known.seconds = steady_seconds() - begin;
    known.done = first;
    known.part = 0;
  }
  while (known.done.size() < request.acts.size()) {
    const NeocognitronAct& act = request.acts[known.done.size()];
    // Stage by stage: each learns all digits of an act before the next begins.
    const int count = act.label >= 0 ? 1 : act.digits, stages = network.stages();
    known.doing = act;
    while (known.part < count * stages) {
      if (progress.canceled) return;
      const double begin = steady_seconds();
      const int stage = known.part / count, n = known.part % count;
      if (act.label >= 0) {
        network.learn(stage, neocognitron_picture(drawn_digit(act.drawing)).data(), act.label);
      } else {
        const int64_t at = known.learned + n;
        const int64_t sample = data.training[static_cast<size_t>(at) % data.training.size()];
        if (stage + 1 == stages || at < kFirstDigits) {
          std::vector<float> pixels(static_cast<size_t>(kSharingSide) * kSharingSide);
          data.digits->read(sample, pixels.data());
          network.learn(stage, neocognitron_picture(pixels).data(), data.digits->label(sample));
        }
      }
      ++known.part;
      known.seconds += steady_seconds() - begin;
      if (steady_seconds() - looked < kBetween) continue;
      look();
      looked = steady_seconds();
    }
    known.learned += act.digits;
    known.part = 0;
    known.done.push_back(act);
  }
  // Of a drawing there is no right answer, and no map.
  const std::string map_of =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {}", request.data, name_of(request.formula), network.weights(),
                  known.done.size(), known.learned, request.selectivity[0], request.selectivity[1],
                  request.selectivity[2], request.digit, request.move.scale, request.move.degrees);
  if (request.map && !request.use_drawing && map_of_ == map_of) now.map = map_, now.map_rows = kShiftsEach;
  look();
  if (known.done.empty()) return;
  for (int64_t i = 0; request.measure && i < kTestDigits; ++i) {
    if (progress.canceled) return;
    const int64_t digit = i % static_cast<int64_t>(data.test.size());
    const NeocognitronAnswer answer =
        network.answer(neocognitron_picture(moved_digit(data.test_digit(digit), request.move)).data());
    ++now.tested;
    now.right += answer.label == data.test_label(digit) ? 1 : 0;
    now.silent += answer.label < 0 ? 1 : 0;
    if (steady_seconds() - looked > kBetween) publish(now), looked = steady_seconds();
  }
  now.measured = request.measure;
  publish(now);
  if (!request.map || request.use_drawing || now.map_rows == kShiftsEach) return;
  constexpr int side = kShiftsEach;
  now.map.assign(static_cast<size_t>(side) * side, -1);
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      if (progress.canceled) return;
      SharingMove move = request.move;
      move.dx = column - kMostShift, move.dy = row - kMostShift;
      const int label = network.answer(neocognitron_picture(moved_digit(still, move)).data()).label;
      now.map[static_cast<size_t>(row * side + column)] = label < 0 ? -2 : label;
    }
    now.map_rows = row + 1;
    if (steady_seconds() - looked > kBetween || now.map_rows == side) publish(now), looked = steady_seconds();
  }
  map_ = now.map;
  map_of_ = map_of;
}

}  // namespace striate
