// The view `draw`: a pad to draw on, what becomes of the drawing on its way into the network, and what the network says
// to it, at every stroke, also while it learns. A picture that is opened goes the same way.
//
// draw_view.cpp: state, commands, readouts.  draw_view_stage.cpp: what is drawn.  draw_view_answer.cpp: the network's
// answer and the inspector.  draw_view_nearest.cpp: the training pictures that are nearest to the drawing.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/geometry.h"
#include "app/worker/latest.h"
#include "engine/drawing/prepare_input.h"
#include "engine/explain/nearest_pictures.h"

namespace striate {

class DrawView : public TrainView {
 public:
  explicit DrawView(const TrainScene& scene);

  std::string id() const override { return "draw"; }
  std::string title() const override { return N_("Draw"); }
  std::string help() const override {
    return "Draw something and see what the network makes of it, at every stroke, also while it learns.";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(double now) override;
  bool busy() const override { return (work_ && work_->busy()) || nearest_work_.busy(); }
  size_t held() const override;
  void release() override;
  void subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;
  std::vector<Page::Key> keys() const override;

  // What decides which training pictures are the nearest, and they.
  struct NearestAsked {
    TrainSnapshotPtr moment;    // with its weights
    std::vector<float> pixels;  // of the drawing
    bool same(const NearestAsked& other) const;
  };
  struct NearestShown {
    NearestAsked of;
    NearestFound found;
    std::string layer;
    int64_t kept = 0;  // bytes of the training pictures' features
  };

 private:
  // What the network is to read. Without a network: digits.
  struct Reader {
    Shape input{1, 28, 28};
    bool writing = true, letters = false;  // prepared as MNIST was
    friend bool operator==(const Reader&, const Reader&) = default;
  };

  Reader reader_of(const TrainSnapshot& now) const;
  void declare_readouts(Registry& registry);
  float pen_width() const { return static_cast<float>(look_.width); }
  void draw_words(const std::string& text);  // what `train.draw` was given
  void use_image();
  void take_image();
  void prepare();     // the drawing's stages, and the drawing as the probe
  void send_probe();  // what is shown becomes the probe
  bool has_content() const { return picture_ ? true : !drawing_.empty(); }
  std::string content_name() const;
  // Whether the answer of this moment belongs to what is shown here, and not to another probe or an earlier stroke.
  bool answered(const TrainSnapshot& now) const;
  const TrainProbe& answer() const;  // throws Error where there is none

  // draw_view_stage.cpp, draw_view_answer.cpp
  void draw_pad(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  void draw_answer(Ui& ui, Rect area, const TrainSnapshot& now) const;
  void draw_stages(Ui& ui, const Rect& area, const std::vector<InputStage>& stages, uint64_t version) const;
  void draw_maps(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  // draw_view_nearest.cpp
  bool look_for_nearest(const TrainSnapshotPtr& now);
  const NearestShown& need_nearest();  // throws NotReady, or Error where they are not looked for
  void declare_nearest(Registry& registry);
  float nearest_height(const Rect& area, const TrainSnapshot& now) const;  // below the answer; 0: there is no room
  void draw_nearest(Ui& ui, Rect area, const TrainSnapshot& now) const;
  void draw_nearest_rows(Ui& ui) const;
  const std::vector<InputStage>& shown_stages(const TrainSnapshot& now) const;
  void keep_probe_stage(const TrainSnapshot& now);

  TrainScene scene_;
  Drawing drawing_;
  std::vector<float> ink_;
  struct State {
    double width = static_cast<double>(kPenWidth);
    bool nearest = true;
  };
  State look_;
  SettingsOf<State> settings_{"train.draw", look_, Undo::none};
  Point pen_{kPadSide / 2.0f, kPadSide / 2.0f};
  Reader reader_;
  ImagePtr picture_;                             // instead of the drawing; null: the drawing
  PreparedInput input_;                          // of either
  uint64_t version_ = 1;                         // counts up with input_
  bool asked_ = false;                           // sent_ was made the probe, and nothing else has been since
  std::vector<float> sent_;                      // what was made the probe
  bool seen_ = false;                            // and the thread has answered it
  uint64_t run_ = 0;                             // of the last look
  uint64_t image_version_;                       // of the document, when it was last looked at
  std::unique_ptr<Latest<PreparedInput>> work_;  // large pictures take longer than a frame
  double updated_ = -1;                          // when it was last shown
  std::vector<InputStage> probe_stage_;          // of the probe that somebody else chose
  std::shared_ptr<class DrawNearestWorker> nearest_worker_;
  std::optional<NearestAsked> nearest_asked_;
  std::optional<NearestShown> nearest_;
  std::optional<Error> nearest_why_;  // there are none
  uint64_t nearest_version_ = 0;
  Latest<NearestShown> nearest_work_;  // last: it uses the above
};

// Looks for them on the pool, and keeps the features of the training pictures for the weights that it had last.
class DrawNearestWorker {
 public:
  explicit DrawNearestWorker(Device device) : device_(device) {}
  DrawView::NearestShown find(const DrawView::NearestAsked& asked, Progress& progress);

 private:
  const Device device_;
  std::mutex mutex_;
  std::optional<Stream> stream_;
  std::optional<NearestPictures> near_;
};

std::unique_ptr<TrainView> make_draw_view(const TrainScene& scene);

}  // namespace striate
