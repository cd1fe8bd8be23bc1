// SPDX-License-Identifier: BSD-3-Clause
// Profiles: a file is refused by an Error, or taken; then it is the same once it has been written
// and read again, and under its rates and FFTW's wisdom from it results are what they are without.
#include <cmath>
#include <optional>
#include <string>

#include "common/finding.hpp"
#include "common/scratch_file.hpp"
#include "dispatch/profile.hpp"
#include "fft/fft.hpp"
#include "twofold/twofold.hpp"

namespace twofold::fuzz {

namespace {

/// FNV-1a in 64 bits, as src/dispatch/profile.cpp says.
std::string checksum_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(hash));
  return digits;
}

/// The last line made the checksum of all above it: hardly any change would get past it otherwise.
std::string with_checksum(std::string text) {
  constexpr std::string_view name = "checksum ";
  const std::size_t at = text.rfind(name);
  if (at != std::string::npos && (at == 0 || text[at - 1] == '\n')) text.resize(at);
  return text + std::string(name) + checksum_of(text) + "\n";
}

/// What this build starts with, for every instruction set of this machine.
std::string standard_profile() {
  detail::Profile profile;
  for (const Isa isa : available_isas())
    profile.rates.emplace(isa, detail::built_in_rates(isa));
  return detail::to_text(profile);
}

/// Undoes what a profile has done to this process, so that every input starts from the same.
class StandardState {
 public:
  StandardState() : file_("standard-profile") {
    file_.write(standard_profile());
    restore();
  }
  void restore() const {
    load_profile(file_.path());
    detail::fft::set_wisdom({});
  }

 private:
  ScratchFile file_;
};

template <Element T>
Image<T> ramp(Shape shape, Index period) {
  Image<T> image(shape);
  for (Index i = 0; i < image.size(); ++i)
    image.data()[i] = static_cast<T>(i % period - 3);
  return image;
}

/// Small integers, whose sums are exact.
template <Element T>
void check_results(Method method) {
  const auto image = ramp<T>({21, 26}, 11);
  const auto kernel = ramp<T>({5, 4}, 7);
  const Plan<T> plan(Operation::convolve, image.shape(), kernel, {.method = method});
  Image<T> result(plan.output_shape());
  plan.execute(image, result);
  const auto expected = convolve2d(image, kernel, {.method = Method::reference});
  const double bound = plan.error_bound(7);
  for (Index i = 0; i < result.size(); ++i) {
    const double error = std::abs(static_cast<double>(result.data()[i] - expected.data()[i]));
    require(error <= bound, [&] {
      return "under this profile " + std::string(name_of(method)) + " is wrong by " +
             std::to_string(error);
    });
  }
}

/// The text of what is read from a text, written again; nothing where it is refused.
std::optional<std::string> written_again(const std::string& text) {
  try {
    return detail::to_text(detail::parse_profile(text));
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_profile, "a text is refused as something else");
    return std::nullopt;
  }
}

/// Whether a file of this text is taken: FFTW may refuse its wisdom.
bool load(const ScratchFile& file, const std::string& text) {
  file.write(text);
  try {
    load_profile(file.path());
    return true;
  } catch (const Error& error) {
    require(error.code() == Errc::invalid_profile, "a file is refused as something else");
    return false;
  }
}

void check_use(const std::string& text) {
  static const StandardState standard;
  static const ScratchFile file("profile");
  if (!load(file, text)) return;
  check_results<float>(Method::automatic);
  check_results<float>(Method::overlap_save);
  check_results<double>(Method::automatic);
  check_results<double>(Method::whole_fft);
  standard.restore();
}

void check(const std::string& text) {
  // As it is, for what is said of a wrong checksum.
  (void)written_again(text);
  const std::string mended = with_checksum(text);
  const auto once = written_again(mended);
  if (!once) return;
  require(written_again(*once) == once, "a written profile is not what was read");
  check_use(mended);
}

}  // namespace

}  // namespace twofold::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  twofold::fuzz::check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
