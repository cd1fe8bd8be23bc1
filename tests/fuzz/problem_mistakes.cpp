// SPDX-License-Identifier: BSD-3-Clause
// What mistakes make of options and shapes.
#include "problem_mistakes.hpp"

#include <limits>

namespace twofold::fuzz {

bool is_possible(const ProblemCase& problem) {
  switch (problem.mistake) {
    case Mistake::short_workspace:
    case Mistake::misaligned_workspace:
      return problem.route != Route::one_shot;
    case Mistake::outputs_beyond:
    case Mistake::incomplete_tile:
      return problem.route == Route::region;
    case Mistake::empty_kernel:
    case Mistake::kernel_channels:
      return !problem.by_factors;
    default:
      return true;
  }
}

void put_into(Options& options, Mistake mistake) {
  switch (mistake) {
    case Mistake::unknown_mode:
      options.mode = static_cast<Mode>(3);
      break;
    case Mistake::unknown_boundary:
      options.boundary.cols = static_cast<Boundary>(5);
      break;
    case Mistake::unknown_method:
      options.method = static_cast<Method>(200);
      break;
    case Mistake::unknown_isa:
      options.isa = static_cast<Isa>(4);
      break;
    case Mistake::no_threads:
      options.threads = 0;
      break;
    case Mistake::too_many_threads:
      options.threads = 5000;
      break;
    case Mistake::negative_tolerance:
      options.accuracy = within(-1);
      break;
    case Mistake::no_tolerance:
      options.accuracy = within(std::numeric_limits<double>::quiet_NaN());
      break;
    default:
      break;
  }
}

void put_into(Shape& image, Shape& kernel, Mistake mistake) {
  constexpr Index enormous = std::numeric_limits<Index>::max() / 16;
  switch (mistake) {
    case Mistake::empty_image:
      image.rows = 0;
      break;
    case Mistake::empty_kernel:
      kernel.cols = 0;
      break;
    case Mistake::negative_size:
      image.cols = -image.cols;
      break;
    case Mistake::kernel_channels:
      kernel.channels = 2;
      break;
    case Mistake::enormous_image:
      image.rows = enormous;
      image.cols = enormous;
      break;
    default:
      break;
  }
}

}  // namespace twofold::fuzz
