// train.py for Keras.
#include "engine/error.h"
#include "engine/export/project_lines.h"
#include "engine/export/python_text.h"
#include "engine/training/loss_head.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

const char* const kScript = R"py("""@TITLE@, trained in Keras as it was trained in Striate.

    python train.py
    python train.py --help        what can be changed

The training begins with the weights in start.safetensors; what is learned goes into model.safetensors, which Striate
opens, too. Written by Striate; needs keras 3 with TensorFlow, PyTorch or JAX, numpy@PILLOW@.
"""
import argparse
import json
import math
import struct
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

from data import CLASSES, SEED, Batches, Pictures
from model import load, read_safetensors

HERE = Path(__file__).resolve().parent
BATCH = @BATCH@
STEPS = @STEPS@  # @EPOCHS@ epochs of @TRAINING@ pictures
RATE = @RATE@

@SCHEDULE@
@CHANGED@
def optimizer():
    """@OPTIMIZER_TEXT@"""
    return @OPTIMIZER@


def targets_of(labels):
    """What the outputs are compared with."""
    return @TARGETS@


def loss_of(targets, outputs):
    """@LOSS_TEXT@"""
    return @LOSS@


def answers(outputs):
    """The class of each picture."""
    return @ANSWERS@


def stacked(pictures, items):
    """Pictures as Keras has them, channels last, and their classes."""
    values, labels = zip(*(pictures[item] for item in items))
    return np.moveaxis(np.stack(values), 1, -1), np.array(labels)


def confusion(net, pictures, indices):
    """How often pictures of each class (rows) were taken for each class (columns)."""
    matrix = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for begin in range(0, len(indices), 256):
        values, labels = stacked(pictures, [(index, None) for index in indices[begin : begin + 256]])
        np.add.at(matrix, (labels, answers(net.predict_on_batch(values))), 1)
    return matrix


def accuracy(matrix):
    return matrix.trace() / max(1, matrix.sum())


def write_safetensors(path, arrays, metadata):
    header, end = {"__metadata__": metadata}, 0
    for name, values in arrays.items():
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": [end, end + 4 * values.size]}
        end += 4 * values.size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.writelines(values.astype("<f4").tobytes() for values in arrays.values())


def arrays_of(net):
    """The weights under Striate's names and in its order. Where each of them is in Keras is found by loading numbers in
    their places: 1, 2, 3, ..., in two parts that float32 holds exactly."""
    start, part = read_safetensors(HERE / "start.safetensors"), 1 << 20
    count, places, numbers = 0, {}, []
    for name, values in start.items():
        places[name] = np.arange(count + 1, count + 1 + values.size).reshape(values.shape)
        count += values.size
    with tempfile.TemporaryDirectory() as folder:
        for half in (lambda n: n % part, lambda n: n // part):
            path = Path(folder) / "places.safetensors"
            write_safetensors(path, {name: half(place) for name, place in places.items()}, {})
            numbers.append(load(path).get_weights())
    found = np.full(count + 1, np.nan, np.float32)
    for low, high, values in zip(*numbers, net.get_weights()):
        found[(low + high.astype(np.int64) * part).astype(np.int64)] = values
    return {name: found[place] for name, place in places.items()}


def save(net, path, step):
    """Weights as Striate's own files have them: its names, and in the metadata all that belongs to the network."""
    with open(HERE / "start.safetensors", "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(length))["__metadata__"]
    write_safetensors(path, arrays_of(net), metadata | {"step": str(step)})


def train(options):
    pictures = Pictures(@FOLDER@)
    epoch = len(pictures.training) / BATCH  # steps of one
    steps = STEPS if options.epochs is None else math.ceil(options.epochs * epoch - 1e-9)
    net = load(HERE / "start.safetensors")
@FIXED@    net.compile(optimizer(), loss_of)

    log = []
    for step, items in enumerate(Batches(pictures.training, BATCH, steps@LEFT_OUT@), 1):
        values, labels = stacked(pictures, items)
        net.optimizer.learning_rate = RATE * share_of_rate(step - 1)
        net.reset_metrics()  # the loss of this batch, not the mean of all
        log.append(float(net.train_on_batch(values, targets_of(labels))))
        if not math.isfinite(log[-1]):
            raise SystemExit("the loss is no number any more: try a smaller learning rate")
        if step == 1 or int(step / epoch) != int((step - 1) / epoch) or step == steps:
            line = f"step {step}/{steps}  epoch {step / epoch:.2f}  loss {np.mean(log[-math.ceil(epoch) :]):.6f}"
            if step > 1 and pictures.validation:
                line += f"  validation {100 * accuracy(confusion(net, pictures, pictures.validation)):.2f} %"
            print(line, flush=True)

    matrix = confusion(net, pictures, pictures.test)
    save(net, options.save, steps)
@REPORT@

def main():
    parser = argparse.ArgumentParser(description="Trains the network as Striate did.")
    parser.add_argument("--epochs", type=float, help="how long (as long as in Striate: @EPOCHS@)")
    parser.add_argument("--save", type=Path, default=HERE / "model.safetensors", help="where the network goes")
@DATA_OPTION@    options = parser.parse_args()
    keras.utils.set_random_seed(SEED % (1 << 32))
    train(options)


if __name__ == "__main__":
    main()
)py";

const char* const kChanged = R"py(
class Changed(keras.optimizers.@KIND@):
    """@ABOUT@"""

    def apply(self, gradients, variables=None):
        weights = self._trainable_variables if variables is None else variables
@CHANGES@        super().apply(gradients, variables)

)py";

const char* keras_name(const std::string& name) {
  return name == "sgd"       ? "SGD"
         : name == "adagrad" ? "Adagrad"
         : name == "rmsprop" ? "RMSprop"
         : name == "adam"    ? "Adam"
                             : "AdamW";
}

// What is done to gradients before the optimizer takes them, in the order of PyTorch; empty: nothing.
std::string changed_lines(const TrainerSettings& s) {
  const OptimizerSettings& o = s.optimizer;
  const std::string name = o.kind->name;
  std::string about, changes;
  const auto add = [&](const std::string& more, const std::string& lines) {
    about += (about.empty() ? "" : " ") + more;
    changes += lines;
  };
  const auto added = [](const std::string& what) {
    return fmt::format("        gradients = [g + {} for g, w in zip(gradients, weights)]\n", what);
  };
  if (s.l1 > 0) {
    add("A penalty on the size of every weight is part of the gradient.",
        added(python_number(s.l1) + " * ops.sign(ops.convert_to_tensor(w))"));
  }
  if (s.clip_norm > 0) {
    add("Gradients are clipped by their norm as in PyTorch.",
        fmt::format("        norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradients))\n"
                    "        share = ops.minimum(1.0, {} / (norm + 1e-6))\n"
                    "        gradients = [g * share for g in gradients]\n",
                    python_number(s.clip_norm)));
  }
  if (o["decay"] > 0 && name != "adamw") {
    add("Weight decay is part of the gradient, as in PyTorch; Keras's own takes it from the weight.",
        added(python_number(o.meant("decay")) + " * ops.convert_to_tensor(w)"));
  }
  if (changes.empty()) return "";
  return filled_in(kChanged, {{"KIND", keras_name(name)}, {"ABOUT", about}, {"CHANGES", changes}});
}

std::string optimizer_line(const TrainerSettings& s) {
  const OptimizerSettings& o = s.optimizer;
  const auto value = [&](const char* word) { return python_number(o.meant(word)); };
  const std::string name = o.kind->name;
  const std::string own = changed_lines(s).empty() ? fmt::format("keras.optimizers.{}", keras_name(name)) : "Changed";
  const auto epsilon = [&] { return static_cast<double>(o["epsilon"]); };
  if (name == "sgd") {
    return fmt::format("{}(RATE, momentum={}, nesterov={})", own, value("momentum"),
                       o["nesterov"] != 0 ? "True" : "False");
  }
  // Keras adds these two under the root.
  if (name == "adagrad") {
    return fmt::format("{}(RATE, initial_accumulator_value={}, epsilon={})", own, value("initial"),
                       python_number(epsilon() * epsilon()));
  }
  if (name == "rmsprop") {
    return fmt::format("{}(RATE, rho={}, epsilon={})", own, value("rho"), python_number(epsilon() * epsilon()));
  }
  check(name == "adam" || name == "adamw", "{} has no name in Keras", name);
  return fmt::format("{}(RATE, beta_1={}, beta_2={}, epsilon={}{})", own, value("beta1"), value("beta2"),
                     python_number(epsilon()), name == "adamw" ? ", weight_decay=" + value("decay") : "");
}

std::string loss_line(const TrainerSettings& settings, int outputs) {
  switch (settings.loss) {
    case Loss::cross_entropy:
      if (settings.label_smoothing > 0) {
        return fmt::format(
            "keras.losses.categorical_crossentropy(\n        ops.one_hot(ops.cast(targets[:, 0], \"int32\"), {}), "
            "outputs, from_logits=True, label_smoothing={}\n    )",
            outputs, python_number(settings.label_smoothing));
      }
      return "keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=True)";
    case Loss::negative_log_likelihood:
      return "-ops.sum(targets * outputs, axis=-1)";
    case Loss::maximum_a_posteriori:
      return fmt::format(
          "keras.losses.sparse_categorical_crossentropy(\n"
          "        targets, ops.pad(outputs, ((0, 0), (0, 1)), constant_values=-{}), from_logits=True\n    )",
          python_number(static_cast<double>(kNoClassDistance)));
    case Loss::mean_squared_error:
      return "ops.mean(ops.square(outputs - targets), axis=-1)";
    case Loss::binary_cross_entropy:
      return "keras.losses.binary_crossentropy(targets, outputs)";
    case Loss::binary_cross_entropy_logits:
      return "keras.losses.binary_crossentropy(targets, outputs, from_logits=True)";
  }
  return "";
}

}  // namespace

std::string project_keras(const ProjectFacts& facts) {
  const TrainerSettings& s = facts.settings;
  const bool folder = !facts.folder.empty();
  const std::string threshold = s.loss == Loss::binary_cross_entropy_logits ? "0" : "0.5";
  return filled_in(
      kScript,
      {{"TITLE", facts.title},
       {"LEFT_OUT", facts.left_out ? ", left_out=pictures.left_out" : ""},
       {"PILLOW", folder ? " and Pillow" : ""},
       {"BATCH", std::to_string(s.batch)},
       {"STEPS", std::to_string(facts.steps)},
       {"EPOCHS", epochs_text(facts)},
       {"TRAINING", std::to_string(facts.training)},
       {"RATE", fmt::format("{}", s.rate)},
       {"SCHEDULE", schedule_lines(s.schedule)},
       {"CHANGED", changed_lines(s)},
       {"OPTIMIZER_TEXT", s.optimizer.text()},
       {"OPTIMIZER", optimizer_line(s)},
       {"TARGETS", gives_probabilities(s.loss) || facts.outputs == 1
                       ? std::string("labels[:, None]") + (gives_probabilities(s.loss) ? "" : ".astype(np.float32)")
                       : fmt::format("np.eye({}, dtype=np.float32)[labels]", facts.outputs)},
       {"LOSS_TEXT", loss_text(s.loss)},
       {"LOSS", loss_line(s, facts.outputs)},
       {"ANSWERS", facts.outputs == 1 ? "(outputs[:, 0] > " + threshold + ").astype(int)" : "outputs.argmax(axis=1)"},
       {"FOLDER", folder ? "options.data" : ""},
       {"DATA_OPTION", folder ? kDataOption : ""},
       {"FIXED", fixed_lines(facts, "    net.get_layer({}).trainable = False  # as it is given\n")},
       {"REPORT", kReportLines}});
}

}  // namespace striate
