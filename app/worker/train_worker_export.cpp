// The network of a training for other programs: saved to a file of its own first, so that what is exported is what
// `striate export` makes of a saved model.
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "app/worker/export_training.h"
#include "app/worker/train_worker.h"
#include "engine/error.h"
#include "engine/export/training_project.h"

namespace striate {
namespace {

// A name of its own in the folder for passing things; the file is gone with it.
class PassingFile {
 public:
  PassingFile() : path_((std::filesystem::temp_directory_path() / "striate-XXXXXX").string()) {
    const int file = mkstemp(path_.data());
    if (file < 0) {
      throw Error(fmt::format("{} can't be written: {}", path_, std::strerror(errno)),
                  "make room there, or name another folder in TMPDIR");
    }
    close(file);
  }
  ~PassingFile() { unlink(path_.c_str()); }
  PassingFile(const PassingFile&) = delete;
  PassingFile& operator=(const PassingFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

void TrainWorker::export_network(const ExportTarget& target) {
  need_run();
  const PassingFile model;
  save(model.path());
  export_file(stream_, model.path(), target);
}

void export_training(TrainWorker& worker, const std::string& folder, ExportFormat format) {
  const PassingFile saved;
  worker.save(saved.path());
  TrainingRun& run = *worker.run();
  write_training_project(run.stream(), read_training_project(saved.path(), run.config().data), run.data(), folder,
                         format);
}

}  // namespace striate
