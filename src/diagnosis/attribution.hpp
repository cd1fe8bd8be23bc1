// SPDX-License-Identifier: BSD-3-Clause
// Attribution: the calls that reproduce a result.
#pragma once

#include <map>
#include <vector>

#include "diagnosis/fit.hpp"

namespace twofold::detail {

/// A call that agrees with the result at its probes.
struct Candidate {
  Call call;
  Reach reach;
  std::size_t entry = 0;  ///< calls of one entry and fate compute the same, in other words
  std::size_t fate = 0;
  bool is_verified = false;  ///< agrees everywhere
  double residual = 0;       ///< once verified
  double tolerance = 0;
};

/// Finds the calls that agree with a result at its probes. Whether they do so everywhere is checked
/// for those that are asked for; an output at which one fails becomes a probe, which refutes others
/// too.
class Attribution {
 public:
  /// Refers to its arguments. `fill`: a value outside that is tried beside 0. `expected`: the only
  /// call there is, if not null.
  Attribution(const Sums&, const GivenResult&, std::complex<double> fill, const Call* expected);

  /// The plainest first.
  [[nodiscard]] std::vector<Candidate> candidates() const;

  /// Computes a candidate's whole result, unless that has been done. False if it is not the given
  /// one; then the candidates are others.
  [[nodiscard]] bool verify(const Candidate&);

 private:
  struct FittedFate {
    Fate fate;
    bool is_verified = false;
    double residual = 0;
    double tolerance = 0;
  };
  struct Entry {
    Geometry geometry;
    std::vector<Call> names;
    std::vector<Sample> samples;
    std::vector<FittedFate> fates;
    std::vector<Fate> refuted;  ///< on the whole, although not at the probes
  };
  using Calls = std::map<Geometry, std::vector<Call>>;

  void add_entries(const Calls& calls);
  [[nodiscard]] bool fits_inside(const Geometry&) const;
  [[nodiscard]] Sample sample_at(const Geometry&, const Probe&) const;
  void fit(Entry&) const;
  void add_probe(const Probe&);
  [[nodiscard]] Call described(const Call& name, const Fate&) const;

  const Sums& sums_;
  const GivenResult& result_;
  Fit fit_;
  std::vector<Probe> probes_;
  std::vector<Entry> entries_;
};

}  // namespace twofold::detail
