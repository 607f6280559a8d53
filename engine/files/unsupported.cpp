// Formats that people try to open and that Striate does not read: each is recognized by its content and named, so that
// nobody has to guess why a picture does not open. To add one: one line in the table.
#include <algorithm>

#include "engine/files/formats.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

constexpr const char* kConvert = "convert it to PNG or JPEG, for example with: convert FILE picture.png";

struct Signature {
  const char* name;
  size_t offset;
  std::string_view magic;
  const char* hint;
};

using namespace std::string_view_literals;  // magics hold zero bytes

const Signature kSignatures[] = {
    {"an AVIF picture", 4, "ftypavif"sv, kConvert},
    {"an AVIF picture", 4, "ftypavis"sv, kConvert},
    {"a HEIC picture", 4, "ftyphei"sv, kConvert},
    {"a HEIC picture", 4, "ftyphev"sv, kConvert},
    {"a HEIF picture", 4, "ftypmif1"sv, kConvert},
    {"a HEIF picture", 4, "ftypmsf1"sv, kConvert},
    {"a video", 4, "ftyp"sv, "save one of its frames as a PNG picture and open that"},
    {"an AVI video", 8, "AVI "sv, "save one of its frames as a PNG picture and open that"},
    {"a Matroska or WebM video", 0, "\x1A\x45\xDF\xA3"sv, "save one of its frames as a PNG picture and open that"},
    {"a BigTIFF picture", 0, "II\x2B\x00"sv, kConvert},
    {"a BigTIFF picture", 0, "MM\x00\x2B"sv, kConvert},
    {"a JPEG XL picture", 0, "\xFF\x0A"sv, kConvert},
    {"a JPEG XL picture", 4, "JXL \r\n\x87\n"sv, kConvert},
    {"a JPEG 2000 picture", 4, "jP  \r\n\x87\n"sv, kConvert},
    {"a JPEG 2000 code stream", 0, "\xFF\x4F\xFF\x51"sv, kConvert},
    {"an OpenEXR picture", 0, "\x76\x2F\x31\x01"sv, kConvert},
    {"a Radiance HDR picture", 0, "#?RADIANCE"sv, kConvert},
    {"a Radiance HDR picture", 0, "#?RGBE"sv, kConvert},
    {"a DirectDraw surface", 0, "DDS "sv, kConvert},
    {"a KTX texture", 0, "\xABKTX"sv, kConvert},
    {"a QOI picture", 0, "qoif"sv, kConvert},
    {"a farbfeld picture", 0, "farbfeld"sv, kConvert},
    {"a FLIF picture", 0, "FLIF"sv, kConvert},
    {"a BPG picture", 0, "BPG\xFB"sv, kConvert},
    {"a GIMP picture", 0, "gimp xcf"sv, "export it from GIMP as PNG"},
    {"a Windows icon", 0, "\x00\x00\x01\x00"sv, kConvert},
    {"a PAM picture (P7)", 0, "P7\n"sv, kConvert},
    {"a floating-point PFM picture", 0, "PF\n"sv, kConvert},
    {"a floating-point PFM picture", 0, "Pf\n"sv, kConvert},
    {"a FITS picture", 0, "SIMPLE  ="sv, kConvert},
    {"a DICOM picture", 128, "DICM"sv, kConvert},
    {"a MNG animation", 0, "\x8AMNG"sv, kConvert},
    {"a PDF document", 0, "%PDF"sv, "export the page as a PNG picture and open that"},
    {"a PostScript file", 0, "%!PS"sv, "export it as a PNG picture and open that"},
    {"a zip archive", 0, "PK\x03\x04"sv, "unpack it and open the picture in it"},
    {"a gzip archive", 0, "\x1F\x8B"sv, "unpack it (gunzip) and open the picture in it"},
    {"an IDX data set", 0, "\0\0\x08\x03"sv, "striate train --data mnist:FOLDER learns from it"},
    {"a 7z archive", 0, "7z\xBC\xAF\x27\x1C"sv, "unpack it and open the picture in it"},
};

}  // namespace

void fail_if_known_but_unsupported(Bytes bytes) {
  for (const Signature& each : kSignatures) {
    if (bytes.size() < each.offset) continue;
    if (starts_with(bytes.subspan(each.offset), each.magic)) {
      fail_unsupported(fmt::format("this is {}, which Striate does not read", each.name), each.hint);
    }
  }
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), std::min<size_t>(bytes.size(), 8));
  if (start.find("PNG") != std::string_view::npos) {
    fail_corrupt("PNG", "its signature is wrong, as when a file was transferred as text");
  }
  // A safetensors file begins with the length of its JSON header: eight bytes, the last ones zero.
  if (bytes.size() > 8 && bytes[8] == '{' && bytes[6] == 0 && bytes[7] == 0) {
    fail_unsupported("this is a safetensors file of weights, not a picture",
                     "striate summary FILE describes one that striate train saved");
  }
  const std::string text = lower_case(std::string(bytes.begin(), bytes.begin() + std::min<size_t>(bytes.size(), 1024)));
  if (text.find('\0') != std::string::npos) return;
  if (text.find("<svg") != std::string::npos) {
    fail_unsupported("this is an SVG drawing, which Striate does not read", "export it as a PNG picture and open that");
  }
  if (text.find("<html") != std::string::npos || text.find("<!doctype html") != std::string::npos) {
    fail_unsupported("this is a web page, not a picture", "save the picture itself, not the page that shows it");
  }
}

}  // namespace striate
