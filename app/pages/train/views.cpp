// The views of the page `train`, in the order of their tabs. To add one: a file in this folder, and one line here.
#include "app/pages/train/build_view.h"
#include "app/pages/train/compare_view.h"
#include "app/pages/train/data_view.h"
#include "app/pages/train/draw_view.h"
#include "app/pages/train/layers_view.h"
#include "app/pages/train/overview.h"
#include "app/pages/train/step_view.h"
#include "app/pages/train/tests_view.h"
#include "app/pages/train/train_view.h"
#include "app/pages/train/unit_view.h"

namespace striate {

std::vector<std::unique_ptr<TrainView>> make_train_views(const TrainScene& scene) {
  std::vector<std::unique_ptr<TrainView>> views;
  views.push_back(make_overview_view(scene));
  views.push_back(make_layers_view(scene));
  views.push_back(make_tests_view(scene));
  views.push_back(make_draw_view(scene));
  views.push_back(make_compare_view(scene));
  views.push_back(make_step_view(scene));
  views.push_back(make_unit_view(scene));
  views.push_back(make_build_view(scene));
  views.push_back(make_data_view(scene));
  return views;
}

}  // namespace striate
