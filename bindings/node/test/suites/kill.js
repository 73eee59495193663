// SPDX-License-Identifier: MIT
//
// kill(): each signal, each state of the child, and what it answers.

'use strict';

const { POOL, showName } = require('../support/pool');

const SLEEP = ['sleep', ['60']];
const cases = {};

for (const [i, value] of POOL.entries()) {
  cases[`kill(${showName(value)}) (${i})`] = async (cp, t) => {
    const child = cp.spawn(...SLEEP, { stdio: 'ignore' });
    const log = t.watch(child);
    const seen = { outcome: t.outcome(() => child.kill(value)), killed: child.killed };
    process.kill(child.pid, 'SIGKILL');
    await log.closed;
    // Which of two signals ends it is not certain.
    return seen;
  };
}

for (const signal of [
  'SIGTERM',
  'SIGKILL',
  'SIGINT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGPIPE',
  'SIGABRT',
  'SIGSEGV',
  'SIGALRM',
  'SIGIO',
  'SIGPOLL',
  'SIGIOT',
  'SIGSYS',
  'sigterm',
  'SigInt',
  1,
  2,
  3,
  9,
  15,
  31,
]) {
  cases[`a child ends by ${signal}`] = async (cp, t) => {
    const child = cp.spawn(...SLEEP);
    const log = t.watch(child);
    const kill = t.outcome(() => child.kill(signal));
    await log.closed;
    return { kill, killed: child.killed, ...log.told() };
  };
}

for (const signal of [
  'SIGFOO',
  'TERM',
  '',
  ' SIGTERM',
  'SIGTERM\0',
  'SIGRTMIN',
  'SIG34',
  32,
  34,
  64,
  65,
  -9,
  9.5,
  1e10,
  -0,
  '15',
  '9',
]) {
  cases[`kill(${JSON.stringify(signal)}) is told`] = async (cp, t) => {
    const child = cp.spawn(...SLEEP, { stdio: 'ignore' });
    const log = t.watch(child);
    const seen = { outcome: t.outcome(() => child.kill(signal)), killed: child.killed };
    process.kill(child.pid, 'SIGKILL');
    await log.closed;
    return seen;
  };
}

cases['kill(0) asks whether it lives'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP);
  const log = t.watch(child);
  const seen = [child.kill(0), child.killed, child.kill(0), child.kill(), child.killed];
  await log.closed;
  return [...seen, child.kill(0), child.kill(), child.killed, log.told()];
};

cases['kill after the end'] = async (cp, t) => {
  const child = cp.spawn('true');
  await t.finish(child);
  return [t.outcome(() => child.kill()), t.outcome(() => child.kill('SIGFOO')), child.killed];
};

cases['kill inside exit'] = async (cp, t) => {
  const child = cp.spawn('true');
  const seen = [];
  child.on('exit', () =>
    seen.push(
      t.outcome(() => child.kill()),
      child.killed
    )
  );
  await t.finish(child);
  return seen;
};

cases['kill of a child that has ended, but was not yet reaped'] = async (cp, t) => {
  const child = cp.spawn('true', { stdio: 'ignore' });
  const log = t.watch(child);
  const end = Date.now() + 300;
  while (Date.now() < end); // the loop must not turn
  const seen = [t.outcome(() => child.kill()), child.killed];
  await log.closed;
  return { seen, ...log.told() };
};

cases['kill before spawn is emitted'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP, { stdio: 'ignore' });
  const log = t.watch(child);
  child.kill();
  await log.closed;
  return log.order;
};

cases['kill inside spawn'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP, { stdio: 'ignore' });
  const log = t.watch(child);
  child.on('spawn', () => child.kill('SIGHUP'));
  await log.closed;
  return [log.order, log.told()];
};

cases['a child that ignores the signal'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'trap "" TERM; echo set; read -r line; exit 6']);
  const log = t.watch(child);
  child.stdout.once('data', () => {
    child.kill();
    child.stdin.end('go\n');
  });
  await log.closed;
  return { killed: child.killed, ...log.told() };
};

cases['a child that handles the signal'] = async (cp, t) => {
  const child = cp.spawn('sh', [
    '-c',
    'trap "echo got; exit 5" USR1; echo set; while :; do sleep 0.02; done',
  ]);
  const log = t.watch(child);
  child.stdout.once('data', () => child.kill('SIGUSR1'));
  await log.closed;
  return { killed: child.killed, ...log.told() };
};

cases['kill of a child of another user'] = async (cp, t) =>
  t.program(
    `
  if (process.getuid() !== 0) { console.log('only root can play this'); process.exit(); }
  process.setgroups([]);
  process.setgid(65534);
  const child = cp.spawn('sleep', ['2'], { stdio: 'ignore' });
  const { pid } = child;
  const own = process.getuid();
  process.setuid(65534); // the child stays root's
  child.on('error', (error) => {
    const { message, code, errno, syscall } = error;
    console.log('error', message, code, errno, syscall, Object.keys(error).join());
    process.exit();
  });
  console.log(child.kill(), child.killed, own);
  setTimeout(() => console.log('no error'), 1000);
`,
    { before: 'trap "" HUP' }
  );

module.exports = cases;
