// SPDX-License-Identifier: BSD-3-Clause
// Whether views can be addressed, whether their elements are distinct, whether two share any.
#pragma once

#include "twofold/view.hpp"

namespace twofold::detail {

/// Strides of axes with a single element mean nothing and may hold anything; here they are replaced
/// by those of a dense view.
[[nodiscard]] ErasedView with_plain_strides(ErasedView view) noexcept;

/// Throws Error(too_large) if the shape and strides reach beyond what can be addressed,
/// Error(invalid_shape) if there are elements, and a null pointer to them.
void require_reachable(const char* name, const ErasedView& view);

/// Whether two different elements of `view` are at one address.
[[nodiscard]] bool elements_coincide(const ErasedView& view) noexcept;

/// Whether the two views share a byte. Exact for any strides: views that interleave, such as two
/// channels of one buffer, are told from views that overlap.
[[nodiscard]] bool share_memory(const ErasedView& x, const ErasedView& y) noexcept;

/// Throws Error(invalid_stride) if two different elements of `out` are at one address.
void require_distinct(const ErasedView& out);

/// Throws Error(overlap) if they share memory.
void require_disjoint(const char* input_name, const ErasedView& input, const ErasedView& out);

}  // namespace twofold::detail
