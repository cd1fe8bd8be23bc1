// SPDX-License-Identifier: BSD-3-Clause
// The fuzzer's bytes as a file of the command line, and what it makes of wrong ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "errors.hpp"
#include "input_file.hpp"

namespace twofold::fuzz {

[[nodiscard]] inline std::vector<std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  return {first, first + size};
}

/// What `read` makes of a file of these bytes; nothing where it refuses them, by a FileError and
/// nothing else.
template <class Read>
auto accepted(const std::vector<std::byte>& bytes, const Read& read)
    -> std::optional<decltype(read(std::declval<tool::InputFile&>()))> {
  tool::InputFile file("input", bytes);
  try {
    return read(file);
  } catch (const tool::FileError&) {
    return std::nullopt;
  }
}

}  // namespace twofold::fuzz
