#include "app/pages/train/data_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/pages/train/train_settings.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/training/data/sources.h"

namespace striate {

std::array<int64_t, 3> DataTable::all() const {
  std::array<int64_t, 3> sum{};
  for (const std::array<int64_t, 3>& count : counts) {
    for (size_t i = 0; i < 3; ++i) sum[i] += count[i];
  }
  return sum;
}

std::shared_ptr<const DataTable> make_data_table(std::shared_ptr<const Dataset> data, const std::string& split_text,
                                                 uint64_t seed, const std::string& split_by) {
  auto table = std::make_shared<DataTable>();
  table->data = std::move(data);
  table->split = split_text;
  table->seed = seed;
  const Split parts = split(*table->data, SplitShares::parse(split_text), seed, parse_split_by(split_by));
  const size_t classes = table->data->classes().size();
  table->counts.resize(classes);
  table->samples.resize(classes);
  const std::vector<int64_t>* lists[] = {&parts.training, &parts.validation, &parts.test};
  for (size_t part = 0; part < 3; ++part) {
    for (const int64_t index : *lists[part]) {
      const auto label = static_cast<size_t>(table->data->label(index));
      ++table->counts[label][part];
      if (part == 0 && table->samples[label].size() < DataTable::kPictures) table->samples[label].push_back(index);
    }
  }
  return table;
}

DataView::DataView(const TrainScene& scene) : scene_(scene), peek_(scene), maker_(scene.context.wake) {}

int64_t DataView::sample() const {
  if (!table_) return -1;
  if (look_.sample >= 0 && look_.sample < table_->data->size()) return look_.sample;
  return table_->samples.empty() || table_->samples[0].empty() ? 0 : table_->samples[0][0];
}

void DataView::release() {
  maker_.cancel();
  table_ = nullptr;  // it has the data set, too
  asked_data_ = nullptr;
  ++version_;
  peek_.release();
}

bool DataView::update(double) {
  bool changed = peek_.update();
  const TrainingConfig& config = scene_.config();
  if (peek_.data().get() != asked_data_ || config.split + config.split_by != asked_split_ ||
      config.seed != asked_seed_) {
    const bool other = peek_.data().get() != asked_data_;
    asked_data_ = peek_.data().get();
    asked_split_ = config.split + config.split_by;
    asked_seed_ = config.seed;
    error_.reset();
    if (other) table_ = nullptr, ++version_;
    maker_.cancel();
    if (asked_data_ != nullptr) {
      maker_.request([data = peek_.data(), split = config.split, seed = config.seed, by = config.split_by](Progress&) {
        return make_data_table(data, split, seed, by);
      });
    }
    changed = true;
  }
  try {
    if (std::optional<TablePtr> made = maker_.take()) {
      table_ = std::move(*made);
      ++version_;
      changed = true;
    }
  } catch (const Error& error) {
    error_ = error;
    changed = true;
  }
  return changed;
}

void DataView::declare(Registry& registry) {
  settings_
      .integer(
          "sample", "picture that is augmented", "Which picture is shown as augmentation changes it",
          {"N", "number in the data set, from 0", 0, 1e9}, [](const State& s) { return s.sample; },
          [this](State& s, int64_t n) {
            peek_.update();
            if (peek_.data() && n >= peek_.data()->size()) {
              throw Error(fmt::format("there is no picture number {}", n),
                          fmt::format("they go from 0 to {}", peek_.data()->size() - 1));
            }
            s.sample = n;
          })
      .or_none(-1.0);  // the first of the first class
  settings_.integer("draw", "first draw", "From which draw on augmentation is shown",
                    {"N", "number of the first draw", 0, 1e9}, &State::draw);
  settings_.declare(registry);
  Readout count;
  count.name = "train.data.count";
  count.help = "how many pictures a class has in a part";
  count.parameters = {Parameter::integer("CLASS", "number of the class, from 0", 0, 1e6),
                      Parameter::choice("PART", "of which part", {"training", "validation", "test"})};
  count.value_of = [this](const Arguments& arguments) {
    const auto label = static_cast<size_t>(arguments.integer(0));
    if (!table_) throw Error("the data set is not counted yet", "show the view: train.view data");
    if (label >= table_->counts.size()) {
      throw Error(fmt::format("there is no class number {}", label),
                  fmt::format("they go from 0 to {}", table_->counts.size() - 1));
    }
    const std::string& part = arguments.text(1);
    return ReadoutValue(static_cast<double>(table_->counts[label][part == "training"     ? 0
                                                                  : part == "validation" ? 1
                                                                                         : 2]));
  };
  registry.add(count);
}

void DataView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot&) const {
  Rect room = area.inset(20, 14);
  const std::optional<Error>& error = peek_.error() ? peek_.error() : error_;
  if (error) {
    ui.next(room.cut_top(ui.error_note_height(error->what(), error->hint(), room.w)));
    ui.error_note(error->what(), error->hint());
    room.cut_top(10);
  }
  if (!table_) {
    if (peek_.busy() || maker_.busy()) {
      ui.empty_state(room, Icon::folder, "The data set is being read",
                     "Its pictures stand here as soon as it is there.");
    } else {
      ui.empty_state(room, Icon::folder, "No data set", format_tr("Choose one under LEARNING, {}.", ui.at_the_right()));
    }
    return;
  }
  if (table_->data->shape().rank() != 3) {
    ui.empty_state(room, Icon::picture, "No pictures",
                   "This data set is made of points: it has nothing to be shown here.");
    return;
  }
  draw_augmented(ui, room.cut_top(std::min(150.0f, room.h * 0.36f)));
  room.cut_top(10);
  draw_classes(ui, room);
}

void DataView::draw_inspector(Ui& ui, const TrainSnapshot&) const {
  ui.push_id("data view");
  ui.section("DATA SET");
  if (table_) {
    const std::array<int64_t, 3> all = table_->all();
    ui.row("training", grouped(all[0]), Concept::input);
    ui.row("validation", grouped(all[1]), Concept::bias);
    ui.row("test", grouped(all[2]), Concept::kernel);
    ui.note("The network learns from the training part alone. Accuracy is measured on pictures that it never saw.");
    if (const auto* bytes = dynamic_cast<const ByteDataset*>(table_->data.get())) {
      for (const std::string& note : bytes->notes()) ui.note(note);
    }
    if (const int64_t index = sample(); index >= 0) {
      const std::string words = table_->data->describe(index);
      if (!words.empty()) ui.row("picture", words);
    }
  } else {
    ui.note("Choose a data set below.");
  }
  draw_augmentation(ui, scene_.config());
  ui.hairline();
  ui.pop_id();
}

std::unique_ptr<TrainView> make_data_view(const TrainScene& scene) { return std::make_unique<DataView>(scene); }

}  // namespace striate
