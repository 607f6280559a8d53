// striate train: a network learns from a data set.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>

#include "app/cli/training.h"
#include "app/cli/training_log.h"
#include "app/cli/training_saves.h"
#include "app/command/registry.h"
#include "app/shell/settings.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"
#include "engine/files/torch_file.h"
#include "engine/network/models.h"
#include "engine/steady_seconds.h"
#include "engine/training/data/augment.h"
#include "engine/training/metrics.h"
#include "engine/training/starting_weights.h"
#include "engine/training/trainer.h"
#include "engine/training/training_config.h"
#include "engine/transfer/base_network.h"
#include "engine/transfer/feature_set.h"

namespace striate {
namespace {

struct TrainOptions {
  std::string data, model, optimizer = "adam", loss = "cross-entropy", schedule, initializer = "pytorch";
  std::string split = "0.8,0.1,0.1", split_by, augment, size, save, log, resume;
  std::string weights, freeze, normalization, base, head, labels;
  double epochs = 5, rate = 0, save_every = 60, l1 = 0, label_smoothing = 0, clip_norm = 0, wrong_labels = 0;
  int64_t steps = 0, batch = 64, examples = 0;
  bool partial = false, weights_only = false, quiet = false, force = false;
};

constexpr int64_t kMostFeatures = int64_t{2} << 30;  // bytes of features that are kept

TrainerSettings settings_of(const TrainOptions& options, const CommandLine& line) {
  TrainerSettings settings;
  settings.optimizer = as_usage("--optimizer", [&] { return OptimizerSettings::parse(options.optimizer); });
  settings.loss = as_usage("--loss", [&] { return parse_loss(options.loss); });
  settings.schedule = as_usage("--schedule", [&] { return Schedule::parse(options.schedule); });
  // The decimal number, not the float that is nearest to it: it is printed and saved.
  settings.rate = options.rate;
  if (settings.rate <= 0) parse_number(fmt::format("{}", settings.optimizer.usual_rate()), &settings.rate);
  settings.l1 = options.l1;
  settings.label_smoothing = options.label_smoothing;
  settings.clip_norm = options.clip_norm;
  as_usage("--label-smoothing", [&] {
    check_regularization(settings.loss, settings.l1, settings.label_smoothing, settings.clip_norm);
    return true;
  });
  settings.batch = static_cast<int>(options.batch);
  settings.seed = static_cast<uint64_t>(line.seed);
  settings.initializer = parse_initializer(options.initializer);
  return settings;
}

// Options that a saved training has brought along.
void refuse_with_resume(const CLI::App& command) {
  for (const char* name : {"--model",       "--optimizer", "--loss",  "--batch",           "--seed",
                           "--init",        "--freeze",    "--split", "--augment",         "--size",
                           "--weights",     "--partial",   "--head",  "--normalization",   "--split-by",
                           "--base",        "--examples",  "--l1",    "--label-smoothing", "--clip-norm",
                           "--wrong-labels"})
    if (command.get_option(name)->count() > 0)
      throw UsageError(fmt::format("{} cannot be given together with --resume", name),
                       "a training that goes on keeps its settings; --rate, --schedule and --labels may change");
}

// What else going on needs: of a saved training, what it was saved with.
TrainingConfig config_of(const TrainOptions& options, const SafeTensors& saved) {
  TrainingConfig config;
  const auto kept = [&](const char* key, const std::string& given) {
    const auto found = saved.metadata().find(key);
    return found == saved.metadata().end() ? given : found->second;
  };
  config.split = kept("run.split", options.split);
  config.augment = kept("run.augment", options.augment);
  config.initializer = kept("run.initializer", options.initializer);
  config.data = options.data;
  if (!options.resume.empty()) {
    read_transfer(saved, options.resume, config);
    return config;
  }
  config.weights = options.weights;
  config.partial = options.partial;
  if (options.base.empty() && !options.head.empty()) {
    int64_t outputs = 0;
    if (!parse_integer(options.head, &outputs) || outputs < 1 || outputs > 1 << 20) {
      throw UsageError(fmt::format("--head: \"{}\" is not a number of outputs", options.head),
                       "a number from 1 on; with --base, the text of a head: \"dense 7\"");
    }
    config.head = static_cast<int>(outputs);
  }
  config.freeze = options.freeze;
  config.base = options.base;
  config.examples = options.examples;
  config.wrong_labels = options.wrong_labels;
  config.split_by = options.split_by == "sample" ? "" : options.split_by;
  return config;
}

// What --weights says besides its values: the network, where --model does not, and how pictures are normalized.
// Pictures of one's own are fitted to what that network takes.
void take_base(TrainOptions& options, TrainingConfig& config, SourceOptions& source) {
  if (options.weights.empty()) {
    if (options.partial) throw UsageError("--partial is for --weights", "give the file of weights");
    config.normalization = options.normalization == "measured" ? "" : options.normalization;
    return;
  }
  bool own = options.weights.ends_with(".onnx");
  if (!own) {
    const SafeTensors weights = open_tensors(options.weights);
    for (const std::string& note : weights.notes()) print_note(fmt::format("{}: {}", file_name(options.weights), note));
    own = options.model.empty() ? says_its_network(weights) : weights.metadata().contains("architecture");
  }
  if (options.model.empty() && !own)
    throw UsageError(fmt::format("{} does not say which network its weights belong to", options.weights),
                     "name it: --model resnet50");
  config.normalization = options.normalization;
  ModelFile base;
  if (own) base = read_model_file(options.weights);
  if (options.model.empty()) {
    options.model = base.info.architecture.text();
    const std::string& named = base.info.model;
    if (find_model(named) != nullptr && options.head.empty()) options.model = named;
    const Shape picture = base.picture();
    if (source_word(options.data) == "folder" && picture.rank() == 3) {
      source.channels = static_cast<int>(picture[0]);
      if (options.size.empty()) options.size = fmt::format("{}x{}", picture[2], picture[1]);
    }
  }
  if (!options.normalization.empty()) {
    if (options.normalization == "measured") config.normalization = "";
    return;
  }
  // Weights of a model by name: as its makers prepare pictures.
  if (!own && find_model(options.model) != nullptr && !options.partial)
    base = read_model_file(options.weights, {options.model, {}});
  if (base.prepared_as.empty()) return;
  if (base.preprocessing.order == Preprocessing::Order::bgr) {
    print_note(fmt::format("{} was trained with blue first; pictures here have red first, so means are measured",
                           options.weights));
    return;
  }
  config.normalization = base.info.normalization.text();
}

// The window opens a file that says where its pictures are in run.data; it doesn't know sizes of one's own. Those go
// into run.pictures, for a project.
std::map<std::string, std::string> keys_to_save(const TrainingConfig& config, const TrainOptions& options) {
  std::map<std::string, std::string> keys = config_keys(config);
  if (!options.size.empty() || !config.base.empty()) {
    keys.erase("run.data");
    keys["run.pictures"] = config.data;
  }
  return keys;
}

// The base of --base, and what it says of the rest: the size of pictures, their normalization, how long, what stays.
BaseNetwork open_base(TrainOptions& options, const CLI::App& command, TrainingConfig& config, SourceOptions& source) {
  for (const char* name : {"--model", "--weights", "--partial", "--normalization", "--size"}) {
    if (command.get_option(name)->count() > 0)
      throw UsageError(fmt::format("{} cannot be given together with --base", name),
                       "the base says which network it is, its weights, and the size and normalization of pictures");
  }
  BaseNetwork base = BaseNetwork::open(options.base);
  for (const std::string& note : base.notes()) print_note(fmt::format("{}: {}", options.base, note));
  if (config.freeze.empty()) config.freeze = "all";
  // Few pictures are an epoch of a few steps.
  if (command.get_option("--epochs")->count() == 0) options.epochs = 50;
  config.normalization = base.normalization().text();
  source.channels = static_cast<int>(base.picture()[0]);
  if (source_word(options.data) == "folder") {
    source.height = static_cast<int>(base.picture()[1]);
    source.width = static_cast<int>(base.picture()[2]);
  }
  return base;
}

// Means over the steps after `step`.
struct Means {
  double loss = 0, accuracy = 0;
  int64_t steps = 0;
};
Means means_after(const History& history, int64_t step) {
  Means means;
  for (auto each = history.steps().rbegin(); each != history.steps().rend() && each->step > step; ++each) {
    means.loss += static_cast<double>(each->loss);
    means.accuracy += static_cast<double>(each->accuracy);
    ++means.steps;
  }
  if (means.steps > 0) {
    means.loss /= static_cast<double>(means.steps);
    means.accuracy /= static_cast<double>(means.steps);
  }
  return means;
}

class Session {
 public:
  Session(const TrainOptions& options, Trainer& trainer, const ModelInfo& info, const Split& parts,
          const TrainingLabels& labels, ProgressLine& progress, std::map<std::string, std::string> keys)
      : options_(options),
        trainer_(trainer),
        info_(info),
        parts_(parts),
        labels_(labels),
        progress_(progress),
        keys_(std::move(keys)),
        first_(trainer.steps()),
        log_(options.log, first_, !options.resume.empty(), options.force),
        saves_({options.save, options.weights_only, options.resume, options.save_every},
               [this](const std::string& file, bool whole) { write(file, whole); }),
        evaluator_(trainer.stream(), trainer.network(), trainer.settings().loss) {}

  void run() {
    goal_ = options_.steps > 0 ? options_.steps : trainer_.steps_per_epochs(options_.epochs);
    epochs_ = static_cast<double>(goal_ * trainer_.settings().batch) / static_cast<double>(parts_.training.size());
    if (first_ >= goal_)
      print_note(fmt::format("{} has {} steps already: nothing to do up to step {}", options_.resume, first_, goal_));
    started_ = std::chrono::steady_clock::now();
    try {
      loop();
    } catch (const Error& error) {
      keep_what_was_learned();
      throw Error(error);
    } catch (const std::exception&) {  // no memory
      keep_what_was_learned();
      throw;
    }
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count() - aside_;
    progress_.clear();
    const bool stopped = trainer_.steps() < goal_;
    if (stopped && trainer_.steps() == first_) {
      print_note("stopped before the first step: there is nothing to save");
      throw Stopped{StopOnSignal::signal()};
    }
    write_log();
    const TrainingSaves::End end = saves_.finish(stopped);
    if (stopped) tell_where_it_stopped(end);
    try {
      // Whoever ends the program from outside waits for its end, not for numbers.
      if (!stopped || StopOnSignal::signal() == SIGINT) print_results(end.file);
      flush_out();
    } catch (const Error& error) {
      const std::string kept = end.file.empty() ? saves_.keep_after_all() : "";
      if (!kept.empty()) print_note(fmt::format("the network was saved to {}", kept));
      throw Error(error);
    }
    if (end.problem)
      throw Error(end.problem->what(),
                  end.file.empty() ? end.problem->hint()
                                   : fmt::format("it was saved to {} instead; move it to where you want it", end.file));
    if (stopped || StopOnSignal::asked()) throw Stopped{StopOnSignal::signal()};
    saves_.remove_kept();
    if (log_problem_) throw Error(*log_problem_);
  }

 private:
  void loop() {
    int64_t finished = static_cast<int64_t>(trainer_.epoch() + 1e-9);
    // It may have been killed between the last step of an epoch and what is measured there.
    if (first_ > 0 && first_ < goal_ && first_ == trainer_.steps_per_epochs(static_cast<double>(finished))) validate();
    while (trainer_.steps() < goal_ && !StopOnSignal::asked()) {
      trainer_.step();
      if (progress_.due()) progress_.show(words(means_after(trainer_.history(), trainer_.steps() - 50), ""));
      const int64_t now = static_cast<int64_t>(trainer_.epoch() + 1e-9);
      if (now != finished) {
        const int64_t before = trainer_.steps_per_epochs(static_cast<double>(finished));
        finished = now;
        if (saves_.due(validation_seconds_)) keep();
        validate();
        const EvaluationRecord* last = last_validation();
        progress_.line(words(means_after(trainer_.history(), before),
                             last ? fmt::format("  validation {:.2f} %", 100 * last->accuracy) : ""));
        write_log();
      }
      if (saves_.due() && trainer_.steps() < goal_) keep();
    }
  }

  // The log first: rows beyond what is saved are taken away when it goes on, missing ones would stay away.
  void keep() {
    progress_.clear();
    write_log();
    saves_.keep();
  }

  // "epoch 2/3  step 1200/2500  loss 0.0521  accuracy 98.40 %  0:12 left"
  std::string words(const Means& means, const std::string& more) const {
    const double speed = trainer_.images_per_second();
    const double left = static_cast<double>((goal_ - trainer_.steps()) * trainer_.settings().batch);
    return fmt::format("epoch {:.1f}/{:.3g}  step {}/{}  loss {:.4f}  accuracy {:.2f} %{}  {:.0f} images/s  {} left",
                       trainer_.epoch(), epochs_, trainer_.steps(), goal_, means.loss, 100 * means.accuracy, more,
                       speed, speed > 0 ? format_duration(left / speed) : "?");
  }

  // In the training's own network: nobody looks at what a step left there. A signal ends it before its end.
  Evaluation evaluate(const std::vector<int64_t>& part) {
    return evaluator_.evaluate(trainer_.stream(), trainer_.network(), trainer_.data(), part, trainer_.normalization(),
                               [](int64_t) { return !StopOnSignal::asked(); });
  }

  void validate() {
    if (parts_.validation.empty()) return;
    const auto begun = std::chrono::steady_clock::now();
    const Evaluation result = evaluate(parts_.validation);
    if (result.samples == static_cast<int64_t>(parts_.validation.size()))
      trainer_.history().add(
          EvaluationRecord{trainer_.steps(), "validation", result.loss, result.accuracy(), result.samples});
    validation_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    aside_ += validation_seconds_;
  }

  const EvaluationRecord* last_validation() {
    const std::vector<EvaluationRecord>& all = trainer_.history().evaluations();
    return all.empty() || all.back().step != trainer_.steps() ? nullptr : &all.back();
  }

  // A log that cannot be written ends no training: it is told at once, and an error at the end.
  void write_log() {
    try {
      log_.write(trainer_);
      log_problem_.reset();
    } catch (const Error& error) {
      if (!log_problem_) print_note(error.what());
      log_problem_ = error;
    }
  }

  void write(const std::string& path, bool whole) {
    if (whole) return save_training(path, info_, trainer_, keys_);
    ModelInfo info = info_;
    info.step = trainer_.steps();
    std::map<std::string, std::string> keys;
    if (const auto found = keys_.find("preprocessing"); found != keys_.end()) keys.insert(*found);
    save_model(path, trainer_.stream(), info, trainer_.network(), keys);
  }

  // Training went wrong: the weights of before that step are saved, then the error goes on its way, whatever became of
  // the saving.
  void keep_what_was_learned() {
    progress_.clear();
    if (trainer_.steps() == first_ || trainer_.next_phase() != Phase::batch) return;
    write_log();
    const TrainingSaves::End end = saves_.finish(true);
    if (end.problem) print_note(end.problem->what());
    print_note(end.file.empty()
                   ? fmt::format("what was learned in {} steps could not be saved", trainer_.steps())
                   : fmt::format("what was learned in {} steps was saved to {}", trainer_.steps(), end.file));
  }

  void tell_where_it_stopped(const TrainingSaves::End& end) {
    if (end.file.empty() && end.goes_on.empty())
      return print_note(fmt::format("stopped after step {}; it could not be saved", trainer_.steps()));
    print_note(fmt::format("stopped after step {} and saved to {}; go on with --resume {}", trainer_.steps(), end.file,
                           end.goes_on));
  }

  void print_results(const std::string& saved_to) {
    const TrainerSettings& settings = trainer_.settings();
    const auto put = [](const char* name, const auto& value) { print_out(fmt::format("{} {}\n", name, value)); };
    put("model", options_.resume.empty() ? options_.model : info_.model);
    put("parameters", trainer_.network().architecture().totals().parameters);
    put("data", options_.data);
    put("classes", trainer_.data().classes().size());
    put("training.samples", parts_.training.size());
    put("validation.samples", parts_.validation.size());
    put("test.samples", parts_.test.size());
    put("parameters.trained", trained_parameters());
    put("device", trainer_.stream().device().id());
    put("batch", settings.batch);
    put("optimizer", settings.optimizer.text());
    put("rate", settings.rate);
    if (settings.l1 > 0) put("l1", settings.l1);
    if (settings.label_smoothing > 0) put("label_smoothing", settings.label_smoothing);
    if (settings.clip_norm > 0) put("clip_norm", settings.clip_norm);
    if (!labels_.wrong().empty()) put("labels.made_wrong", labels_.wrong().size());
    if (!labels_.changes().empty()) {
      const size_t out = labels_.left_out().size();
      put("labels.changed", labels_.changes().size() - out);
      put("labels.left_out", out);
    }
    put("seed", settings.seed);
    put("steps", trainer_.steps());
    put("epochs", fmt::format("{:.4f}", trainer_.epoch()));
    const History& history = trainer_.history();
    const int64_t in_epoch = trainer_.steps_per_epochs(1);
    const Means means = means_after(history, trainer_.steps() - in_epoch);
    if (means.steps > 0) {
      // Of the batches of the last epoch, each before its own update.
      put("training.loss", fmt::format("{:.6f}", means.loss));
      put("training.accuracy", fmt::format("{:.4f}", means.accuracy));
      // Of the last step, before they were clipped.
      if (settings.clip_norm > 0) put("gradient_norm", fmt::format("{:.6g}", history.steps().back().gradient_norm));
    }
    if (!parts_.validation.empty()) {
      if (!last_validation()) validate();
      if (const EvaluationRecord* last = last_validation()) {
        put("validation.loss", fmt::format("{:.6f}", last->loss));
        put("validation.accuracy", fmt::format("{:.4f}", last->accuracy));
      }
    }
    if (!parts_.test.empty()) {
      const Evaluation test = evaluate(parts_.test);
      if (test.samples == static_cast<int64_t>(parts_.test.size())) {  // no signal ended it
        put("test.loss", fmt::format("{:.6f}", test.loss));
        put("test.accuracy", fmt::format("{:.4f}", test.accuracy()));
      }
    }
    put("seconds", fmt::format("{:.2f}", seconds_));
    const double images = static_cast<double>((trainer_.steps() - first_) * settings.batch);
    if (seconds_ > 0 && images > 0) put("images_per_second", fmt::format("{:.0f}", images / seconds_));
    if (!saved_to.empty()) put("saved", saved_to);
  }

  int64_t trained_parameters() {
    int64_t count = 0;
    for (const NamedTensor& tensor : trainer_.network().tensors()) {
      if (tensor.kind == TensorKind::weight_gradient) count += tensor.shape.count();
    }
    return count;
  }

  const TrainOptions& options_;
  Trainer& trainer_;
  const ModelInfo& info_;
  const Split& parts_;
  const TrainingLabels& labels_;
  ProgressLine& progress_;
  const std::map<std::string, std::string> keys_;  // of the saved file, beside those of every file
  const int64_t first_;
  TrainingLog log_;
  TrainingSaves saves_;
  Evaluator evaluator_;
  std::optional<Error> log_problem_;
  int64_t goal_ = 0;
  double epochs_ = 0, seconds_ = 0, aside_ = 0, validation_seconds_ = 0;
  std::chrono::steady_clock::time_point started_{};
};

std::string text_of(const std::string& path) {
  const InputFile file(path);
  constexpr uint64_t kMost = uint64_t{1} << 28;
  if (file.size() > kMost) throw Error(fmt::format("{} has {} bytes", path, file.size()), "name a list of labels");
  std::string text(file.size(), '\0');
  file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
  return text;
}

// What a saved training was made with must be what it goes on with.
void check_same_data(const std::string& path, const ModelInfo& info, const Dataset& data,
                     const Normalization& normalization) {
  if (info.classes != data.classes())
    throw Error(fmt::format("{}: it learned other classes than {} has", path, data.name()),
                fmt::format("its classes: {}", fmt::join(info.classes, ", ")));
  if (info.architecture.input() != data.shape())
    throw Error(fmt::format("{}: it takes {}, {} has {}", path, info.architecture.input().text(), data.name(),
                            data.shape().text()),
                "train on from the data set that it began with");
  if (info.normalization.mean != normalization.mean || info.normalization.stddev != normalization.stddev)
    throw Error(fmt::format("{}: it began with other training pictures than these", path),
                "give the same --data as in the beginning");
}

// Before the work: where it will be saved and logged. A training that goes on may be saved where it came from.
void check_places(const TrainOptions& options) {
  std::vector<std::string> inputs = {options.model, options.data, options.weights, options.labels};
  const bool renews = !options.weights_only && same_place(options.save, options.resume);
  Overwrite log{options.log, FileKind::training_log, inputs, options.force, true};
  log.inputs.push_back(options.resume);
  if (!renews) inputs.push_back(options.resume);
  if (!options.save.empty()) check_overwrite({options.save, FileKind::weights, inputs, options.force, true});
  if (!options.log.empty()) check_overwrite(log);
  if (same_place(options.save, options.log))
    throw UsageError(fmt::format("--save and --log both name {}", options.log), "give the log a name of its own");
}

// Somebody who lost a training will most likely begin it again: here is what was kept of it.
void name_lost_training() {
  for (const LostTraining& lost : lost_trainings({state_folder(), fallback_folder()})) {
    if (lost.model.empty()) continue;
    return print_note(fmt::format("a training that was not saved is kept: {}; go on with --resume {}, or delete it",
                                  lost.words(std::time(nullptr)), lost.path));
  }
}

// The features of all samples, where the network begins with layers that stay as they are; it is then prepared to go
// on from them. Null: it does not.
std::shared_ptr<const FeatureSet> features_of(Stream& stream, Network& network, const LayerSet& frozen,
                                              const std::shared_ptr<const Dataset>& data,
                                              const Normalization& normalization, const Split& parts,
                                              ProgressLine& progress) {
  const int node = last_fixed_node(network.architecture(), frozen);
  if (node == 0) return nullptr;
  std::vector<int64_t> samples;
  for (const auto* part : {&parts.training, &parts.validation, &parts.test}) {
    samples.insert(samples.end(), part->begin(), part->end());
  }
  const int64_t bytes =
      static_cast<int64_t>(samples.size()) * 4 * network.architecture().shapes(1)[static_cast<size_t>(node)].count();
  if (bytes > kMostFeatures) return nullptr;
  const double begin = steady_seconds();
  std::shared_ptr<const FeatureSet> features =
      FeatureSet::compute(stream, network, node, data, normalization, samples, [&](int64_t done, int64_t all) {
        progress.show(fmt::format("features: {} of {} samples", done, all));
        return !StopOnSignal::asked();
      });
  progress.clear();
  if (!features) throw Stopped{StopOnSignal::signal()};
  print_out(fmt::format("features.samples {}\nfeatures.values {}\nfeatures.seconds {:.2f}\n", samples.size(),
                        features->shape().count(), steady_seconds() - begin));
  network.replan(stream, {.batch = 1, .frozen = frozen, .from = node});
  return features;
}

void train(TrainOptions options, const CLI::App& command, const CommandLine& line) {
  const bool resume = !options.resume.empty();
  if (options.steps > 0 && command.get_option("--epochs")->count() > 0)
    throw UsageError("--epochs and --steps both say how long", "give one of them");
  if (resume) refuse_with_resume(command);
  if (!resume && options.model.empty() && options.weights.empty() && options.base.empty())
    throw UsageError("'striate train': --model is required",
                     "a name (striate summary lists them), --base MODEL, or --resume FILE");
  TrainerSettings settings = settings_of(options, line);
  as_usage("--split", [&] { return SplitShares::parse(options.split); });
  as_usage("--augment", [&] { return Augmentation::parse(options.augment); });
  check_places(options);
  Stream stream(line.device());
  const StopOnSignal signals;
  if (!resume && !options.quiet) name_lost_training();
  ProgressLine progress(options.quiet);

  ModelInfo info;
  SafeTensors saved;
  if (resume) {
    saved = SafeTensors::read(options.resume);
    info = read_model_info(saved, options.resume);
    const TrainerSettings given = settings;
    settings = read_training_settings(saved, options.resume);
    if (command.get_option("--rate")->count() > 0) settings.rate = given.rate;
    if (command.get_option("--schedule")->count() > 0) settings.schedule = given.schedule;
  }
  TrainingConfig config = config_of(options, saved);
  SourceOptions source;
  std::optional<BaseNetwork> base;
  std::string preprocessing;  // of a base
  if (!resume && !options.base.empty()) {
    base = open_base(options, command, config, source);
    preprocessing = base->preprocessing().text(base->picture()[0]);
  } else if (!resume) {
    take_base(options, config, source);
  }
  config.model = options.model;
  check_config(config);
  settings.augment = Augmentation::parse(config.augment).function();
  settings.keyframes = false;
  source.seed = settings.seed;
  if (resume && info.architecture.input().rank() == 3) {
    source.channels = static_cast<int>(info.architecture.input()[0]);
    source.height = static_cast<int>(info.architecture.input()[1]);
    source.width = static_cast<int>(info.architecture.input()[2]);
  }
  std::shared_ptr<const Dataset> data = open_data(options.data, source, options.size, progress);
  if (base) data = fitted_to(base->picture(), base->preprocessing(), data);
  if (resume && !config.base.empty()) {
    preprocessing = saved.metadata().contains("preprocessing") ? saved.metadata().at("preprocessing") : "";
    data = fitted_to(info.architecture.input(), Preprocessing::parse(preprocessing), data);
  }
  config.seed = settings.seed;
  const Split parts = config_split(config, *data);
  const Normalization normalization = config_normalization(config, *data, parts);
  if (!options.labels.empty()) {
    try {
      config.labels = label_changes_text(parse_label_file(text_of(options.labels), *data));
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", options.labels, error.what()), error.hint());
    }
  }
  const std::shared_ptr<const TrainingLabels> labels = config_labels(config, data, parts);
  data = labels;
  if (resume) {
    check_same_data(options.resume, info, *data, normalization);
  } else {
    if (base) {
      const int classes = static_cast<int>(data->classes().size());
      info.architecture = as_usage("--head", [&] { return base->with_head(options.head, classes); });
    } else {
      architecture_of(options.model, data->shape(), 0);  // a wrong name or text: exit status 2
      info.architecture = config_architecture(config, *data);
    }
    settings.frozen = as_usage("--freeze", [&] {
      return base ? base->frozen(config.freeze, info.architecture) : LayerSet::parse(config.freeze, info.architecture);
    });
    for (const Model& each : models())
      if (options.model == each.name) info.model = each.name;
    info.data = source_word(options.data);
    info.classes = data->classes();
    info.normalization = normalization;
    info.seed = settings.seed;
    // A base's epochs are too short for a rate that falls with them.
    if (command.get_option("--schedule")->count() == 0 && !base) {
      settings.schedule = Schedule::usual(static_cast<int64_t>(parts.training.size()) / settings.batch);
    }
  }
  // Places that cannot be written are told before the work, not after it.
  if (!options.save.empty()) {
    remove_leftovers(options.save);
    AtomicFile probe(options.save);
  }
  if (!options.log.empty()) AtomicFile probe(options.log);

  Network network(stream, info.architecture);
  if (resume) load_weights(stream, saved, options.resume, network);
  if (!config.weights.empty() && !resume) {
    const WeightsFit fit =
        load_starting_weights(stream, network, {config.weights, config.partial, config.head > 0}, settings);
    if (config.partial) print_out(weights_report(fit));
  }
  if (base) {
    network.initialize(stream, settings.initializer, settings.seed);
    base->load(stream, network);
  }
  const bool keep = resume || !config.weights.empty() || base;
  Normalization trained_on = normalization;
  if (!config.base.empty() && config.augment.empty()) {
    if (std::shared_ptr<const FeatureSet> features =
            features_of(stream, network, settings.frozen, data, normalization, parts, progress)) {
      data = features;
      trained_on = {};
    }
  }
  Trainer trainer(stream, network, *data, parts.training, trained_on, settings, keep);
  trainer.labels_were_changed(labels->left_out());
  if (resume) resume_training(saved, options.resume, trainer);
  std::map<std::string, std::string> keys = keys_to_save(config, options);
  if (!preprocessing.empty()) keys["preprocessing"] = preprocessing;
  Session(options, trainer, info, parts, *labels, progress, keys).run();
}

std::string data_help() {
  std::string text;
  for (const DataSource& source : data_sources()) text += fmt::format("  {:<16} {}\n", source.syntax, source.about);
  return text;
}

}  // namespace

void add_train(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<TrainOptions>();
  std::string names;
  for (const Model& each : models()) names += fmt::format("  {:<16} {}\n", each.name, each.title);
  CLI::App* command = add_command(
      parent, line, "train", "A network learns from a data set",
      fmt::format(
          "Data sets:\n{}\nModels, or a text such as \"conv 6 5x5 | relu | maxpool 2 | flatten | dense 10\", or a file "
          "with one:\n{}\n"
          "A sample is one picture; a batch is the samples of one step; a step is one update of the weights; an epoch\n"
          "is as many samples as the training part has. Data sets with a test part of their own keep it; the other\n"
          "shares then divide the rest. Accuracies are shares of 1, losses means over the samples.\n"
          "It is saved once a minute and at every end. Ctrl+C stops after the step and saves (without --save: to\n"
          "striate-stopped.safetensors; exit status 130). Without --save the minutes go to a file that is named and\n"
          "removed at the end; where a place cannot be written, to another that is named.\n"
          "The same seed on the same device gives the same file, stopped in between or not.\n\n"
          "--weights begins with what was trained before: a file of weights (.safetensors, or a PyTorch checkpoint, of "
          "which\n"
          "no code is run) or an ONNX model of the same network. All of it must fit; with --partial what fits is "
          "loaded, and what is missing, unexpected or mismatched (of "
          "another\nshape) is printed. --head puts a new last dense layer or convolution in the place of the old one. "
          "--freeze\nkeeps layers as they are: names, numbers from 0, ranges (0-3, conv1-layer2.0), layer1*, all, or "
          "backbone\n(all before the head); a frozen batchnorm uses its running statistics. --split-by region "
          "keeps\nall pictures of a region in one part: folder:DIR reads them from DIR/regions.csv, a line "
          "PICTURE,REGION each; pictures named burst-3-12.png, of one burst, always stay together; world learns from "
          "the west and is tested on the "
          "east, region-reversed the other way round.\n\n"
          "--base puts a new head on a trained network: a model with weights (striate models), or a file. It is cut "
          "before\n"
          "its own last dense layer or convolution; --head says what follows (one dense layer on the mean of the last\n"
          "features). Pictures are fitted to its size. --freeze N keeps its first N layers, names keep those, all "
          "(the\n"
          "usual) all of it; its batch normalizations always stay. What no step changes is computed once for every\n"
          "sample, unless pictures are augmented. It learns for 50 epochs at one rate, unless said otherwise.\n\n"
          "Examples:\n"
          "  striate train --data folder:tiles --base squeezenet1_1 --examples 10 --save tiles.safetensors\n"
          "  striate train --data digits --model lenet5 --epochs 3 --save digits.safetensors\n"
          "  striate train --data folder:holidays --model tinyvgg --size 64x64 --augment \"flip shift 4\"\n"
          "  striate train --data folder:flowers --size 224x224 --model resnet50 --weights resnet50.safetensors --head "
          "5\n"
          "      --freeze backbone\n"
          "  striate train --data digits --resume digits.safetensors --epochs 6 --save digits.safetensors",
          data_help(), names));
  add_text(*command, "--data", options->data, "What to learn from; see below")->required()->type_name("SOURCE");
  add_text(*command, "--model", options->model, "What learns: a name, a text or a file")->type_name("NAME|FILE");
  add_number(*command, "--epochs", options->epochs, "How long, in epochs (5), from the very beginning", 0.001, 1e6);
  add_integer(*command, "--steps", options->steps, "How long, in steps, instead of --epochs", 1, 1'000'000'000);
  add_integer(*command, "--batch", options->batch, "Samples of one step (64)", 1, 65536);
  add_text(*command, "--optimizer", options->optimizer,
           fmt::format("{}; adam is the usual; with their settings", fmt::join(optimizer_names(), ", ")))
      ->type_name("\"sgd momentum 0.9\"");
  add_number(*command, "--rate", options->rate, "Learning rate (the usual one of the optimizer)", 1e-9, 1e6);
  add_text(*command, "--schedule", options->schedule, "The rate over time (inverse, half of it after an epoch)")
      ->type_name("\"warm-up 100 cosine 5000\"");
  add_text(*command, "--loss", options->loss, "cross-entropy (the usual), nll, mse, bce, bce-logits, map")
      ->type_name("NAME");
  add_number(*command, "--l1", options->l1, "Penalty on the size of every weight, times the sum of |w| (0)", 0, 1);
  add_number(*command, "--label-smoothing", options->label_smoothing,
             "With cross-entropy: the share of a label that all classes get (0)", 0, 1);
  add_number(*command, "--clip-norm", options->clip_norm,
             "Largest norm of all gradients together; longer ones are scaled down (0: none are)", 0, 1e9);
  add_choice(*command, "--init", options->initializer, "Starting weights (pytorch)",
             {"pytorch", "he-normal", "he-uniform", "glorot-normal", "glorot-uniform"});
  add_text(*command, "--weights", options->weights, "Weights to begin with, of the same network; see below")
      ->type_name("FILE");
  command->add_flag("--partial", options->partial, "Of --weights load what fits, and print what does not");
  add_text(*command, "--base", options->base, "A trained network under a new head: transfer learning; see below")
      ->type_name("NAME|FILE");
  add_integer(*command, "--examples", options->examples, "Learn from so many samples of each class, test with the rest",
              1, 1'000'000'000);
  add_text(*command, "--head", options->head,
           "A new last layer with so many outputs; with --base the layers behind it: \"globalavgpool | dense "
           "7\"")
      ->type_name("N|TEXT");
  add_text(*command, "--freeze", options->freeze, "Layers that keep their weights, by name or number: \"0-3,conv5\"")
      ->type_name("LAYERS");
  add_text(*command, "--normalization", options->normalization,
           "\"mean A,B,C std A,B,C\" or measured (as --weights says, else measured)")
      ->type_name("TEXT");
  add_text(*command, "--split", options->split, "Shares of training, validation, test (0.8,0.1,0.1)")
      ->type_name("T,V,T");
  add_choice(*command, "--split-by", options->split_by, "What is divided: samples, or whole regions (sample)",
             {"sample", "region", "region-reversed"});
  add_text(*command, "--augment", options->augment, "Random changes: shift, rotate, scale, flip, brightness, contrast")
      ->type_name("\"shift 2 flip\"");
  add_number(*command, "--wrong-labels", options->wrong_labels,
             "Share of the training part whose labels are made wrong on purpose, to find them again (0)", 0, 1);
  add_text(*command, "--labels", options->labels,
           "Labels that are others than the data set's: a line for each picture, as striate mislabeled writes them")
      ->type_name("FILE.csv");
  add_text(*command, "--size", options->size, "folder: what pictures are fitted to (64x64)")->type_name("WxH");
  add_text(*command, "--save", options->save, "Where the network and the state of training go")->type_name("FILE");
  command->add_flag("--weights-only", options->weights_only, "Save the network without the state of training");
  add_force(*command, options->force);
  add_number(*command, "--save-every", options->save_every, "Seconds between two saves while it trains (60)", 0.1,
             86400);
  add_text(*command, "--log", options->log, "A row for each step; with --resume they are appended")
      ->type_name("FILE.csv");
  add_text(*command, "--resume", options->resume, "Go on from a file that --save wrote")->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback(
      [options, command, &line] { line.run = [options, command, &line] { train(*options, *command, line); }; });
}

}  // namespace striate
