#include "app/handout/pdf_pages.h"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "app/embedded.h"
#include "engine/error.h"

namespace striate {
namespace {

// The fonts that the program carries, as files for fontconfig, while a document is made. Where one of them is missing
// the system's sans-serif stands in.
class Fonts {
 public:
  Fonts() : config_(FcConfigCreate()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "striate-fonts-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw Error(fmt::format("{}: a folder cannot be made", pattern), "free some space there, or set TMPDIR");
    folder_ = pattern;
    for (const char* name : {"inter-regular", "inter-bold", "mono-regular", "mono-bold", "dejavu-sans"}) {
      const std::string_view bytes = embedded_file(std::string("fonts/") + name);
      if (bytes.empty()) continue;
      const std::string path = folder_ + "/" + name;
      std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      FcConfigAppFontAddFile(config_, reinterpret_cast<const FcChar8*>(path.c_str()));
    }
    map_ = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (map_) pango_fc_font_map_set_config(reinterpret_cast<PangoFcFontMap*>(map_), config_);
  }
  ~Fonts() {
    if (map_) g_object_unref(map_);
    FcConfigDestroy(config_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;
  PangoFontMap* map() const { return map_; }

 private:
  FcConfig* config_;
  PangoFontMap* map_ = nullptr;
  std::string folder_;
};

cairo_status_t keep(void* text, const unsigned char* data, unsigned int count) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), count);
  return CAIRO_STATUS_SUCCESS;
}

std::string escaped(const std::string& words) {
  gchar* text = g_markup_escape_text(words.c_str(), static_cast<gssize>(words.size()));
  std::string result(text);
  g_free(text);
  return result;
}

std::string markup_of(const std::vector<PdfSpan>& spans) {
  std::string markup;
  for (const PdfSpan& span : spans) {
    std::string words = escaped(span.words);
    if (span.code) words = fmt::format("<span font_family=\"JetBrains Mono, monospace\" size=\"90%\">{}</span>", words);
    if (span.bold) words = fmt::format("<b>{}</b>", words);
    markup += words;
  }
  return markup;
}

struct Unref {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

}  // namespace

struct PdfPages::Parts {
  Options options;
  std::string bytes;
  Fonts fonts;
  PangoContext* context = nullptr;
  cairo_surface_t* surface = nullptr;
  cairo_t* cairo = nullptr;
  Points y = 0;
  int page = 1;
  bool finished = false;

  explicit Parts(Options asked) : options(std::move(asked)) {
    surface = cairo_pdf_surface_create_for_stream(keep, &bytes, options.width, options.height);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, options.title.c_str());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Striate");
    // The same content, the same bytes: no time of day.
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    cairo = cairo_create(surface);
    if (!fonts.map() || cairo_status(cairo) != CAIRO_STATUS_SUCCESS)
      throw Error("a PDF cannot be made here", "free some memory, or install the system's cairo and Pango again");
    context = pango_font_map_create_context(fonts.map());
    pango_context_set_language(context, pango_language_from_string(options.language.c_str()));
    // Of a page on paper, not of this screen.
    cairo_font_options_t* plain = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(plain, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(plain, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, plain);
    cairo_font_options_destroy(plain);
    pango_cairo_context_set_resolution(context, 72);
    y = options.margin;
  }
  ~Parts() {
    if (context) g_object_unref(context);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);  // before `bytes`, which it writes to
  }

  Points column() const { return options.width - 2 * options.margin; }
  Points bottom() const { return options.height - options.margin; }

  Layout layout_of(const std::string& markup, const Style& style) const {
    Layout layout(pango_layout_new(context));
    PangoFontDescription* font = pango_font_description_from_string("Inter, DejaVu Sans, sans-serif");
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_width(layout.get(), static_cast<int>((column() - style.indent) * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout.get(), 1.25f);
    pango_layout_set_markup(layout.get(), markup.c_str(), static_cast<int>(markup.size()));
    return layout;
  }
  void line_at(Points x, Points at, const std::string& words, const Style& style, bool right) {
    const Layout layout = layout_of(escaped(words), style);
    if (right) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    cairo_set_source_rgb(cairo, style.gray, style.gray, style.gray);
    cairo_move_to(cairo, x, at);
    pango_cairo_show_layout(cairo, layout.get());
  }
  void end_page() {
    const Style small{8, 0, 0, 0.45};
    line_at(options.margin, options.height - options.margin * 0.6, options.footer, small, false);
    line_at(options.margin, options.height - options.margin * 0.6, std::to_string(page), small, true);
    cairo_show_page(cairo);
  }
  void next_page() {
    end_page();
    ++page;
    y = options.margin;
  }
};

PdfPages::PdfPages(Options options) : parts_(std::make_unique<Parts>(std::move(options))) {}
PdfPages::~PdfPages() = default;

Points PdfPages::room() const { return parts_->bottom() - parts_->y; }
Points PdfPages::width() const { return parts_->column(); }
int PdfPages::pages() const { return parts_->page; }
void PdfPages::space(Points height) { parts_->y += height; }

void PdfPages::need(Points height) {
  if (height > room() && parts_->y > parts_->options.margin) parts_->next_page();
}

Points PdfPages::height_of(const std::vector<PdfSpan>& spans, const Style& style) const {
  int width = 0, height = 0;
  pango_layout_get_size(parts_->layout_of(markup_of(spans), style).get(), &width, &height);
  return static_cast<Points>(height) / PANGO_SCALE + style.after;
}

void PdfPages::paragraph(const std::vector<PdfSpan>& spans, const Style& style) {
  Parts& p = *parts_;
  const Layout layout = p.layout_of(markup_of(spans), style);
  const int lines = pango_layout_get_line_count(layout.get());
  PangoLayoutIter* at = pango_layout_get_iter(layout.get());
  for (int i = 0; i < lines; ++i, pango_layout_iter_next_line(at)) {
    PangoRectangle around;
    pango_layout_iter_get_line_extents(at, nullptr, &around);
    const Points height = static_cast<Points>(around.height) / PANGO_SCALE;
    if (height > room()) p.next_page();
    const int baseline = pango_layout_iter_get_baseline(at) - around.y;
    cairo_set_source_rgb(p.cairo, style.gray, style.gray, style.gray);
    cairo_move_to(p.cairo, p.options.margin + style.indent + static_cast<Points>(around.x) / PANGO_SCALE,
                  p.y + static_cast<Points>(baseline) / PANGO_SCALE);
    pango_cairo_show_layout_line(p.cairo, pango_layout_iter_get_line_readonly(at));
    p.y += height;
  }
  pango_layout_iter_free(at);
  p.y += style.after;
}

void PdfPages::picture(const Image& image, Points highest) {
  Parts& p = *parts_;
  const Points scale = std::min({width() / image.width, highest / image.height, 72.0 / 96.0 * 2});
  const Points wide = image.width * scale, high = image.height * scale;
  need(high);
  cairo_surface_t* pixels = cairo_image_surface_create(CAIRO_FORMAT_RGB24, image.width, image.height);
  unsigned char* data = cairo_image_surface_get_data(pixels);
  if (!data) {
    cairo_surface_destroy(pixels);
    throw Error("there is no memory for a picture of the handout", "close other programs");
  }
  const size_t row = static_cast<size_t>(cairo_image_surface_get_stride(pixels));
  const auto channels = static_cast<size_t>(image.channels);
  const uint8_t* paper = image.bytes.data();
  for (size_t r = 0; r < static_cast<size_t>(image.height); ++r) {
    for (size_t c = 0; c < static_cast<size_t>(image.width); ++c) {
      const uint8_t* from = &image.bytes[(r * static_cast<size_t>(image.width) + c) * channels];
      const bool background = std::equal(from, from + channels, paper);
      uint32_t value = 0xffffff;
      if (!background) {
        const size_t green = channels >= 3 ? 1 : 0, blue = channels >= 3 ? 2 : 0;
        value = static_cast<uint32_t>(from[0]) << 16 | static_cast<uint32_t>(from[green]) << 8 | from[blue];
      }
      *reinterpret_cast<uint32_t*>(data + r * row + c * 4) = value;
    }
  }
  cairo_surface_mark_dirty(pixels);
  cairo_save(p.cairo);
  cairo_translate(p.cairo, p.options.margin + (width() - wide) / 2, p.y);
  cairo_set_source_rgb(p.cairo, 0.82, 0.83, 0.85);
  cairo_set_line_width(p.cairo, 0.5);
  cairo_rectangle(p.cairo, 0, 0, wide, high);
  cairo_stroke(p.cairo);
  cairo_scale(p.cairo, scale, scale);
  cairo_set_source_surface(p.cairo, pixels, 0, 0);
  cairo_paint(p.cairo);
  cairo_restore(p.cairo);
  cairo_surface_destroy(pixels);
  p.y += high + 10;
}

void PdfPages::box(Points indent, Points size) {
  Parts& p = *parts_;
  cairo_set_source_rgb(p.cairo, 0.3, 0.3, 0.3);
  cairo_set_line_width(p.cairo, 0.8);
  cairo_rectangle(p.cairo, p.options.margin + indent, p.y + 2.5, size, size);
  cairo_stroke(p.cairo);
}

void PdfPages::ruled_lines(int count) {
  Parts& p = *parts_;
  constexpr Points kApart = 22;
  for (int i = 0; i < count; ++i) {
    need(kApart);
    p.y += kApart;
    cairo_set_source_rgb(p.cairo, 0.7, 0.7, 0.7);
    cairo_set_line_width(p.cairo, 0.5);
    cairo_move_to(p.cairo, p.options.margin, p.y);
    cairo_line_to(p.cairo, p.options.margin + width(), p.y);
    cairo_stroke(p.cairo);
  }
  p.y += 8;
}

std::string PdfPages::finish() {
  Parts& p = *parts_;
  if (!std::exchange(p.finished, true)) {
    p.end_page();
    cairo_surface_finish(p.surface);
  }
  if (cairo_surface_status(p.surface) != CAIRO_STATUS_SUCCESS)
    throw Error(fmt::format("the PDF cannot be made: {}", cairo_status_to_string(cairo_surface_status(p.surface))),
                "close other programs");
  return p.bytes;
}

}  // namespace striate
