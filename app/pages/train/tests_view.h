// The view `tests`: the confusion matrix large; a cell opens its pictures, a picture becomes the probe. Beside it the
// mistakes that the network is most certain of, the batch that is being learned with its augmentation and what the
// network says of each picture, or the training pictures whose label is probably wrong, to be relabeled or left out.
//
// Files: tests_view.cpp: commands, readouts, the matrix.   tests_pictures.cpp: lists and the batch.
// tests_labels.cpp, tests_relabel.cpp: labels, as they are drawn, and their commands.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/hover_note.h"
#include "engine/training/mislabeled.h"

namespace striate {

// Positions in test.indices whose pictures are of this class and taken for that, the most certain first.
std::vector<int32_t> pictures_of_cell(const TrainTest& test, int true_class, int predicted);

class TestsView : public TrainView {
 public:
  explicit TestsView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "tests"; }
  std::string title() const override { return N_("Tests"); }
  std::string help() const override {
    return "Who is taken for whom, the most certain mistakes, and the batch that is being learned";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  void subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const override;
  bool update(double now) override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  std::vector<Page::Key> keys() const override;

 private:
  enum class Show { cell, mistakes, batch, labels };
  void draw_matrix(Ui& ui, Rect area, const TrainSnapshot& now, HoverNote& note) const;
  void draw_pictures(Ui& ui, const TrainSnapshot& now, HoverNote& note) const;
  static void draw_list(Ui& ui, const TrainSnapshot& now, const std::vector<int32_t>& positions, HoverNote& note);
  static void draw_batch(Ui& ui, const TrainSnapshot& now, HoverNote& note);
  void show_cell(int true_class, int predicted);
  void declare_labels(Registry& registry);
  void update_labels(const TrainSnapshot& now);
  const TrainLabels& measured_labels() const;  // throws Error where nobody measured them
  LabelChanges changes() const;                // as they are set now
  void draw_labels(Ui& ui, const TrainSnapshot& now, HoverNote& note) const;
  void draw_found(Ui& ui, const TrainSnapshot& now, HoverNote& note) const;
  void draw_changed(Ui& ui, const TrainSnapshot& now, HoverNote& note) const;

  TrainScene scene_;
  struct State {
    Show show = Show::mistakes;
    int true_class = -1, predicted = -1;  // the chosen cell; -1: none
    double sure = 0.5;                    // how sure of another class the network is of a picture that is listed
  };
  State look_;
  SettingsOf<State> settings_{"train.tests", look_, Undo::none};

  // The pictures of the chosen cell.
  std::shared_ptr<const TrainTest> pictures_of_;
  int pictures_true_ = -1, pictures_predicted_ = -1;
  std::vector<int32_t> pictures_;

  // Pictures whose label is probably wrong, and what they were found with.
  std::shared_ptr<const TrainLabels> found_in_;
  double found_sure_ = -1;
  std::string found_changes_;
  std::vector<Mislabeled> found_;
};

std::unique_ptr<TrainView> make_tests_view(const TrainScene& scene);

}  // namespace striate
