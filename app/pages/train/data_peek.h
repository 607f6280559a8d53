// The data set that the config names, for whoever sets a training up before it runs: its shape, its classes, pictures
// of it. That of the run where the run has it already; else it is opened behind the window.
#pragma once

#include <memory>
#include <optional>

#include "app/pages/train/train_view.h"
#include "app/worker/latest.h"

namespace striate {

class DataPeek {
 public:
  explicit DataPeek(const TrainScene& scene);

  // Asks for what the config now names and takes what is there. True: something changed.
  bool update();
  bool busy() const { return opener_.busy(); }
  float progress() const { return opener_.progress(); }
  size_t held() const;  // bytes of a data set that the run has not
  void release();       // gives it up until the next update()

  const std::shared_ptr<const Dataset>& data() const { return data_; }  // null: not read yet, or it can't be
  const std::optional<Error>& error() const { return error_; }          // why it can't
  Shape shape() const { return data_ ? data_->shape() : Shape{}; }
  int classes() const { return data_ ? static_cast<int>(data_->classes().size()) : 0; }

 private:
  using DatasetPtr = std::shared_ptr<const Dataset>;
  const TrainScene& scene_;
  TrainingConfig asked_;  // what data_, error_ or the work under way belongs to
  bool asked_before_ = false;
  DatasetPtr data_;
  std::optional<Error> error_;
  Latest<DatasetPtr> opener_;  // last: it uses the rest
};

}  // namespace striate
