// SPDX-License-Identifier: BSD-3-Clause
// twofold: 2-D convolution and correlation on the CPU. The whole public interface.
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
