// All pages, in the order of the navigation. To add one: a file in this folder, and one line here.
#include "app/pages/channels.h"
#include "app/pages/convolution.h"
#include "app/pages/filters.h"
#include "app/pages/network.h"
#include "app/pages/page.h"
#include "app/pages/pixels.h"
#include "app/pages/pooling.h"
#include "app/pages/train/train_page.h"

namespace striate {

std::vector<std::unique_ptr<Page>> make_pages(const PageContext& context) {
  std::vector<std::unique_ptr<Page>> pages;
  pages.push_back(make_pixels_page(context));
  pages.push_back(make_channels_page(context));
  pages.push_back(make_filters_page(context));
  pages.push_back(make_convolution_page(context));
  pages.push_back(make_pooling_page(context));
  pages.push_back(make_train_page(context));
  pages.push_back(make_network_page(context));
  return pages;
}

}  // namespace striate
