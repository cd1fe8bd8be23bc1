// SPDX-License-Identifier: BSD-3-Clause
// What subnormal numbers cost: the time of each method on data full of them over that on normal
// numbers, with the processor as it is, and where the caller has it flush them to zero.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <time.h>

#include "cases.hpp"
#include "control_word.hpp"
#include "prepared_plan.hpp"

namespace twofold::bench {

namespace {

/// Where the subnormal numbers are.
struct Data {
  const char* name;
  double pixels;  ///< magnitudes of the largest, in smallest normal numbers; 0: 1
  double taps;
  Index every;  ///< so-and-so-manyth pixel only
};
constexpr Data normal{"normal", 0, 0, 1};

using Work = std::function<void()>;

/// Of this thread, which other programs do not lengthen as they do wall time.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Seconds of each, by turns: the median, so that what disturbs one disturbs all.
std::vector<double> measured(const std::vector<Work>& works) {
  constexpr int runs = 31;
  std::vector<std::vector<double>> seconds(works.size());
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < works.size(); ++i) {
      const double begin = cpu_seconds();
      works[i]();
      seconds[i].push_back(cpu_seconds() - begin);
    }
  }
  std::vector<double> medians;
  for (auto& each : seconds) {
    std::nth_element(each.begin(), each.begin() + runs / 2, each.end());
    medians.push_back(each[runs / 2]);
  }
  return medians;
}

template <class Numbers>
void scale(Numbers& numbers, double factor, Index every) {
  using T = typename Numbers::value_type;
  for (Index i = 0; i < numbers.size(); i += every)
    numbers.data()[i] *= static_cast<T>(factor);
}

template <class T>
double factor_of(double in_smallest) {
  return in_smallest == 0 ? 1 : in_smallest * static_cast<double>(std::numeric_limits<T>::min());
}

/// Prints one line: `make(data)` is a call on such data.
void compare(const std::string& method, const char* type, const Data& data,
             const std::function<Work(const Data&)>& make) {
  const Work plain = make(normal);
  const Work subnormal = make(data);
  const auto flushed = [](const Work& work) {
    return [&work] {
      const test::Arithmetic arithmetic(FE_TONEAREST, true);
      work();
    };
  };
  const auto seconds = measured({plain, subnormal, flushed(plain), flushed(subnormal)});
  std::printf("%-28s %-8s %-22s %9.1f µs %7.2f %8.2f\n", method.c_str(), type, data.name,
              1e6 * seconds[0], seconds[1] / seconds[0], seconds[3] / seconds[2]);
  std::fflush(stdout);
}

template <class T>
Work image_call(Method method, Index taps, const Data& data) {
  auto image = pseudo_random_image<T>({512, 512}, image_seed);
  const auto column = pseudo_random_image<T>({taps, 1}, column_seed);
  const auto row = pseudo_random_image<T>({1, taps}, row_seed);
  auto kernel = pseudo_random_image<T>({taps, taps}, kernel_seed);
  for (Index i = 0; method == Method::separable && i < kernel.size(); ++i)
    kernel.data()[i] = column(i / taps, 0) * row(0, i % taps);
  scale(image, factor_of<T>(data.pixels), data.every);
  scale(kernel, factor_of<T>(data.taps), 1);
  PreparedPlan<T> plan({Operation::correlate,
                        image.shape(),
                        kernel,
                        {.mode = Mode::same, .boundary = Boundary::symm, .method = method}});
  return [=, out = Image<T>(image.shape())]() mutable { plan.execute(image, out); };
}

nn::Tensor<float> pseudo_random_tensor(const nn::TensorShape& shape, std::uint64_t seed) {
  nn::Tensor<float> tensor(shape);
  for (Index i = 0; i < tensor.size(); ++i)
    tensor.data()[i] = static_cast<float>(pseudo_random(seed, static_cast<std::uint64_t>(i)));
  return tensor;
}

Work layer_call(Method method, Index taps, const Data& data) {
  auto inputs = pseudo_random_tensor({1, 28, 28, 64}, image_seed);
  auto kernel = pseudo_random_tensor({taps, taps, 64, 64}, kernel_seed);
  scale(inputs, factor_of<float>(data.pixels), data.every);
  scale(kernel, factor_of<float>(data.taps), 1);
  PreparedLayer plan(
      {nn::Layer::conv, inputs.shape(), kernel, {.padding = nn::same, .method = method}});
  return [=, out = nn::Tensor<float>(inputs.shape())]() mutable { plan.execute(inputs, out); };
}

template <class T>
void compare_images(const char* type, const Data& data) {
  const std::pair<Method, Index> methods[] = {{Method::direct, 9},
                                              {Method::separable, 31},
                                              {Method::direct, 31},
                                              {Method::overlap_save, 31},
                                              {Method::whole_fft, 31}};
  for (const auto& call : methods) {
    const Method method = call.first;
    const Index taps = call.second;
    const bool transforms = method == Method::overlap_save || method == Method::whole_fft;
    if (fft_backend().name == "none" && transforms) continue;
    compare(std::string(name_of(method)) + " " + std::to_string(taps) + "x" + std::to_string(taps),
            type, data,
            [method, taps](const Data& each) { return image_call<T>(method, taps, each); });
  }
}

void compare_layers(const Data& data) {
  const std::pair<Method, Index> methods[] = {
      {Method::direct, 3}, {Method::winograd, 3}, {Method::fft, 7}};
  for (const auto& call : methods) {
    const Method method = call.first;
    const Index taps = call.second;
    if (fft_backend().name == "none" && method == Method::fft) continue;
    compare("nn::conv, " + std::string(name_of(method)) + " " + std::to_string(taps) + "x" +
                std::to_string(taps),
            "float32", data,
            [method, taps](const Data& each) { return layer_call(method, taps, each); });
  }
}

}  // namespace

}  // namespace twofold::bench

int main() {
  using namespace twofold::bench;
  if (!twofold::test::can_flush) {
    std::fprintf(stderr, "bench_denormals: this processor is not known\n");
    return 1;
  }
  // Of magnitudes whose products, and sums of a thousand of them, are below the normal numbers.
  const Data pixels{"subnormal pixels", 1, 0, 1};
  const Data some{"a tenth of the pixels", 1, 0, 10};
  const Data float_sums{"subnormal results", 0x1p58, 0x1p58, 1};
  const Data double_sums{"subnormal results", 0x1p506, 0x1p506, 1};
  std::printf("512x512, layers 28x28x64 to 64; %s\n\n%-28s %-8s %-22s %12s %7s %8s\n",
              std::string(twofold::name_of(twofold::active_isa())).c_str(), "", "", "", "normal",
              "ratio", "flushed");
  for (const Data& data : {pixels, some, float_sums})
    compare_images<float>("float32", data);
  for (const Data& data : {pixels, some, double_sums})
    compare_images<double>("float64", data);
  for (const Data& data : {pixels, some, float_sums})
    compare_layers(data);
  return 0;
}
