// SPDX-License-Identifier: BSD-3-Clause
// The profile in use in this process.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>

#include "dispatch/profile.hpp"
#include "fft/fft.hpp"
#include "twofold/error.hpp"
#include "twofold/profile.hpp"

namespace twofold {

namespace {

using detail::Profile;
using detail::Rates;

constexpr std::size_t largest_file = std::size_t{4} << 20;

std::string read_file(const std::string& path) {
  const auto fail = [&](const std::string& problem) {
    throw Error(Errc::unavailable, path + ": " + problem);
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) fail(std::generic_category().message(errno));
  std::string text(largest_file + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) fail(std::generic_category().message(errno));
  if (text.size() > largest_file) fail("too large for a profile");
  return text;
}

/// What may be asked for by any thread at any time.
class Active {
 public:
  static Active& instance() {
    // Never destroyed: plans may be made while the program ends.
    static auto& active = *new Active;
    return active;
  }

  void load(const std::string& path) {
    const std::string text = read_file(path);
    const std::lock_guard lock(mutex_);
    read_environment();
    use(path, text);
    description_ = {path, ""};
  }

  std::shared_ptr<const Rates> rates_for(Isa isa) {
    const std::lock_guard lock(mutex_);
    read_environment();
    const auto found = rates_.find(isa);
    return found != rates_.end() ? found->second : built_in(isa);
  }

  ActiveProfile description() {
    const std::lock_guard lock(mutex_);
    read_environment();
    return description_;
  }

 private:
  void read_environment() {
    if (environment_read_) return;
    environment_read_ = true;
    const char* path = std::getenv("TWOFOLD_PROFILE");
    if (path == nullptr || *path == '\0') return;
    try {
      use(path, read_file(path));
      description_.name = path;
    } catch (const Error& problem) {
      description_.problem = problem.what();
    }
  }

  void use(const std::string& path, const std::string& text) {
    try {
      const Profile profile = detail::parse_profile(text);
      if (!detail::fft::add_wisdom({profile.wisdom[0], profile.wisdom[1]})) {
        throw Error(Errc::invalid_profile,
                    "profile: plans that FFTW does not take; run 'twofold tune' again");
      }
      rates_.clear();
      for (const auto& [isa, rates] : profile.rates)
        rates_.emplace(isa, std::make_shared<const Rates>(rates));
    } catch (const Error& problem) {
      throw Error(problem.code(), path + ": " + problem.what());
    }
  }

  static std::shared_ptr<const Rates> built_in(Isa isa) {
    return {std::shared_ptr<const Rates>(), &detail::built_in_rates(isa)};  // shares nothing
  }

  std::mutex mutex_;
  bool environment_read_ = false;
  ActiveProfile description_{"built-in rates", ""};
  std::map<Isa, std::shared_ptr<const Rates>> rates_;
};

}  // namespace

void load_profile(const std::string& path) {
  Active::instance().load(path);
}

ActiveProfile active_profile() {
  return Active::instance().description();
}

namespace detail {

std::shared_ptr<const Rates> rates_for(Isa isa) {
  return Active::instance().rates_for(isa);
}

}  // namespace detail
}  // namespace twofold
