// One of the networks that read digits, with the weights that the program carries (lenet5, lenet5-1998, lenet1989):
// what it makes of a picture, and, sliding, of a row of digits whose places nobody knows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/network/sliding_network.h"
#include "engine/session/model_file.h"

namespace striate {

class DigitReader {
 public:
  DigitReader(Stream& stream, const std::string& model);  // a name, or a file. Throws Error.

  struct Answer {
    int digit = 0;
    float probability = 0;             // of it; what is left is for the others, or for no digit
    std::vector<float> scores;         // the network's outputs
    std::vector<float> probabilities;  // per digit
    std::vector<float> hidden;         // what its last layer gets: F6 of LeNet-5
  };
  Answer read(const std::vector<float>& pixels);  // (28, 28), 0..1
  // Whether it has outputs that are distances: minus the scores.
  bool distances() const { return distances_; }

  struct Column {
    std::vector<float> probabilities;  // per digit; what is left: none
    std::vector<float> hidden;
    int digit = -1;  // that this column was taken for; -1: between digits
  };
  struct Row {
    int width = 0, step = 4;
    std::vector<Column> columns;
    std::string text;
    int64_t work = 0, work_of_windows = 0;  // multiply-adds of one pass, and of as many windows as there are columns
  };
  bool slides() const { return sliding_.has_value(); }
  const std::string& why_not() const { return why_not_; }
  // (32, width), 0..1, `width` 32 or more. Throws Error where it can't slide.
  Row read_row(const std::vector<float>& pixels, int width);
  // The same windows one after the other; for tests and timing.
  Row read_windows(const std::vector<float>& pixels, int width);

  const ModelFile& file() const { return file_; }

 private:
  Row row_of(const SlidingNetwork::Answers& answers, int width) const;
  std::vector<float> normalized(std::vector<float> pixels, int height, int width) const;
  std::vector<float> probabilities_of(const float* scores) const;

  Stream& stream_;
  ModelFile file_;
  std::optional<Network> network_;
  std::optional<SlidingNetwork> sliding_;
  std::string why_not_;
  Loss loss_ = Loss::cross_entropy;
  bool distances_ = false;
};

// The most probable string behind probabilities per column (Viterbi 1967): each column belongs to a digit or to none,
// a digit has one to four columns, seldom one, and digits seldom follow each other without a column of none. `taken`:
// what each column was taken for.
std::string read_columns(const std::vector<DigitReader::Column>& columns, std::vector<int>& taken);

}  // namespace striate
