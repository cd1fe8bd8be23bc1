// SPDX-License-Identifier: BSD-3-Clause
// Integers just below the edge up to which they go through transforms: none may be wrong.
#include <cstdio>

#include "integer_gate.hpp"
#include "session.hpp"

namespace twofold::audit {

namespace {

using namespace test;

template <std::integral T, std::integral K>
Index audit_problem(Session& session, Random& random, Shape image, const std::string& name) {
  using P = promoted_t<T, K>;
  const Method method = random.coin() ? Method::overlap_save : Method::whole_fft;
  const Shape kernel{random.index(1, 33), random.index(1, 33)};
  const auto gate = at_the_gate<T, K>(image, kernel, {method}, random.pick(all_signs),
                                      1 - std::abs(random.real()) / 100, random);
  const auto exact = exact_integer_sums<P>(gate.problem, gate.x, gate.kernel);
  Image<K> given = gate.kernel;
  if (session.fault()) given.data()[0] = static_cast<K>(given.data()[0] ^ 1);
  for (const Isa isa : available_isas()) {
    const Engine engine{method, isa};
    const Plan<T, K> plan(gate.problem.operation, image, given, options_for(gate.problem, engine));
    Image<P> y(plan.output_shape());
    plan.execute(gate.x, y);
    Shares found;
    for (Index i = 0; i < y.size(); ++i)
      found.note(y.data()[i] == exact.data()[i] ? 0 : 1, 0);
    char share[32];
    std::snprintf(share, sizeof share, ", %.4f of the gate", gate.share);
    session.note(
        {std::string(name_of(method)),
         std::string(name_of(element_type_of<T>)) + "∗" + std::string(name_of(element_type_of<K>)),
         "nothing: integers at the gate"},
        found, name + ": " + describe<P>(gate.problem, image, kernel, engine) + share);
  }
  return exact.size();
}

template <std::integral T, std::integral K>
void audit_types(Session& session) {
  const std::string name = "gate-" + std::string(name_of(element_type_of<T>));
  constexpr double part = 0.02;
  session.run_series(name, part, [&](Random& random, const std::string& problem) {
    const Shape image{random.index(40, 260), random.index(40, 260)};
    return audit_problem<T, K>(session, random, image, problem);
  });
  if (session.quick()) return;
  session.run_problems(name + "-1024", 4, [&](Random& random, const std::string& problem) {
    return audit_problem<T, K>(session, random, {1024, 1024}, problem);
  });
}

}  // namespace

void audit_integers(Session& session) {
  if (!has_fft()) return;
  audit_types<std::uint8_t, std::int32_t>(session);
  audit_types<std::uint16_t, std::uint16_t>(session);
  audit_types<std::int16_t, std::int32_t>(session);
  audit_types<std::uint32_t, std::uint32_t>(session);
  audit_types<std::int32_t, std::int32_t>(session);
  audit_types<std::int64_t, std::int64_t>(session);
}

}  // namespace twofold::audit
