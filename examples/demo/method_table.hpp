// SPDX-License-Identifier: BSD-3-Clause
// The table of the demo: for each kernel, what the dispatcher chose, and what every method takes,
// predicted and measured.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "twofold/twofold.hpp"

namespace twofold::demo {

/// Grows by one kernel at a time, and prints each as soon as it is measured.
class MethodTable {
 public:
  /// The image, values 0 to 1, must outlive the table.
  explicit MethodTable(View<const float> image) : image_(image) {}

  /// Convolves the image with the kernel (mode same, boundary symm) by the method chosen and by
  /// every other that is bearable, prints the times, and returns what the chosen method gave.
  Image<float> add(std::string_view name, View<const float> kernel);

  /// What the table's signs mean, how good choices and predictions were, how well methods agree.
  void print_summary() const;

  /// No two methods differed by more than the sum of the error bounds they state.
  [[nodiscard]] bool methods_agree() const noexcept { return largest_excess_ <= 1; }

 private:
  struct Run {
    Candidate candidate;
    bool chosen = false;
    bool ran = false;
    double seconds = 0;
  };
  using Row = std::vector<Run>;

  void print_row(std::string_view name, View<const float> kernel, const Row& row) const;
  void print_legend() const;
  [[nodiscard]] bool is_bearable(const Candidate& candidate) const;
  void measure(const Plan<float>& plan, Run& run, View<float> out);
  void compare(const Plan<float>& a, View<const float> from_a, const Plan<float>& b,
               View<const float> from_b);

  View<const float> image_;
  std::vector<Row> rows_;
  std::map<Method, double> slowness_;  ///< measured ÷ predicted, the largest seen so far
  double spent_seconds_ = 0;
  double largest_difference_ = 0;
  double largest_excess_ = 0;  ///< difference ÷ what the bounds allow
};

}  // namespace twofold::demo
