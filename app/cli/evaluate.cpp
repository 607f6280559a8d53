// striate evaluate: how good a trained network is on a data set.
#include <algorithm>
#include <cmath>
#include <memory>

#include "app/cli/judging.h"

namespace striate {
namespace {

struct EvaluateOptions {
  ModelOptions model;
  JudgeOptions judge;
  bool csv = false, quiet = false;
};

std::string share(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

void print_confusion(const Evaluation& result, const std::vector<std::string>& classes) {
  print_out("true\\predicted");
  for (const std::string& name : classes) print_out("," + csv_field(name));
  print_out("\n");
  for (int truth = 0; truth < result.classes; ++truth) {
    print_out(csv_field(classes[static_cast<size_t>(truth)]));
    for (int predicted = 0; predicted < result.classes; ++predicted)
      print_out(fmt::format(",{}", result.count(truth, predicted)));
    print_out("\n");
  }
}

void evaluate(const EvaluateOptions& options, const CLI::App& command, const CommandLine& line) {
  check_judge_options(options.judge);
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(options.quiet);
  OpenedModel model = open_model(stream, options.model);
  const uint64_t seed = judging_seed(model.session.file(), line, command.get_option("--seed")->count() > 0);
  const JudgedPart part = judged_part(model, options.judge, seed, progress);
  const int64_t all = static_cast<int64_t>(part.indices.size());
  const Evaluation result = judge(stream, model, part, options.judge, progress);
  const ModelInfo& info = model.session.file().info;
  if (result.samples < all)
    print_note(fmt::format("stopped: the result covers {} of {} pictures", result.samples, all));
  const auto end = [&] {
    flush_out();
    if (result.samples < all) throw Stopped{StopOnSignal::signal()};
  };
  if (options.csv) {
    print_confusion(result, info.classes);
    return end();
  }
  print_out(fmt::format("model {}\ndata {}\npart {}\nsamples {}\ncorrect {}\nloss {:.6f}\naccuracy {:.4f}\n",
                        options.model.file, options.judge.data, options.judge.part, result.samples, result.correct,
                        result.loss, result.accuracy()));
  size_t widest = 5;
  for (const std::string& name : info.classes) widest = std::max(widest, name.size());
  print_out(fmt::format("\n{:<{}}  samples  recall  precision\n", "class", widest));
  const bool many = static_cast<size_t>(result.classes) > kMaxClassesShown;
  for (int c = 0; c < result.classes; ++c) {
    if (many && result.samples_of(c) == 0) continue;
    print_out(fmt::format("{:<{}}  {:>7}  {:>6}  {:>9}\n", info.classes[static_cast<size_t>(c)], widest,
                          result.samples_of(c), share(result.recall(c)), share(result.precision(c))));
  }
  if (many) {
    print_out(fmt::format("\nconfusion: {} classes; --csv prints it\n", result.classes));
  } else {
    print_out("\nconfusion: a row for each true class, a column for each answer\n");
    print_confusion(result, info.classes);
  }
  end();
}

}  // namespace

void add_evaluate(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command = add_command(
      parent, line, "evaluate", "How good a trained network is on a data set",
      "Loss, accuracy, recall (of a class's pictures, the share that was found) and precision (of the pictures called\n"
      "so, the share that is) of each class, and the confusion matrix. A data set with a test part of its own is "
      "judged\n"
      "on that; others are divided as they were in the model's training, by the seed and the shares in its file.\n"
      "Classes are matched by their names. Pictures get the size, the channels and the layout that the network takes;\n"
      "--resize is applied to those of any data set.\n\n"
      "Examples:\n"
      "  striate evaluate digits.safetensors --data mnist:mnist\n"
      "  striate evaluate digits.safetensors --data digits --part validation\n"
      "  striate evaluate tiles.safetensors --data folder:tiles --part all --csv\n"
      "  striate evaluate mnist.onnx --data mnist:mnist --scale 1");
  add_model_options(*command, options->model);
  add_text(*command, "--data", options->judge.data, "As for train")->required()->type_name("SOURCE");
  add_choice(*command, "--part", options->judge.part, "Of which pictures (test)",
             {"test", "validation", "training", "all"});
  add_text(*command, "--split", options->judge.split, "Shares of training, validation, test (those of its training)")
      ->type_name("T,V,T");
  add_choice(*command, "--split-by", options->judge.split_by, "What is divided (as in its training)",
             {"sample", "region", "region-reversed"});
  add_text(*command, "--loss", options->judge.loss, "The loss (that of its training)")->type_name("NAME");
  add_integer(*command, "--batch", options->judge.batch, "Pictures at a time (as many as 1 GiB holds, at most 250)", 1,
              65536);
  command->add_flag("--csv", options->csv, "Print the confusion matrix only");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback(
      [options, command, &line] { line.run = [options, command, &line] { evaluate(*options, *command, line); }; });
}

}  // namespace striate
