// The numbers of a snapshot as the walks of engine/walk read them: of the probe, or of the batch that is being learned.
// Also small things that the views `unit` and `step` share: what to subscribe to, texts of values, a grid of values.
#pragma once

#include <string>
#include <vector>

#include "app/pages/value_words.h"
#include "app/widgets/linked_grids.h"
#include "app/widgets/ui.h"
#include "app/worker/train_snapshot.h"
#include "engine/walk/gradient_walk.h"

namespace striate {

// `now` must outlive what is returned. Arrays that a snapshot does not have are null there.
NetworkValues probe_values(
    const TrainSnapshot& now);  // one sample, in evaluation mode, with the weights that are shown
NetworkValues batch_values(const TrainSnapshot& now);  // config->batch samples, in training mode

bool has_network(const TrainSnapshot& now);  // a run, with an architecture of known input

// Whether the batch's activations were computed with the weights that are shown: after the forward phase, until the
// update.
bool batch_is_current(const TrainSnapshot& now);

const std::string& node_name(const TrainSnapshot& now, int node);
std::string node_text(const TrainSnapshot& now, int node);  // "2: conv 16 3x3"
// Whether a node's values are a list, drawn as a rectangle where it is long, not maps that were flattened.
bool gives_list(const NetworkValues& values, int node);
bool has_weights(const TrainSnapshot& now, int node);  // conv or dense: what the walks of gradients take
std::vector<int> weighted_nodes(const TrainSnapshot& now);

// Weights, their gradients and running statistics of a node; `batch`: and its masks and kept arrays.
void subscribe_arrays(const TrainSnapshot& now, int node, bool batch, TrainSubscription& subscription);
void subscribe_states(const TrainSnapshot& now, int node, const std::vector<std::string>& states,
                      TrainSubscription& subscription);
void subscribe_activation(const TrainSnapshot& now, int node, bool gradient, TrainSubscription& subscription);

// A grid of numbers in the colors of signed values, of which some are marked as taps.
struct ValueGrid {
  int rows = 1, columns = 1;
  int first_row = 0, first_column = 0;
  // Indices below this stand at its edges; 0: those of all rows, unless there is one; -1: none.
  int index_rows = 0, index_columns = 0;
  GridIndex row_index = {}, column_index = {};
  float limit = 1;  // of the colors; zero is in the middle
  std::function<float(int row, int column)> value;
  std::function<bool(int row, int column)> padding = {};  // drawn dashed
  std::function<bool(int row, int column)> blank = {};    // there is nothing: drawn empty
  std::function<Color(int row, int column)> color = {};   // of a tap; 0: none
  float strength = 0.92f;                                 // of that color over the value's own
  std::function<bool(int row, int column)> faint = {};    // not counted yet, or not touched
  std::function<Color(int row, int column)> frame = {};
  bool editable = false;
  Concept tone = Concept::none;
  std::string caption;  // above, in the tone's color
  std::string rest;     // behind it, gray; left out where it does not fit
  std::string_view command = {};
  std::string_view tooltip = {};
};
// Its cells are `count` values of a list, line by line: the index of one is that of its line plus that of its column.
void index_as_list(ValueGrid* grid, int count);
// The color of tap `index` of `count` in all grids and chips; 0 where there are too many to tell apart.
Color color_of_tap(const Ui& ui, int index, int count);
// As one of a stage's LinkedGrids.
LinkedGrid linked_values(const Ui& ui, std::string label, const FoundCell& family, ValueGrid grid);

// The largest finite magnitude; 1 where all are 0.
float largest_of(const float* values, int64_t count);

}  // namespace striate
