// Opens networks and looks with them, on a thread of the pool. Keeps the network and the picture that it has, so that a
// request which asks for little else costs one forward pass.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "app/network/network_moment.h"
#include "app/worker/latest.h"
#include "kernels/stream.h"

namespace striate {

// What opening a file says on the command line ("--model NAME"), in the words of the window.
Error said_in_window(const Error& error);

class NetworkWorker {
 public:
  explicit NetworkWorker(Device device) : device_(device) {}

  // One at a time. Throws Error: a file that can't be opened, a layer or a picture that isn't there; the network that
  // was open stays so. A network that takes no pictures gives a moment without an answer.
  NetworkMomentPtr make(const NetworkRequest& request, Progress& progress);
  // The network of a request alone, with its weights and lesions, for work that takes long or looks at other pictures:
  // whoever does that has a worker of its own. Stays as it is until the next call. Throws as make() does.
  OpenNetwork& network_of(const NetworkRequest& request);

  // Work of a page with the network of this moment, its weights and what is cut out of it as they were then. Where
  // another is open by now it is opened again; or, with `again` false, nothing is done and that is said: false. Calls
  // come one after another, with make(), too: work asks `progress` often. Throws Error.
  bool with(const NetworkMoment& moment, Progress& progress, const std::function<void(OpenNetwork& network)>& work,
            bool again = true);

 private:
  bool has_network_of(const NetworkMoment& moment) const;
  NetworkMomentPtr make_now(const NetworkRequest& request, Progress& progress);
  void open(const NetworkRequest& request);
  void set_weights(const NetworkState& state);
  std::vector<Lesion> lesions_of(const NetworkState& state) const;
  std::vector<BlockCut> block_cuts_of(const NetworkState& state) const;
  NetworkPicture picture_of(const NetworkRequest& request);

  const Device device_;
  std::mutex mutex_;
  std::optional<Stream> stream_;  // from the first request on
  std::optional<OpenNetwork> network_;
  std::string opened_, stamp_;  // what it was opened from; empty: it is a training's
  std::string image_name_;      // of the picture that was read last
  ImagePtr image_;
  uint64_t version_ = 0;
};

}  // namespace striate
