// The page's state, and the training in the background: a copy goes on for a moment on the pool, is looked at there,
// and comes back. What a hand does meanwhile makes that copy stale, and it is dropped.
#include "app/pages/neuron/neuron.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/words/words.h"
#include "engine/error.h"
#include "engine/steady_seconds.h"

namespace striate {
namespace {

constexpr size_t kMostKept = 4;
constexpr double kSlice = 0.024;  // seconds of training between two looks

bool same_neurons(const PointNetwork& a, const PointNetwork& b) {
  return a.model().features == b.model().features && a.layers().size() == b.layers().size() &&
         std::equal(
             a.layers().begin(), a.layers().end(), b.layers().begin(),
             [](const PointLayer& x, const PointLayer& y) { return x.inputs == y.inputs && x.units == y.units; });
}

}  // namespace

int topic_of(const std::string& word) {
  static constexpr std::pair<const char*, int> kTopics[] = {
      {"data", kTopicData},           {"split", kTopicSplit}, {"features", kTopicFeatures}, {"loss", kTopicLoss},
      {"optimizer", kTopicOptimizer}, {"batch", kTopicBatch}, {"test", kTopicTest}};
  for (const auto& [name, topic] : kTopics) {
    if (word == name) return topic;
  }
  if (word.starts_with("layer ")) return kTopicLayer + std::stoi(word.substr(6));
  return kTopicNone;
}

NeuronPage::NeuronPage(const PageContext& context)
    : info_(neuron_page().info),
      context_(context),
      settings_("neuron", state_, [this](State next) { commit(std::move(next)); }),
      worker_(context.wake),
      racer_(context.wake, JobPriority::behind) {
  renew(state_);
  declare_settings();
}

void NeuronPage::renew(State next, bool keep_hand) {
  const bool regression = is_regression(next.source.kind);
  if (regression && next.model.loss == PointLoss::cross_entropy) next.model.loss = PointLoss::mse;
  next.source.seed = next.seed;
  next.model.activations.resize(next.model.hidden.size() + 1, PointActivation::tanh);
  const PointDataPtr data = training_.network_ready() && training_.data().source == next.source
                                ? training_.data_ptr()
                                : make_points(next.source);
  // Weights that were set by hand before the first step stay where the network keeps its neurons.
  PointTraining before = std::move(training_);
  training_ = PointTraining(data, next.model, next.learning, next.seed);
  if (keep_hand && before.network_ready() && before.seed() == next.seed && same_neurons(before.network(), network())) {
    for (const PointTraining::Event& event : before.events()) {
      if (event.kind != PointTraining::Event::Kind::parameter || event.step > 0) break;
      training_.set_parameter(event.parameter, event.value);
    }
  }
  if (before.network_ready() && before.last() > 0) {
    kept_.insert(kept_.begin(), std::move(before));
    if (kept_.size() > kMostKept) kept_.pop_back();
  }
  state_ = std::move(next);
  const int layers = static_cast<int>(network().layers().size());
  state_.layer = std::clamp(state_.layer, 0, layers - 1);
  const PointLayer& layer = network().layers()[static_cast<size_t>(state_.layer)];
  state_.unit = std::clamp(state_.unit, 0, layer.units - 1);
  state_.from = std::clamp(state_.from, 0, layer.inputs - 1);
  state_.sample = std::clamp(state_.sample, 0, this->data().count() - 1);
  running_ = false;
  target_ = -1;
  ++problem_;
  race_ = {};
  racer_.cancel();
  changed();
}

void NeuronPage::changed() { changed(training_.point()); }

void NeuronPage::changed(PointTraining::Point point) {
  ++version_;
  point_ = point;
  code_ = keras_lines(training_);
  for (auto& curve : curves_) curve.clear();
  for (const PointTraining::Point& each : training_.curve()) {
    const auto step = static_cast<double>(each.step);
    curves_[0].emplace_back(step, each.training.loss);
    curves_[1].emplace_back(step, each.test.loss);
    curves_[2].emplace_back(step, each.training.accuracy);
    curves_[3].emplace_back(step, each.test.accuracy);
  }
  // The curve ends where the training does.
  const auto now = static_cast<double>(training_.step());
  if (curves_[0].empty() || curves_[0].back().first < now) {
    curves_[0].emplace_back(now, point_.training.loss);
    curves_[1].emplace_back(now, point_.test.loss);
    curves_[2].emplace_back(now, point_.training.accuracy);
    curves_[3].emplace_back(now, point_.test.accuracy);
  }
}

const PointTraining::Point& NeuronPage::now_point() const { return point_; }

// Whatever is no part of the problem changes nothing of the training.
void NeuronPage::commit(State next) {
  const State& old = state_;
  next.source.seed = next.seed;
  const bool problem = !(next.source == old.source) || !(next.model == old.model) || next.seed != old.seed;
  if (problem) {
    if (is_regression(next.source.kind) && next.model.loss == PointLoss::cross_entropy &&
        next.source.kind == old.source.kind) {
      throw Error(fmt::format("{} has numbers to learn, and cross-entropy compares classes", name_of(next.source.kind)),
                  "neuron.loss mse, mae or huber");
    }
    return renew(std::move(next));
  }
  if (!(next.learning == old.learning)) {
    target_ = -1;
    training_.set_learning(next.learning);
    state_ = std::move(next);
    return changed();
  }
  state_ = std::move(next);
}

bool NeuronPage::same_problem(const PointTraining& other) const {
  return other.network_ready() && other.data().source == data().source &&
         other.network().model() == network().model() && other.seed() == training_.seed() &&
         other.first_learning() == training_.first_learning();
}

// Undo trains up to where it was: what was kept has been there.
bool NeuronPage::come_back_to(const PointTraining& kept, int64_t step) {
  const std::vector<PointTraining::Event> events = training_.events(), known = kept.events();
  if (!same_problem(kept) || kept.last() < step || known.size() < events.size() ||
      !std::equal(events.begin(), events.end(), known.begin())) {
    return false;
  }
  PointTraining before = kept;
  before.keep_events(events.size());
  if (before.last() < step) return false;
  before.scrub(step);
  training_ = std::move(before);
  state_.learning = training_.learning();
  target_ = -1;
  changed();
  return true;
}

void NeuronPage::go_to(int64_t step) {
  if (step > training_.last()) {
    for (const PointTraining& kept : kept_) {
      if (come_back_to(kept, step)) return;
    }
  }
  const int64_t from = training_.step();
  const double cost = static_cast<double>(std::abs(step - from)) * static_cast<double>(network().parameters()) *
                      training_.learning().batch;
  if (step <= training_.last() || cost < 1e6) {
    training_.scrub(step);
    state_.learning = training_.learning();
    target_ = -1;
    return changed();
  }
  target_ = step;
  ++version_;
}

bool NeuronPage::busy() const {
  if (target_ >= 0 || races()) return true;
  if (!is_shown()) return false;
  return !running_ && moment_version_ != version_;
}

bool NeuronPage::take_work(double now) {
  std::optional<Work> work = worker_.take();
  if (!work) return false;
  last_now_ = now;
  if (work->version != version_) return true;
  if (work->training) {
    training_ = std::move(*work->training);
    changed(work->point);
    if (target_ >= 0 && training_.step() >= target_) target_ = -1;
  }
  moment_ = std::move(work->moment);
  moment_version_ = version_;
  return true;
}

void NeuronPage::ask_for_work(double now) {
  const bool moves = running_ || target_ >= 0;
  if (worker_.busy() && asked_version_ == version_) return;
  if (!moves && (moment_version_ == version_ || !is_shown())) return;
  asked_version_ = version_;
  if (!moves) {
    worker_.request([training = std::make_shared<PointTraining>(training_), version = version_](Progress&) {
      return Work{nullptr, make_moment(*training), version, {}};
    });
    return;
  }
  int64_t most = std::numeric_limits<int64_t>::max();
  if (target_ >= 0) {
    most = target_ - training_.step();
  } else if (state_.speed > 0) {
    const double per_epoch = std::ceil(static_cast<double>(data().train.size()) / training_.learning().batch);
    owed_ = std::min(owed_ + std::min(0.1, std::max(0.0, now - last_now_)) * state_.speed * per_epoch, per_epoch * 60);
    last_now_ = now;
    most = static_cast<int64_t>(owed_);
    owed_ -= static_cast<double>(most);
    if (most == 0) {
      asked_version_ = 0;
      return;
    }
  }
  worker_.request(
      [training = std::make_shared<PointTraining>(training_), version = version_, most](Progress& progress) {
        const double until = steady_seconds() + kSlice;
        int64_t done = 0;
        if (training->step() < training->last()) training->advance(0);
        while (done < most && !progress.canceled && steady_seconds() < until) {
          const int64_t some = std::min<int64_t>(most - done, 16);
          training->advance(some);
          done += some;
        }
        return Work{training, make_moment(*training), version, training->point()};
      });
}

bool NeuronPage::update(double now) {
  bool again = take_work(now);
  ask_for_work(now);
  if (races()) {
    if (race_asked_ != problem_) {
      race_asked_ = problem_;
      racer_.request([training = training_, steps = kRaceSteps](Progress& progress) {
        return race(training.network(), training.data(), training.start(), steps, [&](double share) {
          progress.share = static_cast<float>(share);
          return !progress.canceled;
        });
      });
    }
    if (std::optional<PointRace> done = racer_.take()) {
      race_ = std::move(*done);
      race_of_ = race_asked_;
      again = true;
    }
    again = again || races();
  }
  return again || running_ || target_ >= 0;
}

void NeuronPage::drawn(const Drawn& frame) {
  const int lit = static_cast<int>(frame.number("neuron.topic", kTopicNone));
  newly_lit_ = lit != lit_;
  lit_ = lit;
  curve_hover_ = frame.number("neuron.curve", -1);
  pending_ = pick_of(frame, "loss over steps");
}

size_t NeuronPage::weight_at(int layer, int from, int to) const {
  const PointLayer& l = network().layers()[static_cast<size_t>(layer)];
  return l.weights + static_cast<size_t>(from) * static_cast<size_t>(l.units) + static_cast<size_t>(to);
}
size_t NeuronPage::bias_at(int layer, int to) const {
  return network().layers()[static_cast<size_t>(layer)].biases + static_cast<size_t>(to);
}

const double* NeuronPage::sample_looked_at(double* place) const {
  if (data().pictures()) return data().sample(picture_looked_at());
  if (state_.view == "step") return data().sample(shown_sample());
  place[0] = state_.x, place[1] = state_.y;
  return place;
}

int NeuronPage::picture_looked_at() const {
  return state_.view == "step" ? shown_sample() : std::min(state_.sample, data().count() - 1);
}

std::string NeuronPage::input_name(int layer, int from) const {
  if (layer > 0) return format_tr("neuron {}", from);
  if (data().pictures()) return format_tr("pixel {}", from);
  return name_of(state_.model.features[static_cast<size_t>(from)]);
}

PointPass NeuronPage::pass_at(double x, double y) const {
  PointPass pass;
  const double place[2] = {x, y};
  network().forward(training_.parameters().data(), place, pass);
  return pass;
}

std::vector<int> NeuronPage::step_samples() const { return training_.next_samples(state_.step_single); }

int NeuronPage::followed() const { return state_.sample % static_cast<int>(step_samples().size()); }

int NeuronPage::shown_sample() const {
  const std::vector<int> samples = step_samples();
  return samples[static_cast<size_t>(state_.sample) % samples.size()];
}

int NeuronPage::training_row() const {
  const std::vector<int>& train = data().train;
  return static_cast<int>(std::find(train.begin(), train.end(), shown_sample()) - train.begin());
}

std::vector<std::string> NeuronPage::state() const {
  State first = state_;
  first.learning = training_.first_learning();
  std::vector<std::string> lines{"neuron.pause", "neuron.reset"};
  for (std::string& line : settings_.lines_of(first)) lines.push_back(std::move(line));
  const auto activations = state_.model.activations;
  lines.push_back(fmt::format("neuron.activation {}", name_of(activations.front())));
  for (size_t l = 1; l < activations.size(); ++l) {
    if (activations[l] != activations.front()) {
      lines.push_back(fmt::format("neuron.activation {} {}", name_of(activations[l]), l));
    }
  }
  int64_t at = 0;
  PointLearning learning = first.learning;
  const auto go = [&](int64_t step) {
    if (step > at) lines.push_back(fmt::format("neuron.scrub {}", step));
    at = step;
  };
  for (const PointTraining::Event& event : training_.events()) {
    go(event.step);
    if (event.kind == PointTraining::Event::Kind::sample) {
      lines.emplace_back("neuron.step sample");
      ++at;
    } else if (event.kind == PointTraining::Event::Kind::parameter) {
      for (size_t l = 0; l < network().layers().size(); ++l) {
        const PointLayer& layer = network().layers()[l];
        const auto units = static_cast<size_t>(layer.units);
        if (event.parameter >= layer.weights && event.parameter < layer.biases) {
          const size_t place = event.parameter - layer.weights;
          lines.push_back(
              fmt::format("neuron.weight {} {} {} {}", l, place / units, place % units, to_text(event.value)));
        } else if (event.parameter >= layer.biases && event.parameter < layer.biases + units) {
          lines.push_back(fmt::format("neuron.bias {} {} {}", l, event.parameter - layer.biases, to_text(event.value)));
        }
      }
    } else {
      if (event.learning.optimizer != learning.optimizer) {
        lines.push_back(fmt::format("neuron.optimizer {}", name_of(event.learning.optimizer)));
      }
      if (event.learning.rate != learning.rate) {
        lines.push_back(fmt::format("neuron.rate {}", to_text(event.learning.rate)));
      }
      if (event.learning.batch != learning.batch) lines.push_back(fmt::format("neuron.batch {}", event.learning.batch));
      learning = event.learning;
    }
  }
  go(training_.last());
  if (training_.step() < training_.last()) lines.push_back(fmt::format("neuron.scrub {}", training_.step()));
  lines.push_back(fmt::format("neuron.select {} {} {}", state_.layer, state_.unit, state_.from));
  lines.push_back(fmt::format("neuron.point {} {}", to_text(state_.x), to_text(state_.y)));
  return lines;
}

std::vector<Page::Key> NeuronPage::keys() const {
  return {{"Space", running_ ? "neuron.pause" : "neuron.start", N_("learns, or stops")},
          {"B", "neuron.step batch", N_("one batch")},
          {"E", "neuron.step epoch", N_("one epoch")},
          {"Home", "neuron.scrub 0", N_("back to the start, with the same weights")},
          {"Left", fmt::format("neuron.scrub {}", std::max<int64_t>(0, training_.step() - 1)), N_("one step back")},
          {"Right", fmt::format("neuron.scrub {}", training_.step() + 1), N_("one step on")}};
}

PageKind neuron_page() {
  return {{"neuron", N_("Neurons and layers"), N_("Networks"),
           N_("Points in the plane and a network of a few neurons that learns to tell them apart. Every neuron shows "
              "what it gives at every place; the large picture is the output's, the decision surface. Change the data, "
              "the layers, any weight; learn one sample, one batch or one epoch at a time and see the numbers; let "
              "optimizers race. Beside it stands the same model as Keras code: each line lights what it means.")},
          [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<NeuronPage>(context); }};
}

}  // namespace striate
