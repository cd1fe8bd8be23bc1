// SPDX-License-Identifier: BSD-3-Clause
#include "engines/shortcut.hpp"

#include <cmath>

#include "cpu/isa.hpp"
#include "kernels/kernels.hpp"

namespace twofold::detail {

namespace {

/// The taps of a middle column are halved, which must be exact.
template <class T>
bool halves_exactly(const View<const T>& taps) {
  if (taps.cols() % 2 == 0) return true;
  for (Index a = 0; a < taps.rows(); ++a) {
    const T tap = taps(a, taps.cols() / 2);
    if (tap / 2 * 2 != tap) return false;
  }
  return true;
}

bool serves_mirrored(const Problem& problem) {
  constexpr Index fewest_rows = 3;  // that the kernels take
  if (!problem.kernel.traits().mirrored || problem.rows.kernel < fewest_rows) return false;
  switch (problem.type) {
    case ElementType::float32:
      return halves_exactly(problem.kernel.view<float>());
    case ElementType::float64:
      return halves_exactly(problem.kernel.view<double>());
    default:
      return false;
  }
}

[[nodiscard]] bool fits_int16(std::int64_t value) {
  return value == static_cast<std::int16_t>(value);
}

bool serves_paired(const Problem& problem) {
  if (problem.type != ElementType::int32 && problem.type != ElementType::uint32) return false;
  if (kernels_for(problem.isa).pairs.sliding_kernel == nullptr) return false;
  const ElementType image = problem.image_type;
  const bool narrow = size_in_bytes(image) < 2 || image == ElementType::int16;
  if (!narrow || problem.channels != 1 || problem.cols.kernel < 2) return false;
  // As signed numbers, whatever the type: sums are modulo 2³².
  if (!fits_int16(problem.fill_as<std::int32_t>())) return false;
  const auto taps = problem.kernel.view<std::int32_t>();
  for (Index a = 0; a < taps.rows(); ++a) {
    for (Index b = 0; b < taps.cols(); ++b) {
      if (!fits_int16(taps(a, b))) return false;
    }
  }
  return true;
}

/// Alone, a tap loads its elements for a single row of outputs, and every load of 64 bytes that is
/// not aligned crosses a cache line.
double scattered_tap(Isa isa) noexcept {
  return isa == Isa::avx512 && !has_half_width_avx512() ? 3.8 : 1.8;
}

}  // namespace

Shortcut shortcut_for(const Problem& problem) {
  const Kernel& kernel = problem.kernel;
  if (!kernel.traits().finite || !std::isfinite(kernel.traits().norm1)) return Shortcut::none;
  if (is_complex(problem.type) && kernel.traits().real) return Shortcut::real_taps;
  Shortcut best = Shortcut::none;
  const auto consider = [&](Shortcut shortcut) {
    if (cost_in_taps(shortcut, problem) < cost_in_taps(best, problem)) best = shortcut;
  };
  consider(Shortcut::scattered);
  if (serves_mirrored(problem)) consider(Shortcut::mirrored);
  if (serves_paired(problem)) consider(Shortcut::paired);
  return best;
}

double cost_in_taps(Shortcut shortcut, const Problem& problem) {
  const Kernel& kernel = problem.kernel;
  const auto taps = static_cast<double>(kernel.taps());
  const auto rows = static_cast<double>(kernel.shape().rows);
  constexpr double start = 3;
  switch (shortcut) {
    case Shortcut::none:
      break;
    case Shortcut::real_taps:
      return taps / 2 + start;
    case Shortcut::scattered:
      // Rows have to be looked at, more of them than outputs where the kernel is tall.
      return scattered_tap(problem.isa) * static_cast<double>(kernel.traits().nonzero) + 6 +
             rows / 16;
    case Shortcut::paired:
      return taps / 2 + rows;
    case Shortcut::mirrored:
      // Half the multiplications, but all of the loads.
      return taps / 2 + 3.1 * rows;
  }
  return taps + start;
}

}  // namespace twofold::detail
