// striate mislabeled: training pictures whose label a trained network is sure to be wrong.
#include <algorithm>
#include <memory>

#include "app/cli/training.h"
#include "engine/export/overwrite.h"
#include "engine/export/training_project.h"
#include "engine/files/atomic_write.h"
#include "engine/network/batch_size.h"
#include "engine/training/metrics.h"
#include "engine/training/mislabeled.h"
#include "engine/training/training_run.h"
#include "engine/transfer/base_network.h"

namespace striate {
namespace {

struct MislabeledOptions {
  std::string model, data, csv;
  double sure = 0.5;
  int64_t best = 20;
  bool quiet = false, force = false;
};

void print_found(const TrainingLabels& labels, const std::vector<Mislabeled>& found, int64_t best) {
  const auto name = [&](int32_t c) { return csv_field(labels.classes()[static_cast<size_t>(c)]); };
  print_out("\npicture,about,label,answer,probability,loss\n");
  for (size_t i = 0; i < std::min(found.size(), static_cast<size_t>(best)); ++i) {
    const Mislabeled& each = found[i];
    print_out(fmt::format("{},{},{},{},{:.4f},{:.4f}\n", each.sample, csv_field(labels.describe(each.sample)),
                          name(each.label), name(each.answer), each.probability, each.loss));
  }
}

void find(const MislabeledOptions& options, const CommandLine& line) {
  if (!options.csv.empty()) {
    check_overwrite({options.csv, FileKind::labels, {options.model, options.data}, options.force, true});
  }
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(options.quiet);
  const TrainingProject project = read_training_project(options.model, options.data);
  const TrainingConfig& config = project.config;
  const ModelInfo& info = project.model.info;
  std::shared_ptr<const Dataset> data = open_data(config.data, project.source, "", progress);
  if (!config.base.empty()) data = fitted_to(info.architecture.input(), project.model.preprocessing, data);
  if (info.classes != data->classes() || info.architecture.input() != data->shape()) {
    throw Error(fmt::format("{}: it was trained with other pictures than {} has", options.model, data->name()),
                "name those that it was trained with: --data folder:DIR");
  }
  const Split parts = config_split(config, *data);
  const std::shared_ptr<const TrainingLabels> labels = config_labels(config, data, parts);
  const auto all = static_cast<int64_t>(parts.training.size());
  const int batch = batch_within(info.architecture, Plan::inference(1), kEvaluationBudget,
                                 static_cast<int>(std::min<int64_t>(all, kMaxEvaluated)));
  const OpenedModelFile opened = open_model_file(stream, options.model);
  Evaluator evaluator(stream, info.architecture, batch, project.settings.loss);
  const Evaluation judged =
      evaluator.evaluate(stream, opened.network, *labels, parts.training, info.normalization, [&](int64_t done) {
        if (progress.due()) progress.show(fmt::format("{} of {} pictures", done, all));
        return !StopOnSignal::asked();
      });
  progress.clear();
  if (judged.samples < all) throw Stopped{StopOnSignal::signal()};
  const std::vector<Mislabeled> found = find_mislabeled(*labels, parts.training, judged, options.sure);
  print_out(
      fmt::format("model {}\ndata {}\ntraining.samples {}\nsure {}\n", options.model, config.data, all, options.sure));
  if (!labels->changes().empty()) {
    const size_t out = labels->left_out().size();
    print_out(fmt::format("labels.changed {}\nlabels.left_out {}\n", labels->changes().size() - out, out));
  }
  print_out(fmt::format("found {}\n", found.size()));
  if (!labels->wrong().empty()) {
    print_out(fmt::format("labels.made_wrong {}\nlabels.corrected {}\nfound.made_wrong {}\n", labels->wrong().size(),
                          labels->corrected(), count_made_wrong(found)));
  }
  if (!options.csv.empty()) {
    const std::string text = mislabeled_csv(*labels, found);
    AtomicFile file(options.csv);
    file.write(text.data(), text.size());
    file.commit();
    print_out(fmt::format("saved {}\n", options.csv));
  }
  if (options.best > 0 && !found.empty()) print_found(*labels, found, options.best);
  flush_out();
}

}  // namespace

void add_mislabeled(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<MislabeledOptions>();
  CLI::App* command = add_command(
      parent, line, "mislabeled", "Training pictures that may have a wrong label",
      "Those of the training part that the network is sure to be of another class than their label, the largest loss\n"
      "first. MODEL is a training that striate train saved. What it prints is a list to look through, not a verdict: "
      "a\n"
      "network that learned for long has learned wrong labels by heart, too, and one that learned too little is wrong\n"
      "itself. --csv writes all of them, each with the answer as its class from now on (column now): change lines,\n"
      "take them away, or write \"left out\", then go on with train --labels. With --wrong-labels in its training it\n"
      "counts how many of those are found.\n\n"
      "Examples:\n"
      "  striate train --data digits --model lenet5 --epochs 2 --wrong-labels 0.1 --save wrong.safetensors\n"
      "  striate mislabeled wrong.safetensors --csv found.csv\n"
      "  striate train --data digits --resume wrong.safetensors --labels found.csv --epochs 4 --save "
      "better.safetensors");
  add_text(*command, "MODEL", options->model, "A saved training")->required()->type_name("");
  add_text(*command, "--data", options->data, "Where its pictures are (where they were)")->type_name("SOURCE");
  add_number(*command, "--sure", options->sure, "Least probability of the answer (0.5)", 0, 1);
  add_integer(*command, "--best", options->best, "How many are printed (20)", 0, 1'000'000'000);
  add_text(*command, "--csv", options->csv, "Write all of them as a list of labels")->type_name("FILE.csv");
  add_force(*command, options->force);
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback([options, &line] { line.run = [options, &line] { find(*options, line); }; });
}

}  // namespace striate
