// What of a training goes into files and comes out of them: the model (the page's own train.save and train.open), the
// curves as CSV or PNG, the network's text. Their commands, and the inspector's section FILES.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "app/pages/train/train_view.h"
#include "app/worker/latest.h"

namespace striate {

class TrainFiles {
 public:
  explicit TrainFiles(const TrainScene& scene);

  void declare(Registry& registry);  // train.export, train.layers.save, train.layers.open; readout train.save.name
  bool update();                     // takes finished work in; throws its Error
  bool busy() const { return writer_.busy(); }
  void draw(Ui& ui, const TrainSnapshot& now) const;
  // A file that the trainer's thread writes: it stands under FILES once the flag is set.
  std::shared_ptr<std::atomic<bool>> wait_for(const std::string& path);

 private:
  void export_curves(const std::string& text);
  std::string base_name() const;  // "lenet5-mnist": what files are called first

  const TrainScene& scene_;
  Registry* registry_ = nullptr;
  std::string written_;
  std::string awaited_;
  std::shared_ptr<std::atomic<bool>> done_;  // awaited_ is written
  Latest<std::string> writer_;               // last: it uses the rest
};

}  // namespace striate
