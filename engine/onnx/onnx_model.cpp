#include "engine/onnx/onnx_model.h"

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

OnnxModel convert(const OnnxGraph& graph, const OnnxOptions& options) {
  try {
    std::string why;
    if (!options.whole) {
      try {
        return Converter(graph, options, true).run();
      } catch (const NotBatched& not_batched) {
        why = not_batched.what;
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the other form says what is wrong, or works
      }
    }
    OnnxModel model = Converter(graph, options, false).run();
    if (!why.empty() && !model.input_sizes.empty() && model.input_sizes[0] < 0) {
      model.notes.push_back(why + ", so it is run with one picture at a time");
    }
    return model;
  } catch (const Error& error) {
    const Error better = explained(graph, error);
    throw Error(fmt::format("{}: {}", graph.file, better.what()), better.hint());
  }
}

// Writes floats in order, or as the transpose, to their place on any device.
void load(Stream& stream, const WeightPlan& plan, float* to) {
  const float scale = static_cast<float>(plan.scale);
  const bool host = stream.device() == Device::cpu();
  std::vector<float> staged;
  if (plan.transposed && !host) staged.resize(static_cast<size_t>(plan.values.count()));
  float* const place = plan.transposed && !host ? staged.data() : to;
  std::vector<float> scaled;
  plan.values.read_floats([&](int64_t first, const float* values, int64_t count) {
    if (scale != 1) {
      scaled.assign(values, values + count);
      for (float& value : scaled) value *= scale;
      values = scaled.data();
    }
    if (plan.transposed) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t row = (first + i) / plan.columns, column = (first + i) % plan.columns;
        place[column * plan.rows + row] = values[i];
      }
    } else {
      copy_bytes(stream, to + first, stream.device(), values, Device::cpu(),
                 static_cast<size_t>(count) * sizeof(float));
    }
  });
  if (!staged.empty()) {
    copy_bytes(stream, to, stream.device(), staged.data(), Device::cpu(), staged.size() * sizeof(float));
  }
}

}  // namespace

OnnxModel read_onnx(const std::string& path, const OnnxOptions& options) {
  return convert(parse_onnx(file_source(path), path), options);
}

OnnxModel read_onnx(std::vector<uint8_t> bytes, const std::string& name, const OnnxOptions& options) {
  return convert(parse_onnx(memory_source(std::move(bytes), name), ""), options);
}

void OnnxModel::load_weights(Stream& stream, Network& network) const {
  check(network.architecture().size() == architecture.size(), "weights of another network");
  stream.synchronize();
  for (const WeightPlan& plan : weights->plans) {
    const std::string name = architecture.nodes()[static_cast<size_t>(plan.node)].name + '.' + plan.part;
    const NamedTensor* tensor = network.find(plan.kind, name);
    check(tensor != nullptr && tensor->shape.count() == plan.values.count(), "no place for {}", name);
    load(stream, plan, network.view(*tensor).data);
  }
}

std::vector<OnnxInput> read_onnx_inputs(const std::string& path) {
  std::vector<OnnxInput> inputs;
  for (const OnnxValue& each : parse_onnx(file_source(path), path).inputs) {
    inputs.push_back({each.name, static_cast<OnnxType>(each.type), each.dims});
  }
  return inputs;
}

HostTensor read_onnx_tensor(const std::string& path, std::string* name) {
  const std::shared_ptr<const StoredTensor> tensor = parse_onnx_tensor(file_source(path));
  if (name != nullptr) *name = tensor->name;
  return tensor->read();
}

}  // namespace striate
