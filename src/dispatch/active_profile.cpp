// SPDX-License-Identifier: BSD-3-Clause
// The profile in use in this process.
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "dispatch/profile.hpp"
#include "fft/fft.hpp"
#include "support/first_use.hpp"
#include "support/process_locks.hpp"
#include "twofold/error.hpp"
#include "twofold/info.hpp"
#include "twofold/profile.hpp"

namespace twofold {

namespace {

using detail::FirstUse;
using detail::process_locks;
using detail::Profile;
using detail::Rates;

constexpr std::size_t largest_file = std::size_t{4} << 20;

std::string read_file(const std::string& path) {
  const auto fail = [&](const std::string& problem) {
    // Not all of a name with a null character, at which what() would end.
    throw Error(Errc::unavailable, std::string(path.c_str()) + ": " + problem);
  };
  if (path.find('\0') != path.npos) fail("a null character in its name");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) fail(std::generic_category().message(errno));
  std::string text(largest_file + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) fail(std::generic_category().message(errno));
  if (text.size() > largest_file)
    throw Error(Errc::invalid_profile, path + ": profile: larger than 4 MiB");
  return text;
}

using RatesByIsa = std::map<Isa, std::shared_ptr<const Rates>>;

/// What may be asked for by any thread at any time.
class Active {
 public:
  Active() noexcept = default;

  static Active& instance() {
    // Plans may be made while the program ends.
    static constinit FirstUse<Active> active;
    return *active;
  }

  void load(const std::string& path) {
    const std::string text = read_file(path);
    ActiveProfile description{path, ""};
    const BothLocks locks;
    if (is_measuring()) {
      throw Error(Errc::unavailable,
                  std::string(path.c_str()) + ": tune() is measuring this machine");
    }
    read_environment();
    use(path, text);
    description_ = std::move(description);
  }

  std::shared_ptr<const Rates> rates_for(Isa isa) {
    prepare();
    const std::lock_guard lock(process_locks().profile);
    const auto found = rates_.find(isa);
    return found != rates_.end() ? found->second : built_in(isa);
  }

  ActiveProfile description() {
    prepare();
    const std::lock_guard lock(process_locks().profile);
    return description_;
  }

  void begin_measurement() {
    const BothLocks locks;
    if (is_measuring())
      throw Error(Errc::unavailable, "tune: this process is measuring the machine already");
    read_environment();
    wisdom_in_use_ = detail::fft::wisdom();
    detail::fft::set_wisdom({});
    measuring_process_ = getpid();
  }

  void end_measurement() noexcept {
    const BothLocks locks;
    detail::fft::set_wisdom(wisdom_in_use_);
    wisdom_in_use_ = {};
    measuring_process_ = 0;
  }

 private:
  /// The planner's comes first: who makes a plan may hold it already.
  struct BothLocks {
    std::lock_guard<std::recursive_mutex> planner{process_locks().planner};
    std::lock_guard<std::recursive_mutex> profile{process_locks().profile};
  };

  /// Reads what the environment names, once.
  void prepare() {
    if (environment_read_) return;
    const BothLocks locks;
    read_environment();
  }

  /// Not in a child that was forked meanwhile, where nobody measures.
  [[nodiscard]] bool is_measuring() const noexcept { return measuring_process_ == getpid(); }

  void read_environment() {
    if (environment_read_) return;
    const char* path = std::getenv("TWOFOLD_PROFILE");
    if (path != nullptr && *path != '\0') {
      try {
        std::string name(path);
        use(name, read_file(name));
        description_.name = std::move(name);
      } catch (const Error& problem) {
        description_.problem = problem.what();
      }
    }
    environment_read_ = true;
  }

  void use(const std::string& path, const std::string& text) {
    try {
      const Profile profile = detail::parse_profile(text);
      RatesByIsa rates;
      for (const auto& [isa, measured] : profile.rates)
        rates.emplace(isa, std::make_shared<const Rates>(measured));
      if (!detail::fft::add_wisdom({profile.wisdom[0], profile.wisdom[1]})) {
        throw Error(Errc::invalid_profile,
                    "profile: plans that FFTW does not take; run 'twofold tune' again");
      }
      rates_.swap(rates);
    } catch (const Error& problem) {
      throw Error(problem.code(), path + ": " + problem.what());
    }
  }

  static std::shared_ptr<const Rates> built_in(Isa isa) {
    return {std::shared_ptr<const Rates>(), &detail::built_in_rates(isa)};  // shares nothing
  }

  std::atomic<bool> environment_read_ = false;
  ActiveProfile description_{"built-in rates", ""};
  RatesByIsa rates_;
  pid_t measuring_process_ = 0;
  detail::fft::Wisdom wisdom_in_use_;  ///< FFTW's, while the machine is measured
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

void begin_measurement() {
  Active::instance().begin_measurement();
}

void end_measurement() noexcept {
  Active::instance().end_measurement();
}

}  // namespace detail
}  // namespace twofold
