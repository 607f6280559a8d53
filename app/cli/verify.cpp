// striate verify: a network against inputs and outputs that somebody else's program has stored.
#include <cmath>
#include <memory>

#include "app/cli/cli.h"
#include "app/command/registry.h"
#include "engine/files/read_file.h"
#include "engine/onnx/verify_onnx.h"

namespace striate {
namespace {

struct VerifyOptions {
  std::string file, folder, model;
};

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// One line for each output; what fails most as an Error.
void verify_model(const VerifyOptions& options, const CommandLine& line) {
  if (options.folder.empty()) {
    throw UsageError(fmt::format("{}: the folder with stored inputs and outputs is missing", options.file),
                     "striate verify MODEL.onnx DIR, where DIR has input_0.pb and output_0.pb");
  }
  if (!options.model.empty()) {
    throw UsageError("--model is for .safetensors files", "an ONNX file says itself what the network is");
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

void verify(const VerifyOptions& options, const CommandLine& line) {
  if (ends_with(options.file, ".onnx")) return verify_model(options, line);
  throw UsageError(fmt::format("{}: not an .onnx file", options.file), "give an ONNX model and a folder");
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
      "1 where they don't agree or an operator is not supported.\n\n"
      "Examples:\n"
      "  striate verify test_relu/model.onnx test_relu/test_data_set_0");
  add_text(*command, "FILE", options->file, "The model")->required()->type_name("");
  add_text(*command, "DIR", options->folder, "The stored inputs and outputs, for an ONNX file")->type_name("");
  command->callback([options, &line] { line.run = [options, &line] { verify(*options, line); }; });
}

}  // namespace striate
