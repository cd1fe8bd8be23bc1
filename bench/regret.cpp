// SPDX-License-Identifier: BSD-3-Clause
// Regret: how much longer the method that `automatic` chooses takes than the best of all, forced
// one after the other, over random problems. The same problems in every run.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <twofold/twofold.hpp>

#include "cases.hpp"
#include "prepared_plan.hpp"

namespace twofold::bench {

namespace {

enum class Taps : unsigned char { general, rank_one, rank_two, mirrored, scattered };
constexpr const char* taps_names[] = {"general", "rank 1", "rank 2", "mirrored", "scattered"};

struct Question {
  ElementType type{};
  Shape image;
  Index kernel_rows = 0;
  Index kernel_cols = 0;
  Taps taps{};
  Options options;
};

struct Answer {
  Question question;
  Method chosen{};
  struct Time {
    Method method{};
    double predicted = 0;
    double seconds = 0;
  };
  std::vector<Time> times;  ///< of every method that was measured

  [[nodiscard]] double of(Method method) const {
    const auto found = std::find_if(times.begin(), times.end(),
                                    [&](const Time& time) { return time.method == method; });
    return found->seconds;
  }
  [[nodiscard]] double best() const {
    double least = times.front().seconds;
    for (const Time& time : times)
      least = std::min(least, time.seconds);
    return least;
  }
  [[nodiscard]] double regret() const { return of(chosen) / best(); }
};

/// A program's own random numbers: those of the standard distributions differ between libraries.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  double real() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  Index below(Index end) { return static_cast<Index>(real() * static_cast<double>(end)); }
  /// As many of 10 … 20 as of 100 … 200.
  Index size(Index least, Index most) {
    const double span = std::log(static_cast<double>(most + 1) / static_cast<double>(least));
    return std::min(most, static_cast<Index>(static_cast<double>(least) * std::exp(span * real())));
  }

 private:
  std::mt19937_64 engine_;
};

Question draw_question(Draw& draw) {
  constexpr ElementType types[] = {
      ElementType::float32, ElementType::float32,   ElementType::float32, ElementType::float32,
      ElementType::float64, ElementType::complex64, ElementType::uint8,   ElementType::int32};
  constexpr Index largest_image = Index{1} << 21;
  Question question;
  question.type = types[draw.below(std::size(types))];
  do {
    question.image = {draw.size(8, 2048), draw.size(8, 2048), draw.below(8) == 0 ? 3 : 1};
  } while (question.image.rows * question.image.cols * question.image.channels > largest_image);
  question.kernel_rows = draw.size(1, std::min<Index>(255, question.image.rows));
  question.kernel_cols = draw.below(3) == 0
                             ? draw.size(1, std::min<Index>(255, question.image.cols))
                             : std::min(question.kernel_rows, question.image.cols);
  question.taps = static_cast<Taps>(draw.below(2) == 0 ? 0 : draw.below(5));
  question.options.mode = static_cast<Mode>(draw.below(3));
  question.options.boundary = static_cast<Boundary>(draw.below(5));
  question.options.threads = draw.below(4) == 0 ? 2 : 1;
  return question;
}

template <class T>
T converted(double value) {
  if constexpr (is_complex(element_type_of<T>)) {
    return T(static_cast<typename T::value_type>(value));
  } else {
    return static_cast<T>(value);
  }
}

template <class T>
Image<T> draw_taps(const Question& question) {
  const Shape shape{question.kernel_rows, question.kernel_cols};
  const auto number = [](double value) {
    return converted<T>(std::is_integral_v<T> ? std::round(3 * value) : value);
  };
  auto taps = Image<T>::uninitialized(shape);
  for (Index a = 0; a < shape.rows; ++a) {
    for (Index b = 0; b < shape.cols; ++b) {
      const auto at = [&](std::uint64_t seed, Index i) {
        return number(pseudo_random(seed, static_cast<std::uint64_t>(i)));
      };
      const Index i = a * shape.cols + b;
      switch (question.taps) {
        case Taps::general:
          taps(a, b) = at(kernel_seed, i);
          break;
        case Taps::rank_one:
          taps(a, b) = static_cast<T>(at(column_seed, a) * at(row_seed, b));
          break;
        case Taps::rank_two:
          taps(a, b) = static_cast<T>(at(column_seed, a) * at(row_seed, b) +
                                      at(kernel_seed, a) * at(image_seed, b));
          break;
        case Taps::mirrored:
          taps(a, b) = at(kernel_seed, a * shape.cols + std::min(b, shape.cols - 1 - b));
          break;
        case Taps::scattered:
          taps(a, b) = (a * shape.cols / shape.rows) == b ? at(kernel_seed, i) : T{};
          break;
      }
    }
  }
  return taps;
}

double seconds_now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// Medians of interleaved runs, each long enough to be timed.
template <class T>
void time_methods(Answer& answer, const Image<T>& image, const Image<T>& kernel,
                  const Decision& decision) {
  // What is predicted to take many times as long is not the best, however wrong the prediction.
  constexpr double hopeless = 6;
  constexpr double shortest_run = 0.5e-3;
  constexpr int runs = 7;
  struct Contender {
    Method method;
    double predicted;
    PreparedPlan<T> plan;
    Index repeats;
    std::vector<double> seconds;
  };
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.allowed) least = std::min(least, candidate.seconds);
  }
  std::vector<Contender> contenders;
  for (const Candidate& candidate : decision.candidates) {
    if (!candidate.allowed) continue;
    if (candidate.seconds > hopeless * least && candidate.method != decision.method) continue;
    Options options = answer.question.options;
    options.method = candidate.method;
    contenders.push_back(
        {candidate.method,
         candidate.seconds,
         PreparedPlan<T>(Plan<T>(Operation::convolve, image.shape(), kernel, options)),
         1,
         {}});
  }
  auto out = Image<T>::uninitialized(contenders.front().plan.plan().output_shape());
  for (auto& contender : contenders) {
    contender.plan.execute(image, out);
    const double begin = seconds_now();
    contender.plan.execute(image, out);
    const double once = std::max(seconds_now() - begin, 1e-7);
    contender.repeats = std::max<Index>(1, static_cast<Index>(shortest_run / once));
  }
  for (int run = 0; run < runs; ++run) {
    for (auto& contender : contenders) {
      const double begin = seconds_now();
      for (Index i = 0; i < contender.repeats; ++i)
        contender.plan.execute(image, out);
      contender.seconds.push_back((seconds_now() - begin) / static_cast<double>(contender.repeats));
    }
  }
  for (auto& contender : contenders) {
    auto& seconds = contender.seconds;
    std::nth_element(seconds.begin(), seconds.begin() + runs / 2, seconds.end());
    answer.times.push_back({contender.method, contender.predicted, seconds[runs / 2]});
  }
}

template <class T>
Answer answer_of(const Question& question) {
  Image<T> image(question.image);
  for (Index i = 0; i < image.size(); ++i) {
    const double value = pseudo_random(image_seed, static_cast<std::uint64_t>(i));
    image.data()[i] =
        converted<T>(std::is_integral_v<T> ? std::round(100 * std::abs(value)) : value);
  }
  const auto kernel = draw_taps<T>(question);
  const auto decision =
      Plan<T>(Operation::convolve, question.image, kernel, question.options).decision();
  Answer answer{question, decision.method, {}};
  time_methods(answer, image, kernel, decision);
  return answer;
}

Answer ask(const Question& question) {
  switch (question.type) {
    case ElementType::float64:
      return answer_of<double>(question);
    case ElementType::complex64:
      return answer_of<std::complex<float>>(question);
    case ElementType::uint8:
      return answer_of<std::uint8_t>(question);
    case ElementType::int32:
      return answer_of<std::int32_t>(question);
    default:
      return answer_of<float>(question);
  }
}

void print(const Answer& answer) {
  const Question& q = answer.question;
  std::printf("%5.2f  %s %ldx%ldx%ld by %ldx%ld, %s, %s, %s, %u thread%s: %s was chosen;",
              answer.regret(), std::string(name_of(q.type)).c_str(), q.image.rows, q.image.cols,
              q.image.channels, q.kernel_rows, q.kernel_cols, taps_names[static_cast<int>(q.taps)],
              std::string(name_of(q.options.mode)).c_str(),
              std::string(name_of(q.options.boundary.rows)).c_str(), q.options.threads,
              q.options.threads == 1 ? "" : "s", std::string(name_of(answer.chosen)).c_str());
  for (const Answer::Time& time : answer.times) {
    std::printf(" %s %.3g µs (%.3g)", std::string(name_of(time.method)).c_str(), 1e6 * time.seconds,
                1e6 * time.predicted);
  }
  std::printf("\n");
}

void report(std::vector<Answer>& answers) {
  std::sort(answers.begin(), answers.end(),
            [](const Answer& a, const Answer& b) { return a.regret() > b.regret(); });
  double total = 0;
  Index right = 0;
  for (const Answer& answer : answers) {
    total += answer.regret();
    right += answer.regret() < 1.001 ? 1 : 0;
  }
  const auto count = static_cast<double>(answers.size());
  std::printf(
      "%zu problems: regret %.3f on the mean, %.2f at worst; the best method chosen in "
      "%.0f %%\n\nthe worst:\n",
      answers.size(), total / count, answers.front().regret(),
      100 * static_cast<double>(right) / count);
  for (std::size_t i = 0; i < std::min<std::size_t>(10, answers.size()); ++i)
    print(answers[i]);
}

}  // namespace

}  // namespace twofold::bench

int main(int argc, char** argv) {
  using namespace twofold::bench;
  const int count = argc > 1 ? std::atoi(argv[1]) : 500;
  if (count < 1) {
    std::fprintf(stderr, "bench_regret: how many problems? (default: 500)\n");
    return 2;
  }
  Draw draw(2026);
  std::vector<Answer> answers;
  for (int i = 0; i < count; ++i) {
    if (i % 50 == 0) std::fprintf(stderr, "%d of %d problems\n", i, count);
    const Question question = draw_question(draw);
    Answer answer = ask(question);
    // Once more where it matters: most surprises are those of a machine with other things to do.
    constexpr double surprising = 1.08;
    if (answer.regret() > surprising) {
      Answer again = ask(question);
      if (again.regret() < answer.regret()) answer = std::move(again);
    }
    answers.push_back(std::move(answer));
  }
  report(answers);
  return 0;
}
