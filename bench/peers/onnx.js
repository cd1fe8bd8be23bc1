// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime as a peer: a process that is started as `node onnx.js FOLDER`, with the folder in
// which onnxruntime-node is installed, and that answers every line of JSON with one:
//   {"open": {image, kernel, bias: FILE, image_shape: NCHW, kernel_shape: OIHW, pads: [top, left,
//             bottom, right], strides: [rows, cols], group, threads}}  a float32 Conv; all from
//             `bias` on may be left out
//   {"run": CALLS}    -> {"wall": ns, "cpu": ns} for all of them
//   {"save": FILE}    the result's float32
// and, first of all, {"version": …}. What fails is answered by {"error": why}.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const {number, bytes} = require('./protobuf.js');

const FLOAT = 1;
const INT64 = 7;
const INT = 2;   // of an attribute
const INTS = 7;  // likewise

function value_info(field, name, shape) {
  const dimensions = shape.map((size) => bytes(1, number(1, size)));
  const tensor = bytes(1, number(1, FLOAT), bytes(2, ...dimensions));
  return bytes(field, bytes(1, name), bytes(2, tensor));
}

function ints(name, values) {
  return bytes(5, bytes(1, name), ...values.map((value) => number(8, value)), number(20, INTS));
}
function int(name, value) {
  return bytes(5, bytes(1, name), number(3, value), number(20, INT));
}

function constant(name, type, shape, content) {
  const sizes = shape.map((size) => number(1, size));
  return bytes(5, ...sizes, number(2, type), bytes(8, name), bytes(9, content));
}
const constant_int64 = (name, values) =>
  constant(name, INT64, [values.length], Buffer.from(BigInt64Array.from(values, BigInt).buffer));

function node(type, inputs, output, ...attributes) {
  return bytes(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type),
               ...attributes);
}

function output_shape({image_shape, kernel_shape, pads, strides}) {
  const size = (axis) => 1 + Math.floor((image_shape[2 + axis] + pads[axis] + pads[2 + axis] -
                                         kernel_shape[2 + axis]) / strides[axis]);
  return [image_shape[0], kernel_shape[0], size(0), size(1)];
}

/// Conv with a constant kernel. With `first_only` the model hands out a single element.
function conv_model(convolution, taps, bias, first_only) {
  const {image_shape, kernel_shape, pads, strides, group} = convolution;
  const parts = [
    node('Conv', bias ? ['x', 'k', 'b'] : ['x', 'k'], first_only ? 'all' : 'y', ints('pads', pads),
         ints('strides', strides), int('group', group)),
    constant('k', FLOAT, kernel_shape, taps)];
  if (bias) parts.push(constant('b', FLOAT, [kernel_shape[0]], bias));
  if (first_only) {
    parts.push(node('Slice', ['all', 'zeros', 'ones'], 'y'),
               constant_int64('zeros', [0, 0, 0, 0]), constant_int64('ones', [1, 1, 1, 1]));
  }
  const shape = first_only ? [1, 1, 1, 1] : output_shape(convolution);
  const graph = bytes(7, ...parts, bytes(2, 'convolution'), value_info(11, 'x', image_shape),
                      value_info(12, 'y', shape));
  return Buffer.concat([number(1, 8), graph, bytes(8, number(2, 13))]);
}

function read_floats(file) {
  const content = fs.readFileSync(file);
  return new Float32Array(content.buffer.slice(content.byteOffset,
                                               content.byteOffset + content.length));
}

class Convolution {
  constructor(runtime) {
    this.runtime = runtime;
  }

  async open({image, kernel, bias, ...shapes}) {
    this.convolution = {pads: [0, 0, 0, 0], strides: [1, 1], group: 1, threads: 1, ...shapes};
    this.taps = fs.readFileSync(kernel);
    this.bias = bias && fs.readFileSync(bias);
    this.inputs = {x: new this.runtime.Tensor('float32', read_floats(image), shapes.image_shape)};
    if (this.session) await this.session.release();
    this.session = await this.create_session(true);
    return {};
  }

  // What a model hands out is copied to new memory by the binding for Node, which for large results
  // takes as long as some layers. A program that is not written for Node does not pay for that; so
  // what is timed hands out one element.
  create_session(first_only) {
    return this.runtime.InferenceSession.create(
      conv_model(this.convolution, this.taps, this.bias, first_only), {
        intraOpNumThreads: this.convolution.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: 'all',
        enableCpuMemArena: true,  // otherwise every call gets its memory anew from the system
      });
  }

  async run(calls) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    for (let call = 0; call < calls; ++call) {
      await this.session.run(this.inputs);
    }
    const elapsed = process.hrtime.bigint() - wall;
    const used = process.cpuUsage(cpu);
    return {wall: Number(elapsed), cpu: (used.user + used.system) * 1000};
  }

  async save(file) {
    const session = await this.create_session(false);
    const {data} = (await session.run(this.inputs)).y;
    fs.writeFileSync(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    await session.release();
    return {};
  }
}

async function main(folder) {
  const answer = (value) => process.stdout.write(JSON.stringify(value) + '\n');
  const installed = path.resolve(folder, 'node_modules', 'onnxruntime-node');
  const convolution = new Convolution(require(installed));
  answer({version: require(path.join(installed, 'package.json')).version});
  for await (const line of readline.createInterface({input: process.stdin})) {
    const [[command, argument]] = Object.entries(JSON.parse(line));
    try {
      answer(await convolution[command](argument));
    } catch (error) {
      answer({error: error.message.split('\n')[0]});
    }
  }
}

main(process.argv[2]).catch((error) => {
  process.stdout.write(JSON.stringify({error: error.message.split('\n')[0]}) + '\n');
  process.exitCode = 1;
});
