// SPDX-License-Identifier: BSD-3-Clause
// Profiles: files that cannot be used change nothing. What a whole one does, and every way in which
// it can be damaged, tests/command_line/test_tune.py tries.
#include "compare.hpp"
#include "fft/fft.hpp"
#include "profile_text.hpp"
#include "temporary_file.hpp"

namespace twofold::test {
namespace {

Errc refusal_of(const std::string& path) {
  try {
    load_profile(path);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with(path.c_str() + std::string(": ")));
    return error.code();
  }
  FAIL("a profile was accepted");
  return {};
}

std::string seconds_of_all_methods() {
  std::string seconds;
  const Image<float> kernel(9, 9);
  for (const auto& candidate :
       Plan<float>(Operation::convolve, {100, 100}, kernel, {}).decision().candidates)
    seconds += std::to_string(1e9 * candidate.seconds) + " ";
  return seconds;
}

}  // namespace

TEST_CASE("a file that is no profile is refused and changes nothing", "[profile]") {
  const ActiveProfile before = active_profile();
  const std::string seconds = seconds_of_all_methods();
  for (const std::string text : {"", "\n", "twofold-profile", "twofold-profile 2\n",
                                 "twofold-profile 9\nchecksum 0123456789abcdef\n",
                                 "twofold-profile 2\nchecksum 0123456789abcdef\n", "GIF89a"}) {
    INFO(text);
    const TemporaryFile file(text);
    CHECK(refusal_of(file.path()) == Errc::invalid_profile);
  }
  {
    const TemporaryFile large(std::string(std::size_t{5} << 20, 'x'));
    CHECK(refusal_of(large.path()) == Errc::invalid_profile);
    CHECK(refusal_of(large.path() + std::string("\0 or another", 12)) == Errc::unavailable);
  }
  CHECK(refusal_of("/nowhere/profile") == Errc::unavailable);
  CHECK(refusal_of(std::filesystem::temp_directory_path()) == Errc::unavailable);
  CHECK(active_profile().name == before.name);
  CHECK(seconds_of_all_methods() == seconds);
}

TEST_CASE("of plans for two precisions, all are taken or none", "[profile]") {
  namespace fft = twofold::detail::fft;
  if (!has_fft()) return;
  const fft::Wisdom before = fft::wisdom();
  fft::set_wisdom({});
  fft::measure_plan<float>(48, 0.01);
  fft::measure_plan<double>(40, 0.01);
  const fft::Wisdom measured = fft::wisdom();

  fft::set_wisdom({});
  fft::measure_plan<float>(40, 0.01);
  const fft::Wisdom known = fft::wisdom();
  REQUIRE(lines_of(known.single_precision) != lines_of(measured.single_precision));
  const auto is_as_known = [&] {
    const fft::Wisdom now = fft::wisdom();
    return lines_of(now.single_precision) == lines_of(known.single_precision) &&
           lines_of(now.double_precision) == lines_of(known.double_precision);
  };
  CHECK_FALSE(fft::add_wisdom({measured.single_precision, "(of another library)"}));
  CHECK(is_as_known());
  CHECK_FALSE(fft::add_wisdom({"(of another library)", measured.double_precision}));
  CHECK(is_as_known());
  CHECK(fft::add_wisdom(measured));
  CHECK(lines_of(fft::wisdom().double_precision) == lines_of(measured.double_precision));
  fft::set_wisdom(before);
}

TEST_CASE("what progress throws ends the measurement", "[profile]") {
  struct Stop {};
  int calls = 0;
  double before = -1;
  TuneOptions options;
  options.quick = true;
  options.progress = [&](double done, std::string_view next) {
    CHECK((before < 0 ? done == 0 : done > before));
    CHECK(done < 1);
    before = done;
    CHECK_FALSE(next.empty());
    if (++calls == 4) throw Stop{};
  };
  CHECK_THROWS_AS(tune(options), Stop);
  CHECK(calls == 4);
}

TEST_CASE("while the machine is measured, nothing else changes what is known of it", "[profile]") {
  namespace fft = twofold::detail::fft;
  struct Stop {};
  const fft::Wisdom before = fft::wisdom();
  const TemporaryFile file(profile_text(1), "measured");
  fft::measure_plan<float>(48, 0.01);
  const fft::Wisdom known = fft::wisdom();
  const std::string name = active_profile().name;
  const auto is_busy = [](const auto& call) {
    try {
      call();
      return false;
    } catch (const Error& error) {
      return error.code() == Errc::unavailable;
    }
  };
  TuneOptions options;
  options.quick = true;
  options.progress = [&](double, std::string_view) {
    CHECK(is_busy([] { (void)tune(); }));
    CHECK(is_busy([&] { load_profile(file.path()); }));
    CHECK(active_profile().name == name);
    throw Stop{};
  };
  CHECK_THROWS_AS(tune(options), Stop);
  CHECK(lines_of(fft::wisdom().single_precision) == lines_of(known.single_precision));
  CHECK_THROWS_AS(tune(options), Stop);  // it has ended
  CHECK_NOTHROW(load_profile(file.path()));
  fft::set_wisdom(before);
}

}  // namespace twofold::test
