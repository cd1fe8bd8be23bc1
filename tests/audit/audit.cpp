// SPDX-License-Identifier: BSD-3-Clause
// The numeric audit: what every engine computes, on each instruction set that this CPU has, against
// sums in double-double arithmetic, over random and adversarial data. Prints how much of the
// documented bounds the errors take, and fails where one takes more.
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include "session.hpp"

namespace {

using twofold::audit::Session;
using twofold::audit::Settings;

constexpr const char* usage =
    "usage: audit [--quick] [--outputs N] [--seed S] [--only SERIES/NUMBER] [--fault]\n"
    "  --outputs N   at least so many are computed exactly (50000000: five minutes on one core of\n"
    "                2025; --quick: 2000000)\n"
    "  --only        one problem, by the name that the table gives it\n"
    "  --fault       gives the engines another kernel than the judge: fails where that is not "
    "seen\n";

Settings parsed(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto value = [&]() -> std::string {
      if (++i == argc) throw std::invalid_argument(option + " wants a value");
      return argv[i];
    };
    if (option == "--quick") {
      settings.quick = true;
      settings.outputs = 2'000'000;
    } else if (option == "--outputs") {
      settings.outputs = std::stoll(value());
    } else if (option == "--seed") {
      settings.seed = std::stoull(value());
    } else if (option == "--fault") {
      settings.fault = true;
    } else if (option == "--only") {
      const std::string name = value();
      const std::size_t slash = name.rfind('/');
      if (slash == std::string::npos) throw std::invalid_argument("--only wants SERIES/NUMBER");
      settings.only_series = name.substr(0, slash);
      settings.only_index = std::stoull(name.substr(slash + 1));
    } else {
      throw std::invalid_argument("unknown option " + option);
    }
  }
  return settings;
}

int run(const Settings& settings) {
  Session session(settings);
  twofold::audit::audit_images(session);
  twofold::audit::audit_mixed_types(session);
  twofold::audit::audit_layers(session);
  twofold::audit::audit_integers(session);
  if (!session.anything_compared()) throw std::invalid_argument("nothing was compared");
  session.print();
  if (settings.fault) {
    if (session.all_beyond()) return 0;
    std::fprintf(stderr, "audit: an engine with a wrong kernel is not found out\n");
    return 1;
  }
  if (session.all_within()) return 0;
  std::fprintf(stderr, "audit: an error exceeds its bound\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(parsed(argc, argv));
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "audit: %s\n%s", error.what(), usage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "audit: %s\n", error.what());
    return 1;
  }
}
