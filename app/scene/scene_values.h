// The values of a moment of the open network as texels, for the blocks of a scene. Of a closed tensor only what can be
// seen of it: its six sides; of an opened one every channel. Made behind the window.
#pragma once

#include <string>
#include <vector>

#include "app/network/network_moment.h"
#include "app/scene/network_scene.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

// Weights of the layers whose kernels are opened, as they were at the moment.
struct KernelValues {
  int node = 0;
  KernelSizes sizes;
  std::vector<float> values;  // as the tensor has them: filters, slices, rows, columns
};

struct SceneValues {
  NetworkMomentPtr moment;
  ScaleScope scope = ScaleScope::layer;
  SceneAtlasPtr atlas;
  std::vector<BlockImages> images;    // per block of the scene that it was made for
  std::vector<KernelValues> kernels;  // by their nodes
};

// Where the values of a moment have no answer, all blocks are without.
SceneValues make_scene_values(const NetworkMomentPtr& moment, const NetworkScene& scene, ScaleScope scope,
                              std::vector<KernelValues> kernels);

// A value of the scene: an activation of the moment, bit for bit, or a weight. NaN: there is none.
float scene_value(const SceneValues& values, const SceneCell& cell);

}  // namespace striate
