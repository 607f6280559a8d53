#include "engine/session/verify_onnx.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/session/session.h"

namespace striate {
namespace {

// DIR/KIND_0.pb, DIR/KIND_1.pb, ... as far as there are any.
struct StoredFiles {
  std::vector<HostTensor> tensors;
  std::vector<std::string> names;
};
StoredFiles read_folder(const std::string& folder, const std::string& kind) {
  StoredFiles files;
  for (int i = 0; i < 1000; ++i) {
    const std::string path = fmt::format("{}/{}_{}.pb", folder, kind, i);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) break;
    std::string name;
    files.tensors.push_back(read_onnx_tensor(path, &name));
    files.names.push_back(std::move(name));
  }
  return files;
}

// The stored input for each of the model's: by its name where the files carry names, else by place.
std::vector<const HostTensor*> match(const std::vector<OnnxInput>& inputs, const StoredFiles& files) {
  std::vector<const HostTensor*> matched(inputs.size(), nullptr);
  bool named = true;
  for (const std::string& name : files.names) {
    named =
        named && std::any_of(inputs.begin(), inputs.end(), [&](const OnnxInput& each) { return each.name == name; });
  }
  for (size_t i = 0; i < files.tensors.size(); ++i) {
    for (size_t k = 0; k < inputs.size(); ++k) {
      if (named ? inputs[k].name == files.names[i] : k == i) matched[k] = &files.tensors[i];
    }
  }
  return matched;
}

// The network's own values of an output, as a tensor.
HostTensor output_of(const OnnxModel& model, const SessionResult& computed, const OnnxOutput& output) {
  if (output.node < 0) return output.value;
  const SessionTensor& values =
      computed.activations.at(model.architecture.nodes()[static_cast<size_t>(output.node)].name);
  HostTensor tensor;
  tensor.dims = values.shape.sizes();
  for (const float value : values.values) tensor.reals.push_back(static_cast<double>(value));
  return tensor;
}

}  // namespace

OutputAgreement compare_output(const std::string& name, const HostTensor& got, const HostTensor& stored) {
  OutputAgreement result;
  result.name = name;
  result.shape = dims_text(stored.dims);
  if (got.dims != stored.dims) {
    result.problem = fmt::format("is {}, stored is {}", dims_text(got.dims), result.shape);
    return result;
  }
  double worst = -1;  // how many times the tolerance
  result.agrees = true;
  for (int64_t i = 0; i < stored.count(); ++i) {
    const double b = stored.at(i);
    double a = got.at(i), times = 0;
    // A bfloat16 has 8 bits: one that is stored for this very value may be further away than what is allowed.
    if (stored.type == OnnxType::bfloat16 && round_to(stored.type, a) == b) a = b;
    if (std::isfinite(a) && std::isfinite(b)) {
      const double error = std::abs(a - b);
      result.largest_error = std::max(result.largest_error, error);
      if (b != 0) result.largest_relative = std::max(result.largest_relative, error / std::abs(b));
      times = error / (kVerifyAbsolute + kVerifyRelative * std::abs(b));
    } else if (!(a == b || (std::isnan(a) && std::isnan(b)))) {
      times = INFINITY;
    }
    if (times > 1) result.agrees = false;
    if (times > worst) worst = times, result.worst = i, result.got = a, result.stored = b;
  }
  return result;
}

bool OnnxVerification::agrees() const {
  return !outputs.empty() &&
         std::all_of(outputs.begin(), outputs.end(), [](const OutputAgreement& each) { return each.agrees; });
}

double OnnxVerification::largest_error() const {
  double largest = 0;
  for (const OutputAgreement& each : outputs) largest = std::max(largest, each.largest_error);
  return largest;
}

OnnxVerification verify_onnx(Stream& stream, const std::string& path, const std::string& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Error(fmt::format("{}: no such folder", folder), "give the folder with input_0.pb and output_0.pb");
  }
  const std::vector<OnnxInput> inputs = read_onnx_inputs(path);
  const StoredFiles stored = read_folder(folder, "input"), expected = read_folder(folder, "output");
  if (expected.tensors.empty()) {
    throw Error(fmt::format("{}: no output_0.pb in it", folder), "give the folder with input_0.pb and output_0.pb");
  }
  const std::vector<const HostTensor*> matched = match(inputs, stored);
  OnnxOptions options;
  const HostTensor* input = nullptr;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (matched[i] == nullptr) continue;
    if (input == nullptr && is_real(inputs[i].type)) {
      input = matched[i];
      options.input = input->dims;
    } else {
      options.bindings[inputs[i].name] = *matched[i];
    }
  }
  const OnnxModel model = read_onnx(path, options);
  if (!model.input.empty() && input == nullptr) {
    throw Error(fmt::format("{}: no stored input for \"{}\"", folder, model.input),
                fmt::format("{} inputs are stored, the model has {}", stored.tensors.size(), inputs.size()));
  }
  if (expected.tensors.size() > model.outputs.size()) {
    throw Error(
        fmt::format("{}: {} stored outputs, the model has {}", folder, expected.tensors.size(), model.outputs.size()),
        "the folder belongs to another model");
  }
  Session session(stream, model.architecture);
  model.load_weights(stream, session.network());
  SessionRequest request;
  if (input != nullptr) {
    request.input = input->floats();
  } else {
    request.input.resize(static_cast<size_t>(session.network().activation(0).shape.count()));
  }
  for (const OnnxOutput& output : model.outputs) {
    if (output.node >= 0)
      request.activations.push_back(model.architecture.nodes()[static_cast<size_t>(output.node)].name);
  }
  const SessionResult computed = *session.run(request);
  OnnxVerification result;
  result.notes = model.notes;
  result.layers = model.architecture.size() - 1;
  for (size_t i = 0; i < expected.tensors.size(); ++i) {
    result.outputs.push_back(
        compare_output(model.outputs[i].name, output_of(model, computed, model.outputs[i]), expected.tensors[i]));
  }
  return result;
}

}  // namespace striate
