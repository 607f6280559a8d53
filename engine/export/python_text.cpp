#include "engine/export/python_text.h"

#include <algorithm>
#include <set>

#include "engine/error.h"

namespace striate {

std::vector<std::string> python_names(const ExportGraph& graph, const std::vector<std::string>& taken) {
  std::set<std::string> used(taken.begin(), taken.end());
  for (const char* word :
       {"False", "None",  "True",   "and",      "as",    "assert", "async",   "await", "break",  "class", "continue",
        "def",   "del",   "elif",   "else",     "for",   "except", "finally", "from",  "global", "if",    "import",
        "in",    "is",    "lambda", "nonlocal", "not",   "or",     "pass",    "raise", "return", "try",   "while",
        "with",  "yield", "x",      "np",       "range", "slice",  "tuple",   "len",   "float",  "int",   "list"}) {
    used.insert(word);
  }
  std::vector<std::string> names{"x"};
  for (size_t n = 1; n < graph.nodes.size(); ++n) {
    std::string name = graph.nodes[n].name;
    for (char& c : name) {
      const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!fine) c = '_';
    }
    if (name[0] >= '0' && name[0] <= '9') name.insert(0, "x");
    std::string free = name;
    for (int i = 2; !used.insert(free).second; ++i) free = fmt::format("{}_{}", name, i);
    names.push_back(free);
  }
  return names;
}

std::string python_title(const ExportInfo& info, const std::string& otherwise) {
  std::string title = info.name.empty() ? otherwise : info.name;
  for (char& c : title) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 32) c = ' ';
  }
  return title;
}

std::string python_usage(const std::string& stem, const std::string& use, bool pictures) {
  const bool importable =
      std::all_of(stem.begin(), stem.end(),
                  [](char c) {
                    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                  }) &&
      !stem.empty() && (stem[0] < '0' || stem[0] > '9');
  std::string text;
  if (pictures) text = fmt::format("    python {}.py photo.jpg    prints the best classes of a picture\n", stem);
  text += fmt::format("    python {}.py --check      prints what it gives for the values of a formula\n", stem);
  if (importable) text += fmt::format("    from {} import load       {}\n", stem, use);
  return text + "\n";
}

std::string python_classes(const std::vector<std::string>& classes) {
  constexpr size_t kWidth = 110;
  std::string text = "CLASSES = [", line;
  for (const std::string& each : classes) {
    const std::string quoted = python_text(each) + ",";
    if (!line.empty() && line.size() + quoted.size() > kWidth) {
      text += "\n    " + line;
      line.clear();
    }
    line += (line.empty() ? "" : " ") + quoted;
  }
  if (!line.empty()) text += "\n    " + line + "\n";
  return text + "]\n";
}

const char* const kPythonReader = R"(
def read_safetensors(path):
    """Arrays by name: 8 bytes with the length of a JSON header, the header, then all values, little-endian."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        values = file.read()
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(values, "<f4", (end - begin) // 4, begin).reshape(entry["shape"])
    return arrays
)";

const char* const kPythonResize = R"(
def resize_matrix(size, new, scale, mode, coordinates, rounding="round_prefer_floor", region=(0, 1), antialias=False,
                  exclude_outside=False):
    """What each of `new` values takes of each of `size`, along one axis, as ONNX's Resize has it: (new, size); and
    which of them lie outside of the region."""
    begin, end = region
    length = scale * size
    weights, outside = np.zeros((new, size)), np.zeros(new, bool)
    for q in range(new):
        place = (q + 0.5) / scale - 0.5
        if coordinates == "half_pixel_symmetric":
            place += size / 2 * (1 - new / length)
        elif coordinates == "pytorch_half_pixel" and new == 1:
            place = 0.0
        elif coordinates == "asymmetric":
            place = q / scale
        elif coordinates == "align_corners":
            place = 0.0 if length == 1 or new == 1 else q * (size - 1) / (length - 1)
        elif coordinates == "tf_crop_and_resize":
            place = 0.5 * (begin + end) * (size - 1)
            if length != 1 and new != 1:
                place = begin * (size - 1) + q * (end - begin) * (size - 1) / (length - 1)
            outside[q] = not 0 <= place <= size - 1
        if outside[q]:
            continue
        before = int(np.floor(place))
        ratio = place - before
        if mode == "nearest":
            behind = ratio > 0 and (
                rounding == "ceil"
                or (rounding == "round_prefer_floor" and ratio > 0.5)
                or (rounding == "round_prefer_ceil" and ratio >= 0.5)
            )
            weights[q, min(max(before + behind, 0), size - 1)] = 1
            continue
        narrow = scale if antialias and scale < 1 else 1
        reach = int(np.ceil(1 / narrow)) + 1
        for i in range(before - reach, before + reach + 1):
            if not exclude_outside or 0 <= i < size:
                weights[q, min(max(i, 0), size - 1)] += max(0.0, 1 - abs(i - place) * narrow)
        weights[q] /= weights[q].sum()
    return weights.astype(np.float32), outside
)";

const char* const kPythonPlaces = R"(
def pad_places(size, begin, end, mode):
    """Where each value of an axis comes from that is padded (or cut, where negative) by edge, reflect or wrap."""
    places = np.arange(-begin, size + end)
    if mode == "edge":
        return places.clip(0, size - 1)
    if mode == "wrap":
        return places % size
    period = max(1, 2 * (size - 1))
    places = abs(places) % period
    return np.where(places >= size, period - places, places)
)";

}  // namespace striate
