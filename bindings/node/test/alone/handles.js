// SPDX-License-Identifier: MIT
//
// Handles that come or leave in a bad moment: none stays open, none closes the channel, and what
// their owners are told is so.

'use strict';

const assert = require('assert');
const { addon, runProgram } = require('../support/program');

const COMMON = `
  const assert = require('assert');
  const fs = require('fs');
  const net = require('net');
  const { once } = require('events');
  const descriptors = () => fs.readdirSync('/proc/self/fd').length - 1;
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const heard = [];
  const told = [];
  async function until(condition) {
    for (const end = Date.now() + 5000; !condition() && Date.now() < end;) await sleep(5);
    assert(condition(), condition + JSON.stringify([heard, told]));
  }
  function fork(source, options) {
    const file = 'child-' + process.hrtime.bigint() + '.js';
    fs.writeFileSync(file, source);
    return cp.fork(file, [], { execArgv: [], ...options });
  }
  function takeAllDescriptors() {
    const held = [];
    try {
      for (;;) held.push(fs.openSync('/dev/null'));
    } catch {}
    return held;
  }
  // Says what it is told, but gives its server when it is asked to.
  const GIVER = \`
    const net = require('net');
    const server = net.createServer().listen('socket', () => process.send('ready'));
    process.on('warning', () => {});
    process.on('message', (text) => text === 'give' ? process.send('server', server) :
      process.send(text));
  \`;
`;

async function passes(source) {
  const { code, out, err } = await runProgram(COMMON + source);
  assert.deepStrictEqual([code, out, err], [0, 'good\n', '']);
}

// Sends a socket, a server, a datagram socket and what is inside them.
const GENEROUS_CHILD = `
  const dgram = require('dgram');
  const net = require('net');
  const all = [net.createServer(), net.createServer(), dgram.createSocket('udp4')];
  const server = net.createServer((socket) => {
    all.push(socket);
    process.send('native', all[1]._handle);
    process.send('server', all[0]);
    process.send('dgram', all[2]);
    process.send({ cmd: 'NODE_OF_NOBODY' }, all[1]._handle);
    process.send('socket', socket, { keepOpen: true }, () => process.send('all'));
  });
  all[0].listen(0, () => all[1].listen(0, () => all[2].bind(0, () => server.listen(0, () => {
    all.push(net.connect(server.address().port));
  }))));
  process.on('disconnect', () => process.exit(0));
`;

const tests = {};

tests['handles that nobody hears are closed with the channel'] = () =>
  passes(`
    const isAll = (args) => args[0].cmd === 'NODE_OF_NOBODY' || args[0] === 'all';
    (async () => {
      await once(cp.spawn('true'), 'close');
      await sleep(50);
      const before = descriptors();
      const child = fork(\`${GENEROUS_CHILD}\`);
      await until(() => descriptors() >= before + 2 + 4);
      await sleep(50);
      child.disconnect();
      child.on('message', () => assert.fail());
      await once(child, 'close');
      await until(() => descriptors() === before);
      console.log('good');
    })();
  `);

tests['handles are closed that come in the tick in which the channel closes'] = () =>
  passes(`
    (async () => {
      await once(cp.spawn('true'), 'close');
      await sleep(50);
      const before = descriptors();
      const child = fork(\`${GENEROUS_CHILD}\`);
      child.prependListener('internalMessage', ({ cmd }) => {
        if (cmd === 'NODE_HANDLE') process.nextTick(() => child.connected && child.disconnect());
      });
      await once(child, 'disconnect');
      child.kill();
      await once(child, 'close');
      await until(() => descriptors() === before);
      console.log('good');
    })();
  `);

tests['a handle that takes the last descriptor comes, and the channel lives'] = () =>
  passes(`
    (async () => {
      const child = fork(GIVER);
      const [ready] = await once(child, 'message');
      const held = takeAllDescriptors();
      fs.closeSync(held.pop());
      child.send('give');
      const [message, server] = await once(child, 'message');
      child.send('echo');
      const [echo] = await once(child, 'message');
      for (const fd of held) fs.closeSync(fd);
      assert(server instanceof net.Server);
      server.close();
      child.kill();
      assert.deepStrictEqual([ready, message, echo], ['ready', 'server', 'echo']);
      console.log('good');
    })();
  `);

tests['a handle that comes when no descriptor is left does not end the channel'] = () =>
  passes(`
    (async () => {
      const child = fork(GIVER, { execArgv: ['--no-warnings'] });
      await once(child, 'message');
      const held = takeAllDescriptors();
      child.send('give');
      child.send('echo');
      const [echo] = await once(child, 'message');
      for (const fd of held) fs.closeSync(fd);
      child.send('give');
      const [message, server] = await once(child, 'message');
      server.close();
      child.kill();
      assert.deepStrictEqual([echo, message], ['echo', 'server']);
      console.log('good');
    })();
  `);

// Children of another process that never read hold descriptors under way. There is a limit for all
// of one user, root excepted: that of open files of who sends. `raise` makes room before the loop
// turns.
const CROWDED = `
  const COUNT = 60;
  const LIMIT = 50;
  const HOLDER = \`
    const cp = require('${addon}');
    process.on('disconnect', () => process.exit());
    const server = require('net').createServer().listen('held', () => {
      const stdio = ['ignore', 'ignore', 'ignore', 'ipc'];
      const all = Array.from({ length: \${COUNT} }, () => cp.spawn('sleep', ['20'], { stdio }));
      for (const each of all) each.send('x', server);
      process.send(all.map(({ pid }) => pid));
    });
  \`;
  async function crowd() {
    if (process.getuid() === 0) {
      fs.chownSync('.', 65534, 65534);
      process.setgid(65534);
      process.setuid(65534);
    }
    fs.writeFileSync('holder.js', HOLDER);
    const stdio = ['ignore', 'ignore', 2, 'ipc'];
    const holder = cp.fork('holder.js', [], { execArgv: [], stdio });
    const [pids] = await once(holder, 'message');
    const child = fork(\`
      process.on('message', (text, handle) => {
        if (handle) handle.close();
        process.send([text, Boolean(handle)]);
      });
      process.send('ready');
    \`);
    await once(child, 'message');
    child.on('message', (message) => heard.push(message));
    const server = net.createServer().listen('socket');
    await once(server, 'listening');
    cp.execFileSync('prlimit', ['--pid', process.pid, '--nofile=' + LIMIT + ':']);
    const raise = () => {
      for (const pid of pids.splice(0)) process.kill(pid, 'SIGKILL');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    };
    const done = () => {
      server.close();
      child.disconnect();
      holder.kill();
      console.log('good');
    };
    process.on('exit', () => pids.length > 0 && raise());
    return { child, server, raise, done };
  }
`;

// Root of a container may not be able to become somebody else, or nobody else may enter its root.
const canBeNobody = () => {
  const program = `process.setgid(65534); process.setuid(65534);
    const { accessSync } = require('fs');
    for (const path of ['/dev/null', process.execPath, '${addon}']) accessSync(path);`;
  const { status } = require('child_process').spawnSync(process.execPath, ['-e', program]);
  return process.getuid() !== 0 || status === 0;
};

if (canBeNobody() && !process.env.CP_TEST_SANITIZED) {
  tests['a message whose handle the system does not take is lost alone'] = () =>
    passes(`${CROWDED}
      (async () => {
        const { child, server, raise, done } = await crowd();
        child.send('first', server, (error) => told.push(['first', error && error.code]));
        child.send('second', (error) => told.push(['second', error]));
        await until(() => told.length === 2 && heard.length === 1);
        raise();
        child.send('third', server, (error) => told.push(['third', error]));
        await until(() => heard.length === 2 && told.length === 3);
        assert.deepStrictEqual(heard, [['second', false], ['third', true]]);
        assert.deepStrictEqual(told, [['first', 'EMFILE'], ['second', null], ['third', null]]);
        done();
      })();
    `);

  tests['a message whose handle the system takes at last is not told lost'] = () =>
    passes(`${CROWDED}
      (async () => {
        const { child, server, raise, done } = await crowd();
        child.send('first', server, (error) => told.push(error));
        raise();
        child.send('second');
        await until(() => heard.length === 2 && told.length === 1);
        assert.deepStrictEqual([heard, told], [[['first', true], ['second', false]], [null]]);
        done();
      })();
    `);
}

module.exports = tests;
