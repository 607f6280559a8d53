// The history of a training in a safetensors file, beside its weights, so that its curves and the ways that were left
// are there again when it is opened. PREFIX is "history" for the training itself and "line.N" for a line that was left
// (training_run.h).
//
//   PREFIX.steps        (n, 5) F32   loss, accuracy, rate, gradient norm, weight norm of the last n steps; NaN: not
//                                    measured
//   PREFIX.evaluations  (m, 5) F64   step, loss, accuracy, samples, place of its split in PREFIX.splits
//   PREFIX.weights .running .optimizer   (size) F32   a keyframe's arenas; those of size 0 are left out
// and in __metadata__
//   PREFIX.splits       ["test"]
//   PREFIX.state        {"step": 8, "samples": 512, "optimizer_steps": 8, "counters": [1, 2]}   of the keyframe
// Rules, each with an error of its own: the shapes are these, no more steps stand there than were done, a step is a
// whole number from 0, a split has its name, the arenas have the network's sizes.
#pragma once

#include <string>

#include "engine/files/safetensors.h"
#include "engine/training/history.h"

namespace striate {

// The scalars alone.
void add_history(SafeTensorsWriter& writer, const std::string& prefix, const History& history);
// Fills the scalars up to step `last`; nothing where the file has none. Throws Error.
void read_history(const SafeTensors& file, const std::string& path, const std::string& prefix, int64_t last,
                  History* history);

void add_keyframe(SafeTensorsWriter& writer, const std::string& prefix, const Keyframe& keyframe);
// `like`: a keyframe of the same network, for the sizes. Throws Error.
Keyframe read_keyframe(const SafeTensors& file, const std::string& path, const std::string& prefix,
                       const Keyframe& like);

}  // namespace striate
