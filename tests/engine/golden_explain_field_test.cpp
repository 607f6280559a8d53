// Receptive fields and gradient ascent against the reference results.
#include "engine/explain/maximize.h"
#include "engine/explain/receptive_field.h"
#include "tests/engine/explain_golden.h"

namespace striate {
namespace {

TEST(Golden, explain_receptive_fields) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  const Architecture architecture = Architecture::parse(ExplainGolden::text());
  const std::vector<int> want = golden.ints("receptive_fields"), shape = golden.shape("receptive_fields");
  for (int i = 0; i < shape[0]; ++i) {
    const int* row = want.data() + static_cast<ptrdiff_t>(i) * shape[1];
    const FieldOfLayer field = layer_field(architecture, need_layer(architecture, std::to_string(row[0])));
    SCOPED_TRACE("layer " + std::to_string(row[0]));
    EXPECT_FALSE(field.first.whole);
    EXPECT_EQ(field.first.height, row[1]);
    EXPECT_EQ(field.first.width, row[1]);
    EXPECT_EQ(field.jump_rows, row[2]);
    EXPECT_EQ(field.jump_columns, row[2]);
    EXPECT_EQ(field.first.row, row[3]);
    EXPECT_EQ(field.first.column, row[3]);
  }
}

TEST(Golden, explain_ascent) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const std::optional<Ascent> ascent = gradient_ascent(network, golden.best_class(network), golden.input(), 10);
    ASSERT_TRUE(ascent);
    expect_golden({ascent->scores.begin(), ascent->scores.end()}, golden.floats("ascent.scores"), "scores", 1e-2);
    expect_golden(ascent->input, golden.floats("ascent.image"), "image", 1e-2);
  });
}

}  // namespace
}  // namespace striate
