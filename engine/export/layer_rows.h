// Writes a layer as its kind's row says (engine/network/elsewhere.h): by the row's function, else as a plain call with
// the settings that have a name there as arguments.
#pragma once

#include "engine/network/elsewhere.h"

namespace striate {

void write_layer(TorchPage& to, const ExportNode& node);
void write_layer(KerasPage& to, const ExportNode& node);
void write_layer(OnnxPage& to, const ExportNode& node);

}  // namespace striate
