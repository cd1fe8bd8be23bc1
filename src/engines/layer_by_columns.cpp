// SPDX-License-Identifier: BSD-3-Clause
// Two engines for one layer, of which the caller's views decide.
#include <algorithm>
#include <utility>

#include "engines/layer_engine.hpp"

namespace twofold::detail {

namespace {

template <class T>
class LayerByColumns final : public LayerEngine<T> {
 public:
  using Engine = std::unique_ptr<const LayerEngine<T>>;

  LayerByColumns(Engine beside, Engine apart)
      : beside_(std::move(beside)), apart_(std::move(apart)) {}

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return std::max(beside_->workspace_bytes(), apart_->workspace_bytes());
  }
  [[nodiscard]] double largest_norm() const noexcept override { return beside_->largest_norm(); }
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return std::max(beside_->error_bound(largest_magnitude),
                    apart_->error_bound(largest_magnitude));
  }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const bool side_by_side = task.inputs.col_stride == 1 && task.outputs.col_stride == 1;
    (side_by_side ? beside_ : apart_)->run(task, workspace, executor);
  }

 private:
  Engine beside_;
  Engine apart_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_by_columns(
    std::unique_ptr<const LayerEngine<T>> beside, std::unique_ptr<const LayerEngine<T>> apart) {
  return std::make_unique<LayerByColumns<T>>(std::move(beside), std::move(apart));
}

template std::unique_ptr<const LayerEngine<float>> make_layer_by_columns(
    std::unique_ptr<const LayerEngine<float>>, std::unique_ptr<const LayerEngine<float>>);
template std::unique_ptr<const LayerEngine<double>> make_layer_by_columns(
    std::unique_ptr<const LayerEngine<double>>, std::unique_ptr<const LayerEngine<double>>);

}  // namespace twofold::detail
