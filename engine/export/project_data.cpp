// data.py: the same split, order and changes of pictures as in Striate, in numpy.
#include "engine/error.h"
#include "engine/export/project_scripts.h"
#include "engine/export/python_text.h"

namespace striate {
namespace {

const char* const kBegin = R"py("""The pictures of this training: @SOURCE@, @SHAPE@.

split.csv says which picture is in which part. The order of the pictures@AND_CHANGES@ are functions of the seed alone, the
same ones as in Striate, whatever library trains. Written by Striate; needs numpy@PILLOW@.
"""
import csv
from pathlib import Path

import numpy as np
@IMPORT@
HERE = Path(__file__).resolve().parent
@FOLDER@PICTURE = @PICTURE@  # channels, height, width
@CLASSES@SEED = @SEED@
@NORMALIZATION@

def philox(sequence, count):
    """The first `count` random numbers of 32 bits of a sequence of this seed: Philox4x32-10 (Salmon, Moraes, Dror and
    Shaw 2011). They are functions of seed, sequence and place."""
    low = 0xFFFFFFFF
    c0 = np.arange((count + 3) // 4, dtype=np.uint64)
    c1, c2, c3 = (np.full_like(c0, value) for value in (0, sequence & low, sequence >> 32))
    key0, key1 = SEED & low, SEED >> 32
    for _ in range(10):
        a, b = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1 = (b >> np.uint64(32)) ^ c1 ^ np.uint64(key0), b & np.uint64(low)
        c2, c3 = (a >> np.uint64(32)) ^ c3 ^ np.uint64(key1), a & np.uint64(low)
        key0, key1 = (key0 + 0x9E3779B9) & low, (key1 + 0xBB67AE85) & low
    return np.stack([c0, c1, c2, c3], axis=1).flatten()[:count]


def order(epoch, count):
    """The order in which an epoch, counted from 0, takes its pictures (Fisher and Yates, from the end)."""
    bits = philox((1 << 60) + epoch, count).tolist()
    places = list(range(count))
    for size in range(count, 1, -1):
        other = bits[count - size] * size >> 32
        places[size - 1], places[other] = places[other], places[size - 1]
    return places


class Batches:
    """The pictures of each step, as (picture, number of the draw): shuffled epochs one behind the other, so that a batch
    may begin in one epoch and end in the next. Of several processes each takes its share of every batch.@LEFT_OUT_WORDS@"""

    def __init__(self, pictures, size, steps, process=0, processes=1@LEFT_OUT_ARGUMENT@):
        self.pictures, self.size, self.steps = pictures, size, steps
        self.process, self.processes = process, processes
@KEPT@
    def __len__(self):
        return self.steps

    def __iter__(self):
        count, epoch, places = len(self.pictures), -1, []
        for step in range(self.steps):
            batch = []
            for draw in range(step * self.size, (step + 1) * self.size):
                if draw // count != epoch:
                    epoch = draw // count
                    places = order(epoch, count)
                picture = self.pictures[places[draw % count]]
@INSTEAD@                batch.append((picture, draw))
            yield batch[self.process :: self.processes]

)py";

const char* const kLeftOutHelp = R"py(
    Of those that are left out none is taken: another one, drawn anew each time, takes its place.)py";

const char* const kOut = R"py(        self.left_out = {i for i, label in enumerate(self.labels) if label < 0}
)py";

const char* const kInstead = R"py(                if picture in self.left_out:
                    picture = self.kept[int(philox((2 << 60) + draw, 1)[0]) * len(self.kept) >> 32]
)py";

const char* const kChanged = R"py(
def changed(values, draw):
    """A picture, 0 to 1, changed at random: @AUGMENT@. Between pixels bilinear, outside the nearest
    edge; the same for the same number of the draw."""
    unit = (philox((0xA6 << 56) + draw, 7) >> np.uint64(8)) / 2.0**24
    shift_x, shift_y, turn, size, _, light, contrast = 2 * unit - 1
@MOVE@@TONE@    return values.astype(np.float32)

)py";

const char* const kMove = R"py(    height, width = values.shape[1:]
    angle, size = np.radians(@ROTATE@ * turn), np.exp(np.log1p(@SCALE@) * size)
    cosine, sine = np.cos(angle) / size, np.sin(angle) / size
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    dx = np.arange(width)[None, :] - middle_x - @SHIFT@ * shift_x
    dy = np.arange(height)[:, None] - middle_y - @SHIFT@ * shift_y
    from_x, from_y = cosine * dx + sine * dy, cosine * dy - sine * dx
@FLIP@    from_x, from_y = (from_x + middle_x).clip(0, width - 1), (from_y + middle_y).clip(0, height - 1)
    x0, y0 = from_x.astype(int), from_y.astype(int)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    tx, ty = from_x - x0, from_y - y0
    top = values[:, y0, x0] * (1 - tx) + values[:, y0, x1] * tx
    bottom = values[:, y1, x0] * (1 - tx) + values[:, y1, x1] * tx
    values = top * (1 - ty) + bottom * ty
)py";

const char* const kFlip = R"py(    if unit[4] < 0.5:
        from_x = -from_x
)py";

const char* const kTone = R"py(    mean = values.mean()
    values = ((values - mean) * (1 + @CONTRAST@ * contrast) + mean + @BRIGHTNESS@ * light).clip(0, 1)
)py";

const char* const kPictures = R"py(
class Pictures:
    """Pictures as the network receives them, (channels, height, width), with their class. They are asked for by
    (picture, number of the draw); without a number they are not changed at random."""

    def __init__(self@ARGUMENT@):
        with open(HERE / "split.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.labels = [int(row["label"]) for row in rows]
@OUT@        parts = [row["part"] for row in rows]
        self.training, self.validation, self.test = (
            [i for i, part in enumerate(parts) if part == name] for name in ("training", "validation", "test")
        )
@OPEN@
    def __len__(self):
        return len(self.labels)

@READ@
    def __getitem__(self, item):
        index, draw = item
@VALUES@
)py";

const char* const kOpenFolder = R"py(        stored = HERE / "data" / "pictures.npy"
        self.stored = np.load(stored, mmap_mode="r") if folder is None and stored.exists() else None
        self.files = [Path(folder or FOLDER) / row["file"] for row in rows]
        self.kept = {}
        missing = [path for path in self.files if self.stored is None and not path.exists()]
        if missing:
            raise SystemExit(f"{missing[0]}: there is no such picture\nwhere they are now: python train.py --data FOLDER")
)py";

const char* const kReadFolder = R"py(    def read(self, index):
        """A picture as bytes: as Striate decoded and fitted it or, from its file, fitted here: the largest middle part,
        averaged over areas or, where it gets larger, between the nearest pixels."""
        if self.stored is not None:
            return np.array(self.stored[index])
        if index not in self.kept:
            self.kept[index] = fitted_bytes(opened(self.files[index]))
        return self.kept[index]
)py";

// As fitted_to() and fit_image() do.
const char* const kFittedBytes = R"py(
def fitted_bytes(pixels):
    """Rows of red, green and blue as the network's bytes."""
    channels, height, width = PICTURE
    pixels = fitted(pixels, {}, width, height)
    if channels == 1:
        pixels = np.floor(pixels @ np.array([0.299, 0.587, 0.114]) + 0.5)[..., None]
    return pixels.astype(np.uint8).transpose(2, 0, 1)@BLUE_FIRST@

)py";

const char* const kReadSmall = R"py(    def read(self, index):
        """A picture as it was drawn, fitted to the network's size."""
        pixels = np.array(self.pictures[index]).astype(np.int64).transpose(1, 2, 0)
        return fitted_bytes(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels)
)py";

const char* const kReadArray = R"py(    def read(self, index):
        return np.array(self.pictures[index])
)py";

std::string numbers(const std::vector<float>& values) {
  std::string text;
  for (const float value : values) text += (text.empty() ? "" : ", ") + python_number(static_cast<double>(value));
  return "[" + text + "]";
}

std::string text_of(float value) { return python_number(static_cast<double>(value)); }

}  // namespace

std::string filled_in(std::string text, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const std::string what = "@" + name + "@";
    size_t at = text.find(what);
    check(at != std::string::npos, "no {} in a script", what);
    for (; at != std::string::npos; at = text.find(what, at + value.size())) text.replace(at, what.size(), value);
  }
  return text;
}

std::string project_data(const ProjectFacts& facts) {
  const bool folder = !facts.folder.empty();
  const Augmentation& a = facts.augmentation;
  const Normalization& n = facts.normalization;
  std::string text = filled_in(
      kBegin,
      {{"SOURCE", facts.title},
       {"SHAPE", facts.picture.text()},
       {"AND_CHANGES", a.empty() ? "" : " and their random changes"},
       {"PILLOW", folder ? " and Pillow" : ""},
       {"IMPORT", folder          ? "\nfrom model import fitted, opened\n"
                  : !facts.fitted ? "\nfrom model import fitted\n"
                                  : ""},
       {"FOLDER", folder ? fmt::format("FOLDER = {}  # where the pictures lay\n", python_text(facts.folder)) : ""},
       {"PICTURE", python_list(facts.picture.sizes())},
       {"CLASSES", python_classes(facts.classes)},
       {"SEED", std::to_string(facts.settings.seed)},
       {"LEFT_OUT_WORDS", facts.left_out ? kLeftOutHelp : ""},
       {"LEFT_OUT_ARGUMENT", facts.left_out ? ", left_out=()" : ""},
       {"KEPT", facts.left_out
                    ? "        self.left_out, self.kept = left_out, [i for i in pictures if i not in left_out]\n"
                    : ""},
       {"INSTEAD", facts.left_out ? kInstead : ""},
       {"NORMALIZATION", n.empty() ? ""
                                   : fmt::format("MEAN = np.array({}, np.float32)[:, None, None]\n"
                                                 "STD = np.array({}, np.float32)[:, None, None]\n",
                                                 numbers(n.mean), numbers(n.stddev))}});
  if (!a.empty()) {
    const bool moves = a.shift != 0 || a.rotate != 0 || a.scale != 0 || a.flip;
    text += filled_in(
        kChanged,
        {{"AUGMENT", a.text()},
         {"MOVE", moves ? filled_in(kMove, {{"ROTATE", text_of(a.rotate)},
                                            {"SCALE", text_of(a.scale)},
                                            {"SHIFT", text_of(a.shift)},
                                            {"FLIP", a.flip ? kFlip : ""}})
                        : ""},
         {"TONE", a.brightness != 0 || a.contrast != 0
                      ? filled_in(kTone, {{"CONTRAST", text_of(a.contrast)}, {"BRIGHTNESS", text_of(a.brightness)}})
                      : ""}});
  }
  const bool fits = folder || !facts.fitted;
  if (fits) text += filled_in(kFittedBytes, {{"BLUE_FIRST", facts.blue_first ? "[::-1]" : ""}});
  std::string values = "        values = self.read(index).astype(np.float32)\n";
  if (facts.bytes) values += "        values = values / np.float32(255)\n";
  if (!a.empty()) values += "        if draw is not None:\n            values = changed(values, draw)\n";
  values += fmt::format("        return {}, self.labels[index]", n.empty() ? "values" : "(values - MEAN) / STD");
  return text +
         filled_in(kPictures, {{"OUT", facts.left_out ? kOut : ""},
                               {"ARGUMENT", folder ? ", folder=None" : ""},
                               {"OPEN", folder ? kOpenFolder
                                               : "        self.pictures = np.load(HERE / \"data\" / \"pictures.npy\", "
                                                 "mmap_mode=\"r\")\n"},
                               {"READ", folder         ? kReadFolder
                                        : facts.fitted ? kReadArray
                                                       : kReadSmall},
                               {"VALUES", values}});
}

}  // namespace striate
