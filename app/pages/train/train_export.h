// The curves of a training as files: numbers for a spreadsheet, a picture for a report.
#pragma once

#include <string>

#include "app/worker/train_snapshot.h"
#include "engine/image.h"

namespace striate {

// step,loss,accuracy,rate,gradient_norm,weight_norm and, for every part that was measured, PART_loss,PART_accuracy;
// a line per step, with a header. Empty where nothing was measured. Any thread.
std::string curves_csv(const TrainSnapshot& now);

struct CurvePictureOptions {
  int width = 1600, height = 900;  // pixels
  bool dark = false;
};
// Loss and accuracy over the steps, with axes and labels and what was trained on what. On the window's thread.
Image curves_picture(const TrainSnapshot& now, const CurvePictureOptions& options = {});

}  // namespace striate
