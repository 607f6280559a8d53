// striate verify: a network against inputs and outputs that somebody else's program has stored.
#include <cmath>
#include <memory>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "engine/files/read_file.h"
#include "engine/files/torch_file.h"
#include "engine/session/verify_onnx.h"
#include "engine/session/verify_weights.h"

namespace striate {
namespace {

struct VerifyOptions {
  std::string file, folder, model;
};

// One line for each output; what fails most as an Error.
void verify_model(const VerifyOptions& options, const CommandLine& line) {
  if (options.folder.empty()) {
    throw UsageError(fmt::format("{}: the folder with stored inputs and outputs is missing", options.file),
                     "striate verify MODEL.onnx DIR, where DIR has input_0.pb and output_0.pb");
  }
  if (!options.model.empty()) {
    throw UsageError("--model is for files of weights", "an ONNX file says itself what the network is");
  }
  Stream stream(line.device());
  const OnnxVerification result = verify_onnx(stream, options.file, options.folder);
  for (const std::string& note : result.notes) print_note(fmt::format("{}: {}", file_name(options.file), note));
  const OutputAgreement* worst = nullptr;
  for (const OutputAgreement& output : result.outputs) {
    print_out(fmt::format("output {}\nshape {}\n", output.name, output.shape));
    if (output.problem.empty()) {
      print_out(fmt::format("largest.error {}\nlargest.relative {}\n", to_text(output.largest_error),
                            to_text(output.largest_relative)));
    }
    if (!output.agrees && worst == nullptr) worst = &output;
  }
  print_out(fmt::format("agrees {}\n", worst == nullptr ? "yes" : "no"));
  flush_out();
  if (worst == nullptr) return;
  const std::string where = worst->problem.empty() ? fmt::format("value {} is {}, stored is {}", worst->worst,
                                                                 to_text(worst->got), to_text(worst->stored))
                                                   : worst->problem;
  throw Error(fmt::format("{}: output \"{}\" does not agree: {}", file_name(options.file), worst->name, where),
              fmt::format("allowed are {} of the stored value and {}; NaN and infinities must agree", kVerifyRelative,
                          kVerifyAbsolute));
}

void verify_stored_weights(const VerifyOptions& options, const CommandLine& line) {
  if (options.model.empty())
    throw UsageError(fmt::format("{}: --model is missing", options.file),
                     "say which network its weights belong to: --model resnet50");
  if (!options.folder.empty())
    throw UsageError("DIR is for .onnx files", "a file of weights holds `input` and `logits` itself");
  const Architecture architecture = architecture_of(options.model, Shape(), 0);
  if (!architecture.has_input())
    throw UsageError(fmt::format("\"{}\" does not say what it takes", options.model),
                     "begin it with a line like: input 3x224x224");
  Stream stream(line.device());
  const WeightsVerification result = verify_weights(stream, options.file, architecture);
  for (const std::string& note : result.notes) print_note(fmt::format("{}: {}", file_name(options.file), note));
  print_out(fmt::format(
      "output logits\npictures {}\nvalues {}\nlargest.logit {}\nlargest.error {:.7g}\nallowed {:.7g}\n",
      result.pictures, result.values, to_text(result.largest_logit), result.largest_error, result.allowed()));
  print_out(fmt::format("agrees {}\n", result.holds() ? "yes" : "no"));
  flush_out();
  if (result.holds()) return;
  throw Error(fmt::format("{}: the logits do not agree: value {} is {}, stored is {}", file_name(options.file),
                          result.at, result.computed, result.stored),
              fmt::format("allowed is 1e-4 of the largest logit: {:.7g}", result.allowed()));
}

void verify(const VerifyOptions& options, const CommandLine& line) {
  if (options.file.ends_with(".onnx")) return verify_model(options, line);
  if (is_tensors_file(options.file)) return verify_stored_weights(options, line);
  throw UsageError(fmt::format("{}: neither .onnx nor .safetensors nor a PyTorch checkpoint", options.file),
                   "give an ONNX model and a folder, or a file of weights and --model NAME");
}

}  // namespace

void add_verify(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = add_command(
      parent, line, "verify", "Compare a network with stored inputs and outputs",
      "For MODEL.onnx: runs DIR/input_0.pb, input_1.pb, ... and compares with DIR/output_0.pb, ..., files with one\n"
      "ONNX tensor each, as ONNX's own tests have them. Every value must agree within 0.001 of the stored one and\n"
      "0.00001; NaN and infinities must stand at the same places. Prints the largest error of each output. Exit "
      "status\n"
      "1 where they don't agree or an operator is not supported.\n"
      "For FILE.safetensors or FILE.pt with --model: the weights, an `input` (N, C, H, W) and the `logits` that "
      "another\n"
      "program gave for it stand in that one file; every logit must agree within 0.0001 of the largest.\n\n"
      "Examples:\n"
      "  striate verify test_relu/model.onnx test_relu/test_data_set_0\n"
      "  striate verify resnet50.safetensors --model resnet50");
  add_text(*command, "FILE", options->file, "The model, or weights with stored results")->required()->type_name("");
  add_text(*command, "DIR", options->folder, "The stored inputs and outputs, for an ONNX file")->type_name("");
  add_text(*command, "--model", options->model, "For a file of weights: the network that they belong to")
      ->type_name("NAME|FILE");
  command->callback([options, &line] { line.run = [options, &line] { verify(*options, line); }; });
}

}  // namespace striate
