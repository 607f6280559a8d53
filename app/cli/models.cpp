// striate models: the networks that are known by name, where trained weights of them are published, and whether a file
// is what its name says.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>

#include "app/cli/training.h"
#include "engine/files/carried_weights.h"
#include "engine/files/read_file.h"
#include "engine/files/sha256.h"
#include "engine/files/torch_file.h"
#include "engine/network/models.h"
#include "engine/network/published_weights.h"
#include "engine/network/weights_file.h"

namespace striate {
namespace {

struct ModelsOptions {
  std::vector<std::string> files;
  bool csv = false;
};

struct Row {
  const Model* model;
  const PublishedWeights* weights;  // null: none that are known
  std::string found;                // its path in PyTorch's cache
};

std::vector<Row> all_rows() {
  const std::string cache = torch_cache_folder();
  std::vector<Row> rows;
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& each : *list) {
      const size_t before = rows.size();
      for (const PublishedWeights& weights : published_weights()) {
        if (std::string_view(weights.model) != each.name) continue;
        const std::string path = cache.empty() ? "" : cache + "/" + weights.file;
        std::error_code ignored;
        rows.push_back({&each, &weights, std::filesystem::is_regular_file(path, ignored) ? path : ""});
      }
      if (rows.size() == before) rows.push_back({&each, nullptr, ""});
    }
  }
  return rows;
}

void print_csv(const std::vector<Row>& rows) {
  print_out("model,title,parameters,file,mebibytes,data,license,page,found\n");
  for (const Row& row : rows) {
    const PublishedWeights* w = row.weights;
    print_out(fmt::format("{},{},{},{},{},{},{},{},{}\n", row.model->name, csv_field(row.model->title),
                          build_model(row.model->name).totals().parameters, w ? w->file : "",
                          w ? fmt::format("{}", w->mebibytes) : "", w ? csv_field(w->data) : "", w ? w->license : "",
                          w ? w->page : "", csv_field(row.found)));
  }
}

void print_table(const std::vector<Row>& rows) {
  constexpr size_t kColumns = 7;
  std::vector<std::vector<std::string>> cells = {
      {"model", "parameters", "weights", "size", "trained on", "license", "in the cache"}};
  for (const Row& row : rows) {
    const PublishedWeights* w = row.weights;
    cells.push_back({row.model->name, with_commas(build_model(row.model->name).totals().parameters), w ? w->file : "-",
                     w ? fmt::format("{:.1f} MiB", w->mebibytes) : "-", w ? w->data : "-", w ? w->license : "-",
                     w == nullptr        ? "-"
                     : row.found.empty() ? "no"
                                         : "yes"});
  }
  std::vector<size_t> widths(kColumns);
  for (const auto& line : cells)
    for (size_t c = 0; c < kColumns; ++c) widths[c] = std::max(widths[c], line[c].size());
  for (const auto& line : cells) {
    std::string text;
    for (size_t c = 0; c < kColumns; ++c) {
      const bool number = c == 1 || c == 3;
      text += number ? fmt::format("{:>{}}  ", line[c], widths[c]) : fmt::format("{:<{}}  ", line[c], widths[c]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    print_out(text + "\n");
  }
  print_out("\nPart of Striate: a network by one of these names has its trained weights\n");
  for (const std::string& name : carried_models()) print_out(fmt::format("  striate classify {} IMAGE\n", name));
  std::set<std::string> pages;
  print_out("\nPublished at\n");
  for (const Row& row : rows) {
    if (row.weights != nullptr && pages.insert(row.weights->page).second)
      print_out(fmt::format("  {:<{}}  {}\n", row.model->name, widths[0], row.weights->page));
  }
  print_out("  The license is that of the publisher; the terms of the data may say more.\n");
  const std::string cache = torch_cache_folder();
  print_out(fmt::format("\nPyTorch's cache {}\n", cache.empty() ? "unknown: HOME is not set" : cache));
  for (const Row& row : rows) {
    if (!row.found.empty()) print_out(fmt::format("  striate summary {} --model {}\n", row.found, row.model->name));
  }
}

void check_file(const std::string& path) {
  const SafeTensors file = open_tensors(path);
  int64_t values = 0;
  std::set<std::string> types;
  for (const SafeTensor& tensor : file.tensors()) {
    values += static_cast<int64_t>(tensor.count());
    types.insert(dtype_name(tensor.dtype));
  }
  const std::vector<std::string> fitting = models_that_fit(file);
  if (fitting.empty())
    throw Error(
        fmt::format("{}: its {} tensors are those of no network that is known by name", path, file.tensors().size()),
        file.metadata().contains("architecture")
            ? fmt::format("it says its network itself: striate summary {}", path)
            : "write down its layers and give them as --model FILE; striate models lists what is known");
  const std::string digits = hash_in_name(path), sum = sha256_of_file(path);
  if (!digits.empty() && sum.compare(0, digits.size(), digits) != 0)
    throw Error(
        fmt::format("{}: its SHA-256 begins with {}, its name says {}", path, sum.substr(0, digits.size()), digits),
        "it was damaged or changed: download it again");
  print_out(fmt::format("file {}\n", path));
  for (const std::string& note : file.notes()) print_out(fmt::format("note {}\n", note));
  print_out(fmt::format("tensors {}\nvalues {}\ntypes {}\n", file.tensors().size(), values, fmt::join(types, " ")));
  for (const std::string& name : fitting) {
    const Architecture architecture = build_model(name);
    print_out(
        fmt::format("fits {}\nclasses {}\n", name, outputs_in(file, architecture, fit_weights(file, architecture))));
  }
  print_out(fmt::format("sha256 {}\nname {}\n", sum,
                        digits.empty() ? "says nothing of it" : fmt::format("says {}: right", digits)));
  for (const PublishedWeights& weights : published_weights()) {
    if (!digits.empty() && file_name(path) == weights.file)
      print_out(fmt::format("published {}\nlicense {}\n", weights.page, weights.license));
  }
}

void run(const ModelsOptions& options) {
  if (options.csv && !options.files.empty()) throw UsageError("--csv is for the list", "leave it out, or the files");
  for (const std::string& file : options.files) check_file(file);
  if (!options.files.empty()) return;
  const std::vector<Row> rows = all_rows();
  if (options.csv) return print_csv(rows);
  print_table(rows);
}

}  // namespace

void add_models(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ModelsOptions>();
  CLI::App* command = add_command(
      parent, line, "models", "The known networks, and published weights of them",
      "Without FILE: the networks that --model knows by name, with the files of trained weights that others have\n"
      "published: size, license, page, and which of them PyTorch has downloaded already ($TORCH_HOME/hub/checkpoints,\n"
      "or ~/.cache/torch/hub/checkpoints). Nothing is downloaded.\n"
      "With FILE (.pt, .pth, .safetensors): which network its tensors fit, and whether the digits of the SHA-256 in "
      "its\n"
      "name are right. Exit status 1 where they are not, or where it fits none.\n\n"
      "Examples:\n"
      "  striate models\n"
      "  striate models resnet18-f37072fd.pth");
  command->add_option("FILE", options->files, "Files of weights to check")->type_name("");
  command->add_flag("--csv", options->csv, "The list as CSV");
  command->callback([options, &line] { line.run = [options] { run(*options); }; });
}

}  // namespace striate
