// The probe: one picture that goes through the network as it is shown.
#include <algorithm>
#include <utility>

#include "app/worker/train_worker.h"
#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {

void TrainWorker::renew_probe() {
  if (!run_) return;
  if (probe_number_ < 0) {
    if (probe_image_ && takes_pictures(run_->data()->shape())) {
      show_probe(prepared_probe());
      return;
    }
    if (!probe_image_ && probe_ && probe_->shape == run_->data()->shape()) {
      show_probe(probe_);
      return;
    }
    probe_image_ = nullptr;
    probe_number_ = 0;
    probe_of_data_ = false;
  }
  const int64_t count = probe_of_data_ ? run_->data()->size() : static_cast<int64_t>(run_->test_indices().size());
  const int64_t n = std::min(probe_number_, count - 1);
  const int64_t index = probe_of_data_ ? n : run_->test_indices()[static_cast<size_t>(n)];
  auto picture = std::make_shared<ProbePicture>();
  picture->name =
      probe_of_data_ ? fmt::format("picture {} of the data", n) : fmt::format("{} picture {}", run_->test_split(), n);
  picture->label = run_->data()->label(index);
  picture->shape = run_->data()->shape();
  picture->pixels.resize(static_cast<size_t>(run_->data()->shape().count()));
  run_->data()->read(index, picture->pixels.data());
  show_probe(picture);
}

void TrainWorker::show_probe(std::shared_ptr<const ProbePicture> probe) {
  probe_ = std::move(probe);
  maker_->set_probe(probe_);
  if (other_maker_ && other_->data()->shape() == run_->data()->shape()) other_maker_->set_probe(probe_);
  changed_ = true;
}

void TrainWorker::probe_sample(int64_t n, bool of_data) {
  if (run_) {
    const int64_t count = of_data ? run_->data()->size() : static_cast<int64_t>(run_->test_indices().size());
    if (n >= count) {
      throw Error(fmt::format("there is no picture {}", n),
                  fmt::format("the {} has pictures 0 to {}", of_data ? "data set" : "test part", count - 1));
    }
  }
  probe_image_ = nullptr;
  probe_number_ = n;
  probe_of_data_ = of_data;
  renew_probe();
}

void TrainWorker::probe_file(const std::string& file) {
  need_run();
  probe_image(read_image(file));
}

void TrainWorker::probe_image(ImagePtr image) {
  if (run_ && !takes_pictures(run_->data()->shape())) {
    throw Error(fmt::format("this network reads {}, not pictures", run_->data()->shape().text()),
                "choose data that are pictures: train.data digits");
  }
  probe_number_ = -1;
  probe_image_ = std::move(image);
  renew_probe();
}

std::shared_ptr<const ProbePicture> TrainWorker::prepared_probe() const {
  const Shape shape = run_->data()->shape();
  auto picture = std::make_shared<ProbePicture>();
  picture->name = probe_image_->name;
  picture->shape = shape;
  // A picture that has the network's size already is taken for one that was prepared.
  const bool ready = probe_image_->width == shape[2] && probe_image_->height == shape[1];
  PreparedInput input = prepare_image(*probe_image_, shape, reads_writing(shape, run_->data()->classes()) && !ready);
  picture->pixels = std::move(input.pixels);
  picture->stages = std::make_shared<const std::vector<InputStage>>(std::move(input.stages));
  return picture;
}

void TrainWorker::probe_picture(ProbePicture picture) {
  if (!run_ || picture.shape != run_->data()->shape()) return;
  check(static_cast<int64_t>(picture.pixels.size()) == picture.shape.count(), "a probe of {} values",
        picture.pixels.size());
  probe_number_ = -1;
  probe_image_ = nullptr;
  show_probe(std::make_shared<ProbePicture>(std::move(picture)));
}

void TrainWorker::subscribe(const TrainSubscription& subscription) {
  if (subscription == subscription_) return;
  subscription_ = subscription;
  changed_ = true;
}

}  // namespace striate
