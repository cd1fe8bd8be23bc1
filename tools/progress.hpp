// SPDX-License-Identifier: BSD-3-Clause
// ProgressBar: how far a long command has come, for whoever waits for it at a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace twofold::tool {

/// One line on the standard error, drawn at most every tenth of a second and erased at the end:
///
///   [########............]  42 %  measuring 512x512 by 31x31, 38 s left
///
/// Nothing at all where the standard error is not a terminal.
class ProgressBar {
 public:
  /// `total_work` in any unit in which equal work takes roughly equal time.
  explicit ProgressBar(double total_work);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

  /// What is being done now, in ASCII.
  void set_label(std::string label);
  /// How much of the work is done by now.
  void advance_to(double work);

 private:
  using Clock = std::chrono::steady_clock;

  void draw_when_due();
  void show(std::string line);
  [[nodiscard]] std::string line(double elapsed_seconds) const;

  bool is_shown_;
  double total_work_;
  double done_work_ = 0;
  std::string label_;
  std::size_t drawn_width_ = 0;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point drawn_at_ = begin_;
};

}  // namespace twofold::tool
