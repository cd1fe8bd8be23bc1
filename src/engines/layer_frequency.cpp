// SPDX-License-Identifier: BSD-3-Clause
// The frequency-domain engine of layers. Small tiles, of all images of the batch in one row, go
// through it a group at a time: two tiles in one complex transform, strip by strip of channels;
// then a product of matrices, tiles × channels by channels × filters, at every frequency; then
// back.
#include <cmath>

#include "engines/layer_rows.hpp"
#include "engines/tile_spectrum.hpp"
#include "engines/transform.hpp"
#include "fft/fft.hpp"

namespace twofold::detail {

namespace {

static_assert(strip_channels == fft::tile_vectors);

/// For each filter, √5·(12(log₂N + 1) + 2C)·u·‖x‖₂‖k‖₂ over the C channels of a tile of N points:
/// that of a transform shared by two tiles (transform.hpp), and of sums of C products in it.
class LayerTransformBound {
 public:
  template <class T>
  LayerTransformBound(const LayerProblem<T>& problem, const LayerTileShape& tile) {
    const auto filters = static_cast<std::size_t>(problem.shape.out_channels);
    std::vector<double> squares(filters);
    for (std::size_t i = 0; i < problem.kernel.size(); ++i) {
      const auto tap = static_cast<double>(problem.kernel[i]);
      squares[i % filters] += tap * tap;
    }
    const double norm = std::sqrt(*std::max_element(squares.begin(), squares.end()));
    const auto points = static_cast<double>(tile.points());
    const auto channels = static_cast<double>(problem.shape.in_channels);
    const double roundoff = unit_roundoff(problem.shape.type);
    const double factor = transform_error_factor(points, roundoff) + 2 * channels * roundoff;
    per_magnitude_ = std::sqrt(5.0 * points * channels) * factor * norm;
  }
  [[nodiscard]] double at(double largest_magnitude) const noexcept {
    return per_magnitude_ * largest_magnitude;
  }

 private:
  double per_magnitude_ = 0;
};

template <class T>
class LayerFrequency final : public LayerEngine<T> {
 public:
  LayerFrequency(const LayerProblem<T>& problem, Index side)
      : shape_(problem.shape),
        tile_(shape_, side),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        list_(frequencies_of(tile_)),
        frequencies_{list_.data(), tile_.real_frequencies(), tile_.complex_frequencies()},
        spectrum_(problem, tile_, kernels_),
        transform_(side),
        in_pitch_(round_up(shape_.in_channels, strip_channels)),
        out_pitch_(spectrum_.filters()),
        group_pairs_(group_size()),
        bias_(1, out_pitch_),
        direct_(make_layer_direct(problem)),
        bound_(problem, tile_),
        workers_(shape_.threads, [this](Scratch& scratch) { return lay_out_worker(scratch); }) {
    std::copy(problem.bias.begin(), problem.bias.end(), bias_.data());
    Scratch measure(nullptr);
    static_cast<void>(lay_out(measure));
    own_bytes_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return own_bytes_ + direct_->workspace_bytes();
  }
  [[nodiscard]] double largest_norm() const noexcept override { return direct_->largest_norm(); }
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return std::max(bound_.at(largest_magnitude), direct_->error_bound(largest_magnitude));
  }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index pairs = task.batch * pairs_per_image();
    bool finite = true;  // the outputs so far of the image that a group begins with
    for (Index first = 0; first < pairs; first += group_pairs_) {
      finite = run_group(task, {first, std::min(group_pairs_, pairs - first)}, finite, workspace,
                         executor);
    }
  }

 private:
  /// Pairs first … first + pairs of the batch. Both tiles of a pair are of one image, whose result
  /// then does not depend on the others; where an image has an odd number, its last pair has one.
  struct Group {
    Index first = 0;
    Index pairs = 0;
    [[nodiscard]] Index end() const noexcept { return first + pairs; }
  };
  struct Worker {
    T* window = nullptr;  ///< one strip of two tiles
    std::complex<T>* points = nullptr;
    std::complex<T>* spectrum = nullptr;
    T* sums = nullptr;  ///< one strip of a tile's outputs
  };
  struct Buffers {
    T* left = nullptr;
    T* products = nullptr;
    T* nothing = nullptr;    ///< a row of zeros, in place of a second tile's
    bool* finite = nullptr;  ///< of each pair of the group, its outputs
    std::byte* workers = nullptr;
  };

  [[nodiscard]] Index pairs_per_image() const noexcept {
    return ceil_divide(tile_.tiles(), Index{2});
  }
  [[nodiscard]] bool has_second(Index pair) const noexcept {
    return 2 * (pair % pairs_per_image()) + 1 < tile_.tiles();
  }
  /// The first tile of a pair, counted through the batch.
  [[nodiscard]] Index tile_of(Index pair) const noexcept {
    return pair / pairs_per_image() * tile_.tiles() + 2 * (pair % pairs_per_image());
  }
  [[nodiscard]] Index tiles_in(const Group& group) const noexcept {
    const Index last = group.end() - 1;
    return tile_of(last) + (has_second(last) ? 2 : 1) - tile_of(group.first);
  }

  /// As many as have room in the caches beside the kernel's spectrum, which each group reads.
  [[nodiscard]] Index group_size() const noexcept {
    constexpr double bytes = 6 << 20;
    constexpr double least = 14;
    const double of_pair = 2 * static_cast<double>(tile_.planes()) *
                           static_cast<double>(in_pitch_ + out_pitch_) * sizeof(T);
    const Index pairs = pairs_per_image() * std::max(shape_.batch, Index{1});
    const auto most = static_cast<Index>(std::max(bytes / of_pair, least));
    return ceil_divide(pairs, ceil_divide(pairs, most));
  }

  /// Planes lie a line more than their numbers apart, or their lines would share few places in the
  /// caches.
  [[nodiscard]] Index left_plane() const noexcept {
    return 2 * group_pairs_ * in_pitch_ + strip_channels;
  }
  [[nodiscard]] Index product_plane() const noexcept {
    return 2 * group_pairs_ * out_pitch_ + strip_channels;
  }

  [[nodiscard]] Worker lay_out_worker(Scratch& scratch) const {
    const Index numbers = tile_.points() * strip_channels;
    Worker worker;
    worker.window = scratch.take<T>(2, numbers);
    worker.points = scratch.take<std::complex<T>>(1, numbers);
    worker.spectrum = scratch.take<std::complex<T>>(1, numbers);
    worker.sums = scratch.take<T>(1, numbers);
    return worker;
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    Buffers buffers;
    buffers.left = scratch.take<T>(tile_.planes(), left_plane());
    buffers.products = scratch.take<T>(tile_.planes(), product_plane());
    buffers.nothing = scratch.take<T>(tile_.side, strip_channels);
    buffers.finite = scratch.take<bool>(1, group_pairs_);
    buffers.workers = scratch.take<std::byte>(1, static_cast<Index>(workers_.bytes()));
    return buffers;
  }

  [[nodiscard]] Worker worker_of(const Buffers& buffers, Index worker) const {
    Scratch scratch = workers_.of(buffers.workers, worker);
    return lay_out_worker(scratch);
  }

  /// `begun_finite`: whether what earlier groups have computed of the first image is. The same of
  /// the last one, for the next group.
  bool run_group(const LayerTask<T>& task, const Group& group, bool begun_finite,
                 std::byte* workspace, Executor& executor) const {
    Scratch scratch(workspace);
    const Buffers buffers = lay_out(scratch);
    std::fill_n(buffers.nothing, tile_.side * strip_channels, T(0));
    share_work(group.pairs, shape_.threads, executor, [&](Index worker, Index i) {
      bring(task, group, group.first + i, buffers, worker_of(buffers, worker));
    });
    share_work(tile_.planes(), shape_.threads, executor,
               [&](Index, Index plane) { multiply(group, plane, buffers); });
    share_work(group.pairs, shape_.threads, executor, [&](Index worker, Index i) {
      buffers.finite[i] = take(task, group, group.first + i, buffers, worker_of(buffers, worker));
    });
    return repair(task, group, begun_finite, buffers, workspace, executor);
  }

  /// A transform spreads NaN and infinity over its tile: the direct sum says where in the image
  /// they belong, once all groups that the image has a part in are done.
  bool repair(const LayerTask<T>& task, const Group& group, bool begun_finite,
              const Buffers& buffers, std::byte* workspace, Executor& executor) const {
    bool finite = begun_finite;
    for (Index pair = group.first; pair < group.end(); ++pair) {
      finite = finite && buffers.finite[pair - group.first];
      if ((pair + 1) % pairs_per_image() != 0) continue;
      const Index image = pair / pairs_per_image();
      if (!finite) {
        direct_->run({task.inputs.image(image), task.outputs.image(image), 1},
                     workspace + own_bytes_, executor);
      }
      finite = true;
    }
    return finite;
  }

  /// Two tiles of inputs, transformed, become the left factors of the products.
  void bring(const LayerTask<T>& task, const Group& group, Index pair, const Buffers& buffers,
             const Worker& worker) const {
    const Index row = tile_of(pair) - tile_of(group.first);
    // A second tile that is none goes to the first one's row, which is written after it.
    const Index second = has_second(pair) ? row + 1 : row;
    for (Index channel = 0; channel < shape_.in_channels; channel += strip_channels) {
      bring_strip(task, pair, channel, buffers, worker);
      transform_.run(worker.points, worker.spectrum);
      T* const left = buffers.left + channel;
      kernels_.tiles.separate(worker.spectrum, frequencies_, left + row * in_pitch_,
                              left + second * in_pitch_, left_plane());
    }
  }

  void bring_strip(const LayerTask<T>& task, Index pair, Index channel, const Buffers& buffers,
                   const Worker& worker) const {
    const Index side = tile_.side;
    const Index first = tile_of(pair);
    T* const second_window = worker.window + tile_.points() * strip_channels;
    const TileRows a = rows_of(task, first, channel, worker.window);
    const TileRows b = has_second(pair) ? rows_of(task, first + 1, channel, second_window)
                                        : TileRows{buffers.nothing, 0, strip_channels};
    for (Index row = 0; row < side; ++row) {
      kernels_.tiles.pair_pixels(a.first + row * a.row_pitch, a.pixel_pitch,
                                 b.first + row * b.row_pitch, b.pixel_pitch, side,
                                 worker.points + row * side * strip_channels);
    }
  }

  struct TileRows {
    const T* first = nullptr;
    Index row_pitch = 0;
    Index pixel_pitch = 0;
  };

  /// A strip of a tile's window, where the caller has it or packed.
  [[nodiscard]] TileRows rows_of(const LayerTask<T>& task, Index tile, Index channel,
                                 T* packed) const {
    const Index image = tile / tile_.tiles();
    const Rect outputs = tile_.outputs_of(shape_, tile % tile_.tiles());
    const Rect window{shape_.rows.first(outputs.row), shape_.cols.first(outputs.col), tile_.side,
                      tile_.side};
    const Index channels = std::min(strip_channels, shape_.in_channels - channel);
    const Rect inputs{0, 0, shape_.rows.input, shape_.cols.input};
    if (channels == strip_channels && task.inputs.channel_stride == 1 && inputs.contains(window)) {
      return {task.inputs.at(image, window.row, window.col, channel), task.inputs.row_stride,
              task.inputs.col_stride};
    }
    pack_strip(task.inputs, image, window, channel, channels, packed);
    return {packed, tile_.side * strip_channels, strip_channels};
  }

  void pack_strip(const LayerView<const T>& inputs, Index image, const Rect& window, Index channel,
                  Index channels, T* to) const {
    const Index begin = std::clamp(window.col, Index{0}, shape_.cols.input);
    const Index end = std::clamp(window.col_end(), begin, shape_.cols.input);
    const Index row_numbers = window.cols * strip_channels;
    for (Index row = window.row; row < window.row_end(); ++row, to += row_numbers) {
      const bool outside = row < 0 || row >= shape_.rows.input || begin == end;
      if (outside || channels < strip_channels || end - begin < window.cols)
        std::fill_n(to, row_numbers, T(0));
      if (outside) continue;
      pack_strip_row(inputs, inputs.at(image, row, begin, channel), end - begin, channels,
                     to + (begin - window.col) * strip_channels);
    }
  }

  void pack_strip_row(const LayerView<const T>& inputs, const T* from, Index cols, Index channels,
                      T* to) const {
    if (inputs.col_stride == 1) {
      kernels_.transpose(from, inputs.channel_stride, channels, cols, to, strip_channels);
      return;
    }
    for (Index i = 0; i < cols; ++i) {
      for (Index c = 0; c < channels; ++c)
        to[i * strip_channels + c] = from[i * inputs.col_stride + c * inputs.channel_stride];
    }
  }

  void multiply(const Group& group, Index plane, const Buffers& buffers) const {
    ChannelSum<T> sum;
    sum.left = buffers.left + plane * left_plane();
    sum.left_pitch = in_pitch_;
    sum.run = shape_.in_channels;
    sum.target_pitch = out_pitch_;
    sum.rows = tiles_in(group);
    for (Index first = 0; first < spectrum_.filters(); first += kernels_.block_columns) {
      sum.right = spectrum_.block(plane, first);
      sum.right_pitch = spectrum_.block_pitch(first);
      sum.target = buffers.products + plane * product_plane() + first;
      sum.columns = sum.right_pitch;
      kernels_.channel_sum(sum);
    }
  }

  /// Two tiles of products become outputs. Whether these are finite.
  bool take(const LayerTask<T>& task, const Group& group, Index pair, const Buffers& buffers,
            const Worker& worker) const {
    const Index first = tile_of(pair);
    const Index row = first - tile_of(group.first);
    const Index second = has_second(pair) ? row + 1 : row;
    bool finite = true;
    for (Index filter = 0; filter < shape_.out_channels; filter += strip_channels) {
      const T* const products = buffers.products + filter;
      kernels_.tiles.combine(products + row * out_pitch_, products + second * out_pitch_,
                             product_plane(), frequencies_, worker.spectrum);
      transform_.run(worker.spectrum, worker.points);
      finite = take_strip(task, first, filter, kernels_.tiles.take_re, worker) && finite;
      if (!has_second(pair)) continue;
      finite = take_strip(task, first + 1, filter, kernels_.tiles.take_minus_im, worker) && finite;
    }
    return finite;
  }

  /// Whether the outputs are finite: what is not so at one frequency spreads to all points, and
  /// sums may overflow at some points only.
  template <class Take>
  bool take_strip(const LayerTask<T>& task, Index tile, Index filter, Take take_row,
                  const Worker& worker) const {
    const Index image = tile / tile_.tiles();
    const Rect outputs = tile_.outputs_of(shape_, tile % tile_.tiles());
    const Index filters = std::min(strip_channels, shape_.out_channels - filter);
    const LayerView<T>& out = task.outputs;
    const bool in_place = filters == strip_channels && out.channel_stride == 1;
    T* to = in_place ? out.at(image, outputs.row, outputs.col, filter) : worker.sums;
    const Index pixel_pitch = in_place ? out.col_stride : strip_channels;
    const Index row_pitch = in_place ? out.row_stride : outputs.cols * strip_channels;
    bool finite = true;
    for (Index row = 0; row < outputs.rows; ++row, to += row_pitch) {
      finite = take_row(worker.points + row * tile_.side * strip_channels, outputs.cols,
                        bias_.data() + filter, epilogue_.low, epilogue_.high, to, pixel_pitch) &&
               finite;
      epilogue_.finish(to, pixel_pitch, outputs.cols, strip_channels, kernels_);
    }
    if (!in_place) {
      deliver(out, image, outputs, filter, filters, worker.sums, strip_channels, kernels_);
    }
    return finite;
  }

  LayerShape shape_;
  LayerTileShape tile_;
  Epilogue<T> epilogue_;
  const LayerKernels<T>& kernels_;
  std::vector<TileFrequency> list_;
  TileFrequencies frequencies_;
  TileSpectrum<T> spectrum_;
  fft::TileTransform<T> transform_;
  Index in_pitch_;
  Index out_pitch_;
  Index group_pairs_;
  Image<T> bias_;
  std::unique_ptr<const LayerEngine<T>> direct_;
  LayerTransformBound bound_;
  WorkerMemory workers_;
  std::size_t own_bytes_ = 0;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_frequency(const LayerProblem<T>& problem,
                                                           Index side) {
  return std::make_unique<LayerFrequency<T>>(problem, side);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_frequency(const LayerProblem<float>&,
                                                                        Index);
template std::unique_ptr<const LayerEngine<double>> make_layer_frequency(
    const LayerProblem<double>&, Index);

}  // namespace twofold::detail
