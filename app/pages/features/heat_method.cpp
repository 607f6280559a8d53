#include "app/pages/features/heat_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/command/not_ready.h"
#include "app/widgets/heat_picture.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/explain/grad_cam.h"
#include "engine/network/find_layer.h"

namespace striate {

HeatMapsMethod::HeatMapsMethod(const PageContext& context)
    : context_(context),
      settings_("features", state_, Undo::none),
      worker_(std::make_shared<NetworkWorker>(context.document.stream.device())),
      board_(std::make_shared<Board>()),
      work_(context.wake) {}

std::vector<FeatureMethod::Word> HeatMapsMethod::words() const {
  return {{"gradient", N_("Gradient"),
           N_("How much a small change of each pixel changes the score: the derivative, which is 0 for a unit "
              "that is off")},
          {"deconvnet", N_("Deconvnet"),
           N_("The way back with ReLUs that pass only what is positive, whatever the picture was: no derivative")},
          {"guided", N_("Guided backpropagation"),
           N_("The gradient, where ReLUs pass back only what is positive as well: crisp, and hardly about the class")},
          {"integrated", N_("Integrated gradients"),
           N_("What each pixel adds to the score on the way from black to the picture: together what the score gains "
              "on it")},
          {"occlusion", N_("Occlusion"),
           N_("What the score loses while a gray square covers the picture there: it asks the network itself")},
          {"gradcam", N_("Grad-CAM"),
           N_("Which cells of a late layer speak for the score, on that layer's own coarse grid")}};
}

void HeatMapsMethod::declare(Registry& registry) {
  settings_
      .number("opacity", "opacity", "How much of the map lies over the picture",
              {"SHARE", "0: the picture alone", 0, 1}, &State::opacity)
      .decimals = 2;
  settings_.on_off("raw", "own grid", "Whether the map stands on its own grid instead of over the picture",
                   "on: the method's own cells", &State::raw);
  settings_
      .choice("channels", "of the channels", "What the channels of a gradient are made to, to be one map",
              Parameter::choice("WHAT", "the largest magnitude, or the sum with its sign", {"largest", "sum"}),
              &State::over)
      .labels = {N_("the largest magnitude"), N_("the sum")};
  settings_
      .choice(
          "drop", "drop of", "What an occlusion writes down: the drop of the score, or of the probability",
          Parameter::choice("WHAT", "the score, or the probability", {"score", "probability"}),
          [](const State& s) { return std::string(s.probability ? "probability" : "score"); },
          [](State& s, const std::string& said) { s.probability = said == "probability"; })
      .labels = {N_("the score"), N_("the probability")};
  settings_
      .choice(
          "baseline", "from",
          "Where integrated gradients begin: a black picture, or zeros in what the network receives",
          Parameter::choice("WHAT", "a black picture, or zeros", {"black", "zeros"}),
          [](const State& s) { return std::string(s.zeros ? "zeros" : "black"); },
          [](State& s, const std::string& said) { s.zeros = said == "zeros"; })
      .labels = {N_("a black picture"), N_("zeros")};
  settings_.choice(
      "cam", "layer of Grad-CAM", "The layer whose cells Grad-CAM asks",
      Parameter::word("LAYER|last", "its number or name; last: the last one with rows and columns"),
      [](const State& s) { return s.cam; }, [](State& s, const std::string& said) { s.cam = said; });
  settings_.choice(
      "relu", "ReLU", "The ReLU on the way back whose numbers are shown",
      Parameter::word("LAYER|auto", "its number or name; auto: one that shows how the rules differ"),
      [](const State& s) { return s.relu; }, [](State& s, const std::string& said) { s.relu = said; });
  settings_.integer("randomize.seed", "seed", "The seed of the control's random weights", {"N", "a number", 0, 1e9},
                    &State::seed);
  Setting& channel = settings_.integer(
      "rule", "channel of the ReLU", "The channel of the ReLU whose numbers are shown; -1: the one where most arrives",
      {"CHANNEL", "from 0; -1: where most arrives", -1, 100000}, &State::rule_channel);
  channel.now = [this] {
    Setting::Now now;
    if (view_ && view_->rules && view_->rules->relu > 0) now.last = static_cast<double>(view_->rules->cells[0] - 1);
    return now;
  };
  settings_.declare(registry);
}

HeatAsked HeatMapsMethod::asked_by(const FeatureLook& look) const {
  HeatAsked asked;
  asked.moment = look.moment;
  asked.target = look.target();
  asked.how.method = parse_heat_method(look.state.method);
  asked.how.over = state_.over;
  asked.how.softmax = state_.probability && look.state.of_class;
  asked.how.integrated.steps = look.state.steps;
  asked.how.integrated.baseline =
      state_.zeros ? IntegratedSettings::Baseline::zeros : IntegratedSettings::Baseline::black;
  asked.how.occlusion.size = look.state.occlude_size;
  asked.how.occlusion.stride = look.state.occlude_stride;
  if (state_.cam != "last") asked.how.layer = need_layer(look.info().architecture, state_.cam);
  if (state_.relu != "auto") {
    const int relu = need_layer(look.info().architecture, state_.relu);
    const std::vector<int> all = relus_before(look.info(), asked.target.node);
    if (std::find(all.begin(), all.end(), relu) == all.end()) {
      throw Error(fmt::format("layer {} is no ReLU on the way back from the score", state_.relu),
                  "choose another: features.relu auto");
    }
    asked.relu = relu;
  }
  const std::string& control = look.state.randomize;
  if (control == "all") asked.drawn = 0;
  if (control != "all" && control != "none") asked.drawn = need_layer(look.info().architecture, control);
  asked.seed = static_cast<uint64_t>(state_.seed);
  return asked;
}

bool HeatMapsMethod::take() {
  HeatViewPtr next;
  {
    const std::lock_guard lock(board_->mutex);
    next = std::exchange(board_->newest, nullptr);
  }
  try {
    if (std::optional<HeatViewPtr> made = work_.take(); made && *made) next = std::move(*made);
  } catch (const Error& error) {
    why_ = error;
    view_ = nullptr;
    return true;
  }
  // Of something that was asked before: it is on the board still.
  if (!next || !asked_ || !next->of.same(*asked_)) return false;
  view_ = std::move(next);
  ++version_;
  composed_ = -1;
  return true;
}

void HeatMapsMethod::compose() {
  if (!view_ || !view_->map || composed_ == state_.opacity || view_->of.moment->info->picture.rank() != 3) return;
  over_ = heat_over_picture(*view_, static_cast<float>(state_.opacity));
  composed_ = state_.opacity;
  ++version_;
}

bool HeatMapsMethod::update(const FeatureLook& look) {
  bool changed = take();
  const double opacity = composed_;
  compose();
  changed |= opacity != composed_;
  if (look.moment->why) {
    why_ = look.moment->why;
    view_ = nullptr;
    asked_.reset();
    return changed;
  }
  std::optional<HeatAsked> now;
  try {
    now = asked_by(look);
  } catch (const Error& error) {
    changed |= !why_ || view_;
    work_.cancel();
    why_ = error;
    view_ = nullptr;
    asked_.reset();
    return changed;
  }
  if (asked_ && asked_->same(*now)) return changed;
  // A training goes on: what is nearly there is finished first, else nothing ever would be.
  if (asked_ && asked_->same_question(*now) && work_.busy()) return changed;
  if (asked_ && !asked_->same_question(*now)) stopped_ = false;
  if (stopped_) return changed;
  if (!asked_ || !asked_->same_question(*now)) view_ = nullptr;
  asked_ = now;
  why_.reset();
  work_.request([worker = worker_, asked = *now, board = board_, wake = context_.wake](Progress& progress) {
    return make_heat_view(worker->network_of(asked.moment->of), asked, progress, [&](HeatViewPtr so_far) {
      if (progress.canceled) return;
      const std::lock_guard lock(board->mutex);
      board->newest = std::move(so_far);
      wake();
    });
  });
  return true;
}

void HeatMapsMethod::hidden() {
  if (!work_.busy()) return;
  work_.cancel();
  asked_.reset();
}

size_t HeatMapsMethod::held() const {
  if (!view_) return 0;
  size_t values = over_.size();
  if (view_->rules) values += 7 * view_->rules->x.size();
  return values * sizeof(float);
}

void HeatMapsMethod::release() {
  view_ = nullptr;
  asked_.reset();
  over_ = {};
}

void HeatMapsMethod::start(const FeatureLook& look, bool) {
  stopped_ = false;
  asked_.reset();
  update(look);
}

void HeatMapsMethod::stop() {
  if (!work_.busy()) return;
  work_.cancel();
  stopped_ = true;
}

std::vector<Page::Key> HeatMapsMethod::keys() const {
  return {
      {"R", state_.raw ? "features.raw off" : "features.raw on", N_("the map on its own grid, or over the picture")}};
}

const HeatView& HeatMapsMethod::need(const FeatureLook& look) {
  update(look);
  if (why_) throw Error(*why_);
  if (stopped_) throw Error("the map was stopped before it was finished", "begin again: features.start");
  if (!view_ || !view_->finished || !asked_ || !view_->of.same(asked_by(look))) {
    throw NotReady("the map is not there yet");
  }
  return *view_;
}

double HeatMapsMethod::score(const FeatureLook& look) { return need(look).map->score; }

double HeatMapsMethod::map(const FeatureLook& look, int64_t row, int64_t column) {
  const HeatMap& map = need(look).map->map;
  if (row >= map.rows || column >= map.columns) {
    throw Error(fmt::format("the map has no row {}, column {}", row, column),
                fmt::format("it has {} rows and {} columns, from 0", map.rows, map.columns));
  }
  return static_cast<double>(map.at(row, column));
}

double HeatMapsMethod::sum(const FeatureLook& look) { return need(look).map->sum; }

double HeatMapsMethod::correlation(const FeatureLook& look) {
  const HeatView& view = need(look);
  if (!view.twin) throw Error("there is no control beside the map", "choose one: features.randomize all");
  if (!view.correlation) {
    throw Error("one of the two maps is the same everywhere: it has no ranks", "choose another class or unit");
  }
  return *view.correlation;
}

double HeatMapsMethod::edges(const FeatureLook& look) {
  const HeatView& view = need(look);
  if (!view.with_edges) {
    throw Error("the map, or the picture, is the same everywhere: it has no ranks", "choose another class or unit");
  }
  return *view.with_edges;
}

ImagePtr HeatMapsMethod::picture(const FeatureLook& look) const {
  if (!view_ || !view_->map || !view_->finished) throw Error("the map is not there yet", "ask a moment later");
  const Shape& shape = look.info().picture;
  const int scale = shown_scale(shape);
  std::vector<Image> panels{shown_picture(shape, view_->of.moment->input.pixels, scale),
                            shown_heat(view_->map->map, view_->map->has_sign, shape, scale)};
  if (view_->map->large.rows > 0) {
    panels.push_back(heat_over(panels[0], shown_heat(view_->map->large, view_->map->has_sign, shape, scale),
                               static_cast<float>(state_.opacity)));
  }
  if (view_->twin) panels.push_back(shown_heat(view_->twin->map, view_->twin->has_sign, shape, scale));
  panels.push_back(shown_heat(view_->edges, false, shape, scale));
  auto image = std::make_shared<Image>(beside(panels, 8));
  image->name = look.state.method;
  return image;
}

std::unique_ptr<FeatureMethod> make_heat_method(const PageContext& context) {
  return std::make_unique<HeatMapsMethod>(context);
}

}  // namespace striate
