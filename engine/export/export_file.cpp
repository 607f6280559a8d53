#include "engine/export/export_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/overwrite.h"
#include "engine/export/python_pictures.h"
#include "engine/export/torch_script.h"
#include "engine/files/atomic_write.h"
#include "engine/training/checkpoint.h"

namespace striate {
namespace {

bool is_script(ExportFormat format) { return format == ExportFormat::pytorch || format == ExportFormat::keras; }

Overwrite asked_of(const ExportTarget& target, const std::string& path, FileKind kind) {
  return {path, kind, target.inputs, target.force, target.has_force};
}

}  // namespace

std::string weights_beside(const ExportTarget& target) {
  return is_script(target.format) ? std::filesystem::path(target.out).replace_extension(".safetensors").string()
                                  : target.out;
}

void check_export(const ExportTarget& target) {
  const bool script = is_script(target.format), onnx = target.format == ExportFormat::onnx;
  const std::string ending = script ? ".py" : onnx ? ".onnx" : ".safetensors";
  if (std::filesystem::path(target.out).extension() != ending) {
    throw Error(fmt::format("'{}' is no name for {}", target.out,
                            script ? "a script"
                            : onnx ? "an ONNX file"
                                   : "weights"),
                "end it in " + ending);
  }
  if (script) check_script_name(target.out);
  check_overwrite(asked_of(target, target.out, script ? FileKind::python : onnx ? FileKind::onnx : FileKind::weights));
  if (script) check_overwrite_beside(asked_of(target, weights_beside(target), FileKind::weights), target.out);
}

OnnxWritten write_export(Stream& stream, const ModelFile& file, const Network& network, const ExportInfo& info,
                         const ExportTarget& target) {
  if (target.format == ExportFormat::onnx) {
    return write_onnx(stream, network, info, target.out, kLargestOnnx, [&](const std::string& data) {
      check_overwrite_beside(asked_of(target, data, FileKind::onnx), target.out);
    });
  }
  const std::string name = std::filesystem::path(target.out).filename().string();
  std::string script;
  if (target.format == ExportFormat::keras) script = keras_script(network, info, name);
  if (target.format == ExportFormat::pytorch) script = torch_script(network, info, name);
  std::map<std::string, std::string> more;
  if (!info.preprocessing.empty()) more["preprocessing"] = info.preprocessing;
  if (!info.frozen.empty()) more["freeze"] = info.frozen.numbers();
  if (!script.empty()) more[kWrittenForKey] = name;
  save_model(weights_beside(target), stream, file.info, network, more);
  if (script.empty()) return {};
  AtomicFile text(target.out);
  text.write(script.data(), script.size());
  text.commit();
  return {};
}

void export_file(Stream& stream, const std::string& model, const ExportTarget& target) {
  check_export(target);
  OpenedModelFile opened = open_model_file(stream, model);
  write_export(stream, opened.file, opened.network, export_info(opened.file), target);
}

}  // namespace striate
