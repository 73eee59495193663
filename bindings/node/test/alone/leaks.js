// SPDX-License-Identifier: MIT
//
// Many starts in one process leave it as it was: no descriptor, no child, no growing memory. With
// CP_TEST_SOAK as many as a server sees in a day.

'use strict';

const path = require('path');
const { runProgram } = require('../support/program');

const isLong = Boolean(process.env.CP_TEST_SOAK);

// Prints what has grown since half of it was done, when caches are warm: V8 takes its time.
const MEASURE = `
  const fs = require('fs');
  const state = async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let i = 0; i < 3; i++) gc();
    const children = fs.readFileSync('/proc/self/task/' + process.pid + '/children',
      'latin1').trim();
    return { fds: fs.readdirSync('/proc/self/fd').length, rss: process.memoryUsage().rss,
             heap: process.memoryUsage().heapUsed, children };
  };
  const repeat = async (count, start) => {
    const AT_ONCE = 8;
    let before;
    for (let done = 0; done < count; done += AT_ONCE) {
      if (!before && done >= count / 2) before = await state();
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => start(done + i)));
    }
    const after = await state();
    console.log(JSON.stringify({ fds: after.fds - before.fds, children: after.children,
      rss: after.rss - before.rss, heap: after.heap - before.heap }));
  };
`;

const STARTS = {
  spawn: [
    1000,
    20000,
    `(i) => new Promise((resolve) => {
      const child = cp.spawn(i % 10 ? 'true' : 'no-such-program', [],
        { stdio: i % 3 ? 'pipe' : 'ignore' });
      child.on('error', () => {});
      child.on('close', resolve);
    })`,
  ],
  'execFile with a timeout and a signal': [
    200,
    5000,
    `() => new Promise((resolve) => {
      const { signal } = new AbortController();
      cp.execFile('echo', ['text'], { timeout: 100000, signal }, resolve);
    })`,
  ],
  spawnSync: [200, 5000, '() => cp.spawnSync("cat", { input: "text" })'],
  'channels with a message each way': [
    100,
    8000,
    `() => new Promise((resolve) => {
      const child = cp.spawn('sh', ['-c', 'read -r line <&3; echo "$line" >&3'],
        { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.send({ text: 'x' });
      child.on('close', resolve);
      child.on('message', () => {});
    })`,
  ],
  fork: [
    16,
    2000,
    `() => new Promise((resolve) => {
      const child = cp.fork(${JSON.stringify(path.join(__dirname, '..', 'support', 'child.js'))},
        ['echo'], { execArgv: [] });
      child.on('message', () => child.disconnect());
      child.on('close', resolve);
      child.send({ text: 'x' });
    })`,
  ],
  'starts that throw': [
    400,
    20000,
    `() => {
      try { cp.spawn('/etc/passwd/x'); } catch {}
      try { cp.spawn('true', { stdio: ['pipe', 'pipe', 'pipe', 'nonsense'] }); } catch {}
    }`,
  ],
  'children that are killed': [
    100,
    2000,
    `() => new Promise((resolve) => {
      const child = cp.spawn('sleep', ['60']);
      child.on('close', resolve);
      child.kill();
    })`,
  ],
};

// A leak of as little as this for each start would be seen in the long form.
const MB = 1024 * 1024;
const ALLOWED = { rss: isLong ? 12 * MB : 10 * MB, heap: 3 * MB };

// A sanitizer keeps what was freed.
const tests = {};
for (const [what, [short, long, start]] of Object.entries(
  process.env.CP_TEST_SANITIZED ? {} : STARTS
)) {
  const count = isLong ? long : short;
  tests[`${what} leaves nothing, many times`] = async () => {
    const source = `${MEASURE} repeat(${count}, ${start});`;
    const { code, out, err } = await runProgram(source, { flags: ['--expose-gc'] });
    if (code !== 0) throw new Error(`ended with ${code}: ${err}`);
    const { fds, children, rss, heap } = JSON.parse(out);
    if (fds !== 0) throw new Error(`${fds} descriptors more`);
    if (children !== '') throw new Error(`children are left: ${children}`);
    if (rss > ALLOWED.rss || heap > ALLOWED.heap) {
      throw new Error(`${rss} bytes more in memory, ${heap} of them in the heap`);
    }
  };
}

module.exports = tests;
