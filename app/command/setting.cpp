#include "app/command/setting.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {

std::string Setting::line(const ReadoutValue& of) const {
  if (none && of == *none) return name;
  return name + ' ' + (typed() ? quoted(to_text(of)) : to_text(of));
}

std::string Setting::next_line() const {
  const std::vector<std::string>& words = parameter.choices;
  const auto at = std::find(words.begin(), words.end(), std::get<std::string>(value()));
  return line(words[at == words.end() ? 0 : static_cast<size_t>(at - words.begin() + 1) % words.size()]);
}

Setting& SettingList::add(Setting setting) {
  if (!page_.empty()) setting.name = page_ + '.' + setting.name;
  const ParameterKind kind = setting.parameter.kind;
  const bool number = kind == ParameterKind::integer || kind == ParameterKind::number;
  const bool wide = setting.parameter.maximum - setting.parameter.minimum > kWideRange;
  if (setting.step == 0 && number && (wide || kind == ParameterKind::integer)) setting.step = 1;
  settings_.push_back(std::move(setting));
  return settings_.back();
}

void SettingList::also(std::function<std::vector<std::string>()> lines) {
  also_.push_back({settings_.size(), std::move(lines)});
}

void SettingList::declare(Registry& registry) {
  for (Setting& setting : settings_) {
    striate::check(setting.labels.empty() || setting.labels.size() == setting.parameter.choices.size(),
                   "{}: one label for each choice", setting.name);
    striate::check(setting.parameter.optional == setting.none.has_value(),
                   "{}: no value is one only of an optional one", setting.name);
    setting.initial = setting.value();
    registry.add(setting);
  }
}

std::vector<std::string> SettingList::state() const {
  std::vector<std::string> lines;
  const auto more = [&](size_t before) {
    for (const Also& also : also_) {
      if (also.before != before) continue;
      for (std::string& line : also.lines()) lines.push_back(std::move(line));
    }
  };
  for (size_t i = 0; i < settings_.size(); ++i) {
    more(i);
    if (settings_[i].kept) lines.push_back(settings_[i].line());
  }
  more(settings_.size());
  return lines;
}

}  // namespace striate
