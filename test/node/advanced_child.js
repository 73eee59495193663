// SPDX-License-Identifier: MIT
//
// The Node child of `handle_program values`: says what it gets, and sends one of each kind.
'use strict';

const say = {
  string: () => process.disconnect(),
  undefined: () => console.log('child got undefined'),
  bigint: (value) => console.log(`child got bigint: ${value}n`),
  number: (value) => console.log(`child got number: ${value}`),
  object: (value) => {
    if (value instanceof Map) console.log(`child got Map: ${JSON.stringify([...value])}`);
    else if (Buffer.isBuffer(value)) {
      console.log(`child got Buffer of ${value.length}: ${value.toString('hex')}`);
    } else console.log(`child got object: ${value.self === value ? 'itself' : '?'}`);
  },
};

process.on('message', (value) => {
  if (value !== null && typeof value === 'object' && 'undefined' in value) {
    say.undefined();
    return;
  }
  say[typeof value](value);
});

const cycle = {};
cycle.self = cycle;
process.send(new Map([['a', 1]]));
process.send({ value: 10n }.value === 10n ? [10n] : null);
process.send(new Date(1));
process.send(new Error('why'));
process.send(Buffer.from('hi'));
process.send(cycle);
process.send([undefined]);
process.send('done');
