// SPDX-License-Identifier: MIT
//
// Values in memory, by V8: what values.c has, by JSON and node:v8.
import process from 'node:process';
import v8 from 'node:v8';

import { collectBlocks, fail } from './measure.mjs';
import { makeMany } from './payloads.mjs';

const SMALL_VALUE = 43;
const TEXT = '{"id":1234567,"type":"done","values":[1,2]}';

const [scenario, amount, , ...words] = process.argv.slice(2);
const asked = Object.fromEntries(words.map((word) => word.split('=')));
const size = Number(asked.size);
const times = size < 100 ? 1000 : 1 + Math.floor(100000 / size);

function makeValue() {
  return size === SMALL_VALUE ? JSON.parse(TEXT) : makeMany(asked);
}

// What there is of it, by one look.
function measure(value) {
  return value.length ?? value.byteLength ?? value.id ?? value.m000001;
}

function repeat(one) {
  const lap = collectBlocks(Number(amount), times);
  lap();
  for (;;) {
    for (let i = 0; i < times; i++) one();
    lap();
  }
}

const scenarios = {
  json: () => repeat(() => {
    const json = JSON.stringify(JSON.parse(TEXT));
    if (json !== TEXT) fail(`${TEXT} became ${json}`);
  }),
  encode: () => {
    const value = makeValue();
    const expected = v8.serialize(value).length;
    repeat(() => {
      const { length } = v8.serialize(value);
      if (length !== expected) fail(`a clone of ${length} bytes`);
    });
  },
  decode: () => {
    const value = makeValue();
    const clone = v8.serialize(value);
    const expected = measure(value);
    repeat(() => {
      const copy = v8.deserialize(clone);
      if (measure(copy) !== expected) fail(`a value of ${measure(copy)}`);
    });
  },
};

if (!scenarios[scenario]) fail(`no such scenario here: ${scenario}`);
scenarios[scenario]();
