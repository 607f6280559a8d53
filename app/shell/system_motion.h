// Whether the desktop wants things to move: what Settings::motion is until somebody says otherwise. Read from the files
// in which GNOME (dconf), GTK and KDE keep it, since none of their libraries is needed for anything else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace striate {

// `config`: $XDG_CONFIG_HOME or ~/.config. True where nothing says that it should not.
bool system_motion(const std::string& config);
bool system_motion();

// A switch in a dconf database (GVDB: a hash table of keys, each stored as what follows its parent's); nothing where it
// is not set, or the file is not one.
std::optional<bool> dconf_switch(std::string_view file, std::string_view key);

}  // namespace striate
