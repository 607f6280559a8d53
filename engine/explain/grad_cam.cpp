#include "engine/explain/grad_cam.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "kernels/elementwise.h"
#include "kernels/memory.h"
#include "kernels/resample.h"

namespace striate {
namespace {

// Whether a layer puts together what lies at different places of its input, beyond what windows and whole means do.
bool mixes_places(const OpenNetworkInfo& info, int node) {
  const OpenLayer& layer = info.layers[static_cast<size_t>(node)];
  const Follow follow = info.architecture.nodes()[static_cast<size_t>(node)].layer->info().follow;
  if (follow == Follow::dense || follow == Follow::flattened) return true;
  if (follow != Follow::computed || layer.inputs.size() < 2) return false;
  // Value by value each input has the output's rows and columns, or one; a product of matrices has others.
  const Shape out = cells_of(layer.shape);
  return std::any_of(layer.inputs.begin(), layer.inputs.end(), [&](int input) {
    const Shape in = cells_of(info.layers[static_cast<size_t>(input)].shape);
    return (in[1] != out[1] && in[1] != 1) || (in[2] != out[2] && in[2] != 1);
  });
}

bool pools(const Layer& layer) {
  const Follow follow = layer.info().follow;
  return follow == Follow::maximum || follow == Follow::average || follow == Follow::dropped;
}

// Whether a layer's value reaches the node.
bool is_before(const OpenNetworkInfo& info, int layer, int node) {
  std::vector<char> reached(info.layers.size(), 0);
  reached[static_cast<size_t>(node)] = 1;
  for (int n = node; n > layer; --n) {
    if (!reached[static_cast<size_t>(n)]) continue;
    for (const int input : info.layers[static_cast<size_t>(n)].inputs) reached[static_cast<size_t>(input)] = 1;
  }
  return layer < node && reached[static_cast<size_t>(layer)];
}

// Whether each channel of a layer becomes one value of the node, by layers without weights alone.
bool only_passes_on(const OpenNetworkInfo& info, int layer, int node) {
  if (cells_of(info.layers[static_cast<size_t>(layer)].shape)[0] !=
      info.layers[static_cast<size_t>(node)].shape.count())
    return false;
  int at = node;
  while (at > layer) {
    const OpenLayer& here = info.layers[static_cast<size_t>(at)];
    if (here.inputs.size() != 1 || here.parameters > 0) return false;
    at = here.inputs[0];
  }
  return at == layer;
}

}  // namespace

std::vector<char> layers_with_places(const OpenNetworkInfo& info) {
  std::vector<char> mixed(info.layers.size(), 0), with_places(info.layers.size(), 0);
  const Shape picture = picture_shape(info);
  for (size_t n = 0; n < info.layers.size(); ++n) {
    const OpenLayer& layer = info.layers[n];
    // What is stored beside the network, a constant, lies nowhere, and changes nothing of where the others lie.
    const bool constant = n > 0 && layer.inputs.empty();
    if (n > 0) mixed[n] = mixes_places(info, static_cast<int>(n)) && !constant ? 1 : 0;
    for (const int input : layer.inputs) mixed[n] |= mixed[static_cast<size_t>(input)];
    const Shape cells = n == 0 ? picture : cells_of(layer.shape);
    const bool has_axes = layer.shape.rank() == 3 || (info.architecture.whole() && layer.shape.rank() == 4);
    const double tall = static_cast<double>(cells[1] * picture[2]), wide = static_cast<double>(cells[2] * picture[1]);
    const bool same_format = tall < 2 * wide && wide < 2 * tall;
    with_places[n] = !mixed[n] && !constant && has_axes && same_format && cells[1] > 1 && cells[2] > 1 ? 1 : 0;
  }
  return with_places;
}

int grad_cam_layer(const OpenNetworkInfo& info, int node) {
  const std::vector<char> with_places = layers_with_places(info);
  int found = -1;
  for (int n = node - 1; n > 0 && found < 0; --n) {
    if (with_places[static_cast<size_t>(n)] && is_before(info, n, node)) found = n;
  }
  const auto input_of = [&](int n) { return info.layers[static_cast<size_t>(n)].inputs[0]; };
  const auto before_pooling = [&](int n) {
    while (n > 0 && pools(*info.architecture.nodes()[static_cast<size_t>(n)].layer) && input_of(n) > 0) n = input_of(n);
    return n;
  };
  found = before_pooling(found);
  // A convolution that makes the classes' own maps is as the dense layer of other networks: what it weighs is asked.
  if (found > 0 && node == info.logits && only_passes_on(info, found, node)) {
    int sum = found;
    while (sum > 0 && info.layers[static_cast<size_t>(sum)].parameters == 0 && input_of(sum) > 0) sum = input_of(sum);
    const int weighed = sum > 0 ? before_pooling(input_of(sum)) : 0;
    if (weighed > 0 && with_places[static_cast<size_t>(weighed)]) found = weighed;
  }
  if (found > 0) return found;
  throw Error(fmt::format("no layer of {} has rows and columns before {}", info.name,
                          info.layers[static_cast<size_t>(node)].name),
              "Grad-CAM needs one, as convolutions have; choose gradient, integrated or occlusion");
}

HeatMap enlarged(Stream& stream, const HeatMap& map, int64_t rows, int64_t columns) {
  const auto resize = [&](int64_t in, int64_t out, int64_t outer, int64_t inner, const float* x, float* y) {
    ResampleAxis axis;
    axis.in = in, axis.out = out, axis.linear = true;
    axis.scale = static_cast<double>(out) / static_cast<double>(in);
    Buffer<float> table(stream.device(), resample_table_size(axis), "weights between the cells of a map");
    resample_table(stream, axis, false, table.data());
    resample_forward(stream, axis, outer, inner, table.data(), x, y);
    stream.synchronize();  // before `table` goes
  };
  Buffer<float> small(stream.device(), map.rows * map.columns, "a map");
  Buffer<float> tall(stream.device(), rows * map.columns, "a map");
  Buffer<float> large(stream.device(), rows * columns, "a map");
  upload(stream, small, map.values.data(), map.rows * map.columns);
  resize(map.rows, rows, 1, map.columns, small.data(), tall.data());
  resize(map.columns, columns, rows, 1, tall.data(), large.data());
  HeatMap made = even_grid({1, rows, columns}, rows, columns);
  made.values.resize(static_cast<size_t>(rows * columns));
  download(stream, made.values.data(), large, rows * columns);
  return made;
}

std::optional<GradCam> grad_cam(OpenNetwork& network, const std::vector<float>& input, const Target& target, int node,
                                const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  const OpenLayer& layer = info->layers[static_cast<size_t>(node)];
  const std::string& from = info->layers[static_cast<size_t>(target.node)].name;
  if (!layers_with_places(*info)[static_cast<size_t>(node)]) {
    throw Error(fmt::format("layer {} has no rows and columns that lie on the picture: it gives {}", layer.name,
                            layer.shape.text()),
                "choose a layer before, as a convolution");
  }
  if (!is_before(*info, node, target.node)) {
    throw Error(fmt::format("layer {} has no part in {}: Grad-CAM asks which cells of it speak for the score",
                            layer.name, from),
                fmt::format("choose a layer before {}", from));
  }
  SessionRequest request = network.request_of(input);
  request.output = false;
  request.activations = {layer.name, from};
  request.from = from;
  request.gradient = target.gradient(*info);
  request.gradients = {layer.name};
  const std::optional<SessionResult> result = network.session().run(request, progress);
  if (!result) return std::nullopt;
  const std::vector<float>& values = result->activations.at(layer.name).values;
  const std::vector<float>& gradient = result->gradients.at(layer.name).values;

  GradCam made;
  made.node = node;
  made.score = target.value(result->activations.at(from).values);
  const Shape picture = picture_shape(*info), cells = node == 0 ? picture : cells_of(layer.shape);
  const bool swap = node == 0 && info->channels_last;
  const std::vector<float> maps = swap ? in_picture_order(*info, values) : values;
  const std::vector<float> slopes = swap ? in_picture_order(*info, gradient) : gradient;
  made.map = even_grid(picture, cells[1], cells[2]);
  const auto plane = static_cast<size_t>(cells[1] * cells[2]);
  std::vector<double> sums(plane);
  for (size_t k = 0; k < static_cast<size_t>(cells[0]); ++k) {
    double weight = 0;
    for (size_t i = 0; i < plane; ++i) weight += static_cast<double>(slopes[k * plane + i]);
    weight /= static_cast<double>(plane);
    made.weights.push_back(weight);
    for (size_t i = 0; i < plane; ++i) sums[i] += weight * static_cast<double>(maps[k * plane + i]);
  }
  for (const double sum : sums) {
    made.map.values.push_back(static_cast<float>(std::max(sum, 0.0)));
    made.against += std::min(sum, 0.0);
  }
  made.large = enlarged(network.session().stream(), made.map, picture[1], picture[2]);
  if (made.map.largest() == 0) {
    const bool nothing = std::all_of(sums.begin(), sums.end(), [](double sum) { return sum == 0; });
    made.note = nothing ? fmt::format("the score does not depend on {}", layer.name)
                        : fmt::format("no cell of {} speaks for it: the map is 0 everywhere", layer.name);
  }
  return made;
}

}  // namespace striate
