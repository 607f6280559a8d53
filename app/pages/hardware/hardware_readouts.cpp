// What can be read from the page hardware.
#include <fmt/format.h>

#include <algorithm>

#include "app/command/not_ready.h"
#include "app/pages/hardware/hardware.h"
#include "app/words/words.h"
#include "engine/hardware/occupancy.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr const char* kKinds[] = {"load", "store", "branch"};

// "NVIDIA driver not found", as the two lines of an error.
Error no_gpu() {
  return {fmt::format("there is no GPU here that CUDA can use: {}", why_no_cuda()),
          "hardware.cpu says what all cores of the processor take"};
}

std::vector<std::string> architectures() {
  std::vector<std::string> words;
  for (const GpuArchitecture& each : gpu_architectures()) words.push_back(fmt::format("sm_{}", each.capability));
  return words;
}

}  // namespace

const HardwareMoment& HardwarePage::need() {
  if (!context_.document.image) throw Error("no picture is open", "open one: open portrait");
  if (failed_) throw *failed_;
  if (const HardwareMoment* moment = present()) return *moment;
  ask();
  throw NotReady("the kernel is being run");
}

const WarpStep& HardwarePage::need_step() {
  const HardwareMoment& moment = need();
  if (moment.seen.steps.empty()) throw Error("this warp does nothing", "take another warp: hardware.warp 0");
  return moment.seen.steps[static_cast<size_t>(step_of(moment))];
}

const VersionTimes& HardwarePage::need_times() {
  const MeasureRequest of = measured(state_.version, false);
  if (const VersionTimes* times = measure_.times(of)) return *times;
  if (measure_.comes(of)) throw NotReady("it is being measured");
  if (measure_.failed()) throw *measure_.failed();
  throw Error("this version has not been measured with these settings", "press Measure, or hardware.run");
}

const std::vector<SweepPoint>& HardwarePage::need_sweep() {
  const MeasureRequest of = measured(state_.version, true);
  if (const std::vector<SweepPoint>* points = measure_.sweep(of)) return *points;
  if (measure_.comes(of)) throw NotReady("the sizes are being measured");
  if (measure_.failed()) throw *measure_.failed();
  throw Error("the sizes of this version have not been measured", "press Sweep, or hardware.sweep");
}

void HardwarePage::declare_readouts(Registry& registry) {
  const auto number = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(
        Readout{std::string("hardware.") + name, help, [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  const auto word = [&](const char* name, const char* help, std::function<std::string()> value) {
    registry.add(
        Readout{std::string("hardware.") + name, help, [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  const auto count = [&](const char* name, const char* help, auto Observation::*field) {
    number(name, help, [this, field] { return static_cast<double>(need().seen.*field); });
  };
  count("sectors", "sectors of 32 bytes that the chosen warp's worst load request touches", &Observation::worst_load);
  count("store_sectors", "the same of its worst store request", &Observation::worst_store);
  count("conflicts", "ways of the launch's worst request to shared memory; 0: it has none", &Observation::ways);
  count("divergent", "branches of warps on which their threads did not agree, of the whole launch",
        &Observation::divergent);
  count("branches", "branches of warps, of the whole launch", &Observation::branches);
  count("races", "words that two threads touched, one of them writing, without a barrier between; of the whole launch",
        &Observation::races);
  count("loads", "loads from global memory by threads, of the whole launch", &Observation::loads);
  count("stores", "stores to global memory by threads, of the whole launch", &Observation::stores);
  count("shared_loads", "loads from shared memory by threads, of the whole launch", &Observation::shared_loads);
  count("shared_stores", "stores to shared memory by threads, of the whole launch", &Observation::shared_stores);
  count("requests", "load requests of warps to global memory, of the whole launch", &Observation::load_requests);
  count("store_requests", "store requests of warps to global memory, of the whole launch",
        &Observation::store_requests);
  count("flops", "additions and multiplications of floats, of the whole launch", &Observation::flops);
  count("bytes", "bytes that threads read from and write to global memory, of the whole launch", &Observation::bytes);
  count("barriers", "barriers that a block meets", &Observation::barriers);
  count("threads", "threads of a block", &Observation::threads);
  count("shared_bytes", "bytes of shared memory of a block", &Observation::shared_bytes);
  number("per_request", "sectors of a load request, mean over the whole launch", [this] {
    const Observation& seen = need().seen;
    return static_cast<double>(seen.load_sectors) / static_cast<double>(std::max<int64_t>(seen.load_requests, 1));
  });
  number("intensity", "FLOP for each byte of global memory", [this] {
    const Observation& seen = need().seen;
    return static_cast<double>(seen.flops) / static_cast<double>(std::max<int64_t>(seen.bytes, 1));
  });
  number("phases", "phases of a block: what lies between its barriers",
         [this] { return static_cast<double>(need().seen.phases.size()); });
  registry.add(Readout{.name = "hardware.phase.divergent",
                       .help = "divergent branches of one phase, of the whole launch",
                       .value = {},
                       .parameters = {Parameter::integer("N", "phase, from 0", 0, 10000)},
                       .value_of = [this](const Arguments& arguments) {
                         const std::vector<PhaseCounts>& phases = need().seen.phases;
                         if (arguments.integer(0) >= static_cast<int64_t>(phases.size()))
                           throw Error(fmt::format("there is no phase {}", arguments.integer(0)),
                                       fmt::format("a block has phases 0 to {}", phases.size() - 1));
                         return ReadoutValue(
                             static_cast<double>(phases[static_cast<size_t>(arguments.integer(0))].divergent));
                       }});
  number("wrong", "values of the result that are not right",
         [this] { return static_cast<double>(need().wrong_values); });
  number("blocks", "blocks of the launch", [this] { return static_cast<double>(shape_.blocks()); });
  number("warps", "warps of the launch", [this] { return static_cast<double>(shape_.warps()); });
  word("block", "threads of a block side by side and below each other",
       [this] { return fmt::format("{} {}", state_.settings.width, state_.settings.height); });

  number("step", "of the chosen warp that is shown, from 0", [this] { return static_cast<double>(step_of(need())); });
  number("steps", "of the chosen warp", [this] { return static_cast<double>(need().seen.steps.size()); });
  number("phase", "phase of the step, from 0", [this] { return static_cast<double>(need_step().phase); });
  number("line", "line of the kernel's source that acts in this step, from 1",
         [this] { return static_cast<double>(need_step().line); });
  number("cost", "sectors or ways of the step; of a branch 1 where the warp divides",
         [this] { return static_cast<double>(need_step().cost); });
  number("lanes", "lanes that take part in the step",
         [this] { return static_cast<double>(__builtin_popcount(need_step().lanes)); });
  word("what", "what the step does: load, store or branch",
       [this] { return std::string(kKinds[static_cast<size_t>(need_step().kind)]); });
  word("array", "what the step reads or writes: a, b, c, shared or offsets", [this] {
    const WarpStep& step = need_step();
    return std::string(step.kind == WarpStep::Kind::branch ? "none" : name_of(step.array));
  });
  registry.add(Readout{.name = "hardware.lane",
                       .help = "the first byte that a lane touches in this step, from its array's start",
                       .value = {},
                       .parameters = {Parameter::integer("N", "lane of the warp", 0, kWarp - 1)},
                       .value_of = [this](const Arguments& arguments) {
                         const WarpStep& step = need_step();
                         const auto lane = static_cast<size_t>(arguments.integer(0));
                         if (step.kind == WarpStep::Kind::branch || ((step.lanes >> lane) & 1u) == 0) {
                           throw Error(fmt::format("lane {} touches no memory in this step", lane),
                                       "take another step or lane: hardware.step");
                         }
                         return ReadoutValue(static_cast<double>(step.at[lane]));
                       }});
  number("cpu1", "milliseconds on one core, as measured here by hardware.run", [this] { return need_times().cpu1; });
  number("cpu", "milliseconds on all cores, as measured here", [this] { return need_times().cpu; });
  number("cuda", "milliseconds on the GPU, as measured here: the launch alone", [this] {
    if (!why_no_cuda().empty()) throw no_gpu();
    return need_times().cuda.value();
  });
  number("cuda.copies", "the same with the copies to the GPU and back", [this] {
    if (!why_no_cuda().empty()) throw no_gpu();
    return need_times().cuda_copies.value();
  });
  number("crossover", "side from which on the GPU, copies counted, is faster than all cores, by hardware.sweep",
         [this] {
           if (!why_no_cuda().empty()) throw no_gpu();
           const std::optional<double> at = crossover(need_sweep());
           if (!at) throw Error("the GPU is never faster here", "at none of the sizes; try another kernel");
           return *at;
         });
  const auto swept = [&](const char* name, const char* help, double VersionTimes::*field) {
    registry.add(Readout{.name = name,
                         .help = help,
                         .value = {},
                         .parameters = {Parameter::integer("N", "a side of the sweep: 32, 64, 128, ...", 32, 2048)},
                         .value_of = [this, field](const Arguments& arguments) {
                           for (const SweepPoint& point : need_sweep()) {
                             if (point.n == arguments.integer(0)) return ReadoutValue(point.times.*field);
                           }
                           throw Error(fmt::format("the sweep has no side {}", arguments.integer(0)),
                                       fmt::format("it has 32, 64, ..., {}", largest_of_sweep(state_.task)));
                         }});
  };
  swept("hardware.sweep.cpu1", "milliseconds on one core at a side of the sweep", &VersionTimes::cpu1);
  swept("hardware.sweep.cpu", "milliseconds on all cores at a side of the sweep", &VersionTimes::cpu);
  number("cores", "threads that all cores together run", [] { return static_cast<double>(thread_count()); });
  number("gpus", "1 where CUDA has a GPU here, else 0", [] { return why_no_cuda().empty() ? 1.0 : 0.0; });
  number("gflops", "GFLOP/s of all cores, by the time that was measured",
         [this] { return static_cast<double>(need().seen.flops) / need_times().cpu * 1e-6; });
  const auto limit = [this]() -> const DeviceLimits& {
    if (measure_.limits()) return *measure_.limits();
    if (measure_.busy()) throw NotReady("it is being measured");
    throw Error("this machine's limits have not been measured", "press Measure, or hardware.run");
  };
  number("peak.gflops", "GFLOP/s that all cores reach at most, measured with the first hardware.run",
         [limit] { return limit().gflops; });
  number("peak.bytes", "GB/s that a copy in memory reaches, measured with the first hardware.run",
         [limit] { return limit().gbytes_per_second; });
  registry.add(Readout{
      .name = "hardware.occupancy",
      .help = "theoretical occupancy: warps of this kernel that a multiprocessor holds at once, of the most; 0 to 1",
      .value = {},
      .parameters = {Parameter::choice("ARCHITECTURE", "of the GPU", architectures())},
      .value_of = [this](const Arguments& arguments) {
        const GpuArchitecture& on = gpu_architecture(arguments.text(0));
        const Observation& seen = need().seen;
        return ReadoutValue(occupancy(on, seen.threads,
                                      recorded_registers(state_.task, state_.version, seen.threads, on),
                                      seen.shared_bytes)
                                .share);
      }});
  registry.add(Readout{.name = "hardware.registers",
                       .help = "registers of each thread, as nvcc recorded them",
                       .value = {},
                       .parameters = {Parameter::choice("ARCHITECTURE", "of the GPU", architectures())},
                       .value_of = [this](const Arguments& arguments) {
                         return ReadoutValue(static_cast<double>(recorded_registers(
                             state_.task, state_.version, shape_.threads, gpu_architecture(arguments.text(0)))));
                       }});
  number("playing", "1 while the steps are played", [this] { return playing_ ? 1.0 : 0.0; });
}

}  // namespace striate
