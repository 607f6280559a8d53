// A kind of layer, whole: one LayerKind in the layer's own file under layers/, one line in the list in
// layers/kinds.cpp. Nothing else in the program compares a kind's word; whoever needs to know something of a kind asks
// its LayerKind.
//
// Its settings are written down once, as LayerFields bound to the members of the layer's class: word, type, range, what
// they are where nothing is said, help, and what PyTorch, Keras and ONNX call them. Everything else follows from them:
// reading and printing the text (layer_kind.cpp), its errors and hints, the form in the window (layer_settings.h), and
// what is written elsewhere where that is a plain call (elsewhere.h). What a plain call can't say is a function beside
// the layer, which reads the same members, never the text.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/network/elsewhere.h"
#include "engine/network/layer.h"

namespace striate {

class LayerWords;

using SettingValue =
    std::variant<bool, int64_t, double, std::string, std::vector<int64_t>, std::vector<double>>;  // in this order

// What the others call a setting. kNoName: it has no counterpart there.
inline constexpr const char* kNoName = "-";
struct NamesElsewhere {
  const char *torch = nullptr, *keras = nullptr, *onnx = nullptr;
};

// One setting. Made by the functions of layers/fields.h, which bind it to a member.
struct LayerField {
  enum class Type {
    whole,         // 6
    number,        // 0.5
    rows_columns,  // 5 or 5x3
    sides,         // 2, 2x1 or 0,1,0,1
    on_off,        // a word that is there or not
    one_of,        // one of some words
    list           // 2x3, 0,2,1 and their like: as it is written
  };
  const char* name = "";          // "filters", "kernel", "partial-windows": one word
  const char* keyword = nullptr;  // before its value, "stride"; null: it has a place of its own behind the kind
  const char* shown = "";         // its value in a layer's syntax, "FILTERS"
  const char* spoken = nullptr;   // in errors: "number of filters"; null: its name
  const char* help = "";          // one sentence
  Type type = Type::whole;
  bool needed = false;                   // the words must say it
  double low = 0, high = 1;              // of a whole, a number, or each part of the others
  double usual_low = 0, usual_high = 0;  // where a slider ends; both 0: as the range
  const char* instead_of = nullptr;      // another setting that can't be said beside it
  const char* follows = nullptr;         // another setting whose value it has where nothing is said
  NamesElsewhere names;

  // Of a layer of this kind: reads its value from the words, prints it, compares two layers in it, tells it.
  void (*read)(LayerWords& words, const LayerField& field, Layer& layer) = nullptr;
  std::string (*text)(const Layer& layer) = nullptr;
  bool (*same)(const Layer& one, const Layer& other) = nullptr;
  SettingValue (*value)(const Layer& layer) = nullptr;
  bool (*is_read)(const Layer& so_far) = nullptr;  // whether the words say it at all; null: they do

  // The rest of a declaration: place<&Dense::k>("neurons", "NEURONS").between(1, 1 << 20).explained("...")...
  constexpr LayerField between(double lowest, double highest) const {
    LayerField f = *this;
    f.low = lowest, f.high = highest;
    return f;
  }
  constexpr LayerField usually(double lowest, double highest) const {
    LayerField f = *this;
    f.usual_low = lowest, f.usual_high = highest;
    return f;
  }
  constexpr LayerField said_as(const char* words) const {
    LayerField f = *this;
    f.spoken = words;
    return f;
  }
  constexpr LayerField must() const {
    LayerField f = *this;
    f.needed = true;
    return f;
  }
  constexpr LayerField only_where(bool (*asked)(const Layer&)) const {
    LayerField f = *this;
    f.is_read = asked;
    return f;
  }
  constexpr LayerField not_beside(const char* other) const {
    LayerField f = *this;
    f.instead_of = other;
    return f;
  }
  constexpr LayerField following(const char* other) const {
    LayerField f = *this;
    f.follows = other;
    return f;
  }
  constexpr LayerField called(const char* torch, const char* keras, const char* onnx) const {
    LayerField f = *this;
    f.names = {torch, keras, onnx};
    return f;
  }
  constexpr LayerField explained(const char* sentence) const {
    LayerField f = *this;
    f.help = sentence;
    return f;
  }
};

// What was said in the words of one layer, for what its settings must be together.
class SettingsSaid {
 public:
  SettingsSaid(const LayerKind& kind, const LayerWords& words);
  bool said(std::string_view setting) const;
  // Error at the word of a setting; at the end where it was not said.
  [[noreturn]] void fail(std::string_view setting, const std::string& what, const std::string& hint) const;
  void note(size_t field, size_t place) { places_[field] = place; }

 private:
  size_t place(std::string_view setting) const;
  const LayerKind& kind_;
  const LayerWords& words_;
  std::vector<size_t> places_;  // per field; 0: not said
};

// How one value of its output is followed to what it was made of (engine/walk/network_walk.h).
enum class Follow {
  computed,     // of all values that change it, as the layer's own operators say
  linear,       // the same, and each value counts by a factor: it only adds and moves
  function,     // of one value, the same function everywhere
  convolution,  // a sum of products under a kernel
  dense,        // a sum of products with a row of weights
  maximum,      // the largest under a window of two axes
  average,      // the mean under such a window
  boxes,        // the largest in a window of three axes
  whole_average,
  whole_maximum,
  places,      // where the largest under a window stands
  normalized,  // by the batch or its running averages
  dropped,     // kept or not
  added,       // value by value, or linear where one repeats
  joined,      // one of the inputs
  flattened,
  subsampled,
  copied,
  shares,    // a softmax over the channels
  resampled  // linear, and weights that are only rounding are left out
};

// Whether what comes out can be negative.
enum class Sign { any, never_negative, as_it_came };

// What a network that ends with it gives, so that a loss or a list of classes knows.
enum class Ending { values, shares, logarithms_of_shares, probabilities };

struct LayerKind {
  const char* word = "";                       // "conv"
  const char* title = "";                      // "Convolution"
  const char* explanation = "";                // one paragraph for a student
  std::shared_ptr<Layer> (*make)() = nullptr;  // with every setting as it is where nothing is said
  std::span<const LayerField> fields = {};     // in the order in which they are printed
  void (*settle)(Layer& layer, const SettingsSaid& said) = nullptr;  // what they must be together; throws Error
  Takes takes = Takes::one;
  const char* joins = "";    // how those that it joins stand in its syntax: "NAME", "NAME..."
  const char* example = "";  // behind the syntax, where that is hard to guess: "reshape batch,3,-1"
  const char* first = "";    // its words when it is added to a network by hand; empty: it is not offered
  Follow follow = Follow::computed;
  Sign sign = Sign::any;
  Ending ending = Ending::values;
  bool passes_on = false;               // in use it gives what it got, in the same order
  bool may_die = false;                 // a unit that gives 0 for every picture gets no gradient any more
  double (*exact)(double x) = nullptr;  // of some functions: the same in double precision, for checks
  TorchRow torch = {};
  KerasRow keras = {};
  OnnxRow onnx = {};

  bool is_activation() const { return follow == Follow::function || follow == Follow::shares; }
  const LayerField* find(std::string_view setting) const;  // null: it has none of this name
};

const std::vector<LayerKind>& layer_kinds();              // in the order in which they are offered
const LayerKind& layer_kind(std::string_view word);       // of a layer's kind()
const LayerKind* find_layer_kind(std::string_view word);  // null: no layer is called so

// "conv FILTERS ROWSxCOLUMNS [stride S] ..."
std::string syntax_of(const LayerKind& kind);
// A layer with every setting as it is where nothing is said.
std::shared_ptr<Layer> make_layer(const LayerKind& kind);
// A layer from its words, without its name and what it joins. Throws Error with its place.
std::shared_ptr<const Layer> read_layer(const LayerKind& kind, LayerWords& words);

// Whether its values are sums of products with weights: a convolution of pictures, a dense layer.
inline bool multiplies(const Layer& layer) {
  return layer.info().follow == Follow::convolution || layer.info().follow == Follow::dense;
}

// The value of a setting of a layer; a programmer's mistake where its kind has none of this name.
SettingValue setting_of(const Layer& layer, std::string_view setting);

}  // namespace striate
