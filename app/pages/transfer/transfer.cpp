#include "app/pages/transfer/transfer.h"

#include <algorithm>
#include <utility>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

TransferPage::TransferPage(const PageContext& context)
    : info_(transfer_page().info),
      context_(context),
      settings_("transfer", state_, [this](State next) { commit(std::move(next)); }),
      own_(context.wake),
      writer_(context.wake, JobPriority::behind),
      job_(context.wake) {
  declare_settings();
}

// Another study begins when it is told to; more seeds of this one go on.
void TransferPage::commit(State next) {
  const bool other = next.base != state_.base || next.data != state_.data;
  if (other) next.locks.clear(), next.tile = 0;
  if (other || next.head != state_.head || next.locks != state_.locks || next.examples != state_.examples) {
    learn_ = curve_ = waited_for_ = false;
  }
  state_ = std::move(next);
  find_frozen();
}

void TransferPage::find_frozen() {
  frozen_.clear();
  if (!moment_ || moment_->of.base != state_.base) return;
  frozen_.assign(static_cast<size_t>(moment_->base->size() - 1), 1);
  for (const StudyLock& lock : state_.locks) {
    LayerSet set(moment_->base->size() - 1);
    try {
      if (lock.layers != "all") set = LayerSet::parse(lock.layers, *moment_->base);
    } catch (const Error&) {
      continue;  // the study says so
    }
    for (size_t i = 0; i < frozen_.size(); ++i) {
      if (set.contains(static_cast<int>(i) + 1)) frozen_[i] = lock.frozen || moment_->facts.layers[i].counts;
    }
  }
}

bool TransferPage::is_frozen(const StudyLayer& layer) const {
  const auto i = static_cast<size_t>(layer.number);
  return i < frozen_.size() ? frozen_[i] != 0 : layer.frozen;
}

void TransferPage::lock(const StudyLock& lock) {
  State next = state_;
  if (lock.layers == "all") next.locks.clear();
  std::erase_if(next.locks, [&](const StudyLock& each) { return each.layers == lock.layers; });
  // All of the base is frozen to begin with.
  if (lock.layers != "all" || !lock.frozen) next.locks.push_back(lock);
  commit(std::move(next));
}

TransferRequest TransferPage::request() const {
  TransferRequest request;
  request.base = state_.base, request.data = state_.data;
  if (state_.data == "own") request.folder = own_.path(), request.revision = own_.revision();
  request.settings.examples = state_.examples;
  request.settings.seeds = static_cast<int>(state_.seeds);
  request.settings.curve = curve_;
  request.settings.head = state_.head == "usual" ? std::string() : state_.head;
  request.settings.locks = state_.locks;
  request.learn = learn_;
  request.saves = saves_, request.file = file_;
  return request;
}

void TransferPage::ask() {
  const TransferRequest wanted = request();
  if (asked_ && *asked_ == wanted) return;
  failed_.reset();
  asked_ = wanted;
  if (state_.data == "own") {
    try {
      own_.check_whole();
    } catch (const Error& error) {
      failed_ = error, learn_ = curve_ = waited_for_ = false;
      job_.stop();
      asked_ = request();
      return;
    }
  }
  job_.begin(wanted);
}

const TransferMoment* TransferPage::present() const {
  return moment_ && asked_ && moment_->of == *asked_ && *asked_ == request() ? moment_.get() : nullptr;
}

bool TransferPage::update(double) {
  bool changed = own_.update(is_shown() && state_.view == "own");
  changed |= take_exported();
  if (is_shown() || learning()) ask();
  try {
    if (TransferMomentPtr moment = job_.take()) moment_ = std::move(moment), changed = true, find_frozen();
  } catch (const Error& error) {
    // The folder that own classes are kept in is nothing that anybody has chosen to know.
    std::string what = error.what();
    const std::string own = state_.data == "own" ? own_.path() : std::string();
    for (const std::string& folder : {"folder:" + own + ": ", own + ": ", own + "/"}) {
      if (own.empty()) break;
      for (size_t at = what.find(folder); at != std::string::npos; at = what.find(folder))
        what.erase(at, folder.size());
    }
    failed_ = Error(what, error.hint());
    learn_ = curve_ = waited_for_ = false, changed = true;
    asked_ = request();
  }
  return changed;
}

// Learning goes on beside whatever is read: what is waited for is what the present settings are of.
bool TransferPage::busy() const {
  if (own_.busy() || writer_.busy()) return true;
  if (!job_.busy()) return false;
  return waited_for_ || !(learning() && present() != nullptr);
}

void TransferPage::hidden() {
  own_.update(false);
  if (learning() || !job_.busy()) return;
  job_.stop();
  asked_.reset();
}

std::vector<std::string> TransferPage::replay() const {
  std::vector<std::string> lines = state();
  // Another program finds pictures of one's own in a folder, or nowhere.
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("transfer.own.keep "); });
  if (curve_) lines.emplace_back("transfer.curve");
  if (learn_) lines.emplace_back("transfer.finish");
  return lines;
}

std::vector<Page::Key> TransferPage::keys() const {
  return {{"Space", learning() ? "transfer.pause" : "transfer.start", N_("learn, or pause")}};
}

PageKind transfer_page() {
  return {
      {"transfer", N_("Transfer learning"), N_("Networks"),
       N_("A few pictures, learned twice: a small network begins with random weights; beside it a network that has "
          "learned from a million other pictures keeps its layers, and only a new head is trained. Freeze and unfreeze "
          "layers by their locks, choose how many examples of each class there are, and see who wins, by how much, and "
          "what the base makes of the pictures before it has seen a single one of your labels.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<TransferPage>(context); }};
}

}  // namespace striate
