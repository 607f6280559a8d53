// What the units of the open network respond to: left its layers, then the units of one layer as pictures, then one
// unit large. How it asks is a method (feature_method.h; methods.cpp lists them): the weights themselves, what a
// picture makes of them, the strongest places in a set, pictures that are made to please a unit, heat maps of what
// mattered.
//
// features.cpp: state, update.  features_commands.cpp: commands, readouts.  features_stage.cpp: the stage.
// features_inspector.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/network_in_use.h"
#include "app/pages/features/feature_method.h"
#include "app/pages/features/film_player.h"
#include "app/pages/page.h"
#include "app/worker/latest.h"

namespace striate {

class FeaturesPage : public Page {
 public:
  explicit FeaturesPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  void image_changed() override;
  size_t held() const override;
  void release() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return film_.count() > 0; }
  void draw_transport(Ui& ui, const Rect& area) const override { film_.draw(ui, area); }
  std::vector<Key> keys() const override;

 protected:
  void hidden() override;

 private:
  using State = FeaturesState;
  NetworkInUse& network() const { return *context_.document.network; }
  FeatureMethod& method() const { return *methods_[method_of(state_.method)]; }
  size_t method_of(const std::string& word) const;
  void commit(State next);
  FeatureLook look_at(const NetworkMomentPtr& moment) const;
  bool renew_look();
  // Throw Error where there is no network, NotReady where it has not answered yet.
  const FeatureLook& need_look();
  // The moment, where it is of the network that is asked for; null: it is on its way, or there is none.
  const NetworkMoment* known() const;

  // features_commands.cpp
  void declare_settings();
  void declare_readouts(Registry& registry);
  void set_unit(const Arguments& arguments);
  void save(const std::string& path);

  // features_stage.cpp
  void draw_layers(Ui& ui, Rect area, const FeatureLook& look) const;
  // features_inspector.cpp
  void draw_method(Ui& ui) const;
  void draw_unit(Ui& ui, const FeatureLook& look) const;
  void draw_save(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  uint64_t revision_ = 1;  // of the state
  std::vector<std::unique_ptr<FeatureMethod>> methods_;
  SettingsOf<State> settings_;
  FilmPlayer film_;
  std::optional<FeatureLook> look_;
  uint64_t look_revision_ = 0;
  int revealed_ = -1;  // the layer whose row was scrolled to
  std::string saved_;
  Latest<std::string> writer_;
};

PageKind features_page();

}  // namespace striate
