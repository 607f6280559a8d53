// Adversarial pictures on the page `features`: the picture, a change of it that is made from the network's own
// gradient, the picture with it, and random noise of the same size, each with what the network says of it. What is
// computed is engine/explain/adversarial.h.
//
// adversarial_work.cpp: on the pool.  adversarial_method.cpp: settings, asking for it, readouts.
// adversarial_draw.cpp: stage and inspector.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/network_worker.h"
#include "app/pages/features/adversarial_work.h"
#include "app/pages/features/feature_method.h"

namespace striate {

class AdversarialMethod : public FeatureMethod {
 public:
  explicit AdversarialMethod(const PageContext& context);

  std::vector<Word> words() const override;
  void declare(Registry& registry) override;
  void declare_readouts(Registry& registry, const LookNow& look) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(const FeatureLook& look) override;
  bool busy() const override { return work_.busy(); }
  void hidden() override;
  size_t held() const override;
  void release() override;
  void start(const FeatureLook& look, bool all) override;  // looks for the smallest epsilon
  void stop() override;

  bool fills_stage() const override { return true; }
  bool has_units() const override { return false; }
  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override;
  void draw_inspector(Ui& ui, const FeatureLook& look) const override;
  ImagePtr picture(const FeatureLook& look) const override;  // the attacked one, at its own size

 private:
  struct State {
    int epsilon = 4, steps = 10;
    double step = 1;
    std::string target = "none";
    int64_t seed = 1;
  };
  // What is asked now. Throws Error: the network names no classes, no such class.
  AttackAsked asked_by(const FeatureLook& look) const;
  // The attack that is asked now. Throw NotReady, or Error: another method is chosen, there is no attack.
  const AttackView& need(const FeatureLook& look);
  const SmallestAttack& need_smallest(const FeatureLook& look);
  bool take();
  void ask();  // for asked_, with the smallest epsilon where it is looked for

  // adversarial_draw.cpp
  struct Cell;
  std::string sentence() const;
  void draw_picture(Ui& ui, const Cell& cell, HoverNote& note) const;
  void draw_takes(Ui& ui) const;

  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  std::optional<AttackAsked> asked_;
  std::optional<Error> why_;  // there is no attack
  bool searching_ = false;    // for the smallest epsilon
  AttackViewPtr view_;
  uint64_t version_ = 0;  // of what is shown of it
  std::shared_ptr<NetworkWorker> worker_;
  Latest<AttackViewPtr> work_;  // last: it uses the above
};

std::unique_ptr<FeatureMethod> make_adversarial_method(const PageContext& context);

}  // namespace striate
