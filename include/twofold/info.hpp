// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What this build is and what this machine can do; names for the enumerations.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "twofold/options.hpp"
#include "twofold/version.hpp"

namespace twofold {

/// The version of the library that is linked, "0.1.0"; TWOFOLD_VERSION_MAJOR and so on are that of
/// the headers.
[[nodiscard]] std::string_view version() noexcept;

/// The instruction sets that this build contains and this machine (CPU and operating system) can
/// run, best first; the last is always Isa::baseline.
[[nodiscard]] std::span<const Isa> available_isas() noexcept;

/// What Isa::automatic means here: the best available one, or the one that the environment variable
/// TWOFOLD_ISA names (read once). Throws Error(unavailable) if that is unknown or not available.
[[nodiscard]] Isa active_isa();

/// The library that computes Fourier transforms. Its texts live as long as the program.
struct FftBackend {
  std::string_view name;     ///< "fftw-3.3.10-sse2-avx", or "none"
  std::string_view licence;  ///< what it means for a program that is distributed
};
/// The one of this build.
[[nodiscard]] FftBackend fft_backend();

/// The lock under which twofold makes and destroys FFTW plans. FFTW's planner is not thread-safe:
/// a program that also uses FFTW itself, from several threads, holds this lock around every call of
/// FFTW except the execution of plans. (Where TWOFOLD_FFT=OFF it guards nothing.)
///
/// FFTW's state belongs to the whole process. Wisdom that the program gathers or imports, and
/// fftw_plan_with_nthreads, also reach plans that twofold makes later, and may change the last bits
/// of results; fftw_cleanup must not be called while a Plan exists.
///
/// A fork waits until no other thread holds this lock; in the child it is free, whoever held it,
/// and everything of twofold can be used there.
[[nodiscard]] std::recursive_mutex& fft_planner_mutex() noexcept;

/// @{
/// The name used on the command line and in messages: "correlate", "same", "overlap_save".
[[nodiscard]] std::string_view name_of(Operation) noexcept;
[[nodiscard]] std::string_view name_of(Mode) noexcept;
[[nodiscard]] std::string_view name_of(Boundary) noexcept;
[[nodiscard]] std::string_view name_of(Method) noexcept;
[[nodiscard]] std::string_view name_of(Isa) noexcept;
/// @}
/// @{
/// The value of that name; nothing, if there is none. parse_method takes "auto" for "automatic".
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view) noexcept;
[[nodiscard]] std::optional<Boundary> parse_boundary(std::string_view) noexcept;
[[nodiscard]] std::optional<Method> parse_method(std::string_view) noexcept;
[[nodiscard]] std::optional<Isa> parse_isa(std::string_view) noexcept;
/// @}

}  // namespace twofold
