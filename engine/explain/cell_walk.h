// A cell of an open network followed down to its arithmetic: the walk of network_walk.h over the activations of an
// answer and the session's own weights and running statistics. The value is that of the answer, bit for bit, on the
// device that gave it.
//
// Places are those of index_of(): channel, row and column as people see them, a vector as channels of one cell, the
// input as the picture has it. A UnitPlace counts as the layers do; the two differ for networks whose channels come
// last, and for volumes.
//
// Weights are read where they are. On a GPU they are copied, of convolutions and dense layers only the row of the
// asked channel.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "engine/session/open_network.h"
#include "engine/walk/network_walk.h"

namespace striate {

struct CellPlace {
  int node = 0;
  int64_t channel = 0, row = 0, column = 0;
  friend bool operator==(const CellPlace&, const CellPlace&) = default;
};

class CellWalks {
 public:
  // Of an answer of this network. Both must outlive it. Throws Error: activations that were too many to be kept.
  CellWalks(OpenNetwork& network, const NetworkAnswer& answer);
  CellWalks(const CellWalks&) = delete;
  CellWalks& operator=(const CellWalks&) = delete;

  // Throws Error: there is no such cell; what walk_unit() throws.
  UnitWalk walk(const CellPlace& place, Followed followed = Followed::all);
  // The cell is 0 because its channel, its layer or its side of a block was cut out, whatever the walk says.
  bool is_cut(const CellPlace& place) const;
  float value(const CellPlace& place) const;  // as the network holds it
  // No picture reaches it: what it holds is as fixed as a weight.
  bool is_constant(int node) const { return constant_[static_cast<size_t>(node)] != 0; }

  // The place that a term of a walk reads; not of the padding, not of a constant.
  CellPlace place_of(const UnitWalk& walk, const UnitTerm& term) const;
  const OpenNetworkInfo& info() const { return *info_; }

 private:
  UnitPlace unit_of(const CellPlace& place) const;
  const float* array(TensorKind kind, const std::string& name);
  void keep_side_alone(UnitWalk* walk) const;

  OpenNetwork* network_;
  OpenNetworkInfoPtr info_;
  const NetworkAnswer* answer_;
  std::vector<Lesion> lesions_;
  std::map<int, int> joins_;  // that pass on one input alone
  std::vector<char> constant_;
  std::vector<UnitSizes> sizes_;
  NetworkValues values_;
  int64_t row_ = 0;  // that is asked of a tensor with a row for each channel
  // Copies of tensors on a GPU. Memory that is never written to takes no place.
  struct Copy {
    std::unique_ptr<float[]> values;
    std::vector<char> rows;  // that are there
  };
  std::map<std::tuple<TensorKind, std::string>, Copy> copies_;
};

}  // namespace striate
