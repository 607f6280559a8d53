#include "app/pages/features/adversarial_work.h"

#include <algorithm>
#include <utility>

namespace striate {
namespace {

std::shared_ptr<const NetworkMoment> moment_with(const NetworkMoment& of, const NetworkAnswer& answer) {
  auto made = std::make_shared<NetworkMoment>();
  made->info = of.info;
  made->picture.label = of.picture.label;
  made->answer = answer;
  return made;
}

// The factor that makes a change of this size half of 0..1; 0: there is none.
double shown_factor(double largest) { return largest > 0 ? 0.5 / largest : 0; }

std::vector<float> shown_change(const std::vector<float>& before, const std::vector<float>& after, double factor) {
  std::vector<float> made(before.size());
  for (size_t i = 0; i < made.size(); ++i) {
    const double by = static_cast<double>(after[i]) - static_cast<double>(before[i]);
    made[i] = std::clamp(static_cast<float>(0.5 + factor * by), 0.0f, 1.0f);
  }
  return made;
}

Session::Progress told(Progress& progress) {
  return [&progress](int done, int all) {
    progress.share = static_cast<float>(done) / static_cast<float>(std::max(all, 1));
    return !progress.canceled.load();
  };
}

// A camera's next picture is as good as the last.
bool same_picture(const NetworkMoment& a, const NetworkMoment& b) {
  if (a.of.state.image == "camera") return true;
  return a.of.image == b.of.image && a.of.drawing == b.of.drawing;
}

}  // namespace

bool AttackAsked::same_question(const AttackAsked& other) const {
  return how == other.how && same_picture(*moment, *other.moment) && moment->of.state == other.moment->of.state;
}

bool AttackAsked::same(const AttackAsked& other) const {
  return moment->version == other.moment->version && same_question(other);
}

AttackViewPtr make_attack_view(OpenNetwork& network, const AttackAsked& asked, Progress& progress) {
  const NetworkMoment& moment = *asked.moment;
  std::optional<Attack> made = attack(network, moment.input.pixels, asked.how, told(progress));
  if (!made) return nullptr;
  AttackView view;
  view.of = asked;
  view.attack = std::move(*made);
  const Attack& attack = view.attack;
  view.factor = shown_factor(attack.attacked.largest);
  view.noise_factor = shown_factor(attack.noise.largest);
  view.change = shown_change(attack.picture, attack.attacked.pixels, view.factor);
  view.noise = shown_change(attack.picture, attack.noise.pixels, view.noise_factor);
  view.before = moment_with(moment, attack.before);
  view.after = moment_with(moment, attack.attacked.answer);
  view.with_noise = moment_with(moment, attack.noise.answer);
  return std::make_shared<AttackView>(std::move(view));
}

AttackViewPtr with_smallest(OpenNetwork& network, const AttackView& view, Progress& progress) {
  std::optional<SmallestAttack> found = smallest_attack(network, view.attack.picture, view.of.how, told(progress));
  if (!found) return nullptr;
  auto made = std::make_shared<AttackView>(view);
  made->smallest = *found;
  return made;
}

}  // namespace striate
