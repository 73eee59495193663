// SPDX-License-Identifier: MIT
'use strict';

/*
 * The messages that come over a channel: which event each is, when it is emitted, and which one a
 * descriptor belongs to.
 */

const process = require('node:process');
const { kPendingMessages } = require('./control.js');
const {
  ArrayPrototypePush,
  ArrayPrototypePushApply,
  ArrayPrototypeSlice,
  ReflectApply,
  StringPrototypeSlice,
} = require('./primordials.js');
const { openWrap } = require('./wraps.js');

const INTERNAL_PREFIX = 'NODE_';

function isInternal(message) {
  return message !== null && typeof message === 'object' && typeof message.cmd === 'string' &&
         message.cmd.length > INTERNAL_PREFIX.length &&
         StringPrototypeSlice(message.cmd, 0, INTERNAL_PREFIX.length) === INTERNAL_PREFIX;
}

/* What came for nobody. */
function discard(object) {
  if (typeof object?.destroy === 'function') {
    object.destroy();
  } else {
    object?.close?.();
  }
}

class Receiver {
  #target;
  #control;
  #serialization;
  #handle = null; // has come, and belongs to the next NODE_HANDLE
  #batch = null; // what is being read: an event, a message and a handle for each

  constructor(target, control, serialization) {
    this.#target = target;
    this.#control = control;
    this.#serialization = serialization;
    this.receive = (message) => this.#receive(message);
    this.emit = (event, message, handle) => this.#emit(event, message, handle);
    this.emitBatch = (batch, first) => this.#emitBatch(batch, first);
  }

  /** Throws where a message cannot be read; those before it are on their way. */
  read(data, fd, kind) {
    if (fd !== undefined) {
      this.close();
      this.#handle = openWrap(fd, kind);
    }
    const batch = [];
    this.#batch = batch;
    try {
      this.#serialization.read(data, this.receive);
    } finally {
      this.#batch = null;
      if (batch.length === 3) {
        process.nextTick(this.emit, batch[0], batch[1], batch[2]);
      } else if (batch.length > 0) {
        process.nextTick(this.emitBatch, batch, 0);
      }
    }
  }

  close() {
    if (this.#handle) this.#handle.close();
    this.#handle = null;
  }

  /** Nobody can hear any more what was not heard by now. */
  discardPending() {
    const pending = this.#control[kPendingMessages];
    this.#control[kPendingMessages] = [];
    for (let i = 0; i < pending.length; i++) discard(pending[i][2]);
  }

  #receive(message) {
    const event = isInternal(message) ? 'internalMessage' : 'message';
    let handle;
    if (event === 'internalMessage' && message.cmd === 'NODE_HANDLE') {
      handle = this.#handle;
      this.#handle = null;
    }
    if (this.#target.channel) {
      ArrayPrototypePush(this.#batch, event, message, handle);
    } else if (handle) {
      handle.close();
    }
  }

  /** Emits what came within another message, in the next tick like all. */
  deliver(message, object) {
    if (this.#target.channel) {
      const event = isInternal(message) ? 'internalMessage' : 'message';
      process.nextTick(this.emit, event, message, object);
    } else {
      discard(object);
    }
  }

  // All in one tick, which is cheaper than one for each; what a listener puts off to the next tick
  // comes after all of them either way. If one throws, the rest comes behind that.
  #emitBatch(batch, first) {
    let at = first;
    try {
      for (; at < batch.length; at += 3) this.#emit(batch[at], batch[at + 1], batch[at + 2]);
    } finally {
      if (at < batch.length) process.nextTick(this.emitBatch, batch, at + 3);
    }
  }

  #emit(event, message, handle) {
    const target = this.#target;
    if (event === 'internalMessage') {
      target.emit(event, message, handle);
      // Heard by the channel alone, which takes handles of its own messages only.
      const isOurs = message.cmd === 'NODE_HANDLE';
      if (!isOurs && target.listenerCount(event) === 1) discard(handle);
    } else if (target.listenerCount('message') > 0) {
      target.emit(event, message, handle);
    } else if (target.channel) {
      ArrayPrototypePush(this.#control[kPendingMessages], [event, message, handle]);
    } else {
      discard(handle);
    }
  }

  /** Somebody listens to something now, perhaps to `message`. */
  emitPending() {
    const target = this.#target;
    const control = this.#control;
    if (!target.channel || target.listenerCount('message') === 0) return;
    const pending = control[kPendingMessages];
    if (pending.length === 0) return;
    control[kPendingMessages] = [];
    let next = 0;
    try {
      while (next < pending.length) ReflectApply(target.emit, target, pending[next++]);
    } finally {
      if (next < pending.length) { // a listener threw
        const rest = ArrayPrototypeSlice(pending, next);
        ArrayPrototypePushApply(rest, control[kPendingMessages]);
        control[kPendingMessages] = rest;
        process.nextTick(() => this.emitPending());
      }
    }
  }
}

module.exports = { Receiver, isInternal };
