// What evaluate and compare share; see the header.
#include "app/cli/judging.h"

#include <algorithm>
#include <cstdlib>

#include "engine/files/safetensors.h"
#include "engine/nearest_word.h"
#include "engine/network/batch_size.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/preprocess/prepared_dataset.h"

namespace striate {
namespace {

// A data set with the classes of a model: labels are matched by name, so that a folder with some of the classes can be
// judged as well.
class Relabeled : public Dataset {
 public:
  Relabeled(std::shared_ptr<const Dataset> data, std::vector<std::string> classes)
      : data_(std::move(data)), classes_(std::move(classes)) {
    for (const std::string& name : data_->classes()) {
      const auto found = std::find(classes_.begin(), classes_.end(), name);
      if (found == classes_.end())
        throw Error(fmt::format("the model does not know the class \"{}\" of {}; it knows {} classes", name,
                                data_->name(), classes_.size()),
                    classes_.size() <= kMaxClassesShown ? fmt::format("its classes: {}", fmt::join(classes_, ", "))
                                                        : nearest_hint(name, classes_));
      map_.push_back(static_cast<int>(found - classes_.begin()));
    }
  }
  std::string name() const override { return data_->name(); }
  Shape shape() const override { return data_->shape(); }
  int64_t size() const override { return data_->size(); }
  int64_t training_size() const override { return data_->training_size(); }
  const std::vector<std::string>& classes() const override { return classes_; }
  int label(int64_t index) const override { return map_[static_cast<size_t>(data_->label(index))]; }
  const std::vector<std::string>& regions() const override { return data_->regions(); }
  int region(int64_t index) const override { return data_->region(index); }
  void read(int64_t index, float* pixels) const override { data_->read(index, pixels); }
  std::string describe(int64_t index) const override { return data_->describe(index); }

 private:
  std::shared_ptr<const Dataset> data_;
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

std::vector<int64_t> indices_of(const JudgeOptions& options, const ModelFile& file, const Dataset& data,
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

Loss loss_of(const JudgeOptions& options, const ModelFile& file) {
  return parse_loss(given_or(options.loss, file.loss, "cross-entropy"));
}

}  // namespace

void check_judge_options(const JudgeOptions& options) {
  if (!options.loss.empty()) as_usage("--loss", [&] { return parse_loss(options.loss); });
  if (!options.split.empty()) as_usage("--split", [&] { return SplitShares::parse(options.split); });
}

uint64_t judging_seed(const ModelFile& file, const CommandLine& line, bool given) {
  return !given && file.kind == ModelFile::Kind::striate ? file.info.seed : static_cast<uint64_t>(line.seed);
}

JudgedPart judged_part(OpenedModel& model, const JudgeOptions& options, uint64_t seed, ProgressLine& progress) {
  const ModelFile& file = model.session.file();
  const ModelInfo& info = file.info;
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
    source.fit = [preprocessing](const Image& image, const Shape& shape) {
      return fitted_bytes(image, preprocessing, shape);
    };
  }
  std::unique_ptr<Dataset> data = open_data(options.data, source, "", progress);
  name_classes(model, *data);
  JudgedPart part;
  part.normalization = info.normalization;
  if (picture.rank() == 3) {
    if (folder) preprocessing.asked = false;  // its pictures were fitted as they were read
    data = std::make_unique<PreparedDataset>(std::move(data), preprocessing, picture, file.channels_last());
    part.normalization = {};
  } else if (data->shape() != input) {
    throw Error(fmt::format("{} takes {}, {} has {}", file.path, input.text(), data->name(), data->shape().text()),
                "choose a data set of that size");
  }
  const Dataset& divided = *data;
  part.data = std::make_shared<Relabeled>(std::move(data), info.classes);
  part.indices = indices_of(options, file, divided, seed);
  return part;
}

Evaluation judge(Stream& stream, OpenedModel& model, const JudgedPart& part, const JudgeOptions& options,
                 ProgressLine& progress) {
  const ModelInfo& info = model.session.file().info;
  const Loss loss = loss_of(options, model.session.file());
  const int64_t all = static_cast<int64_t>(part.indices.size());
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
  Evaluation result = evaluator->evaluate(stream, evaluator->network(), *part.data, part.indices, part.normalization,
                                          [&](int64_t done) {
                                            if (progress.due())
                                              progress.show(fmt::format("{} of {} pictures", done, all));
                                            return !StopOnSignal::asked();
                                          });
  progress.clear();
  return result;
}

}  // namespace striate
