// striate train: a network learns from a data set.
#include <algorithm>
#include <cmath>
#include <memory>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "engine/files/atomic_write.h"
#include "engine/files/overwrite.h"
#include "engine/network/models.h"
#include "engine/training/data/augment.h"
#include "engine/training/metrics.h"
#include "engine/training/recipe_file.h"
#include "engine/training/trainer.h"

namespace striate {
namespace {

constexpr const char* kStoppedFile = "striate-stopped.safetensors";
constexpr int kEvaluationBatch = 250;

struct TrainOptions {
  std::string data, model, optimizer = "adam", loss = "cross-entropy", schedule, initializer = "pytorch";
  std::string split = "0.8,0.1,0.1", augment, size, save, log, resume;
  double epochs = 5, rate = 0;
  int64_t steps = 0, batch = 64, frozen = 0;
  bool weights_only = false, quiet = false, force = false;
};

TrainerSettings settings_of(const TrainOptions& options, const CommandLine& line) {
  TrainerSettings settings;
  settings.optimizer = as_usage("--optimizer", [&] { return OptimizerSettings::parse(options.optimizer); });
  settings.loss = as_usage("--loss", [&] { return parse_loss(options.loss); });
  settings.schedule = as_usage("--schedule", [&] { return Schedule::parse(options.schedule); });
  // The decimal number, not the float that is nearest to it: it is printed and saved.
  settings.rate = options.rate;
  if (settings.rate <= 0) parse_number(fmt::format("{}", settings.optimizer.usual_rate()), &settings.rate);
  settings.batch = static_cast<int>(options.batch);
  settings.frozen = static_cast<int>(options.frozen);
  settings.seed = static_cast<uint64_t>(line.seed);
  settings.initializer = parse_initializer(options.initializer);
  return settings;
}

// Options that a saved training has brought along.
void refuse_with_resume(const CLI::App& command) {
  for (const char* name : {"--model", "--optimizer", "--loss", "--batch", "--seed", "--init", "--freeze", "--split",
                           "--augment", "--size"})
    if (command.get_option(name)->count() > 0)
      throw UsageError(fmt::format("{} cannot be given together with --resume", name),
                       "a training that goes on keeps its settings; --rate and --schedule may change");
}

// What else going on needs: of a saved training, what it was saved with.
RunRecipe recipe_of(const TrainOptions& options, const SafeTensors& saved) {
  RunRecipe recipe;
  const auto kept = [&](const char* key, const std::string& given) {
    const auto found = saved.metadata().find(key);
    return found == saved.metadata().end() ? given : found->second;
  };
  recipe.split = kept("run.split", options.split);
  recipe.augment = kept("run.augment", options.augment);
  recipe.initializer = kept("run.initializer", options.initializer);
  recipe.data = options.data;
  return recipe;
}

// The window opens a file that says where its pictures are; it knows neither frozen layers nor sizes of one's own.
std::map<std::string, std::string> keys_to_save(const RunRecipe& recipe, const TrainOptions& options, bool frozen) {
  std::map<std::string, std::string> keys = recipe_keys(recipe);
  if (frozen || !options.size.empty()) keys.erase("run.data");
  return keys;
}

// One row per step, with the validation part where it was looked at.
std::string log_text(const Trainer& trainer, const History& history) {
  std::string text = "step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy\n";
  const double samples = static_cast<double>(trainer.training().size());
  size_t next = 0;
  const std::vector<EvaluationRecord>& evaluations = history.evaluations();
  for (const StepRecord& step : history.steps()) {
    const double epoch = static_cast<double>(step.step * trainer.settings().batch) / samples;
    text += fmt::format("{},{:.4f},{},{},{},", step.step, epoch, step.loss, step.accuracy, step.rate);
    while (next < evaluations.size() && evaluations[next].step < step.step) ++next;
    const bool here = next < evaluations.size() && evaluations[next].step == step.step;
    text += here ? fmt::format("{:.6f},{:.6f}\n", evaluations[next].loss, evaluations[next].accuracy) : ",\n";
  }
  return text;
}

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
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
          ProgressLine& progress, std::map<std::string, std::string> keys)
      : options_(options),
        trainer_(trainer),
        info_(info),
        parts_(parts),
        progress_(progress),
        keys_(std::move(keys)),
        evaluator_(trainer.stream(), trainer.network().architecture(), kEvaluationBatch, trainer.settings().loss) {}

  void run() {
    goal_ = options_.steps > 0 ? options_.steps : trainer_.steps_per_epochs(options_.epochs);
    epochs_ = static_cast<double>(goal_ * trainer_.settings().batch) / static_cast<double>(parts_.training.size());
    first_ = trainer_.steps();
    if (first_ >= goal_)
      print_note(fmt::format("{} has {} steps already: nothing to do up to step {}", options_.resume, first_, goal_));
    started_ = std::chrono::steady_clock::now();
    try {
      loop();
    } catch (const Error& error) {
      keep_what_was_learned(error);
    }
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count() - aside_;
    progress_.clear();
    stopped_ = trainer_.steps() < goal_;
    const std::string path = !options_.save.empty() ? options_.save : stopped_ ? kStoppedFile : "";
    if (!path.empty()) save(path);
    write_log();
    if (stopped_)
      print_note(
          fmt::format("stopped after step {} and saved to {}; go on with --resume {}", trainer_.steps(), path, path));
    print_results(path);
  }

 private:
  void loop() {
    int64_t finished = static_cast<int64_t>(trainer_.epoch() + 1e-9);
    while (trainer_.steps() < goal_ && !StopOnInterrupt::asked()) {
      trainer_.step();
      if (progress_.due()) progress_.show(words(means_after(trainer_.history(), trainer_.steps() - 50), ""));
      const int64_t now = static_cast<int64_t>(trainer_.epoch() + 1e-9);
      if (now == finished) continue;
      const int64_t before = trainer_.steps_per_epochs(static_cast<double>(finished));
      finished = now;
      validate();
      const EvaluationRecord* last = last_validation();
      progress_.line(words(means_after(trainer_.history(), before),
                           last ? fmt::format("  validation {:.2f} %", 100 * last->accuracy) : ""));
      write_log();
    }
  }

  // "epoch 2/3  step 1200/2500  loss 0.0521  accuracy 98.40 %  0:12 left"
  std::string words(const Means& means, const std::string& more) const {
    const double speed = trainer_.images_per_second();
    const double left = static_cast<double>((goal_ - trainer_.steps()) * trainer_.settings().batch);
    return fmt::format("epoch {:.1f}/{:.3g}  step {}/{}  loss {:.4f}  accuracy {:.2f} %{}  {:.0f} images/s  {} left",
                       trainer_.epoch(), epochs_, trainer_.steps(), goal_, means.loss, 100 * means.accuracy, more,
                       speed, speed > 0 ? format_duration(left / speed) : "?");
  }

  Evaluation evaluate(const std::vector<int64_t>& part) {
    return evaluator_.evaluate(trainer_.stream(), trainer_.network(), trainer_.data(), part, trainer_.normalisation());
  }

  void validate() {
    if (parts_.validation.empty()) return;
    const auto begun = std::chrono::steady_clock::now();
    const Evaluation result = evaluate(parts_.validation);
    trainer_.history().add(
        EvaluationRecord{trainer_.steps(), "validation", result.loss, result.accuracy(), result.samples});
    aside_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  }

  const EvaluationRecord* last_validation() {
    const std::vector<EvaluationRecord>& all = trainer_.history().evaluations();
    return all.empty() || all.back().step != trainer_.steps() ? nullptr : &all.back();
  }

  void write_log() {
    if (!options_.log.empty()) write_text(options_.log, log_text(trainer_, trainer_.history()));
  }

  void save(const std::string& path) {
    if (!options_.weights_only) return save_training(path, info_, trainer_, keys_);
    ModelInfo info = info_;
    info.step = trainer_.steps();
    save_model(path, trainer_.stream(), info, trainer_.network());
  }

  // Training went wrong: the weights of before that step are saved, then the error goes on its way.
  [[noreturn]] void keep_what_was_learned(const Error& error) {
    progress_.clear();
    if (trainer_.steps() > first_) {
      const std::string path = options_.save.empty() ? kStoppedFile : options_.save;
      save(path);
      write_log();
      print_note(fmt::format("what was learned in {} steps was saved to {}", trainer_.steps(), path));
    }
    throw Error(error);
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
    put("device", trainer_.stream().device().id());
    put("batch", settings.batch);
    put("optimizer", settings.optimizer.text());
    put("rate", settings.rate);
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
    }
    if (!parts_.validation.empty()) {
      if (!last_validation()) validate();
      const EvaluationRecord* last = last_validation();
      put("validation.loss", fmt::format("{:.6f}", last->loss));
      put("validation.accuracy", fmt::format("{:.4f}", last->accuracy));
    }
    if (!parts_.test.empty()) {
      const Evaluation test = evaluate(parts_.test);
      put("test.loss", fmt::format("{:.6f}", test.loss));
      put("test.accuracy", fmt::format("{:.4f}", test.accuracy()));
    }
    put("seconds", fmt::format("{:.2f}", seconds_));
    const double images = static_cast<double>((trainer_.steps() - first_) * settings.batch);
    if (seconds_ > 0 && images > 0) put("images_per_second", fmt::format("{:.0f}", images / seconds_));
    if (!saved_to.empty()) put("saved", saved_to);
  }

  const TrainOptions& options_;
  Trainer& trainer_;
  const ModelInfo& info_;
  const Split& parts_;
  ProgressLine& progress_;
  const std::map<std::string, std::string> keys_;  // of the saved file, beside those of every file
  Evaluator evaluator_;
  int64_t goal_ = 0, first_ = 0;
  double epochs_ = 0, seconds_ = 0, aside_ = 0;
  bool stopped_ = false;
  std::chrono::steady_clock::time_point started_{};
};

// What a saved training was made with must be what it goes on with.
void check_same_data(const std::string& path, const ModelInfo& info, const Dataset& data,
                     const Normalisation& normalisation) {
  if (info.classes != data.classes())
    throw Error(fmt::format("{}: it learned other classes than {} has", path, data.name()),
                fmt::format("its classes: {}", fmt::join(info.classes, ", ")));
  if (info.architecture.input() != data.shape())
    throw Error(fmt::format("{}: it takes {}, {} has {}", path, info.architecture.input().text(), data.name(),
                            data.shape().text()),
                "train on from the data set that it began with");
  if (info.normalisation.mean != normalisation.mean || info.normalisation.deviation != normalisation.deviation)
    throw Error(fmt::format("{}: it began with other training pictures than these", path),
                "give the same --data as in the beginning");
}

// Before the work: where it will be saved and logged. A training that goes on may be saved where it came from.
void check_places(const TrainOptions& options) {
  std::vector<std::string> inputs = {options.model, options.data};
  const bool renews = !options.weights_only && same_place(options.save, options.resume);
  Overwrite log{options.log, FileKind::training_log, inputs, options.force, true};
  log.inputs.push_back(options.resume);
  if (!renews) inputs.push_back(options.resume);
  if (!options.save.empty()) check_overwrite({options.save, FileKind::weights, inputs, options.force, true});
  if (!options.log.empty()) check_overwrite(log);
  if (same_place(options.save, options.log))
    throw UsageError(fmt::format("--save and --log both name {}", options.log), "give the log a name of its own");
}

void train(const TrainOptions& options, const CLI::App& command, const CommandLine& line) {
  const bool resume = !options.resume.empty();
  if (options.steps > 0 && command.get_option("--epochs")->count() > 0)
    throw UsageError("--epochs and --steps both say how long", "give one of them");
  if (resume) refuse_with_resume(command);
  if (!resume && options.model.empty())
    throw UsageError("'striate train': --model is required", "a name (striate summary lists them), or --resume FILE");
  TrainerSettings settings = settings_of(options, line);
  as_usage("--split", [&] { return SplitShares::parse(options.split); });
  as_usage("--augment", [&] { return Augmentation::parse(options.augment); });
  check_places(options);
  Stream stream(line.device());
  const StopOnInterrupt interrupt;
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
  const RunRecipe recipe = recipe_of(options, saved);
  check_recipe(recipe);
  settings.augment = Augmentation::parse(recipe.augment).function();
  settings.keyframes = false;
  SourceOptions source;
  source.seed = settings.seed;
  if (resume && info.architecture.input().rank() == 3) {
    source.channels = static_cast<int>(info.architecture.input()[0]);
    source.height = static_cast<int>(info.architecture.input()[1]);
    source.width = static_cast<int>(info.architecture.input()[2]);
  }
  const std::unique_ptr<Dataset> data = open_data(options.data, source, options.size, progress);
  const Split parts = split(*data, SplitShares::parse(recipe.split), settings.seed);
  const Normalisation normalisation = Normalisation::measure(*data, parts.training);
  if (resume) {
    check_same_data(options.resume, info, *data, normalisation);
  } else {
    info.architecture = architecture_of(options.model, data->shape(), static_cast<int>(data->classes().size()));
    for (const Model& each : models())
      if (options.model == each.name) info.model = each.name;
    info.data = source_word(options.data);
    info.classes = data->classes();
    info.normalisation = normalisation;
    info.seed = settings.seed;
    if (command.get_option("--schedule")->count() == 0) {
      settings.schedule = Schedule::usual(static_cast<int64_t>(parts.training.size()) / settings.batch);
    }
  }
  // Places that cannot be written are told before the work, not after it.
  if (!options.save.empty()) AtomicFile probe(options.save);
  if (!options.log.empty()) AtomicFile probe(options.log);

  Network network(stream, info.architecture);
  if (resume) load_weights(stream, saved, options.resume, network);
  Trainer trainer(stream, network, *data, parts.training, normalisation, settings, resume);
  if (resume) resume_training(saved, options.resume, trainer);
  Session(options, trainer, info, parts, progress, keys_to_save(recipe, options, settings.frozen > 0)).run();
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
          "Ctrl+C stops after the step and saves (without --save: to {}).\n"
          "The same seed on the same device gives the same file, stopped in between or not.\n\n"
          "Examples:\n"
          "  striate train --data digits --model lenet5 --epochs 3 --save digits.safetensors\n"
          "  striate train --data folder:holidays --model tinyvgg --size 64x64 --augment \"flip shift 4\"\n"
          "  striate train --data digits --resume digits.safetensors --epochs 6 --save digits.safetensors",
          data_help(), names, kStoppedFile));
  add_text(*command, "--data", options->data, "What to learn from; see below")->required()->type_name("SOURCE");
  add_text(*command, "--model", options->model, "What learns: a name, a text or a file")->type_name("NAME|FILE");
  add_number(*command, "--epochs", options->epochs, "How long, in epochs (5), from the very beginning", 0.001, 1e6);
  add_integer(*command, "--steps", options->steps, "How long, in steps, instead of --epochs", 1, 1'000'000'000);
  add_integer(*command, "--batch", options->batch, "Samples of one step (64)", 1, 65536);
  add_text(*command, "--optimizer", options->optimizer, "sgd, rmsprop, adam (the usual), adamw, with their settings")
      ->type_name("\"sgd momentum 0.9\"");
  add_number(*command, "--rate", options->rate, "Learning rate (the usual one of the optimizer)", 1e-9, 1e6);
  add_text(*command, "--schedule", options->schedule, "The rate over time (inverse, half of it after an epoch)")
      ->type_name("\"warm-up 100 cosine 5000\"");
  add_text(*command, "--loss", options->loss, "cross-entropy (the usual), nll, mse, bce, bce-logits")
      ->type_name("NAME");
  add_choice(*command, "--init", options->initializer, "Starting weights (pytorch)",
             {"pytorch", "he-normal", "he-uniform", "glorot-normal", "glorot-uniform"});
  add_integer(*command, "--freeze", options->frozen, "Layers from the first that keep their weights (0)", 0, 100000);
  add_text(*command, "--split", options->split, "Shares of training, validation, test (0.8,0.1,0.1)")
      ->type_name("T,V,T");
  add_text(*command, "--augment", options->augment, "Random changes: shift, rotate, scale, flip, brightness, contrast")
      ->type_name("\"shift 2 flip\"");
  add_text(*command, "--size", options->size, "folder: what pictures are fitted to (64x64)")->type_name("WxH");
  add_text(*command, "--save", options->save, "Where the network and the state of training go")->type_name("FILE");
  command->add_flag("--weights-only", options->weights_only, "Save the network without the state of training");
  add_force(*command, options->force);
  add_text(*command, "--log", options->log, "A row for each step")->type_name("FILE.csv");
  add_text(*command, "--resume", options->resume, "Go on from a file that --save wrote")->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback(
      [options, command, &line] { line.run = [options, command, &line] { train(*options, *command, line); }; });
}

}  // namespace striate
