#include "engine/training/optimizer_settings.h"

#include "engine/nearest_word.h"
#include "engine/network/layer_words.h"

namespace striate {
namespace {

const char* kSyntax[] = {"sgd [momentum M [nesterov]] [decay D]", "rmsprop [rho R] [epsilon E] [decay D]",
                         "adam [beta1 B] [beta2 B] [epsilon E] [decay D]",
                         "adamw [beta1 B] [beta2 B] [epsilon E] [decay D]"};

OptimizerSettings defaults(OptimizerSettings::Kind kind) {
  OptimizerSettings settings;
  settings.kind = kind;
  if (kind == OptimizerSettings::Kind::adamw) settings.weight_decay = 0.01f;
  return settings;
}

}  // namespace

const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names{"sgd", "rmsprop", "adam", "adamw"};
  return names;
}

OptimizerSettings OptimizerSettings::parse(const std::string& text) {
  std::vector<PlacedWord> list = placed_words(text);
  if (list.empty()) throw Error("no optimizer", fmt::format("use one of {}", fmt::join(optimizer_names(), ", ")));
  size_t index = 0;
  while (index < optimizer_names().size() && optimizer_names()[index] != list[0].text) ++index;
  if (index == optimizer_names().size()) {
    throw Error(fmt::format("unknown optimizer \"{}\"", list[0].text), nearest_hint(list[0].text, optimizer_names()));
  }
  LayerWords words(std::move(list), kSyntax[index]);
  OptimizerSettings s = defaults(static_cast<Kind>(index));
  const bool adam_like = s.kind == Kind::adam || s.kind == Kind::adamw;
  const auto number = [&](const char* what, double low, double high) {
    return static_cast<float>(words.number(what, low, high));
  };
  while (words.more()) {
    if (words.take("decay")) {
      s.weight_decay = number("weight decay", 0, 1);
    } else if (s.kind == Kind::sgd && words.take("momentum")) {
      s.momentum = number("momentum", 0, 0.9999);
    } else if (s.kind == Kind::sgd && words.take("nesterov")) {
      s.nesterov = true;
    } else if (s.kind == Kind::rmsprop && words.take("rho")) {
      s.rho = number("rho", 0, 0.99999);
    } else if (adam_like && words.take("beta1")) {
      s.beta1 = number("beta1", 0, 0.99999);
    } else if (adam_like && words.take("beta2")) {
      s.beta2 = number("beta2", 0, 0.9999999);
    } else if (s.kind != Kind::sgd && words.take("epsilon")) {
      s.epsilon = number("epsilon", 1e-20, 1);
    } else {
      words.unknown(s.kind == Kind::sgd       ? std::vector<std::string>{"momentum", "nesterov", "decay"}
                    : s.kind == Kind::rmsprop ? std::vector<std::string>{"rho", "epsilon", "decay"}
                                              : std::vector<std::string>{"beta1", "beta2", "epsilon", "decay"});
    }
  }
  if (s.nesterov && s.momentum == 0) {
    throw Error("nesterov without momentum", "write sgd momentum 0.9 nesterov");
  }
  return s;
}

std::string OptimizerSettings::text() const {
  const OptimizerSettings plain = defaults(kind);
  std::string text = optimizer_names()[static_cast<size_t>(kind)];
  const auto put = [&](const char* name, float value, float usual) {
    if (value != usual) text += fmt::format(" {} {}", name, number_text(value));
  };
  if (kind == Kind::sgd) {
    put("momentum", momentum, plain.momentum);
    if (nesterov) text += " nesterov";
  } else if (kind == Kind::rmsprop) {
    put("rho", rho, plain.rho);
    put("epsilon", epsilon, plain.epsilon);
  } else {
    put("beta1", beta1, plain.beta1);
    put("beta2", beta2, plain.beta2);
    put("epsilon", epsilon, plain.epsilon);
  }
  put("decay", weight_decay, plain.weight_decay);
  return text;
}

std::vector<std::string> OptimizerSettings::states() const {
  switch (kind) {
    case Kind::sgd:
      return momentum > 0 ? std::vector<std::string>{"velocity"} : std::vector<std::string>{};
    case Kind::rmsprop:
      return {"square"};
    case Kind::adam:
    case Kind::adamw:
      return {"mean", "square"};
  }
  return {};
}

float OptimizerSettings::usual_rate() const {
  if (kind == Kind::sgd) return momentum > 0 ? 0.01f : 0.1f;
  return kind == Kind::rmsprop ? 1e-3f : 3e-3f;
}

const std::vector<std::string>& loss_names() {
  static const std::vector<std::string> names{"cross-entropy", "nll", "mse", "bce", "bce-logits"};
  return names;
}
const char* loss_name(Loss loss) { return loss_names()[static_cast<size_t>(loss)].c_str(); }
Loss parse_loss(const std::string& name) {
  for (size_t i = 0; i < loss_names().size(); ++i) {
    if (loss_names()[i] == name) return static_cast<Loss>(i);
  }
  throw Error(fmt::format("unknown loss \"{}\"", name), nearest_hint(name, loss_names()));
}

}  // namespace striate
