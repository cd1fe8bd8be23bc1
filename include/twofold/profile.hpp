// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Profiles: what the operations of the engines cost on one machine, measured there. By these rates
/// Method::automatic chooses. Without a profile it goes by built-in ones.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace twofold {

/// How tune measures.
struct TuneOptions {
  /// At most 15 seconds, for the instruction set in use; otherwise at most 3 minutes, for all that
  /// the machine has, and the transforms' plans are searched for longer.
  bool quick = false;
  /// Called now and then with the part of the work that is done, 0 … 1, and with what is done next.
  /// What it throws ends the measurement and reaches the caller.
  std::function<void(double done, std::string_view next)> progress;
};

/// Measures this machine, in the caller's thread, and returns the text of a profile, to be kept in
/// a file. What is in use stays in use; but plans that other threads make meanwhile are made
/// without the wisdom that FFTW had, and with what it gathers. Meant for a quiet machine. The lock
/// of fft_planner_mutex is held while FFTW searches for plans, and FFTW has no time limit
/// afterwards; a child that is forked meanwhile keeps what FFTW knows at that moment. Throws what
/// `progress` throws, Error(unavailable) while another call measures and for a TWOFOLD_ISA that is
/// not there, and std::bad_alloc.
[[nodiscard]] std::string tune(const TuneOptions& options = {});

/// Uses the profile in a file for all plans that are made from now on in this process, by any
/// thread. FFTW plans that the profile names become FFTW's wisdom, for the whole process
/// (info.hpp). A file is not trusted, and has at most 4 MiB: Error(invalid_profile) says what is
/// wrong with it, by line, and Error(unavailable) that it cannot be read, or that `tune` is at
/// work; then everything stays as it was.
void load_profile(const std::string& path);

/// What Method::automatic goes by.
struct ActiveProfile {
  std::string name;     ///< the file's path, or "built-in rates"
  std::string problem;  ///< why the file that TWOFOLD_PROFILE names is not used; empty otherwise
};

/// What is in use. Before the first load_profile, that is the file that the environment variable
/// TWOFOLD_PROFILE names, read once, when the first plan is made or this is called; if it cannot be
/// used, the built-in rates are. Throws std::bad_alloc.
[[nodiscard]] ActiveProfile active_profile();

}  // namespace twofold
