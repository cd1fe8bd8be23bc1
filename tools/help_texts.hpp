// SPDX-License-Identifier: BSD-3-Clause
// What the commands' help says beside their options.
#pragma once

namespace twofold::tool {

inline constexpr const char* exit_codes_help = "Exit codes: 0 done, 1 failed, 2 wrong usage.";

inline constexpr const char* general_help = R"(Examples:
  twofold convolve photo.png gaussian:3 -o blurred.png
  twofold correlate photo.png sobel-x -o edges.npy
  twofold convolve a.npy k.npy -o c.npy --mode same --boundary wrap
  twofold conv x.npy kernel.npy -o y.npy --strides 2 --padding same
  twofold explain --image 768x1024 --kernel 31x31
  twofold diagnose a.npy k.npy mine.npy theirs.npy
  twofold map --quick -o map.json
'twofold COMMAND --help' says more about each.)";

inline constexpr const char* kernel_help = R"(KERNEL is
  - a file whose name ends in .npy, with two dimensions;
  - numbers: "1 2 1; 2 4 2; 1 2 1" (integers are int64, others float64, as in
    NumPy; complex numbers: 1+2j);
  - one of these, of type float64 (x runs to the right, y downwards):
)";

inline constexpr const char* files_help =
    R"(IN and OUT are both NPY or both PNG, or IN is PNG and OUT is NPY.
  NPY  rows x columns, or rows x columns x channels (1 to 4). The defaults are
       those of scipy.signal: --mode full, --boundary fill, --fill 0. The result
       has NumPy's promoted type: uint8 with int64 is int64, and wraps around;
       anything up to int64 with float64 is float64.
  PNG  8 or 16 bit, gray or RGB, with or without alpha, which is left as it is.
       The defaults are --mode same, --boundary symm. The result has the depth
       of IN, rounded half to even and saturated; as NPY it is neither.
  "-" is the standard input or output.)";

inline constexpr const char* conv_help =
    R"(All files are NPY. IN is a batch of images, or one image without a batch:
  channels_last    [batch,] rows, columns, channels
  channels_first   [batch,] channels, rows, columns
The result has as many dimensions as IN. KERNEL has four, for C input channels,
F filters, G groups and a depth multiplier M:
                   hwio, as in Keras         oihw, as in PyTorch and ONNX
  conv             rows, columns, C/G, F     F, C/G, rows, columns
  depthwise_conv   rows, columns, C, M       C*M, 1, rows, columns
  separable_conv   as depthwise_conv; its --pointwise-kernel as conv, of 1 x 1
  conv_transpose   rows, columns, F, C       C, F, rows, columns
Names and defaults are those of Keras 3. Numbers as padding are zeros around
IN, or, of conv_transpose, what is cut off its result.

The layer is computed in float64 if IN or a kernel is, otherwise in float32;
integers and the bias are converted to that type, which the result has.
"-" is the standard input or output.

Examples:
  twofold conv x.npy k.npy --bias b.npy -o y.npy --padding same --strides 2
  twofold conv x.npy k.npy -o y.npy --layer conv_transpose --activation relu)";

inline constexpr const char* diagnose_help =
    R"(IMAGE, A and B are NPY or PNG files, KERNEL is as in 'twofold convolve'. A and B
are results that anybody computed from the two, of any type and in any mode.
What is tried, alone and together: convolution or correlation; the kernel
rotated by 180 degrees, transposed, conjugated; its anchor moved by one; mode;
boundary; a constant factor; rounding, saturation, wrap-around; RGB or BGR.
The shortest explanation is printed with what it rests on: how closely it brings
the two together, and how far apart they are without it. Of PNG files, alpha is
left out.

With --expected in place of B, A is compared with what that call gives; the
defaults of --mode, --boundary and --fill are those of 'twofold convolve'.

Examples:
  twofold diagnose image.npy kernel.npy scipy.npy keras.npy
  twofold diagnose x.npy "1 2; 3 4" y.npy --expected correlate --mode same
  twofold diagnose photo.png box:5 blurred.png --expected convolve --json)";

inline constexpr const char* explain_help =
    R"(The defaults are --mode same, --boundary fill. Layers have the options and
defaults of 'twofold conv'.

Examples:
  twofold explain --image 768x1024x3 --kernel 31x31
  twofold explain --image 4096x4096 --kernel gaussian:5 --type float64 --json
  twofold explain --input 1,56,56,64 --kernel 3,3,64,64 --padding same
  twofold explain --input 8,28,28,96 --kernel 3,3,96,1 --layer depthwise_conv)";

inline constexpr const char* map_help =
    R"(The defaults are --mode same, --boundary fill.

MAP is JSON: "version", "type", "isa", "threads", "mode", "boundary", and
"cells", one for each image and kernel that is not larger. Of layers it has
"layer", "channels", "filters", "padding", "data_format" in place of the two. A
cell has
  image, kernel  their rows, of which they have as many as columns
  chosen         what automatic chooses
  seconds        by method, the median of several runs; null where the method
                 was predicted to take more than 6 times the least, and was not
                 run
  predicted      by method, what the cost model says
  winner         the fastest
  margin         the second best time divided by the best; null if there is none
  regret         the chosen method's time divided by the best
Where -o names a file, the winners are printed as a table.

Examples:
  twofold map -o map.json
  twofold map --quick --type uint8 --images 100,1000 -o map.json
  twofold map --layer conv --channels 64,128 -o layers.json)";

}  // namespace twofold::tool
