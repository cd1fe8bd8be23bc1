// SPDX-License-Identifier: BSD-3-Clause
// Memory that runs out, at every allocation of every function: an exception, nothing leaked, no
// output written, and the next call works.
#include "allocation_failure.hpp"

#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

#include "allocation_attempts.hpp"
#include "dispatch/profile.hpp"
#include "dispatch/rates.hpp"
#include "profile_text.hpp"
#include "random_layers.hpp"

namespace twofold::test {
namespace {

using twofold::detail::Profile;

std::vector<Method> methods() {
  std::vector<Method> methods{Method::automatic, Method::direct, Method::separable,
                              Method::reference};
  if (has_fft()) methods.insert(methods.end(), {Method::overlap_save, Method::whole_fft});
  return methods;
}

/// A profile with FFTW plans, in a file.
class ProfileFile {
 public:
  ProfileFile(const char* name, const Profile& profile)
      : path_(std::filesystem::temp_directory_path() / (name + std::to_string(getpid()))) {
    std::ofstream(path_) << to_text(profile);
  }
  ProfileFile(const ProfileFile&) = delete;
  ProfileFile& operator=(const ProfileFile&) = delete;
  ~ProfileFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

/// Everything that takes longer by a factor.
Profile slower_profile(double factor) {
  Profile profile;
  for (const Isa isa : available_isas()) {
    auto rates = twofold::detail::built_in_rates(isa);
    for (double& tap : rates.tap)
      tap *= factor;
    profile.rates.emplace(isa, rates);
  }
  return profile;
}

Profile profile_with_wisdom() {
  Profile profile = slower_profile(3);
  if (!has_fft()) return profile;
  fft::measure_plan<float>(48, 0.01);
  fft::measure_plan<double>(40, 0.01);
  profile.wisdom[0] = fft::wisdom().single_precision;
  profile.wisdom[1] = fft::wisdom().double_precision;
  fft::set_wisdom({});
  return profile;
}

/// What becomes of a process whose first call finds no memory, and that calls again.
enum class Child : int { lives, fails, finds_memory };

/// `call` says whether it has done what it should.
Child child_of(const std::function<bool()>& call, std::size_t which, Afterwards afterwards) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    bool happened = false;
    try {
      const AllocationFailure failure(which, afterwards);
      (void)call();
      happened = AllocationFailure::happened();
    } catch (const std::bad_alloc&) {
      happened = true;
    } catch (const Error&) {
      happened = true;
    }
    const bool works = call();
    _exit(static_cast<int>(!works ? Child::fails : happened ? Child::lives : Child::finds_memory));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? static_cast<Child>(WEXITSTATUS(status)) : Child::fails;
}

}  // namespace

// The first of this file: before it, this process has called nothing.
TEST_CASE("memory may run out in a process's first call", "[allocation_failure]") {
  const std::vector<float> ones(40 * 40, 1);
  const View<const float> image(ones.data(), 40, 40);
  const View<const float> kernel(ones.data(), 9, 9);
  const ProfileFile profile("twofold-first-", slower_profile(2));
  const std::pair<const char*, std::function<bool()>> calls[] = {
      {"convolve2d", [&] { return convolve2d(image, kernel)(20, 20) == 81; }},
      {"convolve2d by a transform",
       [&] {
         const Options options{.method = has_fft() ? Method::fft : Method::direct};
         return std::round(convolve2d(image, kernel, options)(20, 20)) == 81;
       }},
      {"conv",
       [&] {
         const nn::TensorView<const float> inputs(ones.data(), {1, 10, 10, 3});
         return nn::conv(inputs, {ones.data(), {3, 3, 3, 4}}).shape()[3] == 4;
       }},
      {"active_profile",
       [&] {
         setenv("TWOFOLD_PROFILE", profile.path().c_str(), 1);
         return active_profile().name == profile.path();
       }},
      {"fft_planner_mutex", [] { return fft_planner_mutex().try_lock(); }},
  };
  for (const auto& [name, call] : calls) {
    for (const Afterwards afterwards : {Afterwards::succeed, Afterwards::fail}) {
      std::size_t which = 1;
      while (child_of(call, which, afterwards) == Child::lives)
        ++which;
      INFO(name << ", allocation " << which);
      CHECK(child_of(call, which, afterwards) == Child::finds_memory);
    }
  }
}

TEMPLATE_TEST_CASE("memory may run out in a one-shot call", "[allocation_failure]", float,
                   std::complex<double>, std::int32_t, std::uint8_t) {
  using T = TestType;
  Random random(1);
  const auto image = integer_image<T>({23, 30, 2}, random);
  const auto kernel = integer_image<T>({5, 4}, random, 2);
  const auto column = integer_image<T>({5, 1}, random, 2);
  const SeparableKernel<T> factors{{column.data(), 5}, {column.data(), 4}};
  for (const Method method : methods()) {
    const Options options{.mode = Mode::same, .boundary = Boundary::symm, .method = method};
    const auto result = [&] {
      return method == Method::separable ? correlate2d(image, factors, options)
                                         : correlate2d(image, kernel, options);
    };
    const auto write = [&](View<T> out) {
      method == Method::separable ? correlate2d(image, factors, out, options)
                                  : correlate2d(image, kernel, out, options);
    };
    INFO(name_of(method));
    const Image<T> expected = result();
    CHECK(fail_each<Image<T>>(result, [&](const auto& y) { return same_bits(y, expected); }) > 3);
    Image<T> out(expected.shape());
    CHECK(fail_each_writing(out, [&] { write(out); }) > 3);
  }
}

TEST_CASE("memory may run out where pictures stay pictures, and where operands are exchanged",
          "[allocation_failure]") {
  Random random(2);
  const auto picture = full_range_image<std::uint8_t>({23, 30, 3}, random);
  const auto taps = real_image<float>({7, 6}, random);
  for (const Method method : methods()) {
    if (method == Method::separable) continue;  // of low rank these taps are not
    Image<std::uint8_t> out(29, 35, 3);
    INFO(name_of(method));
    CHECK(fail_each_writing(out, [&] { convolve2d(picture, taps, out, {.method = method}); }) > 3);
  }
  const auto small = integer_image<std::complex<float>>({3, 4}, random);
  const auto large = integer_image<std::complex<float>>({20, 21}, random);
  Image<std::complex<float>> out(18, 18);
  const Options valid{.mode = Mode::valid};
  CHECK(fail_each_writing(out, [&] { correlate2d(small, large, out, valid); }) > 3);
}

TEST_CASE("memory may run out in a plan", "[allocation_failure]") {
  Random random(3);
  const auto image = integer_image<float>({60, 70}, random);
  const auto kernel = integer_image<float>({7, 7}, random);
  for (const Method method : methods()) {
    if (method == Method::separable) continue;
    const Options options{.method = method};
    const auto make = [&] {
      return Plan<float>(Operation::convolve, image.shape(), kernel, options);
    };
    const Plan<float> plan = make();
    const std::string why = plan.decision().why;
    INFO(name_of(method));
    CHECK(fail_each<Plan<float>>(make, [&](const auto& p) { return p.decision().why == why; }) > 3);
    CHECK(fail_each<Decision>([&] { return plan.decision(); },
                              [&](const auto& decision) { return decision.why == why; }) > 3);
    const std::size_t one = plan.workspace_bytes() > 0 ? 1 : 0;
    Image<float> out(plan.output_shape());
    CHECK(fail_each_writing(out, [&] { plan.execute(image, out); }) == one);
    Image<float> part(9, 50);
    CHECK(fail_each_writing(part, [&] {
            plan.execute_region(image, {}, {20, 10, 9, 50}, part);
          }) == one);
  }
}

TEST_CASE("memory may run out while threads start", "[allocation_failure]") {
  Random random(4);
  const auto image = integer_image<float>({400, 900}, random);
  const auto kernel = integer_image<float>({15, 15}, random);
  const Plan<float> plan(Operation::convolve, image.shape(), kernel,
                         {.mode = Mode::same, .method = Method::direct, .threads = 3});
  const twofold::detail::AlignedBytes workspace(plan.workspace_bytes());
  Image<float> out(image.shape());
  // The vector of threads, and each of two: what did not start, others do.
  CHECK(fail_each_writing(out, [&] { plan.execute(image, out, workspace.bytes()); }) == 3);
}

TEMPLATE_TEST_CASE("memory may run out in a layer", "[allocation_failure]", float, double) {
  using T = TestType;
  Random random(5);
  for (const LayerKind kind : layer_kinds) {
    for (const nn::DataFormat format : data_formats) {
      for (const Method method :
           {Method::automatic, Method::direct, Method::fft, Method::winograd, Method::reference}) {
        nn::ConvOptions options{.padding = nn::same, .data_format = format, .method = method};
        const LayerSizes sizes{2, 13, 14, 5, 6, 3, 3};
        const auto layer = with_tensors<T>(kind, options, sizes, 1, 2, true, random);
        nn::Tensor<T> expected({0, 0, 0, 0});
        try {
          expected = called(layer);
        } catch (const Error& error) {
          REQUIRE((error.code() == Errc::unsupported &&
                   (method == Method::fft || method == Method::winograd)));
          continue;
        }
        INFO(describe(layer));
        auto out = nn::Tensor<T>::uninitialized(expected.shape());
        CHECK(fail_each_writing(out, [&] { call_into<T>(layer, layer.inputs, out); }) > 3);
        if (method != Method::automatic) continue;
        const auto same = [&](const auto& y) { return same_bits(y, expected); };
        CHECK(fail_each<nn::Tensor<T>>([&] { return called(layer); }, same) > 3);
      }
    }
  }
}

TEST_CASE("memory may run out where a layer's plan says its decisions", "[allocation_failure]") {
  Random random(6);
  const auto kernel = random_tensor<float>({3, 3, 4, 5}, random, true);
  const nn::ConvPlan<float> plan(nn::Layer::conv_transpose, {1, 9, 9, 5}, kernel, {.strides = 2});
  const std::string why = plan.decisions().front().why;
  CHECK(fail_each<std::vector<Decision>>(
            [&] { return plan.decisions(); },
            [&](const auto& decisions) { return decisions.front().why == why; }) > 3);
}

TEST_CASE("memory may run out in diagnose", "[allocation_failure]") {
  Random random(7);
  const auto image = real_image<double>({5, 6}, random);
  const auto kernel = real_image<double>({3, 3}, random);
  const auto a = convolve2d(image, kernel, {.mode = Mode::same});
  const auto b = correlate2d(image, kernel, {.mode = Mode::same});
  auto neither = a;
  neither(2, 3) += 1;
  const Image<double>* const results[] = {&a, &b, &neither};
  for (const auto* result : results) {
    const auto make = [&] { return diagnose(image, kernel, a, *result); };
    const std::string expected = make().summary();
    const auto same = [&](const auto& diagnosis) { return diagnosis.summary() == expected; };
    constexpr std::size_t most = 30;  // of about ten thousand
    CHECK(fail_each<Diagnosis>(make, same, most) > most);
  }
}

TEST_CASE("memory may run out while a profile is loaded", "[allocation_failure]") {
  const ProfileFile before("twofold-before-", slower_profile(2));
  const ProfileFile after("twofold-after-", profile_with_wisdom());
  const auto in_use = [](const ProfileFile& file, bool has_plans) {
    // A line for each, between two of FFTW's own.
    const auto wisdom = fft::wisdom().single_precision;
    const bool holds_plans = std::count(wisdom.begin(), wisdom.end(), '\n') > 2;
    return active_profile().name == file.path() && holds_plans == has_plans;
  };
  const Attempt load{[&] { load_profile(after.path()); }, [&] { return in_use(after, has_fft()); },
                     [&] { return in_use(before, false); },
                     [&] {
                       fft::set_wisdom({});
                       load_profile(before.path());
                     }};
  CHECK(fail_each(load) > 10);
  const auto name = [&](const ActiveProfile& profile) { return profile.name == before.path(); };
  load_profile(before.path());
  CHECK(fail_each<ActiveProfile>([] { return active_profile(); }, name) > 0);
}

TEST_CASE("memory may run out during a measurement", "[allocation_failure]") {
  if (!has_fft()) return;
  struct Stop {};
  fft::measure_plan<float>(48, 0.01);
  const auto wisdom = lines_of(fft::wisdom().single_precision);
  int steps = 0;
  // What comes after these steps leaves nothing in the process.
  const TuneOptions options{.quick = true, .progress = [&](double, std::string_view) {
                              if (++steps == 5) throw Stop{};
                            }};
  const auto measure = [&] {
    steps = 0;
    try {
      (void)tune(options);
    } catch (const Stop&) {
    }
  };
  const auto is_kept = [&] { return lines_of(fft::wisdom().single_precision) == wisdom; };
  CHECK(fail_each({measure, is_kept, is_kept, [] {}}) > 100);
  CHECK(steps == 5);
}

}  // namespace twofold::test
