// Optimizers, losses and schedules as text; splits.
#include <gtest/gtest.h>

#include <set>

#include "engine/error.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "engine/training/schedule.h"
#include "engine/training/split.h"
#include "tests/engine/training_data.h"

namespace striate {
namespace {

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

}  // namespace

TEST(OptimizerSettings, texts_are_read_back) {
  for (const char* text :
       {"sgd", "sgd momentum 0.9", "sgd momentum 0.9 nesterov decay 0.0005", "rmsprop", "rmsprop rho 0.9 epsilon 1e-06",
        "adam", "adam beta1 0.8 beta2 0.99 decay 0.1", "adamw", "adamw decay 0.1"}) {
    EXPECT_EQ(OptimizerSettings::parse(text).text(), text);
    EXPECT_EQ(OptimizerSettings::parse(OptimizerSettings::parse(text).text()), OptimizerSettings::parse(text));
  }
  EXPECT_EQ(OptimizerSettings::parse("adamw")["decay"], 0.01f);
  EXPECT_EQ(error_of([] { OptimizerSettings::parse("adm"); }), "unknown optimizer \"adm\"");
  EXPECT_EQ(error_of([] { OptimizerSettings::parse("sgd rho 1"); }),
            "line 1, column 5: \"rho\" is not understood after sgd");
  EXPECT_EQ(error_of([] { OptimizerSettings::parse("sgd nesterov"); }), "nesterov without momentum");
  EXPECT_EQ(error_of([] { OptimizerSettings::parse(""); }), "no optimizer");
  EXPECT_EQ(error_of([] { parse_loss("mes"); }), "unknown loss \"mes\"");
  for (const std::string& name : loss_names()) EXPECT_EQ(loss_name(parse_loss(name)), name);
}

TEST(OptimizerSettings, every_setting_of_every_optimizer_is_read_back) {
  for (const OptimizerKind* kind : optimizer_kinds()) {
    OptimizerSettings settings = OptimizerSettings::parse(kind->name);
    EXPECT_EQ(settings.text(), kind->name) << "its defaults are not left out";
    EXPECT_GT(settings.usual_rate(), 0);
    EXPECT_LE(settings.states().size(), 2u);
    for (const OptimizerField& field : kind->fields) {
      EXPECT_LT(field.minimum, field.maximum) << field.word;
      settings.set(field.word, static_cast<float>((field.minimum + field.maximum) / 2));
      if (field.widget == OptimizerField::Widget::toggle) settings.set(field.word, 1);
      const OptimizerSettings read = OptimizerSettings::parse(settings.text());
      EXPECT_EQ(read, settings) << settings.text();
      EXPECT_NE(settings.text().find(field.word), std::string::npos) << settings.text();
    }
  }
}

TEST(Schedule, rates_follow_their_formulas) {
  EXPECT_DOUBLE_EQ(Schedule::parse("constant").at(12345), 1);
  const Schedule step = Schedule::parse("step 10 0.5");
  EXPECT_DOUBLE_EQ(step.at(9), 1);
  EXPECT_DOUBLE_EQ(step.at(10), 0.5);
  EXPECT_DOUBLE_EQ(step.at(25), 0.25);
  const Schedule cosine = Schedule::parse("warm-up 4 cosine 100 least 0.1");
  EXPECT_DOUBLE_EQ(cosine.at(0), 0.25);
  EXPECT_DOUBLE_EQ(cosine.at(3), 1);
  EXPECT_DOUBLE_EQ(cosine.at(4), 1);
  EXPECT_NEAR(cosine.at(54), 0.55, 1e-12);
  EXPECT_DOUBLE_EQ(cosine.at(104), 0.1);
  EXPECT_DOUBLE_EQ(cosine.at(100000), 0.1);
  for (const char* text :
       {"constant", "inverse 30", "step 10 0.5", "warm-up 4 cosine 100 least 0.1", "cosine 7", "warm-up 9 constant"}) {
    EXPECT_EQ(Schedule::parse(text).text(), text);
    EXPECT_EQ(Schedule::parse(Schedule::parse(text).text()), Schedule::parse(text));
  }
  EXPECT_EQ(error_of([] { Schedule::parse("cosin 3"); }),
            "line 1, column 1: \"cosin\" is not understood after schedule");
  EXPECT_EQ(error_of([] { Schedule::parse("step 10"); }), "line 1, column 8: schedule needs its factor");
}

TEST(Split, parts_are_stratified_disjoint_and_seeded) {
  const auto data = bars(200, 4, 4);
  const Split a = split(*data, SplitShares::parse("0.7,0.1,0.2"), 3);
  EXPECT_EQ(a.training.size(), 140u);
  EXPECT_EQ(a.validation.size(), 20u);
  EXPECT_EQ(a.test.size(), 40u);
  std::set<int64_t> all(a.training.begin(), a.training.end());
  all.insert(a.validation.begin(), a.validation.end());
  all.insert(a.test.begin(), a.test.end());
  EXPECT_EQ(all.size(), 200u);
  std::vector<int> counts(4);
  for (const int64_t i : a.test) ++counts[static_cast<size_t>(data->label(i))];
  EXPECT_EQ(counts, (std::vector<int>{10, 10, 10, 10}));
  EXPECT_EQ(split(*data, SplitShares{0.7, 0.1, 0.2}, 3).test, a.test);
  EXPECT_NE(split(*data, SplitShares{0.7, 0.1, 0.2}, 4).test, a.test);
}

}  // namespace striate
