// The network that is built by hand: what the config says, or what is being written and is not right yet. Every edit
// makes a new text; where that is an architecture it goes through `train.layers`, as if it had been typed, and the
// draft is gone. Else it stays beside the config, with its mistakes beside their layers, and the last good network
// stays until it is right.
//
// Layers are counted from 0, as their names count them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/data_peek.h"
#include "engine/network/layer_list.h"

namespace striate {

class NetworkDraft {
 public:
  explicit NetworkDraft(const TrainScene& scene) : scene_(scene), peek_(scene) {}

  void declare(Registry& registry);  // train.build.*
  std::vector<std::string> state() const { return settings_.state(); }
  bool update();

  // What stands there now, checked against the config's data set.
  struct Look {
    LayerList list;
    LayerList::Checked checked;
    int64_t parameters = 0, multiply_adds = 0;  // of the layers up to the first mistake
    int64_t bytes = 0;                          // of the plan for training with the config's batch and optimizer; 0:
                                                // there is none
  };
  using LookPtr = std::shared_ptr<const Look>;
  LookPtr look() const;   // never null
  bool is_draft() const;  // not right yet: the config still has the last good one
  const DataPeek& data() const { return peek_; }
  int selected() const;      // -1: none
  int place_to_add() const;  // where `add` puts a layer where nothing else is said
  bool menu() const { return state_.menu; }

 private:
  void give(const LayerList& list);
  LayerList list() const { return look()->list; }
  std::string words_to_add(const std::string& kind, int at) const;

  const TrainScene& scene_;
  DataPeek peek_;
  Registry* registry_ = nullptr;
  std::string draft_, beside_;  // the text that is not right, and the config's model that it stands beside
  bool has_draft_ = false;
  struct State {
    int selected = -1;
    bool menu = false;
  };
  State state_;
  SettingsOf<State> settings_{"train.build", state_, Undo::none};

  struct Key {
    std::string model, draft, optimizer;
    bool is_draft = false;
    int batch = 0;
    Shape shape;
    int classes = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  Key key() const;
  Key key_;  // what look_ was made from
  LookPtr look_;
};

// The text of a config's model: a name's layers for this input and so many classes, a file's text, or the text itself.
std::string model_text(const std::string& model, const Shape& input, int classes);

}  // namespace striate
