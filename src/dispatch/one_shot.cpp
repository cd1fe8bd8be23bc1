// SPDX-License-Identifier: BSD-3-Clause
// One-shot calls: operands brought into their roles, then a plan used once.
#include "dispatch/memory_relations.hpp"
#include "dispatch/validation.hpp"
#include "problem/erased_view.hpp"
#include "problem/option_checks.hpp"
#include "problem/problem.hpp"
#include "support/format.hpp"
#include "twofold/convolve.hpp"

namespace twofold::detail {

namespace {

struct Operand {
  const char* name;
  ErasedView view;
};

/// Everything that can be said before a plan is made. `operands`: the image first.
void require_operands(const Shape& expected, std::span<const Operand> operands,
                      const ErasedView& out) {
  if (out.shape != expected) {
    throw Error(Errc::invalid_shape,
                "out: " + to_string(out.shape) + ", the result is " + to_string(expected));
  }
  for (const auto& [name, view] : operands)
    require_reachable(name, view);
  require_reachable("out", out);
  for (const auto& [name, view] : operands)
    require_disjoint(name, view, out);
}

void run(const PlanState& plan, const ErasedView& image, const ErasedView& out) {
  const std::size_t bytes = workspace_bytes(plan);
  auto workspace = Image<std::uint8_t>::uninitialized({1, static_cast<Index>(bytes), 1});
  const Shape outputs = output_shape(plan);
  execute(plan, image, {}, {0, 0, outputs.rows, outputs.cols}, out,
          std::as_writable_bytes(std::span(workspace.data(), bytes)), true);
}

/// In mode valid with the smaller operand first, the larger one is the image: convolution is
/// commutative, and SciPy's correlate2d, which exchanges the operands and reverses the result, is
/// the convolution of the rotated kernel with the conjugated image.
void run_exchanged(Operation operation, const ErasedView& image, const ErasedView& kernel,
                   const ErasedView& out, const Options& options) {
  require_known("operation", operation, Operation::correlate);
  const PlanTypes types{kernel.type, out.type};
  if (operation == Operation::convolve) {
    run(*make_plan(Operation::convolve, types, kernel.shape, image, options), kernel, out);
    return;
  }
  visit_element(image.type, [&]<class T>(Tag<T>) {
    Image<T> taps(typed<T>(image));
    if constexpr (is_complex_v<T>) {
      for (Index i = 0; i < taps.size(); ++i)
        taps.data()[i] = std::conj(taps.data()[i]);
    }
    run(*make_plan(Operation::convolve, types, kernel.shape, erase(taps.view()), options),
        rotated(kernel), out);
  });
}

/// The options of the plan, once the operands have been looked at.
Options without_checks(Options options, const ErasedView& image) {
  if (options.nonfinite == Nonfinite::reject) require_finite(image, {});
  options.nonfinite = Nonfinite::propagate;
  return options;
}

}  // namespace

Shape one_shot_shape(const ErasedView& image, const ErasedView& kernel, const Options& options) {
  return output_shape_of(image.shape, kernel.shape, options.mode);
}

Shape one_shot_shape(const ErasedView& image, const ErasedView& column, const ErasedView& row,
                     const Options& options) {
  return output_shape_of(image.shape, {column.shape.rows, row.shape.cols, 1}, options.mode);
}

void one_shot(Operation operation, const ErasedView& given_image, const ErasedView& given_kernel,
              const ErasedView& given_out, const Options& options) {
  const ErasedView image = with_plain_strides(given_image);
  const ErasedView kernel = with_plain_strides(given_kernel);
  const ErasedView out = with_plain_strides(given_out);
  const Operand operands[] = {{"image", image}, {"kernel", kernel}};
  require_operands(one_shot_shape(image, kernel, options), operands, out);
  const Options checked = without_checks(options, image);
  const bool exchange = operands_exchange(image.shape, kernel.shape, options.mode);
  if (exchange && image.shape.channels == 1) {
    run_exchanged(operation, image, kernel, out, checked);
  } else {
    run(*make_plan(operation, {image.type, out.type}, image.shape, kernel, checked), image, out);
  }
}

void one_shot(Operation operation, const ErasedView& given_image, const ErasedView& column,
              const ErasedView& row, const ErasedView& given_out, const Options& options) {
  const ErasedView image = with_plain_strides(given_image);
  const ErasedView out = with_plain_strides(given_out);
  const Operand operands[] = {{"image", image}, {"column", column}, {"row", row}};
  require_operands(one_shot_shape(image, column, row, options), operands, out);
  const Options checked = without_checks(options, image);
  run(*make_plan(operation, {image.type, out.type}, image.shape, column, row, checked), image, out);
}

}  // namespace twofold::detail
