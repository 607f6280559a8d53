#include "engine/hardware/observer.h"

#include <algorithm>
#include <cstring>

namespace striate {

int sectors_of(uint32_t lanes, const int32_t* at, int bytes) {
  int32_t seen[kWarp * 2];
  int count = 0;
  for (int lane = 0; lane < kWarp; ++lane) {
    if ((lanes >> lane & 1) == 0) continue;
    for (int32_t sector = at[lane] / kSectorBytes; sector <= (at[lane] + bytes - 1) / kSectorBytes; ++sector) {
      // Mostly it is that of the lane before.
      bool known = count > 0 && seen[count - 1] == sector;
      for (int i = 0; i < count && !known; ++i) known = seen[i] == sector;
      if (!known) seen[count++] = sector;
    }
  }
  return count;
}

// A request of 16 bytes a thread goes in quarters of a warp, one of 4 bytes at once.
int ways_of(uint32_t lanes, const int32_t* at, int bytes) {
  const int together = kWarp * 4 / bytes;
  int worst = 0;
  for (int first = 0; first < kWarp; first += together) {
    int32_t words[kWarp];
    int count = 0, in_bank[kBanks] = {};
    for (int lane = first; lane < first + together; ++lane) {
      if ((lanes >> lane & 1) == 0) continue;
      for (int32_t word = at[lane] / 4; word < (at[lane] + bytes) / 4; ++word) {
        bool known = false;
        for (int i = 0; i < count && !known; ++i) known = words[i] == word;
        if (known) continue;
        words[count++] = word;
        worst = std::max(worst, ++in_bank[word % kBanks]);
      }
    }
  }
  return worst;
}

namespace {

// A writer in one word: from below thread + 1, stretch, block; on top whether a race was found.
constexpr int kThreadBits = 12, kStretchBits = 20;
constexpr uint64_t kRaced = uint64_t{1} << 63;

uint64_t packed(const WrittenWords::Writer& by) {
  return static_cast<uint64_t>(by.thread + 1) | static_cast<uint64_t>(by.stretch) << kThreadBits |
         static_cast<uint64_t>(by.block) << (kThreadBits + kStretchBits);
}

}  // namespace

WrittenWords::WrittenWords(int64_t count) : writers_(static_cast<size_t>(count)) {}

int WrittenWords::write(int64_t word, const Writer& writer) { return touch(word, writer, true); }
int WrittenWords::read(int64_t word, const Writer& reader) { return touch(word, reader, false); }

int WrittenWords::touch(int64_t word, const Writer& by, bool store) {
  std::atomic<uint64_t>& writer = writers_[static_cast<size_t>(word)];
  uint64_t before = writer.load();
  for (;;) {
    if ((before & kRaced) != 0 || (before == 0 && !store)) return -1;
    const int thread = static_cast<int>(before & ((1u << kThreadBits) - 1)) - 1;
    const uint64_t stretch = before >> kThreadBits, own = packed(by);
    const bool other_block = stretch >> kStretchBits != static_cast<uint64_t>(by.block);
    const bool race = before != 0 && (other_block || (stretch == own >> kThreadBits && thread != by.thread));
    if (!race && !store) return -1;
    if (writer.compare_exchange_weak(before, (store ? own : before) | (race ? kRaced : 0))) return race ? thread : -1;
  }
}

Observer::Observer(const std::vector<ArrayMemory>& arrays, WrittenWords& written, int threads, size_t shared_bytes,
                   const ObserveSettings& how)
    : arrays_(arrays), written_(written), how_(how), threads_(threads), shared_((shared_bytes + 15) / 16) {
  words_.resize(shared_.size() * 4);
}

void Observer::begin_block(int block) {
  block_ = block;
  first_stretch_ += lines_.size() + 1;
  // Fresh shared memory holds NaN, as on every target of a test.
  if (!shared_.empty()) std::memset(shared_.data(), 0xff, shared_.size() * sizeof(shared_[0]));
}

void Observer::begin_pass(int first_warp, int last_warp, int first_phase, int last_phase) {
  lines_known_ = lines_known_ || !lines_.empty();
  first_warp_ = first_warp, last_warp_ = last_warp, first_phase_ = first_phase, last_phase_ = last_phase;
  phase_ = 0;
  stretch_ = first_stretch_;
  own_count_ = 0;
}

void* Observer::own(size_t bytes) {
  if (own_count_ == owned_.size()) owned_.push_back(std::make_unique<std::byte[]>(bytes));
  return owned_[own_count_++].get();
}

void Observer::begin_phase(int line) {
  if (!lines_known_) lines_.push_back(line);
}

void Observer::end_phase(int line) {
  ++phase_;
  if (line != removed_) ++stretch_;
}

PhaseCounts& Observer::phase_counts() {
  const auto phase = static_cast<size_t>(phase_);
  if (sum_.phases.size() <= phase) sum_.phases.resize(phase + 1);
  return sum_.phases[phase];
}

void Observer::note(int kind, int32_t at, int bytes, int line) {
  const size_t key = static_cast<size_t>(line) * kKinds + static_cast<size_t>(kind);
  if (key >= site_of_.size()) site_of_.resize(key + kKinds * 64, -1);
  if (site_of_[key] < 0) {
    site_of_[key] = static_cast<int16_t>(sites_.size());
    sites_.push_back({line, kind, bytes, 0, 0, 0, {}, {}, {}});
  }
  Site& site = sites_[static_cast<size_t>(site_of_[key])];
  if (site.thread != thread_serial_) site.thread = thread_serial_, site.times = 0;
  const size_t time = site.times++;
  if (time >= site.rows) {
    if (time >= site.at.size()) site.at.emplace_back(), site.lanes.emplace_back(), site.order.emplace_back();
    site.lanes[time] = 0, site.order[time] = sequence_;
    site.rows = time + 1;
  }
  ++sequence_;
  const int lane = thread_ % kWarp;
  site.at[time][static_cast<size_t>(lane)] = at;
  site.lanes[time] |= 1u << lane;
}

void Observer::found_race(Array array, int32_t at, int first, int second) {
  ++sum_.races;
  if (sum_.some_races.size() < kMostRaces) sum_.some_races.push_back({array, at, phase_, block_, first, second});
}

void Observer::check_race(size_t index, bool store) {
  if (index >= words_.size()) return;
  Word& word = words_[index];
  const bool written = word.write_stretch == stretch_ && word.writer != thread_;
  const bool read = word.read_stretch == stretch_ && (word.readers || word.reader != thread_);
  if ((written || (store && read)) && word.raced_stretch != stretch_) {
    word.raced_stretch = stretch_;
    found_race(Array::shared, static_cast<int32_t>(index * 4), written ? word.writer : word.reader, thread_);
  }
  if (store) {
    word.write_stretch = stretch_, word.writer = thread_;
  } else {
    word.readers = word.read_stretch == stretch_ && (word.readers || word.reader != thread_);
    word.read_stretch = stretch_, word.reader = thread_;
  }
}

void Observer::touched(int64_t word, int bytes, bool store) {
  const WrittenWords::Writer by{block_, static_cast<int>(stretch_ - first_stretch_), thread_};
  for (int64_t i = word; i < word + bytes / 4; ++i) {
    const int other = store ? written_.write(i, by) : written_.read(i, by);
    if (other >= 0) found_race(Array::c, static_cast<int32_t>(i * 4), other, thread_);
  }
}

void Observer::count(const Site& site, size_t time, WarpStep& step) {
  step.lanes = site.lanes[time];
  const int threads = __builtin_popcount(step.lanes);
  if (step.kind == WarpStep::Kind::branch) {
    step.taken = 0;
    for (int lane = 0; lane < kWarp; ++lane) {
      if (step.lanes >> lane & 1 && site.at[time][static_cast<size_t>(lane)] != 0) step.taken |= 1u << lane;
    }
    step.cost = step.taken != 0 && step.taken != step.lanes;
    ++sum_.branches;
    sum_.divergent += step.cost;
    phase_counts().divergent += step.cost;
    return;
  }
  std::copy(site.at[time].begin(), site.at[time].end(), step.at);
  const bool store = step.kind == WarpStep::Kind::store;
  if (step.array == Array::shared) {
    step.cost = ways_of(step.lanes, step.at, step.bytes);
    (store ? sum_.shared_stores : sum_.shared_loads) += threads;
    sum_.ways = std::max(sum_.ways, step.cost);
    phase_counts().ways = std::max(phase_counts().ways, step.cost);
    return;
  }
  step.cost = sectors_of(step.lanes, step.at, step.bytes);
  (store ? sum_.stores : sum_.loads) += threads;
  ++(store ? sum_.store_requests : sum_.load_requests);
  (store ? sum_.store_sectors : sum_.load_sectors) += step.cost;
  sum_.bytes += int64_t{threads} * step.bytes;
}

void Observer::end_warp(int warp) {
  const bool keep = block_ * (threads_ / kWarp) + warp == how_.warp;
  std::vector<std::pair<uint32_t, WarpStep>> kept;
  WarpStep step{};
  step.phase = phase_;
  for (Site& site : sites_) {
    if (site.rows == 0) continue;
    step.line = site.line, step.bytes = site.bytes;
    step.kind = site.kind == kBranch ? WarpStep::Kind::branch
                : site.kind % 2 != 0 ? WarpStep::Kind::store
                                     : WarpStep::Kind::load;
    step.array = site.kind == kBranch ? Array::a : static_cast<Array>(site.kind / 2);
    for (size_t time = 0; time < site.rows; ++time) {
      count(site, time, step);
      if (!keep) continue;
      if (step.kind != WarpStep::Kind::branch && step.array != Array::shared) {
        int& worst = step.kind == WarpStep::Kind::store ? sum_.worst_store : sum_.worst_load;
        worst = std::max(worst, step.cost);
      }
      kept.emplace_back(site.order[time], step);
    }
    site.rows = 0;
  }
  std::stable_sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [order, one] : kept) {
    if (sum_.steps.size() < kMostSteps) {
      sum_.steps.push_back(one);
    } else {
      sum_.all_steps = false;
    }
  }
}

Observation Observer::take() {
  sum_.flops = flops;
  for (size_t i = 0; i < lines_.size(); ++i) {
    if (sum_.phases.size() <= i) sum_.phases.resize(i + 1);
    sum_.phases[i].line = lines_[i];
    // Behind the last phase nobody waits for anything.
    sum_.phases[i].barrier = lines_[i] != removed_ && i + 1 < lines_.size();
    sum_.barriers += sum_.phases[i].barrier;
  }
  return std::move(sum_);
}

}  // namespace striate
