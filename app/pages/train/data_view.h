// The view `data`: what is learned from. Pictures of every class with how many of them are for training, validation and
// test; and one of them as augmentation changes it, draw by draw.
//
// data_view.cpp: state, commands, inspector.   data_pictures.cpp: the pictures.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/data_peek.h"
#include "app/widgets/sheet.h"
#include "app/worker/latest.h"

namespace striate {

// A data set laid out by class: what the view shows, made behind the window.
struct DataTable {
  static constexpr int kPictures = 24;  // of each class
  std::shared_ptr<const Dataset> data;
  std::string split;
  uint64_t seed = 0;
  std::vector<std::array<int64_t, 3>> counts;  // per class: training, validation, test
  std::vector<std::vector<int64_t>> samples;   // per class: the first ones of the training part
  std::array<int64_t, 3> all() const;
};
// Throws Error: a split that does not parse or does not fit.
std::shared_ptr<const DataTable> make_data_table(std::shared_ptr<const Dataset> data, const std::string& split,
                                                 uint64_t seed, const std::string& split_by = "");

class DataView : public TrainView {
 public:
  explicit DataView(const TrainScene& scene);

  std::string id() const override { return "data"; }
  std::string title() const override { return N_("Data"); }
  std::string help() const override { return "The pictures of each class, and what augmentation makes of them"; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(double now) override;
  bool busy() const override { return peek_.busy() || maker_.busy(); }
  size_t held() const override { return peek_.held(); }
  void release() override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;

 private:
  using TablePtr = std::shared_ptr<const DataTable>;
  int64_t sample() const;  // the one that is shown augmented; -1: none
  void draw_augmented(Ui& ui, const Rect& area) const;
  void draw_classes(Ui& ui, const Rect& area) const;

  const TrainScene& scene_;
  DataPeek peek_;
  TablePtr table_;
  std::optional<Error> error_;  // of the split
  const Dataset* asked_data_ = nullptr;
  std::string asked_split_;
  uint64_t asked_seed_ = 0;
  struct State {
    int64_t sample = -1;  // -1: the first of the first class
    int64_t draw = 0;     // number of the first of the augmented draws
  };
  State look_;
  SettingsOf<State> settings_{"train.data", look_, Undo::none};
  uint64_t version_ = 1;
  Latest<TablePtr> maker_;  // last: it uses the rest
};

std::unique_ptr<TrainView> make_data_view(const TrainScene& scene);

}  // namespace striate
