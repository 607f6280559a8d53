// striate evaluate: how good a trained network is on a data set.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "app/cli/training.h"
#include "engine/files/safetensors.h"
#include "engine/nearest_word.h"
#include "engine/network/batch_size.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/preprocess/prepared_dataset.h"
#include "engine/training/metrics.h"

namespace striate {
namespace {

constexpr size_t kMaxShown = 50;  // classes in a table; of more, those that occur

struct EvaluateOptions {
  ModelOptions model;
  std::string data, part = "test";
  std::string split, split_by, loss;  // empty for those of the model's training
  int64_t batch = 0;                  // 0: what a budget of memory allows
  bool csv = false, quiet = false;
};

// A data set with the classes of a model: labels are matched by name, so that a folder with some of the classes can be
// judged as well.
class Relabeled : public Dataset {
 public:
  Relabeled(const Dataset& data, std::vector<std::string> classes) : data_(data), classes_(std::move(classes)) {
    for (const std::string& name : data.classes()) {
      const auto found = std::find(classes_.begin(), classes_.end(), name);
      if (found == classes_.end())
        throw Error(fmt::format("the model does not know the class \"{}\" of {}; it knows {} classes", name,
                                data.name(), classes_.size()),
                    classes_.size() <= kMaxShown ? fmt::format("its classes: {}", fmt::join(classes_, ", "))
                                                 : nearest_hint(name, classes_));
      map_.push_back(static_cast<int>(found - classes_.begin()));
    }
  }
  std::string name() const override { return data_.name(); }
  Shape shape() const override { return data_.shape(); }
  int64_t size() const override { return data_.size(); }
  int64_t training_size() const override { return data_.training_size(); }
  const std::vector<std::string>& classes() const override { return classes_; }
  int label(int64_t index) const override { return map_[static_cast<size_t>(data_.label(index))]; }
  const std::vector<std::string>& regions() const override { return data_.regions(); }
  int region(int64_t index) const override { return data_.region(index); }
  void read(int64_t index, float* pixels) const override { data_.read(index, pixels); }
  std::string describe(int64_t index) const override { return data_.describe(index); }

 private:
  const Dataset& data_;
  std::vector<std::string> classes_;
  std::vector<int> map_;
};

// Networks without class names of their own take the data set's.
void name_classes(OpenedModel& model, const Dataset& data) {
  std::vector<std::string>& classes = model.session.file().info.classes;
  if (!model.named && classes.size() == data.classes().size()) classes = data.classes();
}

// Of each class that it learned from, where it learned from few; 0: from a share of all.
int64_t examples_of(const ModelFile& file) {
  if (file.carried || file.kind != ModelFile::Kind::striate) return 0;
  const SafeTensors saved = SafeTensors::open(file.path);
  const auto found = saved.metadata().find("run.examples");
  return found == saved.metadata().end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
}

std::vector<int64_t> indices_of(const EvaluateOptions& options, const ModelFile& file, const Dataset& data,
                                uint64_t seed) {
  std::vector<int64_t> indices;
  if (options.part == "all" || (options.part == "test" && data.training_size() < data.size())) {
    for (int64_t i = options.part == "all" ? 0 : data.training_size(); i < data.size(); ++i) indices.push_back(i);
    return indices;
  }
  const std::string shares = given_or(options.split, file.split, "0.8,0.1,0.1");
  const std::string by = given_or(options.split_by, file.split_by, "sample");
  const int64_t examples = options.split.empty() ? examples_of(file) : 0;
  const bool few = examples > 0 && examples <= most_examples(data);
  const Split parts = few ? split_few(data, examples, SplitShares::parse(shares), seed, parse_split_by(by))
                          : split(data, SplitShares::parse(shares), seed, parse_split_by(by));
  indices = options.part == "training" ? parts.training : options.part == "validation" ? parts.validation : parts.test;
  if (indices.empty())
    throw Error(fmt::format("{}: the {} part is empty", data.name(), options.part),
                "give it a share with --split, or use --part all");
  return indices;
}

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
  if (!options.loss.empty()) as_usage("--loss", [&] { return parse_loss(options.loss); });
  if (!options.split.empty()) as_usage("--split", [&] { return SplitShares::parse(options.split); });
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(options.quiet);
  OpenedModel model = open_model(stream, options.model);
  const ModelFile& file = model.session.file();
  const ModelInfo& info = file.info;
  const Loss loss = parse_loss(given_or(options.loss, file.loss, "cross-entropy"));
  // The seed of the model's own training divides the data as they were divided then.
  const bool own_seed = command.get_option("--seed")->count() == 0 && file.kind == ModelFile::Kind::striate;
  const uint64_t seed = own_seed ? info.seed : static_cast<uint64_t>(line.seed);
  const Shape picture = file.picture();
  const Shape input = picture.rank() == 3 ? picture : info.architecture.input();
  SourceOptions source;
  source.seed = seed;
  if (input.rank() == 3) {
    source.channels = static_cast<int>(input[0]);
    source.height = static_cast<int>(input[1]);
    source.width = static_cast<int>(input[2]);
  }
  Preprocessing preprocessing = file.preprocessing;
  const bool folder = source_word(options.data) == "folder";
  if (picture.rank() == 3) preprocessing.check_fits(picture);
  if (picture.rank() == 3 && (preprocessing.asked || preprocessing.fit == Preprocessing::Fit::shorter)) {
    source.fit = [&](const Image& image, const Shape& shape) { return fitted_bytes(image, preprocessing, shape); };
  }
  std::unique_ptr<Dataset> data = open_data(options.data, source, "", progress);
  name_classes(model, *data);
  Normalization normalization = info.normalization;
  if (picture.rank() == 3) {
    if (folder) preprocessing.asked = false;  // its pictures were fitted as they were read
    data = std::make_unique<PreparedDataset>(std::move(data), preprocessing, picture, file.channels_last());
    normalization = {};
  } else if (data->shape() != input) {
    throw Error(
        fmt::format("{} takes {}, {} has {}", options.model.file, input.text(), data->name(), data->shape().text()),
        "choose a data set of that size");
  }
  const Relabeled judged(*data, info.classes);
  const std::vector<int64_t> indices = indices_of(options, file, *data, seed);
  const int64_t all = static_cast<int64_t>(indices.size());
  const Architecture architecture = loss == Loss::cross_entropy ? up_to_logits(info.architecture) : info.architecture;
  const int most = static_cast<int>(std::min<int64_t>(all, options.batch > 0 ? options.batch : kMaxEvaluated));
  const int batch = architecture.whole() ? 1
                    : options.batch > 0  ? most
                                         : batch_within(architecture, Plan::inference(1), kEvaluationBudget, most);
  // One network at a time has its weights: the opened one gives way to that which takes whole batches.
  std::unique_ptr<Evaluator> evaluator;
  if (architecture.text() == info.architecture.text()) {
    model.session.network().replan(stream, Plan::fastest(batch));
    evaluator = std::make_unique<Evaluator>(stream, model.session.network(), loss);
  } else {
    evaluator = std::make_unique<Evaluator>(stream, architecture, batch, loss);
    evaluator->take_weights(stream, model.session.network());
    stream.synchronize();
    const Network gone = std::move(model.session.network());
  }
  const Evaluation result =
      evaluator->evaluate(stream, evaluator->network(), judged, indices, normalization, [&](int64_t done) {
        if (progress.due()) progress.show(fmt::format("{} of {} pictures", done, all));
        return !StopOnSignal::asked();
      });
  progress.clear();
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
                        options.model.file, options.data, options.part, result.samples, result.correct, result.loss,
                        result.accuracy()));
  size_t widest = 5;
  for (const std::string& name : info.classes) widest = std::max(widest, name.size());
  print_out(fmt::format("\n{:<{}}  samples  recall  precision\n", "class", widest));
  const bool many = static_cast<size_t>(result.classes) > kMaxShown;
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
  add_text(*command, "--data", options->data, "As for train")->required()->type_name("SOURCE");
  add_choice(*command, "--part", options->part, "Of which pictures (test)", {"test", "validation", "training", "all"});
  add_text(*command, "--split", options->split, "Shares of training, validation, test (those of its training)")
      ->type_name("T,V,T");
  add_choice(*command, "--split-by", options->split_by, "What is divided (as in its training)",
             {"sample", "region", "region-reversed"});
  add_text(*command, "--loss", options->loss, "The loss (that of its training)")->type_name("NAME");
  add_integer(*command, "--batch", options->batch, "Pictures at a time (as many as 1 GiB holds, at most 250)", 1,
              65536);
  command->add_flag("--csv", options->csv, "Print the confusion matrix only");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback(
      [options, command, &line] { line.run = [options, command, &line] { evaluate(*options, *command, line); }; });
}

}  // namespace striate
