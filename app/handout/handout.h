// A lesson on paper: its words, its figures as they are at each step, its questions with room to answer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command/question.h"
#include "app/command/script.h"
#include "engine/image.h"

namespace striate {

struct HandoutStep {
  std::string heading;               // may be empty
  std::vector<ProseBlock> prose;     // with the values in it, as LessonSession::prose() reads them
  std::optional<Question> question;  // its words as they are read, too
  ImagePtr figure;                   // the stage; null: none
};

struct Handout {
  std::string title;
  std::string chapter;  // in the reader's language; may be empty
  std::vector<HandoutStep> steps;
};

struct HandoutOptions {
  bool letter = false;   // 8.5 x 11 inches in place of A4
  bool answers = false;  // a last part has the right answers with their reasons: for who teaches
};

// The document, in the language that is shown (words.h): its bytes. Throws Error.
std::string handout_pdf(const Handout& handout, const HandoutOptions& options, int* pages);

}  // namespace striate
