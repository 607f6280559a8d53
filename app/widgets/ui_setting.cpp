// The widget of a declared setting (command/setting.h).
#include <algorithm>
#include <cmath>

#include "app/command/setting.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

NumberSpec spec_of(const Setting& setting, const Setting::Now& now) {
  NumberSpec spec;
  spec.minimum = setting.hands ? setting.hands->first : setting.parameter.minimum;
  spec.maximum = setting.hands ? setting.hands->second : setting.parameter.maximum;
  if (now.last) spec.maximum = std::clamp(*now.last, spec.minimum, spec.maximum);
  spec.reset = std::clamp(std::get<double>(setting.initial), spec.minimum, spec.maximum);
  spec.decimals = setting.decimals;
  spec.step = setting.step;
  spec.logarithmic = setting.logarithmic;
  spec.unit = setting.unit;
  return spec;
}

std::vector<Choice> choices_of(const Setting& setting, const Setting::Now& now) {
  std::vector<Choice> choices;
  for (const auto& [label, word] : now.offers) choices.push_back({label, word});
  if (!choices.empty()) return choices;
  for (size_t i = 0; i < setting.parameter.choices.size(); ++i) {
    const std::string& word = setting.parameter.choices[i];
    if (setting.lists(i) || word == to_text(setting.value())) {
      choices.push_back({setting.labels.empty() || setting.labels[i].empty() ? word : setting.labels[i], word});
    }
  }
  return choices;
}

}  // namespace

bool Ui::setting(std::string_view name, const SettingLook& look) {
  const Setting* found = registry_.find_setting(name);
  check(found != nullptr, "there is no setting '{}'", name);
  const Setting& setting = *found;
  const std::string_view label = look.label.empty() ? std::string_view(setting.label) : look.label;
  const Setting::Now now = setting.now ? setting.now() : Setting::Now();
  const ReadoutValue value = now.value ? *now.value : setting.value();
  bool sent = false;
  if (const double* number = std::get_if<double>(&value); number != nullptr && now.offers.empty()) {
    const NumberSpec spec = spec_of(setting, now);
    const double shown = now.last ? std::clamp(*number, spec.minimum, spec.maximum) : *number;
    sent = look.field || spec.maximum - spec.minimum > kWideRange ? number_field(label, shown, spec, name)
                                                                  : slider(label, shown, spec, name);
  } else {
    const std::string word = to_text(value);
    const std::vector<std::string>& words = setting.parameter.choices;
    if (setting.typed() && now.offers.empty()) {
      sent = text_field(label, word, name, look.placeholder);
    } else if (words == Parameter::on_off("", "").choices) {
      sent = toggle(label, word == "on", name);
    } else {
      const std::vector<Choice> choices = choices_of(setting, now);
      float wide = 0;
      for (const Choice& choice : choices) wide += measure(Font::control, tr(choice.label)).x + 16.0f;
      const bool list = look.list || wide > width() || words.empty();
      sent = look.tabs ? tabs(label, choices, word, name)
             : list    ? dropdown(label, choices, word, name)
                       : segmented(label, choices, word, name);
    }
  }
  error_beside(name);
  return sent;
}

std::string setting_range(const Setting& setting) {
  const std::string initial = to_text(setting.initial);
  if (setting.typed())
    return initial.empty() ? std::string(tr("Empty by default")) : format_tr("{} by default", initial);
  if (setting.parameter.choices.empty()) {
    const std::string unit = setting.unit.empty() ? "" : ' ' + setting.unit;
    const double last =
        setting.now ? setting.now().last.value_or(setting.parameter.maximum) : setting.parameter.maximum;
    return format_tr("{} to {}{}; {} by default", to_text(setting.parameter.minimum), to_text(last), unit, initial);
  }
  const auto at = std::find(setting.parameter.choices.begin(), setting.parameter.choices.end(), initial);
  const auto i = static_cast<size_t>(at - setting.parameter.choices.begin());
  return format_tr("{} by default",
                   i < setting.labels.size() ? tr(std::string_view(setting.labels[i])) : std::string_view(initial));
}

}  // namespace striate
