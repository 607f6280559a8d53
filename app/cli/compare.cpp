// striate compare: two networks side by side.
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/judging.h"
#include "engine/session/compare_models.h"

namespace striate {
namespace {

using Json = nlohmann::ordered_json;

struct CompareOptions {
  ModelOptions a, b;
  JudgeOptions judge;
  int64_t best = 20;
  bool json = false, quiet = false;
};

// One of the two, with what is known of it before its network is used up by judging.
struct Side {
  std::string file;
  std::string model;  // its name; empty: layers of its own
  Architecture architecture;
  AllWeights weights;
  std::vector<std::string> classes;
  Evaluation judged;
};

Side side_of(Stream& stream, OpenedModel& opened, const std::string& file) {
  Side side;
  side.file = file;
  const ModelInfo& info = opened.session.file().info;
  side.model = info.model;
  side.architecture = info.architecture;
  side.weights = read_all_weights(stream, opened.session.network());
  return side;
}

std::string layer_words(const Architecture& of, int node) {
  const Node& it = of.nodes()[static_cast<size_t>(node)];
  return it.layer ? it.layer->text() : "input " + of.input().text();
}

const std::string& name_of(const Architecture& of, int node) { return of.nodes()[static_cast<size_t>(node)].name; }

struct Pictures {
  std::vector<int64_t> indices;
  std::vector<int32_t> labels;  // classes of a
  std::shared_ptr<const Dataset> data;
  std::vector<int32_t> different;  // positions in indices
  AnswerCounts counts;
};

// Answers of b in the classes of a: those that a has not count up behind them.
void in_classes_of(const Side& a, Side& b) {
  std::vector<int32_t> to;
  auto next = static_cast<int32_t>(a.classes.size());
  for (const std::string& name : b.classes) {
    const auto found = std::find(a.classes.begin(), a.classes.end(), name);
    to.push_back(found == a.classes.end() ? next++ : static_cast<int32_t>(found - a.classes.begin()));
  }
  for (int32_t& answer : b.judged.predicted) {
    if (answer >= 0) answer = to[static_cast<size_t>(answer)];
  }
}

std::string answer_name(const Side& a, const Side& b, int32_t answer) {
  if (answer < 0) return "";
  if (static_cast<size_t>(answer) < a.classes.size()) return a.classes[static_cast<size_t>(answer)];
  auto place = static_cast<size_t>(answer) - a.classes.size();
  for (const std::string& name : b.classes) {
    if (std::find(a.classes.begin(), a.classes.end(), name) == a.classes.end() && place-- == 0) return name;
  }
  return "";
}

std::string number(double value) { return std::isnan(value) ? "-" : fmt::format("{:.6g}", value); }
Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

void print_text(const Side& a, const Side& b, const ModelDifference& difference, const Pictures* pictures,
                const CompareOptions& options) {
  const auto put = [](const std::string& name, const auto& value) { print_out(fmt::format("{} {}\n", name, value)); };
  put("a", a.file);
  put("b", b.file);
  put("a.parameters", a.architecture.totals().parameters);
  put("b.parameters", b.architecture.totals().parameters);
  put("layers.same", difference.same);
  put("layers.other_settings", difference.other_settings);
  put("layers.only_a", difference.layers_only_a);
  put("layers.only_b", difference.layers_only_b);
  put("tensors.compared", difference.tensors.size());
  put("tensors.equal", std::count_if(difference.tensors.begin(), difference.tensors.end(),
                                     [](const TensorDifference& each) { return each.equal; }));
  put("tensors.only_a", difference.only_a.size());
  put("tensors.only_b", difference.only_b.size());
  if (pictures != nullptr) {
    put("data", options.judge.data);
    put("part", options.judge.part);
    put("samples", pictures->indices.size());
    put("a.accuracy", fmt::format("{:.4f}", a.judged.accuracy()));
    put("b.accuracy", fmt::format("{:.4f}", b.judged.accuracy()));
    put("a.loss", fmt::format("{:.6f}", a.judged.loss));
    put("b.loss", fmt::format("{:.6f}", b.judged.loss));
    put("both_right", pictures->counts.both_right);
    put("only_a_right", pictures->counts.only_a);
    put("only_b_right", pictures->counts.only_b);
    put("both_wrong", pictures->counts.both_wrong);
    put("different_answers", pictures->different.size());
  }
  bool head = false;
  for (const LayerPair& pair : difference.layers) {
    if (pair.same) continue;
    if (!head) print_out("\nlayer of a,layer of b,in a,in b\n");
    head = true;
    print_out(fmt::format("{},{},{},{}\n", pair.a < 0 ? "-" : csv_field(name_of(a.architecture, pair.a)),
                          pair.b < 0 ? "-" : csv_field(name_of(b.architecture, pair.b)),
                          pair.a < 0 ? "-" : csv_field(layer_words(a.architecture, pair.a)),
                          pair.b < 0 ? "-" : csv_field(layer_words(b.architecture, pair.b))));
  }
  if (!difference.tensors.empty())
    print_out("\ntensor of a,tensor of b,shape,largest difference,RMS difference,cosine\n");
  for (const TensorDifference& each : difference.tensors) {
    print_out(fmt::format("{},{},{},{},{},{}\n", csv_field(each.a), csv_field(each.b), shape_words(each.shape),
                          number(each.largest), number(each.rms), number(each.cosine)));
  }
  for (const bool first : {true, false}) {
    const std::vector<std::string>& only = first ? difference.only_a : difference.only_b;
    if (!only.empty()) print_out(fmt::format("\nonly in {}\n", first ? "a" : "b"));
    for (const std::string& each : only) print_out(each + "\n");
  }
  if (pictures == nullptr || pictures->different.empty() || options.best == 0) return;
  print_out("\npicture,about,label,a,probability,b,probability\n");
  for (size_t i = 0; i < std::min(pictures->different.size(), static_cast<size_t>(options.best)); ++i) {
    const auto at = static_cast<size_t>(pictures->different[i]);
    print_out(fmt::format("{},{},{},{},{:.4f},{},{:.4f}\n", pictures->indices[at],
                          csv_field(pictures->data->describe(pictures->indices[at])),
                          csv_field(answer_name(a, b, pictures->labels[at])),
                          csv_field(answer_name(a, b, a.judged.predicted[at])), a.judged.probability[at],
                          csv_field(answer_name(a, b, b.judged.predicted[at])), b.judged.probability[at]));
  }
}

Json json_of(const Side& side) {
  return {{"file", side.file}, {"model", side.model}, {"parameters", side.architecture.totals().parameters}};
}

void print_json(const Side& a, const Side& b, const ModelDifference& difference, const Pictures* pictures,
                const CompareOptions& options) {
  Json json = {{"a", json_of(a)}, {"b", json_of(b)}};
  const auto layer = [](const Architecture& of, int node) -> Json {
    if (node < 0) return nullptr;
    return {{"name", name_of(of, node)}, {"text", layer_words(of, node)}};
  };
  json["layers"] = Json::array();
  for (const LayerPair& pair : difference.layers) {
    json["layers"].push_back(
        {{"a", layer(a.architecture, pair.a)}, {"b", layer(b.architecture, pair.b)}, {"same", pair.same}});
  }
  json["tensors"] = Json::array();
  for (const TensorDifference& each : difference.tensors) {
    json["tensors"].push_back({{"a", each.a},
                               {"b", each.b},
                               {"shape", each.shape.sizes()},
                               {"largest", json_number(each.largest)},
                               {"rms", json_number(each.rms)},
                               {"cosine", json_number(each.cosine)},
                               {"equal", each.equal}});
  }
  json["only_a"] = difference.only_a;
  json["only_b"] = difference.only_b;
  if (pictures != nullptr) {
    const auto judged = [](const Side& side) {
      return Json{{"accuracy", side.judged.accuracy()}, {"loss", json_number(side.judged.loss)}};
    };
    Json list = Json::array();
    for (const int32_t position : pictures->different) {
      const auto at = static_cast<size_t>(position);
      const auto answer = [&](const Side& side) {
        return Json{{"class", answer_name(a, b, side.judged.predicted[at])},
                    {"probability", side.judged.probability[at]}};
      };
      list.push_back({{"picture", pictures->indices[at]},
                      {"about", pictures->data->describe(pictures->indices[at])},
                      {"label", answer_name(a, b, pictures->labels[at])},
                      {"a", answer(a)},
                      {"b", answer(b)}});
    }
    json["data"] = {{"source", options.judge.data},
                    {"part", options.judge.part},
                    {"samples", pictures->indices.size()},
                    {"a", judged(a)},
                    {"b", judged(b)},
                    {"both_right", pictures->counts.both_right},
                    {"only_a_right", pictures->counts.only_a},
                    {"only_b_right", pictures->counts.only_b},
                    {"both_wrong", pictures->counts.both_wrong},
                    {"different", std::move(list)}};
  }
  print_out(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void compare(const CompareOptions& options, const CLI::App& command, const CommandLine& line) {
  check_judge_options(options.judge);
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(options.quiet);
  Pictures pictures;
  std::vector<Side> sides;
  uint64_t seed = 0;
  for (const ModelOptions* each : {&options.a, &options.b}) {
    const bool first = sides.empty();
    OpenedModel opened = open_model(stream, *each);
    sides.push_back(side_of(stream, opened, each->file));
    if (options.judge.data.empty()) continue;
    // Both judge the part that is the first one's: its seed and its shares divide the data.
    if (first) seed = judging_seed(opened.session.file(), line, command.get_option("--seed")->count() > 0);
    JudgedPart part = judged_part(opened, options.judge, seed, progress);
    if (first) {
      pictures.indices = part.indices;
      pictures.data = part.data;
    }
    part.indices = pictures.indices;
    if (part.data->size() != pictures.data->size()) {
      throw Error(fmt::format("{} has other pictures for {}", options.judge.data, each->file),
                  "compare them on a folder of pictures");
    }
    sides.back().judged = judge(stream, opened, part, options.judge, progress);
    sides.back().classes = opened.session.file().info.classes;
    if (sides.back().judged.samples < static_cast<int64_t>(part.indices.size())) throw Stopped{StopOnSignal::signal()};
  }
  Side &a = sides[0], &b = sides[1];
  const ModelDifference difference = compare_models(a.architecture, a.weights, b.architecture, b.weights);
  const bool judged = !options.judge.data.empty();
  if (judged) {
    in_classes_of(a, b);
    for (const int64_t index : pictures.indices) pictures.labels.push_back(pictures.data->label(index));
    pictures.different = different_answers(a.judged, b.judged);
    pictures.counts = count_answers(a.judged, b.judged, pictures.labels);
  }
  if (options.json) {
    print_json(a, b, difference, judged ? &pictures : nullptr, options);
  } else {
    print_text(a, b, difference, judged ? &pictures : nullptr, options);
  }
  flush_out();
}

}  // namespace

void add_compare(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = add_command(
      parent, line, "compare", "Two networks side by side: layers, weights, answers",
      "Layers of both are paired in running order, those of the same kind with each other; listed are the pairs with\n"
      "other settings and the layers that only one has. Of paired layers each tensor with the same name and shape:\n"
      "the largest difference of two weights, the root of the mean of their squares (RMS), and the cosine of the\n"
      "angle between both tensors (1: one is a multiple of the other). With --data both are judged on the same\n"
      "pictures: accuracy, who is right where, and the pictures on which their answers differ, those first of which\n"
      "both are surest. Classes are matched by their names.\n\n"
      "Examples:\n"
      "  striate compare before.safetensors after.safetensors\n"
      "  striate compare small.safetensors large.safetensors --data digits\n"
      "  striate compare a.onnx b.onnx --data folder:photos --part all --json");
  add_text(*command, "A", options->a.file, "As for summary and classify: .safetensors, .pt, .onnx, or a carried model")
      ->required()
      ->type_name("");
  add_text(*command, "B", options->b.file, "The other one")->required()->type_name("");
  add_text(*command, "--model-a", options->a.model, "For weights only: the network that A belongs to")
      ->type_name("NAME|FILE");
  add_text(*command, "--model-b", options->b.model, "For weights only: the network that B belongs to")
      ->type_name("NAME|FILE");
  add_text(*command, "--data", options->judge.data, "As for train: judge both on it")->type_name("SOURCE");
  add_choice(*command, "--part", options->judge.part, "Of which pictures (test)",
             {"test", "validation", "training", "all"});
  add_text(*command, "--split", options->judge.split, "Shares of training, validation, test (those of A's training)")
      ->type_name("T,V,T");
  add_choice(*command, "--split-by", options->judge.split_by, "What is divided (as in A's training)",
             {"sample", "region", "region-reversed"});
  add_text(*command, "--loss", options->judge.loss, "The loss (that of each one's training)")->type_name("NAME");
  add_integer(*command, "--batch", options->judge.batch, "Pictures at a time (as many as 1 GiB holds, at most 250)", 1,
              65536);
  add_integer(*command, "--best", options->best, "Pictures that are printed (20); as JSON all are", 0, 1'000'000'000);
  command->add_flag("--json", options->json, "As JSON, with all layers and all pictures that differ");
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback(
      [options, command, &line] { line.run = [options, command, &line] { compare(*options, *command, line); }; });
}

}  // namespace striate
