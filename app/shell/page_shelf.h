// Every page's place, and which pages there are at the moment. A page is made when it is first opened, commanded or
// read: its commands and readouts are declared then (Registry::add_later), so that nobody has to know whether it is
// there. One page is shown; the others compute nothing, keep what they have made up to a limit, and give it back beyond
// that, the one that was not seen for the longest time first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/pages/page.h"

namespace striate {

struct PagePlace {
  PageKind kind;
  std::unique_ptr<Page> page;  // null until it is needed
  uint64_t hidden = 0;         // when it was hidden last: counts up

  const PageInfo& info() const { return kind.info; }
};

class PageShelf {
 public:
  static constexpr size_t kHeldBytes = size_t{96} << 20;  // that hidden pages may keep, together

  // Declares nothing yet and makes no page.
  PageShelf(std::vector<PageKind> kinds, PageContext context, Registry& registry);
  PageShelf(const PageShelf&) = delete;
  PageShelf& operator=(const PageShelf&) = delete;

  const std::vector<std::unique_ptr<PagePlace>>& places() const { return places_; }
  std::vector<Page*> made() const;        // in the order of the places
  Page* find(std::string_view id) const;  // null where it is not made, or no page is called so
  bool has(std::string_view id) const;    // a page is called so
  Page& need(std::string_view id);        // makes it where it is not there
  Page& shown() const { return *shown_->page; }
  void show(std::string_view id);

  // Once a frame. `failed` is told what a page threw.
  bool update(double now, const std::function<void(const std::string& id, std::exception_ptr thrown)>& failed);
  bool busy() const;
  void image_changed();

  size_t held() const;  // bytes that hidden pages hold
  void release();       // hidden pages give back what they hold

 private:
  PagePlace* place(std::string_view id) const;
  void keep_within_limit();

  PageContext context_;
  Registry& registry_;
  std::vector<std::unique_ptr<PagePlace>> places_;
  PagePlace* shown_ = nullptr;
  uint64_t hidings_ = 0;
  double looked_ = -1e9;  // for pages that call
};

}  // namespace striate
