// train.py for PyTorch.
#include "engine/error.h"
#include "engine/export/project_lines.h"
#include "engine/export/python_text.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

const char* const kScript = R"py("""@TITLE@, trained in PyTorch as it was trained in Striate.

    python train.py                               on a GPU where there is one
    torchrun --nproc_per_node=2 train.py          the same training by two processes, one for each GPU
    python train.py --help                        what can be changed

The training begins with the weights in start.safetensors; what is learned goes into model.safetensors, which Striate
opens, too. Written by Striate; needs torch, numpy@PILLOW@.
"""
import argparse
import json
import math
import os
import struct
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader

from data import CLASSES, SEED, Batches, Pictures
from model import @FREEZE_NAME@load, read_safetensors

HERE = Path(__file__).resolve().parent
BATCH = @BATCH@
STEPS = @STEPS@  # @EPOCHS@ epochs of @TRAINING@ pictures
RATE = @RATE@

@SCHEDULE@

def optimizer_for(net):
    """@OPTIMIZER_TEXT@"""
    learned = [value for value in net.parameters() if value.requires_grad]
    return @OPTIMIZER@


def loss_of(outputs, labels):
    """@LOSS_TEXT@"""
@LOSS@


@CHANGES@def answers(outputs):
    """The class of each picture."""
    return @ANSWERS@


def to_train(net):
    """Layers as they compute while they learn."""
    net.train()
@FREEZE@    return net


@torch.no_grad()
def confusion(net, pictures, indices, device, process, processes):
    """How often pictures of each class (rows) were taken for each class (columns)."""
    matrix = torch.zeros(len(CLASSES), len(CLASSES), dtype=torch.int64, device=device)
    mine = [(index, None) for index in indices[process::processes]]
    batches = [mine[begin : begin + 256] for begin in range(0, len(mine), 256)]
    net.eval()
    for values, labels in DataLoader(pictures, batch_sampler=batches):
        found = answers(net(values.to(device))).cpu()
        for label, answer in zip(labels.tolist(), found.tolist()):
            matrix[label, answer] += 1
    to_train(net)
    if processes > 1:
        dist.all_reduce(matrix)
    return matrix.cpu().numpy()


def accuracy(matrix):
    return matrix.trace() / max(1, matrix.sum())


def save(net, path, step):
    """Weights as Striate's own files have them: its names, and in the metadata all that belongs to the network."""
    with open(HERE / "start.safetensors", "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(length))["__metadata__"]
    state, header, values, end = net.state_dict(), {}, [], 0
    for name, begun in read_safetensors(HERE / "start.safetensors").items():
        values.append(state[name].detach().cpu().numpy().astype("<f4").tobytes())
        header[name] = {"dtype": "F32", "shape": begun.shape, "data_offsets": [end, end + len(values[-1])]}
        end += len(values[-1])
    text = json.dumps({"__metadata__": metadata | {"step": str(step)}, **header}).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(values))


def train(options, process, processes, device):
    pictures = Pictures(@FOLDER@)
    epoch = len(pictures.training) / BATCH  # steps of one
    steps = STEPS if options.epochs is None else math.ceil(options.epochs * epoch - 1e-9)
    net = load(HERE / "start.safetensors").to(device)
@FIXED@@SYNCHRONIZED@    to_train(net)
    learner = net
    if processes > 1:
        learner = DistributedDataParallel(net, [device.index] if device.type == "cuda" else None)
    optimizer = optimizer_for(net)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, share_of_rate)
    batches = Batches(pictures.training, BATCH, steps, process, processes@LEFT_OUT@)
    loader = DataLoader(pictures, batch_sampler=batches, num_workers=options.workers, pin_memory=device.type == "cuda")

    log, losses = [], []
    for step, (values, labels) in enumerate(loader, 1):
        values, labels = values.to(device, non_blocking=True), labels.to(device, non_blocking=True)
        optimizer.zero_grad()
        # The mean over the whole batch: gradients are averaged over processes, whose shares may differ by a picture.
        loss = loss_of(learner(values), labels) * len(labels) / BATCH
        (loss * processes).backward()
@CHANGED@        optimizer.step()
        schedule.step()
        losses.append(loss.detach())
        if step == 1 or int(step / epoch) != int((step - 1) / epoch) or step == steps:
            whole = torch.stack(losses)
            if processes > 1:
                dist.all_reduce(whole)
            log, losses = log + whole.tolist(), []
            line = f"step {step}/{steps}  epoch {step / epoch:.2f}  loss {np.mean(log[-math.ceil(epoch) :]):.6f}"
            if step > 1 and pictures.validation:
                share = accuracy(confusion(net, pictures, pictures.validation, device, process, processes))
                line += f"  validation {100 * share:.2f} %"
            if process == 0:
                print(line, flush=True)
            if not math.isfinite(log[-1]):
                raise SystemExit("the loss is no number any more: try a smaller learning rate")

    matrix = confusion(net, pictures, pictures.test, device, process, processes)
    if process > 0:
        return
    save(net, options.save, steps)
@REPORT@

def main():
    parser = argparse.ArgumentParser(description="Trains the network as Striate did.")
    parser.add_argument("--epochs", type=float, help="how long (as long as in Striate: @EPOCHS@)")
    parser.add_argument("--save", type=Path, default=HERE / "model.safetensors", help="where the network goes")
@DATA_OPTION@    parser.add_argument("--workers", type=int, default=0, help="processes that read pictures ahead (0)")
    parser.add_argument("--device", help="cuda, cpu, mps (cuda where there is one)")
    options = parser.parse_args()
    processes, process = int(os.environ.get("WORLD_SIZE", 1)), int(os.environ.get("RANK", 0))
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if processes > BATCH:
        raise SystemExit(f"{processes} processes have nothing to share in batches of {BATCH}")
    if processes > 1:
        if device.type == "cuda":
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
            torch.cuda.set_device(device)
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    torch.manual_seed(SEED + process)
    train(options, process, processes, device)
    if processes > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
)py";

const char* const kSynchronized = R"py(    if processes > 1 and device.type == "cuda":
        # Batch normalizations measure the whole batch; on processors each process measures its share.
        net = nn.SyncBatchNorm.convert_sync_batchnorm(net)
        net.layer = {name: net.get_submodule(name) for name in net.layer}
)py";

// What is done to gradients before the optimizer takes them; empty: nothing.
std::string change_lines(const TrainerSettings& s) {
  if (s.l1 == 0 && s.clip_norm == 0) return "";
  std::string text =
      "def change_gradients(net):\n    \"\"\"What the optimizer takes: gradients with a penalty on the weights' size, "
      "clipped by their norm.\"\"\"\n    learned = [value for value in net.parameters() if value.requires_grad]\n";
  if (s.l1 > 0) {
    text += fmt::format("    for value in learned:\n        value.grad.add_(value.detach().sign(), alpha={})\n",
                        python_number(s.l1));
  }
  if (s.clip_norm > 0) {
    text += fmt::format("    nn.utils.clip_grad_norm_(learned, {})\n", python_number(s.clip_norm));
  }
  return text + "\n\n";
}

std::string optimizer_line(const OptimizerSettings& o) {
  const auto value = [&](const char* word) { return python_number(o.meant(word)); };
  const auto epsilon = [&] { return python_number(static_cast<double>(o["epsilon"])); };
  const std::string name = o.kind->name;
  if (name == "sgd") {
    return fmt::format("torch.optim.SGD(learned, lr=RATE, momentum={}, nesterov={}, weight_decay={})",
                       value("momentum"), o["nesterov"] != 0 ? "True" : "False", value("decay"));
  }
  if (name == "adagrad") {
    return fmt::format("torch.optim.Adagrad(learned, lr=RATE, initial_accumulator_value={}, eps={}, weight_decay={})",
                       value("initial"), epsilon(), value("decay"));
  }
  if (name == "rmsprop") {
    return fmt::format("torch.optim.RMSprop(learned, lr=RATE, alpha={}, eps={}, weight_decay={})", value("rho"),
                       epsilon(), value("decay"));
  }
  check(name == "adam" || name == "adamw", "{} has no name in PyTorch", name);
  return fmt::format("torch.optim.{}(learned, lr=RATE, betas=({}, {}), eps={}, weight_decay={})",
                     name == "adam" ? "Adam" : "AdamW", value("beta1"), value("beta2"), epsilon(), value("decay"));
}

std::string loss_lines(const TrainerSettings& settings, int outputs) {
  const Loss loss = settings.loss;
  const std::string targets = outputs == 1
                                  ? "    targets = labels[:, None].to(outputs.dtype)\n"
                                  : fmt::format("    targets = F.one_hot(labels, {}).to(outputs.dtype)\n", outputs);
  switch (loss) {
    case Loss::cross_entropy:
      return settings.label_smoothing > 0
                 ? fmt::format("    return F.cross_entropy(outputs, labels, label_smoothing={})",
                               python_number(settings.label_smoothing))
                 : "    return F.cross_entropy(outputs, labels)";
    case Loss::negative_log_likelihood:
      return "    return F.nll_loss(outputs, labels)";
    case Loss::maximum_a_posteriori:
      return fmt::format("    return F.cross_entropy(F.pad(outputs, (0, 1), value=-{}), labels)",
                         python_number(static_cast<double>(kNoClassDistance)));
    case Loss::mean_squared_error:
      return targets + "    return F.mse_loss(outputs, targets)";
    case Loss::binary_cross_entropy:
      return targets + "    return F.binary_cross_entropy(outputs, targets)";
    case Loss::binary_cross_entropy_logits:
      return targets + "    return F.binary_cross_entropy_with_logits(outputs, targets)";
  }
  return "";
}

}  // namespace

std::string project_torch(const ProjectFacts& facts) {
  const TrainerSettings& s = facts.settings;
  const bool folder = !facts.folder.empty();
  const std::string threshold = s.loss == Loss::binary_cross_entropy_logits ? "0" : "0.5";
  return filled_in(
      kScript,
      {{"TITLE", facts.title},
       {"LEFT_OUT", facts.left_out ? ", left_out=pictures.left_out" : ""},
       {"PILLOW", folder ? " and Pillow" : ""},
       {"FREEZE_NAME", facts.frozen ? "freeze, " : ""},
       {"BATCH", std::to_string(s.batch)},
       {"STEPS", std::to_string(facts.steps)},
       {"EPOCHS", epochs_text(facts)},
       {"TRAINING", std::to_string(facts.training)},
       {"RATE", fmt::format("{}", s.rate)},
       {"SCHEDULE", schedule_lines(s.schedule)},
       {"OPTIMIZER_TEXT", s.optimizer.text()},
       {"OPTIMIZER", optimizer_line(s.optimizer)},
       {"LOSS_TEXT", loss_text(s.loss)},
       {"LOSS", loss_lines(s, facts.outputs)},
       {"CHANGES", change_lines(s)},
       {"CHANGED", change_lines(s).empty() ? "" : "        change_gradients(net)\n"},
       {"ANSWERS", facts.outputs == 1 ? "(outputs[:, 0] > " + threshold + ").long()" : "outputs.argmax(dim=1)"},
       {"FREEZE", facts.frozen ? "    freeze(net)\n" : ""},
       {"FIXED", fixed_lines(facts, "    net.get_parameter({}).requires_grad_(False)  # as it is given\n")},
       {"SYNCHRONIZED", facts.batch_statistics ? kSynchronized : ""},
       {"FOLDER", folder ? "options.data" : ""},
       {"DATA_OPTION", folder ? kDataOption : ""},
       {"REPORT", kReportLines}});
}

}  // namespace striate
