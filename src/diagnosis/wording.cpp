// SPDX-License-Identifier: BSD-3-Clause
// What differs between two calls, in words.
#include "diagnosis/wording.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "twofold/info.hpp"

namespace twofold {

std::string_view name_of(Cause cause) noexcept {
  constexpr std::array<std::string_view, 12> names{
      "operation", "rotated", "transposed", "conjugated", "anchor",  "mode",
      "boundary",  "scale",   "rounded",    "saturated",  "wrapped", "channels"};
  const auto index = static_cast<std::size_t>(cause);
  return index < names.size() ? names[index] : "?";
}

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> names{"equal", "explained", "ambiguous", "unexplained"};
  const auto index = static_cast<std::size_t>(verdict);
  return index < names.size() ? names[index] : "?";
}

namespace detail {

namespace {

std::string boundary_text(const Call& call) {
  std::string text(name_of(call.boundary.rows));
  if (call.boundary.cols != call.boundary.rows)
    text.append(",").append(name_of(call.boundary.cols));
  return text;
}

/// With the fill value, unless that is the usual one; and with the other name for the same thing.
std::string boundary_text(const Call& call, const Operands& operands) {
  std::string text = boundary_text(call);
  const bool fills = call.boundary.rows == Boundary::fill || call.boundary.cols == Boundary::fill;
  if (fills && call.fill != 0.0) {
    text += " with " + short_number(call.fill.real());
    if (call.fill.imag() != 0) text += " + " + short_number(call.fill.imag()) + "j";
  }
  if (call.boundary == Boundaries(Boundary::symm) && symm_is_nearest(call, operands))
    text += " (or nearest, the same here)";
  return text;
}

std::string steps(Index count, const char* unit) {
  return (count > 0 ? "+" : "−") + std::to_string(std::abs(count)) + " " + unit;
}

std::string anchor_text(const Point& from, const Point& to) {
  const Point by{to.row - from.row, to.col - from.col};
  std::vector<std::string> parts;
  if (by.row != 0) parts.push_back(steps(by.row, std::abs(by.row) == 1 ? "row" : "rows"));
  if (by.col != 0) parts.push_back(steps(by.col, std::abs(by.col) == 1 ? "column" : "columns"));
  return enumeration(parts, "and");
}

std::string storage_text(const Call& call) {
  switch (call.storage) {
    case Storage::exact:
      return "exact";
    case Storage::rounded:
      return "rounded to integers";
    case Storage::truncated:
      return "cut off to integers";
    case Storage::saturated:
      return "saturated to " + std::string(name_of(call.storage_type));
    case Storage::wrapped:
      break;
  }
  return "wrapped around in " + std::string(name_of(call.storage_type));
}

std::string factor_number(double factor) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", factor);
  return text;
}

/// "X" and "1 ÷ X".
std::string inverse_name(const std::string& name) {
  constexpr std::string_view over = "1 ÷ ";
  if (name.empty()) return name;
  return name.starts_with(over) ? name.substr(over.size()) : std::string(over) + name;
}

/// The ratio of two factors, with its name where it has one.
std::string factor_text(const Call& from, const Call& to) {
  const double ratio = to.factor / from.factor;
  if (ratio == -1) return "all signs changed";
  std::string name;
  if (from.factor == 1) name = to.factor_name;
  if (to.factor == 1) name = inverse_name(from.factor_name);
  return "all values multiplied by " + factor_number(ratio) +
         (name.empty() || name == factor_number(ratio) ? "" : " (" + name + ")");
}

class Sentence {
 public:
  Sentence(const Pair& pair, const Subjects& subjects, const Operands& operands)
      : pair_(pair),
        subjects_(subjects),
        operands_(operands),
        from_(subjects.a_is_reference ? pair.a.call : pair.b.call),
        to_(subjects.a_is_reference ? pair.b.call : pair.a.call) {}

  [[nodiscard]] std::string text() const {
    std::vector<std::string> parts = kernel_parts();
    for (const auto& part : other_parts())
      parts.push_back(part);
    // Rotated twice: what is left of it is where the anchor lies.
    if (parts.empty()) parts.emplace_back("another operation and the kernel rotated by 180°");
    return subjects_.subject + " is " + subjects_.reference + " with " + enumeration(parts, "and") +
           operations() + other_convention() + ".";
  }

 private:
  [[nodiscard]] bool has(Cause cause) const {
    return std::find(pair_.causes.begin(), pair_.causes.end(), cause) != pair_.causes.end();
  }

  /// "the kernel transposed and rotated by 180°"
  [[nodiscard]] std::vector<std::string> kernel_parts() const {
    std::vector<std::string> done;
    if (has(Cause::transposed)) done.emplace_back("transposed");
    // Rotated as an array, and the operation another: rotated twice.
    if (has(Cause::operation) != has(Cause::rotated)) done.emplace_back("rotated by 180°");
    const bool operation_conjugates = has(Cause::operation) && operands_.complex_kernel;
    if (operation_conjugates != has(Cause::conjugated)) done.emplace_back("conjugated");
    if (done.empty()) return {};
    return {"the kernel " + enumeration(done, "and")};
  }

  [[nodiscard]] std::vector<std::string> other_parts() const {
    std::vector<std::string> parts;
    if (has(Cause::anchor)) {
      parts.push_back("the anchor moved by " + anchor_text(from_.anchor, to_.anchor) +
                      (pair_.causes.size() == 1 ? anchor_meaning() : ""));
    }
    if (has(Cause::mode)) {
      parts.push_back("mode " + std::string(name_of(to_.mode)) + " in place of " +
                      std::string(name_of(from_.mode)));
    }
    if (has(Cause::boundary)) {
      parts.push_back("boundary " + boundary_text(to_, operands_) + " in place of " +
                      boundary_text(from_, operands_));
    }
    if (has(Cause::scale)) parts.push_back(factor_text(from_, to_));
    if (has(Cause::rounded) || has(Cause::saturated) || has(Cause::wrapped))
      parts.push_back(storage_part());
    if (has(Cause::channels)) parts.emplace_back("the channels in reverse order (RGB and BGR)");
    return parts;
  }

  /// "(r, c) of B is (r + 1, c) of A", as far as both lie inside.
  [[nodiscard]] std::string anchor_meaning() const {
    const auto position = [](const char* name, Index by) {
      std::string text = name;
      if (by != 0) text += (by > 0 ? " + " : " − ") + std::to_string(std::abs(by));
      return text;
    };
    return " ((r, c) of " + subjects_.subject + " is (" +
           position("r", to_.anchor.row - from_.anchor.row) + ", " +
           position("c", to_.anchor.col - from_.anchor.col) + ") of " + subjects_.reference + ")";
  }

  /// Along even sides, others put the anchor one element further than convolve2d and correlate2d.
  [[nodiscard]] std::string other_convention() const {
    if (!has(Cause::anchor)) return "";
    const auto follows_others = [&](const Call& call) {
      Shape kernel = operands_.kernel;
      if (call.transposed) std::swap(kernel.rows, kernel.cols);
      if (kernel.rows % 2 != 0 && kernel.cols % 2 != 0) return false;
      const Index step = call.operation == Operation::convolve ? 1 : -1;
      return call.anchor == Point{kernel.rows % 2 == 0 ? step : 0, kernel.cols % 2 == 0 ? step : 0};
    };
    const bool is_to = follows_others(to_);
    if (!is_to && !follows_others(from_)) return "";
    const bool convolves = (is_to ? to_ : from_).operation == Operation::convolve;
    return "; the anchor of " + (is_to ? subjects_.subject : subjects_.reference) + " is that of " +
           (convolves ? "ndimage and MATLAB" : "OpenCV and ndimage") + " for kernels of even size";
  }

  [[nodiscard]] std::string storage_part() const {
    if (from_.storage == Storage::exact) return "all values " + storage_text(to_);
    if (to_.storage == Storage::exact) {
      return "all values exact, where those of " + subjects_.reference + " are " +
             storage_text(from_);
    }
    return "all values " + storage_text(to_) + " in place of " + storage_text(from_);
  }

  /// What the rotation is: another operation, or not.
  [[nodiscard]] std::string operations() const {
    if (has(Cause::operation)) {
      const bool to_convolves = to_.operation == Operation::convolve;
      const std::string convolution = to_convolves ? subjects_.subject : subjects_.reference;
      const std::string correlation = to_convolves ? subjects_.reference : subjects_.subject;
      const std::string others = "(Keras, PyTorch and OpenCV call this convolution)";
      if (to_convolves) {
        return ": " + correlation + " is a correlation " + others + ", " + convolution +
               " a convolution";
      }
      return ": " + convolution + " is a convolution, " + correlation + " a correlation " + others;
    }
    if (has(Cause::rotated)) return rotation_alone();
    return "";
  }

  /// Where the anchor is in the middle anyway, only complex kernels come here: a correlation that
  /// conjugates is another operation.
  [[nodiscard]] std::string rotation_alone() const {
    const bool convolve = to_.operation == Operation::convolve;
    const bool has_middle = operands_.kernel.rows % 2 == 1 && operands_.kernel.cols % 2 == 1;
    if (to_.mode == Mode::same && !has_middle) {
      return std::string(": both are ") + (convolve ? "convolutions" : "correlations") +
             ", and the anchor has not been rotated with the kernel";
    }
    return convolve ? ": one is a convolution, the other a correlation that does not conjugate the "
                      "kernel"
                    : "";
  }

  const Pair& pair_;
  const Subjects& subjects_;
  const Operands& operands_;
  const Call& from_;
  const Call& to_;
};

}  // namespace

std::string sentence_of(const Pair& pair, const Subjects& subjects, const Operands& operands) {
  return Sentence(pair, subjects, operands).text();
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  return text;
}

std::string enumeration(const std::vector<std::string>& parts, const char* conjunction) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " " + std::string(conjunction) + " " : ", ";
    text += parts[i];
  }
  return text;
}

std::vector<std::string> symmetries_of(const ErasedView& kernel) {
  const auto [rows, cols, channels] = kernel.shape;
  bool is_rotated = true;
  bool is_transposed = rows == cols;
  bool is_both = rows == cols;
  for (Index r = 0; r < rows; ++r) {
    for (Index c = 0; c < cols; ++c) {
      const auto tap = number_at(kernel, r, c, 0);
      is_rotated = is_rotated && tap == number_at(kernel, rows - 1 - r, cols - 1 - c, 0);
      is_transposed = is_transposed && tap == number_at(kernel, c, r, 0);
      is_both = is_both && tap == number_at(kernel, cols - 1 - c, rows - 1 - r, 0);
    }
  }
  std::vector<std::string> found;
  if (rows * cols == 1) return found;
  if (is_rotated) found.emplace_back("the kernel equals itself rotated by 180°");
  if (is_transposed) found.emplace_back("the kernel equals its transpose");
  if (is_both && !is_rotated)
    found.emplace_back("the kernel's transpose is the kernel rotated by 180°");
  return found;
}

}  // namespace detail

std::string Call::text() const {
  std::string text(name_of(operation));
  text.append(", mode ").append(name_of(mode));
  if (mode != Mode::valid) text += ", boundary " + detail::boundary_text(*this);
  std::vector<std::string> kernel;
  if (transposed) kernel.emplace_back("transposed");
  if (rotated) kernel.emplace_back("rotated by 180°");
  if (conjugated) kernel.emplace_back("conjugated");
  if (!kernel.empty()) text += ", the kernel " + detail::enumeration(kernel, "and");
  if (anchor != Point{}) text += ", the anchor moved by " + detail::anchor_text({}, anchor);
  if (factor != 1) {
    text += ", times " + (factor_name.empty() ? detail::factor_number(factor) : factor_name);
  }
  if (storage != Storage::exact) text += ", " + detail::storage_text(*this);
  if (channels_reversed) text += ", the channels in reverse order";
  return text;
}

}  // namespace twofold
