// SPDX-License-Identifier: BSD-3-Clause
// The very first calls of a process, made by eight threads at once: what is made at its first use
// is made once, and whole, before anybody sees it. Each test case needs a process of its own, which
// CMakeLists.txt gives it; the tests of all subjects leave them out.
#include <cstdlib>

#include "at_once.hpp"
#include "profile_text.hpp"
#include "random_layers.hpp"
#include "temporary_file.hpp"

namespace twofold::test {
namespace {

/// Operands for first calls, and their results, which are exact once they are rounded.
struct FirstCall {
  FirstCall() {
    Random random(1);
    image = integer_image<float>({40, 50}, random);
    kernel = integer_image<float>({7, 8}, random);
  }
  [[nodiscard]] Image<float> by(Method method) const {
    return convolve2d(image, kernel, {.method = method});
  }
  [[nodiscard]] bool is_right(const Image<float>& result) const {
    const auto expected = by(Method::reference);
    const auto integers = rounded(result);
    return result.shape() == expected.shape() &&
           std::equal(integers.data(), integers.data() + integers.size(), expected.data());
  }

  Image<float> image;
  Image<float> kernel;
};

LayerCase<float> layer_by(Method method) {
  Random random(2);
  nn::ConvOptions options;
  options.method = method;
  options.padding = nn::same;
  return with_tensors<float>(LayerKind::conv, options, {1, 20, 21, 8, 16, 3, 3}, 1, 1, true,
                             random);
}

/// A profile that the environment names, as `path` says; then nothing has been read before.
bool names_profile(const std::string& path) {
  return setenv("TWOFOLD_PROFILE", path.c_str(), 1) == 0;
}

}  // namespace

TEST_CASE("cold start: profile", "[.cold_start]") {
  const FirstCall first;
  const std::string path = "/nowhere/profile";
  REQUIRE(names_profile(path));
  CHECK(successes_at_once([&](int thread) {
          if (thread % 2 == 0) return first.by(Method::automatic).rows() == 46;
          const ActiveProfile active = active_profile();
          return active.name == "built-in rates" && active.problem.starts_with(path);
        }) == thread_count);
  // It was this process's first use: later ones do not look at the environment.
  CHECK(active_profile().problem.starts_with(path));
}

TEST_CASE("cold start: profiles loaded", "[.cold_start]") {
  const TemporaryFile profile(profile_text(2));
  const FirstCall first;
  REQUIRE(names_profile("/nowhere/profile"));
  CHECK(successes_at_once([&](int thread) {
          if (thread % 2 == 0) load_profile(profile.path());
          return first.is_right(first.by(Method::automatic));
        }) == thread_count);
  CHECK(active_profile().name == profile.path());
}

TEST_CASE("cold start: transforms", "[.cold_start]") {
  const FirstCall first;
  const Method method = has_fft() ? Method::whole_fft : Method::direct;
  std::vector<Image<float>> results(thread_count);
  CHECK(successes_at_once([&](int thread) {
          results[static_cast<std::size_t>(thread)] = first.by(method);
          return true;
        }) == thread_count);
  for (const auto& result : results) {
    CHECK(same_bits(result, first.by(method)));
    CHECK(first.is_right(result));
  }
}

TEST_CASE("cold start: instruction sets", "[.cold_start]") {
  const FirstCall first;
  CHECK(successes_at_once([&](int thread) {
          if (thread % 2 == 0) return first.is_right(first.by(Method::direct));
          return available_isas().back() == Isa::baseline && active_isa() != Isa::automatic;
        }) == thread_count);
}

TEST_CASE("cold start: layers", "[.cold_start]") {
  const auto transformed = layer_by(has_fft() ? Method::fft : Method::direct);
  const auto direct = layer_by(Method::direct);
  const auto winograd = layer_by(Method::winograd);
  std::vector<nn::Tensor<float>> results(thread_count);
  const auto layer_of = [&](int thread) -> const LayerCase<float>& {
    return thread % 3 == 0 ? transformed : thread % 3 == 1 ? direct : winograd;
  };
  CHECK(successes_at_once([&](int thread) {
          results[static_cast<std::size_t>(thread)] = called(layer_of(thread));
          return true;
        }) == thread_count);
  for (int thread = 0; thread < thread_count; ++thread)
    CHECK(same_bits(results[static_cast<std::size_t>(thread)], called(layer_of(thread))));
}

TEST_CASE("cold start: everything", "[.cold_start]") {
  const FirstCall first;
  const auto layer = layer_by(has_fft() ? Method::fft : Method::direct);
  REQUIRE(names_profile("/nowhere/profile"));
  CHECK(successes_at_once([&](int thread) {
          switch (thread) {
            case 0:
              return first.is_right(first.by(has_fft() ? Method::overlap_save : Method::direct));
            case 1:
              return first.is_right(first.by(has_fft() ? Method::whole_fft : Method::direct));
            case 2: {
              const std::lock_guard lock(fft_planner_mutex());
              return first.is_right(first.by(Method::automatic));
            }
            case 3:
              return called(layer).size() > 0;
            case 4:
              return active_profile().problem.starts_with("/nowhere/profile");
            case 5:
              return error_of([] { load_profile("/nowhere/other"); }).first ==
                     static_cast<int>(Errc::unavailable);
            case 6:
              return !available_isas().empty() && !fft_backend().name.empty();
            default: {
              const auto y = first.by(Method::reference);
              return diagnose(first.image, first.kernel, y, y).verdict == Verdict::equal;
            }
          }
        }) == thread_count);
  CHECK(active_profile().problem.starts_with("/nowhere/profile"));
}

}  // namespace twofold::test
