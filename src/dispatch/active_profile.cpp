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

#include <pthread.h>

#include "dispatch/profile.hpp"
#include "fft/fft.hpp"
#include "support/immortal.hpp"
#include "twofold/error.hpp"
#include "twofold/info.hpp"
#include "twofold/profile.hpp"

namespace twofold {

namespace {

using detail::Immortal;
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
  /// A fork waits for this lock as for the planner's (planner_lock.cpp), and takes that one first,
  /// whichever of the two has been used first.
  Active() noexcept {
    (void)fft_planner_mutex();  // so that its handlers are there, and renew it in the child
    (void)pthread_atfork(
        [] {
          fft_planner_mutex().lock();
          instance().mutex_.lock();
        },
        [] {
          instance().mutex_.unlock();
          fft_planner_mutex().unlock();
        },
        [] { std::construct_at(&instance().mutex_); });
  }

  static Active& instance() {
    // Plans may be made while the program ends.
    static Immortal<Active> active;
    return *active;
  }

  void load(const std::string& path) {
    const std::string text = read_file(path);
    ActiveProfile description{path, ""};
    const std::scoped_lock lock(fft_planner_mutex(), mutex_);
    read_environment();
    use(path, text);
    description_ = std::move(description);
  }

  std::shared_ptr<const Rates> rates_for(Isa isa) {
    prepare();
    const std::lock_guard lock(mutex_);
    const auto found = rates_.find(isa);
    return found != rates_.end() ? found->second : built_in(isa);
  }

  ActiveProfile description() {
    prepare();
    const std::lock_guard lock(mutex_);
    return description_;
  }

 private:
  /// Reads what the environment names, once. The planner's lock comes first, here and in load: who
  /// makes a plan may hold it already.
  void prepare() {
    if (environment_read_) return;
    const std::scoped_lock lock(fft_planner_mutex(), mutex_);
    read_environment();
  }

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

  std::mutex mutex_;
  std::atomic<bool> environment_read_ = false;
  ActiveProfile description_{"built-in rates", ""};
  RatesByIsa rates_;
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
