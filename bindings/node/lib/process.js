// SPDX-License-Identifier: MIT
'use strict';

/*
 * The native side of one child: what Node has as ChildProcess#_handle.
 */

const { AsyncResource } = require('node:async_hooks');
const { nextTick } = require('node:process');
const { setTimeout } = require('node:timers');
const { ARGC, FLAGS, STDIO, binding, callSpawn } = require('./native.js');
const { ReflectApply } = require('./primordials.js');
const { nameOfSignal } = require('./validate.js');

const UV_ESRCH = -3;

/* Whose a slot of the native table is. */
const processOfSlot = [];

class Process {
  #slot = -1;
  #isRef = true;
  #resource = new AsyncResource('PROCESSWRAP');
  #stdin = null;
  #failure = undefined;

  /* 0 or a negative libuv code. Sets `fd` in the entries of options.stdio that are pipes. */
  spawn(options, envPairs) {
    const cwd = typeof options.cwd === 'string' ? options.cwd : '';
    const { number, numbers, value } = callSpawn(options, cwd, envPairs);
    if (number !== 0) return number;
    const { stdio } = options;
    for (let i = 0; i < stdio.length; i++) {
      if (stdio[i].type === 'pipe' || stdio[i].type === 'overlapped') {
        stdio[i].fd = numbers[STDIO + i];
      }
    }
    this.#slot = numbers[FLAGS];
    const pid = numbers[ARGC];
    if (value !== undefined) {
      this.#failure = { step: value[0], path: value[1] };
      return pid;
    }
    this.pid = pid;
    processOfSlot[this.#slot] = this;
    return 0;
  }

  /* Of a start that failed: what failed, and what that was given. */
  failure() {
    return this.#failure;
  }

  channel() {
    return binding.channel(this.#slot);
  }

  /* Destroys the stream when its reader is gone. */
  watchStdin(stream, fd) {
    this.#stdin = stream;
    binding.watchStdin(this.#slot, fd);
  }

  kill(signal) {
    return this.#slot < 0 || this.pid === undefined ? UV_ESRCH : binding.kill(this.#slot, signal);
  }

  /* As with Node's handles, `callback` comes later. */
  close(callback) {
    if (this.#slot >= 0) binding.ref(this.#slot, false);
    this.#slot = -1;
    if (typeof callback === 'function') nextTick(() => ReflectApply(callback, this, []));
  }

  ref() {
    this.#isRef = true;
    if (this.#slot >= 0) binding.ref(this.#slot, true);
  }

  unref() {
    this.#isRef = false;
    if (this.#slot >= 0) binding.ref(this.#slot, false);
  }

  hasRef() {
    return this.#isRef && this.#slot >= 0;
  }

  getAsyncId() {
    return this.#resource.asyncId();
  }

  static exited(slot, code, signal) {
    const handle = processOfSlot[slot];
    processOfSlot[slot] = undefined;
    const name = signal === 0 ? '' : nameOfSignal[signal] ?? '';
    handle.#resource.runInAsyncScope(handle.onexit, handle, signal === 0 ? code : 0, name);
  }

  /* A child that ends closes its stdin, too: that is told by its exit, which comes soon. What is
   * waiting to be written fails by itself, with EPIPE. */
  static stdinBroken(slot) {
    const handle = processOfSlot[slot];
    if (handle === undefined) return; // its exit was told
    setTimeout(() => {
      const stream = handle.#stdin;
      if (handle.#slot >= 0 && !stream.destroyed && stream.writableLength === 0) stream.destroy();
    }, 2).unref();
  }
}

binding.setCallbacks(Process.exited, Process.stdinBroken);

module.exports = { Process };
