#include "engine/old_names.h"

namespace striate {
namespace {

struct Renamed {
  NameOf of;
  const char* old;
  const char* now;
};
constexpr Renamed kRenamed[] = {
    {NameOf::metadata, "deviation", "std"},
    {NameOf::metadata, "preparation", "preprocessing"},
    {NameOf::preprocessing, "deviation", "std"},
    {NameOf::layer, "layernormdeviation", "layernormrstd"},
    {NameOf::command, "convolution.colour", "convolution.color"},
};

}  // namespace

std::string current_name(NameOf of, std::string_view name) {
  for (const Renamed& each : kRenamed) {
    if (each.of == of && name == each.old) return each.now;
  }
  return std::string(name);
}

std::string old_name(NameOf of, std::string_view name) {
  for (const Renamed& each : kRenamed) {
    if (each.of == of && name == each.now) return each.old;
  }
  return {};
}

}  // namespace striate
