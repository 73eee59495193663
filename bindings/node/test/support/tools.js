// SPDX-License-Identifier: MIT
//
// What a case gets besides the module: ways to call it and to tell what came of it. One object for
// one case; done() takes away what the case has left.

'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const realModule = require('node:child_process');

const { encode, hide } = require('./encode');
const { watch } = require('./watch');

const SYNC = new Set(['spawnSync', 'execSync', 'execFileSync']);

class Tools {
  constructor(cp, modulePath) {
    this.cp = cp;
    this.modulePath = modulePath;
    this.encode = encode;
    this.node = process.execPath;
    this.child = path.join(__dirname, 'child.js');
    this.watched = [];
    this.folder = undefined;
    this.onUncaught = undefined; // hears of exceptions in place of the runner
  }

  // A folder of this case's own, shown as <folder>.
  get scratch() {
    if (!this.folder) {
      this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'addon-test-'));
      hide(this.folder, '<folder>');
    }
    return this.folder;
  }

  file(name, content, mode = 0o644) {
    const file = path.join(this.scratch, name);
    fs.writeFileSync(file, content, { mode });
    return file;
  }

  // What a call gives back or throws.
  outcome(call) {
    try {
      return { returned: encode(call()) };
    } catch (error) {
      return { threw: encode(error) };
    }
  }

  watch(child, options) {
    const log = watch(child, options);
    this.watched.push(child);
    return log;
  }

  // All that a child emits until it is closed.
  async finish(child, options) {
    const log = this.watch(child, options);
    await log.closed;
    return log.told();
  }

  // Starts a child by any of the functions but the blocking ones, and tells all of it.
  async life(name, ...args) {
    let child;
    try {
      child = this.cp[name](...args);
    } catch (error) {
      return { threw: encode(error) };
    }
    const { spawnfile, spawnargs } = child;
    return {
      spawnfile: encode(spawnfile),
      spawnargs: encode(spawnargs),
      ...(await this.finish(child)),
    };
  }

  // A call by name, whichever it is.
  call(name, ...args) {
    if (SYNC.has(name)) return this.outcome(() => this.cp[name](...args));
    return this.life(name, ...args);
  }

  // What exec() and execFile() tell their callback, and when.
  callback(name, ...args) {
    return new Promise((resolve) => {
      let child;
      let isInside = true;
      try {
        child = this.cp[name](...args, (...told) => {
          const [error, out, err] = told;
          resolve({
            arguments: told.length,
            early: isInside,
            error: encode(error),
            out: encode(out),
            err: encode(err),
          });
        });
        if (child) this.watched.push(child);
      } catch (error) {
        resolve({ threw: encode(error) });
      }
      isInside = false;
    });
  }

  // Runs the source as a program of its own, in which `cp` is the module; tells how it ended and
  // what it wrote. `flags` are Node's, and `before` is what a shell does first.
  program(source, { args = [], flags = [], env = {}, stdio = 'pipe', input, before = ':' } = {}) {
    const prologue = "'use strict'; const cp = require(process.env.CP_TEST_MODULE);\n";
    const file = this.file(`program-${++this.programs}.js`, prologue + source);
    return new Promise((resolve) => {
      const child = realModule.spawn(
        'sh',
        ['-c', `${before}; exec "$0" "$@"`, this.node, ...flags, file, ...args],
        { env: { ...process.env, ...env }, stdio, cwd: this.scratch }
      );
      this.watched.push(child);
      const told = { code: null, signal: null, out: '', err: '' };
      if (child.stdout)
        child.stdout.on('data', (data) => {
          told.out += data;
        });
      if (child.stderr)
        child.stderr.on('data', (data) => {
          told.err += data;
        });
      if (child.stdin) child.stdin.end(input);
      child.on('exit', (code, signal) => Object.assign(told, { code, signal }));
      child.on('close', () => {
        told.err = told.err.replace(/^ +at .*\n/gm, ''); // whose functions these are
        resolve(encode(told));
      });
    });
  }

  sleep(ms) {
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }

  // The loop turns some times.
  async turns(count = 3) {
    for (let i = 0; i < count; i++) await new Promise(setImmediate);
  }

  // Waits for a condition, some seconds at most.
  async until(condition) {
    const end = Date.now() + 5000;
    while (!condition()) {
      if (Date.now() > end) return false;
      await this.sleep(5);
    }
    return true;
  }

  done() {
    for (const child of this.watched) {
      const isOver = child.exitCode !== null || child.signalCode !== null;
      if (!isOver && child.pid) process.kill(child.pid, 'SIGKILL');
      if (child.channel && child.connected) child.disconnect();
    }
    if (this.folder) fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

Tools.prototype.programs = 0;

exports.Tools = Tools;
