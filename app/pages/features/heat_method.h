// The heat maps of the page `features`: where in the picture the evidence for a class or a unit lies, each beside the
// same map of random weights and the picture's plain edges.
//
// heat_work.cpp: what is computed, on the pool.  heat_method.cpp: settings, asking for it, readouts.
// heat_draw.cpp: the stage.  heat_rules.cpp: the arithmetic of the three rules.  heat_inspector.cpp.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/network_worker.h"
#include "app/pages/features/feature_method.h"
#include "app/pages/features/heat_work.h"

namespace striate {

class HeatMapsMethod : public FeatureMethod {
 public:
  explicit HeatMapsMethod(const PageContext& context);

  std::vector<Word> words() const override;
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(const FeatureLook& look) override;
  bool busy() const override { return work_.busy(); }
  void hidden() override;
  size_t held() const override;
  void release() override;
  void start(const FeatureLook& look, bool all) override;
  void stop() override;

  bool fills_stage() const override { return true; }
  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override;
  void draw_inspector(Ui& ui, const FeatureLook& look) const override;
  std::vector<Page::Key> keys() const override;

  double score(const FeatureLook& look) override;
  double map(const FeatureLook& look, int64_t row, int64_t column) override;
  double sum(const FeatureLook& look) override;
  double correlation(const FeatureLook& look) override;
  double edges(const FeatureLook& look) override;
  ImagePtr picture(const FeatureLook& look) const override;

 private:
  struct State {
    double opacity = 0.6;
    bool raw = false;
    OverChannels over = OverChannels::largest;
    bool probability = false;
    bool zeros = false;         // the baseline of integrated gradients
    std::string cam = "last";   // the layer of Grad-CAM
    std::string relu = "auto";  // whose numbers are shown
    int64_t seed = 1;           // of the control's weights
    int64_t rule_channel = -1;  // of the ReLU whose numbers are shown; -1: where most arrives
  };
  // What is asked now. Throws Error: the network names no classes, a layer that is not there.
  HeatAsked asked_by(const FeatureLook& look) const;
  const HeatView& need(const FeatureLook& look);
  bool take();
  void compose();

  // heat_draw.cpp
  void draw_head(Ui& ui, Rect area, const FeatureLook& look) const;
  static std::string twin_words(const FeatureLook& look);
  // heat_inspector.cpp
  static std::string twin_note(const FeatureLook& look, int64_t drawn);
  // heat_rules.cpp
  void draw_arithmetic(Ui& ui, Rect area, HoverNote& note) const;

  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  std::optional<HeatAsked> asked_;
  std::optional<Error> why_;  // there is no map
  bool stopped_ = false;      // by hand: not asked for again until something else is
  HeatViewPtr view_;
  uint64_t version_ = 0;     // of what is shown of it
  std::vector<float> over_;  // the picture under the map
  double composed_ = -1;     // with this opacity
  std::shared_ptr<NetworkWorker> worker_;
  struct Board {  // what there is so far; the pool writes it
    std::mutex mutex;
    HeatViewPtr newest;
  };
  std::shared_ptr<Board> board_;
  Latest<HeatViewPtr> work_;  // last: it uses the above
};

std::unique_ptr<FeatureMethod> make_heat_method(const PageContext& context);

}  // namespace striate
