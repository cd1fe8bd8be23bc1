// SPDX-License-Identifier: BSD-3-Clause
// A problem as the fuzzer's bytes describe it.
#include "problem_case.hpp"

#include <limits>
#include <sstream>
#include <utility>

namespace twofold::fuzz {

namespace {

constexpr ElementType element_types[] = {
    ElementType::float32, ElementType::float64, ElementType::complex64, ElementType::complex128,
    ElementType::uint8,   ElementType::int8,    ElementType::uint16,    ElementType::int16,
    ElementType::int32,   ElementType::uint32,  ElementType::int64,     ElementType::uint64,
};

constexpr Method methods[] = {
    Method::automatic,    Method::direct,    Method::separable, Method::fft, Method::whole_fft,
    Method::overlap_save, Method::reference, Method::winograd,  // which is for layers and refused
};

bool is_pixel(ElementType type) {
  return is_integer(type) && size_in_bytes(type) <= 2;
}

void draw_types(Draws& draws, ProblemCase& problem) {
  problem.image_type = draws.pick(element_types);
  problem.kernel_type = draws.coin() ? problem.image_type : draws.pick(element_types);
  problem.output_type = promote(problem.image_type, problem.kernel_type);
  const bool is_real =
      problem.kernel_type == ElementType::float32 || problem.kernel_type == ElementType::float64;
  if (is_pixel(problem.image_type) && is_real && draws.coin())
    problem.output_type = problem.image_type;
}

/// Now and then a size of several vectors or tiles.
Index draw_size(Draws& draws, Index usual, Index largest) {
  return draws.one_in(8) ? draws.index(1, largest) : draws.index(1, usual);
}

void draw_shapes(Draws& draws, ProblemCase& problem) {
  constexpr Index largest_image = 180;
  constexpr Index largest_kernel = 40;
  problem.image = {draw_size(draws, 24, largest_image), draw_size(draws, 40, largest_image), 1};
  if (draws.one_in(4)) problem.image.channels = draws.index(1, 4);
  problem.kernel = {draw_size(draws, 7, largest_kernel), draw_size(draws, 7, largest_kernel), 1};
  problem.by_factors = draws.one_in(8);
}

Scalar draw_fill(Draws& draws) {
  const Scalar values[] = {0,
                           1,
                           -1,
                           7,
                           255,
                           300,
                           -0.5,
                           2.75,
                           1e-3,
                           std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(),
                           std::complex<double>(1, 2)};
  return draws.coin() ? values[0] : draws.pick(values);
}

Accuracy draw_accuracy(Draws& draws) {
  switch (draws.index(0, 4)) {
    case 1:
      return componentwise;
    case 2: {
      constexpr double tolerances[] = {0, 1e-12, 1e-6, 1e-3, 1, 1e6};
      return within(draws.pick(tolerances));
    }
    default:
      return normwise;
  }
}

void draw_options(Draws& draws, ProblemCase& problem) {
  Options& options = problem.options;
  options.mode = draws.up_to(Mode::valid);
  options.boundary.rows = draws.up_to(Boundary::nearest);
  options.boundary.cols = draws.coin() ? options.boundary.rows : draws.up_to(Boundary::nearest);
  options.fill_value = draw_fill(draws);
  // Winograd's is for layers, and refused.
  options.method = draws.one_in(64) ? Method::winograd : draws.pick(methods);
  options.accuracy = draw_accuracy(draws);
  options.nonfinite = draws.one_in(4) ? Nonfinite::reject : Nonfinite::propagate;
  if (draws.coin()) options.isa = draws.pick(available_isas());
  options.threads = draws.one_in(4) ? static_cast<unsigned>(draws.index(1, 3)) : 1U;
  problem.executor = draws.one_in(4) ? static_cast<unsigned>(draws.index(1, 5)) : 0U;
  problem.backwards = draws.coin();
}

DataDescription draw_data(Draws& draws) {
  DataDescription data;
  data.seed = draws.bits();
  data.values = draws.up_to(Values::lone);
  data.pattern = draws.up_to(Pattern::real_parts);
  if (draws.one_in(4)) data.special_count = draws.index(1, 3);
  for (Index i = 0; i < data.special_count; ++i) {
    data.specials[i].position = draws.bits();
    data.specials[i].kind = static_cast<unsigned char>(draws.index(0, 7));
  }
  return data;
}

/// Products and sums stay far from overflow, so that the order of a sum does not matter to it.
void draw_exponents(Draws& draws, ProblemCase& problem) {
  constexpr int of_images[] = {0, 0, 0, 0, 40, -60, -125, -135};
  constexpr int of_kernels[] = {0, 0, 0, 20, -20};
  problem.image_data.exponent = draws.pick(of_images);
  problem.kernel_data.exponent = draws.pick(of_kernels);
}

/// In mode valid one operand has to cover the other. Mostly, it shall.
void fit_to_mode(Draws& draws, ProblemCase& problem) {
  if (problem.options.mode != Mode::valid) return;
  const bool is_taller = problem.image.rows > problem.kernel.rows;
  const bool is_wider = problem.image.cols > problem.kernel.cols;
  if (is_taller != is_wider && !draws.one_in(8)) std::swap(problem.image.cols, problem.kernel.cols);
}

void draw_layouts(Draws& draws, ProblemCase& problem) {
  problem.image_layout = draw_layout(draws, problem.image, true);
  if (problem.by_factors) {
    // SeparableKernel has spans: dense.
    problem.kernel_layout = {1, 1, 0, problem.kernel.rows, GuardedArena::End::end};
    problem.row_layout = {problem.kernel.cols, 1, 0, problem.kernel.cols, GuardedArena::End::end};
  } else {
    problem.kernel_layout = draw_layout(draws, problem.kernel, true);
  }
  problem.out_seed = draws.bits();
}

/// `gaps`: beside each column and row; `choices`: bits that say what is turned and exchanged.
Layout make_layout(const Shape& shape, const Index (&gaps)[2], Index choices) {
  Layout layout;
  const bool transposed = (choices & 1) != 0;
  Index inner = shape.channels + gaps[0];
  Index outer = inner * ((transposed ? shape.rows : shape.cols) - 1) + shape.channels + gaps[1];
  layout.row_stride = transposed ? inner : outer;
  layout.col_stride = transposed ? outer : inner;
  layout.size =
      (shape.rows - 1) * layout.row_stride + (shape.cols - 1) * layout.col_stride + shape.channels;
  if ((choices & 2) != 0) {
    layout.first += (shape.rows - 1) * layout.row_stride;
    layout.row_stride = -layout.row_stride;
  }
  if ((choices & 4) != 0) {
    layout.first += (shape.cols - 1) * layout.col_stride;
    layout.col_stride = -layout.col_stride;
  }
  if ((choices & 8) != 0) layout.at = GuardedArena::End::end;
  return layout;
}

}  // namespace

Layout draw_layout(Draws& draws, const Shape& shape, bool input) {
  if (input && draws.one_in(16)) {
    // All rows are the same one.
    Layout layout{0, shape.channels, 0, shape.cols * shape.channels, GuardedArena::End::end};
    return layout;
  }
  const bool is_dense = draws.coin();
  const Index gaps[] = {is_dense ? 0 : draws.index(0, 2), is_dense ? 0 : draws.index(0, 3)};
  return make_layout(shape, gaps, draws.index(0, 15));
}

Layout layout_from(Generator& generator, const Shape& shape) {
  const bool is_dense = generator.index(0, 1) == 0;
  const Index gaps[] = {is_dense ? 0 : generator.index(0, 2), is_dense ? 0 : generator.index(0, 3)};
  // Rows that lie in memory as usual are written in place: half of all.
  const Index choices = generator.index(0, 15);
  return make_layout(shape, gaps, generator.index(0, 1) == 0 ? choices & 8 : choices);
}

ProblemCase draw_problem(Draws& draws) {
  ProblemCase problem;
  problem.operation = draws.up_to(Operation::correlate);
  draw_types(draws, problem);
  draw_shapes(draws, problem);
  draw_options(draws, problem);
  fit_to_mode(draws, problem);
  problem.route = draws.up_to(Route::region);
  problem.image_data = draw_data(draws);
  problem.kernel_data = draw_data(draws);
  draw_exponents(draws, problem);
  draw_layouts(draws, problem);
  problem.region_seed = draws.bits();
  if (draws.one_in(16)) problem.mistake = draws.up_to(Mistake::incomplete_tile);
  return problem;
}

std::string text_of(const ProblemCase& problem) {
  const Options& options = problem.options;
  std::ostringstream text;
  text << name_of(problem.operation) << ", image " << problem.image.rows << 'x'
       << problem.image.cols << 'x' << problem.image.channels << ' ' << name_of(problem.image_type)
       << ", kernel " << problem.kernel.rows << 'x' << problem.kernel.cols << ' '
       << name_of(problem.kernel_type) << (problem.by_factors ? " by factors" : "") << " pattern "
       << static_cast<int>(problem.kernel_data.pattern) << ", result "
       << name_of(problem.output_type) << ", mode " << static_cast<int>(options.mode)
       << ", boundary " << static_cast<int>(options.boundary.rows) << ' '
       << static_cast<int>(options.boundary.cols) << ", method " << static_cast<int>(options.method)
       << ", accuracy " << static_cast<int>(options.accuracy.kind()) << ' '
       << options.accuracy.tolerance() << ", nonfinite " << static_cast<int>(options.nonfinite)
       << ", isa " << static_cast<int>(options.isa) << ", threads " << options.threads
       << ", executor " << problem.executor << ", route " << static_cast<int>(problem.route)
       << ", mistake " << static_cast<int>(problem.mistake);
  return text.str();
}

}  // namespace twofold::fuzz
