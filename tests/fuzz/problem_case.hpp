// SPDX-License-Identifier: BSD-3-Clause
// A problem as the fuzzer's bytes describe it: shapes, types, options, where everything lies in
// memory, how the library is called, and what is wrong with the call, if anything.
#pragma once

#include "common/draws.hpp"
#include "common/guarded_arena.hpp"
#include "twofold/twofold.hpp"

namespace twofold::fuzz {

/// Where an image's elements lie, in elements.
struct Layout {
  Index row_stride = 0;
  Index col_stride = 0;
  Index first = 0;  ///< element (0, 0) of channel 0, counted from the lowest one
  Index size = 0;   ///< from the lowest to the highest element
  GuardedArena::End at = GuardedArena::End::begin;
};

/// What the image's elements are. In types that do not have them, the nearest thing.
enum class Values : unsigned char {
  small_integers,
  full_range,  ///< of integers
  halves,
  reals,
  spread,  ///< of very different magnitudes
  lone,    ///< zeros and one large element
};

enum class Pattern : unsigned char {
  any,
  rank_one,
  rank_two,
  mirrored,
  sparse,
  constant,
  real_parts,  ///< complex numbers on one axis
};

struct Special {
  std::uint64_t position = 0;
  unsigned char kind = 0;
};

/// From which everything else follows.
struct DataDescription {
  std::uint64_t seed = 0;
  Values values{};
  Pattern pattern{};
  int exponent = 0;  ///< floating-point numbers are multiplied by 2^exponent
  Index special_count = 0;
  Special specials[3];  ///< NaN, infinities and the like at some positions
};

enum class Route : unsigned char {
  one_shot,
  execute,
  region,
};

/// A mistake of the caller's, which has to be answered by an Error.
enum class Mistake : unsigned char {
  none,
  out_shape,
  coincident_out,
  out_is_image,
  short_workspace,
  misaligned_workspace,
  unknown_mode,
  unknown_boundary,
  unknown_method,
  unknown_isa,
  no_threads,
  too_many_threads,
  negative_tolerance,
  no_tolerance,  ///< NaN
  empty_image,
  empty_kernel,
  negative_size,
  kernel_channels,
  enormous_image,
  outputs_beyond,
  incomplete_tile,
};

struct ProblemCase {
  Operation operation{};
  ElementType image_type{};
  ElementType kernel_type{};
  ElementType output_type{};
  Shape image;
  Shape kernel;
  bool by_factors = false;  ///< the kernel is given as a column and a row
  Options options;          ///< without the executor
  unsigned executor = 0;    ///< how many parts one of the caller's promises; 0: none
  bool backwards = false;   ///< it begins with the last part
  Route route{};
  Mistake mistake{};
  Layout image_layout;
  Layout kernel_layout;
  Layout row_layout;  ///< of the factor
  DataDescription image_data;
  DataDescription kernel_data;
  std::uint64_t out_seed = 0;     ///< of the output's layout, whose shape is not known yet
  std::uint64_t region_seed = 0;  ///< of the outputs asked for
};

/// Sizes are such that the reference takes a millisecond at most.
[[nodiscard]] ProblemCase draw_problem(Draws& draws);

/// `inputs` may show one row or column several times.
[[nodiscard]] Layout draw_layout(Draws& draws, const Shape& shape, bool input);
[[nodiscard]] Layout layout_from(Generator& generator, const Shape& shape);

/// For a report, in one line.
[[nodiscard]] std::string text_of(const ProblemCase& problem);

}  // namespace twofold::fuzz
