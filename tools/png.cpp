// SPDX-License-Identifier: BSD-3-Clause
// PNG pictures, through libpng. libpng reports errors by longjmp, which must not pass over a C++
// object that has a destructor: every sequence of its calls is a lambda given to `guarded`, and
// holds no such object.
#include "png.hpp"

#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <png.h>

#include "errors.hpp"

namespace twofold::tool {

namespace {

// 16,384 × 16,384: beyond any camera's picture, and within a usual machine's memory.
constexpr std::uint64_t most_pixels = std::uint64_t{1} << 28;
// A deflate stream never expands by more: https://zlib.net/zlib_tech.html
constexpr std::uint64_t largest_expansion = 1032;

/// Where libpng's error callback leaves its message: plain memory, safe to longjmp over.
struct ErrorMessage {
  char text[200] = "";
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* sink = static_cast<ErrorMessage*>(png_get_error_ptr(png));
  std::snprintf(sink->text, sizeof sink->text, "%s", message);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

/// Runs `calls`, which may call libpng; false if libpng reported an error.
template <class Calls>
bool guarded(png_structp png, const Calls& calls) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  calls();
  return true;
}

/// libpng allocates what a chunk's length promises before it reads the chunk: FileError, if that is
/// more than the file holds.
void check_chunks(const InputFile& file) {
  constexpr std::size_t header_bytes = 8;
  constexpr std::size_t checksum_bytes = 4;
  std::uint64_t at = png_signature.size();
  std::array<unsigned char, header_bytes> header{};
  do {
    file.read_at(at, header.data(), header.size());
    at += header_bytes + png_get_uint_32(header.data()) + checksum_bytes;
    unsigned char last = 0;
    file.read_at(at - 1, &last, 1);
  } while (std::memcmp(header.data() + 4, "IEND", 4) != 0);
}

class Reader {
 public:
  explicit Reader(InputFile& file) : file_(file) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &error_, on_error, on_warning);
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, &file_, read_bytes);
    // Not its own of 1,000,000: what Writer writes is read, and check_size looks at the memory.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  PngPicture read() {
    read_header();
    check_size();
    set_up_expansion();
    PngPicture picture;
    if (png_get_bit_depth(png_, info_) == 16) {
      picture.pixels = read_pixels<std::uint16_t>();
    } else {
      picture.pixels = read_pixels<std::uint8_t>();
    }
    read_metadata(picture.metadata);
    return picture;
  }

 private:
  static void read_bytes(png_structp png, png_bytep bytes, std::size_t count) {
    auto* file = static_cast<InputFile*>(png_get_io_ptr(png));
    if (!file->try_read(bytes, count)) png_error(png, "truncated");
  }

  [[noreturn]] void fail() const {
    const std::string message = error_.text;
    if (message == "truncated") throw FileError(file_.name(), file_.last_problem());
    throw FileError(file_.name(), "not a readable PNG: " + message);
  }

  void read_header() {
    if (!guarded(png_, [this] { png_read_info(png_, info_); })) fail();
  }

  /// Before any memory is allocated for the pixels.
  void check_size() const {
    const std::uint64_t height = png_get_image_height(png_, info_);
    const std::uint64_t row_bytes = png_get_rowbytes(png_, info_);
    const std::string size =
        std::to_string(png_get_image_width(png_, info_)) + " × " + std::to_string(height);
    if (height > (file_.size() * largest_expansion) / (row_bytes + 1)) {
      throw FileError(file_.name(), "its header promises " + size + " pixels, more than " +
                                        std::to_string(file_.size()) + " bytes can hold");
    }
    if (height * png_get_image_width(png_, info_) > most_pixels) {
      throw FileError(file_.name(), size + " pixels are more than this program takes");
    }
  }

  void set_up_expansion() {
    const auto calls = [this] {
      png_set_expand(png_);
      if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
      passes_ = png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    };
    if (!guarded(png_, calls)) fail();
  }

  template <class T>
  Image<T> read_pixels() {
    const Shape shape{static_cast<Index>(png_get_image_height(png_, info_)),
                      static_cast<Index>(png_get_image_width(png_, info_)),
                      static_cast<Index>(png_get_channels(png_, info_))};
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    // Zeroed: an interlaced picture is filled in over several passes.
    Image<T> image(shape);
    auto* const begin = reinterpret_cast<png_bytep>(image.data());
    if (row_bytes != static_cast<std::size_t>(shape.cols * shape.channels) * sizeof(T)) {
      throw FileError(file_.name(), "not a readable PNG: an unknown kind of pixel");
    }
    const auto calls = [&] {
      for (int pass = 0; pass < passes_; ++pass) {
        for (Index row = 0; row < shape.rows; ++row) {
          png_read_row(png_, begin + static_cast<std::size_t>(row) * row_bytes, nullptr);
        }
      }
      // The chunks after the pixels: a file that ends here is truncated.
      png_read_end(png_, nullptr);
    };
    if (!guarded(png_, calls)) fail();
    return image;
  }

  void read_metadata(PngMetadata& metadata) {
    int intent = 0;
    if (png_get_sRGB(png_, info_, &intent) != 0) metadata.srgb_intent = intent;
    png_fixed_point gamma = 0;
    if (png_get_gAMA_fixed(png_, info_, &gamma) != 0) metadata.gamma = gamma;
    std::array<png_fixed_point, 8> c{};
    if (png_get_cHRM_fixed(png_, info_, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7]) !=
        0) {
      metadata.chromaticities = c;
    }
    PngMetadata::Resolution resolution;
    if (png_get_pHYs(png_, info_, &resolution.x, &resolution.y, &resolution.unit) != 0) {
      metadata.resolution = resolution;
    }
    png_charp name = nullptr;
    png_bytep profile = nullptr;
    png_uint_32 length = 0;
    int compression = 0;
    if (png_get_iCCP(png_, info_, &name, &compression, &profile, &length) != 0) {
      metadata.icc_profile = PngMetadata::Profile{name, {profile, profile + length}};
    }
  }

  InputFile& file_;
  ErrorMessage error_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
};

class Writer {
 public:
  explicit Writer(OutputFile& file) : file_(file) {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &error_, on_error, on_warning);
    if (png_ == nullptr) throw std::bad_alloc();
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_write_struct(&png_, nullptr);
      throw std::bad_alloc();
    }
    png_set_write_fn(png_, &file_, write_bytes, [](png_structp) {});
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png_, &info_); }

  void write(const PngPicture& picture) {
    write_header(picture);
    std::visit([this](const auto& image) { write_pixels(image); }, picture.pixels);
  }

 private:
  static void write_bytes(png_structp png, png_bytep bytes, std::size_t count) {
    auto* file = static_cast<OutputFile*>(png_get_io_ptr(png));
    if (!file->try_write(bytes, count)) png_error(png, "unwritable");
  }

  [[noreturn]] void fail() const {
    const std::string message = error_.text;
    if (message == "unwritable") throw FileError(file_.name(), file_.last_problem());
    throw FileError(file_.name(), "cannot be written as PNG: " + message);
  }

  void write_header(const PngPicture& picture) {
    constexpr int colour_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                    PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    const Shape shape = picture.shape();
    // Its own limit of 1,000,000 would let a picture be read whose `full` result is unwritable.
    if (shape.rows > PNG_UINT_31_MAX || shape.cols > PNG_UINT_31_MAX) {
      throw FileError(file_.name(), "too many rows or columns for a PNG");
    }
    const auto calls = [&] {
      png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
      png_set_IHDR(png_, info_, static_cast<png_uint_32>(shape.cols),
                   static_cast<png_uint_32>(shape.rows), picture.bit_depth(),
                   colour_types[shape.channels - 1], PNG_INTERLACE_NONE,
                   PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
      set_metadata(picture.metadata);
      png_write_info(png_, info_);
      if constexpr (std::endian::native == std::endian::little) {
        if (picture.bit_depth() == 16) png_set_swap(png_);
      }
    };
    if (!guarded(png_, calls)) fail();
  }

  void set_metadata(const PngMetadata& metadata) {
    if (metadata.srgb_intent) png_set_sRGB(png_, info_, *metadata.srgb_intent);
    if (metadata.gamma) png_set_gAMA_fixed(png_, info_, *metadata.gamma);
    if (metadata.chromaticities) {
      const auto& c = *metadata.chromaticities;
      png_set_cHRM_fixed(png_, info_, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
    }
    if (metadata.resolution) {
      const auto& resolution = *metadata.resolution;
      png_set_pHYs(png_, info_, resolution.x, resolution.y, resolution.unit);
    }
    if (metadata.icc_profile) {
      const auto& profile = *metadata.icc_profile;
      png_set_iCCP(png_, info_, profile.name.c_str(), PNG_COMPRESSION_TYPE_BASE,
                   profile.bytes.data(), static_cast<png_uint_32>(profile.bytes.size()));
    }
  }

  template <class T>
  void write_pixels(const Image<T>& image) {
    const auto calls = [&] {
      for (Index row = 0; row < image.rows(); ++row) {
        const T* begin = image.data() + row * image.cols() * image.channels();
        png_write_row(png_, reinterpret_cast<png_const_bytep>(begin));
      }
      png_write_end(png_, nullptr);
    };
    if (!guarded(png_, calls)) fail();
  }

  OutputFile& file_;
  ErrorMessage error_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

PngPicture read_png(InputFile& file) {
  if (!file.begins_with(png_signature)) throw FileError(file.name(), "not a PNG file");
  check_chunks(file);
  return Reader(file).read();
}

void write_png(OutputFile& file, const PngPicture& picture) {
  Writer(file).write(picture);
}

}  // namespace twofold::tool
