// The settings of a training, for the page's inspector: NETWORK (the layers with their parameters) and LEARNING (data,
// optimizer, rate, schedule, batch, split, seed, augmentation, starting weights). The page owns one, declares it, and
// draws it below its own RUN section.
//
// Every control sends a command of the page (train.rate, train.optimizer, ...); where one control changes a part of a
// text ("momentum" of "sgd momentum 0.9"), a command here writes the text anew and runs the page's.
#pragma once

#include <string>

#include "app/command/setting.h"
#include "app/pages/train/network_draft.h"

namespace striate {

class TrainSettings {
 public:
  explicit TrainSettings(const TrainScene& scene);

  // train.data.choose, .folder, .size, train.optimizer.set, train.schedule.choose, .set, train.augment.set
  void declare(Registry& registry);
  bool update(double now);  // true: another frame
  bool busy() const { return peek_.busy(); }
  size_t held() const { return peek_.held(); }
  void release() { peek_.release(); }

  void draw_network(Ui& ui, const TrainSnapshot& now) const;
  void draw_learning(Ui& ui, const TrainSnapshot& now) const;

  const DataPeek& data() const { return peek_; }

 private:
  void draw_data(Ui& ui, const TrainSnapshot& now) const;
  void draw_optimizer(Ui& ui) const;
  void draw_rate(Ui& ui) const;
  void draw_batches(Ui& ui, const TrainSnapshot& now) const;

  void declare_parts();

  const TrainScene& scene_;
  DataPeek peek_;
  // What is a part of a setting's text: which data set, how many, which schedule. The page's own commands write it.
  SettingsOf<TrainingConfig> parts_;
  Registry* registry_ = nullptr;
  struct Line {
    std::string words, parameters;
  };
  struct Lines {  // of the network, as the inspector shows it
    std::string model;
    Shape shape;
    int classes = 0;
    std::vector<Line> lines;
    int64_t parameters = 0;
    std::string architecture;  // its text; empty: it is not right
  };
  Lines lines() const;  // of the present config; lines_ where they are its
  Lines lines_;
};

// All settings of a training, in the order in which state() writes them. Rate and schedule are also those of the run
// while it trains: the page says what that changes.
struct LiveSettings {
  Setting &rate, &schedule, &labels;
};
LiveSettings declare_config(SettingsOf<TrainingConfig>& settings);

// The controls of augmentation alone: what a picture goes through before it is learned from.
void draw_augmentation(Ui& ui, const TrainingConfig& config);

}  // namespace striate
