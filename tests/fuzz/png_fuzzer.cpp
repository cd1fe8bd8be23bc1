// SPDX-License-Identifier: BSD-3-Clause
// PNG files: what has been read is the same once it has been written and read again. Chunks'
// checksums are put right first, because hardly any change of the bytes would get past them.
#include <algorithm>
#include <array>
#include <cstring>

#include <zlib.h>

#include "common/bytes_of.hpp"
#include "common/finding.hpp"
#include "common/scratch_file.hpp"
#include "png.hpp"

namespace twofold::fuzz {

namespace {

using tool::OutputFile;
using tool::PngPicture;

std::uint32_t big_endian(const std::byte* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

/// Each chunk: its length, four letters, so many bytes, and the CRC-32 of the letters and bytes.
void mend_checksums(std::vector<std::byte>& bytes) {
  constexpr std::size_t frame = 12;
  std::size_t at = tool::png_signature.size();
  while (at + frame <= bytes.size()) {
    const std::size_t length = big_endian(&bytes[at]);
    if (length > bytes.size() - at - frame) return;
    const auto* covered = reinterpret_cast<const Bytef*>(&bytes[at + 4]);
    const auto checksum =
        static_cast<std::uint32_t>(crc32(0, covered, static_cast<uInt>(length + 4)));
    for (std::size_t i = 0; i < 4; ++i)
      bytes[at + 8 + length + i] = static_cast<std::byte>(checksum >> (24 - 8 * i));
    at += length + frame;
  }
}

std::vector<std::byte> written(const PngPicture& picture) {
  static const ScratchFile scratch("png");
  OutputFile file(scratch.path());
  tool::write_png(file, picture);
  file.commit();
  return scratch.read();
}

bool same_pixels(const PngPicture& a, const PngPicture& b) {
  if (a.shape() != b.shape() || a.bit_depth() != b.bit_depth()) return false;
  return std::visit(
      [&]<Element T>(const Image<T>& x) {
        const auto& y = std::get<Image<T>>(b.pixels);
        return std::equal(x.data(), x.data() + x.size(), y.data());
      },
      a.pixels);
}

void check(std::vector<std::byte> bytes) {
  // As they are, for what is said of a wrong checksum.
  (void)accepted(bytes, tool::read_png);
  mend_checksums(bytes);
  const auto picture = accepted(bytes, tool::read_png);
  if (!picture) return;
  const auto again = accepted(written(*picture), tool::read_png);
  require(again.has_value(), "a written picture is not readable");
  require(same_pixels(*picture, *again), "a written picture is not what was read");
  const auto& resolution = picture->metadata.resolution;
  require(resolution.has_value() == again->metadata.resolution.has_value(),
          "the resolution got lost");
}

}  // namespace

}  // namespace twofold::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  twofold::fuzz::check(twofold::fuzz::bytes_of(data, size));
  return 0;
}
