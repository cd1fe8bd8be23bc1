// SPDX-License-Identifier: BSD-3-Clause
// Images, kernels, outputs and workspaces beside memory that must not be touched: every engine, of
// the instruction set in use, in every width and height up to two of the widest vectors and one.
#include <map>
#include <string>
#include <tuple>

#include "compare.hpp"
#include "guarded_canvas.hpp"

namespace twofold::test {
namespace {

template <Element ImageType, Element KernelType, Element OutputType>
struct Types {
  using T = ImageType;
  using K = KernelType;
  using Out = OutputType;
};

using Families = std::tuple<
    Types<std::int8_t, std::int8_t, std::int8_t>, Types<std::uint8_t, std::uint8_t, std::uint8_t>,
    Types<std::int16_t, std::int16_t, std::int16_t>,
    Types<std::uint16_t, std::uint16_t, std::uint16_t>,
    Types<std::int32_t, std::int32_t, std::int32_t>,
    Types<std::uint32_t, std::uint32_t, std::uint32_t>,
    Types<std::int64_t, std::int64_t, std::int64_t>,
    Types<std::uint64_t, std::uint64_t, std::uint64_t>, Types<float, float, float>,
    Types<double, double, double>,
    Types<std::complex<float>, std::complex<float>, std::complex<float>>,
    Types<std::complex<double>, std::complex<double>, std::complex<double>>,
    Types<std::uint8_t, float, std::uint8_t>, Types<std::int8_t, double, std::int8_t>,
    Types<std::int16_t, float, std::int16_t>, Types<std::uint16_t, double, std::uint16_t>,
    Types<std::uint8_t, float, float>, Types<std::uint8_t, std::int8_t, std::int16_t>,
    Types<std::int16_t, std::int32_t, std::int32_t>,
    Types<float, std::complex<double>, std::complex<double>>>;

constexpr Method methods[] = {Method::direct, Method::separable, Method::overlap_save,
                              Method::whole_fft, Method::reference};

/// A problem, and what every engine has to find.
template <class F>
struct Case {
  Problem problem;
  Image<typename F::T> image;
  Image<typename F::K> kernel;
  Image<typename F::K> column;  ///< with `row` the factors of the kernel; empty if it has none
  Image<typename F::K> row;
  Image<typename F::Out> expected;

  [[nodiscard]] bool has_factors() const { return column.size() != 0; }
  [[nodiscard]] bool exchanges() const {
    return exchanged(problem.mode, image.shape(), kernel.shape());
  }
};

template <class F>
Image<typename F::Out> one_shot(const Case<F>& one, Method method) {
  const Options options = options_for(one.problem, {method});
  return one.problem.operation == Operation::convolve
             ? convolve2d<typename F::Out>(one.image, one.kernel, options)
             : correlate2d<typename F::Out>(one.image, one.kernel, options);
}

Shape draw_kernel_shape(Random& random, Shape image) {
  constexpr Shape shapes[] = {{1, 1}, {3, 3}, {5, 5}, {2, 3}, {4, 2}, {1, 7},
                              {6, 1}, {7, 7}, {1, 2}, {9, 3}, {3, 11}};
  if (random.index(0, 15) == 0) return {image.rows + 1, random.index(1, 3)};
  if (random.index(0, 15) == 0) return {random.index(1, 3), image.cols + 2};
  return shapes[random.bits() % std::size(shapes)];
}

/// Small integers, so that every engine's result is exact, once it is rounded; in one of eight
/// floating-point images one pixel is NaN, which goes another way.
template <class F>
Case<F> draw_case(Shape shape, Random& random) {
  Case<F> one;
  one.problem = {random.pick(operations),
                 random.pick(modes),
                 {random.pick(boundaries), random.pick(boundaries)},
                 static_cast<int>(random.index(0, 2))};
  Shape kernel = draw_kernel_shape(random, shape);
  while (!defined(one.problem.mode, shape, kernel))
    kernel = draw_kernel_shape(random, shape);
  one.image = integer_image<typename F::T>(shape, random);
  if constexpr (!std::integral<typename F::T>) {
    if (random.index(0, 7) == 0) one.image.data()[random.index(0, one.image.size() - 1)] = NAN;
  }
  one.kernel = integer_image<typename F::K>(kernel, random, 3);
  if (random.coin() && !one.exchanges()) {
    one.column = integer_image<typename F::K>({kernel.rows, 1}, random, 2);
    one.row = integer_image<typename F::K>({1, kernel.cols}, random, 2);
    for (Index i = 0; i < kernel.rows; ++i) {
      for (Index j = 0; j < kernel.cols; ++j) {
        const auto product = one.column(i, 0) * one.row(0, j);
        one.kernel(i, j) = static_cast<typename F::K>(product);
      }
    }
  }
  one.expected = one_shot(one, Method::reference);
  return one;
}

/// What an output must not be: NaN, or where that is expected 0; of integers the complement.
template <Element T>
T unlike(const T& expected) {
  if constexpr (std::integral<T>) {
    return static_cast<T>(~expected);
  } else {
    constexpr auto nan = std::numeric_limits<real_t<T>>::quiet_NaN();
    return expected == expected ? T(nan) : T(0);
  }
}

/// Whether the sums of small integers are rounded on the way, too: by a transform, or because the
/// factors of a kernel are no integers.
bool rounds_sums(Method method) {
  return is_fft(method) || method == Method::separable;
}

template <Element T>
bool is_expected(const T& actual, const T& expected, Method method) {
  if constexpr (std::integral<T>) {
    return actual == expected;
  } else {
    if (expected != expected) return actual != actual;
    if (!rounds_sums(method)) return actual == expected;
    if constexpr (is_complex_v<T>) {
      return std::round(actual.real()) == expected.real() &&
             std::round(actual.imag()) == expected.imag();
    } else {
      return std::round(actual) == expected;
    }
  }
}

/// Guarded memory for everything that a call touches.
template <class F>
class GuardedCall {
 public:
  using T = typename F::T;
  using K = typename F::K;
  using Out = typename F::Out;

  /// For images of so many elements.
  GuardedCall(Index largest, Random& random)
      : image_(4 * largest + 4096), out_(8 * largest + 65536), random_(random) {}

  /// Whether the engine computes it: in a call of its own, or through a plan, as a whole or in
  /// part. Fails the test where something else comes out than is expected, or something else is
  /// written.
  bool check(const Case<F>& one, const Options& options, MemoryEnd at) {
    place_kernel(one, at);
    Rect part{0, 0, one.expected.rows(), one.expected.cols()};
    try {
      if (one.exchanges() || random_.index(0, 3) == 0) {
        place(one.image, one.expected, at);
        call(one, options);
      } else {
        const TestedPlan plan = plan_of(one, options);
        const bool whole = random_.coin();
        if (!whole) part = draw_part(part);
        execute(plan, one, whole ? Rect{} : part, at);
      }
    } catch (const Error& error) {
      if (error.code() == Errc::unsupported) return false;
      throw;
    }
    const std::string fault = fault_of(one.expected.view().region(part), options.method);
    if (!fault.empty()) {
      FAIL_CHECK(describe<T>(one.problem, one.image.shape(), one.kernel.shape(), {options.method})
                 << (at == MemoryEnd::begin ? ", where memory begins: " : ", where it ends: ")
                 << fault);
    }
    return true;
  }

 private:
  using TestedPlan = Plan<T, K, Out>;

  [[nodiscard]] Layout draw_layout(Shape shape) {
    const auto all = layouts(shape);
    return all[random_.coin() ? 0 : random_.bits() % all.size()];
  }

  void place_kernel(const Case<F>& one, MemoryEnd at) {
    if (one.has_factors()) {
      column_view_ = column_.place(one.column, layouts(one.column.shape())[0], at);
      row_view_ = row_.place(one.row, layouts(one.row.shape())[0], at);
    } else {
      kernel_view_ = kernel_.place(one.kernel, draw_layout(one.kernel.shape()), at);
    }
  }

  void place(View<const T> image, View<const Out> expected, MemoryEnd at) {
    image_view_ = image_.place(image, draw_layout(image.shape()), at);
    out_view_ = out_.place(expected, draw_layout(expected.shape()), at);
    for (Index row = 0; row < expected.rows(); ++row) {
      for (Index col = 0; col < expected.cols(); ++col) {
        Out* const pixel = out_view_.at(row, col);
        std::transform(pixel, pixel + expected.channels(), pixel, unlike<Out>);
      }
    }
  }

  [[nodiscard]] SeparableKernel<K> factors() const {
    return {{column_view_.data(), static_cast<std::size_t>(column_view_.rows())},
            {row_view_.data(), static_cast<std::size_t>(row_view_.cols())}};
  }

  void call(const Case<F>& one, const Options& options) {
    const bool convolve = one.problem.operation == Operation::convolve;
    if (one.has_factors()) {
      convolve ? convolve2d(image_view_, factors(), out_view_, options)
               : correlate2d(image_view_, factors(), out_view_, options);
    } else {
      convolve ? convolve2d(image_view_, kernel_view_, out_view_, options)
               : correlate2d(image_view_, kernel_view_, out_view_, options);
    }
  }

  [[nodiscard]] TestedPlan plan_of(const Case<F>& one, const Options& options) const {
    const auto [operation, shape] = std::pair(one.problem.operation, one.image.shape());
    return one.has_factors() ? TestedPlan(operation, shape, factors(), options)
                             : TestedPlan(operation, shape, kernel_view_, options);
  }

  [[nodiscard]] Rect draw_part(const Rect& whole) {
    const Index row = random_.index(0, whole.rows - 1);
    const Index col = random_.index(0, whole.cols - 1);
    return {row, col, random_.index(1, whole.rows - row), random_.index(1, whole.cols - col)};
  }

  /// From a tile with what `part` needs and nothing else, or without a part the whole.
  void execute(const TestedPlan& plan, const Case<F>& one, const Rect& part, MemoryEnd at) {
    const auto workspace = workspace_.bytes(plan.workspace_bytes(), at);
    std::memset(workspace.data(), 0xFF, workspace.size());
    if (part == Rect{}) {
      place(one.image, one.expected, at);
      plan.execute(image_view_, out_view_, workspace);
      return;
    }
    Rect tile = plan.input_region(part);
    if (tile == Rect{}) tile = {0, 0, 1, 1};
    place(one.image.view().region(tile), one.expected.view().region(part), at);
    plan.execute_region(image_view_, {tile.row, tile.col}, part, out_view_, workspace);
  }

  [[nodiscard]] std::string fault_of(View<const Out> expected, Method method) const {
    const bool others_intact =
        image_.intact() && kernel_.intact() && column_.intact() && row_.intact();
    if (!out_.intact()) return "something is written beside the output";
    if (!others_intact) return "something is written beside an input";
    for (Index row = 0; row < expected.rows(); ++row) {
      for (Index col = 0; col < expected.cols(); ++col) {
        for (Index channel = 0; channel < expected.channels(); ++channel) {
          if (is_expected(out_view_(row, col, channel), expected(row, col, channel), method))
            continue;
          return "output (" + std::to_string(row) + ", " + std::to_string(col) + ", " +
                 std::to_string(channel) + ") is wrong";
        }
      }
    }
    return {};
  }

  GuardedCanvas<T> image_;
  GuardedCanvas<K> kernel_{65536};
  GuardedCanvas<K> column_{4096};
  GuardedCanvas<K> row_{4096};
  GuardedCanvas<Out> out_;
  GuardedPages workspace_{std::size_t{32} << 20};
  View<T> image_view_;
  View<K> kernel_view_;
  View<K> column_view_;
  View<K> row_view_;
  View<Out> out_view_;
  Random& random_;
};

/// The elements of the widest vector there is, of 512 bits.
template <class T>
constexpr Index widest_vector = 64 / static_cast<Index>(sizeof(T));

using Tally = std::map<Method, int>;

template <class F>
void check_shape(Shape shape, GuardedCall<F>& call, Tally& tally, Random& random) {
  const auto one = draw_case<F>(shape, random);
  for (const Method method : methods) {
    Options options = options_for(one.problem, {method});
    Threads threads(3);
    if (random.index(0, 15) == 0) options.executor = &threads;
    for (const MemoryEnd at : {MemoryEnd::begin, MemoryEnd::end})
      tally[method] += call.check(one, options, at) ? 1 : 0;
  }
}

/// Operands without elements are refused, wherever they lie.
template <class F>
void check_empty(Shape image, Shape kernel, MemoryEnd at) {
  GuardedCanvas<typename F::T> images(4096);
  GuardedCanvas<typename F::K> kernels(4096);
  GuardedCanvas<typename F::Out> outputs(4096);
  const auto x = images.place(image, layouts(image)[0], at);
  const auto k = kernels.place(kernel, layouts(kernel)[0], at);
  const auto y = outputs.place(image, layouts(image)[0], at);
  for (const Method method : methods) {
    try {
      convolve2d(x, k, y, {.mode = Mode::same, .method = method});
      FAIL_CHECK("computed");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::invalid_shape);
    }
    CHECK(outputs.intact());
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("nothing but its operands is touched", "[memory]", Families) {
  using F = TestType;
  constexpr Index longest = 2 * widest_vector<typename F::T> + 1;
  constexpr Index widest_sampled = 20;
  Random random(1 + static_cast<unsigned>(element_type_of<typename F::T>));
  GuardedCall<F> call(4 * longest * widest_sampled, random);
  Tally tally;
  int problems = 0;
  const auto check = [&](const Shape& shape) {
    check_shape<F>(shape, call, tally, random);
    ++problems;
  };
  for (Index length = 1; length <= longest; ++length) {
    for (Index channels = 1; channels <= 4; ++channels)
      check({random.index(1, widest_sampled), length, channels});
    check({length, random.index(1, widest_sampled), random.index(1, 4)});
  }
  for (const MemoryEnd at : {MemoryEnd::begin, MemoryEnd::end}) {
    for (const Shape empty : {Shape{0, 0}, Shape{0, 5}, Shape{5, 0, 2}}) {
      check_empty<F>(empty, {3, 3}, at);
      check_empty<F>({5, 4}, {empty.rows, empty.cols}, at);
    }
  }
  for (const Method method : {Method::direct, Method::reference})
    CHECK(tally[method] == 2 * problems);
  CHECK(tally[Method::separable] > problems / 2);
  if (!has_fft()) return;
  for (const Method method : {Method::overlap_save, Method::whole_fft})
    CHECK(tally[method] == 2 * problems);  // integers are small enough for them
}

}  // namespace twofold::test
