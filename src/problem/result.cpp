// SPDX-License-Identifier: BSD-3-Clause
// Storing results: the one place where rows of sums are rounded to pixels.
#include "problem/result.hpp"

#include <algorithm>

namespace twofold::detail {

namespace {

template <class L, class Out>
void store_row(const L* sums, Out* to, Index count) {
  for (Index i = 0; i < count; ++i)
    to[i] = result_of<Out>(sums[i]);
}

}  // namespace

template <class L>
void store_results(const L* sums, Index pitch, Index begin, Index count, const ErasedView& out,
                   ConvertRun round) {
  visit_result<L>(out.type, [&]<class Out>(Tag<Out>) {
    const auto view = writable<Out>(out);
    const Index channels = view.channels();
    const Index end = std::min(begin + count, view.cols() * channels);
    const bool dense = view.col_stride() == channels;
    for (Index row = 0; row < view.rows(); ++row, sums += pitch) {
      if (dense && round != nullptr) {
        round(sums, view.at(row, 0) + begin, end - begin);
        continue;
      }
      if (dense) {
        store_row(sums, view.at(row, 0) + begin, end - begin);
        continue;
      }
      Index col = begin / channels;
      Index channel = begin % channels;
      for (Index i = 0; i < end - begin; ++i) {
        view(row, col, channel) = result_of<Out>(sums[i]);
        if (++channel < channels) continue;
        channel = 0;
        ++col;
      }
    }
  });
}

template void store_results(const std::uint8_t*, Index, Index, Index, const ErasedView&,
                            ConvertRun);
template void store_results(const std::uint16_t*, Index, Index, Index, const ErasedView&,
                            ConvertRun);
template void store_results(const std::uint32_t*, Index, Index, Index, const ErasedView&,
                            ConvertRun);
template void store_results(const std::uint64_t*, Index, Index, Index, const ErasedView&,
                            ConvertRun);
template void store_results(const float*, Index, Index, Index, const ErasedView&, ConvertRun);
template void store_results(const double*, Index, Index, Index, const ErasedView&, ConvertRun);
template void store_results(const std::complex<float>*, Index, Index, Index, const ErasedView&,
                            ConvertRun);
template void store_results(const std::complex<double>*, Index, Index, Index, const ErasedView&,
                            ConvertRun);

}  // namespace twofold::detail
