// SPDX-License-Identifier: MIT
//
// What is started, and as what: shell, argument vector, PATH, environment, folder, session and
// identity.

'use strict';

const fs = require('fs');
const path = require('path');
const url = require('url');

const SHOW_ARGUMENTS = 'for a in "$0" "$@"; do printf "[%s]" "$a"; done';
// Without signals 32 and up: Node leaves those ignored that it found so, and ours does not.
const SHOW_STATUS =
  'grep -E "^(Sig(Blk|Ign)|Uid|Gid|Groups):" /proc/self/status | ' +
  'sed -E "s/^(SigIgn:.)[0-9a-f]{8}[08]/\\1/"';
const EACH = ['spawn', 'execFile', 'spawnSync', 'execFileSync'];
const PATH = process.env.PATH;

const cases = {};

// A case in every function that takes a file; `options` may be made from the tools.
function row(name, file, args, options, names = EACH) {
  cases[name] = async (cp, t) => {
    const seen = {};
    for (const each of names) {
      const [program, given, more] = [file, args, options].map((part) =>
        typeof part === 'function' ? part(t) : part
      );
      seen[each] = await t.call(each, program, given, more);
    }
    return seen;
  };
}

row('arguments as they are', 'sh', [
  '-c',
  SHOW_ARGUMENTS,
  'a',
  'b c',
  '',
  '$HOME',
  '*',
  '\'"\\',
  '\n',
  '\u00e9\u20ac\u{1f600}',
  '\ud800',
  '-',
  '--',
]);
row('no arguments', 'pwd', [], { cwd: '/usr' });
row('arguments that are no text', 'echo', [
  1,
  {},
  undefined,
  null,
  true,
  [1, [2]],
  10n,
  new Date(0),
]);
row('an argument that cannot be text', 'echo', [Object.create(null)]);
row('an argument whose toString throws', 'echo', [
  {
    toString() {
      throw new TypeError('mine');
    },
  },
]);
row('an argument with holes beside it', 'echo', [, 'a', , 'b']);
row('an argument whose text holds NUL', 'echo', [{ toString: () => 'a\0b' }]);
row('3,000 arguments', 'sh', ['-c', 'echo $#', ...Array.from({ length: 3000 }, String)]);
row('an argument of 100,000 bytes', 'sh', ['-c', 'printf %s "$0" | wc -c', 'x'.repeat(100000)]);
row('a file of many bytes', 'x'.repeat(300), []);
row('a file with a slash at its end', '/bin/sh/', []);
row('a file with a blank', (t) => t.file('a b', '#!/bin/sh\necho "$0" "$@"', 0o755), ['c d']);

for (const shell of [true, '/bin/sh', 'sh', '/bin/bash', 'bash']) {
  row(`shell ${shell}`, 'echo a; echo', ['$0', 'b  c', '>&2'], { shell });
  row(`shell ${shell} with argv0`, 'echo $0', [], { shell, argv0: 'name' });
}
row('shell false', 'echo', ['$0', 'a  b'], { shell: false });
row('shell that is an empty text', 'echo', ['$0'], { shell: '' });
row('shell true and a NUL in an argument', 'echo', ['a\0b'], { shell: true });
row('shell true and arguments that are no text', 'echo', [1, null, undefined, {}], { shell: true });
row('shell true without arguments', 'exit 5', [], { shell: true });
row('a shell that is another program', 'a', ['b'], { shell: '/bin/echo' });
row('a shell that is not there', 'a', ['b'], { shell: '/no/such/shell' });
row('a shell that may not be run', 'a', ['b'], { shell: '/etc/passwd' });
row('a shell found by PATH of env', 'a', ['b'], { shell: 'echo', env: { PATH } });
row('a shell not found by PATH of env', 'a', ['b'], { shell: 'sh', env: { PATH: '/nope' } });
row('a relative shell', 'a', ['b'], { shell: './sh', cwd: '/bin' });

row('argv0', 'sh', ['-c', 'tr "\\0" "|" </proc/$$/cmdline'], { argv0: 'a name' });
row('argv0 that is empty', 'sh', ['-c', 'tr "\\0" "|" </proc/$$/cmdline; exit 3'], { argv0: '' });
row('argv0 of a program that fails', 'sh', ['-c', 'exit 3'], { argv0: 'name' });
row('argv0 of a program that is not there', 'no-such-program', ['x'], { argv0: 'name' });

row('PATH of env', 'sh', ['-c', 'echo $PATH'], { env: { PATH: '/bin' } });
row('PATH of env that has nothing', 'sh', [], { env: { PATH: '/nope' } });
row('PATH of env that is empty', 'sh', [], { env: { PATH: '' } });
row('no PATH in env', 'sh', ['-c', 'echo found'], { env: {} });
row('PATH with the folder of a program', 'tool', ['x'], (t) => {
  t.file('tool', '#!/bin/sh\necho tool "$@"', 0o755);
  return { env: { PATH: `/nope:${t.scratch}` } };
});
row('PATH with a file that may not be run first', 'echo', ['x'], (t) => {
  t.file('echo', 'no program', 0o644);
  return { env: { PATH: `${t.scratch}:/bin` } };
});
row('PATH with nothing but a file that may not be run', 'tool', ['x'], (t) => {
  t.file('tool', 'no program', 0o644);
  return { env: { PATH: t.scratch } };
});
row('PATH with an empty part, which is the folder', 'tool', ['x'], (t) => {
  t.file('tool', '#!/bin/sh\necho here', 0o755);
  return { env: { PATH: ':/bin' }, cwd: t.scratch };
});
row('PATH with a relative part', 'tool', [], (t) => {
  fs.mkdirSync(path.join(t.scratch, 'sub'), { recursive: true });
  t.file('sub/tool', '#!/bin/sh\necho sub', 0o755);
  return { env: { PATH: 'sub' }, cwd: t.scratch };
});
row('a script without an interpreter', (t) => t.file('plain', 'echo by sh', 0o755), []);
row('a script without an interpreter, by PATH', 'plain', ['a', 'b'], (t) => {
  t.file('plain', 'echo "$0" "$@"', 0o755);
  return { env: { PATH: t.scratch } };
});
row(
  'a script whose interpreter is not there',
  (t) => t.file('odd', '#!/no/such/interpreter\n', 0o755),
  []
);
row('a file that is empty', (t) => t.file('empty', '', 0o755), []);

row('env', 'sh', ['-c', 'echo "$A$B"'], { env: { PATH, A: '1 2', B: '\u20ac\n=' } });
row('env by its inherited names', 'sh', ['-c', 'echo $A$B'], {
  env: Object.create({ PATH, A: 'inherited' }, { B: { value: 'own', enumerable: true } }),
});
row('env without what is hidden', 'sh', ['-c', 'echo ${A-unset}'], {
  env: Object.defineProperty({ PATH }, 'A', { value: 'hidden' }),
});
row('env with undefined, null, numbers', '/usr/bin/env', [], {
  env: { A: undefined, B: null, C: 1.5, D: true, E: '', F: [1, 2], G: {}, H: 10n },
});
row('env in its order', '/usr/bin/env', [], { env: { Z: 1, A: 2, M: 3, 10: 4, 2: 5 } });
row('env with an equals sign in a name', '/usr/bin/env', [], { env: { 'A=B': 'c', '=': 'd' } });
row('env with a name twice, by case', '/usr/bin/env', [], { env: { a: 1, A: 2 } });
row('env with a getter that throws', 'true', [], {
  env: Object.defineProperty({}, 'A', {
    enumerable: true,
    get() {
      throw new Error('mine');
    },
  }),
});
row('env that is a Map', '/usr/bin/env', [], { env: new Map([['A', 'B']]) });
row('env that is an array', '/usr/bin/env', [], { env: ['A=1', 'B=2'] });
row('env with a symbol', '/usr/bin/env', [], { env: { [Symbol('s')]: 1, A: 1 } });
row('env of null is that of the process', 'sh', ['-c', 'echo $LC_ALL'], { env: null });
row('a big env', 'sh', ['-c', 'printf %s "$A" | wc -c'], { env: { PATH, A: 'x'.repeat(100000) } });

for (const cwd of ['/', '/usr', '/usr/', '/usr/../usr/./bin', '.']) {
  row(`cwd ${cwd}`, 'pwd', ['-P'], { cwd });
}
row('cwd as Buffer', 'pwd', [], { cwd: Buffer.from('/usr') });
row('cwd as URL', 'pwd', [], { cwd: url.pathToFileURL('/usr') });
row('cwd as URL with an escape', 'pwd', [], (t) => {
  const folder = path.join(t.scratch, 'a b\u20ac');
  fs.mkdirSync(folder, { recursive: true });
  return { cwd: url.pathToFileURL(folder) };
});
row('cwd that is empty', 'pwd', [], { cwd: '' });
row('cwd that is a link', 'pwd', ['-P'], (t) => {
  const link = path.join(t.scratch, 'link');
  if (!fs.existsSync(link)) fs.symlinkSync('/usr', link);
  return { cwd: link };
});
row('a file by a path relative to cwd', './sh', ['-c', 'echo ran'], { cwd: '/bin' });
row('a file by a path relative to a cwd that has none', './sh', ['-c', 'echo ran'], {
  cwd: '/etc',
});

row('signals are all open', 'sh', ['-c', SHOW_STATUS]);
row(
  'detached has a session of its own',
  'sh',
  ['-c', 'read -r a b c d p s rest </proc/$$/stat; [ $$ = $p ] && [ $$ = $s ] && echo leads'],
  { detached: true },
  ['spawn', 'spawnSync']
);
row(
  'not detached shares the group',
  'sh',
  [
    '-c',
    `read -r a b c d p s rest </proc/$$/stat; read -r a b c d q t rest </proc/$PPID/stat
            [ $p = $q ] && [ $s = $t ] && echo shares`,
  ],
  {}
);
row('umask and limits are those of the parent', 'sh', ['-c', 'umask; ulimit -n; ulimit -c']);

for (const [name, ids] of Object.entries({
  'uid alone': { uid: 65534 },
  'gid alone': { gid: 65534 },
  'uid and gid': { uid: 65534, gid: 65534 },
  'uid 0': { uid: 0 },
  'a negative uid': { uid: -1 },
  'a negative gid': { gid: -2 },
  'the highest uid': { uid: 2 ** 31 - 1 },
}))
  row(`identity: ${name}`, 'sh', ['-c', SHOW_STATUS], { ...ids, cwd: '/' });

row('a folder that the uid may not enter', 'pwd', [], (t) => {
  fs.chmodSync(t.scratch, 0o700);
  return { cwd: t.scratch, uid: 65534, gid: 65534 };
});

// Node closes what it was given up to 15 or so, and leaves what is above, like bash's <(command).
for (const fd of [9, 63, 100, 1000]) {
  cases[`descriptor ${fd}, which the program itself was given`] = async (cp, t) =>
    t.program(
      `
    const script = '[ -e /proc/self/fd/${fd} ] && echo open || echo closed';
    console.log(String(cp.spawnSync('sh', ['-c', script]).stdout));
    cp.spawn('sh', ['-c', script], { stdio: 'inherit' });
  `,
      { before: `exec bash -c 'exec ${fd}</dev/null; exec "$0" "$@"' "$0" "$@"` }
    );
}

cases['NODE_V8_COVERAGE goes along'] = async (cp, t) => {
  process.env.NODE_V8_COVERAGE = t.scratch;
  const env = { A: '1' };
  try {
    return {
      child: await t.call('spawn', '/usr/bin/env', [], { env }),
      env: t.encode(env),
      own: await t.call('spawn', '/usr/bin/env', [], { env: { NODE_V8_COVERAGE: 'x' } }),
    };
  } finally {
    delete process.env.NODE_V8_COVERAGE;
  }
};

cases['the environment as the process has changed it'] = async (cp, t) => {
  process.env.ADDON_TEST = 'changed';
  try {
    return await t.call('spawn', 'sh', ['-c', 'echo $ADDON_TEST']);
  } finally {
    delete process.env.ADDON_TEST;
  }
};

cases['PATH as the process has changed it'] = async (cp, t) => {
  process.env.PATH = '/nope';
  try {
    return { spawn: await t.call('spawn', 'true'), sync: t.call('spawnSync', 'true') };
  } finally {
    process.env.PATH = PATH;
  }
};

cases['the folder as the process has changed it'] = async (cp, t) => {
  const before = process.cwd();
  process.chdir('/usr');
  try {
    return { spawn: await t.call('spawn', 'pwd'), sync: t.call('spawnSync', 'pwd') };
  } finally {
    process.chdir(before);
  }
};

cases['arguments and options are not changed'] = async (cp, t) => {
  const args = ['-c', 'true'];
  const options = { cwd: '/', env: { PATH }, stdio: ['ignore', 'pipe'] };
  const seen = [
    await t.life('spawn', 'sh', args, options),
    await t.life('execFile', 'sh', args, options),
  ];
  return { seen, args, options: t.encode(options), isSame: seen.length };
};

cases['frozen arguments and options'] = async (cp, t) =>
  t.call(
    'spawn',
    'echo',
    Object.freeze(['x']),
    Object.freeze({ stdio: 'pipe', env: Object.freeze({ PATH }) })
  );

cases['frozen stdio that is too short'] = async (cp, t) =>
  t.call('spawn', 'echo', ['x'], { stdio: Object.freeze(['pipe']) });

module.exports = cases;
