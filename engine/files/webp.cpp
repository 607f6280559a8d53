// WebP: pixels by libwebp, lossy and lossless; of an animation the first frame, on the picture's own canvas. libwebp
// has been fuzzed for years, so it gets the file as it is; size and wholeness are checked here before it allocates
// anything.
//
// The format (RIFF, little-endian): "RIFF", the length of the rest, "WEBP"; then chunks of a name, a length and data,
// even padded. Either one chunk `VP8 ` (lossy) or `VP8L` (lossless), or `VP8X`, flags and the canvas's size, in front
// of others: `ICCP`, `ALPH` with the alpha of the `VP8 ` behind it, `ANIM`, an `ANMF` for each frame with its place and
// such chunks inside, `EXIF`, `XMP `. A file that is shorter than its RIFF length is cut off. EXIF orientation is
// applied.
#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <new>

#include "engine/files/formats.h"

namespace striate {
namespace {

constexpr const char* kName = "WebP";

bool matches(Bytes start) {
  return start.size() >= 12 && starts_with(start, "RIFF") && starts_with(start.subspan(8), "WEBP");
}

[[noreturn]] void fail_as(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      fail_ends_early(kName, "inside its picture");
    case VP8_STATUS_OUT_OF_MEMORY:
      throw std::bad_alloc();
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      fail_unsupported("this WebP uses a feature that its decoder does not know", "convert it to PNG or JPEG");
    default:
      fail_corrupt(kName, "its coded picture can't be decoded");
  }
}

ImageHeader read_header(Bytes bytes, bool complete) {
  ByteReader reader(bytes, kName, "in its header");
  reader.skip(4);
  const uint64_t length = uint64_t{8} + reader.le32();
  if (complete && length > bytes.size())
    fail_ends_early(kName, fmt::format("after {} of {} bytes", bytes.size(), length));
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(bytes.data(), bytes.size(), &features);
  if (status == VP8_STATUS_NOT_ENOUGH_DATA) fail_ends_early(kName, "in its header");
  if (status != VP8_STATUS_OK) fail_as(status);
  return {kName, features.width, features.height, features.has_alpha ? 4 : 3, 8};
}

struct DemuxerEnd {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

// The first frame, which the demuxer has placed inside the canvas.
class FirstFrame {
 public:
  explicit FirstFrame(const WebPDemuxer* demuxer) : found_(WebPDemuxGetFrame(demuxer, 1, &frame) != 0) {}
  ~FirstFrame() {
    if (found_) WebPDemuxReleaseIterator(&frame);
  }
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;
  bool found() const { return found_; }

  WebPIterator frame{};

 private:
  bool found_;
};

int orientation_of(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk;
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk)) {
    Bytes exif(chunk.chunk.bytes, chunk.chunk.size);
    constexpr std::string_view kPrefix("Exif\0\0", 6);  // of JPEG's block: some programs leave it
    if (starts_with(exif, kPrefix)) exif = exif.subspan(kPrefix.size());
    orientation = exif_orientation(exif);
  }
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

void decode(Bytes bytes, const ImageHeader& header, Image& image) {
  const WebPData data = {bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, DemuxerEnd> demuxer(WebPDemux(&data));
  if (!demuxer) fail_corrupt(kName, "its chunks don't fit together");
  const FirstFrame first(demuxer.get());
  const WebPIterator& frame = first.frame;
  if (!first.found() || !frame.complete) fail_corrupt(kName, "it has no whole frame");
  const int64_t right = int64_t{frame.x_offset} + frame.width, bottom = int64_t{frame.y_offset} + frame.height;
  if (frame.width < 1 || frame.height < 1 || frame.x_offset < 0 || frame.y_offset < 0 || right > header.width ||
      bottom > header.height) {
    fail_corrupt(kName, fmt::format("its frame of {} x {} does not fit into {} x {}", frame.width, frame.height,
                                    header.width, header.height));
  }
  const bool covers = frame.width == header.width && frame.height == header.height;
  const int channels = frame.has_alpha || !covers ? 4 : 3;
  allocate_pixels(image, header.width, header.height, channels, 8);
  if (!covers) std::fill(image.bytes.begin(), image.bytes.end(), uint8_t{0});

  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) fail_unsupported("libwebp is of another version", "install libwebp again");
  const size_t row = static_cast<size_t>(header.width) * channels;
  const size_t begin = static_cast<size_t>(frame.y_offset) * row + static_cast<size_t>(frame.x_offset) * channels;
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = image.bytes.data() + begin;
  config.output.u.RGBA.stride = static_cast<int>(row);
  config.output.u.RGBA.size = image.bytes.size() - begin;
  const VP8StatusCode status = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) fail_as(status);
  if (frame.num_frames > 1) image.notes.push_back(fmt::format("first of {} frames", frame.num_frames));
  apply_orientation(image, orientation_of(demuxer.get()));
}

}  // namespace

const ImageFormat kWebp = {kName, matches, read_header, decode};

}  // namespace striate
