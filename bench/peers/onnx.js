// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime as a peer: a process that peers.py starts as `node onnx.js FOLDER`, with the folder
// in which onnxruntime-node is installed, and that answers every line of JSON with one:
//   {"open": {image: FILE, kernel: FILE, rows, cols, kernel_rows, kernel_cols}}  a float32 Conv
//   {"run": CALLS}    -> {"wall": ns, "cpu": ns} for all of them
//   {"save": FILE}    the result's float32
// and, first of all, {"version": …}. What fails is answered by {"error": why}.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

// Just enough of Protocol Buffers to write a model of one node; the numbers are onnx.proto's.
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
function bytes(field, ...parts) {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

const FLOAT = 1;
const INTS = 7;

function value_info(field, name, shape) {
  const dimensions = shape.map((size) => bytes(1, number(1, size)));
  const tensor = bytes(1, number(1, FLOAT), bytes(2, ...dimensions));
  return bytes(field, bytes(1, name), bytes(2, tensor));
}

function ints(name, values) {
  return bytes(5, bytes(1, name), ...values.map((value) => number(8, value)), number(20, INTS));
}

/// Conv with a constant kernel, padded with zeros to the image's size.
function conv_model(image_shape, kernel_shape, taps) {
  const [, , kernel_rows, kernel_cols] = kernel_shape;
  const rows_before = (kernel_rows - 1) >> 1;
  const cols_before = (kernel_cols - 1) >> 1;
  const pads = [rows_before, cols_before, kernel_rows - 1 - rows_before,
                kernel_cols - 1 - cols_before];
  const node = bytes(1, bytes(1, 'x'), bytes(1, 'k'), bytes(2, 'y'), bytes(4, 'Conv'),
                     ints('pads', pads));
  const kernel = bytes(5, ...kernel_shape.map((size) => number(1, size)), number(2, FLOAT),
                       bytes(8, 'k'), bytes(9, taps));
  const graph = bytes(7, node, bytes(2, 'convolution'), kernel, value_info(11, 'x', image_shape),
                      value_info(12, 'y', image_shape));
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

  async open({image, kernel, rows, cols, kernel_rows, kernel_cols}) {
    const shape = [1, 1, rows, cols];
    const model = conv_model(shape, [1, 1, kernel_rows, kernel_cols], fs.readFileSync(kernel));
    this.session = await this.runtime.InferenceSession.create(model, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    });
    this.inputs = {x: new this.runtime.Tensor('float32', read_floats(image), shape)};
    this.outputs = {y: new this.runtime.Tensor('float32', new Float32Array(rows * cols), shape)};
    return {};
  }

  async run(calls) {
    const cpu = process.cpuUsage();
    const wall = process.hrtime.bigint();
    for (let call = 0; call < calls; ++call) {
      this.result = await this.session.run(this.inputs, this.outputs);
    }
    const elapsed = process.hrtime.bigint() - wall;
    const used = process.cpuUsage(cpu);
    return {wall: Number(elapsed), cpu: (used.user + used.system) * 1000};
  }

  save(file) {
    const pixels = this.result.y.data;
    fs.writeFileSync(file, Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength));
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
