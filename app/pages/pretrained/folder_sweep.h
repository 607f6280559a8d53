// All pictures of a folder, classified one after the other behind the window with the network that is open, for page
// `pretrained`. A folder of class folders says what each picture should be: its folder's name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/network/network_moment.h"
#include "app/network/network_worker.h"
#include "app/worker/latest.h"
#include "engine/error.h"

namespace striate {

struct SweptPicture {
  std::string path, name;  // name: below the folder
  std::string label;       // the name of the folder that it lies in; empty: it lies in none
  std::string said;        // the best class
  double probability = 0;
  bool compared = false;  // the label is a class of the network
  bool right = true;      // it is the class that was said, or is not compared
  std::string problem;    // it could not be read
};

class FolderSweep {
 public:
  explicit FolderSweep(std::function<void()> wake);

  // Throws Error: it is none.
  static void check_folder(const std::string& folder);
  // The pictures below a folder, two levels deep at most, by name; none where it was canceled. Throws Error: there are
  // none in it.
  static std::vector<std::string> pictures_in(const std::string& folder, const Progress& progress);
  // Whether a folder's name means a class: "tabby", "n02123045", "281", "Egyptian cat" of "Egyptian cat, Felis catus".
  static bool means(const std::string& label, const std::vector<std::string>& classes, size_t of);
  static bool means_any(const std::string& label, const std::vector<std::string>& classes);

  // Begins, or goes on where this network has not yet been. Nothing where it has been everywhere.
  void begin(const std::string& folder, const NetworkMomentPtr& moment, std::shared_ptr<NetworkWorker> worker);
  // Whether that was asked for last: this folder, and this network with these weights.
  bool is_of(const std::string& folder, const NetworkRequest& network) const;
  void cancel();
  void clear();
  // Takes what has come; true where something did.
  bool update();
  const std::optional<Error>& why() const { return why_; }  // it could not be swept
  bool busy() const { return work_.busy(); }
  bool stopped() const { return stopped_; }  // by cancel(), before its end
  const std::vector<SweptPicture>& pictures() const { return pictures_; }
  size_t all() const { return all_; }
  bool labeled() const { return labeled_; }
  size_t compared() const { return compared_; }                            // of those that could be read
  const std::set<std::string>& no_classes() const { return no_classes_; }  // folders whose names mean none

 private:
  struct Shared {  // between the work and the window
    std::mutex mutex;
    size_t all = 0;
    std::vector<SweptPicture> done;
  };
  std::function<void()> wake_;
  std::string folder_;
  std::optional<NetworkRequest> of_;  // none: nothing is asked for
  std::vector<SweptPicture> pictures_;
  std::optional<Error> why_;
  size_t all_ = 0;
  bool labeled_ = false, stopped_ = false;
  size_t compared_ = 0;
  std::set<std::string> no_classes_;
  std::shared_ptr<Shared> shared_;
  Latest<bool> work_;  // last
};

}  // namespace striate
