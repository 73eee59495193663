// SPDX-License-Identifier: MIT
//
// Every element of options.stdio, at several places; and what the child finds there.

'use strict';

const fs = require('fs');
const net = require('net');
const path = require('path');
const { Readable, Writable } = require('stream');

const { POOL, showName } = require('../support/pool');

const SYNC = ['spawnSync', 'execFileSync'];
// What kind of thing each of the first six descriptors is; the redirections are another process's.
const KINDS = 'cd /proc/$$/fd; (stat -L -c "%n %F" 0 1 2 3 4 5 >"$OLDPWD/kinds" 2>/dev/null); :';

// Numbers that end Node 22 and later by an assertion.
const isNoDescriptor = (value) =>
  typeof value === 'number' &&
  !Number.isInteger(value) &&
  Number(process.versions.node.split('.')[0]) >= 22;

const cases = {};

async function kindsOf(cp, t, name, stdio, options) {
  const given = ['sh', ['-c', KINDS], { cwd: t.scratch, ...options, stdio }];
  const seen = await t.call(name, ...given);
  const file = path.join(t.scratch, 'kinds');
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : null;
  const kinds = text && text.replace(/fifo|socket/g, 'pipe');
  fs.rmSync(file, { force: true });
  return { seen, kinds };
}

const FORMS = {
  pipe: 'pipe',
  ignore: 'ignore',
  inherit: 'inherit',
  nothing: undefined,
  null: null,
  'an empty array': [],
  false: false,
  zero: 0,
  'all ignore': ['ignore', 'ignore', 'ignore'],
  'one ignore': ['ignore'],
  two: ['ignore', 'pipe'],
  'undefined elements': [undefined, undefined, undefined, undefined],
  'null elements': [null, null, null, null, null],
  'four pipes': ['pipe', 'pipe', 'pipe', 'pipe'],
  'a gap': ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
  six: ['pipe', 'ignore', 'inherit', 'pipe', null, 'pipe'],
  'inherit where nothing is open': ['ignore', 'ignore', 'ignore', 'ignore', 'ignore', 'inherit'],
  numbers: [0, 1, 2],
  'a number with a fraction': ['ignore', 1.5, 2.5],
  'a negative number': [-1, -1, -1],
  'a number twice': ['ignore', 1, 1, 1],
  'numbers exchanged': ['ignore', 2, 1],
};

for (const [what, stdio] of Object.entries(FORMS)) {
  for (const name of ['spawn', 'spawnSync']) {
    // spawnSync() has no pipe for a negative number.
    if (name === 'spawnSync' && what === 'a negative number') continue;
    if (Array.isArray(stdio) && stdio.some(isNoDescriptor)) continue;
    cases[`stdio by ${name}: ${what}`] = async (cp, t) =>
      kindsOf(cp, t, name, Array.isArray(stdio) ? [...stdio] : stdio);
  }
}

for (const [i, value] of POOL.entries()) {
  // Which descriptors are open is not ours to say.
  if (Number.isFinite(value) || typeof value === 'object' || isNoDescriptor(value)) continue;
  for (const slot of [0, 1, 2, 3]) {
    cases[`stdio[${slot}] = ${showName(value)} (${i})`] = async (cp, t) => {
      const stdio = ['pipe', 'pipe', 'pipe', 'ignore', 'pipe'];
      const seen = {};
      for (const name of ['spawn', 'spawnSync']) {
        const given = [...stdio];
        given[slot] = value;
        seen[name] = await t.call(name, 'true', [], { stdio: given });
      }
      return seen;
    };
  }
}

const ODD = {
  'a plain object': {},
  'an object with a text as fd': { fd: '1' },
  'an array': [[1]],
  'a Buffer': Buffer.from('x'),
  'a Uint8Array': new Uint8Array(1),
  'a DataView': new DataView(new ArrayBuffer(1)),
  'a date': new Date(0),
  'a stream without a descriptor': new Writable(),
  'a readable without one': new Readable(),
  'a socket that is not connected': new net.Socket(),
  'a handle that is none': { handle: {} },
  'an object with fd -1': { fd: -1 },
  'an object with fd 2.5': { fd: 2.5 },
  'a server that does not listen': new net.Server(),
  'ipc twice': 'twice',
};

for (const [what, value] of Object.entries(ODD)) {
  if (isNoDescriptor(value && value.fd)) continue;
  cases[`an odd element: ${what}`] = async (cp, t) => {
    const stdio = value === 'twice' ? ['ipc', 'ipc', 'pipe'] : ['pipe', value, 'pipe'];
    const seen = {};
    for (const name of ['spawn', 'spawnSync']) {
      seen[name] = await t.call(name, 'true', [], { stdio: [...stdio] });
    }
    return seen;
  };
}

for (const name of SYNC) {
  cases[`ipc by ${name}`] = async (cp, t) =>
    t.call(name, 'true', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] });
  for (const slot of [0, 1, 2, 3]) {
    cases[`a Buffer at ${slot} by ${name} shifts what follows`] = async (cp, t) => {
      const stdio = ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'];
      stdio[slot] = Buffer.from('x');
      return t.call(name, 'sh', ['-c', 'echo out; echo err >&2; echo more >&4'], { stdio });
    };
  }
}

cases['an array that is too short is made longer, in place'] = async (cp, t) => {
  const stdio = ['ignore'];
  await t.life('spawn', 'true', [], { stdio });
  const sync = [];
  cp.spawnSync('true', [], { stdio: sync });
  return { stdio: t.encode(stdio), sync: t.encode(sync) };
};

for (const [what, stdio] of Object.entries({
  'three pipes': 'pipe',
  none: 'ignore',
  inherit: 'inherit',
  five: ['pipe', 'ignore', 'pipe', 'pipe', 'ignore'],
  one: ['pipe', 'ignore', 'ignore'],
})) {
  cases[`the streams of ${what}`] = async (cp, t) => {
    const child = cp.spawn('cat', [], { stdio });
    const told = (stream) =>
      stream && {
        type: stream.constructor.name,
        isSocket: stream instanceof net.Socket,
        readable: stream.readable,
        writable: stream.writable,
        handle: stream._handle && stream._handle.constructor.name,
        connecting: stream.connecting,
        pending: stream.pending,
        readyState: stream.readyState,
        readableHighWaterMark: stream.readableHighWaterMark,
        writableHighWaterMark: stream.writableHighWaterMark,
        bytesRead: stream.bytesRead,
        bytesWritten: stream.bytesWritten,
        encoding: stream.readableEncoding,
        flowing: stream.readableFlowing,
        allowHalfOpen: stream.allowHalfOpen,
        destroyed: stream.destroyed,
        writableEnded: stream.writableEnded,
        timeout: stream.timeout,
        fd: stream._handle && stream._handle.fd > 2,
        address: stream.remoteAddress,
        local: stream.localAddress,
      };
    const seen = {
      same: [
        child.stdin === child.stdio[0],
        child.stdout === child.stdio[1],
        child.stderr === child.stdio[2],
        child.stdio.length,
      ],
      streams: child.stdio.map(told).map((each) => t.encode(each)),
    };
    if (child.stdin) child.stdin.end();
    seen.life = await t.finish(child);
    seen.after = child.stdio.map((stream) =>
      t.encode(
        stream && [
          stream.destroyed,
          stream.readable,
          stream.writable,
          stream._handle,
          stream.readyState,
          stream.readableEnded,
          stream.writableFinished,
          stream.errored,
        ]
      )
    );
    return seen;
  };
}

cases['a file as stdout, by its descriptor'] = async (cp, t) => {
  const file = path.join(t.scratch, 'out');
  const fd = fs.openSync(file, 'w');
  const seen = await t.life('spawn', 'sh', ['-c', 'echo a; echo b >&2'], {
    stdio: ['ignore', fd, fd],
  });
  fs.closeSync(fd);
  return { seen, text: fs.readFileSync(file, 'latin1') };
};

for (const name of ['createWriteStream', 'createReadStream']) {
  cases[`a file as ${name}`] = async (cp, t) => {
    const file = t.file('text', 'text');
    const stream = fs[name](file);
    const early = t.outcome(() => cp.spawn('cat', [], { stdio: [stream, stream, 'pipe'] }));
    await new Promise((resolve) => {
      stream.on('open', resolve);
    });
    const stdio =
      name === 'createReadStream' ? [stream, 'pipe', 'pipe'] : ['ignore', stream, 'pipe'];
    const seen = await t.life('spawn', 'sh', ['-c', 'cat; echo more'], { stdio });
    stream.destroy();
    return { early, seen, text: fs.readFileSync(file, 'latin1') };
  };
}

// Two ends of a connection of this process.
async function connection() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.on('listening', resolve);
  });
  const accepted = new Promise((resolve) => {
    server.once('connection', resolve);
  });
  const socket = net.connect(server.address().port, '127.0.0.1');
  await new Promise((resolve) => {
    socket.on('connect', resolve);
  });
  const other = await accepted;
  return {
    server,
    socket,
    other,
    done: () => {
      for (const each of [socket, other]) each.destroy();
      server.close();
    },
  };
}

cases['a TCP socket as stdout'] = async (cp, t) => {
  const { socket, other, done } = await connection();
  let text = '';
  other.on('data', (data) => {
    text += data;
  });
  const child = cp.spawn('echo', ['by the child'], { stdio: ['ignore', socket, 'pipe'] });
  const state = [socket.isPaused(), socket.destroyed, Boolean(socket._handle)];
  const seen = await t.finish(child);
  await t.until(() => text.length > 0);
  done();
  return { seen, text, state };
};

cases['a TCP socket as stdin'] = async (cp, t) => {
  const { socket, other, done } = await connection();
  other.end('to the child');
  const seen = await t.life('spawn', 'cat', [], { stdio: [socket, 'pipe', 'pipe'] });
  done();
  return seen;
};

cases['the handle of a socket as stdin'] = async (cp, t) => {
  const { socket, other, done } = await connection();
  socket.pause();
  socket._handle.readStop();
  other.end('to the child');
  const stdio = [socket._handle, 'pipe', 'pipe'];
  const seen = await t.life('spawn', 'cat', [], { stdio });
  done();
  return seen;
};

cases['a listening server as descriptor 3'] = async (cp, t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.on('listening', resolve);
  });
  const seen = await t.life('spawn', 'sh', ['-c', 'stat -L -c %F /proc/self/fd/3'], {
    stdio: ['ignore', 'pipe', 'pipe', server],
  });
  server.close();
  return seen;
};

cases['the output of one child is the input of another'] = async (cp, t) => {
  const first = cp.spawn('sh', ['-c', 'echo b; echo a']);
  const second = cp.spawn('sort', [], { stdio: [first.stdout, 'pipe', 'pipe'] });
  const paused = first.stdout.isPaused();
  first.stdout.destroy();
  const [one, two] = await Promise.all([t.finish(first, { reads: false }), t.finish(second)]);
  return { paused, one: one.child, two };
};

cases['the input of one child is the output of another'] = async (cp, t) => {
  const sorter = cp.spawn('sort');
  const writer = cp.spawn('sh', ['-c', 'echo b; echo a'], {
    stdio: ['ignore', sorter.stdin, 'pipe'],
  });
  sorter.stdin.destroy();
  const [one, two] = await Promise.all([t.finish(sorter), t.finish(writer)]);
  return { sorter: one['fd 1'], writer: two.child };
};

cases['data in both directions on descriptor 3'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'read -r line <&3; echo "got $line" >&3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  child.stdio[3].write('text\n');
  return t.finish(child);
};

cases['all of a big input comes through'] = async (cp, t) => {
  const child = cp.spawn('cat');
  const log = t.watch(child);
  for (let i = 0; i < 100; i++) child.stdin.write(Buffer.alloc(20000, i));
  child.stdin.end('end');
  await log.closed;
  return log.told();
};

cases['stdin answers when it is full, and drains'] = async (cp, t) => {
  const child = cp.spawn('cat');
  const log = t.watch(child);
  const answer = child.stdin.write(Buffer.alloc(1000000));
  await new Promise((resolve) => {
    child.stdin.once('drain', resolve);
  });
  child.stdin.end();
  await log.closed;
  return { answer, written: child.stdin.bytesWritten, read: child.stdout.bytesRead };
};

cases['encodings of the streams'] = async (cp, t) => {
  const child = cp.spawn('printf', ['\\342\\202\\254\\377']);
  child.stdout.setEncoding('utf8');
  let text = '';
  child.stdout.on('data', (data) => {
    text += typeof data + data;
  });
  await t.finish(child, { reads: false });
  return text;
};

cases['descriptors 0 to 2 are set to block'] = async (cp, t) =>
  t
    .life(
      'spawn',
      'sh',
      ['-c', 'grep flags /proc/self/fdinfo/0 /proc/self/fdinfo/1 | cut -c20- | tail -n 2'],
      { stdio: 'pipe' }
    )
    .then((seen) => seen['fd 1'].events);

module.exports = cases;
