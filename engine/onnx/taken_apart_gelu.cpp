// GELU that was taken apart: by its error function, or by its tangent, in any order of its products and sums.
#include <algorithm>
#include <cmath>

#include "engine/onnx/taken_apart.h"

namespace striate {
namespace {

constexpr double kClose = 1e-6;   // relative: constants stand in files as float32
constexpr int kDeepest = 7;       // operators on the way from a group's end to its input
constexpr size_t kMaxNames = 24;  // that are tried as a group's input or output

bool is_close(double value, double wanted) { return std::abs(value - wanted) <= kClose * std::abs(wanted); }

template <typename Polynomial>
bool are_close(const Polynomial& is, const Polynomial& wanted) {
  for (const auto& [powers, factor] : wanted) {
    const auto found = is.find(powers);
    if (found == is.end() || !is_close(found->second, factor)) return false;
  }
  return std::all_of(is.begin(), is.end(),
                     [&](const auto& term) { return wanted.contains(term.first) || term.second == 0; });
}

template <typename Polynomial>
Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial result;
  for (const auto& [p, f] : a) {
    for (const auto& [q, g] : b) result[{p.first + q.first, p.second + q.second}] += f * g;
  }
  return result;
}

}  // namespace

// `name` as a polynomial, through sums, products, quotients by constants, squares and cubes.
std::optional<TakenApart::Polynomial> TakenApart::polynomial(const std::string& name, Search& search, int depth) const {
  if (name == search.x) return Polynomial{{{1, 0}, 1.0}};
  if (name == search.curve) return Polynomial{{{0, 1}, 1.0}};
  if (const std::optional<Scalar> constant = scalar(name)) {
    search.rank = std::max(search.rank, constant->rank);
    return Polynomial{{{0, 0}, constant->value}};
  }
  const auto found = makers_.find(name);
  if (found == makers_.end() || depth == 0) return std::nullopt;
  const OnnxNode& node = graph_.nodes[found->second];
  if (!node.domain.empty() || node.inputs.size() != 2 || node.outputs.size() != 1) return std::nullopt;
  const bool sum = node.op == "Add", difference = node.op == "Sub", times = node.op == "Mul";
  const bool quotient = node.op == "Div", power = node.op == "Pow";
  if (!sum && !difference && !times && !quotient && !power) return std::nullopt;
  search.parts.insert(found->second);
  std::optional<Polynomial> a = polynomial(node.inputs[0], search, depth - 1);
  if (!a) return std::nullopt;
  if (quotient || power) {
    const std::optional<Scalar> second = scalar(node.inputs[1]);
    if (!second || second->value == 0) return std::nullopt;
    search.rank = std::max(search.rank, second->rank);
    if (quotient) {
      for (auto& [powers, factor] : *a) factor /= second->value;
      return a;
    }
    if (second->value == 2) return product(*a, *a);
    if (second->value == 3) return product(product(*a, *a), *a);
    return std::nullopt;
  }
  std::optional<Polynomial> b = polynomial(node.inputs[1], search, depth - 1);
  if (!b) return std::nullopt;
  if (times) {
    a = product(*a, *b);
  } else {
    for (const auto& [powers, factor] : *b) (*a)[powers] += sum ? factor : -factor;
  }
  const bool small = std::all_of(a->begin(), a->end(),
                                 [](const auto& term) { return term.first.first <= 3 && term.first.second <= 1; });
  return small ? a : std::nullopt;
}

// Names that can be the input of what `name` is made of, the nearest first.
std::vector<std::string> TakenApart::behind(const std::string& name) const {
  std::vector<std::string> names{name};
  for (size_t i = 0; i < names.size() && names.size() < kMaxNames; ++i) {
    const auto found = makers_.find(names[i]);
    if (found == makers_.end()) continue;
    const OnnxNode& node = graph_.nodes[found->second];
    if (node.op != "Add" && node.op != "Mul" && node.op != "Div" && node.op != "Pow") continue;
    for (const std::string& each : node.inputs) {
      const bool fresh = std::find(names.begin(), names.end(), each) == names.end();
      if (fresh && !each.empty() && !scalar(each)) names.push_back(each);
    }
  }
  return names;
}

// Names of what may be made with `name`, the nearest first.
std::vector<std::string> TakenApart::before(const std::string& name) const {
  std::vector<std::string> names{name};
  for (size_t i = 0; i < names.size() && names.size() < kMaxNames; ++i) {
    const auto found = readers_.find(names[i]);
    if (found == readers_.end() || found->second.size() > 4) continue;
    for (const size_t reader : found->second) {
      const OnnxNode& node = graph_.nodes[reader];
      const bool fits = node.op == "Add" || node.op == "Mul" || node.op == "Div";
      if (!fits || node.outputs.size() != 1) continue;
      if (std::find(names.begin(), names.end(), node.outputs[0]) == names.end()) names.push_back(node.outputs[0]);
    }
  }
  return names;
}

// x * (1 + erf(x / root of 2)) / 2, or x * (1 + tanh(root of 2 / pi * (x + 0.044715 x^3))) / 2, in whatever order.
std::optional<TakenApart::Group> TakenApart::gelu(size_t curve) const {
  const OnnxNode& node = graph_.nodes[curve];
  if (node.inputs.size() != 1) return std::nullopt;
  const bool tangent = node.op == "Tanh";
  const double root = std::sqrt(2 / std::acos(-1.0));
  const Polynomial inner =
      tangent ? Polynomial{{{1, 0}, root}, {{3, 0}, root * 0.044715}} : Polynomial{{{1, 0}, std::sqrt(0.5)}};
  const Polynomial outer{{{1, 0}, 0.5}, {{1, 1}, 0.5}};
  for (const std::string& x : behind(node.inputs[0])) {
    Search search;
    search.x = x;
    const std::optional<Polynomial> in = polynomial(node.inputs[0], search, kDeepest);
    if (!in || !are_close(*in, inner)) continue;
    search.curve = node.outputs[0];
    for (const std::string& y : before(node.outputs[0])) {
      Search whole = search;
      const std::optional<Polynomial> out = polynomial(y, whole, kDeepest);
      if (!out || !are_close(*out, outer)) continue;
      Group group;
      group.x = x;
      group.last = makers_.at(y);
      group.parts = whole.parts;
      group.parts.insert(curve);
      group.least_rank = whole.rank;
      group.tangent = tangent;
      if (closed(group.parts, group.last)) return group;
    }
  }
  return std::nullopt;
}

}  // namespace striate
