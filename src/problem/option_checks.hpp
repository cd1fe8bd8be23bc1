// SPDX-License-Identifier: BSD-3-Clause
// What is checked of the options that images and layers share.
#pragma once

#include <string>

#include "support/format.hpp"
#include "twofold/error.hpp"
#include "twofold/options.hpp"

namespace twofold::detail {

/// A value that a caller cast into an enumeration.
template <class Enumeration>
void require_known(const char* argument, Enumeration value, Enumeration last) {
  if (value <= last) return;
  throw Error(Errc::invalid_option, std::string(argument) + ": there is no value number " +
                                        std::to_string(static_cast<unsigned>(value)));
}

/// Method, instruction set, accuracy.
template <class AnyOptions>
void require_shared_options(const AnyOptions& options) {
  require_known("method", options.method, Method::reference);
  require_known("isa", options.isa, Isa::avx512);
  const double tolerance = options.accuracy.tolerance();
  if (options.accuracy.kind() == Accuracy::Kind::within && !(tolerance >= 0)) {
    throw Error(Errc::invalid_option,
                "accuracy: within(" + to_text(tolerance) + ") is not an error bound");
  }
}

}  // namespace twofold::detail
