// SPDX-License-Identifier: BSD-3-Clause
// See kernels.hpp.
#include "demo/kernels.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "any_image.hpp"
#include "built_in_kernels.hpp"

namespace twofold::demo {

Image<float> make_kernel(std::string_view name) {
  std::optional<Image<double>> kernel = tool::built_in_kernel(name);
  return tool::converted<float>(tool::AnyImage(std::move(kernel).value()));
}

std::string picture_name(std::string_view kernel_name) {
  std::string name(kernel_name);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ':' || c == ','; }, '-');
  return name + ".png";
}

}  // namespace twofold::demo
