// Pages of a PDF, filled from top to bottom: words flow from page to page, a picture that has no room left begins the
// next one. By Pango and cairo (https://www.cairographics.org/manual/cairo-PDF-Surfaces.html); the fonts are the
// program's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

// A length on paper: 1/72 inch.
using Points = double;

// Words in one style. In a paragraph they follow each other; a line break within is one on paper, too.
struct PdfSpan {
  std::string words;  // UTF-8
  bool bold = false;
  bool code = false;
};

class PdfPages {
 public:
  struct Options {
    Points width = 595.28, height = 841.89;  // A4
    Points margin = 54;
    std::string title, language = "en";  // of the document, for readers
    std::string footer;                  // at the left of each page's foot; its number stands at the right
  };
  // Throws Error where a PDF can't be made here.
  explicit PdfPages(Options options);
  ~PdfPages();
  PdfPages(const PdfPages&) = delete;
  PdfPages& operator=(const PdfPages&) = delete;

  Points room() const;   // below the place where the next thing will stand
  Points width() const;  // between the margins
  void space(Points height);
  // The next page, unless that much room is left.
  void need(Points height);

  struct Style {
    Points size = 10.5;
    Points indent = 0;  // of the whole paragraph
    Points after = 6;   // below it
    double gray = 0.1;  // 0 black to 1 white
  };
  void paragraph(const std::vector<PdfSpan>& spans, const Style& style);
  void paragraph(const std::string& words, const Style& style) { paragraph({PdfSpan{words}}, style); }
  Points height_of(const std::vector<PdfSpan>& spans, const Style& style) const;
  // As wide as the page's column, or as high as `highest`; its lightest color, the one of its corner, becomes white.
  void picture(const Image& image, Points highest);
  // A box to tick before the words that come next, at an indent.
  void box(Points indent, Points size);
  // Lines to write on, a hand's width apart.
  void ruled_lines(int count);

  // Ends the document: its bytes, the same for the same content. Throws Error. Nothing may be added then.
  std::string finish();
  int pages() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace striate
