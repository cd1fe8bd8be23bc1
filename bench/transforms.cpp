// SPDX-License-Identifier: BSD-3-Clause
// What the Fourier engines take beside the transforms: their time, in tiles of each length and for
// whole images, over that of the bare execution of the same FFTW plans, as many times, on memory
// that is laid out alike. Uses the library's insides: nobody else can say which tile is taken.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "engines/engines.hpp"
#include "fft/fft.hpp"
#include "tuning/measurement.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

using C = std::complex<float>;

template <class Work>
double seconds_once(const Work& work) {
  const double begin = now();
  work();
  return now() - begin;
}

/// The transforms of one plane, row by row, from one place to another and back.
class BareTransforms {
 public:
  BareTransforms(const PlaneShape& shape, Index lines_in, Index lines_out)
      : shape_(shape),
        lines_in_(lines_in),
        lines_out_(lines_out),
        along_rows_(shape.cols),
        along_cols_(shape.rows),
        lines_(shape.lines(), shape.line_pitch()),
        spectrum_(shape.padded_spectrum_rows(), shape.spectrum_pitch()),
        line_(1, std::max(shape.line_pitch(), shape.spectrum_pitch())) {}

  void run() {
    run_all(along_rows_, lines_, lines_in_);
    for (Index col = 0; col < shape_.spectrum_rows(); ++col) {
      along_cols_.run(&spectrum_(col, 0), line_.data());
      along_cols_.run(line_.data(), &spectrum_(col, 0));
    }
    run_all(along_rows_, lines_, lines_out_);
  }

 private:
  void run_all(const fft::Transform<float>& transform, Image<C>& lines, Index count) {
    for (Index line = 0; line < count; ++line)
      transform.run(&lines(line, 0), line_.data());
  }

  PlaneShape shape_;
  Index lines_in_;
  Index lines_out_;
  fft::Transform<float> along_rows_;
  fft::Transform<float> along_cols_;
  Image<C> lines_;
  Image<C> spectrum_;
  Image<C> line_;
};

/// Medians, interleaved.
void compare(const char* name, Trial<float>& trial, const Engine& engine, BareTransforms& bare,
             Index planes) {
  const auto whole = trial.runner(engine);
  const auto transforms = [&] {
    for (Index i = 0; i < planes; ++i)
      bare.run();
  };
  whole();
  transforms();
  constexpr int runs = 41;
  std::vector<double> engine_seconds;
  std::vector<double> bare_seconds;
  for (int run = 0; run < runs; ++run) {
    engine_seconds.push_back(seconds_once(whole));
    bare_seconds.push_back(seconds_once(transforms));
  }
  const auto median = [](std::vector<double>& seconds) {
    std::nth_element(seconds.begin(), seconds.begin() + runs / 2, seconds.end());
    return seconds[runs / 2];
  };
  const double a = median(engine_seconds);
  const double b = median(bare_seconds);
  std::printf("%-14s %9.3f ms %9.3f ms %6.2f\n", name, 1e3 * a, 1e3 * b, a / b);
  std::fflush(stdout);
}

Trial<float> trial_of(const Shape& image, Index kernel) {
  return {active_isa(), image, random_image<float>({kernel, kernel, 1})};
}

void compare_tiles(Index length) {
  const Index kernel = length / 4 + 1;
  const Index step = length - kernel + 1;
  const Index across = std::max<Index>(2, 1024 / step / 2 * 2);
  Trial<float> trial = trial_of({across * step, across * step, 1}, kernel);
  const TileShape tile{length, length};
  BareTransforms bare(plane_of(tile), length, step);
  char name[32];
  std::snprintf(name, sizeof name, "tiles of %ld", static_cast<long>(length));
  compare(name, trial, *make_overlap_save(trial.problem(), tile), bare, across * across / 2);
}

void compare_whole(Index size, Index length) {
  Trial<float> trial = trial_of({size, size, 1}, 2 * (length - size) + 1);
  const auto period = [&](const Axis& axis) { return extended_period(axis, true, length); };
  const PeriodShape periods{period(trial.problem().rows), period(trial.problem().cols)};
  const PlaneShape plane = plane_of(periods, trial.problem().type);
  BareTransforms bare(plane, ceil_divide(size, Index{2}), ceil_divide(size, Index{2}));
  char name[32];
  std::snprintf(name, sizeof name, "whole %ld", static_cast<long>(size));
  compare(name, trial, *make_whole_fft(trial.problem(), periods), bare, 1);
}

}  // namespace

}  // namespace twofold::detail

int main() {
  using namespace twofold::detail;
  if (!fft::is_available()) {
    std::fprintf(stderr, "bench_transforms: this build has no FFT library\n");
    return 1;
  }
  std::printf("float32, %s\n\n%-14s %12s %12s %6s\n",
              std::string(twofold::name_of(twofold::active_isa())).c_str(), "", "engine",
              "transforms", "ratio");
  for (const twofold::Index length : {64, 80, 96, 128, 160, 192, 256, 320, 384, 512})
    compare_tiles(length);
  for (const auto& [size, length] :
       {std::pair<int, int>{100, 128}, {200, 256}, {400, 512}, {800, 1024}})
    compare_whole(size, length);
  return 0;
}
