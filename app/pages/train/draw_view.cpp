// State, commands and readouts of the view `draw`.
#include "app/pages/train/draw_view.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/drawing/stroke_text.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kAway = 0.5;  // seconds without a look after which the view was not shown

Stroke stroke_of(const std::string& text) { return parse_stroke("train.draw", text, "undo, clear, probe, pen X Y"); }

// A picture that has the network's size already is taken for one that was prepared.
bool as_digit(const Image& image, const Shape& input, bool reads_writing) {
  return reads_writing && (image.width != input[2] || image.height != input[1]);
}

}  // namespace

DrawView::DrawView(const TrainScene& scene)
    : scene_(scene),
      image_version_(scene.context.document.image_version),
      nearest_worker_(std::make_shared<DrawNearestWorker>(scene.context.document.stream.device())),
      nearest_work_(scene.context.wake) {
  ink_ = ink_of(drawing_);
  input_ = prepare_drawing(drawing_, reader_.input, reader_.writing);
}

DrawView::Reader DrawView::reader_of(const TrainSnapshot& now) const {
  Reader reader;
  if (!now.architecture || !now.data) return reader;
  reader.input = now.architecture->input();
  reader.writing = reads_writing(reader.input, now.data->classes());
  reader.letters = reader.writing && now.data->classes().front() == "A";
  return reader;
}

void DrawView::declare(Registry& registry) {
  // No setting: what it is given adds to the drawing.
  registry.add(Command{
      "train.draw",
      N_("Draws on the pad, and the network answers: a stroke through these points; one that begins where the last "
         "ended goes on with it"),
      {Parameter::text("STROKE",
                       fmt::format("X Y X Y ... from 0 to {}, x to the right and y down; undo, clear; pen X Y "
                                   "(moves the keyboard's pen); probe (the drawing is the probe again)",
                                   kPadSide))},
      [this](const Arguments& arguments) { draw_words(arguments.text(0)); },
  });
  // The drawing, stroke by stroke: what `train.draw` was given.
  settings_.also([this] {
    std::vector<std::string> lines{"train.draw clear"};
    for (const PenStroke& stroke : drawing_.strokes) {
      lines.push_back(fmt::format("train.draw.width {}", stroke.width));
      lines.push_back("train.draw " + stroke_text(stroke.points));
    }
    return lines;
  });
  Setting& width = settings_.number(
      "width", "pen", "The pen's width, for the strokes to come",
      {"WIDTH", format_tr("units of the pad, which is {} wide", kPadSide).c_str(), kThinnestPen, kThickestPen},
      &State::width);
  width.decimals = 0;
  width.step = 1;
  settings_.on_off("nearest", "nearest training pictures",
                   "Looks for the training pictures that are nearest to the drawing, in pixels and in the last hidden "
                   "layer, while the training rests",
                   "on: they stand beside the answer", &State::nearest);
  settings_.declare(registry);
  registry.add(Command{
      "train.draw.image",
      N_("Gives the open picture to the network, fitted as a drawing is"),
      {},
      [this](const Arguments&) { use_image(); },
  });
  declare_readouts(registry);
  declare_nearest(registry);
}

void DrawView::draw_words(const std::string& text) {
  const std::vector<std::string> words = split_words(text);
  const std::string word = words.empty() ? "" : words[0];
  if (words.size() == 1 && word == "clear") {
    drawing_ = {};
    picture_ = nullptr;
    work_.reset();
  } else if (words.size() == 1 && word == "undo") {
    if (picture_) throw Error("there is no stroke to take away: a picture is shown", "train.draw clear takes it away");
    drawing_.undo();
  } else if (words.size() == 1 && word == "probe") {
    if (!has_content()) throw Error("nothing is drawn", "draw on the pad first");
    send_probe();
    return;
  } else if (words.size() == 3 && word == "pen") {
    pen_ = stroke_of(text.substr(text.find("pen") + 3))[0];
    return;
  } else {
    const Stroke stroke = stroke_of(text);
    if (picture_) {  // drawing over a picture begins a new drawing
      picture_ = nullptr;
      work_.reset();
      drawing_ = {};
    }
    drawing_.add(stroke, pen_width());
    pen_ = drawing_.pen();
  }
  prepare();
}

void DrawView::prepare() {
  reader_ = reader_of(*scene_.snapshot());
  ++version_;
  ink_ = ink_of(drawing_);
  scene_.context.document.drawing = drawing_.empty() ? nullptr : std::make_shared<const Drawing>(drawing_);
  if (!takes_pictures(reader_.input)) {
    input_ = {};
    return;
  }
  input_ = prepare_drawing(drawing_, reader_.input, reader_.writing);
  if (!input_.blank) send_probe();
}

void DrawView::send_probe() {
  if (input_.pixels.empty() || input_.blank) return;
  asked_ = true;
  seen_ = false;
  ProbePicture probe;
  probe.name = content_name();
  probe.shape = input_.shape;
  probe.pixels = sent_ = input_.pixels;
  if (scene_.set_probe) scene_.set_probe(probe);
}

std::string DrawView::content_name() const { return picture_ ? picture_->name : "drawing"; }

void DrawView::use_image() {
  const ImagePtr image = scene_.context.document.image;
  if (!image) throw Error("no picture is open", "open one (Ctrl+O), or drop a file onto the window");
  reader_ = reader_of(*scene_.snapshot());
  if (!takes_pictures(reader_.input)) {
    throw Error(fmt::format("this network reads {}, not pictures", reader_.input.text()),
                "choose data that are pictures: train.data digits");
  }
  picture_ = image;
  image_version_ = scene_.context.document.image_version;
  // What a frame can do is done at once, so that a script needs not wait.
  if (image->value_count() <= size_t{1} << 20) {
    work_.reset();
    input_ = prepare_image(*image, reader_.input, as_digit(*image, reader_.input, reader_.writing));
    take_image();
    return;
  }
  if (!work_) work_ = std::make_unique<Latest<PreparedInput>>(scene_.context.wake);
  work_->request([image, reader = reader_](Progress&) {
    return prepare_image(*image, reader.input, as_digit(*image, reader.input, reader.writing));
  });
}

void DrawView::take_image() {
  ++version_;
  send_probe();
}

bool DrawView::update(double seconds) {
  const TrainSnapshotPtr now = scene_.snapshot();
  keep_probe_stage(*now);
  // Another picture was opened while this view is shown: it goes to the network. One that was opened elsewhere leaves
  // the drawing alone.
  const Document& document = scene_.context.document;
  if (seconds - std::exchange(updated_, seconds) > kAway) image_version_ = document.image_version;
  if (document.image_version != image_version_) {
    image_version_ = document.image_version;
    if (document.image && takes_pictures(reader_of(*now).input)) use_image();
  }
  if (work_) {
    if (std::optional<PreparedInput> done = work_->take()) {
      input_ = std::move(*done);
      take_image();
    }
  }
  // Another network may read it differently, and does not know it yet.
  const Reader reader = reader_of(*now);
  if (now->architecture && (now->run != run_ || reader != reader_)) {
    run_ = now->run;
    if (!takes_pictures(reader.input)) {
      reader_ = reader;
    } else if (!picture_) {
      prepare();
    } else {
      use_image();
    }
  }
  if (asked_ && now->probe) {
    const bool mine = now->probe->pixels == sent_;
    if (mine) seen_ = true;
    if (!mine && seen_) asked_ = false;  // somebody chose another probe
  }
  return look_for_nearest(now) || (work_ && work_->busy());
}

void DrawView::subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const {
  wanted.probe = true;
  // While it moves on nobody would look at them.
  wanted.weights |= look_.nearest && has_content() && now.status == TrainSnapshot::Status::paused;
}

size_t DrawView::held() const { return nearest_ ? static_cast<size_t>(nearest_->kept) : 0; }

void DrawView::release() {
  nearest_work_.cancel();
  nearest_worker_ = std::make_shared<DrawNearestWorker>(scene_.context.document.stream.device());
  nearest_asked_.reset();
  nearest_.reset();
}

bool DrawView::answered(const TrainSnapshot& now) const {
  return now.probe && !input_.blank && now.probe->pixels == input_.pixels && !now.probe->probabilities.empty();
}

const TrainProbe& DrawView::answer() const {
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!has_content()) throw Error("nothing is drawn", "draw on the pad: train.draw 70 60 210 60 120 230");
  if (!now->architecture) throw Error("there is no network yet", "start one: train.start");
  if (!answered(*now)) throw Error("the network has not answered yet", "wait until train.draw.probability > 0");
  return *now->probe;
}

std::vector<Page::Key> DrawView::keys() const {
  if (!has_content()) return {};
  std::vector<Page::Key> keys{{"Delete", "train.draw clear", N_("an empty pad")}};
  if (!picture_) keys.push_back({"Backspace", "train.draw undo", N_("takes the last stroke away")});
  return keys;
}

void DrawView::declare_readouts(Registry& registry) {
  const auto number = [&](std::string name, std::string help, std::function<double()> value) {
    registry.add(Readout{"train.draw." + std::move(name), std::move(help),
                         [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  number("strokes", "strokes on the pad", [this] { return static_cast<double>(drawing_.strokes.size()); });
  number("probability", "the largest softmax output for the drawing, 0 to 1: not the probability of being right",
         [this] {
           const std::vector<float>& p = answer().probabilities;
           return static_cast<double>(*std::max_element(p.begin(), p.end()));
         });
  registry.add(Readout{"train.draw.class", "the class that the network takes the drawing for", [this] {
                         const TrainProbe& probe = answer();
                         const auto k = static_cast<size_t>(probe.predicted());
                         return ReadoutValue(scene_.snapshot()->data->classes().at(k));
                       }});
  const auto stage = [this](const std::string& id) -> const InputStage& {
    for (const InputStage& each : input_.stages) {
      if (each.id == id) return each;
    }
    throw Error(fmt::format("there is no stage \"{}\" for this network", id), "only digits are fitted in boxes");
  };
  const auto box = [this, stage](const std::string& id) {
    const InputStage& at = stage(id);
    if (!at.box) throw Error("nothing is drawn", "draw on the pad: train.draw 70 60 210 60 120 230");
    return *at.box;
  };
  number("box.width", "of the box around the ink, in pixels of the pad or of the picture as it is shown",
         [box] { return static_cast<double>(box("box").w); });
  number("box.height", "of the box around the ink", [box] { return static_cast<double>(box("box").h); });
  number("fitted.width", "of the drawing within 20 x 20", [box] { return static_cast<double>(box("fitted").w); });
  number("fitted.height", "of the drawing within 20 x 20", [box] { return static_cast<double>(box("fitted").h); });
  const auto mass = [stage] {
    const InputStage& at = stage("input");
    if (!at.mass) throw Error("nothing is drawn", "draw on the pad: train.draw 70 60 210 60 120 230");
    return *at.mass;
  };
  number("mass.x", "center of mass in the 28 x 28, pixels from the left",
         [mass] { return static_cast<double>(mass().x); });
  number("mass.y", "center of mass in the 28 x 28, pixels from the top",
         [mass] { return static_cast<double>(mass().y); });
  Readout pixel{"train.draw.pixel", "what the network receives there, 0 to 1, before normalization", nullptr};
  pixel.parameters = {Parameter::integer("X", "column, from 0", 0, 1023),
                      Parameter::integer("Y", "row, from 0", 0, 1023),
                      Parameter::integer("C", "channel, from 0", 0, 2).or_none()};
  pixel.value_of = [this](const Arguments& a) {
    const int64_t c = a.has(2) ? a.integer(2) : 0;
    if (input_.shape.rank() != 3 || c >= input_.shape[0] || a.integer(1) >= input_.shape[1] ||
        a.integer(0) >= input_.shape[2]) {
      throw Error("there is no such pixel", fmt::format("the network receives {}", input_.shape.text()));
    }
    const int64_t at = (c * input_.shape[1] + a.integer(1)) * input_.shape[2] + a.integer(0);
    return ReadoutValue(static_cast<double>(input_.pixels[static_cast<size_t>(at)]));
  };
  registry.add(std::move(pixel));
}

std::unique_ptr<TrainView> make_draw_view(const TrainScene& scene) { return std::make_unique<DrawView>(scene); }

}  // namespace striate
