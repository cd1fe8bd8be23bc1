// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// ConvPlan: a layer whose weights are packed and whose method is chosen, once.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "twofold/nn/options.hpp"
#include "twofold/nn/tensor.hpp"
#include "twofold/plan.hpp"

namespace twofold::nn {

/// What a ConvPlan of one kernel computes: see the functions of these names. The plan of a
/// separable convolution has a constructor of its own.
enum class Layer : unsigned char { conv, depthwise_conv, conv_transpose };

namespace detail {

template <class T>
class ConvPlanState;

/// What a layer is made of, as its caller describes it.
template <class T>
struct LayerOperands {
  TensorView<const T> kernel;
  std::span<const T> bias;
};

template <Real T>
std::shared_ptr<const ConvPlanState<T>> make_conv_plan(Layer, const TensorShape& inputs,
                                                       const LayerOperands<T>&, const ConvOptions&);
template <Real T>
std::shared_ptr<const ConvPlanState<T>> make_separable_plan(const TensorShape& inputs,
                                                            const TensorView<const T>& depthwise,
                                                            const LayerOperands<T>& pointwise,
                                                            const ConvOptions&);
template <Real T>
TensorShape output_shape(const ConvPlanState<T>&, Index batch);
template <Real T>
std::vector<Decision> decisions(const ConvPlanState<T>&);
template <Real T>
std::size_t workspace_bytes(const ConvPlanState<T>&) noexcept;
template <Real T>
double error_bound(const ConvPlanState<T>&, double largest_magnitude);
template <Real T>
void execute(const ConvPlanState<T>&, const TensorView<const T>& inputs, const TensorView<T>& out,
             std::span<std::byte> workspace);

}  // namespace detail

/// One layer with one kernel, on batches of images of one size. The constructor validates, chooses
/// the method and packs (or transforms) the kernel; nothing refers to the caller's memory
/// afterwards, except ConvOptions::executor. Making one takes time in proportion to the kernel,
/// more for transforms, which also lock fft_planner_mutex(). Executing takes what decisions()
/// predict: with the direct method in proportion to outputs · taps · channels of a group, with
/// transforms to outputs · channels of a group.
///
/// Immutable: any number of threads may call any of its functions at the same time. Copies are
/// cheap and share everything.
template <Real T>
class ConvPlan {
 public:
  /// `inputs` and `kernel` as data_format and kernel_format say; `bias` has as many elements as the
  /// outputs have channels, or none. The batch, `inputs[0]`, only helps `automatic` to choose; 0 is
  /// one image. Throws Error: invalid_shape, invalid_option, too_large, unsupported, unavailable;
  /// and std::bad_alloc.
  ConvPlan(Layer layer, const TensorShape& inputs, const TensorView<const T>& kernel,
           std::span<const T> bias, const ConvOptions& options = {})
      : state_(detail::make_conv_plan<T>(layer, inputs, {kernel, bias}, options)) {}

  /// Without a bias.
  ConvPlan(Layer layer, const TensorShape& inputs, const TensorView<const T>& kernel,
           const ConvOptions& options = {})
      : ConvPlan(layer, inputs, kernel, std::span<const T>(), options) {}

  /// A separable convolution: see nn::separable_conv. Throws likewise.
  ConvPlan(const TensorShape& inputs, const TensorView<const T>& depthwise_kernel,
           const TensorView<const T>& pointwise_kernel, std::span<const T> bias = {},
           const ConvOptions& options = {})
      : state_(detail::make_separable_plan<T>(inputs, depthwise_kernel, {pointwise_kernel, bias},
                                              options)) {}

  /// Of the outputs for a batch of `batch` images, in data_format.
  [[nodiscard]] TensorShape output_shape(Index batch) const {
    return detail::output_shape<T>(*state_, batch);
  }

  /// The method of each convolution that the layer is computed by: one for a convolution, two for a
  /// separable one. For a transposed one, one for each remainder of the outputs' positions modulo
  /// the strides that taps reach, and before them, where some are not reached, one for all outputs.
  /// Makes strings.
  [[nodiscard]] std::vector<Decision> decisions() const { return detail::decisions<T>(*state_); }

  /// Bytes of scratch memory that one call of execute needs, whatever the batch. Calls that run at
  /// the same time need one workspace each.
  [[nodiscard]] std::size_t workspace_bytes() const noexcept {
    return detail::workspace_bytes<T>(*state_);
  }

  /// No sum, before the activation, is further from the exact one than this, for inputs with
  /// magnitudes of at most `largest_magnitude`: the bounds of normwise and componentwise, over the
  /// channels, too. That of winograd: Barabasz and others, Error Analysis and Improving the
  /// Accuracy of Winograd Convolution for Deep Neural Networks (2020), §4. Throws
  /// Error(invalid_option) for a negative magnitude and NaN.
  [[nodiscard]] double error_bound(double largest_magnitude) const {
    return detail::error_bound<T>(*state_, largest_magnitude);
  }

  /// Computes the layer's outputs. `inputs` has the plan's rows, columns and channels, and a batch
  /// of any size; `out` has the shape output_shape(batch), elements that are distinct, and
  /// none that `inputs` has; of more than two axes that do not follow each other, each steps over
  /// all that the shorter ones reach. `workspace` has at least workspace_bytes() bytes, aligned to
  /// 64, apart from both. Neither locks nor allocates, with one thread or the caller's own
  /// executor.
  ///
  /// Throws Error: invalid_shape, invalid_stride, overlap, too_large, workspace; and what the
  /// executor throws, after which `out` is unspecified. NaN and infinity reach the outputs that the
  /// direct sum gives them.
  void execute(const TensorView<const T>& inputs, const TensorView<T>& out,
               std::span<std::byte> workspace) const {
    detail::execute<T>(*state_, inputs, out, workspace);
  }

  /// Likewise, with a workspace allocated for this call; throws std::bad_alloc, too.
  void execute(const TensorView<const T>& inputs, const TensorView<T>& out) const {
    const twofold::detail::AlignedBytes workspace(workspace_bytes());
    execute(inputs, out, workspace.bytes());
  }

 private:
  std::shared_ptr<const detail::ConvPlanState<T>> state_;
};

}  // namespace twofold::nn
