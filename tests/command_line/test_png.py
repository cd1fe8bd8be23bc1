# SPDX-License-Identifier: BSD-3-Clause
"""PNG pictures: every kind that is read, what is kept, and what a convolution makes of them."""

import struct
import unittest
import warnings
import zlib

import numpy as np
import scipy.misc
import scipy.ndimage
import scipy.signal
from PIL import Image, ImageCms

import png_codec
from support import CommandLineTest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    PHOTO = scipy.misc.ascent().astype(np.uint8)


class PngTest(CommandLineTest):
    def convolve_png(self, data, kernel, *options, operation="convolve"):
        self.path("in.png").write_bytes(data)
        self.run_ok(operation, self.path("in.png"), kernel, "-o", self.path("out.png"), *options)
        return png_codec.decode(self.path("out.png").read_bytes())

    def random_pixels(self, depth, channels, shape=(13, 11)):
        return self.random.integers(0, 2**depth, (*shape, channels), dtype=np.uint16)

    def assert_rounded(self, actual, exact, largest, error):
        """`actual` is `exact`, saturated and rounded to the nearest, `error` being how far float
        arithmetic may be off before it rounds."""
        distance = np.abs(actual.astype(float) - np.clip(exact, 0, largest))
        self.assertLessEqual(distance.max(), 0.5 + error)


class Kinds(PngTest):
    def test_more_than_a_million_columns(self):
        pixels = np.zeros((1, 1_000_001, 1), "uint16")
        pixels[0, -1] = 7
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "0 1 0")
        np.testing.assert_array_equal(result, pixels)

    def test_identity_changes_nothing(self):
        for depth in (8, 16):
            for channels in (1, 2, 3, 4):
                for interlaced in (False, True):
                    with self.subTest(depth=depth, channels=channels, interlaced=interlaced):
                        pixels = self.random_pixels(depth, channels)
                        data = png_codec.encode(pixels, depth, interlaced=interlaced)
                        result = self.convolve_png(data, "identity")
                        np.testing.assert_array_equal(result[0], pixels)
                        self.assertEqual(result[1:], (depth, png_codec.COLOUR_TYPES[channels]))

    def test_gray_below_8_bits_is_expanded(self):
        for depth in (1, 2, 4):
            for interlaced in (False, True):
                pixels = self.random_pixels(depth, 1)
                data = png_codec.encode(pixels, depth, interlaced=interlaced)
                result = self.convolve_png(data, "identity")
                np.testing.assert_array_equal(result[0], pixels * (255 // (2**depth - 1)))
                self.assertEqual(result[1:], (8, png_codec.GRAY))

    def test_palettes_are_expanded(self):
        palette = self.random.integers(0, 256, (16, 3), dtype=np.uint8)
        for depth in (1, 2, 4, 8):
            colours = min(2**depth, 16)
            indices = self.random.integers(0, colours, (9, 7))
            plte = png_codec.chunk(b"PLTE", palette[:colours].tobytes())
            data = png_codec.encode(indices, depth, png_codec.PALETTE, chunks=plte)
            result = self.convolve_png(data, "identity")
            np.testing.assert_array_equal(result[0], palette[indices])
            self.assertEqual(result[1:], (8, png_codec.RGB))

    def test_transparent_colours_become_alpha(self):
        palette = self.random.integers(0, 256, (4, 3), dtype=np.uint8)
        indices = self.random.integers(0, 4, (9, 7))
        chunks = (png_codec.chunk(b"PLTE", palette.tobytes()) +
                  png_codec.chunk(b"tRNS", bytes([10, 200])))
        data = png_codec.encode(indices, 8, png_codec.PALETTE, chunks=chunks)
        result, depth, colour_type = self.convolve_png(data, "identity")
        self.assertEqual((depth, colour_type), (8, png_codec.RGBA))
        np.testing.assert_array_equal(result[:, :, :3], palette[indices])
        np.testing.assert_array_equal(result[:, :, 3], np.array([10, 200, 255, 255])[indices])

        for bits in (8, 16):
            pixels = self.random_pixels(bits, 1)
            transparent = png_codec.chunk(b"tRNS", struct.pack(">H", int(pixels[3, 4, 0])))
            data = png_codec.encode(pixels, bits, chunks=transparent)
            result, depth, colour_type = self.convolve_png(data, "identity")
            self.assertEqual((depth, colour_type), (bits, png_codec.GRAY_ALPHA))
            np.testing.assert_array_equal(result[:, :, 1:] == 0, pixels == pixels[3, 4, 0])

    def test_what_pil_writes_and_reads(self):
        for mode in ("L", "LA", "RGB", "RGBA", "P", "1"):
            picture = Image.fromarray(PHOTO[:40, :30]).convert(mode)
            picture.save(self.path("in.png"))
            self.run_ok("convolve", self.path("in.png"), "identity", "-o", self.path("out.png"))
            result = Image.open(self.path("out.png"))
            np.testing.assert_array_equal(np.asarray(result.convert("RGBA")),
                                          np.asarray(picture.convert("RGBA")))

    def test_colour_and_resolution_chunks_are_kept(self):
        kept = {
            b"gAMA": struct.pack(">I", 45455),
            b"cHRM": struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000),
            b"sRGB": b"\1",
            b"pHYs": struct.pack(">IIB", 2835, 5669, 1),
        }
        chunks = b"".join(png_codec.chunk(*item) for item in kept.items())
        self.convolve_png(png_codec.encode(self.random_pixels(8, 3), 8, chunks=chunks), "identity")
        written = dict(png_codec.read_chunks(self.path("out.png").read_bytes()))
        self.assertEqual({name: written.get(name) for name in kept}, kept)

    def test_icc_profile_is_kept(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        iccp = png_codec.chunk(b"iCCP", b"test\0\0" + zlib.compress(profile))
        self.convolve_png(png_codec.encode(self.random_pixels(8, 3), 8, chunks=iccp), "identity")
        written = dict(png_codec.read_chunks(self.path("out.png").read_bytes()))
        self.assertEqual(zlib.decompress(written[b"iCCP"][6:]), profile)


class Convolution(PngTest):
    def test_blurred_photo(self):
        sigma = 3
        result, depth, _ = self.convolve_png(png_codec.encode(PHOTO, 8), f"gaussian:{sigma}")
        exact = scipy.ndimage.gaussian_filter(PHOTO.astype(float), sigma, mode="reflect")
        self.assertEqual(depth, 8)
        self.assert_rounded(result[:, :, 0], exact, 255, 1e-3)

    def test_channels_depths_and_alpha(self):
        for depth, error in ((8, 1e-3), (16, 1e-6)):
            for channels in (1, 2, 3, 4):
                for mode in ("same", "valid"):
                    for operation in ("convolve", "correlate"):
                        with self.subTest(depth=depth, channels=channels, mode=mode,
                                          operation=operation):
                            self.check_channels(depth, error, channels, mode, operation)

    def check_channels(self, depth, error, channels, mode, operation):
        pixels = self.random_pixels(depth, channels)
        kernel = np.array([[0.5, 0.25, -0.25, 0.125], [0.125, 0.5, 0, 0.25]])
        text = ";".join(" ".join(map(str, row)) for row in kernel)
        result, *_ = self.convolve_png(png_codec.encode(pixels, depth), text, "--mode", mode,
                                       operation=operation)
        peer = {"convolve": scipy.signal.convolve2d, "correlate": scipy.signal.correlate2d}
        colours = channels - (channels + 1) % 2
        for channel in range(colours):
            exact = peer[operation](pixels[:, :, channel].astype(float), kernel, mode, "symm")
            self.assert_rounded(result[:, :, channel], exact, 2**depth - 1, error)
        if colours == channels:
            return
        # The alpha that stands where `same` puts the same sums.
        alpha = pixels[:, :, -1].astype(int)
        if mode == "valid":
            marker = np.zeros(alpha.shape)
            marker[5, 5] = 1
            same = peer[operation](marker, kernel, "same")
            valid = peer[operation](marker, kernel, "valid")
            shift = (np.argwhere(same == 0.25)[0] - np.argwhere(valid == 0.25)[0])
            alpha = alpha[shift[0]:, shift[1]:][:valid.shape[0], :valid.shape[1]]
        np.testing.assert_array_equal(result[:, :, -1], alpha)

    def test_saturation_and_rounding_half_to_even(self):
        pixels = np.array([[0, 1, 2, 3, 4, 5, 200, 255]], np.uint16)
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "0.5")
        np.testing.assert_array_equal(result[0, :, 0], [0, 0, 1, 2, 2, 2, 100, 128])
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "2")
        np.testing.assert_array_equal(result[0, :, 0], [0, 2, 4, 6, 8, 10, 255, 255])
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "-1")
        np.testing.assert_array_equal(result[0, :, 0], np.zeros(8))
        pixels = np.array([[0, 1, 3, 40000, 65535]], np.uint16)
        result, *_ = self.convolve_png(png_codec.encode(pixels, 16), "0.5")
        np.testing.assert_array_equal(result[0, :, 0], [0, 0, 2, 20000, 32768])

    def test_full_grows_the_picture(self):
        pixels = self.random_pixels(8, 3)
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "identity", "--mode", "full")
        np.testing.assert_array_equal(result, pixels)
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "1 0 0", "--mode", "full",
                                       "--fill", "7")
        self.assertEqual(result.shape, (13, 13, 3))
        np.testing.assert_array_equal(result[:, :11], pixels)
        np.testing.assert_array_equal(result[:, 11:], np.full((13, 2, 3), 7))

    def test_fill_asks_for_boundary_fill(self):
        pixels = np.full((3, 3), 10, np.uint16)
        result, *_ = self.convolve_png(png_codec.encode(pixels, 8), "1 0 0", "--fill", "99")
        np.testing.assert_array_equal(result[:, :, 0], [[10, 10, 99]] * 3)

    def test_result_as_npy_is_neither_rounded_nor_saturated(self):
        pixels = self.random_pixels(8, 1)
        self.path("in.png").write_bytes(png_codec.encode(pixels, 8))
        self.run_ok("correlate", self.path("in.png"), "sobel-x", "-o", self.path("out.npy"))
        expected = scipy.ndimage.sobel(pixels[:, :, 0].astype(float), axis=1, mode="reflect")
        self.assert_same_array(np.load(self.path("out.npy")), expected)

        pixels = self.random_pixels(8, 3)
        self.path("in.png").write_bytes(png_codec.encode(pixels, 8))
        self.run_ok("convolve", self.path("in.png"), "-1", "-o", self.path("out.npy"))
        self.assert_same_array(np.load(self.path("out.npy")), -pixels.astype(np.int64))

    def test_the_report_leaves_the_picture_as_it_is(self):
        data = png_codec.encode(PHOTO[:100, :90], 8)
        plain, *_ = self.convolve_png(data, "gaussian:2")
        self.run_ok("convolve", self.path("in.png"), "gaussian:2", "-o", self.path("json.png"),
                    "--json")
        self.assertEqual(self.path("json.png").read_bytes(), self.path("out.png").read_bytes())
        self.assertEqual(plain.shape, (100, 90, 1))

    def test_standard_output(self):
        self.convolve_png(png_codec.encode(PHOTO[:20, :20], 8), "box:3")
        for output in ((), ("-o", "-"), ("-o", "/dev/stdout")):
            stdout = self.run_ok("convolve", self.path("in.png"), "box:3", *output)
            self.assertEqual(stdout, self.path("out.png").read_bytes())


if __name__ == "__main__":
    unittest.main()
