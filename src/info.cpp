// SPDX-License-Identifier: BSD-3-Clause
// The library's version, and names for the enumerations.
#include "twofold/info.hpp"

#include <array>
#include <utility>

#define TWOFOLD_STRINGIFY(x) #x
#define TWOFOLD_VERSION_STRING(major, minor, patch) \
  TWOFOLD_STRINGIFY(major) "." TWOFOLD_STRINGIFY(minor) "." TWOFOLD_STRINGIFY(patch)

namespace twofold {

namespace {

template <class Enumeration, std::size_t n>
using Names = std::array<std::pair<std::string_view, Enumeration>, n>;

constexpr Names<Operation, 2> operations{{
    {"convolve", Operation::convolve},
    {"correlate", Operation::correlate},
}};
constexpr Names<Mode, 3> modes{{
    {"full", Mode::full},
    {"same", Mode::same},
    {"valid", Mode::valid},
}};
constexpr Names<Boundary, 5> boundaries{{
    {"fill", Boundary::fill},
    {"wrap", Boundary::wrap},
    {"symm", Boundary::symm},
    {"mirror", Boundary::mirror},
    {"nearest", Boundary::nearest},
}};
constexpr Names<Method, 9> methods{{
    {"automatic", Method::automatic},
    {"direct", Method::direct},
    {"separable", Method::separable},
    {"fft", Method::fft},
    {"overlap_save", Method::overlap_save},
    {"whole_fft", Method::whole_fft},
    {"winograd", Method::winograd},
    {"reference", Method::reference},
    {"auto", Method::automatic},
}};
#if defined(__aarch64__)
constexpr std::string_view name_of_baseline = "neon";
#else
constexpr std::string_view name_of_baseline = "baseline";
#endif
constexpr Names<Isa, 5> isas{{
    {"automatic", Isa::automatic},
    {name_of_baseline, Isa::baseline},
    {"avx2", Isa::avx2},
    {"avx512", Isa::avx512},
    {"baseline", Isa::baseline},
}};

template <class Enumeration, std::size_t n>
std::string_view find_name(const Names<Enumeration, n>& names, Enumeration value) noexcept {
  for (const auto& [name, named] : names) {
    if (named == value) return name;
  }
  return "?";
}

template <class Enumeration, std::size_t n>
std::optional<Enumeration> find_value(const Names<Enumeration, n>& names,
                                      std::string_view wanted) noexcept {
  for (const auto& [name, value] : names) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view version() noexcept {
  return TWOFOLD_VERSION_STRING(TWOFOLD_VERSION_MAJOR, TWOFOLD_VERSION_MINOR,
                                TWOFOLD_VERSION_PATCH);
}

std::string_view name_of(Operation value) noexcept {
  return find_name(operations, value);
}
std::string_view name_of(Mode value) noexcept {
  return find_name(modes, value);
}
std::string_view name_of(Boundary value) noexcept {
  return find_name(boundaries, value);
}
std::string_view name_of(Method value) noexcept {
  return find_name(methods, value);
}
std::string_view name_of(Isa value) noexcept {
  return find_name(isas, value);
}

std::optional<Mode> parse_mode(std::string_view name) noexcept {
  return find_value(modes, name);
}
std::optional<Boundary> parse_boundary(std::string_view name) noexcept {
  return find_value(boundaries, name);
}
std::optional<Method> parse_method(std::string_view name) noexcept {
  return find_value(methods, name);
}
std::optional<Isa> parse_isa(std::string_view name) noexcept {
  return find_value(isas, name);
}

}  // namespace twofold
