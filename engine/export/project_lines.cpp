#include "engine/export/project_lines.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/export/python_text.h"

namespace striate {

std::string epochs_text(const ProjectFacts& facts) {
  return fmt::format("{:.4g}", static_cast<double>(facts.steps * facts.settings.batch) /
                                   static_cast<double>(std::max<int64_t>(1, facts.training)));
}

std::string schedule_lines(const Schedule& s) {
  std::string text = "\ndef share_of_rate(step):\n";
  text += fmt::format("    \"\"\"What the learning rate is multiplied with at a step, counted from 0: {}.\"\"\"\n",
                      s.text());
  if (s.warm_up > 0) {
    text += fmt::format("    if step < {0}:\n        return (step + 1) / {0}\n    step -= {0}\n", s.warm_up);
  }
  switch (s.kind) {
    case Schedule::Kind::constant:
      return text + "    return 1\n";
    case Schedule::Kind::step:
      return text + fmt::format("    return {} ** (step // {})\n", s.factor, s.every);
    case Schedule::Kind::cosine:
      return text + fmt::format(
                        "    if step >= {0}:\n        return {1}\n"
                        "    return {1} + (1 - {1}) * (1 + math.cos(math.pi * step / {0})) / 2\n",
                        s.length, s.least);
    case Schedule::Kind::inverse:
      return text + fmt::format("    return 1 / (1 + step / {})\n", s.half);
  }
  return text;
}

std::string loss_text(Loss loss) {
  switch (loss) {
    case Loss::cross_entropy:
      return "Cross-entropy of the logits, the mean over the pictures.";
    case Loss::negative_log_likelihood:
      return "Minus the logarithm of the probability of the right class, the mean over the pictures.";
    case Loss::maximum_a_posteriori:
      return "LeCun's criterion (1998): cross-entropy with one more class, for what is none of them.";
    case Loss::mean_squared_error:
      return "The mean of the squared differences from 1 for the right class and 0 for the others.";
    case Loss::binary_cross_entropy:
      return "Cross-entropy of each output by itself, of probabilities.";
    case Loss::binary_cross_entropy_logits:
      return "Cross-entropy of each output by itself, of logits.";
  }
  return "";
}

std::string fixed_lines(const ProjectFacts& facts, const char* format) {
  std::string text;
  for (const std::string& name : facts.fixed) text += fmt::format(fmt::runtime(format), python_text(name));
  return text;
}

const char* const kDataOption =
    "    parser.add_argument(\"--data\", type=Path, help=\"the folder with the pictures, to read them from their "
    "files\")\n";

const char* const kReportLines = R"py(    with open(HERE / "log.csv", "w") as file:
        file.write("step,loss\n")
        file.writelines(f"{step},{loss:.9g}\n" for step, loss in enumerate(log, 1))
    if pictures.test:
        width = max(len(name) for name in CLASSES)
        print("confusion matrix of the test part: a row for each class, a column for each answer")
        for name, row in zip(CLASSES, matrix):
            print(f"{name:>{width}} ", *(f"{count:5d}" for count in row))
        print(f"test.samples {len(pictures.test)}")
        print(f"test.accuracy {accuracy(matrix):.4f}")
    print(f"saved {options.save}")
)py";

}  // namespace striate
