// SPDX-License-Identifier: MIT
//
// Children that write to the channel what no Node would: they must never end their parent.

'use strict';

const cases = {};

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const frame = (bytes) => Buffer.concat([u32(bytes.length), bytes]);
const good = frame(Buffer.from('ff0f22026f6b', 'hex')); // 'ok'

const JSON_BYTES = {
  garbage: Buffer.from('this is no JSON\n'),
  'NUL bytes': Buffer.alloc(100, 0),
  'an empty line': Buffer.from('\n'),
  'half a value': Buffer.from('{"a":\n'),
  'a good line, garbage, a good line': Buffer.from('"a"\ngarbage\n"b"\n'),
  'random bytes': Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919 + 13) % 251)),
  'bytes that are no text': Buffer.from('22fffefd220a', 'hex'),
  'a line without an end': Buffer.from('"abc'),
  'brackets, deep': Buffer.from(`${'['.repeat(100000)}\n`),
  'brackets, deep and closed': Buffer.from(`${'['.repeat(3000)}${']'.repeat(3000)}\n`),
  'a handle that did not come': Buffer.from(
    '{"cmd":"NODE_HANDLE","type":"net.Socket","msg":1}\n"a"\n'
  ),
  'a handle of no type': Buffer.from('{"cmd":"NODE_HANDLE","msg":1}\n"a"\n'),
  'a handle of an unknown type': Buffer.from('{"cmd":"NODE_HANDLE","type":"x.Y","msg":1}\n"a"\n'),
  'acknowledgements of nothing': Buffer.from(
    '{"cmd":"NODE_HANDLE_ACK"}\n{"cmd":"NODE_HANDLE_NACK"}\n"a"\n'
  ),
  'words of sockets': Buffer.from(
    '{"cmd":"NODE_SOCKET_NOTIFY_CLOSE","key":"x"}\n' +
      '{"cmd":"NODE_SOCKET_GET_COUNT","key":null}\n{"cmd":"NODE_SOCKET_ALL_CLOSED"}\n"a"\n'
  ),
  'words of a cluster': Buffer.from('{"cmd":"NODE_CLUSTER","act":"online"}\n"a"\n'),
  proto: Buffer.from('{"__proto__":{"cmd":"NODE_HANDLE"},"constructor":1}\n'),
};

const ADVANCED_BYTES = {
  garbage: Buffer.from('this is no frame at all, but text'),
  'a length of 0': Buffer.concat([u32(0), good]),
  'a huge length': Buffer.concat([u32(0x7fffffff), good]),
  'a negative length': Buffer.concat([u32(0xffffffff), good]),
  'the least negative length': Buffer.concat([u32(0x80000000), good]),
  'half a frame': good.subarray(0, 7),
  'half a length': good.subarray(0, 2),
  'a frame of nonsense': Buffer.concat([frame(Buffer.from('nonsense')), good]),
  'a good one, then nonsense': Buffer.concat([good, frame(Buffer.from('ff0fzz', 'latin1'))]),
  'a header alone': Buffer.concat([frame(Buffer.from('ff0f', 'hex')), good]),
  'an unknown version': Buffer.concat([frame(Buffer.from('ff7f30', 'hex')), good]),
  'an unknown tag': Buffer.concat([frame(Buffer.from('ff0f01', 'hex')), good]),
  'a text longer than its frame': Buffer.concat([
    frame(Buffer.from('ff0f22ffff7f41', 'hex')),
    good,
  ]),
  'a host object of no kind': Buffer.concat([frame(Buffer.from('ff0f5c07', 'hex')), good]),
  'a view longer than its frame': Buffer.concat([
    frame(Buffer.from('ff0f5c000aff7f', 'hex')),
    good,
  ]),
  'an object that does not end': Buffer.concat([frame(Buffer.from('ff0f6f', 'hex')), good]),
  'a reference to nothing': Buffer.concat([frame(Buffer.from('ff0f5e05', 'hex')), good]),
  'arrays, deep': Buffer.concat([
    frame(Buffer.concat([Buffer.from('ff0f', 'hex'), Buffer.alloc(60000, 'A\x01', 'latin1')])),
    good,
  ]),
  'bytes behind the value': frame(Buffer.from('ff0f3030303030', 'hex')),
};

// A child that writes the bytes and ends, and what is told of it. What Node throws from nowhere is
// told in its order, by its name.
async function told(cp, t, bytes, serialization) {
  const file = t.file('bytes', bytes);
  const child = cp.spawn('sh', ['-c', 'cat "$1" >&3; exit 3', 'sh', file], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization,
  });
  const lanes = { channel: [], child: [] };
  const note = (lane, name) =>
    child.on(name, (...args) =>
      lanes[lane].push([
        name,
        ...args.map((each) => (each instanceof Error ? [each.code, each.message] : t.encode(each))),
      ])
    );
  for (const name of ['error', 'message', 'internalMessage', 'disconnect']) note('channel', name);
  for (const name of ['exit', 'close']) note('child', name);
  t.onUncaught = ({ name }) => lanes.channel.push(['uncaught', name]);
  await new Promise((resolve) => {
    child.on('close', resolve);
  });
  await t.turns();
  return { ...lanes, connected: child.connected, isGone: child.channel === null };
}

const KINDS = [
  ['json', JSON_BYTES],
  ['advanced', ADVANCED_BYTES],
];

for (const [serialization, table] of KINDS) {
  for (const [what, bytes] of Object.entries(table)) {
    cases[`hostile, ${serialization}: ${what}`] = (cp, t) => told(cp, t, bytes, serialization);
  }
}

// A parent that listens for nothing lives on; Node's does not.
for (const [serialization, bytes] of [
  ['json', JSON_BYTES.garbage],
  ['advanced', ADVANCED_BYTES['an unknown tag']],
]) {
  cases[`hostile, ${serialization}: a parent that does not listen for errors`] = async (cp, t) => {
    const file = t.file('bytes', bytes);
    const { code, out } = await t.program(`
      const child = cp.spawn('sh', ['-c', 'cat "$1" >&3; exit 3', 'sh', ${JSON.stringify(file)}],
        { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], serialization: '${serialization}' });
      child.on('message', () => {});
      child.on('exit', (status) => console.log('exit', status));
    `);
    return { code, out };
  };
}

for (const [what, script] of Object.entries({
  'writes and is killed': 'printf \'"a"\\n"b\' >&3; kill -9 $$',
  'closes the channel and lives': 'exec 3>&-; sleep 0.1; exit 3',
  'reads nothing': 'sleep 0.1; exit 3',
  'hands the channel to another': '(sleep 0.1; printf \'"late"\\n\' >&3) & exit 3',
  floods: 'i=0; while [ $i -lt 3000 ]; do echo \'"x"\'; i=$((i + 1)); done >&3; exit 3',
})) {
  cases[`a rude child: ${what}`] = async (cp, t) => {
    const child = cp.spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const seen = await t.finish(child);
    return {
      child: seen.child,
      channel: seen.channel && [
        seen.channel.length,
        seen.channel[0],
        seen.channel[seen.channel.length - 1],
      ],
    };
  };
}

module.exports = cases;
