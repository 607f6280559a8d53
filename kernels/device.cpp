#include "kernels/device.h"

#include <string>

#include "kernels/cuda_backend.h"
#include "kernels/error.h"
#include "kernels/threads.h"

namespace striate {

Device Device::best() { return cuda::device_count() > 0 ? Device{Kind::cuda, 0} : cpu(); }

std::vector<Device> Device::all() {
  std::vector<Device> devices{cpu()};
  for (int i = 0; i < cuda::device_count(); ++i) devices.push_back({Kind::cuda, i});
  return devices;
}

std::vector<Device> Device::all_for_tests() {
  std::vector<Device> devices = all();
  devices.insert(devices.begin() + 1, emulated());
  return devices;
}

Device Device::parse(const std::string& word) {
  if (word == "auto") return best();
  if (word == "cpu") return cpu();
  if (word == "emulated") return emulated();
  if (word == "cuda" || word.rfind("cuda:", 0) == 0) {
    const int count = cuda::device_count();
    if (count == 0) throw Error("no CUDA device works here: " + cuda::why_no_device(), "use --device cpu or auto");
    int index = 0;
    if (word != "cuda") {
      const std::string digits = word.substr(5);
      if (digits.empty() || digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos) {
        throw Error("\"" + word + "\" is no device", "cuda:0 is the first CUDA device");
      }
      index = std::stoi(digits);
    }
    if (index >= count) {
      throw Error("there is no CUDA device " + std::to_string(index) + ", only 0 to " + std::to_string(count - 1),
                  "`striate devices` lists them");
    }
    return {Kind::cuda, index};
  }
  throw Error("\"" + word + "\" is no device", "use auto, cpu or cuda");
}

std::string Device::id() const {
  if (is_cpu()) return "cpu";
  if (is_emulated()) return "emulated";
  return index == 0 ? "cuda" : "cuda:" + std::to_string(index);
}

std::string Device::name() const {
  if (is_cuda()) return cuda::device_name(index);
  const int threads = thread_count();
  const std::string cores = std::to_string(threads) + (threads == 1 ? " core" : " cores");
  return is_emulated() ? "Emulated GPU on the CPU, for tests, " + cores : "CPU, " + cores;
}

std::string why_no_cuda() { return cuda::why_no_device(); }

}  // namespace striate
