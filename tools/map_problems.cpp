// SPDX-License-Identifier: BSD-3-Clause
// The convolutions of images that a map consists of.
#include "map_problems.hpp"

#include <utility>

#include "array_convolution.hpp"
#include "generic_arrays.hpp"

namespace twofold::tool {

namespace {

template <Element T>
class ImageProblems final : public MapProblems {
 public:
  explicit ImageProblems(const Options& options) : options_(options) {}

  [[nodiscard]] Decision decision(Index image, Index kernel) const override {
    return explain_convolution(Operation::convolve, {image, image},
                               generic_kernel(kernel, kernel, element_type_of<T>), options_)
        .decision;
  }

  [[nodiscard]] std::function<void()> prepare(Index image, Index kernel, Method method) override {
    const Shape shape{image, image};
    if (image_.shape() != shape) {
      image_ = std::get<Image<T>>(generic_image(shape, element_type_of<T>));
    }
    Options options = options_;
    options.method = method;
    const auto taps = std::get<Image<T>>(generic_kernel(kernel, kernel, element_type_of<T>));
    Plan<T> plan(Operation::convolve, shape, taps, options);
    if (out_.shape() != plan.output_shape()) out_ = Image<T>(plan.output_shape());
    const SharedWorkspace workspace(plan.workspace_bytes());
    return [this, plan = std::move(plan), workspace] {
      plan.execute(image_, out_, workspace.bytes());
    };
  }

 private:
  Options options_;
  Image<T> image_;
  Image<T> out_;
};

}  // namespace

std::unique_ptr<MapProblems> image_problems(const MapRequest& request) {
  return with_element_type(request.type,
                           [&]<Element T>(std::type_identity<T>) -> std::unique_ptr<MapProblems> {
                             return std::make_unique<ImageProblems<T>>(request.options);
                           });
}

}  // namespace twofold::tool
