// SPDX-License-Identifier: MIT
'use strict';

/*
 * The messages that leave over a channel. One that has a handle must be answered by the peer before
 * another leaves: until then all wait in target._handleQueue. Not the answers that we give.
 */

const process = require('node:process');
const { setImmediate } = require('node:timers');
const {
  ErrnoException,
  codes: { ERR_INVALID_ARG_TYPE, ERR_IPC_CHANNEL_CLOSED, ERR_MISSING_ARGS },
} = require('./errors.js');
const { handleType, handleTypes } = require('./handles.js');
const { ArrayIsArray, ArrayPrototypePush, ArrayPrototypeSlice } = require('./primordials.js');

const HIGH_WATER = 65536 * 2; // bytes that may wait before send() says so
const MAX_RETRANSMISSIONS = 3;
const UV_EMFILE = -24;

function checkMessage(message) {
  if (message === undefined) throw new ERR_MISSING_ARGS('message');
  switch (typeof message) {
    case 'string':
    case 'object':
    case 'number':
    case 'boolean':
      return;
    default:
      throw new ERR_INVALID_ARG_TYPE(
        'message', ['string', 'object', 'number', 'boolean'], message);
  }
}

function isAnswer(message) {
  return message !== null &&
         (message.cmd === 'NODE_HANDLE_ACK' || message.cmd === 'NODE_HANDLE_NACK');
}

/* First in, first out: an array whose front is dropped now and then. */
class Queue {
  #items = [];
  #first = 0;

  push(item) {
    ArrayPrototypePush(this.#items, item);
  }

  shift() {
    const item = this.#items[this.#first];
    this.#items[this.#first++] = undefined;
    if (this.#first > 1000 && this.#first * 2 > this.#items.length) {
      this.#items = ArrayPrototypeSlice(this.#items, this.#first);
      this.#first = 0;
    }
    return item;
  }
}

class Sender {
  #target;
  #channel;
  #control;
  #native;
  #serialization;
  #unwritten = new Queue(); // callbacks of the messages that wait to be written
  #justWritten = []; // of handles that are, but that is not to be told yet
  #pendingPayload; // of target._pendingMessage

  constructor(target, channel, control, native, serialization) {
    this.#target = target;
    this.#channel = channel;
    this.#control = control;
    this.#native = native;
    this.#serialization = serialization;
  }

  /** target._send(). False: please wait with the next one. */
  send(message, object, options, callback) {
    const target = this.#target;
    if (!target.connected && !target.channel) throw new ERR_IPC_CHANNEL_CLOSED();
    checkMessage(message);
    if (typeof options === 'boolean') options = { swallowErrors: options };
    if (!object) {
      if (target._handleQueue && !isAnswer(message)) {
        return this.#wait({ callback, handle: null, options, message });
      }
      return this.#write(this.#serialization.write(message), options, callback);
    }
    return this.#sendHandle(message, object, options, callback);
  }

  #sendHandle(message, object, options, callback) {
    const target = this.#target;
    const name = handleType(object);
    const wait = () => this.#wait({ callback, handle: object, options, message });
    if (target._handleQueue) return wait();
    const type = handleTypes[name];
    const handle = type.handleOf(object);
    // It may have been sent already: then the message goes without.
    if (!handle) return this.#write(this.#serialization.write(message), options, callback);
    const packed = { cmd: 'NODE_HANDLE', type: name, msg: message };
    type.describe(packed, object);
    // Throws where a message is none. The object is still its owner's then; with Node it is lost.
    const payload = this.#serialization.write(packed);
    if (target._handleQueue) return wait(); // its toJSON() has sent a handle, perhaps this one
    type.detach(packed, object, options, this.#channel);
    return this.#write(payload, options, callback, { message: packed, handle, type });
  }

  #wait(entry) {
    const queue = this.#target._handleQueue;
    ArrayPrototypePush(queue, entry);
    return queue.length === 1;
  }

  /* `parcel`: { message, handle, type }, of a message that has a handle. */
  #write(payload, options, callback, parcel) {
    const waiting = parcel ? this.#native.send(payload, parcel.handle.fd) :
      this.#native.send(payload);
    if (waiting < 0) {
      if (parcel?.type.isMoved(options)) parcel.handle.close();
      if (!options.swallowErrors) this.#tellError(waiting, callback);
      return this.#native.getQueued() < HIGH_WATER;
    }
    if (parcel) this.#expectAnswer(payload, options, callback, parcel);
    if (waiting > 0) {
      this.#control.refCounted();
      this.#unwritten.push({ callback, options, hasHandle: parcel !== undefined });
    } else if (parcel) {
      this.#control.refCounted();
      ArrayPrototypePush(this.#justWritten, callback);
      setImmediate(() => this.finishWrite());
    } else if (typeof callback === 'function') {
      process.nextTick(callback, null);
    }
    return waiting < HIGH_WATER;
  }

  #tellError(number, callback) {
    const error = new ErrnoException(number, 'write');
    if (typeof callback === 'function') {
      process.nextTick(callback, error);
    } else {
      process.nextTick(() => this.#target.emit('error', error));
    }
  }

  // Also of a message that was lost with the channel: Node tells no difference.
  #complete(callback) {
    this.#control.unrefCounted();
    if (typeof callback === 'function') callback(null);
  }

  /** Of a handle, which Node never takes for written at once; but before an answer can come. */
  finishWrite() {
    const callbacks = this.#justWritten;
    this.#justWritten = [];
    for (let i = 0; i < callbacks.length; i++) this.#complete(callbacks[i]);
  }

  /** The first of the messages that waited is written, or lost. */
  written(number) {
    const { callback, options, hasHandle } = this.#unwritten.shift();
    if (hasHandle && number === UV_EMFILE && this.#target.channel) {
      this.#refused(number, callback, options);
    } else {
      this.#complete(callback);
    }
  }

  /** The system did not take the handle: too many are on their way. No answer will come. */
  #refused(number, callback, options) {
    this.#control.unrefCounted();
    if (!options.swallowErrors) this.#tellError(number, callback);
    this.closePending();
    this.#sendWaiting();
  }

  #expectAnswer(payload, options, callback, { message, handle, type }) {
    const target = this.#target;
    target._handleQueue ||= [];
    if (!type.isMoved(options)) return;
    target._pendingMessage = { callback, message, handle, options, retransmissions: 0 };
    this.#pendingPayload = payload;
  }

  /** The peer has got the handle, or not. */
  answered(isReceived) {
    const target = this.#target;
    if (!ArrayIsArray(target._handleQueue)) return; // nothing was asked
    const pending = target._pendingMessage;
    if (pending && isReceived) {
      this.closePending();
    } else if (pending && pending.retransmissions++ === MAX_RETRANSMISSIONS) {
      this.closePending();
      process.emitWarning('Handle did not reach the receiving process correctly',
                          'SentHandleNotReceivedWarning');
    }
    this.#sendWaiting();
  }

  /* Nothing is awaited any more: the next ones leave, until one is awaited again. */
  #sendWaiting() {
    const target = this.#target;
    const queue = target._handleQueue;
    target._handleQueue = null;
    if (target._pendingMessage) this.#sendAgain();
    for (let i = 0; i < queue.length; i++) this.#sendNext(queue[i]);
    // disconnect() has waited for this.
    if (!target.connected && target.channel && !target._handleQueue) target._disconnect();
  }

  /* One that is none throws, as send() would have; the others leave all the same. */
  #sendNext({ message, handle, options, callback }) {
    try {
      this.#target._send(message, handle, options, callback);
    } catch (error) {
      process.nextTick(() => { throw error; });
    }
  }

  // As it was. Node packs it into another message, whose two answers confuse it.
  #sendAgain() {
    const target = this.#target;
    const { message, handle, options, callback, retransmissions } = target._pendingMessage;
    target._pendingMessage = null;
    const parcel = { message, handle, type: handleTypes[message.type] };
    this.#write(this.#pendingPayload, options, callback, parcel);
    if (target._pendingMessage) target._pendingMessage.retransmissions = retransmissions;
  }

  /** Gives up the handle that is on its way. */
  closePending() {
    const target = this.#target;
    if (target._pendingMessage) target._pendingMessage.handle.close();
    target._pendingMessage = null;
    this.#pendingPayload = undefined;
  }

  /** No answer can come any more. Node would wait for it, and never emit `disconnect`. */
  giveUp() {
    const queue = this.#target._handleQueue;
    this.#target._handleQueue = null;
    if (!ArrayIsArray(queue)) return;
    for (let i = 0; i < queue.length; i++) {
      const { callback } = queue[i];
      if (typeof callback === 'function') process.nextTick(callback, new ERR_IPC_CHANNEL_CLOSED());
    }
  }
}

module.exports = { Sender };
