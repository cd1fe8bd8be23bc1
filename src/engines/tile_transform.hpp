// SPDX-License-Identifier: BSD-3-Clause
// The transforms of overlap-save's tiles, and their product with a kernel's spectrum.
//
// Rows are transformed at full speed; columns, whose points lie a row apart, only at a few short
// lengths. At the others the tile is transposed between two passes over rows, which costs a tenth
// of one. Its spectrum then stays transposed, and so does the kernel's.
#pragma once

#include "engines/transform_shape.hpp"
#include "fft/fft.hpp"
#include "kernels/kernels.hpp"

namespace twofold::detail {

template <class R>
class TileTransform {
  using C = std::complex<R>;

 public:
  /// Of the results, `kept_rows` rows are wanted. `type` is the problem's.
  TileTransform(ElementType type, const TileShape& shape, Index kept_rows, Isa isa)
      : shape_(shape),
        pitch_(tile_layout(type, shape).pitch),
        transposed_pitch_(transposed_layout(type, shape).pitch),
        kernels_(kernels_for(isa).tiles<R>()),
        transposes_(!has_fast_columns(shape.rows) || !has_fast_columns(shape.cols)) {
    using enum fft::Direction;
    if (transposes_) {
      rows_forward_ = {shape.cols, shape.rows, pitch_, forward};
      cols_forward_ = {shape.rows, shape.cols, transposed_pitch_, forward};
      cols_backward_ = {shape.rows, shape.cols, transposed_pitch_, backward};
      rows_backward_ = {shape.cols, kept_rows, pitch_, backward};
    } else {
      rows_forward_in_place_ = {{shape.cols, shape.rows, 1, pitch_}, forward};
      cols_forward_in_place_ = {{shape.rows, shape.cols, pitch_, 1}, forward};
      cols_backward_in_place_ = {{shape.rows, shape.cols, pitch_, 1}, backward};
      rows_backward_in_place_ = {{shape.cols, kept_rows, 1, pitch_}, backward};
    }
  }

  /// The tile's spectrum, which comes to lie in either of the two; both have tile_points.
  C* forward(C* tile, C* other) const {
    if (!transposes_) {
      rows_forward_in_place_.run(tile);
      cols_forward_in_place_.run(tile);
      return tile;
    }
    rows_forward_.run(tile, other);
    kernels_.transpose(other, pitch_, shape_.rows, shape_.cols, tile, transposed_pitch_);
    cols_forward_.run(tile, other);
    return other;
  }

  /// The product with a kernel whose spectrum is `kernel`, in place of the tile.
  void convolve(C* tile, C* other, const C* kernel) const {
    C* spectrum = forward(tile, other);
    const Index rows = transposes_ ? shape_.cols : shape_.rows;
    const Index cols = transposes_ ? shape_.rows : shape_.cols;
    const Index pitch = transposes_ ? transposed_pitch_ : pitch_;
    for (Index row = 0; row < rows; ++row)
      kernels_.multiply_spectra(spectrum + row * pitch, kernel + row * pitch, cols);
    if (!transposes_) {
      cols_backward_in_place_.run(tile);
      rows_backward_in_place_.run(tile);
      return;
    }
    cols_backward_.run(other, tile);
    kernels_.transpose(tile, transposed_pitch_, shape_.cols, shape_.rows, other, pitch_);
    rows_backward_.run(other, tile);
  }

 private:
  /// At these lengths FFTW's plans for columns need no buffers and keep up with those for rows.
  static constexpr bool has_fast_columns(Index length) noexcept {
    return length == 16 || length == 32 || length == 64 || length == 128;
  }

  TileShape shape_;
  Index pitch_;
  Index transposed_pitch_;
  TileKernels<R> kernels_;
  bool transposes_;
  fft::RowPass<R> rows_forward_;
  fft::RowPass<R> cols_forward_;
  fft::RowPass<R> cols_backward_;
  fft::RowPass<R> rows_backward_;
  fft::ComplexPass<R> rows_forward_in_place_;
  fft::ComplexPass<R> cols_forward_in_place_;
  fft::ComplexPass<R> cols_backward_in_place_;
  fft::ComplexPass<R> rows_backward_in_place_;
};

}  // namespace twofold::detail
