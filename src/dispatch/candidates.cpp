// SPDX-License-Identifier: BSD-3-Clause
// The table of candidates, each with what it supports, what it costs, and how it is made.
#include "dispatch/candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "dispatch/cost_model.hpp"
#include "dispatch/transform_choice.hpp"
#include "engines/transform.hpp"
#include "fft/fft.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

const char* direct_refusal(const Problem& problem, const Manner&) {
  // A vector of taps meets zeros where the image is absent: exact, unless a tap is not finite.
  if (problem.rows.extension == Extension::absent && !problem.kernel.traits().finite) {
    return "a kernel with NaN or infinity, larger than the image";
  }
  return nullptr;
}

const char* transform_refusal(const Problem& problem) {
  const KernelTraits& kernel = problem.kernel.traits();
  if (!fft::is_available()) return "this build has no FFT library";
  if (!kernel.finite) return "a kernel with NaN or infinity, which a transform would spread";
  if (!std::isfinite(kernel.norm1)) return "a kernel whose sum overflows";
  if (is_integer(problem.type)) {
    constexpr double fewest_points = 256;
    if (transform_rule(problem, fewest_points, kernel.norm2).largest_norm < 1) {
      return "integers so large that rounding cannot be shown to restore them";
    }
    return nullptr;
  }
  if (problem.accuracy.kind() == Accuracy::Kind::componentwise) {
    return "accuracy: componentwise excludes transforms";
  }
  return nullptr;
}

const char* overlap_save_refusal(const Problem& problem, const Manner& manner) {
  if (const char* refusal = transform_refusal(problem)) return refusal;
  return manner.tile.rows == 0 ? "a kernel larger than the largest tile" : nullptr;
}

const char* whole_fft_refusal(const Problem& problem, const Manner& manner) {
  if (const char* refusal = transform_refusal(problem)) return refusal;
  const PeriodShape& period = manner.period;
  constexpr Index limit = fft::largest_length / 4;
  // In bytes, and far from what Scratch can address.
  constexpr double largest_plane = 0x1p44;
  const double points =
      static_cast<double>(period.rows.length) * static_cast<double>(period.cols.length);
  if (period.rows.length > limit || period.cols.length > limit || 64 * points > largest_plane) {
    return "a transform longer than the FFT library can be asked for";
  }
  return nullptr;
}

/// Rank r pays where r·(kh + kw) < kh·kw, and where its sums take no longer than all other methods:
/// higher ranks are not looked for, because finding out costs time in proportion. Rank 1 of small
/// kernels is found at once.
Index highest_paying_rank(const Problem& problem, const Rates& rates, double worth) {
  constexpr Index highest = 6;
  const double rows = static_cast<double>(problem.rows.kernel);
  const double cols = static_cast<double>(problem.cols.kernel);
  const Index fewer_taps = static_cast<Index>(std::ceil(rows * cols / (rows + cols))) - 1;
  Index rank = std::clamp<Index>(fewer_taps, 1, highest);
  constexpr Index small_kernel = 400;
  const Index least = problem.kernel.taps() <= small_kernel ? 1 : 0;
  while (rank > least && separable_seconds(problem, rates, rank) > worth)
    --rank;
  return rank;
}

Manner separable_manner(const Problem& problem, const Rates& rates, double worth) {
  if (!problem.kernel.traits().finite) return {};
  if (const auto& given = problem.kernel.given_factors()) return {{}, {}, given};
  const Index most = highest_paying_rank(problem, rates, worth);
  if (most == 0) return {};
  // Anything but normwise is measured by the direct sum's bound, which only rank 1 keeps.
  const Closeness closeness =
      problem.asks_for_direct_bound() ? Closeness::each_tap : Closeness::largest;
  return visit_element(problem.type, [&]<class T>(Tag<T>) -> Manner {
    return {{}, {}, factorise(problem.kernel.view<T>(), most, closeness)};
  });
}

const char* separable_refusal(const Problem& problem, const Manner& manner) {
  if (!problem.kernel.traits().finite) return "a kernel with NaN or infinity";
  if (manner.factors == nullptr) return "a kernel of high rank";
  if (!problem.asks_for_direct_bound()) return nullptr;
  if (problem.rounds_results()) return "accuracy: factors would be rounded before the pixels are";
  if (!is_integer(problem.type)) {
    if (separable_roundings(problem, manner.factors->rank()) > problem.kernel.taps())
      return "accuracy: leaves no room for the rounding of factors";
    // Taps that are the rounded products are another kernel then. Found factors give each tap back.
    if (problem.kernel.given_factors() && has_subnormal_product(*manner.factors, problem.type))
      return "accuracy: factors whose products are below the normal numbers";
    if (!passes_keep_direct_bound(problem, *manner.factors))
      return "accuracy: factors whose scale cannot be moved exactly";
  }
  return nullptr;
}

Manner no_manner(const Problem&, const Rates&, double) {
  return {};
}

std::size_t direct_workspace(const Problem& problem) {
  return make_direct(problem)->workspace_bytes();
}

constexpr std::array<CandidateEntry, candidate_count> table{{
    {
        Method::direct,
        no_manner,
        direct_refusal,
        [](const Problem& p, const Rates& rates, const Manner&) {
          return direct_seconds(p, rates);
        },
        [](const Problem& p, const Manner&) { return p.rows.output; },
        [](const Problem& p, const Manner&) { return direct_workspace(p); },
        [](const Problem& p, const Manner&) { return make_direct(p); },
    },
    {
        Method::separable,
        separable_manner,
        separable_refusal,
        [](const Problem& p, const Rates& rates, const Manner& manner) {
          return separable_seconds(p, rates, manner.factors->rank());
        },
        [](const Problem& p, const Manner&) { return p.rows.output; },
        [](const Problem& p, const Manner& manner) {
          return make_separable(p, manner.factors)->workspace_bytes();
        },
        [](const Problem& p, const Manner& manner) { return make_separable(p, manner.factors); },
    },
    {
        Method::overlap_save,
        [](const Problem& p, const Rates& rates, double) {
          return Manner{choose_tile(p, rates), {}, {}};
        },
        overlap_save_refusal,
        [](const Problem& p, const Rates& rates, const Manner& manner) {
          return overlap_save_seconds(p, rates, manner.tile);
        },
        [](const Problem& p, const Manner& manner) {
          return overlap_save_jobs(p, manner.tile, p.all_outputs());
        },
        [](const Problem& p, const Manner& manner) {
          return overlap_save_workspace(p, manner.tile,
                                        direct_workspace(p.one_part_of_one_channel()));
        },
        [](const Problem& p, const Manner& manner) { return make_overlap_save(p, manner.tile); },
    },
    {
        Method::whole_fft,
        [](const Problem& p, const Rates& rates, double) {
          return Manner{{}, choose_periods(p, rates), {}};
        },
        whole_fft_refusal,
        [](const Problem& p, const Rates& rates, const Manner& manner) {
          return whole_fft_seconds(p, rates, manner.period);
        },
        [](const Problem& p, const Manner& manner) {
          return plane_of(manner.period, p.type).groups();
        },
        [](const Problem& p, const Manner& manner) {
          return whole_fft_workspace(p, manner.period,
                                     direct_workspace(p.one_part_of_one_channel()));
        },
        [](const Problem& p, const Manner& manner) { return make_whole_fft(p, manner.period); },
    },
    {
        Method::reference,
        no_manner,
        [](const Problem&, const Manner&) -> const char* { return nullptr; },
        [](const Problem& p, const Rates& rates, const Manner&) {
          return reference_seconds(p, rates);
        },
        [](const Problem& p, const Manner&) { return p.rows.output; },
        [](const Problem&, const Manner&) { return std::size_t{0}; },
        [](const Problem& p, const Manner&) { return make_reference(p); },
    },
}};

}  // namespace

std::span<const CandidateEntry> candidate_table() noexcept {
  return table;
}

bool admits(Method method, Method candidate) noexcept {
  if (method == Method::automatic) return candidate != Method::winograd;
  if (method == Method::fft) {
    return candidate == Method::overlap_save || candidate == Method::whole_fft;
  }
  return method == candidate;
}

void throw_unsupported(Method method, const char* refusal) {
  throw Error(Errc::unsupported,
              "method: " + std::string(name_of(method)) + " cannot compute this: " + refusal);
}

double shared_seconds(const CandidateEntry& candidate, const Verdict& verdict,
                      const Problem& problem) {
  const Index pieces = candidate.pieces(problem, verdict.manner);
  const Index threads = std::min<Index>(problem.threads, pieces);
  return verdict.seconds * static_cast<double>(ceil_divide(pieces, threads)) /
         static_cast<double>(pieces);
}

namespace {

/// `worth`: what the others would take.
Verdict verdict_on(const CandidateEntry& candidate, const Problem& problem, const Rates& rates,
                   double worth) {
  Verdict verdict;
  verdict.manner = candidate.manner(problem, rates, worth);
  verdict.refusal = candidate.refusal(problem, verdict.manner);
  if (verdict.refusal == nullptr)
    verdict.seconds = candidate.seconds(problem, rates, verdict.manner);
  return verdict;
}

/// What the cheapest of all others than `method` takes; any time, where that is asked for.
double worth_of(Method method, const Choice& choice, Method asked) {
  double least = std::numeric_limits<double>::infinity();
  if (asked != Method::automatic) return least;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].method == method || choice.verdicts[i].refusal != nullptr) continue;
    least = std::min(least, choice.verdicts[i].seconds);
  }
  return least;
}

}  // namespace

Choice choose(const Problem& problem, Method method, const Rates& rates) {
  Choice choice;
  // The rank last: only that takes time to find out.
  std::size_t rank_entry = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].method == Method::separable) {
      rank_entry = i;
    } else {
      choice.verdicts[i] =
          verdict_on(table[i], problem, rates, std::numeric_limits<double>::infinity());
    }
  }
  const double worth = worth_of(Method::separable, choice, method);
  choice.verdicts[rank_entry] = verdict_on(table[rank_entry], problem, rates, worth);

  double least = std::numeric_limits<double>::infinity();
  const char* refusal = "it is for layers";
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Verdict& verdict = choice.verdicts[i];
    if (!admits(method, table[i].method)) continue;
    if (verdict.refusal != nullptr) {
      refusal = verdict.refusal;
      continue;
    }
    const double cost = preference(verdict.seconds, table[i].pieces(problem, verdict.manner));
    if (cost >= least) continue;
    least = cost;
    choice.chosen = i;
  }
  if (std::isinf(least)) throw_unsupported(method, refusal);
  return choice;
}

}  // namespace twofold::detail
