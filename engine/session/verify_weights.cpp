#include "engine/session/verify_weights.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/files/torch_file.h"
#include "engine/network/weights_file.h"
#include "engine/session/session.h"

namespace striate {

WeightsVerification verify_weights(Stream& stream, const std::string& path, const Architecture& architecture) {
  const SafeTensors file = open_tensors(path);
  for (const char* name : {"input", "logits"}) {
    if (!file.has(name))
      throw Error(fmt::format("{} holds no tensor named \"{}\"", path, name),
                  "store what the network was given as `input` (N, C, H, W) and what it answered as `logits`");
  }
  const std::vector<int64_t>& given = file.at("input").shape;
  std::vector<int64_t> wanted = architecture.shapes(1)[0].sizes();
  if (given.size() == wanted.size() && !given.empty()) wanted[0] = given[0];
  if (given != wanted || given.empty() || given[0] < 1 || given[0] > 65536)
    throw Error(fmt::format("{}: its input is {}, the network takes {} for each picture", path, sizes_in_words(given),
                            architecture.input().text()),
                "use the model of that input size");
  Session session(stream, architecture);
  WeightsLoading how;
  how.ignored = [](const std::string& name) { return name == "input" || name == "logits"; };
  load_weights(stream, file, path, session.network(), how);
  const std::vector<float> logits = file.floats("logits");
  const Shape answers = architecture.shapes(given[0]).back();
  if (static_cast<int64_t>(logits.size()) != answers.count())
    throw Error(fmt::format("{}: its logits are {}, the network gives {}", path,
                            sizes_in_words(file.at("logits").shape), answers.text()),
                "use the model that has that many classes");
  SessionRequest request;
  request.input = file.floats("input");
  request.batch = static_cast<int>(given[0]);
  const std::vector<float> computed = session.run(request)->output.values;
  WeightsVerification result;
  result.notes = file.notes();
  result.pictures = given[0];
  result.values = static_cast<int64_t>(logits.size());
  for (size_t i = 0; i < logits.size(); ++i) {
    if (std::isfinite(logits[i])) result.largest_logit = std::max(result.largest_logit, std::fabs(double{logits[i]}));
    const bool same = logits[i] == computed[i] || (std::isnan(logits[i]) && std::isnan(computed[i]));
    const double error = same ? 0 : std::fabs(double{logits[i]} - double{computed[i]});
    if (error <= result.largest_error || std::isnan(result.largest_error)) continue;
    result.largest_error = error;
    result.at = static_cast<int64_t>(i);
    result.stored = logits[i];
    result.computed = computed[i];
  }
  return result;
}

}  // namespace striate
