// SPDX-License-Identifier: BSD-3-Clause
// What a map consists of, apart from the measurement: for sizes of image and kernel, what would be
// chosen, and a call that computes it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <twofold/plan.hpp>

#include "map_measurement.hpp"

namespace twofold::tool {

/// Scratch memory, which copies share.
class SharedWorkspace {
 public:
  explicit SharedWorkspace(std::size_t bytes)
      : memory_(std::make_shared<Image<std::uint8_t>>(Image<std::uint8_t>::uninitialized(
            {1, static_cast<Index>(std::max<std::size_t>(bytes, 1))}))) {}
  [[nodiscard]] std::span<std::byte> bytes() const {
    return std::as_writable_bytes(
        std::span(memory_->data(), static_cast<std::size_t>(memory_->size())));
  }

 private:
  std::shared_ptr<Image<std::uint8_t>> memory_;
};

class MapProblems {
 public:
  MapProblems() = default;
  MapProblems(const MapProblems&) = delete;
  MapProblems& operator=(const MapProblems&) = delete;
  virtual ~MapProblems() = default;

  [[nodiscard]] virtual Decision decision(Index image, Index kernel) const = 0;
  /// Computes the problem by that method whenever it is called, until prepare is called for other
  /// sizes. Those of one problem share its image and result.
  [[nodiscard]] virtual std::function<void()> prepare(Index image, Index kernel, Method) = 0;
};

/// Square images and kernels without a structure.
[[nodiscard]] std::unique_ptr<MapProblems> image_problems(const MapRequest&);
/// The same as layers, of request.layer.
[[nodiscard]] std::unique_ptr<MapProblems> layer_problems(const MapRequest&);

}  // namespace twofold::tool
