// SPDX-License-Identifier: MIT
'use strict';

/*
 * What child.channel is: whether the channel keeps the program alive.
 */

const { EventEmitter } = require('node:events');

/** Messages that came while nobody listened, as arguments for emit(). */
const kPendingMessages = Symbol('kPendingMessages');

class Control extends EventEmitter {
  #native;
  #refs = 0;
  #isExplicit = false;

  constructor(native) {
    super();
    this.#native = native;
    this[kPendingMessages] = [];
  }

  // By count, until ref() or unref() is called: from then on that holds.
  refCounted() {
    if (++this.#refs === 1 && !this.#isExplicit) this.#native.ref();
  }

  unrefCounted() {
    if (--this.#refs === 0 && !this.#isExplicit) {
      this.#native.unref();
      this.emit('unref');
    }
  }

  ref() {
    this.#isExplicit = true;
    this.#native.ref();
  }

  unref() {
    this.#isExplicit = true;
    this.#native.unref();
  }

  get fd() {
    return this.#native.getFd();
  }
}

module.exports = { Control, kPendingMessages };
