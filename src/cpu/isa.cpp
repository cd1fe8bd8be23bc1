// SPDX-License-Identifier: BSD-3-Clause
// Detection of instruction sets. Our own, feature by feature, over the compiler's run-time support,
// which also asks whether the operating system saves the wider registers; xsimd 8.1 does not ask.
#include "cpu/isa.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>

#include "support/first_use.hpp"
#include "twofold/error.hpp"

namespace twofold {

namespace {

struct Available {
  std::array<Isa, 3> isas{};
  std::size_t count = 0;

  Available() noexcept {
#if defined(__x86_64__)
    __builtin_cpu_init();
    // What the kernels are compiled for: cmake/IsaSources.cmake.
    const bool has_fma = __builtin_cpu_supports("fma") != 0;
    if (has_fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
      isas[count++] = Isa::avx512;
    }
    if (has_fma && __builtin_cpu_supports("avx2")) isas[count++] = Isa::avx2;
#endif
    isas[count++] = Isa::baseline;
  }
};

bool is_available(Isa isa) noexcept {
  const auto isas = available_isas();
  return std::find(isas.begin(), isas.end(), isa) != isas.end();
}

std::string list_available() {
  std::string list;
  for (const Isa isa : available_isas()) {
    if (!list.empty()) list += ", ";
    list += name_of(isa);
  }
  return list;
}

/// The environment's choice, or the best.
Isa choose() {
  const char* name = std::getenv("TWOFOLD_ISA");
  if (name == nullptr || *name == '\0') return available_isas().front();
  const auto isa = parse_isa(name);
  if (isa == Isa::automatic) return available_isas().front();
  if (!isa || !is_available(*isa)) {
    throw Error(Errc::unavailable, std::string("TWOFOLD_ISA: ") + name +
                                       " is not available here; there are: " + list_available());
  }
  return *isa;
}

}  // namespace

std::span<const Isa> available_isas() noexcept {
  static constinit detail::FirstUse<Available> available;
  return {(*available).isas.data(), (*available).count};
}

Isa active_isa() {
  static constinit std::atomic<Isa> active = Isa::automatic;
  Isa chosen = active;
  if (chosen != Isa::automatic) return chosen;
  // Of threads that choose at the same time, the first chooses for all.
  const Isa choice = choose();
  return active.compare_exchange_strong(chosen, choice) ? choice : chosen;
}

namespace detail {

Isa resolve_isa(Isa requested) {
  if (requested == Isa::automatic) return active_isa();
  if (!is_available(requested)) {
    throw Error(Errc::unavailable, std::string("isa: ") + std::string(name_of(requested)) +
                                       " is not available here; there are: " + list_available());
  }
  return requested;
}

bool has_half_width_avx512() noexcept {
#if defined(__x86_64__)
  // Zen 4; Zen 5 and all of Intel's have units of 512 bits.
  __builtin_cpu_init();
  return __builtin_cpu_is("amdfam19h") != 0;
#else
  return false;
#endif
}

}  // namespace detail
}  // namespace twofold
