// SPDX-License-Identifier: BSD-3-Clause
// In place of fftw.cpp in a build with TWOFOLD_FFT=OFF: the dispatcher asks is_available() and
// never comes further.
#include "fft/fft.hpp"
#include "twofold/error.hpp"
#include "twofold/info.hpp"

namespace twofold {

FftBackend fft_backend() {
  return {"none", "Built without an FFT library: twofold is BSD-3-Clause alone."};
}

namespace detail::fft {

bool is_available() noexcept {
  return false;
}

template <class R>
Transform<R>::Transform(Index) {
  throw Error(Errc::unavailable, "method: this build has no FFT library");
}
template <class R>
void Transform<R>::run(const std::complex<R>*, std::complex<R>*) const noexcept {}

template <class R>
TileTransform<R>::TileTransform(Index) {
  throw Error(Errc::unavailable, "method: this build has no FFT library");
}
template <class R>
void TileTransform<R>::run(const std::complex<R>*, std::complex<R>*) const noexcept {}

template class TileTransform<float>;
template class TileTransform<double>;

bool add_wisdom(const Wisdom&) {
  return true;
}
Wisdom wisdom() {
  return {};
}
void set_wisdom(const Wisdom&) noexcept {}
template <class R>
void measure_plan(Index, double) {}
template void measure_plan<float>(Index, double);
template void measure_plan<double>(Index, double);

template class Transform<float>;
template class Transform<double>;

}  // namespace detail::fft
}  // namespace twofold
