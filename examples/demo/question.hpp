// SPDX-License-Identifier: BSD-3-Clause
// The question that started twofold: why do SciPy and Keras convolve one image with one kernel and
// get two results?
#pragma once

namespace twofold::demo {

/// Computes what each call gives, prints it, and why they differ. False, with a message on stderr,
/// if the explanation does not hold for the numbers just computed.
[[nodiscard]] bool answer_question();

}  // namespace twofold::demo
