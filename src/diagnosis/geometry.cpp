// SPDX-License-Identifier: BSD-3-Clause
// Which sums a call forms, and all the calls that there are.
#include "diagnosis/geometry.hpp"

#include <algorithm>
#include <cstdlib>

namespace twofold::detail {

namespace {

/// One axis of a geometry: outputs [offset, offset + output) of the full convolution.
struct AxisRegion {
  Index offset = 0;
  Index output = 0;
  Index before = 0;  ///< how far the windows reach beyond the image
  Index after = 0;

  [[nodiscard]] bool extends() const { return before > 0 || after > 0; }
};

std::optional<AxisRegion> region_of_axis(const Call& call, Index image, Index kernel, Index shift) {
  AxisRegion region;
  switch (call.mode) {
    case Mode::full:
      region = {0, image + kernel - 1};
      break;
    case Mode::same:
      region = {(call.operation == Operation::convolve ? (kernel - 1) / 2 : kernel / 2) + shift,
                image};
      if (region.offset < 0 || region.offset >= kernel) return std::nullopt;
      break;
    case Mode::valid:
      region = {std::min(image, kernel) - 1, std::abs(image - kernel) + 1};
      break;
  }
  region.before = std::max<Index>(0, kernel - 1 - region.offset);
  region.after = std::max<Index>(0, region.offset + region.output - image);
  return region;
}

struct Regions {
  AxisRegion rows;
  AxisRegion cols;
  bool exchanged = false;  ///< mode valid with the image inside the kernel: nothing lies outside
};

std::optional<Regions> regions_of(const Call& call, const Operands& operands) {
  const Shape& image = operands.image;
  Shape kernel = operands.kernel;
  if (call.transposed) std::swap(kernel.rows, kernel.cols);
  const bool inside = image.rows >= kernel.rows && image.cols >= kernel.cols;
  const bool around = kernel.rows >= image.rows && kernel.cols >= image.cols;
  if (call.mode == Mode::valid && !inside && !around) return std::nullopt;
  const auto rows = region_of_axis(call, image.rows, kernel.rows, call.anchor.row);
  const auto cols = region_of_axis(call, image.cols, kernel.cols, call.anchor.col);
  if (!rows || !cols) return std::nullopt;
  return Regions{*rows, *cols, call.mode == Mode::valid && !inside};
}

Boundary canonical(Boundary boundary, const AxisRegion& region) {
  if (!region.extends()) return Boundary::fill;
  const bool one_element = region.before <= 1 && region.after <= 1;
  return boundary == Boundary::nearest && one_element ? Boundary::symm : boundary;
}

constexpr Boundary all_boundaries[] = {Boundary::fill, Boundary::wrap, Boundary::symm,
                                       Boundary::mirror, Boundary::nearest};

/// The boundaries that make a difference for a call.
std::vector<Boundaries> boundaries_of(const Reach& reach) {
  if (!reach.rows && !reach.cols) return {Boundary::fill};
  std::vector<Boundaries> found(std::begin(all_boundaries), std::end(all_boundaries));
  if (!reach.rows || !reach.cols) return found;
  for (const Boundary rows : all_boundaries) {
    for (const Boundary cols : all_boundaries) {
      if (rows != cols) found.emplace_back(rows, cols);
    }
  }
  return found;
}

bool fills(const Boundaries& boundary) {
  return boundary.rows == Boundary::fill || boundary.cols == Boundary::fill;
}

class CallsOfShape {
 public:
  CallsOfShape(const Operands& operands, const Shape& result, std::complex<double> fill)
      : operands_(operands), result_(result), fill_(fill) {}

  std::map<Geometry, std::vector<Call>> all() {
    for (const Mode mode : {Mode::same, Mode::full, Mode::valid}) {
      for (const Operation operation : {Operation::convolve, Operation::correlate}) {
        for (int kernel = 0; kernel < 8; ++kernel) {
          Call call;
          call.mode = mode;
          call.operation = operation;
          call.transposed = (kernel & 1) != 0;
          call.rotated = (kernel & 2) != 0;
          call.conjugated = (kernel & 4) != 0;
          if (!call.conjugated || operands_.complex_kernel) add_anchors(call);
        }
      }
    }
    return std::move(calls_);
  }

 private:
  void add_anchors(Call call) {
    const Index furthest = call.mode == Mode::same ? 1 : 0;
    for (const Index row : {Index{0}, Index{1}, Index{-1}}) {
      for (const Index col : {Index{0}, Index{1}, Index{-1}}) {
        if (std::max(std::abs(row), std::abs(col)) > furthest) continue;
        call.anchor = {row, col};
        const auto geometry = geometry_of(call, operands_);
        if (!geometry || geometry->output.rows != result_.rows ||
            geometry->output.cols != result_.cols) {
          continue;
        }
        add_boundaries(call);
      }
    }
  }

  void add_boundaries(Call call) {
    const Reach reach = reach_of(call, operands_);
    for (const Boundaries& boundary : boundaries_of(reach)) {
      call.boundary = boundary;
      call.fill = 0;
      add(call);
      if (fill_ == 0.0 || !fills(boundary) || !(reach.rows || reach.cols)) continue;
      call.fill = fill_;
      add(call);
    }
  }

  void add(const Call& call) { calls_[*geometry_of(call, operands_)].push_back(call); }

  const Operands& operands_;
  Shape result_;
  std::complex<double> fill_;
  std::map<Geometry, std::vector<Call>> calls_;
};

}  // namespace

std::optional<Geometry> geometry_of(const Call& call, const Operands& operands) {
  const auto regions = regions_of(call, operands);
  if (!regions) return std::nullopt;
  const bool correlates = call.operation == Operation::correlate;
  const bool one_tap = operands.kernel.rows == 1 && operands.kernel.cols == 1;
  Geometry geometry;
  geometry.rotated = !one_tap && correlates != call.rotated;
  geometry.transposed = !one_tap && call.transposed;
  geometry.conjugated = operands.complex_kernel && correlates != call.conjugated;
  geometry.offset = {regions->rows.offset, regions->cols.offset};
  geometry.output = {regions->rows.output, regions->cols.output, operands.image.channels};
  if (regions->exchanged) return geometry;
  geometry.boundary = {canonical(call.boundary.rows, regions->rows),
                       canonical(call.boundary.cols, regions->cols)};
  const bool fills_rows = regions->rows.extends() && call.boundary.rows == Boundary::fill;
  const bool fills_cols = regions->cols.extends() && call.boundary.cols == Boundary::fill;
  if (fills_rows || fills_cols) geometry.fill = call.fill;
  return geometry;
}

Reach reach_of(const Call& call, const Operands& operands) {
  const auto regions = regions_of(call, operands);
  if (!regions || regions->exchanged) return {};
  return {regions->rows.extends(), regions->cols.extends()};
}

bool symm_is_nearest(const Call& call, const Operands& operands) {
  const auto regions = regions_of(call, operands);
  return regions && std::max({regions->rows.before, regions->rows.after, regions->cols.before,
                              regions->cols.after}) <= 1;
}

std::map<Geometry, std::vector<Call>> calls_of_shape(const Operands& operands, const Shape& result,
                                                     std::complex<double> fill) {
  return CallsOfShape(operands, result, fill).all();
}

int strangeness_of(const Call& call) {
  return (call.rotated ? 1 : 0) + (call.transposed ? 1 : 0) + (call.conjugated ? 1 : 0) +
         (call.anchor == Point{} ? 0 : 1) + (call.boundary.rows == call.boundary.cols ? 0 : 1) +
         (call.factor == 1 ? 0 : 1) + (call.storage == Storage::exact ? 0 : 1) +
         (call.channels_reversed ? 1 : 0);
}

}  // namespace twofold::detail
