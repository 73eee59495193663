// SPDX-License-Identifier: MIT
//
// advanced.js PROGRAMS [WORD...]: structured clones between Node and the library, both ways.
// PROGRAMS/handle_program is the library's side; advanced_child.js is Node's, as its child.
'use strict';

const assert = require('assert');
const { spawn } = require('child_process');
const path = require('path');
const util = require('util');
const values = require('./advanced_values.js');
const { test, run, once } = require('./suite.js');

const [programs, ...words] = process.argv.slice(2);
const program = path.join(programs, 'handle_program');

function start(args, serialization = 'advanced') {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization });
  child.output = '';
  child.messages = [];
  child.on('message', (message) => child.messages.push(message));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      child.output += data;
    });
  }
  child.gone = once(child, 'exit');
  return child;
}

async function end(child) {
  child.disconnect();
  assert.strictEqual(await child.gone, 0, child.output);
}

// As values, and byte for byte as the C side was given them.
for (const mode of ['echo', 'echo-payload']) {
  test(`what Node sends to a C child comes back the same (${mode})`, async () => {
    const child = start([mode]);
    for (const [, value] of values) child.send(value);
    while (child.messages.length < values.length) await once(child, 'message');
    values.forEach(([name, value], i) => {
      assert.ok(values.same(child.messages[i], value),
        `${name}: ${util.inspect(child.messages[i])} is not ${util.inspect(value)}`);
    });
    await end(child);
  });

  test(`10,000 numbered clones go to a C child and back in order (${mode})`, async () => {
    const child = start([mode]);
    for (let number = 0; number < 10000; number++) child.send(new Map([['number', number]]));
    while (child.messages.length < 10000) await once(child, 'message');
    child.messages.forEach((message, i) => assert.strictEqual(message.get('number'), i));
    await end(child);
  });

  test(`large buffers go to a C child and back (${mode})`, async () => {
    const child = start([mode]);
    const large = Buffer.alloc(8 << 20, 'abc');
    child.send({ large });
    while (child.messages.length < 1) await once(child, 'message');
    assert.ok(large.equals(child.messages[0].large));
    await end(child);
  });
}

test('a C child keeps the internal messages of Node to itself', async () => {
  const child = start(['echo']);
  child.send({ cmd: 'NODE_CLUSTER', act: 'x', more: new Map() });
  child.send({ a: 1, cmd: 'NODE_€' });
  child.send({ cmd: 'NODE_' });
  await once(child, 'message');
  assert.deepStrictEqual(child.messages, [{ cmd: 'NODE_' }]);
  await end(child);
});

test('shared and circular values keep their identity through a C child', async () => {
  const child = start(['echo']);
  const shared = { deep: [1] };
  const value = { a: shared, b: shared, map: new Map(), set: new Set([shared]) };
  value.self = value;
  value.map.set(value.map, value);
  child.send(value);
  const back = await once(child, 'message');
  assert.strictEqual(back.self, back);
  assert.strictEqual(back.a, back.b);
  assert.strictEqual([...back.set][0], back.a);
  assert.strictEqual(back.map.get(back.map), back);
  await end(child);
});

test('a C parent and a Node child send each other values that JSON has not', async () => {
  const parent = spawn(program, ['values', path.join(__dirname, 'advanced_child.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CP_TEST_SERIALIZATION: 'advanced' },
  });
  let output = '';
  parent.stdout.on('data', (data) => {
    output += data;
  });
  assert.strictEqual(await once(parent, 'close'), 0, output);
  const lines = output.trimEnd().split('\n').sort();
  assert.deepStrictEqual(lines, [
    'child got Buffer of 3: 01ff00',
    'child got Map: [["one",1],["two",[2]]]',
    'child got bigint: -12345678901234567890n',
    'child got number: NaN',
    'child got object: itself',
    'child got undefined',
    'close 0 0',
    'parent got bigint, no JSON',
    'parent got cycle, no JSON',
    'parent got date, "1970-01-01T00:00:00.001Z"',
    'parent got error, {}',
    'parent got map, {}',
    'parent got undefined, null',
    'parent got view, {"type":"Buffer","data":[104,105]}',
  ].sort());
});

run('advanced', words);
