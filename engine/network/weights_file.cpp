#include "engine/network/weights_file.h"

#include <algorithm>
#include <set>

#include "engine/error.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::string name_in(const NameStyle& style, const std::string& prefix, const std::string& own) {
  const std::string name = style.file_name(own);
  return name.empty() ? name : prefix + name;
}

// What stands before the names of the file: "" or "module." and its like.
// Judged by the first array; where only some need be there, by the first that is.
std::string prefix_of(const SafeTensors& file, const NameStyle& style, const std::vector<const NamedTensor*>& tensors,
                      bool partial) {
  for (const NamedTensor* target : tensors) {
    const std::string name = style.file_name(target->name);
    if (!name.empty() && file.has(name)) return "";
    for (const SafeTensor& tensor : file.tensors()) {
      if (!name.empty() && tensor.name.ends_with("." + name))
        return tensor.name.substr(0, tensor.name.size() - name.size());
    }
    if (!partial) break;
  }
  return "";
}

// What a saved training holds beside weights (engine/training/checkpoint.h, history_file.h).
bool of_training(const std::string& tensor) {
  for (const char* before : {"optimizer.", "history.", "line."}) {
    if (tensor.rfind(before, 0) == 0) return true;
  }
  return false;
}

int64_t count_of(const std::vector<int64_t>& sizes) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return count;
}

WeightsFit fit_style(const SafeTensors& file, const NameStyle& style, const std::vector<const NamedTensor*>& tensors,
                     const WeightsLoading& how) {
  WeightsFit fit;
  fit.style = &style;
  fit.prefix = prefix_of(file, style, tensors, how.partial);
  const bool training = has_training_state(file);
  std::set<std::string> used;
  const auto layer_of = [](const std::string& name) { return name.substr(0, name.rfind('.')); };
  const auto last = std::find_if(tensors.rbegin(), tensors.rend(),
                                 [](const NamedTensor* target) { return target->kind == TensorKind::weight; });
  bool only_classes = last != tensors.rend();
  for (const NamedTensor* target : tensors) {
    const std::string name = name_in(style, fit.prefix, target->name);
    if (std::find(how.except.begin(), how.except.end(), target->node) != how.except.end()) {
      used.insert(name);
      continue;
    }
    if (name.empty() || !file.has(name)) {
      fit.missing.push_back(target->name);
      continue;
    }
    used.insert(name);
    const std::vector<int64_t>& sizes = file.at(name).shape;
    const std::vector<int64_t> wanted = target->shape.sizes();
    if (sizes == wanted || (style.reshapes && count_of(sizes) == target->shape.count())) {
      fit.tensor[target->name] = name;
    } else {
      fit.mismatched.push_back({target->name, name, sizes, wanted});
      only_classes = only_classes && layer_of(target->name) == layer_of((*last)->name) && !sizes.empty() &&
                     sizes.size() == wanted.size() && std::equal(sizes.begin() + 1, sizes.end(), wanted.begin() + 1);
    }
  }
  fit.other_classes = only_classes && !fit.mismatched.empty();
  for (const SafeTensor& tensor : file.tensors()) {
    if (used.contains(tensor.name) || tensor.name.ends_with("num_batches_tracked")) continue;
    if ((training && of_training(tensor.name)) || (how.ignored && how.ignored(tensor.name))) continue;
    fit.unexpected.push_back(tensor.name);
  }
  return fit;
}

WeightsFit fit_tensors(const SafeTensors& file, const std::vector<NamedTensor>& tensors, const WeightsLoading& how) {
  const std::vector<const NamedTensor*> weights = weight_tensors(tensors);
  WeightsFit best;
  for (const NameStyle& style : name_styles()) {
    WeightsFit fit = fit_style(file, style, weights, how);
    // A name or two are the same by chance: the file is of another style where most are found.
    const bool most = how.partial || 2 * fit.missing.size() < weights.size();
    if (best.style == nullptr || (most && fit.missing.size() < best.missing.size())) best = std::move(fit);
  }
  return best;
}

// "a, b, c and 41 more"
std::string shortened(const std::vector<std::string>& names, size_t most) {
  const size_t shown = std::min(most, names.size());
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

// The model by name whose weights the file holds; else what helps.
std::string hint_for(const SafeTensors& file, const WeightsLoading& how, const WeightsFit& fit) {
  WeightsLoading whole;
  whole.ignored = how.ignored;
  for (const std::vector<Model>* list : {&large_models(), &models()}) {
    for (const Model& each : *list) {
      if (fit_weights(file, build_model(each.name), whole).fits())
        return fmt::format("they fit {}: say --model {}", each.name, each.name);
    }
  }
  // The right network with another number of classes differs in its last layer alone.
  if (fit.missing.empty() && fit.unexpected.empty() && fit.other_classes)
    return "the network's last layer has another number of classes: give its text or file instead of a name";
  if (fit.missing.empty() && fit.unexpected.empty())
    return "all names are right, sizes inside are not: use the architecture that these weights were made with";
  return "use the architecture that these weights were made with";
}

}  // namespace

std::vector<const NamedTensor*> weight_tensors(const std::vector<NamedTensor>& tensors) {
  std::vector<const NamedTensor*> weights;
  for (const TensorKind kind : {TensorKind::weight, TensorKind::buffer}) {
    for (const NamedTensor& target : tensors) {
      if (target.kind == kind) weights.push_back(&target);
    }
  }
  return weights;
}

std::string sizes_in_words(const std::vector<int64_t>& sizes) {
  return sizes.empty() ? "one value" : fmt::format("{}", fmt::join(sizes, " x "));
}

std::string MismatchedWeight::text() const {
  return fmt::format("{} is {} instead of {}", in_file, sizes_in_words(file_shape), sizes_in_words(shape));
}

bool has_training_state(const SafeTensors& file) { return file.metadata().contains("training"); }

WeightsFit fit_weights(const SafeTensors& file, const Architecture& architecture, const WeightsLoading& how) {
  return fit_tensors(file, plan_tensors(architecture, {}).tensors, how);
}

std::vector<std::string> models_that_fit(const SafeTensors& file) {
  std::vector<std::string> names;
  for (const std::vector<Model>* list : {&large_models(), &models()}) {
    for (const Model& each : *list) {
      const WeightsFit fit = fit_weights(file, build_model(each.name));
      if (fit.missing.empty() && fit.unexpected.empty() && (fit.mismatched.empty() || fit.other_classes))
        names.emplace_back(each.name);
    }
  }
  return names;
}

int64_t outputs_in(const SafeTensors& file, const Architecture& architecture, const WeightsFit& fit) {
  const NamedTensor* last = nullptr;
  const std::vector<NamedTensor> tensors = plan_tensors(architecture, {}).tensors;
  for (const NamedTensor& target : tensors) {
    if (target.kind == TensorKind::weight && (last == nullptr || target.node >= last->node)) last = &target;
  }
  if (last == nullptr || fit.style == nullptr) return 0;
  const std::string name = name_in(*fit.style, fit.prefix, last->name);
  if (name.empty() || !file.has(name) || file.at(name).shape.empty()) return 0;
  return file.at(name).shape[0];
}

void throw_do_not_fit(const std::string& path, const WeightsFit& fit, const std::string& hint) {
  constexpr size_t kAll = 6, kOfEach = 3;
  std::vector<std::string> problems, mismatched;
  for (const MismatchedWeight& each : fit.mismatched) mismatched.push_back(each.text());
  if (fit.missing.size() + fit.mismatched.size() + fit.unexpected.size() <= kAll) {
    for (const std::string& name : fit.missing) problems.push_back(name + " is missing");
    problems.insert(problems.end(), mismatched.begin(), mismatched.end());
    for (const std::string& name : fit.unexpected) problems.push_back(name + " is left over");
  } else {
    if (!fit.missing.empty())
      problems.push_back(fmt::format("{} missing: {}", fit.missing.size(), shortened(fit.missing, kOfEach)));
    if (!mismatched.empty())
      problems.push_back(fmt::format("{} of another shape: {}", mismatched.size(), shortened(mismatched, kOfEach)));
    if (!fit.unexpected.empty())
      problems.push_back(fmt::format("{} left over: {}", fit.unexpected.size(), shortened(fit.unexpected, kOfEach)));
  }
  throw Error(fmt::format("{} does not fit the network: {}", path, fmt::join(problems, "; ")), hint);
}

WeightsFit load_weights(Stream& stream, const SafeTensors& file, const std::string& path, Network& network,
                        const WeightsLoading& how) {
  WeightsFit fit = fit_tensors(file, network.tensors(), how);
  if (how.partial ? fit.tensor.empty() : !fit.fits()) throw_do_not_fit(path, fit, hint_for(file, how, fit));
  constexpr size_t kPiece = 1 << 20;
  std::vector<float> piece;
  for (const NamedTensor* target : weight_tensors(network.tensors())) {
    const auto found = fit.tensor.find(target->name);
    if (found == fit.tensor.end()) continue;
    const SafeTensor& tensor = file.at(found->second);
    const size_t count = tensor.count();
    float* to = network.arena(target->kind) + target->offset;
    for (size_t first = 0; first < count; first += kPiece) {
      piece.resize(std::min(kPiece, count - first));
      file.floats(tensor, first, piece.size(), piece.data());
      copy_bytes(stream, to + first, network.device(), piece.data(), Device::cpu(), piece.size() * sizeof(float));
    }
  }
  return fit;
}

}  // namespace striate
