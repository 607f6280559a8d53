// What several pages look at: the open image, the open network, the training behind it, and the device that computes.
// Pages share it and never each other.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "app/command/pace.h"
#include "engine/drawing/drawing.h"
#include "engine/image.h"
#include "engine/pyramid.h"
#include "engine/session/trained_network.h"
#include "kernels/stream.h"

namespace striate {

class NetworkInUse;

struct Document {
  explicit Document(Device device) : stream(device) {}

  Stream stream;  // where the window's own small work runs (hovered values, visible tiles); workers have their own

  ImagePtr image;                          // may be null: nothing is open
  std::shared_ptr<const Pyramid> pyramid;  // of `image`; its smaller levels may still be on their way
  std::string source;                      // what `open` was given: a path, "portrait" or "sample:NAME"
  uint64_t image_version = 0;              // counts up whenever `image` changes

  // The one network that pages look at (network/network_in_use.h); null only in tests without an App.
  std::shared_ptr<NetworkInUse> network;
  // The training of page `train` at the step that its timeline shows, by that page; null: it has none. Its weights are
  // there while somebody wants them.
  TrainedNetworkPtr training;
  bool training_wanted = false;
  bool kept_wanted = false;                // its weights at every step that it has kept (TrainedNetwork::kept)
  std::shared_ptr<const Drawing> drawing;  // on the ink pad of page `train`; null: nothing is drawn

  bool guided = false;        // a lesson is open, or a script that was opened plays: what it runs, nobody clicked
  uint64_t guided_steps = 0;  // counts up with every step of a lesson and every script that is begun

  Pace pace;  // of scripts and of what lessons show

  bool attended = false;  // somebody sits in front of a window: pages may show something of their own accord

  bool force = false;  // --force: files are written over whatever is there (engine/export/overwrite.h)

  std::string state_folder;  // where work that is not saved is kept until the program closes in order; empty: nowhere
  std::string fallback_folder;  // the same, where that one cannot be written to
};

}  // namespace striate
