// SPDX-License-Identifier: BSD-3-Clause
// The arithmetic of strides, dilation and padding along one axis of a layer.
#include "problem/layer_axes.hpp"

#include <algorithm>
#include <numeric>

#include "support/checked.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

using Kind = nn::Padding::Kind;

[[noreturn]] void throw_no_output(const AxisRequest& request, const char* padding) {
  throw Error(Errc::invalid_shape, std::string(request.kernel) + ": spans " +
                                       std::to_string(request.span()) + " " + request.name +
                                       ", the inputs have " + std::to_string(request.input) +
                                       ", and with " + padding + " there is no output");
}

struct TransposedSize {
  Index output = 0;
  Index crop = 0;
};

/// Keras 3: backend/common/backend_utils.py, whose left padding of the dilated inputs is
/// span − 1 − crop.
TransposedSize transposed_size(const AxisRequest& request) {
  const Index span = request.span();
  const Index reach = (request.input - 1) * request.stride;  // the last input's first output
  const bool given = request.output_padding >= 0;
  switch (request.padding) {
    case Kind::valid:
      return {reach + span +
                  (given ? request.output_padding : std::max(request.stride - span, Index{0})),
              0};
    case Kind::same: {
      if (!given) {
        return {request.input * request.stride, std::max((span - request.stride) / 2, Index{0})};
      }
      const Index padding = span + span % 2 - 2 + request.output_padding;
      const Index left = std::min(ceil_divide(padding, 2), span - 1);
      return {reach + span % 2 + request.output_padding, span - 1 - left};
    }
    case Kind::sides:
      break;
  }
  return {reach + span - request.before - request.after + (given ? request.output_padding : 0),
          request.before};
}

/// The phase that tap a belongs to, a < s ÷ gcd(s, d): input i reaches output i·s + a·d − crop.
PhaseAxis phase_axis(const AxisRequest& request, const TransposedSize& size, Index a) {
  const Index s = request.stride;
  const Index common = std::gcd(s, request.dilation);
  const Index offset = a * request.dilation - size.crop;
  const Index phase = (offset % s + s) % s;
  const Index outputs = size.output > phase ? ceil_divide(size.output - phase, s) : 0;
  PhaseAxis result{
      {request.input, outputs, 0, 1, request.dilation / common, 0}, phase, a, s / common};
  result.axis.taps = ceil_divide(request.taps - a, result.tap_step);
  result.axis.before = (result.axis.taps - 1) * result.axis.dilation + (offset - phase) / s;
  return result;
}

}  // namespace

LayerAxis convolution_axis(const AxisRequest& request) {
  LayerAxis axis{request.input, 0, request.taps, request.stride, request.dilation, 0};
  const Index span = axis.span();
  if (request.padding == Kind::same) {
    axis.output = ceil_divide(axis.input, axis.stride);
    const Index zeros = std::max((axis.output - 1) * axis.stride + span - axis.input, Index{0});
    axis.before = zeros / 2;
    return axis;
  }
  const bool given = request.padding == Kind::sides;
  axis.before = given ? request.before : 0;
  const Index room = axis.input + (given ? request.before + request.after : 0) - span;
  if (room < 0) throw_no_output(request, given ? "this padding" : "padding valid");
  axis.output = room / axis.stride + 1;
  return axis;
}

TransposedAxis transposed_axis(const AxisRequest& request) {
  const TransposedSize size = transposed_size(request);
  if (size.output <= 0) throw_no_output(request, "this padding");
  TransposedAxis result{size.output, {}, false};
  const Index period = request.stride / std::gcd(request.stride, request.dilation);
  for (Index a = 0; a < std::min(period, request.taps); ++a) {
    const PhaseAxis phase = phase_axis(request, size, a);
    if (phase.axis.output > 0) result.phases.push_back(phase);
  }
  const auto phases = static_cast<Index>(result.phases.size());
  result.leaves_out = phases < std::min(request.stride, size.output);
  return result;
}

}  // namespace twofold::detail
