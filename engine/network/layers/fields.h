// Declaring a layer's settings: which member a LayerField (layer_kind.h) stands for, and how a value of that type is
// read and printed. The type of the member says how; what has several forms (sizes, lists, windows) says which:
//
//   constexpr LayerField kFields[] = {
//       place<&Dense::k>("neurons", "NEURONS").must().between(1, 1 << 20).explained("How many neurons: ..."),
//       turned_off<&Dense::bias>("bias", "no bias").explained("..."),
//   };
//
// To add a form: a struct with kType, read(), text() and same(), as OpenEnd below.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"

namespace striate::layers {

using Ints = std::vector<int64_t>;

inline std::string spoken(const LayerField& field) { return field.spoken != nullptr ? field.spoken : field.name; }

// A bound of a range as a whole number: a double can't hold the largest ones.
inline int64_t whole_bound(double bound) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  return bound >= 9.2e18 ? kMax : bound <= -9.2e18 ? -kMax - 1 : static_cast<int64_t>(bound);
}

// ---- forms of values
struct WholeForm {
  static constexpr auto kType = LayerField::Type::whole;
  template <typename T>
  static void read(LayerWords& words, const LayerField& f, T& value) {
    value = static_cast<T>(words.whole64(spoken(f), whole_bound(f.low), whole_bound(f.high)));
  }
  template <typename T>
  static std::string text(const T& value) {
    return std::to_string(value);
  }
};
struct NumberForm {
  static constexpr auto kType = LayerField::Type::number;
  template <typename T>
  static void read(LayerWords& words, const LayerField& f, T& value) {
    value = static_cast<T>(words.number(spoken(f), f.low, f.high));
  }
  template <typename T>
  static std::string text(const T& value) {
    return number_text(double{value});
  }
};
// Any float, infinities too.
struct AnyNumber : NumberForm {
  template <typename T>
  static void read(LayerWords& words, const LayerField& f, T& value) {
    value = static_cast<T>(words.value(spoken(f)));
  }
};
// A number, or "none" for an end that is open: -infinity or infinity.
template <int sign>
struct OpenEnd : NumberForm {
  static void read(LayerWords& words, const LayerField& f, float& value) {
    value = sign * std::numeric_limits<float>::infinity();
    if (!words.take("none")) NumberForm::read(words, f, value);
  }
  static std::string text(const float& value) { return std::isinf(value) ? "none" : NumberForm::text(value); }
};
// A word that is there or not: it makes the value true, or false.
template <bool on>
struct Turned {
  static constexpr auto kType = LayerField::Type::on_off;
  static void read(LayerWords&, const LayerField&, bool& value) { value = on; }
  static std::string text(const bool& value) { return value ? "on" : "off"; }
};
// Whole numbers with commas between them: "0,2,1".
template <int most>
struct ListForm {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, Ints& value) {
    value = words.list(spoken(f), whole_bound(f.low), whole_bound(f.high), most);
  }
  static std::string text(const Ints& value) { return value.empty() ? "" : list_text(value); }
};
// "2x3x4", or "scalar".
struct SizesForm {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, Ints& value) {
    value = words.sizes(spoken(f), whole_bound(f.low), whole_bound(f.high), Shape::kMaxRank);
  }
  static std::string text(const Ints& value) { return sizes_text(value); }
};
// One of some words, an enumeration's in its order.
template <const auto& words_of_it>
struct OneOf {
  static constexpr auto kType = LayerField::Type::one_of;
  template <typename T>
  static void read(LayerWords& words, const LayerField& f, T& value) {
    for (size_t i = 0; i < words_of_it.size(); ++i) {
      if (!words.take(words_of_it[i])) continue;
      value = static_cast<T>(i);
      return;
    }
    if (words.more()) words.unknown({words_of_it.begin(), words_of_it.end()});
    words.fail(fmt::format("{} needs its {}", words.kind(), spoken(f)),
               fmt::format("write one of {}", fmt::join(words_of_it, ", ")));
  }
  template <typename T>
  static std::string text(const T& value) {
    return words_of_it[static_cast<size_t>(value)];
  }
};
// What need not be said and is nothing then.
template <typename Form>
struct Maybe {
  static constexpr auto kType = Form::kType;
  template <typename T>
  static void read(LayerWords& words, const LayerField& f, std::optional<T>& value) {
    Form::read(words, f, value.emplace());
  }
  template <typename T>
  static std::string text(const std::optional<T>& value) {
    return value ? Form::text(*value) : "";
  }
};

// The form of a member of which nothing else is said.
template <typename T>
struct FormOf {
  using Form = std::conditional_t<std::is_integral_v<T>, WholeForm, NumberForm>;
};
template <typename T>
struct FormOf<std::optional<T>> {
  using Form = Maybe<typename FormOf<T>::Form>;
};

// ---- a member of a layer: &Conv::k, or by way of another, &Elu::activation, &Activation::a
template <auto... path>
struct Path;
template <typename C, typename T, T C::*first, auto... rest>
struct Path<first, rest...> {
  using Class = C;
  template <typename L>
  static auto& in(L& layer) {
    if constexpr (sizeof...(rest) == 0) {
      return layer.*first;
    } else {
      return Path<rest...>::in(layer.*first);
    }
  }
};
template <auto... path>
auto& changed(Layer& layer) {
  return Path<path...>::in(static_cast<typename Path<path...>::Class&>(layer));
}
template <auto... path>
const auto& value_in(const Layer& layer) {
  return Path<path...>::in(static_cast<const typename Path<path...>::Class&>(layer));
}

template <typename Form, typename T>
SettingValue value_of(const T& value) {
  if constexpr (Form::kType == LayerField::Type::on_off) {
    return Form::text(value) == "on";
  } else if constexpr (Form::kType == LayerField::Type::whole && std::is_integral_v<T>) {
    return static_cast<int64_t>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<double>(value);
  } else if constexpr (std::is_same_v<T, Ints> || std::is_same_v<T, std::vector<double>>) {
    return value;
  } else {
    return Form::text(value);
  }
}

// Forms of what is more than its own value compare themselves.
template <typename Form, typename T>
bool same_of(const T& one, const T& other) {
  if constexpr (requires { Form::same(one, other); }) {
    return Form::same(one, other);
  } else {
    return one == other;
  }
}

template <typename Form, auto... path>
constexpr LayerField field_as(const char* name, const char* keyword, const char* shown) {
  LayerField f;
  f.name = name, f.keyword = keyword, f.shown = shown;
  f.type = Form::kType;
  f.read = [](LayerWords& words, const LayerField& field, Layer& layer) {
    Form::read(words, field, changed<path...>(layer));
  };
  f.text = [](const Layer& layer) { return Form::text(value_in<path...>(layer)); };
  f.same = [](const Layer& one, const Layer& other) {
    return same_of<Form>(value_in<path...>(one), value_in<path...>(other));
  };
  f.value = [](const Layer& layer) { return value_of<Form>(value_in<path...>(layer)); };
  return f;
}
template <auto... path>
using FormAt = typename FormOf<std::remove_cvref_t<decltype(value_in<path...>(std::declval<const Layer&>()))>>::Form;

// ---- the four ways in which a setting stands in the words
// "conv 6": a place of its own behind the kind.
template <auto... path>
constexpr LayerField place(const char* name, const char* shown) {
  return field_as<FormAt<path...>, path...>(name, nullptr, shown);
}
template <typename Form, auto... path>
constexpr LayerField place_as(const char* name, const char* shown) {
  return field_as<Form, path...>(name, nullptr, shown);
}
// "groups 2": behind its word.
template <auto... path>
constexpr LayerField after(const char* keyword, const char* name, const char* shown) {
  return field_as<FormAt<path...>, path...>(name, keyword, shown);
}
template <typename Form, auto... path>
constexpr LayerField after_as(const char* keyword, const char* name, const char* shown) {
  return field_as<Form, path...>(name, keyword, shown);
}
// "ceil", "no bias": a word that turns it on, or off.
template <auto... path>
constexpr LayerField turned_on(const char* name, const char* keyword) {
  return field_as<Turned<true>, path...>(name, keyword, "");
}
template <auto... path>
constexpr LayerField turned_off(const char* name, const char* keyword) {
  return field_as<Turned<false>, path...>(name, keyword, "");
}

template <typename L, auto... arguments>
std::shared_ptr<Layer> made() {
  return std::make_shared<L>(arguments...);
}

// The largest number that a setting may be: every finite float.
inline constexpr double kLargest = 3.4028235e38;

// ---- settings that several kinds have
template <auto... path>
constexpr LayerField epsilon_field() {
  return after<path...>("epsilon", "epsilon", "E")
      .between(0, 1e6)
      .usually(1e-20, 1)
      .called("eps", "epsilon", "epsilon")
      .explained("Added to the variance, so that nothing is divided by 0");
}
template <auto... path>
constexpr LayerField bias_field() {
  return turned_off<path...>("bias", "no bias")
      .called("bias", "use_bias", "B")
      .explained("One more learned number for each filter or neuron, added to its sum");
}
template <auto... path>
constexpr LayerField keep_field() {
  return turned_on<path...>("keep", "keep")
      .called("keepdim", "keepdims", "keepdims")
      .explained("Whether the axes that become one value stay, with a size of 1");
}
template <auto... path>
constexpr LayerField groups_field() {
  return after<path...>("groups", "groups", "G")
      .said_as("number of groups")
      .between(1, 65536)
      .called("groups", "groups", "group")
      .explained("The channels are split into so many groups, and each filter sees only its own");
}

}  // namespace striate::layers
