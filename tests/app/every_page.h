// Tests that look at everything: each page, and each tab of the page `train` with a little training in it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "tests/app/shell_driver.h"

namespace striate {

// So that every tab has something to show; of the same samples and weights each time.
template <typename Driver>
void train_a_little(Driver& driver) {
  for (const char* line :
       {"train.data digits:120", "train.model tiny", "train.batch 16", "train.step batch", "train.step batch"}) {
    driver.run(line);
  }
}

// "overview", "layers", ...: what `train.view` takes.
inline std::vector<std::string> train_tabs(const Registry& registry) {
  return registry.commands().at("train.view").parameters.at(0).choices;
}

// Calls `look` with every page and tab drawn, and its name: "pixels", "train unit".
template <typename Look>
void each_page(ShellDriver& driver, const Look& look) {
  for (const auto& page : driver.app.pages()) {
    const std::string id = page->info().id;
    driver.run("page " + id);
    if (id != "train") {
      look(id);
      continue;
    }
    for (const std::string& tab : train_tabs(driver.app.registry())) {
      driver.run("train.view " + tab);
      look(fmt::format("{} {}", id, tab));
    }
  }
}

}  // namespace striate
