#include "engine/explain/occlusion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/explain/explain_batch.h"

namespace striate {
namespace {

void check_settings(const OpenNetworkInfo& info, const Shape& picture, const OcclusionSettings& settings) {
  if (picture[1] * picture[2] == 1) {
    throw Error(fmt::format("{} takes {}: no rows and columns to lay a square over", info.name, picture.text()),
                "choose a network for pictures");
  }
  const int64_t most = std::min(picture[1], picture[2]);
  if (settings.size < 1 || settings.size > most) {
    throw Error(fmt::format("a square of {} pixels on a picture of {} x {}", settings.size, picture[2], picture[1]),
                fmt::format("1 to {}", most));
  }
  if (settings.stride < 1) throw Error(fmt::format("a stride of {} pixels", settings.stride), "1 or more");
}

// The probability of a class, or the difference of two, of one picture: in double from the logits where they go through
// a softmax, since a drop is a small difference of two.
double probability(const Session& session, const Target& target, const std::vector<float>& logits,
                   const std::vector<float>& output) {
  const std::string& loss = session.file().loss;
  const bool softmax =
      target.node + 1 < session.architecture().size() || loss.empty() || parse_loss(loss) == Loss::cross_entropy;
  std::vector<double> shares;
  if (softmax && logits.size() > 1) {
    const auto most = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
    double sum = 0;
    for (const float v : logits) sum += std::exp(static_cast<double>(v) - most);
    for (const float v : logits) shares.push_back(std::exp(static_cast<double>(v) - most) / sum);
  } else {
    const std::vector<float> probabilities = session.probabilities(output);
    shares.assign(probabilities.begin(), probabilities.end());
    if (logits.size() == 1) shares.erase(shares.begin());  // its one value stands for the second of two classes
  }
  double sum = 0;
  for (const Target::Term& term : target.terms) {
    sum += static_cast<double>(term.weight) * shares[static_cast<size_t>(term.at)];
  }
  return sum;
}

}  // namespace

std::optional<Occlusion> occlusion(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                   const OcclusionSettings& settings, const OcclusionProgress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  const Shape picture = picture_shape(*info);
  check_settings(*info, picture, settings);
  const std::string& from = info->layers[static_cast<size_t>(target.node)].name;
  const bool of_class = target.node == info->logits;

  Occlusion made;
  const auto empty = [&] {
    HeatMap map;
    map.rows = (picture[1] - settings.size) / settings.stride + 1;
    map.columns = (picture[2] - settings.size) / settings.stride + 1;
    map.step_y = map.step_x = settings.stride;
    map.size_y = map.size_x = settings.size;
    map.values.assign(static_cast<size_t>(map.rows * map.columns), std::numeric_limits<float>::quiet_NaN());
    return map;
  };
  made.score = empty();
  if (of_class) made.softmax = empty();
  made.all = made.score.rows * made.score.columns;
  const Session::Progress goes_on = [&](int, int) { return !progress || progress(made); };

  // Runs the pictures of a batch; what each gives.
  struct Answer {
    double score = 0, softmax = 0;
  };
  const auto run = [&](std::vector<float> pictures, int count) -> std::optional<std::vector<Answer>> {
    SessionRequest request = network.request_of(std::move(pictures), count);
    request.output = of_class;
    request.activations = {from};
    const std::optional<SessionResult> result = network.session().run(request, goes_on);
    if (!result) return std::nullopt;
    std::vector<Answer> answers(static_cast<size_t>(count));
    const auto part = [&](const std::vector<float>& all, int i) {
      const auto size = static_cast<std::ptrdiff_t>(all.size() / static_cast<size_t>(count));
      return std::vector<float>(all.begin() + i * size, all.begin() + (i + 1) * size);
    };
    for (int i = 0; i < count; ++i) {
      Answer& answer = answers[static_cast<size_t>(i)];
      const std::vector<float> values = part(result->activations.at(from).values, i);
      answer.score = target.value(values);
      if (of_class) answer.softmax = probability(network.session(), target, values, part(result->output.values, i));
    }
    return answers;
  };

  const auto cover = [&](float* values, int64_t top, int64_t left) {
    const bool last = info->channels_last;
    for (int64_t c = 0; c < picture[0]; ++c) {
      for (int64_t y = top; y < top + settings.size; ++y) {
        for (int64_t x = left; x < left + settings.size; ++x) {
          values[last ? (y * picture[2] + x) * picture[0] + c : (c * picture[1] + y) * picture[2] + x] = settings.value;
        }
      }
    }
  };
  const auto whole = run(input, 1);
  if (!whole) return std::nullopt;
  made.whole = (*whole)[0].score, made.whole_softmax = (*whole)[0].softmax;
  const auto most = static_cast<int64_t>(explain_batch(*info, false, 32));
  while (made.done < made.all) {
    const int count = static_cast<int>(std::min(most, made.all - made.done));
    std::vector<float> pictures = repeated(input, count);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = (made.done + i) / made.score.columns, column = (made.done + i) % made.score.columns;
      cover(pictures.data() + i * static_cast<int64_t>(input.size()), row * settings.stride, column * settings.stride);
    }
    const auto answers = run(std::move(pictures), count);
    if (!answers) return std::nullopt;
    for (const Answer& answer : *answers) {
      const auto at = static_cast<size_t>(made.done++);
      made.score.values[at] = static_cast<float>(made.whole - answer.score);
      if (of_class) made.softmax.values[at] = static_cast<float>(made.whole_softmax - answer.softmax);
    }
    if (progress && !progress(made) && made.done < made.all) return std::nullopt;
  }
  return made;
}

}  // namespace striate
