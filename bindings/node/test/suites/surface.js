// SPDX-License-Identifier: MIT
//
// What the module exports.

'use strict';

const util = require('util');
const { EventEmitter } = require('events');

const PUBLIC = [
  'spawn',
  'exec',
  'execFile',
  'fork',
  'spawnSync',
  'execSync',
  'execFileSync',
  'ChildProcess',
];

function describe(object, name) {
  const { value, ...flags } = Object.getOwnPropertyDescriptor(object, name);
  const isFunction = typeof value === 'function';
  return {
    type: typeof value,
    name: isFunction ? value.name : null,
    length: isFunction ? value.length : null,
    ...flags,
  };
}

const cases = {
  'the names that are exported, in order': async (cp) => Object.keys(cp),

  'ChildProcess inherits from EventEmitter': async (cp) => ({
    prototype: Object.getPrototypeOf(cp.ChildProcess.prototype) === EventEmitter.prototype,
    itself: Object.getPrototypeOf(cp.ChildProcess) === EventEmitter,
  }),

  'the prototype of ChildProcess, name by name': async (cp) => {
    const { prototype } = cp.ChildProcess;
    return Reflect.ownKeys(prototype).map((key) => [String(key), describe(prototype, key)]);
  },

  'ChildProcess without new': async (cp, t) => t.outcome(() => cp.ChildProcess()),

  'a new ChildProcess that was not started': async (cp, t) => {
    const child = new cp.ChildProcess();
    return {
      keys: Object.keys(child),
      all: t.encode(Object.fromEntries(Object.entries(child))),
      isInstance: child instanceof EventEmitter,
      text: Object.prototype.toString.call(child),
    };
  },

  'ref and unref of a ChildProcess that was not started': async (cp, t) => {
    const child = new cp.ChildProcess();
    return [t.outcome(() => child.ref()), t.outcome(() => child.unref())];
  },

  'the promisified forms are hidden': async (cp) =>
    ['exec', 'execFile'].map((name) => {
      const flags = Object.getOwnPropertyDescriptor(cp[name], util.promisify.custom);
      return {
        enumerable: flags.enumerable,
        configurable: flags.configurable,
        hasGetter: Boolean(flags.get),
        writable: flags.writable,
        name: cp[name][util.promisify.custom].name,
        isSame: util.promisify(cp[name]) === cp[name][util.promisify.custom],
        keys: Object.keys(cp[name]),
      };
    }),

  'exec goes through the execFile that is exported': async (cp, t) => {
    const { execFile } = cp;
    let given;
    cp.execFile = (...args) => {
      given = args;
      return 'stand-in';
    };
    try {
      const returned = cp.exec('a command', { cwd: '/' }, () => {});
      return { returned, given: t.encode(given) };
    } finally {
      cp.execFile = execFile;
    }
  },

  'execFile does not go through the spawn that is exported': async (cp, t) => {
    const { spawn } = cp;
    cp.spawn = () => {
      throw new Error('called');
    };
    try {
      return await t.callback('execFile', 'true');
    } finally {
      cp.spawn = spawn;
    }
  },

  'a child is published on the diagnostics channel': async (cp, t) => {
    const channel = require('diagnostics_channel').channel('child_process');
    const seen = [];
    const listen = (message, name) =>
      seen.push([
        Object.keys(message),
        String(name),
        message.process instanceof cp.ChildProcess,
        message.process.pid === undefined,
      ]);
    channel.subscribe(listen);
    const child = cp.spawn('true');
    const before = seen.length;
    await t.finish(child);
    new cp.ChildProcess();
    cp.spawnSync('true');
    channel.unsubscribe(listen);
    return { seen, before };
  },

  'the functions need no this': async (cp, t) => {
    const { spawn, spawnSync } = cp;
    return { spawn: await t.finish(spawn('true')), spawnSync: t.encode(spawnSync('true')) };
  },

  "the functions refuse new as Node's do": async (cp, t) => {
    const seen = {};
    for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
      seen[name] = t.outcome(() => new cp[name]('true'));
    }
    return seen;
  },
};

for (const name of PUBLIC) cases[`the export ${name}`] = async (cp) => describe(cp, name);

module.exports = cases;
