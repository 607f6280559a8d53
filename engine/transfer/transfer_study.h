// The same few pictures learned twice: a small network from random weights, and a trained base under a new head.
// Several seeds of each, several numbers of examples, the features of the base as points on a plane.
//
// No threads of its own: advance() does a small piece, and whoever calls it looks at runs() in between. Everything is a
// function of the settings: same settings, same bits.
//
// The head learns on features that were computed once. Where layers of the base are unfrozen, that is its first phase;
// in the second all of them go on together at a hundredth of the rate, batch normalizations as in inference.
//
//   TransferStudy study(stream, StudyMaterial::open("squeezenet1_1", "satellite:480"));
//   study.set({.examples = 10, .seeds = 3});
//   while (study.advance()) {}
//   study.result(StudySide::transfer, 10).mean
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/network/layer_set.h"
#include "engine/network/network.h"
#include "engine/training/data/dataset.h"
#include "engine/training/metrics.h"
#include "engine/training/split.h"
#include "engine/training/trainer.h"
#include "engine/transfer/base_network.h"
#include "engine/transfer/feature_set.h"
#include "engine/transfer/principal_plane.h"

namespace striate {

enum class StudySide { scratch, transfer };

constexpr std::array<int64_t, 6> kStudySizes{1, 2, 5, 10, 20, 50};  // examples per class of the curve
constexpr int kStudyEpochs = 50;                                    // of the head, and of the network from scratch
constexpr int kTunedEpochs = 10;                                    // of the second phase
constexpr int64_t kStudyBatch = 32;                                 // pictures, where there are as many
constexpr double kHeadRate = 1e-3, kTunedRate = kHeadRate / 100;
constexpr std::array<double, 3> kScratchRates{1e-2, 3e-3, 1e-3};

// A base and a data set, opened, with the features that were computed of them. One study at a time.
struct StudyMaterial {
  using Progress = std::function<bool(int64_t done, int64_t all)>;
  // Throws Error: what BaseNetwork::open() and open_dataset() throw, one class only. `progress`: over a folder's files.
  static std::shared_ptr<StudyMaterial> open(const std::string& base, const std::string& data,
                                             const Progress& progress = nullptr);

  std::string data;
  BaseNetwork base;
  std::shared_ptr<const Dataset> tiles;   // in their own size: what learns from scratch sees
  std::shared_ptr<const Dataset> fitted;  // in the base's
  Architecture scratch;                   // a small network for them
  struct Kept {
    std::shared_ptr<const FeatureSet> set;
    double seconds = 0;  // that computing them took
  };
  std::map<int, Kept> features;  // by node
};

struct StudyLock {
  bool frozen = true;
  std::string layers;  // "all", or as LayerSet::parse() says, of the base
  friend bool operator==(const StudyLock&, const StudyLock&) = default;
};

struct StudySettings {
  int64_t examples = 10;  // of each class
  int seeds = 3;
  bool curve = false;            // all of kStudySizes, too
  std::string head = {};         // empty: the usual one
  std::vector<StudyLock> locks;  // one after the other; before the first all of the base is frozen
  friend bool operator==(const StudySettings&, const StudySettings&) = default;
};

struct StudyLayer {
  int number = 0;  // from 0, without the input
  std::string name, text;
  int64_t parameters = 0, multiply_adds = 0;  // of one picture
  bool frozen = false;
  bool counts = false;  // a batch normalization of the base, which always stays
  bool head = false;
};

// What is known before anything is learned.
struct StudyFacts {
  std::vector<StudyLayer> layers, scratch;  // all of the network, the input left out
  int64_t frozen_parameters = 0, trained_parameters = 0, scratch_parameters = 0;
  int base_layers = 0;
  int64_t multiply_adds = 0, scratch_multiply_adds = 0;  // of one picture
  int64_t cached_multiply_adds = 0;                      // of the layers whose output is computed once
  std::string cached_layer;                              // the last of them
  bool tuned = false;                                    // layers of the base are unfrozen
  std::string head;                                      // its text
  std::vector<std::string> classes;
  int64_t samples = 0, most = 0;  // most: examples of each class that there are for every seed
  Shape tile, picture, features;
};

struct StudyEpoch {
  float loss = 0, training = 0;  // mean over the batches, before each update
  float test = kNotMeasured;     // accuracy; not measured after every epoch where that takes long
};

struct StudyRun {
  StudySide side = StudySide::transfer;
  int64_t examples = 0;
  uint64_t seed = 1;
  double rate = kHeadRate;
  std::vector<StudyEpoch> epochs;
  bool done = false;
  double accuracy = 0;  // of the test part, at its end
  int64_t tested = 0;   // pictures of it
  int64_t steps = 0;    // batches
  double seconds = 0;   // that it took
  int64_t passes = 0;   // pictures that would have gone through the cached layers
};

// Over the seeds that are done.
struct StudyResult {
  int seeds = 0;
  double mean = 0, spread = 0;  // spread: the standard deviation; 0 of one
  double rate = 0;              // scratch: the best of its rates
};

// Samples as points.
struct FeatureSpace {
  std::vector<int64_t> samples;
  std::vector<char> learned;  // whether the first seed learns from it
  PrincipalPlane plane;
  std::string layer;  // whose values they are; empty: the logits
  int64_t values = 0;
};

class TransferStudy {
 public:
  using GoOn = std::function<bool()>;
  using Progress = StudyMaterial::Progress;

  TransferStudy(Stream& stream, std::shared_ptr<StudyMaterial> material);
  // What was learned stays, where it is of these settings. Throws Error: layers or a head that don't fit, too few
  // pictures of a class; then all is as it was.
  void set(const StudySettings& settings);

  const StudySettings& settings() const { return settings_; }
  const StudyMaterial& material() const { return *material_; }
  const StudyFacts& facts() const { return facts_; }

  // The next piece: features (long; `progress` false stops them, and they begin anew), a step, an evaluation. False:
  // all that the settings ask for is there.
  bool advance(const Progress& progress = nullptr);
  bool done() const { return !current_ && !next_run(); }
  const StudyRun* running() const { return current_ ? &runs_[current_->run] : nullptr; }

  const std::vector<StudyRun>& runs() const { return runs_; }
  // The runs that result() counts, and that curves are drawn of; scratch: those at its best rate.
  std::vector<const StudyRun*> runs_of(StudySide side, int64_t examples) const;
  StudyResult result(StudySide side, int64_t examples) const;
  std::vector<int64_t> sizes() const;  // of kStudySizes, those that the data have enough for
  bool complete(StudySide side, int64_t examples) const;

  // Features that are kept: of how many pictures, in how many seconds; 0 before.
  int64_t cached() const;
  double cached_seconds() const;
  // What the finished runs did not have to compute because of it.
  int64_t saved_passes() const;

  const std::optional<FeatureSpace>& before() const { return before_; }
  const std::optional<FeatureSpace>& after() const { return after_; }

  // The network of the first seed with `examples` examples, as a file. Throws Error: it has not learned yet.
  void save(const std::string& path);

 private:
  struct Current {
    size_t run = 0;
    Split split;
    std::shared_ptr<const Dataset> data;
    Normalization normalization;
    std::unique_ptr<Network> network;
    std::unique_ptr<Trainer> trainer;
    std::unique_ptr<Evaluator> evaluator;
    bool second = false;      // phase
    bool to_measure = false;  // its last epoch
    double loss = 0, accuracy = 0;
    int64_t steps = 0;  // of the epoch
  };
  struct Planned {
    Architecture whole;
    LayerSet all, frozen;         // of the two phases
    int head_node = 0, node = 0;  // what is cached for each
    StudyFacts facts;
  };
  Planned planned(const StudySettings& settings) const;
  const StudyRun* find(StudySide side, int64_t examples, uint64_t seed, double rate) const;
  std::optional<StudyRun> next_run() const;
  std::optional<StudyRun> next_run(StudySide side, int64_t examples) const;
  std::optional<double> best_rate(int64_t examples) const;
  bool fits_memory(int node) const;
  bool need_features(int node, const Progress& progress);
  void begin(const StudyRun& run);
  void begin_phase(bool second);
  void measure(const Progress& progress);
  void end_epoch();
  void finish();
  std::vector<int64_t> shown_samples(std::vector<char>* learned) const;
  void make_before();
  FeatureSpace space_of(Network& weights, int from, const Dataset& data, const Normalization& normalization, int node);

  Stream* stream_;
  std::shared_ptr<StudyMaterial> material_;
  StudySettings settings_;
  bool set_ = false;
  Architecture whole_;
  LayerSet all_, frozen_;
  int head_node_ = 0, node_ = 0;
  StudyFacts facts_;
  std::vector<StudyRun> runs_;
  std::unique_ptr<Current> current_;
  std::unique_ptr<Network> kept_;  // of the first seed at settings_.examples
  std::optional<FeatureSpace> before_, after_;
};

}  // namespace striate
