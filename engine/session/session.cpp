#include "engine/session/session.h"

#include <algorithm>
#include <utility>

#include "engine/error.h"
#include "engine/network/find_layer.h"
#include "engine/network/weights_file.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/training/loss_head.h"
#include "kernels/elementwise.h"

namespace striate {

Session Session::open(Stream& stream, const std::string& path, const ModelFileOptions& options) {
  return {stream, read_model_file(path, options)};
}

Session::Session(Stream& stream, ModelFile file)
    : stream_(&stream),
      file_(std::move(file)),
      network_(std::make_unique<Network>(stream, file_.info.architecture, Plan::inference(1))) {
  restore_weights();
}

Session::Session(Stream& stream, const Architecture& architecture)
    : stream_(&stream), network_(std::make_unique<Network>(stream, architecture, Plan::inference(1))) {
  file_.info.architecture = architecture;
}

void Session::restore_weights() {
  if (!file_.load) throw Error("the network comes from no file", "open one, or take the weights of a training");
  file_.load(*stream_, *network_);
}

void Session::draw_weights(const LayerSet& layers, uint64_t seed, Initializer how) {
  Network drawn(*stream_, architecture(), Plan::inference(1));
  drawn.initialize(*stream_, how, seed);
  for (const NamedTensor* tensor : weight_tensors(drawn.tensors())) {
    if (!layers.contains(tensor->node)) continue;
    copy(*stream_, tensor->shape.count(), drawn.arena(tensor->kind) + tensor->offset,
         network_->arena(tensor->kind) + network_->find(tensor->kind, tensor->name)->offset);
  }
  stream_->synchronize();  // before `drawn` goes
}

std::vector<float> Session::input_of(const Image& image) const {
  const Shape picture = file_.picture();
  if (picture.rank() != 3) {
    throw Error(fmt::format("the network takes {}, not pictures", architecture().input().text()),
                "choose a model for pictures of 1 or 3 channels");
  }
  return in_network_order(file_, prepare_picture(image, file_.preprocessing, picture).values);
}

std::vector<float> Session::probabilities(const std::vector<float>& output, Loss loss) const {
  return class_probabilities(architecture(), loss, output);
}

std::vector<float> Session::probabilities(const std::vector<float>& output) const {
  return probabilities(output, file_.loss.empty() ? Loss::cross_entropy : parse_loss(file_.loss));
}

SessionTensor Session::read(const NamedTensor& tensor) const {
  return {tensor.shape, network_->read_tensor(*stream_, tensor)};
}

std::optional<SessionResult> Session::run(const SessionRequest& request, const Progress& progress) {
  Stream& stream = *stream_;
  const std::vector<Node>& nodes = architecture().nodes();
  const int last = architecture().size() - 1;
  const bool of_loss = request.loss.has_value(), backward = of_loss || !request.gradient.empty();
  const int from = request.from.empty() || of_loss ? last : need_layer(architecture(), request.from);
  const auto asked = [&](const std::vector<std::string>& layers, bool all) {
    return all ? std::vector<char>(nodes.size(), 1) : nodes_of(architecture(), layers);
  };
  const std::vector<char> wanted = asked(request.activations, request.all_activations);
  const std::vector<char> gradients = asked(request.gradients, request.all_gradients);
  std::map<int, const SessionChange*> changes;
  for (const auto& [layer, change] : request.changes) changes[need_layer(architecture(), layer)] = &change;
  if (architecture().whole() && request.batch != 1) {
    throw Error(fmt::format("a batch of {} for a network of one whole input", request.batch), "give one at a time");
  }

  Plan plan = Plan::inference(request.batch);
  if (backward) {
    plan = Plan{request.batch, request.weight_gradients, true};
  } else if (!network_->plan().reuse && network_->batch() == request.batch) {
    plan = network_->plan();  // it keeps everything: that does as well
  }
  if (!(plan == network_->plan())) network_->replan(stream, plan);
  Network& network = *network_;
  const auto check_count = [](const char* what, size_t given, int64_t needed) {
    if (static_cast<int64_t>(given) == needed) return;
    throw Error(fmt::format("{} values for {}", given, what), fmt::format("give {}", needed));
  };
  check_count("the network's input", request.input.size(), network.activation(0).shape.count());
  if (of_loss) {
    check_count("labels", request.labels.size(), request.batch);
    const int64_t classes = network.output().shape.count() / request.batch;
    for (const int32_t label : request.labels) {
      if (label < 0 || label >= std::max<int64_t>(classes, 2)) {
        throw Error(fmt::format("a label {} for {} classes", label, classes), "labels count from 0");
      }
    }
  } else if (backward) {
    check_count("a gradient", request.gradient.size(), network.activation(from).shape.count());
  }

  // The last layer that is run.
  int end = last;
  if (!request.output && !of_loss) {
    end = backward ? from : 0;
    for (int node = 0; node <= last; ++node) {
      if (wanted[static_cast<size_t>(node)]) end = std::max(end, node);
    }
  }
  const int all = end + (backward ? from + 1 : 0);
  int done = 0;
  const auto change = [&](const SessionChange::Function& by, const NamedTensor& tensor) {
    if (!by) return;
    std::vector<float> values = network.read_tensor(stream, tensor);
    by(tensor.shape, values);
    network.write_tensor(stream, tensor, values);
  };
  const auto canceled = [&] { return progress && !progress(done++, all); };
  SessionResult result;
  network.write_tensor(stream, network.activation(0), request.input);
  for (int node = 0; node <= end; ++node) {
    if (node > 0) {
      if (canceled()) return std::nullopt;
      network.forward(stream, Mode::evaluation, node, node);
    }
    const NamedTensor tensor = network.activation(node);
    if (const auto found = changes.find(node); found != changes.end()) change(found->second->values, tensor);
    if (wanted[static_cast<size_t>(node)]) result.activations[nodes[static_cast<size_t>(node)].name] = read(tensor);
  }
  if (end == last) result.output = read(network.output());
  if (!backward) return result;

  if (of_loss) {
    LossHead head(stream, *request.loss, request.batch,
                  static_cast<int>(network.output().shape.count() / request.batch));
    copy_bytes(stream, head.labels(), stream.device(), request.labels.data(), Device::cpu(),
               request.labels.size() * sizeof(int32_t));
    head.queue(stream, network.view(network.output()).data, network.view(*network.output_gradient()).data);
    stream.synchronize();  // before `head` goes
  } else {
    network.write_tensor(stream, *network.gradient(from), request.gradient);
  }
  network.backward_begin(stream, from, request.rule);
  std::map<int, int> no_gradient;
  for (const auto& [layer, input] : request.no_gradient) {
    no_gradient[need_layer(architecture(), layer)] = need_layer(architecture(), input);
  }
  std::vector<char> reached(nodes.size());
  reached[static_cast<size_t>(from)] = 1;
  for (int node = from; node >= 0; --node) {
    if (canceled()) return std::nullopt;
    // All that reads the node's values has added its part by now.
    if (const auto found = changes.find(node); found != changes.end()) {
      change(found->second->gradient, *network.gradient(node));
    }
    const auto left_out = no_gradient.find(node);
    std::vector<float> before;
    if (left_out != no_gradient.end()) {
      const NamedTensor& tensor = *network.gradient(left_out->second);
      before.resize(static_cast<size_t>(tensor.shape.count()));
      if (reached[static_cast<size_t>(left_out->second)]) before = network.read_tensor(stream, tensor);
    }
    network.backward_node(stream, node);
    if (left_out != no_gradient.end()) network.write_tensor(stream, *network.gradient(left_out->second), before);
    for (const int input : nodes[static_cast<size_t>(node)].inputs) reached[static_cast<size_t>(input)] = 1;
  }
  for (int node = 0; node <= last; ++node) {
    const NamedTensor* tensor = network.gradient(node);
    if (gradients[static_cast<size_t>(node)] && tensor != nullptr) {
      result.gradients[nodes[static_cast<size_t>(node)].name] = read(*tensor);
    }
  }
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == TensorKind::weight_gradient) result.weight_gradients[tensor.name] = read(tensor);
  }
  if (progress) progress(all, all);
  return result;
}

}  // namespace striate
