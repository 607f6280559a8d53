#include "app/pages/features/adversarial_method.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "app/command/not_ready.h"
#include "app/network/network_in_use.h"
#include "app/pages/features/class_choices.h"
#include "app/widgets/heat_picture.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

AdversarialMethod::AdversarialMethod(const PageContext& context)
    : context_(context),
      settings_("features", state_, Undo::edit),
      worker_(std::make_shared<NetworkWorker>(context.document.stream.device())),
      work_(context.wake) {}

std::vector<FeatureMethod::Word> AdversarialMethod::words() const {
  return {{"fgsm", N_("Adversarial: FGSM"),
           N_("One step along the sign of the loss's gradient: every value of the picture changes a little, each in "
              "the direction that harms the answer")},
          {"pgd", N_("Adversarial: PGD"),
           N_("Many small steps along that sign from a random beginning, put back within the largest change after "
              "each")}};
}

void AdversarialMethod::declare(Registry& registry) {
  settings_
      .integer("attack.epsilon", "largest change", "How far a value of the picture may change, of 255",
               {"N", "of 255", 1, 255}, &State::epsilon)
      .hands = {1, 64};
  settings_.integer("attack.steps", "steps of PGD", "How many steps PGD takes", {"N", "steps", 1, 1000}, &State::steps);
  Setting& step = settings_.number("attack.step", "size of a step", "How far each step of PGD goes, of 255",
                                   {"N", "of 255", 0.05, 255}, &State::step);
  step.decimals = 2;
  step.hands = {0.05, 16};
  settings_.choice(
      "attack.target", "target class", "The class that is to come out; none: any other than before",
      Parameter::word("N|none", "the N-th best of the picture as it is, 1 the second, or a class by its name; none"),
      [](const State& s) { return s.target; },
      [this](State& s, const std::string& said) {
        const NetworkMomentPtr& moment = context_.document.network->moment();
        const bool known = moment && moment->info && !context_.document.network->opening();
        if (known && said != "none") check_class(*moment, said);
        s.target = said;
      });
  settings_.integer("attack.seed", "seed", "What the noise, and where PGD begins, is drawn from",
                    {"N", "a number", 0, 1e9}, &State::seed);
  settings_.declare(registry);
}

AttackAsked AdversarialMethod::asked_by(const FeatureLook& look) const {
  const OpenNetworkInfo& info = look.info();
  AttackAsked asked;
  asked.moment = look.moment;
  asked.how.method = look.state.method == "pgd" ? AttackMethod::pgd : AttackMethod::fgsm;
  asked.how.epsilon = state_.epsilon;
  asked.how.steps = state_.steps, asked.how.step = state_.step;
  asked.how.seed = static_cast<uint64_t>(state_.seed);
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "open a network with classes: an attack changes which one it gives");
  }
  if (look.moment->answer.order.empty()) {
    throw Error("the network has not answered", "choose what it looks at: network.image FILE");
  }
  if (state_.target != "none") {
    asked.how.target = class_said(*look.moment, state_.target);
    if (!asked.how.target) {
      throw Error(fmt::format("{} has no class {}", info.name, state_.target),
                  "choose another: features.attack.target none");
    }
  }
  return asked;
}

bool AdversarialMethod::take() {
  std::optional<AttackViewPtr> made;
  try {
    made = work_.take();
  } catch (const Error& error) {
    why_ = error;
    view_ = nullptr;
    searching_ = false;
    return true;
  }
  // Of something that was asked before: it is the last that came in time.
  if (!made || !*made || !asked_ || !(*made)->of.same(*asked_)) return false;
  const bool another = !view_ || !view_->of.same((*made)->of);
  view_ = std::move(*made);
  if (another) ++version_;
  if (view_->smallest) {
    searching_ = false;
  } else if (searching_) {
    ask();
  }
  return true;
}

void AdversarialMethod::ask() {
  // The smallest epsilon is looked for once the attack is there, so that it is seen first.
  const AttackViewPtr there = searching_ && view_ && view_->of.same(*asked_) ? view_ : nullptr;
  work_.request([worker = worker_, asked = *asked_, there](Progress& progress) {
    OpenNetwork& network = worker->network_of(asked.moment->of);
    return there ? with_smallest(network, *there, progress) : make_attack_view(network, asked, progress);
  });
}

bool AdversarialMethod::update(const FeatureLook& look) {
  bool changed = take();
  std::optional<AttackAsked> now;
  std::optional<Error> why = look.moment->why;
  try {
    if (!why) now = asked_by(look);
  } catch (const Error& error) {
    why = error;
  }
  if (why) {
    changed |= !why_ || view_;
    work_.cancel();
    why_ = why;
    view_ = nullptr;
    asked_.reset();
    searching_ = false;
    return changed;
  }
  if (asked_ && asked_->same(*now)) return changed;
  // A training goes on: what is nearly there is finished first, else nothing ever would be.
  if (asked_ && asked_->same_question(*now) && work_.busy()) return changed;
  if (!asked_ || !asked_->same_question(*now)) view_ = nullptr;
  searching_ = false;
  asked_ = now;
  why_.reset();
  ask();
  return true;
}

void AdversarialMethod::hidden() {
  if (!work_.busy()) return;
  work_.cancel();
  asked_.reset();
  searching_ = false;
}

size_t AdversarialMethod::held() const { return view_ ? 5 * view_->attack.picture.size() * sizeof(float) : 0; }

void AdversarialMethod::release() {
  view_ = nullptr;
  asked_.reset();
}

void AdversarialMethod::start(const FeatureLook& look, bool) {
  update(look);
  if (why_) throw Error(*why_);
  if (searching_ || (view_ && view_->of.same(*asked_) && view_->smallest)) return;
  searching_ = true;
  if (view_ && view_->of.same(*asked_)) ask();  // else when the attack is there
}

void AdversarialMethod::stop() {
  if (!searching_) return;
  searching_ = false;
  if (view_ && asked_ && view_->of.same(*asked_)) work_.cancel();
}

const AttackView& AdversarialMethod::need(const FeatureLook& look) {
  if (look.state.method != "fgsm" && look.state.method != "pgd") {
    throw Error(fmt::format("{} is no attack", look.state.method), "choose one: features.method fgsm");
  }
  update(look);
  if (why_) throw Error(*why_);
  if (!view_ || !asked_ || !view_->of.same(asked_by(look))) throw NotReady("the attack is not there yet");
  return *view_;
}

const SmallestAttack& AdversarialMethod::need_smallest(const FeatureLook& look) {
  const AttackView& view = need(look);
  if (view.smallest) return *view.smallest;
  if (searching_) throw NotReady("the smallest change is not found yet");
  throw Error("the smallest change was not looked for", "begin: features.start");
}

void AdversarialMethod::declare_readouts(Registry& registry, const LookNow& look) {
  const auto number = [&](const char* name, const char* help, double (*value)(const AttackView&)) {
    registry.add(Readout{std::string("features.attack.") + name, help,
                         [this, look, value] { return ReadoutValue(value(need(look()))); }});
  };
  const auto best = [](const NetworkAnswer& answer) { return static_cast<size_t>(answer.order[0]); };
  const auto answer = [&](const std::string& name, const std::string& whose,
                          const NetworkAnswer& (*of)(const Attack&)) {
    registry.add(Readout{fmt::format("features.attack.{}", name),
                         fmt::format("the class that the network gives {}", whose), [this, look, of, best] {
                           const AttackView& view = need(look());
                           return ReadoutValue(view.before->info->classes[best(of(view.attack))]);
                         }});
    registry.add(Readout{fmt::format("features.attack.{}.probability", name), fmt::format("of that class, {}", whose),
                         [this, look, of, best] {
                           const NetworkAnswer& given = of(need(look()).attack);
                           return ReadoutValue(static_cast<double>(given.probabilities[best(given)]));
                         }});
  };
  answer("before", "the picture as it is", [](const Attack& a) -> const NetworkAnswer& { return a.before; });
  answer("after", "the attacked picture", [](const Attack& a) -> const NetworkAnswer& { return a.attacked.answer; });
  answer("noise", "the picture with noise", [](const Attack& a) -> const NetworkAnswer& { return a.noise.answer; });
  registry.add(Readout{"features.attack.works", "whether the answer is the target, or another one where there is none",
                       [this, look] { return ReadoutValue(std::string(need(look()).attack.works ? "yes" : "no")); }});
  number("largest", "of the sizes by which the attack changes values, of 255 (L-infinity)",
         [](const AttackView& v) { return 255 * v.attack.attacked.largest; });
  number("length", "of the attack's change, of values 0 to 1 (L2)",
         [](const AttackView& v) { return v.attack.attacked.length; });
  number("noise.largest", "of the sizes by which the noise changes values, of 255 (L-infinity)",
         [](const AttackView& v) { return 255 * v.attack.noise.largest; });
  number("noise.length", "of the noise, of values 0 to 1 (L2)",
         [](const AttackView& v) { return v.attack.noise.length; });
  number("factor", "what the attack's change is multiplied with to be shown",
         [](const AttackView& v) { return v.factor; });
  number("forwards", "pictures that the attack sends through the network, those before and after it with them",
         [](const AttackView& v) { return static_cast<double>(v.attack.forwards); });
  number("backwards", "gradients that the attack computes",
         [](const AttackView& v) { return static_cast<double>(v.attack.backwards); });
  number("loss", "cross-entropy of the class that the attack leads from, or to, before its last step",
         [](const AttackView& v) { return v.attack.losses.back(); });

  const auto smallest = [&](const char* name, const char* help, std::optional<int> (*value)(const SmallestAttack&)) {
    registry.add(Readout{std::string("features.attack.") + name, help, [this, look, value]() -> ReadoutValue {
                           const std::optional<int> found = value(need_smallest(look()));
                           if (!found) return std::string("none");
                           return static_cast<double>(*found);
                         }});
  };
  smallest("smallest", "change that does it, of 255, or none: features.start looks for it",
           [](const SmallestAttack& s) { return s.epsilon; });
  smallest("smallest.noise", "size of random noise that changes the answer, of 255, or none",
           [](const SmallestAttack& s) { return s.noise; });
}

ImagePtr AdversarialMethod::picture(const FeatureLook& look) const {
  if (!view_) throw Error("the attack is not there yet", "ask a moment later");
  auto image = std::make_shared<Image>(shown_picture(look.info().picture, view_->attack.attacked.pixels, 1));
  image->name = look.state.method;
  return image;
}

std::unique_ptr<FeatureMethod> make_adversarial_method(const PageContext& context) {
  return std::make_unique<AdversarialMethod>(context);
}

}  // namespace striate
