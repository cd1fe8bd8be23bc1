// SPDX-License-Identifier: BSD-3-Clause
// The floating-point environment belongs to the caller. No function changes how arithmetic is done
// or clears a flag; and what is computed where the caller has changed it is said here.
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "control_word.hpp"
#include "error_bounds.hpp"
#include "profile_text.hpp"
#include "random_layers.hpp"
#include "temporary_file.hpp"

namespace twofold::test {
namespace {

constexpr int roundings[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

struct NamedCall {
  std::string name;
  std::function<void()> run;
};

/// Plans and executes, regions too.
template <Element T, Element K, Element Out = promoted_t<T, K>>
NamedCall plan_call(const Engine& engine, const Image<T>& x, const Image<K>& kernel) {
  const Problem problem{Operation::correlate, Mode::same, Boundary::symm};
  return {describe<T>(problem, x.shape(), kernel.shape(), engine), [=] {
            try {
              const Plan<T, K, Out> plan(problem.operation, x.shape(), kernel,
                                         options_for(problem, engine));
              Image<Out> y(plan.output_shape());
              plan.execute(x, y);
              plan.execute_region(x, {}, {1, 2, 3, 4}, y.view().region({0, 0, 3, 4}));
              (void)plan.decision();
              (void)plan.error_bound(1);
              (void)plan.halo();
              (void)plan.input_region({0, 0, 1, 1});
            } catch (const Error& error) {  // on the way out, too
              if (error.code() != Errc::unsupported) throw;
            }
          }};
}

std::vector<NamedCall> calls_of_images(Random& random) {
  std::vector<NamedCall> calls;
  const auto reals = real_image<float>({40, 61}, random);
  const auto doubles = real_image<double>({40, 61}, random);
  const auto numbers = real_image<std::complex<float>>({40, 61}, random);
  const auto bytes = full_range_image<std::uint8_t>({40, 61}, random);
  const auto words = integer_image<std::int32_t>({40, 61}, random);
  auto special = reals;
  special(3, 4) = std::numeric_limits<float>::quiet_NaN();
  special(30, 40) = std::numeric_limits<float>::denorm_min();
  const auto kernel = real_image<float>({5, 6}, random);
  const Image<float> rank_one{{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
  for (const Engine& engine : engines_of_all_kinds()) {
    calls.push_back(plan_call(engine, reals, kernel));
    calls.push_back(plan_call(engine, reals, rank_one));
    calls.push_back(plan_call(engine, special, kernel));
    calls.push_back(plan_call(engine, doubles, real_image<double>({5, 6}, random)));
    calls.push_back(plan_call(engine, numbers, real_image<std::complex<float>>({5, 6}, random)));
    calls.push_back(plan_call(engine, words, integer_image<std::int32_t>({5, 6}, random)));
    calls.push_back(plan_call<std::uint8_t, float, std::uint8_t>(engine, bytes, kernel));
  }
  calls.push_back({"convolve2d", [=] { (void)convolve2d(reals, kernel); }});
  calls.push_back({"given factors", [=] {
                     const std::vector<float> taps{0.1F, 0.7F, 0.3F};
                     (void)convolve2d(reals, SeparableKernel<float>{taps, taps});
                   }});
  calls.push_back({"correlate2d", [=] { (void)correlate2d(reals, kernel, {.threads = 3}); }});
  calls.push_back({"diagnose", [=] {
                     const auto a = convolve2d(reals, kernel, {.mode = Mode::same});
                     const auto b = correlate2d(reals, kernel, {.mode = Mode::same});
                     (void)diagnose(reals, kernel, a, b);
                   }});
  calls.push_back({"an error", [=] {
                     CHECK_THROWS_AS(convolve2d(reals, Image<float>{}), Error);
                     CHECK_THROWS_AS(convolve2d(special, kernel, {.nonfinite = Nonfinite::reject}),
                                     Error);
                   }});
  calls.push_back({"info", [] {
                     (void)active_isa();
                     (void)fft_backend();
                     (void)active_profile();
                   }});
  const auto profile = std::make_shared<const TemporaryFile>(profile_text(1), "environment");
  calls.push_back({"load_profile", [=] { load_profile(profile->path()); }});
  calls.push_back({"tune", [] {  // its first steps
                     struct Stop {};
                     int steps = 0;
                     CHECK_THROWS_AS(tune({.quick = true,
                                           .progress =
                                               [&](double, std::string_view) {
                                                 if (++steps == 3) throw Stop{};
                                               }}),
                                     Stop);
                   }});
  return calls;
}

template <nn::Real T>
void add_calls_of_layers(Random& random, std::vector<NamedCall>& calls) {
  for (const Isa isa : available_isas()) {
    for (const Method method : {Method::direct, Method::fft, Method::winograd, Method::reference}) {
      for (const LayerKind kind : layer_kinds) {
        for (const auto activation : activations) {
          const nn::ConvOptions options{.padding = nn::same,
                                        .data_format = random.pick(data_formats),
                                        .activation = activation,
                                        .method = method,
                                        .isa = isa};
          const auto layer =
              with_tensors<T>(kind, options, {1, 9, 11, 5, 4, 3, 3}, 1, 1, false, random);
          calls.push_back({describe(layer), [layer] {
                             try {
                               (void)called(layer);
                               (void)plan_of(layer).error_bound(1);
                             } catch (const Error& error) {
                               if (error.code() != Errc::unsupported) throw;
                             }
                           }});
        }
      }
    }
  }
}

std::vector<NamedCall> all_calls() {
  Random random(50);
  auto calls = calls_of_images(random);
  add_calls_of_layers<float>(random, calls);
  add_calls_of_layers<double>(random, calls);
  return calls;
}

template <Element T, Element K, Element Out = promoted_t<T, K>>
Image<Out> filtered(const Image<T>& x, const Image<K>& kernel, const Options& options) {
  const Plan<T, K, Out> plan(Operation::convolve, x.shape(), kernel, options);
  Image<Out> y(plan.output_shape());
  plan.execute(x, y);
  return y;
}

/// Every number of it is a signalling NaN, which raises a flag wherever it is computed with.
class SignallingWorkspace {
 public:
  explicit SignallingWorkspace(std::size_t size) : memory_(size) {
    constexpr std::uint32_t words[] = {0, 0x7ff40000, 0x7fa00000, 0x7fa00001};
    for (std::size_t i = 0; i + sizeof words[0] <= size; i += sizeof words[0])
      std::memcpy(&memory_.bytes()[i], &words[i / sizeof words[0] % 4], sizeof words[0]);
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.bytes(); }

 private:
  twofold::detail::AlignedBytes memory_;
};

template <class AnyPlan, class In, class Out>
int flags_of(const AnyPlan& plan, const In& x, Out& y) {
  const SignallingWorkspace workspace(plan.workspace_bytes());
  std::feclearexcept(FE_ALL_EXCEPT);
  plan.execute(x, y, workspace.bytes());
  const int flags = std::fetestexcept(FE_ALL_EXCEPT);
  std::feclearexcept(FE_ALL_EXCEPT);
  return flags;
}

constexpr Boundary one_boundary = Boundary::mirror;

Options options_of(const Engine& engine) {
  return options_for({Operation::convolve, Mode::same, one_boundary}, engine);
}

}  // namespace

TEST_CASE("no function changes how arithmetic is done, or clears a flag", "[environment]") {
  for (const NamedCall& call : all_calls()) {
    for (const bool flush : {false, true}) {
      for (const int rounding : roundings) {
        const Arithmetic arithmetic(rounding, flush);
        std::feraiseexcept(FE_ALL_EXCEPT);
        const auto before = control_word();
        call.run();
        const auto after = control_word();
        const int flags = std::fetestexcept(FE_ALL_EXCEPT);
        std::feclearexcept(FE_ALL_EXCEPT);
        if (after == before && flags == FE_ALL_EXCEPT) continue;
        FAIL_CHECK(call.name << ": control word " << std::hex << before << " became " << after
                             << ", flags " << flags);
      }
    }
  }
}

// Layers may raise `invalid`: their vectors also hold what the workspace held, of which no output
// is made.
TEST_CASE("images of ordinary numbers raise no flag but inexact", "[environment]") {
  Random random(56);
  const auto x = real_image<float>({61, 73}, random);
  const auto wide = real_image<double>({61, 73}, random);
  const auto pixels = full_range_image<std::uint8_t>({61, 73}, random);
  const Image<float> kernel{{1, 2, 1}, {3, 6, 3}, {1, 2, 1}};
  const Image<double> wide_kernel{{1, 2, 1}, {3, 6, 3}, {1, 2, 1}};
  Image<float> y(61, 73);
  Image<double> wide_y(61, 73);
  Image<std::uint8_t> pixel_y(61, 73);
  for (const Engine& engine : engines_of_all_kinds()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    const Options options = options_of(engine);
    const Plan<float> plan(Operation::convolve, x.shape(), kernel, options);
    const Plan<double> wide_plan(Operation::convolve, x.shape(), wide_kernel, options);
    const Plan<std::uint8_t, float, std::uint8_t> pixel_plan(Operation::convolve, x.shape(), kernel,
                                                             options);
    CHECK((flags_of(plan, x, y) & ~FE_INEXACT) == 0);
    CHECK((flags_of(wide_plan, wide, wide_y) & ~FE_INEXACT) == 0);
    CHECK((flags_of(pixel_plan, pixels, pixel_y) & ~FE_INEXACT) == 0);
  }
}

TEST_CASE("flushing subnormal numbers changes no result that has none", "[environment]") {
  Random random(51);
  const auto x = real_image<float>({150, 170}, random);
  const auto z = real_image<std::complex<double>>({90, 70}, random);
  const auto n = integer_image<std::uint16_t>({90, 70}, random, 60000);
  const Image<float> kernel{{1, 2, 1}, {3, 6, 3}, {1, 2, 1}};
  const Image<std::complex<double>> complex_kernel{{1, 2, 1}, {3, 6, 3}, {1, 2, 1}};
  const Image<std::uint16_t> integers{{1, 2, 1}, {3, 6, 3}, {1, 2, 1}};
  for (const Engine& engine : engines_of_all_kinds()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    const Options options = options_of(engine);
    const auto y = filtered(x, kernel, options);
    // Of complex kernels no factors are found.
    const bool takes_complex = engine.method != Method::separable;
    const auto complex_y =
        takes_complex ? filtered(z, complex_kernel, options) : Image<std::complex<double>>{};
    const auto integer_y = filtered(n, integers, options);
    const Arithmetic arithmetic(FE_TONEAREST, true);
    CHECK(same_bits(filtered(x, kernel, options), y));
    if (takes_complex) CHECK(same_bits(filtered(z, complex_kernel, options), complex_y));
    CHECK(same_bits(filtered(n, integers, options), integer_y));
  }
}

// Each operand, product and sum that is flushed is off by less than the smallest normal number.
TEST_CASE("flushed, results are off by no more than what is flushed", "[environment]") {
  if (!can_flush) return;
  Random random(52);
  constexpr float smallest = std::numeric_limits<float>::min();
  auto x = real_image<float>({60, 70}, random);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] *= i % 3 == 0 ? smallest : 8 * smallest;
  const Image<float> kernel{{0.25F, 0.5F, 0.25F}, {0.75F, 1.5F, 0.75F}, {0.25F, 0.5F, 0.25F}};
  const Problem problem{Operation::convolve, Mode::same, one_boundary};
  const Judge<float> judge(problem, x, kernel, 1'000'000);
  for (const Engine& engine : engines_of_all_kinds()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    const Plan<float> plan(problem.operation, x.shape(), kernel, options_of(engine));
    const double norm1 = 5;
    const double taps = 9;
    const double bound =
        plan.error_bound(8 * double{smallest}) + (norm1 + 2 * taps) * double{smallest};
    std::optional<Image<float>> y;
    {
      const Arithmetic arithmetic(FE_TONEAREST, true);
      y = executed(plan, x);
    }
    CHECK(judge.worst(*y, [&](const auto&) { return judge.exact().in_units(bound); }) <= 1);
  }
}

// Rounded in one direction, an operation errs by up to 2u in place of u.
TEST_CASE("in every rounding mode, errors are at most twice the bound", "[environment]") {
  Random random(53);
  const auto x = real_image<float>({150, 170}, random);
  Image<float> kernel(9, 8);  // of rank 1
  for (Index row = 0; row < 9; ++row) {
    for (Index col = 0; col < 8; ++col)
      kernel(row, col) = static_cast<float>((row + 1) * (col - 3));
  }
  const Problem problem{Operation::convolve, Mode::same, one_boundary};
  const Judge<float> judge(problem, x, kernel, 2'000'000);
  for (const Engine& engine : engines_of_all_kinds()) {
    for (const int rounding : roundings) {
      std::optional<Image<float>> y;
      double bound = 0;
      {
        const Arithmetic arithmetic(rounding);
        const Plan<float> plan(problem.operation, x.shape(), kernel, options_of(engine));
        y = executed(plan, x);
        bound = 2 * plan.error_bound(1);
      }
      INFO(name_of(engine.method) << ' ' << name_of(engine.isa) << ", rounding " << rounding);
      CHECK(judge.worst(*y, [&](const auto&) { return judge.exact().in_units(bound); }) <= 1);
    }
  }
}

// Sums of integers are exact; those that are rounded to pixels are rounded as the caller says.
TEST_CASE("integers are the same in every rounding mode, by every engine", "[environment]") {
  Random random(54);
  const auto x = full_range_image<std::uint8_t>({90, 71}, random);
  const auto wide = full_range_image<std::int64_t>({90, 71}, random);
  const Image<std::int64_t> integers{{1, 2, -1}, {3, 6, -3}, {1, 2, -1}};
  const Image<float> exact_taps{{1, 2, 1}, {3, 6, 3}, {-4, -8, -4}};
  const Image<float> taps{{0.03F, 0.06F, 0.03F}, {0.3F, 0.6F, 0.3F}, {-0.1F, -0.2F, -0.1F}};
  for (const Engine& engine : engines_of_all_kinds()) {
    Options options = options_of(engine);
    const bool takes_wide = !is_fft(engine.method);  // no transform could restore such sums
    const auto sums = filtered(x, integers, options);
    const auto wide_sums = takes_wide ? filtered(wide, integers, options) : Image<std::int64_t>{};
    const auto pixels = filtered<std::uint8_t, float, std::uint8_t>(x, taps, options);
    const auto exact_pixels =
        filtered<std::uint8_t, float, std::uint8_t>(x, exact_taps, options_of({Method::reference}));
    for (const int rounding : roundings) {
      INFO(name_of(engine.method) << ' ' << name_of(engine.isa) << ", rounding " << rounding);
      const Arithmetic arithmetic(rounding);
      CHECK(same_bits(filtered(x, integers, options), sums));
      if (takes_wide) CHECK(same_bits(filtered(wide, integers, options), wide_sums));
      if (!is_fft(engine.method)) {
        CHECK(same_bits(filtered<std::uint8_t, float, std::uint8_t>(x, exact_taps, options),
                        exact_pixels));
      }
      const auto rounded = filtered<std::uint8_t, float, std::uint8_t>(x, taps, options);
      int largest = 0;
      for (Index i = 0; i < rounded.size(); ++i)
        largest = std::max(largest, std::abs(rounded.data()[i] - pixels.data()[i]));
      CHECK(largest <= 1);
    }
  }
}

TEST_CASE("threads of a call's own do arithmetic as the caller does", "[environment]") {
  Random random(55);
  auto x = real_image<float>({700, 800}, random);  // worth starting threads for
  for (Index i = 0; i < x.size(); i += 3)
    x.data()[i] *= std::numeric_limits<float>::min();
  const auto kernel = real_image<float>({9, 12}, random);
  for (const Method method : {Method::direct, Method::overlap_save}) {
    if (is_fft(method) && !has_fft()) continue;
    for (const int rounding : roundings) {
      const Arithmetic arithmetic(rounding, true);
      Options options{.mode = Mode::same, .method = method};
      const auto alone = convolve2d(x, kernel, options);
      options.threads = 3;
      INFO(name_of(method) << ", rounding " << rounding);
      CHECK(same_bits(convolve2d(x, kernel, options), alone));
    }
  }
}

}  // namespace twofold::test
