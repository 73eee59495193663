// SPDX-License-Identifier: MIT
//
// A list of [name, value]: one of everything that a structured clone may have. `same` compares.
'use strict';

const { isDeepStrictEqual } = require('util');

const cycle = { name: 'cycle' };
cycle.self = cycle;
const list = [1];
list.push(list);
const buffer = Buffer.from('shared');
const error = new TypeError('why', { cause: new RangeError('deeper') });
const sparse = [1, , 3]; // eslint-disable-line no-sparse-arrays
sparse.length = 10;
const named = [1, 2];
named.key = 'value';
const array = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;

const values = [
  ['null', null], ['true', true], ['false', false],
  ['whole numbers', [0, -0, 1, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53]],
  ['numbers', [1.5, 1e300, 5e-324, 2]],
  ['not finite', [NaN, Infinity, -Infinity]],
  ['doubles', [1.5, 2, 3]],
  ['bigints', [0n, 1n, -1n, 2n ** 64n, -(2n ** 64n), 123456789012345678901234567890n]],
  ['strings', ['', 'latin ÿ', '€', '🌍', '\ud800', '\0', 'x'.repeat(300), 'x€'.repeat(100)]],
  ['undefined', { a: undefined, list: [undefined] }],
  ['nested', { a: { b: [{ c: {} }] } }],
  ['index keys', { b: 1, 10: 'ten', 2: 'two', a: 2 }],
  ['__proto__', JSON.parse('{"__proto__":1}')],
  ['sparse', sparse], ['named', named], ['empty', [[], {}, new Map(), new Set()]],
  ['dates', [new Date(0), new Date(-1.5e12)]], ['invalid date', new Date(NaN)],
  ['boxed', [Object(true), Object(false), Object(1.5), Object('text'), Object(10n)]],
  ['regexps', [/a+/, /b/gimsuy, /€/d]],
  ['map', new Map([[1, 'one'], ['two', { a: 1 }], [{ key: 1 }, new Map()]])],
  ['set', new Set([1, 'two', { three: 3 }, new Set()])],
  ['error', error], ['errors', [new Error(''), new SyntaxError('s'), new URIError('u')]],
  ['array buffer', array], ['buffer', Buffer.from([0, 1, 255])], ['empty buffer', Buffer.alloc(0)],
  ['typed arrays', [new Int8Array([-1]), new Uint8Array([1]), new Uint8ClampedArray([255]),
    new Int16Array([-2]), new Uint16Array([2]), new Int32Array([-3]), new Uint32Array([3]),
    new Float32Array([1.5]), new Float64Array([2.5]), new BigInt64Array([-4n]),
    new BigUint64Array([4n]), new DataView(new ArrayBuffer(3))]],
  ['same buffer twice', [buffer, buffer]],
  ['cycle', cycle], ['list in itself', list],
];

const isInvalid = (value) => value instanceof Date && Number.isNaN(value.getTime());
values.same = (a, b) => (isInvalid(b) ? isInvalid(a) : isDeepStrictEqual(a, b));

module.exports = values;
