// SPDX-License-Identifier: BSD-3-Clause
// The one place where twofold allocates pixels and workspaces.
#include <new>

#include "support/checked.hpp"
#include "support/format.hpp"
#include "support/scratch.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

void* allocate_elements(const Shape& shape, std::size_t element_bytes) {
  if (shape.rows < 0 || shape.cols < 0 || shape.channels < 0)
    throw Error(Errc::invalid_shape, "image: " + to_string(shape) + " has a negative size");
  const auto bytes = checked_bytes(shape, static_cast<Index>(element_bytes));
  if (!bytes)
    throw Error(Errc::too_large, "image: " + to_string(shape) + " elements cannot be addressed");
  if (*bytes == 0) return nullptr;
  return ::operator new (static_cast<std::size_t>(*bytes), std::align_val_t{Scratch::alignment});
}

void free_elements(void* memory) noexcept {
  ::operator delete (memory, std::align_val_t{Scratch::alignment});
}

}  // namespace twofold::detail
