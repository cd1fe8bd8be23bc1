// SPDX-License-Identifier: BSD-3-Clause
// ProgressBar: how far a long command has come, for whoever waits for it at a terminal.
#include "progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "text.hpp"

namespace twofold::tool {

namespace {

constexpr auto time_between_drawings = std::chrono::milliseconds(100);
constexpr std::size_t bar_width = 20;
/// Before this the speed is a guess.
constexpr double seconds_before_remaining_time = 1;

/// A line that reaches the last column makes some terminals begin a new one.
std::size_t usable_columns() {
  struct winsize size {};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return (is_known ? size.ws_col : std::size_t{80}) - 1;
}

std::string remaining_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  if (whole < 60) return std::to_string(whole) + " s left";
  return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s left";
}

}  // namespace

ProgressBar::ProgressBar(double total_work)
    : is_shown_(isatty(STDERR_FILENO) != 0), total_work_(total_work) {}

ProgressBar::~ProgressBar() {
  if (drawn_width_ == 0) return;
  show("");
  std::fputc('\r', stderr);
}

void ProgressBar::set_label(std::string label) {
  label_ = std::move(label);
  draw_when_due();
}

void ProgressBar::advance_to(double work) {
  done_work_ = work;
  draw_when_due();
}

void ProgressBar::draw_when_due() {
  if (!is_shown_) return;
  const auto now = Clock::now();
  if (now - drawn_at_ < time_between_drawings) return;
  drawn_at_ = now;
  show(line(std::chrono::duration<double>(now - begin_).count()));
}

/// Spaces remove what is left of a longer line: every terminal knows them.
void ProgressBar::show(std::string line) {
  const std::size_t columns = usable_columns();
  line.resize(std::min(line.size(), columns));
  const std::size_t width = line.size();
  std::fputs(("\r" + left_aligned(line, std::min(drawn_width_, columns))).c_str(), stderr);
  drawn_width_ = width;
}

std::string ProgressBar::line(double elapsed_seconds) const {
  const double fraction = total_work_ > 0 ? std::clamp(done_work_ / total_work_, 0.0, 1.0) : 1;
  const auto filled = static_cast<std::size_t>(fraction * bar_width);
  const auto percent = static_cast<int>(fraction * 100);
  std::string text = "[" + std::string(filled, '#') + std::string(bar_width - filled, '.') + "]" +
                     right_aligned(std::to_string(percent), 4) + " %";
  if (!label_.empty()) text += "  " + label_;
  if (fraction > 0 && elapsed_seconds >= seconds_before_remaining_time) {
    const double remaining = elapsed_seconds * (1 - fraction) / fraction;
    text += (label_.empty() ? "  " : ", ") + remaining_text(remaining);
  }
  return text;
}

}  // namespace twofold::tool
