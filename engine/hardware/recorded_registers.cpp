#include <fmt/format.h>

#include <string_view>
#include <typeinfo>

#include "engine/error.h"
#include "engine/hardware/occupancy.h"
#include "engine/hardware/registers.h"
#include "kernels/teach_choice.h"

namespace striate {

int recorded_registers(TeachTask task, const std::string& version, int threads, const GpuArchitecture& on) {
  int found = 0;
  const auto look_up = [&](const auto& kernel) {
    constexpr std::string_view kNamespace = "N7striate";
    const std::string_view name = std::string_view(typeid(kernel).name()).substr(kNamespace.size());
    for (const RegisterRow& row : register_rows()) {
      if (name == row.kernel) found = row.of_each[static_cast<size_t>(&on - gpu_architectures().data())];
    }
  };
  if (teach_is_shipped(version)) {
    if (task == TeachTask::copy) look_up(ShippedCopy<Plain>{});
    if (task == TeachTask::transpose) look_up(ShippedTranspose<Plain>{});
    if (task == TeachTask::filter) look_up(ShippedFilter<Plain>{});
    if (task == TeachTask::reduce) look_up(ShippedSums<Plain>{});
    if (task == TeachTask::matmul) look_up(ShippedProduct<Plain>{});
    if (task == TeachTask::convolution) look_up(ShippedConvolution<Plain>{});
    if (task == TeachTask::layer) look_up(ShippedLayer<Plain>{});
  } else {
    with_version<Plain>(task, version, threads, look_up);
  }
  if (found == 0)
    throw Error(fmt::format("no registers are recorded for version '{}' with blocks of {} threads", version, threads),
                "choose a version that the task has, and blocks of 64, 128, 256, 512 or 1024 threads");
  return found;
}

const std::string& recorded_by() {
  static const std::string version = kRegistersBy;
  return version;
}

}  // namespace striate
