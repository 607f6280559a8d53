#include "app/command/setting.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {

std::string Setting::line(const ReadoutValue& of) const {
  return name + ' ' + (typed() ? quoted(to_text(of)) : to_text(of));
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

void SettingList::declare(Registry& registry) {
  for (Setting& setting : settings_) {
    striate::check(setting.labels.empty() || setting.labels.size() == setting.parameter.choices.size(),
                   "{}: one label for each choice", setting.name);
    setting.initial = setting.value();
    registry.add(setting);
  }
}

std::vector<std::string> SettingList::state() const {
  std::vector<std::string> lines;
  for (const Setting& setting : settings_) {
    if (setting.kept) lines.push_back(setting.line());
  }
  return lines;
}

}  // namespace striate
