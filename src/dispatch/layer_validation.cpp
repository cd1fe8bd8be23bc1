// SPDX-License-Identifier: BSD-3-Clause
// Validation of a layer's call: shapes, strides, memory.
#include "dispatch/layer_validation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "dispatch/memory_relations.hpp"
#include "support/checked.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

struct TensorAxis {
  Index count = 1;
  Index stride = 0;  ///< > 0
  [[nodiscard]] Index reach() const noexcept { return (count - 1) * stride; }
};

/// Where a tensor's elements lie: its axes with positive strides, the longest first, those that
/// follow each other joined.
class TensorFootprint {
 public:
  explicit TensorFootprint(const ErasedTensor& tensor)
      : base_(static_cast<const std::byte*>(tensor.data)), type_(tensor.type) {
    for (std::size_t i = 0; i < 4; ++i) {
      TensorAxis axis{tensor.shape[i], tensor.strides[i]};
      if (axis.count == 1) continue;
      if (axis.stride < 0) {
        base_ += axis.reach() * bytes();
        axis.stride = -axis.stride;
      }
      insert(axis);
    }
    join();
  }

  /// Each axis steps over all that the axes after it reach.
  [[nodiscard]] bool is_nested() const noexcept {
    Index inner = 0;
    for (std::size_t i = count_; i-- > 0;) {
      if (axes_[i].stride <= inner) return false;
      inner += axes_[i].reach();
    }
    return true;
  }

  /// Rows × columns × channels, where it is no more than that.
  [[nodiscard]] std::optional<ErasedView> as_view() const noexcept {
    const bool dense = count_ > 0 && axes_[count_ - 1].stride == 1;
    const std::size_t outer = dense ? count_ - 1 : count_;
    if (outer > 2) return std::nullopt;
    const TensorAxis row = outer == 2 ? axes_[0] : TensorAxis{};
    const TensorAxis col = outer >= 1 ? axes_[outer - 1] : TensorAxis{};
    return with_plain_strides(
        ErasedView{base_,
                   type_,
                   {row.count, col.count, dense ? axes_[count_ - 1].count : 1},
                   row.stride,
                   col.stride});
  }

  [[nodiscard]] static bool meet(const TensorFootprint& x, const TensorFootprint& y) {
    if (x.end() <= y.base_ || y.end() <= x.base_) return false;
    const auto x_view = x.as_view();
    const auto y_view = y.as_view();
    if (x_view && y_view) return share_memory(*x_view, *y_view);
    const TensorFootprint& larger = x_view ? y : x;
    const TensorFootprint& other = x_view ? x : y;
    for (Index i = 0; i < larger.axes_[0].count; ++i) {
      if (meet(larger.slice(i), other)) return true;
    }
    return false;
  }

 private:
  [[nodiscard]] Index bytes() const noexcept { return static_cast<Index>(size_in_bytes(type_)); }
  [[nodiscard]] const std::byte* end() const noexcept {
    Index reach = 1;
    for (std::size_t i = 0; i < count_; ++i)
      reach += axes_[i].reach();
    return base_ + reach * bytes();
  }
  [[nodiscard]] TensorFootprint slice(Index i) const noexcept {
    TensorFootprint part = *this;
    part.base_ += i * axes_[0].stride * bytes();
    std::copy(axes_.begin() + 1, axes_.end(), part.axes_.begin());
    --part.count_;
    return part;
  }
  /// Behind all axes with longer strides.
  void insert(const TensorAxis& axis) noexcept {
    std::size_t at = count_++;
    for (; at > 0 && axes_[at - 1].stride < axis.stride; --at)
      axes_[at] = axes_[at - 1];
    axes_[at] = axis;
  }
  void join() noexcept {
    std::size_t last = 0;
    for (std::size_t i = 1; i < count_; ++i) {
      if (axes_[last].stride == axes_[i].count * axes_[i].stride) {
        axes_[last] = {axes_[last].count * axes_[i].count, axes_[i].stride};
      } else {
        axes_[++last] = axes_[i];
      }
    }
    count_ = std::min(count_, last + 1);
  }

  const std::byte* base_;
  ElementType type_;
  std::array<TensorAxis, 5> axes_{};  // one more than there can be, for slice
  std::size_t count_ = 0;
};

bool is_empty(const ErasedTensor& tensor) {
  return std::any_of(tensor.shape.begin(), tensor.shape.end(), [](Index n) { return n == 0; });
}

}  // namespace

void require_reachable(const char* name, const ErasedTensor& tensor) {
  const auto bytes = 4 * static_cast<Index>(size_in_bytes(tensor.type));
  bool reachable = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto elements = checked_multiply(tensor.shape[i], tensor.strides[i]);
    reachable = reachable && elements && checked_multiply(*elements, 4 * bytes);
  }
  if (!reachable) {
    throw Error(Errc::too_large, std::string(name) + ": " + to_string(tensor.shape) +
                                     " elements with strides " + to_string(tensor.strides) +
                                     " cannot be addressed");
  }
  if (tensor.data == nullptr && !is_empty(tensor)) {
    throw Error(Errc::invalid_shape, std::string(name) + ": " + to_string(tensor.shape) +
                                         " elements, and a null pointer");
  }
}

void require_valid(const ErasedTensor& inputs, const ErasedTensor& out,
                   const nn::TensorShape& expected) {
  if (out.shape != expected) {
    throw Error(Errc::invalid_shape,
                "out: " + to_string(out.shape) + ", the outputs are " + to_string(expected));
  }
  require_reachable("inputs", inputs);
  require_reachable("out", out);
  if (is_empty(inputs) || is_empty(out)) return;
  const TensorFootprint target(out);
  const auto view = target.as_view();
  if (view ? elements_coincide(*view) : !target.is_nested()) {
    throw Error(Errc::invalid_stride,
                std::string("out: ") + (view ? "elements coincide" : "axes interleave") +
                    " with strides " + to_string(out.strides) + " for " + to_string(out.shape));
  }
  if (TensorFootprint::meet(TensorFootprint(inputs), target))
    throw Error(Errc::overlap, "out: shares memory with inputs");
}

}  // namespace twofold::detail
