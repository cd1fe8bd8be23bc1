// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// ConvOptions: how a layer is asked for. Keras 3's arguments under Keras' names, and its defaults.
#pragma once

#include <cstdint>

#include "twofold/options.hpp"

namespace twofold::nn {

/// What the axes of a layer's inputs and outputs are.
enum class DataFormat : unsigned char {
  channels_last,   ///< batch, rows, columns, channels; NHWC
  channels_first,  ///< batch, channels, rows, columns; NCHW
};

/// What the axes of a kernel are. With C input channels, F filters, G groups and depth multiplier
/// M:
///
/// |                | hwio, as Keras stores it        | oihw, as PyTorch and ONNX store it   |
/// |----------------|---------------------------------|--------------------------------------|
/// | conv           | rows, columns, C ÷ G, F         | F, C ÷ G, rows, columns              |
/// | depthwise_conv | rows, columns, C, M             | C·M, 1, rows, columns                |
/// | conv_transpose | rows, columns, F, C             | C, F, rows, columns                  |
///
/// Output channel c·M + m of a depthwise convolution is input channel c by its kernel m.
enum class KernelFormat : unsigned char { hwio, oihw };

/// What is done to every output, after the bias.
enum class Activation : unsigned char {
  linear,
  relu,        ///< max(x, 0)
  relu6,       ///< min(max(x, 0), 6)
  leaky_relu,  ///< x, or ConvOptions::negative_slope·x below 0
  sigmoid,     ///< 1 / (1 + exp(−x))
  tanh,        ///< std::tanh(x)
  silu,        ///< x·sigmoid(x)
  gelu,        ///< x·Φ(x) = x/2·(1 + erf(x/√2)); not the approximation by tanh
};

/// One number for both axes, or one for each.
struct PerAxis {
  Index rows = 1;  ///< downwards
  Index cols = 1;  ///< to the right

  /// 1 and 1.
  constexpr PerAxis() = default;
  /// The same for both.
  constexpr PerAxis(Index both)  // NOLINT(google-explicit-constructor)
      : rows(both), cols(both) {}
  /// One for each.
  constexpr PerAxis(Index along_rows, Index along_cols) : rows(along_rows), cols(along_cols) {}

  /// Of both.
  friend constexpr bool operator==(const PerAxis&, const PerAxis&) = default;
};

/// Zeros around the inputs.
struct Padding {
  /// Keras' two, or numbers of one's own.
  enum class Kind : unsigned char { valid, same, sides };

  /// `valid`: none, only windows that lie inside.
  constexpr Padding() = default;
  /// `valid` or `same`.
  explicit constexpr Padding(Kind which) : kind(which) {}
  /// So many rows above and below and columns before and after, each ≥ 0.
  constexpr Padding(Index above, Index below, Index before, Index after)
      : kind(Kind::sides), top(above), bottom(below), left(before), right(after) {}

  /// Of all members.
  friend constexpr bool operator==(const Padding&, const Padding&) = default;

  Kind kind = Kind::valid;  ///< for other kinds than sides, the members below do not count
  Index top = 0;            ///< rows of zeros above
  Index bottom = 0;         ///< below
  Index left = 0;           ///< columns of zeros before
  Index right = 0;          ///< after
};

/// Only windows that lie inside: ⌊(N − (K − 1)·d − 1)/s⌋ + 1 outputs.
inline constexpr Padding valid{};
/// ⌈N/s⌉ outputs. Of P = max(0, (⌈N/s⌉ − 1)·s + (K − 1)·d + 1 − N) zeros, ⌊P/2⌋ come before and the
/// rest after the inputs (TensorFlow, kernel_shape_util.cc). With strides this is not every s-th
/// output of stride 1.
inline constexpr Padding same{Padding::Kind::same};

/// How a layer is computed. A value that means nothing is an Error(invalid_option), one that the
/// method cannot compute an Error(unsupported).
struct ConvOptions {
  PerAxis strides = 1;                                 ///< from window to window, 1 to 2³⁰
  Padding padding = valid;                             ///< zeros around the inputs
  DataFormat data_format = DataFormat::channels_last;  ///< of inputs and outputs
  PerAxis dilation_rate = 1;                           ///< from tap to tap, 1 to 2³⁰
  /// Into how many groups channels and filters of nn::conv fall, each filter reading its own group
  /// only. 0: as the kernel's shape says.
  Index groups = 0;
  KernelFormat kernel_format = KernelFormat::hwio;  ///< of the kernel, or of both kernels
  Activation activation = Activation::linear;       ///< after the bias
  double negative_slope = 0.2;                      ///< of leaky_relu; PyTorch's default is 0.01
  /// Of nn::conv_transpose, where −1 is Keras' None. N inputs and a kernel that spans
  /// K = (k − 1)·d + 1 elements give so many outputs:
  /// - valid: (N − 1)·s + K + output_padding; None: max(K, s) − K.
  /// - same: (N − 1)·s + K mod 2 + output_padding; None: N·s outputs.
  /// - sides: (N − 1)·s + K − before − after + output_padding; None: 0.
  PerAxis output_padding = -1;

  /// automatic, direct, fft (the same as overlap_save, here), winograd or reference. winograd is
  /// F(4×4, 3×3), for kernels of up to 3×3 taps; the others do not choose it. Its errors are about
  /// twice those of the direct sum, their bound more than that. It and fft need kernels of more
  /// than one tap, and no strides, dilation and groups; of layers in several parts, in each part.
  Method method = Method::automatic;
  /// How many calls of execute are to pay for what `automatic` prepares; 0: so many that it does
  /// not count. The functions conv and the like, which plan for one call, take 1.
  Index calls = 0;
  Accuracy accuracy = normwise;  ///< of the sums; only normwise admits fft and winograd
  Isa isa = Isa::automatic;      ///< Error(unavailable), if the machine has it not
  unsigned threads = 1;  ///< how many may work on one call, the caller's included: 1 to 4096
  Executor* executor = nullptr;  ///< in place of `threads`; not owned, outlives the call or plan
};

}  // namespace twofold::nn
