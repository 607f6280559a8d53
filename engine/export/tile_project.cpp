#include "engine/export/tile_project.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/transfer/tile_features.h"

namespace striate {

TrainingProject training_project_of(const TileProject& tiles) {
  const BaseNetwork base = BaseNetwork::open(tiles.base);
  TrainingProject project;
  project.file = tiles.data;
  ModelFile& model = project.model;
  model.path = tiles.data;
  model.info.architecture = base.with_head(tiles.head, static_cast<int>(tiles.tiles->classes().size()));
  if (tiles.at_own_size) {
    const Shape input = TileFeatures(tiles.base, tiles.tiles->shape()).input();  // throws where tiles are too small
    if (input != model.info.architecture.input()) model.info.architecture.set_input(input);
  }
  model.info.model = base.name();
  model.info.data = tiles.data;
  model.info.classes = tiles.tiles->classes();
  model.info.normalization = base.normalization();
  model.info.seed = tiles.seed;
  model.preprocessing = base.preprocessing();
  model.prepared_as = "the base";
  model.frozen = base.frozen("all", model.info.architecture);

  TrainingConfig& config = project.config;
  config.data = tiles.data;
  config.model = model.info.architecture.text();
  config.base = tiles.base;
  config.split = "0.5,0,0.5";
  config.split_by = tiles.parts ? "" : "region";
  config.normalization = base.normalization().text();
  config.seed = tiles.seed;
  config.freeze = model.frozen.numbers();
  const Split parts = tiles.parts ? *tiles.parts : config_split(config, *tiles.tiles);
  const auto training = static_cast<int64_t>(parts.training.size());
  config.batch = static_cast<int>(std::min<int64_t>(tiles.batch, training));
  config.schedule = Schedule().text();
  project.parts = tiles.parts;
  model.split = tiles.parts ? "" : config.split, model.split_by = config.split_by, model.loss = config.loss;
  project.settings = config_settings(config, model.info.architecture, training);
  project.settings.frozen = model.frozen;
  project.steps = (training * tiles.epochs + config.batch - 1) / config.batch;
  model.info.step = project.steps;
  model.load = [base, seed = tiles.seed](Stream& on, Network& network) {
    network.initialize(on, Initializer::pytorch, seed);
    base.load(on, network);
  };
  return project;
}

}  // namespace striate
