// README.md of a training's project.
#include "engine/error.h"
#include "engine/export/project_lines.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

const char* const kText = R"py(# @TITLE@

A training that Striate did, as a project for @LIBRARY@.

    pip install @PACKAGES@
@RUN@
| file | |
|---|---|
| `train.py` | the training: @OPTIMIZER@, rate @RATE@ (@SCHEDULE@), batches of @BATCH@, @EPOCHS@ epochs, loss @LOSS@ |
| `model.py` | the network; `python model.py photo.jpg` answers for a picture once it is trained |
| `data.py` | order@AUGMENTATION@ and normalization of the pictures |
| `split.csv` | the part of each picture: @TRAINING@ training, @VALIDATION@ validation, @TEST@ test |
| `start.safetensors` | the weights that the training began with |
@DATA@| `model.safetensors` | what was learned, written at the end: `striate evaluate model.safetensors --data ...` |
| `log.csv` | the loss of each step, written at the end |

The same as in Striate: the split, the starting weights, the order of the pictures in every epoch@SAME@, so that the first
loss agrees and the others begin alike. Sums are rounded differently, so trainings drift apart after some steps and end
about as well.
@DIFFERENT@)py";

}  // namespace

std::string project_readme(const ProjectFacts& facts, bool keras) {
  const bool folder = !facts.folder.empty();
  const TrainerSettings& s = facts.settings;
  const std::string pillow = folder ? " pillow" : "";
  std::string data, different;
  if (facts.stored) data += "| `data/pictures.npy` | the pictures, fitted: samples, channels, rows, columns |\n";
  if (folder) {
    data += fmt::format(
        "| `{}` | the pictures' own files{} |\n", facts.folder,
        facts.stored ? ": `train.py --data FOLDER` reads them anew" : "; elsewhere: `train.py --data FOLDER`");
    different +=
        "\nRead from their files, JPEG pictures are decoded by Pillow, which rounds some pixels by a level "
        "otherwise.\n";
  }
  if (facts.random_layers) {
    different += "\nDropout draws its zeros with the library's own numbers: the first loss already differs a little.\n";
  }
  if (keras) {
    const std::string name = s.optimizer.kind->name;
    if (name == "sgd" && s.optimizer["momentum"] > 0) {
      different +=
          "\nKeras's momentum holds the rate of earlier steps: where the rate changes, steps differ a little.\n";
    }
    if (facts.batch_statistics) {
      different +=
          "\nKeras's batch normalization averages the variance of the batch itself, Striate's and PyTorch's that\n"
          "which it lets expect (n - 1 instead of n): the running statistics differ a little.\n";
    }
  } else {
    different += "\nWith `torchrun` every process takes its share of each batch, so that the steps stay the same.\n";
    if (facts.batch_statistics) {
      different +=
          "Batch normalizations measure the whole batch on GPUs (SyncBatchNorm); on processors each process measures\n"
          "its share.\n";
    }
  }
  return filled_in(
      kText,
      {{"TITLE", facts.title},
       {"LIBRARY", keras ? "Keras 3" : "PyTorch"},
       {"PACKAGES", (keras ? "keras numpy tensorflow" : "torch numpy") + pillow},
       {"RUN", keras ? "    python train.py\n"
                     : "    python train.py\n    torchrun --nproc_per_node=2 train.py     # by two processes\n"},
       {"OPTIMIZER", s.optimizer.text()},
       {"RATE", fmt::format("{}", s.rate)},
       {"SCHEDULE", s.schedule.text()},
       {"BATCH", std::to_string(s.batch)},
       {"EPOCHS", epochs_text(facts)},
       {"LOSS", loss_name(s.loss)},
       {"AUGMENTATION", facts.augmentation.empty() ? "" : ", random changes (" + facts.augmentation.text() + ")"},
       {"TRAINING", std::to_string(facts.training)},
       {"VALIDATION", std::to_string(facts.validation)},
       {"TEST", std::to_string(facts.test)},
       {"DATA", data},
       {"SAME", facts.augmentation.empty() ? "" : " and their random changes"},
       {"DIFFERENT", different}});
}

}  // namespace striate
