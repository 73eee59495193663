// SPDX-License-Identifier: MIT
//
// The blocking functions: results, input, outputs, and what the other two throw.

'use strict';

const fs = require('fs');

const cases = {};

const SCRIPTS = {
  nothing: 'true',
  'a line': 'echo text',
  both: 'echo out; echo err >&2',
  'a code': 'echo out; echo err >&2; exit 7',
  'code 255': 'exit 255',
  'code 127': 'no-such-command',
  'a signal': 'echo out; kill -USR1 $$',
  SIGKILL: 'kill -9 $$',
  'no text': 'printf "\\377\\200"',
  'stderr without an end': 'printf err >&2; exit 1',
  'stderr alone': 'echo err >&2',
  '200 KB': 'head -c 200000 /dev/zero',
  '200 KB of both': 'head -c 200000 /dev/zero | tee /dev/fd/2',
  'a grandchild that is late': '(sleep 0.15; echo late) & echo early',
  'stdout closed': 'exec >&-; exit 4',
  'stdin at its end': 'cat; echo end',
  'an empty command': '',
};

for (const [what, script] of Object.entries(SCRIPTS)) {
  if (what.includes('of both')) continue;
  cases[`spawnSync: ${what}`] = async (cp, t) => t.call('spawnSync', 'sh', ['-c', script]);
  cases[`spawnSync by a shell: ${what}`] = async (cp, t) =>
    t.call('spawnSync', script, { shell: true });
  cases[`execFileSync: ${what}`] = async (cp, t) => t.call('execFileSync', 'sh', ['-c', script]);
  cases[`execSync: ${what}`] = async (cp, t) => t.call('execSync', script);
}

for (const encoding of [
  undefined,
  null,
  'utf8',
  'UTF-8',
  'latin1',
  'hex',
  'base64',
  'ascii',
  'utf16le',
  'buffer',
  'BUFFER',
  'no-such',
  '',
  0,
  1,
  {},
]) {
  for (const name of ['spawnSync', 'execFileSync']) {
    cases[`${name} with encoding ${String(encoding)} (${typeof encoding})`] = async (cp, t) =>
      t.call(name, 'sh', ['-c', 'printf "\\342\\202\\254a"; echo err >&2; exit 2'], { encoding });
  }
}

const INPUTS = {
  text: 'text',
  'text beyond ASCII': '\u20ac',
  nothing: '',
  zero: 0,
  null: null,
  false: false,
  'a Buffer': Buffer.from('bytes'),
  'an empty Buffer': Buffer.alloc(0),
  'a Uint16Array': new Uint16Array([0x6261, 0x6463]),
  'a DataView': new DataView(new ArrayBuffer(3)),
  'a part of a buffer': Uint8Array.from([97, 98, 99, 100]).subarray(1, 3),
  '1 MB': Buffer.alloc(1000000, 'x'),
};

for (const [what, input] of Object.entries(INPUTS)) {
  cases[`input: ${what}`] = async (cp, t) => ({
    spawnSync: t.call('spawnSync', 'cat', { input }),
    count: t.call('spawnSync', 'wc', ['-c'], { input, encoding: 'utf8' }),
  });
}

for (const encoding of ['latin1', 'hex', 'base64', 'utf16le', 'buffer']) {
  cases[`input in ${encoding}`] = async (cp, t) =>
    t.call('spawnSync', 'od', ['-An', '-tx1'], { input: '6162', encoding });
}

// It has ended before there is anything to write.
cases['input to a program that does not read, told as EPIPE'] = async (cp, t) => {
  const { error, status } = cp.spawnSync('true', { input: Buffer.alloc(1000000) });
  return { error: t.encode(error), status };
};

cases['input that is not read to its end'] = async (cp, t) =>
  t.call('spawnSync', 'head', ['-c', '5'], { input: Buffer.alloc(1000000, 'x') });

cases['input, and stdin that is no pipe'] = async (cp, t) =>
  t.call('spawnSync', 'cat', { input: 'text', stdio: ['ignore', 'pipe', 'pipe'] });

cases['input, and stdin that is inherited'] = async (cp, t) =>
  t.call('spawnSync', 'cat', { input: 'text', stdio: ['inherit', 'pipe', 'pipe'] });

cases['input with stdio as a text'] = async (cp, t) =>
  t.call('spawnSync', 'cat', { input: 'text', stdio: 'pipe' });

cases['input does not change the options'] = async (cp, t) => {
  const options = { input: 'text', stdio: ['pipe', 'pipe'] };
  cp.spawnSync('cat', options);
  return t.encode(options);
};

const STDIO = {
  ignore: 'ignore',
  'stdout ignored': ['pipe', 'ignore', 'pipe'],
  'stderr ignored': ['pipe', 'pipe', 'ignore'],
  five: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  'only the fifth': ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
};

for (const [what, stdio] of Object.entries(STDIO)) {
  for (const name of ['spawnSync', 'execFileSync']) {
    cases[`${name} with stdio ${what}`] = async (cp, t) =>
      t.call(name, 'sh', ['-c', 'echo out; echo err >&2; (echo four >&4) 2>/dev/null; exit 0'], {
        stdio: stdio.slice(),
      });
    cases[`${name} that fails, with stdio ${what}`] = async (cp, t) =>
      t.call(name, 'sh', ['-c', 'echo out; echo err >&2; (echo four >&4) 2>/dev/null; exit 3'], {
        stdio: stdio.slice(),
      });
  }
}

cases['a pipe of which only the child reads'] = async (cp, t) =>
  t.call('spawnSync', 'sh', ['-c', 'exec cat <&3'], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: 100,
  });

cases['output into a file'] = async (cp, t) => {
  const file = `${t.scratch}/out`;
  const fd = fs.openSync(file, 'w');
  const seen = t.call('execFileSync', 'echo', ['text'], { stdio: ['ignore', fd, 'pipe'] });
  fs.closeSync(fd);
  return { seen, text: fs.readFileSync(file, 'latin1') };
};

for (const name of ['execFileSync', 'execSync', 'spawnSync']) {
  const call =
    name === 'execSync'
      ? `cp.execSync('echo err >&2; exit 0'`
      : `cp.${name}('sh', ['-c', 'echo err >&2; exit 0']`;
  for (const [what, options] of Object.entries({
    'no stdio': '{}',
    'stdio pipe': '{ stdio: "pipe" }',
    'stdio inherit': '{ stdio: "inherit" }',
    'stdio undefined': '{ stdio: undefined }',
    'an encoding': '{ encoding: "utf8" }',
  })) {
    cases[`where stderr goes by ${name} with ${what}`] = async (cp, t) =>
      t.program(`console.log(Object.keys(Object(${call}, ${options}))).length);`);
  }
}

cases['stderr goes to a process.stderr that was replaced'] = async (cp, t) => {
  const { write } = process.stderr;
  const seen = [];
  process.stderr.write = (...args) => seen.push(t.encode(args));
  try {
    cp.execSync('echo err >&2');
    cp.execFileSync('true');
  } finally {
    process.stderr.write = write;
  }
  return seen;
};

cases['the error of execFileSync is the result'] = async (cp, t) => {
  try {
    return cp.execFileSync('sh', ['-c', 'echo out; echo err >&2; exit 9']);
  } catch (error) {
    return {
      keys: Object.keys(error),
      output: error.output.length,
      same: error.stdout === error.output[1],
      stderr: error.stderr === error.output[2],
      self: error.error === error,
      error: t.encode(error),
    };
  }
};

cases['the error of a start that failed has itself'] = async (cp, t) => {
  try {
    return cp.execFileSync('no-such-program', ['a']);
  } catch (error) {
    return { keys: Object.keys(error), self: error.error === error, error: t.encode(error) };
  }
};

cases['the stack of a thrown error begins at the caller'] = async (cp) => {
  const lines = [];
  for (const call of [
    () => cp.execFileSync('false'),
    () => cp.execSync('exit 1'),
    () => cp.spawnSync(1),
  ]) {
    try {
      call();
    } catch (error) {
      lines.push(error.stack.includes(__filename));
    }
  }
  return lines;
};

cases['a pid of one that ran'] = async (cp) => {
  const { pid, stdout } = cp.spawnSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' });
  return pid === Number(stdout);
};

cases['no turn of the loop meanwhile'] = async (cp, t) => {
  const seen = [];
  setTimeout(() => seen.push('timer'), 1);
  setImmediate(() => seen.push('immediate'));
  process.nextTick(() => seen.push('tick'));
  cp.spawnSync('sleep', ['0.05']);
  seen.push('back');
  await t.sleep(20);
  return seen[0] === 'back' && seen.includes('timer');
};

cases['a child that runs meanwhile is told of afterwards'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'exit 4'], { stdio: 'ignore' });
  const log = t.watch(child);
  const { status } = cp.spawnSync('sh', ['-c', 'sleep 0.1; exit 5']);
  await log.closed;
  return { status, ...log.told() };
};

cases['a blocking call inside an event'] = async (cp, t) => {
  const child = cp.spawn('true', [], { stdio: 'ignore' });
  const seen = [];
  child.on('exit', () => seen.push(t.call('spawnSync', 'echo', ['inside'])));
  await t.finish(child);
  return seen;
};

cases['a hundred in a row'] = async (cp) => {
  const codes = new Set();
  for (let i = 0; i < 100; i++) codes.add(cp.spawnSync('true').status);
  return [...codes];
};

cases['argv0 in the message of a failure'] = async (cp, t) => [
  t.call('execFileSync', 'false', ['a', 'b'], { argv0: 'name' }),
  t.call('execFileSync', 'exit 3', [], { shell: true, argv0: 'name' }),
  t.call('execFileSync', 'exit 3', ['a b'], { shell: true }),
  t.call('execSync', 'exit 3', { argv0: 'name' }),
];

cases['the options of execSync are not changed'] = async (cp, t) => {
  const options = Object.freeze({ encoding: 'utf8', cwd: '/' });
  return [t.call('execSync', 'pwd', options), options];
};

cases['signal is not an option of the blocking functions'] = async (cp, t) => [
  t.call('spawnSync', 'true', { signal: AbortSignal.abort() }),
  t.call('execFileSync', 'true', { signal: AbortSignal.abort() }),
];

module.exports = cases;
