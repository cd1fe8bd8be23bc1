// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of strides, dilation and padding along one axis of a layer.
#pragma once

#include <vector>

#include "problem/layer.hpp"

namespace twofold::detail {

/// One axis of a layer, as options and kernel give it. Validated: sizes and steps are positive and
/// their products representable.
struct AxisRequest {
  const char* kernel = "";  ///< the argument's name, and the axis', for messages
  const char* name = "";
  Index input = 0;
  Index taps = 0;
  Index stride = 1;
  Index dilation = 1;
  nn::Padding::Kind padding{};
  Index before = 0;  ///< of explicit sides
  Index after = 0;
  Index output_padding = -1;  ///< of a transposed convolution; −1: none given

  [[nodiscard]] Index span() const noexcept { return (taps - 1) * dilation + 1; }
};

/// Throws Error(invalid_shape) if there is no output.
[[nodiscard]] LayerAxis convolution_axis(const AxisRequest& request);

/// The outputs φ, φ + s, φ + 2s, … of a transposed convolution along one axis, which are a plain
/// convolution with every so-manieth tap in reverse order.
struct PhaseAxis {
  LayerAxis axis;
  Index phase = 0;
  Index first_tap = 0;
  Index tap_step = 1;

  /// The tap of the whole kernel that is tap j of the phase's.
  [[nodiscard]] Index tap(Index j) const noexcept {
    return first_tap + (axis.taps - 1 - j) * tap_step;
  }
};

struct TransposedAxis {
  Index output = 0;
  std::vector<PhaseAxis> phases;  ///< those that have outputs and taps
  bool leaves_out = false;        ///< whether there are outputs in no phase
};

/// Throws Error(invalid_shape) if there is no output.
[[nodiscard]] TransposedAxis transposed_axis(const AxisRequest& request);

}  // namespace twofold::detail
