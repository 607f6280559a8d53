// The one network that pages and readouts look at, in the document: that of page `train` at the step which its timeline
// shows, or one that was opened; the picture that it looks at; its weights, drawn anew or not; what is cut out of it.
// Commands and readouts "network.*" (network_commands.cpp, network_readouts.cpp) are its only way in and out, for
// pages, too. What they ask for is computed on the pool; the newest request wins.
//
// It computes only while somebody looks: look() says so, at every drawing and every reading.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command/registry.h"
#include "app/network/camera_worker.h"
#include "app/network/network_moment.h"
#include "app/network/network_worker.h"
#include "app/shell/document.h"
#include "app/worker/latest.h"

namespace striate {

class NetworkInUse {
 public:
  NetworkInUse(Document& document, std::function<void()> wake);

  void declare(Registry& registry);
  // Commands that bring any other state to this one.
  std::vector<std::string> state() const;
  bool as_at_first() const { return state_ == NetworkState(); }

  // Once a frame, after the pages. Throws the Error of what was asked for last: everything is then as it was before.
  bool update(double now);
  // What was asked for is not there yet.
  bool busy() const;
  // A network is on its way: the commands that follow may name its layers.
  bool holds_scripts() const;
  // Gives up what is being opened.
  void cancel();
  // Another picture was opened where this network is shown: that is what it looks at.
  void look_at_open_picture() { state_.image = "picture"; }

  // What the commands do, for commands of pages that say the same. Throw Error.
  void open(const std::string& text);
  void use(bool opened);  // else that of page `train`
  void set_image(const std::string& text);
  void crop(std::optional<PictureCrop> crop);
  void cut_block(const std::string& layer, std::optional<bool> skip, std::optional<bool> unshortcut);
  // Who computes, for work of pages on the very network that a moment is of.
  const std::shared_ptr<NetworkWorker>& worker() const { return worker_; }

  void look() const;  // somebody looks
  // The newest that was made, which may be of a moment ago; null: none yet. Says that somebody looks.
  const NetworkMomentPtr& moment() const;
  bool opening() const;  // the network that is asked for is not there yet
  float progress() const { return work_.progress(); }
  bool has_network() const;  // something was opened, or trained
  // What is asked for.
  const NetworkState& asked() const { return state_; }
  // There is one, as far as could be seen a moment ago.
  bool has_camera() const { return has_camera_; }

  // Throw Error where there is no network, NotReady where there is not yet what was asked for.
  const NetworkMoment& need_network() const;
  const NetworkMoment& need_answer() const;  // and where it looks at nothing
  int need_node(const std::string& layer) const;

 private:
  void set(NetworkState next);
  NetworkState other_network() const;  // the state, without what belongs to the network
  void declare_readouts(Registry& registry);
  std::string blocks_without(bool shortcut) const;
  void lesion(const std::string& layer, int channel);
  NetworkRequest present() const;  // what the state asks for now
  bool watch();                    // takes the camera's newest picture, or gives the camera back. Throws Error.
  bool same_network(const NetworkState& a, const NetworkState& b) const;
  bool settled() const;
  bool wanted() const;

  Document& document_;
  NetworkState state_;
  NetworkState good_;  // of the newest moment
  NetworkMomentPtr moment_;
  std::optional<NetworkRequest> requested_;
  std::string architecture_;      // of the training that is looked at: what its lesions are of
  mutable bool asked_ = false;    // by a command or a reading, and not answered yet
  mutable double looked_ = -1e9;  // when somebody did
  double now_ = 0;
  uint64_t failures_ = 0;
  ImagePtr seen_;  // the camera's newest
  bool has_camera_ = false;
  double camera_looked_for_ = -1e9;
  std::shared_ptr<CameraWorker> camera_;  // null: nobody looks through it
  std::shared_ptr<NetworkWorker> worker_;
  // A training that moves draws frames by itself: what is made for each of its steps waits for the next one.
  std::shared_ptr<std::atomic<bool>> trains_ = std::make_shared<std::atomic<bool>>(false);
  Latest<ImagePtr> frames_;
  Latest<NetworkMomentPtr> work_;  // last: it uses the above
};

// X Y SIZE of a command, or nothing. Throws Error: not all of them.
std::optional<PictureCrop> crop_of(const Arguments& arguments);
// What `open` and the command line make of a file, by its name and how it begins.
enum class ModelKind { none, training, network };
ModelKind model_kind(const std::string& path);  // training: saved with the state to go on with. Throws nothing.
// Whether what was opened is a model by name whose weights are not carried: there are only random ones.
bool only_random(const std::string& opened);
// What `network.open` was given, "resnet18 weights.pt", as the two; without a file behind it all of it is the second.
std::pair<std::string, std::string> model_and_file(std::string_view text);
// The file in what `network.open` takes: "lenet5" names none, "resnet18 weights.pt" the one behind the name.
std::string_view file_of_network(std::string_view value);
// Of a readout. Throws Error for what is no finite number.
ReadoutValue finite(double value);
// Endings of files with a network in them, for lists of files: ".safetensors", ".onnx" ...
const std::vector<std::string>& network_endings();

}  // namespace striate
