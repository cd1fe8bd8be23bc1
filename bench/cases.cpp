// SPDX-License-Identifier: BSD-3-Clause
// The table of cases.
#include "cases.hpp"

#include <utility>

namespace twofold::bench {

namespace {

using enum KernelForm;
using enum ElementType;
using KernelSize = std::pair<Index, Index>;

const std::vector<Shape> shapes = {{64, 64},     {128, 128},  {256, 256},   {512, 512},
                                   {1024, 1024}, {1037, 771}, {2048, 2048}, {4096, 4096}};
const std::vector<KernelSize> kernels = {{1, 1},   {3, 3},   {5, 5},   {7, 7},   {9, 9},
                                         {11, 11}, {13, 13}, {15, 15}, {21, 21}, {31, 31},
                                         {13, 5},  {1, 21},  {21, 1}};
/// The sliding window has no part in these.
const std::vector<KernelSize> large_kernels = {{63, 63}, {127, 127}};
const std::vector<KernelSize> pixel_kernels = {{3, 3},   {5, 5},   {7, 7},  {9, 9},  {11, 11},
                                               {15, 15}, {31, 31}, {13, 5}, {1, 21}, {21, 1}};
const std::vector<KernelSize> factored_kernels = {{5, 5}, {7, 7}, {15, 15}, {31, 31}};

void add(std::vector<Case>& cases, KernelForm form, ElementType type,
         const std::vector<Shape>& images, const std::vector<KernelSize>& sizes) {
  for (const Shape& image : images) {
    for (const auto& [rows, cols] : sizes) {
      if (rows <= image.rows && cols <= image.cols)
        cases.push_back({form, type, image, rows, cols});
    }
  }
}

std::vector<Shape> interleaved(std::vector<Shape> images, Index channels) {
  for (Shape& image : images)
    image.channels = channels;
  return images;
}

std::vector<Case> full_table() {
  std::vector<Case> cases;
  for (const ElementType type : {float32, float64})
    add(cases, general, type, shapes, kernels);
  add(cases, general, float32, shapes, large_kernels);
  add(cases, general, uint8, shapes, pixel_kernels);
  add(cases, general, uint8, interleaved(shapes, 3), pixel_kernels);
  for (const ElementType type : {float32, float64}) {
    add(cases, separable, type, shapes, factored_kernels);
  }
  add(cases, rank_one, float32, shapes, factored_kernels);
  return cases;
}

std::vector<Case> quick_table() {
  std::vector<Case> cases;
  add(cases, general, float32, {{64, 64}, {256, 256}, {1024, 1024}, {2048, 2048}},
      {{3, 3}, {5, 5}, {7, 7}, {9, 9}, {11, 11}, {15, 15}});
  add(cases, general, float32, {{1037, 771}}, {{11, 11}, {13, 5}, {1, 21}, {21, 1}});
  add(cases, general, float32, {{4096, 4096}}, {{3, 3}});
  add(cases, general, float64, {{512, 512}}, {{3, 3}, {5, 5}, {9, 9}, {15, 15}});
  add(cases, general, float64, {{1037, 771}}, {{5, 5}});
  add(cases, general, uint8, {{64, 64}, {512, 512}, {1037, 771}, {2048, 2048}},
      {{3, 3}, {5, 5}, {9, 9}, {15, 15}});
  add(cases, general, uint8, interleaved({{512, 512}, {1037, 771}}, 3), {{3, 3}, {5, 5}, {15, 15}});
  add(cases, separable, float32, {{64, 64}, {512, 512}, {1037, 771}, {2048, 2048}},
      {{5, 5}, {15, 15}});
  add(cases, separable, float64, {{512, 512}, {1037, 771}}, {{5, 5}, {15, 15}});
  add(cases, rank_one, float32, {{1024, 1024}, {1037, 771}}, {{15, 15}});
  return cases;
}

std::string by(Index rows, Index cols) {
  return std::to_string(rows) + 'x' + std::to_string(cols);
}

}  // namespace

std::string_view name_of(KernelForm form) noexcept {
  constexpr std::string_view names[] = {"general", "rank_one", "separable"};
  return names[static_cast<unsigned>(form)];
}

std::string name_of_sizes(ElementType type, const Shape& image, Index kernel_rows,
                          Index kernel_cols) {
  std::string name(twofold::name_of(type));
  if (image.channels != 1) name += 'x' + std::to_string(image.channels);
  return name + '/' + by(image.rows, image.cols) + '/' + by(kernel_rows, kernel_cols);
}

std::string Case::name() const {
  return std::string(name_of(form)) + '/' + name_of_sizes(type, image, kernel_rows, kernel_cols);
}

double Case::operations() const noexcept {
  const Index taps = form == separable ? kernel_rows + kernel_cols : kernel_rows * kernel_cols;
  return 2.0 * static_cast<double>(taps * image.rows * image.cols * image.channels);
}

double Case::compulsory_bytes() const noexcept {
  return 2.0 * static_cast<double>(size_in_bytes(type)) *
         static_cast<double>(image.rows * image.cols * image.channels);
}

std::vector<Case> image_cases(bool quick) {
  return quick ? quick_table() : full_table();
}

}  // namespace twofold::bench
