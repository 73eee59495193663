// SPDX-License-Identifier: MIT
//
// handles.js PROGRAMS [WORD...]: sockets passed between Node and the library, both ways.
// PROGRAMS/handle_program is the library's side; handles_child.js is Node's, as its child.
'use strict';

const assert = require('assert');
const { spawn } = require('child_process');
const dgram = require('dgram');
const net = require('net');
const path = require('path');
const { ask, listen } = require('./loopback.js');
const { test, run, once } = require('./suite.js');

const [programs, ...words] = process.argv.slice(2);
const program = path.join(programs, 'handle_program');
const modes = ['json', 'advanced'];

// ---- a program of the library as our child ----

function start(args, serialization = 'json') {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization });
  child.messages = [];
  child.output = '';
  child.internal = [];
  child.on('message', (message) => child.messages.push(message));
  child.on('internalMessage', ({ cmd }) => child.internal.push(cmd));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      child.output += data;
    });
  }
  child.gone = once(child, 'exit');
  return child;
}

const has = (key) => (message) => message !== null && typeof message === 'object' && key in message;
const told = (child, key) => once(child, 'message', has(key));

async function end(child) {
  child.disconnect();
  assert.strictEqual(await child.gone, 0, child.output);
}

for (const mode of modes) {
  test(`a Node parent and four C children serve on one socket (${mode})`, async () => {
    const server = await listen();
    const { port } = server.address();
    const children = [1, 2, 3, 4].map(() => start(['serve'], mode));
    for (const child of children) child.send('server', server);
    await Promise.all(children.map((child) => told(child, 'ready')));
    server.on('connection', (socket) => {
      socket.end(`${process.pid} served\n`);
      server.close();
    });
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await ask(port));
    const pids = [process.pid, ...children.map((child) => child.pid)];
    assert.deepStrictEqual(answers.sort(), pids.map((pid) => `${pid} served`).sort());
    await Promise.all(children.map(end));
  });

  test(`connections to Node are answered by a C child (${mode})`, async () => {
    const child = start(['answer'], mode);
    const server = await listen((socket) => child.send('socket', socket));
    const { port } = server.address();
    for (const word of ['one', 'two', 'three']) {
      assert.strictEqual(await ask(port, `${word}\n`), `${child.pid} ${word}`);
    }
    assert.deepStrictEqual(await Promise.all(['a', 'b', 'c'].map((it) => ask(port, `${it}\n`))),
      ['a', 'b', 'c'].map((it) => `${child.pid} ${it}`));
    child.send('on');
    await once(child, 'message', (message) => message === 'on');
    assert.strictEqual(child.messages.filter(has('socket')).length, 6);
    await new Promise((resolve) => server.close(resolve));
    await end(child);
  });

  test(`a datagram socket of Node is answered on by a C child (${mode})`, async () => {
    const child = start(['answer-datagrams'], mode);
    const server = dgram.createSocket('udp4');
    await new Promise((resolve) => server.bind(0, '127.0.0.1', resolve));
    const { port } = server.address();
    child.send('dgram', server);
    await told(child, 'dgram');
    server.close();
    const client = dgram.createSocket('udp4');
    client.send('hello', port, '127.0.0.1');
    assert.strictEqual(String(await once(client, 'message')), `${child.pid} hello`);
    client.close();
    await end(child);
  });

  test(`a native handle of Node is a descriptor for a C child (${mode})`, async () => {
    const child = start(['serve'], mode);
    const server = await listen();
    const { port } = server.address();
    child.send('native', server._handle);
    await told(child, 'ready');
    server.close();
    assert.strictEqual(await ask(port), `${child.pid} served`);
    await end(child);
  });

  // What only Node 26 and later have to send.
  if (net.BoundSocket) {
    test(`a bound socket of Node goes to a C child and back as a native handle (${mode})`,
      async () => {
        const child = start(['return'], mode);
        const bound = new net.BoundSocket({ port: 0, host: '127.0.0.1' });
        const { port } = bound.address();
        child.send({ bound: port }, bound);
        const [message, handle] = await new Promise((resolve) => {
          child.once('message', (...all) => resolve(all));
        });
        assert.deepStrictEqual(message, { bound: port });
        const server = net.createServer((socket) => socket.end('listening\n'));
        await new Promise((resolve) => server.listen(handle, resolve));
        assert.strictEqual(await ask(port), 'listening');
        await new Promise((resolve) => server.close(resolve));
        await end(child);
      });
  }

  test(`a socket of a path is answered by a C child (${mode})`, async () => {
    const child = start(['answer'], mode);
    const server = net.createServer({ pauseOnConnect: true },
      (socket) => child.send('socket', socket));
    const name = `\0child_process-${process.pid}-${mode}`;
    await new Promise((resolve) => server.listen(name, resolve));
    const client = net.connect(name, () => client.write('a word\n'));
    assert.strictEqual(String(await once(client, 'data')), `${child.pid} a word\n`);
    await new Promise((resolve) => server.close(resolve));
    await end(child);
  });

  test(`messages stay in order around the handles of Node (${mode})`, async () => {
    const child = start(['answer'], mode);
    const sockets = [];
    const server = await listen((socket) => sockets.push(socket));
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(ask(server.address().port, `${i}\n`));
    while (sockets.length < 3) await once(server, 'connection');
    for (let i = 0; i < 3; i++) {
      child.send(`before ${i}`);
      child.send('socket', sockets[i]);
    }
    child.send('last');
    await once(child, 'message', (message) => message === 'last');
    const socket = { socket: child.pid };
    assert.deepStrictEqual(child.messages,
      ['before 0', socket, 'before 1', socket, 'before 2', socket, 'last']);
    assert.strictEqual((await Promise.all(answers)).length, 3);
    server.close();
    await end(child);
  });

  test(`a C child without a listener acknowledges the handles of Node (${mode})`, async () => {
    const child = start(['deaf'], mode);
    const server = await listen();
    for (let i = 0; i < 3; i++) child.send(i, server);
    let acknowledged = 0;
    while (acknowledged < 3) {
      await once(child, 'internalMessage');
      acknowledged = child.internal.filter((cmd) => cmd === 'NODE_HANDLE_ACK').length;
    }
    server.close();
    await end(child);
    assert.deepStrictEqual(child.internal, Array(3).fill('NODE_HANDLE_ACK'));
    assert.strictEqual(child.output, 'disconnect\n');
  });

  test(`server.close() ends while a C child has its sockets, and they are counted (${mode})`,
    async () => {
      const child = start(['keep'], mode);
      const server = await listen((socket) => child.send('socket', socket));
      const clients = [1, 2].map(() => net.connect(server.address().port, '127.0.0.1'));
      for (const client of clients) client.on('error', () => {});
      while (child.messages.length < 2) await told(child, 'kept');
      const count = () => new Promise((resolve, reject) => {
        server.getConnections((error, number) => (error ? reject(error) : resolve(number)));
      });
      assert.strictEqual(await count(), 2);
      const closed = new Promise((resolve) => server.close(resolve));
      child.send('close');
      await told(child, 'closed');
      assert.strictEqual(await closed, undefined);
      assert.strictEqual(await count(), 0);
      for (const client of clients) client.destroy();
      assert.ok(child.internal.includes('NODE_SOCKET_COUNT'));
      assert.ok(child.internal.includes('NODE_SOCKET_ALL_CLOSED'));
      await end(child);
    });

  // Only a connection is sent again by Node; it has no other copy of it.
  test(`Node gives a connection up that a C child has no room for (${mode})`, async () => {
    const child = start(['full'], mode);
    await told(child, 'full');
    const warned = once(process, 'warning');
    const server = await listen((socket) => {
      child.send('socket', socket);
      child.send('behind');
    });
    const client = net.connect(server.address().port, '127.0.0.1');
    assert.strictEqual((await warned).name, 'SentHandleNotReceivedWarning');
    while (!child.output.includes('behind')) await once(child.stdout, 'data');
    client.destroy();
    server.close();
    await end(child);
    assert.deepStrictEqual(child.internal, Array(4).fill('NODE_HANDLE_NACK'));
    assert.match(child.output, /^"behind" with none$/m);
    assert.doesNotMatch(child.output, /^"socket" with/m);
  });

  test(`a connection that Node sends once more arrives at a C child (${mode})`, async () => {
    const child = start(['full'], mode);
    await told(child, 'full');
    // Before Node hears of it: the signal is there when it sends again.
    child.prependListener('internalMessage', ({ cmd }) => {
      if (cmd === 'NODE_HANDLE_NACK') child.kill('SIGUSR1');
    });
    const server = await listen((socket) => {
      child.send('socket', socket);
      child.send('behind');
    });
    const client = net.connect(server.address().port, '127.0.0.1');
    while (!child.output.includes('behind')) await once(child.stdout, 'data');
    client.destroy();
    server.close();
    await end(child);
    // One more, for the layer more that it has, would end Node by an assertion.
    assert.deepStrictEqual(child.internal, ['NODE_HANDLE_NACK', 'NODE_HANDLE_ACK']);
    assert.match(child.output, /^"socket" with socket\n"behind" with none$/m);
  });

  test(`a C child passes on that a server was not acknowledged (${mode})`, async () => {
    const child = start(['full'], mode);
    await told(child, 'full');
    const server = await listen();
    child.send('server', server);
    child.send('behind');
    while (!child.output.includes('behind')) await once(child.stdout, 'data');
    server.close();
    await end(child);
    assert.deepStrictEqual(child.internal, ['NODE_HANDLE_NACK']);
  });
}

// ---- Node as a child of the library ----

// The lines that the parent prints, and of its children; `while_it_runs` is given the port.
function drive(what, deed, mode, count = 1, whileItRuns = async () => {}) {
  const modules = Array(count).fill(path.join(__dirname, 'handles_child.js'));
  const parent = spawn(program, ['parent', what, ...modules], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CP_TEST_DO: deed, CP_TEST_SERIALIZATION: mode },
  });
  let output = '';
  let started;
  const port = new Promise((resolve) => {
    started = resolve;
  });
  parent.stdout.on('data', (data) => {
    output += data;
    const found = /^port (\d+)$/m.exec(output);
    if (found) started(Number(found[1]));
  });
  const ended = new Promise((resolve, reject) => {
    parent.on('error', reject);
    parent.on('close', (code, signal) => {
      if (code === 0) resolve(output.trimEnd().split('\n'));
      else reject(new Error(`the parent ended with ${code ?? signal}: ${output}`));
    });
  });
  return Promise.all([ended, port.then((number) => whileItRuns(number, parent.pid))])
    .then(([lines]) => lines);
}

for (const mode of modes) {
  test(`a C parent and four Node children serve on one socket (${mode})`, async () => {
    const answers = [];
    let parent;
    const lines = await drive('share', 'serve', mode, 4, async (port, pid) => {
      for (let i = 0; i < 5; i++) answers.push(await ask(port));
      parent = pid;
    });
    const pids = answers.map((answer) => /^(\d+) served$/.exec(answer)[1]);
    assert.strictEqual(new Set(pids).size, 5, answers.join('|'));
    assert.ok(pids.includes(String(parent)));
    assert.strictEqual(lines.filter((line) => line === 'handle sent').length, 4);
    assert.strictEqual(lines.filter((line) => line === 'close 0 0').length, 4, lines.join('|'));
  });

  test(`a C parent and four C children serve on one socket (${mode})`, async () => {
    const answers = [];
    const parent = spawn(program, ['parent', 'share', ...Array(4).fill(program)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, CP_TEST_SERIALIZATION: mode },
    });
    let output = '';
    parent.stdout.on('data', (data) => {
      output += data;
    });
    while (!/^port \d+$/m.test(output)) await once(parent.stdout, 'data');
    const port = Number(/^port (\d+)$/m.exec(output)[1]);
    for (let i = 0; i < 5; i++) answers.push(await ask(port));
    assert.strictEqual(new Set(answers).size, 5, answers.join('|'));
    assert.ok(answers.includes(`${parent.pid} served`));
    // The children listen until they are disconnected.
    const served = () => (output.match(/^message \{"served":\d+\} with none$/gm) ?? []).length;
    while (served() < 4) await once(parent.stdout, 'data');
    parent.kill();
    await once(parent, 'close');
  });

  test(`connections to a C parent are answered by a Node child (${mode})`, async () => {
    let answer;
    const lines = await drive('connection', 'answer', mode, 1, async (port) => {
      answer = await ask(port, 'a word\n');
    });
    assert.match(answer, /^\d+ a word$/);
    assert.ok(lines.includes('handle sent'));
    assert.ok(lines.includes('message "got net.Socket behind" with none'), lines.join('|'));
    assert.strictEqual(lines.at(-1), 'close 0 0');
  });

  test(`a datagram socket of a C parent is answered on by a Node child (${mode})`, async () => {
    const client = dgram.createSocket('udp4');
    const lines = await drive('datagrams', 'answer-datagrams', mode, 1, async (port) => {
      client.send('hello', port, '127.0.0.1');
      assert.match(String(await once(client, 'message')), /^\d+ hello$/);
    });
    client.close();
    assert.ok(lines.includes('message "got dgram.Socket udp4" with none'), lines.join('|'));
    assert.strictEqual(lines.at(-1), 'close 0 0');
  });
}

async function output(args, env) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env },
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const code = await once(child, 'close');
  assert.strictEqual(code, 0, text);
  return text.trimEnd().split('\n');
}

const child = path.join(__dirname, 'handles_child.js');

for (const mode of modes) {
  const env = (deed) => ({ CP_TEST_DO: deed, CP_TEST_SERIALIZATION: mode });

  test(`a native handle of a C parent is a pipe for a Node child (${mode})`, async () => {
    const lines = await output(['parent', 'native', child], env('read'));
    assert.ok(lines.includes('message "got Pipe: over a pipe" with none'), lines.join('|'));
    assert.ok(lines.includes('handle sent'));
  });

  test(`handles of a Node child are taken by a C parent (${mode})`, async () => {
    const lines = await output(['parent', 'take', child], env('give'));
    assert.deepStrictEqual(lines.filter((line) => line.startsWith('message')), [
      'message "serve this" with server',
      'message "between" with none',
      'message "answer this" with socket',
      'message "leave this" with dgram',
      'message "leave this" with native',
      'message "done" with none',
    ]);
    assert.ok(lines.includes('child: served'), lines.join('|'));
    assert.ok(lines.includes('child: answered'));
    assert.strictEqual(lines.at(-1), 'close 0 0');
  });
}

test('a raw channel shows what Node says, and leaves the answers to its user', async () => {
  const lines = (await output(['raw-parent', child], { CP_TEST_DO: 'give-raw' }))
    .map((line) => line.replace(/"key":"[^"]*"/, '"key":"KEY"'));
  const inner = '{"cmd":"NODE_HANDLE","type":"net.Socket","msg":{"a":1},"key":"KEY"}';
  assert.deepStrictEqual(lines, [
    `payload ${inner} with native`,
    `payload {"cmd":"NODE_HANDLE","type":"net.Native","msg":${inner}} with native`,
    'payload "behind" with none',
    'close 0 0',
  ]);
});

run('handles', words);
