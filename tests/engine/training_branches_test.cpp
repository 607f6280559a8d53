// Branches: the way that was left is kept whole, in memory and in the file.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/training/training_run.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

TrainingConfig small_config() {
  TrainingConfig config;
  config.data = "digits:300";
  config.model = "conv 4 5x5 stride 2 | batchnorm | relu | maxpool 2 | flatten | dropout 0.4 | dense 10";
  config.optimizer = "adam";
  config.batch = 16;
  config.augment = "shift 2";
  return config;
}

std::vector<std::vector<float>> all_tensors(TrainingRun& run) {
  std::vector<std::vector<float>> values;
  for (const NamedTensor& tensor : run.network().tensors())
    values.push_back(run.network().read_tensor(run.stream(), tensor));
  return values;
}

std::string file_in_temp(const char* name) { return test_path(std::string(name) + ".safetensors"); }

void advance_to(TrainingRun& run, int64_t step) {
  while (run.step() < step) run.advance_step();
}

TEST(TrainingLines, the_way_that_was_left_is_gone_back_to_with_its_bits) {
  Stream stream;
  const TrainingConfig config = small_config();
  const auto data = open_run_data(config);
  TrainingRun run(stream, config, data), first(stream, config, data), second(stream, config, data);
  // The first way: to 30, with another rate from 20 on and an edited weight at 25.
  for (TrainingRun* each : {&run, &first}) {
    advance_to(*each, 20);
    each->set_rate(0.02);
    advance_to(*each, 25);
    each->edit("0.weight", 3, 0.5f);
    advance_to(*each, 30);
  }
  // The second: from 12, slower.
  run.go_to(12);
  run.branch();
  EXPECT_EQ(run.line().number, 2);
  EXPECT_EQ(run.line().parent, 1);
  EXPECT_EQ(run.line().from, 12);
  advance_to(second, 12);
  for (TrainingRun* each : {&run, &second}) {
    each->set_rate(0.0005);
    advance_to(*each, 18);
  }
  ASSERT_EQ(run.other_branches().size(), 1u);
  EXPECT_EQ(run.other_branches()[0].newest, 30);

  run.take_line(1);
  EXPECT_EQ(run.newest(), 30);
  run.go_to(run.newest());
  EXPECT_EQ(all_tensors(run), all_tensors(first));
  EXPECT_EQ(run.edited(), first.edited());
  run.go_to(22);
  first.go_to(22);
  EXPECT_EQ(all_tensors(run), all_tensors(first));
  EXPECT_EQ(run.scalars().loss, first.scalars().loss);

  run.take_line(2);
  run.go_to(run.newest());
  EXPECT_EQ(run.newest(), 18);
  EXPECT_EQ(all_tensors(run), all_tensors(second));
  EXPECT_EQ(run.config_now().rate, 0.0005);
  for (TrainingRun* each : {&run, &second}) advance_to(*each, 21);
  EXPECT_EQ(all_tensors(run), all_tensors(second));

  run.take_line(1);
  run.go_to(run.newest());
  first.go_to(30);
  for (TrainingRun* each : {&run, &first}) advance_to(*each, 33);
  EXPECT_EQ(all_tensors(run), all_tensors(first));
  EXPECT_THROW(run.take_line(1), Error);
  EXPECT_THROW(run.take_line(7), Error);
}

TEST(TrainingLines, a_branch_of_a_branch_leaves_both) {
  Stream stream;
  const TrainingConfig config = small_config();
  TrainingRun run(stream, config, open_run_data(config));
  advance_to(run, 10);
  run.branch();  // nothing comes after it: nothing is left
  EXPECT_EQ(run.line().number, 1);
  EXPECT_TRUE(run.other_branches().empty());
  run.go_to(6);
  run.branch();
  advance_to(run, 9);
  run.go_to(3);
  run.branch();
  EXPECT_EQ(run.line().number, 3);
  EXPECT_EQ(run.line().parent, 2);
  run.take_line(2);
  EXPECT_EQ(run.newest(), 9);
  run.take_line(1);
  EXPECT_EQ(run.newest(), 10);
  run.take_line(3);
  EXPECT_EQ(run.newest(), 3);
  ASSERT_EQ(run.other_branches().size(), 2u);
  EXPECT_EQ(run.other_branches()[0].number, 1);
  run.go_to(1);
  run.branch(false);  // forgotten
  EXPECT_EQ(run.other_branches().size(), 2u);
}

TEST(TrainingLines, all_together_keep_to_the_budget) {
  Stream stream;
  const TrainingConfig config = small_config();
  TrainingRun run(stream, config, open_run_data(config), 400 << 10);
  for (int i = 0; i < 6; ++i) {
    advance_to(run, run.step() + 40);
    EXPECT_LE(run.history_bytes(), 400 << 10);
    run.go_to(run.newest() - 20);
    run.branch();
    EXPECT_LE(run.history_bytes(), 400 << 10);
  }
  const auto lines = run.other_branches();
  ASSERT_EQ(lines.size(), 6u);
  for (const Branch& line : lines) {
    run.take_line(line.number);
    run.go_to(run.newest());
    EXPECT_EQ(run.step(), line.newest);
  }
}

TEST(TrainingLines, a_file_holds_the_curves_and_every_line) {
  Stream stream;
  const TrainingConfig config = small_config();
  std::shared_ptr<const Dataset> data = open_run_data(config);
  const std::string file = file_in_temp("file");
  TrainingRun run(stream, config, data), first(stream, config, data);
  for (TrainingRun* each : {&run, &first}) {
    advance_to(*each, 8);
    each->trainer().history().add(EvaluationRecord{8, "test", 1.25, 0.5, 30});
    each->set_rate(0.02);
    advance_to(*each, 12);
    each->edit("0.bias", 1, -0.25f);  // after the last step: it acts on what comes
  }
  run.go_to(5);
  run.branch();
  advance_to(run, 9);
  run.trainer().history().add(EvaluationRecord{9, "test", 0.75, 0.625, 30});
  run.save(file);
  const auto opened = TrainingRun::open(stream, file, [&](const TrainingConfig&) { return data; });
  EXPECT_EQ(opened->line().number, 2);
  EXPECT_EQ(opened->line().from, 5);
  EXPECT_EQ(opened->first_step(), 9);
  const std::vector<StepRecord>&mine = run.trainer().history().steps(), &theirs = opened->trainer().history().steps();
  ASSERT_EQ(theirs.size(), mine.size());
  for (size_t i = 0; i < mine.size(); ++i) {
    EXPECT_EQ(theirs[i].step, mine[i].step);
    EXPECT_EQ(theirs[i].loss, mine[i].loss);
    EXPECT_EQ(theirs[i].accuracy, mine[i].accuracy);
    EXPECT_EQ(theirs[i].rate, mine[i].rate);
    EXPECT_TRUE(std::isnan(theirs[i].gradient_norm));
  }
  EXPECT_EQ(opened->scalars().loss, mine.back().loss);
  ASSERT_EQ(opened->trainer().history().evaluations().size(), 1u);
  EXPECT_EQ(opened->trainer().history().evaluations()[0].accuracy, 0.625);
  EXPECT_EQ(opened->trainer().history().evaluations()[0].split, "test");

  opened->take_line(1);
  opened->go_to(opened->newest());
  EXPECT_EQ(opened->newest(), 12);
  EXPECT_EQ(opened->trainer().history().steps().size(), 12u);
  EXPECT_EQ(opened->trainer().history().evaluations().size(), 1u);
  for (TrainingRun* each : {opened.get(), &first}) advance_to(*each, 15);
  EXPECT_EQ(all_tensors(*opened), all_tensors(first));
  opened->take_line(2);
  opened->go_to(9);
  for (TrainingRun* each : {opened.get(), &run}) advance_to(*each, 11);
  EXPECT_EQ(all_tensors(*opened), all_tensors(run));
  std::filesystem::remove(file);
}

// The file written again, with one thing in it changed.
template <typename F>
std::string error_of(const std::string& file, const std::shared_ptr<const Dataset>& data, const F& change) {
  const std::string broken = file_in_temp("broken");
  const SafeTensors saved = SafeTensors::read(file);
  SafeTensorsWriter writer;
  writer.metadata = saved.metadata();
  std::string left_out;
  change(writer.metadata, left_out);
  for (const SafeTensor& tensor : saved.tensors()) {
    if (tensor.name != left_out) writer.add(tensor.name, tensor.dtype, tensor.shape, saved.raw(tensor), tensor.bytes);
  }
  writer.write(broken);
  Stream stream;
  std::string what = "no error";
  try {
    TrainingRun::open(stream, broken, [&](const TrainingConfig&) { return data; });
  } catch (const Error& error) {
    what = error.what();
  }
  std::filesystem::remove(broken);
  return what;
}

TEST(TrainingLines, a_file_with_wrong_lines_is_told_apart) {
  Stream stream;
  const TrainingConfig config = small_config();
  const std::shared_ptr<const Dataset> data = open_run_data(config);
  const std::string file = file_in_temp("good");
  TrainingRun run(stream, config, data);
  advance_to(run, 6);
  run.trainer().history().add(EvaluationRecord{6, "test", 1, 0.5, 30});
  run.go_to(3);
  run.branch();
  run.save(file);
  using Metadata = std::map<std::string, std::string>;
  const auto expect = [&](const char* words, const std::function<void(Metadata&, std::string&)>& change) {
    const std::string what = error_of(file, data, change);
    EXPECT_NE(what.find(words), std::string::npos) << what;
  };
  expect("no error", [](Metadata&, std::string&) {});
  expect("cannot be read", [](Metadata& m, std::string&) { m["lines"] = "[{}]"; });
  expect("cannot be read", [](Metadata& m, std::string&) { m["lines"] = "["; });
  expect("a branch that cannot be",
         [](Metadata& m, std::string&) { m["line"] = R"({"number":1,"parent":0,"from":0})"; });
  expect("without a learning rate", [](Metadata& m, std::string&) {
    m["lines"] = R"([{"number":1,"parent":0,"from":0,"rate":0,"schedule":"constant"}])";
  });
  expect("values instead of", [](Metadata&, std::string& left_out) { left_out = "line.1.weights"; });
  expect("a step below 0", [](Metadata& m, std::string&) {
    m["line.1.state"].replace(m["line.1.state"].find("\"step\":6"), 8, "\"step\":-6");
  });
  expect("random counters", [](Metadata& m, std::string&) {
    m["line.1.state"] = R"({"counters":[],"optimizer_steps":6,"samples":96,"step":6})";
  });
  expect("it has the curves of", [](Metadata& m, std::string&) {
    std::string& state = m["line.1.state"];
    state.replace(state.find("\"step\":6"), 8, "\"step\":2");
  });
  expect("\"line.1.splits\"", [](Metadata& m, std::string&) { m.erase("line.1.splits"); });
  expect("a whole number belongs", [](Metadata& m, std::string&) { m["line.1.splits"] = "[]"; });
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace striate
