// SPDX-License-Identifier: BSD-3-Clause
// Layers as ONNX Runtime computes them on the CPU: Conv with auto_pad SAME_UPPER, groups, dilations
// and pads that differ on all four sides, and ConvTranspose with pads, output_padding and
// dilations, float32, NCHW. Writes onnx.txt and onnx.bin, which README.md describes, beside itself:
//
//   (cd FOLDER && npm install --ignore-scripts onnxruntime-node@1.30.0)
//   node onnx_layers.js FOLDER
//
// The same version, on CPUs with the same vectors, gives the same bytes. sigmoid, tanh and gelu are
// left to the other scripts: ONNX Runtime approximates them by rational functions.
'use strict';

const path = require('path');
const {GoldenFile, Numbers, draw_tensors, seed_of, stored_every} = require('./golden.js');
const {varint, number, bytes} = require('../../../bench/peers/protobuf.js');

const CONFIGURATIONS = 260;
const LAYERS = ['conv', 'conv', 'conv', 'depthwise_conv', 'conv_transpose', 'conv_transpose'];

function float(field, value) {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + 5), content]);
}

const attributes = {
  float: (name, value) => bytes(5, bytes(1, name), float(2, value), number(20, 1)),
  integer: (name, value) => bytes(5, bytes(1, name), number(3, value), number(20, 2)),
  string: (name, value) => bytes(5, bytes(1, name), bytes(4, value), number(20, 3)),
  integers: (name, values) =>
      bytes(5, bytes(1, name), ...values.map((value) => number(8, value)), number(20, 7)),
};
function node(operator, inputs, output, ...its_attributes) {
  return bytes(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, operator),
               ...its_attributes);
}
function value_info(field, name, shape) {
  const dimensions = shape.map((size) => bytes(1, number(1, size)));
  return bytes(field, bytes(1, name), bytes(2, bytes(1, number(1, 1), bytes(2, ...dimensions))));
}
function constant(name, shape, values) {
  return bytes(5, ...shape.map((size) => number(1, size)), number(2, 1), bytes(8, name),
               bytes(9, Buffer.from(values.buffer)));
}

function activation_node(c) {
  switch (c.activation) {
    case 'relu': return node('Relu', ['sums'], 'y');
    case 'relu6': return node('Clip', ['sums', 'lowest', 'highest'], 'y');
    case 'leaky_relu':
      return node('LeakyRelu', ['sums'], 'y', attributes.float('alpha', c.slope));
    default: return node('Identity', ['sums'], 'y');
  }
}

function model(c, inputs, kernel, taps, bias) {
  const its_attributes = [attributes.integers('strides', c.strides),
                          attributes.integers('dilations', c.dilation)];
  if (c.padding === 'same') {
    its_attributes.push(attributes.string('auto_pad', 'SAME_UPPER'));
  } else {
    const [top, bottom, left, right] = c.padding;
    its_attributes.push(attributes.integers('pads', [top, left, bottom, right]));
  }
  if (c.layer === 'conv_transpose') {
    if (c.padding !== 'same') {
      its_attributes.push(attributes.integers('output_padding', c.output_padding));
    }
  } else {
    its_attributes.push(attributes.integer('group', c.groups));
  }
  const operands = ['x', 'k', ...(bias ? ['b'] : [])];
  const constants = [constant('k', kernel, taps),
                     constant('lowest', [], Float32Array.of(0)),
                     constant('highest', [], Float32Array.of(6)),
                     ...(bias ? [constant('b', [bias.length], bias)] : [])];
  const graph = bytes(7, node(c.layer === 'conv_transpose' ? 'ConvTranspose' : 'Conv', operands,
                              'sums', ...its_attributes),
                      activation_node(c), bytes(2, 'layer'), ...constants,
                      value_info(11, 'x', inputs), bytes(12, bytes(1, 'y')));
  return Buffer.concat([number(1, 8), graph, bytes(8, number(2, 13))]);
}

function draw_sizes(numbers) {
  const kind = numbers.index(0, 99);
  const between = (first, last) => numbers.index(first, last);
  if (kind < 45) {  // small, whatever the proportions
    return {size: [between(1, 9), between(1, 9)], channels: between(1, 4), filters: between(1, 4),
            kernel: [between(1, 5), between(1, 5)]};
  }
  if (kind < 72) {  // many channels
    return {size: [between(2, 7), between(2, 7)], channels: numbers.pick([8, 16, 17, 32, 33]),
            filters: numbers.pick([1, 8, 16, 17, 24, 32]), kernel: [between(1, 3), between(1, 3)]};
  }
  if (kind < 93) {  // enough outputs for whole vectors and tiles of them
    return {size: [between(8, 20), between(10, 27)], channels: between(1, 4),
            filters: between(1, 6), kernel: [between(1, 5), between(1, 5)]};
  }
  // What a Fourier transform is for.
  return {size: [between(26, 33), between(31, 40)], channels: between(1, 2),
          filters: between(1, 2), kernel: [numbers.pick([5, 7, 11]), numbers.pick([5, 6, 7, 11])]};
}

function draw_configuration(index) {
  const numbers = new Numbers(seed_of(index + 300000));
  const layer = numbers.pick(LAYERS);
  const {size, channels, filters, kernel} = draw_sizes(numbers);
  const c = {layer, size, kernel, channels, filters, groups: 1, strides: [1, 1], dilation: [1, 1],
             output_padding: [0, 0]};
  if (layer === 'conv' && numbers.percent(45)) {  // `channels` and `filters` of each group
    c.groups = channels < 8 ? numbers.index(2, 5) : 2;
    c.channels *= c.groups;
    c.filters *= c.groups;
  } else if (layer === 'depthwise_conv') {
    c.groups = channels;
    c.filters = channels * numbers.index(1, 3);
  }
  if (numbers.percent(55)) c.strides = [numbers.index(1, 4), numbers.index(1, 4)];
  if (numbers.percent(45)) c.dilation = [numbers.index(1, 3), numbers.index(1, 3)];
  const spans = kernel.map((k, axis) => (k - 1) * c.dilation[axis] + 1);
  const transposed = layer === 'conv_transpose';
  c.padding = 'same';
  // ONNX leaves open what SAME_UPPER means for a transposed kernel that leaves gaps, and ONNX
  // Runtime refuses it for a dilated convolution.
  const refused = transposed ? spans.some((span, axis) => span < c.strides[axis])
                             : c.dilation.some((rate) => rate > 1);
  if (refused || numbers.percent(45)) {
    c.padding = [0, 0, 1, 1].map((axis) => numbers.index(0, Math.min(spans[axis] - 1, 6)));
    for (const axis of [0, 1]) {
      const both = c.padding[2 * axis] + c.padding[2 * axis + 1];
      if (transposed && (size[axis] - 1) * c.strides[axis] + spans[axis] - both < 1) {
        c.padding[2 * axis] = c.padding[2 * axis + 1] = 0;
      } else if (!transposed) {
        c.padding[2 * axis + 1] += Math.max(0, spans[axis] - size[axis] - both);
      }
    }
    if (transposed) {
      c.output_padding = c.strides.map((stride) => numbers.index(0, stride - 1));
    }
  }
  return {
    ...c,
    batch: numbers.index(1, 3),
    values: numbers.percent(50) ? 'integer' : 'real',
    bias: numbers.percent(60),
    activation: numbers.percent(50) ? 'linear' : numbers.pick(['relu', 'relu6', 'leaky_relu']),
    slope: numbers.pick([0.01, 0.25]),
  };
}

async function compute(runtime, index, golden) {
  const c = draw_configuration(index);
  const seed = seed_of(index);
  const inputs = [c.batch, c.channels, ...c.size];
  const kernel = c.layer === 'conv_transpose' ? [c.channels, c.filters, ...c.kernel]
                                              : [c.filters, c.channels / c.groups, ...c.kernel];
  const shapes = [inputs, kernel, ...(c.bias ? [[c.filters]] : [])];
  const [x, taps, bias] = draw_tensors(seed, c.values, shapes);
  const session = await runtime.InferenceSession.create(
      model(c, inputs, kernel, taps, bias), {intraOpNumThreads: 1, interOpNumThreads: 1,
                                             logSeverityLevel: 3});
  const {y} = await session.run({x: new runtime.Tensor('float32', x, inputs)});
  const has_output_padding = c.layer === 'conv_transpose' && c.padding !== 'same';
  golden.add({
    seed,
    layer: c.layer,
    values: c.values,
    data_format: 'channels_first',
    kernel_format: 'oihw',
    inputs,
    kernel,
    bias: c.bias ? c.filters : 0,
    strides: c.strides,
    padding: c.padding,
    dilation: c.dilation,
    groups: c.layer === 'conv' ? c.groups : 1,
    ...(has_output_padding ? {output_padding: c.output_padding} : {}),
    activation: c.activation,
    ...(c.activation === 'leaky_relu' ? {negative_slope: c.slope} : {}),
    outputs: y.dims,
  }, y.data, stored_every(y.dims, 400));
  await session.release();
}

async function main(folder) {
  const runtime = require(path.resolve(folder, 'node_modules', 'onnxruntime-node'));
  const golden = new GoldenFile(__dirname, 'onnx');
  for (let index = 0; index < CONFIGURATIONS; ++index) await compute(runtime, index, golden);
  golden.write();
}

main(process.argv[2]);
