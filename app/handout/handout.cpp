#include "app/handout/handout.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/handout/pdf_pages.h"
#include "app/words/languages.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr PdfPages::Style kTitle{20, 0, 4, 0.05}, kChapter{9, 0, 16, 0.45}, kHeading{13, 0, 6, 0.05},
    kBody{10.5, 0, 6, 0.1}, kCode{9, 10, 6, 0.1}, kChoice{10.5, 20, 5, 0.1}, kSmall{9, 0, 4, 0.45};
constexpr Points kHighestFigure = 255, kBox = 8;
constexpr int kLinesForReasons = 2;

std::vector<PdfSpan> on_paper(const std::vector<ProseSpan>& spans) {
  std::vector<PdfSpan> words;
  for (const ProseSpan& span : spans) {
    // A link is the name of something on the screen: it stands out as on the screen, where nobody can point.
    words.push_back({span.text, span.bold || !span.link.empty(), span.code});
  }
  return words;
}

void add_prose(PdfPages& pages, const std::vector<ProseBlock>& prose) {
  for (const ProseBlock& block : prose) {
    switch (block.kind) {
      case ProseBlock::Kind::code:
        pages.paragraph({PdfSpan{block.spans.front().text, false, true}}, kCode);
        break;
      case ProseBlock::Kind::bullet: {
        std::vector<PdfSpan> words = on_paper(block.spans);
        words.insert(words.begin(), PdfSpan{"\u2022  "});
        pages.paragraph(words, kBody);
        break;
      }
      case ProseBlock::Kind::paragraph:
        pages.paragraph(on_paper(block.spans), kBody);
        break;
    }
  }
}

void add_question(PdfPages& pages, const Question& question, int number) {
  std::vector<PdfSpan> words = on_paper(question.words);
  words.insert(words.begin(), PdfSpan{format_tr("Question {}.", number) + " ", true});
  // The question and what is written below it stand on one page.
  Points high = pages.height_of(words, kBody) + 22 * kLinesForReasons + 20;
  if (question.kind == Question::Kind::choice) {
    for (const Answer& answer : question.answers) high += pages.height_of({PdfSpan{answer.text}}, kChoice);
  }
  pages.need(high);
  pages.paragraph(words, kBody);
  switch (question.kind) {
    case Question::Kind::choice:
      for (const Answer& answer : question.answers) {
        pages.box(4, kBox);
        pages.paragraph(answer.text, kChoice);
      }
      pages.paragraph(tr("Why?"), kSmall);
      break;
    case Question::Kind::number:
      pages.paragraph(tr("The number, and how you found it:"), kSmall);
      break;
    case Question::Kind::cell:
      pages.paragraph(tr("Mark the cell in the figure above. Why this one?"), kSmall);
      break;
  }
  pages.ruled_lines(kLinesForReasons);
}

void add_answers(PdfPages& pages, const Handout& handout) {
  pages.need(pages.room() + 1);  // on a page of their own
  pages.paragraph({PdfSpan{tr("Answers"), true}}, kHeading);
  int number = 0;
  for (const HandoutStep& step : handout.steps) {
    if (!step.question) continue;
    ++number;
    const Answer& right = step.question->answers[step.question->right()];
    std::vector<PdfSpan> words = {{fmt::format("{}.  ", number), true}};
    words.push_back({right.text + ": ", true, step.question->kind == Question::Kind::cell});
    for (PdfSpan& span : on_paper(right.reason)) words.push_back(std::move(span));
    pages.paragraph(words, kBody);
  }
}

}  // namespace

std::string handout_pdf(const Handout& handout, const HandoutOptions& options, int* pages_made) {
  PdfPages::Options paper;
  if (options.letter) paper.width = 612, paper.height = 792;
  paper.title = handout.title;
  paper.language = language();
  paper.footer = fmt::format("Striate \u00b7 {}", handout.title);
  PdfPages pages(paper);
  pages.paragraph({PdfSpan{handout.title, true}}, kTitle);
  pages.paragraph(handout.chapter.empty() ? std::string(" ") : handout.chapter, kChapter);
  int question = 0;
  for (const HandoutStep& step : handout.steps) {
    const Points figure =
        step.figure ? std::min(kHighestFigure, pages.width() * step.figure->height / step.figure->width) + 10 : 0;
    // A heading has its figure and two lines of words below it.
    pages.need(figure + 60);
    if (!step.heading.empty()) pages.paragraph({PdfSpan{step.heading, true}}, kHeading);
    if (step.figure) pages.picture(*step.figure, kHighestFigure);
    add_prose(pages, step.prose);
    if (step.question) add_question(pages, *step.question, ++question);
    pages.space(12);
  }
  if (options.answers && question > 0) add_answers(pages, handout);
  std::string bytes = pages.finish();
  *pages_made = pages.pages();
  return bytes;
}

}  // namespace striate
