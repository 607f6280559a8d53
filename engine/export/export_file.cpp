#include "engine/export/export_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/onnx_writer.h"
#include "engine/export/torch_script.h"
#include "engine/files/atomic_write.h"
#include "engine/files/safetensors.h"
#include "engine/network/model_file.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

// Whether a file of weights holds what a training needs to go on.
bool is_training(const std::string& path) {
  try {
    return SafeTensors::read(path).metadata().contains("optimizer_steps");
  } catch (const Error&) {
    return true;  // something else: not to be replaced either
  }
}

void check_place(ExportFormat format, const std::string& out) {
  const std::string ending = format == ExportFormat::onnx ? ".onnx" : ".py";
  if (fs::path(out).extension() != ending) {
    throw Error(fmt::format("'{}' is no name for {}", out, format == ExportFormat::onnx ? "an ONNX file" : "a script"),
                "end it in " + ending);
  }
  if (format == ExportFormat::onnx) return;
  std::error_code ignored;
  const std::string weights = weights_beside(format, out);
  if (fs::exists(weights, ignored) && (!fs::exists(out, ignored) || is_training(weights))) {
    throw Error(fmt::format("{} is there already, and the script's weights would take its place", weights),
                "give the script another name: its weights lie beside it under the same one");
  }
}

}  // namespace

std::string weights_beside(ExportFormat format, const std::string& out) {
  return format == ExportFormat::onnx ? out : fs::path(out).replace_extension(".safetensors").string();
}

void export_file(Stream& stream, const std::string& model, ExportFormat format, const std::string& out) {
  check_place(format, out);
  const OpenedModelFile opened = open_model_file(stream, model);
  const ModelFile& file = opened.file;
  ExportInfo info;
  info.name = file.info.model;
  info.classes = file.info.classes;
  if (!file.prepared_as.empty()) info.preparation = file.preparation.text();
  if (format == ExportFormat::onnx) {
    write_onnx(stream, opened.network, info, out);
    return;
  }
  const std::string name = fs::path(out).filename().string();
  const std::string text = format == ExportFormat::keras ? keras_script(opened.network, info, name)
                                                         : torch_script(opened.network, info, name);
  std::map<std::string, std::string> more;
  if (!info.preparation.empty()) more["preparation"] = info.preparation;
  save_model(weights_beside(format, out), stream, file.info, opened.network, more);
  AtomicFile script(out);
  script.write(text.data(), text.size());
  script.commit();
}

}  // namespace striate
