// SPDX-License-Identifier: BSD-3-Clause
// Whole images: twofold and OpenCV on the same memory, beside the machine's limits.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <twofold/twofold.hpp>

#include "cases.hpp"
#include "peak.hpp"
#include "peers/opencv.hpp"
#include "prepared_plan.hpp"
#include "runner.hpp"

namespace twofold::bench {

namespace {

const Options same_symm{.mode = Mode::same, .boundary = Boundary::symm};

/// The pixels and taps of one case. All participants read the same image and write to the same
/// output, so that none has the better aligned or better cached memory.
template <class T, class K>
class Inputs {
 public:
  explicit Inputs(const Case& c)
      : image(pseudo_random_image<T>(c.image, image_seed)),
        out(c.image),
        column_(symmetric_factor(c.kernel_rows, column_seed)),
        row_(symmetric_factor(c.kernel_cols, row_seed)),
        kernel(c.form == KernelForm::general ? general_kernel({c.kernel_rows, c.kernel_cols})
                                             : product()) {}

  [[nodiscard]] SeparableKernel<K> factors() const { return {column_, row_}; }

  Image<T> image;
  Image<T> out;

 private:
  static Image<K> general_kernel(const Shape& shape) {
    if constexpr (PixelElement<T>) return pseudo_random_average(shape, kernel_seed);
    return pseudo_random_image<K>(shape, kernel_seed);
  }

  // As nearly all factors in use, and as OpenCV likes them: it then adds before it multiplies.
  static std::vector<K> symmetric_factor(Index size, std::uint64_t seed) {
    std::vector<K> factor;
    for (Index i = 0; i < size; ++i) {
      const Index mirrored = std::min(i, size - 1 - i);
      factor.push_back(static_cast<K>(pseudo_random(seed, static_cast<std::uint64_t>(mirrored))));
    }
    return factor;
  }

  [[nodiscard]] Image<K> product() const {
    Image<K> taps(static_cast<Index>(column_.size()), static_cast<Index>(row_.size()));
    for (Index r = 0; r < taps.rows(); ++r) {
      for (Index c = 0; c < taps.cols(); ++c) {
        taps(r, c) = column_[static_cast<std::size_t>(r)] * row_[static_cast<std::size_t>(c)];
      }
    }
    return taps;
  }

  std::vector<K> column_, row_;

 public:
  Image<K> kernel;
};

template <class T, class K>
Plan<T, K, T> make_plan(const Case& c, const Inputs<T, K>& inputs, Method method) {
  Options options = same_symm;
  options.method = method;
  if (c.form == KernelForm::separable) {
    return {Operation::correlate, c.image, inputs.factors(), options};
  }
  return {Operation::correlate, c.image, inputs.kernel, options};
}

/// Why a peer's result, which it has just written, is not the same; empty if it is. The image's
/// elements are at most 1; the peer may err as much as a direct sum may. Pixels may be rounded to
/// the one or the other neighbour.
template <class T, class K>
std::string difference(const Inputs<T, K>& inputs, const Image<T>& expected, double error_bound) {
  double norm = 0;
  for (Index i = 0; i < inputs.kernel.size(); ++i) {
    norm += std::abs(static_cast<double>(inputs.kernel.data()[i]));
  }
  const double unit_roundoff = static_cast<double>(std::numeric_limits<K>::epsilon()) / 2;
  const double tolerance =
      PixelElement<T>
          ? 1
          : error_bound + static_cast<double>(inputs.kernel.size()) * unit_roundoff * norm;
  double largest = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    largest =
        std::max(largest, std::abs(static_cast<double>(inputs.out.data()[i] - expected.data()[i])));
  }
  return largest <= tolerance ? "" : "its result differs by " + std::to_string(largest);
}

/// Nothing is compared that does not compute the same.
template <class T, class K>
Participant peer(const Case& c, Inputs<T, K>& inputs, const Image<T>& expected,
                 double error_bound) {
  Participant participant{.name = c.form == KernelForm::separable ? "sepFilter2D" : "filter2D",
                          .amount = c.operations(),
                          .unit = "GFLOP/s"};
  if (opencv::version().empty()) {
    participant.unavailable = "OpenCV is not in this build";
    return participant;
  }
  participant.run =
      c.form == KernelForm::separable
          ? opencv::sep_filter2d<T, K>(inputs.image, inputs.factors(), inputs.out)
          : opencv::filter2d<T, K>(inputs.image, std::as_const(inputs.kernel).view(), inputs.out);
  participant.run();
  participant.unavailable = difference(inputs, expected, error_bound);
  return participant;
}

template <class T, class K = T>
void measure_case(Runner& runner, const Case& c) {
  const std::vector<const char*> names = {"twofold",     "direct",       "filter2D",
                                          "sepFilter2D", "multiply_add", "memcpy"};
  if (std::none_of(names.begin(), names.end(),
                   [&](const char* name) { return runner.selects(c.name(), name); })) {
    return;
  }

  Inputs<T, K> inputs(c);
  PreparedPlan<T, K> automatic(make_plan(c, inputs, Method::automatic));
  PreparedPlan<T, K> direct(make_plan(c, inputs, Method::direct));
  automatic.execute(inputs.image, inputs.out);
  const Image<T> expected = inputs.out;

  std::vector<Participant> participants = {
      {.name = "twofold",
       .run = [&] { automatic.execute(inputs.image, inputs.out); },
       .amount = c.operations(),
       .unit = "GFLOP/s",
       .label = automatic.method()},
      peer(c, inputs, expected, automatic.plan().error_bound(1))};
  // The direct engine has targets of its own, also where another is chosen.
  constexpr Index largest_window = Index{31} * 31;
  if (c.form == KernelForm::general && automatic.method() != direct.method() &&
      c.kernel_rows * c.kernel_cols <= largest_window) {
    participants.push_back({.name = "direct",
                            .run = [&] { direct.execute(inputs.image, inputs.out); },
                            .amount = c.operations(),
                            .unit = "GFLOP/s",
                            .label = direct.method()});
  }
  const Limit arithmetic = multiply_add_limit(active_isa(), c.type);
  participants.push_back({.name = "multiply_add",
                          .run = arithmetic.run,
                          .amount = arithmetic.amount,
                          .unit = "GFLOP/s",
                          .brief = true});
  const Limit copy = copy_limit(inputs.out.data(), inputs.image.data(),
                                static_cast<std::size_t>(c.compulsory_bytes() / 2));
  participants.push_back(
      {.name = "memcpy", .run = copy.run, .amount = copy.amount, .unit = "GB/s", .brief = true});
  runner.compare(c.name(), participants);
}

void measure_limits(Runner& runner) {
  for (const Isa isa : available_isas()) {
    for (const ElementType type : {ElementType::float32, ElementType::float64}) {
      const Limit limit = multiply_add_limit(isa, type);
      runner.compare("limit/multiply_add/" + std::string(name_of(isa)),
                     {{.name = std::string(name_of(type)),
                       .run = limit.run,
                       .amount = limit.amount,
                       .unit = "GFLOP/s"}});
    }
  }
  constexpr Index largest = Index{64} << 20;
  const Image<std::uint8_t> from(1, largest);
  Image<std::uint8_t> to(1, largest);
  for (Index bytes = Index{4} << 10; bytes <= largest; bytes *= 4) {
    const Limit limit = copy_limit(to.data(), from.data(), static_cast<std::size_t>(bytes));
    runner.compare("limit/memcpy", {{.name = std::to_string(bytes),
                                     .run = limit.run,
                                     .amount = limit.amount,
                                     .unit = "GB/s"}});
  }
}

void measure_images(Runner& runner) {
  constexpr std::size_t memcpy_sizes = 8;
  const std::vector<Case> cases = image_cases(runner.quick());
  runner.expect(cases.size() + 2 * available_isas().size() + memcpy_sizes);
  measure_limits(runner);
  for (const Case& c : cases) {
    if (c.type == ElementType::float32) measure_case<float>(runner, c);
    if (c.type == ElementType::float64) measure_case<double>(runner, c);
    if (c.type == ElementType::uint8) measure_case<std::uint8_t, float>(runner, c);
  }
}

}  // namespace

}  // namespace twofold::bench

int main(int argc, char** argv) {
  return twofold::bench::run_program(argc, argv, twofold::bench::measure_images);
}
