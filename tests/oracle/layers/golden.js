// SPDX-License-Identifier: BSD-3-Clause
// What the scripts for Node share: the numbers that a configuration's tensors are made of, and the
// two files that configurations and outputs are written to. README.md describes both; numbers.py
// and tests/unit/golden_layers.hpp are their twins.
'use strict';

const fs = require('fs');

/// xorshift32.
class Numbers {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  bits() {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state >>> 8;
  }

  /// In [first, last].
  index(first, last) {
    return first + this.bits() % (last - first + 1);
  }

  /// True in so many of 100 cases.
  percent(share) {
    return this.index(0, 99) < share;
  }

  pick(values) {
    return values[this.index(0, values.length - 1)];
  }

  /// Integers in [−4, 4], or multiples of 1/1024 in [−1, 1).
  tensor(count, values) {
    const draw = values === 'integer' ? () => this.bits() % 9 - 4
                                      : () => (this.bits() % 2048 - 1024) / 1024;
    return Float32Array.from({length: count}, draw);
  }
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);
const seed_of = (index) => Math.imul(index + 1, 2654435761) >>> 0;

/// The tensors of a configuration, in the order in which they are drawn. Shapes of 0 elements have
/// none.
function draw_tensors(seed, values, shapes) {
  const numbers = new Numbers(seed);
  return shapes.map((shape) => numbers.tensor(product(shape), values));
}

const strides_between_outputs = [1, 3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61];

/// Of so many outputs, every how many-th is stored: all, or about `limit`, of all channels and
/// columns.
function stored_every(shape, limit) {
  const count = product(shape);
  return strides_between_outputs.find(
      (every) => count <= every * limit && (every === 1 || shape.every((n) => n % every !== 0))) ||
      67;
}

/// What README.md gives as a field's value where a line has none.
const defaults = {type: 'float32', data_format: 'channels_last', kernel_format: 'hwio', bias: 0,
                  strides: [1, 1], dilation: [1, 1], groups: 1, output_padding: [-1, -1],
                  activation: 'linear', every: 1};

class GoldenFile {
  constructor(folder, name) {
    this.path = `${folder}/${name}`;
    this.lines = [];
    this.outputs = [];
  }

  add(fields, outputs, every) {
    const stored = Float32Array.from({length: Math.ceil(outputs.length / every)},
                                     (_, i) => outputs[i * every]);
    const said = Object.entries({...fields, every})
                     .filter(([name, value]) => `${value}` !== `${defaults[name]}`);
    this.lines.push(said.map(([name, value]) => `${name}=${value}`).join(' '));
    this.outputs.push(Buffer.from(stored.buffer));
  }

  write() {
    fs.writeFileSync(`${this.path}.txt`, this.lines.join('\n') + '\n');
    fs.writeFileSync(`${this.path}.bin`, Buffer.concat(this.outputs));
    const bytes = this.outputs.reduce((sum, buffer) => sum + buffer.length, 0);
    console.log(`${this.path}: ${this.lines.length} configurations, ${bytes} bytes`);
  }
}

module.exports = {GoldenFile, Numbers, draw_tensors, product, seed_of, stored_every};
