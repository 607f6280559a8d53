// Small parts that the views of a training share: captions with a color scale, a weight's figure, what stands where
// there is nothing to see yet, the picture and the probabilities of the probe.
#pragma once

#include <string>
#include <string_view>

#include "app/pages/train/network_figures.h"
#include "app/pages/train/train_view.h"
#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/tensor_grid.h"
#include "app/worker/train_snapshot.h"

namespace striate {

class Ui;

// Where there is no run to look at: says what to do, or how far reading has come, or why it failed. True if it drew.
bool draw_without_run(Ui& ui, const Rect& area, const TrainSnapshot& now);

// "layer 0: **8 filters 3 x 3**, more" with the scale at the right, where it fits.
struct FigureCaption {
  std::string before;   // gray: "layer 0:"
  std::string subject;  // in the color of what it is: "8 filters 3 x 3"
  std::string after;    // gray again
  Color color = 0;
  const TensorScale* scale = nullptr;
  bool bar = true;      // of the scale's colors, beside its words
  std::string id = {};  // of the scale, whatever the language
  // Where a click on the scale changes what its ends are taken from: "train.overview.scale network"; empty: it doesn't.
  std::string scale_command = {};
};
void draw_caption(Ui& ui, const Rect& line, const FigureCaption& caption);
// "blue is right, orange is wrong", with the words in their colors; false: has no room, and draws nothing.
bool draw_confusion_colors(Ui& ui, Rect line);
// Between two views: the outline of a map that grows into the figure that shows it while the outlines of those beside
// it move aside; or it goes back into its place, and they into theirs.
void draw_opening(Ui& ui, const MapOpening& opening);
// A map was clicked: drawing leaves where it is, and its view takes it before the next frame. `now` in seconds.
void leave_opening(Ui& ui, const TensorAnswer& answer, Concept tone);
void take_opening(const Drawn& frame, const std::string& view, double now, MapOpening* opening);
// The same of a place on the screen.
void leave_place(Ui& ui, const std::string& name, const Rect& place);
Rect place_of(const Drawn& frame, const std::string& name);  // empty: there is none
// The text for a part of the data: each is a text of its own, so that words may bend with it.
const char* of_part(const std::string& split, const char* test, const char* validation, const char* training);
// A quiet sentence where a figure will be.
void draw_waiting(Ui& ui, const Rect& area, std::string_view words);

TensorValuesPtr tensor_of(const TrainSnapshot& now, TensorKind kind, const std::string& name);  // null: not there
TensorValuesPtr activation_of(const TrainSnapshot& now, int node);  // of the probe; null: not there
TensorValuesPtr gradient_of(const TrainSnapshot& now, int node);    // of the probe

// Weights as maps: a color picture per filter where it reads three channels, else a map per filter and slice.
TensorMaps maps_of_weights(const WeightMaps& maps, const std::vector<float>& values, bool colors);
TensorMaps maps_of_activation(const Shape& out, const std::vector<float>& values);

float largest_magnitude(const std::vector<float>& values);  // of those that are finite; 0: none

// LAYER as commands have it: its number, from 0 without the input, or its name. Its node; -1 for "-1". Throws Error.
int node_of_layer(const TrainSnapshot& now, const std::string& layer);
// What opens a filter or unit of a layer in the view `unit`; empty where the program has no such view.
std::string unit_command(const Ui& ui, int node, int64_t unit, int64_t slice = -1);
// The probe's name, "test picture 12", in the language that is shown; a file's is its own.
std::string probe_name(const TrainProbe& probe);
// "test picture 12, a 7", and what the network says of it.
std::string probe_words(const TrainSnapshot& now);
// The probe's picture at the left and what the network says of it: a bar for every class.
void draw_probe(Ui& ui, const Rect& area, const TrainSnapshot& now, std::string_view key);
// What draw_probe needs.
constexpr float kProbeHeight = 68;
std::string class_name(const TrainSnapshot& now, int64_t index);
int most_likely(const std::vector<float>& probabilities);  // -1: none

}  // namespace striate
