// What the page `pretrained` computes behind the window, each asked for where it is stale and shown, or read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>

#include "app/command/not_ready.h"
#include "app/network/same_network.h"
#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "engine/network/models.h"
#include "engine/training/data/fit_image.h"
#include "kernels/resize.h"

namespace striate {
namespace {

constexpr int kPreview = 512;  // pixels of the longer side of the picture on the stage

double norm(const std::vector<float>& values) {
  return std::sqrt(std::accumulate(values.begin(), values.end(), 0.0,
                                   [](double sum, float v) { return sum + double{v} * double{v}; }));
}

}  // namespace

bool PretrainedPage::busy() const {
  if (unroll_wanted_ || other_wanted_) return true;
  return times_.busy() || unroll_work_.busy() || other_work_.busy() || preview_work_.busy() || sweep_.busy();
}

bool PretrainedPage::update(double /*now*/) {
  const NetworkMomentPtr& moment = network().moment();
  if (!moment || !moment->info) {
    times_.forget_need();
    unroll_wanted_ = other_wanted_ = false;
    return false;
  }
  bool changed = false;
  if (const std::string key = network_key(moment->of); key != blocks_of_) {
    blocks_ = find_blocks(moment->info->architecture);
    blocks_of_ = key;
    changed = true;
  }
  if (moment->why) {
    times_.forget_need();
    unroll_wanted_ = other_wanted_ = false;
    return changed;
  }
  changed |= shown_.update(*moment, chosen_node(*moment));
  changed |= update_preview(*moment);
  changed |= times_.update(network(), is_shown() && (state_.view == "layers" || state_.view == "against"));
  changed |= update_block(*moment);
  changed |= update_unrolled(*moment);
  changed |= update_against(*moment);
  changed |= update_sweep(*moment);
  return changed;
}

bool PretrainedPage::update_preview(const NetworkMoment& moment) {
  bool changed = false;
  if (auto made = preview_work_.take()) {
    preview_ = std::move(*made);
    changed = true;
  }
  const ImagePtr& image = moment.picture.image;
  if (!image || !is_shown() || image == preview_asked_) return changed;
  preview_asked_ = image;
  preview_work_.request([image, version = ++previews_](Progress&) {
    auto made = std::make_shared<Preview>();
    const int longer = std::max(image->width, image->height);
    const double scale = std::min(1.0, static_cast<double>(kPreview) / longer);
    const int width = std::max(1, static_cast<int>(std::lround(image->width * scale)));
    const int height = std::max(1, static_cast<int>(std::lround(image->height * scale)));
    std::vector<uint8_t> rgb = rgb_of(*image);
    if (scale < 1) {
      Stream stream(Device::cpu());
      std::vector<uint8_t> small(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
      resize(stream, Resample::area, rgb.data(), image->height, image->width, 3, small.data(), height, width);
      stream.synchronize();
      rgb = std::move(small);
    }
    made->of = image;
    made->version = version;
    made->shape = Shape{3, height, width};
    made->pixels.resize(rgb.size());
    const size_t plane = rgb.size() / 3;
    for (size_t i = 0; i < rgb.size(); ++i) made->pixels[i % 3 * plane + i / 3] = static_cast<float>(rgb[i]) / 255.0f;
    return std::shared_ptr<const Preview>(std::move(made));
  });
  return changed;
}

// ------------------------------------------------------------------------------------------------- blocks

PretrainedPage::BlockNorms PretrainedPage::norms_of(const NetworkMoment& moment, const NetworkBlock& block) const {
  BlockNorms norms{moment.version, block.join, 0, 0, 0, 0};
  const auto of = [&](int node) {
    const auto n = static_cast<size_t>(node);
    return n < moment.answer.activations.size() ? norm(moment.answer.activations[n].values) : 0.0;
  };
  norms.x = of(block.start);
  norms.sum = of(block.join);
  if (block.is_residual()) norms.straight = of(block.straight().end), norms.residual = of(block.residual().end);
  return norms;
}

bool PretrainedPage::update_block(const NetworkMoment& moment) {
  const NetworkBlock* block = chosen_block(moment);
  if (block == nullptr || (norms_.version == moment.version && norms_.join == block->join)) return false;
  norms_ = norms_of(moment, *block);
  float limit = 0;
  const auto take = [&](int node) {
    const auto n = static_cast<size_t>(node);
    if (n >= moment.answer.activations.size()) return;
    for (const float value : moment.answer.activations[n].values) {
      if (std::isfinite(value)) limit = std::max(limit, std::abs(value));
    }
  };
  take(block->start), take(block->join);
  for (const NetworkBlock::Branch& branch : block->branches) take(branch.end);
  block_scale_ = {moment.version, block->join, limit > 0 ? limit : 1};
  return true;
}

// ------------------------------------------------------------------------------------------------- contributions

std::string PretrainedPage::unroll_key(const NetworkMoment& moment, int of, int node) const {
  return fmt::format("{} {} {}", moment.version, of, node);
}

bool PretrainedPage::update_unrolled(const NetworkMoment& moment) {
  bool changed = false;
  if (auto made = unroll_work_.take()) {
    if (*made) unrolled_ = std::move(*made);
    if (!unrolled_ || unrolled_->key != unroll_asked_) unroll_asked_.clear();
    changed = true;
  }
  if (!(is_shown() && state_.view == "unroll") && !unroll_wanted_) return changed;
  auto failed = std::make_shared<Unrolled>();
  try {
    const int node = unrolled_node(moment), of = unrolled_class(moment);
    const std::string key = unroll_key(moment, of, node);
    if (unrolled_ && unrolled_->key == key) {
      unroll_wanted_ = false;
      return changed;
    }
    if (unroll_asked_ == key) return changed;
    unroll_asked_ = key;
    unroll_work_.request([worker = network().worker(), now = network().moment(), key, of, node,
                          serial = ++unrolls_](Progress& progress) {
      auto made = std::make_shared<Unrolled>();
      made->key = key;
      made->serial = serial;
      bool whole = false;
      try {
        worker->with(*now, progress, [&](OpenNetwork& open) {
          auto parts = contributions(open, now->input.values, of, node, [&](int done, int all) {
            progress.share = static_cast<float>(done) / static_cast<float>(all);
            return !progress.canceled;
          });
          whole = parts.has_value();
          if (whole) made->parts = std::move(*parts);
        });
      } catch (const Error& error) {
        made->why = error;
        return std::shared_ptr<const Unrolled>(std::move(made));
      }
      if (!whole) return std::shared_ptr<const Unrolled>();
      const OpenNetworkInfo& info = *now->info;
      const bool last = node == 0 && info.channels_last;
      const Shape cells = cells_of(info, node);
      made->rows = cells[1], made->columns = cells[2];
      made->channels.resize(static_cast<size_t>(cells[0]));
      std::vector<double> places(static_cast<size_t>(cells[1] * cells[2]));
      for (int64_t c = 0; c < cells[0]; ++c) {
        for (int64_t at = 0; at < cells[1] * cells[2]; ++at) {
          const int64_t from = last ? at * cells[0] + c : c * cells[1] * cells[2] + at;
          const double value = made->parts.values[static_cast<size_t>(from)];
          made->channels[static_cast<size_t>(c)] += value;
          places[static_cast<size_t>(at)] += value;
        }
      }
      made->places.assign(places.begin(), places.end());
      made->order.resize(made->channels.size());
      std::iota(made->order.begin(), made->order.end(), 0);
      std::stable_sort(made->order.begin(), made->order.end(), [&](int a, int b) {
        return std::abs(made->channels[static_cast<size_t>(a)]) > std::abs(made->channels[static_cast<size_t>(b)]);
      });
      return std::shared_ptr<const Unrolled>(std::move(made));
    });
  } catch (const Error& error) {  // no such class, no classes
    failed->key = fmt::format("{} none", moment.version);
    failed->why = error;
    if (!unrolled_ || unrolled_->key != failed->key) changed = true;
    unrolled_ = std::move(failed);
    unroll_wanted_ = false;
  }
  return changed;
}

const PretrainedPage::Unrolled& PretrainedPage::need_unrolled() {
  const NetworkMoment& moment = network().need_answer();
  const std::string key = unroll_key(moment, unrolled_class(moment), unrolled_node(moment));
  if (!unrolled_ || unrolled_->key != key) {
    unroll_wanted_ = true;
    throw NotReady("the logit has not been unrolled yet");
  }
  if (unrolled_->why) throw Error(*unrolled_->why);
  return *unrolled_;
}

// ------------------------------------------------------------------------------------------------- a second network

std::string PretrainedPage::against_key(const NetworkMoment& moment) const {
  return fmt::format("{}|{}|{}", state_.against, state_.against_stamp, picture_key(moment));
}

bool PretrainedPage::update_against(const NetworkMoment& moment) {
  bool changed = false;
  if (auto made = other_work_.take()) {
    if (*made) other_ = std::move(*made);
    if (!other_ || other_->key != other_asked_) other_asked_.clear();
    changed = true;
  }
  if (state_.against.empty()) {
    other_wanted_ = false;
    if (other_) other_.reset(), other_asked_.clear(), changed = true;
    return changed;
  }
  NetworkRequest request = moment.of;
  NetworkState& state = request.state;
  request.training = nullptr;
  state.opened = true;
  std::tie(state.model, state.file) = model_and_file(state_.against);
  state.stamp = state_.against_stamp;
  state.random = false;  // its own weights; where there are none, those that it was opened with
  state.seed = 0;
  state.lesions.clear();
  state.blocks.clear();
  const std::string key = against_key(moment);
  if (other_ && other_->key == key) {
    other_wanted_ = false;
    return changed;
  }
  if ((!(is_shown() && state_.view == "against") && !other_wanted_) || other_asked_ == key) return changed;
  other_asked_ = key;
  other_work_.request([worker = other_worker_, request, key](Progress& progress) {
    auto made = std::make_shared<Other>();
    made->key = key;
    try {
      made->moment = worker->make(request, progress);
      if (!made->moment || progress.canceled) return std::shared_ptr<const Other>();
      if (made->moment->why) made->why = *made->moment->why;
      bool whole = made->why.has_value();
      if (!whole) {
        worker->with(*made->moment, progress, [&](OpenNetwork& open) {
          const auto times = measure_layers(open, made->moment->input.values, kTimedRuns,
                                            [&](int, int) { return !progress.canceled.load(); });
          whole = times.has_value();
          if (whole) made->times = *times;
        });
      }
      if (!whole) return std::shared_ptr<const Other>();
    } catch (const Error& error) {
      made->why = error;
    }
    return std::shared_ptr<const Other>(std::move(made));
  });
  return changed;
}

// ------------------------------------------------------------------------------------------------- a folder

bool PretrainedPage::update_sweep(const NetworkMoment& moment) {
  const bool changed = sweep_.update();
  if (changed || swept_by_ != state_.order || swept_order_.size() != sweep_.pictures().size()) {
    swept_order_ = sorted(sweep_.pictures(), state_.order);
    swept_by_ = state_.order;
  }
  if (state_.folder.empty() || !is_shown() || state_.view != "folder" || moment.info->class_count == 0) return changed;
  if (sweep_.is_of(state_.folder, moment.of)) return changed;
  sweep_.begin(state_.folder, network().moment(), network().worker());
  return true;
}

// ------------------------------------------------------------------------------------------------- memory

size_t PretrainedPage::held() const {
  size_t bytes = preview_ ? preview_->pixels.size() * sizeof(float) : 0;
  if (unrolled_) bytes += unrolled_->parts.values.size() * (sizeof(double) + sizeof(float));
  if (other_ && other_->moment) {
    for (const SessionTensor& tensor : other_->moment->answer.activations)
      bytes += tensor.values.size() * sizeof(float);
    bytes += static_cast<size_t>(other_->moment->info->parameters) * sizeof(float);
  }
  return bytes;
}

void PretrainedPage::release() {
  preview_.reset();
  preview_asked_.reset();
  unrolled_.reset();
  unroll_asked_.clear();
  other_.reset();
  other_asked_.clear();
  if (!other_work_.busy()) other_worker_ = std::make_shared<NetworkWorker>(context_.document.stream.device());
}

}  // namespace striate
