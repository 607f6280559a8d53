#include "engine/export/filter_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "engine/export/python_text.h"

namespace striate {
namespace {

// The shortest that reads back the same double.
std::string number(double value) { return fmt::format("{}", value == 0 ? 0.0 : value); }

std::string python_kernel(const FilterKernel& kernel, const std::string& indent) {
  std::string text = "[";
  for (int r = 0; r < kernel.height; ++r) {
    text += r == 0 ? "[" : ",\n" + indent + " [";
    for (int s = 0; s < kernel.width; ++s) {
      text += (s == 0 ? "" : ", ") + number(kernel.taps[static_cast<size_t>(r) * kernel.width + s]);
    }
    text += "]";
  }
  return text + "]";
}

// What the lines of one library call things.
struct Library {
  const char* numbers;   // "np" or "torch"
  const char* axis;      // of a reduction: "axis" or "dim"
  int channel;           // which axis the channels are
  const char* window;    // the function window(x, size)
  const char* smallest;  // along the last axis, and so on
  const char* largest;
  const char* canny;
};

// A definition of window(), whose last axis has every pixel's neighbors, row by row.
constexpr const char* kNumpyWindow =
    "def window(x, size):\n"
    "    around = ((size // 2, size // 2), (size // 2, size // 2), (0, 0))\n"
    "    padded = np.pad(x, around, mode=\"{}\")\n"
    "    places = [(r, s) for r in range(size) for s in range(size)]\n"
    "    return np.stack([padded[r : r + x.shape[0], s : s + x.shape[1]] for r, s in places], axis=-1)\n"
    "\n";
constexpr const char* kTorchWindow =
    "def window(x, size):\n"
    "    padded = F.pad(x, (size // 2,) * 4, mode=\"{}\")\n"
    "    return padded.unfold(2, size, 1).unfold(3, size, 1).flatten(4)\n"
    "\n";

constexpr const char* kNumpyCanny =
    "def canny(x, low, high):\n"
    "    w = window(x, 3)\n"
    "    dx = (w[..., 2] - w[..., 0]) + 2 * (w[..., 5] - w[..., 3]) + (w[..., 8] - w[..., 6])\n"
    "    dy = (w[..., 6] - w[..., 0]) + 2 * (w[..., 7] - w[..., 1]) + (w[..., 8] - w[..., 2])\n"
    "    steepest = (dx * dx + dy * dy).argmax(axis=2)[..., None]  # of the channels\n"
    "    dx, dy = (np.take_along_axis(d, steepest, 2)[..., 0] for d in (dx, dy))\n"
    "    m = dx * dx + dy * dy\n"
    "    padded = np.pad(m, 1)\n"
    "    at = lambda r, s: padded[1 + r : 1 + r + m.shape[0], 1 + s : 1 + s + m.shape[1]]\n"
    "    flat = abs(dy) * 32768 < abs(dx) * 13573  # within 22.5 degrees of a row\n"
    "    steep = abs(dy) * 32768 > abs(dx) * 79109\n"
    "    same = (dx < 0) == (dy < 0)\n"
    "    diagonal = np.where(same, (m > at(-1, -1)) & (m > at(1, 1)), (m > at(-1, 1)) & (m > at(1, -1)))\n"
    "    upright = np.where(steep, (m > at(-1, 0)) & (m >= at(1, 0)), diagonal)\n"
    "    crest = np.where(flat, (m > at(0, -1)) & (m >= at(0, 1)), upright)\n"
    "    weak, edge = crest & (m > low**2), crest & (m > low**2) & (m > high**2)\n"
    "    while True:\n"
    "        padded = np.pad(edge, 1)\n"
    "        near = np.any([at(r, s) for r in (-1, 0, 1) for s in (-1, 0, 1)], axis=0)\n"
    "        if ((near & weak) == edge).all():\n"
    "            return np.repeat(np.where(edge, 255.0, 0.0)[..., None], x.shape[2], axis=2)\n"
    "        edge = near & weak\n"
    "\n";
constexpr const char* kTorchCanny =
    "def canny(x, low, high):\n"
    "    w = window(x, 3)\n"
    "    dx = (w[..., 2] - w[..., 0]) + 2 * (w[..., 5] - w[..., 3]) + (w[..., 8] - w[..., 6])\n"
    "    dy = (w[..., 6] - w[..., 0]) + 2 * (w[..., 7] - w[..., 1]) + (w[..., 8] - w[..., 2])\n"
    "    steepest = (dx * dx + dy * dy).argmax(dim=0, keepdim=True)  # of the channels\n"
    "    dx, dy = (d.gather(0, steepest)[0, 0] for d in (dx, dy))\n"
    "    m = dx * dx + dy * dy\n"
    "    padded = F.pad(m, (1, 1, 1, 1))\n"
    "    at = lambda r, s: padded[1 + r : 1 + r + m.shape[0], 1 + s : 1 + s + m.shape[1]]\n"
    "    flat = abs(dy) * 32768 < abs(dx) * 13573  # within 22.5 degrees of a row\n"
    "    steep = abs(dy) * 32768 > abs(dx) * 79109\n"
    "    same = (dx < 0) == (dy < 0)\n"
    "    diagonal = torch.where(same, (m > at(-1, -1)) & (m > at(1, 1)), (m > at(-1, 1)) & (m > at(1, -1)))\n"
    "    upright = torch.where(steep, (m > at(-1, 0)) & (m >= at(1, 0)), diagonal)\n"
    "    crest = torch.where(flat, (m > at(0, -1)) & (m >= at(0, 1)), upright)\n"
    "    weak, edge = crest & (m > low**2), crest & (m > low**2) & (m > high**2)\n"
    "    while True:\n"
    "        near = F.max_pool2d(edge.double()[None, None], 3, 1, 1)[0, 0] > 0\n"
    "        if ((near & weak) == edge).all():\n"
    "            return (edge * 255.0).expand_as(x)\n"
    "        edge = near & weak\n"
    "\n";

constexpr Library kNumpy{"np", "axis", 2, kNumpyWindow, "min(axis=-1)", "max(axis=-1)", kNumpyCanny};
constexpr Library kTorch{"torch", "dim", 0, kTorchWindow, "amin(dim=-1)", "amax(dim=-1)", kTorchCanny};

bool has_kind(const FilterChain& chain, FilterKind kind) {
  return std::any_of(chain.stages.begin(), chain.stages.end(),
                     [&](const FilterStage& stage) { return stage.kind == kind; });
}

// The functions that the stages which are no sum call; `mode`: how the library names the border.
std::string nonlinear_functions(const FilterChain& chain, const Library& library, const char* mode) {
  std::string text;
  if (std::all_of(chain.stages.begin(), chain.stages.end(), [](const FilterStage& stage) { return stage.is_linear(); }))
    return text;
  text = fmt::format(fmt::runtime(library.window), mode);
  const bool bilateral = has_kind(chain, FilterKind::bilateral), unsharp = has_kind(chain, FilterKind::unsharp);
  if (bilateral || unsharp) {
    const std::string arange = library.numbers == std::string("np")
                                   ? "np.arange(size) - size // 2"
                                   : "torch.arange(size, dtype=torch.float64) - size // 2";
    text += fmt::format(
        "def bell(size, sigma):\n"
        "    place = {}\n"
        "    square = (place[:, None] ** 2 + place[None, :] ** 2).reshape(-1)\n"
        "    return square, {}.exp(-square / (2 * sigma**2))\n"
        "\n",
        arange, library.numbers);
  }
  if (bilateral) {
    text += fmt::format(
        "def bilateral(x, size, sigma, range):\n"
        "    square, near = bell(size, sigma)\n"
        "    w = window(x, size)\n"
        "    distance = abs(w - x[..., None]).sum({}={}{})\n"
        "    weight = near * (square <= (size // 2) ** 2) * {}.exp(-(distance**2) / (2 * range**2))\n"
        "    return (weight * w).sum(-1) / weight.sum(-1)\n"
        "\n",
        library.axis, library.channel, library.channel == 2 ? ", keepdims=True" : ", keepdim=True", library.numbers);
  }
  if (unsharp) {
    text += fmt::format(
        "def unsharp(x, size, sigma, amount, threshold):\n"
        "    _, near = bell(size, sigma)\n"
        "    difference = x - (near * window(x, size)).sum(-1) / near.sum()\n"
        "    return {}.where(abs(difference) < threshold, x, x + amount * difference)\n"
        "\n",
        library.numbers);
  }
  if (has_kind(chain, FilterKind::canny)) text += library.canny;
  return text;
}

// One application as an expression of y.
std::string nonlinear_call(const FilterStage& stage, const Library& library) {
  const NonlinearSettings& own = stage.own;
  const size_t count = stage.kernel.taps.size();
  switch (stage.kind) {
    case FilterKind::median:
      return library.channel == 2 ? fmt::format("np.sort(window(y, {}), axis=-1)[..., {}]", own.size, count / 2)
                                  : fmt::format("window(y, {}).sort(dim=-1).values[..., {}]", own.size, count / 2);
    case FilterKind::erosion:
    case FilterKind::dilation: {
      std::vector<size_t> places;
      for (size_t i = 0; i < count; ++i) {
        if (stage.kernel.taps[i] != 0) places.push_back(i);
      }
      return fmt::format("window(y, {}){}.{}", own.size,
                         places.size() == count ? "" : fmt::format("[..., [{}]]", fmt::join(places, ", ")),
                         stage.kind == FilterKind::erosion ? library.smallest : library.largest);
    }
    case FilterKind::bilateral:
      return fmt::format("bilateral(y, size={}, sigma={}, range={})", own.size, number(own.sigma), number(own.range));
    case FilterKind::unsharp:
      return fmt::format("unsharp(y, size={}, sigma={}, amount={}, threshold={})", own.size, number(own.sigma),
                         number(own.amount), number(own.threshold));
    case FilterKind::canny:
      return fmt::format("canny(y, low={}, high={})", number(own.low), number(own.high));
    default:
      return "y";
  }
}

// The calls of filtered(), one for each stage; `between`: what rounds to 32 bits, as the chain does.
std::string calls(const FilterChain& chain, const Library& library, const std::string& between) {
  const bool several = chain.application_count() > 1, loop = chain.repeat > 1;
  const std::string indent = loop ? "    " : "";
  std::string text = "y = x\n";
  if (loop) text += fmt::format("for again in range({}):\n", chain.repeat);
  for (const FilterStage& each : chain.stages) {
    const FilterStage stage = with_strength(each);
    if (!stage.is_linear()) {
      text += fmt::format("{}y = {}\n", indent, nonlinear_call(stage, library));
      if (several) text += indent + between + "\n";
      continue;
    }
    const std::string head = indent + "y = filtered(y, ";
    text += head + python_kernel(stage.kernel, std::string(head.size(), ' ')) +
            fmt::format(",\n{}row={}, column={}, divisor={}, offset={})\n", std::string(head.size(), ' '),
                        stage.kernel.anchor_row(), stage.kernel.anchor_column(), number(stage.divisor),
                        number(stage.offset));
    if (several) text += indent + between + "\n";
  }
  return text;
}

// What is shown of y, without rounding.
std::string shown(Show show) {
  switch (show) {
    case Show::clip:
      return "shown = y\n";
    case Show::absolute:
      return "shown = abs(y)\n";
    case Show::offset128:
      return "shown = y + 128\n";
    case Show::minmax:
      return "low, high = y.min(), y.max()\n"
             "shown = (y - low) * 255 / (high - low) if high > low else y * 0\n";
  }
  return "";
}

}  // namespace

FilterLines numpy_lines(const FilterChain& given, const std::string& picture, bool gray) {
  const FilterChain chain = taken_apart(given);
  static constexpr const char* modes[] = {"constant", "edge", "reflect", "wrap"};  // as Border lists them
  FilterLines lines;
  lines.open = fmt::format(
      "import numpy as np\n"
      "from PIL import Image\n"
      "\n"
      "# rows, columns, channels\n"
      "x = np.array(Image.open({}).convert({}), dtype=np.float64)\n"
      "{}",
      python_text(picture), gray ? "\"L\"" : "\"RGB\"", gray ? "x = x[:, :, None]\n" : "");
  if (has_kind(chain, FilterKind::linear))
    lines.compute = fmt::format(
        "def filtered(x, kernel, row, column, divisor, offset):\n"
        "    rows, columns = len(kernel), len(kernel[0])\n"
        "    around = ((row, rows - 1 - row), (column, columns - 1 - column), (0, 0))\n"
        "    padded = np.pad(x, around, mode=\"{}\")\n"
        "    y = np.zeros_like(x)\n"
        "    for r in range(rows):\n"
        "        for s in range(columns):\n"
        "            y += kernel[r][s] * padded[r : r + x.shape[0], s : s + x.shape[1]]\n"
        "    return y / divisor + offset\n"
        "\n",
        modes[static_cast<int>(chain.border)]);
  lines.compute += nonlinear_functions(chain, kNumpy, modes[static_cast<int>(chain.border)]);
  lines.compute +=
      calls(chain, kNumpy, "y = y.astype(np.float32).astype(np.float64)  # what a stage hands on has 32 bits");
  lines.compute += shown(chain.show);
  lines.compute += "result = np.clip(np.rint(shown), 0, 255).astype(np.uint8)  # a half goes to the even side\n";
  lines.save = fmt::format("Image.fromarray(result{}).save(\"filtered.png\")\n", gray ? "[:, :, 0]" : "");
  return lines;
}

FilterLines torch_lines(const FilterChain& given, const std::string& picture, bool gray) {
  const FilterChain chain = taken_apart(given);
  static constexpr const char* modes[] = {"constant", "replicate", "reflect", "circular"};
  FilterLines lines;
  lines.open = fmt::format(
      "import numpy as np\n"
      "import torch\n"
      "import torch.nn.functional as F\n"
      "from PIL import Image\n"
      "\n"
      "x = torch.from_numpy(np.array(Image.open({}).convert({}))){}.double()\n"
      "x = x.permute(2, 0, 1)[:, None]  # a batch of single channels: each is filtered on its own\n",
      python_text(picture), gray ? "\"L\"" : "\"RGB\"", gray ? "[:, :, None]" : "");
  if (has_kind(chain, FilterKind::linear))
    lines.compute = fmt::format(
        "def filtered(x, kernel, row, column, divisor, offset):\n"
        "    weight = torch.tensor(kernel, dtype=torch.float64)[None, None]\n"
        "    rows, columns = weight.shape[2:]\n"
        "    around = (column, columns - 1 - column, row, rows - 1 - row)\n"
        "    padded = F.pad(x, around, mode=\"{}\")\n"
        "    return F.conv2d(padded, weight) / divisor + offset\n"
        "\n",
        modes[static_cast<int>(chain.border)]);
  lines.compute += nonlinear_functions(chain, kTorch, modes[static_cast<int>(chain.border)]);
  lines.compute += calls(chain, kTorch, "y = y.float().double()  # what a stage hands on has 32 bits");
  lines.compute += shown(chain.show);
  lines.compute +=
      "result = shown.round().clamp(0, 255).byte()  # a half goes to the even side\n"
      "result = result[:, 0].permute(1, 2, 0).numpy()\n";
  lines.save = fmt::format("Image.fromarray(result{}).save(\"filtered.png\")\n", gray ? "[:, :, 0]" : "");
  return lines;
}

}  // namespace striate
