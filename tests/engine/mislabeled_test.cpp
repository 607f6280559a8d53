// Labels that are not the data set's: made wrong on purpose, found again, changed, left out; and a training that goes
// on with them, back and forth, with the same bits.
#include "engine/training/mislabeled.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/training/training_run.h"
#include "tests/engine/training_data.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNetwork = "input 1x8x8 | conv 4 3x3 pad 1 | relu | maxpool 2 | flatten | dense 6 | relu | dense 4";

TrainingConfig config_of(int batch = 12) {
  TrainingConfig config;
  config.data = "bars";
  config.model = kNetwork;
  config.optimizer = "sgd momentum 0.9";
  config.rate = 0.02;
  config.batch = batch;
  config.seed = 7;
  return config;
}

template <typename F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "no error";
}

TEST(TrainingLabels, text_and_file_say_the_same) {
  const std::shared_ptr<const Dataset> data = bars(40, 8, 4);
  const LabelChanges changes = {{3, 2}, {17, kLeftOut}, {21, 0}};
  EXPECT_EQ(label_changes_text(changes), "3=2 17=out 21=0");
  EXPECT_EQ(parse_label_changes(" 3=2  17=out 21=0 "), changes);
  EXPECT_EQ(parse_label_changes(""), LabelChanges());
  const TrainingLabels labels(data, all_of(*data), {}, changes);
  EXPECT_EQ(parse_label_file(label_changes_csv(labels), *data), changes);
  EXPECT_EQ(parse_label_file("now,about,picture\r\n\"row 1\",\"a, \"\"b\"\"\",5\r\n\r\nleft out,,6\r\n", *data),
            (LabelChanges{{5, 1}, {6, kLeftOut}}));
  EXPECT_EQ(labels.label(3), 2);
  EXPECT_EQ(labels.given_label(3), 3);
  EXPECT_EQ(labels.label(4), 0);
  EXPECT_TRUE(labels.is_left_out(17));
  EXPECT_EQ(labels.label(17), 1);
  EXPECT_EQ(labels.left_out(), std::set<int64_t>{17});
}

TEST(TrainingLabels, what_cannot_be_is_told) {
  const std::shared_ptr<const Dataset> data = bars(40, 8, 4);
  for (const char* text : {"3", "3=", "=2", "3=-1", "a=1", "3=2=1", "3=2 x"}) {
    EXPECT_NE(error_of([&] { parse_label_changes(text); }).find("changes no label"), std::string::npos) << text;
  }
  EXPECT_EQ(error_of([] { parse_label_changes("3=2 3=1"); }), "picture 3 has two labels");
  EXPECT_EQ(error_of([&] { check_label_changes({{40, 1}}, *data); }), "a changed label: bars has no picture 40");
  EXPECT_EQ(error_of([&] { check_label_changes({{4, 4}}, *data); }), "a changed label: bars has no class 4");
  EXPECT_NE(error_of([&] { parse_label_file("picture,label\n", *data); }).find("no column is called \"now\""),
            std::string::npos);
  EXPECT_NE(error_of([&] { parse_label_file("picture,now\n3,row 9\n", *data); }).find("line 2: bars has no class"),
            std::string::npos);
  EXPECT_NE(error_of([&] { parse_label_file("picture,now\n3,row 1\n40,row 1\n", *data); }).find("line 3: it names no"),
            std::string::npos);
  EXPECT_NE(error_of([&] { parse_label_file("picture,now\n3,row 1\n3,row 2\n", *data); }).find("has a line already"),
            std::string::npos);
  EXPECT_NE(error_of([&] { wrong_labels(*data, all_of(*data), 1.5, 1); }).find("a share of 1.5"), std::string::npos);
  TrainingConfig config = config_of();
  config.labels = "99=1";
  Stream stream;
  EXPECT_EQ(error_of([&] { TrainingRun(stream, config, data); }), "a changed label: bars has no picture 99");
  // All pictures of the training part.
  config.labels.clear();
  TrainingRun run(stream, config, data);
  LabelChanges all;
  for (const int64_t sample : run.split()->training) all[sample] = kLeftOut;
  EXPECT_EQ(error_of([&] { run.set_labels(label_changes_text(all)); }), "no samples to learn from");
  EXPECT_TRUE(run.labels().changes().empty());
}

TEST(TrainingLabels, as_many_are_made_wrong_as_asked_for_and_none_of_them_is_right) {
  const auto data = bars(403, 8, 4);
  const std::vector<int64_t> samples = all_of(*data);
  EXPECT_TRUE(wrong_labels(*data, samples, 0, 1).empty());
  EXPECT_EQ(wrong_labels(*data, samples, 1, 1).size(), 403u);
  const LabelChanges wrong = wrong_labels(*data, samples, 0.25, 1);
  EXPECT_EQ(wrong.size(), 101u);
  std::vector<int> to(4);
  for (const auto& [sample, label] : wrong_labels(*data, samples, 1, 1)) {
    ASSERT_NE(label, data->label(sample));
    ++to[static_cast<size_t>(label)];
  }
  for (const int count : to) EXPECT_NEAR(count, 101, 40);
  EXPECT_EQ(wrong_labels(*data, samples, 0.25, 1), wrong);
  EXPECT_NE(wrong_labels(*data, samples, 0.25, 2), wrong);
}

TEST(TrainingLabels, other_parts_keep_the_labels_of_the_set) {
  const std::shared_ptr<const Dataset> data = bars(80, 8, 4);
  TrainingConfig config = config_of();
  config.wrong_labels = 1;
  Stream stream;
  TrainingRun run(stream, config, data);
  ASSERT_FALSE(run.split()->test.empty());
  const int64_t test = run.split()->test.front();
  run.set_labels(label_changes_text({{test, (data->label(test) + 1) % 4}}));
  for (const int64_t sample : run.split()->test) EXPECT_EQ(run.labels().label(sample), data->label(sample));
  for (const int64_t sample : run.split()->training) EXPECT_NE(run.labels().label(sample), data->label(sample));
}

TEST(TrainingLabels, no_step_reads_what_is_left_out_and_all_others_take_its_place) {
  const std::shared_ptr<const Dataset> data = bars(60, 8, 4);
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    TrainingRun run(stream, config_of(), data);
    const std::vector<int64_t>& training = run.split()->training;
    LabelChanges changes;
    for (size_t i = 0; i < training.size() / 2; ++i) changes[training[2 * i]] = kLeftOut;
    for (int step = 0; step < 3; ++step) run.advance_step();
    run.set_labels(label_changes_text(changes));
    std::map<int64_t, int> seen;
    for (int step = 0; step < 40; ++step) {
      run.advance_step();
      ASSERT_EQ(run.trainer().batch_indices().size(), 12u);
      for (const int64_t sample : run.trainer().batch_indices()) {
        ASSERT_FALSE(changes.contains(sample)) << device.id();
        ++seen[sample];
      }
    }
    // Ten epochs: each of the 24 that are left about 20 times.
    EXPECT_EQ(seen.size(), training.size() - changes.size());
    for (const auto& [sample, times] : seen) EXPECT_NEAR(times, 20, 12) << sample;
  }
}

TEST(TrainingLabels, a_step_learns_from_the_label_of_then_on_every_device) {
  const std::shared_ptr<const Dataset> data = bars(60, 8, 4);
  std::vector<float> losses;
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    TrainingRun run(stream, config_of(), data);
    for (int step = 0; step < 400; ++step) run.advance_step();
    const float before = run.trainer().history().steps().back().loss;
    LabelChanges changes;
    for (const int64_t sample : run.split()->training) changes[sample] = (data->label(sample) + 1) % 4;
    run.set_labels(label_changes_text(changes));
    run.advance_step();
    const std::vector<int64_t>& batch = run.trainer().batch_indices();
    for (size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(run.trainer().batch_labels()[i], (data->label(batch[i]) + 1) % 4);
    }
    losses.push_back(run.trainer().history().steps().back().loss);
    EXPECT_LT(before, 0.5f) << "nothing was learned: the case is no case";
    EXPECT_GT(losses.back(), 2.0f) << device.id();  // all it knows is wrong now
    EXPECT_NEAR(losses.back(), losses.front(), 1e-3f * losses.front()) << device.id();
  }
}

TEST(TrainingLabels, going_back_and_a_saved_file_give_the_same_bits) {
  TestFolder folder;
  std::shared_ptr<const Dataset> data = bars(60, 8, 4);
  TrainingConfig config = config_of(8);
  config.wrong_labels = 0.2;
  config.labels = "1=0";
  for (const Device& device : Device::all_for_tests()) {
    SCOPED_TRACE(device.id());
    Stream stream(device);
    const auto forward = [&](TrainingRun& run, int64_t to) {
      while (run.step() < to) {
        if (run.step() == 4) run.set_labels("1=0 2=3 5=out");
        if (run.step() == 9) run.set_labels("2=3 6=out 7=out");
        run.advance_step();
      }
    };
    TrainingRun run(stream, config, data, 40 << 10);  // so little that keyframes are thinned
    std::vector<std::vector<float>> weights{run.trainer().keyframe().weights};
    for (int64_t step = 1; step <= 16; ++step) {
      forward(run, step);
      weights.push_back(run.trainer().keyframe().weights);
    }
    EXPECT_EQ(run.config_now().labels, "2=3 6=out 7=out");
    EXPECT_EQ(run.config_now().wrong_labels, 0.2);
    for (const int64_t step : {3, 12, 4, 5, 9, 16, 1, 10}) {
      run.go_to(step);
      ASSERT_EQ(run.trainer().keyframe().weights, weights[static_cast<size_t>(step)]) << step;
      EXPECT_EQ(run.labels().text(), step < 4 ? "1=0" : step < 9 ? "1=0 2=3 5=out" : "2=3 6=out 7=out") << step;
    }
    EXPECT_NE(error_of([&] { run.set_labels(""); }).find("is over"), std::string::npos);
    // In the middle of a step it begins again.
    run.go_to(16);
    run.advance();
    run.advance();
    run.set_labels("8=2");
    EXPECT_EQ(run.next_phase(), Phase::batch);
    run.set_labels("2=3 6=out 7=out");
    run.save(folder / "half");
    for (int step = 0; step < 5; ++step) run.advance_step();
    const auto resumed = TrainingRun::open(stream, folder / "half", [&](const TrainingConfig&) { return data; });
    EXPECT_EQ(resumed->labels().text(), "2=3 6=out 7=out");
    EXPECT_EQ(resumed->labels().wrong(), run.labels().wrong());
    for (int step = 0; step < 5; ++step) resumed->advance_step();
    EXPECT_EQ(resumed->trainer().keyframe().weights, run.trainer().keyframe().weights);
    // A line that is left has labels of its own, in a file, too.
    run.go_to(5);
    run.branch();
    run.set_labels("");
    for (int step = 0; step < 3; ++step) run.advance_step();
    run.save(folder / "lines");
    const auto lines = TrainingRun::open(stream, folder / "lines", [&](const TrainingConfig&) { return data; });
    EXPECT_EQ(lines->labels().text(), "");
    lines->take_line(1);
    lines->go_to(21);
    EXPECT_EQ(lines->labels().text(), "2=3 6=out 7=out");
    run.take_line(1);
    run.go_to(21);
    EXPECT_EQ(run.trainer().keyframe().weights, resumed->trainer().keyframe().weights);
  }
}

TEST(Mislabeled, are_sure_of_another_class_the_largest_loss_first) {
  const std::shared_ptr<const Dataset> data = bars(8, 8, 4);  // labels 0 1 2 3 0 1 2 3
  const TrainingLabels labels(data, all_of(*data), {{1, 3}, {2, 0}}, {{2, 2}, {6, kLeftOut}});
  Evaluation judged;
  judged.predicted = {0, 1, 1, 2, 3, 1, 0, -1};
  judged.probability = {0.99f, 0.95f, 0.92f, 0.97f, 0.5f, 0.99f, 0.99f, 0};
  judged.losses = {0.01f, 4, 6, 5, 9, 0.01f, 9, NAN};
  const std::vector<Mislabeled> found = find_mislabeled(labels, all_of(*data), judged, 0.9);
  ASSERT_EQ(found.size(), 3u);  // not 4: not sure, not 6: left out, not 7: no answer
  EXPECT_EQ(found[0].sample, 2);
  EXPECT_FALSE(found[0].made_wrong);  // it was, and has its label again
  EXPECT_EQ(found[1].sample, 3);
  EXPECT_EQ(found[2].sample, 1);
  EXPECT_TRUE(found[2].made_wrong);
  EXPECT_EQ(found[2].label, 3);
  EXPECT_EQ(found[2].answer, 1);
  EXPECT_EQ(count_made_wrong(found), 1);
  EXPECT_EQ(labels.corrected(), 1);
  EXPECT_EQ(find_mislabeled(labels, all_of(*data), judged, 0.4).front().sample, 4);
  // What is written can be read as labels: at first the answers.
  EXPECT_EQ(parse_label_file(mislabeled_csv(labels, found), *data), (LabelChanges{{1, 1}, {2, 1}, {3, 2}}));
}

// A tenth of the labels of 4,000 drawn digits is made wrong on purpose; a small network learns from them for three
// epochs. Then most of them are found, and little else; set right and learned from for another three
// epochs, the test part is read better.
TEST(Mislabeled, labels_made_wrong_on_purpose_are_found_again) {
  Stream stream;
  TrainingConfig config;
  config.data = "digits:4000";
  config.model = "conv 8 5x5 | relu | maxpool 2 | flatten | dense 32 | relu | dense 10";
  config.batch = 32;
  config.wrong_labels = 0.1;
  TrainingRun run(stream, config, open_run_data(config));
  const std::vector<int64_t>& training = run.split()->training;
  const int64_t steps = 3 * run.steps_per_epoch();
  while (run.step() < steps) run.advance_step();
  Evaluator evaluator(stream, run.architecture(), 100);
  const auto judged = [&](const Dataset& data, const std::vector<int64_t>& part) {
    return evaluator.evaluate(stream, run.network(), data, part, run.normalization());
  };
  const std::vector<Mislabeled> found = find_mislabeled(run.labels(), training, judged(run.labels(), training), 0.5);
  const auto made = static_cast<double>(run.labels().wrong().size());
  const auto again = static_cast<double>(count_made_wrong(found));
  EXPECT_EQ(made, 320);
  EXPECT_GE(again, 0.7 * made);                               // 254 of 320
  EXPECT_GE(again, 0.8 * static_cast<double>(found.size()));  // 254 of 286
  int right = 0;
  LabelChanges changes;
  for (const Mislabeled& each : found) {
    changes[each.sample] = each.answer;
    right += each.made_wrong && each.answer == run.data()->label(each.sample) ? 1 : 0;
  }
  run.set_labels(label_changes_text(changes));
  EXPECT_EQ(run.labels().corrected(), right);
  EXPECT_GE(right, 0.95 * again);
  EXPECT_LT(find_mislabeled(run.labels(), training, judged(run.labels(), training), 0.5).size(), found.size() / 10);
  // What is learned from now on has fewer wrong labels: the loss on the test part, whose labels are right, falls.
  const double before = judged(*run.data(), run.split()->test).loss;
  while (run.step() < 2 * steps) run.advance_step();
  const double after = judged(*run.data(), run.split()->test).loss;
  EXPECT_LT(after, before);
}

}  // namespace
}  // namespace striate
