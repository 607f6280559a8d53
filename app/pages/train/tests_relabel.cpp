// The view `tests`: commands and readouts of labels that are probably wrong. All of them end in the one setting
// train.labels, so that undo, saved files and lessons know one thing.
#include <algorithm>

#include "app/pages/train/tests_view.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"
#include "engine/training/training_run.h"

namespace striate {
namespace {

constexpr uint64_t kLargestList = uint64_t{1} << 26;  // bytes

std::string text_of(const std::string& path) {
  const InputFile file(path);
  if (file.size() > kLargestList) {
    throw Error(fmt::format("{} has {} bytes, too many for a list of labels", path, file.size()),
                "a line for each picture: picture,now");
  }
  std::string text(file.size(), '\0');
  file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
  return text;
}

}  // namespace

LabelChanges TestsView::changes() const { return parse_label_changes(scene_.config().labels); }

const TrainLabels& TestsView::measured_labels() const {
  if (!found_in_) throw Error("the training pictures are not looked at", "show them: train.tests.show labels");
  return *found_in_;
}

void TestsView::update_labels(const TrainSnapshot& now) {
  const std::string& set = scene_.config().labels;
  if (found_in_ == now.labels && found_sure_ == look_.sure && found_changes_ == set) return;
  found_in_ = now.labels;
  found_sure_ = look_.sure;
  found_changes_ = set;
  found_.clear();
  if (!found_in_ || !now.split) return;
  found_ = find_mislabeled(*found_in_->labels, now.split->training, found_in_->evaluation, look_.sure);
  // What was changed since the training part was looked at is gone from the list at once.
  const LabelChanges known = changes();
  std::erase_if(found_, [&](const Mislabeled& each) {
    const auto change = known.find(each.sample);
    return change != known.end() && (change->second == kLeftOut || change->second == each.answer);
  });
}

void TestsView::declare_labels(Registry& registry) {
  const auto set = [&registry](const LabelChanges& next) {
    registry.run("train.labels " + quoted(label_changes_text(next)));
  };
  registry.add(Command{"train.relabel",
                       N_("Gives a training picture another class, leaves it out, or takes back what was changed"),
                       {Parameter::integer("PICTURE", "its number in the data set, from 0", 0, 1e15),
                        Parameter::word("WHAT",
                                        "the number of a class, from 0; out: no step learns from it; back: as "
                                        "the data set has it")},
                       [this, set](const Arguments& arguments) {
                         const int64_t sample = arguments.integer(0);
                         const std::string& what = arguments.text(1);
                         LabelChanges next = changes();
                         int64_t label = kLeftOut;
                         if (what != "out" && what != "back" && (!parse_integer(what, &label) || label < 0)) {
                           throw Error(fmt::format("\"{}\" is no class", what),
                                       "the number of a class, out, or back: train.relabel 12 3");
                         }
                         const TrainSnapshotPtr now = scene_.snapshot();
                         if (what == "back") {
                           next.erase(sample);
                         } else if (found_in_ && what != "out" && label == found_in_->labels->given_label(sample)) {
                           next.erase(sample);
                         } else {
                           next[sample] = static_cast<int32_t>(label);
                         }
                         if (now->data) check_label_changes(next, *now->data);
                         set(next);
                       },
                       Undo::edit});
  registry.add(Command{"train.mislabeled.all",
                       N_("Relabels all listed pictures to the network's answer, or leaves all of them out"),
                       {Parameter::choice("WHAT", "what becomes of them", {"relabel", "out"})},
                       [this, set](const Arguments& arguments) {
                         measured_labels();
                         LabelChanges next = changes();
                         for (const Mislabeled& each : found_) {
                           next[each.sample] = arguments.text(0) == "out" ? kLeftOut : each.answer;
                         }
                         set(next);
                       },
                       Undo::edit});
  registry.add(Command{"train.labels.save",
                       N_("Writes what was changed of the labels to a file, a line for each picture"),
                       {Parameter::file_to_write("FILE", "path of a .csv file")},
                       [this](const Arguments& arguments) {
                         const std::string& path = arguments.text(0);
                         const TrainSnapshotPtr now = scene_.snapshot();
                         if (!now->data || !now->config || !now->split) {
                           throw Error("nothing is being trained", "start: train.start");
                         }
                         check_overwrite({path, FileKind::labels, {}, scene_.context.document.force});
                         TrainingConfig config = *now->config;
                         config.labels = scene_.config().labels;
                         const std::string text = label_changes_csv(*config_labels(config, now->data, *now->split));
                         AtomicFile file(path);
                         file.write(text.data(), text.size());
                         file.commit();
                       }});
  registry.add(Command{"train.labels.open",
                       N_("Takes changed labels from a file, in the place of those that were changed here"),
                       {Parameter::file_to_read("FILE", "path of a .csv file with the columns picture and now")},
                       [this, set](const Arguments& arguments) {
                         const TrainSnapshotPtr now = scene_.snapshot();
                         if (!now->data) throw Error("no data set is read yet", "start: train.start");
                         set(parse_label_file(text_of(arguments.text(0)), *now->data));
                       },
                       Undo::edit});
  const auto number = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(Readout{std::string("train.mislabeled.") + name, help, [this, value = std::move(value)] {
                           measured_labels();
                           return ReadoutValue(value());
                         }});
  };
  number("step", "the step after which the training part was looked at",
         [this] { return static_cast<double>(found_in_->step); });
  number("count", "training pictures that the network is sure to be of another class than their label",
         [this] { return static_cast<double>(found_.size()); });
  number("made_wrong", "labels of the training part that were made wrong on purpose",
         [this] { return static_cast<double>(found_in_->labels->wrong().size()); });
  number("found", "of the listed pictures, those whose label was made wrong on purpose",
         [this] { return static_cast<double>(count_made_wrong(found_)); });
  number("corrected", "labels made wrong on purpose that were set right or left out", [this] {
    TrainingLabels now = *found_in_->labels;
    now.set_changes(changes());
    return static_cast<double>(now.corrected());
  });
  const auto of_listed = [&](const char* name, const char* help, double (*value)(const Mislabeled&)) {
    Readout readout{std::string("train.mislabeled.") + name, help, {}};
    readout.parameters = {Parameter::integer("N", "its place in the list, from 0", 0, 1e9)};
    readout.value_of = [this, value](const Arguments& arguments) {
      measured_labels();
      const int64_t n = arguments.integer(0);
      if (n >= static_cast<int64_t>(found_.size())) {
        throw Error(fmt::format("the list has {} pictures", found_.size()), "they count from 0");
      }
      return ReadoutValue(value(found_[static_cast<size_t>(n)]));
    };
    registry.add(std::move(readout));
  };
  of_listed("picture", "a listed picture's number in the data set",
            [](const Mislabeled& each) { return static_cast<double>(each.sample); });
  of_listed("label", "the class that its label says",
            [](const Mislabeled& each) { return static_cast<double>(each.label); });
  of_listed("answer", "the class that the network says",
            [](const Mislabeled& each) { return static_cast<double>(each.answer); });
  of_listed("probability", "of the network's answer for it, 0 to 1",
            [](const Mislabeled& each) { return static_cast<double>(each.probability); });
  of_listed("loss", "of it, for its label", [](const Mislabeled& each) { return static_cast<double>(each.loss); });
}

}  // namespace striate
