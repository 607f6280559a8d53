// The labels that a training learns from, where they are not those of its data set: labels made wrong on purpose, so
// that finding them can be tried, and what a person changed, a picture at a time: given another class, or left out. The
// pictures stay as they are; a validation or test part keeps the labels of the set.
//
// As text (TrainingConfig::labels): "12=3 45=out", in the order of the samples. As a file: CSV with the columns
// `picture` (the sample's number in the data set) and `now` (the name of a class, or "left out") among its columns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/training/data/dataset.h"

namespace striate {

constexpr int32_t kLeftOut = -1;
constexpr const char* kLeftOutWords = "left out";  // in a file

// Sample -> its class, from 0, or kLeftOut.
using LabelChanges = std::map<int64_t, int32_t>;

std::string label_changes_text(const LabelChanges& changes);
LabelChanges parse_label_changes(const std::string& text);  // throws Error
// Throws Error: a sample or a class that the data set has not.
void check_label_changes(const LabelChanges& changes, const Dataset& data);

// A file's changes: each line names a picture and its class, in the columns with these names; other columns are for
// people. Throws Error with the line.
LabelChanges parse_label_file(const std::string& text, const Dataset& data);

// `share` (0 to 1) of these samples, to the nearest whole number, each with one of the other classes, every one equally
// likely; a function of the samples' number and the seed alone. Throws Error: a share outside of its range.
LabelChanges wrong_labels(const Dataset& data, const std::vector<int64_t>& samples, double share, uint64_t seed);
void check_wrong_share(double share);

// A data set with other labels; everything else is the set's own. set_changes() alone is not for several threads.
class TrainingLabels : public Dataset {
 public:
  // `wrong`: made on purpose. `learned`: the samples that are learned from; changes of others are kept and have no
  // effect. Throws Error: changes do not fit the set.
  TrainingLabels(std::shared_ptr<const Dataset> data, const std::vector<int64_t>& learned, LabelChanges wrong,
                 LabelChanges changes);

  std::string name() const override { return data_->name(); }
  Shape shape() const override { return data_->shape(); }
  int64_t size() const override { return data_->size(); }
  int64_t training_size() const override { return data_->training_size(); }
  const std::vector<std::string>& classes() const override { return data_->classes(); }
  int label(int64_t index) const override;  // of one that is left out: as if it were not
  const std::vector<std::string>& regions() const override { return data_->regions(); }
  int region(int64_t index) const override { return data_->region(index); }
  int learned_regions() const override { return data_->learned_regions(); }
  int burst(int64_t index) const override { return data_->burst(index); }
  void read(int64_t index, float* pixels) const override { data_->read(index, pixels); }
  std::string describe(int64_t index) const override { return data_->describe(index); }

  const std::shared_ptr<const Dataset>& data() const { return data_; }
  const LabelChanges& wrong() const { return wrong_; }      // what was made wrong on purpose
  const LabelChanges& changes() const { return changes_; }  // what was changed by a person
  std::string text() const { return label_changes_text(changes_); }
  void set_changes(LabelChanges changes);
  int given_label(int64_t index) const;  // before a person changed it: the set's, or the one made wrong
  bool is_left_out(int64_t index) const;
  std::set<int64_t> left_out() const;
  // Of those made wrong on purpose: how many have the set's label again, or are left out.
  int64_t corrected() const;

 private:
  const int32_t* change_of(int64_t index) const;  // null: none that has an effect
  std::shared_ptr<const Dataset> data_;
  std::vector<bool> learned_;  // by sample
  LabelChanges wrong_, changes_;
};

// A file of what was changed, in the order of the samples: picture,about,label,now.
std::string label_changes_csv(const TrainingLabels& labels);

}  // namespace striate
