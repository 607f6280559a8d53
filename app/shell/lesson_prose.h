// The words of a lesson's step without their styles.
#pragma once

#include <string>
#include <vector>

#include "app/command/script.h"

namespace striate {

// As LessonSession::prose() gives them: a line for each block.
std::string plain_words(const std::vector<ProseBlock>& blocks);
std::string plain_words(const std::vector<ProseSpan>& spans);

}  // namespace striate
