#include "engine/export/filter_lines.h"

#include <fmt/format.h>

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

// The calls of filtered(), one for each stage; `between`: what rounds to 32 bits, as the chain does.
std::string calls(const FilterChain& chain, const std::string& between) {
  const bool several = chain.application_count() > 1, loop = chain.repeat > 1;
  const std::string indent = loop ? "    " : "";
  std::string text = "y = x\n";
  if (loop) text += fmt::format("for again in range({}):\n", chain.repeat);
  for (const FilterStage& each : chain.stages) {
    const FilterStage stage = with_strength(each);
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

FilterLines numpy_lines(const FilterChain& chain, const std::string& picture, bool gray) {
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
  lines.compute += calls(chain, "y = y.astype(np.float32).astype(np.float64)  # what a stage hands on has 32 bits");
  lines.compute += shown(chain.show);
  lines.compute += "result = np.clip(np.rint(shown), 0, 255).astype(np.uint8)  # a half goes to the even side\n";
  lines.save = fmt::format("Image.fromarray(result{}).save(\"filtered.png\")\n", gray ? "[:, :, 0]" : "");
  return lines;
}

FilterLines torch_lines(const FilterChain& chain, const std::string& picture, bool gray) {
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
  lines.compute = fmt::format(
      "def filtered(x, kernel, row, column, divisor, offset):\n"
      "    weight = torch.tensor(kernel, dtype=torch.float64)[None, None]\n"
      "    rows, columns = weight.shape[2:]\n"
      "    around = (column, columns - 1 - column, row, rows - 1 - row)\n"
      "    padded = F.pad(x, around, mode=\"{}\")\n"
      "    return F.conv2d(padded, weight) / divisor + offset\n"
      "\n",
      modes[static_cast<int>(chain.border)]);
  lines.compute += calls(chain, "y = y.float().double()  # what a stage hands on has 32 bits");
  lines.compute += shown(chain.show);
  lines.compute +=
      "result = shown.round().clamp(0, 255).byte()  # a half goes to the even side\n"
      "result = result[:, 0].permute(1, 2, 0).numpy()\n";
  lines.save = fmt::format("Image.fromarray(result{}).save(\"filtered.png\")\n", gray ? "[:, :, 0]" : "");
  return lines;
}

}  // namespace striate
