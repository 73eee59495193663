// SPDX-License-Identifier: MIT
//
// Which events come, with what, and in which order where the order is certain.

'use strict';

const fs = require('fs');

const cases = {};

// A program that ends when it is told so by a line on stdin.
const WAIT = 'read -r line; ';

function order(name, file, args, options, act = () => {}) {
  cases[name] = async (cp, t) => {
    const child = cp.spawn(file, args, options);
    const log = t.watch(child);
    act(child, t, log);
    await log.closed;
    return { order: log.order, ...log.told() };
  };
}

const QUIET = { stdio: 'ignore' };

order('nothing piped: exit and close are together', 'true', [], QUIET);
order('a code', 'sh', ['-c', 'exit 7'], QUIET);
order('a signal', 'sh', ['-c', 'kill -USR2 $$'], QUIET);
order('stdin alone is not waited for', 'true', [], { stdio: ['pipe', 'ignore', 'ignore'] });
order('a failed start', 'no-such-program', [], QUIET);
order('between exit and close nothing turns', 'true', [], QUIET, (child, t, { order: seen }) => {
  child.on('exit', () => {
    process.nextTick(() => seen.push('tick after exit'));
    Promise.resolve().then(() => seen.push('promise after exit'));
    setImmediate(() => seen.push('immediate after exit'));
  });
  child.on('close', () => process.nextTick(() => seen.push('tick after close')));
});
order('spawn comes at the next tick', 'true', [], QUIET, (child, t, { order: seen }) => {
  seen.push('now');
  process.nextTick(() => seen.push('tick'));
  Promise.resolve().then(() => seen.push('promise'));
  child.on('spawn', () => process.nextTick(() => seen.push('tick after spawn')));
});

// The stream is held open by another process until after the exit.
const HELD = { stdio: ['ignore', 'pipe', 'ignore'] };
order('a grandchild holds stdout', 'sh', ['-c', '(sleep 0.2; echo late) & exit 7'], HELD);

cases['a grandchild holds stdout, which the parent destroys'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'sleep 1 & exit 7'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = t.watch(child);
  child.stdout.destroy();
  child.stderr.destroy();
  await log.closed;
  return [log.child, log.order.slice(-2)];
};

cases['all comes before close'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'echo out; echo err >&2; echo more >&3; exit 3'], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const log = t.watch(child);
  await log.closed;
  const at = (name) => log.order.indexOf(name);
  return {
    spawnIsFirst: at('spawn') === 0,
    exit: at('exit') < at('close'),
    ends: [1, 2, 3].map((fd) => at(`${fd}:end`) < at('close')),
    ...log.told(),
  };
};

cases['the last stream is told closed after the child'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'sleep 0.2 & exit 0'], HELD);
  const log = t.watch(child);
  await log.closed;
  return log.order.filter((name) => /close/.test(name));
};

cases['output that nobody reads is thrown away at the end'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'echo out; echo err >&2']);
  return t.finish(child, { reads: false });
};

cases['output of which nobody reads more than fits'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'head -c 300000 /dev/zero; echo done >&2']);
  const log = t.watch(child, { reads: false });
  child.stderr.on('data', () => {});
  await t.sleep(150);
  const waiting = child.exitCode;
  child.stdout.resume();
  await log.closed;
  return { waiting, read: child.stdout.bytesRead, ...log.told() };
};

cases['data listeners that come with exit still get all'] = async (cp, t) => {
  const child = cp.spawn('echo', ['text']);
  let text = '';
  child.on('exit', () =>
    child.stdout.on('data', (data) => {
      text += data;
    })
  );
  await t.finish(child, { reads: false });
  return text;
};

cases['a stream that is paused keeps close away'] = async (cp, t) => {
  const child = cp.spawn('echo', ['text']);
  child.stdout.on('data', () => {});
  child.stdout.pause();
  const log = t.watch(child, { reads: false });
  child.on('exit', () => process.nextTick(() => child.stdout.pause()));
  await t.until(() => log.child.some(([name]) => name === 'exit'));
  await t.sleep(50);
  const before = log.child.map(([name]) => name);
  child.stdout.resume();
  await log.closed;
  return { before, ...log.told() };
};

cases['readable and read()'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'printf 12345; printf 678']);
  let text = '';
  child.stdout.on('readable', () => {
    for (let part; (part = child.stdout.read(3)) !== null;) text += part;
    const rest = child.stdout.read();
    if (rest) text += rest;
  });
  await t.finish(child, { reads: false });
  return text;
};

cases['stdout as an async iterator'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'echo a; echo b']);
  const log = t.watch(child, { reads: false });
  let text = '';
  for await (const part of child.stdout) text += part;
  await log.closed;
  return { text, child: log.child };
};

cases['stdout piped into stdin of another'] = async (cp, t) => {
  const first = cp.spawn('sh', ['-c', 'echo b; echo a']);
  const second = cp.spawn('sort');
  first.stdout.pipe(second.stdin);
  const [one, two] = await Promise.all([t.finish(first, { reads: false }), t.finish(second)]);
  return { one: one.child, two };
};

cases['a pipeline of streams'] = async (cp, t) => {
  const { pipeline } = require('stream/promises');
  const file = `${t.scratch}/out`;
  const child = cp.spawn('head', ['-c', '200000', '/dev/zero']);
  const log = t.watch(child, { reads: false });
  await pipeline(child.stdout, fs.createWriteStream(file));
  await log.closed;
  return { size: fs.statSync(file).size, child: log.child };
};

cases['a file piped into stdin'] = async (cp, t) => {
  const child = cp.spawn('wc', ['-c']);
  fs.createReadStream(t.file('big', Buffer.alloc(300000))).pipe(child.stdin);
  return t.finish(child);
};

cases['a child that closes its outputs, and lives on'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', `exec >&- 2>&-; ${WAIT} exit 4`]);
  const log = t.watch(child);
  await t.until(() => log.order.includes('1:close') && log.order.includes('2:close'));
  const before = [...log.child];
  child.stdin.end('go\n');
  await log.closed;
  return { before, ...log.told() };
};

cases['a child that closes its stdin, to which we are writing'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'sleep 0.1; exec <&-; sleep 0.3; exit 2'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const log = t.watch(child);
  const told = [];
  child.stdin.write(Buffer.alloc(300000), (error) => told.push(t.encode(error)));
  await log.closed;
  const at = (name) => log.order.indexOf(name);
  return {
    told,
    isBeforeExit: at('0:close') < at('exit') && at('0:error') < at('0:close'),
    ...log.told(),
  };
};

cases['a child that closes its stdin, to which nobody writes'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'exec <&-; sleep 0.3; exit 2'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const log = t.watch(child);
  await log.closed;
  return log.order.indexOf('0:close') < log.order.indexOf('exit');
};

cases['writes after the end'] = async (cp, t) => {
  const child = cp.spawn('true');
  const log = t.watch(child);
  await log.closed;
  const told = [];
  child.stdin.on('error', (error) => told.push(error.code));
  const returned = child.stdin.write('x', (error) => told.push(t.encode(error)));
  await t.turns();
  return { returned, told };
};

cases['writes inside exit'] = async (cp, t) => {
  const child = cp.spawn('true');
  const told = [];
  child.on('exit', () => {
    told.push([child.stdin.destroyed, child.stdin.writable]);
    child.stdin.write('x', (error) => told.push(error.code));
  });
  const seen = await t.finish(child);
  return { told, seen };
};

cases['a write to stdout of a child'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', `${WAIT} exit 0`]);
  const log = t.watch(child);
  const told = [];
  child.stdout.write('x', (error) => told.push(error ? error.code : 'written'));
  await t.until(() => told.length > 0);
  child.stdin.end('go\n');
  await log.closed;
  return { told, child: log.child };
};

cases['stdin is ended while the child has not read'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'sleep 0.1; wc -c']);
  child.stdin.end(Buffer.alloc(40000));
  return t.finish(child);
};

cases['stdin is ended with nothing'] = async (cp, t) => {
  const child = cp.spawn('cat');
  child.stdin.end();
  return t.finish(child);
};

cases['stdin is destroyed'] = async (cp, t) => {
  const child = cp.spawn('cat');
  child.stdin.destroy();
  return t.finish(child);
};

cases['stdin is destroyed with an error'] = async (cp, t) => {
  const child = cp.spawn('cat');
  child.stdin.destroy(new Error('mine'));
  return t.finish(child);
};

cases['stdout is destroyed'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', `trap "" PIPE; ${WAIT} echo text || exit 6`]);
  const log = t.watch(child);
  child.stdout.destroy();
  child.stdout.on('close', () => child.stdin.end('go\n'));
  await log.closed;
  return log.told()['fd 1'];
};

for (const name of ['stdin', 'stdout', 'stderr']) {
  cases[`/dev/${name} in a script`] = async (cp, t) => {
    const line = name === 'stdin' ? 'cat /dev/stdin' : `echo text >/dev/${name}`;
    const child = cp.spawn('sh', ['-c', line]);
    child.stdin.end('input');
    const seen = await t.finish(child);
    return { exit: seen.child[1], text: [seen['fd 1'].data, seen['fd 2'].data !== ''] };
  };
}

cases['listeners may be added to the past, in vain'] = async (cp, t) => {
  const child = cp.spawn('true', [], QUIET);
  await t.finish(child);
  const told = [];
  for (const name of ['spawn', 'exit', 'close']) child.on(name, () => told.push(name));
  await t.turns();
  return told;
};

cases['events.once and its rejection'] = async (cp, t) => {
  const { once } = require('events');
  const good = await once(cp.spawn('sh', ['-c', 'exit 3']), 'close');
  const bad = await once(cp.spawn('no-such-program'), 'close').catch((error) => error.message);
  return { good, bad };
};

cases['fifty children at once'] = async (cp, t) =>
  Promise.all(
    Array.from({ length: 50 }, (_, i) => t.finish(cp.spawn('sh', ['-c', `echo ${i}; exit ${i}`])))
  );

cases['children that start children from their events'] = async (cp, t) => {
  const told = [];
  const start = (depth) =>
    new Promise((resolve) => {
      const child = cp.spawn('sh', ['-c', `exit ${depth}`], QUIET);
      child.on('exit', async (code) => {
        told.push(code);
        if (depth < 8) await start(depth + 1);
        resolve();
      });
    });
  await start(0);
  return told;
};

cases['a listener of exit that throws'] = async (cp, t) => {
  const child = cp.spawn('true');
  const log = t.watch(child);
  child.on('exit', () => {
    throw new Error('mine');
  });
  await t.until(() => log.child.length > 1);
  await t.sleep(100);
  return log.child;
};

cases['once and removeListener'] = async (cp, t) => {
  const child = cp.spawn('true', [], QUIET);
  const told = [];
  const no = () => told.push('no');
  child.once('exit', () => told.push('once'));
  child.on('exit', no).removeListener('exit', no);
  await t.finish(child);
  return { told, count: child.listenerCount('exit'), names: child.eventNames() };
};

module.exports = cases;
