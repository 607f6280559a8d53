#include "engine/explain/strongest_inputs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

double magnitude_of(double value) {
  return std::isfinite(value) ? std::abs(value) : std::numeric_limits<double>::infinity();
}

// The part of one magnitude in all of them: of several that are no numbers the same for each.
class Parts {
 public:
  explicit Parts(const std::vector<CountedInput>& inputs) {
    for (const CountedInput& each : inputs) {
      if (std::isinf(each.magnitude)) {
        ++infinite_;
      } else {
        sum_ += each.magnitude;
      }
    }
  }
  double of(double magnitude) const {
    if (infinite_ > 0) return std::isinf(magnitude) ? 1.0 / infinite_ : 0;
    return sum_ > 0 ? magnitude / sum_ : 1;  // the one input, of size 0
  }

 private:
  double sum_ = 0;
  int infinite_ = 0;
};

bool stronger(const CountedInput& a, const CountedInput& b) {
  if (a.first != b.first) return a.first;
  if (a.magnitude != b.magnitude) return a.magnitude > b.magnitude;
  return a.term < b.term;
}

void softmax_inputs(const UnitWalk& walk, std::vector<CountedInput>& made) {
  const std::vector<UnitTerm>& terms = walk.terms;
  const int own = walk.place.channel;
  double most = -std::numeric_limits<double>::infinity(), sum = 0, others = 0;
  for (const UnitTerm& t : terms) most = std::max(most, static_cast<double>(t.x));
  std::vector<double> shares;
  for (const UnitTerm& t : terms) shares.push_back(std::exp(static_cast<double>(t.x) - most));
  for (int i = 0; i < static_cast<int>(shares.size()); ++i) {
    sum += shares[static_cast<size_t>(i)];
    if (i != own) others += shares[static_cast<size_t>(i)];
  }
  for (int i = 0; i < static_cast<int>(terms.size()); ++i) {
    CountedInput input;
    input.term = i;
    input.first = i == own;
    input.weight = input.product = i == own ? others / sum : -shares[static_cast<size_t>(i)] / sum;
    input.magnitude = magnitude_of(input.product);
    if (input.first || input.magnitude > 0) made.push_back(input);
  }
}

struct Wanted {
  int64_t at = 0;  // of the input, in its node
  CellPlace place;
  StrongestInputs::Link link;
};

class Tracer {
 public:
  Tracer(OpenNetwork& network, const NetworkAnswer& answer, int k, const Session::Progress& progress)
      : walks_(network, answer), k_(k), progress_(progress), wanted_(answer.activations.size()) {
    made_.hidden.resize(answer.activations.size());
  }

  std::optional<StrongestInputs> trace(const CellPlace& place) {
    all_ = place.node + 1;
    if (canceled(0)) return std::nullopt;
    made_.walk = walks_.walk(place);
    made_.cells.push_back(cell_of(place, 1));
    follow(0, made_.walk);
    for (int node = place.node - 1; node >= 0; --node) {
      if (wanted_[static_cast<size_t>(node)].empty()) continue;
      const auto first = static_cast<int>(made_.cells.size());
      keep(node);
      for (int cell = first; cell < static_cast<int>(made_.cells.size()); ++cell) {
        if (canceled(place.node - node)) return std::nullopt;
        follow(cell);
      }
    }
    for (const StrongestInputs::Cell& cell : made_.cells) {
      made_.hidden[static_cast<size_t>(cell.place.node)] += cell.hidden();
    }
    std::stable_sort(made_.links.begin(), made_.links.end(), [](const auto& a, const auto& b) { return a.to < b.to; });
    if (progress_) progress_(all_, all_);
    return std::move(made_);
  }

 private:
  bool canceled(int done) const { return progress_ && !progress_(done, all_); }

  StrongestInputs::Cell cell_of(const CellPlace& place, double share) const {
    StrongestInputs::Cell cell;
    cell.place = place;
    cell.value = walks_.value(place);
    cell.share = share;
    cell.cut = walks_.is_cut(place);
    return cell;
  }

  // Of all that the kept cells behind it want of a node, the cells with the largest shares.
  void keep(int node) {
    std::vector<Wanted>& wanted = wanted_[static_cast<size_t>(node)];
    // Those of one cell side by side; each cell's in the order of who reads it.
    std::stable_sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) { return a.at < b.at; });
    struct Candidate {
      size_t first, end;
      double share;
    };
    std::vector<Candidate> candidates;
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (i == 0 || wanted[i].at != wanted[i - 1].at) candidates.push_back({i, i, 0});
      candidates.back().end = i + 1;
      candidates.back().share += wanted[i].link.share;
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.share > b.share; });
    if (static_cast<int>(candidates.size()) > k_) candidates.resize(static_cast<size_t>(k_));
    for (const Candidate& kept : candidates) {
      for (size_t i = kept.first; i < kept.end; ++i) {
        StrongestInputs::Link link = wanted[i].link;
        link.from = static_cast<int>(made_.cells.size());
        ++made_.cells[static_cast<size_t>(link.to)].shown;
        made_.links.push_back(link);
      }
      made_.cells.push_back(cell_of(wanted[kept.first].place, kept.share));
    }
    wanted = {};
  }

  void follow(int cell) {
    StrongestInputs::Cell& of = made_.cells[static_cast<size_t>(cell)];
    if (of.cut || of.place.node == 0) return;
    UnitWalk walk;
    try {
      walk = walks_.walk(of.place, Followed::moving);
    } catch (const Error& error) {
      of.why = error.what();
      return;
    }
    follow(cell, walk);
  }

  void follow(int cell, const UnitWalk& walk) {
    StrongestInputs::Cell& of = made_.cells[static_cast<size_t>(cell)];
    if (of.cut || of.place.node == 0) return;
    std::vector<CountedInput> inputs = counted_inputs(walk);
    of.inputs = static_cast<int64_t>(inputs.size());
    const Parts parts(inputs);
    const std::vector<int>& nodes = walks_.info().architecture.nodes()[static_cast<size_t>(of.place.node)].inputs;
    // Those that no picture reaches have no cell to go to.
    std::erase_if(inputs, [&](const CountedInput& each) {
      const auto input = static_cast<size_t>(walk.terms[static_cast<size_t>(each.term)].input);
      return walks_.is_constant(nodes[input]);
    });
    const size_t count = std::min(inputs.size(), static_cast<size_t>(k_));
    std::partial_sort(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(count), inputs.end(), stronger);
    for (size_t i = 0; i < count; ++i) {
      const UnitTerm& term = walk.terms[static_cast<size_t>(inputs[i].term)];
      Wanted wanted;
      wanted.place = walks_.place_of(walk, term);
      wanted.at =
          index_of(walks_.info(), wanted.place.node, wanted.place.channel, wanted.place.row, wanted.place.column);
      wanted.link.to = cell;
      wanted.link.x = term.x;
      wanted.link.weight = inputs[i].weight;
      wanted.link.product = inputs[i].product;
      wanted.link.share = of.share * parts.of(inputs[i].magnitude);
      if (cell == 0) {
        made_.inputs.push_back(
            {wanted.place, inputs[i].term, term.x, wanted.link.weight, wanted.link.product, wanted.link.share});
      }
      wanted_[static_cast<size_t>(wanted.place.node)].push_back(wanted);
    }
  }

  CellWalks walks_;
  int k_, all_ = 1;
  const Session::Progress& progress_;
  StrongestInputs made_;
  std::vector<std::vector<Wanted>> wanted_;  // per node
};

}  // namespace

std::vector<CountedInput> counted_inputs(const UnitWalk& walk) {
  std::vector<CountedInput> made;
  const auto add = [&](size_t i, double weight, bool alone) {
    const UnitTerm& term = walk.terms[i];
    if (term.padding) return;
    CountedInput input;
    input.term = static_cast<int>(i);
    input.weight = weight;
    input.product = static_cast<double>(term.x) * weight;
    input.magnitude = magnitude_of(input.product);
    if (alone || input.magnitude > 0) made.push_back(input);
  };
  if (walk.form == UnitForm::given) return made;
  if (walk.form == UnitForm::softmax) {
    softmax_inputs(walk, made);
    return made;
  }
  if (walk.form == UnitForm::maximum || (walk.form == UnitForm::computed && walk.winner >= 0)) {
    if (walk.winner >= 0) add(static_cast<size_t>(walk.winner), 1, true);
    return made;
  }
  for (size_t i = 0; i < walk.terms.size(); ++i) {
    const UnitTerm& term = walk.terms[i];
    switch (walk.form) {
      case UnitForm::products:
        add(i, static_cast<double>(term.w), false);
        break;
      case UnitForm::average:
        add(i, 1.0 / walk.divisor, false);
        break;
      case UnitForm::normalized:
        add(i, static_cast<double>(walk.rstd) * static_cast<double>(walk.scale), true);
        break;
      case UnitForm::computed:
        add(i, static_cast<double>(term.slope), false);
        break;
      case UnitForm::function:
        add(i, static_cast<double>(term.slope), true);
        break;
      default:
        add(i, 1, walk.form == UnitForm::copied);
    }
  }
  return made;
}

std::optional<StrongestInputs> strongest_inputs(OpenNetwork& network, const NetworkAnswer& answer,
                                                const CellPlace& place, int k, const Session::Progress& progress) {
  if (k < 0) throw Error(fmt::format("{} strongest inputs", k), "ask for 0 or more");
  return Tracer(network, answer, k, progress).trace(place);
}

}  // namespace striate
