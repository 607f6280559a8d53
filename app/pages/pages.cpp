// All pages, in the order of the navigation. To add one: a file in this folder, and one line here.
#include "app/pages/architecture/architecture.h"
#include "app/pages/channels.h"
#include "app/pages/convolution.h"
#include "app/pages/features/features.h"
#include "app/pages/filters.h"
#include "app/pages/hardware/hardware.h"
#include "app/pages/lenet/lenet.h"
#include "app/pages/network.h"
#include "app/pages/neuron/neuron.h"
#include "app/pages/page.h"
#include "app/pages/pixels.h"
#include "app/pages/pooling.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/pages/satellite/satellite.h"
#include "app/pages/sharing/sharing_page.h"
#include "app/pages/train/train_page.h"
#include "app/pages/transfer/transfer.h"

namespace striate {

std::vector<PageKind> page_kinds() {
  return {pixels_page(),       channels_page(), filters_page(),    convolution_page(),
          pooling_page(),      neuron_page(),   sharing_page(),    lenet_page(),
          train_page(),        network_page(),  pretrained_page(), features_page(),
          architecture_page(), transfer_page(), satellite_page(),  hardware_page()};
}

}  // namespace striate
