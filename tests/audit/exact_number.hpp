// SPDX-License-Identifier: BSD-3-Clause
// Double-double numbers, to be computed with as with any other.
#pragma once

#include "double_double.hpp"

namespace twofold::audit {

class ExactNumber {
 public:
  constexpr ExactNumber(double number = 0)  // NOLINT(google-explicit-constructor)
      : value_{number, 0} {}
  explicit constexpr ExactNumber(const test::DoubleDouble& value) : value_(value) {}

  [[nodiscard]] const test::DoubleDouble& value() const { return value_; }

  ExactNumber& operator+=(const ExactNumber& other) {
    value_ = test::add(value_, other.value_);
    return *this;
  }
  friend ExactNumber operator*(const ExactNumber& a, const ExactNumber& b) {
    return ExactNumber(test::multiply(a.value_, b.value_));
  }
  friend ExactNumber abs(const ExactNumber& number) {
    const test::DoubleDouble& value = number.value_;
    return value.high < 0 ? ExactNumber({-value.high, -value.low}) : number;
  }

 private:
  test::DoubleDouble value_;
};

}  // namespace twofold::audit
