// SPDX-License-Identifier: MIT
//
// talk.js IPC_PROGRAM [WORD...]: Node with a child of the library, and the library with a child of
// Node (child.js). Prints what failed, and how many passed.
'use strict';

const assert = require('assert');
const { fork, spawn } = require('child_process');
const path = require('path');
const { run, test } = require('./suite.js');

const [program, ...words] = process.argv.slice(2);

// ---- the library's program as a child of ours ----

const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

function start(args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], ...options });
  child.events = [];
  child.messages = [];
  child.output = '';
  child.on('message', (message) => {
    child.events.push('message');
    child.messages.push(message);
  });
  child.on('disconnect', () => child.events.push('disconnect'));
  child.on('exit', () => child.events.push('exit'));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      child.output += data;
    });
  }
  // Node emits no `close` after a disconnect() of its own, so this is what it stands for.
  const exited = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const parts = [child.stdout, child.stderr].map((part) => once(part, 'close'));
  parts.push(once(child, 'disconnect'));
  child.closed = Promise.all([exited, ...parts]).then(([how]) => how);
  return child;
}

test('a C child sends back what Node sends', async () => {
  const child = start(['echo']);
  const sent = [
    null, true, 0, -1.5e-7, '', 'ä€🌍\u0000\n"\\', '\ud800', [], {}, [1, [2, { a: null }]],
    { cmd: 'NODE_' }, { cmd: 'node_x' }, { a: 'x'.repeat(100000) }, { __proto__: null, b: 1 },
  ];
  for (const message of sent) child.send(message);
  while (child.messages.length < sent.length) await once(child, 'message');
  assert.deepStrictEqual(JSON.stringify(child.messages), JSON.stringify(sent));
  child.disconnect();
  assert.deepStrictEqual(await child.closed, { code: 0, signal: null });
  assert.strictEqual(child.output, '');
});

test('a C child is forked by fork() with execPath', async () => {
  const child = fork('echo', [], { execPath: program, execArgv: [], silent: true });
  child.send({ hello: 'world' });
  assert.deepStrictEqual(await once(child, 'message'), { hello: 'world' });
  child.disconnect();
  assert.strictEqual(await once(child, 'exit'), 0);
});

test('the messages of a C child come before its exit', async () => {
  const child = start(['say', '1', '{"a" :\n[2]}', '"three"']);
  await child.closed;
  assert.deepStrictEqual(child.messages, [1, { a: [2] }, 'three']);
});

test('a C child that sends 8 MiB and ends loses nothing', async () => {
  const child = start(['big', '8388608']);
  assert.deepStrictEqual(await child.closed, { code: 0, signal: null });
  assert.strictEqual(child.messages[0].length, 8388608);
});

test('a C child that sends 8 MiB and disconnects loses nothing', async () => {
  const child = start(['big-disconnect', '8388608']);
  assert.deepStrictEqual(await child.closed, { code: 0, signal: null });
  assert.strictEqual(child.messages[0].length, 8388608);
  assert.strictEqual(child.output, 'disconnect 0\n');
});

test('a C child that listens stays until it is disconnected', async () => {
  const child = start(['listen']);
  child.send('one');
  child.send({ two: 2 }, () => child.disconnect());
  assert.strictEqual((await child.closed).code, 0);
  assert.strictEqual(child.output, 'message "one"\nmessage {"two":2}\ndisconnect 0\n');
});

test('a C child that does not listen ends by itself', async () => {
  assert.strictEqual((await start(['idle']).closed).code, 0);
});

test('a C child takes both variables from its environment', async () => {
  const child = start(['twice']);
  await child.closed;
  assert.strictEqual(child.output, 'same 1, fd 0, mode 0\n');
});

test('a C child finds its channel at any descriptor', async () => {
  for (const slot of [3, 4, 7]) {
    const stdio = ['ignore', 'pipe', 'pipe'];
    while (stdio.length < slot) stdio.push('ignore');
    stdio.push('ipc');
    const child = start(['say', String(slot)], { stdio });
    await child.closed;
    assert.deepStrictEqual(child.messages, [slot]);
  }
});

test('a C child talks in the serialization that its parent has chosen', async () => {
  const child = start(['echo'], { serialization: 'advanced' });
  const sent = new Map([['list', [1n, new Date(0), Buffer.from('hi')]]]);
  child.send(sent);
  assert.deepStrictEqual(await once(child, 'message'), sent);
  child.disconnect();
  assert.strictEqual((await child.closed).code, 0);
});

test('20,000 messages of a C child arrive in order', async () => {
  const child = start(['numbers', '20000']);
  await child.closed;
  assert.strictEqual(child.messages.length, 20000);
  child.messages.forEach((message, i) => assert.strictEqual(message.number, i));
  assert.strictEqual(child.output, 'sent 20000, lost 0\n');
});

test('20,000 messages to a C child and back arrive in order', async () => {
  const child = start(['echo']);
  for (let number = 0; number < 20000; number++) child.send({ number });
  while (child.messages.length < 20000) await once(child, 'message');
  child.messages.forEach((message, i) => assert.strictEqual(message.number, i));
  child.disconnect();
  assert.strictEqual((await child.closed).code, 0);
});

test('a C child keeps the internal messages of Node to itself', async () => {
  const child = start(['listen']);
  child.send({ cmd: 'NODE_CLUSTER', act: 'x' });
  child.send({ cmd: 'NODE_SOCKET_GET_COUNT', key: 'k' });
  child.send(1, () => child.disconnect());
  await child.closed;
  assert.strictEqual(child.output, 'message 1\ndisconnect 0\n');
});

test('a handle that a C child cannot take does not hold up Node', async () => {
  const child = start(['echo']);
  const server = require('net').createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  child.send('server', server);
  child.send('after');
  assert.strictEqual(await once(child, 'message'), 'after');
  server.close();
  child.disconnect();
  assert.strictEqual((await child.closed).code, 0);
});

test('a C child that is killed is a disconnect for Node', async () => {
  const child = start(['listen']);
  child.kill('SIGKILL');
  assert.deepStrictEqual(await child.closed, { code: null, signal: 'SIGKILL' });
  assert.ok(child.events.includes('disconnect'));
});

// ---- Node as a child of the library ----

function drive(deed, ...script) {
  return new Promise((resolve, reject) => {
    const module = path.join(__dirname, 'child.js');
    const parent = spawn(program, ['fork', module, ...script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, CP_TEST_DO: deed },
    });
    let output = '';
    parent.stdout.on('data', (data) => {
      output += data;
    });
    parent.on('error', reject);
    parent.on('close', (code, signal) => {
      if (code === 0) resolve(output.trimEnd().split('\n'));
      else reject(new Error(`the parent ended with ${code ?? signal}: ${output}`));
    });
  });
}

test('a Node child sends back what a C parent sends', async () => {
  const output = await drive('echo', 'send={"a" : "\\u00e4ä\\n"}', 'wait', 'send=[1.50]', 'wait',
    'send="\\ud800"', 'wait', 'send=null', 'wait', 'disconnect');
  assert.deepStrictEqual(output.slice(0, 4),
    ['message {"a":"ää\\n"}', 'message [1.5]', 'message "\\ud800"', 'message null']);
  assert.deepStrictEqual(output.slice(4), ['disconnect 0', 'exit 0 0', 'close 0 0']);
});

test('a Node child greets and is greeted', async () => {
  const output = await drive('hello', 'wait', 'send={"hello":"from parent"}');
  assert.deepStrictEqual(output.filter((line) => line.startsWith('message')),
    ['message {"hello":"from child"}']);
  assert.ok(output.includes('child got {"hello":"from parent"}'));
  assert.ok(output.includes('disconnect 0'));
  assert.strictEqual(output.at(-1), 'close 0 0');
});

test('a Node child that does not listen ends by itself', async () => {
  const output = await drive('idle');
  assert.deepStrictEqual(output.sort(), ['close 0 0', 'disconnect 0', 'exit 0 0']);
});

test('the internal messages of a Node child are kept apart', async () => {
  const output = await drive('internal');
  assert.deepStrictEqual(output.filter((line) => line.startsWith('message')),
    ['message {"cmd":"NODE_"}']);
});

test('a handle of a Node child does not hold up its messages', async () => {
  const output = await drive('handle');
  const messages = output.filter((line) => line.startsWith('message'));
  assert.ok(messages.includes('message "after"'), output.join('|'));
  assert.strictEqual(output.at(-1), 'close 0 0');
});

test('texts of all kinds come from a Node child and go back to it', async () => {
  const texts = ['', 'a\nb\r\n', '\u0000', 'ä€🌍', '\ud800', '\u2028', '"\\/', '\x7f'];
  const output = await drive('texts', ...texts.map((text) => `send=${JSON.stringify(text)}`));
  assert.deepStrictEqual(output.filter((line) => line.startsWith('message')),
    texts.map((text) => `message ${JSON.stringify(text)}`));
  assert.ok(!output.some((line) => line.startsWith('wrong')), output.join('|'));
});

test('8 MiB go to a Node child, and 5 MB come back', async () => {
  const output = await drive('big', 'big=8388608');
  assert.deepStrictEqual(output.slice(0, 2), ['message 8388608', 'message of 5000002 bytes']);
});

test('what a C parent sent before it disconnects reaches a Node child', async () => {
  const output = await drive('lengths', 'send="bye"', 'big=8388608', 'disconnect');
  assert.deepStrictEqual(output.filter((line) => line.startsWith('child')),
    ['child got 3', 'child got 8388608', 'child is disconnected']);
  assert.ok(output.includes('disconnect 0'));
  assert.strictEqual(output.at(-1), 'close 0 0');
});

test('a Node child that ends within a message is an error', async () => {
  const output = await drive('broken');
  assert.ok(output.some((line) => line.startsWith('error EPROTO')), output.join('|'));
  assert.strictEqual(output.at(-1), 'close 0 0');
});

test('a Node child that sends what is not JSON is cut off with an error', async () => {
  const output = await drive('garbage');
  assert.strictEqual(output[0], 'message 1');
  assert.ok(output.some((line) => line.startsWith('error EPROTO')), output.join('|'));
  assert.ok(output.includes('child is disconnected'));
  assert.strictEqual(output.at(-1), 'close 0 0');
});

test('a Node child has no trace of the channel in its environment', async () => {
  assert.ok((await drive('environment')).includes('message [null,true,2]'));
});

test('20,000 messages of a Node child arrive in order', async () => {
  const output = await drive('numbers');
  const messages = output.filter((line) => line.startsWith('message'));
  assert.strictEqual(messages.length, 20000);
  messages.forEach((line, i) => assert.strictEqual(line, `message {"number":${i}}`));
});

// ---- all of them, one after the other ----

run('talk', words);
