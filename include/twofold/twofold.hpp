// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The whole public interface.
#pragma once

#include "twofold/convolve.hpp"
#include "twofold/diagnose.hpp"
#include "twofold/error.hpp"
#include "twofold/executor.hpp"
#include "twofold/image.hpp"
#include "twofold/info.hpp"
#include "twofold/nn.hpp"
#include "twofold/options.hpp"
#include "twofold/plan.hpp"
#include "twofold/profile.hpp"
#include "twofold/types.hpp"
#include "twofold/version.hpp"
#include "twofold/view.hpp"

/// 2-D convolution and correlation on the CPU. This holds for every function here that does not say
/// otherwise:
///
/// - **Units.** Sizes, positions and strides count elements, never bytes. Only `workspace_bytes`
///   counts bytes.
/// - **Ownership.** What is passed as a view stays the caller's, and is not referred to after the
///   call. A plan keeps a copy of its kernel. Only Options::executor is kept as a pointer.
/// - **Threads.** Any number of threads may call any functions at the same time, with the same
///   inputs and the same plans; each call needs an output and a workspace of its own. Image and
///   nn::Tensor are values, as `std::vector` is: read by many threads, or changed by one. While one
///   thread is in `tune`, other calls of `tune` and `load_profile` throw Error(unavailable).
/// - **Errors.** Error, whose message names the argument and its value, or `std::bad_alloc`, which
///   whatever allocates may throw. Where one of these leaves a function, nothing has been written
///   to the caller's memory. A function without a word on errors throws no Error. Views check
///   nothing: what is wrong with one is found by the function that gets it.
/// - **Cost.** Constant, where nothing is said.
/// - **The rest of the process.** Nothing is printed, the rounding mode stays as it was, no thread
///   is kept. FFTW ends the process if one of its own, small allocations fails.
namespace twofold {}
