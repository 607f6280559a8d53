// To add a setting: its row in the table of its kind, in the order in which the layer prints it. To offer a kind of
// layer to whoever builds a network by hand: its row in kKinds. Kinds that only imported networks need have none.
#include "engine/network/layer_settings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/error.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

using Type = LayerSetting::Type;

const LayerSetting kStride{"stride",
                           "stride",
                           Type::rows_columns,
                           1,
                           1024,
                           "1",
                           "How far the kernel moves from one place to the next; 2 halves height and width"};
const LayerSetting kPad{
    "padding",
    "pad",
    Type::sides,
    0,
    1024,
    "0",
    "Rows and columns of zeros around the picture, so that its border counts as much as its middle"};
const LayerSetting kBias{
    "bias", "no bias", Type::on_off, 0, 1, "on", "One more learned number for each filter or neuron, added to its sum"};
const LayerSetting kWindow{
    "window", nullptr, Type::rows_columns, 1, 1024, nullptr, "Height and width of the part that becomes one value"};
const LayerSetting kPoolStride{"stride",
                               "stride",
                               Type::rows_columns,
                               1,
                               1024,
                               "",
                               "How far the window moves; as far as it is large where nothing is said"};
const LayerSetting kCeil{"partial-windows",
                         "ceil",
                         Type::on_off,
                         0,
                         1,
                         "off",
                         "Whether a window that hangs over the border counts, so that no row or column is dropped"};

const std::vector<LayerSetting> kNone;
const std::vector<LayerSetting> kConv{
    {"filters", nullptr, Type::whole, 1, 65536, nullptr, "How many kernels: each gives one channel of the output"},
    {"kernel", nullptr, Type::rows_columns, 1, 1024, nullptr, "Height and width of each kernel, as in 5 or 5x3"},
    kStride,
    kPad,
    {"dilation", "dilation", Type::rows_columns, 1, 1024, "1",
     "Distance between the kernel's weights on the picture; 2 leaves out every second pixel"},
    {"groups", "groups", Type::whole, 1, 65536, "1",
     "The channels are split into so many groups, and each filter sees only its own"},
    kBias};
const LayerSetting kPoolDilation{"dilation",
                                 "dilation",
                                 Type::rows_columns,
                                 1,
                                 1024,
                                 "1",
                                 "Distance between the values under the window; 2 leaves out every second"};
const std::vector<LayerSetting> kMaxPool{kWindow, kPoolStride, kPad, kPoolDilation, kCeil};
const std::vector<LayerSetting> kAvgPool{kWindow,
                                         kPoolStride,
                                         kPad,
                                         kPoolDilation,
                                         kCeil,
                                         {"count-padding", "without padding", Type::on_off, 0, 1, "on",
                                          "Whether the zeros of the padding count in the mean"}};
const std::vector<LayerSetting> kDense{
    {"neurons", nullptr, Type::whole, 1, 1 << 20, nullptr, "How many neurons: each gives one value"}, kBias};
const std::vector<LayerSetting> kLeakyRelu{
    {"slope", nullptr, Type::number, 0, 1, "0.01", "What negative values are multiplied by"}};
const std::vector<LayerSetting> kBatchNorm{
    {"epsilon", "epsilon", Type::number, 1e-20, 1, "1e-05", "Added to the variance, so that nothing is divided by 0"},
    {"momentum", "momentum", Type::number, 0, 1, "0.1", "How much of each batch goes into the running averages"}};
const std::vector<LayerSetting> kDropout{
    {"probability", nullptr, Type::number, 0, 0.99, nullptr, "The share of values that is set to 0 in each step"}};
const std::vector<LayerSetting> kSubsample{
    {"stride", nullptr, Type::whole, 1, 1024, nullptr, "Every so many rows and columns one is kept"},
    {"channels", "channels", Type::whole, 1, 65536, "", "How many channels to come to with zeros; as it was if empty"}};

struct Kind {
  const char* word;
  const std::vector<LayerSetting>* settings;
  const char* first;
};
const Kind kKinds[] = {{"conv", &kConv, "conv 8 3x3"},
                       {"maxpool", &kMaxPool, "maxpool 2"},
                       {"avgpool", &kAvgPool, "avgpool 2"},
                       {"globalavgpool", &kNone, "globalavgpool"},
                       {"dense", &kDense, "dense 32"},
                       {"relu", &kNone, "relu"},
                       {"leakyrelu", &kLeakyRelu, "leakyrelu"},
                       {"sigmoid", &kNone, "sigmoid"},
                       {"tanh", &kNone, "tanh"},
                       {"softmax", &kNone, "softmax"},
                       {"logsoftmax", &kNone, "logsoftmax"},
                       {"batchnorm", &kBatchNorm, "batchnorm"},
                       {"dropout", &kDropout, "dropout 0.5"},
                       {"flatten", &kNone, "flatten"},
                       {"add", &kNone, "add"},
                       {"mul", &kNone, "mul"},
                       {"sub", &kNone, "sub"},
                       {"concat", &kNone, "concat"},
                       {"subsample", &kSubsample, "subsample 2"},
                       {"identity", &kNone, "identity"}};

// A kind without a row has no settings and is not offered.
Kind kind_of(const std::string& word) {
  std::vector<std::string> words;
  for (const Kind& kind : kKinds) {
    if (word == kind.word) return kind;
    words.emplace_back(kind.word);
  }
  if (const LayerKind* kind = find_layer_kind(word)) return {kind->word, &kNone, kind->word};
  throw Error(fmt::format("unknown layer \"{}\"", word), nearest_hint(word, words));
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank && !inside) words.emplace_back();
    if (!blank) words.back() += c;
    inside = !blank;
  }
  return words;
}

// The values that the words give, per setting; none where they don't.
struct Read {
  Kind kind;
  std::vector<std::optional<std::string>> values;
  std::vector<std::string> rest;  // what is not understood
};

Read read(std::string_view text) {
  const std::vector<std::string> words = split(text);
  const Kind kind = kind_of(words.empty() ? "" : words[0]);
  Read read{kind, {}, {}};
  read.values.resize(kind.settings->size());
  size_t place = 0;  // of the next setting with a place of its own
  for (size_t i = 1; i < words.size(); ++i) {
    bool understood = false;
    for (size_t k = 0; k < kind.settings->size() && !understood; ++k) {
      const LayerSetting& setting = (*kind.settings)[k];
      if (setting.keyword == nullptr) continue;
      const std::vector<std::string> keyword = split(setting.keyword);
      understood = i + keyword.size() <= words.size();
      for (size_t w = 0; w < keyword.size() && understood; ++w) understood = words[i + w] == keyword[w];
      if (!understood) continue;
      i += keyword.size() - 1;
      if (setting.type == Type::on_off) {
        read.values[k] = std::string(setting.fallback) == "on" ? "off" : "on";
      } else if (i + 1 < words.size()) {
        read.values[k] = words[++i];
      }
    }
    if (understood) continue;
    if (place < kind.settings->size() && (*kind.settings)[place].keyword == nullptr && !read.values[place]) {
      read.values[place++] = words[i];
    } else {
      read.rest.push_back(words[i]);
    }
  }
  return read;
}

size_t index_of(const Kind& kind, std::string_view name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kind.settings->size(); ++i) {
    if (name == (*kind.settings)[i].name) return i;
    names.emplace_back((*kind.settings)[i].name);
  }
  if (names.empty()) throw Error(fmt::format("{} has no settings", kind.word), "there is nothing to set");
  throw Error(fmt::format("{} has no setting \"{}\"", kind.word, name), nearest_hint(name, names));
}

}  // namespace

const std::vector<LayerSetting>& layer_settings(const std::string& kind) { return *kind_of(kind).settings; }

std::vector<const LayerKind*> kinds_to_add() {
  std::vector<const LayerKind*> kinds;
  for (const LayerKind& kind : layer_kinds()) {
    const auto same = [&](const Kind& own) { return std::string_view(own.word) == kind.word; };
    if (std::any_of(std::begin(kKinds), std::end(kKinds), same)) kinds.push_back(&kind);
  }
  return kinds;
}

std::vector<std::string> layer_setting_names() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) {
    for (const LayerSetting& setting : *kind.settings) {
      if (std::find(names.begin(), names.end(), setting.name) == names.end()) names.emplace_back(setting.name);
    }
  }
  return names;
}

std::string first_words(const std::string& kind) { return kind_of(kind).first; }

std::string layer_setting(std::string_view words, std::string_view name) {
  const Read found = read(words);
  const size_t at = index_of(found.kind, name);
  const char* fallback = (*found.kind.settings)[at].fallback;
  return found.values[at].value_or(fallback == nullptr ? "" : fallback);
}

std::string with_layer_setting(std::string_view words, std::string_view name, const std::string& value) {
  Read found = read(words);
  const size_t at = index_of(found.kind, name);
  const LayerSetting& changed = (*found.kind.settings)[at];
  const bool plain = value.find_first_of(" \t\r\n|#:") == std::string::npos;
  const bool missing = value.empty() && changed.fallback == nullptr;
  if (!plain || missing || (changed.type == Type::on_off && value != "on" && value != "off")) {
    throw Error(fmt::format("\"{}\" is not a valid {} for {}", value, name, found.kind.word), changed.help);
  }
  found.values[at] = value;
  std::string text = found.kind.word;
  for (size_t i = 0; i < found.values.size(); ++i) {
    const LayerSetting& setting = (*found.kind.settings)[i];
    if (!found.values[i] || (setting.fallback != nullptr && *found.values[i] == setting.fallback)) continue;
    if (found.values[i]->empty()) continue;
    if (setting.keyword != nullptr) text += std::string(" ") + setting.keyword;
    if (setting.type != Type::on_off) text += ' ' + *found.values[i];
  }
  for (const std::string& word : found.rest) text += ' ' + word;
  return text;
}

}  // namespace striate
