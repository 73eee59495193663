// SPDX-License-Identifier: MIT
//
// The ChildProcess: its properties through its life, ref() and unref().

'use strict';

const SLEEP = ['sleep', ['60']];
const PROPERTIES = [
  'pid',
  'connected',
  'killed',
  'exitCode',
  'signalCode',
  'spawnfile',
  'spawnargs',
  'channel',
  '_handle',
  '_closesNeeded',
];

const cases = {};

function properties(child, t) {
  const told = {};
  for (const name of PROPERTIES) told[name] = t.encode(child[name]);
  told.pid = typeof child.pid;
  return told;
}

for (const [what, options] of Object.entries({
  pipes: {},
  'no streams': { stdio: 'ignore' },
  'a channel': { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] },
  'five streams': { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] },
  detached: { detached: true },
})) {
  cases[`the keys of a child with ${what}`] = async (cp, t) => {
    const child = cp.spawn('true', options);
    const seen = {
      keys: Object.keys(child),
      hidden: Object.getOwnPropertyNames(child).length,
      symbols: Object.getOwnPropertySymbols(child).map(String),
    };
    await t.finish(child);
    return { ...seen, after: Object.keys(child) };
  };

  cases[`the properties of a child with ${what}, at each event`] = async (cp, t) => {
    const child = cp.spawn('true', options);
    const seen = { start: properties(child, t) };
    for (const name of ['spawn', 'exit', 'close']) {
      child.on(name, () => {
        seen[name] = properties(child, t);
      });
    }
    await t.finish(child);
    return seen;
  };
}

cases['the properties of a killed child, at each event'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP);
  const seen = {};
  for (const name of ['spawn', 'exit', 'close']) {
    child.on(name, () => {
      seen[name] = properties(child, t);
    });
  }
  seen.kill = [child.kill('SIGINT'), child.killed];
  await t.finish(child);
  return seen;
};

cases['what console.log shows'] = async (cp, t) => {
  const child = cp.spawn('true', { stdio: 'ignore' });
  const text = require('util')
    .inspect(child, { depth: 0 })
    .replace(/pid: \d+/, 'pid: <pid>');
  await t.finish(child);
  return text;
};

cases['the handle of a child'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP);
  const { _handle: handle } = child;
  const seen = {
    type: handle.constructor.name,
    samePid: handle.pid === child.pid,
    hasRef: handle.hasRef(),
    methods: ['ref', 'unref', 'hasRef', 'close', 'kill', 'spawn'].map((name) => [
      name,
      typeof handle[name],
    ]),
    onexit: typeof handle.onexit,
  };
  child.unref();
  seen.unref = handle.hasRef();
  child.ref();
  seen.ref = handle.hasRef();
  seen.returned = [t.encode(child.ref()), t.encode(child.unref()), t.encode(child.ref())];
  child.kill();
  await t.finish(child);
  seen.late = [t.outcome(() => child.ref()), t.outcome(() => child.unref())];
  return seen;
};

for (const killed of [false, true]) {
  cases[`Symbol.dispose of a child that was ${killed ? '' : 'not '}killed`] = async (cp, t) => {
    if (!Symbol.dispose) return 'not in this version';
    const child = cp.spawn(...SLEEP);
    const log = t.watch(child);
    if (killed) child.kill('SIGINT');
    const kills = [];
    const { kill } = child;
    child.kill = function (...args) {
      kills.push(args);
      return kill.apply(this, args);
    };
    const returned = t.encode(child[Symbol.dispose]());
    await log.closed;
    return {
      returned,
      kills,
      killed: child.killed,
      told: log.told(),
      late: t.outcome(() => child[Symbol.dispose]()),
    };
  };
}

// Programs that end when nothing keeps them, and not before.
const PROGRAMS = {
  'a program waits for its child':
    'cp.spawn("sh", ["-c", "sleep 0.1; echo late"], { stdio: "inherit" });',
  'unref lets a program end': 'cp.spawn("sleep", ["2"], { stdio: "ignore" }).unref();',
  'unref and pipes that hold': `const child = cp.spawn("sh", ["-c", "sleep 0.1; echo late"]);
    child.unref(); child.stdout.on("data", (data) => console.log(String(data)));`,
  'unref of all that holds': `const child = cp.spawn("sleep", ["2"]);
    child.unref(); for (const each of child.stdio) each.unref();`,
  'ref after unref': `const child = cp.spawn("sh", ["-c", "sleep 0.1"], { stdio: "ignore" });
    child.unref(); child.ref(); child.on("exit", (code) => console.log("exit", code));`,
  'unref twice, ref once': `const child = cp.spawn("sh", ["-c", "sleep 0.1"], { stdio: "ignore" });
    child.unref(); child.unref(); child.ref();
      child.on("exit", (code) => console.log("exit", code));`,
  'a channel holds': `const child = cp.spawn("sh", ["-c", "sleep 0.1"],
    { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.unref(); child.on("disconnect", () => console.log("disconnect"));`,
  "a channel that is unref'ed does not": `const child = cp.spawn("sleep", ["2"],
    { stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.unref(); child.channel.unref();`,
  'process.exit() in exit': 'cp.spawn("true").on("exit", () => process.exit(3));',
  'a throw in exit': `cp.spawn("true").on("exit", () => { throw new Error("mine"); });
      process.on("uncaughtException", (e) => { console.log(e.message); });`,
  'a throw in spawn': `const child = cp.spawn("true");
    child.on("spawn", () => { throw new Error("mine"); });
    process.on("uncaughtException", (e) => { console.log(e.message); });
      child.on("close", (...a) => console.log("close", ...a));`,
  'a throw in data': `const child = cp.spawn("echo", ["x"]);
    child.stdout.on("data", () => { throw new Error("mine"); });
    process.on("uncaughtException", (e) => { console.log(e.message); });
      child.on("close", (...a) => console.log("close", ...a));`,
  'an error without a listener':
    `cp.spawn("no-such-program"); process.on("uncaughtException", (e, o) => {
      console.log(e.message, o); });`,
  'an error without a listener ends the program':
    `cp.spawn("no-such-program"); process.on("exit", (code) => console.log(code));
      process.stderr.write = () => {};`,
  'a child started while the program ends':
    'process.on("exit", () => { console.log(cp.spawnSync("echo", ["late"]).stdout.toString()); });',
  'a spawn while the program ends':
    'process.on("exit", () => { cp.spawn("echo", ["late"], { stdio: "inherit" }); });',
  'a child started when the loop is empty': `let did = false; process.on("beforeExit", () => {
    if (did) return; did = true; cp.spawn("echo", ["again"], { stdio: "inherit" }); });`,
  'a rejection in a callback': `cp.execFile("true", async () => { throw new Error("mine"); });
    process.on("unhandledRejection", (e) => { console.log(e.message); });`,
};

for (const [what, source] of Object.entries(PROGRAMS)) {
  cases[`a program of its own: ${what}`] = async (cp, t) => {
    const start = Date.now();
    const seen = await t.program(source);
    return { seen, isQuick: Date.now() - start < 1900 };
  };
}

// ChildProcess.prototype.spawn, called as only few do.
const DIRECT = {
  'no options': [],
  null: [null],
  'a text': ['true'],
  'a number': [1],
  'an array': [[]],
  'an empty object': [{}],
  'a file alone': [{ file: 'true' }],
  'a file and arguments': [{ file: 'echo', args: ['name', 'x'] }],
  'a file that is no text': [{ file: 1 }],
  'args that are no array': [{ file: 'true', args: 'x' }],
  'args null': [{ file: 'true', args: null }],
  envPairs: [{ file: '/usr/bin/env', args: ['env'], envPairs: ['A=1', 'B'] }],
  'envPairs that are no array': [{ file: 'true', envPairs: {} }],
  'envPairs that are no array, with ipc': [{ file: 'true', envPairs: {}, stdio: ['ipc'] }],
  'envPairs undefined, with ipc': [{ file: 'true', stdio: ['ipc'] }],
  'a bad serialization': [{ file: 'true', serialization: 'x' }],
  'a missing program': [{ file: 'no-such-program', args: ['x', 'y'] }],
  'a path through a file': [{ file: '/etc/passwd/x' }],
  'detached and cwd': [{ file: 'pwd', cwd: '/usr', detached: true, args: ['pwd'] }],
  'a cwd that is no text': [{ file: 'true', cwd: 1 }],
  'stdio ignore': [{ file: 'true', stdio: 'ignore' }],
};

for (const [what, args] of Object.entries(DIRECT)) {
  cases[`new ChildProcess().spawn(): ${what}`] = async (cp, t) => {
    const child = new cp.ChildProcess();
    const seen = { outcome: t.outcome(() => child.spawn(...args)) };
    if (seen.outcome.threw) return seen;
    return { ...seen, spawnargs: t.encode(child.spawnargs), life: await t.finish(child) };
  };
}

cases['the same ChildProcess started twice'] = async (cp, t) => {
  const child = new cp.ChildProcess();
  child.spawn({ file: 'true', args: ['true'], stdio: 'ignore' });
  await t.finish(child);
  const again = t.outcome(() => child.spawn({ file: 'true', args: ['true'], stdio: 'ignore' }));
  return again.threw ? again.threw.error : again;
};

module.exports = cases;
