// What an exported file says of a model besides its layers, out of the model's own file.
#pragma once

#include "engine/export/export_graph.h"
#include "engine/session/model_file.h"
#include "engine/session/preparation_of.h"

namespace striate {

ExportInfo export_info(const ModelFile& file);

}  // namespace striate
