// The view "Platform" of page `hardware`: the layers of CUDA, and what this program uses of each.
#include <algorithm>

#include "app/pages/hardware/hardware.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "kernels/device.h"

namespace striate {
namespace {

struct PlatformLayer {
  const char *word, *title, *what, *here;
};

// From the top: what stands on what.
const PlatformLayer kLayers[] = {
    {"applications", N_("Applications"),
     N_("Programs that people use: simulation, video, training and running networks."),
     N_("Striate is one. Its pages compute on the GPU where there is one, and on the processor's cores otherwise: the "
        "same kernels, the same results within rounding.")},
    {"frameworks", N_("Frameworks"),
     N_("PyTorch, TensorFlow, JAX: tensors, layers and gradients in Python. They choose a kernel for each operation "
        "and "
        "call it."),
     N_("None is used to compute: layers, gradients and optimizers are this program's own. It writes networks as "
        "scripts "
        "for PyTorch and Keras, and reads and writes ONNX and safetensors files, so that a network can go from one to "
        "the other.")},
    {"libraries", N_("Libraries"),
     N_("Finished kernels for common tasks: cuBLAS multiplies matrices, cuDNN computes convolutions, cuFFT "
        "transforms."),
     N_("None is linked: every kernel is in the folder kernels/ and can be read. That costs some speed, and lets this "
        "page show what really runs.")},
    {"compiler", N_("Compiler"),
     N_("nvcc turns one source into code for the GPU and code for the processor. PTX is a form between: the driver "
        "compiles it for GPUs that came later."),
     N_("Every kernel is a struct with an operator(): nvcc compiles it for the GPU, the usual C++ compiler for the "
        "processor, and for this page once more with every access observed. A package holds machine code for GPUs from "
        "Turing (sm_75) to Blackwell (sm_120).")},
    {"toolkit", N_("Toolkit"),
     N_("The CUDA runtime: memory on the GPU, copies, streams in which launches wait for each other, graphs that "
        "launch "
        "many kernels at once; and tools that measure and look for errors."),
     N_("The runtime is linked into the program; nothing of the toolkit need be installed. Memory, copies, streams and "
        "graphs of it are used: a training step is recorded as a graph and launched as one.")},
    {"driver", N_("Driver"),
     N_("Part of the operating system: it owns the GPU, gives programs memory and time on it and loads their code."),
     N_("It is the only part that has to be installed. Without it this is a machine without a GPU, and nothing else "
        "changes.")},
    {"gpu", N_("GPU"),
     N_("Tens of multiprocessors, each with thousands of registers, shared memory and room for 32 to 64 warps; its own "
        "memory beside it."),
     N_("Nothing here depends on one model. A grid of blocks fits any number of multiprocessors: each takes a block "
        "when "
        "it has room.")}};

}  // namespace

std::vector<std::string> HardwarePage::platform_layers() {
  std::vector<std::string> words;
  for (const PlatformLayer& layer : kLayers) words.emplace_back(layer.word);
  words.emplace_back("none");
  return words;
}

void HardwarePage::draw_platform_view(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  area.w = std::min(area.w, 860.0f);
  ui.begin_panel("platform", area, 0, true);
  ui.note("What stands on what, from the programs that people use down to the GPU. Click a layer to open it.");
  ui.space(4);
  for (const PlatformLayer& layer : kLayers) {
    const bool open = state_.layer == layer.word;
    const std::string command = std::string("hardware.layer ") + (open ? "none" : layer.word);
    const Rect box = ui.take(40);
    const Response r = ui.interact(
        box, {.label = layer.title,
              .command = command,
              .kind = "box",
              .tooltip = open ? std::string_view(N_("Closes this layer")) : std::string_view(N_("Opens this layer"))});
    ui.fill(box, open ? theme.raised : r.hovered ? theme.hovered : theme.surface, 6);
    ui.fill({box.x, box.y + 6, 3, box.h - 12}, open ? theme.accent : theme.line, 2);
    Rect inside = box.inset(14, 0);
    ui.label(inside, tr(layer.title), open ? Font::strong : Font::body, theme.text);
    ui.icon(open ? Icon::up : Icon::down, inside.cut_right(14).centered(14, 14), theme.secondary);
    if (r.clicked) ui.send(command);
    if (r.keyboard) ui.draw_focus(box);
    if (!open) continue;
    const auto text = [&](const char* title, const char* words) {
      ui.note(title);
      ui.paragraph(words);
      ui.space(4);
    };
    text(N_("what it is"), layer.what);
    text(N_("what this program uses of it"), layer.here);
    if (std::string_view(layer.word) == "gpu") {
      const std::string why = why_no_cuda();
      ui.note(why.empty() ? format_tr("Here: {}", Device::best().name())
                          : format_tr("Here: none that CUDA can use ({}).", why));
    }
    ui.space(4);
  }
  ui.end_panel();
}

}  // namespace striate
