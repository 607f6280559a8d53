// Which key does what, in one table: a key sends a command, like everything else. Pages add their own.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/shell/app.h"

namespace striate {

struct KeyBinding {
  std::string key;                                 // "Ctrl+Shift+Z", as widgets/input.h names them
  std::function<std::string(const App&)> command;  // the line to send now; empty: nothing
  std::string help;
  bool shown = true;   // in the help
  bool first = false;  // before the page's own key, whenever it has something to send
};

class KeyTable {
 public:
  KeyTable();
  const std::vector<KeyBinding>& shell() const { return shell_; }
  // The command for a key: the page's own first, then the shell's. Empty if there is none.
  std::string command_for(const std::string& key, const App& app) const;
  // Command line -> key, for tooltips.
  std::map<std::string, std::string> keys_by_command(const App& app) const;

 private:
  std::vector<KeyBinding> shell_;
};

}  // namespace striate
