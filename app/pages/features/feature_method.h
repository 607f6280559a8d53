// One way of asking what a unit of the open network responds to: what the page `features` shows under a word of
// `features.method`. methods.cpp lists them all, in the order in which they are offered; to add one, write one file and
// add one line there. Methods don't include each other.
//
// Draw functions are const: a method changes only through commands, and by what update() takes in. What a method needs
// beyond the moment of the open network it computes on the pool (worker/latest.h), on an open network of its own
// (NetworkWorker::network_of), and draws something sensible until then.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/registry.h"
#include "app/network/network_moment.h"
#include "app/pages/page.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"
#include "engine/explain/target.h"
#include "engine/marked.h"

namespace striate {

class Ui;

// What the page's own settings say; methods have further ones of theirs.
struct FeaturesState {
  std::string layer = "0";        // its number or name
  int64_t channel = 0;            // of the unit
  int64_t row = -1, column = -1;  // -1: where the channel is largest now
  std::string method = "maps";
  bool of_class = true;            // what a heat map explains: a class, or the unit
  std::string the_class = "0";     // N of the N-th best, or a name
  std::string against = "none";    // likewise
  std::string randomize = "all";   // none, all, or a layer: the control's weights
  std::string source = "samples";  // of patches: data, samples, or a folder
  int occlude_size = 16, occlude_stride = 8;
  int steps = 0;  // 0: as many as the method usually takes
  bool film = false;
};

// What is looked at, resolved. Kept for as long as it is drawn.
struct FeatureLook {
  NetworkMomentPtr moment;  // never null, with info
  FeaturesState state;
  int node = 0;
  Shape cells;                               // (channels, rows, columns) of the layer
  int64_t channel = 0, row = 0, column = 0;  // the unit
  TensorScale scale;                         // of the layer's values, for drawing them
  int frame = -1;                            // of the film that is shown; -1: none is
  std::optional<int> of, against;            // classes; none: the network names none, there is no answer, or not asked
  const OpenNetworkInfo& info() const { return *moment->info; }
  const OpenLayer& layer() const { return info().layers[static_cast<size_t>(node)]; }
  const std::vector<float>& values() const {  // of the layer; empty: there are none
    static const std::vector<float> none;
    const auto n = static_cast<size_t>(node);
    return n < moment->answer.activations.size() ? moment->answer.activations[n].values : none;
  }
  // What a heat map explains. Throws Error: the network names no classes.
  Target target() const;
};

class FeatureMethod {
 public:
  struct Word {
    const char* word;   // "maximize": of features.method
    const char* title;  // "Maximize", marked with N_
    const char* help;   // one sentence, marked
  };
  virtual ~FeatureMethod() = default;

  virtual std::vector<Word> words() const = 0;
  virtual void declare(Registry&) {}  // settings of its own, "features.*"
  // Readouts of its own. `look` gives what is looked at, or throws as the page's readouts do.
  using LookNow = std::function<const FeatureLook&()>;
  virtual void declare_readouts(Registry&, const LookNow&) {}
  virtual std::vector<std::string> state() const { return {}; }  // their lines
  virtual bool update(const FeatureLook&) { return false; }      // once a frame while one of its words is chosen
  virtual bool busy() const { return false; }                    // work for what it shows is under way
  virtual void hidden() {}                                       // another one is shown, or another page
  virtual size_t held() const { return 0; }                      // as Page::held, and Page::release
  virtual void release() {}

  // For what takes long: of the unit, or of all of the layer. Throws Error where there is nothing to start.
  virtual void start(const FeatureLook&, bool all);
  virtual void stop() {}

  // True: draw_large() has the place of the units, too.
  virtual bool fills_stage() const { return false; }
  // False: it asks about the network as a whole; then neither its layers nor the unit are shown.
  virtual bool has_units() const { return true; }
  virtual std::vector<Page::Key> keys() const { return {}; }  // beside the page's own

  // The units of the layer as pictures, and the unit that is chosen, large. By default the layer's maps.
  virtual void draw_units(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const;
  virtual void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const = 0;
  virtual void draw_inspector(Ui&, const FeatureLook&) const {}
  virtual bool has_film() const { return false; }  // whether it can be computed at every kept step of a training
  virtual int film_frames() const { return 0; }    // that are there

  // Readouts. They throw Error where the method has no such number, NotReady where it is not there yet.
  virtual double score(const FeatureLook& look);  // by default the unit's value
  virtual double map(const FeatureLook& look, int64_t row, int64_t column);
  virtual double sum(const FeatureLook& look);
  virtual double correlation(const FeatureLook& look);
  virtual double edges(const FeatureLook& look);  // rank correlation of the map with the picture's edges
  virtual double patch(const FeatureLook& look, int64_t n);
  // What features.save writes: what is large on the stage, at its own size.
  virtual ImagePtr picture(const FeatureLook& look) const = 0;
};

// All of them, in the order in which they are offered.
std::vector<std::unique_ptr<FeatureMethod>> make_feature_methods(const PageContext& context);

// The names that commands, readouts and captions use.
std::string layer_words(const FeatureLook& look);  // "layer 3", "layer 3, conv2"
std::string unit_words(const FeatureLook& look,
                       int64_t channel);  // "channel 5"; of the last layers a class's name, too

}  // namespace striate
