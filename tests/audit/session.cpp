// SPDX-License-Identifier: BSD-3-Clause
#include "session.hpp"

#include <algorithm>
#include <cstdio>

#include "naive.hpp"

namespace twofold::audit {

void Shares::note(double error, double allowed) {
  ++outputs;
  if (error == 0) return;
  const double share = error / allowed;
  largest = test::worse_of(largest, share);
  sum += share;
}

void Session::note(const Row& row, const Shares& shares, const std::string& problem) {
  if (shares.outputs == 0) return;
  Finding& finding = findings_[row];
  if (finding.shares.outputs == 0 || shares.largest > finding.shares.largest) {
    finding.shares.largest = shares.largest;
    finding.problem = problem;
  }
  finding.shares.outputs += shares.outputs;
  finding.shares.sum += shares.sum;
}

namespace {

constexpr std::size_t engine_width = 49;
constexpr std::size_t type_width = 28;

/// As wide as so many characters of UTF-8.
std::string padded(std::string text, std::size_t width) {
  const auto characters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  text.append(width > characters ? width - characters : 0, ' ');
  return text;
}

}  // namespace

void Session::print() const {
  Index compared = 0;
  std::string bound;
  for (const auto& [row, finding] : findings_) {
    if (row.bound != bound) {
      bound = row.bound;
      std::printf("\nError ÷ %s\n%s %s     outputs  largest     mean  largest in\n", bound.c_str(),
                  padded("engine", engine_width).c_str(), padded("type", type_width).c_str());
    }
    const Shares& shares = finding.shares;
    compared += shares.outputs;
    std::printf("%s %s %11td %8.2g %8.2g  %s\n", padded(row.engine, engine_width).c_str(),
                padded(row.type, type_width).c_str(), shares.outputs, shares.largest,
                shares.sum / static_cast<double>(shares.outputs), finding.problem.c_str());
  }
  std::printf("\nseed %llu: %td outputs known exactly, %td comparisons\n",
              static_cast<unsigned long long>(settings_.seed), exact_outputs_, compared);
}

bool Session::all_within() const {
  return std::all_of(findings_.begin(), findings_.end(),
                     [](const auto& finding) { return finding.second.shares.largest <= 1; });
}

bool Session::all_beyond() const {
  return std::all_of(findings_.begin(), findings_.end(),
                     [](const auto& finding) { return finding.second.shares.largest > 1; });
}

/// FNV-1a, which is the same everywhere.
std::uint64_t Session::seed_of(const std::string& series, std::uint64_t index) const {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  for (const char c : series)
    mix(static_cast<unsigned char>(c));
  for (const std::uint64_t number : {settings_.seed, index}) {
    for (int byte = 0; byte < 8; ++byte)
      mix(number >> (8 * byte) & 0xff);
  }
  return hash;
}

void Session::tell(const std::string& series, std::uint64_t problems) {
  std::fprintf(stderr, "audit: %s, %llu problems\n", series.c_str(),
               static_cast<unsigned long long>(problems));
}

}  // namespace twofold::audit
