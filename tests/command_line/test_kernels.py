# SPDX-License-Identifier: BSD-3-Clause
"""KERNEL on the command line: literals and built-ins, against formulas written down here anew."""

import unittest

import numpy as np
import scipy.integrate
import scipy.ndimage

from support import CommandLineTest


class KernelTest(CommandLineTest):
    def kernel(self, expression, dtype="uint8"):
        """The kernel itself: what it makes of a single 1 that is inside it everywhere."""
        return self.convolve_npy(np.ones((1, 1), dtype), expression, "--mode", "valid")

    def assert_kernel(self, expression, expected, tolerance=1e-14):
        actual = self.kernel(expression)
        self.assertEqual(actual.dtype, np.float64)
        self.assertEqual(actual.shape, np.shape(expected))
        np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance)


class Literals(KernelTest):
    def test_values_and_types_are_those_of_numpy(self):
        for text, values in [
                ("1 2 1; 2 4 2; 1 2 1", [[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
                ("1,2;3,4", [[1, 2], [3, 4]]),
                (" 1 ,\t2\n3, 4\n", [[1, 2], [3, 4]]),
                ("5", [[5]]),
                ("-1 0 1", [[-1, 0, 1]]),
                ("1;2;3;", [[1], [2], [3]]),
                ("+1 -2.5 1e-3", [[1, -2.5, 1e-3]]),
                ("1. .5", [[1.0, 0.5]]),
                ("-.5 1", [[-0.5, 1.0]]),
                ("9223372036854775807 -9223372036854775808", [[2**63 - 1, -2**63]]),
                ("18446744073709551615", [[2**64 - 1]]),
                ("18446744073709551615 1", [[2**64 - 1, 1]]),
                ("1+2j 3", [[1 + 2j, 3]]),
                ("j -j 2.5j 1e+2-1e-2j", [[1j, -1j, 2.5j, 1e2 - 1e-2j]]),
                ("nan 1; inf -inf", [[np.nan, 1], [np.inf, -np.inf]]),
        ]:
            with self.subTest(text=text):
                self.assert_same_array(self.kernel(text), np.array(values))


def gaussian(sigma, radius):
    impulse = np.zeros(2 * radius + 1)
    impulse[radius] = 1
    line = scipy.ndimage.gaussian_filter1d(impulse, sigma, truncate=radius / sigma)
    return np.outer(line, line)


class BuiltIns(KernelTest):
    def test_gaussian_is_scipys(self):
        for sigma in (0.3, 0.5, 1, 2.5, 7):
            radius = int(4 * sigma + 0.5)
            impulse = np.zeros((2 * radius + 1, 2 * radius + 1))
            impulse[radius, radius] = 1
            self.assert_kernel(f"gaussian:{sigma}",
                               scipy.ndimage.gaussian_filter(impulse, sigma, mode="constant"))
        self.assert_kernel("gaussian:2,3", gaussian(2, 3))
        self.assert_kernel("gaussian:2,0", [[1]])
        self.assert_kernel("gaussian:1e-200", [[1]])
        self.assert_kernel("gaussian: 2 , 3 ", gaussian(2, 3))

    def test_box(self):
        self.assert_kernel("box:3", np.full((3, 3), 1 / 9))
        self.assert_kernel("box:2x5", np.full((2, 5), 1 / 10))
        self.assert_kernel("box:1", [[1]])

    def test_derivatives_are_those_of_scipy(self):
        for axis, name in ((1, "x"), (0, "y")):
            image = self.random.random((8, 9))
            result = self.convolve_npy(image, f"sobel-{name}", "--mode", "same", "--boundary",
                                       "symm", operation="correlate")
            np.testing.assert_allclose(result, scipy.ndimage.sobel(image, axis, mode="reflect"),
                                       atol=1e-12)
        self.assert_kernel("sobel-x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
        self.assert_kernel("sobel-y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
        self.assert_kernel("scharr-x", [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]])
        self.assert_kernel("scharr-y", [[-3, -10, -3], [0, 0, 0], [3, 10, 3]])

    def test_laplacian(self):
        image = self.random.random((8, 9))
        result = self.convolve_npy(image, "laplacian", "--mode", "same", "--boundary", "symm")
        np.testing.assert_allclose(result, scipy.ndimage.laplace(image, mode="reflect"),
                                   atol=1e-12)
        self.assert_kernel("laplacian:4", [[0, 1, 0], [1, -4, 1], [0, 1, 0]])
        self.assert_kernel("laplacian:8", [[1, 1, 1], [1, -8, 1], [1, 1, 1]])

    def test_laplacian_of_gaussian(self):
        for sigma, radius in ((0.5, 2), (1, 4), (1.4, 6), (3, 12)):
            y, x = np.mgrid[-radius:radius + 1, -radius:radius + 1]
            expected = gaussian(sigma, radius) * (x**2 + y**2 - 2 * sigma**2) / sigma**4
            expected -= expected.mean()
            self.assert_kernel(f"log:{sigma}", expected)
            self.assertAlmostEqual(self.kernel(f"log:{sigma}").sum(), 0, delta=1e-13)
        # It approximates the continuous operator: on x² + y² the Laplacian is 4.
        y, x = np.mgrid[-30:31, -30:31]
        result = self.convolve_npy((x**2 + y**2).astype(float), "log:3", "--mode", "valid")
        np.testing.assert_allclose(result, 4, rtol=0.02)

    def test_gabor(self):
        for sigma, wavelength, angle, phase, aspect in ((2, 5, 0, 0, 1), (3, 4, 30, 45, 0.5),
                                                        (2.5, 8, 90, 90, 2), (2, 6, -200, 10, 1)):
            result = self.kernel(f"gabor:{sigma},{wavelength},{angle},{phase},{aspect}")
            rows, cols = result.shape
            y, x = np.mgrid[-(rows // 2):rows // 2 + 1, -(cols // 2):cols // 2 + 1]
            theta, psi = np.radians(angle), np.radians(phase)
            along = x * np.cos(theta) + y * np.sin(theta)
            across = -x * np.sin(theta) + y * np.cos(theta)
            expected = np.exp(-(along**2 + aspect**2 * across**2) / (2 * sigma**2)) * np.cos(
                2 * np.pi * along / wavelength + psi)
            np.testing.assert_allclose(result, expected, rtol=0, atol=1e-13)
            # Three standard deviations along each axis.
            self.assertEqual(cols // 2, np.ceil(round(3 * max(
                abs(sigma * np.cos(theta)), abs(sigma / aspect * np.sin(theta))), 9)))
            self.assertEqual(rows // 2, np.ceil(round(3 * max(
                abs(sigma * np.sin(theta)), abs(sigma / aspect * np.cos(theta))), 9)))
        np.testing.assert_array_equal(self.kernel("gabor:2,5"), self.kernel("gabor:2,5,0,0,1"))

    def test_motion_along_the_axes(self):
        self.assert_kernel("motion:1,33", [[1]])
        self.assert_kernel("motion:5,0", np.full((1, 5), 0.2))
        self.assert_kernel("motion:5,90", np.full((5, 1), 0.2))
        self.assert_kernel("motion:5,-270", np.full((5, 1), 0.2))
        self.assert_kernel("motion:4,180", np.array([[0.5, 1, 1, 1, 0.5]]) / 4)

    def test_motion_at_an_angle(self):
        for length, angle in ((21, 30), (9.5, 110), (15, -45)):
            result = self.kernel(f"motion:{length},{angle}")
            rows, cols = result.shape
            y, x = np.mgrid[-(rows // 2):rows // 2 + 1, -(cols // 2):cols // 2 + 1]
            # The distance from the nearest point of the segment, y running downwards.
            direction = np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))])
            points = np.stack([x, y], axis=-1)
            half = (length - 1) / 2
            nearest = np.clip(points @ direction, -half, half)[..., None] * direction
            distance = np.linalg.norm(points - nearest, axis=-1)
            expected = np.maximum(0, 1 - distance)
            np.testing.assert_allclose(result, expected / expected.sum(), rtol=0, atol=1e-14)
            self.assertTrue(result[0].any() and result[-1].any())
            self.assertTrue(result[:, 0].any() and result[:, -1].any())
        # Anticlockwise from the right: 45° points to the upper right.
        upward = self.kernel("motion:11,45")
        self.assertGreater(upward[0, -1], 0)
        self.assertEqual(upward[0, 0], 0)

    def test_disk(self):
        def column(t, radius, low, high):
            """How much of the vertical line at t between low and high lies inside the disk."""
            half = np.sqrt(max(0.0, radius**2 - t**2))
            return max(0.0, min(high, half) - max(low, -half))

        for radius in (0.3, 0.5, 1, 2.2, 5):
            extent = max(0, int(np.ceil(radius - 0.5)))
            axis = range(-extent, extent + 1)
            expected = np.array([[scipy.integrate.quad(
                column, x - 0.5, x + 0.5, (radius, y - 0.5, y + 0.5), limit=400)[0]
                for x in axis] for y in axis])
            self.assertAlmostEqual(expected.sum(), np.pi * radius**2, delta=1e-5)
            self.assert_kernel(f"disk:{radius}", expected / expected.sum(), 1e-6)

    def test_parameters_at_the_ends_of_what_numbers_hold(self):
        self.assert_kernel("disk:1e-200", [[1]])
        self.assert_kernel("log:1e160,1", np.zeros((3, 3)))
        np.testing.assert_allclose(self.kernel("gabor:1,5,0,1e308"),
                                   self.kernel(f"gabor:1,5,0,{np.fmod(1e308, 360)}"))
        for expression in ("gaussian:5e-324", "gaussian:1e300,2", "disk:5e-324", "motion:3.5,1e308",
                           "gabor:5e-324,1", "gabor:1,1e308", "gabor:1,5,1e308", "log:1e308,3"):
            self.assertTrue(np.isfinite(self.kernel(expression)).all(), expression)

    def test_identity(self):
        self.assert_kernel("identity", [[1]])

    def test_normalised(self):
        for expression in ("gaussian:4.2", "box:7x3", "motion:17,21", "disk:6.5"):
            kernel = self.kernel(expression)
            self.assertAlmostEqual(kernel.sum(), 1, delta=1e-13)
            self.assertGreaterEqual(kernel.min(), 0)
            np.testing.assert_allclose(kernel, kernel[::-1, ::-1], atol=1e-15)


if __name__ == "__main__":
    unittest.main()
