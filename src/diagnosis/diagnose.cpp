// SPDX-License-Identifier: BSD-3-Clause
// diagnose: checks, the search at one precision or two, and the verdict.
#include "twofold/diagnose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "diagnosis/comparison.hpp"
#include "diagnosis/wording.hpp"
#include "dispatch/memory_relations.hpp"
#include "problem/erased_view.hpp"
#include "problem/option_checks.hpp"
#include "problem/problem.hpp"
#include "support/format.hpp"

namespace twofold::detail {

namespace {

constexpr double single_roundoff = 0x1p-24;

Shape transposed(const Shape& shape) {
  return {shape.cols, shape.rows, shape.channels};
}

/// Empty where the mode does not exist.
std::string shape_of_mode(const Shape& image, const Shape& kernel, Mode mode) {
  try {
    return to_string(output_shape_of(image, kernel, mode));
  } catch (const Error&) {
    return {};
  }
}

void require_result(const char* name, const ErasedView& result, const Shape& image,
                    const Shape& kernel) {
  std::string possible;
  for (const Mode mode : {Mode::full, Mode::same, Mode::valid}) {
    for (const Shape& taps : {kernel, transposed(kernel)}) {
      const std::string shape = shape_of_mode(image, taps, mode);
      if (shape == to_string(result.shape)) return;
      if (shape.empty() || possible.find(shape) != std::string::npos) continue;
      possible.append(possible.empty() ? "" : ", ").append(shape);
    }
  }
  throw Error(Errc::invalid_shape, std::string(name) + ": " + to_string(result.shape) +
                                       "; an image of " + to_string(image) + " and a kernel of " +
                                       to_string(kernel) + " give " + possible);
}

void require_finite_kernel(const ErasedView& kernel) {
  for (Index row = 0; row < kernel.shape.rows; ++row) {
    for (Index col = 0; col < kernel.shape.cols; ++col) {
      if (!std::isfinite(std::abs(number_at(kernel, row, col, 0)))) {
        throw Error(Errc::nonfinite, "kernel: element (" + std::to_string(row) + ", " +
                                         std::to_string(col) + ") is NaN or infinite");
      }
    }
  }
}

/// How two results differ, output by output.
struct Distance {
  double largest = 0;  ///< infinite where only one value is finite
  Index beyond = 0;    ///< how many outputs differ by more than rounding
  Index deepest = 0;   ///< of those, the greatest distance to the edge: 1 for the outermost
};

Distance distance_between(const ErasedView& a, const ErasedView& b, double tolerance) {
  Distance distance;
  const Shape shape = a.shape;
  visit_element(a.type, [&]<class A>(Tag<A>) {
    const View<const A> values = typed<A>(a);
    for (Index row = 0; row < shape.rows; ++row) {
      for (Index col = 0; col < shape.cols; ++col) {
        for (Index channel = 0; channel < shape.channels; ++channel) {
          const auto x = as_number(values(row, col, channel));
          const auto y = number_at(b, row, col, channel);
          double apart = std::abs(x - y);
          if (!std::isfinite(apart)) {
            const bool alike = (std::isnan(std::abs(x)) && std::isnan(std::abs(y))) ||
                               std::complex<double>(x) == y;
            apart = alike ? 0 : HUGE_VAL;
          }
          distance.largest = std::max(distance.largest, apart);
          if (apart <= tolerance) continue;
          ++distance.beyond;
          distance.deepest =
              std::max(distance.deepest,
                       1 + std::min({row, col, shape.rows - 1 - row, shape.cols - 1 - col}));
        }
      }
    }
  });
  return distance;
}

/// What is asked: two results, or one and the call that was expected.
struct Question {
  const Sums& sums;
  ErasedView kernel;
  ErasedView a;
  ErasedView b;
  const Call* expected = nullptr;
  std::complex<double> fill = 0;
  Subjects subjects;
};

class Answer {
 public:
  /// `least_roundoff`: as coarse as both results may have been rounded, whatever their types say.
  Answer(const Question& question, double least_roundoff)
      : question_(question),
        a_(question.a, roundoff_of(question.a, least_roundoff)),
        b_(question.b, roundoff_of(question.b, least_roundoff)),
        largest_(std::max(a_.largest, b_.largest)),
        roundoff_(std::max(a_.unit_roundoff, b_.unit_roundoff)) {
    if (question.a.shape == question.b.shape) {
      distance_ = distance_between(question.a, question.b, direct_tolerance * roundoff_ * largest_);
    }
  }

  Diagnosis diagnosis() {
    Attribution of_a(question_.sums, a_, question_.fill, nullptr);
    Attribution of_b(question_.sums, b_, question_.fill, question_.expected);
    Diagnosis found;
    found.difference = distance_ ? relative(distance_->largest) : -1;
    std::vector<Pair> pairs;
    if (!distance_ || distance_->beyond > 0) pairs = believable(shortest_pairs(of_a, of_b));
    const bool is_same_call = !pairs.empty() && pairs.front().causes.empty();
    const bool are_equal =
        distance_ && std::isfinite(distance_->largest) && (distance_->beyond == 0 || is_same_call);
    // Where NaN is left out, one call may be all there is to both, although they differ there.
    if (!is_same_call) {
      for (const Pair& pair : pairs)
        found.explanations.push_back(explanation_of(pair));
    }
    found.calls_of_a = plainest_calls(of_a);
    found.calls_of_b = plainest_calls(of_b);
    if (are_equal) {
      found.verdict = Verdict::equal;
    } else if (!found.explanations.empty()) {
      found.verdict = found.explanations.size() == 1 ? Verdict::explained : Verdict::ambiguous;
    }
    found.statement = statement_of(found);
    return found;
  }

 private:
  // Two results of 32 roundings each, or those of a Fourier transform.
  static constexpr double direct_tolerance = 64;
  // A fit that is that much worse than another is none, whatever the bound allows.
  static constexpr double much_worse = 16;

  /// Integers come from exact sums, or from such as were rounded anyway.
  [[nodiscard]] double roundoff_of(const ErasedView& result, double least) const {
    if (!is_integer(result.type)) return std::max(unit_roundoff_of(result.type), least);
    return question_.sums.are_integers() ? unit_roundoff_of(result.type) : single_roundoff;
  }

  [[nodiscard]] double relative(double magnitude) const {
    return largest_ > 0 ? magnitude / largest_ : magnitude;
  }

  [[nodiscard]] double residual_of(const Pair& pair) const {
    const auto part = [](double residual, double largest) {
      return largest > 0 ? residual / largest : residual;
    };
    return std::max(part(pair.a.residual, a_.largest), part(pair.b.residual, b_.largest));
  }

  [[nodiscard]] double tolerance_of(const Pair& pair) const {
    const auto part = [](double tolerance, double largest) {
      return largest > 0 ? tolerance / largest : tolerance;
    };
    return std::max(part(pair.a.tolerance, a_.largest), part(pair.b.tolerance, b_.largest));
  }

  [[nodiscard]] std::vector<Pair> believable(std::vector<Pair> pairs) const {
    if (pairs.empty() || pairs.front().causes.empty()) return pairs;
    double best = std::numeric_limits<double>::infinity();
    for (const Pair& pair : pairs)
      best = std::min(best, residual_of(pair));
    std::erase_if(pairs, [&](const Pair& pair) {
      return residual_of(pair) > std::max(much_worse * best, tolerance_of(pair) / 64);
    });
    return pairs;
  }

  [[nodiscard]] Explanation explanation_of(const Pair& pair) const {
    Explanation explanation;
    explanation.causes = pair.causes;
    explanation.sentence = sentence_of(pair, question_.subjects, question_.sums.operands());
    explanation.a = pair.a.call;
    explanation.b = pair.b.call;
    explanation.residual = residual_of(pair);
    explanation.tolerance = tolerance_of(pair);
    explanation.evidence = evidence_of(explanation);
    return explanation;
  }

  [[nodiscard]] std::string evidence_of(const Explanation& explanation) const {
    std::string text = explanation.residual == 0
                           ? "With it the two agree exactly"
                           : "With it the two agree within " + short_number(explanation.residual) +
                                 " of the largest value (rounding explains " +
                                 short_number(explanation.tolerance) + ")";
    if (!distance_) {
      return text + "; without it the shapes differ: " + to_string(question_.a.shape) + " and " +
             to_string(question_.b.shape) + ".";
    }
    if (!std::isfinite(distance_->largest))
      return text + "; without it NaN and infinity stand in other places.";
    return text + "; without it they differ by " + short_number(relative(distance_->largest)) + ".";
  }

  [[nodiscard]] std::string statement_of(const Diagnosis& found) const {
    switch (found.verdict) {
      case Verdict::equal:
        return equal_statement();
      case Verdict::explained:
        return found.explanations.front().sentence + " " + found.explanations.front().evidence;
      case Verdict::ambiguous:
        return ambiguous_statement(found);
      case Verdict::unexplained:
        break;
    }
    return unexplained_statement(found);
  }

  [[nodiscard]] std::string equal_statement() const {
    const auto& [reference, subject, in_order] = question_.subjects;
    if (distance_->largest == 0) return subject + " equals " + reference + " exactly.";
    const bool is_single = roundoff_ >= single_roundoff;
    return subject + " equals " + reference + " within the rounding of " +
           (is_single ? "single" : "double") + " precision: they differ by at most " +
           short_number(relative(distance_->largest)) + " of the largest value.";
  }

  [[nodiscard]] std::string ambiguous_statement(const Diagnosis& found) const {
    const auto symmetries = symmetries_of(question_.kernel);
    std::string text =
        "Several explanations fit equally, and this image and kernel do not tell "
        "them apart";
    if (!symmetries.empty()) text += " (" + enumeration(symmetries, "and") + ")";
    text += ":";
    for (const Explanation& explanation : found.explanations)
      text += "\n- " + explanation.sentence;
    return text + "\n" + found.explanations.front().evidence;
  }

  [[nodiscard]] std::string unexplained_statement(const Diagnosis& found) const {
    const auto& [reference, subject, in_order] = question_.subjects;
    std::string text = "Nothing explains the difference between " + reference + " and " + subject +
                       ": " + known_calls(found);
    if (!distance_) return text;
    text += std::isfinite(distance_->largest)
                ? " They differ by " + short_number(relative(distance_->largest)) +
                      " of the largest value, at "
                : " One of them has NaN or infinity where the other has not; they differ at ";
    text += std::to_string(distance_->beyond) + " of " +
            std::to_string(question_.a.shape.rows * question_.a.shape.cols *
                           question_.a.shape.channels) +
            " outputs";
    const Index half = std::min(question_.a.shape.rows, question_.a.shape.cols) / 2;
    if (distance_->deepest < half) {
      text += ", all of them among the " + std::to_string(distance_->deepest) +
              " outermost rows and columns: a boundary that was not tried?";
      return text;
    }
    return text + ".";
  }

  [[nodiscard]] std::string known_calls(const Diagnosis& found) const {
    if (question_.expected != nullptr) return "A is none of the calls that were tried.";
    if (found.calls_of_a.empty() && found.calls_of_b.empty())
      return "neither is any of the calls that were tried.";
    const auto one = [](const char* known, const Call& call, const char* unknown) {
      return std::string(known) + " is " + call.text() + "; " + unknown +
             " is none of the calls that were tried.";
    };
    if (found.calls_of_b.empty()) return one("A", found.calls_of_a.front(), "B");
    if (found.calls_of_a.empty()) return one("B", found.calls_of_b.front(), "A");
    return "A is " + found.calls_of_a.front().text() + "; B is " + found.calls_of_b.front().text() +
           ".";
  }

  const Question& question_;
  GivenResult a_;
  GivenResult b_;
  double largest_ = 0;
  double roundoff_ = 0;
  std::optional<Distance> distance_;  // of equal shapes
};

/// Results of double precision may have been computed in single precision.
Diagnosis answer(const Question& question) {
  Diagnosis found = Answer(question, 0).diagnosis();
  const auto has_double = [](const ErasedView& result) {
    return result.type == ElementType::float64 || result.type == ElementType::complex128;
  };
  if (found.verdict != Verdict::unexplained || !(has_double(question.a) || has_double(question.b)))
    return found;
  Diagnosis coarse = Answer(question, single_roundoff).diagnosis();
  return coarse.verdict == Verdict::unexplained ? found : coarse;
}

/// A view, with a type that a caller may have cast.
ErasedView looked_at(const char* name, const AnyView& given) {
  const ErasedView& view = given.erased();
  if (view.type > ElementType::complex128) {
    throw Error(Errc::invalid_option, std::string(name) + ": there is no element type number " +
                                          std::to_string(static_cast<unsigned>(view.type)));
  }
  return with_plain_strides(view);
}

/// The operands, looked at. Throws Error, as does `result`.
struct Given {
  Given(const AnyView& given_image, const AnyView& given_kernel)
      : image(looked_at("image", given_image)), kernel(looked_at("kernel", given_kernel)) {
    // Refuses what has no elements, too.
    (void)output_shape_of(image.shape, kernel.shape, Mode::full);
    require_reachable("image", image);
    require_reachable("kernel", kernel);
    require_finite_kernel(kernel);
  }

  [[nodiscard]] ErasedView result(const char* name, const AnyView& given) const {
    const ErasedView view = looked_at(name, given);
    require_result(name, view, image.shape, kernel.shape);
    require_reachable(name, view);
    return view;
  }

  ErasedView image;
  ErasedView kernel;
};

}  // namespace

}  // namespace twofold::detail

namespace twofold {

using namespace detail;

Diagnosis diagnose(const AnyView& image, const AnyView& kernel, const AnyView& a,
                   const AnyView& b) {
  const Given given(image, kernel);
  const ErasedView result_a = given.result("a", a);
  const ErasedView result_b = given.result("b", b);
  const Sums sums(given.image, given.kernel);
  return answer({sums, given.kernel, result_a, result_b, nullptr, 0, {"A", "B", true}});
}

Diagnosis diagnose(const AnyView& image, const AnyView& kernel, const AnyView& a,
                   Operation operation, const Options& options) {
  const Given given(image, kernel);
  const ErasedView result_a = given.result("a", a);
  require_known("expected", operation, Operation::correlate);
  require_known("mode", options.mode, Mode::valid);
  // Refuses a mode that these shapes do not have.
  (void)output_shape_of(given.image.shape, given.kernel.shape, options.mode);
  const Sums sums(given.image, given.kernel);
  Call expected;
  expected.operation = operation;
  expected.mode = options.mode;
  expected.boundary = options.boundary;
  expected.fill = sums.is_complex() ? options.fill_value.to<std::complex<double>>()
                                    : options.fill_value.to<double>();
  const WholeSums b = sums.whole(*geometry_of(expected, sums.operands()));
  return answer({sums,
                 given.kernel,
                 result_a,
                 b.view(),
                 &expected,
                 expected.fill,
                 {"the expected result", "A", false}});
}

}  // namespace twofold
