// SPDX-License-Identifier: BSD-3-Clause
// F(4×4, 3×3): four by four outputs of three by three taps from 36 products (S. Winograd,
// Arithmetic Complexity of Computations, 1980; Lavin & Gray, Fast Algorithms for Convolutional
// Neural Networks, CVPR 2016). Along one axis, with ⊙ element by element,
//
//   y[i] = Σ_j g[j]·d[i + j],  i < 4, j < 3:  y = Aᵀ·(G·g ⊙ Bᵀ·d)
//
// multiplies polynomials by their values at 0, ±p, ±q and ∞. Lavin and Gray have p = 1 and q = 2;
// 5/8 and 3/2 are as exact in binary and bound the error by a quarter of that (16² against 7.9²
// times the direct sum's magnitudes); what is measured is less than half. How errors depend on the
// points: Barabasz, Anderson, Soodhalter & Gregg, Error Analysis and Improving the Accuracy of
// Winograd Convolution for Deep Neural Networks, ACM TOMS 46(4), 2020.
#pragma once

namespace twofold::detail {

struct Winograd {
  static constexpr int outputs = 4;
  static constexpr int taps = 3;
  static constexpr int inputs = outputs + taps - 1;
  static constexpr int planes = inputs * inputs;

  static constexpr double p = 0.625;
  static constexpr double q = 1.5;
  static constexpr double p2 = p * p;
  static constexpr double q2 = q * q;

  // Values are taken at 0, p, −p, q, −q, ∞, in this order.
  static constexpr double a_transposed[outputs][inputs] = {
      {1, 1, 1, 1, 1, 0},
      {0, p, -p, q, -q, 0},
      {0, p2, p2, q2, q2, 0},
      {0, p2* p, -p2* p, q2* q, -q2* q, 1},
  };
  static constexpr double b_transposed[inputs][inputs] = {
      {p2 * q2, 0, -p2 - q2, 0, 1, 0},  //
      {0, -p* q2, -q2, p, 1, 0},        //
      {0, p* q2, -q2, -p, 1, 0},        //
      {0, -p2* q, -p2, q, 1, 0},        //
      {0, p2* q, -p2, -q, 1, 0},        //
      {0, p2* q2, 0, -p2 - q2, 0, 1},
  };
  /// Lagrange's denominators, which G bears.
  static constexpr double at_0 = p2 * q2;
  static constexpr double at_p = 2 * p2 * (p2 - q2);
  static constexpr double at_q = 2 * q2 * (q2 - p2);
  static constexpr double g[inputs][taps] = {
      {1 / at_0, 0, 0},
      {1 / at_p, p / at_p, p2 / at_p},
      {1 / at_p, -p / at_p, p2 / at_p},
      {1 / at_q, q / at_q, q2 / at_q},
      {1 / at_q, -q / at_q, q2 / at_q},
      {0, 0, 1},
  };
};

}  // namespace twofold::detail
