// The film of the window: film.record and film.stop, and what is told when it is whole.
#include <fmt/format.h>

#include "app/film/film_recorder.h"
#include "app/shell/frame.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

bool Shell::filming() const { return film_ && !film_->stopped() && !film_->ended(); }

void Shell::record_film(const std::string& file) {
  if (filming()) throw Error("a film is being recorded", "end it first: film.stop");
  if (film_) throw Error("the film before is still being written", "wait until a message says where it is");
  FilmSpec spec;
  spec.path = file;
  spec.rate = app_.settings().film_rate;
  spec.force = app_.document().force;
  film_ = std::make_unique<FilmRecorder>(std::move(spec), app_.now(), [this] { app_.wake(); });
}

// Once a frame: a film that is whole, or has failed, is told.
void Shell::look_at_film() {
  if (!film_ || !film_->ended()) return;
  const std::unique_ptr<FilmRecorder> film = std::move(film_);
  app_moves_ = true;
  if (const std::optional<Error> error = film->error()) {
    app_.notify({error->what(), error->hint(), "film.record", true, app_.now()});
    capture_error_ = error;
    return;
  }
  const std::string hint =
      film->dropped() > 0
          ? format_tr("{} pictures were left out: encoding was too slow; record fewer a second", film->dropped())
          : std::string();
  app_.notify({format_tr("The film is in {}", film->path()), hint, "film.stop", false, app_.now()});
}

std::optional<Error> Shell::end_film() {
  if (!film_) return std::nullopt;
  film_->stop(app_.now());
  film_->wait();
  std::optional<Error> error = film_->error();
  film_.reset();
  return error;
}

}  // namespace striate
