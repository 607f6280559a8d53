// Names that were others in earlier versions of the program. Trainings, recordings, lessons and scripts written with
// them stay readable: whoever reads a name asks here for today's. Only today's are ever written. To rename something
// that stands in files: a line in the table of old_names.cpp.
#pragma once

#include <string>
#include <string_view>

namespace striate {

enum class NameOf {
  metadata,       // a key of a model's or a training's metadata
  preprocessing,  // a step of a preprocessing's text
  layer,          // the word of a kind of layer
  command         // a command or a readout
};

// Today's name of what is called `name`, today or once; `name` itself where it is in no table.
std::string current_name(NameOf of, std::string_view name);
// What `name` was called before; empty: never otherwise.
std::string old_name(NameOf of, std::string_view name);

// The entry of a map whose keys are names, under today's or the old one. end(): neither.
template <typename Map>
auto find_named(NameOf of, const Map& map, const std::string& name) {
  const auto found = map.find(name);
  return found != map.end() ? found : map.find(old_name(of, name));
}

}  // namespace striate
