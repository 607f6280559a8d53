#include "engine/files/torch_weights.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/error.h"
#include "engine/files/torch_pickle.h"

namespace striate {
namespace {

// Where checkpoints keep their weights, the usual ones first; averaged ones ("ema") only where there are no others.
constexpr const char* kUsual[] = {"state_dict", "model_state_dict", "model_state", "model",          "net",
                                  "network",    "net_state_dict",   "params",      "weights",        "module",
                                  "backbone",   "generator",        "ema",         "ema_state_dict", "state_dict_ema",
                                  "model_ema",  "params_ema"};
constexpr int kDeepest = 64;
constexpr size_t kMostVisits = 2'000'000, kMostNameBytes = 64'000'000;

bool is_dictionary(const PickleHeap& heap, PickleRef ref) { return heap.is(ref, PickleKind::dictionary); }

bool is_weights(const PickleHeap& heap, PickleRef ref) {
  if (!is_dictionary(heap, ref)) return false;
  const std::vector<PickleRef>& pairs = heap.items(ref);
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (heap.is(pairs[i], PickleKind::text) && is_made(heap, pairs[i + 1], TorchMark::tensor)) return true;
  }
  return false;
}

struct Found {
  PickleRef dictionary = 0;
  std::string path;  // "state_dict", "model.state_dict"; empty: what was saved itself
};

// Under a usual name, here or in a dictionary that is there.
std::optional<Found> find_usual(const PickleHeap& heap, PickleRef root, int depth) {
  for (const char* name : kUsual) {
    const PickleRef value = heap.find(root, name);
    if (is_weights(heap, value)) return Found{value, name};
    if (!is_dictionary(heap, value) || depth == 0) continue;
    if (std::optional<Found> inner = find_usual(heap, value, depth - 1)) {
      inner->path = std::string(name) + "." + inner->path;
      return inner;
    }
  }
  return std::nullopt;
}

// "\"epoch\", \"optimizer\" and 3 more"
std::string keys_in_words(const std::vector<std::string>& keys) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < std::min(kShown, keys.size()); ++i)
    text += fmt::format("{}\"{}\"", i > 0 ? ", " : "", keys[i].substr(0, 60));
  if (keys.size() > kShown) text += fmt::format(" and {} more", keys.size() - kShown);
  return text;
}

[[noreturn]] void fail_no_weights(const PickleHeap& heap, PickleRef root, const std::string& file) {
  std::string holds = heap.in_words(root);
  if (is_made(heap, root, TorchMark::tensor)) holds = "one tensor without a name";
  if (is_dictionary(heap, root)) {
    std::vector<std::string> keys;
    const std::vector<PickleRef>& pairs = heap.items(root);
    for (size_t i = 0; i < pairs.size(); i += 2)
      keys.push_back(heap.is(pairs[i], PickleKind::text) ? heap.text(pairs[i]) : heap.in_words(pairs[i]));
    holds = keys.empty() ? "an empty dictionary" : "a dictionary with " + keys_in_words(keys);
  }
  throw Error(fmt::format("{} holds no weights under names: what was saved is {}", file, holds),
              "save a network's in PyTorch: torch.save(model.state_dict(), \"weights.pt\")");
}

Found find_dictionary(const PickleHeap& heap, PickleRef root, const std::string& file) {
  if (!is_dictionary(heap, root)) fail_no_weights(heap, root, file);
  if (std::optional<Found> usual = find_usual(heap, root, 2)) return *usual;
  if (is_weights(heap, root)) return {root, ""};
  std::vector<Found> all;
  std::vector<std::string> names;
  const std::vector<PickleRef>& pairs = heap.items(root);
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (!heap.is(pairs[i], PickleKind::text) || !is_weights(heap, pairs[i + 1])) continue;
    all.push_back({pairs[i + 1], heap.text(pairs[i])});
    names.push_back(all.back().path);
  }
  if (all.size() > 1)
    throw Error(
        fmt::format("{} holds the weights of {} networks: {}", file, all.size(), keys_in_words(names)),
        fmt::format("save the one that is meant, in PyTorch: torch.save(torch.load(\"{}\")[\"{}\"], \"one.pt\")", file,
                    names[0].substr(0, 60)));
  if (all.empty()) fail_no_weights(heap, root, file);
  return all[0];
}

// The tensors of a TorchScript module and of the modules in it: "layer1.0.conv1.weight".
class ScriptWeights {
 public:
  ScriptWeights(const PickleHeap& heap, TorchWeights& to) : heap_(heap), to_(to) {}

  void take(PickleRef value, const std::string& name, int depth) {
    if (++visits_ > kMostVisits) heap_.fail(fmt::format("its modules hold more than {} values", kMostVisits));
    if (is_made(heap_, value, TorchMark::tensor)) {
      bytes_ += name.size();
      if (bytes_ > kMostNameBytes) heap_.fail("its modules' names are longer than 64 MB");
      to_.tensors.emplace_back(name, heap_.index(value));
      return;
    }
    if (!is_made(heap_, value, TorchMark::script_module)) return;
    if (depth == kDeepest) heap_.fail(fmt::format("its modules are nested deeper than {}", kDeepest));
    const PickleRef attributes = heap_.index(value);
    if (!is_dictionary(heap_, attributes)) return;
    const std::vector<PickleRef>& pairs = heap_.items(attributes);
    for (size_t i = 0; i < pairs.size(); i += 2) {
      if (!heap_.is(pairs[i], PickleKind::text)) continue;
      const std::string& own = heap_.text(pairs[i]);
      if (name.size() + own.size() > 10'000) heap_.fail("a module's name is longer than 10000 bytes");
      take(pairs[i + 1], name.empty() ? own : name + "." + own, depth + 1);
    }
  }

 private:
  const PickleHeap& heap_;
  TorchWeights& to_;
  size_t visits_ = 0, bytes_ = 0;
};

// ["cat", "dog"], {0: "cat", 1: "dog"} or {"cat": 0, "dog": 1}; empty where it is none of them.
std::vector<std::string> class_names(const PickleHeap& heap, PickleRef value) {
  const bool listed = heap.is(value, PickleKind::list) || heap.is(value, PickleKind::tuple);
  if (!listed && !is_dictionary(heap, value)) return {};
  const std::vector<PickleRef>& items = heap.items(value);
  if (listed) {
    std::vector<std::string> names;
    for (const PickleRef item : items) {
      if (!heap.is(item, PickleKind::text)) return {};
      names.push_back(heap.text(item));
    }
    return names;
  }
  std::map<int64_t, std::string> numbered;
  for (size_t i = 0; i < items.size(); i += 2) {
    const bool number_first = heap.is(items[i], PickleKind::integer);
    const PickleRef number = items[number_first ? i : i + 1], name = items[number_first ? i + 1 : i];
    if (!heap.is(number, PickleKind::integer) || !heap.is(name, PickleKind::text)) return {};
    numbered[heap.integer(number)] = heap.text(name);
  }
  std::vector<std::string> names;
  for (const auto& [number, name] : numbered) {
    if (number != static_cast<int64_t>(names.size())) return {};
    names.push_back(name);
  }
  return 2 * names.size() == items.size() ? names : std::vector<std::string>();
}

// What trainers leave beside the weights and a reader of them can use.
void take_metadata(const PickleHeap& heap, PickleRef root, TorchWeights& to) {
  if (!is_dictionary(heap, root)) return;
  if (const PickleRef arch = heap.find(root, "arch"); heap.is(arch, PickleKind::text))
    to.metadata["arch"] = heap.text(arch);
  for (const char* key : {"classes", "class_names", "labels", "names", "class_to_idx", "idx_to_class"}) {
    const std::vector<std::string> names = class_names(heap, heap.find(root, key));
    if (names.empty()) continue;
    to.metadata["classes"] = nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    break;
  }
}

}  // namespace

TorchWeights find_torch_weights(const PickleHeap& heap, PickleRef root, const std::string& file) {
  TorchWeights weights;
  if (is_made(heap, root, TorchMark::script_module)) {
    ScriptWeights(heap, weights).take(root, "", 0);
    if (weights.tensors.empty()) fail_no_weights(heap, root, file);
    weights.notes.push_back("it is a TorchScript program: its weights were taken, its code was not run");
  } else {
    const Found found = find_dictionary(heap, root, file);
    const std::vector<PickleRef>& pairs = heap.items(found.dictionary);
    size_t others = 0;
    for (size_t i = 0; i < pairs.size(); i += 2) {
      if (heap.is(pairs[i], PickleKind::text) && is_made(heap, pairs[i + 1], TorchMark::tensor)) {
        weights.tensors.emplace_back(heap.text(pairs[i]), heap.index(pairs[i + 1]));
      } else if (!heap.is(pairs[i + 1], PickleKind::none)) {
        ++others;
      }
    }
    if (!found.path.empty()) {
      std::string note = fmt::format("its weights are those under \"{}\"", found.path);
      std::vector<std::string> also;
      for (const char* name : kUsual) {
        if (found.path.rfind(name, 0) != 0 && is_weights(heap, heap.find(root, name))) also.emplace_back(name);
      }
      if (!also.empty()) note += fmt::format("; it has others under {}", keys_in_words(also));
      weights.notes.push_back(note);
    }
    if (found.path.empty() && others > 0)
      weights.notes.push_back(fmt::format("{} of its entries are no tensors and were left", others));
    take_metadata(heap, root, weights);
  }
  // A name that stands twice means its last value, as in Python.
  std::map<std::string, size_t> places;
  std::vector<std::pair<std::string, uint32_t>> unique;
  for (auto& [name, tensor] : weights.tensors) {
    const auto [place, fresh] = places.emplace(name, unique.size());
    if (fresh) {
      unique.emplace_back(name, tensor);
    } else {
      unique[place->second].second = tensor;
    }
  }
  weights.tensors = std::move(unique);
  return weights;
}

}  // namespace striate
