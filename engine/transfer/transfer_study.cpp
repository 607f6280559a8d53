// What a study is of: its material, what its settings mean, which runs they ask for, what the finished ones say.
// transfer_study_runs.cpp: how they are made.
#include "engine/transfer/transfer_study.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

constexpr int64_t kMostFeatures = int64_t{512} << 20;  // bytes of features that are kept of a node
constexpr int kSmallestSide = 16;                      // of tiles that tinyvgg is for

Architecture scratch_architecture(const Dataset& tiles) {
  const bool small = tiles.shape()[1] < kSmallestSide || tiles.shape()[2] < kSmallestSide;
  return build_model(small ? "mlp" : "tinyvgg", tiles.shape(), static_cast<int>(tiles.classes().size()));
}

std::vector<StudyLayer> layers_of(const Architecture& architecture) {
  std::vector<StudyLayer> layers;
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (int node = 1; node < architecture.size(); ++node) {
    const Node& each = architecture.nodes()[static_cast<size_t>(node)];
    const std::vector<Shape> inputs = architecture.input_shapes(node, shapes);
    StudyLayer layer;
    layer.number = node - 1;
    layer.name = each.name;
    layer.text = each.layer->text();
    layer.parameters = each.layer->parameter_count(inputs).value;
    layer.multiply_adds = each.layer->multiply_adds(inputs).value;
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

std::shared_ptr<StudyMaterial> StudyMaterial::open(const std::string& base, const std::string& data,
                                                   const Progress& progress) {
  auto made = std::make_shared<StudyMaterial>();
  made->data = data;
  made->base = BaseNetwork::open(base);
  SourceOptions options;
  options.progress = progress;
  made->tiles = open_dataset(data, options);
  if (made->tiles->classes().size() < 2) {
    throw Error(fmt::format("{} has pictures of one class only", data), "there must be two or more to tell apart");
  }
  if (made->tiles->shape().rank() != 3) {
    throw Error(fmt::format("{} has no pictures", data), "take a source of pictures: satellite, shapes, folder:DIR");
  }
  made->scratch = scratch_architecture(*made->tiles);
  const Shape picture = made->base.picture();
  std::shared_ptr<const Dataset> own = made->tiles;
  // Tiles of their own size again where the base wants larger ones: nothing of a large picture is lost twice.
  if (source_word(data) == "folder" && own->shape() != picture) {
    options.channels = static_cast<int>(picture[0]);
    options.height = static_cast<int>(picture[1]), options.width = static_cast<int>(picture[2]);
    own = open_dataset(data, options);
  }
  made->fitted = fitted_to(picture, made->base.preprocessing(), own);
  return made;
}

TransferStudy::TransferStudy(Stream& stream, std::shared_ptr<StudyMaterial> material)
    : stream_(&stream), material_(std::move(material)) {}

TransferStudy::Planned TransferStudy::planned(const StudySettings& settings) const {
  const BaseNetwork& base = material_->base;
  const Dataset& tiles = *material_->tiles;
  const int classes = static_cast<int>(tiles.classes().size());
  Planned plan;
  plan.whole = base.with_head(settings.head, classes);
  const Shape output = plan.whole.shapes(1).back();
  if (output != Shape{1, classes}) {
    throw Error(fmt::format("the head gives {} for each picture, and there are {} classes", output.text(), classes),
                fmt::format("let it end with dense {}: {}", classes, base.usual_head(classes)));
  }
  plan.all = base.frozen("all", plan.whole);
  const LayerSet counting = base.frozen("0", plan.whole);
  std::vector<char> stays(static_cast<size_t>(plan.whole.size()), 0);
  for (int node = 1; node <= base.layers(); ++node) stays[static_cast<size_t>(node)] = 1;
  for (const StudyLock& lock : settings.locks) {
    const LayerSet set =
        lock.layers == "all" ? LayerSet(base.layers()) : LayerSet::parse(lock.layers, base.architecture());
    for (int node = 1; node <= base.layers(); ++node) {
      if (set.contains(node)) stays[static_cast<size_t>(node)] = lock.frozen || counting.contains(node);
    }
  }
  std::vector<int> nodes;
  for (int node = 1; node <= base.layers(); ++node) {
    if (stays[static_cast<size_t>(node)]) nodes.push_back(node);
  }
  plan.frozen = LayerSet::of(nodes);

  StudyFacts& facts = plan.facts;
  facts.layers = layers_of(plan.whole);
  facts.base_layers = base.layers();
  for (StudyLayer& layer : facts.layers) {
    const int node = layer.number + 1;
    layer.head = node > base.layers();
    layer.frozen = plan.frozen.contains(node);
    layer.counts = !layer.head && counting.contains(node);
    (layer.frozen ? facts.frozen_parameters : facts.trained_parameters) += layer.parameters;
    facts.multiply_adds += layer.multiply_adds;
    facts.tuned = facts.tuned || (!layer.head && !layer.frozen && layer.parameters > 0);
  }
  plan.head_node = last_fixed_node(plan.whole, plan.all);
  plan.node = facts.tuned ? last_fixed_node(plan.whole, plan.frozen) : plan.head_node;
  for (int node = 1; node <= plan.node; ++node) {
    facts.cached_multiply_adds += facts.layers[static_cast<size_t>(node - 1)].multiply_adds;
  }
  if (plan.node > 0) facts.cached_layer = plan.whole.nodes()[static_cast<size_t>(plan.node)].name;
  facts.head = settings.head.empty() ? base.usual_head(classes) : settings.head;
  facts.scratch = layers_of(material_->scratch);
  for (const StudyLayer& layer : facts.scratch) {
    facts.scratch_parameters += layer.parameters;
    facts.scratch_multiply_adds += layer.multiply_adds;
  }
  facts.classes = tiles.classes();
  facts.samples = tiles.size();
  facts.most = most_examples(tiles);
  facts.tile = tiles.shape(), facts.picture = base.picture(), facts.features = base.features();
  return plan;
}

void TransferStudy::set(const StudySettings& settings) {
  if (set_ && settings == settings_) return;
  Planned plan = planned(settings);
  split_few(*material_->tiles, settings.examples, {}, 1);  // throws
  const bool other = !set_ || settings.head != settings_.head || !(plan.frozen == frozen_);
  if (other || settings.examples != settings_.examples) current_ = nullptr;
  std::erase_if(runs_, [&](const StudyRun& run) {
    return (!run.done && !current_) || (other && run.side == StudySide::transfer);
  });
  if (other || settings.examples != settings_.examples) {
    kept_ = nullptr;
    before_.reset(), after_.reset();
    // The network that is looked at and saved is learned once more.
    std::erase_if(runs_, [&](const StudyRun& run) {
      return run.side == StudySide::transfer && run.examples == settings.examples && run.seed == 1;
    });
  }
  // Features of other layers are given back.
  std::erase_if(material_->features,
                [&](const auto& each) { return each.first != plan.head_node && each.first != plan.node; });
  set_ = true;
  settings_ = settings;
  whole_ = std::move(plan.whole);
  all_ = std::move(plan.all), frozen_ = std::move(plan.frozen);
  head_node_ = plan.head_node, node_ = plan.node;
  facts_ = std::move(plan.facts);
  make_before();
}

std::vector<int64_t> TransferStudy::sizes() const {
  std::vector<int64_t> sizes;
  for (const int64_t size : kStudySizes) {
    if (size <= facts_.most) sizes.push_back(size);
  }
  return sizes;
}

const StudyRun* TransferStudy::find(StudySide side, int64_t examples, uint64_t seed, double rate) const {
  for (const StudyRun& run : runs_) {
    if (run.done && run.side == side && run.examples == examples && run.seed == seed && run.rate == rate) return &run;
  }
  return nullptr;
}

std::optional<double> TransferStudy::best_rate(int64_t examples) const {
  const StudyRun* best = nullptr;
  for (const double rate : kScratchRates) {
    const StudyRun* run = find(StudySide::scratch, examples, 1, rate);
    if (run == nullptr) return std::nullopt;
    if (best == nullptr || run->accuracy > best->accuracy) best = run;
  }
  return best->rate;
}

std::optional<StudyRun> TransferStudy::next_run(StudySide side, int64_t examples) const {
  StudyRun run;
  run.side = side, run.examples = examples;
  if (side == StudySide::scratch) {
    for (const double rate : kScratchRates) {
      run.rate = rate;
      if (find(side, examples, 1, rate) == nullptr) return run;
    }
    run.rate = *best_rate(examples);
  }
  for (int seed = 1; seed <= settings_.seeds; ++seed) {
    run.seed = static_cast<uint64_t>(seed);
    if (find(side, examples, run.seed, run.rate) == nullptr) return run;
  }
  return std::nullopt;
}

// The transfer side is whole before the other one begins: it takes seconds.
std::optional<StudyRun> TransferStudy::next_run() const {
  std::vector<int64_t> examples{settings_.examples};
  if (settings_.curve) {
    for (const int64_t size : sizes()) examples.push_back(size);
  }
  for (const StudySide side : {StudySide::transfer, StudySide::scratch}) {
    for (const int64_t each : examples) {
      if (std::optional<StudyRun> run = next_run(side, each)) return run;
    }
  }
  return std::nullopt;
}

bool TransferStudy::complete(StudySide side, int64_t examples) const { return !next_run(side, examples); }

std::vector<const StudyRun*> TransferStudy::runs_of(StudySide side, int64_t examples) const {
  std::optional<double> rate = kHeadRate;
  if (side == StudySide::scratch) rate = best_rate(examples);
  std::vector<const StudyRun*> found;
  for (int seed = 1; rate && seed <= settings_.seeds; ++seed) {
    if (const StudyRun* run = find(side, examples, static_cast<uint64_t>(seed), *rate)) found.push_back(run);
  }
  return found;
}

StudyResult TransferStudy::result(StudySide side, int64_t examples) const {
  StudyResult result;
  const std::vector<const StudyRun*> runs = runs_of(side, examples);
  result.seeds = static_cast<int>(runs.size());
  if (runs.empty()) return result;
  result.rate = runs.front()->rate;
  const auto count = static_cast<double>(runs.size());
  for (const StudyRun* run : runs) result.mean += run->accuracy / count;
  for (const StudyRun* run : runs) result.spread += (run->accuracy - result.mean) * (run->accuracy - result.mean);
  result.spread = runs.size() > 1 ? std::sqrt(result.spread / (count - 1)) : 0;
  return result;
}

int64_t TransferStudy::cached() const {
  const auto found = material_->features.find(node_);
  return found == material_->features.end() ? 0 : found->second.set->computed();
}

double TransferStudy::cached_seconds() const {
  const auto found = material_->features.find(node_);
  return found == material_->features.end() ? 0 : found->second.seconds;
}

int64_t TransferStudy::saved_passes() const {
  int64_t passes = -cached();
  for (const StudyRun& run : runs_) {
    if (run.done) passes += run.passes;
  }
  return std::max<int64_t>(passes, 0);
}

bool TransferStudy::fits_memory(int node) const {
  const int64_t each = whole_.shapes(1)[static_cast<size_t>(node)].count();
  return each * static_cast<int64_t>(sizeof(float)) * material_->fitted->size() <= kMostFeatures;
}

}  // namespace striate
