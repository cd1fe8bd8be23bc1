// SPDX-License-Identifier: BSD-3-Clause
// Layers as Keras computes them: its Layers API in TensorFlow.js, on that library's plain CPU
// backend. Writes keras.txt and keras.bin, which README.md describes, beside itself:
//
//   (cd FOLDER && npm install --ignore-scripts @tensorflow/tfjs@4.22.0)
//   node keras_layers.js FOLDER
//
// The same versions give the same bytes.
//
// What that library cannot do comes from torch_layers.py: groups; strides together with dilation,
// which its layers refuse; the dilation of depthwise and transposed convolutions, which they
// ignore; gelu, which it computes by an erf that is wrong by 1.5e-7. channelsFirst is its own (it
// transposes inside), except that SeparableConv2D adds the bias along the wrong axis: that layer is
// asked for channelsLast, and transposed here.
'use strict';

const path = require('path');
const {GoldenFile, Numbers, draw_tensors, product, seed_of, stored_every} = require('./golden.js');

const CONFIGURATIONS = 1100;
const LAYERS = ['conv', 'conv', 'conv', 'depthwise_conv', 'depthwise_conv', 'separable_conv',
                'conv_transpose', 'conv_transpose'];
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'leaky_relu', 'sigmoid', 'tanh', 'silu'];

/// Rows, columns, channels, filters and kernel of one of several kinds of layer.
function draw_sizes(numbers) {
  const kind = numbers.index(0, 99);
  const between = (first, last) => numbers.index(first, last);
  if (kind < 50) {  // small, whatever the proportions
    return {size: [between(1, 9), between(1, 9)], channels: between(1, 6), filters: between(1, 8),
            kernel: [between(1, 5), between(1, 5)]};
  }
  if (kind < 62) {  // one line
    const size = [1, between(1, 40)];
    const kernel = [numbers.percent(70) ? 1 : between(1, 3), between(1, 9)];
    if (numbers.percent(50)) {
      size.reverse();
      kernel.reverse();
    }
    return {size, channels: between(1, 4), filters: between(1, 5), kernel};
  }
  if (kind < 76) {  // many channels
    return {size: [between(2, 6), between(2, 6)], channels: numbers.pick([8, 16, 17, 20, 33, 40]),
            filters: numbers.pick([1, 3, 8, 16, 17, 24, 32, 40]),
            kernel: [between(1, 3), between(1, 3)]};
  }
  if (kind < 94) {  // enough outputs for whole vectors and tiles of them
    return {size: [between(8, 20), between(10, 27)], channels: between(1, 4),
            filters: between(1, 8), kernel: [between(1, 5), between(1, 5)]};
  }
  // What a Fourier transform is for.
  return {size: [between(26, 33), between(31, 40)], channels: between(1, 2),
          filters: between(1, 2), kernel: [numbers.pick([5, 7, 11]), numbers.pick([5, 6, 7, 11])]};
}

function draw_configuration(index) {
  const numbers = new Numbers(seed_of(index + 100000));
  const layer = numbers.pick(LAYERS);
  const {size, channels, filters, kernel} = draw_sizes(numbers);
  const large = product(size) > 150;
  const strides = [1, 1];
  const dilation = [1, 1];
  if (numbers.percent(45)) {
    strides[0] = numbers.index(1, 4);
    strides[1] = numbers.index(1, 4);
  } else if (numbers.percent(40) && (layer === 'conv' || layer === 'separable_conv')) {
    dilation[0] = numbers.index(1, 3);
    dilation[1] = numbers.index(1, 3);
  }
  const spans = kernel.map((k, axis) => (k - 1) * dilation[axis] + 1);
  const fits = layer === 'conv_transpose' || spans.every((span, axis) => span <= size[axis]);
  const few = layer === 'conv_transpose' && large ? 2 : 3;
  return {
    layer,
    values: numbers.percent(50) ? 'integer' : 'real',
    batch: large ? numbers.index(1, 2) : numbers.index(1, few),
    size,
    channels,
    filters,
    multiplier: numbers.index(1, 3),
    kernel,
    strides,
    padding: fits && numbers.percent(50) ? 'valid' : 'same',
    dilation,
    channels_first: numbers.percent(40),
    bias: numbers.percent(60),
    activation: numbers.percent(40) ? 'linear' : numbers.pick(ACTIVATIONS),
    slope: numbers.pick([0.2, 0.01, 0.3]),
    limit: numbers.percent(10) ? 2500 : 600,
  };
}

const transposed_here = (c) => c.channels_first && c.layer === 'separable_conv' && c.bias;

/// The layer, the shapes of its weights, and how many channels come out.
function make_layer(tf, c) {
  const leaky = c.activation === 'leaky_relu';
  const common = {
    kernelSize: c.kernel,
    strides: c.strides,
    padding: c.padding,
    dataFormat: c.channels_first && !transposed_here(c) ? 'channelsFirst' : 'channelsLast',
    useBias: c.bias,
    activation: leaky ? 'linear' : c.activation === 'silu' ? 'swish' : c.activation,
  };
  const {channels, filters, multiplier} = c;
  switch (c.layer) {
    case 'conv':
      return {layer: tf.layers.conv2d({...common, filters, dilationRate: c.dilation}),
              weights: [[...c.kernel, channels, filters]], outputs: filters};
    case 'depthwise_conv':
      return {layer: tf.layers.depthwiseConv2d({...common, depthMultiplier: multiplier,
                                                dilationRate: c.dilation}),
              weights: [[...c.kernel, channels, multiplier]], outputs: channels * multiplier};
    case 'separable_conv':
      return {layer: tf.layers.separableConv2d({...common, filters, depthMultiplier: multiplier,
                                                dilationRate: c.dilation}),
              weights: [[...c.kernel, channels, multiplier],
                        [1, 1, channels * multiplier, filters]],
              outputs: filters};
    default:
      return {layer: tf.layers.conv2dTranspose({...common, filters}),
              weights: [[...c.kernel, filters, channels]], outputs: filters};
  }
}

function compute(tf, index, golden) {
  const c = draw_configuration(index);
  const seed = seed_of(index);
  const {layer, weights, outputs} = make_layer(tf, c);
  const inputs = c.channels_first ? [c.batch, c.channels, ...c.size]
                                  : [c.batch, ...c.size, c.channels];
  const shapes = [inputs, ...weights, ...(c.bias ? [[outputs]] : [])];
  const tensors = draw_tensors(seed, c.values, shapes);
  let [x, ...w] = shapes.map((shape, i) => tf.tensor(tensors[i], shape));
  if (transposed_here(c)) x = x.transpose([0, 2, 3, 1]);
  layer.build(x.shape);
  layer.setWeights(w);
  let y = layer.apply(x);
  if (transposed_here(c)) y = y.transpose([0, 3, 1, 2]);
  if (c.activation === 'leaky_relu') y = tf.layers.leakyReLU({alpha: c.slope}).apply(y);
  golden.add({
    seed,
    layer: c.layer,
    values: c.values,
    data_format: c.channels_first ? 'channels_first' : 'channels_last',
    inputs,
    kernel: weights[0],
    ...(weights.length > 1 ? {pointwise: weights[1]} : {}),
    bias: c.bias ? outputs : 0,
    strides: c.strides,
    padding: c.padding,
    dilation: c.dilation,
    activation: c.activation,
    ...(c.activation === 'leaky_relu' ? {negative_slope: c.slope} : {}),
    outputs: y.shape,
  }, y.dataSync(), stored_every(y.shape, c.limit));
}

async function main(folder) {
  const tf = require(path.resolve(folder, 'node_modules', '@tensorflow', 'tfjs'));
  await tf.setBackend('cpu');
  await tf.ready();
  const golden = new GoldenFile(__dirname, 'keras');
  for (let index = 0; index < CONFIGURATIONS; ++index) {
    tf.tidy(() => compute(tf, index, golden));
  }
  golden.write();
}

main(process.argv[2]);
