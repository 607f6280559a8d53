// The commands of the page `train` that move a training, and those of its files.
#include <string_view>
#include <utility>
#include <vector>

#include "app/pages/train/train_page.h"
#include "app/words/words.h"
#include "app/worker/export_training.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/export/training_project.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/training_config.h"

namespace striate {

// No settings: they move the run, or hand it something. The speed has two values; look() says them.
void TrainPage::declare_run(Registry& registry) {
  registry.add(Command{"train.start", N_("Trains, from where it stands"), {}, [this](const Arguments&) {
                         with_run([](TrainWorker& worker) { worker.start(); });
                       }});
  registry.add(
      Command{"train.pause", N_("Training waits after the present step"), {}, [this](const Arguments&) {
                if (!thread_) return;
                const TrainerThread::Effect now = thread().effect();
                post([](TrainWorker& worker) { worker.pause(); }, TrainerThread::Effect{now.place, false}, true);
              }});
  registry.add(Command{
      "train.step",
      N_("One step of training, one phase of it, or an epoch: as many steps as it takes to see every picture once"),
      {Parameter::choice("WHAT", "how far", {"batch", "phase", "epoch"}).or_none()},
      [this](const Arguments& arguments) {
        const std::string what = arguments.has(0) ? arguments.text(0) : "batch";
        with_run([what](TrainWorker& worker) {
          if (what == "phase") {
            worker.step_phase();
          } else if (what == "epoch") {
            worker.step_epoch();
          } else {
            worker.step_batch();
          }
        });
      }});
  registry.add(Command{"train.until",
                       N_("Trains up to a step, as fast as possible, and pauses there"),
                       {Parameter::integer("STEP", "finished steps", 0, 1e15),
                        Parameter::choice("PHASE", "the phase of the next step that is then next",
                                          {"batch", "forward", "loss", "backward", "update"})
                            .or_none()},
                       [this](const Arguments& arguments) {
                         TrainPlace place{arguments.integer(0), Phase::batch};
                         for (int p = 0; arguments.has(1) && p < 5; ++p) {
                           if (arguments.text(1) == phase_name(static_cast<Phase>(p)))
                             place.phase = static_cast<Phase>(p);
                         }
                         with_run([place](TrainWorker& worker) { worker.until(place); });
                       }});
  registry.add(Command{"train.speed",
                       N_("How fast Start trains: as fast as possible, or so many batches or phases a second"),
                       {Parameter::choice("WHAT", "what is counted", {"fastest", "batches", "phases"}),
                        Parameter::number("N", "per second", 0.1, 1000).or_none()},
                       [this](const Arguments& arguments) {
                         TrainPace pace;
                         const std::string& what = arguments.text(0);
                         pace.kind = what == "fastest"   ? TrainPace::Kind::fastest
                                     : what == "batches" ? TrainPace::Kind::batches
                                                         : TrainPace::Kind::phases;
                         pace.per_second = arguments.has(1) ? arguments.number(1) : what == "phases" ? 1 : 10;
                         pace_ = pace;
                         post([pace](TrainWorker& worker) { worker.set_pace(pace); });
                       }});
  registry.add(Command{
      "train.scrub",
      N_("Shows an earlier step, everything as it was then"),
      {Parameter::integer("STEP", "finished steps", 0, 1e15)},
      [this](const Arguments& arguments) {
        need_run();
        const int64_t step = arguments.integer(0);
        post([step](TrainWorker& worker) { worker.scrub(step); }, TrainerThread::Effect{{step, Phase::batch}, false});
      }});
  registry.add(Command{"train.probe",
                       N_("The picture whose activations are shown"),
                       {Parameter::file_to_read("FILE|N",
                                                "a picture file, N: the N-th picture of the test part, from 0, or "
                                                "sample:N of the whole data set",
                                                [](std::string_view value) {
                                                  int64_t n = 0;
                                                  const bool of_data = value.starts_with("sample:");
                                                  const bool number =
                                                      parse_integer(of_data ? value.substr(7) : value, &n);
                                                  return number ? std::string_view() : value;
                                                })},
                       [this](const Arguments& arguments) {
                         const std::string& text = arguments.text(0);
                         const bool of_data = text.rfind("sample:", 0) == 0;
                         int64_t n = 0;
                         if (parse_integer(of_data ? std::string_view(text).substr(7) : std::string_view(text), &n)) {
                           if (n < 0) throw Error(fmt::format("there is no picture {}", n), "they count from 0");
                           post([n, of_data](TrainWorker& worker) { worker.probe_sample(n, of_data); });
                         } else {
                           need_run();
                           post([text](TrainWorker& worker) { worker.probe_file(text); });
                         }
                       }});
  registry.add(Command{"train.reset", N_("Forgets the training; the settings stay"), {}, [this](const Arguments&) {
                         if (!thread_) return;
                         ask_or(N_("The training would be forgotten."), [this] { forget(); });
                       }});
}

namespace {

// A training's pictures are read where it says.
std::vector<std::string> folders_of(const std::string& path) {
  try {
    const SafeTensors file = SafeTensors::open(path);
    const auto source = file.metadata().find("run.data");
    if (source == file.metadata().end()) return {};
    const std::string_view folder = folder_of_source(source->second);
    return folder.empty() ? std::vector<std::string>() : std::vector<std::string>{std::string(folder)};
  } catch (const Error&) {  // told when it is opened
    return {};
  }
}

// "my-training keras": the folder, and what for.
std::pair<std::string_view, ExportFormat> project_of(std::string_view value) {
  constexpr std::string_view keras = " keras";
  if (!value.ends_with(keras)) return {value, ExportFormat::pytorch};
  return {value.substr(0, value.size() - keras.size()), ExportFormat::keras};
}

Parameter training_to_read() {
  Parameter file = Parameter::file_to_read("FILE", "path of a file that train.save wrote");
  file.also_reads = folders_of;
  return file;
}

}  // namespace

void TrainPage::declare_files(Registry& registry) {
  registry.add(Command{"train.open",
                       N_("Goes on with a training that was saved"),
                       {training_to_read()},
                       [this](const Arguments& arguments) {
                         const std::string& file = arguments.text(0);
                         read_config(SafeTensors::open(file), file);  // what is wrong with it is told at once
                         ask_or(N_("Another training would take its place."), [this, file] {
                           adopt_ = true;
                           edits_.clear();
                           post([file](TrainWorker& worker) { worker.open(file); }, TrainerThread::Effect(), true);
                         });
                       }});
  declare_recovery(registry);
  registry.add(Command{"train.save",
                       N_("Saves the network with the state of its training"),
                       {Parameter::file_to_write("FILE", "path, ending in .safetensors")},
                       [this](const Arguments& arguments) {
                         need_run();
                         const std::string& file = arguments.text(0);
                         check_overwrite({file, FileKind::weights, {}, context_.document.force});
                         auto saved = std::make_shared<std::atomic<int64_t>>(-1);
                         saved_now_ = saved;
                         post([file, saved](TrainWorker& worker) {
                           worker.save(file);
                           *saved = worker.run()->newest();
                         });
                       }});
  const auto add_export = [&](const char* name, const char* help, const char* file, ExportFormat format) {
    registry.add(
        Command{name, help, {Parameter::file_to_write("FILE", file)}, [this, format](const Arguments& arguments) {
                  need_run();
                  const ExportTarget target{format, arguments.text(0), {}, context_.document.force};
                  check_export(target);
                  const auto done = files_.wait_for(target.out);
                  post([target, done](TrainWorker& worker) {
                    worker.export_network(target);
                    *done = true;
                  });
                }});
  };
  add_export("train.export.onnx", N_("Writes the network as an ONNX file, for nearly every other program"),
             "path, ending in .onnx", ExportFormat::onnx);
  add_export("train.export.pytorch", N_("Writes the network as a PyTorch script; its weights lie beside it"),
             "path, ending in .py", ExportFormat::pytorch);
  add_export("train.export.keras", N_("Writes the network as a Keras script; its weights lie beside it"),
             "path, ending in .py", ExportFormat::keras);
  registry.add(Command{"train.export.training",
                       N_("Writes the whole training as a project for PyTorch or Keras into a new folder"),
                       {Parameter::file_to_write("FOLDER", "path of a new folder; keras may follow: my-training keras",
                                                 [](std::string_view value) { return project_of(value).first; })},
                       [this](const Arguments& arguments) {
                         need_run();
                         const auto [path, wanted] = project_of(arguments.text(0));
                         const std::string folder(path);
                         const ExportFormat format = wanted;  // Clang 14 captures no structured binding
                         check_project_folder(folder, format);
                         const auto done = files_.wait_for(folder);
                         post([folder, format, done](TrainWorker& worker) {
                           export_training(worker, folder, format);
                           *done = true;
                         });
                       }});
  registry.add(Command{"train.discard",
                       N_("Answers what shall become of training that is not saved"),
                       {Parameter::choice("ANSWER", "yes: throw it away; no: keep it", {"yes", "no"})},
                       [this](const Arguments& arguments) {
                         std::optional<Question> question = std::exchange(question_, std::nullopt);
                         if (!question || question->guided_steps != context_.document.guided_steps) return;
                         if (arguments.text(0) == "yes") question->go_on();
                       }});
}

}  // namespace striate
