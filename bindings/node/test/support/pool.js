// SPDX-License-Identifier: MIT
//
// Values of every type, for wherever a program can hand one in.

'use strict';

const { inspect } = require('util');

class Something {}

exports.POOL = [
  undefined,
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  '',
  'x',
  'a\0b',
  'a text that is longer than what a message shows of it',
  Symbol('name'),
  10n,
  [],
  ['x'],
  [1],
  {},
  { a: 1 },
  Object.create(null),
  () => {},
  function named() {},
  Buffer.from('bytes'),
  Buffer.from('by\0tes'),
  new Date(0),
  /x/,
  new Something(),
  new Map(),
  new Error('text'),
];

const SYNC = ['spawnSync', 'execSync', 'execFileSync'];

// Calls each function with what `make` has for it, those that do not block at the same time.
exports.tryAll = async function tryAll(t, names, make) {
  const seen = Object.fromEntries(names.map((name) => [name, null]));
  await Promise.all(
    names
      .filter((name) => !SYNC.includes(name))
      .map(async (name) => {
        seen[name] = await t.call(name, ...make(name));
      })
  );
  for (const name of names) if (SYNC.includes(name)) seen[name] = t.call(name, ...make(name));
  return seen;
};

// Without CP_TEST_SOAK two of three values will do where all are tried in every place.
exports.isLeftOut = (i) => !process.env.CP_TEST_SOAK && i % 3 === 1;

exports.showName = (value) => inspect(value, { breakLength: Infinity, depth: 0 }).slice(0, 60);
