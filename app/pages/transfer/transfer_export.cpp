// The head on its base as a PyTorch project: the pictures, the parts and the weights of the first seed.
#include <utility>

#include "app/pages/transfer/transfer.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/export/tile_project.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

// As large as the base wants them, where files have more than the small network sees.
std::shared_ptr<const Dataset> pictures_for(const BaseNetwork& base, const std::string& data,
                                            std::shared_ptr<const Dataset> tiles) {
  if (source_word(data) != "folder") return tiles;
  SourceOptions options;
  const Shape picture = base.picture();
  options.channels = static_cast<int>(picture[0]);
  options.height = static_cast<int>(picture[1]), options.width = static_cast<int>(picture[2]);
  return open_dataset(data, options);
}

}  // namespace

void TransferPage::export_project(const std::string& folder) {
  const TransferMoment& now = need();
  check_project_folder(folder, ExportFormat::pytorch);
  if (now.facts.tuned) {
    throw Error("a project learns in one phase, and layers of the base are unfrozen: they learn in a second one",
                "freeze them: transfer.freeze all");
  }
  if (writer_.busy()) throw Error("a project is being written", "wait until it is there");
  exported_.clear(), not_exported_.reset();
  TileProject project;
  project.base = now.of.base;
  project.data = now.of.folder.empty() ? now.of.data : "folder:" + now.of.folder;
  project.tiles = now.tiles;
  project.parts = split_few(*now.tiles, now.of.settings.examples, {}, 1);
  project.head = now.of.settings.head;
  project.at_own_size = false;
  project.batch = static_cast<int>(kStudyBatch);
  project.epochs = kStudyEpochs;
  writer_.request([project, folder](Progress&) {
    TileProject whole = project;
    whole.tiles = pictures_for(BaseNetwork::open(project.base), project.data, project.tiles);
    Stream stream(Device::cpu());
    write_training_project(stream, training_project_of(whole), whole.tiles, folder, ExportFormat::pytorch);
    return folder;
  });
}

bool TransferPage::take_exported() {
  try {
    std::optional<std::string> made = writer_.take();
    if (!made) return false;
    exported_ = std::move(*made);
  } catch (const Error& error) {
    not_exported_ = error;
  }
  return true;
}

void TransferPage::draw_exported(Ui& ui) const {
  ui.begin_flow();
  ui.button("Export as PyTorch project", "browse.save transfer.export transfer-training",
            {.enabled = moment_ != nullptr && ui.registry().find_command("browse.save") != nullptr,
             .tooltip = N_("A folder with these pictures, the examples of the first seed, and a script that trains the "
                           "head on the same base")});
  ui.end_flow();
  ui.error_beside("transfer.export");
  if (writer_.busy()) {
    ui.progress("Writing", -1, {});
  } else if (not_exported_) {
    ui.error_note(not_exported_->what(), not_exported_->hint());
  } else if (!exported_.empty()) {
    ui.note(format_tr("Written: {}", exported_));
  }
}

}  // namespace striate
