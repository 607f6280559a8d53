// Data sets as training sees them: pictures as floats 0..1 (C, H, W), a class for each, the classes' names. A new
// source is a new file that derives from Dataset, and a line in the list of sources.
//
// All functions are const and may be called from several threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/tensor.h"

namespace striate {

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual std::string name() const = 0;  // what makes it again: "mnist:DIR", "digits"
  virtual Shape shape() const = 0;       // (C, H, W), or (F) for points
  virtual int64_t size() const = 0;      // samples, 1 or more
  // Samples [0, training_size) are for training and validation; what follows is the set's own test part, if it has one.
  virtual int64_t training_size() const { return size(); }
  virtual const std::vector<std::string>& classes() const = 0;
  virtual int label(int64_t index) const = 0;  // 0 .. classes-1
  // Where samples come from, for sets that know it: names, and which of them a sample has; -1: not known. Samples of
  // one region are alike beyond their class, so that a fair split has no region in two parts (split.h).
  virtual const std::vector<std::string>& regions() const;
  virtual int region(int64_t) const { return -1; }
  // For sets that say themselves which regions are learned from: the first so many; split by region the others are the
  // test part. 0: the shares decide.
  virtual int learned_regions() const { return 0; }
  // For sets with pictures that were taken one right after the other and resemble each other like twins: which burst a
  // sample is of, one class's; no split by sample divides it. -1: of none.
  virtual int burst(int64_t) const { return -1; }
  // Writes shape().count() floats. Throws Error where a file can't be read any more.
  virtual void read(int64_t index, float* pixels) const = 0;
  // One line for people: "a/b.png", "digit 7, seed 12". Empty: nothing to say.
  virtual std::string describe(int64_t) const { return ""; }
};

// Samples that are in memory: for tests, points, and small sets made elsewhere.
class MemoryDataset : public Dataset {
 public:
  // pixels (size, shape), labels (size). Throws Error: sizes that don't fit, a label outside the classes.
  MemoryDataset(std::string name, Shape shape, std::vector<float> pixels, std::vector<int> labels,
                std::vector<std::string> classes);
  std::string name() const override { return name_; }
  Shape shape() const override { return shape_; }
  int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  const std::vector<std::string>& classes() const override { return classes_; }
  int label(int64_t index) const override { return labels_[static_cast<size_t>(index)]; }
  void read(int64_t index, float* pixels) const override;
  // Throws Error: not one for each sample, one that has no name. -1: not known.
  void set_regions(std::vector<std::string> names, std::vector<int> region);
  const std::vector<std::string>& regions() const override { return regions_; }
  int region(int64_t index) const override { return region_.empty() ? -1 : region_[static_cast<size_t>(index)]; }

 private:
  std::string name_;
  Shape shape_;
  std::vector<float> pixels_;
  std::vector<int> labels_, region_;
  std::vector<std::string> classes_, regions_;
};

// x -> (x - mean[c]) / stddev[c], per channel. Empty: x as it is. Stored with the model.
struct Normalization {
  std::vector<float> mean, stddev;

  bool empty() const { return mean.empty(); }
  // "mean 0.485,0.456,0.406 std 0.229,0.224,0.225"; "none". parse() throws Error.
  std::string text() const;
  static Normalization parse(const std::string& text);
  void apply(const Shape& shape, float* pixels) const;  // shape (C, H, W); (F): channels are values
  // Mean and standard deviation of each channel over these samples (all or, of more than `most`, evenly chosen ones),
  // in double precision; a standard deviation of 0 becomes 1.
  static Normalization measure(const Dataset& data, const std::vector<int64_t>& indices, int64_t most = 5000);
};

// Changes a picture in place before it is normalized: a function of the picture, the seed and the draw's number alone.
using Augment = std::function<void(float* pixels, const Shape& shape, uint64_t seed, uint64_t draw)>;

}  // namespace striate
