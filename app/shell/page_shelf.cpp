#include "app/shell/page_shelf.h"

#include <algorithm>
#include <utility>

#include "app/worker/jobs.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kBetweenLooks = 5;  // seconds

}  // namespace

PageShelf::PageShelf(std::vector<PageKind> kinds, PageContext context, Registry& registry)
    : context_(std::move(context)), registry_(registry) {
  for (PageKind& kind : kinds) {
    places_.push_back(std::make_unique<PagePlace>(PagePlace{std::move(kind), nullptr, 0}));
    const std::string& id = places_.back()->info().id;
    registry_.add_later(id, [this, id] { need(id); });
  }
}

PagePlace* PageShelf::place(std::string_view id) const {
  const auto found =
      std::find_if(places_.begin(), places_.end(), [&](const auto& each) { return each->info().id == id; });
  return found == places_.end() ? nullptr : found->get();
}

bool PageShelf::has(std::string_view id) const { return place(id) != nullptr; }

Page* PageShelf::find(std::string_view id) const {
  const PagePlace* found = place(id);
  return found ? found->page.get() : nullptr;
}

std::vector<Page*> PageShelf::made() const {
  std::vector<Page*> pages;
  for (const auto& each : places_) {
    if (each->page) pages.push_back(each->page.get());
  }
  return pages;
}

Page& PageShelf::need(std::string_view id) {
  PagePlace* wanted = place(id);
  check(wanted != nullptr, "there is no page '{}'", id);
  if (!wanted->page) {
    wanted->page = wanted->kind.make(context_);
    wanted->page->declare(registry_);  // which asks for its names, and so comes here again
    if (context_.document.image) wanted->page->image_changed();
  }
  return *wanted->page;
}

void PageShelf::show(std::string_view id) {
  need(id);
  PagePlace* next = place(id);
  if (next == shown_) return;
  if (shown_) {
    shown_->hidden = ++hidings_;
    shown_->page->hide();
  }
  shown_ = next;
  shown_->page->show();
}

bool PageShelf::update(double now,
                       const std::function<void(const std::string& id, std::exception_ptr thrown)>& failed) {
  bool moving = false;
  const bool look = !context_.document.state_folder.empty() && now - looked_ >= kBetweenLooks;
  if (look) looked_ = now;
  for (const auto& each : places_) {
    if (look && !each->page && each->kind.calls && each->kind.calls(context_.document)) need(each->info().id);
    Page* page = each->page.get();
    if (!page || (each.get() != shown_ && !page->goes_on() && !page->busy())) continue;
    try {
      moving |= page->update(now);
    } catch (...) {
      failed(each->info().id, std::current_exception());
    }
  }
  keep_within_limit();
  return moving;
}

bool PageShelf::busy() const {
  return std::any_of(places_.begin(), places_.end(), [](const auto& each) { return each->page && each->page->busy(); });
}

void PageShelf::image_changed() {
  for (Page* page : made()) page->image_changed();
}

size_t PageShelf::held() const {
  size_t bytes = 0;
  for (const auto& each : places_) {
    if (each->page && each.get() != shown_) bytes += each->page->held();
  }
  return bytes;
}

void PageShelf::release() {
  for (const auto& each : places_) {
    if (each->page && each.get() != shown_) each->page->release();
  }
  trim_heap();
}

void PageShelf::keep_within_limit() {
  while (held() > kHeldBytes) {
    PagePlace* oldest = nullptr;
    for (const auto& each : places_) {
      if (!each->page || each.get() == shown_ || each->page->held() == 0) continue;
      if (!oldest || each->hidden < oldest->hidden) oldest = each.get();
    }
    oldest->page->release();
    if (oldest->page->held() > 0) break;  // it is busy with it
    trim_heap();
  }
}

}  // namespace striate
