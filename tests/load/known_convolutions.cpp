// SPDX-License-Identifier: BSD-3-Clause
// Convolutions and correlations of images.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "known_problem.hpp"
#include "transform_lengths.hpp"

namespace twofold::test {

namespace {

template <Element T>
double magnitude(T value) {
  if constexpr (is_complex_v<T>) {
    return static_cast<double>(std::abs(value));
  } else {
    return std::abs(static_cast<double>(value));
  }
}

template <Element T>
bool is_near(T a, T b, double tolerance) {
  using Difference = promoted_t<T, float>;
  return magnitude(static_cast<Difference>(a) - static_cast<Difference>(b)) <= tolerance;
}

/// No output further from the other than the tolerance; equal bits where that is 0.
template <Element T>
bool agree(const View<const T>& a, const View<const T>& b, double tolerance) {
  if (a.shape() != b.shape()) return false;
  for (Index row = 0; row < a.rows(); ++row) {
    for (Index col = 0; col < a.cols(); ++col) {
      for (Index channel = 0; channel < a.channels(); ++channel) {
        const T& one = a(row, col, channel);
        const T& other = b(row, col, channel);
        const bool is_equal = std::memcmp(&one, &other, sizeof(T)) == 0;
        if (!is_equal && (tolerance == 0 || !is_near(one, other, tolerance))) return false;
      }
    }
  }
  return true;
}

/// The results that a problem may have.
template <Element T>
struct KnownResults {
  std::vector<Image<T>> all;
  /// How far a region may be from any of them.
  double region_tolerance = 0;

  void require(const Image<T>& y) const {
    const auto is_this = [&](const Image<T>& known) { return agree<T>(y.view(), known.view(), 0); };
    if (std::none_of(all.begin(), all.end(), is_this)) throw WrongResult("another result");
  }
  void require(const Image<T>& y, const Rect& part) const {
    const auto is_this = [&](const Image<T>& known) {
      return agree<T>(y.view(), known.view().region(part), region_tolerance);
    };
    if (std::none_of(all.begin(), all.end(), is_this)) throw WrongResult("another region");
  }
};

template <Element T, Element K, Element Out>
class PreparedConvolution final : public PreparedProblem {
 public:
  PreparedConvolution(Plan<T, K, Out> plan, View<const T> image, const KnownResults<Out>& known)
      : plan_(std::move(plan)), image_(image), known_(known) {}

  void execute() const override {
    auto out = Image<Out>::uninitialized(plan_.output_shape());
    plan_.execute(image_, out);
    known_.require(out);
  }

  void execute_part(Random& random) const override {
    const Shape outputs = plan_.output_shape();
    Rect part{random.index(0, outputs.rows - 1), random.index(0, outputs.cols - 1), 0, 0};
    part.rows = random.index(1, outputs.rows - part.row);
    part.cols = random.index(1, outputs.cols - part.col);
    const Rect needed = plan_.input_region(part);
    auto out = Image<Out>::uninitialized({part.rows, part.cols, outputs.channels});
    plan_.execute_region(image_.region(needed), {needed.row, needed.col}, part, out);
    known_.require(out, part);
  }

 private:
  Plan<T, K, Out> plan_;
  View<const T> image_;
  const KnownResults<Out>& known_;
};

template <Element T, Element K, Element Out>
class KnownConvolution final : public KnownProblem {
 public:
  KnownConvolution(const std::string& text, Operation operation, Image<T> image, Image<K> kernel,
                   const Options& options)
      : KnownProblem(text, options.method),
        operation_(operation),
        image_(std::move(image)),
        kernel_(std::move(kernel)),
        options_(options) {
    learn();
  }

  void learn() override {
    const auto reference = plan(Method::reference);
    const auto planned = plan(options_.method);
    const auto judge = executed(reference);
    auto result = executed(planned);
    const double bound = bound_of(planned);
    if (!agree<Out>(result.view(), judge.view(), bound + bound_of(reference)))
      throw WrongResult(text() + ": not what the reference computes");
    const Method method = planned.decision().method;
    const bool sums_directly = method == Method::direct || method == Method::reference;
    known_.region_tolerance = std::max(known_.region_tolerance, sums_directly ? 0 : 2 * bound);
    known_.all.push_back(std::move(result));
  }

  void call(const Workers& workers) const override {
    const Options options = with(workers);
    known_.require(operation_ == Operation::convolve ? convolve2d<Out>(image_, kernel_, options)
                                                     : correlate2d<Out>(image_, kernel_, options));
  }

  [[nodiscard]] std::unique_ptr<const PreparedProblem> prepare(
      const Workers& workers) const override {
    Plan<T, K, Out> plan(operation_, image_.shape(), kernel_, with(workers));
    return std::make_unique<const PreparedConvolution<T, K, Out>>(std::move(plan), image_.view(),
                                                                  known_);
  }

 private:
  [[nodiscard]] Options with(const Workers& workers) const {
    Options options = options_;
    options.threads = workers.threads;
    options.executor = workers.executor;
    return options;
  }

  [[nodiscard]] Plan<T, K, Out> plan(Method method) const {
    Options options = options_;
    options.method = method;
    return {operation_, image_.shape(), kernel_, options};
  }

  [[nodiscard]] Image<Out> executed(const Plan<T, K, Out>& plan) const {
    auto out = Image<Out>::uninitialized(plan.output_shape());
    plan.execute(image_, out);
    return out;
  }

  [[nodiscard]] double bound_of(const Plan<T, K, Out>& plan) const {
    double largest = 0;
    for (Index i = 0; i < image_.size(); ++i)
      largest = std::max(largest, magnitude(image_.data()[i]));
    return plan.error_bound(largest);
  }

  Operation operation_;
  Image<T> image_;
  Image<K> kernel_;
  Options options_;
  KnownResults<Out> known_;
};

/// A column times a row, where the method asks for it.
template <Element K>
Image<K> any_kernel(Shape shape, Method method, Random& random) {
  if (method != Method::separable) return any_image<K>(shape, random);
  return product_image<K>(shape, random);
}

constexpr Method methods[] = {Method::automatic, Method::direct,    Method::separable,
                              Method::fft,       Method::whole_fft, Method::overlap_save,
                              Method::reference};

Options draw_options(Random& random) {
  constexpr Mode modes[] = {Mode::full, Mode::same, Mode::valid};
  constexpr Boundary boundaries[] = {Boundary::fill, Boundary::wrap, Boundary::symm,
                                     Boundary::mirror, Boundary::nearest};
  Options options;
  options.mode = random.pick(modes);
  options.boundary = {random.pick(boundaries), random.pick(boundaries)};
  const auto isas = available_isas();
  options.isa = isas[static_cast<std::size_t>(random.index(0, std::ssize(isas) - 1))];
  return options;
}

std::string describe(const Options& options, const Shape& image, const Shape& kernel) {
  const auto size = [](const Shape& shape) {
    return std::to_string(shape.rows) + "x" + std::to_string(shape.cols) + "x" +
           std::to_string(shape.channels);
  };
  return size(image) + " by " + size(kernel) + ' ' + std::string(name_of(options.mode)) + ' ' +
         std::string(name_of(options.boundary.rows)) + '/' +
         std::string(name_of(options.boundary.cols)) + ' ' + std::string(name_of(options.method)) +
         ' ' + std::string(name_of(options.isa));
}

/// One problem for each method that this build can compute it by.
template <Element T, Element K, Element Out>
void append_by_all_methods(KnownProblems& problems, Random& random) {
  for (const Method method : methods) {
    Options options = draw_options(random);
    options.method = method;
    const Index largest = method == Method::reference ? 40 : 150;
    const Index longest = method == Method::reference ? 6 : 17;
    const Shape shape{random.index(17, largest), random.index(17, largest), random.index(1, 3)};
    const Shape kernel_shape{random.index(1, longest), random.index(1, longest)};
    auto image = any_image<T>(shape, random);
    auto kernel = any_kernel<K>(kernel_shape, method, random);
    const std::string text = std::string(name_of(element_type_of<T>)) + " by " +
                             std::string(name_of(element_type_of<K>)) + " to " +
                             std::string(name_of(element_type_of<Out>)) + ", " +
                             describe(options, shape, kernel_shape);
    try {
      problems.push_back(std::make_unique<KnownConvolution<T, K, Out>>(
          text, random.coin() ? Operation::convolve : Operation::correlate, std::move(image),
          std::move(kernel), options));
    } catch (const Error& error) {
      if (error.code() != Errc::unsupported && error.code() != Errc::unavailable) throw;
    }
  }
}

template <Element T, Element K = T>
void append_types(KnownProblems& problems, Random& random) {
  append_by_all_methods<T, K, promoted_t<T, K>>(problems, random);
  if constexpr (KeepsPixels<T, K, T>) append_by_all_methods<T, K, T>(problems, random);
}

/// Periodic rows, each with a transform of its own length.
void append_periods(KnownProblems& problems, Random& random) {
  for (const Index length : transform_lengths(50, 2500)) {
    Options options{.mode = Mode::same, .boundary = Boundary::wrap, .method = Method::whole_fft};
    const Shape shape{3, length};
    const Shape kernel{2, 9};
    problems.push_back(std::make_unique<KnownConvolution<float, float, float>>(
        "float32, " + describe(options, shape, kernel), Operation::convolve,
        any_image<float>(shape, random), any_image<float>(kernel, random), options));
  }
}

}  // namespace

void append_convolutions(KnownProblems& problems, Random& random) {
  append_types<std::int8_t>(problems, random);
  append_types<std::uint8_t>(problems, random);
  append_types<std::int16_t>(problems, random);
  append_types<std::uint16_t>(problems, random);
  append_types<std::int32_t>(problems, random);
  append_types<std::uint32_t>(problems, random);
  append_types<std::int64_t>(problems, random);
  append_types<std::uint64_t>(problems, random);
  append_types<float>(problems, random);
  append_types<double>(problems, random);
  append_types<std::complex<float>>(problems, random);
  append_types<std::complex<double>>(problems, random);
  append_types<std::uint8_t, float>(problems, random);
  append_types<std::uint16_t, float>(problems, random);
  append_types<std::int16_t, double>(problems, random);
  append_types<std::int32_t, float>(problems, random);
  append_types<float, std::complex<float>>(problems, random);
  if (fft_backend().name != "none") append_periods(problems, random);
}

}  // namespace twofold::test
