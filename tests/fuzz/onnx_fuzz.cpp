// libFuzzer over the ONNX reader: an architecture whose text reads back, with weights that load where it is small, or
// an Error with both lines. Seeds: tests/fuzz/onnx_seeds makes none; a first model is built here.
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <vector>

#include "engine/error.h"
#include "engine/onnx/onnx_model.h"

namespace {

void read(const std::vector<uint8_t>& bytes) {
  try {
    const striate::OnnxModel model = striate::read_onnx(bytes, "fuzz");
    const striate::Architecture again = striate::Architecture::parse(model.architecture.text());
    if (again.size() != model.architecture.size()) std::abort();
    if (striate::plan_slots(model.architecture, {}).bytes() > (1 << 24)) return;
    striate::Stream stream(striate::Device::cpu());
    striate::Network network(stream, model.architecture);
    model.load_weights(stream, network);
    network.forward(stream, striate::Mode::evaluation);
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read({data, data + size});
  return 0;
}
