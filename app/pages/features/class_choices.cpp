#include "app/pages/features/class_choices.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/network/class_names.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

std::optional<int> class_said(const NetworkMoment& moment, const std::string& said) {
  const std::vector<int>& order = moment.answer.order;
  int64_t n = 0;
  if (parse_integer(said, &n)) {
    if (n < 0 || n >= static_cast<int64_t>(order.size())) return std::nullopt;
    return order[static_cast<size_t>(n)];
  }
  const std::vector<std::string>& classes = moment.info->classes;
  const auto found = std::find(classes.begin(), classes.end(), said);
  if (found == classes.end()) return std::nullopt;
  return static_cast<int>(found - classes.begin());
}

void check_class(const NetworkMoment& moment, const std::string& said) {
  int64_t n = 0;
  const OpenNetworkInfo& info = *moment.info;
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name), "ask about a unit: features.unit 0");
  }
  if (parse_integer(said, &n)) {
    if (n < 0 || n >= info.class_count) {
      throw Error(fmt::format("there is no class at place {}", n),
                  fmt::format("the network has {}: they count from 0, the best, to {}", info.class_count,
                              info.class_count - 1));
    }
  } else if (std::find(info.classes.begin(), info.classes.end(), said) == info.classes.end()) {
    throw Error(fmt::format("no class is called \"{}\"", said), hint_of_class(info, said));
  }
}

std::vector<Choice> class_choices(const FeatureLook& look, const std::string& chosen, bool none) {
  constexpr size_t kOffered = 10;
  const NetworkAnswer& answer = look.moment->answer;
  std::vector<Choice> choices;
  if (none) choices.push_back({tr("none"), "none"});
  bool there = none && chosen == "none";
  for (size_t n = 0; n < std::min(answer.order.size(), kOffered); ++n) {
    const auto c = static_cast<size_t>(answer.order[n]);
    choices.push_back(
        {fmt::format("{} ({:.1f} %)", look.info().classes[c], 100 * static_cast<double>(answer.probabilities[c])),
         std::to_string(n)});
    there |= chosen == choices.back().value;
  }
  if (!there) choices.push_back({chosen, chosen});
  return choices;
}

}  // namespace striate
