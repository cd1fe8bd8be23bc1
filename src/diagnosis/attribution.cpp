// SPDX-License-Identifier: BSD-3-Clause
// The calls that reproduce a result: refuted at probes, confirmed on the whole.
#include "diagnosis/attribution.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace twofold::detail {

Attribution::Attribution(const Sums& sums, const GivenResult& result, std::complex<double> fill,
                         const Call* expected)
    : sums_(sums),
      result_(result),
      fit_(sums, result, fill),
      probes_(probes_of(result, sums.operands().kernel)) {
  if (expected != nullptr) {
    add_entries({{*geometry_of(*expected, sums.operands()), {*expected}}});
  } else {
    add_entries(calls_of_shape(sums.operands(), result.values.shape, fill));
  }
}

void Attribution::add_entries(const Calls& calls) {
  std::map<Geometry, bool> inner_fits;
  for (const auto& [geometry, names] : calls) {
    const Geometry inner = geometry.without_boundary();
    const auto known = inner_fits.find(inner);
    const bool fits =
        known != inner_fits.end() ? known->second : (inner_fits[inner] = fits_inside(inner));
    if (!fits) continue;
    Entry entry{geometry, names, {}, {}, {}};
    for (const Probe& probe : probes_)
      entry.samples.push_back(sample_at(geometry, probe));
    fit(entry);
    if (!entry.fates.empty()) entries_.push_back(std::move(entry));
  }
}

/// Most calls are refuted where the boundary does not matter, for all boundaries at once.
bool Attribution::fits_inside(const Geometry& geometry) const {
  std::vector<Sample> samples;
  for (const Probe& probe : probes_) {
    if (sums_.is_inside(geometry, probe)) samples.push_back(sample_at(geometry, probe));
  }
  // A few alone may not say what the factor is.
  return samples.size() < 8 || !fit_.fates_of(samples).empty();
}

Sample Attribution::sample_at(const Geometry& geometry, const Probe& probe) const {
  Sample sample{sums_.at(geometry, probe), 0, result_.at(probe)};
  if (has_colours(result_.values.shape)) {
    sample.reversed = sums_.at(geometry, {probe.row, probe.col, reversed_channel(probe.channel)});
  }
  return sample;
}

void Attribution::fit(Entry& entry) const {
  entry.fates.clear();
  for (const Fate& fate : fit_.fates_of(entry.samples, entry.refuted))
    entry.fates.push_back({fate, false, 0, fit_.tolerance(fate)});
}

void Attribution::add_probe(const Probe& probe) {
  probes_.push_back(probe);
  for (Entry& entry : entries_) {
    entry.samples.push_back(sample_at(entry.geometry, probe));
    std::vector<FittedFate> verified;
    std::copy_if(entry.fates.begin(), entry.fates.end(), std::back_inserter(verified),
                 [](const FittedFate& fitted) { return fitted.is_verified; });
    if (verified.empty()) {
      fit(entry);
    } else {
      entry.fates = std::move(verified);
    }
  }
  std::erase_if(entries_, [](const Entry& entry) { return entry.fates.empty(); });
}

Call Attribution::described(const Call& name, const Fate& fate) const {
  Call call = name;
  call.factor = fate.factor;
  if (fate.is_scaled()) call.factor_name = fit_.factor_name(fate.factor);
  call.storage = fate.storage;
  call.storage_type = fate.type;
  call.channels_reversed = fate.channels_reversed;
  return call;
}

std::vector<Candidate> Attribution::candidates() const {
  std::vector<Candidate> candidates;
  for (std::size_t e = 0; e < entries_.size(); ++e) {
    const Entry& entry = entries_[e];
    for (std::size_t f = 0; f < entry.fates.size(); ++f) {
      const FittedFate& fitted = entry.fates[f];
      for (const Call& name : entry.names) {
        candidates.push_back({described(name, fitted.fate), reach_of(name, sums_.operands()), e, f,
                              fitted.is_verified, fitted.residual, fitted.tolerance});
      }
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) {
    return strangeness_of(a.call) < strangeness_of(b.call);
  });
  return candidates;
}

bool Attribution::verify(const Candidate& candidate) {
  Entry& entry = entries_[candidate.entry];
  FittedFate& fitted = entry.fates[candidate.fate];
  if (fitted.is_verified) return true;
  const Fit::Trial trial = fit_.trial(sums_.whole(entry.geometry), fitted.fate);
  fitted = {trial.fate, trial.is_passed(), trial.residual, trial.tolerance};
  if (fitted.is_verified) return true;
  entry.refuted.push_back(fitted.fate);
  entry.fates.erase(entry.fates.begin() + static_cast<std::ptrdiff_t>(candidate.fate));
  add_probe(trial.worst);
  return false;
}

}  // namespace twofold::detail
