// A setting is declared once. From its declaration come its command ("convolution.stride 2"), its readout of the same
// name, its line in a page's state(), its widget (Ui::setting), the value that a double-click on the widget brings
// back, and the range in the widget's tooltip.
//
// A page keeps what can be set in a struct State and takes a changed copy of it in one move: commit(State) checks,
// throws Error and leaves everything as it was where the copy is illegal, else makes it the page's. So:
//
//   settings_.integer("stride", "stride", "How many cells the kernel moves at each step", {"N", "cells", 1, 5},
//                     [](auto& s) -> auto& { return s.convolution.geometry.stride; });
//
// Name, label beside the widget, help (one sentence, also the tooltip), the parameter, and which member it is
// (&State::stride does, too). What is no member of its own gives two functions instead: get(const State&) and
// set(State&, value). What it returns says the rest: what an optional value is where there is none, what the network or
// the data leave of the range.
//
// The default is what the page holds when it declares its settings: how it opens.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "app/command/registry.h"

namespace striate {

constexpr double kWideRange = 500;  // no slider gives a hand a grip on more: such a number is a field

struct Setting {
  std::string name;                     // "convolution.stride": of its command and its readout
  std::string label;                    // what stands beside its widget; unique on its page
  std::string help;                     // one sentence
  Parameter parameter;                  // kind, range, choices
  std::function<ReadoutValue()> value;  // a number, a choice's word, "on" or "off"
  std::function<void(const ReadoutValue& value)>
      set;                    // of the parameter's kind and range; throws Error as a command does
  ReadoutValue initial = {};  // the default
  std::string readout = {};   // of its readout, where another has its name
  // What its readout says, if that is not what was set but what it comes to: of layer -1, the first that has weights.
  // Throws Error where there is nothing yet.
  std::function<ReadoutValue()> shown = {};
  std::string readout_help = {};  // of its readout, where it says that
  // Of an optional parameter: the value that the command sets where it has none.
  std::optional<ReadoutValue> none = {};
  Undo undo = Undo::edit;
  bool kept = true;  // has a line in state(); else another setting or command says it, too

  // The widget.
  // Of the choices, in their order; none: the words themselves. An empty one is for who types it: no list offers it.
  std::vector<std::string> labels;
  std::string unit;                                     // of numbers
  std::optional<std::pair<double, double>> hands = {};  // of numbers: the range that the widget offers, if it is less
  int decimals = 0;  // of numbers: how many the widget's hands give; typing gives any
  double step = 0;   // of arrow keys and wheel; 0: 1 for whole numbers and wide ranges, else a hundredth of the range
  bool logarithmic = false;
  // What there is of its range now, in the network or the data, for the widget and its tooltip. Drawing asks it.
  struct Now {
    std::optional<double> last = {};                               // of numbers: the largest
    std::vector<std::pair<std::string, std::string>> offers = {};  // of others: labels and values; empty: the choices
    std::optional<ReadoutValue> value = {};                        // what it comes to, if not what was set
  };
  std::function<Now()> now = {};

  bool typed() const {  // any text or word
    return parameter.kind == ParameterKind::text || parameter.kind == ParameterKind::word;
  }
  bool lists(size_t choice) const { return labels.empty() || !labels[choice].empty(); }
  Setting& or_none(ReadoutValue is) {  // its value is optional
    parameter.optional = true;
    none = std::move(is);
    return *this;
  }
  std::string line(const ReadoutValue& of) const;  // the command that brings it to this value
  std::string line() const { return line(value()); }
  std::string next_line() const;  // of choices: to the one after it, what a key or a button sends that turns them over
};

// Of numbers: the parameter's name and help, and its range, both ends included.
struct SettingRange {
  const char* name;
  const char* help;
  double minimum, maximum;
};

// A page's settings, in the order in which state() writes them.
class SettingList {
 public:
  // Its names begin with "page."; empty: they stand for themselves.
  explicit SettingList(std::string page) : page_(std::move(page)) {}
  SettingList(const SettingList&) = delete;
  SettingList& operator=(const SettingList&) = delete;

  Setting& add(Setting setting);  // its name without the page: "stride"
  // Lines that stand here in state(), of what takes more than one value or is no setting.
  void also(std::function<std::vector<std::string>()> lines);
  // Commands and readouts; the present values are the defaults from now on. The list must outlive the registry's use.
  void declare(Registry& registry);
  std::vector<std::string> state() const;

 protected:
  const std::deque<Setting>& settings() const { return settings_; }
  Undo undo_ = Undo::edit;  // of what is added, until it says otherwise

 private:
  std::string page_;
  std::deque<Setting> settings_;  // which stay where they are
  struct Also {
    size_t before;  // which setting
    std::function<std::vector<std::string>()> lines;
  };
  std::vector<Also> also_;
};

// The settings of a page that keeps them in a State.
template <typename State>
class SettingsOf : public SettingList {
 public:
  // `state` is the page's; commit(changed copy) checks it, makes it the page's, or throws Error.
  template <typename Commit>
  SettingsOf(std::string page, const State& state, Commit commit)
      : SettingList(std::move(page)), state_(state), commit_(std::move(commit)) {}
  // Any state is legal; of how things are looked at (Undo::none) a change is no edit.
  SettingsOf(std::string page, State& state, Undo undo)
      : SettingsOf(std::move(page), state, [&state](State next) { state = std::move(next); }) {
    undo_ = undo;
  }

  template <typename Field>
  Setting& on_off(std::string name, std::string label, std::string help, std::string on, Field field) {
    return on_off(
        std::move(name), std::move(label), std::move(help), std::move(on),
        [field](const State& state) { return static_cast<bool>(std::invoke(field, state)); },
        [field](State& state, bool value) { std::invoke(field, state) = value; });
  }
  template <typename Get, typename Set>
  Setting& on_off(std::string name, std::string label, std::string help, std::string on, Get get, Set set) {
    return take(
        std::move(name), std::move(label), std::move(help), Parameter::on_off("ON", std::move(on)),
        [get](const State& state) { return ReadoutValue(std::string(get(state) ? "on" : "off")); },
        [set](State& state, const ReadoutValue& value) { set(state, std::get<std::string>(value) == "on"); });
  }

  template <typename Field>
  Setting& integer(std::string name, std::string label, std::string help, SettingRange range, Field field) {
    using Value = std::remove_cvref_t<decltype(std::invoke(field, std::declval<State&>()))>;
    return integer(
        std::move(name), std::move(label), std::move(help), range,
        [field](const State& state) { return static_cast<int64_t>(std::invoke(field, state)); },
        [field](State& state, int64_t value) { std::invoke(field, state) = static_cast<Value>(value); });
  }
  template <typename Get, typename Set>
  Setting& integer(std::string name, std::string label, std::string help, SettingRange range, Get get, Set set) {
    return take(
        std::move(name), std::move(label), std::move(help),
        Parameter::integer(range.name, range.help, range.minimum, range.maximum),
        [get](const State& state) { return ReadoutValue(static_cast<double>(get(state))); },
        [set](State& state, const ReadoutValue& value) { set(state, static_cast<int64_t>(std::get<double>(value))); });
  }

  template <typename Field>
  Setting& number(std::string name, std::string label, std::string help, SettingRange range, Field field) {
    using Value = std::remove_cvref_t<decltype(std::invoke(field, std::declval<State&>()))>;
    return number(
        std::move(name), std::move(label), std::move(help), range,
        [field](const State& state) { return static_cast<double>(std::invoke(field, state)); },
        [field](State& state, double value) { std::invoke(field, state) = static_cast<Value>(value); });
  }
  template <typename Get, typename Set>
  Setting& number(std::string name, std::string label, std::string help, SettingRange range, Get get, Set set) {
    Setting& setting = take(
        std::move(name), std::move(label), std::move(help),
        Parameter::number(range.name, range.help, range.minimum, range.maximum),
        [get](const State& state) { return ReadoutValue(static_cast<double>(get(state))); },
        [set](State& state, const ReadoutValue& value) { set(state, std::get<double>(value)); });
    setting.decimals = 3;
    return setting;
  }

  // A text or a word; how its parameter checks it, and what set() then makes of it or refuses.
  template <typename Get, typename Set>
  Setting& text(std::string name, std::string label, std::string help, Parameter parameter, Get get, Set set) {
    return choice(std::move(name), std::move(label), std::move(help), std::move(parameter), get, set);
  }

  // One of a few words, kept as text, or as its number among them: an enumeration, a bool.
  template <typename Field>
  Setting& choice(std::string name, std::string label, std::string help, Parameter words, Field field) {
    using Value = std::remove_cvref_t<decltype(std::invoke(field, std::declval<State&>()))>;
    if constexpr (std::is_same_v<Value, std::string>) {
      return take(
          std::move(name), std::move(label), std::move(help), std::move(words),
          [field](const State& state) { return ReadoutValue(std::invoke(field, state)); },
          [field](State& state, const ReadoutValue& value) {
            std::invoke(field, state) = std::get<std::string>(value);
          });
    } else {
      const std::vector<std::string> all = words.choices;
      return take(
          std::move(name), std::move(label), std::move(help), std::move(words),
          [field, all](const State& state) {
            return ReadoutValue(all.at(static_cast<size_t>(std::invoke(field, state))));
          },
          [field, all](State& state, const ReadoutValue& value) {
            const auto at = std::find(all.begin(), all.end(), std::get<std::string>(value)) - all.begin();
            std::invoke(field, state) = static_cast<Value>(at);
          });
    }
  }
  // The same by what says and takes the word.
  template <typename Get, typename Set>
  Setting& choice(std::string name, std::string label, std::string help, Parameter words, Get get, Set set) {
    return take(
        std::move(name), std::move(label), std::move(help), std::move(words),
        [get](const State& state) { return ReadoutValue(std::string(get(state))); },
        [set](State& state, const ReadoutValue& value) { set(state, std::get<std::string>(value)); });
  }
  // One of a few values with a word each: all of them, and the function that says a value's word.
  template <typename Value, typename Word, typename Field>
  Setting& choice(std::string name, std::string label, std::string help, std::string what, std::vector<Value> values,
                  Word word, Field field) {
    std::vector<std::string> words;
    for (const Value& value : values) words.emplace_back(word(value));
    return take(
        std::move(name), std::move(label), std::move(help),
        Parameter::choice("MODE", std::move(what), std::move(words)),
        [field, word](const State& state) { return ReadoutValue(std::string(word(std::invoke(field, state)))); },
        [field, word, values](State& state, const ReadoutValue& text) {
          for (const Value& value : values) {
            if (word(value) == std::get<std::string>(text)) std::invoke(field, state) = value;
          }
        });
  }

  // The lines of any State: what state() says of the page's.
  std::vector<std::string> lines_of(const State& state) const {
    std::vector<std::string> lines;
    for (size_t i = 0; i < settings().size(); ++i) {
      if (settings()[i].kept) lines.push_back(settings()[i].line(read_[i](state)));
    }
    return lines;
  }

 private:
  template <typename Get, typename Set>
  Setting& take(std::string name, std::string label, std::string help, Parameter parameter, Get get, Set set) {
    Setting setting;
    setting.name = std::move(name);
    setting.label = std::move(label);
    setting.help = std::move(help);
    setting.parameter = std::move(parameter);
    setting.undo = undo_;
    setting.value = [this, get] { return get(state_); };
    setting.set = [this, set](const ReadoutValue& value) {
      State next = state_;
      set(next, value);
      commit_(std::move(next));
    };
    read_.push_back(get);
    return add(std::move(setting));
  }

  const State& state_;
  std::function<void(State)> commit_;
  std::vector<std::function<ReadoutValue(const State&)>> read_;  // of each setting
};

}  // namespace striate
