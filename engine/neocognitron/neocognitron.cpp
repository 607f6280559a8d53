#include "engine/neocognitron/neocognitron.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/error.h"

namespace striate {
namespace {

// Falls with the distance from the middle of a window.
std::vector<float> falling(int window, float by) {
  std::vector<float> values;
  for (int r = 0; r < window; ++r) {
    for (int s = 0; s < window; ++s) {
      const float middle = static_cast<float>(window - 1) / 2;
      values.push_back(std::pow(by, std::hypot(static_cast<float>(r) - middle, static_cast<float>(s) - middle)));
    }
  }
  return values;
}

void grow(Stream& stream, Buffer<float>& buffer, size_t count) {
  if (buffer.size() < static_cast<int64_t>(count)) {
    buffer = Buffer<float>(stream.device(), static_cast<int64_t>(count + count / 2), "the Neocognitron");
  }
}
void give(Stream& stream, Buffer<float>& buffer, const std::vector<float>& values) {
  grow(stream, buffer, values.size());
  upload(stream, buffer, values.data(), static_cast<int64_t>(values.size()));
}
std::vector<float> taken(Stream& stream, const Buffer<float>& buffer, size_t count) {
  std::vector<float> values(count);
  download(stream, values.data(), buffer, static_cast<int64_t>(count));
  return values;
}

}  // namespace

const char* name_of(NeocognitronFormula formula) {
  static constexpr const char* names[kNeocognitronFormulas] = {"right", "squares", "parentheses", "quotient", "first"};
  return names[static_cast<size_t>(formula)];
}

NeocognitronSettings NeocognitronSettings::of_1980() {
  NeocognitronSettings settings;
  settings.stages.resize(3);
  settings.stages[1] = {.s_pad = 1, .selectivity = 1.5f, .learning = 1.5f};
  settings.stages[2] = {
      .s_pad = 0, .c_window = 2, .c_stride = 1, .c_before = 0, .c_after = 0, .selectivity = 1.5f, .learning = 1.5f};
  return settings;
}

Neocognitron::Neocognitron(Stream& stream, NeocognitronSettings settings)
    : stream_(stream), settings_(std::move(settings)) {
  striate::check(!settings_.stages.empty() && settings_.side > 0, "a Neocognitron of {} stages for {} pixels",
                 settings_.stages.size(), settings_.side);
  stages_.resize(settings_.stages.size());
  for (int i = 0; i < stages(); ++i) {
    const NeocognitronStage& of = settings_.stages[static_cast<size_t>(i)];
    Stage& stage = stages_[static_cast<size_t>(i)];
    stage.d = falling(of.c_window, of.delta);
    for (float& d : stage.d) d *= of.delta_first;
    widen(i, 0, planes_before(i));
    check(s_shape(i)), check(c_shape(i));
  }
}

SCellShape Neocognitron::s_shape(int stage) const {
  const NeocognitronStage& of = settings_.stages[static_cast<size_t>(stage)];
  SCellShape s;
  s.j = std::max(1, planes_before(stage));
  s.k = std::max(1, planes(stage));
  s.h = s.w = stage == 0 ? settings_.side : c_shape(stage - 1).p();
  s.window = of.s_window, s.pad = of.s_pad;
  return s;
}
CCellShape Neocognitron::c_shape(int stage) const {
  const NeocognitronStage& of = settings_.stages[static_cast<size_t>(stage)];
  const SCellShape s = s_shape(stage);
  CCellShape c;
  c.k = s.k, c.h = s.p(), c.w = s.q();
  c.window = of.c_window, c.stride = of.c_stride, c.before = of.c_before, c.after = of.c_after;
  return c;
}

// The sum of c is 1 over all planes that come in, so it changes where planes are made before: a and b then become what
// they would be if c had been so from the start.
void Neocognitron::widen(int i, int before, int now) {
  const NeocognitronStage& of = settings_.stages[static_cast<size_t>(i)];
  Stage& stage = stages_[static_cast<size_t>(i)];
  const std::vector<float> one = falling(of.s_window, of.gamma);
  double sum = 0;
  for (const float each : one) sum += each;
  stage.c.clear();
  for (int j = 0; j < now; ++j) {
    for (const float each : one) stage.c.push_back(static_cast<float>(each / (sum * now)));
  }
  stage.changed = true;
  if (before == 0) return;
  const float share = static_cast<float>(before) / static_cast<float>(now);
  std::vector<float> wider;
  for (int k = 0; k < stage.planes; ++k) {
    const auto row = stage.a.begin() + static_cast<std::ptrdiff_t>(one.size()) * before * k;
    for (std::ptrdiff_t t = 0; t < static_cast<std::ptrdiff_t>(one.size()) * before; ++t)
      wider.push_back(row[t] * share);
    wider.insert(wider.end(), one.size() * static_cast<size_t>(now - before), 0.0f);
  }
  stage.a = std::move(wider);
  for (float& b : stage.b) b *= std::sqrt(share);
}

void Neocognitron::set_selectivity(int stage, float r) {
  settings_.stages.at(static_cast<size_t>(stage)).selectivity = r;
}

void Neocognitron::run(int i, float selectivity, const std::vector<float>& u) {
  Stage& stage = stages_[static_cast<size_t>(i)];
  const SCellShape s = s_shape(i);
  const CCellShape c = c_shape(i);
  if (stage.changed) {
    give(stream_, stage.on_c, stage.c);
    give(stream_, stage.on_d, stage.d);
    if (stage.planes > 0) give(stream_, stage.on_a, stage.a), give(stream_, stage.on_b, stage.b);
    stage.changed = false;
  }
  give(stream_, stage.u, u);
  grow(stream_, stage.v, static_cast<size_t>(s.p() * s.q()));
  neocognitron_v(stream_, s, stage.u.data(), stage.on_c.data(), stage.v.data());
  if (stage.planes == 0) return;
  grow(stream_, stage.s, static_cast<size_t>(s.k * s.p() * s.q()));
  grow(stream_, stage.vs, static_cast<size_t>(c.p() * c.q()));
  grow(stream_, stage.c_cells, static_cast<size_t>(c.k * c.p() * c.q()));
  run_s(i, selectivity, u);
  neocognitron_c(stream_, c, settings_.stages[static_cast<size_t>(i)].alpha, stage.s.data(), stage.on_d.data(),
                 stage.vs.data(), stage.c_cells.data());
}

// A mistake is made with the kernel as it is, by what it is given: so is everything else the same.
void Neocognitron::run_s(int i, float selectivity, const std::vector<float>& u) {
  Stage& stage = stages_[static_cast<size_t>(i)];
  const SCellShape s = s_shape(i);
  const auto cells = [&](const float* of_u, const float* a, const float* b) {
    neocognitron_s(stream_, s, selectivity, of_u, a, b, stage.v.data(), stage.s.data());
  };
  switch (settings_.formula) {
    case NeocognitronFormula::right:
      cells(stage.u.data(), stage.on_a.data(), stage.on_b.data());
      return;
    case NeocognitronFormula::squares: {
      std::vector<float> squares = u;
      for (float& each : squares) each *= each;
      give(stream_, stage.other, squares);
      cells(stage.other.data(), stage.on_a.data(), stage.on_b.data());
      return;
    }
    case NeocognitronFormula::parentheses: {
      std::vector<float> b = stage.b;
      for (float& each : b) each *= 2 * (1 + selectivity) / selectivity;
      give(stream_, stage.other, b);
      cells(stage.u.data(), stage.on_a.data(), stage.other.data());
      return;
    }
    case NeocognitronFormula::quotient: {
      give(stream_, stage.other, std::vector<float>(stage.b.size(), 0.0f));
      cells(stage.u.data(), stage.on_a.data(), stage.other.data());  // r * e
      const auto places = static_cast<size_t>(s.p() * s.q());
      const std::vector<float> v = taken(stream_, stage.v, places);
      std::vector<float> values = taken(stream_, stage.s, static_cast<size_t>(s.k) * places);
      for (size_t n = 0; n < values.size(); ++n) {
        const float h = 2 * selectivity / (1 + selectivity) * stage.b[n / places] * v[n % places];
        values[n] = h > 0 ? values[n] / h : 0.0f;
      }
      give(stream_, stage.s, values);
      return;
    }
    case NeocognitronFormula::first: {
      const size_t taps = stage.a.size() / static_cast<size_t>(stage.planes);
      std::vector<float> a;
      for (int k = 0; k < stage.planes; ++k) {
        a.insert(a.end(), stage.a.begin(), stage.a.begin() + static_cast<std::ptrdiff_t>(taps));
      }
      give(stream_, stage.other, a);
      cells(stage.u.data(), stage.other.data(), stage.on_b.data());
      return;
    }
  }
}

NeocognitronMaps Neocognitron::maps(const float* picture, int stages) {
  NeocognitronMaps maps;
  const size_t pixels = static_cast<size_t>(settings_.side) * static_cast<size_t>(settings_.side);
  maps.input = {1, settings_.side, settings_.side, {picture, picture + pixels}};
  for (int i = 0; i < stages; ++i) {
    const NeocognitronMaps::Map& u = i == 0 ? maps.input : maps.stages.back().c;
    if (u.planes == 0) {
      maps.stages.emplace_back();
      continue;
    }
    run(i, settings_.stages[static_cast<size_t>(i)].selectivity, u.values);
    const Stage& stage = stages_[static_cast<size_t>(i)];
    const SCellShape s = s_shape(i);
    const CCellShape c = c_shape(i);
    const auto map = [&](int planes, int rows, int columns, const Buffer<float>& from) {
      return NeocognitronMaps::Map{planes, rows, columns,
                                   taken(stream_, from, static_cast<size_t>(planes * rows * columns))};
    };
    NeocognitronMaps::Stage now;
    now.v = map(1, s.p(), s.q(), stage.v);
    if (stage.planes > 0) {
      now.s = map(s.k, s.p(), s.q(), stage.s);
      now.vs = map(1, c.p(), c.q(), stage.vs);
      now.c = map(c.k, c.p(), c.q(), stage.c_cells);
    }
    maps.stages.push_back(std::move(now));
  }
  return maps;
}

std::vector<std::array<int, 3>> neocognitron_winners(const NeocognitronMaps::Map& s, int column) {
  std::map<int, std::array<int, 3>> best;  // by plane
  for (int top = 0; top < s.rows; top += column) {
    for (int left = 0; left < s.columns; left += column) {
      std::array<int, 3> winner{-1, 0, 0};
      float most = 0;
      for (int k = 0; k < s.planes; ++k) {
        for (int r = top; r < std::min(top + column, s.rows); ++r) {
          for (int c = left; c < std::min(left + column, s.columns); ++c) {
            if (s.at(k, r, c) > most) most = s.at(k, r, c), winner = {k, r, c};
          }
        }
      }
      if (winner[0] < 0) continue;
      const auto [place, fresh] = best.emplace(winner[0], winner);
      if (!fresh && s.at(winner[0], winner[1], winner[2]) > s.at(winner[0], place->second[1], place->second[2])) {
        place->second = winner;
      }
    }
  }
  std::vector<std::array<int, 3>> winners;
  for (const auto& [plane, winner] : best) winners.push_back(winner);
  return winners;
}

void Neocognitron::add_plane(int i, const NeocognitronMaps::Map& u, float v, int row, int column) {
  const NeocognitronStage& of = settings_.stages[static_cast<size_t>(i)];
  Stage& stage = stages_[static_cast<size_t>(i)];
  size_t tap = 0;
  for (int j = 0; j < u.planes; ++j) {
    for (int r = 0; r < of.s_window; ++r) {
      for (int s = 0; s < of.s_window; ++s, ++tap) {
        const int y = row - of.s_pad + r, x = column - of.s_pad + s;
        const bool inside = y >= 0 && x >= 0 && y < u.rows && x < u.columns;
        stage.a.push_back(inside ? of.rate * stage.c[tap] * u.at(j, y, x) : 0.0f);
      }
    }
  }
  stage.b.push_back(of.rate / 2 * v);
  ++stage.planes;
  stage.changed = true;
  if (i + 1 < stages()) widen(i + 1, stage.planes - 1, stage.planes);
}

void Neocognitron::reinforce(int i, const std::vector<std::array<int, 3>>& representatives) {
  if (representatives.empty()) return;
  Stage& stage = stages_[static_cast<size_t>(i)];
  std::vector<int32_t> flat;
  for (const auto& one : representatives) flat.insert(flat.end(), one.begin(), one.end());
  if (stage.representatives.size() < static_cast<int64_t>(flat.size())) {
    stage.representatives = Buffer<int32_t>(stream_.device(), static_cast<int64_t>(flat.size()) * 2, "representatives");
  }
  upload(stream_, stage.representatives, flat.data(), static_cast<int64_t>(flat.size()));
  neocognitron_learn(stream_, s_shape(i), settings_.stages[static_cast<size_t>(i)].rate, stage.u.data(),
                     stage.on_c.data(), stage.v.data(), stage.representatives.data(),
                     static_cast<int>(representatives.size()), stage.on_a.data(), stage.on_b.data());
  stage.a = taken(stream_, stage.on_a, stage.a.size());
  stage.b = taken(stream_, stage.on_b, stage.b.size());
}

int Neocognitron::learn(int i, const float* picture, int label) {
  const NeocognitronStage& of = settings_.stages[static_cast<size_t>(i)];
  Stage& stage = stages_[static_cast<size_t>(i)];
  const NeocognitronMaps before = maps(picture, i);
  const NeocognitronMaps::Map& u = i == 0 ? before.input : before.stages.back().c;
  if (u.planes == 0) return 0;
  const bool last = i + 1 == stages();
  const SCellShape shape = s_shape(i);
  int made = 0;
  const int known = stage.planes;
  while (true) {
    run(i, of.learning, u.values);
    const NeocognitronMaps::Map v{1, shape.p(), shape.q(),
                                  taken(stream_, stage.v, static_cast<size_t>(shape.p() * shape.q()))};
    NeocognitronMaps::Map s{stage.planes, shape.p(), shape.q(), {}};
    if (stage.planes > 0) s.values = taken(stream_, stage.s, static_cast<size_t>(stage.planes * s.rows * s.columns));
    std::array<int, 2> silent{-1, -1};
    float seen = 1e-6f;
    int winner = -1;
    float most = 0;
    for (int r = 0; r < v.rows; ++r) {
      for (int c = 0; c < v.columns; ++c) {
        bool answered = false;
        for (int k = 0; k < stage.planes; ++k) {
          const float value = s.at(k, r, c);
          answered = answered || value > 0;
          if (value > most) most = value, winner = k;
        }
        if ((!answered || last) && v.at(0, r, c) > seen) seen = v.at(0, r, c), silent = {r, c};
      }
    }
    const bool needed = last ? winner < 0 || labels_[static_cast<size_t>(winner)] != label : silent[0] >= 0;
    if (silent[0] < 0 || !needed || made == (last ? 1 : of.new_planes) || stage.planes == of.most_planes) {
      if (!of.reinforce) return made;
      std::vector<std::array<int, 3>> winners = neocognitron_winners(s, of.s_window);
      std::erase_if(winners, [&](const std::array<int, 3>& one) {
        return one[0] >= known || (last && (one[0] != winner || labels_[static_cast<size_t>(winner)] != label));
      });
      reinforce(i, winners);
      return made;
    }
    add_plane(i, u, v.at(0, silent[0], silent[1]), silent[0], silent[1]);
    if (last) labels_.push_back(label);
    ++made;
  }
}

int Neocognitron::learn(const float* picture, int label) {
  int made = 0;
  for (int i = 0; i < stages(); ++i) made += learn(i, picture, label);
  return made;
}

NeocognitronAnswer Neocognitron::answer(const float* picture) { return answer(maps(picture)); }

NeocognitronAnswer Neocognitron::answer(const NeocognitronMaps& maps) const {
  NeocognitronAnswer answer;
  const NeocognitronMaps::Map& last = maps.stages.back().c;
  std::map<int, float> best;  // by label
  for (int k = 0; k < last.planes; ++k) {
    float most = 0;
    for (int i = 0; i < last.rows * last.columns; ++i) {
      most = std::max(most, last.values[static_cast<size_t>(k * last.rows * last.columns + i)]);
    }
    const int label = labels_[static_cast<size_t>(k)];
    if (most <= 0) continue;
    float& of_label = best.emplace(label, 0.0f).first->second;
    of_label = std::max(of_label, most);
    if (most > answer.value) answer.value = most, answer.plane = k, answer.label = label;
  }
  for (const auto& [label, value] : best) {
    if (label != answer.label && value > answer.second_value) answer.second = label, answer.second_value = value;
  }
  return answer;
}

std::vector<float> Neocognitron::a(int i, int plane) const {
  const std::vector<float>& all = stages_[static_cast<size_t>(i)].a;
  const auto taps = static_cast<std::ptrdiff_t>(s_shape(i).taps());
  return {all.begin() + taps * plane, all.begin() + taps * (plane + 1)};
}

int64_t Neocognitron::weights() const {
  int64_t count = 0;
  for (const Stage& stage : stages_) count += static_cast<int64_t>(stage.a.size() + stage.b.size());
  return count;
}

}  // namespace striate
