// SPDX-License-Identifier: BSD-3-Clause
// LayerEngine: what computes a convolution layer, prepared for one.
#pragma once

#include <memory>

#include "engines/engine.hpp"
#include "problem/layer.hpp"

namespace twofold::detail {

/// One call: so many images, validated.
template <class T>
struct LayerTask {
  LayerView<const T> inputs;
  LayerView<T> outputs;
  Index batch = 0;
};

template <class T>
class LayerEngine {
 public:
  LayerEngine() = default;
  LayerEngine(const LayerEngine&) = delete;
  LayerEngine& operator=(const LayerEngine&) = delete;
  virtual ~LayerEngine() = default;

  /// Bytes that one call of run needs, whatever the batch.
  [[nodiscard]] virtual std::size_t workspace_bytes() const noexcept = 0;
  /// No sum of inputs of magnitude 1 is larger: max_f (‖k_f‖₁ + |bias_f|).
  [[nodiscard]] virtual double largest_norm() const noexcept = 0;
  /// See nn::ConvPlan::error_bound.
  [[nodiscard]] virtual double error_bound(double largest_magnitude) const noexcept = 0;
  /// `workspace` is aligned to Scratch::alignment. Allocates nothing, takes no lock.
  virtual void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const = 0;
};

template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_reference(const LayerProblem<T>&);
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_direct(const LayerProblem<T>&);
/// For strides and dilations of 1 in one group, and columns side by side.
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_planar(const LayerProblem<T>&);
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_depthwise(const LayerProblem<T>&);
/// For depthwise layers with columns side by side, if sums_planes_in_place says so, or if all
/// strides and dilations are 1 and rows of outputs fill a vector.
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_planes(const LayerProblem<T>&);
/// Whether planes with such windows are summed where they lie, which pays for any length of rows.
[[nodiscard]] bool sums_planes_in_place(const LayerShape& shape) noexcept;

/// `beside` where the columns of inputs and outputs lie side by side, `apart` where they do not:
/// which of the two the caller's views say.
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_by_columns(
    std::unique_ptr<const LayerEngine<T>> beside, std::unique_ptr<const LayerEngine<T>> apart);

/// By transforms of tiles of side × side points; for strides and dilations of 1, in one group.
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_frequency(const LayerProblem<T>&,
                                                                         Index side);
/// By F(4×4, 3×3); for 3×3 kernels, strides and dilations of 1, in one group.
template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> make_layer_winograd(const LayerProblem<T>&);

/// The bound of a sum of m products and a bias, m·u·(max|x|·‖k‖₁ + |bias|) + m·η (Higham, Accuracy
/// and Stability of Numerical Algorithms, §3.1 and §2.1), of the filter with the largest one.
class LayerDirectBound {
 public:
  template <class T>
  explicit LayerDirectBound(const LayerProblem<T>& problem);
  [[nodiscard]] double norm() const noexcept { return norm1_ + bias_; }
  [[nodiscard]] double at(double largest_magnitude) const noexcept {
    if (std::isinf(norm())) return norm();  // not NaN, for inputs of 0
    return products_ * (unit_roundoff_ * (largest_magnitude * norm1_ + bias_) + underflow_);
  }

 private:
  double products_ = 0;
  double unit_roundoff_ = 0;
  double norm1_ = 0;
  double bias_ = 0;
  double underflow_ = 0;
};

/// An engine that forms the sums themselves, whose error is bounded by theirs.
template <class T>
class LayerSumEngine : public LayerEngine<T> {
 public:
  [[nodiscard]] double largest_norm() const noexcept final { return bound_.norm(); }
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept final {
    return bound_.at(largest_magnitude);
  }

 protected:
  explicit LayerSumEngine(const LayerProblem<T>& problem) : bound_(problem) {}

 private:
  LayerDirectBound bound_;
};

}  // namespace twofold::detail
