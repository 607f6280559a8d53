#include "engine/export/python_pictures.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "engine/error.h"
#include "engine/export/python_text.h"

namespace striate {
namespace {

const char* const kOpened = R"(
def opened(path):
    """A picture as rows of red, green and blue, 0 to 255: turned as it was held, transparent parts laid over white."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode.startswith("I"):  # 16 bits: the upper 8
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    rgba = np.asarray(image.convert("RGBA")).astype(np.int64)
    alpha = rgba[..., 3:]
    over_white = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return np.where(alpha == 255, rgba[..., :3], over_white)
)";

const char* const kResized = R"(
def shares(size, new, begin, length, smaller):
    """What each of `new` pixels takes of each of `size` along one side: their mean over the part that it covers or,
    where the picture gets larger, of the two nearest."""
    weights, step = np.zeros((new, size)), length / new
    for i in range(new):
        if smaller:
            left, right = begin + i * step, begin + (i + 1) * step
            first = min(max(int(np.floor(left)), 0), size - 1)
            last = max(min(int(np.ceil(right)) - 1, size - 1), first)
            weights[i, first : last + 1] = 1
            if first < last:
                weights[i, first], weights[i, last] = first + 1 - left, right - last
        else:
            place = min(max(begin + (i + 0.5) * step - 0.5, 0), size - 1)
            first = int(place)
            weights[i, first] += first + 1 - place
            weights[i, min(first + 1, size - 1)] += place - first
    return weights / weights.sum(axis=1, keepdims=True)


def resized(pixels, box, width, height, smaller):
    """A part of a picture, (left, top, width, height), at another size."""
    left, top, across, down = box
    rows = shares(pixels.shape[0], height, top, down, smaller)
    columns = shares(pixels.shape[1], width, left, across, smaller)
    return np.matmul(columns, np.tensordot(rows, pixels, 1))
)";

const char* const kDigit = R"(
def digit(pixels):
    """As MNIST's makers prepared theirs: ink on paper, its box fitted into 20 x 20, its middle in the middle of 28 x 28.
    """
    ink = (pixels @ np.array([0.299, 0.587, 0.114])).astype(np.float32) / 255
    border = np.sort(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]))
    paper = border[len(border) // 2]
    ink = np.maximum(0, paper - ink if paper > 0.5 else ink - paper)
    ink = ink / ink.max() if ink.max() > 0 else ink
    ink[ink < 0.1] = 0
    values = np.zeros((28, 28, 1), np.float32)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        return values
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, None]
    longer = max(box.shape[:2])
    h, w = (min(max(int(np.floor(side * 20 / longer + 0.5)), 1), 20) for side in box.shape[:2])
    small = resized(box, (0, 0, box.shape[1], box.shape[0]), w, h, longer >= 20)
    mass = small.sum()
    y = (small.sum(axis=(1, 2)) * (np.arange(h) + 0.5)).sum() / mass
    x = (small.sum(axis=(0, 2)) * (np.arange(w) + 0.5)).sum() / mass
    top, left = min(max(int(np.floor(14.5 - y)), 0), 28 - h), min(max(int(np.floor(14.5 - x)), 0), 28 - w)
    values[top : top + h, left : left + w] = small
    return values * 255
)";

// In pieces: compilers take strings of 64 kB at most, and a script without digits needs no word of them.
const char* const kFitted = R"(
def fitted(pixels, steps, width, height):
    """A picture at the network's size."""
    rows, columns = pixels.shape[:2]
    whole = (0, 0, columns, rows)
    if (columns, rows) == (width, height):
        return pixels
@DIGIT@    if "shorter" in steps:
        shorter, side = int(steps["shorter"]), min(rows, columns)
        w = max(width, shorter if columns == side else int(np.floor(columns * (shorter / side) + 0.5)))
        h = max(height, shorter if rows == side else int(np.floor(rows * (shorter / side) + 0.5)))
        pixels = np.rint(resized(pixels, whole, w, h, shorter < side)).clip(0, 255)
        left, top = (w - width) // 2, (h - height) // 2
        return pixels[top : top + height, left : left + width]
    box, smaller = whole, columns * rows >= width * height
    if "stretch" not in steps:  # the largest middle part with the network's proportions
        across, down = min(columns, rows * (width / height)), min(rows, columns / (width / height))
        box, smaller = ((columns - across) / 2, (rows - down) / 2, across, down), across >= width
    return np.rint(resized(pixels, box, width, height, smaller)).clip(0, 255)


def prepared(path):
    """What the network receives for a picture, (channels, height, width), as PREPARATION says."""
    channels, height, width = PICTURE
    steps = {name: value for name, _, value in (step.partition(" ") for step in PREPARATION.split(" | "))}
    pixels = fitted(opened(path), steps, width, height)
    if channels == 1 and pixels.shape[-1] == 3:
        pixels = np.floor(pixels @ np.array([0.299, 0.587, 0.114]) + 0.5)[..., None]
    elif steps.get("order") == "bgr":
        pixels = pixels[..., ::-1]
    above, _, below = steps["scale"].partition("/")
    scale = float(above) / float(below or 1)
    values = pixels.astype(np.float32) / np.float32(255) if scale == 1 / 255 else (pixels * scale).astype(np.float32)
    if "mean" in steps:
        values = values - np.array(steps["mean"].split(","), np.float32)
    if "std" in steps:
        values = values / np.array(steps["std"].split(","), np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1))
)";

const char* const kClassify = R"(
def classify(path, best=5):
    """Prints the best classes of a picture, as `striate classify` does."""
    outputs = np.array(answer(prepared(path)), np.float64).flatten()
@PROBABILITIES@    if len(outputs) == 1:
        outputs = np.array([1 - outputs[0], outputs[0]])
    for rank, i in enumerate(np.argsort(-outputs, kind="stable")[:best], 1):
        csv.writer(sys.stdout, lineterminator="\n").writerow([path, rank, @NAME@, f"{outputs[i]:.6f}"])
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

// Modules of Python's own library, of what scripts import and of what those import. A script of such a name lies in
// front of them all: `python torch.py` imports itself.
const char* const kModules[] = {"PIL",
                                "abc",
                                "absl",
                                "aifc",
                                "argparse",
                                "array",
                                "ast",
                                "asynchat",
                                "asyncio",
                                "asyncore",
                                "atexit",
                                "audioop",
                                "base64",
                                "bdb",
                                "binascii",
                                "bisect",
                                "builtins",
                                "bz2",
                                "cProfile",
                                "calendar",
                                "cgi",
                                "cgitb",
                                "chunk",
                                "cmath",
                                "cmd",
                                "code",
                                "codecs",
                                "codeop",
                                "collections",
                                "colorsys",
                                "compileall",
                                "concurrent",
                                "configparser",
                                "contextlib",
                                "contextvars",
                                "copy",
                                "copyreg",
                                "crypt",
                                "csv",
                                "ctypes",
                                "curses",
                                "dataclasses",
                                "datetime",
                                "dbm",
                                "decimal",
                                "difflib",
                                "dis",
                                "distutils",
                                "doctest",
                                "email",
                                "encodings",
                                "ensurepip",
                                "enum",
                                "errno",
                                "faulthandler",
                                "fcntl",
                                "filecmp",
                                "fileinput",
                                "filelock",
                                "fnmatch",
                                "fractions",
                                "fsspec",
                                "ftplib",
                                "functools",
                                "gc",
                                "genericpath",
                                "getopt",
                                "getpass",
                                "gettext",
                                "glob",
                                "google",
                                "graphlib",
                                "grp",
                                "gzip",
                                "h5py",
                                "hashlib",
                                "heapq",
                                "hmac",
                                "html",
                                "http",
                                "idlelib",
                                "imaplib",
                                "imghdr",
                                "imp",
                                "importlib",
                                "inspect",
                                "io",
                                "ipaddress",
                                "itertools",
                                "jax",
                                "jaxlib",
                                "jinja2",
                                "json",
                                "keras",
                                "keyword",
                                "lib2to3",
                                "linecache",
                                "locale",
                                "logging",
                                "lzma",
                                "mailbox",
                                "mailcap",
                                "marshal",
                                "math",
                                "mimetypes",
                                "ml_dtypes",
                                "mmap",
                                "modulefinder",
                                "msilib",
                                "msvcrt",
                                "multiprocessing",
                                "namex",
                                "netrc",
                                "networkx",
                                "nis",
                                "nntplib",
                                "nt",
                                "ntpath",
                                "nturl2path",
                                "numbers",
                                "numpy",
                                "onnx",
                                "onnxruntime",
                                "opcode",
                                "operator",
                                "optparse",
                                "optree",
                                "os",
                                "ossaudiodev",
                                "packaging",
                                "pandas",
                                "pathlib",
                                "pdb",
                                "pickle",
                                "pickletools",
                                "pipes",
                                "pkg_resources",
                                "pkgutil",
                                "platform",
                                "plistlib",
                                "poplib",
                                "posix",
                                "posixpath",
                                "pprint",
                                "profile",
                                "pstats",
                                "pty",
                                "pwd",
                                "py_compile",
                                "pyclbr",
                                "pydoc",
                                "pydoc_data",
                                "pyexpat",
                                "queue",
                                "quopri",
                                "random",
                                "re",
                                "readline",
                                "reprlib",
                                "resource",
                                "rich",
                                "rlcompleter",
                                "runpy",
                                "sched",
                                "scipy",
                                "secrets",
                                "select",
                                "selectors",
                                "setuptools",
                                "shelve",
                                "shlex",
                                "shutil",
                                "signal",
                                "site",
                                "six",
                                "smtpd",
                                "smtplib",
                                "sndhdr",
                                "socket",
                                "socketserver",
                                "spwd",
                                "sqlite3",
                                "sre_compile",
                                "sre_constants",
                                "sre_parse",
                                "ssl",
                                "stat",
                                "statistics",
                                "string",
                                "stringprep",
                                "struct",
                                "subprocess",
                                "sunau",
                                "sympy",
                                "symtable",
                                "sys",
                                "sysconfig",
                                "syslog",
                                "tabnanny",
                                "tarfile",
                                "telnetlib",
                                "tempfile",
                                "tensorflow",
                                "termios",
                                "textwrap",
                                "threading",
                                "time",
                                "timeit",
                                "tkinter",
                                "token",
                                "tokenize",
                                "tomllib",
                                "torch",
                                "torchvision",
                                "trace",
                                "traceback",
                                "tracemalloc",
                                "triton",
                                "tty",
                                "turtle",
                                "turtledemo",
                                "types",
                                "typing",
                                "typing_extensions",
                                "unicodedata",
                                "unittest",
                                "urllib",
                                "uu",
                                "uuid",
                                "venv",
                                "warnings",
                                "wave",
                                "weakref",
                                "webbrowser",
                                "winreg",
                                "winsound",
                                "wrapt",
                                "wsgiref",
                                "xdrlib",
                                "xml",
                                "xmlrpc",
                                "yaml",
                                "zipapp",
                                "zipfile",
                                "zipimport",
                                "zlib",
                                "zoneinfo"};

}  // namespace

const std::vector<std::string>& python_picture_names() {
  static const std::vector<std::string> names{"csv",      "opened",   "shares",  "resized", "digit", "fitted",
                                              "prepared", "classify", "PICTURE", "answer",  "main"};
  return names;
}

bool python_takes_pictures(const ExportInfo& info) { return info.picture.rank() == 3 && !info.pictures.empty(); }

std::string python_facts(const ExportInfo& info) {
  std::string text;
  const std::string& preprocessing = info.pictures.empty() ? info.preprocessing : info.pictures;
  if (python_takes_pictures(info)) text += fmt::format("PICTURE = {}\n", python_list(info.picture.sizes()));
  if (!preprocessing.empty()) {
    text += fmt::format(
        "# How pictures are prepared{}: striate classify --help says what the words mean.\nPREPARATION = {}\n",
        info.preprocessing.empty() ? ", which the model does not say and is a guess" : "", python_text(preprocessing));
  }
  const std::vector<std::string>& classes = info.classes.empty() ? info.labels : info.classes;
  if (!classes.empty()) text += python_classes(classes);
  return text;
}

Ending python_ending(const ExportGraph& graph) {
  int node = graph.outputs[0];
  while (node > 0) {
    const ExportNode& at = graph.at(node);
    const LayerKind& kind = at.layer->info();
    if (!kind.passes_on) return kind.ending;
    node = at.inputs[0];
  }
  return Ending::values;
}

std::string python_pictures(const ExportInfo& info, Ending ending) {
  if (!python_takes_pictures(info)) return "";
  const bool digits = info.pictures.rfind("digit", 0) == 0, named = !(info.classes.empty() && info.labels.empty());
  std::string probabilities;
  if (ending == Ending::logarithms_of_shares || (ending != Ending::shares && info.loss == "nll")) {
    probabilities = "    outputs = np.exp(outputs)\n";
  } else if (ending != Ending::shares && (info.loss.empty() || info.loss == "cross-entropy")) {
    probabilities =
        "    if len(outputs) > 1:\n        outputs = np.exp(outputs - outputs.max())\n"
        "        outputs = outputs / outputs.sum()\n";
  } else if (ending != Ending::shares && info.loss == "map") {
    probabilities =
        "    outputs = np.exp(outputs) / (np.exp(-0.1) + np.exp(outputs).sum())  # the rest: none of them\n";
  } else if (ending != Ending::shares && info.loss == "bce-logits") {
    probabilities = "    outputs = 1 / (1 + np.exp(-outputs))\n";
  }
  std::string text = std::string("\n") + kOpened + "\n" + kResized;
  if (digits) text += std::string("\n") + kDigit;
  text +=
      "\n" + replaced(kFitted, "@DIGIT@", digits ? "    if \"digit\" in steps:\n        return digit(pixels)\n" : "");
  text += "\n" + replaced(replaced(kClassify, "@PROBABILITIES@", probabilities), "@NAME@", named ? "CLASSES[i]" : "i");
  return text;
}

std::string python_main(const ExportInfo& info, const std::string& check, const std::string& answer) {
  std::string text;
  if (python_takes_pictures(info)) text = answer;
  text += "\n\ndef main(arguments):\n";
  text += "    if arguments == [\"--check\"]:\n" + check;
  if (python_takes_pictures(info)) {
    text += "    elif not arguments or any(a.startswith(\"--\") for a in arguments):\n        sys.exit(__doc__)\n";
    text += "    else:\n        print(\"image,rank,class,probability\")\n";
    text += "        for path in arguments:\n            classify(path)\n";
  } else {
    text += "    else:\n        sys.exit(__doc__)\n";
  }
  return text + "\n\nif __name__ == \"__main__\":\n    main(sys.argv[1:])\n";
}

void check_script_name(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string stem = path.stem().string();
  if (std::find(std::begin(kModules), std::end(kModules), stem) == std::end(kModules)) return;
  throw Error(fmt::format("{}: Python would take this script for the module {}, which scripts import", file, stem),
              fmt::format("give it another name, such as {}_net.py", stem));
}

}  // namespace striate
