// SPDX-License-Identifier: BSD-3-Clause
// Differences between calls, and the pairs that have the fewest.
#include "diagnosis/comparison.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "diagnosis/wording.hpp"

namespace twofold::detail {

namespace {

// Where an image or kernel tells next to nothing, everything fits: that is said by a few.
constexpr std::size_t most_pairs = 8;
constexpr std::size_t most_calls = 4;
// How often a candidate may turn out to be false before the search is given up.
constexpr int most_refutations = 60;

/// A factor that a few outputs suggest is not known well before all have been seen.
bool same_factor(const Candidate& a, const Candidate& b) {
  const double larger = std::max(std::abs(a.call.factor), std::abs(b.call.factor));
  const double tolerance = a.is_verified && b.is_verified ? 1e-4 : 1e-2;
  return std::abs(a.call.factor - b.call.factor) <= tolerance * larger;
}

bool same_fill(const Call& a, const Call& b) {
  return a.fill == b.fill ||
         (a.boundary.rows != Boundary::fill && a.boundary.cols != Boundary::fill);
}

/// The boundary matters along the axes in which both reach beyond the image.
bool same_boundary(const Candidate& a, const Candidate& b) {
  const bool rows = a.reach.rows && b.reach.rows;
  const bool cols = a.reach.cols && b.reach.cols;
  if (!rows && !cols) return true;
  return (!rows || a.call.boundary.rows == b.call.boundary.rows) &&
         (!cols || a.call.boundary.cols == b.call.boundary.cols) && same_fill(a.call, b.call);
}

Cause storage_cause(const Call& a, const Call& b) {
  if (a.storage == Storage::wrapped || b.storage == Storage::wrapped) return Cause::wrapped;
  if (a.storage == Storage::saturated || b.storage == Storage::saturated) return Cause::saturated;
  return Cause::rounded;
}

/// In what two calls differ: a bit for each cause.
unsigned differences(const Candidate& of_a, const Candidate& of_b) {
  const Call& a = of_a.call;
  const Call& b = of_b.call;
  unsigned bits = 0;
  const auto add = [&](bool differs, Cause cause) {
    if (differs) bits |= 1U << static_cast<unsigned>(cause);
  };
  add(a.operation != b.operation, Cause::operation);
  add(a.rotated != b.rotated, Cause::rotated);
  add(a.transposed != b.transposed, Cause::transposed);
  add(a.conjugated != b.conjugated, Cause::conjugated);
  add(a.anchor != b.anchor, Cause::anchor);
  add(a.mode != b.mode, Cause::mode);
  add(!same_boundary(of_a, of_b), Cause::boundary);
  add(!same_factor(of_a, of_b), Cause::scale);
  add(a.storage != b.storage || a.storage_type != b.storage_type, storage_cause(a, b));
  add(a.channels_reversed != b.channels_reversed, Cause::channels);
  return bits;
}

std::vector<Cause> causes_of(unsigned differences) {
  std::vector<Cause> causes;
  for (unsigned bit = 0; bit < 32; ++bit) {
    if ((differences >> bit & 1U) != 0) causes.push_back(static_cast<Cause>(bit));
  }
  return causes;
}

/// How hard a pair is to believe: its causes, and boundaries that differ between rows and columns.
int rank_of(const Candidate& a, const Candidate& b, unsigned differences) {
  const auto mixed = [](const Call& call) {
    return call.boundary.rows == call.boundary.cols ? 0 : 1;
  };
  return std::popcount(differences) + mixed(a.call) + mixed(b.call);
}

/// The same thing in the same words: what differs, and how.
std::string words_of(const Pair& pair) {
  std::string words;
  const auto add = [&](const Call& call, Cause cause) {
    switch (cause) {
      case Cause::mode:
        words += std::to_string(static_cast<int>(call.mode));
        break;
      case Cause::boundary:
        words += std::to_string(static_cast<int>(call.boundary.rows)) + "," +
                 std::to_string(static_cast<int>(call.boundary.cols)) + "," +
                 std::to_string(call.fill.real()) + "," + std::to_string(call.fill.imag());
        break;
      case Cause::rounded:
      case Cause::saturated:
      case Cause::wrapped:
        words += std::to_string(static_cast<int>(call.storage)) + "," +
                 std::to_string(static_cast<int>(call.storage_type));
        break;
      default:
        break;  // the cause says it
    }
    words += ';';
  };
  for (const Cause cause : pair.causes) {
    words.append(name_of(cause)).append(":");
    add(pair.a.call, cause);
    add(pair.b.call, cause);
    // By how much, wherever from.
    if (cause == Cause::scale) words += short_number(pair.b.call.factor / pair.a.call.factor);
    if (cause == Cause::anchor) {
      const Point& from = pair.a.call.anchor;
      const Point& to = pair.b.call.anchor;
      words += std::to_string(to.row - from.row) + "," + std::to_string(to.col - from.col);
    }
  }
  return words;
}

std::vector<Pair> minimal_pairs(const std::vector<Candidate>& of_a,
                                const std::vector<Candidate>& of_b) {
  struct Found {
    const Candidate* a;
    const Candidate* b;
    unsigned differences;
  };
  std::vector<Found> found;
  int fewest = std::numeric_limits<int>::max();
  for (const Candidate& a : of_a) {
    for (const Candidate& b : of_b) {
      const unsigned bits = differences(a, b);
      const int rank = rank_of(a, b, bits);
      if (rank > fewest) continue;
      if (rank < fewest) found.clear();
      fewest = rank;
      found.push_back({&a, &b, bits});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Found& x, const Found& y) {
    const auto strangeness = [](const Found& pair) {
      return strangeness_of(pair.a->call) + strangeness_of(pair.b->call);
    };
    return strangeness(x) < strangeness(y);
  });

  // Of pairs that compute the same, and of those that say the same, the first.
  std::set<std::array<std::size_t, 4>> computed;
  std::set<std::string> said;
  std::vector<Pair> pairs;
  for (const auto& [a, b, bits] : found) {
    if (!computed.insert({a->entry, a->fate, b->entry, b->fate}).second) continue;
    Pair pair{*a, *b, causes_of(bits)};
    if (!said.insert(words_of(pair)).second) continue;
    pairs.push_back(std::move(pair));
    if (pairs.size() == most_pairs) break;
  }
  return pairs;
}

}  // namespace

std::vector<Pair> shortest_pairs(Attribution& a, Attribution& b) {
  for (int refutations = 0; refutations < most_refutations;) {
    std::vector<Pair> pairs = minimal_pairs(a.candidates(), b.candidates());
    const bool are_known = std::all_of(pairs.begin(), pairs.end(), [](const Pair& pair) {
      return pair.a.is_verified && pair.b.is_verified;
    });
    if (are_known) return pairs;
    // What is refuted takes others with it; what is confirmed has its final factor.
    for (const Pair& pair : pairs) {
      if (a.verify(pair.a) && b.verify(pair.b)) continue;
      ++refutations;
      break;
    }
  }
  return {};
}

std::vector<Call> plainest_calls(Attribution& attribution) {
  for (int refutations = 0; refutations < most_refutations;) {
    std::vector<Call> calls;
    std::set<std::pair<std::size_t, std::size_t>> computed;
    bool are_true = true;
    const auto candidates = attribution.candidates();
    for (const Candidate& candidate : candidates) {
      if (calls.size() == most_calls ||
          strangeness_of(candidate.call) > strangeness_of(candidates.front().call)) {
        break;
      }
      if (!computed.insert({candidate.entry, candidate.fate}).second) continue;
      are_true = attribution.verify(candidate);
      if (!are_true) break;
      calls.push_back(candidate.call);
    }
    if (are_true) return calls;
    ++refutations;
  }
  return {};
}

}  // namespace twofold::detail
