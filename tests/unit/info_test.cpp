// SPDX-License-Identifier: BSD-3-Clause
// Names of the enumerations, there and back; what the build says about itself.
#include <cstdlib>
#include <set>
#include <string>

#include "compare.hpp"

namespace twofold::test {
namespace {

template <class Enumeration, class Parse>
void check_names(std::initializer_list<Enumeration> values, Parse parse) {
  std::set<std::string> names;
  for (const auto value : values) {
    const auto name = name_of(value);
    CHECK(parse(name) == value);
    names.emplace(name);
  }
  CHECK(names.size() == values.size());
  for (const auto* unknown : {"", " ", "FULL", "reflect", "same ", "directly", "sse9"}) {
    CHECK_FALSE(parse(unknown).has_value());
  }
}

}  // namespace

TEST_CASE("every name is parsed back", "[info]") {
  check_names({Mode::full, Mode::same, Mode::valid}, parse_mode);
  check_names({Boundary::fill, Boundary::wrap, Boundary::symm, Boundary::mirror, Boundary::nearest},
              parse_boundary);
  check_names({Method::automatic, Method::direct, Method::separable, Method::fft,
               Method::overlap_save, Method::whole_fft, Method::winograd, Method::reference},
              parse_method);
  check_names({Isa::automatic, Isa::baseline, Isa::avx2, Isa::avx512}, parse_isa);
}

TEST_CASE("the names are those of the command line", "[info]") {
  CHECK(name_of(Mode::full) == "full");
  CHECK(name_of(Mode::same) == "same");
  CHECK(name_of(Mode::valid) == "valid");
  CHECK(name_of(Boundary::fill) == "fill");
  CHECK(name_of(Boundary::wrap) == "wrap");
  CHECK(name_of(Boundary::symm) == "symm");
  CHECK(name_of(Boundary::mirror) == "mirror");
  CHECK(name_of(Boundary::nearest) == "nearest");
  CHECK(name_of(Method::overlap_save) == "overlap_save");
  CHECK(name_of(Method::whole_fft) == "whole_fft");
  CHECK(name_of(Operation::convolve) == "convolve");
  CHECK(name_of(Operation::correlate) == "correlate");
  CHECK(parse_method("auto") == Method::automatic);
  CHECK(name_of(ElementType::complex64) == "complex64");
}

TEST_CASE("library and headers have one version", "[info]") {
  CHECK(version() == std::to_string(TWOFOLD_VERSION_MAJOR) + '.' +
                         std::to_string(TWOFOLD_VERSION_MINOR) + '.' +
                         std::to_string(TWOFOLD_VERSION_PATCH));
}

TEST_CASE("the instruction sets of this machine", "[info]") {
  const auto isas = available_isas();
  REQUIRE_FALSE(isas.empty());
  CHECK(isas.back() == Isa::baseline);
  CHECK(std::set<Isa>(isas.begin(), isas.end()).size() == isas.size());
  CHECK(std::count(isas.begin(), isas.end(), Isa::automatic) == 0);
  CHECK(std::count(isas.begin(), isas.end(), active_isa()) == 1);
  // The best one, unless the environment has chosen.
  if (std::getenv("TWOFOLD_ISA") == nullptr) CHECK(active_isa() == isas.front());
}

TEST_CASE("the Fourier transform's licence is said", "[info]") {
  const auto backend = fft_backend();
  CHECK_FALSE(backend.name.empty());
  if (has_fft()) CHECK(backend.licence.find("GPL") != std::string_view::npos);
}

TEST_CASE("a host may hold the planner's lock", "[info]") {
  // Recursive, so that a caller who holds it may still make a plan.
  const std::scoped_lock lock(fft_planner_mutex());
  Random random(1);
  const auto x = integer_image<float>({30, 30}, random);
  CHECK_NOTHROW(convolve2d(x, x, {.method = has_fft() ? Method::fft : Method::direct}));
}

}  // namespace twofold::test
